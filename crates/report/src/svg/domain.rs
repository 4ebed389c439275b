//! Which values a chart's axes span, and which of its points can be drawn at all.

use super::scale::{stretched, unstretched};
use super::ticks::steps;
use model::{Band, Chart, Form, Point, Scale};
use std::collections::BTreeMap;

/// Beyond this size values are drawn at the edge; margins and sums must not overflow.
const LARGEST: f64 = 1e300;
/// The same on a logarithmic axis, where margins multiply.
const LARGEST_LOG: f64 = 1e120;

/// The chart with the points that can be drawn, in order of x, and how many cannot: numbers
/// that are not finite, and what is not positive on a logarithmic axis.
pub(crate) fn drawable(chart: &Chart) -> (Chart, usize) {
    let mut chart = chart.clone();
    let (x_scale, y_scale) = (chart.x_scale, chart.y_scale);
    let usable = |scale: Scale, value: f64| value.is_finite() && (scale != Scale::Log || value > 0.0);
    let tame = |scale: Scale, value: f64| match scale {
        Scale::Log => value.clamp(1.0 / LARGEST_LOG, LARGEST_LOG),
        _ => value.clamp(-LARGEST, LARGEST),
    };
    let mut left_out = 0;
    for series in &mut chart.series {
        let before = series
            .points
            .iter()
            .filter(|p| p.y.is_some() || p.band.is_some())
            .count();
        let mut points: Vec<Point> = Vec::with_capacity(series.points.len());
        for point in series.points.iter().filter(|p| usable(x_scale, p.x)) {
            let y = point.y.filter(|&y| usable(y_scale, y)).map(|y| tame(y_scale, y));
            let band = point.band.filter(|b| usable(y_scale, b.low) && usable(y_scale, b.high));
            let band = band.map(|b| Band {
                low: tame(y_scale, b.low.min(b.high)),
                high: tame(y_scale, b.low.max(b.high)),
            });
            points.push(Point {
                x: tame(x_scale, point.x),
                y,
                band,
            });
        }
        left_out += before - points.iter().filter(|p| p.y.is_some() || p.band.is_some()).count();
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        series.points = points;
    }
    chart
        .marks
        .retain(|m| usable(if m.vertical { x_scale } else { y_scale }, m.at) && m.at.abs() <= LARGEST_LOG);
    (chart, left_out)
}

/// The points of a chart that show something.
pub(crate) fn shown(chart: &Chart) -> impl Iterator<Item = &Point> {
    chart
        .series
        .iter()
        .flat_map(|s| &s.points)
        .filter(|p| p.y.is_some() || p.band.is_some())
}

/// The places on the horizontal axis, stretched, in order, each once.
pub(crate) fn columns(chart: &Chart) -> Vec<f64> {
    let mut places: Vec<f64> = shown(chart).map(|p| stretched(chart.x_scale, p.x)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    places
}

/// The smallest distance between two columns, stretched; 1 for a single one.
pub(crate) fn pitch(columns: &[f64]) -> f64 {
    columns
        .windows(2)
        .map(|w| w[1] - w[0])
        .filter(|d| *d > 0.0)
        .min_by(f64::total_cmp)
        .unwrap_or(1.0)
}

/// What the horizontal axis spans.
pub(crate) fn horizontal(chart: &Chart) -> (f64, f64) {
    let scale = chart.x_scale;
    let marks = chart
        .marks
        .iter()
        .filter(|m| m.vertical)
        .map(|m| stretched(scale, m.at));
    let columns = columns(chart);
    let Some((low, high)) = ends(columns.iter().copied().chain(marks)) else {
        return if scale == Scale::Year {
            (2000.0, 2001.0)
        } else {
            (1.0, 10.0)
        };
    };
    let margin = match chart.form {
        Form::Bars | Form::Stacked => pitch(&columns) * 0.55,
        Form::Line if scale == Scale::Year => 0.0,
        _ => (high - low) * 0.03,
    };
    let (mut from, mut to) = widened(low - margin, high + margin, scale);
    if scale == Scale::Share && low >= 0.0 && high <= 1.0 {
        (from, to) = (from.max(0.0), to.min(1.0));
    } else if matches!(scale, Scale::Linear) && low >= 0.0 && !matches!(chart.form, Form::Bars | Form::Stacked) {
        from = from.max(0.0);
    }
    (unstretched(scale, from), unstretched(scale, to))
}

/// What the vertical axis spans: rounded outward to about `target` ticks, from zero where
/// bars stand on it or where it is near.
pub(crate) fn vertical(chart: &Chart, target: usize) -> (f64, f64) {
    let scale = chart.y_scale;
    let marks = chart.marks.iter().filter(|m| !m.vertical).map(|m| m.at);
    let points = shown(chart)
        .flat_map(|p| [p.y, p.band.map(|b| b.low), p.band.map(|b| b.high)])
        .flatten();
    let mut sums = if chart.form == Form::Stacked {
        stack_ends(chart)
    } else {
        Vec::new()
    };
    sums.retain(|&sum| scale != Scale::Log || sum > 0.0);
    let stretch = |v| stretched(scale, v);
    let Some((low, high)) = ends(points.chain(sums).chain(marks).map(stretch)) else {
        return (1e-9_f64.max(scale_floor(scale)), 1.0);
    };
    if scale == Scale::Log {
        let margin = (high - low) * 0.05;
        let (low, high) = widened(low - margin, high + margin, scale);
        return (unstretched(scale, low), unstretched(scale, high));
    }
    let bars = matches!(chart.form, Form::Bars | Form::Stacked);
    if scale == Scale::Root {
        // From zero where all are on one side of it: what is near it takes room as nowhere else.
        let (low, high) = widened(low.min(0.0), high.max(0.0), scale);
        let margin = |end: f64| if end == 0.0 { 0.0 } else { (high - low) * 0.03 };
        return (
            unstretched(scale, low - margin(low)),
            unstretched(scale, high + margin(high)),
        );
    }
    let near_zero = scale != Scale::Year && low >= 0.0 && low < 0.6 * high;
    let (from, to) = if bars || near_zero {
        (low.min(0.0), high.max(0.0))
    } else {
        (low, high)
    };
    let (from, to) = widened(from, to, scale);
    let step = steps(scale, from, to, target).0;
    let (mut from, mut to) = ((from / step + 1e-6).floor() * step, (to / step - 1e-6).ceil() * step);
    if scale == Scale::Share && low >= 0.0 && high <= 1.0 {
        (from, to) = (from.max(0.0), to.min(1.0));
    }
    (from, to)
}

fn scale_floor(scale: Scale) -> f64 {
    if scale == Scale::Log { 0.01 } else { 0.0 }
}

/// The upper and lower end of every stack.
fn stack_ends(chart: &Chart) -> Vec<f64> {
    let mut stacks: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for point in shown(chart) {
        let ends = stacks.entry(point.x.to_bits()).or_default();
        let y = point.y.unwrap_or(0.0);
        if y >= 0.0 { ends.0 += y } else { ends.1 += y }
    }
    stacks
        .into_values()
        .flat_map(|(up, down)| [up.min(LARGEST), down.max(-LARGEST)])
        .collect()
}

fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |ends, v| match ends {
        None => Some((v, v)),
        Some((low, high)) => Some((low.min(v), high.max(v))),
    })
}

/// An interval that is wide enough to be drawn: equal ends are moved apart.
fn widened(low: f64, high: f64, scale: Scale) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if high - low > 1e-9 * size && high - low > 1e-290 {
        return (low, high);
    }
    let by = match scale {
        Scale::Year => 1.0_f64.max(size * 1e-6),
        Scale::Log => 0.5,
        _ if size > 1e-280 => 0.1 * size,
        _ => 1.0,
    };
    if low >= 0.0 && low - by < 0.0 {
        (0.0, high + by)
    } else {
        (low - by, high + by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Series;

    fn chart(form: Form, ys: &[f64]) -> Chart {
        let mut chart = Chart::new("c", form, "");
        let points = ys
            .iter()
            .enumerate()
            .map(|(x, &y)| Point::new(x as f64 + 1.0, y))
            .collect();
        chart.series.push(Series {
            name: String::new(),
            points,
            curve: false,
        });
        chart
    }

    #[test]
    fn what_cannot_be_drawn_is_counted() {
        let mut chart = chart(Form::Line, &[1.0, f64::NAN, -1.0, 0.0, f64::INFINITY]);
        assert_eq!(drawable(&chart).1, 2);
        chart.y_scale = Scale::Log;
        assert_eq!(drawable(&chart).1, 4);
    }

    #[test]
    fn axes_start_at_zero_where_it_is_near_and_for_bars() {
        assert_eq!(vertical(&chart(Form::Line, &[2.0, 9.5]), 5), (0.0, 10.0));
        assert_eq!(vertical(&chart(Form::Line, &[9.1, 9.5]), 5), (9.1, 9.5));
        assert_eq!(vertical(&chart(Form::Bars, &[9.1, 9.5]), 5), (0.0, 10.0));
        let mut shares = chart(Form::Line, &[0.2, 0.97]);
        shares.y_scale = Scale::Share;
        assert_eq!(vertical(&shares, 5), (0.0, 1.0));
    }

    #[test]
    fn every_axis_has_an_extent() {
        for ys in [
            &[][..],
            &[0.0],
            &[5.0, 5.0],
            &[-3.0],
            &[1e-300, 2e-300],
            &[1e300, -1e300],
            &[1e15, 1e15 + 1.0],
        ] {
            for form in [Form::Line, Form::Bars, Form::Stacked, Form::Dots] {
                for scale in [Scale::Linear, Scale::Share, Scale::Year, Scale::Log, Scale::Root] {
                    let mut chart = chart(form, ys);
                    chart.y_scale = scale;
                    let (chart, _) = drawable(&chart);
                    for (low, high) in [vertical(&chart, 5), horizontal(&chart)] {
                        assert!(
                            low < high && low.is_finite() && high.is_finite(),
                            "{ys:?} {form:?} {scale:?} {low} {high}"
                        );
                    }
                }
            }
        }
    }
}
