//! How sure a claim is, in words: how many ways to count bear it out, of how many sources, and what the errors of
//! reports leave of it.

use super::page::title_of;
use model::{Cell, Table};
use study::{Judged, Overall, Run, Study, Verdict};

/// How many scenarios bear a claim out, and in how many of them it outlasts the errors of reports.
pub(super) fn how_sure(judged: &Judged, study: &Study, run: &Run) -> String {
    let count = |word: &str| judged.verdicts.iter().filter(|(_, v, _)| v.word() == word).count();
    let (ways, without) = (judged.verdicts.len(), count("undecidable"));
    let told = [("holds", "holds"), ("fails", "fails"), ("not shown", "is not shown")];
    let told: Vec<String> = told
        .iter()
        .map(|(word, said)| (count(word), said))
        .filter(|(many, _)| *many > 0)
        .map(|(many, said)| format!("{said} in {}", of_ways(many, ways)))
        .collect();
    // In the order of the study, each once.
    let telling = judged.sources_of(|v| !matches!(v, Verdict::Undecidable(_)));
    let mut sources: Vec<&str> = Vec::new();
    for source in judged
        .sources
        .iter()
        .map(String::as_str)
        .filter(|s| telling.contains(s))
    {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let mut words = match (told.as_slice(), ways, without) {
        ([], ..) => "None of the ways to count has the figures.".to_owned(),
        (_, 1, _) => "There is one way to count.".to_owned(),
        (_, ways, 0) if count("not shown") == ways => {
            format!("The claim is shown in none of the {ways} ways to count.")
        }
        ([only], _, 0) => format!("The claim {only}."),
        (told, _, 0) => format!("Of {ways} ways to count, the claim {}.", listed(told)),
        (told, _, 1) => format!(
            "Of {ways} ways to count, the claim {}; one does not have the figures.",
            listed(told)
        ),
        (told, ..) => format!(
            "Of {ways} ways to count, the claim {}; {without} do not have the figures.",
            listed(told)
        ),
    };
    words.push_str(&match (sources.len(), without) {
        (0, _) => String::new(),
        (1, _) => format!(" All that is known rests on one source: {}.", listed(&sources)),
        (n, 0) => format!(" They rest on {n} sources: {}.", listed(&sources)),
        (n, _) => format!(" Those that have them rest on {n} sources: {}.", listed(&sources)),
    });
    let drawn = drawn_tests(&judged.id, study, run);
    if let (Some(draws), false) = (&study.file.draws, drawn.is_empty()) {
        words.push_str(&format!(
            " When partners' reports are varied at random by as much as reporters usually err ({} draws): {}.",
            draws.number,
            drawn.join("; ")
        ));
    }
    words
}

/// What a verdict that a claim holds does not say: that errors of the reports could undo it.
pub(super) fn caution(judged: &Judged, run: &Run) -> String {
    let holds = matches!(judged.overall, Overall::Robust | Overall::OneSource);
    let table = run.tables.iter().find(|t| t.id == "draws-survival");
    let place = |table: &Table, name: &str| table.columns.iter().position(|c| c.name == name);
    let undone = table.filter(|_| holds).is_some_and(|table| {
        let (Some(of), Some(conclusion)) = (place(table, "claim"), place(table, "conclusion")) else {
            return false;
        };
        let rows = table
            .rows
            .iter()
            .filter(|row| row[of] == Cell::from(judged.id.as_str()));
        rows.into_iter().any(|row| row[conclusion] != Cell::from("survives"))
    });
    if undone {
        "across sources, but errors in the reports could undo it".to_owned()
    } else {
        String::new()
    }
}

fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

/// How many ways to count, of how many.
fn of_ways(many: usize, ways: usize) -> String {
    match (many, ways) {
        (2, 2) => "both ways to count".to_owned(),
        (many, ways) if many == ways => format!("all {ways} ways to count"),
        (many, _) => many.to_string(),
    }
}

/// What the draws say of each test of a claim under each scenario that was drawn.
fn drawn_tests(claim: &str, study: &Study, run: &Run) -> Vec<String> {
    let Some(table) = run.tables.iter().find(|t| t.id == "draws-survival") else {
        return Vec::new();
    };
    let place = |name: &str| table.columns.iter().position(|c| c.name == name);
    let columns = ["claim", "scenario", "test", "least_holds_in", "most_holds_in"].map(place);
    let [Some(of), Some(scenario), Some(test), Some(least), Some(most)] = columns else {
        return Vec::new();
    };
    let tests = study
        .file
        .claim
        .iter()
        .find(|c| c.id == claim)
        .map_or(0, |c| c.test.len());
    let told = table.rows.iter().filter(|row| row[of] == Cell::from(claim));
    let said = told.map(|row| {
        let text = |at: usize| match &row[at] {
            Cell::Text(text) => text.as_str(),
            _ => "",
        };
        let title = title_of(text(scenario), study);
        let what = if tests > 1 {
            format!(", {}", text(test))
        } else {
            String::new()
        };
        let per_cent = |at: usize| match row[at] {
            Cell::Number(share) => Some(format!("{:.0}", share * 100.0)),
            _ => None,
        };
        match (per_cent(least), per_cent(most)) {
            (Some(least), Some(most)) if least == most => {
                format!("under “{title}”{what}, it holds in {least} per cent of draws")
            }
            (Some(least), Some(most)) => {
                format!(
                    "under “{title}”{what}, it holds in {least} to {most} per cent of draws, depending on the freight taken off"
                )
            }
            _ => format!("under “{title}”{what}, most draws leave it open"),
        }
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::{listed, of_ways};

    #[test]
    fn a_list_ends_in_and() {
        assert_eq!(
            [&["a"][..], &["a", "b"], &["a", "b", "c"]].map(listed),
            ["a", "a and b", "a, b and c"]
        );
        assert_eq!(
            [(2, 2), (8, 8), (5, 8)].map(|(many, ways)| of_ways(many, ways)),
            ["both ways to count", "all 8 ways to count", "5"]
        );
    }
}
