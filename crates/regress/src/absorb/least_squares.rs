use super::groups::{Effect, SingletonDrop, absorbed_parameters, check_effects, drop_singletons};
use super::{Settling, Within};
use crate::covariance::{Covariance, CovarianceEstimate, Moments, covariance};
use crate::design::check_series;
use crate::{Design, Error, Fit, Result, ols, wls};
use std::borrow::Cow;

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
/// *Formula*: b = (X'MWMX)^-1 X'MWMy with M what [`Within`] does; the coefficients, residuals and, with the effects' parameters
/// counted, errors are those of a regression with a dummy for each group.
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
    let all = singletons.is_empty();
    let effects: Cow<[Effect]> = match all {
        true => Cow::Borrowed(effects),
        false => effects.iter().map(|e| e.select(&rows)).collect(),
    };
    let pick = |v: &[f64]| -> Vec<f64> { rows.iter().map(|&i| v[i]).collect() };
    let (raw, weights) = (pick(y), weights.map(pick));
    let design = match all {
        true => Cow::Borrowed(design),
        false => Cow::Owned(design.select_rows(&rows)),
    };
    let (design, left) = Within::new(&effects, weights.as_deref(), settling).design_and(&design, &raw)?;
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
