//! Reconciliation rules on simulated reports: log-normal errors, each reporter its own spread.

use super::Values;
use crate::Computed;
use mirror::posterior::Sampling;
use mirror::propagate::draw;
use mirror::reconcile::Reconciliation;
use mirror::rules::{Cell, CodedOptions, GrowthLabCoded};

/// A world: cells, true values and the reporters' error spreads.
struct World {
    cells: Vec<Cell>,
    truth: Vec<f64>,
    sigma: Vec<f64>,
}

/// Every pair of `economies` trades; flows, spreads and errors are log-normal.
fn world(economies: usize, seed: u64) -> World {
    let sigma = draw(&vec![0.25; economies], &vec![0.5; economies], seed, 0);
    let pairs: Vec<(usize, usize)> = (0..economies)
        .flat_map(|i| (0..economies).filter(move |j| *j != i).map(move |j| (i, j)))
        .collect();
    let truth = draw(&vec![1e8; pairs.len()], &vec![1.5; pairs.len()], seed, 1);
    let exporters: Vec<f64> = pairs.iter().map(|p| sigma[p.0]).collect();
    let importers: Vec<f64> = pairs.iter().map(|p| sigma[p.1]).collect();
    let exports = draw(&truth, &exporters, seed, 2);
    let imports = draw(&truth, &importers, seed, 3);
    let cells = pairs
        .iter()
        .enumerate()
        .map(|(at, &(exporter, importer))| Cell {
            exporter,
            importer,
            export: Some(exports[at]),
            import: Some(imports[at]),
            margin: 0.0,
            ..Cell::default()
        })
        .collect();
    World { cells, truth, sigma }
}

/// The root of the mean squared error of the logarithm.
fn rmse(worlds: &[World], estimate: impl Fn(usize, usize, &Cell) -> Option<f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (w, world) in worlds.iter().enumerate() {
        for (at, (cell, truth)) in world.cells.iter().zip(&world.truth).enumerate() {
            if let Some(value) = estimate(w, at, cell) {
                sum += (value / truth).ln().powi(2);
                count += 1.0;
            }
        }
    }
    (sum / count).sqrt()
}

/// C13: the order of the rules' errors, as ratios.
pub fn rules() -> Computed {
    let worlds: Vec<World> = (1..=8).map(|seed| world(30, seed)).collect();
    let sampling = Sampling {
        draws: 50,
        burn_in: 20,
        ..Sampling::default()
    };
    let fitted: Vec<Reconciliation> = worlds
        .iter()
        .map(|w| Reconciliation::new(&w.cells, &sampling))
        .collect();
    let of = |name: &str| {
        rmse(&worlds, |w, _, cell| {
            let rule = fitted[w].rule(name)?;
            rule.reconcile(cell).map(|e| e.value)
        })
    };
    let oracle = rmse(&worlds, |w, _, cell| {
        let weight = |sd: f64| 1.0 / ((sd * sd).exp() * ((sd * sd).exp() - 1.0));
        let (a, b) = (
            weight(worlds[w].sigma[cell.exporter]),
            weight(worlds[w].sigma[cell.importer]),
        );
        Some((a * cell.export? + b * cell.import?) / (a + b))
    });
    let (mean, baci, components) = (of("mean"), of("baci"), of("variance-components"));
    let mut values = Values::default();
    values.add("oracle over BACI", oracle / baci);
    values.add("oracle over variance components", oracle / components);
    values.add("BACI over variance components", baci / components);
    values.add("BACI over the mean", baci / mean);
    values.add("variance components over the mean", components / mean);
    values.add("the mean over the exporter's report", mean / of("exporter-first"));
    values.add(
        "Growth Lab as published over the mean",
        of("growth-lab-published") / mean,
    );
    values.done()
}

/// C14: the scores of the reciprocal iteration after 24, 25 and 26 steps, as ratios of their means.
pub fn parity() -> Computed {
    let world = world(12, 5);
    let mean = |iterations: usize| {
        let options = CodedOptions {
            iterations,
            ..CodedOptions::default()
        };
        let scores = GrowthLabCoded::new(&world.cells, options);
        let known: Vec<f64> = (0..12).filter_map(|i| scores.exporter_score(i)).collect();
        known.iter().sum::<f64>() / known.len() as f64
    };
    let (before, at, after) = (mean(24), mean(25), mean(26));
    let mut values = Values::default();
    values.add("mean score, 26 over 24 steps", after / before);
    values.add(
        "mean score, 25 over 24 steps, the larger over the smaller",
        (at / before).max(before / at),
    );
    values.done()
}
