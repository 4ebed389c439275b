//! `concentration`, `fit` and `mirror` against answers that are known beforehand.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tempfile::TempDir;
use tests::{call, csv_rows, root};

fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

/// The example of R's ineq with five zeros appended, and every index of it: HHI, Rosenbluth and
/// Gini as ineq prints them for the ten, the rest from their formulas.
#[test]
fn concentration_of_the_example_of_ineq() {
    let values = [
        541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261, 0, 0, 0, 0, 0,
    ];
    let text = values
        .iter()
        .fold("income\n".to_owned(), |text, value| format!("{text}{value}\n"));
    let (_folder, path) = file(&text);
    let said = call(&[
        "concentration",
        "--value",
        "income",
        path.to_str().unwrap(),
        "--format",
        "json",
    ])
    .ok()
    .json();
    let findings = said["findings"].as_array().unwrap();
    let find = |measure: &str| findings.iter().find(|f| f["measure"] == measure).unwrap();
    for (measure, known) in [
        ("hhi", 0.18408123),
        ("hhi_normalised", 0.12580132),
        ("hhi_unctad", 0.23031510),
        ("cr1", 0.33431953),
        ("cr4", 0.73380290),
        ("gini", 0.64139408),
        ("gini_unbiased", 0.68720795),
        ("shannon", 1.94024385),
        ("effective_number", 6.96044807),
        ("theil_t", 0.76780635),
        ("hall_tideman", 0.18590510),
    ] {
        let found = find(measure)["estimate"].as_f64().unwrap();
        assert!((found - known).abs() < 1e-8, "{measure}: {found}, known {known}");
        assert_eq!(find(measure)["n"], 15);
        assert_eq!(
            find(measure)["convention"]["zeros"],
            "counted as members",
            "{measure} names its convention"
        );
    }
    for undefined in ["theil_l", "atkinson_1"] {
        assert!(find(undefined)["estimate"].is_null(), "{undefined}");
        assert!(
            find(undefined)["undefined"]
                .as_str()
                .unwrap()
                .contains("5 of 15 items are zero"),
            "{undefined}"
        );
    }
}

#[test]
fn concentration_by_group_and_item() {
    let (_folder, path) = file("year,partner,usd\n2001,A,1\n2001,A,2\n2001,B,3\n2002,A,4\n2002,B,\n");
    let path = path.to_str().unwrap();
    let said = call(&[
        "concentration",
        path,
        "--value",
        "usd",
        "--item",
        "partner",
        "--by",
        "year",
        "--format",
        "json",
    ])
    .ok();
    let said = said.json();
    let find = |year: &str| {
        let findings = said["findings"].as_array().unwrap();
        findings
            .iter()
            .find(|f| f["by"]["year"] == year && f["measure"] == "hhi")
            .unwrap()
            .clone()
    };
    assert_eq!(
        find("2001")["estimate"],
        0.5,
        "rows of one partner are added before they are squared"
    );
    assert!(
        find("2002")["undefined"].is_string(),
        "a missing value is not zero: {}",
        find("2002")
    );
}

/// Longley's data with NIST's certified values, both in the public domain: 1e-9 or better.
#[test]
fn fit_of_longley_as_certified_by_nist() {
    let text = std::fs::read_to_string(root().join("crates/regress/tests/nist/longley.txt")).unwrap();
    let (certified, data) = text.split_once("[data]").unwrap();
    let names = ["y", "deflator", "gnp", "unemployed", "armed", "population", "year"];
    let rows = data
        .trim()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(","));
    let (_folder, path) = file(&format!(
        "{}\n{}\n",
        names.join(","),
        rows.collect::<Vec<_>>().join("\n")
    ));
    let formula = format!("y ~ {}", names[1..].join(" + "));
    let said = call(&["fit", &formula, path.to_str().unwrap(), "--format", "json"])
        .ok()
        .json();
    let close = |found: &Value, known: &str, what: &str| {
        let (found, known) = (found.as_f64().unwrap(), known.parse::<f64>().unwrap());
        assert!((found / known - 1.0).abs() < 1e-9, "{what}: {found}, certified {known}");
    };
    let lines = certified.split_once("[certified]").unwrap().1.trim().lines();
    let pairs = lines.map(|line| line.split_once(' ').unwrap()).collect::<Vec<_>>();
    assert_eq!(said["nobs"], 16);
    assert_eq!(said["terms"].as_array().unwrap().len(), 7);
    for (term, (estimate, std_error)) in said["terms"].as_array().unwrap().iter().zip(&pairs) {
        close(&term["estimate"], estimate, &format!("{}", term["term"]));
        close(&term["std_error"], std_error, &format!("s.e. of {}", term["term"]));
    }
    let named: BTreeMap<&str, &str> = pairs[7..].iter().copied().collect();
    close(&said["fit"]["sigma"], named["sigma"], "sigma");
    close(&said["fit"]["r_squared"], named["r_squared"], "R squared");
    assert_eq!(said["covariance"]["type"], "iid");
}

#[test]
fn fit_names_what_it_leaves_out_and_what_it_cannot_do() {
    let (_folder, path) = file("y,x,z\n1,1,2\n2,2,4\n4,3,6\n4,4,8\n,5,10\n0,6,13\n");
    let path = path.to_str().unwrap();
    let said = call(&["fit", "log(y) ~ x + z", path, "--where", "x = 1..5", "--format", "json"])
        .ok()
        .json();
    assert_eq!(said["nobs"], 4);
    let dropped = said["dropped"].as_array().unwrap();
    assert_eq!(
        dropped[0]["rows"],
        serde_json::json!([6]),
        "the line of the missing y: {dropped:?}"
    );
    assert!(dropped.iter().any(|d| d["what"] == "term"), "z is twice x: {dropped:?}");
    call(&["fit", "y ~ x", path, "--where", "x = 1..1"])
        .code(1)
        .tells(&["error: "]);
    call(&["fit", "y ~ width", path]).code(1).tells(&["`width`", "y, x, z"]);
    let nw = call(&["fit", "y ~ x", path, "--vcov", "nw:2", "--format", "json"])
        .ok()
        .json();
    assert_eq!(
        (&nw["covariance"]["kernel"], &nw["covariance"]["lag"]),
        (&"bartlett".into(), &2.into())
    );
}

/// Six reports of four flows.
const SIX: &str = "period,reporter,partner,flow,value_usd,compiler\n\
    2003,CHN,KOR,export,100,test\n2003,KOR,CHN,import,120,test\n\
    2003,KOR,CHN,export,200,test\n2003,CHN,KOR,import,150,test\n\
    2003,JPN,CHN,export,80,test\n2003,KOR,JPN,import,50,test\n";

#[test]
fn mirror_pairs_of_six_reports() {
    let (_folder, path) = file(SIX);
    let pairs = csv_rows(
        &call(&["mirror", "pairs", path.to_str().unwrap(), "--format", "csv"])
            .ok()
            .stdout,
    );
    let shown: Vec<String> = pairs
        .iter()
        .map(|p| {
            ["exporter", "importer", "export_value", "import_value", "gap"]
                .map(|c| p[c].as_str())
                .join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "CHN KOR 100 120 20",
            "JPN CHN 80  ",
            "JPN KOR  50 ",
            "KOR CHN 200 150 -50"
        ]
    );
    let number = |at: usize, column: &str| pairs[at][column].parse::<f64>().unwrap();
    assert!((number(0, "log_ratio") - 1.2_f64.ln()).abs() < 1e-15);
    assert!((number(0, "normalised_gap") - 20.0 / 220.0).abs() < 1e-15);
    assert!((number(3, "normalised_gap") - 50.0 / 350.0).abs() < 1e-15);
    assert_eq!(pairs[1]["log_ratio"], "", "one report has no ratio");
}

#[test]
fn mirror_gaps_of_six_reports() {
    let (_folder, path) = file(SIX);
    let gaps = csv_rows(
        &call(&["mirror", "gaps", path.to_str().unwrap(), "--format", "csv"])
            .ok()
            .stdout,
    );
    let value = |measure: &str| {
        gaps.iter().find(|g| g["measure"] == measure).unwrap()["value"]
            .parse::<f64>()
            .unwrap()
    };
    for (measure, by_hand) in [
        ("pairs", 2.0),
        ("exporter_only", 1.0),
        ("importer_only", 1.0),
        ("ratio_aggregate", 270.0 / 300.0),
        ("share_above_one", 0.5),
        ("asymmetry", 70.0 / 570.0),
        ("coverage", 570.0 / 700.0),
    ] {
        assert!(
            (value(measure) - by_hand).abs() < 1e-15,
            "{measure}: {}",
            value(measure)
        );
    }
    let tenth = gaps.iter().find(|g| g["measure"] == "log_ratio_p10").unwrap();
    assert!(
        tenth["value"].is_empty() && tenth["undefined"].contains("2 flows"),
        "{tenth:?}"
    );
}

#[test]
fn mirror_of_one_side_only_says_so() {
    let (_folder, path) = file("period,reporter,partner,flow,value_usd,compiler\n2003,CHN,KOR,export,100,test\n");
    let gaps = call(&["mirror", "gaps", path.to_str().unwrap(), "--format", "csv"]).ok();
    let pairs = csv_rows(&gaps.stdout)
        .into_iter()
        .find(|g| g["measure"] == "pairs")
        .unwrap();
    assert_eq!(pairs["value"].parse(), Ok(0.0));
}

/// Weighted Poisson with leverage-corrected errors: coefficients and deviance of statsmodels 0.15.0, `GLM(family =
/// Poisson(), freq_weights = distance)`; the covariance from its means by bread, scores w (y - mu) x / (1 - h) and bread.
#[test]
fn weighted_poisson_as_statsmodels_has_it() {
    let table = root().join("docs/examples/gravity.csv");
    let formula = "trade ~ log(distance) + I(year - 2001)";
    let asked = ["fit", formula, table.to_str().unwrap(), "--family", "poisson"];
    let weighted = ["--weights", "distance", "--vcov", "hc3", "--format", "json"];
    let said = call(&[&asked[..], &weighted].concat()).ok().json();
    let near = |found: &Value, known: f64| {
        let found = found.as_f64().unwrap();
        assert!((found / known - 1.0).abs() < 1e-8, "{found}, known {known}");
    };
    let known = [
        (14.134203197667864, 2.53565272841771),
        (-1.0663371885893072, 0.3313258157655315),
        (0.08489096015466553, 0.12817483983530728),
    ];
    for (term, (estimate, error)) in said["terms"].as_array().unwrap().iter().zip(known) {
        near(&term["estimate"], estimate);
        near(&term["std_error"], error);
    }
    near(&said["covariance"]["matrix"][1][2], -0.0006681177856999771);
    near(&said["fit"]["deviance"], 48597448.14771828);
    assert!(said["fit"]["absorbed_counting"].is_null());
    // Effects have no leverages of their own here.
    let absorbed = [
        "fit",
        "trade ~ year | exporter",
        table.to_str().unwrap(),
        "--vcov",
        "hc3",
    ];
    call(&absorbed).code(1).tells(&["leverage"]);
}

/// How the parameters of absorbed effects were counted is said: exactly for two, as a bound for three.
#[test]
fn the_count_of_absorbed_parameters_says_what_it_is() {
    let table = root().join("docs/examples/gravity.csv");
    for (effects, parameters, word) in [
        ("exporter", 5, "exact"),
        ("exporter + importer", 9, "exact"),
        ("exporter + importer + year", 11, "upper bound"),
    ] {
        let formula = format!("log(1 + trade) ~ log(distance) | {effects}");
        let said = call(&["fit", &formula, table.to_str().unwrap(), "--format", "json"]).ok();
        let fit = &said.json()["fit"];
        assert_eq!(fit["absorbed_parameters"], parameters, "{effects}");
        assert!(fit["absorbed_counting"].as_str().unwrap().contains(word), "{fit}");
        let table = call(&["fit", &formula, table.to_str().unwrap()]).ok().text();
        assert!(table.contains(&format!("{parameters} absorbed parameters")), "{table}");
    }
}

/// `fit` on the investment series of the docs.
fn fit_investment(formula: &str, vcov: &str) -> Value {
    let path = root().join("docs/examples/investment.csv");
    let path = path.to_str().unwrap();
    call(&["fit", formula, path, "--vcov", vcov, "--format", "json"])
        .ok()
        .json()
}

/// R 4.2.2 on docs/examples/investment.csv: coefficients, errors (iid, HC3), sigma and log-likelihood of lm with an offset. Its
/// R squared counts the offset as fitted; ours is that of the response less the offset.
#[test]
fn least_squares_with_an_offset() {
    let fit = fit_investment;
    let close = |found: &Value, known: f64| {
        let found = found.as_f64().unwrap();
        assert!((found / known - 1.0).abs() < 1e-11, "{found}, known {known}");
    };
    let said = fit("investment ~ interest + offset(0.1 * output)", "iid");
    for (term, estimate, error) in [
        (0, 69.8181440909524, 5.75641861991333),
        (1, 0.871190100392229, 2.91759577948178),
    ] {
        close(&said["terms"][term]["estimate"], estimate);
        close(&said["terms"][term]["std_error"], error);
    }
    for (name, known) in [
        ("sigma", 21.80854170000438),
        ("log_lik", -84.4669211662737),
        ("aic", 174.9338423325474),
        ("bic", 177.7671592700467),
    ] {
        close(&said["fit"][name], known);
    }
    let robust = fit("investment ~ interest + offset(0.1 * output)", "hc3");
    close(&robust["terms"][0]["std_error"], 7.062868322956003);
    close(&robust["terms"][1]["std_error"], 4.237099561056997);

    let subtracted = fit("I(investment - 0.1 * output) ~ interest", "iid");
    for part in ["terms", "fit", "diagnostics"] {
        assert_eq!(said[part], subtracted[part], "{part}");
    }
    let alone = fit("investment ~ 1 + offset(output)", "iid");
    assert_eq!(alone["diagnostics"]["adf"]["on"], "response less the offset");
}

#[test]
fn concentration_never_adds_rows_without_a_name() {
    for (text, options, told) in [
        (
            "partner,usd\nA,1\n,2\n,3\n",
            &[][..],
            "line 3, column `partner`: the item is missing",
        ),
        (
            "partner,usd\nNA,1\nB,2\n",
            &[],
            "line 2, column `partner`: the item is missing",
        ),
        (
            "partner,usd,year\nA,1,2001\nB,2,\n",
            &["--by", "year"],
            "line 3, column `year`: the group is missing",
        ),
        (
            "partner,usd,kind\nA,1,\nB,2,x\n",
            &["--groups", "kind"],
            "line 2, column `kind`: the group is missing",
        ),
    ] {
        let (_folder, path) = file(text);
        let mut arguments = vec![
            "concentration",
            path.to_str().unwrap(),
            "--value",
            "usd",
            "--item",
            "partner",
        ];
        arguments.extend(options);
        call(&arguments).code(1).tells(&[told]);
    }
}

#[test]
fn an_order_asked_for_twice_is_told_once() {
    let (_folder, path) = file("partner,usd\nA,1\nB,2\n");
    let path = path.to_str().unwrap();
    let said = call(&[
        "concentration",
        path,
        "--value",
        "usd",
        "--alpha",
        "0.5,3,3",
        "--epsilon",
        "1,0.25",
        "--format",
        "json",
    ])
    .ok()
    .json();
    let named: Vec<&str> = said["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["measure"].as_str().unwrap())
        .collect();
    let unique: std::collections::BTreeSet<&str> = named.iter().copied().collect();
    assert_eq!(named.len(), unique.len(), "{named:?}");
    assert!(unique.contains("hannah_kay_3") && unique.contains("atkinson_0.25"));
}

#[test]
fn covariances_are_named_as_packages_and_the_output_name_them() {
    let fit = |vcov: &str| fit_investment("investment ~ output + interest", vcov);
    for (ours, theirs) in [
        ("hc1", "HC1"),
        ("nw:4", "NW: 4"),
        ("nw:auto", "newey-west:AUTO"),
        ("dk:year", "driscoll-kraay:year"),
    ] {
        assert_eq!(fit(ours), fit(theirs), "{theirs}");
    }
    // What the output calls it can be asked for.
    for vcov in ["iid", "HC3", "newey-west", "cluster:year"] {
        let kind = fit(vcov)["covariance"]["type"].as_str().unwrap().to_owned();
        assert!(vcov.starts_with(&kind), "{vcov}: {kind}");
    }
}
