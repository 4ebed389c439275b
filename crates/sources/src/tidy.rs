//! Anybody's tidy table: one row, one figure, under other column names. A map says which of
//! its columns is which column of the project's own form; the rest is not read.

use crate::error::{Error, Result};
use crate::header::{Header, nearest};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How to read a tidy table that has other names and units, as it may stand in a TOML file:
///
/// ```
/// let map: sources::TidyMap = toml::from_str(r#"
///     value_power = 6        # the values are in millions of dollars
///     economies = "cow"      # country numbers of the Correlates of War project
///     [columns]
///     period = "year"
///     reporter = "importer1"
///     value_usd = "flow1"
/// "#).unwrap();
/// assert_eq!(map.columns["period"], "year");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TidyMap {
    /// The project's column name to the file's.
    pub columns: BTreeMap<String, String>,
    /// `value_usd` is in units of 10 to this power of US dollars: 3 for thousands, 6 for
    /// millions. The unit of rounding stays in dollars.
    #[serde(default)]
    pub value_power: u32,
    /// How the file writes economies.
    #[serde(default)]
    pub economies: Codes,
}

/// How a file writes economies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codes {
    /// The project's own codes: ISO 3166 alpha-3 and their like.
    #[default]
    Alpha3,
    /// M49 numbers, with the variants of UN Comtrade.
    M49,
    /// ISO 3166 alpha-2, as it was in the year.
    Alpha2,
    /// Country numbers of the Correlates of War project.
    Cow,
    /// Country numbers of the International Monetary Fund.
    Imf,
    /// English names. A name that several economies bear is refused.
    Name,
}

impl TidyMap {
    /// The header as the map reads it.
    ///
    /// # Errors
    /// Where the map names a column that the form or the file does not have, or a power
    /// beyond 12.
    pub(crate) fn apply(&self, header: Header, known: &[&str], file: &str, line: u64) -> Result<Header> {
        let refuse = |problem: String, advice: String| Error::Header {
            file: file.to_owned(),
            line,
            problem,
            advice,
        };
        let meant = |word: &str, names: Vec<&str>| match nearest(word, names.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the columns are `{}`", names.join("`, `")),
        };
        for (ours, theirs) in &self.columns {
            if !known.contains(&ours.as_str()) {
                return Err(refuse(
                    format!("the map names `{ours}`, which is no column of the tidy form"),
                    meant(ours, known.to_vec()),
                ));
            }
            if !header.has(theirs) {
                let names = header.names().iter().map(String::as_str).collect();
                return Err(refuse(
                    format!("the map names the column `{theirs}`, which is not there"),
                    meant(theirs, names),
                ));
            }
        }
        if self.value_power > 12 {
            let problem = format!("`value_power` is {}", self.value_power);
            return Err(refuse(
                problem,
                "it is 0 for dollars, 3 for thousands, 6 for millions, 9 for billions".to_owned(),
            ));
        }
        Ok(header.aliased(self.columns.clone()))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Defaults, Options, import};
    use trade::Usd;

    fn options(map: &str, defaults: &str) -> Options {
        Options {
            map: Some(toml::from_str(map).unwrap()),
            defaults: toml::from_str::<Defaults>(defaults).unwrap(),
            ..Options::default()
        }
    }

    const MAP: &str = "value_power = 6\neconomies = \"cow\"\n[columns]\nperiod = \"year\"\nreporter = \"ccode1\"\npartner = \"ccode2\"\nvalue_usd = \"flow1\"\n";

    #[test]
    fn millions_and_country_numbers_are_read() {
        let options = options(MAP, "flow = \"import\"\ncompiler = \"COW\"\n");
        let text = "ccode1,ccode2,year,flow1,flow2,reporter\n731,710,2003,395.345,-9,x\n731,365,1990,-9,1,x\n731,999,2003,1,1,x\n";
        let got = import(text.as_bytes(), &options).unwrap();
        let r = &got.records[0];
        assert_eq!(
            (r.reporter.as_str(), r.partner.as_str(), r.value),
            ("PRK", "CHN", Some(Usd::from_units(395_345_000)))
        );
        assert_eq!(got.ignored_columns, ["flow2", "reporter"]);
        let columns: Vec<_> = got
            .quarantine
            .iter()
            .map(|q| (q.line, q.column.as_deref().unwrap()))
            .collect();
        assert_eq!(columns, [(3, "flow1"), (4, "ccode2")]);
    }

    #[test]
    fn names_are_looked_up_and_ambiguous_ones_refused() {
        let map = "economies = \"name\"\n[columns]\nperiod = \"year\"\nreporter = \"from\"\npartner = \"to\"\nvalue_usd = \"usd\"\n";
        let options = options(map, "flow = \"export\"\ncompiler = \"x\"\n");
        let got = import(
            &b"year,from,to,usd\n2003,North Korea,China,5\n2003,Korea,China,5\n"[..],
            &options,
        )
        .unwrap();
        assert_eq!(got.records[0].reporter.as_str(), "PRK");
        let advice = &got.quarantine[0].advice;
        assert!(advice.contains("PRK") && advice.contains("KOR"), "{advice}");
    }

    #[test]
    fn a_map_that_does_not_fit_is_refused() {
        let message = |header: &str, map: &str| import(header.as_bytes(), &options(map, "")).unwrap_err().to_string();
        assert!(
            message("yaer,ccode1,ccode2,flow1\n", MAP).contains("`year`, which is not there; did you mean `yaer`?")
        );
        assert!(message("year\n", "[columns]\nperid = \"year\"\n").contains("did you mean `period`?"));
        assert!(message("year,ccode1,ccode2,flow1\n", MAP).contains("missing: flow"));
    }
}
