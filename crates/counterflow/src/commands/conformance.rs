//! `counterflow conformance`: published known answers beside ours.

use crate::fail::{Failure, Outcome};
use crate::models::models;
use crate::output::Output;
use ::conformance::{Anchor, Check, Outcome as Result};
use clap::Args;
use model::{Cell, Kind, KnownAnswer, Model, Table};
use report::Format;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to compute.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit code 1 where one value does not agree. Anchors whose data are not at hand are listed as not run, \
    with the reason; they count neither as passed nor as failed.\n\nEvery field of --format json is in docs/json.md."
)]
pub struct ConformanceArguments {
    /// Only these anchors, by their names: C4, C5, N1, ...
    #[arg(value_name = "ANCHOR")]
    pub only: Vec<String>,
    /// A folder with files that some anchors need and that may not be handed on with this program; the reason of an anchor that is
    /// not run tells what its file is called and where it comes from.
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
}

/// The texts of the files that anchors need, as far as they are in the folder.
fn data(folder: Option<&Path>) -> Outcome<BTreeMap<String, String>> {
    let Some(folder) = folder else {
        return Ok(BTreeMap::new());
    };
    let needed = ::conformance::needed()?;
    let mut texts = BTreeMap::new();
    for name in &needed {
        let path = folder.join(name);
        if path.exists() {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| Failure::because(format!("{}: {error}", path.display())))?;
            texts.insert(name.clone(), text);
        }
    }
    if texts.is_empty() {
        let names: Vec<&str> = needed.iter().map(String::as_str).collect();
        let (folder, names) = (folder.display(), names.join(", "));
        return Err(Failure::because(format!(
            "{folder} holds none of the files that anchors need: {names}"
        )));
    }
    Ok(texts)
}

/// Computes and compares the catalogue.
pub fn run(arguments: &ConformanceArguments, output: &Output) -> Outcome {
    let mut anchors = ::conformance::run(&data(arguments.data.as_deref())?)?;
    anchors.extend(models().into_iter().filter_map(of_model));
    if let Some(unknown) = arguments.only.iter().find(|id| !anchors.iter().any(|a| a.id == **id)) {
        let known: Vec<&str> = anchors.iter().map(|a| a.id.as_str()).collect();
        return Err(Failure::Usage(format!(
            "there is no anchor `{unknown}`; there are {}",
            known.join(", ")
        )));
    }
    if !arguments.only.is_empty() {
        anchors.retain(|anchor| arguments.only.contains(&anchor.id));
    }
    let count = Count::of(&anchors);
    match output.format {
        Format::Json => {
            let value = json(&anchors, &count);
            output.bytes(format!("{}\n", serde_json::to_string_pretty(&value)?).as_bytes())?;
        }
        Format::Table => output.bytes(&text(&anchors, &count)?)?,
        _ => output.table(&table(&anchors, true))?,
    }
    let good = count.failed == 0;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A model's known answers as an anchor of its own, named after the model.
fn of_model(model: &dyn Model) -> Option<Anchor> {
    let answers = model.known_answers();
    let mut sources: Vec<&str> = answers.iter().map(|a| a.source.as_str()).collect();
    sources.dedup();
    let source = sources.join("; ");
    let check = |answer: &KnownAnswer| {
        Ok(Check {
            name: answer.name.clone(),
            published: answer.known.to_string(),
            ours: answer.computed.clone()?,
            digits: None,
            rule: format!("relative {:e}", KnownAnswer::TOLERANCE),
            pass: answer.agrees(),
        })
    };
    let checks: std::result::Result<Vec<Check>, String> = answers.iter().map(check).collect();
    (!answers.is_empty()).then(|| Anchor {
        id: model.id().to_owned(),
        title: format!("model: {}", model.title()),
        source,
        result: checks.map_or_else(Result::Refused, Result::Run),
    })
}

/// How many values agree.
struct Count {
    passed: usize,
    failed: usize,
    not_run: usize,
}

impl Count {
    fn of(anchors: &[Anchor]) -> Count {
        let mut count = Count {
            passed: 0,
            failed: 0,
            not_run: 0,
        };
        for anchor in anchors {
            match &anchor.result {
                Result::Run(checks) => {
                    let passed = checks.iter().filter(|check| check.pass).count();
                    count.passed += passed;
                    count.failed += checks.len() - passed;
                }
                Result::NotRun(_) => count.not_run += 1,
                Result::Refused(_) => count.failed += 1,
            }
        }
        count
    }
}

fn json(anchors: &[Anchor], count: &Count) -> Value {
    let each = anchors.iter().map(|anchor| {
        let mut object = json!({ "id": anchor.id, "title": anchor.title, "source": anchor.source });
        match &anchor.result {
            Result::NotRun(reason) => {
                object["status"] = json!("not run");
                object["reason"] = json!(reason);
            }
            Result::Refused(reason) => {
                object["status"] = json!("failed");
                object["reason"] = json!(reason);
            }
            Result::Run(checks) => {
                object["status"] = json!(if anchor.passes() { "passed" } else { "failed" });
                object["checks"] = checks
                    .iter()
                    .map(|c| {
                        json!({
                            "value": c.name,
                            "published": c.published,
                            "ours": c.ours,
                            "digits": c.digits,
                            "rule": c.rule,
                            "pass": c.pass,
                        })
                    })
                    .collect();
            }
        }
        object
    });
    json!({
        "format": "counterflow conformance 1",
        "anchors": each.collect::<Vec<_>>(),
        "values_passed": count.passed,
        "values_failed": count.failed,
        "anchors_not_run": count.not_run,
    })
}

/// The table with the sources of its anchors above it and the count below.
fn text(anchors: &[Anchor], count: &Count) -> Outcome<Vec<u8>> {
    let mut text = String::new();
    for anchor in anchors {
        text.push_str(&format!("{}  {}\n    {}\n", anchor.id, anchor.title, anchor.source));
        if let Result::NotRun(reason) = &anchor.result {
            text.push_str(&format!("    not run: {reason}\n"));
        }
    }
    text.push('\n');
    let mut bytes = text.into_bytes();
    bytes.extend(report::to_bytes(&table(anchors, false), Format::Table)?);
    let line = format!(
        "\n{} values agree, {} do not; {} anchors were not run\n",
        count.passed, count.failed, count.not_run
    );
    bytes.extend(line.into_bytes());
    Ok(bytes)
}

/// All digits, with an exponent where the number is very small.
fn written(number: f64) -> String {
    if number != 0.0 && number.abs() < 1e-3 {
        format!("{number:e}")
    } else {
        number.to_string()
    }
}

fn table(anchors: &[Anchor], sources: bool) -> Table {
    let mut columns = vec![
        ("anchor", Kind::Text, ""),
        ("value", Kind::Text, ""),
        ("published", Kind::Text, ""),
        ("ours", Kind::Text, ""),
        ("digits", Kind::Number, ""),
        ("rule", Kind::Text, ""),
        ("result", Kind::Text, ""),
    ];
    if sources {
        columns.extend([("source", Kind::Text, ""), ("reason", Kind::Text, "")]);
        columns[3] = ("ours", Kind::Number, "");
    }
    let mut table = Table::new("conformance", "", &columns);
    for anchor in anchors {
        let mut push = |cells: [Cell; 6], reason: Option<&str>| {
            let mut row = vec![Cell::Text(anchor.id.clone())];
            row.extend(cells);
            if sources {
                row.push(anchor.source.as_str().into());
                row.push(reason.into());
            }
            table.push(row);
        };
        let none = || {
            [
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
            ]
        };
        let [a, b, c, d, e] = none();
        match &anchor.result {
            Result::NotRun(reason) => push([a, b, c, d, e, "not run".into()], Some(reason)),
            Result::Refused(reason) => push([a, b, c, d, e, "FAILED".into()], Some(reason)),
            Result::Run(checks) => {
                for check in checks {
                    let ours = if sources {
                        check.ours.into()
                    } else {
                        Cell::Text(written(check.ours))
                    };
                    let digits = check.digits.map(|digits| (digits * 10.0).round() / 10.0);
                    let result = if check.pass { "pass" } else { "FAILED" };
                    let cells = [
                        check.name.as_str().into(),
                        check.published.as_str().into(),
                        ours,
                        digits.into(),
                        check.rule.as_str().into(),
                        result.into(),
                    ];
                    push(cells, None);
                }
            }
        }
    }
    table
}
