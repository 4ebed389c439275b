//! Arrow batches as a source.

use crate::column::{Column, Measure, parts as key_parts};
use crate::memory::{Coded, Decimal, Packed, Part, Parts};
use crate::tellings::telling_parts;
use crate::{Error, Query, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Decimal128Type, Int8Type, Int16Type, Int32Type};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::columns::Texts;

/// The columns of batches that a query needs.
pub(crate) fn parts(batches: &[RecordBatch], query: &Query) -> Result<Parts> {
    let columns = key_parts(query)
        .into_iter()
        .chain(telling_parts())
        .map(|part| part.column);
    // Totals under two classifications are told apart by their years too.
    let columns: BTreeSet<Column> = columns.chain([Column::Year]).collect();
    let filled = batches.iter().filter(|batch| batch.num_rows() > 0);
    let part = |batch| part(batch, &columns, query.values, query.weights);
    Ok(Parts(filled.map(part).collect::<Result<_>>()?))
}

fn part(batch: &RecordBatch, columns: &BTreeSet<Column>, value: bool, weight: bool) -> Result<Part> {
    let coded = columns.iter().map(|&column| Ok((column, coded(batch, column)?)));
    let wanted = |wanted: bool, measure| wanted.then(|| decimal(batch, measure)).transpose();
    Ok(Part {
        rows: batch.num_rows(),
        coded: coded.collect::<Result<_>>()?,
        value: wanted(value, Measure::Value)?,
        weight: wanted(weight, Measure::Weight)?,
    })
}

fn coded(batch: &RecordBatch, column: Column) -> Result<Coded> {
    let missing = || Error::Column(column.name());
    let array = batch.column_by_name(column.name()).ok_or_else(missing)?;
    let (texts, codes) = match column {
        Column::Year | Column::Months => {
            let numbers = array.as_primitive_opt::<Int16Type>().ok_or_else(missing)?;
            number_codes(numbers.iter().map(|n| n.map(i64::from)))
        }
        Column::Month => {
            let numbers = array.as_primitive_opt::<Int8Type>().ok_or_else(missing)?;
            number_codes(numbers.iter().map(|n| n.map(i64::from)))
        }
        _ => text_codes(array).ok_or_else(missing)?,
    };
    let codes = Packed::of(&codes, texts.len());
    Ok(Coded::new(Arc::new(texts), codes))
}

fn number_codes(numbers: impl Iterator<Item = Option<i64>>) -> (Texts, Vec<u32>) {
    let mut texts = Texts::default();
    let mut known: HashMap<Option<i64>, u32> = HashMap::new();
    let mut code = |number: Option<i64>| {
        let text = || number.map(|number| number.to_string());
        *known.entry(number).or_insert_with(|| texts.add(text().as_deref()))
    };
    let codes = numbers.map(&mut code).collect();
    (texts, codes)
}

fn text_codes(array: &ArrayRef) -> Option<(Texts, Vec<u32>)> {
    let keys = array.as_dictionary_opt::<Int32Type>()?;
    let values = keys.values().as_string_opt::<i32>()?;
    let mut texts = Texts::default();
    for text in values {
        texts.add(text);
    }
    let mut codes = Vec::with_capacity(keys.len());
    for row in 0..keys.len() {
        codes.push(match keys.key(row) {
            Some(code) => code as u32,
            None => texts.null(),
        });
    }
    Some((texts, codes))
}

fn decimal(batch: &RecordBatch, measure: Measure) -> Result<Decimal> {
    let missing = || Error::Column(measure.name());
    let array = batch.column_by_name(measure.name()).ok_or_else(missing)?;
    let array = array.as_primitive_opt::<Decimal128Type>().ok_or_else(missing)?;
    let scale = u32::try_from(array.scale())
        .ok()
        .filter(|scale| *scale <= 3)
        .ok_or_else(missing)?;
    let values = array.iter().map(|value| i64::try_from(value.unwrap_or(0)));
    Ok(Decimal {
        scale,
        values: values.collect::<std::result::Result<_, _>>().map_err(|_| missing())?,
        valid: (array.null_count() > 0).then(|| (0..array.len()).map(|row| array.is_valid(row)).collect()),
    })
}
