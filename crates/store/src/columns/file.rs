use super::codes::CodeCursor;
use super::cursor::{Codes, Decimals};
use super::held::{Held, held};
use super::numbers::NumberCursor;
use super::other;
use super::pages::{Pages, Refused};
use super::positional::Positional;
use super::statistics;
use super::texts::Texts;
use crate::filter::{Demand, Filter};
use crate::footer::{check_footer, fit};
use crate::guard::{GAVE_UP, guarded};
use crate::scan::{damaged, mistyped};
use crate::{Dataset, Error, Result, io};
use parquet::arrow::parquet_to_arrow_schema;
use parquet::basic::Encoding;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::page_index::offset_index::PageLocation;
use parquet::schema::types::{SchemaDescriptor, Type};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a column read at once when all of it is wanted.
const AHEAD: usize = 1 << 18;

/// A file of trade records, opened for reading by columns.
pub struct DataFile {
    pub(crate) path: PathBuf,
    pub(crate) file: Arc<File>,
    length: u64,
    pub(crate) metadata: Arc<ParquetMetaData>,
    held: Vec<(&'static str, Held)>,
}

/// The files of a dataset: the file itself, or those that the folder's manifest names, or, where
/// there is none, every `*.parquet` directly in the folder, by name.
///
/// # Errors
/// When the folder cannot be read or holds no such file, or is not what its manifest says.
pub fn dataset_files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    if Dataset::is_one(path) {
        return Ok(Dataset::open(path)?.paths());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io("read", path))? {
        let file = entry.map_err(io("read", path))?.path();
        let hidden = file.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if !hidden && file.is_file() && file.extension().is_some_and(|e| e == "parquet") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(damaged(path, "the folder holds no file that ends in .parquet"));
    }
    Ok(files)
}

impl DataFile {
    /// Opens a file and looks for the columns of trade records in it, whoever wrote it.
    ///
    /// # Errors
    /// When the file cannot be read, is no Parquet, or a column is of a type that cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        let opened = crate::open_parquet(path)?;
        let metadata = guarded(|| match &opened.footer {
            Some(footer) => ParquetMetaDataReader::decode_metadata(footer),
            None => ParquetMetaDataReader::new().parse_and_finish(&opened.reader()),
        });
        let metadata = metadata.ok_or_else(|| damaged(path, GAVE_UP))?;
        let metadata = metadata.map_err(|e| damaged(path, e))?;
        check_footer(path, &metadata, opened.length)?;
        let schema = metadata.file_metadata().schema_descr();
        let schema = parquet_to_arrow_schema(schema, None).map_err(|e| damaged(path, e))?;
        let leaves = metadata.file_metadata().schema_descr();
        let leaf = |name: &str| (0..leaves.num_columns()).find(|&i| leaves.column(i).path().parts() == [name]);
        let held = held(path, &schema, leaf)?;
        Ok(DataFile {
            path: path.to_owned(),
            file: opened.file,
            length: opened.length,
            metadata: Arc::new(metadata),
            held,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many row groups it has.
    pub fn row_groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// How many rows a row group has.
    pub fn rows(&self, group: usize) -> usize {
        self.metadata.row_group(group).num_rows().max(0) as usize
    }

    /// Whether the statistics of a row group leave room for rows that the filter wants.
    pub fn may_match(&self, group: usize, filter: &Filter) -> bool {
        let may = |demand: Demand<'_>| {
            let mut columns = demand.columns.iter();
            columns.any(|column| statistics::may_match(self, group, column, demand.wanted))
        };
        filter.demands().into_iter().all(may)
    }

    /// The decimal places that a column of decimals is read with, 0 to 3; 0 where it is absent.
    pub fn scale(&self, column: &str) -> u32 {
        self.held(column).map_or(0, Held::scale)
    }

    /// How the file holds a column, if it does.
    pub(crate) fn held(&self, column: &str) -> Option<&Held> {
        self.held.iter().find(|(name, _)| *name == column).map(|(_, held)| held)
    }

    /// Refuses a file without a column that a question cannot do without.
    ///
    /// # Errors
    /// Names the column, and those that there are.
    pub fn demand(&self, column: &str) -> Result<()> {
        if self.held(column).is_some() {
            return Ok(());
        }
        let root = self.metadata.file_metadata().schema_descr().root_schema();
        let columns = root.get_fields();
        let names: Vec<&str> = columns.iter().take(40).map(|field| field.name()).collect();
        let nested = columns.iter().any(|field| field.name() == column && field.is_group());
        let found = if nested {
            "nested: a list, a map or a struct; write one figure a row".to_owned()
        } else {
            format!(
                "absent; the columns there are {}: write the one that holds it under this name, or let `import` read it \
                 as such with --column",
                names.join(", ")
            )
        };
        Err(mistyped(&self.path, column, "a column of trade records", &found))
    }

    /// What stands for every row of a column that is not in the file: an annual period, all
    /// products together, and otherwise nothing.
    fn absent(column: &str) -> Texts {
        let mut texts = Texts::default();
        match column {
            "period_months" => texts.push("12"),
            "product" => texts.push(trade::TOTAL),
            _ => texts.null(),
        };
        texts
    }

    pub(crate) fn told(&self, refused: Refused) -> Error {
        match refused {
            Refused::Damaged(reason) => damaged(&self.path, reason),
            Refused::Unknown => damaged(&self.path, "a page is written in an unknown way"),
        }
    }

    /// Where the pages of a column are, if the file says so; read for this column only.
    fn locations(&self, group: usize, index: usize) -> Option<Vec<PageLocation>> {
        // The reader takes the indexes of all columns or none: so it is shown this column alone.
        let chunk = self.metadata.row_group(group).column(index).clone();
        chunk.offset_index_offset()?;
        let leaf = chunk.column_descr().self_type_ptr();
        let schema = Type::group_type_builder("schema").with_fields(vec![leaf]).build();
        let schema = Arc::new(SchemaDescriptor::new(Arc::new(schema.ok()?)));
        let chunk = chunk.into_builder().set_column_index_offset(None);
        let chunk = chunk.set_column_index_length(None).build().ok()?;
        let rows = self.metadata.row_group(group).num_rows();
        let only = RowGroupMetaData::builder(schema)
            .set_num_rows(rows)
            .add_column_metadata(chunk);
        let metadata = ParquetMetaData::new(self.metadata.file_metadata().clone(), vec![only.build().ok()?]);
        let mut reader = ParquetMetaDataReader::new_with_metadata(metadata)
            .with_column_index_policy(PageIndexPolicy::Skip)
            .with_offset_index_policy(PageIndexPolicy::Required);
        let bytes = Positional::new(self.file.clone(), self.length, self.length, 0);
        guarded(|| reader.read_page_indexes(&bytes))?.ok()?;
        let read = reader.finish().ok()?;
        let pages = read.offset_index()?.first()?.first()?.page_locations().clone();
        let group = self.metadata.row_group(group);
        Some(pages).filter(|pages| !pages.is_empty() && fit(pages, group.column(index), group.num_rows()))
    }

    #[cfg(test)]
    pub(crate) fn pages_located(&self, group: usize, column: &str) -> Option<usize> {
        Some(self.locations(group, self.held(column)?.index)?.len())
    }

    /// The pages of a column. `sparse` says that most of them will be passed over.
    fn pages(&self, group: usize, index: usize, sparse: bool) -> std::result::Result<Pages, Refused> {
        let chunk = self.metadata.row_group(group).column(index);
        let (start, length) = chunk.byte_range();
        let locations = if sparse { self.locations(group, index) } else { None };
        let ahead = match (sparse, &locations) {
            (true, Some(_)) => 0,
            (true, None) => AHEAD / 16,
            _ => AHEAD,
        };
        let reader = Positional::new(self.file.clone(), self.length, start.saturating_add(length), ahead);
        Pages::new(Arc::new(reader), chunk, self.rows(group), locations)
    }

    fn code_cursor(&self, group: usize, held: &Held, sparse: bool) -> std::result::Result<CodeCursor, Refused> {
        if !held.by_cursor() {
            return Err(Refused::Unknown);
        }
        let chunk = self.metadata.row_group(group).column(held.index);
        CodeCursor::new(self.pages(group, held.index, sparse)?, chunk.column_type(), held.digits)
    }

    /// A cursor over a coded column of a row group: texts, or integers as their digits.
    ///
    /// # Errors
    /// When its first page cannot be read.
    pub fn codes(&self, group: usize, column: &'static str, sparse: bool) -> Result<Codes<'_>> {
        let Some(held) = self.held(column) else {
            let cursor = CodeCursor::of_codes(Self::absent(column), vec![0; self.rows(group)]);
            return Ok(Codes::new(self, group, column, cursor));
        };
        let cursor = match self.code_cursor(group, held, sparse) {
            Err(Refused::Unknown) => other::codes(self, group, column)?,
            cursor => cursor.map_err(|e| self.told(e))?,
        };
        Ok(Codes::new(self, group, column, cursor))
    }

    /// A cursor over a column of decimals of a row group.
    ///
    /// # Errors
    /// When the column is not of decimals.
    pub fn decimals(&self, group: usize, column: &'static str, sparse: bool) -> Result<Decimals<'_>> {
        let Some(held) = self.held(column) else {
            let rows = self.rows(group);
            let cursor = NumberCursor::of_values(vec![0; rows], Some(vec![false; rows]));
            return Ok(Decimals::new(self, group, column, cursor));
        };
        let leaf = self.metadata.row_group(group).column(held.index);
        let cursor = match held.by_cursor() {
            true => self.pages(group, held.index, sparse),
            false => Err(Refused::Unknown),
        };
        let cursor =
            cursor.and_then(|pages| NumberCursor::new(pages, leaf.column_type(), leaf.column_descr().type_length()));
        let cursor = match cursor {
            Err(Refused::Unknown) => other::decimals(self, group, column)?,
            cursor => cursor.map_err(|e| self.told(e))?,
        };
        Ok(Decimals::new(self, group, column, cursor))
    }

    /// The distinct values that a coded column may have in a row group: from its dictionary page
    /// where that says all, otherwise from going through the column. Some may not occur.
    ///
    /// # Errors
    /// When the column is damaged.
    pub fn texts(&self, group: usize, column: &'static str) -> Result<Texts> {
        let Some(held) = self.held(column) else {
            return Ok(Self::absent(column));
        };
        let index = held.index;
        let chunk = self.metadata.row_group(group).column(index);
        let rows = self.rows(group);
        if rows == 0 {
            return Ok(Texts::default());
        }
        let nulls = match chunk.column_descr().max_def_level() {
            0 => Some(0),
            _ => chunk.statistics().and_then(|s| s.null_count_opt()),
        };
        if nulls == Some(rows as u64) {
            let mut texts = Texts::default();
            texts.null();
            return Ok(texts);
        }
        let only = chunk.statistics().filter(|_| held.by_cursor());
        if let Some(only) = only.and_then(|s| statistics::only_value(s, held.digits)) {
            let mut texts = Texts::default();
            texts.push(&only);
            return Ok(texts);
        }
        let coded = |encoding: Encoding| matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
        let all_coded = match (chunk.page_encoding_stats_mask(), chunk.page_encoding_stats()) {
            (Some(mask), _) => mask.encodings().all(coded),
            (None, Some(stats)) => {
                let mut data = stats.iter().filter(|s| {
                    use parquet::basic::PageType::{DATA_PAGE, DATA_PAGE_V2};
                    matches!(s.page_type, DATA_PAGE | DATA_PAGE_V2) && s.count > 0
                });
                data.all(|s| coded(s.encoding))
            }
            _ => false,
        };
        if let (true, true, Some(nulls)) = (all_coded, held.by_cursor(), nulls)
            && let Ok(pages) = self.dictionary_pages(group, index)
            && let Ok(cursor) = CodeCursor::dictionary_only(pages, chunk.column_type(), held.digits)
        {
            let mut texts = cursor;
            if nulls > 0 {
                texts.null();
            }
            return Ok(texts);
        }
        let mut codes = self.codes(group, column, false)?;
        let mut runs = Vec::new();
        let mut left = rows;
        while left > 0 {
            let now = left.min(1 << 16);
            runs.clear();
            codes.runs(now, &mut runs)?;
            left -= now;
        }
        Ok(codes.texts().clone())
    }

    /// The pages of a chunk, of which only the dictionary will be read.
    fn dictionary_pages(&self, group: usize, index: usize) -> std::result::Result<Pages, Refused> {
        let chunk = self.metadata.row_group(group).column(index);
        let first = chunk.dictionary_page_offset().ok_or(Refused::Unknown)?;
        let ahead = usize::try_from(chunk.data_page_offset() - first)
            .unwrap_or(0)
            .min(AHEAD);
        let (start, length) = chunk.byte_range();
        let reader = Positional::new(self.file.clone(), self.length, start.saturating_add(length), ahead);
        Pages::new(Arc::new(reader), chunk, self.rows(group), None)
    }
}
