//! What the JSON of several commands has in common.

use regress::Coefficient;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The value, or `{"undefined": reason}`.
pub fn or_undefined<E: ToString>(result: Result<Value, E>) -> Value {
    result.unwrap_or_else(|reason| json!({ "undefined": reason.to_string() }))
}

/// Rows that are not used, each reason with its rows' places in the file.
pub fn dropped(dropped: &BTreeMap<String, Vec<u64>>) -> Value {
    dropped
        .iter()
        .map(|(reason, rows)| json!({ "what": "rows", "reason": reason, "rows": rows }))
        .collect()
}

/// A row of a coefficient table; an interval may have no end.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The term.
    pub term: String,
    /// Its estimate.
    pub estimate: f64,
    /// The standard error, or why there is none.
    pub std_error: Result<f64, String>,
    /// The estimate over its error.
    pub statistic: Option<f64>,
    /// The two-sided p-value.
    pub p_value: Option<f64>,
    /// The lower end of the interval.
    pub conf_low: Option<f64>,
    /// The upper end.
    pub conf_high: Option<f64>,
}

impl From<Coefficient> for Term {
    fn from(row: Coefficient) -> Self {
        Term {
            term: row.term,
            estimate: row.estimate,
            std_error: Ok(row.std_error),
            statistic: row.statistic,
            p_value: row.p_value,
            conf_low: Some(row.conf_low),
            conf_high: Some(row.conf_high),
        }
    }
}

impl Term {
    /// A term whose error is not defined, and why.
    pub fn without_error(term: &str, estimate: f64, reason: String) -> Self {
        Term {
            term: term.to_owned(),
            estimate,
            std_error: Err(reason),
            statistic: None,
            p_value: None,
            conf_low: None,
            conf_high: None,
        }
    }
}

/// A coefficient table in broom's words.
pub fn terms(terms: &[Term]) -> Value {
    terms
        .iter()
        .map(|t| {
            json!({
                "term": t.term,
                "estimate": t.estimate,
                "std_error": or_undefined(t.std_error.clone().map(Value::from)),
                "statistic": t.statistic,
                "p_value": t.p_value,
                "conf_low": t.conf_low,
                "conf_high": t.conf_high,
            })
        })
        .collect()
}
