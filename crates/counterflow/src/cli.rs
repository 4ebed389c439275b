//! The words of the command line.

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
                  No command uses the network.\n\nA first look: counterflow analyze, then open results/dprk/report.html"
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
    /// Write to this file instead of the standard output (for analyze: to this folder).
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
    Analyze(StudyArguments),
    /// Re-hash the pins, recompute a study, and name every published finding that moved.
    Verify(VerifyArguments),
    /// Turn an agency's file into a dataset, with a quarantine for bad rows.
    Import(ImportArguments),
    /// Sum a dataset exactly, by any of its dimensions.
    Sum(SumArguments),
    /// Measure how concentrated a column of values is.
    Concentration(ConcentrationArguments),
    /// Fit a regression to a table.
    Fit(FitArguments),
    /// Compare what exporters and importers report of the same flows.
    Mirror(MirrorArguments),
    /// List pinned datasets, show their provenance, check or rebuild them.
    #[command(subcommand)]
    Datasets(DatasetsCommand),
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Which study.
#[derive(Args, Debug)]
pub struct StudyArguments {
    /// The study's folder.
    #[arg(default_value = "studies/dprk")]
    pub study: PathBuf,
    /// The folder of pinned datasets; by default the nearest `datasets` above the study.
    #[arg(long, value_name = "DIR")]
    pub datasets: Option<PathBuf>,
}

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

/// What to import.
#[derive(Args, Debug)]
pub struct ImportArguments {
    /// The file, plain or gzip.
    pub file: PathBuf,
    /// The source, if its header does not tell.
    #[arg(long)]
    pub source: Option<String>,
    /// What holds for every row where the file has no column for it, as COLUMN=VALUE.
    #[arg(long = "default", value_name = "COLUMN=VALUE")]
    pub defaults: Vec<String>,
    /// Refuse the file if any row is bad.
    #[arg(long)]
    pub strict: bool,
}

/// What to sum.
#[derive(Args, Debug)]
pub struct SumArguments {
    /// A pin's name, a dataset's Parquet file, or a file that `import` reads.
    pub data: String,
    /// The dimensions to group by: year, period, reporter, partner, flow, product,
    /// classification, compiler, basis, status.
    #[arg(long, value_delimiter = ',', value_name = "DIM,...")]
    pub by: Vec<String>,
    /// Narrow the rows: `partner = PRK`, `flow = export|import`, `year = 1989..2008`. May be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// The product level: total, hs2, hs4, hs6, sitc1, ...
    #[arg(long)]
    pub level: Option<String>,
    /// Only the largest groups.
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// The folder in which pins are looked for.
    #[arg(long, default_value = "datasets", value_name = "DIR")]
    pub datasets: PathBuf,
}

/// What to measure.
#[derive(Args, Debug)]
pub struct ConcentrationArguments {
    /// A CSV file, or a dataset's Parquet file.
    pub file: PathBuf,
    /// The column of values.
    #[arg(long, value_name = "COL")]
    pub value: String,
    /// The column of items; rows of one item are added. By default every row is an item.
    #[arg(long, value_name = "COL")]
    pub item: Option<String>,
    /// Columns to group by.
    #[arg(long, value_delimiter = ',', value_name = "COL,...")]
    pub by: Vec<String>,
    /// A column of frequency weights.
    #[arg(long, value_name = "COL")]
    pub weights: Option<String>,
    /// How many items there could be; by default those that are there.
    #[arg(long, value_name = "N")]
    pub universe: Option<usize>,
}

/// What to fit.
#[derive(Args, Debug)]
pub struct FitArguments {
    /// The formula: `log(y) ~ x1 + x2 + i(year) | exporter + importer`, with fixed effects after the bar.
    pub formula: String,
    /// A CSV file, or a dataset's Parquet file.
    pub file: PathBuf,
    /// What is fitted.
    #[arg(long, value_enum, default_value = "gaussian")]
    pub family: Family,
    /// The covariance of the coefficients: iid, hc0 to hc4, nw, nw:LAG, nw:auto, andrews, cluster:COL+COL.
    #[arg(long, default_value = "iid")]
    pub vcov: String,
    /// A column of weights.
    #[arg(long, value_name = "COL")]
    pub weights: Option<String>,
    /// Narrow the rows: `COLUMN = VALUE`, `COLUMN = FROM..TO`. May be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
}

/// What a regression fits.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Family {
    /// Least squares.
    Gaussian,
    /// Poisson pseudo-maximum likelihood: the mean is exp of the terms.
    Poisson,
}

/// What to compare.
#[derive(Args, Debug)]
pub struct MirrorArguments {
    /// What to print.
    #[arg(value_enum)]
    pub what: MirrorView,
    /// A pin's name, a dataset's Parquet file, or a file that `import` reads.
    pub data: String,
    /// The folder in which pins are looked for.
    #[arg(long, default_value = "datasets", value_name = "DIR")]
    pub datasets: PathBuf,
}

/// What a comparison prints.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum MirrorView {
    /// Every flow with both reports and its gap measures.
    Pairs,
    /// Summary measures over all pairs.
    Gaps,
    /// How well each economy's reports agree with its partners'.
    Reliability,
}

/// Commands on pinned datasets.
#[derive(Subcommand, Debug)]
pub enum DatasetsCommand {
    /// List the pins.
    List(DatasetsFolder),
    /// Show one pin's provenance, terms and traps.
    Show {
        /// The pin.
        name: String,
        /// Where.
        #[command(flatten)]
        folder: DatasetsFolder,
    },
    /// Re-hash pins and re-check their invariants.
    Check {
        /// The pins; all where none is named.
        names: Vec<String>,
        /// Where.
        #[command(flatten)]
        folder: DatasetsFolder,
    },
    /// Rebuild pins from their figures.
    Build {
        /// The pins; all where none is named.
        names: Vec<String>,
        /// Where.
        #[command(flatten)]
        folder: DatasetsFolder,
    },
}

/// Where pins are.
#[derive(Args, Debug)]
pub struct DatasetsFolder {
    /// The folder of pinned datasets.
    #[arg(long, default_value = "datasets", value_name = "DIR")]
    pub datasets: PathBuf,
}
