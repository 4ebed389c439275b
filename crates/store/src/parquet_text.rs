//! A Parquet file of any making as a table of text: what reads agencies' tables then reads it too.

use crate::any_table::{open, texts};
use crate::guard::{GAVE_UP, guarded};
use crate::scan::damaged;
use crate::{Error, Result, io};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use std::io::{BufWriter, PipeReader, PipeWriter, Read};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// Rows decoded at once: a text of many kilobytes may stand in each of them.
const ROWS: usize = 512;

/// What stands in the cells of a nested column.
const NESTED: &str = "(nested)";

/// The rows of a Parquet file as comma-separated text: the names of its columns, then a line for each row. The cells of
/// nested columns are not read and say so; whole numbers are written without a fraction, whatever their type.
///
/// # Errors
/// When it cannot be read or is no Parquet. Reading fails where it is damaged.
pub fn parquet_as_text(path: &Path) -> Result<impl Read + Send + use<>> {
    let (header, reader) = guarded(|| opened(path)).unwrap_or_else(|| Err(damaged(path, GAVE_UP)))?;
    let (pipe, to) = std::io::pipe().map_err(io("read", path))?;
    let path = path.to_owned();
    let writer = std::thread::spawn(move || {
        let gave_up = path.clone();
        guarded(|| write(path, &header, reader, to)).unwrap_or_else(|| Err(damaged(&gave_up, GAVE_UP)))
    });
    Ok(Lines {
        pipe,
        writer: Some(writer),
    })
}

/// The columns: their names, and where each stands among those that are read.
type Header = Vec<(String, Option<usize>)>;

fn opened(path: &Path) -> Result<(Header, ParquetRecordBatchReader)> {
    let builder = open(path)?;
    let (mut header, mut flat) = (Vec::new(), Vec::new());
    for (at, field) in builder.schema().fields().iter().enumerate() {
        let read = !field.data_type().is_nested();
        header.push((field.name().clone(), read.then_some(flat.len())));
        if read {
            flat.push(at);
        }
    }
    let only = ProjectionMask::roots(builder.parquet_schema(), flat);
    let reader = builder.with_projection(only).with_batch_size(ROWS).build();
    Ok((header, reader.map_err(|e| damaged(path, e))?))
}

fn write(path: PathBuf, header: &Header, batches: ParquetRecordBatchReader, to: PipeWriter) -> Result<()> {
    let mut lines = csv::Writer::from_writer(BufWriter::new(to));
    let failed = |e: csv::Error| damaged(&path, e);
    lines
        .write_record(header.iter().map(|(name, _)| name))
        .map_err(failed)?;
    for batch in batches {
        let batch: RecordBatch = batch.map_err(|e| damaged(&path, e))?;
        let columns = header.iter().map(|(name, at)| {
            let Some(array) = at.map(|at| batch.column(at)) else {
                return Ok(None);
            };
            column(array).map(Some).map_err(|_| Error::Schema {
                path: path.clone(),
                column: name.clone(),
                expected: "of numbers or text".to_owned(),
                found: array.data_type().to_string(),
            })
        });
        let columns: Vec<Option<StringArray>> = columns.collect::<Result<_>>()?;
        for row in 0..batch.num_rows() {
            let cells = columns.iter().map(|cells| match cells {
                None => NESTED,
                Some(cells) if cells.is_valid(row) => cells.value(row),
                Some(_) => "",
            });
            lines.write_record(cells).map_err(failed)?;
        }
    }
    lines.flush().map_err(io("read", &path))
}

/// The cells as text. A year in a column of floating point is `2003` and not `2003.0`.
fn column(array: &ArrayRef) -> std::result::Result<StringArray, arrow::error::ArrowError> {
    Ok(match array.data_type() {
        DataType::Float64 => shown(array.as_primitive::<Float64Type>().iter()),
        DataType::Float32 => array
            .as_primitive::<Float32Type>()
            .iter()
            .map(|n| n.map(single))
            .collect(),
        _ => texts(array)?,
    })
}

/// A number of single precision: by the fewest digits that tell it from its neighbours, 0.1, where it has decimals, and as it
/// is, 123456792 and not 123456790, where it is too large for them.
fn single(number: f32) -> String {
    const WHOLE: f32 = 16_777_216.0;
    match number.abs() < WHOLE {
        true => number.to_string(),
        false => f64::from(number).to_string(),
    }
}

fn shown(numbers: impl Iterator<Item = Option<impl ToString>>) -> StringArray {
    numbers.map(|number| number.map(|n| n.to_string())).collect()
}

/// The text, and the thread that writes it.
struct Lines {
    pipe: PipeReader,
    writer: Option<JoinHandle<Result<()>>>,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.pipe.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        // The end, or where the writer broke off.
        let failed = |what: Error| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
        match self.writer.take().map(JoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(0),
            Some(Ok(Err(error))) => Err(failed(error)),
            Some(Err(_)) => Err(std::io::Error::other(GAVE_UP)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Float64Array, Int32Array, StructArray};
    use arrow::datatypes::{Field, Fields};
    use parquet::arrow::ArrowWriter;
    use std::sync::Arc;

    fn file(folder: &Path, rows: i32) -> PathBuf {
        let years: ArrayRef = Arc::new(Float64Array::from_iter_values((0..rows).map(f64::from)));
        let texts: ArrayRef = Arc::new(
            (0..rows)
                .map(|n| (n % 3 > 0).then_some("a,\"b\"\n"))
                .collect::<StringArray>(),
        );
        let counts: ArrayRef = Arc::new(Int32Array::from_iter_values(0..rows));
        let parts = Fields::from(vec![Field::new("n", DataType::Int32, false)]);
        let nested: ArrayRef = Arc::new(StructArray::new(parts, vec![Arc::clone(&counts)], None));
        let columns = [("y", years), ("s", nested), ("t", texts), ("n", counts)];
        let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, cells)| (name, cells, true))).unwrap();
        let path = folder.join("any.parquet");
        let mut writer = ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        path
    }

    #[test]
    fn rows_become_lines() {
        let folder = tempfile::tempdir().unwrap();
        let mut text = String::new();
        let path = file(folder.path(), 2);
        parquet_as_text(&path).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "y,s,t,n\n0,(nested),,0\n1,(nested),\"a,\"\"b\"\"\n\",1\n");
        // More than a pipe holds; and a reader may go away in the middle.
        let path = file(folder.path(), 20_000);
        let mut reader = csv::Reader::from_reader(parquet_as_text(&path).unwrap());
        assert_eq!(reader.records().map(|row| row.unwrap().len()).sum::<usize>(), 80_000);
        let mut some = [0; 10];
        parquet_as_text(&path).unwrap().read_exact(&mut some).unwrap();
    }

    #[test]
    fn numbers_are_written_as_they_are() {
        let array: ArrayRef = Arc::new(arrow::array::Float32Array::from(vec![
            123_456_789.0,
            0.5,
            2003.0,
            0.1,
            16.7,
            f32::NAN,
        ]));
        let cells = column(&array).unwrap();
        assert_eq!(
            cells.iter().flatten().collect::<Vec<_>>(),
            ["123456792", "0.5", "2003", "0.1", "16.7", "NaN"]
        );
    }

    #[test]
    fn damage_is_an_error_wherever_it_is_met() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), 20_000);
        let whole = std::fs::read(&path).unwrap();
        for at in (4..whole.len()).step_by(whole.len() / 40) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            std::fs::write(&path, &bytes).unwrap();
            // An error or other cells: never a panic, never a hang.
            if let Ok(mut lines) = parquet_as_text(&path) {
                let _ = lines.read_to_end(&mut Vec::new());
            }
        }
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(parquet_as_text(&path).is_err());
    }
}
