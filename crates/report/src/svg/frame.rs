//! Where a drawing's parts stand, and its grid and axes.

use super::Size;
use super::domain::columns;
use super::element::{Anchor, LETTER, line, text, text_width, wrapped};
use super::scale::{Axis, unstretched};
use super::ticks::{Tick, label, ticks};
use super::unit::Unit;
use model::{Chart, Form, Scale};

/// The plot's edges within the drawing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// The height of a line of text.
pub(crate) const LINE: f64 = 15.5;

/// What the words of an axis say of its spacing.
pub(crate) const BY_ROOTS: &str = "spaced by square roots";

/// The words over the vertical axis, broken to the drawing's width.
pub(crate) fn heading(chart: &Chart, unit: Unit, size: Size) -> Vec<String> {
    let mut label = unit.label(&chart.y_label);
    // Whoever reads a distance as a difference is told that it is none; powers of ten say so themselves.
    if chart.y_scale == Scale::Root {
        let comma = if label.is_empty() { "" } else { ", " };
        label = format!("{label}{comma}{BY_ROOTS}");
    }
    wrapped(&label, size.width() - 8.0, LETTER, 2)
}

/// The horizontal axis' own words: none where its ticks are years and say so themselves.
pub(crate) fn footing(chart: &Chart, size: Size) -> Vec<String> {
    let plain_years =
        chart.x_scale == Scale::Year && matches!(chart.x_label.to_lowercase().as_str(), "" | "year" | "years");
    let words = if plain_years { "" } else { &chart.x_label };
    wrapped(words, size.width() - 8.0, LETTER, 2)
}

/// The horizontal axis' ticks: under every column where there are few, else at round
/// values, as many as stand beside each other.
pub(crate) fn horizontal_ticks(chart: &Chart, domain: (f64, f64), (left, right): (f64, f64), size: Size) -> Vec<Tick> {
    let fits = |ticks: &[Tick]| {
        let axis = Axis::new(chart.x_scale, domain, (left, right), Vec::new());
        let ends = |t: &Tick| (axis.at(t.value), text_width(&t.label, LETTER) / 2.0);
        ticks.windows(2).all(|w| {
            let ((a, wide_a), (b, wide_b)) = (ends(&w[0]), ends(&w[1]));
            a + wide_a + 9.0 <= b - wide_b
        })
    };
    if matches!(chart.form, Form::Bars | Form::Stacked) && chart.x_scale != Scale::Log {
        let columns = columns(chart);
        if columns.len() <= 12 {
            let step = super::domain::pitch(&columns).max(1e-6);
            let at = |place: &f64| unstretched(chart.x_scale, *place);
            let under: Vec<Tick> = columns
                .iter()
                .map(|place| Tick {
                    value: at(place),
                    label: label(chart.x_scale, at(place), step, Unit::of(0.0)),
                })
                .collect();
            if fits(&under) {
                return under;
            }
        }
    }
    let unit = Unit::of(0.0);
    let most = if size == Size::Wide { 9 } else { 5 };
    (2..=most)
        .rev()
        .map(|target| ticks(chart.x_scale, domain.0, domain.1, target, unit, size == Size::Narrow))
        .find(|ticks| fits(ticks))
        .unwrap_or_else(|| ticks(chart.x_scale, domain.0, domain.1, 1, unit, true))
}

/// Appends the grid, the axes, their ticks and their words.
pub(crate) fn axes(
    out: &mut String,
    chart: &Chart,
    frame: &Frame,
    (x, y): (&Axis, &Axis),
    heads: (&[String], &[String]),
) {
    for tick in &y.ticks {
        let at = y.at(tick.value);
        line(out, "grid", (frame.left, at), (frame.right, at));
        text(out, "tick", frame.left - 7.0, at + 4.0, Anchor::End, &tick.label);
    }
    for tick in &x.ticks {
        let at = x.at(tick.value);
        if chart.form == Form::Dots {
            line(out, "grid", (at, frame.top), (at, frame.bottom));
        } else {
            line(out, "stub", (at, frame.bottom), (at, frame.bottom + 5.0));
        }
        let half = text_width(&tick.label, LETTER) / 2.0;
        let middle = at.clamp(half.min(frame.width / 2.0), (frame.width - half).max(frame.width / 2.0));
        text(out, "tick", middle, frame.bottom + 19.0, Anchor::Middle, &tick.label);
    }
    for (at, words) in heads.0.iter().enumerate() {
        text(out, "label", 0.0, 12.0 + at as f64 * LINE, Anchor::Start, words);
    }
    for (at, words) in heads.1.iter().enumerate() {
        text(
            out,
            "label",
            frame.right,
            frame.bottom + 38.0 + at as f64 * LINE,
            Anchor::End,
            words,
        );
    }
}

/// Appends the line on which everything stands: at zero where it is on the axis, else at
/// the plot's foot. It lies over the bars.
pub(crate) fn ground(out: &mut String, y: &Axis, frame: &Frame) {
    let at = if y.crosses_zero() { y.floor() } else { frame.bottom };
    line(out, "axis", (frame.left, at), (frame.right, at));
}
