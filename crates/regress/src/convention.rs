use crate::absorb::Effect;
use crate::counting::{Counting, nested_in};
use crate::covariance::{Covariance, CovarianceEstimate, Moments, Reference, covariance};
use crate::{Error, Result};

/// The distribution to which statistics are referred, before n, k and G are known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReferenceRule {
    /// t with n - k degrees of freedom.
    Residual,
    /// t with one less than the smallest number of groups (of periods for Driscoll-Kraay);
    /// n - 1 where there are no groups.
    Groups,
    /// t with one less than the number of periods, the last of the groups recorded.
    Periods,
    /// t with the smaller of n - k and the groups' degrees of freedom.
    Smaller,
    /// The standard normal.
    Normal,
    /// t with stated degrees of freedom.
    Stated(f64),
}

/// Everything that fixes a covariance beside the data: the estimator with its small-sample
/// factor, the parameters the factor counts, and the reference distribution.
///
/// | Name | Default | Purpose |
/// |---|---|---|
/// | `covariance` | - | the estimator, with its factor |
/// | `counting` | all | which parameters are k |
/// | `reference` | n - k; groups for clusters | the reference distribution |
/// | `dispersion_factor` | false | multiply the inverse information of a model without an error variance by (n-1)/(n-k) |
#[derive(Debug, Clone, PartialEq)]
pub struct Convention {
    /// The estimator, with its small-sample factor.
    pub covariance: Covariance,
    /// Which parameters k counts.
    pub counting: Counting,
    /// The reference distribution.
    pub reference: ReferenceRule,
    /// Whether the iid covariance of a Poisson model is multiplied by (n - 1) / (n - k).
    pub dispersion_factor: bool,
}

impl Convention {
    /// The defaults of this crate for an estimator.
    pub fn new(covariance: Covariance) -> Self {
        let reference = match covariance {
            Covariance::Cluster(_) => ReferenceRule::Groups,
            _ => ReferenceRule::Residual,
        };
        Convention {
            covariance,
            counting: Counting::All,
            reference,
            dispersion_factor: false,
        }
    }

    /// The covariance of an estimator from its moments. `effects` are the absorbed ones, over
    /// the caller's whole table; none where nothing was absorbed. Where the information is
    /// its own covariance (`moments.unit_dispersion`) no error variance is involved.
    ///
    /// # Errors
    /// As [`covariance`]; an effect that does not fit the table; degrees of freedom that are not
    /// above zero.
    pub fn estimate(&self, moments: &Moments, effects: &[Effect]) -> Result<CovarianceEstimate> {
        self.estimate_from(moments.clone(), effects)
    }

    /// [`Convention::estimate`] from moments that are not needed any more, without a copy of the scores.
    ///
    /// # Errors
    /// As [`Convention::estimate`].
    pub fn estimate_from(&self, moments: Moments, effects: &[Effect]) -> Result<CovarianceEstimate> {
        let counted = self.counted(moments, effects)?;
        let n = counted.observations() as f64;
        let mut estimate = covariance(&counted, &self.covariance)?;
        if self.covariance == Covariance::Iid && counted.unit_dispersion {
            let df = counted.df_residual()? as f64;
            let (name, factor) = if self.dispersion_factor {
                ("(n-1)/(n-k)", (n - 1.0) / df)
            } else {
                ("none", 1.0)
            };
            estimate.matrix *= factor;
            estimate.record.adjustment = name.to_owned();
            estimate.record.factor = factor;
        }
        estimate.record.counting = self.counting.name().to_owned();
        let reference = self.referred(&estimate, counted.df_residual()? as f64, n)?;
        Ok(estimate.with_reference(reference))
    }

    /// The moments with k as this convention counts it.
    fn counted(&self, mut moments: Moments, effects: &[Effect]) -> Result<Moments> {
        crate::absorb::check_effects(effects, moments.total_rows)?;
        let terms = moments.scores.ncols();
        if effects.is_empty() && self.counting != Counting::One {
            return Ok(moments);
        }
        let ways = match &self.covariance {
            Covariance::Cluster(options) => options.ways.as_slice(),
            _ => &[],
        };
        let nested: Vec<bool> = effects
            .iter()
            .map(|e| ways.iter().any(|way| nested_in(e, way, &moments.rows)))
            .collect();
        let parameters = match self.counting {
            // What the estimator has found out already.
            Counting::All => moments.parameters,
            other => {
                let used: Vec<Effect> = effects.iter().map(|e| e.select(&moments.rows)).collect();
                other.parameters(terms, &used, &nested)
            }
        };
        let before = std::mem::replace(&mut moments.parameters, parameters);
        if let (Some(variance), false) = (moments.variance, moments.unit_dispersion) {
            let n = moments.observations();
            moments.variance = Some(variance * n.saturating_sub(before) as f64 / moments.df_residual()? as f64);
        }
        Ok(moments)
    }

    fn referred(&self, estimate: &CovarianceEstimate, residual: f64, n: f64) -> Result<Reference> {
        let groups = estimate
            .record
            .clusters
            .iter()
            .map(|c| c.1 as f64 - 1.0)
            .fold(n - 1.0, f64::min);
        let df = match self.reference {
            ReferenceRule::Normal => return Ok(Reference::Normal),
            ReferenceRule::Residual => residual,
            ReferenceRule::Groups => groups,
            ReferenceRule::Periods => estimate.record.clusters.last().map_or(n, |c| c.1 as f64) - 1.0,
            ReferenceRule::Smaller => residual.min(groups),
            ReferenceRule::Stated(df) => df,
        };
        if df > 0.0 && df.is_finite() {
            return Ok(Reference::T(df));
        }
        Err(Error::Option {
            option: "the degrees of freedom",
            expected: "above zero".to_owned(),
            found: df.to_string(),
        })
    }
}
