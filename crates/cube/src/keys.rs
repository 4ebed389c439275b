//! A part's key columns: from its own codes to places in a table.

use crate::Result;
use crate::column::Column;
use crate::part::{Offsets, Stretch};
use crate::plan::{Dim, Facts, Plan};
use crate::source::{Keys, Source};
use store::columns::Run;

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
    dims: Vec<(&'a Dim, LocalDim)>,
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

/// Opens the key columns of a part.
pub(crate) fn key_columns<'a>(
    source: &'a dyn Source,
    facts: &Facts,
    plan: &'a Plan,
    part: usize,
    sparse: bool,
) -> Result<Local<'a>> {
    let mut numbers: Vec<Vec<u32>> = Vec::new();
    for dim in &plan.dims {
        let texts = facts.texts_of(source, part, dim.part.column)?;
        let own: Vec<_> = plan.conditions.iter().filter(|c| c.column == dim.part.column).collect();
        let accepted = texts.iter().filter(|text| own.iter().all(|c| c.wanted.accepts(*text)));
        let mut present: Vec<u32> = accepted.filter_map(|text| dim.number(text)).collect();
        present.sort_unstable();
        present.dedup();
        numbers.push(present);
    }
    let (dims, cells) = strides(numbers);
    let mut columns = Vec::new();
    let mut global_base = 0;
    for column in Column::ALL {
        let own = || plan.dims.iter().zip(&dims).filter(|(dim, _)| dim.part.column == column);
        if own().all(|(_, local)| local.numbers.len() <= 1) {
            let only = own().map(|(dim, local)| u64::from(local.numbers.first().copied().unwrap_or(0)) * dim.stride);
            global_base += only.sum::<u64>();
            continue;
        }
        columns.push(KeyColumn {
            keys: source.keys(part, column, sparse)?,
            dims: own().map(|(dim, local)| (dim, local.clone())).collect(),
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

fn strides(numbers: Vec<Vec<u32>>) -> (Vec<LocalDim>, u64) {
    let mut cells = 1_u64;
    let mut dims: Vec<LocalDim> = numbers
        .into_iter()
        .rev()
        .map(|numbers| {
            let stride = cells;
            cells = cells.saturating_mul(numbers.len().max(1) as u64);
            LocalDim { numbers, stride }
        })
        .collect();
    dims.reverse();
    (dims, cells)
}

impl KeyColumn<'_> {
    /// From now on, codes become parts of the plan's keys.
    pub(crate) fn go_global(&mut self) {
        self.global = true;
        self.offsets.clear();
    }

    /// Learns what the codes add that are new in the column.
    fn learn(&mut self) {
        let texts = self.keys.texts();
        for code in self.offsets.len()..texts.len() {
            let text = texts.get(code);
            let of_dim = |(dim, local): &(&Dim, LocalDim)| -> u64 {
                let Some(number) = dim.number(text) else { return 0 };
                if self.global {
                    return u64::from(number) * dim.stride;
                }
                // A text that no condition accepts has no place, and no row that is read has it.
                local
                    .numbers
                    .binary_search(&number)
                    .map_or(0, |rank| rank as u64 * local.stride)
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
                if self.runs.len() * RUN_ROWS > rows && rows > 64 {
                    self.form = Form::Codes;
                    self.patience = PATIENCE;
                }
                self.learn();
                Ok(Form::Runs)
            }
            Form::Codes => {
                self.patience -= 1;
                self.codes.resize(rows, 0);
                self.keys.codes(&mut self.codes)?;
                self.learn();
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

    /// The codes that were read, and what they add.
    pub(crate) fn coded(&self) -> Offsets<'_> {
        match self.global {
            true => Offsets::Coded(&self.codes, &self.offsets),
            false => Offsets::Placed(&self.codes, &self.places),
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
