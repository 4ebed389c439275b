//! Economies whose names are easily taken for one another: where goods of the one are booked as the other's.

use super::{Economies, EconomyKind};
use crate::Economy;
use crate::nearest::distance;

/// Words that tell no economy apart.
const GENERIC: &[&str] = &[
    "african",
    "american",
    "arab",
    "british",
    "caledonia",
    "central",
    "christmas",
    "democratic",
    "dutch",
    "east",
    "eastern",
    "french",
    "indian",
    "island",
    "islands",
    "kingdom",
    "minor",
    "north",
    "northern",
    "ocean",
    "outlying",
    "part",
    "republic",
    "saint",
    "south",
    "southern",
    "states",
    "territories",
    "territory",
    "the",
    "united",
    "west",
    "western",
    "zealand",
];

impl Economies {
    /// Pairs of present countries and territories with names that are easily confused, each in order of code: a
    /// distinctive word of the two is the same (South and North Korea, the two Congos), begins the other (Niger,
    /// Nigeria), or differs in at most a quarter of its letters (Austria, Australia; Levenshtein 1966).
    pub fn look_alikes(&self) -> Vec<(Economy, Economy)> {
        let names: Vec<(Economy, Vec<String>)> = self
            .list
            .iter()
            .filter(|e| matches!(e.kind, EconomyKind::Country | EconomyKind::Territory) && e.capital.is_some())
            .map(|e| (e.code, distinctive(e.name)))
            .collect();
        let mut pairs = Vec::new();
        for (i, (a, one)) in names.iter().enumerate() {
            for (b, two) in &names[i + 1..] {
                if one.iter().any(|x| two.iter().any(|y| alike(x, y))) {
                    pairs.push((*a, *b));
                }
            }
        }
        pairs
    }
}

fn distinctive(name: &str) -> Vec<String> {
    name.to_lowercase()
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| word.chars().count() >= 4 && !GENERIC.contains(word))
        .map(str::to_owned)
        .collect()
}

fn alike(a: &str, b: &str) -> bool {
    let starts = a.chars().count().min(b.chars().count()) >= 5 && (a.starts_with(b) || b.starts_with(a));
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    starts || 4 * distance(&a, &b) <= a.len().max(b.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::economies;

    #[test]
    fn names_that_statisticians_confuse_are_found() {
        let pairs = economies().look_alikes();
        let found = |a: &str, b: &str| pairs.contains(&(Economy::new(a).unwrap(), Economy::new(b).unwrap()));
        for (a, b) in [
            ("KOR", "PRK"),
            ("COD", "COG"),
            ("AUS", "AUT"),
            ("SVK", "SVN"),
            ("NER", "NGA"),
            ("DMA", "DOM"),
            ("GIN", "GNB"),
            ("GNQ", "PNG"),
            ("IRN", "IRQ"),
            ("SDN", "SSD"),
            ("VGB", "VIR"),
        ] {
            assert!(found(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("KOR", "ZAF"),
            ("GBR", "USA"),
            ("CHN", "JPN"),
            ("DOM", "COG"),
            ("FIN", "NFK"),
        ] {
            assert!(!found(a, b), "{a} {b}");
        }
        assert!(pairs.len() < 45, "{}", pairs.len());
    }
}
