use super::Settling;
use super::groups::{Effect, SingletonDrop, absorbed_parameters, check_effects, drop_singletons};
use crate::covariance::{Covariance, CovarianceEstimate, Moments, covariance};
use crate::design::check_series;
use crate::qr::norm;
use crate::{Design, Error, Fit, Result, ols, wls};

/// Takes the part out of columns that effects explain: M x = x - D (D'WD)^- D'W x.
///
/// One effect takes one sweep of weighted group means. Several take the symmetric product T of
/// their projections, forth and back, and conjugate gradients on I - T.
/// *Source*: Gaure (2013), Computational Statistics & Data Analysis 66, 8-18; Hernandez-Ramos,
/// Escalante & Raydan (2011), Numerical Linear Algebra with Applications 18, 941-956;
/// Correia (2017), "Linear models with high-dimensional fixed effects".
#[derive(Debug)]
pub struct Within<'a> {
    effects: &'a [Effect],
    weights: Option<&'a [f64]>,
    /// Per effect and group the inverse of the sum of weights; zero where there is none.
    inverse: Vec<Vec<f64>>,
    settling: Settling,
}

impl<'a> Within<'a> {
    /// For effects of equal length and weights of zero or more, which may be left out.
    pub fn new(effects: &'a [Effect], weights: Option<&'a [f64]>, settling: Settling) -> Self {
        let inverse = effects
            .iter()
            .map(|effect| {
                let mut sums = vec![0.0; effect.count()];
                for (row, group) in effect.groups().iter().enumerate() {
                    sums[*group as usize] += weights.map_or(1.0, |w| w[row]);
                }
                sums.iter().map(|s| if *s > 0.0 { 1.0 / s } else { 0.0 }).collect()
            })
            .collect();
        Within {
            effects,
            weights,
            inverse,
            settling,
        }
    }

    /// M x, in place.
    ///
    /// # Errors
    /// [`Error::NoConvergence`] where the projections do not settle.
    pub fn transform(&self, x: &mut [f64]) -> Result<()> {
        if self.effects.len() < 2 {
            for e in 0..self.effects.len() {
                self.project_out(e, x);
            }
            return Ok(());
        }
        // One sweep first, so that the size of what is left is known; rounding leaves that much of the column.
        let rounding = 1e-30 * self.inner(x, x);
        self.sweep(x);
        let mut r = self.change(x);
        let mut u = r.clone();
        let mut square = self.inner(&r, &r);
        let goal = rounding.max(self.settling.tolerance.powi(2) * self.inner(x, x));
        for _ in 0..self.settling.iterations {
            if square <= goal || square == 0.0 {
                return Ok(());
            }
            let v = self.change(&u);
            let curvature = self.inner(&u, &v);
            if curvature <= 0.0 {
                return Ok(());
            }
            let step = square / curvature;
            x.iter_mut().zip(&u).for_each(|(x, u)| *x -= step * u);
            r.iter_mut().zip(&v).for_each(|(r, v)| *r -= step * v);
            let next = self.inner(&r, &r);
            let turn = next / square;
            u.iter_mut().zip(&r).for_each(|(u, r)| *u = r + turn * *u);
            square = next;
        }
        Err(Error::NoConvergence {
            what: "the absorption of fixed effects",
            iterations: self.settling.iterations,
            advice: "the groups are badly connected; allow more iterations or a larger tolerance".to_owned(),
        })
    }

    /// x - T x.
    fn change(&self, x: &[f64]) -> Vec<f64> {
        let mut swept = x.to_vec();
        self.sweep(&mut swept);
        x.iter().zip(&swept).map(|(a, b)| a - b).collect()
    }

    /// T: every effect in order and back, the last one once.
    fn sweep(&self, x: &mut [f64]) {
        let last = self.effects.len() - 1;
        for e in (0..=last).chain((0..last).rev()) {
            self.project_out(e, x);
        }
    }

    /// Subtracts the weighted means of one effect's groups.
    fn project_out(&self, e: usize, x: &mut [f64]) {
        let groups = self.effects[e].groups();
        let mut means = vec![0.0; self.effects[e].count()];
        match self.weights {
            None => x.iter().zip(groups).for_each(|(x, g)| means[*g as usize] += x),
            Some(w) => x
                .iter()
                .zip(groups)
                .zip(w)
                .for_each(|((x, g), w)| means[*g as usize] += w * x),
        }
        means
            .iter_mut()
            .zip(&self.inverse[e])
            .for_each(|(m, inverse)| *m *= inverse);
        x.iter_mut().zip(groups).for_each(|(x, g)| *x -= means[*g as usize]);
    }

    fn inner(&self, a: &[f64], b: &[f64]) -> f64 {
        match self.weights {
            None => a.iter().zip(b).map(|(a, b)| a * b).sum(),
            Some(w) => a.iter().zip(b).zip(w).map(|((a, b), w)| w * a * b).sum(),
        }
    }

    /// Every column of a design transformed. One that the effects explain but for rounding becomes zero, so
    /// that it is found to be collinear.
    pub(crate) fn design(&self, design: &Design) -> Result<Design> {
        let mut within = Design::new(design.rows());
        for (name, column) in design.terms().iter().zip(design.columns()) {
            let mut left = column.clone();
            self.transform(&mut left)?;
            if norm(&left) <= 1e-10 * norm(column) {
                left.fill(0.0);
            }
            within = within.term(name, left)?;
        }
        Ok(within)
    }
}

/// A least-squares fit with absorbed effects.
#[derive(Debug, Clone)]
pub struct AbsorbedFit {
    /// The fit of what the effects leave of y on what they leave of the terms. Its degrees of freedom and R
    /// squared know nothing of the effects; those below do.
    pub within: Fit,
    /// The rows that were used.
    pub rows: Vec<usize>,
    /// Rows left out because they stand alone.
    pub singletons: Vec<SingletonDrop>,
    /// The parameters the effects take: [`absorbed_parameters`].
    pub absorbed: usize,
    /// n - k - absorbed.
    pub df_residual: usize,
    /// 1 - rss / total sum of squares around the mean; `None` where y does not vary.
    pub r_squared: Option<f64>,
    /// 1 - rss / sum of squares of what the effects leave of y.
    pub r_squared_within: Option<f64>,
    total_rows: usize,
}

/// Ordinary or weighted least squares of y on a design and fixed effects, which are absorbed
/// (Frisch & Waugh 1933; Lovell 1963). The design has no constant: the effects hold it.
/// Singletons are left out and listed.
///
/// *Shape*: design n by k, `y`, `weights` and every effect of length n.
///
/// # Errors
/// Inputs that do not fit, no effect, nothing left after singletons, projections that do not
/// settle, and what [`ols`] refuses.
pub fn absorbed_ols(
    design: &Design,
    y: &[f64],
    effects: &[Effect],
    weights: Option<&[f64]>,
    settling: Settling,
) -> Result<AbsorbedFit> {
    let n = design.rows();
    check_series("y", y, n)?;
    check_effects(effects, n)?;
    if let Some(w) = weights {
        check_series("weights", w, n)?;
    }
    let (rows, singletons) = drop_singletons(effects, n);
    if rows.is_empty() {
        return Err(Error::TooFew {
            what: "a regression with fixed effects",
            needed: 2,
            found: 0,
        });
    }
    let effects: Vec<Effect> = effects.iter().map(|e| e.select(&rows)).collect();
    let pick = |v: &[f64]| -> Vec<f64> { rows.iter().map(|&i| v[i]).collect() };
    let (raw, weights) = (pick(y), weights.map(pick));
    let within = Within::new(&effects, weights.as_deref(), settling);
    let design = within.design(&design.select_rows(&rows))?;
    let mut left = raw.clone();
    within.transform(&mut left)?;
    let fit = match &weights {
        Some(w) => wls(&design, &left, w)?,
        None => ols(&design, &left)?,
    };
    let absorbed = absorbed_parameters(&effects);
    let used = fit.terms.len() + absorbed;
    let total = total_sum(&raw, weights.as_deref());
    let share = |total: f64| (total > 0.0).then(|| 1.0 - fit.rss / total);
    Ok(AbsorbedFit {
        df_residual: fit.observations.saturating_sub(used),
        r_squared: share(total),
        r_squared_within: share(fit.tss_uncentred),
        absorbed,
        rows,
        singletons,
        total_rows: n,
        within: fit,
    })
}

fn total_sum(y: &[f64], weights: Option<&[f64]>) -> f64 {
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
    let sum: f64 = (0..y.len()).map(weight).sum();
    let mean = y.iter().enumerate().map(|(i, y)| weight(i) * y).sum::<f64>() / sum;
    y.iter()
        .enumerate()
        .map(|(i, y)| weight(i) * (y - mean) * (y - mean))
        .sum()
}

impl AbsorbedFit {
    /// What covariances are made of; the effects' parameters are counted.
    pub fn moments(&self) -> Moments {
        let mut moments = self.within.moments(false);
        moments.parameters += self.absorbed;
        moments.variance = (self.df_residual > 0).then(|| self.within.rss / self.df_residual as f64);
        moments.rows = moments.rows.iter().map(|&i| self.rows[i]).collect();
        moments.total_rows = self.total_rows;
        moments
    }

    /// The covariance of the coefficients. HC2 to HC4 are refused: they need the effects' leverages.
    ///
    /// # Errors
    /// As [`covariance`].
    pub fn covariance(&self, kind: &Covariance) -> Result<CovarianceEstimate> {
        covariance(&self.moments(), kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A panel with a hole, and the same effects as dummies.
    fn panel() -> (Design, Vec<f64>, Vec<Effect>, Design) {
        let rows: Vec<(u32, u32)> = (0..6)
            .flat_map(|i| (0..5).map(move |t| (i, t)))
            .filter(|&(i, t)| (i * t) % 7 != 6)
            .collect();
        let x: Vec<f64> = rows.iter().map(|&(i, t)| f64::from((i * 7 + t * t * 3) % 11)).collect();
        let z: Vec<f64> = rows.iter().map(|&(i, t)| f64::from((i * i + 5 * t) % 6)).collect();
        let y = rows
            .iter()
            .map(|&(i, t)| f64::from((3 * i + 2 * t * t + i * t) % 13))
            .collect();
        let effects = vec![
            Effect::new("i", &rows.iter().map(|r| r.0).collect::<Vec<_>>()),
            Effect::new("t", &rows.iter().map(|r| r.1).collect::<Vec<_>>()),
        ];
        let design = Design::new(rows.len()).term("x", x).unwrap().term("z", z).unwrap();
        let mut full = design.clone();
        for (effect, from) in effects.iter().zip([0, 1]) {
            for group in from..effect.count() as u32 {
                let dummy = effect
                    .groups()
                    .iter()
                    .map(|g| f64::from(u8::from(*g == group)))
                    .collect();
                full = full.term(&format!("{}{group}", effect.name), dummy).unwrap();
            }
        }
        (design, y, effects, full)
    }

    #[test]
    fn absorbing_is_the_same_as_dummies() {
        let (design, y, effects, full) = panel();
        let weights: Vec<f64> = (0..y.len()).map(|i| 1.0 + (i % 4) as f64).collect();
        let plain = (
            absorbed_ols(&design, &y, &effects, None, Settling::default()).unwrap(),
            ols(&full, &y).unwrap(),
        );
        let weighted = (
            absorbed_ols(&design, &y, &effects, Some(&weights), Settling::default()).unwrap(),
            wls(&full, &y, &weights).unwrap(),
        );
        for (absorbed, dummies) in [plain, weighted] {
            assert_eq!(absorbed.df_residual, dummies.df_residual);
            assert!((absorbed.r_squared.unwrap() - dummies.r_squared.unwrap()).abs() < 1e-12);
            for kind in [Covariance::Iid, Covariance::Hc1] {
                let (a, b) = (absorbed.covariance(&kind).unwrap(), dummies.covariance(&kind).unwrap());
                for j in 0..2 {
                    assert!((absorbed.within.coefficients[j] - dummies.coefficients[j]).abs() < 1e-10);
                    assert!((a.matrix[(j, j)] / b.matrix[(j, j)] - 1.0).abs() < 1e-9);
                }
            }
            assert!(absorbed.covariance(&Covariance::Hc3).is_err());
        }
    }

    #[test]
    fn an_absorbed_term_is_listed() {
        let (design, y, effects, _) = panel();
        let fixed = effects[0].groups().iter().map(|g| f64::from(*g) * 2.5).collect();
        let design = design.term("constant over time", fixed).unwrap();
        let fit = absorbed_ols(&design, &y, &effects, None, Settling::default()).unwrap();
        assert_eq!(fit.within.collinear[0].term, "constant over time");
    }
}
