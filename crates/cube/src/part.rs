//! One part's rows to partial sums.

use crate::Result;
use crate::ascending::Ascending;
use crate::column::{Column, Measure};
use crate::dense::Dense;
use crate::keys::{Form, KeyColumn, key_columns};
use crate::partial::Partial;
use crate::plan::{Facts, Layout, Plan};
use crate::select::select;
use crate::source::{Measured, Source};
use crate::sparse::Sparse;
use store::columns::Numbers;

/// Rows that are summed in one go: small enough for the first caches, large enough to forget the
/// cost of going through the columns.
const BLOCK_ROWS: usize = 8192;
/// The most cells of a part's own table.
const MOST_CELLS: u64 = 1 << 22;
/// Cells of a table that costs next to nothing.
const FEW_CELLS: u64 = 1 << 12;

/// Rows of a block that share all keys kept as runs: the sum of those keys' offsets, and how many rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub base: u64,
    pub rows: u32,
}

/// What columns that do not run add to each row's key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Offsets<'a> {
    /// Nothing: there is none.
    None,
    /// One column: its codes, and what each adds.
    Coded(&'a [u32], &'a [u64]),
    /// Likewise, to places in the part's own table.
    Placed(&'a [u32], &'a [u32]),
    /// Several, added up.
    Added(&'a [u64]),
}

/// Rows of a part, as a kernel sees them.
pub(crate) struct Block<'a> {
    /// What the columns in runs add up to.
    pub stretches: &'a [Stretch],
    /// What the other columns add up to, for each row.
    pub offsets: Offsets<'a>,
    pub value: Option<Numbers<'a>>,
    pub weight: Option<Numbers<'a>>,
}

/// Sums the rows of a part.
pub(crate) fn sum_part(source: &dyn Source, facts: &Facts, plan: &Plan, part: usize) -> Result<Partial> {
    let memory = plan.spare.take(plan.layout.columns);
    add_part(source, facts, plan, part, memory, 0)
}

/// Adds the rows of a part to the sums of others; so many rows are to follow.
pub(crate) fn add_part(
    source: &dyn Source,
    facts: &Facts,
    plan: &Plan,
    part: usize,
    mut sums: Partial,
    to_follow: usize,
) -> Result<Partial> {
    let ranges = select(source, facts, part, &plan.conditions)?;
    let wanted: usize = ranges.iter().map(ExactSizeIterator::len).sum();
    if wanted == 0 {
        return Ok(sums);
    }
    let sparse = wanted * 8 < source.rows(part);
    let scale = |measure: Measure, asked: Option<usize>| -> Result<i64> {
        match asked {
            Some(_) => Ok(10_i64.pow(3 - source.scale(part, measure)?.min(3))),
            None => Ok(1),
        }
    };
    let factors = [
        scale(Measure::Value, plan.layout.value)?,
        scale(Measure::Weight, plan.layout.weight)?,
    ];
    let measured = |measure: Measure, asked: Option<usize>| {
        let asked = asked.map(|_| source.measured(part, measure, sparse));
        asked.transpose()
    };
    let (value, weight) = (
        measured(Measure::Value, plan.layout.value)?,
        measured(Measure::Weight, plan.layout.weight)?,
    );
    let local = key_columns(source, facts, plan, part, sparse)?;
    let base = local.global_base;
    let is_dense = local.cells <= MOST_CELLS.min((4 * wanted as u64).max(1 << 14));
    let inner = plan.dims.last().map_or(1, |dim| dim.words.len().max(1)) as u64;
    let mut reader = Reader {
        keys: KeyRows::new(local.columns),
        value,
        weight,
    };
    // Products do not run: in most rows they leave the order, which only sums of values alone allow for.
    let products = plan.dims.iter().any(|dim| dim.part.column == Column::Product);
    let mut ascending = None;
    if local.cells > FEW_CELLS && (plan.layout == Layout::value_only() || !products) {
        let before = std::mem::replace(&mut sums, Partial::new(plan.layout.columns));
        let room = before.len() + wanted + to_follow;
        ascending = Some(Ascending::new(base, inner, room, plan.layout, factors, before));
        reader.keys.go_global();
    }
    let mut unordered = None;
    reader.each_block(&ranges, |keys, value, weight| {
        if unordered.is_none() {
            let taken = ascending.as_mut().map_or(0, |a| a.add(&keys.block(value, weight)));
            if taken == keys.rows as usize {
                return;
            }
            // The rest by a table of all keys, or by sorting.
            unordered = Some(match is_dense {
                true => Unordered::Dense(Dense::new(local.cells as usize, plan.layout)),
                false => {
                    let memory = plan.spare.take(plan.layout.columns);
                    Unordered::Sparse(Sparse::new(base, wanted, plan.layout, memory))
                }
            });
            keys.pass(taken, is_dense);
        }
        match &mut unordered {
            Some(Unordered::Dense(dense)) => dense.add(&keys.block(value, weight)),
            Some(Unordered::Sparse(sparse)) => sparse.add(&keys.block(value, weight)),
            None => {}
        }
    })?;
    let rest = unordered.map(|unordered| match unordered {
        Unordered::Dense(dense) => dense.finish(&local.dims, &plan.dims, factors),
        Unordered::Sparse(sparse) => sparse.finish(factors, inner, &plan.spare),
    });
    if let Some(ascending) = ascending {
        sums = ascending.finish();
    }
    if let Some(rest) = rest {
        plan.spare.give(sums.merge(rest));
    }
    Ok(sums)
}

/// What sums rows in any order.
enum Unordered {
    Dense(Dense),
    Sparse(Sparse),
}

/// The columns of a part that a query reads.
struct Reader<'a> {
    keys: KeyRows<'a>,
    value: Option<Measured<'a>>,
    weight: Option<Measured<'a>>,
}

impl<'a> Reader<'a> {
    /// Calls `each` for the rows in the ranges, block by block, with their keys, values and weights.
    fn each_block(
        &mut self,
        ranges: &[std::ops::Range<usize>],
        mut each: impl FnMut(&mut KeyRows<'a>, Option<Numbers<'_>>, Option<Numbers<'_>>),
    ) -> Result<()> {
        let mut at = 0;
        for range in ranges {
            self.skip(range.start - at)?;
            at = range.start;
            while at < range.end {
                let mut rows = (range.end - at).min(BLOCK_ROWS);
                for measured in [&mut self.value, &mut self.weight].into_iter().flatten() {
                    rows = rows.min(measured.ready()?);
                }
                self.keys.read(rows)?;
                each(
                    &mut self.keys,
                    self.value.as_mut().map(|m| m.take(rows)),
                    self.weight.as_mut().map(|m| m.take(rows)),
                );
                at += rows;
            }
        }
        Ok(())
    }

    fn skip(&mut self, rows: usize) -> Result<()> {
        if rows > 0 {
            for column in &mut self.keys.columns {
                column.skip(rows)?;
            }
            for measured in [&mut self.value, &mut self.weight].into_iter().flatten() {
                measured.skip(rows)?;
            }
        }
        Ok(())
    }
}

/// The keys of a block of rows.
struct KeyRows<'a> {
    columns: Vec<KeyColumn<'a>>,
    rows: u32,
    /// Rows at the start that were summed already.
    passed: usize,
    /// Which columns were read as runs; the others were read as codes.
    forms: Vec<Form>,
    stretches: Vec<Stretch>,
    merged: Vec<Stretch>,
    /// The columns whose codes were read, and, if they are several, what they add up to.
    coded: Vec<usize>,
    offsets: Vec<u64>,
}

impl<'a> KeyRows<'a> {
    fn new(columns: Vec<KeyColumn<'a>>) -> Self {
        KeyRows {
            columns,
            rows: 0,
            passed: 0,
            forms: Vec::new(),
            stretches: Vec::new(),
            merged: Vec::new(),
            coded: Vec::new(),
            offsets: Vec::new(),
        }
    }

    /// Keys are those of the plan.
    fn go_global(&mut self) {
        self.columns.iter_mut().for_each(KeyColumn::go_global);
    }

    /// Passes over the first rows of what was read; keys are from now on places in the part's own table, or those
    /// of the plan.
    fn pass(&mut self, rows: usize, local: bool) {
        match local {
            true => self.columns.iter_mut().for_each(KeyColumn::go_local),
            false => self.go_global(),
        }
        self.combine();
        self.passed = rows;
        let mut left = rows as u32;
        self.stretches.retain_mut(|stretch| {
            let gone = left.min(stretch.rows);
            left -= gone;
            stretch.rows -= gone;
            stretch.rows > 0
        });
    }

    /// Reads the keys of the next rows.
    fn read(&mut self, rows: usize) -> Result<()> {
        self.rows = rows as u32;
        self.passed = 0;
        self.forms.clear();
        for column in &mut self.columns {
            self.forms.push(column.read(rows)?);
        }
        self.combine();
        Ok(())
    }

    /// Makes keys of what was read: runs are intersected, other codes become offsets.
    fn combine(&mut self) {
        self.stretches.clear();
        self.stretches.push(Stretch {
            base: 0,
            rows: self.rows,
        });
        self.coded.clear();
        for (place, (column, form)) in self.columns.iter_mut().zip(&self.forms).enumerate() {
            column.learn();
            match form {
                Form::Runs => {
                    column.intersect(&self.stretches, &mut self.merged);
                    std::mem::swap(&mut self.stretches, &mut self.merged);
                }
                Form::Codes => self.coded.push(place),
            }
        }
        self.offsets.clear();
        if self.coded.len() > 1 {
            let columns = self.coded.iter().map(|&place| &self.columns[place]);
            columns.for_each(|column| column.add_offsets(&mut self.offsets));
        }
    }

    /// The rows that were not passed, with these values and weights.
    fn block<'b>(&'b self, value: Option<Numbers<'b>>, weight: Option<Numbers<'b>>) -> Block<'b> {
        let from = self.passed;
        let rest = |numbers: Numbers<'b>| Numbers {
            values: &numbers.values[from..],
            valid: numbers.valid.map(|valid| &valid[from..]),
        };
        Block {
            stretches: &self.stretches,
            offsets: match (&self.coded[..], &self.offsets[..]) {
                ([], _) => Offsets::None,
                (&[only], _) => self.columns[only].coded(from),
                (_, added) => Offsets::Added(&added[from..]),
            },
            value: value.map(rest),
            weight: weight.map(rest),
        }
    }
}
