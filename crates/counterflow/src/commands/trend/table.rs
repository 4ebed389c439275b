//! The tidy table of `trend`: a row for each estimate or test of each series.

use super::TrendArguments;
use super::analysis::{Analysis, Variant};
use super::line::Line;
use super::series::Series;
use crate::commands::vcov;
use ::trend::{MannKendall, Seasonal};
use model::{Cell, Kind, Table};

/// One row beside its group: method, estimate, error, statistic, p-value, interval, n, reason, convention.
struct Row {
    method: String,
    numbers: [Option<f64>; 6],
    n: usize,
    undefined: Option<String>,
    convention: String,
}

/// The table; conventions stand in files only, where there is room for them.
pub fn of(
    arguments: &TrendArguments,
    series: &[Series],
    analyses: &[Analysis],
    regional: Option<&Result<Seasonal, String>>,
    conventions: bool,
) -> Table {
    let mut columns: Vec<(&str, Kind, &str)> = arguments.by.iter().map(|n| (n.as_str(), Kind::Text, "")).collect();
    columns.push(("method", Kind::Text, ""));
    for name in ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"] {
        columns.push((name, Kind::Number, ""));
    }
    columns.push(("n", Kind::Integer, ""));
    columns.push(("undefined", Kind::Text, ""));
    if conventions {
        columns.push(("convention", Kind::Text, ""));
    }
    let mut table = Table::new("trend", &title(arguments, series, analyses), &columns);
    for (series, analysis) in series.iter().zip(analyses) {
        for row in rows(series, analysis) {
            push(&mut table, &series.key, row, conventions);
        }
    }
    if let Some(regional) = regional {
        let key: Vec<String> = arguments.by.iter().map(|_| "(all)".to_owned()).collect();
        let n = series.iter().map(|one| one.values.len()).sum();
        let row = test("mann_kendall_regional", regional.as_ref().map(|found| &found.test), n);
        push(&mut table, &key, row, conventions);
    }
    table
}

/// Why something was refused, each reason once with what it is about.
pub fn reasons(series: &[Series], analyses: &[Analysis]) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for row in series
        .iter()
        .zip(analyses)
        .flat_map(|(series, analysis)| rows(series, analysis))
    {
        let Some(reason) = row.undefined else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, methods)) if methods.contains(&row.method) => {}
            Some((_, methods)) => methods.push(row.method),
            None => reasons.push((reason, vec![row.method])),
        }
    }
    reasons
        .into_iter()
        .map(|(reason, methods)| format!("{}: {reason}", methods.join(", ")))
        .collect()
}

fn title(arguments: &TrendArguments, series: &[Series], analyses: &[Analysis]) -> String {
    let mut title = format!("Trend of {} over {}", arguments.value, arguments.time);
    if let [one] = series
        && let (Some(first), Some(last)) = (one.times.first(), one.times.last())
    {
        let gaps = if one.is_regular() { "" } else { ", with gaps" };
        title = format!(
            "{title}: {} observations, {} to {}{gaps}",
            one.values.len(),
            first.text,
            last.text
        );
    }
    let lines = analyses
        .iter()
        .find_map(|a| a.linear.as_ref().or(a.log_linear.as_ref()).ok());
    match lines {
        Some(line) => format!("{title}; lines by least squares, {}", vcov::describe(&line.record)),
        None => title,
    }
}

fn push(table: &mut Table, key: &[String], row: Row, conventions: bool) {
    let mut cells: Vec<Cell> = key.iter().map(|text| Cell::Text(text.clone())).collect();
    cells.push(row.method.into());
    cells.extend(row.numbers.map(Cell::from));
    cells.push(Cell::Integer(row.n as i64));
    cells.push(row.undefined.into());
    if conventions {
        cells.push(row.convention.into());
    }
    table.push(cells);
}

fn rows(series: &Series, analysis: &Analysis) -> Vec<Row> {
    let n = series.values.len();
    let mut rows = vec![
        line("linear", &analysis.linear, n, |line| {
            let slope = line.slope();
            [slope.estimate, slope.conf_low, slope.conf_high]
        }),
        line("log_linear", &analysis.log_linear, n, |line| {
            let slope = line.slope();
            [slope.estimate, slope.conf_low, slope.conf_high]
        }),
    ];
    let mut growth = line("growth", &analysis.log_linear, n, Line::growth);
    growth.numbers[1] = None;
    rows.push(growth);
    rows.push(match &analysis.theil_sen {
        Err(reason) => refused("theil_sen", reason, n),
        Ok(found) => Row {
            method: "theil_sen".to_owned(),
            numbers: [Some(found.slope), None, None, None, Some(found.low), Some(found.high)],
            n,
            undefined: None,
            convention: "median of the slopes of all pairs; Sen's interval".to_owned(),
        },
    });
    rows.push(test("mann_kendall", analysis.mann_kendall.as_ref(), n));
    if let Ok(Some(p_value)) = analysis.mann_kendall.as_ref().map(|t| t.exact_p_value) {
        let mut exact = test("mann_kendall_exact", analysis.mann_kendall.as_ref(), n);
        exact.numbers[2] = None;
        exact.numbers[3] = Some(p_value);
        exact.convention = "estimate: tau_a; exact distribution of S".to_owned();
        rows.push(exact);
    }
    rows.extend(analysis.variants.iter().map(|(name, variant)| {
        let method = format!("mann_kendall_{name}");
        match variant {
            Err(reason) => refused(&method, reason, n),
            Ok(Variant::Single(found)) => test(&method, Ok(found), n),
            Ok(Variant::Seasonal(found, _)) => test(&method, Ok(&found.test), n),
            Ok(Variant::Joint(found, _)) => Row {
                method,
                numbers: [Some(found.tau_a), None, Some(found.z), Some(found.p_value), None, None],
                n: found.n * if *name == "partial" { 1 } else { found.series },
                undefined: None,
                convention: format!("estimate: tau_a; {}, without continuity correction", found.method),
            },
        }
    }));
    rows
}

fn refused(method: &str, reason: &str, n: usize) -> Row {
    Row {
        method: method.to_owned(),
        numbers: [None; 6],
        n,
        undefined: Some(reason.to_owned()),
        convention: String::new(),
    }
}

fn line(method: &str, found: &Result<Line, String>, n: usize, ends: impl Fn(&Line) -> [f64; 3]) -> Row {
    match found {
        Err(reason) => refused(method, reason, n),
        Ok(line) => {
            let [estimate, low, high] = ends(line);
            let slope = line.slope();
            let known = |value: Option<f64>| value.filter(|_| !line.perfect);
            Row {
                method: method.to_owned(),
                numbers: [
                    Some(estimate),
                    known(Some(slope.std_error)),
                    known(slope.statistic),
                    known(slope.p_value),
                    known(Some(low)),
                    known(Some(high)),
                ],
                n,
                undefined: line.perfect.then(|| "the line fits perfectly: no errors".to_owned()),
                convention: format!("least squares; {}", vcov::describe(&line.record)),
            }
        }
    }
}

fn test(method: &str, found: Result<&MannKendall, &String>, n: usize) -> Row {
    match found {
        Err(reason) => refused(method, reason, n),
        Ok(test) => Row {
            method: method.to_owned(),
            numbers: [Some(test.tau_a), None, Some(test.z), Some(test.p_value), None, None],
            n: test.n,
            undefined: None,
            convention: format!(
                "estimate: tau_a; {}, variance with ties, continuity correction",
                test.method
            ),
        },
    }
}
