//! Worlds drawn under every rule at once, and what they say of totals and concentration.
//!
//! A draw takes every reporter's error variance from its posterior, then one factor for each report, log-normal
//! and of mean one, the same under every rule: rules differ by what they do and not by chance, and a sum of many
//! figures is not inflated by convexity. A rule's figure is drawn as the mean of its two reports that it is,
//! arithmetic or (variance components) of logarithms. Each draw has its own seed: the results are the same bits on
//! any number of threads.

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
    exporter: usize,
    importer: usize,
    /// Its product's factor of the standard deviations.
    factor: f64,
    /// Which errors any rule needs.
    sides: (bool, bool),
    /// Whether it is the last one of its pair.
    last: bool,
}

/// How many draws go through the cells together: what the cells hold is read once for all of them.
const BLOCK: usize = 8;

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
    let world = World::new(rules, cells, |product| components.product_factor(product));
    let estimate = world.measures(&mut [None]).pop()?;
    let posterior = &components.posterior().draws;
    let starts: Vec<usize> = (0..draws).step_by(BLOCK).collect();
    let made: Vec<Vec<f64>> = starts
        .into_par_iter()
        .flat_map_iter(|start| {
            let draw = |index: usize| {
                let mut random = Draws::new(stream(seed, index as u64));
                let at = (random.uniform() * posterior.len() as f64) as usize;
                let variances = &posterior[at.min(posterior.len() - 1)];
                Some((variances.iter().map(|v| v.sqrt()).collect::<Vec<f64>>(), random))
            };
            let mut block: Vec<_> = (start..draws.min(start + BLOCK)).map(draw).collect();
            world.measures(&mut block)
        })
        .collect();
    let spreads: Vec<Option<Spread>> = (0..estimate.len())
        .into_par_iter()
        .map(|i| spread(estimate[i], made.iter().map(|d| d[i]).collect()))
        .collect();
    Some(Simulation {
        rules: rules.iter().map(|r| r.name()).collect(),
        draws,
        economies: world.economies,
        spreads,
    })
}

struct World {
    /// The cells in order of their pairs.
    cells: Vec<Drawn>,
    /// By cell and rule: the part of the figure that rests on the exporter's report, and on the importer's. Of
    /// rules that average logarithms, both are zero.
    parts: Vec<[f64; 2]>,
    /// By cell and rule that averages logarithms: the figure and its share on the exporter's report.
    geometric: Vec<(f64, f64)>,
    /// Which rules these are.
    geometric_rules: Vec<usize>,
    economies: usize,
    rules: usize,
}

impl World {
    fn new(rules: &[&dyn Rule], cells: &[Cell], factor: impl Fn(u32) -> f64) -> Self {
        let mut order: Vec<&Cell> = cells.iter().collect();
        order.sort_by_key(|c| (c.exporter, c.importer, c.period, c.product));
        let mut world = World {
            cells: Vec::with_capacity(cells.len()),
            parts: Vec::with_capacity(cells.len() * rules.len()),
            geometric: Vec::new(),
            geometric_rules: (0..rules.len()).filter(|r| rules[*r].geometric()).collect(),
            economies: cells.iter().map(|c| c.exporter.max(c.importer) + 1).max().unwrap_or(0),
            rules: rules.len(),
        };
        for (i, cell) in order.iter().enumerate() {
            let mut sides = (false, false);
            for rule in rules {
                let (value, share) = rule.reconcile(cell).map_or((0.0, 1.0), |e| (e.value, e.export_share));
                sides = (sides.0 || value * share > 0.0, sides.1 || value * (1.0 - share) > 0.0);
                if rule.geometric() {
                    world.geometric.push((value, share));
                    world.parts.push([0.0, 0.0]);
                } else {
                    world.parts.push([value * share, value * (1.0 - share)]);
                }
            }
            let next = order.get(i + 1);
            world.cells.push(Drawn {
                exporter: cell.exporter,
                importer: cell.importer,
                factor: factor(cell.product),
                sides,
                last: next.is_none_or(|n| (n.exporter, n.importer) != (cell.exporter, cell.importer)),
            });
        }
        world
    }

    /// The measures of each of a block of draws, rule by rule: of given standard deviations and random numbers, or
    /// of the figures themselves. NaN where a measure is not defined.
    fn measures(&self, block: &mut [Option<(Vec<f64>, Draws)>]) -> Vec<Vec<f64>> {
        let mut out = vec![vec![0.0; self.rules * width(self.economies)]; block.len()];
        let mut sums = vec![0.0; block.len() * self.rules];
        for (at, cell) in self.cells.iter().enumerate() {
            let parts = &self.parts[at * self.rules..][..self.rules];
            for (k, draw) in block.iter_mut().enumerate() {
                let errors = Errors::of(cell, draw.as_mut());
                let own = &mut sums[k * self.rules..][..self.rules];
                for (sum, [exporters, importers]) in own.iter_mut().zip(parts) {
                    *sum += exporters * errors.exporters + importers * errors.importers;
                }
                let n = self.geometric_rules.len();
                for (rule, (value, share)) in self.geometric_rules.iter().zip(&self.geometric[at * n..][..n]) {
                    own[*rule] += value * errors.mean(*share);
                }
            }
            if cell.last {
                for (sums, out) in sums.chunks_mut(self.rules).zip(&mut out) {
                    self.add_pair(cell, sums, out);
                    sums.fill(0.0);
                }
            }
        }
        for own in out.iter_mut().flat_map(|o| o.chunks_mut(width(self.economies))) {
            for four in own[1..].chunks_mut(4) {
                four[2] /= four[0] * four[0];
                four[3] /= four[1] * four[1];
            }
        }
        out
    }

    /// Adds one pair's sums, rule by rule.
    fn add_pair(&self, pair: &Drawn, sums: &[f64], out: &mut [f64]) {
        for (value, own) in sums.iter().zip(out.chunks_mut(width(self.economies))) {
            own[0] += value;
            own[1 + 4 * pair.exporter] += value;
            own[2 + 4 * pair.importer] += value;
            own[3 + 4 * pair.exporter] += value * value;
            own[4 + 4 * pair.importer] += value * value;
        }
    }
}

/// The errors of one cell in one draw.
struct Errors {
    /// The logarithms' errors.
    logs: (f64, f64),
    /// Half their variances.
    halves: (f64, f64),
    /// What the exporter's report is multiplied by: of mean one.
    exporters: f64,
    /// What the importer's is.
    importers: f64,
}

impl Errors {
    fn of(cell: &Drawn, draw: Option<&mut (Vec<f64>, Draws)>) -> Self {
        let mut errors = Errors {
            logs: (0.0, 0.0),
            halves: (0.0, 0.0),
            exporters: 1.0,
            importers: 1.0,
        };
        let Some((sigma, random)) = draw else { return errors };
        let mut side = |economy: usize| {
            let sd = cell.factor * sigma[economy];
            let (error, half) = (sd * random.normal(), 0.5 * sd * sd);
            (error, half, (error - half).exp())
        };
        if cell.sides.0 {
            (errors.logs.0, errors.halves.0, errors.exporters) = side(cell.exporter);
        }
        if cell.sides.1 {
            (errors.logs.1, errors.halves.1, errors.importers) = side(cell.importer);
        }
        errors
    }

    /// The factor of a mean of logarithms with this share on the exporter's report, of mean one.
    fn mean(&self, share: f64) -> f64 {
        let rest = 1.0 - share;
        if share == 1.0 {
            self.exporters
        } else if share == 0.0 {
            self.importers
        } else {
            let error = share * self.logs.0 + rest * self.logs.1;
            (error - share * share * self.halves.0 - rest * rest * self.halves.1).exp()
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
