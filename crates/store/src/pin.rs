use crate::pin_file::{FileFacts, GENERATED_MARK, PinFile};
use crate::{Error, Filter, Result, io, read_records};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use trade::{Classification, Economy, Flow, Record, Usd};

/// A pinned dataset: a folder with `pin.toml`, a Parquet file and, where the figures were
/// transcribed, `figures.csv` and `references.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// The folder.
    pub folder: PathBuf,
    /// What `pin.toml` says.
    pub about: PinFile,
    /// The references that records point to.
    pub references: Vec<Reference>,
}

/// Where a figure was found.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Default)]
pub struct Reference {
    /// A short stable key.
    pub key: String,
    /// Who said it.
    pub citation: String,
    /// Where it stands.
    #[serde(default)]
    pub url: String,
    /// What to know about it.
    #[serde(default)]
    pub note: String,
}

/// A total or a count that must hold over the records that `where` selects.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invariant {
    /// What it says, for people.
    pub name: String,
    /// The records it is about.
    #[serde(rename = "where", default)]
    pub selector: Selector,
    /// Their exact sum in dollars.
    pub sum_usd: Option<String>,
    /// Their number.
    pub rows: Option<u64>,
}

/// Which records an invariant is about; whatever is left out selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields are the record's columns
pub struct Selector {
    pub period: Option<String>,
    pub period_from: Option<i16>,
    pub period_to: Option<i16>,
    pub reporter: Option<String>,
    pub partner: Option<String>,
    pub flow: Option<String>,
    pub classification: Option<String>,
    pub product: Option<String>,
    pub compiler: Option<String>,
    pub basis: Option<String>,
}

/// One way in which a pin is not what its description says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The pin's name.
    pub pin: String,
    /// What does not hold, with both values.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pin `{}`: {}", self.pin, self.what)
    }
}

impl Pin {
    /// Reads the description and references of the pin in `folder`; not its records.
    ///
    /// # Errors
    /// When a file is missing or malformed.
    pub fn open(folder: &Path) -> Result<Pin> {
        let path = folder.join("pin.toml");
        let text = crate::read_text(&path).map_err(io("read", &path))?;
        Self::of(folder, PinFile::parse(&text, &path)?)
    }

    fn of(folder: &Path, about: PinFile) -> Result<Pin> {
        let references = folder.join("references.csv");
        let references = if references.exists() {
            read_references(&references)?
        } else {
            Vec::new()
        };
        Ok(Pin {
            folder: folder.to_owned(),
            about,
            references,
        })
    }

    /// Reads what people wrote of the pin in `folder`, without the generated section, which may be
    /// of another version of the program.
    ///
    /// # Errors
    /// When a file is missing or malformed.
    pub fn open_by_hand(folder: &Path) -> Result<Pin> {
        let path = folder.join("pin.toml");
        let text = crate::read_text(&path).map_err(io("read", &path))?;
        let by_hand = text.split(GENERATED_MARK).next().unwrap_or_default();
        Self::of(folder, PinFile::parse(by_hand, &path)?)
    }

    /// Says so where a record points to a reference that there is not.
    pub fn without_reference(&self, records: &[Record]) -> Option<String> {
        let there = |n: u32| (n as usize) < self.references.len();
        let lost = records.iter().find(|r| r.reference.is_some_and(|n| !there(n)))?;
        let period = lost.period;
        Some(format!(
            "a record of {period} points to a reference that references.csv does not have"
        ))
    }

    /// What the Parquet file must be.
    ///
    /// # Errors
    /// When the pin was never built.
    pub fn facts(&self) -> Result<&FileFacts> {
        self.about.file.as_ref().ok_or_else(|| Error::Pin {
            path: self.folder.join("pin.toml"),
            reason: "it has no [file] section: build it with `counterflow pin build`".to_owned(),
        })
    }

    /// The Parquet file.
    ///
    /// # Errors
    /// As [`Pin::facts`]; also where the name leads out of the folder.
    pub fn parquet(&self) -> Result<PathBuf> {
        let name = &self.facts()?.name;
        let plain = Path::new(name)
            .file_name()
            .is_some_and(|last| last.to_str() == Some(name));
        if !plain {
            return Err(Error::Pin {
                path: self.folder.join("pin.toml"),
                reason: format!("`name` is expected to be that of a file beside it, but is `{name}`"),
            });
        }
        Ok(self.folder.join(name))
    }

    /// The records that the filter wants.
    ///
    /// # Errors
    /// When the Parquet file is missing, damaged or holds something else.
    pub fn records(&self, filter: &Filter) -> Result<Vec<Record>> {
        read_records(&self.parquet()?, filter)
    }
}

/// The names of the pins in a folder of pins, sorted. What begins with a dot was never finished.
///
/// # Errors
/// When the folder cannot be read.
pub fn pin_names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io("read", folder))? {
        let path = entry.map_err(io("read", folder))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        names.extend(name.filter(|name| !name.starts_with('.') && path.join("pin.toml").is_file()));
    }
    names.sort();
    Ok(names)
}

/// Reads a `references.csv` with the columns `key,citation,url,note`.
///
/// # Errors
/// Names the line that cannot be read.
pub fn read_references(path: &Path) -> Result<Vec<Reference>> {
    let malformed = |e: csv::Error| Error::Pin {
        path: path.to_owned(),
        reason: format!("{e}; expected the columns key,citation,url,note"),
    };
    let mut reader = csv::Reader::from_reader(crate::open_file(path).map_err(io("read", path))?);
    let references: Vec<Reference> = reader
        .deserialize()
        .map(|row| row.map_err(malformed))
        .collect::<Result<_>>()?;
    let mut keys = BTreeSet::new();
    match references.iter().find(|reference| !keys.insert(&reference.key)) {
        Some(twice) => Err(Error::Pin {
            path: path.to_owned(),
            reason: format!("two references have the key `{}`: give one another", twice.key),
        }),
        None => Ok(references),
    }
}

/// Re-hashes a pin, all of whose records are given, and re-checks its invariants: every way in which it is not what its
/// description says.
///
/// # Errors
/// When its file cannot be read.
pub fn check_pin(pin: &Pin, records: &[Record]) -> Result<Vec<Broken>> {
    let mut broken = Vec::new();
    let mut say = |what: String| {
        broken.push(Broken {
            pin: pin.about.name.clone(),
            what,
        })
    };
    let facts = pin.facts()?;
    let path = pin.parquet()?;
    let bytes = std::fs::read(&path).map_err(io("read", &path))?;
    let found = FileFacts::of(facts.name.clone(), &bytes, records);
    let mut differ = |what: &str, found: &dyn fmt::Display, pinned: &dyn fmt::Display| {
        let (found, pinned) = (found.to_string(), pinned.to_string());
        if found != pinned {
            say(format!("{what} {found}, pinned is {pinned}"));
        }
    };
    differ("the file's length is", &found.bytes, &facts.bytes);
    // A file that another program wrote has other bytes and the same logical hash: that is told with them.
    let rewritten = found.sha256 != facts.sha256 && found.logical_hash == facts.logical_hash;
    let but = match rewritten {
        true => ", but its logical hash is as pinned: every value, null and unit is the same",
        false => "",
    };
    differ("the file's sha256 is", &found.sha256, &format!("{}{but}", facts.sha256));
    differ("the columns are", &found.schema, &facts.schema);
    differ("the number of records is", &found.rows, &facts.rows);
    differ("the first year is", &found.first_year, &facts.first_year);
    differ("the last year is", &found.last_year, &facts.last_year);
    differ("the sum of all values is", &found.sum_usd, &facts.sum_usd);
    if found.logical_hash != facts.logical_hash {
        say(format!(
            "the records' logical hash is {}, pinned is {}: a value, a null or a unit differs",
            found.logical_hash, facts.logical_hash
        ));
    }
    for invariant in &pin.about.invariant {
        invariant.check(records).into_iter().for_each(&mut say);
    }
    pin.without_reference(records).into_iter().for_each(&mut say);
    Ok(broken)
}

impl Invariant {
    /// What does not hold, with both values; empty when all does.
    pub fn check(&self, records: &[Record]) -> Vec<String> {
        let chosen = || records.iter().filter(|r| self.selector.wants(r));
        let mut broken = Vec::new();
        if let Some(expected) = self.rows {
            let found = chosen().count() as u64;
            if found != expected {
                broken.push(format!(
                    "invariant `{}`: {found} records, expected {expected}",
                    self.name
                ));
            }
        }
        if let Some(expected) = &self.sum_usd {
            let found: Usd = chosen().filter_map(|r| r.value).sum();
            match expected.parse::<Usd>() {
                Ok(expected) if expected == found => {}
                Ok(expected) => broken.push(format!(
                    "invariant `{}`: the sum is {found} USD, expected {expected}",
                    self.name
                )),
                Err(e) => broken.push(format!("invariant `{}`: {e}", self.name)),
            }
        }
        broken
    }
}

impl Selector {
    /// Whether a record is selected.
    pub fn wants(&self, record: &Record) -> bool {
        fn same<T: ToString>(wanted: &Option<String>, found: T) -> bool {
            wanted.as_ref().is_none_or(|w| *w == found.to_string())
        }
        same(&self.period, record.period)
            && self.period_from.is_none_or(|from| record.period.year() >= from)
            && self.period_to.is_none_or(|to| record.period.year() <= to)
            && same::<Economy>(&self.reporter, record.reporter)
            && same::<Economy>(&self.partner, record.partner)
            && same::<Flow>(&self.flow, record.flow)
            && same::<Classification>(&self.classification, record.classification)
            && same(&self.product, &record.product)
            && same(&self.compiler, &record.compiler)
            && self.basis.as_ref().is_none_or(|b| record.basis.as_deref() == Some(b))
    }
}
