use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// The columns that name the two economies of a row.
const SIDES: [&str; 2] = ["reporter", "partner"];

/// Which rows of a dataset are wanted. The empty filter wants all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Years in which the period starts.
    pub years: Option<RangeInclusive<i16>>,
    /// For text columns: the values that are wanted.
    pub any_of: BTreeMap<String, BTreeSet<String>>,
    /// Of each of these sets, a row names an economy as its reporter or as its partner.
    pub economies: BTreeSet<BTreeSet<String>>,
}

impl Filter {
    /// Narrows to rows whose text column holds `value`; several values of one column are alternatives.
    pub fn with(mut self, column: &str, value: impl Into<String>) -> Self {
        self.any_of.entry(column.to_owned()).or_default().insert(value.into());
        self
    }

    /// Narrows to periods that start in these years.
    pub fn with_years(mut self, years: RangeInclusive<i16>) -> Self {
        self.years = Some(years);
        self
    }

    /// Narrows to rows that name one of these economies as reporter or as partner.
    pub fn with_economies(mut self, economies: impl IntoIterator<Item = String>) -> Self {
        self.economies.insert(economies.into_iter().collect());
        self
    }

    /// What a row has to fulfil: all of it.
    pub fn demands(&self) -> Vec<Demand<'_>> {
        let years = self.years.iter().map(|years| Demand {
            columns: vec!["period_year"],
            wanted: Wanted::Years(years),
        });
        let texts = self.any_of.iter().map(|(column, values)| Demand {
            columns: vec![column],
            wanted: Wanted::AnyOf(values),
        });
        let sides = self.economies.iter().map(|economies| Demand {
            columns: SIDES.to_vec(),
            wanted: Wanted::AnyOf(economies),
        });
        years.chain(texts).chain(sides).collect()
    }

    /// The columns that it looks at, each once.
    pub(crate) fn columns(&self) -> BTreeSet<&str> {
        self.demands().into_iter().flat_map(|demand| demand.columns).collect()
    }
}

/// What a filter demands of a row: that one of these columns holds what is wanted.
#[derive(Clone, Debug)]
pub struct Demand<'a> {
    /// One column, or both sides.
    pub columns: Vec<&'a str>,
    /// What it has to hold.
    pub wanted: Wanted<'a>,
}

/// What a column has to hold.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// A year from one to another.
    Years(&'a RangeInclusive<i16>),
    /// One of these texts.
    AnyOf(&'a BTreeSet<String>),
}
