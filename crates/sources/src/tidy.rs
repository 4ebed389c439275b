//! Anybody's tidy table: one row, one figure, under other column names. A map says which of
//! its columns is which column of the project's own form; the rest is not read.

use crate::error::{Error, Result};
use crate::header::{Column, Header};
use crate::options::{Defaults, Options};
use crate::quarantine::Bad;
use crate::table::Line;
use crate::units::{Tells, is_dollar, is_multiple, is_no_money, is_other_weight, is_rate, stated_power, tells};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use trade::{Period, nearest};

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
    /// `flow`, `classification`, `product` and `valuation` are read as such where the map has nothing else for them.
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
    fn read(&self, header: &Header, defaults: &Defaults) -> BTreeMap<String, String> {
        let mut columns = self.columns.clone();
        for own in OWN {
            if matches!(own, "value_usd" | "compiler") && defaults.get(own).is_some() {
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

/// Columns that a map leaves out and that say of which currency, unit or part of the year figures are.
#[derive(Default)]
pub(crate) struct Beside {
    columns: Vec<(Column, Says)>,
    /// Where the cells stand that nobody reads.
    unread: Vec<usize>,
}

/// What such a column says.
#[derive(Clone, Copy)]
enum Says {
    Currency,
    Unit,
    /// What is measured, and not only in which unit.
    Measure,
    PartOfYear,
    Product,
}

impl Says {
    fn of(column: &str) -> Option<Says> {
        match tells(column) {
            Some(Tells::Currency) => Some(Says::Currency),
            Some(Tells::Unit) if is_measure(column) => Some(Says::Measure),
            Some(Tells::Unit) => Some(Says::Unit),
            None if ["month", "quarter", "refmonth"].contains(&column.to_ascii_lowercase().as_str()) => {
                Some(Says::PartOfYear)
            }
            None => is_product(column).then_some(Says::Product),
        }
    }
}

impl Beside {
    pub(crate) fn of(header: &Header, map: &TidyMap, defaults: &Defaults) -> Beside {
        if !header.is_aliased() {
            return Beside::default();
        }
        let read = map.read(header, defaults);
        let product = read.contains_key("product") || defaults.get("product").is_some();
        let says = |name: &String| {
            let known = Says::of(name)?;
            // Who states the unit has looked at it, and so who says what the product is.
            let stated = match known {
                Says::Unit | Says::Measure => map.value_power > 0,
                Says::Product => product,
                Says::Currency | Says::PartOfYear => false,
            };
            (!stated && !read.values().any(|read| read == name)).then_some(known)
        };
        let mut columns = Vec::new();
        for (index, name) in header.names().iter().enumerate() {
            let name = name.clone();
            if let Some(says) = says(&name) {
                columns.push((Column { index, name }, says));
            }
        }
        let unread = |&index: &usize| !read.values().any(|name| *name == header.names()[index]);
        Beside {
            columns,
            unread: (0..header.names().len()).filter(unread).collect(),
        }
    }

    /// What tells a row from another that is the same in all that is read.
    pub(crate) fn digest(&self, line: &Line<'_>) -> u64 {
        let mut hasher = DefaultHasher::new();
        let cells = self
            .unread
            .iter()
            .map(|&index| line.fields.get(index).unwrap_or_default());
        cells.for_each(|cell| hasher.write(cell.trim_ascii()));
        hasher.finish()
    }

    /// Refuses a row of another currency, of multiples that nobody stated, of a month that is taken for its year.
    pub(crate) fn check(&self, line: &Line<'_>, period: Period) -> Result<(), Bad> {
        for (column, says) in &self.columns {
            let Some(cell) = line.optional(Some(column))?.filter(|cell| !cell.is_absent()) else {
                continue;
            };
            let lower = cell.text.to_lowercase();
            let no_value = match says {
                Says::Measure => is_no_money,
                _ => is_rate,
            };
            match says {
                Says::Currency if !is_dollar(cell.text) => {
                    return Err(cell.bad("the figure is in another currency", "convert it to US dollars first"));
                }
                Says::Unit | Says::Measure if is_multiple(cell.text) || ["2", "3", "6", "9"].contains(&cell.text) => {
                    let advice = "state it for all rows: value_power 3 for thousands, 6 for millions of US dollars";
                    return Err(cell.bad("the figure may be in multiples, or in another currency", advice));
                }
                Says::PartOfYear if period.is_annual() && is_part_of_year(&lower) => {
                    let advice = "let `period` be a column that has both, such as 2003-07";
                    return Err(cell.bad("the figure is of a part of the year, and read as the year's", advice));
                }
                // A unit may be that of a quantity beside the value.
                Says::Unit | Says::Measure if no_value(cell.text) => {
                    return Err(cell.bad(
                        "the figure is no value",
                        "keep the rows of values in a table of their own",
                    ));
                }
                Says::Product if !is_total(&lower) => {
                    return Err(cell.bad(
                        "the figure is of a product, and read as the total of all",
                        "let `product` be this column and state `classification`, or keep the totals alone",
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a column says what is measured and not only in which unit.
fn is_measure(column: &str) -> bool {
    let lower = column.to_ascii_lowercase();
    (lower.contains("indicator") || lower.contains("measure")) && !lower.contains("unit")
}

/// Whether a column's name is one that products and industries have.
fn is_product(column: &str) -> bool {
    const NAMES: [&str; 14] = [
        "product",
        "commodity",
        "cmd",
        "sitc",
        "isic",
        "cpc",
        "bec",
        "naics",
        "chapter",
        "sector",
        "industry",
        "tariff",
        "good",
        "goods",
    ];
    const WITHIN: [&str; 4] = ["product", "commodity", "industry", "hscode"];
    let lower = column.to_ascii_lowercase();
    if WITHIN.iter().any(|name| lower.contains(name)) {
        return true;
    }
    let mut words = lower.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| NAMES.contains(&word))
        || (lower.starts_with("hs") && (lower.len() <= 4 || lower.starts_with("hs_")))
}

/// Whether a product is all of them.
fn is_total(product: &str) -> bool {
    let mut words = product.split(|c: char| !c.is_ascii_alphabetic());
    ["total", "all", "_t"].contains(&product) || words.next().is_some_and(|word| word == "all" || word == "total")
}

pub(crate) fn is_part_of_year(text: &str) -> bool {
    let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let number = text.trim_start_matches(['q', 'm', '0']).parse::<u8>();
    number.is_ok_and(|n| (1..=12).contains(&n)) || months.iter().any(|month| text.starts_with(month))
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
