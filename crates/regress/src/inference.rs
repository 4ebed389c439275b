use crate::{CovarianceEstimate, Error, Fit, Result};

/// One row of a coefficient table.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficient {
    /// The term.
    pub term: String,
    /// Its estimate b.
    pub estimate: f64,
    /// The root of its variance.
    pub std_error: f64,
    /// b / std_error; `None` where the error is zero.
    pub statistic: Option<f64>,
    /// The two-sided p-value under the covariance's reference distribution.
    pub p_value: Option<f64>,
    /// b - c std_error, c the reference distribution's critical value.
    pub conf_low: f64,
    /// b + c std_error.
    pub conf_high: f64,
}

/// The coefficient table of a fit under a covariance, with intervals of confidence `level`: of the term j
/// t = b_j / s_j, s_j the root of V_jj, p = P(|T| > |t|) and b_j -+ c s_j with P(|T| > c) = 1 - `level`, T having the
/// covariance's reference distribution (Student's t or the standard normal).
///
/// # Errors
/// Refuses a level outside (0, 1) and a covariance of another size or with a negative variance.
pub fn coefficient_table(fit: &Fit, covariance: &CovarianceEstimate, level: f64) -> Result<Vec<Coefficient>> {
    table(&fit.terms, &fit.coefficients, covariance, level)
}

/// [`coefficient_table`] for any estimator, from terms and estimates of equal length.
///
/// # Errors
/// As [`coefficient_table`].
pub fn table(
    terms: &[String],
    estimates: &[f64],
    covariance: &CovarianceEstimate,
    level: f64,
) -> Result<Vec<Coefficient>> {
    rows(terms, estimates, covariance, level)?.into_iter().collect()
}

/// The rows of [`table`] one by one: a covariance that is not positive semi-definite, as clusters in several ways can
/// leave it, may have an error for one term and none for another, whose row is then the refusal.
///
/// # Errors
/// As [`coefficient_table`], but for negative variances.
pub fn rows(
    terms: &[String],
    estimates: &[f64],
    covariance: &CovarianceEstimate,
    level: f64,
) -> Result<Vec<Result<Coefficient>>> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::Option {
            option: "the confidence level",
            expected: "between 0 and 1".to_owned(),
            found: level.to_string(),
        });
    }
    if covariance.matrix.nrows() != estimates.len() || terms.len() != estimates.len() {
        return Err(Error::Length {
            what: "the covariance".to_owned(),
            found: covariance.matrix.nrows(),
            expected: estimates.len(),
            of: "estimated term",
        });
    }
    let critical = covariance.reference.critical_value(level);
    let row = |(j, (term, &estimate)): (usize, (&String, &f64))| {
        let std_error = covariance.std_error(j)?;
        let statistic = (std_error > 0.0)
            .then(|| estimate / std_error)
            .filter(|t| t.is_finite());
        Ok(Coefficient {
            term: term.clone(),
            estimate,
            std_error,
            statistic,
            p_value: statistic.map(|t| covariance.reference.p_value(t)),
            conf_low: estimate - critical * std_error,
            conf_high: estimate + critical * std_error,
        })
    };
    Ok(terms.iter().zip(estimates).enumerate().map(row).collect())
}
