use super::{Cell, Estimate, Rule, economies, pair_totals, positive_pairs, weighted};
use crate::connectedness::Components;
use nalgebra::{DMatrix, DVector};

/// The Growth Lab's rule as published (Bustos et al. 2026, Scientific Data 13:170): each
/// country's share of the discrepancy D = |X − M|/(X + M) by least squares D_jk = α_j + α_k,
/// accuracy 1 − α, and the mean of the two reports with the softmax of the accuracies,
/// w = e^{a_i}/(e^{a_i} + e^{a_j}), where both countries are above the 10th percentile of accuracy;
/// the one reliable report where one is; the mean where neither is, on which the paper is silent.
///
/// As α lies between 0 and 1, w lies between 0.269 and 0.731: nearly a plain mean. Countries in a
/// part of the graph without an odd cycle have no α of their own and weigh like the average.
#[derive(Clone, Debug)]
pub struct GrowthLabPublished {
    accuracy: Vec<f64>,
    threshold: f64,
}

impl GrowthLabPublished {
    /// Estimates the accuracies from the two-sided pairs, all products of a pair added.
    pub fn new(cells: &[Cell]) -> Self {
        let n = economies(cells);
        let flows: Vec<(usize, usize, f64)> = positive_pairs(&pair_totals(cells))
            .map(|(i, j, x, m)| (i, j, (x - m).abs() / (x + m)))
            .collect();
        let alpha = shares_of_discrepancy(n, &flows);
        let known: Vec<f64> = alpha.iter().copied().flatten().collect();
        let mean = if known.is_empty() {
            0.0
        } else {
            known.iter().sum::<f64>() / known.len() as f64
        };
        let mut ranked: Vec<f64> = known.iter().map(|a| 1.0 - a).collect();
        ranked.sort_by(f64::total_cmp);
        let accuracy = alpha.iter().map(|a| 1.0 - a.unwrap_or(mean)).collect();
        GrowthLabPublished {
            accuracy,
            threshold: percentile_10(&ranked),
        }
    }

    /// 1 − α of a country.
    pub fn accuracy(&self, economy: usize) -> Option<f64> {
        self.accuracy.get(economy).copied()
    }
}

/// Linear interpolation at (n − 1)/10; below everything for no values.
fn percentile_10(sorted: &[f64]) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NEG_INFINITY;
    };
    let at = 0.1 * last as f64;
    let (below, above) = (sorted[at as usize], sorted[(at as usize + 1).min(last)]);
    below + (above - below) * at.fract()
}

/// α by the normal equations of the unsigned incidence matrix; `None` where not determined.
fn shares_of_discrepancy(n: usize, flows: &[(usize, usize, f64)]) -> Vec<Option<f64>> {
    let edges: Vec<_> = flows.iter().map(|f| (f.0, f.1)).collect();
    let parts = Components::of(n, &edges);
    let kept: Vec<usize> = (0..n).filter(|&i| !parts.bipartite[parts.of_node[i]]).collect();
    let mut column = vec![None; n];
    for (c, &i) in kept.iter().enumerate() {
        column[i] = Some(c);
    }
    let (mut gram, mut moment) = (DMatrix::zeros(kept.len(), kept.len()), DVector::zeros(kept.len()));
    for &(i, j, d) in flows {
        if let (Some(a), Some(b)) = (column[i], column[j]) {
            for (r, c) in [(a, a), (a, b), (b, a), (b, b)] {
                gram[(r, c)] += 1.0;
            }
            moment[a] += d;
            moment[b] += d;
        }
    }
    match gram.cholesky() {
        Some(factor) => {
            let alpha = factor.solve(&moment);
            column.iter().map(|c| c.map(|c| alpha[c])).collect()
        }
        None => vec![None; n],
    }
}

impl Rule for GrowthLabPublished {
    fn name(&self) -> &'static str {
        "growth-lab-published"
    }

    fn source(&self) -> &'static str {
        "softmax of accuracies 1 − α, D_jk = α_j + α_k by least squares (Bustos et al. 2026)"
    }

    fn reconcile(&self, cell: &Cell) -> Option<Estimate> {
        let accuracy = |i: usize| self.accuracy.get(i).copied();
        let (exporter, importer) = (accuracy(cell.exporter), accuracy(cell.importer));
        let reliable = |a: Option<f64>| a.is_some_and(|a| a > self.threshold);
        let weight = match (reliable(exporter), reliable(importer)) {
            (true, false) => 1.0,
            (false, true) => 0.0,
            (false, false) => 0.5,
            (true, true) => 1.0 / (1.0 + (importer.unwrap_or(0.0) - exporter.unwrap_or(0.0)).exp()),
        };
        weighted(cell, |_| weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reports whose discrepancy is exactly `d`.
    fn cell(exporter: usize, importer: usize, d: f64) -> Cell {
        Cell {
            exporter,
            importer,
            export: Some(1.0 + d),
            import: Some(1.0 - d),
            margin: 0.0,
            ..Cell::default()
        }
    }

    #[test]
    fn discrepancies_that_add_up_are_taken_apart() {
        // α = 0.1, 0.05, 0.2, 0.02.
        let alpha = [0.1, 0.05, 0.2, 0.02];
        let cells: Vec<Cell> = (0..4)
            .flat_map(|i| (0..4).filter(move |&j| j != i).map(move |j| (i, j)))
            .map(|(i, j)| cell(i, j, alpha[i] + alpha[j]))
            .collect();
        let rule = GrowthLabPublished::new(&cells);
        for (i, a) in alpha.iter().enumerate() {
            assert!((rule.accuracy(i).unwrap() - 1.0 + a).abs() < 1e-12);
        }
        // The tenth percentile of 0.8, 0.9, 0.95, 0.98 is 0.83: country 2 is not reliable.
        assert!((rule.threshold - 0.83).abs() < 1e-12);
        let found = rule.reconcile(&cell(0, 2, 0.3)).unwrap();
        assert_eq!((found.value, found.export_share), (1.3, 1.0));
        let weight = 1.0 / (1.0 + (0.98_f64 - 0.95).exp());
        let found = rule.reconcile(&cell(1, 3, 0.07)).unwrap();
        assert!((found.value - (weight * 1.07 + (1.0 - weight) * 0.93)).abs() < 1e-12);
    }

    #[test]
    fn without_two_sided_flows_it_is_the_mean() {
        let rule = GrowthLabPublished::new(&[Cell {
            export: None,
            ..cell(0, 1, 0.0)
        }]);
        let found = rule.reconcile(&cell(0, 1, 0.5)).unwrap();
        assert_eq!(found.value, 1.0);
    }
}
