use crate::cluster::{ClusterAdjustment, Way, check, group_sums};
use crate::covariance::{CovarianceEstimate, Moments, Reference};
use crate::hac::{Lag, NeweyWest, bandwidth, long_run};
use crate::{Kernel, Result};

/// Options of the covariance of Driscoll & Kraay for panels: consistent under correlation
/// across units and over time, as the number of periods grows.
///
/// *Formula*: V = c B \[Gamma_0 + sum over j of k(j / bandwidth) (Gamma_j + Gamma_j')] B with Gamma_j the sum over t of
/// h_t h_(t+j)', h_t the sum of the scores of period t. Referred to t with T - 1 degrees of
/// freedom. *Source*: Driscoll & Kraay (1998), Review of Economics and Statistics 80, 549-560;
/// Hoechle (2007), Stata Journal 7, 281-312. Without a factor and with `lag` stated R plm's `vcovSCC`.
///
/// | Name | Default | Purpose | Range |
/// |---|---|---|---|
/// | `time` | - | the period of each row; periods follow each other in the order of their numbers | |
/// | `lag` | T^(1/4) | how far autocorrelation reaches | below T |
/// | `kernel` | Bartlett | the weights of the lags | |
/// | `adjustment` | Stata | the small-sample factor, G the number of periods | |
///
/// A period without any row is not there: the next one counts as the successor of the one before.
#[derive(Debug, Clone, PartialEq)]
pub struct DriscollKraay {
    /// The period of each row of the caller's table.
    pub time: Way,
    /// How far autocorrelation reaches.
    pub lag: Lag,
    /// The lag window.
    pub kernel: Kernel,
    /// The small-sample factor.
    pub adjustment: ClusterAdjustment,
}

impl DriscollKraay {
    /// Bartlett's window with floor(T^(1/4)) lags and the factor T/(T-1) (n-1)/(n-k).
    pub fn by(name: &str, time: Vec<u32>) -> Self {
        DriscollKraay {
            time: Way {
                name: name.to_owned(),
                groups: time,
            },
            lag: Lag::QuarterRoot,
            kernel: Kernel::Bartlett,
            adjustment: ClusterAdjustment::Stata,
        }
    }
}

/// The covariance of Driscoll & Kraay; its formula stands at [`DriscollKraay`].
///
/// # Errors
/// Fewer than two periods, a lag of T or more, periods that do not fit the table.
pub(crate) fn driscoll_kraay(moments: &Moments, options: &DriscollKraay) -> Result<CovarianceEstimate> {
    let df = moments.df_residual()?;
    let counts = check(moments, std::slice::from_ref(&options.time))?;
    let sums = group_sums(moments, &[&options.time]);
    let rule = NeweyWest {
        lag: options.lag,
        kernel: options.kernel,
        prewhitening: 0,
        adjust: false,
    };
    let width = bandwidth(&sums, moments.intercept, &rule, &sums)?;
    let weights = options.kernel.weights(width, sums.nrows());
    let factor = options.adjustment.factor(moments.observations(), df, sums.nrows());
    let matrix = factor * (&moments.bread * long_run(&sums, &weights) * &moments.bread);
    let reference = Reference::T(sums.nrows() as f64 - 1.0);
    let name = options.adjustment.name();
    let mut estimate = CovarianceEstimate::new(matrix, reference, "driscoll-kraay", name, factor);
    let record = &mut estimate.record;
    record.kernel = Some(options.kernel.name().to_owned());
    record.bandwidth_rule = Some(options.lag.name().to_owned());
    record.bandwidth = Some(width);
    record.lag = (options.kernel != Kernel::QuadraticSpectral).then(|| weights.len() - 1);
    record.clusters = counts;
    Ok(estimate)
}
