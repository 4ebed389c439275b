//! `counterflow verify`: recompute a study and compare it with what was published.

use super::analyze::StudyArguments;
use super::analyze::{recompute, refuse_broken};
use super::datasets::text_differs;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::Args;
use model::{Cell, Kind, Table};
use std::process::ExitCode;
use store::{Filter, Pin};
use study::{Moved, compare, expected_text, parse_expected};

/// What to verify.
#[derive(Args, Debug)]
pub struct VerifyArguments {
    /// The study.
    #[command(flatten)]
    pub study: StudyArguments,
    /// Publish this run's findings: write them as what later runs are compared with.
    #[arg(long)]
    pub accept: bool,
}

/// Re-hashes the pins, recomputes the study, and names every finding that moved. A pin that is
/// not what its description says is named first; the findings are compared all the same.
pub fn run(arguments: &VerifyArguments, output: &Output) -> Outcome {
    let (study, run) = recompute(&arguments.study, output)?;
    let path = study.folder().join("expected.csv");
    if arguments.accept {
        refuse_broken(&run, "published")?;
        store::write_atomically(&path, expected_text(&run.findings).as_bytes())?;
        output.say(&format!(
            "{} findings published in {}",
            run.findings.len(),
            path.display()
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let text = std::fs::read_to_string(&path).map_err(|e| {
        Failure::because(format!(
            "cannot read {}: {e}; publish a run's findings with `counterflow verify --accept`",
            path.display()
        ))
    })?;
    let expected = parse_expected(&text).map_err(|what| Failure::because(format!("{}: {what}", path.display())))?;
    let moved = compare(&expected, &run.findings);
    if output.format == report::Format::Table {
        // Names are long, and a name cut short cannot be looked up.
        let lines: String = moved.iter().map(|one| format!("{one}\n")).collect();
        output.bytes(lines.as_bytes())?;
    } else {
        output.table(&table(&moved))?;
    }
    let mut broken: Vec<String> = run.broken_pins.iter().map(ToString::to_string).collect();
    for pin in &run.pins {
        let pin = Pin::open(&study.datasets.join(&pin.about.name))?;
        broken.extend(text_differs(&pin, &pin.records(&Filter::default())?)?);
    }
    if moved.is_empty() && broken.is_empty() {
        output.say(&format!(
            "{} pins as pinned, {} findings as published",
            run.pins.len(),
            expected.len()
        ));
        return Ok(ExitCode::SUCCESS);
    }
    broken.insert(0, format!("{} of {} findings moved", moved.len(), expected.len()));
    Err(Failure::because(broken.join("\n")))
}

fn table(moved: &[Moved]) -> Table {
    let columns = [("finding", Kind::Text, ""), ("what", Kind::Text, "")];
    let mut table = Table::new("moved", "Findings that are not as published", &columns);
    for one in moved {
        table.push(vec![Cell::Text(one.id.clone()), Cell::Text(one.what.clone())]);
    }
    table
}
