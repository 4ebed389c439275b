//! Two reports of one flow: pairing, gaps, reconciliation.
#![allow(clippy::unwrap_used)]

use benches::{criterion, world};
use criterion::{BenchmarkId, Criterion, Throughput};
use mirror::gaps::{Totals, gap_of};
use mirror::pairing::{Options, pair};
use mirror::posterior::Sampling;
use mirror::reconcile::{Cells, Reconciliation};
use std::hint::black_box;
use synth::Parameters;
use trade::Record;

fn main() {
    let mut c = criterion();
    pairs(&mut c);
    rules(&mut c);
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
