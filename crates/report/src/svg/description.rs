use super::domain::shown;
use super::frame::BY_ROOTS;
use super::unit::value_words;
use model::{Chart, Form, Point, Scale, Series};

/// A chart in words, for who does not see it: its form, its axes, and each series' first,
/// last, highest and lowest value.
pub(crate) fn description(chart: &Chart) -> String {
    let form = match chart.form {
        Form::Line => "Line chart",
        Form::Bars => "Bar chart",
        Form::Stacked => "Stacked bar chart",
        Form::Dots => "Dot plot",
    };
    let named = |label: &str, plain: &str| {
        if label.is_empty() {
            plain.to_owned()
        } else {
            label.to_owned()
        }
    };
    let mut words = format!(
        "{form}. Horizontal axis: {}. Vertical axis: {}.",
        named(&chart.x_label, "no name"),
        named(&chart.y_label, "no name")
    );
    if chart.y_scale == Scale::Root {
        words.pop();
        words.push_str(&format!(", {BY_ROOTS}."));
    }
    if shown(chart).next().is_none() {
        words.push_str(" No data.");
    }
    for series in chart.series.iter().take(8) {
        words.push_str(&format!(
            " {}: {}.",
            named(&series.name, "a series"),
            course(chart, series)
        ));
    }
    if chart.series.len() > 8 {
        words.push_str(&format!(
            " And {} more series, in the data behind this chart.",
            chart.series.len() - 8
        ));
    }
    words
}

fn course(chart: &Chart, series: &Series) -> String {
    let known: Vec<(f64, f64)> = series
        .points
        .iter()
        .filter_map(|p: &Point| p.y.map(|y| (p.x, y)))
        .collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else {
        return match series.points.iter().any(|p| p.band.is_some()) {
            true => "bounds alone, in the data behind this chart".to_owned(),
            false => "no values".to_owned(),
        };
    };
    let tell = |&(x, y): &(f64, f64)| format!("{} at {}", value_words(chart.y_scale, y), value_words(chart.x_scale, x));
    let extreme = |higher: bool| {
        known.iter().copied().reduce(|best, next| {
            if (next.1 > best.1) == higher && next.1 != best.1 {
                next
            } else {
                best
            }
        })
    };
    let mut words = match known.len() {
        1 => return format!("one value, {}", tell(first)),
        count => format!("{count} values, from {} to {}", tell(first), tell(last)),
    };
    for (name, found) in [("highest", extreme(true)), ("lowest", extreme(false))] {
        if let Some(value) = found.filter(|v| v != first && v != last) {
            words.push_str(&format!(", {name} {}", tell(&value)));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_told_by_its_turning_points() {
        let mut chart = Chart::new("c", Form::Line, "");
        chart.x_scale = model::Scale::Year;
        let points = [(2001.0, 2.0), (2002.0, 5.0), (2003.0, 1.0), (2004.0, 3.0)];
        chart.series.push(Series {
            name: "A".to_owned(),
            points: points.map(|(x, y)| Point::new(x, y)).to_vec(),
            curve: false,
        });
        assert_eq!(
            description(&chart),
            "Line chart. Horizontal axis: no name. Vertical axis: no name. \
             A: 4 values, from 2 at 2001 to 3 at 2004, highest 5 at 2002, lowest 1 at 2003."
        );
    }
}
