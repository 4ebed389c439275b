use crate::mann_kendall::{MannKendall, Score, all_equal};
use crate::theil_sen::{pairwise_slopes, sorted_median};
use crate::{Error, Result};
use std::collections::BTreeMap;

/// A seasonal Mann-Kendall test.
#[derive(Debug, Clone, PartialEq)]
pub struct Seasonal {
    /// S and its variance are sums over seasons; tau is S over the pairs within seasons.
    pub test: MannKendall,
    /// The median of the slopes within seasons, per unit of time.
    pub slope: f64,
    /// The number of seasons with at least two values.
    pub seasons: usize,
}

/// Tests for a trend that all seasons share: only values of one season are compared.
///
/// *Formula*: S = sum over seasons of S_g, Var S = sum of Var S_g; seasons are taken as
/// independent. *Source*: Hirsch, Slack & Smith (1982), Water Resources Research 18, 107-121.
/// *Shape*: `times` (in years, say), `values` and `seasons` of equal length; times rise
/// within a season.
///
/// # Errors
/// Lengths that differ, values that are not finite, times that do not rise within a season,
/// values without any variation within a season.
pub fn seasonal_mann_kendall(times: &[f64], values: &[f64], seasons: &[u32]) -> Result<Seasonal> {
    grouped(times, values, seasons, "seasonal Mann-Kendall")
}

/// Tests for a trend that all places of a region share: only values of one place are compared.
/// It is [`seasonal_mann_kendall`] with places for seasons, which are taken as independent; where
/// they are not, [`correlated_mann_kendall`](crate::correlated_mann_kendall) counts their correlation.
///
/// *Source*: Helsel & Frans (2006), Environmental Science & Technology 40, 4066-4073.
/// *Shape* as there; `places` numbers the place of each value.
///
/// # Errors
/// As [`seasonal_mann_kendall`].
pub fn regional_mann_kendall(times: &[f64], values: &[f64], places: &[u32]) -> Result<Seasonal> {
    grouped(times, values, places, "regional Mann-Kendall, Helsel-Frans 2006")
}

fn grouped(times: &[f64], values: &[f64], seasons: &[u32], method: &'static str) -> Result<Seasonal> {
    for (what, found) in [("the times", times.len()), ("the seasons", seasons.len())] {
        if found != values.len() {
            let what = what.to_owned();
            return Err(Error::Regress(regress::Error::Length {
                what,
                found,
                expected: values.len(),
                of: "value",
            }));
        }
    }
    if let Some(at) = values.iter().position(|v| !v.is_finite()) {
        return Err(Error::Regress(regress::Error::NotFinite {
            what: "the series".to_owned(),
            row: at + 1,
        }));
    }
    let mut groups: BTreeMap<u32, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for ((time, value), season) in times.iter().zip(values).zip(seasons) {
        let group = groups.entry(*season).or_default();
        group.0.push(*time);
        group.1.push(*value);
    }
    let mut total = Score {
        n: values.len(),
        s: 0,
        var_s: 0.0,
        ties: Vec::new(),
        pairs: 0.0,
    };
    let mut slopes = Vec::new();
    for (times, values) in groups.values() {
        crate::line::check_times(times)?;
        let score = Score::unchecked(values);
        total.s += score.s;
        total.var_s += score.var_s;
        total.pairs += score.pairs;
        total.ties.extend(score.ties);
        slopes.extend(pairwise_slopes(times, values));
    }
    if total.pairs == 0.0 {
        return Err(Error::Regress(regress::Error::Degenerate {
            what: "the Mann-Kendall test",
            reason: "no group has more than one value to compare".to_owned(),
        }));
    }
    if total.var_s <= 0.0 {
        return Err(all_equal());
    }
    Ok(Seasonal {
        test: total.test(1.0, None, method),
        slope: sorted_median(&slopes),
        seasons: groups.values().filter(|g| g.0.len() > 1).count(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mann_kendall::tests::{close, nile};

    #[test]
    fn the_nile_cut_into_seasons() {
        // pyMannKendall 1.4.3, seasonal_test with period 4 and 12 (the last cycle unfinished).
        for (period, s, var_s, p, tau, slope) in [
            (
                4,
                -318,
                7329.333333333333,
                0.0002132561333658689,
                -0.265,
                -9.535885167464116,
            ),
            (
                12,
                -101,
                889.6666666666669,
                0.000800460459667196,
                -0.27445652173913043,
                -29.99107142857143,
            ),
        ] {
            let times: Vec<f64> = (0..100).map(|i| f64::from(i / period)).collect();
            let seasons: Vec<u32> = (0..100).map(|i| (i % period) as u32).collect();
            let found = seasonal_mann_kendall(&times, &nile(), &seasons).unwrap();
            assert_eq!((found.test.s, found.seasons), (s, period as usize));
            close(found.test.var_s, var_s);
            close(found.test.p_value, p);
            close(found.test.tau_a, tau);
            close(found.slope, slope);
        }
    }

    #[test]
    fn groups_without_pairs_are_named() {
        let error = seasonal_mann_kendall(&[1.0, 2.0], &[1.0, 5.0], &[0, 1]).unwrap_err();
        assert!(
            error.to_string().contains("no group has more than one value"),
            "{error}"
        );
        let regional = regional_mann_kendall(&[1.0, 2.0, 1.0, 2.0], &[1.0, 5.0, 9.0, 12.0], &[0, 0, 1, 1]).unwrap();
        // Two places that rise by 4 and by 3: S = 2, each variance 1.
        assert_eq!((regional.test.s, regional.test.var_s, regional.slope), (2, 2.0, 3.5));
    }
}
