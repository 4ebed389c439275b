//! `counterflow explain`: from a finding back to its figures.

use super::analyze::{StudyArguments, recompute_findings, refuse_broken};
use crate::document::Document;
use crate::fail::Outcome;
use crate::models::models;
use crate::output::Output;
use clap::Args;
use model::{Table, Value};
use report::Format;
use serde_json::json;
use std::collections::BTreeSet;
use std::process::ExitCode;
use study::{Explanation, Run, explain};
use trade::Record;

/// How many rows are printed for people; every other format has them all.
const SHOWN: usize = 40;

/// What to explain.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// The finding, as in findings.csv and expected.csv: `imf/concentration/hhi flow=export period=2005`.
    /// Labels that leave no doubt may be left out.
    pub finding: String,
    /// The study.
    #[command(flatten)]
    pub study: StudyArguments,
}

/// Recomputes the study, finds the figures behind the finding, and prints them with their references.
pub fn run(arguments: &ExplainArguments, output: &Output) -> Outcome {
    let (study, run) = recompute_findings(&arguments.study, output)?;
    refuse_broken(&study, &run, "explained")?;
    let found = explain(&study, &run, &models(), &arguments.finding)?;
    match output.format {
        Format::Json => output.bytes(document(&found, &run)?.text().as_bytes())?,
        Format::Table => output.bytes(text(&found, &run)?.as_bytes())?,
        Format::Csv | Format::Parquet => output.table(&rows(&found, &run))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The figures that the finding rests on, the largest first.
fn rows(found: &Explanation, run: &Run) -> Table {
    let mut sorted: Vec<&Record> = found.rows.iter().collect();
    sorted.sort_by_key(|r| (r.period, std::cmp::Reverse(r.value)));
    let rows = sorted.iter().map(|r| (found.finding.scenario.as_str(), *r, None));
    report::figures_table("rows", "The figures it rests on", rows, &run.references)
}

/// The pinned figures of which the scenario made the sums among them.
fn parts(found: &Explanation, run: &Run) -> Table {
    let rows = found.parts.iter().map(|r| (found.finding.scenario.as_str(), r, None));
    report::figures_table(
        "parts",
        "The figures that the sums among them are made of",
        rows,
        &run.references,
    )
}

fn set_aside(found: &Explanation, run: &Run) -> Table {
    let scenario = found.finding.scenario.as_str();
    let rows = found.set_aside.iter();
    let rows = rows.map(|aside| (scenario, &aside.record, Some(aside.reason.as_str())));
    report::figures_table("set_aside", "Figures set aside, and why", rows, &run.references)
}

fn document(found: &Explanation, run: &Run) -> Outcome<Document> {
    let choices = found
        .choices
        .iter()
        .map(|(name, value)| json!({ "choice": name, "value": value }));
    let mut document = Document::new("counterflow explain 1")?;
    document.value("finding", found.finding.id())?;
    document.value("result", &found.finding)?;
    document.value("scenario", &found.scenario)?;
    document.value("choices", choices.collect::<Vec<_>>())?;
    document.value("parameters", &found.parameters)?;
    document.value("scenario_rows", found.of_rows)?;
    document.table("rows", &rows(found, run))?;
    document.table("parts", &parts(found, run))?;
    document.table("set_aside", &set_aside(found, run))?;
    let references = references(found, run).into_iter();
    let references = references.map(|r| json!({ "pin": r.pin, "key": r.key, "citation": r.citation, "url": r.url }));
    document.value("references", references.collect::<Vec<_>>())?;
    Ok(document)
}

/// The references of the figures, each once.
fn references<'a>(found: &Explanation, run: &'a Run) -> Vec<&'a study::StudyReference> {
    let figures = found.rows.iter().chain(&found.parts);
    let used: BTreeSet<u32> = figures.filter_map(|r| r.reference).collect();
    used.iter().filter_map(|&n| run.references.get(n as usize)).collect()
}

fn text(found: &Explanation, run: &Run) -> Outcome<String> {
    let finding = &found.finding;
    let mut lines = vec![finding.id(), String::new()];
    let number = match &finding.value {
        Value::Estimate(value) => format!("{value} ({})", finding.unit),
        Value::Undefined(why) => format!("undefined: {why}"),
    };
    lines.push(format!("  finding      {number}"));
    if let Some(interval) = &finding.interval {
        lines.push(format!(
            "  interval     {} to {} ({})",
            interval.low, interval.high, interval.kind
        ));
    }
    let pairs = finding
        .convention
        .iter()
        .map(|(name, value)| format!("{name}: {value}"));
    lines.extend(pairs.map(|pair| format!("  convention   {pair}")));
    lines.push(format!("  scenario     {}", found.scenario));
    lines.extend(
        found
            .choices
            .iter()
            .map(|(name, value)| format!("    {name:<10} {value}")),
    );
    for (name, value) in &found.parameters {
        lines.push(format!("  parameter    {name} = {value}"));
    }
    let (n, all) = (found.rows.len(), found.of_rows);
    lines.push(match &finding.value {
        Value::Estimate(_) => format!(
            "\nIt rests on {n} of the scenario's {all} figures: from these alone the model finds the same, and without\n\
             any one period, partner, product or flow among them it does not.\n"
        ),
        Value::Undefined(_) => format!(
            "\nFigures are wanting: these {n} of the scenario's {all} are enough for the model to say so in the same words.\n"
        ),
    });
    let mut text = lines.join("\n") + "\n";
    if n > 0 {
        text.push_str(&printed(rows(found, run))?);
    }
    if !found.parts.is_empty() {
        text.push('\n');
        text.push_str(&printed(parts(found, run))?);
    }
    let references = references(found, run);
    if !references.is_empty() {
        text.push_str("\nReferences\n");
        references
            .iter()
            .for_each(|r| text.push_str(&format!("  {}: {} {}\n", r.key, r.citation, r.url)));
    }
    if !found.set_aside.is_empty() {
        text.push_str(&format!(
            "\n{} figures of the same places were set aside\n\n",
            found.set_aside.len()
        ));
        text.push_str(&printed(set_aside(found, run))?);
    }
    Ok(text)
}

/// A table of figures for people: without the columns that are empty or say nothing new.
fn printed(mut table: Table) -> Outcome<String> {
    let total = table.rows.len();
    table.rows.truncate(SHOWN);
    let says = |at: usize| {
        let name = table.columns[at].name.as_str();
        let filled = table.rows.iter().any(|row| row[at] != model::Cell::Missing);
        filled && !matches!(name, "scenario" | "url")
    };
    let keep: Vec<usize> = (0..table.columns.len()).filter(|&at| says(at)).collect();
    let mut narrow = table.clone();
    narrow.columns = keep.iter().map(|&at| table.columns[at].clone()).collect();
    narrow.rows = table
        .rows
        .iter()
        .map(|row| keep.iter().map(|&at| row[at].clone()).collect())
        .collect();
    let mut text = String::from_utf8_lossy(&report::to_bytes(&narrow, Format::Table)?).into_owned();
    if total > SHOWN {
        text.push_str(&format!("... and {} more: --format csv prints all\n", total - SHOWN));
    }
    Ok(text)
}
