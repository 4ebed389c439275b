use super::portable::{exp2, log2, normal_quantile};
use super::world::{Geography, alive};
use super::{BulkWorld, MISCLASSIFIED, MISSING, NO_WEIGHT};
use crate::draws::Draws;
use trade::NO_NUMBER;

/// One flow of one product between two economies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Row {
    pub product: u16,
    /// In thousandths of a dollar.
    pub value: i64,
    /// In grams, whole kilograms; [`NO_NUMBER`] where there is none.
    pub weight: i64,
}

/// A flow as it was: log2 of dollars, and of dollars a kilogram.
#[derive(Clone, Copy)]
pub(crate) struct True {
    product: u16,
    value: f64,
    unit: f64,
}

const TRUTH: u64 = 11;
const EXPORTER: u64 = 12;
const IMPORTER: u64 = 13;
const HALF: f64 = 4_294_967_296.0;

/// Two numbers in (0, 1) of 32 bits each.
fn two(draws: &mut Draws) -> (f64, f64) {
    let bits = draws.bits();
    (
        ((bits >> 32) as f64 + 0.5) / HALF,
        ((bits & 0xffff_ffff) as f64 + 0.5) / HALF,
    )
}

impl BulkWorld {
    /// What went from one economy to another in a year, by product. A Poisson process along the
    /// cumulative shares of the exporter's products: what is hit at least once is traded.
    pub(crate) fn truth(&self, year: i16, a: usize, b: usize, out: &mut Vec<True>) {
        out.clear();
        let world: &Geography = &self.world;
        let pair = world.pair(a, b);
        let rate = world.intensity[pair] * world.growth(year, self.parameters.first_year);
        if rate <= 0.0 || !alive(world.places[a].info, year) || !alive(world.places[b].info, year) {
            return;
        }
        let mut draws = Draws::at(world.seed, &[TRUTH, year as u64, pair as u64]);
        // A busy pair trades more of each thing, too.
        let busy = 0.35 * (log2(rate) - 5.0);
        let mean = -std::f64::consts::LN_2 / rate;
        let mut x = mean * log2(draws.uniform());
        while x < 1.0 {
            let (product, end) = world.places[a].product_at(x);
            let (price, unit) = world.price[product];
            let (p, q) = two(&mut draws);
            out.push(True {
                product: product as u16,
                value: price + busy + 2.9 * normal_quantile(p),
                unit: unit + 0.7 * normal_quantile(q),
            });
            x = end + mean * log2(draws.uniform());
        }
    }

    /// One side's report of some true flows, in the order of products.
    pub(crate) fn report(&self, year: i16, pair: usize, importer: bool, truth: &[True], out: &mut Vec<Row>) {
        out.clear();
        let world = &self.world;
        let side = if importer { IMPORTER } else { EXPORTER };
        let mut draws = Draws::at(world.seed, &[side, year as u64, pair as u64]);
        let markup = if importer { log2(1.0 + world.markup[pair]) } else { 0.0 };
        let mut moved = false;
        for flow in truth {
            let (noise, luck) = two(&mut draws);
            if luck < MISSING {
                continue;
            }
            let luck = (luck - MISSING) / (1.0 - MISSING);
            let value = self.money(flow.value + markup + 0.22 * normal_quantile(noise));
            let mut product = flow.product;
            // The place within what is left tells the weight's fate, its remainder the product's.
            let remainder = (luck * 1000.0).fract();
            if importer && remainder < MISCLASSIFIED {
                let step = 1 + ((remainder / MISCLASSIFIED) * 8.0) as u16;
                let up = (product + step < world.products.len() as u16) && step.is_multiple_of(2);
                product = if up {
                    product + step
                } else {
                    product.saturating_sub(step)
                };
                moved = true;
            }
            out.push(Row {
                product,
                value,
                weight: weight(flow, luck),
            });
        }
        if moved {
            out.sort_by_key(|row| row.product);
            out.dedup_by_key(|row| row.product);
        }
    }

    /// The reconciled flow: the truth itself, in thousands of dollars with three decimals.
    pub(crate) fn reconciled(&self, year: i16, pair: usize, truth: &[True], out: &mut Vec<Row>) {
        out.clear();
        let mut draws = Draws::at(self.world.seed, &[EXPORTER, year as u64, pair as u64]);
        for flow in truth {
            let (_, luck) = two(&mut draws);
            out.push(Row {
                product: flow.product,
                value: exp2(flow.value.min(46.0)).max(1.0) as i64 * 1000,
                weight: weight(flow, luck),
            });
        }
    }

    fn money(&self, log: f64) -> i64 {
        let dollars = exp2(log.min(46.0)).max(1.0);
        if self.parameters.cents {
            (dollars * 100.0) as i64 * 10
        } else {
            dollars as i64 * 1000
        }
    }
}

fn weight(flow: &True, luck: f64) -> i64 {
    if luck < NO_WEIGHT {
        return NO_NUMBER;
    }
    exp2((flow.value - flow.unit).min(46.0)).max(1.0) as i64 * 1000
}
