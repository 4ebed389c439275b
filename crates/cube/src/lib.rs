//! The aggregation core: grouped exact sums over trade records in Arrow batches.
//!
//! Values are integers and sums are `i128`: the same bits on any number of threads, for any
//! order and any cut of the rows. Text columns stay dictionary codes until the groups are
//! merged. And no sum adds a figure to another telling of itself: a query over rows that
//! overlap (two compilers, exports with two-way trade, a chapter with its headings, a year
//! with its months) is refused with what to narrow; see [`Error::Overlap`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arrange;
mod ascending;
mod batches;
mod column;
mod concentration;
mod dense;
mod engine;
mod filter;
mod fold;
mod grouped;
mod hashed;
mod keys;
mod memory;
mod merged;
mod mirror;
mod ordered;
mod part;
mod partial;
mod plan;
mod query;
mod roll_up;
pub mod rollup;
mod segment;
mod select;
mod source;
mod sparse;
mod spill;
mod sums;
mod table;
mod tellings;
mod unheard;

pub use concentration::{Concentration, Spread, concentration};
pub use filter::filter;
pub use grouped::{Group, Grouped};
pub use mirror::{MirrorGap, MirrorGaps, mirror_gaps};
pub use query::{DEFAULT_MEMORY, Dimension, Groups, Level, Query};
pub use roll_up::sum_many;
pub use sums::Sums;
pub use table::Table;
pub use unheard::{Unheard, unheard};

use arrow::array::RecordBatch;
use std::collections::BTreeSet;
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
    /// A condition that cannot be read, or that no record can fulfil.
    #[error("--where `{condition}`: {problem}")]
    Where {
        /// The condition.
        condition: String,
        /// What was expected in its place.
        problem: String,
    },
    /// A year that is none, such as a month written as `202401`.
    #[error(
        "column `period_year`: a year from 1800 to 2199 is expected, but `{0}` stands there; a month goes to `period_month`"
    )]
    Year(String),
    /// A month that is none.
    #[error(
        "column `period_month`: a month from 1 to 12 is expected, or none for a whole year, but `{0}` stands there"
    )]
    Month(String),
    /// More grouping dimensions than the core takes.
    #[error("{0} dimensions were asked for; at most {max} can be grouped by at once", max = query::MOST_DIMENSIONS)]
    TooMany(usize),
    /// A condition on a column that rows cannot be chosen by.
    #[error("rows cannot be chosen by the column `{0}`; they can by year and by columns of text")]
    Condition(String),
    /// Sums that do not tell a dimension apart cannot be told apart by it.
    #[error("sums that are not by `{0}` cannot be rolled up by it")]
    Finer(Dimension),
    /// A rollup that does not fit its dataset or the question, and why.
    #[error("no rollup can be used: {0}")]
    Rollup(String),
    /// More combinations of the grouping dimensions' values than 64 bits can number.
    #[error("the dimensions have more than 2^64 combinations of values; group by fewer of them")]
    TooWide,
    /// A column that should be there is not, or has another type.
    #[error("the table has no usable column `{0}`")]
    Column(&'static str),
    /// The dataset could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A finished table that Arrow cannot hold.
    #[error("the sums could not be made a table: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Sums a dataset (a Parquet file, or a folder of them) as the query says.
///
/// # Errors
/// When it cannot be read, or when its rows overlap.
pub fn sum_columns(path: &Path, query: &Query) -> Result<Sums> {
    engine::sum(&source::Files::open(path)?, query, engine::conditions(query)?)
}

/// The values that a dimension may have in the parts of a dataset that the filter does not exclude,
/// as the dictionaries of its files say; the empty text where there is none. Some may not occur.
///
/// # Errors
/// When the dataset cannot be read.
pub fn values(path: &Path, dimension: Dimension, filter: &store::Filter) -> Result<BTreeSet<String>> {
    let source = source::Files::open(path)?;
    let column = column::column_of(dimension);
    let facts = plan::Facts::gather(&source, filter, &[], &BTreeSet::from([column]), false)?;
    let texts = facts.texts.values().flat_map(|texts| texts.iter());
    Ok(texts.map(|text| text.map(String::from).unwrap_or_default()).collect())
}

/// Sums a dataset as [`sum_columns`] does, with every group spelled out.
///
/// # Errors
/// When it cannot be read, or when its rows overlap.
pub fn sum_dataset(path: &Path, query: &Query) -> Result<Grouped> {
    Ok(sum_columns(path, query)?.grouped())
}

/// Sums Arrow batches of trade records as the query says; its filter is not applied.
///
/// # Errors
/// When a column is missing, or when the rows overlap.
pub fn sum_batches(batches: &[RecordBatch], query: &Query) -> Result<Grouped> {
    Ok(engine::sum(&batches::parts(batches, query)?, query, Vec::new())?.grouped())
}
