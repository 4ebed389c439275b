//! Economies whose names are easily taken for one another: where goods of the one are booked as the other's.

use super::{Economies, EconomyKind};
use crate::Economy;

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
    let longest = a.chars().count().max(b.chars().count());
    let starts = a.chars().count().min(b.chars().count()) >= 5 && (a.starts_with(b) || b.starts_with(a));
    starts || 4 * distance(a, b) <= longest
}

/// Levenshtein's distance: the fewest letters to insert, delete or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
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

    #[test]
    fn distances_by_hand() {
        assert_eq!(
            [
                distance("kitten", "sitting"),
                distance("", "abc"),
                distance("iran", "iraq")
            ],
            [3, 3, 1]
        );
    }
}
