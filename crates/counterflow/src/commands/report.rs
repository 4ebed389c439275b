//! `counterflow report`: what two finished runs of a study differ in.

mod figures;
mod intervals;
mod page;
mod rows;
mod settings;
mod tables;
mod ways;

use crate::document::Document;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use crate::results::Results;
use clap::Args;
use report::{Format, to_bytes};
use std::path::PathBuf;
use std::process::ExitCode;
use tables::Differences;

/// How many differences are printed for people; every other format has them all.
const SHOWN: usize = 40;

/// What to report on.
#[derive(Args, Debug)]
pub struct ReportArguments {
    /// Two finished runs, as `analyze` left them: the older one and the newer one.
    #[arg(long, num_args = 2, value_names = ["RUN_A", "RUN_B"], required = true)]
    pub compare: Vec<PathBuf>,
    /// Also write the comparison as a page: one HTML file, no network.
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
}

/// Compares two finished runs: what they were made from, verdicts, findings. Recomputes nothing. A run whose files are
/// not as it left them is compared all the same, with a warning and exit code 1.
pub fn run(arguments: &ReportArguments, output: &Output) -> Outcome {
    let [old, new] = &arguments.compare[..] else {
        return Err(Failure::Usage("--compare takes two runs' folders".to_owned()));
    };
    let is_page = |path: &PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("html"));
    if output.file.as_ref().is_some_and(is_page) {
        return Err(Failure::Usage(
            "--out writes the tables; the page is written by --page FILE".to_owned(),
        ));
    }
    let (old, new) = (Results::open(old)?, Results::open(new)?);
    let differences = Differences::between(&old, &new)?;
    for altered in &differences.altered {
        output.warn(&format!(
            "warning: {altered}: what is compared may not be what the run found"
        ));
    }
    if let Some(path) = &arguments.page {
        let page = page::page(&differences, &old, &new)?;
        store::write_atomically(path, report::render_page(&page)?.as_bytes())?;
        output.say(&format!("the comparison as a page: {}", path.display()));
    }
    match output.format {
        Format::Json => output.bytes(document(&differences, &old, &new)?.text().as_bytes())?,
        Format::Csv | Format::Parquet => output.table(&differences.all())?,
        Format::Table => {
            let mut all = differences.all();
            let total = all.rows.len();
            all.rows.truncate(SHOWN);
            let mut text = format!("{}\n\n", differences.sentence());
            text.push_str(&String::from_utf8_lossy(&to_bytes(&all, Format::Table)?));
            if total > SHOWN {
                text.push_str(&format!("... and {} more: --format csv prints all\n", total - SHOWN));
            }
            output.bytes(text.as_bytes())?;
        }
    }
    // The comparison is there to be looked at; whoever reads the exit code alone is not told that it can be relied on.
    Ok(if differences.altered.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn document(differences: &Differences, old: &Results, new: &Results) -> Outcome<Document> {
    let run = |results: &Results| {
        let manifest = &results.manifest;
        serde_json::json!({
            "folder": results.folder.display().to_string(),
            "study": manifest.study,
            "study_sha256": manifest.study_sha256,
            "program": manifest.program.to_string(),
        })
    };
    let mut document = Document::new("counterflow compare 1")?;
    document.value("old", run(old))?;
    document.value("new", run(new))?;
    document.value("altered", &differences.altered)?;
    document.table("inputs_changed", &differences.inputs)?;
    document.table("figures_changed", &differences.figures)?;
    document.table("claims_changed", &differences.claims)?;
    document.table("ways_changed", &differences.ways)?;
    document.table("scenarios_changed", &differences.verdicts)?;
    document.table("draws_changed", &differences.survival)?;
    document.table("intervals_changed", &differences.intervals)?;
    document.value("findings_compared", differences.compared)?;
    document.table("findings_changed", &differences.findings)?;
    Ok(document)
}
