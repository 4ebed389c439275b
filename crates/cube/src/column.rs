//! The columns a query reads, and what their texts become in its keys.

use crate::{Dimension, Groups, Level, Query};
use std::borrow::Cow;
use std::collections::BTreeSet;
use trade::{Economy, TOTAL};

/// A coded column of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Column {
    Year,
    Month,
    Months,
    Compiler,
    Classification,
    Basis,
    Status,
    Valuation,
    QuantityUnit,
    Flow,
    Reporter,
    Partner,
    Product,
}

impl Column {
    /// The columns in the order in which a selection looks at them: those with the longest runs first.
    pub(crate) const ALL: [Column; 13] = [
        Column::Year,
        Column::Month,
        Column::Months,
        Column::Compiler,
        Column::Classification,
        Column::Basis,
        Column::Status,
        Column::Valuation,
        Column::QuantityUnit,
        Column::Flow,
        Column::Reporter,
        Column::Partner,
        Column::Product,
    ];

    /// Its name in the file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Column::Year => "period_year",
            Column::Month => "period_month",
            Column::Months => "period_months",
            Column::Compiler => "compiler",
            Column::Classification => "classification",
            Column::Basis => "basis",
            Column::Status => "status",
            Column::Valuation => "valuation",
            Column::QuantityUnit => "quantity_unit",
            Column::Flow => "flow",
            Column::Reporter => "reporter",
            Column::Partner => "partner",
            Column::Product => "product",
        }
    }

    /// The column of that name.
    pub(crate) fn named(name: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// A column of decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Value,
    Weight,
}

impl Measure {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Measure::Value => "value_usd",
            Measure::Weight => "net_weight_kg",
        }
    }
}

/// What a text becomes in a key.
#[derive(Clone, Debug)]
pub(crate) enum Recode {
    /// Itself; null is the empty text.
    Same,
    /// Its first characters.
    Cut(usize),
    /// The group that it belongs to.
    Group(Groups),
    /// The number of its characters; 0 for all products together.
    Length,
    /// Which economies together: `world`, `group`, or none for a single one.
    Together,
    /// Whether it is null.
    Absent,
}

/// The product level of a code: its length, 0 for TOTAL.
pub(crate) fn length(product: &str) -> usize {
    if product == TOTAL { 0 } else { product.len() }
}

impl Recode {
    /// What the text becomes.
    pub(crate) fn apply<'a>(&'a self, text: Option<&'a str>) -> Cow<'a, str> {
        let same = text.unwrap_or_default();
        match self {
            Recode::Same => same.into(),
            Recode::Cut(n) => same.get(..*n).unwrap_or(same).into(),
            Recode::Group(groups) => groups.of(same).into(),
            Recode::Length => length(same).to_string().into(),
            Recode::Together => match Economy::new(same) {
                Ok(economy) if economy.is_world() => "world",
                Ok(economy) if economy.is_group() => "group",
                _ => "",
            }
            .into(),
            Recode::Absent => if text.is_none() { "1" } else { "" }.into(),
        }
    }
}

/// A part of a key.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub column: Column,
    pub recode: Recode,
}

impl Part {
    pub(crate) fn same(column: Column) -> Self {
        let recode = Recode::Same;
        Part { column, recode }
    }
}

/// The parts of a query's key: one for each dimension, three for a period.
pub(crate) fn parts(query: &Query) -> Vec<Part> {
    let mut parts = Vec::new();
    for dimension in &query.by {
        match dimension {
            Dimension::Period => parts.extend([Column::Year, Column::Month, Column::Months].map(Part::same)),
            Dimension::Product => parts.push(Part {
                column: Column::Product,
                recode: match (&query.groups, query.level) {
                    (Some(groups), _) => Recode::Group(groups.clone()),
                    (None, Level::Digits(n)) => Recode::Cut(n.into()),
                    _ => Recode::Same,
                },
            }),
            other => parts.push(Part::same(column_of(*other))),
        }
    }
    parts
}

pub(crate) fn column_of(dimension: Dimension) -> Column {
    match dimension {
        Dimension::Year | Dimension::Period => Column::Year,
        Dimension::Reporter => Column::Reporter,
        Dimension::Partner => Column::Partner,
        Dimension::Flow => Column::Flow,
        Dimension::Product => Column::Product,
        Dimension::Classification => Column::Classification,
        Dimension::Compiler => Column::Compiler,
        Dimension::Basis => Column::Basis,
        Dimension::Status => Column::Status,
    }
}

/// Which values of a column are wanted.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// Years from one to another.
    Years(std::ops::RangeInclusive<i16>),
    /// One of these texts.
    AnyOf(BTreeSet<String>),
    /// Those that become one of these.
    Recoded(Recode, BTreeSet<String>),
}

impl Wanted {
    pub(crate) fn accepts(&self, text: Option<&str>) -> bool {
        match self {
            Wanted::Years(years) => text
                .and_then(|t| t.parse().ok())
                .is_some_and(|year| years.contains(&year)),
            Wanted::AnyOf(texts) => text.is_some_and(|text| texts.contains(text)),
            Wanted::Recoded(recode, texts) => texts.contains(&*recode.apply(text)),
        }
    }
}

/// That one of these columns holds what is wanted: a single column, or both sides of a record.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub columns: Vec<Column>,
    pub wanted: Wanted,
}

impl Condition {
    /// A condition on one column.
    pub(crate) fn on(column: Column, wanted: Wanted) -> Self {
        let columns = vec![column];
        Condition { columns, wanted }
    }
}

/// Whether the conditions on a column alone accept a text.
pub(crate) fn accepts(conditions: &[Condition], column: Column, text: Option<&str>) -> bool {
    let mut own = conditions.iter().filter(|c| c.columns == [column]);
    own.all(|c| c.wanted.accepts(text))
}
