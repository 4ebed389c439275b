use super::totals::{History, Year};
use trade::Usd;

/// One series of yearly values.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// Its label: `exports`, `imports`, `total_trade`, `balance` or `deficit_ratio`.
    pub name: &'static str,
    /// The unit of its values.
    pub unit: &'static str,
    /// Whether its trend is fitted to logarithms.
    pub logarithmic: bool,
    /// The value of each year, or why there is none.
    pub values: Vec<(i16, Result<f64, String>)>,
}

/// The balance: exports less imports.
pub(super) fn balance(year: &Year) -> Result<Usd, String> {
    Ok(year.exports.clone()?.value - year.imports.clone()?.value)
}

/// The deficit as a ratio to exports: (imports - exports) / exports.
pub(super) fn deficit_ratio(year: &Year) -> Result<f64, String> {
    let exports = year.exports.clone()?.value;
    let deficit = -balance(year)?;
    if exports == Usd::ZERO {
        return Err("exports are zero".to_owned());
    }
    Ok(deficit.thousandths() as f64 / exports.thousandths() as f64)
}

/// Exports plus imports, or two-way trade as published where either is missing; with how it
/// came about.
pub(super) fn total_trade(year: &Year) -> Result<(Usd, String), String> {
    match (&year.exports, &year.imports) {
        (Ok(exports), Ok(imports)) => Ok((exports.value + imports.value, "exports plus imports".to_owned())),
        (Err(reason), _) | (_, Err(reason)) => match &year.two_way {
            Ok(known) => Ok((known.value, format!("two-way trade, {}", known.source))),
            Err(_) => Err(reason.clone()),
        },
    }
}

/// The five series of a history.
pub(super) fn lines(history: &History) -> Vec<Series> {
    let series = |name, unit, logarithmic, value: &dyn Fn(&Year) -> Result<f64, String>| Series {
        name,
        unit,
        logarithmic,
        values: history
            .years
            .iter()
            .map(|(year, totals)| (*year, value(totals)))
            .collect(),
    };
    vec![
        series("exports", "USD", true, &|y| y.exports.clone().map(|k| k.value.to_f64())),
        series("imports", "USD", true, &|y| y.imports.clone().map(|k| k.value.to_f64())),
        series("total_trade", "USD", true, &|y| total_trade(y).map(|t| t.0.to_f64())),
        series("balance", "USD", false, &|y| balance(y).map(Usd::to_f64)),
        series("deficit_ratio", "ratio", false, &deficit_ratio),
    ]
}

/// The usable part of a series within some years.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    pub times: Vec<f64>,
    pub values: Vec<f64>,
    /// Years without a value.
    pub missing: Vec<i16>,
    /// Years whose value has no logarithm.
    pub not_positive: Vec<i16>,
}

impl Series {
    /// The values from `first` to `last`, both included; years outside the series count as missing.
    pub fn window(&self, first: i16, last: i16) -> Window {
        let mut window = Window::default();
        for year in first..=last {
            let value = self
                .values
                .iter()
                .find(|(y, _)| *y == year)
                .and_then(|(_, v)| v.as_ref().ok());
            match value {
                None => window.missing.push(year),
                Some(value) if self.logarithmic && *value <= 0.0 => window.not_positive.push(year),
                Some(value) => {
                    window.times.push(f64::from(year));
                    window.values.push(*value);
                }
            }
        }
        window
    }

    /// The first and last years with a value.
    pub fn span(&self) -> Option<(i16, i16)> {
        let mut known = self.values.iter().filter(|(_, v)| v.is_ok()).map(|(y, _)| *y);
        let first = known.next()?;
        Some((first, known.next_back().unwrap_or(first)))
    }
}

/// Years as runs: `1996-1998, 2001`; `none` where there are none.
pub(super) fn runs(years: &[i16]) -> String {
    let mut runs: Vec<(i16, i16)> = Vec::new();
    for &year in years {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == year => *last = year,
            _ => runs.push((year, year)),
        }
    }
    if runs.is_empty() {
        return "none".to_owned();
    }
    let words: Vec<String> = runs
        .iter()
        .map(|&(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") })
        .collect();
    words.join(", ")
}
