//! What the tables of statistical exchange (SDMX) have in common: periods, multipliers, codes of economies.

use crate::cell::Cell;
use crate::codes;
use crate::header::{Column, Header};
use crate::quarantine::Bad;
use crate::remarks::Amounts;
use crate::source::{Draft, Found, Part};
use crate::table::Line;
use std::sync::Arc;
use trade::{Classification, Economy, Flow, Period, Record, Status, TOTAL, Usd, Valuation};

/// A period: `2003`, `2003-07`, `2003-M07`, `2003M7`, `2003-Q2`, `2003Q2`, `2003-S1`.
pub(crate) fn period(text: &str) -> Option<Period> {
    let year = text.get(..4)?;
    let year: i16 = year.parse().ok().filter(|_| year.bytes().all(|b| b.is_ascii_digit()))?;
    let rest = text[4..].trim_start_matches('-');
    let number = |t: &str, most: u16| {
        let n: u16 = t.parse().ok()?;
        (t.len() <= 2 && t.bytes().all(|b| b.is_ascii_digit()) && (1..=most).contains(&n)).then_some(n)
    };
    let run = |part: u16, months: u16| Period::span(year, ((part - 1) * months + 1) as u8, months).ok();
    match rest.as_bytes().first()? {
        b'Q' => run(number(&rest[1..], 4)?, 3),
        b'S' => run(number(&rest[1..], 2)?, 6),
        b'M' => run(number(&rest[1..], 12)?, 1),
        _ if text.as_bytes()[4] == b'-' && rest.len() == 2 => run(number(rest, 12)?, 1),
        _ => None,
    }
}

/// The period that a cell or a column's name gives; a year where it is four digits.
pub(crate) fn period_of(text: &str) -> Option<Period> {
    if text.len() == 4 {
        text.parse().ok()
    } else {
        period(text)
    }
}

/// Refuses a row whose frequency (`A`, `Annual`, `Q`, ...) is another than its period's.
pub(crate) fn check_frequency(line: &Line<'_>, column: Option<&Column>, period: Period) -> Result<(), Bad> {
    let Some(cell) = line.optional(column)? else {
        return Ok(());
    };
    let months = match cell.text.as_bytes().first() {
        Some(b'A') => 12,
        Some(b'S' | b'H') => 6,
        Some(b'Q') => 3,
        Some(b'M') => 1,
        _ => return Ok(()),
    };
    match months == period.months() {
        true => Ok(()),
        false => Err(cell.bad(
            format!("the frequency is another than that of the period, {period}"),
            "A goes with years, Q with quarters, M with months",
        )),
    }
}

/// The power of ten that a multiplier says: `6`, `Millions`, `Units`. `1` is none: as a power it would be tens.
pub(crate) fn power(cell: &Cell<'_>) -> Result<u32, Bad> {
    Ok(match cell.text.to_ascii_lowercase().as_str() {
        "0" | "units" | "unit" => 0,
        "3" | "thousands" | "thousand" => 3,
        "6" | "millions" | "million" => 6,
        "9" | "billions" | "billion" => 9,
        _ => {
            let advice = "0 or Units, 3 or Thousands, 6 or Millions, 9 or Billions are known";
            return Err(cell.bad("this multiplier is not known", advice));
        }
    })
}

/// Who an agency's letters mean.
pub(crate) enum Area {
    One(Economy),
    /// A group of the agency's own, which is no economy and has no code here.
    Group,
}

/// The economy of an agency's code or name. Letters are ISO 3166 alpha-3 but for the agency's own.
pub(crate) fn area(cell: &Cell<'_>, agency: &str, year: i16, names: &codes::Reader) -> Result<Area, Bad> {
    let text = cell.text;
    if let Some(info) = trade::economies().by_agency(agency, text, year) {
        return Ok(Area::One(info.code));
    }
    if is_group(text) {
        return Ok(Area::Group);
    }
    if text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()) {
        return names.read(cell, crate::Codes::Alpha3, year).map(Area::One);
    }
    names.read(cell, crate::Codes::Name, year).map(Area::One)
}

/// Names of the groups that the Monetary Fund and the World Bank make sums of. What is left in none, and what nobody may
/// know, they name beside them.
const GROUPS: [&str; 30] = [
    "Advanced Economies",
    "Africa",
    "APEC",
    "Areas n.i.e.",
    "Asia",
    "Countries & Areas",
    "East Asia & Pacific",
    "Emerging and Developing Asia",
    "Emerging and Developing Economies",
    "Emerging and Developing Europe",
    "Emerging Market and Developing Economies",
    "Emerging Market and Developing Economies by Source of Export Earnings: Fuel",
    "Emerging Market and Developing Economies by Source of Export Earnings: Nonfuel",
    "EMDEs by Source of Export Earnings: Fuel",
    "EMDEs by Source of Export Earnings: Nonfuel",
    "Euro Area",
    "Europe",
    "Europe & Central Asia",
    "Latin America & Caribbean",
    "Latin America and the Caribbean",
    "Middle East",
    "Middle East & North Africa",
    "Middle East and Central Asia",
    "Middle East, North Africa, Afghanistan, and Pakistan",
    "North America",
    "Not specified including confidential",
    "Other Countries not included elsewhere",
    "South Asia",
    "Sub-Saharan Africa",
    "Western Hemisphere",
];

/// `G110`, `GX123`, `TX899`, `1C_080`, `EU27_2020`: letters that only groups have; or the name of one.
fn is_group(text: &str) -> bool {
    // The Fund writes an abbreviation behind some, and names what is left of others: `Sub-Saharan Africa (SSA)`,
    // `Africa not specified`.
    let behind = [" (EA)", " (LAC)", " (SSA)", " not specified"];
    let plain = behind.iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    if GROUPS.iter().any(|group| group.eq_ignore_ascii_case(plain)) {
        return true;
    }
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let after = |mark| text.strip_prefix(mark).is_some_and(digits);
    after("G")
        || after("GX")
        || after("TX")
        || text.starts_with("1C_")
        || text.starts_with("EU2")
        || text.starts_with("EA1")
}

/// Refuses an indicator's name beside the code of another.
pub(crate) fn check_measure(line: &Line<'_>, name: Option<&Column>, of: &Measure) -> Result<(), Bad> {
    let Some(cell) = line.optional(name)? else {
        return Ok(());
    };
    let text = cell.text.to_ascii_uppercase();
    let one = |yes: bool, no: bool, is: bool| yes != no && yes != is;
    let has = |word| text.contains(word);
    let other = match of {
        Measure::Balance => (has("EXPORT") != has("IMPORT")) && !has("BALANCE"),
        Measure::Flow(flow, valuation) => {
            let valued = valuation.is_some_and(|valuation| {
                one(
                    has("FOB") || has("FREE ON BOARD"),
                    has("CIF") || has("INSURANCE"),
                    valuation == Valuation::Fob,
                )
            });
            has("BALANCE") || one(has("EXPORT"), has("IMPORT"), *flow == Flow::Export) || valued
        }
    };
    match other {
        true => Err(cell.bad(
            "the code beside this name is another indicator's",
            "find out which of the two is meant",
        )),
        false => Ok(()),
    }
}

/// What a total of two economies says, before it is a record.
pub(crate) struct Total<'a> {
    pub(crate) compiler: &'a Arc<str>,
    pub(crate) period: Period,
    pub(crate) reporter: Area,
    pub(crate) partner: Area,
    pub(crate) flow: Flow,
    pub(crate) valuation: Option<Valuation>,
    pub(crate) value: Usd,
    pub(crate) status: Status,
}

impl Total<'_> {
    /// The record, or why it is set aside: a group of the agency's own.
    pub(crate) fn found(self) -> Found {
        let (Area::One(reporter), Area::One(partner)) = (self.reporter, self.partner) else {
            return Found::Aside("group of the compiler's own");
        };
        if reporter == partner {
            return Found::Aside("trade of an economy with itself");
        }
        // The Fund gives imports CIF and, of some reporters, FOB beside it: two figures of one flow, told apart by their basis,
        // so that they are neither added nor taken for a contradiction.
        let beside = self.flow == Flow::Import && self.valuation == Some(Valuation::Fob);
        let record = Record {
            compiler: Arc::clone(self.compiler),
            period: self.period,
            reporter,
            partner,
            flow: self.flow,
            classification: Classification::Compiler,
            product: Arc::from(TOTAL),
            valuation: self.valuation,
            value: Some(self.value),
            rounded_to: None,
            share_percent: None,
            net_weight_kg: None,
            quantity: None,
            quantity_unit: None,
            status: self.status,
            basis: beside.then(|| Arc::from(Valuation::Fob.as_str())),
            reference: None,
        };
        Found::Draft(Box::new(Draft {
            record,
            part: Part::Unsaid,
            codes: (0, 0),
            unread: 0,
        }))
    }
}

/// What an indicator measures: a flow with its valuation, or a balance.
pub(crate) enum Measure {
    Flow(Flow, Option<Valuation>),
    Balance,
}

/// The Monetary Fund's indicators, by code (`TXG_FOB_USD`, `XG_FOB_USD`) or by name.
pub(crate) fn measure(cell: &Cell<'_>) -> Result<Measure, Bad> {
    let text = cell.text.to_ascii_uppercase();
    let has = |word| text.contains(word);
    if !(has("USD") || has("US DOLLAR") || has("U.S. DOLLAR")) {
        let advice = "figures in US dollars are read: indicators such as TXG_FOB_USD or XG_FOB_USD";
        return Err(cell.bad("this is no indicator in US dollars", advice));
    }
    let valuation = match (has("FOB") || has("FREE ON BOARD"), has("CIF") || has("INSURANCE")) {
        (true, false) => Some(Valuation::Fob),
        (false, true) => Some(Valuation::Cif),
        _ => None,
    };
    let code = text.strip_prefix('T').unwrap_or(&text);
    if code.starts_with("BG") || has("BALANCE") {
        Ok(Measure::Balance)
    } else if code.starts_with("XG") || has("EXPORT") {
        Ok(Measure::Flow(Flow::Export, valuation))
    } else if code.starts_with("MG") || has("IMPORT") {
        Ok(Measure::Flow(Flow::Import, valuation))
    } else {
        Err(cell.bad(
            "this is no indicator of trade in goods",
            "exports, imports and their balance are known",
        ))
    }
}

/// A value in US dollars that its compiler computed: rounded to the thousandth of a dollar.
pub(crate) fn value(cell: &Cell<'_>, power: u32, amounts: &Amounts) -> Result<Option<Usd>, Bad> {
    if cell.is_absent() {
        return Ok(None);
    }
    amounts.money(cell, power).map(Some)
}

/// A figure in the units that its table states beside it; in dollars where the table has no column for them. An empty
/// cell of that column says nothing, and dollars are not assumed.
pub(crate) fn value_in_units(
    line: &Line<'_>,
    figure: &Column,
    units: Option<&Column>,
    amounts: &Amounts,
) -> Result<Option<Usd>, Bad> {
    let figure = line.cell(figure)?;
    let power = match units {
        Some(units) if !figure.is_absent() => power(&line.cell(units)?)?,
        _ => 0,
    };
    value(&figure, power, amounts)
}

/// What a message of statistical exchange says of each of its rows: of which dataflow it is, and what is to be done with it.
pub(crate) struct Message {
    dataflow: [Option<Column>; 2],
    action: Option<Column>,
}

impl Message {
    pub(crate) fn bind(header: &Header) -> Message {
        Message {
            dataflow: [header.column("STRUCTURE_ID"), header.column("DATAFLOW")],
            action: header.column("ACTION"),
        }
    }

    /// What becomes of a row that is of a dataflow that `is_other`, or that takes a figure back; `None` for the others.
    pub(crate) fn against(
        &self,
        line: &Line<'_>,
        is_other: impl Fn(&str) -> bool,
        (reason, advice): (&str, &str),
    ) -> Result<Option<Found>, Bad> {
        for column in &self.dataflow {
            if let Some(cell) = line.optional(column.as_ref())?.filter(|cell| is_other(cell.text)) {
                return Ok(Some(Found::Foreign(cell.bad(reason, advice))));
            }
        }
        let action = line.optional(self.action.as_ref())?;
        Ok(action
            .filter(|cell| cell.text.eq_ignore_ascii_case("D"))
            .map(|_| Found::Aside("figure that its publisher takes back")))
    }
}

/// Nothing is left of a number.
pub(crate) const NO_FIGURE: &str = "row without a figure";

/// Reads a row that holds any number of figures: what is wrong with it is told, and so is that it has none.
pub(crate) fn read_row(found: &mut Vec<Found>, read: impl FnOnce(&mut Vec<Found>) -> Result<(), Bad>) {
    let before = found.len();
    match read(found) {
        Err(bad) => found.push(Found::Bad(bad)),
        Ok(()) if found.len() == before => found.push(Found::Aside(NO_FIGURE)),
        Ok(()) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_in_every_spelling() {
        for (text, want) in [
            ("2003", "2003"),
            ("2003-07", "2003-07"),
            ("2003-M07", "2003-07"),
            ("2003M7", "2003-07"),
            ("2003-Q2", "2003-04..2003-06"),
            ("2003Q4", "2003-10..2003-12"),
            ("2003-S2", "2003-07..2003-12"),
        ] {
            assert_eq!(period_of(text).unwrap().to_string(), want, "{text}");
        }
        for bad in [
            "", "99999", "2003-13", "2003Q5", "2003M0", "20O3", "2003-Q", "2003-1-1", "Total", "2003ä",
        ] {
            assert_eq!(period_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn groups_are_told_from_economies() {
        for group in [
            "G110",
            "GX123",
            "1C_080",
            "EU27_2020",
            "EA19",
            "Advanced Economies",
            "Sub-Saharan Africa (SSA)",
            "Asia not specified",
            "East Asia & Pacific",
        ] {
            assert!(is_group(group), "{group}");
        }
        for one in ["GBR", "GIN", "G", "EST", "USA"] {
            assert!(!is_group(one), "{one}");
        }
    }
}
