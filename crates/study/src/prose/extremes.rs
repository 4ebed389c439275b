//! The least and the greatest number of a series of years, as words.

use super::{labels, marked};
use crate::claim::words::digits;
use crate::select::select;
use minijinja::Error;
use minijinja::value::Kwargs;
use model::Finding;

/// `7 per cent (2009) to 36 per cent (2012)`: each end leads to its finding. Years without the number are left out.
pub(super) fn extremes(
    findings: &[Finding],
    scenario: &str,
    measure: &str,
    arguments: &Kwargs,
) -> Result<String, Error> {
    let labels = labels(arguments)?;
    let there = findings.iter().filter(|f| f.scenario == scenario);
    let chosen = select(there, measure, &labels, None);
    let mut numbers: Vec<(f64, usize)> = chosen
        .iter()
        .filter_map(|finding| {
            let place = findings.iter().position(|f| std::ptr::eq(f, *finding))?;
            Some((finding.estimate()?, place))
        })
        .collect();
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let words = |&(number, place): &(f64, usize)| {
        let finding = &findings[place];
        let number = match finding.unit.as_str() {
            "share" => super::per_cent(number),
            _ => digits(number),
        };
        let year = finding.labels.get("period").map(|year| format!(" ({year})"));
        marked(place, number) + &year.unwrap_or_default()
    };
    Ok(match (numbers.first(), numbers.last()) {
        (Some(least), Some(greatest)) if least.0 < greatest.0 => format!("{} to {}", words(least), words(greatest)),
        (Some(only), _) => words(only),
        _ => "not known".to_owned(),
    })
}
