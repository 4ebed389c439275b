//! The numbers of claims and sentences as words.

use crate::select::Reduced;

/// A comparison in words.
pub(super) fn needed(op: &str) -> &'static str {
    match op {
        ">=" => "at least",
        ">" => "more than",
        "<=" => "at most",
        _ => "less than",
    }
}

/// Adds a number with what was needed of it. A number with a bar on either side is told once.
pub(super) fn tell(numbers: &mut Vec<String>, says: &str, said: &str, needed: &str) {
    let ends = [", at least", ", at most"];
    let what = ends.iter().find_map(|end| says.strip_suffix(end)).unwrap_or(says);
    let begin = format!("{what}: {said}; needed: ");
    match numbers.last_mut() {
        Some(last) if what != says && last.starts_with(&begin) => last.push_str(&format!(" and {needed}")),
        _ => numbers.push(format!("{begin}{needed}")),
    }
}

/// A number with its interval, and the bar that it is held against; in this unit, where they are shares: then with as many
/// decimals as tell the two apart.
pub(super) fn shown(number: &Reduced, bar: f64, unit: Option<&str>) -> (String, String) {
    const MOST: usize = 4;
    let at = |x: f64, places: usize| unit.map_or_else(|| digits(x), |unit| per_cent(x, unit, places));
    let alike = |places: &usize| {
        number
            .estimate
            .is_some_and(|x| x != bar && at(x, *places) == at(bar, *places))
    };
    // Within a tenth of a point of the bar, all numbers have two decimals, whichever side of it they are on.
    let close = number.estimate.is_some_and(|x| (x - bar).abs() < 0.001 && x != bar);
    let places = (1 + usize::from(close)..MOST)
        .find(|places| !alike(places))
        .unwrap_or(MOST);
    let one = |x: f64| at(x, places);
    let (low, high) = match unit {
        Some(unit) => {
            let low = one(number.low);
            (low.trim_end_matches(unit).trim_end().to_owned(), one(number.high))
        }
        None => interval_digits(number.low, number.high),
    };
    let said = match number.estimate {
        Some(estimate) if number.low == number.high => one(estimate),
        Some(estimate) => format!("{} ({low} to {high})", one(estimate)),
        None => format!("between {low} and {high}"),
    };
    (said, one(bar))
}

/// A share in hundredths, to so many decimals where it has one: `25.8 per cent`, `97 per cent`.
fn per_cent(share: f64, unit: &str, places: usize) -> String {
    let text = format!("{:.places$}", 100.0 * share);
    let text = text.strip_suffix(".0").unwrap_or(&text);
    format!("{} {unit}", if text == "-0" { "0" } else { text })
}

/// The ends of an interval in one unit, named behind the second, and to the same decimals: `-121` and `-0.7 million`.
pub(crate) fn interval_digits(low: f64, high: f64) -> (String, String) {
    let most = low.abs().max(high.abs());
    let (divisor, unit) = match most {
        m if m >= 1e9 => (1e9, " billion"),
        m if m >= 1e6 => (1e6, " million"),
        _ => return (digits(low), digits(high)),
    };
    let (low, high) = (low / divisor, high / divisor);
    // As many decimals as the larger end needs, and enough that the smaller is not nought.
    let places = |x: f64, digits: i32| (digits - 1 - x.abs().log10().floor() as i32).clamp(0, 3) as usize;
    let least = low.abs().min(high.abs());
    let places = match least {
        x if x > 0.0 => places(most / divisor, 3).max(places(x, 1)),
        _ => places(most / divisor, 3),
    };
    (rounded(low, places), format!("{}{unit}", rounded(high, places)))
}

/// A number for people: three significant digits, large ones in millions or billions.
pub(crate) fn digits(x: f64) -> String {
    let size = x.abs();
    let (scaled, unit) = match size {
        s if s >= 1e9 => (x / 1e9, " billion"),
        s if s >= 1e6 => (x / 1e6, " million"),
        _ => (x, ""),
    };
    if scaled.abs() >= 1000.0 {
        return grouped(scaled);
    }
    let decimals = match scaled.abs() {
        s if s >= 100.0 || s == 0.0 => 0,
        s if s >= 10.0 => 1,
        s if s >= 1.0 => 2,
        s if s >= 0.001 => 3,
        _ => return format!("{scaled:.2e}{unit}"),
    };
    format!("{}{unit}", rounded(scaled, decimals))
}

/// Rounded to so many decimals, halves away from zero: 2.735, which no double is, becomes 2.74.
fn rounded(x: f64, decimals: usize) -> String {
    format!("{:.decimals$}", x * (1.0 + 1e-12))
}

/// A whole number with its thousands set apart; of a number below a million only three digits stay.
fn grouped(x: f64) -> String {
    let unit = 10_f64.powf(x.abs().log10().floor() - 2.0);
    let whole = ((x / unit).round() * unit).abs() as u64;
    let mut text = whole.to_string();
    for place in (1..text.len())
        .rev()
        .filter(|p| (whole.to_string().len() - p).is_multiple_of(3))
    {
        text.insert(place, ',');
    }
    if x < 0.0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_and_its_bar_are_told_apart() {
        let words = |x: f64, bar: f64| {
            let number = Reduced {
                estimate: Some(x),
                low: x,
                high: x,
            };
            let (said, bar) = shown(&number, bar, Some("per cent"));
            format!("{said}, {bar}")
        };
        assert_eq!(words(0.258, 0.25), "25.8 per cent, 25 per cent");
        assert_eq!(words(0.16691, 1.0 / 6.0), "16.69 per cent, 16.67 per cent");
        assert_eq!(words(0.16603, 1.0 / 6.0), "16.60 per cent, 16.67 per cent");
        assert_eq!(words(0.25, 0.25), "25 per cent, 25 per cent");
    }

    #[test]
    fn a_number_with_a_bar_on_either_side_is_told_once() {
        let mut numbers = Vec::new();
        for (says, needed) in [
            ("mean, at least", "at least 0.8"),
            ("mean, at most", "at most 1.25"),
            ("other", "less than 1"),
        ] {
            tell(&mut numbers, says, "0.911", needed);
        }
        let told = [
            "mean: 0.911; needed: at least 0.8 and at most 1.25",
            "other: 0.911; needed: less than 1",
        ];
        assert_eq!(numbers, told);
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!(digits(2_735_000_000.0), "2.74 billion");
        assert_eq!(digits(-2_735_000_000.0), "-2.74 billion");
        assert_eq!(digits(2_734_999_000.0), "2.73 billion");
        assert_eq!(digits(1.005), "1.01");
    }

    #[test]
    fn the_ends_of_an_interval_have_one_unit() {
        let ends = |low, high| {
            let (low, high) = interval_digits(low, high);
            format!("{low} to {high}")
        };
        let cases = [
            (-121.2e6, -743_277.0, "-121.2 to -0.7 million"),
            (-471.4e6, -51.94e6, "-471 to -52 million"),
            (-90.5e6, 87.26e6, "-90.5 to 87.3 million"),
            (0.0, 2.5e9, "0.00 to 2.50 billion"),
            (0.182, 0.233, "0.182 to 0.233"),
        ];
        for (low, high, words) in cases {
            assert_eq!(ends(low, high), words);
        }
    }

    #[test]
    fn numbers_are_short_for_people() {
        let shown = [2.295e9, -743_277.0, 1234.0, 0.0417, 12.34, 0.0].map(digits);
        assert_eq!(shown, ["2.30 billion", "-743,000", "1,230", "0.042", "12.3", "0"]);
    }
}
