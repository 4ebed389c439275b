/// The levels of [`QUANTILES`].
const LEVELS: [f64; 8] = [0.5, 0.2, 0.15, 0.1, 0.05, 0.025, 0.01, 0.005];

/// Window h, and the upper quantiles of the largest |W(t + h) - W(t)|, 0 <= t <= 1 - h, of a Brownian bridge W: 80,000
/// walks of 2,000 steps (numpy's PCG64, seed 20260101), and to each quantile 0.5826 sqrt(2 / 2,000) added
/// for what the path does between the steps (Broadie, Glasserman & Kou 1997, Mathematical Finance 7, 325-349).
/// The third digit is uncertain by two or three.
const QUANTILES: [(f64, [f64; 8]); 10] = [
    (0.05, [0.6343, 0.7218, 0.745, 0.7742, 0.8209, 0.8621, 0.9164, 0.9543]),
    (0.1, [0.789, 0.9221, 0.9555, 0.9999, 1.0673, 1.1294, 1.2072, 1.2632]),
    (0.15, [0.8747, 1.0425, 1.0848, 1.1405, 1.2263, 1.3042, 1.4023, 1.4609]),
    (0.2, [0.9253, 1.1204, 1.1695, 1.2363, 1.338, 1.4287, 1.5369, 1.6125]),
    (0.25, [0.9533, 1.1731, 1.2287, 1.3009, 1.4148, 1.5151, 1.6317, 1.7134]),
    (0.3, [0.9677, 1.2054, 1.2663, 1.3452, 1.466, 1.5774, 1.7096, 1.8025]),
    (0.35, [0.9698, 1.2222, 1.2875, 1.3694, 1.4961, 1.6158, 1.7567, 1.8573]),
    (0.4, [0.9667, 1.2268, 1.2934, 1.3793, 1.5154, 1.6378, 1.7839, 1.884]),
    (0.45, [0.9588, 1.225, 1.2924, 1.3809, 1.5193, 1.6426, 1.7885, 1.8937]),
    (0.5, [0.9502, 1.2172, 1.2863, 1.3743, 1.5112, 1.6352, 1.783, 1.8814]),
];

/// P(largest increment > `statistic`) for windows of `share`, and whether that is only a bound;
/// `None` for windows outside the table.
pub(super) fn mosum_sf(statistic: f64, share: f64) -> Option<(f64, bool)> {
    let above = QUANTILES.iter().position(|row| share <= row.0)?;
    let below = above.saturating_sub(1);
    let ((h0, low), (h1, high)) = (QUANTILES[below], QUANTILES[above]);
    if share < h0 {
        return None;
    }
    let weight = if h1 > h0 { (share - h0) / (h1 - h0) } else { 0.0 };
    let quantiles: Vec<f64> = low.iter().zip(&high).map(|(a, b)| a + weight * (b - a)).collect();
    if statistic <= quantiles[0] {
        return Some((LEVELS[0], true));
    }
    let Some(i) = quantiles.iter().position(|q| statistic <= *q) else {
        return Some((LEVELS[7], true));
    };
    let part = (statistic - quantiles[i - 1]) / (quantiles[i] - quantiles[i - 1]);
    let (from, to) = (LEVELS[i - 1].ln(), LEVELS[i].ln());
    Some(((from + part * (to - from)).exp(), false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{RngCore, SeedableRng};

    #[test]
    fn the_table_is_read_between_its_lines() {
        let (p, bound) = mosum_sf(1.2263, 0.15).unwrap();
        assert!((p - 0.05).abs() < 1e-12 && !bound);
        let between = mosum_sf(0.5 * (1.2263 + 1.338), 0.175).unwrap().0;
        assert!((between - 0.05).abs() < 1e-12);
        assert_eq!(mosum_sf(0.1, 0.15), Some((0.5, true)));
        assert_eq!(mosum_sf(9.0, 0.5), Some((0.005, true)));
        assert_eq!((mosum_sf(1.0, 0.04), mosum_sf(1.0, 0.6)), (None, None));
    }

    #[test]
    fn five_per_cent_of_short_walks_exceed_it() {
        // 4,000 bridges of 400 nearly normal steps (sums of twelve uniforms): the same correction, now for 400 steps, makes them alike.
        let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
        let (n, h) = (400_usize, 60_usize);
        let correction = 0.5826 * (2.0 / n as f64).sqrt();
        let beyond = (0..4_000).filter(|_| {
            let mut walk = vec![0.0];
            for _ in 0..n {
                let step = (0..12)
                    .map(|_| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64)
                    .sum::<f64>()
                    - 6.0;
                walk.push(walk[walk.len() - 1] + step / (n as f64).sqrt());
            }
            let drift = walk[n] * h as f64 / n as f64;
            let largest = (0..=n - h)
                .map(|t| (walk[t + h] - walk[t] - drift).abs())
                .fold(0.0, f64::max);
            largest + correction > 1.2263
        });
        let share = beyond.count() as f64 / 4_000.0;
        assert!((share - 0.05).abs() < 0.012, "{share}");
    }
}
