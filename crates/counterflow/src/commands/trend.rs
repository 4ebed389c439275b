//! `counterflow trend`: how a series grows, and whether it does.

mod analysis;
mod json;
mod line;
mod seasons;
mod series;
mod table;

use super::vcov::{self, CovarianceArguments};
use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use crate::output::Output;
use analysis::Analysis;
use clap::Args;
use regress::Covariance;
use report::Format;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to fit and test.
#[derive(Args, Debug)]
#[command(
    after_help = "Times are years (or any numbers), 2003-07 (or 200307), 2003Q3 or 2003-07-31; gaps between them count as they are.\n\
    Slopes are per unit of time: per year where times are months, quarters or days.\n\n\
    Examples:\n  counterflow trend exports.csv --time year --value usd\n  \
    counterflow trend monthly.csv --time month --value usd --by partner --vcov nw:auto\n\n\
    Every field of --format json is in docs/json.md."
)]
pub struct TrendArguments {
    /// A CSV file, or a Parquet file.
    pub file: PathBuf,
    /// The column of times.
    #[arg(long, value_name = "COL")]
    pub time: String,
    /// The column of values.
    #[arg(long, value_name = "COL")]
    pub value: String,
    /// Columns to group by: a series for each combination, and a regional test over them.
    #[arg(long, value_delimiter = ',', value_name = "COL,...")]
    pub by: Vec<String>,
    /// Narrow the rows: `COLUMN = VALUE`, `COLUMN = FROM..TO`. May be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// Columns that a partial Mann-Kendall test takes out.
    #[arg(long, value_delimiter = ',', value_name = "COL,...")]
    pub covariates: Vec<String>,
    /// The seasons of a cycle; by default 12 for months and 4 for quarters.
    #[arg(long, value_name = "N")]
    pub period: Option<u32>,
    /// The covariance of the lines: iid, hc0 to hc4, nw, nw:LAG, nw:auto, andrews.
    #[arg(long, default_value = "nw", value_name = "KIND")]
    pub vcov: String,
    #[command(flatten)]
    pub covariance: CovarianceArguments,
}

/// How the series are analysed.
pub struct Choices {
    /// The covariance of the lines.
    pub covariance: Covariance,
    /// The distribution of their statistics, where it was asked for.
    pub reference: Option<vcov::ReferenceName>,
    /// The confidence of intervals.
    pub level: f64,
    /// The seasons of a cycle, where they were asked for.
    pub period: Option<u32>,
}

/// Analyses each series of the file.
pub fn run(arguments: &TrendArguments, output: &Output) -> Outcome {
    let asked = arguments.covariance.read(&arguments.vcov)?;
    let choices = Choices {
        covariance: vcov::of_a_series(asked, &arguments.vcov)?,
        reference: arguments.covariance.reference,
        level: arguments.covariance.level,
        period: arguments.period,
    };
    if choices.period.is_some_and(|period| period < 2) {
        return Err(Failure::Usage(
            "--period takes the seasons of a cycle, from 2".to_owned(),
        ));
    }
    let frame = Frame::read(&arguments.file)?.narrow(&arguments.conditions)?;
    let series = series::of(&frame, arguments)?;
    let analyses: Vec<Analysis> = series.iter().map(|one| Analysis::of(one, &choices)).collect();
    let regional = (!arguments.by.is_empty()).then(|| analysis::regional(&series));
    let whole = output.format != Format::Table;
    let table = table::of(arguments, &series, &analyses, regional.as_ref(), whole);
    super::refuse_nothing(&table, &frame.file, &table::reasons(&series, &analyses))?;
    match output.format {
        Format::Json => {
            let value = json::whole(arguments, &series, &analyses, regional.as_ref());
            output.bytes(format!("{}\n", serde_json::to_string_pretty(&value)?).as_bytes())?;
        }
        _ => {
            output.table(&table)?;
            for reason in table::reasons(&series, &analyses) {
                output.say(&format!("note: {reason}"));
            }
            for one in &series {
                super::tell_dropped(&one.dropped, &one.called(&arguments.by), output);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
