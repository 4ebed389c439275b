//! A part's key columns: from its own codes to places in a table.

use crate::Result;
use crate::column::{Column, accepts};
use crate::part::{Offsets, Stretch};
use crate::plan::{Dim, Facts, Plan};
use crate::source::{Keys, Source};
use std::sync::Arc;
use store::columns::{Run, Texts};

/// Rows in a run, on average, from which on a column is read as runs.
const RUN_ROWS: usize = 4;

/// Blocks for which a column is read as codes before runs are tried again.
const PATIENCE: usize = 64;

/// How a block of a column was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Runs,
    Codes,
}

/// The words of a dimension that occur in a part.
#[derive(Clone)]
pub(crate) struct LocalDim {
    /// Their numbers in the plan, ascending.
    pub numbers: Vec<u32>,
    /// The place in `numbers` of each of the plan's words; 0 for one that does not occur.
    ranks: Vec<u32>,
    /// What a place in `numbers` is multiplied with in the part's own table.
    pub stride: u64,
}

/// The key columns of a part.
pub(crate) struct Local<'a> {
    /// Those that have more than one word here.
    pub columns: Vec<KeyColumn<'a>>,
    pub dims: Vec<LocalDim>,
    /// Cells of a table of this part's words.
    pub cells: u64,
    /// What the columns with one word add to every key of the plan.
    pub global_base: u64,
}

/// A column that takes part in the key.
pub(crate) struct KeyColumn<'a> {
    keys: Keys<'a>,
    dims: Vec<KeyDim<'a>>,
    /// The texts of the column's dictionaries.
    texts: Arc<Texts>,
    /// For each code, what it adds to a place in the part's own table, or to a key of the plan.
    offsets: Vec<u64>,
    /// The same for a place, in half of the memory: the table is looked into for every row.
    places: Vec<u32>,
    global: bool,
    runs: Vec<Run>,
    codes: Vec<u32>,
    form: Form,
    /// Blocks until the form is tried again.
    patience: usize,
}

/// A dimension that a column is a part of.
struct KeyDim<'a> {
    dim: &'a Dim,
    local: LocalDim,
    /// The number of each text of the column's dictionaries.
    of_texts: Arc<[Option<u32>]>,
}

/// Opens the key columns of a part.
pub(crate) fn key_columns<'a>(
    source: &'a dyn Source,
    facts: &Facts,
    plan: &'a Plan,
    part: usize,
    sparse: bool,
) -> Result<Local<'a>> {
    let mut dims: Vec<LocalDim> = Vec::new();
    let mut looked_up = Vec::new();
    for dim in &plan.dims {
        let texts = facts.texts_of(source, part, dim.part.column)?;
        let of_texts = dim.numbers_of(&texts);
        let mut there = vec![false; dim.words.len()];
        for (text, number) in texts.iter().zip(of_texts.iter()) {
            if let Some(number) = number
                && accepts(&plan.conditions, dim.part.column, text)
            {
                there[*number as usize] = true;
            }
        }
        dims.push(LocalDim::new(&there));
        looked_up.push((texts, of_texts));
    }
    let mut cells = 1_u64;
    for local in dims.iter_mut().rev() {
        local.stride = cells;
        cells = cells.saturating_mul(local.numbers.len().max(1) as u64);
    }
    let mut columns = Vec::new();
    let mut global_base = 0;
    for column in Column::ALL {
        let own = || (0..dims.len()).filter(|&d| plan.dims[d].part.column == column);
        if own().all(|d| dims[d].numbers.len() <= 1) {
            let only = |d: usize| u64::from(dims[d].numbers.first().copied().unwrap_or(0)) * plan.dims[d].stride;
            global_base += own().map(only).sum::<u64>();
            continue;
        }
        let texts = own().next().map(|d| looked_up[d].0.clone()).unwrap_or_default();
        let key_dim = |d: usize| KeyDim {
            dim: &plan.dims[d],
            local: dims[d].clone(),
            of_texts: looked_up[d].1.clone(),
        };
        columns.push(KeyColumn {
            keys: source.keys(part, column, sparse)?,
            dims: own().map(key_dim).collect(),
            texts,
            offsets: Vec::new(),
            places: Vec::new(),
            global: false,
            runs: Vec::new(),
            codes: Vec::new(),
            form: Form::Runs,
            patience: 0,
        });
    }
    Ok(Local {
        columns,
        dims,
        cells,
        global_base,
    })
}

impl LocalDim {
    /// For the words that are there; the stride is set later.
    pub(crate) fn new(there: &[bool]) -> Self {
        let mut numbers = Vec::new();
        let mut ranks = vec![0; there.len()];
        for (number, _) in there.iter().enumerate().filter(|(_, there)| **there) {
            ranks[number] = numbers.len() as u32;
            numbers.push(number as u32);
        }
        LocalDim {
            numbers,
            ranks,
            stride: 1,
        }
    }
}

impl KeyColumn<'_> {
    /// From now on, codes become parts of the plan's keys.
    pub(crate) fn go_global(&mut self) {
        self.global = true;
        self.offsets.clear();
    }

    /// From now on, codes become places in the part's own table.
    pub(crate) fn go_local(&mut self) {
        self.global = false;
        self.offsets.clear();
        self.places.clear();
    }

    /// Learns what the codes add that are new in the column.
    pub(crate) fn learn(&mut self) {
        let texts = self.keys.texts();
        if self.offsets.len() == texts.len() {
            return;
        }
        let as_looked_up = *texts == *self.texts;
        for code in self.offsets.len()..texts.len() {
            let of_dim = |key: &KeyDim| -> u64 {
                let number = match as_looked_up {
                    true => key.of_texts[code],
                    false => key.dim.number(texts.get(code)),
                };
                // A text that no condition accepts has no place, and no row that is read has it.
                match number {
                    None => 0,
                    Some(number) if self.global => u64::from(number) * key.dim.stride,
                    Some(number) => u64::from(key.local.ranks[number as usize]) * key.local.stride,
                }
            };
            let offset = self.dims.iter().map(of_dim).sum();
            self.offsets.push(offset);
            if !self.global {
                self.places.push(offset as u32); // tables have fewer than 2^32 cells
            }
        }
    }

    /// Reads the next rows, as runs where they run.
    pub(crate) fn read(&mut self, rows: usize) -> Result<Form> {
        if self.form == Form::Codes && self.patience == 0 {
            self.form = Form::Runs;
        }
        match self.form {
            Form::Runs => {
                self.runs.clear();
                self.keys.runs(rows, &mut self.runs)?;
                if self.runs.len() * RUN_ROWS > rows && rows > 64 && !self.keys.kept_as_runs() {
                    self.form = Form::Codes;
                    self.patience = PATIENCE;
                }
                Ok(Form::Runs)
            }
            Form::Codes => {
                self.patience -= 1;
                self.codes.resize(rows, 0);
                self.keys.codes(&mut self.codes)?;
                Ok(Form::Codes)
            }
        }
    }

    /// Passes over rows.
    pub(crate) fn skip(&mut self, rows: usize) -> Result<()> {
        self.keys.skip(rows)
    }

    /// Cuts stretches where this column's runs end, and adds what the runs add.
    pub(crate) fn intersect(&self, stretches: &[Stretch], out: &mut Vec<Stretch>) {
        out.clear();
        if let [whole] = stretches {
            out.extend(self.runs.iter().map(|run| Stretch {
                base: whole.base + self.offsets[run.code as usize],
                rows: run.rows,
            }));
            return;
        }
        let mut runs = self.runs.iter();
        let mut left = 0;
        let mut offset = 0;
        for stretch in stretches {
            let mut rows = stretch.rows;
            while rows > 0 {
                if left == 0 {
                    let Some(run) = runs.next() else { return };
                    (left, offset) = (run.rows, self.offsets[run.code as usize]);
                }
                let now = rows.min(left);
                out.push(Stretch {
                    base: stretch.base + offset,
                    rows: now,
                });
                rows -= now;
                left -= now;
            }
        }
    }

    /// The codes that were read, from one row on, and what they add.
    pub(crate) fn coded(&self, from: usize) -> Offsets<'_> {
        match self.global {
            true => Offsets::Coded(&self.codes[from..], &self.offsets),
            false => Offsets::Placed(&self.codes[from..], &self.places),
        }
    }

    /// Adds what each row's code adds.
    pub(crate) fn add_offsets(&self, out: &mut Vec<u64>) {
        let table = self.offsets.as_slice();
        if out.is_empty() {
            out.extend(self.codes.iter().map(|&code| table[code as usize]));
        } else {
            for (out, &code) in out.iter_mut().zip(&self.codes) {
                *out += table[code as usize];
            }
        }
    }
}
