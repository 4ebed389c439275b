//! Dot products as if computed in twice the working precision (Ogita, Rump & Oishi 2005,
//! "Accurate sum and dot product", SIAM J. Sci. Comput. 26(6), algorithm 5.3). Iterative
//! refinement needs residuals that are better than the arithmetic they correct.

/// `start + sum of x[i] * y[i]`, rounded once at the end. Lengths are equal.
pub(crate) fn dot(start: f64, x: &[f64], y: &[f64]) -> f64 {
    let (mut high, mut low) = (start, 0.0);
    for (&a, &b) in x.iter().zip(y) {
        accumulate(&mut high, &mut low, a, b);
    }
    high + low
}

/// Adds `a * b` to the unevaluated sum `high + low`.
pub(crate) fn accumulate(high: &mut f64, low: &mut f64, a: f64, b: f64) {
    let (product, product_error) = two_product(a, b);
    let (sum, sum_error) = two_sum(*high, product);
    *high = sum;
    *low += sum_error + product_error;
}

/// `a + b` and its rounding error, exactly (Knuth).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let z = sum - a;
    (sum, (a - (sum - z)) + (b - z))
}

/// `a * b` and its rounding error, exactly (Dekker, Veltkamp): no fused operation is used, so
/// that every machine gives the same bits. Arguments stay below 2^970 in size.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let (a1, a2) = split(a);
    let (b1, b2) = split(b);
    (product, a2 * b2 - (((product - a1 * b1) - a2 * b1) - a1 * b2))
}

fn split(a: f64) -> (f64, f64) {
    let factor = 134_217_729.0 * a; // 2^27 + 1
    let high = factor - (factor - a);
    (high, a - high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancellation_leaves_the_small_part() {
        // Naively 0; exactly (1 + 2^-30)^2 - 1 - 2^-29 = 2^-60.
        let e = 2f64.powi(-30);
        assert_eq!(dot(-1.0, &[1.0 + e, -1.0], &[1.0 + e, 2.0 * e]), 2f64.powi(-60));
        assert_eq!(dot(0.0, &[1e16, 1.0, -1e16], &[1.0, 1.0, 1.0]), 1.0);
    }
}
