//! Numbers as text: exactly for machines, rounded for people.

/// The shortest decimal text that reads back to the same number; `5.0`, `0.1`, `1e300`.
pub(crate) fn shortest(number: f64) -> String {
    format!("{number:?}")
}

/// Every digit that tells the number from its neighbours, set for print: `6,738,770,000`, `0.14542516076628947`.
pub(crate) fn full(number: f64) -> String {
    let text = shortest(number);
    typeset(&grouped(text.strip_suffix(".0").unwrap_or(&text)))
}

/// Rounded to so many significant digits, with thousands separators and without idle zeros;
/// whole parts are never rounded away: `1,234,568`, `0.333333`, `1.2e-12`.
pub fn significant(number: f64, digits: usize) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let digits = digits.clamp(1, 17);
    // Formatting with an exponent rounds correctly and says where the first digit stands
    // after rounding (9.996 to three digits is 1.00e1).
    let scientific = format!("{number:.*e}", digits - 1);
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-5..15).contains(&exponent) {
        return format!("{}e{exponent}", without_idle_zeros(mantissa));
    }
    let places = (digits as i32 - 1 - exponent).max(0) as usize;
    grouped(without_idle_zeros(&format!("{number:.places$}")))
}

/// How many there are of something whose plural ends in s: `1 pin`, `16,211 findings`.
pub fn counted(number: usize, one: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{} {one}{many}", grouped(&number.to_string()))
}

/// A decimal number with thousands separators in its whole part; other text is left alone.
pub fn grouped(decimal: &str) -> String {
    let (sign, unsigned) = decimal.strip_prefix('-').map_or(("", decimal), |rest| ("-", rest));
    let (whole, fraction) = unsigned.find('.').map_or((unsigned, ""), |at| unsigned.split_at(at));
    if whole.len() < 4 || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return decimal.to_owned();
    }
    let mut text = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

/// A number for print: a true minus sign, and powers of ten as a reader expects them.
pub(crate) fn typeset(text: &str) -> String {
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let raised: String = exponent.chars().filter_map(superscript).collect();
            format!("{} × 10{raised}", mantissa.replace('-', "−"))
        }
        None => text.replace('-', "−"),
    }
}

/// A text whose negative numbers have a true minus sign; hyphens within words and spans of years stay.
pub(crate) fn with_minus_signs(text: &str) -> String {
    let mut letters = text.chars().peekable();
    let (mut told, mut before) = (String::with_capacity(text.len()), ' ');
    while let Some(letter) = letters.next() {
        let number = letters.peek().is_some_and(char::is_ascii_digit);
        let minus = letter == '-' && number && (before.is_whitespace() || before == '(');
        told.push(if minus { '−' } else { letter });
        before = letter;
    }
    told
}

/// `34.2%` of 0.342, with at most so many digits after the point.
pub(crate) fn per_cent(share: f64, places: usize) -> String {
    let text = format!("{:.places$}", share * 100.0);
    let text = without_idle_zeros(&text);
    format!("{}%", typeset(&grouped(if text == "-0" { "0" } else { text })))
}

pub(crate) fn without_idle_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

fn superscript(digit: char) -> Option<char> {
    match digit {
        '0' => Some('⁰'),
        '1' => Some('¹'),
        '2' => Some('²'),
        '3' => Some('³'),
        '4'..='9' => char::from_u32('⁴' as u32 + (digit as u32 - '4' as u32)),
        '-' => Some('⁻'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_for_people() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0 / 3.0, "0.333333"),
            (1_234_567.8, "1,234,568"),
            (-2687.5, "-2,687.5"),
            (9.999_999_6, "10"),
            (0.000_012_345_67, "0.0000123457"),
            (1.2e-12, "1.2e-12"),
            (1e308, "1e308"),
            (123_456_789_012_345.0, "123,456,789,012,345"),
        ] {
            assert_eq!(significant(number, 6), text);
        }
        assert_eq!(typeset("-1.2e-12"), "−1.2 × 10⁻¹²");
        assert_eq!(typeset("-2,687.5"), "−2,687.5");
        assert_eq!(per_cent(0.3424, 1), "34.2%");
        assert_eq!(per_cent(-0.00001, 1), "0%");
        assert_eq!(grouped("-123456.75"), "-123,456.75");
        assert_eq!(grouped("abcdef"), "abcdef");
        let counts = [0, 1, 2, 16_211].map(|n| counted(n, "pin"));
        assert_eq!(counts, ["0 pins", "1 pin", "2 pins", "16,211 pins"]);
        assert_eq!(
            with_minus_signs("-3, (-1.5 to -2) in 2000-2009, c-d - 4"),
            "−3, (−1.5 to −2) in 2000-2009, c-d - 4"
        );
    }

    proptest! {
        #[test]
        fn the_shortest_text_reads_back(number in proptest::num::f64::NORMAL) {
            prop_assert_eq!(shortest(number).parse::<f64>().unwrap(), number);
        }

        #[test]
        fn six_digits_are_near(number in -1e12..1e12f64) {
            let read: f64 = significant(number, 6).replace(',', "").parse().unwrap();
            prop_assert!((read - number).abs() <= 5.1e-6 * number.abs(), "{} {}", read, number);
        }
    }
}
