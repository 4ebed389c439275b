//! The charts that a section asks for, with the evidence of their points and what reports' errors leave open.

use crate::page::Block;
use crate::study::notes;
use crate::study::trace::Trace;
use crate::svg::{band_numbers, band_words};
use model::{Band, Cell, Chart, Table};
use std::collections::{BTreeMap, BTreeSet};
use study::{ChartFile, Run, Study, chart_across, series_of};

/// A chart of the study file by its name, or a model's as `scenario/chart`.
pub(super) fn chart(name: &str, study: &Study, run: &Run, trace: &Trace<'_>) -> Option<Block> {
    if let Some(file) = study.file.chart.iter().find(|c| c.id == name) {
        return Some(traced(file, study, run, trace));
    }
    let (scenario, chart) = name.split_once('/')?;
    let file = study.file.scenario.iter().find(|s| s.id == scenario)?;
    let scenario = run.scenarios.iter().find(|s| s.id == scenario)?;
    let found = scenario.charts.iter().find(|c| c.id == chart)?;
    Some(Block::Chart(Chart {
        id: format!("{}-{}", scenario.id, found.id),
        title: format!("{} ({})", found.title, file.title),
        ..found.clone()
    }))
}

fn traced(file: &ChartFile, study: &Study, run: &Run, trace: &Trace<'_>) -> Block {
    let drawn = drawn(study, &run.tables);
    let mut chart = chart_across(file, &run.findings);
    let series = series_of(file, &run.findings);
    name_by_title(
        &mut chart,
        &series.iter().map(|(s, _)| s.scenario.as_str()).collect::<Vec<_>>(),
        study,
    );
    let mut evidence = BTreeMap::new();
    let mut drawn_bands: BTreeSet<usize> = BTreeSet::new();
    for (at, (_, points)) in series.iter().enumerate() {
        for (number, (x, finding)) in points.iter().enumerate() {
            evidence.insert((at, x.to_bits()), trace.of(finding));
            let point = &mut chart.series[at].points[number];
            if let (None, Some(band)) = (point.band, drawn.get(finding.id().as_str())) {
                point.band = Some(*band);
                drawn_bands.insert(at);
            }
        }
    }
    let numbers = band_numbers(&chart);
    let several = numbers.iter().flatten().count() > 1;
    let banded = drawn_bands.iter().map(|at| match numbers[*at] {
        Some(number) if several => format!("“{}” ({})", chart.series[*at].name, band_words(number)),
        _ => format!("“{}”", chart.series[*at].name),
    });
    let banded: Vec<String> = banded.collect();
    if let (Some(draws), false) = (&study.file.draws, banded.is_empty()) {
        let told = format!(
            " Bands of {}: the middle 95 per cent of {} draws in which partners' reports err as reporters do.",
            banded.join(" and "),
            draws.number
        );
        chart.caption.push_str(&told);
    }
    let noted = notes::note(&mut chart, &series, study, run);
    Block::Traced {
        chart,
        sources: series.iter().map(|(series, _)| series.scenario.clone()).collect(),
        evidence,
        noted,
    }
}

/// A series that is all that its chart shows of a scenario bears the scenario's title, as everywhere on the page.
fn name_by_title(chart: &mut Chart, scenarios: &[&str], study: &Study) {
    for (series, scenario) in chart.series.iter_mut().zip(scenarios) {
        let alone = scenarios.iter().filter(|other| *other == scenario).count() == 1;
        let file = study.file.scenario.iter().find(|file| file.id == *scenario);
        if let (true, Some(file)) = (alone, file.filter(|file| !file.title.is_empty())) {
            series.name.clone_from(&file.title);
        }
    }
}

/// What the errors of reports leave open of each finding that was drawn, with the figures valued as they stand.
fn drawn<'a>(study: &Study, tables: &'a [Table]) -> BTreeMap<&'a str, Band> {
    let draws = study.file.draws.as_ref();
    let rule = draws.and_then(|d| d.rule.iter().find(|rule| rule.cif_margin.is_none()));
    let Some((rule, table)) = rule.zip(tables.iter().find(|t| t.id == "draws-findings")) else {
        return BTreeMap::new();
    };
    let place = |name: &str| table.columns.iter().position(|c| c.name == name);
    let (Some(of), Some(finding), Some(low), Some(high)) =
        (place("rule"), place("finding"), place("low"), place("high"))
    else {
        return BTreeMap::new();
    };
    let band = |row: &'a Vec<Cell>| match (&row[of], &row[finding], &row[low], &row[high]) {
        (Cell::Text(by), Cell::Text(finding), Cell::Number(low), Cell::Number(high)) if *by == rule.id => {
            Some((finding.as_str(), Band { low: *low, high: *high }))
        }
        _ => None,
    };
    table.rows.iter().filter_map(band).collect()
}
