//! Files kept beside a dataset that say which files they were made of.

use super::file::dataset_files;
use crate::footer::end_of;
use crate::guard::{GAVE_UP, guarded};
use crate::partition::NUMBER_PAGE_ROWS;
use crate::scan::damaged;
use crate::{Result, WRITER, io, sha256_of_bytes, write_atomically};
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use std::path::Path;

/// The name under which the note stands in a file's footer.
const NOTE: &str = "counterflow.made_of";

/// A line for each file of a dataset: its name, its length and the SHA-256 of its footer, which
/// holds the place, size and statistics of every piece of the file.
///
/// # Errors
/// When a file cannot be read or is no Parquet.
pub fn fingerprints(dataset: &Path) -> Result<String> {
    let mut lines = String::new();
    for path in dataset_files(dataset)? {
        let mut file = crate::open_file(&path).map_err(io("read", &path))?;
        let length = file.metadata().map_err(io("read", &path))?.len();
        let end = end_of(&mut file, length).map_err(io("read", &path))?;
        let end = end.ok_or_else(|| damaged(&path, "it does not end as a Parquet file does"))?;
        let hash = sha256_of_bytes(&end);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        lines += &format!("{name} {length} {hash}\n");
    }
    Ok(lines)
}

/// Writes a batch as a Parquet file with a note in its footer, the whole file or nothing.
///
/// # Errors
/// When it cannot be written.
pub fn write_with_note(path: &Path, batch: &RecordBatch, note: &str) -> Result<()> {
    let failed = |e: parquet::errors::ParquetError| damaged(path, e);
    let mut builder = WriterProperties::builder()
        .set_created_by(WRITER.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_data_page_row_count_limit(NUMBER_PAGE_ROWS)
        .set_write_batch_size(NUMBER_PAGE_ROWS)
        .set_key_value_metadata(Some(vec![KeyValue::new(NOTE.to_owned(), note.to_owned())]));
    for field in batch.schema().fields() {
        // Sums and counts as in a dataset; years, which are narrower, repeat.
        if matches!(field.data_type(), DataType::Int64 | DataType::Decimal128(..)) {
            let column = ColumnPath::from(field.name().as_str());
            builder = builder
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_compression(column.clone(), Compression::UNCOMPRESSED)
                .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
    }
    let properties = builder.build();
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options).map_err(failed)?;
    writer.write(batch).map_err(failed)?;
    write_atomically(path, &writer.into_inner().map_err(failed)?)
}

/// The note in the footer of a file that [`write_with_note`] wrote.
///
/// # Errors
/// When the file cannot be read or is no Parquet.
pub fn note_of(path: &Path) -> Result<Option<String>> {
    let reader = crate::open_parquet(path)?.reader();
    let footer = guarded(|| ParquetMetaDataReader::new().parse_and_finish(&reader));
    let footer = footer.ok_or_else(|| damaged(path, GAVE_UP))?;
    let footer = footer.map_err(|e| damaged(path, e))?;
    let notes = footer.file_metadata().key_value_metadata();
    let note = notes.into_iter().flatten().find(|pair| pair.key == NOTE);
    Ok(note.and_then(|pair| pair.value.clone()))
}
