//! Synthetic worlds and how well the rules find their truth: shared by the test and the table.

use mirror::pairing::{Options, pair};
use mirror::posterior::Sampling;
use mirror::reconcile::{Cells, Reconciliation};
use std::collections::BTreeMap;
use synth::{Errors, Parameters, World};
use trade::Record;

/// Worlds that keep every rule's assumptions, and worlds that break them, one at a time.
pub fn error_models() -> Vec<(&'static str, Parameters)> {
    let base = Parameters {
        economies: 30,
        missing: 0.15,
        ..Parameters::default()
    };
    vec![
        (
            "Log-normal, independent (the model behind BACI and variance components)",
            base.clone(),
        ),
        (
            "Reporters biased (s.d. 0.2)",
            Parameters {
                bias: 0.2,
                ..base.clone()
            },
        ),
        (
            "Heavy tails (Student t, 3 degrees of freedom)",
            Parameters {
                errors: Errors::HeavyTailed,
                ..base.clone()
            },
        ),
        (
            "Both sides' errors correlated (0.5)",
            Parameters {
                errors: Errors::Correlated(0.5),
                ..base.clone()
            },
        ),
        (
            "A hub takes 20% of every flow",
            Parameters {
                hub: 0.2,
                ..base.clone()
            },
        ),
        (
            "Freight of 15% at 1,000 km, where 6% is assumed",
            Parameters {
                margin_at_1000_km: 0.15,
                ..base.clone()
            },
        ),
        (
            "Ten of thirty reporters book one partner's trade under another's name",
            Parameters {
                misattributed: 10,
                ..base.clone()
            },
        ),
        (
            "Four products, errors three times larger in every second one",
            Parameters {
                products: 4,
                errors: Errors::ByProduct(3.0),
                ..base
            },
        ),
    ]
}

/// Sums over cells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Covered {
    pub n: usize,
    pub inside: usize,
}

impl Covered {
    pub fn cover(&self) -> Option<f64> {
        (self.n > 0).then(|| self.inside as f64 / self.n as f64)
    }
}

/// How a rule did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    n: usize,
    squares: f64,
    ratios: f64,
    pub two_sided: Covered,
    pub one_sided: Covered,
}

impl Score {
    /// Root mean square of ln(estimate/truth) over two-sided flows.
    pub fn rmse(&self) -> f64 {
        (self.squares / self.n as f64).sqrt()
    }

    /// Mean of estimate/truth − 1 over two-sided flows, per cent.
    pub fn bias_percent(&self) -> f64 {
        100.0 * (self.ratios / self.n as f64 - 1.0)
    }
}

/// Every rule's score over that many worlds, with seeds 1, 2, ...; in the order of the rules.
pub fn scores(parameters: &Parameters, worlds: u64) -> Vec<(&'static str, Score)> {
    let mut order: Vec<&'static str> = Vec::new();
    let mut scores: BTreeMap<&'static str, Score> = BTreeMap::new();
    for seed in 1..=worlds {
        let world = World::new(Parameters {
            seed,
            ..parameters.clone()
        })
        .unwrap();
        let records: Vec<Record> = world.records().collect();
        let pairing = pair(&records, &Options::default());
        let index = |code| world.index(code).unwrap();
        let ordinary = parameters.margin_at_1000_km < 0.1;
        let cells = Cells::of(&pairing.pairs, |p| {
            if ordinary {
                world.margin(index(p.key.exporter), index(p.key.importer))
            } else {
                0.06
            }
        });
        let all = Reconciliation::new(
            &cells.cells,
            &Sampling {
                seed,
                ..Sampling::default()
            },
        );
        order = all.rules().map(|r| r.name()).collect();
        for (pair, cell) in pairing.pairs.iter().zip(&cells.cells) {
            let product = world.products().iter().position(|p| *p == pair.key.product).unwrap();
            let Some(truth) = world.truth(0, index(pair.key.exporter), index(pair.key.importer), product) else {
                continue;
            };
            for figure in all.figures(cell) {
                let score = scores.entry(figure.rule).or_default();
                let both = cell.export.is_some() && cell.import.is_some();
                if both {
                    score.n += 1;
                    score.squares += (figure.estimate.value / truth.value).ln().powi(2);
                    score.ratios += figure.estimate.value / truth.value;
                }
                if let Some((low, high)) = figure.interval {
                    let group = if both {
                        &mut score.two_sided
                    } else {
                        &mut score.one_sided
                    };
                    group.n += 1;
                    group.inside += usize::from((low..=high).contains(&truth.value));
                }
            }
        }
    }
    order.into_iter().map(|rule| (rule, scores[rule])).collect()
}

/// How many worlds the published tables are of.
pub const WORLDS: u64 = 20;

/// A rule's row in the published tables.
pub fn row(rule: &str, score: &Score) -> String {
    let percent = |share: Option<f64>| share.map_or("-".to_owned(), |s| format!("{:.1}", 100.0 * s));
    let (two, one) = (percent(score.two_sided.cover()), percent(score.one_sided.cover()));
    format!(
        "| {rule} | {:.3} | {:+.1} | {two} | {one} |",
        score.rmse(),
        score.bias_percent()
    )
}
