use super::indices::{self, PARTNERS};
use super::parameters::Parameters;
use super::view::{Entry, View};
use crate::coverage::Partial;
use crate::intervals::{BOUNDS, SUM_ERROR};
use crate::undefined::Undefined;
use model::{Cell, Finding, Kind, Output, Table, Tolerance};
use std::collections::BTreeSet;
use trade::Economy;

/// Findings and tables of all years and directions.
pub(super) fn estimates(views: &[View], parameters: &Parameters, with_reporter: bool) -> Output {
    let mut output = Output::default();
    let mut shares = shares_table();
    let mut table = concentration_table();
    for view in views {
        let label = |finding: Finding| {
            let finding = finding.label("flow", view.flow).label("period", view.period);
            let finding = finding.convention("denominator", &view.denominator);
            let finding = match view.two_way {
                Some(how) => finding.convention("two-way", how),
                None => finding,
            };
            if with_reporter {
                finding.label("reporter", view.reporter)
            } else {
                finding
            }
        };
        let indices = indices(view, parameters);
        if !indices.is_empty() {
            table.push(row(view, &indices));
        }
        let indices = indices.into_iter().map(|finding| finding.label("dimension", "partner"));
        let others = partner_shares(view, parameters)
            .into_iter()
            .chain(region_shares(view, parameters));
        output.findings.extend(indices.chain(others).map(label));
        for (partner, entry) in &view.entries {
            let mut row = place(view);
            row.extend([partner.to_string().into(), entry.value.into(), entry.share.into()]);
            shares.push(row);
        }
    }
    output.tables = vec![shares, table];
    output
}

fn place(view: &View) -> Vec<Cell> {
    vec![
        view.reporter.to_string().into(),
        i64::from(view.period.year()).into(),
        view.flow.to_string().into(),
    ]
}

fn shares_table() -> Table {
    Table::new(
        "partner-shares",
        "Trade by partner and its share of the total",
        &[
            ("reporter", Kind::Text, ""),
            ("period", Kind::Integer, ""),
            ("flow", Kind::Text, ""),
            ("partner", Kind::Text, ""),
            ("value_usd", Kind::Decimal, "USD"),
            ("share", Kind::Number, "share"),
        ],
    )
    .headed(&[("value_usd", "Value"), ("share", "Share of the total")])
}

fn concentration_table() -> Table {
    Table::new(
        "concentration",
        "Concentration of trade on partners; bounds where the total is not wholly broken down",
        &[
            ("reporter", Kind::Text, ""),
            ("period", Kind::Integer, ""),
            ("flow", Kind::Text, ""),
            ("hhi", Kind::Number, "1"),
            ("hhi_low", Kind::Number, "1"),
            ("hhi_high", Kind::Number, "1"),
            ("cr1", Kind::Number, "share"),
            ("cr3", Kind::Number, "share"),
            ("effective_number_hhi", Kind::Number, "partners"),
            ("effective_number", Kind::Number, "partners"),
            ("n", Kind::Integer, "partners"),
            ("coverage", Kind::Number, "share"),
        ],
    )
    .headed(&[
        ("hhi", "Concentration (HHI)"),
        ("hhi_low", "HHI at least"),
        ("hhi_high", "HHI at most"),
        ("cr1", "Share of the largest partner"),
        ("cr3", "Share of the three largest"),
        ("effective_number_hhi", "Effective number of partners (1/HHI)"),
        ("effective_number", "Effective number from the entropy"),
        ("n", "Listed"),
        ("coverage", "Share of trade that is listed"),
    ])
}

fn row(view: &View, indices: &[Finding]) -> Vec<Cell> {
    let find = |name: &str| indices.iter().find(|finding| finding.measure == name);
    let estimate = |name: &str| Cell::from(find(name).and_then(Finding::estimate));
    let hhi = find("hhi");
    let end = |of: fn(&model::Interval) -> f64| hhi.and_then(|f| f.interval.as_ref().map(of).or(f.estimate()));
    let coverage = hhi
        .and_then(|f| f.convention.get("coverage"))
        .and_then(|c| c.parse::<f64>().ok());
    let positive = view.entries.values().filter(|entry| entry.share > 0.0).count();
    let mut row = place(view);
    row.extend([
        estimate("hhi"),
        end(|i| i.low).into(),
        end(|i| i.high).into(),
        estimate("cr1"),
        estimate("cr3"),
        estimate("effective_number_hhi"),
        estimate("effective_number"),
        (positive as i64).into(),
        coverage.into(),
    ]);
    row
}

/// The indices of one year and direction.
fn indices(view: &View, parameters: &Parameters) -> Vec<Finding> {
    if let Some(reason) = &view.refused {
        return indices::refused(view.complete, reason);
    }
    // Money where there is some for all, which makes the sums exact; else shares.
    let money: Option<Vec<f64>> = view.entries.values().map(|e| e.value.map(trade::Usd::to_f64)).collect();
    let known: Vec<f64> = view.entries.values().map(|entry| entry.share).collect();
    let values = money.unwrap_or_else(|| known.clone());
    if view.complete {
        return indices::computed(&values, parameters.universe, PARTNERS);
    }
    let slack = crate::summation::sum(view.entries.values().map(|entry| entry.slack)) + SUM_ERROR;
    match Partial::new(&known, slack, parameters.missing) {
        _ if known.is_empty() => Vec::new(),
        Ok(partial) if partial.coverage() < 1.0 => indices::bounded(&partial, parameters.missing, PARTNERS),
        Ok(_) => indices::computed(&values, parameters.universe, PARTNERS),
        Err(reason) => indices::refused(false, &reason.to_string()),
    }
}

/// The shares of the partners asked for, and of the largest.
fn partner_shares(view: &View, parameters: &Parameters) -> Vec<Finding> {
    let mut largest: Vec<(&Economy, &Entry)> = view.entries.iter().filter(|(_, entry)| entry.share > 0.0).collect();
    largest.sort_by(|a, b| b.1.share.total_cmp(&a.1.share).then(a.0.cmp(b.0)));
    let mut wanted: BTreeSet<Economy> = parameters.partners.iter().copied().collect();
    wanted.extend(largest.iter().take(parameters.top).map(|(partner, _)| **partner));
    let finding = |partner: &Economy| {
        let finding = match (view.entries.get(partner), view.conflicts.get(partner)) {
            (Some(entry), _) => {
                let how = if entry.published {
                    "share as published"
                } else {
                    "value over denominator"
                };
                Finding::new("partner_share", "share", entry.share).convention("share", how)
            }
            (None, Some(how)) => Finding::undefined(
                "partner_share",
                "share",
                format!("{partner} has {how} in this scenario"),
            ),
            (None, None) => return None,
        };
        Some(finding.label("partner", partner))
    };
    wanted.iter().filter_map(finding).collect()
}

/// The shares of regions: sums over their partners; bounds when not every partner is listed.
fn region_shares(view: &View, parameters: &Parameters) -> Vec<Finding> {
    if view.refused.is_some() || view.entries.is_empty() {
        return Vec::new();
    }
    let covered = crate::summation::sum(view.entries.values().map(|entry| entry.share)).min(1.0);
    let finding = |region: &String| {
        let inside =
            |partner: &Economy| trade::economies().get(*partner).and_then(|e| e.region) == Some(region.as_str());
        let members: Vec<(&Economy, &Entry)> = view.entries.iter().filter(|(partner, _)| inside(partner)).collect();
        let share = crate::summation::sum(members.iter().map(|(_, entry)| entry.share));
        let names: Vec<String> = members.iter().map(|(partner, _)| partner.to_string()).collect();
        let finding = if view.complete || covered >= 1.0 {
            Finding::new("region_share", "share", share).tolerance(Tolerance::Relative)
        } else {
            let reason = Undefined::Incomplete {
                percent: 100.0 * covered,
            }
            .to_string();
            Finding::undefined("region_share", "share", reason).interval(share, share + 1.0 - covered, BOUNDS)
        };
        finding
            .label("region", region)
            .convention("partners with trade", names.join(" "))
    };
    parameters.regions.iter().map(finding).collect()
}
