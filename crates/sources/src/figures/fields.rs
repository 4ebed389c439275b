//! The columns of a table of figures, and the defaults that stand for those that it leaves out.

use crate::cell::Cell;
use crate::header::{Column, Header};
use crate::options::Defaults;
use crate::quarantine::Bad;
use crate::table::Line;

/// Where a column's text comes from.
pub(super) struct Field {
    pub(super) column: Column,
    pub(super) default: Option<String>,
    pub(super) in_file: bool,
}

impl Field {
    pub(super) fn bind(header: &Header, defaults: &Defaults, name: &'static str) -> Field {
        let default = defaults.get(name).map(|text| text.trim().to_owned());
        match header.column(name) {
            Some(column) => Field {
                column,
                default: None,
                in_file: true,
            },
            None => Field {
                column: Column {
                    index: 0,
                    name: name.to_owned(),
                },
                default,
                in_file: false,
            },
        }
    }

    /// The cell, or the default of a column that is left out; `None` where there is no text.
    pub(super) fn cell<'a>(&'a self, line: &'a Line<'_>) -> Result<Option<Cell<'a>>, Bad> {
        if self.in_file {
            return line.optional(Some(&self.column));
        }
        Ok(self
            .default
            .as_deref()
            .filter(|text| !text.is_empty())
            .map(|text| Cell::new(text, &self.column)))
    }

    pub(super) fn required<'a>(&'a self, line: &'a Line<'_>) -> Result<Cell<'a>, Bad> {
        self.cell(line)?.ok_or_else(|| {
            Cell::new("", &self.column).bad(
                "the cell is empty",
                "fill it in, or leave the column out and set a default",
            )
        })
    }

    pub(super) fn word<T: std::str::FromStr<Err = trade::Error>>(&self, line: &Line<'_>) -> Result<Option<T>, Bad> {
        self.cell(line)?.map(|cell| cell.word()).transpose()
    }
}

/// The fields of a row, under the names of their columns.
pub(super) struct Fields {
    pub(super) period: Field,
    pub(super) reporter: Field,
    pub(super) partner: Field,
    pub(super) flow: Field,
    pub(super) classification: Field,
    pub(super) product: Field,
    pub(super) valuation: Field,
    pub(super) value_usd: Field,
    pub(super) rounded_to_usd: Field,
    pub(super) share_percent: Field,
    pub(super) net_weight_kg: Field,
    pub(super) quantity: Field,
    pub(super) quantity_unit: Field,
    pub(super) status: Field,
    pub(super) basis: Field,
    pub(super) compiler: Field,
    pub(super) reference: Field,
    pub(super) note: Field,
}

impl Fields {
    pub(super) fn bind(header: &Header, defaults: &Defaults) -> Fields {
        let field = |name| Field::bind(header, defaults, name);
        Fields {
            period: field("period"),
            reporter: field("reporter"),
            partner: field("partner"),
            flow: field("flow"),
            classification: field("classification"),
            product: field("product"),
            valuation: field("valuation"),
            value_usd: field("value_usd"),
            rounded_to_usd: field("rounded_to_usd"),
            share_percent: field("share_percent"),
            net_weight_kg: field("net_weight_kg"),
            quantity: field("quantity"),
            quantity_unit: field("quantity_unit"),
            status: field("status"),
            basis: field("basis"),
            compiler: field("compiler"),
            reference: field("reference"),
            note: field("note"),
        }
    }
}
