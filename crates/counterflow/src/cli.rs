//! The words of the command line; what each command takes stands beside the command.

use crate::commands;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A reproducible research workspace for bilateral trade statistics.
///
/// Every trade flow has two possible witnesses: the exporter and the importer. counterflow
/// keeps both, computes on pinned figures, and draws no conclusion without its sensitivity
/// to source, scenario and reconciliation rule.
#[derive(Parser, Debug)]
#[command(
    name = "counterflow",
    version,
    after_help = "Exit codes: 0 done; 1 bad input, a refused estimate, or a check that failed; 2 wrong usage.\n\
                  Only `fetch` uses the network.\n\nA first look: counterflow analyze, then open results/dprk/report.html"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How results are written.
    #[command(flatten)]
    pub common: Common,
}

/// What every command takes.
#[derive(Args, Debug, Clone)]
pub struct Common {
    /// How tables are written.
    #[arg(long, global = true, value_enum, default_value = "table")]
    pub format: FormatName,
    /// Write to this file instead of the standard output. A folder for analyze, study new, package and fetch,
    /// and for synth's datasets; for import a folder or a file.parquet.
    #[arg(long, global = true, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Use so many threads; results are the same on any number.
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
    /// Say nothing beside the results.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// The formats of tables.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum FormatName {
    /// Aligned text for people.
    Table,
    /// Comma-separated values.
    Csv,
    /// JSON with full double precision.
    Json,
    /// Apache Parquet.
    Parquet,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a study: every model under every scenario, every claim, the report.
    Analyze(commands::analyze::StudyArguments),
    /// Study files: write one for any economy from a dataset of the world.
    #[command(subcommand)]
    Study(commands::study::StudyCommand),
    /// Re-hash the pins, recompute a study, and name every published finding that moved.
    Verify(commands::verify::VerifyArguments),
    /// Turn an agency's file into a dataset, with a quarantine for bad rows.
    Import(commands::import::ImportArguments),
    /// Fetch from UN Comtrade, the Monetary Fund or CEPII into a pinned dataset. The only command that uses the network.
    #[command(subcommand)]
    Fetch(commands::fetch::FetchCommand),
    /// Make a synthetic world of any size, as a dataset or as an agency's file.
    Synth(commands::synth::SynthArguments),
    /// Sum a dataset exactly, by any of its dimensions.
    Sum(commands::sum::SumArguments),
    /// Measure how concentrated a column of values is.
    Concentration(commands::concentration::ConcentrationArguments),
    /// Fit a regression to a table.
    Fit(commands::fit::FitArguments),
    /// Estimate and test the trend of a series: growth, Theil-Sen, Mann-Kendall.
    Trend(commands::trend::TrendArguments),
    /// Date the breaks of a regression, and test whether there are any.
    Breaks(commands::breaks::BreaksArguments),
    /// Compute published known answers anew and show how closely ours agree.
    Conformance(commands::conformance::ConformanceArguments),
    /// Compare what exporters and importers report of the same flows.
    #[command(subcommand)]
    Mirror(commands::mirror::MirrorCommand),
    /// Pinned datasets: list, show their provenance, check, rebuild, add one.
    #[command(subcommand, alias = "datasets")]
    Pin(commands::pin::PinCommand),
    /// Trace a finding of a study back to its figures and their references.
    Explain(commands::explain::ExplainArguments),
    /// Compare two releases of a dataset, and a study's conclusions on either.
    Diff(commands::diff::DiffArguments),
    /// Compare two finished runs of a study (--compare); the report itself is made by `analyze`.
    Report(commands::report::ReportArguments),
    /// Pack a study, its data and its results for others, with descriptions that machines read.
    Package(commands::package::PackageArguments),
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Command, CommandFactory};

    /// A command's own option of a global one's name takes its place, and what is then read is of another type.
    fn own_options(command: &Command, globals: &[String]) -> Vec<String> {
        let below = command.get_subcommands().flat_map(|below| own_options(below, globals));
        let own = command.get_arguments().map(|argument| argument.get_id().to_string());
        let taken = own.filter(|own| globals.contains(own));
        taken
            .map(|own| format!("{} --{own}", command.get_name()))
            .chain(below)
            .collect()
    }

    #[test]
    fn every_command_takes_the_global_options() {
        let program = Cli::command();
        program.clone().debug_assert();
        let globals: Vec<String> = program
            .get_arguments()
            .map(|argument| argument.get_id().to_string())
            .collect();
        assert!(globals.contains(&"threads".to_owned()), "{globals:?}");
        let taken: Vec<String> = program
            .get_subcommands()
            .flat_map(|command| own_options(command, &globals))
            .collect();
        assert_eq!(taken, Vec::<String>::new());
    }
}
