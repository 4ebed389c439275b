//! Where rows come from: files, or memory.

use crate::Result;
use crate::column::{Column, Measure};
use crate::memory::{MemoryCodes, MemoryNumbers};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use store::Filter;
use store::columns::{Codes, DataFile, Decimals, Numbers, Run, Sought, Texts, dataset_files};

/// Rows in parts that are read independently of each other.
pub(crate) trait Source: Sync {
    /// How many parts there are.
    fn parts(&self) -> usize;
    /// How many rows a part has.
    fn rows(&self, part: usize) -> usize;
    /// Whether a part may have rows that the filter wants, as far as can be told without reading it.
    fn may_match(&self, part: usize, filter: &Filter) -> bool;
    /// Refuses a source without a column that the question cannot do without.
    fn demand(&self, _: &'static str) -> Result<()> {
        Ok(())
    }
    /// The values that a column may have in a part; some may not occur.
    fn texts(&self, part: usize, column: Column) -> Result<Arc<Texts>>;
    /// A cursor over a coded column. `sparse` says that most rows will be passed over.
    fn keys(&self, part: usize, column: Column, sparse: bool) -> Result<Keys<'_>>;
    /// A cursor over a column of decimals.
    fn measured(&self, part: usize, measure: Measure, sparse: bool) -> Result<Measured<'_>>;
    /// The decimal places of a column of decimals.
    fn scale(&self, part: usize, measure: Measure) -> Result<u32>;
}

/// A position in a coded column.
pub(crate) enum Keys<'a> {
    File(Box<Codes<'a>>),
    Memory(MemoryCodes<'a>),
}

impl Keys<'_> {
    pub(crate) fn texts(&self) -> &Texts {
        match self {
            Keys::File(codes) => codes.texts(),
            Keys::Memory(codes) => codes.texts(),
        }
    }

    /// Whether the column is kept as runs, so that nothing is quicker to read.
    pub(crate) fn kept_as_runs(&self) -> bool {
        matches!(self, Keys::Memory(codes) if codes.kept_as_runs())
    }

    pub(crate) fn codes(&mut self, out: &mut [u32]) -> Result<()> {
        match self {
            Keys::File(codes) => Ok(codes.codes(out)?),
            Keys::Memory(codes) => {
                codes.codes(out);
                Ok(())
            }
        }
    }

    pub(crate) fn runs(&mut self, rows: usize, out: &mut Vec<Run>) -> Result<()> {
        match self {
            Keys::File(codes) => Ok(codes.runs(rows, out)?),
            Keys::Memory(codes) => {
                codes.runs(rows, out);
                Ok(())
            }
        }
    }

    /// Looks through the next rows, which are these rows of the part.
    pub(crate) fn find(&mut self, range: Range<usize>, sought: &mut Sought<'_>) -> Result<()> {
        match self {
            Keys::File(codes) => Ok(codes.find(range.len(), sought)?),
            Keys::Memory(codes) => {
                codes.find(range, sought);
                Ok(())
            }
        }
    }

    pub(crate) fn skip(&mut self, rows: usize) -> Result<()> {
        match self {
            Keys::File(codes) => Ok(codes.skip(rows)?),
            Keys::Memory(codes) => {
                codes.skip(rows);
                Ok(())
            }
        }
    }
}

/// A position in a column of decimals.
pub(crate) enum Measured<'a> {
    File(Box<Decimals<'a>>),
    Memory(MemoryNumbers<'a>),
}

impl Measured<'_> {
    pub(crate) fn ready(&mut self) -> Result<usize> {
        match self {
            Measured::File(decimals) => Ok(decimals.ready()?),
            Measured::Memory(numbers) => Ok(numbers.left()),
        }
    }

    pub(crate) fn take(&mut self, rows: usize) -> Numbers<'_> {
        match self {
            Measured::File(decimals) => decimals.take(rows),
            Measured::Memory(numbers) => numbers.take(rows),
        }
    }

    pub(crate) fn skip(&mut self, rows: usize) -> Result<()> {
        match self {
            Measured::File(decimals) => Ok(decimals.skip(rows)?),
            Measured::Memory(numbers) => {
                numbers.take(rows);
                Ok(())
            }
        }
    }
}

/// The row groups of all files of a dataset.
pub(crate) struct Files {
    files: Vec<DataFile>,
    /// The columns of value and weight, or those that stand in their place.
    measures: [&'static str; 2],
    /// File and row group of each part; those without rows are left out.
    parts: Vec<(usize, usize)>,
}

impl Files {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let files = dataset_files(path)?;
        let files = files
            .iter()
            .map(|f| DataFile::open(f))
            .collect::<store::Result<Vec<_>>>()?;
        let parts = files.iter().enumerate().flat_map(|(f, file)| {
            let groups = (0..file.row_groups()).filter(|&group| file.rows(group) > 0);
            groups.map(move |group| (f, group))
        });
        let parts = parts.collect();
        let measures = [Measure::Value, Measure::Weight].map(Measure::name);
        Ok(Files { files, measures, parts })
    }

    /// With these columns in the place of value and weight.
    pub(crate) fn measuring(self, measures: [&'static str; 2]) -> Self {
        Files { measures, ..self }
    }

    fn name(&self, measure: Measure) -> &'static str {
        self.measures[measure as usize]
    }

    fn part(&self, part: usize) -> (&DataFile, usize) {
        let (file, group) = self.parts[part];
        (&self.files[file], group)
    }
}

impl Source for Files {
    fn parts(&self) -> usize {
        self.parts.len()
    }

    fn rows(&self, part: usize) -> usize {
        let (file, group) = self.part(part);
        file.rows(group)
    }

    fn may_match(&self, part: usize, filter: &Filter) -> bool {
        let (file, group) = self.part(part);
        file.may_match(group, filter)
    }

    fn texts(&self, part: usize, column: Column) -> Result<Arc<Texts>> {
        let (file, group) = self.part(part);
        Ok(Arc::new(file.texts(group, column.name())?))
    }

    fn keys(&self, part: usize, column: Column, sparse: bool) -> Result<Keys<'_>> {
        let (file, group) = self.part(part);
        Ok(Keys::File(Box::new(file.codes(group, column.name(), sparse)?)))
    }

    fn measured(&self, part: usize, measure: Measure, sparse: bool) -> Result<Measured<'_>> {
        let (file, group) = self.part(part);
        Ok(Measured::File(Box::new(file.decimals(
            group,
            self.name(measure),
            sparse,
        )?)))
    }

    fn scale(&self, part: usize, measure: Measure) -> Result<u32> {
        Ok(self.part(part).0.scale(self.name(measure)))
    }

    fn demand(&self, column: &'static str) -> Result<()> {
        Ok(self.files.iter().try_for_each(|file| file.demand(column))?)
    }
}
