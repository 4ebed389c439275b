//! The report's sentences, with every number taken from a finding.

use crate::claim::digits;
use crate::select::{reduce, select};
use crate::study_file::Reduce;
use minijinja::value::Kwargs;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use model::Finding;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Renders text templates over a run's findings.
///
/// `{{ estimate("scenario", "measure", period=2008, flow="export") }}` gives the number,
/// `{{ share(...) }}` gives it in per cent, `{{ interval(...) }}` its interval. A finding that
/// does not exist is "not known"; the sentence must still be true then.
pub struct Prose<'a> {
    environment: Environment<'a>,
}

impl Prose<'_> {
    /// Over these findings.
    pub fn new(findings: &[Finding]) -> Self {
        let findings: Arc<[Finding]> = findings.into();
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let number = |name: &'static str, show: fn(f64) -> String| {
            let findings = findings.clone();
            (
                name,
                move |scenario: &str, measure: &str, labels: Kwargs| -> Result<String, minijinja::Error> {
                    Ok(match lookup(&findings, scenario, measure, &labels)? {
                        Some(reduced) => match reduced.estimate {
                            Some(estimate) => show(estimate),
                            None => format!("between {} and {}", show(reduced.low), show(reduced.high)),
                        },
                        None => "not known".to_owned(),
                    })
                },
            )
        };
        let (name, function) = number("estimate", digits);
        environment.add_function(name, function);
        let (name, function) = number("share", |x| format!("{:.0} per cent", 100.0 * x));
        environment.add_function(name, function);
        let all = findings.clone();
        environment.add_function(
            "interval",
            move |scenario: &str, measure: &str, labels: Kwargs| -> Result<String, minijinja::Error> {
                Ok(match lookup(&all, scenario, measure, &labels)? {
                    Some(reduced) => format!("{} to {}", digits(reduced.low), digits(reduced.high)),
                    None => "not known".to_owned(),
                })
            },
        );
        Prose { environment }
    }

    /// Renders one text.
    ///
    /// # Errors
    /// Says where the template is wrong.
    pub fn render(&self, text: &str) -> Result<String, String> {
        self.environment.render_str(text, ()).map_err(|e| {
            let cause = std::error::Error::source(&e)
                .map(|c| format!(": {c}"))
                .unwrap_or_default();
            format!(
                "{e}{cause}, in the text `{}`",
                text.chars().take(80).collect::<String>()
            )
        })
    }
}

fn lookup(
    findings: &[Finding],
    scenario: &str,
    measure: &str,
    arguments: &Kwargs,
) -> Result<Option<crate::select::Reduced>, minijinja::Error> {
    let mut labels = BTreeMap::new();
    for name in arguments.args().map(str::to_owned).collect::<Vec<_>>() {
        labels.insert(name.clone(), arguments.get::<minijinja::Value>(&name)?.to_string());
    }
    let there = findings.iter().filter(|f| f.scenario == scenario);
    let chosen = select(there, measure, &labels, None);
    if chosen.is_empty() {
        return Ok(None);
    }
    reduce(&chosen, Reduce::Only)
        .map(Some)
        .map_err(|why| minijinja::Error::new(ErrorKind::InvalidOperation, format!("{scenario}/{measure}: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_from_findings() {
        let mut finding = Finding::new("partner_share", "share", 0.733).label("period", 2008);
        finding.scenario = "imf".to_owned();
        let prose = Prose::new(&[finding]);
        let text = "China took {{ share('imf', 'partner_share', period=2008) }}.";
        assert_eq!(prose.render(text).unwrap(), "China took 73 per cent.");
        assert_eq!(prose.render("{{ estimate('imf', 'hhi') }}").unwrap(), "not known");
        assert!(prose.render("{{ nothing }}").is_err());
    }
}
