//! Files as careless programs, broken transfers and ill will make them, made at run time. Each has the answer that a
//! good program gives: read rightly, read with bad rows counted and listed, or refused by name. A wrong sum, a panic, a
//! hang, or a file half-written is none of them.

#![allow(clippy::unwrap_used)]

mod archives;
mod cells;
mod commands;
mod forms;
mod shapes;

use tests::{Call, GOOD, call_on, csv_rows};

/// The answer to a file.
enum Answer {
    /// Records, and the exact sum of their values.
    Read(usize, &'static str),
    /// Records with their sum, and so many rows in quarantine of which the words are said.
    Some(usize, &'static str, usize, &'static [&'static str]),
    /// Refused with these words, and nothing written.
    Refused(&'static [&'static str]),
}
use Answer::{Read, Refused, Some as Partly};

struct Case {
    name: String,
    bytes: Vec<u8>,
    answer: Answer,
}

fn case(name: &str, bytes: impl Into<Vec<u8>>, answer: Answer) -> Case {
    Case {
        name: name.to_owned(),
        bytes: bytes.into(),
        answer,
    }
}

/// The good file with one text replaced.
fn with(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1)
}

fn value(text: &str) -> String {
    with(",100,", &format!(",{text},"))
}

#[track_caller]
fn check(case: &Case, said: Call) {
    let name = &case.name;
    match case.answer {
        Read(records, sum) | Partly(records, sum, ..) => {
            let said = said.ok();
            let rows = csv_rows(&said.stdout);
            let row = rows.iter().find(|row| row["what"] == "records").unwrap();
            assert_eq!(
                (row["rows"].as_str(), row["value_usd"].as_str()),
                (records.to_string().as_str(), sum),
                "{name}"
            );
            let aside = rows.iter().find(|row| row["what"] == "in quarantine").unwrap();
            let bad = if let Partly(_, _, bad, _) = case.answer { bad } else { 0 };
            assert_eq!(aside["rows"], bad.to_string(), "{name}: {}", said.stderr);
            if let Partly(_, _, _, words) = case.answer {
                said.tells(words).tells(&[name]);
            }
        }
        Refused(words) => {
            let lines = said.code(1).tells(words).tells(&["error: ", name]).stderr;
            assert!(lines.matches("error: ").count() == 1, "{name}: one error\n{lines}");
        }
    }
}

fn import_all(cases: &[Case]) {
    for case in cases {
        let arguments = [
            "import",
            &case.name,
            "--format",
            "csv",
            "--out",
            "out.parquet",
            "--default",
            "classification=HS6",
            "--default",
            "period=2024",
        ];
        check(case, call_on(&case.name, &case.bytes, &arguments));
    }
}

#[test]
fn encodings_line_ends_and_delimiters() {
    import_all(&forms::cases());
}

#[test]
fn headers_and_shapes_of_rows() {
    import_all(&shapes::cases());
}

#[test]
fn values_codes_and_periods() {
    import_all(&cells::cases());
}

#[test]
fn archives_whole_and_broken() {
    import_all(&archives::cases());
}

#[test]
fn there_are_enough_of_them() {
    assert!(forms::cases().len() + shapes::cases().len() + cells::cases().len() + archives::cases().len() >= 100);
}
