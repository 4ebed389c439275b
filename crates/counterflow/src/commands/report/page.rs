//! The comparison of two runs as a page.

use super::tables::Differences;
use super::{settings, ways};
use crate::fail::Outcome;
use crate::results::Results;
use model::{Cell, Finding, Table};
use report::page::{Block, Page, Section, SummaryItem};
use report::{finding_words, told};
use std::collections::BTreeMap;
use study::StudyFile;

/// How many rows of a table stand open; others are folded. Of very long tables the page has no more than these.
const ROWS_SHOWN: usize = 25;
/// What columns are called on the page.
const HEADINGS: [(&str, &str); 18] = [
    ("holds_old", "Holds in, before"),
    ("holds_new", "Holds in, now"),
    ("ways_old", "of ways, before"),
    ("ways_new", "of ways, now"),
    ("why", "Why it can differ"),
    ("low_old", "Low, before"),
    ("high_old", "High, before"),
    ("low_new", "Low, now"),
    ("high_new", "High, now"),
    ("old", "Before"),
    ("new", "Now"),
    ("relative_change", "Change, of the size before"),
    ("what", "What it is"),
    ("claims", "Behind claims"),
    ("text", "What is claimed"),
    ("numbers_old", "Numbers before"),
    ("numbers_new", "Numbers now"),
    ("moved_by_widths", "Moved by widths"),
];
/// The letters of a SHA-256, and how many of them the page prints.
const HASH_LETTERS: usize = 64;
const SHORT_LETTERS: usize = 16;

/// The page.
///
/// # Errors
/// When a run's study file cannot be read.
pub fn page(differences: &Differences, old: &Results, new: &Results) -> Outcome<Page> {
    let named = Named::of(old, new)?;
    let nothing = differences.all().rows.is_empty();
    let section = |id: &str, title: &str, prose: &str, tables: &[&Table]| Section {
        id: id.to_owned(),
        title: title.to_owned(),
        prose: vec![prose.into()],
        blocks: match tables
            .iter()
            .filter(|t| !t.rows.is_empty())
            .map(|t| block(&named.told(t)))
            .collect::<Vec<_>>()
        {
            none if none.is_empty() => vec![Block::Prose("None differs.".to_owned())],
            blocks => blocks,
        },
    };
    let verdicts =
        "A claim's verdict over all scenarios rests on its verdicts under each. What is not listed is the same.";
    let findings = "A finding is listed where the two runs differ by more than its class allows: sums must be the same, \
                    what goes through logarithms or a decomposition agrees to nine digits, what rests on random draws \
                    to one per cent. Those that claims rest on come first, and among them the largest relative change; findings that \
                    only one run has stand at the end. All of them: `report --compare`, with `--format csv`.";
    let inputs = "The keys of the study file that are not the same, the program, and the pins. A pin is told by the hash \
                  of what it says, not of how it is written; which of its figures differ, in the ways to count that both runs have, \
                  stands below it.";
    let mut summary: Vec<SummaryItem> = differences.claims.rows.iter().map(|row| changed(row, &named)).collect();
    let other = |row: &&Vec<Cell>| !differences.claims.rows.iter().any(|claim| claim[0] == row[0]);
    let flipped = differences.ways.rows.iter().filter(other);
    summary.extend(flipped.map(|row| SummaryItem {
        text: format!("{}.", ways::sentence(row)).into(),
        detail: "Its verdict over all ways to count is as before.".into(),
        ..SummaryItem::default()
    }));
    if summary.is_empty() {
        summary.push(SummaryItem {
            text: "Nothing that is claimed has another verdict, over all ways to count or in any.".into(),
            ..SummaryItem::default()
        });
    }
    let side = |name: &str, results: &Results| {
        (
            name.to_owned(),
            format!("{}: {}", results.folder.display(), results.manifest.program),
        )
    };
    Ok(Page {
        kicker: "counterflow comparison".to_owned(),
        notice: differences.altered.join("; "),
        title: match &named.study {
            Some(study) => format!("What differs between two runs: {}", study.title),
            None => format!("What differs between two runs of {}", new.manifest.study),
        },
        lede: if nothing {
            "Nothing: the same inputs, verdicts and findings.".into()
        } else {
            named.sentence(differences).into()
        },
        dateline: format!("from {} to {}", old.folder.display(), new.folder.display()),
        summary,
        sections: vec![
            section(
                "verdicts",
                "Verdicts",
                verdicts,
                &[&differences.claims, &differences.ways, &differences.verdicts],
            ),
            section(
                "draws",
                "What survives the errors of reports",
                "Where a study draws the errors of reports anew, a conclusion is said to survive them or not, and a finding has \
                 an interval. How far an interval's ends moved is told in widths of the interval; those of findings that \
                 claims rest on come first; where a table shows the first rows alone, `report --compare` with `--format csv` has all. \
                 What is in none of them is the same.",
                &[&differences.survival, &differences.intervals],
            ),
            section("findings", "Findings that moved", findings, &[&differences.findings]),
            section(
                "inputs",
                "What went in",
                inputs,
                &[&in_short(&differences.inputs), &differences.figures],
            ),
        ],
        provenance: vec![side("the older run", old), side("the newer run", new)],
        ..Page::default()
    })
}

/// What the ids of two runs are called: by the newer run's study file, or the older's where the newer left none.
struct Named<'r> {
    study: Option<StudyFile>,
    findings: BTreeMap<String, &'r Finding>,
}

impl<'r> Named<'r> {
    fn of(old: &'r Results, new: &'r Results) -> Outcome<Self> {
        let study = match settings::study(new)? {
            Some(study) => Some(study),
            None => settings::study(old)?,
        };
        let findings = old.findings.iter().chain(&new.findings);
        Ok(Named {
            study,
            findings: findings.map(|f| (f.id(), f)).collect(),
        })
    }

    /// A finding in words, with the way to count that it is of: `IMF-based: partner share: exports, China, 2008`.
    fn finding(&self, id: &str) -> Option<String> {
        let (study, finding) = (self.study.as_ref()?, self.findings.get(id)?);
        let scenario = told("scenario", &finding.scenario, study);
        Some(format!("{scenario}: {}", finding_words(finding, study)))
    }

    /// A cell's text as a reader is told it.
    fn cell(&self, column: &str, text: &str) -> Option<String> {
        let study = self.study.as_ref()?;
        match column {
            "finding" => self.finding(text),
            "claim" | "scenario" | "reporter" | "partner" | "flow" => Some(told(column, text, study)),
            "old" | "new" => Some(told("conclusion", text, study)),
            _ => None,
        }
    }

    /// A table with names for its ids; the data of the comparison has the ids.
    fn told(&self, table: &Table) -> Table {
        let mut table = table.clone();
        for row in &mut table.rows {
            for (cell, column) in row.iter_mut().zip(&table.columns) {
                if let Cell::Text(text) = cell
                    && let Some(words) = self.cell(&column.name, text)
                {
                    *text = words;
                }
            }
        }
        table
    }

    /// The differences in one sentence, its findings in words.
    fn sentence(&self, differences: &Differences) -> String {
        let mut sentence = differences.sentence();
        if let Some(Cell::Text(id)) = differences.findings.rows.first().and_then(|row| row.first())
            && let Some(words) = self.finding(id)
        {
            sentence = sentence.replacen(id, &format!("“{words}”"), 1);
        }
        sentence
    }
}

fn changed(row: &[Cell], named: &Named<'_>) -> SummaryItem {
    let words = |at: usize| match &row[at] {
        Cell::Text(text) => text.as_str(),
        _ => "",
    };
    SummaryItem {
        text: format!("{} Before: {}. Now: {}.", words(1), words(2), words(3)).into(),
        detail: format!(
            "Claim {}, over all ways to count.",
            named
                .study
                .as_ref()
                .and_then(|study| study.claim.iter().find(|claim| claim.id == words(0)))
                .map_or_else(|| words(0).to_owned(), study::ClaimFile::label)
        )
        .into(),
        ..SummaryItem::default()
    }
}

/// Hashes by their first letters, as people compare them; the data of the comparison has them whole.
fn in_short(inputs: &Table) -> Table {
    let mut short = inputs.clone();
    for cell in short.rows.iter_mut().flatten() {
        if let Cell::Text(text) = cell
            && text.len() == HASH_LETTERS
            && text.bytes().all(|b| b.is_ascii_hexdigit())
        {
            *cell = format!("{}…", &text[..SHORT_LETTERS]).into();
        }
    }
    short
}

fn block(table: &Table) -> Block {
    let mut table = table.clone();
    for column in &mut table.columns {
        if let Some((_, heading)) = HEADINGS.iter().find(|(name, _)| *name == column.name) {
            (*heading).clone_into(&mut column.heading);
        }
        if column.name == "relative_change" {
            // Told in per cent.
            "share".clone_into(&mut column.unit);
        }
    }
    Block::Table {
        table,
        rows_shown: ROWS_SHOWN,
        file: None,
        evidence: Vec::new(),
    }
}
