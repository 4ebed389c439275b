use super::*;
use crate::testing::close;
use model::{Coverage, Finding, Value};
use std::sync::Arc;
use trade::{Classification, Economy, Flow, Record, Status, TOTAL, Usd};

fn economy(code: &str) -> Economy {
    Economy::new(code).unwrap()
}

/// A figure: `2005 export CHN 70`, or `... 70%` for a share without a value; then the
/// compiler, the classification and the product.
fn record(line: &str) -> Record {
    let parts: Vec<&str> = line.split_whitespace().collect();
    let share = parts[3].strip_suffix('%');
    Record {
        compiler: Arc::from(parts.get(4).copied().unwrap_or("T")),
        period: parts[0].parse().unwrap(),
        reporter: economy("PRK"),
        partner: economy(parts[2]),
        flow: parts[1].parse().unwrap(),
        classification: parts.get(5).map_or(Classification::HsUnstated, |c| c.parse().unwrap()),
        product: Arc::from(parts.get(6).copied().unwrap_or(TOTAL)),
        valuation: None,
        value: if share.is_none() {
            Some(parts[3].parse::<Usd>().unwrap())
        } else {
            None
        },
        rounded_to: None,
        share_percent: share.map(|s| s.parse().unwrap()),
        net_weight_kg: None,
        quantity: None,
        quantity_unit: None,
        status: Status::Reported,
        basis: None,
        reference: None,
    }
}

fn run(lines: &[&str], coverage: Coverage, parameters: &str) -> Output {
    let flows: Vec<Record> = lines.iter().map(|line| record(line)).collect();
    let parameters = parameters.parse().unwrap();
    let input = Input {
        scenario: "s",
        economy: Some(economy("PRK")),
        flows: &flows,
        coverage,
        parameters: &parameters,
        seed: 1,
    };
    Concentration.run(&input).unwrap()
}

fn find<'a>(output: &'a Output, id: &str) -> &'a Finding {
    let wanted = format!("//{id}");
    let found: Vec<&Finding> = output.findings.iter().filter(|f| f.id() == wanted).collect();
    assert_eq!(
        found.len(),
        1,
        "{id} in {:#?}",
        output.findings.iter().map(Finding::id).collect::<Vec<_>>()
    );
    found[0]
}

#[test]
fn complete_shares_and_indices() {
    let lines = [
        "2005 export CHN 70",
        "2005 export JPN 20",
        "2005 export KOR 10",
        "2005 export WLD 100", // never a partner
        "2005-06 export CHN 9",
        "2005 import CHN 30",
        "2005 import EGY 10",
    ];
    let output = run(
        &lines,
        Coverage::Complete,
        "partners = ['CHN']\nregions = ['Northern Africa']\ntop = 1",
    );
    let hhi = find(&output, "hhi dimension=partner flow=export period=2005");
    close(hhi.estimate().unwrap(), 0.49 + 0.04 + 0.01, 1e-15);
    assert_eq!(
        (hhi.convention["n"].as_str(), hhi.convention["universe"].as_str()),
        ("3", "active")
    );
    close(
        find(&output, "cr3 dimension=partner flow=export period=2005")
            .estimate()
            .unwrap(),
        1.0,
        1e-15,
    );
    close(
        find(&output, "partner_share flow=export partner=CHN period=2005")
            .estimate()
            .unwrap(),
        0.7,
        1e-15,
    );
    // Two-way: China 100, Egypt 10, Japan 20, South Korea 10 of 140.
    let both = find(&output, "partner_share flow=total partner=CHN period=2005");
    close(both.estimate().unwrap(), 100.0 / 140.0, 1e-15);
    assert!(both.convention["two-way"].contains("one direction"));
    let africa = find(&output, "region_share flow=import period=2005 region=Northern Africa");
    close(africa.estimate().unwrap(), 0.25, 1e-15);
    assert_eq!(africa.convention["partners with trade"], "EGY");
    assert_eq!(output.tables[0].rows.len(), 3 + 2 + 4);
    assert_eq!(output.charts.len(), 4);
    let names: Vec<&str> = output.charts[0].series.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["China", "others"]);
    assert!(output.findings.iter().all(|f| f.scenario.is_empty()));
}

#[test]
fn a_partly_known_total_gives_bounds() {
    let output = run(
        &["2010 total WLD-KOR 100", "2010 total CHN 80", "2010 total KOR 50"],
        Coverage::Partial,
        "",
    );
    let hhi = find(&output, "hhi dimension=partner flow=total period=2010");
    assert_eq!(
        hhi.value,
        Value::Undefined("only 80.0% of the total is broken down, so only bounds can be given".into())
    );
    let interval = hhi.interval.as_ref().unwrap();
    close(interval.low, 0.64, 1e-15);
    close(interval.high, 0.68, 1e-15);
    // China is the largest whoever has the rest: both bounds agree.
    close(
        find(&output, "cr1 dimension=partner flow=total period=2010")
            .estimate()
            .unwrap(),
        0.8,
        1e-15,
    );
    close(
        find(&output, "partner_share flow=total partner=CHN period=2010")
            .estimate()
            .unwrap(),
        0.8,
        1e-15,
    );
    // South Korea is outside this total.
    assert!(
        output
            .findings
            .iter()
            .all(|f| f.labels.get("partner").is_none_or(|p| p != "KOR"))
    );
    assert!(output.notes[0].contains("KOR is outside"), "{:?}", output.notes);
    let loose = run(
        &["2010 total WLD 100", "2010 total CHN 80"],
        Coverage::Partial,
        "missing = 'anywhere'",
    );
    close(
        find(&loose, "hhi dimension=partner flow=total period=2010")
            .interval
            .as_ref()
            .unwrap()
            .high,
        1.0,
        1e-15,
    );
}

#[test]
fn published_shares_are_used_as_they_are() {
    let output = run(
        &["2017 export CHN 86.3%", "2017 export IND 3.9%"],
        Coverage::Partial,
        "",
    );
    let share = find(&output, "partner_share flow=export partner=CHN period=2017");
    close(share.estimate().unwrap(), 0.863, 1e-15);
    assert_eq!(share.convention["share"], "share as published");
    let interval = find(&output, "hhi dimension=partner flow=export period=2017")
        .interval
        .as_ref()
        .unwrap();
    close(interval.low, 0.863 * 0.863 + 0.039 * 0.039, 1e-15);
}

#[test]
fn shares_rounded_to_whole_per_cents_may_add_to_more() {
    let lines = [
        "2014 export CHN 54.9%",
        "2014 export DZA 30%",
        "2014 export KOR 16%",
        "2014 export WLD 9",
        "2014 export WLD 8",
    ];
    let output = run(&lines, Coverage::Partial, "");
    // 100.9%: within the rounding; the total, quoted in two ways, is not needed.
    close(
        find(&output, "cr3 dimension=partner flow=export period=2014")
            .estimate()
            .unwrap(),
        1.0,
        1e-15,
    );
    close(
        find(&output, "partner_share flow=export partner=DZA period=2014")
            .estimate()
            .unwrap(),
        0.3,
        1e-15,
    );
    let values = run(
        &["2014 export CHN 5", "2014 export WLD 9", "2014 export WLD 8"],
        Coverage::Partial,
        "",
    );
    let hhi = find(&values, "hhi dimension=partner flow=export period=2014");
    assert!(matches!(&hhi.value, Value::Undefined(reason) if reason.contains("total with WLD has 2 different")));
}

#[test]
fn products_of_a_whole_listing_are_a_dimension_of_their_own() {
    let mut lines: Vec<String> = vec!["2005 export WLD 100".to_owned(), "2006 export WLD 100".to_owned()];
    lines.extend(
        [("0", 60), ("3", 30), ("7", 10)].map(|(code, value)| format!("2005 export WLD {value} T SITC3 {code}")),
    );
    lines.extend(
        [("0", 60), ("33", 30), ("3", 40)].map(|(code, value)| format!("2006 export WLD {value} T SITC3 {code}")),
    );
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let output = run(&lines, Coverage::Complete, "");
    let labels = "classification=SITC3 compiler=T dimension=product flow=export partner=WLD";
    close(
        find(&output, &format!("hhi {labels} period=2005")).estimate().unwrap(),
        0.46,
        1e-15,
    );
    // A listing of several levels is not added up.
    assert!(
        output
            .findings
            .iter()
            .all(|f| f.labels.get("period").is_none_or(|p| p != "2006"))
    );
    let extract = [
        "2005 export WLD 100 T",
        "2005 export WLD 60 T SITC3 0",
        "2005 export WLD 20 T SITC3 3",
    ];
    let bounded = run(&extract, Coverage::Complete, "");
    let interval = find(&bounded, &format!("hhi {labels} period=2005"))
        .interval
        .as_ref()
        .unwrap();
    close(interval.low, 0.40, 1e-15);
    close(interval.high, 0.44, 1e-15);
}

#[test]
fn a_share_of_another_total_is_brought_to_the_scenarios() {
    let lines = [
        "2010 total WLD-KOR 80 KOTRA",
        "2010 total WLD 100 study",
        "2010 total CHN 50% KOTRA",
        "2010 total KOR 20 MOU",
    ];
    let output = run(&lines, Coverage::Partial, "");
    close(
        find(&output, "partner_share flow=total partner=CHN period=2010")
            .estimate()
            .unwrap(),
        0.4,
        1e-15,
    );
    close(
        find(&output, "partner_share flow=total partner=KOR period=2010")
            .estimate()
            .unwrap(),
        0.2,
        1e-15,
    );
}

#[test]
fn a_share_of_an_unknown_total_is_set_aside() {
    let output = run(
        &["2010 total WLD 100 study", "2010 total CHN 50% KOTRA"],
        Coverage::Partial,
        "partners = ['CHN']",
    );
    assert!(output.findings.is_empty());
    assert!(output.notes[0].contains("shares by KOTRA"), "{:?}", output.notes);
}

#[test]
fn a_rounded_quotation_agrees_with_the_exact_figure() {
    let mut flows: Vec<Record> = ["2005 export CHN 1373710000", "2005 export CHN 1370000000"]
        .iter()
        .map(|l| record(l))
        .collect();
    flows[1].rounded_to = Some("10000000".parse().unwrap());
    let (breakdowns, _) = breakdown::breakdowns(&Input {
        scenario: "s",
        economy: None,
        flows: &flows,
        coverage: Coverage::Complete,
        parameters: &toml::Table::new(),
        seed: 1,
    });
    let known = breakdowns[0].partners[&economy("CHN")].known();
    assert_eq!(known, breakdown::Known::Value("1373710000".parse().unwrap()));
}

#[test]
fn figures_that_disagree_are_not_chosen_among() {
    let lines = ["2005 export CHN 70 A", "2005 export CHN 60 B", "2005 export JPN 5 A"];
    let output = run(&lines, Coverage::Complete, "partners = ['CHN']");
    let Value::Undefined(reason) = &find(&output, "hhi dimension=partner flow=export period=2005").value else {
        panic!()
    };
    assert!(reason.contains("CHN has 2 different figures (A, B)"), "{reason}");
    assert!(
        find(&output, "partner_share flow=export partner=CHN period=2005")
            .estimate()
            .is_none()
    );
    // The same figure twice, under two classifications say, is one.
    let twice = run(
        &["2005 export CHN 70 A", "2005 export CHN 70 A"],
        Coverage::Complete,
        "",
    );
    assert_eq!(
        find(&twice, "hhi dimension=partner flow=export period=2005").estimate(),
        Some(1.0)
    );
}

#[test]
fn nothing_traded_has_no_shares() {
    let output = run(&["2005 export CHN 0", "2005 export JPN 0"], Coverage::Complete, "");
    let hhi = find(&output, "hhi dimension=partner flow=export period=2005");
    assert!(matches!(&hhi.value, Value::Undefined(reason) if reason.contains("add to zero")));
    assert_eq!(run(&[], Coverage::Complete, "").findings.len(), 0);
    let negative = run(&["2005 export CHN -1", "2005 export JPN 5"], Coverage::Complete, "");
    assert!(
        find(&negative, "hhi dimension=partner flow=export period=2005")
            .estimate()
            .is_none()
    );
}

#[test]
fn what_is_no_partner_is_set_aside_and_said() {
    let group = trade::economies()
        .iter()
        .find(|e| e.kind == trade::EconomyKind::Group && !e.code.is_world())
        .unwrap();
    let nes = trade::economies()
        .iter()
        .find(|e| e.kind == trade::EconomyKind::Unspecified)
        .unwrap();
    let lines = [
        "2005 export CHN 75".to_owned(),
        format!("2005 export {} 25", nes.code),
        format!("2005 export {} 1000", group.code),
        "2005 export PRK 1000".to_owned(),
    ];
    let output = run(
        &lines.iter().map(String::as_str).collect::<Vec<_>>(),
        Coverage::Complete,
        "",
    );
    close(
        find(&output, "partner_share flow=export partner=CHN period=2005")
            .estimate()
            .unwrap(),
        0.75,
        1e-15,
    );
    for word in ["group of partners", "with itself", "counts as one partner"] {
        assert!(
            output.notes.iter().any(|note| note.contains(word)),
            "{word}: {:?}",
            output.notes
        );
    }
}

#[test]
fn a_partial_total_without_partners_says_nothing() {
    assert_eq!(run(&["2005 export WLD 100"], Coverage::Partial, "").findings.len(), 0);
    let no_total = run(&["2005 export CHN 100"], Coverage::Partial, "");
    let hhi = find(&no_total, "hhi dimension=partner flow=export period=2005");
    assert!(matches!(&hhi.value, Value::Undefined(reason) if reason.contains("no total")));
    let above = run(&["2005 export WLD 100", "2005 export CHN 120"], Coverage::Partial, "");
    let hhi = find(&above, "hhi dimension=partner flow=export period=2005");
    assert!(matches!(&hhi.value, Value::Undefined(reason) if reason.contains("120.0%")));
}

#[test]
fn identities_are_unique_and_lines_have_gaps() {
    let lines = [
        "2005 export CHN 70",
        "2007 export CHN 20",
        "2007 export KOR 5",
        "2005 import CHN 1",
    ];
    let output = run(&lines, Coverage::Complete, "partners = ['CHN', 'KOR']");
    let mut ids: Vec<String> = output.findings.iter().map(Finding::id).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
    let china = &output.charts[0].series[0];
    assert_eq!(
        china.points.iter().map(|p| p.y.is_some()).collect::<Vec<_>>(),
        [true, false, true]
    );
    assert_eq!(output.charts[0].id, "partner-shares-export");
    assert!(lines.iter().map(|l| record(l)).all(|r| r.flow != Flow::ReExport));
}
