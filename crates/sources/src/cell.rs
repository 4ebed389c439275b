use crate::header::Column;
use crate::quarantine::Bad;
use crate::table::Line;
use std::borrow::Cow;
use trade::{Decimal3, Period, Usd};

/// The marks by which tables say that a figure is not available.
const ABSENT: [&str; 11] = ["", "NA", "N/A", "NaN", "-", "–", "—", "..", "...", "null", "None"];

/// A cell of a row.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) text: &'a str,
    column: &'a Column,
    delimiter: u8,
    /// Whether the comma of the column is known to be the decimal sign.
    decimal_comma: bool,
}

impl<'a> Line<'a> {
    /// The cell of a column, without white space at its ends.
    pub(crate) fn cell<'b>(&'b self, column: &'b Column) -> Result<Cell<'b>, Bad> {
        let bytes = self.fields.get(column.index).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cell {
                text: text.trim_matches([' ', '\t', '\u{a0}']),
                column,
                delimiter: self.header.delimiter,
                decimal_comma: self.header.decimal_commas.contains(&column.index),
            }),
            Err(_) => Err(Bad {
                column: Some(column.name.clone()),
                value: String::from_utf8_lossy(bytes).into_owned(),
                reason: "the text is no UTF-8".to_owned(),
                advice: "it may be Latin-1 (Windows-1252): convert the file to UTF-8".to_owned(),
            }),
        }
    }

    /// The cell of a column that the file may not have; an empty cell is as good as none.
    pub(crate) fn optional<'b>(&'b self, column: Option<&'b Column>) -> Result<Option<Cell<'b>>, Bad> {
        let Some(column) = column else { return Ok(None) };
        Ok(Some(self.cell(column)?).filter(|c| !c.text.is_empty()))
    }
}

impl<'a> Cell<'a> {
    /// A text that does not stand in the file, such as a default.
    pub(crate) fn new(text: &'a str, column: &'a Column) -> Cell<'a> {
        Cell {
            text,
            column,
            delimiter: b',',
            decimal_comma: false,
        }
    }

    /// Another text in place of this cell's.
    pub(crate) fn instead<'b>(&'b self, text: &'b str) -> Cell<'b> {
        Cell { text, ..*self }
    }

    /// Blames this cell.
    pub(crate) fn bad(&self, reason: impl Into<String>, advice: impl Into<String>) -> Bad {
        Bad {
            column: Some(self.column.name.clone()),
            value: self.text.to_owned(),
            reason: reason.into(),
            advice: advice.into(),
        }
    }

    /// Whether the cell says that there is no figure.
    pub(crate) fn is_absent(&self) -> bool {
        is_absent(self.text)
    }

    /// A number that has to be there and cannot be negative.
    pub(crate) fn number(&self) -> Result<Decimal3, Bad> {
        self.figure(|text| text.parse())
    }

    /// A number that has to be there and cannot be negative, read by `parse`.
    fn figure(&self, parse: impl Fn(&str) -> trade::Result<Decimal3>) -> Result<Decimal3, Bad> {
        if self.is_absent() {
            return Err(self.bad("there is no figure", "fill it in or drop the row: missing is not zero"));
        }
        let decimal = || self.decimal_comma.then(|| Cow::Owned(self.text.replace(',', ".")));
        let Some(text) = with_point(self.text, self.delimiter).or_else(decimal) else {
            let advice = "in a table with semicolons this may be a thousand or a decimal: write it without separators";
            return Err(self.bad("the comma can be read two ways", advice));
        };
        let number = parse(&text).map_err(|error| self.bad(error.to_string(), advice_on_number(self.text)))?;
        if number < Decimal3::ZERO {
            return Err(self.bad(
                "the number is negative",
                "trade values, weights and quantities are counted from zero up",
            ));
        }
        if self.delimiter == b';' && reads_two_ways(self.text) {
            let advice = "in a table with semicolons this may be a thousand or a decimal: write it without separators";
            return Err(self.bad("the point can be read two ways", advice));
        }
        Ok(number)
    }

    /// Whether this is a number whose comma may part thousands or decimals.
    pub(crate) fn is_two_ways(&self) -> bool {
        !self.decimal_comma && with_point(self.text, self.delimiter).is_none()
    }

    /// A value in US dollars, given in units of 10^`power`.
    pub(crate) fn money(&self, power: u32) -> Result<Usd, Bad> {
        self.figure(|text| Decimal3::in_units(text, power))
    }

    /// As [`money`](Self::money), rounded to the thousandth of a dollar: for sources that compute their figures in
    /// floating point.
    pub(crate) fn rounded_money(&self, power: u32) -> Result<Usd, Bad> {
        self.figure(|text| Decimal3::nearest_in_units(text, power))
    }

    /// A short non-negative whole number, such as a country code.
    pub(crate) fn code(&self) -> Result<u16, Bad> {
        let fits = !self.text.is_empty() && self.text.bytes().all(|b| b.is_ascii_digit());
        let code = if fits { self.text.parse().ok() } else { None };
        code.ok_or_else(|| self.bad("this is no numeric code", "a whole number from 0 to 65535 is expected"))
    }

    /// A period: `2003`, `2003-07`, `2003-01..2003-06`, the packed month `200307`, or as statistical exchange has it:
    /// `2003-Q2`, `2003M08`.
    pub(crate) fn period(&self) -> Result<Period, Bad> {
        let packed = self.text.len() == 6 && self.text.bytes().all(|b| b.is_ascii_digit());
        let parsed = if packed {
            format!("{}-{}", &self.text[..4], &self.text[4..]).parse()
        } else {
            self.text.parse::<Period>()
        };
        let exchanged = |error| crate::sdmx::period(self.text).ok_or(error);
        parsed.or_else(exchanged).map_err(|e| {
            self.bad(
                e.to_string(),
                "write a year as four digits; a month as 2003-07, a quarter as 2003-Q2",
            )
        })
    }

    /// One of the vocabulary's words.
    pub(crate) fn word<T: std::str::FromStr<Err = trade::Error>>(&self) -> Result<T, Bad> {
        self.text
            .parse()
            .map_err(|e: trade::Error| self.bad(e.to_string(), "use one of the words that are expected here"))
    }
}

/// Whether a text says that there is no figure.
pub(crate) fn is_absent(text: &str) -> bool {
    ABSENT.iter().any(|mark| mark.eq_ignore_ascii_case(text))
}

/// A number of a table with semicolons as others write it: `1.234,5` is 1234.5. `None` where a comma may part
/// thousands or decimals. In tables with other delimiters a comma is left for the parser to refuse.
pub(crate) fn with_point(text: &str, delimiter: u8) -> Option<Cow<'_, str>> {
    let Some((whole, fraction)) = text.rsplit_once(',').filter(|_| delimiter == b';') else {
        return Some(Cow::Borrowed(text));
    };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    let groups: Vec<&str> = unsigned.split(['.', ' ', '\u{a0}', '\u{202f}']).collect();
    let grouped =
        groups.len() > 1 && (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    if !digits(fraction) || !groups.iter().all(|group| digits(group)) || !(grouped || groups.len() == 1) {
        return Some(Cow::Borrowed(text));
    }
    if !grouped && fraction.len() == 3 && unsigned.len() <= 3 && unsigned != "0" {
        return None;
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    Some(Cow::Owned(format!("{sign}{}.{fraction}", groups.concat())))
}

/// Whether a text is a number whose comma can only be the decimal sign (`Some(true)`), or one whose comma cannot be that
/// (`Some(false)`).
pub(crate) fn comma_of(text: &str) -> Option<bool> {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let text = text.trim();
    let (whole, fraction) = text.strip_prefix('-').unwrap_or(text).split_once(',')?;
    let parts = |fraction: &str| fraction.len() == 3 && (1..=3).contains(&whole.len()) && whole != "0";
    match fraction.split_once([',', '.']) {
        None if digits(whole) && digits(fraction) => (!parts(fraction)).then_some(true),
        Some((group, rest))
            if digits(whole) && parts(group) && rest.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b'.') =>
        {
            Some(false)
        }
        _ => None,
    }
}

/// How the numbers of a table are written, as far as their form tells: one way of writing is in force in all of them.
#[derive(Default)]
pub(crate) struct Signs {
    /// A number in which points part thousands, or a comma is the decimal sign.
    points_part_thousands: Option<String>,
    /// The first number that was read with a decimal point and might have one that parts thousands.
    two_ways: Option<(u64, Bad)>,
}

impl Signs {
    pub(crate) fn see(&mut self, cell: &Cell<'_>, line: u64) {
        if self.points_part_thousands.is_none() && has_points_for_thousands(cell.text) {
            self.points_part_thousands = Some(cell.text.to_owned());
        }
        if self.two_ways.is_none() && reads_two_ways(cell.text) && cell.number().is_ok() {
            self.two_ways = Some((line, cell.bad("", "")));
        }
    }

    /// The first number that may have been read wrongly.
    pub(crate) fn doubt(&self) -> Option<(u64, Bad)> {
        let (line, bad) = self.two_ways.as_ref()?;
        let other = self.points_part_thousands.as_ref()?;
        let reason = format!("the point may part thousands here, as in `{other}` of the same table");
        Some((*line, Bad { reason, ..bad.clone() }))
    }
}

/// `1.234.567`, `1.234,5` or `1234,5`: no number with a decimal point looks like these.
fn has_points_for_thousands(text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = text.split_once(',').map_or((text, None), |(whole, f)| (whole, Some(f)));
    let mut groups = whole.split('.');
    let first = groups.next().is_some_and(digits);
    let more = groups.clone().count();
    let grouped = groups.all(|group| group.len() == 3 && digits(group));
    let decimal = fraction.is_some_and(|f| digits(f) && (f.len() != 3 || more > 0));
    first && grouped && (decimal || (fraction.is_none() && more > 1))
}

fn advice_on_number(text: &str) -> &'static str {
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    let letters = |c: char| c.is_ascii_alphabetic() && c != 'e' && c != 'E';
    let parted = text.contains([',', ' ', '\'', '’', '_', '\u{a0}', '\u{202f}']);
    if digits && parted && !text.contains(letters) {
        "write numbers with a decimal point and without thousands separators: 1234567.8"
    } else if text.to_ascii_lowercase().contains("inf") {
        "an infinite figure is a division by zero upstream: mend it there"
    } else if digits && text.contains('%') {
        "write the number without the per-cent sign, in a column of shares"
    } else if digits && text.contains(letters) {
        "write the number alone: units belong into the column's name or the map, marks and notes into a column of their own"
    } else if digits && text.contains('.') {
        "round to three decimal places at most, and say so in the pin"
    } else {
        "write a plain number, or leave the cell empty where there is none"
    }
}

/// `1.234`: one thousand or one and a bit.
pub(crate) fn reads_two_ways(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let Some((whole, fraction)) = unsigned.split_once('.') else {
        return false;
    };
    (1..=3).contains(&whole.len()) && whole != "0" && fraction.len() == 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::Header;
    use csv::ByteRecord;

    fn with<T>(text: &[u8], delimiter: u8, f: impl FnOnce(Cell) -> Result<T, Bad>) -> Result<T, Bad> {
        let header = Header::new(["x"]).delimited_by(delimiter);
        let column = header.column("x").unwrap();
        let fields = ByteRecord::from(vec![text]);
        f(Line {
            number: 1,
            fields: &fields,
            header: &header,
        }
        .cell(&column)?)
    }

    #[test]
    fn numbers_are_read_or_refused_with_advice() {
        let number = |t: &str| with(t.as_bytes(), b',', |c| c.number());
        assert_eq!(number(" 541.0 ").unwrap(), Decimal3::from_units(541));
        for (text, advice) in [
            ("1,5", "decimal point"),
            ("1 000", "decimal point"),
            ("1'000", "decimal point"),
            ("inf", "infinite"),
            ("-inf", "infinite"),
            ("NaN", "missing is not zero"),
            ("-", "missing is not zero"),
            ("", "missing is not zero"),
            ("12%", "per-cent"),
            ("1.2345", "round"),
            ("-1", "counted from zero"),
            ("1.5m", "the number alone"),
            ("1000 USD", "the number alone"),
            ("1e308", "plain number"),
            ("twelve", "plain number"),
        ] {
            let bad = number(text).unwrap_err();
            assert!(bad.advice.contains(advice), "{text}: {bad:?}");
            assert_eq!(bad.column.as_deref(), Some("x"));
        }
        assert_eq!(
            with(b"1.234", b';', |c| c.number()).unwrap_err().reason,
            "the point can be read two ways"
        );
        assert!(with(b"0.234", b';', |c| c.number()).is_ok());
    }

    #[test]
    fn decimal_commas_are_read_where_they_can_only_be_that() {
        let number = |text: &str| with(text.as_bytes(), b';', |c| c.number()).map(|n| n.to_string());
        for (text, value) in [
            ("1,5", "1.5"),
            ("1234,56", "1234.56"),
            ("1.234,5", "1234.5"),
            ("1.234.567,125", "1234567.125"),
            ("1 234,5", "1234.5"),
            ("0,125", "0.125"),
            ("1234,567", "1234.567"),
        ] {
            assert_eq!(number(text).unwrap(), value, "{text}");
        }
        for text in ["1,234", "12,345", "1,234,567", "1.23,4", ",5", "5,", "1,2,3", "1,5e3"] {
            assert!(number(text).is_err(), "{text}: {:?}", number(text));
        }
    }

    #[test]
    fn one_way_of_writing_numbers_is_told_from_the_other() {
        for text in ["1.234.567", "1.234,5", "1234,5", "12.345.678,125", "1.234,567"] {
            assert!(has_points_for_thousands(text), "{text}");
        }
        for text in [
            "1.234",
            "1234.5",
            "1,234",
            "1,234,567",
            "1.23.456",
            "",
            "x",
            "1,234.5",
            ".5",
            "5,",
        ] {
            assert!(!has_points_for_thousands(text), "{text}");
        }
    }

    #[test]
    fn computed_figures_are_rounded_and_stated_ones_are_not() {
        let money = |text: &str, power| with(text.as_bytes(), b',', |c| c.money(power)).map(|n| n.to_string());
        assert_eq!(money("0.123456", 6).unwrap(), "123456");
        assert!(money("0.12345678912", 6).is_err());
        let rounded = with(b"0.12345678912", b',', |c| c.rounded_money(6)).unwrap();
        assert_eq!(rounded.to_string(), "123456.789");
        assert!(with(b"-1", b',', |c| c.rounded_money(0)).is_err());
    }

    #[test]
    fn what_a_comma_is_shows_in_some_numbers() {
        for text in ["0,041", "1,5", "1234,567", "-12,25"] {
            assert_eq!(comma_of(text), Some(true), "{text}");
        }
        for text in ["1,234,567", "1,234.5", "12,345,678.125"] {
            assert_eq!(comma_of(text), Some(false), "{text}");
        }
        for text in ["1,234", "12", "1.5", "", "a,b", "1,x", "1.234,5", ",5", "5,"] {
            assert_eq!(comma_of(text), None, "{text}");
        }
    }

    #[test]
    fn absent_is_told_and_zero_is_zero() {
        for mark in ["", "NA", "nan", "-", "..", "       NA"] {
            assert!(with(mark.as_bytes(), b',', |c| Ok(c.is_absent())).unwrap(), "{mark}");
        }
        for number in [&b"0"[..], b"inf"] {
            assert!(!with(number, b',', |c| Ok(c.is_absent())).unwrap());
        }
        assert_eq!(with(b"0", b',', |c| c.number()).unwrap(), Decimal3::ZERO);
        assert!(with(b"inf", b',', |c| c.number()).is_err());
    }

    #[test]
    fn units_are_scaled_exactly_and_bounded() {
        assert_eq!(with(b"52.051", b',', |c| c.money(3)).unwrap(), Usd::from_units(52_051));
        assert!(with(b"999999999999", b',', |c| c.money(6)).is_err());
    }

    #[test]
    fn codes_and_periods_are_strict() {
        assert_eq!(with(b"056", b',', |c| c.code()).unwrap(), 56);
        for bad in ["", "5.0", "-5", "70000", "+5", "ABC"] {
            assert!(with(bad.as_bytes(), b',', |c| c.code()).is_err(), "{bad}");
        }
        for (text, period) in [
            ("200307", "2003-07"),
            ("2003M08", "2003-08"),
            ("2003Q1", "2003-01..2003-03"),
            ("2003-Q2", "2003-04..2003-06"),
        ] {
            let read = with(text.as_bytes(), b',', |c| c.period());
            assert_eq!(read.unwrap().to_string(), period);
        }
        for bad in ["0", "99999", "200313", "2003.0", ""] {
            assert!(with(bad.as_bytes(), b',', |c| c.period()).is_err(), "{bad}");
        }
    }

    #[test]
    fn latin_1_is_suspected() {
        let bad = with(b"C\xf4te d'Ivoire", b',', |c| Ok(c.text.len())).unwrap_err();
        assert!(bad.advice.contains("Latin-1"));
    }
}
