//! The pages of evidence: for each scenario its choices, the findings that the report shows with what each
//! depends on, and every figure with its reference.

mod figures;

use super::trace::{Trace, anchor_of, anchor_of_claim, anchor_of_period, page_of};
use crate::Result;
use crate::number;
use crate::page::look::capital;
use crate::page::render_evidence;
use crate::study::files::ResultFile;
use crate::study::notes;
use crate::study::readable::finding_words;
use crate::svg::escape;
use model::{Finding, Value};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use study::{Run, ScenarioFile, ScenarioRun, Study, StudyFile, tested};

/// What a page of evidence shows; texts that end in `html` are escaped already.
#[derive(Debug, Serialize)]
pub(crate) struct EvidenceView {
    title: String,
    study: String,
    scenario: String,
    description: String,
    choices: Vec<(String, String)>,
    parameters: Vec<(String, String)>,
    notes: Vec<String>,
    findings: Vec<FindingView>,
    others: usize,
    claims: Vec<ClaimView>,
    periods: Vec<figures::PeriodView>,
    references: Vec<figures::ReferenceView>,
}

#[derive(Debug, Serialize)]
struct FindingView {
    anchor: String,
    words: String,
    id: String,
    value: String,
    interval: String,
    /// The published figure that it is, or is the quotient of, where there is one: told, cited, linked; escaped.
    source_html: String,
    /// What the pins say of the figure behind it.
    warnings: Vec<String>,
    convention: Vec<(String, String)>,
    figures_html: String,
}

#[derive(Debug, Serialize)]
struct ClaimView {
    anchor: String,
    label: String,
    text: String,
    verdict: String,
    /// Each test in words, and links to the findings that it looks at.
    tests: Vec<(String, Vec<String>)>,
}

/// A page for each scenario. What the claims look at is shown too, whether the report shows it or not.
pub(super) fn pages(study: &Study, run: &Run, trace: &Trace<'_>) -> Result<Vec<ResultFile>> {
    let claims: Vec<Vec<ClaimView>> = study
        .file
        .scenario
        .iter()
        .map(|s| claims(study, run, s, trace))
        .collect();
    let mut pages = Vec::new();
    for ((file, scenario), claims) in study.file.scenario.iter().zip(&run.scenarios).zip(claims) {
        let view = view(study, run, (file, scenario), claims, trace);
        pages.push(ResultFile {
            path: page_of(&file.id),
            bytes: render_evidence(&view)?.into_bytes(),
        });
    }
    Ok(pages)
}

fn view(
    study: &Study,
    run: &Run,
    (file, scenario): (&ScenarioFile, &ScenarioRun),
    claims: Vec<ClaimView>,
    trace: &Trace<'_>,
) -> EvidenceView {
    let (periods, references) = figures::figures(scenario, &run.references, &study.file);
    let there: BTreeSet<&str> = periods.iter().map(|p| p.period.as_str()).collect();
    let shown = trace.shown(&file.id);
    let all = run.findings.iter().filter(|f| f.scenario == file.id).count();
    let parameters = file.models.iter().flat_map(|model| {
        let own = study.parameters_of(file, model);
        own.into_iter()
            .map(move |(name, value)| (format!("{model}: {name}"), value.to_string()))
    });
    EvidenceView {
        title: file.title.clone(),
        study: study.file.title.clone(),
        scenario: file.id.clone(),
        description: file.description.clone(),
        choices: file.choices(),
        parameters: parameters.collect(),
        notes: scenario.notes.clone(),
        others: all - shown.len(),
        findings: shown
            .into_iter()
            .map(|f| FindingView {
                source_html: figures::source(f, scenario, &run.references),
                ..warned(finding(f, &there, &study.file), notes::of_finding(f, file, run))
            })
            .collect(),
        claims,
        periods,
        references,
    }
}

/// A finding with what the pins say of its figure, which its convention, made for all years, may not hold of.
fn warned(mut view: FindingView, warnings: Vec<String>) -> FindingView {
    if !warnings.is_empty() {
        for (_, below) in view.convention.iter_mut().filter(|(name, _)| name == "denominator") {
            below.push_str("; but see the warning on this year");
        }
    }
    view.warnings = warnings;
    view
}

fn finding(finding: &Finding, there: &BTreeSet<&str>, study: &StudyFile) -> FindingView {
    let value = match &finding.value {
        Value::Estimate(value) => match finding.unit.as_str() {
            "1" | "ratio" => number::full(*value),
            "share" => format!("{} ({})", number::full(*value), number::per_cent(*value, 1)),
            unit => format!("{} {}", number::full(*value), unit.replace("USD", "US dollars")),
        },
        Value::Undefined(why) => format!("none: {why}"),
    };
    let interval = finding
        .interval
        .as_ref()
        .map(|i| format!("{} to {} ({})", number::full(i.low), number::full(i.high), i.kind));
    FindingView {
        anchor: anchor_of(finding),
        words: capital(&finding_words(finding, study)),
        id: finding.id(),
        value,
        interval: interval.unwrap_or_default(),
        source_html: String::new(),
        warnings: Vec::new(),
        convention: finding.convention.clone().into_iter().collect(),
        figures_html: figures_of(finding, there),
    }
}

/// Links to the figures of the periods that a finding's labels speak of.
fn figures_of(finding: &Finding, there: &BTreeSet<&str>) -> String {
    let label = |name: &str| finding.labels.get(name).map(String::as_str);
    let link = |period: &str| {
        let anchor = anchor_of_period(period);
        format!("<a href=\"#{anchor}\">{}</a>", escape(period))
    };
    let year = |period: &str| period.get(..4).and_then(|y| y.parse::<i32>().ok());
    let within = |from: &str, to: &str| -> Option<String> {
        let (from, to) = (year(from)?, year(to)?);
        let inside = there
            .iter()
            .filter(|p| year(p).is_some_and(|y| (from..=to).contains(&y)));
        Some(inside.map(|p| link(p)).collect::<Vec<_>>().join(", "))
    };
    let of_labels = match (label("period"), label("span"), label("from"), label("to")) {
        (Some(period), ..) if there.contains(period) => Some(link(period)),
        (Some(period), ..) => within(period, period),
        (None, Some(span), ..) => span.split_once('-').and_then(|(from, to)| within(from, to)),
        (None, None, Some(from), Some(to)) => {
            let ends = [from, to].into_iter().filter(|p| there.contains(p));
            Some(ends.map(link).collect::<Vec<_>>().join(", "))
        }
        _ => None,
    };
    match of_labels {
        Some(links) if !links.is_empty() => links,
        _ => "<a href=\"#figures\">all periods</a>".to_owned(),
    }
}

fn claims(study: &Study, run: &Run, file: &ScenarioFile, trace: &Trace<'_>) -> Vec<ClaimView> {
    let mut views = Vec::new();
    let verdicts: BTreeMap<&str, _> = run.claims.iter().map(|judged| (judged.id.as_str(), judged)).collect();
    for claim in &study.file.claim {
        let judged = verdicts.get(claim.id.as_str());
        let Some((_, verdict, numbers)) = judged.and_then(|j| j.verdicts.iter().find(|(s, ..)| *s == file.id)) else {
            continue;
        };
        let findings = tested(claim, &file.id, &run.findings);
        let tests = claim.test.iter().zip(findings).map(|(test, findings)| {
            let links = findings.into_iter().map(|f| {
                // The pages of evidence stand side by side.
                let href = trace.of(f);
                let href = href.strip_prefix("evidence/").unwrap_or(&href);
                format!(
                    "<a href=\"{}\">{}</a>",
                    escape(href),
                    escape(&finding_words(f, &study.file))
                )
            });
            (test.says.clone(), links.collect())
        });
        views.push(ClaimView {
            anchor: anchor_of_claim(&claim.id),
            label: claim.label(),
            text: claim.text.clone(),
            verdict: super::page::verdict_words(verdict, numbers),
            tests: tests.collect(),
        });
    }
    views
}
