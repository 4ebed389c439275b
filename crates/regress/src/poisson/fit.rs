use super::irls::{Iteration, Problem, Solution};
use super::sample::Sample;
use super::separation::SeparationMethod;
use crate::absorb::{Effect, Layout, Settling, SingletonDrop, absorbed_parameters, check_effects, fill, sum};
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
    /// 2 sum of w (y ln(y / mu) - (y - mu)).
    pub deviance: f64,
    /// Sum of w (y ln mu - mu - ln Gamma(y + 1)).
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
/// with a constant where there are no effects; `y`, `weights`, `offset` and effects of length n.
///
/// Weights w multiply each row's log-likelihood: its score is w (y - mu) x, the information the sum of w mu x x', as in
/// R's `glm(weights = )`. n stays the number of rows; robust covariances are those of probability weights.
///
/// # Errors
/// Inputs that do not fit, a negative y, a weight that is not above zero, y that is all zero, nothing left, no convergence.
pub fn poisson(
    design: &Design,
    y: &[f64],
    effects: &[Effect],
    weights: Option<&[f64]>,
    offset: Option<&[f64]>,
    options: &PoissonOptions,
) -> Result<PoissonFit> {
    check(design, y, effects, weights, offset)?;
    let sample = Sample::find(design, y, effects, options.separation)?;
    let input = Input {
        design,
        y,
        effects,
        weights,
        offset,
    };
    input.settle(sample, options)
}

fn check(
    design: &Design,
    y: &[f64],
    effects: &[Effect],
    weights: Option<&[f64]>,
    offset: Option<&[f64]>,
) -> Result<()> {
    check_series("y", y, design.rows())?;
    check_effects(effects, design.rows())?;
    if let Some(offset) = offset {
        check_series("the offset", offset, design.rows())?;
    }
    if let Some(weights) = weights {
        check_series("weights", weights, design.rows())?;
        if let Some(row) = weights.iter().position(|w| *w <= 0.0) {
            return Err(Error::Option {
                option: "the weights of a Poisson regression",
                expected: "above zero in every row".to_owned(),
                found: format!("{} in row {}", weights[row], row + 1),
            });
        }
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
    weights: Option<&'a [f64]>,
    offset: Option<&'a [f64]>,
}

impl Input<'_> {
    /// Fits a sample. Where that leaves a doubt, separated rows are sought, and what is left is fitted anew.
    fn settle(&self, mut sample: Sample, options: &PoissonOptions) -> Result<PoissonFit> {
        loop {
            let unclear = match self.fit(&sample, options) {
                Ok((fit, doubtful)) if sample.checked || !doubtful => return Ok(fit),
                Ok((fit, _)) => Ok(fit),
                Err(error @ Error::NoConvergence { .. }) if !sample.checked => Err(error),
                Err(error) => return Err(error),
            };
            if !sample.check(self.design, self.y, self.effects, SeparationMethod::Rectifier)? {
                return unclear;
            }
        }
    }

    /// Fits the rows of a sample; also tells whether some of them may be separated.
    fn fit(&self, sample: &Sample, options: &PoissonOptions) -> Result<(PoissonFit, bool)> {
        let pick = |v: &[f64]| -> Vec<f64> { sample.rows.iter().map(|&i| v[i]).collect() };
        let effects = sample.effects(self.effects);
        let layout = Layout::new(&effects, sample.rows.len());
        let (y, offset, weights) = (pick(self.y), self.offset.map(pick), self.weights.map(pick));
        let solution = {
            let (offset, weights) = (offset.as_deref(), weights.as_deref());
            let (offset, weights) = (offset.map(|o| layout.sort(o)), weights.map(|w| layout.sort(w)));
            let y = layout.sort(&y);
            let design = sample.design(self.design);
            let design = layout.sort_design(&design);
            Iteration::run(&Problem {
                layout: &layout,
                y: &y,
                offset: offset.as_deref(),
                weights: weights.as_deref(),
                design: &design,
                options,
            })?
        };
        let doubtful = solution.doubtful;
        let used = Used {
            y: &y,
            offset: offset.as_deref(),
            weights: weights.as_deref(),
            effects: &effects,
        };
        Ok((finish(solution, &layout, &used, sample, self.y.len()), doubtful))
    }
}

/// The rows in use, in the caller's order.
struct Used<'a> {
    y: &'a [f64],
    offset: Option<&'a [f64]>,
    weights: Option<&'a [f64]>,
    effects: &'a [Effect],
}

fn finish(solution: Solution, layout: &Layout, used: &Used, sample: &Sample, total_rows: usize) -> PoissonFit {
    let y = used.y;
    let weight = |i: usize| used.weights.map_or(1.0, |w| w[i]);
    let absorbed = absorbed_parameters(used.effects);
    let fitted = layout.unsort(solution.fitted);
    let parameters = solution.terms.len() + absorbed;
    let leverages = used.effects.is_empty().then(|| {
        let information = |i: usize| weight(i) * fitted[i];
        leverages(&solution.left, &solution.inverse, information)
    });
    let mut scores = DMatrix::zeros(y.len(), solution.terms.len());
    for (mut to, left) in scores.column_iter_mut().zip(solution.left) {
        let left = layout.unsort(left);
        for (i, s) in to.iter_mut().enumerate() {
            *s = weight(i) * left[i] * (y[i] - fitted[i]);
        }
    }
    let moments = Moments {
        scores,
        bread: solution.inverse,
        leverages,
        variance: Some(1.0),
        unit_dispersion: true,
        parameters,
        intercept: solution.terms.iter().position(|t| t == INTERCEPT),
        rows: sample.rows.clone(),
        total_rows,
    };
    let exposure = |i: usize| used.offset.map_or(1.0, |o| o[i].exp());
    let scale = sum(y.len(), |i| weight(i) * y[i]) / sum(y.len(), |i| weight(i) * exposure(i));
    let log_lik = log_likelihood(y, weight, |i| fitted[i]);
    let null = log_likelihood(y, weight, |i| scale * exposure(i));
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

fn log_likelihood(y: &[f64], weight: impl Fn(usize) -> f64 + Sync, mu: impl Fn(usize) -> f64 + Sync) -> f64 {
    sum(y.len(), |i| {
        let mu = mu(i);
        let term = if y[i] > 0.0 {
            y[i] * mu.ln() - mu - ln_gamma(y[i] + 1.0)
        } else {
            -mu
        };
        weight(i) * term
    })
}

/// The diagonal of the hat matrix of the last weighted fit: w mu x' (X'WX)^-1 x.
fn leverages(columns: &[Vec<f64>], inverse: &DMatrix<f64>, information: impl Fn(usize) -> f64 + Sync) -> Vec<f64> {
    let mut leverages = vec![0.0; columns.first().map_or(0, Vec::len)];
    fill(&mut leverages, |i| {
        let form: f64 = (0..columns.len())
            .map(|a| columns[a][i] * (0..columns.len()).map(|b| inverse[(a, b)] * columns[b][i]).sum::<f64>())
            .sum();
        information(i) * form
    });
    leverages
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

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{RngCore, SeedableRng};

    /// Large data are checked for separation after the fit only, and only where it leaves a doubt. On sparse panels, most of
    /// whose rows are zero, that comes to the rows and estimates that the linear programme before the fit leads to.
    #[test]
    fn the_late_check_finds_what_the_linear_programme_finds() {
        let mut draws = Xoshiro256PlusPlus::seed_from_u64(31);
        let mut below = |bound: u64| (draws.next_u64() >> 33) % bound;
        let (mut beyond_groups, mut fits) = (0, 0);
        for panel in 0..400 {
            let rows = 24 + below(30) as usize;
            let groups = 3 + below(5);
            let mut effect = |name: &str| {
                let codes: Vec<u32> = (0..rows).map(|_| below(groups) as u32).collect();
                Effect::new(name, &codes)
            };
            let effects: Vec<Effect> = ["a", "b", "c"][..1 + panel % 3]
                .iter()
                .map(|name| effect(name))
                .collect();
            let zeros = 5 + below(5);
            let y: Vec<f64> = (0..rows)
                .map(|_| if below(10) < zeros { 0.0 } else { 1.0 + below(9) as f64 })
                .collect();
            // Few values, and one term that is mostly zero: such terms separate.
            let x = (0..rows).map(|_| below(3) as f64 - 1.0).collect();
            let z = (0..rows).map(|_| f64::from(u8::from(below(6) == 0))).collect();
            let design = Design::new(rows).term("x", x).unwrap().term("z", z).unwrap();
            let options = PoissonOptions {
                separation: SeparationMethod::LinearProgramme,
                ..PoissonOptions::default()
            };
            let early = poisson(&design, &y, &effects, None, None, &options);
            let late = Sample::thinned(&y, &effects).and_then(|sample| {
                let input = Input {
                    design: &design,
                    y: &y,
                    effects: &effects,
                    weights: None,
                    offset: None,
                };
                let thinned = sample.rows.len();
                Ok((input.settle(sample, &options)?, thinned))
            });
            match (early, late) {
                (Ok(early), Ok((late, thinned))) => {
                    assert_eq!(early.rows, late.rows, "panel {panel}");
                    assert_eq!(early.separated, late.separated, "panel {panel}");
                    assert_eq!(early.terms, late.terms, "panel {panel}");
                    for (a, b) in early.coefficients.iter().zip(&late.coefficients) {
                        assert!((a - b).abs() < 1e-7 * (1.0 + a.abs()), "panel {panel}: {a} {b}");
                    }
                    beyond_groups += usize::from(early.rows.len() < thinned);
                    fits += 1;
                }
                (Err(_), Err(_)) => {}
                (early, late) => panic!("panel {panel}: {early:?} {:?}", late.map(|l| l.0)),
            }
        }
        assert!(fits > 200 && beyond_groups > 40, "{fits} {beyond_groups}");
    }
}
