//! The least and the greatest of several scenarios' numbers, as words.

use super::{labels, marked};
use crate::claim::words::digits;
use crate::select::select;
use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind};
use model::Finding;

/// How the numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// As they are.
    Signed,
    /// Without their signs, where all have the same.
    Size,
    /// Shares, in per cent.
    Percent,
    /// Shares, in per cent, without their signs, where all have the same.
    PercentSize,
    /// The ends of their intervals, in per cent.
    PercentReach,
}

/// Units that a range names once, at its end.
const UNITS: [&str; 3] = [" billion", " million", " per cent"];

/// `104 to 177 billion`: each end leads to its finding. Scenarios without the number are left out.
pub(super) fn range(
    findings: &[Finding],
    scenarios: &[String],
    measure: &str,
    arguments: &Kwargs,
    show: Show,
) -> Result<String, Error> {
    let mut labels = labels(arguments)?;
    let greatest = match labels.remove("reduce").as_deref() {
        None => false,
        Some("max") => true,
        Some(other) => {
            let what = format!("reduce is expected to be \"max\", but is \"{other}\"");
            return Err(Error::new(ErrorKind::InvalidOperation, what));
        }
    };
    let mut numbers: Vec<(f64, usize)> = Vec::new();
    for scenario in scenarios {
        let there = findings.iter().filter(|f| f.scenario == *scenario);
        let chosen = select(there, measure, &labels, None);
        if chosen.len() > 1 && !greatest {
            let what = format!(
                "{scenario}/{measure}: {} findings match where one was meant",
                chosen.len()
            );
            return Err(Error::new(ErrorKind::InvalidOperation, what));
        }
        let estimates = chosen.iter().filter_map(|finding| {
            let place = findings.iter().position(|f| std::ptr::eq(f, *finding))?;
            Some((finding.estimate()?, place))
        });
        // A number of which only bounds are known is each of them.
        let bounds = chosen.iter().filter(|finding| finding.estimate().is_none());
        let bounds = bounds.filter_map(|finding| {
            let place = findings.iter().position(|f| std::ptr::eq(f, *finding))?;
            let interval = finding.interval.as_ref()?;
            Some([(interval.low, place), (interval.high, place)])
        });
        if show == Show::PercentReach {
            let ends = chosen.iter().filter_map(|finding| {
                let place = findings.iter().position(|f| std::ptr::eq(f, *finding))?;
                let interval = finding.interval.as_ref()?;
                Some([(interval.low, place), (interval.high, place)])
            });
            numbers.extend(ends.flatten());
            continue;
        }
        if !greatest {
            numbers.extend(bounds.flatten());
        }
        numbers.extend(estimates.max_by(|a, b| a.0.total_cmp(&b.0)));
    }
    let Some(&first) = numbers.first() else {
        return Ok("not known".to_owned());
    };
    if matches!(show, Show::Size | Show::PercentSize) && numbers.iter().all(|(x, _)| *x <= 0.0) {
        numbers.iter_mut().for_each(|(x, _)| *x = x.abs());
    }
    // Of equal numbers the first scenario's stands.
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (low, high) = (numbers[0], numbers.last().copied().unwrap_or(first));
    let words = |x: f64| match show {
        Show::Percent | Show::PercentSize | Show::PercentReach => super::per_cent(x),
        Show::Signed | Show::Size => digits(x),
    };
    let (from, to) = (words(low.0), words(high.0));
    if from == to {
        return Ok(marked(low.1, from));
    }
    let shared = UNITS.iter().find(|unit| to.ends_with(**unit));
    let from = shared.and_then(|unit| from.strip_suffix(unit)).unwrap_or(&from);
    Ok(format!("{} to {}", marked(low.1, from.to_owned()), marked(high.1, to)))
}
