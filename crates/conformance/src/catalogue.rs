//! The catalogue as data.

use crate::rule::Rule;
use crate::{Anchor, Check, Outcome, anchors};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Why the catalogue cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is no TOML of the expected shape.
    #[error("the catalogue of published values cannot be read: {0}")]
    Unreadable(String),
    /// A value without a number or a rule.
    #[error("anchor {anchor}: `{value}` is expected to be [name, number, rule], with a known rule")]
    Value {
        /// The anchor.
        anchor: String,
        /// The value.
        value: String,
    },
}

#[derive(Debug, Deserialize)]
struct File {
    anchor: Vec<Entry>,
}

/// An anchor as published.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name.
    pub id: String,
    title: String,
    source: String,
    /// Why it is not run, where it is not: always, or as long as a file that it needs is not given.
    not_run: Option<String>,
    /// The files that it needs beside this repository's.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The rule of values that state none.
    #[serde(default = "printed")]
    rule: String,
    /// Each `[name, published]` or `[name, published, rule]`.
    #[serde(default)]
    values: Vec<Vec<String>>,
}

fn printed() -> String {
    "printed".to_owned()
}

/// Every anchor, in order.
pub fn entries() -> Result<Vec<Entry>, Error> {
    let file: File = toml::from_str(include_str!("../anchors.toml")).map_err(|e| Error::Unreadable(e.to_string()))?;
    Ok(file.anchor)
}

impl Entry {
    /// Computes ours and compares; `data` holds the texts of files by name.
    pub fn compare(self, data: &BTreeMap<String, String>) -> Result<Anchor, Error> {
        let given = !self.needs.is_empty() && self.needs.iter().all(|file| data.contains_key(file));
        let result = match &self.not_run {
            Some(reason) if !given => Outcome::NotRun(reason.clone()),
            _ => match anchors::compute(&self.id, data) {
                Err(reason) => Outcome::Refused(reason),
                Ok(ours) => {
                    let check = |value: &Vec<String>| self.check(value, &ours);
                    let checks = self.values.iter().map(check).collect::<Result<Vec<_>, _>>()?;
                    match checks.into_iter().collect::<Result<Vec<_>, String>>() {
                        Ok(checks) => Outcome::Run(checks),
                        Err(missing) => Outcome::Refused(format!("`{missing}` was not computed")),
                    }
                }
            },
        };
        Ok(Anchor {
            id: self.id,
            title: self.title,
            source: self.source,
            result,
        })
    }

    /// One check; the inner error names a value that the functions do not compute.
    fn check(&self, value: &[String], ours: &BTreeMap<String, f64>) -> Result<Result<Check, String>, Error> {
        let wrong = || Error::Value {
            anchor: self.id.clone(),
            value: value.join(", "),
        };
        let (name, published, rule) = match value {
            [name, published] => (name, published, &self.rule),
            [name, published, rule] => (name, published, rule),
            _ => return Err(wrong()),
        };
        let judge = Rule::read(rule).ok_or_else(wrong)?;
        let number = published
            .parse::<f64>()
            .ok()
            .filter(|v| v.is_finite())
            .ok_or_else(wrong)?;
        let Some(&ours) = ours.get(name).filter(|v| v.is_finite()) else {
            return Ok(Err(name.clone()));
        };
        let (pass, digits) = judge.judge(ours, published, number);
        Ok(Ok(Check {
            name: name.clone(),
            published: published.clone(),
            ours,
            digits,
            rule: if rule == "printed" {
                "printed digits".to_owned()
            } else {
                rule.clone()
            },
            pass,
        }))
    }
}
