//! `counterflow fit`: a regression on any table.

mod fitted;

use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use crate::output::Output;
use clap::{Args, ValueEnum};
use fitted::{Fitted, Sample};
use model::{Cell, Kind, Table};
use regress::{Cluster, ClusterAdjustment, Coefficient, Covariance, Kernel, Lag, NeweyWest, Way, formula};
use report::Format;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to fit.
#[derive(Args, Debug)]
pub struct FitArguments {
    /// The formula: `log(y) ~ x1 + x2 + i(year) | exporter + importer`, with fixed effects after the bar.
    pub formula: String,
    /// A CSV file, or a dataset's Parquet file.
    pub file: PathBuf,
    /// What is fitted.
    #[arg(long, value_enum, default_value = "gaussian")]
    pub family: Family,
    /// The covariance of the coefficients: iid, hc0 to hc4, nw, nw:LAG, nw:auto, andrews, cluster:COL+COL.
    #[arg(long, default_value = "iid")]
    pub vcov: String,
    /// A column of weights.
    #[arg(long, value_name = "COL")]
    pub weights: Option<String>,
    /// Narrow the rows: `COLUMN = VALUE`, `COLUMN = FROM..TO`. May be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
}

/// What a regression fits.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Family {
    /// Least squares.
    Gaussian,
    /// Poisson pseudo-maximum likelihood: the mean is exp of the terms.
    Poisson,
}

/// Fits and prints the coefficients, or everything as JSON.
pub fn run(arguments: &FitArguments, output: &Output) -> Outcome {
    let parsed = formula::parse(&arguments.formula).map_err(|e| Failure::Usage(e.to_string()))?;
    let frame = Frame::read(&arguments.file)?.narrow(&arguments.conditions)?;
    // The estimators know no file.
    fit(arguments, &parsed, &frame, output).map_err(|failure| failure.about(&frame.file))
}

fn fit(arguments: &FitArguments, parsed: &formula::Formula, frame: &Frame, output: &Output) -> Outcome {
    let built = columns(frame, &arguments.formula)?.build(parsed)?;
    let weights = arguments
        .weights
        .as_deref()
        .map(|name| frame.numbers(name))
        .transpose()?;
    let sample = Sample::of(built, weights.as_deref(), &frame.places);
    let fitted = match arguments.family {
        Family::Gaussian => Fitted::gaussian(&sample)?,
        Family::Poisson => Fitted::poisson(&sample)?,
    };
    let vcov = covariance(&arguments.vcov, frame, &sample)?;
    let estimate = fitted.covariance(&vcov)?;
    let terms = regress::table(&fitted.terms, &fitted.coefficients, &estimate, 0.95)?;
    match output.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&as_json(&fitted, &estimate.record, &terms))?;
            output.bytes(format!("{text}\n").as_bytes())?;
        }
        _ => {
            output.table(&table(&terms))?;
            tell(&fitted, &estimate.record, output);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The table's columns as the estimators take them. A column of numbers with a slip in it is an
/// error that names the line where the formula uses it; it is never taken for text.
fn columns(frame: &Frame, formula: &str) -> Outcome<formula::Frame> {
    let mut columns = formula::Frame::default();
    for (name, cells) in frame.names.iter().zip(&frame.columns) {
        let number = |cell: &Option<String>| {
            cell.as_ref()
                .is_some_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite))
        };
        let texts = cells.iter().flatten().count();
        let numbers = cells.iter().filter(|cell| number(cell)).count();
        if numbers == texts {
            columns.add(name, formula::Column::Numbers(frame.numbers(name)?))?;
        } else if numbers == 0 {
            columns.add(name, formula::Column::Texts(cells.clone()))?;
        } else if formula.contains(name.as_str()) {
            frame.numbers(name)?;
        }
    }
    Ok(columns)
}

fn covariance(text: &str, frame: &Frame, sample: &Sample) -> Outcome<Covariance> {
    let newey_west = |lag| {
        Covariance::NeweyWest(NeweyWest {
            lag,
            ..NeweyWest::default()
        })
    };
    Ok(match text {
        "iid" => Covariance::Iid,
        "hc0" => Covariance::Hc0,
        "hc1" => Covariance::Hc1,
        "hc2" => Covariance::Hc2,
        "hc3" => Covariance::Hc3,
        "hc4" => Covariance::Hc4,
        "nw" => newey_west(Lag::FourNinths),
        "nw:auto" => newey_west(Lag::NeweyWest1994Lag),
        "andrews" => Covariance::NeweyWest(NeweyWest {
            lag: Lag::Andrews1991,
            kernel: Kernel::QuadraticSpectral,
            ..NeweyWest::default()
        }),
        other => {
            let wrong = || {
                Failure::Usage(format!(
                    "--vcov is expected to be iid, hc0 to hc4, nw, nw:LAG, nw:auto, andrews or cluster:COL+COL, but is `{text}`"
                ))
            };
            if let Some(names) = other.strip_prefix("cluster:") {
                let ways = names
                    .split('+')
                    .map(|name| way(name.trim(), frame, sample))
                    .collect::<Outcome<Vec<_>>>()?;
                return Ok(Covariance::Cluster(Cluster {
                    ways,
                    adjustment: ClusterAdjustment::Stata,
                    smallest: false,
                }));
            }
            let lag = other
                .strip_prefix("nw:")
                .and_then(|lag| lag.parse().ok())
                .ok_or_else(wrong)?;
            newey_west(Lag::Fixed(lag))
        }
    })
}

/// The groups of a column's values over the rows used, numbered as they come.
fn way(name: &str, frame: &Frame, sample: &Sample) -> Outcome<Way> {
    let cells = frame.column(name)?;
    let mut known = BTreeMap::new();
    let mut groups = Vec::new();
    for &row in &sample.rows {
        let next = known.len() as u32;
        let cell = cells[row].as_ref().ok_or_else(|| {
            Failure::because(format!(
                "{}, line {}, column `{name}`: the cluster is missing",
                frame.file, frame.places[row]
            ))
        })?;
        groups.push(*known.entry(cell.as_str()).or_insert(next));
    }
    Ok(Way {
        name: name.to_owned(),
        groups,
    })
}

fn table(terms: &[Coefficient]) -> Table {
    let number = |name| (name, Kind::Number, "");
    let columns = [
        ("term", Kind::Text, ""),
        number("estimate"),
        number("std_error"),
        number("statistic"),
        number("p_value"),
        number("conf_low"),
        number("conf_high"),
    ];
    let mut table = Table::new("fit", "Coefficients", &columns);
    for t in terms {
        table.push(vec![
            Cell::Text(t.term.clone()),
            t.estimate.into(),
            t.std_error.into(),
            t.statistic.into(),
            t.p_value.into(),
            t.conf_low.into(),
            t.conf_high.into(),
        ]);
    }
    table
}

fn tell(fitted: &Fitted, record: &regress::CovarianceRecord, output: &Output) {
    let lag = record.lag.map(|lag| format!(", lag {lag}")).unwrap_or_default();
    let measures = fitted
        .measures
        .iter()
        .filter_map(|(name, value)| Some(format!("{name} = {:.6}", value.as_f64()?)));
    output.say(&format!(
        "n = {}; {}; covariance {}{lag}, factor {}, {} distribution",
        fitted.observations,
        measures.collect::<Vec<_>>().join(", "),
        record.kind,
        record.adjustment,
        record.reference,
    ));
    for (why, places) in &fitted.dropped {
        output.say(&format!("note: {} rows not used: {why}", places.len()));
    }
    for collinear in &fitted.collinear {
        output.say(&format!("note: left out as collinear: {collinear}"));
    }
}

fn as_json(fitted: &Fitted, record: &regress::CovarianceRecord, terms: &[Coefficient]) -> Value {
    let rows = fitted
        .dropped
        .iter()
        .map(|(why, rows)| json!({ "what": "rows", "reason": why, "rows": rows }));
    let collinear = fitted
        .collinear
        .iter()
        .map(|c| json!({ "what": "term", "term": c.term, "reason": format!("collinear: {c}"), "rows": [] }));
    json!({
        "format": "counterflow fit 1",
        "nobs": fitted.observations,
        "dropped": rows.chain(collinear).collect::<Vec<_>>(),
        "terms": terms.iter().map(|t| json!({
            "term": t.term,
            "estimate": t.estimate,
            "std_error": t.std_error,
            "statistic": t.statistic,
            "p_value": t.p_value,
            "conf_low": t.conf_low,
            "conf_high": t.conf_high,
        })).collect::<Vec<_>>(),
        "fit": fitted.measures.iter().cloned().collect::<serde_json::Map<String, Value>>(),
        "covariance": {
            "type": record.kind,
            "kernel": record.kernel,
            "bandwidth_rule": record.bandwidth_rule,
            "bandwidth": record.bandwidth,
            "lag": record.lag,
            "prewhitening": record.prewhitening,
            "adjustment": record.adjustment,
            "factor": record.factor,
            "clusters": record.clusters.iter().map(|(name, n)| json!({ "name": name, "groups": n })).collect::<Vec<_>>(),
            "df": record.df,
            "reference": record.reference,
        },
    })
}
