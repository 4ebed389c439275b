//! Reading the agencies' own tables in tests, where the environment variable
//! `COUNTERFLOW_TEST_DATA` names a folder that holds them.
#![allow(clippy::print_stderr)]

use std::path::PathBuf;

/// The text of a file of the test data, or `None`, said loudly, where there is none.
pub(crate) fn data(path: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("COUNTERFLOW_TEST_DATA") else {
        eprintln!("SKIPPED: COUNTERFLOW_TEST_DATA is not set");
        return None;
    };
    let file = PathBuf::from(folder).join(path);
    let bytes = std::fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    // Some of these files are Latin-1: a letter lost to U+FFFD is skipped by the tests.
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The rows below the header of a simple CSV text; quoted fields may hold commas.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Vec<String>> {
    text.lines().skip(1).filter(|l| !l.is_empty()).map(fields)
}

fn fields(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            '\r' => {}
            _ => out.last_mut().unwrap().push(c),
        }
    }
    out
}
