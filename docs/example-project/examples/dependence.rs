//! A notebook in Rust: how concentrated each economy's exports are over partners, and how far the partners'
//! own reports would change the answer. The crates are used directly, without the program.
//!
//! `cargo run --example dependence -- ../../datasets/comtrade-2003-top40`

use concentration::{Shares, Universe, effective_number_hhi, herfindahl};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use store::{Filter, Pin};
use trade::{Economy, Flow, Record};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let folder = folder.ok_or("name a pin's folder, such as ../../datasets/comtrade-2003-top40")?;
    let pin = Pin::open(&folder)?;
    let records = pin.records(&Filter::default())?;
    println!(
        "{}: {} figures\n{}\n",
        pin.about.title,
        records.len(),
        pin.about.citation
    );

    // An export of A to B is told twice: by A, and by B as an import from A.
    let own = exports(&records, Flow::Export, |r| (r.reporter, r.partner));
    let mirrored = exports(&records, Flow::Import, |r| (r.partner, r.reporter));
    println!("exporter  partners  HHI by own reports  by partners' reports  effective number of partners");
    for (exporter, values) in &own {
        let shares = Shares::new(values, None, Universe::Active)?;
        let partners = match mirrored.get(exporter) {
            Some(values) => format!("{:.4}", herfindahl(&Shares::new(values, None, Universe::Active)?)),
            None => "no report".to_owned(),
        };
        println!(
            "{:8}  {:8}  {:18.4}  {partners:>20}  {:28.1}",
            exporter.as_str(),
            shares.active(),
            herfindahl(&shares),
            effective_number_hhi(&shares)
        );
    }
    Ok(())
}

/// The values of each economy's exports as `flow` tells them; world rows and figures without a value are left out.
fn exports(records: &[Record], flow: Flow, sides: fn(&Record) -> (Economy, Economy)) -> BTreeMap<Economy, Vec<f64>> {
    let mut values: BTreeMap<Economy, Vec<f64>> = BTreeMap::new();
    for record in records.iter().filter(|r| r.flow == flow) {
        let (exporter, importer) = sides(record);
        if let (Some(value), false) = (record.value, exporter.is_world() || importer.is_world()) {
            values.entry(exporter).or_default().push(value.to_f64());
        }
    }
    values
}
