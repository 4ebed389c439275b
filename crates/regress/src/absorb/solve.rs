//! The coefficients of the effects beside the leading one, by preconditioned conjugate gradients on
//! several columns in step.

use super::precondition::Preconditioner;
use super::sweep::{MOST_WIDTH, Weighted};
use crate::{Error, Result};

/// When a column's solution is near enough: where the estimated distance to the exact one, in the
/// weighted length of fitted values, is below `tolerance` times the length of what is left of the
/// column, or below `share` times the length of what has been taken out in this solve.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    pub tolerance: f64,
    pub share: f64,
    /// Whether the length of the preconditioned residual, which may be too small where groups are badly
    /// connected, is enough to tell that a start is good.
    pub trust: bool,
}

/// Below this part of its length a column counts as explained by the effects.
pub(crate) const EXPLAINED: f64 = 1e-13;

/// Nearer than this part of a column's length is beyond double precision.
const ROUNDING: f64 = 1e-15;

/// Directions of less curvature than this part of the diagonal's, where next to nothing is left to gain,
/// are those along which groups can shift together without any effect: all they have is rounding.
const FLAT: f64 = 1e-12;

/// Next to nothing, as a part of a column's squared length.
const NOTHING: f64 = 1e-20;

/// After so many steps the groups count as badly connected.
const PATIENCE: usize = 60;

/// After so many steps it can be told whether they will be.
const TRIAL: usize = 16;

/// Solves for all columns in blocks; `starts` holds each column's coefficients, from which the
/// solver sets out and where it leaves the new ones. Where the diagonal does not suffice in a while, finer
/// factors are made.
///
/// The system is D'W M D a = D'W M x, M taking out the leading effect's weighted means: the normal
/// equations with that effect eliminated. *Source*: Guimaraes & Portugal (2010), Stata Journal 10,
/// 628-649, for the elimination; Hestenes & Stiefel (1952) for conjugate gradients.
///
/// # Errors
/// [`Error::NoConvergence`] where the steps do not suffice.
pub(crate) fn solve(
    system: &Weighted,
    preconditioner: &Preconditioner,
    columns: &[&[f64]],
    starts: &mut [Vec<f64>],
    goals: &[Goal],
    most: usize,
) -> Result<()> {
    if system.layout.groups() == 0 {
        return Ok(());
    }
    let blocks = columns.chunks(MOST_WIDTH).zip(starts.chunks_mut(MOST_WIDTH));
    for ((columns, starts), goals) in blocks.zip(goals.chunks(MOST_WIDTH)) {
        let mut gradients = Gradients::start(system, preconditioner, columns, starts);
        let patience = match preconditioner.is_plain() {
            true => PATIENCE.min(most),
            false => most,
        };
        if gradients.run(goals, patience, starts, preconditioner.is_plain()) {
            continue;
        }
        if most > patience && preconditioner.refine(system) {
            gradients = Gradients::start(system, preconditioner, columns, starts);
        }
        if !gradients.run(goals, most - patience, starts, false) {
            return Err(Error::NoConvergence {
                what: "the absorption of fixed effects",
                iterations: most,
                advice: "the groups are badly connected; allow more iterations or a larger tolerance".to_owned(),
            });
        }
    }
    Ok(())
}

/// The columns' coefficients side by side, group by group.
pub(crate) fn interleave(starts: &[Vec<f64>]) -> Vec<f64> {
    let groups = starts.first().map_or(0, Vec::len);
    (0..groups).flat_map(|g| starts.iter().map(move |s| s[g])).collect()
}

/// What is known of one column.
struct Track {
    /// Its position among the columns.
    column: usize,
    /// The squared length of what is left of it.
    left: f64,
    /// Its squared length at the start, the leading effect's means taken out.
    whole: f64,
    /// r'z.
    square: f64,
    /// By how much each step shortened the squared distance.
    gains: Vec<f64>,
}

impl Track {
    /// By how much the last steps and as many before them shortened the squared distance, and how many these are.
    fn pace(&self) -> Option<(f64, f64, usize)> {
        let n = self.gains.len();
        let window = (n / 2).clamp(1, 12);
        (n >= 2).then(|| {
            let late = self.gains[n - window..].iter().sum();
            let early = self.gains[n - 2 * window..n - window].iter().sum();
            (late, early, window)
        })
    }

    /// An estimate of the squared distance to the solution: steps shorten it by what is known, and by
    /// how much less the later half of the last steps did so than the earlier tells the rate.
    /// *Source* of the gains: Hestenes & Stiefel (1952), theorem 6:1; Strakos & Tichy (2002).
    fn distance(&self) -> f64 {
        let Some((late, early, _)) = self.pace() else {
            return f64::INFINITY;
        };
        if late == 0.0 {
            return 0.0;
        }
        if late >= early {
            return f64::INFINITY;
        }
        late * late / (early - late)
    }

    /// Whether at its pace a column needs more than [`PATIENCE`] further steps to its goal.
    fn crawls(&self, goal: Goal) -> bool {
        let Some((late, early, window)) = self.pace() else {
            return false;
        };
        let factor = (self.goal(goal) / self.distance()).ln();
        late >= early || window as f64 * factor / (late / early).ln() > PATIENCE as f64
    }

    /// The squared distance at which a column is near enough.
    fn goal(&self, goal: Goal) -> f64 {
        let taken: f64 = self.gains.iter().sum();
        let goal = (goal.tolerance * goal.tolerance * self.left).max(goal.share * goal.share * taken);
        goal.max(ROUNDING * ROUNDING * self.whole)
    }

    fn settled(&self, goal: Goal) -> bool {
        if self.square <= 0.0 || self.left <= EXPLAINED * EXPLAINED * self.whole {
            return true;
        }
        if goal.trust && self.square <= 0.01 * goal.tolerance * goal.tolerance * self.left {
            return true;
        }
        self.distance() <= self.goal(goal)
    }
}

struct Gradients<'a> {
    system: &'a Weighted<'a>,
    preconditioner: &'a Preconditioner,
    tracks: Vec<Track>,
    a: Vec<f64>,
    r: Vec<f64>,
    direction: Vec<f64>,
}

impl<'a> Gradients<'a> {
    fn start(
        system: &'a Weighted<'a>,
        preconditioner: &'a Preconditioner,
        columns: &[&[f64]],
        starts: &[Vec<f64>],
    ) -> Self {
        let a = interleave(starts);
        let (r, left) = system.residual(columns, &a);
        let direction = preconditioner.apply(&r, columns.len());
        let squares = inner(&r, &direction, columns.len());
        let track = |(column, (&left, &square)): (usize, (&f64, &f64))| Track {
            column,
            left,
            whole: left,
            square,
            gains: Vec::new(),
        };
        Gradients {
            tracks: left.iter().zip(&squares).enumerate().map(track).collect(),
            system,
            preconditioner,
            a,
            r,
            direction,
        }
    }

    /// Whether all columns settle in so many steps; the coefficients of those that do not are left, too. With `impatient`
    /// it ends as soon as a column crawls.
    fn run(&mut self, goals: &[Goal], most: usize, starts: &mut [Vec<f64>], impatient: bool) -> bool {
        for step in 0..=most {
            self.put_aside(goals, starts);
            if self.tracks.is_empty() {
                return true;
            }
            if impatient && step == TRIAL && self.tracks.iter().any(|t| t.crawls(goals[t.column])) {
                break;
            }
            if step < most {
                self.step();
            }
        }
        let width = self.tracks.len();
        for (j, track) in self.tracks.iter().enumerate() {
            starts[track.column] = self.a.iter().skip(j).step_by(width).copied().collect();
        }
        false
    }

    /// Takes out the columns that have settled, so that later passes are narrower.
    fn put_aside(&mut self, goals: &[Goal], starts: &mut [Vec<f64>]) {
        let width = self.tracks.len();
        let keep: Vec<usize> = (0..width)
            .filter(|&j| !self.tracks[j].settled(goals[self.tracks[j].column]))
            .collect();
        if keep.len() == width {
            return;
        }
        for (j, track) in self.tracks.iter().enumerate().filter(|(j, _)| !keep.contains(j)) {
            starts[track.column] = self.a.iter().skip(j).step_by(width).copied().collect();
        }
        let narrow = |table: &[f64]| -> Vec<f64> {
            let rows = table.chunks_exact(width);
            rows.flat_map(|row| keep.iter().map(|&j| row[j])).collect()
        };
        (self.a, self.r, self.direction) = (narrow(&self.a), narrow(&self.r), narrow(&self.direction));
        let mut position = 0;
        self.tracks.retain(|_| {
            position += 1;
            keep.contains(&(position - 1))
        });
    }

    fn step(&mut self) {
        let width = self.tracks.len();
        let image = self.system.apply(&self.direction, width);
        let mut curvature = inner(&self.direction, &image, width);
        let scale = self.preconditioner.scale(&self.direction, width);
        for (j, track) in self.tracks.iter().enumerate() {
            if curvature[j] <= FLAT * scale[j] && track.square <= NOTHING * track.whole {
                curvature[j] = 0.0;
            }
        }
        let lengths: Vec<f64> = self
            .tracks
            .iter()
            .zip(&curvature)
            .map(|(t, c)| if *c > 0.0 { t.square / c } else { 0.0 })
            .collect();
        add(&mut self.a, &self.direction, &lengths, 1.0);
        add(&mut self.r, &image, &lengths, -1.0);
        let z = self.preconditioner.apply(&self.r, width);
        let squares = inner(&self.r, &z, width);
        let mut turns = vec![0.0; width];
        for (j, track) in self.tracks.iter_mut().enumerate() {
            let gain = lengths[j] * track.square;
            track.gains.push(gain);
            track.left = (track.left - gain).max(0.0);
            // Without curvature there is nothing more to gain.
            let square = if curvature[j] > 0.0 { squares[j] } else { 0.0 };
            turns[j] = if track.square > 0.0 { square / track.square } else { 0.0 };
            track.square = square;
        }
        let rows = self.direction.chunks_exact_mut(width).zip(z.chunks_exact(width));
        for (p, z) in rows {
            for j in 0..width {
                p[j] = z[j] + turns[j] * p[j];
            }
        }
    }
}

/// to += sign * lengths * from, column by column.
fn add(to: &mut [f64], from: &[f64], lengths: &[f64], sign: f64) {
    let width = lengths.len();
    for (to, from) in to.chunks_exact_mut(width).zip(from.chunks_exact(width)) {
        for j in 0..width {
            to[j] += sign * lengths[j] * from[j];
        }
    }
}

/// The inner product of each column.
fn inner(a: &[f64], b: &[f64], width: usize) -> Vec<f64> {
    let mut sums = vec![0.0; width];
    for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(width)) {
        for j in 0..width {
            sums[j] += a[j] * b[j];
        }
    }
    sums
}
