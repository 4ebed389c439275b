//! Tests of what a regression supposes of its errors, and of a series on its own.

mod autocorrelation;
mod durbin_watson;
mod heteroskedasticity;
mod kpss;
mod normality;
mod specification;
mod unit_root;

pub use autocorrelation::{Portmanteau, box_pierce, breusch_godfrey, ljung_box};
pub use durbin_watson::{DurbinWatson, durbin_watson, durbin_watson_test};
pub use heteroskedasticity::{breusch_pagan, koenker, white};
pub use kpss::{Kpss, kpss};
pub use normality::{JarqueBera, jarque_bera};
pub use specification::reset;
pub use unit_root::{AugmentedDickeyFuller, LagChoice, augmented_dickey_fuller};

use crate::distribution::{chi_squared_sf, f_sf};
use crate::qr::norm;
use crate::{Design, Error, FTest, Fit, Result, ols};

/// A Lagrange-multiplier test with its F form.
#[derive(Debug, Clone, PartialEq)]
pub struct LmTest {
    /// The statistic, asymptotically chi-squared.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub df: usize,
    /// The upper tail.
    pub p_value: f64,
    /// The F test of the same restrictions in the auxiliary regression.
    pub f: FTest,
}

/// Deterministic terms of a unit-root or stationarity test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deterministic {
    /// None.
    None,
    /// A constant.
    Constant,
    /// A constant and a linear trend.
    Trend,
}

/// Regresses `response` on an auxiliary design and tests the terms beyond `base` of them:
/// the statistic is n R^2, R^2 centred or not.
fn auxiliary(response: &[f64], design: &Design, base: usize, centred: bool) -> Result<LmTest> {
    let fit = ols(design, response)?;
    let df = fit.terms.len().saturating_sub(base);
    if df == 0 {
        return Err(Error::Degenerate {
            what: "the test",
            reason: "the regression has no term that the auxiliary regression could test".to_owned(),
        });
    }
    let tss = if centred { fit.tss_centred } else { fit.tss_uncentred };
    if tss <= 0.0 {
        return Err(Error::Degenerate {
            what: "the test",
            reason: "the residuals of the auxiliary regression's response do not vary".to_owned(),
        });
    }
    let statistic = fit.observations as f64 * (1.0 - fit.rss / tss);
    let restricted = ols(&first_terms(design, base)?, response)?;
    Ok(LmTest {
        statistic,
        df,
        p_value: chi_squared_sf(statistic, df as f64),
        f: nested_f(&restricted, &fit)?,
    })
}

/// F of the restrictions that make `fit` into `restricted`.
fn nested_f(restricted: &Fit, fit: &Fit) -> Result<FTest> {
    let df1 = fit.terms.len().saturating_sub(restricted.terms.len());
    let df2 = fit.df_residual;
    if df1 == 0 || df2 == 0 || fit.is_essentially_perfect() {
        return Err(Error::Degenerate {
            what: "the test",
            reason: "the auxiliary regression has no further terms or no degrees of freedom".to_owned(),
        });
    }
    let statistic = ((restricted.rss - fit.rss) / df1 as f64 / (fit.rss / df2 as f64)).max(0.0);
    Ok(FTest {
        statistic,
        df1,
        df2,
        p_value: f_sf(statistic, df1 as f64, df2 as f64),
    })
}

fn first_terms(design: &Design, count: usize) -> Result<Design> {
    let mut first = Design::new(design.rows());
    for (name, column) in design.terms().iter().zip(design.columns()).take(count) {
        first = first.term(name, column.clone())?;
    }
    Ok(first)
}

/// Refuses residuals that are rounding noise.
fn check_residuals(fit: &Fit) -> Result<()> {
    if fit.is_essentially_perfect() || norm(&fit.residuals) == 0.0 {
        return Err(Error::Degenerate {
            what: "the test",
            reason: "the fit leaves no residuals".to_owned(),
        });
    }
    Ok(())
}
