//! Findings as one tidy table, and as JSON with their whole structure.

use crate::Result;
use model::{Cell, Finding, Kind, Labels, Table, Tolerance, Value};

/// The labels that have columns of their own; `period` may be a span, so all are text.
const LABELS: [&str; 7] = ["flow", "period", "partner", "product", "economy", "series", "span"];

/// The findings as a tidy table, one a row, in the order given.
///
/// Columns: `scenario`, `model`, `measure`, the labels that most findings have (`flow`,
/// `period`, `partner`, `product`, `economy`, `series`, `span`), `other_labels` (the rest, a
/// JSON object), `value`, `undefined` (why there is none), `low`, `high`, `interval_kind`,
/// `unit`, `convention` (a JSON object), `tolerance` (`exact`, `relative`, `monte_carlo`).
pub fn findings_table(findings: &[Finding]) -> Table {
    let text = |name: &'static str| (name, Kind::Text, "");
    let number = |name: &'static str| (name, Kind::Number, "");
    let mut columns = vec![text("scenario"), text("model"), text("measure")];
    columns.extend(LABELS.map(text));
    columns.extend([
        text("other_labels"),
        number("value"),
        text("undefined"),
        number("low"),
        number("high"),
    ]);
    columns.extend([
        text("interval_kind"),
        text("unit"),
        text("convention"),
        text("tolerance"),
    ]);
    let mut table = Table::new("findings", "Findings: one estimated number a row", &columns);
    for finding in findings {
        table.push(row(finding));
    }
    table
}

fn row(finding: &Finding) -> Vec<Cell> {
    let mut row: Vec<Cell> = [&finding.scenario, &finding.model, &finding.measure]
        .into_iter()
        .map(|t| non_empty(t))
        .collect();
    row.extend(LABELS.map(|name| finding.labels.get(name).map_or(Cell::Missing, |t| non_empty(t))));
    let others: Labels = finding
        .labels
        .iter()
        .filter(|(name, _)| !LABELS.contains(&name.as_str()))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    row.push(object(&others));
    match &finding.value {
        Value::Estimate(estimate) => row.extend([Cell::from(*estimate), Cell::Missing]),
        Value::Undefined(reason) => row.extend([Cell::Missing, Cell::from(reason.as_str())]),
    }
    let interval = finding.interval.as_ref();
    row.extend([interval.map(|i| i.low).into(), interval.map(|i| i.high).into()]);
    row.push(interval.map_or(Cell::Missing, |i| non_empty(&i.kind)));
    row.extend([
        non_empty(&finding.unit),
        object(&finding.convention),
        tolerance(finding.tolerance).into(),
    ]);
    row
}

/// The findings as JSON: an array, one finding a line, with labels, interval and convention
/// as objects. It reads back to the same findings.
///
/// # Errors
/// None for findings that hold finite numbers, which all that [`Finding::new`] makes do.
pub fn findings_json(findings: &[Finding]) -> Result<String> {
    let lines = findings
        .iter()
        .map(serde_json::to_string)
        .collect::<serde_json::Result<Vec<_>>>()?;
    Ok(if lines.is_empty() {
        "[]\n".to_owned()
    } else {
        format!("[\n{}\n]\n", lines.join(",\n"))
    })
}

fn non_empty(text: &str) -> Cell {
    if text.is_empty() {
        Cell::Missing
    } else {
        Cell::from(text)
    }
}

fn object(labels: &Labels) -> Cell {
    if labels.is_empty() {
        return Cell::Missing;
    }
    // A map of texts always has a JSON form.
    serde_json::to_string(labels).map_or(Cell::Missing, Cell::from)
}

const fn tolerance(tolerance: Tolerance) -> &'static str {
    match tolerance {
        Tolerance::Exact => "exact",
        Tolerance::Relative => "relative",
        Tolerance::MonteCarlo => "monte_carlo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, to_bytes};

    fn findings() -> Vec<Finding> {
        let mut hhi = Finding::new("hhi", "1", 0.25)
            .label("flow", "export")
            .label("period", 2008)
            .label("basis", "clearance")
            .interval(0.2, 0.3, "bounds")
            .convention("universe", "partners")
            .tolerance(Tolerance::Exact);
        hhi.scenario = "imf".to_owned();
        hhi.model = "concentration".to_owned();
        vec![hhi, Finding::undefined("hhi", "1", "no flows").label("period", 2009)]
    }

    #[test]
    fn a_finding_is_a_tidy_row() {
        let text = String::from_utf8(to_bytes(&findings_table(&findings()), Format::Csv).unwrap()).unwrap();
        assert_eq!(
            text,
            "scenario,model,measure,flow,period,partner,product,economy,series,span,other_labels,value,undefined,low,high,\
             interval_kind,unit,convention,tolerance\n\
             imf,concentration,hhi,export,2008,,,,,,\"{\"\"basis\"\":\"\"clearance\"\"}\",0.25,,0.2,0.3,bounds,1,\
             \"{\"\"universe\"\":\"\"partners\"\"}\",exact\n\
             ,,hhi,,2009,,,,,,,,no flows,,,,1,,relative\n"
        );
    }

    #[test]
    fn json_reads_back_to_the_same_findings() {
        let read: Vec<Finding> = serde_json::from_str(&findings_json(&findings()).unwrap()).unwrap();
        assert_eq!(read, findings());
        assert_eq!(findings_json(&[]).unwrap(), "[]\n");
    }
}
