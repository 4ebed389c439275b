//! Which rows of a part the conditions accept.

use crate::Result;
use crate::column::{Column, Condition};
use crate::plan::Facts;
use crate::source::{Keys, Source};
use std::ops::Range;
use store::columns::{Run, Texts};

/// Rows that are looked at in one go.
const ROWS_AT_ONCE: usize = 1 << 15;
/// Rows that are compared with a code together.
const PIECE_ROWS: usize = 64;
/// Rows in a run, on average, from which on a column is read as runs.
const RUN_ROWS: usize = 32;

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
        ranges = narrow(&mut keys, &ranges, accepts)?;
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
    accepts: impl Fn(Option<&str>) -> bool,
) -> Result<Vec<Range<usize>>> {
    let mut accepted: Vec<bool> = Vec::new();
    let learn = |texts: &Texts, accepted: &mut Vec<bool>| {
        for code in accepted.len()..texts.len() {
            accepted.push(accepts(texts.get(code)));
        }
    };
    let mut narrowed: Vec<Range<usize>> = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    let mut codes: Vec<u32> = Vec::new();
    let mut in_runs = true;
    let mut at = 0;
    for range in ranges {
        keys.skip(range.start - at)?;
        at = range.start;
        while at < range.end {
            let rows = (range.end - at).min(ROWS_AT_ONCE);
            let mut keep = |at: usize, rows: usize| match narrowed.last_mut() {
                Some(last) if last.end == at => last.end += rows,
                _ => narrowed.push(at..at + rows),
            };
            if in_runs {
                runs.clear();
                keys.runs(rows, &mut runs)?;
                learn(keys.texts(), &mut accepted);
                let mut at = at;
                for run in &runs {
                    if accepted[run.code as usize] {
                        keep(at, run.rows as usize);
                    }
                    at += run.rows as usize;
                }
                in_runs = keys.kept_as_runs() || runs.len() * RUN_ROWS <= rows;
            } else {
                codes.resize(rows, 0);
                keys.codes(&mut codes)?;
                learn(keys.texts(), &mut accepted);
                let mut all = accepted.iter().enumerate().filter(|(_, accepted)| **accepted);
                match (all.next(), all.next()) {
                    (None, _) => {}
                    // One code: whole pieces without it are passed over with a few comparisons.
                    (Some((only, _)), None) => {
                        for (piece, codes) in codes.chunks(PIECE_ROWS).enumerate() {
                            if codes.iter().fold(false, |found, &code| found | (code == only as u32)) {
                                let rows = (at + piece * PIECE_ROWS..).zip(codes);
                                rows.filter(|(_, code)| **code == only as u32)
                                    .for_each(|(row, _)| keep(row, 1));
                            }
                        }
                    }
                    _ => {
                        let rows = (at..).zip(&codes);
                        rows.filter(|(_, code)| accepted[**code as usize])
                            .for_each(|(row, _)| keep(row, 1));
                    }
                }
            }
            at += rows;
        }
    }
    Ok(narrowed)
}
