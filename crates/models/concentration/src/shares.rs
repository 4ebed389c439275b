use crate::convention::Universe;
use crate::summation::sum;
use crate::undefined::Undefined;

/// A list of values as shares of their total: what every index of concentration reads.
///
/// Equal values stand together with their number, in falling order, so that no index
/// depends on the order of the list, and an item with a frequency weight of 3 is to the
/// last bit the same as the item listed three times.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    blocks: Vec<Block>,
    active: u64,
    zeros: u64,
}

/// Items of one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// The share of one of them in the total, above 0 (unless it is below 1e-200).
    pub share: f64,
    /// Its natural logarithm.
    pub log_share: f64,
    /// How many there are.
    pub count: f64,
}

/// Counts are held exactly in `f64` up to here.
const MOST: u64 = 1 << 53;

impl Shares {
    /// Shares of `values` (any unit; not negative, finite), each counted once or, with
    /// `weights`, as often as its frequency weight says. Members of weight 0 are not there.
    ///
    /// # Errors
    /// [`Undefined`] for an empty list, a negative or not finite value, a total of zero, a
    /// weight that is no whole number, or a stated universe smaller than the list.
    pub fn new(values: &[f64], weights: Option<&[f64]>, universe: Universe) -> Result<Self, Undefined> {
        let mut counted = counted(values, weights)?;
        let listed: u64 = counted.iter().map(|&(_, count)| count).sum();
        if listed == 0 {
            return Err(Undefined::Empty);
        }
        if let Universe::Stated(stated) = universe
            && (stated < listed || stated > MOST)
        {
            return Err(Undefined::Universe { stated, listed });
        }
        counted.retain(|&(value, count)| value > 0.0 && count > 0);
        counted.sort_by(|a, b| b.0.total_cmp(&a.0));
        let active: u64 = counted.iter().map(|&(_, count)| count).sum();
        let zeros = match universe {
            Universe::Active => 0,
            Universe::Listed => listed - active,
            Universe::Stated(stated) => stated - active,
        };
        Ok(Shares {
            blocks: blocks(counted)?,
            active,
            zeros,
        })
    }

    /// The same from values that may be missing.
    ///
    /// # Errors
    /// As [`Shares::new`]; a missing value is refused, because the total is then unknown.
    pub fn of_options(values: &[Option<f64>], weights: Option<&[f64]>, universe: Universe) -> Result<Self, Undefined> {
        let known: Vec<f64> = values
            .iter()
            .enumerate()
            .map(|(at, value)| value.ok_or(Undefined::Missing { item: at + 1 }))
            .collect::<Result<_, _>>()?;
        Shares::new(&known, weights, universe)
    }

    /// The positive shares, largest first.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The members of the universe, zeros included.
    pub fn n(&self) -> u64 {
        self.active + self.zeros
    }

    /// The members with a positive value.
    pub fn active(&self) -> u64 {
        self.active
    }

    /// The members that are zero.
    pub fn zeros(&self) -> u64 {
        self.zeros
    }

    /// The sum of `term` over the positive shares, largest first.
    pub(crate) fn sum(&self, term: impl Fn(&Block) -> f64) -> f64 {
        sum(self.blocks.iter().map(|block| block.count * term(block)))
    }
}

fn counted(values: &[f64], weights: Option<&[f64]>) -> Result<Vec<(f64, u64)>, Undefined> {
    if let Some(weights) = weights
        && weights.len() != values.len()
    {
        return Err(Undefined::Length {
            what: "the list of weights",
            found: weights.len(),
            expected: values.len(),
        });
    }
    let mut all = 0_u64;
    let mut counted = Vec::with_capacity(values.len());
    for (at, &value) in values.iter().enumerate() {
        let item = at + 1;
        if !value.is_finite() {
            return Err(Undefined::NotFinite { item, value });
        }
        if value < 0.0 {
            return Err(Undefined::Negative { item, value });
        }
        let weight = weights.and_then(|w| w.get(at)).copied().unwrap_or(1.0);
        if !(weight >= 0.0 && weight <= MOST as f64 && weight.fract() == 0.0) {
            return Err(Undefined::Weight { item, weight });
        }
        all += weight as u64;
        if all > MOST {
            return Err(Undefined::Weight { item, weight });
        }
        counted.push((value, weight as u64));
    }
    Ok(counted)
}

fn blocks(counted: Vec<(f64, u64)>) -> Result<Vec<Block>, Undefined> {
    let Some(&(largest, _)) = counted.first() else {
        return Err(Undefined::ZeroTotal);
    };
    // A power of two, so that scaling is exact; it keeps sums of huge values finite.
    let scale = match largest {
        x if x > 1e100 => 2_f64.powi(-512),
        x if x < 1e-100 => 2_f64.powi(512),
        _ => 1.0,
    };
    let mut merged: Vec<(f64, f64)> = Vec::with_capacity(counted.len());
    for (value, count) in counted {
        match merged.last_mut() {
            Some(last) if last.0 == value => last.1 += count as f64,
            _ => merged.push((value, count as f64)),
        }
    }
    let total = sum(merged.iter().map(|&(value, count)| value * scale * count));
    let log_total = total.ln() - scale.ln();
    let others = sum(merged.iter().skip(1).map(|&(value, count)| value * scale * count));
    Ok(merged
        .into_iter()
        .map(|(value, count)| {
            let share = value * scale / total;
            // The logarithm of the share itself is the better one, unless the share has left the range. That of
            // nearly the whole is what the others leave: 1 - 1e-12 has only four digits of its distance from 1.
            let log_share = if share > 0.5 {
                (-others / total).ln_1p()
            } else if share > 1e-200 {
                share.ln()
            } else {
                value.ln() - log_total
            };
            Block {
                share,
                log_share,
                count,
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awkward_values_have_stated_answers() {
        let new = |values: &[f64]| Shares::new(values, None, Universe::Listed);
        assert_eq!(new(&[]), Err(Undefined::Empty));
        assert_eq!(new(&[0.0, -0.0]), Err(Undefined::ZeroTotal));
        assert_eq!(new(&[1.0, -2.0]), Err(Undefined::Negative { item: 2, value: -2.0 }));
        assert_eq!(
            new(&[f64::INFINITY]),
            Err(Undefined::NotFinite {
                item: 1,
                value: f64::INFINITY
            })
        );
        assert!(matches!(
            new(&[1.0, f64::NAN]),
            Err(Undefined::NotFinite { item: 2, .. })
        ));
        let missing = Shares::of_options(&[Some(1.0), None], None, Universe::Listed);
        assert_eq!(missing, Err(Undefined::Missing { item: 2 }));
        assert_eq!(
            Shares::new(&[1.0, 2.0], None, Universe::Stated(1)),
            Err(Undefined::Universe { stated: 1, listed: 2 })
        );
        assert!(Shares::new(&[1.0], Some(&[0.5]), Universe::Listed).is_err());
        assert!(Shares::new(&[1.0], Some(&[]), Universe::Listed).is_err());
    }

    #[test]
    fn a_weight_is_a_repetition_to_the_last_bit() {
        let weighted = Shares::new(&[0.3, 7.1, 0.0], Some(&[3.0, 2.0, 4.0]), Universe::Listed).unwrap();
        let repeated = Shares::new(&[7.1, 0.3, 0.0, 0.3, 0.0, 7.1, 0.0, 0.3, 0.0], None, Universe::Listed).unwrap();
        assert_eq!(weighted, repeated);
        assert_eq!((weighted.n(), weighted.active(), weighted.zeros()), (9, 5, 4));
    }

    #[test]
    fn the_universe_says_who_is_a_member() {
        let n = |universe| Shares::new(&[2.0, 0.0, 1.0], None, universe).unwrap().n();
        assert_eq!(
            (n(Universe::Active), n(Universe::Listed), n(Universe::Stated(261))),
            (2, 3, 261)
        );
    }

    #[test]
    fn huge_and_tiny_values_keep_their_shares() {
        for factor in [1.0, f64::MAX / 4.0, f64::MIN_POSITIVE] {
            let shares = Shares::new(&[factor, 3.0 * factor], None, Universe::Listed).unwrap();
            assert_eq!(shares.blocks()[0].share, 0.75, "{factor}");
            assert_eq!(shares.blocks()[1].share, 0.25, "{factor}");
        }
        let nearly_all = Shares::new(&[1e12, 1.0, 1e-12], None, Universe::Listed).unwrap();
        assert!((nearly_all.blocks()[0].log_share / -9.999_999_999_955e-13 - 1.0).abs() < 1e-11);
        let apart = Shares::new(&[1e300, 1e-300], None, Universe::Listed).unwrap();
        assert!((apart.blocks()[1].log_share + 600.0 * std::f64::consts::LN_10).abs() < 1e-9);
    }
}
