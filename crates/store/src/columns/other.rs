//! Columns written in ways or with types that the cursors do not know, read by the parquet crate's own reader.

use super::codes::CodeCursor;
use super::file::DataFile;
use super::held::{thousandths, thousandths_of_single};
use super::numbers::NumberCursor;
use super::positional::Positional;
use super::texts::{Interned, Texts};
use crate::guard::{GAVE_UP, guarded};
use crate::scan::damaged;
use crate::{Error, Result};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Decimal128Type, Float32Type, Float64Type, Int64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::Length;

/// Calls `each` for every batch of a column in a row group, with the row of the file it begins at.
fn each_batch(
    file: &DataFile,
    group: usize,
    column: &str,
    mut each: impl FnMut(&ArrayRef, usize) -> Result<()>,
) -> Result<()> {
    let told = |e: &dyn std::fmt::Display| damaged(&file.path, e);
    let name = file.held(column).map_or(column, |held| held.name.as_str());
    let length = file.file.metadata().map_err(|e| told(&e))?.len();
    let reader = Positional::new(file.file.clone(), length, length, 0);
    debug_assert_eq!(reader.len(), length);
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::try_new(file.metadata.clone(), options).map_err(|e| told(&e))?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(reader, metadata);
    let mask = ProjectionMask::columns(builder.parquet_schema(), [name]);
    let gave_up = || told(&GAVE_UP);
    let builder = builder.with_row_groups(vec![group]).with_projection(mask);
    let batches = guarded(|| builder.build()).ok_or_else(gave_up)?;
    let mut batches = batches.map_err(|e| told(&e))?;
    let mut row = (0..group).map(|before| file.rows(before)).sum();
    while let Some(batch) = guarded(|| batches.next()).ok_or_else(gave_up)? {
        let batch = batch.map_err(|e| told(&e))?;
        each(batch.column(0), row)?;
        row += batch.num_rows();
    }
    Ok(())
}

fn strictly(array: &ArrayRef, kind: &DataType) -> Result<ArrayRef> {
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    Ok(cast_with_options(array, kind, &strict)?)
}

fn unfit(file: &DataFile, row: usize, column: &'static str, reason: String) -> Error {
    Error::Value {
        path: file.path.clone(),
        row,
        column,
        reason,
    }
}

/// A coded column.
pub(crate) fn codes(file: &DataFile, group: usize, column: &'static str) -> Result<CodeCursor> {
    codes_after(file, group, column, &Texts::default())
}

/// A coded column, with codes that agree with those that are already given.
pub(crate) fn codes_after(file: &DataFile, group: usize, column: &'static str, known: &Texts) -> Result<CodeCursor> {
    let mut interned = Interned::of(known.clone());
    interned.digits = file.held(column).map(|held| held.digits).unwrap_or_default();
    let mut codes = Vec::with_capacity(file.rows(group));
    each_batch(file, group, column, |array, start| {
        if array.data_type().is_integer() || array.data_type().is_floating() {
            let numbers = strictly(array, &DataType::Float64)?;
            // What is beyond the whole numbers of double precision is no year and no code.
            let odd = |n: f64| n.fract() != 0.0 || n.abs() > 9e15;
            let odd = numbers
                .as_primitive::<Float64Type>()
                .iter()
                .position(|n| n.is_some_and(odd));
            if let Some(at) = odd {
                let found = numbers.as_primitive::<Float64Type>().value(at);
                return Err(unfit(
                    file,
                    start + at,
                    column,
                    format!("{found:?} is expected to be a whole number below 9e15"),
                ));
            }
            let numbers = strictly(array, &DataType::Int64)?;
            codes.extend(numbers.as_primitive::<Int64Type>().iter().map(|number| match number {
                Some(number) => interned.number(number),
                None => interned.texts.null(),
            }));
            return Ok(());
        }
        let texts = strictly(array, &DataType::Utf8)?;
        codes.extend(texts.as_string::<i32>().iter().map(|text| match text {
            Some(text) => interned.code(text),
            None => interned.texts.null(),
        }));
        Ok(())
    })?;
    Ok(CodeCursor::of_codes(interned.texts, codes))
}

/// A column of decimals, in the scale that the file is read with.
pub(crate) fn decimals(file: &DataFile, group: usize, column: &'static str) -> Result<NumberCursor> {
    let mut values = Vec::with_capacity(file.rows(group));
    let mut valid = Vec::new();
    each_batch(file, group, column, |array, start| {
        let mut push = |row: usize, value: Option<i64>, found: &dyn std::fmt::Display| -> Result<()> {
            let reason =
                || format!("{found} is expected to be a number with at most three decimals, of at most 9.2e15");
            values.push(value.ok_or_else(|| unfit(file, start + row, column, reason()))?);
            Ok(())
        };
        valid.extend((0..array.len()).map(|row| array.is_valid(row)));
        match array.data_type() {
            DataType::Float64 => {
                for (row, v) in array.as_primitive::<Float64Type>().iter().enumerate() {
                    push(
                        row,
                        v.map_or(Some(0), thousandths),
                        &format_args!("{:?}", v.unwrap_or_default()),
                    )?;
                }
            }
            DataType::Float16 | DataType::Float32 => {
                let array = strictly(array, &DataType::Float32)?;
                for (row, v) in array.as_primitive::<Float32Type>().iter().enumerate() {
                    push(
                        row,
                        v.map_or(Some(0), thousandths_of_single),
                        &format_args!("{:?}", v.unwrap_or_default()),
                    )?;
                }
            }
            kind => {
                let scale = match kind {
                    DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => *scale,
                    _ => 0,
                };
                let array = strictly(array, &DataType::Decimal128(38, scale))?;
                for (row, v) in array.as_primitive::<Decimal128Type>().iter().enumerate() {
                    let v = v.unwrap_or(0);
                    push(row, rescaled(v, scale), &format_args!("{v}e{}", -scale))?;
                }
            }
        }
        Ok(())
    })?;
    let valid = (!valid.iter().all(|valid| *valid)).then_some(valid);
    Ok(NumberCursor::of_values(values, valid))
}

/// A decimal of any scale in one of 0 to 3, if nothing is lost.
fn rescaled(value: i128, scale: i8) -> Option<i64> {
    let value = match scale {
        0..=3 => value,
        4.. => {
            let divisor = 10_i128.checked_pow(scale as u32 - 3)?;
            (value % divisor == 0).then_some(value / divisor)?
        }
        _ => value.checked_mul(10_i128.checked_pow(u32::from(scale.unsigned_abs()))?)?,
    };
    i64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::rescaled;

    #[test]
    fn decimals_are_rescaled_without_loss_or_not_at_all() {
        assert_eq!(rescaled(1_234_500, 6), None);
        assert_eq!(rescaled(1_234_000, 6), Some(1_234));
        assert_eq!(rescaled(-5, -3), Some(-5_000));
        assert_eq!(rescaled(7, 2), Some(7));
        assert_eq!(rescaled(i128::MAX, 3), None);
    }
}
