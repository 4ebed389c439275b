use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a finding is about (`flow`, `partner`, `period`, `product`, ...), by name.
pub type Labels = BTreeMap<String, String>;

/// One estimated number, with its interval and the convention behind it.
///
/// Its identity is (scenario, model, measure, labels): two findings that share it are a
/// defect of the model. A convention is part of the result, never a hidden default: which
/// estimator, covariance, lag, small-sample factor, universe, zero policy, logarithm base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The scenario's name; filled in by the runner.
    pub scenario: String,
    /// The model's name; filled in by the runner.
    pub model: String,
    /// What was estimated, in the field's words: `hhi`, `partner_share`, `growth`.
    pub measure: String,
    /// What it is about.
    pub labels: Labels,
    /// The number, or why there is none.
    pub value: Value,
    /// The interval, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub interval: Option<Interval>,
    /// The unit: `USD`, `share`, `ratio`, `per year`, `1`.
    pub unit: String,
    /// The convention, by name: `estimator`, `covariance`, `universe`, ...
    pub convention: Labels,
    /// How exactly a recomputation must agree.
    pub tolerance: Tolerance,
}

/// A number, or the reason why there is none. Never NaN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// The estimate.
    Estimate(f64),
    /// Not determined by the data, and why.
    Undefined(String),
}

/// An interval and what it means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// What it is: `95% confidence`, `bounds under incomplete coverage`, ...
    pub kind: String,
}

/// How exactly a recomputation must agree with a published finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// The same number: sums, counts and what follows from them by exact steps.
    Exact,
    /// Relative difference of at most 1e-9: what goes through logarithms or a decomposition.
    Relative,
    /// Agreement within 1 per cent: what rests on random draws.
    MonteCarlo,
}

impl Finding {
    /// A finding of `measure`, without labels, interval or convention as yet.
    /// A value that is not finite becomes [`Value::Undefined`].
    pub fn new(measure: &str, unit: &str, value: f64) -> Self {
        let value = if value.is_finite() {
            Value::Estimate(value)
        } else {
            Value::Undefined("the computation overflowed or divided by zero".to_owned())
        };
        Self::with_value(measure, unit, value)
    }

    /// A finding that the data do not determine, and why.
    pub fn undefined(measure: &str, unit: &str, reason: impl Into<String>) -> Self {
        Self::with_value(measure, unit, Value::Undefined(reason.into()))
    }

    fn with_value(measure: &str, unit: &str, value: Value) -> Self {
        Finding {
            scenario: String::new(),
            model: String::new(),
            measure: measure.to_owned(),
            labels: Labels::new(),
            value,
            interval: None,
            unit: unit.to_owned(),
            convention: Labels::new(),
            tolerance: Tolerance::Relative,
        }
    }

    /// Says what it is about.
    pub fn label(mut self, name: &str, value: impl ToString) -> Self {
        self.labels.insert(name.to_owned(), value.to_string());
        self
    }

    /// States a convention.
    pub fn convention(mut self, name: &str, value: impl ToString) -> Self {
        self.convention.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds an interval; one with an end that is not finite is left out.
    pub fn interval(mut self, low: f64, high: f64, kind: &str) -> Self {
        if low.is_finite() && high.is_finite() {
            self.interval = Some(Interval {
                low,
                high,
                kind: kind.to_owned(),
            });
        }
        self
    }

    /// States how exactly a recomputation must agree.
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The number, if there is one.
    pub fn estimate(&self) -> Option<f64> {
        match self.value {
            Value::Estimate(value) => Some(value),
            Value::Undefined(_) => None,
        }
    }

    /// The identity as one line: `imf/concentration/hhi flow=export period=2005`.
    pub fn id(&self) -> String {
        let mut id = format!("{}/{}/{}", self.scenario, self.model, self.measure);
        for (name, value) in &self.labels {
            id.push_str(&format!(" {name}={value}"));
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_never_nan() {
        assert!(matches!(Finding::new("hhi", "1", f64::NAN).value, Value::Undefined(_)));
        assert_eq!(
            Finding::new("hhi", "1", 0.5).interval(0.1, f64::INFINITY, "x").interval,
            None
        );
    }

    #[test]
    fn the_identity_names_every_label_in_order() {
        let finding = Finding::new("hhi", "1", 0.5)
            .label("period", 2005)
            .label("flow", "export");
        assert_eq!(finding.id(), "//hhi flow=export period=2005");
    }
}
