//! All reconciliation rules on the same cells, with an interval for every figure.

use crate::margins::removal;
use crate::pairing::{Pair, Report};
use crate::posterior::Sampling;
use crate::rules::{
    Baci, Cell, CodedOptions, Components, Estimate, GehlharPick, GrowthLabCoded, GrowthLabPublished, Rule, Simple,
    Witnesses,
};
use crate::variance_components::Unestimable;
use std::collections::{BTreeMap, BTreeSet};
use trade::{Classification, Economy, Period};

/// Cells for the rules, with the economies that their indices stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// The economies, sorted; a cell's `exporter` and `importer` are positions in this list.
    pub economies: Vec<Economy>,
    /// One cell for each pair, in the same order.
    pub cells: Vec<Cell>,
}

impl Cells {
    /// From pairs. `margin` gives τ of a pair's route; whether it is removed is decided by the report's own
    /// valuation and the table of valuations ([`removal`]).
    pub fn of<'a>(pairs: impl IntoIterator<Item = &'a Pair>, margin: impl Fn(&Pair) -> f64) -> Self {
        let pairs: Vec<&Pair> = pairs.into_iter().collect();
        let economies: Vec<Economy> = pairs
            .iter()
            .flat_map(|p| [p.key.exporter, p.key.importer])
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let place: BTreeMap<Economy, usize> = economies.iter().enumerate().map(|(i, e)| (*e, i)).collect();
        let mut products: BTreeMap<(Option<Classification>, &str), u32> = BTreeMap::new();
        let mut periods: BTreeMap<Period, u32> = BTreeMap::new();
        let cells = pairs
            .iter()
            .map(|pair| {
                let (product, period) = (products.len() as u32, periods.len() as u32);
                let (margin, ground) = removal(pair, margin(pair));
                Cell {
                    exporter: place[&pair.key.exporter],
                    importer: place[&pair.key.importer],
                    export: pair.export.as_ref().map(Report::amount),
                    import: pair.import.as_ref().map(Report::amount),
                    margin,
                    import_is_fob: pair.import.is_some() && !ground.removes(),
                    product: *products
                        .entry((pair.key.classification, &pair.key.product))
                        .or_insert(product),
                    period: *periods.entry(pair.key.period).or_insert(period),
                }
            })
            .collect();
        Cells { economies, cells }
    }

    /// How many cells rest on which reports.
    pub fn witnesses(&self) -> BTreeMap<Witnesses, usize> {
        let mut counts = BTreeMap::new();
        for cell in &self.cells {
            *counts.entry(cell.witnesses()).or_default() += 1;
        }
        counts
    }
}

/// One rule's figure of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The rule's name.
    pub rule: &'static str,
    /// The FOB value, US dollars.
    pub estimate: Estimate,
    /// Whose reports it rests on.
    pub witnesses: Witnesses,
    /// The 95% interval, US dollars; `None` where no reporter's error could be estimated.
    pub interval: Option<(f64, f64)>,
}

/// The normal quantile of 95 per cent.
const Z95: f64 = 1.959_963_984_540_054;

/// Every rule, fitted on the same cells.
pub struct Reconciliation {
    rules: Vec<Box<dyn Rule>>,
    components: Result<Components, Unestimable>,
}

impl Reconciliation {
    /// Fits the rules that weigh reporters on the two-sided cells. Cells of one period and one
    /// level of products are expected. The rule of variance components is absent where it
    /// cannot be estimated (see [`Reconciliation::components`]).
    pub fn new(cells: &[Cell], sampling: &Sampling) -> Self {
        let components = Components::new(cells, sampling);
        let mut rules: Vec<Box<dyn Rule>> = Vec::new();
        for rule in Simple::ALL {
            rules.push(Box::new(*rule));
        }
        rules.push(Box::new(GehlharPick::new(cells)));
        rules.push(Box::new(GrowthLabPublished::new(cells)));
        rules.push(Box::new(GrowthLabCoded::new(cells, CodedOptions::default())));
        rules.push(Box::new(Baci::new(cells)));
        if let Ok(components) = &components {
            rules.push(Box::new(components.clone()));
        }
        Reconciliation { rules, components }
    }

    /// The rules, in the order in which they are shown.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &dyn Rule> {
        self.rules.iter().map(AsRef::as_ref)
    }

    /// The rule of a name.
    pub fn rule(&self, name: &str) -> Option<&dyn Rule> {
        self.rules().find(|r| r.name() == name)
    }

    /// The reporters' errors, which give every interval.
    ///
    /// # Errors
    /// Why there are none.
    pub fn components(&self) -> Result<&Components, Unestimable> {
        self.components.as_ref().map_err(|e| *e)
    }

    /// One rule's figure of a cell; `None` where nobody reported.
    pub fn figure(&self, rule: &dyn Rule, cell: &Cell) -> Option<Figure> {
        let estimate = rule.reconcile(cell)?;
        let interval = self.components.as_ref().ok().map(|c| c.interval(cell, &estimate, Z95));
        Some(Figure {
            rule: rule.name(),
            estimate,
            witnesses: cell.witnesses(),
            interval,
        })
    }

    /// Every rule's figure of a cell.
    pub fn figures(&self, cell: &Cell) -> Vec<Figure> {
        self.rules().filter_map(|rule| self.figure(rule, cell)).collect()
    }
}

impl std::fmt::Debug for Reconciliation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.rules().map(Rule::name).collect();
        f.debug_struct("Reconciliation")
            .field("rules", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::record;
    use crate::pairing::{Options, pair};
    use proptest::prelude::*;
    use trade::{Flow, TOTAL};

    #[test]
    fn every_rule_gives_a_figure_with_its_flag_and_interval() {
        let codes = ["AAA", "BBB", "CCC", "DDD"];
        let mut records = Vec::new();
        for (i, a) in codes.iter().enumerate() {
            for (j, b) in codes.iter().enumerate().filter(|(j, _)| *j != i) {
                let value = 1_000_000 * (1 + i as i64 + 2 * j as i64);
                records.push(record(2003, a, Flow::Export, b, TOTAL, Some(value)));
                // DDD reports no imports.
                if j < 3 {
                    records.push(record(
                        2003,
                        b,
                        Flow::Import,
                        a,
                        TOTAL,
                        Some(value * (11 + i as i64) / 10),
                    ));
                }
            }
        }
        let pairing = pair(&records, &Options::default());
        let cells = Cells::of(&pairing.pairs, |_| 0.06);
        assert_eq!(
            cells.witnesses(),
            BTreeMap::from([(Witnesses::Both, 9), (Witnesses::ExporterOnly, 3)])
        );
        let all = Reconciliation::new(&cells.cells, &Sampling::default());
        let names: BTreeSet<&str> = all.rules().map(Rule::name).collect();
        assert_eq!((all.rules().len(), names.len()), (11, 11));
        let one_sided = cells.cells.iter().find(|c| c.import.is_none()).unwrap();
        for figure in all.figures(one_sided) {
            assert_eq!(Some(figure.estimate.value), one_sided.export, "{}", figure.rule);
            assert_eq!(figure.witnesses, Witnesses::ExporterOnly);
            let (low, high) = figure.interval.unwrap();
            assert!(low < figure.estimate.value && figure.estimate.value < high);
        }
        assert_eq!(all.figures(&Cell::default()), []);
    }

    /// A full world of eight with reports that disagree.
    fn world(seed: u64) -> Vec<Cell> {
        let mut state = seed;
        let mut noise = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1_u64 << 24) as f64 - 0.5
        };
        let pairs = (0..8).flat_map(|i| (0..8).filter(move |j| *j != i).map(move |j| (i, j)));
        pairs
            .map(|(exporter, importer)| {
                let truth = (14.0 + 4.0 * noise()).exp();
                let export = (noise() < 0.4).then(|| truth * noise().exp());
                let import = (noise() < 0.4).then(|| truth * 1.06 * (2.0 * noise()).exp());
                Cell {
                    exporter,
                    importer,
                    export,
                    import,
                    margin: 0.06,
                    ..Cell::default()
                }
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn order_and_currency_do_not_matter(seed in any::<u64>(), power in 1..6_i32) {
            // A power of two rounds nothing: another factor may carry a ratio over the bar that it stands at.
            let factor = 2.0_f64.powi(power);
            let sampling = Sampling { draws: 50, burn_in: 10, ..Sampling::default() };
            let cells = world(seed);
            let all = Reconciliation::new(&cells, &sampling);
            let reversed: Vec<Cell> = cells.iter().rev().copied().collect();
            let turned = Reconciliation::new(&reversed, &sampling);
            let scale = |v: Option<f64>| v.map(|v| v * factor);
            let scaled: Vec<Cell> =
                cells.iter().map(|c| Cell { export: scale(c.export), import: scale(c.import), ..*c }).collect();
            let in_other_money = Reconciliation::new(&scaled, &sampling);
            for (cell, scaled_cell) in cells.iter().zip(&scaled) {
                for (a, b) in all.figures(cell).iter().zip(turned.figures(cell)) {
                    prop_assert!((a.estimate.value / b.estimate.value - 1.0).abs() < 1e-9, "{}", a.rule);
                }
                for (a, b) in all.figures(cell).iter().zip(in_other_money.figures(scaled_cell)) {
                    // BACI weighs by ln(X + M), and the Growth Lab's program has floors in dollars.
                    if !["baci", "growth-lab-coded"].contains(&a.rule) {
                        prop_assert!((b.estimate.value / factor / a.estimate.value - 1.0).abs() < 1e-9, "{}", a.rule);
                    }
                }
            }
        }
    }
}
