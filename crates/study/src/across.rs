//! Charts over findings of several scenarios, as the study file asks for them.

use crate::report_file::{ChartFile, ChartForm, ChartScale, ChartSeriesFile};
use crate::select::{select, year};
use model::{Band, Chart, Finding, Form, Mark, Point, Scale, Series};

/// Draws a chart of the study file: each series is one scenario's findings over the years.
/// A series without findings is left out.
pub fn chart_across(file: &ChartFile, findings: &[Finding]) -> Chart {
    let form = match file.form {
        ChartForm::Line => Form::Line,
        ChartForm::Dots => Form::Dots,
        ChartForm::Bars => Form::Bars,
        ChartForm::Stacked => Form::Stacked,
    };
    let mut chart = Chart::new(&file.id, form, &file.title);
    chart.caption = file.caption.clone();
    chart.x_label = "year".to_owned();
    chart.x_scale = Scale::Year;
    chart.y_label = file.y_label.clone();
    chart.y_scale = match file.y_scale {
        ChartScale::Linear => Scale::Linear,
        ChartScale::Log => Scale::Log,
        ChartScale::Share => Scale::Share,
        ChartScale::Root => Scale::Root,
    };
    for (series, findings) in series_of(file, findings) {
        let points = findings.into_iter().map(|(x, finding)| Point {
            x,
            y: finding.estimate(),
            band: finding.interval.as_ref().map(|i| Band {
                low: i.low,
                high: i.high,
            }),
        });
        chart.series.push(Series {
            name: series.name.clone(),
            points: points.collect(),
            curve: false,
        });
    }
    let mark = |(at, label): &(f64, String), vertical| Mark {
        at: *at,
        vertical,
        label: label.clone(),
    };
    let lines = file.lines.iter().map(|line| mark(line, false));
    chart.marks = file.marks.iter().map(|year| mark(year, true)).chain(lines).collect();
    chart
}

/// The findings behind each series of [`chart_across`], in its order, with the years at which they stand.
pub fn series_of<'a>(
    file: &'a ChartFile,
    findings: &'a [Finding],
) -> Vec<(&'a ChartSeriesFile, Vec<(f64, &'a Finding)>)> {
    let points = |series: &ChartSeriesFile| -> Vec<(f64, &'a Finding)> {
        let there = findings.iter().filter(|f| f.scenario == series.scenario);
        let chosen = select(there, &series.measure, &series.labels, None);
        chosen.into_iter().filter_map(|f| Some((year(f)?, f))).collect()
    };
    let all = file.series.iter().map(|series| (series, points(series)));
    all.filter(|(_, points)| !points.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_at_years_and_lines_at_values() {
        let text = "id = 'c'\ntitle = 't'\ny_label = 'y'\nseries = []\nmarks = [[2017.0, 'UN 2371']]\n\
                    lines = [[0.97, 'claimed']]\n";
        let chart = chart_across(&toml::from_str(text).unwrap(), &[]);
        let told: Vec<(f64, bool, &str)> = chart
            .marks
            .iter()
            .map(|m| (m.at, m.vertical, m.label.as_str()))
            .collect();
        assert_eq!(told, [(2017.0, true, "UN 2371"), (0.97, false, "claimed")]);
    }
}
