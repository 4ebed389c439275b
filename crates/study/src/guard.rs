//! Setting figures aside: what a list names, and what the partner-outlier test flags.

use crate::scenario::{Figures, SetAside};
use crate::study_file::{DropFile, GuardFile};
use mirror::guards::{Outlier, partner_outliers};
use std::collections::BTreeMap;
use trade::{Economy, Flow, Period, Record};

/// Moves the figures that the guard of this name concerns from the flows to what is set aside.
pub(crate) fn apply(name: &str, guards: &[GuardFile], figures: &mut Figures) -> Result<(), String> {
    let find = |name: &str| {
        guards
            .iter()
            .find(|g| g.id == name)
            .ok_or_else(|| format!("there is no guard `{name}`"))
    };
    let guard = find(name)?;
    let base = guard.extends.as_deref().map(find).transpose()?;
    let wrong = |e: trade::Error| format!("guard `{name}`: {e}");
    let mut drops = Vec::new();
    for drop in guard.drop.iter().chain(base.iter().flat_map(|base| &base.drop)) {
        let flow = drop
            .flow
            .as_ref()
            .filter(|_| !guard.both_directions)
            .map(|f| f.parse::<Flow>());
        drops.push((
            Economy::new(&drop.partner).map_err(wrong)?,
            flow.transpose().map_err(wrong)?,
            drop,
        ));
    }
    let listed = |record: &Record| {
        let drop = drops.iter().find(|(partner, flow, drop)| {
            *partner == record.partner
                && flow.is_none_or(|f| f == record.flow)
                && drop
                    .years
                    .is_none_or(|[from, to]| (from..=to).contains(&record.period.year()))
        });
        drop.map(|(_, _, drop): &(Economy, Option<Flow>, &DropFile)| format!("guard `{name}`: {}", drop.reason))
    };
    // The test sees the series as they are, before the list cuts them.
    let outliers_count = guard.partner_outliers || base.is_some_and(|base| base.partner_outliers);
    let flagged = if outliers_count {
        outliers(&figures.flows)
    } else {
        BTreeMap::new()
    };
    move_aside(figures, listed);
    move_aside(figures, |record| {
        let own = flagged.get(&(record.partner, record.flow, record.period));
        let other = record.flow.mirror().filter(|_| guard.both_directions);
        own.or_else(|| flagged.get(&(record.partner, other?, record.period)))
            .cloned()
    });
    Ok(())
}

fn move_aside(figures: &mut Figures, reason: impl Fn(&Record) -> Option<String>) {
    let mut kept = Vec::with_capacity(figures.flows.len());
    for record in figures.flows.drain(..) {
        match reason(&record) {
            Some(reason) => figures.set_aside.push(SetAside { record, reason }),
            None => kept.push(record),
        }
    }
    figures.flows = kept;
}

/// What the partner-outlier test flags, with its evidence. A series too short to be judged
/// is left alone.
fn outliers(flows: &[Record]) -> BTreeMap<(Economy, Flow, Period), String> {
    let mut series: BTreeMap<(Economy, Flow), Vec<(Period, f64)>> = BTreeMap::new();
    for r in flows
        .iter()
        .filter(|r| r.period.is_annual() && &*r.product == trade::TOTAL && !r.partner.is_world())
    {
        if let Some(value) = r.value {
            series
                .entry((r.partner, r.flow))
                .or_default()
                .push((r.period, value.to_f64()));
        }
    }
    let mut flagged = BTreeMap::new();
    for ((partner, flow), points) in series {
        let Ok(flags) = partner_outliers(&points, &Outlier::default()) else {
            continue;
        };
        for flag in flags {
            for period in &flag.periods {
                flagged.insert(
                    (partner, flow, *period),
                    format!("{}: {}", flag.test.as_str(), flag.evidence),
                );
            }
        }
    }
    flagged
}
