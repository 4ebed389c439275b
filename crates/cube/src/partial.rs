//! Sums by key, sorted by key: what every part of the work hands on.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The most partials whose memory is kept.
const MOST_SPARE: usize = 4;

/// Memory of partial sums that were handed on, for the next: parts are many and alike.
#[derive(Debug, Default)]
pub(crate) struct Spare(Mutex<Vec<Partial>>);

impl Spare {
    /// An empty partial of so many columns.
    pub(crate) fn take(&self, columns: usize) -> Partial {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spare
            .pop()
            .filter(|partial| partial.sums.len() == columns)
            .unwrap_or_else(|| Partial::new(columns))
    }

    /// Keeps the memory of one that is not needed any more.
    pub(crate) fn give(&self, mut partial: Partial) {
        partial.clear();
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < MOST_SPARE && partial.keys.capacity() > 0 {
            spare.push(partial);
        }
    }
}

/// Columns of 64-bit sums by ascending key. A sum that has outgrown 64 bits stands in `large`,
/// with 0 in its column: nothing is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Partial {
    pub keys: Vec<u64>,
    /// One column for each sum; an empty one is all zeros.
    pub sums: Vec<Vec<i64>>,
    /// What stands beside a column, by column and key.
    pub large: BTreeMap<(usize, u64), i128>,
}

impl Partial {
    pub(crate) fn new(columns: usize) -> Self {
        Partial {
            keys: Vec::new(),
            sums: vec![Vec::new(); columns],
            large: BTreeMap::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The sum in a column at a place.
    pub(crate) fn sum(&self, column: usize, place: usize) -> i128 {
        let small = i128::from(self.sums[column].get(place).copied().unwrap_or(0));
        if self.large.is_empty() {
            return small;
        }
        small + self.large.get(&(column, self.keys[place])).copied().unwrap_or(0)
    }

    /// Adds a key that is greater than all before, with its sums.
    #[inline]
    pub(crate) fn push(&mut self, key: u64, sums: impl Iterator<Item = i128>) {
        let place = self.keys.len();
        self.keys.push(key);
        for (column, sum) in sums.enumerate() {
            let small = i64::try_from(sum).unwrap_or_else(|_| {
                self.large.insert((column, key), sum);
                0
            });
            let into = &mut self.sums[column];
            if small != 0 || !into.is_empty() {
                if into.len() < place {
                    into.resize(place, 0);
                }
                into.push(small);
            }
        }
    }

    /// Adds the entry of another at a place.
    fn push_from(&mut self, other: &Partial, place: usize) {
        let key = other.keys[place];
        let at = self.keys.len();
        self.keys.push(key);
        for (into, from) in self.sums.iter_mut().zip(&other.sums) {
            let small = from.get(place).copied().unwrap_or(0);
            if small != 0 || !into.is_empty() {
                into.resize(at, 0);
                into.push(small);
            }
        }
    }

    /// Adds another's entries; what of either lies before or after all of the other is only moved. Gives back
    /// an empty one with the memory that is left over.
    pub(crate) fn merge(&mut self, mut other: Partial) -> Partial {
        match (other.keys.first(), self.keys.last()) {
            (None, _) => return other,
            // Where there is room for several, its memory is kept: what is given back is used for parts, which are smaller.
            (Some(_), None) if self.keys.capacity() < 2 * other.len() => {
                std::mem::swap(self, &mut other);
                return other;
            }
            (Some(&first), Some(&last)) if last >= first => {
                let apart = self.keys.partition_point(|key| *key < first);
                let both = self.slice(apart..self.len());
                self.truncate(apart);
                self.append(&mut Self::merged(&both, &other));
                other.clear();
            }
            _ => self.append(&mut other),
        }
        other
    }

    /// Moves another's entries, whose keys follow all of ours, to the end.
    fn append(&mut self, other: &mut Partial) {
        let before = self.keys.len();
        make_room(&mut self.keys, other.len());
        self.keys.append(&mut other.keys);
        for (into, from) in self.sums.iter_mut().zip(&mut other.sums) {
            if !from.is_empty() {
                make_room(into, before + from.len() - into.len());
                into.resize(before, 0);
                into.append(from);
            }
        }
        self.large.append(&mut other.large);
        self.level();
    }

    /// Keeps the first entries.
    fn truncate(&mut self, length: usize) {
        if let (Some(&first), false) = (self.keys.get(length), self.large.is_empty()) {
            self.large.retain(|(_, key), _| *key < first);
        }
        self.keys.truncate(length);
        self.sums.iter_mut().for_each(|column| column.truncate(length));
    }

    /// Forgets all entries, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }

    /// Columns are as long as the keys, or empty.
    pub(crate) fn level(&mut self) {
        let length = self.keys.len();
        for column in self.sums.iter_mut().filter(|c| !c.is_empty()) {
            column.resize(length, 0);
        }
    }

    fn merged(a: &Partial, b: &Partial) -> Partial {
        let mut out = Partial::new(a.sums.len());
        out.keys.reserve(a.len().max(b.len()));
        let (mut i, mut j) = (0, 0);
        while i < a.len() && j < b.len() {
            match a.keys[i].cmp(&b.keys[j]) {
                Ordering::Less => {
                    out.push_from(a, i);
                    i += 1;
                }
                Ordering::Greater => {
                    out.push_from(b, j);
                    j += 1;
                }
                Ordering::Equal => {
                    let sums = (0..a.sums.len()).map(|c| a.sum(c, i) + b.sum(c, j));
                    out.push(a.keys[i], sums);
                    i += 1;
                    j += 1;
                }
            }
        }
        (i..a.len()).for_each(|i| out.push_from(a, i));
        (j..b.len()).for_each(|j| out.push_from(b, j));
        out.level();
        // What was large in one and absent from the other is still to be taken over.
        for (at, large) in a.large.iter().chain(&b.large) {
            let one_sided = a.keys.binary_search(&at.1).is_ok() != b.keys.binary_search(&at.1).is_ok();
            if one_sided {
                out.large.insert(*at, *large);
            }
        }
        out
    }

    /// Bytes that an entry takes.
    pub(crate) fn entry_bytes(columns: usize) -> usize {
        8 + 8 * columns
    }

    /// The entries from one place to another.
    pub(crate) fn slice(&self, places: std::ops::Range<usize>) -> Partial {
        let keys = self.keys[places.clone()].to_vec();
        let large = match (keys.first(), keys.last()) {
            (Some(&first), Some(&last)) => {
                let within = |&(at, _): &(&(usize, u64), &i128)| (first..=last).contains(&at.1);
                self.large.iter().filter(within).map(|(k, v)| (*k, *v)).collect()
            }
            _ => BTreeMap::new(),
        };
        let cut = |column: &Vec<i64>| column.get(places.clone()).map_or_else(Vec::new, <[i64]>::to_vec);
        Partial {
            sums: self.sums.iter().map(cut).collect(),
            keys,
            large,
        }
    }
}

/// Room for more: several times what there is, since memory that is not written to is not taken, and moving to
/// larger memory takes both.
fn make_room<T>(column: &mut Vec<T>, more: usize) {
    if column.capacity() - column.len() < more {
        column.reserve_exact(more + 3 * column.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn partial(entries: &BTreeMap<u64, [i128; 2]>) -> Partial {
        let mut partial = Partial::new(2);
        for (key, sums) in entries {
            partial.push(*key, sums.iter().copied());
        }
        partial.level();
        partial
    }

    fn entries() -> impl Strategy<Value = BTreeMap<u64, [i128; 2]>> {
        let sum = prop_oneof![
            -5..5_i128,
            Just(i128::from(i64::MAX)),
            Just(i128::from(i64::MIN)),
            Just(1_i128 << 90)
        ];
        prop::collection::btree_map(0..40_u64, [sum.clone(), sum], 0..20)
    }

    proptest! {
        #[test]
        fn merging_is_adding(a in entries(), b in entries(), shift in prop_oneof![Just(0_u64), Just(50)]) {
            let b: BTreeMap<u64, [i128; 2]> = b.into_iter().map(|(k, v)| (k + shift, v)).collect();
            let mut expected = a.clone();
            for (key, sums) in &b {
                let into = expected.entry(*key).or_default();
                into[0] += sums[0];
                into[1] += sums[1];
            }
            let mut merged = partial(&a);
            merged.merge(partial(&b));
            prop_assert_eq!(&merged.keys, &expected.keys().copied().collect::<Vec<_>>());
            for (place, sums) in expected.values().enumerate() {
                prop_assert_eq!([merged.sum(0, place), merged.sum(1, place)], *sums);
            }
            let half = merged.len() / 2;
            let (mut first, second) = (merged.slice(0..half), merged.slice(half..merged.len()));
            first.merge(second);
            prop_assert_eq!(first.keys.len(), merged.len());
            for place in 0..merged.len() {
                prop_assert_eq!(first.sum(0, place), merged.sum(0, place));
            }
        }
    }
}
