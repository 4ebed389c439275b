//! Rows in memory: coded columns as runs or narrow codes, decimals as integers.

use crate::column::{Column, Measure};
use crate::source::{Keys, Measured, Source};
use crate::{Error, Result};
use std::ops::Range;
use std::sync::Arc;
use store::Filter;
use store::columns::{Numbers, Run, Sought, Texts};

/// A coded column of a part.
#[derive(Clone, Debug)]
pub(crate) struct Coded {
    pub texts: Arc<Texts>,
    pub codes: Packed,
    /// The texts that occur, as far as that is cheap to know.
    used: Arc<Texts>,
}

impl Coded {
    pub(crate) fn new(texts: Arc<Texts>, codes: Packed) -> Self {
        let used = match &codes {
            Packed::Runs(runs) => used(&texts, runs),
            _ => texts.clone(),
        };
        Coded { texts, codes, used }
    }
}

/// The texts of the runs. A part of a sorted table holds few of the table's texts.
fn used(texts: &Arc<Texts>, runs: &[Run]) -> Arc<Texts> {
    let mut there = vec![false; texts.len()];
    runs.iter().for_each(|run| there[run.code as usize] = true);
    if there.iter().all(|there| *there) {
        return texts.clone();
    }
    let mut some = Texts::default();
    for (code, _) in there.iter().enumerate().filter(|(_, there)| **there) {
        some.add(texts.get(code));
    }
    Arc::new(some)
}

/// Codes in the narrowest form that holds them.
#[derive(Clone, Debug)]
pub(crate) enum Packed {
    Runs(Vec<Run>),
    Bytes(Vec<u8>),
    Short(Vec<u16>),
    Long(Vec<u32>),
}

impl Packed {
    /// Packs codes of which the greatest is below `many`.
    pub(crate) fn of(codes: &[u32], many: usize) -> Self {
        let changes = codes.windows(2).filter(|w| w[0] != w[1]).count();
        if changes * 8 < codes.len() {
            let mut runs: Vec<Run> = Vec::with_capacity(changes + 1);
            for &code in codes {
                match runs.last_mut() {
                    Some(last) if last.code == code => last.rows += 1,
                    _ => runs.push(Run { code, rows: 1 }),
                }
            }
            return Packed::Runs(runs);
        }
        match many {
            0..=256 => Packed::Bytes(codes.iter().map(|&c| c as u8).collect()),
            257..=65_536 => Packed::Short(codes.iter().map(|&c| c as u16).collect()),
            _ => Packed::Long(codes.to_vec()),
        }
    }

    /// Hands on each run of rows, or each row, with its code.
    pub(crate) fn each(&self, mut each: impl FnMut(std::ops::Range<usize>, u32)) {
        match self {
            Packed::Runs(runs) => {
                let mut at = 0;
                for run in runs {
                    each(at..at + run.rows as usize, run.code);
                    at += run.rows as usize;
                }
            }
            Packed::Bytes(codes) => (0..codes.len()).for_each(|row| each(row..row + 1, codes[row].into())),
            Packed::Short(codes) => (0..codes.len()).for_each(|row| each(row..row + 1, codes[row].into())),
            Packed::Long(codes) => (0..codes.len()).for_each(|row| each(row..row + 1, codes[row])),
        }
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Packed::Runs(runs) => runs.len() * size_of::<Run>(),
            Packed::Bytes(codes) => codes.len(),
            Packed::Short(codes) => codes.len() * 2,
            Packed::Long(codes) => codes.len() * 4,
        }
    }
}

/// A column of decimals of a part.
#[derive(Clone, Debug)]
pub(crate) struct Decimal {
    pub scale: u32,
    pub values: Vec<i64>,
    pub valid: Option<Vec<bool>>,
}

/// Some rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    pub rows: usize,
    pub coded: Vec<(Column, Coded)>,
    pub value: Option<Decimal>,
    pub weight: Option<Decimal>,
}

impl Part {
    pub(crate) fn column(&self, column: Column) -> Result<&Coded> {
        let found = self.coded.iter().find(|(name, _)| *name == column);
        found.map(|(_, coded)| coded).ok_or(Error::Column(column.name()))
    }

    fn decimal(&self, measure: Measure) -> Result<&Decimal> {
        match measure {
            Measure::Value => self.value.as_ref(),
            Measure::Weight => self.weight.as_ref(),
        }
        .ok_or(Error::Column(measure.name()))
    }
}

/// Parts in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts(pub Vec<Part>);

impl Source for Parts {
    fn parts(&self) -> usize {
        self.0.len()
    }

    fn rows(&self, part: usize) -> usize {
        self.0[part].rows
    }

    fn may_match(&self, _: usize, _: &Filter) -> bool {
        true // what a part's dictionaries exclude is seen when they are read
    }

    fn texts(&self, part: usize, column: Column) -> Result<Arc<Texts>> {
        Ok(self.0[part].column(column)?.used.clone())
    }

    fn keys(&self, part: usize, column: Column, _: bool) -> Result<Keys<'_>> {
        Ok(Keys::Memory(MemoryCodes {
            coded: self.0[part].column(column)?,
            at: 0,
            within: 0,
        }))
    }

    fn measured(&self, part: usize, measure: Measure, _: bool) -> Result<Measured<'_>> {
        let decimal = self.0[part].decimal(measure)?;
        Ok(Measured::Memory(MemoryNumbers { decimal, at: 0 }))
    }

    fn scale(&self, part: usize, measure: Measure) -> Result<u32> {
        Ok(self.0[part].decimal(measure)?.scale)
    }
}

/// A position in a coded column in memory.
pub(crate) struct MemoryCodes<'a> {
    coded: &'a Coded,
    /// The row, or the run.
    at: usize,
    /// Rows passed within the run.
    within: u32,
}

impl MemoryCodes<'_> {
    pub(crate) fn texts(&self) -> &Texts {
        &self.coded.texts
    }

    pub(crate) fn kept_as_runs(&self) -> bool {
        matches!(self.coded.codes, Packed::Runs(_))
    }

    pub(crate) fn codes(&mut self, out: &mut [u32]) {
        let end = self.at + out.len();
        match &self.coded.codes {
            Packed::Runs(_) => {
                let mut runs = Vec::new();
                self.runs(out.len(), &mut runs);
                let mut out = out;
                for run in runs {
                    let (now, later) = out.split_at_mut(run.rows as usize);
                    now.fill(run.code);
                    out = later;
                }
                return;
            }
            Packed::Bytes(codes) => {
                let codes = &codes[self.at..end];
                out.iter_mut().zip(codes).for_each(|(out, &code)| *out = code.into());
            }
            Packed::Short(codes) => {
                let codes = &codes[self.at..end];
                out.iter_mut().zip(codes).for_each(|(out, &code)| *out = code.into());
            }
            Packed::Long(codes) => out.copy_from_slice(&codes[self.at..end]),
        }
        self.at = end;
    }

    pub(crate) fn runs(&mut self, rows: usize, out: &mut Vec<Run>) {
        let mut add = |code: u32, rows: u32| match out.last_mut() {
            Some(last) if last.code == code => last.rows += rows,
            _ => out.push(Run { code, rows }),
        };
        match &self.coded.codes {
            Packed::Runs(runs) => {
                let mut left = rows as u32;
                while left > 0 {
                    let run = runs[self.at];
                    let now = left.min(run.rows - self.within);
                    add(run.code, now);
                    self.within += now;
                    left -= now;
                    if self.within == run.rows {
                        self.at += 1;
                        self.within = 0;
                    }
                }
            }
            packed => {
                for row in self.at..self.at + rows {
                    let code = match packed {
                        Packed::Bytes(codes) => codes[row].into(),
                        Packed::Short(codes) => codes[row].into(),
                        Packed::Long(codes) => codes[row],
                        Packed::Runs(_) => 0,
                    };
                    add(code, 1);
                }
                self.at += rows;
            }
        }
    }

    /// Looks through the next rows, which are these.
    pub(crate) fn find(&mut self, range: Range<usize>, sought: &mut Sought<'_>) {
        sought.learn(&self.coded.texts);
        let end = self.at + range.len();
        match &self.coded.codes {
            Packed::Runs(_) => {
                let mut runs = Vec::new();
                self.runs(range.len(), &mut runs);
                let mut at = range.start;
                for run in runs {
                    sought.in_run(run.code, at..at + run.rows as usize);
                    at += run.rows as usize;
                }
                return;
            }
            Packed::Bytes(codes) => sought.in_codes(&codes[self.at..end], range.start),
            Packed::Short(codes) => sought.in_codes(&codes[self.at..end], range.start),
            Packed::Long(codes) => sought.in_codes(&codes[self.at..end], range.start),
        }
        self.at = end;
    }

    pub(crate) fn skip(&mut self, rows: usize) {
        if let Packed::Runs(runs) = &self.coded.codes {
            let mut left = rows as u32;
            while left > 0 {
                let run = runs[self.at];
                let now = left.min(run.rows - self.within);
                self.within += now;
                left -= now;
                if self.within == run.rows {
                    self.at += 1;
                    self.within = 0;
                }
            }
        } else {
            self.at += rows;
        }
    }
}

/// A position in a column of decimals in memory.
pub(crate) struct MemoryNumbers<'a> {
    decimal: &'a Decimal,
    at: usize,
}

impl MemoryNumbers<'_> {
    pub(crate) fn left(&self) -> usize {
        self.decimal.values.len() - self.at
    }

    pub(crate) fn take(&mut self, rows: usize) -> Numbers<'_> {
        let start = self.at;
        self.at += rows;
        Numbers {
            values: &self.decimal.values[start..self.at],
            valid: self.decimal.valid.as_deref().map(|valid| &valid[start..self.at]),
        }
    }
}
