use crate::{Error, Result, io};
use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::DataType;
use arrow::util::display::FormatOptions;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::Path;

/// Columns of text; a missing cell is `None`.
pub type TextColumns = Vec<Vec<Option<String>>>;

/// The columns of a Parquet file of any making, by name, as text; null is `None`. Numbers keep
/// all their digits.
///
/// # Errors
/// When the file cannot be read, is no Parquet, or has a column that has no text (nested ones).
pub fn read_text_columns(path: &Path) -> Result<(Vec<String>, TextColumns)> {
    let damaged = |e: &dyn std::fmt::Display| Error::Parquet {
        path: path.to_owned(),
        reason: e.to_string(),
    };
    let file = File::open(path).map_err(io("read", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(&e))?;
    let names: Vec<String> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    let mut columns = vec![Vec::new(); names.len()];
    for batch in builder.build().map_err(|e| damaged(&e))? {
        let batch = batch.map_err(|e| damaged(&e))?;
        for (column, array) in columns.iter_mut().zip(batch.columns()) {
            column.extend(
                texts(array)
                    .map_err(|e| damaged(&e))?
                    .iter()
                    .map(|t| t.map(str::to_owned)),
            );
        }
    }
    Ok((names, columns))
}

fn texts(array: &ArrayRef) -> std::result::Result<StringArray, arrow::error::ArrowError> {
    let options = CastOptions {
        safe: false,
        format_options: FormatOptions::default(),
    };
    Ok(cast_with_options(array, &DataType::Utf8, &options)?
        .as_string::<i32>()
        .clone())
}
