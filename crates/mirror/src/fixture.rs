//! Records for this crate's tests.

use trade::{Classification, Economy, Flow, Period, Record, Status, Usd};

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
        compiler: "UN Comtrade".into(),
        period: Period::annual(year).unwrap(),
        reporter: Economy::new(reporter).unwrap(),
        partner: Economy::new(partner).unwrap(),
        flow,
        classification: Classification::Hs(2),
        product: product.into(),
        valuation: None,
        value: value.map(Usd::from_units),
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
