//! `counterflow sum`: grouped exact sums of any dataset.

use super::load::{Data, find};
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::Args;
use cube::{Dimension, Grouped, Query};
use model::{Cell, Kind, Table};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Filter;
use trade::{Classification, Economy, Flow, Status, Valuation};

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

/// Sums the dataset as asked.
pub fn run(arguments: &SumArguments, output: &Output) -> Outcome {
    let by = arguments
        .by
        .iter()
        .map(|d| d.trim().parse::<Dimension>())
        .collect::<cube::Result<Vec<_>>>();
    let by = by.map_err(|e| Failure::Usage(e.to_string()))?;
    if let Some(twice) = by
        .iter()
        .enumerate()
        .find(|(i, d)| by[..*i].contains(d))
        .map(|(_, d)| d)
    {
        return Err(Failure::Usage(format!("--by names `{twice}` twice")));
    }
    let mut query = Query::new(&by, filter(&arguments.conditions)?).map_err(|e| Failure::Usage(e.to_string()))?;
    if let Some(level) = &arguments.level {
        query.level = level.parse().map_err(|e: cube::Error| Failure::Usage(e.to_string()))?;
    }
    let grouped = match find(&arguments.data, &arguments.datasets, output)? {
        Data::Dataset(path) => cube::sum_dataset(&path, &query)?,
        Data::Imported(imported) => {
            // The filter is the scan's business: what was just imported is scanned like any dataset.
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("imported.parquet");
            store::write_records(&path, &imported.records)?;
            cube::sum_dataset(&path, &query)?
        }
    };
    for (what, records) in &grouped.set_aside {
        output.say(&format!("note: {records} records left out: {what}"));
    }
    output.table(&table(&grouped, arguments.top))?;
    Ok(ExitCode::SUCCESS)
}

/// Reads conditions: `COLUMN = VALUE`, alternatives with `|`, years as `FROM..TO`.
fn filter(conditions: &[String]) -> Outcome<Filter> {
    let mut filter = Filter::default();
    for condition in conditions {
        let wrong = |expected: &str| Failure::Usage(format!("--where `{condition}`: expected {expected}"));
        let (column, value) = condition.split_once('=').ok_or_else(|| wrong("COLUMN = VALUE"))?;
        let (column, value) = (column.trim(), value.trim());
        if column == "year" {
            let (from, to) = value.split_once("..").unwrap_or((value, value));
            let years = from.trim().parse::<i16>().ok().zip(to.trim().parse::<i16>().ok());
            let (from, to) = years.ok_or_else(|| wrong("year = 2003 or year = 1989..2008"))?;
            // A second condition on one column narrows further.
            let (from, to) = filter
                .years
                .as_ref()
                .map_or((from, to), |y| (from.max(*y.start()), to.min(*y.end())));
            filter = filter.with_years(from..=to);
        } else {
            let mut wanted = BTreeSet::new();
            for one in value.split('|').map(str::trim) {
                possible(column, one).map_err(|expected| wrong(&expected))?;
                wanted.insert(one.to_owned());
            }
            let values = filter.any_of.entry(column.to_owned()).or_insert_with(|| wanted.clone());
            values.retain(|value| wanted.contains(value));
        }
    }
    Ok(filter)
}

/// Refuses a column or a value that no record can have: nothing would be summed, and it would
/// look like an answer.
fn possible(column: &str, value: &str) -> Result<(), String> {
    let known = match column {
        "reporter" | "partner" => value.parse::<Economy>().map(drop),
        "flow" => value.parse::<Flow>().map(drop),
        "classification" => value.parse::<Classification>().map(drop),
        "status" => value.parse::<Status>().map(drop),
        "valuation" => value.parse::<Valuation>().map(drop),
        "product" | "compiler" | "basis" | "quantity_unit" => Ok(()),
        _ => {
            return Err(
                "a condition on year, reporter, partner, flow, product, classification, compiler, basis, \
                        status, valuation or quantity_unit"
                    .to_owned(),
            );
        }
    };
    known.map_err(|e| e.to_string())
}

fn table(grouped: &Grouped, top: Option<usize>) -> Table {
    let mut columns: Vec<(&str, Kind, &str)> = grouped.by.iter().map(|d| (d.as_str(), Kind::Text, "")).collect();
    columns.push(("value_usd", Kind::Decimal, "USD"));
    columns.push(("share", Kind::Number, "share"));
    columns.push(("net_weight_kg", Kind::Decimal, "kg"));
    columns.push(("records", Kind::Integer, ""));
    columns.push(("records_without_value", Kind::Integer, ""));
    let mut table = Table::new("sum", "Grouped sums", &columns);
    let total = grouped.total().to_f64();
    let mut groups: Vec<&cube::Group> = grouped.groups.iter().collect();
    if let Some(top) = top {
        groups.sort_by(|a, b| b.value.cmp(&a.value).then_with(|| a.key.cmp(&b.key)));
        groups.truncate(top);
    }
    for group in groups {
        let mut row: Vec<Cell> = group.key.iter().map(|text| Cell::Text(text.clone())).collect();
        row.push(group.value.into());
        row.push(
            group
                .value
                .filter(|_| total > 0.0)
                .map(|value| value.to_f64() / total)
                .into(),
        );
        row.push(group.net_weight_kg.into());
        row.push(Cell::Integer(group.records as i64));
        row.push(Cell::Integer(group.records_without_value as i64));
        table.push(row);
    }
    table
}
