//! `counterflow fit`: a regression on any table.

mod convention;
mod diagnostics;
mod fitted;
mod print;
mod sample;

use super::vcov::{Asked, CovarianceArguments};
use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use crate::output::Output;
use clap::{Args, ValueEnum};
use convention::{PresetName, WildName};
use diagnostics::DeterministicName;
use fitted::Fitted;
use regress::formula;
use report::Format;
use sample::Sample;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// What to fit.
#[derive(Args, Debug)]
#[command(
    after_help = "Formulas: terms are joined by `+`; `0 +` or `- 1` leaves the constant out; `a:b` is a product, \
    `a*b` stands for `a + b + a:b`; `i(col)` and `i(col, ref = level)` make dummies, as does a column of texts (R's coding in interactions); \
    log, log10, log2, log1p, exp, sqrt, abs; arithmetic stands inside `I(...)`, as in `I(x^2)`; `offset(log(x))` has no coefficient; \
    fixed effects stand after `|`, `a^b` being one effect of their combinations; names with other characters stand in \
    backquotes, levels in quotes.\n\n\
    Examples:\n  counterflow fit 'log(exports) ~ year' table.csv --vcov nw:4\n  \
    counterflow fit 'y ~ x' table.csv --vcov nw:auto --kernel qs --prewhiten 1\n  \
    counterflow fit 'trade ~ log(distance) | exporter^year + importer^year' panel.parquet --family poisson \
    --vcov cluster:exporter+importer\n\n\
    Every field of --format json is in docs/json.md."
)]
pub struct FitArguments {
    /// The formula: `log(y) ~ x1 + x2 + i(year) | exporter + importer`, with fixed effects after the bar.
    pub formula: String,
    /// A CSV file, or a Parquet file.
    pub file: PathBuf,
    /// What is fitted.
    #[arg(long, value_enum, default_value = "gaussian")]
    pub family: Family,
    /// The covariance of the coefficients: iid, hc0 to hc4 (from hc2 on without absorbed effects), nw, nw:LAG, nw:auto, andrews, dk:TIME,
    /// dk:TIME:LAG, panel-nw:UNIT+TIME, panel-nw:UNIT+TIME:LAG, cluster:COL+COL, wild:COL;
    /// COL^COL are the combinations of two columns.
    #[arg(long, default_value = "iid", value_name = "KIND")]
    pub vcov: String,
    #[command(flatten)]
    pub covariance: CovarianceArguments,
    /// Do as this package does: small-sample factor, parameters counted, lag rules, reference
    /// distribution, information criteria; `--vcov robust` is its own choice against heteroskedasticity.
    #[arg(long, value_enum, value_name = "PACKAGE")]
    pub preset: Option<PresetName>,
    /// The draws of the wild bootstrap.
    #[arg(long, default_value_t = 9_999, value_name = "N")]
    pub draws: usize,
    /// The weights of the wild bootstrap's clusters.
    #[arg(long, value_enum, default_value = "rademacher", value_name = "WEIGHTS")]
    pub wild_weights: WildName,
    /// The seed of the wild bootstrap; the same seed gives the same numbers.
    #[arg(long, default_value_t = 1, value_name = "SEED")]
    pub seed: u64,
    /// A column of weights: inverse to error variances, or with poisson multiples of each row's log-likelihood.
    #[arg(long, value_name = "COL")]
    pub weights: Option<String>,
    /// A column of times by which rows are put in order, for nw and the tests of autocorrelation;
    /// by default they stand in the file's order.
    #[arg(long, value_name = "COL")]
    pub time: Option<String>,
    /// Narrow the rows: `COLUMN = VALUE`, `COLUMN = FROM..TO`. May be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// Test the residuals (the JSON has these tests without being asked, but for large tables).
    #[arg(long)]
    pub diagnostics: bool,
    /// The lags of all diagnostics; by default each has its own rule, which the output states.
    #[arg(long, value_name = "N")]
    pub lags: Option<usize>,
    /// The deterministic terms of the unit-root tests among the diagnostics.
    #[arg(long, value_enum, default_value = "constant", value_name = "TERMS")]
    pub deterministic: DeterministicName,
}

/// What a regression fits.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Least squares.
    Gaussian,
    /// Poisson pseudo-maximum likelihood: the mean is exp of the terms.
    Poisson,
}

impl Family {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Family::Gaussian => "gaussian",
            Family::Poisson => "poisson",
        }
    }

    /// As conventions take it.
    pub fn family(self) -> regress::Family {
        match self {
            Family::Gaussian => regress::Family::Gaussian,
            Family::Poisson => regress::Family::Poisson,
        }
    }

    /// The estimator in words.
    pub fn describe(self) -> &'static str {
        match self {
            Family::Gaussian => "least squares",
            Family::Poisson => "Poisson pseudo-maximum likelihood",
        }
    }
}

/// Fits and prints the coefficients, or everything as JSON.
pub fn run(arguments: &FitArguments, output: &Output) -> Outcome {
    let parsed = formula::parse(&arguments.formula).map_err(|e| Failure::Usage(e.to_string()))?;
    let asked = arguments.covariance.read(&arguments.vcov)?;
    let frame = Frame::read(&arguments.file)?.narrow(&arguments.conditions)?;
    // The estimators know no file.
    fit(arguments, &parsed, asked, &frame, output).map_err(|failure| failure.about(&frame.file))
}

fn fit(arguments: &FitArguments, parsed: &formula::Formula, asked: Asked, frame: &Frame, output: &Output) -> Outcome {
    let sample = Sample::of(frame, arguments, parsed)?;
    let mut fitted = match arguments.family {
        Family::Gaussian => Fitted::gaussian(&sample)?,
        Family::Poisson => Fitted::poisson(&sample)?,
    };
    if let Some(preset) = arguments.preset {
        fitted.count_as(preset.preset(), arguments.family.family());
    }
    let errors = convention::errors(asked, &fitted, &sample, frame, arguments)?;
    if fitted.least_squares().is_some_and(regress::Fit::is_essentially_perfect) {
        output.warn("note: nothing is left of the response but rounding: errors and tests mean nothing");
    }
    match output.format {
        Format::Json => {
            let value = print::json(arguments, &fitted, &errors, diagnosed(arguments, &fitted, &sample));
            output.bytes(format!("{}\n", serde_json::to_string_pretty(&value)?).as_bytes())?;
        }
        format => {
            let people = format == Format::Table;
            let table = print::table(&errors.terms, &fitted, &errors.estimate.record, !people);
            let mut bytes = Vec::new();
            if people {
                bytes.extend(print::header(arguments, &fitted, &errors.estimate.record).into_bytes());
            }
            bytes.extend(report::to_bytes(&table, format)?);
            if people && arguments.diagnostics {
                let tests = diagnostics::table(&diagnosed(arguments, &fitted, &sample));
                bytes.push(b'\n');
                bytes.extend(report::to_bytes(&tests, format)?);
            }
            output.bytes(&bytes)?;
            super::tell_dropped(&fitted.dropped, "", output);
            for collinear in &fitted.collinear {
                output.warn(&format!("note: left out as collinear: {collinear}"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn diagnosed(arguments: &FitArguments, fitted: &Fitted, sample: &Sample) -> Value {
    if !arguments.diagnostics && !diagnostics::quick(sample) {
        return json!({ "undefined": "not computed for a table of this size; ask for them with --diagnostics" });
    }
    diagnostics::json(fitted, sample, arguments.lags, arguments.deterministic)
}
