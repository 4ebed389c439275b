use crate::distribution::chi_squared_sf;

/// Which summary of the F statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// The largest.
    SupF,
    /// The mean.
    AveF,
    /// ln of the mean of exp(F / 2).
    ExpF,
}

/// Hansen's coefficients for up to three coefficients, up to ten for sup F; the file says how they are used.
const TABLE: &str = include_str!("../../tables/hansen1997.txt");
const ROWS: usize = 25;

/// The asymptotic p-value of a summary of F statistics of `k` coefficients, with
/// lambda = (n - first) last / (first (n - last)) as in
/// [`FStatistics::lambda`](super::FStatistics::lambda); `None` for more than three coefficients (ten for sup F).
///
/// For each trimming pi on a grid from 0.49 to 0.01 it is the tail of chi-squared with eta
/// degrees of freedom beyond a polynomial of the statistic; between grid points it is
/// interpolated in pi = 1 / (1 + sqrt lambda). An approximation of simulated distributions: the
/// third digit is uncertain. Against 40,000 simulated walks of 600 steps (trimming 0.05,
/// 0.15 and 0.31, 1 to 3 coefficients), p-values of 0.05 and more are met within a tenth, those of 0.01 within a quarter;
/// at 0.001, ave F and exp F of one coefficient come out three and more times too small: read these as below 0.005.
/// *Source*: Hansen (1997), JBES 15, 60-67.
pub fn hansen_p_value(statistic: f64, summary: Summary, k: usize, lambda: f64) -> Option<f64> {
    let name = match summary {
        Summary::SupF => "sup",
        Summary::AveF => "ave",
        Summary::ExpF => "exp",
    };
    let prefix = format!("{name} {k} ");
    let tails: Vec<f64> = TABLE
        .lines()
        .filter_map(|line| line.strip_prefix(&prefix))
        .filter_map(|line| tail(line, statistic))
        .collect();
    if tails.len() != ROWS || !(lambda >= 1.0 && statistic.is_finite()) {
        return None;
    }
    let trimming = 1.0 / (1.0 + lambda.sqrt());
    if trimming >= 0.49 {
        // At one half the date is known, and the statistic is chi-squared.
        let share = ((trimming - 0.49) * 100.0).min(1.0);
        return Some((1.0 - share) * tails[0] + share * chi_squared_sf(statistic, k as f64));
    }
    let position = ((0.49 - trimming) * 50.0).clamp(0.0, (ROWS - 1) as f64);
    let below = (position.floor() as usize).min(ROWS - 2);
    let share = position - below as f64;
    Some((1.0 - share) * tails[below] + share * tails[below + 1])
}

/// The tail of one row `pi b0 b1 b2 b3 eta`.
fn tail(row: &str, x: f64) -> Option<f64> {
    let numbers: Vec<f64> = row.split(' ').filter_map(|v| v.parse().ok()).collect();
    let [_, b0, b1, b2, b3, eta] = numbers[..] else {
        return None;
    };
    let argument = b0 + x * (b1 + x * (b2 + x * b3));
    Some(chi_squared_sf(argument.max(0.0), eta))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(statistic: f64, summary: Summary, k: usize, lambda: f64) -> f64 {
        hansen_p_value(statistic, summary, k, lambda).unwrap()
    }

    #[test]
    fn published_p_values() {
        // R's strucchange prints these: UK seat belts, break points 18 to 162 of 180, and US income and
        // expenditure, 49 to 162 of 182.
        assert!((p(6.4247, Summary::ExpF, 3, 81.0) - 0.008093).abs() < 1e-6);
        let lambda = 133.0 * 162.0 / (49.0 * 20.0);
        assert!((p(8.9955, Summary::ExpF, 3, lambda) - 0.001311).abs() < 1e-6);
    }

    /// From 4 on: Bai & Perron (2003), Econometrics Journal 6, 72-78, 5 per cent, one break, 15 per cent trimming.
    const FIVE_PER_CENT: [(usize, f64); 10] = [
        (1, 8.68),
        (2, 11.72),
        (3, 14.13),
        (4, 16.19),
        (5, 18.23),
        (6, 20.08),
        (7, 21.87),
        (8, 23.70),
        (9, 25.65),
        (10, 27.03),
    ];

    #[test]
    fn critical_values_of_andrews() {
        // Andrews (2003 corrigendum), 15 per cent trimming: 5 per cent points of sup F.
        let lambda = (0.85_f64 / 0.15).powi(2);
        for (k, value) in FIVE_PER_CENT {
            let found = p(value, Summary::SupF, k, lambda);
            assert!((found - 0.05).abs() < 0.006, "{k}: {found}");
        }
        assert_eq!(hansen_p_value(8.68, Summary::SupF, 11, lambda), None);
        assert_eq!(hansen_p_value(8.68, Summary::AveF, 4, lambda), None);
        // A known date is chi-squared.
        assert!((p(3.841458820694124, Summary::SupF, 1, 1.0) - 0.05).abs() < 1e-12);
        assert!(p(2.0, Summary::AveF, 1, lambda) > p(5.0, Summary::AveF, 1, lambda));
    }

    #[test]
    fn the_table_is_smooth() {
        // The wider the trimming, the larger the chance of a large sup F; a mistyped figure would jump.
        for k in 1..=10 {
            let rows: Vec<f64> = TABLE
                .lines()
                .filter_map(|line| line.strip_prefix(&format!("sup {k} ")))
                .filter_map(|line| tail(line, 12.0))
                .collect();
            assert_eq!(rows.len(), ROWS);
            assert!(rows.windows(2).all(|w| w[0] < w[1] && w[1] < 2.0 * w[0]), "{rows:?}");
        }
    }
}
