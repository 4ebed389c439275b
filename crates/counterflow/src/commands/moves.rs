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
        // What a p-value is of itself says nothing: from 1e-9 to 1e-3 is no great change.
        let is_p = one.id.split(' ').next().is_some_and(|stem| stem.ends_with("p_value"));
        let relative = match (was, is) {
            (Some(was), Some(is)) if was != 0.0 && !is_p => Some((is - was) / was.abs()),
            _ => None,
        };
        let absolute = was.zip(is).filter(|_| is_p).map(|(was, is)| is - was);
        let size = relative.or(absolute).map_or(-1.0, f64::abs);
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
            finding("chow_p_value", 1e-9),
            finding("gone", 5.0),
        ];
        let new = [
            finding("a", 1.0 + 1e-12),
            finding("b", 2.5),
            finding("c", 6.0),
            finding("d", 4.0).interval(1.0, 3.0, "x"),
            finding("chow_p_value", 0.1),
            finding("here", 5.0),
        ];
        let table = moved_findings(&old, &new).unwrap();
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => text.clone(),
            _ => String::new(),
        };
        let told: Vec<(String, String)> = table.rows.iter().map(|r| (text(&r[0]), text(&r[4]))).collect();
        let names: Vec<&str> = told.iter().map(|(id, _)| id.trim_start_matches('/')).collect();
        assert_eq!(names, ["c", "b", "chow_p_value", "d", "gone", "here"]);
        assert_eq!(table.rows[0][3], Cell::Number(1.0));
        assert!(told[3].1.contains("interval"), "{told:?}");
        assert_eq!(told[5].1, "only in the new one");
    }
}
