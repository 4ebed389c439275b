//! What two runs' study files differ in, key by key.

use crate::fail::{Failure, Outcome};
use crate::results::Results;
use std::collections::{BTreeMap, BTreeSet};
use study::{StudyFile, tested};

/// The name of the study file in a run's folder.
const STUDY: &str = "study.toml";

/// How keys begin that change the report and no number.
const SHOWN: [&str; 5] = ["chart", "description", "section", "summary", "title"];

/// The study file that a run was made from; `None` for a run of a program that did not leave it.
fn text(results: &Results) -> Outcome<Option<String>> {
    let path = results.folder.join(STUDY);
    if !path.is_file() {
        return Ok(None);
    }
    let read = store::read_text(&path);
    Ok(Some(read.map_err(|e| {
        Failure::because(format!("cannot read {}: {e}", path.display()))
    })?))
}

/// The study of a run; `None` for a run of a program that did not leave its file.
pub fn study(results: &Results) -> Outcome<Option<StudyFile>> {
    let text = text(results)?;
    Ok(text
        .map(|text| StudyFile::parse(&text, &results.folder.join(STUDY)))
        .transpose()?)
}

/// Each key that is not the same in both study files, with both its values; empty where a run has none.
pub fn changed(old: &Results, new: &Results) -> Outcome<Vec<[String; 3]>> {
    let (Some(before), Some(after)) = (keys(old)?, keys(new)?) else {
        return Ok(Vec::new());
    };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of =
        |side: &BTreeMap<String, String>, name: &String| side.get(name).map_or("not set", String::as_str).to_owned();
    let rows = names
        .into_iter()
        .map(|name| [name.clone(), of(&before, name), of(&after, name)]);
    let mut rows: Vec<[String; 3]> = rows.filter(|[_, old, new]| old != new).collect();
    // What is computed comes before how it is shown.
    let shown = |[name, ..]: &[String; 3]| SHOWN.iter().any(|word| name.starts_with(word));
    rows.sort_by_key(shown);
    Ok(rows)
}

fn keys(results: &Results) -> Outcome<Option<BTreeMap<String, String>>> {
    let Some(text) = text(results)? else { return Ok(None) };
    let path = results.folder.join(STUDY);
    let file: toml::Table = toml::from_str(&text).map_err(|e| Failure::because(format!("{}: {e}", path.display())))?;
    let mut found = BTreeMap::new();
    flatten("", &toml::Value::Table(file), &mut found);
    Ok(Some(found))
}

/// By which keys the tables of a list are told apart, the first of which each of them has.
const TOLD_BY: [&[&str]; 7] = [
    &["id"],
    &["claim"],
    &["word"],
    &["says"],
    &["name", "title"],
    &["pin", "years"],
    &["partner", "flow", "years"],
];

/// What each table of a list is called: by the first keys that tell them apart; by its number where none do.
fn called(list: &[toml::Value]) -> Vec<String> {
    let text = |value: &toml::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let by = |keys: &&[&str]| -> Option<Vec<String>> {
        let of = |table: &toml::Value| {
            table.get(keys[0])?;
            let values = keys.iter().filter_map(|key| table.get(key).map(text));
            Some(format!(" {}: ", values.collect::<Vec<_>>().join(" ")))
        };
        let names: Vec<String> = list.iter().map(of).collect::<Option<_>>()?;
        let apart = names.iter().collect::<BTreeSet<_>>().len() == names.len();
        apart.then_some(names)
    };
    let numbered = || (1..=list.len()).map(|number| format!("[{number}]")).collect();
    TOLD_BY.iter().find_map(by).unwrap_or_else(numbered)
}

/// Values by their place: `scenario imf: cif_margin.export`. Tables in a list go by what tells them apart, so that one more
/// of them does not change the names of the others.
fn flatten(place: &str, value: &toml::Value, found: &mut BTreeMap<String, String>) {
    let below = |name: &str| match place {
        "" => name.to_owned(),
        _ if place.ends_with(": ") => format!("{place}{name}"),
        _ => format!("{place}.{name}"),
    };
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                flatten(&below(name), value, found);
            }
        }
        toml::Value::Array(list) if list.iter().any(toml::Value::is_table) => {
            for (name, value) in called(list).into_iter().zip(list) {
                flatten(&format!("{place}{name}"), value, found);
            }
        }
        toml::Value::String(text) => drop(found.insert(place.to_owned(), text.clone())),
        other => drop(found.insert(place.to_owned(), other.to_string())),
    }
}

/// Which claims rest on a finding, by the finding's identity: those of either run.
pub fn behind(old: &Results, new: &Results) -> Outcome<BTreeMap<String, BTreeSet<String>>> {
    let mut claims: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for results in [old, new] {
        let Some(study) = study(results)? else { continue };
        let scenarios: BTreeSet<&str> = results.findings.iter().map(|f| f.scenario.as_str()).collect();
        for claim in &study.claim {
            let asked =
                |scenario: &&&str| claim.scenarios.is_empty() || claim.scenarios.iter().any(|s| s == **scenario);
            for scenario in scenarios.iter().filter(asked) {
                for finding in tested(claim, scenario, &results.findings).into_iter().flatten() {
                    claims.entry(finding.id()).or_default().insert(claim.id.clone());
                }
            }
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::flatten;
    use std::collections::BTreeMap;

    #[test]
    fn keys_are_named_by_what_they_are_of() {
        let text = "seed = 7\n[[scenario]]\nid = 'imf'\ncif_margin = { export = '0.06' }\n\
                    [[scenario.layer]]\npin = 'data'\nyears = [1990, 2000]\n\
                    [[guard]]\nid = 'g'\ndrop = [{ partner = 'BRA', reason = 'x' }, { partner = 'NLD', years = [2006, 2007] }]\n\
                    [[other]]\na = 1\n";
        let mut found = BTreeMap::new();
        flatten("", &toml::Value::Table(toml::from_str(text).unwrap()), &mut found);
        let told: Vec<(&str, &str)> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let want = [
            ("guard g: drop BRA: partner", "BRA"),
            ("guard g: drop BRA: reason", "x"),
            ("guard g: drop NLD [2006, 2007]: partner", "NLD"),
            ("guard g: drop NLD [2006, 2007]: years", "[2006, 2007]"),
            ("guard g: id", "g"),
            ("other[1].a", "1"),
            ("scenario imf: cif_margin.export", "0.06"),
            ("scenario imf: id", "imf"),
            ("scenario imf: layer data [1990, 2000]: pin", "data"),
            ("scenario imf: layer data [1990, 2000]: years", "[1990, 2000]"),
            ("seed", "7"),
        ];
        assert_eq!(told, want);
    }
}
