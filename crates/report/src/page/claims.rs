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
            Verdict::DependsOnSource => "depends",
            Verdict::Contradicted | Verdict::OneSourceAgainst => "contradicted",
            Verdict::Undecided | Verdict::NotTestable => "untestable",
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
                class: "untestable",
                words: "not shown",
            },
            Outcome::Undecidable(_) => Badge {
                class: "untestable",
                words: "undecidable",
            },
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct ClaimsView {
    prose: Vec<String>,
    /// The scenarios that any claim was asked under, in order of appearance.
    scenarios: Vec<String>,
    tally: Vec<(Badge, usize)>,
    rows: Vec<ClaimView>,
}

#[derive(Debug, Serialize)]
struct ClaimView {
    anchor: String,
    id: String,
    text: String,
    source: String,
    test: String,
    overall: Badge,
    /// A badge for each scenario of the matrix.
    cells: Vec<Option<Badge>>,
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

/// The anchor of a claim.
pub(crate) fn anchor(id: &str) -> String {
    super::html::anchor(&format!("claim-{id}"))
}

pub(crate) fn view(claims: &Claims, order: &[String]) -> ClaimsView {
    let mut scenarios: Vec<String> = Vec::new();
    let asked = || claims.rows.iter().flat_map(|row| &row.verdicts).map(|v| &v.scenario);
    for name in order
        .iter()
        .filter(|name| asked().any(|asked| asked == *name))
        .chain(asked())
    {
        if !scenarios.contains(name) {
            scenarios.push(name.clone());
        }
    }
    let count = |verdict| claims.rows.iter().filter(|row| row.overall == verdict).count();
    let tally = Verdict::ALL
        .map(|v| (Badge::of(v), count(v)))
        .into_iter()
        .filter(|t| t.1 > 0)
        .collect();
    let rows = claims.rows.iter().map(|row| claim(row, &scenarios)).collect();
    ClaimsView {
        prose: claims.prose.clone(),
        scenarios,
        tally,
        rows,
    }
}

fn claim(row: &ClaimRow, scenarios: &[String]) -> ClaimView {
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
    ClaimView {
        anchor: anchor(&row.id),
        id: row.id.clone(),
        text: row.text.clone(),
        source: link(&source),
        test: row.test.clone(),
        overall: Badge::of(row.overall),
        cells: scenarios.iter().map(cell).collect(),
        verdicts: row.verdicts.iter().map(verdict).collect(),
        decided_by: row.decided_by.clone(),
        note: row.note.clone(),
        evidence: row.evidence.iter().map(link).collect(),
    }
}

fn verdict(verdict: &ScenarioVerdict) -> VerdictView {
    let reason = match &verdict.outcome {
        Outcome::NotShown(reason) | Outcome::Undecidable(reason) => reason.clone(),
        Outcome::Holds | Outcome::Fails => String::new(),
    };
    let to = Link {
        text: verdict.scenario.clone(),
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
