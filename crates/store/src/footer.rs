use crate::{Error, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::page_index::offset_index::PageLocation;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

/// Rows that any file may claim.
const ALWAYS: u64 = 10_000_000;
/// Rows that a file may claim for each of its bytes; tables of trade have about one.
const BY_BYTE: u64 = 64;

/// Refuses a footer that claims other rows than its row groups do, or more than the file can hold, or that points out
/// of the file: memory is laid out by what it says.
pub(crate) fn check_footer(path: &Path, metadata: &ParquetMetaData, bytes: u64) -> Result<()> {
    let refuse = |reason: String| {
        Err(Error::Parquet {
            path: path.to_owned(),
            reason,
        })
    };
    let claimed = metadata.file_metadata().num_rows();
    let groups = metadata.row_groups().iter().map(|group| group.num_rows());
    let counted = groups.clone().try_fold(0_i64, |sum, rows| sum.checked_add(rows));
    if claimed < 0 || counted != Some(claimed) || groups.clone().any(|rows| rows < 0) {
        return refuse(format!(
            "its footer claims {claimed} rows, its row groups others: it is damaged"
        ));
    }
    let most = bytes.saturating_mul(BY_BYTE).max(ALWAYS);
    if claimed.unsigned_abs() > most {
        return refuse(format!(
            "its footer claims {claimed} rows in {bytes} bytes: it is damaged"
        ));
    }
    for (number, group) in metadata.row_groups().iter().enumerate() {
        for (at, column) in group.columns().iter().enumerate() {
            let place = range(column).filter(|place| place.end <= bytes);
            let index = metadata.offset_index().and_then(|index| index.get(number)?.get(at));
            let pages = index.is_none_or(|index| fit(index.page_locations(), column, group.num_rows()));
            if place.is_none() || !pages {
                let name = column.column_path();
                return refuse(format!(
                    "its footer points out of the file at column {name}: it is damaged"
                ));
            }
        }
    }
    Ok(())
}

/// The footer with the eight bytes behind it, its length and `PAR1`; `None` where a file does not end so.
pub(crate) fn end_of(file: &mut File, length: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut read = |bytes: u64| -> std::io::Result<Vec<u8>> {
        let mut end = vec![0; bytes as usize];
        file.seek(SeekFrom::Start(length - bytes))?;
        file.read_exact(&mut end)?;
        Ok(end)
    };
    if length < 8 {
        return Ok(None);
    }
    let last = read(8)?;
    let footer = last.first_chunk().map_or(0, |n| u32::from_le_bytes(*n));
    match u64::from(footer) + 8 {
        all if all <= length && last.ends_with(b"PAR1") => read(all).map(Some),
        _ => Ok(None),
    }
}

/// Where a column of a row group lies in the file.
fn range(column: &ColumnChunkMetaData) -> Option<Range<u64>> {
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let start = u64::try_from(start).ok().filter(|_| column.data_page_offset() >= 0)?;
    Some(start..start.checked_add(u64::try_from(column.compressed_size()).ok()?)?)
}

/// Whether pages lie in their column, one after the other, and begin with rows that it has.
pub(crate) fn fit(pages: &[PageLocation], column: &ColumnChunkMetaData, rows: i64) -> bool {
    let Some(place) = range(column) else { return false };
    let inside = |page: &PageLocation| {
        let start = u64::try_from(page.offset).ok();
        let end = start.zip(u64::try_from(page.compressed_page_size).ok());
        let end = end.and_then(|(start, length)| start.checked_add(length));
        start.is_some_and(|start| place.start <= start) && end.is_some_and(|end| end <= place.end)
    };
    pages.iter().all(inside)
        && pages.first().is_none_or(|page| page.first_row_index == 0)
        && pages.last().is_none_or(|page| page.first_row_index <= rows)
        && pages
            .windows(2)
            .all(|w| w[0].offset < w[1].offset && w[0].first_row_index <= w[1].first_row_index)
}
