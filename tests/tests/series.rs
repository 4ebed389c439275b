//! `trend`, `breaks`, `concentration`, `fit` and `conformance` from end to end: known answers, and inputs that
//! are not what they should be.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::path::PathBuf;
use tempfile::TempDir;
use tests::{Call, call, call_in, csv_rows, parquet_rows, root};

/// Calls the program on one file, `t.csv`, and asks for JSON.
fn on(text: &str, arguments: &[&str]) -> Call {
    let folder: TempDir = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), text).unwrap();
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    call_in(folder.path(), &all)
}

fn example(name: &str) -> PathBuf {
    root().join("docs/examples").join(name)
}

#[track_caller]
fn close(found: &Value, expected: f64, tolerance: f64) {
    let found = found.as_f64().unwrap();
    assert!(
        (found - expected).abs() <= tolerance * expected.abs().max(1e-300),
        "{found} is not {expected}"
    );
}

#[test]
fn the_nile_has_one_break() {
    let nile = example("nile.csv");
    let said = call(&[
        "breaks",
        "flow ~ 1",
        nile.to_str().unwrap(),
        "--time",
        "year",
        "--at",
        "1898",
        "--format",
        "json",
    ]);
    let said = said.ok().json();
    assert_eq!((&said["h"], &said["selected"]), (&json!(15), &json!(1)));
    let printed = [
        (2835157.0, 1318.0, json!([])),
        (1597457.0, 1270.0, json!([1898])),
        (1552924.0, 1276.0, json!([1898, 1953])),
        (1538097.0, 1285.0, json!([1898, 1938, 1953])),
        (1507888.0, 1292.0, json!([1898, 1915, 1938, 1953])),
        (1659994.0, 1311.0, json!([1885, 1900, 1915, 1938, 1953])),
    ];
    for (m, (rss, bic, dates)) in printed.iter().enumerate() {
        let found = &said["partitions"][m];
        assert_eq!(found["m"], m);
        assert_eq!(found["rss"].as_f64().unwrap().round(), *rss);
        assert_eq!(found["bic"].as_f64().unwrap().round(), *bic);
        assert_eq!(found["dates"], *dates);
    }
    let interval = &said["partitions"][1]["conf_int"][0];
    assert_eq!(
        (&interval["conf_low"], &interval["conf_high"]),
        (&json!(1895), &json!(1902))
    );
    assert!((said["tests"]["sup_f"]["statistic"].as_f64().unwrap() - 75.92977).abs() < 5e-6);
    assert_eq!(said["tests"]["sup_f"]["date"], 1898);
    // With an independent error the test at the known date is the same F.
    close(&said["tests"]["chow"][0]["f"]["statistic"], 75.92976942748538, 1e-10);
    assert_eq!(said["tests"]["chow"][0]["wald"]["covariance"]["lag"], 4);
}

#[test]
fn breaks_put_rows_in_the_order_of_their_times() {
    let rows: Vec<String> = (0..24)
        .map(|i| {
            format!(
                "20{:02}-{:02},{}",
                i / 12,
                i % 12 + 1,
                if i < 10 { i % 3 } else { 20 + i % 3 }
            )
        })
        .collect();
    let turned: Vec<String> = rows.iter().rev().cloned().collect();
    let arguments = ["breaks", "y ~ 1", "t.csv", "--time", "month", "--trim", "4"];
    let one = on(&format!("month,y\n{}\n", rows.join("\n")), &arguments).ok().json();
    let other = on(&format!("month,y\n{}\n", turned.join("\n")), &arguments).ok().json();
    assert_eq!(one["partitions"][1]["dates"], json!(["2000-10"]));
    assert_eq!(one["partitions"], other["partitions"]);
}

#[test]
fn the_trend_of_the_nile_as_others_print_it() {
    let nile = example("nile.csv");
    let said = call(&[
        "trend",
        nile.to_str().unwrap(),
        "--time",
        "year",
        "--value",
        "flow",
        "--format",
        "json",
    ]);
    let said = said.ok().json();
    let test = &said["mann_kendall"];
    assert_eq!(test["s"], -1387);
    close(&test["var_s"], 112728.33333333333, 1e-12);
    close(&test["z"], -4.128066522844101, 1e-12);
    close(&test["p_value"], 3.658262921657496e-05, 1e-10);
    close(&test["tau_a"], -0.2802020202020202, 1e-12);
    close(&test["tau_b"], -0.2807413347246131, 1e-12);
    close(&test["variants"]["hamed_rao"]["p_value"], 0.004802676310182719, 1e-10);
    assert_eq!(said["theil_sen"]["slope"], -2.6);
    close(&said["theil_sen"]["at_first"], 1022.2, 1e-12);
    // statsmodels: OLS of the flow on the year.
    close(&said["linear"]["slope"], -2.7143054305430545, 1e-10);
    close(&said["linear"]["intercept"], 6132.173579357935, 1e-9);
    let slope = said["log_linear"]["slope"].as_f64().unwrap();
    close(&said["log_linear"]["growth"], slope.exp_m1(), 1e-14);
    // The lines are what `fit` gives under the same covariance.
    let fit = call(&[
        "fit",
        "flow ~ year",
        nile.to_str().unwrap(),
        "--vcov",
        "nw",
        "--format",
        "json",
    ])
    .ok()
    .json();
    assert_eq!(said["linear"]["terms"][1], fit["terms"][1]);
}

#[test]
fn true_gaps_in_time_are_used() {
    let said = on(
        "y,v\n2010,9\n2001,1\n2003,4\n",
        &["trend", "t.csv", "--time", "y", "--value", "v"],
    )
    .ok()
    .json();
    // Means 2004 2/3 and 4 2/3; the sum of products is 113/3, that of squares 134/3.
    close(&said["linear"]["slope"], 113.0 / 134.0, 1e-12);
    assert_eq!(said["theil_sen"]["slopes"], 3);
    close(&said["theil_sen"]["slope"], 8.0 / 9.0, 1e-14);
    assert_eq!(said["time"]["regular"], false);
    assert_eq!(
        (&said["time"]["first"], &said["time"]["last"]),
        (&json!(2001), &json!(2010))
    );
    close(&said["mann_kendall"]["exact_p_value"], 1.0 / 3.0, 1e-14);
}

#[test]
fn one_part_of_a_trend_may_be_refused_and_the_rest_is_given() {
    let said = on(
        "y,v\n2001,0\n2002,3\n2003,5\n2004,4\n2005,\n",
        &["trend", "t.csv", "--time", "y", "--value", "v"],
    );
    let said = said.ok().json();
    assert_eq!(said["nobs"], 4);
    assert_eq!(
        said["dropped"],
        json!([{ "what": "rows", "reason": "v is missing", "rows": [6] }])
    );
    assert!(
        said["log_linear"]["undefined"].as_str().unwrap().contains("2001"),
        "{}",
        said["log_linear"]
    );
    assert!(said["linear"]["slope"].is_f64() && said["mann_kendall"]["s"].is_i64());
    on("y,v\n2001,5\n", &["trend", "t.csv", "--time", "y", "--value", "v"])
        .code(1)
        .tells(&["linear", "log_linear", "mann_kendall", "theil_sen", "at least 3"]);
    let same = on(
        "y,v\n2001,5\n2002,5\n2003,5\n2004,5\n",
        &["trend", "t.csv", "--time", "y", "--value", "v"],
    )
    .ok()
    .json();
    assert!(same["mann_kendall"]["undefined"].as_str().unwrap().contains("equal"));
    assert_eq!(same["linear"]["p_value"], Value::Null, "{}", same["linear"]);
    assert!(same["linear"]["errors_undefined"].is_string());
}

#[test]
fn groups_have_a_regional_test() {
    let text = "p,y,v\na,1,1\na,2,3\na,3,2\na,4,6\nb,1,5\nb,2,4\nb,3,8\nb,4,9\n";
    let said = on(text, &["trend", "t.csv", "--time", "y", "--value", "v", "--by", "p"])
        .ok()
        .json();
    let series = said["series"].as_array().unwrap();
    assert_eq!(
        series
            .iter()
            .map(|s| s["by"]["p"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    // S is 4 in each, variances 26/3 each.
    assert_eq!(said["regional"]["s"], 8);
    close(&said["regional"]["var_s"], 52.0 / 3.0, 1e-14);
}

#[test]
fn what_is_wrong_with_a_series_is_named() {
    let trend = ["trend", "t.csv", "--time", "y", "--value", "v"];
    let breaks = ["breaks", "v ~ 1", "t.csv", "--time", "y"];
    let cases: [(&str, &[&str]); 9] = [
        ("y,v\n2001,1\n2001,2\n2002,3\n", &["2001 stands twice", "lines 2 and 3"]),
        ("y,v\n2001,1\n2002,many\n", &["line 3", "many"]),
        ("y,v\nlast year,1\n2002,2\n", &["line 2", "last year"]),
        ("y,v\n2001,1\n2002-03,2\n", &["line 3", "another form"]),
        ("y,w\n2001,1\n", &["`v`"]),
        ("t,v\n2001,1\n", &["`y`"]),
        ("", &["t.csv"]),
        ("y,v\n", &["t.csv", "no rows"]),
        ("y,v\n2001,1\n2002,1e999\n", &["1e999"]),
    ];
    for (text, told) in cases {
        on(text, &trend).code(1).tells(told);
        on(text, &breaks).code(1).tells(&["error: ", "t.csv"]);
    }
    on("y,v\n2001,1\n", &breaks).code(1).tells(&["t.csv"]);
    on("y,v\n2001,1\n2002,2\n2003,4\n", &breaks)
        .code(1)
        .tells(&["t.csv", "trim"]);
    on("y,v\n2001,1\n", &["breaks", "v ~ 1 | y", "t.csv", "--time", "y"])
        .code(2)
        .tells(&["absorbed"]);
    on(
        "y,v\n2001,1\n",
        &["breaks", "v ~ 1", "t.csv", "--time", "y", "--trim", "1.5"],
    )
    .code(2)
    .tells(&["--trim"]);
    on(
        "y,v\n2001,1\n",
        &["breaks", "v ~ 1", "t.csv", "--time", "y", "--at", "soon"],
    )
    .code(2)
    .tells(&["soon"]);
    on(
        "y,v\n2001,1\n",
        &["trend", "t.csv", "--time", "y", "--value", "v", "--vcov", "cluster:y"],
    )
    .code(2)
    .tells(&["`fit`"]);
    on(
        "y,v\n2001,1\n",
        &["trend", "t.csv", "--time", "y", "--value", "v", "--period", "1"],
    )
    .code(2)
    .tells(&["--period"]);
}

#[test]
fn options_of_covariances_that_mean_nothing_are_refused() {
    let file = example("investment.csv");
    let fit = |more: &[&str]| {
        let mut all = vec!["fit", "investment ~ output", file.to_str().unwrap()];
        all.extend(more);
        call(&all)
    };
    fit(&["--vcov", "hc1", "--kernel", "qs"]).code(2).tells(&["--kernel"]);
    fit(&["--vcov", "iid", "--adjust", "none"]).code(2).tells(&["--adjust"]);
    fit(&["--vcov", "nw:4", "--bandwidth", "3"])
        .code(2)
        .tells(&["--bandwidth"]);
    fit(&["--vcov", "nw:four"]).code(2).tells(&["nw:LAG"]);
    fit(&["--vcov", "dk:year:x"]).code(2).tells(&["dk:TIME:LAG"]);
    fit(&["--vcov", "nw:auto", "--preset", "stata"])
        .code(2)
        .tells(&["nw:LAG"]);
    fit(&["--vcov", "nw:4", "--kernel", "qs", "--preset", "stata"])
        .code(2)
        .tells(&["--preset"]);
    fit(&["--preset", "ppmlhdfe"]).code(1).tells(&["ppmlhdfe"]);
    fit(&["--level", "95"]).code(2).tells(&["--level"]);
    fit(&["--vcov", "cluster:firm"]).code(1).tells(&["`firm`"]);
}

/// The public regression under the conventions of packages, to the digits that they print.
#[test]
fn covariances_as_packages_print_them() {
    let file = example("investment.csv");
    let error = |more: &[&str]| {
        let mut all = vec![
            "fit",
            "investment ~ output + interest",
            file.to_str().unwrap(),
            "--format",
            "json",
        ];
        all.extend(more);
        call(&all).ok().json()
    };
    let variance = |said: &Value| said["terms"][1]["std_error"].as_f64().unwrap().powi(2);
    let printed: [(&[&str], f64); 6] = [
        (&["--vcov", "nw:4", "--adjust", "none"], 2.805888e-4),
        (&["--vcov", "nw:4"], 3.331992e-4),
        (&["--vcov", "nw", "--adjust", "none"], 4.146660e-4),
        (
            &["--vcov", "nw:auto", "--prewhiten", "1", "--adjust", "none"],
            5.563172e-4,
        ),
        (&["--vcov", "nw", "--preset", "sandwich"], 5.563172e-4),
        (
            &["--vcov", "nw:auto", "--kernel", "qs", "--prewhiten", "1"],
            7.537517e-4,
        ),
    ];
    for (arguments, expected) in printed {
        let found = variance(&error(arguments));
        assert!(
            (found / expected - 1.0).abs() < 2e-7,
            "{arguments:?}: {found} is not {expected}"
        );
    }
    let andrews = error(&["--vcov", "andrews", "--prewhiten", "1"]);
    assert!((andrews["covariance"]["bandwidth"].as_f64().unwrap() - 1.744749).abs() < 5e-7);
    // statsmodels: HC3 and diagnostics.
    let hc3 = error(&["--vcov", "hc3"]);
    close(&hc3["terms"][1]["std_error"], 0.023175572155090692, 1e-10);
    let diagnostics = &hc3["diagnostics"];
    close(&diagnostics["durbin_watson"]["statistic"], 1.3215123982656178, 1e-10);
    close(&diagnostics["breusch_godfrey"]["statistic"], 1.2816308216008672, 1e-10);
    close(&diagnostics["breusch_pagan"]["statistic"], 4.215484564999188, 1e-10);
    close(&diagnostics["white"]["statistic"], 13.054674831248576, 1e-10);
    close(&diagnostics["reset"]["statistic"], 0.6313370198578467, 1e-10);
    close(&diagnostics["jarque_bera"]["statistic"], 1.1034029491586728, 1e-10);
    close(&diagnostics["adf"]["statistic"], -0.5896007164590507, 1e-9);
    close(&diagnostics["kpss"]["statistic"], 0.06924535538871267, 1e-10);
}

#[test]
fn weights_times_and_separated_rows_are_told() {
    let text = "t,y,x,w\n3,4,2,1\n1,1,1,2\n2,3,5,0\n4,6,3,\n5,7,4,1\n6,8,9,1\n";
    let said = on(text, &["fit", "y ~ x", "t.csv", "--weights", "w", "--time", "t"])
        .ok()
        .json();
    assert_eq!(said["nobs"], 4);
    let reasons = said["dropped"].as_array().unwrap();
    assert!(
        reasons
            .iter()
            .any(|d| d["reason"] == "the weight is zero" && d["rows"] == json!([4]))
    );
    assert!(
        reasons
            .iter()
            .any(|d| d["reason"] == "the weight is missing" && d["rows"] == json!([5]))
    );
    on(
        "y,x,w\n1,1,1\n2,2,-1\n3,4,1\n",
        &["fit", "y ~ x", "t.csv", "--weights", "w"],
    )
    .code(1)
    .tells(&["line 3"]);
    on(
        "y,x\n1,1\n-2,2\n3,4\n",
        &["fit", "y ~ x", "t.csv", "--family", "poisson"],
    )
    .code(1)
    .tells(&["line 3", "-2"]);
    let gravity = example("gravity.csv");
    let formula = "trade ~ log(distance) | exporter^year + importer^year";
    let table = call(&["fit", formula, gravity.to_str().unwrap(), "--family", "poisson"]).ok();
    table.tells(&["separated"]);
}

#[test]
fn concentration_says_how_sure_it_is() {
    let text = "p,v,s,g\na,541,0.2,x\nb,1463,0.2,x\nc,2445,0.2,x\nd,3438,0.2,y\ne,4437,0.2,y\nf,5401,0.2,y\n\
                g,6392,0.2,z\nh,8304,0.2,z\ni,11904,0.2,z\nj,22261,0.2,z\n";
    let find = |said: &Value, measure: &str| {
        let all = said["findings"].as_array().unwrap();
        all.iter().find(|f| f["measure"] == measure).unwrap().clone()
    };
    let base = ["concentration", "t.csv", "--value", "v", "--item", "p"];
    let with = |more: &[&str]| on(text, &[&base[..], more].concat());
    for sigma in ["0.2", "s"] {
        let hhi = find(&with(&["--sigma", sigma, "--seed", "42"]).ok().json(), "hhi");
        close(&hhi["simulation"]["delta_std_dev"], 0.0214357237, 1e-8);
        close(&hhi["simulation"]["std_dev"], 0.02167, 0.03);
        assert_eq!(hhi["convention"]["seed"], "42");
    }
    // Bounds: c^2 H and c^2 H + (1-c)^2 + 2 c (1-c) s1.
    let hhi = find(&with(&["--coverage", "0.8"]).ok().json(), "hhi");
    let (h, s1, c) = (0.18408123091548528, 0.334_319_531_455_557, 0.8);
    close(&hhi["interval"]["low"], c * c * h, 1e-12);
    close(&hhi["interval"]["high"], c * c * h + 0.04 + 2.0 * c * 0.2 * s1, 1e-8);
    assert!(hhi["undefined"].is_string() && hhi["observed"].is_f64());
    let said = with(&["--groups", "g"]).ok().json();
    let split = &said["decompositions"][0];
    assert_eq!(
        split["within"].as_f64().unwrap() + split["between"].as_f64().unwrap(),
        split["total"].as_f64().unwrap()
    );
    close(
        &split["total"],
        find(&said, "theil_t")["estimate"].as_f64().unwrap(),
        1e-14,
    );
    let said = with(&["--universe", "15"]).ok().json();
    close(&find(&said, "theil_t_extensive")["estimate"], 1.5_f64.ln(), 1e-14);
    let boot = find(&with(&["--bootstrap", "200"]).ok().json(), "gini");
    assert!(boot["interval"]["low"].as_f64() < boot["interval"]["high"].as_f64());
    with(&["--sigma", "0.2", "--bootstrap", "9"])
        .code(2)
        .tells(&["--bootstrap"]);
    with(&["--universe", "0"]).code(2).tells(&["listed"]);
    with(&["--coverage", "80"]).code(2).tells(&["--coverage"]);
}

#[test]
fn awkward_values_have_stated_answers() {
    let measured = |text: &str, more: &[&str]| {
        on(
            text,
            &[&["concentration", "t.csv", "--value", "v", "--item", "p"], more].concat(),
        )
    };
    let hhi = |text: &str, more: &[&str]| measured(text, more).ok().json()["findings"][0].clone();
    assert_eq!(hhi("p,v\na,5\n", &[])["estimate"], 1.0);
    assert_eq!(hhi("p,v\na,5\na,5\nb,10\n", &[])["estimate"], 0.5);
    let told = |text: &str, more: &[&str]| measured(text, more).code(1).stderr;
    assert!(told("p,v\na,1\nb,\n", &[]).contains("the item is b"));
    assert!(told("p,v\na,1\nb,-2\n", &[]).contains("the item is b"));
    assert!(told("p,v\na,0\nb,0\n", &[]).contains("zero"));
    assert!(told("p,v\na,1\nb,2\n", &["--universe", "1"]).contains("smaller"));
    assert_eq!(hhi("p,v\na,1\nb,\nc,1\n", &["--drop-missing"])["estimate"], 0.5);
    on("p,v\na,inf\n", &["concentration", "t.csv", "--value", "v"])
        .code(1)
        .tells(&["line 2"]);
}

#[test]
fn comparisons_by_hand() {
    // Shares .5 .3 .2 against .25 .25 .5.
    let text = "p,own,world\na,5,1\nb,3,1\nc,2,2\n";
    let said = on(
        text,
        &[
            "concentration",
            "t.csv",
            "--value",
            "own",
            "--item",
            "p",
            "--compare",
            "world",
        ],
    )
    .ok()
    .json();
    let find = |measure: &str| {
        let all = said["findings"].as_array().unwrap();
        all.iter().find(|f| f["measure"] == measure).unwrap()["estimate"].clone()
    };
    close(&find("krugman"), 0.6, 1e-14);
    close(&find("diversification"), 0.3, 1e-14);
    close(&find("finger_kreinin"), 0.7, 1e-14);
}

#[test]
fn conformance_passes_and_says_what_was_not_run() {
    let said = call(&["conformance", "--format", "json"]).ok().json();
    assert_eq!(said["values_failed"], 0);
    assert!(said["values_passed"].as_u64().unwrap() > 150);
    let c9 = said["anchors"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["id"] == "C9")
        .unwrap();
    assert_eq!(c9["status"], "not run");
    assert!(c9["reason"].as_str().unwrap().contains("Comtrade"));
    let text = call(&["conformance", "C5"]).ok().text();
    assert!(text.contains("75.92977") && text.contains("Cobb (1978)"), "{text}");
    call(&["conformance", "C99"]).code(2).tells(&["C99", "C5"]);
}

/// A set of ours under the name of the one that is not handed on: with it the anchor is run, and can fail.
#[test]
fn conformance_reads_what_the_user_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    call(&["conformance", "--data", path])
        .code(1)
        .tells(&["12.csv", "PetersenCL.csv"]);
    let run = |separated: u8, code: i32| {
        let text = format!("y,x1,separated\n0,1,{separated}\n0,0,0\n2,0,0\n5,0,0\n");
        std::fs::write(folder.path().join("12.csv"), text).unwrap();
        let said = call(&["conformance", "C7b", "--data", path, "--format", "json"]).code(code);
        said.json()["anchors"][0]["status"].clone()
    };
    assert_eq!((run(1, 0), run(0, 1)), ("passed".into(), "failed".into()));
}

#[test]
fn tables_can_be_read_in_every_format() {
    let (nile, exports) = (example("nile.csv"), example("exports.csv"));
    let calls: [(&[&str], &str); 5] = [
        (
            &["trend", nile.to_str().unwrap(), "--time", "year", "--value", "flow"],
            "method",
        ),
        (
            &["breaks", "flow ~ 1", nile.to_str().unwrap(), "--time", "year"],
            "conf_low",
        ),
        (&["fit", "flow ~ year", nile.to_str().unwrap(), "--vcov", "nw:2"], "lag"),
        (
            &[
                "concentration",
                exports.to_str().unwrap(),
                "--value",
                "own",
                "--by",
                "year",
            ],
            "convention",
        ),
        (&["conformance", "C1"], "ours"),
    ];
    for (arguments, column) in calls {
        let with = |format: &str| call(&[arguments, &["--format", format]].concat()).ok();
        let rows = csv_rows(&with("csv").stdout);
        assert!(!rows.is_empty() && rows[0].contains_key(column), "{arguments:?}");
        let (count, names) = parquet_rows(&with("parquet").stdout);
        assert_eq!(count, rows.len());
        assert!(names.contains(&column.to_owned()));
        assert!(with("table").text().lines().count() > 2);
    }
}
