//! `counterflow sum`: grouped exact sums of any dataset.

mod coverage;
mod grouping;
mod left_out;
mod overlap;
mod unknown;

use super::load::{Data, find};
use crate::document::Document;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::Args;
use coverage::Coverage;
use cube::{Dimension, Query, Sums};
use grouping::Grouping;
use model::{Cell, Kind, Table};
use report::Format;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use trade::Usd;

/// What to sum.
#[derive(Args, Debug)]
pub struct SumArguments {
    /// A pin's name, a dataset (a Parquet file, or a folder of them), or a file that `import` reads.
    pub data: String,
    /// The dimensions to group by: year, period, reporter, partner, flow, product,
    /// classification, compiler, basis, status; or, instead of product, a group of products: stage
    /// (of production, CEPII's convention), bec4, isic3, sitc3, or group (with --groups).
    #[arg(long, value_delimiter = ',', value_name = "DIM,...")]
    pub by: Vec<String>,
    /// Narrow the rows: `partner = PRK`, `flow = export|import`, `year = 1989..2008`; `economy = PRK` is whichever side it
    /// stands on, and `economy = PRK` with `economy = CHN` their trade with each other. May be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// The groups of `--by group`: a table with the columns product and group.
    #[arg(long, value_name = "FILE.csv")]
    pub groups: Option<PathBuf>,
    /// The product level: total, hs2, hs4, hs6, sitc1, ...
    #[arg(long)]
    pub level: Option<String>,
    /// Only the largest groups.
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// Shares within these of the dimensions instead of the whole: with `--by year,partner`,
    /// `--shares year` gives each partner's share of its year.
    #[arg(long, value_delimiter = ',', value_name = "DIM,...")]
    pub shares: Vec<String>,
    /// Memory that partial sums may take, such as 500MB; what is more goes to the disk.
    #[arg(long, value_name = "SIZE", default_value = "1GB", value_parser = super::import::bulk::memory)]
    pub memory: u64,
    /// Read the rows even where the pair-level rollup beside the dataset has the answer.
    #[arg(long)]
    pub no_rollup: bool,
    /// First compare the files of an imported dataset with the hashes noted when they were written.
    #[arg(long)]
    pub check: bool,
    /// The folder in which pins are looked for.
    #[arg(long, default_value = "datasets", value_name = "DIR")]
    pub datasets: PathBuf,
}

/// Sums the dataset as asked.
pub fn run(arguments: &SumArguments, output: &Output) -> Outcome {
    let mut grouped: Option<(String, Grouping)> = None;
    let mut word = |word: &String| -> Outcome<String> {
        let word = word.trim();
        match Grouping::named(word, arguments.groups.as_deref())? {
            None => Ok(word.to_owned()),
            Some(grouping) => {
                if grouped.as_ref().is_some_and(|(_, other)| *other != grouping) {
                    return Err(Failure::Usage(
                        "--by takes one grouping of products at a time".to_owned(),
                    ));
                }
                grouped = Some((word.to_owned(), grouping));
                Ok(Dimension::Product.to_string())
            }
        }
    };
    let mut words = |words: &[String]| words.iter().map(&mut word).collect::<Outcome<Vec<String>>>();
    let by = dimensions("--by", &words(&arguments.by)?)?;
    let within = dimensions("--shares", &words(&arguments.shares)?)?;
    if arguments.groups.is_some() && grouped.is_none() {
        return Err(Failure::Usage("--groups is for --by group".to_owned()));
    }
    if let Some(other) = within.iter().find(|d| !by.contains(d)) {
        return Err(Failure::Usage(format!("--shares names `{other}`, which --by does not")));
    }
    if arguments.top == Some(0) {
        return Err(Failure::Usage("--top takes a number from 1".to_owned()));
    }
    let filter = cube::filter(&arguments.conditions).map_err(|e| Failure::Usage(e.to_string()))?;
    let mut query = Query::new(&by, filter).map_err(|e| Failure::Usage(e.to_string()))?;
    if let Some(level) = &arguments.level {
        query.level = level.parse().map_err(|e: cube::Error| Failure::Usage(e.to_string()))?;
    }
    query.memory = arguments.memory;
    let sums = sums(arguments, query, grouped.as_ref(), output)?;
    if let (true, Some((what, records))) = (sums.is_empty(), sums.set_aside.first_key_value()) {
        return Err(Failure::because(format!(
            "nothing is left to be summed: {records} records left out: {what}; {}",
            left_out::advice(what)
        )));
    }
    for (what, records) in &sums.set_aside {
        output.say(&format!("note: {records} records left out: {what}"));
    }
    if sums.is_empty() && !arguments.conditions.is_empty() {
        output.say("note: no row fulfils the conditions");
    }
    let name = grouped.as_ref().map(|(word, _)| word.as_str());
    let overlapping = overlap::overlapping(&sums, &within);
    if let Some((one, other)) = &overlapping {
        output.say(&format!(
            "note: {one} and {other} overlap: no shares are given, since their sum would tell flows twice; --shares period gives each its own"
        ));
    }
    let rows = table(&sums, name, (&within, overlapping.is_none()), arguments.top);
    match name.and_then(|name| Some((name, Coverage::of(&sums)?))) {
        Some((name, coverage)) => {
            coverage.notes(name).iter().for_each(|note| output.say(note));
            if output.format != Format::Json {
                output.table(&rows)?;
                return Ok(ExitCode::SUCCESS);
            }
            let mut document = Document::new("counterflow sum 1")?;
            document.value("grouping", name)?;
            document.table("coverage", &coverage.table())?;
            document.table("rows", &rows)?;
            output.bytes(document.text().as_bytes())?;
        }
        None => output.table(&rows)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn dimensions(option: &str, words: &[String]) -> Outcome<Vec<Dimension>> {
    let parsed = words.iter().map(|d| d.trim().parse::<Dimension>());
    let by = parsed
        .collect::<cube::Result<Vec<_>>>()
        .map_err(|e| Failure::Usage(e.to_string()))?;
    match by.iter().enumerate().find(|(i, d)| by[..*i].contains(d)) {
        Some((_, twice)) => Err(Failure::Usage(format!("{option} names `{twice}` twice"))),
        None => Ok(by),
    }
}

fn sums(
    arguments: &SumArguments,
    mut query: Query,
    grouped: Option<&(String, Grouping)>,
    output: &Output,
) -> Outcome<Sums> {
    let group = |path: &Path, query: &mut Query| -> Outcome<()> {
        if let Some((_, grouping)) = grouped {
            query.groups = Some(grouping.groups(path, query)?);
        }
        Ok(())
    };
    match find(&arguments.data, &arguments.datasets, output)? {
        Data::Dataset(path) => {
            group(&path, &mut query)?;
            let sums = dataset_sums(&path, arguments, &query, output)?;
            let warnings = unknown::warnings(&sums, &path, &query.filter);
            warnings.iter().for_each(|warning| output.warn(warning));
            unknown::units(&path).iter().for_each(|warning| output.warn(warning));
            left_out::warning(&sums, &path, &query)?
                .iter()
                .for_each(|warning| output.warn(warning));
            Ok(sums)
        }
        Data::Imported(imported) => {
            // The filter is the scan's business: what was just imported is scanned like any dataset.
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("imported.parquet");
            store::write_records(&path, &imported.records)?;
            group(&path, &mut query)?;
            let sums = cube::sum_columns(&path, &query)?;
            left_out::warning(&sums, &path, &query)?
                .iter()
                .for_each(|warning| output.warn(warning));
            Ok(sums)
        }
    }
}

fn dataset_sums(path: &Path, arguments: &SumArguments, query: &Query, output: &Output) -> Outcome<Sums> {
    if store::Dataset::is_one(path) {
        let dataset = store::Dataset::open(path)?;
        if let Some(input) = dataset.importing() {
            output.warn(&format!(
                "warning: the import of {input} into {} was not finished: years may be missing; run it again",
                path.display()
            ));
        }
        if arguments.check {
            dataset.check()?;
        }
    } else if arguments.check {
        return Err(Failure::Usage(
            "--check: hashes are noted for imported datasets only".to_owned(),
        ));
    }
    if !arguments.no_rollup && cube::rollup::answers(query) {
        match cube::rollup::read(path) {
            Ok(Some(rollup)) => {
                output.say("note: answered from the pair-level rollup beside the dataset");
                return Ok(rollup.sum(query)?);
            }
            Ok(None) => {}
            Err(stale) => output.say(&format!("note: {stale}; the rows are read instead")),
        }
    }
    let sums = cube::sum_columns(path, query);
    sums.map_err(|e| Failure::from(e).about(&path.display().to_string()))
}

/// The sums as rows; with their shares within groups of the same words of some dimensions, if there are such.
fn table(sums: &Sums, grouped: Option<&str>, (within, shares): (&[Dimension], bool), top: Option<usize>) -> Table {
    let name = |d: &Dimension| match (d, grouped) {
        (Dimension::Product, Some(grouped)) => (grouped.to_owned(), Kind::Text, ""),
        _ => (d.to_string(), Kind::Text, ""),
    };
    let names: Vec<(String, Kind, &str)> = sums.by.iter().map(name).collect();
    let mut columns: Vec<(&str, Kind, &str)> = names
        .iter()
        .map(|(name, kind, unit)| (name.as_str(), *kind, *unit))
        .collect();
    columns.push(("value_usd", Kind::Decimal, "USD"));
    columns.push(("share", Kind::Number, "share"));
    columns.push(("net_weight_kg", Kind::Decimal, "kg"));
    columns.push(("records", Kind::Integer, ""));
    columns.push(("records_without_value", Kind::Integer, ""));
    let mut table = Table::new("sum", "Grouped sums", &columns);
    let key = |sums: &Sums, group: usize, places: &[usize]| -> Vec<String> {
        places.iter().map(|&d| sums.text(group, d).into_owned()).collect()
    };
    let places: Vec<usize> = within
        .iter()
        .filter_map(|d| sums.by.iter().position(|own| own == d))
        .collect();
    let mut totals: BTreeMap<Vec<String>, Usd> = BTreeMap::new();
    for group in 0..sums.len() {
        *totals.entry(key(sums, group, &places)).or_insert(Usd::ZERO) += sums.value(group).unwrap_or(Usd::ZERO);
    }
    let groups = top.map_or_else(|| sums.in_order(), |top| sums.top(top));
    for group in groups {
        let all: Vec<usize> = (0..sums.by.len()).collect();
        let mut row: Vec<Cell> = key(sums, group, &all).into_iter().map(Cell::Text).collect();
        let total = totals.get(&key(sums, group, &places)).copied().unwrap_or(Usd::ZERO);
        row.push(sums.value(group).into());
        row.push(sums.share(group, total).filter(|_| shares).into());
        row.push(sums.net_weight_kg(group).into());
        row.push(Cell::Integer(sums.records(group) as i64));
        row.push(Cell::Integer(sums.records_without_value(group) as i64));
        table.push(row);
    }
    table
}
