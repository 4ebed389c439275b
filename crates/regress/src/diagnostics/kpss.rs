use super::Deterministic;
use crate::{Design, Error, Kernel, Result, ols};

/// The KPSS test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kpss {
    /// The statistic.
    pub statistic: f64,
    /// Interpolated between the tabulated levels; at its ends it is a bound.
    pub p_value: f64,
    /// Whether the p-value is only an upper (0.01) or a lower (0.10) bound.
    pub p_is_bound: bool,
    /// The last lag of the long-run variance, Bartlett weights.
    pub lags: usize,
}

/// Tests that a series is stationary around a constant or a trend, against a unit root:
/// the sum of squared partial sums of the residuals over n^2 times their long-run variance
/// (1/n) \[sum of e_t^2 + 2 sum over j <= lags of (1 - j/(lags + 1)) sum of e_t e_(t-j)].
///
/// *Source*: Kwiatkowski, Phillips, Schmidt & Shin (1992), Journal of Econometrics 54, 159-178,
/// critical values from table 1.
///
/// # Errors
/// No deterministic term; too few values; lags without room; a series without variation.
pub fn kpss(series: &[f64], deterministic: Deterministic, lags: usize) -> Result<Kpss> {
    let n = series.len();
    let (mut design, table) = match deterministic {
        Deterministic::None => {
            return Err(Error::Option {
                option: "deterministic terms",
                expected: "a constant or a trend".to_owned(),
                found: "none".to_owned(),
            });
        }
        Deterministic::Constant => (Design::new(n).intercept()?, [0.347, 0.463, 0.574, 0.739]),
        Deterministic::Trend => (Design::new(n).intercept()?, [0.119, 0.146, 0.176, 0.216]),
    };
    if deterministic == Deterministic::Trend {
        design = design.term("trend", (1..=n).map(|t| t as f64).collect())?;
    }
    if lags >= n {
        return Err(Error::Option {
            option: "lags",
            expected: format!("below {n}"),
            found: lags.to_string(),
        });
    }
    let fit = ols(&design, series)?;
    super::check_residuals(&fit)?;
    let e = &fit.residuals;
    let covariance = |j: usize| e[j..].iter().zip(e).map(|(a, b)| a * b).sum::<f64>();
    let weights = Kernel::Bartlett.weights((lags + 1) as f64, n);
    let long_run: f64 = weights
        .iter()
        .enumerate()
        .map(|(j, w)| w * covariance(j) * if j == 0 { 1.0 } else { 2.0 })
        .sum();
    let mut partial = 0.0;
    let mut squares = 0.0;
    for e in e {
        partial += e;
        squares += partial * partial;
    }
    let statistic = squares / (n as f64 * long_run);
    let (p_value, p_is_bound) = interpolate(statistic, table);
    Ok(Kpss {
        statistic,
        p_value,
        p_is_bound,
        lags,
    })
}

fn interpolate(statistic: f64, table: [f64; 4]) -> (f64, bool) {
    const LEVELS: [f64; 4] = [0.10, 0.05, 0.025, 0.01];
    if statistic <= table[0] {
        return (LEVELS[0], statistic < table[0]);
    }
    for i in 1..4 {
        if statistic <= table[i] {
            let share = (statistic - table[i - 1]) / (table[i] - table[i - 1]);
            return (LEVELS[i - 1] + share * (LEVELS[i] - LEVELS[i - 1]), false);
        }
    }
    (LEVELS[3], true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_interpolated() {
        let table = [0.347, 0.463, 0.574, 0.739];
        assert_eq!(interpolate(0.463, table), (0.05, false));
        assert_eq!(interpolate(0.2, table), (0.10, true));
        assert_eq!(interpolate(2.0, table), (0.01, true));
        assert!((interpolate(0.405, table).0 - 0.075).abs() < 1e-12);
    }
}
