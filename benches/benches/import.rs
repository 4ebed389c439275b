//! Import at scale and the making of worlds: rows a second from CSV text to a partitioned dataset.
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sources::{BulkOptions, Defaults, import_bulk};
use std::hint::black_box;
use std::io::Write;
use synth::{BulkParameters, BulkWorld, Shape};

const ROWS: u64 = 500_000;

fn world(shape: Shape) -> BulkWorld {
    BulkWorld::new(BulkParameters {
        rows: ROWS,
        years: 5,
        shape,
        ..BulkParameters::default()
    })
    .unwrap()
}

fn import(c: &mut Criterion) {
    let mut group = c.benchmark_group("import");
    group.throughput(Throughput::Elements(ROWS)).sample_size(10);
    for (name, shape) in [("baci", Shape::Baci), ("comtrade", Shape::Comtrade)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input.csv");
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        let world = world(shape);
        let baci = shape == Shape::Baci;
        file.write_all(if baci {
            synth::BACI_HEADER
        } else {
            synth::COMTRADE_HEADER
        })
        .unwrap();
        for (year, r) in world
            .parameters()
            .year_range()
            .flat_map(|y| (0..world.reporters()).map(move |r| (y, r)))
        {
            let lines = if baci {
                world.baci_lines(year, r)
            } else {
                world.comtrade_lines(year, r)
            };
            file.write_all(&lines).unwrap();
        }
        file.flush().unwrap();
        let options = BulkOptions {
            source: None,
            defaults: Defaults {
                classification: Some("HS0".into()),
                ..Defaults::default()
            },
            memory: 1 << 30,
            progress: &|_| {},
            before_the_end: &|_| Ok(()),
        };
        group.bench_function(name, |b| {
            b.iter_batched(
                || tempfile::tempdir().unwrap(),
                |out| import_bulk(&path, out.path(), &options).unwrap().records,
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn make(c: &mut Criterion) {
    let mut group = c.benchmark_group("synth");
    group.throughput(Throughput::Elements(ROWS)).sample_size(10);
    let world = world(Shape::Records);
    group.bench_function("rows", |b| {
        b.iter(|| {
            let parts = world
                .parameters()
                .year_range()
                .flat_map(|y| (0..world.reporters()).map(move |r| (y, r)));
            parts.map(|(y, r)| black_box(world.block(y, r)).rows()).sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, import, make);
criterion_main!(benches);
