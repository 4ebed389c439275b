//! Records for this crate's tests.

use trade::{Classification, Economy, Flow, Period, Record, Usd};

/// A UN Comtrade figure in whole dollars; `None` is a blank.
pub(crate) fn record(
    year: i16,
    reporter: &str,
    flow: Flow,
    partner: &str,
    product: &str,
    value: Option<i64>,
) -> Record {
    Record {
        classification: Classification::Hs(2),
        product: product.into(),
        value: value.map(Usd::from_units),
        ..Record::new(
            "UN Comtrade",
            Period::annual(year).unwrap(),
            Economy::new(reporter).unwrap(),
            Economy::new(partner).unwrap(),
            flow,
            trade::Usd::ZERO,
        )
    }
}
