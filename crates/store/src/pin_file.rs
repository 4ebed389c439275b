use crate::pin::Invariant;
use crate::{Error, Result, logical_hash, sha256_of_bytes};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use trade::{Record, Usd};

/// The line below which `pin.toml` is written by the program.
pub const GENERATED_MARK: &str =
    "# Below this line: written by `counterflow pin build`, checked by `counterflow verify`.";

/// A pin's description, `pin.toml`: who published what, when, under which terms, and what
/// the file must be.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinFile {
    /// The pin's name, which is its folder's.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Who compiled the figures.
    pub compiler: String,
    /// The compiler's release or edition.
    pub release: String,
    /// The day on which the figures were taken, year-month-day.
    pub retrieved: String,
    /// Where from.
    pub url: String,
    /// The digital object identifier, if there is one.
    pub doi: Option<String>,
    /// The licence.
    pub licence: String,
    /// What the terms allow, in a sentence.
    pub terms: String,
    /// How to cite it.
    pub citation: String,
    /// What it is, in a paragraph.
    pub description: String,
    /// What a user must know before summing anything.
    #[serde(default)]
    pub traps: Vec<String>,
    /// What is to be said wherever some of its figures are drawn.
    #[serde(default)]
    pub note: Vec<NoteFile>,
    /// Values of the columns that `figures.csv` leaves out.
    #[serde(default)]
    pub defaults: BTreeMap<String, String>,
    /// Totals and counts that must hold.
    #[serde(default)]
    pub invariant: Vec<Invariant>,
    /// What the Parquet file must be; absent until it is built.
    pub file: Option<FileFacts>,
}

/// A word on figures of some years.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteFile {
    /// The first and the last year.
    pub years: [i16; 2],
    /// Which series it is about: their labels, such as `flow = "total"`; every series of the years where left out.
    #[serde(rename = "where", default)]
    pub only: BTreeMap<String, String>,
    /// What is to be said, in a sentence or two.
    pub text: String,
}

/// The generated part of a pin's description.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileFacts {
    /// The file's name beside `pin.toml`.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The hash of what it says; see [`logical_hash`](crate::logical_hash).
    pub logical_hash: String,
    /// What the columns are: [`RECORD_SCHEMA`].
    pub schema: String,
    /// How many records it holds.
    pub rows: u64,
    /// The first year.
    pub first_year: i16,
    /// The last year.
    pub last_year: i16,
    /// The exact sum of all values, in dollars: a check sum, not a statistic, since records overlap.
    pub sum_usd: String,
}

/// The name of the columns and types that every dataset has; see [`schema`](crate::schema).
pub const RECORD_SCHEMA: &str = "counterflow record 1";

impl FileFacts {
    /// What a Parquet file of these bytes and records must be.
    pub fn of(name: String, bytes: &[u8], records: &[Record]) -> Self {
        let years = || records.iter().map(|r| r.period.year());
        FileFacts {
            name,
            bytes: bytes.len() as u64,
            sha256: sha256_of_bytes(bytes),
            logical_hash: logical_hash(records),
            schema: RECORD_SCHEMA.to_owned(),
            rows: records.len() as u64,
            first_year: years().min().unwrap_or_default(),
            last_year: years().max().unwrap_or_default(),
            sum_usd: records.iter().filter_map(|r| r.value).sum::<Usd>().to_string(),
        }
    }
}

impl PinFile {
    /// Reads the text of a `pin.toml`; `path` is named in errors.
    ///
    /// # Errors
    /// Says which line is wrong and what was expected.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let refuse = |reason: String| Error::Pin {
            path: path.to_owned(),
            reason,
        };
        let about: PinFile = toml::from_str(text).map_err(|e| refuse(e.to_string().trim_end().to_owned()))?;
        match is_name(&about.name) {
            true => Ok(about),
            false => Err(refuse(format!(
                "`name` is expected in lower case, digits and `-`, but is `{}`",
                about.name
            ))),
        }
    }

    /// The text of a new pin's provenance, with neither defaults nor invariants; the generated section is added to it.
    pub fn provenance(&self) -> String {
        let texts = [
            ("name", Some(&self.name)),
            ("title", Some(&self.title)),
            ("compiler", Some(&self.compiler)),
            ("release", Some(&self.release)),
            ("retrieved", Some(&self.retrieved)),
            ("url", Some(&self.url)),
            ("doi", self.doi.as_ref()),
            ("licence", Some(&self.licence)),
            ("terms", Some(&self.terms)),
            ("citation", Some(&self.citation)),
            ("description", Some(&self.description)),
        ];
        let quoted = |text: &String| toml::Value::String(text.clone());
        let stated = texts.iter().filter_map(|(name, text)| Some((name, (*text)?)));
        let mut lines: Vec<String> = stated
            .map(|(name, text)| format!("{name} = {}\n", quoted(text)))
            .collect();
        if !self.traps.is_empty() {
            let traps = self.traps.iter().map(|trap| format!("  {},\n", quoted(trap)));
            lines.push(format!("traps = [\n{}]\n", traps.collect::<String>()));
        }
        lines.concat()
    }
}

/// The text of a `pin.toml` with its generated section replaced.
pub fn with_generated_section(text: &str, facts: &FileFacts) -> String {
    let by_hand = text.split(GENERATED_MARK).next().unwrap_or_default().trim_end();
    let FileFacts {
        name,
        bytes,
        sha256,
        logical_hash,
        schema,
        rows,
        first_year,
        last_year,
        sum_usd,
    } = facts;
    format!(
        "{by_hand}\n\n{GENERATED_MARK}\n[file]\nname = \"{name}\"\nbytes = {bytes}\nsha256 = \"{sha256}\"\n\
         logical_hash = \"{logical_hash}\"\nschema = \"{schema}\"\nrows = {rows}\nfirst_year = {first_year}\n\
         last_year = {last_year}\nsum_usd = \"{sum_usd}\"\n"
    )
}

/// Whether a name can be a pin's, a study's or a scenario's, and so that of files and folders: lower case, digits and `-`.
pub fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    // What begins with a hyphen is an option to every later call.
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn provenance_is_read_as_it_was_written() {
        let about = PinFile {
            name: "x".to_owned(),
            title: "said \"so\"\nin two lines".to_owned(),
            doi: Some("10.1/x".to_owned()),
            traps: vec!["one \\ two".to_owned(), "]".to_owned()],
            ..PinFile::default()
        };
        let read = PinFile::parse(&about.provenance(), Path::new("pin.toml")).unwrap();
        assert_eq!(read, about);
    }
}
