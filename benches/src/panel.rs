//! Panels for regressions with fixed effects: a near-complete gravity panel, a sparse one whose economies
//! stand in a chain, and workers who seldom move between firms.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use regress::Design;
use regress::absorb::Effect;

/// What connects the groups of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Every pair of economies in every year; a third of the flows are zero.
    Dense,
    /// One pair in twenty, neighbours in a chain, seen in two years of three.
    Sparse,
    /// Workers, firms and years: one worker in thirty moves in a year, to a firm nearby in a chain.
    Workers,
}

/// Rows of a panel: `y` is explained by `x1` (zero or one) and `x2` and by three effects.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// The names of the three effects.
    pub names: [&'static str; 3],
    /// The groups of the three effects, row by row.
    pub groups: [Vec<u32>; 3],
    /// A switch that comes on and stays.
    pub x1: Vec<f64>,
    /// A number that leans on the effects.
    pub x2: Vec<f64>,
    /// The response, zero or more.
    pub y: Vec<f64>,
}

/// Draws from one seed.
struct Draws(Xoshiro256PlusPlus);

impl Draws {
    /// Between 0 and 1.
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * 2.0_f64.powi(-53)
    }

    /// Near normal: the sum of twelve draws.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    fn below(&mut self, bound: usize) -> usize {
        ((self.unit() * bound as f64) as usize).min(bound - 1)
    }

    fn normals(&mut self, count: usize, spread: f64) -> Vec<f64> {
        (0..count).map(|_| spread * self.normal()).collect()
    }
}

impl Panel {
    /// A panel of about `rows` rows; for half a million and five million the dense one has the sizes of
    /// 230 economies in 10 years and of 300 in 56.
    pub fn new(shape: Shape, rows: usize, seed: u64) -> Panel {
        let mut draws = Draws(Xoshiro256PlusPlus::seed_from_u64(seed));
        match shape {
            Shape::Dense => {
                let (economies, years) = match rows {
                    4_000_000.. => (300, rows.div_ceil(89_700)),
                    _ => (((rows / 10) as f64).sqrt().round() as usize + 4, 10),
                };
                gravity(&mut draws, economies, years, |_, _| true, 1.0)
            }
            Shape::Sparse => {
                let years = 10;
                let economies = ((rows as f64 / (0.05 * 0.67 * years as f64)).sqrt() as usize).max(40);
                let reach = (economies / 40).max(1);
                gravity(&mut draws, economies, years, |a, b| a.abs_diff(b) <= reach, 0.67)
            }
            Shape::Workers => workers(&mut draws, rows),
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.y.len()
    }

    /// The terms.
    pub fn design(&self) -> Design {
        let design = Design::new(self.rows()).term("x1", self.x1.clone()).unwrap();
        design.term("x2", self.x2.clone()).unwrap()
    }

    /// The first `count` effects.
    pub fn effects(&self, count: usize) -> Vec<Effect> {
        let pairs = self.names.iter().zip(&self.groups).take(count);
        pairs.map(|(name, groups)| Effect::new(name, groups)).collect()
    }

    fn push(&mut self, groups: [usize; 3], x1: f64, x2: f64, y: f64) {
        for (to, group) in self.groups.iter_mut().zip(groups) {
            to.push(group as u32);
        }
        self.x1.push(x1);
        self.x2.push(x2);
        self.y.push(y);
    }
}

fn gravity(
    draws: &mut Draws,
    economies: usize,
    years: usize,
    trade: impl Fn(usize, usize) -> bool,
    seen: f64,
) -> Panel {
    let mut panel = Panel {
        names: ["ey", "iy", "pair"],
        ..Panel::default()
    };
    let exporter = draws.normals(economies * years, 0.8);
    let importer = draws.normals(economies * years, 0.8);
    let pair = draws.normals(economies * economies, 1.0);
    // The year from which the switch is on; beyond the last for two pairs in three.
    let since: Vec<usize> = (0..economies * economies).map(|_| draws.below(3 * years)).collect();
    for year in 0..years {
        for a in 0..economies {
            for b in (0..economies).filter(|b| *b != a && trade(a, *b)) {
                if seen < 1.0 && draws.unit() > seen {
                    continue;
                }
                let (ey, iy, ab) = (a * years + year, b * years + year, a * economies + b);
                let effects = exporter[ey] + importer[iy] + pair[ab];
                let x1 = f64::from(u8::from(year >= since[ab]));
                let x2 = 0.3 * effects + draws.normal();
                let mean = (0.5 + effects + 0.3 * x1 - 0.2 * x2).exp();
                let zero = draws.unit() < 0.5 / (1.0 + 0.5 * mean);
                let y = if zero {
                    0.0
                } else {
                    mean * (0.5 * draws.normal() - 0.125).exp()
                };
                panel.push([ey, iy, ab], x1, x2, y);
            }
        }
    }
    panel
}

fn workers(draws: &mut Draws, rows: usize) -> Panel {
    const YEARS: usize = 10;
    let workers = rows / YEARS;
    let firms = (workers / 20).max(2);
    let mut panel = Panel {
        names: ["worker", "firm", "year"],
        ..Panel::default()
    };
    let firm_effects = draws.normals(firms, 0.5);
    let year_effects = draws.normals(YEARS, 0.2);
    for worker in 0..workers {
        let mut firm = draws.below(firms);
        let own = 0.5 * draws.normal();
        let since = draws.below(3 * YEARS);
        for (year, common) in year_effects.iter().enumerate() {
            if draws.unit() < 1.0 / 30.0 {
                firm = (firm + 1 + draws.below(2)).min(firms - 1);
            }
            let effects = own + firm_effects[firm] + common;
            let x1 = f64::from(u8::from(year >= since));
            let x2 = 0.3 * effects + draws.normal();
            let mean = (1.0 + effects + 0.3 * x1 - 0.2 * x2).exp();
            let zero = draws.unit() < 0.1;
            let y = if zero {
                0.0
            } else {
                mean * (0.5 * draws.normal() - 0.125).exp()
            };
            panel.push([worker, firm, year], x1, x2, y);
        }
    }
    panel
}
