//! The size of each reporter's own error, from how far its reports are from its partners'.
//!
//! If a report is V·E with ln E of mean zero and variance σ_i², independent between the two sides
//! of a flow, then E[(ln V_i/V_j)²] = σ_i² + σ_j²: exactly additive in the variances, so that they
//! follow from a regression of d² on the two reporters' indicators, without declaring any reporter
//! perfect first (compare eq. 5 of BACI, Gaulier & Zignago 2010, on |d|; Ten Cate, CPB memo 179).

use crate::connectedness::Components;
use crate::nonnegative::nonnegative_least_squares;
use nalgebra::{DMatrix, DVector};

/// The log ratio of one flow's two reports, with whatever is systematic (the CIF/FOB margin)
/// already taken out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRatio {
    /// One reporter, an index from 0.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// ln(V_first/V_second), 1; the sign does not matter.
    pub d: f64,
}

/// How the regression is weighted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// All flows alike: ordinary non-negative least squares.
    Equal,
    /// Flows by the inverse variance of d², 1/(σ_i² + σ_j²)², iterated to a fixed point: the maximum
    /// likelihood of normal log errors.
    Likelihood,
}

/// The variance of each reporter's own log error.
#[derive(Clone, Debug, PartialEq)]
pub struct VarianceComponents {
    /// σ² of each reporter, never negative; `None` where the flows do not determine it.
    pub variance: Vec<Option<f64>>,
    /// The standard error of σ², from the information matrix of normal log errors.
    pub std_error: Vec<Option<f64>>,
    /// Flows each reporter takes part in.
    pub n: Vec<usize>,
    /// Reporters whose σ² the flows do not determine: they belong to a part of the graph of
    /// two-sided flows without an odd cycle.
    pub undetermined: usize,
    /// How many separate parts of that graph have determined variances.
    pub parts: usize,
}

/// Why variance components were not estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unestimable {
    /// A log ratio is not a number, or names a reporter that is not there.
    #[error("log ratio {row} is not finite, names one reporter twice or one beyond the {reporters} given")]
    BadRow {
        /// Its index, from 0.
        row: usize,
        /// The number of reporters.
        reporters: usize,
    },
    /// Nothing determines any σ².
    #[error(
        "no chain of two-sided flows closes in an odd number of reporters, \
         which it takes to tell one reporter's error from another's"
    )]
    NoOddCycle,
    /// The normal equations are singular to working precision.
    #[error("the variances cannot be told apart to working precision")]
    Singular,
}

/// Estimates σ_i² from d² by non-negative least squares; one σ per reporter, as exporter and
/// importer alike.
///
/// # Errors
/// [`Unestimable`]. Reporters outside every part with an odd cycle get `None`, not an error.
pub fn variance_components(
    reporters: usize,
    ratios: &[LogRatio],
    weighting: Weighting,
) -> Result<VarianceComponents, Unestimable> {
    let bad = |r: &LogRatio| r.first >= reporters || r.second >= reporters || r.first == r.second || !r.d.is_finite();
    if let Some(row) = ratios.iter().position(bad) {
        return Err(Unestimable::BadRow { row, reporters });
    }
    let edges: Vec<_> = ratios.iter().map(|r| (r.first, r.second)).collect();
    let components = Components::of(reporters, &edges);
    let determined: Vec<usize> = (0..reporters)
        .filter(|&i| !components.bipartite[components.of_node[i]])
        .collect();
    if determined.is_empty() {
        return Err(Unestimable::NoOddCycle);
    }
    let mut column = vec![None; reporters];
    for (c, &i) in determined.iter().enumerate() {
        column[i] = Some(c);
    }
    // Both ends of an edge lie in the same part.
    let rows: Vec<(usize, usize, f64)> = ratios
        .iter()
        .filter_map(|r| Some((column[r.first]?, column[r.second]?, r.d * r.d)))
        .collect();
    let (variances, gram) = estimate(&rows, determined.len(), weighting)?;
    let covariance = (gram / 2.0).cholesky().ok_or(Unestimable::Singular)?.inverse();
    let mut n = vec![0; reporters];
    for ratio in ratios {
        n[ratio.first] += 1;
        n[ratio.second] += 1;
    }
    Ok(VarianceComponents {
        variance: column.iter().map(|c| c.map(|c| variances[c])).collect(),
        std_error: column
            .iter()
            .map(|c| c.map(|c| covariance[(c, c)].max(0.0).sqrt()))
            .collect(),
        n,
        undetermined: reporters - determined.len(),
        parts: components.bipartite.iter().filter(|b| !**b).count(),
    })
}

/// The variances, and A'WA with the weights 1/(σ_i² + σ_j²)² at them.
fn estimate(
    rows: &[(usize, usize, f64)],
    p: usize,
    weighting: Weighting,
) -> Result<(DVector<f64>, DMatrix<f64>), Unestimable> {
    let mean_square = rows.iter().map(|r| r.2).sum::<f64>() / rows.len() as f64;
    // No flow may count for more than a ten-thousandth of the mean variance would make it count.
    let floor = (1e-4 * mean_square).max(f64::MIN_POSITIVE);
    let inverse_square = |v: &DVector<f64>, i: usize, j: usize| (v[i] + v[j]).max(floor).powi(-2);
    let (gram, moment) = normal_equations(rows, p, |_, _| 1.0);
    let mut variances = nonnegative_least_squares(&gram, &moment).ok_or(Unestimable::Singular)?;
    if weighting == Weighting::Likelihood {
        for _ in 0..100 {
            let (gram, moment) = normal_equations(rows, p, |i, j| inverse_square(&variances, i, j));
            let next = nonnegative_least_squares(&gram, &moment).ok_or(Unestimable::Singular)?;
            let moved = (&next - &variances).amax();
            variances = next;
            if moved <= 1e-10 * mean_square {
                break;
            }
        }
    }
    let (information, _) = normal_equations(rows, p, |i, j| inverse_square(&variances, i, j));
    Ok((variances, information))
}

fn normal_equations(
    rows: &[(usize, usize, f64)],
    p: usize,
    weight: impl Fn(usize, usize) -> f64,
) -> (DMatrix<f64>, DVector<f64>) {
    let (mut gram, mut moment) = (DMatrix::zeros(p, p), DVector::zeros(p));
    for &(i, j, square) in rows {
        let w = weight(i, j);
        for (a, b) in [(i, i), (i, j), (j, i), (j, j)] {
            gram[(a, b)] += w;
        }
        moment[i] += w * square;
        moment[j] += w * square;
    }
    (gram, moment)
}

impl VarianceComponents {
    /// σ of each reporter.
    pub fn sigma(&self) -> Vec<Option<f64>> {
        self.variance.iter().map(|v| v.map(f64::sqrt)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_determines_three_variances_exactly() {
        // σ² = 1, 4, 9: the three d² are 5, 13, 10.
        let ratios = [(0, 1, 5.0_f64), (1, 2, 13.0), (0, 2, 10.0)].map(|(first, second, square)| LogRatio {
            first,
            second,
            d: -square.sqrt(),
        });
        for weighting in [Weighting::Equal, Weighting::Likelihood] {
            let found = variance_components(4, &ratios, weighting).unwrap();
            for (sigma, expected) in found.sigma().iter().zip([1.0, 2.0, 3.0]) {
                assert!((sigma.unwrap() - expected).abs() < 1e-10);
            }
            assert_eq!((found.variance[3], found.undetermined, found.parts), (None, 1, 1));
            assert_eq!(found.n, [2, 2, 2, 0]);
        }
    }

    #[test]
    fn two_reporters_alone_are_refused() {
        let pair = [LogRatio {
            first: 0,
            second: 1,
            d: 0.3,
        }];
        assert_eq!(
            variance_components(2, &pair, Weighting::Equal),
            Err(Unestimable::NoOddCycle)
        );
        let bad = [LogRatio {
            first: 0,
            second: 5,
            d: 0.3,
        }];
        let error = variance_components(2, &bad, Weighting::Equal);
        assert!(matches!(error, Err(Unestimable::BadRow { row: 0, .. })));
    }

    #[test]
    fn a_negative_variance_is_never_returned() {
        // d² = 1, 1, 9: unconstrained, the first would be (1 + 1 - 9)/2 < 0.
        let ratios = [(0, 1, 1.0), (0, 2, 1.0), (1, 2, 3.0)].map(|(first, second, d)| LogRatio { first, second, d });
        let found = variance_components(3, &ratios, Weighting::Equal).unwrap();
        assert_eq!(found.variance[0], Some(0.0));
        assert!(found.variance[1].unwrap() > 1.0);
    }

    #[test]
    fn equal_reporters_share_the_mean_square() {
        let ratios: Vec<LogRatio> = (0..5)
            .flat_map(|i| {
                (0..i).map(move |j| LogRatio {
                    first: i,
                    second: j,
                    d: 0.4,
                })
            })
            .collect();
        let found = variance_components(5, &ratios, Weighting::Likelihood).unwrap();
        for v in &found.variance {
            assert!((v.unwrap() - 0.08).abs() < 1e-12);
        }
    }
}
