//! `counterflow study`: a study file for any economy, made from a dataset of the world.

mod part;
mod plan;
mod template;

use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::{Args, Subcommand};
use extract::World;
use plan::plan;
use report::Format;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use trade::economies;

/// What is done with study files.
#[derive(Subcommand, Debug)]
pub enum StudyCommand {
    /// Write a study of an economy: its scenarios, claims, charts and sections, ready for `analyze --data`.
    ///
    /// It goes to studies/CODE/study.toml, CODE in lower case, below the current folder, or to the folder that --out names. Where the dataset
    /// has a part of trade only (few products and no totals, or few economies), the study says which.
    New(NewArguments),
}

/// Of whom, and from what.
#[derive(Args, Debug)]
pub struct NewArguments {
    /// The economy, by its code: MMR.
    #[arg(long, value_name = "CODE")]
    economy: String,
    /// A dataset of the world: what `import` makes of BACI or Comtrade, or a Parquet file of records.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// How many of the largest partners the study follows.
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = one_or_more)]
    partners: usize,
}

/// A study without partners would have nothing to say of dependence.
fn one_or_more(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("a study follows one partner at least".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("a whole number is expected".to_owned()),
    }
}

#[derive(Serialize)]
struct Document {
    format: &'static str,
    study: String,
    economy: String,
    first_year: i16,
    last_year: i16,
    partners: Vec<String>,
    scenarios: Vec<&'static str>,
}

/// Does what was asked.
pub fn run(command: &StudyCommand, output: &Output) -> Outcome {
    match command {
        StudyCommand::New(arguments) => new(arguments, output),
    }
}

fn new(arguments: &NewArguments, output: &Output) -> Outcome {
    let known = economies().lookup(&arguments.economy)?;
    let economy = known.code;
    let folder = output
        .file
        .clone()
        .unwrap_or_else(|| PathBuf::from("studies").join(economy.as_str().to_lowercase()));
    let path = folder.join("study.toml");
    if path.exists() {
        return Err(Failure::because(format!(
            "{} is there already: name another folder with --out, or remove it",
            path.display()
        )));
    }
    super::load::finished(&arguments.data)?;
    super::load::look_through(&arguments.data, store::columns::LOOKED_THROUGH, output)?;
    let world = World::open(&arguments.data)?;
    let records = world.about(economy, &BTreeSet::from([2]))?;
    let plan = plan(&known.in_prose(), economy, &world, &records, arguments.partners)?;
    store::write_atomically(&path, template::study(&plan)?.as_bytes())?;
    if output.format == Format::Json {
        let stdout = Output {
            file: None,
            ..output.clone()
        };
        stdout.json(&Document {
            format: "counterflow study new 1",
            study: folder.display().to_string(),
            economy: economy.to_string(),
            first_year: plan.years.0,
            last_year: plan.years.1,
            partners: plan.partners.iter().map(|p| p.to_string()).collect(),
            scenarios: plan.told.iter().map(|t| t.id).collect(),
        })?;
    } else {
        output.say(&format!(
            "{} written; run it with\n  counterflow analyze {} --data {}",
            path.display(),
            folder.display(),
            arguments.data.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}
