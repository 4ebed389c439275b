use crate::{Error, Result};
use regress::{Covariance, CovarianceRecord, Design, NeweyWest, coefficient_table, ols};

/// Options of a trend line.
///
/// | Name | Default | Purpose | Range |
/// |---|---|---|---|
/// | `covariance` | Newey-West, lag floor(4 (n/100)^(2/9)), Bartlett, n/(n-k) | errors of the slope | |
/// | `level` | 0.95 | the intervals' confidence | between 0 and 1 |
#[derive(Debug, Clone, PartialEq)]
pub struct LineOptions {
    /// The covariance of the coefficients.
    pub covariance: Covariance,
    /// The intervals' confidence.
    pub level: f64,
}

impl Default for LineOptions {
    fn default() -> Self {
        LineOptions {
            covariance: Covariance::NeweyWest(NeweyWest::default()),
            level: 0.95,
        }
    }
}

/// A straight line through a series: value = a + b * time.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// b, in units of the value per unit of time.
    pub slope: f64,
    /// The value of the line at the first time.
    pub at_start: f64,
    /// What the errors of b say; `None` where the line fits perfectly, so that there are none.
    pub errors: Option<SlopeErrors>,
    /// The number of observations.
    pub n: usize,
    /// The share of the variance explained; `None` where the values do not vary.
    pub r_squared: Option<f64>,
    /// The convention of the errors.
    pub record: CovarianceRecord,
}

/// The uncertainty of a slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlopeErrors {
    /// The standard error.
    pub std_error: f64,
    /// slope / std_error.
    pub statistic: f64,
    /// The two-sided p-value that there is no trend.
    pub p_value: f64,
    /// The lower end of the slope's interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A log-linear trend: ln(value) = a + b * time, and the growth it means.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// The line through the logarithms; its slope is in log points per unit of time.
    pub line: Line,
    /// exp(b) - 1: growth per unit of time.
    pub growth: f64,
    /// exp of the slope's interval, less one. Monotone, so the confidence carries over.
    pub growth_interval: Option<(f64, f64)>,
}

/// Fits a line by ordinary least squares.
///
/// *Shape*: `times` and `values` of equal length n >= 3, times rising. Gaps in time are gaps
/// in x; an autocorrelation-robust covariance treats the observations as consecutive.
/// *Source*: Greene, *Econometric Analysis*, chapters 3 and 20; covariances as in [`regress`].
///
/// # Errors
/// Times that do not rise, fewer than three observations, and what [`ols`] and the covariance
/// refuse.
///
/// ```
/// let line = trend::line(&[2000.0, 2001.0, 2003.0], &[1.0, 2.0, 5.0], &trend::LineOptions::default())?;
/// // Means 4/3 and 8/3; sums of products 57/9 and of squares 42/9.
/// assert!((line.slope - 57.0 / 42.0).abs() < 1e-12);
/// # Ok::<(), trend::Error>(())
/// ```
pub fn line(times: &[f64], values: &[f64], options: &LineOptions) -> Result<Line> {
    check_times(times)?;
    if times.len() < 3 {
        return Err(regress::Error::TooFew {
            what: "a trend",
            needed: 3,
            found: times.len(),
        }
        .into());
    }
    let design = time_design(times)?;
    let fit = ols(&design, values)?;
    let covariance = fit.covariance(&options.covariance)?;
    let table = coefficient_table(&fit, &covariance, options.level)?;
    let [start, slope] = table.as_slice() else {
        return Err(regress::Error::Unidentified {
            terms: vec!["time".to_owned()],
        }
        .into());
    };
    let errors = match (fit.is_essentially_perfect(), slope.statistic, slope.p_value) {
        (false, Some(statistic), Some(p_value)) => Some(SlopeErrors {
            std_error: slope.std_error,
            statistic,
            p_value,
            low: slope.conf_low,
            high: slope.conf_high,
        }),
        _ => None,
    };
    Ok(Line {
        slope: slope.estimate,
        at_start: start.estimate,
        errors,
        n: times.len(),
        r_squared: fit.r_squared,
        record: covariance.record,
    })
}

/// Fits a log-linear trend by ordinary least squares on the logarithms: ln y = a + b t + e. A unit of time multiplies y by exp(b), so
/// that growth is exp(b) - 1, and its interval is that of b put through the same (UNCTAD's average growth rates).
///
/// *Shape* and *Source* as [`line()`].
///
/// # Errors
/// As [`line()`]; also refuses a value of zero or less, which has no logarithm.
pub fn log_line(times: &[f64], values: &[f64], options: &LineOptions) -> Result<LogLine> {
    if let Some((time, value)) = times.iter().zip(values).find(|(_, v)| **v <= 0.0) {
        return Err(Error::NotPositive {
            time: *time,
            value: *value,
        });
    }
    let logarithms: Vec<f64> = values.iter().map(|v| v.ln()).collect();
    let line = line(times, &logarithms, options)?;
    Ok(LogLine {
        growth: line.slope.exp_m1(),
        growth_interval: line.errors.map(|e| (e.low.exp_m1(), e.high.exp_m1())),
        line,
    })
}

/// A constant and the time since the first observation.
pub(crate) fn time_design(times: &[f64]) -> Result<Design> {
    let first = times.first().copied().unwrap_or(0.0);
    let since = times.iter().map(|t| t - first).collect();
    Ok(Design::new(times.len()).intercept()?.term("time", since)?)
}

pub(crate) fn check_times(times: &[f64]) -> Result<()> {
    match times
        .windows(2)
        .find(|w| w[0] >= w[1] || !w[0].is_finite() || !w[1].is_finite())
    {
        Some(w) => Err(Error::Order {
            earlier: w[0],
            later: w[1],
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn iid() -> LineOptions {
        LineOptions {
            covariance: Covariance::Iid,
            level: 0.95,
        }
    }

    #[test]
    fn the_slope_and_its_error_by_hand() {
        // y = 1, 3, 4, 4 at 0..3: slope 1, intercept 1.5, residuals -.5 .5 .5 -.5, s^2 = .5, se = sqrt(.5 / 5).
        let fit = line(&[0.0, 1.0, 2.0, 3.0], &[1.0, 3.0, 4.0, 4.0], &iid()).unwrap();
        let errors = fit.errors.unwrap();
        assert!((fit.slope - 1.0).abs() < 1e-14);
        assert!((fit.at_start - 1.5).abs() < 1e-14);
        assert!((errors.std_error - 0.1_f64.sqrt()).abs() < 1e-14);
        // With two degrees of freedom the quantile is (2p - 1) sqrt(2 / (1 - (2p - 1)^2)).
        let quantile = 0.95 * (2.0 / (1.0 - 0.95_f64.powi(2))).sqrt();
        assert!((errors.high - 1.0 - quantile * 0.1_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn newey_west_by_hand() {
        // The same line with lag 1: scores of the slope, x centred, are .75 -.25 .25 -.75, so
        // Gamma_0 = 1.25, Gamma_1 = -.4375; V = (1.25 - .4375) / 25 * 4 / 2.
        let options = LineOptions {
            covariance: Covariance::NeweyWest(NeweyWest {
                lag: regress::Lag::Fixed(1),
                ..NeweyWest::default()
            }),
            level: 0.95,
        };
        let fit = line(&[0.0, 1.0, 2.0, 3.0], &[1.0, 3.0, 4.0, 4.0], &options).unwrap();
        assert!((fit.errors.unwrap().std_error.powi(2) - 0.8125 / 25.0 * 2.0).abs() < 1e-14);
        assert_eq!(fit.record.lag, Some(1));
    }

    #[test]
    fn exact_growth_has_no_errors() {
        let values: Vec<f64> = (0..6).map(|t| 100.0 * 1.07_f64.powi(t)).collect();
        let times: Vec<f64> = (1990..1996).map(f64::from).collect();
        let trend = log_line(&times, &values, &LineOptions::default()).unwrap();
        assert!((trend.growth - 0.07).abs() < 1e-12);
        assert_eq!((trend.line.errors, trend.growth_interval), (None, None));
        let error = log_line(&[1.0, 2.0], &[1.0, 0.0], &LineOptions::default()).unwrap_err();
        assert_eq!(error, Error::NotPositive { time: 2.0, value: 0.0 });
        assert!(line(&[1.0, 1.0, 2.0], &[1.0, 2.0, 3.0], &iid()).is_err());
    }

    proptest! {
        #[test]
        fn growth_does_not_depend_on_the_unit(values in proptest::collection::vec(1.0..100.0f64, 8), unit in 1e-6..1e6f64) {
            let times: Vec<f64> = (0..8).map(f64::from).collect();
            let scaled: Vec<f64> = values.iter().map(|v| v * unit).collect();
            let one = log_line(&times, &values, &LineOptions::default()).unwrap();
            let other = log_line(&times, &scaled, &LineOptions::default()).unwrap();
            prop_assert!((one.growth - other.growth).abs() < 1e-9);
        }
    }
}
