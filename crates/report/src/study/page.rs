//! From a run to the page: who says what, in which order. No number is made here.

use crate::number::{counted, with_minus_signs};
use crate::page::{
    Block, ClaimRow, Claims, Link, Outcome, Page, PinNote, ScenarioRow, ScenarioVerdict, Section, SummaryItem,
    Verdict as Badge, Words,
};
use crate::study::charts::chart;
use crate::study::evidence;
use crate::study::files::{Provenance, ResultFile};
use crate::study::glossary;
use crate::study::how_sure::{caution, how_sure};
use crate::study::readable::{label_of, readable, with_years};
use crate::study::selection::selected;
use crate::study::trace::{Trace, anchor_of_claim, page_of};
use crate::{Error, Result};
use model::Table;
use study::{
    AboutFile, ClaimFile, DATA, Judged, Overall, Prose, Run, ScenarioFile, SectionFile, Study, SummaryFile, Verdict,
    is_sum,
};
use trade::Record;

/// How many rows of a table stand open, of one that leads its section and of one that is folded; the rest is behind a fold.
const ROWS_SHOWN: [usize; 2] = [8, 24];

/// The page of a run, and the pages of evidence beside it.
///
/// # Errors
/// When the study file's text, charts or tables name something that the run does not have.
pub(super) fn study_page(
    study: &Study,
    run: &Run,
    tables: &[Table],
    provenance: &Provenance,
) -> Result<(Page, Vec<ResultFile>)> {
    let prose = Prose::new(&run.findings).judged(&run.claims);
    let trace = Trace::new(&run.findings);
    let render = |text: &str| words(&prose, text, &trace);
    let mut page = Page {
        kicker: "counterflow study".to_owned(),
        notice: notice(run),
        title: study.file.title.clone(),
        lede: render(&study.file.description)?,
        dateline: dateline(run, provenance),
        byline: byline(&study.file.about),
        limits: study.file.leaves_out.clone(),
        provenance: provenance.rows(),
        ..Page::default()
    };
    for item in &study.file.summary {
        let judged = run.claims.iter().find(|c| Some(&c.id) == item.claim.as_ref());
        let mut evidence = Vec::new();
        if let Some(claim) = &item.claim {
            evidence.push(Link {
                text: format!("the claim and its test ({})", label_of(claim, &study.file)),
                href: format!("#claim-{claim}"),
            });
        }
        if !item.evidence.is_empty() {
            evidence.push(Link {
                text: "charts and tables".to_owned(),
                href: format!("#{}", item.evidence),
            });
        }
        let (text, detail) = (render(&item.text)?, render(&item.detail)?);
        page.summary.push(SummaryItem {
            grounds: grounds(judged, &[&text, &detail], study),
            verdict: judged.map(|c| badge(c.overall)),
            caution: judged.map(|c| caution(c, run)).unwrap_or_default(),
            warning: outgrown(item, run),
            text,
            detail,
            how_sure: judged.map(|c| how_sure(c, study, run)).unwrap_or_default(),
            would_change: would_change(item.claim.as_deref(), study),
            evidence,
        });
    }
    page.claims = claims(study, run);
    for section in &study.file.section {
        page.sections
            .push(section_of(section, study, run, (tables, &trace), &render)?);
    }
    page.compilers = compilers(study, run);
    page.scenarios = study.file.scenario.iter().map(|s| scenario_row(s, run)).collect();
    page.glossary = glossary::words(&study.file);
    page.data_notes = run.pins.iter().map(pin_note).collect();
    let evidence = evidence::pages(study, run, &trace)?;
    Ok((page, evidence))
}

/// A warning above everything where a dataset is made up.
fn notice(run: &Run) -> String {
    let made_up =
        |pin: &&study::PinUsed| pin.about.compiler == "synthetic" || pin.about.release.starts_with("counterflow synth");
    match run.pins.iter().find(made_up) {
        Some(_) => {
            "Made-up data: a program made these figures for trying it out. They say nothing of any country.".to_owned()
        }
        None => String::new(),
    }
}

/// That sentences were written for another verdict than the claim has on the figures of this run.
fn outgrown(item: &SummaryFile, run: &Run) -> String {
    match (&item.written_for, item.outgrown_by(&run.claims)) {
        (Some(then), Some(now)) => format!(
            "these sentences were written when the verdict was “{then}”; on the figures of this run it is “{now}”. The \
             numbers in them are this run's, the words around them may no longer be true."
        ),
        _ => String::new(),
    }
}

/// What was counted, from what, and as of when.
fn dateline(run: &Run, provenance: &Provenance) -> String {
    let dates = run.pins.iter().map(|pin| pin.about.retrieved.as_str());
    let latest = dates
        .filter(|date| date.starts_with(|c: char| c.is_ascii_digit()))
        .max();
    let rows = |pin: &study::PinUsed| pin.of_dataset.map_or(pin.rows, |rows| rows as usize);
    let given = run.pins.iter().any(|pin| pin.of_dataset.is_some());
    format!(
        "Counted in {} from {} with {}{}; {}, each with its evidence",
        counted(run.scenarios.len(), "way"),
        counted(run.pins.len(), "dataset"),
        counted(run.pins.iter().map(rows).sum(), if given { "record" } else { "figure" }),
        match latest {
            Some(date) => format!(", as of {date}"),
            None => format!(" (no date stated), by counterflow {}", provenance.version),
        },
        counted(run.findings.len(), "computed number")
    )
}

/// Who answers for a study, as a line.
fn byline(about: &AboutFile) -> String {
    let parts = [
        ("Author: ", &about.author),
        ("Contact: ", &about.contact),
        ("Status: ", &about.status),
    ];
    let told = parts.into_iter().filter(|(_, text)| !text.is_empty());
    let told: Vec<String> = told
        .map(|(word, text)| format!("{word}{}.", text.trim_end_matches('.')))
        .collect();
    told.join(" ")
}

/// A sentence of the study file, its numbers leading to their findings.
fn words(prose: &Prose<'_>, text: &str, trace: &Trace<'_>) -> Result<Words> {
    let mut words = Words::default();
    for piece in prose.pieces(text).map_err(|what| Error::Study { what })? {
        match piece.finding {
            Some(place) => words.evidence(&piece.words.replace('-', "−"), &trace.at(place)),
            None => words.plain(&piece.words),
        }
    }
    Ok(words)
}

/// Where the findings behind a point of the summary are: those that a claim was judged on, under each scenario that
/// decides it; else those that the sentences tell, on the page of each scenario the first.
fn grounds(judged: Option<&Judged>, told: &[&Words], study: &Study) -> Vec<Link> {
    let decided = judged.iter().flat_map(|claim| {
        let decides = |verdict: &Verdict| !matches!(verdict, Verdict::Undecidable(_));
        let asked = claim.verdicts.iter().filter(move |(_, verdict, _)| decides(verdict));
        asked.map(|(scenario, _, _)| format!("{}#{}", page_of(scenario), anchor_of_claim(&claim.id)))
    });
    let mut hrefs: Vec<String> = decided.collect();
    if hrefs.is_empty() {
        hrefs = told.iter().flat_map(|words| words.addresses()).collect();
    }
    let link = |file: &ScenarioFile| {
        let page = format!("{}#", page_of(&file.id));
        let href = hrefs.iter().find(|href| href.starts_with(&page))?;
        Some(Link {
            text: title_of(&file.id, study).to_owned(),
            href: href.clone(),
        })
    };
    study.file.scenario.iter().filter_map(link).collect()
}

/// A scenario's title; its name, where it has none.
pub(super) fn title_of<'a>(scenario: &'a str, study: &'a Study) -> &'a str {
    let file = study.file.scenario.iter().find(|file| file.id == scenario);
    file.map(|file| file.title.as_str())
        .filter(|title| !title.is_empty())
        .unwrap_or(scenario)
}

/// The data that would decide or overturn a claim, as a sentence.
fn would_change(claim: Option<&str>, study: &Study) -> String {
    let file = study.file.claim.iter().find(|file| Some(file.id.as_str()) == claim);
    let mut words = file.map(|file| file.decided_by.clone()).unwrap_or_default();
    if let Some(first) = words.get(..1).map(str::to_uppercase) {
        words.replace_range(..1, &first);
        words.push('.');
    }
    words
}

fn badge(overall: Overall) -> Badge {
    match overall {
        Overall::Robust => Badge::Robust,
        Overall::OneSource => Badge::OneSource,
        Overall::DependsOnSource => Badge::DependsOnSource,
        Overall::DependsOnWay => Badge::DependsOnWay,
        Overall::Contradicted => Badge::Contradicted,
        Overall::OneSourceAgainst => Badge::OneSourceAgainst,
        Overall::Undecided => Badge::Undecided,
        Overall::NotTestable => Badge::NotTestable,
    }
}

fn claims(study: &Study, run: &Run) -> Claims {
    let rows = study.file.claim.iter().zip(&run.claims).map(|(file, judged)| ClaimRow {
        id: file.id.clone(),
        label: file.label(),
        text: file.text.clone(),
        source: file.source.clone(),
        source_url: String::new(),
        test: file.test.iter().map(|t| t.says.as_str()).collect::<Vec<_>>().join("; "),
        overall: badge(judged.overall),
        caution: caution(judged, run),
        // Of a claim without a test no way to count says anything.
        verdicts: judged
            .verdicts
            .iter()
            .filter(|_| !file.test.is_empty())
            .map(|(scenario, verdict, numbers)| ScenarioVerdict {
                scenario: scenario.clone(),
                outcome: match verdict {
                    Verdict::Holds => Outcome::Holds,
                    Verdict::Fails => Outcome::Fails,
                    Verdict::NotShown(why) => Outcome::NotShown(why.clone()),
                    Verdict::Undecidable(why) => Outcome::Undecidable(why.clone()),
                },
                numbers: with_minus_signs(&short(file, numbers)),
                evidence: format!("{}#{}", page_of(scenario), anchor_of_claim(&file.id)),
            })
            .collect(),
        decided_by: file.decided_by.clone(),
        note: format!("{}{}", file.reading, alone(judged)),
        evidence: vec![Link {
            text: "verdicts of all claims (CSV)".to_owned(),
            href: "tables/claims.csv".to_owned(),
        }],
    });
    let prose = "Each statement is a paraphrase, put as a test on numbers and judged under every way to count (scenario) \
                 that has the figures for it. Ways that rest on one source are variants of it and count once: robust \
                 means that the statement holds under all that have the figures, of several sources; contradicted, \
                 that it fails under several and holds under none. Where the figures are there and allow both \
                 answers, the statement is not shown, and that is no support.";
    Claims {
        prose: vec![prose.to_owned()],
        rows: rows.collect(),
    }
}

/// The numbers behind a verdict. A claim of one test names it once, above all of them.
fn short(claim: &ClaimFile, numbers: &[String]) -> String {
    match (claim.test.as_slice(), numbers) {
        ([test], [number]) => {
            let own = number.strip_prefix(&test.says).and_then(|rest| rest.strip_prefix(": "));
            own.unwrap_or(number).to_owned()
        }
        _ => numbers.join("; "),
    }
}

/// A verdict with its numbers, as a sentence.
pub(super) fn verdict_words(verdict: &Verdict, numbers: &[String]) -> String {
    let word = match verdict {
        Verdict::Holds => "Holds.".to_owned(),
        Verdict::Fails => "Fails.".to_owned(),
        Verdict::NotShown(why) => format!("Not shown: {why}."),
        Verdict::Undecidable(why) => format!("Undecidable: {why}."),
    };
    match numbers {
        [] => word,
        numbers => format!("{word} {}.", with_minus_signs(&numbers.join("; "))),
    }
}

/// A word of caution where the verdict rests on one source.
fn alone(judged: &Judged) -> &'static str {
    let sources = |wanted: fn(&Verdict) -> bool| judged.sources_of(wanted).len();
    match sources(|v| matches!(v, Verdict::Holds | Verdict::Fails)) {
        // Another source may have the figures and allow both answers.
        1 if sources(|v| !matches!(v, Verdict::Undecidable(_))) == 1 => {
            " Only one source by itself has the figures, so that nothing can be said of its sensitivity to the source."
        }
        _ => "",
    }
}

fn section_of(
    file: &SectionFile,
    study: &Study,
    run: &Run,
    (tables, trace): (&[Table], &Trace<'_>),
    render: &impl Fn(&str) -> Result<Words>,
) -> Result<Section> {
    let mut section = Section {
        id: file.id.clone(),
        title: file.title.clone(),
        ..Section::default()
    };
    for text in &file.text {
        section.prose.push(render(text)?);
    }
    for (number, name) in file.charts.iter().enumerate() {
        let block = chart(name, study, run, trace).ok_or_else(|| Error::Study {
            what: format!("section `{}`: there is no chart `{name}`", file.id),
        })?;
        section
            .blocks
            .push(if number < file.lead { block } else { folded(block) });
    }
    let mut leads = file.charts.is_empty() || file.lead == 0;
    for wanted in &file.tables {
        let (mut table, evidence) = selected(wanted, tables).map_err(|what| Error::Study {
            what: format!("section `{}`: {what}", file.id),
        })?;
        if table.rows.is_empty() {
            let none = format!("No figures for the table “{}” in these data.", table.title);
            section.blocks.push(Block::Prose(none));
            continue;
        }
        let path = format!("tables/{}.csv", table.id);
        with_years(&mut table, &run.findings);
        let table = readable(table, wanted, &study.file);
        let rows_shown = ROWS_SHOWN[usize::from(!leads)];
        let block = Block::Table {
            table,
            rows_shown,
            file: Some(path),
            evidence,
        };
        section.blocks.push(if leads { block } else { folded(block) });
        leads = false;
    }
    Ok(section)
}

/// The compilers whose figures a scenario shows as they are, each with the first such scenario.
fn compilers(study: &Study, run: &Run) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (file, scenario) in study.file.scenario.iter().zip(&run.scenarios) {
        if !file.guards.is_empty() || !file.cif_margin.is_empty() {
            continue;
        }
        // Sums that the program made have no reference.
        let published = scenario
            .figures
            .flows
            .iter()
            .filter(|record| record.reference.is_some());
        let mut names = published.map(|record| &*record.compiler);
        if let Some(name) = names.next()
            && names.all(|other| other == name)
            && !found.iter().any(|(other, _)| other == name)
        {
            found.push((name.to_owned(), file.id.clone()));
        }
    }
    found
}

fn folded(block: Block) -> Block {
    Block::Folded(Box::new(block))
}

fn scenario_row(file: &ScenarioFile, run: &Run) -> ScenarioRow {
    let found = run.scenarios.iter().find(|s| s.id == file.id);
    // Sums of figures are no further figures.
    let flows = found.into_iter().flat_map(|s| &s.figures.flows);
    let flows: Vec<&Record> = flows.filter(|record| !is_sum(record)).collect();
    // Those that were made of a user's dataset have sums over its partners or products among them.
    let made = file.layer.iter().any(|layer| layer.pin == DATA);
    let with_sums = if made { ", sums over partners included" } else { "" };
    let figures = format!("{}{with_sums}", counted(flows.len(), "figure"));
    let years = flows.iter().map(|r| r.period.year());
    let span = match (years.clone().min(), years.max()) {
        (Some(first), Some(last)) if first == last => format!("{first}, {figures}"),
        (Some(first), Some(last)) => format!("{first} to {last}, {figures}"),
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
        release: match about.retrieved.as_str() {
            "" | "not stated" => about.release.clone(),
            retrieved => format!("{}, retrieved {retrieved}", about.release),
        },
        citation: about.citation.clone(),
        licence: match about.terms.as_str() {
            "" => about.licence.clone(),
            terms => format!("{}; {terms}", about.licence),
        },
        url: about.url.clone(),
        extent: match pin.of_dataset {
            None => counted(pin.rows, "figure"),
            Some(rows) => counted(rows as usize, "record"),
        },
        traps: about.traps.clone(),
        sha256: file.map(|f| f.sha256.clone()).unwrap_or_default(),
        logical_hash: file.map(|f| f.logical_hash.clone()).unwrap_or_default(),
    }
}
