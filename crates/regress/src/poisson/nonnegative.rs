use crate::qr::{Qr, norm};

/// Non-negative least squares: the x >= 0 that brings the columns closest to `target`.
///
/// Returns the residual target - A x and the x. Finite: each step lowers the distance, and
/// there are finitely many sets of positive entries; `steps` guards against rounding. *Source*:
/// Lawson & Hanson (1974), *Solving Least Squares Problems*, chapter 23.
pub(crate) fn nonnegative_least_squares(
    columns: &[Vec<f64>],
    target: &[f64],
    tolerance: f64,
    steps: usize,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let mut x = vec![0.0; columns.len()];
    let mut passive: Vec<usize> = Vec::new();
    let mut residual = target.to_vec();
    for _ in 0..steps {
        let Some(entering) = steepest(columns, &residual, &passive, tolerance) else {
            return Some((residual, x));
        };
        passive.push(entering);
        // Solve on the passive set; step back to the boundary while an entry would turn negative.
        loop {
            let chosen: Vec<Vec<f64>> = passive.iter().map(|&j| columns[j].clone()).collect();
            let qr = Qr::new(target.len(), &chosen);
            let solution = qr.solve(target);
            let mut full = vec![0.0; passive.len()];
            for (&position, b) in qr.kept.iter().zip(&solution.coefficients) {
                full[position] = *b;
            }
            let blocked = passive
                .iter()
                .zip(&full)
                .filter(|(_, b)| **b <= 0.0)
                .map(|(&j, b)| x[j] / (x[j] - b).max(f64::MIN_POSITIVE))
                .fold(None, |least: Option<f64>, ratio| {
                    Some(least.map_or(ratio, |l| l.min(ratio)))
                });
            let Some(share) = blocked else {
                for (&j, b) in passive.iter().zip(&full) {
                    x[j] = *b;
                }
                residual = solution.residuals;
                break;
            };
            for (&j, b) in passive.iter().zip(&full) {
                x[j] += share.clamp(0.0, 1.0) * (b - x[j]);
            }
            let before = passive.len();
            passive.retain(|&j| x[j] > 1e-14);
            if passive.len() == before {
                // Rounding left nothing at the boundary: take out the smallest.
                let smallest = (0..passive.len()).min_by(|&a, &b| x[passive[a]].total_cmp(&x[passive[b]]))?;
                x[passive[smallest]] = 0.0;
                passive.swap_remove(smallest);
            }
            (0..x.len()).filter(|j| !passive.contains(j)).for_each(|j| x[j] = 0.0);
        }
    }
    None
}

/// The column outside the passive set that the residual leans on most; the first of equals.
fn steepest(columns: &[Vec<f64>], residual: &[f64], passive: &[usize], tolerance: f64) -> Option<usize> {
    let size = norm(residual);
    let mut best = (None, tolerance);
    if size <= tolerance {
        return None;
    }
    for (j, column) in columns.iter().enumerate().filter(|(j, _)| !passive.contains(j)) {
        let slope = column.iter().zip(residual).map(|(a, r)| a * r).sum::<f64>() / size;
        if slope > best.1 {
            best = (Some(j), slope);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corner_solution() {
        // Closest point of the quadrant to (1, -1) is (1, 0).
        let columns = [vec![1.0, 0.0], vec![0.0, 1.0]];
        let (residual, x) = nonnegative_least_squares(&columns, &[1.0, -1.0], 1e-12, 10).unwrap();
        assert_eq!((residual, x), (vec![0.0, -1.0], vec![1.0, 0.0]));
    }
}
