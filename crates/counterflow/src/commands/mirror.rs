//! `counterflow mirror`: exporters' and importers' reports of the same flows.

use super::load::find;
use crate::cli::{MirrorArguments, MirrorView};
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use model::{Coverage, Input, Model};
use std::process::ExitCode;

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
