use crate::cluster::{Cluster, cluster_covariance};
use crate::distribution::{normal_two_sided, normal_two_sided_quantile, t_two_sided, t_two_sided_quantile};
use crate::driscoll_kraay::{DriscollKraay, driscoll_kraay};
use crate::hac::{NeweyWest, newey_west};
use crate::panel_newey_west::{PanelNeweyWest, panel_newey_west};
use crate::{Error, Result};
use nalgebra::DMatrix;

/// How the covariance of the coefficients is estimated.
#[derive(Debug, Clone, PartialEq)]
pub enum Covariance {
    /// Errors independent and of equal variance: s^2 (X'X)^-1, s^2 = rss / (n - k).
    Iid,
    /// White (1980): bread (sum of e_i^2 x_i x_i') bread, without a small-sample factor.
    Hc0,
    /// HC0 times n / (n - k) (Hinkley 1977).
    Hc1,
    /// e_i^2 / (1 - h_i) in place of e_i^2 (Horn, Horn & Duncan 1975; MacKinnon & White 1985).
    Hc2,
    /// e_i^2 / (1 - h_i)^2 (MacKinnon & White 1985, in Davidson & MacKinnon's form).
    Hc3,
    /// e_i^2 / (1 - h_i)^d, d = min(4, n h_i / k) (Cribari-Neto 2004).
    Hc4,
    /// Consistent under heteroskedasticity and autocorrelation; rows stand in time order.
    NeweyWest(NeweyWest),
    /// Errors correlated within groups, in one or more ways.
    Cluster(Cluster),
    /// Errors correlated across units and over time, in a panel.
    DriscollKraay(DriscollKraay),
    /// Errors correlated over time within the units of a panel.
    PanelNeweyWest(PanelNeweyWest),
}

/// What covariances are made of, for any estimator that solves sum of scores = 0.
#[derive(Debug, Clone)]
pub struct Moments {
    /// One row an observation, in order: x_i e_i (for least squares), n by k.
    pub scores: DMatrix<f64>,
    /// The inverse of the scores' derivative: (X'WX)^-1, k by k.
    pub bread: DMatrix<f64>,
    /// The diagonal of the hat matrix; needed by HC2 to HC4 only.
    pub leverages: Option<Vec<f64>>,
    /// The error variance, rss / (n - k); needed by iid only.
    pub variance: Option<f64>,
    /// Whether the information is its own covariance, as with Poisson: then `variance` is one.
    pub unit_dispersion: bool,
    /// The number of parameters that small-sample factors count, absorbed ones included.
    pub parameters: usize,
    /// The constant's position; automatic bandwidths leave its scores out of account.
    pub intercept: Option<usize>,
    /// The position of each score's row in the caller's table.
    pub rows: Vec<usize>,
    /// The number of rows of the caller's table.
    pub total_rows: usize,
}

impl Moments {
    /// n, the number of scores.
    pub fn observations(&self) -> usize {
        self.scores.nrows()
    }

    /// n - k, at least one.
    ///
    /// # Errors
    /// Refuses a fit without residual degrees of freedom.
    pub fn df_residual(&self) -> Result<usize> {
        match self.observations().checked_sub(self.parameters) {
            Some(df) if df > 0 => Ok(df),
            _ => Err(Error::TooFew {
                what: "a covariance",
                needed: self.parameters + 1,
                found: self.observations(),
            }),
        }
    }
}

/// The distribution to which statistics are referred.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reference {
    /// Student's t with these degrees of freedom.
    T(f64),
    /// The standard normal.
    Normal,
}

impl Reference {
    /// The two-sided p-value of a statistic.
    pub fn p_value(self, statistic: f64) -> f64 {
        match self {
            Reference::T(df) => t_two_sided(statistic, df),
            Reference::Normal => normal_two_sided(statistic),
        }
    }

    /// The two-sided critical value: x with P(|statistic| > x) = 1 - `level`.
    pub fn critical_value(self, level: f64) -> f64 {
        match self {
            Reference::T(df) => t_two_sided_quantile(1.0 - level, df),
            Reference::Normal => normal_two_sided_quantile(1.0 - level),
        }
    }

    /// `t` or `normal`.
    pub fn name(self) -> &'static str {
        match self {
            Reference::T(_) => "t",
            Reference::Normal => "normal",
        }
    }

    /// The degrees of freedom, where there are any.
    pub fn df(self) -> Option<f64> {
        match self {
            Reference::T(df) => Some(df),
            Reference::Normal => None,
        }
    }
}

/// The convention behind a covariance, in words and numbers for output.
#[derive(Debug, Clone, PartialEq)]
pub struct CovarianceRecord {
    /// `iid`, `HC0` to `HC4`, `newey-west`, `cluster`, `driscoll-kraay` or `panel-newey-west`.
    pub kind: String,
    /// `bartlett`, `parzen` or `quadratic-spectral`.
    pub kernel: Option<String>,
    /// How the bandwidth was set.
    pub bandwidth_rule: Option<String>,
    /// The kernel's bandwidth; weights are k(j / bandwidth).
    pub bandwidth: Option<f64>,
    /// The last lag of positive weight; `None` where every lag has weight (quadratic spectral).
    pub lag: Option<usize>,
    /// The order of the vector autoregression by which scores were prewhitened; 0 for none.
    pub prewhitening: usize,
    /// The small-sample factor as a formula: `none`, `n/(n-k)`, ...
    pub adjustment: String,
    /// Its value; 1 for none.
    pub factor: f64,
    /// k, the parameters that factor and degrees of freedom count.
    pub parameters: usize,
    /// Which ones they are: a name of [`Counting`](crate::Counting).
    pub counting: String,
    /// The cluster variables and their numbers of groups; for panels the periods, before them the units.
    pub clusters: Vec<(String, usize)>,
    /// Degrees of freedom of the reference distribution.
    pub df: Option<f64>,
    /// `t` or `normal`.
    pub reference: String,
}

/// A covariance matrix and the convention behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct CovarianceEstimate {
    /// k by k, in the order of the estimated terms.
    pub matrix: DMatrix<f64>,
    /// To what statistics are referred.
    pub reference: Reference,
    /// The convention.
    pub record: CovarianceRecord,
}

impl CovarianceEstimate {
    pub(crate) fn new(matrix: DMatrix<f64>, reference: Reference, kind: &str, adjustment: &str, factor: f64) -> Self {
        // Rounding makes mirror entries differ in the last bit; a covariance has none of that.
        let matrix = 0.5 * (&matrix + matrix.transpose());
        let record = CovarianceRecord {
            kind: kind.to_owned(),
            kernel: None,
            bandwidth_rule: None,
            bandwidth: None,
            lag: None,
            prewhitening: 0,
            adjustment: adjustment.to_owned(),
            factor,
            parameters: 0,
            counting: "all".to_owned(),
            clusters: Vec::new(),
            df: reference.df(),
            reference: reference.name().to_owned(),
        };
        CovarianceEstimate {
            matrix,
            reference,
            record,
        }
    }

    /// The matrix, row by row.
    pub fn rows(&self) -> Vec<Vec<f64>> {
        self.matrix
            .row_iter()
            .map(|row| row.iter().copied().collect())
            .collect()
    }

    /// The same matrix referred to another distribution.
    pub fn with_reference(mut self, reference: Reference) -> Self {
        self.reference = reference;
        self.record.df = reference.df();
        self.record.reference = reference.name().to_owned();
        self
    }

    /// The standard error of term j: the root of the diagonal entry.
    ///
    /// # Errors
    /// Refuses a negative variance, which multiway clustering can produce, and a term that
    /// does not exist.
    pub fn std_error(&self, j: usize) -> Result<f64> {
        let variance = if j < self.matrix.nrows() {
            self.matrix[(j, j)]
        } else {
            f64::NAN
        };
        if variance >= 0.0 {
            return Ok(variance.sqrt());
        }
        Err(Error::Degenerate {
            what: "a standard error",
            reason: format!("the estimated variance of term {} is {variance}", j + 1),
        })
    }
}

impl Covariance {
    /// Whether [`Moments::leverages`] are needed.
    pub fn needs_leverages(&self) -> bool {
        matches!(self, Covariance::Hc2 | Covariance::Hc3 | Covariance::Hc4)
    }
}

/// The covariance of an estimator from its moments: bread * meat * bread, under a stated
/// convention; formula and source of each stand at [`Covariance`], [`NeweyWest`], [`Cluster`], [`DriscollKraay`] and
/// [`PanelNeweyWest`](crate::PanelNeweyWest). The sandwich itself: Eicker (1967); Huber (1967); White (1980); Zeileis (2006), Journal of
/// Statistical Software 16:9. Statistics are referred to t with n - k degrees of freedom, or, for clusters,
/// with one less than the smallest number of groups.
///
/// # Errors
/// No residual degrees of freedom; a leverage of one under HC2 to HC4; options out of range; terms so large or small that their
/// squares are lost; see [`NeweyWest`], [`Cluster`] and [`DriscollKraay`].
pub fn covariance(moments: &Moments, kind: &Covariance) -> Result<CovarianceEstimate> {
    let mut estimate = estimated(moments, kind)?;
    let lost = moments.bread.diagonal().iter().any(|v| *v < f64::MIN_POSITIVE);
    if lost || estimate.matrix.iter().any(|v| !v.is_finite()) {
        return Err(Error::Degenerate {
            what: "the covariance of the coefficients",
            reason: "a term's figures are too large or too small to square; rescale them".to_owned(),
        });
    }
    estimate.record.parameters = moments.parameters;
    Ok(estimate)
}

fn estimated(moments: &Moments, kind: &Covariance) -> Result<CovarianceEstimate> {
    let df = moments.df_residual()? as f64;
    let n = moments.observations() as f64;
    let reference = Reference::T(df);
    let estimate =
        |matrix, name, adjustment, factor| Ok(CovarianceEstimate::new(matrix, reference, name, adjustment, factor));
    match kind {
        Covariance::Iid => {
            let variance = moments.variance.ok_or_else(|| Error::Degenerate {
                what: "the iid covariance",
                reason: "this estimator has no error variance".to_owned(),
            })?;
            estimate(variance * &moments.bread, "iid", "n/(n-k)", n / df)
        }
        Covariance::Hc0 => estimate(sandwich(moments, |_| Ok(1.0))?, "HC0", "none", 1.0),
        Covariance::Hc1 => {
            let factor = n / df;
            estimate(factor * sandwich(moments, |_| Ok(1.0))?, "HC1", "n/(n-k)", factor)
        }
        Covariance::Hc2 => estimate(by_leverage(moments, |_| 1.0)?, "HC2", "1/(1-h)", 1.0),
        Covariance::Hc3 => estimate(by_leverage(moments, |_| 2.0)?, "HC3", "1/(1-h)^2", 1.0),
        Covariance::Hc4 => {
            let k = moments.parameters as f64;
            estimate(
                by_leverage(moments, |h| (n * h / k).min(4.0))?,
                "HC4",
                "1/(1-h)^min(4, n h/k)",
                1.0,
            )
        }
        Covariance::NeweyWest(options) => newey_west(moments, options),
        Covariance::Cluster(options) => cluster_covariance(moments, options),
        Covariance::DriscollKraay(options) => driscoll_kraay(moments, options),
        Covariance::PanelNeweyWest(options) => panel_newey_west(moments, options),
    }
}

/// bread * (sum of w_i s_i s_i') * bread.
fn sandwich(moments: &Moments, weight: impl Fn(usize) -> Result<f64>) -> Result<DMatrix<f64>> {
    let mut weighted = moments.scores.clone();
    for (i, mut row) in weighted.row_iter_mut().enumerate() {
        row *= weight(i)?;
    }
    let meat = weighted.tr_mul(&moments.scores);
    Ok(&moments.bread * meat * &moments.bread)
}

/// The sandwich with each squared residual divided by (1 - h)^d.
fn by_leverage(moments: &Moments, exponent: impl Fn(f64) -> f64) -> Result<DMatrix<f64>> {
    let leverages = moments.leverages.as_ref().ok_or_else(|| Error::Degenerate {
        what: "a leverage-corrected covariance",
        reason: "this estimator gives no leverages".to_owned(),
    })?;
    sandwich(moments, |i| {
        let h = leverages[i];
        if 1.0 - h < 1e-10 {
            let row = moments.rows.get(i).map_or(i, |&r| r) + 1;
            return Err(Error::Degenerate {
                what: "a leverage-corrected covariance",
                reason: format!("the observation in row {row} has leverage one: it alone determines a coefficient"),
            });
        }
        Ok((1.0 - h).powf(-exponent(h)))
    })
}
