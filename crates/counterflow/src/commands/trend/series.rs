//! The series of a table: times in order with their values.

use super::TrendArguments;
use crate::commands::times::{self, Time};
use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use std::collections::BTreeMap;

/// One series, in order of its times.
pub struct Series {
    /// The values of the columns grouped by.
    pub key: Vec<String>,
    /// The times, rising.
    pub times: Vec<Time>,
    /// The values.
    pub values: Vec<f64>,
    /// The covariates, each a list as long as the values.
    pub covariates: Vec<Vec<f64>>,
    /// Rows that are not used.
    pub dropped: Dropped,
}

impl Series {
    /// The times as numbers.
    pub fn numbers(&self) -> Vec<f64> {
        self.times.iter().map(|time| time.value).collect()
    }

    /// The group in words; empty where there is one series only.
    pub fn called(&self, by: &[String]) -> String {
        let parts: Vec<String> = by.iter().zip(&self.key).map(|(n, v)| format!("{n} = {v}")).collect();
        parts.join(", ")
    }

    /// Whether the steps between times are all the same, but for rounding.
    pub fn is_regular(&self) -> bool {
        let steps: Vec<f64> = self.times.windows(2).map(|w| w[1].value - w[0].value).collect();
        let first = steps.first().copied().unwrap_or(0.0);
        steps
            .iter()
            .all(|step| (step - first).abs() <= 1e-9 * self.times.last().map_or(1.0, |t| t.value.abs().max(1.0)))
    }
}

/// One row that can be used.
struct Row {
    time: Time,
    place: u64,
    value: f64,
    covariates: Vec<f64>,
}

/// Rows that are not used: the reason and their places in the file.
type Dropped = BTreeMap<String, Vec<u64>>;

/// The series of the table, one for each combination of the columns grouped by.
pub fn of(frame: &Frame, arguments: &TrendArguments) -> Outcome<Vec<Series>> {
    let times = times::column(
        frame.column(&arguments.time)?,
        &frame.places,
        &arguments.time,
        &frame.file,
    )?;
    let values = frame.numbers(&arguments.value)?;
    let numbers = |name: &String| frame.numbers(name.trim());
    let covariates = arguments.covariates.iter().map(numbers).collect::<Outcome<Vec<_>>>()?;
    let by = arguments
        .by
        .iter()
        .map(|name| frame.column(name.trim()))
        .collect::<Outcome<Vec<_>>>()?;
    if frame.rows() == 0 {
        return Err(Failure::because(format!("{} has no rows to analyse", frame.file)));
    }
    let mut groups: BTreeMap<Vec<String>, (Vec<Row>, Dropped)> = BTreeMap::new();
    for row in 0..frame.rows() {
        let key = by
            .iter()
            .map(|column| column[row].clone().unwrap_or_default())
            .collect();
        let (rows, dropped) = groups.entry(key).or_default();
        let others: Vec<Option<f64>> = covariates.iter().map(|column| column[row]).collect();
        let missing = match (&times[row], values[row]) {
            (None, _) => Some(&arguments.time),
            (_, None) => Some(&arguments.value),
            _ => others
                .iter()
                .position(Option::is_none)
                .map(|at| &arguments.covariates[at]),
        };
        match (missing, &times[row], values[row]) {
            (None, Some(time), Some(value)) => rows.push(Row {
                time: time.clone(),
                place: frame.places[row],
                value,
                covariates: others.into_iter().flatten().collect(),
            }),
            (name, ..) => {
                let reason = format!("{} is missing", name.map_or("a value", String::as_str));
                dropped.entry(reason).or_default().push(frame.places[row]);
            }
        }
    }
    groups
        .into_iter()
        .map(|(key, (rows, dropped))| series(key, rows, dropped, arguments, &frame.file))
        .collect()
}

fn series(
    key: Vec<String>,
    mut rows: Vec<Row>,
    dropped: Dropped,
    arguments: &TrendArguments,
    file: &str,
) -> Outcome<Series> {
    rows.sort_by(|a, b| a.time.value.total_cmp(&b.time.value).then(a.place.cmp(&b.place)));
    let places: Vec<u64> = rows.iter().map(|row| row.place).collect();
    let covariates = (0..arguments.covariates.len())
        .map(|j| rows.iter().map(|row| row.covariates[j]).collect())
        .collect();
    let values = rows.iter().map(|row| row.value).collect();
    let series = Series {
        key,
        times: rows.into_iter().map(|row| row.time).collect(),
        values,
        covariates,
        dropped,
    };
    let called = series.called(&arguments.by);
    let what = if called.is_empty() {
        called
    } else {
        format!(" where {called}")
    };
    times::refuse_repeats(&series.times, &places, file, &what)?;
    Ok(series)
}
