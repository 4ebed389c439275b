//! Column chunks of dictionary codes, written page by page without looking at a word twice.
//!
//! The general writer hashes every value again to find its code. Here the codes are known, and as
//! tables are sorted they come in runs, so that a column costs as much as it has runs.

use bytes::Bytes;
use parquet::basic::{BoundaryOrder, Compression, Encoding, PageType, Type};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use std::collections::HashMap;
use trade::{NO_WORD, Words};

/// One column of one row group while it grows.
#[derive(Default)]
pub(crate) struct Chunk {
    /// The dictionary, as Parquet stores plain values without their lengths.
    words: Vec<Vec<u8>>,
    codes: HashMap<Vec<u8>, u32>,
    /// A code and how often it follows itself; [`NO_WORD`] is null.
    runs: Vec<(u32, u32)>,
}

impl Chunk {
    fn code(&mut self, word: &[u8]) -> u32 {
        if let Some(&code) = self.codes.get(word) {
            return code;
        }
        let code = self.words.len() as u32;
        self.words.push(word.to_vec());
        self.codes.insert(word.to_vec(), code);
        code
    }

    /// Appends one value, or null, `count` times.
    pub fn push(&mut self, word: Option<&[u8]>, count: usize) {
        let code = word.map_or(NO_WORD, |word| self.code(word));
        self.run(code, count as u32);
    }

    fn run(&mut self, code: u32, count: u32) {
        match self.runs.last_mut() {
            Some(last) if last.0 == code => last.1 += count,
            _ if count == 0 => {}
            _ => self.runs.push((code, count)),
        }
    }

    /// Appends rows `from..to` of a text column.
    pub fn push_words(&mut self, column: &Words, from: usize, to: usize) {
        let (words, codes) = match column {
            Words::Same(word) => return self.push(word.as_deref().map(str::as_bytes), to - from),
            Words::Coded { words, codes } => (words, &codes[from..to]),
        };
        let mut known: Vec<u32> = vec![NO_WORD; words.len()];
        for run in codes.chunk_by(|a, b| a == b) {
            let code = match words.get(run[0] as usize) {
                None => NO_WORD,
                Some(word) => {
                    let slot = &mut known[run[0] as usize];
                    if *slot == NO_WORD {
                        *slot = self.code(word.as_bytes());
                    }
                    *slot
                }
            };
            self.run(code, run.len() as u32);
        }
    }

    /// The chunk's bytes and what the file has to know of them.
    pub fn finish(self, column: ColumnDescPtr, page_rows: usize) -> Result<(Bytes, ColumnCloseResult)> {
        let optional = column.max_def_level() > 0;
        let mut order: Vec<usize> = (0..self.words.len()).collect();
        let integer = column.physical_type() == Type::INT32;
        order.sort_by(|&a, &b| compare(&self.words[a], &self.words[b], integer));
        let mut rank = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, &word)| rank[word] = at);
        let mut writing = Writing::new(column.physical_type());
        writing.dictionary(&self.words, integer)?;
        let width = (usize::BITS - self.words.len().saturating_sub(1).leading_zeros()).max(1);
        for page in pages(&self.runs, page_rows) {
            writing.page(
                &page,
                optional,
                (!self.words.is_empty()).then_some(width),
                &rank,
                |at| self.words[order[at]].clone(),
            )?;
        }
        let ends = (
            order.first().map(|&w| &self.words[w]),
            order.last().map(|&w| &self.words[w]),
        );
        let nulls = self
            .runs
            .iter()
            .filter(|r| r.0 == NO_WORD)
            .map(|r| u64::from(r.1))
            .sum();
        let statistics = statistics(ends, column.physical_type(), nulls);
        writing.close(column, statistics)
    }
}

fn compare(a: &[u8], b: &[u8], integer: bool) -> std::cmp::Ordering {
    if integer { number(a).cmp(&number(b)) } else { a.cmp(b) }
}

fn number(bytes: &[u8]) -> i32 {
    bytes.try_into().map(i32::from_le_bytes).unwrap_or_default()
}

fn statistics(ends: (Option<&Vec<u8>>, Option<&Vec<u8>>), kind: Type, nulls: u64) -> Option<Statistics> {
    // Where all is null, that is what a reader has to know.
    let (Some(least), Some(greatest)) = ends else {
        return Some(match kind {
            Type::INT32 => Statistics::int32(None, None, None, Some(nulls), false),
            Type::INT64 => Statistics::int64(None, None, None, Some(nulls), false),
            _ => Statistics::byte_array(None, None, None, Some(nulls), false),
        });
    };
    Some(if kind == Type::INT32 {
        Statistics::int32(Some(number(least)), Some(number(greatest)), None, Some(nulls), false)
    } else {
        let text = |t: &Vec<u8>| Some(ByteArray::from(t.clone()));
        Statistics::byte_array(text(least), text(greatest), None, Some(nulls), false)
    })
}

/// Cuts runs into pages of so many rows.
fn pages(runs: &[(u32, u32)], rows: usize) -> Vec<Vec<(u32, u32)>> {
    let mut pages = vec![Vec::new()];
    let mut room = rows as u32;
    for &(code, mut count) in runs {
        while count > 0 {
            if room == 0 {
                pages.push(Vec::new());
                room = rows as u32;
            }
            let some = count.min(room);
            if let Some(page) = pages.last_mut() {
                page.push((code, some));
            }
            (count, room) = (count - some, room - some);
        }
    }
    pages
}

struct Writing {
    sink: TrackedWrite<Vec<u8>>,
    columns: ColumnIndexBuilder,
    offsets: OffsetIndexBuilder,
    rows: u64,
    pages: i32,
    uncompressed: usize,
    first_page: Option<u64>,
    has_dictionary: bool,
    ends: Vec<(usize, usize)>,
}

impl Writing {
    fn new(kind: Type) -> Writing {
        Writing {
            sink: TrackedWrite::new(Vec::new()),
            columns: ColumnIndexBuilder::new(kind),
            offsets: OffsetIndexBuilder::new(),
            rows: 0,
            pages: 0,
            uncompressed: 0,
            first_page: None,
            has_dictionary: false,
            ends: Vec::new(),
        }
    }

    fn put(&mut self, page: Page) -> Result<parquet::column::page::PageWriteSpec> {
        let length = page.buffer().len();
        let spec = SerializedPageWriter::new(&mut self.sink).write_page(CompressedPage::new(page, length))?;
        self.uncompressed += spec.uncompressed_size;
        Ok(spec)
    }

    fn dictionary(&mut self, words: &[Vec<u8>], integer: bool) -> Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        for word in words {
            if !integer {
                bytes.extend_from_slice(&(word.len() as u32).to_le_bytes());
            }
            bytes.extend_from_slice(word);
        }
        self.has_dictionary = true;
        self.put(Page::DictionaryPage {
            buf: bytes.into(),
            num_values: words.len() as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        })?;
        Ok(())
    }

    /// Writes a page of runs; `width` is the bits of a code, none where all rows are null.
    fn page(
        &mut self,
        runs: &[(u32, u32)],
        optional: bool,
        width: Option<u32>,
        rank: &[usize],
        word: impl Fn(usize) -> Vec<u8>,
    ) -> Result<()> {
        let rows: u32 = runs.iter().map(|r| r.1).sum();
        let nulls: u32 = runs.iter().filter(|r| r.0 == NO_WORD).map(|r| r.1).sum();
        let mut bytes = Vec::new();
        if optional {
            let levels = hybrid(runs.iter().map(|&(code, n)| (u32::from(code != NO_WORD), n)), 1);
            bytes.extend_from_slice(&(levels.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&levels);
        }
        if let Some(width) = width {
            bytes.push(width as u8);
            bytes.extend_from_slice(&hybrid(runs.iter().filter(|r| r.0 != NO_WORD).copied(), width));
        }
        let spec = self.put(Page::DataPage {
            buf: bytes.into(),
            num_values: rows,
            encoding: if width.is_some() {
                Encoding::RLE_DICTIONARY
            } else {
                Encoding::PLAIN
            },
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })?;
        self.first_page.get_or_insert(spec.offset);
        self.rows += u64::from(rows);
        self.pages += 1;
        self.offsets.append_row_count(i64::from(rows));
        self.offsets
            .append_offset_and_size(spec.offset as i64, spec.compressed_size as i32);
        let ranks = || runs.iter().filter_map(|r| rank.get(r.0 as usize).copied());
        match (ranks().min(), ranks().max()) {
            (Some(least), Some(greatest)) => {
                self.ends.push((least, greatest));
                self.columns
                    .append(false, word(least), word(greatest), i64::from(nulls));
            }
            _ => self.columns.append(true, Vec::new(), Vec::new(), i64::from(nulls)),
        }
        Ok(())
    }

    fn close(mut self, column: ColumnDescPtr, statistics: Option<Statistics>) -> Result<(Bytes, ColumnCloseResult)> {
        let ascending = self.ends.windows(2).all(|w| w[0].0 <= w[1].0 && w[0].1 <= w[1].1);
        self.columns.set_boundary_order(if ascending {
            BoundaryOrder::ASCENDING
        } else {
            BoundaryOrder::UNORDERED
        });
        let bytes = Bytes::from(self.sink.into_inner()?);
        // They tell a reader that the dictionary has all values, so that it need not look at the rows.
        let (data, count) = match self.has_dictionary {
            true => (Encoding::RLE_DICTIONARY, self.pages),
            false => (Encoding::PLAIN, self.pages),
        };
        let pages = |page_type, encoding, count| PageEncodingStats {
            page_type,
            encoding,
            count,
        };
        let mut encodings = vec![pages(PageType::DATA_PAGE, data, count)];
        if self.has_dictionary {
            encodings.push(pages(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1));
        }
        let mut metadata = ColumnChunkMetaData::builder(column)
            .set_compression(Compression::UNCOMPRESSED)
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
            .set_page_encoding_stats(encodings)
            .set_num_values(self.rows as i64)
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(self.uncompressed as i64)
            .set_data_page_offset(self.first_page.unwrap_or_default() as i64)
            .set_dictionary_page_offset(self.has_dictionary.then_some(0));
        if let Some(statistics) = statistics {
            metadata = metadata.set_statistics(statistics);
        }
        let result = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: self.rows,
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index: Some(self.columns.build()?),
            offset_index: Some(self.offsets.build()),
        };
        Ok((bytes, result))
    }
}

/// Parquet's hybrid of runs and bit-packed groups of eight.
fn hybrid(runs: impl Iterator<Item = (u32, u32)>, width: u32) -> Vec<u8> {
    let mut out = Hybrid {
        width,
        out: Vec::new(),
        packed: Vec::new(),
    };
    let mut last: Option<(u32, u32)> = None;
    for (value, count) in runs {
        match &mut last {
            Some(run) if run.0 == value => run.1 += count,
            _ => {
                if let Some((value, count)) = last.replace((value, count)) {
                    out.run(value, count);
                }
            }
        }
    }
    if let Some((value, count)) = last {
        out.run(value, count);
    }
    // The last group may be filled up; readers stop at the number of values.
    out.packed.resize(out.packed.len().next_multiple_of(8), 0);
    out.flush();
    out.out
}

struct Hybrid {
    width: u32,
    out: Vec<u8>,
    packed: Vec<u32>,
}

impl Hybrid {
    fn run(&mut self, value: u32, mut count: u32) {
        let fill = (self.packed.len().next_multiple_of(8) - self.packed.len()) as u32;
        if count < fill + 8 {
            self.packed.extend(std::iter::repeat_n(value, count as usize));
            return;
        }
        self.packed.extend(std::iter::repeat_n(value, fill as usize));
        count -= fill;
        self.flush();
        varint(u64::from(count) << 1, &mut self.out);
        self.out
            .extend_from_slice(&value.to_le_bytes()[..self.width.div_ceil(8) as usize]);
    }

    fn flush(&mut self) {
        if self.packed.is_empty() {
            return;
        }
        varint((self.packed.len() as u64 / 8) << 1 | 1, &mut self.out);
        let (mut bits, mut filled) = (0_u64, 0);
        for &value in &self.packed {
            bits |= u64::from(value) << filled;
            filled += self.width;
            while filled >= 8 {
                self.out.push(bits as u8);
                bits >>= 8;
                filled -= 8;
            }
        }
        self.packed.clear();
    }
}

fn varint(mut n: u64, out: &mut Vec<u8>) {
    while n >= 128 {
        out.push(n as u8 | 128);
        n >>= 7;
    }
    out.push(n as u8);
}

/// The bytes of a text or a whole number, as [`Chunk::push`] takes them.
pub(crate) fn whole(n: i32) -> [u8; 4] {
    n.to_le_bytes()
}
