//! Each reporter's agreement with its partners.

use crate::pairs::Group;
use ::model::{Cell, Finding, Kind, Table};
use mirror::reliability::{Agreement, GEHLHAR_TOLERANCE, TwoSided, gehlhar};
use std::collections::BTreeSet;
use trade::{Economy, TOTAL};

pub(crate) fn table() -> Table {
    let columns = [
        ("period", Kind::Text, ""),
        ("product", Kind::Text, ""),
        ("economy", Kind::Text, ""),
        ("export_flows", Kind::Integer, ""),
        ("rix", Kind::Number, "per cent"),
        ("rix_without_worst", Kind::Number, "per cent"),
        ("worst_importer", Kind::Text, ""),
        ("import_flows", Kind::Integer, ""),
        ("rim", Kind::Number, "per cent"),
        ("rim_without_worst", Kind::Number, "per cent"),
        ("worst_exporter", Kind::Text, ""),
    ];
    Table::new(
        "reporters",
        "Each reporter's agreement with its partners (Gehlhar's indices)",
        &columns,
    )
    .headed(&[
        ("economy", "Reporter"),
        ("export_flows", "Partners it sells to"),
        ("rix", "Exports confirmed"),
        ("rix_without_worst", "Without the worst partner"),
        ("worst_importer", "Worst partner in exports"),
        ("import_flows", "Partners it buys from"),
        ("rim", "Imports confirmed"),
        ("rim_without_worst", "Without the worst partner"),
        ("worst_exporter", "Worst partner in imports"),
    ])
}

/// Adds the group's reporters: a row each, and findings where the product is everything.
pub(crate) fn add(group: &Group<'_>, findings: &mut Vec<Finding>, table: &mut Table) {
    let both = || group.pairs.iter().filter_map(|p| p.both().map(|v| (p, v)));
    let economies: Vec<Economy> = both()
        .flat_map(|(p, _)| [p.key.exporter, p.key.importer])
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    // Every economy is in the sorted list.
    let place = |economy: Economy| economies.binary_search(&economy).unwrap_or(usize::MAX);
    let flows: Vec<TwoSided> = both()
        .map(|(p, (export, import))| TwoSided {
            exporter: place(p.key.exporter),
            importer: place(p.key.importer),
            export,
            import,
        })
        .collect();
    let (rix, rim) = gehlhar(economies.len(), &flows, GEHLHAR_TOLERANCE);
    let name = |partner: Option<usize>| partner.and_then(|i| economies.get(i)).map(|e| e.to_string());
    for ((economy, x), m) in economies.iter().zip(&rix).zip(&rim) {
        let mut row = group.cells();
        row.push(economy.as_str().into());
        for side in [x, m] {
            row.extend([
                Cell::Integer(side.n as i64),
                side.index.into(),
                side.index_without_worst.into(),
                name(side.worst_partner).into(),
            ]);
        }
        table.push(row);
        if group.product == TOTAL {
            findings.extend([finding(group, *economy, "rix", x), finding(group, *economy, "rim", m)]);
        }
    }
}

fn finding(group: &Group<'_>, economy: Economy, measure: &str, side: &Agreement) -> Finding {
    let finding = match side.index {
        Some(index) => Finding::new(measure, "per cent", index),
        None => Finding::undefined(measure, "per cent", "no flow of value was reported by both sides"),
    };
    group
        .about(finding)
        .label("economy", economy)
        .convention(
            "estimator",
            "Gehlhar (1996): share of own reported value with |M-X|/M <= 0.20",
        )
        .convention("universe", format!("{} two-sided flows", side.n))
        .convention("valuation", "as reported, no margin removed")
}
