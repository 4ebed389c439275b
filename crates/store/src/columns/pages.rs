use super::hybrid::{Damage, Hybrid};
use super::positional::Positional;
use crate::guard::{GAVE_UP, guarded};
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::page_index::offset_index::PageLocation;
use parquet::file::serialized_reader::SerializedPageReader;
use std::sync::Arc;

/// Why a chunk of a column was not read by the cursors.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It is damaged.
    Damaged(String),
    /// It is written in a way that the cursors do not know, and another reader may.
    Unknown,
}

impl From<Damage> for Refused {
    fn from(damage: Damage) -> Self {
        Refused::Damaged(damage.to_owned())
    }
}

impl From<ParquetError> for Refused {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::NYI(_) => Refused::Unknown,
            other => Refused::Damaged(other.to_string()),
        }
    }
}

/// A page of values.
pub(crate) struct DataPage {
    /// The values that are not null.
    pub values: Bytes,
    /// How they are written.
    pub encoding: Encoding,
    /// Rows of the page.
    pub rows: usize,
    /// Which rows have a value; `None` where all have.
    pub valid: Option<Vec<bool>>,
    /// How many have one.
    pub count: usize,
}

/// A page of a column.
pub(crate) enum Step {
    /// The dictionary: its bytes and its number of values.
    Dictionary(Bytes, usize),
    /// Values.
    Data(DataPage),
}

/// The pages of one column in one row group.
pub(crate) struct Pages {
    reader: SerializedPageReader<Positional>,
    nullable: bool,
    /// Rows of the group: no page has more.
    rows: usize,
}

impl Pages {
    /// The pages of a chunk that is not nested.
    pub(crate) fn new(
        reader: Arc<Positional>,
        chunk: &ColumnChunkMetaData,
        rows: usize,
        locations: Option<Vec<PageLocation>>,
    ) -> Result<Self, Refused> {
        let column = chunk.column_descr();
        if column.max_rep_level() > 0 || column.max_def_level() > 1 {
            return Err(Refused::Unknown);
        }
        Ok(Pages {
            reader: SerializedPageReader::new(reader, chunk, rows, locations)?,
            nullable: column.max_def_level() == 1,
            rows,
        })
    }

    /// The next page.
    pub(crate) fn next(&mut self) -> Result<Option<Step>, Refused> {
        let Some(page) = guarded(|| self.reader.get_next_page()).ok_or(GAVE_UP)?? else {
            return Ok(None);
        };
        let values = page.num_values() as usize;
        if page.is_data_page() && values > self.rows {
            return Err("a page of more values than the row group has rows".into());
        }
        Ok(Some(match page {
            Page::DictionaryPage {
                buf,
                num_values,
                encoding: Encoding::PLAIN | Encoding::PLAIN_DICTIONARY,
                ..
            } => Step::Dictionary(buf, num_values as usize),
            Page::DictionaryPage { .. } => return Err(Refused::Unknown),
            Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding,
                ..
            } => self.first_version(&buf, num_values as usize, encoding, def_level_encoding)?,
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let start = rep_levels_byte_len as usize;
                let end = start.saturating_add(def_levels_byte_len as usize);
                if end > buf.len() {
                    return Err("a page whose levels are longer than itself".into());
                }
                data(
                    self.nullable.then(|| buf.slice(start..end)),
                    buf.slice(end..),
                    num_values as usize,
                    encoding,
                )?
            }
        }))
    }

    fn first_version(&self, buf: &Bytes, rows: usize, encoding: Encoding, levels: Encoding) -> Result<Step, Refused> {
        if !self.nullable {
            return data(None, buf.clone(), rows, encoding);
        }
        if levels != Encoding::RLE {
            return Err(Refused::Unknown);
        }
        let damage = "a page whose levels are longer than itself";
        let length = buf.first_chunk::<4>().ok_or(damage)?;
        let end = 4_usize.saturating_add(u32::from_le_bytes(*length) as usize);
        if end > buf.len() {
            return Err(damage.into());
        }
        data(Some(buf.slice(4..end)), buf.slice(end..), rows, encoding)
    }

    /// Passes over pages that lie wholly within the next `rows` rows; gives how many rows that was.
    /// A dictionary page is not passed over.
    pub(crate) fn skip(&mut self, rows: usize) -> Result<usize, Refused> {
        let mut skipped = 0;
        while let Some(page) = guarded(|| self.reader.peek_next_page()).ok_or(GAVE_UP)?? {
            let Some(here) = page.num_rows.or(page.num_levels).filter(|_| !page.is_dict) else {
                break;
            };
            if here > rows - skipped {
                break;
            }
            guarded(|| self.reader.skip_next_page()).ok_or(GAVE_UP)??;
            skipped += here;
        }
        Ok(skipped)
    }
}

fn data(levels: Option<Bytes>, values: Bytes, rows: usize, encoding: Encoding) -> Result<Step, Refused> {
    let valid = levels.map(|levels| validity(levels, rows)).transpose()?.flatten();
    Ok(Step::Data(DataPage {
        count: valid.as_ref().map_or(rows, |v| v.iter().filter(|v| **v).count()),
        values,
        encoding,
        rows,
        valid,
    }))
}

/// Which rows have a value, from their definition levels; `None` where all have.
fn validity(levels: Bytes, rows: usize) -> Result<Option<Vec<bool>>, Damage> {
    let mut runs = Vec::new();
    Hybrid::new(levels, 1)?.runs(rows, &mut runs)?;
    if runs.iter().all(|run| run.code == 1) {
        return Ok(None);
    }
    let mut valid = Vec::with_capacity(rows);
    for run in runs {
        valid.resize(valid.len() + run.rows as usize, run.code == 1);
    }
    Ok(Some(valid))
}
