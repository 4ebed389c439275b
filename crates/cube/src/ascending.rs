//! Sums of rows that come in the order of their keys, as in a sorted table: no table of all keys is needed, and
//! nothing has to be sorted.

use crate::dense::{absent, exact_sum};
use crate::part::{Block, Offsets};
use crate::partial::Partial;
use crate::plan::Layout;
use crate::segment::Segment;
use std::ops::Range;
use store::columns::Numbers;

/// Rows that are not worth being added several at once.
const FEW_ROWS: usize = 16;
/// Values of fewer bits can be multiplied with a factor of thousandths.
const SMALL_BITS: u32 = 53;

/// Sums by ascending key. Rows that share all but the last dimension of their keys may come in any order, if only
/// values are summed: they are added up in a table of one such segment's keys.
pub(crate) struct Ascending {
    layout: Layout,
    /// What brings values and weights to thousandths.
    factors: [i64; 2],
    /// What all keys have in common.
    base: u64,
    /// How many rows there may be, with those that came before.
    rows: usize,
    /// The sums of keys that are complete.
    out: Partial,
    /// The key after them, which more rows may have.
    entry: Option<Entry>,
    segment: Segment,
    /// What the codes of a block add to each row's key.
    offsets: Vec<u64>,
}

/// The sums of a key, in units of their columns.
#[derive(Default)]
struct Entry {
    key: u64,
    records: u64,
    value: i128,
    without_value: u64,
    weight: i128,
    with_weight: u64,
}

impl Ascending {
    /// `base` is what all keys have in common, `inner` how many keys the last dimension has, `rows` how many rows
    /// may come in all; `factors` bring values and weights to thousandths; `before` are sums to go on with.
    pub(crate) fn new(base: u64, inner: u64, rows: usize, layout: Layout, factors: [i64; 2], before: Partial) -> Self {
        Ascending {
            layout,
            factors,
            base,
            rows,
            out: before,
            entry: None,
            segment: Segment::new(inner),
            offsets: Vec::new(),
        }
    }

    /// Adds rows as long as they come in order; gives how many that were.
    pub(crate) fn add(&mut self, block: &Block<'_>) -> usize {
        let values = match (block.offsets, block.value) {
            (Offsets::None, _) => return self.add_runs(block),
            (_, Some(value)) if self.layout == Layout::value_only() => value.values,
            _ => return 0,
        };
        let mut offsets = std::mem::take(&mut self.offsets);
        offsets.clear();
        match block.offsets {
            Offsets::None => {}
            Offsets::Coded(codes, table) => offsets.extend(codes.iter().map(|&code| table[code as usize])),
            Offsets::Placed(codes, table) => offsets.extend(codes.iter().map(|&code| u64::from(table[code as usize]))),
            Offsets::Added(added) => offsets.extend_from_slice(added),
        }
        let taken = match self.append(block, values, &offsets) {
            true => values.len(),
            false => self.add_values(block, values, &offsets),
        };
        self.offsets = offsets;
        taken
    }

    /// The sums.
    pub(crate) fn finish(mut self) -> Partial {
        self.complete();
        self.out.level();
        self.out
    }

    /// Adds stretches whose rows have one key.
    fn add_runs(&mut self, block: &Block<'_>) -> usize {
        let mut at = 0;
        for stretch in block.stretches {
            let rows = at..at + stretch.rows as usize;
            let key = self.base + stretch.base;
            if self.follows(key) {
                self.begin(key);
            }
            match &mut self.entry {
                Some(entry) if entry.key == key => entry.add(block, rows.clone()),
                _ => {
                    let values = block.value.map_or(&[][..], |value| &value.values[rows.clone()]);
                    if !self.reopen(key) {
                        return at;
                    }
                    values.iter().for_each(|&value| self.segment.add(key, value));
                }
            }
            at = rows.end;
        }
        at
    }

    /// Adds values whose rows have keys of their own: the stretch's and the offset's.
    fn add_values(&mut self, block: &Block<'_>, values: &[i64], offsets: &[u64]) -> usize {
        let mut at = 0;
        for stretch in block.stretches {
            let base = self.base + stretch.base;
            let end = at + stretch.rows as usize;
            while at < end {
                at += self.segment.add_rows(base, &offsets[at..end], &values[at..end]);
                if at == end {
                    break;
                }
                let key = base + offsets[at];
                if self.follows(key) {
                    self.begin(key);
                    self.entry.iter_mut().for_each(|entry| entry.value = values[at].into());
                } else if self.reopen(key) {
                    self.segment.add(key, values[at]);
                } else {
                    return at;
                }
                at += 1;
            }
        }
        at
    }

    /// Adds all rows of a block if their keys ascend, and follow all others; `false` if not.
    fn append(&mut self, block: &Block<'_>, values: &[i64], offsets: &[u64]) -> bool {
        // Where a segment was needed, there will be others.
        if self.segment.was_needed() {
            return false;
        }
        let magnitudes = values
            .iter()
            .fold(0, |bits, &value| bits | (value ^ (value << 1)) as u64);
        if magnitudes >> SMALL_BITS != 0 {
            return false;
        }
        self.complete();
        let keys = &mut self.out.keys;
        let before = keys.len();
        if keys.capacity() < self.rows {
            keys.reserve_exact(self.rows.saturating_sub(before));
        }
        keys.extend_from_slice(offsets);
        let mut at = before;
        for stretch in block.stretches {
            let (base, end) = (self.base + stretch.base, at + stretch.rows as usize);
            keys[at..end].iter_mut().for_each(|key| *key += base);
            at = end;
        }
        let pairs = keys[before.saturating_sub(1)..].windows(2);
        if !pairs.fold(true, |ascending, pair| ascending & (pair[0] < pair[1])) {
            keys.truncate(before);
            return false;
        }
        let sums = &mut self.out.sums[0];
        if sums.capacity() < self.rows {
            sums.reserve_exact(self.rows.saturating_sub(sums.len()));
        }
        sums.resize(before, 0);
        let factor = self.factors[0];
        sums.extend(values.iter().map(|value| value * factor));
        true
    }

    /// Whether a key comes after all others.
    fn follows(&self, key: u64) -> bool {
        self.last().is_none_or(|last| last < key) && self.segment.ends_before(key)
    }

    /// Begins a key that follows all others.
    fn begin(&mut self, key: u64) {
        self.complete();
        self.entry = Some(Entry {
            key,
            ..Entry::default()
        });
    }

    /// The greatest key that is not in the open segment.
    fn last(&self) -> Option<u64> {
        let complete = || self.out.keys.last().copied();
        self.entry.as_ref().map(|entry| entry.key).or_else(complete)
    }

    /// Has the segment of a key open, with what there is of it; `false` if it lies before others, or if tables of
    /// segments do not pay.
    fn reopen(&mut self, key: u64) -> bool {
        if self.segment.has(key) {
            return true;
        }
        let own = self.segment.of(key);
        if self.layout != Layout::value_only()
            || !(self.segment.ends_before(own.start) && self.last().is_none_or(|last| last < own.end))
            || !self.segment.pays()
        {
            return false;
        }
        self.complete();
        let from = self.out.keys.partition_point(|&key| key < own.start);
        self.out.level();
        if (from..self.out.len()).any(|place| self.out.large.contains_key(&(0, self.out.keys[place]))) {
            return false;
        }
        self.segment.begin(own.start);
        let (keys, sums) = (&mut self.out.keys, &mut self.out.sums[0]);
        // A column of nothing but zeros is not kept.
        sums.resize(keys.len(), 0);
        for (key, sum) in keys.drain(from..).zip(sums.drain(from..)) {
            self.segment.add(key, sum / self.factors[0]);
        }
        true
    }

    /// Moves what is open to what is complete.
    fn complete(&mut self) {
        if let Some(entry) = self.entry.take() {
            entry.push(self.layout, self.factors, &mut self.out);
        }
        self.segment.close(self.factors[0], &mut self.out);
    }
}

impl Entry {
    fn add(&mut self, block: &Block<'_>, rows: Range<usize>) {
        let count = rows.len() as u64;
        self.records += count;
        if let Some(Numbers { values, valid }) = block.value {
            self.value += sum(&values[rows.clone()]);
            self.without_value += valid.map_or(0, |valid| absent(valid, rows.clone()));
        }
        if let Some(Numbers { values, valid }) = block.weight {
            self.weight += sum(&values[rows.clone()]);
            self.with_weight += count - valid.map_or(0, |valid| absent(valid, rows));
        }
    }

    /// Puts the sums, in thousandths, into their columns.
    fn push(self, layout: Layout, factors: [i64; 2], out: &mut Partial) {
        // Most have no more than records and a value of 64 bits.
        let value = i64::try_from(self.value)
            .ok()
            .and_then(|value| value.checked_mul(factors[0]));
        if layout.weight.is_none()
            && self.without_value == 0
            && let Some(value) = value
        {
            let place = out.keys.len();
            out.keys.push(self.key);
            for (column, sum) in [(layout.records, self.records as i64), (layout.value, value)] {
                if let Some(column) = column.and_then(|column| out.sums.get_mut(column)) {
                    if column.len() < place {
                        column.resize(place, 0);
                    }
                    column.push(sum);
                }
            }
            return;
        }
        let mut sums = [0; 5];
        let mut set = |column: Option<usize>, sum: i128| {
            if let Some(column) = column {
                sums[column] = sum;
            }
        };
        set(layout.records, self.records.into());
        set(layout.value, self.value * i128::from(factors[0]));
        set(layout.without_value, self.without_value.into());
        set(layout.weight, self.weight * i128::from(factors[1]));
        set(layout.with_weight, self.with_weight.into());
        out.push(self.key, sums[..layout.columns].iter().copied());
    }
}

#[inline]
fn sum(values: &[i64]) -> i128 {
    if values.len() < FEW_ROWS {
        return values.iter().map(|&value| i128::from(value)).sum();
    }
    match exact_sum(values) {
        Ok(sum) => sum.into(),
        Err(()) => values.iter().map(|&value| i128::from(value)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::Stretch;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const INNER: u64 = 40;

    /// Rows of keys and values, cut into blocks and stretches; how many of them were taken, and their sums.
    fn taken(rows: &[(u64, i64)], layout: Layout, runs: &[bool]) -> (usize, Partial) {
        let mut ascending = Ascending::new(0, INNER, rows.len(), layout, [1000, 1], Partial::new(layout.columns));
        let mut done = 0;
        for (n, block) in rows.chunks(7).enumerate() {
            let values: Vec<i64> = block.iter().map(|row| row.1).collect();
            let offsets: Vec<u64> = block.iter().map(|row| row.0 % INNER).collect();
            let in_runs = runs[n % runs.len()];
            let stretches: Vec<Stretch> = block
                .chunk_by(|a, b| match in_runs {
                    true => a.0 == b.0,
                    false => a.0 / INNER == b.0 / INNER,
                })
                .map(|rows| Stretch {
                    base: if in_runs { rows[0].0 } else { rows[0].0 / INNER * INNER },
                    rows: rows.len() as u32,
                })
                .collect();
            let now = ascending.add(&Block {
                stretches: &stretches,
                offsets: match in_runs {
                    true => Offsets::None,
                    false => Offsets::Added(&offsets),
                },
                value: Some(Numbers {
                    values: &values,
                    valid: None,
                }),
                weight: None,
            });
            done += now;
            if now < block.len() {
                break;
            }
        }
        (done, ascending.finish())
    }

    fn sums(rows: &[(u64, i64)]) -> BTreeMap<u64, i128> {
        let mut sums = BTreeMap::new();
        rows.iter()
            .for_each(|(key, value)| *sums.entry(*key).or_default() += i128::from(*value) * 1000);
        sums
    }

    fn found(partial: &Partial, column: usize) -> BTreeMap<u64, i128> {
        (0..partial.len())
            .map(|place| (partial.keys[place], partial.sum(column, place)))
            .collect()
    }

    proptest! {
        #[test]
        fn what_is_taken_is_summed(
            segments in prop::collection::vec(prop::collection::vec((0..INNER, prop_oneof![-9..9_i64, Just(i64::MAX), Just(0)]), 1..40), 0..8),
            sorted in any::<bool>(),
            order in 0..3_usize,
            runs in prop::collection::vec(any::<bool>(), 1..4),
        ) {
            let mut rows: Vec<(u64, i64)> = Vec::new();
            for (n, mut segment) in segments.into_iter().enumerate() {
                match order {
                    0 => segment.sort_unstable(),
                    1 => { segment.sort_unstable(); segment.dedup_by_key(|row| row.0); }
                    _ => {}
                }
                let outer = if sorted { n as u64 } else { n as u64 % 3 };
                rows.extend(segment.into_iter().map(|(inner, value)| (outer * INNER + inner, value)));
            }
            let (done, partial) = taken(&rows, Layout::value_only(), &runs);
            prop_assert_eq!(found(&partial, 0), sums(&rows[..done]));
            prop_assert!(partial.keys.is_sorted());
            prop_assert!(partial.sums[0].is_empty() || partial.sums[0].len() == partial.len());
            if sorted && !rows.iter().any(|row| row.1 == i64::MAX) {
                prop_assert_eq!(done, rows.len(), "segments that come in order are all taken");
            }

            let runs_alone = [true];
            let layout = Layout::of(true, false);
            let (done, partial) = taken(&rows, layout, &runs_alone);
            prop_assert_eq!(found(&partial, layout.value.unwrap()), sums(&rows[..done]));
            let records: i128 = found(&partial, 0).values().sum();
            prop_assert_eq!(records, done as i128);
            if rows.is_sorted_by_key(|row| row.0) {
                prop_assert_eq!(done, rows.len());
            }
        }
    }

    #[test]
    fn short_segments_are_left_to_sorting() {
        // Two rows of each segment, in the wrong order.
        let rows: Vec<(u64, i64)> = (0..4000).map(|n| (n / 2 * INNER + (n + 1) % 2, 1)).collect();
        let (done, partial) = taken(&rows, Layout::value_only(), &[false]);
        assert!((10..3000).contains(&done), "{done}");
        assert_eq!(found(&partial, 0), sums(&rows[..done]));
    }
}
