//! Reconciliation rules: two reports of one flow become one figure.
//!
//! Every rule answers the same question, the FOB value of the flow, behind one trait
//! ([`Rule`]), so that a study can run the same pin under all of them and show the spread. None
//! of them is a default. The simple rules stand here; those that weigh the reporters are built
//! from two-sided flows first: [`GehlharPick`], [`GrowthLabPublished`], [`GrowthLabCoded`],
//! [`Baci`], [`Components`].

mod baci;
mod components;
mod gehlhar;
mod growth_lab_coded;
mod growth_lab_published;

pub use baci::{Baci, BaciFit};
pub use components::{Components, PRIOR_FLOWS};
pub use gehlhar::GehlharPick;
pub use growth_lab_coded::{CodedOptions, GrowthLabCoded};
pub use growth_lab_published::GrowthLabPublished;

use std::collections::BTreeMap;
use std::fmt;

/// One flow as the rules see it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    /// The exporter, an index from 0.
    pub exporter: usize,
    /// The importer, an index from 0.
    pub importer: usize,
    /// The exporter's report, FOB, US dollars.
    pub export: Option<f64>,
    /// The importer's report as published, US dollars.
    pub import: Option<f64>,
    /// τ, the margin by which the importer's report exceeds its FOB value: 0 where the importer
    /// reports FOB; otherwise fixed or estimated (see [`crate::margins`]).
    pub margin: f64,
    /// Whether there is no margin to remove because the importer reports FOB: then the rules that divide
    /// by a factor of their own do not divide either.
    pub import_is_fob: bool,
    /// The product, a number from 0; cells of one world share the numbers.
    pub product: u32,
    /// The period, a number from 0.
    pub period: u32,
}

impl Cell {
    /// The importer's report brought to FOB: M/(1 + τ).
    pub fn import_fob(&self) -> Option<f64> {
        self.import.map(|m| m / (1.0 + self.margin))
    }

    /// Which reports there are.
    pub fn witnesses(&self) -> Witnesses {
        match (self.export, self.import) {
            (Some(_), Some(_)) => Witnesses::Both,
            (None, Some(_)) => Witnesses::ImporterOnly,
            (Some(_), None) => Witnesses::ExporterOnly,
            (None, None) => Witnesses::Neither,
        }
    }
}

/// Whose reports a figure rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Witnesses {
    /// Both sides reported.
    Both,
    /// Only the importer reported.
    ImporterOnly,
    /// Only the exporter reported.
    ExporterOnly,
    /// Nobody reported: no rule invents a figure.
    Neither,
}

impl Witnesses {
    /// The words as they stand in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Witnesses::Both => "both",
            Witnesses::ImporterOnly => "importer only",
            Witnesses::ExporterOnly => "exporter only",
            Witnesses::Neither => "neither",
        }
    }
}

impl fmt::Display for Witnesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A reconciliation rule.
pub trait Rule: Send + Sync {
    /// The name in study files and output.
    fn name(&self) -> &'static str;

    /// The formula and where it was published, in a line.
    fn source(&self) -> &'static str;

    /// Whether it averages logarithms; most average the values, or take one of them.
    fn geometric(&self) -> bool {
        false
    }

    /// The FOB value of the flow; `None` where nobody reported.
    fn reconcile(&self, cell: &Cell) -> Option<Estimate>;
}

/// A reconciled flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The FOB value, US dollars.
    pub value: f64,
    /// How far it rests on the exporter's report: ∂ln V/∂ln X, 0 to 1; the rest rests on the
    /// importer's.
    pub export_share: f64,
}

impl Estimate {
    /// Resting on the exporter's report alone.
    pub fn exporters(value: f64) -> Self {
        Estimate {
            value,
            export_share: 1.0,
        }
    }

    /// Resting on the importer's report alone.
    pub fn importers(value: f64) -> Self {
        Estimate {
            value,
            export_share: 0.0,
        }
    }

    /// The weighted arithmetic mean of the two, `weight` (0 to 1) on the exporter's.
    pub fn mean(export: f64, import: f64, weight: f64) -> Self {
        let value = weight * export + (1.0 - weight) * import;
        let export_share = if value > 0.0 { weight * export / value } else { weight };
        Estimate { value, export_share }
    }

    /// The standard deviation of ln V, given the reporters' own:
    /// sqrt(s²·σ_exporter² + (1 − s)²·σ_importer²), s = `export_share`; by the delta method.
    pub fn log_std_dev(&self, sigma_exporter: f64, sigma_importer: f64) -> f64 {
        (self.export_share * sigma_exporter).hypot((1.0 - self.export_share) * sigma_importer)
    }
}

/// The rules that look at one cell and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Simple {
    /// The importer's report less the margin; the exporter's where the importer is silent.
    ImporterFirst,
    /// The exporter's report; the importer's less the margin where the exporter is silent.
    ExporterFirst,
    /// The arithmetic mean of the two, the importer's less the margin; else the one there is.
    Mean,
    /// The exporter's report; else the importer's divided by 1.06.
    Imf106,
    /// The larger of the exporter's report and the importer's divided by 1.08.
    Ots108,
    /// The exporter's report; else the importer's divided by 1.12. As the two above, it divides only where
    /// there is a margin to remove.
    Fao112,
}

impl Simple {
    /// All simple rules, in the order in which they are shown.
    pub const ALL: &'static [Simple] = &[
        Simple::ImporterFirst,
        Simple::ExporterFirst,
        Simple::Mean,
        Simple::Imf106,
        Simple::Ots108,
        Simple::Fao112,
    ];

    /// The rule of that name.
    pub fn named(name: &str) -> Option<Simple> {
        Self::ALL.iter().copied().find(|r| r.name() == name)
    }
}

impl Rule for Simple {
    fn name(&self) -> &'static str {
        match self {
            Simple::ImporterFirst => "importer-first",
            Simple::ExporterFirst => "exporter-first",
            Simple::Mean => "mean",
            Simple::Imf106 => "imf-1.06",
            Simple::Ots108 => "ots-1.08",
            Simple::Fao112 => "fao-1.12",
        }
    }

    fn source(&self) -> &'static str {
        match self {
            Simple::ImporterFirst => "M/(1+τ), else X (Feenstra et al. 2005, NBER 11040)",
            Simple::ExporterFirst => "X, else M/(1+τ)",
            Simple::Mean => "(X + M/(1+τ))/2, else the one there is",
            Simple::Imf106 => "X, else M/1.06 (IMF, Direction of Trade Statistics)",
            Simple::Ots108 => "max(X, M/1.08) (Open Trade Statistics)",
            Simple::Fao112 => "X, else M/1.12 (FAO)",
        }
    }

    fn reconcile(&self, cell: &Cell) -> Option<Estimate> {
        let export = cell.export.map(Estimate::exporters);
        let import = cell.import_fob().map(Estimate::importers);
        // An importer that reports FOB has no margin: nothing is divided.
        let flat = |factor: f64| {
            let factor = if cell.import_is_fob { 1.0 } else { factor };
            cell.import.map(|m| Estimate::importers(m / factor))
        };
        match self {
            Simple::ImporterFirst => import.or(export),
            Simple::ExporterFirst => export.or(import),
            Simple::Mean => weighted(cell, |_| 0.5),
            Simple::Imf106 => export.or(flat(1.06)),
            Simple::Ots108 => match (export, flat(1.08)) {
                (Some(x), Some(m)) => Some(if x.value >= m.value { x } else { m }),
                (x, m) => x.or(m),
            },
            Simple::Fao112 => export.or(flat(1.12)),
        }
    }
}

/// The mean of the two reports with the weight on the exporter's that `weight` gives; of one
/// report, that report.
fn weighted(cell: &Cell, weight: impl Fn(&Cell) -> f64) -> Option<Estimate> {
    match (cell.export, cell.import_fob()) {
        (Some(x), Some(m)) => Some(Estimate::mean(x, m, weight(cell))),
        (Some(x), None) => Some(Estimate::exporters(x)),
        (None, m) => m.map(Estimate::importers),
    }
}

/// The two-sided cells with both reports above zero, as (exporter, importer, X, FOB import).
fn positive_pairs(cells: &[Cell]) -> impl Iterator<Item = (usize, usize, f64, f64)> + '_ {
    cells.iter().filter_map(|cell| match (cell.export, cell.import_fob()) {
        (Some(x), Some(m)) if x > 0.0 && m > 0.0 => Some((cell.exporter, cell.importer, x, m)),
        _ => None,
    })
}

/// One cell for each period and pair of economies: its products' reports added, and the margin that brings
/// the added imports to the added FOB ones. A side is there where it reports any product.
fn pair_totals(cells: &[Cell]) -> Vec<Cell> {
    let mut totals: BTreeMap<(u32, usize, usize), (Cell, f64)> = BTreeMap::new();
    for cell in cells {
        let key = (cell.period, cell.exporter, cell.importer);
        let (total, fob) = totals.entry(key).or_insert_with(|| {
            let empty = Cell {
                export: None,
                import: None,
                product: 0,
                ..*cell
            };
            (empty, 0.0)
        });
        let add = |sum: Option<f64>, value: Option<f64>| value.map_or(sum, |v| Some(sum.unwrap_or(0.0) + v));
        total.export = add(total.export, cell.export);
        total.import = add(total.import, cell.import);
        total.import_is_fob &= cell.import_is_fob;
        *fob += cell.import_fob().unwrap_or(0.0);
    }
    let margin = |(total, fob): (Cell, f64)| match total.import {
        Some(import) if fob > 0.0 => Cell {
            margin: import / fob - 1.0,
            ..total
        },
        _ => total,
    };
    totals.into_values().map(margin).collect()
}

/// One more than the largest index of an economy in the cells.
fn economies(cells: &[Cell]) -> usize {
    cells.iter().map(|c| c.exporter.max(c.importer) + 1).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(export: Option<f64>, import: Option<f64>) -> Vec<Option<f64>> {
        let cell = Cell {
            export,
            import,
            margin: 0.05,
            ..Cell::default()
        };
        Simple::ALL
            .iter()
            .map(|rule| rule.reconcile(&cell).map(|e| e.value))
            .collect()
    }

    #[test]
    fn every_rule_by_hand() {
        let close = |found: Vec<Option<f64>>, expected: [f64; 6]| {
            for (f, e) in found.iter().zip(expected) {
                assert!((f.unwrap() - e).abs() < 1e-12, "{found:?}");
            }
        };
        close(
            values(Some(100.0), Some(210.0)),
            [200.0, 100.0, 150.0, 100.0, 210.0 / 1.08, 100.0],
        );
        close(values(Some(100.0), None), [100.0; 6]);
        close(
            values(None, Some(105.0)),
            [100.0, 100.0, 100.0, 105.0 / 1.06, 105.0 / 1.08, 105.0 / 1.12],
        );
        assert!(values(None, None).iter().all(Option::is_none));
    }

    #[test]
    fn a_mean_rests_on_the_larger_report_more() {
        // Three quarters of the sum are the exporter's.
        assert!((Estimate::mean(75.0, 25.0, 0.5).export_share - 0.75).abs() < 1e-15);
        assert_eq!(
            Estimate::mean(0.0, 0.0, 0.5),
            Estimate {
                value: 0.0,
                export_share: 0.5
            }
        );
    }

    #[test]
    fn names_lead_back_to_their_rules() {
        for rule in Simple::ALL {
            assert_eq!(Simple::named(rule.name()), Some(*rule));
        }
        assert_eq!(Simple::named("median"), None);
        assert_eq!(Cell::default().witnesses().to_string(), "neither");
    }

    proptest! {
        #[test]
        fn no_rule_leaves_the_reports(x in 1.0..1e9_f64, m in 1.0..1e9_f64, k in 1e-3..1e3_f64) {
            let cell = Cell { export: Some(x), import: Some(m), margin: 0.05, ..Cell::default() };
            let scaled = Cell { export: Some(x * k), import: Some(m * k), ..cell };
            for rule in Simple::ALL {
                let value = rule.reconcile(&cell).unwrap().value;
                prop_assert!(value >= x.min(m / 1.12) * (1.0 - 1e-12) && value <= x.max(m) * (1.0 + 1e-12));
                prop_assert!((rule.reconcile(&scaled).unwrap().value / k / value - 1.0).abs() < 1e-12);
            }
        }
    }
}
