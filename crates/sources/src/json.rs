//! JSON answers of statistical APIs: records of one shape, as UN Comtrade's API gives them. They are written out as a
//! table, in a file without a name, and then read like any other table.

mod bounded;

use crate::error::{Error, Result};
use crate::input::{Limits, unreadable};
use crate::table::COLUMNS;
use bounded::Bounded;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::cell::Cell;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek};
use std::rc::Rc;

/// The numbers of rows at which UN Comtrade's API stops: without a key, with a free one, with a premium one.
pub(crate) const ROW_LIMITS: [u64; 3] = [500, 100_000, 250_000];

pub(crate) fn looks_like(prefix: &[u8]) -> bool {
    let start = prefix.iter().find(|b| !b.is_ascii_whitespace());
    matches!(start, Some(b'{' | b'['))
}

/// The records as a table of text, each on a line of its own after the header, and what is to be told of them.
pub(crate) fn as_table(reader: impl Read, file: &str) -> Result<(File, Vec<String>)> {
    let failed = |cause| unreadable(file, cause);
    let table = tempfile::tempfile().map_err(failed)?;
    let since = Rc::new(Cell::new(0));
    let bounded = Bounded {
        inner: reader,
        since: Rc::clone(&since),
        limit: Limits::default().record_bytes,
    };
    let mut rows = Rows {
        out: csv::WriterBuilder::new()
            .flexible(true)
            .from_writer(BufWriter::new(table)),
        names: Vec::new(),
        in_first: 0,
        records: 0,
        since,
    };
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(bounded));
    let told = Answer(&mut rows)
        .deserialize(&mut json)
        .and_then(|told| json.end().map(|()| told));
    let told = told.map_err(|error| refuse(&error, rows.records, file))?;
    told.check(rows.records, file)?;
    let mut notes = Vec::new();
    if let Some(message) = &told.message {
        notes.push(format!("{file} says beside its records: {message}"));
    }
    if ROW_LIMITS.contains(&rows.records) {
        notes.push(format!(
            "{file} holds exactly {} records, a number at which the API stops: it is most likely cut; fetch it in parts",
            rows.records
        ));
    }
    let table = finished(rows.out).map_err(failed)?;
    if rows.names.len() == rows.in_first {
        return Ok((table, notes));
    }
    let widened = widened(table, &rows.names).map_err(failed)?;
    Ok((widened, notes))
}

fn finished(out: csv::Writer<BufWriter<File>>) -> io::Result<File> {
    let buffered = out.into_inner().map_err(|e| e.into_error())?;
    let mut table = buffered.into_inner().map_err(|e| e.into_error())?;
    table.rewind()?;
    Ok(table)
}

/// The table once more, under all names: records may leave out what they have no figure for, the first one too.
fn widened(table: File, names: &[String]) -> io::Result<File> {
    let mut out = csv::Writer::from_writer(BufWriter::new(tempfile::tempfile()?));
    out.write_record(names)?;
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(BufReader::new(table));
    let mut row = csv::ByteRecord::new();
    while rows.read_byte_record(&mut row)? {
        let missing = names.len().saturating_sub(row.len());
        out.write_record(row.iter().chain(std::iter::repeat_n(&b""[..], missing)))?;
    }
    finished(out)
}

fn not_a_table(file: &str, line: u64, found: String, advice: &'static str) -> Error {
    Error::NotATable {
        file: file.to_owned(),
        line,
        column: None,
        found,
        expected: "JSON records of one shape, as UN Comtrade's API answers, or a table of text",
        advice,
    }
}

fn refuse(error: &serde_json::Error, records: u64, file: &str) -> Error {
    let advice = if error.is_eof() {
        "the answer is cut short: fetch it again"
    } else if error.to_string().contains("trailing characters") {
        "one list of records is expected: join records and answers that follow each other, such as with `jq -s`"
    } else if error.to_string().contains("unicode code point") {
        "it may be Latin-1 (Windows-1252): convert the file to UTF-8"
    } else {
        "ask the source for CSV, or fetch the answer again"
    };
    let text = error.to_string();
    let (what, place) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    // Many answers are one line: a record says more than its number.
    let behind = match records {
        0 => String::new(),
        n => format!(", behind record {n}"),
    };
    let place = place.split_once(" column ").map_or(String::new(), |(_, column)| {
        format!(" (character {column} of it{behind})")
    });
    not_a_table(
        file,
        error.line() as u64,
        format!("JSON that cannot be used{place}: {what}"),
        advice,
    )
}

const EXCHANGE: &str = "an answer of statistical exchange (SDMX in JSON), which is not read";
const CSV_INSTEAD: &str = "take the same figures as CSV: the interface gives it for `Accept: application/vnd.sdmx.data+csv` (format=csv), the portal of \
     its publisher as a download";

/// What an answer says beside its records.
#[derive(Default)]
struct Told {
    count: Option<i64>,
    message: Option<String>,
    /// What else it says, as `name: text`: only read where there are no records.
    said: Vec<String>,
    has_records: bool,
}

impl Told {
    fn check(&self, records: u64, file: &str) -> Result<()> {
        if records == 0
            && let Some(message) = &self.message
        {
            let found = format!("an error of the source in place of data: {message}");
            return Err(not_a_table(file, 0, found, "ask again, for less or later"));
        }
        if self.said.iter().any(|said| {
            ["`CompactData`", "`GenericData`", "`dataSets`", "`structure`"]
                .iter()
                .any(|name| said.starts_with(name))
        }) {
            return Err(not_a_table(file, 0, EXCHANGE.to_owned(), CSV_INSTEAD));
        }
        if !self.has_records {
            let advice = "records are expected under `data`, or as one list";
            let found = match &self.said[..] {
                [] => "JSON without records".to_owned(),
                said => format!("JSON without records, which says {}", said.join(", ")),
            };
            return Err(not_a_table(file, 0, found, advice));
        }
        if records == 0 {
            let advice = "ask for other years or partners: the source has nothing on these";
            let said = match &self.said[..] {
                [] => String::new(),
                said => format!(", which says {}", said.join(", ")),
            };
            return Err(not_a_table(
                file,
                0,
                format!("a JSON answer without a single record{said}"),
                advice,
            ));
        }
        match self.count {
            // Some answers say -1 where nobody has counted.
            Some(count) if count >= 0 && count as u64 != records => {
                let found = format!("JSON that announces {count} records and holds {records}");
                Err(not_a_table(file, 0, found, "the answer is cut short: fetch it again"))
            }
            _ => Ok(()),
        }
    }
}

struct Rows {
    out: csv::Writer<BufWriter<File>>,
    /// The fields of all records so far, those of the first one first.
    names: Vec<String>,
    in_first: usize,
    records: u64,
    since: Rc<Cell<u64>>,
}

impl Rows {
    fn push(&mut self, Fields(record): &Fields) -> Result<(), String> {
        self.since.set(0);
        if self.records == 0 {
            self.names = record.iter().map(|(name, _)| name.clone()).collect();
            self.in_first = self.names.len();
            self.check_names()?;
            let twice = (1..self.names.len()).find(|&at| self.names[..at].contains(&self.names[at]));
            if let Some(at) = twice {
                return Err(format!("field `{}` stands twice in record 1", self.names[at]));
            }
            self.write(self.names.clone())?;
        }
        self.records += 1;
        let number = self.records;
        let mut cells = vec![None; self.names.len()];
        for (at, (name, value)) in record.iter().enumerate() {
            // Most answers have their fields in one order.
            let place = Some(at).filter(|&at| self.names.get(at) == Some(name));
            let place = place.or_else(|| self.names.iter().position(|known| known == name));
            let place = match place {
                Some(place) => place,
                None => {
                    self.names.push(name.clone());
                    self.check_names()?;
                    cells.push(None);
                    self.names.len() - 1
                }
            };
            if cells[place].is_some() {
                return Err(format!("field `{name}` stands twice in record {number}"));
            }
            let cell = cell(value.get());
            cells[place] = Some(cell.ok_or_else(|| {
                format!("field `{name}` of record {number} holds a list, an object or half a character")
            })?);
        }
        let cells = cells.into_iter().map(Option::unwrap_or_default).collect();
        // A row of one empty cell would be a blank line.
        self.write(cells)
    }

    fn check_names(&self) -> Result<(), String> {
        if self.names.is_empty() || self.names.iter().any(|n| n.contains(['\n', '\r'])) {
            return Err("a record has no usable names".to_owned());
        }
        match self.names.len() {
            many if many > COLUMNS => Err(format!(
                "the records have {many} fields and more, and no trade table has more than {COLUMNS}"
            )),
            _ => Ok(()),
        }
    }

    fn write(&mut self, cells: Vec<String>) -> Result<(), String> {
        self.out.write_record(cells).map_err(|e| e.to_string())
    }
}

/// A cell from the JSON of a field. Numbers keep the digits that they were written with: a detour over double precision
/// would lose some.
fn cell(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        // A line is a record: blanks in place of line ends keep it one.
        b'"' => Some(serde_json::from_str::<String>(json).ok()?.replace(['\n', '\r'], " ")),
        b'{' | b'[' => None,
        b'n' => Some(String::new()),
        _ => Some(json.to_owned()),
    }
}

/// The fields of a record as they are written, in their order.
struct Fields(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record with named fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

/// The whole answer: a list of records, or an object that has one.
struct Answer<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for Answer<'_> {
    type Value = Told;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Told, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Answer<'_> {
    type Value = Told;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("records under `data`, or a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Told, A::Error> {
        while let Some(record) = list.next_element::<Fields>()? {
            self.0.push(&record).map_err(A::Error::custom)?;
        }
        Ok(Told {
            has_records: true,
            ..Told::default()
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Told, A::Error> {
        let mut told = Told::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "data" | "dataset" if told.has_records => {
                    return Err(A::Error::custom("two lists of records in one answer"));
                }
                "data" | "dataset" => told.has_records = map.next_value_seed(List(self.0))?,
                "count" => {
                    told.count = match map.next_value::<Value>()? {
                        Value::String(text) => text.trim().parse().ok(),
                        count => count.as_f64().map(|count| count as i64),
                    }
                }
                "message" | "error" | "errorObject" => match map.next_value::<Value>()? {
                    Value::Null => {}
                    Value::String(text) if text.trim().is_empty() => {}
                    Value::String(text) => told.message = Some(short(&text)),
                    other => told.message = Some(short(&other.to_string())),
                },
                _ if told.has_records || told.said.len() == SAID => drop(map.next_value::<IgnoredAny>()?),
                _ => {
                    let text = map.next_value::<Box<RawValue>>()?;
                    told.said.push(short(&format!("`{name}`: {}", text.get())));
                }
            }
        }
        Ok(told)
    }
}

/// How much of what an answer says beside records is kept.
const SAID: usize = 5;

/// The beginning of a text, on one line.
fn short(text: &str) -> String {
    text.chars()
        .take(200)
        .collect::<String>()
        .replace(char::is_control, " ")
}

/// The records of an answer; `null` where there are none.
struct List<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<bool, A::Error> {
        Answer(self.0).visit_seq(list).map(|_| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(json: &str) -> Result<String> {
        let (mut file, _) = as_table(json.as_bytes(), "a.json")?;
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        Ok(text)
    }

    #[test]
    fn records_become_rows() {
        let answer = r#"{"elapsedTime":"1 s","count":2,"data":[{"a":1,"b":"x, y","c":null},{"b":"z","a":0.1,"c":true}],"error":""}"#;
        assert_eq!(table(answer).unwrap(), "a,b,c\n1,\"x, y\",\n0.1,z,true\n");
        assert_eq!(table(r#"[{"a":12345678901.25}]"#).unwrap(), "a\n12345678901.25\n");
        assert_eq!(table("[{\"a\":\"x\\ny\"}]").unwrap(), "a\nx y\n");
        // What a record leaves out is an empty cell, also of the first.
        assert_eq!(
            table(r#"[{"a":1,"b":2},{"b":3,"c":"x,y"},{"a":4}]"#).unwrap(),
            "a,b,c\n1,2,\n,3,\"x,y\"\n4,,\n"
        );
        // Digits that double precision does not have.
        for number in [
            "123456789012345.678",
            "18446744073709551617",
            "1e999",
            "-0.10",
            "9007199254740993",
        ] {
            assert_eq!(
                table(&format!("[{{\"a\":{number}}}]")).unwrap(),
                format!("a\n{number}\n")
            );
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for (json, word) in [
            (
                r#"{"statusCode":429,"message":"Rate limit is exceeded."}"#,
                "Rate limit is exceeded",
            ),
            (r#"{"data":[],"count":0,"error":"quota"}"#, "quota"),
            (r#"{"data":[],"count":0}"#, "without a single record"),
            (
                r#"{"validation":{"status":{"description":"Result too large"}},"dataset":[]}"#,
                "without a single record, which says `validation`: {\"status\":{\"description\":\"Result too large\"}}",
            ),
            (r#"{"data":null}"#, "without records"),
            (
                r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"Query too complex"}"#,
                "`title`: \"Bad Request\", `status`: 400, `detail`: \"Query too complex\"",
            ),
            (r#"{"data":[{"a":1}],"count":2}"#, "announces 2 records and holds 1"),
            (r#"{"data":[{"a":1}],"count":"2"}"#, "announces 2 records and holds 1"),
            (r#"{"data":[{"a":1}],"count":2.0}"#, "announces 2 records and holds 1"),
            (r#"{"data":[{"a":1}],"count":0}"#, "announces 0 records and holds 1"),
            (r#"{"data":[{"a":1},{"a":1"#, "cut short"),
            (r#"[{"a":{"b":1}}]"#, "a list, an object"),
            (r#"[1,2]"#, "cannot be used"),
            (r#"[{"a":1}] x"#, "trailing"),
            ("{\"a\":1}\n{\"a\":2}", "`jq -s`"),
            (r#"[{"a":"\ud800"}]"#, "half a character"),
            (r#"[{"a":1,"a":2}]"#, "field `a` stands twice in record 1"),
            (r#"[{"a":1},{"a":1,"b":2,"b":3}]"#, "field `b` stands twice in record 2"),
            (r#"{"data":[{"a":1}],"data":[{"a":2}]}"#, "two lists of records"),
            (r#"[{"a":NaN}]"#, "cannot be used"),
        ] {
            let error = table(json).unwrap_err().to_string();
            assert!(error.starts_with("a.json") && error.contains(word), "{json}: {error}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(table(&deep).is_err());
        let wide: Vec<String> = (0..5001).map(|n| format!("\"c{n}\":1")).collect();
        let error = table(&format!("[{{{}}}]", wide.join(","))).unwrap_err().to_string();
        assert!(error.contains("5001 fields"), "{error}");
        let long = format!("[{{\"a\":\"{}\"}}]", "x".repeat(3 << 20));
        assert!(
            table(&long)
                .unwrap_err()
                .to_string()
                .contains("more than 1048576 bytes")
        );
    }

    #[test]
    fn an_answer_at_the_limit_is_told() {
        let records = vec![r#"{"a":1}"#; 500].join(",");
        let (_, notes) = as_table(format!("[{records}]").as_bytes(), "a.json").unwrap();
        assert!(notes[0].contains("exactly 500 records"), "{notes:?}");
    }

    #[test]
    fn what_an_answer_says_beside_its_records_is_told() {
        let (_, notes) = as_table(&br#"{"data":[{"a":1}],"error":"partial: quota"}"#[..], "a.json").unwrap();
        assert!(
            notes[0].contains("a.json says") && notes[0].contains("partial: quota"),
            "{notes:?}"
        );
        let (_, notes) = as_table(&br#"{"data":[{"a":1}],"count":-1,"error":""}"#[..], "a.json").unwrap();
        assert!(notes.is_empty(), "{notes:?}");
    }
}
