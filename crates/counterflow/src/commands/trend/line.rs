//! A straight line through a series, or through its logarithms.

use super::Choices;
use super::series::Series;
use crate::commands::vcov::ReferenceName;
use regress::{Coefficient, CovarianceRecord, Design, Reference, coefficient_table, ols};

/// A fitted line.
pub struct Line {
    /// The constant (the line at time zero) and the slope.
    pub terms: Vec<Coefficient>,
    /// The line at the first time.
    pub at_start: f64,
    /// Whether the line fits perfectly, so that its errors mean nothing.
    pub perfect: bool,
    /// 1 - rss / tss; `None` where the values do not vary.
    pub r_squared: Option<f64>,
    /// The standard deviation of the residuals.
    pub sigma: Option<f64>,
    /// The convention of the errors.
    pub record: CovarianceRecord,
}

impl Line {
    /// Fits `values` to a constant and the time, as `fit 'value ~ time'` does.
    pub fn fit(series: &Series, values: &[f64], choices: &Choices, name: &str) -> Result<Line, String> {
        if values.len() < 3 {
            return Err(format!(
                "a trend needs at least 3 observations, but there are {}",
                values.len()
            ));
        }
        Self::least_squares(series, values, choices, name).map_err(|error| error.to_string())
    }

    fn least_squares(series: &Series, values: &[f64], choices: &Choices, name: &str) -> regress::Result<Line> {
        let times = series.numbers();
        let start = times.first().copied().unwrap_or(0.0);
        let design = Design::new(times.len()).intercept()?.term(name, times)?;
        let fit = ols(&design, values)?;
        if !fit.collinear.is_empty() {
            let terms = fit.collinear.iter().map(ToString::to_string).collect();
            return Err(regress::Error::Unidentified { terms });
        }
        let mut estimate = fit.covariance(&choices.covariance)?;
        match choices.reference {
            Some(ReferenceName::Normal) => estimate = estimate.with_reference(Reference::Normal),
            Some(ReferenceName::T) => estimate = estimate.with_reference(Reference::T(fit.df_residual as f64)),
            None => {}
        }
        let terms = coefficient_table(&fit, &estimate, choices.level)?;
        Ok(Line {
            at_start: fit.coefficients[0] + fit.coefficients[1] * start,
            terms,
            perfect: fit.is_essentially_perfect(),
            r_squared: fit.r_squared,
            sigma: fit.sigma,
            record: estimate.record,
        })
    }

    /// Fits the logarithms of the values.
    pub fn of_logarithms(series: &Series, choices: &Choices, name: &str) -> Result<Line, String> {
        let without: Vec<&str> = (0..series.values.len())
            .filter(|&i| series.values[i] <= 0.0)
            .map(|i| series.times[i].text.as_str())
            .collect();
        match without.first() {
            Some(first) => Err(format!(
                "{} of {} values are zero or below, which have no logarithm (the first at {first}); leave them out \
                 with --where, or fit a Poisson trend with `fit --family poisson`",
                without.len(),
                series.values.len()
            )),
            None => {
                let logarithms: Vec<f64> = series.values.iter().map(|value| value.ln()).collect();
                Self::fit(series, &logarithms, choices, name)
            }
        }
    }

    /// The slope.
    pub fn slope(&self) -> &Coefficient {
        &self.terms[1]
    }

    /// Growth per unit of time, exp(b) - 1, with the ends of its interval.
    pub fn growth(&self) -> [f64; 3] {
        let slope = self.slope();
        [slope.estimate, slope.conf_low, slope.conf_high].map(f64::exp_m1)
    }
}
