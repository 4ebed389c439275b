//! Mirror pairing of a whole dataset: each export report beside the import report of the same flow.

use crate::column::parts;
use crate::engine::{conditions, prepare};
use crate::fold::fold_groups;
use crate::hashed::Map;
use crate::partial::Partial;
use crate::plan::{Layout, Plan};
use crate::source::{Files, Source};
use crate::{Dimension, Query, Result};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

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
pub fn mirror_gaps(path: &Path, query: &Query) -> Result<MirrorGaps> {
    mirror_gaps_of(&Files::open(path)?, query)
}

pub(crate) fn mirror_gaps_of(source: &dyn Source, query: &Query) -> Result<MirrorGaps> {
    use Dimension::{Flow, Partner, Product, Reporter, Year};
    let mut query = query.clone();
    query.by = vec![Year, Reporter, Flow, Partner, Product];
    let flows = query.filter.any_of.entry("flow".to_owned()).or_insert_with(both);
    flows.retain(|flow| both().contains(flow));
    let key = parts(&query);
    let prepared = prepare(source, &query, &key, conditions(&query)?)?;
    let plan = Plan::new(&prepared.facts, &key, prepared.conditions, Layout::value_only())?.within(&query);
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
        let mut exports: Map<(usize, usize), Range<usize>> = Map::default();
        let mut imports = Vec::new();
        let mut start = places.start;
        while start < places.end {
            let key = table.keys[start];
            let next = (key / self.products + 1) * self.products;
            let rest = &table.keys[start..places.end];
            let end = start + rest.iter().position(|key| *key >= next).unwrap_or(rest.len());
            let reporter = self.reporters[(key / self.strides[0]) as usize % self.reporters.len()];
            let partner = self.partners[(key / self.strides[2]) as usize % self.partners.len()];
            let flow = Some(key / self.strides[1] % self.flows);
            if flow == self.export {
                exports.insert((partner, reporter), start..end);
            } else if flow == self.import {
                imports.push((reporter, partner, start..end));
            }
            start = end;
        }
        let reports = Reports {
            keys: &table.keys,
            table,
            products: self.products,
        };
        let mut tallies: BTreeMap<usize, (Tally, Vec<f64>)> = BTreeMap::new();
        for (importer, exporter, block) in imports {
            let (tally, ratios) = tallies.entry(importer).or_default();
            let other = exports.remove(&(importer, exporter)).unwrap_or(0..0);
            reports.merge(block, other, tally, ratios);
        }
        // What is left no importer reports; it is only counted, in any order.
        for ((importer, _), block) in exports {
            let (tally, ratios) = tallies.entry(importer).or_default();
            reports.merge(0..0, block, tally, ratios);
        }
        let tallies = tallies.into_iter().map(|(importer, (mut tally, mut ratios))| {
            tally.median = median_of_logarithms(&mut ratios);
            (importer, tally)
        });
        tallies.filter(|(_, tally)| tally.matched + tally.export_only + tally.import_only > 0)
    }
}

/// Sums by product of one reporter, flow and partner after another.
struct Reports<'a> {
    keys: &'a [u64],
    table: &'a Partial,
    products: u64,
}

impl Reports<'_> {
    /// A report's value; 0 where it is not positive.
    #[inline]
    fn value(&self, place: usize) -> f64 {
        let small = self.table.sums[0].get(place).copied().unwrap_or(0);
        if self.table.large.is_empty() {
            return small.max(0) as f64;
        }
        self.table.sum(0, place).max(0) as f64
    }

    fn count(&self, places: Range<usize>) -> u64 {
        places.filter(|&place| self.value(place) > 0.0).count() as u64
    }

    /// Merges two lists that are sorted by product.
    fn merge(&self, imports: Range<usize>, exports: Range<usize>, tally: &mut Tally, out: &mut Vec<f64>) {
        if imports.is_empty() || exports.is_empty() {
            tally.import_only += self.count(imports);
            tally.export_only += self.count(exports);
            return;
        }
        let base = |place: usize| self.keys[place] / self.products * self.products;
        let (i_base, e_base) = (base(imports.start), base(exports.start));
        let (mut i, mut e) = (imports.start, exports.start);
        let (mut import_only, mut export_only, mut matched) = (0, 0, 0);
        while i < imports.end && e < exports.end {
            let order = (self.keys[i] - i_base).cmp(&(self.keys[e] - e_base));
            let (import, export) = (self.value(i), self.value(e));
            let (take_i, take_e) = (order != Ordering::Greater, order != Ordering::Less);
            let (is_import, is_export) = (take_i && import > 0.0, take_e && export > 0.0);
            if is_import && is_export {
                out.push(import / export);
            }
            matched += u64::from(is_import && is_export);
            import_only += u64::from(is_import && !is_export);
            export_only += u64::from(is_export && !is_import);
            i += usize::from(take_i);
            e += usize::from(take_e);
        }
        tally.matched += matched;
        tally.import_only += import_only + self.count(i..imports.end);
        tally.export_only += export_only + self.count(e..exports.end);
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
