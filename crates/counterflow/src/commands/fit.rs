//! `counterflow fit`: a regression on any table.

use crate::cli::FitArguments;
use crate::fail::{Failure, Outcome};
use crate::formula::{Chosen, Formula};
use crate::frame::Frame;
use crate::output::Output;
use model::{Cell, Kind, Table};
use regress::{Coefficient, Covariance, CovarianceEstimate, Fit, Lag, NeweyWest, coefficient_table, ols, wls};
use report::Format;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Fits and prints the coefficients, or everything as JSON.
pub fn run(arguments: &FitArguments, output: &Output) -> Outcome {
    let formula = Formula::parse(&arguments.formula)?;
    let vcov = covariance(&arguments.vcov)?;
    let frame = Frame::read(&arguments.file)?.narrow(&arguments.conditions)?;
    let chosen = formula.choose(&frame, arguments.weights.as_deref())?;
    let fit = match &chosen.weights {
        None => ols(&chosen.design, &chosen.y)?,
        Some(weights) => wls(&chosen.design, &chosen.y, weights)?,
    };
    let estimate = fit.covariance(&vcov)?;
    let terms = coefficient_table(&fit, &estimate, 0.95)?;
    match output.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&json(&chosen, &fit, &estimate, &terms))?;
            output.bytes(format!("{text}\n").as_bytes())?;
        }
        _ => {
            output.table(&table(&terms))?;
            tell(&chosen, &fit, &estimate, output);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn covariance(text: &str) -> Outcome<Covariance> {
    let wrong = || Failure::Usage(format!("--vcov is expected to be iid, hc0 to hc4, nw or nw:LAG, but is `{text}`"));
    Ok(match text {
        "iid" => Covariance::Iid,
        "hc0" => Covariance::Hc0,
        "hc1" => Covariance::Hc1,
        "hc2" => Covariance::Hc2,
        "hc3" => Covariance::Hc3,
        "hc4" => Covariance::Hc4,
        "nw" => Covariance::NeweyWest(NeweyWest::default()),
        other => {
            let lag = other.strip_prefix("nw:").and_then(|lag| lag.parse().ok()).ok_or_else(wrong)?;
            Covariance::NeweyWest(NeweyWest { lag: Lag::Fixed(lag), ..NeweyWest::default() })
        }
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

fn tell(chosen: &Chosen, fit: &Fit, estimate: &CovarianceEstimate, output: &Output) {
    let shown = |x: Option<f64>| x.map_or_else(|| "undefined".to_owned(), |x| format!("{x:.6}"));
    let record = &estimate.record;
    let lag = record.lag.map(|lag| format!(", lag {lag}")).unwrap_or_default();
    output.say(&format!(
        "n = {}, df = {}, R2 = {} ({}), sigma = {}; covariance {}{lag}, factor {}, {} distribution",
        fit.observations,
        fit.df_residual,
        shown(fit.r_squared),
        if fit.has_constant { "centred" } else { "uncentred" },
        shown(fit.sigma),
        record.kind,
        record.adjustment,
        record.reference,
    ));
    for (why, places) in &chosen.dropped {
        output.say(&format!("note: {} rows not used: {why}", places.len()));
    }
    for collinear in &fit.collinear {
        output.say(&format!("note: left out as collinear: {collinear}"));
    }
}

fn json(chosen: &Chosen, fit: &Fit, estimate: &CovarianceEstimate, terms: &[Coefficient]) -> Value {
    let record = &estimate.record;
    let mut dropped: Vec<Value> =
        chosen.dropped.iter().map(|(why, rows)| json!({ "what": "rows", "reason": why, "rows": rows })).collect();
    dropped.extend(fit.collinear.iter().map(|c| json!({ "what": "term", "term": c.term, "reason": format!("collinear: {c}"), "rows": [] })));
    json!({
        "format": "counterflow fit 1",
        "nobs": fit.observations,
        "dropped": dropped,
        "terms": terms.iter().map(|t| json!({
            "term": t.term,
            "estimate": t.estimate,
            "std_error": t.std_error,
            "statistic": t.statistic,
            "p_value": t.p_value,
            "conf_low": t.conf_low,
            "conf_high": t.conf_high,
        })).collect::<Vec<_>>(),
        "fit": {
            "r_squared": fit.r_squared,
            "r_squared_kind": if fit.has_constant { "centred" } else { "uncentred" },
            "adj_r_squared": fit.adj_r_squared,
            "sigma": fit.sigma,
            "f_statistic": fit.f_test.map(|f| f.statistic),
            "f_p_value": fit.f_test.map(|f| f.p_value),
            "df_residual": fit.df_residual,
            "log_lik": fit.log_lik,
            "aic": fit.aic,
            "bic": fit.bic,
            "deviance": fit.rss,
        },
        "covariance": {
            "type": record.kind,
            "kernel": record.kernel,
            "bandwidth_rule": record.bandwidth_rule,
            "bandwidth": record.bandwidth,
            "lag": record.lag,
            "prewhitening": record.prewhitening,
            "adjustment": record.adjustment,
            "factor": record.factor,
            "df": record.df,
            "reference": record.reference,
        },
    })
}
