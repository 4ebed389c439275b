use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// A stream of random numbers that belongs to one place: a seed and the coordinates of a figure.
pub(crate) struct Draws(Xoshiro256PlusPlus);

impl Draws {
    /// The stream of a place. Different coordinates give unrelated streams.
    pub fn at(seed: u64, place: &[u64]) -> Self {
        let state = place.iter().fold(mix(seed), |state, &part| {
            mix(state ^ mix(part.wrapping_add(0x9e37_79b9)))
        });
        Draws(Xoshiro256PlusPlus::seed_from_u64(state))
    }

    /// Sixty-four random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on (0, 1), both ends left out.
    pub fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) * (1.0 / (1_u64 << 53) as f64)
    }

    /// Standard normal (Box & Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Student's t with three degrees of freedom over its standard deviation, √3.
    pub fn heavy_tailed(&mut self) -> f64 {
        let normal = self.normal();
        let chi_square: f64 = (0..3).map(|_| self.normal().powi(2)).sum();
        normal / chi_square.sqrt()
    }

    /// A whole number below `n`; 0 for `n` = 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n.saturating_sub(1))
    }
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(draw: impl Fn(&mut Draws) -> f64) -> (f64, f64) {
        let values: Vec<f64> = (0..40_000).map(|i| draw(&mut Draws::at(7, &[i, 3]))).collect();
        let mean = values.iter().sum::<f64>() / 4e4;
        (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 4e4)
    }

    #[test]
    fn streams_of_neighbouring_places_are_standard_normal_together() {
        let (mean, variance) = moments(Draws::normal);
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        let (mean, variance) = moments(Draws::uniform);
        assert!(
            (mean - 0.5).abs() < 0.006 && (variance - 1.0 / 12.0).abs() < 0.002,
            "{mean} {variance}"
        );
    }

    #[test]
    fn a_place_has_one_stream() {
        assert_eq!(Draws::at(1, &[2, 3]).uniform(), Draws::at(1, &[2, 3]).uniform());
        assert_ne!(Draws::at(1, &[2, 3]).uniform(), Draws::at(1, &[3, 2]).uniform());
        assert_ne!(Draws::at(1, &[2, 3]).uniform(), Draws::at(2, &[2, 3]).uniform());
    }
}
