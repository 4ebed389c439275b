//! Regressions and concentration, at the sizes in which studies use them and at large ones.
#![allow(clippy::unwrap_used)]

use benches::{criterion, noise, world};
use concentration::{Convention, catalogue};
use criterion::{BenchmarkId, Criterion, Throughput};
use regress::absorb::Effect;
use regress::poisson::{PoissonOptions, poisson};
use regress::{Covariance, Design, NeweyWest, coefficient_table, ols};
use std::hint::black_box;
use synth::Parameters;

fn main() {
    let mut c = criterion();
    annual_trend(&mut c);
    indices(&mut c);
    long_regression(&mut c);
    gravity(&mut c);
    c.final_summary();
}

/// A log-linear trend with Newey-West standard errors: what a study does for every series.
fn annual_trend(c: &mut Criterion) {
    const YEARS: usize = 30;
    let design = || {
        let years = (0..YEARS).map(|t| t as f64 - 14.5).collect();
        Design::new(YEARS).intercept().unwrap().term("year", years).unwrap()
    };
    let y: Vec<f64> = (0..YEARS)
        .zip(noise(1, YEARS))
        .map(|(t, e)| 20.0 + 0.05 * t as f64 + e)
        .collect();
    let hac = Covariance::NeweyWest(NeweyWest::default());
    let mut group = c.benchmark_group("estimators");
    group.bench_function(BenchmarkId::new("ols_hac_trend", format!("{YEARS}x2")), |b| {
        b.iter(|| {
            let fit = ols(&design(), black_box(&y)).unwrap();
            let covariance = fit.covariance(&hac).unwrap();
            coefficient_table(&fit, &covariance, 0.95).unwrap()
        });
    });
    group.finish();
}

/// Every index of one year's partners, a tenth of whom trade nothing.
fn indices(c: &mut Criterion) {
    const PARTNERS: usize = 200;
    let value = |(i, u): (usize, f64)| Some(if i % 10 == 9 { 0.0 } else { (12.0 + 8.0 * u).exp() });
    let values: Vec<Option<f64>> = noise(2, PARTNERS).into_iter().enumerate().map(value).collect();
    let mut group = c.benchmark_group("estimators");
    group.bench_function(BenchmarkId::new("concentration_catalogue", PARTNERS), |b| {
        b.iter(|| catalogue(black_box(&values), None, Convention::default()));
    });
    group.finish();
}

/// Least squares of many rows on a constant and four regressors, with White's standard errors.
fn long_regression(c: &mut Criterion) {
    const ROWS: usize = 100_000;
    let mut design = Design::new(ROWS).intercept().unwrap();
    let mut y = noise(3, ROWS);
    for (seed, name) in (4..).zip(["x1", "x2", "x3", "x4"]) {
        let column = noise(seed, ROWS);
        y.iter_mut().zip(&column).for_each(|(y, x)| *y += seed as f64 * x);
        design = design.term(name, column).unwrap();
    }
    let mut group = c.benchmark_group("estimators");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function(BenchmarkId::new("ols_hc1", format!("{ROWS}x5")), |b| {
        b.iter(|| {
            let fit = ols(black_box(&design), black_box(&y)).unwrap();
            fit.covariance(&Covariance::Hc1).unwrap()
        });
    });
    group.finish();
}

/// Gravity by Poisson pseudo-maximum likelihood: distance, with exporter and importer effects.
fn gravity(c: &mut Criterion) {
    const ECONOMIES: usize = 100;
    const ROWS: usize = ECONOMIES * (ECONOMIES - 1);
    let world = world(Parameters {
        economies: ECONOMIES,
        ..Parameters::default()
    });
    let flows: Vec<_> = world.truths().collect();
    assert_eq!(flows.len(), ROWS);
    let distance = flows.iter().map(|t| world.distance_km(t.exporter, t.importer).ln());
    let design = Design::new(ROWS).term("ln_distance", distance.collect()).unwrap();
    let y: Vec<f64> = flows.iter().map(|t| t.value / 1e6).collect();
    let side = |side: fn(&synth::Truth) -> usize| -> Vec<u32> { flows.iter().map(|t| side(t) as u32).collect() };
    let effects = [
        Effect::new("exporter", &side(|t| t.exporter)),
        Effect::new("importer", &side(|t| t.importer)),
    ];
    let options = PoissonOptions::default();
    let mut group = c.benchmark_group("estimators");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function(BenchmarkId::new("ppml_gravity_two_effects", ROWS), |b| {
        b.iter(|| poisson(black_box(&design), black_box(&y), &effects, None, &options).unwrap());
    });
    group.finish();
}
