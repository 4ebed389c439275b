use super::{Cell, Estimate, Rule, economies};

/// What the Growth Lab's program sets as constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodedOptions {
    /// Reports below this many US dollars count as nothing when scores are made.
    pub score_floor: f64,
    /// Reports below this many US dollars are no reports when values are made.
    pub value_floor: f64,
    /// Countries with fewer partners on either side get no score.
    pub min_partners: usize,
    /// Iterations of the scores; their scale depends on whether this is even.
    pub iterations: usize,
}

impl Default for CodedOptions {
    fn default() -> Self {
        CodedOptions {
            score_floor: 1e4,
            value_floor: 1e3,
            min_partners: 10,
            iterations: 25,
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
/// - the value is the mean weighted by the softmax of the two scores; where a country has no
///   score, the smaller report.
///
/// Left out: the population threshold, which needs other data, and the rescaling of products to the
/// pair's total. The filter of countries with few partners is applied once, not in rounds.
#[derive(Clone, Debug)]
pub struct GrowthLabCoded {
    options: CodedOptions,
    exporter_score: Vec<Option<f64>>,
    importer_score: Vec<Option<f64>>,
}

impl GrowthLabCoded {
    /// Computes the scores from all cells, which should be one for every pair and period of one
    /// period.
    pub fn new(cells: &[Cell], options: CodedOptions) -> Self {
        let n = economies(cells);
        let flows = scored_flows(cells, &options);
        let (flows, kept) = without_small_reporters(n, flows, options.min_partners);
        let (exporter_score, importer_score) = iterate(n, &flows, &kept, options.iterations);
        GrowthLabCoded {
            options,
            exporter_score,
            importer_score,
        }
    }

    /// The score of a country as exporter, as the program names it.
    pub fn exporter_score(&self, economy: usize) -> Option<f64> {
        self.exporter_score.get(economy).copied().flatten()
    }

    /// The score of a country as importer, as the program names it.
    pub fn importer_score(&self, economy: usize) -> Option<f64> {
        self.importer_score.get(economy).copied().flatten()
    }
}

/// CIF·(1 − τ): what the program takes for the FOB value.
fn import_fob_as_coded(cell: &Cell) -> Option<f64> {
    cell.import.map(|m| m * (1.0 - cell.margin))
}

/// (exporter, importer, D) of every flow with something left above the floor.
fn scored_flows(cells: &[Cell], options: &CodedOptions) -> Vec<(usize, usize, f64)> {
    let floored = |v: Option<f64>| v.filter(|v| *v >= options.score_floor).unwrap_or(0.0);
    cells
        .iter()
        .map(|c| {
            (
                c.exporter,
                c.importer,
                floored(c.export),
                floored(import_fob_as_coded(c)),
            )
        })
        .filter(|(i, j, x, m)| i != j && x + m > 0.0)
        .map(|(i, j, x, m)| (i, j, (x - m).abs() / (x + m)))
        .collect()
}

type Scored = Vec<(usize, usize, f64)>;

fn without_small_reporters(n: usize, flows: Scored, min_partners: usize) -> (Scored, Vec<bool>) {
    let (mut out, mut inward) = (vec![0; n], vec![0; n]);
    for &(i, j, _) in &flows {
        out[i] += 1;
        inward[j] += 1;
    }
    let kept: Vec<bool> = (0..n).map(|i| out[i].min(inward[i]) >= min_partners.max(1)).collect();
    (
        flows.into_iter().filter(|&(i, j, _)| kept[i] && kept[j]).collect(),
        kept,
    )
}

fn iterate(n: usize, flows: &Scored, kept: &[bool], iterations: usize) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let (mut out, mut inward) = (vec![0.0; n], vec![0.0; n]);
    for &(i, j, _) in flows {
        out[i] += 1.0;
        inward[j] += 1.0;
    }
    let (mut exporters, mut importers) = (vec![1.0; n], vec![1.0; n]);
    for _ in 0..iterations {
        let (mut into, mut from) = (vec![0.0; n], vec![0.0; n]);
        for &(i, j, d) in flows {
            into[j] += d * importers[i];
            from[i] += d * exporters[j];
        }
        exporters = (0..n).map(|k| 1.0 / (into[k] / out[k])).collect();
        importers = (0..n).map(|k| 1.0 / (from[k] / inward[k])).collect();
    }
    let finite = |scores: Vec<f64>| {
        scores
            .into_iter()
            .zip(kept)
            .map(|(s, k)| Some(s).filter(|s| *k && s.is_finite()))
            .collect()
    };
    (finite(exporters), finite(importers))
}

impl Rule for GrowthLabCoded {
    fn name(&self) -> &'static str {
        "growth-lab-coded"
    }

    fn source(&self) -> &'static str {
        "softmax of reciprocally iterated scores (harvard-growth-lab/comtrade-mirroring, d759037)"
    }

    fn reconcile(&self, cell: &Cell) -> Option<Estimate> {
        let above = |v: Option<f64>| v.filter(|v| *v >= self.options.value_floor);
        match (above(cell.export), above(import_fob_as_coded(cell))) {
            (Some(x), Some(m)) => {
                let scores = self
                    .exporter_score(cell.exporter)
                    .zip(self.importer_score(cell.importer));
                Some(match scores {
                    Some((e, i)) => Estimate::mean(x, m, 1.0 / (1.0 + (i - e).exp())),
                    None if x <= m => Estimate::exporters(x),
                    None => Estimate::importers(m),
                })
            }
            (Some(x), None) => Some(Estimate::exporters(x)),
            (None, m) => m.map(Estimate::importers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> Vec<Cell> {
        (0..4)
            .flat_map(|i| (0..4).filter(move |&j| j != i).map(move |j| (i, j)))
            .map(|(exporter, importer)| Cell {
                exporter,
                importer,
                export: Some(1e6 * (1.0 + exporter as f64)),
                import: Some(1e6 * (1.3 + importer as f64)),
                margin: 0.05,
            })
            .collect()
    }

    fn options(iterations: usize) -> CodedOptions {
        CodedOptions {
            min_partners: 1,
            iterations,
            ..CodedOptions::default()
        }
    }

    #[test]
    fn one_iteration_by_hand() {
        let cells = world();
        let rule = GrowthLabCoded::new(&cells, options(1));
        // E_0 = n_0 / Σ D over the flows into 0, from 1, 2 and 3: M = 1.3e6·0.95.
        let m = 1.3 * 0.95;
        let d: f64 = [2.0, 3.0, 4.0].iter().map(|x| (x - m) / (x + m)).sum();
        assert!((rule.exporter_score(0).unwrap() - 3.0 / d).abs() < 1e-12);
        let found = rule.reconcile(&cells[0]).unwrap();
        let (e, i) = (rule.exporter_score(0).unwrap(), rule.importer_score(1).unwrap());
        let w = e.exp() / (e.exp() + i.exp());
        assert!((found.value / (w * 1e6 + (1.0 - w) * 2.3e6 * 0.95) - 1.0).abs() < 1e-12);
    }

    /// The published program's own arithmetic (pandas 2, labels aligned) on the same world.
    #[test]
    fn twenty_five_iterations_as_the_program_makes_them() {
        let rule = GrowthLabCoded::new(&world(), options(25));
        let exporters = [
            1.907413379431898,
            3.770815727625486,
            4.301799435569093,
            2.9721166782002086,
        ];
        let importers = [
            1.650912326029932,
            3.7020008501503185,
            4.862075334357821,
            3.3996527904518867,
        ];
        for i in 0..4 {
            assert!((rule.exporter_score(i).unwrap() / exporters[i] - 1.0).abs() < 1e-12);
            assert!((rule.importer_score(i).unwrap() / importers[i] - 1.0).abs() < 1e-12);
        }
    }

    /// The scale of the scores has period two: the weights of a "converged" run depend on whether
    /// the number of iterations is even (methods, anchor C14).
    #[test]
    fn the_parity_of_the_iterations_matters() {
        let score = |n| GrowthLabCoded::new(&world(), options(n)).exporter_score(0).unwrap();
        assert!((score(24) - score(26)).abs() < 1e-6);
        assert!((score(25) / score(24) - 1.0).abs() > 0.1, "{} {}", score(24), score(25));
    }

    #[test]
    fn unscored_countries_get_the_smaller_report() {
        let cells = world();
        let rule = GrowthLabCoded::new(&cells, CodedOptions::default());
        assert_eq!(rule.exporter_score(0), None);
        assert_eq!(rule.reconcile(&cells[0]), Some(Estimate::exporters(1e6)));
        let trifle = Cell {
            export: Some(10.0),
            import: None,
            ..cells[0]
        };
        assert_eq!(rule.reconcile(&trifle), None);
    }
}
