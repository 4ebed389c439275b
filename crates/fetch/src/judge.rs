//! Whether a body is what was asked for, whole, and how much it holds.

use crate::bounded::Bounded;
use crate::part::Dimension;
use crate::request::Form;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// What a body holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Its rows; of an archive, none are counted.
    pub rows: u64,
    /// How many it says that there are.
    pub announced: u64,
    /// Whether it does not say, where others of its form do.
    pub uncounted: bool,
    /// The error that it tells beside its rows.
    pub error: Option<String>,
    /// What else it says beside its rows.
    pub said: Option<String>,
}

/// Looks through a body. `framed` says whether the connection told where it ends; `pages` whether more are to follow.
///
/// # Errors
/// Says why it cannot be used; it may be asked for again.
pub(crate) fn judge(form: Form, body: &mut File, framed: bool, pages: bool) -> Result<Held, String> {
    body.rewind().map_err(|e| e.to_string())?;
    match form {
        Form::Records => records(BufReader::new(body), pages),
        Form::Codes => {
            let rows = codes(BufReader::new(body))?.len() as u64;
            Ok(Held::of(rows))
        }
        Form::SdmxCsv => table(body, framed),
        Form::Archive => archive(body),
    }
}

impl Held {
    fn of(rows: u64) -> Held {
        Held {
            rows,
            announced: rows,
            ..Held::default()
        }
    }
}

/// JSON, behind the byte order mark that some servers put before it.
fn json<T: DeserializeOwned>(mut body: impl Read) -> Result<T, String> {
    let mut start = Vec::new();
    (&mut body).take(3).read_to_end(&mut start).map_err(|e| e.to_string())?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    serde_json::from_reader(Bounded::new(start.chain(body))).map_err(|e| no_json(&e))
}

#[derive(Deserialize)]
struct Records {
    count: Option<Value>,
    #[serde(rename = "statusCode")]
    status: Option<Value>,
    data: Option<Counted>,
    error: Option<Value>,
    #[serde(rename = "errorObject")]
    error_object: Option<Value>,
    message: Option<Value>,
    warning: Option<Value>,
    warnings: Option<Value>,
    notice: Option<Value>,
    truncated: Option<Value>,
}

/// Whether a value is more than the word that there is nothing.
fn says(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => list.iter().any(says),
        Value::Object(fields) => fields.values().any(says),
        _ => true,
    }
}

/// The length of a list of records as the importer reads them: plain fields, the same in all. What is kept is not asked for
/// again, so a body that could not be imported must not be kept.
struct Counted(u64);

/// The names of a record's fields.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Names;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record with named fields")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if value.get().starts_with(['{', '[']) {
                        return Err(A::Error::custom(format!("a list or an object in the field `{name}`")));
                    }
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;
        impl<'de> Visitor<'de> for Count {
            type Value = Counted;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of records")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Counted, A::Error> {
                let (mut rows, mut known) = (0, Vec::new());
                while let Some(Names(names)) = list.next_element()? {
                    if rows == 0 {
                        known = names;
                    } else if let Some(name) = names.iter().find(|name| !known.contains(name)) {
                        return Err(A::Error::custom(format!(
                            "a field `{name}` that the first record has not"
                        )));
                    }
                    rows += 1;
                }
                Ok(Counted(rows))
            }
        }
        deserializer.deserialize_seq(Count)
    }
}

fn no_json(error: &serde_json::Error) -> String {
    if error.is_eof() {
        "JSON that is cut short".to_owned()
    } else {
        format!("JSON that cannot be read: {error}")
    }
}

fn records(body: impl Read, pages: bool) -> Result<Held, String> {
    let answer: Records = json(body)?;
    let words = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    };
    let beside = [
        ("message", &answer.message),
        ("warning", &answer.warning),
        ("warnings", &answer.warnings),
        ("notice", &answer.notice),
        ("truncated", &answer.truncated),
    ];
    let beside = beside.iter().filter_map(|(name, value)| {
        let value = value.as_ref().filter(|value| says(value))?;
        Some(format!(
            "{name}: {}",
            value.as_str().map_or(value.to_string(), str::to_owned)
        ))
    });
    let beside = beside.collect::<Vec<_>>().join("; ");
    let number = |value: Value| match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    // An answer beside which the status of a refusal stands is one, whatever HTTP's is.
    let refused = answer.status.and_then(number).filter(|status| *status >= 400.0);
    let refused = refused.map(|status| answer.message.clone().unwrap_or_else(|| status.into()));
    let error = [answer.error, answer.error_object, refused]
        .into_iter()
        .flatten()
        .find(words);
    let said = error.clone().or(answer.message.filter(words));
    let rows = match (answer.data, said) {
        (Some(Counted(0)) | None, Some(said)) => return Err(format!("an error in place of data: {said}")),
        (None, None) => return Err("JSON without records under `data`".to_owned()),
        (Some(Counted(rows)), _) => rows,
    };
    // Some answers say -1 where nobody has counted.
    let announced = match answer.count {
        None | Some(Value::Null) => None,
        Some(count) => match number(count.clone()) {
            Some(n) if n < 0.0 => None,
            Some(n) if n.fract() == 0.0 && n < 1e15 => Some(n as u64),
            _ => return Err(format!("it announces {count} records, which is no number of them")),
        },
    };
    let (announced, uncounted) = (announced.unwrap_or(rows), announced.is_none());
    // Fewer announced than held, or more without being at a limit, is judged by the caller, who knows the limit.
    if !pages && announced < rows {
        return Err(format!("it announces {announced} records and holds {rows}"));
    }
    Ok(Held {
        rows,
        announced,
        uncounted,
        said: Some(beside).filter(|said| !said.is_empty()),
        error: error.map(|value| value.to_string()),
    })
}

#[derive(Deserialize)]
struct CodeList {
    #[serde(default)]
    more: bool,
    results: Vec<Code>,
    error: Option<Value>,
    #[serde(rename = "errorObject")]
    error_object: Option<Value>,
    message: Option<Value>,
}

#[derive(Deserialize)]
struct Code {
    id: Value,
}

/// The codes of a list, in its order.
///
/// # Errors
/// Where it is no list, or says that it is not all.
pub(crate) fn codes(body: impl Read) -> Result<Vec<String>, String> {
    let list: CodeList = json(body)?;
    if list.more {
        return Err("a list of codes that says that there are more".to_owned());
    }
    // A list of which a part is wanting would lose figures wherever a question is divided by it.
    let told = [list.error, list.error_object, list.message].into_iter().flatten();
    if let Some(told) = told.into_iter().find(says) {
        return Err(format!("a list of codes beside which an error stands: {told}"));
    }
    let mut codes = Vec::with_capacity(list.results.len());
    let mut seen = BTreeSet::new();
    for code in list.results {
        let text = match code.id {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text,
            other => return Err(format!("a list of codes with {other} in place of a code")),
        };
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err("a list of codes with something else in place of a code".to_owned());
        }
        if seen.insert(text.clone()) {
            codes.push(text);
        }
    }
    if codes.is_empty() {
        return Err("a list of codes that is empty".to_owned());
    }
    Ok(codes)
}

/// The codes of a dimension in the records of an answer.
///
/// # Errors
/// Where a record has none.
pub(crate) fn codes_held(body: impl Read, dimension: Dimension) -> Result<BTreeSet<String>, String> {
    #[derive(Deserialize)]
    struct Held {
        data: Vec<Row>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row {
        reporter_code: Value,
        partner_code: Value,
        cmd_code: Value,
    }
    let held: Held = json(body)?;
    let code = |row: Row| match dimension {
        Dimension::Reporter => row.reporter_code,
        Dimension::Partner => row.partner_code,
        _ => row.cmd_code,
    };
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(held.data.into_iter().map(code).map(text).collect())
}

fn table(body: &mut File, framed: bool) -> Result<Held, String> {
    let mut reader = csv::Reader::from_reader(BufReader::new(&mut *body));
    let header = reader.byte_headers().map_err(|e| format!("no CSV: {e}"))?;
    let has = |name: &[u8]| header.iter().any(|field| field == name);
    if !(has(b"TIME_PERIOD") && has(b"OBS_VALUE")) {
        return Err("CSV without the columns TIME_PERIOD and OBS_VALUE".to_owned());
    }
    let mut rows = 0;
    let mut row = csv::ByteRecord::new();
    // A row of another length than the header is an error of the reader: the table was cut within a line.
    while reader
        .read_byte_record(&mut row)
        .map_err(|e| format!("CSV that is cut short or damaged: {e}"))?
    {
        rows += 1;
    }
    let mut last = [0];
    let end = body.seek(SeekFrom::End(-1)).and_then(|_| body.read_exact(&mut last));
    if !framed && (end.is_err() || last != *b"\n") {
        return Err("CSV that ends within a line, on a connection that does not say where the answer ends".to_owned());
    }
    Ok(Held::of(rows))
}

/// A zip archive begins with the mark of a member and has the mark of its directory in its last 64 KiB.
fn archive(body: &mut File) -> Result<Held, String> {
    let mut start = [0; 4];
    let is_zip = body.read_exact(&mut start).is_ok() && start == *b"PK\x03\x04";
    if !is_zip {
        return Err("something else than a zip archive".to_owned());
    }
    let length = body.seek(SeekFrom::End(0)).map_err(|e| e.to_string())?;
    let from = length.saturating_sub((1 << 16) + 22);
    let mut end = Vec::new();
    body.seek(SeekFrom::Start(from))
        .and_then(|_| body.read_to_end(&mut end))
        .map_err(|e| e.to_string())?;
    if !end.windows(4).any(|bytes| bytes == b"PK\x05\x06") {
        return Err("a zip archive that is cut short".to_owned());
    }
    Ok(Held::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn held(form: Form, bytes: &[u8], framed: bool) -> Result<Held, String> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        judge(form, &mut file, framed, false)
    }

    #[test]
    fn records_are_counted() {
        let told = |text: &str| held(Form::Records, text.as_bytes(), true).map(|h| (h.rows, h.announced));
        assert_eq!(
            told(r#"{"elapsedTime":"1 s","count":2,"data":[{"a":1},{"a":2}],"error":""}"#),
            Ok((2, 2))
        );
        assert_eq!(told(r#"{"count":0,"data":[],"error":""}"#), Ok((0, 0)));
        assert_eq!(told(r#"{"count":700,"data":[{}]}"#), Ok((1, 700)));
        for count in ["2", "\"2\"", "2.0", "-1", "null"] {
            let text = format!(r#"{{"count":{count},"data":[{{"a":1}},{{"a":2}}]}}"#);
            assert_eq!(told(&text), Ok((2, 2)), "{count}");
        }
        let refused = held(
            Form::Records,
            br#"{"statusCode":500,"message":"late","data":[{"a":1}]}"#,
            true,
        );
        assert_eq!(refused.unwrap().error.as_deref(), Some("\"late\""));
        assert_eq!(told("\u{feff}{\"count\":1,\"data\":[{\"a\":1}]}"), Ok((1, 1)));
        let beside = held(Form::Records, br#"{"data":[{"a":1}],"error":"only a part"}"#, true).unwrap();
        assert_eq!(beside.error.as_deref(), Some("\"only a part\""));
        let latin = held(Form::Records, b"{\"data\":[{\"a\":\"C\xf4te\"}]}", true).unwrap_err();
        assert!(latin.contains("cannot be read"), "{latin}");
        for (text, word) in [
            ("", "cut short"),
            (r#"{"count":2,"data":[{"a":1},{"#, "cut short"),
            ("<html>", "cannot be read"),
            (r#"{"count":"many","data":[{}]}"#, "no number"),
            (r#"{"count":1.5,"data":[{}]}"#, "no number"),
            (r#"{"count":0,"data":[{}]}"#, "announces 0 records and holds 1"),
            (r#"{"data":null,"error":"quota"}"#, "quota"),
            (r#"{"data":[],"errorObject":{"errorMessage":"x"}}"#, "an error in place"),
            (r#"{"statusCode":429,"message":"slow"}"#, "slow"),
            ("{}", "without records"),
            (r#"{"data":{}}"#, "cannot be read"),
            (r#"{"count":1,"data":[{}]} x"#, "cannot be read"),
            (r#"{"data":[[]]}"#, "a record with named fields"),
            (r#"{"data":[{"a":{}}]}"#, "in the field `a`"),
            (
                r#"{"data":[{"a":1},{"a":1,"b":2}]}"#,
                "a field `b` that the first record has not",
            ),
        ] {
            let error = told(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn lists_of_codes_are_whole() {
        let list = |text: &str| codes(text.as_bytes());
        assert_eq!(
            list(r#"{"more":false,"results":[{"id":4,"text":"x"},{"id":"TOTAL"},{"id":4}]}"#),
            Ok(vec!["4".to_owned(), "TOTAL".to_owned()])
        );
        for bad in [
            r#"{"more":true,"results":[{"id":4}]}"#,
            r#"{"results":[]}"#,
            r#"{"results":[{"id":4}],"error":"only a part"}"#,
            r#"{"results":[{"id":null}]}"#,
            r#"{"results":[{"id":"a&b"}]}"#,
            "[]",
        ] {
            assert!(list(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_codes_of_an_answer_are_read() {
        let text = r#"{"data":[{"reporterCode":4,"partnerCode":0,"cmdCode":"01"},{"reporterCode":4,"partnerCode":8,"cmdCode":"02"}]}"#;
        let told = |dimension| {
            codes_held(text.as_bytes(), dimension)
                .unwrap()
                .into_iter()
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(told(Dimension::Reporter), "4");
        assert_eq!(told(Dimension::Partner), "0 8");
        assert_eq!(told(Dimension::Product), "01 02");
        assert!(codes_held(&b"{\"data\":[{}]}"[..], Dimension::Partner).is_err());
    }

    #[test]
    fn a_table_s_end_is_seen() {
        let header = "COUNTRY,TIME_PERIOD,OBS_VALUE\n";
        let told = |text: String, framed| held(Form::SdmxCsv, text.as_bytes(), framed).map(|h| h.rows);
        assert_eq!(told(format!("{header}KOR,2003,5\n"), false), Ok(1));
        assert_eq!(told(format!("{header}KOR,2003,5"), true), Ok(1));
        assert_eq!(told(header.to_owned(), false), Ok(0));
        assert!(told(format!("{header}KOR,2003,5"), false).is_err());
        assert!(told(format!("{header}KOR,20"), true).is_err());
        assert!(told("a,b\n1,2\n".to_owned(), true).is_err());
        assert!(told(String::new(), true).is_err());
    }

    #[test]
    fn an_archive_has_both_ends() {
        let whole = b"PK\x03\x04...PK\x05\x06..................";
        assert!(held(Form::Archive, whole, false).is_ok());
        assert!(held(Form::Archive, &whole[..8], false).is_err());
        assert!(held(Form::Archive, b"<html>", false).is_err());
        assert!(held(Form::Archive, b"", false).is_err());
    }
}
