//! Lines across a chart, with their words where they cover nothing.

use super::element::{Anchor, LETTER, line, text, text_width};
use super::frame::{Frame, LINE};
use super::scale::Axis;
use model::Chart;

/// More rows of words than this over a plot, and the lines are numbered instead.
const MOST_ROWS: usize = 5;
const TOO_MANY: usize = 40;

/// The words of the vertical lines, laid out over the plot.
#[derive(Debug, Default)]
pub(crate) struct Banner {
    labels: Vec<Label>,
    /// How many rows of words there are.
    pub(crate) rows: usize,
    /// Where the lines are numbered: number and words, to be told under the chart.
    pub(crate) keys: Vec<(String, String)>,
}

#[derive(Debug)]
struct Label {
    at: f64,
    words: String,
    /// From where to where the words reach.
    span: (f64, f64),
    /// 0 is next to the plot.
    row: usize,
}

/// Lays out the words of the vertical lines: each begins (near the right edge: ends) at its
/// line, in a row so far up that no line runs through another's words.
pub(crate) fn banner(chart: &Chart, x: &Axis, frame_width: f64) -> Banner {
    let mut marks: Vec<(f64, &str)> = chart
        .marks
        .iter()
        .filter(|m| m.vertical)
        .map(|m| (x.at(m.at), m.label.as_str()))
        .collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let full = rows_of(marks.iter().map(|&(at, words)| (at, words.to_owned())), frame_width);
    let rows = full.iter().map(|l| l.row + 1).max().unwrap_or(0);
    if rows <= MOST_ROWS && full.iter().all(|l| l.span.0 >= -1.0 && l.span.1 <= frame_width + 1.0) {
        return Banner {
            labels: full,
            rows,
            keys: Vec::new(),
        };
    }
    let numbered = rows_of(
        marks.iter().enumerate().map(|(n, &(at, _))| (at, (n + 1).to_string())),
        frame_width,
    );
    let rows = numbered.iter().map(|l| l.row + 1).max().unwrap_or(0);
    let keys = marks
        .iter()
        .enumerate()
        .map(|(n, (_, words))| ((n + 1).to_string(), (*words).to_owned()))
        .collect();
    Banner {
        labels: numbered,
        rows,
        keys,
    }
}

fn rows_of(marks: impl Iterator<Item = (f64, String)>, width: f64) -> Vec<Label> {
    let mut labels: Vec<Label> = marks
        .map(|(at, words)| {
            let wide = text_width(&words, LETTER) + 8.0;
            let span = if at + wide <= width {
                (at, at + wide)
            } else {
                (at - wide, at)
            };
            Label {
                at,
                words,
                span,
                row: 0,
            }
        })
        .collect();
    // Words reach over the lines to their right: the rightmost first. Those near the right
    // edge reach over the lines to their left: after all others, the leftmost first.
    labels.sort_by(|a, b| match (a.span.0 < a.at, b.span.0 < b.at) {
        (false, false) => b.at.total_cmp(&a.at),
        (true, true) => a.at.total_cmp(&b.at),
        (a, b) => a.cmp(&b),
    });
    let mut placed: Vec<Label> = Vec::new();
    for mut label in labels {
        let clear = |row: &usize| placed.iter().all(|other| apart(other, (label.at, label.span, *row)));
        label.row = (0..TOO_MANY).find(clear).unwrap_or(TOO_MANY);
        placed.push(label);
    }
    placed
}

/// Whether a label at (line, span, row) and another leave each other readable.
fn apart(other: &Label, (at, span, row): (f64, (f64, f64), usize)) -> bool {
    let overlap = span.0 < other.span.1 + 4.0 && other.span.0 < span.1 + 4.0;
    let inside = |x: f64, (low, high): (f64, f64)| x > low + 0.5 && x < high - 0.5;
    let beside = row != other.row || !overlap;
    let others_line = other.row < row || !inside(other.at, span);
    let own_line = row < other.row || !inside(at, other.span);
    beside && others_line && own_line
}

/// Appends the vertical lines and their words.
pub(crate) fn vertical(out: &mut String, banner: &Banner, frame: &Frame) {
    for label in &banner.labels {
        let y = frame.top - 8.0 - label.row as f64 * LINE;
        line(out, "mark", (label.at, y - 10.0), (label.at, frame.bottom));
        if label.span.0 < label.at {
            text(out, "mark-words", label.at - 5.0, y, Anchor::End, &label.words);
        } else {
            text(out, "mark-words", label.at + 5.0, y, Anchor::Start, &label.words);
        }
    }
}

/// Appends the horizontal lines and their words, at that end and on that side of the line
/// where they cover the fewest of `drawn`, the places where something is drawn.
pub(crate) fn horizontal(out: &mut String, chart: &Chart, y: &Axis, frame: &Frame, drawn: &[(f64, f64)]) {
    for mark in chart.marks.iter().filter(|m| !m.vertical) {
        let at = y.at(mark.at);
        line(out, "mark", (frame.left, at), (frame.right, at));
        let wide = text_width(&mark.label, LETTER);
        let centre = (frame.left + frame.right - wide) / 2.0;
        let starts = [frame.right - wide - 4.0, frame.left + 4.0, centre];
        let places = starts.iter().flat_map(|&start| [(start, at - 5.0), (start, at + 14.0)]);
        let covered = |&(start, base): &(f64, f64)| {
            let within = |&&(px, py): &&(f64, f64)| {
                px > start - 4.0 && px < start + wide + 4.0 && py > base - 13.0 && py < base + 5.0
            };
            let outside = base - 11.0 < frame.top || base + 4.0 > frame.bottom;
            drawn.iter().filter(within).count() + if outside { 10_000 } else { 0 }
        };
        if let Some((start, base)) = places.min_by_key(covered) {
            text(out, "mark-words", start.max(2.0), base, Anchor::Start, &mark.label);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(marks: &[(f64, &str)]) -> Vec<(String, usize)> {
        let labels = rows_of(marks.iter().map(|&(at, words)| (at, words.to_owned())), 600.0);
        labels.into_iter().map(|l| (l.words, l.row)).collect()
    }

    #[test]
    fn no_line_runs_through_anothers_words() {
        let crowd = rows(&[
            (100.0, "nuclear test"),
            (120.0, "second test"),
            (130.0, "sanctions"),
            (400.0, "pandemic"),
        ]);
        assert_eq!(crowd.iter().map(|l| l.1).collect::<Vec<_>>(), [0, 0, 1, 2]); // from the right: pandemic, sanctions, ...
        let edge = rows_of(
            [(560.0, "a longer word".to_owned()), (590.0, "sanctions".to_owned())].into_iter(),
            600.0,
        );
        for (a, b) in [(&edge[0], &edge[1]), (&edge[1], &edge[0])] {
            assert!(apart(a, (b.at, b.span, b.row)), "{edge:?}");
        }
    }

    #[test]
    fn a_crowd_of_lines_is_numbered() {
        let mut chart = Chart::new("c", model::Form::Line, "");
        let mark = |at: usize| model::Mark {
            at: at as f64,
            vertical: true,
            label: format!("event number {at}"),
        };
        chart.marks = (0..12).map(mark).collect();
        let axis = Axis::new(model::Scale::Linear, (0.0, 12.0), (30.0, 340.0), Vec::new());
        let banner = banner(&chart, &axis, 360.0);
        assert_eq!(banner.keys.len(), 12);
        assert_eq!(banner.keys[11], ("12".to_owned(), "event number 11".to_owned()));
        assert!(banner.rows <= 2);
    }
}
