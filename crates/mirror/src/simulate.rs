//! Worlds drawn under every rule at once, and what they say of totals and concentration.
//!
//! A draw takes every reporter's error variance from its posterior, then one error for each report, the same
//! under every rule: a rule's figure V that rests with share s on the exporter's report becomes
//! V·exp(s·e_exporter + (1 − s)·e_importer − half that error's variance), so that rules differ by what they do and
//! not by chance, and a sum of many figures is not inflated by convexity. Each draw has its own seed: the results are the same bits on any number of threads.

use crate::draws::Draws;
use crate::propagate::stream;
use crate::reconcile::Reconciliation;
use crate::rules::{Cell, Rule};
use rayon::prelude::*;

/// What is computed in every draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// All flows together, US dollars.
    Total,
    /// An economy's exports, US dollars.
    Exports(usize),
    /// An economy's imports, US dollars.
    Imports(usize),
    /// The Herfindahl-Hirschman index of an economy's export partners, 0 to 1.
    ExportHhi(usize),
    /// The same of its import partners.
    ImportHhi(usize),
}

/// A measure's value and its spread over the draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// From the rule's own figures.
    pub estimate: f64,
    /// The mean over the draws.
    pub mean: f64,
    /// The standard deviation over the draws.
    pub std_dev: f64,
    /// The lower end of the 95% interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The spreads of every measure under every rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// The rules' names.
    pub rules: Vec<&'static str>,
    /// How many draws were made.
    pub draws: usize,
    economies: usize,
    spreads: Vec<Option<Spread>>,
}

impl Simulation {
    /// A measure's spread under a rule; `None` where it is not defined, such as the concentration of nothing.
    pub fn spread(&self, rule: &str, measure: Measure) -> Option<Spread> {
        let rule = self.rules.iter().position(|r| *r == rule)?;
        let place = self.place(measure)?;
        self.spreads
            .get(rule * width(self.economies) + place)
            .copied()
            .flatten()
    }

    fn place(&self, measure: Measure) -> Option<usize> {
        let (kind, i) = match measure {
            Measure::Total => return Some(0),
            Measure::Exports(i) => (0, i),
            Measure::Imports(i) => (1, i),
            Measure::ExportHhi(i) => (2, i),
            Measure::ImportHhi(i) => (3, i),
        };
        (i < self.economies).then(|| 1 + 4 * i + kind)
    }
}

/// How many measures a rule has.
fn width(economies: usize) -> usize {
    1 + 4 * economies
}

/// One cell as the draws see it.
struct Drawn {
    /// Its pair's place.
    pair: usize,
    exporter: usize,
    importer: usize,
    factor: f64,
    /// Which errors any rule needs.
    sides: (bool, bool),
    /// By rule: the figure, and its share on the exporter's report.
    figures: Vec<(f64, f64)>,
}

/// Draws `draws` worlds of these cells under these rules. `None` where the reporters' errors could not be
/// estimated, or nothing is to be drawn.
pub fn simulate(
    all: &Reconciliation,
    rules: &[&dyn Rule],
    cells: &[Cell],
    draws: usize,
    seed: u64,
) -> Option<Simulation> {
    let components = all.components().ok()?;
    if draws == 0 || rules.is_empty() || cells.is_empty() {
        return None;
    }
    let economies = cells.iter().map(|c| c.exporter.max(c.importer) + 1).max()?;
    let (drawn, pairs) = drawn(rules, cells, |product| components.product_factor(product));
    let world = World {
        cells: &drawn,
        pairs: &pairs,
        economies,
        rules: rules.len(),
    };
    let estimate = world.measures(None);
    let posterior = &components.posterior().draws;
    let made: Vec<Vec<f64>> = (0..draws as u64)
        .into_par_iter()
        .map(|index| {
            let mut random = Draws::new(stream(seed, index));
            let at = (random.uniform() * posterior.len() as f64) as usize;
            let variances = &posterior[at.min(posterior.len() - 1)];
            let sigma: Vec<f64> = variances.iter().map(|v| v.sqrt()).collect();
            world.measures(Some((&sigma, &mut random)))
        })
        .collect();
    let spreads: Vec<Option<Spread>> = (0..estimate.len())
        .into_par_iter()
        .map(|i| spread(estimate[i], made.iter().map(|d| d[i]).collect()))
        .collect();
    Some(Simulation {
        rules: rules.iter().map(|r| r.name()).collect(),
        draws,
        economies,
        spreads,
    })
}

/// The cells with their figures, and the economies of each pair.
fn drawn(rules: &[&dyn Rule], cells: &[Cell], factor: impl Fn(u32) -> f64) -> (Vec<Drawn>, Vec<(usize, usize)>) {
    let mut order: Vec<&Cell> = cells.iter().collect();
    order.sort_by_key(|c| (c.exporter, c.importer, c.period, c.product));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let mut out = Vec::with_capacity(cells.len());
    for cell in order {
        if pairs.last() != Some(&(cell.exporter, cell.importer)) {
            pairs.push((cell.exporter, cell.importer));
        }
        let figures: Vec<(f64, f64)> = rules
            .iter()
            .map(|rule| rule.reconcile(cell).map_or((0.0, 1.0), |e| (e.value, e.export_share)))
            .collect();
        let needs = |other: f64| figures.iter().any(|(value, share)| *value > 0.0 && *share != other);
        out.push(Drawn {
            pair: pairs.len() - 1,
            exporter: cell.exporter,
            importer: cell.importer,
            factor: factor(cell.product),
            sides: (needs(0.0), needs(1.0)),
            figures,
        });
    }
    (out, pairs)
}

struct World<'a> {
    cells: &'a [Drawn],
    pairs: &'a [(usize, usize)],
    economies: usize,
    rules: usize,
}

impl World<'_> {
    /// The measures of one draw, rule by rule; of the figures themselves without errors. NaN where a
    /// measure is not defined.
    fn measures(&self, errors: Option<(&[f64], &mut Draws)>) -> Vec<f64> {
        let mut sums = vec![0.0; self.pairs.len() * self.rules];
        match errors {
            Some((sigma, random)) => self.add_drawn(&mut sums, sigma, random),
            None => self.cells.iter().for_each(|cell| {
                let own = &mut sums[cell.pair * self.rules..][..self.rules];
                own.iter_mut()
                    .zip(&cell.figures)
                    .for_each(|(sum, (value, _))| *sum += value);
            }),
        }
        let mut out = vec![0.0; self.rules * width(self.economies)];
        for (pair, (exporter, importer)) in self.pairs.iter().enumerate() {
            for rule in 0..self.rules {
                let value = sums[pair * self.rules + rule];
                let own = &mut out[rule * width(self.economies)..][..width(self.economies)];
                own[0] += value;
                own[1 + 4 * exporter] += value;
                own[2 + 4 * importer] += value;
                own[3 + 4 * exporter] += value * value;
                own[4 + 4 * importer] += value * value;
            }
        }
        for own in out.chunks_mut(width(self.economies)) {
            for four in own[1..].chunks_mut(4) {
                four[2] /= four[0] * four[0];
                four[3] /= four[1] * four[1];
            }
        }
        out
    }

    fn add_drawn(&self, sums: &mut [f64], sigma: &[f64], random: &mut Draws) {
        for cell in self.cells {
            // The error, half its variance, and e to the error less that.
            let mut side = |needed: bool, economy: usize| {
                if !needed {
                    return (0.0, 0.0, 1.0);
                }
                let sd = cell.factor * sigma[economy];
                let (error, half) = (sd * random.normal(), 0.5 * sd * sd);
                (error, half, (error - half).exp())
            };
            let (e, half_e, exporters) = side(cell.sides.0, cell.exporter);
            let (i, half_i, importers) = side(cell.sides.1, cell.importer);
            let own = &mut sums[cell.pair * self.rules..][..self.rules];
            for (sum, (value, share)) in own.iter_mut().zip(&cell.figures) {
                let rest = 1.0 - share;
                *sum += value
                    * if *share == 1.0 {
                        exporters
                    } else if *share == 0.0 {
                        importers
                    } else {
                        (share * e + rest * i - share * share * half_e - rest * rest * half_i).exp()
                    };
            }
        }
    }
}

fn spread(estimate: f64, mut values: Vec<f64>) -> Option<Spread> {
    if !estimate.is_finite() || estimate == 0.0 || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    let quantile = |p: f64| {
        let at = p * (n - 1.0);
        let (below, above) = (values[at as usize], values[(at as usize + 1).min(values.len() - 1)]);
        below + (above - below) * at.fract()
    };
    Some(Spread {
        estimate,
        mean,
        std_dev: variance.sqrt(),
        low: quantile(0.025),
        high: quantile(0.975),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posterior::Sampling;

    /// Ten economies of known errors; economy 9 does not report.
    fn world() -> Vec<Cell> {
        let mut random = Draws::new(4);
        let mut cells = Vec::new();
        for i in 0..10 {
            for j in (0..10).filter(|j| *j != i) {
                let truth = 1e6 * (1.0 + (i * j) as f64);
                let mut report = |who: usize| (who != 9).then(|| truth * (0.2 * random.normal()).exp());
                cells.push(Cell {
                    exporter: i,
                    importer: j,
                    export: report(i),
                    import: report(j),
                    ..Cell::default()
                });
            }
        }
        cells
    }

    #[test]
    fn the_spread_of_concentration_agrees_with_the_delta_formula() {
        let cells = world();
        let all = Reconciliation::new(&cells, &Sampling::default());
        let rules: Vec<&dyn Rule> = all.rules().collect();
        let found = simulate(&all, &rules, &cells, 4000, 7).unwrap();
        // Economy 9's exports are known from its importers alone: Var(HHI) = 4 Σ s²(s − HHI)²σ².
        let own: Vec<&Cell> = cells.iter().filter(|c| c.exporter == 9).collect();
        let value = |c: &Cell| c.import.unwrap();
        let total: f64 = own.iter().map(|c| value(c)).sum();
        let share = |c: &Cell| value(c) / total;
        let hhi: f64 = own.iter().map(|c| share(c).powi(2)).sum();
        let components = all.components().unwrap();
        let variance = |c: &Cell| components.variance(c.importer).0;
        let delta: f64 = own
            .iter()
            .map(|c| 4.0 * (share(c) * (share(c) - hhi)).powi(2) * variance(c))
            .sum();
        let spread = found.spread("importer-first", Measure::ExportHhi(9)).unwrap();
        assert!((spread.estimate - hhi).abs() < 1e-12);
        assert!(
            (spread.std_dev / delta.sqrt() - 1.0).abs() < 0.15,
            "{} {}",
            spread.std_dev,
            delta.sqrt()
        );
        // Two good reports leave less doubt than one.
        let width = |rule: &str| {
            let s = found.spread(rule, Measure::Total).unwrap();
            s.high / s.low
        };
        assert!(width("variance-components") < width("exporter-first"));
        assert_eq!(found.spread("no such rule", Measure::Total), None);
        assert_eq!(found.spread("mean", Measure::Exports(99)), None);
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let cells = world();
        let all = Reconciliation::new(&cells, &Sampling::default());
        let rules: Vec<&dyn Rule> = all.rules().collect();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| simulate(&all, &rules, &cells, 50, 7))
        };
        assert_eq!(on(1), on(3));
        assert!(on(1).is_some());
    }
}
