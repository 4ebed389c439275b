//! Whole files of agencies, which are not part of the project: `COUNTERFLOW_TEST_DATA` names the
//! folder that holds them.

#![allow(clippy::unwrap_used)]

use std::io::Read;
use std::path::PathBuf;
use tests::{call, csv_rows, parquet_rows, skipped};

/// The file of world trade in 2003: all reporters and partners, totals only.
const WORLD_2003: &str = "mirror/comtrade_raw_2003_TOTAL_only_44k_redistributable.csv.gz";

fn data(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("COUNTERFLOW_TEST_DATA") else {
        skipped("COUNTERFLOW_TEST_DATA is not set");
        return None;
    };
    let path = PathBuf::from(folder).join(name);
    assert!(path.is_file(), "COUNTERFLOW_TEST_DATA has no {name}");
    Some(path)
}

#[test]
fn the_world_of_2003_is_imported_summed_and_paired() {
    let Some(file) = data(WORLD_2003) else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("world-2003.parquet");
    let dataset = out.to_str().unwrap();

    let said = call(&["import", file.to_str().unwrap(), "--out", dataset, "--format", "csv"]).ok();
    let summary = csv_rows(&said.stdout);
    let rows = |what: &str| {
        let all = summary.iter().filter(|row| row["what"].starts_with(what));
        all.map(|row| row["rows"].parse::<usize>().unwrap()).sum::<usize>()
    };
    assert_eq!(rows("rows read"), 44_259);
    assert_eq!(
        rows("rows read"),
        rows("records") - rows("records that are totals") + rows("in quarantine") + rows("set aside")
    );
    assert_eq!(
        parquet_rows(&std::fs::read(&out).unwrap()).0,
        rows("records") - rows("records that are totals")
    );

    let said = call(&["mirror", "gaps", dataset, "--format", "csv"]).ok();
    let gaps = csv_rows(&said.stdout);
    let value = |measure: &str| {
        gaps.iter().find(|g| g["measure"] == measure).unwrap()["value"]
            .parse::<f64>()
            .unwrap()
    };
    assert_eq!(value("pairs"), 15_221.0);
    assert_eq!((value("ratio_median") * 1e3).round(), 1155.0);
    assert_eq!((value("ratio_aggregate") * 1e3).round(), 1020.0);

    let pairs = csv_rows(
        &call(&["mirror", "pairs", dataset, "--format", "csv", "--quiet"])
            .ok()
            .stdout,
    );
    let both = pairs
        .iter()
        .filter(|p| !p["export_value"].is_empty() && !p["import_value"].is_empty());
    assert_eq!(both.count(), 15_221);
}

/// The exact sums by flow, added up here from the text in another way.
#[test]
fn the_sums_of_2003_by_flow_are_those_of_the_text() {
    let Some(file) = data(WORLD_2003) else { return };
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(&file).unwrap())
        .read_to_end(&mut text)
        .unwrap();
    let by_hand = |flow: &str, world: bool| -> i128 {
        let rows = csv_rows(&text).into_iter();
        let wanted = rows.filter(|row| row["Trade Flow Code"] == flow && (row["Partner Code"] == "0") == world);
        wanted.map(|row| row["Value"].parse::<i128>().unwrap()).sum()
    };
    for (condition, world) in [("partner = WLD", true), ("", false)] {
        let mut arguments = vec![
            "sum",
            file.to_str().unwrap(),
            "--by",
            "flow",
            "--level",
            "total",
            "--format",
            "csv",
        ];
        if world {
            arguments.extend(["--where", condition]);
        }
        let sums = csv_rows(&call(&arguments).ok().stdout);
        for (flow, code) in [("import", "1"), ("export", "2")] {
            let found = &sums.iter().find(|row| row["flow"] == flow).unwrap()["value_usd"];
            assert_eq!(
                found.parse::<i128>().unwrap(),
                by_hand(code, world),
                "{flow}, world {world}"
            );
        }
    }
}

/// The present API's answer to an unfiltered question: totals beside their breakdowns. What is
/// kept must not add up to twice the trade.
#[test]
fn breakdowns_of_the_present_api_are_set_aside() {
    let Some(file) = data("mirror/varcolacus_comtrade_raw_2024_31hs6.csv.gz") else {
        return;
    };
    let defaults = [
        "--default",
        "period=2024",
        "--default",
        "classification=HS6",
        "--default",
        "compiler=UN Comtrade",
    ];
    let said = call(&[&["import", file.to_str().unwrap(), "--format", "csv"][..], &defaults].concat()).ok();
    let summary = csv_rows(&said.stdout);
    let aside: usize = summary
        .iter()
        .filter(|row| row["what"].starts_with("set aside"))
        .map(|row| row["rows"].parse::<usize>().unwrap())
        .sum();
    assert!(aside > 10_000, "{summary:?}");
}
