//! Anybody's tidy table: one row, one figure, under other column names. A map says which of
//! its columns is which column of the project's own form; the rest is not read.

use crate::error::{Error, Result};
use crate::header::Header;
use crate::options::{Defaults, Options};
use crate::units::{is_multiple, is_no_money, is_other_weight, stated_power};
use serde::Deserialize;
use std::collections::BTreeMap;
use trade::nearest;

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
    /// The project's column name to the file's. The file's columns that bear the names of `period`, `reporter`, `partner`,
    /// `flow`, `classification`, `product`, `valuation` and `compiler` are read as such where the map has nothing else for them.
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

/// What tells figures apart, and the columns that are named so for one reason only: one of these names is never passed over.
const OWN: [&str; 9] = [
    "period",
    "reporter",
    "partner",
    "flow",
    "classification",
    "product",
    "valuation",
    "value_usd",
    "compiler",
];

impl TidyMap {
    /// The columns that are read: those of the map, and the file's own that map and defaults leave open.
    pub(crate) fn read(&self, header: &Header, defaults: &Defaults) -> BTreeMap<String, String> {
        let mut columns = self.columns.clone();
        for own in OWN {
            if own == "value_usd" && defaults.get(own).is_some() {
                continue;
            }
            let name = header.column(own).map(|column| column.name);
            let free = |name: &String| !self.columns.values().any(|read| read == name);
            if let Some(name) = name.filter(free) {
                columns.entry(own.to_owned()).or_insert(name);
            }
        }
        columns
    }

    /// Whether of two columns whose names differ in case at most either could be read: one named by the map to the letter is
    /// told from others, and those that nobody reads may be named alike.
    pub(crate) fn confuses(&self, name: &str, other: &str) -> bool {
        let named = |name: &str| self.columns.values().any(|read| read == name);
        let open = |own: &&str| own.eq_ignore_ascii_case(name) && !self.columns.contains_key(*own);
        OWN.iter().any(open) || (name == other && named(name))
    }

    /// The header as the map reads it.
    ///
    /// # Errors
    /// Where the map names a column that the form or the file does not have, one for two things, or one for what has a
    /// default too; where the name of the values' column says that they are no dollars; for a power beyond 12.
    pub(crate) fn apply(&self, header: Header, known: &[&str], options: &Options, line: u64) -> Result<Header> {
        let file = &options.file;
        let refuse = |problem: String, advice: String| Error::Header {
            file: file.clone(),
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
            let other = self
                .columns
                .iter()
                .find(|(other, name)| *other < ours && *name == theirs);
            if let Some((other, _)) = other {
                return Err(refuse(
                    format!("the map reads the column `{theirs}` as `{other}` and as `{ours}`"),
                    "a column is one of them".to_owned(),
                ));
            }
            if options.defaults.get(ours).is_some() {
                return Err(refuse(
                    format!("`{ours}` has a default, and the map reads it from the column `{theirs}`"),
                    "drop one of the two".to_owned(),
                ));
            }
        }
        self.check_units()
            .map_err(|(problem, advice)| refuse(problem, advice))?;
        if self.value_power > 12 {
            let problem = format!("`value_power` is {}", self.value_power);
            return Err(refuse(
                problem,
                "it is 0 for dollars, 3 for thousands, 6 for millions, 9 for billions".to_owned(),
            ));
        }
        let columns = self.read(&header, &options.defaults);
        Ok(header.aliased(columns))
    }

    /// What is wrong where the names of columns of figures contradict the units that they are read in, and what to do.
    fn check_units(&self) -> std::result::Result<(), (String, String)> {
        let named = |ours: &str| self.columns.get(ours).filter(|name| *name != ours);
        if let Some(name) = named("value_usd") {
            if is_no_money(name) {
                return Err((
                    format!("the name of the column `{name}` says that its figures are no US dollars of their year"),
                    "let `value_usd` be a column of values; shares, weights and quantities have columns of their own. If they are, rename it"
                        .to_owned(),
                ));
            }
            if self.value_power == 0 && is_multiple(name) {
                return Err((
                    format!("the name of the column `{name}` says that its figures may be multiples, or no dollars"),
                    "state the power of ten (value_power: 3 for thousands, 6 for millions), convert other currencies, or rename it"
                        .to_owned(),
                ));
            }
            if let Some(power) = stated_power(name).filter(|power| *power != self.value_power) {
                return Err((
                    format!(
                        "the name of the column `{name}` states the power of ten {power}, and `value_power` is {}",
                        self.value_power
                    ),
                    "find out which holds, and state that one or rename the column".to_owned(),
                ));
            }
        }
        match named("net_weight_kg").filter(|name| is_other_weight(name)) {
            Some(name) => Err((
                format!("the name of the column `{name}` says that its weights are not in kilograms"),
                "convert them, or rename it if they are".to_owned(),
            )),
            None => Ok(()),
        }
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
    fn what_columns_beside_say_of_figures_is_heeded() {
        let map = "[columns]\nperiod = \"year\"\nreporter = \"from\"\npartner = \"to\"\nvalue_usd = \"value\"\n";
        let rows = "year,from,to,value,Currency,unit,month\n2003,CHN,PRK,1,USD,kg,\n2003,CHN,KOR,2,EUR,,\n\
            2003,CHN,JPN,3,us dollars,thousands,\n2003,CHN,DEU,4,,1,07\n2003-07,CHN,DEU,4,,,July\n2003,CHN,FRA,5,NA,USD,0\n";
        let got = import(rows.as_bytes(), &options(map, "flow = \"import\"\ncompiler = \"x\"\n")).unwrap();
        let bad: Vec<_> = got
            .quarantine
            .iter()
            .map(|q| (q.line, q.column.as_deref().unwrap()))
            .collect();
        assert_eq!(bad, [(3, "Currency"), (4, "unit"), (5, "month")]);
        assert_eq!(got.records.len(), 3);
        // Who states the unit has looked at it.
        let stated = format!("value_power = 3\n{map}");
        let got = import(
            rows.as_bytes(),
            &options(&stated, "flow = \"import\"\ncompiler = \"x\"\n"),
        )
        .unwrap();
        assert_eq!(got.quarantine.len(), 2);
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
