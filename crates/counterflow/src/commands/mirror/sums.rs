//! Sums over flows and Gehlhar's indices, as documents tell them.

use super::world::World;
use mirror::gaps::{Totals, gap_of};
use mirror::levels::Level;
use mirror::pairing::Pair;
use mirror::reliability::{Agreement, GEHLHAR_TOLERANCE, TwoSided, gehlhar};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use trade::Economy;

/// Sums over the flows of a group.
#[derive(Clone, Debug, Serialize)]
pub struct Sums {
    flows: usize,
    both: usize,
    exporter_only: usize,
    importer_only: usize,
    export_sum: f64,
    import_sum: f64,
    gap_sum: f64,
    one_sided_sum: f64,
    asymmetry: Option<f64>,
    coverage: Option<f64>,
    coverage_flows: Option<f64>,
    ratio_aggregate: Option<f64>,
    ratio_median: Option<f64>,
    log_ratio_median: Option<f64>,
    log_ratio_mean: Option<f64>,
    share_import_larger: Option<f64>,
    reason: Option<String>,
}

impl Sums {
    /// Over these pairs.
    pub fn of<'a>(pairs: impl Iterator<Item = &'a Pair> + Clone) -> Self {
        let totals = Totals::of(pairs.clone());
        let mut logs: Vec<f64> = pairs.filter_map(|p| gap_of(p).log_ratio.ok()).collect();
        logs.sort_by(f64::total_cmp);
        let flows = totals.both + totals.export_only + totals.import_only;
        // The median of M/X is that of an even number's two middle ratios, not of their logs.
        let ratios: Vec<f64> = logs.iter().map(|d| d.exp()).collect();
        let reasons = [totals.asymmetry().err(), totals.ratio().err(), totals.coverage().err()];
        Sums {
            flows,
            both: totals.both,
            exporter_only: totals.export_only,
            importer_only: totals.import_only,
            export_sum: totals.exports(),
            import_sum: totals.imports(),
            gap_sum: totals.gaps(),
            one_sided_sum: totals.one_sided(),
            asymmetry: totals.asymmetry().ok(),
            coverage: totals.coverage().ok(),
            coverage_flows: (flows > 0).then(|| totals.both as f64 / flows as f64),
            ratio_aggregate: totals.ratio().ok(),
            ratio_median: asymmetry::quantile(&ratios, 0.5),
            log_ratio_median: asymmetry::quantile(&logs, 0.5),
            log_ratio_mean: (!logs.is_empty()).then(|| logs.iter().sum::<f64>() / logs.len() as f64),
            share_import_larger: totals.share_above_one().ok(),
            reason: reasons.into_iter().flatten().next().map(|r| r.to_string()),
        }
    }
}

/// Sums with the group they are about.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// What the group is: a period, a product, an economy, a level.
    #[serde(flatten)]
    pub about: BTreeMap<&'static str, String>,
    /// The sums.
    #[serde(flatten)]
    pub sums: Sums,
}

/// Sums by what `about` names.
pub fn by<'a>(
    pairs: impl Iterator<Item = &'a Pair>,
    about: impl Fn(&Pair) -> BTreeMap<&'static str, String>,
) -> Vec<Group> {
    let mut groups: BTreeMap<BTreeMap<&'static str, String>, Vec<&Pair>> = BTreeMap::new();
    for pair in pairs {
        groups.entry(about(pair)).or_default().push(pair);
    }
    let made = groups.into_iter().map(|(about, pairs)| Group {
        about,
        sums: Sums::of(pairs.iter().copied()),
    });
    made.collect()
}

/// Gehlhar's indices of one economy.
#[derive(Clone, Debug, Serialize)]
pub struct Reporter {
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The period, where the row is of one.
    pub period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The level of products, where the row is of one.
    pub level: Option<String>,
    /// Its name.
    pub economy: String,
    /// Agreement as exporter, per cent of its exports.
    pub rix: Option<f64>,
    /// Agreement as importer, per cent of its imports.
    pub rim: Option<f64>,
    /// The former without its worst partner.
    pub rix_without_worst: Option<f64>,
    /// The latter without its worst partner.
    pub rim_without_worst: Option<f64>,
    rix_worst_partner: Option<String>,
    rim_worst_partner: Option<String>,
    n_exports: usize,
    n_imports: usize,
    exports_compared: f64,
    imports_compared: f64,
    reason: Option<&'static str>,
}

/// Gehlhar's indices of every economy in these pairs.
pub fn reporters<'a>(
    world: &World,
    pairs: impl Iterator<Item = &'a Pair> + Clone,
    about: Option<(String, String)>,
) -> Vec<(Economy, Reporter)> {
    let economies: BTreeSet<Economy> = pairs.clone().flat_map(|p| [p.key.exporter, p.key.importer]).collect();
    let economies: Vec<Economy> = economies.into_iter().collect();
    let place: BTreeMap<Economy, usize> = economies.iter().enumerate().map(|(i, e)| (*e, i)).collect();
    let flows: Vec<TwoSided> = pairs
        .filter_map(|pair| {
            let (export, import) = pair.both()?;
            let (exporter, importer) = (place[&pair.key.exporter], place[&pair.key.importer]);
            Some(TwoSided {
                exporter,
                importer,
                export,
                import,
            })
        })
        .collect();
    let (rix, rim) = gehlhar(economies.len(), &flows, GEHLHAR_TOLERANCE);
    let partner = |a: &Agreement| a.worst_partner.map(|i| world.name(economies[i]));
    let rows = economies.iter().zip(rix.iter().zip(&rim)).map(|(economy, (x, m))| {
        let reporter = Reporter {
            period: about.as_ref().map(|a| a.0.clone()),
            level: about.as_ref().map(|a| a.1.clone()),
            economy: world.name(*economy),
            rix: x.index,
            rim: m.index,
            rix_without_worst: x.index_without_worst,
            rim_without_worst: m.index_without_worst,
            rix_worst_partner: partner(x),
            rim_worst_partner: partner(m),
            n_exports: x.n,
            n_imports: m.n,
            exports_compared: x.value,
            imports_compared: m.value,
            reason: (x.index.is_none() || m.index.is_none()).then_some("no two-sided flow of value in that direction"),
        };
        (*economy, reporter)
    });
    rows.collect()
}

/// The level and period of a pair, for groups of like flows.
pub fn period_and_level(pair: &Pair) -> (String, String) {
    (pair.key.period.to_string(), Level::of(&pair.key.product).name())
}
