use super::parameters::Parameters;
use super::series::Series;
use ::model::{Finding, Output};
use trade::Economy;

/// Adds `change_since`: value(to) / value(from) - 1 for exports, imports and total trade.
pub(super) fn add_changes(output: &mut Output, lines: &[Series], parameters: &Parameters, reporter: Option<Economy>) {
    for &(from, to) in &parameters.changes {
        for series in lines.iter().filter(|s| s.logarithmic) {
            let finding = match change(series, from, to) {
                Ok(change) => Finding::new("change_since", "ratio", change),
                Err(reason) => Finding::undefined("change_since", "ratio", reason),
            };
            let finding = finding
                .label("series", series.name)
                .label("from", from)
                .label("to", to)
                .convention("formula", "value(to) / value(from) - 1");
            output.findings.push(with_reporter(finding, reporter));
        }
    }
}

fn change(series: &Series, from: i16, to: i16) -> Result<f64, String> {
    let at = |year: i16| match series.values.iter().find(|(y, _)| *y == year) {
        Some((_, value)) => value.clone(),
        None => Err(format!("no figure for {} in {year}", series.name)),
    };
    let (start, end) = (at(from)?, at(to)?);
    if start == 0.0 {
        return Err(format!("{} are zero in {from}", series.name));
    }
    Ok(end / start - 1.0)
}

/// Names the reporter where the scenario is about more than one.
pub(super) fn with_reporter(finding: Finding, reporter: Option<Economy>) -> Finding {
    match reporter {
        Some(reporter) => finding.label("reporter", reporter),
        None => finding,
    }
}
