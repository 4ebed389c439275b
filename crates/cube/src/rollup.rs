//! The pair-level rollup: the sums by year, reporter, flow and partner, kept beside a large dataset.
//!
//! It is a file `rollup/pairs.parquet` in the dataset's folder, in the columns of
//! [`Sums::to_batch`]. In its footer stand the fingerprints of the files that it was made of;
//! where they are not those of the files that are there, it is not used.

use crate::partial::Partial;
use crate::plan::Layout;
use crate::sums::Words;
use crate::{Dimension, Error, Level, Query, Result, Sums, sum_columns};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, UInt64Type};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use store::Filter;

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
    sums: Sums,
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
    store::columns::write_with_note(&path_of(dataset), &sums.to_batch()?, &fingerprints)?;
    Ok(Rollup { sums })
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
    let (batches, note) = store::columns::read_with_note(&path)?;
    if note.as_deref() != Some(store::columns::fingerprints(dataset)?.as_str()) {
        let path = path.display();
        return Err(Error::Rollup(format!(
            "{path} was made of other files than the dataset has now"
        )));
    }
    Ok(Some(Rollup {
        sums: sums_of(&batches)?,
    }))
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
        let filter = &query.filter;
        let accepts = |place: usize, word: &str| match BY[place] {
            Dimension::Year => {
                let years = filter.years.as_ref();
                years.is_none_or(|years| word.parse().is_ok_and(|year| years.contains(&year)))
            }
            dimension => filter
                .any_of
                .get(dimension.as_str())
                .is_none_or(|wanted| wanted.contains(word)),
        };
        let accepted: Vec<Vec<bool>> = self
            .sums
            .words
            .iter()
            .enumerate()
            .map(|(place, words)| words.words.iter().map(|word| accepts(place, word)).collect())
            .collect();
        let keys = &self.sums.table.keys;
        let keep = |group: usize| {
            let mut places = self.sums.words.iter().zip(&accepted);
            places.all(|(words, accepted)| accepted[words.number(keys[group])])
        };
        let mut sums = self.sums.rolled_up_where(&query.by, keep)?;
        sums.asked(query.values, query.weights);
        Ok(sums)
    }
}

/// A finished table back from its batches.
fn sums_of(batches: &[RecordBatch]) -> Result<Sums> {
    let column = |batch: &RecordBatch, name: &'static str, kind: &DataType| -> Result<ArrayRef> {
        let found = batch.column_by_name(name).ok_or(Error::Column(name))?;
        Ok(cast(found, kind)?)
    };
    let mut texts: [Vec<String>; 4] = Default::default();
    let mut rows: Vec<[i128; 5]> = Vec::new();
    for batch in batches {
        for (place, dimension) in BY.iter().enumerate() {
            let array = column(batch, dimension.as_str(), &DataType::Utf8)?;
            texts[place].extend(
                array
                    .as_string::<i32>()
                    .iter()
                    .map(|t| t.unwrap_or_default().to_owned()),
            );
        }
        let decimal = |name| column(batch, name, &DataType::Decimal128(38, 3));
        let (value, weight) = (decimal("value_usd")?, decimal("net_weight_kg")?);
        let count = |name| column(batch, name, &DataType::UInt64);
        let (records, without) = (count("records")?, count("records_without_value")?);
        let decimal = |array: &ArrayRef, row: usize| {
            let array = array.as_primitive::<Decimal128Type>();
            if array.is_null(row) { 0 } else { array.value(row) }
        };
        let count = |array: &ArrayRef, row: usize| i128::from(array.as_primitive::<UInt64Type>().value(row));
        for row in 0..batch.num_rows() {
            rows.push([
                count(&records, row),
                decimal(&value, row),
                count(&without, row),
                decimal(&weight, row),
                i128::from(!weight.is_null(row)),
            ]);
        }
    }
    let mut words: Vec<Words> = Vec::new();
    for texts in &texts {
        let distinct: BTreeSet<&String> = texts.iter().collect();
        let distinct = distinct.into_iter().cloned().collect();
        words.push(Words {
            words: distinct,
            stride: 1,
        });
    }
    let mut cells = 1;
    for words in words.iter_mut().rev() {
        words.stride = cells;
        cells *= words.words.len().max(1) as u64;
    }
    let mut keyed = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        let number = |(texts, words): (&Vec<String>, &Words)| {
            words.words.binary_search(&texts[row]).unwrap_or(0) as u64 * words.stride
        };
        keyed.push((texts.iter().zip(&words).map(number).sum::<u64>(), row));
    }
    keyed.sort_unstable();
    let mut table = Partial::new(5);
    for (key, row) in keyed {
        table.push(key, rows[row].iter().copied());
    }
    Ok(Sums {
        by: BY.to_vec(),
        set_aside: BTreeMap::new(),
        words,
        table,
        layout: Layout::of(true, true),
    })
}
