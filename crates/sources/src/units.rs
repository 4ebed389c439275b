//! What words say of the units of figures.

use crate::cell::is_absent;
use crate::tidy::is_part_of_year;

/// What a column tells of the figures beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// In which money they are.
    Currency,
    /// What they are multiples of, or in which unit they are.
    Unit,
}

/// What a column of this name tells of the figures beside it, if anything. A unit of quantity is none of theirs.
pub fn tells(column: &str) -> Option<Tells> {
    const CURRENCY: [&str; 5] = ["currency", "currency_code", "currencycode", "curr", "value_currency"];
    const UNIT: [&str; 9] = [
        "unit",
        "units",
        "mult",
        "multiplier",
        "scale",
        "magnitude",
        "measure",
        "indicator",
        "powercode",
    ];
    // Units of quantity, and what is paid for one.
    const OTHERS: [&str; 9] = [
        "qty",
        "quantity",
        "weight",
        "volume",
        "alt",
        "supplementary",
        "price",
        "prices",
        "values",
    ];
    let name = column.to_ascii_lowercase();
    match () {
        () if CURRENCY.contains(&name.as_str()) => Some(Tells::Currency),
        () if has_word(column, &UNIT) && !has_word(column, &OTHERS) && name != "unit_value" => Some(Tells::Unit),
        () => None,
    }
}

/// Whether a column of this name may say that the figures beside it are no dollars, or of a part of their year.
pub fn is_beside(column: &str) -> bool {
    tells(column).is_some() || is_part(column)
}

fn is_part(column: &str) -> bool {
    ["month", "quarter", "refmonth"].contains(&column.to_ascii_lowercase().as_str())
}

/// Why a cell of such a column says that the figures of its row are other than US dollars of their period, and what to do;
/// `None` where it does not.
pub fn contradicts(column: &str, cell: &str, annual: bool) -> Option<&'static str> {
    if cell.is_empty() || is_absent(cell) {
        return None;
    }
    match tells(column) {
        Some(Tells::Currency) => {
            (!is_dollar(cell)).then_some("the figure is in another currency; convert it to US dollars first")
        }
        Some(Tells::Unit) if is_multiple(cell) || ["2", "3", "6", "9"].contains(&cell) => {
            Some("the figure may be in multiples, or in another currency; write it in US dollars")
        }
        Some(Tells::Unit) => {
            is_rate(cell).then_some("the figure is no value; keep the rows of values in a table of their own")
        }
        None if is_part(column) && annual && is_part_of_year(&cell.to_lowercase()) => {
            Some("the figure is of a part of the year, and read as the year's; write the period, such as 2003-07")
        }
        None => None,
    }
}

/// Whether a word names the dollar of the United States.
pub(crate) fn is_dollar(text: &str) -> bool {
    let text = text.to_lowercase().replace(['.', ' '], "");
    [
        "usd",
        "us$",
        "$",
        "usdollar",
        "usdollars",
        "840",
        "currentus$",
        "currentusd",
    ]
    .contains(&text.as_str())
}

/// The words and numbers of a name: `value_1000usd` is `value`, `1000` and `usd`.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.to_lowercase().chars() {
        let joins = c.is_alphanumeric() && before.is_alphanumeric() && c.is_ascii_digit() == before.is_ascii_digit();
        match words.last_mut().filter(|_| joins) {
            Some(word) => word.push(c),
            None if c.is_alphanumeric() => words.push(c.to_string()),
            None => {}
        }
        before = c;
    }
    words
}

/// Whether one of these is a word of a name.
fn has_word(text: &str, names: &[&str]) -> bool {
    words(text).iter().any(|word| names.contains(&word.as_str()))
}

/// The power of ten that a unit or the name of a column clearly states: 3 for thousands, 6 for millions, 9 for billions.
pub(crate) fn stated_power(text: &str) -> Option<u32> {
    const POWERS: [(u32, &[&str]); 3] = [
        (
            3,
            &[
                "thousand",
                "thousands",
                "thsd",
                "tsd",
                "ths",
                "kusd",
                "k",
                "1000",
                "000",
                "miles",
                "milliers",
            ],
        ),
        (
            6,
            &[
                "million", "millions", "mio", "mln", "mn", "mill", "musd", "millones", "1000000", "000000",
            ],
        ),
        (
            9,
            &[
                "billion",
                "billions",
                "bn",
                "bil",
                "mrd",
                "busd",
                "milliard",
                "milliards",
            ],
        ),
    ];
    POWERS
        .iter()
        .find(|(_, names)| has_word(text, names))
        .map(|(power, _)| *power)
}

/// Whether a unit or the name of a column says thousands, millions and the like, or another money than the dollar; units of
/// quantity are neither.
pub fn is_multiple(text: &str) -> bool {
    const WITHIN: [&str; 5] = ["thousand", "million", "billion", "trillion", "milliard"];
    const WORDS: [&str; 29] = [
        "m",
        "th",
        "crore",
        "crores",
        "lakh",
        "lakhs",
        "billones",
        "eur",
        "euro",
        "euros",
        "cny",
        "rmb",
        "yuan",
        "jpy",
        "yen",
        "gbp",
        "sterling",
        "krw",
        "won",
        "rub",
        "rubles",
        "roubles",
        "chf",
        "inr",
        "rs",
        "rupees",
        "cad",
        "tradeflow",
        "pounds",
    ];
    let zeros = |word: &str| word.len() >= 3 && word.bytes().all(|b| b == b'0');
    let thousands = |word: &str| zeros(word.strip_prefix('1').unwrap_or(word));
    let says =
        |word: &String| WITHIN.iter().any(|w| word.contains(w)) || WORDS.contains(&word.as_str()) || thousands(word);
    let power = ["10^", "10**", "x10"]
        .iter()
        .any(|sign| text.to_lowercase().contains(sign));
    // CEPII's gravity tables have their `tradeflow_comtrade_o` and others in thousands.
    stated_power(text).is_some()
        || power
        || words(text).iter().any(says)
        || text.contains(['\u{20ac}', '\u{a3}', '\u{a5}'])
}

/// Whether the name of a column, or what an indicator is called, says that its figures are no money of the year: shares,
/// weights, logarithms, changes, prices of another year.
pub(crate) fn is_no_money(text: &str) -> bool {
    const WORDS: [&str; 20] = [
        "real",
        "constant",
        "deflated",
        "quantity",
        "qty",
        "weight",
        "netweight",
        "grossweight",
        "tonnes",
        "tonne",
        "tons",
        "ton",
        "kg",
        "kgs",
        "kilogram",
        "kilograms",
        "litres",
        "barrels",
        "pieces",
        "rca",
    ];
    is_rate(text) || has_word(text, &WORDS)
}

/// Whether a word says that figures are parts of something or changes.
pub(crate) fn is_rate(text: &str) -> bool {
    const WORDS: [&str; 10] = [
        "share",
        "shares",
        "percent",
        "percentage",
        "pct",
        "ratio",
        "index",
        "growth",
        "log",
        "ln",
    ];
    text.contains('%') || has_word(text, &WORDS)
}

/// Whether the name of a column of weights says that they are not in kilograms.
pub(crate) fn is_other_weight(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "tonnes", "tonne", "tons", "ton", "mt", "t", "kt", "lb", "lbs", "pound", "pounds", "quintals", "quintal", "g",
        "grams", "ounces",
    ];
    stated_power(name).is_some() || has_word(name, &WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_and_other_money_are_told_from_units_of_quantity() {
        for text in [
            "thousands",
            "USD million",
            "trade (mn USD)",
            "value_eur",
            "'000 USD",
            "1000",
            "EUR",
            "US$ Mio.",
            "\u{20ac}",
            "tradeflow_baci",
            "manuf_tradeflow_baci",
            "value_1000usd",
            "Mill. US$",
            "Valor (miles USD)",
            "value x1000",
            "trade (10^3 USD)",
            "USD thsd",
            "US$ bil",
            "milliards USD",
            "crore",
        ] {
            assert!(is_multiple(text), "{text}");
        }
        for text in [
            "USD",
            "kg",
            "tonnes",
            "1",
            "US dollars",
            "rubber",
            "european_trade",
            "trade_2000",
            "value",
            "number of items",
        ] {
            assert!(!is_multiple(text), "{text}");
        }
        assert!(["USD", "US$", "US dollars", "usd"].into_iter().all(is_dollar));
        assert!(!is_dollar("EUR") && !is_dollar("AUD"));
    }

    #[test]
    fn a_power_is_stated_where_it_is_clear() {
        for (text, power) in [
            ("trade_thousands", Some(3)),
            ("1000USD", Some(3)),
            ("'000 USD", Some(3)),
            ("USD million", Some(6)),
            ("US$ bn", Some(9)),
            ("m", None),
            ("crore", None),
            ("value_usd", None),
            ("trade_2000", None),
        ] {
            assert_eq!(stated_power(text), power, "{text}");
        }
    }

    #[test]
    fn what_is_no_money_and_no_kilogram_says_so() {
        for text in [
            "real_value_2010usd",
            "log_trade",
            "growth",
            "tonnes",
            "Quantity",
            "share",
            "in %",
        ] {
            assert!(is_no_money(text), "{text}");
        }
        for text in [
            "value",
            "trade",
            "primaryValue",
            "logistics_value",
            "flow1",
            "amount_usd",
            "realised",
        ] {
            assert!(!is_no_money(text), "{text}");
        }
        assert!(is_other_weight("weight_tonnes") && is_other_weight("weight (1000 kg)"));
        assert!(!is_other_weight("net_weight_kg") && !is_other_weight("netWgt"));
        for (column, told) in [
            ("unit_of_measure", true),
            ("Measure", true),
            ("powercode", true),
            ("UNIT_MULT", true),
            ("indicator", true),
            ("qty_unit", false),
            ("unit_price", false),
            ("unit_value", false),
            ("opportunity", false),
            ("reporter", false),
        ] {
            assert_eq!(tells(column).is_some(), told, "{column}");
        }
    }
}
