use crate::distribution::f_sf;
use crate::wald::{WaldTest, wald_zero};
use crate::{Covariance, CovarianceRecord, Design, Error, FTest, Result, ols};

/// Chow's test (1960, Econometrica 28, 591-605) that the coefficients are the same before
/// and after a known date, with `before` observations in the old regime:
/// F = ((rss - rss_1 - rss_2) / k) / ((rss_1 + rss_2) / (n - 2k)) on k and n - 2k degrees of
/// freedom. It supposes independent errors of one variance in both regimes.
///
/// *Shape*: design n by k with rows in time order, `y` of length n.
///
/// # Errors
/// Fewer than k + 1 observations on either side; terms that are collinear on one side;
/// residuals of zero on both sides.
pub fn chow_f(design: &Design, y: &[f64], before: usize) -> Result<FTest> {
    let (n, k) = (design.rows(), design.terms().len());
    check_sides(n, k, before)?;
    let whole = ols(design, y)?;
    let part = |rows: Vec<usize>| {
        let y: Vec<f64> = rows.iter().map(|&i| y[i]).collect();
        let fit = ols(&design.select_rows(&rows), &y)?;
        if fit.collinear.is_empty() {
            return Ok(fit.rss);
        }
        Err(Error::Unidentified {
            terms: fit.collinear.iter().map(ToString::to_string).collect(),
        })
    };
    let apart = part((0..before).collect())? + part((before..n).collect())?;
    let noise = (1e-13 * 1e-13) * whole.tss_uncentred;
    if apart <= noise {
        return Err(Error::Degenerate {
            what: "the Chow statistic",
            reason: "both regimes are fitted perfectly".to_owned(),
        });
    }
    let df2 = n - 2 * k;
    let statistic = (((whole.rss - apart) / k as f64) / (apart / df2 as f64)).max(0.0);
    Ok(FTest {
        statistic,
        df1: k,
        df2,
        p_value: f_sf(statistic, k as f64, df2 as f64),
    })
}

/// The same hypothesis as [`chow_f`] by a Wald test: the design is joined with its product
/// with the indicator of the new regime, and the k interactions are tested to be zero with
/// the covariance asked for, so that errors may be heteroskedastic or autocorrelated:
/// W = d' V_dd^-1 d for the interactions' estimates d, and W / k referred to F(k, n - 2k). With
/// [`Covariance::Iid`] it is [`chow_f`]. *Source*: Andrews & Fair (1988), Review of Economic Studies 55, 615-639.
///
/// # Errors
/// As [`chow_f`]; also what the covariance refuses.
pub fn chow_wald(design: &Design, y: &[f64], before: usize, covariance: &Covariance) -> Result<WaldTest> {
    chow_wald_recorded(design, y, before, covariance).map(|(test, _)| test)
}

/// [`chow_wald`] with the convention of its covariance, as it came out for the regression with both regimes.
///
/// # Errors
/// As [`chow_wald`].
pub fn chow_wald_recorded(
    design: &Design,
    y: &[f64],
    before: usize,
    covariance: &Covariance,
) -> Result<(WaldTest, CovarianceRecord)> {
    let (n, k) = (design.rows(), design.terms().len());
    check_sides(n, k, before)?;
    let mut after = Design::new(n);
    for (name, column) in design.terms().iter().zip(design.columns()) {
        let masked = column
            .iter()
            .enumerate()
            .map(|(i, v)| if i < before { 0.0 } else { *v })
            .collect();
        after = after.term(&format!("{name} (after)"), masked)?;
    }
    let names: Vec<&str> = after.terms().iter().map(String::as_str).collect();
    let fit = ols(&design.clone().join(&after)?, y)?;
    if !fit.collinear.is_empty() {
        return Err(Error::Unidentified {
            terms: fit.collinear.iter().map(ToString::to_string).collect(),
        });
    }
    if fit.is_essentially_perfect() {
        return Err(Error::Degenerate {
            what: "the Chow statistic",
            reason: "both regimes are fitted perfectly".to_owned(),
        });
    }
    let estimate = fit.covariance(covariance)?;
    Ok((wald_zero(&fit, &estimate, &names)?, estimate.record))
}

fn check_sides(n: usize, k: usize, before: usize) -> Result<()> {
    let after = n.saturating_sub(before);
    let smaller = before.min(after);
    if smaller > k {
        return Ok(());
    }
    let what = if before <= after {
        "the regime up to the break"
    } else {
        "the regime after the break"
    };
    Err(Error::TooFew {
        what,
        needed: k + 1,
        found: smaller,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_means_by_hand() {
        // Means 2 and 5 with rss 2 and 2; pooled mean 3.5, rss 17.5: F = (13.5 / 1) / (4 / 4).
        let design = Design::new(6).intercept().unwrap();
        let y = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let test = chow_f(&design, &y, 3).unwrap();
        assert!((test.statistic - 13.5).abs() < 1e-12);
        assert_eq!((test.df1, test.df2), (1, 4));
        // With the iid covariance the Wald form is the same test.
        let wald = chow_wald(&design, &y, 3, &Covariance::Iid).unwrap();
        assert!((wald.f - 13.5).abs() < 1e-12);
        assert!((wald.p_value - test.p_value).abs() < 1e-14);
    }

    #[test]
    fn a_short_side_is_refused() {
        let design = Design::new(6).intercept().unwrap();
        let error = chow_f(&design, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 5)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "the regime after the break needs at least 2 observations, but there are 1"
        );
    }
}
