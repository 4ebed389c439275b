use super::{Flag, Test, Unjudged};
use std::collections::BTreeMap;
use trade::Period;

/// When the entries of one period count as copied or rescaled from another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rescaled {
    /// Ratios within this relative distance of each other are the same ratio.
    pub tolerance: f64,
    /// The fewest entries that must share it.
    pub min_entries: usize,
    /// The largest probability with which so many would share it by chance.
    pub max_p: f64,
}

impl Default for Rescaled {
    fn default() -> Self {
        Rescaled {
            tolerance: 5e-4,
            min_entries: 5,
            max_p: 1e-6,
        }
    }
}

/// The broken-period test: entries (partners or products) of one period that are the same
/// entries of an earlier period times one factor; 1 is a copied year.
///
/// The most common ratio is the window of width 2·`tolerance` (in logs) with the most entries.
/// How many would stand there by chance is judged by the density of ratios within a quarter of
/// a log point on either side, the window itself left out; `statistic` is the Poisson
/// probability of at least as many, over all windows tried (Bonferroni). One flag per entry,
/// or none. Entries missing or zero in either period are not compared.
///
/// # Errors
/// [`Unjudged`] where fewer than `min_entries` entries are common, or a value is not finite.
pub fn rescaled_period(
    earlier: (Period, &BTreeMap<String, f64>),
    later: (Period, &BTreeMap<String, f64>),
    rule: &Rescaled,
) -> Result<Vec<Flag>, Unjudged> {
    let ratios = log_ratios(earlier.1, later.1)?;
    let needed = rule.min_entries.max(2);
    if ratios.len() < needed {
        return Err(Unjudged::TooFew {
            what: "entries common to both periods",
            needed,
            found: ratios.len(),
        });
    }
    let (first, count) = fullest_window(&ratios, 2.0 * rule.tolerance);
    let shared = &ratios[first..first + count];
    let middle = shared.iter().map(|r| r.0).sum::<f64>() / count as f64;
    let around = ratios.iter().filter(|r| (r.0 - middle).abs() <= 0.25).count() - count;
    // At least one more could have stood anywhere near.
    let expected = (around as f64 + 1.0) * 2.0 * rule.tolerance / 0.5;
    let p = (ratios.len() as f64 * poisson_tail(count, expected)).min(1.0);
    if count < needed || p > rule.max_p {
        return Ok(Vec::new());
    }
    let factor = middle.exp();
    let evidence = format!(
        "{}: {count} of {} entries are those of {} times {factor:.4}, where {expected:.2} would be by chance (p {p:.1e})",
        later.0,
        ratios.len(),
        earlier.0,
    );
    let mut names: Vec<&str> = shared.iter().map(|r| r.1).collect();
    names.sort_unstable();
    let flag = |name: &str| Flag {
        test: Test::RescaledPeriod,
        subject: name.to_owned(),
        periods: vec![later.0],
        statistic: p,
        factor,
        evidence: evidence.clone(),
    };
    Ok(names.into_iter().map(flag).collect())
}

/// ln(later/earlier) of every entry that is above zero in both, sorted, with its name.
fn log_ratios<'a>(
    earlier: &BTreeMap<String, f64>,
    later: &'a BTreeMap<String, f64>,
) -> Result<Vec<(f64, &'a str)>, Unjudged> {
    let mut ratios = Vec::new();
    for (name, &after) in later {
        let Some(&before) = earlier.get(name) else { continue };
        if !(after.is_finite() && before.is_finite()) {
            return Err(Unjudged::NotFinite(name.clone()));
        }
        if before > 0.0 && after > 0.0 {
            ratios.push((after.ln() - before.ln(), name.as_str()));
        }
    }
    ratios.sort_by(|a: &(f64, &str), b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    Ok(ratios)
}

/// The first index and the count of the sorted ratios in the fullest window of `width`.
fn fullest_window(ratios: &[(f64, &str)], width: f64) -> (usize, usize) {
    let (mut best, mut end) = ((0, 0), 0);
    for start in 0..ratios.len() {
        end = end.max(start);
        while end < ratios.len() && ratios[end].0 - ratios[start].0 <= width {
            end += 1;
        }
        if end - start > best.1 {
            best = (start, end - start);
        }
    }
    best
}

/// P(N ≥ k) for a Poisson count with the given mean, summed from the largest term on.
fn poisson_tail(k: usize, mean: f64) -> f64 {
    let mut term = (1..=k).fold((-mean).exp(), |t, i| t * mean / i as f64);
    let (mut sum, mut i) = (0.0, k);
    while term > sum * 1e-17 && term > 0.0 {
        sum += term;
        i += 1;
        term *= mean / i as f64;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(y: i16) -> Period {
        Period::annual(y).unwrap()
    }

    fn entries(values: &[f64]) -> BTreeMap<String, f64> {
        values
            .iter()
            .enumerate()
            .map(|(i, &v)| (format!("P{i:02}"), v))
            .collect()
    }

    #[test]
    fn a_copied_year_and_a_rescaled_one() {
        let before = entries(&[3.0, 11.0, 42.0, 5.5, 70.1, 0.3, 9.9]);
        let copied = rescaled_period((year(2003), &before), (year(2004), &before), &Rescaled::default()).unwrap();
        assert_eq!(copied.len(), 7);
        assert_eq!(copied[0].factor, 1.0);
        let mut scaled: BTreeMap<_, _> = before.iter().map(|(k, v)| (k.clone(), v * 1.143)).collect();
        scaled.insert("P00".into(), 77.0);
        let flags = rescaled_period((year(2003), &before), (year(2004), &scaled), &Rescaled::default()).unwrap();
        assert_eq!(flags.len(), 6);
        assert!((flags[0].factor - 1.143).abs() < 1e-12);
        assert!(flags[0].evidence.contains("6 of 7 entries"), "{}", flags[0].evidence);
    }

    #[test]
    fn ordinary_growth_is_not_flagged() {
        let before = entries(&[3.0, 11.0, 42.0, 5.5, 70.1, 0.3, 9.9]);
        let after = entries(&[3.3, 10.0, 55.0, 6.1, 69.0, 0.9, 12.0]);
        assert_eq!(
            rescaled_period((year(2003), &before), (year(2004), &after), &Rescaled::default()).unwrap(),
            []
        );
        let few = entries(&[1.0]);
        assert!(rescaled_period((year(2003), &few), (year(2004), &few), &Rescaled::default()).is_err());
    }

    #[test]
    fn the_poisson_tail_by_hand() {
        // 1 - e^-1 (1 + 1) for k = 2, mean 1.
        assert!((poisson_tail(2, 1.0) - 0.264_241_117_657_115_33).abs() < 1e-15);
        assert_eq!(poisson_tail(0, 0.0), 1.0);
    }
}
