//! What a cell of a two-sided table says: an economy, a flow, an amount.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use trade::{Classification, Decimal3, Economy, Flow, Period, TOTAL, Usd, economies};

/// Economies as a file writes them. A text that no reference table knows is an economy of its own: a
/// study of regions or of made-up worlds has such.
#[derive(Debug, Default)]
pub struct Labels {
    known: HashMap<(String, i16), Economy>,
    own: BTreeMap<Economy, String>,
    /// The same by their texts.
    codes: HashMap<String, Economy>,
    /// The texts in the order in which they came.
    unknown: Vec<String>,
}

impl Labels {
    /// The economy that a text means in a year.
    pub fn economy(&mut self, text: &str, year: i16) -> Economy {
        // Only numeric codes change their meaning over the years.
        let numeric = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let key = (text.to_owned(), if numeric { year } else { 0 });
        if let Some(found) = self.known.get(&key) {
            return *found;
        }
        let found = table(text, numeric, year).unwrap_or_else(|| self.own(text));
        self.known.insert(key, found);
        found
    }

    /// An economy that is in no table: by its own text where that is a code, else by a number.
    fn own(&mut self, text: &str) -> Economy {
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        self.unknown.push(text.to_owned());
        let code = Economy::new(text)
            .ok()
            .filter(|code| !code.is_world() && !text.starts_with('-'));
        let code = code
            .or_else(|| Economy::new(&numbered(self.own.len())).ok())
            .unwrap_or(Economy::WORLD);
        self.own.insert(code, text.to_owned());
        self.codes.insert(text.to_owned(), code);
        code
    }

    /// An economy's text in output: its code, or what the file calls it.
    pub fn name(&self, economy: Economy) -> String {
        match self.own.get(&economy) {
            Some(text) => text.clone(),
            None => economy.as_str().to_owned(),
        }
    }

    /// A text with the numbers that stand for the files' own names replaced by these.
    pub fn named(&self, text: &str) -> String {
        let (mut named, mut rest) = (String::new(), text);
        while let Some(at) = rest.find('-') {
            let code = rest.get(at..at + 7).and_then(|code| Economy::new(code).ok());
            let (name, after) = match code.and_then(|code| self.own.get(&code)) {
                Some(name) => (name.as_str(), at + 7),
                None => ("-", at + 1),
            };
            named += &rest[..at];
            named += name;
            rest = &rest[after..];
        }
        named + rest
    }

    /// The texts that were taken for economies that no table knows, in the order in which they came.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }
}

/// A code that no text is taken for: a dash and six digits to the base of 36, enough for two thousand million names.
fn numbered(mut number: usize) -> String {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 36];
        number /= 36;
    }
    format!("-{}", String::from_utf8_lossy(&digits))
}

fn table(text: &str, numeric: bool, year: i16) -> Option<Economy> {
    let upper = text.to_ascii_uppercase();
    if ["WLD", "WORLD", "0", "W00", "ALL"].contains(&upper.as_str()) {
        return Some(Economy::WORLD);
    }
    if numeric {
        let code = text.parse().ok()?;
        return economies().by_m49(code, year).map(|info| info.code);
    }
    if let Some(code) = Economy::new(&upper)
        .ok()
        .filter(|c| c.is_world() || economies().get(*c).is_some())
    {
        return Some(code);
    }
    // Two letters could be anybody's own code; names are longer than three.
    (text.len() > 3)
        .then(|| economies().find(text).map(|info| info.code))
        .flatten()
}

/// A flow as tables write it.
pub fn flow(text: &str) -> Option<Flow> {
    match text.to_ascii_lowercase().as_str() {
        "x" | "export" | "exports" | "2" => Some(Flow::Export),
        "m" | "import" | "imports" | "1" => Some(Flow::Import),
        "rx" | "re-export" | "re-exports" | "3" => Some(Flow::ReExport),
        "rm" | "re-import" | "re-imports" | "4" => Some(Flow::ReImport),
        "total" | "two-way" => Some(Flow::TwoWay),
        _ => None,
    }
}

/// What a cell of numbers says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// Nothing: not zero.
    Blank,
    /// An amount: exact thousandths, and what the text has beyond them.
    Known(Usd, f64),
    /// No number.
    Bad,
}

/// An amount of US dollars or kilograms: never negative.
pub fn amount(text: &str) -> Amount {
    if matches!(text, "" | "NA" | "N/A" | "NaN" | "nan" | "null" | "None" | ".." | "-") {
        return Amount::Blank;
    }
    if let Some(below) = text.strip_prefix('-') {
        let zero =
            below.contains('0') && below.bytes().all(|b| matches!(b, b'0' | b'.')) && below.parse::<f64>().is_ok();
        return if zero {
            Amount::Known(Usd::ZERO, 0.0)
        } else {
            Amount::Bad
        };
    }
    if let Ok(exact) = text.parse::<Decimal3>() {
        return Amount::Known(exact, 0.0);
    }
    if let Some(amount) = digits(text) {
        return amount;
    }
    match text.parse::<f64>() {
        // Beyond 10^30 nothing is a trade value, and sums would overflow.
        Ok(value) if value.is_finite() && value.abs() < 1e30 => {
            let exact = Decimal3::from_thousandths((value * 1000.0).trunc() as i128);
            // The two are so near each other that the difference is exact.
            Amount::Known(exact, value - exact.to_f64())
        }
        _ => Amount::Bad,
    }
}

/// A number without an exponent, digit by digit: double precision would lose units above 2^53.
fn digits(text: &str) -> Option<Amount> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 30 || !plain(whole) || !plain(fraction) {
        return None;
    }
    let (kept, beyond) = fraction.split_at(fraction.len().min(3));
    let thousandths = format!("{whole}{kept:0<3}").parse().ok()?;
    let beyond = if beyond.is_empty() {
        0.0
    } else {
        format!("0.000{beyond}").parse().ok()?
    };
    Some(Amount::Known(Decimal3::from_thousandths(thousandths), beyond))
}

/// A year (also as `2003.0`, as tables of numbers write it) or a period.
pub fn period(text: &str) -> Option<Period> {
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

/// A product's code; everything together where it is empty or says so.
pub fn product(text: &str, seen: &mut HashMap<String, Arc<str>>) -> Arc<str> {
    let text = match text {
        "" | "total" | "Total" | "all" | "ALL" | "AG0" => TOTAL,
        code => code,
    };
    if let Some(known) = seen.get(text) {
        return known.clone();
    }
    let made: Arc<str> = text.into();
    seen.insert(text.to_owned(), made.clone());
    made
}

/// The classification of a product where none is said: codes of an even number of digits nest like those
/// of the Harmonized System; anything else is a group of the compiler's own.
pub fn classification(said: Option<&str>, product: &str) -> Option<Classification> {
    match said.filter(|text| !text.is_empty()) {
        Some(text) => text.parse().ok().or_else(|| Classification::from_comtrade(text)),
        None => {
            let digits = product.len().is_multiple_of(2) && product.len() <= 10;
            let nests = product == TOTAL || (digits && product.bytes().all(|b| b.is_ascii_digit()));
            Some(if nests {
                Classification::HsUnstated
            } else {
                Classification::Compiler
            })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn economies_are_known_or_their_own() {
        let mut labels = Labels::default();
        let mut name = |text| {
            let code = labels.economy(text, 2003);
            (labels.name(code), code.is_world())
        };
        assert_eq!(name("CHN").0, "CHN");
        assert_eq!(name("156").0, "CHN");
        assert_eq!(name("Germany").0, "DEU");
        assert_eq!(name("AAA").0, "AAA");
        assert_eq!(name("A").0, "A");
        assert_eq!(name("north shore").0, "north shore");
        assert!(name("0").1 && name("World").1);
        assert_eq!(labels.unknown(), ["AAA", "A", "north shore"]);
        assert_eq!(labels.named("-00000"), "-00000");
        assert_eq!(labels.named("a -000002 b"), "a north shore b");
        assert_eq!(
            (numbered(0).as_str(), numbered(36 * 36 + 35).as_str()),
            ("-000000", "-00010Z")
        );
    }

    /// Each is found among the others without looking through them all.
    #[test]
    fn names_that_nobody_knows_may_be_many() {
        let mut labels = Labels::default();
        let codes: Vec<Economy> = (0..300_000).map(|n| labels.own(&format!("place {n}"))).collect();
        assert_eq!((labels.own("place 7"), labels.unknown().len()), (codes[7], 300_000));
        assert_eq!(labels.name(codes[299_999]), "place 299999");
        assert!(codes.iter().all(|code| !code.is_world()));
    }

    #[test]
    fn amounts_keep_every_digit() {
        assert_eq!(amount("100"), Amount::Known(Usd::from_units(100), 0.0));
        assert_eq!(
            (amount(""), amount("NA"), amount("ten")),
            (Amount::Blank, Amount::Blank, Amount::Bad)
        );
        for (text, zero) in [
            ("-0", true),
            ("-0.00", true),
            ("-0.01", false),
            ("-", false),
            ("--0", false),
        ] {
            assert_eq!(amount(text) == Amount::Known(Usd::ZERO, 0.0), zero, "{text}");
        }
        for text in ["1234567.890123", "0.1234567", "3.3e17", "98765432109876.54321"] {
            let Amount::Known(exact, beyond) = amount(text) else {
                panic!("{text}")
            };
            assert_eq!(exact.to_f64() + beyond, text.parse::<f64>().unwrap(), "{text}");
        }
        // Above 2^53 double precision has no odd numbers.
        for text in ["9007199254740993", "123456789012345678.901"] {
            assert!(
                matches!(amount(text), Amount::Known(exact, _) if exact.to_string() == text),
                "{text}"
            );
        }
    }
}
