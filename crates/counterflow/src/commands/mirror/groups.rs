//! Flows that are reconciled together: those of one period and one level of products.

use super::margin::AllMargins;
use super::world::World;
use mirror::levels::Level;
use mirror::pairing::Pair;
use mirror::posterior::Sampling;
use mirror::reconcile::{Cells, Reconciliation};
use rayon::prelude::*;
use std::collections::BTreeMap;
use trade::Period;

/// One group, with every rule fitted on it.
pub struct Group<'a> {
    /// The period; of several pooled years, the first.
    pub period: Period,
    /// The level of products.
    pub level: Level,
    /// The pairs.
    pub pairs: Vec<&'a Pair>,
    /// The same as cells.
    pub cells: Cells,
    /// The rules.
    pub all: Reconciliation,
}

/// The groups of a world, in order of period and level; `pooled` takes all years as one.
pub fn groups<'a>(world: &'a World, margins: &AllMargins, sampling: &Sampling, pooled: bool) -> Vec<Group<'a>> {
    let mut pairs: BTreeMap<(Option<Period>, Level), Vec<&Pair>> = BTreeMap::new();
    for pair in &world.pairing.pairs {
        let period = (!pooled).then_some(pair.key.period);
        pairs
            .entry((period, Level::of(&pair.key.product)))
            .or_default()
            .push(pair);
    }
    let list: Vec<_> = pairs
        .into_iter()
        .filter_map(|((_, level), p)| Some((p.first()?.key.period, level, p)))
        .collect();
    list.into_par_iter()
        .map(|(period, level, pairs)| {
            let cells = Cells::of(pairs.iter().copied(), |p| margins.margin(p));
            let all = Reconciliation::new(&cells.cells, sampling);
            Group {
                period,
                level,
                pairs,
                cells,
                all,
            }
        })
        .collect()
}
