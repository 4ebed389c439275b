//! A dense primal simplex for programmes whose origin is feasible.

/// A programme in dictionary form: basic variables in terms of non-basic ones, all of them
/// non-negative. Labels order the variables for Bland's rule.
struct Dictionary {
    /// One row a basic variable: its coefficients, constraints a x <= b.
    rows: Vec<Vec<f64>>,
    constants: Vec<f64>,
    gains: Vec<f64>,
    basic: Vec<usize>,
    free: Vec<usize>,
}

/// Below this a coefficient counts as rounding.
const NOISE: f64 = 1e-9;

/// Maximises gains'x over x >= 0 with rows x <= constants, constants of zero or more, so that the origin
/// is feasible and no first phase is needed. Returns x; `None` where it is unbounded or does not
/// end in `steps`.
///
/// *Source*: Dantzig's simplex method with Bland's (1977, Mathematics of Operations Research 2, 103-107)
/// rule, which cannot cycle; Chvatal, *Linear Programming*, chapters 2 and 3.
pub(super) fn maximise(gains: Vec<f64>, rows: Vec<Vec<f64>>, constants: Vec<f64>, steps: usize) -> Option<Vec<f64>> {
    let (width, height) = (gains.len(), rows.len());
    let mut dictionary = Dictionary {
        rows,
        constants,
        gains,
        basic: (width..width + height).collect(),
        free: (0..width).collect(),
    };
    for _ in 0..steps {
        let Some(entering) = dictionary.entering() else {
            let mut x = vec![0.0; width];
            for (&label, value) in dictionary.basic.iter().zip(&dictionary.constants) {
                if label < width {
                    x[label] = *value;
                }
            }
            return Some(x);
        };
        let leaving = dictionary.leaving(entering)?;
        dictionary.pivot(leaving, entering);
    }
    None
}

impl Dictionary {
    /// The non-basic variable of smallest label that raises the objective.
    fn entering(&self) -> Option<usize> {
        (0..self.free.len())
            .filter(|&j| self.gains[j] > NOISE)
            .min_by_key(|&j| self.free[j])
    }

    /// The row that binds first; of equals the one of smallest label.
    fn leaving(&self, entering: usize) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (i, row) in self.rows.iter().enumerate().filter(|(_, row)| row[entering] > NOISE) {
            let ratio = self.constants[i] / row[entering];
            let better = best.is_none_or(|(at, least)| {
                ratio < least - NOISE || (ratio <= least + NOISE && self.basic[i] < self.basic[at])
            });
            if better {
                best = Some((i, ratio.min(best.map_or(ratio, |b| b.1))));
            }
        }
        best.map(|b| b.0)
    }

    fn pivot(&mut self, r: usize, c: usize) {
        let inverse = 1.0 / self.rows[r][c];
        let mut row = std::mem::take(&mut self.rows[r]);
        row.iter_mut().for_each(|v| *v *= inverse);
        row[c] = inverse;
        let constant = (self.constants[r] * inverse).max(0.0);
        for (i, other) in self.rows.iter_mut().enumerate().filter(|(i, _)| *i != r) {
            let weight = other[c];
            if weight == 0.0 {
                continue;
            }
            other[c] = 0.0;
            other.iter_mut().zip(&row).for_each(|(o, p)| *o -= weight * p);
            self.constants[i] = (self.constants[i] - weight * constant).max(0.0);
        }
        let weight = std::mem::replace(&mut self.gains[c], 0.0);
        self.gains.iter_mut().zip(&row).for_each(|(g, p)| *g -= weight * p);
        self.rows[r] = row;
        self.constants[r] = constant;
        std::mem::swap(&mut self.basic[r], &mut self.free[c]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textbook_programme() {
        // Chvatal, chapter 2: maximise 5 a + 4 b + 3 c; the optimum is (2, 0, 1).
        let rows = vec![vec![2.0, 3.0, 1.0], vec![4.0, 1.0, 2.0], vec![3.0, 4.0, 2.0]];
        let x = maximise(vec![5.0, 4.0, 3.0], rows, vec![5.0, 11.0, 8.0], 100).unwrap();
        for (found, expected) in x.iter().zip([2.0, 0.0, 1.0]) {
            assert!((found - expected).abs() < 1e-12, "{x:?}");
        }
    }

    #[test]
    fn degenerate_and_unbounded_programmes() {
        // Beale's example, on which the largest-coefficient rule cycles: the optimum is 1/20.
        let rows = vec![
            vec![0.25, -60.0, -0.04, 9.0],
            vec![0.5, -90.0, -0.02, 3.0],
            vec![0.0, 0.0, 1.0, 0.0],
        ];
        let gains = vec![0.75, -150.0, 0.02, -6.0];
        let x = maximise(gains.clone(), rows, vec![0.0, 0.0, 1.0], 100).unwrap();
        let value: f64 = x.iter().zip(&gains).map(|(x, g)| x * g).sum();
        assert!((value - 0.05).abs() < 1e-12);
        assert_eq!(maximise(vec![1.0], vec![vec![-1.0]], vec![0.0], 10), None);
    }
}
