//! `counterflow mirror`: exporters' and importers' reports of the same flows.

mod cells;
mod gaps;
mod header;
mod input;
mod pairs;
mod sums;
mod world;

use crate::fail::Outcome;
use crate::output::Output;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use world::World;

/// What to compare, and how.
#[derive(Subcommand, Debug)]
pub enum MirrorCommand {
    /// Every flow with its two reports and all measures of their gap.
    Pairs(DataArguments),
    /// Gap measures summed over flows: all, by year, product, exporter, importer; Gehlhar's indices.
    Gaps(DataArguments),
}

/// The reports.
#[derive(Args, Debug, Clone)]
pub struct DataArguments {
    /// Pins, datasets' Parquet files, files that `import` reads, or tables with the columns
    /// year, reporter, partner, flow (X or M), value_usd [, product, net_weight], or
    /// year, exporter, importer, export_fob, import_cif [, product].
    #[arg(required = true, value_name = "DATA")]
    pub data: Vec<String>,
    /// The products: `all` levels, the `finest` that both sides have, `total`, or codes of so many digits (`2`, `4`, `6`).
    #[arg(long, default_value = "all", value_name = "LEVEL")]
    pub level: String,
    /// What holds for every row where a file has no column for it, as COLUMN=VALUE.
    #[arg(long = "default", value_name = "COLUMN=VALUE")]
    pub defaults: Vec<String>,
    /// The folder in which pins are looked for.
    #[arg(long, default_value = "datasets", value_name = "DIR")]
    pub datasets: PathBuf,
}

/// Pairs the reports and prints what was asked for.
pub fn run(command: &MirrorCommand, output: &Output) -> Outcome {
    match command {
        MirrorCommand::Pairs(data) => pairs::run(&World::read(data, output)?, output),
        MirrorCommand::Gaps(data) => gaps::run(&World::read(data, output)?, output),
    }
}
