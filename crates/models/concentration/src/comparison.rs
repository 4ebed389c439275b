use crate::summation::sum;
use crate::undefined::Undefined;

/// Two structures side by side, each as shares of its own total, item by item.
///
/// The two lists run in step: the same item at the same place, 0 for an item that one side
/// does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct Structures {
    pairs: Vec<(f64, f64)>,
}

impl Structures {
    /// Shares of `own` and `other` (any unit, not negative, finite) in their own totals.
    ///
    /// # Errors
    /// [`Undefined`] for lists of different length, empty lists, values that are negative
    /// or not finite, or a total of zero on either side.
    pub fn new(own: &[f64], other: &[f64]) -> Result<Self, Undefined> {
        if own.len() != other.len() {
            return Err(Undefined::Length {
                what: "the other structure",
                found: other.len(),
                expected: own.len(),
            });
        }
        let mut pairs: Vec<(f64, f64)> = shares(own)?.into_iter().zip(shares(other)?).collect();
        // In one order whatever the list's, so that sums are the same bits.
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        Ok(Structures { pairs })
    }

    /// UNCTAD's diversification index, ½ Σ |s - s'|, `other` being the world: 0 for the
    /// world's structure, 1 for no item in common. UNCTAD Handbook of Statistics.
    pub fn diversification(&self) -> f64 {
        self.krugman() / 2.0
    }

    /// Krugman's index of specialisation, Σ |s - s'|: from 0 to 2. Krugman 1991.
    pub fn krugman(&self) -> f64 {
        sum(self.pairs.iter().map(|(own, other)| (own - other).abs()))
    }

    /// Finger and Kreinin's similarity, Σ min(s, s'): 1 less [`Structures::diversification`].
    /// Finger & Kreinin 1979 (Economic Journal 89).
    pub fn finger_kreinin(&self) -> f64 {
        sum(self.pairs.iter().map(|(own, other)| own.min(*other)))
    }

    /// Michaely's complementarity, 1 - ½ Σ |m - x|, of the one side's exports with the other
    /// side's imports: 1 when one exports just what the other imports. Michaely 1996.
    pub fn complementarity(&self) -> f64 {
        1.0 - self.diversification()
    }
}

fn shares(values: &[f64]) -> Result<Vec<f64>, Undefined> {
    if values.is_empty() {
        return Err(Undefined::Empty);
    }
    for (at, &value) in values.iter().enumerate() {
        if !value.is_finite() {
            return Err(Undefined::NotFinite { item: at + 1, value });
        }
        if value < 0.0 {
            return Err(Undefined::Negative { item: at + 1, value });
        }
    }
    let largest = values.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return Err(Undefined::ZeroTotal);
    }
    let mut sorted: Vec<f64> = values.iter().map(|v| v / largest).collect();
    sorted.sort_by(f64::total_cmp);
    let total = sum(sorted);
    Ok(values.iter().map(|v| v / largest / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::close;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        // Shares (.5, .3, .2) against (.25, .25, .5): distances .25 + .05 + .3.
        let pair = Structures::new(&[5.0, 3.0, 2.0], &[1.0, 1.0, 2.0]).unwrap();
        close(pair.krugman(), 0.6, 1e-15);
        close(pair.diversification(), 0.3, 1e-15);
        close(pair.finger_kreinin(), 0.7, 1e-15);
        close(pair.complementarity(), 0.7, 1e-15);
    }

    #[test]
    fn nothing_in_common_and_the_same() {
        let apart = Structures::new(&[1.0, 0.0], &[0.0, 9.0]).unwrap();
        assert_eq!((apart.krugman(), apart.finger_kreinin()), (2.0, 0.0));
        let same = Structures::new(&[1.0, 3.0], &[2.0, 6.0]).unwrap();
        assert_eq!((same.krugman(), same.finger_kreinin()), (0.0, 1.0));
    }

    #[test]
    fn what_has_no_shares_is_refused() {
        assert!(Structures::new(&[1.0], &[1.0, 2.0]).is_err());
        assert_eq!(Structures::new(&[], &[]), Err(Undefined::Empty));
        assert_eq!(Structures::new(&[1.0], &[0.0]), Err(Undefined::ZeroTotal));
        assert!(Structures::new(&[1.0, -1.0], &[1.0, 1.0]).is_err());
        assert!(Structures::new(&[1.0, 1.0], &[1.0, f64::NAN]).is_err());
    }

    proptest! {
        #[test]
        fn similarity_and_distance_are_complements(
            items in prop::collection::vec((0.0_f64..1e9, 0.0_f64..1e9), 1..40),
        ) {
            let (own, other): (Vec<f64>, Vec<f64>) = items.into_iter().unzip();
            prop_assume!(own.iter().any(|&v| v > 0.0) && other.iter().any(|&v| v > 0.0));
            let pair = Structures::new(&own, &other).unwrap();
            prop_assert!((pair.finger_kreinin() + pair.diversification() - 1.0).abs() < 1e-13);
            prop_assert!((0.0..=1.0 + 1e-15).contains(&pair.diversification()));
            let back = Structures::new(&other, &own).unwrap();
            prop_assert!((pair.krugman() - back.krugman()).abs() < 1e-13);
        }
    }
}
