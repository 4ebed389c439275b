//! The JSON of `breaks`; docs/json.md names every field.

use super::BreaksArguments;
use super::analysis::{Analysis, Known, MOSUM_SHARE};
use super::sample::Sample;
use crate::commands::{json as shared, vcov};
use regress::breaks::{BreakInterval, Fluctuation};
use serde_json::{Map, Value, json};

/// The whole answer.
pub fn whole(arguments: &BreaksArguments, sample: &Sample, analysis: &Analysis) -> Value {
    let found = &analysis.found;
    let partitions = found.partitions.iter().zip(&analysis.intervals).enumerate();
    let partitions = partitions.map(|(m, (partition, intervals))| {
        let dates = partition.breaks.iter().map(|&at| sample.date_json(at as i64));
        let intervals = intervals
            .as_ref()
            .map(|list| list.iter().map(|i| interval(sample, i)).collect());
        json!({
            "m": m,
            "rss": partition.rss,
            "bic": partition.bic,
            "lwz": partition.lwz,
            "dates": dates.collect::<Vec<_>>(),
            "observations": partition.breaks,
            "conf_int": shared::or_undefined(intervals),
        })
    });
    json!({
        "format": "counterflow breaks 1",
        "formula": arguments.formula,
        "nobs": sample.y.len(),
        "dropped": shared::dropped(&sample.dropped),
        "time": {
            "column": arguments.time,
            "form": sample.times.first().map(|t| t.form.name()),
            "first": sample.times.first().map(|t| t.json()),
            "last": sample.times.last().map(|t| t.json()),
        },
        "terms": sample.design.terms(),
        "trim": arguments.trim,
        "h": found.h,
        "conf_level": analysis.level,
        "heterogeneity": {
            "regressors": analysis.heterogeneity.regressors,
            "errors": analysis.heterogeneity.errors,
        },
        "partitions": partitions.collect::<Vec<_>>(),
        "selected": found.selected_bic,
        "selected_by": "bic",
        "selected_lwz": found.selected_lwz,
        "tests": tests(sample, analysis),
    })
}

fn interval(sample: &Sample, interval: &BreakInterval) -> Value {
    json!({
        "date": sample.date_json(interval.at as i64),
        "conf_low": sample.date_json(interval.low),
        "conf_high": sample.date_json(interval.high),
        "observation": interval.at,
        "observation_low": interval.low,
        "observation_high": interval.high,
    })
}

fn tests(sample: &Sample, analysis: &Analysis) -> Value {
    let mut tests = Map::new();
    for name in ["sup_f", "ave_f", "exp_f"] {
        tests.insert(name.to_owned(), unknown(sample, analysis, name));
    }
    tests.insert("chow".to_owned(), analysis.known.iter().map(known).collect());
    for (name, residuals, test) in &analysis.fluctuations {
        let told = test.as_ref().map(|test| fluctuation(sample, name, residuals, test));
        tests.insert((*name).to_owned(), shared::or_undefined(told));
    }
    Value::Object(tests)
}

fn unknown(sample: &Sample, analysis: &Analysis, name: &str) -> Value {
    let found = match &analysis.unknown {
        Ok(found) => found,
        Err(reason) => return json!({ "undefined": reason }),
    };
    let pick = |of: [f64; 3]| match name {
        "sup_f" => of[0],
        "ave_f" => of[1],
        _ => of[2],
    };
    let p_value = found.p_values.map(|p| pick([p.sup_f, p.ave_f, p.exp_f]));
    let mut test = json!({
        "statistic": pick([found.sup_f, found.ave_f, found.exp_f]),
        "p_value": p_value,
        "k": found.k,
        "from": sample.date_json(found.first as i64),
        "to": sample.date_json((found.first + found.values.len() - 1) as i64),
        "lambda": found.lambda,
    });
    if let (None, Some(reason)) = (p_value, analysis.without_p_values()) {
        test["p_value_undefined"] = json!(reason);
    }
    if name == "sup_f" {
        test["date"] = sample.date_json(found.at as i64);
        test["observation"] = json!(found.at);
    }
    test
}

fn known(known: &Known) -> Value {
    let chow = known
        .chow
        .as_ref()
        .map(|test| json!({ "statistic": test.statistic, "df1": test.df1, "df2": test.df2, "p_value": test.p_value }));
    let wald = known.wald.as_ref().map(|(test, record)| {
        json!({
            "statistic": test.f,
            "chi_squared": test.chi_squared,
            "df1": test.df1,
            "df2": test.df2,
            "p_value": test.p_value,
            "covariance": vcov::record(record),
        })
    });
    json!({
        "date": known.date.json(),
        "before": known.before,
        "after": known.after,
        "f": shared::or_undefined(chow),
        "wald": shared::or_undefined(wald),
    })
}

fn fluctuation(sample: &Sample, name: &str, residuals: &str, test: &Fluctuation) -> Value {
    let mut object = json!({
        "statistic": test.statistic,
        "p_value": test.p_value,
        "residuals": residuals,
    });
    match name {
        // The process starts before the first observation: its place is the number of observations summed.
        "cusum" => object["date"] = sample.date_json(test.at as i64),
        "recursive_cusum" => object["date"] = sample.date_json((test.at + sample.design.terms().len()) as i64),
        _ => {
            let width = (MOSUM_SHARE * sample.y.len() as f64).floor() as i64;
            object["p_value_is_bound"] = json!(test.p_is_bound);
            object["p_value_method"] = json!(match test.p_value {
                Some(p) if p > 0.1 =>
                    "above 0.1, where the table of Chu, Hornik & Kuan (1995) ends: a straight line to 1 at zero",
                _ => "interpolated in the table of Chu, Hornik & Kuan (1995)",
            });
            object["window"] = json!(MOSUM_SHARE);
            object["from"] = sample.date_json(test.at as i64 + 1);
            object["to"] = sample.date_json(test.at as i64 + width);
        }
    }
    object
}
