//! Mode `compilers`: what different compilers publish of the same flow.

mod totals;

use crate::name_of;
use ::model::{Cell, Chart, Finding, Form, Input, Kind, Output, Point, Scale, Series, Table, Tolerance};
use std::collections::{BTreeMap, BTreeSet};
use totals::with_totals;
use trade::{Economy, Flow, Period, Record, Status, TOTAL, Usd};

/// What figures of different compilers must share to be about the same thing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject {
    pub reporter: Economy,
    pub period: Period,
    pub flow: Flow,
    pub partner: Economy,
    pub product: String,
}

/// The figures about each subject, by compiler (with its basis, where that matters).
pub(crate) type Figures = BTreeMap<Subject, BTreeMap<String, Usd>>;

pub(crate) fn run(input: &Input<'_>, complete: &[String], partners: &[String]) -> Output {
    let mut output = Output::default();
    let (figures, superseded) = figures(input);
    if superseded > 0 {
        output.notes.push(format!("{superseded} figures gave way to a better one of the same compiler: reported before quoted, finer rounding before coarser, then the larger"));
    }
    let figures = with_totals(figures, complete);
    let reported =
        |s: &Subject| partners.is_empty() || s.partner.is_world() || partners.iter().any(|p| p == s.partner.as_str());
    for (subject, by_compiler) in figures.iter().filter(|(s, by)| by.len() > 1 && reported(s)) {
        output.findings.extend(findings(subject, by_compiler, input.economy));
    }
    output.charts = [Flow::Export, Flow::Import, Flow::TwoWay]
        .iter()
        .filter_map(|f| chart(*f, &figures))
        .collect();
    if !figures.is_empty() {
        output.tables.push(table(&figures));
    }
    output
}

/// One figure for each compiler and subject; how many figures gave way to a better one.
fn figures(input: &Input<'_>) -> (Figures, usize) {
    let mut candidates: BTreeMap<(Subject, String), Vec<&Record>> = BTreeMap::new();
    for record in input.flows.iter().filter(|r| r.value.is_some()) {
        if input.economy.is_some_and(|e| e != record.reporter) {
            continue;
        }
        let subject = Subject {
            reporter: record.reporter,
            period: record.period,
            flow: record.flow,
            partner: record.partner,
            product: record.product.to_string(),
        };
        let compiler = match &record.basis {
            Some(basis) => format!("{} ({basis})", record.compiler),
            None => record.compiler.to_string(),
        };
        candidates.entry((subject, compiler)).or_default().push(record);
    }
    let (mut figures, mut superseded) = (Figures::new(), 0);
    for ((subject, compiler), records) in candidates {
        superseded += records.len() - 1;
        let best = records
            .into_iter()
            .min_by(|a, b| rank(a).cmp(&rank(b)).then(b.value.cmp(&a.value)));
        if let Some(value) = best.and_then(|r| r.value) {
            figures.entry(subject).or_default().insert(compiler, value);
        }
    }
    (figures, superseded)
}

fn rank(record: &Record) -> (u8, Usd) {
    let status = match record.status {
        Status::Reported | Status::Mirrored => 0,
        Status::Quoted => 1,
        Status::Estimated | Status::Imputed => 2,
    };
    (status, record.rounded_to.unwrap_or(Usd::ZERO))
}

/// The lowest and the highest figure with who gives it, and their ratio.
fn findings(subject: &Subject, by_compiler: &BTreeMap<String, Usd>, economy: Option<Economy>) -> Vec<Finding> {
    let low = by_compiler.iter().min_by_key(|(_, value)| **value);
    let high = by_compiler.iter().rev().max_by_key(|(_, value)| **value);
    let (Some((low_by, low)), Some((high_by, high))) = (low, high) else {
        return Vec::new();
    };
    let ratio = if *low > Usd::ZERO {
        Finding::new("compiler_ratio", "ratio", high.to_f64() / low.to_f64())
    } else {
        Finding::undefined("compiler_ratio", "ratio", format!("{low_by} gives zero"))
    };
    let bound = |measure: &str, value: &Usd| Finding::new(measure, "USD", value.to_f64()).tolerance(Tolerance::Exact);
    [ratio, bound("compiler_low", low), bound("compiler_high", high)]
        .into_iter()
        .map(|finding| {
            let mut finding = finding
                .label("period", subject.period)
                .label("flow", subject.flow)
                .label("partner", subject.partner)
                .convention("lowest", low_by)
                .convention("highest", high_by)
                .convention("universe", by_compiler.keys().cloned().collect::<Vec<_>>().join(", "));
            if subject.product != TOTAL {
                finding = finding.label("product", &subject.product);
            }
            if economy.is_none() {
                finding = finding.label("reporter", subject.reporter);
            }
            finding
        })
        .collect()
}

fn table(figures: &Figures) -> Table {
    let columns = [
        ("period", Kind::Text, ""),
        ("reporter", Kind::Text, ""),
        ("flow", Kind::Text, ""),
        ("partner", Kind::Text, ""),
        ("product", Kind::Text, ""),
        ("compiler", Kind::Text, ""),
        ("value", Kind::Decimal, "USD"),
    ];
    let mut table = Table::new(
        "compiler-gaps",
        "The same flow as different compilers give it",
        &columns,
    );
    for (subject, by_compiler) in figures.iter().filter(|(_, by)| by.len() > 1) {
        for (compiler, value) in by_compiler {
            table.push(vec![
                subject.period.to_string().into(),
                subject.reporter.as_str().into(),
                subject.flow.as_str().into(),
                subject.partner.as_str().into(),
                subject.product.as_str().into(),
                compiler.as_str().into(),
                Cell::Decimal(*value),
            ]);
        }
    }
    table
}

/// The totals by year, a line for each compiler; a total that leaves an economy out says so.
fn chart(flow: Flow, figures: &Figures) -> Option<Chart> {
    let mut lines: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    let reporters: BTreeSet<Economy> = figures.keys().map(|s| s.reporter).collect();
    for (subject, by_compiler) in figures {
        let total = subject.partner.is_world() && subject.product == TOTAL && subject.flow == flow;
        if !total || !subject.period.is_annual() {
            continue;
        }
        for (compiler, value) in by_compiler {
            let mut name = compiler.replace('_', " ");
            if let Some(without) = subject.partner.world_without() {
                name.push_str(&format!(", without {}", name_of(without)));
            }
            if reporters.len() > 1 {
                name = format!("{}: {name}", name_of(subject.reporter));
            }
            let point = Point::new(f64::from(subject.period.year()), value.to_f64());
            lines.entry(name).or_default().push(point);
        }
    }
    if lines.len() < 2 {
        return None;
    }
    let (id, what) = match flow {
        Flow::Export => ("compilers-export", "exports"),
        Flow::Import => ("compilers-import", "imports"),
        _ => ("compilers-total", "exports and imports together"),
    };
    let mut chart = Chart::new(id, Form::Line, &format!("Total {what} as each compiler gives them"));
    chart.caption = "Annual totals in current US dollars, as published or as the sum of a compiler's partners; a gap in a line is a year without a figure".to_owned();
    (chart.x_label, chart.y_label) = ("Year".to_owned(), "USD".to_owned());
    chart.x_scale = Scale::Year;
    chart.series = lines
        .into_iter()
        .map(|(name, points)| Series {
            name,
            points,
            curve: false,
        })
        .collect();
    Some(chart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{input, record};

    fn estimate(output: &Output, measure: &str, flow: &str) -> f64 {
        let about = |f: &&Finding| f.measure == measure && f.labels["flow"] == flow;
        output.findings.iter().find(about).unwrap().estimate().unwrap()
    }

    #[test]
    fn three_compilers_of_one_flow() {
        // The DPRK's imports of 2008 in million USD, with and without South Korea.
        let mut doubtful = record("KOTRA", 2008, "PRK", Flow::Import, "WLD", 2_600_000_000);
        doubtful.status = Status::Quoted;
        let records = [
            record("IMF", 2008, "PRK", Flow::Import, "WLD", 6_740_000_000),
            record("KOTRA", 2008, "PRK", Flow::Import, "WLD", 2_690_000_000),
            record("UN", 2008, "PRK", Flow::Import, "WLD", 4_320_000_000),
            record("UN", 2008, "PRK", Flow::Export, "WLD", 1_000_000_000),
            doubtful,
        ];
        let parameters = toml::Table::new();
        let output = run(&input(&records, &parameters), &[], &[]);
        assert!((estimate(&output, "compiler_ratio", "import") - 6.74 / 2.69).abs() < 1e-12);
        assert_eq!(estimate(&output, "compiler_low", "import"), 2.69e9);
        assert_eq!(output.findings.len(), 3);
        assert_eq!(output.findings[0].convention["highest"], "IMF");
        assert_eq!(output.tables[0].rows.len(), 3);
        assert!(output.notes[0].starts_with("1 figures gave way"));
        assert_eq!(output.charts[0].series.len(), 3);
    }

    #[test]
    fn bases_are_different_figures_and_a_zero_has_no_ratio() {
        let mut approval = record("MOU", 1991, "PRK", Flow::Export, "KOR", 192_000_000);
        approval.basis = Some("approval".into());
        let mut clearance = record("MOU", 1991, "PRK", Flow::Export, "KOR", 0);
        clearance.basis = Some("clearance".into());
        let parameters = toml::Table::new();
        let output = run(&input(&[approval, clearance], &parameters), &[], &[]);
        assert!(output.findings[0].estimate().is_none());
        assert_eq!(output.tables[0].rows[1][5], Cell::Text("MOU (clearance)".to_owned()));
    }
}
