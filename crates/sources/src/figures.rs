//! The project's own tidy table of figures: one row, one figure, any subset of the columns
//! in any order. What a table leaves out is said once in its [`Defaults`].

mod fields;

use crate::beside::{Beside, Taken};
use crate::cell::{Cell, Signs};
use crate::codes;
use crate::error::{Error, Result};
use crate::header::Header;
use crate::mapped;
use crate::names::Names;
use crate::options::Options;
use crate::quarantine::Bad;
use crate::remarks::{self, Remarks};
use crate::sdmx::NO_FIGURE;
use crate::source::{Draft, Found, Layout, Part, Repeats, Shape, Source};
use crate::table::Line;
use crate::tidy::Codes;
use fields::{Field, Fields};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Classification, Decimal3, Economy, Record, Status, TOTAL, Usd, check_product};

const COLUMNS: [&str; 18] = [
    "period",
    "reporter",
    "partner",
    "flow",
    "classification",
    "product",
    "valuation",
    "value_usd",
    "rounded_to_usd",
    "share_percent",
    "net_weight_kg",
    "quantity",
    "quantity_unit",
    "status",
    "basis",
    "compiler",
    "reference",
    "note",
];

pub(crate) const SHAPE: Shape = Shape {
    source: Source::Figures,
    name: "figures",
    needed: &["period", "reporter", "partner", "flow"],
    known: &COLUMNS,
    strict: true,
    repeats: Repeats::Rivals,
    bind: |header, options| Ok(Box::new(Figures::bind(header, options)?)),
};

type Check = fn(&Cell<'_>) -> Result<(), Bad>;

/// What a row says in numbers.
struct Amounts {
    value: Option<Usd>,
    rounded_to: Option<Usd>,
    share_percent: Option<Decimal3>,
    net_weight_kg: Option<Decimal3>,
    quantity: Option<Decimal3>,
    quantity_unit: Option<Arc<str>>,
}

struct Figures {
    fields: Fields,
    names: Names,
    references: Vec<String>,
    reference_index: BTreeMap<String, u32>,
    references_given: bool,
    codes: Codes,
    economies: codes::Reader,
    /// Whether the table is somebody else's, read by a map.
    mapped: bool,
    value_power: u32,
    computed: remarks::Amounts,
    signs: Signs,
    /// What a table under other names says of its figures in columns that the map leaves out.
    beside: Beside,
}

impl Figures {
    fn bind(header: &Header, options: &Options) -> Result<Figures> {
        let figure = ["value_usd", "share_percent", "quantity", "net_weight_kg"];
        if !figure.iter().any(|name| header.has(name)) {
            return Err(Error::Header {
                file: options.file.clone(),
                line: 0,
                problem: "figures has no column with figures".to_owned(),
                advice: format!("at least one of {} is needed", figure.join(", ")),
            });
        }
        let references = options.references.clone();
        let reference_index = (0..).zip(&references).map(|(i, key)| (key.clone(), i)).collect();
        let references_given = !references.is_empty();
        let map = options.map.clone().unwrap_or_default();
        let figures = Figures {
            fields: Fields::bind(header, &options.defaults),
            names: Names::default(),
            references,
            reference_index,
            references_given,
            codes: map.economies,
            economies: codes::Reader::default(),
            mapped: header.is_aliased(),
            value_power: map.value_power,
            computed: remarks::Amounts::default(),
            signs: Signs::default(),
            beside: Beside::of(header, &map, &options.defaults),
        };
        figures.check_defaults(options)?;
        Ok(figures)
    }

    /// Reads every default once, so that a wrong one is one error and not a thousand
    /// quarantined rows.
    fn check_defaults(&self, options: &Options) -> Result<()> {
        let fields = &self.fields;
        let checks: [(&Field, &'static str, Check); 8] = [
            (&fields.period, "defaults.period", |c| c.period().map(drop)),
            (&fields.reporter, "defaults.reporter", |c| {
                codes::Reader::default().read(c, Codes::Alpha3, 0).map(drop)
            }),
            (&fields.partner, "defaults.partner", |c| {
                codes::Reader::default().read(c, Codes::Alpha3, 0).map(drop)
            }),
            (&fields.flow, "defaults.flow", |c| c.word::<trade::Flow>().map(drop)),
            (&fields.classification, "defaults.classification", |c| {
                c.word::<Classification>().map(drop)
            }),
            (&fields.valuation, "defaults.valuation", |c| {
                c.word::<trade::Valuation>().map(drop)
            }),
            (&fields.rounded_to_usd, "defaults.rounded_to_usd", |c| {
                positive(c).map(drop)
            }),
            (&fields.status, "defaults.status", |c| c.word::<Status>().map(drop)),
        ];
        for (field, name, check) in checks {
            let Some(text) = field.default.as_deref().filter(|_| !field.in_file) else {
                continue;
            };
            if let Err(bad) = check(&Cell::new(text, &field.column)) {
                let problem = format!("is `{text}`: {}", bad.reason);
                return Err(Error::Setting {
                    file: options.file.clone(),
                    name,
                    problem,
                    advice: bad.advice,
                });
            }
        }
        Ok(())
    }

    /// An economy as the file writes it; defaults are always alpha-3.
    fn economy<'a>(&self, field: &'a Field, line: &'a Line<'_>, year: i16) -> Result<(Cell<'a>, Economy), Bad> {
        let cell = field.required(line)?;
        let system = if field.in_file { self.codes } else { Codes::Alpha3 };
        let read = self.economies.read(&cell, system, year);
        let spelt = |_: &Bad| {
            self.mapped
                .then(|| mapped::economy(&cell, &self.economies, system, year))
                .flatten()
        };
        let economy = read.or_else(|bad| spelt(&bad).ok_or(bad))?;
        Ok((cell, economy))
    }

    fn text(&self, line: &Line<'_>, field: &Field) -> Result<Option<Arc<str>>, Bad> {
        let Some(cell) = field.cell(line)? else {
            return Ok(None);
        };
        if cell.text.len() > 100 || cell.text.contains(['\n', '\r', '\t']) {
            return Err(cell.bad("a short word is expected", "put longer text into the column `note`"));
        }
        Ok(Some(self.names.get(cell.text)))
    }

    /// Classification and product code. Without a product it is TOTAL; a TOTAL without a
    /// classification belongs to the compiler's own.
    fn product(&self, line: &Line<'_>) -> Result<(Classification, Arc<str>), Bad> {
        let classification = self.fields.classification.word::<Classification>(line)?;
        let product = self.fields.product.cell(line)?;
        if product.is_none() && self.fields.product.in_file && classification.is_some() {
            let cell = Cell::new("", &self.fields.product.column);
            return Err(cell.bad(
                "the cell is empty beside a classification",
                "write the product's code, or TOTAL where the figure is of all",
            ));
        }
        let Some(cell) = product.filter(|c| c.text != TOTAL) else {
            return Ok((
                classification.unwrap_or(Classification::Compiler),
                self.names.get(TOTAL),
            ));
        };
        let Some(classification) = classification else {
            return Err(cell.bad(
                "the product's classification is not stated",
                "fill in `classification`, such as HS2 or COMPILER",
            ));
        };
        check_product(classification, cell.text)
            .map_err(|e| cell.bad(e.to_string(), "keep codes as text: a spreadsheet drops leading zeros"))?;
        Ok((classification, self.names.get(cell.text)))
    }

    fn reference(&mut self, line: &Line<'_>) -> Result<Option<u32>, Bad> {
        let Some(cell) = self.fields.reference.cell(line)? else {
            return Ok(None);
        };
        if let Some(&index) = self.reference_index.get(cell.text) {
            return Ok(Some(index));
        }
        if cell.text.len() > 1000 {
            return Err(cell.bad(
                "a key of a reference is expected",
                "put longer text into the column `note`",
            ));
        }
        if self.references_given {
            return Err(cell.bad(
                "no reference has this key",
                "add it to the pin's references, or correct the key",
            ));
        }
        let key = cell.text.to_owned();
        let index = self.references.len() as u32;
        self.references.push(key.clone());
        self.reference_index.insert(key, index);
        Ok(Some(index))
    }

    /// A figure in units of 10^`power`. The project's own form holds three decimals; somebody else's table may have been
    /// computed in floating point, and is rounded and told so.
    fn figure(&self, cell: &Cell<'_>, power: u32) -> Result<Decimal3, Bad> {
        match self.mapped {
            true => self.computed.money(cell, power),
            false => cell.money(power),
        }
    }

    fn number(&self, line: &Line<'_>, field: &Field) -> Result<Option<Decimal3>, Bad> {
        let stated = field.cell(line)?.filter(|cell| !cell.is_absent());
        stated.map(|cell| self.figure(&cell, 0)).transpose()
    }

    fn quantity(&self, line: &Line<'_>) -> Result<(Option<Decimal3>, Option<Arc<str>>), Bad> {
        let quantity = self.number(line, &self.fields.quantity)?;
        let unit = self.text(line, &self.fields.quantity_unit)?;
        if quantity.is_some() && unit.is_none() {
            let cell = self.fields.quantity.required(line)?;
            return Err(cell.bad(
                "the quantity has no unit",
                "fill in `quantity_unit`, such as t or barrel",
            ));
        }
        Ok((quantity, unit.filter(|_| quantity.is_some())))
    }

    fn compiler(&self, line: &Line<'_>) -> Result<Arc<str>, Bad> {
        let column = &self.fields.compiler.column;
        let advice = "fill in `compiler`, or name it once: with --default compiler=NAME, or in a pin's defaults";
        let compiler = self.text(line, &self.fields.compiler)?;
        compiler.ok_or_else(|| Cell::new("", column).bad("the compiler is not stated", advice))
    }

    /// The figures of a row: at least one of value, share, weight and quantity.
    fn amounts(&self, line: &Line<'_>) -> Result<Amounts, Bad> {
        let stated = self.fields.value_usd.cell(line)?;
        let value = match stated.filter(|c| !c.is_absent()) {
            Some(cell) => Some(self.figure(&cell, self.value_power)?),
            None => None,
        };
        let unit = self.fields.rounded_to_usd.cell(line)?;
        let rounded_to = unit.map(|c| positive(&c)).transpose()?.filter(|_| value.is_some());
        if let (Some(value), Some(rounded_to), Some(cell)) = (value, rounded_to, unit)
            && value.thousandths() % rounded_to.thousandths() != 0
        {
            return Err(cell.bad(
                format!("the value, {value}, is no multiple of what it is said to be rounded to"),
                "give the value as it was published, or leave the unit empty for an exact figure",
            ));
        }
        let share_percent = self.share(line)?;
        let net_weight_kg = self.number(line, &self.fields.net_weight_kg)?;
        let (quantity, quantity_unit) = self.quantity(line)?;
        if value.is_none() && share_percent.is_none() && quantity.is_none() && net_weight_kg.is_none() {
            let advice = "give a value, a share, a weight or a quantity, or drop the row: missing is not zero";
            let cell = stated.unwrap_or(Cell::new("", &self.fields.value_usd.column));
            return Err(cell.bad("the row has no figure", advice));
        }
        Ok(Amounts {
            value,
            rounded_to,
            share_percent,
            net_weight_kg,
            quantity,
            quantity_unit,
        })
    }

    fn share(&self, line: &Line<'_>) -> Result<Option<Decimal3>, Bad> {
        let share = self.number(line, &self.fields.share_percent)?;
        if share.is_some_and(|s| s > Decimal3::from_units(100)) {
            let cell = self.fields.share_percent.required(line)?;
            return Err(cell.bad(
                "the share is above 100 per cent",
                "write per cent of the reporter's total of this flow",
            ));
        }
        Ok(share)
    }
}

fn positive(cell: &Cell<'_>) -> Result<Decimal3, Bad> {
    let number = cell.number()?;
    if number == Decimal3::ZERO {
        return Err(cell.bad(
            "figures are rounded to a unit above zero",
            "leave it empty for an exact figure",
        ));
    }
    Ok(number)
}

impl Figures {
    /// Whether a row has no figure at all, as most of a table for every pair and year.
    fn is_empty(&self, line: &Line<'_>) -> bool {
        let fields = &self.fields;
        let figures = [
            &fields.value_usd,
            &fields.share_percent,
            &fields.quantity,
            &fields.net_weight_kg,
        ];
        figures
            .iter()
            .all(|field| matches!(field.cell(line), Ok(cell) if cell.is_none_or(|cell| cell.is_absent())))
    }

    fn row(&mut self, line: &Line<'_>) -> Result<Draft, Bad> {
        self.fields.note.cell(line)?;
        let period = self.fields.period.required(line)?.period()?;
        let reporter = self.economy(&self.fields.reporter, line, period.year())?.1;
        let (partner_cell, partner) = self.economy(&self.fields.partner, line, period.year())?;
        if partner == reporter {
            return Err(partner_cell.bad("reporter and partner are the same", "check the two codes"));
        }
        let flow = self.fields.flow.required(line)?;
        let spelt = mapped::flow(flow.text).filter(|_| self.mapped);
        let flow = spelt.map_or_else(|| flow.word(), Ok)?;
        let taken = Taken {
            period,
            reporter,
            partner,
            flow,
        };
        self.beside.check(line, &taken)?;
        let (classification, product) = self.product(line)?;
        for field in [
            &self.fields.value_usd,
            &self.fields.net_weight_kg,
            &self.fields.quantity,
        ] {
            if let Some(cell) = field.cell(line)? {
                self.signs.see(&cell, line.number);
            }
        }
        let amounts = self.amounts(line)?;
        let record = Record {
            compiler: self.compiler(line)?,
            period,
            reporter,
            partner,
            flow,
            classification,
            product,
            valuation: self.fields.valuation.word(line)?,
            value: amounts.value,
            rounded_to: amounts.rounded_to,
            share_percent: amounts.share_percent,
            net_weight_kg: amounts.net_weight_kg,
            quantity: amounts.quantity,
            quantity_unit: amounts.quantity_unit,
            status: self.fields.status.word(line)?.unwrap_or(Status::Quoted),
            basis: self.text(line, &self.fields.basis)?,
            reference: self.reference(line)?,
        };
        Ok(Draft {
            record,
            part: Part::Unsaid,
            codes: (0, 0),
            unread: self.beside.digest(line),
        })
    }
}

impl Layout for Figures {
    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>) {
        found.push(match self.mapped && self.is_empty(line) {
            true => Found::Aside(NO_FIGURE),
            false => self.row(line).into(),
        });
    }

    fn references(&mut self) -> Vec<String> {
        std::mem::take(&mut self.references)
    }

    fn remark(&self, remarks: &mut Remarks) {
        self.computed.tell(remarks);
    }

    fn doubt(&self) -> Option<(u64, Bad)> {
        self.signs.doubt()
    }
}
