use super::Trend;
use ::model::{Coverage, Finding, Input, Model, Output, Tolerance, Value};
use std::sync::Arc;
use trade::{Classification, Economy, Flow, Period, Record, TOTAL};

fn record(year: i16, flow: Flow, partner: &str, value: Option<&str>) -> Record {
    Record {
        classification: Classification::HsUnstated,
        product: Arc::from(TOTAL),
        value: value.map(|v| v.parse().unwrap()),
        ..Record::new(
            "X",
            Period::annual(year).unwrap(),
            Economy::new("PRK").unwrap(),
            Economy::new(partner).unwrap(),
            flow,
            trade::Usd::ZERO,
        )
    }
}

fn run(flows: &[Record], coverage: Coverage, parameters: &str) -> Output {
    let parameters = parameters.parse().unwrap();
    let economy = Some(Economy::new("PRK").unwrap());
    Trend
        .run(&Input {
            scenario: "s",
            economy,
            flows,
            coverage,
            parameters: &parameters,
            seed: 1,
        })
        .unwrap()
}

fn find<'a>(output: &'a Output, measure: &str, labels: &[(&str, &str)]) -> &'a Finding {
    let fits = |f: &&Finding| {
        f.measure == measure
            && labels
                .iter()
                .all(|(k, v)| f.labels.get(*k).is_some_and(|found| found == v))
    };
    let found: Vec<&Finding> = output.findings.iter().filter(fits).collect();
    assert_eq!(found.len(), 1, "{measure} {labels:?}");
    found[0]
}

fn reason(finding: &Finding) -> &str {
    match &finding.value {
        Value::Undefined(reason) => reason,
        Value::Estimate(value) => panic!("{value} is not undefined"),
    }
}

/// Exports grow by 5 per cent and 10 per cent in turn, imports stay at 200.
fn growing() -> Vec<Record> {
    let exports = ["100", "105", "115.5", "121.275", "133.402"];
    let mut flows = Vec::new();
    for (year, value) in (2000..).zip(exports) {
        flows.push(record(year, Flow::Export, "CHN", Some(value)));
        flows.push(record(year, Flow::Import, "CHN", Some("150")));
        flows.push(record(year, Flow::Import, "RUS", Some("50")));
    }
    flows
}

#[test]
fn complete_totals_are_sums_over_partners() {
    let mut flows = growing();
    flows.push(record(2000, Flow::Import, "WLD", Some("999")));
    flows.push(record(2000, Flow::Export, "EUR", Some("7")));
    let output = run(&flows, Coverage::Complete, "");
    let imports = find(&output, "imports", &[("period", "2000")]);
    assert_eq!((imports.estimate(), imports.tolerance), (Some(200.0), Tolerance::Exact));
    assert_eq!(find(&output, "balance", &[("period", "2000")]).estimate(), Some(-100.0));
    assert_eq!(
        find(&output, "deficit_ratio", &[("period", "2000")]).estimate(),
        Some(1.0)
    );
    assert_eq!(
        find(&output, "total_trade", &[("period", "2000")]).estimate(),
        Some(300.0)
    );
    let identities: std::collections::BTreeSet<String> = output.findings.iter().map(Finding::id).collect();
    assert_eq!(identities.len(), output.findings.len());
}

#[test]
fn missing_is_not_zero() {
    let flows = [
        record(2000, Flow::Export, "CHN", Some("0")),
        record(2000, Flow::Import, "CHN", Some("5")),
        record(2001, Flow::TwoWay, "CHN", Some("9")),
        record(2003, Flow::Export, "CHN", None),
    ];
    let output = run(&flows, Coverage::Complete, "changes = [[2000, 2001], [2000, 2003]]");
    assert_eq!(find(&output, "exports", &[("period", "2000")]).estimate(), Some(0.0));
    assert_eq!(
        reason(find(&output, "deficit_ratio", &[("period", "2000")])),
        "exports are zero"
    );
    assert_eq!(
        reason(find(&output, "exports", &[("period", "2001")])),
        "no figure for exports in 2001"
    );
    assert_eq!(
        find(&output, "total_trade", &[("period", "2001")]).estimate(),
        Some(9.0)
    );
    assert_eq!(
        reason(find(&output, "imports", &[("period", "2002")])),
        "no figure for imports in 2002"
    );
    let no_value = reason(find(&output, "exports", &[("period", "2003")]));
    assert_eq!(no_value, "the figure of CHN for exports in 2003 has no value");
    let change = find(
        &output,
        "change_since",
        &[("series", "total_trade"), ("from", "2000"), ("to", "2001")],
    );
    assert!((change.estimate().unwrap() - 0.8).abs() < 1e-15);
    let change = find(&output, "change_since", &[("series", "exports"), ("to", "2001")]);
    assert_eq!(reason(change), "no figure for exports in 2001");
    // Too few years for any trend, and the reason says so.
    assert!(reason(find(&output, "log_trend", &[("series", "imports")])).contains("at least 3 observations"));
}

#[test]
fn partial_totals_are_the_published_world() {
    let flows = [
        record(2000, Flow::Export, "CHN", Some("60")),
        record(2000, Flow::Export, "WLD", Some("100")),
        record(2001, Flow::Export, "KOR", Some("20")),
        record(2001, Flow::Export, "WLD-KOR", Some("80")),
        record(2002, Flow::Export, "CHN", Some("70")),
    ];
    let output = run(&flows, Coverage::Partial, "");
    let exports = |year: &str| find(&output, "exports", &[("period", year)]).clone();
    assert_eq!(exports("2000").estimate(), Some(100.0));
    assert_eq!(exports("2001").estimate(), Some(100.0));
    assert_eq!(
        exports("2001").convention["source"],
        "published total, WLD-KOR, and KOR"
    );
    assert!(reason(&exports("2002")).starts_with("no total is published"));
}

#[test]
fn figures_that_disagree_are_refused() {
    let mut flows = growing();
    flows.push(record(2000, Flow::Export, "CHN", Some("101")));
    let output = run(&flows, Coverage::Complete, "");
    let text = reason(find(&output, "exports", &[("period", "2000")]));
    assert_eq!(text, "the figures of CHN for exports in 2000 disagree: 100 and 101 USD");
}

#[test]
fn trends_state_their_convention() {
    let output = run(
        &growing(),
        Coverage::Complete,
        "spans = [[2000, 2002]]\nbreak_years = [2001]",
    );
    // ln 1, ln 1.05, ln 1.155 over three years: the slope is half the last.
    let slope = find(&output, "log_trend", &[("series", "exports"), ("span", "2000-2002")]);
    assert!((slope.estimate().unwrap() - 1.155_f64.ln() / 2.0).abs() < 1e-12);
    assert!(slope.interval.is_some());
    let expected = [
        ("covariance", "newey-west"),
        ("kernel", "bartlett"),
        ("lag", "1"),
        ("lag_rule", "floor(4 (n/100)^(2/9))"),
        ("small_sample_factor", "n/(n-k)"),
        ("df", "1"),
        ("reference", "t"),
        ("n", "3"),
        ("zero_policy", "years of zero or less left out: none"),
    ];
    for (name, value) in expected {
        assert_eq!(slope.convention[name], value, "{name}");
    }
    let growth = find(&output, "growth", &[("series", "exports"), ("span", "2000-2002")]);
    assert!((growth.estimate().unwrap() - (1.155_f64.sqrt() - 1.0)).abs() < 1e-12);
    // Imports do not move: slope zero, nothing to test against.
    let flat = find(&output, "trend_p_value", &[("series", "imports"), ("span", "whole")]);
    assert!(reason(flat).contains("fits perfectly"));
    let chow = find(&output, "chow_p_value", &[("series", "exports"), ("test", "chow-f")]);
    assert!(reason(chow).contains("needs at least 3 observations, but there are 2"));
    assert_eq!(output.charts[0].series.len(), 3);
    assert_eq!(output.tables[0].rows.len(), 5);
}

#[test]
fn a_break_of_a_logarithmic_series_is_tested_on_logarithms() {
    let values = ["1", "2", "4", "7", "16", "18", "17", "19", "21", "20"];
    let flow = |flow| {
        let at = |(n, value): (usize, &&'static str)| record(2000 + n as i16, flow, "CHN", Some(value));
        values.iter().enumerate().map(at).collect::<Vec<Record>>()
    };
    let flows = [flow(Flow::Export), flow(Flow::Import)].concat();
    let output = run(&flows, Coverage::Complete, "break_years = [2004]");
    let f = find(&output, "chow_f", &[("series", "exports"), ("test", "chow-f")]);
    // Two lines against one on the logarithms, by numpy's least squares.
    let expected = 274.1306091644217;
    assert!((f.estimate().unwrap() / expected - 1.0).abs() < 1e-10, "{f:?}");
}
