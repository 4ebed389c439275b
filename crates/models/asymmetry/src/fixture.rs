//! Records and inputs for this crate's tests.

use ::model::{Coverage, Input};
use trade::{Classification, Economy, Flow, Period, Record, Usd};

/// A figure in whole dollars.
pub(crate) fn record(compiler: &str, year: i16, reporter: &str, flow: Flow, partner: &str, value: i64) -> Record {
    Record {
        classification: Classification::Hs(2),
        product: trade::TOTAL.into(),
        value: Some(Usd::from_units(value)),
        ..Record::new(
            compiler,
            Period::annual(year).unwrap(),
            Economy::new(reporter).unwrap(),
            Economy::new(partner).unwrap(),
            flow,
            trade::Usd::ZERO,
        )
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
