//! Days and moments in universal time, without a library: two conversions are all that is needed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Today in universal time, as year-month-day.
pub(crate) fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    day((since.as_secs() / 86_400) as i64)
}

/// This year in universal time.
pub fn this_year() -> i16 {
    today().get(..4).and_then(|year| year.parse().ok()).unwrap_or(i16::MAX)
}

/// The day that is so many days after the first of 1970, in the Gregorian calendar. Years are counted from March, so
/// that a leap day is the last of its year, in eras of 400 years.
fn day(days: i64) -> String {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Whether a text is a day, as [`today`] writes it, that is not after today.
pub(crate) fn has_been(text: &str) -> bool {
    // Written alike, days are in the order of their texts.
    is_day(text) && text <= &*today()
}

/// Whether a text is a day of the Gregorian calendar from 1970, written as `2026-11-22`.
pub fn is_day(text: &str) -> bool {
    let numbers: Option<Vec<i64>> = text.split('-').map(|word| word.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[year @ 1970..=9999, month @ 1..=12, of_month @ 1..=31]) => day(days_to(year, month, of_month)) == text,
        _ => false,
    }
}

fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// How long a server asks to wait: seconds, or the moment until which, in one of HTTP's three forms
/// (`Wed, 21 Oct 2015 07:28:00 GMT`; `Wednesday, 21-Oct-15 07:28:00 GMT`; `Wed Oct 21 07:28:00 2015`; RFC 9110, 5.6.7).
pub(crate) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More seconds than a number holds are more than anybody waits.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let (until, short) = moment(text)?;
    let wait = until.duration_since(now).unwrap_or_default();
    // A year of two digits that is further away is of the last century.
    let past = short && wait > Duration::from_secs(50 * 366 * 86_400);
    Some(if past { Duration::ZERO } else { wait })
}

/// The moment that a date of HTTP tells.
pub(crate) fn date(text: &str) -> Option<SystemTime> {
    moment(text.trim()).map(|(moment, _)| moment)
}

/// A date, and whether its year has two digits alone.
fn moment(text: &str) -> Option<(SystemTime, bool)> {
    let words: Vec<&str> = text.split([' ', ':', '-']).filter(|word| !word.is_empty()).collect();
    let (day, month, year, time) = match words[..] {
        [_, day, month, year, hour, minute, second, "GMT"] => (day, month, year, [hour, minute, second]),
        [_, month, day, hour, minute, second, year] => (day, month, year, [hour, minute, second]),
        _ => return None,
    };
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = 1 + MONTHS.iter().position(|m| *m == month)? as i64;
    let number = |text: &str, most: i64| text.parse::<i64>().ok().filter(|n| (0..=most).contains(n));
    let short = year.len() == 2;
    let year = number(year, 9999)? + if short { 2000 } else { 0 };
    let days = days_to(year, month, number(day, 31)?);
    let of_day = (number(time[0], 23)? * 60 + number(time[1], 59)?) * 60 + number(time[2], 60)?;
    let since = Duration::from_secs(u64::try_from(days * 86_400 + of_day).ok()?);
    Some((UNIX_EPOCH + since, short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_has_been_is_told_from_others() {
        assert!(has_been(&today()) && has_been("2024-02-29"));
        for bad in [
            "2099-01-01",
            "garbage",
            "",
            "2023-02-29",
            "2023-2-3",
            "2023-02",
            "2023-02-03-04",
            "-1-2-3",
        ] {
            assert!(!has_been(bad), "{bad}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, text) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_779, "2026-11-22"),
        ] {
            assert_eq!(day(days), text);
            let part = |at: std::ops::Range<usize>| text[at].parse().unwrap();
            assert_eq!(days_to(part(0..4), part(5..7), part(8..10)), days);
        }
        assert_eq!(today().len(), 10);
    }

    #[test]
    fn a_wait_is_told_in_seconds_or_as_a_moment() {
        let now = UNIX_EPOCH + Duration::from_secs(1_445_412_470);
        assert_eq!(retry_after(" 7 ", now), Some(Duration::from_secs(7)));
        let date = "Wed, 21 Oct 2015 07:28:00 GMT";
        for date in [date, "Wednesday, 21-Oct-15 07:28:00 GMT", "Wed Oct 21 07:28:00 2015"] {
            assert_eq!(retry_after(date, now), Some(Duration::from_secs(10)), "{date}");
        }
        for past in ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(retry_after(past, now), Some(Duration::ZERO), "{past}");
        }
        assert_eq!(retry_after(&"9".repeat(30), now), Some(Duration::from_secs(u64::MAX)));
        let later = now + Duration::from_secs(99);
        assert_eq!(retry_after(date, later), Some(Duration::ZERO));
        for bad in ["", "soon", "-1", "Wed, 41 Oct 2015 07:28:00 GMT", "21 Oct 2015"] {
            assert_eq!(retry_after(bad, now), None, "{bad}");
        }
    }
}
