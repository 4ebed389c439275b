//! Seeded streams of random numbers for what draws reports anew elsewhere.

use crate::draws::Draws;
use crate::propagate::stream;

/// One stream of a series: the same seed and index give the same numbers.
#[derive(Clone, Debug)]
pub struct Stream(Draws);

impl Stream {
    /// Stream `index` of the series that `seed` starts.
    pub fn new(seed: u64, index: u64) -> Self {
        Stream(Draws::new(stream(seed, index)))
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        self.0.normal()
    }

    /// A whole number from 0 to one less than `n`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.0.uniform() * n as f64) as usize).min(n.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let first = |index| Stream::new(3, index).normal();
        assert_eq!(first(0), first(0));
        assert_ne!(first(0), first(1));
        let mut stream = Stream::new(3, 0);
        assert!((0..100).all(|_| stream.below(7) < 7));
        assert_eq!(stream.below(0), 0);
    }
}
