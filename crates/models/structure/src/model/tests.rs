use super::*;
use ::model::{Coverage, Finding, Tolerance, Value};
use std::sync::Arc;
use trade::{Economy, Record, Status, Usd};

fn economy(code: &str) -> Economy {
    Economy::new(code).unwrap()
}

/// A figure: `2003 export CHN HS2 27 100 Comtrade`; `20%` for a share, `?` for no value.
fn record(line: &str) -> Record {
    let parts: Vec<&str> = line.split_whitespace().collect();
    let share = parts[5].strip_suffix('%');
    Record {
        compiler: Arc::from(parts.get(6).copied().unwrap_or("T")),
        period: parts[0].parse().unwrap(),
        reporter: economy("PRK"),
        partner: economy(parts[2]),
        flow: parts[1].parse().unwrap(),
        classification: parts[3].parse().unwrap(),
        product: Arc::from(parts[4]),
        valuation: None,
        value: parts[5].parse::<Usd>().ok(),
        rounded_to: parts.get(7).map(|unit| unit.parse().unwrap()),
        share_percent: share.map(|s| s.parse().unwrap()),
        net_weight_kg: None,
        quantity: None,
        quantity_unit: None,
        status: Status::Reported,
        basis: None,
        reference: None,
    }
}

fn run_all(flows: &[Record], coverage: Coverage, parameters: &str) -> Output {
    let parameters = parameters.parse().unwrap();
    let economy = Some(economy("PRK"));
    Structure
        .run(&Input {
            scenario: "s",
            economy,
            flows,
            coverage,
            parameters: &parameters,
            seed: 7,
        })
        .unwrap()
}

fn run(lines: &[&str], coverage: Coverage, parameters: &str) -> Output {
    run_all(
        &lines.iter().map(|line| record(line)).collect::<Vec<_>>(),
        coverage,
        parameters,
    )
}

/// The finding of this measure whose labels contain all of `labels` (`name=value ...`).
fn find<'a>(output: &'a Output, measure: &str, labels: &str) -> &'a Finding {
    let fits = |f: &&Finding| {
        f.measure == measure
            && labels.split(';').filter(|l| !l.is_empty()).all(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                f.labels.get(name).is_some_and(|v| v == value)
            })
    };
    let found: Vec<&Finding> = output.findings.iter().filter(fits).collect();
    let all: Vec<String> = output.findings.iter().map(Finding::id).collect();
    assert_eq!(found.len(), 1, "{measure} {labels} in {all:#?}");
    found[0]
}

fn close(finding: &Finding, expected: f64) {
    let found = finding.estimate().unwrap();
    assert!(
        (found - expected).abs() < 1e-14,
        "{} is {found}, expected {expected}",
        finding.id()
    );
}

#[test]
fn chapters_are_summed_over_partners_and_never_with_their_headings() {
    let output = run(
        &[
            "2003 export CHN HS2 27 60",
            "2003 export CHN HS2 2701 50",
            "2003 export JPN HS1 03 30",
            "2003 export JPN HS1 27 10",
            "2003 export CHN HS2 TOTAL 100",
            "2003 export JPN HS1 TOTAL 100",
            "2003-06 export JPN HS1 27 9",
        ],
        Coverage::Complete,
        "partners = ['CHN']",
    );
    let fuels = find(&output, "product_value", "product=27;partner=WLD");
    assert_eq!((fuels.estimate(), fuels.tolerance), (Some(70.0), Tolerance::Exact));
    assert_eq!(fuels.convention["revisions"], "HS1 HS2");
    assert_eq!(fuels.labels["classification"], "HS");
    let share = find(&output, "product_share", "product=27;partner=WLD");
    close(share, 0.35);
    assert_eq!(share.convention["denominator"], "TOTAL of the same compiler");
    assert_eq!(
        find(&output, "product_value", "product=2701;partner=WLD").convention["part of"],
        "27"
    );
    close(find(&output, "product_share", "product=27;partner=CHN"), 0.6);
    // Fuels span several stages, fish too; half of the total is not broken down.
    close(find(&output, "stage_share", "stage=not broken down;partner=WLD"), 0.5);
    close(find(&output, "stage_share", "stage=several stages;partner=WLD"), 0.5);
    let ids: std::collections::BTreeSet<String> = output.findings.iter().map(Finding::id).collect();
    assert_eq!(ids.len(), output.findings.len());
}

#[test]
fn quoted_names_are_kept_by_compiler_and_never_added() {
    let output = run(
        &[
            "2011 export CHN COMPILER coal 1100 customs",
            "2011 export CHN COMPILER minerals_all 1600 customs",
            "2011 export WLD-KOR COMPILER minerals_all 59.4% KOTRA",
            "2011 export CHN HS TOTAL 2200 customs",
        ],
        Coverage::Complete,
        "[groups]\nminerals = { COMPILER = ['coal', 'minerals_all'] }",
    );
    close(
        find(
            &output,
            "group_share",
            "group=minerals;product=coal;compiler=customs;partner=CHN",
        ),
        0.5,
    );
    close(
        find(
            &output,
            "group_share",
            "group=minerals;product=minerals_all;compiler=customs",
        ),
        1600.0 / 2200.0,
    );
    let published = find(&output, "product_share", "compiler=KOTRA;partner=WLD-KOR");
    close(published, 0.594);
    assert_eq!(published.convention["denominator"], "share as published");
    assert!(output.findings.iter().all(|f| f.estimate() != Some(2700.0)));
    assert_eq!(output.findings.iter().filter(|f| f.measure == "stage_share").count(), 0);
    let chart = output
        .charts
        .iter()
        .find(|c| c.id == "commodity-minerals-export")
        .unwrap();
    let names: Vec<&str> = chart.series.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["customs, coal (CHN)", "customs, minerals all (CHN)"]);
}

#[test]
fn quotations_that_differ_by_rounding_are_one_figure_and_others_are_refused() {
    let lines = [
        "2013 export CHN COMPILER coal 1373710000 customs",
        "2013 export CHN COMPILER coal 1370000000 customs 10000000",
        "2013 export CHN COMPILER iron_ore 300 customs",
        "2013 export CHN COMPILER iron_ore 200 customs",
    ];
    let output = run(&lines, Coverage::Complete, "");
    close(find(&output, "product_value", "product=coal"), 1_373_710_000.0);
    let Value::Undefined(reason) = &find(&output, "product_value", "product=iron_ore").value else {
        panic!()
    };
    assert!(reason.contains("200 and 300"), "{reason}");
}

#[test]
fn groups_of_an_extract_are_bounded_and_of_a_whole_listing_are_numbers() {
    let groups =
        "[groups]\nenergy = { HS = ['27', '2701'], SITC3 = ['3'] }\nfood = { HS = ['02', '03'], SITC3 = ['0', '1'] }";
    let extract = run(
        &[
            "2003 export CHN HS2 27 60",
            "2003 export CHN HS2 03 30",
            "2003 export CHN HS2 TOTAL 100",
        ],
        Coverage::Complete,
        groups,
    );
    close(find(&extract, "group_share", "group=energy"), 0.6);
    close(find(&extract, "group_value", "group=energy"), 60.0);
    let food = find(&extract, "group_share", "group=food");
    let interval = food.interval.as_ref().unwrap();
    assert!((interval.low - 0.3).abs() < 1e-14 && (interval.high - 0.4).abs() < 1e-14);
    assert_eq!(food.convention["codes without a figure"], "02");
    let mut lines: Vec<String> = (0..10)
        .map(|d| format!("2005 import WLD SITC3 {d} 10 UNCTAD"))
        .collect();
    lines.remove(1);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let whole = run(&lines, Coverage::Complete, groups);
    let food = find(&whole, "group_share", "group=food");
    close(food, 1.0 / 9.0);
    assert_eq!(food.convention["denominator"], "sum of the products listed");
}

#[test]
fn without_a_total_an_extract_has_no_shares() {
    let output = run(
        &["2011 export CHN HS3 27 60", "2011 export CHN HS3 44 1"],
        Coverage::Complete,
        "",
    );
    close(find(&output, "product_value", "product=27"), 60.0);
    assert!(
        output
            .findings
            .iter()
            .all(|f| f.measure == "product_value" || f.measure == "regime_k")
    );
}

#[test]
fn stages_are_numbers_where_each_product_has_one() {
    let output = run(
        &[
            "2003 import CHN HS4 270112 30",
            "2003 import CHN HS4 870899 50",
            "2003 import CHN HS4 010130 20",
            "2003 import CHN HS4 TOTAL 100",
        ],
        Coverage::Complete,
        "",
    );
    close(find(&output, "stage_share", "stage=parts and components"), 0.5);
    let primary = find(&output, "stage_share", "stage=primary");
    let interval = primary.interval.as_ref().expect("live animals may be capital goods");
    assert!((interval.low - 0.3).abs() < 1e-14 && (interval.high - 0.5).abs() < 1e-14);
    assert_eq!(primary.convention["stages"], "cepii");
    close(find(&output, "stage_share", "stage=several stages"), 0.2);
    close(find(&output, "stage_share", "stage=not broken down"), 0.0);
}

/// Twelve years: six with the Soviet Union, six with China.
fn two_eras() -> Vec<Record> {
    let mut flows = Vec::new();
    for year in 1990..2002 {
        let (sun, chn) = if year < 1996 {
            (70 + year % 3, 10)
        } else {
            (5, 75 + year % 4)
        };
        for flow in ["export", "import"] {
            for (partner, value) in [("SUN", sun), ("CHN", chn), ("JPN", 20)] {
                flows.push(record(&format!("{year} {flow} {partner} HS TOTAL {value}")));
            }
        }
    }
    flows
}

#[test]
fn two_eras_are_two_regimes() {
    let output = run_all(&two_eras(), Coverage::Complete, "");
    assert_eq!(find(&output, "regime_k", "").estimate(), Some(2.0));
    for year in 1990..2002 {
        let expected = if year < 1996 { 1.0 } else { 2.0 };
        assert_eq!(
            find(&output, "regime", &format!("period={year}")).estimate(),
            Some(expected)
        );
    }
    assert_eq!(find(&output, "regime_stability", "").estimate(), Some(1.0));
    assert!(find(&output, "silhouette", "k=2").estimate() > Some(0.9));
    let chart = output.charts.iter().find(|c| c.id == "regimes").unwrap();
    assert_eq!(chart.marks.len(), 2);
    assert_eq!((chart.marks[1].at, chart.marks[1].label.as_str()), (1995.5, "regime 2"));
    let again = run_all(&two_eras(), Coverage::Complete, "");
    assert_eq!(output.findings, again.findings);
}

#[test]
fn regimes_are_refused_with_their_reason() {
    let reason = |output: &Output| match &find(output, "regime_k", "").value {
        Value::Undefined(reason) => reason.clone(),
        Value::Estimate(_) => panic!(),
    };
    let flows = two_eras();
    assert!(reason(&run_all(&flows, Coverage::Partial, "")).contains("lists some only"));
    let few: Vec<Record> = flows.iter().filter(|r| r.period.year() < 1994).cloned().collect();
    assert!(reason(&run_all(&few, Coverage::Complete, "")).contains("4 years"));
    let same: Vec<Record> = (1990..2000)
        .flat_map(|y| ["export", "import"].map(|f| record(&format!("{y} {f} CHN HS TOTAL 5"))))
        .collect();
    assert!(reason(&run_all(&same, Coverage::Complete, "")).contains("no two years differ"));
    assert!(run_all(&[], Coverage::Complete, "").findings.is_empty());
}
