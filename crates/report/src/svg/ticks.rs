use super::scale::stretched;
use super::unit::{Unit, year_words};
use crate::number::{grouped, per_cent, significant, typeset};
use model::Scale;

/// A tick of an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// Where, as a value.
    pub(crate) value: f64,
    /// What is printed.
    pub(crate) label: String,
}

/// The smallest of 1, 2, 2.5, 5, 10 times a power of ten that is not below `raw`; whole
/// steps only for years.
pub(crate) fn nice_step(scale: Scale, raw: f64) -> f64 {
    let raw = if scale == Scale::Year { raw.max(1.0) } else { raw };
    let power = 10_f64.powi(raw.log10().floor() as i32);
    let fits = |m: &f64| m * power >= raw * (1.0 - 1e-9) && (scale != Scale::Year || *m != 2.5 || power >= 10.0);
    [1.0, 2.0, 2.5, 5.0].into_iter().find(fits).unwrap_or(10.0) * power
}

/// The multiples of a round step within `low..=high`, about `target` of them.
pub(crate) fn steps(scale: Scale, low: f64, high: f64, target: usize) -> (f64, Vec<f64>) {
    let step = nice_step(scale, (high - low) / target.max(1) as f64);
    let first = (low / step - 1e-6).ceil();
    let last = (high / step + 1e-6).floor();
    let count = (last - first).clamp(-1.0, 200.0) as i64 + 1;
    (step, (0..count).map(|at| (first + at as f64) * step).collect())
}

/// The ticks of an axis over `low..=high`.
pub(crate) fn ticks(scale: Scale, low: f64, high: f64, target: usize, unit: Unit, short: bool) -> Vec<Tick> {
    if scale == Scale::Log {
        return log_values(low, high, target)
            .into_iter()
            .map(|value| Tick {
                value,
                label: log_label(value, short),
            })
            .collect();
    }
    if scale == Scale::Root {
        return root_values(low, high, target)
            .into_iter()
            .map(|value| Tick {
                value,
                label: label(scale, value, 0.0, unit),
            })
            .collect();
    }
    let (step, values) = steps(scale, low, high, target);
    let tick = |value| Tick {
        value,
        label: label(scale, value, step, unit),
    };
    values.into_iter().map(tick).collect()
}

/// A tick's label; as many decimal places as the step needs.
pub(crate) fn label(scale: Scale, value: f64, step: f64, unit: Unit) -> String {
    match scale {
        Scale::Year => year_words(value),
        Scale::Share => per_cent(value, places(step * 100.0)),
        // Ticks that are no multiples of one step have each their own decimals.
        Scale::Root => typeset(&significant(value / unit.divisor, 3)),
        Scale::Linear | Scale::Log => {
            let (value, step) = (value / unit.divisor, step / unit.divisor);
            if value == 0.0 || value.abs() < step * 1e-6 {
                "0".to_owned()
            } else if value.abs() >= 1e15 || step < 1e-5 {
                typeset(&significant(value, 3))
            } else {
                typeset(&grouped(&format!("{value:.*}", places(step))))
            }
        }
    }
}

/// How many decimal places the multiples of a step need.
fn places(step: f64) -> usize {
    let whole = |places: &i32| {
        let scaled = step * 10_f64.powi(*places);
        (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1e-9)
    };
    (0..6).find(whole).unwrap_or(6) as usize
}

/// Powers of ten; also their twofold and fivefold where the powers alone are few.
fn log_values(low: f64, high: f64, target: usize) -> Vec<f64> {
    let (first, last) = ((low.log10() - 1e-9).ceil() as i32, (high.log10() + 1e-9).floor() as i32);
    let decades = (last - first + 1).max(0) as usize;
    let within = |value: &f64| *value >= low * (1.0 - 1e-9) && *value <= high * (1.0 + 1e-9);
    let power = |exponent: i32| 10_f64.powi(exponent);
    if decades >= 2 {
        let every = decades.div_ceil(target.max(2));
        let powers: Vec<f64> = (first..=last).step_by(every).map(power).collect();
        let finer: Vec<f64> = (first - 1..=last)
            .flat_map(|e| [1.0, 2.0, 5.0].map(|m| m * power(e)))
            .filter(within)
            .collect();
        return if finer.len() <= target + 3 { finer } else { powers };
    }
    let finer: Vec<f64> = (first - 1..=last)
        .flat_map(|e| [1.0, 2.0, 5.0].map(|m| m * power(e)))
        .filter(within)
        .collect();
    if finer.len() >= 3 {
        finer
    } else {
        steps(Scale::Linear, low, high, target)
            .1
            .into_iter()
            .filter(|v| *v > 0.0)
            .collect()
    }
}

/// Zero, then powers of ten, then their fivefold and twofold on both sides of it: as many as stand apart by roots.
fn root_values(low: f64, high: f64, target: usize) -> Vec<f64> {
    let place = |value| stretched(Scale::Root, value);
    let apart = (place(high) - place(low)) / (3 * target.max(2)) as f64;
    let largest = low.abs().max(high.abs()).max(f64::MIN_POSITIVE).log10().floor() as i32;
    // Four powers of ten are a hundredfold by roots: what is smaller cannot be told from zero.
    let powers = || (largest - 4..=largest).rev().map(|exponent| 10_f64.powi(exponent));
    let sizes = [1.0, 5.0, 2.0].into_iter().flat_map(|m| powers().map(move |p| m * p));
    let mut taken: Vec<f64> = Vec::new();
    for value in std::iter::once(0.0).chain(sizes.flat_map(|size| [size, -size])) {
        let free = taken.iter().all(|other| (place(value) - place(*other)).abs() >= apart);
        if free && (low..=high).contains(&value) {
            taken.push(value);
        }
    }
    taken.sort_by(f64::total_cmp);
    taken
}

fn log_label(value: f64, short: bool) -> String {
    let unit = Unit::of(value * 1.000_001);
    let number = typeset(&significant(value / unit.divisor, 3));
    match (unit.word, short) {
        ("", _) => number,
        ("million", true) => format!("{number} m"),
        ("billion", true) => format!("{number} bn"),
        ("trillion", true) => format!("{number} tn"),
        (word, _) => format!("{number} {word}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, low: f64, high: f64, target: usize) -> Vec<String> {
        let unit = Unit::of_axis(scale, "", high);
        ticks(scale, low, high, target, unit, false)
            .into_iter()
            .map(|t| t.label)
            .collect()
    }

    #[test]
    fn ticks_by_roots_stand_apart_on_both_sides_of_zero() {
        assert_eq!(
            labels(Scale::Root, -0.15, 10.5, 6),
            ["−0.1", "0", "0.1", "0.5", "1", "2", "5", "10"]
        );
        assert_eq!(
            labels(Scale::Root, -4.0, 4.0, 4),
            ["−2", "−1", "−0.2", "0", "0.2", "1", "2"]
        );
        assert_eq!(labels(Scale::Root, 0.0, 9e9, 3), ["0", "0.2", "1", "2", "5"]);
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            labels(Scale::Year, 1989.0, 2014.0, 6),
            ["1990", "1995", "2000", "2005", "2010"]
        );
        assert_eq!(labels(Scale::Year, 2003.0, 2005.0, 6), ["2003", "2004", "2005"]);
        assert_eq!(
            labels(Scale::Share, 0.0, 1.0, 5),
            ["0%", "20%", "40%", "60%", "80%", "100%"]
        );
        assert_eq!(
            labels(Scale::Share, 0.0, 0.03, 6),
            ["0%", "0.5%", "1%", "1.5%", "2%", "2.5%", "3%"]
        );
        assert_eq!(
            labels(Scale::Linear, 0.0, 1.27, 6),
            ["0", "0.25", "0.50", "0.75", "1.00", "1.25"]
        );
        assert_eq!(labels(Scale::Year, 1989.0, 1999.0, 4), ["1990", "1995"]);
        assert_eq!(labels(Scale::Linear, 0.0, 4.2e9, 5), ["0", "1", "2", "3", "4"]);
        assert_eq!(labels(Scale::Linear, -0.4, 0.4, 4), ["−0.4", "−0.2", "0", "0.2", "0.4"]);
        assert_eq!(labels(Scale::Linear, 0.0, 6000.0, 3), ["0", "2,000", "4,000", "6,000"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        assert_eq!(labels(Scale::Log, 0.008, 200.0, 6), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(labels(Scale::Log, 0.5, 5.0, 6), ["0.5", "1", "2", "5"]);
        assert_eq!(
            labels(Scale::Log, 9e5, 1.1e10, 5),
            ["1 million", "10 million", "100 million", "1 billion", "10 billion"]
        );
        assert_eq!(labels(Scale::Log, 1e-300, 1e300, 4).len(), 4);
        assert_eq!(labels(Scale::Log, 1.21, 1.38, 4), ["1.25", "1.3", "1.35"]);
    }
}
