//! Non-negative least squares on normal equations.

use nalgebra::{DMatrix, DVector};

/// Solves min ‖Ax − b‖² subject to x ≥ 0, given A′A and A′b, by the active-set method of
/// Lawson & Hanson (1974, ch. 23) in the form of Bro & de Jong (1997), which needs only these.
///
/// `gram` is p×p, symmetric and positive definite on every set of variables that enters;
/// `moment` has length p. Returns `None` if a passive set is singular to working precision or the
/// iteration does not end within 10·(p + 10) steps.
pub(crate) fn nonnegative_least_squares(gram: &DMatrix<f64>, moment: &DVector<f64>) -> Option<DVector<f64>> {
    let p = moment.len();
    let tolerance = 1e-12 * moment.amax().max(f64::MIN_POSITIVE);
    let (mut x, mut passive) = feasible_start(gram, moment)?;
    for _ in 0..10 * (p + 10) {
        let gradient = moment - gram * &x;
        let entering = (0..p)
            .filter(|&i| !passive[i])
            .max_by(|&i, &j| gradient[i].total_cmp(&gradient[j]));
        match entering {
            Some(i) if gradient[i] > tolerance => passive[i] = true,
            _ => return Some(x),
        }
        let mut trial = solve_passive(gram, moment, &passive)?;
        // Step back to the first bound crossed, release it, and solve again.
        while (0..p).any(|i| passive[i] && trial[i] <= 0.0) {
            let step = (0..p)
                .filter(|&i| passive[i] && trial[i] <= 0.0)
                .map(|i| x[i] / (x[i] - trial[i]))
                .fold(1.0, f64::min);
            let step = if step.is_finite() { step } else { 0.0 };
            x += (&trial - &x) * step;
            for i in 0..p {
                if passive[i] && x[i] <= 1e-300 {
                    (passive[i], x[i]) = (false, 0.0);
                }
            }
            trial = solve_passive(gram, moment, &passive)?;
        }
        x = trial;
    }
    None
}

/// The unconstrained solution without the variables that come out negative, dropped until none
/// does: a feasible start, and the solution itself where no bound binds.
fn feasible_start(gram: &DMatrix<f64>, moment: &DVector<f64>) -> Option<(DVector<f64>, Vec<bool>)> {
    let mut passive = vec![true; moment.len()];
    loop {
        let x = solve_passive(gram, moment, &passive)?;
        let negative: Vec<usize> = (0..x.len()).filter(|&i| passive[i] && x[i] <= 0.0).collect();
        if negative.is_empty() {
            return Some((x, passive));
        }
        for i in negative {
            passive[i] = false;
        }
    }
}

/// The least-squares solution with only the passive variables, the others zero.
fn solve_passive(gram: &DMatrix<f64>, moment: &DVector<f64>, passive: &[bool]) -> Option<DVector<f64>> {
    let kept: Vec<usize> = (0..passive.len()).filter(|&i| passive[i]).collect();
    let mut full = DVector::zeros(passive.len());
    if kept.is_empty() {
        return Some(full);
    }
    let part = DMatrix::from_fn(kept.len(), kept.len(), |r, c| gram[(kept[r], kept[c])]);
    let right = DVector::from_fn(kept.len(), |r, _| moment[kept[r]]);
    let solution = part.cholesky()?.solve(&right);
    for (&i, &value) in kept.iter().zip(solution.iter()) {
        full[i] = value;
    }
    Some(full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normal(a: &DMatrix<f64>, b: &DVector<f64>) -> DVector<f64> {
        nonnegative_least_squares(&a.tr_mul(a), &a.tr_mul(b)).unwrap()
    }

    #[test]
    fn a_bound_that_binds() {
        // Unconstrained solution (-1, 2); with x1 = 0 the best x2 is (1·1 + 1·2)/2.
        let a = DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 0.0, 1.0]);
        let b = DVector::from_row_slice(&[1.0, 2.0]);
        let x = normal(&a, &b);
        assert!((x[0]).abs() < 1e-15 && (x[1] - 1.5).abs() < 1e-14, "{x}");
    }

    proptest! {
        #[test]
        fn the_optimality_conditions_hold(entries in prop::collection::vec(-1.0..1.0_f64, 32), b in prop::collection::vec(-1.0..1.0_f64, 8)) {
            let a = DMatrix::from_row_slice(8, 4, &entries);
            let b = DVector::from_row_slice(&b);
            prop_assume!((a.tr_mul(&a)).determinant() > 1e-3);
            let x = normal(&a, &b);
            let gradient = a.tr_mul(&(&b - &a * &x));
            for i in 0..4 {
                prop_assert!(x[i] >= 0.0);
                prop_assert!(gradient[i] < 1e-9, "ascent left in {}", i);
                prop_assert!(x[i] == 0.0 || gradient[i].abs() < 1e-9);
            }
        }
    }
}
