//! Comparing a run's findings with published ones.

use model::{Finding, Tolerance, Value};
use std::collections::BTreeMap;
use std::fmt;

/// A published finding: its identity, its value as text, and its class.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedFinding {
    /// The value, or `None` where it was undefined.
    pub value: Option<f64>,
    /// The interval.
    pub interval: Option<(f64, f64)>,
    /// How exactly a recomputation must agree.
    pub tolerance: Tolerance,
}

/// A finding that is not what was published.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// The finding's identity.
    pub id: String,
    /// What was published and what was found.
    pub what: String,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.what)
    }
}

const HEADER: &str = "value,low,high,tolerance,finding";

/// The text of an `expected.csv`: every finding, one a line, sorted by identity.
pub fn expected_text(findings: &[Finding]) -> String {
    let mut lines: Vec<(String, String)> = findings.iter().map(line).collect();
    lines.sort();
    let mut text = format!("{HEADER}\n");
    lines.iter().for_each(|(_, line)| text.push_str(line));
    text
}

fn line(finding: &Finding) -> (String, String) {
    let value = finding.estimate().map_or_else(String::new, |v| v.to_string());
    let (low, high) = finding
        .interval
        .as_ref()
        .map_or_else(Default::default, |i| (i.low.to_string(), i.high.to_string()));
    let tolerance = match finding.tolerance {
        Tolerance::Exact => "exact",
        Tolerance::Relative => "relative",
        Tolerance::MonteCarlo => "monte_carlo",
    };
    let id = finding.id();
    // The identity comes last: it is the only field that may hold a comma.
    let line = format!("{value},{low},{high},{tolerance},{id}\n");
    (id, line)
}

/// Reads an `expected.csv`.
///
/// # Errors
/// Names the first line that cannot be read and what was expected.
pub fn parse_expected(text: &str) -> Result<BTreeMap<String, ExpectedFinding>, String> {
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(format!("line 1: expected the header `{HEADER}`"));
    }
    let mut expected = BTreeMap::new();
    for (number, line) in lines.enumerate() {
        let refuse = |what: &str| format!("line {}: expected {what}, found `{line}`", number + 2);
        let fields: Vec<&str> = line.splitn(5, ',').collect();
        let [value, low, high, tolerance, id] = fields[..] else {
            return Err(refuse("five fields"));
        };
        let parsed = |text: &str| -> Result<Option<f64>, String> {
            if text.is_empty() {
                Ok(None)
            } else {
                text.parse().map(Some).map_err(|_| refuse("a number"))
            }
        };
        let tolerance = match tolerance {
            "exact" => Tolerance::Exact,
            "relative" => Tolerance::Relative,
            "monte_carlo" => Tolerance::MonteCarlo,
            _ => return Err(refuse("exact, relative or monte_carlo")),
        };
        let finding = ExpectedFinding {
            value: parsed(value)?,
            interval: parsed(low)?.zip(parsed(high)?),
            tolerance,
        };
        if expected.insert(id.to_owned(), finding).is_some() {
            return Err(refuse("each finding once"));
        }
    }
    Ok(expected)
}

/// Every finding that moved, appeared or vanished, in order of identity.
pub fn compare(expected: &BTreeMap<String, ExpectedFinding>, found: &[Finding]) -> Vec<Moved> {
    let found: BTreeMap<String, &Finding> = found.iter().map(|f| (f.id(), f)).collect();
    let mut moved = Vec::new();
    for (id, published) in expected {
        let what = match found.get(id) {
            None => Some("published, but no longer found".to_owned()),
            Some(finding) => difference(published, finding),
        };
        moved.extend(what.map(|what| Moved { id: id.clone(), what }));
    }
    for id in found.keys().filter(|id| !expected.contains_key(*id)) {
        moved.push(Moved {
            id: id.clone(),
            what: "found, but never published".to_owned(),
        });
    }
    moved
}

/// How a finding differs from the published one; `None` where it agrees within its class.
pub(crate) fn difference(published: &ExpectedFinding, finding: &Finding) -> Option<String> {
    let agree = |a: f64, b: f64| match published.tolerance {
        Tolerance::Exact => a == b,
        Tolerance::Relative => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        Tolerance::MonteCarlo => (a - b).abs() <= 1e-2 * a.abs().max(b.abs()),
    };
    match (published.value, &finding.value) {
        (Some(a), Value::Estimate(b)) if !agree(a, *b) => {
            let relative = if a == 0.0 {
                String::new()
            } else {
                format!(", {:+.3e} relative", (b - a) / a.abs())
            };
            return Some(format!("published {a}, found {b}{relative}"));
        }
        (Some(a), Value::Undefined(why)) => return Some(format!("published {a}, now undefined: {why}")),
        (None, Value::Estimate(b)) => return Some(format!("published as undefined, found {b}")),
        _ => {}
    }
    let interval = finding.interval.as_ref().map(|i| (i.low, i.high));
    match (published.interval, interval) {
        (None, None) => None,
        (Some((a, b)), Some((c, d))) if agree(a, c) && agree(b, d) => None,
        (a, b) => Some(format!("the interval was {}, is {}", ends(a), ends(b))),
    }
}

fn ends(interval: Option<(f64, f64)>) -> String {
    interval.map_or_else(|| "none".to_owned(), |(low, high)| format!("{low} to {high}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> Vec<Finding> {
        vec![
            Finding::new("imports", "USD", 6_738_770_000.0)
                .label("period", 2008)
                .tolerance(Tolerance::Exact),
            Finding::new("hhi", "1", 0.1)
                .label("period", 2008)
                .interval(0.05, 0.2, "bounds"),
            Finding::undefined("hhi", "1", "no data").label("period", 2009),
        ]
    }

    #[test]
    fn a_run_agrees_with_itself() {
        let expected = parse_expected(&expected_text(&findings())).unwrap();
        assert_eq!(expected.len(), 3);
        assert_eq!(compare(&expected, &findings()), []);
    }

    #[test]
    fn one_dollar_is_noticed_and_named() {
        let expected = parse_expected(&expected_text(&findings())).unwrap();
        let mut other = findings();
        other[0].value = Value::Estimate(6_738_770_001.0);
        let moved = compare(&expected, &other);
        assert_eq!(moved.len(), 1);
        assert!(
            moved[0].id.contains("imports period=2008") && moved[0].what.contains("6738770001"),
            "{moved:?}"
        );
    }

    #[test]
    fn what_vanished_appeared_or_lost_its_value_is_named() {
        let expected = parse_expected(&expected_text(&findings())).unwrap();
        let other = [
            Finding::undefined("hhi", "1", "gone").label("period", 2008),
            Finding::new("new", "1", 1.0),
        ];
        let said: Vec<String> = compare(&expected, &other).iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 4, "{said:?}");
    }

    #[test]
    fn a_broken_expectation_names_its_line() {
        assert!(parse_expected("x\n").unwrap_err().contains("line 1"));
        assert!(
            parse_expected(&format!("{HEADER}\n1,,,exact,a\nx,,,exact,b\n"))
                .unwrap_err()
                .contains("line 3")
        );
    }
}
