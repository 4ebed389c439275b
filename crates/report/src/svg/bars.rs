//! Bars side by side and on top of each other.

use super::domain::{columns, pitch};
use super::element::px;
use super::line::{line, whisker};
use super::scene::{Plot, series_group, titled};
use super::style::fill;
use model::{Form, Point, Scale, Series};
use std::collections::BTreeMap;

/// No column is wider than this.
const WIDEST: f64 = 72.0;

/// Appends all bars; says where they are drawn.
pub(crate) fn bars(out: &mut String, plot: &Plot<'_>, drawn: &mut Vec<(f64, f64)>) {
    let stacked = plot.chart.form == Form::Stacked;
    let standing: Vec<usize> = (0..plot.chart.series.len())
        .filter(|&s| !plot.chart.series[s].curve)
        .collect();
    let wide = column_width(plot, standing.len());
    let mut stacks: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for (at, series) in plot.chart.series.iter().enumerate() {
        series_group(out, plot, at, "");
        if series.curve {
            let mut above = String::new();
            line((out, &mut above), plot, at, series, drawn);
            out.push_str(&above);
        } else {
            let slot = standing.iter().position(|&s| s == at).unwrap_or(0);
            let slots = if stacked { 1 } else { standing.len().max(1) };
            let bar = wide / slots as f64;
            for p in &series.points {
                let left = plot.x.at(p.x) - wide / 2.0 + if stacked { 0.0 } else { slot as f64 * bar };
                let base = if stacked {
                    stacks.entry(p.x.to_bits()).or_default()
                } else {
                    &mut (0.0, 0.0)
                };
                one(out, plot, (at, series, p), (left, bar), base, drawn);
            }
        }
        out.push_str("</g>");
    }
}

/// Appends one bar standing on `base` (the sums so far, up and down), which it raises.
fn one(
    out: &mut String,
    plot: &Plot<'_>,
    (at, series, p): (usize, &Series, &Point),
    (left, wide): (f64, f64),
    base: &mut (f64, f64),
    drawn: &mut Vec<(f64, f64)>,
) {
    let gap = if wide > 4.0 { 1.0 } else { 0.0 };
    if let Some(y) = p.y {
        let side = if y >= 0.0 { &mut base.0 } else { &mut base.1 };
        let from = if *side == 0.0 { plot.y.floor() } else { plot.y.at(*side) };
        *side += y;
        let to = plot.y.at(*side);
        // A value too small to see keeps a hair's breadth, so that it is not taken for none.
        let tall = if y == 0.0 { 0.0 } else { (from - to).abs().max(0.6) };
        let head = format!(
            "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" data-x=\"{}\"{}",
            px(left),
            px(if to < from { from - tall } else { from }),
            px((wide - gap).max(0.4)),
            px(tall),
            px(plot.x.at(p.x)),
            fill(plot.look(at))
        );
        titled(out, plot, &head, "rect", &series.name, p);
        let rows = (tall / 8.0) as usize;
        let across = [left, left + wide / 2.0, left + wide];
        drawn.extend((0..=rows).flat_map(|n| across.map(|x| (x, from.min(to) + n as f64 * 8.0))));
    }
    if let (Some(band), true) = (p.band, plot.chart.form == Form::Bars) {
        whisker(
            out,
            "",
            left + (wide - gap) / 2.0,
            plot.y.at(band.low),
            plot.y.at(band.high),
        );
    }
}

/// The width of a column: nearly all of the pitch for a histogram, less between years.
fn column_width(plot: &Plot<'_>, series: usize) -> f64 {
    let places = columns(plot.chart);
    let step = pitch(&places);
    let first = places.first().copied().unwrap_or(0.0);
    // The pitch on the drawing: the axis is even in stretched values.
    let value = |place| super::scale::unstretched(plot.chart.x_scale, place);
    let on_paper = plot.x.at(value(first + step)) - plot.x.at(value(first));
    let histogram = plot.chart.form == Form::Bars && series == 1 && plot.chart.x_scale != Scale::Year;
    let widest = if plot.chart.form == Form::Bars {
        // Bars that stand in one place alone have all the room.
        let each = if places.len() < 2 { 52.0 } else { 26.0 };
        WIDEST.max(each * series as f64)
    } else {
        WIDEST
    };
    if histogram {
        on_paper.max(0.5)
    } else {
        (on_paper * 0.78).clamp(0.5, widest)
    }
}
