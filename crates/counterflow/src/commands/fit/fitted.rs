//! One shape for the fits of all families, with or without absorbed effects.

use super::sample::Sample;
use crate::fail::Outcome;
use regress::absorb::{AbsorbedFit, Effect, Settling, absorbed_counting, absorbed_ols};
use regress::poisson::{PoissonFit, PoissonOptions, poisson};
use regress::{
    Collinear, Convention, CovarianceEstimate, Family, Fit, INTERCEPT, Preset, WaldTest, ols, wald_positions, wls,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// A finished fit.
pub struct Fitted {
    /// The terms with a coefficient.
    pub terms: Vec<String>,
    /// Their estimates.
    pub coefficients: Vec<f64>,
    /// The terms without one.
    pub collinear: Vec<Collinear>,
    /// How many rows were used.
    pub observations: usize,
    /// Rows that were not: the reason and their places in the file.
    pub dropped: BTreeMap<String, Vec<u64>>,
    /// Measures of fit.
    pub measures: Measures,
    kind: Kind,
}

/// Measures of fit; `None` where the family or the data define none.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    /// 1 - rss / tss, and how the total is taken: `centred` or `uncentred`.
    pub r_squared: Option<(f64, &'static str)>,
    /// Adjusted for the parameters, absorbed ones included.
    pub adj_r_squared: Option<f64>,
    /// Of what the absorbed effects leave.
    pub r_squared_within: Option<f64>,
    /// McFadden's.
    pub pseudo_r_squared: Option<f64>,
    /// The standard deviation of the residuals.
    pub sigma: Option<f64>,
    /// The classical F test that all terms but the constant are zero.
    pub f: Option<regress::FTest>,
    /// n - k.
    pub df_residual: usize,
    /// The parameters that absorbed effects take.
    pub absorbed_parameters: usize,
    /// How these were counted: exactly, or as a bound.
    pub absorbed_counting: Option<&'static str>,
    /// The log-likelihood.
    pub log_lik: Option<f64>,
    /// Akaike's criterion.
    pub aic: Option<f64>,
    /// Schwarz's.
    pub bic: Option<f64>,
    /// The deviance; the residual sum of squares of least squares.
    pub deviance: Option<f64>,
    /// How many reweighted fits it took.
    pub iterations: Option<usize>,
    /// How the information criteria count parameters.
    pub counting: String,
}

enum Kind {
    Least(Box<Fit>),
    Absorbed(Box<AbsorbedFit>),
    Poisson(Box<PoissonFit>),
}

impl Measures {
    /// As the JSON's `fit`.
    pub fn json(&self) -> Map<String, Value> {
        let fields = [
            ("r_squared", json!(self.r_squared.map(|r| r.0))),
            ("r_squared_kind", json!(self.r_squared.map(|r| r.1))),
            ("adj_r_squared", json!(self.adj_r_squared)),
            ("r_squared_within", json!(self.r_squared_within)),
            ("pseudo_r_squared", json!(self.pseudo_r_squared)),
            ("sigma", json!(self.sigma)),
            ("f_statistic", json!(self.f.map(|f| f.statistic))),
            ("f_df1", json!(self.f.map(|f| f.df1))),
            ("f_df2", json!(self.f.map(|f| f.df2))),
            ("f_p_value", json!(self.f.map(|f| f.p_value))),
            ("df_residual", json!(self.df_residual)),
            ("absorbed_parameters", json!(self.absorbed_parameters)),
            ("absorbed_counting", json!(self.absorbed_counting)),
            ("log_lik", json!(self.log_lik)),
            ("aic", json!(self.aic)),
            ("bic", json!(self.bic)),
            ("information_criteria", json!(self.counting)),
            ("deviance", json!(self.deviance)),
            ("iterations", json!(self.iterations)),
        ];
        fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn criteria(&mut self, observations: usize, parameters: usize) {
        let criterion = |penalty: f64| self.log_lik.map(|l| -2.0 * l + penalty * parameters as f64);
        (self.aic, self.bic) = (criterion(2.0), criterion((observations as f64).ln()));
    }
}

const WITH_VARIANCE: &str =
    "-2 log_lik plus 2 or ln(nobs) for each coefficient, absorbed ones included, and one for the variance, as in R";
const WITHOUT_VARIANCE: &str = "-2 log_lik plus 2 or ln(nobs) for each coefficient, absorbed ones included";

impl Fitted {
    /// Least squares, weighted where there are weights, with effects absorbed where there are any.
    pub fn gaussian(sample: &Sample) -> Outcome<Self> {
        let weights = sample.weights.as_deref();
        if !sample.effects.is_empty() {
            let fit = absorbed_ols(&sample.design, &sample.y, &sample.effects, weights, Settling::default())?;
            return Ok(Self::absorbed(fit, sample));
        }
        let fit = match weights {
            None => ols(&sample.design, &sample.y)?,
            Some(weights) => wls(&sample.design, &sample.y, weights)?,
        };
        let measures = Measures {
            r_squared: fit
                .r_squared
                .map(|r| (r, if fit.has_constant { "centred" } else { "uncentred" })),
            adj_r_squared: fit.adj_r_squared,
            sigma: fit.sigma,
            f: fit.f_test,
            df_residual: fit.df_residual,
            log_lik: fit.log_lik,
            aic: fit.aic,
            bic: fit.bic,
            deviance: Some(fit.rss),
            counting: WITH_VARIANCE.to_owned(),
            ..Measures::default()
        };
        Ok(Fitted {
            terms: fit.terms.clone(),
            coefficients: fit.coefficients.clone(),
            collinear: fit.collinear.clone(),
            observations: fit.observations,
            dropped: sample.dropped.clone(),
            measures,
            kind: Kind::Least(Box::new(fit)),
        })
    }

    fn absorbed(fit: AbsorbedFit, sample: &Sample) -> Self {
        let mut dropped = sample.dropped.clone();
        sample.singletons(&mut dropped, &fit.singletons);
        let (n, rss) = (fit.rows.len() as f64, fit.within.rss);
        let df = fit.df_residual as f64;
        let log_weights: f64 = sample
            .weights
            .as_ref()
            .map_or(0.0, |w| fit.rows.iter().map(|&i| w[i].ln()).sum());
        let mut measures = Measures {
            r_squared: fit.r_squared.map(|r| (r, "centred")),
            adj_r_squared: fit
                .r_squared
                .filter(|_| df > 0.0)
                .map(|r| 1.0 - (1.0 - r) * (n - 1.0) / df),
            r_squared_within: fit.r_squared_within,
            sigma: (df > 0.0).then(|| (rss / df).sqrt()),
            df_residual: fit.df_residual,
            absorbed_parameters: fit.absorbed,
            absorbed_counting: absorbed_counting(sample.effects.len()),
            log_lik: (rss > 0.0).then(|| -0.5 * n * ((2.0 * PI).ln() + 1.0 + (rss / n).ln()) + 0.5 * log_weights),
            deviance: Some(rss),
            counting: WITH_VARIANCE.to_owned(),
            ..Measures::default()
        };
        measures.criteria(fit.rows.len(), fit.within.terms.len() + fit.absorbed + 1);
        Fitted {
            terms: fit.within.terms.clone(),
            coefficients: fit.within.coefficients.clone(),
            collinear: fit.within.collinear.clone(),
            observations: fit.rows.len(),
            dropped,
            measures,
            kind: Kind::Absorbed(Box::new(fit)),
        }
    }

    /// Poisson pseudo-maximum likelihood.
    pub fn poisson(sample: &Sample) -> Outcome<Self> {
        let options = PoissonOptions::default();
        let (weights, offset) = (sample.weights.as_deref(), sample.offset.as_deref());
        let fit = poisson(&sample.design, &sample.y, &sample.effects, weights, offset, &options)?;
        let mut dropped = sample.dropped.clone();
        sample.singletons(&mut dropped, &fit.singletons);
        sample.separated(&mut dropped, &fit.separated);
        let mut measures = Measures {
            pseudo_r_squared: fit.pseudo_r_squared,
            df_residual: fit.df_residual,
            absorbed_parameters: fit.absorbed,
            absorbed_counting: absorbed_counting(sample.effects.len()),
            log_lik: Some(fit.log_lik),
            deviance: Some(fit.deviance),
            iterations: Some(fit.iterations),
            counting: WITHOUT_VARIANCE.to_owned(),
            ..Measures::default()
        };
        measures.criteria(fit.rows.len(), fit.terms.len() + fit.absorbed);
        Ok(Fitted {
            terms: fit.terms.clone(),
            coefficients: fit.coefficients.clone(),
            collinear: fit.collinear.clone(),
            observations: fit.rows.len(),
            dropped,
            measures,
            kind: Kind::Poisson(Box::new(fit)),
        })
    }

    /// The covariance of the coefficients under a convention; `effects` are those of the whole sample.
    pub fn estimate(&self, convention: &Convention, effects: &[Effect]) -> regress::Result<CovarianceEstimate> {
        match &self.kind {
            Kind::Least(fit) => convention.estimate(&fit.moments(convention.covariance.needs_leverages()), &[]),
            Kind::Absorbed(fit) => convention.estimate(&fit.moments(), effects),
            Kind::Poisson(fit) => convention.estimate(fit.moments(), effects),
        }
    }

    /// Counts parameters in the information criteria as a package does.
    pub fn count_as(&mut self, preset: Preset, family: Family) {
        let absorbed = self.measures.absorbed_parameters;
        let parameters = preset.criterion_parameters(family, self.terms.len(), absorbed);
        self.measures.criteria(self.observations, parameters);
        self.measures.counting = format!(
            "-2 log_lik plus 2 or ln(nobs) for each of {parameters} parameters, as in {}",
            preset.name()
        );
    }

    /// The fit, where it is one of least squares without absorbed effects.
    pub fn least_squares(&self) -> Option<&Fit> {
        match &self.kind {
            Kind::Least(fit) => Some(fit),
            _ => None,
        }
    }

    /// The Wald test that all terms but the constant are zero, under the covariance of the table.
    pub fn wald(&self, covariance: &CovarianceEstimate) -> Result<WaldTest, String> {
        let slopes: Vec<usize> = (0..self.terms.len()).filter(|&j| self.terms[j] != INTERCEPT).collect();
        if slopes.is_empty() {
            return Err("there is no term beside the constant".to_owned());
        }
        wald_positions(&self.coefficients, covariance, &slopes).map_err(|e| e.to_string())
    }
}
