//! `mirror`: pairs, gaps, margins, reliability, reconcile and guards on small worlds with known answers.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use tests::{call, csv_rows};

/// A file in a folder of its own.
fn file(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path.to_str().unwrap().to_owned())
}

fn json(arguments: &[&str]) -> Value {
    call(&[&["mirror"], arguments, &["--format", "json", "--quiet"]].concat())
        .ok()
        .json()
}

#[track_caller]
fn near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{found} is no number"));
    assert!(
        (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
        "{found} is not {expected}"
    );
}

fn find<'a>(list: &'a Value, wanted: &[(&str, &str)]) -> &'a Value {
    let list = list.as_array().unwrap();
    let fits = |row: &&Value| wanted.iter().all(|(key, value)| row[*key] == *value);
    list.iter()
        .find(fits)
        .unwrap_or_else(|| panic!("no {wanted:?} in {list:?}"))
}

/// Three economies without compiler column: a zero, a blank, self-trade, a world and a group row, duplicates.
const TIDY: &str = "year,reporter,partner,flow,product,value_usd,net_weight\n\
    2003,DEU,FRA,X,,100,10\n2003,FRA,DEU,M,,125.5,11\n\
    2003,FRA,DEU,X,,0,\n2003,DEU,FRA,M,,5,\n\
    2003,DEU,ITA,X,,,\n2003,ITA,DEU,M,,7,\n\
    2003,FRA,ITA,X,,40,\n2003,ITA,FRA,M,,30,\n2003,ITA,FRA,M,,30,\n2003,ITA,FRA,M,,20,\n\
    2003,DEU,DEU,X,,3,\n2003,DEU,WLD,X,,300,\n2003,DEU,_X,X,,9,\n2003,HKG,FRA,RX,,4,\n\
    2003,HKG,FRA,X,,6,\n2003,DEU,FRA,sideways,,9,\n";

#[test]
fn every_measure_of_a_small_world() {
    let (_folder, path) = file("tidy.csv", TIDY);
    let said = json(&["pairs", &path]);
    assert_eq!(said["format"], "counterflow mirror pairs 1");
    let first = find(&said["pairs"], &[("exporter", "DEU"), ("importer", "FRA")]);
    assert_eq!(
        (&first["period"], &first["product"], &first["flag"]),
        (&"2003".into(), &"TOTAL".into(), &"both".into())
    );
    near(&first["export_value"], 100.0);
    near(&first["import_value"], 125.5);
    near(&first["gap"], 25.5);
    near(&first["relative_gap"], 0.255);
    near(&first["log_ratio"], 1.255_f64.ln());
    near(&first["normalised_gap"], 25.5 / 225.5);
    near(&first["signed_index"], -25.5 / 225.5);
    near(&first["accuracy_level"], 25.5 / 125.5);
    near(&first["asymmetry_percent"], 5100.0 / 225.5);
    assert!(first["reason"].is_null());
    // An explicit zero is a report: the gap is there, its logarithm is not, and says why.
    let zero = find(&said["pairs"], &[("exporter", "FRA"), ("importer", "DEU")]);
    near(&zero["normalised_gap"], 1.0);
    assert!(zero["log_ratio"].is_null());
    assert_eq!(zero["undefined"]["log_ratio"], "the exporter reported zero");
    // A blank is none: one side alone has no gap and is never scored as one.
    let blank = find(&said["pairs"], &[("exporter", "DEU"), ("importer", "ITA")]);
    assert!(blank["export_value"].is_null() && blank["normalised_gap"].is_null() && blank["gap"].is_null());
    assert_eq!(
        (&blank["flag"], &blank["reason"]),
        (&"importer only".into(), &"only one side reported the flow".into())
    );
    let re_export = find(&said["pairs"], &[("exporter", "HKG")]);
    near(&re_export["re_export_value"], 4.0);
    near(&re_export["export_value"], 6.0);
    let excluded = &said["excluded"];
    for (what, n) in [
        ("self_trade", 1),
        ("world_rows", 1),
        ("group_rows", 1),
        ("blank", 1),
        ("duplicates", 2),
        ("unreadable", 1),
    ] {
        assert_eq!(excluded[what], n, "{what}");
    }
    assert_eq!(said["duplicates"][0]["values"], serde_json::json!([30.0, 30.0, 20.0]));
    let totals = &said["totals"];
    near(&totals["asymmetry"], (25.5 + 5.0 + 10.0) / (225.5 + 5.0 + 70.0));
    near(&totals["coverage"], 300.5 / 313.5);
    near(&totals["ratio_aggregate"], 160.5 / 140.0);
    assert_eq!(
        (&totals["both"], &totals["exporter_only"], &totals["importer_only"]),
        (&3.into(), &1.into(), &1.into())
    );
    // DEU: its export of 100 is out by a fifth of 125.5, more than the tolerance; its import of 5 met a zero.
    let deu = find(&said["reporters"], &[("economy", "DEU")]);
    near(&deu["rix"], 0.0);
    assert!(deu["rix_without_worst"].is_null());
    for view in ["gaps", "margins", "reliability", "reconcile", "guards"] {
        assert_eq!(json(&[view, &path])["excluded"], *excluded, "{view}");
    }
    let gaps = json(&["gaps", &path]);
    assert_eq!(
        (&gaps["totals"], &gaps["reporters"]),
        (&said["totals"], &said["reporters"])
    );
}

#[test]
fn a_wide_table_says_the_same_and_names_may_be_ones_own() {
    let tidy = "year,reporter,partner,flow,value_usd\n2003,A,B,X,100.123456789\n2003,B,A,M,110\n2003,B,A,X,0\n2003,north isle,A,M,50\n";
    let wide = "year;exporter;importer;export_fob;import_cif\n2003;A;B;100.123456789;110\n2003;B;A;0;\n2003;A;north isle;;50\n";
    let (_a, tidy) = file("tidy.csv", tidy);
    let (_b, wide) = file("wide.csv", wide);
    let (tidy, wide) = (json(&["pairs", &tidy]), json(&["pairs", &wide]));
    assert_eq!(tidy["pairs"], wide["pairs"]);
    near(&tidy["pairs"][0]["log_ratio"], (110.0_f64 / 100.123_456_789).ln());
    assert!(
        tidy["pairs"]
            .as_array()
            .unwrap()
            .iter()
            .any(|p| p["importer"] == "north isle")
    );
}

#[test]
fn several_files_and_levels_meet() {
    let exports = "year,reporter,partner,flow,product,value_usd\n2003,DEU,FRA,X,010121,40\n2003,DEU,FRA,X,010129,20\n2003,DEU,FRA,X,02,5\n2003,DEU,FRA,X,TOTAL,65\n";
    let imports = "year,reporter,partner,flow,product,value_usd\n2003,FRA,DEU,M,0101,66\n2003,FRA,DEU,M,02,6\n2003,FRA,DEU,M,TOTAL,72\n";
    let (_a, exports) = file("x.csv", exports);
    let (_b, imports) = file("m.csv", imports);
    let said = json(&["pairs", &exports, &imports]);
    let heading = find(&said["pairs"], &[("product", "0101")]);
    near(&heading["export_value"], 60.0);
    assert_eq!(
        (&heading["rolled_up"], &heading["finest"]),
        (&true.into(), &true.into())
    );
    let total = find(&said["pairs"], &[("product", "TOTAL")]);
    assert_eq!(total["finest"], false);
    // Sums tell each flow once: 60 + 5 against 66 + 6.
    near(&said["totals"]["export_sum"], 65.0);
    near(&said["totals"]["import_sum"], 72.0);
    let totals = json(&["pairs", &exports, &imports, "--level", "total"]);
    assert_eq!(totals["pairs"].as_array().unwrap().len(), 1);
    call(&["mirror", "pairs", &exports, "--level", "deep"])
        .code(2)
        .tells(&["--level", "finest"]);
}

/// A world of twelve economies in which every pair trades, told in a given order and scale.
fn world(scale: f64, reverse: bool, swap: bool) -> String {
    let codes = [
        "DEU", "FRA", "ITA", "ESP", "GBR", "USA", "JPN", "CHN", "KOR", "IND", "BRA", "MEX",
    ];
    let mut rows = Vec::new();
    let mut state = 7_u64;
    for a in codes {
        for b in codes.iter().filter(|b| **b != a) {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let noise = (state >> 40) as f64 / (1_u64 << 24) as f64;
            let (x, m) = (
                1e6 * (1.0 + 9.0 * noise),
                1e6 * (1.0 + 9.0 * noise) * (0.8 + 0.5 * (7.0 * noise).fract()),
            );
            let (first, second) = if swap { (m, x) } else { (x, m) };
            rows.push(format!("2003,{a},{b},X,{}", first * scale));
            rows.push(format!("2003,{b},{a},M,{}", second * scale));
        }
    }
    if reverse {
        rows.reverse();
    }
    format!("year,reporter,partner,flow,value_usd\n{}\n", rows.join("\n"))
}

#[test]
fn order_scale_and_swapping_change_what_they_must() {
    let pairs = |text: &str| {
        let (_folder, path) = file("world.csv", text);
        json(&["pairs", &path])
    };
    let plain = pairs(&world(1.0, false, false));
    assert_eq!(
        plain["pairs"],
        pairs(&world(1.0, true, false))["pairs"],
        "the order of rows"
    );
    let scaled = pairs(&world(8.0, false, false));
    let swapped = pairs(&world(1.0, false, true));
    let lists = [&plain, &scaled, &swapped].map(|said| said["pairs"].as_array().unwrap());
    for (i, one) in lists[0].iter().enumerate() {
        let d = one["log_ratio"].as_f64().unwrap();
        near(&lists[1][i]["log_ratio"], d);
        near(&lists[2][i]["log_ratio"], -d);
        near(&lists[2][i]["signed_index"], -one["signed_index"].as_f64().unwrap());
        near(&lists[2][i]["normalised_gap"], one["normalised_gap"].as_f64().unwrap());
        near(&one["normalised_gap"], (d / 2.0).tanh().abs());
    }
    near(
        &scaled["totals"]["asymmetry"],
        plain["totals"]["asymmetry"].as_f64().unwrap(),
    );
}

#[test]
fn every_rule_reconciles_with_flag_and_interval() {
    let mut text = world(1.0, false, false);
    text.push_str("2003,DEU,PRK,X,500000\n2003,FRA,PRK,M,106000\n");
    let (_folder, path) = file("world.csv", &text);
    let said = json(&["reconcile", &path, "--draws", "300"]);
    let cells = said["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 134);
    let both = &cells.iter().find(|c| c["flag"] == "both").unwrap();
    let (x, m) = (
        both["export_value"].as_f64().unwrap(),
        both["import_value"].as_f64().unwrap(),
    );
    let estimates = &both["estimates"];
    assert_eq!(estimates.as_object().unwrap().len(), 11);
    near(&estimates["importer-first"]["value"], m / 1.06);
    near(&estimates["exporter-first"]["value"], x);
    near(&estimates["mean"]["value"], (x + m / 1.06) / 2.0);
    near(&estimates["imf-1.06"]["value"], x);
    near(&estimates["ots-1.08"]["value"], x.max(m / 1.08));
    let alone = cells.iter().find(|c| c["exporter"] == "PRK").unwrap();
    assert_eq!(
        (&alone["flag"], alone["export_value"].is_null()),
        (&"importer only".into(), true)
    );
    near(&alone["estimates"]["fao-1.12"]["value"], 106_000.0 / 1.12);
    near(&alone["estimates"]["imf-1.06"]["value"], 100_000.0);
    for estimate in cells
        .iter()
        .flat_map(|c| c["estimates"].as_object().unwrap().values())
        .filter(|e| !e.is_null())
    {
        let of = |key: &str| estimate[key].as_f64().unwrap();
        assert!(of("low") < of("value") && of("value") < of("high"), "{estimate}");
    }
    let total = find(&said["conclusions"], &[("measure", "total")]);
    assert!(total["spread_low"].as_f64() < total["spread_high"].as_f64());
    let mean = &total["rules"]["mean"];
    assert!(mean["low"].as_f64() < mean["estimate"].as_f64() && mean["estimate"].as_f64() < mean["high"].as_f64());
    // The same on one thread and on three; other draws with another seed.
    let on =
        |more: &[&str]| json(&[&["reconcile", path.as_str(), "--draws", "60"], more].concat())["conclusions"].clone();
    assert_eq!(on(&["--threads", "1"]), on(&["--threads", "3"]));
    assert_ne!(on(&[]), on(&["--seed", "2"]));
    let two = json(&["reconcile", &path, "--rule", "mean,baci", "--draws", "0"]);
    assert_eq!(two["cells"][0]["estimates"].as_object().unwrap().len(), 2);
    call(&["mirror", "reconcile", &path, "--rule", "median"])
        .code(2)
        .tells(&["median", "importer-first"]);
}

#[test]
fn fob_importers_keep_their_reports() {
    let text = "year,reporter,partner,flow,value_usd\n2018,DEU,AUS,X,100\n2018,AUS,DEU,M,106\n2018,DEU,FRA,X,100\n2018,FRA,DEU,M,106\n";
    let (_folder, path) = file("v.csv", text);
    let said = json(&["margins", &path]);
    let aus = find(&said["margins"], &[("importer", "AUS")]);
    near(&aus["import_fob"], 106.0);
    assert_eq!(aus["valuation"], "FOB by the table of valuations");
    let fra = find(&said["margins"], &[("importer", "FRA")]);
    near(&fra["import_fob"], 100.0);
    assert_eq!(fra["valuation"], "CIF assumed");
    near(
        &find(
            &json(&["margins", &path, "--margin", "12"])["margins"],
            &[("importer", "FRA")],
        )["import_fob"],
        106.0 / 1.12,
    );
    // Two flows are too few for an equation, which is told and no failure of a fixed margin.
    assert!(said["equations"][0]["reason"].is_string());
    call(&["mirror", "margins", &path, "--margin", "regression"])
        .code(1)
        .tells(&["cannot be fitted", "--margin 6"]);
    call(&["mirror", "margins", &path, "--margin", "7"])
        .code(2)
        .tells(&["--margin", "regression"]);
}

#[test]
fn the_margin_equation_has_standard_errors() {
    let said = json(&["margins", "comtrade-2003-top40", "--margin", "regression"]);
    let equation = &said["equations"][0];
    assert!(equation["n"].as_u64() > Some(1000) && equation["connected_parts"] == 1);
    let slope = find(&equation["coefficients"], &[("term", "ln distance")]);
    assert!(slope["std_error"].as_f64() > Some(0.0) && slope["estimate"].as_f64() > Some(0.0));
    assert!(
        said["valuation"]["FOB by the table of valuations"].as_u64() > Some(0),
        "South Africa in 2003"
    );
}

#[test]
fn reliability_by_every_method() {
    let (_folder, path) = file("world.csv", &world(1.0, false, false));
    let said = json(&["reliability", &path, "--draws", "200"]);
    assert_eq!(said["reporters"].as_array().unwrap().len(), 12);
    let row = find(&said["by_period"], &[("economy", "DEU")]);
    for key in [
        "sigma",
        "sigma_posterior",
        "interval_factor",
        "baci_variance_exporter",
        "growth_lab_accuracy",
        "growth_lab_coded_exporter",
    ] {
        assert!(row[key].is_number(), "{key}: {row}");
    }
    assert_eq!(said["connectedness"][0]["parts"], 1);
    let (_folder, two) = file(
        "two.csv",
        "year,reporter,partner,flow,value_usd\n2003,DEU,FRA,X,100\n2003,FRA,DEU,M,106\n",
    );
    let said = json(&["reliability", &two]);
    assert!(said["by_period"][0]["sigma"].is_null());
    assert!(
        said["by_period"][0]["sigma_reason"]
            .as_str()
            .unwrap()
            .contains("odd number")
    );
}

#[test]
fn guards_name_their_evidence() {
    // A copied year, a jump and a series that is its partner's times 1.10.
    let mut text = "year,reporter,partner,flow,value_usd\n".to_owned();
    let partners = ["DEU", "FRA", "ITA", "ESP", "GBR", "USA", "JPN"];
    for year in 2000..2012 {
        for (i, partner) in partners.iter().enumerate() {
            let t = if year == 2006 { 2005 } else { year };
            let mut value = 1e6 * (3.0 + i as f64 + ((t * (i + 3) * 7919) % 97) as f64 / 31.0);
            if *partner == "USA" && year == 2009 {
                value = 9e8;
            }
            text.push_str(&format!("{year},PRK,{partner},M,{value:.0}\n"));
            if *partner == "JPN" {
                text.push_str(&format!("{year},JPN,PRK,X,{:.3}\n", value / 1.1));
            }
        }
    }
    let (_folder, path) = file("series.csv", &text);
    let said = json(&["guards", &path, "--economy", "PRK"]);
    let outlier = find(&said["flags"], &[("test", "partner-outlier"), ("subject", "USA")]);
    assert_eq!(outlier["periods"], serde_json::json!(["2009"]));
    assert!(outlier["evidence"].as_str().unwrap().contains("900.00 million USD"));
    assert_eq!(
        find(&said["flags"], &[("test", "rescaled-period")])["periods"],
        serde_json::json!(["2006"])
    );
    let ratio = find(&said["flags"], &[("test", "constant-ratio"), ("subject", "JPN")]);
    assert!((ratio["factor"].as_f64().unwrap() - 1.1).abs() < 1e-3);
    let strict = json(&["guards", &path, "--economy", "PRK", "--outlier-factor", "1000"]);
    assert!(
        !strict["flags"]
            .as_array()
            .unwrap()
            .iter()
            .any(|f| f["test"] == "partner-outlier")
    );
    call(&["mirror", "guards", &path, "--swap", "PRK"])
        .code(2)
        .tells(&["PARTNER:OTHER"]);
    call(&["mirror", "guards", &path, "--swap", "PRK:XYZ"])
        .code(1)
        .tells(&["XYZ"]);
}

#[test]
fn partners_of_similar_names_are_asked_for_swaps_unasked() {
    // Everybody buys coal and fish from the one Korea, phones and cars from the other; SWE books phones and cars as
    // the first one's.
    let mut text = "year,reporter,partner,flow,product,value_usd\n".to_owned();
    let reporters = [
        "DEU", "FRA", "ITA", "ESP", "GBR", "USA", "JPN", "NLD", "BEL", "AUT", "POL", "CHE",
    ];
    for (i, reporter) in reporters.iter().enumerate() {
        let mut book = |partner: &str, products: [(&str, usize); 3]| {
            for (product, value) in products.iter().filter(|_| *reporter != partner) {
                let value = value * 1_000_000 + (i * 7919 % 97) * 1000;
                text.push_str(&format!("2003,{reporter},{partner},M,{product},{value}\n"));
            }
        };
        book("PRK", [("27", 60), ("03", 40), ("72", 20)]);
        book("KOR", [("85", 70), ("87", 60), ("84", 30)]);
        for partner in ["CHN", "IND", "BRA", "MEX", "CAN", "NOR", "FIN", "DNK", "PRT"] {
            book(partner, [("27", 30), ("61", 20), ("84", 20)]);
        }
    }
    text.push_str("2003,SWE,PRK,M,85,9000000\n2003,SWE,PRK,M,87,8000000\n2003,SWE,PRK,M,84,3000000\n");
    let (_folder, path) = file("swaps.csv", &text);
    let said = json(&["guards", &path]);
    let swaps: Vec<&Value> = said["flags"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["test"] == "code-swap")
        .collect();
    assert_eq!(swaps.len(), 1, "{swaps:?}");
    assert_eq!(
        [&swaps[0]["subject"], &swaps[0]["economy"], &swaps[0]["flow"]],
        ["SWE", "PRK", "import"]
    );
    let test = said["tests"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["flagged"] == 1)
        .unwrap();
    assert!(test["false_positive_rate"].as_f64().unwrap() <= 0.01);
    let none = json(&["guards", &path, "--swap", "none"]);
    assert!(
        !none["flags"]
            .as_array()
            .unwrap()
            .iter()
            .any(|f| f["test"] == "code-swap")
    );
}

#[test]
fn bad_tables_are_told() {
    for (text, told) in [
        ("reporter,partner,flow,value_usd\nDEU,FRA,X,1\n", "year"),
        ("year,reporter,partner,flow,value_usd\n2003,DEU,FRA,X,ten\n", "ten"),
        ("year,reporter,partner,flow,value_usd\nsoon,DEU,FRA,X,1\n", "soon"),
        ("year,reporter,partner,flow,value_usd\n", "not one row"),
        (
            "year,exporter,importer,export_fob,import_cif\n2003,DEU\n",
            "not one row",
        ),
    ] {
        let (_folder, path) = file("bad.csv", text);
        for view in ["pairs", "gaps", "margins", "reliability", "reconcile", "guards"] {
            call(&["mirror", view, &path]).code(1).tells(&["bad.csv", told]);
        }
    }
    let (_folder, path) = file(
        "short.csv",
        "reporter,partner,flow,value_usd\nDEU,FRA,X,1\nFRA,DEU,M,2\n",
    );
    let said = json(&["pairs", &path, "--default", "period=2024"]);
    assert_eq!(said["pairs"][0]["period"], "2024");
}

#[test]
fn what_a_table_says_of_its_own_figures_is_heeded() {
    let head = "year,exporter,importer,export_fob,import_cif";
    let good = "2003,DEU,FRA,100,110";
    for (beside, row, told) in [
        ("", "2003,SUN,FRA,100,110", "is of other years than 2003"),
        (",Currency", "2003,DEU,ITA,100,110,EUR", "another currency"),
        (",unit", "2003,DEU,ITA,100,110,thousand USD", "multiples"),
        (",month", "2003,DEU,ITA,100,110,7", "part of the year"),
    ] {
        let empty = if beside.is_empty() { "" } else { "," };
        let (_folder, path) = file("wide.csv", &format!("{head}{beside}\n{good}{empty}\n{row}\n"));
        let said = call(&["mirror", "pairs", &path, "--format", "json"]).ok();
        said.clone().tells(&["1 of 2 rows could not be used", "line 3", told]);
        assert_eq!(said.json()["pairs"].as_array().unwrap().len(), 1, "{told}");
    }
    // What says nothing of the kind is no hindrance; a zero is one with a sign, too.
    let (_folder, path) = file(
        "wide.csv",
        &format!("{head},currency,month\n1980,SUN,FRA,-0,5,USD,\n2003-07,DEU,FRA,1,2,us dollars,7\n"),
    );
    let said = json(&["pairs", &path]);
    near(&find(&said["pairs"], &[("exporter", "SUN")])["export_value"], 0.0);
    assert_eq!(said["pairs"].as_array().unwrap().len(), 2);
}

#[test]
fn tables_have_a_row_a_flow() {
    let (_folder, path) = file("tidy.csv", TIDY);
    for view in ["pairs", "reconcile"] {
        let said = call(&["mirror", view, &path, "--format", "csv", "--quiet", "--level", "all"]).ok();
        assert_eq!(csv_rows(&said.stdout).len(), 5, "{view}");
    }
}
