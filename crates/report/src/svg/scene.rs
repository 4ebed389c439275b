//! Puts a drawing together.

use super::domain::{drawable, horizontal, shown, vertical};
use super::element::{Anchor, LETTER, escape, px, text, text_width};
use super::frame::{Frame, LINE, axes, footing, ground, heading, horizontal_ticks};
use super::scale::Axis;
use super::style::{band_numbers, class};
use super::unit::{Unit, point_words};
use super::{Size, bars, description, dots, end_labels, line, mark_lines, ticks};
use model::{Chart, Form, Point, Scale, Series};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A finished drawing.
#[derive(Debug)]
pub(crate) struct Drawing {
    /// The SVG element.
    pub(crate) svg: String,
    /// How many points cannot be drawn, such as zeros on a logarithmic axis.
    pub(crate) left_out: usize,
    /// Vertical lines that only bear a number, and their words.
    pub(crate) keys: Vec<(String, String)>,
    /// Whether the series' names stand beside their ends.
    pub(crate) named: bool,
}

/// What the marks are drawn on.
pub(crate) struct Plot<'a> {
    pub(crate) chart: &'a Chart,
    pub(crate) size: Size,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// The usual step between the points of a line over years.
    pub(crate) step: f64,
    dress: Dress<'a>,
}

/// How a page dresses a chart's series.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dress<'a> {
    /// The look of each: its colour, dashes, marker and hatch, the same over a whole page.
    pub(crate) looks: &'a [usize],
    /// Points that the caption speaks of, by the number of their series and the bits of their x.
    pub(crate) noted: Option<&'a BTreeSet<(usize, u64)>>,
}

impl Plot<'_> {
    /// The number from which a series' colour, dashes, marker and hatch follow.
    pub(crate) fn look(&self, series: usize) -> usize {
        look(self.dress.looks, series)
    }

    /// Whether the caption speaks of a point.
    pub(crate) fn noted(&self, series: usize, x: f64) -> bool {
        self.dress.noted.is_some_and(|all| all.contains(&(series, x.to_bits())))
    }
}

/// A series' look: its place in the chart, where the page gives it none.
pub(crate) fn look(looks: &[usize], series: usize) -> usize {
    looks.get(series).copied().unwrap_or(series)
}

/// Where everything stands.
struct Layout<'a> {
    plot: Plot<'a>,
    frame: Frame,
    names: end_labels::EndLabels,
    banner: mark_lines::Banner,
    /// The words over the vertical axis and under the horizontal one.
    heads: (Vec<String>, Vec<String>),
}

/// Draws a chart.
pub(crate) fn draw(chart: &Chart, dress: Dress<'_>, size: Size) -> Drawing {
    let (chart, left_out) = drawable(chart);
    let Layout {
        plot,
        frame,
        names,
        banner,
        heads,
    } = lay_out(&chart, dress, size);
    let mut body = String::new();
    axes(&mut body, &chart, &frame, (&plot.x, &plot.y), (&heads.0, &heads.1));
    // Bars would hide the lines behind them; thin lines and points would be hidden by them.
    let bars = matches!(chart.form, Form::Bars | Form::Stacked);
    let mut drawn = Vec::new();
    if bars {
        marks(&mut body, &plot, &mut drawn);
    }
    ground(&mut body, &plot.y, &frame);
    mark_lines::vertical(&mut body, &banner, &frame);
    if !bars {
        marks(&mut body, &plot, &mut drawn);
    }
    mark_lines::horizontal(&mut body, &chart, &plot.y, &frame, &drawn);
    end_labels::write(&mut body, &names, &plot, &frame);
    if shown(&chart).next().is_none() {
        let middle = ((frame.left + frame.right) / 2.0, (frame.top + frame.bottom) / 2.0);
        text(
            &mut body,
            "label",
            middle.0,
            middle.1,
            Anchor::Middle,
            "no data to show",
        );
    }
    Drawing {
        svg: element(&plot, &frame, &body),
        left_out,
        keys: banner.keys,
        named: !names.is_empty(),
    }
}

/// The margins follow the words that stand in them: from the vertical axis' ticks to the
/// left edge, from there and the names at the right to the horizontal axis, from that to
/// the words over the plot, and so to its height.
fn lay_out<'a>(chart: &'a Chart, dress: Dress<'a>, size: Size) -> Layout<'a> {
    let target = if size == Size::Wide { 6 } else { 5 };
    let span = vertical(chart, target);
    let unit = Unit::of_axis(chart.y_scale, &chart.y_label, span.0.abs().max(span.1.abs()));
    let y_ticks = ticks::ticks(chart.y_scale, span.0, span.1, target, unit, size == Size::Narrow);
    let names = end_labels::plan(chart, size);
    let left = y_ticks
        .iter()
        .map(|t| text_width(&t.label, LETTER))
        .fold(12.0, f64::max)
        + 10.0;
    let right = size.width() - if names.is_empty() { 12.0 } else { names.width };
    let x_span = horizontal(chart);
    let x_ticks = horizontal_ticks(chart, x_span, (left, right), size);
    let x = Axis::new(chart.x_scale, x_span, (left, right), x_ticks);
    let banner = mark_lines::banner(chart, &x, size.width());
    let heads = (heading(chart, unit, size), footing(chart, size));
    let over = if banner.rows > 0 {
        banner.rows as f64 * LINE + 8.0
    } else {
        0.0
    };
    let top = 10.0 + heads.0.len() as f64 * LINE + over;
    let bottom = top + size.plot_height();
    let under = if heads.1.is_empty() {
        0.0
    } else {
        heads.1.len() as f64 * LINE + 4.0
    };
    let frame = Frame {
        left,
        right,
        top,
        bottom,
        width: size.width(),
        height: bottom + 26.0 + under,
    };
    let y = Axis::new(chart.y_scale, span, (bottom, top), y_ticks);
    Layout {
        plot: Plot {
            chart,
            size,
            x,
            y,
            step: line::usual_step(chart),
            dress,
        },
        frame,
        names,
        banner,
        heads,
    }
}

fn element(plot: &Plot<'_>, frame: &Frame, body: &str) -> String {
    let (chart, word) = (plot.chart, plot.size.word());
    let id = escape(&format!("{}-{word}", chart.id));
    // Where stacks stand, for the script that closes them up when a series is hidden.
    let floor = if chart.form == Form::Stacked {
        format!(" data-floor=\"{}\"", px(plot.y.floor()))
    } else {
        String::new()
    };
    format!(
        "<svg class=\"plot {word}\" viewBox=\"0 0 {} {}\"{floor} role=\"img\" \
         aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\">\
         <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>{body}</svg>",
        frame.width,
        frame.height.ceil(),
        escape(&chart.title),
        escape(&description::description(chart)),
    )
}

/// Appends what the chart is about.
fn marks(out: &mut String, plot: &Plot<'_>, drawn: &mut Vec<(f64, f64)>) {
    match plot.chart.form {
        Form::Bars | Form::Stacked => bars::bars(out, plot, drawn),
        Form::Dots => dots::dots(out, plot, drawn),
        Form::Line => {
            // All bands lie below all lines.
            let numbers = band_numbers(plot.chart);
            for (at, series) in plot.chart.series.iter().enumerate() {
                let Some(number) = numbers[at] else { continue };
                series_group(out, plot, at, "");
                line::bands(
                    out,
                    plot,
                    (series, plot.look(at), number),
                    plot.chart.x_scale == Scale::Year || series.points.len() > 2,
                );
                out.push_str("</g>");
            }
            let mut above = String::new();
            for (at, series) in plot.chart.series.iter().enumerate() {
                let mut noted = String::new();
                series_group(out, plot, at, "");
                line::line((out, &mut noted), plot, at, series, drawn);
                out.push_str("</g>");
                if !noted.is_empty() {
                    series_group(&mut above, plot, at, "");
                    above.push_str(&noted);
                    above.push_str("</g>");
                }
            }
            out.push_str(&above);
        }
    }
}

/// Opens the group of a series; `more` are further classes, each after a space.
pub(crate) fn series_group(out: &mut String, plot: &Plot<'_>, at: usize, more: &str) {
    let class = class(plot.look(at));
    let _ = write!(out, "<g class=\"series {class}{more}\" data-series=\"{at}\">");
}

/// Appends a marker that tells its value when pointed at.
pub(crate) fn point(out: &mut String, plot: &Plot<'_>, class: &str, shape: &str, series: &Series, p: &Point) {
    titled(
        out,
        plot,
        &format!("<path class=\"{class}\" d=\"{shape}\""),
        "path",
        &series.name,
        p,
    );
}

/// Closes an opened element with a title that tells a point's name and value.
pub(crate) fn titled(out: &mut String, plot: &Plot<'_>, head: &str, element: &str, name: &str, p: &Point) {
    let words = escape(&point_words(plot.chart, name, p));
    let _ = write!(out, "{head}><title>{words}</title></{element}>");
}

#[cfg(test)]
mod tests;
