//! Two-level aggregation: a group's inner sums are folded and forgotten as soon as it is complete.

use crate::Result;
use crate::merged::Merged;
use crate::ordered::in_order;
use crate::part::{add_part, sum_part};
use crate::partial::Partial;
use crate::plan::{Facts, Plan};
use crate::source::Source;
use std::collections::HashSet;
use std::ops::Range;

/// What `fold` adds for each outer group, called once with its inner sums, sorted by key; in no order of the groups.
/// `inner` is how many inner keys an outer group can have: the outer key is a key divided by it.
///
/// Where parts have one outermost word each, such as a year, those of a word are summed and folded by one thread.
/// Otherwise a group is taken to be complete when a part does not have it after another had, as in a
/// dataset whose outer groups lie together. Where it turns up again, or too many groups are open,
/// all is begun again with all sums merged before the first is folded, on the disk if need be.
pub(crate) fn fold_groups<T: Send>(
    source: &dyn Source,
    facts: &Facts,
    plan: &Plan,
    inner: u64,
    fold: impl Fn(&mut Vec<T>, u64, &Partial, Range<usize>) + Sync + Send,
) -> Result<Vec<T>> {
    if let Some(units) = Units::of(source, facts, plan, inner)? {
        return units.fold(source, facts, plan, inner, fold);
    }
    let mut folded = Vec::new();
    let mut folder = Folder {
        inner,
        open: Partial::new(plan.layout.columns),
        closed: HashSet::new(),
        returned: false,
        // Merging takes as much again.
        most: plan.memory / 2 / Partial::entry_bytes(plan.layout.columns),
    };
    let work = |index: usize| sum_part(source, facts, plan, facts.parts[index]);
    in_order(facts.parts.len(), work, |partial| {
        plan.spare
            .give(folder.add(partial, |group, table, places| fold(&mut folded, group, table, places)));
        Ok(())
    })?;
    if !folder.returned {
        let open = std::mem::take(&mut folder.open);
        groups(&open, inner).for_each(|(group, places)| fold(&mut folded, group, &open, places));
        return Ok(folded);
    }
    folded.clear();
    drop(folder);
    let mut merged = Merged::new(plan.layout.columns, plan.cells, plan.memory);
    in_order(facts.parts.len(), work, |partial| {
        plan.spare.give(merged.add(partial)?);
        Ok(())
    })?;
    // The last group of what is handed on may go on in what comes next.
    let mut open = Partial::new(plan.layout.columns);
    merged.each(|some| {
        open.merge(some);
        let last = open.keys.last().map_or(0, |key| key / inner);
        let complete = open.keys.partition_point(|key| key / inner < last);
        if complete > 0 {
            let done = open.slice(0..complete);
            open = open.slice(complete..open.len());
            groups(&done, inner).for_each(|(group, places)| fold(&mut folded, group, &done, places));
        }
        Ok(())
    })?;
    groups(&open, inner).for_each(|(group, places)| fold(&mut folded, group, &open, places));
    Ok(folded)
}

/// Parts that share their outermost word, such as a year: no group is in two units.
struct Units {
    /// One unit after another, as places among the parts.
    units: Vec<Range<usize>>,
    /// The most rows of one.
    rows: usize,
}

impl Units {
    /// None where a part has several words, where parts of a word do not lie together, or where threads would have too
    /// little to do or too much to hold.
    fn of(source: &dyn Source, facts: &Facts, plan: &Plan, inner: u64) -> Result<Option<Units>> {
        let Some(outermost) = plan.dims.first().filter(|dim| dim.stride >= inner) else {
            return Ok(None);
        };
        let mut units: Vec<Range<usize>> = Vec::new();
        let (mut words, mut last) = (HashSet::new(), None);
        let (mut rows, mut most_rows) = (0, 0);
        for (place, &part) in facts.parts.iter().enumerate() {
            let texts = facts.texts_of(source, part, outermost.part.column)?;
            let [Some(word)] = outermost.numbers_of(&texts)[..] else {
                return Ok(None);
            };
            match units.last_mut() {
                Some(unit) if last == Some(word) => unit.end = place + 1,
                _ if words.insert(word) => {
                    units.push(place..place + 1);
                    rows = 0;
                }
                _ => return Ok(None),
            }
            last = Some(word);
            rows += source.rows(part);
            most_rows = most_rows.max(rows);
        }
        let threads = rayon::current_num_threads();
        let busy = units.len() == facts.parts.len() || units.len() >= 2 * threads;
        let entry = Partial::entry_bytes(plan.layout.columns);
        let held = most_rows.saturating_mul(entry).saturating_mul(threads);
        let rows = most_rows;
        Ok((busy && held <= plan.memory).then_some(Units { units, rows }))
    }

    /// Each unit is summed and folded by one thread.
    fn fold<T: Send>(
        &self,
        source: &dyn Source,
        facts: &Facts,
        plan: &Plan,
        inner: u64,
        fold: impl Fn(&mut Vec<T>, u64, &Partial, Range<usize>) + Sync,
    ) -> Result<Vec<T>> {
        let work = |index: usize| {
            // Room as for the largest, so that its memory can be used again.
            let mut to_follow = self.rows;
            let mut sums = plan.spare.take(plan.layout.columns);
            for &part in &facts.parts[self.units[index].clone()] {
                to_follow -= source.rows(part);
                sums = add_part(source, facts, plan, part, sums, to_follow)?;
            }
            let mut folded = Vec::new();
            groups(&sums, inner).for_each(|(group, places)| fold(&mut folded, group, &sums, places));
            plan.spare.give(sums);
            Ok(folded)
        };
        let mut all = Vec::new();
        in_order(self.units.len(), work, |folded| {
            all.extend(folded);
            Ok(())
        })?;
        Ok(all)
    }
}

/// The outer groups of sorted sums, with their places.
fn groups(table: &Partial, inner: u64) -> impl Iterator<Item = (u64, Range<usize>)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let group = table.keys.get(start)? / inner;
        let end = start + table.keys[start..].partition_point(|key| key / inner == group);
        let places = start..end;
        start = end;
        Some((group, places))
    })
}

/// Outer groups that may still grow.
struct Folder {
    inner: u64,
    open: Partial,
    closed: HashSet<u64>,
    /// A closed group came back, or too much is open: what was folded is not to be used.
    returned: bool,
    /// The most entries that may be open.
    most: usize,
}

impl Folder {
    /// Takes in the sums of a part; gives back memory that is left over.
    fn add(&mut self, partial: Partial, mut fold: impl FnMut(u64, &Partial, Range<usize>)) -> Partial {
        if partial.is_empty() || self.returned {
            return partial;
        }
        let mut kept: Vec<Range<usize>> = Vec::new();
        for (group, places) in groups(&self.open, self.inner) {
            let first = partial.keys.partition_point(|key| key / self.inner < group);
            if partial.keys.get(first).is_some_and(|key| key / self.inner == group) {
                kept.push(places);
            } else {
                fold(group, &self.open, places);
                self.closed.insert(group);
            }
        }
        self.returned = groups(&partial, self.inner).any(|(group, _)| self.closed.contains(&group));
        let all: usize = kept.iter().map(ExactSizeIterator::len).sum();
        if all == 0 {
            self.open.clear();
        } else if all < self.open.len() {
            let mut left = Partial::new(self.open.sums.len());
            for places in kept {
                left.merge(self.open.slice(places));
            }
            self.open = left;
        }
        let spare = self.open.merge(partial);
        if self.open.len() > self.most {
            self.returned = true;
            self.open = Partial::new(self.open.sums.len());
        }
        spare
    }
}
