//! Choosing findings by measure, labels and years, and making one number of several.

use crate::study_file::Reduce;
use model::Finding;
use std::collections::BTreeMap;

/// A number with the interval that its findings leave open. `estimate` is `None` where only
/// bounds are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reduced {
    pub estimate: Option<f64>,
    pub low: f64,
    pub high: f64,
}

/// The findings of `measure` whose labels include `labels` (alternatives stand between `|`) and
/// whose period starts in `years`, in order of period. Undefined ones without an interval are left out.
pub(crate) fn select<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    measure: &str,
    labels: &BTreeMap<String, String>,
    years: Option<[i16; 2]>,
) -> Vec<&'a Finding> {
    let within = |finding: &Finding| {
        let Some([from, to]) = years else { return true };
        year(finding).is_some_and(|year| (f64::from(from)..=f64::from(to)).contains(&year))
    };
    let mut chosen: Vec<&Finding> = findings
        .filter(|f| f.measure == measure)
        .filter(|f| {
            labels.iter().all(|(name, value)| {
                f.labels
                    .get(name)
                    .is_some_and(|found| value.split('|').any(|one| one == found))
            })
        })
        .filter(|f| within(f))
        .filter(|f| f.estimate().is_some() || f.interval.is_some())
        .collect();
    chosen.sort_by(|a, b| a.labels.get("period").cmp(&b.labels.get("period")));
    chosen
}

/// The year in which a finding's period starts.
pub(crate) fn year(finding: &Finding) -> Option<f64> {
    finding.labels.get("period")?.get(..4)?.parse().ok()
}

/// Makes one number of several findings, or says why there is none.
pub(crate) fn reduce(findings: &[&Finding], how: Reduce) -> Result<Reduced, String> {
    if findings.is_empty() {
        return Err("there is no such finding".to_owned());
    }
    let low = |f: &&Finding| f.interval.as_ref().map(|i| i.low).or(f.estimate()).unwrap_or(f64::NAN);
    let high = |f: &&Finding| f.interval.as_ref().map(|i| i.high).or(f.estimate()).unwrap_or(f64::NAN);
    let lows: Vec<f64> = findings.iter().map(low).collect();
    let highs: Vec<f64> = findings.iter().map(high).collect();
    let estimates: Option<Vec<f64>> = findings.iter().map(|f| f.estimate()).collect();
    let one = |values: &[f64]| number(values, how);
    match how {
        Reduce::Only if findings.len() > 1 => Err(format!("{} findings match where one was meant", findings.len())),
        Reduce::Change if findings.len() < 2 => Err("a change needs findings of two periods".to_owned()),
        Reduce::Latest => {
            let latest = findings.last().and_then(|f| f.labels.get("period"));
            let of_latest: Vec<&Finding> = findings
                .iter()
                .copied()
                .filter(|f| f.labels.get("period") == latest)
                .collect();
            reduce(&of_latest, Reduce::Only)
        }
        // The least change is from the highest start to the lowest end.
        Reduce::Change => {
            let last = findings.len() - 1;
            Ok(Reduced {
                estimate: estimates.map(|e| one(&e)),
                low: lows[last] - highs[0],
                high: highs[last] - lows[0],
            })
        }
        _ => Ok(Reduced {
            estimate: estimates.map(|e| one(&e)),
            low: one(&lows),
            high: one(&highs),
        }),
    }
}

fn number(values: &[f64], how: Reduce) -> f64 {
    let n = values.len() as f64;
    match how {
        Reduce::Only | Reduce::Latest => values[0],
        Reduce::Sum => values.iter().sum(),
        Reduce::Mean => values.iter().sum::<f64>() / n,
        Reduce::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
        Reduce::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Reduce::Change => values[values.len() - 1] - values[0],
        Reduce::SharePositive => values.iter().filter(|v| **v > 0.0).count() as f64 / n,
        Reduce::Median => {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            let middle = sorted.len() / 2;
            if sorted.len() % 2 == 1 {
                sorted[middle]
            } else {
                (sorted[middle - 1] + sorted[middle]) / 2.0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(period: i32, value: f64) -> Finding {
        Finding::new("hhi", "1", value)
            .label("period", period)
            .label("flow", "export")
    }

    #[test]
    fn findings_are_chosen_by_labels_and_years_in_order() {
        let all = [
            finding(2003, 3.0),
            finding(2001, 1.0),
            finding(2002, 2.0),
            finding(1990, 9.0),
        ];
        let labels = BTreeMap::from([("flow".to_owned(), "export".to_owned())]);
        let chosen = select(all.iter(), "hhi", &labels, Some([2001, 2003]));
        assert_eq!(
            chosen.iter().map(|f| f.estimate().unwrap()).collect::<Vec<_>>(),
            [1.0, 2.0, 3.0]
        );
        assert_eq!(reduce(&chosen, Reduce::Change).unwrap().estimate, Some(2.0));
        assert_eq!(reduce(&chosen, Reduce::Median).unwrap().estimate, Some(2.0));
        assert_eq!(reduce(&chosen, Reduce::Latest).unwrap().estimate, Some(3.0));
        let twice = [chosen[2], chosen[2]];
        assert!(
            reduce(&twice, Reduce::Latest).is_err(),
            "two figures of the latest year"
        );
        assert!(reduce(&chosen, Reduce::Only).is_err());
    }

    #[test]
    fn bounds_carry_through() {
        let bounded = |period, low, high| {
            Finding::undefined("hhi", "1", "bounds")
                .label("period", period)
                .interval(low, high, "bounds")
        };
        let (a, b) = (bounded(2001, 0.1, 0.3), bounded(2002, 0.2, 0.6));
        let change = reduce(&[&a, &b], Reduce::Change).unwrap();
        assert_eq!(change.estimate, None);
        assert!((change.low - -0.1).abs() < 1e-15 && (change.high - 0.5).abs() < 1e-15);
        let mean = reduce(&[&a, &b], Reduce::Mean).unwrap();
        assert!((mean.low - 0.15).abs() < 1e-15 && (mean.high - 0.45).abs() < 1e-15);
    }
}
