use super::PoissonOptions;
use crate::absorb::{
    Goal, Layout, MOST_WIDTH, Preconditioner, Settling, Weighted, exact, fill, fill_from, interleave, normal_equations,
    solve, sum,
};
use crate::fit::Collinear;
use crate::qr::norm;
use crate::{Design, Error, Result, wls};
use nalgebra::DMatrix;
use std::borrow::Cow;

/// The rows in use, in the order of the absorber.
pub(super) struct Problem<'a> {
    pub layout: &'a Layout,
    pub y: &'a [f64],
    pub offset: Option<&'a [f64]>,
    /// Above zero.
    pub weights: Option<&'a [f64]>,
    pub design: &'a Design,
    pub options: &'a PoissonOptions,
}

impl Problem<'_> {
    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[row])
    }

    /// The weights of a least-squares fit: w mu.
    fn working<'b>(&self, mu: &'b [f64]) -> Cow<'b, [f64]> {
        let Some(weights) = self.weights else {
            return Cow::Borrowed(mu);
        };
        let mut working = vec![0.0; mu.len()];
        fill(&mut working, |i| weights[i] * mu[i]);
        Cow::Owned(working)
    }
}

/// Where the iteration ended; columns in the absorber's order.
pub(super) struct Solution {
    pub terms: Vec<String>,
    pub coefficients: Vec<f64>,
    pub collinear: Vec<Collinear>,
    pub fitted: Vec<f64>,
    pub deviance: f64,
    pub iterations: usize,
    /// What the effects leave of the terms.
    pub left: Vec<Vec<f64>>,
    /// The inverse of the terms' information.
    pub inverse: DMatrix<f64>,
    /// Whether a row with y = 0 may be on its way to an expected value of zero.
    pub doubtful: bool,
}

/// Rough solves far from the solution: there, a Newton step is only so good.
const ROUGH: Goal = Goal {
    tolerance: 1e-10,
    share: 1e-2,
    trust: false,
};
/// What is left of terms need not be exact before the last step: the effects' part of the error is
/// orthogonal to the working residual.
const TERMS: Goal = Goal {
    tolerance: 1e-3,
    share: 0.0,
    trust: true,
};

/// Iteratively reweighted least squares. After the first step, the working response is the working
/// residual (y - mu) / mu: its projection is the Newton step, of which relative precision is then
/// wanted only. The solver sets out from the last step's coefficients of the terms on the effects.
pub(super) struct Iteration<'a> {
    problem: &'a Problem<'a>,
    /// w y ln y.
    entropy: Vec<f64>,
    eta: Vec<f64>,
    mu: Vec<f64>,
    deviance: f64,
    /// What a change of the deviance is measured against where there is none left: 0.1, as in R's `glm`, or less where the mean is
    /// below one, since the deviance has its unit.
    floor: f64,
    /// The positions of the terms that have coefficients.
    kept: Vec<usize>,
    coefficients: Vec<f64>,
    collinear: Vec<Collinear>,
    /// For each kept term its coefficients on the effects.
    starts: Vec<Vec<f64>>,
    /// Whether the diagonal has not sufficed to precondition.
    refined: bool,
    /// How far rows with y = 0 fell in the last step, at most.
    fall: f64,
}

/// A step: what the effects leave of the terms and of the working response, and the least-squares fit of these.
struct Step {
    left: Vec<Vec<f64>>,
    response: Vec<f64>,
    coefficients: Vec<f64>,
    inverse: DMatrix<f64>,
}

impl<'a> Iteration<'a> {
    fn new(problem: &'a Problem<'a>) -> Self {
        let y = problem.y;
        let total = sum(y.len(), |i| problem.weight(i) * y[i]);
        let mean = total / sum(y.len(), |i| problem.weight(i));
        let mut entropy = vec![0.0; y.len()];
        fill(&mut entropy, |i| match y[i] > 0.0 {
            true => problem.weight(i) * y[i] * y[i].ln(),
            false => 0.0,
        });
        let mut eta = vec![0.0; y.len()];
        fill(&mut eta, |i| (0.5 * (y[i] + mean)).ln());
        let mut mu = vec![0.0; y.len()];
        fill(&mut mu, |i| 0.5 * (y[i] + mean));
        let mut iteration = Iteration {
            problem,
            entropy,
            eta,
            mu,
            deviance: 0.0,
            floor: 0.1 * (total / y.len() as f64).min(1.0),
            kept: (0..problem.design.terms().len()).collect(),
            coefficients: Vec::new(),
            collinear: Vec::new(),
            starts: Vec::new(),
            refined: false,
            fall: 0.0,
        };
        iteration.deviance = iteration.deviance_at(&iteration.eta, &iteration.mu);
        iteration
    }

    /// Runs to the maximum.
    pub fn run(problem: &'a Problem<'a>) -> Result<Solution> {
        let mut state = Iteration::new(problem);
        let mut settled = false;
        for iterations in 1..=problem.options.iterations {
            let step = state.fit(iterations == 1, settled)?;
            let from = state.deviance;
            let halvings = state.advance(&step, iterations == 1);
            // One more, exact step after the deviance has settled brings everything to full precision.
            let finished = settled && halvings == 0;
            settled = (state.deviance - from).abs() <= problem.options.tolerance * (state.floor + state.deviance.abs());
            if finished && settled {
                return Ok(state.finish(step, iterations));
            }
        }
        Err(Error::NoConvergence {
            what: "the Poisson regression",
            iterations: problem.options.iterations,
            advice: "rescale the terms, or look for terms that explain almost all zeros".to_owned(),
        })
    }

    /// One weighted fit: of the working response at first, of the working residual later.
    fn fit(&mut self, first: bool, last: bool) -> Result<Step> {
        let (y, mu, eta) = (self.problem.y, &self.mu, &self.eta);
        let working = self.problem.working(&self.mu);
        let mut response = vec![0.0; y.len()];
        fill(&mut response, |i| {
            let residual = if y[i] > 0.0 { (y[i] - mu[i]) / mu[i] } else { -1.0 };
            if first {
                eta[i] - self.offset(i) + residual
            } else {
                residual
            }
        });
        let system = Weighted::new(self.problem.layout, Some(&working));
        let preconditioner = match last {
            true => Preconditioner::diagonal(&system),
            false => Preconditioner::diagonal(&system).cheap(),
        };
        if self.refined {
            preconditioner.refine(&system);
        }
        let columns: Vec<&[f64]> = self
            .kept
            .iter()
            .map(|&j| self.problem.design.columns()[j].as_slice())
            .collect();
        if last {
            let mut all = columns;
            all.push(&response);
            let left = absorbed(&system, &preconditioner, &all, self.problem.options.settling)?;
            return self.solved(left, first);
        }
        let most = self.problem.options.settling.iterations;
        if self.starts.is_empty() {
            self.starts = vec![vec![0.0; self.problem.layout.groups()]; columns.len()];
        }
        let mut starts = self.starts.clone();
        starts.push(vec![0.0; self.problem.layout.groups()]);
        let mut goals = vec![TERMS; columns.len()];
        goals.push(ROUGH);
        let mut all = columns;
        all.push(&response);
        solve(&system, &preconditioner, &all, &mut starts, &goals, most)?;
        self.refined = !preconditioner.is_plain();
        let mut left = Vec::new();
        for (columns, starts) in all.chunks(MOST_WIDTH).zip(starts.chunks(MOST_WIDTH)) {
            left.extend(system.left(columns, &interleave(starts)));
        }
        starts.pop();
        self.starts = starts;
        self.solved(left, first)
    }

    /// The least-squares fit of what is left. Terms near the span of others are decided upon with exact columns.
    fn solved(&mut self, mut left: Vec<Vec<f64>>, first: bool) -> Result<Step> {
        let response = left.pop().unwrap_or_default();
        let columns = self.problem.design.columns();
        let empty = |(j, left): (&usize, &Vec<f64>)| norm(left) <= 1e-6 * norm(&columns[*j]);
        if !self.kept.iter().zip(&left).any(empty)
            && let Some(normal) = normal_equations(&left, &response, &self.problem.working(&self.mu))
        {
            return Ok(Step {
                left,
                response,
                coefficients: normal.coefficients,
                inverse: normal.inverse,
            });
        }
        let design = self.exactly_left()?;
        let fit = wls(&design, &response, &self.problem.working(&self.mu))?;
        let position = |term: &String| design.terms().iter().position(|t| t == term);
        let here: Vec<usize> = fit.terms.iter().filter_map(position).collect();
        if first {
            self.collinear = fit.collinear.clone();
            self.kept = here.iter().map(|&j| self.kept[j]).collect();
            self.starts = here.iter().map(|&j| std::mem::take(&mut self.starts[j])).collect();
        } else if here.len() < self.kept.len() {
            let reason = "terms became collinear while it was fitted; leave one of them out".to_owned();
            return Err(Error::Degenerate {
                what: "the Poisson regression",
                reason,
            });
        }
        let left = here.iter().map(|&j| design.columns()[j].clone()).collect();
        Ok(Step {
            left,
            response,
            coefficients: fit.coefficients,
            inverse: fit.inverse_gram,
        })
    }

    /// What the effects leave of the kept terms, to full precision; zero where that is rounding.
    fn exactly_left(&self) -> Result<Design> {
        let settling = Settling {
            tolerance: self.problem.options.settling.tolerance.min(1e-12),
            ..self.problem.options.settling
        };
        let design = self.problem.design;
        let working = self.problem.working(&self.mu);
        let system = Weighted::new(self.problem.layout, Some(&working));
        let preconditioner = Preconditioner::diagonal(&system);
        let columns: Vec<&[f64]> = self.kept.iter().map(|&j| design.columns()[j].as_slice()).collect();
        let mut within = Design::new(design.rows());
        for (&j, mut left) in self
            .kept
            .iter()
            .zip(absorbed(&system, &preconditioner, &columns, settling)?)
        {
            if norm(&left) <= 1e-10 * norm(&design.columns()[j]) {
                left.fill(0.0);
            }
            within = within.term(&design.terms()[j], left)?;
        }
        Ok(within)
    }

    /// Takes a step, halved while it overshoots; tells how often. The rough start is no place to go back to.
    fn advance(&mut self, step: &Step, first: bool) -> usize {
        let (y, mu, eta) = (self.problem.y, &self.mu, &self.eta);
        let residual = |i: usize| {
            let explained: f64 = step.left.iter().zip(&step.coefficients).map(|(x, b)| x[i] * b).sum();
            step.response[i] - explained
        };
        let mut next = vec![0.0; y.len()];
        fill(&mut next, |i| {
            let working = if y[i] > 0.0 { (y[i] - mu[i]) / mu[i] } else { -1.0 };
            eta[i] + working - residual(i)
        });
        let mut reached = vec![0.0; y.len()];
        fill(&mut reached, |i| next[i].exp());
        let mut deviance = self.deviance_at(&next, &reached);
        let (mut halvings, mut share) = (0, 1.0);
        while !first && rises(self.deviance, deviance) && halvings < 30 {
            fill_from(&mut next, |i, n| 0.5 * (n + eta[i]));
            fill(&mut reached, |i| next[i].exp());
            deviance = self.deviance_at(&next, &reached);
            halvings += 1;
            share *= 0.5;
        }
        self.fall = (0..y.len())
            .filter(|&i| y[i] == 0.0)
            .map(|i| eta[i] - next[i])
            .fold(0.0, f64::max);
        (self.eta, self.mu, self.deviance) = (next, reached, deviance);
        self.coefficients.resize(step.coefficients.len(), 0.0);
        for (b, change) in self.coefficients.iter_mut().zip(&step.coefficients) {
            *b += share * change;
        }
        halvings
    }

    fn finish(self, step: Step, iterations: usize) -> Solution {
        let y = self.problem.y;
        // Where estimates exist the last steps are tiny; on the way to zero, a row falls by about one a step.
        let mean = sum(y.len(), |i| y[i]) / y.len() as f64;
        let vanishing = |i: usize| y[i] == 0.0 && self.mu[i] < 1e-12 * mean;
        let design = self.problem.design;
        Solution {
            doubtful: self.fall > 1e-2 || (0..y.len()).any(vanishing),
            terms: self.kept.iter().map(|&j| design.terms()[j].clone()).collect(),
            coefficients: self.coefficients,
            collinear: self.collinear,
            fitted: self.mu,
            deviance: self.deviance,
            iterations,
            left: step.left,
            inverse: step.inverse,
        }
    }

    fn offset(&self, row: usize) -> f64 {
        self.problem.offset.map_or(0.0, |o| o[row])
    }

    /// 2 sum of w (y ln(y / mu) - (y - mu)).
    fn deviance_at(&self, eta: &[f64], mu: &[f64]) -> f64 {
        let y = self.problem.y;
        2.0 * sum(y.len(), |i| {
            self.entropy[i] - self.problem.weight(i) * (y[i] * eta[i] + (y[i] - mu[i]))
        })
    }
}

/// What the effects leave of columns, to full precision.
fn absorbed(
    system: &Weighted,
    preconditioner: &Preconditioner,
    columns: &[&[f64]],
    settling: Settling,
) -> Result<Vec<Vec<f64>>> {
    let mut left = Vec::new();
    for block in columns.chunks(MOST_WIDTH) {
        left.extend(exact(system, preconditioner, block, settling)?);
    }
    Ok(left)
}

/// Whether the deviance rose by more than rounding, or is no number.
fn rises(from: f64, to: f64) -> bool {
    to.is_nan() || to > from * (1.0 + 1e-12) + 1e-12
}
