//! Sums of the keys that differ in the last dimension alone, whose rows may come in any order.

use crate::partial::Partial;
use std::ops::Range;

/// The most keys of the last dimension that a table of sums is kept for: it stays in the second cache.
const MOST_INNER: u64 = 1 << 16;
/// A table of the keys that differ in the last dimension alone.
pub(crate) struct Segment {
    /// Keys in the last dimension.
    inner: u64,
    /// The first key of the segment that is open.
    open: Option<u64>,
    sums: Vec<i64>,
    /// A byte each: a bit would have every row wait for the one before it.
    seen: Vec<u8>,
    /// What left 64 bits.
    outgrown: Vec<(usize, i64)>,
    /// Rows that were added, and segments that were opened.
    rows: u64,
    opened: u64,
}

impl Segment {
    /// For so many keys in the last dimension.
    pub(crate) fn new(inner: u64) -> Self {
        Segment {
            inner,
            open: None,
            sums: Vec::new(),
            seen: Vec::new(),
            outgrown: Vec::new(),
            rows: 0,
            opened: 0,
        }
    }

    /// The keys of the segment that a key is of.
    pub(crate) fn of(&self, key: u64) -> Range<u64> {
        let first = key - key % self.inner;
        first..first + self.inner
    }

    /// Whether no segment is open that has this key or later ones.
    pub(crate) fn ends_before(&self, key: u64) -> bool {
        self.open.is_none_or(|first| first + self.inner <= key)
    }

    /// Whether there was a segment yet.
    pub(crate) fn was_needed(&self) -> bool {
        self.opened > 0
    }

    /// Whether a key is of the open segment.
    pub(crate) fn has(&self, key: u64) -> bool {
        self.open.is_some_and(|first| key.wrapping_sub(first) < self.inner)
    }

    /// Whether segments are long enough for their tables to pay.
    pub(crate) fn pays(&self) -> bool {
        self.inner <= MOST_INNER && self.opened * self.inner / 16 <= self.rows + self.inner
    }

    /// Opens a segment.
    pub(crate) fn begin(&mut self, first: u64) {
        self.sums.resize(self.inner as usize, 0);
        self.seen.resize(self.inner.next_multiple_of(8) as usize, 0);
        self.open = Some(first);
        self.opened += 1;
    }

    /// Adds a value to a key of the open segment.
    pub(crate) fn add(&mut self, key: u64, value: i64) {
        self.add_rows(key, &[0], &[value]);
    }

    /// Adds values up to the first whose key is not of the open segment; gives how many.
    pub(crate) fn add_rows(&mut self, base: u64, offsets: &[u64], values: &[i64]) -> usize {
        let Some(first) = self.open else { return 0 };
        let sums = self.sums.as_mut_slice();
        let seen = &mut self.seen[..sums.len()];
        let base = base.wrapping_sub(first);
        let mut taken = 0;
        for (offset, value) in offsets.iter().zip(values) {
            let place = base.wrapping_add(*offset) as usize;
            if place >= sums.len() {
                break;
            }
            let (sum, over) = sums[place].overflowing_add(*value);
            if over {
                self.outgrown.push((place, sums[place]));
            }
            sums[place] = if over { *value } else { sum };
            seen[place] = 1;
            taken += 1;
        }
        self.rows += taken as u64;
        taken
    }

    /// Closes the segment, if one is open: its sums follow those before it.
    pub(crate) fn close(&mut self, factor: i64, out: &mut Partial) {
        let Some(first) = self.open.take() else { return };
        let outgrown = std::mem::take(&mut self.outgrown);
        out.level();
        let before = out.keys.len();
        out.sums[0].resize(before, 0);
        for (eight, bytes) in self.seen.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let mut word = u64::from_le_bytes(std::mem::take(bytes));
            while word != 0 {
                let place = eight * 8 + word.trailing_zeros() as usize / 8;
                word &= word - 1;
                let sum = std::mem::take(&mut self.sums[place]);
                let key = first + place as u64;
                match sum.checked_mul(factor) {
                    Some(sum) if outgrown.is_empty() => {
                        out.keys.push(key);
                        out.sums[0].push(sum);
                    }
                    _ => {
                        let more = outgrown.iter().filter(|(other, _)| *other == place);
                        let all = more.map(|(_, sum)| i128::from(*sum)).sum::<i128>() + i128::from(sum);
                        out.push(key, std::iter::once(all * i128::from(factor)));
                        out.sums[0].resize(out.keys.len(), 0);
                    }
                }
            }
        }
    }
}
