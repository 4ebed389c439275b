//! One shape for the fits of all families, with or without absorbed effects.

use crate::fail::{Failure, Outcome};
use regress::absorb::{AbsorbedFit, Effect, Settling, SingletonDrop, absorbed_ols};
use regress::formula::ModelFrame;
use regress::poisson::{PoissonFit, PoissonOptions, poisson};
use regress::{Collinear, Covariance, CovarianceEstimate, Design, Fit, ols, wls};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a formula takes from a table, over the rows that have all of it.
pub struct Sample {
    /// The table's rows, from 0.
    pub rows: Vec<usize>,
    y: Vec<f64>,
    design: Design,
    offset: Option<Vec<f64>>,
    effects: Vec<Effect>,
    weights: Option<Vec<f64>>,
    /// Where each row stands in the file.
    places: Vec<u64>,
    dropped: BTreeMap<String, Vec<u64>>,
}

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
    /// Measures of fit by name, in order.
    pub measures: Vec<(String, Value)>,
    kind: Kind,
}

enum Kind {
    Least(Box<Fit>),
    Absorbed(Box<AbsorbedFit>),
    Poisson(Box<PoissonFit>),
}

impl Sample {
    /// Takes the rows that have a weight, too, where weights are asked for.
    pub fn of(built: ModelFrame, weights: Option<&[Option<f64>]>, places: &[u64]) -> Self {
        let mut dropped: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for row in &built.dropped {
            dropped.entry(row.reason.clone()).or_default().push(places[row.row]);
        }
        let weighted = |row: usize| weights.is_none_or(|w| w[row].is_some());
        let keep: Vec<usize> = (0..built.rows.len()).filter(|&i| weighted(built.rows[i])).collect();
        for &row in built.rows.iter().filter(|&&row| !weighted(row)) {
            dropped
                .entry("the weight is missing".to_owned())
                .or_default()
                .push(places[row]);
        }
        let pick = |values: &[f64]| keep.iter().map(|&i| values[i]).collect::<Vec<f64>>();
        let rows: Vec<usize> = keep.iter().map(|&i| built.rows[i]).collect();
        let effect = |(name, groups): &(String, Vec<u32>)| Effect::new(name, groups).select(&keep);
        Sample {
            y: pick(&built.y),
            design: built.design.select_rows(&keep),
            offset: built.offset.as_deref().map(pick),
            effects: built.absorbed.iter().map(effect).collect(),
            weights: weights.map(|w| rows.iter().filter_map(|&row| w[row]).collect()),
            places: rows.iter().map(|&row| places[row]).collect(),
            rows,
            dropped,
        }
    }

    /// The formula's terms have something to estimate.
    fn has_terms(&self) -> Outcome<()> {
        if self.design.terms().is_empty() {
            return Err(Failure::because(
                "the formula has no term beside the absorbed effects: there is nothing to estimate",
            ));
        }
        Ok(())
    }

    fn singletons(&self, dropped: &mut BTreeMap<String, Vec<u64>>, singletons: &[SingletonDrop]) {
        for single in singletons {
            let why = format!("alone in its group of {}", single.effect);
            dropped.entry(why).or_default().push(self.places[single.row]);
        }
    }
}

fn named(measures: Value) -> Vec<(String, Value)> {
    match measures {
        Value::Object(map) => map.into_iter().collect(),
        _ => Vec::new(),
    }
}

impl Fitted {
    /// Least squares, weighted where there are weights, with effects absorbed where there are any.
    pub fn gaussian(sample: &Sample) -> Outcome<Self> {
        if sample.offset.is_some() {
            return Err(Failure::Usage(
                "an offset is for --family poisson: subtract it from the response".to_owned(),
            ));
        }
        sample.has_terms()?;
        let weights = sample.weights.as_deref();
        let mut dropped = sample.dropped.clone();
        if !sample.effects.is_empty() {
            let fit = absorbed_ols(&sample.design, &sample.y, &sample.effects, weights, Settling::default())?;
            sample.singletons(&mut dropped, &fit.singletons);
            let measures = json!({
                "r_squared": fit.r_squared,
                "r_squared_within": fit.r_squared_within,
                "df_residual": fit.df_residual,
                "absorbed_parameters": fit.absorbed,
                "deviance": fit.within.rss,
            });
            return Ok(Fitted {
                terms: fit.within.terms.clone(),
                coefficients: fit.within.coefficients.clone(),
                collinear: fit.within.collinear.clone(),
                observations: fit.rows.len(),
                dropped,
                measures: named(measures),
                kind: Kind::Absorbed(Box::new(fit)),
            });
        }
        let fit = match weights {
            None => ols(&sample.design, &sample.y)?,
            Some(weights) => wls(&sample.design, &sample.y, weights)?,
        };
        let measures = json!({
            "r_squared": fit.r_squared,
            "r_squared_kind": if fit.has_constant { "centred" } else { "uncentred" },
            "adj_r_squared": fit.adj_r_squared,
            "sigma": fit.sigma,
            "f_statistic": fit.f_test.map(|f| f.statistic),
            "f_p_value": fit.f_test.map(|f| f.p_value),
            "df_residual": fit.df_residual,
            "log_lik": fit.log_lik,
            "aic": fit.aic,
            "bic": fit.bic,
            "information_criteria": "-2 log-likelihood plus 2 or ln(n) for each coefficient and for the variance, as in R",
            "deviance": fit.rss,
        });
        Ok(Fitted {
            terms: fit.terms.clone(),
            coefficients: fit.coefficients.clone(),
            collinear: fit.collinear.clone(),
            observations: fit.observations,
            dropped,
            measures: named(measures),
            kind: Kind::Least(Box::new(fit)),
        })
    }

    /// Poisson pseudo-maximum likelihood.
    pub fn poisson(sample: &Sample) -> Outcome<Self> {
        if sample.weights.is_some() {
            return Err(Failure::Usage("--weights is for --family gaussian".to_owned()));
        }
        sample.has_terms()?;
        let options = PoissonOptions::default();
        let fit = poisson(
            &sample.design,
            &sample.y,
            &sample.effects,
            sample.offset.as_deref(),
            &options,
        )?;
        let mut dropped = sample.dropped.clone();
        sample.singletons(&mut dropped, &fit.singletons);
        for &row in &fit.separated {
            let why = "separated: its fitted value would be zero".to_owned();
            dropped.entry(why).or_default().push(sample.places[row]);
        }
        let measures = json!({
            "pseudo_r_squared": fit.pseudo_r_squared,
            "df_residual": fit.df_residual,
            "absorbed_parameters": fit.absorbed,
            "log_lik": fit.log_lik,
            "deviance": fit.deviance,
            "iterations": fit.iterations,
        });
        Ok(Fitted {
            terms: fit.terms.clone(),
            coefficients: fit.coefficients.clone(),
            collinear: fit.collinear.clone(),
            observations: fit.rows.len(),
            dropped,
            measures: named(measures),
            kind: Kind::Poisson(Box::new(fit)),
        })
    }

    /// The covariance of the coefficients.
    pub fn covariance(&self, kind: &Covariance) -> regress::Result<CovarianceEstimate> {
        match &self.kind {
            Kind::Least(fit) => fit.covariance(kind),
            Kind::Absorbed(fit) => fit.covariance(kind),
            Kind::Poisson(fit) => fit.covariance(kind),
        }
    }
}
