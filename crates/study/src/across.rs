//! Charts over findings of several scenarios, as the study file asks for them.

use crate::select::{select, year};
use crate::study_file::ChartFile;
use model::{Band, Chart, Finding, Form, Mark, Point, Scale, Series};

/// Draws a chart of the study file: each series is one scenario's findings over the years.
/// A series without findings is left out.
pub fn chart_across(file: &ChartFile, findings: &[Finding]) -> Chart {
    let form = match file.form.as_str() {
        "dots" => Form::Dots,
        "bars" => Form::Bars,
        "stacked" => Form::Stacked,
        _ => Form::Line,
    };
    let mut chart = Chart::new(&file.id, form, &file.title);
    chart.caption = file.caption.clone();
    chart.x_label = "year".to_owned();
    chart.x_scale = Scale::Year;
    chart.y_label = file.y_label.clone();
    chart.y_scale = match file.y_scale.as_str() {
        "log" => Scale::Log,
        "share" => Scale::Share,
        _ => Scale::Linear,
    };
    for series in &file.series {
        let there = findings.iter().filter(|f| f.scenario == series.scenario);
        let points: Vec<Point> = select(there, &series.measure, &series.labels, None)
            .into_iter()
            .filter_map(|finding| {
                let band = finding.interval.as_ref().map(|i| Band {
                    low: i.low,
                    high: i.high,
                });
                Some(Point {
                    x: year(finding)?,
                    y: finding.estimate(),
                    band,
                })
            })
            .collect();
        if !points.is_empty() {
            chart.series.push(Series {
                name: series.name.clone(),
                points,
                curve: false,
            });
        }
    }
    chart.marks = file
        .marks
        .iter()
        .map(|(at, label)| Mark {
            at: *at,
            vertical: true,
            label: label.clone(),
        })
        .collect();
    chart
}
