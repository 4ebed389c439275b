//! Concordances between product classifications, as prefix rules.

#[cfg(test)]
mod source_tests;

use crate::{Classification, TOTAL};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// What a product of one classification is in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concordance {
    /// One target.
    One(&'static str),
    /// Several, sorted: the source table divides the code, or the code is a chapter or
    /// heading whose parts go to different targets.
    Many(Vec<&'static str>),
    /// The code is not in the table, or there is no table for the two classifications.
    Unknown,
}

impl Concordance {
    /// The targets: none, one or several, sorted.
    pub fn targets(&self) -> &[&'static str] {
        match self {
            Concordance::One(target) => std::slice::from_ref(target),
            Concordance::Many(targets) => targets,
            Concordance::Unknown => &[],
        }
    }

    fn of(targets: BTreeSet<&'static str>) -> Self {
        let mut sorted = targets.into_iter();
        match (sorted.next(), sorted.len()) {
            (None, _) => Concordance::Unknown,
            (Some(only), 0) => Concordance::One(only),
            (Some(first), _) => Concordance::Many(std::iter::once(first).chain(sorted).collect()),
        }
    }
}

/// A line of a table: codes under `prefix`, in the revisions of the mask, go to `targets`.
#[derive(Debug)]
struct Rule {
    prefix: &'static str,
    targets: Vec<&'static str>,
    revisions: u8,
}

/// A table of rules, sorted by prefix.
#[derive(Debug)]
struct Rules {
    rules: Vec<Rule>,
}

impl Rules {
    fn read(table: &'static str) -> Rules {
        let all = revisions_of(table);
        let mut rules: Vec<Rule> = lines_of(table).filter_map(|line| rule(line, all)).collect();
        rules.sort_by_key(|rule| rule.prefix);
        Rules { rules }
    }

    /// The rules that speak about a code: the one with the longest prefix of it, or, for a
    /// code shorter than the rules, all below it.
    fn targets(&self, code: &str, revision: u8) -> BTreeSet<&'static str> {
        let applies = |rule: &&Rule| rule.revisions & (1 << revision) != 0;
        let from = |start: &str| self.rules.partition_point(|rule| rule.prefix < start);
        let covering = (1..=code.len()).rev().filter_map(|n| code.get(..n)).find_map(|prefix| {
            let same = self
                .rules
                .iter()
                .skip(from(prefix))
                .take_while(|rule| rule.prefix == prefix);
            same.into_iter().find(applies)
        });
        if let Some(rule) = covering {
            return rule.targets.iter().copied().collect();
        }
        let below = self
            .rules
            .iter()
            .skip(from(code))
            .take_while(|rule| rule.prefix.starts_with(code));
        below
            .filter(applies)
            .flat_map(|rule| rule.targets.iter().copied())
            .collect()
    }
}

fn lines_of(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

/// The revisions that a table covers, from its header.
fn revisions_of(table: &str) -> u8 {
    table
        .lines()
        .find_map(|line| line.strip_prefix("# revisions "))
        .and_then(mask)
        .unwrap_or(0)
}

/// `0456` as bits.
fn mask(revisions: &str) -> Option<u8> {
    revisions
        .bytes()
        .try_fold(0, |bits, b| matches!(b, b'0'..=b'7').then(|| bits | 1 << (b - b'0')))
}

/// `010190 111,41 @456`.
fn rule(line: &'static str, all: u8) -> Option<Rule> {
    let mut words = line.split(' ');
    let (prefix, targets) = (words.next()?, words.next()?);
    let revisions = match words.next() {
        None => all,
        Some(word) => mask(word.strip_prefix('@')?)?,
    };
    let digits = |code: &str| !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit());
    let targets: Vec<&'static str> = if targets == "-" {
        Vec::new()
    } else {
        targets.split(',').collect()
    };
    let fits = digits(prefix) && targets.iter().all(|t| digits(t)) && words.next().is_none() && revisions != 0;
    fits.then_some(Rule {
        prefix,
        targets,
        revisions,
    })
}

macro_rules! tables {
    ($($name:ident = $file:literal),+ $(,)?) => {
        $(static $name: LazyLock<Rules> = LazyLock::new(|| Rules::read(include_str!(concat!("../tables/", $file))));)+

        #[cfg(test)]
        fn every_table() -> Vec<(&'static str, &'static str, &'static Rules)> {
            vec![$(($file, include_str!(concat!("../tables/", $file)), &*$name)),+]
        }
    };
}

tables! {
    HS_BEC4 = "hs_bec4.txt",
    HS_SITC3 = "hs_sitc3.txt",
    HS_ISIC3 = "hs_isic3.txt",
    SITC_BEC4 = "sitc_bec4.txt",
    SITC3_ISIC3 = "sitc3_isic3.txt",
}

/// Looks a product up in another classification.
///
/// | from | to |
/// |---|---|
/// | HS0 to HS6, HS | BEC4, SITC3, ISIC3 |
/// | SITC2 | BEC4 |
/// | SITC3 | BEC4, ISIC3 |
///
/// A code longer than the table's (a national eight or ten digits) goes where its first
/// six digits go; a chapter or heading goes to all the targets below it. Where the revision
/// of the Harmonized System is not stated, all revisions that know the code are asked, and
/// the answer is one target only where they agree. `TOTAL` is unknown: it is everything.
///
/// Targets are unpadded: BEC 41, not 410. Rules and sources: `crates/trade/tables`.
///
/// ```
/// use trade::{Classification::{Bec4, Hs}, Concordance, concord};
/// assert_eq!(concord(Hs(0), "270112", Bec4), Concordance::One("31")); // bituminous coal
/// assert_eq!(concord(Hs(0), "010120", Bec4), Concordance::Many(vec!["111", "41"])); // asses, mules, hinnies
/// assert_eq!(concord(Hs(0), "440349", Hs(6)), Concordance::Unknown);
/// ```
pub fn concord(from: Classification, product: &str, to: Classification) -> Concordance {
    use Classification::{Bec4, Hs, HsUnstated, Isic3, Sitc};
    if product == TOTAL || product.is_empty() || !product.bytes().all(|b| b.is_ascii_digit()) {
        return Concordance::Unknown;
    }
    let (rules, revisions): (&Rules, _) = match (from, to) {
        (Hs(_) | HsUnstated, Bec4) => (&HS_BEC4, revisions(from)),
        (Hs(_) | HsUnstated, Sitc(3)) => (&HS_SITC3, revisions(from)),
        (Hs(_) | HsUnstated, Isic3) => (&HS_ISIC3, revisions(from)),
        (Sitc(2 | 3), Bec4) => (&SITC_BEC4, revisions(from)),
        (Sitc(3), Isic3) => (&SITC3_ISIC3, revisions(from)),
        _ => return Concordance::Unknown,
    };
    Concordance::of(
        revisions
            .flat_map(|revision| rules.targets(product, revision))
            .collect(),
    )
}

fn revisions(from: Classification) -> RangeInclusive<u8> {
    match from {
        Classification::Hs(r @ 0..=6) | Classification::Sitc(r @ 1..=4) => r..=r,
        Classification::HsUnstated => 0..=6,
        _ => RangeInclusive::new(1, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Classification::{Bec4, Hs, HsUnstated, Isic3, Sitc};

    #[test]
    fn the_tables_parse_wholly() {
        for (file, table, rules) in every_table() {
            let all = revisions_of(table);
            assert_ne!(all, 0, "{file}");
            let rejected: Vec<&str> = lines_of(table).filter(|line| rule(line, all).is_none()).collect();
            assert_eq!(rejected, Vec::<&str>::new(), "{file}");
            assert!(rules.rules.len() > 1000, "{file}");
        }
    }

    #[test]
    fn rules_of_one_revision_never_overlap() {
        for (file, _, rules) in every_table() {
            for pair in rules.rules.windows(2) {
                for revision in 0..8 {
                    let here: Vec<_> = pair.iter().filter(|r| r.revisions & (1 << revision) != 0).collect();
                    if let [a, b] = here[..] {
                        assert!(
                            !b.prefix.starts_with(a.prefix),
                            "{file} {revision}: {} and {}",
                            a.prefix,
                            b.prefix
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn codes_found_by_hand() {
        // Coal: primary fuel, SITC 321, ISIC 1010 (mining of hard coal).
        assert_eq!(concord(Hs(4), "270112", Bec4), Concordance::One("31"));
        assert_eq!(concord(Hs(4), "270112", Sitc(3)), Concordance::One("32121"));
        assert_eq!(concord(Hs(4), "270112", Isic3), Concordance::One("1010"));
        // Passenger cars.
        assert_eq!(concord(Hs(0), "870323", Bec4), Concordance::One("51"));
        assert_eq!(concord(Sitc(3), "7812", Bec4), Concordance::One("51"));
        // National digits go with their subheading.
        assert_eq!(concord(Hs(4), "2701121000", Bec4), Concordance::One("31"));
    }

    #[test]
    fn a_chapter_has_the_targets_of_its_parts() {
        assert_eq!(concord(Hs(0), "26", Bec4), Concordance::One("21"));
        let chapter = concord(Hs(0), "27", Bec4);
        assert!(
            chapter.targets().contains(&"31") && chapter.targets().len() > 1,
            "{chapter:?}"
        );
    }

    #[test]
    fn an_unstated_revision_asks_all() {
        assert_eq!(concord(HsUnstated, "270112", Bec4), Concordance::One("31"));
        // Horses other than for breeding existed to HS 1996 only; one revision is enough.
        assert_eq!(concord(Hs(4), "010119", Bec4), Concordance::Unknown);
        assert_eq!(concord(HsUnstated, "010119", Bec4), Concordance::One("111"));
        // What is left for 010290, other bovine animals, changed in 2012: the revisions disagree.
        assert_eq!(concord(Hs(3), "010290", Bec4), Concordance::One("111"));
        assert_eq!(
            concord(HsUnstated, "010290", Bec4),
            Concordance::Many(vec!["111", "41"])
        );
    }

    #[test]
    fn the_unknown_stays_unknown() {
        for bad in ["TOTAL", "", "coal", "27x", "é", "999998"] {
            assert_eq!(concord(Hs(0), bad, Bec4), Concordance::Unknown, "{bad}");
        }
        // Monetary gold has no category in the table of 1996.
        assert_eq!(concord(Hs(1), "710820", Bec4), Concordance::Unknown);
        assert_eq!(concord(Hs(9), "270112", Bec4), Concordance::Unknown);
        assert_eq!(concord(Classification::Compiler, "27", Bec4), Concordance::Unknown);
    }
}
