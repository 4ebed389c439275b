//! Seeded random draws.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// A stream of random numbers: the same seed gives the same numbers.
#[derive(Clone, Debug)]
pub(crate) struct Draws {
    generator: Xoshiro256PlusPlus,
    spare: Option<f64>,
}

impl Draws {
    pub fn new(seed: u64) -> Self {
        Draws {
            generator: Xoshiro256PlusPlus::seed_from_u64(seed),
            spare: None,
        }
    }

    /// Uniform on (0, 1), both ends left out.
    pub fn uniform(&mut self) -> f64 {
        ((self.generator.next_u64() >> 11) as f64 + 0.5) * (1.0 / (1_u64 << 53) as f64)
    }

    /// Standard normal, by the polar method (Marsaglia & Bray 1964).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (a, b) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = a * a + b * b;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(b * factor);
                return a * factor;
            }
        }
    }

    /// Gamma with the given shape (positive) and scale 1 (Marsaglia & Tsang 2000).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = self.uniform().powf(1.0 / shape);
            return boost * self.gamma(shape + 1.0);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moments_are_right() {
        let mut draws = Draws::new(11);
        let n = 100_000;
        let moments = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (
                mean,
                values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64,
            )
        };
        let (mean, variance) = moments(&(0..n).map(|_| draws.normal()).collect::<Vec<_>>());
        assert!(mean.abs() < 0.012 && (variance - 1.0).abs() < 0.02);
        for shape in [0.4, 1.0, 7.5] {
            let (mean, variance) = moments(&(0..n).map(|_| draws.gamma(shape)).collect::<Vec<_>>());
            assert!(
                (mean / shape - 1.0).abs() < 0.03 && (variance / shape - 1.0).abs() < 0.06,
                "{shape} {mean} {variance}"
            );
        }
    }
}
