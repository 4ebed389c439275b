use super::nonnegative::nonnegative_least_squares;
use super::rectifier::rectifier;
use super::simplex::maximise;
use crate::absorb::Effect;
use crate::design::check_series;
use crate::qr::{Qr, norm};
use crate::{Design, Error, Result};

/// How separated observations are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeparationMethod {
    /// Exactly, by theorems of the alternative and non-negative least squares; dense in the number
    /// of terms and groups, so for small data.
    Exact,
    /// Exactly, by a linear programme; dense, for some hundreds of rows: an independent check of the others.
    LinearProgramme,
    /// By the iterative rectifier, for data of any size.
    Rectifier,
    /// Exact where rows times terms and groups stay below two million, else the rectifier.
    Automatic,
}

/// Finds the observations that keep the Poisson likelihood from having a maximum: rows with
/// y = 0 for which some combination g of the terms and effects is positive, while it is zero in
/// every row with y > 0 and nowhere negative. Their fitted value tends to zero; estimates exist
/// once they are left out.
///
/// Exact: in the null space of the rows with y > 0, the rows with y = 0 that can be positive are
/// those that stand in no non-negative combination of rows that adds up to zero (Stiemke). Each
/// non-negative least-squares problem decides many rows: where its residual is zero, the rows
/// of the combination stay; where not, the residual is a g that separates rows.
///
/// Linear programme: maximise the sum of t over g and t, 0 <= t <= 1, t_i <= x_i'g for rows with y =
/// 0, x_i'g = 0 for rows with y > 0; rows with t above one half are separated. A g can be scaled until
/// every positive x_i'g exceeds one, so that the optimum has t of zero or one.
///
/// Rectifier: u, at first 1 where y = 0, is regressed on terms and effects with a large weight on
/// rows with y > 0; fitted values that are negative, or of rows with y > 0, are set to zero and the fit is repeated
/// until there are none. Rows with fitted values above zero are separated, left out, and the search begins anew. Two proofs end
/// it early. The residuals add up, over the repetitions, to multipliers that are orthogonal to terms and effects and,
/// as soon as all u are below 1, positive where y = 0: then nothing is separated. And where the fit is repeated
/// with the weight on all rows but those of large fitted value, and these alone stay above zero, they
/// are separated.
///
/// *Source*: Correia, Guimaraes & Zylkin (2019), "Verifying the existence of maximum likelihood
/// estimates for generalized linear models", arXiv:1903.01633.
/// *Shape*: design n by k, `y` and effects of length n. Returns rows in order.
///
/// # Errors
/// Inputs that do not fit; a rectifier or a least-squares problem that does not settle.
pub fn separated(design: &Design, y: &[f64], effects: &[Effect], method: SeparationMethod) -> Result<Vec<usize>> {
    check_series("y", y, design.rows())?;
    crate::absorb::check_effects(effects, design.rows())?;
    if y.iter().all(|v| *v > 0.0) {
        return Ok(Vec::new());
    }
    let width = design.terms().len() + effects.iter().map(Effect::count).sum::<usize>();
    match method {
        SeparationMethod::Exact => exact(design, y, effects),
        SeparationMethod::LinearProgramme => linear_programme(design, y, effects),
        SeparationMethod::Rectifier => rectifier(design, y, effects),
        SeparationMethod::Automatic if width * y.len() <= 2_000_000 => exact(design, y, effects),
        SeparationMethod::Automatic => rectifier(design, y, effects),
    }
}

/// Below this a number of a unit vector counts as rounding.
const NOISE: f64 = 1e-8;

/// The rows with y = 0 in the null space of those with y > 0, to unit length, each with its
/// number; rows that vanish there cannot separate.
fn open_rows(design: &Design, y: &[f64], effects: &[Effect]) -> Vec<(usize, Vec<f64>)> {
    let rows = dense_rows(design, effects);
    let width = rows.first().map_or(0, Vec::len);
    let positive: Vec<Vec<f64>> = (0..y.len()).filter(|&i| y[i] > 0.0).map(|i| rows[i].clone()).collect();
    let basis = Qr::new(width, &positive).complement();
    let mut open: Vec<(usize, Vec<f64>)> = Vec::new();
    for i in (0..y.len()).filter(|&i| y[i] <= 0.0) {
        let mut z: Vec<f64> = basis
            .iter()
            .map(|b| b.iter().zip(&rows[i]).map(|(b, x)| b * x).sum())
            .collect();
        let size = norm(&z);
        if size > NOISE * norm(&rows[i]) {
            z.iter_mut().for_each(|v| *v /= size);
            open.push((i, z));
        }
    }
    open
}

/// Over t and the positive and negative parts of g: t - z'g <= 0 and t <= 1.
fn linear_programme(design: &Design, y: &[f64], effects: &[Effect]) -> Result<Vec<usize>> {
    let open = open_rows(design, y, effects);
    let count = open.len();
    let dimension = open.first().map_or(0, |(_, z)| z.len());
    let unit = |i: usize| (0..count).map(move |j| f64::from(u8::from(i == j)));
    let mut constraints: Vec<Vec<f64>> = open
        .iter()
        .enumerate()
        .map(|(i, (_, z))| unit(i).chain(z.iter().map(|v| -v)).chain(z.iter().copied()).collect())
        .collect();
    constraints.extend((0..count).map(|i| unit(i).chain(std::iter::repeat_n(0.0, 2 * dimension)).collect()));
    let mut limits = vec![0.0; count];
    limits.extend(std::iter::repeat_n(1.0, count));
    let mut gains = vec![1.0; count];
    gains.extend(std::iter::repeat_n(0.0, 2 * dimension));
    let steps = 200 * (count + dimension + 10);
    let optimum = maximise(gains, constraints, limits, steps).ok_or_else(|| Error::NoConvergence {
        what: "the linear programme for separation",
        iterations: steps,
        advice: "use the exact check or the rectifier".to_owned(),
    })?;
    let separated = open.iter().zip(&optimum).filter(|(_, t)| **t > 0.5);
    Ok(separated.map(|((i, _), _)| *i).collect())
}

fn exact(design: &Design, y: &[f64], effects: &[Effect]) -> Result<Vec<usize>> {
    let open = open_rows(design, y, effects);
    let all: Vec<Vec<f64>> = open.iter().map(|(_, z)| z.clone()).collect();
    let mut verdict: Vec<Option<bool>> = vec![None; all.len()];
    for i in 0..all.len() {
        if verdict[i].is_some() {
            continue;
        }
        let target: Vec<f64> = all[i].iter().map(|v| -v).collect();
        let steps = 3 * all.len() + 100;
        let (residual, combination) =
            nonnegative_least_squares(&all, &target, NOISE * 1e-3, steps).ok_or_else(|| Error::NoConvergence {
                what: "the check for separation",
                iterations: steps,
                advice: "use the rectifier".to_owned(),
            })?;
        if norm(&residual) <= NOISE {
            verdict[i] = Some(false);
            for (j, _) in combination.iter().enumerate().filter(|(_, w)| **w > NOISE) {
                verdict[j] = Some(false);
            }
        } else {
            // -residual is a g with z'g >= 0 for all rows, positive for this one.
            verdict[i] = Some(true);
            for (j, z) in all.iter().enumerate().filter(|(j, _)| *j != i) {
                let lean: f64 = -z.iter().zip(&residual).map(|(z, r)| z * r).sum::<f64>();
                if lean > NOISE {
                    verdict[j] = Some(true);
                }
            }
        }
    }
    Ok(open
        .iter()
        .zip(&verdict)
        .filter(|(_, v)| **v == Some(true))
        .map(|((i, _), _)| *i)
        .collect())
}

/// Terms over their length, then a dummy for every group of every effect, or a constant.
fn dense_rows(design: &Design, effects: &[Effect]) -> Vec<Vec<f64>> {
    let scales: Vec<f64> = design
        .columns()
        .iter()
        .map(|c| 1.0 / norm(c).max(f64::MIN_POSITIVE))
        .collect();
    (0..design.rows())
        .map(|i| {
            let mut row: Vec<f64> = design.columns().iter().zip(&scales).map(|(c, s)| c[i] * s).collect();
            for effect in effects {
                let start = row.len();
                row.resize(start + effect.count(), 0.0);
                row[start + effect.groups()[i] as usize] = 1.0;
            }
            row
        })
        .collect()
}
