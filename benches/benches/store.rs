//! Writing, reading, pruning and hashing a dataset.
#![allow(clippy::unwrap_used)]

use benches::{criterion, records};
use criterion::{BenchmarkId, Criterion, Throughput};
use std::hint::black_box;
use std::path::Path;
use store::{Filter, logical_hash, parquet_bytes, read_records, scan, write_records};
use trade::Record;

const RECORDS: usize = 200_000;

fn main() {
    let mut c = criterion();
    let records = records(RECORDS);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dataset.parquet");
    write_records(&file, &records).unwrap();

    writing(&mut c, &records, &folder.path().join("again.parquet"));
    reading(&mut c, &records, &file);
    c.bench_function(&format!("store/logical_hash/{RECORDS}"), |b| {
        b.iter(|| logical_hash(black_box(&records)));
    });
    c.final_summary();
}

/// With and without the disk, whose flush `write_records` waits for.
fn writing(c: &mut Criterion, records: &[Record], file: &Path) {
    let mut group = c.benchmark_group("store");
    group.throughput(Throughput::Elements(RECORDS as u64));
    group.bench_function(BenchmarkId::new("parquet_bytes", RECORDS), |b| {
        b.iter(|| parquet_bytes(black_box(records), file).unwrap());
    });
    group.bench_function(BenchmarkId::new("write_records", RECORDS), |b| {
        b.iter(|| write_records(file, black_box(records)).unwrap());
    });
    group.finish();
}

fn reading(c: &mut Criterion, records: &[Record], file: &Path) {
    let everything = Filter::default();
    // From the middle of the alphabet: its rows stand in one place of every year.
    let codes: std::collections::BTreeSet<_> = records.iter().map(|r| r.reporter).collect();
    let reporter = *codes.iter().nth(codes.len() / 2).unwrap();
    let one = Filter::default().with("reporter", reporter.as_str());
    let stats = scan(file, &one, None).unwrap().stats;
    assert!(stats.rows_skipped_by_page > RECORDS / 2, "nothing is pruned: {stats:?}");

    let mut group = c.benchmark_group("store");
    group.throughput(Throughput::Elements(RECORDS as u64));
    group.bench_function(BenchmarkId::new("scan_all", RECORDS), |b| {
        b.iter(|| rows(file, black_box(&everything)));
    });
    group.bench_function(BenchmarkId::new("read_records_all", RECORDS), |b| {
        b.iter(|| read_records(file, black_box(&everything)).unwrap());
    });
    group.bench_function(BenchmarkId::new("scan_one_reporter_of", RECORDS), |b| {
        b.iter(|| rows(file, black_box(&one)));
    });
    group.finish();
}

/// Decodes every wanted batch and counts its rows.
fn rows(file: &Path, filter: &Filter) -> usize {
    scan(file, filter, None)
        .unwrap()
        .map(|batch| batch.unwrap().num_rows())
        .sum()
}
