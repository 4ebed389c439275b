//! What can be checked of a study file without data: names are unique, what is referred to exists, and nothing is asked
//! that would silently choose nothing.

use crate::claim::Overall;
use crate::prose;
use crate::report_file::SummaryFile;
use crate::study_file::{ClaimFile, GuardFile, LayerFile, ScenarioFile, StudyFile};
use std::collections::BTreeSet;
use trade::{Classification, Economy, Flow, Status, economies};

type Checked = Result<(), String>;

/// The columns of a record by which a layer can choose.
const COLUMNS: [&str; 8] = [
    "compiler",
    "reporter",
    "partner",
    "flow",
    "classification",
    "product",
    "status",
    "basis",
];

/// Refuses what cannot be meant.
pub(crate) fn check(study: &StudyFile) -> Checked {
    let scenarios = unique("scenario", study.scenario.iter().map(|s| s.id.as_str()))?;
    let guards = unique("guard", study.guard.iter().map(|g| g.id.as_str()))?;
    let claims = unique("claim", study.claim.iter().map(|c| c.id.as_str()))?;
    unique("chart", study.chart.iter().map(|c| c.id.as_str()))?;
    unique("section", study.section.iter().map(|s| s.id.as_str()))?;
    named("study", &study.id)?;
    let within = |place: String, checked: Checked| checked.map_err(|why| format!("{place}: {why}"));
    economy(&study.economy)?;
    for file in &study.guard {
        within(format!("guard `{}`", file.id), guard(file, &guards))?;
    }
    for file in &study.scenario {
        named("scenario", &file.id)?;
        within(format!("scenario `{}`", file.id), scenario(file, &guards))?;
    }
    for file in &study.claim {
        within(format!("claim `{}`", file.id), claim(file, &scenarios))?;
    }
    if let Some(draws) = &study.draws {
        within(
            "draws".to_owned(),
            known("scenario", draws.scenarios.iter(), &scenarios),
        )?;
        draws.check()?;
    }
    for file in &study.chart {
        let place = format!("chart `{}`", file.id);
        within(
            place.clone(),
            known("scenario", file.series.iter().map(|s| &s.scenario), &scenarios),
        )?;
        if file.marks.iter().chain(&file.lines).any(|(at, _)| !at.is_finite()) {
            return Err(format!("{place}: a mark stands at no year, or a line at no value"));
        }
    }
    let named = study.summary.iter().filter_map(|s| s.claim.as_ref());
    within("the summary".to_owned(), known("claim", named, &claims))?;
    for file in &study.summary {
        within("the summary".to_owned(), written_for(file))?;
    }
    within("description".to_owned(), prose::check(&study.description))?;
    for file in &study.summary {
        for text in [&file.text, &file.detail] {
            within("the summary".to_owned(), prose::check(text))?;
        }
    }
    for file in &study.section {
        for text in &file.text {
            within(format!("section `{}`", file.id), prose::check(text))?;
        }
    }
    Ok(())
}

fn guard(file: &GuardFile, guards: &BTreeSet<&str>) -> Checked {
    known("guard", file.extends.iter(), guards)?;
    for drop in &file.drop {
        economy(&drop.partner)?;
        drop.flow.iter().try_for_each(|word| value("flow", word))?;
        years(drop.years)?;
    }
    Ok(())
}

fn scenario(file: &ScenarioFile, guards: &BTreeSet<&str>) -> Checked {
    if file.layer.is_empty() {
        return Err("it has no layer: it needs at least one [[scenario.layer]] with a pin".to_owned());
    }
    known("guard", file.guards.iter(), guards)?;
    let codes = file.economy.iter().chain(&file.requires).chain(&file.world_from);
    codes.map(String::as_str).try_for_each(economy)?;
    file.cif_margin.keys().try_for_each(|word| value("flow", word))?;
    file.layer.iter().try_for_each(layer)
}

fn layer(file: &LayerFile) -> Checked {
    years(file.years)?;
    for (column, values) in file.only.iter().chain(&file.except) {
        if !COLUMNS.contains(&column.as_str()) {
            let there = COLUMNS.join(", ");
            return Err(format!(
                "a layer chooses by the column `{column}`, which records do not have; there are {there}"
            ));
        }
        values.iter().try_for_each(|word| value(column, word))?;
    }
    Ok(())
}

fn claim(file: &ClaimFile, scenarios: &BTreeSet<&str>) -> Checked {
    known("scenario", file.scenarios.iter(), scenarios)?;
    for test in &file.test {
        if ![">=", ">", "<=", "<"].contains(&test.op.as_str()) {
            return Err(format!("op is expected to be >=, >, <= or <, but is `{}`", test.op));
        }
        if !test.value.is_finite() {
            return Err(format!("value is expected to be a number, but is {}", test.value));
        }
        let labels = test.labels.iter().chain(test.over.iter().flat_map(|over| &over.labels));
        for (name, words) in labels.filter(|(name, _)| ["reporter", "partner"].contains(&name.as_str())) {
            words.split('|').try_for_each(|word| value(name, word))?;
        }
        years(test.years)?;
        years(test.over.as_ref().and_then(|over| over.years))?;
        known(
            "scenario",
            test.over.iter().filter_map(|o| o.scenario.as_ref()),
            scenarios,
        )?;
    }
    Ok(())
}

/// Sentences are written for a verdict that a claim can have.
fn written_for(file: &SummaryFile) -> Checked {
    match (&file.written_for, &file.claim) {
        (Some(words), Some(_)) if Overall::ALL.iter().all(|verdict| verdict.words() != words) => {
            let there = Overall::ALL.map(|verdict| format!("`{verdict}`")).join(", ");
            Err(format!("written_for is expected to be {there}, but is `{words}`"))
        }
        (Some(_), None) => Err("written_for is expected beside a claim, whose verdict it names".to_owned()),
        _ => Ok(()),
    }
}

/// A code that stands for an economy.
fn economy(code: &str) -> Checked {
    let there = Economy::new(code).is_ok_and(|code| code.is_world() || economies().get(code).is_some());
    if there {
        return Ok(());
    }
    match economies().lookup(code) {
        Ok(info) => Err(format!("the economy `{code}` is expected by its code, {}", info.code)),
        Err(error) => Err(error.to_string()),
    }
}

/// A value that a column can have.
fn value(column: &str, word: &str) -> Checked {
    match column {
        "reporter" | "partner" => economy(word),
        "flow" => word.parse::<Flow>().map(drop).map_err(|e| e.to_string()),
        "status" => word.parse::<Status>().map(drop).map_err(|e| e.to_string()),
        "classification" => word.parse::<Classification>().map(drop).map_err(|e| e.to_string()),
        _ => Ok(()),
    }
}

fn years(range: Option<[i16; 2]>) -> Checked {
    match range {
        Some([from, to]) if from > to => Err(format!("years are expected as [first, last], but are [{from}, {to}]")),
        _ => Ok(()),
    }
}

/// Names become file names and anchors.
fn named(what: &str, id: &str) -> Checked {
    if store::is_name(id) {
        Ok(())
    } else {
        Err(format!(
            "a {what}'s id is expected in lower case, digits and `-`, but is `{id}`"
        ))
    }
}

fn unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>) -> Result<BTreeSet<&'a str>, String> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(format!("two {what}s are called `{id}`: give one another name"));
        }
    }
    Ok(seen)
}

fn known<'a>(what: &str, ids: impl Iterator<Item = &'a String>, all: &BTreeSet<&str>) -> Checked {
    for id in ids {
        if !all.contains(id.as_str()) {
            let there: Vec<_> = all.iter().copied().collect();
            return Err(format!(
                "it names the {what} `{id}`, which is not defined; there are {}",
                there.join(", ")
            ));
        }
    }
    Ok(())
}
