//! Mirror pairing of a whole dataset: each export report beside the import report of the same flow.

use crate::column::parts;
use crate::engine::{conditions, prepare};
use crate::fold::fold_groups;
use crate::partial::Partial;
use crate::plan::{Layout, Plan};
use crate::source::{Files, Source};
use crate::{Dimension, Query, Result};
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
    let mut gaps: Vec<(u64, usize, Tally)> =
        fold_groups(source, &prepared.facts, &plan, inner, |gaps, year, table, places| {
            gaps.extend(
                sides
                    .pair(table, places)
                    .map(|(importer, tally)| (year, importer, tally)),
            );
        })?;
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
        let mut reports = Reports {
            table,
            products: self.products,
            slots: Slots::new(self.products),
            ratios: Vec::new(),
        };
        // One importer after another, so that only its own ratios are held. Imports come by importer as they are.
        let exports = by_importer(&exports, self.economies.len());
        let (mut imports, mut exports) = (imports.as_slice(), exports.as_slice());
        let mut tallies = Vec::new();
        for importer in 0..self.economies.len() {
            let mut tally = Tally::default();
            reports.ratios.clear();
            let mut exports = of_importer(importer, &mut exports).iter().peekable();
            for block in of_importer(importer, &mut imports) {
                while let Some(alone) = exports.next_if(|e| e.exporter < block.exporter) {
                    reports.pair(0..0, alone.places.clone(), &mut tally);
                }
                let other = exports.next_if(|e| e.exporter == block.exporter);
                let other = other.map_or(0..0, |e| e.places.clone());
                reports.pair(block.places.clone(), other, &mut tally);
            }
            for alone in exports {
                reports.pair(0..0, alone.places.clone(), &mut tally);
            }
            tally.median = median_of_logarithms(&mut reports.ratios);
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

/// Keys of which only the last is looked at, as long as it is of the same block: they are read in their order, as
/// memory likes best.
const STEP: usize = 32;

/// How many of the first keys, which ascend, are below `next`.
fn block_end(keys: &[u64], next: u64) -> usize {
    let whole = keys.chunks_exact(STEP).take_while(|step| step[STEP - 1] < next);
    let start = whole.count() * STEP;
    let rest = &keys[start..keys.len().min(start + STEP)];
    start + rest.iter().take_while(|key| **key < next).count()
}

/// Sums by product of one reporter, flow and partner after another, and what is used to pair them.
struct Reports<'a> {
    table: &'a Partial,
    products: u64,
    slots: Slots,
    /// The ratios of the present importer.
    ratios: Vec<f64>,
}

impl Reports<'_> {
    /// How many are reports: their values are positive.
    fn count(&self, places: Range<usize>) -> u64 {
        match small(self.table) {
            Some(values) => values[places].iter().map(|&value| u64::from(value > 0)).sum(),
            None => places.map(|place| u64::from(self.table.sum(0, place) > 0)).sum(),
        }
    }

    /// Pairs the reports of an importer and an exporter.
    fn pair(&mut self, imports: Range<usize>, exports: Range<usize>, tally: &mut Tally) {
        if imports.is_empty() || exports.is_empty() {
            tally.import_only += self.count(imports);
            tally.export_only += self.count(exports);
            return;
        }
        let (keys, products) = (&self.table.keys, self.products);
        let of_pair = |places: &Range<usize>| {
            let base = keys[places.start] / products * products;
            keys[places.clone()].iter().map(move |key| (key - base) as usize)
        };
        let (imported, exported) = (of_pair(&imports), of_pair(&exports));
        let paired = match small(self.table) {
            Some(values) => {
                let value = |value: &i64| *value as f64;
                let exported = exported.zip(values[exports].iter().map(value));
                let imported = imported.zip(values[imports].iter().map(value));
                self.slots.pair(exported, imported, &mut self.ratios)
            }
            None => {
                let value = |place| self.table.sum(0, place) as f64;
                let (exported, imported) = (exported.zip(exports.map(value)), imported.zip(imports.map(value)));
                self.slots.pair(exported, imported, &mut self.ratios)
            }
        };
        tally.matched += paired.matched;
        tally.import_only += paired.imports - paired.matched;
        tally.export_only += paired.exports - paired.matched;
    }
}

/// All sums, if all are of 64 bits.
fn small(table: &Partial) -> Option<&[i64]> {
    let sums = table.sums[0].as_slice();
    (table.large.is_empty() && sums.len() == table.len()).then_some(sums)
}

/// A place for each product, in which exports are laid and imports find them: no report waits for the one before it,
/// and no branch depends on the products, which nothing foretells.
struct Slots {
    slots: Vec<Slot>,
    /// How many pairs there were.
    pairs: u64,
}

/// The last export of a product, and of which pair it is; of none if it is not positive.
#[derive(Clone, Copy, Default)]
struct Slot {
    pair: u64,
    value: f64,
}

/// How many products an exporter and an importer report, and how many both.
struct Paired {
    exports: u64,
    imports: u64,
    matched: u64,
}

impl Slots {
    fn new(products: u64) -> Self {
        Slots {
            slots: vec![Slot::default(); products as usize],
            pairs: 0,
        }
    }

    /// Pairs products with their values, and adds the ratio of each that both report.
    fn pair(
        &mut self,
        exported: impl Iterator<Item = (usize, f64)>,
        imported: impl ExactSizeIterator<Item = (usize, f64)>,
        ratios: &mut Vec<f64>,
    ) -> Paired {
        self.pairs += 1;
        let (mut exports, mut imports) = (0, 0);
        for (product, value) in exported {
            let is_report = u64::from(value > 0.0);
            exports += is_report;
            self.slots[product] = Slot {
                pair: self.pairs * is_report,
                value,
            };
        }
        let before = ratios.len();
        ratios.resize(before + imported.len() + 1, 0.0);
        let out = &mut ratios[before..];
        let mut matched = 0;
        for (product, value) in imported {
            let export = self.slots[product];
            let is_report = value > 0.0;
            imports += u64::from(is_report);
            out[matched] = value / export.value;
            matched += usize::from(is_report & (export.pair == self.pairs));
        }
        ratios.truncate(before + matched);
        Paired {
            exports,
            imports,
            matched: matched as u64,
        }
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
