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

/// A coefficient table in broom's words.
pub fn terms(terms: &[Coefficient]) -> Value {
    terms
        .iter()
        .map(|t| {
            json!({
                "term": t.term,
                "estimate": t.estimate,
                "std_error": t.std_error,
                "statistic": t.statistic,
                "p_value": t.p_value,
                "conf_low": t.conf_low,
                "conf_high": t.conf_high,
            })
        })
        .collect()
}
