use crate::bandwidth::{andrews_1991, newey_west_1994};
use crate::covariance::{CovarianceEstimate, Moments, Reference};
use crate::qr::Qr;
use crate::{Error, Kernel, Result};
use nalgebra::DMatrix;

/// Options of the covariance that is consistent under heteroskedasticity and
/// autocorrelation. Rows are taken as consecutive observations, in order; where a year is
/// missing the next one there is counts as its successor.
///
/// *Formula*: V = c B D \[Gamma_0 + sum over j of k(j / bandwidth) (Gamma_j + Gamma_j')] D' B with
/// Gamma_j = sum over t of s_t s_(t+j)', s the scores, B the bread, k the [`Kernel`], and D = (I - A_1 - ... - A_p)^-1 where the
/// scores were prewhitened by a VAR(p) without a constant, else I; c = n/(n-k) or 1. Every weight counts; R's sandwich
/// leaves out those below 1e-7, which under Parzen's window can change the eighth digit. *Source*: Newey & West (1987), Econometrica 55,
/// 703-708; Andrews (1991), Econometrica 59, 817-858; Andrews & Monahan (1992), Econometrica 60, 953-966.
///
/// | Name | Default | Purpose | Range |
/// |---|---|---|---|
/// | `lag` | rule 4(n/100)^(2/9) | how far autocorrelation reaches | below n |
/// | `kernel` | Bartlett | the weights of the lags | |
/// | `prewhitening` | 0 | order of the VAR that is filtered out of the scores first | 0 to (n-1)/(k+1) |
/// | `adjust` | true | multiply by n/(n-k) | |
#[derive(Debug, Clone, PartialEq)]
pub struct NeweyWest {
    /// How far autocorrelation reaches.
    pub lag: Lag,
    /// The lag window.
    pub kernel: Kernel,
    /// The order of the vector autoregression; 0 for none.
    pub prewhitening: usize,
    /// Whether to multiply by n / (n - k).
    pub adjust: bool,
}

/// How the bandwidth is set. A lag L stands for the bandwidth L + 1, so that lag L is the
/// last one with weight under Bartlett's and Parzen's windows.
///
/// **Newey & West (1994)**: with h_t the sum of the scores over all terms but the constant (the constant's where it
/// is alone), sigma_j its autocovariances up to m = floor(c (n/100)^r), c = 4 (3 for prewhitened scores), and s_q = sum over |j| <= m
/// of |j|^q sigma_j, the bandwidth is g ((s_q / s_0)^2 n)^(1/(2q+1)); r = 2/9, 4/25, 2/25, q = 1, 2, 2 and g =
/// 1.1447, 2.6614, 1.3221 for Bartlett's, Parzen's and the quadratic spectral window. n counts the rows before prewhitening.
/// *Source*: Review of Economic Studies 61, 631-653; R sandwich's `bwNeweyWest`.
///
/// **Andrews (1991)**: g (alpha n)^(1/(2q+1)) with the same g and q, n the rows after prewhitening, and alpha from an AR(1)
/// with a constant, slope rho and residual variance v, of the scores of each term but the constant: the sum of 4 rho^2 v^2 / ((1 - rho)^6
/// (1 + rho)^2) for q = 1, of 4 rho^2 v^2 / (1 - rho)^8 for q = 2, over the sum of v^2 / (1 - rho)^4. *Source*: Econometrica 59,
/// equations 6.2 and 6.4; R sandwich's `bwAndrews` (its `approx = "AR(1)"`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lag {
    /// The last lag, stated.
    Fixed(usize),
    /// The bandwidth, stated.
    Bandwidth(f64),
    /// floor(4 (n/100)^(2/9)): the first step of Newey & West (1994), much used as a rule.
    FourNinths,
    /// floor(n^(1/4)): Greene's rule of thumb.
    QuarterRoot,
    /// Newey & West (1994), from the data; the bandwidth as it comes.
    NeweyWest1994,
    /// Newey & West (1994), rounded down to a lag: R sandwich's `NeweyWest`.
    NeweyWest1994Lag,
    /// Newey & West (1994) from scores prewhitened by a VAR(1), rounded down to a lag that is then used as it
    /// stands: fixest's default.
    NeweyWest1994PrewhitenedLag,
    /// Andrews (1991), from AR(1) approximations of the scores.
    Andrews1991,
}

impl Default for NeweyWest {
    fn default() -> Self {
        NeweyWest {
            lag: Lag::FourNinths,
            kernel: Kernel::Bartlett,
            prewhitening: 0,
            adjust: true,
        }
    }
}

impl Lag {
    /// The rule's name in output.
    pub fn name(self) -> &'static str {
        match self {
            Lag::Fixed(_) | Lag::Bandwidth(_) => "stated",
            Lag::FourNinths => "floor(4 (n/100)^(2/9))",
            Lag::QuarterRoot => "floor(n^(1/4))",
            Lag::NeweyWest1994 => "Newey-West 1994",
            Lag::NeweyWest1994Lag => "Newey-West 1994, rounded down to a lag",
            Lag::NeweyWest1994PrewhitenedLag => "Newey-West 1994 of prewhitened scores, rounded down to a lag",
            Lag::Andrews1991 => "Andrews 1991, AR(1)",
        }
    }

    /// The lag of the rules that depend on n only.
    pub fn of_sample_size(self, n: usize) -> Option<usize> {
        let n = n as f64;
        match self {
            Lag::Fixed(lag) => Some(lag),
            Lag::FourNinths => Some((4.0 * (n / 100.0).powf(2.0 / 9.0)).floor() as usize),
            // The fourth root as two square roots is exact for fourth powers.
            Lag::QuarterRoot => Some(n.sqrt().sqrt().floor() as usize),
            _ => None,
        }
    }
}

/// The kernel covariance; its formula stands at [`NeweyWest`].
///
/// # Errors
/// A lag of n or more, a bandwidth that is negative or not finite, a vector autoregression
/// that cannot be fitted.
pub(crate) fn newey_west(moments: &Moments, options: &NeweyWest) -> Result<CovarianceEstimate> {
    let n = moments.observations();
    let df = moments.df_residual()?;
    let white = prewhiten(&moments.scores, options.prewhitening)?;
    let bandwidth = bandwidth(&moments.scores, moments.intercept, options, &white.scores)?;
    let weights = options.kernel.weights(bandwidth, white.scores.nrows());
    let meat = long_run(&white.scores, &weights);
    let meat = &white.recolour * meat * white.recolour.transpose();
    let factor = if options.adjust { n as f64 / df as f64 } else { 1.0 };
    let adjustment = if options.adjust { "n/(n-k)" } else { "none" };
    let matrix = factor * (&moments.bread * meat * &moments.bread);
    let mut estimate = CovarianceEstimate::new(matrix, Reference::T(df as f64), "newey-west", adjustment, factor);
    let record = &mut estimate.record;
    record.kernel = Some(options.kernel.name().to_owned());
    record.bandwidth_rule = Some(options.lag.name().to_owned());
    record.bandwidth = Some(bandwidth);
    record.lag = (options.kernel != Kernel::QuadraticSpectral).then(|| weights.len() - 1);
    record.prewhitening = options.prewhitening;
    Ok(estimate)
}

/// The bandwidth for scores, or sums of scores by period, and the same ones prewhitened.
pub(crate) fn bandwidth(
    scores: &DMatrix<f64>,
    intercept: Option<usize>,
    options: &NeweyWest,
    white: &DMatrix<f64>,
) -> Result<f64> {
    let n = scores.nrows();
    let kernel = options.kernel;
    let refuse = |expected: String, found: String| Error::Option {
        option: "lag",
        expected,
        found,
    };
    let value = match options.lag {
        Lag::Bandwidth(value) => value,
        Lag::NeweyWest1994 => newey_west_1994(white, intercept, kernel, options.prewhitening)?,
        Lag::NeweyWest1994Lag => newey_west_1994(white, intercept, kernel, options.prewhitening)?.floor() + 1.0,
        Lag::NeweyWest1994PrewhitenedLag => {
            let filtered = prewhiten(scores, 1)?.scores;
            newey_west_1994(&filtered, intercept, kernel, 1)?.floor() + 1.0
        }
        Lag::Andrews1991 => andrews_1991(white, intercept, kernel)?,
        rule => {
            let lag = rule.of_sample_size(n).unwrap_or(0);
            if lag >= n {
                return Err(refuse(
                    format!("below the number of observations, {n}"),
                    lag.to_string(),
                ));
            }
            (lag + 1) as f64
        }
    };
    if !(0.0..1e15).contains(&value) {
        return Err(refuse("a bandwidth of zero or more".to_owned(), value.to_string()));
    }
    Ok(value)
}

/// Gamma_0 + sum of w_j (Gamma_j + Gamma_j').
pub(crate) fn long_run(scores: &DMatrix<f64>, weights: &[f64]) -> DMatrix<f64> {
    let (n, k) = scores.shape();
    let data = scores.as_slice();
    let column = |a: usize| &data[a * n..(a + 1) * n];
    let mut sum = DMatrix::zeros(k, k);
    for (j, &w) in weights.iter().enumerate() {
        for a in 0..k {
            for b in 0..k {
                let gamma: f64 = column(a)[..n - j].iter().zip(&column(b)[j..]).map(|(s, t)| s * t).sum();
                // Half at lag 0, since the transpose is added below.
                sum[(a, b)] += gamma * if j == 0 { 0.5 * w } else { w };
            }
        }
    }
    &sum + sum.transpose()
}

/// Scores after the filter, and the matrix that undoes it in the long-run variance.
struct Prewhitened {
    scores: DMatrix<f64>,
    recolour: DMatrix<f64>,
}

/// Residuals of a vector autoregression of order p without a constant, fitted by least
/// squares equation by equation; n - p rows.
fn prewhiten(scores: &DMatrix<f64>, order: usize) -> Result<Prewhitened> {
    let (n, k) = scores.shape();
    let identity = DMatrix::identity(k, k);
    if order == 0 {
        return Ok(Prewhitened {
            scores: scores.clone(),
            recolour: identity,
        });
    }
    let rows = n.saturating_sub(order);
    if rows <= order * k {
        return Err(Error::TooFew {
            what: "prewhitening",
            needed: order * (k + 1) + 1,
            found: n,
        });
    }
    let data = scores.as_slice();
    let shifted = |a: usize, lag: usize| data[a * n + order - lag..(a + 1) * n - lag].to_vec();
    let lagged: Vec<Vec<f64>> = (1..=order)
        .flat_map(|lag| (0..k).map(move |a| (a, lag)))
        .map(|(a, lag)| shifted(a, lag))
        .collect();
    let qr = Qr::new(rows, &lagged);
    if qr.rank() < order * k {
        return Err(Error::Degenerate {
            what: "prewhitening",
            reason: "the lagged scores are collinear; use no prewhitening".to_owned(),
        });
    }
    let mut residuals = DMatrix::zeros(rows, k);
    let mut remainder = identity;
    for a in 0..k {
        let solution = qr.solve(&shifted(a, 0));
        residuals.column_mut(a).copy_from_slice(&solution.residuals);
        for (position, coefficient) in solution.coefficients.iter().enumerate() {
            remainder[(a, position % k)] -= coefficient;
        }
    }
    let recolour = remainder.try_inverse().ok_or_else(|| Error::Degenerate {
        what: "prewhitening",
        reason: "the fitted vector autoregression has a unit root; use no prewhitening".to_owned(),
    })?;
    Ok(Prewhitened {
        scores: residuals,
        recolour,
    })
}
