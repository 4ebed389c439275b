//! One figure of two reports, by every rule.

use crate::totals::{Names, record};
use mirror::pairing::{Options, Pair, pair};
use mirror::posterior::Sampling;
use mirror::reconcile::{Cells, Reconciliation};
use rayon::prelude::*;
use std::collections::BTreeMap;
use trade::{Economy, Flow, Period, Record, Status, Usd, Valuation};

/// How the compiler of a reconciled figure begins; the rule's name follows.
pub const RECONCILED: &str = "reconciled ";

/// The margin of c.i.f. values over f.o.b. ones: the International Monetary Fund's since 2018.
const MARGIN: f64 = 0.06;

/// What each rule makes of the reports of an economy's trade: rules that weigh reporters are fitted on all pairs of
/// the year. All values are free on board.
pub fn reconciled(world: &[Record], economy: Economy) -> Vec<Record> {
    let mut years: BTreeMap<Period, Vec<&Record>> = BTreeMap::new();
    for record in world.iter().filter(|r| r.status == Status::Reported) {
        years.entry(record.period).or_default().push(record);
    }
    let years: Vec<Vec<&Record>> = years.into_values().collect();
    let all: Vec<Vec<Record>> = years.par_iter().map(|records| of_year(records, economy)).collect();
    all.into_iter().flatten().collect()
}

fn of_year(records: &[&Record], economy: Economy) -> Vec<Record> {
    let pairs = pair(records.iter().copied(), &Options::default()).pairs;
    let cells = Cells::of(&pairs, |_| MARGIN);
    let fitted = Reconciliation::new(&cells.cells, &Sampling::default());
    let mut names = Names::default();
    let mut figures = Vec::new();
    let own = |p: &Pair| p.key.exporter == economy || p.key.importer == economy;
    for (pair, cell) in pairs.iter().zip(&cells.cells).filter(|(p, _)| own(p)) {
        let (partner, flow) = if pair.key.exporter == economy {
            (pair.key.importer, Flow::Export)
        } else {
            (pair.key.exporter, Flow::Import)
        };
        for figure in fitted.figures(cell) {
            let value = Usd::from_thousandths((figure.estimate.value * 1000.0).round() as i128);
            figures.push(Record {
                compiler: names.of(&format!("{RECONCILED}{}", figure.rule)),
                status: Status::Estimated,
                valuation: Some(Valuation::Fob),
                ..record(pair.key.period, economy, partner, flow, value)
            });
        }
    }
    figures
}
