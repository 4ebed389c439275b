use crate::error::{Error, Result};
use crate::options::Options;
use std::collections::BTreeMap;

/// The columns of a table, by name. Names are compared without regard to white space at their
/// ends, and to case where none is the same to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    names: Vec<String>,
    /// What the importer calls a column, and what the file calls it. Where there is such a
    /// map, no other columns are seen.
    aliases: Option<BTreeMap<String, String>>,
    /// Whether `reporter_code` is `reporterCode`.
    loose: bool,
    pub(crate) delimiter: u8,
    /// Where the comma is the decimal sign, as numbers at the head of the column show that can be read in no other way.
    pub(crate) decimal_commas: Vec<usize>,
}

/// One column: where it stands and what the file calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) index: usize,
    pub(crate) name: String,
}

impl Header {
    /// From the names as they stand in the file.
    pub fn new<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        Header {
            names: names.into_iter().map(|n| n.as_ref().trim().to_owned()).collect(),
            aliases: None,
            loose: false,
            delimiter: b',',
            decimal_commas: Vec::new(),
        }
    }

    pub(crate) fn delimited_by(self, delimiter: u8) -> Self {
        Header { delimiter, ..self }
    }

    /// The same columns, of which names that differ in underscores and case only are one: programs rewrite them so.
    pub(crate) fn loosely(self) -> Self {
        Header { loose: true, ..self }
    }

    fn same(&self, name: &str, known: &str) -> bool {
        name.eq_ignore_ascii_case(known) || (self.loose && without_underscores(name) == without_underscores(known))
    }

    pub(crate) fn aliased(self, aliases: BTreeMap<String, String>) -> Self {
        Header {
            aliases: Some(aliases),
            ..self
        }
    }

    pub(crate) fn is_aliased(&self) -> bool {
        self.aliases.is_some()
    }

    /// The names, in the order of the file.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a column of this name is there.
    pub fn has(&self, name: &str) -> bool {
        self.column(name).is_some()
    }

    pub(crate) fn column(&self, name: &str) -> Option<Column> {
        let name = match &self.aliases {
            Some(aliases) => aliases.get(name)?,
            None => name,
        };
        let place = |same: &dyn Fn(&String) -> bool| self.names.iter().position(same);
        let index = place(&|n| n == name).or_else(|| place(&|n| self.same(n, name)))?;
        Some(Column {
            index,
            name: self.names[index].clone(),
        })
    }

    /// A column without which a source cannot be read.
    pub(crate) fn needed(&self, name: &str, options: &Options) -> Result<Column> {
        self.column(name).ok_or_else(|| Error::Header {
            file: options.file.clone(),
            line: 0,
            problem: format!("the column `{name}` is missing"),
            advice: "check that the file is what it was said to be".to_owned(),
        })
    }

    /// The wanted names that are not there. One of several names, parted by `|`, is enough; the first stands for them.
    pub(crate) fn missing(&self, wanted: &[&'static str]) -> Vec<&'static str> {
        let there = |names: &str| names.split('|').any(|name| self.has(name));
        let missing = wanted.iter().filter(|names| !there(names));
        missing.filter_map(|names| names.split('|').next()).collect()
    }

    /// The columns that are not among `known`.
    pub(crate) fn unknown(&self, known: &[&str]) -> Vec<String> {
        let is_known = |n: &str| match &self.aliases {
            Some(aliases) => aliases.values().any(|a| a.eq_ignore_ascii_case(n)),
            None => known.iter().any(|k| self.same(n, k)),
        };
        self.names.iter().filter(|n| !is_known(n)).cloned().collect()
    }

    /// Refuses a name that stands twice: which of the two is meant cannot be told. Names that differ in case are one, but
    /// where both are `known`: the OECD writes `ADJUSTMENT` over codes and `Adjustment` over their labels.
    /// Two that do not `matter` to each other, such as columns that a map leaves out, may be the same.
    pub(crate) fn check_unique(
        &self,
        file: &str,
        line: u64,
        known: &[&str],
        matters: &dyn Fn(&str, &str) -> bool,
    ) -> Result<()> {
        let both_known = |a: &str, b: &str| a != b && known.contains(&a) && known.contains(&b);
        // The Monetary Fund's tables have one behind each indicator, which nobody reads.
        let status = |name: &str| name == "Status" && known.contains(&"Status");
        for (i, name) in self.names.iter().enumerate() {
            let same =
                |other: &&String| other.eq_ignore_ascii_case(name) && !both_known(other, name) && matters(name, other);
            if !name.is_empty() && !status(name) && self.names[..i].iter().any(|other| same(&other)) {
                return Err(Error::Header {
                    file: file.to_owned(),
                    line,
                    problem: format!("the column `{name}` stands twice"),
                    advice: "rename or remove one of the two".to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Whether this first row looks like data: some cell is a plain number.
    pub(crate) fn looks_like_data(&self) -> bool {
        self.names.iter().any(|n| n.parse::<f64>().is_ok_and(f64::is_finite))
    }
}

fn without_underscores(name: &str) -> String {
    let kept = name.chars().filter(|c| *c != '_');
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case() {
        let header = Header::new(["Year", " Trade Value (US$) ", "period"]);
        assert_eq!(header.column("trade value (us$)").unwrap().index, 1);
        assert_eq!(header.missing(&["year", "flow"]), ["flow"]);
        assert_eq!(header.missing(&["time|period", "flow|flows"]), ["flow"]);
        assert_eq!(header.unknown(&["year", "period"]), ["Trade Value (US$)"]);
        assert!(header.check_unique("f", 1, &[], &|_, _| true).is_ok());
        let cased = Header::new(["b", "A", "a"]);
        assert!(cased.check_unique("f", 1, &["a", "A"], &|_, _| true).is_ok());
        assert_eq!(
            (cased.column("a").unwrap().index, cased.column("B").unwrap().index),
            (2, 0)
        );
        assert!(
            Header::new(["a", "a"])
                .check_unique("f", 1, &["a", "A"], &|_, _| true)
                .is_err()
        );
        let error = Header::new(["a", "b", "A"])
            .check_unique("f", 1, &["a"], &|_, _| true)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "f, line 1: the column `A` stands twice; rename or remove one of the two"
        );
    }

    #[test]
    fn a_row_of_data_is_no_header() {
        assert!(Header::new(["2003", "PRK"]).looks_like_data());
        assert!(!Header::new(["period", "reporter"]).looks_like_data());
    }
}
