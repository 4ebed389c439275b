use super::{Cell, Estimate, Rule, economies};
use crate::guards::median;
use crate::posterior::{Posterior, Sampling, half_width, posterior};
use crate::variance_components::{LogRatio, Unestimable, VarianceComponents, Weighting, variance_components};
use std::collections::BTreeMap;

/// The rule of variance components: the geometric mean of the two reports, weighted by the inverse
/// of their error variances, ln V = w ln X + (1 − w) ln M with w = σ_j²/(σ_i² + σ_j²).
///
/// Under log-normal errors this is the estimate of smallest variance, and unbiased in logs, which an
/// arithmetic mean of the reports is not. The variances are the posterior means of
/// [`crate::posterior`], so that a reporter of whom little is known counts as the others usually do.
/// A flow with one report, or one of zero, is that report or the other one.
///
/// Where the cells have several products, some are told apart worse than others: every standard deviation
/// is the reporter's times the product's, which is the median |ln(X/M)| of the product's flows relative to
/// that of all, drawn towards 1 as [`PRIOR_FLOWS`] flows at the median would.
#[derive(Clone, Debug)]
pub struct Components {
    posterior: Posterior,
    /// By product, the factor of the standard deviations.
    product: Vec<f64>,
    /// The plain estimates, by maximum likelihood.
    pub estimates: VarianceComponents,
}

/// How many flows of its own a product needs to count as much as the others together.
pub const PRIOR_FLOWS: f64 = 20.0;

/// ln X − ln M of two reports above zero, the importer's brought to FOB.
fn log_ratio(cell: &Cell) -> Option<f64> {
    let (x, m) = (cell.export?, cell.import_fob()?);
    (x > 0.0 && m > 0.0 && cell.exporter != cell.importer).then(|| x.ln() - m.ln())
}

/// The factor of each product's standard deviation.
fn product_factors(rows: &[(u32, f64)]) -> Vec<f64> {
    let mut by_product: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (product, d) in rows {
        by_product.entry(*product).or_default().push(d.abs());
    }
    let all = median(&mut rows.iter().map(|r| r.1.abs()).collect::<Vec<_>>());
    let mut factors = vec![1.0; rows.iter().map(|r| r.0 as usize + 1).max().unwrap_or(0)];
    if by_product.len() > 1 && all > 0.0 {
        for (product, mut distances) in by_product {
            let n = distances.len() as f64;
            let own = (median(&mut distances) / all).max(0.05).ln();
            factors[product as usize] = (own * n / (n + PRIOR_FLOWS)).exp();
        }
    }
    factors
}

impl Components {
    /// Estimates every reporter's error variance from the two-sided cells, importers' reports brought
    /// to FOB.
    ///
    /// # Errors
    /// [`Unestimable`] where the two-sided flows determine no reporter's variance.
    pub fn new(cells: &[Cell], sampling: &Sampling) -> Result<Self, Unestimable> {
        let rows: Vec<(&Cell, f64)> = cells.iter().filter_map(|c| Some((c, log_ratio(c)?))).collect();
        let n = economies(cells);
        // What all have in common, such as a margin not removed, is nobody's own error.
        let centre = median(&mut rows.iter().map(|r| r.1).collect::<Vec<_>>());
        let product = product_factors(&rows.iter().map(|(c, d)| (c.product, d - centre)).collect::<Vec<_>>());
        let ratio = |(cell, d): &(&Cell, f64), centre: f64| LogRatio {
            first: cell.exporter,
            second: cell.importer,
            d: (d - centre) / product[cell.product as usize],
        };
        let ratios: Vec<LogRatio> = rows.iter().map(|row| ratio(row, 0.0)).collect();
        let centred: Vec<LogRatio> = rows.iter().map(|row| ratio(row, centre)).collect();
        let estimates = variance_components(n, &centred, Weighting::Likelihood)?;
        let posterior = posterior(n, &ratios, sampling).ok_or(Unestimable::NoOddCycle)?;
        Ok(Components {
            posterior,
            product,
            estimates,
        })
    }

    /// The distribution of the variances.
    pub fn posterior(&self) -> &Posterior {
        &self.posterior
    }

    /// The mean and the variance of a reporter's σ²; of one beyond, those of the least sure.
    pub fn variance(&self, economy: usize) -> (f64, f64) {
        let own = |i: usize| Some((*self.posterior.mean.get(i)?, *self.posterior.variance.get(i)?));
        own(economy).unwrap_or_else(|| {
            let all = (0..self.posterior.mean.len()).filter_map(own);
            all.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default()
        })
    }

    /// The factor of a product's standard deviations; 1 for one that no two-sided flow tells of.
    pub fn product_factor(&self, product: u32) -> f64 {
        self.product.get(product as usize).copied().unwrap_or(1.0)
    }

    /// The interval of any rule's estimate of a cell, V·exp(±h): h the half-width of an error of
    /// variance s²σ_i² + (1 − s)²σ_j², s the estimate's share on the exporter, whose σ² are
    /// uncertain. `z` is the normal quantile, 1.96 for 95 per cent.
    pub fn interval(&self, cell: &Cell, estimate: &Estimate, z: f64) -> (f64, f64) {
        let (s, rest) = (estimate.export_share.powi(2), (1.0 - estimate.export_share).powi(2));
        let (exporter, importer) = (self.variance(cell.exporter), self.variance(cell.importer));
        let mean = s * exporter.0 + rest * importer.0;
        let variance = s * s * exporter.1 + rest * rest * importer.1;
        let half = half_width(mean, variance, z) * self.product_factor(cell.product);
        (estimate.value * (-half).exp(), estimate.value * half.exp())
    }
}

impl Rule for Components {
    fn name(&self) -> &'static str {
        "variance-components"
    }

    fn source(&self) -> &'static str {
        "geometric mean weighted by inverse variances, E[d²] = σ_i² + σ_j²"
    }

    fn geometric(&self) -> bool {
        true
    }

    fn reconcile(&self, cell: &Cell) -> Option<Estimate> {
        match (cell.export, cell.import_fob()) {
            (Some(x), Some(m)) if x > 0.0 && m > 0.0 => {
                let (e, i) = (self.variance(cell.exporter).0, self.variance(cell.importer).0);
                let weight = if e + i > 0.0 { i / (e + i) } else { 0.5 };
                let value = (weight * x.ln() + (1.0 - weight) * m.ln()).exp();
                Some(Estimate {
                    value,
                    export_share: weight,
                })
            }
            (Some(x), Some(m)) if x >= m => Some(Estimate::exporters(x)),
            (Some(x), None) => Some(Estimate::exporters(x)),
            (_, m) => m.map(Estimate::importers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_the_inverse_variances() {
        // d² is exactly σ_i² + σ_j² for σ² = 0.01, 0.04, 0.09, with signs that keep the median at 0.
        let square = [0.01, 0.04, 0.09];
        let mut cells = Vec::new();
        for (i, j) in [(0, 1), (1, 2), (2, 0)] {
            let d: f64 = f64::sqrt(square[i] + square[j]);
            for (exporter, importer, sign) in [(i, j, 1.0), (j, i, -1.0)] {
                let import = Some(1e6 * (sign * d).exp() * 1.1);
                cells.push(Cell {
                    exporter,
                    importer,
                    export: Some(1e6),
                    import,
                    margin: 0.1,
                    ..Cell::default()
                });
            }
        }
        let rule = Components::new(&cells, &Sampling::default()).unwrap();
        for (i, s) in square.iter().enumerate() {
            assert!((rule.estimates.variance[i].unwrap() - s).abs() < 1e-9);
        }
        let found = rule.reconcile(&cells[0]).unwrap();
        let (e, i) = (rule.variance(0), rule.variance(1));
        assert!((found.export_share - i.0 / (e.0 + i.0)).abs() < 1e-12);
        assert!(found.value > 1e6 && found.value < cells[0].import_fob().unwrap());
        // An estimate on the exporter alone has the exporter's uncertainty.
        let alone = Estimate::exporters(2.0);
        let (low, high) = rule.interval(&cells[0], &alone, 1.96);
        assert!(((high / low).ln() / 2.0 - half_width(e.0, e.1, 1.96)).abs() < 1e-12);
        assert!((low * high - 4.0).abs() < 1e-12);
    }

    #[test]
    fn two_countries_alone_are_refused() {
        let cell = Cell {
            exporter: 0,
            importer: 1,
            export: Some(1.0),
            import: Some(2.0),
            margin: 0.0,
            ..Cell::default()
        };
        assert!(Components::new(&[cell], &Sampling::default()).is_err());
    }
}
