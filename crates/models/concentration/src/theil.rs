use crate::convention::{LogBase, Universe};
use crate::shares::{Block, Shares};
use crate::summation::sum;
use crate::undefined::Undefined;
use std::collections::BTreeMap;

/// Theil's T: Σ s log(n s), n the universe. From 0 (even) to log n; log n less Shannon's
/// entropy.
///
/// Zeros contribute nothing to the sum, but as members of the universe they raise n: k
/// zeros beside m active items add log((m + k)/m). Theil 1967.
pub fn theil_t(shares: &Shares, base: LogBase) -> f64 {
    let n = shares.n() as f64;
    (shares.sum(|block| block.share * log_relative(block, n)) / base.ln()).max(0.0)
}

/// Theil's L, the mean logarithmic deviation: (1/n) Σ log(1/(n s)), n the universe. Theil 1967.
///
/// # Errors
/// [`Undefined::Zeros`] when the universe holds zeros: log(1/0) is infinite, and dropping
/// them would give the index of another population.
pub fn theil_l(shares: &Shares, base: LogBase) -> Result<f64, Undefined> {
    if shares.zeros() > 0 {
        return Err(Undefined::Zeros {
            zeros: shares.zeros(),
            n: shares.n(),
        });
    }
    let n = shares.n() as f64;
    Ok((-shares.sum(|block| log_relative(block, n)) / n / base.ln()).max(0.0))
}

/// ln(n s), exact zero at the mean.
fn log_relative(block: &Block, n: f64) -> f64 {
    let relative = n * block.share;
    if relative > 1e-150 {
        relative.ln()
    } else {
        block.log_share + n.ln()
    }
}

/// Theil's T along the two margins of trade: T = intensive + extensive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margins {
    /// The whole: the sum of the two.
    pub total: f64,
    /// Concentration among the active items.
    pub intensive: f64,
    /// What the inactive members add: log(n / active).
    pub extensive: f64,
}

/// Splits Theil's T into the intensive and the extensive margin over the universe's n.
///
/// The decomposition by groups with the inactive items as one group of no trade: within is
/// the index of the active items, between is log(n / active). Cadot, Carrère &
/// Strauss-Kahn 2011 (Review of Economics and Statistics 93).
pub fn theil_margins(shares: &Shares, base: LogBase) -> Margins {
    let active = shares.active() as f64;
    let intensive = (shares.sum(|block| block.share * log_relative(block, active)) / base.ln()).max(0.0);
    let extensive = (shares.n() as f64 / active).ln() / base.ln();
    Margins {
        total: intensive + extensive,
        intensive,
        extensive,
    }
}

/// An index split into what lies within groups and what lies between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposition {
    /// The whole: the sum of `within` and `between`, to the last bit.
    pub total: f64,
    /// The weighted mean of the groups' own indices.
    pub within: f64,
    /// The index if every item had its group's mean.
    pub between: f64,
    /// The groups, in their order.
    pub groups: Vec<Part>,
}

/// One group of a [`Decomposition`].
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The number of its members, zeros included.
    pub n: u64,
    /// Its share in the whole.
    pub share: f64,
    /// Its own index; `None` for a group of zeros only.
    pub index: Option<f64>,
}

/// Theil's T within and between groups: T = Σ S_g T_g + Σ S_g log(S_g / (n_g/n)), with S_g
/// a group's share and n_g its number of members.
///
/// `groups` names the group of each value; zeros are members. A group without trade weighs
/// nothing within, but its members count in n. Shorrocks 1980 (Econometrica 48).
///
/// # Errors
/// As [`Shares::new`], and when the two lists differ in length.
pub fn decompose_t<G: Ord>(values: &[f64], groups: &[G], base: LogBase) -> Result<Decomposition, Undefined> {
    let grouped = grouped(values, groups)?;
    let n = values.len() as f64;
    let within = sum(grouped
        .iter()
        .map(|g| g.shares.as_ref().map_or(0.0, |s| g.share * theil_t(s, base))));
    let between = sum(grouped
        .iter()
        .filter(|g| g.share > 0.0)
        .map(|g| g.share * (g.share * n / g.n as f64).ln()));
    let parts = |g: &Group| Part {
        n: g.n,
        share: g.share,
        index: g.shares.as_ref().map(|s| theil_t(s, base)),
    };
    let between = between / base.ln();
    Ok(Decomposition {
        total: within + between,
        within,
        between,
        groups: grouped.iter().map(parts).collect(),
    })
}

/// Theil's L within and between groups: L = Σ (n_g/n) L_g + Σ (n_g/n) log((n_g/n) / S_g).
/// Shorrocks 1980.
///
/// # Errors
/// As [`decompose_t`], and [`Undefined::Zeros`] when any value is zero.
pub fn decompose_l<G: Ord>(values: &[f64], groups: &[G], base: LogBase) -> Result<Decomposition, Undefined> {
    let zeros = values.iter().filter(|&&v| v == 0.0).count() as u64;
    let grouped = grouped(values, groups)?;
    if zeros > 0 {
        return Err(Undefined::Zeros {
            zeros,
            n: values.len() as u64,
        });
    }
    let n = values.len() as f64;
    let mut parts = Vec::with_capacity(grouped.len());
    for group in &grouped {
        let index = group.shares.as_ref().map(|s| theil_l(s, base)).transpose()?;
        parts.push(Part {
            n: group.n,
            share: group.share,
            index,
        });
    }
    let within = sum(parts.iter().map(|p| p.n as f64 / n * p.index.unwrap_or(0.0)));
    let between = sum(parts.iter().map(|p| p.n as f64 / n * (p.n as f64 / n / p.share).ln())) / base.ln();
    Ok(Decomposition {
        total: within + between,
        within,
        between,
        groups: parts,
    })
}

struct Group {
    n: u64,
    share: f64,
    shares: Option<Shares>,
}

fn grouped<G: Ord>(values: &[f64], groups: &[G]) -> Result<Vec<Group>, Undefined> {
    if groups.len() != values.len() {
        return Err(Undefined::Length {
            what: "the list of groups",
            found: groups.len(),
            expected: values.len(),
        });
    }
    Shares::new(values, None, Universe::Listed)?;
    let mut members: BTreeMap<&G, Vec<f64>> = BTreeMap::new();
    for (group, &value) in groups.iter().zip(values) {
        members.entry(group).or_default().push(value);
    }
    // Scaled, so that sums of huge values stay finite; sorted, so that order does not matter.
    let largest = values.iter().copied().fold(0.0, f64::max);
    let totals: Vec<f64> = members
        .values_mut()
        .map(|list| {
            list.sort_by(f64::total_cmp);
            sum(list.iter().map(|v| v / largest))
        })
        .collect();
    let total = sum(totals.iter().copied());
    members
        .values()
        .zip(totals)
        .map(|(list, part)| {
            let shares = match Shares::new(list, None, Universe::Listed) {
                Ok(shares) => Some(shares),
                Err(Undefined::ZeroTotal) => None,
                Err(other) => return Err(other),
            };
            Ok(Group {
                n: list.len() as u64,
                share: part / total,
                shares,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::shannon;
    use crate::testing::{INEQ, close, ineq};
    use proptest::prelude::*;

    const E: LogBase = LogBase::Natural;

    #[test]
    fn the_published_vector() {
        // Recomputed with 40 digits.
        close(theil_t(&ineq(0), E), 0.362_341_242_343_895, 1e-15);
        close(theil_t(&ineq(5), E), 0.767_806_350_452_059_4, 1e-15);
        close(theil_t(&ineq(5), E) - theil_t(&ineq(0), E), 1.5_f64.ln(), 1e-14);
        close(theil_l(&ineq(0), E).unwrap(), 0.433_594_649_520_446, 1e-15);
        assert_eq!(theil_l(&ineq(5), E), Err(Undefined::Zeros { zeros: 5, n: 15 }));
        close(theil_t(&ineq(0), E), 10_f64.ln() - shannon(&ineq(0), E), 1e-14);
    }

    #[test]
    fn the_margins_add_up() {
        let margins = theil_margins(&ineq(5), E);
        close(margins.intensive, theil_t(&ineq(0), E), 1e-15);
        close(margins.extensive, 1.5_f64.ln(), 1e-15);
        close(margins.total, theil_t(&ineq(5), E), 1e-14);
    }

    #[test]
    fn an_even_spread_has_none() {
        let shares = Shares::new(&[0.1; 7], None, Universe::Listed).unwrap();
        assert_eq!(theil_t(&shares, E), 0.0);
        assert_eq!(theil_l(&shares, E), Ok(0.0));
    }

    #[test]
    fn two_groups_by_hand() {
        // Groups (1, 1) and (2, 4): shares 1/4 and 3/4 over halves of the items.
        let t = decompose_t(&[1.0, 2.0, 1.0, 4.0], &["a", "b", "a", "b"], E).unwrap();
        close(t.between, 0.25 * 0.5_f64.ln() + 0.75 * 1.5_f64.ln(), 1e-15);
        let own = (1.0 / 3.0) * (2.0_f64 / 3.0).ln() + (2.0 / 3.0) * (4.0_f64 / 3.0).ln();
        close(t.within, 0.75 * own, 1e-15);
        assert_eq!(
            t.groups[0],
            Part {
                n: 2,
                share: 0.25,
                index: Some(0.0)
            }
        );
    }

    #[test]
    fn a_group_without_trade_is_the_extensive_margin() {
        let mut values = INEQ.to_vec();
        values.extend([0.0; 5]);
        let groups: Vec<bool> = values.iter().map(|&v| v > 0.0).collect();
        let split = decompose_t(&values, &groups, E).unwrap();
        close(split.between, 1.5_f64.ln(), 1e-15);
        close(split.within, theil_t(&ineq(0), E), 1e-15);
        assert_eq!(split.groups[0].index, None);
        assert!(decompose_l(&values, &groups, E).is_err());
        assert!(decompose_t(&values, &[0], E).is_err());
    }

    proptest! {
        #[test]
        fn within_and_between_are_the_whole(
            items in prop::collection::vec((0.01_f64..1e6, 0_u8..4), 1..60),
        ) {
            let (values, groups): (Vec<f64>, Vec<u8>) = items.into_iter().unzip();
            let shares = Shares::new(&values, None, Universe::Listed).unwrap();
            for base in [LogBase::Natural, LogBase::Two] {
                let t = decompose_t(&values, &groups, base).unwrap();
                prop_assert_eq!(t.total, t.within + t.between);
                prop_assert!((t.total - theil_t(&shares, base)).abs() < 1e-12);
                let l = decompose_l(&values, &groups, base).unwrap();
                prop_assert_eq!(l.total, l.within + l.between);
                prop_assert!((l.total - theil_l(&shares, base).unwrap()).abs() < 1e-12);
                prop_assert!(t.between > -1e-12 && l.between > -1e-12);
            }
        }

        /// Zeros are members of their groups, and the margins of trade are the decomposition by activity.
        #[test]
        fn zeros_are_decomposed_too(items in prop::collection::vec((0_u32..5, 0_u8..4), 1..60)) {
            let values: Vec<f64> = items.iter().map(|item| f64::from(item.0)).collect();
            prop_assume!(values.iter().any(|v| *v > 0.0));
            let groups: Vec<u8> = items.iter().map(|item| item.1).collect();
            let shares = Shares::new(&values, None, Universe::Listed).unwrap();
            let t = decompose_t(&values, &groups, E).unwrap();
            prop_assert_eq!(t.total, t.within + t.between);
            prop_assert!((t.total - theil_t(&shares, E)).abs() < 1e-12);
            let active: Vec<bool> = values.iter().map(|v| *v > 0.0).collect();
            let by_activity = decompose_t(&values, &active, E).unwrap();
            let margins = theil_margins(&shares, E);
            prop_assert!((by_activity.within - margins.intensive).abs() < 1e-12);
            prop_assert!((by_activity.between - margins.extensive).abs() < 1e-12);
        }
    }
}
