use crate::kendall::two_sided_exact;
use crate::{Error, Result};
use regress::distribution::normal_two_sided;

/// The largest n for which the exact distribution of S is used.
pub const EXACT_LIMIT: usize = 100;

/// A Mann-Kendall test for a monotone trend.
#[derive(Debug, Clone, PartialEq)]
pub struct MannKendall {
    /// The number of values.
    pub n: usize,
    /// S: pairs that rise less pairs that fall.
    pub s: i64,
    /// The variance of S without a trend, corrected for ties, and for autocorrelation where
    /// [`MannKendall::variance_factor`] is not 1.
    pub var_s: f64,
    /// (S - 1) / sd for S > 0, (S + 1) / sd for S < 0, 0 for S = 0.
    pub z: f64,
    /// The two-sided p-value from the normal approximation of z.
    pub p_value: f64,
    /// The two-sided p-value from the exact distribution of S; `None` with ties, beyond
    /// [`EXACT_LIMIT`] values and where autocorrelation was corrected for.
    pub exact_p_value: Option<f64>,
    /// S over the number of pairs.
    pub tau_a: f64,
    /// S over the geometric mean of pairs and pairs that are not tied.
    pub tau_b: f64,
    /// The sizes of the groups of equal values, those of one left out.
    pub ties: Vec<usize>,
    /// By what the variance was multiplied for autocorrelation; 1 without a correction.
    pub variance_factor: f64,
    /// The variant, in words.
    pub method: &'static str,
}

/// The original test, for values without autocorrelation, in time order.
///
/// *Formula*: S = sum over i < j of sgn(x_j - x_i);
/// Var S = [n(n-1)(2n+5) - sum over ties of t(t-1)(2t+5)] / 18; the unit of time does not
/// matter, nor do gaps in it. *Source*: Mann (1945), Econometrica 13, 245-259; Kendall
/// (1975), *Rank Correlation Methods*; ties as in Gilbert (1987), section 16.4.
///
/// # Errors
/// Fewer than three values, a value that is not finite, values that are all equal.
///
/// ```
/// let test = trend::mann_kendall(&[1.0, 3.0, 2.0, 4.0])?;
/// assert_eq!((test.s, test.tau_a), (4, 4.0 / 6.0));
/// # Ok::<(), trend::Error>(())
/// ```
pub fn mann_kendall(values: &[f64]) -> Result<MannKendall> {
    let score = Score::of(values)?;
    let exact = (score.ties.is_empty() && score.n <= EXACT_LIMIT).then(|| two_sided_exact(score.n, score.s));
    Ok(score.test(1.0, exact, "Mann-Kendall"))
}

/// S, its variance without autocorrelation, and the ties.
#[derive(Debug, Clone)]
pub(crate) struct Score {
    pub n: usize,
    pub s: i64,
    pub var_s: f64,
    pub ties: Vec<usize>,
    pub pairs: f64,
}

impl Score {
    pub fn of(values: &[f64]) -> Result<Self> {
        let n = values.len();
        if n < 3 {
            return Err(regress::Error::TooFew {
                what: "the Mann-Kendall test",
                needed: 3,
                found: n,
            }
            .into());
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            return Err(regress::Error::NotFinite {
                what: "the series".to_owned(),
                row: at + 1,
            }
            .into());
        }
        let score = Self::unchecked(values);
        if score.var_s <= 0.0 {
            return Err(all_equal());
        }
        Ok(score)
    }

    /// For finite values of any number.
    pub fn unchecked(values: &[f64]) -> Self {
        let n = values.len();
        let mut s = 0_i64;
        for (i, early) in values.iter().enumerate() {
            for late in &values[i + 1..] {
                s += i64::from(late > early) - i64::from(late < early);
            }
        }
        let ties = ties(values);
        let term = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
        let var_s = (term(n as f64) - ties.iter().map(|&t| term(t as f64)).sum::<f64>()) / 18.0;
        Score {
            n,
            s,
            var_s,
            ties,
            pairs: n as f64 * (n as f64 - 1.0) / 2.0,
        }
    }

    pub fn test(self, variance_factor: f64, exact_p_value: Option<f64>, method: &'static str) -> MannKendall {
        let var_s = self.var_s * variance_factor;
        let z = standardised(self.s, var_s);
        let tied: f64 = self.ties.iter().map(|&t| t as f64 * (t as f64 - 1.0) / 2.0).sum();
        MannKendall {
            n: self.n,
            s: self.s,
            var_s,
            z,
            p_value: normal_two_sided(z),
            exact_p_value,
            tau_a: self.s as f64 / self.pairs,
            tau_b: self.s as f64 / (self.pairs * (self.pairs - tied)).sqrt(),
            ties: self.ties,
            variance_factor,
            method,
        }
    }
}

/// z with the continuity correction.
fn standardised(s: i64, var_s: f64) -> f64 {
    (s - s.signum()) as f64 / var_s.sqrt()
}

/// The sizes of groups of equal values, in order of the values.
fn ties(values: &[f64]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
        .chunk_by(|a, b| a == b)
        .map(<[f64]>::len)
        .filter(|&t| t > 1)
        .collect()
}

pub(crate) fn all_equal() -> Error {
    regress::Error::Degenerate {
        what: "the Mann-Kendall test",
        reason: "all values are equal".to_owned(),
    }
    .into()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The flow of the Nile (tests/data/nile.txt).
    pub(crate) fn nile() -> Vec<f64> {
        let lines = include_str!("../tests/data/nile.txt")
            .lines()
            .filter(|l| !l.starts_with('#'));
        lines.flat_map(|l| l.split(' ').map(|v| v.parse().unwrap())).collect()
    }

    pub(crate) fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-10, "{found} is not {expected}");
    }

    #[test]
    fn the_nile_as_pymannkendall_gives_it() {
        let test = mann_kendall(&nile()).unwrap();
        assert_eq!(test.s, -1387);
        close(test.var_s, 112728.33333333333);
        close(test.z, -4.128066522844101);
        close(test.p_value, 3.658262921657496e-05);
        close(test.tau_a, -0.2802020202020202);
        // scipy.stats.kendalltau
        close(test.tau_b, -0.2807413347246131);
        assert_eq!(test.exact_p_value, None);
    }

    #[test]
    fn the_exact_p_value() {
        // scipy.stats.kendalltau(range(8), x, method="exact").
        let test = mann_kendall(&[5.0, 3.0, 8.0, 6.0, 9.0, 7.0, 12.0, 10.0]).unwrap();
        assert_eq!(test.s, 18);
        close(test.exact_p_value.unwrap(), 0.03115079365079365);
        assert!(mann_kendall(&[1.0, 1.0, 1.0]).is_err());
        assert!(mann_kendall(&[1.0, 2.0]).is_err());
    }

    proptest! {
        #[test]
        fn turning_time_around_turns_the_sign(values in proptest::collection::vec(-5..5i32, 4..30)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let turned: Vec<f64> = values.iter().rev().copied().collect();
            if let (Ok(one), Ok(other)) = (mann_kendall(&values), mann_kendall(&turned)) {
                prop_assert_eq!(one.s, -other.s);
                prop_assert_eq!(one.p_value, other.p_value);
            }
        }
    }
}
