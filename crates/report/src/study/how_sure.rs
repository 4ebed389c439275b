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
        (1, _) => match with_others(judged, sources[0]) {
            others if others.is_empty() => format!(" All that is known rests on one source: {}.", sources[0]),
            others => format!(
                " All that is known rests on one source, {}, alone or reconciled with {}.",
                sources[0],
                listed(&others)
            ),
        },
        (n, 0) => format!(" They rest on {n} sources: {}.", listed(&sources)),
        (n, _) => format!(" Those that have them rest on {n} sources: {}.", listed(&sources)),
    });
    let drawn = drawn_tests(&judged.id, study, run);
    if let (Some(draws), false) = (&study.file.draws, drawn.is_empty()) {
        words.push_str(&format!(
            " When partners' reports are varied at random by as much as reporters usually err ({} draws, which tell the line of 95 per cent to within {:.0} points): {}.",
            draws.number,
            two_errors(draws.number),
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

/// What a source is joined with in the figures that are made of several.
fn with_others<'a>(judged: &'a Judged, source: &str) -> Vec<&'a str> {
    let told = judged.verdicts.iter().zip(&judged.sources);
    let told = told.filter(|((_, verdict, _), _)| !matches!(verdict, Verdict::Undecidable(_)));
    let mut others: Vec<&str> = Vec::new();
    for part in told.flat_map(|(_, made)| made.split(" + ")) {
        if part != source && !others.contains(&part) {
            others.push(part);
        }
    }
    others
}

/// Two standard errors, in percentage points, of a share of 95 per cent of so many draws.
fn two_errors(draws: usize) -> f64 {
    100.0 * 2.0 * (0.95 * 0.05 / draws as f64).sqrt()
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
    use super::{listed, of_ways, two_errors, with_others};
    use study::{Judged, Overall, Verdict};

    #[test]
    fn what_a_source_is_reconciled_with_is_named() {
        let verdict = |scenario: &str, verdict| (scenario.to_owned(), verdict, Vec::new());
        let judged = |second| Judged {
            id: "a".to_owned(),
            verdicts: vec![verdict("p", Verdict::Holds), verdict("r", second)],
            sources: vec!["partners".to_owned(), "own + partners".to_owned()],
            overall: Overall::OneSource,
        };
        assert_eq!(with_others(&judged(Verdict::Holds), "partners"), ["own"]);
        assert!(with_others(&judged(Verdict::Undecidable(String::new())), "partners").is_empty());
        assert_eq!([100, 200, 400].map(|n| two_errors(n).round()), [4.0, 3.0, 2.0]);
    }

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
