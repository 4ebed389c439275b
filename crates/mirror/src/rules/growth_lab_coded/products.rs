use super::{Cell, CodedOptions, Estimate, Scores, pair_value};
use std::collections::BTreeMap;

/// What the program does with products: binary flags, then one factor a pair.
#[derive(Clone, Debug)]
pub(super) struct Products {
    options: CodedOptions,
    /// The mean margin of each exporter as a share of the FOB value.
    exporter_margin: Vec<f64>,
    /// By pair: whether it has a value at all, and the factor that brings its products to it.
    scale: BTreeMap<(usize, usize), f64>,
}

impl Products {
    /// From the products' cells and their pairs' totals.
    pub fn new(cells: &[Cell], pairs: &[Cell], scores: &Scores, options: &CodedOptions) -> Self {
        let stands = |pair: &&Cell| super::stands(pair, options.score_floor);
        let mut margins: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for pair in pairs.iter().filter(stands) {
            if pair.import.is_some_and(|m| m > 0.0) {
                let sums = margins.entry(pair.exporter).or_default();
                *sums = (sums.0 + 1.0 / (1.0 - pair.margin) - 1.0, sums.1 + 1.0);
            }
        }
        let mean = |i: usize| {
            margins
                .get(&i)
                .map_or(options.max_margin, |(sum, n)| (sum / n).min(options.max_margin))
        };
        let mut products = Products {
            options: *options,
            exporter_margin: (0..super::economies(cells)).map(mean).collect(),
            scale: pairs
                .iter()
                .filter(stands)
                .map(|p| ((p.exporter, p.importer), 1.0))
                .collect(),
        };
        let mut sums: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
        for cell in cells {
            if let Some(found) = products.flagged(cell, scores) {
                let (all, large) = sums.entry((cell.exporter, cell.importer)).or_default();
                *all += found.value;
                *large += if found.value > options.value_floor {
                    found.value
                } else {
                    0.0
                };
            }
        }
        for pair in pairs.iter().filter(stands) {
            let key = (pair.exporter, pair.importer);
            let total = pair_value(pair, scores, options).map_or(0.0, |e| e.value);
            let (all, large) = sums.get(&key).copied().unwrap_or_default();
            // What the products fall short by becomes a product of its own there; here it is left out.
            let wanted = if falls_short(total, all) { all } else { total };
            products
                .scale
                .insert(key, if large > 0.0 { wanted / large } else { 0.0 });
        }
        products
    }

    pub fn reconcile(&self, cell: &Cell, scores: &Scores) -> Option<Estimate> {
        let scale = self.scale.get(&(cell.exporter, cell.importer))?;
        let found = self
            .flagged(cell, scores)
            .filter(|e| e.value > self.options.value_floor)?;
        Some(Estimate {
            value: found.value * scale,
            ..found
        })
    }

    /// By binary flags: the exporter's report where it is believed, the importer's where it alone is.
    fn flagged(&self, cell: &Cell, scores: &Scores) -> Option<Estimate> {
        let reported = |v: Option<f64>| v.filter(|v| *v >= self.options.value_floor);
        // A pair without a value of its own has no margin either, and its imports are lost.
        let known = self.scale.contains_key(&(cell.exporter, cell.importer));
        let margin = self
            .exporter_margin
            .get(cell.exporter)
            .copied()
            .unwrap_or(self.options.max_margin);
        let import = reported(cell.import).filter(|_| known).map(|m| m * (1.0 - margin));
        let flags = if known {
            scores.flags(cell.exporter, cell.importer)
        } else {
            (false, false)
        };
        match (reported(cell.export), import, flags) {
            (Some(x), Some(_), (true, _)) => Some(Estimate::exporters(x)),
            (Some(_), Some(m), (false, true)) => Some(Estimate::importers(m)),
            (Some(x), Some(m), (false, false)) => Some(Estimate::mean(x, m, 0.5)),
            (Some(x), None, _) => Some(Estimate::exporters(x)),
            (None, m, _) => m.map(Estimate::importers),
        }
    }
}

/// Whether the pair's value exceeds its products' by so much that the rest gets a code of its own.
fn falls_short(total: f64, products: f64) -> bool {
    let by_much = total / products > 1.2 && total - products > 2.5e7 && total > 1e8;
    by_much || (total > 1e8 && products < 1e5)
}
