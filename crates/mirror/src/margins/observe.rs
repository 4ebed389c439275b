use super::{Ground, Observation, removal};
use crate::gaps::gap_of;
use crate::guards::median;
use crate::pairing::{Pair, Report};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Classification, Economy, economies};

/// How flows become observations of the margin equation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observe {
    /// Whether ln(M/X) is taken of unit values (US dollars a kilogram) instead of values: BACI prefers these,
    /// since a difference in quantities is none in prices.
    pub unit_values: bool,
    /// Whether flows weigh min(Q_x, Q_m)/max(Q_x, Q_m), as in BACI.
    pub quantity_weights: bool,
    /// Both values must exceed this, US dollars; 10 in BACI as its replicators report.
    pub min_value: f64,
    /// Both weights must exceed this, kilograms, where weights are used; 2,000 there.
    pub min_weight_kg: f64,
}

impl Default for Observe {
    fn default() -> Self {
        Observe {
            unit_values: false,
            quantity_weights: false,
            min_value: 10.0,
            min_weight_kg: 2000.0,
        }
    }
}

/// Observations, and why other two-sided flows are none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The observations.
    pub flows: Vec<Observation>,
    /// The economies in the order of their numbers.
    pub economies: Vec<Economy>,
    /// The products in the order of their numbers, each with its median unit value.
    pub products: Vec<(Option<Classification>, Arc<str>, f64)>,
    /// The others, counted.
    pub skipped: Skipped,
}

/// Two-sided flows that are no observations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// A report of zero.
    pub zero: usize,
    /// The importer does not report CIF: there is no margin to explain.
    pub not_cif: usize,
    /// No distance is known.
    pub no_distance: usize,
    /// A value or weight is too small.
    pub small: usize,
    /// No weight is reported by both, where weights are asked for.
    pub no_weight: usize,
}

type Product<'a> = (Option<Classification>, &'a str);

/// The two-sided flows among these pairs as the margin equation sees them. Economies and products are
/// numbered in order of first appearance.
pub fn observations<'a>(pairs: impl IntoIterator<Item = &'a Pair>, how: &Observe) -> Observed {
    let pairs: Vec<&Pair> = pairs.into_iter().collect();
    let unit_values = median_unit_values(&pairs);
    let mut numbers: BTreeMap<Economy, u32> = BTreeMap::new();
    let mut products: BTreeMap<Product<'_>, u32> = BTreeMap::new();
    let mut found = Observed::default();
    for pair in pairs {
        let Some((x, m)) = pair.both() else { continue };
        let product = (pair.key.classification, &*pair.key.product);
        match measured(pair, x, m, how) {
            Err(count) => *count(&mut found.skipped) += 1,
            Ok((log_ratio, weight)) => {
                let Some(geography) = observation(pair) else {
                    found.skipped.no_distance += 1;
                    continue;
                };
                let mut number = |economy| {
                    *numbers.entry(economy).or_insert_with(|| {
                        found.economies.push(economy);
                        found.economies.len() as u32 - 1
                    })
                };
                let (exporter, importer) = (number(pair.key.exporter), number(pair.key.importer));
                let next = products.len() as u32;
                let unit_value = unit_values.get(&product).copied().unwrap_or(1.0);
                if !products.contains_key(&product) {
                    let code = pair.key.product.clone();
                    found.products.push((pair.key.classification, code, unit_value));
                }
                found.flows.push(Observation {
                    log_ratio,
                    weight,
                    exporter,
                    importer,
                    unit_value,
                    product: *products.entry(product).or_insert(next),
                    ..geography
                });
            }
        }
    }
    found
}

/// What geography says of a pair's route, with nothing observed as yet; `None` where no distance is known.
pub fn observation(pair: &Pair) -> Option<Observation> {
    let (exporter, importer) = (pair.key.exporter, pair.key.importer);
    let landlocked = |e: Economy| economies().get(e).and_then(|info| info.landlocked).unwrap_or(false);
    let distance_km = economies().distance_km(exporter, importer).filter(|km| *km > 0.0)?;
    Some(Observation {
        log_ratio: 0.0,
        distance_km,
        contiguous: economies().contiguous(exporter, importer).unwrap_or(false),
        landlocked_exporter: landlocked(exporter),
        landlocked_importer: landlocked(importer),
        exporter: 0,
        importer: 0,
        year: pair.key.period.year(),
        product: 0,
        unit_value: 1.0,
        weight: 1.0,
    })
}

type Count = fn(&mut Skipped) -> &mut usize;

/// The log ratio and the weight of a flow, or which count it belongs to.
fn measured(pair: &Pair, x: f64, m: f64, how: &Observe) -> Result<(f64, f64), Count> {
    let log_ratio = gap_of(pair).log_ratio.map_err(|_| (|s| &mut s.zero) as Count)?;
    if !matches!(removal(pair, 0.0).1, Ground::StatedCif | Ground::AssumedCif) {
        return Err(|s| &mut s.not_cif);
    }
    if x.min(m) <= how.min_value {
        return Err(|s| &mut s.small);
    }
    if !how.unit_values && !how.quantity_weights {
        return Ok((log_ratio, 1.0));
    }
    let kilograms = |report: &Option<Report>| {
        report
            .as_ref()?
            .net_weight_kg
            .map(trade::Decimal3::to_f64)
            .filter(|q| *q > 0.0)
    };
    let (qx, qm) = kilograms(&pair.export)
        .zip(kilograms(&pair.import))
        .ok_or((|s| &mut s.no_weight) as Count)?;
    if qx.min(qm) <= how.min_weight_kg {
        return Err(|s| &mut s.small);
    }
    let weight = if how.quantity_weights {
        qx.min(qm) / qx.max(qm)
    } else {
        1.0
    };
    let ratio = if how.unit_values {
        log_ratio - (qm.ln() - qx.ln())
    } else {
        log_ratio
    };
    Ok((ratio, weight))
}

/// The median unit value of each product over all reports with a weight.
fn median_unit_values<'a>(pairs: &[&'a Pair]) -> BTreeMap<Product<'a>, f64> {
    let mut all: BTreeMap<Product<'a>, Vec<f64>> = BTreeMap::new();
    for pair in pairs {
        for report in [&pair.export, &pair.import].into_iter().flatten() {
            let weight = report.net_weight_kg.map(trade::Decimal3::to_f64).filter(|q| *q > 0.0);
            if let Some(weight) = weight.filter(|_| report.amount() > 0.0) {
                let product = (pair.key.classification, &*pair.key.product);
                all.entry(product).or_default().push(report.amount() / weight);
            }
        }
    }
    all.into_iter()
        .map(|(product, mut values)| (product, median(&mut values)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::record;
    use crate::pairing::{Options, pair};
    use trade::{Decimal3, Flow};

    #[test]
    fn unit_values_and_weights_by_hand() {
        let mut export = record(2003, "JPN", Flow::Export, "DEU", "27", Some(100_000));
        let mut import = record(2003, "DEU", Flow::Import, "JPN", "27", Some(121_000));
        export.net_weight_kg = Some(Decimal3::from_units(50_000));
        import.net_weight_kg = Some(Decimal3::from_units(55_000));
        let pairs = pair(&[export, import], &Options::default()).pairs;
        let how = Observe {
            unit_values: true,
            quantity_weights: true,
            ..Observe::default()
        };
        let found = observations(&pairs, &how);
        let flow = found.flows[0];
        // 121000/55000 over 100000/50000 = 2.2/2; the median unit value is the mean of the two, 2.1.
        assert!((flow.log_ratio - 1.1_f64.ln()).abs() < 1e-12);
        assert!((flow.weight - 50.0 / 55.0).abs() < 1e-12 && (flow.unit_value - 2.1).abs() < 1e-12);
        assert!(flow.distance_km > 8_000.0 && !flow.contiguous);
        let plain = observations(&pairs, &Observe::default()).flows[0];
        assert!((plain.log_ratio - 1.21_f64.ln()).abs() < 1e-12 && plain.weight == 1.0);
    }

    #[test]
    fn what_is_no_observation_is_counted() {
        let flow = |importer: &str, year, x, m| {
            [
                record(year, "JPN", Flow::Export, importer, "27", Some(x)),
                record(year, importer, Flow::Import, "JPN", "27", Some(m)),
            ]
        };
        let records = [
            flow("AUS", 2018, 100, 110),
            flow("DEU", 2018, 0, 110),
            flow("FRA", 2018, 5, 6),
            flow("QQQ", 2018, 50, 60),
        ];
        let pairs = pair(records.as_flattened(), &Options::default()).pairs;
        let skipped = observations(&pairs, &Observe::default()).skipped;
        let expected = Skipped {
            zero: 1,
            not_cif: 1,
            no_distance: 1,
            small: 1,
            no_weight: 0,
        };
        assert_eq!(skipped, expected);
        let how = Observe {
            unit_values: true,
            ..Observe::default()
        };
        assert_eq!(observations(&pairs, &how).skipped.no_weight, 1);
    }
}
