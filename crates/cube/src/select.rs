//! Which rows of a part the conditions accept.

use crate::Result;
use crate::column::{Column, Condition};
use crate::plan::Facts;
use crate::source::{Keys, Source};
use std::ops::Range;
use store::columns::Sought;

/// The accepted rows of a part, as ascending ranges that do not touch.
pub(crate) fn select(
    source: &dyn Source,
    facts: &Facts,
    part: usize,
    conditions: &[Condition],
) -> Result<Vec<Range<usize>>> {
    let whole = 0..source.rows(part);
    let mut ranges = Vec::from_iter([whole]);
    for column in Column::ALL {
        let own: Vec<&Condition> = conditions.iter().filter(|c| c.column == column).collect();
        if own.is_empty() {
            continue;
        }
        let accepts = |text: Option<&str>| own.iter().all(|c| c.wanted.accepts(text));
        let texts = facts.texts_of(source, part, column)?;
        if texts.iter().all(accepts) {
            continue;
        }
        if !texts.iter().any(accepts) {
            return Ok(Vec::new());
        }
        let wanted: usize = ranges.iter().map(Range::len).sum();
        let mut keys = source.keys(part, column, wanted * 8 < source.rows(part))?;
        ranges = narrow(&mut keys, &ranges, &accepts)?;
        if ranges.is_empty() {
            break;
        }
    }
    Ok(ranges)
}

/// The parts of the ranges whose rows have accepted texts.
fn narrow(
    keys: &mut Keys<'_>,
    ranges: &[Range<usize>],
    accepts: &dyn Fn(Option<&str>) -> bool,
) -> Result<Vec<Range<usize>>> {
    let mut sought = Sought::new(accepts);
    let mut at = 0;
    for range in ranges {
        keys.skip(range.start - at)?;
        keys.find(range.clone(), &mut sought)?;
        at = range.end;
    }
    Ok(sought.found)
}
