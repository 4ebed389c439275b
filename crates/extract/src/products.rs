//! All partners together, by product.

use crate::totals::{Names, directions, record, sum, year};
use crate::{Error, Result};
use cube::{Dimension, Level};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use store::Filter;
use trade::{Economy, Flow, Period, Record, Status, Usd};

/// The products that the economy reports, with the partner `WLD`; those that its partners report of it, with the
/// reporter `WLD`; and for both the totals that they are shares of, where `pairs` has none.
pub fn products(path: &Path, economy: Economy, digits: &BTreeSet<u8>, pairs: &[Record]) -> Result<Vec<Record>> {
    let mut records = totals(economy, pairs);
    let code = economy.as_str();
    for (column, own) in [("reporter", true), ("partner", false)] {
        for &digits in digits {
            let filter = directions(Filter::default().with(column, code));
            records.extend(of_side(path, filter, (economy, own), digits)?);
        }
    }
    Ok(records)
}

fn of_side(path: &Path, filter: Filter, (economy, own): (Economy, bool), digits: u8) -> Result<Vec<Record>> {
    let by = [
        Dimension::Year,
        Dimension::Flow,
        Dimension::Classification,
        Dimension::Product,
        Dimension::Compiler,
        Dimension::Status,
    ];
    let sums = match sum(path, &by, filter, Level::Digits(digits)) {
        Ok(sums) => sums,
        // Products whose levels cannot be told apart are no reason to have no totals either.
        Err(Error::Sum {
            source: cube::Error::Overlap { .. },
            ..
        }) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Names::default();
    let mut records = Vec::new();
    for group in 0..sums.len() {
        let text = |dimension| sums.text(group, dimension);
        let product = text(3);
        let Some(value) = sums.value(group).filter(|_| product.len() == usize::from(digits)) else {
            continue;
        };
        let (period, flow) = (year(&text(0))?, text(1).parse()?);
        records.push(Record {
            classification: text(2).parse()?,
            product: names.of(&product),
            compiler: names.of(&text(4)),
            status: text(5).parse()?,
            ..side(period, flow, economy, own, value)
        });
    }
    Ok(records)
}

fn side(period: Period, flow: Flow, economy: Economy, own: bool, value: Usd) -> Record {
    let (reporter, partner) = if own {
        (economy, Economy::WORLD)
    } else {
        (Economy::WORLD, economy)
    };
    record(period, reporter, partner, flow, value)
}

/// The sums over partners: of the partners' reports always, of the economy's own where it has no world row.
fn totals(economy: Economy, pairs: &[Record]) -> Vec<Record> {
    type Key = (Period, Flow, bool, Arc<str>, Status);
    let key = |r: &Record| -> Key { (r.period, r.flow, r.reporter == economy, r.compiler.clone(), r.status) };
    let mut sums: BTreeMap<Key, Usd> = BTreeMap::new();
    let is_one = |e: Economy| mirror::pairing::place_by_table(e) == mirror::pairing::Place::Economy;
    for pair in pairs.iter().filter(|r| is_one(r.reporter) && is_one(r.partner)) {
        *sums.entry(key(pair)).or_insert(Usd::ZERO) += pair.value.unwrap_or(Usd::ZERO);
    }
    for world in pairs.iter().filter(|r| r.partner.is_world()) {
        sums.remove(&key(world));
    }
    sums.into_iter()
        .map(|((period, flow, own, compiler, status), value)| Record {
            compiler,
            status,
            ..side(period, flow, economy, own, value)
        })
        .collect()
}
