use crate::block::{batch_of_block, scale_of};
use crate::dataset::{self, Partition};
use crate::schema::{COLUMNS, Shape, arrow_schema, shape};
use crate::{Error, Result, io};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use sha2::{Digest, Sha256};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::NamedTempFile;
use trade::{Block, Scales};

/// Rows in a row group.
pub const ROW_GROUP_ROWS: usize = 1 << 20;
/// Rows in a page.
pub const PAGE_ROWS: usize = 20_000;

/// Writes one partition of a dataset: block by block, the whole file or nothing.
pub struct PartitionWriter {
    writer: ArrowWriter<Hashing>,
    path: PathBuf,
    year: i16,
    scales: Scales,
    rows: u64,
    thousandths: i128,
}

impl PartitionWriter {
    /// Starts the file of a year in `folder`, under a temporary name.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub fn create(folder: &Path, year: i16, scales: Scales) -> Result<PartitionWriter> {
        let path = folder.join(dataset::file_name(year));
        std::fs::create_dir_all(folder).map_err(io("make the folder of", &path))?;
        let file = tempfile::Builder::new()
            .prefix(crate::atomic::UNFINISHED)
            .tempfile_in(folder)
            .map_err(io("write beside", &path))?;
        let sink = Hashing {
            file: BufWriter::with_capacity(1 << 20, file),
            hasher: Sha256::new(),
            bytes: 0,
        };
        let options = ArrowWriterOptions::new()
            .with_properties(properties())
            .with_skip_arrow_metadata(true);
        let schema = Arc::new(arrow_schema(|name| scale_of(scales, name)));
        let writer = ArrowWriter::try_new_with_options(sink, schema, options).map_err(failed(&path))?;
        Ok(PartitionWriter {
            writer,
            path,
            year,
            scales,
            rows: 0,
            thousandths: 0,
        })
    }

    /// Appends rows, which follow the ones before in the order of [`trade::Record::key`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, block: &Block) -> Result<()> {
        self.rows += block.rows() as u64;
        self.thousandths += block.value.iter().map(|&v| i128::from(v)).sum::<i128>();
        let batch = batch_of_block(block, self.scales)?;
        self.writer.write(&batch).map_err(failed(&self.path))
    }

    /// Completes the file, flushes it to the disk and gives it its name.
    ///
    /// # Errors
    /// When the file cannot be written; nothing is left of it then.
    pub fn finish(self) -> Result<Partition> {
        let sink = self.writer.into_inner().map_err(failed(&self.path))?;
        let (bytes, sha256) = (sink.bytes, crate::hash::hex(&sink.hasher.finalize()));
        let file = sink
            .file
            .into_inner()
            .map_err(|e| io("write", &self.path)(e.into_error()))?;
        crate::atomic::persist(file, &self.path)?;
        Ok(Partition {
            year: self.year,
            file: dataset::file_name(self.year),
            rows: self.rows,
            bytes,
            value_usd: trade::Usd::from_thousandths(self.thousandths).to_string(),
            sha256,
            source: None,
        })
    }
}

/// Hashes what it writes.
struct Hashing {
    file: BufWriter<NamedTempFile>,
    hasher: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn failed(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Error {
    let path = path.to_owned();
    move |error| match error {
        parquet::errors::ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(cause) => io("write", &path)(*cause),
            Err(cause) => Error::Parquet {
                path,
                reason: cause.to_string(),
            },
        },
        other => Error::Parquet {
            path,
            reason: other.to_string(),
        },
    }
}

fn properties() -> WriterProperties {
    let zstd = ZstdLevel::try_new(1).unwrap_or_default();
    let mut builder = WriterProperties::builder()
        .set_created_by("counterflow".to_owned())
        .set_compression(Compression::ZSTD(zstd))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Page);
    for name in COLUMNS {
        if shape(name).0 == Shape::Decimal {
            let column = ColumnPath::from(name);
            builder = builder
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
    }
    builder.build()
}
