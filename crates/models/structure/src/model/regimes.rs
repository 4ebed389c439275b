use super::drawing;
use super::figure::{Figure, Said};
use super::listing::quotient;
use super::parameters::Parameters;
use crate::clusters::{Partition, Search, k_means, stability};
use ::model::{Coverage, Finding, Input, Kind, Output, Table, Tolerance};
use std::collections::{BTreeMap, BTreeSet};
use trade::{Economy, Flow, TOTAL, Usd};

/// The fewest years that are clustered.
const FEWEST: usize = 8;
/// The directions whose shares make a year's point.
const BOTH: [Flow; 2] = [Flow::Export, Flow::Import];
/// The largest number of clusters tried.
const MOST: usize = 6;

/// Years clustered on their partners' shares.
///
/// A year is a point whose coordinates are the shares in exports and in imports of every
/// partner that has at least the floor on average. k from 2 to 6 by the mean silhouette
/// (of equals the smallest); clusters are numbered in order of their first year.
pub(super) fn regimes(input: &Input<'_>, economy: Economy, parameters: &Parameters) -> Output {
    let mut output = Output::default();
    if !input.flows.iter().any(|record| relevant(record, economy)) {
        return output;
    }
    let features = match features(input, economy, parameters.regime_floor) {
        Ok(features) => features,
        Err(reason) => {
            output.findings.push(Finding::undefined("regime_k", "regimes", reason));
            return output;
        }
    };
    let search = Search {
        runs: parameters.regime_runs,
        seed: input.seed,
        ..Search::default()
    };
    let convention = |finding: Finding| {
        finding
            .convention(
                "features",
                format!("shares of {} in exports and imports", features.partners_text()),
            )
            .convention("floor", parameters.regime_floor)
            .convention(
                "algorithm",
                format!("k-means, k-means++, best of {} starts", search.runs),
            )
            .convention("seed", input.seed)
    };
    let mut best: Option<Partition> = None;
    for k in 2..=MOST.min(features.points.len() - 1) {
        let found = k_means(&features.points, k, search);
        let finding = match &found {
            Ok(partition) => Finding::new("silhouette", "1", partition.silhouette.mean),
            Err(reason) => Finding::undefined("silhouette", "1", reason.to_string()),
        };
        output.findings.push(convention(finding.label("k", k)));
        // A gain that only rounding makes is none.
        let to_beat = best
            .as_ref()
            .map_or(f64::NEG_INFINITY, |best| best.silhouette.mean + 1e-12);
        best = found
            .ok()
            .filter(|partition| partition.silhouette.mean > to_beat)
            .or(best);
    }
    match best {
        Some(best) => report(&mut output, &best, &features, search, convention),
        None => output
            .findings
            .push(Finding::undefined("regime_k", "regimes", "no two years differ")),
    }
    output
}

fn report(
    output: &mut Output,
    best: &Partition,
    features: &Features,
    search: Search,
    convention: impl Fn(Finding) -> Finding,
) {
    let k = Finding::new("regime_k", "regimes", best.k as f64).tolerance(Tolerance::Exact);
    output
        .findings
        .push(convention(k.convention("k", "largest mean silhouette among 2 to 6")));
    let steady = match stability(&features.points, best, search) {
        Some(index) => Finding::new("regime_stability", "1", index),
        None => Finding::undefined("regime_stability", "1", "no resample could be clustered"),
    };
    let how = format!(
        "mean adjusted Rand index over {} resamples of {:.0}% of years",
        search.resamples,
        100.0 * search.part
    );
    output.findings.push(convention(
        steady.convention("stability", how).tolerance(Tolerance::MonteCarlo),
    ));
    let columns = [
        ("period", Kind::Integer, ""),
        ("regime", Kind::Integer, ""),
        ("silhouette_width", Kind::Number, "1"),
    ];
    let mut table = Table::new(
        "regimes",
        "Years by regime of partners, numbered in order of their first year",
        &columns,
    )
    .headed(&[("silhouette_width", "How well it fits (silhouette)")]);
    let mut by_year = BTreeMap::new();
    for ((year, label), width) in features.years.iter().zip(&best.labels).zip(&best.silhouette.widths) {
        let regime = label + 1;
        by_year.insert(*year, regime);
        let finding = Finding::new("regime", "1", regime as f64)
            .label("period", year)
            .tolerance(Tolerance::Exact);
        output.findings.push(convention(finding));
        table.push(vec![i64::from(*year).into(), (regime as i64).into(), (*width).into()]);
    }
    output.tables.push(table);
    output.charts.push(drawing::regime_chart(&features.shown, &by_year));
}

/// The years as points.
struct Features {
    years: Vec<i16>,
    points: Vec<Vec<f64>>,
    partners: Vec<Economy>,
    /// Mean shares by partner's name, the largest few and the others, for the chart.
    shown: BTreeMap<String, BTreeMap<i16, f64>>,
}

impl Features {
    fn partners_text(&self) -> String {
        self.partners
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

type Shares = BTreeMap<Economy, f64>;

fn relevant(record: &trade::Record, economy: Economy) -> bool {
    record.period.is_annual()
        && &*record.product == TOTAL
        && matches!(record.flow, Flow::Export | Flow::Import)
        && record.reporter == economy
        && !record.partner.is_world()
        && trade::economies()
            .get(record.partner)
            .is_none_or(|e| e.kind != trade::EconomyKind::Group)
}

fn features(input: &Input<'_>, economy: Economy, floor: f64) -> Result<Features, String> {
    if input.coverage == Coverage::Partial {
        return Err("regimes need the figures of all partners, and this scenario lists some only".to_owned());
    }
    let shares = yearly(input, economy);
    let both = |year: &i16| BOTH.iter().all(|flow| shares.contains_key(&(*flow, *year)));
    let years: BTreeSet<i16> = shares.keys().map(|(_, year)| *year).collect();
    let years: Vec<i16> = years.into_iter().filter(both).collect();
    if years.len() < FEWEST {
        let found = years.len();
        return Err(format!(
            "{found} years have shares of all partners in both directions; {FEWEST} are needed"
        ));
    }
    // With every partner listed, one that is not has no trade.
    let of = |flow: Flow, year: i16, partner: &Economy| {
        shares
            .get(&(flow, year))
            .and_then(|s| s.get(partner))
            .copied()
            .unwrap_or(0.0)
    };
    let half = |year: i16, partner: &Economy| BOTH.iter().map(|flow| of(*flow, year, partner)).sum::<f64>() / 2.0;
    let mean = |partner: &Economy| years.iter().map(|year| half(*year, partner)).sum::<f64>() / years.len() as f64;
    let all: BTreeSet<Economy> = shares.values().flat_map(|s| s.keys().copied()).collect();
    let partners: Vec<Economy> = all.into_iter().filter(|partner| mean(partner) >= floor).collect();
    if partners.is_empty() {
        return Err(format!("no partner has a mean share of at least {floor}"));
    }
    let row = |year: &i16| {
        BOTH.iter()
            .flat_map(|flow| partners.iter().map(|p| of(*flow, *year, p)))
            .collect()
    };
    let points = years.iter().map(row).collect();
    let mut largest = partners.clone();
    largest.sort_by(|a, b| mean(b).total_cmp(&mean(a)).then(a.cmp(b)));
    largest.truncate(7);
    let shown = shown(&years, &largest, half);
    Ok(Features {
        years,
        points,
        partners,
        shown,
    })
}

/// The partners' shares by flow and year, where every figure is clear.
fn yearly(input: &Input<'_>, economy: Economy) -> BTreeMap<(Flow, i16), Shares> {
    let mut figures: BTreeMap<(Flow, i16), BTreeMap<Economy, Figure>> = BTreeMap::new();
    for record in input.flows.iter().filter(|record| relevant(record, economy)) {
        let year = figures.entry((record.flow, record.period.year())).or_default();
        year.entry(record.partner).or_default().add(record);
    }
    figures
        .into_iter()
        .filter_map(|(key, partners)| Some((key, shares(&partners)?)))
        .collect()
}

/// Shares in the sum over partners; `None` where a figure is missing or unclear, or all is zero.
fn shares(partners: &BTreeMap<Economy, Figure>) -> Option<Shares> {
    let mut values: BTreeMap<Economy, Usd> = BTreeMap::new();
    for (partner, figure) in partners {
        match figure.value() {
            Said::One(value) if value >= Usd::ZERO => values.insert(*partner, value),
            // A row with neither a value nor a share says nothing.
            Said::Nothing if figure.share_percent() == Said::Nothing => None,
            _ => return None,
        };
    }
    let total: Usd = values.values().copied().sum();
    (total > Usd::ZERO).then(|| {
        values
            .into_iter()
            .map(|(partner, value)| (partner, quotient(value, total)))
            .collect()
    })
}

fn shown(
    years: &[i16],
    largest: &[Economy],
    share: impl Fn(i16, &Economy) -> f64,
) -> BTreeMap<String, BTreeMap<i16, f64>> {
    let name = |e: &Economy| {
        trade::economies()
            .get(*e)
            .map_or_else(|| e.to_string(), |info| info.name.to_owned())
    };
    let mut shown: BTreeMap<String, BTreeMap<i16, f64>> = BTreeMap::new();
    for year in years {
        let mut named = 0.0;
        for partner in largest {
            let part = share(*year, partner);
            named += part;
            shown.entry(name(partner)).or_default().insert(*year, part);
        }
        shown
            .entry(::model::OTHERS.to_owned())
            .or_default()
            .insert(*year, (1.0 - named).max(0.0));
    }
    shown
}
