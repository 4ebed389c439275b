//! What the two-sided flows say about each reporter's error, with how sure that is.
//!
//! [`crate::variance_components`] gives the best single figure for each σ²; an interval built on it
//! is too short, since a reporter whose flows happen to agree looks better than it is. Here the
//! whole distribution of σ² is found, and intervals rest on it.

use crate::draws::Draws;
use crate::variance_components::LogRatio;

/// How the distribution is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// The seed.
    pub seed: u64,
    /// Draws kept.
    pub draws: usize,
    /// Draws thrown away at the start.
    pub burn_in: usize,
}

impl Default for Sampling {
    fn default() -> Self {
        Sampling {
            seed: 1,
            draws: 1000,
            burn_in: 200,
        }
    }
}

/// The distribution of every reporter's error variance.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The mean of σ² of each reporter.
    pub mean: Vec<f64>,
    /// The variance of σ² of each reporter.
    pub variance: Vec<f64>,
    /// The mean of what all log ratios have in common, such as a margin not removed.
    pub common: f64,
    /// Draws of σ², one list of all reporters for each draw.
    pub draws: Vec<Vec<f64>>,
}

/// Samples σ_i² of each reporter given d = μ + e_i − e_j with e_i ~ N(0, σ_i²) independent.
///
/// The σ_i² come from one inverse-gamma distribution whose shape and scale are learnt too, so that
/// a reporter with few or no flows is as good as the others usually are. Gibbs sampler with
/// the errors as latent data: e_i | d ~ N(w(d − μ), σ_i²σ_j²/(σ_i² + σ_j²)), w = σ_i²/(σ_i² + σ_j²);
/// σ_i² | e inverse gamma; μ normal; the scale gamma; the shape on a grid from 0.5 to 16.
///
/// Rows that are not finite, or name one reporter twice or one beyond, are left out. `None` without
/// any row or draw.
pub fn posterior(reporters: usize, ratios: &[LogRatio], sampling: &Sampling) -> Option<Posterior> {
    let sound = |r: &&LogRatio| r.d.is_finite() && r.first != r.second && r.first.max(r.second) < reporters;
    let mut rows: Vec<LogRatio> = ratios.iter().filter(sound).copied().collect();
    // The same draws whatever the order of the flows.
    rows.sort_by(|a, b| (a.first, a.second).cmp(&(b.first, b.second)).then(a.d.total_cmp(&b.d)));
    if rows.is_empty() || sampling.draws == 0 {
        return None;
    }
    let mut chain = Chain::new(reporters, rows, sampling.seed);
    for _ in 0..sampling.burn_in {
        chain.step();
    }
    let (mut draws, mut common) = (Vec::with_capacity(sampling.draws), 0.0);
    for _ in 0..sampling.draws {
        chain.step();
        draws.push(chain.variances.clone());
        common += chain.common / sampling.draws as f64;
    }
    let k = draws.len() as f64;
    let mean: Vec<f64> = (0..reporters)
        .map(|i| draws.iter().map(|d| d[i]).sum::<f64>() / k)
        .collect();
    let variance = (0..reporters)
        .map(|i| draws.iter().map(|d| (d[i] - mean[i]).powi(2)).sum::<f64>() / k)
        .collect();
    Some(Posterior {
        mean,
        variance,
        common,
        draws,
    })
}

struct Chain {
    rows: Vec<LogRatio>,
    draws: Draws,
    variances: Vec<f64>,
    /// How many flows each reporter takes part in.
    n: Vec<f64>,
    common: f64,
    shape: f64,
    scale: f64,
    mean_square: f64,
}

impl Chain {
    fn new(reporters: usize, rows: Vec<LogRatio>, seed: u64) -> Self {
        let mut n = vec![0.0; reporters];
        for row in &rows {
            n[row.first] += 1.0;
            n[row.second] += 1.0;
        }
        let square: f64 = rows.iter().map(|r| r.d * r.d).sum::<f64>() / rows.len() as f64;
        let mean_square = square.max(1e-12);
        let half = mean_square / 2.0;
        let draws = Draws::new(seed);
        Chain {
            rows,
            draws,
            variances: vec![half; reporters],
            n,
            common: 0.0,
            shape: 2.0,
            scale: half,
            mean_square,
        }
    }

    fn step(&mut self) {
        self.draw_common();
        let squares = self.draw_errors();
        // No variance below a millionth of the mean square: agreement to the digit is no proof.
        let floor = 1e-6 * self.mean_square;
        for (i, variance) in self.variances.iter_mut().enumerate() {
            let rate = self.scale + squares[i] / 2.0;
            *variance = (rate / self.draws.gamma(self.shape + self.n[i] / 2.0)).clamp(floor, 1e6 * self.mean_square);
        }
        self.draw_hyperparameters();
    }

    fn draw_common(&mut self) {
        let (mut precision, mut weighted) = (0.0, 0.0);
        for row in &self.rows {
            let weight = 1.0 / (self.variances[row.first] + self.variances[row.second]);
            precision += weight;
            weighted += weight * row.d;
        }
        self.common = weighted / precision + self.draws.normal() / precision.sqrt();
    }

    /// The sum of squared errors of each reporter.
    fn draw_errors(&mut self) -> Vec<f64> {
        let mut squares = vec![0.0; self.variances.len()];
        for row in &self.rows {
            let (a, b) = (self.variances[row.first], self.variances[row.second]);
            let d = row.d - self.common;
            let first = a / (a + b) * d + (a * b / (a + b)).sqrt() * self.draws.normal();
            squares[row.first] += first * first;
            squares[row.second] += (first - d) * (first - d);
        }
        squares
    }

    fn draw_hyperparameters(&mut self) {
        let count = self.variances.len() as f64;
        let inverse: f64 = self.variances.iter().map(|v| 1.0 / v).sum();
        // A prior worth a hundredth of a reporter keeps the scale proper.
        self.scale = self.draws.gamma(count * self.shape + 0.01) / (inverse + 0.01 / self.mean_square);
        let logs: f64 = self.variances.iter().map(|v| v.ln()).sum();
        let density = |shape: f64| count * (shape * self.scale.ln() - ln_gamma(shape)) - shape * logs;
        let grid: Vec<f64> = (-4..=16).map(|i| 2.0_f64.powf(f64::from(i) / 4.0)).collect();
        let logs: Vec<f64> = grid.iter().map(|s| density(*s)).collect();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = logs.iter().map(|l| (l - top).exp()).collect();
        let mut left = self.draws.uniform() * weights.iter().sum::<f64>();
        for (shape, weight) in grid.iter().zip(&weights) {
            self.shape = *shape;
            left -= weight;
            if left <= 0.0 {
                break;
            }
        }
    }
}

/// ln Γ(x) for x > 0, by Stirling's series after shifting x above 8; accurate to 1e-12.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 8.0 {
        shift += x.ln();
        x += 1.0;
    }
    let i = 1.0 / (x * x);
    let series = (1.0 / 12.0 - i * (1.0 / 360.0 - i * (1.0 / 1260.0 - i * (1.0 / 1680.0 - i / 1188.0)))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - shift
}

/// The half-width of the interval of a normal error whose variance has this mean and variance:
/// the quantile of the t distribution that the mixture is when the variance is inverse gamma
/// with these moments. `z` is the normal quantile asked for, such as 1.96; the t quantile follows from
/// it by its expansion in 1/ν (Abramowitz & Stegun 26.7.5), ν > 4.
pub fn half_width(mean: f64, variance: f64, z: f64) -> f64 {
    if mean <= 0.0 {
        return 0.0;
    }
    // Inverse gamma: mean = β/(α − 1), variance = mean²/(α − 2); the mixture is t with 2α degrees
    // of freedom and squared scale β/α.
    let alpha = 2.0 + mean * mean / variance.max(1e-12 * mean * mean);
    let scale = (mean * (alpha - 1.0) / alpha).sqrt();
    let (nu, z2) = (2.0 * alpha, z * z);
    let g1 = (z2 + 1.0) * z / 4.0;
    let g2 = ((5.0 * z2 + 16.0) * z2 + 3.0) * z / 96.0;
    let g3 = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) * z / 384.0;
    scale * (z + (g1 + (g2 + g3 / nu) / nu) / nu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_gamma_and_the_t_quantile_against_known_values() {
        assert!((ln_gamma(0.5) - 0.572_364_942_924_700_1).abs() < 1e-12);
        assert!((ln_gamma(5.0) - 24.0_f64.ln()).abs() < 1e-12);
        // ν = 10 (α = 5, mean = 5/4 for scale 1, variance = mean²/3): t(0.975) = 2.228139.
        let found = half_width(1.25, 1.25 * 1.25 / 3.0, 1.959_963_985);
        assert!((found - 2.228_139).abs() < 2e-3, "{found}");
        assert!((half_width(4.0, 0.0, 1.96) - 3.92).abs() < 1e-6);
    }

    /// Twenty reporters of σ = 0.1 or 0.4, every pair twice.
    #[test]
    fn the_distributions_hold_the_truth() {
        let sigma = |i: usize| if i.is_multiple_of(2) { 0.1 } else { 0.4 };
        let mut draws = Draws::new(5);
        let mut ratios = Vec::new();
        for first in 0..20 {
            for second in (0..20).filter(|s| *s != first) {
                let d = 0.05 + sigma(first) * draws.normal() - sigma(second) * draws.normal();
                ratios.push(LogRatio { first, second, d });
            }
        }
        let found = posterior(21, &ratios, &Sampling::default()).unwrap();
        assert!((found.common - 0.05).abs() < 0.05, "{}", found.common);
        let inside = (0..20).filter(|&i| {
            let z = (found.mean[i] - sigma(i).powi(2)) / found.variance[i].sqrt();
            z.abs() < 2.5
        });
        assert!(inside.count() >= 18);
        // Nothing is known of the last one but what the others are like.
        assert!(found.mean[20] > 0.01 && found.variance[20] > found.variance[1]);
        assert_eq!(posterior(21, &ratios, &Sampling::default()), Some(found));
        assert_eq!(posterior(3, &[], &Sampling::default()), None);
    }
}
