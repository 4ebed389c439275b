use super::{Drawn, Judgements, Tested};
use crate::Study;
use crate::claim::{ByScenario, unit_of};
use model::{Cell, Kind, Table};
use std::collections::BTreeMap;

/// A conclusion survives where at least this share of draws has it, under every rule.
const SURE: f64 = 0.95;

const NUMBER: fn(&'static str) -> (&'static str, Kind, &'static str) = |name| (name, Kind::Number, "");
const TEXT: fn(&'static str) -> (&'static str, Kind, &'static str) = |name| (name, Kind::Text, "");

/// Each claim's tests in each scenario under each rule: the number, its 95% interval over the draws, and the
/// share of draws in which the test is passed.
pub(super) fn conclusions(study: &Study, drawn: &[Drawn]) -> Table {
    let columns = [
        TEXT("claim"),
        TEXT("scenario"),
        TEXT("rule"),
        TEXT("test"),
        NUMBER("estimate"),
        NUMBER("low"),
        NUMBER("high"),
        ("threshold", Kind::Text, ""),
        TEXT("verdict"),
        ("holds_in", Kind::Number, "share of draws"),
        ("draws", Kind::Integer, ""),
    ];
    let mut table = Table::new("draws-conclusions", "Claims under drawn reports", &columns);
    for claim in &study.file.claim {
        for one in drawn {
            let Some((verdict, tested)) = one.base.claims.get(&claim.id) else {
                continue;
            };
            for (i, test) in claim.test.iter().enumerate() {
                let values = values(one, |j| said(j, &claim.id, i)?.number);
                let interval = interval(values);
                table.push(vec![
                    claim.id.as_str().into(),
                    one.scenario.as_str().into(),
                    one.rule.as_str().into(),
                    test.says.as_str().into(),
                    tested.get(i).and_then(|tested| tested.number).into(),
                    interval.map(|i| i.0).into(),
                    interval.map(|i| i.1).into(),
                    format!("{} {}", test.op, test.value).into(),
                    verdict.word().into(),
                    holds_in(one, &claim.id, i).into(),
                    (one.draws.len() as i64).into(),
                ]);
            }
        }
    }
    table
}

/// Each claim's tests in each scenario: the spread of the number over the rules, the widest interval within one, the
/// share of draws that pass, and whether the conclusion survives both.
pub(super) fn survival(study: &Study, drawn: &[Drawn], findings: &ByScenario<'_>) -> Table {
    let columns = [
        TEXT("claim"),
        TEXT("scenario"),
        TEXT("test"),
        NUMBER("lowest_rule"),
        NUMBER("highest_rule"),
        NUMBER("lowest_end"),
        NUMBER("highest_end"),
        ("least_holds_in", Kind::Number, "share of draws"),
        ("most_holds_in", Kind::Number, "share of draws"),
        TEXT("conclusion"),
        TEXT("told_in"),
    ];
    let mut table = Table::new(
        "draws-survival",
        "Which conclusions survive rules and errors of reports",
        &columns,
    )
    .headed(&[
        ("least_holds_in", "Holds in at least"),
        ("most_holds_in", "in at most"),
        ("lowest_end", "The number lies between"),
        ("highest_end", "and"),
    ]);
    for claim in &study.file.claim {
        let mut scenarios: BTreeMap<&str, Vec<&Drawn>> = BTreeMap::new();
        for one in drawn.iter().filter(|d| d.base.claims.contains_key(&claim.id)) {
            scenarios.entry(&one.scenario).or_default().push(one);
        }
        for (scenario, rules) in scenarios {
            for (i, test) in claim.test.iter().enumerate() {
                let shares: Vec<f64> = rules.iter().filter_map(|one| holds_in(one, &claim.id, i)).collect();
                let number = |j: &Judgements| said(j, &claim.id, i)?.number;
                let estimates: Vec<f64> = rules.iter().filter_map(|one| number(&one.base)).collect();
                let ends: Vec<(f64, f64)> = rules.iter().filter_map(|one| interval(values(one, number))).collect();
                let least = |values: &[f64]| values.iter().copied().reduce(f64::min);
                let most = |values: &[f64]| values.iter().copied().reduce(f64::max);
                table.push(vec![
                    claim.id.as_str().into(),
                    scenario.into(),
                    test.says.as_str().into(),
                    least(&estimates).into(),
                    most(&estimates).into(),
                    least(&ends.iter().map(|e| e.0).collect::<Vec<_>>()).into(),
                    most(&ends.iter().map(|e| e.1).collect::<Vec<_>>()).into(),
                    least(&shares).into(),
                    most(&shares).into(),
                    conclusion(least(&shares), most(&shares)).into(),
                    unit_of(test, scenario, findings).into(),
                ]);
            }
        }
    }
    table
}

/// Every finding that the draws move: its 95% interval and standard deviation over them.
pub(super) fn intervals(drawn: &[Drawn]) -> Table {
    let columns = [
        TEXT("rule"),
        TEXT("finding"),
        NUMBER("estimate"),
        NUMBER("low"),
        NUMBER("high"),
        NUMBER("std_dev"),
        ("draws", Kind::Integer, ""),
    ];
    let mut table = Table::new("draws-findings", "Findings under drawn reports", &columns);
    for one in drawn {
        for (id, estimate) in &one.base.findings {
            let values = values(one, |j| j.findings.get(id).copied());
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let std_dev = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            // What is defined in a few draws only has no interval that means anything.
            let enough = values.len() * 10 >= one.draws.len() * 9;
            let Some((low, high)) = interval(values).filter(|_| enough && std_dev > 0.0) else {
                continue;
            };
            let mut row: Vec<Cell> = vec![one.rule.as_str().into(), id.as_str().into()];
            row.extend([*estimate, low, high, std_dev].map(Cell::from));
            row.push((n as i64).into());
            table.push(row);
        }
    }
    table
}

fn values(one: &Drawn, number: impl Fn(&Judgements) -> Option<f64>) -> Vec<f64> {
    one.draws.iter().filter_map(number).collect()
}

/// What a run says of a test.
fn said(judgements: &Judgements, claim: &str, test: usize) -> Option<Tested> {
    judgements.claims.get(claim)?.1.get(test).copied()
}

/// The share of all draws that pass a test; nothing where most leave it open.
fn holds_in(one: &Drawn, claim: &str, test: usize) -> Option<f64> {
    let decided = one.draws.iter().filter_map(|j| said(j, claim, test)?.passes);
    let decided: Vec<bool> = decided.collect();
    let open = one.draws.len() - decided.len();
    // A test that most draws leave open is not judged by the few that do not.
    (decided.len() >= open.max(1)).then(|| decided.iter().filter(|h| **h).count() as f64 / one.draws.len() as f64)
}

/// The 2.5 and 97.5 per cent quantiles, of at least twenty values.
fn interval(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1).filter(|last| *last >= 19)?;
    let quantile = |p: f64| {
        let at = p * last as f64;
        let (below, above) = (values[at as usize], values[(at as usize + 1).min(last)]);
        below + (above - below) * at.fract()
    };
    Some((quantile(0.025), quantile(0.975)))
}

fn conclusion(least: Option<f64>, most: Option<f64>) -> &'static str {
    match (least, most) {
        (Some(least), _) if least >= SURE => "survives",
        (_, Some(most)) if most <= 1.0 - SURE => "does not hold",
        (Some(_), Some(_)) => "within the errors of reports",
        _ => "not decided",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_decide() {
        assert_eq!(conclusion(Some(0.96), Some(1.0)), "survives");
        assert_eq!(conclusion(Some(0.5), Some(1.0)), "within the errors of reports");
        assert_eq!(conclusion(Some(0.0), Some(0.04)), "does not hold");
        assert_eq!(conclusion(None, None), "not decided");
        assert_eq!(interval((0..=100).map(f64::from).collect()), Some((2.5, 97.5)));
        assert_eq!(interval(vec![1.0; 5]), None);
    }
}
