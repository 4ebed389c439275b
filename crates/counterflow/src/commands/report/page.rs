//! The comparison of two runs as a page.

use super::tables::Differences;
use crate::results::Results;
use model::{Cell, Table};
use report::page::{Block, Page, Section, SummaryItem};

/// How many rows of a table stand open; others are folded. Of very long tables the page has no more than these.
const ROWS_SHOWN: usize = 25;
/// What columns are called on the page.
const HEADINGS: [(&str, &str); 9] = [
    ("old", "Before"),
    ("new", "Now"),
    ("relative_change", "Change"),
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
pub fn page(differences: &Differences, old: &Results, new: &Results) -> Page {
    let nothing = differences.all().rows.is_empty();
    let section = |id: &str, title: &str, prose: &str, tables: &[&Table]| Section {
        id: id.to_owned(),
        title: title.to_owned(),
        prose: vec![prose.into()],
        blocks: match tables
            .iter()
            .filter(|t| !t.rows.is_empty())
            .map(|t| block(t))
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
                  of what it says, not of how it is written.";
    let mut summary: Vec<SummaryItem> = differences.claims.rows.iter().map(|row| changed(row)).collect();
    if summary.is_empty() {
        summary.push(SummaryItem {
            text: "Nothing that is claimed has another verdict over all scenarios.".into(),
            ..SummaryItem::default()
        });
    }
    let side = |name: &str, results: &Results| {
        (
            name.to_owned(),
            format!("{}: {}", results.folder.display(), results.manifest.program),
        )
    };
    Page {
        kicker: "counterflow comparison".to_owned(),
        title: format!("What differs between two runs of {}", new.manifest.study),
        lede: if nothing {
            "Nothing: the same inputs, verdicts and findings.".into()
        } else {
            differences.sentence().into()
        },
        dateline: format!("from {} to {}", old.folder.display(), new.folder.display()),
        summary,
        sections: vec![
            section(
                "verdicts",
                "Verdicts",
                verdicts,
                &[&differences.claims, &differences.verdicts],
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
            section("inputs", "What went in", inputs, &[&in_short(&differences.inputs)]),
        ],
        provenance: vec![side("the older run", old), side("the newer run", new)],
        ..Page::default()
    }
}

fn changed(row: &[Cell]) -> SummaryItem {
    let words = |at: usize| match &row[at] {
        Cell::Text(text) => text.as_str(),
        _ => "",
    };
    SummaryItem {
        text: format!("{} Before: {}. Now: {}.", words(1), words(2), words(3)).into(),
        detail: format!("Claim {}, over all ways to count.", words(0)).into(),
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
