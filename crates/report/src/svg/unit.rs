use crate::number::{per_cent, significant, typeset};
use model::{Chart, Point, Scale};

/// What the numbers of an axis are counted in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Unit {
    /// The axis' numbers are values divided by this.
    pub(crate) divisor: f64,
    /// `million`, `billion`, `trillion`, or nothing.
    pub(crate) word: &'static str,
}

const UNITS: [Unit; 4] = [
    Unit {
        divisor: 1e12,
        word: "trillion",
    },
    Unit {
        divisor: 1e9,
        word: "billion",
    },
    Unit {
        divisor: 1e6,
        word: "million",
    },
    Unit { divisor: 1.0, word: "" },
];

impl Unit {
    /// The unit in which a size is best told; beyond 10^15 numbers are told in powers of ten.
    pub(crate) fn of(size: f64) -> Unit {
        let plain = UNITS[UNITS.len() - 1];
        if size.abs() >= 1e15 {
            return plain;
        }
        UNITS
            .into_iter()
            .find(|unit| size.abs() >= unit.divisor)
            .unwrap_or(plain)
    }

    /// The unit of a whole axis: none where the label says one, or where ticks bear their own.
    pub(crate) fn of_axis(scale: Scale, label: &str, largest: f64) -> Unit {
        let told = ["thousand", "million", "billion", "trillion"]
            .iter()
            .any(|word| label.contains(word));
        if scale != Scale::Linear || told {
            Unit::of(0.0)
        } else {
            Unit::of(largest)
        }
    }

    /// The axis' label with the unit in it: `Imports, USD` becomes `Imports, billion USD`.
    pub(crate) fn label(self, label: &str) -> String {
        if self.word.is_empty() {
            return label.to_owned();
        }
        match ["USD", "US dollars"].iter().find_map(|money| label.find(money)) {
            Some(at) => format!("{}{} {}", &label[..at], self.word, &label[at..]),
            None => format!("{label} ({}s)", self.word).trim_start().to_owned(),
        }
    }
}

/// A value as a reader wants it told: `34.2%`, `2005`, `2.27 billion`.
pub(crate) fn value_words(scale: Scale, value: f64) -> String {
    match scale {
        Scale::Share => per_cent(value, if value.abs() < 0.001 { 3 } else { 1 }),
        Scale::Year => year_words(value),
        Scale::Linear | Scale::Log => {
            let unit = Unit::of(value);
            let number = typeset(&significant(value / unit.divisor, 4));
            if unit.word.is_empty() {
                number
            } else {
                format!("{number} {}", unit.word)
            }
        }
    }
}

/// A year; a time within it to a tenth.
pub(crate) fn year_words(year: f64) -> String {
    let text = if year == year.round() {
        format!("{year:.0}")
    } else {
        format!("{year:.1}")
    };
    if year.abs() < 1e6 {
        typeset(&text)
    } else {
        typeset(&significant(year, 4))
    }
}

/// A point in words: `IMF, 2005: 34.2% (30% to 38.4%)`.
pub(crate) fn point_words(chart: &Chart, name: &str, point: &Point) -> String {
    let x = value_words(chart.x_scale, point.x);
    let interval = point.band.map(|b| {
        format!(
            "{} to {}",
            value_words(chart.y_scale, b.low),
            value_words(chart.y_scale, b.high)
        )
    });
    let value = match (point.y, interval) {
        (Some(y), Some(interval)) => format!("{} ({interval})", value_words(chart.y_scale, y)),
        (Some(y), None) => value_words(chart.y_scale, y),
        (None, Some(interval)) => interval,
        (None, None) => "no figure".to_owned(),
    };
    let money = match chart.y_scale {
        Scale::Linear | Scale::Log if chart.y_label.contains("USD") => " USD",
        _ => "",
    };
    let comma = if name.is_empty() { "" } else { ", " };
    format!("{name}{comma}{x}: {value}{money}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Band, Form};

    #[test]
    fn money_is_told_in_millions_and_billions() {
        assert_eq!(
            Unit::of_axis(Scale::Linear, "Imports, USD", 4.2e9).label("Imports, USD"),
            "Imports, billion USD"
        );
        assert_eq!(Unit::of_axis(Scale::Linear, "Imports, million USD", 4.2e9).word, "");
        assert_eq!(Unit::of(3e7).label("Tonnes"), "Tonnes (millions)");
        assert_eq!(value_words(Scale::Linear, 2_267_000_000.0), "2.267 billion");
        assert_eq!(value_words(Scale::Share, 0.3424), "34.2%");
        assert_eq!(value_words(Scale::Linear, -0.5), "−0.5");
        assert_eq!(value_words(Scale::Linear, 1e300), "1 × 10³⁰⁰");
    }

    #[test]
    fn a_point_in_words() {
        let mut chart = Chart::new("c", Form::Line, "");
        (chart.x_scale, chart.y_scale) = (Scale::Year, Scale::Share);
        let point = Point {
            x: 2005.0,
            y: Some(0.342),
            band: Some(Band { low: 0.3, high: 0.384 }),
        };
        assert_eq!(point_words(&chart, "IMF", &point), "IMF, 2005: 34.2% (30% to 38.4%)");
    }
}
