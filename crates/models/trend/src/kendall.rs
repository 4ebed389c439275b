//! The exact distribution of Kendall's S for n values without ties.

/// P(|S| >= |s|) when all n! orders are equally likely.
///
/// The number of inversions of a random order is a sum of independent uniform variables on
/// 0..j, j < n (Kendall 1975, section 5.2), so its distribution is built by n convolutions.
pub(crate) fn two_sided_exact(n: usize, s: i64) -> f64 {
    let pairs = n * n.saturating_sub(1) / 2;
    // S = pairs - 2 inversions: at most this many inversions are as extreme on one side.
    let extreme = (pairs as i64 - s.abs()) / 2;
    if s == 0 {
        return 1.0;
    }
    let mut probabilities = vec![1.0];
    for j in 1..n {
        probabilities = convolve(&probabilities, j);
    }
    let tail: f64 = probabilities
        .iter()
        .take(usize::try_from(extreme).unwrap_or(0) + 1)
        .sum();
    (2.0 * tail).min(1.0)
}

/// The distribution of the sum of a variable and a uniform one on 0..=j.
fn convolve(probabilities: &[f64], j: usize) -> Vec<f64> {
    let share = 1.0 / (j + 1) as f64;
    let at = |i: usize| probabilities.get(i).copied().unwrap_or(0.0);
    (0..probabilities.len() + j)
        .map(|total| share * (total.saturating_sub(j)..=total).map(at).sum::<f64>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_values_by_counting() {
        // Of 24 orders 1 has S = 6, 3 have S = 4, 5 have S = 2.
        for (s, p) in [(6, 2.0 / 24.0), (-4, 8.0 / 24.0), (2, 18.0 / 24.0), (0, 1.0)] {
            assert!((two_sided_exact(4, s) - p).abs() < 1e-15, "{s}");
        }
    }
}
