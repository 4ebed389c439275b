//! One part's rows to partial sums.

use crate::Result;
use crate::column::Measure;
use crate::dense::Dense;
use crate::keys::{Form, KeyColumn, key_columns};
use crate::partial::Partial;
use crate::plan::{Facts, Plan};
use crate::select::select;
use crate::source::{Measured, Source};
use crate::sparse::Sparse;
use store::columns::Numbers;

/// Rows that are summed in one go: small enough for the first caches, large enough to forget the
/// cost of going through the columns.
const BLOCK_ROWS: usize = 8192;
/// The most cells of a part's own table.
const MOST_CELLS: u64 = 1 << 22;

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
    let ranges = select(source, facts, part, &plan.conditions)?;
    let wanted: usize = ranges.iter().map(ExactSizeIterator::len).sum();
    if wanted == 0 {
        return Ok(Partial::new(plan.layout.columns));
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
    let local = key_columns(source, facts, plan, part, sparse)?;
    let mut reader = Reader {
        value: plan
            .layout
            .value
            .map(|_| source.measured(part, Measure::Value, sparse))
            .transpose()?,
        weight: plan
            .layout
            .weight
            .map(|_| source.measured(part, Measure::Weight, sparse))
            .transpose()?,
        columns: local.columns,
        stretches: Vec::new(),
        merged: Vec::new(),
        coded: Vec::new(),
        offsets: Vec::new(),
    };
    if local.cells <= MOST_CELLS.min((4 * wanted as u64).max(1 << 14)) {
        let mut kernel = Dense::new(local.cells as usize, plan.layout);
        reader.each_block(&ranges, |block| kernel.add(&block))?;
        Ok(kernel.finish(&local.dims, &plan.dims, factors))
    } else {
        reader.columns.iter_mut().for_each(KeyColumn::go_global);
        let base = local.global_base;
        let mut kernel = Sparse::new(base, wanted, plan.layout, plan.spare.take(plan.layout.columns));
        reader.each_block(&ranges, |block| kernel.add(&block))?;
        let inner = plan.dims.last().map_or(1, |dim| dim.words.len());
        Ok(kernel.finish(factors, inner as u64, &plan.spare))
    }
}

/// The columns of a part that a query reads.
struct Reader<'a> {
    columns: Vec<KeyColumn<'a>>,
    value: Option<Measured<'a>>,
    weight: Option<Measured<'a>>,
    stretches: Vec<Stretch>,
    merged: Vec<Stretch>,
    /// The columns whose codes were read, and, if they are several, what they add up to.
    coded: Vec<usize>,
    offsets: Vec<u64>,
}

impl Reader<'_> {
    /// Calls `each` for the rows in the ranges, block by block.
    fn each_block(&mut self, ranges: &[std::ops::Range<usize>], mut each: impl FnMut(Block<'_>)) -> Result<()> {
        let mut at = 0;
        for range in ranges {
            self.skip(range.start - at)?;
            at = range.start;
            while at < range.end {
                let mut rows = (range.end - at).min(BLOCK_ROWS);
                for measured in [&mut self.value, &mut self.weight].into_iter().flatten() {
                    rows = rows.min(measured.ready()?);
                }
                self.read_keys(rows)?;
                each(Block {
                    stretches: &self.stretches,
                    offsets: match (&self.coded[..], &self.offsets[..]) {
                        ([], _) => Offsets::None,
                        (&[only], _) => self.columns[only].coded(),
                        (_, added) => Offsets::Added(added),
                    },
                    value: self.value.as_mut().map(|m| m.take(rows)),
                    weight: self.weight.as_mut().map(|m| m.take(rows)),
                });
                at += rows;
            }
        }
        Ok(())
    }

    fn skip(&mut self, rows: usize) -> Result<()> {
        if rows > 0 {
            for column in &mut self.columns {
                column.skip(rows)?;
            }
            for measured in [&mut self.value, &mut self.weight].into_iter().flatten() {
                measured.skip(rows)?;
            }
        }
        Ok(())
    }

    /// Reads the keys of the next rows: runs are intersected, other codes become offsets.
    fn read_keys(&mut self, rows: usize) -> Result<()> {
        self.stretches.clear();
        self.stretches.push(Stretch {
            base: 0,
            rows: rows as u32,
        });
        self.coded.clear();
        for (place, column) in self.columns.iter_mut().enumerate() {
            match column.read(rows)? {
                Form::Runs => {
                    column.intersect(&self.stretches, &mut self.merged);
                    std::mem::swap(&mut self.stretches, &mut self.merged);
                }
                Form::Codes => self.coded.push(place),
            }
        }
        if self.coded.len() > 1 {
            self.offsets.clear();
            let columns = self.coded.iter().map(|&place| &self.columns[place]);
            columns.for_each(|column| column.add_offsets(&mut self.offsets));
        }
        Ok(())
    }
}
