//! `study new` and `analyze --data`: a study of any economy on a user's dataset of the world.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::path::Path;
use tests::{call, csv_rows};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A made-up world in which both sides report, and an economy of it.
fn world(folder: &Path) -> (String, String) {
    let data = folder.join("world");
    let arguments = [
        "synth",
        "--rows",
        "60000",
        "--first-year",
        "2001",
        "--years",
        "3",
        "--seed",
        "3",
        "--quiet",
    ];
    call(&[&arguments[..], &["--out", text(&data)]].concat()).ok();
    let data = text(&data).to_owned();
    let sums = call(&[
        "sum",
        &data,
        "--by",
        "reporter",
        "--where",
        "flow = export",
        "--top",
        "3",
        "--format",
        "json",
        "--quiet",
    ])
    .ok()
    .json();
    let economy = find_rows(&sums)[2]["reporter"].as_str().unwrap().to_owned();
    (data, economy)
}

/// The rows of a table in JSON, however it is wrapped.
fn find_rows(said: &Value) -> &Vec<Value> {
    said.as_array().or_else(|| said["rows"].as_array()).unwrap()
}

/// The estimate of a finding in a run's folder.
fn estimate(results: &Path, id: &str) -> f64 {
    let run: Value = serde_json::from_str(&std::fs::read_to_string(results.join("run.json")).unwrap()).unwrap();
    let findings = run["findings"].as_array().unwrap();
    findings
        .iter()
        .find(|f| f["id"] == id)
        .unwrap_or_else(|| panic!("no finding {id}"))["estimate"]
        .as_f64()
        .unwrap()
}

#[test]
fn a_study_of_any_economy_is_written_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (data, economy) = world(folder.path());
    let (study, results) = (folder.path().join("study"), folder.path().join("results"));
    let said = call(&[
        "study",
        "new",
        "--economy",
        &economy,
        "--data",
        &data,
        "--out",
        text(&study),
        "--format",
        "json",
    ])
    .ok()
    .json();
    assert_eq!((&said["first_year"], &said["last_year"]), (&2001.into(), &2003.into()));
    let scenarios: Vec<&str> = said["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s.as_str().unwrap())
        .collect();
    assert_eq!(
        scenarios,
        [
            "reported",
            "partners",
            "partners-fob",
            "importer-first",
            "exporter-first",
            "mean",
            "baci",
            "variance-components"
        ]
    );
    call(&[
        "analyze",
        text(&study),
        "--data",
        &data,
        "--out",
        text(&results),
        "--quiet",
    ])
    .ok();

    // What it reports, and what its partners do, are the dataset's own exact sums.
    let sum = |side: &str, flow: &str| {
        let condition = [format!("{side} = {economy}"), format!("flow = {flow}")];
        let arguments = [
            "sum",
            &data,
            "--by",
            "year",
            "--where",
            &condition[0],
            "--where",
            &condition[1],
        ];
        let table = call(&[&arguments[..], &["--format", "csv", "--quiet"]].concat())
            .ok()
            .stdout;
        let row = csv_rows(&table).into_iter().find(|row| row["year"] == "2003").unwrap();
        row["value_usd"].parse::<f64>().unwrap()
    };
    let exports = |scenario: &str| estimate(&results, &format!("{scenario}/trend/exports period=2003"));
    assert_eq!(exports("reported"), sum("reporter", "export"));
    assert_eq!(exports("partners"), sum("partner", "import"));
    // Partners that value imports at the border keep their reports.
    let freight = exports("partners") / exports("partners-fob");
    assert!(freight > 1.03 && freight < 1.06 + 1e-9, "{freight}");

    // Reconciled exports are those of `mirror reconcile` on the same reports, at the same margin.
    let totals = folder.path().join("totals.csv");
    call(&[
        "sum",
        &data,
        "--by",
        "year,reporter,partner,flow",
        "--format",
        "csv",
        "--out",
        text(&totals),
        "--quiet",
    ])
    .ok();
    let arguments = [
        "mirror",
        "reconcile",
        text(&totals),
        "--draws",
        "0",
        "--format",
        "json",
        "--quiet",
    ];
    let cells = call(&arguments).ok().json();
    let whole = cells["cells"].as_array().unwrap();
    for rule in ["importer-first", "exporter-first", "mean"] {
        let own = whole
            .iter()
            .filter(|c| c["period"] == "2003" && c["exporter"] == *economy);
        let sum: f64 = own.filter_map(|c| c["estimates"][rule]["value"].as_f64()).sum();
        assert!(
            (exports(rule) / sum - 1.0).abs() < 1e-9,
            "{rule}: {} {sum}",
            exports(rule)
        );
    }
    let page = std::fs::read_to_string(results.join("report.html")).unwrap();
    assert!(page.contains("Both reports, weighed as in BACI") && !page.contains("not known"));

    // The same again gives the same bytes; without the dataset nothing is run.
    let again = folder.path().join("again");
    call(&[
        "analyze",
        text(&study),
        "--data",
        &data,
        "--out",
        text(&again),
        "--quiet",
        "--threads",
        "1",
    ])
    .ok();
    for name in ["findings.csv", "report.html", "run.json"] {
        assert_eq!(
            std::fs::read(results.join(name)).unwrap(),
            std::fs::read(again.join(name)).unwrap(),
            "{name}"
        );
    }
    call(&["analyze", text(&study), "--out", text(&folder.path().join("none"))])
        .code(1)
        .tells(&["--data"]);
    assert!(!folder.path().join("none").exists());
    call(&[
        "study",
        "new",
        "--economy",
        &economy,
        "--data",
        &data,
        "--out",
        text(&study),
    ])
    .code(1)
    .tells(&["is there already"]);
}

#[test]
fn a_release_of_one_figure_a_flow_has_one_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, data) = (folder.path().join("BACI_HS92_Y2003_V0.csv"), folder.path().join("baci"));
    let arguments = [
        "synth",
        "--shape",
        "baci",
        "--rows",
        "40000",
        "--first-year",
        "2003",
        "--years",
        "1",
        "--quiet",
    ];
    call(&[&arguments[..], &["--out", text(&csv)]].concat()).ok();
    call(&["import", text(&csv), "--out", text(&data), "--quiet"]).ok();
    let sums = call(&[
        "sum",
        text(&data),
        "--by",
        "reporter",
        "--top",
        "1",
        "--format",
        "json",
        "--quiet",
    ])
    .ok()
    .json();
    let economy = find_rows(&sums)[0]["reporter"].as_str().unwrap().to_owned();
    let study = folder.path().join("study");
    let arguments = [
        "study",
        "new",
        "--economy",
        &economy,
        "--data",
        text(&data),
        "--out",
        text(&study),
    ];
    let said = call(&[&arguments[..], &["--format", "json"]].concat()).ok().json();
    assert_eq!(said["scenarios"], serde_json::json!(["compiled"]));
    let results = folder.path().join("results");
    call(&[
        "analyze",
        text(&study),
        "--data",
        text(&data),
        "--out",
        text(&results),
        "--quiet",
    ])
    .ok();
    let imports = estimate(&results, "compiled/trend/imports period=2003");
    let of_partners = call(&[
        "sum",
        text(&data),
        "--by",
        "year",
        "--where",
        &format!("partner = {economy}"),
        "--format",
        "csv",
        "--quiet",
    ]);
    let sum = csv_rows(&of_partners.ok().stdout)[0]["value_usd"]
        .parse::<f64>()
        .unwrap();
    assert_eq!(imports, sum);
}

#[test]
fn an_economy_that_the_dataset_does_not_know_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (data, _) = world(folder.path());
    let study = folder.path().join("study");
    call(&[
        "study",
        "new",
        "--economy",
        "ZZZ",
        "--data",
        &data,
        "--out",
        text(&study),
    ])
    .code(1)
    .tells(&["ZZZ"]);
    call(&[
        "study",
        "new",
        "--economy",
        "ATA",
        "--data",
        &data,
        "--out",
        text(&study),
    ])
    .code(1)
    .tells(&["ATA"]);
    assert!(!study.exists());
}
