use super::WildOptions;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// The distribution of the weight of a cluster: mean zero, variance one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WildWeights {
    /// 1 or -1, with equal chance.
    Rademacher,
    /// Webb's (2014) six points: plus or minus the roots of 1/2, 1 and 3/2, with equal chance; for few clusters.
    Webb,
    /// Mammen's (1993, Annals of Statistics 21, 255-285) two points: (1 - sqrt 5) / 2 with chance (sqrt 5 + 1) / (2 sqrt
    /// 5), else (1 + sqrt 5) / 2; the third moment is one.
    Mammen,
}

impl WildWeights {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            WildWeights::Rademacher => "rademacher",
            WildWeights::Webb => "webb",
            WildWeights::Mammen => "mammen",
        }
    }

    /// One weight from a number that is uniform on [0, 1).
    fn at(self, u: f64) -> f64 {
        let five = 5_f64.sqrt();
        match self {
            WildWeights::Rademacher if u < 0.5 => -1.0,
            WildWeights::Rademacher => 1.0,
            WildWeights::Webb => {
                let sign = if u < 0.5 { -1.0 } else { 1.0 };
                let third = ((u * 6.0).floor() as usize).min(5) % 3;
                sign * [0.5_f64, 1.0, 1.5][third].sqrt()
            }
            WildWeights::Mammen if u < (five + 1.0) / (2.0 * five) => 0.5 * (1.0 - five),
            WildWeights::Mammen => 0.5 * (1.0 + five),
        }
    }
}

/// The weights of every sample, and whether they are all there are.
pub(super) fn draws(clusters: usize, options: &WildOptions) -> (Vec<Vec<f64>>, bool) {
    let enumerated = options.weights == WildWeights::Rademacher
        && u32::try_from(clusters)
            .ok()
            .and_then(|g| 1_usize.checked_shl(g))
            .is_some_and(|all| all > 0 && clusters < 60 && all <= options.draws);
    if enumerated {
        let all = (0..1_usize << clusters).map(|bits| {
            (0..clusters)
                .map(|g| if bits >> g & 1 == 1 { -1.0 } else { 1.0 })
                .collect()
        });
        return (all.collect(), true);
    }
    let mut random = Xoshiro256PlusPlus::seed_from_u64(options.seed);
    let mut uniform = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let all = (0..options.draws)
        .map(|_| (0..clusters).map(|_| options.weights.at(uniform())).collect())
        .collect();
    (all, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_mean_zero_and_variance_one() {
        for weights in [WildWeights::Rademacher, WildWeights::Webb, WildWeights::Mammen] {
            // A fine grid of the unit interval stands for the uniform distribution.
            let grid: Vec<f64> = (0..600_000)
                .map(|i| weights.at((f64::from(i) + 0.5) / 600_000.0))
                .collect();
            let mean = grid.iter().sum::<f64>() / 600_000.0;
            let square = grid.iter().map(|v| v * v).sum::<f64>() / 600_000.0;
            assert!(
                mean.abs() < 1e-5 && (square - 1.0).abs() < 1e-5,
                "{weights:?} {mean} {square}"
            );
        }
    }

    #[test]
    fn few_clusters_are_enumerated_and_seeds_repeat() {
        let options = WildOptions::default();
        let (all, enumerated) = draws(3, &options);
        assert!(enumerated && all.len() == 8 && all[0] == [1.0; 3] && all[5] == [-1.0, 1.0, -1.0]);
        let (some, enumerated) = draws(14, &options);
        assert!(!enumerated && some.len() == 9_999);
        assert_eq!(some, draws(14, &options).0);
        assert_ne!(some, draws(14, &WildOptions { seed: 1, ..options }).0);
    }
}
