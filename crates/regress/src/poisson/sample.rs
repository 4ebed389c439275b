use super::separation::{SeparationMethod, separated};
use crate::absorb::{Effect, SingletonDrop, drop_singletons};
use crate::{Design, Error, Result};
use std::borrow::Cow;

/// The rows that a Poisson regression can use, and the others.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub rows: Vec<usize>,
    pub separated: Vec<usize>,
    pub singletons: Vec<SingletonDrop>,
    /// Whether separation beyond groups without trade has been ruled out.
    pub checked: bool,
}

/// Up to this many numbers in the dense matrix of terms and groups, separation is checked before the fit.
const SMALL: usize = 2_000_000;

impl Sample {
    /// Leaves out singletons and groups whose y is zero throughout, in turn until none is left. Further
    /// separated rows are sought at once where that was asked for or costs little.
    pub fn find(design: &Design, y: &[f64], effects: &[Effect], method: SeparationMethod) -> Result<Self> {
        let mut sample = Sample::thinned(y, effects)?;
        let width = design.terms().len() + effects.iter().map(Effect::count).sum::<usize>();
        if method != SeparationMethod::Automatic || width.saturating_mul(y.len()) <= SMALL {
            sample.check(design, y, effects, method)?;
        }
        Ok(sample)
    }

    /// Leaves out singletons and groups of zeros only.
    pub fn thinned(y: &[f64], effects: &[Effect]) -> Result<Self> {
        let mut sample = Sample {
            rows: (0..y.len()).collect(),
            separated: Vec::new(),
            singletons: Vec::new(),
            checked: false,
        };
        sample.thin(y, effects)?;
        Ok(sample)
    }

    /// Leaves out all separated rows, and what is alone then. Tells whether there were any.
    pub fn check(&mut self, design: &Design, y: &[f64], effects: &[Effect], method: SeparationMethod) -> Result<bool> {
        let before = self.rows.len();
        loop {
            let found = {
                let here = self.effects(effects);
                let values: Vec<f64> = self.rows.iter().map(|&i| y[i]).collect();
                separated(&self.design(design), &values, &here, method)?
            };
            if found.is_empty() {
                self.checked = true;
                return Ok(self.rows.len() < before);
            }
            self.separated.extend(found.iter().map(|&i| self.rows[i]));
            let mut found = found.into_iter().peekable();
            let mut position = 0;
            self.rows.retain(|_| {
                position += 1;
                found.next_if_eq(&(position - 1)).is_none()
            });
            self.thin(y, effects)?;
        }
    }

    /// The effects of the rows in use.
    pub fn effects<'a>(&self, effects: &'a [Effect]) -> Cow<'a, [Effect]> {
        match effects.first() {
            Some(first) if first.groups().len() > self.rows.len() => {
                effects.iter().map(|e| e.select(&self.rows)).collect()
            }
            _ => Cow::Borrowed(effects),
        }
    }

    /// The design of the rows in use.
    pub fn design<'a>(&self, design: &'a Design) -> Cow<'a, Design> {
        match design.rows() > self.rows.len() {
            true => Cow::Owned(design.select_rows(&self.rows)),
            false => Cow::Borrowed(design),
        }
    }

    /// Leaves out singletons and groups of zeros, in turn until none is left.
    fn thin(&mut self, y: &[f64], effects: &[Effect]) -> Result<()> {
        loop {
            let here = self.effects(effects);
            let (keep, alone) = drop_singletons(&here, self.rows.len());
            let (keep, zeros) = without_zeros(&here, keep, |i| y[self.rows[i]] > 0.0);
            self.singletons.extend(alone.into_iter().map(|drop| SingletonDrop {
                row: self.rows[drop.row],
                effect: drop.effect,
            }));
            self.separated.extend(zeros.iter().map(|&i| self.rows[i]));
            self.rows = keep.iter().map(|&i| self.rows[i]).collect();
            if self.rows.iter().all(|&i| y[i] == 0.0) {
                let reason = "no row with y above zero is left after singletons and separated rows".to_owned();
                return Err(Error::Degenerate {
                    what: "a Poisson regression",
                    reason,
                });
            }
            if zeros.is_empty() {
                self.separated.sort_unstable();
                self.singletons.sort_by_key(|d| d.row);
                return Ok(());
            }
        }
    }
}

/// Parts rows into those all whose groups have a row with y above zero, and the others: a dummy separates them.
fn without_zeros(effects: &[Effect], rows: Vec<usize>, positive: impl Fn(usize) -> bool) -> (Vec<usize>, Vec<usize>) {
    let mut alive: Vec<Vec<bool>> = effects.iter().map(|e| vec![false; e.count()]).collect();
    for &row in rows.iter().filter(|&&row| positive(row)) {
        for (alive, effect) in alive.iter_mut().zip(effects) {
            alive[effect.groups()[row] as usize] = true;
        }
    }
    let lives = |row: &usize| {
        let groups = alive.iter().zip(effects);
        groups
            .into_iter()
            .all(|(alive, effect)| alive[effect.groups()[*row] as usize])
    };
    rows.into_iter().partition(lives)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_zeros_and_those_they_leave_alone_are_found() {
        // Group 0 of a has zeros only; without it row 3 is alone in b.
        let a = Effect::new("a", &[0, 0, 1, 1, 1, 2, 2]);
        let b = Effect::new("b", &[0, 1, 1, 0, 1, 1, 1]);
        let y = [0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 0.0];
        let design = Design::new(7).term("x", (0..7).map(f64::from).collect()).unwrap();
        let sample = Sample::find(&design, &y, &[a, b], SeparationMethod::Rectifier).unwrap();
        assert_eq!(sample.singletons.iter().map(|s| s.row).collect::<Vec<_>>(), [3]);
        assert_eq!(sample.separated, [0, 1]);
        assert_eq!(sample.rows, [2, 4, 5, 6]);
    }
}
