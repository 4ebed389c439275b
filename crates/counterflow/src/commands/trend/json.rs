//! The JSON of `trend`; docs/json.md names every field.

use super::TrendArguments;
use super::analysis::{Analysis, Variant};
use super::line::Line;
use super::series::Series;
use crate::commands::{json as shared, vcov};
use ::trend::{EXACT_LIMIT, Joint, MannKendall, Seasonal, TheilSen};
use serde_json::{Map, Value, json};

/// The whole answer.
pub fn whole(
    arguments: &TrendArguments,
    series: &[Series],
    analyses: &[Analysis],
    regional: Option<&Result<Seasonal, String>>,
) -> Value {
    let mut whole = Map::new();
    whole.insert("format".to_owned(), json!("counterflow trend 1"));
    whole.insert("value".to_owned(), json!(arguments.value));
    let each = series
        .iter()
        .zip(analyses)
        .map(|(series, analysis)| one(arguments, series, analysis));
    match regional {
        None => whole.extend(each.flatten()),
        Some(regional) => {
            whole.insert("series".to_owned(), each.map(Value::Object).collect());
            let regional = regional.as_ref().map(|test| seasonal(test, None));
            whole.insert("regional".to_owned(), shared::or_undefined(regional));
        }
    }
    Value::Object(whole)
}

fn one(arguments: &TrendArguments, series: &Series, analysis: &Analysis) -> Map<String, Value> {
    let mut object = Map::new();
    if !arguments.by.is_empty() {
        let by: Map<String, Value> = arguments
            .by
            .iter()
            .cloned()
            .zip(series.key.iter().map(|k| json!(k)))
            .collect();
        object.insert("by".to_owned(), Value::Object(by));
    }
    let level = arguments.covariance.level;
    let time = json!({
        "column": arguments.time,
        "form": series.times.first().map(|t| t.form.name()),
        "first": series.times.first().map(|t| t.json()),
        "last": series.times.last().map(|t| t.json()),
        "regular": series.is_regular(),
    });
    let mut log_linear = shared::or_undefined(analysis.log_linear.as_ref().map(|l| line(l, &arguments.time, level)));
    if let (Ok(line), Some(object)) = (&analysis.log_linear, log_linear.as_object_mut()) {
        let [growth, low, high] = line.growth();
        let known = |end: f64| (!line.perfect && end.is_finite()).then_some(end);
        object.insert("growth".to_owned(), json!(growth));
        object.insert("growth_conf_low".to_owned(), json!(known(low)));
        object.insert("growth_conf_high".to_owned(), json!(known(high)));
    }
    object.insert("nobs".to_owned(), json!(series.values.len()));
    object.insert("dropped".to_owned(), shared::dropped(&series.dropped));
    object.insert("time".to_owned(), time);
    let linear = analysis.linear.as_ref().map(|l| line(l, &arguments.time, level));
    object.insert("linear".to_owned(), shared::or_undefined(linear));
    object.insert("log_linear".to_owned(), log_linear);
    object.insert("mann_kendall".to_owned(), mann_kendall(series, analysis));
    let sen = analysis
        .theil_sen
        .as_ref()
        .map(|t| theil_sen(t, series, analysis, level));
    object.insert("theil_sen".to_owned(), shared::or_undefined(sen));
    object
}

fn line(line: &Line, time: &str, level: f64) -> Value {
    let mut terms = line.terms.clone();
    if let Some(slope) = terms.get_mut(1) {
        time.clone_into(&mut slope.term);
    }
    let slope = line.slope();
    let known = |value: Option<f64>| value.filter(|_| !line.perfect);
    let mut object = json!({
        "slope": slope.estimate,
        "std_error": known(Some(slope.std_error)),
        "statistic": known(slope.statistic),
        "p_value": known(slope.p_value),
        "conf_low": known(Some(slope.conf_low)),
        "conf_high": known(Some(slope.conf_high)),
        "conf_level": level,
        "intercept": line.terms[0].estimate,
        "at_first": line.at_start,
        "r_squared": line.r_squared,
        "sigma": line.sigma,
        "terms": shared::terms(&terms.into_iter().map(shared::Term::from).collect::<Vec<_>>()),
        "covariance": vcov::record(&line.record),
    });
    if line.perfect {
        object["errors_undefined"] = json!("the line fits perfectly: there are no residuals to estimate errors from");
        object["terms"] = json!([]);
    }
    object
}

fn mann_kendall(series: &Series, analysis: &Analysis) -> Value {
    let mut object = shared::or_undefined(analysis.mann_kendall.as_ref().map(single));
    if let (Ok(test), Some(object)) = (&analysis.mann_kendall, object.as_object_mut()) {
        object.insert("exact_p_value".to_owned(), json!(test.exact_p_value));
        if test.exact_p_value.is_none() {
            let reason = if test.ties.is_empty() {
                format!("the exact distribution is used up to {EXACT_LIMIT} values")
            } else {
                "the exact distribution is that of values without ties".to_owned()
            };
            object.insert("exact_undefined".to_owned(), json!(reason));
        }
    }
    let variants: Map<String, Value> = analysis
        .variants
        .iter()
        .map(|(name, variant)| ((*name).to_owned(), shared::or_undefined(variant.as_ref().map(json_of))))
        .collect();
    object["variants"] = Value::Object(variants);
    if !series.is_regular() {
        object["note"] = json!(
            "the times are not evenly spaced: the order of values is all that the plain test uses, but the variants \
             for autocorrelation take values as consecutive"
        );
    }
    object
}

fn json_of(variant: &Variant) -> Value {
    match variant {
        Variant::Single(test) => single(test),
        Variant::Seasonal(test, cycle) => seasonal(test, Some(*cycle)),
        Variant::Joint(test, cycle) => joint(test, *cycle),
    }
}

fn single(test: &MannKendall) -> Value {
    json!({
        "method": test.method,
        "n": test.n,
        "s": test.s,
        "var_s": test.var_s,
        "z": test.z,
        "p_value": test.p_value,
        "tau_a": test.tau_a,
        "tau_b": test.tau_b,
        "ties": test.ties,
        "variance_factor": test.variance_factor,
    })
}

fn seasonal(test: &Seasonal, cycle: Option<f64>) -> Value {
    let mut object = single(&test.test);
    object["groups"] = json!(test.seasons);
    object["slope"] = json!(test.slope);
    if let Some(cycle) = cycle {
        object["slope_per_cycle"] = json!(test.slope * cycle);
    }
    object
}

fn joint(test: &Joint, cycle: Option<f64>) -> Value {
    let mut object = json!({
        "method": test.method,
        "n": test.n,
        "series": test.series,
        "s": test.s,
        "var_s": test.var_s,
        "z": test.z,
        "p_value": test.p_value,
        "tau_a": test.tau_a,
        "slope": test.slope,
    });
    if let Some(cycle) = cycle {
        object["slope_per_cycle"] = json!(test.slope * cycle);
    }
    object
}

fn theil_sen(line: &TheilSen, series: &Series, analysis: &Analysis, level: f64) -> Value {
    let start = series.times.first().map_or(0.0, |t| t.value);
    json!({
        "slope": line.slope,
        "conf_low": line.low,
        "conf_high": line.high,
        "conf_level": level,
        "intercept": line.intercept,
        "intercept_convention": "median(value) - slope median(time), at time zero (Conover 1980)",
        "intercept_joint": analysis.joint_intercept,
        "at_first": line.intercept + line.slope * start,
        "slopes": line.slopes,
    })
}
