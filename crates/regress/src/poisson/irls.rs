use super::separation::{SeparationMethod, separated};
use crate::absorb::{Effect, Settling, SingletonDrop, Within, absorbed_parameters, check_effects, drop_singletons};
use crate::covariance::{Covariance, CovarianceEstimate, Moments, Reference, covariance};
use crate::design::check_series;
use crate::fit::Collinear;
use crate::{Design, Error, Fit, INTERCEPT, Result, wls};
use statrs::function::gamma::ln_gamma;

/// Options of a Poisson regression.
///
/// | Name | Default | Purpose | Range |
/// |---|---|---|---|
/// | `tolerance` | 1e-10 | relative change of the deviance at which to stop; the last step is quadratic, so coefficients are then better than its root | above 0 |
/// | `iterations` | 200 | the most reweighted fits | above 0 |
/// | `separation` | automatic | how separated observations are found | |
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
    let sample = Sample::find(design, y, effects, options.separation)?;
    let pick = |v: &[f64]| -> Vec<f64> { sample.rows.iter().map(|&i| v[i]).collect() };
    let design = design.select_rows(&sample.rows);
    let effects: Vec<Effect> = effects.iter().map(|e| e.select(&sample.rows)).collect();
    let offset = offset.map_or_else(|| vec![0.0; sample.rows.len()], pick);
    let state = State::iterate(&design, &pick(y), &effects, &offset, options)?;
    Ok(state.finish(&pick(y), &offset, &effects, sample, y.len()))
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

/// The rows that can be used.
struct Sample {
    rows: Vec<usize>,
    separated: Vec<usize>,
    singletons: Vec<SingletonDrop>,
}

impl Sample {
    fn find(design: &Design, y: &[f64], effects: &[Effect], method: SeparationMethod) -> Result<Self> {
        let mut sample = Sample {
            rows: (0..y.len()).collect(),
            separated: Vec::new(),
            singletons: Vec::new(),
        };
        loop {
            let here: Vec<Effect> = effects.iter().map(|e| e.select(&sample.rows)).collect();
            let (keep, alone) = drop_singletons(&here, sample.rows.len());
            for drop in &alone {
                sample.singletons.push(SingletonDrop {
                    row: sample.rows[drop.row],
                    effect: drop.effect.clone(),
                });
            }
            sample.rows = keep.iter().map(|&i| sample.rows[i]).collect();
            let here: Vec<Effect> = effects.iter().map(|e| e.select(&sample.rows)).collect();
            let values: Vec<f64> = sample.rows.iter().map(|&i| y[i]).collect();
            if values.iter().all(|v| *v == 0.0) {
                let reason = "no row with y above zero is left after singletons and separated rows".to_owned();
                return Err(Error::Degenerate {
                    what: "a Poisson regression",
                    reason,
                });
            }
            let found = separated(&design.select_rows(&sample.rows), &values, &here, method)?;
            if found.is_empty() {
                sample.separated.sort_unstable();
                sample.singletons.sort_by_key(|d| d.row);
                return Ok(sample);
            }
            sample.separated.extend(found.iter().map(|&i| sample.rows[i]));
            sample.rows = (0..sample.rows.len())
                .filter(|i| found.binary_search(i).is_err())
                .map(|i| sample.rows[i])
                .collect();
        }
    }
}

/// Where the iteration stands.
struct State {
    eta: Vec<f64>,
    deviance: f64,
    fit: Fit,
    iterations: usize,
}

impl State {
    fn iterate(
        design: &Design,
        y: &[f64],
        effects: &[Effect],
        offset: &[f64],
        options: &PoissonOptions,
    ) -> Result<Self> {
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let mut eta: Vec<f64> = y.iter().map(|y| (0.5 * (y + mean)).ln()).collect();
        let mut current = deviance(y, &eta);
        let mut settled = false;
        for iterations in 1..=options.iterations {
            let mu: Vec<f64> = eta.iter().map(|e| e.exp()).collect();
            let z: Vec<f64> = (0..y.len())
                .map(|i| eta[i] - offset[i] + (y[i] - mu[i]) / mu[i])
                .collect();
            let (fit, explained) = reweighted(design, &z, &mu, effects, options.settling)?;
            let mut next: Vec<f64> = explained.iter().zip(offset).map(|(f, o)| f + o).collect();
            let mut reached = deviance(y, &next);
            // A step that overshoots is halved towards where it came from; not from the rough start.
            let mut halvings = 0;
            while iterations > 1 && rises(current, reached) && halvings < 30 {
                next.iter_mut().zip(&eta).for_each(|(n, e)| *n = 0.5 * (*n + e));
                reached = deviance(y, &next);
                halvings += 1;
            }
            // One more fit after the deviance has settled brings coefficients and weights to full precision.
            let finished = settled && halvings == 0;
            settled = (reached - current).abs() <= options.tolerance * (0.1 + reached.abs());
            (eta, current) = (next, reached);
            if finished && settled {
                return Ok(State {
                    eta,
                    deviance: current,
                    fit,
                    iterations,
                });
            }
        }
        Err(Error::NoConvergence {
            what: "the Poisson regression",
            iterations: options.iterations,
            advice: "rescale the terms, or look for terms that explain almost all zeros".to_owned(),
        })
    }

    fn finish(self, y: &[f64], offset: &[f64], effects: &[Effect], sample: Sample, total_rows: usize) -> PoissonFit {
        let fitted: Vec<f64> = self.eta.iter().map(|e| e.exp()).collect();
        let absorbed = absorbed_parameters(effects);
        let parameters = self.fit.terms.len() + absorbed;
        let mut moments = self.fit.moments(false);
        // The working residual times its weight is y - mu, at the values just reached.
        for (i, mut row) in moments.scores.row_iter_mut().enumerate() {
            let working = self.fit.residuals[i] * self.fit.working_weight(i);
            let ratio = if working == 0.0 {
                1.0
            } else {
                (y[i] - fitted[i]) / working
            };
            row *= ratio;
        }
        moments.variance = Some(1.0);
        moments.unit_dispersion = true;
        moments.parameters = parameters;
        moments.rows = sample.rows.clone();
        moments.total_rows = total_rows;
        let log_lik = log_likelihood(y, &fitted);
        let scale = y.iter().sum::<f64>() / offset.iter().map(|o| o.exp()).sum::<f64>();
        let constant: Vec<f64> = offset.iter().map(|o| scale * o.exp()).collect();
        let null = log_likelihood(y, &constant);
        PoissonFit {
            terms: self.fit.terms.clone(),
            coefficients: self.fit.coefficients.clone(),
            collinear: self.fit.collinear.clone(),
            separated: sample.separated,
            singletons: sample.singletons,
            deviance: self.deviance,
            log_lik,
            pseudo_r_squared: (null != 0.0).then(|| 1.0 - log_lik / null),
            absorbed,
            df_residual: y.len().saturating_sub(parameters),
            iterations: self.iterations,
            rows: sample.rows,
            fitted,
            moments,
        }
    }
}

/// One weighted fit of z; also what terms and effects together explain of it.
fn reweighted(
    design: &Design,
    z: &[f64],
    mu: &[f64],
    effects: &[Effect],
    settling: Settling,
) -> Result<(Fit, Vec<f64>)> {
    let within = Within::new(effects, Some(mu), settling);
    let mut left = z.to_vec();
    within.transform(&mut left)?;
    let fit = wls(&within.design(design)?, &left, mu)?;
    let explained = z.iter().zip(&fit.residuals).map(|(z, e)| z - e).collect();
    Ok((fit, explained))
}

/// Whether the deviance rose by more than rounding, or is no number.
fn rises(from: f64, to: f64) -> bool {
    to.is_nan() || to > from * (1.0 + 1e-12) + 1e-12
}

fn deviance(y: &[f64], eta: &[f64]) -> f64 {
    let term = |y: f64, eta: f64| {
        let mu = eta.exp();
        if y > 0.0 { y * (y.ln() - eta) - (y - mu) } else { mu }
    };
    2.0 * y.iter().zip(eta).map(|(y, eta)| term(*y, *eta)).sum::<f64>()
}

fn log_likelihood(y: &[f64], mu: &[f64]) -> f64 {
    let term = |y: f64, mu: f64| {
        if y > 0.0 {
            y * mu.ln() - mu - ln_gamma(y + 1.0)
        } else {
            -mu
        }
    };
    y.iter().zip(mu).map(|(y, mu)| term(*y, *mu)).sum()
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
