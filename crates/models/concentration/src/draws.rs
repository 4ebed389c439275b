use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// Seeded random numbers: xoshiro256++ (Blackman & Vigna 2021).
pub(crate) struct Draws(Xoshiro256PlusPlus);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Draws(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Uniform over (0, 1].
    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 1.0) / (1_u64 << 53) as f64
    }

    /// A whole number below `n`, each equally likely (rejection, so without bias).
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let limit = u64::MAX - u64::MAX % n;
        loop {
            let draw = self.0.next_u64();
            if draw < limit {
                return draw % n;
            }
        }
    }

    /// Standard normal (Box & Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_draws_have_the_moments() {
        let mut draws = Draws::new(1);
        let sample: Vec<f64> = (0..200_000).map(|_| draws.normal()).collect();
        let moment = |p: i32| sample.iter().map(|z| z.powi(p)).sum::<f64>() / sample.len() as f64;
        assert!(moment(1).abs() < 0.01);
        assert!((moment(2) - 1.0).abs() < 0.015);
        assert!((moment(4) - 3.0).abs() < 0.1);
    }

    #[test]
    fn whole_numbers_are_even_and_repeatable() {
        let mut counts = [0_u32; 3];
        let mut draws = Draws::new(2);
        (0..30_000).for_each(|_| counts[draws.below(3) as usize] += 1);
        assert!(counts.iter().all(|&c| c.abs_diff(10_000) < 350), "{counts:?}");
        assert_eq!(Draws::new(7).below(1 << 40), Draws::new(7).below(1 << 40));
    }
}
