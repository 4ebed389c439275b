//! `verify`: what was published, what was pinned, and what moved.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use tests::{Call, Workspace, call, csv_rows};
use trade::Usd;

const EXPECTED: &str = "studies/dprk/expected.csv";
const KOTRA: &str = "datasets/kotra-totals/figures.csv";
/// KOTRA's imports of 2008: no invariant of the pin speaks of its value.
const IMPORTS_2008: &str = "2008,import,2685478000,";
const ONE_DOLLAR_MORE: &str = "2008,import,2685478001,";

/// The findings that a call says have moved, each with what happened to it.
fn moved(call: &Call) -> Vec<(String, String)> {
    let rows = csv_rows(&call.stdout);
    rows.into_iter()
        .map(|mut row| (row.remove("finding").unwrap(), row.remove("what").unwrap()))
        .collect()
}

/// Writes one figure of a pin's Parquet file anew, with everything else as it was.
fn spoil_parquet(path: &Path) {
    let mut records = store::read_records(path, &store::Filter::default()).unwrap();
    let found = records
        .iter_mut()
        .find(|r| r.value == Some(Usd::from_thousandths(2_685_478_000_000)));
    found.unwrap().value = Some(Usd::from_thousandths(2_685_478_001_000));
    store::write_records(path, &records).unwrap();
}

#[test]
fn the_committed_findings_are_what_the_program_finds() {
    let said = call(&["verify", "--format", "csv"]);
    let moved = moved(&said);
    assert!(
        moved.is_empty(),
        "{} findings moved, such as {:?}",
        moved.len(),
        moved[0]
    );
    said.ok().tells(&["pins as pinned", "findings as published"]);
}

#[test]
fn what_was_accepted_is_found_again() {
    let workspace = Workspace::published();
    let before = std::fs::read(workspace.path(EXPECTED)).unwrap();
    workspace.call(&["verify", "--threads", "2"]).ok();
    workspace.call(&["verify", "--accept"]).ok().tells(&["published in"]);
    assert!(
        before == std::fs::read(workspace.path(EXPECTED)).unwrap(),
        "publishing twice writes the same bytes"
    );
    assert!(!workspace.path("results").exists(), "verify writes no results");
}

#[test]
fn one_dollar_moves_the_findings_that_rest_on_it() {
    let workspace = Workspace::published();
    workspace.edit(KOTRA, IMPORTS_2008, ONE_DOLLAR_MORE);
    workspace.call(&["pin", "build", "kotra-totals"]).ok();
    workspace.call(&["pin", "check"]).ok();
    let said = workspace
        .call(&["verify", "--format", "csv"])
        .code(1)
        .tells(&["findings moved"]);
    let moved = moved(&said);
    let imports = moved
        .iter()
        .find(|(id, _)| id == "kotra/trend/imports period=2008")
        .unwrap();
    assert!(
        imports.1.contains("2685478000") && imports.1.contains("2685478001"),
        "{}",
        imports.1
    );
    assert!(
        moved.iter().any(|(id, _)| id == "kotra/trend/balance period=2008"),
        "{moved:?}"
    );
    for (id, what) in &moved {
        assert!(
            id.starts_with("kotra") || id.starts_with("compilers/"),
            "no other source has this figure: {id} {what}"
        );
    }
    assert!(moved.len() < 100, "{} findings", moved.len());
    // The text form names them whole: what is cut cannot be looked up.
    let text = workspace.call(&["verify"]).code(1);
    assert!(
        text.text().contains("kotra/trend/imports period=2008"),
        "{}",
        text.text()
    );
}

#[test]
fn a_figure_changed_without_a_rebuild_is_named() {
    let workspace = Workspace::published();
    workspace.edit(KOTRA, IMPORTS_2008, ONE_DOLLAR_MORE);
    let named = [
        "kotra-totals",
        "only figures.csv",
        "2008",
        "2685478001",
        "only the Parquet file",
        "2685478000",
    ];
    workspace.call(&["verify"]).code(1).tells(&named);
    workspace.call(&["analyze", "--out", "run"]).code(1).tells(&named);
    assert!(!workspace.path("run").exists());
    workspace.call(&["pin", "check"]).code(1).tells(&named);
    workspace.call(&["pin", "check", "cow-3"]).ok();
}

#[test]
fn a_parquet_file_changed_by_hand_is_named() {
    let workspace = Workspace::published();
    spoil_parquet(&workspace.path("datasets/kotra-totals/kotra-totals.parquet"));
    let named = ["pin `kotra-totals`", "sha256", "logical hash"];
    let said = workspace.call(&["verify", "--format", "csv"]).code(1).tells(&named);
    assert!(
        moved(&said)
            .iter()
            .any(|(id, _)| id == "kotra/trend/imports period=2008"),
        "and its findings too"
    );
    workspace.call(&["pin", "check", "kotra-totals"]).code(1).tells(&named);
    workspace.call(&["analyze"]).code(1).tells(&["kotra-totals"]);
    assert!(
        !workspace.path("results").exists(),
        "no results from figures that are not the pinned ones"
    );
    let before = std::fs::read(workspace.path(EXPECTED)).unwrap();
    workspace.call(&["verify", "--accept"]).code(1).tells(&["kotra-totals"]);
    assert!(
        before == std::fs::read(workspace.path(EXPECTED)).unwrap(),
        "nor are they published"
    );
}

#[test]
fn a_hash_changed_in_the_description_is_named() {
    let workspace = Workspace::published();
    let pin = "datasets/factbook/pin.toml";
    let text = std::fs::read_to_string(workspace.path(pin)).unwrap();
    let hash = text.lines().find_map(|line| line.strip_prefix("sha256 = ")).unwrap();
    workspace.edit(pin, hash, &format!("\"{}\"", "0".repeat(64)));
    workspace
        .call(&["verify"])
        .code(1)
        .tells(&["pin `factbook`", "sha256", "findings are the same"]);
}

#[test]
fn a_lost_or_damaged_pin_is_an_error_that_names_the_file() {
    for damage in [
        None,
        Some(&b""[..]),
        Some(b"PAR1 and no more"),
        Some(b"PAR1\0\0\0\0\xff\xff\xff\x7fPAR1"),
    ] {
        let workspace = Workspace::published();
        let path = workspace.path("datasets/factbook/factbook.parquet");
        match damage {
            None => std::fs::remove_file(&path).unwrap(),
            Some(bytes) => std::fs::write(&path, bytes).unwrap(),
        }
        for command in [&["verify"][..], &["analyze"], &["pin", "check"], &["sum", "factbook"]] {
            workspace.call(command).code(1).tells(&["factbook.parquet"]);
        }
    }
}

#[test]
fn a_row_that_an_invariant_counts_cannot_be_lost() {
    let workspace = Workspace::new();
    workspace.edit(KOTRA, "2008,import,2690000000,10000000,quoted,,r15,\n", "");
    let parquet = workspace.path("datasets/kotra-totals/kotra-totals.parquet");
    let before = std::fs::read(&parquet).unwrap();
    let said = workspace.call(&["pin", "build", "kotra-totals"]).code(1);
    said.tells(&["imports of 2008: two quotations of one figure", "1 records, expected 2"]);
    assert!(
        before == std::fs::read(&parquet).unwrap(),
        "a refused pin stays as it was"
    );
    // A dollar that an invariant adds up is refused as well.
    workspace.edit(
        "datasets/cow-3/figures.csv",
        "2008,PRK,CHN,2254620000,",
        "2008,PRK,CHN,2254620001,",
    );
    let said = workspace.call(&["pin", "build", "cow-3"]).code(1);
    said.tells(&["invariant `North Korea's imports of 2008", "6738770001", "6738770000"]);
}

#[test]
fn a_pin_is_built_only_where_it_stands_and_with_its_references() {
    const PIN: &str = "datasets/kotra-totals/pin.toml";
    let workspace = Workspace::new();
    let references = workspace.path("datasets/kotra-totals/references.csv");
    let told = |texts: &[&str]| {
        workspace.call(&["pin", "build", "kotra-totals"]).code(1).tells(texts);
    };
    let text = std::fs::read_to_string(&references).unwrap();
    let twice = format!("{text}{}\n", text.lines().nth(1).unwrap());
    std::fs::write(&references, twice).unwrap();
    told(&["references.csv", "two references have the key `r01`"]);
    std::fs::remove_file(&references).unwrap();
    told(&["points to a reference that references.csv does not have"]);
    std::fs::write(&references, text).unwrap();
    workspace.edit(PIN, "name = \"kotra-totals\"\n", "name = \"../outside\"\n");
    told(&["pin.toml", "lower case, digits and `-`"]);
    assert!(!workspace.path("datasets/outside.parquet").exists());
}

#[test]
fn published_findings_that_come_and_go_are_named() {
    let workspace = Workspace::published();
    let text = std::fs::read_to_string(workspace.path(EXPECTED)).unwrap();
    let gone = text
        .lines()
        .find(|line| line.ends_with(",kotra/trend/imports period=2008"))
        .unwrap();
    let stranger = gone.replace("period=2008", "period=1908");
    workspace.edit(EXPECTED, &format!("{gone}\n"), &format!("{stranger}\n"));
    let said = workspace.call(&["verify", "--format", "csv"]).code(1);
    let moved = moved(&said);
    assert_eq!(moved.len(), 2, "{moved:?}");
    let what = |id: &str| moved.iter().find(|(found, _)| found == id).unwrap().1.as_str();
    assert_eq!(what("kotra/trend/imports period=2008"), "found, but never published");
    assert_eq!(
        what("kotra/trend/imports period=1908"),
        "published, but no longer found"
    );
}

#[test]
fn published_findings_that_cannot_be_read_are_refused_with_their_line() {
    let workspace = Workspace::published();
    let text = std::fs::read_to_string(workspace.path(EXPECTED)).unwrap();
    let second = text.lines().nth(1).unwrap().to_owned();
    let cases = [
        (text.replacen("value,low", "valeu,low", 1), "line 1"),
        (text.replacen(&second, "1,2,3", 1), "line 2"),
        (text.replacen(&second, &format!("twelve{second}"), 1), "line 2"),
        (
            text.replacen(&second, &second.replace("relative", "roughly"), 1),
            "line 2",
        ),
        (format!("{text}{second}\n"), "each finding once"),
        (String::new(), "line 1"),
    ];
    for (text, named) in cases {
        std::fs::write(workspace.path(EXPECTED), text).unwrap();
        workspace.call(&["verify"]).code(1).tells(&["expected.csv", named]);
    }
    std::fs::remove_file(workspace.path(EXPECTED)).unwrap();
    workspace
        .call(&["verify"])
        .code(1)
        .tells(&["expected.csv", "verify --accept"]);
}
