//! The import/export ratio: by pair of economies over time, and its distribution.

use crate::name_of;
use crate::pairs::{Group, log_ratios};
use ::model::{Chart, Finding, Form, Mark, Output, Point, Scale, Series};
use mirror::gaps::Undefined;
use mirror::pairing::Pairing;
use std::collections::BTreeMap;
use trade::{Economy, TOTAL};

/// The ratio of each pair of economies by period, and a line for each.
pub(crate) fn by_pair(pairing: &Pairing, output: &mut Output) {
    let mut lines: BTreeMap<(Economy, Economy), Vec<Point>> = BTreeMap::new();
    let totals = || pairing.two_sided().filter(|(p, _, _)| &*p.key.product == TOTAL);
    for (pair, _, _) in totals() {
        lines.entry((pair.key.exporter, pair.key.importer)).or_default();
    }
    if lines.is_empty() {
        return;
    }
    for (pair, export, import) in totals() {
        let finding = if export > 0.0 {
            Finding::new("ratio", "ratio", import / export)
        } else {
            Finding::undefined("ratio", "ratio", Undefined::ZeroExport.to_string())
        };
        let key = &pair.key;
        if let (Some(ratio), true) = (finding.estimate().filter(|r| *r > 0.0), key.period.is_annual()) {
            let point = Point::new(f64::from(key.period.year()), ratio);
            lines.entry((key.exporter, key.importer)).or_default().push(point);
        }
        let finding = finding
            .label("period", key.period)
            .label("exporter", key.exporter)
            .label("importer", key.importer);
        output.findings.push(finding.convention("formula", "M/X as reported"));
    }
    let mut chart = Chart::new(
        "mirror-ratio-by-year",
        Form::Line,
        "How far the importer's report lies above the exporter's",
    );
    chart.caption =
        "Import value over export value of the same flow; 1 is agreement. Imports mostly with freight and insurance (c.i.f.), exports mostly without (f.o.b.)."
            .to_owned();
    (chart.x_label, chart.y_label) = ("Year".to_owned(), "Importer's report / exporter's report".to_owned());
    (chart.x_scale, chart.y_scale) = (Scale::Year, Scale::Log);
    chart.series = lines
        .into_iter()
        .filter(|(_, points)| !points.is_empty())
        .map(|((from, to), points)| Series {
            name: format!("{} to {}", name_of(from), name_of(to)),
            points,
            curve: false,
        })
        .collect();
    chart.marks.push(Mark {
        at: 1.0,
        vertical: false,
        label: "agreement".to_owned(),
    });
    output.charts.push(chart);
}

/// The histogram of M/X in quarters of a doubling; what lies beyond a sixteenth and sixteenfold stands in the outermost bars.
pub(crate) fn ratio_chart(group: &Group<'_>) -> Option<Chart> {
    let logs = log_ratios(&group.pairs);
    if logs.len() < 10 {
        return None;
    }
    let mut bins = [0_u32; 32];
    for d in &logs {
        let bin = ((d / std::f64::consts::LN_2 + 4.0) * 4.0).floor().clamp(0.0, 31.0);
        bins[bin as usize] += 1;
    }
    let mut chart = Chart::new(
        "mirror-ratio",
        Form::Bars,
        "What the importer reports over what the exporter reports",
    );
    chart.caption = format!(
        "{} two-sided flows of {}, {}; 1 where both say the same, 2 where the importer's report is twice the exporter's; each bar is a quarter of a doubling wide, and the outermost hold everything beyond.",
        logs.len(),
        if group.product == TOTAL {
            "all products"
        } else {
            group.product
        },
        group.period,
    );
    chart.x_label = "Import value / export value".to_owned();
    chart.x_scale = Scale::Log;
    chart.y_label = "Number of flows".to_owned();
    let points = bins
        .iter()
        .enumerate()
        .map(|(i, &n)| Point::new((-4.0 + 0.25 * (i as f64 + 0.5)).exp2(), f64::from(n)));
    chart.series = vec![Series {
        name: "Flows".to_owned(),
        points: points.collect(),
        curve: false,
    }];
    chart.marks = vec![Mark {
        at: 1.0,
        vertical: true,
        label: "equal reports".to_owned(),
    }];
    Some(chart)
}
