//! `counterflow mirror`: exporters' and importers' reports of the same flows.

use super::load::find;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::{Args, ValueEnum};
use model::{Coverage, Input, Model};
use std::path::PathBuf;
use std::process::ExitCode;

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

/// Pairs the reports and prints what was asked for.
pub fn run(arguments: &MirrorArguments, output: &Output) -> Outcome {
    let mut flows = find(&arguments.data, &arguments.datasets, output)?.records()?;
    flows.sort_by(|a, b| a.key().cmp(&b.key()));
    let input = Input {
        scenario: "command line",
        economy: None,
        flows: &flows,
        coverage: Coverage::Complete,
        parameters: &toml::Table::new(),
        seed: 0,
    };
    let result = asymmetry::Asymmetry.run(&input)?;
    for note in &result.notes {
        output.say(&format!("note: {note}"));
    }
    let table = |id: &str| {
        let found = result.tables.iter().find(|t| t.id == id);
        found.ok_or_else(|| Failure::because(format!("{} has no flow with two reports", arguments.data)))
    };
    match arguments.what {
        MirrorView::Pairs => output.table(table("pairs")?)?,
        MirrorView::Reliability => output.table(table("reporters")?)?,
        MirrorView::Gaps => output.table(&report::findings_table(&result.findings))?,
    }
    Ok(ExitCode::SUCCESS)
}
