//! How long the model takes on a listing of a thousand products.

use criterion::{Criterion, criterion_group, criterion_main};
use intra_industry::IntraIndustry;
use model::{Coverage, Input, Model};
use trade::{Classification, Economy, Flow, Period, Record, Usd};

fn flows() -> Option<Vec<Record>> {
    let period = Period::annual(2003).ok()?;
    let (reporter, partner) = (Economy::new("PRK").ok()?, Economy::new("CHN").ok()?);
    let mut flows = Vec::new();
    for product in 0..1000_i128 {
        for flow in [Flow::Export, Flow::Import] {
            let value = Usd::from_thousandths(1000 * (product * 7919 % 1009));
            let mut record = Record::new("A", period, reporter, partner, flow, value);
            record.classification = Classification::Hs(0);
            record.product = format!("{:06}", 10_000 + product).into();
            flows.push(record);
        }
    }
    Some(flows)
}

fn bench(criterion: &mut Criterion) {
    let flows = flows().unwrap_or_default();
    let input = Input {
        scenario: "bench",
        economy: Economy::new("PRK").ok(),
        flows: &flows,
        coverage: Coverage::Complete,
        parameters: &toml::Table::new(),
        seed: 0,
    };
    criterion.bench_function("intra-industry, 2,000 figures", |b| {
        b.iter(|| IntraIndustry.run(&input))
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
