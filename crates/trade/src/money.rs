use crate::{Error, Result};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

/// An exact decimal number with three places, held as an integer count of thousandths.
///
/// Used for money ([`Usd`]), weights and quantities. Sums are integer sums: the same
/// bits in any order, on any number of threads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal3(i128);

/// United States dollars, current prices, exact to a tenth of a cent.
pub type Usd = Decimal3;

impl Decimal3 {
    /// Nothing.
    pub const ZERO: Self = Decimal3(0);

    /// From a count of thousandths.
    pub const fn from_thousandths(count: i128) -> Self {
        Decimal3(count)
    }

    /// From whole units.
    pub const fn from_units(units: i64) -> Self {
        Decimal3(units as i128 * 1000)
    }

    /// The count of thousandths.
    pub const fn thousandths(self) -> i128 {
        self.0
    }

    /// Reads a number in units of 10^`power`: `0.123456` with power 6 is 123456.
    ///
    /// # Errors
    /// As `from_str`: more than three decimals of one unit are refused.
    pub fn in_units(text: &str, power: u32) -> Result<Self> {
        read(text, power, false)
    }

    /// As [`in_units`](Self::in_units), rounded to the thousandth, half to even: for figures that their compiler
    /// computed in floating point.
    ///
    /// # Errors
    /// Refuses what is no number or beyond 10^15.
    pub fn nearest_in_units(text: &str, power: u32) -> Result<Self> {
        read(text, power, true)
    }

    /// The nearest `f64`, for estimates. Exact up to 2^53 thousandths.
    pub fn to_f64(self) -> f64 {
        // Dividing the nearest double of the integer once keeps the error to half a unit
        // in the last place twice over; parsing the text would give the same digits.
        self.0 as f64 / 1000.0
    }

    /// How many of the three decimal places are in use, 0 to 3.
    pub fn scale(self) -> u8 {
        match self.0 {
            n if n % 1000 == 0 => 0,
            n if n % 100 == 0 => 1,
            n if n % 10 == 0 => 2,
            _ => 3,
        }
    }
}

impl FromStr for Decimal3 {
    type Err = Error;

    /// Reads a plain decimal number, with an optional sign and an optional exponent.
    ///
    /// # Errors
    /// Refuses what is no number, has more than three decimal places that matter, or is
    /// beyond 10^15 in size: nothing is rounded silently.
    fn from_str(text: &str) -> Result<Self> {
        read(text, 0, false)
    }
}

/// Reads a number in units of 10^`power`; what is beyond the thousandths is refused or rounded half to even.
fn read(text: &str, power: u32, round: bool) -> Result<Decimal3> {
    let malformed = || Error::Malformed {
        what: "a number",
        expected: "a plain decimal number such as 1250, 0.5 or -12.345",
        found: text.chars().take(60).collect(),
    };
    let inexact = |reason| Error::Inexact {
        found: text.chars().take(60).collect(),
        reason,
    };
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (
            &unsigned[..at],
            unsigned[at + 1..].parse::<i32>().map_err(|_| malformed())?,
        ),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return Err(malformed());
    }
    // The digits without the point, and how far the last one stands from the thousandths.
    let all: String = [whole, fraction].concat();
    let significant = all.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Ok(Decimal3::ZERO);
    }
    let dropped = (all.len() - all.trim_end_matches('0').len()) as i64;
    let shift = i64::from(exponent) + i64::from(power) - fraction.len() as i64 + dropped + 3;
    let sign = if negative { -1 } else { 1 };
    if shift < 0 {
        if round && significant.len() as i64 + shift <= 18 {
            return Ok(Decimal3(sign * rounded(significant, shift.unsigned_abs())));
        }
        return Err(inexact("it has more than three decimal places"));
    }
    if significant.len() as i64 + shift > 18 {
        return Err(inexact("it is 10^15 or more"));
    }
    let count: i128 = significant.parse().map_err(|_| malformed())?;
    Ok(Decimal3(sign * count * 10_i128.pow(shift as u32)))
}

/// Digits without the last `dropped` of them, rounded half to even.
fn rounded(digits: &str, dropped: u64) -> i128 {
    let at = usize::try_from(dropped).unwrap_or(usize::MAX);
    let Some(keep) = digits.len().checked_sub(at) else {
        return 0;
    };
    let (kept, rest) = digits.split_at(keep);
    let kept: i128 = kept.parse().unwrap_or(0);
    let above = match rest.as_bytes() {
        [b'5', more @ ..] if more.iter().all(|b| *b == b'0') => kept % 2 == 1,
        [first, ..] => *first >= b'5',
        [] => false,
    };
    kept + i128::from(above)
}

impl fmt::Display for Decimal3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = match size % 1000 {
            0 => format!("{sign}{}", size / 1000),
            rest => format!("{sign}{}.{rest:03}", size / 1000)
                .trim_end_matches('0')
                .to_owned(),
        };
        f.pad(&text)
    }
}

impl fmt::Debug for Decimal3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Add for Decimal3 {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Decimal3(self.0 + other.0)
    }
}

impl AddAssign for Decimal3 {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Decimal3 {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Decimal3(self.0 - other.0)
    }
}

impl Neg for Decimal3 {
    type Output = Self;
    fn neg(self) -> Self {
        Decimal3(-self.0)
    }
}

impl Sum for Decimal3 {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Decimal3::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_applied_before_anything_is_refused_or_rounded() {
        let exact = |text, power| Decimal3::in_units(text, power).map(|d| d.to_string());
        assert_eq!(exact("0.123456", 6).unwrap(), "123456");
        assert!(exact("0.1234567891", 6).is_err());
        let nearest = |text, power| Decimal3::nearest_in_units(text, power).map(|d| d.to_string());
        for (text, power, value) in [
            ("0.1234567891", 6, "123456.789"),
            ("0.0005", 0, "0"),
            ("0.0015", 0, "0.002"),
            ("0.00150001", 0, "0.002"),
            ("-2.0004999", 0, "-2"),
            ("1e-30", 0, "0"),
            ("9.9999", 0, "10"),
            ("132902972288.00001", 0, "132902972288"),
        ] {
            assert_eq!(nearest(text, power).unwrap(), value, "{text}");
        }
        assert!(nearest("1e308", 0).is_err() && nearest("inf", 0).is_err());
    }
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_exactly() {
        for (text, thousandths) in [
            ("0", 0),
            ("-0.000", 0),
            ("1", 1000),
            ("0.1", 100),
            (".5", 500),
            ("5.", 5000),
            ("-12.345", -12345),
            ("541.0", 541_000),
            ("1e3", 1_000_000),
            ("1.5E-1", 150),
            ("1.2500000", 1250),
            ("999999999999999.999", 999_999_999_999_999_999),
        ] {
            assert_eq!(text.parse::<Decimal3>().unwrap().thousandths(), thousandths, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_exact_is_refused() {
        for bad in [
            "",
            "-",
            ".",
            "NaN",
            "inf",
            "1,000",
            "1 000",
            "1e308",
            "0.0001",
            "1e15",
            "0x10",
            "１",
            "1e99999999999",
        ] {
            assert!(bad.parse::<Decimal3>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn text_reads_back(n in -999_999_999_999_999_999_i128..=999_999_999_999_999_999) {
            let value = Decimal3::from_thousandths(n);
            prop_assert_eq!(value.to_string().parse::<Decimal3>().unwrap(), value);
        }
    }
}
