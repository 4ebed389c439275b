//! At which level of products two reports of one flow can be compared.
//!
//! One side may report by six-digit code, the other by chapter, and many report the total beside
//! its parts. A flow is compared at the finest level that both sides have; where they have none in
//! common, but both report codes that nest by their digits, the finer reports are summed to the code of
//! the coarser side. Totals are never made of parts: a file need not hold all of them.

use crate::pairing::{Key, Pair, Revisions, Told};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trade::{Classification, Decimal3, Economy, Flow, Period, TOTAL};

/// The level of a product's code, coarse to fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// All products together.
    Total,
    /// A group with a name and no place in a tree of codes.
    Named,
    /// A code of so many digits, which its first digits contain.
    Digits(u8),
}

impl Level {
    /// The level of a product's code.
    pub fn of(product: &str) -> Level {
        match product {
            TOTAL => Level::Total,
            code if !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit()) => {
                Level::Digits(code.len().min(255) as u8)
            }
            _ => Level::Named,
        }
    }

    /// The name as it stands in options and output: `total`, `named`, `hs2`-like `2`.
    pub fn name(self) -> String {
        match self {
            Level::Total => "total".to_owned(),
            Level::Named => "named".to_owned(),
            Level::Digits(n) => n.to_string(),
        }
    }
}

/// A code with the classification it belongs to.
type Code<'a> = (Option<Classification>, &'a str);

/// The codes that contain this one, the nearest first; all products last. Chapters contain the codes of
/// every revision of the Harmonized System.
fn containing((classification, product): Code<'_>) -> Vec<Code<'_>> {
    let mut all = Vec::new();
    if let Level::Digits(digits) = Level::of(product) {
        let coarser = (1..usize::from(digits)).rev();
        all.extend(coarser.filter_map(|n| Some((classification, product.get(..n)?))));
        if digits > 2 && classification.is_some_and(Classification::is_hs) {
            all.extend(product.get(..2).map(|chapter| (None, chapter)));
        }
    }
    if product != TOTAL {
        all.push((None, TOTAL));
    }
    all
}

/// Which two economies and when.
fn flows(key: &Key) -> (Period, Economy, Economy) {
    (key.period, key.exporter, key.importer)
}

fn code(key: &Key) -> Code<'_> {
    (key.classification, &key.product)
}

/// One side's codes of a flow, and all that contain them.
#[derive(Default)]
struct Side<'a> {
    own: BTreeSet<Code<'a>>,
    containing: BTreeSet<Code<'a>>,
}

impl<'a> Side<'a> {
    fn of(codes: impl Iterator<Item = Code<'a>>) -> Self {
        let own: BTreeSet<Code<'a>> = codes.collect();
        let containing = own.iter().flat_map(|c| containing(*c)).collect();
        Side { own, containing }
    }
}

/// The sums that bring the two sides of a flow to a common level where they have none.
/// `told` is sorted by key.
pub(crate) fn sums_to_common_levels(told: &[Told], revisions: Revisions) -> Vec<Told> {
    let mut sums = Vec::new();
    for run in told.chunk_by(|a, b| flows(&a.key) == flows(&b.key)) {
        let side = |flow: Flow| Side::of(run.iter().filter(|t| t.flow == flow).map(|t| code(&t.key)));
        let (export, import) = (side(Flow::Export), side(Flow::Import));
        if export.own.is_empty() || import.own.is_empty() {
            continue;
        }
        let before = sums.len();
        sums.extend(summed(run, Flow::Export, |c| target(c, &export, &import)));
        sums.extend(summed(run, Flow::Import, |c| target(c, &import, &export)));
        if revisions == Revisions::ChaptersAlike
            && sums.len() == before
            && export.own.intersection(&import.own).next().is_none()
        {
            // Codes of two revisions, say, which meet in chapters.
            let chapter = |(classification, product): Code<'_>| {
                let hs = classification.is_some_and(Classification::is_hs) && product.len() > 2;
                product.get(..2).filter(|_| hs).map(|two| (None, two.into()))
            };
            if [&export, &import]
                .iter()
                .all(|s| s.own.iter().any(|c| chapter(*c).is_some()))
            {
                sums.extend(summed(run, Flow::Export, chapter));
                sums.extend(summed(run, Flow::Import, chapter));
            }
        }
    }
    sums
}

/// The code that one side's code is summed to: the nearest one that contains it and that the other side
/// reports, and reports no finer.
fn target(own_code: Code<'_>, own: &Side<'_>, other: &Side<'_>) -> Option<(Option<Classification>, Arc<str>)> {
    if other.own.contains(&own_code) || other.containing.contains(&own_code) {
        return None;
    }
    for outer in containing(own_code) {
        if own.own.contains(&outer) || outer.1 == TOTAL {
            return None;
        }
        if other.own.contains(&outer) {
            return (!other.containing.contains(&outer)).then(|| (outer.0, outer.1.into()));
        }
    }
    None
}

/// One side's reports summed to where `target` sends their codes. Weights are summed where all have one.
fn summed<'a>(
    run: &'a [Told],
    flow: Flow,
    target: impl Fn(Code<'a>) -> Option<(Option<Classification>, Arc<str>)>,
) -> Vec<Told> {
    let mut sums: BTreeMap<(Option<Classification>, Arc<str>), Told> = BTreeMap::new();
    let mut seen: BTreeSet<Code<'_>> = BTreeSet::new();
    for told in run.iter().filter(|t| t.flow == flow) {
        // A second report of the same code is a duplicate, which pairing settles at its own level.
        let Some(outer) = target(code(&told.key)).filter(|_| seen.insert(code(&told.key))) else {
            continue;
        };
        match sums.get_mut(&outer) {
            Some(sum) => {
                sum.report.value += told.report.value;
                sum.report.beyond += told.report.beyond;
                sum.report.net_weight_kg = sum.report.net_weight_kg.zip(told.report.net_weight_kg).map(added);
            }
            None => {
                let mut sum = told.clone();
                (sum.key.classification, sum.key.product) = outer.clone();
                sum.rolled_up = true;
                sums.insert(outer, sum);
            }
        }
    }
    sums.into_values().collect()
}

fn added((a, b): (Decimal3, Decimal3)) -> Decimal3 {
    a + b
}

/// Marks the pairs that tell each flow once, at the finest level that both sides have, or that the one side
/// has that reports; how many flows both report at no common level. `pairs` is sorted by key.
pub(crate) fn mark_finest(pairs: &mut [Pair]) -> usize {
    let mut incomparable = 0;
    for run in pairs.chunk_by_mut(|a, b| flows(&a.key) == flows(&b.key)) {
        if run.len() < 2 {
            continue;
        }
        let both = |p: &&Pair| p.export.is_some() && p.import.is_some();
        let side = |of: &dyn Fn(&&Pair) -> bool| Side::of(run.iter().filter(|p| of(p)).map(|p| code(&p.key)));
        let two_sided = side(&both);
        let (export, import) = (side(&|p| p.export.is_some()), side(&|p| p.import.is_some()));
        incomparable += usize::from(two_sided.own.is_empty() && !export.own.is_empty() && !import.own.is_empty());
        let finest: Vec<bool> = run
            .iter()
            .map(|pair| {
                let own = code(&pair.key);
                let parts = |side: &Side<'_>| side.containing.contains(&own);
                let told_by = |c: &Code<'_>| two_sided.own.contains(c) && !two_sided.containing.contains(c);
                if both(&pair) {
                    !parts(&two_sided)
                } else {
                    let same = if pair.export.is_some() { &export } else { &import };
                    !parts(&two_sided) && !parts(same) && !containing(own).iter().any(told_by)
                }
            })
            .collect();
        for (pair, finest) in run.iter_mut().zip(finest) {
            pair.finest = finest;
        }
    }
    incomparable
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::record;
    use crate::pairing::{Options, pair};
    use trade::Record;

    fn flow(product: &str, export: Option<i64>, import: Option<i64>) -> Vec<Record> {
        let export = export.map(|v| record(2003, "AAA", Flow::Export, "BBB", product, Some(v)));
        let import = import.map(|v| record(2003, "BBB", Flow::Import, "AAA", product, Some(v)));
        export.into_iter().chain(import).collect()
    }

    #[test]
    fn the_finest_level_that_both_have() {
        // Both report the total and chapter 01; the exporter alone reports a heading of it.
        let records: Vec<Record> = [
            flow(TOTAL, Some(100), Some(110)),
            flow("01", Some(60), Some(66)),
            flow("0101", Some(60), None),
            flow("02", None, Some(7)),
        ]
        .concat();
        let found = pair(&records, &Options::default());
        let finest: Vec<&str> = found
            .pairs
            .iter()
            .filter(|p| p.finest)
            .map(|p| &*p.key.product)
            .collect();
        assert_eq!(finest, ["01", "02"]);
        assert_eq!((found.pairs.len(), found.excluded.no_common_level), (4, 0));
        assert!(found.pairs.iter().all(|p| !p.rolled_up));
    }

    #[test]
    fn finer_reports_are_summed_to_the_other_sides_level() {
        let records: Vec<Record> = [
            flow("010121", Some(40), None),
            flow("010129", Some(20), None),
            flow("0201", Some(5), Some(6)),
            flow("0101", None, Some(66)),
        ]
        .concat();
        let found = pair(&records, &Options::default());
        let two_sided: Vec<_> = found.two_sided().map(|(p, x, m)| (&*p.key.product, x, m)).collect();
        assert_eq!(two_sided, [("0101", 60.0, 66.0), ("0201", 5.0, 6.0)]);
        assert!(found.pairs.iter().any(|p| p.rolled_up && p.finest));
        assert!(!found.pairs.iter().any(|p| &*p.key.product == "010121" && p.finest));
    }

    #[test]
    fn revisions_meet_in_chapters() {
        let mut records: Vec<Record> = [
            flow("010121", Some(40), None),
            flow("010129", Some(20), None),
            flow("010110", None, Some(66)),
        ]
        .concat();
        records[2].classification = Classification::Hs(3);
        let found = pair(&records, &Options::default());
        let two_sided: Vec<_> = found.two_sided().map(|(p, x, m)| (&*p.key.product, x, m)).collect();
        assert_eq!(two_sided, [("01", 60.0, 66.0)]);
    }

    #[test]
    fn a_total_is_not_made_of_parts() {
        let records: Vec<Record> = [flow(TOTAL, None, Some(100)), flow("01", Some(60), None)].concat();
        let found = pair(&records, &Options::default());
        assert_eq!((found.two_sided().count(), found.excluded.no_common_level), (0, 1));
    }
}
