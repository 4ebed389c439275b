use crate::line::check_times;
use crate::mann_kendall::Score;
use crate::{Error, Result};
use regress::distribution::normal_two_sided_quantile;

/// A Theil-Sen line.
#[derive(Debug, Clone, PartialEq)]
pub struct TheilSen {
    /// The median of the slopes between all pairs of observations, per unit of time.
    pub slope: f64,
    /// The lower end of the slope's interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The intercept at time zero: median(value) - slope * median(time) (Conover 1980).
    pub intercept: f64,
    /// The number of slopes.
    pub slopes: usize,
}

/// The Theil-Sen slope with Sen's interval of confidence `level`.
///
/// *Formula*: the median of (x_j - x_i) / (t_j - t_i) over i < j; the interval's ends are the
/// slopes of rank round((N - C) / 2) and round((N + C) / 2) + 1 out of N, C = z sd(S), with
/// the variance of Mann-Kendall's S corrected for ties. True gaps in time are used.
/// *Source*: Theil (1950); Sen (1968), JASA 63, 1379-1389; ranks as in R's `trend` and scipy.
/// *Shape*: `times` rising strictly, `values` of equal length, at least three; N pairs are
/// held in memory.
///
/// # Errors
/// Times that do not rise, too few or not finite values, values that are all equal, a level
/// outside (0, 1).
pub fn theil_sen(times: &[f64], values: &[f64], level: f64) -> Result<TheilSen> {
    check_times(times)?;
    if times.len() != values.len() {
        return Err(Error::Regress(regress::Error::Length {
            what: "the series".to_owned(),
            found: values.len(),
            expected: times.len(),
            of: "time",
        }));
    }
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::Regress(regress::Error::Option {
            option: "the confidence level",
            expected: "between 0 and 1".to_owned(),
            found: level.to_string(),
        }));
    }
    let score = Score::of(values)?;
    let mut slopes = pairwise_slopes(times, values);
    slopes.sort_by(f64::total_cmp);
    let count = slopes.len();
    let spread = normal_two_sided_quantile(1.0 - level) * score.var_s.sqrt();
    let rank = |r: f64| (r.round().max(1.0) as usize).min(count) - 1;
    let slope = median(&slopes);
    Ok(TheilSen {
        slope,
        low: slopes[rank((count as f64 - spread) / 2.0)],
        high: slopes[rank(((count as f64 + spread) / 2.0).round() + 1.0)],
        intercept: sorted_median(values) - slope * sorted_median(times),
        slopes: count,
    })
}

/// Slopes between all pairs, in order of the pairs.
pub(crate) fn pairwise_slopes(times: &[f64], values: &[f64]) -> Vec<f64> {
    let points: Vec<(f64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (i, early) in points.iter().enumerate() {
        slopes.extend(
            points[i + 1..]
                .iter()
                .map(|late| (late.1 - early.1) / (late.0 - early.0)),
        );
    }
    slopes
}

/// The median of sorted values, which are not empty.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        0.5 * (sorted[middle - 1] + sorted[middle])
    }
}

/// The median of values in any order, which are not empty.
pub(crate) fn sorted_median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    median(&sorted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mann_kendall::tests::{close, nile};
    use proptest::prelude::*;

    #[test]
    fn the_nile_as_scipy_gives_it() {
        let times: Vec<f64> = (0..100).map(f64::from).collect();
        let line = theil_sen(&times, &nile(), 0.95).unwrap();
        assert_eq!(line.slope, -2.6);
        close(line.intercept, 1022.2);
        close(line.low, -3.627906976744186);
        close(line.high, -1.4285714285714286);
    }

    #[test]
    fn gaps_in_time_are_used() {
        // scipy.stats.theilslopes with the same times.
        let line = theil_sen(&[1.0, 2.0, 4.0, 5.0, 9.0, 10.0], &[1.0, 3.0, 2.0, 6.0, 5.0, 9.0], 0.95).unwrap();
        assert_eq!((line.slope, line.low, line.high, line.slopes), (0.75, -0.25, 4.0, 15));
        close(line.intercept, 0.625);
        assert!(theil_sen(&[1.0, 2.0, 2.0], &[1.0, 2.0, 3.0], 0.95).is_err());
        assert!(theil_sen(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], 1.0).is_err());
    }
    proptest! {
        /// A line added to the values is added to the line; the sign turns with the values'; the unit is the values'.
        #[test]
        fn the_line_moves_with_the_values(
            values in proptest::collection::vec(-50..50i32, 4..30), shift in -20..20i32, tilt in -5..5i32, gap in 1..5i32,
        ) {
            let times: Vec<f64> = (0..values.len() as i32).map(|i| f64::from(i + i / 3 * gap)).collect();
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let of = |f: &dyn Fn(f64, f64) -> f64| {
                let moved: Vec<f64> = times.iter().zip(&values).map(|(t, v)| f(*t, *v)).collect();
                theil_sen(&times, &moved, 0.9).unwrap()
            };
            let line = of(&|_, v| v);
            let (shift, tilt) = (f64::from(shift), f64::from(tilt));
            let moved = of(&|_, v| v + shift);
            prop_assert_eq!((moved.slope, moved.low, moved.high), (line.slope, line.low, line.high));
            prop_assert!((moved.intercept - line.intercept - shift).abs() < 1e-11);
            let turned = of(&|_, v| -v);
            prop_assert_eq!(turned.slope, -line.slope);
            let scaled = of(&|_, v| 4.0 * v);
            prop_assert_eq!((scaled.slope, scaled.low, scaled.high), (4.0 * line.slope, 4.0 * line.low, 4.0 * line.high));
            // The interval's width hangs on Var S, which a tilt changes where it breaks ties.
            let tilted = of(&|t, v| v + tilt * t);
            prop_assert!((tilted.slope - line.slope - tilt).abs() < 1e-12);
        }
    }
}
