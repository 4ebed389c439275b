use std::f64::consts::PI;

/// A lag window k(x), x = lag / bandwidth, with k(0) = 1.
///
/// *Source*: Andrews (1991), Econometrica 59, 817-858, equation 2.7; Bartlett's is Newey &
/// West's (1987).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// 1 - |x| for |x| < 1, else 0.
    Bartlett,
    /// 1 - 6 x^2 + 6 |x|^3 up to 1/2, 2 (1 - |x|)^3 up to 1, else 0.
    Parzen,
    /// 25 / (12 pi^2 x^2) (sin z / z - cos z), z = 6 pi x / 5: every lag has weight.
    QuadraticSpectral,
}

impl Kernel {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Kernel::Bartlett => "bartlett",
            Kernel::Parzen => "parzen",
            Kernel::QuadraticSpectral => "quadratic-spectral",
        }
    }

    /// k(x).
    pub fn weight(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            Kernel::Bartlett => (1.0 - x).max(0.0),
            Kernel::Parzen if x <= 0.5 => 1.0 - 6.0 * x * x + 6.0 * x * x * x,
            Kernel::Parzen => 2.0 * (1.0 - x).max(0.0).powi(3),
            Kernel::QuadraticSpectral => {
                let z = 6.0 * PI * x / 5.0;
                // 3/z^2 (sin z/z - cos z), by its series where that would cancel.
                if z < 0.05 {
                    let s = z * z;
                    1.0 - s / 10.0 + s * s / 280.0 - s * s * s / 15_120.0
                } else {
                    3.0 / (z * z) * (z.sin() / z - z.cos())
                }
            }
        }
    }

    /// The weights of lags 0, 1, ... below `n`; trailing zeros are left out. A bandwidth of
    /// zero leaves lag 0 alone.
    pub fn weights(self, bandwidth: f64, n: usize) -> Vec<f64> {
        if bandwidth <= 0.0 {
            return vec![1.0];
        }
        let mut weights: Vec<f64> = (0..n).map(|j| self.weight(j as f64 / bandwidth)).collect();
        if self != Kernel::QuadraticSpectral {
            let last = weights.iter().rposition(|w| *w > 0.0).unwrap_or(0);
            weights.truncate(last + 1);
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newey_west_weights_fall_in_a_line() {
        // Lag 4: 1, 4/5, 3/5, 2/5, 1/5 (Newey & West 1987).
        let weights = Kernel::Bartlett.weights(5.0, 100);
        assert_eq!(weights.len(), 5);
        for (j, w) in weights.iter().enumerate() {
            assert!((w - (5 - j) as f64 / 5.0).abs() < 1e-15);
        }
        assert_eq!(Kernel::Parzen.weight(0.5), 0.25);
        assert_eq!(Kernel::Bartlett.weights(0.909, 10), vec![1.0]);
    }

    #[test]
    fn the_quadratic_spectral_series_meets_the_formula() {
        let at = |z: f64| Kernel::QuadraticSpectral.weight(z * 5.0 / (6.0 * PI));
        assert!((at(0.049_999) - at(0.050_001)).abs() < 1e-6);
        // z = pi: 3 / pi^2.
        assert!((at(PI) - 3.0 / (PI * PI)).abs() < 1e-15);
    }
}
