//! What the pins say of figures that a chart draws: told in its caption, the points drawn hollow.

use model::{Chart, Finding};
use std::collections::BTreeSet;
use study::{ChartSeriesFile, NoteFile, Run, ScenarioFile, Study};

/// Adds the notes of the pins behind a chart's series to its caption; the points that they are about, by the number of
/// their series and the bits of their x.
pub(super) fn note(
    chart: &mut Chart,
    series: &[(&ChartSeriesFile, Vec<(f64, &Finding)>)],
    study: &Study,
    run: &Run,
) -> BTreeSet<(usize, u64)> {
    let mut noted = BTreeSet::new();
    let mut told: Vec<(&NoteFile, Vec<&str>)> = Vec::new();
    for (at, (drawn, points)) in series.iter().enumerate() {
        let Some(scenario) = study.file.scenario.iter().find(|file| file.id == drawn.scenario) else {
            continue;
        };
        for note in of_scenario(scenario, run).filter(|note| is_about(note, drawn)) {
            let [first, last] = note.years.map(f64::from);
            let places = points
                .iter()
                .map(|(x, _)| *x)
                .filter(|x| (first..last + 1.0).contains(x));
            let places: Vec<(usize, u64)> = places.map(|x| (at, x.to_bits())).collect();
            if places.is_empty() {
                continue;
            }
            noted.extend(places);
            let source = scenario.source.as_deref().unwrap_or(&scenario.title);
            match told.iter_mut().find(|(other, _)| other.text == note.text) {
                Some((_, sources)) if sources.contains(&source) => {}
                Some((_, sources)) => sources.push(source),
                None => told.push((note, vec![source])),
            }
        }
    }
    for (note, sources) in told {
        let years = match note.years {
            [first, last] if first == last => first.to_string(),
            [first, last] => format!("{first} to {last}"),
        };
        let words = format!(" Hollow points, {}, {years}: {}", sources.join(" and "), note.text);
        chart.caption.push_str(&words);
    }
    noted
}

/// What the pins say of the figure that a finding tells: the finding has the labels that a note speaks of and a year
/// within the note's.
pub(super) fn of_finding(finding: &Finding, scenario: &ScenarioFile, run: &Run) -> Vec<String> {
    let year = finding
        .labels
        .get("period")
        .and_then(|period| period.get(..4)?.parse().ok());
    let Some(year) = year else { return Vec::new() };
    let about = |note: &&NoteFile| {
        (note.years[0]..=note.years[1]).contains(&year)
            && note
                .only
                .iter()
                .all(|(name, value)| finding.labels.get(name) == Some(value))
    };
    let told = of_scenario(scenario, run).filter(about);
    told.map(|note| crate::page::look::capital(&note.text)).collect()
}

/// The notes of the pins that a scenario takes figures from, each pin once.
fn of_scenario<'r>(scenario: &'r ScenarioFile, run: &'r Run) -> impl Iterator<Item = &'r NoteFile> {
    let pins: BTreeSet<&str> = scenario.layer.iter().map(|layer| layer.pin.as_str()).collect();
    let used = run
        .pins
        .iter()
        .filter(move |pin| pins.contains(pin.about.name.as_str()));
    used.flat_map(|pin| &pin.about.note)
}

/// Whether a series has the labels that a note speaks of.
fn is_about(note: &NoteFile, drawn: &ChartSeriesFile) -> bool {
    note.only
        .iter()
        .all(|(name, value)| drawn.labels.get(name) == Some(value))
}
