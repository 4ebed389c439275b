//! `analyze`, from a copy of the studies and pins to a finished folder of results.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use tests::{Files, Workspace, csv_rows, files_below, json_finite, parquet_rows, root, sha256};

/// The results of one run, read once.
fn results() -> &'static Files {
    static RESULTS: OnceLock<Files> = OnceLock::new();
    RESULTS.get_or_init(|| {
        let workspace = Workspace::new();
        let said = workspace.call(&["analyze"]).ok().text();
        for claim in 'a'..='q' {
            assert!(
                said.lines().any(|line| line.starts_with(&format!("{claim} "))),
                "claim {claim}:\n{said}"
            );
        }
        files_below(&workspace.path("results/dprk"))
    })
}

fn manifest() -> Value {
    serde_json::from_slice(&results()["run.json"]).unwrap()
}

/// Every finding of the manifest by its name: the estimate, or `None` where it is undefined.
fn findings() -> BTreeMap<String, Option<f64>> {
    let manifest = manifest();
    let findings = manifest["findings"].as_array().unwrap();
    let named = findings
        .iter()
        .map(|f| (f["id"].as_str().unwrap().to_owned(), f["estimate"].as_f64()));
    let named: BTreeMap<_, _> = named.collect();
    assert_eq!(named.len(), findings.len(), "each finding has a name of its own");
    named
}

fn estimate(id: &str) -> f64 {
    findings()
        .get(id)
        .unwrap_or_else(|| panic!("there is no finding {id}"))
        .unwrap_or_else(|| panic!("{id} is undefined"))
}

#[test]
fn one_command_writes_report_findings_tables_and_manifest() {
    let files = results();
    for name in [
        "report.html",
        "findings.csv",
        "findings.json",
        "findings.parquet",
        "run.json",
    ] {
        assert!(files.get(name).is_some_and(|bytes| !bytes.is_empty()), "{name}");
    }
    let tables: Vec<&str> = files
        .keys()
        .filter_map(|name| name.strip_prefix("tables/")?.strip_suffix(".csv"))
        .collect();
    for needed in [
        "balance",
        "trends",
        "breaks",
        "concentration",
        "claims",
        "regimes",
        "pairs",
        "set-aside",
        "figures",
    ] {
        assert!(tables.contains(&needed), "{needed}: {tables:?}");
    }
    for table in &tables {
        let rows = csv_rows(&files[&format!("tables/{table}.csv")]).len();
        let (parquet, _) = parquet_rows(&files[&format!("tables/{table}.parquet")]);
        assert_eq!(rows, parquet, "{table}");
    }
    // A page of evidence for each scenario.
    let scenarios = manifest()["scenarios"].as_array().unwrap().clone();
    for scenario in &scenarios {
        let page = format!("evidence/{}.html", scenario.as_str().unwrap());
        assert!(files.contains_key(&page), "{page}");
    }
    assert_eq!(
        files.len(),
        6 + 2 * tables.len() + scenarios.len(),
        "nothing else, and nothing unfinished: {:?}",
        files.keys()
    );
}

#[test]
fn the_report_is_one_file_about_this_study() {
    let text = String::from_utf8(results()["report.html"].clone()).unwrap();
    let manifest = manifest();
    for claim in manifest["claims"].as_array().unwrap() {
        // Verdicts are shortened and may begin a sentence.
        let overall: Vec<&str> = claim["overall"].as_str().unwrap().split(' ').take(2).collect();
        assert!(text.to_lowercase().contains(&overall.join(" ")), "{overall:?}");
    }
    for pin in manifest["pins"].as_array().unwrap() {
        let name = pin["name"].as_str().unwrap();
        assert!(text.contains(name), "{name}");
    }
    for outside in [
        "<link",
        "<iframe",
        "<script src",
        "@import",
        "url(http",
        "src=\"http",
        "src=\"//",
        "{{",
        "}}",
    ] {
        assert!(!text.contains(outside), "{outside}");
    }
    assert!(text.len() < 4 << 20, "{} bytes are too many to forward", text.len());
}

#[test]
fn the_same_bytes_again_and_on_any_number_of_threads() {
    let workspace = Workspace::new();
    for (folder, threads) in [("again", None), ("one", Some("1")), ("two", Some("2"))] {
        let out = workspace.path(folder);
        let mut arguments = vec!["analyze", "--quiet", "--out", out.to_str().unwrap()];
        arguments.extend(threads.map(|n| ["--threads", n]).into_iter().flatten());
        assert!(workspace.call(&arguments).ok().stderr.is_empty());
        same(results(), &files_below(&out), folder);
    }
}

fn same(first: &Files, second: &Files, which: &str) {
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(first), names(second), "{which}");
    for (name, bytes) in first {
        assert!(*bytes == second[name], "{which}: {name} differs");
    }
}

#[test]
fn the_manifest_names_every_input_and_output_by_its_hash() {
    let (files, manifest) = (results(), manifest());
    let outputs = manifest["outputs"].as_array().unwrap();
    let named: BTreeSet<&str> = outputs.iter().map(|o| o["path"].as_str().unwrap()).collect();
    let written: BTreeSet<&str> = files
        .keys()
        .map(String::as_str)
        .filter(|name| *name != "run.json")
        .collect();
    assert_eq!(named, written);
    for output in outputs {
        let bytes = &files[output["path"].as_str().unwrap()];
        assert_eq!(output["sha256"], sha256(bytes), "{output}");
        assert_eq!(output["bytes"], bytes.len(), "{output}");
    }
    let read = |path: &str| std::fs::read(root().join(path)).unwrap();
    assert_eq!(manifest["study_sha256"], sha256(&read("studies/dprk/study.toml")));
    let pins = manifest["pins"].as_array().unwrap();
    assert!(pins.len() >= 10);
    for pin in pins {
        let name = pin["name"].as_str().unwrap();
        let bytes = read(&format!("datasets/{name}/{name}.parquet"));
        assert_eq!(pin["sha256"], sha256(&bytes), "{name}");
        assert_eq!(pin["rows"], parquet_rows(&bytes).0, "{name}");
    }
}

#[test]
fn the_findings_are_the_same_in_every_format() {
    let (files, findings) = (results(), findings());
    let rows = csv_rows(&files["findings.csv"]);
    let json: Vec<Value> = serde_json::from_slice(&files["findings.json"]).unwrap();
    assert_eq!(rows.len(), findings.len());
    assert_eq!(json.len(), findings.len());
    assert_eq!(parquet_rows(&files["findings.parquet"]).0, findings.len());
    // Row by row they are in one order, and a number read back is the same number (but for the
    // last bits, which this reader of JSON does not promise).
    let same =
        |a: Option<f64>, b: Option<f64>| a == b || a.zip(b).is_some_and(|(a, b)| (a - b).abs() <= 1e-14 * a.abs());
    for (row, json) in rows.iter().zip(&json) {
        for name in ["scenario", "model", "measure", "unit", "tolerance"] {
            assert_eq!(row[name], json[name].as_str().unwrap());
        }
        assert_eq!(row["period"], json["labels"]["period"].as_str().unwrap_or_default());
        assert!(
            same(row["value"].parse().ok(), json["value"]["estimate"].as_f64()),
            "{json}"
        );
        let undefined = json["value"]["undefined"].as_str();
        assert_eq!(row["undefined"], undefined.unwrap_or_default());
        assert_eq!(
            row["value"].is_empty(),
            undefined.is_some(),
            "either a number or the reason: {json}"
        );
    }
}

#[test]
fn no_number_is_not_a_number() {
    for (name, bytes) in results().iter().filter(|(name, _)| !name.ends_with(".parquet")) {
        let text = std::str::from_utf8(bytes).unwrap();
        if name.ends_with(".json") {
            // The reader refuses NaN and Infinity as tokens.
            assert!(json_finite(&serde_json::from_str(text).unwrap()), "{name}");
        } else {
            let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let wrong = words.filter(|word| ["nan", "inf", "infinity"].contains(&word.to_lowercase().as_str()));
            assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&str>::new(), "{name}");
        }
    }
}

/// Findings that can be had with a pencil from the figures that they rest on; the lines are
/// those of the pin's figures.csv, where each has its reference.
#[test]
fn ten_figures_by_hand() {
    // cow-3: the 81 rows of 2008 with PRK as reporter, and the 104 with PRK as partner.
    let (exports, imports) = (2_219_400_000.0, 6_738_770_000.0);
    let cases = [
        ("imf/trend/imports period=2008", imports),
        ("imf/trend/exports period=2008", exports),
        ("imf/trend/balance period=2008", -4_519_370_000.0),
        ("imf/trend/deficit_ratio period=2008", 4_519_370_000.0 / exports),
        // China: 757,870,000 of its imports and 2,254,620,000 of the North's.
        (
            "imf/concentration/partner_share flow=total partner=CHN period=2008",
            3_012_490_000.0 / (exports + imports),
        ),
        // kotra-totals: r14, preferred to the same in rounded tens of millions.
        ("kotra/trend/imports period=2008", 2_685_478_000.0),
        // kotra-totals, 2017 and 2018: 1,772 and 243 million.
        (
            "kotra/trend/change_since from=2017 series=exports to=2018",
            243.0 / 1772.0 - 1.0,
        ),
        // kotra-china-share: 90.1 per cent, crude oil counted.
        (
            "kotra/concentration/partner_share flow=total partner=CHN period=2014",
            0.901,
        ),
        // china-customs: China's imports are the North's exports.
        ("china/trend/exports period=2023", 291_890_000.0),
        ("china/trend/imports period=2023", 2_003_500_000.0),
        // factbook: 3,955 and 4,832 million.
        ("factbook/trend/balance period=2012", -877_000_000.0),
        // comtrade-2003-top40: counted in the figures.
        ("world-2003/asymmetry/pairs period=2003 product=TOTAL", 1550.0),
        // unctad-sections: section 7 of all sections.
        (
            "sections/structure/product_share classification=SITC3 compiler=UNCTADstat flow=export partner=WLD \
             period=1995 product=7",
            264_622_133.0 / 956_390_719.0,
        ),
    ];
    for (id, by_hand) in cases {
        let found = estimate(id);
        assert!(
            (found - by_hand).abs() <= 4.0 * f64::EPSILON * by_hand.abs(),
            "{id}: {found}, by hand {by_hand}"
        );
    }
}

#[test]
fn an_undefined_finding_says_why() {
    let findings: Vec<Value> = serde_json::from_slice(&results()["findings.json"]).unwrap();
    let undefined = findings.iter().filter_map(|f| f["value"].get("undefined"));
    let reasons: Vec<&str> = undefined.map(|reason| reason.as_str().unwrap()).collect();
    assert!(!reasons.is_empty(), "a study of the North has gaps");
    assert!(reasons.iter().all(|reason| reason.len() > 10), "every one has a reason");
}
