//! Columns written in ways that the cursors do not know, read by the parquet crate's own reader.

use super::codes::CodeCursor;
use super::file::DataFile;
use super::numbers::NumberCursor;
use super::positional::Positional;
use super::texts::{Interned, Texts};
use crate::Result;
use crate::scan::damaged;
use arrow::array::{ArrayRef, AsArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Decimal128Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::Length;
use std::sync::Arc;

/// Calls `each` for every batch of a column in a row group, cast to `kind`.
fn each_batch(
    file: &DataFile,
    group: usize,
    column: &str,
    kind: &DataType,
    mut each: impl FnMut(&ArrayRef) -> Result<()>,
) -> Result<()> {
    let told = |e: &dyn std::fmt::Display| damaged(&file.path, e);
    let length = file.file.metadata().map_err(|e| told(&e))?.len();
    let reader = Positional::new(file.file.clone(), length, length, 0);
    debug_assert_eq!(reader.len(), length);
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::try_new(Arc::new(file.metadata.clone()), options).map_err(|e| told(&e))?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(reader, metadata);
    let mask = ProjectionMask::columns(builder.parquet_schema(), [column]);
    let batches = builder.with_row_groups(vec![group]).with_projection(mask).build();
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    for batch in batches.map_err(|e| told(&e))? {
        let batch = batch.map_err(|e| told(&e))?;
        each(&cast_with_options(batch.column(0), kind, &strict)?)?;
    }
    Ok(())
}

/// A coded column.
pub(crate) fn codes(file: &DataFile, group: usize, column: &'static str) -> Result<CodeCursor> {
    codes_after(file, group, column, &Texts::default())
}

/// A coded column, with codes that agree with those that are already given.
pub(crate) fn codes_after(file: &DataFile, group: usize, column: &'static str, known: &Texts) -> Result<CodeCursor> {
    let mut interned = Interned::of(known.clone());
    let mut codes = Vec::with_capacity(file.rows(group));
    each_batch(file, group, column, &DataType::Utf8, |array| {
        for text in array.as_string::<i32>() {
            codes.push(match text {
                Some(text) => interned.code(text),
                None => interned.texts.null(),
            });
        }
        Ok(())
    })?;
    Ok(CodeCursor::of_codes(interned.texts, codes))
}

/// A column of decimals.
pub(crate) fn decimals(file: &DataFile, group: usize, column: &'static str) -> Result<NumberCursor> {
    let scale = file.scale(column).unwrap_or(0);
    let mut values = Vec::with_capacity(file.rows(group));
    let mut valid = Vec::new();
    each_batch(file, group, column, &DataType::Decimal128(38, scale as i8), |array| {
        for value in array.as_primitive::<Decimal128Type>() {
            valid.push(value.is_some());
            let value = i64::try_from(value.unwrap_or(0));
            values
                .push(value.map_err(|_| damaged(&file.path, format!("`{column}` has a value of more than 64 bits")))?);
        }
        Ok(())
    })?;
    let valid = (!valid.iter().all(|valid| *valid)).then_some(valid);
    Ok(NumberCursor::of_values(values, valid))
}
