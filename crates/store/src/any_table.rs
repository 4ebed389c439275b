use crate::columns::positional::Positional;
use crate::footer::check_footer;
use crate::guard::{GAVE_UP, guarded};
use crate::scan::damaged;
use crate::{Error, Result};
use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::DataType;
use arrow::util::display::FormatOptions;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use std::path::Path;

/// A column of a Parquet file of any making; a missing cell is `None`.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyColumn {
    /// Finite double-precision numbers, or integers that these hold exactly.
    Numbers(Vec<Option<f64>>),
    /// Anything else, as text; numbers keep all their digits.
    Texts(Vec<Option<String>>),
}

/// The names of the columns of a Parquet file of any making, and the number of its rows.
///
/// # Errors
/// When the file cannot be read or is no Parquet.
pub fn read_header(path: &Path) -> Result<(Vec<String>, u64)> {
    let builder = guarded(|| open(path)).unwrap_or_else(|| Err(damaged(path, GAVE_UP)))?;
    let names = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    let rows = builder.metadata().file_metadata().num_rows();
    Ok((names, u64::try_from(rows).unwrap_or(0)))
}

/// One column of a Parquet file of any making, by its position.
///
/// # Errors
/// When the file cannot be read, is no Parquet, or the column has no text (nested ones).
pub fn read_column(path: &Path, position: usize) -> Result<AnyColumn> {
    guarded(|| column(path, position)).unwrap_or_else(|| Err(damaged(path, GAVE_UP)))
}

fn column(path: &Path, position: usize) -> Result<AnyColumn> {
    let builder = open(path)?;
    let name = builder.schema().fields().get(position).map(|f| f.name().clone());
    let name = name.unwrap_or_default();
    let only = ProjectionMask::roots(builder.parquet_schema(), [position]);
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let arrays = builder.with_projection(only).with_batch_size(65_536).build();
    let arrays = arrays.map_err(|e| damaged(path, e))?;
    let arrays = arrays.map(|batch| Ok(batch.map_err(|e| damaged(path, e))?.column(0).clone()));
    let arrays: Vec<ArrayRef> = arrays.collect::<Result<_>>()?;
    if arrays.iter().map(|array| array.len()).sum::<usize>() != rows {
        return Err(damaged(path, "a column of another number of rows than its footer says"));
    }
    let mut numbers = Vec::with_capacity(rows);
    if arrays.iter().all(|array| append_numbers(array, &mut numbers)) {
        return Ok(AnyColumn::Numbers(numbers));
    }
    drop(numbers);
    let mut cells = Vec::with_capacity(rows);
    for array in &arrays {
        let texts = texts(array).map_err(|_| Error::Schema {
            path: path.to_owned(),
            column: name.clone(),
            expected: "of numbers or text".to_owned(),
            found: array.data_type().to_string(),
        })?;
        cells.extend(texts.iter().map(|t| t.map(str::to_owned)));
    }
    Ok(AnyColumn::Texts(cells))
}

pub(crate) fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<Positional>> {
    let opened = crate::open_parquet(path)?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(opened.reader()).map_err(|e| damaged(path, e))?;
    check_footer(path, builder.metadata(), opened.length)?;
    Ok(builder)
}

/// Integers up to this size are exact in double precision.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Appends the cells of an array whose numbers need no text to keep their digits; false where they do.
fn append_numbers(array: &ArrayRef, to: &mut Vec<Option<f64>>) -> bool {
    use arrow::datatypes::{Float64Type, Int8Type, Int16Type, Int32Type, Int64Type};
    use arrow::datatypes::{UInt8Type, UInt16Type, UInt32Type, UInt64Type};
    macro_rules! append {
        ($kind:ty) => {{
            let from = to.len();
            let cells = array.as_primitive::<$kind>().iter();
            to.extend(cells.map(|cell| cell.map(|number| number as f64)));
            // Also refuses what is not a number.
            to[from..]
                .iter()
                .flatten()
                .all(|number| number.is_finite() && (array.data_type() == &DataType::Float64 || number.abs() < EXACT))
        }};
    }
    match array.data_type() {
        DataType::Float64 => append!(Float64Type),
        DataType::Int8 => append!(Int8Type),
        DataType::Int16 => append!(Int16Type),
        DataType::Int32 => append!(Int32Type),
        DataType::Int64 => append!(Int64Type),
        DataType::UInt8 => append!(UInt8Type),
        DataType::UInt16 => append!(UInt16Type),
        DataType::UInt32 => append!(UInt32Type),
        DataType::UInt64 => append!(UInt64Type),
        _ => false,
    }
}

pub(crate) fn texts(array: &ArrayRef) -> std::result::Result<StringArray, arrow::error::ArrowError> {
    let options = CastOptions {
        safe: false,
        format_options: FormatOptions::default(),
    };
    // A moment in universal time is written without its zone, whose name would have to be looked up.
    let universal = |zone: &str| ["UTC", "+00:00", "Z", "Etc/UTC"].contains(&zone);
    let array = match array.data_type() {
        DataType::Timestamp(unit, Some(zone)) if universal(zone) => {
            let counts = cast_with_options(array, &DataType::Int64, &options)?;
            cast_with_options(&counts, &DataType::Timestamp(*unit, None), &options)?
        }
        _ => array.clone(),
    };
    Ok(cast_with_options(&array, &DataType::Utf8, &options)?
        .as_string::<i32>()
        .clone())
}
