//! Grouped exact sums, from Arrow batches in memory and from Parquet.
#![allow(clippy::unwrap_used)]

use benches::{criterion, records};
use criterion::{BenchmarkId, Throughput};
use cube::Dimension::{Flow, Partner, Product, Reporter, Year};
use cube::{Dimension, Query, sum_batches, sum_dataset};
use std::hint::black_box;
use store::{Filter, scan, write_records};

const RECORDS: usize = 1_000_000;

/// What is asked, and by what it groups.
const QUERIES: [(&str, &[Dimension]); 3] = [
    ("year_reporter_flow", &[Year, Reporter, Flow]),
    ("year_flow_product", &[Year, Flow, Product]),
    ("year_reporter_flow_partner", &[Year, Reporter, Flow, Partner]),
];

fn main() {
    let mut c = criterion();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dataset.parquet");
    write_records(&file, &records(RECORDS)).unwrap();
    let batches: Vec<_> = scan(&file, &Filter::default(), None)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();

    let mut group = c.benchmark_group("sums");
    group.throughput(Throughput::Elements(RECORDS as u64));
    for (name, by) in QUERIES {
        let query = Query::new(by, Filter::default()).unwrap();
        // Both ways must give the same bits before they are worth timing.
        assert_eq!(
            sum_batches(&batches, &query).unwrap(),
            sum_dataset(&file, &query).unwrap()
        );
        group.bench_function(BenchmarkId::new(format!("memory/{name}"), RECORDS), |b| {
            b.iter(|| sum_batches(black_box(&batches), black_box(&query)).unwrap());
        });
        group.bench_function(BenchmarkId::new(format!("parquet/{name}"), RECORDS), |b| {
            b.iter(|| sum_dataset(black_box(&file), black_box(&query)).unwrap());
        });
    }
    group.finish();
    c.final_summary();
}
