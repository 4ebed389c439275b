//! Times as tables write them: `2003`, `1998.5`, `2003-07`, `200307`, `2003Q3`, `2003-07-31`.

use crate::fail::{Failure, Outcome};
use serde_json::{Value, json};

/// A time: where it lies in years (or in the column's own numbers), and as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    /// The number that trends are fitted to.
    pub value: f64,
    /// As the table has it.
    pub text: String,
    /// How it is written.
    pub form: Form,
    /// Which month or quarter it is, from 0; `None` for plain numbers and days.
    pub season: Option<u32>,
}

/// How times are written. One column keeps to one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A number, such as a year.
    Number,
    /// `2003-07`, or `200307` as Comtrade writes it: the year and (month - 1) / 12.
    Month,
    /// `2003Q3` or `2003-Q3`: the year and (quarter - 1) / 4.
    Quarter,
    /// `2003-07-31`: the year and the days before it over the year's days.
    Day,
}

impl Form {
    /// In words, with the unit of the time.
    pub fn name(self) -> &'static str {
        match self {
            Form::Number => "number",
            Form::Month => "month, in years",
            Form::Quarter => "quarter, in years",
            Form::Day => "day, in years",
        }
    }

    /// The units of the time in a year's cycle; `None` where a cycle is not known.
    pub fn cycle(self) -> Option<u32> {
        match self {
            Form::Month => Some(12),
            Form::Quarter => Some(4),
            Form::Number | Form::Day => None,
        }
    }
}

impl Time {
    /// Reads a time.
    pub fn parse(text: &str) -> Option<Time> {
        let text = text.trim();
        // Programs write a day as its midnight.
        let text = midnight(text).unwrap_or(text);
        let (value, form, season) = month_without_sign(text)
            .or_else(|| number(text))
            .or_else(|| quarter(text))
            .or_else(|| month(text))
            .or_else(|| day(text))?;
        Some(Time {
            value,
            text: text.to_owned(),
            form,
            season,
        })
    }

    /// The number where it is written as one, else the text.
    pub fn json(&self) -> Value {
        match (self.form, self.text.parse::<i64>()) {
            (Form::Number, Ok(whole)) => json!(whole),
            (Form::Number, Err(_)) => json!(self.value),
            _ => json!(self.text),
        }
    }
}

/// The day of a moment that is the beginning of one, as tables of other programs have it: `2001-01-01T00:00:00`, with or
/// without a fraction and a mark of universal time.
fn midnight(text: &str) -> Option<&str> {
    let (day, time) = text.split_once(['T', ' '])?;
    let time = time.strip_suffix('Z').or(time.strip_suffix("+00:00")).unwrap_or(time);
    let fraction = time.strip_prefix("00:00:00")?;
    let zeros = fraction.strip_prefix('.').unwrap_or(fraction);
    zeros.bytes().all(|b| b == b'0').then_some(day)
}

fn number(text: &str) -> Option<(f64, Form, Option<u32>)> {
    let value = text.parse::<f64>().ok().filter(|v| v.is_finite())?;
    Some((value, Form::Number, None))
}

fn digits(text: &str, most: usize) -> Option<u32> {
    let plain = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn year(text: &str) -> Option<u32> {
    digits(text, 4).filter(|_| text.len() == 4)
}

fn quarter(text: &str) -> Option<(f64, Form, Option<u32>)> {
    let (before, quarter) = text.split_once(['Q', 'q'])?;
    let year = year(before.strip_suffix('-').unwrap_or(before))?;
    let quarter = digits(quarter, 1).filter(|q| (1..=4).contains(q))?;
    let value = f64::from(year) + f64::from(quarter - 1) / 4.0;
    Some((value, Form::Quarter, Some(quarter - 1)))
}

fn month(text: &str) -> Option<(f64, Form, Option<u32>)> {
    let (before, month) = text.split_once(['-', 'M'])?;
    month_of(before, month)
}

fn month_of(before: &str, month: &str) -> Option<(f64, Form, Option<u32>)> {
    let month = digits(month, 2).filter(|m| (1..=12).contains(m))?;
    let value = f64::from(year(before)?) + f64::from(month - 1) / 12.0;
    Some((value, Form::Month, Some(month - 1)))
}

/// Six digits that are a year and a month; as a number they would leave a gap of 88 after each December.
fn month_without_sign(text: &str) -> Option<(f64, Form, Option<u32>)> {
    let (year, month) = text.split_at_checked(4).filter(|_| text.len() == 6)?;
    let plausible = (1800..2200).contains(&digits(year, 4)?);
    plausible.then(|| month_of(year, month)).flatten()
}

fn day(text: &str) -> Option<(f64, Form, Option<u32>)> {
    let mut parts = text.split('-');
    let (year, month, day) = (
        year(parts.next()?)?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = [31, 28 + u32::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(month.checked_sub(1)? as usize)?;
    if parts.next().is_some() || !(1..=length).contains(&day) {
        return None;
    }
    let before: u32 = lengths.iter().take(month as usize - 1).sum::<u32>() + day - 1;
    let days = lengths.iter().sum::<u32>();
    Some((f64::from(year) + f64::from(before) / f64::from(days), Form::Day, None))
}

/// Reads a column of times; a missing cell is `None`. All keep to one form.
pub fn column(cells: &[Option<String>], places: &[u64], name: &str, file: &str) -> Outcome<Vec<Option<Time>>> {
    let mut first: Option<(Form, u64)> = None;
    let read = |(cell, place): (&Option<String>, &u64)| {
        let Some(text) = cell else { return Ok(None) };
        let time = Time::parse(text).ok_or_else(|| {
            Failure::because(format!(
                "{file}, line {place}, column `{name}`: expected a time such as 2003, 2003-07, 2003Q3 or 2003-07-31, \
                 found `{text}`"
            ))
        })?;
        match first {
            None => first = Some((time.form, *place)),
            Some((form, before)) if form != time.form => {
                return Err(Failure::because(format!(
                    "{file}, line {place}, column `{name}`: `{text}` is written in another form than the time in line {before}; \
                     years, months, quarters and days do not mix"
                )));
            }
            Some(_) => {}
        }
        Ok(Some(time))
    };
    let times: Vec<Option<Time>> = cells.iter().zip(places).map(read).collect::<Outcome<_>>()?;
    let parted = |time: &Time| {
        let parts = time.text.split_once('.');
        parts.is_some_and(|(whole, rest)| ["1", "2"].contains(&whole) && rest.len() == 3 && digits(rest, 3).is_some())
    };
    if let Some(at) = times.iter().position(Option::is_some)
        && times.iter().flatten().all(parted)
    {
        return Err(Failure::because(format!(
            "{file}, line {}, column `{name}`: `{}` may be a year with a point between its thousands, as all times are written; \
             write 2003 without one, or other decimals",
            places[at],
            times[at].as_ref().map_or("", |time| &time.text),
        )));
    }
    if let Some(at) = two_digits(&times) {
        return Err(Failure::because(format!(
            "{file}, line {}, column `{name}`: `{}` is a year of two digits, beside others of another century; write four",
            places[at],
            times[at].as_ref().map_or("", |time| &time.text),
        )));
    }
    match stray(&times) {
        Some(at) => Err(Failure::because(format!(
            "{file}, line {}, column `{name}`: `{}` is no year, as the other times are; mend it, or leave it out with --where",
            places[at],
            times[at].as_ref().map_or("", |time| &time.text),
        ))),
        None => Ok(times),
    }
}

/// A time such as `00` or `07` where others are such as `95`: in their own order the centuries would be mixed up.
fn two_digits(times: &[Option<Time>]) -> Option<usize> {
    let of = |time: &Time| digits(&time.text, 2).filter(|_| time.text.len() == 2);
    let all = times.iter().flatten().map(of).collect::<Option<Vec<u32>>>()?;
    let mixed = all.iter().any(|&n| n >= 50) && all.iter().any(|&n| n < 50);
    mixed.then(|| {
        times
            .iter()
            .position(|time| time.as_ref().is_some_and(|time| time.text.starts_with('0')))
    })?
}

/// A whole number among years that is none: `0` or `99999` beside at least twice as many years. A count of observations
/// that runs through such numbers has more of the others.
fn stray(times: &[Option<Time>]) -> Option<usize> {
    let within = |time: &Time, from: f64, to: f64| time.form == Form::Number && (from..=to).contains(&time.value);
    let years = times
        .iter()
        .flatten()
        .filter(|time| within(time, 1800.0, 2199.0))
        .count();
    let outside = |time: &Option<Time>| time.as_ref().is_some_and(|time| !within(time, 1000.0, 2999.0));
    let others = times.iter().filter(|time| outside(time)).count();
    (years >= 2 * others).then(|| times.iter().position(outside)).flatten()
}

/// Refuses a time that stands twice among rows in order of their times.
pub fn refuse_repeats(times: &[Time], places: &[u64], file: &str, what: &str) -> Outcome<()> {
    let twice = times.windows(2).position(|w| w[0].value == w[1].value);
    match twice {
        Some(at) => Err(Failure::because(format!(
            "{file}: the time {} stands twice{what} (lines {} and {}); separate the series with --where{}",
            times[at].text,
            places[at].min(places[at + 1]),
            places[at].max(places[at + 1]),
            if what.is_empty() { " or --by" } else { "" },
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn years_of_two_digits_are_refused_where_centuries_meet() {
        let read = |texts: &[&str]| {
            let cells: Vec<Option<String>> = texts.iter().map(|text| Some((*text).to_owned())).collect();
            let places: Vec<u64> = (2..).take(cells.len()).collect();
            column(&cells, &places, "year", "t.csv").map_err(|failure| format!("{failure:?}"))
        };
        let error = read(&["95", "99", "00", "01"]).unwrap_err();
        assert!(
            error.contains("line 4") && error.contains("`00` is a year of two digits"),
            "{error}"
        );
        assert!(
            read(&["01", "02", "03"]).is_ok() && read(&["10", "60", "99"]).is_ok() && read(&["1", "50", "07"]).is_ok()
        );
    }

    #[test]
    fn years_with_a_point_between_thousands_are_refused() {
        let read = |texts: [&str; 3]| column(&texts.map(|text| Some(text.to_owned())), &[2, 3, 4], "year", "t.csv");
        let error = format!("{:?}", read(["1.999", "2.000", "2.001"]).unwrap_err());
        assert!(error.contains("line 2") && error.contains("thousands"), "{error}");
        assert!(read(["0.125", "0.250", "0.375"]).is_ok() && read(["1.999", "2.000", "2.0015"]).is_ok());
    }

    #[test]
    fn times_of_all_forms() {
        for (text, value, form) in [
            ("2003", 2003.0, Form::Number),
            ("1998.5", 1998.5, Form::Number),
            ("2003-07", 2003.5, Form::Month),
            ("2003M07", 2003.5, Form::Month),
            ("200307", 2003.5, Form::Month),
            ("200313", 200_313.0, Form::Number),
            ("990712", 990_712.0, Form::Number),
            ("2003Q3", 2003.5, Form::Quarter),
            ("2003-Q4", 2003.75, Form::Quarter),
            ("2004-12-31", 2004.0 + 365.0 / 366.0, Form::Day),
            ("2001-01-01T00:00:00", 2001.0, Form::Day),
            ("2001-01-01 00:00:00.000Z", 2001.0, Form::Day),
        ] {
            let time = Time::parse(text).unwrap();
            assert_eq!((time.value, time.form), (value, form), "{text}");
        }
        for text in [
            "",
            "last",
            "2003-13",
            "2003-02-29",
            "03-07",
            "2003Q5",
            "2003-07-31-1",
            "2001-01-01T06:00:00",
            "inf",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        let times = |texts: &[&str]| texts.iter().map(|text| Time::parse(text)).collect::<Vec<_>>();
        assert_eq!(stray(&times(&["2001", "99999", "2002", "2003"])), Some(1));
        assert_eq!(stray(&times(&["0", "2001", "2002"])), Some(0));
        assert_eq!(stray(&times(&["1799", "1800", "2199.5"])), None);
        let count: Vec<String> = (1..2500).map(|n| n.to_string()).collect();
        assert_eq!(
            stray(&times(&count.iter().map(String::as_str).collect::<Vec<_>>())),
            None
        );
        assert_eq!(Time::parse("1898").unwrap().json(), json!(1898));
        assert_eq!(Time::parse("2003-07").unwrap().json(), json!("2003-07"));
    }
}
