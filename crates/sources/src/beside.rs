//! Columns of anybody's table that a map leaves out. They are not read for what a figure is, but where one says that it is
//! another than it is read as (in another currency, of a month, of a product, of the other flow), its row is refused.

use crate::cell::Cell;
use crate::header::{Column, Header};
use crate::labels::{flow_named, names_another};
use crate::mapped;
use crate::options::Defaults;
use crate::quarantine::Bad;
use crate::sdmx::{Measure, measure};
use crate::table::Line;
use crate::tidy::TidyMap;
use crate::units::{Tells, has_word, is_dollar, is_multiple, is_no_money, is_rate, says_multiples, tells};
use std::hash::{DefaultHasher, Hasher};
use trade::{Economy, Flow, Period, TOTAL};

/// The columns that a map leaves out.
#[derive(Default)]
pub(crate) struct Beside {
    columns: Vec<(Column, Says)>,
    /// Where the cells stand that nobody reads.
    unread: Vec<usize>,
}

/// What a row is read as.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) period: Period,
    pub(crate) reporter: Economy,
    pub(crate) partner: Economy,
    pub(crate) flow: Flow,
}

/// What a column says of the figures beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Currency,
    Unit,
    /// What is measured, and not only in which unit.
    Measure,
    /// Of which kind the figure is: of constant prices, an index.
    Kind,
    Note,
    Year,
    PartOfYear,
    Frequency,
    Flow,
    Reporter,
    Partner,
    Exporter,
    Importer,
    Product,
    /// A part of a flow, such as what came by sea.
    Part,
}

impl Says {
    fn of(column: &str) -> Option<Says> {
        let lower = column.to_ascii_lowercase();
        let plain: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
        let has = |words: &[&str]| has_word(column, words);
        let parts = ["motcode", "customs", "partner2", "modeoftransport", "secondpartner"];
        Some(match tells(column) {
            Some(Tells::Currency) => Says::Currency,
            Some(Tells::Unit) if is_measure(&lower) => Says::Measure,
            Some(Tells::Unit) => Says::Unit,
            None if has(&[
                "note",
                "notes",
                "comment",
                "comments",
                "remark",
                "remarks",
                "footnote",
                "footnotes",
            ]) =>
            {
                Says::Note
            }
            None if plain == "mot" || parts.iter().any(|part| plain.starts_with(part)) => Says::Part,
            None if has(&["freq", "frequency"]) => Says::Frequency,
            None if has(&["month", "months", "quarter", "semester", "day", "week"])
                || ["refmonth", "periodtype", "yeartype"].contains(&plain.as_str()) =>
            {
                Says::PartOfYear
            }
            None if ["year", "yr", "refyear", "period", "time", "timeperiod"].contains(&plain.as_str()) => Says::Year,
            None if has(&["reporter", "declarant"]) || plain.starts_with("reportercode") => Says::Reporter,
            None if has(&["partner", "counterpart"]) || plain.starts_with("partnercode") => Says::Partner,
            None if has(&["exporter"]) => Says::Exporter,
            None if has(&["importer"]) => Says::Importer,
            None if lower.contains("flow") || has(&["direction"]) => Says::Flow,
            None if is_product(column) => Says::Product,
            None if has(&[
                "type",
                "kind",
                "price",
                "prices",
                "concept",
                "series",
                "statistic",
                "stat",
                "variable",
                "element",
                "trade",
            ]) =>
            {
                Says::Kind
            }
            None => return None,
        })
    }

    /// Why a row with this in the cell is none of those that it is read as, and what to do; `None` where it may be.
    fn against(self, cell: &Cell<'_>, taken: &Taken) -> Option<(&'static str, &'static str)> {
        let text = cell.text;
        let lower = text.to_lowercase();
        let is_number = text.parse::<f64>().is_ok();
        let no_value = (
            "the figure is no value",
            "keep the rows of values in a table of their own",
        );
        let multiples = (
            "the figure may be in multiples, or in another currency",
            "state it for all rows: value_power 3 for thousands, 6 for millions of US dollars",
        );
        let other_flow = (
            "the figure is of another flow than it is read as",
            "let `flow` be this column, or keep the rows of each flow in a table of their own",
        );
        let other_economy = (
            "this is another economy than the row is read as of",
            "find out which of the two is meant",
        );
        let part_of_year = (
            "the figure is of a part of the year, and read as the year's",
            "let `period` be a column that has both, such as 2003-07",
        );
        let exports = matches!(taken.flow, Flow::Export | Flow::ReExport);
        let (exporter, importer) = match exports {
            true => (taken.reporter, taken.partner),
            false => (taken.partner, taken.reporter),
        };
        // Whose numbers numbers are nobody says.
        let is_another = |economy| names_another(text, economy, taken.period.year()).then_some(other_economy);
        let flow = |named: Option<Flow>| named.filter(|named| *named != taken.flow).map(|_| other_flow);
        match self {
            Says::Currency => {
                (!is_dollar(text)).then_some(("the figure is in another currency", "convert it to US dollars first"))
            }
            Says::Unit | Says::Measure if is_multiple(text) || ["2", "3", "6", "9"].contains(&text) => Some(multiples),
            Says::Unit => is_rate(text).then_some(no_value),
            Says::Measure if is_no_money(text) => Some(no_value),
            Says::Measure => match measure(cell) {
                Ok(Measure::Flow(named, _)) => flow(Some(named)),
                Ok(Measure::Balance) => Some(no_value),
                Err(_) => flow(flow_named(text)),
            },
            Says::Kind if !is_number && is_no_money(text) => Some(no_value),
            Says::Kind if !is_number && is_multiple(text) => Some(multiples),
            Says::Kind => flow(flow_named(text)),
            Says::Note => says_multiples(text).then_some(multiples),
            Says::Year => year_of(text)
                .is_some_and(|year| year != taken.period.year())
                .then_some((
                    "this is another year than the row is read as of",
                    "find out which of the two is meant",
                )),
            Says::PartOfYear if !taken.period.is_annual() => None,
            Says::PartOfYear if lower.contains("fiscal") => Some((
                "the figure is of a fiscal year, and read as of a calendar year",
                "keep figures of calendar years",
            )),
            Says::PartOfYear => is_part_of_year(&lower).then_some(part_of_year),
            Says::Frequency => {
                let of_year = lower.starts_with(['a', 'y']) || lower.contains("year");
                let known = lower.starts_with(['q', 'm', 'h', 's', 'w', 'd', 'b']);
                (taken.period.is_annual() && known && !of_year).then_some(part_of_year)
            }
            Says::Flow => flow(mapped::flow(text)),
            Says::Reporter => is_another(taken.reporter),
            Says::Partner => is_another(taken.partner),
            Says::Exporter => is_another(exporter),
            Says::Importer => is_another(importer),
            Says::Product => (!is_total(&lower)).then_some((
                "the figure is of a product, and read as the total of all",
                "let `product` be this column and state `classification`, or keep the totals alone",
            )),
            Says::Part => (!is_whole(&lower)).then_some((
                "the figure is of a part of the flow, and read as all of it",
                "keep the rows of totals: 0, C00 or World in this column",
            )),
        }
    }
}

impl Beside {
    pub(crate) fn of(header: &Header, map: &TidyMap, defaults: &Defaults) -> Beside {
        if !header.is_aliased() {
            return Beside::default();
        }
        let read = map.read(header, defaults);
        let product = read.contains_key("product") || defaults.get("product").is_some_and(|product| product != TOTAL);
        let says = |name: &String| {
            let known = Says::of(name)?;
            // Who states the unit has looked at it, and so who says what the product is.
            let stated = match known {
                Says::Unit | Says::Measure | Says::Note => map.value_power > 0,
                Says::Product => product,
                _ => false,
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

    /// Refuses a row that a column beside says to be another than it is read as.
    pub(crate) fn check(&self, line: &Line<'_>, taken: &Taken) -> Result<(), Bad> {
        for (column, says) in &self.columns {
            let Some(cell) = line.optional(Some(column))?.filter(|cell| !cell.is_absent()) else {
                continue;
            };
            if let Some((reason, advice)) = says.against(&cell, taken) {
                return Err(cell.bad(reason, advice));
            }
        }
        Ok(())
    }
}

/// Whether a column of this name may say of which currency, unit or part of the year figures are.
pub fn is_beside(column: &str) -> bool {
    of_units(column).is_some()
}

fn of_units(column: &str) -> Option<Says> {
    match Says::of(column)? {
        // What is measured tells of the unit, too.
        Says::Unit | Says::Measure => Some(Says::Unit),
        says @ (Says::Currency | Says::Note | Says::PartOfYear | Says::Frequency) => Some(says),
        _ => None,
    }
}

/// Why the cell of a column of this name says that the figures of its row are other than US dollars of their period, and
/// what to do; `None` where it does not.
pub fn contradicts(column: &str, cell: &str, period: Period) -> Option<(&'static str, &'static str)> {
    let says = of_units(column)?;
    let taken = Taken {
        period,
        reporter: Economy::WORLD,
        partner: Economy::WORLD,
        flow: Flow::Export,
    };
    let column = Column {
        index: 0,
        name: column.to_owned(),
    };
    let cell = Cell::new(cell, &column);
    (!cell.is_absent()).then(|| says.against(&cell, &taken))?
}

/// What a row that is no figure says of those above and below it: a row of units under the header, or a note at the end.
pub(crate) fn multiples_told(line: &Line<'_>, value: Option<&Column>) -> Option<Bad> {
    let is_figure = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let of_row = value.and_then(|column| std::str::from_utf8(line.fields.get(column.index)?).ok());
    // Rows of tables with every pair and year often have no figure, and those of notes little else.
    let filled = line.fields.iter().filter(|cell| !cell.trim_ascii().is_empty()).count();
    let is_note = filled <= 2 || of_row.is_none_or(|text| !text.trim().is_empty());
    if of_row.is_some_and(|text| is_figure(text.trim())) || !is_note {
        return None;
    }
    let told = |(index, cell): (usize, &[u8])| {
        let text = std::str::from_utf8(cell).ok()?.trim();
        let of_values = value.is_some_and(|column| column.index == index) && text.len() <= 60 && is_multiple(text);
        (of_values || says_multiples(text)).then(|| Bad {
            column: None,
            value: text.chars().take(80).collect(),
            reason: "by this row the figures may be in multiples, or in another currency".to_owned(),
            advice: "take the row out and state it: --value-power 3 for thousands, 6 for millions of US dollars"
                .to_owned(),
        })
    };
    line.fields.iter().enumerate().find_map(told)
}

/// The year that a text of digits begins with.
fn year_of(text: &str) -> Option<i16> {
    let year = text.get(..4)?.parse().ok()?;
    (1800..=2100).contains(&year).then_some(year)
}

/// Whether a column says what is measured and not only in which unit.
fn is_measure(lower: &str) -> bool {
    (lower.contains("indicator") || lower.contains("measure")) && !lower.contains("unit")
}

/// Whether a column's name is one that products and industries have.
fn is_product(column: &str) -> bool {
    const NAMES: [&str; 20] = [
        "product",
        "commodity",
        "category",
        "cmd",
        "sitc",
        "isic",
        "nace",
        "cpc",
        "cpa",
        "cn",
        "bec",
        "naics",
        "chapter",
        "sector",
        "industry",
        "activity",
        "tariff",
        "good",
        "goods",
        "hs",
    ];
    const WITHIN: [&str; 5] = ["product", "commodity", "industry", "hscode", "cmdcode"];
    let lower = column.to_ascii_lowercase();
    lower == "k" || WITHIN.iter().any(|name| lower.contains(name)) || has_word(column, &NAMES)
}

/// Whether a product is all of them.
fn is_total(product: &str) -> bool {
    let mut words = product.split(|c: char| !c.is_ascii_alphabetic());
    ["total", "all", "_t", "goods", "merchandise"].contains(&product)
        || words.next().is_some_and(|word| word == "all" || word == "total")
}

/// Whether a procedure, a mode of transport or a second partner is all of them.
fn is_whole(part: &str) -> bool {
    let digits = part.strip_prefix(['c', 'w']).unwrap_or(part);
    digits.bytes().all(|b| b == b'0') || ["world", "wld", "-1"].contains(&part) || is_total(part)
}

fn is_part_of_year(text: &str) -> bool {
    let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let number = text.trim_start_matches(['q', 'm', 's', '0']).parse::<u8>();
    number.is_ok_and(|n| (1..=31).contains(&n)) || months.iter().any(|month| text.starts_with(month))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{Defaults, Options, TidyMap, import};

    /// What becomes of one row with a cell beside it: `None` where it is read.
    fn told(column: &str, cell: &str, more: &str) -> Option<String> {
        let map = "economies = \"name\"\n[columns]\nperiod = \"when\"\nreporter = \"from\"\npartner = \"to\"\nvalue_usd = \"usd\"\n";
        let options = Options {
            map: Some(toml::from_str::<TidyMap>(map).unwrap()),
            defaults: toml::from_str::<Defaults>(&format!("flow = \"export\"\ncompiler = \"x\"\n{more}")).unwrap(),
            ..Options::default()
        };
        let text = format!("when,from,to,usd,{column}\n2003,Germany,France,1000,{cell}\n");
        let got = import(text.as_bytes(), &options).unwrap();
        assert_eq!(got.records.len() + got.quarantine.len(), 1, "{column} {cell}");
        got.quarantine.first().map(|bad| bad.reason.clone())
    }

    #[test]
    fn what_contradicts_a_row_is_refused() {
        for (column, cell, why) in [
            ("trade_flow", "Import", "another flow"),
            ("TRADE_FLOW", "M", "another flow"),
            ("flowDesc", "Re-Export", "another flow"),
            ("direction", "imports", "another flow"),
            ("type", "import", "another flow"),
            ("INDICATOR", "TMG_CIF_USD", "another flow"),
            ("INDICATOR", "TBG_USD", "no value"),
            ("INDICATOR", "Export (US$ Mil)", "multiples"),
            ("indicators", "VALUE_IN_EUROS", "multiples"),
            ("indicators", "QUANTITY_IN_100KG", "no value"),
            ("cur", "EUR", "currency"),
            ("ccy", "EUR", "currency"),
            ("month_name", "May", "part of the year"),
            ("semester", "1", "part of the year"),
            ("frequency", "M", "part of the year"),
            ("day", "5", "part of the year"),
            ("period_type", "fiscal", "fiscal"),
            ("period", "2004", "another year"),
            ("value_type", "index", "no value"),
            ("price", "constant", "no value"),
            ("notes", "values in thousands of US$", "multiples"),
            ("category", "Food", "of a product"),
            ("cmdCode", "010121", "of a product"),
            ("CN8", "01012100", "of a product"),
            ("k", "270900", "of a product"),
            ("ACTIVITY", "C10", "of a product"),
            ("importer", "Italy", "another economy"),
            ("reporter_iso", "FR", "another economy"),
            ("partner_iso", "ITA", "another economy"),
            ("motCode", "2100", "a part of the flow"),
            ("customs", "C04", "a part of the flow"),
            ("partner2", "380", "a part of the flow"),
        ] {
            let told = told(column, cell, "").unwrap_or_default();
            assert!(told.contains(why), "{column} {cell}: {told}");
        }
        // A product that is said to be the total is still looked at.
        assert!(told("hs6", "010121", "product = \"TOTAL\"\n").is_some());
    }

    #[test]
    fn what_does_not_contradict_a_row_is_let_pass() {
        for (column, cell) in [
            ("trade_flow", "Export"),
            ("TRADE_FLOW", "X"),
            ("type", "goods"),
            ("INDICATOR", "TXG_FOB_USD"),
            ("currency", "USD"),
            ("month", "0"),
            ("frequency", "Annual"),
            ("FREQ", "A"),
            ("period", "2003"),
            ("time", "12:30"),
            ("price", "1000"),
            ("notes", "revised by 3 million dollars in 2005"),
            ("notes", "growth of shares"),
            ("category", "All goods"),
            ("importer", "France"),
            ("exporter_name", "Germany"),
            ("reporter_code", "276"),
            ("reporter_code", "250"),
            ("partner_region", "Western Europe"),
            ("partner2", "World"),
            ("motCode", "0"),
            ("customs", "C00"),
            ("origin", "Italy"),
        ] {
            assert_eq!(told(column, cell, ""), None, "{column} {cell}");
        }
    }
}
