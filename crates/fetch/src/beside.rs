//! What an answer in JSON says beside its rows. Nobody knows in what words a server tells that something is wanting, so that all
//! of them are looked through: names in any case, and within objects.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

/// At most so many fields are told, each with so many characters: an answer may have any number of them.
const MOST_TOLD: usize = 20;
const LONGEST_TOLD: usize = 200;
/// Names under which a number tells how many rows there are.
const COUNTS: [&str; 14] = [
    "count",
    "total",
    "totalcount",
    "totalrecords",
    "totalrows",
    "totalresults",
    "totalelements",
    "totalitems",
    "recordcount",
    "recordstotal",
    "rowcount",
    "numberofrecords",
    "records",
    "rows",
];
/// Words of a status that is none of a failure.
const FINE: [&str; 8] = [
    "",
    "ok",
    "success",
    "succeeded",
    "successful",
    "complete",
    "completed",
    "done",
];

/// The rows of an answer, and what it says beside them.
pub(crate) struct Envelope<T> {
    pub rows: Option<T>,
    pub beside: Beside,
}

/// What is said beside rows.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// The number under `count`.
    pub count: Option<Value>,
    /// Other numbers of rows; of many, the first ones.
    pub counts: Vec<f64>,
    /// An error, or a status that is one.
    pub error: Option<Value>,
    /// That there are more rows.
    pub more: Option<String>,
    pub message: Option<Value>,
    /// The rest that is none of the known, harmless fields.
    pub said: Vec<String>,
}

/// Whether a value is more than the word that there is nothing.
pub(crate) fn says(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(list) => list.iter().any(says),
        Value::Object(fields) => fields.values().any(says),
        Value::Bool(true) => true,
    }
}

pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    }
}

/// Reads an answer whose rows stand under a name.
pub(crate) fn envelope<T: DeserializeOwned>(body: impl Read, rows: &str) -> serde_json::Result<Envelope<T>> {
    let mut reader = serde_json::Deserializer::from_reader(body);
    let (rows, mut beside) = Fields(rows, PhantomData).deserialize(&mut reader)?;
    reader.end()?;
    if let Some(message) = beside.message.as_ref().filter(|message| says(message)) {
        beside.said.insert(0, told("message", message));
    }
    Ok(Envelope { rows, beside })
}

struct Fields<'a, T>(&'a str, PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Fields<'_, T> {
    type Value = (Option<T>, Beside);
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<'_, T> {
    type Value = (Option<T>, Beside);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with named fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut rows, mut beside): (Option<Option<T>>, Beside) = (None, Beside::default());
        while let Some(name) = map.next_key::<String>()? {
            if name == self.0 {
                if rows.is_some() {
                    return Err(A::Error::custom(format!("`{name}` twice")));
                }
                rows = Some(map.next_value()?);
            } else {
                beside.hear(&name, "", &name, map.next_value()?);
            }
        }
        Ok((rows.flatten(), beside))
    }
}

impl Beside {
    /// Takes one field; `path` is its name with those of the objects that it stands in, `within` the name of the last of them.
    fn hear(&mut self, path: &str, within: &str, name: &str, value: Value) {
        let plain = |name: &str| -> String {
            let letters = name.chars().filter(|c| c.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect()
        };
        let (name, within, top) = (plain(name), plain(within), path == name);
        let is_in = |words: &[&str], name: &str| words.contains(&name);
        let counts = is_in(&COUNTS, &name) || (name == "value" && is_in(&COUNTS, &within));
        let more = ["next", "continuation", "resumption"]
            .iter()
            .any(|word| name.contains(word))
            || (name.contains("more") && !value.is_string());
        let status = is_in(&["status", "statuscode", "statustext"], &name) || (name == "name" && within == "status");
        if top && name == "count" && self.count.is_none() {
            self.count = Some(value);
        } else if top && name == "message" && self.message.is_none() {
            self.message = Some(value);
        } else if ["error", "exception", "fault"].iter().any(|word| name.contains(word)) {
            if says(&value) {
                self.error.get_or_insert(value);
            }
        } else if let Some(number) = number(&value).filter(|_| counts) {
            if self.counts.len() < MOST_TOLD {
                self.counts.push(number);
            }
        } else if more {
            if says(&value) {
                self.more.get_or_insert(told(path, &value));
            }
        } else if let Value::Object(fields) = value {
            for (inner, value) in fields {
                self.hear(&format!("{}.{}", short(path), short(&inner)), &name, &inner, value);
            }
        } else if status && self.is_failure(&value) {
            self.error.get_or_insert(value);
        } else if matches!(name.as_str(), "success" | "ok" | "complete" | "iscomplete") {
            if value == Value::Bool(false) {
                self.error.get_or_insert(Value::String(format!("{path}: false")));
            }
        } else if !status && name != "elapsedtime" && self.said.len() < MOST_TOLD && says(&value) {
            self.said.push(told(path, &value));
        }
    }

    /// Whether the status of an answer is one of a failure, whatever HTTP's is.
    fn is_failure(&self, value: &Value) -> bool {
        match (number(value), value) {
            (Some(status), _) => status >= 400.0,
            (None, Value::String(text)) => !FINE.contains(&text.trim().to_lowercase().as_str()),
            _ => false,
        }
    }
}

fn told(name: &str, value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!("{}: {}", short(name), short(&text))
}

fn short(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST_TOLD);
    end.map_or(text, |(at, _)| &text[..at])
}
