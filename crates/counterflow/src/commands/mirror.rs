//! `counterflow mirror`: exporters' and importers' reports of the same flows.

mod cells;
mod gaps;
mod groups;
mod guards;
mod header;
mod input;
mod margin;
mod margins;
mod pairs;
mod reconcile;
mod reliability;
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
    /// The margins taken off import reports, who reports FOB, and the CIF/FOB equation with its standard errors.
    Margins {
        /// The reports.
        #[command(flatten)]
        data: DataArguments,
        /// How margins are found.
        #[command(flatten)]
        margin: margin::MarginArguments,
    },
    /// How well each economy's reports agree with its partners', by Gehlhar, variance components, BACI, Growth Lab.
    Reliability {
        /// The reports.
        #[command(flatten)]
        data: DataArguments,
        /// How reliability is estimated.
        #[command(flatten)]
        reliability: Box<reliability::ReliabilityArguments>,
    },
    /// Traces of misbooked, copied or computed figures: code swaps, outliers, broken years, constant ratios.
    Guards {
        /// The reports.
        #[command(flatten)]
        data: DataArguments,
        /// What the guards look for.
        #[command(flatten)]
        guards: Box<guards::GuardArguments>,
    },
    /// One FOB figure of each flow by every reconciliation rule, with intervals, totals and concentration.
    Reconcile {
        /// The reports.
        #[command(flatten)]
        data: DataArguments,
        /// How two reports become one.
        #[command(flatten)]
        reconcile: Box<reconcile::ReconcileArguments>,
    },
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
        MirrorCommand::Margins { data, margin } => margins::run(&World::read(data, output)?, margin, output),
        MirrorCommand::Reliability { data, reliability } => {
            reliability::run(&World::read(data, output)?, reliability, output)
        }
        MirrorCommand::Guards { data, guards } => guards::run(&World::read(data, output)?, guards, output),
        MirrorCommand::Reconcile { data, reconcile } => reconcile::run(&World::read(data, output)?, reconcile, output),
    }
}
