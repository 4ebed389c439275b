//! The wild cluster bootstrap: options, samples and result.

mod sums;
mod weights;

pub use weights::WildWeights;

use crate::absorb::{Effect, Settling};
use crate::cluster::{ClusterAdjustment, Way};
use crate::{Design, Error, Result};
use sums::Sums;
use weights::draws;

/// Options of the wild cluster bootstrap.
///
/// | Name | Default | Purpose | Range |
/// |---|---|---|---|
/// | `draws` | 9,999 | bootstrap samples; with 2^G <= draws Rademacher weights are enumerated instead | above 0 |
/// | `weights` | Rademacher | the distribution of the clusters' weights | |
/// | `impose_null` | true | residuals of the restricted (WCR) or the unrestricted (WCU) regression | |
/// | `adjustment` | Stata | the factor of the errors; it cancels in the p-value | |
/// | `level` | 0.95 | confidence of the interval | (0, 1) |
/// | `seed` | 0 | of the weights | |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WildOptions {
    /// Bootstrap samples.
    pub draws: usize,
    /// The distribution of the weights.
    pub weights: WildWeights,
    /// Whether samples are drawn under the null.
    pub impose_null: bool,
    /// The small-sample factor of the cluster errors.
    pub adjustment: ClusterAdjustment,
    /// Confidence of the interval.
    pub level: f64,
    /// The seed of the weights.
    pub seed: u64,
}

impl Default for WildOptions {
    fn default() -> Self {
        WildOptions {
            draws: 9_999,
            weights: WildWeights::Rademacher,
            impose_null: true,
            adjustment: ClusterAdjustment::Stata,
            level: 0.95,
            seed: 0,
        }
    }
}

/// What a term's t test is made on.
#[derive(Debug, Clone, Copy)]
pub struct WildModel<'a> {
    /// The terms, n by k; without a constant where there are effects.
    pub design: &'a Design,
    /// The outcome, of length n.
    pub y: &'a [f64],
    /// Analytic weights above zero; none for ordinary least squares.
    pub weights: Option<&'a [f64]>,
    /// Absorbed effects, each of length n.
    pub effects: &'a [Effect],
    /// When the absorption stops.
    pub settling: Settling,
}

/// A wild cluster bootstrap test of one term.
#[derive(Debug, Clone, PartialEq)]
pub struct WildTest {
    /// The estimate b.
    pub estimate: f64,
    /// (b - value) over its cluster-robust error.
    pub statistic: f64,
    /// That error.
    pub std_error: f64,
    /// The share of bootstrap statistics that exceed the statistic in size.
    pub p_value: f64,
    /// The lower end of the interval of values that are not rejected; `None` where it is not bounded.
    pub conf_low: Option<f64>,
    /// The upper end.
    pub conf_high: Option<f64>,
    /// The number of bootstrap statistics that were defined.
    pub draws: usize,
    /// Whether all weights were enumerated, so that nothing is random.
    pub enumerated: bool,
    /// G.
    pub clusters: usize,
}

/// The wild cluster bootstrap t test that `term` has the coefficient `value`, in a regression
/// with or without weights and absorbed effects.
///
/// With restricted residuals u (those of the regression that has `value` imposed; WCR) or
/// unrestricted ones (WCU), samples are y* = fitted + v_g u, one weight v for each cluster; t* =
/// (b* - c) / error*, c the value (WCR) or b (WCU), and p is the share of |t*| > |t|. The
/// interval holds the values with p of 1 - level or more, found outward from b by bisection on the same weights.
///
/// *Source*: Cameron, Gelbach & Miller (2008), Review of Economics and Statistics 90, 414-427; Webb (2014), Queen's
/// working paper 1315; Roodman, MacKinnon, Nielsen & Webb (2019), Stata Journal 19, 4-60.
///
/// # Errors
/// Inputs that do not fit, a term without a coefficient, fewer than two clusters, options out of
/// range, samples without any variation.
pub fn wild_cluster_bootstrap(
    model: &WildModel<'_>,
    term: &str,
    value: f64,
    cluster: &Way,
    options: &WildOptions,
) -> Result<WildTest> {
    check(options, value)?;
    let sums = Sums::new(model, term, cluster)?;
    let (weights, enumerated) = draws(sums.clusters, options);
    let samples: Vec<Sample> = weights
        .iter()
        .map(|v| Sample::new(&sums, v, options.impose_null))
        .collect();
    let factor = options
        .adjustment
        .factor(sums.observations, sums.df_residual()?, sums.clusters);
    let std_error = (factor * sums.variance).sqrt();
    let raw = sums.variance.sqrt();
    if !(raw > 0.0 && raw.is_finite()) {
        return Err(degenerate());
    }
    let share = |value: f64| exceeding(&samples, value, (sums.estimate - value) / raw);
    let (p_value, used) = share(value).ok_or_else(degenerate)?;
    let alpha = 1.0 - options.level;
    let end = |direction: f64| boundary(sums.estimate, direction * std_error, alpha, |v| share(v).map(|s| s.0));
    Ok(WildTest {
        estimate: sums.estimate,
        statistic: (sums.estimate - value) / std_error,
        std_error,
        p_value,
        conf_low: end(-1.0),
        conf_high: end(1.0),
        draws: used,
        enumerated,
        clusters: sums.clusters,
    })
}

/// A bootstrap statistic as a function of the value c under the null: (top - c slope) / sqrt(
/// a - 2 b c + d c^2).
struct Sample {
    top: f64,
    slope: f64,
    square: [f64; 3],
}

impl Sample {
    fn new(sums: &Sums, v: &[f64], impose_null: bool) -> Self {
        let dot = |row: &[f64]| row.iter().zip(v).map(|(x, v)| x * v).sum::<f64>();
        if !impose_null {
            let square = sums.unrestricted.scores.iter().map(|row| dot(row).powi(2)).sum();
            return Sample {
                top: dot(&sums.unrestricted.shift),
                slope: 0.0,
                square: [square, 0.0, 0.0],
            };
        }
        let mut square = [0.0; 3];
        for (y, x) in sums.outcome.scores.iter().zip(&sums.regressor.scores) {
            let (y, x) = (dot(y), dot(x));
            square[0] += y * y;
            square[1] += y * x;
            square[2] += x * x;
        }
        Sample {
            top: dot(&sums.outcome.shift),
            slope: dot(&sums.regressor.shift),
            square,
        }
    }

    /// |t*|; `None` where the sample has no variance.
    fn size(&self, value: f64) -> Option<f64> {
        let [a, b, d] = self.square;
        let variance = a - 2.0 * b * value + d * value * value;
        let scale = a + d * value * value;
        (variance > 1e-20 * scale).then(|| ((self.top - value * self.slope) / variance.sqrt()).abs())
    }
}

/// The share of samples beyond |t|, and how many have a statistic. Equality, as of the sample
/// with all weights one, is not beyond.
fn exceeding(samples: &[Sample], value: f64, t: f64) -> Option<(f64, usize)> {
    let bar = t.abs() * (1.0 + 1e-9) + 1e-12;
    let (mut beyond, mut count) = (0_usize, 0_usize);
    for size in samples.iter().filter_map(|s| s.size(value)) {
        count += 1;
        beyond += usize::from(size > bar);
    }
    (count > 0).then(|| (beyond as f64 / count as f64, count))
}

/// The value furthest out, going from `start` by `step`, that is not rejected.
fn boundary(start: f64, step: f64, alpha: f64, p: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let mut inside = 0.0;
    let mut outside = 1.0;
    while p(start + outside * step)? >= alpha {
        inside = outside;
        outside *= 1.5;
        if outside > 1e6 {
            return None;
        }
    }
    for _ in 0..80 {
        let middle = 0.5 * (inside + outside);
        if p(start + middle * step)? >= alpha {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    Some(start + 0.5 * (inside + outside) * step)
}

fn check(options: &WildOptions, value: f64) -> Result<()> {
    let refuse = |option, expected: &str, found: String| {
        Err(Error::Option {
            option,
            expected: expected.to_owned(),
            found,
        })
    };
    if !(1..=1_000_000).contains(&options.draws) {
        return refuse("the number of draws", "1 to 1,000,000", options.draws.to_string());
    }
    if !(options.level > 0.0 && options.level < 1.0) {
        return refuse("the confidence level", "between 0 and 1", options.level.to_string());
    }
    if !value.is_finite() {
        return refuse("the value under the null", "a finite number", value.to_string());
    }
    Ok(())
}

fn degenerate() -> Error {
    Error::Degenerate {
        what: "the bootstrap",
        reason: "the scores of the clusters do not vary: the fit leaves no residuals".to_owned(),
    }
}
