//! A world of any size in the shape of UN Comtrade or BACI, made row by row in bounded memory.
//!
//! About 230 economies with their real codes, about 4,800 six-digit products, a gravity law for
//! how many of them a pair trades, heavy tails in pairs, products and values. Each true flow is
//! reported twice: by its exporter FOB, by its importer CIF, each with noise; 6 % of reports are
//! missing, 5 % of the importers' are booked under a neighbouring product, 12 % have no weight, and
//! some economies do not report some years. Every figure belongs to a stream of its own, seeded by
//! its place, so that any part can be made alone and threads change nothing.

mod portable;
mod reports;
mod text;
mod world;

use crate::Error;
use reports::Row;
use std::ops::Range;
use std::sync::Arc;
use trade::{Block, Months, Numbers, Scales, Status, Words};
use world::Geography;

pub use text::{BACI_HEADER, COMTRADE_HEADER};

/// The share of reports that one side did not make.
pub(crate) const MISSING: f64 = 0.06;
/// The share of the importers' reports under a neighbouring product.
pub(crate) const MISCLASSIFIED: f64 = 0.05;
/// The share of reports without a weight.
pub(crate) const NO_WEIGHT: f64 = 0.12;

/// What the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Both reports of each flow, as trade records.
    Records,
    /// One reconciled flow a row, as BACI: t, i, j, k, v, q.
    Baci,
    /// Both reports of each flow, as UN Comtrade's bulk files.
    Comtrade,
}

/// How large a world is and what it looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkParameters {
    /// About how many rows; the number made differs by a per cent or so.
    pub rows: u64,
    /// The seed of everything.
    pub seed: u64,
    /// The first year.
    pub first_year: i16,
    /// How many years, 1 to 200.
    pub years: usize,
    /// Values in cents instead of whole dollars.
    pub cents: bool,
    /// What the rows are.
    pub shape: Shape,
}

impl Default for BulkParameters {
    fn default() -> Self {
        BulkParameters {
            rows: 10_000_000,
            seed: 1,
            first_year: 1995,
            years: 29,
            cents: false,
            shape: Shape::Records,
        }
    }
}

impl BulkParameters {
    /// The years.
    pub fn year_range(&self) -> Range<i16> {
        self.first_year..self.first_year + self.years as i16
    }
}

/// A world that is made part by part.
pub struct BulkWorld {
    parameters: BulkParameters,
    world: Geography,
    words: Arc<Vec<Arc<str>>>,
    products: Arc<Vec<Arc<str>>>,
    flows: Arc<Vec<Arc<str>>>,
    valuations: Arc<Vec<Arc<str>>>,
    /// The places in the order of their numeric codes, as BACI and Comtrade sort them.
    by_number: Vec<usize>,
}

impl BulkWorld {
    /// Lays out the world.
    ///
    /// # Errors
    /// When a parameter is out of its range, or more rows are wanted than such a world has.
    pub fn new(parameters: BulkParameters) -> Result<BulkWorld, Error> {
        let wrong = |parameter, expected, found: String| {
            Err(Error::Parameter {
                parameter,
                expected,
                found,
            })
        };
        if parameters.rows == 0 {
            return wrong("rows", "1 or more", "0".to_owned());
        }
        if !(1..=200).contains(&parameters.years) {
            return wrong("years", "1 to 200", parameters.years.to_string());
        }
        if !(1900..=2100).contains(&parameters.first_year) {
            return wrong("first year", "1900 to 2100", parameters.first_year.to_string());
        }
        let world = Geography::new(&parameters)?;
        let list = |words: &[&str]| Arc::new(words.iter().map(|&w| Arc::from(w)).collect());
        let mut by_number: Vec<usize> = (0..world.places.len()).collect();
        by_number.sort_by_key(|&i| world.places[i].info.m49.first().map(|n| n.code));
        Ok(BulkWorld {
            words: list(&world.places.iter().map(|p| p.code.as_str()).collect::<Vec<_>>()),
            products: list(&world.products.iter().map(String::as_str).collect::<Vec<_>>()),
            flows: list(&["export", "import"]),
            valuations: list(&["FOB", "CIF"]),
            by_number,
            parameters,
            world,
        })
    }

    /// What it was made with.
    pub fn parameters(&self) -> &BulkParameters {
        &self.parameters
    }

    /// How many reporters there are; parts are asked for by their numbers from 0.
    pub fn reporters(&self) -> usize {
        self.world.places.len()
    }

    /// The decimal places of its numbers.
    pub fn scales(&self) -> Scales {
        Scales {
            value: if self.parameters.cents { 2 } else { 0 },
            ..Scales::default()
        }
    }

    /// What one reporter reports of a year, in the order of [`trade::Record::key`].
    pub fn block(&self, year: i16, reporter: usize) -> Block {
        let (mut truth, mut rows) = (Vec::new(), Vec::new());
        let mut codes = Codes::default();
        if self.world.reports(reporter, year) {
            for flow in 0..2 {
                for partner in 0..self.world.places.len() {
                    self.reports_of(year, reporter, partner, flow == 1, &mut truth, &mut rows);
                    codes.push(flow, partner as u32, &rows);
                }
            }
        }
        codes.into_block(self, year, reporter)
    }

    /// What a reporter reports about a partner.
    fn reports_of(
        &self,
        year: i16,
        reporter: usize,
        partner: usize,
        import: bool,
        truth: &mut Vec<reports::True>,
        rows: &mut Vec<Row>,
    ) {
        let (a, b) = if import {
            (partner, reporter)
        } else {
            (reporter, partner)
        };
        self.truth(year, a, b, truth);
        self.report(year, self.world.pair(a, b), import, truth, rows);
    }
}

/// The columns of a block while it grows.
#[derive(Default)]
struct Codes {
    flow: Vec<u32>,
    partner: Vec<u32>,
    product: Vec<u32>,
    value: Vec<i64>,
    weight: Vec<i64>,
}

impl Codes {
    fn push(&mut self, flow: u32, partner: u32, rows: &[Row]) {
        for row in rows {
            self.flow.push(flow);
            self.partner.push(partner);
            self.product.push(u32::from(row.product));
            self.value.push(row.value);
            self.weight.push(row.weight);
        }
    }

    fn into_block(self, world: &BulkWorld, year: i16, reporter: usize) -> Block {
        let coded = |words: &Arc<Vec<Arc<str>>>, codes| Words::Coded {
            words: Arc::clone(words),
            codes,
        };
        Block {
            year,
            months: Months::Annual,
            compiler: "synthetic".into(),
            status: Status::Reported,
            reporter: coded(&world.words, vec![reporter as u32; self.value.len()]),
            partner: coded(&world.words, self.partner),
            valuation: coded(&world.valuations, self.flow.clone()),
            flow: coded(&world.flows, self.flow),
            classification: Words::Same(Some("HS0".into())),
            product: coded(&world.products, self.product),
            quantity_unit: Words::Same(None),
            basis: Words::Same(None),
            value: self.value,
            net_weight_kg: Numbers::Each(self.weight),
            quantity: Numbers::Absent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trade::NO_NUMBER;

    fn world(rows: u64, shape: Shape) -> BulkWorld {
        BulkWorld::new(BulkParameters {
            rows,
            years: 3,
            shape,
            ..BulkParameters::default()
        })
        .unwrap()
    }

    #[test]
    fn a_world_has_the_rows_and_the_shape_it_was_asked_for() {
        let world = world(300_000, Shape::Records);
        let (mut rows, mut imports, mut null) = (0_usize, 0_usize, 0_usize);
        for year in world.parameters().year_range() {
            for reporter in 0..world.reporters() {
                let block = world.block(year, reporter);
                rows += block.rows();
                let Words::Coded { codes, .. } = &block.flow else {
                    panic!()
                };
                imports += codes.iter().filter(|&&c| c == 1).count();
                let Numbers::Each(weights) = &block.net_weight_kg else {
                    panic!()
                };
                null += weights.iter().filter(|&&w| w == NO_NUMBER).count();
                assert!(block.value.iter().all(|&v| v > 0 && v % 1000 == 0));
            }
        }
        assert!((rows as f64 / 300_000.0 - 1.0).abs() < 0.03, "{rows}");
        assert!((imports as f64 / rows as f64 - 0.5).abs() < 0.05, "{imports}");
        assert!((null as f64 / rows as f64 - 0.12).abs() < 0.02, "{null}");
        assert!(world.reporters() > 210, "{}", world.reporters());
    }

    #[test]
    fn rows_of_a_reporter_are_sorted_and_unique() {
        let world = world(200_000, Shape::Records);
        for reporter in [3, 77, 140] {
            let block = world.block(1996, reporter);
            let codes = |w: &Words| match w {
                Words::Coded { codes, .. } => codes.clone(),
                Words::Same(_) => panic!(),
            };
            let (flow, partner, product) = (codes(&block.flow), codes(&block.partner), codes(&block.product));
            let keys: Vec<_> = (0..block.rows()).map(|i| (flow[i], partner[i], product[i])).collect();
            assert!(keys.windows(2).all(|w| w[0] < w[1]));
        }
    }

    #[test]
    fn importers_value_higher_than_exporters() {
        let world = world(400_000, Shape::Records);
        let (mut truth, mut sent, mut got) = (Vec::new(), Vec::new(), Vec::new());
        let mut ratios = Vec::new();
        for (a, b) in (0..world.reporters()).flat_map(|a| (0..world.reporters()).map(move |b| (a, b))) {
            world.truth(1995, a, b, &mut truth);
            let pair = world.world.pair(a, b);
            world.report(1995, pair, false, &truth, &mut sent);
            world.report(1995, pair, true, &truth, &mut got);
            for s in &sent {
                if let Ok(at) = got.binary_search_by_key(&s.product, |g| g.product) {
                    ratios.push(got[at].value as f64 / s.value as f64);
                }
            }
        }
        ratios.sort_by(f64::total_cmp);
        let median = ratios[ratios.len() / 2];
        assert!((1.03..1.15).contains(&median), "{median}");
    }

    #[test]
    fn what_cannot_be_made_is_refused() {
        let parameters = |rows, years| BulkParameters {
            rows,
            years,
            ..BulkParameters::default()
        };
        assert!(BulkWorld::new(parameters(0, 1)).is_err());
        assert!(BulkWorld::new(parameters(10, 0)).is_err());
        let error = BulkWorld::new(parameters(u64::MAX, 1)).err().unwrap().to_string();
        assert!(error.contains("`rows`"), "{error}");
    }
}
