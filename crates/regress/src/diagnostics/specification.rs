use super::autocorrelation::estimated;
use super::{check_residuals, nested_f};
use crate::{Design, Error, FTest, Fit, Result, ols};

/// Ramsey's (1969, JRSS B 31, 350-371) RESET: the F test that powers 2 to `power` of the fitted
/// values add nothing to the regression: ((rss - rss') / r) / (rss' / (n - k - r)) with r powers, rss' with them.
/// *Shape*: `design` and `y` are those that were fitted.
///
/// # Errors
/// A power below two; a fit without residuals; powers that are collinear with the terms.
pub fn reset(fit: &Fit, design: &Design, y: &[f64], power: i32) -> Result<FTest> {
    check_residuals(fit)?;
    if !(2..=9).contains(&power) {
        return Err(Error::Option {
            option: "power",
            expected: "2 to 9".to_owned(),
            found: power.to_string(),
        });
    }
    // Powers of the values over their largest: the same span, better conditioned.
    let largest = fit.fitted.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let base = estimated(fit, design)?;
    let mut wide = base.clone();
    for p in 2..=power {
        let column = fit.fitted.iter().map(|v| (v / largest).powi(p)).collect();
        wide = wide.term(&format!("fitted^{p}"), column)?;
    }
    nested_f(&ols(&base, y)?, &ols(&wide, y)?)
}
