//! Claim by claim, in how many ways to count two runs have it hold, and why that differs.

use model::{Cell, Kind, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Verdicts by claim: the claim's text, and the word of each scenario that it was asked under.
pub type ByClaim = BTreeMap<String, (String, BTreeMap<String, String>)>;

/// Whether a key of the study file can change a verdict: one that only says something cannot.
fn counts(key: &str) -> bool {
    let name = key.rsplit([' ', '.']).next().unwrap_or(key);
    ![
        "title",
        "description",
        "text",
        "reading",
        "source",
        "decided_by",
        "says",
        "reason",
        "reference",
    ]
    .contains(&name)
}

/// What differs between the inputs of two runs.
#[derive(Debug, Default)]
pub struct Causes {
    /// Pins that say something else.
    pub pins: Vec<String>,
    /// Keys of the study file.
    pub keys: Vec<String>,
    /// Whether it was another program.
    pub program: bool,
}

impl Causes {
    /// From the table of inputs, whose rows begin with what they are and its name.
    pub fn of(inputs: &Table, key: &str) -> Causes {
        let mut causes = Causes::default();
        for row in &inputs.rows {
            let [Cell::Text(what), Cell::Text(name), ..] = row.as_slice() else {
                continue;
            };
            match what.as_str() {
                "pin" => causes.pins.push(name.clone()),
                "program" => causes.program = true,
                what if what == key => causes.keys.push(name.clone()),
                _ => {}
            }
        }
        causes
    }

    /// Why the verdicts on a claim can differ: its own tests, the data, how the study counts, the program.
    fn why(&self, claim: &str, [added, gone]: [usize; 2]) -> String {
        let (own, any) = (format!("claim {claim}: "), |begin: &str| {
            self.keys.iter().any(|key| key.starts_with(begin) && counts(key))
        });
        let mut causes = Vec::new();
        let ways = |n: usize| {
            if n == 1 {
                "one way was".to_owned()
            } else {
                format!("{n} ways were")
            }
        };
        for (n, what) in [(added, "added"), (gone, "taken out")] {
            if n > 0 {
                causes.push(format!("{} {what}", ways(n)));
            }
        }
        if added + gone == 0 && any(&own) {
            causes.push("its test was changed in the study".to_owned());
        }
        if !self.pins.is_empty() {
            causes.push(format!("the data changed ({})", self.pins.join(", ")));
        }
        if added + gone == 0
            && ["scenario ", "guard ", "model", "seed", "economy"]
                .iter()
                .any(|begin| any(begin))
        {
            causes.push("the study counts otherwise".to_owned());
        }
        if self.program {
            causes.push("another program counted".to_owned());
        }
        causes.join("; ")
    }
}

/// The claims of which some way to count says something else: `claim`, `text`, in how many it holds and is asked before
/// and now, `why`; those of which most ways changed first.
pub fn changed(before: &ByClaim, after: &ByClaim, causes: &Causes) -> Table {
    let (text, count) = (|name| (name, Kind::Text, ""), |name| (name, Kind::Integer, ""));
    let columns = [
        text("claim"),
        text("text"),
        count("holds_old"),
        count("holds_new"),
        count("ways_old"),
        count("ways_new"),
        text("why"),
    ];
    let mut table = Table::new("ways", "In how many ways to count a claim holds", &columns);
    let none = (String::new(), BTreeMap::new());
    let mut rows = Vec::new();
    for claim in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let (old, new) = (before.get(claim).unwrap_or(&none), after.get(claim).unwrap_or(&none));
        let scenarios: BTreeSet<&String> = old.1.keys().chain(new.1.keys()).collect();
        let flips = scenarios.iter().filter(|s| old.1.get(**s) != new.1.get(**s)).count();
        if flips == 0 {
            continue;
        }
        let words = if new.0.is_empty() { &old.0 } else { &new.0 };
        let only = |here: &BTreeMap<String, String>, there: &BTreeMap<String, String>| {
            here.keys().filter(|scenario| !there.contains_key(*scenario)).count()
        };
        let holds = |side: &BTreeMap<String, String>| side.values().filter(|word| *word == "holds").count() as i64;
        let row = vec![
            claim.as_str().into(),
            words.as_str().into(),
            holds(&old.1).into(),
            holds(&new.1).into(),
            (old.1.len() as i64).into(),
            (new.1.len() as i64).into(),
            causes.why(claim, [only(&new.1, &old.1), only(&old.1, &new.1)]).into(),
        ];
        rows.push((std::cmp::Reverse(flips), row));
    }
    rows.sort_by_key(|(flips, _)| *flips);
    table.rows = rows.into_iter().map(|(_, row)| row).collect();
    table
}

/// A row of [`changed`] as a sentence: `c “The deficit ...”: before it holds in 7 of 8 ways to count, now it ...`.
pub fn sentence(row: &[Cell]) -> String {
    let text = |at: usize| match &row[at] {
        Cell::Text(text) => text.as_str(),
        _ => "",
    };
    let number = |at: usize| match &row[at] {
        Cell::Integer(number) => *number,
        _ => 0,
    };
    let asked = |holds: i64, ways: i64| match ways {
        0 => "is not asked".to_owned(),
        _ => format!("holds in {holds} of {ways} ways to count"),
    };
    let why = match text(6) {
        "" => String::new(),
        why => format!(" ({why})"),
    };
    format!(
        "{} “{}”: before it {}, now it {}{why}",
        text(0),
        text(1).trim_end_matches('.'),
        asked(number(2), number(4)),
        asked(number(3), number(5)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(words: &[(&str, &str)]) -> ByClaim {
        let ways = words.iter().map(|(s, w)| ((*s).to_owned(), (*w).to_owned())).collect();
        BTreeMap::from([("c".to_owned(), ("It is so.".to_owned(), ways))])
    }

    #[test]
    fn single_ways_are_counted_and_their_cause_named() {
        let (old, new) = (
            side(&[("a", "holds"), ("b", "holds")]),
            side(&[("a", "holds"), ("b", "fails")]),
        );
        let causes = Causes {
            keys: vec!["claim c: test[1].value".to_owned()],
            ..Causes::default()
        };
        let table = changed(&old, &new, &causes);
        assert_eq!(
            sentence(&table.rows[0]),
            "c “It is so”: before it holds in 2 of 2 ways to count, now it holds in 1 of 2 ways to count (its test was changed in the study)"
        );
        assert!(changed(&old, &old, &causes).rows.is_empty());
        let data = Causes {
            pins: vec!["x".to_owned()],
            ..Causes::default()
        };
        assert_eq!(data.why("c", [0, 0]), "the data changed (x)");
        let words = Causes {
            keys: vec!["claim c: reading".to_owned(), "scenario a: title".to_owned()],
            ..Causes::default()
        };
        assert_eq!(words.why("c", [0, 0]), "");
        // A way more says what happened; that keys of the study differ is the same, told less plainly.
        assert_eq!(causes.why("c", [1, 0]), "one way was added");
        assert_eq!(data.why("c", [0, 2]), "2 ways were taken out; the data changed (x)");
    }
}
