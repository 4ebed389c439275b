use crate::compensated::{accumulate, dot};
use nalgebra::DMatrix;

/// A column counts as collinear when less than this part of its length stands outside the
/// span of the columns before it. The hardest certified set (NIST Filip) stands at 1e-10;
/// rounding noise of an exact combination at 1e-15.
pub const COLLINEARITY_TOLERANCE: f64 = 1e-12;

/// Householder QR factors of a matrix, taken column by column with limited pivoting:
/// a column in the span of the earlier ones is set aside and described, the others keep
/// their order.
///
/// Columns are first scaled to length near one by powers of two, which is exact and makes
/// the test of collinearity independent of units. Source: Golub & Van Loan, *Matrix
/// Computations*, 4th ed., sections 5.2, 5.3 and 5.4; the limited pivoting is LINPACK's idea
/// as R uses it.
#[derive(Debug, Clone)]
pub(crate) struct Qr {
    rows: usize,
    /// The kept columns' positions in the input.
    pub kept: Vec<usize>,
    /// The columns set aside, in input order.
    pub dependent: Vec<Dependent>,
    /// The kept columns, scaled.
    scaled: Vec<Vec<f64>>,
    /// The power of two by which each kept column was multiplied.
    scale: Vec<f64>,
    /// Householder vectors; vector j acts on rows j and below.
    reflectors: Vec<Vec<f64>>,
    /// Upper triangle, rank by rank, of the scaled matrix; column j holds rows 0 to j.
    r: Vec<Vec<f64>>,
}

/// A column that is a combination of kept ones.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dependent {
    pub column: usize,
    /// `(input position, weight)` of the kept columns that make it up; empty for a column of zeros.
    pub combination: Vec<(usize, f64)>,
}

/// Solution of a least-squares problem.
pub(crate) struct Solution {
    /// One coefficient for each kept column.
    pub coefficients: Vec<f64>,
    /// y - X b.
    pub residuals: Vec<f64>,
}

impl Qr {
    /// Factors the matrix with these columns, each of length `rows`, all finite.
    pub fn new(rows: usize, columns: &[Vec<f64>]) -> Self {
        let mut qr = Qr {
            rows,
            kept: Vec::new(),
            dependent: Vec::new(),
            scaled: Vec::new(),
            scale: Vec::new(),
            reflectors: Vec::new(),
            r: Vec::new(),
        };
        for (position, column) in columns.iter().enumerate() {
            qr.push(position, column);
        }
        qr
    }

    fn push(&mut self, position: usize, column: &[f64]) {
        let factor = power_of_two_scale(column);
        let scaled: Vec<f64> = column.iter().map(|v| v * factor).collect();
        let length = norm(&scaled);
        let mut work = scaled.clone();
        self.apply_transpose(&mut work);
        let rank = self.rank();
        let outside = norm(&work[rank..]);
        if rank == self.rows || outside <= COLLINEARITY_TOLERANCE * length {
            let weights = self.back_substitute(&work[..rank]);
            let combination = self.describe(&weights, factor);
            self.dependent.push(Dependent {
                column: position,
                combination,
            });
            return;
        }
        // The reflector sends the part below to -sign(w0) * outside on its first row.
        let alpha = if work[rank] > 0.0 { -outside } else { outside };
        let mut v = work[rank..].to_vec();
        v[0] -= alpha;
        let size = norm(&v);
        v.iter_mut().for_each(|x| *x /= size);
        work.truncate(rank);
        work.push(alpha);
        self.reflectors.push(v);
        self.r.push(work);
        self.kept.push(position);
        self.scaled.push(scaled);
        self.scale.push(factor);
    }

    /// Weights in the units of the input; those at rounding level are left out.
    fn describe(&self, weights: &[f64], factor: f64) -> Vec<(usize, f64)> {
        let largest = weights.iter().fold(0.0_f64, |m, w| m.max(w.abs()));
        weights
            .iter()
            .enumerate()
            .filter(|(_, w)| w.abs() > 1e-9 * largest)
            .map(|(j, w)| (self.kept[j], w * self.scale[j] / factor))
            .collect()
    }

    pub fn rank(&self) -> usize {
        self.kept.len()
    }

    /// Q' v, in place.
    pub fn apply_transpose(&self, v: &mut [f64]) {
        for (j, reflector) in self.reflectors.iter().enumerate() {
            reflect(reflector, &mut v[j..]);
        }
    }

    /// Q v, in place.
    fn apply(&self, v: &mut [f64]) {
        for (j, reflector) in self.reflectors.iter().enumerate().rev() {
            reflect(reflector, &mut v[j..]);
        }
    }

    /// Solves R x = b.
    fn back_substitute(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for j in (0..x.len()).rev() {
            x[j] /= self.r[j][j];
            let xj = x[j];
            x[..j].iter_mut().zip(&self.r[j]).for_each(|(x, r)| *x -= r * xj);
        }
        x
    }

    /// Solves R' x = b.
    fn forward_substitute(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for j in 0..x.len() {
            let inner: f64 = (0..j).map(|i| self.r[j][i] * x[i]).sum();
            x[j] = (x[j] - inner) / self.r[j][j];
        }
        x
    }

    /// Least squares with one step of iterative refinement of the augmented system
    /// `r + X b = y, X' r = 0`, its residuals in doubled precision (Bjorck 1967, BIT 7;
    /// Golub & Van Loan 5.3.8). Refining coefficients and residuals together also helps
    /// where the residuals are large, which refining the coefficients alone does not.
    pub fn solve(&self, y: &[f64]) -> Solution {
        let rank = self.rank();
        let mut work = y.to_vec();
        self.apply_transpose(&mut work);
        let mut b = self.back_substitute(&work[..rank]);
        work[..rank].fill(0.0);
        self.apply(&mut work);
        let mut residuals = work;

        let (f, g) = self.augmented_residuals(y, &b, &residuals);
        let h = self.forward_substitute(&g);
        let mut d = f;
        self.apply_transpose(&mut d);
        let top: Vec<f64> = d[..rank].iter().zip(&h).map(|(d, h)| d - h).collect();
        for (b, step) in b.iter_mut().zip(self.back_substitute(&top)) {
            *b += step;
        }
        d[..rank].copy_from_slice(&h);
        self.apply(&mut d);
        residuals.iter_mut().zip(&d).for_each(|(r, step)| *r += step);
        let coefficients = b.iter().zip(&self.scale).map(|(b, s)| b * s).collect();
        Solution {
            coefficients,
            residuals,
        }
    }

    /// `y - r - X b` and `-X' r`.
    fn augmented_residuals(&self, y: &[f64], b: &[f64], r: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut high = y.to_vec();
        let mut low = vec![0.0; y.len()];
        for (i, r) in r.iter().enumerate() {
            accumulate(&mut high[i], &mut low[i], -1.0, *r);
        }
        for (column, b) in self.scaled.iter().zip(b) {
            for (i, x) in column.iter().enumerate() {
                accumulate(&mut high[i], &mut low[i], -x, *b);
            }
        }
        let f = high.iter().zip(&low).map(|(h, l)| h + l).collect();
        let g = self.scaled.iter().map(|column| -dot(0.0, column, r)).collect();
        (f, g)
    }

    /// (X'X)^-1 of the kept columns, from R^-1 R^-T, in the units of the input.
    pub fn inverse_gram(&self) -> DMatrix<f64> {
        let rank = self.rank();
        let mut unit = vec![0.0; rank];
        let rows: Vec<Vec<f64>> = (0..rank)
            .map(|j| {
                unit.fill(0.0);
                unit[j] = 1.0;
                self.back_substitute(&unit)
            })
            .collect();
        DMatrix::from_fn(rank, rank, |a, b| {
            let inner: f64 = (a.max(b)..rank).map(|j| rows[j][a] * rows[j][b]).sum();
            inner * self.scale[a] * self.scale[b]
        })
    }

    /// The diagonal of the hat matrix X (X'X)^-1 X': squared row lengths of the thin Q.
    pub fn leverages(&self) -> Vec<f64> {
        let mut leverages = vec![0.0; self.rows];
        let mut column = vec![0.0; self.rows];
        for j in 0..self.rank() {
            column.fill(0.0);
            column[j] = 1.0;
            self.apply(&mut column);
            leverages.iter_mut().zip(&column).for_each(|(h, q)| *h += q * q);
        }
        leverages
    }

    /// An orthonormal basis of what is orthogonal to all kept columns: rows - rank vectors.
    pub fn complement(&self) -> Vec<Vec<f64>> {
        (self.rank()..self.rows)
            .map(|j| {
                let mut v = vec![0.0; self.rows];
                v[j] = 1.0;
                self.apply(&mut v);
                v
            })
            .collect()
    }

    /// Whether `v` lies in the span of the kept columns.
    pub fn spans(&self, v: &[f64]) -> bool {
        let mut work = v.to_vec();
        self.apply_transpose(&mut work);
        norm(&work[self.rank()..]) <= 1e3 * COLLINEARITY_TOLERANCE * norm(v)
    }
}

/// Euclidean length, safe against overflow.
pub(crate) fn norm(v: &[f64]) -> f64 {
    let largest = v.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let sum: f64 = v.iter().map(|x| (x / largest) * (x / largest)).sum();
    largest * sum.sqrt()
}

fn power_of_two_scale(column: &[f64]) -> f64 {
    let length = norm(column);
    if length == 0.0 {
        1.0
    } else {
        2f64.powi(-(length.log2().floor().clamp(-1000.0, 1000.0) as i32))
    }
}

/// v <- (I - 2 u u') v for a unit vector u.
fn reflect(u: &[f64], v: &mut [f64]) {
    let inner: f64 = u.iter().zip(v.iter()).map(|(u, v)| u * v).sum();
    v.iter_mut().zip(u).for_each(|(v, u)| *v -= 2.0 * inner * u);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_combination_is_found_and_described() {
        let a = vec![1.0, 1.0, 1.0, 1.0];
        let b = vec![1e9, 2e9, 4e9, 8e9];
        let c: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 3.0 * a - 0.5 * b).collect();
        let qr = Qr::new(4, &[a, b, c, vec![0.0; 4], vec![0.0, 1.0, 0.0, 1.0]]);
        assert_eq!(qr.kept, vec![0, 1, 4]);
        assert_eq!(
            qr.dependent[1],
            Dependent {
                column: 3,
                combination: Vec::new()
            }
        );
        let combination = &qr.dependent[0].combination;
        assert_eq!(combination.iter().map(|c| c.0).collect::<Vec<_>>(), vec![0, 1]);
        assert!((combination[1].1 + 0.5).abs() < 1e-12, "{combination:?}");
    }

    #[test]
    fn more_columns_than_rows_leave_the_rest_aside() {
        let qr = Qr::new(2, &[vec![1.0, 0.0], vec![1.0, 1.0], vec![0.5, 0.25]]);
        assert_eq!((qr.rank(), qr.dependent.len()), (2, 1));
    }

    proptest! {
        #[test]
        fn residuals_are_orthogonal_and_gram_inverts(
            x in proptest::collection::vec(-10.0..10.0f64, 24), y in proptest::collection::vec(-10.0..10.0f64, 12)
        ) {
            let columns = vec![vec![1.0; 12], x[..12].to_vec(), x[12..].to_vec()];
            let qr = Qr::new(12, &columns);
            prop_assume!(qr.rank() == 3);
            let solution = qr.solve(&y);
            for column in &columns {
                let inner: f64 = column.iter().zip(&solution.residuals).map(|(a, b)| a * b).sum();
                prop_assert!(inner.abs() < 1e-9);
            }
            prop_assert!((qr.leverages().iter().sum::<f64>() - 3.0).abs() < 1e-12);
            let gram = DMatrix::from_fn(3, 3, |i, j| columns[i].iter().zip(&columns[j]).map(|(a, b)| a * b).sum::<f64>());
            let product = gram * qr.inverse_gram();
            prop_assert!((product - DMatrix::identity(3, 3)).norm() < 1e-8);
        }
    }
}
