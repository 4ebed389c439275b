//! Records and inputs for this crate's tests.

use ::model::{Coverage, Input};
use trade::{Classification, Economy, Flow, Period, Record, Status, Usd};

/// A figure in whole dollars.
pub(crate) fn record(compiler: &str, year: i16, reporter: &str, flow: Flow, partner: &str, value: i64) -> Record {
    Record {
        compiler: compiler.into(),
        period: Period::annual(year).unwrap(),
        reporter: Economy::new(reporter).unwrap(),
        partner: Economy::new(partner).unwrap(),
        flow,
        classification: Classification::Hs(2),
        product: trade::TOTAL.into(),
        valuation: None,
        value: Some(Usd::from_units(value)),
        rounded_to: None,
        share_percent: None,
        net_weight_kg: None,
        quantity: None,
        quantity_unit: None,
        status: Status::Reported,
        basis: None,
        reference: None,
    }
}

/// An input without an economy under study.
pub(crate) fn input<'a>(flows: &'a [Record], parameters: &'a toml::Table) -> Input<'a> {
    Input {
        scenario: "test",
        economy: None,
        flows,
        coverage: Coverage::Partial,
        parameters,
        seed: 1,
    }
}
