use crate::design::check_series;
use crate::{Error, Result};

/// A straight line with Newey-West errors, prepared for one set of times and fitted to many
/// series: the closed form of [`ols`](crate::ols) on a constant and time with
/// [`Covariance::NeweyWest`](crate::Covariance::NeweyWest), Bartlett's window, for simulations.
///
/// *Formula*: with d_t = time - mean, D = sum of d^2, e the residuals and s_t = d_t e_t:
/// b = sum of d y / D; var b = c / D^2 [sum of s^2 + 2 sum over j of (1 - j/(L+1)) sum of s_t s_(t+j)],
/// c = n / (n - 2) or 1. The row of the bread for the slope is d_t / D, so the constant's
/// scores drop out. *Source*: Newey & West (1987), Econometrica 55, 703-708.
#[derive(Debug, Clone)]
pub struct NeweyWestTrend {
    deviations: Vec<f64>,
    sum_of_squares: f64,
    weights: Vec<f64>,
    factor: f64,
}

/// The slope of a line and its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlopeEstimate {
    /// b, per unit of time.
    pub slope: f64,
    /// Its Newey-West standard error.
    pub std_error: f64,
}

impl NeweyWestTrend {
    /// Prepares for these times and a stated lag; `adjust` multiplies the variance by n / (n - 2).
    ///
    /// # Errors
    /// Fewer than three times, one that is not finite, times that are all equal, a lag of n or more.
    pub fn new(times: &[f64], lag: usize, adjust: bool) -> Result<Self> {
        let n = times.len();
        check_series("time", times, n)?;
        if n < 3 {
            return Err(Error::TooFew {
                what: "a trend",
                needed: 3,
                found: n,
            });
        }
        if lag >= n {
            let (expected, found) = (format!("below the number of observations, {n}"), lag.to_string());
            return Err(Error::Option {
                option: "lag",
                expected,
                found,
            });
        }
        // From the first time on, so that the mean of years loses no digits.
        let since: Vec<f64> = times.iter().map(|t| t - times[0]).collect();
        let mean = since.iter().sum::<f64>() / n as f64;
        let deviations: Vec<f64> = since.iter().map(|t| t - mean).collect();
        let sum_of_squares: f64 = deviations.iter().map(|d| d * d).sum();
        if sum_of_squares <= 0.0 {
            return Err(Error::Degenerate {
                what: "a trend",
                reason: "all times are equal".to_owned(),
            });
        }
        let weights = (1..=lag).map(|j| 2.0 * (1.0 - j as f64 / (lag + 1) as f64)).collect();
        let factor = if adjust { n as f64 / (n as f64 - 2.0) } else { 1.0 };
        Ok(NeweyWestTrend {
            deviations,
            sum_of_squares,
            weights,
            factor,
        })
    }

    /// Fits one series. `scratch` is overwritten and lets many fits share one allocation.
    ///
    /// # Errors
    /// A series of another length, or one that is not finite.
    pub fn fit(&self, values: &[f64], scratch: &mut Vec<f64>) -> Result<SlopeEstimate> {
        check_series("the series", values, self.deviations.len())?;
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let slope = self
            .deviations
            .iter()
            .zip(values)
            .map(|(d, y)| d * (y - mean))
            .sum::<f64>()
            / self.sum_of_squares;
        scratch.clear();
        scratch.extend(
            self.deviations
                .iter()
                .zip(values)
                .map(|(d, y)| d * (y - mean - slope * d)),
        );
        let mut sum: f64 = scratch.iter().map(|s| s * s).sum();
        for (j, weight) in self.weights.iter().enumerate() {
            sum += weight
                * scratch[j + 1..]
                    .iter()
                    .zip(scratch.iter())
                    .map(|(a, b)| a * b)
                    .sum::<f64>();
        }
        // Bartlett's sum is not negative but for rounding.
        let std_error = (self.factor * sum.max(0.0)).sqrt() / self.sum_of_squares;
        Ok(SlopeEstimate { slope, std_error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Covariance, Design, Kernel, Lag, NeweyWest, ols};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_general_estimator(values in proptest::collection::vec(-10.0..10.0f64, 20), lag in 0..6usize, gap in 0..5u32) {
            let times: Vec<f64> = (0..20).map(|t| 1989.0 + f64::from(t + if t > 9 { gap } else { 0 })).collect();
            let trend = NeweyWestTrend::new(&times, lag, true).unwrap();
            let found = trend.fit(&values, &mut Vec::new()).unwrap();
            let design = Design::new(20).intercept().unwrap().term("time", times).unwrap();
            let fit = ols(&design, &values).unwrap();
            let options = NeweyWest { lag: Lag::Fixed(lag), kernel: Kernel::Bartlett, prewhitening: 0, adjust: true };
            let error = fit.covariance(&Covariance::NeweyWest(options)).unwrap().std_error(1).unwrap();
            prop_assert!((found.slope - fit.coefficients[1]).abs() < 1e-11);
            prop_assert!((found.std_error - error).abs() < 1e-9);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert!(NeweyWestTrend::new(&[1.0, 1.0, 1.0], 0, true).is_err());
        assert!(NeweyWestTrend::new(&[1.0, 2.0, 3.0], 3, true).is_err());
        let trend = NeweyWestTrend::new(&[1.0, 2.0, 3.0], 1, true).unwrap();
        assert!(trend.fit(&[1.0, 2.0], &mut Vec::new()).is_err());
        assert!(trend.fit(&[1.0, f64::NAN, 2.0], &mut Vec::new()).is_err());
    }
}
