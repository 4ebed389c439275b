use super::nonnegative::nonnegative_least_squares;
use crate::absorb::{Effect, Settling, Within};
use crate::design::check_series;
use crate::qr::{Qr, norm};
use crate::{Design, Error, Result, wls};

/// How separated observations are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeparationMethod {
    /// Exactly, by theorems of the alternative and non-negative least squares; dense in the number
    /// of terms and groups, so for small data.
    Exact,
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
/// Rectifier: u, at first 1 where y = 0, is regressed on terms and effects with a weight of N/e^2
/// on rows with y > 0; negative fitted values are set to zero and the fit is repeated until none is below
/// -e. Rows with fitted values above e are separated.
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
        SeparationMethod::Rectifier => rectifier(design, y, effects),
        SeparationMethod::Automatic if width * y.len() <= 2_000_000 => exact(design, y, effects),
        SeparationMethod::Automatic => rectifier(design, y, effects),
    }
}

/// Below this a number of a unit vector counts as rounding.
const NOISE: f64 = 1e-8;

fn exact(design: &Design, y: &[f64], effects: &[Effect]) -> Result<Vec<usize>> {
    let rows = dense_rows(design, effects);
    let width = rows.first().map_or(0, Vec::len);
    let positive: Vec<Vec<f64>> = (0..y.len()).filter(|&i| y[i] > 0.0).map(|i| rows[i].clone()).collect();
    let basis = Qr::new(width, &positive).complement();
    // The rows with y = 0 in the null space, to unit length; rows that vanish there cannot separate.
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

/// The size below which the rectifier takes a fitted value for zero.
const EPSILON: f64 = 1e-5;
const MOST_ROUNDS: usize = 1000;

fn rectifier(design: &Design, y: &[f64], effects: &[Effect]) -> Result<Vec<usize>> {
    let zeros = y.iter().filter(|v| **v <= 0.0).count();
    let heavy = zeros as f64 / (EPSILON * EPSILON);
    let weights: Vec<f64> = y.iter().map(|v| if *v > 0.0 { heavy } else { 1.0 }).collect();
    let within = Within::new(effects, Some(&weights), Settling::default());
    let left = within.design(design)?;
    let mut u: Vec<f64> = y.iter().map(|v| f64::from(u8::from(*v <= 0.0))).collect();
    for _ in 0..MOST_ROUNDS {
        let mut rest = u.clone();
        within.transform(&mut rest)?;
        // All terms may be absorbed; then what the effects leave is the residual.
        let residuals = match wls(&left, &rest, &weights) {
            Ok(fit) => fit.residuals,
            Err(Error::Unidentified { .. }) => rest,
            Err(other) => return Err(other),
        };
        let fitted: Vec<f64> = u
            .iter()
            .zip(&residuals)
            .map(|(u, e)| u - e)
            .map(|f| if f.abs() < 0.1 * EPSILON { 0.0 } else { f })
            .collect();
        if (0..y.len()).all(|i| y[i] > 0.0 || fitted[i] >= 0.0) {
            return Ok((0..y.len()).filter(|&i| y[i] <= 0.0 && fitted[i] > EPSILON).collect());
        }
        u = (0..y.len())
            .map(|i| if y[i] > 0.0 { 0.0 } else { fitted[i].max(0.0) })
            .collect();
    }
    Err(Error::NoConvergence {
        what: "the iterative rectifier",
        iterations: MOST_ROUNDS,
        advice: "use the exact check where the data are small enough".to_owned(),
    })
}
