mod products;
mod scores;

use super::{Cell, Estimate, Rule, economies, pair_totals};
use products::Products;
use scores::Scores;
use std::collections::BTreeSet;

/// What the Growth Lab's program sets as constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodedOptions {
    /// Reports below this many US dollars count as nothing when scores are made; a pair without a larger one is
    /// left out.
    pub score_floor: f64,
    /// Reports below this many US dollars are no reports when values are made.
    pub value_floor: f64,
    /// Countries with fewer partners on either side get no score.
    pub min_partners: usize,
    /// Iterations of the scores; their scale depends on whether this is even.
    pub iterations: usize,
    /// The largest mean margin of an exporter, and that of one without any import report.
    pub max_margin: f64,
}

impl Default for CodedOptions {
    fn default() -> Self {
        CodedOptions {
            score_floor: 1e4,
            value_floor: 1e3,
            min_partners: 10,
            iterations: 25,
            max_margin: 0.2,
        }
    }
}

/// The Growth Lab's rule as its published program computes it (harvard-growth-lab/comtrade-mirroring
/// at d759037), which is not what the paper says:
///
/// - scores by a reciprocal iteration, E_k = n_k/Σ_e D(e→k)·I_e and I_k = n'_k/Σ_i D(k→i)·E_i, both
///   updated from the values before, so that their scale swings with the parity of the
///   iteration count; the score called the exporter's comes from its *imports*, and the
///   other way round, since the matrices are aligned by label;
/// - D = |X − M|/(X + M) is 1 for a flow that one side alone reports, so silence counts as
///   misreporting, also against the partner;
/// - CIF·(1 − τ) in place of CIF/(1 + τ);
/// - a pair's value is the mean weighted by the softmax of the two scores; where a country has no
///   score, the report of the side whose score is above the 10th percentile (rounded to three
///   decimals), else the smaller report;
/// - at product level the softmax is not used: where both sides report, the exporter's report if its country
///   is above the percentile (also where both are), else the importer's, else the plain mean; products are
///   then scaled to the pair's value, where they do not fall short of it by a fifth, 25 million and
///   100 million US dollars. Imports are multiplied by 1 − the mean margin of the exporter, at most 0.2.
///
/// The product level is taken where the cells have several products; a pair's reports are then the sums
/// of its products'. Left out: the population threshold, which needs other data, and the codes for
/// unspecified products.
#[derive(Clone, Debug)]
pub struct GrowthLabCoded {
    options: CodedOptions,
    scores: Scores,
    products: Option<Products>,
}

impl GrowthLabCoded {
    /// Computes the scores from all cells of one period and one level of products.
    pub fn new(cells: &[Cell], options: CodedOptions) -> Self {
        let several = cells.iter().map(|c| c.product).collect::<BTreeSet<_>>().len() > 1;
        let pairs = if several { pair_totals(cells) } else { cells.to_vec() };
        let scores = Scores::new(economies(cells), &pairs, &options);
        let products = several.then(|| Products::new(cells, &pairs, &scores, &options));
        GrowthLabCoded {
            options,
            scores,
            products,
        }
    }

    /// The score of a country as exporter, as the program names it.
    pub fn exporter_score(&self, economy: usize) -> Option<f64> {
        self.scores.exporter.get(economy).copied().flatten()
    }

    /// The score of a country as importer, as the program names it.
    pub fn importer_score(&self, economy: usize) -> Option<f64> {
        self.scores.importer.get(economy).copied().flatten()
    }

    /// Whether a country is above the 10th percentile as exporter and as importer.
    pub fn flags(&self, economy: usize) -> (bool, bool) {
        self.scores.flags(economy, economy)
    }
}

/// CIF·(1 − τ): what the program takes for the FOB value.
fn import_fob_as_coded(cell: &Cell) -> Option<f64> {
    cell.import.map(|m| m * (1.0 - cell.margin))
}

/// Whether the program keeps a pair at all: the larger of its reports is not below the floor.
fn stands(pair: &Cell, floor: f64) -> bool {
    pair.export.unwrap_or(0.0).max(import_fob_as_coded(pair).unwrap_or(0.0)) >= floor
}

/// The value of a pair in the program's order of preference.
fn pair_value(cell: &Cell, scores: &Scores, options: &CodedOptions) -> Option<Estimate> {
    if !stands(cell, options.score_floor) {
        return None;
    }
    let above = |v: Option<f64>| v.filter(|v| *v >= options.value_floor);
    match (above(cell.export), above(import_fob_as_coded(cell))) {
        (Some(x), Some(m)) => {
            let score = |list: &[Option<f64>], i: usize| list.get(i).copied().flatten();
            let both = score(&scores.exporter, cell.exporter).zip(score(&scores.importer, cell.importer));
            let (exporter, importer) = scores.flags(cell.exporter, cell.importer);
            Some(match both {
                Some((e, i)) => Estimate::mean(x, m, 1.0 / (1.0 + (i - e).exp())),
                None if importer => Estimate::importers(m),
                None if exporter || x <= m => Estimate::exporters(x),
                None => Estimate::importers(m),
            })
        }
        (Some(x), None) => Some(Estimate::exporters(x)),
        (None, m) => m.map(Estimate::importers),
    }
}

impl Rule for GrowthLabCoded {
    fn name(&self) -> &'static str {
        "growth-lab-coded"
    }

    fn source(&self) -> &'static str {
        "softmax of reciprocally iterated scores (harvard-growth-lab/comtrade-mirroring, d759037)"
    }

    fn reconcile(&self, cell: &Cell) -> Option<Estimate> {
        match &self.products {
            Some(products) => products.reconcile(cell, &self.scores),
            None => pair_value(cell, &self.scores, &self.options),
        }
    }
}

#[cfg(test)]
#[path = "growth_lab_coded_tests.rs"]
mod tests;
