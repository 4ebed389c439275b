//! The CIF/FOB equation of a group of flows: ln(M/X) on distance and borders.

use crate::name_of;
use crate::pairs::Group;
use ::model::{Chart, Finding, Form, Kind, Mark, Output, Point, Scale, Series, Table};
use mirror::margins::{Margins, Observation, Observe, Specification, fit};
use trade::Economy;

/// The fewest flows for which the equation is fitted.
const FEWEST: usize = 30;
/// The most points in the chart.
const POINTS: usize = 600;

pub(crate) fn table() -> Table {
    let columns = [
        ("period", Kind::Text, ""),
        ("product", Kind::Text, ""),
        ("term", Kind::Text, ""),
        ("estimate", Kind::Number, "1"),
        ("std_error", Kind::Number, "1"),
        ("conf_low", Kind::Number, "1"),
        ("conf_high", Kind::Number, "1"),
        ("p_value", Kind::Number, "1"),
        ("observations", Kind::Integer, ""),
        ("dropped", Kind::Integer, ""),
        ("r_squared", Kind::Number, "share"),
    ];
    Table::new(
        "margins",
        "The import/export ratio explained by distance and borders",
        &columns,
    )
    .headed(&[
        ("term", "What explains it"),
        ("estimate", "Effect on the logarithm of the ratio"),
        ("std_error", "Standard error"),
        ("conf_low", "95% interval from"),
        ("conf_high", "to"),
        ("p_value", "p value"),
        ("observations", "Flows"),
        ("dropped", "Left out"),
        ("r_squared", "Share explained"),
    ])
}

/// Fits the group's equation and adds what it gives.
pub(crate) fn add(group: &Group<'_>, output: &mut Output, table: &mut Table) {
    let (flows, unknown, _) = observations(group);
    if unknown > 0 {
        let about = format!("{} {}", group.period, group.product);
        output.notes.push(format!(
            "CIF/FOB equation of {about}: {unknown} flows left out for want of a distance"
        ));
    }
    let specification = Specification::gravity();
    let fitted = match flows.len() {
        n if n < FEWEST => Err(format!(
            "{n} two-sided flows with a known distance, where {FEWEST} are needed"
        )),
        _ => fit(&flows, &specification).map_err(|e| e.to_string()),
    };
    match fitted {
        Err(reason) => {
            for (measure, unit) in MEASURES {
                output
                    .findings
                    .push(group.about(Finding::undefined(measure, unit, &*reason)));
            }
        }
        Ok(margins) => {
            output.findings.extend(findings(group, &margins, &specification));
            for c in &margins.coefficients {
                let mut row = group.cells();
                row.extend([c.term.as_str().into(), c.estimate.into(), c.std_error.into()]);
                row.extend([c.conf_low.into(), c.conf_high.into(), c.p_value.into()]);
                row.extend([(margins.observations as i64).into(), (margins.dropped as i64).into()]);
                row.push(margins.r_squared.into());
                table.push(row);
            }
        }
    }
}

const MEASURES: [(&str, &str); 3] = [
    ("cif_fob_slope_log_distance", "ln ratio per ln km"),
    ("cif_fob_contiguity", "ln ratio"),
    ("cif_fob_margin_median", "share of FOB value"),
];

fn findings(group: &Group<'_>, margins: &Margins, specification: &Specification) -> Vec<Finding> {
    let of = |(measure, unit): (&str, &str), term: &str| match margins.coefficient(term) {
        Some(c) => Finding::new(measure, unit, c.estimate).interval(c.conf_low, c.conf_high, "95% confidence"),
        None => Finding::undefined(measure, unit, format!("`{term}` does not vary in these flows")),
    };
    let (low, high) = margins.median_margin_interval;
    let median = Finding::new(MEASURES[2].0, MEASURES[2].1, margins.median_margin);
    [
        of(MEASURES[0], "ln distance"),
        of(MEASURES[1], "contiguous"),
        median.interval(low, high, "95% confidence"),
    ]
    .into_iter()
    .map(|finding| {
        group
            .about(finding)
            .convention(
                "estimator",
                "OLS of ln(M/X) on ln distance, contiguity, landlocked exporter and importer",
            )
            .convention("covariance", &margins.record.kind)
            .convention("small_sample", &margins.record.adjustment)
            .convention("reference", &margins.record.reference)
            .convention("outliers", specification.outliers.describe())
            .convention("n", margins.observations)
            .convention("dropped", margins.dropped)
            .convention("components", margins.components)
            .convention(
                "r_squared",
                margins.r_squared.map_or("undefined".to_owned(), |r| format!("{r:.4}")),
            )
    })
    .collect()
}

/// The flows with two positive reports and a known distance, how many had none, and the economies by their numbers.
/// Importers that do not report c.i.f. have no margin to explain.
fn observations(group: &Group<'_>) -> (Vec<Observation>, usize, Vec<Economy>) {
    let how = Observe {
        min_value: 0.0,
        ..Observe::default()
    };
    let found = mirror::margins::observations(group.pairs.iter().copied(), &how);
    (found.flows, found.skipped.no_distance, found.economies)
}

/// Ratios beyond this many times, up or down, are not drawn.
const LARGEST_RATIO: f64 = 20.0;

/// A sample of the flows by distance, and the fitted curve for coastal, not contiguous ones.
pub(crate) fn chart(group: &Group<'_>, notes: &mut Vec<String>) -> Option<Chart> {
    let (flows, _, named) = observations(group);
    if flows.len() < FEWEST {
        return None;
    }
    let margins = fit(&flows, &Specification::gravity()).ok()?;
    let step = flows.len().div_ceil(POINTS);
    // Every number is of an economy in the list.
    let name = |number: u32| named.get(number as usize).copied().map(name_of).unwrap_or_default();
    let mut sample: Vec<(Point, String)> = flows
        .iter()
        .step_by(step)
        .filter(|o| o.log_ratio.abs() <= LARGEST_RATIO.ln())
        .map(|o| {
            let pair = format!("{} to {}", name(o.exporter), name(o.importer));
            (Point::new(o.distance_km, o.log_ratio.exp()), pair)
        })
        .collect();
    sample.sort_by(|(a, _), (b, _)| a.x.total_cmp(&b.x));
    let (sample, pairs): (Vec<Point>, Vec<String>) = sample.into_iter().unzip();
    if step > 1 {
        notes.push(format!(
            "the chart cif-fob-curve shows one flow in {step} of {}",
            flows.len()
        ));
    }
    let shown = match step {
        1 => String::new(),
        _ => format!("one flow in {step} of {} is shown, ", flows.len()),
    };
    let curve = curve(&margins, sample.first()?.x, sample.last()?.x, &flows[0]);
    let mut chart = Chart::new("cif-fob-curve", Form::Dots, "The import/export ratio by distance");
    chart.caption = format!(
        "Flows of {} reported by both sides; {shown}none beyond twentyfold. The line is the fitted ratio of coastal economies without a common border, fitted to {} flows, {} more left out as influential. What lies above 1 is freight, insurance and misreporting together",
        group.period, margins.observations, margins.dropped,
    );
    (chart.x_label, chart.y_label) = (
        "Distance between capitals, km".to_owned(),
        "Import value / export value".to_owned(),
    );
    (chart.x_scale, chart.y_scale) = (Scale::Log, Scale::Log);
    chart.series = vec![
        Series {
            name: "Flows".to_owned(),
            points: sample,
            curve: false,
        },
        Series {
            name: "Fitted ratio".to_owned(),
            points: curve,
            curve: true,
        },
    ];
    chart.names = vec![pairs];
    chart.marks = vec![Mark {
        at: 1.0,
        vertical: false,
        label: "equal reports".to_owned(),
    }];
    Some(chart)
}

/// The fitted ratio between two distances, for coastal economies without a common border.
fn curve(margins: &Margins, nearest: f64, farthest: f64, any: &Observation) -> Vec<Point> {
    let plain = Observation {
        contiguous: false,
        landlocked_exporter: false,
        landlocked_importer: false,
        ..*any
    };
    let point = |i: i32| {
        let distance_km = nearest * (farthest / nearest).powf(f64::from(i) / 40.0);
        let margin = margins.margin(&Observation { distance_km, ..plain })?;
        Some(Point::new(distance_km, 1.0 + margin))
    };
    (0..=40).filter_map(point).collect()
}
