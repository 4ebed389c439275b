//! The tables of `breaks`: partitions and tests for people, one tidy frame for files.

use super::BreaksArguments;
use super::analysis::Analysis;
use super::sample::Sample;
use crate::commands::vcov;
use model::{Cell, Kind, Table};
use regress::breaks::Partition;

/// The best partition for each number of breaks.
pub fn partitions(arguments: &BreaksArguments, sample: &Sample, analysis: &Analysis) -> Table {
    let found = &analysis.found;
    let span = match (sample.times.first(), sample.times.last()) {
        (Some(first), Some(last)) => format!(", {} to {}", first.text, last.text),
        _ => String::new(),
    };
    let title = format!(
        "Breaks of {}: {} observations{span}; regimes of at least {}; BIC selects {}, LWZ {}",
        arguments.formula,
        sample.y.len(),
        found.h,
        found.selected_bic,
        found.selected_lwz
    );
    let columns = [
        ("m", Kind::Integer, ""),
        ("rss", Kind::Number, ""),
        ("bic", Kind::Number, ""),
        ("lwz", Kind::Number, ""),
        ("dates", Kind::Text, ""),
        ("conf_int", Kind::Text, ""),
    ];
    let mut table = Table::new("breaks", &title, &columns);
    for (m, partition) in found.partitions.iter().enumerate() {
        table.push(vec![
            Cell::Integer(m as i64),
            partition.rss.into(),
            partition.bic.into(),
            partition.lwz.into(),
            dates(sample, partition).into(),
            intervals(sample, analysis, m).into(),
        ]);
    }
    table
}

fn dates(sample: &Sample, partition: &Partition) -> String {
    let dates: Vec<String> = partition.breaks.iter().map(|&at| sample.date_text(at as i64)).collect();
    dates.join(", ")
}

fn intervals(sample: &Sample, analysis: &Analysis, m: usize) -> String {
    // An end beyond the sample is left open.
    let end = |observation: i64| sample.date(observation).map_or("", |time| time.text.as_str());
    match analysis.intervals.get(m) {
        Some(Ok(list)) => list
            .iter()
            .map(|i| format!("{}..{}", end(i.low), end(i.high)))
            .collect::<Vec<_>>()
            .join(", "),
        _ => "undefined".to_owned(),
    }
}

/// One test: name, date, statistic, degrees of freedom, p-value, convention.
struct Test {
    name: String,
    date: String,
    statistic: f64,
    df: String,
    p_value: Option<f64>,
    convention: String,
}

fn all(sample: &Sample, analysis: &Analysis) -> Vec<Test> {
    let mut tests = Vec::new();
    if let Ok(found) = &analysis.unknown {
        let p = found.p_values;
        for (name, statistic, p_value) in [
            ("sup_f", found.sup_f, p.map(|p| p.sup_f)),
            ("ave_f", found.ave_f, p.map(|p| p.ave_f)),
            ("exp_f", found.exp_f, p.map(|p| p.exp_f)),
        ] {
            tests.push(Test {
                name: name.to_owned(),
                date: if name == "sup_f" {
                    sample.date_text(found.at as i64)
                } else {
                    String::new()
                },
                statistic,
                df: found.k.to_string(),
                p_value,
                convention: "F not divided by k; p-value: Hansen 1997".to_owned(),
            });
        }
    }
    for known in &analysis.known {
        if let Ok(test) = &known.chow {
            tests.push(Test {
                name: "chow".to_owned(),
                date: known.date.text.clone(),
                statistic: test.statistic,
                df: format!("{}, {}", test.df1, test.df2),
                p_value: Some(test.p_value),
                convention: "independent errors of one variance".to_owned(),
            });
        }
        if let Ok((test, record)) = &known.wald {
            let df2 = test.df2.map(|df| format!(", {df}")).unwrap_or_default();
            tests.push(Test {
                name: "wald".to_owned(),
                date: known.date.text.clone(),
                statistic: test.f,
                df: format!("{}{df2}", test.df1),
                p_value: Some(test.p_value),
                convention: vcov::describe_short(record),
            });
        }
    }
    for (name, residuals, test) in &analysis.fluctuations {
        if let Ok(test) = test {
            tests.push(Test {
                name: (*name).to_owned(),
                date: String::new(),
                statistic: test.statistic,
                df: String::new(),
                p_value: test.p_value,
                convention: (*residuals).to_owned(),
            });
        }
    }
    tests
}

/// The tests.
pub fn tests(sample: &Sample, analysis: &Analysis) -> Table {
    let columns = [
        ("test", Kind::Text, ""),
        ("date", Kind::Text, ""),
        ("statistic", Kind::Number, ""),
        ("df", Kind::Text, ""),
        ("p_value", Kind::Number, ""),
        ("convention", Kind::Text, ""),
    ];
    let mut table = Table::new("tests", "Tests", &columns);
    for test in all(sample, analysis) {
        table.push(vec![
            test.name.into(),
            test.date.into(),
            test.statistic.into(),
            test.df.into(),
            test.p_value.into(),
            test.convention.into(),
        ]);
    }
    table
}

/// Everything as one frame: a row for each break of each partition, one for the partition without
/// breaks, and one for each test.
pub fn tidy(sample: &Sample, analysis: &Analysis) -> Table {
    let columns = [
        ("kind", Kind::Text, ""),
        ("name", Kind::Text, ""),
        ("m", Kind::Integer, ""),
        ("rss", Kind::Number, ""),
        ("bic", Kind::Number, ""),
        ("lwz", Kind::Number, ""),
        ("selected", Kind::Integer, ""),
        ("date", Kind::Text, ""),
        ("conf_low", Kind::Text, ""),
        ("conf_high", Kind::Text, ""),
        ("statistic", Kind::Number, ""),
        ("df", Kind::Text, ""),
        ("p_value", Kind::Number, ""),
        ("convention", Kind::Text, ""),
    ];
    let mut table = Table::new("breaks", "Breaks", &columns);
    let found = &analysis.found;
    for (m, partition) in found.partitions.iter().enumerate() {
        let intervals = analysis.intervals.get(m).and_then(|i| i.as_ref().ok());
        let lines = partition.breaks.len().max(1);
        for line in 0..lines {
            let at = partition.breaks.get(line).map(|&at| at as i64);
            let ends = intervals.and_then(|list| list.get(line));
            table.push(vec![
                "partition".into(),
                Cell::Missing,
                Cell::Integer(m as i64),
                partition.rss.into(),
                partition.bic.into(),
                partition.lwz.into(),
                Cell::Integer(i64::from(m == found.selected_bic)),
                at.map(|at| sample.date_text(at)).into(),
                ends.and_then(|i| sample.date(i.low)).map(|t| t.text.clone()).into(),
                ends.and_then(|i| sample.date(i.high)).map(|t| t.text.clone()).into(),
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
            ]);
        }
    }
    for test in all(sample, analysis) {
        let mut row = vec!["test".into(), test.name.into()];
        row.resize(7, Cell::Missing);
        row.push(Some(test.date).filter(|date| !date.is_empty()).into());
        row.extend([Cell::Missing, Cell::Missing]);
        row.push(test.statistic.into());
        row.push(Some(test.df).filter(|df| !df.is_empty()).into());
        row.push(test.p_value.into());
        row.push(test.convention.into());
        table.push(row);
    }
    table
}
