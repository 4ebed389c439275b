//! Lines with gaps where data are missing, and bands around them.

use super::Size;
use super::element::px;
use super::scene::{Plot, point};
use super::style::{BOUNDS, band, dash, marker};
use model::{Chart, Form, Point, Scale, Series};
use std::fmt::Write;

/// On a long line every so many points bear its marker, which tells it from others without colour.
const MARKED: usize = 5;

/// Appends the bands of a series, given with its look and the number of its band: areas where neighbours have one, else
/// whiskers.
pub(crate) fn bands(out: &mut String, plot: &Plot<'_>, (series, look, number): (&Series, usize, usize), areas: bool) {
    let banded: Vec<&Point> = series.points.iter().filter(|p| p.band.is_some()).collect();
    for run in runs(plot, series, &banded) {
        let ends = |p: &Point| p.band.map(|b| (plot.x.at(p.x), plot.y.at(b.low), plot.y.at(b.high)));
        let ends: Vec<(f64, f64, f64)> = run.iter().filter_map(|p| ends(p)).collect();
        if areas && ends.len() > 1 {
            let upper: Vec<String> = ends.iter().map(|e| format!("{} {}", px(e.0), px(e.2))).collect();
            let lower: Vec<String> = ends.iter().rev().map(|e| format!("{} {}", px(e.0), px(e.1))).collect();
            let _ = write!(
                out,
                "<path {} d=\"M{}L{}Z\"/>",
                band(number, look),
                upper.join("L"),
                lower.join("L")
            );
        } else {
            for &(x, low, high) in &ends {
                whisker(out, if number == BOUNDS { " bounds" } else { "" }, x, low, high);
            }
        }
    }
}

/// Appends an upright whisker with caps; `more` are further classes, each after a space.
pub(crate) fn whisker(out: &mut String, more: &str, x: f64, low: f64, high: f64) {
    let (left, right) = (px(x - 3.0), px(x + 3.0));
    let (x, low, high) = (px(x), px(low), px(high));
    let _ = write!(
        out,
        "<path class=\"whisker{more}\" d=\"M{left} {low}H{right}M{x} {low}V{high}M{left} {high}H{right}\"/>"
    );
}

/// Appends the line of series number `at` and its points; says where it is drawn. Points that the caption speaks of go
/// to `above`, since another series' marker would hide them.
pub(crate) fn line(
    (out, above): (&mut String, &mut String),
    plot: &Plot<'_>,
    at: usize,
    series: &Series,
    drawn: &mut Vec<(f64, f64)>,
) {
    let known: Vec<&Point> = series.points.iter().filter(|p| p.y.is_some()).collect();
    let place = |p: &Point| p.y.map(|y| (plot.x.at(p.x), plot.y.at(y)));
    let most = if plot.size == Size::Wide { 14 } else { 8 };
    let few = known.len() <= most && !series.curve;
    let mut points = String::new();
    let mut path = String::new();
    let noted = |p: &Point| plot.noted(at, p.x);
    // What the caption speaks of is defined otherwise than what it stands beside: no line joins the two.
    let runs = runs(plot, series, &known);
    for run in runs.iter().flat_map(|run| run.chunk_by(|a, b| noted(a) == noted(b))) {
        let places: Vec<(f64, f64)> = run.iter().filter_map(|p| place(p)).collect();
        if places.len() > 1 {
            let steps: Vec<String> = places.iter().map(|&(x, y)| format!("{} {}", px(x), px(y))).collect();
            let _ = write!(path, "M{}", steps.join("L"));
        }
        along(&places, drawn);
        if series.curve && plot.chart.form != Form::Line {
            continue;
        }
        for (n, (p, &(x, y))) in run.iter().zip(&places).enumerate() {
            let last = n + 1 == run.len() && known.last().is_some_and(|end| std::ptr::eq(*end, *p));
            let shape = marker(plot.look(at), x, y, 3.4);
            if noted(p) {
                point(above, plot, "pt noted", &shape, series, p);
                continue;
            }
            let class = if few || run.len() == 1 || last || (n + at) % MARKED == MARKED - 1 {
                "pt"
            } else {
                "pt ghost"
            };
            point(&mut points, plot, class, &shape, series, p);
        }
    }
    if !path.is_empty() {
        let _ = write!(out, "<path class=\"line\" d=\"{path}\"{}/>", dash(plot.look(at)));
    }
    out.push_str(&points);
}

/// The points in runs without a gap. On an axis of years a step longer than the chart's usual one is a gap, however far
/// apart the series' own points are; elsewhere points are as far apart as they are.
fn runs<'p>(plot: &Plot<'_>, series: &Series, points: &[&'p Point]) -> Vec<Vec<&'p Point>> {
    let own = shortest(points.iter().map(|p| p.x));
    let usual = if own < 1.0 { own } else { plot.step };
    let empty = |from: f64, to: f64| series.points.iter().any(|p| p.x > from && p.x < to);
    let gap = |a: &Point, b: &Point| {
        let long = plot.chart.x_scale == Scale::Year && !series.curve && b.x - a.x > 1.5 * usual;
        long || (!series.curve && empty(a.x, b.x))
    };
    let mut runs: Vec<Vec<&Point>> = Vec::new();
    for &point in points {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|before| !gap(before, point)) => run.push(point),
            _ => runs.push(vec![point]),
        }
    }
    runs
}

/// The usual step of a chart over years: its shortest, and no less than a year. A series of months or half-years has its own.
pub(super) fn usual_step(chart: &Chart) -> f64 {
    let drawn = |p: &&Point| p.y.is_some() || p.band.is_some();
    let known = |s: &Series| shortest(s.points.iter().filter(drawn).map(|p| p.x));
    let steps = chart.series.iter().filter(|s| !s.curve).map(known);
    let step = steps.fold(f64::INFINITY, f64::min);
    step.max(1.0)
}

/// The shortest step between neighbours; infinite where there are no two.
fn shortest(places: impl Iterator<Item = f64>) -> f64 {
    let places: Vec<f64> = places.collect();
    let steps = places.windows(2).map(|w| w[1] - w[0]).filter(|step| *step > 0.0);
    steps.fold(f64::INFINITY, f64::min)
}

/// Places along a broken line, close enough to know what it covers.
fn along(places: &[(f64, f64)], drawn: &mut Vec<(f64, f64)>) {
    drawn.extend(places);
    for w in places.windows(2) {
        let length = (w[1].0 - w[0].0).hypot(w[1].1 - w[0].1);
        let count = (length / 8.0).clamp(0.0, 400.0) as usize;
        drawn.extend((1..count).map(|n| {
            let part = n as f64 / count as f64;
            (w[0].0 + part * (w[1].0 - w[0].0), w[0].1 + part * (w[1].1 - w[0].1))
        }));
    }
}
