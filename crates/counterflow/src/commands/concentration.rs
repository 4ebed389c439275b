//! `counterflow concentration`: every index of a column of values.

use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use crate::output::Output;
use ::concentration::{Convention, Index, Universe, catalogue};
use clap::Args;
use model::{Cell, Kind, Table};
use report::Format;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

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

/// Values and weights of one group.
type Group = (Vec<Option<f64>>, Vec<f64>);

/// Measures the file's values, by group.
pub fn run(arguments: &ConcentrationArguments, output: &Output) -> Outcome {
    let frame = Frame::read(&arguments.file)?;
    if arguments.item.is_some() && arguments.weights.is_some() {
        return Err(Failure::Usage(
            "--item adds rows up and --weights repeats them: use one of them".to_owned(),
        ));
    }
    let groups = groups(&frame, arguments)?;
    if groups.is_empty() {
        return Err(Failure::because(format!("{} has no rows to measure", frame.file)));
    }
    let convention = Convention {
        universe: arguments
            .universe
            .map_or(Universe::Listed, |n| Universe::Stated(n as u64)),
        ..Convention::default()
    };
    let indices: Vec<(Vec<String>, Vec<Index>)> = groups
        .into_iter()
        .map(|(key, (values, weights))| {
            let weights = arguments.weights.as_ref().map(|_| weights.as_slice());
            (key, catalogue(&values, weights, convention))
        })
        .collect();
    match output.format {
        Format::Json => {
            let findings: Vec<Value> = indices
                .iter()
                .flat_map(|(key, all)| all.iter().map(|one| finding(&arguments.by, key, one)))
                .collect();
            let text = serde_json::to_string_pretty(
                &json!({ "format": "counterflow concentration 1", "findings": findings }),
            )?;
            output.bytes(format!("{text}\n").as_bytes())?;
        }
        _ => output.table(&table(&arguments.by, &indices))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn groups(frame: &Frame, arguments: &ConcentrationArguments) -> Outcome<BTreeMap<Vec<String>, Group>> {
    let values = frame.numbers(&arguments.value)?;
    let weights = arguments.weights.as_ref().map(|name| frame.numbers(name)).transpose()?;
    let items = arguments.item.as_ref().map(|name| frame.column(name)).transpose()?;
    let by = arguments
        .by
        .iter()
        .map(|name| frame.column(name.trim()))
        .collect::<Outcome<Vec<_>>>()?;
    let mut groups: BTreeMap<Vec<String>, Group> = BTreeMap::new();
    let mut places: BTreeMap<(Vec<String>, String), usize> = BTreeMap::new();
    for row in 0..frame.rows() {
        let key: Vec<String> = by
            .iter()
            .map(|column| column[row].clone().unwrap_or_default())
            .collect();
        let weight = match &weights {
            None => 1.0,
            Some(weights) => weights[row].ok_or_else(|| {
                Failure::because(format!(
                    "{}, line {}: the weight is missing",
                    frame.file, frame.places[row]
                ))
            })?,
        };
        let group = groups.entry(key.clone()).or_default();
        if let Some(items) = items {
            let item = items[row].clone().unwrap_or_default();
            if let Some(&place) = places.get(&(key.clone(), item.clone())) {
                // A sum with a missing part is missing.
                group.0[place] = group.0[place].zip(values[row]).map(|(a, b)| a + b);
                continue;
            }
            places.insert((key, item), group.0.len());
        }
        group.0.push(values[row]);
        group.1.push(weight);
    }
    Ok(groups)
}

fn finding(by: &[String], key: &[String], index: &Index) -> Value {
    let mut object = Map::new();
    for (name, value) in by.iter().zip(key) {
        object.insert(name.clone(), json!(value));
    }
    object.insert("measure".to_owned(), json!(index.measure));
    match &index.estimate {
        Ok(estimate) => object.insert("estimate".to_owned(), json!(estimate)),
        Err(why) => object.insert("undefined".to_owned(), json!(why.to_string())),
    };
    object.insert("n".to_owned(), json!(index.n));
    if let Some(interval) = &index.interval {
        object.insert(
            "interval".to_owned(),
            json!({ "low": interval.low, "high": interval.high, "kind": interval.kind }),
        );
    }
    object.insert("convention".to_owned(), json!(index.convention));
    Value::Object(object)
}

fn table(by: &[String], indices: &[(Vec<String>, Vec<Index>)]) -> Table {
    let mut columns: Vec<(&str, Kind, &str)> = by.iter().map(|name| (name.as_str(), Kind::Text, "")).collect();
    columns.extend([
        ("measure", Kind::Text, ""),
        ("estimate", Kind::Number, ""),
        ("n", Kind::Integer, ""),
        ("undefined", Kind::Text, ""),
        ("convention", Kind::Text, ""),
    ]);
    let mut table = Table::new("concentration", "Concentration", &columns);
    for (key, all) in indices {
        for index in all {
            let mut row: Vec<Cell> = key.iter().map(|text| Cell::Text(text.clone())).collect();
            let convention = index
                .convention
                .iter()
                .map(|(k, v)| format!("{k}: {v}"))
                .collect::<Vec<_>>()
                .join("; ");
            row.push(index.measure.into());
            row.push(index.estimate.as_ref().ok().copied().into());
            row.push(index.n.map(|n| n as i64).into());
            row.push(index.estimate.as_ref().err().map(ToString::to_string).into());
            row.push(convention.into());
            table.push(row);
        }
    }
    table
}
