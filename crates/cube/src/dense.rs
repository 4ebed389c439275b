//! Sums in a table with a cell for every key that a part can have.

use crate::keys::LocalDim;
use crate::part::{Block, Offsets};
use crate::partial::Partial;
use crate::plan::{Dim, Layout};
use store::columns::Numbers;

#[derive(Clone, Copy, Default)]
struct Cell {
    sum: i64,
    count: u64,
}

/// A table of sums. A sum that outgrows 64 bits is set aside and begun again.
pub(crate) struct Dense {
    layout: Layout,
    /// Values, and records.
    cells: Vec<Cell>,
    /// Weights, and how many there are.
    weights: Vec<Cell>,
    /// Records without a value; empty as long as there is none.
    without_value: Vec<u64>,
    outgrown: Vec<(usize, i64)>,
    outgrown_weights: Vec<(usize, i64)>,
}

impl Dense {
    pub(crate) fn new(cells: usize, layout: Layout) -> Self {
        Dense {
            layout,
            cells: vec![Cell::default(); cells],
            weights: vec![Cell::default(); if layout.weight.is_some() { cells } else { 0 }],
            without_value: Vec::new(),
            outgrown: Vec::new(),
            outgrown_weights: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, block: &Block<'_>) {
        let values = block.value.map_or(&[][..], |v| v.values);
        if self.layout.value.is_some() {
            match self.layout.records {
                Some(_) => sum_cells::<true>(&mut self.cells, &mut self.outgrown, block, values),
                None => sum_cells::<false>(&mut self.cells, &mut self.outgrown, block, values),
            }
        } else {
            each_cell(block, |cell, rows| self.cells[cell].count += rows.len() as u64);
        }
        if let Some(valid) = block.value.and_then(|v| v.valid) {
            if self.without_value.is_empty() {
                self.without_value = vec![0; self.cells.len()];
            }
            let without = &mut self.without_value;
            each_cell(block, |cell, rows| without[cell] += absent(valid, rows));
        }
        if let Some(Numbers { values, valid }) = block.weight {
            sum_cells::<true>(&mut self.weights, &mut self.outgrown_weights, block, values);
            if let Some(valid) = valid {
                let weights = &mut self.weights;
                each_cell(block, |cell, rows| weights[cell].count -= absent(valid, rows));
            }
        }
    }

    /// The table's entries by the plan's keys; `factors` bring values and weights to thousandths.
    pub(crate) fn finish(self, local: &[LocalDim], dims: &[Dim], factors: [i64; 2]) -> Partial {
        let layout = self.layout;
        let mut out = Partial::new(layout.columns);
        let there = self.cells.iter().filter(|cell| cell.count > 0).count();
        out.keys.reserve_exact(there);
        for column in [layout.records, layout.value].into_iter().flatten() {
            out.sums[column].reserve_exact(there);
        }
        // Where only records and values can be other than zero, and all are of 64 bits.
        let simple = layout.weight.is_none() && self.without_value.is_empty() && self.outgrown.is_empty();
        let (first, last) = local.split_at(local.len().saturating_sub(1));
        let inner = last.first().map_or(1, |l| l.numbers.len().max(1));
        let total = |cells: &[Cell], outgrown: &[(usize, i64)], at: usize, factor: i64| {
            let mut total = i128::from(cells[at].sum);
            if !outgrown.is_empty() {
                total += outgrown
                    .iter()
                    .filter(|(cell, _)| *cell == at)
                    .map(|(_, s)| i128::from(*s))
                    .sum::<i128>();
            }
            total * i128::from(factor)
        };
        for start in (0..self.cells.len()).step_by(inner) {
            let prefix = || -> u64 {
                let of_dim = |(local, dim): (&LocalDim, &Dim)| {
                    let rank = start as u64 / local.stride % local.numbers.len().max(1) as u64;
                    u64::from(local.numbers.get(rank as usize).copied().unwrap_or(0)) * dim.stride
                };
                first.iter().zip(dims).map(of_dim).sum()
            };
            let mut base = None;
            for within in 0..inner {
                let at = start + within;
                if self.cells[at].count == 0 {
                    continue;
                }
                let base = *base.get_or_insert_with(prefix);
                let number = last.first().and_then(|l| l.numbers.get(within)).copied().unwrap_or(0);
                let key = base + u64::from(number) * dims.last().map_or(0, |d| d.stride);
                if simple && let Some(value) = self.cells[at].sum.checked_mul(factors[0]) {
                    let place = out.keys.len();
                    out.keys.push(key);
                    let mut put = |column: Option<usize>, sum: i64| {
                        if let Some(column) = column {
                            out.sums[column].resize(place, 0);
                            out.sums[column].push(sum);
                        }
                    };
                    put(layout.records, self.cells[at].count as i64);
                    put(layout.value, value);
                    continue;
                }
                let mut sums = [0; 5];
                let mut set = |column: Option<usize>, sum: i128| {
                    if let Some(column) = column {
                        sums[column] = sum;
                    }
                };
                set(layout.records, self.cells[at].count.into());
                if layout.value.is_some() {
                    set(layout.value, total(&self.cells, &self.outgrown, at, factors[0]));
                }
                set(
                    layout.without_value,
                    self.without_value.get(at).copied().unwrap_or(0).into(),
                );
                if layout.weight.is_some() {
                    set(
                        layout.weight,
                        total(&self.weights, &self.outgrown_weights, at, factors[1]),
                    );
                    set(layout.with_weight, self.weights[at].count.into());
                }
                out.push(key, sums[..layout.columns].iter().copied());
            }
        }
        out
    }
}

/// How many of the rows have no value.
pub(crate) fn absent(valid: &[bool], rows: std::ops::Range<usize>) -> u64 {
    valid[rows].iter().filter(|valid| !**valid).count() as u64
}

/// Calls `each` with the cell of each stretch of rows, or of each row where rows differ.
#[inline(always)]
fn each_cell(block: &Block<'_>, mut each: impl FnMut(usize, std::ops::Range<usize>)) {
    let mut at = 0;
    for stretch in block.stretches {
        let end = at + stretch.rows as usize;
        let base = stretch.base;
        let mut one = |row: usize, offset: u64| each((base + offset) as usize, row..row + 1);
        match block.offsets {
            Offsets::None => each(base as usize, at..end),
            Offsets::Coded(codes, table) => (at..end).for_each(|row| one(row, table[codes[row] as usize])),
            Offsets::Placed(codes, table) => (at..end).for_each(|row| one(row, table[codes[row] as usize].into())),
            Offsets::Added(offsets) => (at..end).for_each(|row| one(row, offsets[row])),
        }
        at = end;
    }
}

/// Adds values to their cells, and how many there are; or, if nobody counts them, that there are some.
fn sum_cells<const COUNTED: bool>(
    cells: &mut [Cell],
    outgrown: &mut Vec<(usize, i64)>,
    block: &Block<'_>,
    values: &[i64],
) {
    let mut at = 0;
    for stretch in block.stretches {
        let rows = stretch.rows as usize;
        let values = &values[at..at + rows];
        let base = stretch.base as usize;
        match block.offsets {
            Offsets::None => {
                let cell = &mut cells[base];
                cell.count += rows as u64;
                match exact_sum(values) {
                    Ok(sum) => add(cell, base, sum, outgrown),
                    Err(()) => values.iter().for_each(|&v| add(cell, base, v, outgrown)),
                }
            }
            Offsets::Coded(codes, table) => {
                let codes = &codes[at..at + rows];
                add_each::<COUNTED, _>(cells, base, values, codes, outgrown, |code| {
                    table[code as usize] as usize
                });
            }
            Offsets::Placed(codes, table) => {
                let codes = &codes[at..at + rows];
                add_each::<COUNTED, _>(cells, base, values, codes, outgrown, |code| {
                    table[code as usize] as usize
                });
            }
            Offsets::Added(offsets) => {
                let offsets = &offsets[at..at + rows];
                add_each::<COUNTED, _>(cells, base, values, offsets, outgrown, |offset| offset as usize);
            }
        }
        at += rows;
    }
}

/// Adds each value to the cell that its code stands for, counted from `base`.
#[inline(always)]
fn add_each<const COUNTED: bool, C: Copy>(
    cells: &mut [Cell],
    base: usize,
    mut values: &[i64],
    mut codes: &[C],
    outgrown: &mut Vec<(usize, i64)>,
    offset: impl Fn(C) -> usize,
) {
    while let Some(row) = add_until_full::<COUNTED, _>(&mut cells[base..], values, codes, &offset) {
        // It is counted, but does not fit: what was summed is set aside.
        let place = base + offset(codes[row]);
        outgrown.push((place, cells[place].sum));
        cells[place].sum = values[row];
        (values, codes) = (&values[row + 1..], &codes[row + 1..]);
    }
}

/// Adds values to their cells up to the first that a cell has no room for: the innermost loop, which keeps
/// nothing but what it needs in registers.
#[inline(never)]
fn add_until_full<const COUNTED: bool, C: Copy>(
    cells: &mut [Cell],
    values: &[i64],
    codes: &[C],
    place: impl Fn(C) -> usize,
) -> Option<usize> {
    for (row, (&value, &code)) in values.iter().zip(codes).enumerate() {
        let cell = &mut cells[place(code)];
        cell.count = if COUNTED { cell.count + 1 } else { 1 };
        let (sum, over) = cell.sum.overflowing_add(value);
        if over {
            return Some(row);
        }
        cell.sum = sum;
    }
    None
}

#[inline(always)]
fn add(cell: &mut Cell, place: usize, value: i64, outgrown: &mut Vec<(usize, i64)>) {
    match cell.sum.checked_add(value) {
        Some(sum) => cell.sum = sum,
        None => {
            outgrown.push((place, cell.sum));
            cell.sum = value;
        }
    }
}

/// The sum of a block's values, or nothing if they are so large that it might not fit.
///
/// A block has at most 2^13 values: if none has more than 49 bits, their sum has no more than 62.
#[inline]
pub(crate) fn exact_sum(values: &[i64]) -> Result<i64, ()> {
    if values.len() > 1 << 13 {
        return Err(());
    }
    let (mut sum, mut bits) = (0_i64, 0_u64);
    for &value in values {
        sum = sum.wrapping_add(value);
        // The magnitude's bits; one's complement is near enough. Shifted left it has no sign.
        bits |= (value ^ (value << 1)) as u64;
    }
    if bits >> 50 == 0 || values.iter().all(|v| v.unsigned_abs() < 1 << 49) {
        Ok(sum)
    } else {
        Err(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::{Column, Part};
    use crate::plan::Facts;
    use proptest::prelude::*;

    #[test]
    fn sums_of_more_than_64_bits_stand_beside_the_others() {
        let facts = Facts::default();
        let key = [Part::same(Column::Product)];
        let plan = crate::plan::Plan::new(&facts, &key, Vec::new(), Layout::value_only()).unwrap();
        let local = [LocalDim::new(&[true; 3])];
        let sums = [i64::MAX, 5, i64::MIN];
        let mut dense = Dense::new(3, Layout::value_only());
        for (cell, sum) in dense.cells.iter_mut().zip(sums) {
            *cell = Cell { sum, count: 1 };
        }
        let out = dense.finish(&local, &plan.dims, [1000, 1]);
        let found: Vec<i128> = (0..3).map(|place| out.sum(0, place)).collect();
        assert_eq!(found, sums.map(|sum| i128::from(sum) * 1000));
    }

    proptest! {
        #[test]
        fn a_block_s_sum_is_exact_or_refused(
            values in prop::collection::vec(prop_oneof![any::<i64>(), -(1_i64 << 49)..1 << 49, -9..9_i64], 0..100),
        ) {
            let exact: i128 = values.iter().map(|&v| i128::from(v)).sum();
            match exact_sum(&values) {
                Ok(sum) => prop_assert_eq!(i128::from(sum), exact),
                Err(()) => prop_assert!(values.iter().any(|v| v.unsigned_abs() >= 1 << 49)),
            }
        }
    }
}
