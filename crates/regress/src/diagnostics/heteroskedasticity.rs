use super::autocorrelation::estimated;
use super::{LmTest, auxiliary, check_residuals};
use crate::distribution::chi_squared_sf;
use crate::{Design, Fit, INTERCEPT, Result};

/// Breusch & Pagan's (1979, Econometrica 47, 1287-1294) original test: half the explained sum
/// of squares of e^2 / (rss / n) on the design and a constant is chi-squared with as many degrees of freedom as the design
/// has terms beside the constant. It supposes normal errors. *Shape*: `design` is the one that was fitted.
///
/// # Errors
/// A fit without residuals; a design without terms beside the constant.
pub fn breusch_pagan(fit: &Fit, design: &Design) -> Result<LmTest> {
    let (squares, wide, base) = variance_regression(fit, design)?;
    let mut test = auxiliary(&squares, &wide, base, true)?;
    let n = squares.len() as f64;
    let mean = squares.iter().sum::<f64>() / n;
    let total: f64 = squares.iter().map(|s| (s - mean) * (s - mean)).sum();
    // n R^2 times total / (2 n mean^2).
    test.statistic *= total / (2.0 * n * mean * mean);
    test.p_value = chi_squared_sf(test.statistic, test.df as f64);
    Ok(test)
}

/// Koenker's (1981, Journal of Econometrics 17, 107-112) studentised form: n R^2, around the mean, of e^2 on the
/// design and a constant; degrees of freedom as in [`breusch_pagan`]; needs no normal errors.
///
/// # Errors
/// As [`breusch_pagan`].
pub fn koenker(fit: &Fit, design: &Design) -> Result<LmTest> {
    let (squares, wide, base) = variance_regression(fit, design)?;
    auxiliary(&squares, &wide, base, true)
}

/// White's (1980, Econometrica 48, 817-838) test: n R^2, around the mean, of e^2 on a constant, the terms, their squares and
/// products; collinear ones take no degree of freedom. *Shape*: `design` is the one that was fitted.
///
/// # Errors
/// As [`breusch_pagan`].
pub fn white(fit: &Fit, design: &Design) -> Result<LmTest> {
    let (squares, mut wide, base) = variance_regression(fit, design)?;
    let terms = wide.clone();
    for a in base..terms.terms().len() {
        for b in a..terms.terms().len() {
            let product = terms.columns()[a]
                .iter()
                .zip(&terms.columns()[b])
                .map(|(x, y)| x * y)
                .collect();
            wide = wide.term(&format!("{} * {}", terms.terms()[a], terms.terms()[b]), product)?;
        }
    }
    auxiliary(&squares, &wide, base, true)
}

/// Squared residuals, and a design of a constant and the estimated terms.
fn variance_regression(fit: &Fit, design: &Design) -> Result<(Vec<f64>, Design, usize)> {
    check_residuals(fit)?;
    let kept = estimated(fit, design)?;
    let mut wide = Design::new(kept.rows()).intercept()?;
    for (name, column) in kept
        .terms()
        .iter()
        .zip(kept.columns())
        .filter(|(name, _)| *name != INTERCEPT)
    {
        wide = wide.term(name, column.clone())?;
    }
    Ok((fit.residuals.iter().map(|e| e * e).collect(), wide, 1))
}
