use crate::Result;
use crate::line::{check_times, time_design};
use regress::{Covariance, FTest, WaldTest, chow_f, chow_wald};

/// Tests whether a trend line is the same up to and after a known time.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownBreak {
    /// Observations up to the break.
    pub before: usize,
    /// Observations after it.
    pub after: usize,
    /// Chow's F, which supposes independent errors of one variance; or why there is none.
    pub chow: std::result::Result<FTest, regress::Error>,
    /// The same hypothesis as a Wald test with the covariance asked for; or why there is none.
    pub wald: std::result::Result<WaldTest, regress::Error>,
}

/// Chow (1960) and Wald tests that level and slope of a line in time do not change after
/// `last`, the last time of the old regime.
///
/// *Shape*: `times` rising and `values` of equal length.
///
/// # Errors
/// Times that do not rise or are not finite. What each test refuses stands in its place.
pub fn known_break(times: &[f64], values: &[f64], last: f64, covariance: &Covariance) -> Result<KnownBreak> {
    check_times(times)?;
    let design = time_design(times)?;
    let before = times.iter().filter(|t| **t <= last).count();
    Ok(KnownBreak {
        before,
        after: times.len() - before,
        chow: chow_f(&design, values, before),
        wald: chow_wald(&design, values, before, covariance),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iid_wald_is_chow_and_short_sides_are_refused() {
        let times: Vec<f64> = (2000..2010).map(f64::from).collect();
        let values = [1.0, 2.1, 2.9, 4.2, 5.0, 9.0, 8.1, 7.4, 6.0, 5.2];
        let test = known_break(&times, &values, 2004.0, &Covariance::Iid).unwrap();
        let (chow, wald) = (test.chow.unwrap(), test.wald.unwrap());
        assert_eq!((test.before, test.after, chow.df1, chow.df2), (5, 5, 2, 6));
        assert!((chow.statistic / wald.f - 1.0).abs() < 1e-10);
        let early = known_break(&times, &values, 2001.0, &Covariance::Iid).unwrap();
        assert_eq!(
            early.chow.unwrap_err().to_string(),
            "the regime up to the break needs at least 3 observations, but there are 2"
        );
    }
}
