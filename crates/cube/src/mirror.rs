//! Mirror pairing of a whole dataset: each export report beside the import report of the same flow.

use crate::column::parts;
use crate::engine::{conditions, prepare};
use crate::fold::fold_groups;
use crate::partial::Partial;
use crate::plan::{Layout, Plan};
use crate::source::{Files, Source};
use crate::{Dimension, Query, Result};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::Path;
use store::Filter;

/// How the two reports of an importer's flows of a year agree.
#[derive(Clone, Debug, PartialEq)]
pub struct MirrorGap {
    /// The year.
    pub year: String,
    /// The economy that the goods went to.
    pub importer: String,
    /// Flows (exporter and product) with a positive value in both reports.
    pub matched: u64,
    /// Flows that only the exporter reports.
    pub export_only: u64,
    /// Flows that only the importer reports.
    pub import_only: u64,
    /// The median of ln(import report / export report) over the matched flows.
    pub median_log_ratio: Option<f64>,
}

/// The mirror gaps of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct MirrorGaps {
    /// By year and importer.
    pub gaps: Vec<MirrorGap>,
    /// Records that were left out because they are totals or parts of others, by what they are.
    pub set_aside: BTreeMap<String, u64>,
}

/// Pairs all export reports with the import reports of the same year, exporter, importer and
/// product (a full outer join), under the query's filter and at its product level; its grouping
/// is not used. Reports whose sum is zero, negative or without a value are no reports.
///
/// # Errors
/// When the dataset cannot be read, or when its rows overlap.
pub fn mirror_gaps(path: &Path, filter: Filter, level: crate::Level) -> Result<MirrorGaps> {
    mirror_gaps_of(&Files::open(path)?, filter, level)
}

pub(crate) fn mirror_gaps_of(source: &dyn Source, filter: Filter, level: crate::Level) -> Result<MirrorGaps> {
    use Dimension::{Flow, Partner, Product, Reporter, Year};
    let mut query = Query::new(&[Year, Reporter, Flow, Partner, Product], filter)?;
    query.level = level;
    let flows = query.filter.any_of.entry("flow".to_owned()).or_insert_with(both);
    flows.retain(|flow| both().contains(flow));
    let key = parts(&query);
    let prepared = prepare(source, &query, &key, conditions(&query)?)?;
    let plan = Plan::new(&prepared.facts, &key, prepared.conditions, Layout::value_only())?;
    let sides = Sides::of(&plan);
    let inner = plan.dims[0].stride;
    let mut gaps: Vec<(u64, usize, Tally)> = Vec::new();
    fold_groups(
        source,
        &prepared.facts,
        &plan,
        inner,
        &mut gaps,
        Vec::clear,
        |gaps, year, table, places| gaps.extend(sides.pair(table, places).map(|(importer, t)| (year, importer, t))),
    )?;
    gaps.sort_unstable_by_key(|(year, importer, _)| (*year, *importer));
    let gap = |(year, importer, tally): (u64, usize, Tally)| MirrorGap {
        year: plan.dims[0].words[year as usize].clone(),
        importer: sides.economies[importer].clone(),
        matched: tally.matched,
        export_only: tally.export_only,
        import_only: tally.import_only,
        median_log_ratio: tally.median,
    };
    Ok(MirrorGaps {
        gaps: gaps.into_iter().map(gap).collect(),
        set_aside: prepared.set_aside,
    })
}

fn both() -> BTreeSet<String> {
    ["export", "import"].map(str::to_owned).into()
}

/// What is counted for an importer and a year.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    matched: u64,
    export_only: u64,
    import_only: u64,
    median: Option<f64>,
}

/// How keys say who reports what, and which economy is which.
struct Sides {
    /// All economies, sorted.
    economies: Vec<String>,
    /// For a number as reporter, the economy; likewise as partner.
    reporters: Vec<usize>,
    partners: Vec<usize>,
    export: Option<u64>,
    import: Option<u64>,
    /// Strides of reporter, flow and partner in a key, and how many products there are.
    strides: [u64; 3],
    flows: u64,
    products: u64,
}

/// The reports of one reporter, flow and partner: places in the table.
type Blocks = HashMap<(usize, usize), Range<usize>>;

impl Sides {
    fn of(plan: &Plan) -> Sides {
        let [reporter, flow, partner, product] = [1, 2, 3, 4].map(|place| &plan.dims[place]);
        let economies: BTreeSet<&String> = reporter.words.iter().chain(&partner.words).collect();
        let economies: Vec<String> = economies.into_iter().cloned().collect();
        let places = |words: &[String]| words.iter().filter_map(|w| economies.binary_search(w).ok()).collect();
        let (reporters, partners) = (places(&reporter.words), places(&partner.words));
        let flow_number = |name: &str| flow.words.iter().position(|w| w == name).map(|n| n as u64);
        Sides {
            reporters,
            partners,
            economies,
            export: flow_number("export"),
            import: flow_number("import"),
            strides: [reporter.stride, flow.stride, partner.stride],
            flows: flow.words.len().max(1) as u64,
            products: product.words.len().max(1) as u64,
        }
    }

    /// Pairs a year's reports; for each importer what was counted.
    fn pair(&self, table: &Partial, places: Range<usize>) -> impl Iterator<Item = (usize, Tally)> {
        let (mut exports, mut imports) = (Blocks::new(), Vec::new());
        let mut start = places.start;
        while start < places.end {
            let block = table.keys[start] / self.products;
            let rest = &table.keys[start..places.end];
            let end = start
                + rest
                    .iter()
                    .position(|key| key / self.products != block)
                    .unwrap_or(rest.len());
            let key = table.keys[start];
            let reporter = self.reporters[(key / self.strides[0]) as usize % self.reporters.len()];
            let partner = self.partners[(key / self.strides[2]) as usize % self.partners.len()];
            let flow = Some(key / self.strides[1] % self.flows);
            if flow == self.export {
                exports.insert((reporter, partner), start..end);
            } else if flow == self.import {
                imports.push(((reporter, partner), start..end));
            }
            start = end;
        }
        let mut tallies: BTreeMap<usize, (Tally, Vec<f64>)> = BTreeMap::new();
        for ((importer, exporter), block) in imports {
            let (tally, ratios) = tallies.entry(importer).or_default();
            let other = exports.remove(&(exporter, importer)).unwrap_or(0..0);
            self.merge(table, block, other, tally, ratios);
        }
        // What is left no importer reports; counts do not depend on the order.
        for ((_, importer), block) in exports {
            let (tally, ratios) = tallies.entry(importer).or_default();
            self.merge(table, 0..0, block, tally, ratios);
        }
        tallies.into_iter().map(|(importer, (mut tally, mut ratios))| {
            tally.median = median_of_logarithms(&mut ratios);
            (importer, tally)
        })
    }

    /// Merges two sorted lists of products.
    fn merge(
        &self,
        table: &Partial,
        imports: Range<usize>,
        exports: Range<usize>,
        tally: &mut Tally,
        out: &mut Vec<f64>,
    ) {
        let product = |place: usize| table.keys[place] % self.products;
        let (mut i, mut e) = (imports.start, exports.start);
        let positive = |place: usize| table.sum(0, place) > 0;
        while i < imports.end && e < exports.end {
            match product(i).cmp(&product(e)) {
                Ordering::Less => {
                    tally.import_only += u64::from(positive(i));
                    i += 1;
                }
                Ordering::Greater => {
                    tally.export_only += u64::from(positive(e));
                    e += 1;
                }
                Ordering::Equal => {
                    match (positive(i), positive(e)) {
                        (true, true) => {
                            tally.matched += 1;
                            out.push(table.sum(0, i) as f64 / table.sum(0, e) as f64);
                        }
                        (only_import, only_export) => {
                            tally.import_only += u64::from(only_import);
                            tally.export_only += u64::from(only_export);
                        }
                    }
                    i += 1;
                    e += 1;
                }
            }
        }
        tally.import_only += (i..imports.end).filter(|&place| positive(place)).count() as u64;
        tally.export_only += (e..exports.end).filter(|&place| positive(place)).count() as u64;
    }
}

/// The median of the logarithms of positive numbers. The logarithm keeps the order, so that only
/// the middle ones are needed.
fn median_of_logarithms(ratios: &mut [f64]) -> Option<f64> {
    let (half, odd) = (ratios.len() / 2, ratios.len() % 2 == 1);
    if ratios.is_empty() {
        return None;
    }
    let (below, middle, _) = ratios.select_nth_unstable_by(half, f64::total_cmp);
    let middle = middle.ln();
    if odd {
        return Some(middle);
    }
    let before = below.iter().copied().max_by(f64::total_cmp)?.ln();
    Some((before + middle) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_logarithms_is_that_of_the_numbers() {
        assert_eq!(median_of_logarithms(&mut []), None);
        assert_eq!(median_of_logarithms(&mut [2.0, 1.0, 8.0]), Some(2_f64.ln()));
        assert_eq!(median_of_logarithms(&mut [8.0, 1.0]), Some(8_f64.ln() / 2.0));
    }
}
