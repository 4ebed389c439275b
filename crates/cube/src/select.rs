//! Which rows of a part the conditions accept.

use crate::Result;
use crate::column::{Column, Condition, accepts};
use crate::plan::Facts;
use crate::source::Source;
use std::ops::Range;
use store::columns::Sought;

/// Ascending ranges of rows that do not touch.
pub(crate) type Ranges = Vec<Range<usize>>;

/// The accepted rows of a part.
pub(crate) fn select(source: &dyn Source, facts: &Facts, part: usize, conditions: &[Condition]) -> Result<Ranges> {
    let rows = Rows { source, facts, part };
    let whole = 0..source.rows(part);
    let mut ranges = Vec::from_iter([whole]);
    for column in Column::ALL {
        if conditions.iter().any(|c| c.columns == [column]) {
            ranges = rows.narrow(column, ranges, &|text| accepts(conditions, column, text))?;
        }
    }
    for condition in conditions.iter().filter(|c| c.columns.len() > 1) {
        let mut accepted = Vec::new();
        for &column in &condition.columns {
            let found = rows.narrow(column, ranges.clone(), &|text| condition.wanted.accepts(text))?;
            ranges = without(ranges, &found);
            accepted = united(accepted, found);
        }
        ranges = accepted;
    }
    Ok(ranges)
}

/// The rows of a part.
struct Rows<'a> {
    source: &'a dyn Source,
    facts: &'a Facts,
    part: usize,
}

impl Rows<'_> {
    /// The parts of the ranges whose rows have accepted texts.
    fn narrow(&self, column: Column, ranges: Ranges, accepts: &dyn Fn(Option<&str>) -> bool) -> Result<Ranges> {
        let wanted: usize = ranges.iter().map(Range::len).sum();
        if wanted == 0 {
            return Ok(ranges);
        }
        let texts = self.facts.texts_of(self.source, self.part, column)?;
        if texts.iter().all(accepts) {
            return Ok(ranges);
        }
        if !texts.iter().any(accepts) {
            return Ok(Vec::new());
        }
        let sparse = wanted * 8 < self.source.rows(self.part);
        let mut keys = self.source.keys(self.part, column, sparse)?;
        let mut sought = Sought::new(accepts);
        let mut at = 0;
        for range in ranges {
            keys.skip(range.start - at)?;
            at = range.end;
            keys.find(range, &mut sought)?;
        }
        Ok(sought.found)
    }
}

/// The rows of the ranges without those of others, which lie within them.
fn without(ranges: Ranges, others: &[Range<usize>]) -> Ranges {
    let mut others = others.iter().peekable();
    let mut left = Vec::with_capacity(ranges.len() + others.len());
    for mut range in ranges {
        while let Some(other) = others.next_if(|other| other.end <= range.end) {
            left.push(range.start..other.start);
            range.start = other.end;
        }
        left.push(range);
    }
    left.retain(|range| !range.is_empty());
    left
}

/// The rows of two lists of ranges that have none in common.
fn united(mut ranges: Ranges, others: Ranges) -> Ranges {
    if ranges.is_empty() {
        return others;
    }
    ranges.extend(others);
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|next, before| {
        let touches = before.end == next.start;
        if touches {
            before.end = next.end;
        }
        touches
    });
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(rows: &[(usize, usize)]) -> Ranges {
        rows.iter().map(|&(start, end)| start..end).collect()
    }

    #[test]
    fn rows_are_taken_out_and_put_together_again() {
        let all = ranges(&[(0, 10), (12, 20), (25, 26)]);
        for some in [
            ranges(&[]),
            all.clone(),
            ranges(&[(0, 2), (4, 6), (9, 10), (13, 14), (19, 20)]),
            ranges(&[(12, 20)]),
            ranges(&[(3, 4), (25, 26)]),
        ] {
            let rest = without(all.clone(), &some);
            assert!(rest.windows(2).all(|w| w[0].end < w[1].start), "{rest:?}");
            let rows = |ranges: &Ranges| ranges.iter().cloned().flatten().collect::<Vec<_>>();
            let expected: Vec<usize> = rows(&all)
                .into_iter()
                .filter(|row| !rows(&some).contains(row))
                .collect();
            assert_eq!(rows(&rest), expected);
            assert_eq!(united(some, rest), all);
        }
    }
}
