//! Clouds of points, and curves through them.

use super::element::{escape, px};
use super::line::{bands, line};
use super::scene::{Plot, series_group, titled};
use super::style::marker;
use super::unit::point_words;
use model::{Point, Series};
use std::fmt::Write;

/// Beyond so many points a cloud is drawn as one shape, with the places and words of its points beside it for the
/// script: an element for each would make the page heavy.
const SEPARATE: usize = 300;

/// Appends the points, then the curves over them; says where they are drawn.
pub(crate) fn dots(out: &mut String, plot: &Plot<'_>, drawn: &mut Vec<(f64, f64)>) {
    let count: usize = plot
        .chart
        .series
        .iter()
        .filter(|s| !s.curve)
        .map(|s| s.points.len())
        .sum();
    for curves in [false, true] {
        for (at, series) in plot.chart.series.iter().enumerate().filter(|(_, s)| s.curve == curves) {
            let class = if curves {
                ""
            } else if count > SEPARATE {
                " cloud"
            } else if count > 60 {
                " many"
            } else {
                ""
            };
            series_group(out, plot, at, class);
            bands(out, plot, (series, plot.look(at), 0), curves);
            if curves {
                let mut above = String::new();
                line((out, &mut above), plot, at, series, drawn);
                out.push_str(&above);
            } else {
                cloud(out, plot, (at, series), count, drawn);
            }
            out.push_str("</g>");
        }
    }
}

fn cloud(out: &mut String, plot: &Plot<'_>, (at, series): (usize, &Series), count: usize, drawn: &mut Vec<(f64, f64)>) {
    let place = |p: &Point| p.y.map(|y| (plot.x.at(p.x), plot.y.at(y)));
    let radius = if count > SEPARATE {
        1.9
    } else if count > 60 {
        3.0
    } else {
        4.2
    };
    let mut shape = String::new();
    let mut told = Vec::new();
    for (number, p) in series.points.iter().enumerate() {
        let Some((x, y)) = place(p) else { continue };
        drawn.push((x, y));
        let name = plot.chart.point_name(at, number).unwrap_or(&series.name);
        if count <= SEPARATE {
            let shape = marker(plot.look(at), x, y, radius);
            titled(out, plot, &format!("<path class=\"pt\" d=\"{shape}\""), "path", name, p);
            continue;
        }
        let words = escape(&point_words(plot.chart, name, p));
        told.push(format!("{} {} {words}", px(x), px(y)));
        if plot.chart.series.iter().filter(|s| !s.curve).count() > 1 {
            shape.push_str(&marker(plot.look(at), x, y, radius));
        } else {
            let _ = write!(shape, "M{} {}h0", px(x), px(y));
        }
    }
    if !shape.is_empty() {
        let class = if shape.contains('Z') { "shapes" } else { "specks" };
        let told = told.join("&#10;");
        let _ = write!(out, "<path class=\"{class}\" d=\"{shape}\" data-points=\"{told}\"/>");
    }
}
