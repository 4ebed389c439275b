//! Mode `pairs`: exporters' reports against importers'.

use crate::quantile::quantile;
use crate::ratio::{by_pair, ratio_chart};
use crate::{margin, reporters};
use ::model::{Cell, Finding, Input, Kind, Output, Table, Tolerance};
use mirror::gaps::{Totals, Undefined, gap_of};
use mirror::pairing::{Options, Pair, Pairing, pair};
use std::collections::{BTreeMap, BTreeSet};
use trade::{Classification, Period, TOTAL};

/// One group of comparable flows: a period and a product. A total is never in one group with
/// its parts.
pub(crate) struct Group<'a> {
    pub period: Period,
    pub classification: Option<Classification>,
    pub product: &'a str,
    pub pairs: Vec<&'a Pair>,
}

impl Group<'_> {
    /// A finding about this group.
    pub fn about(&self, finding: Finding) -> Finding {
        let finding = finding.label("period", self.period).label("product", self.product);
        match self.classification {
            Some(classification) => finding.label("classification", classification),
            None => finding,
        }
    }

    /// The cells that name the group in a table: period, product.
    pub fn cells(&self) -> Vec<Cell> {
        vec![self.period.to_string().into(), self.product.into()]
    }
}

/// Up to how many directed pairs of economies each is told by itself.
const FEW_PAIRS: usize = 10;

pub(crate) fn run(input: &Input<'_>) -> Output {
    let pairing = pair(input.flows, &Options::default());
    let mut output = Output::default();
    let groups = groups(&pairing);
    let mut margins = margin::table();
    let mut reporter_rows = reporters::table();
    let few = directed_pairs(&pairing) <= FEW_PAIRS;
    for group in &groups {
        output.findings.extend(distribution(group));
        // Two or three economies are no sample of distances or of partners.
        if !few {
            reporters::add(group, &mut output.findings, &mut reporter_rows);
            margin::add(group, &mut output, &mut margins);
        }
    }
    if few {
        by_pair(&pairing, &mut output);
    }
    if let Some(largest) = groups
        .iter()
        .max_by_key(|g| (g.product == TOTAL, g.pairs.len(), g.period))
    {
        output.charts.extend(ratio_chart(largest));
        output.charts.extend(margin::chart(largest, &mut output.notes));
    }
    if !pairing.pairs.is_empty() {
        output.tables.push(pair_table(&pairing));
        output
            .tables
            .extend([reporter_rows, margins].into_iter().filter(|t| !t.rows.is_empty()));
    }
    output.notes.extend(notes(&pairing));
    output
}

fn directed_pairs(pairing: &Pairing) -> usize {
    pairing
        .pairs
        .iter()
        .map(|p| (p.key.exporter, p.key.importer))
        .collect::<BTreeSet<_>>()
        .len()
}

fn groups(pairing: &Pairing) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<_, Vec<&Pair>> = BTreeMap::new();
    for pair in &pairing.pairs {
        let key = (pair.key.period, pair.key.classification, &*pair.key.product);
        groups.entry(key).or_default().push(pair);
    }
    groups
        .into_iter()
        .map(|((period, classification, product), pairs)| Group {
            period,
            classification,
            product,
            pairs,
        })
        .collect()
}

/// The sorted ln(M/X) of the flows for which it is defined.
pub(crate) fn log_ratios(pairs: &[&Pair]) -> Vec<f64> {
    let mut ratios: Vec<f64> = pairs.iter().filter_map(|p| gap_of(p).log_ratio.ok()).collect();
    ratios.sort_by(f64::total_cmp);
    ratios
}

fn distribution(group: &Group<'_>) -> Vec<Finding> {
    let totals = Totals::of(group.pairs.iter().copied());
    let logs = log_ratios(&group.pairs);
    let count = |measure: &str, n: usize| Finding::new(measure, "flows", n as f64).tolerance(Tolerance::Exact);
    let of = |measure: &str, unit: &str, value: Result<f64, Undefined>| match value {
        Ok(value) => Finding::new(measure, unit, value),
        Err(reason) => Finding::undefined(measure, unit, reason.to_string()),
    };
    let at = |measure: &str, p: f64, fewest: usize| match quantile(&logs, p).filter(|_| logs.len() >= fewest) {
        Some(value) => Finding::new(measure, "ln(M/X)", value),
        None => Finding::undefined(measure, "ln(M/X)", too_few(logs.len(), fewest)),
    };
    let ratio_median = match median_ratio(&logs) {
        Some(ratio) => Finding::new("ratio_median", "ratio", ratio),
        None => Finding::undefined("ratio_median", "ratio", too_few(0, 1)),
    };
    [
        count("pairs", totals.both),
        count("exporter_only", totals.export_only),
        count("importer_only", totals.import_only),
        at("log_ratio_median", 0.5, 1),
        at("log_ratio_p10", 0.1, 10),
        at("log_ratio_p90", 0.9, 10),
        ratio_median,
        of("ratio_aggregate", "ratio", totals.ratio()),
        of("share_above_one", "share", totals.share_above_one()),
        of("asymmetry", "share", totals.asymmetry()),
        of("coverage", "share", totals.coverage()),
    ]
    .into_iter()
    .map(|finding| convention(group.about(finding), group.pairs.len(), logs.len()))
    .collect()
}

fn convention(finding: Finding, reports: usize, n: usize) -> Finding {
    let formula = match finding.measure.as_str() {
        "ratio_median" => "median of M/X",
        "ratio_aggregate" => "sum of M over sum of X, two-sided flows",
        "share_above_one" => "share of two-sided flows with M > X",
        "asymmetry" => "sum of |M-X| over sum of (M+X), two-sided flows",
        "coverage" => "reported value in two-sided flows over all reported value",
        "log_ratio_median" | "log_ratio_p10" | "log_ratio_p90" => "quantile of ln(M/X), Hyndman-Fan type 7",
        _ => "count",
    };
    finding
        .convention("formula", formula)
        .convention("universe", format!("{reports} flows, {n} with both reports above zero"))
        .convention("zeros", "an explicit zero is a report, a blank is not")
        .convention("valuation", "as reported: imports mostly CIF, exports mostly FOB")
}

fn too_few(found: usize, needed: usize) -> String {
    format!("{found} flows with two reports above zero, where {needed} are needed")
}

/// The median of M/X, from sorted logs: of an even number, the mean of the middle two ratios.
fn median_ratio(sorted_logs: &[f64]) -> Option<f64> {
    let ratios: Vec<f64> = sorted_logs.iter().map(|d| d.exp()).collect();
    quantile(&ratios, 0.5)
}

fn pair_table(pairing: &Pairing) -> Table {
    let columns = [
        ("period", Kind::Text, ""),
        ("exporter", Kind::Text, ""),
        ("importer", Kind::Text, ""),
        ("product", Kind::Text, ""),
        ("export_value", Kind::Decimal, "USD"),
        ("import_value", Kind::Decimal, "USD"),
        ("gap", Kind::Decimal, "USD"),
        ("log_ratio", Kind::Number, "ln(M/X)"),
        ("normalised_gap", Kind::Number, "share"),
    ];
    let mut table = Table::new("pairs", "Exporters' and importers' reports of the same flows", &columns);
    for pair in &pairing.pairs {
        let gap = gap_of(pair);
        let (export, import) = (
            pair.export.as_ref().map(|r| r.value),
            pair.import.as_ref().map(|r| r.value),
        );
        table.push(vec![
            pair.key.period.to_string().into(),
            pair.key.exporter.as_str().into(),
            pair.key.importer.as_str().into(),
            (&*pair.key.product).into(),
            export.into(),
            import.into(),
            export.zip(import).map(|(x, m)| m - x).into(),
            gap.log_ratio.ok().into(),
            gap.normalised.ok().into(),
        ]);
    }
    table
}

fn notes(pairing: &Pairing) -> Vec<String> {
    let e = &pairing.excluded;
    let counted = [
        (e.world, "with the world as one side"),
        (e.groups, "with a group or an unspecified area as one side"),
        (e.self_trade, "of an economy with itself"),
        (e.blank, "without a value"),
        (e.negative, "with a negative value"),
        (e.derived, "computed from the partner's report"),
        (e.two_way, "of two-way trade"),
        (
            e.lone_re_trade,
            "of re-exports or re-imports with no export or import beside them",
        ),
    ];
    let mut notes: Vec<String> = counted
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("pairing set aside {n} figures {what}"))
        .collect();
    let mut resolved: BTreeMap<&str, usize> = BTreeMap::new();
    for duplicate in &pairing.duplicates {
        *resolved.entry(duplicate.resolution.as_str()).or_default() += 1;
    }
    notes.extend(
        resolved
            .iter()
            .map(|(how, n)| format!("{n} flows were reported more than once by one side: {how}")),
    );
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{input, record};
    use trade::Flow;

    fn find(output: &Output, measure: &str) -> f64 {
        output
            .findings
            .iter()
            .find(|f| f.measure == measure)
            .unwrap()
            .estimate()
            .unwrap()
    }

    /// Three flows with M/X = 1.1, 1.25 and 0.5, and one that only the exporter reports.
    #[test]
    fn the_distribution_of_a_small_world() {
        let flow = |from: &str, to: &str, x: i64, m: i64| {
            [
                record("UN", 2003, from, Flow::Export, to, x),
                record("UN", 2003, to, Flow::Import, from, m),
            ]
        };
        let mut records: Vec<_> = [
            flow("CHN", "KOR", 1000, 1100),
            flow("KOR", "CHN", 400, 500),
            flow("JPN", "KOR", 200, 100),
        ]
        .concat();
        records.push(record("UN", 2003, "JPN", Flow::Export, "CHN", 300));
        records.push(record("UN", 2003, "JPN", Flow::Export, "WLD", 900));
        let parameters = toml::Table::new();
        let output = run(&input(&records, &parameters));
        assert_eq!(find(&output, "pairs"), 3.0);
        assert_eq!(find(&output, "exporter_only"), 1.0);
        assert!((find(&output, "ratio_median") - 1.1).abs() < 1e-12);
        assert_eq!(find(&output, "ratio_aggregate"), 1700.0 / 1600.0);
        assert_eq!(find(&output, "asymmetry"), 300.0 / 3300.0);
        assert_eq!(find(&output, "coverage"), 3300.0 / 3600.0);
        assert_eq!(find(&output, "share_above_one"), 2.0 / 3.0);
        assert_eq!(output.findings.iter().filter(|f| f.measure == "ratio").count(), 3);
        assert!(
            output
                .findings
                .iter()
                .any(|f| f.measure == "log_ratio_p10" && f.estimate().is_none())
        );
        assert_eq!(output.notes, ["pairing set aside 1 figures with the world as one side"]);
        let table = &output.tables[0];
        assert_eq!((table.id.as_str(), table.rows.len()), ("pairs", 4));
        assert_eq!(table.rows.iter().filter(|row| row[7] == Cell::Missing).count(), 1);
        assert_eq!(
            output.charts.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(),
            ["mirror-ratio-by-year"]
        );
    }

    #[test]
    fn no_finding_is_there_twice() {
        let records: Vec<_> = ["CHN", "KOR", "JPN", "USA"]
            .iter()
            .flat_map(|a| ["DEU", "FRA"].map(|b| record("UN", 2003, a, Flow::Export, b, 5)))
            .collect();
        let parameters = toml::Table::new();
        let output = run(&input(&records, &parameters));
        let ids: std::collections::BTreeSet<String> = output.findings.iter().map(Finding::id).collect();
        assert_eq!(ids.len(), output.findings.len());
    }
}
