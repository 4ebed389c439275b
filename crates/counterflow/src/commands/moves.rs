//! Findings of two runs that are not the same.

use crate::fail::{Failure, Outcome};
use model::{Cell, Finding, Kind, Table};
use std::collections::BTreeMap;
use study::{compare, expected_text, parse_expected};

/// The findings that differ by more than their class allows, those that moved most first; those that only
/// one side has come last.
pub fn moved_findings(old: &[Finding], new: &[Finding]) -> Outcome<Table> {
    let columns = [
        ("finding", Kind::Text, ""),
        ("old", Kind::Number, ""),
        ("new", Kind::Number, ""),
        ("relative_change", Kind::Number, ""),
        ("what", Kind::Text, ""),
    ];
    let by_id = |findings: &[Finding]| -> BTreeMap<String, Option<f64>> {
        findings.iter().map(|f| (f.id(), f.estimate())).collect()
    };
    let (before, after) = (by_id(old), by_id(new));
    let expected = parse_expected(&expected_text(old)).map_err(Failure::because)?;
    let mut moved: Vec<(f64, Vec<Cell>)> = Vec::new();
    for one in compare(&expected, new) {
        let (was, is) = (before.get(&one.id), after.get(&one.id));
        let what = match (was, is) {
            (Some(_), None) => "only in the old one".to_owned(),
            (None, Some(_)) => "only in the new one".to_owned(),
            (Some(Some(_)), Some(Some(_))) if was != is => "the estimate moved".to_owned(),
            (Some(Some(_)), Some(None)) => "no longer defined".to_owned(),
            (Some(None), Some(Some(_))) => "now defined".to_owned(),
            _ => one.what,
        };
        let (was, is) = (was.copied().flatten(), is.copied().flatten());
        let relative = match (was, is) {
            (Some(was), Some(is)) if was != 0.0 => Some((is - was) / was.abs()),
            _ => None,
        };
        let size = relative.map_or(-1.0, f64::abs);
        let row = vec![one.id.into(), was.into(), is.into(), relative.into(), what.into()];
        moved.push((size, row));
    }
    moved.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut table = Table::new("findings", "Findings that move, those that move most first", &columns);
    moved.into_iter().for_each(|(_, row)| table.push(row));
    Ok(table)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::moved_findings;
    use model::{Cell, Finding, Tolerance};

    fn finding(measure: &str, value: f64) -> Finding {
        Finding::new(measure, "1", value).tolerance(Tolerance::Relative)
    }

    #[test]
    fn what_moved_most_comes_first_and_what_agrees_is_left_out() {
        let old = [
            finding("a", 1.0),
            finding("b", 2.0),
            finding("c", 3.0),
            finding("d", 4.0).interval(1.0, 2.0, "x"),
            finding("gone", 5.0),
        ];
        let new = [
            finding("a", 1.0 + 1e-12),
            finding("b", 2.5),
            finding("c", 6.0),
            finding("d", 4.0).interval(1.0, 3.0, "x"),
            finding("here", 5.0),
        ];
        let table = moved_findings(&old, &new).unwrap();
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => text.clone(),
            _ => String::new(),
        };
        let told: Vec<(String, String)> = table.rows.iter().map(|r| (text(&r[0]), text(&r[4]))).collect();
        let names: Vec<&str> = told.iter().map(|(id, _)| id.trim_start_matches('/')).collect();
        assert_eq!(names, ["c", "b", "d", "gone", "here"]);
        assert_eq!(table.rows[0][3], Cell::Number(1.0));
        assert!(told[2].1.contains("interval"), "{told:?}");
        assert_eq!(told[4].1, "only in the new one");
    }
}
