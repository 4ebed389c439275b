//! Shared inputs and settings of the benches.
//!
//! Inputs come from fixed seeds and have exactly the size that the bench's name says, so that
//! a name always means the same work.
#![allow(clippy::unwrap_used)] // the inputs are constants: a refusal is a defect of the bench

pub mod panel;

use criterion::Criterion;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use std::time::Duration;
use synth::{Parameters, World};
use trade::Record;

/// The economies of [`records`]' world.
const ECONOMIES: usize = 60;
/// Somewhat fewer records than that world gives in a year.
const RECORDS_A_YEAR: usize = 40_000;

/// Criterion with few samples and short measurements: all benches together take a few minutes
/// on two slow cores. Options of the command line come after and prevail.
pub fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args()
}

/// The first `count` records of a synthetic world: HS chapters between 60 economies, of which one
/// flow in fifteen exists, from 1995 on, in file order.
pub fn records(count: usize) -> Vec<Record> {
    let world = world(Parameters {
        economies: ECONOMIES,
        first_year: 1995,
        years: count / RECORDS_A_YEAR + 1,
        products: 97,
        density: 0.07,
        missing: 0.05,
        seed: 20_101_222,
        ..Parameters::default()
    });
    let records: Vec<Record> = world.records().take(count).collect();
    assert_eq!(records.len(), count, "the world is too small");
    records
}

/// A synthetic world.
pub fn world(parameters: Parameters) -> World {
    World::new(parameters).unwrap()
}

/// `count` numbers between -0.5 and 0.5.
pub fn noise(seed: u64, count: usize) -> Vec<f64> {
    let mut draws = Xoshiro256PlusPlus::seed_from_u64(seed);
    let unit = 2.0_f64.powi(-53);
    (0..count)
        .map(|_| (draws.next_u64() >> 11) as f64 * unit - 0.5)
        .collect()
}
