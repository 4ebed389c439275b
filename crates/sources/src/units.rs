//! What words say of the units of figures.

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
    const UNIT: [&str; 8] = [
        "unit",
        "units",
        "unit_mult",
        "unit_measure",
        "scale",
        "multiplier",
        "magnitude",
        "value_unit",
    ];
    let column = column.to_ascii_lowercase();
    let is = |names: &[&str]| names.contains(&column.as_str());
    match () {
        () if is(&CURRENCY) => Some(Tells::Currency),
        () if is(&UNIT) => Some(Tells::Unit),
        () => None,
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

/// Whether a unit or the name of a column says thousands, millions and the like, or another money than the dollar; units of
/// quantity are neither.
pub fn is_multiple(text: &str) -> bool {
    let text = text.to_lowercase();
    const WITHIN: [&str; 4] = ["thousand", "million", "billion", "trillion"];
    const WORDS: [&str; 31] = [
        "mio", "mln", "mrd", "mn", "bn", "m", "k", "th", "tsd", "kusd", "musd", "busd", "eur", "euro", "euros", "cny",
        "rmb", "yuan", "jpy", "yen", "gbp", "sterling", "krw", "won", "rub", "rubles", "roubles", "chf", "inr",
        "rupees", "cad",
    ];
    let zeros = |word: &str| word.len() >= 3 && word.bytes().all(|b| b == b'0');
    let thousands = |word: &str| zeros(word.strip_prefix('1').unwrap_or(word));
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    let says = |word: &str| WITHIN.iter().any(|w| word.contains(w)) || WORDS.contains(&word) || thousands(word);
    // CEPII's gravity tables have their `tradeflow_comtrade_o` and others in thousands.
    words.any(says) || text.contains("tradeflow_") || text.contains(['\u{20ac}', '\u{a3}', '\u{a5}'])
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
}
