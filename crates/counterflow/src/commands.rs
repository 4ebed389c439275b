//! One file for each command.

pub mod analyze;
pub mod breaks;
mod columns;
pub mod concentration;
pub mod conformance;
pub mod diff;
pub mod explain;
pub mod fetch;
pub mod fit;
mod given;
pub mod import;
mod json;
mod load;
pub mod mirror;
mod moves;
pub mod package;
pub mod pin;
pub mod report;
pub mod study;
pub mod sum;
pub mod synth;
mod times;
pub mod trend;
mod vcov;
pub mod verify;

use crate::cli::{Cli, Command, FormatName};
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use ::report::Format;
use clap::CommandFactory;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Runs the command.
pub fn run(cli: Cli) -> Outcome {
    let output = Output {
        format: match cli.common.format {
            FormatName::Table => Format::Table,
            FormatName::Csv => Format::Csv,
            FormatName::Json => Format::Json,
            FormatName::Parquet => Format::Parquet,
        },
        file: cli.common.out,
        quiet: cli.common.quiet,
    };
    if let Some(threads) = cli.common.threads {
        if threads == 0 {
            return Err(Failure::Usage("--threads takes a number from 1".to_owned()));
        }
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    match cli.command {
        Command::Analyze(arguments) => analyze::run(&arguments, &output),
        Command::Study(command) => study::run(&command, &output),
        Command::Verify(arguments) => verify::run(&arguments, &output),
        Command::Import(arguments) => import::run(&arguments, &output),
        Command::Fetch(command) => fetch::run(&command, &output),
        Command::Synth(arguments) => synth::run(&arguments, &output),
        Command::Sum(arguments) => sum::run(&arguments, &output),
        Command::Concentration(arguments) => concentration::run(&arguments, &output),
        Command::Fit(arguments) => fit::run(&arguments, &output),
        Command::Trend(arguments) => trend::run(&arguments, &output),
        Command::Breaks(arguments) => breaks::run(&arguments, &output),
        Command::Conformance(arguments) => conformance::run(&arguments, &output),
        Command::Mirror(command) => mirror::run(&command, &output),
        Command::Pin(command) => pin::run(&command, &output),
        Command::Explain(arguments) => explain::run(&arguments, &output),
        Command::Diff(arguments) => diff::run(&arguments, &output),
        Command::Report(arguments) => report::run(&arguments, &output),
        Command::Package(arguments) => package::run(&arguments, &output),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "counterflow", &mut text);
            output.bytes(&text)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Refuses a table that has neither an estimate nor a bound: what was asked for cannot be had, for these reasons.
fn refuse_nothing(estimates: &model::Table, file: &str, reasons: &[String]) -> Outcome<()> {
    let says = |at: &usize| ["estimate", "conf_low"].contains(&&*estimates.columns[*at].name);
    let places: Vec<usize> = (0..estimates.columns.len()).filter(says).collect();
    let defined = |row: &Vec<model::Cell>| places.iter().any(|&at| row[at] != model::Cell::Missing);
    match estimates.rows.iter().any(defined) {
        true => Ok(()),
        false => Err(Failure::because(format!(
            "{file}: nothing could be estimated: {}",
            reasons.join("; ")
        ))),
    }
}

/// Tells which rows are not in the results, and why: that changes what the results mean.
fn tell_dropped(dropped: &BTreeMap<String, Vec<u64>>, of: &str, output: &Output) {
    for (reason, rows) in dropped {
        let some: Vec<String> = rows.iter().take(10).map(u64::to_string).collect();
        let more = if rows.len() > 10 { ", ..." } else { "" };
        let of = if of.is_empty() {
            String::new()
        } else {
            format!(" ({of})")
        };
        let (row, line) = if rows.len() == 1 {
            ("row", "line")
        } else {
            ("rows", "lines")
        };
        let lines = some.join(", ");
        output.warn(&format!(
            "note: {} {row} not used{of}: {reason} ({line} {lines}{more})",
            rows.len()
        ));
    }
}
