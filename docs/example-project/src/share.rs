//! A model: a function from a scenario's flows to findings.

use model::{Finding, Input, Model, Output, Result, Tolerance};
use std::collections::BTreeMap;
use trade::{Economy, Flow, Period, Usd};

/// The largest partner's share of each year's exports and imports.
pub struct LargestShare;

impl Model for LargestShare {
    fn id(&self) -> &'static str {
        "largest-share"
    }

    fn title(&self) -> &'static str {
        "The largest partner's share"
    }

    fn run(&self, input: &Input<'_>) -> Result<Output> {
        let mut partners: BTreeMap<(Flow, Period), BTreeMap<Economy, Usd>> = BTreeMap::new();
        for record in input.flows.iter().filter(|r| !r.partner.is_world()) {
            if let Some(value) = record.value {
                let of_year = partners.entry((record.flow, record.period)).or_default();
                *of_year.entry(record.partner).or_insert(Usd::ZERO) += value;
            }
        }
        let mut output = Output::default();
        for ((flow, period), values) in partners {
            let total: Usd = values.values().copied().sum();
            let Some((largest, value)) = values.into_iter().max_by_key(|(_, value)| *value) else {
                continue;
            };
            // A quotient with a zero below becomes `undefined` with a reason, never NaN.
            let finding = Finding::new("largest_share", "share", value.to_f64() / total.to_f64())
                .label("flow", flow)
                .label("period", period)
                .label("partner", largest)
                .convention("denominator", "sum over the partners listed")
                .tolerance(Tolerance::Relative);
            output.findings.push(finding);
        }
        Ok(output)
    }
}
