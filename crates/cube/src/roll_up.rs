//! Sums of sums: a finer grouping answers a coarser one.

use crate::merged::Merged;
use crate::partial::Partial;
use crate::sums::Words;
use crate::{Dimension, Error, Query, Result, Sums};
use std::path::Path;

/// Keys up to which one finer grouping is made for several coarser ones.
const MOST_CELLS: u64 = 1 << 26;
/// Groups that are sorted at once.
const AT_ONCE: usize = 1 << 16;

impl Sums {
    /// The sums by some of this table's dimensions.
    ///
    /// # Errors
    /// When it has no such dimension, or its periods would have to be cut.
    pub fn rolled_up(&self, by: &[Dimension]) -> Result<Sums> {
        self.rolled_up_where(by, |_| true)
    }

    /// The sums of the groups that `keep` accepts.
    pub(crate) fn rolled_up_where(&self, by: &[Dimension], keep: impl Fn(usize) -> bool) -> Result<Sums> {
        if self.by.contains(&Dimension::Period) || by.contains(&Dimension::Period) {
            return Err(Error::Finer(Dimension::Period));
        }
        let place = |dimension: &Dimension| {
            let place = self.by.iter().position(|own| own == dimension);
            place.ok_or(Error::Finer(*dimension))
        };
        let places = by.iter().map(place).collect::<Result<Vec<usize>>>()?;
        let mut words: Vec<Words> = places.iter().map(|&place| self.words[place].clone()).collect();
        let mut cells = 1;
        for words in words.iter_mut().rev() {
            words.stride = cells;
            cells *= words.words.len().max(1) as u64;
        }
        let new_key = |key: u64| -> u64 {
            let parts = places.iter().zip(&words);
            parts
                .map(|(&place, new)| self.words[place].number(key) as u64 * new.stride)
                .sum()
        };
        let mut merged = Merged::new(self.table.sums.len(), cells, usize::MAX);
        let kept: Vec<usize> = (0..self.len()).filter(|&group| keep(group)).collect();
        for groups in kept.chunks(AT_ONCE) {
            let mut keyed: Vec<(u64, usize)> = groups.iter().map(|&g| (new_key(self.table.keys[g]), g)).collect();
            keyed.sort_unstable();
            let mut partial = Partial::new(self.table.sums.len());
            for same in keyed.chunk_by(|a, b| a.0 == b.0) {
                let sum = |column| same.iter().map(|&(_, group)| self.table.sum(column, group)).sum();
                partial.push(same[0].0, (0..self.table.sums.len()).map(sum));
            }
            merged.add(partial)?;
        }
        Ok(Sums {
            by: by.to_vec(),
            set_aside: self.set_aside.clone(),
            words,
            table: merged.finish()?,
            layout: self.layout,
        })
    }
}

/// Several groupings of a dataset. Those that differ in nothing but their dimensions share one
/// scan, where the grouping by all of these dimensions is not too fine.
///
/// # Errors
/// When the dataset cannot be read, or when its rows overlap under one of the queries.
pub fn sum_many(path: &Path, queries: &[Query]) -> Result<Vec<Sums>> {
    let source = crate::source::Files::open(path)?;
    let same = |a: &Query, b: &Query| {
        Query {
            by: Vec::new(),
            ..a.clone()
        } == Query {
            by: Vec::new(),
            ..b.clone()
        }
    };
    let period = queries.iter().any(|query| query.by.contains(&Dimension::Period));
    if let [first, rest @ ..] = queries
        && !period
        && rest.iter().all(|query| same(first, query))
    {
        let mut all: Vec<Dimension> = queries.iter().flat_map(|query| query.by.clone()).collect();
        all.sort_unstable();
        all.dedup();
        // Which rows may be summed depends on the dimensions: each query must be told the same.
        let alike = |query: &Query| all.iter().all(|d| query.by.contains(d) || !tells(*d));
        if queries.iter().all(alike)
            && let Ok(union) = Query::new(&all, first.filter.clone())
        {
            let union = Query {
                by: union.by,
                ..first.clone()
            };
            if let Some(sums) = crate::engine::sum_below(&source, &union, MOST_CELLS)? {
                return queries.iter().map(|query| sums.rolled_up(&query.by)).collect();
            }
        }
    }
    let sum = |query| crate::engine::sum(&source, query, crate::engine::conditions(query)?);
    queries.iter().map(sum).collect()
}

/// Whether grouping by the dimension changes which rows may be summed.
fn tells(dimension: Dimension) -> bool {
    !matches!(dimension, Dimension::Year | Dimension::Reporter | Dimension::Status)
}
