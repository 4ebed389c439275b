//! Passes over the rows, for several columns at once. Tables hold `width` numbers for each group of
//! the effects beside the leading one, group by group.

use super::layout::Layout;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

/// Columns that one pass takes at most.
pub(crate) const MOST_WIDTH: usize = 4;

/// The weights of the rows and, for each group of the leading effect, the inverse of their sum.
#[derive(Debug)]
pub(crate) struct Weighted<'a> {
    pub layout: &'a Layout,
    weights: Option<&'a [f64]>,
    inverse: Cow<'a, [f64]>,
}

impl<'a> Weighted<'a> {
    /// For weights in the solver's order.
    pub fn new(layout: &'a Layout, weights: Option<&'a [f64]>) -> Self {
        let sum = |group: usize| match weights {
            None => layout.group(group).len() as f64,
            Some(w) => w[layout.group(group)].iter().sum(),
        };
        let invert = |sum: f64| if sum > 0.0 { 1.0 / sum } else { 0.0 };
        let inverse = (0..layout.leading()).map(|g| invert(sum(g))).collect();
        Weighted {
            layout,
            weights,
            inverse: Cow::Owned(inverse),
        }
    }

    /// With the inverses of an earlier one of the same weights.
    pub fn again(layout: &'a Layout, weights: Option<&'a [f64]>, inverse: &'a [f64]) -> Self {
        Weighted {
            layout,
            weights,
            inverse: Cow::Borrowed(inverse),
        }
    }

    /// For each group of the leading effect the inverse of its weight.
    pub fn inverse(self) -> Vec<f64> {
        self.inverse.into_owned()
    }

    /// The inverse of the weight of a group of the leading effect.
    pub fn inverse_of(&self, group: usize) -> f64 {
        self.inverse[group]
    }

    /// The weight of a row.
    #[inline(always)]
    pub fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[row])
    }

    /// The diagonal of the reduced system: for each group the sum of w (1 - w / W), W the weight of
    /// the row's leading group; exact where no two rows share both groups.
    pub fn diagonal(&self) -> Vec<f64> {
        let layout = self.layout;
        let mut diagonal = vec![0.0; layout.groups()];
        for group in 0..layout.leading() {
            for row in layout.group(group) {
                let w = self.weight(row);
                let share = w * (1.0 - w * self.inverse[group]);
                for &code in &layout.codes()[row * layout.others()..(row + 1) * layout.others()] {
                    diagonal[code as usize] += share;
                }
            }
        }
        diagonal
    }

    /// The reduced system times a table: D'W M D t, M taking out the leading effect's means.
    pub fn apply(&self, table: &[f64], width: usize) -> Vec<f64> {
        match width {
            1 => self.apply_by::<1>(table),
            2 => self.apply_by::<2>(table),
            3 => self.apply_by::<3>(table),
            _ => self.apply_by::<4>(table),
        }
    }

    fn apply_by<const P: usize>(&self, table: &[f64]) -> Vec<f64> {
        match self.layout.others() {
            1 => self.applied::<P, 1>(table),
            2 => self.applied::<P, 2>(table),
            _ => self.applied::<P, 0>(table),
        }
    }

    fn applied<const P: usize, const F: usize>(&self, table: &[f64]) -> Vec<f64> {
        let table = table.as_chunks::<P>().0;
        let codes = self.layout.codes();
        self.collect(P, |chunk, out| {
            let out = out.as_chunks_mut::<P>().0;
            let others = if F == 0 { self.layout.others() } else { F };
            self.deviations::<P>(
                chunk,
                |row| gather::<P>(table, &codes[row * others..][..others], [0.0; P], 1.0),
                |row, w, d| scatter::<P>(out, &codes[row * others..][..others], w, d),
            );
            [0.0; P]
        })
        .0
    }

    /// For columns x and coefficients a: D'W M (x - D a), and the squared lengths of M (x - D a).
    pub fn residual(&self, columns: &[&[f64]], table: &[f64]) -> (Vec<f64>, Vec<f64>) {
        match columns.len() {
            1 => self.residual_by::<1>(columns, table),
            2 => self.residual_by::<2>(columns, table),
            3 => self.residual_by::<3>(columns, table),
            _ => self.residual_by::<4>(columns, table),
        }
    }

    fn residual_by<const P: usize>(&self, columns: &[&[f64]], table: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let table = table.as_chunks::<P>().0;
        let (codes, others) = (self.layout.codes(), self.layout.others());
        let (sums, squares) = self.collect(P, |chunk, out| {
            let out = out.as_chunks_mut::<P>().0;
            let mut squares = [0.0; P];
            self.deviations::<P>(
                chunk,
                |row| gather::<P>(table, &codes[row * others..][..others], pick(columns, row), -1.0),
                |row, w, d| {
                    scatter::<P>(out, &codes[row * others..][..others], w, d);
                    squares.iter_mut().zip(d).for_each(|(s, d)| *s += w * d * d);
                },
            );
            squares
        });
        (sums, squares[..P].to_vec())
    }

    /// M (x - D a), column by column.
    pub fn left(&self, columns: &[&[f64]], table: &[f64]) -> Vec<Vec<f64>> {
        if self.layout.leading() == 0 {
            return columns.iter().map(|c| c.to_vec()).collect();
        }
        match columns.len() {
            1 => self.left_by::<1>(columns, table),
            2 => self.left_by::<2>(columns, table),
            3 => self.left_by::<3>(columns, table),
            _ => self.left_by::<4>(columns, table),
        }
    }

    fn left_by<const P: usize>(&self, columns: &[&[f64]], table: &[f64]) -> Vec<Vec<f64>> {
        let table = table.as_chunks::<P>().0;
        let layout = self.layout;
        let (codes, others) = (layout.codes(), layout.others());
        let mut left: Vec<Vec<f64>> = vec![vec![0.0; layout.rows()]; P];
        let mut parts: Vec<(Range<usize>, Vec<&mut [f64]>)> = layout
            .chunks()
            .iter()
            .map(|chunk| (chunk.clone(), Vec::new()))
            .collect();
        for column in &mut left {
            let mut rest = column.as_mut_slice();
            for (chunk, pieces) in &mut parts {
                let (piece, after) = rest.split_at_mut(self.span(chunk).len());
                pieces.push(piece);
                rest = after;
            }
        }
        parts.into_par_iter().for_each(|(chunk, mut pieces)| {
            let first = self.span(&chunk).start;
            self.deviations::<P>(
                chunk,
                |row| gather::<P>(table, &codes[row * others..][..others], pick(columns, row), -1.0),
                |row, _, d| pieces.iter_mut().zip(d).for_each(|(piece, d)| piece[row - first] = d),
            );
        });
        left
    }

    /// The rows of a range of leading groups.
    fn span(&self, chunk: &Range<usize>) -> Range<usize> {
        match chunk.is_empty() {
            true => 0..0,
            false => self.layout.group(chunk.start).start..self.layout.group(chunk.end - 1).end,
        }
    }

    /// Hands on, for every row of some leading groups, its weight and what its values exceed their group's means by.
    #[inline(always)]
    fn deviations<const P: usize>(
        &self,
        groups: Range<usize>,
        value: impl Fn(usize) -> [f64; P],
        mut emit: impl FnMut(usize, f64, [f64; P]),
    ) {
        let mut values: Vec<[f64; P]> = Vec::new();
        for group in groups {
            let rows = self.layout.group(group);
            values.clear();
            let mut mean = [0.0; P];
            for row in rows.clone() {
                let (v, w) = (value(row), self.weight(row));
                mean.iter_mut().zip(v).for_each(|(m, v)| *m += w * v);
                values.push(v);
            }
            mean.iter_mut().for_each(|m| *m *= self.inverse[group]);
            for (row, v) in rows.zip(&values) {
                let mut d = *v;
                d.iter_mut().zip(mean).for_each(|(d, m)| *d -= m);
                emit(row, self.weight(row), d);
            }
        }
    }

    /// Runs the chunks, each with its own table of sums, and adds tables and numbers in the chunks' order.
    fn collect<const P: usize>(
        &self,
        width: usize,
        run: impl Fn(Range<usize>, &mut [f64]) -> [f64; P] + Sync,
    ) -> (Vec<f64>, [f64; P]) {
        let empty = || vec![0.0; self.layout.groups() * width];
        let chunks = self.layout.chunks();
        if let [only] = chunks {
            let mut sums = empty();
            let numbers = run(only.clone(), &mut sums);
            return (sums, numbers);
        }
        let parts: Vec<(Vec<f64>, [f64; P])> = chunks
            .par_iter()
            .map(|chunk| {
                let mut sums = empty();
                let numbers = run(chunk.clone(), &mut sums);
                (sums, numbers)
            })
            .collect();
        let mut total = (empty(), [0.0; P]);
        for (sums, numbers) in parts {
            total.0.iter_mut().zip(sums).for_each(|(t, s)| *t += s);
            total.1.iter_mut().zip(numbers).for_each(|(t, s)| *t += s);
        }
        total
    }
}

/// `start` plus `sign` times the entries of a row's groups.
#[inline(always)]
fn gather<const P: usize>(table: &[[f64; P]], codes: &[u32], start: [f64; P], sign: f64) -> [f64; P] {
    let mut sum = start;
    for &code in codes {
        let entry = &table[code as usize];
        for j in 0..P {
            sum[j] += sign * entry[j];
        }
    }
    sum
}

/// Adds w d to the entries of a row's groups.
#[inline(always)]
fn scatter<const P: usize>(table: &mut [[f64; P]], codes: &[u32], w: f64, d: [f64; P]) {
    for &code in codes {
        let entry = &mut table[code as usize];
        for j in 0..P {
            entry[j] += w * d[j];
        }
    }
}

#[inline(always)]
fn pick<const P: usize>(columns: &[&[f64]], row: usize) -> [f64; P] {
    let mut values = [0.0; P];
    for j in 0..P {
        values[j] = columns[j][row];
    }
    values
}
