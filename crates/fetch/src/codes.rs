//! What a user writes as the codes that a provider knows.

use crate::error::{Error, Result};
use trade::{EconomyInfo, EconomyKind, NumericCode, Period, economies};

/// At most so many periods in one question: two centuries of months.
const MOST_PERIODS: usize = 2_400;

/// Periods of one kind, in order: `2003`, `2001..2005`, `2003-01..2003-06`, `2003-Q1..2004-Q4`, several with commas.
///
/// # Errors
/// For what is no period, for kinds that are mixed, and for more than 2,400 of them.
pub fn periods(text: &str) -> Result<Vec<Period>> {
    let mut found = Vec::new();
    for item in text.split(',').map(str::trim) {
        let (first, last) = item.split_once("..").unwrap_or((item, item));
        let (first, last) = (period(first.trim())?, period(last.trim())?);
        if first.months() != last.months() || last < first {
            return Err(Error::Question(format!("`{item}` is no run of periods of one kind")));
        }
        let step = i32::from(first.months());
        let index = |p: Period| i32::from(p.year()) * 12 + i32::from(p.month()) - 1;
        for at in (index(first)..=index(last)).step_by(step as usize) {
            let next = Period::span((at / 12) as i16, (at % 12 + 1) as u8, first.months());
            found.push(next.map_err(|e| Error::Question(e.to_string()))?);
            if found.len() > MOST_PERIODS {
                return Err(Error::Question(format!(
                    "more than {MOST_PERIODS} periods are asked for"
                )));
            }
        }
    }
    found.sort();
    found.dedup();
    if found.windows(2).any(|pair| pair[0].months() != pair[1].months()) {
        return Err(Error::Question(format!(
            "`{text}` mixes years and parts of years: fetch them into folders of their own"
        )));
    }
    Ok(found)
}

fn period(text: &str) -> Result<Period> {
    let refuse = || {
        Error::Question(format!(
            "`{text}` is no period: a year, a month or a quarter is expected, such as 2003, 2003-07 or 2003-Q3, or a run of \
             them, such as 2001..2005"
        ))
    };
    if let Some((year, quarter)) = text.split_once("-Q") {
        let year: Period = year.parse().map_err(|_| refuse())?;
        let quarter: u8 = quarter
            .parse()
            .ok()
            .filter(|q| (1..=4).contains(q))
            .ok_or_else(refuse)?;
        return Period::span(year.year(), 3 * quarter - 2, 3).map_err(|_| refuse());
    }
    text.parse().map_err(|_| refuse())
}

/// UN Comtrade's numbers of economies, for any years of the periods; `None` for `all`. A number that UN Comtrade uses
/// in some years only (841 for the United States to 1980) is among them where the periods reach these years.
///
/// # Errors
/// Names the word that means no economy, or several, or one that UN Comtrade books under another number.
pub fn comtrade_codes(text: &str, periods: &[Period]) -> Result<Option<Vec<String>>> {
    each(text, |word| {
        if word.len() <= 3 && word.bytes().all(|b| b.is_ascii_digit()) {
            let zeros = word.trim_start_matches('0');
            return Ok(vec![if zeros.is_empty() { "0" } else { zeros }.to_owned()]);
        }
        let info = economies().lookup(word).map_err(|e| Error::Question(e.to_string()))?;
        if let Some(other) = booked_under(info) {
            return Err(Error::Question(format!(
                "UN Comtrade has no figures of {info}: it books them under {}, `{}`; ask for that number",
                other.m49.first().map_or(0, |number| number.code),
                other.name
            )));
        }
        let asked = |code: &NumericCode| periods.iter().any(|p| code.years.contains(p.year()));
        let valid: Vec<_> = info.m49.iter().filter(|code| asked(code)).collect();
        // The first is UN Comtrade's; others without years are M49's own, which it does not use.
        let open = |code: &trade::NumericCode| code.years.first.is_none() && code.years.last.is_none();
        let used = valid.iter().enumerate().filter(|(at, code)| *at == 0 || !open(code));
        let codes: Vec<String> = used.map(|(_, code)| code.code.to_string()).collect();
        if codes.is_empty() {
            let before: Vec<String> = in_its_place(info, periods).map(ToString::to_string).collect();
            let hint = match &before[..] {
                [] => String::new(),
                others => format!("; in them there was {}", others.join(", ")),
            };
            return Err(Error::Question(format!(
                "UN Comtrade has no number for {info} in these periods{hint}"
            )));
        }
        Ok(codes)
    })
}

/// The Monetary Fund's codes of economies: ISO 3166 alpha-3 but for its own; `None` for `all`.
///
/// # Errors
/// As [`comtrade_codes`]: the Fund answers a code that it does not know with an empty table.
pub fn imf_codes(text: &str, periods: &[Period]) -> Result<Option<Vec<String>>> {
    each(text, |word| {
        let group = |word: &str| {
            let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
            digits.len() < word.len() && digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit())
        };
        let years = || periods.iter().map(|p| p.year());
        if group(word) || years().any(|year| economies().by_agency("imf", word, year).is_some()) {
            return Ok(vec![word.to_owned()]);
        }
        let info = economies().lookup(word).map_err(|e| Error::Question(e.to_string()))?;
        let code = if info.code.is_world() {
            "G001"
        } else {
            info.code.as_str()
        };
        if code.len() > 4 || code.contains('_') {
            return Err(Error::Question(format!("the Monetary Fund has no code for {info}")));
        }
        Ok(vec![code.to_owned()])
    })
}

/// The residual of an economy's seat, under which UN Comtrade books what it does not book under the economy's name.
fn booked_under(info: &EconomyInfo) -> Option<&'static EconomyInfo> {
    economies().iter().find(|other| {
        let seat = info.capital_name.is_some() && info.capital_name == other.capital_name;
        seat && other.kind == EconomyKind::Unspecified && other.code != info.code
    })
}

/// Who has a number in the periods and stood where the economy stands in other years: one of its seat or of its number.
fn in_its_place(info: &EconomyInfo, periods: &[Period]) -> impl Iterator<Item = &'static EconomyInfo> {
    economies().iter().filter(|other| {
        let seat = info.capital_name.is_some() && info.capital_name == other.capital_name;
        let number = |code: &NumericCode| info.m49.iter().any(|own| own.code == code.code);
        let then = |code: &NumericCode| periods.iter().any(|p| code.years.contains(p.year()));
        other.code != info.code && other.is_place() && other.m49.iter().any(|code| (seat || number(code)) && then(code))
    })
}

/// `all` alone is all of them. In a list it would be taken for the world, which `all` also means as a name.
fn each(text: &str, read: impl Fn(&str) -> Result<Vec<String>>) -> Result<Option<Vec<String>>> {
    let words: Vec<&str> = text.split(',').map(str::trim).collect();
    let all = |word: &&str| word.eq_ignore_ascii_case("all");
    if words.len() == 1 && all(&words[0]) {
        return Ok(None);
    }
    if words.iter().any(all) || words.contains(&"") {
        return Err(Error::Question(format!(
            "`{text}`: economies with one comma between two of them are expected, or `all` alone"
        )));
    }
    let mut codes: Vec<String> = Vec::new();
    for word in words {
        for code in read(word)? {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    Ok(Some(codes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_of_one_kind() {
        let told = |text: &str| {
            let all = periods(text).unwrap();
            all.iter().map(Period::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told("2003"), "2003");
        assert_eq!(told("2005, 2001..2003,2002"), "2001 2002 2003 2005");
        assert_eq!(told("2003-11..2004-02"), "2003-11 2003-12 2004-01 2004-02");
        assert_eq!(told("2003-Q4..2004-Q1"), "2003-10..2003-12 2004-01..2004-03");
        for bad in [
            "",
            "2003..2001",
            "2003,2003-01",
            "2003..2003-05",
            "2003-Q5",
            "x",
            "2003-01-01",
        ] {
            assert!(periods(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn economies_are_written_as_each_provider_does() {
        let comtrade = |text: &str, when: &str| comtrade_codes(text, &periods(when).unwrap());
        let codes = |text: &str, when: &str| comtrade(text, when).unwrap().unwrap().join(" ");
        assert_eq!(codes("PRK,China,WLD", "2003"), "408 156 0");
        assert_eq!(codes("USA", "2003"), "842");
        assert_eq!(codes("USA", "1979..1982"), "842 841");
        assert_eq!(codes("DEU", "1985"), "276 280");
        assert_eq!(codes("FRA,251,97", "2003"), "251 97");
        for all in ["all", "ALL", " All "] {
            assert_eq!(comtrade(all, "2003").unwrap(), None);
        }
        assert_eq!(codes("007,000", "2003"), "7 0");
        for bad in [
            "", "XXX", "Korea", "CHN,all", "PRK,ALL", "all,", "all,all", "CHN,", ",CHN", "CHN,,PRK",
        ] {
            assert!(comtrade(bad, "2003").is_err(), "{bad}");
        }
        for (text, when, told) in [
            ("TWN", "2003", "books them under 490, `Other Asia"),
            ("RUS", "1990", "in them there was SUN"),
            ("CZE", "1985", "in them there was CSK"),
            ("BEL", "1995", "in them there was BLX"),
        ] {
            let error = comtrade(text, when).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        assert_eq!(codes("490", "2003"), "490");
        let imf = |text: &str| imf_codes(text, &periods("2003").unwrap());
        assert_eq!(imf("KOR,WLD,G163").unwrap().unwrap().join(" "), "KOR G001 G163");
        assert_eq!(imf("South Korea").unwrap().unwrap().join(" "), "KOR");
        for bad in ["LAX", "KOR,ALL", "KOR,"] {
            assert!(imf(bad).is_err(), "{bad}");
        }
        assert_eq!(imf("ALL").unwrap(), None);
    }
}
