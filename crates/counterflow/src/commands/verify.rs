//! `counterflow verify`: recompute a study and compare it with what was published.

use super::analyze::StudyArguments;
use super::analyze::{broken, recompute_findings, refuse_broken};
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use crate::results::Results;
use clap::Args;
use model::{Cell, Kind, Table};
use report::counted;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use study::{ExpectedFinding, Moved, Run, Study, compare, expected_text, parse_expected};

/// What to verify.
#[derive(Args, Debug)]
pub struct VerifyArguments {
    /// The study.
    #[command(flatten)]
    pub study: StudyArguments,
    /// Compare with this finished run, as `analyze` left it, instead of the published findings:
    /// somebody else's results, checked here.
    #[arg(long, value_name = "DIR", conflicts_with = "accept")]
    pub results: Option<PathBuf>,
    /// Publish this run's findings: write them as what later runs are compared with.
    #[arg(long)]
    pub accept: bool,
}

/// Re-hashes the pins, recomputes the study, and names every finding that moved. A pin that is
/// not what its description says is named first; the findings are compared all the same.
pub fn run(arguments: &VerifyArguments, output: &Output) -> Outcome {
    let (study, run) = recompute_findings(&arguments.study, output)?;
    let path = study.folder().join("expected.csv");
    if arguments.accept {
        refuse_broken(&study, &run, "published")?;
        store::write_atomically(&path, expected_text(&run.findings).as_bytes())?;
        output.say(&format!(
            "{} published in {}",
            counted(run.findings.len(), "finding"),
            path.display()
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let (expected, mut differing) = match &arguments.results {
        Some(folder) => of_results(folder, &study, &run, output)?,
        None => (published(&path)?, Vec::new()),
    };
    let moved = compare(&expected, &run.findings);
    let printed = if output.format == report::Format::Table {
        // Names are long, and a name cut short cannot be looked up.
        let lines: String = moved.iter().map(|one| format!("{one}\n")).collect();
        output.bytes(lines.as_bytes())
    } else {
        output.table(&table(&moved))
    };
    // Whoever reads only the first lines is told by the exit code all the same.
    match printed {
        Err(Failure::BrokenPipe) => {}
        other => other?,
    }
    differing.extend(broken(&study, &run)?);
    if moved.is_empty() && differing.is_empty() {
        output.say(&format!(
            "{} as pinned, {} as {}",
            counted(run.pins.len(), "pin"),
            counted(expected.len(), "finding"),
            if arguments.results.is_some() {
                "in the results"
            } else {
                "published"
            }
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let findings = if moved.is_empty() {
        match expected.len() {
            1 => "the one finding is the same, but".to_owned(),
            many => format!("the {} are the same, but", counted(many, "finding")),
        }
    } else {
        format!("{} of {} moved", moved.len(), counted(expected.len(), "finding"))
    };
    differing.insert(0, findings);
    Err(Failure::because(differing.join("\n")))
}

type Expected = BTreeMap<String, ExpectedFinding>;

/// The findings that the study publishes.
fn published(path: &Path) -> Outcome<Expected> {
    let text = store::read_text(path).map_err(|e| {
        Failure::because(format!(
            "cannot read {}: {e}; publish a run's findings with `counterflow verify --accept`",
            path.display()
        ))
    })?;
    parse_expected(&text).map_err(|what| Failure::because(format!("{}: {what}", path.display())))
}

/// The findings of a finished run, and what is not as it was when it was made: its files, the
/// study file, the pins.
fn of_results(folder: &Path, study: &Study, run: &Run, output: &Output) -> Outcome<(Expected, Vec<String>)> {
    let results = Results::open(folder)?;
    let manifest = &results.manifest;
    output.say(&format!("the run was made by {}", manifest.program));
    let mut broken = results.altered()?;
    if let Some(row) = results.edited(&run.findings)? {
        broken.push(row);
    }
    if manifest.study != study.file.id {
        broken.push(format!(
            "the results are of the study `{}`, not of `{}`",
            manifest.study, study.file.id
        ));
    }
    if manifest.study_sha256 != store::sha256_of_file(&study.path)? {
        broken.push(format!(
            "{} is not the study file that the run was made with",
            study.path.display()
        ));
    }
    for pin in &manifest.pins {
        let here = run.pins.iter().find(|p| p.about.name == pin.name);
        match here.map(|p| p.about.file.as_ref().map(|f| &f.logical_hash)) {
            None => broken.push(format!(
                "the run used the pin `{}`, which the study here does not",
                pin.name
            )),
            Some(hash) if hash != pin.logical_hash.as_ref() => {
                broken.push(format!(
                    "the pin `{}` says something else here than in the run",
                    pin.name
                ));
            }
            Some(_) => {}
        }
    }
    let expected = parse_expected(&expected_text(&results.findings))
        .map_err(|what| Failure::because(format!("{}: {what}", folder.join("findings.json").display())))?;
    Ok((expected, broken))
}

fn table(moved: &[Moved]) -> Table {
    let columns = [("finding", Kind::Text, ""), ("what", Kind::Text, "")];
    let mut table = Table::new("moved", "Findings that are not as published", &columns);
    for one in moved {
        table.push(vec![Cell::Text(one.id.clone()), Cell::Text(one.what.clone())]);
    }
    table
}
