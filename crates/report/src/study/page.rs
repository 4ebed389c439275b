//! From a run to the page: who says what, in which order. No number is made here.

use crate::page::{
    Block, ClaimRow, Claims, Link, Outcome, Page, PinNote, ScenarioRow, ScenarioVerdict, Section, SummaryItem,
    Verdict as Badge,
};
use crate::study::files::Provenance;
use crate::{Error, Result};
use model::{Cell, Chart, Table};
use study::{Judged, Overall, Prose, Run, ScenarioFile, SectionFile, Study, TableFile, Verdict, chart_across};

/// How many rows of a table the page prints; the rest is in the files beside it.
const ROWS_SHOWN: usize = 24;

/// The page of a run.
///
/// # Errors
/// When the study file's text, charts or tables name something that the run does not have.
pub(super) fn study_page(study: &Study, run: &Run, tables: &[Table], provenance: &Provenance) -> Result<Page> {
    let prose = Prose::new(&run.findings);
    let render = |text: &str| prose.render(text).map_err(|what| Error::Study { what });
    let mut page = Page {
        kicker: "counterflow study".to_owned(),
        title: study.file.title.clone(),
        lede: render(&study.file.description)?,
        dateline: format!(
            "{} scenarios, {} findings, {} pinned datasets with {} figures",
            run.scenarios.len(),
            run.findings.len(),
            run.pins.len(),
            run.pins.iter().map(|p| p.rows).sum::<usize>()
        ),
        provenance: provenance.rows(),
        ..Page::default()
    };
    for item in &study.file.summary {
        let judged = run.claims.iter().find(|c| Some(&c.id) == item.claim.as_ref());
        let mut evidence = Vec::new();
        if let Some(claim) = &item.claim {
            evidence.push(Link {
                text: format!("claim {claim}"),
                href: format!("#claim-{claim}"),
            });
        }
        if !item.evidence.is_empty() {
            evidence.push(Link {
                text: "evidence".to_owned(),
                href: format!("#{}", item.evidence),
            });
        }
        page.summary.push(SummaryItem {
            verdict: judged.map(|c| badge(c.overall)),
            text: render(&item.text)?,
            detail: render(&item.detail)?,
            evidence,
        });
    }
    page.claims = claims(study, run);
    for section in &study.file.section {
        page.sections.push(section_of(section, study, run, tables, &render)?);
    }
    page.scenarios = study.file.scenario.iter().map(|s| scenario_row(s, run)).collect();
    page.data_notes = run.pins.iter().map(pin_note).collect();
    Ok(page)
}

fn badge(overall: Overall) -> Badge {
    match overall {
        Overall::Robust => Badge::Robust,
        Overall::OneSource => Badge::OneSource,
        Overall::DependsOnSource => Badge::DependsOnSource,
        Overall::Contradicted => Badge::Contradicted,
        Overall::NotTestable => Badge::NotTestable,
    }
}

fn claims(study: &Study, run: &Run) -> Claims {
    let rows = study.file.claim.iter().zip(&run.claims).map(|(file, judged)| ClaimRow {
        id: file.id.clone(),
        text: file.text.clone(),
        source: file.source.clone(),
        source_url: String::new(),
        test: file.test.iter().map(|t| t.says.as_str()).collect::<Vec<_>>().join("; "),
        overall: badge(judged.overall),
        verdicts: judged
            .verdicts
            .iter()
            .map(|(scenario, verdict, numbers)| ScenarioVerdict {
                scenario: scenario.clone(),
                outcome: match verdict {
                    Verdict::Holds => Outcome::Holds,
                    Verdict::Fails => Outcome::Fails,
                    Verdict::Undecidable(why) => Outcome::Undecidable(why.clone()),
                },
                numbers: numbers.join("; "),
            })
            .collect(),
        decided_by: file.decided_by.clone(),
        note: format!("{}{}", file.reading, alone(judged)),
        evidence: vec![Link {
            text: "all verdicts".to_owned(),
            href: "tables/claims.csv".to_owned(),
        }],
    });
    let prose = "Each statement is a paraphrase, put as a test on findings and judged under every scenario that has \
                 the figures for it. Robust means that it holds under all that decide it, of which there are several; \
                 contradicted, that it fails under all. Where it holds under the only scenario that decides it, \
                 nothing is known of its sensitivity to the source.";
    Claims {
        prose: vec![prose.to_owned()],
        rows: rows.collect(),
    }
}

/// A word of caution where the verdict rests on one scenario.
fn alone(judged: &Judged) -> &'static str {
    let decided = judged
        .verdicts
        .iter()
        .filter(|(_, v, _)| !matches!(v, Verdict::Undecidable(_)))
        .count();
    if decided == 1 {
        " Only one scenario decides it, so that nothing can be said of its sensitivity to the source."
    } else {
        ""
    }
}

fn section_of(
    file: &SectionFile,
    study: &Study,
    run: &Run,
    tables: &[Table],
    render: &impl Fn(&str) -> Result<String>,
) -> Result<Section> {
    let mut section = Section {
        id: file.id.clone(),
        title: file.title.clone(),
        ..Section::default()
    };
    for text in &file.text {
        section.prose.push(render(text)?);
    }
    for name in &file.charts {
        let chart = chart(name, study, run).ok_or_else(|| Error::Study {
            what: format!("section `{}`: there is no chart `{name}`", file.id),
        })?;
        section.blocks.push(Block::Chart(chart));
    }
    for wanted in &file.tables {
        let table = selected(wanted, tables).map_err(|what| Error::Study {
            what: format!("section `{}`: {what}", file.id),
        })?;
        let path = format!("tables/{}.csv", table.id);
        section.blocks.push(Block::Table {
            table,
            rows_shown: ROWS_SHOWN,
            file: Some(path),
        });
    }
    Ok(section)
}

/// A chart of the study file by its name, or a model's as `scenario/chart`.
fn chart(name: &str, study: &Study, run: &Run) -> Option<Chart> {
    if let Some(file) = study.file.chart.iter().find(|c| c.id == name) {
        return Some(chart_across(file, &run.findings));
    }
    let (scenario, chart) = name.split_once('/')?;
    let scenario = run.scenarios.iter().find(|s| s.id == scenario)?;
    let found = scenario.charts.iter().find(|c| c.id == chart)?;
    Some(Chart {
        id: format!("{}-{}", scenario.id, found.id),
        ..found.clone()
    })
}

/// The rows and columns of a table that a section asks for.
fn selected(wanted: &TableFile, tables: &[Table]) -> std::result::Result<Table, String> {
    let table = tables
        .iter()
        .find(|t| t.id == wanted.name)
        .ok_or_else(|| format!("there is no table `{}`", wanted.name))?;
    let place = |column: &String| {
        let found = table.columns.iter().position(|c| c.name == *column);
        found.ok_or_else(|| format!("the table `{}` has no column `{column}`", table.id))
    };
    let only = wanted.only.iter().map(|(column, values)| Ok((place(column)?, values)));
    let only = only.collect::<std::result::Result<Vec<_>, String>>()?;
    let present = wanted
        .present
        .iter()
        .map(place)
        .collect::<std::result::Result<Vec<_>, String>>()?;
    let shown = wanted
        .columns
        .iter()
        .map(place)
        .collect::<std::result::Result<Vec<_>, String>>()?;
    let shown = if shown.is_empty() {
        (0..table.columns.len()).collect()
    } else {
        shown
    };
    let keep = |row: &&Vec<Cell>| {
        only.iter()
            .all(|(at, values)| values.split('|').any(|value| plain(&row[*at]) == value))
            && present.iter().all(|at| row[*at] != Cell::Missing)
    };
    Ok(Table {
        columns: shown.iter().map(|&at| table.columns[at].clone()).collect(),
        rows: table
            .rows
            .iter()
            .filter(keep)
            .map(|row| shown.iter().map(|&at| row[at].clone()).collect())
            .collect(),
        ..table.clone()
    })
}

/// A cell as a study file would write it.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
    }
}

fn scenario_row(file: &ScenarioFile, run: &Run) -> ScenarioRow {
    let flows = run
        .scenarios
        .iter()
        .find(|s| s.id == file.id)
        .map(|s| s.figures.flows.as_slice())
        .unwrap_or_default();
    let years = flows.iter().map(|r| r.period.year());
    let span = match (years.clone().min(), years.max()) {
        (Some(first), Some(last)) => format!("{first} to {last}, {} figures", flows.len()),
        _ => "no figures".to_owned(),
    };
    ScenarioRow {
        name: file.id.clone(),
        title: file.title.clone(),
        description: file.description.clone(),
        choices: file.choices(),
        span,
    }
}

fn pin_note(pin: &study::PinUsed) -> PinNote {
    let about = &pin.about;
    let file = about.file.as_ref();
    PinNote {
        name: about.name.clone(),
        title: about.title.clone(),
        compiler: about.compiler.clone(),
        release: format!("{}, retrieved {}", about.release, about.retrieved),
        citation: about.citation.clone(),
        licence: format!("{}; {}", about.licence, about.terms),
        url: about.url.clone(),
        extent: format!("{} figures", pin.rows),
        traps: about.traps.clone(),
        sha256: file.map(|f| f.sha256.clone()).unwrap_or_default(),
        logical_hash: file.map(|f| f.logical_hash.clone()).unwrap_or_default(),
    }
}
