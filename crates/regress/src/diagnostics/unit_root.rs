use super::Deterministic;
use crate::design::check_series;
use crate::distribution::normal_sf;
use crate::{Covariance, Design, Error, Fit, Result, ols};

/// How the number of lagged differences is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LagChoice {
    /// As stated.
    Fixed(usize),
    /// The number up to this one with the smallest AIC, all compared on the same observations.
    Aic(usize),
    /// The number up to this one with the smallest BIC.
    Bic(usize),
}

/// An augmented Dickey-Fuller test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AugmentedDickeyFuller {
    /// The t statistic of the lagged level.
    pub statistic: f64,
    /// MacKinnon's (1994) approximate asymptotic p-value.
    pub p_value: f64,
    /// The number of lagged differences.
    pub lags: usize,
    /// The number of observations of the regression.
    pub observations: usize,
    /// Critical values at 1, 5 and 10 per cent for this number of observations (MacKinnon 2010).
    pub critical_values: [f64; 3],
}

/// Tests for a unit root: the difference of the series is regressed on its lagged level,
/// lagged differences and the deterministic terms,
/// y_t - y_(t-1) = g y_(t-1) + sum over j <= p of d_j (y_(t-j) - y_(t-j-1)) + c + b t + error; the statistic is the t of g, its
/// error the classical one. AIC and BIC count the coefficients, not the variance, and compare all p on the rows that the
/// largest has; the regression with the p they choose takes every row it can (as statsmodels' `adfuller`).
///
/// *Source*: Dickey & Fuller (1979), JASA 74, 427-431; Said & Dickey (1984); MacKinnon (1994),
/// JBES 12, 167-176, and (2010), Queen's Economics Department working paper 1227. *Shape*: a series in time order.
///
/// # Errors
/// Too few values for the lags; a series without variation.
pub fn augmented_dickey_fuller(
    series: &[f64],
    deterministic: Deterministic,
    lags: LagChoice,
) -> Result<AugmentedDickeyFuller> {
    check_series("the series", series, series.len())?;
    let chosen = match lags {
        LagChoice::Fixed(lags) => lags,
        LagChoice::Aic(most) => best(series, deterministic, most, |_| 2.0)?,
        LagChoice::Bic(most) => best(series, deterministic, most, |n| n.ln())?,
    };
    let fit = regression(series, deterministic, chosen, chosen)?;
    let error = fit.covariance(&Covariance::Iid)?.std_error(0)?;
    let statistic = fit.coefficients[0] / error;
    if !statistic.is_finite() {
        return Err(degenerate());
    }
    let observations = fit.observations;
    Ok(AugmentedDickeyFuller {
        statistic,
        p_value: mackinnon_p(statistic, deterministic),
        lags: chosen,
        observations,
        critical_values: critical_values(observations as f64, deterministic),
    })
}

/// The number of lags with the smallest criterion; the fewest of equals.
fn best(series: &[f64], deterministic: Deterministic, most: usize, penalty: impl Fn(f64) -> f64) -> Result<usize> {
    let mut best = (0, f64::INFINITY);
    for lags in 0..=most {
        let fit = regression(series, deterministic, lags, most)?;
        let weight = penalty(fit.observations as f64);
        let criterion = fit.information_criterion(weight, false).ok_or_else(degenerate)?;
        if criterion < best.1 {
            best = (lags, criterion);
        }
    }
    Ok(best.0)
}

/// The regression with `lags` lagged differences, leaving out the first `skip` of its rows.
fn regression(series: &[f64], deterministic: Deterministic, lags: usize, skip: usize) -> Result<Fit> {
    let fixed = match deterministic {
        Deterministic::None => 0,
        Deterministic::Constant => 1,
        Deterministic::Trend => 2,
    };
    let rows = series.len().saturating_sub(1 + skip);
    let terms = 1 + lags + fixed;
    if rows <= terms {
        return Err(Error::TooFew {
            what: "the Dickey-Fuller regression",
            needed: skip + terms + 2,
            found: series.len(),
        });
    }
    let differences: Vec<f64> = series.windows(2).map(|w| w[1] - w[0]).collect();
    let mut design = Design::new(rows).term("level", series[skip..skip + rows].to_vec())?;
    for lag in 1..=lags {
        design = design.term(
            &format!("difference, lag {lag}"),
            differences[skip - lag..skip - lag + rows].to_vec(),
        )?;
    }
    if fixed > 0 {
        design = design.intercept()?;
    }
    if fixed > 1 {
        design = design.term("trend", (1..=rows).map(|t| t as f64).collect())?;
    }
    let fit = ols(&design, &differences[skip..])?;
    if !fit.collinear.is_empty() || fit.is_essentially_perfect() {
        return Err(degenerate());
    }
    Ok(fit)
}

fn degenerate() -> Error {
    Error::Degenerate {
        what: "the Dickey-Fuller statistic",
        reason: "the series does not vary enough: the regression is collinear or fits perfectly".to_owned(),
    }
}

/// MacKinnon's (1994) tables 3 and 4 for one series: the normal tail of a polynomial in tau,
/// one for small tau (three terms), one for larger tau (four).
fn mackinnon_p(tau: f64, deterministic: Deterministic) -> f64 {
    let (star, least, most, small, large) = match deterministic {
        Deterministic::None => (
            -1.04,
            -19.04,
            f64::INFINITY,
            [0.6344, 1.2378, 0.032496],
            [0.4797, 0.93557, -0.06999, 0.033066],
        ),
        Deterministic::Constant => (
            -1.61,
            -18.83,
            2.74,
            [2.1659, 1.4412, 0.038269],
            [1.7339, 0.93202, -0.12745, -0.010368],
        ),
        Deterministic::Trend => (
            -2.89,
            -16.18,
            0.7,
            [3.2512, 1.6047, 0.049588],
            [2.5261, 0.61654, -0.37956, -0.060285],
        ),
    };
    if tau > most {
        return 1.0;
    }
    if tau < least {
        return 0.0;
    }
    let coefficients: &[f64] = if tau <= star { &small } else { &large };
    let z = coefficients.iter().rev().fold(0.0, |sum, c| sum * tau + c);
    normal_sf(-z)
}

/// MacKinnon (2010), table 2, one series: b0 + b1 / n + b2 / n^2 + b3 / n^3.
fn critical_values(n: f64, deterministic: Deterministic) -> [f64; 3] {
    let table = match deterministic {
        Deterministic::None => [
            [-2.56574, -2.2358, -3.627, 0.0],
            [-1.94100, -0.2686, -3.365, 31.223],
            [-1.61682, 0.2656, -2.714, 25.364],
        ],
        Deterministic::Constant => [
            [-3.43035, -6.5393, -16.786, -79.433],
            [-2.86154, -2.8903, -4.234, -40.040],
            [-2.56677, -1.5384, -2.809, 0.0],
        ],
        Deterministic::Trend => [
            [-3.95877, -9.0531, -28.428, -134.155],
            [-3.41049, -4.3904, -9.036, -45.374],
            [-3.12705, -2.5856, -3.925, -22.380],
        ],
    };
    table.map(|row| row.iter().rev().fold(0.0, |sum, b| sum / n + b))
}
