use super::{Flag, Test, Unjudged, ordered, span};
use trade::Period;

/// When one series counts as another times a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConstantRatio {
    /// Every ratio must agree with the constant to this relative precision.
    pub tolerance: f64,
    /// The unit to which the first series is rounded; 0 for exact figures.
    pub first_rounded_to: f64,
    /// The unit to which the second series is rounded; 0 for exact figures.
    pub second_rounded_to: f64,
    /// The fewest consecutive common periods.
    pub min_run: usize,
    /// By how many times the admissible band the first series must vary in the run: two flat or
    /// coarsely rounded series have a constant ratio that proves nothing.
    pub min_variation: f64,
}

impl Default for ConstantRatio {
    fn default() -> Self {
        ConstantRatio {
            tolerance: 1e-3,
            first_rounded_to: 0.0,
            second_rounded_to: 0.0,
            min_run: 4,
            min_variation: 10.0,
        }
    }
}

/// The constant-ratio detector: runs of common periods in which the second series is k times the
/// first, as imports estimated by a compiler are the partners' exports times 1.10.
///
/// Every period admits an interval of k, from the tolerance and from the rounding of both
/// figures; a run lasts as long as the intervals have a common k. The statistic is the width of
/// that common interval relative to k: what the ratio could still move.
///
/// # Errors
/// [`Unjudged`] where fewer than `min_run` periods are common to both.
pub fn constant_ratio(
    first: &[(Period, f64)],
    second: &[(Period, f64)],
    rule: &ConstantRatio,
) -> Result<Vec<Flag>, Unjudged> {
    let (first, second) = (ordered(first)?, ordered(second)?);
    let common: Vec<(Period, f64, f64)> = first
        .iter()
        .filter_map(|&(p, a)| {
            second
                .binary_search_by_key(&p, |s| s.0)
                .ok()
                .map(|i| (p, a, second[i].1))
        })
        .collect();
    if common.len() < rule.min_run.max(2) {
        return Err(Unjudged::TooFew {
            what: "periods common to both series",
            needed: rule.min_run.max(2),
            found: common.len(),
        });
    }
    let mut flags = Vec::new();
    let mut start = 0;
    while start < common.len() {
        let (end, low, high) = longest_run(&common[start..], rule);
        let run = &common[start..start + end];
        if end >= rule.min_run.max(2) && varies(run, rule) {
            flags.push(flag(run, low, high));
            start += end;
        } else {
            start += 1;
        }
    }
    Ok(flags)
}

/// The admissible k of one period.
fn admissible(a: f64, b: f64, rule: &ConstantRatio) -> (f64, f64) {
    let (da, db) = (rule.first_rounded_to / 2.0, rule.second_rounded_to / 2.0);
    let low = (b - db).max(0.0) / (a + da) * (1.0 - rule.tolerance);
    let high = if a > da {
        (b + db) / (a - da) * (1.0 + rule.tolerance)
    } else {
        f64::INFINITY
    };
    (low, high)
}

/// How many periods from the first on share a k, and the interval they share.
fn longest_run(common: &[(Period, f64, f64)], rule: &ConstantRatio) -> (usize, f64, f64) {
    let (mut low, mut high) = (0.0_f64, f64::INFINITY);
    for (i, &(_, a, b)) in common.iter().enumerate() {
        let (l, h) = admissible(a, b, rule);
        if low.max(l) > high.min(h) {
            return (i, low, high);
        }
        (low, high) = (low.max(l), high.min(h));
    }
    (common.len(), low, high)
}

/// Whether the first series moves by much more than the tolerance lets the ratio move.
fn varies(run: &[(Period, f64, f64)], rule: &ConstantRatio) -> bool {
    let lowest = run.iter().map(|r| r.1).fold(f64::INFINITY, f64::min);
    let highest = run.iter().map(|r| r.1).fold(0.0, f64::max);
    let band = run.iter().map(|&(_, a, b)| {
        let (low, high) = admissible(a, b, rule);
        if low > 0.0 { (high / low).ln() } else { f64::INFINITY }
    });
    (highest / lowest).ln() >= rule.min_variation * band.fold(0.0, f64::max)
}

fn flag(run: &[(Period, f64, f64)], low: f64, high: f64) -> Flag {
    let periods: Vec<Period> = run.iter().map(|r| r.0).collect();
    let k = low / 2.0 + high / 2.0;
    let lowest = run.iter().map(|r| r.1).fold(f64::INFINITY, f64::min);
    let highest = run.iter().map(|r| r.1).fold(0.0, f64::max);
    let evidence = format!(
        "{}: in all {} periods the second series is {k:.4} times the first, while the first varies {:.1}-fold",
        span(&periods),
        run.len(),
        highest / lowest,
    );
    Flag {
        test: Test::ConstantRatio,
        subject: String::new(),
        periods,
        statistic: (high - low) / k,
        factor: k,
        evidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(from: i16, values: &[f64]) -> Vec<(Period, f64)> {
        values
            .iter()
            .zip(from..)
            .map(|(v, y)| (Period::annual(y).unwrap(), *v))
            .collect()
    }

    #[test]
    fn imports_that_are_exports_times_1_10() {
        let exports = [36.2, 97.8, 24.7, 6.8, 4.8, 5.7];
        let mut imports: Vec<f64> = exports.iter().map(|v| v * 1.10).collect();
        imports[5] = 5.0;
        let flags = constant_ratio(
            &series(1989, &exports),
            &series(1989, &imports),
            &ConstantRatio::default(),
        )
        .unwrap();
        assert_eq!(flags.len(), 1);
        assert_eq!(flags[0].periods.len(), 5);
        assert!((flags[0].factor - 1.10).abs() < 1e-3);
        assert!(flags[0].evidence.contains("1.1000 times"), "{}", flags[0].evidence);
    }

    /// DPRK exports to Lebanon and to Ghana as Correlates of War 3.0 has them, million USD: a
    /// compiler's common growth factor, not two countries' trade.
    #[test]
    fn two_partners_extrapolated_by_the_same_factors() {
        let lebanon = [30.4, 38.4, 50.5, 57.7, 71.3, 88.5, 101.0, 88.4];
        let ghana = [10.3, 13.0, 17.1, 19.6, 24.2, 30.0, 34.2, 30.0];
        let rule = ConstantRatio {
            first_rounded_to: 0.1,
            second_rounded_to: 0.1,
            ..ConstantRatio::default()
        };
        let flags = constant_ratio(&series(2002, &lebanon), &series(2002, &ghana), &rule).unwrap();
        assert_eq!(flags.len(), 1);
        assert_eq!(flags[0].periods.len(), 8);
        let brazil = [80.7, 72.2, 76.8, 78.7, 97.3, 120.2, 237.0, 108.7];
        assert_eq!(
            constant_ratio(&series(2002, &brazil), &series(2002, &ghana), &rule).unwrap(),
            []
        );
    }

    #[test]
    fn flat_series_and_coarse_rounding_prove_nothing() {
        let flat = series(2000, &[5.0, 5.0, 5.0, 5.0, 5.0]);
        assert_eq!(constant_ratio(&flat, &flat, &ConstantRatio::default()).unwrap(), []);
        let coarse = ConstantRatio {
            first_rounded_to: 1.0,
            second_rounded_to: 1.0,
            ..ConstantRatio::default()
        };
        let (a, b) = (series(2000, &[1.0, 2.0, 1.0, 2.0]), series(2000, &[2.0, 2.0, 1.0, 3.0]));
        assert_eq!(constant_ratio(&a, &b, &coarse).unwrap(), []);
    }
}
