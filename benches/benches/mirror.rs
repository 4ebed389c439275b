//! Two reports of one flow: pairing, gaps, reconciliation.
#![allow(clippy::unwrap_used)]

use benches::{criterion, world};
use criterion::{BenchmarkId, Criterion, Throughput};
use mirror::gaps::{Totals, gap_of};
use mirror::levels::Level;
use mirror::pairing::{Options, Pair, pair};
use mirror::posterior::Sampling;
use mirror::reconcile::{Cells, Reconciliation};
use mirror::rules::Rule;
use mirror::simulate::simulate;
use std::hint::black_box;
use synth::Parameters;
use trade::Record;

fn main() {
    let mut c = criterion();
    pairs(&mut c);
    rules(&mut c);
    worlds(&mut c);
    c.final_summary();
}

/// One year of 15 chapters among 60 economies, a twentieth of the reports missing.
fn pairs(c: &mut Criterion) {
    const RECORDS: usize = 100_000;
    let world = world(Parameters {
        economies: 60,
        products: 15,
        missing: 0.05,
        seed: 2,
        ..Parameters::default()
    });
    let records: Vec<Record> = world.records().take(RECORDS).collect();
    assert_eq!(records.len(), RECORDS);
    let pairing = pair(&records, &Options::default());

    let mut group = c.benchmark_group("mirror");
    group.throughput(Throughput::Elements(RECORDS as u64));
    group.bench_function(BenchmarkId::new("pair", RECORDS), |b| {
        b.iter(|| pair(black_box(&records), &Options::default()));
    });
    group.bench_function(BenchmarkId::new("gaps_and_totals_of_pairs_of", RECORDS), |b| {
        b.iter(|| {
            let pairs = black_box(&pairing.pairs);
            let gaps: Vec<_> = pairs.iter().map(gap_of).collect();
            (gaps, Totals::by(pairs, |p| Some(p.key.importer)))
        });
    });
    group.finish();
}

/// All rules on flows of a world of 150 economies, most of them two-sided: fitting them, and
/// every rule's figure with its interval for every flow.
fn rules(c: &mut Criterion) {
    const FLOWS: usize = 20_000;
    let world = world(Parameters {
        economies: 150,
        missing: 0.15,
        seed: 3,
        ..Parameters::default()
    });
    let records: Vec<Record> = world.records().collect();
    let pairing = pair(&records, &Options::default());
    let cells = Cells::of(&pairing.pairs[..FLOWS], |_| 0.06).cells;
    let fitted = Reconciliation::new(&cells, &Sampling::default());

    let mut group = c.benchmark_group("mirror");
    group.throughput(Throughput::Elements(FLOWS as u64));
    group.bench_function(BenchmarkId::new("fit_all_rules", FLOWS), |b| {
        b.iter(|| Reconciliation::new(black_box(&cells), &Sampling::default()));
    });
    group.bench_function(BenchmarkId::new("figures_of_all_rules", FLOWS), |b| {
        b.iter(|| {
            let figures = cells.iter().map(|cell| fitted.figures(black_box(cell)).len());
            figures.sum::<usize>()
        });
    });
    group.finish();
}

/// A whole year, all products and by chapter, under all rules with a thousand draws of the reporters' errors and of
/// the world: the raw world of 2003 where COUNTERFLOW_TEST_DATA names the folder that holds it, else a synthetic
/// one of as many flows.
fn worlds(c: &mut Criterion) {
    let (name, records) = match real_world() {
        Some(records) => ("reconcile_2003_with_1000_draws", records),
        None => ("reconcile_synthetic_with_1000_draws", synthetic_world()),
    };
    let pairing = pair(&records, &Options::default());
    let mut group = c.benchmark_group("mirror");
    group.sample_size(10);
    group.throughput(Throughput::Elements(pairing.pairs.len() as u64));
    group.bench_function(BenchmarkId::new(name, pairing.pairs.len()), |b| {
        b.iter(|| {
            let (totals, chapters): (Vec<_>, Vec<_>) = black_box(&pairing.pairs)
                .iter()
                .partition(|p| Level::of(&p.key.product) == Level::Total);
            [totals, chapters].map(|pairs: Vec<&Pair>| {
                let cells = Cells::of(pairs, |_| 0.06).cells;
                let all = Reconciliation::new(&cells, &Sampling::default());
                let figures: usize = cells.iter().map(|cell| all.figures(cell).len()).sum();
                let rules: Vec<&dyn Rule> = all.rules().collect();
                (figures, simulate(&all, &rules, &cells, 1000, 1))
            })
        });
    });
    group.finish();
}

fn real_world() -> Option<Vec<Record>> {
    let folder = std::env::var_os("COUNTERFLOW_TEST_DATA")?;
    let path = std::path::Path::new(&folder).join("mirror/comtrade_raw_2003_total_14chapters.csv.gz");
    Some(sources::import_path(&path, &sources::Options::default()).ok()?.records)
}

fn synthetic_world() -> Vec<Record> {
    let world = world(Parameters {
        economies: 110,
        products: 15,
        missing: 0.25,
        seed: 4,
        ..Parameters::default()
    });
    world.records().collect()
}
