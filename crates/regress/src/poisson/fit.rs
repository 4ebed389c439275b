use super::irls::{Iteration, Problem, Solution};
use super::sample::Sample;
use super::separation::SeparationMethod;
use crate::absorb::{Effect, Layout, Settling, SingletonDrop, absorbed_parameters, check_effects, sum};
use crate::covariance::{Covariance, CovarianceEstimate, Moments, Reference, covariance};
use crate::design::check_series;
use crate::fit::Collinear;
use crate::{Design, Error, INTERCEPT, Result};
use nalgebra::DMatrix;
use statrs::function::gamma::ln_gamma;

/// Options of a Poisson regression.
///
/// | Name | Default | Purpose | Range |
/// |---|---|---|---|
/// | `tolerance` | 1e-10 | relative change of the deviance at which to stop; the last step is quadratic, so coefficients are then better than its root | above 0 |
/// | `iterations` | 200 | the most reweighted fits | above 0 |
/// | `separation` | automatic | how separated observations are found; automatic on large data: groups of zeros first, all others where the fit leaves a doubt | |
/// | `settling` | | when the absorption of effects stops | |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoissonOptions {
    /// The relative change of the deviance at which to stop.
    pub tolerance: f64,
    /// The most reweighted fits.
    pub iterations: usize,
    /// How separated observations are found.
    pub separation: SeparationMethod,
    /// When the absorption of effects stops.
    pub settling: Settling,
}

impl Default for PoissonOptions {
    fn default() -> Self {
        PoissonOptions {
            tolerance: 1e-10,
            iterations: 200,
            separation: SeparationMethod::Automatic,
            settling: Settling::default(),
        }
    }
}

/// A Poisson pseudo-maximum-likelihood fit.
#[derive(Debug, Clone)]
pub struct PoissonFit {
    /// The terms that have a coefficient.
    pub terms: Vec<String>,
    /// Their estimates.
    pub coefficients: Vec<f64>,
    /// The terms without one: collinear, or absorbed by the effects.
    pub collinear: Vec<Collinear>,
    /// The rows that were used.
    pub rows: Vec<usize>,
    /// The rows left out because they are separated: their fitted value would be zero.
    pub separated: Vec<usize>,
    /// The rows left out because they stand alone in a group.
    pub singletons: Vec<SingletonDrop>,
    /// The expected value of each used row.
    pub fitted: Vec<f64>,
    /// 2 sum of (y ln(y / mu) - (y - mu)).
    pub deviance: f64,
    /// Sum of (y ln mu - mu - ln Gamma(y + 1)).
    pub log_lik: f64,
    /// 1 - log_lik / log-likelihood of a constant alone (McFadden); `None` where that is zero.
    pub pseudo_r_squared: Option<f64>,
    /// The parameters that the effects take.
    pub absorbed: usize,
    /// n - k - absorbed.
    pub df_residual: usize,
    /// How many reweighted fits it took.
    pub iterations: usize,
    moments: Moments,
}

/// Poisson pseudo-maximum likelihood: E y = exp(X b + effects + offset), by iteratively
/// reweighted least squares in which the effects are absorbed. Consistent for any non-negative
/// y whose mean is right (Gourieroux, Monfort & Trognon 1984; Santos Silva & Tenreyro 2006).
///
/// Singletons and separated rows are left out first, in turn until none is left, and listed.
/// *Source*: Correia, Guimaraes & Zylkin (2020), Stata Journal 20, 95-115. *Shape*: design n by k
/// with a constant where there are no effects; `y`, `offset` and effects of length n.
///
/// # Errors
/// Inputs that do not fit, a negative y, y that is all zero, nothing left, no convergence.
pub fn poisson(
    design: &Design,
    y: &[f64],
    effects: &[Effect],
    offset: Option<&[f64]>,
    options: &PoissonOptions,
) -> Result<PoissonFit> {
    check(design, y, effects, offset)?;
    let mut sample = Sample::find(design, y, effects, options.separation)?;
    loop {
        let input = Input {
            design,
            y,
            effects,
            offset,
        };
        match input.fit(&sample, options) {
            Ok((fit, doubtful)) if sample.checked || !doubtful => return Ok(fit),
            Ok((fit, _)) => {
                if !sample.check(design, y, effects, SeparationMethod::Rectifier)? {
                    return Ok(fit);
                }
            }
            Err(error @ Error::NoConvergence { .. }) if !sample.checked => {
                if !sample.check(design, y, effects, SeparationMethod::Rectifier)? {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
    }
}

fn check(design: &Design, y: &[f64], effects: &[Effect], offset: Option<&[f64]>) -> Result<()> {
    check_series("y", y, design.rows())?;
    check_effects(effects, design.rows())?;
    if let Some(offset) = offset {
        check_series("the offset", offset, design.rows())?;
    }
    if let Some(row) = y.iter().position(|v| *v < 0.0) {
        let (expected, found) = (
            "zero or more in every row".to_owned(),
            format!("{} in row {}", y[row], row + 1),
        );
        return Err(Error::Option {
            option: "y of a Poisson regression",
            expected,
            found,
        });
    }
    if y.iter().all(|v| *v == 0.0) {
        return Err(Error::Degenerate {
            what: "a Poisson regression",
            reason: "y is zero in every row".to_owned(),
        });
    }
    Ok(())
}

/// What the caller gave.
struct Input<'a> {
    design: &'a Design,
    y: &'a [f64],
    effects: &'a [Effect],
    offset: Option<&'a [f64]>,
}

impl Input<'_> {
    /// Fits the rows of a sample; also tells whether some of them may be separated.
    fn fit(&self, sample: &Sample, options: &PoissonOptions) -> Result<(PoissonFit, bool)> {
        let pick = |v: &[f64]| -> Vec<f64> { sample.rows.iter().map(|&i| v[i]).collect() };
        let effects = sample.effects(self.effects);
        let layout = Layout::new(&effects, sample.rows.len());
        let (y, offset) = (pick(self.y), self.offset.map(pick));
        let solution = {
            let (y, offset) = (layout.sort(&y), offset.as_deref().map(|o| layout.sort(o)));
            let design = sample.design(self.design);
            let design = layout.sort_design(&design);
            Iteration::run(&Problem {
                layout: &layout,
                y: &y,
                offset: offset.as_deref(),
                design: &design,
                options,
            })?
        };
        let doubtful = solution.doubtful;
        let absorbed = absorbed_parameters(&effects);
        let fit = finish(solution, &layout, &y, offset.as_deref(), absorbed, sample, self.y.len());
        Ok((fit, doubtful))
    }
}

fn finish(
    solution: Solution,
    layout: &Layout,
    y: &[f64],
    offset: Option<&[f64]>,
    absorbed: usize,
    sample: &Sample,
    total_rows: usize,
) -> PoissonFit {
    let fitted = layout.unsort(solution.fitted);
    let parameters = solution.terms.len() + absorbed;
    let mut scores = DMatrix::zeros(y.len(), solution.terms.len());
    for (mut to, left) in scores.column_iter_mut().zip(solution.left) {
        let left = layout.unsort(left);
        for (i, s) in to.iter_mut().enumerate() {
            *s = left[i] * (y[i] - fitted[i]);
        }
    }
    let moments = Moments {
        scores,
        bread: solution.inverse,
        leverages: None,
        variance: Some(1.0),
        unit_dispersion: true,
        parameters,
        intercept: solution.terms.iter().position(|t| t == INTERCEPT),
        rows: sample.rows.clone(),
        total_rows,
    };
    let exposure = |i: usize| offset.map_or(1.0, |o| o[i].exp());
    let scale = y.iter().sum::<f64>() / (0..y.len()).map(exposure).sum::<f64>();
    let log_lik = log_likelihood(y, |i| fitted[i]);
    let null = log_likelihood(y, |i| scale * exposure(i));
    PoissonFit {
        terms: solution.terms,
        coefficients: solution.coefficients,
        collinear: solution.collinear,
        separated: sample.separated.clone(),
        singletons: sample.singletons.clone(),
        deviance: solution.deviance,
        log_lik,
        pseudo_r_squared: (null != 0.0).then(|| 1.0 - log_lik / null),
        absorbed,
        df_residual: y.len().saturating_sub(parameters),
        iterations: solution.iterations,
        rows: sample.rows.clone(),
        fitted,
        moments,
    }
}

fn log_likelihood(y: &[f64], mu: impl Fn(usize) -> f64 + Sync) -> f64 {
    sum(y.len(), |i| {
        let mu = mu(i);
        if y[i] > 0.0 {
            y[i] * mu.ln() - mu - ln_gamma(y[i] + 1.0)
        } else {
            -mu
        }
    })
}

impl PoissonFit {
    /// What covariances are made of; the effects' parameters are counted.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// The covariance of the coefficients, referred to the normal. `Iid` is the inverse of the information: it supposes
    /// that variance equals mean; use a robust one unless it does.
    ///
    /// # Errors
    /// As [`covariance`].
    pub fn covariance(&self, kind: &Covariance) -> Result<CovarianceEstimate> {
        let mut estimate = covariance(&self.moments, kind)?.with_reference(Reference::Normal);
        if *kind == Covariance::Iid {
            estimate.record.adjustment = "none".to_owned();
            estimate.record.factor = 1.0;
        }
        Ok(estimate)
    }

    /// The estimate of a term.
    pub fn coefficient(&self, term: &str) -> Option<f64> {
        self.terms.iter().position(|t| t == term).map(|j| self.coefficients[j])
    }

    /// Whether there is a constant among the terms.
    pub fn has_intercept(&self) -> bool {
        self.terms.iter().any(|t| t == INTERCEPT)
    }
}
