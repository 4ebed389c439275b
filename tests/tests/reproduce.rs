//! Tracing, comparing and handing over: `explain`, `diff`, `pin add`, `verify --results`.

#![allow(clippy::unwrap_used)]

use tests::{Workspace, call, csv_rows};

const HHI: &str = "imf/concentration/hhi dimension=partner flow=export period=2005";

#[test]
fn a_finding_is_traced_to_figures_that_reproduce_it() {
    let said = call(&["explain", HHI, "--format", "json"]).ok().json();
    assert_eq!(said["format"], "counterflow explain 1");
    assert_eq!(said["finding"], HHI);
    let rows = said["rows"].as_array().unwrap();
    assert!(rows.len() > 50 && rows.len() < said["scenario_rows"].as_u64().unwrap() as usize / 10);
    // The rows are enough: the index by hand from them is the finding.
    let values: Vec<f64> = rows.iter().map(|r| r["value_usd"].as_f64().unwrap()).collect();
    let total: f64 = values.iter().sum();
    let hhi: f64 = values.iter().map(|v| (v / total).powi(2)).sum();
    let estimate = said["result"]["value"]["estimate"].as_f64().unwrap();
    assert!((hhi - estimate).abs() < 1e-12, "{hhi} {estimate}");
    for row in rows {
        assert_eq!((&row["flow"], &row["period"]), (&"export".into(), &"2005".into()));
        assert!(!row["reference"].is_null(), "{row}");
    }
    assert!(!said["references"].as_array().unwrap().is_empty());
}

/// Two-way trade and world rows are sums that a scenario makes: their parts are told, each with its reference.
#[test]
fn sums_are_traced_to_the_figures_they_are_made_of() {
    for (id, sums) in [
        (
            "imf-revised/concentration/cr1 dimension=partner flow=total period=2010",
            89,
        ),
        ("kotra-customs-interkorean/trend/total_trade period=2003", 2),
    ] {
        let said = call(&["explain", id, "--format", "json"]).ok().json();
        let (rows, parts) = (said["rows"].as_array().unwrap(), said["parts"].as_array().unwrap());
        let made: Vec<_> = rows.iter().filter(|r| r["compiler"] == "sum of figures").collect();
        assert_eq!(made.len(), sums, "{id}");
        let total = |rows: &[&serde_json::Value]| rows.iter().map(|r| r["value_usd"].as_f64().unwrap()).sum::<f64>();
        let parts: Vec<_> = parts.iter().collect();
        assert_eq!(total(&made), total(&parts), "{id}");
        assert!(parts.iter().all(|r| !r["reference"].is_null()), "{id}");
        assert!(!said["references"].as_array().unwrap().is_empty());
    }
}

/// A finding about one economy in a world of forty rests on the figures that name it, on both sides, and on no others; one
/// about one flow on its two reports.
#[test]
fn a_finding_about_one_economy_rests_on_its_figures_alone() {
    let said = call(&["explain", "world-2003/asymmetry/rim economy=KOR", "--format", "json"])
        .ok()
        .json();
    let rows = said["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 78);
    let about = |row: &serde_json::Value| {
        let side = |flow, reporter, partner| row["flow"] == flow && row[reporter] != "KOR" && row[partner] == "KOR";
        side("export", "reporter", "partner") || side("import", "partner", "reporter")
    };
    assert!(rows.iter().all(about));
    let ratio = "china-korea-mirror/asymmetry/ratio exporter=CHN importer=KOR period=1993";
    let said = call(&["explain", ratio, "--format", "json"]).ok().json();
    assert_eq!(said["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_undefined_rests_on_the_figures_that_its_reason_counts() {
    let id = "china-korea-mirror/asymmetry/log_ratio_p10 period=1997 product=TOTAL";
    let said = call(&["explain", id]).ok();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        text.contains("2 flows with two reports above zero, where 10 are needed"),
        "{text}"
    );
    assert!(text.contains("these 4 of the scenario's 110"), "{text}");
}

#[test]
fn labels_may_stand_in_any_order_and_a_wrong_name_gets_the_nearest_ones() {
    let shuffled = "imf/concentration/hhi period=2005 flow=export dimension=partner";
    let first = call(&["explain", HHI, "--format", "csv"]).ok();
    let second = call(&["explain", shuffled, "--format", "csv"]).ok();
    assert!(first.stdout == second.stdout && csv_rows(&first.stdout).len() > 50);
    call(&["explain", "imf/concentration/hhi period=2005"]).code(1).tells(&[
        "it has",
        "flow=export period=2005",
        "flow=import period=2005",
    ]);
    call(&["explain", "kotra/concentration/hhj"])
        .code(1)
        .tells(&["no finding"]);
    call(&["explain", "nowhere/concentration/hhi"])
        .code(1)
        .tells(&["imf/concentration/hhi"]);
}

#[test]
fn a_figure_set_aside_is_told_with_the_finding_it_would_have_entered() {
    let said = call(&["explain", "imf-guarded/trend/imports period=2008", "--format", "json"]);
    let said = said.ok().json();
    let aside = said["set_aside"].as_array().unwrap();
    let algeria = aside.iter().find(|row| row["partner"] == "DZA").unwrap();
    assert!(algeria["reason"].as_str().unwrap().contains("Algeria"), "{algeria}");
    assert!(
        said["rows"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["partner"] != "DZA")
    );
}

#[test]
fn two_releases_are_compared_with_the_conclusions_they_change() {
    let said = call(&["diff", "cow-3", "cow-4", "--study", "--format", "json"])
        .ok()
        .json();
    let summary = &said["summary"];
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(
        count("old_rows"),
        count("unchanged") + count("dropped") + count("revised")
    );
    assert_eq!(
        count("new_rows"),
        count("unchanged") + count("added") + count("revised")
    );
    assert_eq!(
        said["rows"].as_array().unwrap().len() as u64,
        count("added") + count("dropped") + count("revised")
    );
    assert_eq!(said["across_compilers"], true);
    let changed = said["claims_changed"].as_array().unwrap();
    assert!(
        changed.iter().any(|row| row["old"] == "holds" && row["new"] == "fails"),
        "{changed:?}"
    );
    assert!(said["findings_changed"].as_array().unwrap().len() > 1000);
}

#[test]
fn a_pin_is_unchanged_against_itself_and_one_dollar_is_one_revision() {
    let workspace = Workspace::published();
    let same = workspace.call(&["diff", "cow-3", "cow-3", "--study", "studies/dprk", "--format", "json"]);
    let same = same.ok().json();
    assert_eq!(same["rows"], serde_json::json!([]));
    assert_eq!(same["claims_changed"], serde_json::json!([]));
    assert_eq!(same["findings_changed"], serde_json::json!([]));

    let old = workspace.path("datasets/kotra-totals/kotra-totals.parquet");
    let kept = workspace.path("kept.parquet");
    std::fs::copy(&old, &kept).unwrap();
    workspace.edit(
        "datasets/kotra-totals/figures.csv",
        "2008,import,2685478000,",
        "2008,import,2685478001,",
    );
    workspace.call(&["pin", "build", "kotra-totals"]).ok();
    let said = workspace
        .call(&["diff", "kept.parquet", "kotra-totals", "--format", "csv"])
        .ok();
    let rows = csv_rows(&said.stdout);
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0]["what"].as_str(), rows[0]["change_usd"].as_str()),
        ("revised", "1")
    );
    workspace
        .call(&["diff", "kept.parquet", "kotra-totals", "--study"])
        .code(1)
        .tells(&["kept.parquet", "pin add"]);
    workspace
        .call(&["diff", "cow-4-checks", "cow-4", "--study"])
        .code(1)
        .tells(&["does not use the pin `cow-4-checks`"]);
}

#[test]
fn a_file_becomes_a_pin_whole_or_not_at_all() {
    let workspace = Workspace::new();
    let about = |name: &'static str, file: &'static str| {
        let mut call = vec!["pin", "add", name, file, "--compiler", "Test office", "--release", "1"];
        call.extend([
            "--retrieved",
            "2026-11-22",
            "--url",
            "https://example.org",
            "--licence",
            "CC0",
        ]);
        call.extend(["--citation", "Test office (2026)", "--default", "compiler=Test office"]);
        call.extend(["--default", "classification=COMPILER", "--default", "product=TOTAL"]);
        call.extend(["--default", "status=reported"]);
        call
    };
    let figures = "period,reporter,partner,flow,value_usd\n2001,CHN,PRK,export,5\n2003,CHN,PRK,import,7.25\n";
    std::fs::write(workspace.path("mine.csv"), figures).unwrap();
    workspace.call(&about("mine", "mine.csv")).ok();
    workspace.call(&["pin", "check", "mine"]).ok();
    let shown = workspace.call(&["pin", "show", "mine", "--format", "json"]).ok().text();
    assert!(
        shown.contains("Test office (2026)") && shown.contains("2001 to 2003"),
        "{shown}"
    );
    // A pin is never written over, and a bad row leaves nothing behind.
    workspace.call(&about("mine", "mine.csv")).code(1).tells(&["exists"]);
    std::fs::write(workspace.path("bad.csv"), figures.replace("7.25", "seven")).unwrap();
    workspace
        .call(&about("bad", "bad.csv"))
        .code(1)
        .tells(&["line 3", "seven"]);
    let left: Vec<_> = std::fs::read_dir(workspace.path("datasets"))
        .unwrap()
        .flatten()
        .collect();
    let odd = |name: String| name == "bad" || name.starts_with('.');
    assert!(
        !left
            .iter()
            .any(|entry| odd(entry.file_name().to_string_lossy().into_owned()))
    );
    workspace
        .call(&about("Mine", "mine.csv"))
        .code(2)
        .tells(&["lower case"]);
    let mut call = about("other", "mine.csv");
    let day = call.iter().position(|word| *word == "2026-11-22").unwrap();
    call[day] = "2026-02-30";
    workspace.call(&call).code(2).tells(&["--retrieved", "2026-02-30"]);
}

#[test]
fn a_pin_made_of_a_file_keeps_what_its_figures_rest_on() {
    let workspace = Workspace::new();
    let add = |name: &str| {
        let said = [
            "--compiler",
            "Office",
            "--release",
            "1",
            "--retrieved",
            "2024-02-29",
            "--url",
            "u",
        ];
        let call = [
            &[
                "pin",
                "add",
                name,
                "mine/figures.csv",
                "--licence",
                "CC0",
                "--citation",
                "Office",
            ][..],
            &said,
        ];
        workspace.call(&call.concat())
    };
    std::fs::create_dir(workspace.path("mine")).unwrap();
    let figures =
        "period,reporter,partner,flow,value_usd,reference\n2001,CHN,PRK,export,5,p3\n2003,CHN,PRK,export,7,p9\n";
    std::fs::write(workspace.path("mine/figures.csv"), figures).unwrap();
    add("alone").ok();
    workspace.call(&["pin", "check", "alone"]).ok();
    let listed = csv_rows(&std::fs::read(workspace.path("datasets/alone/references.csv")).unwrap());
    let keys: Vec<&str> = listed.iter().map(|row| row["key"].as_str()).collect();
    assert_eq!(keys, ["p3", "p9"]);
    // A list beside the file says what the keys are; one that it lacks is a bad row.
    let list = "key,citation,url,note\np1,first,,\np3,third page,https://example.org,\np9,ninth,,\n";
    std::fs::write(workspace.path("mine/references.csv"), list).unwrap();
    add("listed").ok();
    workspace.call(&["pin", "check", "listed"]).ok();
    assert_eq!(
        std::fs::read_to_string(workspace.path("datasets/listed/references.csv")).unwrap(),
        list
    );
    std::fs::write(workspace.path("mine/references.csv"), list.replace("p9", "p8")).unwrap();
    add("lacking").code(1).tells(&["line 3", "p9"]);
    // There is no text to build such a pin from, and one that was spoilt is told as changed.
    workspace
        .call(&["pin", "build", "listed"])
        .code(1)
        .tells(&["no figures.csv"]);
    let file = workspace.path("datasets/listed/listed.parquet");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&file, bytes).unwrap();
    workspace
        .call(&["pin", "check", "listed"])
        .code(1)
        .tells(&["was changed since it was pinned"]);
}

#[test]
fn a_row_that_cannot_be_read_is_not_said_to_be_dropped_without_a_word() {
    let workspace = Workspace::new();
    let figures = "period,reporter,partner,flow,value_usd,compiler\n2001,CHN,PRK,export,5,x\n2003,CHN,PRK,export,7,x\n";
    std::fs::write(workspace.path("old.csv"), figures).unwrap();
    std::fs::write(workspace.path("new.csv"), figures.replace(",7,", ",seven,")).unwrap();
    let said = workspace.call(&["diff", "old.csv", "new.csv", "--format", "json"]).ok();
    assert!(
        said.stderr.contains("of new.csv, 1 row in quarantine"),
        "{}",
        said.stderr
    );
    assert_eq!(said.json()["summary"]["new_unreadable"], 1);
}

#[test]
fn results_are_verified_by_whoever_gets_them() {
    let workspace = Workspace::new();
    workspace.call(&["analyze", "--out", "given"]).ok();
    let verify = &["verify", "--results", "given"];
    workspace
        .call(verify)
        .ok()
        .tells(&["the run was made by", "findings as in the results"]);
    // An altered number is noticed in the file, and as a finding that moved.
    let findings = workspace.path("given/findings.json");
    let text = std::fs::read_to_string(&findings).unwrap();
    let at = text.find("\"estimate\":").unwrap() + "\"estimate\":".len();
    let mut altered = text.clone();
    altered.insert(at, '9');
    std::fs::write(&findings, altered).unwrap();
    workspace
        .call(verify)
        .code(1)
        .tells(&["1 of", "findings.json was altered"]);
    std::fs::write(&findings, &text).unwrap();
    // One edited in the table alone is named with its column.
    let table = workspace.path("given/findings.csv");
    let rows = std::fs::read_to_string(&table).unwrap();
    let last = rows.lines().last().unwrap();
    std::fs::write(&table, rows.replacen(last, &format!("x{last}"), 1)).unwrap();
    let scenario = last.split(',').next().unwrap();
    workspace.call(verify).code(1).tells(&[
        "findings.csv was altered",
        &format!("column scenario: `x{scenario}` there, `{scenario}` found here"),
    ]);
    std::fs::write(&table, &rows).unwrap();
    std::fs::remove_file(workspace.path("given/findings.parquet")).unwrap();
    workspace.call(verify).code(1).tells(&["findings.parquet is missing"]);
    // Other pins here than there.
    workspace.edit(
        "datasets/kotra-totals/figures.csv",
        "2008,import,2685478000,",
        "2008,import,2685478001,",
    );
    workspace.call(&["pin", "build", "kotra-totals"]).ok();
    workspace
        .call(verify)
        .code(1)
        .tells(&["kotra-totals` says something else here"]);
    workspace
        .call(&["verify", "--results", "datasets"])
        .code(1)
        .tells(&["run.json"]);
}
