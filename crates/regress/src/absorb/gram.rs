//! Least squares of a few columns by their inner products, for columns that are well apart.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

/// Rows that are summed together; their sums are added in order, whatever the number of threads.
const ROWS: usize = 16_384;
/// A column counts as well apart from the others where this part of its squared length is its own.
const APART: f64 = 1e-6;

/// The solution of weighted normal equations.
#[derive(Debug)]
pub(crate) struct Normal {
    /// The coefficients.
    pub coefficients: Vec<f64>,
    /// (X'WX)^-1.
    pub inverse: DMatrix<f64>,
}

/// Solves X'WX b = X'Wy by Cholesky factors of the columns at unit length. `None` where a column is
/// zero or near the span of those before it, where orthogonal factors of the columns themselves are called for.
pub(crate) fn normal_equations(columns: &[Vec<f64>], y: &[f64], weights: &[f64]) -> Option<Normal> {
    let k = columns.len();
    if k == 0 {
        return None;
    }
    let sums = products(columns, y, weights);
    let gram = DMatrix::from_fn(k, k, |a, b| sums[a.min(b) * (k + 1) + a.max(b)]);
    let scale = DVector::from_fn(k, |a, _| 1.0 / gram[(a, a)].sqrt());
    if !scale.iter().all(|s| s.is_finite()) {
        return None;
    }
    let unit = DMatrix::from_fn(k, k, |a, b| gram[(a, b)] * scale[a] * scale[b]);
    let factors = unit.cholesky()?;
    if factors.l_dirty().diagonal().iter().any(|d| d * d < APART) {
        return None;
    }
    let right = DVector::from_fn(k, |a, _| sums[a * (k + 1) + k] * scale[a]);
    let coefficients = factors.solve(&right).component_mul(&scale);
    let inverse = factors.inverse();
    Some(Normal {
        coefficients: coefficients.iter().copied().collect(),
        inverse: DMatrix::from_fn(k, k, |a, b| inverse[(a, b)] * scale[a] * scale[b]),
    })
}

/// X'W \[X y], row by row, its upper triangle filled.
fn products(columns: &[Vec<f64>], y: &[f64], weights: &[f64]) -> Vec<f64> {
    let k = columns.len();
    let parts: Vec<Vec<f64>> = (0..y.len().div_ceil(ROWS))
        .into_par_iter()
        .map(|part| {
            let rows = part * ROWS..((part + 1) * ROWS).min(y.len());
            let w = &weights[rows.clone()];
            let mut sums = vec![0.0; k * (k + 1)];
            for a in 0..k {
                let left = &columns[a][rows.clone()];
                for b in a..=k {
                    let right = columns.get(b).map_or(y, Vec::as_slice);
                    let terms = left.iter().zip(&right[rows.clone()]).zip(w);
                    sums[a * (k + 1) + b] = terms.map(|((x, y), w)| w * x * y).sum();
                }
            }
            sums
        })
        .collect();
    let mut total = vec![0.0; k * (k + 1)];
    for part in parts {
        total.iter_mut().zip(part).for_each(|(t, s)| *t += s);
    }
    total
}

/// The sum of `term` over the rows, in the same order on any number of threads.
pub(crate) fn sum(rows: usize, term: impl Fn(usize) -> f64 + Sync) -> f64 {
    let parts: Vec<f64> = (0..rows.div_ceil(ROWS))
        .into_par_iter()
        .map(|part| (part * ROWS..((part + 1) * ROWS).min(rows)).map(&term).sum())
        .collect();
    parts.iter().sum()
}

/// Fills a column, row by row.
pub(crate) fn fill(column: &mut [f64], value: impl Fn(usize) -> f64 + Sync) {
    fill_from(column, |i, _| value(i));
}

/// Fills a column from what stood there, row by row.
pub(crate) fn fill_from(column: &mut [f64], value: impl Fn(usize, f64) -> f64 + Sync) {
    column.par_chunks_mut(ROWS).enumerate().for_each(|(part, piece)| {
        for (i, v) in piece.iter_mut().enumerate() {
            *v = value(part * ROWS + i, *v);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Design, wls};

    #[test]
    fn normal_equations_agree_with_orthogonal_factors() {
        let n = 40_000_usize;
        let column = |m: usize| {
            (0..n)
                .map(|i| ((i * m) % 1009) as f64 / 7.0 - 60.0)
                .collect::<Vec<f64>>()
        };
        let (a, b, y) = (column(31), column(57), column(101));
        let weights: Vec<f64> = (0..n).map(|i| 0.5 + (i % 5) as f64).collect();
        let design = Design::new(n)
            .term("a", a.clone())
            .unwrap()
            .term("b", b.clone())
            .unwrap();
        let expected = wls(&design, &y, &weights).unwrap();
        let found = normal_equations(&[a.clone(), b], &y, &weights).unwrap();
        for j in 0..2 {
            assert!((found.coefficients[j] / expected.coefficients[j] - 1.0).abs() < 1e-11);
            assert!((found.inverse[(j, j)] / expected.inverse_gram[(j, j)] - 1.0).abs() < 1e-12);
        }
        let near: Vec<f64> = a.iter().map(|v| 2.0 * v + 1e-5).collect();
        assert!(normal_equations(&[a, near], &y, &weights).is_none());
    }
}
