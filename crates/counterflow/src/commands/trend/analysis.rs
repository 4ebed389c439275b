//! Everything that is estimated and tested on one series; what is refused carries its reason.

use super::Choices;
use super::line::Line;
use super::seasons;
use super::series::Series;
use ::trend::{
    Joint, MannKendall, Seasonal, TheilSen, correlated_mann_kendall, hamed_rao, mann_kendall, partial_mann_kendall,
    prewhitened, regional_mann_kendall, seasonal_mann_kendall, theil_sen, trend_free_prewhitened, yue_wang,
};

/// What was found on one series.
pub struct Analysis {
    /// The line through the values.
    pub linear: Result<Line, String>,
    /// The line through their logarithms.
    pub log_linear: Result<Line, String>,
    /// The original Mann-Kendall test.
    pub mann_kendall: Result<MannKendall, String>,
    /// Its variants by name.
    pub variants: Vec<(&'static str, Result<Variant, String>)>,
    /// The Theil-Sen line.
    pub theil_sen: Result<TheilSen, String>,
    /// median(value - slope time): the other usual intercept of the Theil-Sen line.
    pub joint_intercept: Option<f64>,
}

/// A variant of the Mann-Kendall test.
pub enum Variant {
    /// For one series.
    Single(MannKendall),
    /// Over seasons, with the length of a cycle in units of time.
    Seasonal(Seasonal, f64),
    /// Over correlated series.
    Joint(Joint, Option<f64>),
}

fn told<T>(result: ::trend::Result<T>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

impl Analysis {
    /// Estimates and tests everything.
    pub fn of(series: &Series, choices: &Choices) -> Analysis {
        let (times, values) = (series.numbers(), &series.values);
        let sen = told(theil_sen(&times, values, choices.level));
        let joint_intercept = sen.as_ref().ok().map(|line| {
            let mut rest: Vec<f64> = values.iter().zip(&times).map(|(v, t)| v - line.slope * t).collect();
            rest.sort_by(f64::total_cmp);
            0.5 * (rest[(rest.len() - 1) / 2] + rest[rest.len() / 2])
        });
        Analysis {
            linear: Line::fit(series, values, choices, "time"),
            log_linear: Line::of_logarithms(series, choices, "time"),
            mann_kendall: told(mann_kendall(values)),
            variants: variants(series, choices),
            theil_sen: sen,
            joint_intercept,
        }
    }
}

fn variants(series: &Series, choices: &Choices) -> Vec<(&'static str, Result<Variant, String>)> {
    let values = &series.values;
    let single = |test| told(test).map(Variant::Single);
    let mut found = vec![
        ("hamed_rao", single(hamed_rao(values, None, 0.05))),
        ("yue_wang", single(yue_wang(values, None))),
        ("prewhitened", single(prewhitened(values))),
        ("trend_free_prewhitened", single(trend_free_prewhitened(values))),
    ];
    if !series.covariates.is_empty() {
        let partial = partial_mann_kendall(&series.numbers(), values, &series.covariates);
        found.push(("partial", told(partial).map(|test| Variant::Joint(test, None))));
    }
    if let Some(seasons) = seasons::of(series, choices.period) {
        let (one, other) = match seasons {
            Err(reason) => (Err(reason.clone()), Err(reason)),
            Ok(seasons) => {
                let test = seasonal_mann_kendall(&series.numbers(), values, &seasons.season);
                let correlated = seasons.complete(values).and_then(|(times, columns)| {
                    let test = told(correlated_mann_kendall(&times, &columns))?;
                    Ok(Variant::Joint(test, Some(seasons.length)))
                });
                (
                    told(test).map(|test| Variant::Seasonal(test, seasons.length)),
                    correlated,
                )
            }
        };
        found.push(("seasonal", one));
        found.push(("correlated_seasonal", other));
    }
    found
}

/// The regional test over all series, places taken as independent.
pub fn regional(series: &[Series]) -> Result<Seasonal, String> {
    if series.len() < 2 {
        return Err("a regional test needs at least two series".to_owned());
    }
    let times: Vec<f64> = series.iter().flat_map(Series::numbers).collect();
    let values: Vec<f64> = series.iter().flat_map(|one| one.values.iter().copied()).collect();
    let places: Vec<u32> = series
        .iter()
        .enumerate()
        .flat_map(|(place, one)| std::iter::repeat_n(place as u32, one.values.len()))
        .collect();
    told(regional_mann_kendall(&times, &values, &places))
}
