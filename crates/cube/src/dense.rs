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

/// Sums and counts. A sum that outgrows 64 bits is set aside and begun again.
struct Cells {
    cells: Vec<Cell>,
    outgrown: Vec<(usize, i64)>,
    /// What can be added to any sum without leaving 64 bits; it may be more.
    room: u64,
    /// Rows added since the sums were last looked at for their room.
    rows: usize,
}

/// A table of sums.
pub(crate) struct Dense {
    layout: Layout,
    /// Values, and records.
    values: Cells,
    /// Weights, and how many there are.
    weights: Cells,
    /// Records without a value; empty as long as there is none.
    without_value: Vec<u64>,
}

impl Dense {
    pub(crate) fn new(cells: usize, layout: Layout) -> Self {
        Dense {
            layout,
            values: Cells::new(cells),
            weights: Cells::new(if layout.weight.is_some() { cells } else { 0 }),
            without_value: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, block: &Block<'_>) {
        let values = block.value.map_or(&[][..], |v| v.values);
        if self.layout.value.is_some() {
            self.values.add(block, values);
        } else {
            let cells = &mut self.values.cells;
            each_cell(block, |cell, rows| cells[cell].count += rows.len() as u64);
        }
        if let Some(valid) = block.value.and_then(|v| v.valid) {
            if self.without_value.is_empty() {
                self.without_value = vec![0; self.values.cells.len()];
            }
            let without = &mut self.without_value;
            each_cell(block, |cell, rows| without[cell] += absent(valid, rows));
        }
        if let Some(Numbers { values, valid }) = block.weight {
            self.weights.add(block, values);
            if let Some(valid) = valid {
                let weights = &mut self.weights.cells;
                each_cell(block, |cell, rows| weights[cell].count -= absent(valid, rows));
            }
        }
    }

    /// The table's entries by the plan's keys; `factors` bring values and weights to thousandths.
    pub(crate) fn finish(self, local: &[LocalDim], dims: &[Dim], factors: [i64; 2]) -> Partial {
        let layout = self.layout;
        let mut out = Partial::new(layout.columns);
        let there = self.values.cells.iter().filter(|cell| cell.count > 0).count();
        out.keys.reserve_exact(there);
        for column in [layout.records, layout.value].into_iter().flatten() {
            out.sums[column].reserve_exact(there);
        }
        // Where only records and values can be other than zero, and all are of 64 bits.
        let simple = layout.weight.is_none() && self.without_value.is_empty() && self.values.outgrown.is_empty();
        let (first, last) = local.split_at(local.len().saturating_sub(1));
        let inner = last.first().map_or(1, |l| l.numbers.len().max(1));
        for start in (0..self.values.cells.len()).step_by(inner) {
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
                if self.values.cells[at].count == 0 {
                    continue;
                }
                let base = *base.get_or_insert_with(prefix);
                let number = last.first().and_then(|l| l.numbers.get(within)).copied().unwrap_or(0);
                let key = base + u64::from(number) * dims.last().map_or(0, |d| d.stride);
                if simple && let Some(value) = self.values.cells[at].sum.checked_mul(factors[0]) {
                    let place = out.keys.len();
                    out.keys.push(key);
                    let mut put = |column: Option<usize>, sum: i64| {
                        if let Some(column) = column {
                            out.sums[column].resize(place, 0);
                            out.sums[column].push(sum);
                        }
                    };
                    put(layout.records, self.values.cells[at].count as i64);
                    put(layout.value, value);
                    continue;
                }
                let mut sums = [0; 5];
                let mut set = |column: Option<usize>, sum: i128| {
                    if let Some(column) = column {
                        sums[column] = sum;
                    }
                };
                set(layout.records, self.values.cells[at].count.into());
                if layout.value.is_some() {
                    set(layout.value, self.values.total(at, factors[0]));
                }
                set(
                    layout.without_value,
                    self.without_value.get(at).copied().unwrap_or(0).into(),
                );
                if layout.weight.is_some() {
                    set(layout.weight, self.weights.total(at, factors[1]));
                    set(layout.with_weight, self.weights.cells[at].count.into());
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

impl Cells {
    fn new(cells: usize) -> Self {
        Cells {
            cells: vec![Cell::default(); cells],
            outgrown: Vec::new(),
            room: i64::MAX as u64,
            rows: 0,
        }
    }

    /// A cell's whole sum, so many times.
    fn total(&self, at: usize, factor: i64) -> i128 {
        let outgrown = self.outgrown.iter().filter(|(cell, _)| *cell == at);
        let total = outgrown.map(|(_, sum)| i128::from(*sum)).sum::<i128>() + i128::from(self.cells[at].sum);
        total * i128::from(factor)
    }

    /// Adds values to their cells, and how many there are.
    fn add(&mut self, block: &Block<'_>, values: &[i64]) {
        self.rows += values.len();
        if matches!(block.offsets, Offsets::None) {
            let mut at = 0;
            for stretch in block.stretches {
                let rows = stretch.rows as usize;
                self.add_run(stretch.base as usize, &values[at..at + rows]);
                at += rows;
            }
        } else if self.has_room_for(values) {
            self.add_rows::<false>(block, values);
        } else {
            self.add_rows::<true>(block, values);
            self.room = 0;
        }
    }

    /// Whether these values can be added to whichever cells without one leaving 64 bits; if so, the room is taken.
    fn has_room_for(&mut self, values: &[i64]) -> bool {
        // No value is more than all their bits together, unless one is negative: then that is more than there is room.
        let bits = values.iter().fold(0, |bits, &value| bits | value as u64);
        let most = bits.saturating_mul(values.len() as u64);
        if most > self.room && self.rows >= self.cells.len() {
            let largest = self.cells.iter().map(|cell| cell.sum.unsigned_abs()).max();
            self.room = (i64::MAX as u64).saturating_sub(largest.unwrap_or(0));
            self.rows = 0;
        }
        let fits = most <= self.room;
        if fits {
            self.room -= most;
        }
        fits
    }

    /// Adds rows that share a cell.
    fn add_run(&mut self, cell: usize, values: &[i64]) {
        self.cells[cell].count += values.len() as u64;
        let mut add = |value: i64| {
            let sum = &mut self.cells[cell].sum;
            match sum.checked_add(value) {
                Some(total) => *sum = total,
                None => self.outgrown.push((cell, std::mem::replace(sum, value))),
            }
            self.room = self.room.saturating_sub(value.unsigned_abs());
        };
        match exact_sum(values) {
            Ok(sum) => add(sum),
            Err(()) => values.iter().for_each(|&value| add(value)),
        }
    }

    /// Adds rows whose cells differ; `CHECKED` where a sum might leave 64 bits.
    fn add_rows<const CHECKED: bool>(&mut self, block: &Block<'_>, values: &[i64]) {
        let mut at = 0;
        for stretch in block.stretches {
            let rows = at..at + stretch.rows as usize;
            let base = stretch.base as usize;
            at = rows.end;
            let values = &values[rows.clone()];
            match block.offsets {
                Offsets::None => self.add_run(base, values),
                Offsets::Coded(codes, table) => {
                    self.add_each::<CHECKED, _>(base, values, &codes[rows], |code| table[code as usize] as usize);
                }
                Offsets::Placed(codes, table) => {
                    self.add_each::<CHECKED, _>(base, values, &codes[rows], |code| table[code as usize] as usize);
                }
                Offsets::Added(offsets) => {
                    self.add_each::<CHECKED, _>(base, values, &offsets[rows], |offset| offset as usize);
                }
            }
        }
    }

    /// Adds each value to the cell that its code stands for, counted from `base`.
    #[inline(always)]
    fn add_each<const CHECKED: bool, C: Copy>(
        &mut self,
        base: usize,
        mut values: &[i64],
        mut codes: &[C],
        offset: impl Fn(C) -> usize,
    ) {
        if !CHECKED {
            add_all(&mut self.cells[base..], values, codes, offset);
            return;
        }
        while let Some(row) = add_until_full(&mut self.cells[base..], values, codes, &offset) {
            // It is counted, but does not fit: what was summed is set aside.
            let place = base + offset(codes[row]);
            let sum = std::mem::replace(&mut self.cells[place].sum, values[row]);
            self.outgrown.push((place, sum));
            (values, codes) = (&values[row + 1..], &codes[row + 1..]);
        }
    }
}

/// Adds values to their cells, all of which have room: the innermost loop, which keeps nothing but what it needs in
/// registers, and adds a value and one to the count in one instruction.
#[inline(never)]
fn add_all<C: Copy>(cells: &mut [Cell], values: &[i64], codes: &[C], place: impl Fn(C) -> usize) {
    for (&value, &code) in values.iter().zip(codes) {
        let cell = &mut cells[place(code)];
        cell.sum = cell.sum.wrapping_add(value);
        cell.count = cell.count.wrapping_add(1);
    }
}

/// Adds values to their cells up to the first that a cell has no room for.
#[inline(never)]
fn add_until_full<C: Copy>(
    cells: &mut [Cell],
    values: &[i64],
    codes: &[C],
    place: impl Fn(C) -> usize,
) -> Option<usize> {
    for (row, (&value, &code)) in values.iter().zip(codes).enumerate() {
        let cell = &mut cells[place(code)];
        cell.count += 1;
        let (sum, over) = cell.sum.overflowing_add(value);
        if over {
            return Some(row);
        }
        cell.sum = sum;
    }
    None
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
    use crate::part::Stretch;
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
        for (cell, sum) in dense.values.cells.iter_mut().zip(sums) {
            *cell = Cell { sum, count: 1 };
        }
        let out = dense.finish(&local, &plan.dims, [1000, 1]);
        let found: Vec<i128> = (0..3).map(|place| out.sum(0, place)).collect();
        assert_eq!(found, sums.map(|sum| i128::from(sum) * 1000));
    }

    fn large_or_small() -> impl Strategy<Value = i64> {
        prop_oneof![
            any::<i64>(),
            1_i64 << 55..1 << 58,
            0..1000_i64,
            Just(i64::MIN),
            Just(i64::MAX)
        ]
    }

    proptest! {
        /// Whether there is room or not, and however often it is looked for.
        #[test]
        fn cells_hold_exact_sums(
            blocks in prop::collection::vec(prop::collection::vec((0..3_u32, large_or_small()), 1..40), 1..40),
        ) {
            let mut cells = Cells::new(3);
            let mut expected = [(0_i128, 0_u64); 3];
            let table = [2_u32, 0, 1];
            for block in &blocks {
                let (codes, values): (Vec<u32>, Vec<i64>) = block.iter().copied().unzip();
                let stretches = [Stretch { base: 0, rows: codes.len() as u32 }];
                let offsets = Offsets::Placed(&codes, &table);
                cells.add(&Block { stretches: &stretches, offsets, value: None, weight: None }, &values);
                for (&code, &value) in codes.iter().zip(&values) {
                    let (sum, count) = &mut expected[table[code as usize] as usize];
                    *sum += i128::from(value);
                    *count += 1;
                }
            }
            let found: Vec<_> = (0..3).map(|at| (cells.total(at, 1), cells.cells[at].count)).collect();
            prop_assert_eq!(found, expected);
        }

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
