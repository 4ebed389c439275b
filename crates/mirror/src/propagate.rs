//! Carries the uncertainty of cells into whatever is computed from them.
//!
//! A draw is one world that the reports allow: every cell's value times e^(its error). Any index,
//! trend or break date is computed on each of many draws; the spread of the results is its
//! uncertainty. Every draw has its own seed, so that draws can be made in any order, on any number of
//! threads, with the same result.

use crate::draws::Draws;
use crate::rules::{Cell, Components, Estimate};

/// One draw of independent log-normal values: v_k·exp(s_k·z), z standard normal.
///
/// `values` and `log_std_dev` have one entry each for every cell, the latter from 0 on; draw `index`
/// of the series that `seed` starts.
pub fn draw(values: &[f64], log_std_dev: &[f64], seed: u64, index: u64) -> Vec<f64> {
    let mut draws = Draws::new(stream(seed, index));
    values
        .iter()
        .zip(log_std_dev)
        .map(|(v, s)| v * (s * draws.normal()).exp())
        .collect()
}

/// One draw of reconciled cells: the reporters' error variances from their posterior, the same for
/// all cells of the draw, then every cell's error given these. `None` where a cell has no estimate.
///
/// `cells` and `estimates` have one entry each for every cell.
pub fn draw_cells(
    components: &Components,
    cells: &[Cell],
    estimates: &[Option<Estimate>],
    seed: u64,
    index: u64,
) -> Vec<Option<f64>> {
    let mut draws = Draws::new(stream(seed, index));
    let all = &components.posterior().draws;
    let at = (draws.uniform() * all.len() as f64) as usize;
    let none = Vec::new();
    let variances = all.get(at.min(all.len().saturating_sub(1))).unwrap_or(&none);
    let variance = |i: usize| variances.get(i).copied().unwrap_or_else(|| components.variance(i).0);
    cells
        .iter()
        .zip(estimates)
        .map(|(cell, estimate)| {
            // Drawn for every cell, so that a missing one does not shift the others.
            let z = draws.normal();
            let estimate = (*estimate)?;
            let factor = components.product_factor(cell.product);
            let sd = factor * estimate.log_std_dev(variance(cell.exporter).sqrt(), variance(cell.importer).sqrt());
            Some(estimate.value * (sd * z).exp())
        })
        .collect()
}

/// The seed of one draw of a series.
pub(crate) fn stream(seed: u64, index: u64) -> u64 {
    seed ^ index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn herfindahl(values: &[f64]) -> f64 {
        let total: f64 = values.iter().sum();
        values.iter().map(|v| (v / total).powi(2)).sum()
    }

    /// Var(HHI) ≈ 4 Σ s_k²(s_k − HHI)²σ_k² for independent log errors.
    #[test]
    fn draws_of_a_concentration_index_agree_with_the_delta_formula() {
        let values = [30.0, 20.0, 12.0, 10.0, 8.0, 7.0, 5.0, 4.0, 3.0, 1.0];
        let sigma = 0.1;
        let h = herfindahl(&values);
        let delta: f64 = values
            .iter()
            .map(|v| 4.0 * ((v / 100.0) * (v / 100.0 - h) * sigma).powi(2))
            .sum();
        let drawn: Vec<f64> = (0..20_000)
            .map(|k| herfindahl(&draw(&values, &[sigma; 10], 3, k)))
            .collect();
        let mean = drawn.iter().sum::<f64>() / 2e4;
        let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2e4;
        assert!(
            (variance.sqrt() / delta.sqrt() - 1.0).abs() < 0.03,
            "{} {}",
            variance.sqrt(),
            delta.sqrt()
        );
    }

    #[test]
    fn a_draw_is_the_same_whenever_it_is_made() {
        let made: Vec<Vec<f64>> = (0..3).map(|k| draw(&[1.0, 2.0], &[0.3, 0.0], 9, k)).collect();
        assert_eq!(draw(&[1.0, 2.0], &[0.3, 0.0], 9, 2), made[2]);
        assert_ne!(made[0], made[1]);
        assert!(made.iter().all(|d| d[1] == 2.0));
    }
}
