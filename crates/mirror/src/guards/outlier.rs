use super::{Flag, Test, Unjudged, median, ordered, scaled_mad, span, usd};
use trade::Period;

/// When a run of periods is out of line with the rest of a partner's own series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlier {
    /// Only values of at least this many US dollars matter.
    pub min_value: f64,
    /// Every value of the run must be at least this many times the median of the rest.
    pub factor: f64,
    /// The smallest robust z in the run: (ln v − median)/(1.4826·MAD) over the rest.
    pub z: f64,
    /// The longest run; a longer one is a new level, not an outlier.
    pub max_run: usize,
    /// The fewest other periods to compare with.
    pub min_rest: usize,
    /// The least spread of the rest that is believed, in logs: a placid series must not make a
    /// small rise look wild.
    pub min_spread: f64,
    /// Whether a run that opens the series counts. Usually it is the tail of an older and higher
    /// level, such as barter trade before 1991.
    pub at_start: bool,
}

impl Default for Outlier {
    fn default() -> Self {
        Outlier {
            min_value: 1e7,
            factor: 10.0,
            z: 3.5,
            max_run: 5,
            min_rest: 5,
            min_spread: 0.25,
            at_start: false,
        }
    }
}

/// The partner-outlier test: within one partner's own series, runs of consecutive observations
/// that are out of line with all the others.
///
/// The run is compared with the median and the median absolute deviation of the logs of what is
/// left without it, so a run of several years does not widen the yardstick it is judged by. Values
/// below `min_value / factor` count as that: noise among trifles is no spread. The most conspicuous
/// run (largest z of its smallest value) is set aside and the rest searched again; neighbouring runs
/// found in this way are one.
///
/// # Errors
/// [`Unjudged`] where there are fewer than `min_rest + 1` positive values.
pub fn partner_outliers(series: &[(Period, f64)], rule: &Outlier) -> Result<Vec<Flag>, Unjudged> {
    let series = ordered(series)?;
    if series.len() <= rule.min_rest {
        return Err(Unjudged::TooFew {
            what: "positive values in the series",
            needed: rule.min_rest + 1,
            found: series.len(),
        });
    }
    let floor = rule.min_value / rule.factor;
    let logs: Vec<f64> = series.iter().map(|(_, v)| v.max(floor).ln()).collect();
    let mut aside = vec![false; series.len()];
    while let Some(run) = most_conspicuous(&series, &logs, &aside, rule) {
        aside[run.first..=run.last].fill(true);
    }
    Ok(merged(&aside)
        .into_iter()
        .filter(|&(first, last)| last - first < rule.max_run && (rule.at_start || first > 0))
        .filter_map(|(first, last)| judged(first, last, &logs, &aside))
        .map(|run| run.flag(&series, rule))
        .collect())
}

/// The first and last index of every stretch set aside.
fn merged(aside: &[bool]) -> Vec<(usize, usize)> {
    let starts = (0..aside.len()).filter(|&i| aside[i] && (i == 0 || !aside[i - 1]));
    starts
        .map(|first| (first, first + aside[first..].iter().take_while(|a| **a).count() - 1))
        .collect()
}

struct Run {
    first: usize,
    last: usize,
    /// The log of the smallest value of the run.
    lowest: f64,
    /// Median and scaled MAD of the logs of the rest, and how many they are.
    centre: f64,
    spread: f64,
    rest: usize,
}

fn most_conspicuous(series: &[(Period, f64)], logs: &[f64], aside: &[bool], rule: &Outlier) -> Option<Run> {
    let n = series.len();
    let mut best: Option<Run> = None;
    for first in 0..n {
        for last in first..n.min(first + rule.max_run) {
            if aside[last] || series[last].1 < rule.min_value {
                break;
            }
            let Some(run) = judged(first, last, logs, aside).filter(|r| r.rest >= rule.min_rest) else {
                break;
            };
            let z = run.distance() / run.spread.max(rule.min_spread);
            let out_of_line = z >= rule.z && run.factor() >= rule.factor * (1.0 - 1e-12);
            if out_of_line
                && best
                    .as_ref()
                    .is_none_or(|b| z > b.distance() / b.spread.max(rule.min_spread))
            {
                best = Some(run);
            }
        }
    }
    best
}

/// A run against what is left without it and without what is already set aside.
fn judged(first: usize, last: usize, logs: &[f64], aside: &[bool]) -> Option<Run> {
    let left = (0..logs.len()).filter(|&i| !aside[i] && !(first..=last).contains(&i));
    let mut rest: Vec<f64> = left.map(|i| logs[i]).collect();
    let centre = median(&mut rest);
    let lowest = logs[first..=last].iter().copied().reduce(f64::min)?;
    Some(Run {
        first,
        last,
        lowest,
        centre,
        spread: scaled_mad(&rest, centre),
        rest: rest.len(),
    })
}

impl Run {
    fn distance(&self) -> f64 {
        self.lowest - self.centre
    }

    fn factor(&self) -> f64 {
        self.distance().exp()
    }

    fn flag(&self, series: &[(Period, f64)], rule: &Outlier) -> Flag {
        let run = &series[self.first..=self.last];
        let periods: Vec<Period> = run.iter().map(|(p, _)| *p).collect();
        let values: Vec<String> = run.iter().map(|(_, v)| usd(*v)).collect();
        let z = self.distance() / self.spread.max(rule.min_spread);
        let counted_as = if self.centre.exp() <= rule.min_value / rule.factor * (1.0 + 1e-9) {
            "at most "
        } else {
            ""
        };
        let evidence = format!(
            "{}: {}; at least {:.0} times the median of the other {} periods ({counted_as}{}), robust z {z:.1}",
            span(&periods),
            values.join(", "),
            self.factor(),
            self.rest,
            usd(self.centre.exp()),
        );
        let (subject, factor) = (String::new(), self.factor());
        Flag {
            test: Test::PartnerOutlier,
            subject,
            periods,
            statistic: z,
            factor,
            evidence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(from: i16, millions: &[f64]) -> Vec<(Period, f64)> {
        millions
            .iter()
            .zip(from..)
            .map(|(v, y)| (Period::annual(y).unwrap(), v * 1e6))
            .collect()
    }

    fn years(flags: &[Flag]) -> Vec<Vec<i16>> {
        flags
            .iter()
            .map(|f| f.periods.iter().map(|p| p.year()).collect())
            .collect()
    }

    /// DPRK imports from Peru, million USD, Correlates of War Dyadic Trade 3.0 (missing years
    /// left out here only to keep the row short).
    const PERU: [f64; 16] = [
        1.4, 2.4, 1.5, 0.7, 0.9, 2.0, 2.5, 11.4, 4.0, 1.5, 3.2, 1.1, 1.3, 16.8, 198.2, 3.5,
    ];

    #[test]
    fn perus_year_of_198_million_stands_out() {
        let flags = partner_outliers(&series(1994, &PERU), &Outlier::default()).unwrap();
        assert_eq!(years(&flags), [vec![2008]]);
        assert!(
            flags[0].evidence.contains("198.20 million USD"),
            "{}",
            flags[0].evidence
        );
        // 198.2 against the median of the other fifteen, 2.0: 99 times.
        assert!((flags[0].factor - 99.1).abs() < 1e-9);
    }

    /// South Africa's four years of 88 to 161 million, the same source.
    #[test]
    fn a_run_of_years_is_judged_as_one() {
        let values = [
            1.2, 0.4, 0.5, 0.6, 0.7, 0.8, 11.2, 5.7, 1.4, 1.2, 8.4, 7.4, 1.4, 8.0, 87.8, 150.4, 160.6, 107.5,
        ];
        let flags = partner_outliers(&series(1992, &values), &Outlier::default()).unwrap();
        assert_eq!(years(&flags), [[2006, 2007, 2008, 2009]]);
    }

    #[test]
    fn growth_trifles_and_old_levels_are_no_outliers() {
        let growing: Vec<f64> = (0..20).map(|t| 10.0 * 1.3_f64.powi(t)).collect();
        assert_eq!(
            partner_outliers(&series(1990, &growing), &Outlier::default()).unwrap(),
            []
        );
        let trifles: Vec<f64> = PERU.iter().map(|v| v / 100.0).collect();
        assert_eq!(
            partner_outliers(&series(1994, &trifles), &Outlier::default()).unwrap(),
            []
        );
        let barter = series(1989, &[80.0, 60.0, 1.0, 0.9, 1.1, 1.0, 1.2, 0.8]);
        assert_eq!(partner_outliers(&barter, &Outlier::default()).unwrap(), []);
        let counted = Outlier {
            at_start: true,
            ..Outlier::default()
        };
        assert_eq!(
            years(&partner_outliers(&barter, &counted).unwrap()).concat(),
            [1989, 1990]
        );
    }

    #[test]
    fn a_short_series_is_not_judged() {
        let error = partner_outliers(&series(2000, &[1.0, 500.0]), &Outlier::default()).unwrap_err();
        assert_eq!(
            error,
            Unjudged::TooFew {
                what: "positive values in the series",
                needed: 6,
                found: 2
            }
        );
    }

    #[test]
    fn the_order_and_the_currency_do_not_matter() {
        let rule = Outlier::default();
        let flags = partner_outliers(&series(1994, &PERU), &rule).unwrap();
        let mut turned = series(1994, &PERU);
        turned.reverse();
        assert_eq!(partner_outliers(&turned, &rule).unwrap(), flags);
        let cents: Vec<_> = turned.iter().map(|(p, v)| (*p, v * 100.0)).collect();
        let in_cents = partner_outliers(&cents, &Outlier { min_value: 1e9, ..rule }).unwrap();
        assert!((in_cents[0].statistic - flags[0].statistic).abs() < 1e-9);
    }
}
