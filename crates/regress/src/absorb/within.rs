use super::Settling;
use super::groups::Effect;
use super::layout::Layout;
use super::precondition::Preconditioner;
use super::solve::{Goal, interleave, solve};
use super::sweep::{MOST_WIDTH, Weighted};
use crate::qr::norm;
use crate::{Design, Result};
use std::borrow::Cow;

/// Takes the part out of columns that effects explain: M x = x - D (D'WD)^- D'W x.
///
/// One effect takes one pass of weighted group means. With several, the effect with the most groups is
/// eliminated, and the coefficients of the others solve the reduced normal equations by conjugate
/// gradients, several columns in step.
/// *Source*: Guimaraes & Portugal (2010), Stata Journal 10, 628-649; Correia (2017), "Linear models
/// with high-dimensional fixed effects"; Hestenes & Stiefel (1952), Journal of Research of the National
/// Bureau of Standards 49, 409-436.
#[derive(Debug)]
pub struct Within<'a> {
    layout: Layout,
    weights: Option<Cow<'a, [f64]>>,
    inverse: Vec<f64>,
    preconditioner: Preconditioner,
    settling: Settling,
}

impl<'a> Within<'a> {
    /// For effects of equal length and weights of zero or more, which may be left out.
    pub fn new(effects: &[Effect], weights: Option<&'a [f64]>, settling: Settling) -> Self {
        let rows = effects.first().map_or(0, |e| e.groups().len());
        let layout = Layout::new(effects, rows);
        let weights = weights.map(|w| layout.sort(w));
        let system = Weighted::new(&layout, weights.as_deref());
        let preconditioner = Preconditioner::diagonal(&system);
        let inverse = system.inverse();
        Within {
            layout,
            weights,
            inverse,
            preconditioner,
            settling,
        }
    }

    /// M x, in place.
    ///
    /// # Errors
    /// [`crate::Error::NoConvergence`] where the projections do not settle.
    pub fn transform(&self, x: &mut [f64]) -> Result<()> {
        let left = self.transformed(&[x])?;
        if let Some(left) = left.first() {
            x.copy_from_slice(left);
        }
        Ok(())
    }

    /// M x of several columns, which costs less than one after the other.
    ///
    /// # Errors
    /// As [`Within::transform`].
    pub fn transformed(&self, columns: &[&[f64]]) -> Result<Vec<Vec<f64>>> {
        let system = Weighted::again(&self.layout, self.weights.as_deref(), &self.inverse);
        let sorted: Vec<_> = columns.iter().map(|c| self.layout.sort(c)).collect();
        let sorted: Vec<&[f64]> = sorted.iter().map(AsRef::as_ref).collect();
        let mut left = Vec::new();
        for block in sorted.chunks(MOST_WIDTH) {
            left.extend(exact(&system, &self.preconditioner, block, self.settling)?);
        }
        Ok(left.into_iter().map(|column| self.layout.unsort(column)).collect())
    }

    /// Every column of a design transformed. One that the effects explain but for rounding becomes zero, so
    /// that it is found to be collinear.
    pub(crate) fn design(&self, design: &Design) -> Result<Design> {
        let columns: Vec<&[f64]> = design.columns().iter().map(Vec::as_slice).collect();
        emptied(design, self.transformed(&columns)?)
    }

    /// The same with a further column, the response.
    pub(crate) fn design_and(&self, design: &Design, y: &[f64]) -> Result<(Design, Vec<f64>)> {
        let mut columns: Vec<&[f64]> = design.columns().iter().map(Vec::as_slice).collect();
        columns.push(y);
        let mut left = self.transformed(&columns)?;
        let y = left.pop().unwrap_or_default();
        Ok((emptied(design, left)?, y))
    }
}

/// The design of what is left of its columns; what is left by rounding only becomes zero.
fn emptied(design: &Design, left: Vec<Vec<f64>>) -> Result<Design> {
    let mut within = Design::new(design.rows());
    for ((name, column), mut left) in design.terms().iter().zip(design.columns()).zip(left) {
        if norm(&left) <= 1e-10 * norm(column) {
            left.fill(0.0);
        }
        within = within.term(name, left)?;
    }
    Ok(within)
}

/// What the effects leave of a few columns in the solver's order. What the recursion of conjugate gradients
/// loses to rounding is recovered by a second solve for the columns that are left.
pub(crate) fn exact(
    system: &Weighted,
    preconditioner: &Preconditioner,
    columns: &[&[f64]],
    settling: Settling,
) -> Result<Vec<Vec<f64>>> {
    let goals = vec![
        Goal {
            tolerance: settling.tolerance,
            share: 0.0,
            trust: false,
        };
        columns.len()
    ];
    let mut starts = vec![vec![0.0; system.layout.groups()]; columns.len()];
    solve(
        system,
        preconditioner,
        columns,
        &mut starts,
        &goals,
        settling.iterations,
    )?;
    let left = system.left(columns, &interleave(&starts));
    let again: Vec<&[f64]> = left.iter().map(Vec::as_slice).collect();
    // The second time, nothing is to be gained but what rounding lost.
    let (r, lengths) = system.residual(&again, &vec![0.0; system.layout.groups() * columns.len()]);
    let z = preconditioner.apply(&r, columns.len());
    let lost = |j: usize| -> f64 {
        let pairs = r.iter().zip(&z).skip(j).step_by(columns.len());
        pairs.map(|(r, z)| r * z).sum()
    };
    let worst = settling.tolerance * settling.tolerance;
    if (0..columns.len()).all(|j| lost(j) <= worst * lengths[j]) {
        return Ok(left);
    }
    starts.iter_mut().for_each(|s| s.fill(0.0));
    solve(system, preconditioner, &again, &mut starts, &goals, settling.iterations)?;
    Ok(system.left(&again, &interleave(&starts)))
}
