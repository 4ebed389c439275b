//! Mirror pairing of a whole dataset: each export report beside the import report of the same flow.

use crate::column::parts;
use crate::engine::{conditions, prepare};
use crate::fold::fold_groups;
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
    reporters: Vec<u32>,
    partners: Vec<u32>,
    export: Option<u64>,
    import: Option<u64>,
    /// How many flows and products there are.
    flows: u64,
    products: u64,
}

impl Sides {
    fn of(plan: &Plan) -> Sides {
        let [reporter, flow, partner, product] = [1, 2, 3, 4].map(|place| &plan.dims[place]);
        let economies: BTreeSet<&String> = reporter.words.iter().chain(&partner.words).collect();
        let economies: Vec<String> = economies.into_iter().cloned().collect();
        let place = |word: &String| economies.binary_search(word).ok().map(|place| place as u32);
        let places = |words: &[String]| words.iter().filter_map(&place).collect();
        let (reporters, partners) = (places(&reporter.words), places(&partner.words));
        let flow_number = |name: &str| flow.words.iter().position(|w| w == name).map(|n| n as u64);
        Sides {
            reporters,
            partners,
            economies,
            export: flow_number("export"),
            import: flow_number("import"),
            flows: flow.words.len().max(1) as u64,
            products: product.words.len().max(1) as u64,
        }
    }

    /// Pairs a year's reports; for each importer what was counted.
    fn pair(&self, table: &Partial, places: Range<usize>) -> impl Iterator<Item = (usize, Tally)> {
        // Keys ascend by reporter and partner: imports by importer and exporter, exports the other way.
        let (mut exports, mut imports): (Vec<Block>, Vec<Block>) = (Vec::new(), Vec::new());
        let mut start = places.start;
        // The reporter and flow of the present keys, and which keys without their product these are.
        let (mut reporter, mut flow, mut theirs) = (0, None, 0..0);
        while start < places.end {
            let pair = table.keys[start] / self.products;
            let end = start + block_end(&table.keys[start..places.end], (pair + 1) * self.products);
            if !theirs.contains(&pair) {
                let partners = self.partners.len() as u64;
                let both = pair / partners;
                theirs = both * partners..(both + 1) * partners;
                flow = Some(both % self.flows);
                reporter = self.reporters[(both / self.flows) as usize % self.reporters.len()];
            }
            let partner = self.partners[(pair - theirs.start) as usize];
            let places = start..end;
            if flow == self.export {
                let (importer, exporter) = (partner, reporter);
                exports.push(Block {
                    importer,
                    exporter,
                    places,
                });
            } else if flow == self.import {
                let (importer, exporter) = (reporter, partner);
                imports.push(Block {
                    importer,
                    exporter,
                    places,
                });
            }
            start = end;
        }
        let reports = Reports {
            keys: &table.keys,
            table,
            products: self.products,
            positive: {
                let values = table.sums[0].get(places.clone());
                table.large.is_empty() && values.is_some_and(|values| values.iter().fold(true, |all, &v| all & (v > 0)))
            },
        };
        // One importer after another, so that only its own ratios are held. Imports come by importer as they are.
        let exports = by_importer(&exports, self.economies.len());
        let (mut imports, mut exports) = (imports.as_slice(), exports.as_slice());
        let mut ratios = Vec::new();
        let mut tallies = Vec::new();
        for importer in 0..self.economies.len() {
            let mut tally = Tally::default();
            ratios.clear();
            let mut exports = of_importer(importer, &mut exports).iter().peekable();
            for block in of_importer(importer, &mut imports) {
                while let Some(alone) = exports.next_if(|e| e.exporter < block.exporter) {
                    reports.merge(0..0, alone.places.clone(), &mut tally, &mut ratios);
                }
                let other = exports.next_if(|e| e.exporter == block.exporter);
                let other = other.map_or(0..0, |e| e.places.clone());
                reports.merge(block.places.clone(), other, &mut tally, &mut ratios);
            }
            for alone in exports {
                reports.merge(0..0, alone.places.clone(), &mut tally, &mut ratios);
            }
            tally.median = median_of_logarithms(&mut ratios);
            if tally.matched + tally.export_only + tally.import_only > 0 {
                tallies.push((importer, tally));
            }
        }
        tallies.into_iter()
    }
}

/// The reports of all products of one exporter and importer, of a year.
#[derive(Clone, Debug, Default)]
struct Block {
    importer: u32,
    exporter: u32,
    places: Range<usize>,
}

/// The blocks by importer, those of one in their order.
fn by_importer(blocks: &[Block], economies: usize) -> Vec<Block> {
    let mut places = vec![0; economies + 1];
    blocks.iter().for_each(|block| places[block.importer as usize + 1] += 1);
    let mut before = 0;
    for place in &mut places {
        before += *place;
        *place = before;
    }
    let mut ordered = vec![Block::default(); blocks.len()];
    for block in blocks {
        let place: &mut usize = &mut places[block.importer as usize];
        ordered[*place].clone_from(block);
        *place += 1;
    }
    ordered
}

/// Takes the blocks of an importer from the front of those that are left.
fn of_importer<'a>(importer: usize, blocks: &mut &'a [Block]) -> &'a [Block] {
    let (own, rest) = blocks.split_at(blocks.partition_point(|block| block.importer as usize <= importer));
    *blocks = rest;
    own
}

/// Keys that are looked at one by one.
const FEW_KEYS: usize = 16;

/// How many of the first keys, which ascend, are below `next`: blocks are short or long, so that steps grow.
fn block_end(keys: &[u64], next: u64) -> usize {
    let few = &keys[..keys.len().min(FEW_KEYS)];
    if let Some(end) = few.iter().position(|key| *key >= next) {
        return end;
    }
    let mut step = few.len().max(1);
    while step < keys.len() && keys[step] < next {
        step *= 2;
    }
    let from = step / 2;
    from + keys[from..keys.len().min(step)].partition_point(|key| *key < next)
}

/// Sums by product of one reporter, flow and partner after another.
struct Reports<'a> {
    keys: &'a [u64],
    table: &'a Partial,
    products: u64,
    /// Whether all values are positive and of 64 bits.
    positive: bool,
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
        if self.positive {
            return places.len() as u64;
        }
        places.filter(|&place| self.value(place) > 0.0).count() as u64
    }

    /// The reports' values, if all are positive and of 64 bits.
    fn positive(&self, places: &Range<usize>) -> Option<&[i64]> {
        let values = self.table.sums[0].get(places.clone())?;
        if self.positive {
            return Some(values);
        }
        (self.table.large.is_empty() && values.iter().fold(true, |all, &value| all & (value > 0))).then_some(values)
    }

    /// How many products both report, with their ratios: no branch depends on the products, which nothing foretells.
    fn in_both(
        &self,
        imports: &Range<usize>,
        of_import: &[i64],
        exports: &Range<usize>,
        of_export: &[i64],
        out: &mut Vec<f64>,
    ) -> usize {
        let (imported, exported) = (&self.keys[imports.clone()], &self.keys[exports.clone()]);
        let [i_base, e_base] = [imported[0], exported[0]].map(|key| key / self.products * self.products);
        let shift = e_base.wrapping_sub(i_base);
        let before = out.len();
        out.resize(before + imported.len().min(exported.len()) + 1, 0.0);
        let ratios = &mut out[before..];
        let (mut i, mut e, mut both) = (0, 0, 0);
        while i < imported.len() && e < exported.len() {
            let (import, export) = (imported[i].wrapping_add(shift), exported[e]);
            ratios[both] = of_import[i] as f64 / of_export[e] as f64;
            both += usize::from(import == export);
            i += usize::from(import <= export);
            e += usize::from(export <= import);
        }
        out.truncate(before + both);
        both
    }

    /// Merges two lists that are sorted by product.
    fn merge(&self, imports: Range<usize>, exports: Range<usize>, tally: &mut Tally, out: &mut Vec<f64>) {
        if imports.is_empty() || exports.is_empty() {
            tally.import_only += self.count(imports);
            tally.export_only += self.count(exports);
            return;
        }
        if let (Some(of_import), Some(of_export)) = (self.positive(&imports), self.positive(&exports)) {
            let both = self.in_both(&imports, of_import, &exports, of_export, out);
            tally.matched += both as u64;
            tally.import_only += (imports.len() - both) as u64;
            tally.export_only += (exports.len() - both) as u64;
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
    fn a_block_ends_before_the_first_key_of_the_next() {
        let keys: Vec<u64> = (0..100).map(|n| n * 3).collect();
        for next in 1..310 {
            let expected = keys.iter().filter(|key| **key < next).count();
            assert_eq!(block_end(&keys, next), expected, "{next}");
        }
    }

    #[test]
    fn the_median_of_logarithms_is_that_of_the_numbers() {
        assert_eq!(median_of_logarithms(&mut []), None);
        assert_eq!(median_of_logarithms(&mut [2.0, 1.0, 8.0]), Some(2_f64.ln()));
        assert_eq!(median_of_logarithms(&mut [8.0, 1.0]), Some(8_f64.ln() / 2.0));
    }
}
