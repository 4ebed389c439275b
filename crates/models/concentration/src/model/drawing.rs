use super::parameters::Parameters;
use super::view::View;
use model::{Band, Chart, Finding, Form, OTHERS, Point, Scale, Series};
use std::collections::BTreeMap;
use trade::{Economy, Flow};

/// The charts: partner shares for each direction, and the HHI with its bounds.
pub(super) fn charts(views: &[View], parameters: &Parameters, findings: &[Finding]) -> Vec<Chart> {
    let mut charts: Vec<Chart> = [Flow::Export, Flow::Import, Flow::TwoWay]
        .into_iter()
        .filter_map(|flow| partner_chart(views, parameters, flow))
        .collect();
    charts.extend(hhi_chart(findings));
    charts
}

fn partner_chart(views: &[View], parameters: &Parameters, flow: Flow) -> Option<Chart> {
    let views: Vec<&View> = views
        .iter()
        .filter(|view| view.flow == flow && !view.entries.is_empty())
        .collect();
    let words = match flow {
        Flow::Export => "exports",
        Flow::Import => "imports",
        _ => "two-way trade",
    };
    let mut chart = Chart::new(
        &format!("partner-shares-{flow}"),
        Form::Line,
        &format!("Partners' shares in {words}"),
    );
    chart.caption = format!("Share of each partner in {words}, all products. A gap means that no figure is known.");
    chart.x_label = "year".to_owned();
    chart.y_label = format!("share of {words}");
    (chart.x_scale, chart.y_scale) = (Scale::Year, Scale::Share);
    let mut others: BTreeMap<i16, f64> = BTreeMap::new();
    for view in views.iter().filter(|view| view.complete) {
        let named = parameters
            .partners
            .iter()
            .filter_map(|p| view.entries.get(p))
            .map(|entry| entry.share);
        others.insert(view.period.year(), (1.0 - crate::summation::sum(named)).max(0.0));
    }
    for partner in &parameters.partners {
        let shares = views
            .iter()
            .filter_map(|v| v.entries.get(partner).map(|entry| (v.period.year(), entry.share)));
        chart.series.extend(series(name(*partner), shares.collect()));
    }
    if !chart.series.is_empty() {
        chart.series.extend(series(OTHERS.to_owned(), others));
    }
    (!chart.series.is_empty()).then_some(chart)
}

fn name(partner: Economy) -> String {
    trade::economies()
        .get(partner)
        .map_or_else(|| partner.to_string(), |info| info.name.to_owned())
}

/// A line with a gap at each year inside that has no value.
fn series(name: String, values: BTreeMap<i16, f64>) -> Option<Series> {
    let (first, last) = (*values.first_key_value()?.0, *values.last_key_value()?.0);
    let points = (first..=last)
        .map(|year| Point {
            x: f64::from(year),
            y: values.get(&year).copied(),
            band: None,
        })
        .collect();
    Some(Series {
        name,
        points,
        curve: false,
    })
}

fn hhi_chart(findings: &[Finding]) -> Option<Chart> {
    let mut chart = Chart::new(
        "concentration-hhi",
        Form::Line,
        "Concentration of trade on partners (HHI)",
    );
    chart.caption = "Sum of the squared shares of partners: 1 means a single partner. A band shows the lowest and \
                     the highest value that figures broken down in part allow."
        .to_owned();
    chart.x_label = "year".to_owned();
    chart.y_label = "Herfindahl-Hirschman index".to_owned();
    (chart.x_scale, chart.y_scale) = (Scale::Year, Scale::Linear);
    for flow in [Flow::Export, Flow::Import, Flow::TwoWay] {
        let is = |finding: &Finding, name: &str, value: &str| finding.labels.get(name).is_some_and(|v| v == value);
        let of_flow =
            |f: &&Finding| f.measure == "hhi" && is(f, "dimension", "partner") && is(f, "flow", flow.as_str());
        let points: Vec<Point> = findings
            .iter()
            .filter(of_flow)
            .filter_map(|finding| {
                let x = finding.labels.get("period")?.parse::<f64>().ok()?;
                let band = finding.interval.as_ref().map(|i| Band {
                    low: i.low,
                    high: i.high,
                });
                (band.is_some() || finding.estimate().is_some()).then_some(Point {
                    x,
                    y: finding.estimate(),
                    band,
                })
            })
            .collect();
        if !points.is_empty() {
            let name = if flow == Flow::TwoWay { "two-way" } else { flow.as_str() };
            chart.series.push(Series {
                name: name.to_owned(),
                points,
                curve: false,
            });
        }
    }
    (!chart.series.is_empty()).then_some(chart)
}
