//! How a column of a table is written: its heading with its unit, and one scale and one number of decimals for all its
//! numbers, so that they can be compared. The files beside the page have every digit.

use super::html::cell;
use crate::number::{grouped, significant, typeset};
use crate::svg::{escape, value_words};
use crate::text_table::is_year;
use model::{Cell, Column, Kind, Scale, Table};

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Digits {
    /// Every digit of exact figures, four of estimates.
    Exact,
    /// Divided by this, to so many decimals.
    Fixed(f64, usize),
    /// Per cent, to so many decimals.
    Percent(usize),
    /// Each in its own unit: a column of things that cannot be compared.
    Own,
}

/// How one column is written.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    heading: String,
    unit: String,
    digits: Digits,
}

/// What a large sum of dollars is counted in, from this size on: sums of a country's trade are told in millions.
const COUNTED_IN: [(f64, f64, &str); 3] = [
    (1e15, 1e12, "trillion "),
    (1e12, 1e9, "billion "),
    (1e6, 1e6, "million "),
];

/// What dollars are counted in where millions would leave nothing of the least.
const THOUSANDS: (f64, f64, &str) = (1e6, 1e3, "thousand ");

impl Look {
    /// As a column of exact data is written.
    pub(crate) fn exact(column: &Column) -> Look {
        let (heading, unit) = said(column);
        Look {
            heading,
            unit,
            digits: Digits::Exact,
        }
    }

    /// As the columns of a table read best. Columns of one unit are written alike: an estimate and its interval.
    pub(crate) fn all_to_read(table: &Table) -> Vec<Look> {
        let alike = |one: &Column, other: &Column| {
            one.name == other.name || !one.unit.is_empty() && one.unit == other.unit && said(one).1 == said(other).1
        };
        let look = |column: &Column| {
            let like: Vec<bool> = table.columns.iter().map(|other| alike(column, other)).collect();
            let cells = table.rows.iter().flat_map(|row| row.iter().zip(&like));
            Look::to_read(column, cells.filter(|(_, like)| **like).map(|(cell, _)| cell))
        };
        table.columns.iter().map(look).collect()
    }

    /// As a column with these cells reads best.
    fn to_read<'c>(column: &Column, cells: impl Iterator<Item = &'c Cell>) -> Look {
        let (heading, unit) = said(column);
        let mut look = Look {
            heading,
            unit,
            digits: Digits::Exact,
        };
        if !matches!(column.kind, Kind::Number | Kind::Decimal) {
            return look;
        }
        if is_p_value(column) {
            look.digits = Digits::Fixed(1.0, 3);
            return look;
        }
        let sizes: Vec<f64> = cells.filter_map(value).map(f64::abs).filter(|x| *x > 0.0).collect();
        let least = sizes.iter().copied().fold(f64::INFINITY, f64::min);
        let most = sizes.iter().copied().fold(0.0, f64::max);
        let whole = |by: f64| sizes.iter().all(|x| (x * by - (x * by).round()).abs() < 1e-9 * by);
        if is_share(column) {
            look.digits = Digits::Percent(usize::from(!whole(100.0)));
            return look;
        }
        let money = look.unit.contains("US dollars");
        let counted = COUNTED_IN.iter().find(|(from, ..)| money && most >= *from);
        // Small sums beside middling ones would be told as below a tenth of a million.
        let small = most < 1e9 && least < 5e4;
        let counted = counted.map(|found| if small { &THOUSANDS } else { found });
        look.digits = match counted {
            Some((_, divisor, word)) => {
                look.unit = look.unit.replace("US dollars", &format!("{word}US dollars"));
                Digits::Fixed(*divisor, usize::from(least / divisor < 10.0))
            }
            None if most >= 1e6 || column.unit.is_empty() && most > 1e3 * least => Digits::Own,
            None if look.unit == "per cent" => Digits::Fixed(1.0, 1),
            None if whole(1.0) || most >= 1000.0 => Digits::Fixed(1.0, 0),
            None if most >= 100.0 => Digits::Fixed(1.0, 1),
            None if most >= 1.0 => Digits::Fixed(1.0, 2),
            None if most >= 0.01 => Digits::Fixed(1.0, 3),
            None => Digits::Exact,
        };
        look
    }

    /// The heading and the unit behind it, escaped.
    pub(crate) fn head(&self) -> String {
        let heading = escape(&self.heading);
        match self.unit.as_str() {
            "" => heading,
            unit => format!("{heading}<span class=\"unit\">, {}</span>", escape(unit)),
        }
    }

    /// The heading and the unit without marks, escaped.
    pub(crate) fn words(&self) -> String {
        let comma = if self.unit.is_empty() { "" } else { ", " };
        escape(&format!("{}{comma}{}", self.heading, self.unit))
    }

    /// A cell, escaped.
    pub(crate) fn cell(&self, of: &Cell, column: &Column) -> String {
        let Some(number) = value(of) else {
            return cell(of, column);
        };
        match self.digits {
            Digits::Exact => cell(of, column),
            Digits::Own if number.abs() < 1e6 => typeset(&significant(number, 3)),
            Digits::Own => value_words(Scale::Linear, number),
            // Told as the files' readers expect it: below a thousandth, not below half of it.
            Digits::Fixed(..) if is_p_value(column) && number < 0.001 => cell(of, column),
            Digits::Fixed(divisor, places) => fixed(number / divisor, places, |x| {
                typeset(&grouped(&format!("{x:.places$}")))
            }),
            Digits::Percent(places) => fixed(number * 100.0, places, |x| {
                format!("{}%", typeset(&format!("{x:.places$}")))
            }),
        }
    }
}

/// A number to so many decimals; one that would be told as nought says between what it lies.
fn fixed(number: f64, places: usize, told: impl Fn(f64) -> String) -> String {
    let least = 10_f64.powi(-i32::try_from(places).unwrap_or(0));
    match number {
        x if x == 0.0 || x.abs() >= least / 2.0 => told(number),
        x if x < 0.0 => format!("&gt; {}", told(-least)),
        _ => format!("&lt; {}", told(least)),
    }
}

/// An estimate or an exact figure as a number; nothing for whole numbers and texts, which are written as they are.
fn value(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number),
        Cell::Decimal(exact) => Some(exact.to_f64()),
        Cell::Missing | Cell::Text(_) | Cell::Integer(_) => None,
    }
}

pub(crate) fn is_share(column: &Column) -> bool {
    column.kind == Kind::Number && (column.unit == "share" || column.unit.starts_with("share "))
}

/// Below a thousandth the digits of a p-value say nothing; the files beside the page have them.
pub(crate) fn is_p_value(column: &Column) -> bool {
    matches!(column.name.as_str(), "p" | "p_value")
}

/// What a column is called, and the unit in words. A heading that a study gives may end in the unit, after a comma:
/// `Change a year, USD`.
fn said(column: &Column) -> (String, String) {
    let dollars = |unit: &str| unit.replace("USD", "US dollars");
    let given = column.heading.as_str();
    let (heading, own) = match given.rsplit_once(", ") {
        Some((heading, unit)) if unit.contains("USD") => (heading.to_owned(), dollars(unit)),
        _ if !given.is_empty() => (given.to_owned(), String::new()),
        _ if is_year(column) => ("Year".to_owned(), String::new()),
        _ if column.name == "scenario" => ("Way to count".to_owned(), String::new()),
        _ => (capital(&spelled(&column.name)), String::new()),
    };
    let unit = match column.unit.as_str() {
        _ if !own.is_empty() => own,
        // A heading may end in its unit: `Effective number of partners`.
        unit if !unit.is_empty() && heading.ends_with(unit) => String::new(),
        "" | "1" | "year" | "ratio" => String::new(),
        "share" if column.kind == Kind::Number => String::new(),
        unit if is_share(column) => unit["share ".len()..].to_owned(),
        unit => dollars(unit),
    };
    (heading, unit)
}

/// A column's name as words, those that are letters in capitals.
fn spelled(name: &str) -> String {
    let word = |word: &str| match word {
        "usd" | "hhi" | "hs" | "sitc" => word.to_uppercase(),
        _ => word.to_owned(),
    };
    name.split('_').map(word).collect::<Vec<_>>().join(" ")
}

/// With its first letter in upper case.
pub(crate) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, heading: &str, unit: &str) -> Column {
        Column {
            name: name.to_owned(),
            heading: heading.to_owned(),
            kind: Kind::Number,
            unit: unit.to_owned(),
        }
    }

    fn written(column: &Column, values: &[f64]) -> Vec<String> {
        let cells: Vec<Cell> = values.iter().map(|x| Cell::Number(*x)).collect();
        let look = Look::to_read(column, cells.iter());
        std::iter::once(look.head())
            .chain(cells.iter().map(|c| look.cell(c, column)))
            .collect()
    }

    #[test]
    fn a_column_has_one_unit_and_as_many_decimals_as_its_numbers_need() {
        let cases: [(Column, &[f64], &[&str]); 9] = [
            (
                column("imports", "", "USD"),
                &[6_738_770_000.0, 89_300_000.0, -319e6],
                &[
                    "Imports<span class=\"unit\">, million US dollars</span>",
                    "6,739",
                    "89",
                    "−319",
                ],
            ),
            (
                column("value_usd", "Value", "USD"),
                &[1_647_700_000.0, 260_000.0, 2_000.0],
                &[
                    "Value<span class=\"unit\">, million US dollars</span>",
                    "1,647.7",
                    "0.3",
                    "&lt; 0.1",
                ],
            ),
            (
                column("exports", "", "USD"),
                &[24_700_000.0, 24_700.0],
                &[
                    "Exports<span class=\"unit\">, thousand US dollars</span>",
                    "24,700",
                    "25",
                ],
            ),
            (
                column("slope", "Change a year, USD", "per year"),
                &[-1_604_161.0, 0.0],
                &[
                    "Change a year<span class=\"unit\">, million US dollars</span>",
                    "−1.6",
                    "0.0",
                ],
            ),
            (
                column("share", "", "share"),
                &[0.27, 0.3424, 0.0002, -0.0002],
                &["Share", "27.0%", "34.2%", "&lt; 0.1%", "&gt; −0.1%"],
            ),
            (
                column("least", "Holds in", "share of draws"),
                &[0.71, 1.0],
                &["Holds in<span class=\"unit\">, of draws</span>", "71%", "100%"],
            ),
            (
                column("hhi", "", "1"),
                &[0.1299, 0.00002795],
                &["HHI", "0.130", "&lt; 0.001"],
            ),
            (column("f", "", ""), &[71.11, 0.09681], &["F", "71.11", "0.10"]),
            (
                column("end", "", ""),
                &[-457_076_130.0, 0.9],
                &["End", "−457.1 million", "0.9"],
            ),
        ];
        for (column, values, words) in cases {
            assert_eq!(written(&column, values), words);
        }
    }

    #[test]
    fn an_estimate_and_its_interval_have_the_same_decimals() {
        let columns = [
            ("term", Kind::Text, ""),
            ("slope", Kind::Number, "per year"),
            ("conf_low", Kind::Number, "per year"),
            ("p_value", Kind::Number, ""),
        ];
        let mut table = Table::new("t", "T", &columns).headed(&[("slope", "Change, USD"), ("conf_low", "from, USD")]);
        table.push(vec!["a".into(), (-1.6e6).into(), (-90.46e6).into(), 0.00169.into()]);
        let looks = Look::all_to_read(&table);
        let told = |at: usize| looks[at].cell(&table.rows[0][at], &table.columns[at]);
        assert_eq!([told(1), told(2), told(3)], ["−1.6", "−90.5", "0.002"]);
    }

    #[test]
    fn years_are_called_so() {
        let mut year = column("period", "", "");
        year.kind = Kind::Integer;
        assert_eq!(Look::exact(&year).head(), "Year");
        assert_eq!(Look::exact(&column("worst_importer", "", "")).head(), "Worst importer");
    }
}
