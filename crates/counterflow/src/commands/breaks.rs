//! `counterflow breaks`: when the coefficients of a regression change, and whether they do.

mod analysis;
mod json;
mod sample;
mod table;

use super::vcov::{self, CovarianceArguments};
use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use crate::output::Output;
use analysis::Analysis;
use clap::{Args, ValueEnum};
use regress::breaks::{Heterogeneity, Trim};
use regress::{Covariance, formula};
use report::Format;
use sample::Sample;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to search for breaks.
#[derive(Args, Debug)]
#[command(
    after_help = "A break's date is the last observation of the old regime; all coefficients change at it.\n\n\
    Examples:\n  counterflow breaks 'flow ~ 1' nile.csv --time year\n  \
    counterflow breaks 'log(usd) ~ year' exports.csv --time year --trim 0.2 --at 2006-10-14,2016\n\n\
    Every field of --format json is in docs/json.md."
)]
pub struct BreaksArguments {
    /// The formula: `flow ~ 1` for a mean, `log(usd) ~ year` for a trend.
    pub formula: String,
    /// A CSV file, or a Parquet file.
    pub file: PathBuf,
    /// The column of times, by which rows are put in order.
    #[arg(long, value_name = "COL")]
    pub time: String,
    /// The least length of a regime: a share below 1, or a number of observations.
    #[arg(long, default_value_t = 0.15, value_name = "H")]
    pub trim: f64,
    /// The most breaks; by default as many as fit, but for one.
    #[arg(long, value_name = "M")]
    pub max_breaks: Option<usize>,
    /// Known dates to test: each the last of the old regime.
    #[arg(long, value_delimiter = ',', value_name = "DATE,...")]
    pub at: Vec<String>,
    /// What the intervals of dates suppose to be the same in all regimes; by default both may differ.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT,...")]
    pub homogeneous: Vec<Homogeneous>,
    /// Narrow the rows: `COLUMN = VALUE`, `COLUMN = FROM..TO`. May be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// The covariance of the Wald tests at known dates: iid, hc0 to hc4, nw, nw:LAG, nw:auto, andrews.
    #[arg(long, default_value = "nw", value_name = "KIND")]
    pub vcov: String,
    #[command(flatten)]
    pub covariance: CovarianceArguments,
}

/// What regimes may have in common.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Homogeneous {
    /// The second moments of the regressors.
    Regressors,
    /// The variance of the errors.
    Errors,
}

/// How breaks are looked for.
pub struct Choices {
    /// The least length of a regime.
    pub trim: Trim,
    /// The most breaks.
    pub max_breaks: Option<usize>,
    /// The covariance of the Wald tests.
    pub covariance: Covariance,
    /// The confidence of intervals.
    pub level: f64,
    /// What may differ between regimes in the intervals of dates.
    pub heterogeneity: Heterogeneity,
}

/// Searches and tests.
pub fn run(arguments: &BreaksArguments, output: &Output) -> Outcome {
    let parsed = formula::parse(&arguments.formula).map_err(|e| Failure::Usage(e.to_string()))?;
    if !parsed.absorbed.is_empty() || parsed.offset.is_some() {
        return Err(Failure::Usage(
            "breaks takes no absorbed effects and no offset: all coefficients change at a break".to_owned(),
        ));
    }
    let asked = arguments.covariance.read(&arguments.vcov)?;
    let choices = Choices {
        trim: trim(arguments.trim)?,
        max_breaks: arguments.max_breaks,
        covariance: vcov::of_a_series(asked, &arguments.vcov)?,
        level: arguments.covariance.level,
        heterogeneity: Heterogeneity {
            regressors: !arguments.homogeneous.contains(&Homogeneous::Regressors),
            errors: !arguments.homogeneous.contains(&Homogeneous::Errors),
        },
    };
    let dates = sample::dates(&arguments.at)?;
    let frame = Frame::read(&arguments.file)?.narrow(&arguments.conditions)?;
    let sample = Sample::of(&frame, arguments, &parsed).map_err(|failure| failure.about(&frame.file))?;
    sample
        .refuse_outside(&dates)
        .map_err(|failure| failure.about(&frame.file))?;
    let analysis = Analysis::of(&sample, &dates, &choices);
    let analysis = analysis.map_err(|error| Failure::from(error).about(&frame.file))?;
    match output.format {
        Format::Json => {
            let value = json::whole(arguments, &sample, &analysis);
            output.bytes(format!("{}\n", serde_json::to_string_pretty(&value)?).as_bytes())?;
        }
        Format::Table => {
            let mut bytes = report::to_bytes(&table::partitions(arguments, &sample, &analysis), Format::Table)?;
            bytes.push(b'\n');
            bytes.extend(report::to_bytes(&table::tests(&sample, &analysis), Format::Table)?);
            output.bytes(&bytes)?;
            super::tell_dropped(&sample.dropped, "", output);
            for reason in analysis.reasons() {
                output.say(&format!("note: {reason}"));
            }
        }
        _ => {
            output.table(&table::tidy(&sample, &analysis))?;
            super::tell_dropped(&sample.dropped, "", output);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A share below one, a whole number from one.
fn trim(h: f64) -> Outcome<Trim> {
    match h {
        share if share > 0.0 && share < 1.0 => Ok(Trim::Share(share)),
        whole if whole >= 1.0 && whole.fract() == 0.0 && whole < 1e9 => Ok(Trim::Observations(whole as usize)),
        other => Err(Failure::Usage(format!(
            "--trim is expected to be a share between 0 and 1 or a whole number of observations, but is {other}"
        ))),
    }
}
