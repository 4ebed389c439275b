//! A study run on either release: which findings and which verdicts change.

use super::{DiffArguments, rendered};
use crate::commands::analyze::{computed, refuse_broken};
use crate::commands::moves::moved_findings;
use crate::document::Document;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use model::{Cell, Kind, Table};
use std::path::Path;
use study::{Run, Study};

/// How many findings are printed for people.
const SHOWN: usize = 15;

/// What the newer release does to a study.
pub struct Conclusions {
    claims: Table,
    findings: Table,
    /// How many findings there are on the older release.
    total: usize,
    /// How many claims changed their verdict.
    changed: usize,
}

/// Runs the study as it is, and with the newer pin in the place of the older.
pub fn compare(folder: &Path, arguments: &DiffArguments, output: &Output) -> Outcome<Conclusions> {
    let mut before = Study::open(folder, Some(&arguments.datasets))?;
    before.file.draws = None;
    let replaced = arguments.pin(&arguments.old)?;
    let name = store::Pin::open(&replaced)?.about.name;
    let used = before
        .file
        .scenario
        .iter()
        .flat_map(|s| &s.layer)
        .any(|layer| layer.pin == name);
    if !used {
        return Err(Failure::because(format!(
            "the study {} does not use the pin `{name}`: nothing could change",
            before.path.display()
        )));
    }
    let mut after = before.clone();
    after.replaced.insert(name, arguments.pin(&arguments.new)?);
    let (before, after) = (run(&before, output)?, run(&after, output)?);
    let claims = claims(&before, &after);
    let changed = claims.rows.len();
    Ok(Conclusions {
        findings: moved_findings(&before.findings, &after.findings)?,
        total: before.findings.len(),
        claims,
        changed,
    })
}

fn run(study: &Study, output: &Output) -> Outcome<Run> {
    let run = computed(study, output)?;
    refuse_broken(study, &run, "compared")?;
    Ok(run)
}

/// The verdicts that differ: overall, and of each scenario.
fn claims(before: &Run, after: &Run) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [
        text("claim"),
        text("overall_old"),
        text("overall_new"),
        text("scenario"),
        text("old"),
        text("new"),
        text("numbers_old"),
        text("numbers_new"),
    ];
    let mut table = Table::new("claims", "Verdicts that change", &columns);
    for (old, new) in before.claims.iter().zip(&after.claims) {
        for ((scenario, was, numbers), (_, is, new_numbers)) in old.verdicts.iter().zip(&new.verdicts) {
            if std::mem::discriminant(was) == std::mem::discriminant(is) {
                continue;
            }
            table.push(vec![
                old.id.as_str().into(),
                old.overall.to_string().into(),
                new.overall.to_string().into(),
                scenario.as_str().into(),
                was.word().into(),
                is.word().into(),
                numbers.join("; ").into(),
                new_numbers.join("; ").into(),
            ]);
        }
    }
    table
}

impl Conclusions {
    /// Adds the parts of the JSON document.
    pub fn add(&self, document: &mut Document) -> Outcome<()> {
        document.value("findings_compared", self.total)?;
        document.table("claims_changed", &self.claims)?;
        document.table("findings_changed", &self.findings)
    }

    /// What changes, for people.
    pub fn text(&self) -> Outcome<String> {
        let mut text = format!(
            "\nThe study on the new release: {} of single scenarios changed, {} of {} moved\n",
            report::counted(self.changed, "verdict"),
            self.findings.rows.len(),
            report::counted(self.total, "finding")
        );
        if !self.claims.rows.is_empty() {
            text.push_str(&format!("\n{}", rendered(&self.claims)?));
        }
        if !self.findings.rows.is_empty() {
            let mut first = self.findings.clone();
            // Findings that came or went say less than those that moved.
            first.rows.retain(|row| row[3] != Cell::Missing);
            first.rows.truncate(SHOWN);
            text.push_str(&format!("\n{}", rendered(&first)?));
        }
        Ok(text)
    }
}
