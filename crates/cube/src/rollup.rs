//! The pair-level rollup: the sums by year, reporter, flow and partner, kept beside a large dataset.
//!
//! It is a file `rollup/pairs.parquet` in the dataset's folder, which is read as a dataset is: with a
//! row for each sum, and how many records it is of. In its footer stand the fingerprints of the files
//! that it was made of; where they are not those of the files that are there, it is not used.

use crate::engine::{conditions, sum};
use crate::partial::Partial;
use crate::source::Files;
use crate::{Dimension, Error, Level, Query, Result, Sums, sum_columns};
use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Filter;
use store::schema::COUNTS;

/// What it is by.
const BY: [Dimension; 4] = [
    Dimension::Year,
    Dimension::Reporter,
    Dimension::Flow,
    Dimension::Partner,
];

/// A rollup that fits its dataset.
#[derive(Clone, Debug)]
pub struct Rollup {
    file: PathBuf,
}

/// Where a dataset's rollup is.
pub fn path_of(dataset: &Path) -> PathBuf {
    dataset.join("rollup").join("pairs.parquet")
}

/// Whether a rollup can answer the query: it is by year, reporter, flow and partner, narrows by
/// nothing else, and takes products as they come.
pub fn answers(query: &Query) -> bool {
    let known = |name: &String| ["reporter", "partner", "flow"].contains(&name.as_str());
    query.level == Level::AsStored
        && query.groups.is_none()
        && query.by.iter().all(|dimension| BY.contains(dimension))
        && query.filter.any_of.keys().all(known)
        && query.settles(Dimension::Flow)
}

/// Makes the rollup of a dataset's folder and writes it.
///
/// # Errors
/// When the dataset cannot be read or written beside, or when it has rows that a sum by year
/// leaves out or refuses: such a dataset has no rollup.
pub fn write(dataset: &Path) -> Result<Rollup> {
    let sums = sum_columns(dataset, &Query::new(&BY, Filter::default())?)?;
    let world = |word: &String| trade::Economy::new(word).is_ok_and(|e| e.is_world());
    if !sums.set_aside.is_empty() || sums.words[3].words.iter().any(world) {
        return Err(Error::Rollup(
            "the dataset has totals beside their parts, or periods that are no year".to_owned(),
        ));
    }
    let fingerprints = store::columns::fingerprints(dataset)?;
    let file = path_of(dataset);
    store::columns::write_with_note(&file, &as_records(&sums.to_batch()?)?, &fingerprints)?;
    Ok(Rollup { file })
}

/// Sums in the columns and types of a dataset.
fn as_records(sums: &RecordBatch) -> Result<RecordBatch> {
    let schema = sums.schema();
    let of_dataset = |(field, column): (&Arc<Field>, _)| {
        let (name, kind) = match field.name().as_str() {
            "year" => ("period_year", DataType::Int16),
            name if COUNTS.contains(&name) => (name, DataType::Int64),
            name => match field.data_type() {
                DataType::Decimal128(_, scale) => (name, DataType::Decimal128(18, *scale)),
                other => (name, other.clone()),
            },
        };
        let column = cast_whole(column, &kind)?;
        Ok((Field::new(name, kind, true), column))
    };
    let columns = schema.fields().iter().zip(sums.columns()).map(of_dataset);
    let (fields, columns): (Vec<Field>, Vec<_>) = columns.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

/// Another type for a column; an error where a value does not fit.
fn cast_whole(column: &ArrayRef, kind: &DataType) -> Result<ArrayRef> {
    let cast = cast(column, kind)?;
    if cast.null_count() > column.null_count() {
        return Err(Error::Rollup("a sum has more than 18 digits".to_owned()));
    }
    Ok(cast)
}

/// The rollup beside a dataset; `None` where there is none.
///
/// # Errors
/// When it was made of other files than are there now, or cannot be read.
pub fn read(dataset: &Path) -> Result<Option<Rollup>> {
    let path = path_of(dataset);
    if !path.is_file() {
        return Ok(None);
    }
    if store::columns::note_of(&path)? != Some(store::columns::fingerprints(dataset)?) {
        let path = path.display();
        return Err(Error::Rollup(format!(
            "{path} was made of other files than the dataset has now"
        )));
    }
    Ok(Some(Rollup { file: path }))
}

impl Rollup {
    /// The answer to a query that the rollup [`answers`].
    ///
    /// # Errors
    /// When it does not answer the query.
    pub fn sum(&self, query: &Query) -> Result<Sums> {
        if !answers(query) {
            return Err(Error::Rollup("the rollup does not tell what the query asks".to_owned()));
        }
        let mut all = query.clone();
        all.values = true;
        let files = Files::open(&self.file)?;
        let mut sums = sum(&files, &all, conditions(&all)?)?;
        all.weights = true;
        let counts = sum(&files.measuring(COUNTS), &all, conditions(&all)?)?;
        let (values, records) = (&sums.table, &counts.table);
        if values.keys != records.keys {
            return Err(Error::Rollup("its columns do not fit each other".to_owned()));
        }
        // Counts come in thousandths, as all numbers do.
        let count = |column: Option<usize>, place| column.map_or(0, |column| records.sum(column, place) / 1000);
        let held = |column: Option<usize>, place| column.map_or(0, |column| values.sum(column, place));
        let mut table = Partial::new(sums.layout.columns);
        for (place, &key) in values.keys.iter().enumerate() {
            let of_key = [
                count(counts.layout.value, place),
                held(sums.layout.value, place),
                count(counts.layout.weight, place),
                held(sums.layout.weight, place),
                held(sums.layout.with_weight, place),
            ];
            table.push(key, of_key.into_iter().take(sums.layout.columns));
        }
        table.level();
        sums.table = table;
        sums.asked(query.values, query.weights);
        Ok(sums)
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::Layout;

    #[test]
    fn the_layout_of_all_sums_is_the_order_in_which_they_are_put_together() {
        let layout = Layout::of(true, true);
        let places = [
            layout.records,
            layout.value,
            layout.without_value,
            layout.weight,
            layout.with_weight,
        ];
        assert_eq!(places, [0, 1, 2, 3, 4].map(Some));
    }
}
