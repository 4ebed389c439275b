//! Names at the right ends of lines and stacks, where all end there: no legend to look up.

use super::Size;
use super::domain::columns;
use super::element::{Anchor, LETTER, line, text, text_width, wrapped};
use super::frame::Frame;
use super::scale::stretched;
use super::scene::Plot;
use super::style::class;
use model::{Chart, Form};

const MOST: usize = 7;
const WIDEST: f64 = 150.0;
const LINE: f64 = 14.0;
/// Bold letters are wider.
const BOLD: f64 = LETTER * 1.1;

/// Names to be written to the right of the plot.
#[derive(Debug, Default)]
pub(crate) struct EndLabels {
    /// Series, words, and the value at which it ends.
    labels: Vec<(usize, Vec<String>, f64)>,
    /// How much room they take to the right of the plot.
    pub(crate) width: f64,
}

impl EndLabels {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// The names, where every series of a wide drawing ends at its right edge; else none.
pub(crate) fn plan(chart: &Chart, size: Size) -> EndLabels {
    let columns = columns(chart);
    let several = (2..=MOST).contains(&chart.series.len());
    let (Some(first), Some(last), true) = (columns.first(), columns.last(), several && size == Size::Wide) else {
        return EndLabels::default();
    };
    let near = match chart.form {
        Form::Line => (last - first) * 0.03,
        Form::Stacked => 0.0,
        Form::Bars | Form::Dots => return EndLabels::default(),
    };
    let mut labels = Vec::new();
    let mut stacked = 0.0;
    for (at, series) in chart.series.iter().enumerate() {
        let Some(end) = series.points.iter().rev().find(|p| p.y.is_some()) else {
            return EndLabels::default();
        };
        let y = end.y.unwrap_or(0.0);
        if stretched(chart.x_scale, end.x) < last - near
            || series.name.is_empty()
            || (chart.form == Form::Stacked && y < 0.0)
        {
            return EndLabels::default();
        }
        let anchor = if chart.form == Form::Stacked {
            stacked + y / 2.0
        } else {
            y
        };
        stacked += y;
        labels.push((at, wrapped(&series.name, WIDEST, BOLD, 3), anchor));
    }
    let lines: usize = labels.iter().map(|l| l.1.len()).sum();
    if lines as f64 * (LINE + 3.0) > size.plot_height() {
        return EndLabels::default();
    }
    let width = labels
        .iter()
        .flat_map(|l| &l.1)
        .map(|words| text_width(words, BOLD))
        .fold(0.0, f64::max)
        + 24.0;
    EndLabels { labels, width }
}

/// Appends the names, moved apart where they would overlap, with a leader line where one
/// stands away from its end.
pub(crate) fn write(out: &mut String, plan: &EndLabels, plot: &Plot<'_>, frame: &Frame) {
    let mut wanted: Vec<(usize, &[String], f64)> = plan
        .labels
        .iter()
        .map(|(series, words, value)| (*series, words.as_slice(), plot.y.at(*value)))
        .collect();
    wanted.sort_by(|a, b| a.2.total_cmp(&b.2));
    let heights: Vec<f64> = wanted.iter().map(|l| l.1.len() as f64 * LINE + 3.0).collect();
    let middles = spread(
        &wanted.iter().map(|l| l.2).collect::<Vec<_>>(),
        &heights,
        (frame.top - 4.0, frame.bottom + 4.0),
    );
    for ((series, words, end), middle) in wanted.iter().zip(&middles) {
        out.push_str(&format!(
            "<g class=\"series end {}\" data-series=\"{series}\">",
            class(plot.look(*series))
        ));
        if (middle - end).abs() > 7.0 {
            line(out, "leader", (frame.right + 4.0, *end), (frame.right + 12.0, *middle));
        }
        let first = middle - (words.len() as f64 - 1.0) * LINE / 2.0 + 4.2;
        for (at, words) in words.iter().enumerate() {
            text(
                out,
                "end-words",
                frame.right + 14.0,
                first + at as f64 * LINE,
                Anchor::Start,
                words,
            );
        }
        out.push_str("</g>");
    }
}

/// Moves the middles of boxes, sorted, so far apart that the boxes do not overlap, and
/// within the limits where they have room.
fn spread(middles: &[f64], heights: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut placed: Vec<f64> = middles.to_vec();
    // Neighbours that overlap share the push evenly; a few dozen rounds settle it.
    for _ in 0..60 {
        for at in 1..placed.len() {
            let overlap = (heights[at - 1] + heights[at]) / 2.0 - (placed[at] - placed[at - 1]);
            if overlap > 0.0 {
                placed[at - 1] -= overlap / 2.0;
                placed[at] += overlap / 2.0;
            }
        }
        for (middle, height) in placed.iter_mut().zip(heights) {
            *middle = middle.min(bottom - height / 2.0).max(top + height / 2.0);
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_moved_apart_within_the_plot() {
        let placed = spread(&[290.0, 292.0, 295.0], &[17.0; 3], (0.0, 300.0));
        assert!(placed.windows(2).all(|w| w[1] - w[0] >= 16.5), "{placed:?}");
        assert!(placed[2] <= 300.0 - 8.5 + 0.1);
        assert_eq!(spread(&[10.0, 200.0], &[17.0; 2], (0.0, 300.0)), [10.0, 200.0]);
    }
}
