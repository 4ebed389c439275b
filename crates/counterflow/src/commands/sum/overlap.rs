//! Periods that hold others: a year beside its months is told twice in any sum over both.

use cube::{Dimension, Sums};
use std::collections::BTreeSet;
use trade::Period;

/// Whether shares would be of a sum over periods of which one lies in another: the two, if so.
pub fn overlapping(sums: &Sums, within: &[Dimension]) -> Option<(String, String)> {
    let place = sums.by.iter().position(|d| *d == Dimension::Period)?;
    if within.contains(&Dimension::Period) {
        return None;
    }
    let texts: BTreeSet<String> = (0..sums.len())
        .map(|group| sums.text(group, place).into_owned())
        .collect();
    first_pair(texts)
}

fn first_pair(texts: BTreeSet<String>) -> Option<(String, String)> {
    let read = |text: String| {
        let period: Period = text.parse().ok()?;
        let start = i32::from(period.year()) * 12 + i32::from(period.month()) - 1;
        Some((start, start + i32::from(period.months()), text))
    };
    let mut spans: Vec<_> = texts.into_iter().filter_map(read).collect();
    spans.sort();
    let pair = spans.windows(2).find(|pair| pair[1].0 < pair[0].1)?;
    Some((pair[0].2.clone(), pair[1].2.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_beside_its_months_is_told() {
        let pair = |texts: &[&str]| first_pair(texts.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(pair(&["2003", "2004", "2005-01", "2005-02"]), None);
        assert_eq!(pair(&["2003-01", "2003"]), Some(("2003-01".into(), "2003".into())));
        assert_eq!(
            pair(&["2003-01..2003-03", "2003-03"]),
            Some(("2003-01..2003-03".into(), "2003-03".into()))
        );
    }
}
