//! The factors of sparse graphs: solves of the reduced system with them against a dense QR of the dummies.

use super::*;
use crate::absorb::layout::Layout;
use crate::absorb::solve::{Goal, interleave, solve};
use crate::absorb::{Effect, Settling, absorbed_ols};
use crate::{Design, ols};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// Uniform numbers from a seed.
struct Uniform(Xoshiro256PlusPlus);

impl Uniform {
    fn new(seed: u64) -> Self {
        Uniform(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    fn next(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: u32) -> u32 {
        (self.next() * f64::from(n)) as u32
    }

    fn column(&mut self, rows: usize) -> Vec<f64> {
        (0..rows).map(|_| self.next() - 0.5).collect()
    }
}

/// Workers who each move from a firm to the next, so that firms hang together in chains, one chain to a component;
/// workers who stay; and years.
fn movers(seed: u64, components: u32, firms: u32) -> Vec<Effect> {
    let mut random = Uniform::new(seed);
    let mut rows: Vec<[u32; 3]> = Vec::new();
    let mut worker = 0;
    for component in 0..components {
        for firm in 0..firms {
            let here = component * firms + firm;
            if firm + 1 < firms {
                rows.extend([[worker, here, random.below(4)], [worker, here + 1, random.below(4)]]);
                worker += 1;
            }
            for _ in 0..1 + random.below(2) {
                rows.extend([[worker, here, random.below(4)], [worker, here, random.below(4)]]);
                worker += 1;
            }
        }
    }
    let effect = |name: &str, e: usize| Effect::new(name, &rows.iter().map(|r| r[e]).collect::<Vec<_>>());
    vec![effect("worker", 0), effect("firm", 1), effect("year", 2)]
}

/// Two effects along one long chain of rows, each link of which stands six times, and a leading effect of blocks of
/// rows that lie side by side: no effect's own part is a sparse graph, but the two share one.
fn links(seed: u64, length: u32) -> Vec<Effect> {
    let mut random = Uniform::new(seed);
    let mut rows: Vec<[u32; 3]> = Vec::new();
    for link in 0..length {
        for copy in 0..6 {
            rows.push([link + u32::from(copy > 3) + random.below(2), link / 2, link.div_ceil(2)]);
        }
    }
    let effect = |name: &str, e: usize| Effect::new(name, &rows.iter().map(|r| r[e]).collect::<Vec<_>>());
    vec![effect("block", 0), effect("a", 1), effect("b", 2)]
}

fn with_dummies(design: Design, effects: &[Effect]) -> Design {
    effects.iter().fold(design, |design, effect| {
        (0..effect.count() as u32).fold(design, |design, group| {
            let dummy = effect.groups().iter().map(|g| f64::from(u8::from(*g == group)));
            design
                .term(&format!("{}{group}", effect.name), dummy.collect())
                .unwrap()
        })
    })
}

/// Solves for a column with refined factors; what is left has the length that dummies leave, and the gradient is gone.
fn check_solve(effects: &[Effect], weights: Option<&[f64]>, x: &[f64]) {
    let layout = Layout::new(effects, x.len());
    let weights = weights.map(|w| layout.sort(w));
    let system = Weighted::new(&layout, weights.as_deref());
    let preconditioner = Preconditioner::diagonal(&system);
    assert!(preconditioner.is_plain());
    assert!(preconditioner.refine(&system), "no graph was factored");
    assert!(!preconditioner.is_plain());
    let sorted = layout.sort(x);
    let columns: [&[f64]; 1] = [sorted.as_ref()];
    let mut starts = vec![vec![0.0; layout.groups()]];
    let goal = Goal {
        tolerance: 1e-12,
        share: 0.0,
        trust: false,
    };
    solve(&system, &preconditioner, &columns, &mut starts, &[goal], 500).unwrap();
    let (gradient, left) = system.residual(&columns, &interleave(&starts));
    assert!(gradient.iter().all(|g| g.abs() < 1e-9), "{gradient:?}");
    let dense = match weights {
        None => ols(&with_dummies(Design::new(x.len()), effects), x).unwrap().rss,
        Some(_) => return,
    };
    assert!((left[0] / dense - 1.0).abs() < 1e-9, "{} is not {dense}", left[0]);
}

fn check_coefficients(effects: &[Effect], seed: u64) {
    let rows = effects[0].groups().len();
    let mut random = Uniform::new(seed + 1_000);
    let (x, z, e) = (random.column(rows), random.column(rows), random.column(rows));
    let shift = |i: usize| f64::from(effects[1].groups()[i]) * 0.1 - f64::from(effects[0].groups()[i]) * 0.05;
    let y: Vec<f64> = (0..rows).map(|i| 0.7 * x[i] - 1.3 * z[i] + e[i] + shift(i)).collect();
    let design = Design::new(rows).term("x", x).unwrap().term("z", z).unwrap();
    let absorbed = absorbed_ols(&design, &y, effects, None, Settling::default()).unwrap();
    let dummies = ols(&with_dummies(design, effects), &y).unwrap();
    for j in 0..2 {
        let (found, exact) = (absorbed.within.coefficients[j], dummies.coefficients[j]);
        assert!(
            (found / exact - 1.0).abs() < 1e-9,
            "seed {seed}: {found} is not {exact}"
        );
    }
}

#[test]
fn a_tree_is_factored_exactly() {
    // A path of 50 and, apart from it, a star of 30: approximate factors leave nothing out where there are no cycles.
    let path = (0..49_u32).map(|g| (g, g + 1, 1.0 + f64::from(g % 5)));
    let star = (51..80_u32).map(|g| (50, g, 0.5 + f64::from(g % 3)));
    let edges: Vec<(u32, u32, f64)> = path.chain(star).collect();
    let factor = laplacian(80, edges.clone()).unwrap();
    let mut random = Uniform::new(3);
    let exact = random.column(80);
    let image = |x: &[f64]| {
        let mut out = vec![0.0; 80];
        for &(a, b, w) in &edges {
            let flow = w * (x[a as usize] - x[b as usize]);
            out[a as usize] += flow;
            out[b as usize] -= flow;
        }
        out
    };
    let right = image(&exact);
    let solution = factor.solve(&right).unwrap();
    for (found, expected) in image(&solution).iter().zip(&right) {
        assert!((found - expected).abs() < 1e-10, "{found} is not {expected}");
    }
}

#[test]
fn chains_and_disconnected_components_are_solved() {
    for seed in 0..4 {
        for (components, firms) in [(1, 60), (6, 10), (20, 2)] {
            let effects = movers(seed, components, firms);
            let rows = effects[0].groups().len();
            let mut random = Uniform::new(seed + 50);
            let x = random.column(rows);
            check_solve(&effects[..2], None, &x);
            check_solve(&effects, None, &x);
            let weights: Vec<f64> = (0..rows).map(|_| 0.2 + random.next()).collect();
            check_solve(&effects, Some(&weights), &x);
        }
    }
}

#[test]
fn the_graph_that_two_effects_share_is_solved() {
    for seed in 0..4 {
        let effects = links(seed, 80);
        let x = Uniform::new(seed + 70).column(effects[0].groups().len());
        check_solve(&effects, None, &x);
    }
}

#[test]
fn coefficients_are_those_of_dummies() {
    for seed in 0..5 {
        check_coefficients(&movers(seed, 1, 70), seed);
        check_coefficients(&movers(seed, 5, 14), seed);
        check_coefficients(&movers(seed, 3, 20)[..2], seed);
        check_coefficients(&links(seed, 60), seed);
    }
}
