//! `counterflow fetch` against a server that plays the providers' interfaces: what is asked, divided, kept and pinned.

#![allow(clippy::unwrap_used)]

mod archive;
mod fund;
mod interrupted;
mod questions;
mod refreshed;
mod silent;
mod strange;

use std::path::Path;
use tests::{Call, Files, Stub, call_in, call_with, csv_rows, files_below, packages, parquet_rows, root};

/// A question that is many requests, of which the server sees [`QUERY`].
const QUESTION: &str = "comtrade --reporter all --period 2003..2004 --product AG2 --out pull";
const QUERY: &str = "period=2003,2004&cmdCode=AG2&flowCode=M,X";

/// The words of a call at the stub's address; no test waits for a provider's pace.
fn words(stub: &Stub, line: &str) -> Vec<String> {
    let line = format!("fetch {line} --base-url {} --rate 10000 --backoff 0.01", stub.url());
    line.split(' ').map(str::to_owned).collect()
}

fn fetch(stub: &Stub, folder: &Path, line: &str) -> Call {
    fetch_with(stub, folder, line, "")
}

fn fetch_with(stub: &Stub, folder: &Path, line: &str, key: &str) -> Call {
    let proxies = ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"].map(|name| (name, ""));
    call_with(
        folder,
        &words(stub, line),
        &[&[("COMTRADE_API_KEY", key)], &proxies[..]].concat(),
    )
}

/// The number in a line of the summary.
#[track_caller]
fn number(said: &Call, what: &str) -> u64 {
    let rows = csv_rows(&said.stdout);
    let row = rows.iter().find(|row| row["what"] == what);
    row.unwrap_or_else(|| panic!("{}", said.text()))["number"]
        .parse()
        .unwrap()
}

/// A pin as its description says it is, and what it holds.
#[track_caller]
fn pinned(folder: &Path, name: &str) -> (usize, toml::Table) {
    call_in(folder, &["pin", "check", name, "--datasets", "."]).ok();
    let text = std::fs::read_to_string(folder.join(name).join("pin.toml")).unwrap();
    let about: toml::Table = text.parse().unwrap();
    let parquet = std::fs::read(folder.join(name).join(about["file"]["name"].as_str().unwrap())).unwrap();
    (parquet_rows(&parquet).0, about)
}

/// The files of a pull by name.
fn kept(folder: &Path) -> Files {
    files_below(&folder.join("pull"))
}

/// The same without the days on which the provider was asked: a test may run over midnight.
fn undated(mut files: Files) -> Files {
    for (_, bytes) in files.iter_mut().filter(|(name, _)| !name.ends_with(".parquet")) {
        let digit = |at: usize, b: u8| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        };
        for at in 0..bytes.len().saturating_sub(9) {
            let day = &mut bytes[at..at + 10];
            if day.starts_with(b"20") && day.iter().enumerate().all(|(at, b)| digit(at, *b)) {
                day.fill(b'#');
            }
        }
    }
    files
}

#[test]
fn days_are_left_out_of_what_is_compared() {
    let files = |day: &str| Files::from([("pin.toml".to_owned(), format!("at = \"{day}\"").into_bytes())]);
    assert_eq!(undated(files("2026-11-22")), undated(files("2026-11-23")));
    assert_ne!(undated(files("2026-11-22")), undated(files("2026-11-2x")));
}

#[test]
fn only_fetch_reaches_the_network() {
    let direct = |user: &serde_json::Value, used: &str| {
        user["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .any(|d| d["name"] == used && d["kind"] != "dev")
    };
    let users = |used: &str| -> Vec<String> {
        let all = packages();
        all.iter()
            .filter(|p| direct(p, used))
            .map(|p| p["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(users("ureq"), ["fetch"]);
    // The harness plays the answers.
    assert_eq!(users("fetch"), ["counterflow", "harness"]);
    let mut seen = 0;
    for (name, bytes) in files_below(&root().join("crates")) {
        let text = String::from_utf8_lossy(&bytes);
        let fetches = name.starts_with("fetch/") || name.starts_with("counterflow/src/commands/fetch");
        seen += usize::from(fetches);
        if name.ends_with(".rs") && !fetches {
            // Put together here, so that this file is no find itself.
            for word in ["std::net", "TcpStream", "::fetch::{", "ureq"].map(str::to_owned) {
                assert!(!text.contains(&word), "{name} holds {word}");
            }
        }
    }
    assert!(seen > 10);
}
