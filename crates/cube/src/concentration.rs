//! How concentrated the parts of each group are, without keeping the parts.

use crate::column::parts;
use crate::engine::{conditions, prepare};
use crate::fold::fold_groups;
use crate::partial::Partial;
use crate::plan::{Layout, Plan};
use crate::source::{Files, Source};
use crate::sums::{Words, key_texts};
use crate::{Dimension, Query, Result};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use trade::Usd;

/// How concentrated a group is on its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// How many parts have a positive sum. The others are in none of the figures.
    pub parts: u64,
    /// The sum of those parts.
    pub total: Usd,
    /// The Herfindahl-Hirschman index: the sum of squared shares, from 1/parts to 1.
    pub herfindahl: f64,
    /// Theil's index: the sum of s ln(s n) over shares s of n parts, from 0 to ln(n).
    pub theil: f64,
}

/// The concentration of groups on the values of one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Concentration {
    /// The dimensions that make the groups.
    pub by: Vec<Dimension>,
    /// Each group's values and its spread, sorted by the values. Groups without a positive part
    /// are not there.
    pub groups: Vec<(Vec<String>, Spread)>,
    /// Records that were left out because they are totals or parts of others, by what they are.
    pub set_aside: BTreeMap<String, u64>,
}

/// The concentration of the query's groups on the values of `over`, such as partners or products.
///
/// # Errors
/// When the dataset cannot be read, or when its rows overlap.
pub fn concentration(path: &Path, query: &Query, over: Dimension) -> Result<Concentration> {
    concentration_of(&Files::open(path)?, query, over)
}

pub(crate) fn concentration_of(source: &dyn Source, query: &Query, over: Dimension) -> Result<Concentration> {
    let mut whole = query.clone();
    whole.by.push(over);
    let key = parts(&whole);
    let prepared = prepare(source, &whole, &key, conditions(query)?)?;
    let plan = Plan::new(&prepared.facts, &key, prepared.conditions, Layout::value_only())?.within(query);
    let inner_dims = parts(&Query {
        by: vec![over],
        ..query.clone()
    })
    .len();
    let outer = &plan.dims[..plan.dims.len() - inner_dims];
    let inner = outer.last().map_or(plan.cells.max(1), |dim| dim.stride);
    let mut spreads: Vec<(u64, Spread)> = fold_groups(
        source,
        &prepared.facts,
        &plan,
        inner,
        |spreads, group, table, places| {
            spreads.extend(spread(table, places).map(|spread| (group, spread)));
        },
    )?;
    spreads.sort_unstable_by_key(|(group, _)| *group);
    let words: Vec<Words> = outer
        .iter()
        .map(|dim| Words {
            words: dim.words.clone(),
            stride: dim.stride,
        })
        .collect();
    let texts = |group: u64| {
        key_texts(&words, &query.by, group * inner)
            .map(Cow::into_owned)
            .collect()
    };
    let groups = spreads.into_iter().map(|(group, spread)| (texts(group), spread));
    Ok(Concentration {
        by: query.by.clone(),
        groups: groups.collect(),
        set_aside: prepared.set_aside,
    })
}

/// The spread of a group's inner sums; none if no sum is positive.
fn spread(table: &Partial, places: Range<usize>) -> Option<Spread> {
    let (mut parts, mut total) = (0_u64, 0_i128);
    let mut squares = Wide::default();
    let mut entropy = 0.0;
    let mut add = |exact: i128, value: f64| {
        parts += 1;
        total += exact;
        squares.add_square(exact.unsigned_abs());
        entropy += value * value.ln();
    };
    match table.sums[0].get(places.clone()) {
        Some(small) if table.large.is_empty() => {
            let positive = small.iter().filter(|value| **value > 0);
            positive.for_each(|&value| add(value.into(), value as f64));
        }
        _ => {
            let sums = places.map(|place| table.sum(0, place));
            sums.filter(|sum| *sum > 0).for_each(|sum| add(sum, sum as f64));
        }
    }
    let whole = total as f64;
    (parts > 0).then(|| Spread {
        parts,
        total: Usd::from_thousandths(total),
        herfindahl: (squares.to_f64() / (whole * whole)).min(1.0),
        theil: (entropy / whole - (whole / parts as f64).ln()).max(0.0),
    })
}

/// A sum of squares in 256 bits: squares of 64-bit sums do not fit 128 bits once there are a few.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    fn add_square(&mut self, value: u128) {
        let (a, b) = (value >> 64, value & u128::from(u64::MAX));
        self.add(0, b * b);
        if a > 0 {
            // (a 2^64 + b)^2 = a^2 2^128 + 2ab 2^64 + b^2
            let cross = a * b;
            self.add(cross >> 127 << 64 | cross << 1 >> 64, cross << 1 << 64);
            self.add(a * a, 0);
        }
    }

    fn add(&mut self, high: u128, low: u128) {
        let (sum, carried) = self.low.overflowing_add(low);
        self.low = sum;
        self.high = self.high.wrapping_add(high).wrapping_add(carried.into());
    }

    fn to_f64(self) -> f64 {
        self.high as f64 * 2_f64.powi(128) + self.low as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_of_64_bit_sums_do_not_overflow() {
        let mut table = Partial::new(1);
        for (key, value) in [i128::from(i64::MAX), i128::from(i64::MAX), 1 << 70, 0, -5]
            .into_iter()
            .enumerate()
        {
            table.push(key as u64, std::iter::once(value));
        }
        // Two equal parts: 1/2; the square of 2^63 alone is 2^126, and three of them pass 2^127.
        let two = spread(&table, 0..2).unwrap();
        assert_eq!((two.parts, two.herfindahl), (2, 0.5));
        assert!(two.theil.abs() < 1e-12);
        assert_eq!(two.total.thousandths(), 2 * i128::from(i64::MAX));
        // 2^63, 2^63 and 2^70: shares 1/130, 1/130, 128/130.
        let all = spread(&table, 0..5).unwrap();
        assert_eq!(all.parts, 3);
        assert!((all.herfindahl - (2.0 + 128.0 * 128.0) / (130.0 * 130.0)).abs() < 1e-15);
        assert!(spread(&table, 3..5).is_none());
        let mut wide = Wide::default();
        wide.add_square(u128::MAX);
        assert_eq!((wide.high, wide.low), (u128::MAX - 1, 1)); // (2^128 - 1)^2 = 2^256 - 2^129 + 1
    }

    #[test]
    fn theil_s_index_of_a_quarter_and_three_quarters() {
        let mut table = Partial::new(1);
        table.push(0, std::iter::once(1000));
        table.push(1, std::iter::once(3000));
        let found = spread(&table, 0..2).unwrap();
        assert!((found.herfindahl - 0.625).abs() < 1e-15);
        assert!((found.theil - (0.25 * 0.5_f64.ln() + 0.75 * 1.5_f64.ln())).abs() < 1e-12);
    }
}
