//! Seven queries on a world of trade (see README.md), from Parquet and from memory, and the decoding
//! of their columns alone, which is what none of them can beat.
//!
//! 10,000,000 rows; as many as `COUNTERFLOW_BENCH_ROWS` says where it is set.
#![allow(clippy::unwrap_used)]

use benches::criterion;
use criterion::{BenchmarkId, Throughput};
use cube::Dimension::{Flow, Partner, Product, Reporter, Year};
use cube::{Dimension, Query, Table, concentration, mirror_gaps, sum_columns};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use store::columns::{DataFile, dataset_files};
use store::{Filter, write_records};

/// Rows by default.
const ROWS: usize = 10_000_000;
/// Records of a file: what is held in memory while the dataset is made.
const FILE_ROWS: usize = 1_000_000;

/// A column and the value it is to have.
type Chosen = Option<(&'static str, &'static str)>;

/// What is summed by what, and which rows; no value stands for an economy of middling size.
const SUMS: [(&str, &[Dimension], Chosen); 6] = [
    ("Q1_year_reporter_flow", &[Year, Reporter, Flow], None),
    (
        "Q2_year_reporter_partner",
        &[Year, Reporter, Partner],
        Some(("flow", "import")),
    ),
    ("Q3_year_flow_product", &[Year, Flow, Product], None),
    ("Q7a_one_reporter", &[Year, Flow], Some(("reporter", ""))),
    ("Q7b_either_side", &[Year, Flow], Some(("economy", ""))),
    ("Q7c_one_partner", &[Year, Flow], Some(("partner", ""))),
];

fn main() {
    let mut c = criterion();
    let rows = std::env::var("COUNTERFLOW_BENCH_ROWS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(ROWS);
    let folder = tempfile::tempdir().unwrap();
    write_world(folder.path(), rows);
    let data = folder.path();
    let one = sum_columns(data, &Query::new(&[Reporter, Flow], Filter::default()).unwrap()).unwrap();
    let one = one.text(one.len() / 2, 0).into_owned();
    let query = |by: &[Dimension], chosen: Chosen| {
        let chosen =
            chosen.map(|(column, value)| format!("{column} = {}", if value.is_empty() { &one } else { value }));
        let mut query = Query::new(by, cube::filter(chosen.as_slice()).unwrap()).unwrap();
        query.weights = false;
        query
    };
    let table = Table::load(data, false).unwrap();
    let mut group = c.benchmark_group("queries");
    group.throughput(Throughput::Elements(table.rows() as u64));
    for (name, by, chosen) in SUMS {
        let query = query(by, chosen);
        assert_eq!(sum_columns(data, &query).unwrap(), table.sum(&query).unwrap());
        group.bench_function(BenchmarkId::new(format!("parquet/{name}"), rows), |b| {
            b.iter(|| sum_columns(black_box(data), &query).unwrap());
        });
        group.bench_function(BenchmarkId::new(format!("memory/{name}"), rows), |b| {
            b.iter(|| black_box(&table).sum(&query).unwrap());
        });
    }
    for (name, by, chosen, over) in [
        ("Q4_partner_concentration", &[Year, Reporter, Flow][..], None, Partner),
        (
            "Q5_product_concentration",
            &[Year, Reporter],
            Some(("flow", "export")),
            Product,
        ),
    ] {
        let query = query(by, chosen);
        group.bench_function(BenchmarkId::new(format!("parquet/{name}"), rows), |b| {
            b.iter(|| concentration(black_box(data), &query, over).unwrap());
        });
        group.bench_function(BenchmarkId::new(format!("memory/{name}"), rows), |b| {
            b.iter(|| black_box(&table).concentration(&query, over).unwrap());
        });
    }
    group.bench_function(BenchmarkId::new("parquet/Q6_mirror_gaps", rows), |b| {
        b.iter(|| mirror_gaps(black_box(data), &Query::new(&[], Filter::default()).unwrap()).unwrap());
    });
    group.bench_function(BenchmarkId::new("memory/Q6_mirror_gaps", rows), |b| {
        b.iter(|| {
            black_box(&table)
                .mirror_gaps(&Query::new(&[], Filter::default()).unwrap())
                .unwrap()
        });
    });
    let files: Vec<DataFile> = dataset_files(data)
        .unwrap()
        .iter()
        .map(|f| DataFile::open(f).unwrap())
        .collect();
    for (name, columns) in [
        ("decode/Q1_columns", &["period_year", "reporter", "flow"][..]),
        ("decode/Q3_columns", &["period_year", "flow", "product"]),
    ] {
        group.bench_function(BenchmarkId::new(name, rows), |b| {
            b.iter(|| decode(black_box(&files), columns))
        });
    }
    group.finish();
    c.final_summary();
}

/// Decodes the values and the codes of these columns, and does nothing with them. On one thread.
fn decode(files: &[DataFile], columns: &[&'static str]) -> usize {
    let mut decoded = 0;
    let mut codes = vec![0; 1 << 13];
    for file in files {
        for group in 0..file.row_groups() {
            let mut values = file.decimals(group, "value_usd", false).unwrap();
            let mut left = file.rows(group);
            while left > 0 {
                let rows = values.ready().unwrap();
                decoded += black_box(values.take(rows)).values.len();
                left -= rows;
            }
            for column in columns {
                let mut cursor = file.codes(group, column, false).unwrap();
                let mut left = file.rows(group);
                while left > 0 {
                    let rows = left.min(codes.len());
                    cursor.codes(black_box(&mut codes[..rows])).unwrap();
                    left -= rows;
                }
            }
        }
    }
    decoded
}

/// A synthetic world in files of a million records.
fn write_world(folder: &Path, rows: usize) {
    let parameters = synth::Parameters {
        economies: 120,
        first_year: 1995,
        years: rows / 400_000 + 2,
        products: 400,
        density: 0.08,
        missing: 0.05,
        seed: 20_101_222,
        ..synth::Parameters::default()
    };
    let world = benches::world(parameters);
    let mut records = world.records().take(rows);
    for number in 0.. {
        let some: Vec<trade::Record> = records.by_ref().take(FILE_ROWS).collect();
        if some.is_empty() {
            return;
        }
        let name: PathBuf = folder.join(format!("{number:05}.parquet"));
        write_records(&name, &some).unwrap();
    }
}
