use super::drawing;
use super::listing::Listing;
use super::parameters::Parameters;
use super::products::{PLACE, place};
use ::model::{Chart, Finding, Kind, Output, Table};
use std::collections::BTreeMap;
use trade::{Classification, Stage, StageConvention};

/// A listing by stage of production, as shares of its total.
pub(super) struct Staged<'a> {
    pub listing: &'a Listing,
    /// Products that belong to one stage alone.
    pub certain: BTreeMap<Stage, f64>,
    /// For each stage the products of several stages among which it is.
    possible: BTreeMap<Stage, f64>,
    /// Products of several stages.
    pub several: f64,
    /// What is not listed by product.
    pub rest: f64,
    denominator: String,
}

/// Shares of the stages of production in every listing with a total, through the
/// concordance with BEC: a number where each product has one stage, else bounds.
///
/// Low: the products of this stage alone. High: also all products that may be of this stage
/// and all that is not broken down.
pub(super) fn stages(listings: &[Listing], parameters: &Parameters) -> Output {
    let convention = parameters.stage_convention;
    let staged: Vec<Staged<'_>> = listings
        .iter()
        .filter_map(|listing| stage(listing, convention))
        .collect();
    Output {
        findings: staged.iter().flat_map(|s| findings(s, convention)).collect(),
        tables: vec![table(&staged)],
        charts: charts(&staged),
        ..Output::default()
    }
}

fn stage(listing: &Listing, convention: StageConvention) -> Option<Staged<'_>> {
    if listing.place.family == Classification::Compiler || listing.parts.is_empty() {
        return None;
    }
    let (_, denominator) = listing.denominator()?;
    let mut staged = Staged {
        listing,
        certain: BTreeMap::new(),
        possible: BTreeMap::new(),
        several: 0.0,
        rest: 0.0,
        denominator,
    };
    let mut listed = 0.0;
    for code in &listing.parts {
        let Some(share) = listing.share(code).map(|s| s.share) else {
            continue;
        };
        listed += share;
        match stages_of(listing, code, convention)[..] {
            [only] => *staged.certain.entry(only).or_default() += share,
            ref several => {
                staged.several += share;
                // An unknown code may be of any stage.
                let several = if several.is_empty() { &Stage::ALL[..] } else { several };
                several
                    .iter()
                    .for_each(|stage| *staged.possible.entry(*stage).or_default() += share);
            }
        }
    }
    // What rounding of the parts leaves over or takes too much is not trade.
    staged.several = staged.several.min(1.0);
    staged.rest = if (1.0 - listed).abs() < 1e-6 {
        0.0
    } else {
        (1.0 - listed).max(0.0)
    };
    (listed > 0.0).then_some(staged)
}

/// The stages of a code over all revisions that the listing's partners use.
fn stages_of(listing: &Listing, code: &str, convention: StageConvention) -> Vec<Stage> {
    let mut stages: Vec<Stage> = listing
        .revisions
        .iter()
        .flat_map(|c| trade::product_stages(*c, code, convention))
        .collect();
    stages.sort_unstable();
    stages.dedup();
    stages
}

fn findings(staged: &Staged<'_>, convention: StageConvention) -> Vec<Finding> {
    let label = |finding: Finding, stage: &str| {
        let finding = staged.listing.label(finding).label("stage", stage);
        finding
            .convention("stages", convention.as_str())
            .convention("denominator", &staged.denominator)
    };
    let mut found = Vec::new();
    for stage in Stage::ALL {
        let (low, high) = bounds(staged, stage);
        let finding = if high - low < 1e-12 {
            Finding::new("stage_share", "share", low)
        } else {
            let reason = format!(
                "{:.1}% of the total is in products of several stages and {:.1}% is not broken down",
                100.0 * staged.several,
                100.0 * staged.rest
            );
            Finding::undefined("stage_share", "share", reason).interval(low, high, "bounds under incomplete coverage")
        };
        if high > 0.0 {
            found.push(label(finding, stage.as_str()));
        }
    }
    for (name, share) in [("several stages", staged.several), ("not broken down", staged.rest)] {
        found.push(label(Finding::new("stage_share", "share", share), name));
    }
    found
}

fn bounds(staged: &Staged<'_>, stage: Stage) -> (f64, f64) {
    let of = |map: &BTreeMap<Stage, f64>| map.get(&stage).copied().unwrap_or(0.0);
    let low = of(&staged.certain);
    (low, (low + of(&staged.possible) + staged.rest).min(1.0).max(low))
}

fn table(staged: &[Staged<'_>]) -> Table {
    let mut columns = PLACE.to_vec();
    columns.extend([
        ("stage", Kind::Text, ""),
        ("share_low", Kind::Number, "share"),
        ("share_high", Kind::Number, "share"),
    ]);
    let mut table = Table::new("stages", "Trade by stage of production, with bounds", &columns).headed(&[
        ("stage", "Stage of production"),
        ("share_low", "Share at least"),
        ("share_high", "Share at most"),
    ]);
    for one in staged {
        let mut push = |stage: &str, low: f64, high: f64| {
            let mut row = place(one.listing);
            row.extend([stage.into(), low.into(), high.into()]);
            table.push(row);
        };
        for stage in Stage::ALL {
            let (low, high) = bounds(one, stage);
            push(stage.as_str(), low, high);
        }
        push("several stages", one.several, one.several);
        push("not broken down", one.rest, one.rest);
    }
    table
}

/// A chart for each flow of each kind of listing that covers at least two years.
fn charts(staged: &[Staged<'_>]) -> Vec<Chart> {
    let mut kinds: BTreeMap<String, Vec<&Staged<'_>>> = BTreeMap::new();
    for one in staged {
        let place = &one.listing.place;
        let basis = place.basis.as_deref().unwrap_or_default();
        let key = format!(
            "{}-{}-{}-{} {basis}",
            place.flow, one.listing.partner, place.family, place.compiler
        );
        kinds.entry(key).or_default().push(one);
    }
    kinds.retain(|_, years| years.len() > 1);
    kinds.iter().filter_map(|(key, years)| chart(key, years)).collect()
}

fn chart(key: &str, years: &[&Staged<'_>]) -> Option<Chart> {
    let first = years.first()?.listing;
    let title = format!(
        "{} by stage of production ({}, {}, partner {})",
        drawing::words(first.place.flow),
        first.place.compiler,
        first.place.family,
        first.partner
    );
    let letters = key.trim().chars().map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    });
    let id: String = "stages-".chars().chain(letters).collect();
    Some(drawing::stage_chart(&id, &drawing::sentence(&title), years))
}
