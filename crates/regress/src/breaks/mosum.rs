/// The levels of [`POINTS`].
const LEVELS: [f64; 4] = [0.1, 0.05, 0.025, 0.01];

/// Window h, and the upper 10, 5, 2.5 and 1 per cent points of the largest |W(t + h) - W(t)|, 0 <= t <= 1 - h, of a Brownian
/// bridge W, as Chu, Hornik & Kuan (1995) tabulate them and R's strucchange carries them.
const POINTS: [(f64, [f64; 4]); 10] = [
    (0.05, [0.7552, 0.8017, 0.8444, 0.8977]),
    (0.1, [0.9809, 1.0483, 1.1119, 1.1888]),
    (0.15, [1.1211, 1.2059, 1.2845, 1.3767]),
    (0.2, [1.2170, 1.3158, 1.4053, 1.5131]),
    (0.25, [1.2811, 1.3920, 1.4917, 1.6118]),
    (0.3, [1.3258, 1.4448, 1.5548, 1.6863]),
    (0.35, [1.3514, 1.4789, 1.5946, 1.7339]),
    (0.4, [1.3628, 1.4956, 1.6152, 1.7572]),
    (0.45, [1.3610, 1.4976, 1.6210, 1.7676]),
    (0.5, [1.3751, 1.5115, 1.6341, 1.7808]),
];

/// P(largest increment > `statistic`) for windows of `share`, and whether that is only an upper bound (0.01, where the table
/// ends); `None` for windows outside the table. Straight lines between the points, and from the 10 per cent point to 1 at zero.
pub(super) fn mosum_sf(statistic: f64, share: f64) -> Option<(f64, bool)> {
    let above = POINTS.iter().position(|row| share <= row.0)?;
    let below = above.saturating_sub(1);
    let ((h0, low), (h1, high)) = (POINTS[below], POINTS[above]);
    if share < h0 {
        return None;
    }
    let weight = if h1 > h0 { (share - h0) / (h1 - h0) } else { 0.0 };
    let (mut from, mut p_from) = (0.0, 1.0);
    for ((a, b), level) in low.iter().zip(&high).zip(LEVELS) {
        let to = a + weight * (b - a);
        if statistic <= to {
            return Some((p_from + (statistic - from) / (to - from) * (level - p_from), false));
        }
        (from, p_from) = (to, level);
    }
    Some((p_from, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_between_its_points() {
        let close = |statistic: f64, share: f64, p: f64| {
            let (found, bound) = mosum_sf(statistic, share).unwrap();
            assert!((found - p).abs() < 1e-12 && !bound, "{statistic}, {share}: {found}");
        };
        close(1.2059, 0.15, 0.05);
        close(0.5 * (1.2059 + 1.3158), 0.175, 0.05);
        close(0.5 * (1.2059 + 1.2845), 0.15, 0.0375);
        close(0.5 * 1.1211, 0.15, 0.55);
        close(0.0, 0.3, 1.0);
        assert_eq!(mosum_sf(9.0, 0.5), Some((0.01, true)));
        assert_eq!((mosum_sf(1.0, 0.04), mosum_sf(1.0, 0.6)), (None, None));
    }

    #[test]
    fn the_same_as_strucchange() {
        // sctest(efp(y ~ x, type = "OLS-MOSUM", h = h)) of R's strucchange 1.5-3: pvalue.efp at these statistics and windows.
        for (statistic, share, p) in [
            (1.03993, 0.15, 0.16516189456783514),
            (1.21234, 0.15, 0.04795165394402036),
            (1.3, 0.22, 0.07232728676186796),
            (0.9, 0.07, 0.05030987969376596),
            (1.6, 0.43, 0.02883163767640299),
        ] {
            let (found, _) = mosum_sf(statistic, share).unwrap();
            assert!((found / p - 1.0).abs() < 1e-12, "{statistic}, {share}: {found}");
        }
    }
}
