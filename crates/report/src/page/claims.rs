//! The claims as a matrix and one by one.

use super::html::link;
use super::{ClaimRow, Claims, Link, Outcome, ScenarioVerdict, Verdict};
use serde::Serialize;

/// A verdict as the page shows it: a sign, a word, a class.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Badge {
    pub(crate) class: &'static str,
    pub(crate) words: &'static str,
}

impl Badge {
    pub(crate) fn of(verdict: Verdict) -> Badge {
        let class = match verdict {
            Verdict::Robust => "robust",
            Verdict::OneSource => "single",
            Verdict::DependsOnSource | Verdict::DependsOnWay => "depends",
            Verdict::Contradicted | Verdict::OneSourceAgainst => "contradicted",
            Verdict::Undecided => "unshown",
            Verdict::NotTestable => "untestable",
        };
        Badge {
            class,
            words: verdict.words(),
        }
    }

    fn of_outcome(outcome: &Outcome) -> Badge {
        match outcome {
            Outcome::Holds => Badge {
                class: "robust",
                words: "holds",
            },
            Outcome::Fails => Badge {
                class: "contradicted",
                words: "fails",
            },
            Outcome::NotShown(_) => Badge {
                class: "unshown",
                words: "not shown",
            },
            Outcome::Undecidable(_) => Badge {
                class: "untestable",
                words: "cannot tell",
            },
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct ClaimsView {
    prose: Vec<String>,
    /// The titles of the scenarios that any claim was asked under, in order of appearance.
    scenarios: Vec<String>,
    /// How many claims have a verdict, and how many of them with a caution.
    tally: Vec<(Badge, usize, usize)>,
    /// The claims that were asked under any scenario.
    rows: Vec<ClaimView>,
    /// Those that no scenario was asked about: nothing is said of them.
    unasked: Vec<ClaimView>,
}

#[derive(Debug, Serialize)]
struct ClaimView {
    anchor: String,
    /// A letter or two; empty where the claim has a name in words.
    id: String,
    name: String,
    text: String,
    source: String,
    test: String,
    overall: Badge,
    caution: String,
    /// A badge for each scenario of the matrix.
    cells: Vec<Option<Badge>>,
    /// How often it holds, fails and is undecidable, where there is no room for a matrix.
    counts: Vec<(Badge, usize)>,
    verdicts: Vec<VerdictView>,
    decided_by: String,
    note: String,
    evidence: Vec<String>,
}

#[derive(Debug, Serialize)]
struct VerdictView {
    scenario: String,
    /// The scenario's name, as a link where there is evidence.
    evidence: String,
    badge: Badge,
    numbers: String,
    reason: String,
}

/// A label of so many letters stands before the claim, a longer one above it.
const LETTERS: usize = 3;

/// The anchor of a claim.
pub(crate) fn anchor(id: &str) -> String {
    super::html::anchor(&format!("claim-{id}"))
}

/// The claims as the page shows them; `titled` are the scenarios in their order, each with its title.
pub(crate) fn view(claims: &Claims, titled: &[(String, String)]) -> ClaimsView {
    let mut scenarios: Vec<String> = Vec::new();
    let asked = || claims.rows.iter().flat_map(|row| &row.verdicts).map(|v| &v.scenario);
    for name in titled
        .iter()
        .map(|(name, _)| name)
        .filter(|name| asked().any(|asked| asked == *name))
        .chain(asked())
    {
        if !scenarios.contains(name) {
            scenarios.push(name.clone());
        }
    }
    let (asked, unasked): (Vec<&ClaimRow>, Vec<&ClaimRow>) =
        claims.rows.iter().partition(|row| !row.verdicts.is_empty());
    let of = |verdict| claims.rows.iter().filter(move |row| row.overall == verdict);
    let cautioned = |verdict| of(verdict).filter(|row| !row.caution.is_empty()).count();
    let tally = Verdict::ALL
        .map(|v| (Badge::of(v), of(v).count(), cautioned(v)))
        .into_iter()
        .filter(|t| t.1 > 0)
        .collect();
    let title = |name: &str| {
        let found = titled.iter().find(|(other, title)| other == name && !title.is_empty());
        found.map_or(name, |(_, title)| title.as_str()).to_owned()
    };
    let views = |rows: &[&ClaimRow]| rows.iter().map(|row| claim(row, &scenarios, &title)).collect();
    ClaimsView {
        prose: claims.prose.clone(),
        rows: views(&asked),
        unasked: views(&unasked),
        scenarios: scenarios.iter().map(|name| title(name)).collect(),
        tally,
    }
}

fn claim(row: &ClaimRow, scenarios: &[String], title: &dyn Fn(&str) -> String) -> ClaimView {
    let cell = |name: &String| {
        row.verdicts
            .iter()
            .find(|v| v.scenario == *name)
            .map(|v| Badge::of_outcome(&v.outcome))
    };
    let source = Link {
        text: row.source.clone(),
        href: row.source_url.clone(),
    };
    let lettered = row.label.chars().count() <= LETTERS;
    ClaimView {
        anchor: anchor(&row.id),
        id: if lettered { row.label.clone() } else { String::new() },
        name: if lettered { String::new() } else { row.label.clone() },
        text: row.text.clone(),
        source: link(&source),
        test: row.test.clone(),
        overall: Badge::of(row.overall),
        caution: row.caution.clone(),
        cells: scenarios.iter().map(cell).collect(),
        counts: counts(row),
        verdicts: row.verdicts.iter().map(|v| verdict(v, title)).collect(),
        decided_by: row.decided_by.clone(),
        note: row.note.clone(),
        evidence: row.evidence.iter().map(link).collect(),
    }
}

/// How many scenarios came to each outcome, in order of appearance.
fn counts(row: &ClaimRow) -> Vec<(Badge, usize)> {
    let mut counts: Vec<(Badge, usize)> = Vec::new();
    for badge in row.verdicts.iter().map(|v| Badge::of_outcome(&v.outcome)) {
        match counts.iter_mut().find(|(other, _)| other.words == badge.words) {
            Some((_, count)) => *count += 1,
            None => counts.push((badge, 1)),
        }
    }
    counts
}

fn verdict(verdict: &ScenarioVerdict, title: &dyn Fn(&str) -> String) -> VerdictView {
    let reason = match &verdict.outcome {
        Outcome::NotShown(reason) | Outcome::Undecidable(reason) => reason.clone(),
        Outcome::Holds | Outcome::Fails => String::new(),
    };
    let to = Link {
        text: title(&verdict.scenario),
        href: verdict.evidence.clone(),
    };
    VerdictView {
        evidence: link(&to),
        scenario: verdict.scenario.clone(),
        badge: Badge::of_outcome(&verdict.outcome),
        numbers: verdict.numbers.clone(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_has_another_sign_than_what_cannot_be_told() {
        let of = |outcome| Badge::of_outcome(&outcome).class;
        let (unshown, unknown) = (
            of(Outcome::NotShown(String::new())),
            of(Outcome::Undecidable(String::new())),
        );
        assert_ne!(unshown, unknown);
        assert_eq!(Badge::of(Verdict::Undecided).class, unshown);
        assert_eq!(Badge::of(Verdict::NotTestable).class, unknown);
        for class in [unshown, unknown] {
            assert!(include_str!("../../templates/icons.html").contains(&format!("id=\"i-{class}\"")));
        }
    }
}
