//! What reports' errors leave open of the findings, where it is not the same in two runs.

use super::rows::rows;
use super::settings;
use crate::fail::Outcome;
use crate::results::Results;
use model::{Cell, Kind, Table};
use std::collections::{BTreeMap, BTreeSet};

type Drawn = BTreeMap<[String; 2], (f64, f64)>;

/// The lowest and the highest value of each drawn finding, by rule and finding; empty where the run drew none.
fn drawn(results: &Results) -> Outcome<Drawn> {
    let mut found = Drawn::new();
    for mut row in rows(results, "draws-findings")? {
        let key = [row.take("rule")?, row.take("finding")?];
        let (low, high) = (row.take("low")?, row.take("high")?);
        found.insert(key, (row.number(&low)?, row.number(&high)?));
    }
    Ok(found)
}

/// The drawn intervals that differ: those of findings that claims rest on first, and among them the largest move of an
/// end against the interval's width; those that only one run has come last.
pub fn changed(old: &Results, new: &Results) -> Outcome<Table> {
    let text = |name| (name, Kind::Text, "");
    let number = |name| (name, Kind::Number, "");
    let columns = [
        text("rule"),
        text("finding"),
        number("low_old"),
        number("high_old"),
        number("low_new"),
        number("high_new"),
        ("moved_by_widths", Kind::Number, ""),
    ];
    let (before, after) = (drawn(old)?, drawn(new)?);
    let behind = settings::behind(old, new)?;
    let mut rows: Vec<(bool, f64, Vec<Cell>)> = Vec::new();
    for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let (was, is) = (before.get(key), after.get(key));
        let moved = was.zip(is).map(|(was, is)| {
            let width = (was.1 - was.0).max(is.1 - is.0).max(f64::MIN_POSITIVE);
            (is.0 - was.0).abs().max((is.1 - was.1).abs()) / width
        });
        // The same draws give the same numbers, to the last digits of sums in another order.
        if moved.is_some_and(|moved| moved < 1e-9) {
            continue;
        }
        let end = |of: Option<&(f64, f64)>, end: fn(&(f64, f64)) -> f64| Cell::from(of.map(end));
        let [rule, finding] = key.clone();
        let claimed = behind.contains_key(&finding);
        let row = vec![
            rule.into(),
            finding.into(),
            end(was, |i| i.0),
            end(was, |i| i.1),
            end(is, |i| i.0),
            end(is, |i| i.1),
            moved.into(),
        ];
        rows.push((claimed, moved.unwrap_or(-1.0), row));
    }
    rows.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let mut table = Table::new("intervals", "Intervals on draws that differ", &columns);
    rows.into_iter().for_each(|(_, _, row)| table.push(row));
    Ok(table)
}
