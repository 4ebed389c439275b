//! Guards for the mirror data of economies that do not report.
//!
//! Where an economy's trade is known from its partners alone, a partner's slip (South Korea's
//! goods booked as North Korea's), a compiler's extrapolation or a copied year goes straight
//! into the figures. Each guard here looks for one trace of such things and returns [`Flag`]s
//! with their evidence. A guard never drops anything: a scenario decides that.

mod code_swap;
mod imputed;
mod outlier;
mod peers;
mod rescaled;
mod series;

pub use code_swap::{CodeSwap, ProductFlow, Resemblance, SwapTest};
pub use imputed::{ConstantRatio, constant_ratio};
pub use outlier::{Outlier, partner_outliers};
pub use peers::{Peer, Peers, peer_outliers};
pub use rescaled::{Rescaled, rescaled_period};
pub use series::partner_series;

use trade::Period;

/// One suspicion, with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Which guard raised it.
    pub test: Test,
    /// The series, partner or entry it is about, where the guard compares several; else empty.
    pub subject: String,
    /// The periods it is about, in order.
    pub periods: Vec<Period>,
    /// The guard's statistic: a robust z, a probability, a false-positive rate.
    pub statistic: f64,
    /// How many times larger than expected the smallest flagged value is; the ratio itself for
    /// the detectors of constant ratios.
    pub factor: f64,
    /// What speaks for it, as a sentence with the figures.
    pub evidence: String,
}

/// A guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    /// A run of years out of line with the partner's own other years.
    PartnerOutlier,
    /// A partner out of line with others of its size and distance.
    PeerOutlier,
    /// A series that is another one times a constant.
    ConstantRatio,
    /// Entries of one year that are the year before times one factor.
    RescaledPeriod,
    /// Trade booked under one partner's name that looks like another's.
    CodeSwap,
}

impl Test {
    /// The name as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Test::PartnerOutlier => "partner-outlier",
            Test::PeerOutlier => "peer-outlier",
            Test::ConstantRatio => "constant-ratio",
            Test::RescaledPeriod => "rescaled-period",
            Test::CodeSwap => "code-swap",
        }
    }
}

/// Why a guard could not judge.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unjudged {
    /// Too little to compare with.
    #[error("{what}: at least {needed} are needed, but there are {found}")]
    TooFew {
        /// What is counted.
        what: &'static str,
        /// How many it takes.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// A period stands twice in one series.
    #[error("period {0} stands twice in the series")]
    Repeated(Period),
    /// A value is not a finite number.
    #[error("the value of {0} is not a finite number")]
    NotFinite(String),
    /// The peers' regression has no solution.
    #[error("the regression on size and distance has no solution: {0}")]
    Regression(String),
}

/// The series in order of period, without what is not positive (a zero has no logarithm and
/// is no outlier upwards).
fn ordered(series: &[(Period, f64)]) -> Result<Vec<(Period, f64)>, Unjudged> {
    if let Some((period, _)) = series.iter().find(|(_, v)| !v.is_finite()) {
        return Err(Unjudged::NotFinite(period.to_string()));
    }
    let mut sorted = series.to_vec();
    sorted.sort_by_key(|(period, _)| *period);
    if let Some(pair) = sorted.windows(2).find(|w| w[0].0 == w[1].0) {
        return Err(Unjudged::Repeated(pair[0].0));
    }
    sorted.retain(|(_, value)| *value > 0.0);
    Ok(sorted)
}

/// The median; 0 for nothing. `values` gets sorted.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => 0.0,
        _ if n % 2 == 1 => values[n / 2],
        _ => values[n / 2 - 1] / 2.0 + values[n / 2] / 2.0,
    }
}

/// The median absolute deviation around `centre`, times 1.4826 so that it is the standard
/// deviation where the values are normal (Hampel 1974).
pub(crate) fn scaled_mad(values: &[f64], centre: f64) -> f64 {
    let mut deviations: Vec<f64> = values.iter().map(|v| (v - centre).abs()).collect();
    1.4826 * median(&mut deviations)
}

/// `2.15 million USD`.
fn usd(value: f64) -> String {
    match value {
        v if v >= 0.999_995e9 => format!("{:.2} billion USD", v / 1e9),
        v if v >= 0.999_995e6 => format!("{:.2} million USD", v / 1e6),
        v => format!("{v:.0} USD"),
    }
}

/// `2007`, `2007 to 2009`.
fn span(periods: &[Period]) -> String {
    match periods {
        [] => String::new(),
        [one] => one.to_string(),
        [first, .., last] => format!("{first} to {last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_deviations_by_hand() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(scaled_mad(&[1.0, 2.0, 3.0, 4.0, 9.0], 3.0), 1.4826);
    }

    #[test]
    fn a_period_must_not_stand_twice() {
        let year = Period::annual(2003).unwrap();
        assert_eq!(ordered(&[(year, 1.0), (year, 2.0)]), Err(Unjudged::Repeated(year)));
        assert!(ordered(&[(year, f64::NAN)]).is_err());
    }
}
