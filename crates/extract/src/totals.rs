//! All products together, by pair.

use crate::{Error, Result};
use cube::{Dimension, Level, Query, Sums};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::Filter;
use trade::{
    Classification, Economy, Flow, ImportBasis, Period, Record, Status, TOTAL, Usd, Valuation, import_valuation,
};

/// One record for each year, reporter, partner, flow, compiler and status: the rows for all products together
/// where there are any, else the sum of the products; and which of the two. Where a flow is told in several
/// classifications, the latest counts.
pub fn totals(path: &Path) -> Result<(Vec<Record>, bool)> {
    let mut by = vec![
        Dimension::Year,
        Dimension::Reporter,
        Dimension::Partner,
        Dimension::Flow,
        Dimension::Compiler,
        Dimension::Status,
    ];
    let whole = sum(path, &by, directions(Filter::default()), Level::Total);
    if let Ok(whole) = &whole
        && !whole.is_empty()
    {
        let records: Result<Vec<Record>> = records(whole).map(|r| r.map(|(record, _)| record)).collect();
        return Ok((records?, true));
    }
    by.push(Dimension::Classification);
    match whole {
        // A reporter's total under two classifications is one trade.
        Err(Error::Sum {
            source: cube::Error::Overlap {
                dimension: "classification",
                ..
            },
            ..
        }) => {
            let sums = sum(path, &by, directions(Filter::default()), Level::Total)?;
            return Ok((latest(&sums)?, true));
        }
        other => drop(other?),
    }
    let sums = match sum(path, &by, directions(Filter::default()), Level::AsStored) {
        // Chapters beside their headings: each is summed once.
        Err(Error::Sum {
            source: cube::Error::Overlap {
                dimension: "product", ..
            },
            ..
        }) => sum(path, &by, directions(Filter::default()), Level::Digits(2))?,
        other => other?,
    };
    Ok((latest(&sums)?, false))
}

/// Of each figure the one under the latest classification.
fn latest(sums: &Sums) -> Result<Vec<Record>> {
    let mut latest: Vec<(Record, Classification)> = records(sums).collect::<Result<_>>()?;
    latest.sort_by(|(a, x), (b, y)| (a.key(), y).cmp(&(b.key(), x)));
    latest.dedup_by(|(later, _), (kept, _)| later.key() == kept.key() && later.status == kept.status);
    Ok(latest.into_iter().map(|(record, _)| record).collect())
}

/// The groups of a sum that have a value, with the classification where it tells them apart.
fn records(sums: &Sums) -> impl Iterator<Item = Result<(Record, Classification)>> {
    let mut names = Names::default();
    let values = (0..sums.len()).filter_map(|group| Some((group, sums.value(group)?)));
    values.map(move |(group, value)| {
        let text = |dimension| sums.text(group, dimension);
        let classification = match sums.by.get(6) {
            Some(_) => text(6).parse()?,
            None => Classification::Compiler,
        };
        let record = Record {
            status: text(5).parse()?,
            compiler: names.of(&text(4)),
            ..record(
                year(&text(0))?,
                text(1).parse()?,
                text(2).parse()?,
                text(3).parse()?,
                value,
            )
        };
        Ok((record, classification))
    })
}

/// Exports and imports alone: re-exports are inside of exports.
pub fn directions(filter: Filter) -> Filter {
    filter
        .with("flow", Flow::Export.as_str())
        .with("flow", Flow::Import.as_str())
}

/// A sum of values.
pub fn sum(path: &Path, by: &[Dimension], filter: Filter, level: Level) -> Result<Sums> {
    let refuse = |source| Error::Sum {
        path: path.to_owned(),
        source,
    };
    let mut query = Query::new(by, filter).map_err(refuse)?;
    (query.level, query.weights) = (level, false);
    // A reporter's row for the world is its total, unidentified partners included.
    query.world_rows = true;
    cube::sum_columns(path, &query).map_err(refuse)
}

/// The text of a year.
pub fn year(text: &str) -> Result<Period> {
    Ok(text.parse()?)
}

/// A reported value for all products together, valued as its reporter values trade: exports free on board, imports
/// with freight and insurance unless the table of valuations says otherwise.
pub fn record(period: Period, reporter: Economy, partner: Economy, flow: Flow, value: Usd) -> Record {
    let fob =
        flow == Flow::Export || import_valuation(reporter, period.year()).is_some_and(|v| v.basis == ImportBasis::Fob);
    Record {
        valuation: Some(if fob { Valuation::Fob } else { Valuation::Cif }),
        product: TOTAL.into(),
        status: Status::Reported,
        ..Record::new("", period, reporter, partner, flow, value)
    }
}

/// Each name once.
#[derive(Default)]
pub struct Names(BTreeMap<String, Arc<str>>);

impl Names {
    /// The shared text of a name.
    pub fn of(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let shared: Arc<str> = name.into();
        self.0.insert(name.to_owned(), shared.clone());
        shared
    }
}
