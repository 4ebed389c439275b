//! Tests of what least squares suppose of their errors.

use super::fitted::Fitted;
use super::sample::Sample;
use clap::ValueEnum;
use model::{Cell, Kind, Table};
use regress::diagnostics::{
    Deterministic, LagChoice, LmTest, Portmanteau, augmented_dickey_fuller, box_pierce, breusch_godfrey, breusch_pagan,
    durbin_watson_test, jarque_bera, koenker, kpss, ljung_box, reset, white,
};
use regress::{Design, FTest, Fit, INTERCEPT};
use serde_json::{Map, Value, json};

/// Deterministic terms of the tests for a unit root.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeterministicName {
    /// None.
    None,
    /// A constant.
    Constant,
    /// A constant and a linear trend.
    Trend,
}

impl DeterministicName {
    fn terms(self) -> Deterministic {
        match self {
            DeterministicName::None => Deterministic::None,
            DeterministicName::Constant => Deterministic::Constant,
            DeterministicName::Trend => Deterministic::Trend,
        }
    }

    fn count(self) -> usize {
        match self {
            DeterministicName::None => 0,
            DeterministicName::Constant => 1,
            DeterministicName::Trend => 2,
        }
    }

    fn name(self) -> &'static str {
        match self {
            DeterministicName::None => "none",
            DeterministicName::Constant => "constant",
            DeterministicName::Trend => "constant and trend",
        }
    }
}

/// Above so many multiplications (n k^2) diagnostics are computed on request only.
const COSTLY: usize = 20_000_000;

/// Whether diagnostics are quick enough to be computed without being asked for.
pub fn quick(sample: &Sample) -> bool {
    let k = sample.design.terms().len();
    sample.y.len().saturating_mul(k * k) <= COSTLY
}

/// Every diagnostic as JSON: an object of tests, each with its statistic or with `undefined` and the reason.
pub fn json(fitted: &Fitted, sample: &Sample, lags: Option<usize>, terms: DeterministicName) -> Value {
    let Some(fit) = fitted.least_squares() else {
        return json!({ "undefined": "diagnostics are for least squares without absorbed effects" });
    };
    if sample.weights.is_some() {
        return json!({ "undefined": "diagnostics are for unweighted least squares" });
    }
    tests(fit, sample, lags, terms)
        .into_iter()
        .map(|(name, test)| {
            let test = test.map_or_else(|reason| json!({ "undefined": reason }), Value::Object);
            (name.to_owned(), test)
        })
        .collect::<Map<String, Value>>()
        .into()
}

/// What is tested for a unit root: with a constant alone the response itself, so that a test without deterministic
/// terms is not one of its deviations from the mean; else the residuals.
struct Series<'a> {
    values: &'a [f64],
    name: &'static str,
}

type Test = Result<Map<String, Value>, String>;

fn tests(fit: &Fit, sample: &Sample, lags: Option<usize>, terms: DeterministicName) -> Vec<(&'static str, Test)> {
    let (design, e) = (&sample.design, &fit.residuals);
    let n = e.len();
    let order = lags.unwrap_or(1);
    let portmanteau = lags.unwrap_or_else(|| (n / 5).clamp(1, 10));
    let series = if fit.terms == [INTERCEPT] {
        Series {
            values: &sample.y,
            name: match sample.offset {
                None => "response",
                Some(_) => "response less the offset",
            },
        }
    } else {
        Series {
            values: e,
            name: "residuals",
        }
    };
    vec![
        (
            "durbin_watson",
            told(durbin_watson_test(fit, design), |t| {
                json!({
                    "statistic": t.statistic,
                    "p_value": t.p_value,
                    "alternative": "positive autocorrelation",
                    "method": if t.exact { "exact" } else { "normal approximation" },
                })
            }),
        ),
        (
            "breusch_godfrey",
            told(breusch_godfrey(fit, design, order), |t| lm(t, json!({ "lags": order }))),
        ),
        (
            "breusch_pagan",
            told(koenker(fit, design), |t| {
                lm(t, json!({ "form": "studentised (Koenker 1981)" }))
            }),
        ),
        (
            "breusch_pagan_original",
            told(breusch_pagan(fit, design), |t| {
                lm(t, json!({ "form": "original (Breusch and Pagan 1979)" }))
            }),
        ),
        ("white", white_test(fit, design)),
        (
            "reset",
            told(reset(fit, design, &sample.y, 3), |t| f(t, json!({ "powers": [2, 3] }))),
        ),
        (
            "jarque_bera",
            told(
                jarque_bera(e),
                |t| json!({ "statistic": t.statistic, "p_value": t.p_value, "skewness": t.skewness, "kurtosis": t.kurtosis }),
            ),
        ),
        ("ljung_box", told(ljung_box(e, portmanteau, 0), |t| q(t, portmanteau))),
        ("box_pierce", told(box_pierce(e, portmanteau, 0), |t| q(t, portmanteau))),
        ("adf", dickey_fuller(&series, lags, terms)),
        ("kpss", stationarity(&series, lags, terms)),
    ]
}

fn told<T>(test: regress::Result<T>, to: impl Fn(T) -> Value) -> Test {
    match test.map(to) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("not available".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Joins the fields of two objects.
fn joined(one: Value, other: Value) -> Value {
    let mut fields = Map::new();
    for part in [one, other] {
        if let Value::Object(part) = part {
            fields.extend(part);
        }
    }
    Value::Object(fields)
}

fn lm(test: LmTest, more: Value) -> Value {
    let base =
        json!({ "statistic": test.statistic, "df": test.df, "p_value": test.p_value, "f": f(test.f, json!({})) });
    joined(base, more)
}

fn f(test: FTest, more: Value) -> Value {
    let base = json!({ "statistic": test.statistic, "df1": test.df1, "df2": test.df2, "p_value": test.p_value });
    joined(base, more)
}

fn q(test: Portmanteau, lags: usize) -> Value {
    json!({ "statistic": test.statistic, "df": test.df, "p_value": test.p_value, "lags": lags })
}

/// White's test has a term for each pair of terms; where they are as many as the rows there is none.
fn white_test(fit: &Fit, design: &Design) -> Test {
    let k = fit.terms.len();
    let pairs = k * (k + 1) / 2;
    if pairs >= fit.residuals.len() {
        return Err(format!(
            "{pairs} squares and products are too many for {} rows",
            fit.residuals.len()
        ));
    }
    told(white(fit, design), |t| lm(t, json!({})))
}

fn dickey_fuller(series: &Series<'_>, lags: Option<usize>, terms: DeterministicName) -> Test {
    let e = series.values;
    let n = e.len() as f64;
    let most = (12.0 * (n / 100.0).powf(0.25)).ceil() as usize;
    let most = most.min((e.len() / 2).saturating_sub(terms.count() + 1));
    let choice = lags.map_or(LagChoice::Aic(most), LagChoice::Fixed);
    let rule = match choice {
        LagChoice::Fixed(_) => "stated".to_owned(),
        _ => format!("smallest AIC up to {most}"),
    };
    told(augmented_dickey_fuller(e, terms.terms(), choice), |t| {
        json!({
            "statistic": t.statistic,
            "p_value": t.p_value,
            "lags": t.lags,
            "lag_rule": rule,
            "nobs": t.observations,
            "critical_values": { "1%": t.critical_values[0], "5%": t.critical_values[1], "10%": t.critical_values[2] },
            "deterministic": terms.name(),
            "on": series.name,
        })
    })
}

fn stationarity(series: &Series<'_>, lags: Option<usize>, terms: DeterministicName) -> Test {
    let e = series.values;
    let lag = lags.unwrap_or_else(|| (4.0 * (e.len() as f64 / 100.0).powf(0.25)).floor() as usize);
    let rule = if lags.is_some() {
        "stated"
    } else {
        "floor(4 (n/100)^(1/4))"
    };
    told(kpss(e, terms.terms(), lag), |t| {
        json!({
            "statistic": t.statistic,
            "p_value": t.p_value,
            "p_value_is_bound": t.p_is_bound,
            "lags": t.lags,
            "lag_rule": rule,
            "deterministic": terms.name(),
            "on": series.name,
        })
    })
}

/// The diagnostics as a table: test, statistic, degrees of freedom, p-value, lags, note.
pub fn table(diagnostics: &Value) -> Table {
    let columns = [
        ("test", Kind::Text, ""),
        ("statistic", Kind::Number, ""),
        ("df", Kind::Text, ""),
        ("p_value", Kind::Number, ""),
        ("lags", Kind::Integer, ""),
        ("note", Kind::Text, ""),
    ];
    let mut table = Table::new("diagnostics", "Diagnostics of the residuals", &columns);
    let none = Map::new();
    for (name, test) in diagnostics.as_object().unwrap_or(&none) {
        if let Some(reason) = test.as_str() {
            table.push(vec![
                name.as_str().into(),
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
                reason.into(),
            ]);
            continue;
        }
        let df = match (test["df"].as_u64(), test["df1"].as_u64(), test["df2"].as_u64()) {
            (Some(df), ..) => Some(df.to_string()),
            (None, Some(df1), Some(df2)) => Some(format!("{df1}, {df2}")),
            _ => None,
        };
        let note = ["undefined", "form", "deterministic", "method"]
            .iter()
            .find_map(|key| test[*key].as_str());
        table.push(vec![
            name.as_str().into(),
            test["statistic"].as_f64().into(),
            df.into(),
            test["p_value"].as_f64().into(),
            test["lags"].as_i64().into(),
            note.into(),
        ]);
    }
    table
}
