//! `counterflow study`: a study file for any economy, made from a dataset of the world.

mod template;

use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::{Args, Subcommand};
use extract::{RECONCILED, World};
use report::Format;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use template::{Plan, RULES, Told};
use trade::{Economy, Flow, Record, Status, Usd, economies};

/// What is done with study files.
#[derive(Subcommand, Debug)]
pub enum StudyCommand {
    /// Write a study of an economy: its scenarios, claims, charts and sections, ready for `analyze --data`.
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
    #[arg(long, default_value_t = 5, value_name = "N")]
    partners: usize,
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
    let world = World::open(&arguments.data)?;
    let records = world.about(economy, &BTreeSet::from([2]))?;
    let plan = plan(known.name, economy, &world, &records, arguments.partners)?;
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

/// What the dataset lets one ask.
fn plan(name: &'static str, economy: Economy, world: &World, records: &[Record], partners: usize) -> Outcome<Plan> {
    let mut told = Vec::new();
    let has = |wanted: &dyn Fn(&Record) -> bool| records.iter().any(wanted);
    if world.is_two_sided() {
        if has(&|r| r.reporter == economy && r.status == Status::Reported) {
            told.push(Told::own(economy));
        }
        if has(&|r| r.partner == economy && r.status == Status::Reported) {
            told.extend(Told::partners(economy));
        }
        for rule in RULES {
            let name = format!("{RECONCILED}{rule}");
            if has(&|r| *r.compiler == *name) {
                told.push(Told::reconciled(rule));
            }
        }
    } else {
        told.push(Told::compiled());
    }
    let years = years(economy, records)?;
    Ok(Plan {
        name,
        economy,
        compiler: world.compilers().into_iter().collect::<Vec<_>>().join(", "),
        partners: largest(economy, records, partners),
        years,
        told,
    })
}

/// The first year, and the last one in which every telling has figures.
fn years(economy: Economy, records: &[Record]) -> Outcome<(i16, i16)> {
    let mut last: BTreeMap<bool, i16> = BTreeMap::new();
    for record in records.iter().filter(|r| r.status == Status::Reported) {
        let year = last.entry(record.reporter == economy).or_insert(i16::MIN);
        *year = (*year).max(record.period.year());
    }
    let all = || records.iter().map(|r| r.period.year());
    let latest = last.values().min().copied().or(all().max());
    all()
        .min()
        .zip(latest)
        .ok_or_else(|| Failure::because(format!("the dataset has no year with trade of {economy}")))
}

/// The partners with the most trade over all years, as either side tells it.
fn largest(economy: Economy, records: &[Record], count: usize) -> Vec<Economy> {
    let mut sums: BTreeMap<Economy, Usd> = BTreeMap::new();
    let totals = records.iter().filter(|r| {
        &*r.product == trade::TOTAL
            && matches!(r.flow, Flow::Export | Flow::Import)
            && !r.compiler.starts_with(RECONCILED)
    });
    for record in totals {
        let partner = if record.reporter == economy {
            record.partner
        } else {
            record.reporter
        };
        if mirror::pairing::place_by_table(partner) == mirror::pairing::Place::Economy {
            *sums.entry(partner).or_insert(Usd::ZERO) += record.value.unwrap_or(Usd::ZERO);
        }
    }
    let mut order: Vec<(Economy, Usd)> = sums.into_iter().collect();
    order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    order.into_iter().take(count).map(|(partner, _)| partner).collect()
}
