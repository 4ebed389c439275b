//! What people write: tables, formulas, conditions, studies, descriptions of pins.

use crate::{seeds, written};
use regress::formula::{Column, Frame};
use sources::{Number, TextTable, number_of_text};
use std::io::Cursor;
use std::path::Path;
use store::{FileFacts, PinFile};

/// Any table of text.
pub(crate) fn table(data: &[u8]) {
    let Ok(mut table) = TextTable::of(Cursor::new(data.to_vec()), "input", &|_| false) else {
        return;
    };
    let (delimiter, columns) = (table.delimiter(), table.header().names().len());
    let names = table.header().names().to_vec();
    let (mut last, mut rows) = (table.header_line(), Some(Vec::new()));
    loop {
        let row = match table.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(_) => return,
        };
        match row {
            Ok(row) => {
                assert!(row.line > last, "lines go forward");
                last = row.line;
                let cells = (0..columns)
                    .map(|at| row.cell(at).map(str::to_owned))
                    .collect::<Option<Vec<_>>>();
                rows = rows.zip(cells).map(|(mut rows, cells)| {
                    rows.push(cells);
                    rows
                });
                for cell in (0..columns).filter_map(|at| row.cell(at)) {
                    if let Number::Known(number) = number_of_text(cell, delimiter) {
                        assert!(number.is_finite(), "{cell}");
                    }
                }
            }
            Err(bad) => {
                assert!(!bad.reason.is_empty() && !bad.advice.is_empty());
                rows = None;
            }
        }
    }
    if let Some(rows) = rows.filter(|_| columns > 1) {
        written::quoted_table(delimiter, &names, &rows);
    }
}

/// A formula, and its matrices on a small table.
pub(crate) fn formula(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(formula) = regress::formula::parse(text) else {
        return;
    };
    formula.terms.iter().for_each(|term| drop(term.to_string()));
    match regress::formula::parse(&written::formula(&formula)) {
        Ok(again) => assert_eq!(again, formula),
        // Its parentheses are more than there were.
        Err(error) => assert!(error.to_string().contains("at most"), "{error}"),
    }
    let mut frame = Frame::default();
    let numbers = |values: [Option<f64>; 6]| Column::Numbers(values.to_vec());
    frame
        .add(
            "y",
            numbers([Some(1.0), Some(2.5), None, Some(-4.0), Some(0.0), Some(1e300)]),
        )
        .unwrap();
    frame
        .add(
            "x",
            numbers([Some(2.0), Some(2.0), Some(3.0), Some(5.0), Some(-1.0), Some(1e-300)]),
        )
        .unwrap();
    frame
        .add(
            "year",
            numbers([2000, 2001, 2000, 2001, 2002, 2002].map(|y| Some(f64::from(y)))),
        )
        .unwrap();
    let pair = ["a", "b", "a", "b", "", "c"].map(|t| Some(t.to_owned()).filter(|t| !t.is_empty()));
    frame.add("pair", Column::Texts(pair.to_vec())).unwrap();
    let Ok(built) = frame.build(&formula) else { return };
    assert_eq!(built.rows.len() + built.dropped.len(), frame.rows());
    assert_eq!(built.y.len(), built.rows.len());
    assert!(built.y.iter().all(|y| y.is_finite()));
    assert!(
        built
            .absorbed
            .iter()
            .all(|(_, groups)| groups.len() == built.rows.len())
    );
    if let Ok(fit) = regress::ols(&built.design, &built.y) {
        assert!(fit.coefficients.iter().all(|b| b.is_finite()));
    }
}

/// Conditions, one a line.
pub(crate) fn conditions(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let Ok(all) = cube::filter(&lines) else { return };
    // Another condition narrows, and never widens.
    for kept in 0..lines.len().min(8) {
        let some = cube::filter(&lines[..kept]).unwrap();
        if let (Some(wide), Some(narrow)) = (&some.years, &all.years) {
            assert!(wide.start() <= narrow.start() && narrow.end() <= wide.end());
        }
        for (column, values) in &some.any_of {
            assert!(all.any_of[column].is_subset(values));
        }
        assert!(some.economies.is_subset(&all.economies));
    }
    // In any order, and in other words, they say the same.
    let backwards: Vec<String> = lines.iter().rev().cloned().collect();
    let turned = cube::filter(&backwards).unwrap();
    match written::conditions(&all) {
        Some(lines) => {
            assert_eq!(turned, all);
            assert_eq!(cube::filter(&lines).unwrap(), all);
        }
        None => assert!(written::conditions(&turned).is_none()),
    }
    let (path, records) = seeds::dataset();
    written::narrowed(path, records, &all);
}

/// A table that TOML writes again, its keys in another order.
fn rewritten(text: &str) -> Option<String> {
    toml::to_string(&text.parse::<toml::Table>().ok()?).ok()
}

/// A study file, and the sentences in it.
pub(crate) fn study(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(file) = study::StudyFile::parse(text, Path::new("study.toml")) else {
        return;
    };
    if let Some(again) = rewritten(text) {
        let again = study::StudyFile::parse(&again, Path::new("study.toml")).unwrap();
        assert_eq!(format!("{again:?}"), format!("{file:?}"));
    }
    let prose = study::Prose::new(&[]);
    let sections = file.section.iter().flat_map(|section| &section.text);
    for sentence in sections.chain(file.summary.iter().map(|summary| &summary.text)) {
        drop(prose.render(sentence));
    }
}

/// A pin's description, a map of columns, defaults, and a dataset's manifest.
pub(crate) fn pin(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    drop(toml::from_str::<sources::TidyMap>(text));
    drop(toml::from_str::<sources::Defaults>(text));
    let facts = FileFacts::of("x.parquet".to_owned(), b"", &[]);
    let once = store::with_generated_section(text, &facts);
    assert_eq!(once, store::with_generated_section(&once, &facts));
    let by_hand = text.split(store::GENERATED_MARK).next().unwrap_or_default();
    if let Ok(about) = PinFile::parse(by_hand, Path::new("pin.toml"))
        && about.file.is_none()
    {
        let built = PinFile::parse(&once, Path::new("pin.toml")).unwrap();
        assert_eq!(built.file, Some(facts));
        let again = PinFile::parse(&rewritten(by_hand).unwrap(), Path::new("pin.toml")).unwrap();
        assert_eq!(again, about);
        let provenance = PinFile {
            defaults: Default::default(),
            invariant: Vec::new(),
            ..about
        };
        let again = PinFile::parse(&provenance.provenance(), Path::new("pin.toml")).unwrap();
        assert_eq!(again, provenance);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dataset.toml"), text).unwrap();
    if let Ok(dataset) = store::Dataset::open(folder.path()) {
        dataset.rows();
        drop(dataset.check());
    }
    std::fs::write(folder.path().join("pin.toml"), text).unwrap();
    if let Ok(pin) = store::Pin::open(folder.path())
        && let Ok(parquet) = pin.parquet()
    {
        assert_eq!(parquet.parent(), Some(folder.path()));
    }
}
