use super::change::with_reporter;
use super::estimates::{Fitted, Outcome};
use super::series::{Series, Window, balance, deficit_ratio, total_trade};
use super::totals::{History, Known, Year};
use ::model::{Cell, Chart, Finding, Form, Kind, Output, Point, Scale, Table, Tolerance};
use trade::{Economy, Usd};

type Columns<'a> = &'a [(&'a str, Kind, &'a str)];

const BALANCE: Columns<'_> = &[
    ("year", Kind::Integer, ""),
    ("exports", Kind::Decimal, "USD"),
    ("imports", Kind::Decimal, "USD"),
    ("balance", Kind::Decimal, "USD"),
    ("total_trade", Kind::Decimal, "USD"),
    ("deficit_ratio", Kind::Number, "ratio"),
];

const TRENDS: Columns<'_> = &[
    ("series", Kind::Text, ""),
    ("span", Kind::Text, ""),
    ("form", Kind::Text, ""),
    ("n", Kind::Integer, ""),
    ("slope", Kind::Number, "per year"),
    ("std_error", Kind::Number, "per year"),
    ("conf_low", Kind::Number, "per year"),
    ("conf_high", Kind::Number, "per year"),
    ("p_value", Kind::Number, ""),
    ("growth", Kind::Number, "share a year"),
    ("growth_low", Kind::Number, "share"),
    ("growth_high", Kind::Number, "share"),
    ("lag", Kind::Integer, ""),
    ("df", Kind::Number, ""),
    ("undefined", Kind::Text, ""),
];

const BREAKS: Columns<'_> = &[
    ("series", Kind::Text, ""),
    ("year", Kind::Integer, ""),
    ("test", Kind::Text, ""),
    ("n_before", Kind::Integer, ""),
    ("n_after", Kind::Integer, ""),
    ("f", Kind::Number, ""),
    ("df1", Kind::Number, ""),
    ("df2", Kind::Number, ""),
    ("p_value", Kind::Number, ""),
    ("undefined", Kind::Text, ""),
];

const HEADINGS: [(&str, &str); 16] = [
    ("total_trade", "Two-way trade"),
    ("deficit_ratio", "Deficit as a multiple of exports"),
    ("series", "What"),
    ("span", "Years"),
    ("n", "Number of years"),
    ("slope", "Change a year"),
    ("std_error", "Standard error"),
    ("conf_low", "95% interval from"),
    ("conf_high", "to"),
    ("p_value", "p value"),
    ("growth", "Growth"),
    ("growth_low", "95% interval from"),
    ("growth_high", "to"),
    ("n_before", "Years before"),
    ("n_after", "Years after"),
    ("df", "Degrees of freedom"),
];

/// Adds the three tables, without rows as yet; `reporters` adds a column that names the economy.
pub(super) fn add_tables(output: &mut Output, reporters: bool) {
    for (id, title, columns) in [
        ("balance", "Exports, imports and balance by year", BALANCE),
        ("trends", "Trends by least squares, Newey-West errors", TRENDS),
        ("breaks", "Tests for a break at known dates", BREAKS),
    ] {
        let mut all = columns.to_vec();
        if reporters {
            all.insert(0, ("reporter", Kind::Text, ""));
        }
        output.tables.push(Table::new(id, title, &all).headed(&HEADINGS));
    }
}

/// Findings, table rows and chart of the yearly figures.
pub(super) fn add_history(output: &mut Output, history: &History, reporter: Option<Economy>) {
    for (year, totals) in &history.years {
        for finding in yearly_findings(totals) {
            let finding = finding.label("period", year).tolerance(Tolerance::Exact);
            output.findings.push(with_reporter(finding, reporter));
        }
        let value = |total: &Result<Known, String>| total.as_ref().ok().map(|k| k.value);
        let cells = vec![
            Cell::Integer(i64::from(*year)),
            value(&totals.exports).into(),
            value(&totals.imports).into(),
            balance(totals).ok().into(),
            total_trade(totals).ok().map(|t| t.0).into(),
            deficit_ratio(totals).ok().into(),
        ];
        if let Some(table) = output.tables.iter_mut().find(|t| t.id == "balance") {
            table.push(row(reporter, cells));
        }
    }
    if reporter.is_none() && !history.years.is_empty() {
        output.charts.push(chart(history));
    }
}

fn yearly_findings(totals: &Year) -> Vec<Finding> {
    let money = |measure: &str, value: Result<(Usd, String), String>| match value {
        Ok((value, source)) => Finding::new(measure, "USD", value.to_f64()).convention("source", source),
        Err(reason) => Finding::undefined(measure, "USD", reason),
    };
    let known = |total: &Result<Known, String>| total.clone().map(|k| (k.value, k.source));
    let ratio = match deficit_ratio(totals) {
        Ok(ratio) => Finding::new("deficit_ratio", "ratio", ratio),
        Err(reason) => Finding::undefined("deficit_ratio", "ratio", reason),
    };
    vec![
        money("exports", known(&totals.exports)),
        money("imports", known(&totals.imports)),
        money(
            "balance",
            balance(totals).map(|b| (b, "exports less imports".to_owned())),
        ),
        ratio.convention("formula", "(imports - exports) / exports"),
        money("total_trade", total_trade(totals)),
    ]
}

fn row(reporter: Option<Economy>, cells: Vec<Cell>) -> Vec<Cell> {
    reporter
        .map(|r| Cell::Text(r.to_string()))
        .into_iter()
        .chain(cells)
        .collect()
}

/// A row of the table `trends`.
pub(super) fn trend_row(
    series: &Series,
    span: &str,
    window: &Window,
    fitted: &Fitted,
    reporter: Option<Economy>,
) -> Vec<Cell> {
    let line = fitted.as_ref().ok().map(|f| &f.0);
    let growth = fitted.as_ref().ok().and_then(|f| f.1);
    let errors = line.and_then(|l| l.errors);
    let interval = growth.and_then(|g| g.1);
    let cells = vec![
        series.name.into(),
        span.into(),
        if series.logarithmic { "log-linear" } else { "linear" }.into(),
        count(window.times.len()),
        line.map(|l| l.slope).into(),
        errors.map(|e| e.std_error).into(),
        errors.map(|e| e.low).into(),
        errors.map(|e| e.high).into(),
        errors.map(|e| e.p_value).into(),
        growth.map(|g| g.0).into(),
        interval.map(|i| i.0).into(),
        interval.map(|i| i.1).into(),
        line.and_then(|l| l.record.lag).map_or(Cell::Missing, count),
        line.and_then(|l| l.record.df).into(),
        fitted.as_ref().err().cloned().into(),
    ];
    row(reporter, cells)
}

/// A row of the table `breaks`.
pub(super) fn break_row(series: &str, year: i16, outcome: &Outcome, reporter: Option<Economy>) -> Vec<Cell> {
    let result = outcome.result.as_ref().ok();
    let cells = vec![
        series.into(),
        Cell::Integer(i64::from(year)),
        outcome.test.into(),
        count(outcome.before),
        count(outcome.after),
        result.map(|r| r.0).into(),
        result.map(|r| r.1).into(),
        result.map(|r| r.2).into(),
        result.map(|r| r.3).into(),
        outcome.result.as_ref().err().cloned().into(),
    ];
    row(reporter, cells)
}

fn count(n: usize) -> Cell {
    i64::try_from(n).map_or(Cell::Missing, Cell::Integer)
}

fn chart(history: &History) -> Chart {
    let mut chart = Chart::new(
        "trade-balance",
        Form::Line,
        "Exports, imports and trade balance by year",
    );
    chart.caption = "Current US dollars, all products. A gap means that no figure is known.".to_owned();
    chart.x_label = "year".to_owned();
    chart.y_label = "USD".to_owned();
    chart.x_scale = Scale::Year;
    let value = |total: &Result<Known, String>| total.as_ref().ok().map(|k| k.value);
    let mut add = |name: &str, of: &dyn Fn(&Year) -> Option<Usd>| {
        let points = history
            .years
            .iter()
            .map(|(year, totals)| Point {
                x: f64::from(*year),
                y: of(totals).map(Usd::to_f64),
                band: None,
            })
            .collect();
        chart.series.push(::model::Series {
            name: name.to_owned(),
            points,
            curve: false,
        });
    };
    add("exports", &|y| value(&y.exports));
    add("imports", &|y| value(&y.imports));
    add("balance", &|y| balance(y).ok());
    chart
}
