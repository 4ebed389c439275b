//! The pinned figures that are not the same in two runs: what a changed hash of a pin stands for.

use super::rows::rows;
use crate::fail::Outcome;
use crate::results::Results;
use model::{Cell, Kind, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Which figure: pin, period, reporter, partner, flow, classification, product, compiler, basis, reference.
const KEY: [&str; 10] = [
    "pin",
    "period",
    "reporter",
    "partner",
    "flow",
    "classification",
    "product",
    "compiler",
    "basis",
    "reference",
];
/// What it says, the first that is given.
const MEASURES: [&str; 2] = ["value_usd", "share_percent"];

/// By way to count, figure and measure.
type Figures = BTreeMap<String, BTreeMap<([String; KEY.len()], &'static str), f64>>;

/// The figures of a run, from its `tables/figures.csv`; none where it left none.
fn figures(results: &Results) -> Outcome<Figures> {
    let mut found = Figures::new();
    for mut row in rows(results, "figures")? {
        let mut key: [String; KEY.len()] = Default::default();
        for (place, name) in key.iter_mut().zip(KEY) {
            *place = row.take(name)?;
        }
        let of_way = found.entry(row.take("scenario")?).or_default();
        for measure in MEASURES {
            let text = row.take(measure)?;
            if !text.is_empty() {
                of_way.insert((key.clone(), measure), row.number(&text)?);
            }
        }
    }
    Ok(found)
}

/// The figures of changed pins that differ in a way to count that both runs have, each once, the largest relative change
/// first; those that one run alone has come last.
pub fn changed(old_run: &Results, new_run: &Results) -> Outcome<Table> {
    let (text, number) = (|name| (name, Kind::Text, ""), |name| (name, Kind::Number, ""));
    let columns = [
        text("pin"),
        text("period"),
        text("reporter"),
        text("partner"),
        text("flow"),
        text("product"),
        text("measure"),
        number("old"),
        number("new"),
        number("relative_change"),
    ];
    let hash = |results: &Results, pin: &str| {
        let found = results.manifest.pins.iter().find(|p| p.name == pin);
        found.and_then(|p| p.logical_hash.clone())
    };
    let (before, after) = (figures(old_run)?, figures(new_run)?);
    let mut told = BTreeSet::new();
    let mut rows: Vec<(f64, Vec<Cell>)> = Vec::new();
    for (way, old) in &before {
        let Some(new) = after.get(way) else { continue };
        for place in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let (was, is) = (old.get(place).copied(), new.get(place).copied());
            let pin = &place.0[0];
            if was == is || hash(old_run, pin) == hash(new_run, pin) || !told.insert(place) {
                continue;
            }
            let change = was.zip(is).filter(|(was, _)| *was != 0.0);
            let change = change.map(|(was, is)| (is - was) / was.abs());
            let (key, measure) = place;
            let [pin, period, reporter, partner, flow, _, product, ..] = key.clone().map(Cell::from);
            let measure = Cell::from(*measure);
            let number = |number: Option<f64>| number.map_or(Cell::Missing, Cell::Number);
            let (was, is) = (number(was), number(is));
            let row = vec![
                pin,
                period,
                reporter,
                partner,
                flow,
                product,
                measure,
                was,
                is,
                number(change),
            ];
            rows.push((change.map_or(f64::NEG_INFINITY, f64::abs), row));
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut table = Table::new("figures", "Pinned figures that differ", &columns);
    rows.into_iter().for_each(|(_, row)| table.push(row));
    Ok(table)
}

/// The differing figures as rows of the table of all differences: `what`, `name`, `scenario`, `old`, `new`, `relative_change`.
pub fn listed(figures: &Table) -> Vec<Vec<Cell>> {
    let told = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let row = |row: &Vec<Cell>| {
        let name: Vec<String> = row[..7].iter().map(told).collect();
        let (old, new) = (told(&row[7]), told(&row[8]));
        let change = row[9].clone();
        vec![
            "figure".into(),
            name.join(" ").into(),
            Cell::Missing,
            old.into(),
            new.into(),
            change,
        ]
    };
    figures.rows.iter().map(row).collect()
}
