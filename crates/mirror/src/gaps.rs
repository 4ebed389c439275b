//! Measures of the gap between two reports of one flow.
//!
//! X is the exporter's report, M the importer's, both in US dollars. With d = ln(M/X):
//! (M−X)/(M+X) = tanh(d/2), the normalised gap is |tanh(d/2)|, the asymmetry percentage 200
//! times that. A measure that its formula does not define says why ([`Undefined`]); a flow
//! with one report has no gap at all, and none is invented for it.

use crate::pairing::Pair;
use std::collections::BTreeMap;

/// Why a measure of a gap is not defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Undefined {
    /// One side did not report.
    #[error("only one side reported the flow")]
    OneSided,
    /// The exporter reported an explicit zero.
    #[error("the exporter reported zero")]
    ZeroExport,
    /// The importer reported an explicit zero.
    #[error("the importer reported zero")]
    ZeroImport,
    /// Both reported an explicit zero.
    #[error("both sides reported zero")]
    BothZero,
    /// There is no two-sided flow to sum over.
    #[error("no flow was reported by both sides")]
    NoPairs,
    /// There is no report at all.
    #[error("nothing was reported")]
    NoReports,
    /// A value is negative or not a finite number.
    #[error("a value is negative or not a finite number")]
    NotAValue,
}

/// Every measure in use of the gap between two reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// M − X, US dollars.
    pub absolute: Result<f64, Undefined>,
    /// (M − X)/X, 1; needs X > 0.
    pub relative: Result<f64, Undefined>,
    /// d = ln(M/X), 1; needs X > 0 and M > 0.
    pub log_ratio: Result<f64, Undefined>,
    /// D = |M − X|/(M + X), 0 to 1: the discrepancy of Bustos et al. (2026). 1 where exactly one
    /// side reports an explicit zero; undefined where both do.
    pub normalised: Result<f64, Undefined>,
    /// (X − M)/(X + M), −1 to 1: the World Bank's discrepancy index; −1 an import nobody
    /// reports as exported, +1 an export that nowhere arrived.
    pub signed: Result<f64, Undefined>,
    /// |M − X|/M, from 0: the accuracy level of Gehlhar (1996); 0 is full agreement. Needs M > 0.
    pub accuracy: Result<f64, Undefined>,
    /// 100·|M − X|/((M + X)/2), 0 to 200: the asymmetry percentage of official tables.
    pub asymmetry_percent: Result<f64, Undefined>,
}

/// All measures of one flow, from the two reports in US dollars; `None` is a side that did not
/// report.
pub fn gap(export: Option<f64>, import: Option<f64>) -> Gap {
    match (export, import) {
        (Some(x), Some(m)) if x.is_finite() && m.is_finite() && x >= 0.0 && m >= 0.0 => {
            // Halves keep the sum of two huge values finite.
            two_sided_gap(x, m, m - x, x / 2.0 + m / 2.0)
        }
        (Some(_), Some(_)) => all(Undefined::NotAValue),
        _ => all(Undefined::OneSided),
    }
}

/// The gap of a pair. Difference and sum are those of the exact values: two reports of ten digits that differ by a
/// cent have a gap of a cent.
pub fn gap_of(pair: &Pair) -> Gap {
    let (Some(x), Some(m)) = (&pair.export, &pair.import) else {
        return all(Undefined::OneSided);
    };
    let dollars = |thousandths: i128| thousandths as f64 / 1000.0;
    let difference = dollars(m.value.thousandths() - x.value.thousandths()) + (m.beyond - x.beyond);
    let sum = dollars(m.value.thousandths() + x.value.thousandths()) + (m.beyond + x.beyond);
    if m.amount() < 0.0 || x.amount() < 0.0 {
        return all(Undefined::NotAValue);
    }
    two_sided_gap(x.amount(), m.amount(), difference, sum / 2.0)
}

fn all(reason: Undefined) -> Gap {
    Gap {
        absolute: Err(reason),
        relative: Err(reason),
        log_ratio: Err(reason),
        normalised: Err(reason),
        signed: Err(reason),
        accuracy: Err(reason),
        asymmetry_percent: Err(reason),
    }
}

/// From X, M, M − X and (X + M)/2.
fn two_sided_gap(x: f64, m: f64, difference: f64, half_sum: f64) -> Gap {
    let zero = match (x > 0.0, m > 0.0) {
        (true, true) => None,
        (false, true) => Some(Undefined::ZeroExport),
        (true, false) => Some(Undefined::ZeroImport),
        (false, false) => Some(Undefined::BothZero),
    };
    let share = |half_difference: f64| {
        if half_sum > 0.0 {
            Ok(half_difference / half_sum)
        } else {
            Err(Undefined::BothZero)
        }
    };
    Gap {
        absolute: Ok(difference),
        relative: if x > 0.0 {
            Ok(difference / x)
        } else {
            Err(zero.unwrap_or(Undefined::ZeroExport))
        },
        log_ratio: zero.map_or_else(|| Ok(log_ratio(x, m, difference / 2.0 / half_sum)), Err),
        normalised: share((difference / 2.0).abs()),
        signed: share(-difference / 2.0),
        accuracy: if m > 0.0 {
            Ok(difference.abs() / m)
        } else {
            Err(zero.unwrap_or(Undefined::ZeroImport))
        },
        asymmetry_percent: share((difference / 2.0).abs()).map(|d| 200.0 * d),
    }
}

/// ln(M/X) of two values above zero, of which (M − X)/(M + X) is known: near each other they are told apart by it,
/// d = 2 artanh((M − X)/(M + X)), since the difference of two logarithms keeps few digits of a small one.
fn log_ratio(x: f64, m: f64, signed: f64) -> f64 {
    if signed.abs() < 0.5 {
        (2.0 * signed.abs().atanh()).copysign(signed)
    } else {
        m.ln() - x.ln()
    }
}

/// Sums over many flows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Flows reported by both sides.
    pub both: usize,
    /// Flows only the exporter reported.
    pub export_only: usize,
    /// Flows only the importer reported.
    pub import_only: usize,
    /// Σ X over two-sided flows, thousandths of a US dollar: exact.
    pub export_sum: i128,
    /// Σ M over two-sided flows, thousandths of a US dollar: exact.
    pub import_sum: i128,
    /// Σ |M − X| over two-sided flows, thousandths of a US dollar: exact.
    pub gap_sum: i128,
    /// Σ of what one side alone reported, thousandths of a US dollar: exact.
    pub one_sided_sum: i128,
    /// Two-sided flows in which M > X.
    pub import_larger: usize,
    /// What the values of two-sided flows have beyond the tenth of a cent, US dollars: of X, of M and of
    /// |M − X|; and of the one-sided ones.
    pub beyond: [f64; 4],
}

impl Totals {
    /// Sums over pairs, exactly, in any order.
    pub fn of<'a>(pairs: impl IntoIterator<Item = &'a Pair>) -> Self {
        let mut totals = Totals::default();
        for pair in pairs {
            totals.add(pair);
        }
        totals
    }

    /// Sums by a group that `group` names; a pair without a group is left out.
    pub fn by<'a, K: Ord>(
        pairs: impl IntoIterator<Item = &'a Pair>,
        group: impl Fn(&Pair) -> Option<K>,
    ) -> BTreeMap<K, Self> {
        let mut groups: BTreeMap<K, Totals> = BTreeMap::new();
        for pair in pairs {
            if let Some(key) = group(pair) {
                groups.entry(key).or_default().add(pair);
            }
        }
        groups
    }

    /// Adds one pair.
    pub fn add(&mut self, pair: &Pair) {
        match (&pair.export, &pair.import) {
            (Some(x), Some(m)) => {
                self.both += 1;
                let difference = m.value.thousandths() - x.value.thousandths();
                let beyond = m.beyond - x.beyond;
                let larger = difference > 0 || (difference == 0 && beyond > 0.0);
                let smaller = difference < 0 || (difference == 0 && beyond < 0.0);
                self.export_sum += x.value.thousandths();
                self.import_sum += m.value.thousandths();
                self.gap_sum += difference.abs();
                self.import_larger += usize::from(larger);
                self.beyond[0] += x.beyond;
                self.beyond[1] += m.beyond;
                self.beyond[2] += if smaller { -beyond } else { beyond };
            }
            (Some(x), None) => {
                self.export_only += 1;
                self.one_sided_sum += x.value.thousandths();
                self.beyond[3] += x.beyond;
            }
            (None, Some(m)) => {
                self.import_only += 1;
                self.one_sided_sum += m.value.thousandths();
                self.beyond[3] += m.beyond;
            }
            (None, None) => {}
        }
    }

    /// Σ X over two-sided flows, US dollars.
    pub fn exports(&self) -> f64 {
        self.export_sum as f64 / 1000.0 + self.beyond[0]
    }

    /// Σ M over two-sided flows, US dollars.
    pub fn imports(&self) -> f64 {
        self.import_sum as f64 / 1000.0 + self.beyond[1]
    }

    /// Σ |M − X| over two-sided flows, US dollars.
    pub fn gaps(&self) -> f64 {
        self.gap_sum as f64 / 1000.0 + self.beyond[2]
    }

    /// What one side alone reported, US dollars.
    pub fn one_sided(&self) -> f64 {
        self.one_sided_sum as f64 / 1000.0 + self.beyond[3]
    }

    /// Σ|M − X| / Σ(M + X) over two-sided flows, 0 to 1.
    ///
    /// # Errors
    /// [`Undefined::NoPairs`] or [`Undefined::BothZero`].
    pub fn asymmetry(&self) -> Result<f64, Undefined> {
        self.two_sided_ratio(self.gaps(), self.two_sided(), Undefined::BothZero)
    }

    /// ΣM / ΣX over two-sided flows: the aggregate import/export ratio.
    ///
    /// # Errors
    /// [`Undefined::NoPairs`] or [`Undefined::ZeroExport`].
    pub fn ratio(&self) -> Result<f64, Undefined> {
        self.two_sided_ratio(self.imports(), self.exports(), Undefined::ZeroExport)
    }

    /// The share of two-sided flows in which the importer reports more, 0 to 1.
    ///
    /// # Errors
    /// [`Undefined::NoPairs`].
    pub fn share_above_one(&self) -> Result<f64, Undefined> {
        if self.both == 0 {
            Err(Undefined::NoPairs)
        } else {
            Ok(self.import_larger as f64 / self.both as f64)
        }
    }

    /// The share of all reported value, X and M summed, that lies in two-sided flows, 0 to 1.
    ///
    /// # Errors
    /// [`Undefined::NoReports`] where nothing but zeros was reported.
    pub fn coverage(&self) -> Result<f64, Undefined> {
        let all = (self.export_sum + self.import_sum + self.one_sided_sum) as f64 / 1000.0
            + (self.beyond[0] + self.beyond[1] + self.beyond[3]);
        if all > 0.0 {
            Ok(self.two_sided() / all)
        } else {
            Err(Undefined::NoReports)
        }
    }

    /// Σ (X + M) over two-sided flows, US dollars: one division of the exact sum.
    fn two_sided(&self) -> f64 {
        (self.export_sum + self.import_sum) as f64 / 1000.0 + (self.beyond[0] + self.beyond[1])
    }

    fn two_sided_ratio(&self, top: f64, bottom: f64, zero: Undefined) -> Result<f64, Undefined> {
        match self.both {
            0 => Err(Undefined::NoPairs),
            _ if bottom > 0.0 => Ok(top / bottom),
            _ => Err(zero),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::record;
    use crate::pairing::{Options, pair};
    use proptest::prelude::*;
    use trade::{Flow, TOTAL};

    #[test]
    fn a_flow_of_100_that_arrives_as_125() {
        let gap = gap(Some(100.0), Some(125.0));
        assert_eq!(gap.absolute, Ok(25.0));
        assert_eq!(gap.relative, Ok(0.25));
        assert_eq!(gap.accuracy, Ok(0.2));
        assert!((gap.normalised.unwrap() - 1.0 / 9.0).abs() < 1e-16);
        assert!((gap.signed.unwrap() + 1.0 / 9.0).abs() < 1e-16);
        assert!((gap.asymmetry_percent.unwrap() - 200.0 / 9.0).abs() < 1e-13);
        assert!((gap.log_ratio.unwrap() - 0.223_143_551_314_209_76).abs() < 1e-14);
    }

    #[test]
    fn large_values_a_cent_apart_keep_every_digit() {
        let cents = |flow, reporter, partner, text: &str| trade::Record {
            value: Some(text.parse().unwrap()),
            ..record(2003, reporter, flow, partner, TOTAL, None)
        };
        let records = [
            cents(Flow::Export, "AAA", "BBB", "9876543210.12"),
            cents(Flow::Import, "BBB", "AAA", "9876543210.13"),
        ];
        let found = gap_of(&pair(&records, &Options::default()).pairs[0]);
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-14, "{a} {b}");
        near(found.absolute.unwrap(), 0.01);
        near(found.relative.unwrap(), 0.01 / 9_876_543_210.12);
        // ln(1 + e) = e - e^2/2 + ..., and e is 1.0e-12.
        near(found.log_ratio.unwrap(), 0.01 / 9_876_543_210.125);
        near(found.normalised.unwrap(), 0.01 / 19_753_086_420.25);
    }

    #[test]
    fn zero_and_missing_are_kept_apart() {
        assert_eq!(gap(None, Some(1.0)).normalised, Err(Undefined::OneSided));
        let zero = gap(Some(0.0), Some(1.0));
        assert_eq!(
            (zero.normalised, zero.signed, zero.accuracy),
            (Ok(1.0), Ok(-1.0), Ok(1.0))
        );
        assert_eq!(
            (zero.log_ratio, zero.relative),
            (Err(Undefined::ZeroExport), Err(Undefined::ZeroExport))
        );
        let none = gap(Some(0.0), Some(0.0));
        assert_eq!((none.absolute, none.normalised), (Ok(0.0), Err(Undefined::BothZero)));
        assert_eq!(gap(Some(1.0), Some(0.0)).accuracy, Err(Undefined::ZeroImport));
        assert_eq!(gap(Some(f64::NAN), Some(0.0)).absolute, Err(Undefined::NotAValue));
    }

    #[test]
    fn totals_of_a_small_world() {
        let records = [
            record(2003, "AAA", Flow::Export, "BBB", TOTAL, Some(100)),
            record(2003, "BBB", Flow::Import, "AAA", TOTAL, Some(120)),
            record(2003, "BBB", Flow::Export, "AAA", TOTAL, Some(60)),
            record(2003, "AAA", Flow::Import, "BBB", TOTAL, Some(40)),
            record(2003, "AAA", Flow::Export, "CCC", TOTAL, Some(80)),
        ];
        let pairing = pair(&records, &Options::default());
        let totals = Totals::of(&pairing.pairs);
        assert_eq!((totals.both, totals.export_only, totals.import_only), (2, 1, 0));
        assert_eq!(totals.asymmetry(), Ok(40.0 / 320.0));
        assert_eq!(totals.ratio(), Ok(1.0));
        assert_eq!(totals.coverage(), Ok(0.8));
        assert_eq!(totals.share_above_one(), Ok(0.5));
        let by_exporter = Totals::by(&pairing.pairs, |p| Some(p.key.exporter));
        assert_eq!(by_exporter.len(), 2);
        assert_eq!(Totals::default().asymmetry(), Err(Undefined::NoPairs));
        assert_eq!(Totals::default().coverage(), Err(Undefined::NoReports));
    }

    proptest! {
        #[test]
        fn the_identities_hold(x in 1e-3..1e12_f64, m in 1e-3..1e12_f64, scale in 1e-3..1e3_f64) {
            let g = gap(Some(x), Some(m));
            let d = g.log_ratio.unwrap();
            prop_assert!((g.signed.unwrap() + (d / 2.0).tanh()).abs() < 1e-13);
            prop_assert!((g.normalised.unwrap() - (d / 2.0).tanh().abs()).abs() < 1e-13);
            prop_assert!((g.asymmetry_percent.unwrap() - 200.0 * g.normalised.unwrap()).abs() < 1e-11);
            prop_assert!((g.relative.unwrap().ln_1p() - d).abs() < 1e-9 * (1.0 + d.abs()) || g.relative.unwrap() < -0.999);
            // Swapping the witnesses turns the signs and keeps the sizes.
            let swapped = gap(Some(m), Some(x));
            prop_assert_eq!(swapped.normalised, g.normalised);
            prop_assert_eq!(swapped.signed.unwrap(), -g.signed.unwrap());
            prop_assert_eq!(swapped.log_ratio.unwrap(), -d);
            // Another currency changes nothing but the amount.
            let scaled = gap(Some(x * scale), Some(m * scale));
            prop_assert!((scaled.normalised.unwrap() - g.normalised.unwrap()).abs() < 1e-13);
        }
    }
}
