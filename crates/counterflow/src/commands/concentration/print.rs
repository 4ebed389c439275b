//! The results of `concentration` as JSON and as a table.

use super::ConcentrationArguments;
use super::findings::{Finding, Measured};
use super::items::Group;
use crate::commands::json as shared;
use ::concentration::Decomposition;
use model::{Cell, Kind, Table};
use serde_json::{Map, Value, json};

/// The whole answer; docs/json.md names every field.
pub fn json(arguments: &ConcentrationArguments, groups: &[Group], measured: &[Measured]) -> Value {
    let both = || groups.iter().zip(measured);
    let described = groups.iter().map(|group| {
        json!({
            "by": by(arguments, group),
            "rows": group.rows,
            "items": group.values.len(),
            "rows_added_to_items": group.added,
            "dropped": shared::dropped(&group.dropped),
        })
    });
    let findings = both().flat_map(|(group, all)| all.findings.iter().map(|one| finding(arguments, group, one)));
    let split = both().flat_map(|(group, all)| {
        all.decompositions.iter().map(|(name, split)| {
            let mut object = shared::or_undefined(split.as_ref().map(|split| decomposition(split, &all.parts)));
            object["measure"] = json!(name);
            object["by"] = by(arguments, group);
            object
        })
    });
    json!({
        "format": "counterflow concentration 2",
        "value": arguments.value,
        "item": arguments.item,
        "groups": described.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
        "decompositions": split.collect::<Vec<_>>(),
    })
}

fn by(arguments: &ConcentrationArguments, group: &Group) -> Value {
    let pairs = arguments.by.iter().cloned().zip(group.key.iter().map(|key| json!(key)));
    Value::Object(pairs.collect())
}

fn finding(arguments: &ConcentrationArguments, group: &Group, finding: &Finding) -> Value {
    let mut object = Map::new();
    object.insert("by".to_owned(), by(arguments, group));
    object.insert("measure".to_owned(), json!(finding.measure));
    if let Some(item) = &finding.item {
        object.insert("item".to_owned(), json!(item));
    }
    match &finding.estimate {
        Ok(estimate) => object.insert("estimate".to_owned(), json!(estimate)),
        Err(why) => object.insert("undefined".to_owned(), json!(why)),
    };
    object.insert("n".to_owned(), json!(finding.n));
    if let Some(interval) = &finding.interval {
        let ends = json!({ "low": interval.low, "high": interval.high, "kind": interval.kind });
        object.insert("interval".to_owned(), ends);
    }
    if let Some(observed) = finding.observed {
        object.insert("observed".to_owned(), json!(observed));
    }
    if let Some(found) = &finding.simulated {
        let mut simulation = json!({
            "mean": found.mean,
            "std_dev": found.standard_deviation,
            "draws_used": found.used,
            "draws_undefined": found.undefined,
        });
        if let Some(delta) = finding.delta {
            simulation["delta_std_dev"] = json!(delta);
        }
        object.insert("simulation".to_owned(), simulation);
    }
    object.insert("convention".to_owned(), json!(finding.convention));
    Value::Object(object)
}

fn decomposition(split: &Decomposition, parts: &[String]) -> Value {
    let groups = split
        .groups
        .iter()
        .zip(parts)
        .map(|(part, name)| json!({ "group": name, "n": part.n, "share": part.share, "index": part.index }));
    json!({
        "total": split.total,
        "within": split.within,
        "between": split.between,
        "groups": groups.collect::<Vec<_>>(),
    })
}

/// A row for each finding; conventions stand in files only, where there is room for them.
pub fn table(arguments: &ConcentrationArguments, groups: &[Group], measured: &[Measured], files: bool) -> Table {
    let items = measured
        .iter()
        .flat_map(|all| &all.findings)
        .any(|one| one.item.is_some());
    let intervals = measured
        .iter()
        .flat_map(|all| &all.findings)
        .any(|one| one.interval.is_some());
    let mut columns: Vec<(&str, Kind, &str)> = arguments.by.iter().map(|n| (n.as_str(), Kind::Text, "")).collect();
    columns.push(("measure", Kind::Text, ""));
    if items {
        columns.push(("item", Kind::Text, ""));
    }
    columns.push(("estimate", Kind::Number, ""));
    if intervals || files {
        columns.extend([("conf_low", Kind::Number, ""), ("conf_high", Kind::Number, "")]);
    }
    columns.push(("n", Kind::Integer, ""));
    columns.push(("undefined", Kind::Text, ""));
    if files {
        columns.extend([("interval", Kind::Text, ""), ("convention", Kind::Text, "")]);
    }
    let title = format!("Concentration of {}", arguments.value);
    let mut table = Table::new("concentration", &title, &columns);
    for (group, all) in groups.iter().zip(measured) {
        for one in &all.findings {
            let mut row: Vec<Cell> = group.key.iter().map(|text| Cell::Text(text.clone())).collect();
            row.push(one.measure.as_str().into());
            if items {
                row.push(one.item.clone().into());
            }
            row.push(one.estimate.as_ref().ok().copied().into());
            if intervals || files {
                row.push(one.interval.as_ref().map(|i| i.low).into());
                row.push(one.interval.as_ref().map(|i| i.high).into());
            }
            row.push(one.n.map(|n| n as i64).into());
            row.push(one.estimate.as_ref().err().cloned().into());
            if files {
                let words: Vec<String> = one.convention.iter().map(|(k, v)| format!("{k}: {v}")).collect();
                row.push(one.interval.as_ref().map(|i| i.kind.clone()).into());
                row.push(words.join("; ").into());
            }
            table.push(row);
        }
    }
    table
}

/// Why something is undefined, each reason once with the measures.
pub fn reasons(measured: &[Measured]) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in measured.iter().flat_map(|all| &all.findings) {
        let Err(reason) = &one.estimate else { continue };
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, measures)) if measures.contains(&one.measure.as_str()) => {}
            Some((_, measures)) => measures.push(&one.measure),
            None => reasons.push((reason, vec![&one.measure])),
        }
    }
    let told = |measures: &[&str]| match measures.len() {
        0..=6 => measures.join(", "),
        more => format!("{} and {} more", measures[..5].join(", "), more - 5),
    };
    reasons
        .into_iter()
        .map(|(reason, measures)| format!("{}: {reason}", told(&measures)))
        .collect()
}
