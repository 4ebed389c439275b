//! Sums of keys that are too many for a table: rows are collected by key, and sorted where they
//! do not come in order.

use crate::part::{Block, Offsets};
use crate::partial::{Partial, Spare};
use crate::plan::Layout;
use std::collections::BTreeMap;
use store::columns::Numbers;

/// Rows collected by key.
pub(crate) struct Sparse {
    layout: Layout,
    base: u64,
    keys: Vec<u64>,
    values: Vec<i64>,
    weights: Vec<i64>,
    /// Rows without a value, and without a weight.
    without: [Vec<u32>; 2],
}

impl Sparse {
    /// `base` is what all keys have in common; `rows` how many will come; `memory` is empty.
    pub(crate) fn new(base: u64, rows: usize, layout: Layout, mut memory: Partial) -> Self {
        let mut keys = memory.keys;
        keys.reserve_exact(rows);
        let mut column = |wanted: Option<usize>| {
            let mut column = memory.sums.pop().unwrap_or_default();
            column.reserve_exact(if wanted.is_some() { rows } else { 0 });
            column
        };
        Sparse {
            layout,
            base,
            keys,
            values: column(layout.value),
            weights: column(layout.weight),
            without: [Vec::new(), Vec::new()],
        }
    }

    pub(crate) fn add(&mut self, block: &Block<'_>) {
        let mut at = 0;
        let first = self.keys.len() as u32;
        for stretch in block.stretches {
            let rows = stretch.rows as usize;
            let base = self.base + stretch.base;
            match block.offsets {
                Offsets::None => self.keys.extend(std::iter::repeat_n(base, rows)),
                Offsets::Coded(codes, table) => {
                    let codes = &codes[at..at + rows];
                    self.keys.extend(codes.iter().map(|&code| base + table[code as usize]));
                }
                Offsets::Placed(codes, table) => {
                    let codes = &codes[at..at + rows];
                    self.keys
                        .extend(codes.iter().map(|&code| base + u64::from(table[code as usize])));
                }
                Offsets::Added(offsets) => {
                    self.keys
                        .extend(offsets[at..at + rows].iter().map(|offset| base + offset));
                }
            }
            at += rows;
        }
        let mut note = |numbers: Option<Numbers<'_>>, which: usize, into: &mut Vec<i64>| {
            let Some(Numbers { values, valid }) = numbers else {
                return;
            };
            into.extend_from_slice(values);
            let absent = valid.into_iter().flatten().zip(first..).filter(|(valid, _)| !**valid);
            self.without[which].extend(absent.map(|(_, row)| row));
        };
        note(block.value, 0, &mut self.values);
        note(block.weight, 1, &mut self.weights);
    }

    /// The sums by key; `factors` bring values and weights to thousandths. `inner` is how many keys
    /// there are in the last dimension.
    pub(crate) fn finish(self, factors: [i64; 2], inner: u64, spare: &Spare) -> Partial {
        let columns = self.layout.columns;
        let summed = self.combine(factors, inner);
        let mut sums = vec![self.values, self.weights];
        sums.resize_with(columns, Vec::new);
        spare.give(Partial {
            keys: self.keys,
            sums,
            large: BTreeMap::new(),
        });
        summed
    }

    /// Adds up what has the same key.
    fn combine(&self, factors: [i64; 2], inner: u64) -> Partial {
        let layout = self.layout;
        let order = order(&self.keys, inner.max(1));
        let mut is_without = [Vec::new(), Vec::new()];
        for (rows, flags) in self.without.iter().zip(&mut is_without) {
            if !rows.is_empty() {
                flags.resize(self.keys.len(), false);
                rows.iter().for_each(|&row| flags[row as usize] = true);
            }
        }
        let without = |which: usize, row: usize| is_without[which].get(row).copied().unwrap_or(false);
        let mut out = Partial::new(layout.columns);
        let mut group = order.as_slice();
        while let Some(&start) = group.first() {
            let key = self.keys[start as usize];
            let length = group
                .iter()
                .position(|&row| self.keys[row as usize] != key)
                .unwrap_or(group.len());
            let (rows, rest) = group.split_at(length);
            group = rest;
            let mut sums = [0_i128; 5];
            let mut add = |column: Option<usize>, sum: i128| {
                if let Some(column) = column {
                    sums[column] += sum;
                }
            };
            for &row in rows {
                let row = row as usize;
                add(layout.records, 1);
                add(
                    layout.value,
                    self.values
                        .get(row)
                        .map_or(0, |&v| i128::from(v) * i128::from(factors[0])),
                );
                add(layout.without_value, without(0, row).into());
                add(
                    layout.weight,
                    self.weights
                        .get(row)
                        .map_or(0, |&v| i128::from(v) * i128::from(factors[1])),
                );
                add(layout.with_weight, (!without(1, row)).into());
            }
            out.push(key, sums[..layout.columns].iter().copied());
        }
        out
    }
}

/// The rows in the order of their keys.
///
/// In a sorted table, rows that share all but the key's last dimension often lie together: then only
/// they have to be put in order, and where they are many, by counting.
fn order(keys: &[u64], inner: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    if keys.is_sorted() {
        return order;
    }
    let segments: Vec<&[u64]> = keys.chunk_by(|a, b| a / inner == b / inner).collect();
    if !segments.windows(2).all(|w| w[0][0] / inner < w[1][0] / inner) {
        order.sort_unstable_by_key(|&row| (keys[row as usize], row));
        return order;
    }
    let mut counts: Vec<u32> = Vec::new();
    let mut start = 0;
    for segment in segments {
        let rows = &mut order[start..start + segment.len()];
        if segment.len() as u64 * 16 < inner {
            rows.sort_unstable_by_key(|&row| (keys[row as usize], row));
        } else if !segment.is_sorted() {
            counts.clear();
            counts.resize(inner as usize + 1, 0);
            segment.iter().for_each(|key| counts[(key % inner) as usize + 1] += 1);
            let mut sum = 0;
            for count in &mut counts {
                sum += *count;
                *count = sum;
            }
            for (row, key) in (start as u32..).zip(segment) {
                let place = &mut counts[(key % inner) as usize];
                rows[*place as usize] = row;
                *place += 1;
            }
        }
        start += segment.len();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_are_ordered_by_key_and_stay_in_order_within_one(
            segments in prop::collection::vec(prop::collection::vec(0..40_u64, 1..60), 0..6),
            inner in prop_oneof![Just(1_u64), Just(40), Just(5_000)],
            sorted in any::<bool>(),
        ) {
            let outer = |n: usize| if sorted { n as u64 } else { n as u64 % 3 };
            let key = |(n, inners): (usize, &Vec<u64>)| inners.iter().map(move |i| outer(n) * inner + i % inner).collect::<Vec<_>>();
            let keys: Vec<u64> = segments.iter().enumerate().flat_map(key).collect();
            let mut wanted: Vec<u32> = (0..keys.len() as u32).collect();
            wanted.sort_by_key(|&row| keys[row as usize]);
            prop_assert_eq!(order(&keys, inner), wanted);
        }
    }
}
