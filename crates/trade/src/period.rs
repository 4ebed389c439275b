use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// The time a figure covers: a calendar year, a month, or a run of months.
///
/// Text forms: `2003`, `2003-07`, `2003-01..2003-06`. Ordered by start, then length.
/// A half-year is not a year: whoever wants annual figures asks [`Period::is_annual`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: i16,
    month: u8,
    months: u16,
}

impl Period {
    /// The years that are accepted.
    pub const YEARS: std::ops::RangeInclusive<i16> = 1800..=2199;

    /// A calendar year.
    ///
    /// # Errors
    /// Refuses a year outside [`Period::YEARS`].
    pub fn annual(year: i16) -> Result<Self> {
        Self::span(year, 1, 12)
    }

    /// One month, 1 to 12.
    ///
    /// # Errors
    /// Refuses a year outside [`Period::YEARS`] or a month outside 1 to 12.
    pub fn monthly(year: i16, month: u8) -> Result<Self> {
        Self::span(year, month, 1)
    }

    /// `months` months from `year`-`month` on.
    ///
    /// # Errors
    /// As [`Period::monthly`]; also refuses a span of no months or of more than 100 years.
    pub fn span(year: i16, month: u8, months: u16) -> Result<Self> {
        if !Self::YEARS.contains(&year) || !(1..=12).contains(&month) || !(1..=1200).contains(&months) {
            return Err(malformed(&format!("{year}-{month} for {months} months")));
        }
        Ok(Period { year, month, months })
    }

    /// The year in which the period starts.
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month in which the period starts, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// How many months it covers.
    pub fn months(self) -> u16 {
        self.months
    }

    /// Whether it is one calendar year.
    pub fn is_annual(self) -> bool {
        self.month == 1 && self.months == 12
    }
}

fn malformed(found: &str) -> Error {
    Error::Malformed {
        what: "a period",
        expected: "a year, a month or a run of months between 1800 and 2199: 2003, 2003-07 or 2003-01..2003-06",
        found: found.to_owned(),
    }
}

fn year_month(text: &str) -> Option<(i16, u8)> {
    let (year, month) = text.split_once('-')?;
    let digits = |t: &str, n| t.len() == n && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(year, 4) || !digits(month, 2) {
        return None;
    }
    Some((year.parse().ok()?, month.parse().ok()?))
}

impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = || malformed(text);
        if let Some((from, to)) = text.split_once("..") {
            let (y0, m0) = year_month(from).ok_or_else(refuse)?;
            let (y1, m1) = year_month(to).ok_or_else(refuse)?;
            let months = (i32::from(y1) - i32::from(y0)) * 12 + i32::from(m1) - i32::from(m0) + 1;
            return u16::try_from(months)
                .ok()
                .and_then(|n| Period::span(y0, m0, n).ok())
                .filter(|_| (1..=12).contains(&m1))
                .ok_or_else(refuse);
        }
        if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) {
            let year = text.parse().map_err(|_| refuse())?;
            return Period::annual(year).map_err(|_| refuse());
        }
        let (year, month) = year_month(text).ok_or_else(refuse)?;
        Period::monthly(year, month).map_err(|_| refuse())
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_annual() {
            return write!(f, "{:04}", self.year);
        }
        write!(f, "{:04}-{:02}", self.year, self.month)?;
        if self.months > 1 {
            let last = i32::from(self.year) * 12 + i32::from(self.month) - 1 + i32::from(self.months) - 1;
            write!(f, "..{:04}-{:02}", last / 12, last % 12 + 1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_read_back() {
        for text in [
            "2003",
            "2003-07",
            "2003-01..2003-06",
            "1989-01..1996-06",
            "2003-12..2004-01",
        ] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        // Twelve months from January are a calendar year, however written.
        assert_eq!("2003-01..2003-12".parse::<Period>().unwrap().to_string(), "2003");
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for bad in [
            "",
            "0",
            "0000",
            "99999",
            "2003-13",
            "2003-00",
            "2003-7",
            "2003-06..2003-01",
            "2003-01..2003-13",
            "abcd",
            "+203",
            "-203",
        ] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
    }
}
