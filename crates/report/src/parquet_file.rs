//! Tables as Parquet: text, INT64, DOUBLE and DECIMAL(18, 3) columns, all nullable, zstd.
//!
//! Exact figures stand on INT64 as long as they fit eighteen digits, on 16 bytes otherwise.
//! The writer's name is fixed, so that the bytes depend on the table and on the versions in
//! `Cargo.lock` only. The title and the units go along as key-value metadata.

use crate::{Error, Result};
use arrow::array::{ArrayRef, Decimal128Array, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use model::{Cell, Column, Kind, Table};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::io::Write;
use std::sync::Arc;

const SCALE: i8 = 3;
const NARROW: u8 = 18;
const WIDE: u8 = 38;

/// Writes the table; the caller has checked it.
pub(crate) fn write(table: &Table, out: &mut impl Write) -> Result<()> {
    let refused = |source| Error::Parquet {
        table: table.id.clone(),
        source,
    };
    let batch = batch(table)?;
    let options = ArrowWriterOptions::new()
        .with_properties(properties(table).map_err(refused)?)
        .with_skip_arrow_metadata(true);
    // The whole file is made in memory: a refusal leaves nothing half-written behind.
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, batch.schema(), options).map_err(refused)?;
    writer.write(&batch).map_err(refused)?;
    writer.close().map_err(refused)?;
    Ok(out.write_all(&bytes)?)
}

fn properties(table: &Table) -> parquet::errors::Result<WriterProperties> {
    let mut notes = vec![KeyValue::new("title".to_owned(), table.title.clone())];
    for column in table.columns.iter().filter(|c| !c.unit.is_empty()) {
        notes.push(KeyValue::new(format!("unit.{}", column.name), column.unit.clone()));
    }
    Ok(WriterProperties::builder()
        .set_created_by("counterflow".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_key_value_metadata(Some(notes))
        .build())
}

fn batch(table: &Table) -> Result<RecordBatch> {
    let mut fields = Vec::with_capacity(table.columns.len());
    let mut arrays = Vec::with_capacity(table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        let array = array(table, at, column)?;
        fields.push(Field::new(&column.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(table.rows.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(|source| {
        Error::Columns {
            table: table.id.clone(),
            source,
        }
    })
}

fn array(table: &Table, at: usize, column: &Column) -> Result<ArrayRef> {
    let cells = || table.rows.iter().map(move |row| row.get(at).unwrap_or(&Cell::Missing));
    Ok(match column.kind {
        Kind::Text => Arc::new(StringArray::from_iter(cells().map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        }))),
        Kind::Integer => Arc::new(Int64Array::from_iter(cells().map(|cell| match cell {
            Cell::Integer(whole) => Some(*whole),
            _ => None,
        }))),
        Kind::Number => Arc::new(Float64Array::from_iter(cells().map(|cell| match cell {
            Cell::Integer(whole) => Some(*whole as f64),
            Cell::Number(estimate) => Some(*estimate),
            _ => None,
        }))),
        Kind::Decimal => {
            let thousandths: Vec<Option<i128>> = cells()
                .map(|cell| match cell {
                    Cell::Integer(whole) => Some(i128::from(*whole) * 1000),
                    Cell::Decimal(exact) => Some(exact.thousandths()),
                    _ => None,
                })
                .collect();
            let fits = |precision: u8| {
                let limit = 10_u128.pow(u32::from(precision));
                thousandths.iter().flatten().all(|n| n.unsigned_abs() < limit)
            };
            let precision = if fits(NARROW) { NARROW } else { WIDE };
            if !fits(precision) {
                let refused = |source| Error::Columns {
                    table: table.id.clone(),
                    source,
                };
                let reason = format!("column `{}` holds a figure of more than {WIDE} digits", column.name);
                return Err(refused(arrow::error::ArrowError::ComputeError(reason)));
            }
            let array = Decimal128Array::from(thousandths).with_precision_and_scale(precision, SCALE);
            Arc::new(array.map_err(|source| Error::Columns {
                table: table.id.clone(),
                source,
            })?)
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::{Format, render, to_bytes};
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
    use model::{Cell, Kind, Table};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::basic::Type;

    fn read(table: &Table) -> (arrow::record_batch::RecordBatch, Vec<Type>, Option<String>) {
        let mut file = tempfile::tempfile().unwrap();
        render(table, Format::Parquet, &mut file).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let types = builder
            .parquet_schema()
            .columns()
            .iter()
            .map(|c| c.physical_type())
            .collect();
        let maker = builder.metadata().file_metadata().created_by().map(str::to_owned);
        (builder.build().unwrap().next().unwrap().unwrap(), types, maker)
    }

    fn table() -> Table {
        let columns = [
            ("p", Kind::Text, ""),
            ("year", Kind::Integer, ""),
            ("hhi", Kind::Number, "1"),
            ("usd", Kind::Decimal, "USD"),
        ];
        let mut table = Table::new("t", "A title", &columns);
        table.push(vec![
            "CHN".into(),
            2008_i64.into(),
            0.25.into(),
            "2033233.5".parse::<trade::Usd>().unwrap().into(),
        ]);
        table.push(vec![Cell::Missing, Cell::Missing, Cell::Integer(1), Cell::Integer(-3)]);
        table
    }

    #[test]
    fn what_is_written_is_read_back_with_its_types() {
        let (batch, types, maker) = read(&table());
        assert_eq!(types, [Type::BYTE_ARRAY, Type::INT64, Type::DOUBLE, Type::INT64]);
        assert_eq!(maker.as_deref(), Some("counterflow"));
        assert_eq!(batch.column(0).as_string::<i32>().value(0), "CHN");
        assert!(batch.columns()[..2].iter().all(|c| c.is_null(1)));
        assert_eq!(batch.column(1).as_primitive::<Int64Type>().value(0), 2008);
        assert_eq!(batch.column(2).as_primitive::<Float64Type>().values(), &[0.25, 1.0]);
        assert_eq!(batch.column(3).data_type(), &DataType::Decimal128(18, 3));
        assert_eq!(
            batch.column(3).as_primitive::<Decimal128Type>().values(),
            &[2_033_233_500, -3000]
        );
    }

    #[test]
    fn a_figure_beyond_eighteen_digits_widens_its_column() {
        let mut table = table();
        let huge = trade::Usd::from_thousandths(10_i128.pow(18));
        table.push(vec![Cell::Missing, Cell::Missing, Cell::Missing, huge.into()]);
        let (batch, types, _) = read(&table);
        assert_eq!(types[3], Type::FIXED_LEN_BYTE_ARRAY);
        assert_eq!(
            batch.column(3).as_primitive::<Decimal128Type>().value(2),
            10_i128.pow(18)
        );
        table.push(vec![
            Cell::Missing,
            Cell::Missing,
            Cell::Missing,
            trade::Usd::from_thousandths(i128::MAX).into(),
        ]);
        assert!(to_bytes(&table, Format::Parquet).is_err());
    }

    #[test]
    fn the_same_table_gives_the_same_bytes_and_an_empty_one_is_a_file_too() {
        assert_eq!(
            to_bytes(&table(), Format::Parquet).unwrap(),
            to_bytes(&table(), Format::Parquet).unwrap()
        );
        let mut empty = table();
        empty.rows.clear();
        assert!(to_bytes(&empty, Format::Parquet).unwrap().starts_with(b"PAR1"));
    }
}
