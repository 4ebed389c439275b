use super::WildModel;
use crate::absorb::{Effect, Within, absorbed_parameters, check_effects, drop_singletons};
use crate::cluster::Way;
use crate::design::check_series;
use crate::qr::{Qr, norm};
use crate::{Error, Result};
use std::collections::BTreeMap;

/// What the weights of the clusters multiply, for one vector of residuals u: with a_i = w_i x_i' (X'WX)^-1 at the
/// tested term, so that b = a'y, the coefficient shifts by the sum over g of v_g shift_g, and
/// the score of cluster h is the sum over g of v_g scores_hg, scores_hg = sum over i in h of
/// a_i times the residual that the regression leaves of u restricted to g.
pub(super) struct Response {
    pub shift: Vec<f64>,
    pub scores: Vec<Vec<f64>>,
}

/// The regression reduced to clusters.
pub(super) struct Sums {
    /// Of the residuals of y on the other terms.
    pub outcome: Response,
    /// Of the residuals of the tested term on the others: under c the residuals are outcome - c regressor.
    pub regressor: Response,
    /// Of the residuals of the whole regression.
    pub unrestricted: Response,
    /// b of the tested term.
    pub estimate: f64,
    /// The sum of squared scores of the clusters: its variance without factor.
    pub variance: f64,
    /// G.
    pub clusters: usize,
    /// n.
    pub observations: usize,
    parameters: usize,
}

/// The regression after absorption, in columns multiplied by the roots of the weights.
struct Work<'a> {
    within: Within<'a>,
    roots: Vec<f64>,
    qr: Qr,
    lever: Vec<f64>,
    cluster: Vec<usize>,
    clusters: usize,
}

impl Sums {
    pub fn new(model: &WildModel<'_>, term: &str, cluster: &Way) -> Result<Self> {
        let n = model.design.rows();
        check(model, cluster, n)?;
        let (rows, _) = drop_singletons(model.effects, n);
        let pick = |v: &[f64]| -> Vec<f64> { rows.iter().map(|&i| v[i]).collect() };
        let weights = model.weights.map(pick);
        let effects: Vec<Effect> = model.effects.iter().map(|e| e.select(&rows)).collect();
        let (number, clusters) = numbered(rows.iter().map(|&i| cluster.groups[i]));
        if clusters < 2 {
            return Err(Error::Degenerate {
                what: "the wild cluster bootstrap",
                reason: format!("`{}` has fewer than two groups", cluster.name),
            });
        }
        let within = Within::new(&effects, weights.as_deref(), model.settling);
        let design = within.design(&model.design.select_rows(&rows))?;
        let roots: Vec<f64> = match &weights {
            Some(w) => w.iter().map(|w| w.sqrt()).collect(),
            None => vec![1.0; rows.len()],
        };
        let scaled = |column: &[f64]| -> Vec<f64> { column.iter().zip(&roots).map(|(v, r)| v * r).collect() };
        let columns: Vec<Vec<f64>> = design.columns().iter().map(|c| scaled(c)).collect();
        let qr = Qr::new(rows.len(), &columns);
        let position = tested(design.terms(), &qr, term)?;
        let mut left = pick(model.y);
        within.transform(&mut left)?;
        let y = scaled(&left);
        let mut others = columns.clone();
        let x = others.remove(position.0);
        let restricted = Qr::new(rows.len(), &others);
        let solution = qr.solve(&y);
        if norm(&solution.residuals) <= 1e-13 * norm(&scaled(&pick(model.y))) {
            return Err(super::degenerate());
        }
        let parameters = qr.rank() + absorbed_parameters(&effects);
        let work = Work {
            lever: lever(&qr, &columns, position.1),
            within,
            roots: roots.clone(),
            qr,
            cluster: number,
            clusters,
        };
        let unrestricted = work.response(&solution.residuals)?;
        let mut own = vec![0.0; clusters];
        for (i, &g) in work.cluster.iter().enumerate() {
            own[g] += work.lever[i] * solution.residuals[i];
        }
        Ok(Sums {
            outcome: work.response(&restricted.solve(&y).residuals)?,
            regressor: work.response(&restricted.solve(&x).residuals)?,
            unrestricted,
            estimate: solution.coefficients[position.1],
            variance: own.iter().map(|s| s * s).sum(),
            clusters,
            observations: rows.len(),
            parameters,
        })
    }

    pub fn df_residual(&self) -> Result<usize> {
        match self.observations.checked_sub(self.parameters) {
            Some(df) if df > 0 => Ok(df),
            _ => Err(Error::TooFew {
                what: "the wild cluster bootstrap",
                needed: self.parameters + 1,
                found: self.observations,
            }),
        }
    }
}

impl Work<'_> {
    /// For residuals in scaled columns.
    fn response(&self, residuals: &[f64]) -> Result<Response> {
        let mut shift = vec![0.0; self.clusters];
        for (i, &g) in self.cluster.iter().enumerate() {
            shift[g] += self.lever[i] * residuals[i];
        }
        let mut scores = vec![Vec::with_capacity(self.clusters); self.clusters];
        for g in 0..self.clusters {
            let own = |i: usize| self.cluster[i] == g;
            let mut part: Vec<f64> = (0..residuals.len())
                .map(|i| if own(i) { residuals[i] / self.roots[i] } else { 0.0 })
                .collect();
            self.within.transform(&mut part)?;
            part.iter_mut().zip(&self.roots).for_each(|(v, r)| *v *= r);
            let left = self.qr.solve(&part).residuals;
            scores.iter_mut().for_each(|row| row.push(0.0));
            for (i, &h) in self.cluster.iter().enumerate() {
                scores[h][g] += self.lever[i] * left[i];
            }
        }
        Ok(Response { shift, scores })
    }
}

/// X (X'X)^-1 at one estimated term, in scaled columns.
fn lever(qr: &Qr, columns: &[Vec<f64>], estimated: usize) -> Vec<f64> {
    let bread = qr.inverse_gram();
    let mut lever = vec![0.0; columns.first().map_or(0, Vec::len)];
    for (position, &j) in qr.kept.iter().enumerate() {
        let weight = bread[(position, estimated)];
        lever.iter_mut().zip(&columns[j]).for_each(|(l, x)| *l += weight * x);
    }
    lever
}

/// The tested term's column, and its place among the estimated ones.
fn tested(terms: &[String], qr: &Qr, term: &str) -> Result<(usize, usize)> {
    let column = terms.iter().position(|t| t == term);
    let estimated = column.and_then(|c| qr.kept.iter().position(|&j| j == c));
    column.zip(estimated).ok_or_else(|| Error::Option {
        option: "the tested term",
        expected: format!("one with a coefficient among {}", terms.join(", ")),
        found: term.to_owned(),
    })
}

/// Groups numbered from zero in the order of their keys.
fn numbered(keys: impl Iterator<Item = u32> + Clone) -> (Vec<usize>, usize) {
    let mut number: BTreeMap<u32, usize> = keys.clone().map(|k| (k, 0)).collect();
    number.values_mut().enumerate().for_each(|(i, v)| *v = i);
    (keys.map(|k| number[&k]).collect(), number.len())
}

fn check(model: &WildModel<'_>, cluster: &Way, n: usize) -> Result<()> {
    check_series("y", model.y, n)?;
    check_effects(model.effects, n)?;
    if let Some(weights) = model.weights {
        check_series("weights", weights, n)?;
        if let Some(row) = weights.iter().position(|w| *w <= 0.0) {
            return Err(Error::Option {
                option: "weights of a bootstrap",
                expected: "above zero in every row".to_owned(),
                found: format!("{} in row {}", weights[row], row + 1),
            });
        }
    }
    if cluster.groups.len() != n {
        return Err(Error::Length {
            what: format!("the cluster variable `{}`", cluster.name),
            found: cluster.groups.len(),
            expected: n,
            of: "observation",
        });
    }
    Ok(())
}
