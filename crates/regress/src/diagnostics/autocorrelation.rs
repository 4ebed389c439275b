use super::{LmTest, auxiliary, check_residuals};
use crate::distribution::chi_squared_sf;
use crate::{Design, Error, Fit, Result};

/// The Breusch-Godfrey test for autocorrelation up to `order`: residuals are regressed on the
/// design and on their own lags, zeros before the first; n R^2, R^2 around zero, is chi-squared with `order`
/// degrees of freedom; `f` is the F form of the same restrictions. No constant is added where the design has
/// none (as in R's `lmtest::bgtest`; statsmodels adds one).
///
/// *Source*: Breusch (1978), Australian Economic Papers 17, 334-355; Godfrey (1978), Econometrica 46, 1293-1301. *Shape*: `design` is the one
/// that was fitted, rows in time order.
///
/// # Errors
/// An order of zero or without room; a fit without residuals.
pub fn breusch_godfrey(fit: &Fit, design: &Design, order: usize) -> Result<LmTest> {
    check_residuals(fit)?;
    let n = fit.residuals.len();
    check_lags(order, n)?;
    let mut wide = estimated(fit, design)?;
    let base = wide.terms().len();
    for lag in 1..=order {
        let mut column = vec![0.0; lag];
        column.extend_from_slice(&fit.residuals[..n - lag]);
        wide = wide.term(&format!("residual, lag {lag}"), column)?;
    }
    auxiliary(&fit.residuals, &wide, base, false)
}

/// A portmanteau test of autocorrelations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Portmanteau {
    /// Q.
    pub statistic: f64,
    /// The lags less the fitted parameters.
    pub df: usize,
    /// The upper chi-squared tail.
    pub p_value: f64,
}

/// Ljung & Box (1978), Biometrika 65, 297-303: Q = n (n + 2) sum of r_j^2 / (n - j), j = 1 to
/// `lags`; `fitted` parameters of an ARMA model are taken off the degrees of freedom.
///
/// # Errors
/// Lags that do not exceed `fitted` or without room; a series that does not vary.
pub fn ljung_box(series: &[f64], lags: usize, fitted: usize) -> Result<Portmanteau> {
    let n = series.len() as f64;
    portmanteau(series, lags, fitted, |r, j| n * (n + 2.0) * r * r / (n - j))
}

/// Box & Pierce (1970), JASA 65, 1509-1526: Q = n sum of r_j^2. Arguments and errors as [`ljung_box`].
///
/// # Errors
/// As [`ljung_box`].
pub fn box_pierce(series: &[f64], lags: usize, fitted: usize) -> Result<Portmanteau> {
    let n = series.len() as f64;
    portmanteau(series, lags, fitted, |r, _| n * r * r)
}

fn portmanteau(series: &[f64], lags: usize, fitted: usize, term: impl Fn(f64, f64) -> f64) -> Result<Portmanteau> {
    crate::design::check_series("the series", series, series.len())?;
    check_lags(lags, series.len())?;
    let df = lags
        .checked_sub(fitted)
        .filter(|df| *df > 0)
        .ok_or_else(|| Error::Option {
            option: "lags",
            expected: format!("more than the {fitted} fitted parameters"),
            found: lags.to_string(),
        })?;
    let mean = series.iter().sum::<f64>() / series.len() as f64;
    let centred: Vec<f64> = series.iter().map(|v| v - mean).collect();
    let covariance = |j: usize| centred[j..].iter().zip(&centred).map(|(a, b)| a * b).sum::<f64>();
    let variance = covariance(0);
    if variance <= 0.0 {
        return Err(Error::Degenerate {
            what: "an autocorrelation",
            reason: "the series does not vary".to_owned(),
        });
    }
    let statistic = (1..=lags).map(|j| term(covariance(j) / variance, j as f64)).sum();
    Ok(Portmanteau {
        statistic,
        df,
        p_value: chi_squared_sf(statistic, df as f64),
    })
}

fn check_lags(lags: usize, n: usize) -> Result<()> {
    if lags == 0 || lags >= n {
        return Err(Error::Option {
            option: "lags",
            expected: format!("from 1 to below the number of observations, {n}"),
            found: lags.to_string(),
        });
    }
    Ok(())
}

/// The design of the estimated terms alone.
pub(super) fn estimated(fit: &Fit, design: &Design) -> Result<Design> {
    if design.rows() != fit.residuals.len() {
        return Err(Error::Length {
            what: "the design".to_owned(),
            found: design.rows(),
            expected: fit.residuals.len(),
            of: "residual",
        });
    }
    let mut kept = Design::new(design.rows());
    for (name, column) in design.terms().iter().zip(design.columns()) {
        if fit.position(name).is_some() {
            kept = kept.term(name, column.clone())?;
        }
    }
    Ok(kept)
}
