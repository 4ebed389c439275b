use crate::qr::norm;
use crate::{Design, Error, Result};

/// A least-squares fit that grows by one observation at a time: the triangle R of the rows
/// so far, updated by Givens rotations (Golub & Van Loan, section 6.5.3). Rotations are
/// orthogonal, so the residual sum of squares never suffers from cancellation.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    k: usize,
    /// R, row by row.
    r: Vec<f64>,
    /// The rotated response.
    z: Vec<f64>,
    /// Below these sizes an entry counts as rounding noise of its column.
    noise: Vec<f64>,
    work: Vec<f64>,
    /// The residual sum of squares so far.
    pub rss: f64,
    /// How many columns are in R.
    pub rank: usize,
}

impl Segment {
    /// An empty segment of a design.
    pub fn new(design: &Design) -> Self {
        let k = design.terms().len();
        Segment {
            k,
            r: vec![0.0; k * k],
            z: vec![0.0; k],
            noise: design.columns().iter().map(|c| 1e-13 * norm(c)).collect(),
            work: vec![0.0; k],
            rss: 0.0,
            rank: 0,
        }
    }

    /// Forgets all observations.
    pub fn clear(&mut self) {
        self.r.fill(0.0);
        self.z.fill(0.0);
        self.rss = 0.0;
        self.rank = 0;
    }

    /// Adds an observation. Returns its rotated residual, whose square is what the residual sum
    /// of squares grows by: up to sign, the recursive residual of Brown, Durbin & Evans (1975).
    /// `None` while the observation still adds to the rank.
    pub fn push(&mut self, row: &[f64], y: f64) -> Option<f64> {
        self.work.copy_from_slice(row);
        let mut y = y;
        for j in 0..self.k {
            let entry = self.work[j];
            if entry.abs() <= self.noise[j] {
                continue;
            }
            let diagonal = self.r[j * self.k + j];
            if diagonal == 0.0 {
                self.r[j * self.k + j..(j + 1) * self.k].copy_from_slice(&self.work[j..]);
                self.z[j] = y;
                self.rank += 1;
                return None;
            }
            let length = diagonal.hypot(entry);
            let (c, s) = (diagonal / length, entry / length);
            for i in j..self.k {
                let (upper, lower) = (self.r[j * self.k + i], self.work[i]);
                self.r[j * self.k + i] = c * upper + s * lower;
                self.work[i] = c * lower - s * upper;
            }
            let upper = self.z[j];
            self.z[j] = c * upper + s * y;
            y = c * y - s * upper;
        }
        self.rss += y * y;
        Some(y)
    }

    /// The coefficients; zero for columns that are not in R.
    pub fn coefficients(&self) -> Vec<f64> {
        let mut b = vec![0.0; self.k];
        for j in (0..self.k).rev() {
            let diagonal = self.r[j * self.k + j];
            if diagonal != 0.0 {
                let inner: f64 = (j + 1..self.k).map(|i| self.r[j * self.k + i] * b[i]).sum();
                b[j] = (self.z[j] - inner) / diagonal;
            }
        }
        b
    }
}

/// The rows of a design, each as a slice of k numbers.
pub(crate) fn rows(design: &Design) -> Vec<Vec<f64>> {
    (0..design.rows())
        .map(|i| design.columns().iter().map(|c| c[i]).collect())
        .collect()
}

/// What a residual sum of squares may be through rounding alone.
///
/// # Errors
/// Figures whose squares overflow or vanish.
pub(crate) fn rounding_noise(y: &[f64]) -> Result<f64> {
    let total: f64 = y.iter().map(|v| v * v).sum();
    let squared = total >= f64::MIN_POSITIVE / 1e-26 || y.iter().all(|v| *v == 0.0);
    if squared && total.is_finite() {
        return Ok(1e-26 * total);
    }
    Err(Error::Degenerate {
        what: "a break",
        reason: "the figures are too large or too small to square; rescale them".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ols;

    #[test]
    fn a_growing_fit_is_the_fit_of_its_rows() {
        let x: Vec<f64> = (0..12).map(|i| 1990.0 + f64::from(i)).collect();
        let y: Vec<f64> = (0..12).map(|i| f64::from(i * i % 7)).collect();
        let design = Design::new(12).intercept().unwrap().term("year", x).unwrap();
        let mut segment = Segment::new(&design);
        for (i, row) in rows(&design).iter().enumerate() {
            segment.push(row, y[i]);
            if i > 2 {
                let keep: Vec<usize> = (0..=i).collect();
                let fit = ols(&design.select_rows(&keep), &y[..=i]).unwrap();
                assert!((segment.rss - fit.rss).abs() < 1e-9 * (1.0 + fit.rss));
                assert!((segment.coefficients()[1] - fit.coefficients[1]).abs() < 1e-9);
            }
        }
    }
}
