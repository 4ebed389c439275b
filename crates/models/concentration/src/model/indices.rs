use crate::catalogue::measure;
use crate::convention::{Convention, LogBase, Universe};
use crate::coverage::{Bounds, Missing, Partial};
use crate::intervals::BOUNDS;
use crate::shares::Shares;
use crate::undefined::Undefined;
use model::{Finding, Value};

/// The indices of a complete breakdown.
const COMPLETE: &[&str] = &[
    "hhi",
    "hhi_normalised",
    "cr1",
    "cr3",
    "theil_t",
    "effective_number",
    "effective_number_hhi",
];

/// The indices that have bounds when the breakdown is not complete.
const BOUNDED: &[&str] = &["hhi", "cr1", "cr3", "effective_number_hhi"];

/// The unit of effective numbers of partners.
pub(super) const PARTNERS: &str = "partners";

/// The indices of `values`, which are all there are; `items` is what an effective number counts.
pub(super) fn computed(values: &[f64], universe: Universe, items: &str) -> Vec<Finding> {
    let convention = Convention {
        universe,
        base: LogBase::Natural,
    };
    let shares = Shares::new(values, None, universe);
    let finding = |index: crate::catalogue::Index| {
        let unit = unit(index.measure, items);
        let mut finding = match &index.estimate {
            Ok(value) => Finding::new(index.measure, unit, *value),
            Err(reason) => Finding::undefined(index.measure, unit, reason.to_string()),
        };
        for (name, value) in &index.convention {
            finding = finding.convention(name, value);
        }
        if let Some(n) = index.n {
            finding = finding.convention("n", n);
        }
        finding.convention("coverage", "1")
    };
    COMPLETE
        .iter()
        .filter_map(|name| measure(name, &shares, convention))
        .map(finding)
        .collect()
}

/// Bounds of the indices that have them.
pub(super) fn bounded(partial: &Partial, missing: Missing, items: &str) -> Vec<Finding> {
    let reason = Undefined::Incomplete {
        percent: 100.0 * partial.coverage(),
    }
    .to_string();
    let finding = |name: &&str| {
        let finding = Finding::undefined(name, unit(name, items), &reason)
            .convention("coverage", format!("{:.6}", partial.coverage()))
            .convention("missing", missing.name());
        match bounds(partial, name) {
            // A bound that both ends reach is a number.
            Some(Bounds { low, high }) if high - low < 1e-12 => Finding {
                value: Value::Estimate(low),
                ..finding.convention("bounds", "both ends agree")
            },
            Some(Bounds { low, high }) => finding.interval(low, high, BOUNDS),
            None => finding,
        }
    };
    BOUNDED.iter().map(finding).collect()
}

fn bounds(partial: &Partial, measure: &str) -> Option<Bounds> {
    match measure {
        "hhi" => Some(partial.herfindahl()),
        "cr1" => Some(partial.concentration_ratio(1)),
        "cr3" => Some(partial.concentration_ratio(3)),
        "effective_number_hhi" => partial.effective_number_hhi(),
        _ => None,
    }
}

/// The same indices, refused for one reason.
pub(super) fn refused(complete: bool, reason: &str) -> Vec<Finding> {
    let names = if complete { COMPLETE } else { BOUNDED };
    names
        .iter()
        .map(|name| Finding::undefined(name, unit(name, PARTNERS), reason))
        .collect()
}

fn unit<'a>(measure: &str, items: &'a str) -> &'a str {
    match measure {
        "cr1" | "cr3" => "share",
        "effective_number" | "effective_number_hhi" => items,
        _ => "1",
    }
}
