//! Whose figures a query leaves out altogether: no part stands for the totals, parts of years or levels that are not
//! summed.

use crate::column::{Column, Condition, Part, Recode};
use crate::engine::{conditions, prepare, sum_parts};
use crate::plan::{Facts, Layout, Plan};
use crate::source::{Files, Source};
use crate::{Dimension, Query, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// What a reporter tells of a flow in a year, none of whose rows is summed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unheard {
    /// The reporter.
    pub reporter: String,
    /// The flow.
    pub flow: String,
    /// The year in which the periods start.
    pub year: String,
    /// The other words of the groups that the query tells apart, but for the product.
    pub beside: Vec<String>,
}

/// The reporters, flows, years and other groups told apart of which a query sums nothing, although rows fulfil its conditions. Reporters that are
/// groups are none: their members tell their trade.
///
/// # Errors
/// As [`sum_columns`](crate::sum_columns).
pub fn unheard(path: &Path, query: &Query) -> Result<BTreeSet<Unheard>> {
    let source = Files::open(path)?;
    let asked = conditions(query)?;
    let prepared = prepare(&source, query, &crate::column::parts(query), asked.clone())?;
    if prepared.set_aside.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut told = told(&source, query, asked)?;
    for heard in self::told(&source, query, prepared.conditions)? {
        told.remove(&heard);
    }
    let single = |word: &str| Recode::Together.apply(Some(word)).is_empty();
    let partner = |one: &Unheard| {
        one.beside
            .first()
            .filter(|_| query.by.contains(&Dimension::Partner))
            .cloned()
    };
    told.retain(|one| single(&one.reporter) && partner(one).is_none_or(|partner| single(&partner)));
    Ok(told)
}

fn told(source: &dyn Source, query: &Query, conditions: Vec<Condition>) -> Result<BTreeSet<Unheard>> {
    let mut key = [Column::Reporter, Column::Flow, Column::Year].map(Part::same).to_vec();
    let told_apart = [Dimension::Partner, Dimension::Basis, Dimension::Compiler];
    let columns = [Column::Partner, Column::Basis, Column::Compiler];
    let beside = told_apart
        .iter()
        .zip(columns)
        .filter(|(dimension, _)| query.by.contains(dimension));
    key.extend(beside.map(|(_, column)| Part::same(column)));
    let columns = key.iter().map(|part| part.column);
    let columns = columns.chain(conditions.iter().flat_map(|c| c.columns.iter().copied()));
    let facts = Facts::gather(source, &query.filter, &conditions, &columns.collect(), false)?;
    let plan = Plan::new(&facts, &key, conditions, Layout::count())?;
    let counted = sum_parts(source, &facts, &plan)?;
    let word = |place: usize, key: u64| plan.dims[place].word(key).to_owned();
    let of = |&key: &u64| Unheard {
        reporter: word(0, key),
        flow: word(1, key),
        year: word(2, key),
        beside: (3..plan.dims.len()).map(|place| word(place, key)).collect(),
    };
    Ok(counted.keys.iter().map(of).collect())
}
