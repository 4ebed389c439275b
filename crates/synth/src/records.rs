use crate::world::{Truth, World};
use std::sync::Arc;
use trade::{Classification, Flow, Record, Status, Usd, Valuation};

/// The records of a world, one after the other, sorted by [`Record::key`]. Values are whole US
/// dollars; a figure that rounds to nothing is not reported, as in UN Comtrade.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    world: &'a World,
    compiler: Arc<str>,
    place: Option<Place>,
}

/// Where the next record may stand; fields in the order in which records are sorted.
#[derive(Clone, Copy, Debug)]
struct Place {
    year: usize,
    reporter: usize,
    flow: usize,
    partner: usize,
    product: usize,
}

const FLOWS: [Flow; 3] = [Flow::Export, Flow::Import, Flow::ReExport];

impl<'a> Records<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        let place = Place {
            year: 0,
            reporter: 0,
            flow: 0,
            partner: 0,
            product: 0,
        };
        Records {
            world,
            compiler: "synthetic".into(),
            place: Some(place),
        }
    }

    /// Moves on by one place; past the last there is none. Silent reporters are passed over.
    fn advance(&mut self) {
        let world = self.world;
        let Some(at) = &mut self.place else { return };
        at.product += 1;
        if at.product == world.products.len() {
            (at.product, at.partner) = (0, at.partner + 1);
        }
        if at.partner == world.codes.len() {
            (at.partner, at.flow) = (0, at.flow + 1);
        }
        if at.flow == FLOWS.len() {
            (at.flow, at.reporter) = (0, at.reporter + 1);
        }
        if at.reporter == world.codes.len() {
            (at.reporter, at.year) = (0, at.year + 1);
        }
        if at.year == world.periods.len() {
            self.place = None;
        }
    }

    fn record(&self, at: Place) -> Option<Record> {
        let world = self.world;
        if world.is_silent(at.reporter) || at.reporter == at.partner {
            return None;
        }
        let flow = FLOWS[at.flow];
        let value = match flow {
            Flow::Export => self.booked(at, true)?,
            Flow::Import => self.booked(at, false)?,
            _ => world.re_exports(at.year, at.reporter, at.partner, at.product)?,
        };
        let value = Usd::from_units(value.round().clamp(0.0, 1e15) as i64);
        let valuation = if flow == Flow::Import {
            Valuation::Cif
        } else {
            Valuation::Fob
        };
        (value > Usd::ZERO).then(|| Record {
            compiler: self.compiler.clone(),
            period: world.periods[at.year],
            reporter: world.codes[at.reporter],
            partner: world.codes[at.partner],
            flow,
            classification: Classification::Hs(0),
            product: world.products[at.product].clone(),
            valuation: Some(valuation),
            value: Some(value),
            rounded_to: None,
            share_percent: None,
            net_weight_kg: None,
            quantity: None,
            quantity_unit: None,
            status: Status::Reported,
            basis: None,
            reference: None,
        })
    }

    /// What the reporter books under this partner's name: its trade with it, unless booked
    /// under another name, and what it books here by mistake.
    fn booked(&self, at: Place, is_export: bool) -> Option<f64> {
        let wrong = self.world.misattributions().iter().find(|m| m.reporter == at.reporter);
        let own = match wrong {
            Some(m) if m.partner == at.partner => None,
            _ => self
                .world
                .report(at.year, at.reporter, at.partner, at.product, is_export),
        };
        let mistaken = wrong.filter(|m| m.booked_as == at.partner).and_then(|m| {
            self.world
                .report(at.year, at.reporter, m.partner, at.product, is_export)
        });
        match (own, mistaken) {
            (None, None) => None,
            (own, mistaken) => Some(own.unwrap_or(0.0) + mistaken.unwrap_or(0.0)),
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            let at = self.place?;
            self.advance();
            if let Some(record) = self.record(at) {
                return Some(record);
            }
        }
    }
}

impl World {
    /// What a reporter says of its trade with a partner, names apart.
    fn report(&self, year: usize, reporter: usize, partner: usize, product: usize, is_export: bool) -> Option<f64> {
        let (from, to) = if is_export {
            (reporter, partner)
        } else {
            (partner, reporter)
        };
        let truth = self.truth(year, from, to, product);
        let hub = self.parameters.hub;
        let missing = truth.as_ref().is_some_and(|t| self.is_missing(is_export, t));
        let direct = |t: &Truth| match is_export {
            // What passes through the hub is booked as sent there.
            true if from != 0 && to != 0 => t.value * (1.0 - hub),
            true => t.value,
            false => t.value * (1.0 + t.margin),
        };
        let passing = match (is_export && hub > 0.0, from, to) {
            (true, 0, _) => self.through_hub((0..self.codes.len()).filter_map(|o| self.truth(year, o, to, product))),
            (true, _, 0) => self.through_hub((0..self.codes.len()).filter_map(|d| self.truth(year, from, d, product))),
            _ => 0.0,
        };
        let told = truth.as_ref().map_or(0.0, direct) + passing;
        if missing || told <= 0.0 {
            return None;
        }
        let flow = truth.unwrap_or(Truth {
            year,
            exporter: from,
            importer: to,
            product,
            value: 0.0,
            margin: 0.0,
        });
        Some(told * self.error(reporter, is_export, &flow))
    }

    /// What the hub sends on to a partner: a part of its exports.
    fn re_exports(&self, year: usize, reporter: usize, partner: usize, product: usize) -> Option<f64> {
        if reporter != 0 || self.parameters.hub == 0.0 {
            return None;
        }
        let origins = (0..self.codes.len()).filter_map(|o| self.truth(year, o, partner, product));
        let flow = Truth {
            year,
            exporter: 0,
            importer: partner,
            product,
            value: 0.0,
            margin: 0.0,
        };
        Some(self.through_hub(origins) * self.error(0, true, &flow)).filter(|v| *v > 0.0)
    }

    /// The part of these flows that passes through the hub; flows from or to it do not.
    fn through_hub(&self, flows: impl Iterator<Item = Truth>) -> f64 {
        flows
            .filter(|t| t.exporter != 0 && t.importer != 0)
            .map(|t| t.value * self.parameters.hub)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Errors, Parameters};
    use proptest::prelude::*;

    fn exact() -> Parameters {
        Parameters {
            economies: 12,
            sigma: (0.0, 0.0),
            ..Parameters::default()
        }
    }

    fn value(records: &[Record], world: &World, reporter: usize, flow: Flow, partner: usize) -> Option<f64> {
        let codes = world.economies();
        let is = |r: &&Record| r.reporter == codes[reporter] && r.partner == codes[partner] && r.flow == flow;
        records.iter().find(is).and_then(|r| r.value).map(|v| v.to_f64())
    }

    #[test]
    fn without_errors_both_sides_tell_the_truth() {
        let world = World::new(exact()).unwrap();
        let records: Vec<Record> = world.records().collect();
        assert_eq!(records.len(), 2 * 12 * 11);
        assert!(records.iter().all(|r| &*r.product == trade::TOTAL));
        for t in world.truths() {
            let x = value(&records, &world, t.exporter, Flow::Export, t.importer).unwrap();
            let m = value(&records, &world, t.importer, Flow::Import, t.exporter).unwrap();
            assert!((x - t.value).abs() <= 0.5 && (m - t.value * (1.0 + t.margin)).abs() <= 0.5);
        }
    }

    #[test]
    fn the_hub_moves_the_exporters_books_and_nobody_elses() {
        let world = World::new(Parameters { hub: 0.3, ..exact() }).unwrap();
        let records: Vec<Record> = world.records().collect();
        let t = world.truth(0, 3, 4, 0).unwrap();
        let x = value(&records, &world, 3, Flow::Export, 4).unwrap();
        let m = value(&records, &world, 4, Flow::Import, 3).unwrap();
        assert!((x / t.value - 0.7).abs() < 1e-6 && (m / t.value - 1.0 - t.margin).abs() < 1e-6);
        // What all exporters book as sent to the hub beyond the truth is what it re-exports.
        let sent: f64 = (1..12)
            .map(|i| value(&records, &world, i, Flow::Export, 0).unwrap() - world.truth(0, i, 0, 0).unwrap().value)
            .sum();
        let re_exported: f64 = (1..12)
            .map(|i| value(&records, &world, 0, Flow::ReExport, i).unwrap())
            .sum();
        assert!((sent / re_exported - 1.0).abs() < 1e-6, "{sent} {re_exported}");
    }

    #[test]
    fn a_misattributed_partner_moves_to_another_name() {
        let world = World::new(Parameters {
            misattributed: 2,
            ..exact()
        })
        .unwrap();
        let records: Vec<Record> = world.records().collect();
        let wrong = world.misattributions()[1];
        assert_eq!(
            value(&records, &world, wrong.reporter, Flow::Import, wrong.partner),
            None
        );
        let cif = |from: usize| {
            world
                .truth(0, from, wrong.reporter, 0)
                .map(|t| t.value * (1.0 + t.margin))
                .unwrap()
        };
        let booked = value(&records, &world, wrong.reporter, Flow::Import, wrong.booked_as).unwrap();
        assert!((booked / (cif(wrong.partner) + cif(wrong.booked_as)) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_spread_of_a_reporters_errors_is_the_one_stated() {
        for errors in [Errors::LogNormal, Errors::HeavyTailed, Errors::Correlated(0.5)] {
            let world = World::new(Parameters {
                economies: 60,
                products: 20,
                sigma: (0.3, 0.3),
                errors,
                ..Parameters::default()
            });
            let world = world.unwrap();
            let squares: Vec<f64> = world
                .truths()
                .map(|t| world.error(t.exporter, true, &t).ln().powi(2))
                .collect();
            let sd = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
            assert!((sd - 0.3).abs() < 0.02, "{errors:?} {sd}");
        }
    }

    proptest! {
        #[test]
        fn rows_are_sorted_and_the_same_seed_gives_the_same(seed in any::<u64>(), economies in 2..9_usize, products in 1..4_usize) {
            let parameters = Parameters {
                economies, products, seed, years: 2, density: 0.7, silent: 0.2, missing: 0.1, hub: 0.1, misattributed: 1,
                ..Parameters::default()
            };
            let world = World::new(parameters.clone()).unwrap();
            let records: Vec<Record> = world.records().collect();
            prop_assert!(records.windows(2).all(|w| w[0].key() < w[1].key()));
            prop_assert_eq!(&records, &World::new(parameters).unwrap().records().collect::<Vec<_>>());
            prop_assert!(records.iter().all(|r| !world.is_silent(world.index(r.reporter).unwrap())));
        }
    }
}
