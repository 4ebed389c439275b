//! The results of `fit` as JSON and as tables.

use super::FitArguments;
use super::convention::Errors;
use super::fitted::Fitted;
use crate::commands::{json as shared, vcov};
use model::{Cell, Kind, Table};
use regress::CovarianceRecord;
use serde_json::{Value, json};
use shared::Term;

/// The whole answer; docs/json.md names every field.
pub fn json(arguments: &FitArguments, fitted: &Fitted, errors: &Errors, diagnostics: Value) -> Value {
    let mut dropped = shared::dropped(&fitted.dropped);
    if let Some(list) = dropped.as_array_mut() {
        list.extend(
            fitted
                .collinear
                .iter()
                .map(|c| json!({ "what": "term", "term": c.term, "reason": format!("collinear: {c}"), "rows": [] })),
        );
    }
    let mut fit = fitted.measures.json();
    let wald = fitted.wald(&errors.estimate).map(|test| {
        json!({ "statistic": test.f, "chi_squared": test.chi_squared, "df1": test.df1, "df2": test.df2, "p_value": test.p_value })
    });
    fit.insert("wald".to_owned(), shared::or_undefined(wald));
    let mut covariance = vcov::record(&errors.estimate.record);
    covariance["matrix"] = matrix(errors.estimate.rows());
    covariance["preset"] = json!(arguments.preset.map(|preset| preset.preset().name()));
    if let Some((draws, enumerated)) = errors.bootstrap {
        covariance["draws"] = json!(draws);
        covariance["enumerated"] = json!(enumerated);
        covariance["seed"] = json!(arguments.seed);
    }
    json!({
        "format": "counterflow fit 2",
        "formula": arguments.formula,
        "family": arguments.family.name(),
        "weights": arguments.weights,
        "time": arguments.time,
        "nobs": fitted.observations,
        "dropped": dropped,
        "terms": shared::terms(&errors.terms),
        "conf_level": arguments.covariance.level,
        "fit": fit,
        "covariance": covariance,
        "diagnostics": diagnostics,
    })
}

/// The matrix by rows, in the order of the terms; of many terms it would dwarf the rest.
fn matrix(rows: Vec<Vec<f64>>) -> Value {
    const MOST: usize = 200;
    match rows.len() {
        k if k > MOST => json!({ "undefined": format!("not written for more than {MOST} terms") }),
        _ => json!(rows),
    }
}

/// The lines above the table: what was fitted, how well, and under which covariance.
pub fn header(arguments: &FitArguments, fitted: &Fitted, record: &CovarianceRecord) -> String {
    let m = &fitted.measures;
    let mut parts = vec![format!("n = {}", fitted.observations)];
    let mut add = |name: &str, value: Option<f64>| {
        parts.extend(value.map(|value| format!("{name} = {}", report::significant(value, 6))));
    };
    let name = match m.r_squared {
        Some((_, "uncentred")) => "R2 (uncentred)",
        _ => "R2",
    };
    add(name, m.r_squared.map(|r| r.0));
    add("adjusted R2", m.adj_r_squared);
    add("within R2", m.r_squared_within);
    add("pseudo R2", m.pseudo_r_squared);
    add("sigma", m.sigma);
    if let Some(f) = m.f {
        let p = report::significant(f.p_value, 3);
        parts.push(format!(
            "F({}, {}) = {} (p = {p})",
            f.df1,
            f.df2,
            report::significant(f.statistic, 6)
        ));
    }
    let mut add = |name: &str, value: Option<f64>| {
        parts.extend(value.map(|value| format!("{name} = {}", report::significant(value, 6))));
    };
    add("log-likelihood", m.log_lik);
    if m.pseudo_r_squared.is_some() {
        add("deviance", m.deviance);
    }
    if let Some(counting) = m.absorbed_counting {
        parts.push(format!("{} absorbed parameters ({counting})", m.absorbed_parameters));
    }
    format!(
        "{}\n{}{}\n{}\ncovariance: {}{}\n\n",
        arguments.formula,
        arguments.family.describe(),
        arguments
            .weights
            .as_ref()
            .map(|w| format!(", weighted by {w}"))
            .unwrap_or_default(),
        parts.join("; "),
        vcov::describe(record),
        arguments
            .preset
            .map(|p| format!("; as in {}", p.preset().name()))
            .unwrap_or_default(),
    )
}

/// The coefficients; conventions beside them in files, where a row should stand for itself.
pub fn table(terms: &[Term], fitted: &Fitted, record: &CovarianceRecord, conventions: bool) -> Table {
    let number = |name| (name, Kind::Number, "");
    let mut columns = vec![
        ("term", Kind::Text, ""),
        number("estimate"),
        number("std_error"),
        number("statistic"),
        number("p_value"),
        number("conf_low"),
        number("conf_high"),
    ];
    if conventions {
        columns.extend([
            ("nobs", Kind::Integer, ""),
            ("type", Kind::Text, ""),
            ("kernel", Kind::Text, ""),
            number("bandwidth"),
            ("lag", Kind::Integer, ""),
            ("prewhitening", Kind::Integer, ""),
            ("adjustment", Kind::Text, ""),
            number("df"),
            ("reference", Kind::Text, ""),
        ]);
    }
    let mut table = Table::new("fit", "", &columns);
    for t in terms {
        let mut row = vec![
            Cell::Text(t.term.clone()),
            t.estimate.into(),
            t.std_error.as_ref().ok().copied().into(),
            t.statistic.into(),
            t.p_value.into(),
            t.conf_low.into(),
            t.conf_high.into(),
        ];
        if conventions {
            row.extend([
                Cell::Integer(fitted.observations as i64),
                record.kind.as_str().into(),
                record.kernel.clone().into(),
                record.bandwidth.into(),
                record.lag.map(|lag| lag as i64).into(),
                Cell::Integer(record.prewhitening as i64),
                record.adjustment.as_str().into(),
                record.df.into(),
                record.reference.as_str().into(),
            ]);
        }
        table.push(row);
    }
    table
}
