//! What changed between two releases of the same statistics.

use std::collections::{BTreeMap, BTreeSet};
use trade::{Classification, Economy, Flow, Period, Record, Usd};

/// The rows of two releases, matched by what they are about.
///
/// Every row of either release is in exactly one of the lists, or counted in `unchanged`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revision {
    /// Rows that both have, with the same figures.
    pub unchanged: usize,
    /// Rows that only the newer release has.
    pub added: Vec<Record>,
    /// Rows that only the older release has.
    pub dropped: Vec<Record>,
    /// Rows that both have, with different figures.
    pub revised: Vec<Revised>,
    /// Whether rows of differently named compilers were matched, because the releases share no
    /// compiler's name, as two versions of one database may not.
    pub across_compilers: bool,
}

/// One row in two releases.
#[derive(Clone, Debug, PartialEq)]
pub struct Revised {
    /// As the older release has it.
    pub old: Record,
    /// As the newer release has it.
    pub new: Record,
}

impl Revised {
    /// New value less old value, exactly; `None` where either has none.
    pub fn change(&self) -> Option<Usd> {
        Some(self.new.value? - self.old.value?)
    }

    /// Whether the values agree as far as the units allow to which the sources rounded them.
    pub fn within_rounding(&self) -> bool {
        let unit = |r: &Record| r.rounded_to.unwrap_or(Usd::ZERO).thousandths();
        let margin = unit(&self.old) + unit(&self.new);
        self.change()
            .is_some_and(|change| 2 * change.thousandths().abs() <= margin)
    }

    /// The change over the old value; `None` where either has none or the old one is zero.
    pub fn relative(&self) -> Option<f64> {
        let old = self.old.value?.to_f64();
        (old != 0.0).then_some(self.change()?.to_f64() / old.abs())
    }
}

/// What a row is about. All products together are the same under any classification.
type Place = (
    Period,
    Economy,
    Flow,
    Economy,
    Classification,
    String,
    String,
    Option<String>,
);

/// Compares two releases row by row.
///
/// Rows are matched by period, reporter, flow, partner, product and its classification, basis,
/// and compiler (unless no compiler's name is in both). Where several rows stand in one place,
/// equal ones are matched first and the others in file order. A row is *revised* where its
/// value, rounding, share, weight, quantity, valuation or status differs; references may differ.
pub fn revision(old: &[Record], new: &[Record]) -> Revision {
    let names = |records: &[Record]| records.iter().map(|r| r.compiler.to_string()).collect::<BTreeSet<_>>();
    let across_compilers = names(old).is_disjoint(&names(new));
    let sorted = |records: &[Record]| {
        let mut by_place: BTreeMap<Place, Vec<Record>> = BTreeMap::new();
        for record in records {
            by_place
                .entry(place(record, across_compilers))
                .or_default()
                .push(record.clone());
        }
        by_place
    };
    let (mut olds, news) = (sorted(old), sorted(new));
    let mut revision = Revision {
        across_compilers,
        ..Revision::default()
    };
    for (place, new) in news {
        match olds.remove(&place) {
            None => revision.added.extend(new),
            Some(old) => matched(old, new, &mut revision),
        }
    }
    revision.dropped.extend(olds.into_values().flatten());
    revision.dropped.sort_by(|a, b| a.key().cmp(&b.key()));
    revision.added.sort_by(|a, b| a.key().cmp(&b.key()));
    revision
}

fn place(record: &Record, across_compilers: bool) -> Place {
    let all = &*record.product == trade::TOTAL;
    (
        record.period,
        record.reporter,
        record.flow,
        record.partner,
        if all {
            Classification::Compiler
        } else {
            record.classification
        },
        record.product.to_string(),
        if across_compilers {
            String::new()
        } else {
            record.compiler.to_string()
        },
        record.basis.as_deref().map(str::to_owned),
    )
}

fn matched(old: Vec<Record>, mut new: Vec<Record>, revision: &mut Revision) {
    let mut differing = Vec::new();
    for old in old {
        match new.iter().position(|new| same(&old, new)) {
            Some(found) => {
                new.remove(found);
                revision.unchanged += 1;
            }
            None => differing.push(old),
        }
    }
    let mut new = new.into_iter();
    for old in differing {
        match new.next() {
            Some(new) => revision.revised.push(Revised { old, new }),
            None => revision.dropped.push(old),
        }
    }
    revision.added.extend(new);
}

fn same(a: &Record, b: &Record) -> bool {
    a.value == b.value
        && a.rounded_to == b.rounded_to
        && a.share_percent == b.share_percent
        && a.net_weight_kg == b.net_weight_kg
        && a.quantity == b.quantity
        && a.quantity_unit == b.quantity_unit
        && a.valuation == b.valuation
        && a.status == b.status
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(compiler: &str, year: i16, partner: &str, dollars: i128) -> Record {
        let code = |c: &str| Economy::new(c).unwrap();
        Record::new(
            compiler,
            Period::annual(year).unwrap(),
            code("PRK"),
            code(partner),
            Flow::Export,
            Usd::from_thousandths(dollars * 1000),
        )
    }

    #[test]
    fn rows_are_added_dropped_revised_or_unchanged() {
        let old = [
            row("A", 2001, "CHN", 10),
            row("A", 2001, "JPN", 20),
            row("A", 2002, "CHN", 5),
        ];
        let new = [
            row("A", 2001, "CHN", 15),
            row("A", 2001, "JPN", 20),
            row("A", 2003, "CHN", 7),
        ];
        let found = revision(&old, &new);
        assert_eq!(found.unchanged, 1);
        assert_eq!(
            (found.added.as_slice(), found.dropped.as_slice()),
            (&new[2..], &old[2..])
        );
        assert_eq!(found.revised.len(), 1);
        assert_eq!(found.revised[0].change(), Some(Usd::from_thousandths(5000)));
        assert_eq!(found.revised[0].relative(), Some(0.5));
        assert!(!found.revised[0].within_rounding());
        let mut rounded = found.revised[0].clone();
        rounded.new.rounded_to = Some(Usd::from_thousandths(10_000));
        assert!(rounded.within_rounding());
    }

    #[test]
    fn versions_under_different_names_are_compared_and_others_are_not() {
        let found = revision(&[row("COW 3.0", 2001, "CHN", 10)], &[row("COW 4.0", 2001, "CHN", 10)]);
        assert!(found.across_compilers);
        assert_eq!(found.unchanged, 1);
        let mixed = [row("A", 2001, "CHN", 10), row("B", 2001, "CHN", 11)];
        let found = revision(&mixed, &mixed[..1]);
        assert!(!found.across_compilers);
        assert_eq!((found.unchanged, found.dropped.len()), (1, 1));
    }

    #[test]
    fn of_several_rows_in_one_place_equal_ones_are_matched_first() {
        let old = [row("A", 2001, "CHN", 1), row("A", 2001, "CHN", 2)];
        let new = [row("A", 2001, "CHN", 2), row("A", 2001, "CHN", 3)];
        let found = revision(&old, &new);
        assert_eq!(found.unchanged, 1);
        assert_eq!(
            found.revised,
            [Revised {
                old: old[0].clone(),
                new: new[1].clone()
            }]
        );
    }

    proptest! {
        #[test]
        fn every_row_is_told_once(
            old in proptest::collection::vec((2000_i16..2004, 0_usize..3, 0_i128..4), 0..12),
            new in proptest::collection::vec((2000_i16..2004, 0_usize..3, 0_i128..4), 0..12),
        ) {
            let rows = |list: &[(i16, usize, i128)]| list
                .iter()
                .map(|&(year, partner, value)| row("A", year, ["CHN", "JPN", "USA"][partner], value))
                .collect::<Vec<_>>();
            let (old, new) = (rows(&old), rows(&new));
            let there = revision(&old, &new);
            prop_assert_eq!(there.unchanged + there.revised.len() + there.dropped.len(), old.len());
            prop_assert_eq!(there.unchanged + there.revised.len() + there.added.len(), new.len());
            let back = revision(&new, &old);
            prop_assert_eq!(there.unchanged, back.unchanged);
            prop_assert_eq!(there.added.len(), back.dropped.len());
            prop_assert_eq!(revision(&old, &old).unchanged, old.len());
        }
    }
}
