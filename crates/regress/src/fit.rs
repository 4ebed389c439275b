use crate::INTERCEPT;
use crate::Result;
use crate::covariance::{Covariance, CovarianceEstimate, Moments, covariance};
use crate::distribution::f_sf;
use crate::ols::{Shape, SumsOfSquares};
use crate::qr::{Qr, Solution};
use nalgebra::DMatrix;
use std::f64::consts::PI;
use std::fmt;

/// A fitted linear regression. Quantities that the data leave undefined are `None`.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The terms that have a coefficient, in the design's order.
    pub terms: Vec<String>,
    /// Their estimates b.
    pub coefficients: Vec<f64>,
    /// The terms left without a coefficient, each as a combination of the others.
    pub collinear: Vec<Collinear>,
    /// y - X b, in the units of y, one for each row of the design.
    pub residuals: Vec<f64>,
    /// X b, one for each row of the design.
    pub fitted: Vec<f64>,
    /// n: observations with positive weight.
    pub observations: usize,
    /// n - k.
    pub df_residual: usize,
    /// Whether a constant lies in the span of the terms, also as a sum of dummies. It decides
    /// whether R squared is centred.
    pub has_constant: bool,
    /// Residual sum of squares.
    pub rss: f64,
    /// Sum of squares of y around its mean.
    pub tss_centred: f64,
    /// Sum of squares of y.
    pub tss_uncentred: f64,
    /// 1 - rss / tss, centred if [`Fit::has_constant`], uncentred if not (R's `summary.lm` goes by the formula alone, so that it
    /// calls `y ~ 0 + dummies` uncentred; statsmodels and Stata do as here); `None` where y does not vary.
    pub r_squared: Option<f64>,
    /// 1 - (1 - R squared) (n - c) / (n - k), c = 1 with a constant, 0 without.
    pub adj_r_squared: Option<f64>,
    /// The residual standard error sqrt(rss / (n - k)); `None` where n = k.
    pub sigma: Option<f64>,
    /// The test that all terms but the constant are zero, ((tss - rss) / r) / (rss / (n - k)) for r such terms; `None` where
    /// y does not vary, or the fit is perfect but for rounding.
    pub f_test: Option<FTest>,
    /// Gaussian log-likelihood at the maximum-likelihood variance rss / n:
    /// -n/2 (ln 2 pi + 1 + ln(rss / n)) + 1/2 sum of ln w. `None` for rss = 0.
    pub log_lik: Option<f64>,
    /// -2 log-likelihood + 2 (k + 1): the error variance counts as a parameter, as in R's
    /// `AIC`. See [`Fit::information_criterion`] for the other convention.
    pub aic: Option<f64>,
    /// -2 log-likelihood + ln(n) (k + 1), as in R's `BIC`.
    pub bic: Option<f64>,
    /// (X'WX)^-1, k by k, in the order of [`Fit::terms`].
    pub inverse_gram: DMatrix<f64>,
    working_residuals: Vec<f64>,
    working_columns: Vec<Vec<f64>>,
    in_use: Vec<usize>,
    qr: Qr,
}

/// A term in the span of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Collinear {
    /// The term.
    pub term: String,
    /// `(term, weight)` of the terms that make it up; empty where the column is zero.
    pub combination: Vec<(String, f64)>,
}

impl fmt::Display for Collinear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = ", self.term)?;
        if self.combination.is_empty() {
            return f.write_str("0 everywhere");
        }
        for (i, (term, weight)) in self.combination.iter().enumerate() {
            // Nine digits: the weights carry rounding error.
            let rounded: f64 = format!("{weight:.8e}").parse().unwrap_or(*weight);
            write!(f, "{}{rounded} {term}", if i == 0 { "" } else { " + " })?;
        }
        Ok(())
    }
}

/// An F statistic with its degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FTest {
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom of the numerator.
    pub df1: usize,
    /// Degrees of freedom of the denominator.
    pub df2: usize,
    /// The upper tail.
    pub p_value: f64,
}

impl Fit {
    #[expect(clippy::too_many_arguments, reason = "one caller, which has these at hand")]
    pub(crate) fn assemble(
        terms: Vec<String>,
        solution: Solution,
        residuals: Vec<f64>,
        y: &[f64],
        shape: Shape,
        sums: SumsOfSquares,
        collinear: Vec<Collinear>,
        qr: Qr,
        columns: Vec<Vec<f64>>,
    ) -> Self {
        let (n, k) = (shape.in_use.len(), terms.len());
        let df_residual = n - k;
        let tss = if shape.has_constant {
            sums.tss_centred
        } else {
            sums.tss_uncentred
        };
        let constant = usize::from(shape.has_constant);
        let r_squared = (tss > 0.0).then(|| 1.0 - sums.rss / tss);
        let adj_r_squared = r_squared
            .filter(|_| df_residual > 0)
            .map(|r2| 1.0 - (1.0 - r2) * (n - constant) as f64 / df_residual as f64);
        let log_lik = (sums.rss > 0.0).then(|| {
            let n = n as f64;
            -0.5 * n * ((2.0 * PI).ln() + 1.0 + (sums.rss / n).ln()) + 0.5 * shape.log_weights
        });
        let working_columns = qr.kept.iter().map(|&j| columns[j].clone()).collect();
        let mut fit = Fit {
            fitted: y.iter().zip(&residuals).map(|(y, e)| y - e).collect(),
            residuals,
            observations: n,
            df_residual,
            has_constant: shape.has_constant,
            rss: sums.rss,
            tss_centred: sums.tss_centred,
            tss_uncentred: sums.tss_uncentred,
            r_squared,
            adj_r_squared,
            sigma: (df_residual > 0).then(|| (sums.rss / df_residual as f64).sqrt()),
            f_test: overall_f(tss, sums.rss, k - constant.min(k), df_residual),
            log_lik,
            aic: None,
            bic: None,
            inverse_gram: qr.inverse_gram(),
            terms,
            coefficients: solution.coefficients,
            collinear,
            working_residuals: solution.residuals,
            working_columns,
            in_use: shape.in_use,
            qr,
        };
        fit.aic = fit.information_criterion(2.0, true);
        fit.bic = fit.information_criterion((n as f64).ln(), true);
        fit
    }

    /// -2 log-likelihood + `penalty` times the number of parameters: 2 for Akaike (1974), ln n for Schwarz (1978). R counts the error
    /// variance among them (`count_variance`), statsmodels and fixest do not.
    pub fn information_criterion(&self, penalty: f64, count_variance: bool) -> Option<f64> {
        let parameters = self.terms.len() + usize::from(count_variance);
        self.log_lik.map(|l| -2.0 * l + penalty * parameters as f64)
    }

    /// The position of a term among the estimated ones.
    pub fn position(&self, term: &str) -> Option<usize> {
        self.terms.iter().position(|t| t == term)
    }

    /// The estimate of a term.
    pub fn coefficient(&self, term: &str) -> Option<f64> {
        self.position(term).map(|j| self.coefficients[j])
    }

    /// The diagonal of the hat matrix, one for each row.
    pub fn leverages(&self) -> Vec<f64> {
        self.qr.leverages()
    }

    /// Whether what is left of y is rounding noise, so that errors of estimation mean nothing.
    pub fn is_essentially_perfect(&self) -> bool {
        essentially_zero(self.rss, self.tss_uncentred)
    }

    /// What covariances are made of, weighted where the fit is; rows of weight zero left out.
    /// `leverages` costs n k^2 operations and is needed by HC2 to HC4 only.
    pub fn moments(&self, leverages: bool) -> Moments {
        let pick = |v: &[f64]| -> Vec<f64> { self.in_use.iter().map(|&i| v[i]).collect() };
        let residuals = pick(&self.working_residuals);
        let columns: Vec<Vec<f64>> = self.working_columns.iter().map(|c| pick(c)).collect();
        Moments {
            scores: DMatrix::from_fn(residuals.len(), columns.len(), |i, j| columns[j][i] * residuals[i]),
            bread: self.inverse_gram.clone(),
            leverages: leverages.then(|| pick(&self.leverages())),
            variance: self.sigma.map(|s| s * s),
            unit_dispersion: false,
            parameters: self.terms.len(),
            intercept: self.position(INTERCEPT),
            rows: self.in_use.clone(),
            total_rows: self.residuals.len(),
        }
    }

    /// The covariance of the coefficients under a stated convention.
    ///
    /// # Errors
    /// As [`covariance`].
    pub fn covariance(&self, kind: &Covariance) -> Result<CovarianceEstimate> {
        covariance(&self.moments(kind.needs_leverages()), kind)
    }
}

/// Whether a residual sum of squares is rounding noise beside a total one.
fn essentially_zero(rss: f64, tss: f64) -> bool {
    rss <= (1e-13 * 1e-13) * tss
}

fn overall_f(tss: f64, rss: f64, df1: usize, df2: usize) -> Option<FTest> {
    // What is left of y, or of its variation, by rounding alone is no variance to compare with.
    if df1 == 0 || df2 == 0 || tss <= 0.0 || rss <= 0.0 || essentially_zero(rss, tss) {
        return None;
    }
    let statistic = (((tss - rss) / df1 as f64) / (rss / df2 as f64)).max(0.0);
    Some(FTest {
        statistic,
        df1,
        df2,
        p_value: f_sf(statistic, df1 as f64, df2 as f64),
    })
}
