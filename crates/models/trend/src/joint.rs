//! Mann-Kendall tests on several series at once, which may be correlated with each other.

use crate::mann_kendall::Score;
use crate::theil_sen::{pairwise_slopes, sorted_median};
use crate::{Error, Result};
use nalgebra::{DMatrix, DVector};
use regress::distribution::normal_two_sided;

/// A Mann-Kendall test on one or several correlated series.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// The number of times that every series has.
    pub n: usize,
    /// The number of series.
    pub series: usize,
    /// S: summed over the series, or what the covariates leave of the first one's.
    pub s: f64,
    /// The variance of S without a trend, ties and the correlation of the series counted.
    pub var_s: f64,
    /// s / sd, without a continuity correction.
    pub z: f64,
    /// The two-sided p-value from the normal approximation of z.
    pub p_value: f64,
    /// S (of the first series alone in a partial test) over the number of pairs.
    pub tau_a: f64,
    /// The median of the slopes within series per unit of time; of the first one alone in a partial test.
    pub slope: f64,
    /// The variant, in words.
    pub method: &'static str,
}

/// The covariance of the Mann-Kendall statistics S of two series without ties to time:
/// (K + 4 sum of R_t Q_t - n (n+1)^2) / 3 with K the sum over pairs of
/// sgn((x_j - x_i)(y_j - y_i)) and R, Q the series' mid-ranks. Of a series with itself it is the
/// variance of S with its correction for ties.
///
/// *Source*: Dietz & Killeen (1981), JASA 76, 169-174; Hirsch & Slack (1984), equation 13.
/// *Shape*: two series of equal length, finite.
fn covariance(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mut concordance = 0.0;
    for i in 0..x.len() {
        for j in i + 1..x.len() {
            concordance += sign(x[j] - x[i]) * sign(y[j] - y[i]);
        }
    }
    let ranks = crate::serial::ranks(x).into_iter().zip(crate::serial::ranks(y));
    let product: f64 = ranks.map(|(r, q)| r * q).sum();
    (concordance + 4.0 * product - n * (n + 1.0) * (n + 1.0)) / 3.0
}

fn sign(x: f64) -> f64 {
    f64::from(i8::from(x > 0.0) - i8::from(x < 0.0))
}

/// Tests for a trend that several series share where they are correlated, such as the months of
/// one river or the reporters of one good: S is the sum of the series' own, its variance the sum of
/// all their covariances.
///
/// *Source*: Hirsch & Slack (1984), Water Resources Research 20, 727-732; Dietz & Killeen (1981).
/// *Shape*: `times` rising strictly, each of `series` with a value at each of them.
///
/// # Errors
/// No series, series of another length than `times`, values that are not finite, fewer than three times, values
/// without any variation.
pub fn correlated_mann_kendall(times: &[f64], series: &[Vec<f64>]) -> Result<Joint> {
    let scores = check(times, series)?;
    let var_s: f64 = series
        .iter()
        .flat_map(|a| series.iter().map(move |b| covariance(a, b)))
        .sum();
    let s: i64 = scores.iter().map(|score| score.s).sum();
    let pairs: f64 = scores.iter().map(|score| score.pairs).sum();
    let slopes: Vec<f64> = series
        .iter()
        .flat_map(|values| pairwise_slopes(times, values))
        .collect();
    let method = "Mann-Kendall, correlated series, Hirsch-Slack 1984";
    joint(
        times.len(),
        series.len(),
        s as f64,
        var_s,
        s as f64 / pairs,
        sorted_median(&slopes),
        method,
    )
}

/// Tests for a trend in `values` given what covariates explain: with G the covariance of the S of
/// all series, S' = S_y - G_yx G_xx^-1 S_x has variance G_yy - G_yx G_xx^-1 G_xy. G counts ties (see
/// [`correlated_mann_kendall`]); pyMannKendall and R's `trend` put n(n-1)(2n+5)/18 for both variances, which is the same without ties
/// and too large with them.
///
/// *Source*: Libiseller & Grimvall (2002), Environmetrics 13, 71-84. *Shape*: `times` rising
/// strictly; `values` and each covariate of their length.
///
/// # Errors
/// As [`correlated_mann_kendall`]; also no covariate, and covariates whose ranks are collinear.
pub fn partial_mann_kendall(times: &[f64], values: &[f64], covariates: &[Vec<f64>]) -> Result<Joint> {
    let mut series = vec![values.to_vec()];
    series.extend_from_slice(covariates);
    let scores = check(times, &series)?;
    if covariates.is_empty() {
        return Err(degenerate("there is no covariate; use the plain test").into());
    }
    let m = covariates.len();
    let outer = DMatrix::from_fn(m, m, |a, b| covariance(&covariates[a], &covariates[b]));
    let cross = DVector::from_fn(m, |a, _| covariance(values, &covariates[a]));
    let scale = outer.diagonal().max();
    let factor = outer
        .cholesky()
        .filter(|factor| factor.l_dirty().diagonal().iter().all(|d| d * d > 1e-12 * scale))
        .ok_or_else(|| degenerate("a covariate does not vary or repeats the ranks of others"))?;
    let weights = factor.solve(&cross);
    let theirs = DVector::from_fn(m, |a, _| scores[a + 1].s as f64);
    let s = scores[0].s as f64 - weights.dot(&theirs);
    let own = covariance(values, values);
    let var_s = own - weights.dot(&cross);
    if var_s <= 1e-12 * own {
        return Err(degenerate("the covariates have the same ranks as the values").into());
    }
    let tau = scores[0].s as f64 / scores[0].pairs;
    let slope = sorted_median(&pairwise_slopes(times, values));
    let method = "Mann-Kendall, partial, Libiseller-Grimvall 2002";
    joint(times.len(), series.len(), s, var_s, tau, slope, method)
}

fn joint(n: usize, series: usize, s: f64, var_s: f64, tau_a: f64, slope: f64, method: &'static str) -> Result<Joint> {
    if var_s <= 0.0 {
        return Err(crate::mann_kendall::all_equal());
    }
    let z = s / var_s.sqrt();
    Ok(Joint {
        n,
        series,
        s,
        var_s,
        z,
        p_value: normal_two_sided(z),
        tau_a,
        slope,
        method,
    })
}

fn check(times: &[f64], series: &[Vec<f64>]) -> Result<Vec<Score>> {
    crate::line::check_times(times)?;
    if series.is_empty() {
        return Err(degenerate("there is no series").into());
    }
    if times.len() < 3 {
        return Err(Error::Regress(regress::Error::TooFew {
            what: "the Mann-Kendall test",
            needed: 3,
            found: times.len(),
        }));
    }
    for values in series {
        if values.len() != times.len() {
            return Err(Error::Regress(regress::Error::Length {
                what: "a series".to_owned(),
                found: values.len(),
                expected: times.len(),
                of: "time",
            }));
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::Regress(regress::Error::NotFinite {
                what: "the series".to_owned(),
                row: at + 1,
            }));
        }
    }
    Ok(series.iter().map(|values| Score::unchecked(values)).collect())
}

fn degenerate(reason: &str) -> regress::Error {
    regress::Error::Degenerate {
        what: "the Mann-Kendall test",
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mann_kendall::tests::{close, nile};
    use proptest::prelude::*;

    fn series(period: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
        let cycles = 100 / period;
        let times = (0..cycles).map(|c| c as f64).collect();
        let column = |season| (0..cycles).map(|c| nile()[c * period + season]).collect();
        (times, (0..period).map(column).collect())
    }

    #[test]
    fn correlated_seasons_of_the_nile() {
        let (times, series) = series(4);
        let test = correlated_mann_kendall(&times, &series).unwrap();
        assert_eq!((test.s, test.n, test.series), (-318.0, 25, 4));
        for (found, expected) in [test.var_s, test.z, test.p_value, test.tau_a, test.slope]
            .into_iter()
            .zip(CORRELATED)
        {
            close(found, expected);
        }
    }

    // pyMannKendall 1.4.3 (Hussain & Mahmud 2019): correlated_seasonal_test(nile, period=4).
    const CORRELATED: [f64; 5] = [
        15643.999999999998,
        -2.542454657209897,
        0.011007688249620173,
        -0.265,
        -9.535885167464116,
    ];

    #[test]
    fn a_partial_test_of_the_nile() {
        // pyMannKendall 1.4.3, partial_test; no ties, for which it has no correction.
        let times: Vec<f64> = (0..20).map(f64::from).collect();
        let covariate = (0..20).map(|i| f64::from(i * 7 % 20) + f64::from(i) * 0.9).collect();
        let test = partial_mann_kendall(&times, &nile()[30..50], &[covariate]).unwrap();
        close(test.s, -7.957894736842105);
        close(test.var_s, 942.2147368421053);
        close(test.z, -0.25925267364271515);
        close(test.p_value, 0.7954402922459165);
        close(test.slope, 0.12142857142857143);
    }

    #[test]
    fn one_series_alone_is_the_plain_test_without_continuity() {
        let times: Vec<f64> = (0..100).map(f64::from).collect();
        let test = correlated_mann_kendall(&times, &[nile()]).unwrap();
        close(test.var_s, 112728.33333333333);
        close(test.z, -1387.0 / 112728.33333333333_f64.sqrt());
    }

    #[test]
    fn a_partial_test_by_hand() {
        // y = 1 3 2 4, x = 2 1 3 4: S 4 and 4, variances 26/3; K = 2, sum of rank products 27, so the
        // covariance is (2 + 108 - 100) / 3 = 10/3 and rho = 5/13.
        let times = [0.0, 1.0, 2.0, 3.0];
        let test = partial_mann_kendall(&times, &[1.0, 3.0, 2.0, 4.0], &[vec![2.0, 1.0, 3.0, 4.0]]).unwrap();
        let rho = 5.0 / 13.0;
        close(test.s, 4.0 - rho * 4.0);
        close(test.var_s, 26.0 / 3.0 * (1.0 - rho * rho));
        let same = partial_mann_kendall(&times, &[1.0, 3.0, 2.0, 4.0], &[vec![1.0, 3.0, 2.0, 4.0]]);
        assert!(same.is_err());
        let still = partial_mann_kendall(&times, &[1.0, 3.0, 2.0, 4.0], &[vec![1.0; 4]]);
        assert!(still.unwrap_err().to_string().contains("does not vary"));
        assert!(correlated_mann_kendall(&times, &[vec![1.0; 3]]).is_err());
        assert!(correlated_mann_kendall(&times, &[]).is_err());
    }

    proptest! {
        #[test]
        fn the_covariance_with_itself_is_the_variance_with_ties(values in proptest::collection::vec(-4..4i32, 3..30)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let score = Score::unchecked(&values);
            prop_assert!((covariance(&values, &values) - score.var_s).abs() < 1e-9);
        }
    }
}
