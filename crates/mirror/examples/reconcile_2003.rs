//! Times the reconciliation of a whole world under all rules, with Monte-Carlo draws:
//! `COUNTERFLOW_TEST_DATA=... cargo run --release -p mirror --example reconcile_2003`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use mirror::pairing::{Options, pair};
use mirror::posterior::Sampling;
use mirror::propagate::draw_cells;
use mirror::reconcile::{Cells, Reconciliation};
use std::collections::BTreeMap;
use std::time::Instant;
use trade::{Classification, Flow, Period, Record, Status, economies};

fn main() {
    let folder = std::env::var("COUNTERFLOW_TEST_DATA").unwrap();
    let file = format!("{folder}/mirror/comtrade_raw_2003_total_14chapters.csv.gz");
    let file = flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap());
    let mut records = Vec::new();
    for row in csv::Reader::from_reader(file).records() {
        let row = row.unwrap();
        let economy = |field: &str| economies().by_m49(field.parse().unwrap(), 2003).map(|e| e.code);
        let (Some(reporter), Some(partner)) = (economy(&row[1]), economy(&row[3])) else {
            continue;
        };
        records.push(Record {
            compiler: "UN Comtrade".into(),
            period: Period::annual(2003).unwrap(),
            reporter,
            partner,
            flow: [Flow::Import, Flow::Export, Flow::ReExport, Flow::ReImport][row[2].parse::<usize>().unwrap() - 1],
            classification: Classification::from_comtrade(&row[4]).unwrap(),
            product: (&row[5]).into(),
            valuation: None,
            value: row[9].parse().ok(),
            rounded_to: None,
            share_percent: None,
            net_weight_kg: None,
            quantity: None,
            quantity_unit: None,
            status: Status::Reported,
            basis: None,
            reference: None,
        });
    }
    let start = Instant::now();
    let pairing = pair(&records, &Options::default());
    println!(
        "{} records, {} flows, paired in {:?}",
        records.len(),
        pairing.pairs.len(),
        start.elapsed()
    );
    let mut products = BTreeMap::new();
    for pair in &pairing.pairs {
        products
            .entry(pair.key.product.clone())
            .or_insert_with(Vec::new)
            .push(pair.clone());
    }
    let (mut figures, mut checksum) = (0, 0.0);
    for (product, pairs) in &products {
        let cells = Cells::of(pairs, |_| 0.06);
        let all = Reconciliation::new(&cells.cells, &Sampling::default());
        figures += cells.cells.iter().map(|c| all.figures(c).len()).sum::<usize>();
        let rule = all.rule("variance-components").unwrap();
        let estimates: Vec<_> = cells.cells.iter().map(|c| rule.reconcile(c)).collect();
        for k in 0..1000 {
            checksum += draw_cells(all.components().unwrap(), &cells.cells, &estimates, 1, k)[0].unwrap_or(0.0);
        }
        let total: f64 = estimates.iter().flatten().map(|e| e.value).sum();
        println!(
            "{product}: {} flows, {:?}, {total:.4e} USD, {:?}",
            pairs.len(),
            cells.witnesses(),
            start.elapsed()
        );
    }
    println!(
        "{figures} figures, 1000 draws, {:?} in all (checksum {checksum:.3e})",
        start.elapsed()
    );
}
