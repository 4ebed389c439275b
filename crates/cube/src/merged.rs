//! Partial sums of many parts to one.

use crate::Result;
use crate::partial::Partial;
use crate::spill::Spill;
use std::collections::BTreeMap;

/// The most keys for which a table with a cell for each is made.
const MOST_CELLS: u64 = 1 << 22;

/// Partial sums that have been taken in.
///
/// Parts of a sorted dataset follow one another, and their sums are only put in a row. Others
/// are merged, small with small, or added to a table once they would fill one. What is more than
/// the memory granted goes to the disk.
pub(crate) struct Merged {
    columns: usize,
    cells: u64,
    levels: Vec<Partial>,
    table: Option<Table>,
    /// The most entries that are held.
    most: usize,
    spill: Option<Spill>,
}

/// A cell for every key.
struct Table {
    touched: Vec<bool>,
    sums: Vec<Vec<i64>>,
    large: BTreeMap<(usize, u64), i128>,
}

impl Merged {
    /// For sums in so many columns, of so many possible keys, in so many bytes of memory.
    pub(crate) fn new(columns: usize, cells: u64, memory: usize) -> Self {
        Merged {
            columns,
            cells,
            levels: Vec::new(),
            table: None,
            // Merging takes as much again.
            most: memory / 2 / Partial::entry_bytes(columns),
            spill: None,
        }
    }

    /// Takes in the sums of a part; gives back memory that is left over.
    pub(crate) fn add(&mut self, partial: Partial) -> Result<Partial> {
        if partial.is_empty() {
            return Ok(partial);
        }
        if let Some(table) = &mut self.table {
            table.add(&partial);
            return Ok(partial);
        }
        let mut spare = Partial::default();
        match self.levels.as_mut_slice() {
            [only] if only.keys.last() <= partial.keys.first() => spare = only.merge(partial),
            _ => self.levels.push(partial),
        }
        let held: usize = self.levels.iter().map(Partial::len).sum();
        if self.levels.len() > 1 && self.spill.is_none() && self.cells <= MOST_CELLS && held as u64 * 2 > self.cells {
            let mut table = Table::new(self.columns, self.cells as usize);
            self.levels.drain(..).for_each(|level| table.add(&level));
            self.table = Some(table);
            return Ok(spare);
        }
        if held > self.most {
            self.put_away()?;
            return Ok(spare);
        }
        while let [.., before, last] = self.levels.as_slice()
            && before.len() <= 2 * last.len()
        {
            self.fold_last();
        }
        Ok(spare)
    }

    /// Writes what is held as a run.
    fn put_away(&mut self) -> Result<()> {
        while self.levels.len() > 1 {
            self.fold_last();
        }
        let Some(all) = self.levels.pop() else { return Ok(()) };
        if self.spill.is_none() {
            self.spill = Some(Spill::new(self.columns)?);
        }
        self.spill.as_mut().map_or(Ok(()), |spill| spill.put(&all))
    }

    fn fold_last(&mut self) {
        if let (Some(last), Some(before)) = (self.levels.pop(), self.levels.last_mut()) {
            before.merge(last);
        }
    }

    /// All sums.
    pub(crate) fn finish(self) -> Result<Partial> {
        let mut all = Partial::new(self.columns);
        self.each(|some| {
            all.merge(some);
            Ok(())
        })?;
        Ok(all)
    }

    /// Hands on all sums by ascending key; not all at once where some are on the disk.
    pub(crate) fn each(mut self, mut each: impl FnMut(Partial) -> Result<()>) -> Result<()> {
        if let Some(table) = self.table {
            return each(table.finish());
        }
        if self.spill.is_some() {
            self.put_away()?;
        }
        if let Some(spill) = self.spill {
            return spill.merge(each);
        }
        while self.levels.len() > 1 {
            self.fold_last();
        }
        self.levels.pop().map_or(Ok(()), each)
    }
}

impl Table {
    fn new(columns: usize, cells: usize) -> Self {
        Table {
            touched: vec![false; cells],
            sums: vec![Vec::new(); columns],
            large: BTreeMap::new(),
        }
    }

    fn add(&mut self, partial: &Partial) {
        for &key in &partial.keys {
            self.touched[key as usize] = true;
        }
        for (column, (into, from)) in self.sums.iter_mut().zip(&partial.sums).enumerate() {
            if from.is_empty() {
                continue;
            }
            into.resize(self.touched.len(), 0);
            for (&key, &sum) in partial.keys.iter().zip(from) {
                let cell = &mut into[key as usize];
                match cell.checked_add(sum) {
                    Some(sum) => *cell = sum,
                    None => {
                        *self.large.entry((column, key)).or_default() += i128::from(*cell);
                        *cell = sum;
                    }
                }
            }
        }
        for (at, large) in &partial.large {
            *self.large.entry(*at).or_default() += large;
        }
    }

    fn finish(self) -> Partial {
        let keys = self
            .touched
            .iter()
            .zip(0..)
            .filter(|(touched, _)| **touched)
            .map(|(_, key)| key);
        let keys: Vec<u64> = keys.collect();
        let mut sums = Vec::new();
        for column in self.sums {
            sums.push(match column.is_empty() {
                true => Vec::new(),
                false => keys.iter().map(|&key| column[key as usize]).collect(),
            });
        }
        Partial {
            keys,
            sums,
            large: self.large,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_may_come_in_any_number_and_order(
            parts in prop::collection::vec(prop::collection::btree_map(0..60_u64, prop_oneof![-9..9_i128, Just(i128::from(i64::MAX)), Just(1_i128 << 80)], 0..30), 0..12),
            sorted in any::<bool>(),
            table in any::<bool>(),
            memory in prop_oneof![Just(0_usize), 100..2000_usize, Just(1 << 20)],
        ) {
            let mut expected: BTreeMap<u64, i128> = BTreeMap::new();
            let mut merged = Merged::new(1, if table { 60 * 20 } else { u64::MAX }, memory);
            for (n, part) in parts.iter().enumerate() {
                let mut partial = Partial::new(1);
                for (key, sum) in part {
                    let key = key + if sorted { 60 * n as u64 } else { 0 };
                    *expected.entry(key).or_default() += sum;
                    partial.push(key, std::iter::once(*sum));
                }
                merged.add(partial).unwrap();
            }
            let merged = merged.finish().unwrap();
            prop_assert_eq!(&merged.keys, &expected.keys().copied().collect::<Vec<_>>());
            for (place, sum) in expected.values().enumerate() {
                prop_assert_eq!(merged.sum(0, place), *sum);
            }
        }
    }
}
