//! A chart with its title, legend, caption, and the data behind it.

use super::html::{Anchors, download, table};
use super::look::{Look, capital};
use super::looks::Looks;
use crate::Result;
use crate::svg::{BOUNDS, Drawing, Dress, Size, band_numbers, draw, escape, look, swatch};
use model::{Cell, Chart, Form, Kind, Scale, Table};
use std::collections::{BTreeMap, BTreeSet};

/// No more rows of a chart's data are printed.
const ROWS: usize = 200;

/// The data of a chart as a tidy table: `series`, what each point is (`point`) where the chart names its points, what
/// stands on its axes, named by their labels with their units, and the `low` and `high` end of the interval, in the
/// unit of the value.
pub fn chart_table(chart: &Chart) -> Table {
    tidy(chart, &[])
}

/// The same with the `scenario` that each series is taken from, where it is taken from one.
fn tidy(chart: &Chart, sources: &[String]) -> Table {
    let x_kind = if whole(chart) { Kind::Integer } else { Kind::Number };
    let x_unit = if chart.x_scale == Scale::Year { "year" } else { "" };
    let y_unit = if chart.y_scale == Scale::Share { "share" } else { "" };
    let x_name = if chart.x_scale == Scale::Year {
        "year".to_owned()
    } else {
        column_name(&chart.x_label, "x")
    };
    let mut y_name = column_name(&chart.y_label, "value");
    if x_name == y_name {
        y_name.push_str("_value");
    }
    let columns = [
        ("scenario", Kind::Text, ""),
        ("series", Kind::Text, ""),
        ("point", Kind::Text, ""),
        (x_name.as_str(), x_kind, x_unit),
        (y_name.as_str(), Kind::Number, y_unit),
        ("low", Kind::Number, y_unit),
        ("high", Kind::Number, y_unit),
    ];
    let mut table = Table::new(&chart.id, &chart.title, &columns);
    for (at, series) in chart.series.iter().enumerate() {
        for (number, point) in series.points.iter().enumerate().filter(|(_, p)| p.x.is_finite()) {
            let (low, high) = (point.band.map(|b| b.low), point.band.map(|b| b.high));
            table.push(vec![
                sources.get(at).map(String::as_str).into(),
                series.name.as_str().into(),
                chart.point_name(at, number).into(),
                place(point.x, x_kind),
                point.y.into(),
                low.into(),
                high.into(),
            ]);
        }
    }
    for (name, there) in [("point", !chart.names.is_empty()), ("scenario", !sources.is_empty())] {
        if let (Some(at), false) = (table.columns.iter().position(|c| c.name == name), there) {
            table.columns.remove(at);
            for row in &mut table.rows {
                row.remove(at);
            }
        }
    }
    table
}

/// The data as people read them: axes under their labels, no columns that are empty.
fn to_read(tidy: &Table, chart: &Chart) -> Table {
    let mut shown = tidy.clone();
    let axes = [(&chart.x_label, "x"), (&chart.y_label, "value")];
    for column in shown.columns.iter_mut().filter(|column| column.heading.is_empty()) {
        let is_of = |(label, otherwise): &&(&String, &str)| {
            let name = column_name(label, otherwise);
            column.name == name || column.name == format!("{name}_value")
        };
        if let Some((label, _)) = axes.iter().find(is_of).filter(|(label, _)| !label.is_empty()) {
            column.heading = capital(label);
        }
    }
    for name in ["low", "high"] {
        let at = shown.columns.iter().position(|column| column.name == name);
        if let Some(at) = at.filter(|at| shown.rows.iter().all(|row| row[*at] == Cell::Missing)) {
            shown.columns.remove(at);
            shown.rows.iter_mut().for_each(|row| drop(row.remove(at)));
        }
    }
    shown
}

/// A label as the name of a column: `exports, USD` is `exports_usd`.
fn column_name(label: &str, otherwise: &str) -> String {
    let letters = label.to_lowercase();
    let words = letters
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    match words.collect::<Vec<_>>().join("_") {
        name if name.is_empty() => otherwise.to_owned(),
        name if ["scenario", "series", "point", "low", "high"].contains(&name.as_str()) => {
            format!("{name}_{otherwise}")
        }
        name => name,
    }
}

/// What the points of a chart rest on; empty for a chart that is not traced.
#[derive(Debug, Default)]
pub(crate) struct Traces<'p> {
    pub(crate) sources: &'p [String],
    pub(crate) evidence: Option<&'p BTreeMap<(usize, u64), String>>,
    pub(crate) noted: Option<&'p BTreeSet<(usize, u64)>>,
}

impl Traces<'_> {
    fn of(&self, series: usize, x: f64) -> String {
        let found = self.evidence.and_then(|all| all.get(&(series, x.to_bits())));
        found.cloned().unwrap_or_default()
    }
}

/// The figure as HTML; its anchor is the chart's name.
pub(crate) fn figure(chart: &Chart, traces: &Traces<'_>, looks: &Looks, anchors: &mut Anchors) -> Result<String> {
    let mut chart = chart.clone();
    let looks = &looks.of(&chart, traces.sources);
    chart.id = anchors.take(&chart.id);
    let dress = Dress {
        looks,
        noted: traces.noted,
    };
    let (wide, narrow) = (draw(&chart, dress, Size::Wide), draw(&chart, dress, Size::Narrow));
    let id = &chart.id;
    Ok(format!(
        "<figure class=\"chart\" id=\"{id}\" role=\"group\" aria-labelledby=\"{id}-head\">\
         <h3 id=\"{id}-head\">{}</h3>{}<div class=\"canvas\">{}{}</div>{}{}</figure>",
        escape(&chart.title),
        legend(&chart, looks, wide.named, traces),
        wide.svg,
        narrow.svg,
        caption(&chart, &wide, &narrow),
        data(&chart, traces)?,
    ))
}

fn legend(chart: &Chart, looks: &[usize], named: bool, traces: &Traces<'_>) -> String {
    if chart.series.len() < 2 {
        return String::new();
    }
    let bands = band_numbers(chart);
    let entry = |(at, series): (usize, &model::Series)| {
        let name = if series.name.is_empty() {
            format!("series {}", at + 1)
        } else {
            series.name.clone()
        };
        let source = traces
            .sources
            .get(at)
            .map(|s| format!(" data-source=\"{}\"", escape(s)));
        format!(
            "<li data-series=\"{at}\"{}>{}<span>{}</span></li>",
            source.unwrap_or_default(),
            swatch(chart.form, series.curve, look(looks, at), bands[at]),
            escape(&name)
        )
    };
    let entries: String = chart.series.iter().enumerate().map(entry).collect();
    let class = if named { "legend named" } else { "legend" };
    format!("<ul class=\"{class}\" aria-label=\"Legend\">{entries}</ul>")
}

/// The caption, the words of numbered lines, and what could not be drawn.
fn caption(chart: &Chart, wide: &Drawing, narrow: &Drawing) -> String {
    let mut words = escape(&chart.caption);
    if words.ends_with(|last: char| last.is_alphanumeric() || last == ')') {
        words.push('.');
    }
    for (drawing, class) in [(wide, "only-wide"), (narrow, "only-narrow")] {
        if !drawing.keys.is_empty() {
            let keys: Vec<String> = drawing
                .keys
                .iter()
                .map(|(n, w)| format!("<b>{n}</b> {}", escape(w)))
                .collect();
            words.push_str(&format!(" <span class=\"{class}\">Lines: {}.</span>", keys.join("; ")));
        }
    }
    if wide.left_out > 0 {
        let (points, are) = if wide.left_out == 1 {
            ("point", "is")
        } else {
            ("points", "are")
        };
        let why = "not a positive number where the axis is logarithmic, or not a number";
        words.push_str(&format!(
            " <span>{} {points} {are} not drawn: {why}.</span>",
            wide.left_out
        ));
    }
    if words.is_empty() {
        words
    } else {
        format!("<figcaption>{words}</figcaption>")
    }
}

fn data(chart: &Chart, traces: &Traces<'_>) -> Result<String> {
    let tidy = tidy(chart, traces.sources);
    if tidy.rows.is_empty() {
        return Ok(String::new());
    }
    let (shown, places) = side_by_side(chart).unwrap_or_else(|| (to_read(&tidy, chart), Places::default()));
    let evidence = |row: usize, column: usize| match (places.x.get(row), places.series.get(column)) {
        (Some(&x), Some(&Some(series))) if shown.rows[row][column] != Cell::Missing => traces.of(series, x),
        _ => String::new(),
    };
    let more = if shown.rows.len() > ROWS {
        format!(" The first {ROWS} of {} rows.", shown.rows.len())
    } else {
        String::new()
    };
    let told = escape(&counted_in(chart));
    let looks: Vec<Look> = shown.columns.iter().map(Look::exact).collect();
    Ok(format!(
        "<details class=\"data\"><summary>Data behind this chart</summary>\
         <p class=\"tools\">{}{told}{more}</p><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">{}</div></details>",
        download(&tidy, "Download as CSV")?,
        escape(&format!("Data: {}", chart.title)),
        table(
            &shown,
            &(0..shown.rows.len().min(ROWS)).collect::<Vec<_>>(),
            (&looks, false),
            &evidence
        ),
    ))
}

/// What the numbers of a chart's data are, with their unit.
fn counted_in(chart: &Chart) -> String {
    let label = chart.y_label.replace("USD", "US dollars");
    let shares = if chart.y_scale == Scale::Share {
        ", per cent"
    } else {
        ""
    };
    let numbers = band_numbers(chart);
    let bounds = numbers.contains(&Some(BOUNDS));
    let bands = match (bounds, numbers.iter().flatten().any(|number| *number != BOUNDS)) {
        (false, false) => "",
        (false, true) => "; low and high are the ends of the interval",
        (true, false) => "; low and high are bounds, somewhere between which the value lies",
        (true, true) => {
            "; low and high are the ends of the interval or, where there is no value, the bounds between which it lies"
        }
    };
    match label.as_str() {
        "" => String::new(),
        label => format!(" Shown: {label}{shares}{bands}."),
    }
}

/// What the rows and columns of a table of a chart's data stand for.
#[derive(Debug, Default)]
struct Places {
    x: Vec<f64>,
    series: Vec<Option<usize>>,
}

/// A row for each x, a column for each series; none where that would be sparse or wide.
fn side_by_side(chart: &Chart) -> Option<(Table, Places)> {
    if chart.form == Form::Dots || chart.series.len() > 8 {
        return None;
    }
    let kind = if whole(chart) { Kind::Integer } else { Kind::Number };
    let unit = if chart.y_scale == Scale::Share { "share" } else { "" };
    let x_name = match (chart.x_label.is_empty(), chart.x_scale) {
        (true, Scale::Year) => "year".to_owned(),
        (true, _) => "x".to_owned(),
        (false, _) => chart.x_label.clone(),
    };
    let mut columns = vec![(x_name, kind, if chart.x_scale == Scale::Year { "year" } else { "" })];
    let mut rows: BTreeMap<i64, (f64, Vec<Cell>)> = BTreeMap::new();
    // Columns 1.. hold, for each series, its values and, where it has them, its intervals.
    let width = chart
        .series
        .iter()
        .map(|s| if banded(s) { 3 } else { 1 })
        .sum::<usize>();
    let (mut at, mut stands_for) = (0, vec![None]);
    for (number, series) in chart.series.iter().enumerate() {
        stands_for.extend(vec![Some(number); if banded(series) { 3 } else { 1 }]);
        let name = if series.name.is_empty() { "value" } else { &series.name };
        columns.push((name.to_owned(), Kind::Number, unit));
        if banded(series) {
            columns.push((format!("{name}: low"), Kind::Number, unit));
            columns.push((format!("{name}: high"), Kind::Number, unit));
        }
        for point in series.points.iter().filter(|p| p.x.is_finite()) {
            let (_, cells) = rows
                .entry(order(point.x))
                .or_insert_with(|| (point.x, vec![Cell::Missing; width]));
            let values = [point.y, point.band.map(|b| b.low), point.band.map(|b| b.high)];
            for (cell, value) in cells
                .iter_mut()
                .skip(at)
                .take(if banded(series) { 3 } else { 1 })
                .zip(values)
            {
                *cell = value.into();
            }
        }
        at += if banded(series) { 3 } else { 1 };
    }
    let columns: Vec<(&str, Kind, &str)> = columns
        .iter()
        .map(|(n, k, u)| (n.as_str(), *k, if *u == "year" { "" } else { *u }))
        .collect();
    let mut table = Table::new(&chart.id, &chart.title, &columns);
    if chart.x_scale == Scale::Year {
        table.columns[0].name = "year".to_owned();
    }
    let mut places = Places {
        x: Vec::new(),
        series: stands_for,
    };
    for (x, cells) in rows.into_values() {
        table.push(std::iter::once(place(x, kind)).chain(cells).collect());
        places.x.push(x);
    }
    Some((table, places))
}

/// A key that sorts as the number does.
fn order(x: f64) -> i64 {
    let bits = (x + 0.0).to_bits().cast_signed();
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

fn banded(series: &model::Series) -> bool {
    series.points.iter().any(|p| p.band.is_some())
}

/// Whether all horizontal positions are whole numbers.
fn whole(chart: &Chart) -> bool {
    let places: BTreeSet<bool> = chart
        .series
        .iter()
        .flat_map(|s| &s.points)
        .map(|p| p.x == p.x.round() && p.x.abs() < 1e15)
        .collect();
    !places.contains(&false)
}

fn place(x: f64, kind: Kind) -> Cell {
    if kind == Kind::Integer {
        Cell::Integer(x as i64)
    } else {
        Cell::from(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Band, Point, Series};

    fn chart() -> Chart {
        let mut chart = Chart::new("hhi", Form::Line, "Concentration");
        (chart.x_scale, chart.x_label) = (Scale::Year, "Year".to_owned());
        let mut points = vec![Point::new(2001.0, 0.5), Point::new(1999.0, -1.0)];
        points[0].band = Some(Band { low: 0.4, high: 0.6 });
        chart.series.push(Series {
            name: "A".to_owned(),
            points,
            curve: false,
        });
        chart.series.push(Series {
            name: "B".to_owned(),
            points: vec![Point::new(2000.0, 0.25)],
            curve: false,
        });
        chart
    }

    #[test]
    fn a_chart_reads_as_a_sentence_and_its_data_under_their_labels() {
        let mut chart = chart();
        chart.caption = "What is counted".to_owned();
        let html = figure(&chart, &Traces::default(), &Looks::default(), &mut Anchors::default()).unwrap();
        assert!(html.contains("What is counted."), "{html}");
        chart.x_scale = Scale::Linear;
        (chart.x_label, chart.y_label) = ("import value / export value".to_owned(), "exports, USD".to_owned());
        for point in chart.series.iter_mut().flat_map(|series| &mut series.points) {
            point.band = None;
        }
        let shown = to_read(&tidy(&chart, &[]), &chart);
        let heads: Vec<(&str, &str)> = shown
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.heading.as_str()))
            .collect();
        let want = [
            ("series", ""),
            ("import_value_export_value", "Import value / export value"),
            ("exports_usd", "Exports, USD"),
        ];
        assert_eq!(heads, want);
    }

    #[test]
    fn the_data_behind_a_chart_stand_side_by_side_in_order() {
        let (shown, places) = side_by_side(&chart()).unwrap();
        assert_eq!(places.series, [None, Some(0), Some(0), Some(0), Some(1)]);
        assert_eq!(places.x, [1999.0, 2000.0, 2001.0]);
        let names: Vec<&str> = shown.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["year", "A", "A: low", "A: high", "B"]);
        let years: Vec<&Cell> = shown.rows.iter().map(|r| &r[0]).collect();
        assert_eq!(
            years,
            [&Cell::Integer(1999), &Cell::Integer(2000), &Cell::Integer(2001)]
        );
        assert_eq!(shown.rows[2][1..], [0.5.into(), 0.4.into(), 0.6.into(), Cell::Missing]);
        assert_eq!(shown.rows[1][4], Cell::Number(0.25));
        assert!(
            order(-2.0) < order(-1.0)
                && order(-1.0) < order(0.0)
                && order(-0.0) == order(0.0)
                && order(0.0) < order(1e-9)
        );
    }

    #[test]
    fn the_columns_of_a_download_say_what_they_are() {
        let names = |chart: &Chart| -> Vec<String> { chart_table(chart).columns.into_iter().map(|c| c.name).collect() };
        let mut chart = chart();
        chart.y_label = "Exports, USD".to_owned();
        assert_eq!(names(&chart), ["series", "year", "exports_usd", "low", "high"]);
        (chart.x_scale, chart.x_label, chart.y_label) = (Scale::Log, "Low".to_owned(), "low x".to_owned());
        assert_eq!(names(&chart), ["series", "low_x", "low_x_value", "low", "high"]);
        chart.names = vec![vec!["China to Japan".to_owned()]];
        let whole = tidy(&chart, &["imf".to_owned()]);
        let told: Vec<&str> = whole.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(
            told,
            ["scenario", "series", "point", "low_x", "low_x_value", "low", "high"]
        );
        let first = [&whole.rows[0][0], &whole.rows[0][1], &whole.rows[0][2]];
        assert_eq!(first, [&"imf".into(), &"A".into(), &"China to Japan".into()]);
        assert_eq!(whole.rows[1][2], Cell::Missing);
        chart.names.clear();
        (chart.x_label, chart.y_label) = (String::new(), String::new());
        assert_eq!(names(&chart), ["series", "x", "value", "low", "high"]);
    }

    #[test]
    fn what_is_not_drawn_is_told() {
        let mut chart = chart();
        chart.y_scale = Scale::Log;
        assert!(
            figure(&chart, &Traces::default(), &Looks::default(), &mut Anchors::default())
                .unwrap()
                .contains("1 point is not drawn")
        );
    }
}
