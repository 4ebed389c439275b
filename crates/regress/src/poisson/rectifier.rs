use crate::absorb::{Effect, Settling, Within};
use crate::{Design, Error, Result, wls};

/// The size below which a fitted value counts as zero.
const EPSILON: f64 = 1e-5;
/// The weight of rows that shall be fitted by zero. The published N/e^2 makes the absorption of effects
/// lose the light rows to rounding; repetition brings heavy rows to zero just as well.
const HEAVY: f64 = 1e3;
const MOST_ROUNDS: usize = 2000;

/// The separated rows by the iterative rectifier; see [`separated`](super::separated). One
/// search after the other, each without the rows found before, until one finds none.
pub(super) fn rectifier(design: &Design, y: &[f64], effects: &[Effect]) -> Result<Vec<usize>> {
    let mut rows: Vec<usize> = (0..y.len()).collect();
    let mut separated = Vec::new();
    loop {
        let here = design.select_rows(&rows);
        let zero: Vec<bool> = rows.iter().map(|&i| y[i] <= 0.0).collect();
        let effects: Vec<Effect> = effects.iter().map(|e| e.select(&rows)).collect();
        let found = search(&here, &zero, &effects)?;
        if found.iter().all(|f| !f) {
            separated.sort_unstable();
            return Ok(separated);
        }
        separated.extend(rows.iter().zip(&found).filter(|(_, f)| **f).map(|(&i, _)| i));
        rows = rows.iter().zip(&found).filter(|(_, f)| !**f).map(|(&i, _)| i).collect();
    }
}

/// One search: whether each row is found to be separated.
fn search(design: &Design, zero: &[bool], effects: &[Effect]) -> Result<Vec<bool>> {
    let none = vec![false; zero.len()];
    if !zero.contains(&true) {
        return Ok(none);
    }
    let weights = weights(zero);
    let projection = Projection::new(design, effects, &weights)?;
    let mut u: Vec<f64> = zero.iter().map(|z| f64::from(u8::from(*z))).collect();
    for round in 1..=MOST_ROUNDS {
        let mut fitted = projection.fitted(&u)?;
        // A row that should be zero may be off by its fitted value over the heavy weight: far less than EPSILON.
        let off = fitted.iter().zip(zero).all(|(f, z)| *z || f.abs() < 1e-4 * EPSILON);
        for f in fitted.iter_mut().filter(|f| f.abs() < 0.1 * EPSILON) {
            *f = 0.0;
        }
        let inside = || fitted.iter().zip(zero).filter(|(_, z)| **z).map(|(f, _)| *f);
        if off && inside().all(|f| f >= 0.0) {
            return Ok(fitted.iter().zip(zero).map(|(f, z)| *z && *f > EPSILON).collect());
        }
        // The multipliers 1 - u + (all that was cut off) are positive: nothing is separated.
        if inside().all(|f| f < 0.999) {
            return Ok(none);
        }
        if (matches!(round, 5 | 10 | 20 | 50) || round % 100 == 0)
            && let Some(found) = proof(design, zero, effects, &fitted)?
        {
            return Ok(found);
        }
        u = fitted
            .iter()
            .zip(zero)
            .map(|(f, z)| if *z { f.max(0.0) } else { 0.0 })
            .collect();
    }
    Err(Error::NoConvergence {
        what: "the iterative rectifier",
        iterations: MOST_ROUNDS,
        advice: "use the exact check where the data are small enough".to_owned(),
    })
}

/// [`HEAVY`] on the rows that shall be fitted by zero, 1 on the others.
fn weights(open: &[bool]) -> Vec<f64> {
    open.iter().map(|o| if *o { 1.0 } else { HEAVY }).collect()
}

/// Takes the rows of large fitted value for separated and all others for not, and looks whether
/// terms and effects have a combination that is positive there and zero elsewhere.
fn proof(design: &Design, zero: &[bool], effects: &[Effect], fitted: &[f64]) -> Result<Option<Vec<bool>>> {
    let largest = fitted
        .iter()
        .zip(zero)
        .filter(|(_, z)| **z)
        .fold(0.0_f64, |m, (f, _)| m.max(*f));
    for share in [0.3, 0.1, 0.03, 0.01, 0.001] {
        let open: Vec<bool> = fitted
            .iter()
            .zip(zero)
            .map(|(f, z)| *z && *f > share * largest)
            .collect();
        let weights = weights(&open);
        let projection = Projection::new(design, effects, &weights)?;
        let mut trial: Vec<f64> = open.iter().map(|o| f64::from(u8::from(*o))).collect();
        for _ in 0..8 {
            trial = projection.fitted(&trial)?;
            trial
                .iter_mut()
                .zip(&open)
                .filter(|(_, o)| !**o)
                .for_each(|(f, _)| *f = 0.0);
        }
        let trial = projection.fitted(&trial)?;
        let bound = |inside: bool| {
            let chosen = trial.iter().zip(&open).filter(move |(_, o)| **o == inside);
            chosen.fold((f64::INFINITY, 0.0_f64), |(least, most), (f, _)| {
                (least.min(*f), most.max(f.abs()))
            })
        };
        let ((least, most), (_, off)) = (bound(true), bound(false));
        if most > 1e-3 && least > -1e-8 * most && off < 1e-8 * most {
            return Ok(Some(
                trial.iter().zip(&open).map(|(f, o)| *o && *f > 1e-4 * most).collect(),
            ));
        }
    }
    Ok(None)
}

/// Weighted least squares on terms and effects, for many outcomes.
struct Projection<'a> {
    within: Within<'a>,
    design: Design,
    weights: &'a [f64],
}

impl<'a> Projection<'a> {
    fn new(design: &Design, effects: &'a [Effect], weights: &'a [f64]) -> Result<Self> {
        let within = Within::new(effects, Some(weights), Settling::default());
        // Twice, since rounding left by weights this unequal would hide that a column is collinear.
        let design = within.design(&within.design(design)?)?;
        Ok(Projection {
            within,
            design,
            weights,
        })
    }

    fn fitted(&self, u: &[f64]) -> Result<Vec<f64>> {
        let mut rest = u.to_vec();
        self.within.transform(&mut rest)?;
        // All terms may be absorbed, or none given; then what the effects leave is the residual.
        let residuals = match wls(&self.design, &rest, self.weights) {
            Ok(fit) => fit.residuals,
            Err(Error::Unidentified { .. }) => rest,
            Err(other) => return Err(other),
        };
        Ok(u.iter().zip(&residuals).map(|(u, e)| u - e).collect())
    }
}
