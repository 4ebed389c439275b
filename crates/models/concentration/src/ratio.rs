use crate::shares::Shares;
use crate::undefined::Undefined;

/// A concentration ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The share of the k largest items.
    pub value: f64,
    /// Whether k is above the number of active items, so that the value is 1 of itself.
    pub exhausted: bool,
}

/// The concentration ratio CR-k: the share of the `k` largest items together, s(1) + ... + s(k) with s(1) the largest. Bain 1951
/// (Quarterly Journal of Economics 65).
///
/// Ties do not matter: equal items have equal shares. With fewer than k active items it
/// is 1, and says so.
///
/// # Errors
/// [`Undefined::Parameter`] for k = 0.
pub fn concentration_ratio(shares: &Shares, k: u64) -> Result<Ratio, Undefined> {
    if k == 0 {
        return Err(Undefined::Parameter {
            name: "k",
            value: 0.0,
            expected: "a number of items of at least 1",
        });
    }
    if k >= shares.active() {
        return Ok(Ratio {
            value: 1.0,
            exhausted: k > shares.active(),
        });
    }
    let mut left = k as f64;
    let taken = shares.blocks().iter().map_while(|block| {
        let take = block.count.min(left);
        left -= take;
        (take > 0.0).then_some(take * block.share)
    });
    Ok(Ratio {
        value: crate::summation::sum(taken),
        exhausted: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::Universe;
    use crate::testing::{close, ineq};

    #[test]
    fn the_published_vector() {
        close(concentration_ratio(&ineq(0), 1).unwrap().value, 0.33431953, 5e-9);
        close(concentration_ratio(&ineq(5), 4).unwrap().value, 0.73380290, 5e-9);
    }

    #[test]
    fn ties_and_weights_are_taken_in_part() {
        let shares = Shares::new(&[4.0, 2.0, 1.0], Some(&[1.0, 3.0, 2.0]), Universe::Listed).unwrap();
        // 4 + 2 + 2 of 12
        close(concentration_ratio(&shares, 3).unwrap().value, 8.0 / 12.0, 1e-15);
    }

    #[test]
    fn more_than_all_is_all() {
        let ratio = concentration_ratio(&ineq(5), 12).unwrap();
        assert_eq!(
            ratio,
            Ratio {
                value: 1.0,
                exhausted: true
            }
        );
        assert_eq!(
            concentration_ratio(&ineq(0), 10),
            Ok(Ratio {
                value: 1.0,
                exhausted: false
            })
        );
        assert!(concentration_ratio(&ineq(0), 0).is_err());
    }
}
