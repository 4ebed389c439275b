//! The aggregation core: grouped exact sums over trade records in Arrow batches.
//!
//! Values are integers and sums are `i128`: the same bits on any number of threads, for any
//! order and any cut of the rows. Text columns stay dictionary codes until the groups are
//! merged. And no sum adds a figure to another telling of itself: a query over rows that
//! overlap (two compilers, exports with two-way trade, a chapter with its headings, a year
//! with its months) is refused with what to narrow; see [`Error::Overlap`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod grouped;
mod kernel;
mod query;

pub use grouped::{Group, Grouped};
pub use query::{Dimension, Level, Query};

use arrow::array::RecordBatch;
use rayon::prelude::*;
use std::path::Path;

/// Why a sum was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The rows tell the same trade more than once, and their sum would count it twice.
    #[error("the rows overlap in `{dimension}` ({found}): a sum over them would count the same trade twice; {advice}")]
    Overlap {
        /// The column in which they overlap.
        dimension: &'static str,
        /// The values found.
        found: String,
        /// What to do.
        advice: String,
    },
    /// A word that is no dimension, or no level.
    #[error("`{found}` is no {what}; there are {known}")]
    Unknown {
        /// What was asked for: `dimension`, `level`.
        what: &'static str,
        /// The word.
        found: String,
        /// The words there are.
        known: String,
    },
    /// More grouping dimensions than the core takes.
    #[error("{0} dimensions were asked for; at most {max} can be grouped by at once", max = query::MOST_DIMENSIONS)]
    TooMany(usize),
    /// A column that should be there is not, or has another type.
    #[error("the table has no usable column `{0}`")]
    Column(&'static str),
    /// The dataset could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Batches that are summed in one go before the next are read: what bounds the memory.
const BATCHES_AT_ONCE: usize = 64;

/// Sums a dataset as the query says.
///
/// # Errors
/// When it cannot be read, or when its rows overlap.
pub fn sum_dataset(path: &Path, query: &Query) -> Result<Grouped> {
    let mut scan = store::scan(path, &query.filter, Some(&query.columns()))?;
    let mut merged = kernel::Merged::default();
    loop {
        let batches = scan.by_ref().take(BATCHES_AT_ONCE).collect::<store::Result<Vec<_>>>()?;
        if batches.is_empty() {
            break;
        }
        add(&mut merged, &batches, query)?;
    }
    Grouped::of(merged, query)
}

/// Sums Arrow batches of trade records as the query says; its filter is not applied.
///
/// # Errors
/// When a column is missing, or when the rows overlap.
pub fn sum_batches(batches: &[RecordBatch], query: &Query) -> Result<Grouped> {
    let mut merged = kernel::Merged::default();
    add(&mut merged, batches, query)?;
    Grouped::of(merged, query)
}

fn add(merged: &mut kernel::Merged, batches: &[RecordBatch], query: &Query) -> Result<()> {
    let parts = batches
        .par_iter()
        .map(|batch| kernel::sum(batch, query))
        .collect::<Result<Vec<_>>>()?;
    parts.into_iter().for_each(|part| merged.add(part));
    Ok(())
}
