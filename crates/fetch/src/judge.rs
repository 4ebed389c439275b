//! Whether a body is what was asked for, whole, and how much it holds.

use crate::beside::{Envelope, envelope, number, says};
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
    /// Whether neither it nor the connection tells where it ends.
    pub endless: bool,
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

/// A body within its bound, behind the byte order mark that some servers put before it.
fn bounded(mut body: impl Read) -> Result<impl Read, String> {
    let mut start = Vec::new();
    (&mut body).take(3).read_to_end(&mut start).map_err(|e| e.to_string())?;
    if start == b"\xef\xbb\xbf" {
        start.clear();
    }
    Ok(Bounded::new(std::io::Cursor::new(start).chain(body)))
}

fn json<T: DeserializeOwned>(body: impl Read) -> Result<T, String> {
    serde_json::from_reader(bounded(body)?).map_err(|e| no_json(&e))
}

fn enveloped<T: DeserializeOwned>(body: impl Read, rows: &str) -> Result<Envelope<T>, String> {
    envelope(bounded(body)?, rows).map_err(|e| no_json(&e))
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
    let Envelope { rows, beside } = enveloped::<Counted>(body, "data")?;
    // An answer beside which the status of a refusal stands tells why in its message.
    let refused = beside.error.as_ref().is_some_and(|error| number(error).is_some());
    let message = beside.message.clone().filter(says);
    let error = message.clone().filter(|_| refused).or(beside.error);
    let rows = match (rows, error.clone().or(message)) {
        (Some(Counted(0)) | None, Some(said)) => return Err(format!("an error in place of data: {said}")),
        (None, None) => return Err("JSON without records under `data`".to_owned()),
        (Some(Counted(rows)), _) => rows,
    };
    let more = beside.more.filter(|_| !pages);
    let more = more.map(|more| format!("it says that there are more rows ({more})"));
    // Some answers say -1 where nobody has counted.
    let announced = match beside.count {
        None | Some(Value::Null) => None,
        Some(count) => match number(&count) {
            Some(n) if n < 0.0 => None,
            Some(n) if n.fract() == 0.0 && n < 1e15 => Some(n as u64),
            _ => return Err(format!("it announces {count} records, which is no number of them")),
        },
    };
    // Where a server tells several numbers, the one that is not true counts.
    let others = beside.counts.iter().filter(|n| **n >= 0.0 && **n < 1e15);
    let other = others.map(|n| n.ceil() as u64).find(|n| *n != rows);
    let announced = match (announced, other) {
        (Some(announced), _) if announced != rows => Some(announced),
        (announced, other) => other.or(announced),
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
        said: Some(beside.said.join("; ")).filter(|said| !said.is_empty()),
        error: error.map(|value| value.to_string()).or(more),
        ..Held::default()
    })
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
    let Envelope { rows, beside } = enveloped::<Vec<Code>>(body, "results")?;
    let rows = rows.ok_or("JSON without a list of codes under `results`")?;
    if let Some(more) = beside.more {
        return Err(format!("a list of codes that says that there are more ({more})"));
    }
    // A list of which a part is wanting would lose figures wherever a question is divided by it.
    if let Some(told) = beside.error.into_iter().chain(beside.message).find(says) {
        return Err(format!("a list of codes beside which an error stands: {told}"));
    }
    let mut codes = Vec::with_capacity(rows.len());
    let mut seen = BTreeSet::new();
    for code in rows {
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
    Ok(Held {
        endless: !framed,
        ..Held::of(rows)
    })
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
        for beside in [
            r#""count":-1,"Count":12"#,
            r#""Count":12,"count":-1"#,
            r#""totalCount":12"#,
            r#""count":1,"total":12"#,
            r#""validation":{"count":{"value":12}}"#,
        ] {
            assert_eq!(told(&format!("{{{beside},\"data\":[{{}}]}}")), Ok((1, 12)), "{beside}");
        }
        let beside = |text: &str| held(Form::Records, format!("{{\"data\":[{{}}],{text}}}").as_bytes(), true).unwrap();
        for error in [
            r#""errors":["x"]"#,
            r#""Error":"x""#,
            r#""errorMessage":"x""#,
            r#""exception":{"a":"x"}"#,
            r#""status":"error""#,
            r#""Status":{"name":"Result too large"}"#,
            r#""validation":{"status":{"name":"Result too large"}}"#,
            r#""success":false"#,
            r#""more":true"#,
            r#""hasMore":1"#,
            r#""paging":{"Next":"/x"}"#,
        ] {
            assert!(beside(error).error.is_some(), "{error}");
        }
        let fine = r#""errors":[],"errorCode":0,"more":false,"next":null,"status":"OK","statusCode":200,"success":true,"total":1"#;
        assert_eq!((beside(fine).error, beside(fine).said), (None, None));
        assert_eq!(beside(r#""Notes":{"a":"old"}"#).said.as_deref(), Some("Notes.a: old"));
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
            (r#"{"data":[{}],"data":[{}]}"#, "`data` twice"),
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
