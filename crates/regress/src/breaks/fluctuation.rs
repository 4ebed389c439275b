//! Tests on sums of residuals: they wander off where the coefficients change.

use super::mosum::mosum_sf;
use super::segment::{Segment, rows};
use crate::distribution::normal_sf;
use crate::{Design, Error, Result, ols};

/// A fluctuation process and its test.
#[derive(Debug, Clone, PartialEq)]
pub struct Fluctuation {
    /// The process, from its start.
    pub process: Vec<f64>,
    /// The test statistic: the largest absolute value, scaled by the boundary.
    pub statistic: f64,
    /// Where it is reached: an index into the process.
    pub at: usize,
    /// The asymptotic p-value; `None` for MOSUM with a window outside 0.05 to 0.5.
    pub p_value: Option<f64>,
    /// Whether the p-value is only an upper bound: 0.01, the end of MOSUM's table.
    pub p_is_bound: bool,
}

/// The OLS-based CUSUM test: W(i) = sum of the first i residuals / (s sqrt n), i = 0..n,
/// s^2 = rss / (n - k); its largest absolute value tends to that of a Brownian bridge
/// (Kolmogorov's distribution).
///
/// *Source*: Ploberger & Kramer (1992), Econometrica 60, 271-285.
///
/// # Errors
/// What [`ols`] refuses; no residual degrees of freedom; a perfect fit; no constant in the
/// design, since then the residuals need not sum to zero.
pub fn ols_cusum(design: &Design, y: &[f64]) -> Result<Fluctuation> {
    let (residuals, scale) = scaled_residuals(design, y)?;
    let mut sum = 0.0;
    let mut process = vec![0.0];
    for e in residuals {
        sum += e;
        process.push(sum / scale);
    }
    let (at, statistic) = largest(process.iter().copied());
    Ok(Fluctuation {
        process,
        statistic,
        at,
        p_value: Some(kolmogorov_sf(statistic)),
        p_is_bound: false,
    })
}

/// The OLS-based MOSUM test: sums over a moving window of floor(`share` n) residuals, scaled
/// as in [`ols_cusum`].
///
/// The p-value is interpolated in the published table of the limit, the largest increment of a Brownian bridge over windows of
/// that share, for windows from 0.05 to 0.5: straight lines in the window and between the 10, 5, 2.5 and 1 per cent points. Above
/// 0.1 the table holds nothing, and the p-value is that of a straight line to 1 at zero, as in R's strucchange: it says
/// no more than that the test does not reject. Below 0.01 it is an upper bound.
///
/// How good the table is, for a window of 0.15 and independent normal errors around a constant (100,000 series each): the test
/// at 5 per cent rejects in 0.2, 2.4, 4.1 and 4.7 per cent of series of 30, 100, 500 and 1,000; in the limit (40,000 walks of 10,000
/// steps) it would in 5.6. It is careful with short series, and hardly off with long ones.
///
/// *Source*: Chu, Hornik & Kuan (1995), Biometrika 82, 603-617.
///
/// # Errors
/// As [`ols_cusum`]; also a window of no or of all observations.
pub fn ols_mosum(design: &Design, y: &[f64], share: f64) -> Result<Fluctuation> {
    let (residuals, scale) = scaled_residuals(design, y)?;
    let width = (share * residuals.len() as f64).floor();
    if !(width >= 1.0 && width < residuals.len() as f64) {
        return Err(Error::Option {
            option: "the window",
            expected: "a share of the observations that holds at least one and not all".to_owned(),
            found: share.to_string(),
        });
    }
    let process: Vec<f64> = residuals
        .windows(width as usize)
        .map(|w| w.iter().sum::<f64>() / scale)
        .collect();
    let (at, statistic) = largest(process.iter().copied());
    let tail = mosum_sf(statistic, share);
    Ok(Fluctuation {
        process,
        statistic,
        at,
        p_value: tail.map(|t| t.0),
        p_is_bound: tail.is_some_and(|t| t.1),
    })
}

/// The CUSUM test of Brown, Durbin & Evans (1975), JRSS B 37, 149-192: cumulated recursive
/// residuals w, W(j) = sum of w / (s sqrt(n - k)), j = 0..n - k, with s their standard
/// deviation; the statistic is the largest |W(j)| / (1 + 2 j / (n - k)).
///
/// # Errors
/// As [`ols_cusum`]; collinear terms.
pub fn recursive_cusum(design: &Design, y: &[f64]) -> Result<Fluctuation> {
    let fit = ols(design, y)?;
    if !fit.collinear.is_empty() {
        return Err(Error::Unidentified {
            terms: fit.collinear.iter().map(ToString::to_string).collect(),
        });
    }
    if fit.is_essentially_perfect() || fit.df_residual < 2 {
        return Err(perfect());
    }
    let residuals = recursive_residuals(design, y);
    let count = residuals.len() as f64;
    let mean = residuals.iter().sum::<f64>() / count;
    let variance = residuals.iter().map(|w| (w - mean) * (w - mean)).sum::<f64>() / (count - 1.0);
    let scale = (variance * count).sqrt();
    let mut sum = 0.0;
    let mut process = vec![0.0];
    for w in residuals {
        sum += w;
        process.push(sum / scale);
    }
    let (at, statistic) = largest(
        process
            .iter()
            .enumerate()
            .map(|(j, w)| w / (1.0 + 2.0 * j as f64 / count)),
    );
    Ok(Fluctuation {
        process,
        statistic,
        at,
        p_value: Some(linear_boundary_sf(statistic)),
        p_is_bound: false,
    })
}

/// One-step prediction errors, each over its standard deviation but for the error variance.
fn recursive_residuals(design: &Design, y: &[f64]) -> Vec<f64> {
    let mut segment = Segment::new(design);
    let mut residuals = Vec::new();
    for (row, y) in rows(design).iter().zip(y) {
        let predicted: f64 = segment.coefficients().iter().zip(row).map(|(b, x)| b * x).sum();
        if let Some(rotated) = segment.push(row, *y) {
            // The rotation keeps the size and may turn the sign.
            residuals.push(rotated.abs().copysign(y - predicted));
        }
    }
    residuals
}

fn scaled_residuals(design: &Design, y: &[f64]) -> Result<(Vec<f64>, f64)> {
    let fit = ols(design, y)?;
    if !fit.has_constant {
        return Err(Error::Degenerate {
            what: "a test on sums of residuals",
            reason: "without a constant the residuals need not sum to zero".to_owned(),
        });
    }
    match fit.sigma {
        Some(sigma) if !fit.is_essentially_perfect() => {
            let scale = sigma * (fit.observations as f64).sqrt();
            Ok((fit.residuals, scale))
        }
        _ => Err(perfect()),
    }
}

fn perfect() -> Error {
    Error::Degenerate {
        what: "a test on sums of residuals",
        reason: "the fit leaves no residuals".to_owned(),
    }
}

fn largest(values: impl Iterator<Item = f64>) -> (usize, f64) {
    values.enumerate().fold(
        (0, 0.0),
        |best, (i, v)| if v.abs() > best.1 { (i, v.abs()) } else { best },
    )
}

/// P(sup |Brownian bridge| > x) = 2 sum over j >= 1 of (-1)^(j+1) exp(-2 j^2 x^2), and for small
/// x the theta series 1 - sqrt(2 pi) / x sum of exp(-(2j-1)^2 pi^2 / (8 x^2)).
pub(crate) fn kolmogorov_sf(x: f64) -> f64 {
    use std::f64::consts::PI;
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        let term = |j: i32| (-(f64::from(2 * j - 1) * PI / x).powi(2) / 8.0).exp();
        return 1.0 - (2.0 * PI).sqrt() / x * (1..=5).map(term).sum::<f64>();
    }
    let term = |j: i32| if j % 2 == 1 { 2.0 } else { -2.0 } * (-2.0 * (f64::from(j) * x).powi(2)).exp();
    (1..=10).map(term).sum()
}

/// P(a Brownian motion on \[0, 1] crosses +-x (1 + 2 t)): Zeileis (2000), from Brown, Durbin &
/// Evans' hitting probabilities with both boundaries; accurate for x >= 0.3.
fn linear_boundary_sf(x: f64) -> f64 {
    let upper = normal_sf;
    let p = 2.0
        * (upper(3.0 * x) + (-4.0 * x * x).exp() * (1.0 - upper(x) - upper(5.0 * x))
            - (-16.0 * x * x).exp() * upper(x));
    p.clamp(0.0, 1.0)
}
