use super::change::with_reporter;
use super::parameters::Parameters;
use super::presentation::{break_row, trend_row};
use super::series::{Series, Window, runs};
use crate::{KnownBreak, Line, LineOptions, known_break, line, log_line};
use ::model::{Finding, Output};
use regress::CovarianceRecord;
use trade::Economy;

const INTERVAL: &str = "95% confidence";

/// Trends of one series over every span.
pub(super) fn add_trends(output: &mut Output, series: &Series, parameters: &Parameters, reporter: Option<Economy>) {
    let options = LineOptions {
        covariance: parameters.covariance(),
        level: 0.95,
    };
    let whole = series.span().map(|span| ("whole".to_owned(), span));
    let stated = parameters.spans.iter().map(|&(a, b)| (format!("{a}-{b}"), (a, b)));
    for (label, span) in stated.chain(whole) {
        let window = series.window(span.0, span.1);
        let fitted = fit(series, &window, &options);
        for finding in trend_findings(series, &fitted) {
            let finding = finding.label("series", series.name).label("span", &label);
            let finding = describe(finding, series, span, &window, &fitted);
            output.findings.push(with_reporter(finding, reporter));
        }
        let row = trend_row(series, &label, &window, &fitted, reporter);
        if let Some(table) = output.tables.iter_mut().find(|t| t.id == "trends") {
            table.push(row);
        }
    }
}

/// A fitted trend, with growth where it is log-linear; or why there is none.
pub(super) type Fitted = Result<(Line, Option<Growth>), String>;

/// exp(b) - 1 and its interval.
pub(super) type Growth = (f64, Option<(f64, f64)>);

fn fit(series: &Series, window: &Window, options: &LineOptions) -> Fitted {
    let (times, values) = (&window.times, &window.values);
    if series.logarithmic {
        let trend = log_line(times, values, options).map_err(|e| e.to_string())?;
        return Ok((trend.line, Some((trend.growth, trend.growth_interval))));
    }
    Ok((line(times, values, options).map_err(|e| e.to_string())?, None))
}

fn trend_findings(series: &Series, fitted: &Fitted) -> Vec<Finding> {
    let (measure, unit) = match (series.logarithmic, series.unit) {
        (true, _) => ("log_trend", "per year"),
        (false, "USD") => ("linear_trend", "USD per year"),
        (false, _) => ("linear_trend", "ratio per year"),
    };
    let (line, growth) = match fitted {
        Ok(fitted) => fitted,
        Err(reason) => {
            let growth = series.logarithmic.then_some(("growth", "per year"));
            let names = [Some((measure, unit)), growth, Some(("trend_p_value", "1"))];
            return names
                .into_iter()
                .flatten()
                .map(|(m, u)| Finding::undefined(m, u, reason.clone()))
                .collect();
        }
    };
    let mut slope = Finding::new(measure, unit, line.slope);
    let mut findings = Vec::new();
    if let Some(errors) = line.errors {
        slope = slope.interval(errors.low, errors.high, INTERVAL);
    }
    findings.push(slope);
    if let Some((growth, interval)) = growth {
        let finding = Finding::new("growth", "per year", *growth);
        findings.push(match interval {
            Some((low, high)) => finding.interval(*low, *high, INTERVAL),
            None => finding,
        });
    }
    findings.push(match line.errors {
        Some(errors) => Finding::new("trend_p_value", "1", errors.p_value),
        None => Finding::undefined(
            "trend_p_value",
            "1",
            "the line fits perfectly: there is no error to test against",
        ),
    });
    findings
}

fn describe(finding: Finding, series: &Series, span: (i16, i16), window: &Window, fitted: &Fitted) -> Finding {
    let form = if series.logarithmic {
        "ln(value) = a + b year"
    } else {
        "value = a + b year"
    };
    let mut finding = finding
        .convention("estimator", format!("ordinary least squares, {form}"))
        .convention("span", format!("{}-{}", span.0, span.1))
        .convention("n", window.times.len())
        .convention("missing", runs(&window.missing))
        .convention(
            "time",
            "calendar years; for autocorrelation the observations count as consecutive",
        );
    if series.logarithmic {
        let policy = format!("years of zero or less left out: {}", runs(&window.not_positive));
        finding = finding.convention("zero_policy", policy);
    }
    match fitted {
        Ok((line, _)) => with_covariance(finding, &line.record),
        Err(_) => finding,
    }
}

fn with_covariance(mut finding: Finding, record: &CovarianceRecord) -> Finding {
    finding = finding
        .convention("covariance", &record.kind)
        .convention("small_sample_factor", &record.adjustment)
        .convention("reference", &record.reference);
    let optional = [
        ("kernel", record.kernel.clone()),
        ("lag_rule", record.bandwidth_rule.clone()),
        ("lag", record.lag.map(|l| l.to_string())),
        ("df", record.df.map(|df| df.to_string())),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            finding = finding.convention(name, value);
        }
    }
    finding
}

/// Tests of one series at every known date.
pub(super) fn add_breaks(output: &mut Output, series: &Series, parameters: &Parameters, reporter: Option<Economy>) {
    let (first, last) = series.span().unwrap_or((1, 0));
    let window = series.window(first, last);
    let scale = |value: &f64| if series.logarithmic { value.ln() } else { *value };
    let values: Vec<f64> = window.values.iter().map(scale).collect();
    for &year in &parameters.break_years {
        let test = known_break(&window.times, &values, f64::from(year), &parameters.covariance());
        for outcome in outcomes(test.map_err(|e| e.to_string())) {
            for finding in outcome.findings() {
                let finding = finding
                    .label("series", series.name)
                    .label("year", year)
                    .label("test", outcome.test)
                    .convention("break", format!("after {year}, the last year of the old regime"))
                    .convention("hypothesis", "level and slope are the same in both regimes")
                    .convention(
                        "form",
                        if series.logarithmic {
                            "ln(value) on year"
                        } else {
                            "value on year"
                        },
                    )
                    .convention("n", format!("{} before, {} after", outcome.before, outcome.after))
                    .convention("covariance", outcome.covariance)
                    .convention("left_out", runs(&window.not_positive))
                    .convention("missing", runs(&window.missing));
                output.findings.push(with_reporter(finding, reporter));
            }
            let row = break_row(series.name, year, &outcome, reporter);
            if let Some(table) = output.tables.iter_mut().find(|t| t.id == "breaks") {
                table.push(row);
            }
        }
    }
}

/// One test at one date.
pub(super) struct Outcome {
    pub test: &'static str,
    pub covariance: &'static str,
    pub before: usize,
    pub after: usize,
    /// Statistic, its two degrees of freedom, and the p-value; or why there are none.
    pub result: Result<(f64, f64, f64, f64), String>,
}

impl Outcome {
    fn findings(&self) -> [Finding; 2] {
        match &self.result {
            Ok((f, df1, df2, p)) => [Finding::new("chow_f", "1", *f), Finding::new("chow_p_value", "1", *p)]
                .map(|finding| finding.convention("reference", format!("F({df1}, {df2})"))),
            Err(reason) => ["chow_f", "chow_p_value"].map(|m| Finding::undefined(m, "1", reason.clone())),
        }
    }
}

fn outcomes(test: Result<KnownBreak, String>) -> [Outcome; 2] {
    let (before, after) = test.as_ref().map_or((0, 0), |t| (t.before, t.after));
    let outcome = |test, covariance, result| Outcome {
        test,
        covariance,
        before,
        after,
        result,
    };
    let (chow, wald) = match test {
        Ok(test) => (
            test.chow
                .map(|t| (t.statistic, t.df1 as f64, t.df2 as f64, t.p_value))
                .map_err(|e| e.to_string()),
            test.wald.map_err(|e| e.to_string()).and_then(|t| {
                let df2 = t.df2.ok_or("the covariance has no degrees of freedom")?;
                Ok((t.f, t.df1 as f64, df2, t.p_value))
            }),
        ),
        Err(reason) => (Err(reason.clone()), Err(reason)),
    };
    [
        outcome("chow-f", "iid in both regimes", chow),
        outcome("hac-wald", "newey-west, bartlett, n/(n-k)", wald),
    ]
}
