//! docs/json.md holds what it says: its commands run, and every field it names is in what they print.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::collections::BTreeSet;
use tests::{call, json_finite, root};

struct Section {
    name: String,
    commands: Vec<Vec<String>>,
    fields: BTreeSet<String>,
}

/// The words of a shell line; quotes group.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.extend(Some(std::mem::take(&mut word)).filter(|w| !w.is_empty())),
            c => word.push(c),
        }
    }
    words.extend(Some(word).filter(|w| !w.is_empty()));
    words
}

fn sections() -> Vec<Section> {
    let text = std::fs::read_to_string(root().join("docs/json.md")).unwrap();
    let mut sections: Vec<Section> = Vec::new();
    let (mut in_shell, mut in_fields) = (false, false);
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            sections.push(Section {
                name: name.to_owned(),
                commands: Vec::new(),
                fields: BTreeSet::new(),
            });
        }
        let Some(section) = sections.last_mut() else { continue };
        match line {
            "```sh" => in_shell = true,
            "```" => in_shell = false,
            line if in_shell => section.commands.push(words(line)),
            line if line.starts_with("| field") => in_fields = true,
            line if !line.starts_with('|') => in_fields = false,
            line if in_fields => {
                let names = line.split('|').nth(1).unwrap().split('`');
                section.fields.extend(names.skip(1).step_by(2).map(str::to_owned));
            }
            _ => {}
        }
    }
    sections
}

/// Whether a path such as `terms[].estimate` leads anywhere.
fn has(value: &Value, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return true;
    };
    let (name, list) = first.strip_suffix("[]").map_or((*first, false), |name| (name, true));
    match value.get(name) {
        None => false,
        Some(Value::Array(items)) if list => rest.is_empty() || items.iter().any(|item| has(item, rest)),
        Some(_) if list => false,
        Some(inner) => has(inner, rest),
    }
}

#[test]
fn every_field_of_the_page_is_in_the_output() {
    let sections = sections();
    let names: Vec<&str> = sections.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["fit", "trend", "breaks", "concentration", "conformance"]);
    for section in &sections {
        assert!(
            !section.commands.is_empty() && section.fields.len() > 10,
            "{}",
            section.name
        );
        let mut answers = Vec::new();
        for command in &section.commands {
            assert_eq!((command[0].as_str(), &command[1]), ("counterflow", &section.name));
            let answer = call(&command[1..]).ok().json();
            assert!(json_finite(&answer), "{command:?}");
            answers.push(answer);
        }
        for field in &section.fields {
            let path: Vec<&str> = field.split('.').collect();
            assert!(
                answers.iter().any(|answer| has(answer, &path)),
                "{}: `{field}` is in no answer",
                section.name
            );
        }
    }
}

/// The other way round: what is printed at the top, in `fit`, `covariance` and the tests is on the page.
#[test]
fn every_field_of_the_output_is_on_the_page() {
    for section in sections() {
        for command in &section.commands {
            let answer = call(&command[1..]).ok().json();
            for (name, value) in answer.as_object().unwrap() {
                let on_page = |path: &str| {
                    section
                        .fields
                        .iter()
                        .any(|f| f == path || f.starts_with(&format!("{path}.")) || f.starts_with(&format!("{path}[]")))
                };
                assert!(on_page(name), "{}: `{name}` is not on the page", section.name);
                if ["fit", "covariance", "diagnostics", "tests", "theil_sen", "linear"].contains(&name.as_str()) {
                    for inner in value.as_object().unwrap().keys().filter(|k| *k != "undefined") {
                        let path = format!("{name}.{inner}");
                        assert!(on_page(&path), "{}: `{path}` is not on the page", section.name);
                    }
                }
            }
        }
    }
}
