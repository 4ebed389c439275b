//! Everything that is estimated and tested; what is refused carries its reason.

use super::Choices;
use super::sample::Sample;
use crate::commands::times::Time;
use regress::breaks::{
    BaiPerron, BreakInterval, FStatistics, Fluctuation, Heterogeneity, bai_perron, break_intervals, f_statistics,
    ols_cusum, ols_mosum, recursive_cusum,
};
use regress::{CovarianceRecord, FTest, WaldTest, chow_f, chow_wald_recorded, ols};

/// What was found.
pub struct Analysis {
    /// The best partition for each number of breaks.
    pub found: BaiPerron,
    /// The intervals of each partition's dates.
    pub intervals: Vec<Result<Vec<BreakInterval>, String>>,
    /// Tests for a break at an unknown date.
    pub unknown: Result<FStatistics, String>,
    /// Tests at known dates.
    pub known: Vec<Known>,
    /// Tests on sums of residuals: name, what is summed, and the test.
    pub fluctuations: Vec<(&'static str, &'static str, Result<Fluctuation, String>)>,
    /// The confidence of intervals.
    pub level: f64,
    /// What may differ between regimes in the intervals.
    pub heterogeneity: Heterogeneity,
}

/// The tests at one known date.
pub struct Known {
    /// The date as asked for.
    pub date: Time,
    /// Observations up to it.
    pub before: usize,
    /// Observations after it.
    pub after: usize,
    /// Chow's F.
    pub chow: Result<FTest, String>,
    /// The Wald test under the covariance asked for, and its convention.
    pub wald: Result<(WaldTest, CovarianceRecord), String>,
}

/// The window of the MOSUM test, as a share of the observations.
pub const MOSUM_SHARE: f64 = 0.15;

fn told<T>(result: regress::Result<T>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

impl Analysis {
    /// Searches partitions and runs every test.
    pub fn of(sample: &Sample, dates: &[Time], choices: &Choices) -> regress::Result<Analysis> {
        let (design, y) = (&sample.design, &sample.y);
        let whole = ols(design, y)?;
        if !whole.collinear.is_empty() {
            let terms = whole.collinear.iter().map(ToString::to_string).collect();
            return Err(regress::Error::Unidentified { terms });
        }
        let found = bai_perron(design, y, choices.trim, choices.max_breaks)?;
        let intervals = found
            .partitions
            .iter()
            .map(|p| {
                told(break_intervals(
                    design,
                    y,
                    &p.breaks,
                    choices.level,
                    choices.heterogeneity,
                ))
            })
            .collect();
        let covariance = &choices.covariance;
        let known = dates.iter().map(|date| {
            let before = sample.times.iter().filter(|time| time.value <= date.value).count();
            let wald = chow_wald_recorded(design, y, before, covariance);
            Known {
                date: date.clone(),
                before,
                after: y.len() - before,
                chow: told(chow_f(design, y, before)),
                wald: told(wald),
            }
        });
        Ok(Analysis {
            known: known.collect(),
            found,
            intervals,
            unknown: told(f_statistics(design, y, choices.trim)),
            fluctuations: vec![
                ("cusum", "OLS residuals", told(ols_cusum(design, y))),
                (
                    "recursive_cusum",
                    "recursive residuals",
                    told(recursive_cusum(design, y)),
                ),
                (
                    "mosum",
                    "OLS residuals, moving",
                    told(ols_mosum(design, y, MOSUM_SHARE)),
                ),
            ],
            level: choices.level,
            heterogeneity: choices.heterogeneity,
        })
    }

    /// Why there are no p-values of the tests at unknown dates, where there are none.
    pub fn without_p_values(&self) -> Option<String> {
        let tests = self.unknown.as_ref().ok()?;
        tests.p_values.is_none().then(|| {
            format!(
                "their distributions are tabulated for up to 40 coefficients (Hansen 1997), and {} change",
                tests.k
            )
        })
    }

    /// What was refused, in words.
    pub fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        reasons.extend(self.unknown.as_ref().err().map(|e| format!("sup_f, ave_f, exp_f: {e}")));
        reasons.extend(
            self.without_p_values()
                .map(|e| format!("no p-values of sup_f, ave_f, exp_f: {e}")),
        );
        for known in &self.known {
            let date = &known.date.text;
            reasons.extend(known.chow.as_ref().err().map(|e| format!("chow at {date}: {e}")));
            reasons.extend(known.wald.as_ref().err().map(|e| format!("wald at {date}: {e}")));
        }
        for (name, _, test) in &self.fluctuations {
            reasons.extend(test.as_ref().err().map(|e| format!("{name}: {e}")));
        }
        for (m, intervals) in self.intervals.iter().enumerate() {
            reasons.extend(
                intervals
                    .as_ref()
                    .err()
                    .map(|e| format!("intervals of {m} breaks: {e}")),
            );
        }
        reasons
    }
}
