//! The distribution of the place where a two-sided Brownian motion with drift is highest.
//!
//! V(s) = W_1(-s) - |s| / 2 for s <= 0, sqrt(phi) W_2(s) - xi s / 2 for s > 0 (in the scale of
//! the left side; phi = xi times the ratio of the error variances). Source: Bai (1997), appendix B;
//! Bai & Perron (2003), equation 16 and the formulas below it.

use crate::distribution::{ln_normal_sf, normal_sf};
use std::f64::consts::PI;

/// The values below and above which (1 - `level`) / 2 of the probability lies.
pub(crate) fn quantiles(xi: f64, variance_ratio: f64, level: f64) -> (f64, f64) {
    let phi = xi * variance_ratio;
    let tail = (1.0 - level) / 2.0;
    let low = -solve(tail, |x| left_tail(x, xi, phi));
    let high = solve(tail, |x| right_tail(x, xi, phi));
    (low, high)
}

/// P(argmax <= -x), x > 0.
fn left_tail(x: f64, xi: f64, phi: f64) -> f64 {
    let ratio = xi / phi;
    let root = x.sqrt();
    let density = root / (2.0 * PI).sqrt() * (-x / 8.0).exp();
    let outer = phi * (phi + 2.0 * xi) / (xi * (phi + xi));
    let grown = (0.5 * ratio * (1.0 + ratio) * x + ln_normal_sf((0.5 + ratio) * root)).exp();
    let inner = x / 2.0 - 2.0 + (phi + 2.0 * xi).powi(2) / ((phi + xi) * xi);
    -density - outer * grown + inner * normal_sf(root / 2.0)
}

/// P(argmax > x), x > 0.
fn right_tail(x: f64, xi: f64, phi: f64) -> f64 {
    let ratio = xi * xi / phi;
    let root = x.sqrt();
    let density = (ratio * x / (2.0 * PI)).sqrt() * (-ratio * x / 8.0).exp();
    let outer = xi * (2.0 * phi + xi) / (phi * (phi + xi));
    let grown = (0.5 * (phi + xi) * x + ln_normal_sf((phi + xi / 2.0) / phi.sqrt() * root)).exp();
    let inner = (2.0 * phi + xi).powi(2) / ((phi + xi) * phi) - 2.0 + ratio * x / 2.0;
    -density - outer * grown + inner * normal_sf(ratio.sqrt() * root / 2.0)
}

/// The x with tail(x) = p for a falling tail, by bisection; 0 where the tail is lower from the start.
fn solve(p: f64, tail: impl Fn(f64) -> f64) -> f64 {
    if tail(0.0) <= p {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while tail(high) > p && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if tail(middle) > p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symmetric_case_is_bais_table() {
        // xi = phi = 1: the 95 and 97.5 per cent points are 7.7 and 11.0 (Bai 1997; Yao 1987).
        let (low, high) = quantiles(1.0, 1.0, 0.95);
        assert!((high - 11.0).abs() < 0.1 && (low + high).abs() < 1e-9, "{low} {high}");
        assert!((quantiles(1.0, 1.0, 0.90).1 - 7.7).abs() < 0.1);
    }

    #[test]
    fn both_sides_together_are_certain() {
        for (xi, phi) in [(1.0, 1.0), (0.5, 2.0), (3.0, 0.7)] {
            assert!((left_tail(0.0, xi, phi) + right_tail(0.0, xi, phi) - 1.0).abs() < 1e-12);
        }
    }
}
