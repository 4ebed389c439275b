use super::autocorrelation::estimated;
use super::check_residuals;
use crate::distribution::normal_sf;
use crate::qr::norm;
use crate::{Design, Fit, Result};
use nalgebra::DMatrix;
use std::f64::consts::FRAC_PI_2;

/// From so many observations on the p-value is that of a normal approximation, as in R's `lmtest::dwtest`.
const EXACT_BELOW: usize = 100;

/// Durbin & Watson's test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DurbinWatson {
    /// d; near 2 without first-order autocorrelation.
    pub statistic: f64,
    /// P(D <= d) without autocorrelation: small where successive errors are positively correlated. One less it is the
    /// p-value against negative correlation.
    pub p_value: f64,
    /// Whether the p-value is exact for normal errors, not that of a normal approximation.
    pub exact: bool,
}

/// Durbin & Watson's d, the sum of squared differences of successive residuals over their sum of squares, and its
/// p-value against positive first-order autocorrelation.
///
/// *Formula*: d = e'Ae / e'e with A the matrix of squared differences. With l the n - k eigenvalues of MAM, M the residual
/// maker, that belong to residuals, P(D <= d) = P(sum of (l_i - d) z_i^2 <= 0) for independent standard normal z, by Imhof's
/// integral, to 1e-12. From 100 observations on Phi((d - E) / s) with Durbin & Watson's mean and variance,
/// E = P / (n - k), s^2 = 2 (Q - P E) / ((n - k)(n - k + 2)), P = 2 (n - 1) - tr(H A), Q = 2 (3n - 4) - 2 tr(H A^2) + tr((H A)^2), H the
/// hat matrix. *Shape*: `design` is the one that was fitted, rows in time order. *Source*: Durbin & Watson (1950, 1951),
/// Biometrika 37, 409-428, and 38, 159-178; Imhof (1961), Biometrika 48, 419-426.
/// R's `lmtest::dwtest` evaluates the same integral with 15 nodes, which is good for two to eight digits; with
/// `iterations = 50` it gives these values.
///
/// # Errors
/// A fit without residuals, a design of another length.
pub fn durbin_watson_test(fit: &Fit, design: &Design) -> Result<DurbinWatson> {
    let statistic = durbin_watson(fit)?;
    let basis = orthonormal(&estimated(fit, design)?);
    let exact = fit.residuals.len() < EXACT_BELOW;
    let p_value = if exact {
        below_zero(eigenvalues(&basis).iter().map(|l| l - statistic).collect())
    } else {
        let (mean, deviation) = moments(&basis);
        normal_sf((mean - statistic) / deviation)
    };
    Ok(DurbinWatson {
        statistic,
        p_value,
        exact,
    })
}

/// The statistic of [`durbin_watson_test`] alone: sum of (e_t - e_(t-1))^2 / sum of e_t^2.
///
/// # Errors
/// Refuses a fit without residuals.
pub fn durbin_watson(fit: &Fit) -> Result<f64> {
    check_residuals(fit)?;
    let differences: f64 = fit.residuals.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum();
    Ok(differences / fit.residuals.iter().map(|e| e * e).sum::<f64>())
}

/// An orthonormal basis of the columns of a design of full rank.
fn orthonormal(design: &Design) -> DMatrix<f64> {
    let columns = design.columns();
    let scaled = DMatrix::from_fn(design.rows(), columns.len(), |i, j| columns[j][i]);
    let scales: Vec<f64> = columns.iter().map(|c| norm(c)).collect();
    DMatrix::from_fn(scaled.nrows(), scaled.ncols(), |i, j| scaled[(i, j)] / scales[j])
        .qr()
        .q()
}

/// A times each column: 2 x_t - x_(t-1) - x_(t+1), at the ends the difference to the neighbour.
fn differenced(x: &DMatrix<f64>) -> DMatrix<f64> {
    let last = x.nrows() - 1;
    DMatrix::from_fn(x.nrows(), x.ncols(), |t, j| {
        let before = if t > 0 { x[(t, j)] - x[(t - 1, j)] } else { 0.0 };
        let after = if t < last { x[(t, j)] - x[(t + 1, j)] } else { 0.0 };
        before + after
    })
}

/// The eigenvalues of MAM but for the k zeros of the space of the design; none is below zero.
fn eigenvalues(basis: &DMatrix<f64>) -> Vec<f64> {
    let n = basis.nrows();
    let residual_maker = DMatrix::identity(n, n) - basis * basis.transpose();
    let product = &residual_maker * differenced(&residual_maker);
    let symmetric = 0.5 * (&product + product.transpose());
    let mut values: Vec<f64> = symmetric.symmetric_eigenvalues().iter().copied().collect();
    values.sort_by(f64::total_cmp);
    values.split_off(basis.ncols())
}

/// Mean and standard deviation of d without autocorrelation.
fn moments(basis: &DMatrix<f64>) -> (f64, f64) {
    let (n, k) = (basis.nrows() as f64, basis.ncols() as f64);
    let applied = differenced(basis);
    let inner = basis.tr_mul(&applied);
    let p = 2.0 * (n - 1.0) - inner.trace();
    let q = 2.0 * (3.0 * n - 4.0) - 2.0 * applied.norm_squared() + inner.norm_squared();
    let mean = p / (n - k);
    let variance = 2.0 / ((n - k) * (n - k + 2.0)) * (q - p * mean);
    (mean, variance.sqrt())
}

/// P(sum of w_i z_i^2 <= 0) for independent standard normal z by Imhof's integral,
/// 1/2 - 1/pi of the integral over u > 0 of sin(theta) / (u rho), theta = 1/2 sum of atan(w u), rho = product of (1 + w^2 u^2)^(1/4),
/// with u = exp(pi/2 sinh t) and the trapezoidal rule in t (Takahasi & Mori 1974), halved until nothing changes.
fn below_zero(mut weights: Vec<f64>) -> f64 {
    let largest = weights.iter().fold(0.0_f64, |m, w| m.max(w.abs()));
    if largest == 0.0 {
        return 1.0;
    }
    weights.iter_mut().for_each(|w| *w /= largest);
    let integrand = |t: f64| {
        let u = (FRAC_PI_2 * t.sinh()).exp();
        let angle = 0.5 * weights.iter().map(|w| (w * u).atan()).sum::<f64>();
        let log_rho = 0.25 * weights.iter().map(|w| (w * u * w * u).ln_1p()).sum::<f64>();
        angle.sin() * (-log_rho).exp() * FRAC_PI_2 * t.cosh()
    };
    // Beyond, u is below 1e-18 and above 1e18; the integrand falls like u and like a power of 1/u.
    let reach = 4.0_f64;
    let mut step = 0.25;
    let mut previous = f64::INFINITY;
    loop {
        let count = (reach / step).round() as i32;
        let sum: f64 = step * (-count..=count).map(|i| integrand(f64::from(i) * step)).sum::<f64>();
        if (sum - previous).abs() < 1e-14 || step < 1e-3 {
            return (0.5 - sum / std::f64::consts::PI).clamp(0.0, 1.0);
        }
        (previous, step) = (sum, 0.5 * step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ols;

    #[test]
    fn two_chi_squared_variables() {
        // P(a z1^2 <= b z2^2) = 2/pi atan(sqrt(b/a)).
        let exact = 2.0 / std::f64::consts::PI * (0.5_f64).sqrt().atan();
        assert!((below_zero(vec![2.0, -1.0]) - exact).abs() < 1e-12);
        assert_eq!(below_zero(vec![0.0]), 1.0);
        assert!(below_zero(vec![1.0, 2.0, 3.0]) < 1e-12);
        // P(z1^2 + z2^2 <= c (z3^2 + z4^2)) = c / (1 + c), an F distribution.
        assert!((below_zero(vec![1.0, 1.0, -3.0, -3.0]) - 0.75).abs() < 1e-12);
    }

    #[test]
    fn the_mean_of_d_is_that_of_its_eigenvalues() {
        let x: Vec<f64> = (0..30).map(|i| f64::from(i * i % 11)).collect();
        let design = Design::new(30).intercept().unwrap().term("x", x).unwrap();
        let basis = orthonormal(&design);
        let values = eigenvalues(&basis);
        let m = values.len() as f64;
        let mean = values.iter().sum::<f64>() / m;
        let square = values.iter().map(|l| (l - mean) * (l - mean)).sum::<f64>();
        let (expected, deviation) = moments(&basis);
        assert_eq!(values.len(), 28);
        assert!((mean - expected).abs() < 1e-12);
        assert!(((2.0 * square / (m * (m + 2.0))).sqrt() - deviation).abs() < 1e-12);
        let y: Vec<f64> = (0..30).map(|i| f64::from(i % 7) + 0.1 * f64::from(i)).collect();
        let fit = ols(&design, &y).unwrap();
        assert!(durbin_watson_test(&fit, &design).unwrap().exact);
    }
}
