//! `fit` and `breaks` against R on the tables of the documentation. The values are R 4.2.2's, with sandwich 3.0-2, lmtest
//! 0.9-40, plm 2.6-2, urca 1.3-3 and strucchange 1.5-3, printed with 16 digits.

#![allow(clippy::unwrap_used)]
#![allow(clippy::excessive_precision)]

use serde_json::Value;
use tests::{call, root};

fn said(arguments: &[&str], file: &str) -> Value {
    let file = root().join("docs/examples").join(file);
    let mut all = vec![arguments[0], arguments[1], file.to_str().unwrap()];
    all.extend(&arguments[2..]);
    all.extend(["--format", "json"]);
    call(&all).ok().json()
}

fn close(found: &Value, expected: f64, tolerance: f64) {
    let number = found.as_f64().unwrap_or_else(|| panic!("{found} is no number"));
    assert!(
        (number / expected - 1.0).abs() < tolerance,
        "{number} is not {expected}"
    );
}

fn term<'a>(said: &'a Value, name: &str) -> &'a Value {
    let terms = said["terms"].as_array().unwrap();
    terms
        .iter()
        .find(|t| t["term"] == name)
        .unwrap_or_else(|| panic!("no {name} in {terms:?}"))
}

#[test]
fn durbin_watson_has_its_p_value() {
    // dwtest(iterations = 50): exact below 100 rows.
    let exact = said(&["fit", "investment ~ output + interest"], "investment.csv");
    let test = &exact["diagnostics"]["durbin_watson"];
    close(&test["p_value"], 0.01696309068767745, 1e-9);
    assert_eq!(test["method"], "exact");
    let normal = said(&["fit", "flow ~ year"], "nile.csv");
    let test = &normal["diagnostics"]["durbin_watson"];
    close(&test["p_value"], 4.686627712298987e-05, 1e-9);
    assert_eq!(test["method"], "normal approximation");
}

#[test]
fn a_unit_root_without_deterministic_terms_is_tested_on_the_series_itself() {
    // ur.df(flow, type = "none", lags = 1).
    let said = said(
        &["fit", "flow ~ 1", "--deterministic", "none", "--lags", "1"],
        "nile.csv",
    );
    let test = &said["diagnostics"]["adf"];
    close(&test["statistic"], -0.9638777220442653, 1e-9);
    assert_eq!(test["on"], "response");
}

#[test]
fn newey_west_within_units() {
    // vcovNW(plm(log(trade + 1) ~ log(distance), model = "pooling"), maxlag = 1), units the pairs.
    let kind = "panel-nw:exporter^importer+year:1";
    let said = said(
        &[
            "fit",
            "log(trade + 1) ~ log(distance)",
            "--vcov",
            kind,
            "--adjust",
            "none",
        ],
        "gravity.csv",
    );
    let matrix = &said["covariance"]["matrix"];
    close(&matrix[0][0], 67.48450077629472, 1e-9);
    close(&matrix[0][1], -8.730927819323719, 1e-9);
    close(&matrix[1][1], 1.132586670228511, 1e-9);
    assert_eq!(said["covariance"]["type"], "panel-newey-west");
    assert_eq!(said["covariance"]["clusters"][0]["groups"], 20);
    // vcovSCC(maxlag = 1): all units together.
    let together = self::said(
        &[
            "fit",
            "log(trade + 1) ~ log(distance)",
            "--vcov",
            "dk:year:1",
            "--adjust",
            "none",
        ],
        "gravity.csv",
    );
    close(&together["covariance"]["matrix"][0][0], 18.48246810638798, 1e-9);
}

#[test]
fn interactions_have_the_dummies_that_r_gives_them() {
    let slopes = said(&["fit", "log(trade + 1) ~ exporter:log(distance)"], "gravity.csv");
    close(
        &term(&slopes, "exporter::A:log(distance)")["estimate"],
        0.5589074083095631,
        1e-9,
    );
    close(
        &term(&slopes, "exporter::E:log(distance)")["estimate"],
        0.1047168065376191,
        1e-9,
    );
    let each = said(
        &["fit", "log(trade + 1) ~ exporter + log(distance):exporter"],
        "gravity.csv",
    );
    close(
        &term(&each, "log(distance):exporter::A")["estimate"],
        1.9385746894202609,
        1e-9,
    );
    close(
        &term(&each, "log(distance):exporter::E")["estimate"],
        3.6359843412287205,
        1e-9,
    );
    let crossed = said(&["fit", "log(trade + 1) ~ log(distance)*exporter"], "gravity.csv");
    close(
        &term(&crossed, "log(distance):exporter::E")["estimate"],
        1.697409651808340,
        1e-9,
    );
    assert_eq!(crossed["terms"].as_array().unwrap().len(), 10);
}

/// vcovCL(cluster = ~ exporter + year, type = "HC0", cadjust = FALSE) has the variance -0.0289 for exporter B.
#[test]
fn a_negative_variance_is_that_terms_own_trouble() {
    let kind = ["--vcov", "cluster:exporter+year", "--adjust", "none"];
    let said = said(
        &[&["fit", "log(trade + 1) ~ exporter + i(year)"], &kind[..]].concat(),
        "gravity.csv",
    );
    close(&said["covariance"]["matrix"][1][1], -0.02891888313836346, 1e-9);
    let without = term(&said, "exporter::B");
    assert!(without["std_error"]["undefined"].as_str().unwrap().contains("variance"));
    assert!(without["p_value"].is_null() && without["conf_low"].is_null());
    close(
        &term(&said, "exporter::C")["std_error"],
        0.35790917898588082_f64.sqrt(),
        1e-9,
    );
}

/// confint(breakpoints(flow ~ 1), breaks = 2, het.err = FALSE).
#[test]
fn intervals_of_dates_with_one_variance_for_all_regimes() {
    let ends = |more: &[&str]| {
        let said = said(&[&["breaks", "flow ~ 1", "--time", "year"], more].concat(), "nile.csv");
        let intervals = said["partitions"][2]["conf_int"].as_array().unwrap().clone();
        let end = |i: usize, name: &str| intervals[i][name].as_i64().unwrap();
        let low = "observation_low";
        let high = "observation_high";
        (
            [end(0, low), end(0, high), end(1, low), end(1, high)],
            said["heterogeneity"]["errors"].clone(),
        )
    };
    assert_eq!(ends(&[]), ([25, 31, 33, 130], true.into()));
    assert_eq!(ends(&["--homogeneous", "errors"]), ([25, 31, 33, 133], false.into()));
}

/// The squared residuals of these eight have, but for rounding, no regression on a constant alone to be tested.
#[test]
fn a_mean_alone_has_no_test_of_heteroskedasticity() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("eight.csv");
    std::fs::write(&path, "y\n7.3\n1.8\n1.2\n7.7\n4.5\n7.1\n1.0\n4.6\n").unwrap();
    let said = call(&["fit", "y ~ 1", path.to_str().unwrap(), "--format", "json"])
        .ok()
        .json();
    for test in ["breusch_pagan", "breusch_pagan_original", "white"] {
        assert!(
            said["diagnostics"][test]["undefined"].is_string(),
            "{test}: {}",
            said["diagnostics"][test]
        );
    }
    assert!(said["diagnostics"]["jarque_bera"]["statistic"].is_number());
}

#[test]
fn what_does_not_vary_has_no_f_statistic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("constant.csv");
    std::fs::write(&path, "y,x\n5,1\n5,2\n5,3\n5,4\n").unwrap();
    let said = call(&["fit", "y ~ x", path.to_str().unwrap(), "--format", "json"])
        .ok()
        .json();
    assert!(said["fit"]["f_statistic"].is_null() && said["fit"]["r_squared"].is_null());
}
