use crate::qr::Qr;
use crate::{Error, Kernel, Result};
use nalgebra::DMatrix;

/// The automatic bandwidth of Newey & West (1994); its formula stands at [`Lag`](crate::Lag). `scores` are the
/// (prewhitened) ones; n counts the rows before prewhitening.
///
/// # Errors
/// Refuses scores whose s_0 is zero.
pub(crate) fn newey_west_1994(
    scores: &DMatrix<f64>,
    intercept: Option<usize>,
    kernel: Kernel,
    prewhitening: usize,
) -> Result<f64> {
    let n = (scores.nrows() + prewhitening) as f64;
    let series = projected(scores, intercept);
    let (rate, power, constant) = match kernel {
        Kernel::Bartlett => (2.0 / 9.0, 1, 1.1447),
        Kernel::Parzen => (4.0 / 25.0, 2, 2.6614),
        Kernel::QuadraticSpectral => (2.0 / 25.0, 2, 1.3221),
    };
    let start = if prewhitening > 0 { 3.0 } else { 4.0 };
    let last = ((start * (n / 100.0_f64).powf(rate)).floor() as usize).min(series.len() - 1);
    let covariance = |j: usize| series[j..].iter().zip(&series).map(|(a, b)| a * b).sum::<f64>();
    let (mut s0, mut sq) = (covariance(0), 0.0);
    for j in 1..=last {
        let sigma = 2.0 * covariance(j);
        s0 += sigma;
        sq += (j as f64).powi(power) * sigma;
    }
    if s0 == 0.0 {
        return Err(no_bandwidth("the scores have a long-run variance of zero"));
    }
    Ok(constant * ((sq / s0).powi(2) * n).powf(1.0 / f64::from(2 * power + 1)))
}

/// The sum of the scores over all terms but the constant; the constant's where it is alone.
fn projected(scores: &DMatrix<f64>, intercept: Option<usize>) -> Vec<f64> {
    let alone = scores.ncols() == 1;
    let used: Vec<usize> = (0..scores.ncols()).filter(|j| alone || Some(*j) != intercept).collect();
    (0..scores.nrows())
        .map(|i| used.iter().map(|&j| scores[(i, j)]).sum())
        .collect()
}

/// The automatic bandwidth of Andrews (1991); its formula stands at [`Lag`](crate::Lag).
///
/// # Errors
/// Refuses scores that do not vary, and a unit root.
pub(crate) fn andrews_1991(scores: &DMatrix<f64>, intercept: Option<usize>, kernel: Kernel) -> Result<f64> {
    let (n, k) = scores.shape();
    let (mut top, mut bottom) = (0.0, 0.0);
    for j in (0..k).filter(|&j| k == 1 || Some(j) != intercept) {
        let column: Vec<f64> = scores.column(j).iter().copied().collect();
        let (rho, variance) = autoregression(&column)?;
        let squared = variance * variance;
        bottom += squared / (1.0 - rho).powi(4);
        top += 4.0 * rho * rho * squared
            / match kernel {
                Kernel::Bartlett => (1.0 - rho).powi(6) * (1.0 + rho).powi(2),
                _ => (1.0 - rho).powi(8),
            };
    }
    let alpha = top / bottom;
    if !alpha.is_finite() {
        return Err(no_bandwidth("the scores have a unit root or no variance"));
    }
    let n = n as f64;
    Ok(match kernel {
        Kernel::Bartlett => 1.1447 * (alpha * n).powf(1.0 / 3.0),
        Kernel::Parzen => 2.6614 * (alpha * n).powf(0.2),
        Kernel::QuadraticSpectral => 1.3221 * (alpha * n).powf(0.2),
    })
}

/// The slope and the residual variance of x_t on a constant and x_(t-1).
fn autoregression(x: &[f64]) -> Result<(f64, f64)> {
    if x.len() < 4 {
        return Err(Error::TooFew {
            what: "the Andrews bandwidth",
            needed: 4,
            found: x.len(),
        });
    }
    let rows = x.len() - 1;
    let qr = Qr::new(rows, &[vec![1.0; rows], x[..rows].to_vec()]);
    let solution = qr.solve(&x[1..]);
    match solution.coefficients.get(1) {
        Some(&rho) => Ok((rho, solution.residuals.iter().map(|e| e * e).sum::<f64>() / rows as f64)),
        None => Err(no_bandwidth("the scores do not vary")),
    }
}

fn no_bandwidth(reason: &str) -> Error {
    Error::Degenerate {
        what: "the automatic bandwidth",
        reason: format!("{reason}; state a lag"),
    }
}
