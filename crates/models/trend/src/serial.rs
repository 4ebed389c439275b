//! Mann-Kendall tests for values that are autocorrelated. Values are taken as consecutive.

use crate::mann_kendall::{MannKendall, Score};
use crate::theil_sen::{pairwise_slopes, sorted_median};
use crate::{Error, Result};
use regress::distribution::normal_two_sided_quantile;

/// Hamed & Rao's (1998) correction: the variance of S is multiplied by
/// 1 + 2 / (n(n-1)(n-2)) * sum over lags j of (n-j)(n-j-1)(n-j-2) r_j, with r_j the
/// autocorrelations of the ranks of the values less their Theil-Sen trend, those within
/// z(1 - alpha/2) / sqrt(n) of zero left out. `lags` limits the lags; `None` takes all.
///
/// *Source*: Hamed & Rao (1998), Journal of Hydrology 204, 182-196.
///
/// # Errors
/// As [`mann_kendall`](crate::mann_kendall); alpha outside (0, 1); a corrected variance that
/// is not positive.
pub fn hamed_rao(values: &[f64], lags: Option<usize>, alpha: f64) -> Result<MannKendall> {
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(Error::Regress(regress::Error::Option {
            option: "alpha",
            expected: "between 0 and 1".to_owned(),
            found: alpha.to_string(),
        }));
    }
    let score = Score::of(values)?;
    let n = score.n as f64;
    let ranks = ranks(&detrended(values));
    let bound = normal_two_sided_quantile(alpha) / n.sqrt();
    let sum: f64 = autocorrelations(&ranks, lags)
        .enumerate()
        .filter(|(_, r)| r.abs() > bound)
        .map(|(i, r)| {
            let j = (i + 1) as f64;
            (n - j) * (n - j - 1.0) * (n - j - 2.0) * r
        })
        .sum();
    corrected(
        score,
        1.0 + 2.0 / (n * (n - 1.0) * (n - 2.0)) * sum,
        "Mann-Kendall, Hamed-Rao 1998",
    )
}

/// Yue & Wang's (2004) correction: the variance of S is multiplied by
/// 1 + 2 * sum over lags j of (1 - j/n) r_j, with r_j the autocorrelations of the values less
/// their Theil-Sen trend. `lags` limits the lags; `None` takes all.
///
/// *Source*: Yue & Wang (2004), Water Resources Management 18, 201-218.
///
/// # Errors
/// As [`mann_kendall`](crate::mann_kendall); a corrected variance that is not positive.
pub fn yue_wang(values: &[f64], lags: Option<usize>) -> Result<MannKendall> {
    let score = Score::of(values)?;
    let n = score.n as f64;
    let series = detrended(values);
    let sum: f64 = autocorrelations(&series, lags)
        .enumerate()
        .map(|(i, r)| (1.0 - (i + 1) as f64 / n) * r)
        .sum();
    corrected(score, 1.0 + 2.0 * sum, "Mann-Kendall, Yue-Wang 2004")
}

/// The test on x_t - r_1 x_(t-1), r_1 the first autocorrelation of x; n - 1 values. Where
/// there is a trend, r_1 holds part of it and the test loses power.
///
/// *Source*: von Storch (1995); Kulkarni & von Storch (1995).
///
/// # Errors
/// As [`mann_kendall`](crate::mann_kendall).
pub fn prewhitened(values: &[f64]) -> Result<MannKendall> {
    Score::of(values)?;
    let white = filtered(values);
    Ok(Score::of(&white)?.test(1.0, None, "Mann-Kendall, prewhitened"))
}

/// The test after trend-free prewhitening: the Theil-Sen trend is taken out, the rest is
/// prewhitened, and the trend is put back; n - 1 values.
///
/// *Source*: Yue, Pilon, Phinney & Cavadias (2002), Hydrological Processes 16, 1807-1829.
///
/// # Errors
/// As [`mann_kendall`](crate::mann_kendall).
pub fn trend_free_prewhitened(values: &[f64]) -> Result<MannKendall> {
    Score::of(values)?;
    let slope = unit_slope(values);
    let white = filtered(&detrended(values));
    let blended: Vec<f64> = white
        .iter()
        .enumerate()
        .map(|(i, v)| v + (i + 1) as f64 * slope)
        .collect();
    Ok(Score::of(&blended)?.test(1.0, None, "Mann-Kendall, trend-free prewhitened"))
}

fn corrected(score: Score, factor: f64, method: &'static str) -> Result<MannKendall> {
    if factor > 0.0 {
        return Ok(score.test(factor, None, method));
    }
    Err(Error::Regress(regress::Error::Degenerate {
        what: "the corrected variance of S",
        reason: format!("autocorrelation multiplies it by {factor}; limit the lags"),
    }))
}

/// The Theil-Sen slope per observation.
fn unit_slope(values: &[f64]) -> f64 {
    let times: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
    sorted_median(&pairwise_slopes(&times, values))
}

fn detrended(values: &[f64]) -> Vec<f64> {
    let slope = unit_slope(values);
    values
        .iter()
        .enumerate()
        .map(|(i, v)| v - (i + 1) as f64 * slope)
        .collect()
}

/// x_t - r_1 x_(t-1).
fn filtered(values: &[f64]) -> Vec<f64> {
    let first = autocorrelations(values, Some(1)).next().unwrap_or(0.0);
    values.windows(2).map(|w| w[1] - w[0] * first).collect()
}

/// r_1, r_2, ..., with divisor n at every lag; zeros for a series that does not vary.
fn autocorrelations(values: &[f64], lags: Option<usize>) -> impl Iterator<Item = f64> {
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let mut centred: Vec<f64> = values.iter().map(|v| v - mean).collect();
    // The ratios do not depend on the unit; squares of very small or large values would.
    let largest = centred.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if largest > 0.0 {
        centred.iter_mut().for_each(|v| *v /= largest);
    }
    let covariance = move |j: usize| centred[j..].iter().zip(&centred).map(|(a, b)| a * b).sum::<f64>();
    let variance = covariance(0);
    let last = lags.unwrap_or(n).min(n.saturating_sub(1));
    (1..=last).map(move |j| if variance > 0.0 { covariance(j) / variance } else { 0.0 })
}

/// Ranks from 1, equal values sharing their mean rank.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for group in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let mean = start as f64 + (group.len() + 1) as f64 / 2.0;
        group.iter().for_each(|&i| ranks[i] = mean);
        start += group.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mann_kendall::tests::{close, nile};

    // The references are pyMannKendall 1.4.3's (Hussain & Mahmud 2019) on the same series.
    #[test]
    fn corrected_variances_of_the_nile() {
        for (test, var_s, z, p) in [
            (
                hamed_rao(&nile(), None, 0.05),
                241565.3569166269,
                -2.8199791956451388,
                0.004802676310182719,
            ),
            (
                hamed_rao(&nile(), Some(3), 0.05),
                282111.428078166,
                -2.609473498565488,
                0.009068166970294111,
            ),
            (
                yue_wang(&nile(), None),
                112149.66644163342,
                -4.138702764743742,
                3.4927510639048975e-05,
            ),
            (
                yue_wang(&nile(), Some(1)),
                196416.5148518476,
                -3.127333736471177,
                0.001763995616662406,
            ),
        ] {
            let test = test.unwrap();
            assert_eq!(test.s, -1387);
            close(test.var_s, var_s);
            close(test.z, z);
            close(test.p_value, p);
        }
    }

    #[test]
    fn prewhitening_the_nile() {
        let plain = prewhitened(&nile()).unwrap();
        assert_eq!((plain.s, plain.n), (-845, 99));
        close(plain.p_value, 0.010725223653460514);
        let free = trend_free_prewhitened(&nile()).unwrap();
        assert_eq!(free.s, -1515);
        close(free.p_value, 4.716306254870517e-06);
    }

    #[test]
    fn the_unit_does_not_matter() {
        // The squares of these would be zero, or infinite. Powers of two round nothing.
        for factor in [2_f64.powi(-980), 2_f64.powi(980)] {
            let values: Vec<f64> = nile().iter().map(|v| v * factor).collect();
            assert_eq!(prewhitened(&values).unwrap().s, -845);
            assert_eq!(trend_free_prewhitened(&values).unwrap().s, -1515);
            close(hamed_rao(&values, None, 0.05).unwrap().var_s, 241565.3569166269);
        }
    }

    #[test]
    fn tied_ranks_are_shared() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), vec![3.5, 1.0, 3.5, 2.0]);
    }
}
