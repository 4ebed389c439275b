use super::domain::{columns, pitch};
use super::scale::{stretched, unstretched};
use crate::number::{grouped, per_cent, significant, typeset};
use model::{Chart, Form, Point, Scale};

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
        if !matches!(scale, Scale::Linear | Scale::Root) || told {
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
        Scale::Linear | Scale::Log | Scale::Root => {
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

/// A point in words: `IMF, 2005: 34.2% (30% to 38.4%)`. What stands on an axis is named, unless it is a year.
pub(crate) fn point_words(chart: &Chart, name: &str, point: &Point) -> String {
    let value = measured(chart, point);
    let (place, value) = match (chart.x_scale, cell(chart)) {
        (Scale::Year, _) => (year_words(point.x), value),
        // A bar of a histogram stands for all between its edges.
        (scale, Some(half)) => {
            let edge = |by: f64| unstretched(scale, stretched(scale, point.x) + by);
            let edges = [-half, half].map(|by| typeset(&significant(edge(by), 2)));
            let place = with_unit(&chart.x_label, &edges.join(" to "));
            (place, with_unit(&chart.y_label, &value))
        }
        (scale, None) => {
            let place = with_unit(&chart.x_label, &value_words(scale, point.x));
            (place, with_unit(&chart.y_label, &value))
        }
    };
    let comma = if name.is_empty() || place.is_empty() { "" } else { ", " };
    format!("{name}{comma}{place}: {value}")
}

/// Half the width of a histogram's bars, in stretched values; none where the bars are no histogram.
fn cell(chart: &Chart) -> Option<f64> {
    let histogram = chart.form == Form::Bars && chart.series.len() == 1;
    histogram.then(|| pitch(&columns(chart)) / 2.0)
}

/// An axis' label and a value on it, the label's unit behind the number: `distance, km` and 20 are `distance 20 km`.
fn with_unit(label: &str, value: &str) -> String {
    match label.rsplit_once(", ") {
        Some((what, unit)) if !unit.contains(' ') && unit.len() <= 6 => format!("{what} {value} {unit}"),
        _ => format!("{label} {value}").trim_start().to_owned(),
    }
}

/// A point's value and its interval, whose ends are told in the value's unit and to its decimals.
fn measured(chart: &Chart, point: &Point) -> String {
    let money = if chart.y_label.contains("USD") { " USD" } else { "" };
    let scale = chart.y_scale;
    if !matches!(scale, Scale::Linear | Scale::Log | Scale::Root) {
        let ends = point
            .band
            .map(|b| format!("{} to {}", value_words(scale, b.low), value_words(scale, b.high)));
        return match (point.y.map(|y| value_words(scale, y)), ends) {
            (Some(y), Some(ends)) => format!("{y} ({ends})"),
            (Some(told), None) | (None, Some(told)) => told,
            (None, None) => "no figure".to_owned(),
        };
    }
    let Some(band) = point.band else {
        return match point.y {
            Some(y) => format!("{}{money}", value_words(scale, y)),
            None => "no figure".to_owned(),
        };
    };
    let largest = band.low.abs().max(band.high.abs());
    let size = point.y.unwrap_or(largest);
    // A value near zero lends its ends no unit: theirs would have a dozen digits.
    let unit = if largest / Unit::of(size).divisor < 1e7 {
        Unit::of(size)
    } else {
        Unit::of(largest)
    };
    let places = places_of(size / unit.divisor, 4);
    let told = |value: f64| told(value / unit.divisor, places);
    let word = if unit.word.is_empty() { "" } else { " " };
    let ends = format!("{} to {}", told(band.low), told(band.high));
    let numbers = point.y.map_or(ends.clone(), |y| format!("{} ({ends})", told(y)));
    format!("{numbers}{word}{}{money}", unit.word)
}

/// The decimal places of a number at so many significant digits, none idle.
fn places_of(number: f64, digits: usize) -> usize {
    let text = significant(number, digits);
    text.split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

/// A number to so many decimals; beyond what a reader counts digits of, in powers of ten.
fn told(number: f64, places: usize) -> String {
    let text = if number.abs() >= 1e15 || (number != 0.0 && number.abs() < 1e-5) {
        significant(number, 4)
    } else {
        grouped(&format!("{number:.places$}"))
    };
    let zero = text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
    typeset(if zero { text.trim_start_matches('-') } else { &text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Band, Series};

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

    #[test]
    fn an_intervals_ends_are_told_in_the_values_unit() {
        let mut chart = Chart::new("c", Form::Line, "");
        (chart.x_scale, chart.y_label) = (Scale::Year, "balance, USD".to_owned());
        let words = |y: Option<f64>, low, high| {
            let band = Some(Band { low, high });
            point_words(&chart, "IMF", &Point { x: 1997.0, y, band })
        };
        assert_eq!(
            words(Some(-543.2e6), -1.086e9, 980_872.0),
            "IMF, 1997: −543.2 (−1,086.0 to 1.0) million USD"
        );
        assert_eq!(words(Some(0.0), -2e9, 2e9), "IMF, 1997: 0 (−2 to 2) billion USD");
        assert_eq!(words(None, 1.5e9, 2.25e9), "IMF, 1997: 1.50 to 2.25 billion USD");
        assert_eq!(
            words(Some(-0.2e6), -1e6, 1e3),
            "IMF, 1997: −200,000 (−1,000,000 to 1,000) USD"
        );
        assert_eq!(
            words(Some(-743_000.0), -121e6, 87e6),
            "IMF, 1997: −0.743 (−121.000 to 87.000) million USD"
        );
    }

    #[test]
    fn what_stands_on_other_axes_is_named() {
        let mut chart = Chart::new("c", Form::Dots, "");
        (chart.x_label, chart.y_label) = ("distance, km".to_owned(), "import / export".to_owned());
        (chart.x_scale, chart.y_scale) = (Scale::Log, Scale::Log);
        let words = point_words(&chart, "Flows", &Point::new(399.0, 1.05));
        assert_eq!(words, "Flows, distance 399 km: import / export 1.05");
        (chart.form, chart.x_label, chart.y_label) = (Form::Bars, "import / export".to_owned(), "flows".to_owned());
        let points = [(0.5, 4.0), (1.0, 9.0), (2.0, 3.0)];
        let points = points.map(|(x, y)| Point::new(x, y)).to_vec();
        chart.series.push(Series {
            name: String::new(),
            points,
            curve: false,
        });
        let words = point_words(&chart, "", &Point::new(1.0, 9.0));
        assert_eq!(words, "import / export 0.71 to 1.4: flows 9");
    }
}
