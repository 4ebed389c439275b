use crate::design::check_series;
use crate::fit::{Collinear, Fit};
use crate::qr::{Qr, Solution, norm};
use crate::{Design, Error, Result};

/// Ordinary least squares: b minimises the sum of (y - X b)^2.
///
/// By Householder QR of the column-scaled design with one step of iterative refinement;
/// X'X is never formed. Terms in the span of earlier ones get no coefficient and are listed
/// in [`Fit::collinear`].
///
/// *Shape*: design n by k, `y` of length n. *Source*: Golub & Van Loan, *Matrix Computations*,
/// section 5.3; quantities of the fit as in Greene, *Econometric Analysis*, chapters 3 and 4.
///
/// # Errors
/// A length that does not fit, a number that is not finite, no observation, or a design
/// without any independent term.
///
/// ```
/// use regress::{Design, ols};
/// let design = Design::new(3).intercept()?.term("x", vec![0.0, 1.0, 2.0])?;
/// let fit = ols(&design, &[1.0, 3.0, 8.0])?;
/// assert!((fit.coefficients[1] - 3.5).abs() < 1e-15);
/// assert!((fit.rss - 1.5).abs() < 1e-15);
/// # Ok::<(), regress::Error>(())
/// ```
pub fn ols(design: &Design, y: &[f64]) -> Result<Fit> {
    check_series("y", y, design.rows())?;
    fit(design, design.columns().to_vec(), y, None)
}

/// Weighted least squares: b minimises the sum of w (y - X b)^2, for weights proportional to
/// the inverse of each observation's error variance (analytic weights).
///
/// Observations of weight zero take no part and are not counted; their fitted values are
/// still given. *Shape*, *Source* and *Errors* as [`ols`]; also refuses negative weights.
/// Residuals are in the units of y; sums of squares are weighted.
pub fn wls(design: &Design, y: &[f64], weights: &[f64]) -> Result<Fit> {
    check_series("y", y, design.rows())?;
    check_series("weights", weights, design.rows())?;
    if let Some(row) = weights.iter().position(|&w| w < 0.0) {
        return Err(Error::Option {
            option: "weights",
            expected: "zero or more in every row".to_owned(),
            found: format!("{} in row {}", weights[row], row + 1),
        });
    }
    let roots: Vec<f64> = weights.iter().map(|w| w.sqrt()).collect();
    let scale = |column: &[f64]| -> Vec<f64> { column.iter().zip(&roots).map(|(v, r)| v * r).collect() };
    let columns = design.columns().iter().map(|c| scale(c)).collect();
    fit(design, columns, y, Some(weights))
}

fn fit(design: &Design, columns: Vec<Vec<f64>>, y: &[f64], weights: Option<&[f64]>) -> Result<Fit> {
    let rows = design.rows();
    let observations = weights.map_or(rows, |w| w.iter().filter(|w| **w > 0.0).count());
    if observations == 0 {
        return Err(Error::TooFew {
            what: "a regression",
            needed: 1,
            found: 0,
        });
    }
    let qr = Qr::new(rows, &columns);
    let collinear = describe(design, &qr);
    if qr.rank() == 0 {
        return Err(Error::Unidentified {
            terms: collinear.iter().map(Collinear::to_string).collect(),
        });
    }
    let roots: Option<Vec<f64>> = weights.map(|w| w.iter().map(|w| w.sqrt()).collect());
    let working_y: Vec<f64> = match &roots {
        Some(roots) => y.iter().zip(roots).map(|(y, r)| y * r).collect(),
        None => y.to_vec(),
    };
    let solution = qr.solve(&working_y);
    let residuals = match &roots {
        None => solution.residuals.clone(),
        Some(roots) => raw_residuals(design, &qr, &solution, y, roots),
    };
    let in_use = match weights {
        Some(w) => (0..rows).filter(|&i| w[i] > 0.0).collect(),
        None => (0..rows).collect(),
    };
    let ones = roots.unwrap_or_else(|| vec![1.0; rows]);
    let has_constant = qr.spans(&ones);
    let sums = SumsOfSquares::new(y, &working_y, &solution.residuals, weights, has_constant);
    // Squares must leave room for what is noise beside them.
    let smallest = f64::MIN_POSITIVE / 1e-26;
    let squared = sums.tss_uncentred >= smallest || working_y.iter().all(|y| *y == 0.0);
    if !(squared && sums.tss_uncentred.is_finite() && solution.coefficients.iter().all(|b| b.is_finite())) {
        return Err(Error::Degenerate {
            what: "the regression",
            reason: "the figures are too large or too small to square; rescale them".to_owned(),
        });
    }
    let log_weights = weights.map_or(0.0, |w| w.iter().filter(|w| **w > 0.0).map(|w| w.ln()).sum());
    Ok(Fit::assemble(
        qr.kept.iter().map(|&j| design.terms()[j].clone()).collect(),
        solution,
        residuals,
        y,
        Shape {
            in_use,
            has_constant,
            log_weights,
        },
        sums,
        collinear,
        qr,
        columns,
    ))
}

/// Counts and flags that the goodness-of-fit measures need.
pub(crate) struct Shape {
    /// The rows of positive weight.
    pub in_use: Vec<usize>,
    pub has_constant: bool,
    /// Sum of the logarithms of the weights.
    pub log_weights: f64,
}

/// Sums of squares, weighted where there are weights.
pub(crate) struct SumsOfSquares {
    pub rss: f64,
    pub tss_centred: f64,
    pub tss_uncentred: f64,
}

impl SumsOfSquares {
    fn new(y: &[f64], working_y: &[f64], residuals: &[f64], weights: Option<&[f64]>, has_constant: bool) -> Self {
        let square = |v: &[f64]| norm(v).powi(2);
        let n = y.len() as f64;
        let mean = match weights {
            None => y.iter().sum::<f64>() / n,
            Some(w) => y.iter().zip(w).map(|(y, w)| y * w).sum::<f64>() / w.iter().sum::<f64>(),
        };
        let centred: Vec<f64> = y
            .iter()
            .enumerate()
            .map(|(i, y)| (y - mean) * weights.map_or(1.0, |w| w[i].sqrt()))
            .collect();
        let tss_centred = square(&centred);
        // A constant y has no variation; what its mean's rounding leaves is not one.
        let noise = n * (f64::EPSILON * norm(working_y)).powi(2);
        let tss_centred = if has_constant && tss_centred <= noise {
            0.0
        } else {
            tss_centred
        };
        SumsOfSquares {
            rss: square(residuals),
            tss_centred,
            tss_uncentred: square(working_y),
        }
    }
}

/// y - X b in the units of y: the weighted residual where there is one to divide.
fn raw_residuals(design: &Design, qr: &Qr, solution: &Solution, y: &[f64], roots: &[f64]) -> Vec<f64> {
    let left = |row: usize| {
        let fitted: f64 = qr
            .kept
            .iter()
            .zip(&solution.coefficients)
            .map(|(&j, b)| design.columns()[j][row] * b)
            .sum();
        y[row] - fitted
    };
    (0..y.len())
        .map(|i| {
            if roots[i] > 0.0 {
                solution.residuals[i] / roots[i]
            } else {
                left(i)
            }
        })
        .collect()
}

fn describe(design: &Design, qr: &Qr) -> Vec<Collinear> {
    qr.dependent
        .iter()
        .map(|d| Collinear {
            term: design.terms()[d.column].clone(),
            combination: d
                .combination
                .iter()
                .map(|&(j, w)| (design.terms()[j].clone(), w))
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collinear_terms_are_named() {
        let x = vec![1.0, 2.0, 3.0, 5.0];
        let design = Design::new(4)
            .intercept()
            .unwrap()
            .term("a", x.clone())
            .unwrap()
            .term("b", x.iter().map(|v| 2.0 * v + 1.0).collect())
            .unwrap();
        let fit = ols(&design, &[1.0, 2.0, 2.0, 4.0]).unwrap();
        assert_eq!(fit.terms, ["(Intercept)", "a"]);
        assert_eq!(fit.collinear[0].to_string(), "b = 1 (Intercept) + 2 a");
        let zero = Design::new(2).term("z", vec![0.0, 0.0]).unwrap();
        assert_eq!(
            ols(&zero, &[1.0, 2.0]).unwrap_err().to_string(),
            "not identified: z = 0 everywhere"
        );
    }

    #[test]
    fn a_weight_of_two_is_an_observation_twice() {
        let single = Design::new(3)
            .intercept()
            .unwrap()
            .term("x", vec![0.0, 1.0, 3.0])
            .unwrap();
        let double = single.select_rows(&[0, 1, 1, 2]);
        let weighted = wls(&single, &[1.0, 2.0, 7.0], &[1.0, 2.0, 1.0]).unwrap();
        let repeated = ols(&double, &[1.0, 2.0, 2.0, 7.0]).unwrap();
        for (a, b) in weighted.coefficients.iter().zip(&repeated.coefficients) {
            assert!((a - b).abs() < 1e-14);
        }
        assert!((weighted.r_squared.unwrap() - repeated.r_squared.unwrap()).abs() < 1e-14);
        assert!(wls(&single, &[1.0, 2.0, 7.0], &[1.0, -2.0, 1.0]).is_err());
        let dropped = wls(&single, &[1.0, 2.0, 7.0], &[1.0, 0.0, 1.0]).unwrap();
        assert_eq!((dropped.observations, dropped.df_residual), (2, 0));
    }

    #[test]
    fn figures_that_cannot_be_squared_are_refused() {
        let design = Design::new(4).intercept().unwrap();
        let y = [1.0, 3.0, 2.0, 5.0];
        for unit in [1e-300, 1e300] {
            let refused = ols(&design, &y.map(|v| v * unit)).unwrap_err().to_string();
            assert!(refused.contains("too large or too small to square"), "{refused}");
        }
        for unit in [1e-300, 1e300] {
            let design = design
                .clone()
                .term("x", [0.0, 1.0, 2.0, 4.0].map(|x| x * unit).to_vec())
                .unwrap();
            let fit = ols(&design, &y).unwrap();
            for kind in [crate::Covariance::Iid, crate::Covariance::Hc1] {
                let refused = fit.covariance(&kind).unwrap_err().to_string();
                assert!(refused.contains("too large or too small to square"), "{refused}");
            }
        }
        assert_eq!(ols(&design, &[0.0; 4]).unwrap().coefficients, [0.0]);
        assert!(
            (ols(&design, &y.map(|v| v * 1e-130)).unwrap().sigma.unwrap() / 1e-130 - 1.707_825_127_659_933).abs()
                < 1e-12
        );
    }

    #[test]
    fn dummies_that_sum_to_one_are_a_constant() {
        let design = Design::new(4)
            .term("a", vec![1.0, 1.0, 0.0, 0.0])
            .unwrap()
            .term("b", vec![0.0, 0.0, 1.0, 1.0])
            .unwrap();
        let fit = ols(&design, &[1.0, 2.0, 4.0, 5.0]).unwrap();
        assert!(fit.has_constant);
        // Means 1.5 and 4.5: rss 1, centred total 10.
        assert!((fit.r_squared.unwrap() - 0.9).abs() < 1e-15);
    }
}
