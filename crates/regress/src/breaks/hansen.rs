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

/// Hansen's coefficients for up to forty coefficients that change; the file says how they are used.
const HANSEN: &str = include_str!("../../tables/hansen1997.txt");
const ROWS: usize = 25;

/// The asymptotic p-value of a summary of F statistics of `k` coefficients, with
/// lambda = (n - first) last / (first (n - last)) as in
/// [`FStatistics::lambda`](super::FStatistics::lambda); `None` for more than forty coefficients, which Hansen does not
/// tabulate (R's strucchange takes forty for them, with a warning).
///
/// For each trimming pi on a grid from 0.49 to 0.01 it is the tail of chi-squared with eta
/// degrees of freedom beyond a polynomial of the statistic; between grid points it is
/// interpolated in pi = 1 / (1 + sqrt lambda). An approximation of simulated distributions: the
/// third digit is uncertain. Against 40,000 simulated walks of 600 steps (trimming 0.05,
/// 0.15 and 0.31, 1 to 3 coefficients), p-values of 0.05 and more are met within a tenth, those of 0.01 within a quarter;
/// at 0.001, ave F and exp F of one coefficient come out three and more times too small: read these as below 0.005.
/// For 4 to 10 coefficients, 100,000 walks of 1,000 steps meet those of ave F and exp F within a twelfth at 0.05 and within a
/// quarter at 0.01; beyond ten they were not simulated here.
/// Where the polynomial of a row turns downwards, as many of ave F and exp F do beyond the statistics they were fitted to, the
/// tail at its turning point is taken: an upper bound near 0.0001. (R's strucchange follows the polynomial down: its
/// p-value of an overwhelming break can be 1.)
///
/// *Source*: Hansen (1997), JBES 15, 60-67, with his coefficients.
pub fn hansen_p_value(statistic: f64, summary: Summary, k: usize, lambda: f64) -> Option<f64> {
    let name = match summary {
        Summary::SupF => "sup",
        Summary::AveF => "ave",
        Summary::ExpF => "exp",
    };
    let prefix = format!("{name} {k} ");
    let tails: Vec<f64> = HANSEN
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
    let x = x.min(turning_point(b1, b2, b3));
    let argument = b0 + x * (b1 + x * (b2 + x * b3));
    Some(chi_squared_sf(argument.max(0.0), eta))
}

/// The first x above zero at which b1 x + b2 x^2 + b3 x^3 turns downwards; infinity where it rises for ever.
fn turning_point(b1: f64, b2: f64, b3: f64) -> f64 {
    if b3 == 0.0 {
        return if b2 < 0.0 { -b1 / (2.0 * b2) } else { f64::INFINITY };
    }
    let discriminant = b2 * b2 - 3.0 * b3 * b1;
    if discriminant <= 0.0 {
        return f64::INFINITY;
    }
    // At the root with the minus sign the second derivative, 2 b2 + 6 b3 x, is below zero.
    let root = (-b2 - discriminant.sqrt()) / (3.0 * b3);
    if root > 0.0 { root } else { f64::INFINITY }
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
        for summary in [Summary::SupF, Summary::AveF, Summary::ExpF] {
            assert!(hansen_p_value(8.68, summary, 40, lambda).is_some());
            assert_eq!(hansen_p_value(8.68, summary, 41, lambda), None);
            assert_eq!(hansen_p_value(8.68, summary, 0, lambda), None);
        }
        // A known date is chi-squared.
        assert!((p(3.841458820694124, Summary::SupF, 1, 1.0) - 0.05).abs() < 1e-12);
        assert!(p(2.0, Summary::AveF, 1, lambda) > p(5.0, Summary::AveF, 1, lambda));
    }

    #[test]
    fn an_overwhelming_break_is_never_likely() {
        for summary in [Summary::SupF, Summary::AveF, Summary::ExpF] {
            for k in 1..=40 {
                for trimming in [0.01_f64, 0.15, 0.33, 0.49] {
                    let lambda = (1.0 / trimming - 1.0).powi(2);
                    let tails: Vec<f64> = (0..80).map(|i| p(5.0 * f64::from(i), summary, k, lambda)).collect();
                    assert!(tails.windows(2).all(|w| w[1] <= w[0]), "{summary:?} {k} {trimming}");
                    assert!(tails[79] < 0.001, "{summary:?} {k} {trimming}: {}", tails[79]);
                }
            }
        }
        // 30 years at one level, 30 at another: sup F is 79.9, and R's strucchange 1.5-3 gives exp F the p-value 1.
        assert!(p(36.047310896427085, Summary::ExpF, 2, 81.0) < 2e-4);
    }

    #[test]
    fn the_same_to_the_last_digit_as_strucchange() {
        // pvalue.Fstats of R's strucchange 1.5-3, at lambda that lie between grid points and on the way to one.
        for (statistic, summary, k, lambda, expected) in [
            (20.0, Summary::SupF, 10, 3.7, 0.1626791860867066),
            (12.0, Summary::AveF, 7, 12.5, 0.05241529003261455),
            (9.0, Summary::ExpF, 15, 81.0, 0.5521355145183053),
            (60.0, Summary::SupF, 40, 100.0, 0.3318600489689856),
        ] {
            let found = p(statistic, summary, k, lambda);
            assert!((found / expected - 1.0).abs() < 1e-11, "{k} {summary:?}: {found}");
        }
    }

    #[test]
    fn the_table_is_smooth() {
        // From one trimming to the next the chance of a large statistic changes little; a mistyped figure would jump.
        for (name, constant, slope) in [("sup", 10.0, 1.4), ("ave", 3.0, 1.25), ("exp", 2.0, 0.75)] {
            for k in 1..=40 {
                let prefix = format!("{name} {k} ");
                let rows: Vec<f64> = HANSEN
                    .lines()
                    .filter_map(|line| line.strip_prefix(&prefix))
                    .filter_map(|line| tail(line, constant + slope * f64::from(k)))
                    .collect();
                assert_eq!(rows.len(), ROWS);
                let smooth = rows.windows(2).all(|w| 0.8 * w[0] < w[1] && w[1] < 2.0 * w[0]);
                assert!(smooth, "{name} {k}: {rows:?}");
            }
        }
    }
}
