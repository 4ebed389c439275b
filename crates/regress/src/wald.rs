use crate::distribution::{chi_squared_sf, f_sf};
use crate::{CovarianceEstimate, Error, Fit, Reference, Result};
use nalgebra::{DMatrix, DVector};

/// A Wald test of linear restrictions.
#[derive(Debug, Clone, PartialEq)]
pub struct WaldTest {
    /// W = (R b - q)' (R V R')^-1 (R b - q).
    pub chi_squared: f64,
    /// W / r, with r the number of restrictions.
    pub f: f64,
    /// r.
    pub df1: usize,
    /// The denominator's degrees of freedom where the covariance refers to t; `None` where it
    /// refers to the normal.
    pub df2: Option<f64>,
    /// The upper tail of F(r, df2), or of chi-squared(r) where there is no df2.
    pub p_value: f64,
}

/// Tests R b = q with the covariance V: W = (R b - q)' (R V R')^-1 (R b - q), chi-squared with r degrees of freedom, or
/// W / r referred to F(r, df) where V refers to t with df. *Shape*: R r by k over the estimated terms, q of
/// length r. *Source*: Greene, *Econometric Analysis*, section 5.3.
///
/// # Errors
/// Shapes that do not fit; restrictions that repeat each other or that V leaves without
/// variance.
pub fn wald(fit: &Fit, covariance: &CovarianceEstimate, r: &DMatrix<f64>, q: &[f64]) -> Result<WaldTest> {
    wald_test(&fit.coefficients, covariance, r, q)
}

/// Tests that the named terms are all zero: W = b' V^-1 b over them.
///
/// # Errors
/// A name that is not an estimated term; otherwise as [`wald`].
pub fn wald_zero(fit: &Fit, covariance: &CovarianceEstimate, terms: &[&str]) -> Result<WaldTest> {
    let mut r = DMatrix::zeros(terms.len(), fit.terms.len());
    for (i, term) in terms.iter().enumerate() {
        let j = fit.position(term).ok_or_else(|| Error::Option {
            option: "the restrictions",
            expected: format!("terms among {}", fit.terms.join(", ")),
            found: (*term).to_owned(),
        })?;
        r[(i, j)] = 1.0;
    }
    wald(fit, covariance, &r, &vec![0.0; terms.len()])
}

/// Tests that the coefficients at these positions are all zero, for any estimator: W = b' V^-1 b over them.
///
/// # Errors
/// As [`wald`]; also a position beyond the estimates.
pub fn wald_positions(estimates: &[f64], covariance: &CovarianceEstimate, positions: &[usize]) -> Result<WaldTest> {
    let mut r = DMatrix::zeros(positions.len(), estimates.len());
    for (i, &j) in positions.iter().enumerate() {
        if j >= estimates.len() {
            return Err(Error::Option {
                option: "the restrictions",
                expected: format!("positions below {}", estimates.len()),
                found: j.to_string(),
            });
        }
        r[(i, j)] = 1.0;
    }
    wald_test(estimates, covariance, &r, &vec![0.0; positions.len()])
}

/// [`wald`] for any estimator: W = (R b - q)' (R V R')^-1 (R b - q).
///
/// # Errors
/// As [`wald`].
pub fn wald_test(estimates: &[f64], covariance: &CovarianceEstimate, r: &DMatrix<f64>, q: &[f64]) -> Result<WaldTest> {
    let k = estimates.len();
    if r.ncols() != k || covariance.matrix.nrows() != k || r.nrows() != q.len() || q.is_empty() {
        return Err(Error::Length {
            what: "the matrix of restrictions".to_owned(),
            found: r.ncols(),
            expected: k,
            of: "estimated term",
        });
    }
    let gap = r * DVector::from_column_slice(estimates) - DVector::from_column_slice(q);
    let variance = r * &covariance.matrix * r.transpose();
    let chi_squared = quadratic_form(&variance, &gap)?;
    let df1 = q.len();
    let f = chi_squared / df1 as f64;
    let (df2, p_value) = match covariance.reference {
        Reference::T(df) => (Some(df), f_sf(f, df1 as f64, df)),
        Reference::Normal => (None, chi_squared_sf(chi_squared, df1 as f64)),
    };
    Ok(WaldTest {
        chi_squared,
        f,
        df1,
        df2,
        p_value,
    })
}

/// g' V^-1 g through the Cholesky factor of V scaled to a unit diagonal.
pub(crate) fn quadratic_form(variance: &DMatrix<f64>, gap: &DVector<f64>) -> Result<f64> {
    let singular = || Error::Degenerate {
        what: "the Wald statistic",
        reason: "the covariance of the restrictions is singular: they repeat each other or have no variance".to_owned(),
    };
    let scale: Vec<f64> = variance.diagonal().iter().map(|v| v.sqrt()).collect();
    if scale.iter().any(|s| !(*s > 0.0 && s.is_finite())) {
        return Err(singular());
    }
    let n = scale.len();
    let correlation = DMatrix::from_fn(n, n, |i, j| variance[(i, j)] / scale[i] / scale[j]);
    let factor = correlation.cholesky().ok_or_else(singular)?;
    if factor.l_dirty().diagonal().iter().any(|d| *d < 1e-7) {
        return Err(singular());
    }
    let scaled = DVector::from_fn(n, |i, _| gap[i] / scale[i]);
    Ok(scaled.dot(&factor.solve(&scaled)))
}
