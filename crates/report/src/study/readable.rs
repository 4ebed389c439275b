//! Tables and findings told to a reader: names for codes, titles for scenarios, and what all rows share in the caption.

use crate::number::{significant, with_minus_signs};
use crate::page::look::capital;
use crate::svg::value_words;
use model::{Cell, Column, Finding, Kind, Scale, Table};
use study::{StudyFile, TableFile};
use trade::Economy;

/// Columns and labels that hold codes of economies.
const ECONOMIES: [&str; 7] = [
    "reporter",
    "partner",
    "economy",
    "exporter",
    "importer",
    "worst_importer",
    "worst_exporter",
];

/// The span of all years that there are, as models call it.
const WHOLE: &str = "whole";

/// A selected table with names for its codes, under the title and the headings that the study gives it. A text or a year
/// that all rows share stands in the caption instead of a column.
pub(super) fn readable(mut table: Table, wanted: &TableFile, study: &StudyFile) -> Table {
    if let Some(title) = &wanted.title {
        table.title.clone_from(title);
    }
    for column in &mut table.columns {
        if let Some(heading) = wanted.headings.get(&column.name) {
            column.heading.clone_from(heading);
        }
    }
    in_their_units(&mut table);
    without_shared(named(table, study), &[])
}

/// A span of all years that a way to count has says which these are, as the findings of its scenario do.
pub(super) fn with_years(table: &mut Table, findings: &[Finding]) {
    let place = |name: &str| table.columns.iter().position(|c| c.name == name);
    let (Some(span), Some(scenario)) = (place("span"), place("scenario")) else {
        return;
    };
    let series = place("series");
    let is = |row: &[Cell], at: usize, text: &str| matches!(&row[at], Cell::Text(told) if told == text);
    for row in table.rows.iter_mut().filter(|row| is(row, span, WHOLE)) {
        let of_row = |f: &&Finding| {
            let same = |at: usize| f.labels.get("series").is_some_and(|series| is(row, at, series));
            f.labels.get("span").is_some_and(|span| span == WHOLE)
                && is(row, scenario, &f.scenario)
                && series.is_none_or(same)
        };
        if let Some(years) = findings.iter().filter(of_row).find_map(|f| f.convention.get("span")) {
            row[span] = format!("{WHOLE} {years}").into();
        }
    }
}

/// Numbers of tests that are told in per cent, said so each by itself, since other rows are told in other units. The
/// column that says so has then done its work.
fn in_their_units(table: &mut Table) {
    let place = |table: &Table, name: &str| table.columns.iter().position(|c| c.name == name);
    let Some(unit) = place(table, "told_in") else { return };
    let told = |number: f64, unit: &Cell| match unit {
        Cell::Text(words) if words == "percentage points" => format!("{:.1} points", 100.0 * number),
        Cell::Text(words) => format!("{:.1}{}", 100.0 * number, words.replace("per cent", "%")),
        _ if number.abs() >= 1e6 => value_words(Scale::Linear, number),
        _ => significant(number, 3),
    };
    let ends = ["lowest_end", "highest_end"].map(|name| place(table, name));
    for at in ends.into_iter().flatten() {
        table.columns[at].kind = Kind::Text;
        for row in &mut table.rows {
            if let Cell::Number(number) = row[at] {
                row[at] = with_minus_signs(&told(number, &row[unit])).into();
            }
        }
    }
    table.columns.remove(unit);
    for row in &mut table.rows {
        row.remove(unit);
    }
}

/// A table with names for its codes.
pub(super) fn named(mut table: Table, study: &StudyFile) -> Table {
    for row in &mut table.rows {
        for (cell, column) in row.iter_mut().zip(&table.columns) {
            if let Cell::Text(text) = cell {
                *text = told(&column.name, text, study);
            }
        }
    }
    table
}

/// A table without the columns that say the same in all rows, but for `kept` ones; its title says it instead.
pub(super) fn without_shared(mut table: Table, kept: &[&str]) -> Table {
    let Some((first, others)) = table.rows.split_first().filter(|(_, others)| !others.is_empty()) else {
        return table;
    };
    let says = |column: &Column| {
        let name = column.name.as_str();
        !kept.contains(&name) && (column.kind == Kind::Text || ["period", "year"].contains(&name))
    };
    let shared = |at: usize| says(&table.columns[at]) && others.iter().all(|row| row.get(at) == first.get(at));
    let keep: Vec<bool> = (0..table.columns.len()).map(|at| !shared(at)).collect();
    if !keep.contains(&true) {
        return table;
    }
    let said: Vec<String> = first
        .iter()
        .zip(&keep)
        .filter_map(|(cell, keep)| match cell {
            Cell::Text(text) if !keep => Some(text.clone()),
            Cell::Integer(year) if !keep => Some(year.to_string()),
            _ => None,
        })
        .collect();
    if !said.is_empty() {
        table.title = format!("{}: {}", table.title, said.join(", "));
    }
    let mut kept = keep.iter();
    table.columns.retain(|_| kept.next() == Some(&true));
    for row in &mut table.rows {
        let mut kept = keep.iter();
        row.retain(|_| kept.next() == Some(&true));
    }
    table
}

/// A text of a column or a label as a reader is told it.
pub fn told(column: &str, text: &str, study: &StudyFile) -> String {
    match (column, text) {
        ("scenario", id) => {
            let file = study.scenario.iter().find(|file| file.id == id);
            let title = file.map(|file| file.title.as_str()).filter(|title| !title.is_empty());
            title.unwrap_or(id).to_owned()
        }
        ("claim", id) => match label_of(id, study) {
            label if label == id => study
                .claim
                .iter()
                .find(|claim| claim.id == id)
                .map_or(label, |claim| format!("{id}: {}", claim.text.trim_end_matches('.'))),
            label => label,
        },
        ("conclusion", "survives") => "outlasts errors of reports".to_owned(),
        ("conclusion", "within the errors of reports") => "errors of reports could undo it".to_owned(),
        ("conclusion", "does not hold") => "fails in nearly all draws".to_owned(),
        ("conclusion", "not decided") => "most draws leave it open".to_owned(),
        ("flow", "export") => "exports".to_owned(),
        ("flow", "import") => "imports".to_owned(),
        ("flow", "total") => "two-way trade".to_owned(),
        ("product", trade::TOTAL) => "all products".to_owned(),
        ("classification", "COMPILER") => "the compiler's own list of goods".to_owned(),
        ("span", WHOLE) => "all years".to_owned(),
        ("span", span) if span.starts_with(WHOLE) => {
            let years = span[WHOLE.len()..].trim_start().replace('-', "\u{a0}to\u{a0}");
            format!("all years, {years}")
        }
        // In one line: the spaces do not break.
        ("span", years) => years.replace('-', "\u{a0}to\u{a0}"),
        ("compiler", name) => name.replace('_', " "),
        ("reason", why) => reason(why),
        ("test", "chow-f") => "Chow's F test".to_owned(),
        ("test", "hac-wald") => "Wald test, Newey-West errors".to_owned(),
        ("term", "(Intercept)") => "constant".to_owned(),
        ("term", "contiguous") => "common border".to_owned(),
        ("term", term) => match term.strip_prefix("ln ") {
            Some(what) => format!("{what} (logarithm)"),
            None => term.to_owned(),
        },
        (column, code) if ECONOMIES.contains(&column) => economy(code),
        _ => text.to_owned(),
    }
}

/// What a reader knows a claim by.
pub(super) fn label_of(claim: &str, study: &StudyFile) -> String {
    let file = study.claim.iter().find(|file| file.id == claim);
    file.map_or_else(|| claim.to_owned(), study::ClaimFile::label)
}

/// Why a figure is not used, without the names of guards in the study file: `guard `x`: ...` says no more to a reader.
fn reason(why: &str) -> String {
    let plain = match why.strip_prefix("guard `").and_then(|rest| rest.split_once("`: ")) {
        Some((_, reason)) => reason.to_owned(),
        None => why.replacen("partner-outlier: ", "out of line with its other years, ", 1),
    };
    capital(&plain)
}

/// An economy's name; the code where the reference table does not have it.
fn economy(code: &str) -> String {
    let named = |code: Economy| trade::economies().get(code).map(|info| info.name.to_owned());
    let Ok(economy) = Economy::new(code) else {
        return code.to_owned();
    };
    match economy.world_without() {
        Some(left_out) => named(left_out).map(|name| format!("World without {name}")),
        None => named(economy),
    }
    .unwrap_or_else(|| code.to_owned())
}

/// What a finding is, in words: its measure and its labels, `partner share: two-way trade, China, 2008`.
pub fn finding_words(finding: &Finding, study: &StudyFile) -> String {
    let said = |(name, value): (&String, &String)| {
        let years = finding
            .convention
            .get("span")
            .filter(|_| name == "span" && value == WHOLE);
        let value = years.map_or_else(|| value.clone(), |years| format!("{WHOLE} {years}"));
        let words = told(name, &value, study).replace('_', " ");
        match name.as_str() {
            "from" | "to" => (true, format!("{name} {words}")),
            "period" | "span" => (true, words),
            _ => (false, words),
        }
    };
    let mut labels: Vec<(bool, String)> = finding.labels.iter().map(said).collect();
    // Years last.
    labels.sort_by_key(|(time, _)| *time);
    let labels: Vec<String> = labels.into_iter().map(|(_, words)| words).collect();
    let measure = finding.measure.replace('_', " ");
    if labels.is_empty() {
        measure
    } else {
        format!("{measure}: {}", labels.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn study() -> StudyFile {
        let text = "id = 's'\ntitle = 't'\ndescription = 'd'\neconomy = 'PRK'\nseed = 1\n[[scenario]]\nid = 'imf'\n\
                    title = 'IMF-based'\ndescription = 'd'\nmodels = []\n[[scenario.layer]]\npin = 'p'\n";
        StudyFile::parse(text, std::path::Path::new("study.toml")).unwrap()
    }

    #[test]
    fn a_table_tells_names_and_puts_what_all_rows_share_in_its_caption() {
        let columns = [
            ("scenario", Kind::Text, ""),
            ("period", Kind::Integer, ""),
            ("partner", Kind::Text, ""),
            ("flow", Kind::Text, ""),
            ("n", Kind::Integer, ""),
        ];
        let mut table = Table::new("t", "Trade", &columns);
        for partner in ["DZA", "WLD-KOR", "X9"] {
            table.push(vec![
                "imf".into(),
                2008.into(),
                partner.into(),
                "total".into(),
                7.into(),
            ]);
        }
        let wanted = TableFile {
            title: Some("Who trades".to_owned()),
            headings: BTreeMap::from([("partner".to_owned(), "With".to_owned())]),
            ..TableFile::default()
        };
        let told = readable(table, &wanted, &study());
        assert_eq!(told.title, "Who trades: IMF-based, 2008, two-way trade");
        let names: Vec<&str> = told.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(
            (names, told.columns[0].heading.as_str()),
            (vec!["partner", "n"], "With")
        );
        let partners: Vec<&Cell> = told.rows.iter().map(|row| &row[0]).collect();
        assert_eq!(
            partners,
            [&"Algeria".into(), &"World without South Korea".into(), &"X9".into()]
        );
        assert!(told.rows.iter().all(|row| row.len() == 2));
    }

    #[test]
    fn numbers_of_tests_are_told_in_the_units_of_their_tests() {
        let columns = [
            ("test", Kind::Text, ""),
            ("lowest_end", Kind::Number, ""),
            ("told_in", Kind::Text, ""),
        ];
        let mut table = Table::new("draws-survival", "Draws", &columns);
        table.push(vec!["a".into(), 0.258.into(), "per cent".into()]);
        table.push(vec!["b".into(), (-0.031).into(), "percentage points".into()]);
        table.push(vec!["c".into(), 1.07.into(), Cell::Missing]);
        let told = readable(table, &TableFile::default(), &study());
        let ends: Vec<&Cell> = told.rows.iter().map(|row| &row[1]).collect();
        assert_eq!(ends, [&"25.8%".into(), &"−3.1 points".into(), &"1.07".into()]);
        assert_eq!(told.columns.len(), 2);
    }

    #[test]
    fn all_years_are_named() {
        let columns = [
            ("scenario", Kind::Text, ""),
            ("series", Kind::Text, ""),
            ("span", Kind::Text, ""),
        ];
        let mut table = Table::new("trends", "Trends", &columns);
        for (series, span) in [
            ("exports", "whole"),
            ("imports", "whole"),
            ("exports", "2000-2009"),
            ("x", "whole"),
        ] {
            table.push(vec!["imf".into(), series.into(), span.into()]);
        }
        let of = |scenario: &str, series: &str, years: &str| {
            let mut finding = Finding::new("growth", "share a year", 0.1)
                .label("series", series)
                .label("span", "whole")
                .convention("span", years);
            finding.scenario = scenario.to_owned();
            finding
        };
        let findings = [
            of("kotra", "exports", "1990-2024"),
            of("imf", "exports", "1989-2009"),
            of("imf", "imports", "1992-2009"),
        ];
        with_years(&mut table, &findings);
        let told = readable(table, &TableFile::default(), &study());
        let words = |row: &Vec<Cell>| match &row[1] {
            Cell::Text(text) => text.replace('\u{a0}', " "),
            _ => String::new(),
        };
        let spans: Vec<String> = told.rows.iter().map(words).collect();
        let named = [
            "all years, 1989 to 2009",
            "all years, 1992 to 2009",
            "2000 to 2009",
            "all years",
        ];
        assert_eq!(spans, named);
    }

    #[test]
    fn reasons_and_terms_are_told_without_names_of_the_files() {
        let of = |column: &str, text: &str| told(column, text, &study());
        assert_eq!(
            of("reason", "guard `misattribution`: fuels in one year"),
            "Fuels in one year"
        );
        assert_eq!(
            of("reason", "partner-outlier: 2008: 86 times the median"),
            "Out of line with its other years, 2008: 86 times the median"
        );
        assert_eq!(of("span", "1989-2008"), "1989\u{a0}to\u{a0}2008");
        assert_eq!(of("test", "hac-wald"), "Wald test, Newey-West errors");
        assert_eq!(of("term", "ln distance"), "distance (logarithm)");
    }

    #[test]
    fn a_finding_is_told_in_words() {
        let finding = Finding::new("partner_share", "share", 0.5)
            .label("partner", "CHN")
            .label("flow", "total")
            .label("period", 2008);
        assert_eq!(
            finding_words(&finding, &study()),
            "partner share: two-way trade, China, 2008"
        );
        let growth = Finding::new("growth", "share a year", 0.1).label("span", "whole");
        assert_eq!(finding_words(&growth, &study()), "growth: all years");
        let growth = growth.convention("span", "1989-2009");
        assert_eq!(
            finding_words(&growth, &study()),
            "growth: all years, 1989\u{a0}to\u{a0}2009"
        );
        let finding = Finding::new("change_since", "share", -0.86)
            .label("from", 2017)
            .label("series", "exports")
            .label("to", 2018);
        assert_eq!(
            finding_words(&finding, &study()),
            "change since: exports, from 2017, to 2018"
        );
    }
}
