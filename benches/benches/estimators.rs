//! Regressions and concentration, at the sizes in which studies use them and at large ones.
#![allow(clippy::unwrap_used)]

use benches::panel::{Panel, Shape};
use benches::{criterion, noise, world};
use concentration::{Convention, catalogue};
use criterion::{BenchmarkId, Criterion, Throughput};
use regress::absorb::{Effect, Settling, absorbed_ols};
use regress::breaks::{Trim, bai_perron};
use regress::poisson::{PoissonOptions, poisson};
use regress::{Covariance, Design, NeweyWest, NeweyWestTrend, coefficient_table, ols};
use std::hint::black_box;
use synth::Parameters;

fn main() {
    let mut c = criterion();
    annual_trend(&mut c);
    indices(&mut c);
    long_regression(&mut c);
    gravity(&mut c);
    panels(&mut c);
    breaks(&mut c);
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
    let years: Vec<f64> = (0..YEARS).map(|t| 1990.0 + t as f64).collect();
    let prepared = NeweyWestTrend::new(&years, 3, false).unwrap();
    let mut scratch = Vec::new();
    group.bench_function(BenchmarkId::new("newey_west_trend", YEARS), |b| {
        b.iter(|| prepared.fit(black_box(&y), &mut scratch).unwrap());
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
        b.iter(|| poisson(black_box(&design), black_box(&y), &effects, None, None, &options).unwrap());
    });
    group.finish();
}

/// Effects absorbed on panels of about 50,000 rows: `dense` is near-complete gravity, `sparse` has one pair in twenty,
/// in a chain, `workers` seldom move between firms in a chain.
fn panels(c: &mut Criterion) {
    const ROWS: usize = 50_000;
    let settling = Settling::default();
    let options = PoissonOptions::default();
    let mut group = c.benchmark_group("estimators");
    for (shape, name) in [
        (Shape::Dense, "dense"),
        (Shape::Sparse, "sparse"),
        (Shape::Workers, "workers"),
    ] {
        let panel = Panel::new(shape, ROWS, 20_101_222);
        let design = panel.design();
        group.throughput(Throughput::Elements(panel.rows() as u64));
        for effects in [panel.effects(2), panel.effects(3)] {
            let id = BenchmarkId::new(format!("absorbed_ols_{}_effects_{name}", effects.len()), ROWS);
            group.bench_function(id, |b| {
                b.iter(|| absorbed_ols(black_box(&design), black_box(&panel.y), &effects, None, settling).unwrap());
            });
        }
        let effects = panel.effects(3);
        group.bench_function(BenchmarkId::new(format!("ppml_3_effects_{name}"), ROWS), |b| {
            b.iter(|| poisson(black_box(&design), black_box(&panel.y), &effects, None, None, &options).unwrap());
        });
    }
    group.finish();
}

/// Breaks of a trend of 1,000 points by dynamic programming, up to five of them.
fn breaks(c: &mut Criterion) {
    const POINTS: usize = 1_000;
    let time = (0..POINTS).map(|t| t as f64 / 100.0).collect();
    let design = Design::new(POINTS).intercept().unwrap().term("time", time).unwrap();
    let step = |t: usize| if t < 400 { 0.0 } else { 0.5 };
    let y: Vec<f64> = (0..POINTS).zip(noise(8, POINTS)).map(|(t, e)| step(t) + e).collect();
    let mut group = c.benchmark_group("estimators");
    group.bench_function(BenchmarkId::new("bai_perron_5_breaks", format!("{POINTS}x2")), |b| {
        b.iter(|| bai_perron(black_box(&design), black_box(&y), Trim::Share(0.15), Some(5)).unwrap());
    });
    group.finish();
}
