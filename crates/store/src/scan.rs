use crate::filter::{Filter, Wanted};
use crate::footer::check_footer;
use crate::guard::{GAVE_UP, guarded};
use crate::schema::{self, COLUMNS, Shape, shape};
use crate::{Error, Result, records_of_batch};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int16Type, Int32Type, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowFilter, RowSelection,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trade::Record;

/// What a scan read and what it could leave unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanStats {
    /// Row groups in the file.
    pub row_groups: usize,
    /// Row groups left unread because their statistics exclude them.
    pub row_groups_skipped: usize,
    /// Rows in the file.
    pub rows: usize,
    /// Rows on pages left unread within the other row groups.
    pub rows_skipped_by_page: usize,
}

/// Batches of a dataset, one after another; see [`scan`].
#[derive(Debug)]
pub struct Scan {
    reader: ParquetRecordBatchReader,
    path: PathBuf,
    /// What was left unread.
    pub stats: ScanStats,
}

impl Iterator for Scan {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(next) = guarded(|| self.reader.next()) else {
            return Some(Err(damaged(&self.path, GAVE_UP)));
        };
        let batch = next?.map_err(|e| damaged(&self.path, e));
        Some(batch.and_then(|batch| widen_decimals(&batch)))
    }
}

/// Reads a dataset: only the wanted columns (all where `columns` is `None`), only row groups and
/// pages whose statistics may hold wanted rows, only wanted rows.
///
/// # Errors
/// When the file cannot be read, is no Parquet, or a column is absent or of another type.
pub fn scan(path: &Path, filter: &Filter, columns: Option<&[&str]>) -> Result<Scan> {
    guarded(|| open_scan(path, filter, columns)).unwrap_or_else(|| Err(damaged(path, GAVE_UP)))
}

fn open_scan(path: &Path, filter: &Filter, columns: Option<&[&str]>) -> Result<Scan> {
    let opened = crate::open_parquet(path)?;
    let reader = opened.reader();
    let metadata = |options| ArrowReaderMetadata::load(&reader, options).map_err(|e| damaged(path, e));
    let plain = ArrowReaderOptions::new()
        .with_skip_arrow_metadata(true)
        .with_page_index_policy(PageIndexPolicy::Optional);
    let found = metadata(plain.clone())?;
    check_footer(path, found.metadata(), opened.length)?;
    let wanted = coded_schema(path, found.schema())?;
    let coded = metadata(plain.with_schema(wanted))?;
    for column in filter
        .columns()
        .into_iter()
        .chain(columns.into_iter().flatten().copied())
    {
        if !COLUMNS.contains(&column) {
            return Err(mistyped(path, column, "a column of trade records", "no such column"));
        }
    }

    let mut stats = ScanStats {
        row_groups: found.metadata().num_row_groups(),
        rows: found.metadata().file_metadata().num_rows().max(0) as usize,
        ..ScanStats::default()
    };
    let (groups, selection) = prune(&found, filter, &mut stats).map_err(|e| damaged(path, e))?;
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(reader, coded)
        .with_row_groups(groups)
        .with_batch_size(65_536);
    if let Some(selection) = selection {
        builder = builder.with_row_selection(selection);
    }
    if let Some(columns) = columns {
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    if *filter != Filter::default() {
        let mask = ProjectionMask::columns(builder.parquet_schema(), filter.columns());
        let filter = filter.clone();
        let predicate = ArrowPredicateFn::new(mask, move |batch| wanted_rows(&batch, &filter));
        builder = builder.with_row_filter(RowFilter::new(vec![Box::new(predicate)]));
    }
    let reader = builder.build().map_err(|e| damaged(path, e))?;
    Ok(Scan {
        reader,
        path: path.to_owned(),
        stats,
    })
}

/// All wanted records of a dataset; see [`scan`].
///
/// # Errors
/// As [`scan`]; also for a value that no record can hold.
pub fn read_records(path: &Path, filter: &Filter) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for batch in scan(path, filter, None)? {
        let before = records.len();
        // A batch counts its own rows.
        let of_file = |error| match error {
            Error::Value {
                path,
                row,
                column,
                reason,
            } if *filter == Filter::default() => Error::Value {
                path,
                row: row + before,
                column,
                reason,
            },
            other => other,
        };
        records.extend(records_of_batch(&batch?, path).map_err(of_file)?);
    }
    Ok(records)
}

pub(crate) fn damaged(path: &Path, reason: impl ToString) -> Error {
    let mut reason = reason.to_string();
    if reason.contains("Disabled feature at compile time") {
        "its columns are packed with brotli: write it anew with zstd, snappy, lz4 or gzip".clone_into(&mut reason);
    }
    if reason.contains("encrypted footer") {
        crate::ENCRYPTED.clone_into(&mut reason);
    }
    // What the reader calls its errors says nothing of the file.
    let words = ["Parquet argument error: ", "Parquet error: ", "External: ", "EOF: "];
    let mut told = reason.as_str();
    while let Some(rest) = words.iter().find_map(|word| told.strip_prefix(word)) {
        told = rest;
    }
    Error::Parquet {
        path: path.to_owned(),
        reason: told.to_owned(),
    }
}

pub(crate) fn mistyped(path: &Path, column: &str, expected: &str, found: &str) -> Error {
    Error::Schema {
        path: path.to_owned(),
        column: column.to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

/// The file's schema with text columns kept dictionary-coded, after checking that every
/// column is there with a type that holds it without loss. Another tool may have rewritten
/// the file with wider integers or decimals; floating point is refused.
pub(crate) fn coded_schema(path: &Path, found: &Schema) -> Result<SchemaRef> {
    for name in COLUMNS {
        let (shape, _) = shape(name);
        let Ok(field) = found.field_with_name(name) else {
            return Err(mistyped(path, name, "a column of trade records", "absent"));
        };
        if found.fields().iter().filter(|other| other.name() == name).count() > 1 {
            return Err(mistyped(path, name, "one column", "there twice"));
        }
        let (fits, expected) = match shape {
            Shape::Text => (*field.data_type() == DataType::Utf8, "text"),
            Shape::Decimal => (
                matches!(field.data_type(), DataType::Decimal128(_, 0..=3)),
                "a decimal of scale 0 to 3",
            ),
            _ => (field.data_type().is_integer(), "an integer"),
        };
        if !fits {
            return Err(mistyped(path, name, expected, &field.data_type().to_string()));
        }
    }
    let fields = found.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => {
            let coded = schema::arrow_type(Shape::Text, 0);
            Arc::new(Field::new(field.name(), coded, field.is_nullable()))
        }
        _ => field.clone(),
    });
    Ok(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
}

/// Brings integers and decimals that another tool widened to this crate's types.
fn widen_decimals(batch: &RecordBatch) -> Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let kind = match (shape(field.name()).0, column.data_type()) {
            (Shape::Decimal, DataType::Decimal128(_, scale)) => DataType::Decimal128(18, *scale),
            (Shape::Decimal | Shape::Text, other) => other.clone(),
            (integer, _) => schema::arrow_type(integer, 0),
        };
        columns.push(if *column.data_type() == kind {
            column.clone()
        } else {
            cast_strictly(column, &kind)?
        });
        fields.push(Field::new(field.name(), kind, true));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn cast_strictly(column: &ArrayRef, kind: &DataType) -> Result<ArrayRef> {
    let strict = arrow::compute::CastOptions {
        safe: false,
        ..Default::default()
    };
    Ok(arrow::compute::cast_with_options(column, kind, &strict)?)
}

/// The row groups to read, and within them the rows on pages that may match.
fn prune(
    metadata: &ArrowReaderMetadata,
    filter: &Filter,
    stats: &mut ScanStats,
) -> std::result::Result<(Vec<usize>, Option<RowSelection>), ParquetError> {
    let file = metadata.metadata();
    let converter =
        |column| StatisticsConverter::try_new(column, metadata.schema(), file.file_metadata().schema_descr());
    let mut kept: Vec<usize> = (0..file.num_row_groups()).collect();
    for demand in filter.demands() {
        let mut may = vec![false; kept.len()];
        for column in &demand.columns {
            let converter = converter(column)?;
            let groups = || kept.iter().map(|&g| file.row_group(g));
            let (mins, maxes) = (
                converter.row_group_mins(groups())?,
                converter.row_group_maxes(groups())?,
            );
            let here = may_match(&demand.wanted, &mins, &maxes)?;
            may.iter_mut().zip(here).for_each(|(may, here)| *may |= here);
        }
        kept = kept.iter().zip(may).filter_map(|(&g, may)| may.then_some(g)).collect();
    }
    stats.row_groups_skipped = stats.row_groups - kept.len();
    let (Some(column_index), Some(offset_index)) = (file.column_index(), file.offset_index()) else {
        return Ok((kept, None));
    };
    let pages_of = |column, wanted: &Wanted<'_>| -> std::result::Result<Option<RowSelection>, ParquetError> {
        let converter = converter(column)?;
        let mins = converter.data_page_mins(column_index, offset_index, &kept)?;
        let maxes = converter.data_page_maxes(column_index, offset_index, &kept)?;
        let may = may_match(wanted, &mins, &maxes)?;
        let counts = converter.data_page_row_counts(offset_index, file.row_groups(), &kept)?;
        Ok(counts.map(|counts| {
            let total = counts.values().iter().map(|&n| n as usize).sum();
            RowSelection::from_consecutive_ranges(ranges(&may, counts.values()).into_iter(), total)
        }))
    };
    let mut selection: Option<RowSelection> = None;
    for demand in filter.demands() {
        let pages = demand.columns.iter().map(|column| pages_of(column, &demand.wanted));
        let pages = pages.collect::<std::result::Result<Option<Vec<_>>, _>>()?;
        // Where one column's pages are not known, rows anywhere may match.
        let Some(pages) = pages.and_then(|pages| pages.into_iter().reduce(|a, b| a.union(&b))) else {
            continue;
        };
        selection = Some(match selection {
            Some(before) => before.intersection(&pages),
            None => pages,
        });
    }
    stats.rows_skipped_by_page = selection.as_ref().map_or(0, RowSelection::skipped_row_count);
    Ok((kept, selection))
}

fn ranges(may: &[bool], counts: &[u64]) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut ranges = Vec::new();
    for (&may, &count) in may.iter().zip(counts) {
        let end = start + count as usize;
        if may {
            ranges.push(start..end);
        }
        start = end;
    }
    ranges
}

/// For each pair of a least and a greatest value, whether a wanted value can lie between.
/// Unknown statistics may always match.
fn may_match(wanted: &Wanted<'_>, mins: &ArrayRef, maxes: &ArrayRef) -> std::result::Result<Vec<bool>, ArrowError> {
    let known = |i| !mins.is_null(i) && !maxes.is_null(i);
    match wanted {
        Wanted::Years(years) => {
            let (mins, maxes) = (cast(mins, &DataType::Int16)?, cast(maxes, &DataType::Int16)?);
            let (low, high) = (mins.as_primitive::<Int16Type>(), maxes.as_primitive::<Int16Type>());
            Ok((0..mins.len())
                .map(|i| !known(i) || (low.value(i) <= *years.end() && high.value(i) >= *years.start()))
                .collect())
        }
        Wanted::AnyOf(values) => {
            let (mins, maxes) = (cast(mins, &DataType::Utf8)?, cast(maxes, &DataType::Utf8)?);
            let (low, high) = (mins.as_string::<i32>(), maxes.as_string::<i32>());
            // A long text's statistics may be cut short; then the greatest value is not a bound.
            let between = |i: usize, v: &str| low.value(i) <= v && (v <= high.value(i) || v.starts_with(high.value(i)));
            Ok((0..mins.len())
                .map(|i| !known(i) || values.iter().any(|v| between(i, v)))
                .collect())
        }
    }
}

/// Which rows of a batch the filter wants.
fn wanted_rows(batch: &RecordBatch, filter: &Filter) -> std::result::Result<BooleanArray, ArrowError> {
    let mut keep = vec![true; batch.num_rows()];
    for demand in filter.demands() {
        let mut fulfilled = vec![false; batch.num_rows()];
        for name in &demand.columns {
            let Some(column) = batch.column_by_name(name) else {
                return Err(ArrowError::SchemaError(format!("no column `{name}` to choose rows by")));
            };
            mark(&demand.wanted, name, column, &mut fulfilled)?;
        }
        keep.iter_mut()
            .zip(fulfilled)
            .for_each(|(keep, fulfilled)| *keep &= fulfilled);
    }
    Ok(BooleanArray::from(keep))
}

/// Marks the rows where a column holds what is wanted.
fn mark(
    wanted: &Wanted<'_>,
    name: &str,
    column: &ArrayRef,
    marked: &mut [bool],
) -> std::result::Result<(), ArrowError> {
    match wanted {
        Wanted::Years(years) => {
            let column = cast(column, &DataType::Int16)?;
            let column = column.as_primitive::<Int16Type>();
            for (row, marked) in marked.iter_mut().enumerate() {
                *marked |= !column.is_null(row) && years.contains(&column.value(row));
            }
        }
        Wanted::AnyOf(values) => {
            let Some(coded) = column.as_dictionary_opt::<Int32Type>() else {
                return Err(ArrowError::SchemaError(format!(
                    "column `{name}` is not text and cannot be compared with one"
                )));
            };
            let texts: &StringArray = coded.values().as_string();
            let wanted: Vec<bool> = texts
                .iter()
                .map(|text| text.is_some_and(|text| values.contains(text)))
                .collect();
            for (row, marked) in marked.iter_mut().enumerate() {
                *marked |= coded.key(row).is_some_and(|key| wanted[key]);
            }
        }
    }
    Ok(())
}
