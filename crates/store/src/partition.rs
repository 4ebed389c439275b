use crate::block::scale_of;
use crate::chunk::{Chunk, whole};
use crate::dataset::{self, Partition};
use crate::schema::{COLUMNS, Shape, arrow_schema, shape};
use crate::write::properties;
use crate::{Error, Result, io};
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::Compression;
use parquet::data_type::Int64Type;
use parquet::file::writer::SerializedFileWriter;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::NamedTempFile;
use trade::{Block, Months, NO_NUMBER, Numbers, Scales, Usd};

/// Rows in a row group.
pub const ROW_GROUP_ROWS: usize = 1 << 20;
/// Rows in a page.
pub const PAGE_ROWS: usize = 20_000;
/// Rows in a page of numbers, which are decoded from its start: a question about one partner needs a few
/// rows of each reporter. They are not compressed: packed differences hardly shrink (real files by about one per cent).
pub(crate) const NUMBER_PAGE_ROWS: usize = 4096;

/// Writes one partition of a dataset: block by block, the whole file or nothing.
pub struct PartitionWriter {
    writer: SerializedFileWriter<Hashing>,
    path: PathBuf,
    year: i16,
    scales: Scales,
    group: Group,
    rows: u64,
    thousandths: i128,
}

/// The rows of the row group that is being filled.
#[derive(Default)]
struct Group {
    rows: usize,
    coded: BTreeMap<&'static str, Chunk>,
    /// Numbers in the stored scale; those of a column begin with its first number.
    numbers: BTreeMap<&'static str, Vec<i64>>,
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
        let schema = ArrowSchemaConverter::new()
            .convert(&arrow_schema(|name| scale_of(scales, name)))
            .map_err(failed(&path))?;
        let writer = SerializedFileWriter::new(
            sink,
            schema.root_schema_ptr(),
            Arc::new(properties(Compression::UNCOMPRESSED, NUMBER_PAGE_ROWS)),
        )
        .map_err(failed(&path))?;
        Ok(PartitionWriter {
            writer,
            path,
            year,
            scales,
            group: Group::default(),
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
        self.thousandths += block
            .value
            .iter()
            .filter(|&&v| v != NO_NUMBER)
            .map(|&v| i128::from(v))
            .sum::<i128>();
        let mut from = 0;
        while from < block.rows() {
            let to = block.rows().min(from + ROW_GROUP_ROWS - self.group.rows);
            self.group.push(block, from, to, self.scales);
            from = to;
            if self.group.rows == ROW_GROUP_ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let group = std::mem::take(&mut self.group);
        if group.rows > 0 {
            group.write(&mut self.writer).map_err(failed(&self.path))?;
        }
        Ok(())
    }

    /// Completes the file, flushes it to the disk and gives it its name.
    ///
    /// # Errors
    /// When the file cannot be written; nothing is left of it then.
    pub fn finish(self) -> Result<Partition> {
        self.close()?.keep()
    }

    /// Completes the file, which has no name yet.
    ///
    /// # Errors
    /// When the file cannot be written; nothing is left of it then.
    pub fn close(mut self) -> Result<ClosedPartition> {
        self.flush()?;
        let sink = self.writer.into_inner().map_err(failed(&self.path))?;
        let (bytes, sha256) = (sink.bytes, crate::hash::hex(&sink.hasher.finalize()));
        let file = sink
            .file
            .into_inner()
            .map_err(|e| io("write", &self.path)(e.into_error()))?;
        let value = Usd::from_thousandths(self.thousandths);
        let partition = Partition {
            year: self.year,
            file: dataset::file_name(self.year),
            rows: self.rows,
            bytes,
            value_usd: value.to_string(),
            sha256,
            source: None,
        };
        Ok(ClosedPartition {
            file,
            path: self.path,
            value,
            partition,
        })
    }
}

/// A complete file of a year under a temporary name; gone if it is not kept.
pub struct ClosedPartition {
    file: NamedTempFile,
    path: PathBuf,
    value: Usd,
    partition: Partition,
}

impl ClosedPartition {
    /// The exact sum of its values in US dollars.
    pub fn value(&self) -> Usd {
        self.value
    }

    /// Flushes the file to the disk and gives it its name.
    ///
    /// # Errors
    /// When the disk is full; nothing is left of the file then.
    pub fn keep(self) -> Result<Partition> {
        crate::atomic::persist(self.file, &self.path)?;
        Ok(self.partition)
    }
}

impl Group {
    fn push(&mut self, block: &Block, from: usize, to: usize, scales: Scales) {
        let before = self.rows;
        self.rows += to - from;
        for name in COLUMNS {
            match name {
                "value_usd" => self.push_numbers(name, &block.value[from..to], before, scales),
                "net_weight_kg" => self.push_amounts(name, &block.net_weight_kg, from..to, before, scales),
                "quantity" => self.push_amounts(name, &block.quantity, from..to, before, scales),
                _ => self.push_coded(name, block, from..to),
            }
        }
    }

    fn push_amounts(
        &mut self,
        name: &'static str,
        column: &Numbers,
        rows: Range<usize>,
        before: usize,
        scales: Scales,
    ) {
        match column {
            Numbers::Each(numbers) => self.push_numbers(name, &numbers[rows], before, scales),
            Numbers::Absent => {
                if let Some(numbers) = self.numbers.get_mut(name) {
                    numbers.resize(before + rows.len(), NO_NUMBER);
                }
            }
        }
    }

    fn push_numbers(&mut self, name: &'static str, numbers: &[i64], before: usize, scales: Scales) {
        let divisor = 10_i64.pow(3 - scale_of(scales, name).clamp(0, 3) as u32);
        let column = self.numbers.entry(name).or_insert_with(|| vec![NO_NUMBER; before]);
        column.extend(numbers.iter().map(|&n| if n == NO_NUMBER { n } else { n / divisor }));
    }

    fn push_coded(&mut self, name: &'static str, block: &Block, rows: Range<usize>) {
        let chunk = self.coded.entry(name).or_default();
        let count = rows.len();
        match name {
            "compiler" => chunk.push(Some(block.compiler.as_bytes()), count),
            "status" => chunk.push(Some(block.status.as_str().as_bytes()), count),
            "period_year" => chunk.push(Some(&whole(i32::from(block.year))), count),
            "period_month" | "period_months" => push_months(chunk, name == "period_month", &block.months, rows),
            "reporter" => chunk.push_words(&block.reporter, rows.start, rows.end),
            "partner" => chunk.push_words(&block.partner, rows.start, rows.end),
            "flow" => chunk.push_words(&block.flow, rows.start, rows.end),
            "classification" => chunk.push_words(&block.classification, rows.start, rows.end),
            "product" => chunk.push_words(&block.product, rows.start, rows.end),
            "valuation" => chunk.push_words(&block.valuation, rows.start, rows.end),
            "quantity_unit" => chunk.push_words(&block.quantity_unit, rows.start, rows.end),
            "basis" => chunk.push_words(&block.basis, rows.start, rows.end),
            _ => chunk.push(None, count),
        }
    }

    fn write(mut self, writer: &mut SerializedFileWriter<Hashing>) -> parquet::errors::Result<()> {
        let schema = Arc::new(writer.schema_descr().clone());
        let mut group = writer.next_row_group()?;
        for (at, name) in COLUMNS.into_iter().enumerate() {
            let Some(numbers) = self.numbers.remove(name) else {
                let mut chunk = self.coded.remove(name).unwrap_or_default();
                if shape(name).0 == Shape::Decimal {
                    chunk = Chunk::default();
                    chunk.push(None, self.rows);
                }
                let (bytes, result) = chunk.finish(schema.column(at), PAGE_ROWS)?;
                group.append_column(&bytes, result)?;
                continue;
            };
            let levels: Vec<i16> = numbers.iter().map(|&n| i16::from(n != NO_NUMBER)).collect();
            let there: Vec<i64> = numbers.into_iter().filter(|&n| n != NO_NUMBER).collect();
            if let Some(mut column) = group.next_column()? {
                column.typed::<Int64Type>().write_batch(&there, Some(&levels), None)?;
                column.close()?;
            }
        }
        group.close()?;
        Ok(())
    }
}

fn push_months(chunk: &mut Chunk, first: bool, months: &Months, rows: Range<usize>) {
    let word = |(month, count): (u8, u16)| match (first, (month, count)) {
        (true, (1, 12)) => None,
        (true, _) => Some(whole(i32::from(month))),
        (false, _) => Some(whole(i32::from(count))),
    };
    match months {
        Months::Annual => chunk.push(word((1, 12)).as_ref().map(|w| &w[..]), rows.len()),
        Months::Each(each) => {
            for run in each[rows].chunk_by(|a, b| a == b) {
                chunk.push(word(run[0]).as_ref().map(|w| &w[..]), run.len());
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Filter, batch_of_block, read_records, records_of_batch};
    use proptest::prelude::*;
    use trade::{NO_WORD, Words};

    fn words(list: &[&str], codes: Vec<u32>) -> Words {
        Words::Coded {
            words: Arc::new(list.iter().map(|&w| Arc::from(w)).collect()),
            codes,
        }
    }

    /// Rows made of runs, some of them long enough for pages of their own.
    fn block(runs: &[(u32, usize)], weights: bool) -> Block {
        let codes: Vec<u32> = runs.iter().flat_map(|&(c, n)| std::iter::repeat_n(c, n)).collect();
        let each = |f: &dyn Fn(u32) -> u32| codes.iter().map(|&c| f(c)).collect::<Vec<u32>>();
        let products: Vec<String> = (0..300).map(|n| format!("{:06}", n * 7)).collect();
        let products: Vec<&str> = products.iter().map(String::as_str).collect();
        let value: Vec<i64> = codes.iter().map(|&c| i64::from(c) * 1000 - 5000).collect();
        Block {
            year: 2003,
            months: Months::Each(
                codes
                    .iter()
                    .map(|c| if c % 2 == 0 { (1, 12) } else { (7, 1) })
                    .collect(),
            ),
            compiler: "test".into(),
            status: trade::Status::Reported,
            reporter: words(&["CHN", "PRK", "KOR"], each(&|c| c % 3)),
            partner: Words::Same(Some("WLD".into())),
            flow: words(&["export", "import"], each(&|c| c / 4 % 2)),
            classification: Words::Same(Some("HS3".into())),
            product: words(&products, codes.clone()),
            valuation: words(&["FOB"], each(&|c| if c % 5 == 0 { NO_WORD } else { 0 })),
            quantity_unit: Words::Same(None),
            basis: words(&["B"], each(&|c| if c % 7 == 0 { 0 } else { NO_WORD })),
            net_weight_kg: match weights {
                true => Numbers::Each(value.iter().map(|v| if v % 3 == 0 { NO_NUMBER } else { *v }).collect()),
                false => Numbers::Absent,
            },
            quantity: Numbers::Absent,
            value,
        }
    }

    #[test]
    fn a_reader_that_passes_over_rows_knows_where_the_pages_are() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = PartitionWriter::create(folder.path(), 2003, Scales::default()).unwrap();
        writer.write(&block(&[(1, 2 * PAGE_ROWS), (2, 1)], true)).unwrap();
        let file = folder.path().join(writer.finish().unwrap().file);
        let file = crate::columns::DataFile::open(&file).unwrap();
        for (column, pages) in [("value_usd", 10), ("product", 3), ("net_weight_kg", 10)] {
            assert_eq!(file.pages_located(0, column), Some(pages), "{column}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn what_is_written_is_read_back(
            runs in proptest::collection::vec((0_u32..300, prop_oneof![1_usize..4, 1_usize..40, 15_000_usize..30_000]), 1..40),
            first in any::<bool>(), second in any::<bool>(),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut writer = PartitionWriter::create(folder.path(), 2003, Scales::default()).unwrap();
            let mut want = Vec::new();
            for block in [block(&runs, first), block(&runs[..1], second)] {
                writer.write(&block).unwrap();
                let batch = batch_of_block(&block, Scales::default()).unwrap();
                want.extend(records_of_batch(&batch, folder.path()).unwrap());
            }
            let file = folder.path().join(writer.finish().unwrap().file);
            prop_assert_eq!(&read_records(&file, &Filter::default()).unwrap(), &want);
            let filter = Filter::default().with("product", "000700").with("reporter", "PRK");
            want.retain(|r| &*r.product == "000700" && r.reporter.as_str() == "PRK");
            prop_assert_eq!(read_records(&file, &filter).unwrap(), want);
        }
    }
}
