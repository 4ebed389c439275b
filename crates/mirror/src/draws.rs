//! Seeded random draws.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use std::sync::OnceLock;

/// A stream of random numbers: the same seed gives the same numbers.
#[derive(Clone, Debug)]
pub(crate) struct Draws {
    generator: Xoshiro256PlusPlus,
    layers: &'static Layers,
}

/// How many layers of equal area cover the normal density.
const LAYERS: usize = 256;
/// Where the tail begins, and the area of a layer (Doornik 2005).
const TAIL: f64 = 3.654_152_885_361_009;
const AREA: f64 = 0.004_928_673_233_974_655;

/// The right edges of the layers and the density there, without its constant.
#[derive(Debug)]
struct Layers {
    edge: [f64; LAYERS + 1],
    density: [f64; LAYERS + 1],
}

fn layers() -> &'static Layers {
    static LAYERS_ONCE: OnceLock<Layers> = OnceLock::new();
    LAYERS_ONCE.get_or_init(|| {
        let density = |x: f64| (-0.5 * x * x).exp();
        let mut edge = [0.0; LAYERS + 1];
        // The lowest layer is a rectangle as wide as its area, tail included, asks for.
        (edge[0], edge[1]) = (AREA / density(TAIL), TAIL);
        for i in 2..LAYERS {
            edge[i] = (-2.0 * (AREA / edge[i - 1] + density(edge[i - 1])).ln()).sqrt();
        }
        Layers {
            density: edge.map(density),
            edge,
        }
    })
}

impl Draws {
    pub fn new(seed: u64) -> Self {
        Draws {
            generator: Xoshiro256PlusPlus::seed_from_u64(seed),
            layers: layers(),
        }
    }

    /// Uniform on (0, 1), both ends left out.
    pub fn uniform(&mut self) -> f64 {
        ((self.generator.next_u64() >> 11) as f64 + 0.5) * (1.0 / (1_u64 << 53) as f64)
    }

    /// Standard normal, by the ziggurat of Marsaglia & Tsang (2000) in the form of Doornik (2005): the
    /// layer from the lowest bits, the place in it from the highest 52.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        loop {
            let bits = self.generator.next_u64();
            let layer = (bits & 0xff) as usize;
            // Uniform on [-1, 1): the mantissa of a number in [2, 4).
            let u = f64::from_bits((bits >> 12) | 0x4000_0000_0000_0000) - 3.0;
            let x = u * self.layers.edge[layer];
            if x.abs() < self.layers.edge[layer + 1] {
                return x;
            }
            if let Some(x) = self.beyond_the_layer(layer, x) {
                return x;
            }
        }
    }

    /// The wedge of a layer, or the tail under the lowest one.
    #[cold]
    fn beyond_the_layer(&mut self, layer: usize, x: f64) -> Option<f64> {
        if layer == 0 {
            loop {
                let (a, b) = (self.uniform().ln() / TAIL, self.uniform().ln());
                if -2.0 * b >= a * a {
                    return Some(if x < 0.0 { a - TAIL } else { TAIL - a });
                }
            }
        }
        let (low, high) = (self.layers.density[layer], self.layers.density[layer + 1]);
        (low + (high - low) * self.uniform() < (-0.5 * x * x).exp()).then_some(x)
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
    fn the_layers_close_at_the_top() {
        let layers = layers();
        // The last layer reaches the density's top, 1.
        let top = AREA / layers.edge[LAYERS - 1] + layers.density[LAYERS - 1];
        assert!((top - 1.0).abs() < 1e-9, "{top}");
        assert!(layers.edge.windows(2).all(|w| w[0] > w[1]));
    }

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
        // P(|Z| > 3.654) = 2.58e-4 and P(|Z| < 0.5) = 0.38292: the tail and the middle.
        let (mut far, mut near, many) = (0, 0, 2_000_000);
        for _ in 0..many {
            let z = draws.normal().abs();
            far += usize::from(z > TAIL);
            near += usize::from(z < 0.5);
        }
        assert!((far as f64 / many as f64 / 2.580_1e-4 - 1.0).abs() < 0.15, "{far}");
        assert!((near as f64 / many as f64 - 0.382_925).abs() < 0.0012, "{near}");
        for shape in [0.4, 1.0, 7.5] {
            let (mean, variance) = moments(&(0..n).map(|_| draws.gamma(shape)).collect::<Vec<_>>());
            assert!(
                (mean / shape - 1.0).abs() < 0.03 && (variance / shape - 1.0).abs() < 0.06,
                "{shape} {mean} {variance}"
            );
        }
    }
}
