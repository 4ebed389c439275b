use crate::encode::batch_of;
use crate::schema::{COLUMNS, Shape, shape};
use crate::{Error, ROW_GROUP_ROWS, Result, write_atomically};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use std::path::Path;
use trade::Record;

/// What the footers of our files say of who wrote them.
pub(crate) const WRITER: &str = "counterflow";

/// Rows in a page: small pages let a scan for one economy skip most of a column.
const PAGE_ROWS: usize = 8192;

/// Writes records as a dataset: sorted by [`Record::key`], dictionary-coded keys, values as
/// INT64 with DELTA_BINARY_PACKED, zstd, statistics and page index; the whole file or nothing.
///
/// The same records give the same bytes, whatever their order.
///
/// # Errors
/// When the file cannot be written.
pub fn write_records(path: &Path, records: &[Record]) -> Result<()> {
    write_atomically(path, &parquet_bytes(records, path)?)
}

/// The bytes that [`write_records`] writes; `path` is named in errors.
///
/// # Errors
/// When the Parquet writer refuses the batch, a defect of this crate.
pub fn parquet_bytes(records: &[Record], path: &Path) -> Result<Vec<u8>> {
    let batch = batch_of(&sorted(records))?;
    let failed = |e: parquet::errors::ParquetError| Error::Parquet {
        path: path.to_owned(),
        reason: e.to_string(),
    };
    // Without the Arrow schema in the footer, every tool reads plain strings and decimals.
    let options = ArrowWriterOptions::new()
        .with_properties(properties(zstd(), PAGE_ROWS))
        .with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.into_inner().map_err(failed)
}

/// The records by key; those that share a key by everything else, so that the order is total.
pub(crate) fn sorted(records: &[Record]) -> Vec<&Record> {
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.sort_by(|a, b| {
        a.key().cmp(&b.key()).then_with(|| {
            let rest = |r: &Record| {
                (
                    r.reference,
                    r.value,
                    r.share_percent,
                    r.quantity,
                    r.net_weight_kg,
                    r.rounded_to,
                    r.status,
                    r.valuation,
                )
            };
            rest(a)
                .cmp(&rest(b))
                .then_with(|| a.quantity_unit.cmp(&b.quantity_unit))
        })
    });
    sorted
}

fn zstd() -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default())
}

/// How every file of records is written; what differs is how numbers are compressed and how many rows a page has.
pub(crate) fn properties(of_numbers: Compression, page_rows: usize) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_created_by(WRITER.to_owned())
        .set_compression(zstd())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(page_rows)
        .set_write_batch_size(page_rows)
        .set_statistics_enabled(EnabledStatistics::Page);
    for name in COLUMNS {
        if shape(name).0 == Shape::Decimal {
            let column = ColumnPath::from(name);
            builder = builder
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_compression(column.clone(), of_numbers)
                .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
    }
    builder.build()
}
