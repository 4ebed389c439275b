use crate::cluster::{ClusterAdjustment, Way, check};
use crate::covariance::{CovarianceEstimate, Moments, Reference};
use crate::hac::Lag;
use crate::{Error, Kernel, Result};
use nalgebra::DMatrix;
use std::collections::{BTreeMap, BTreeSet};

/// Options of Newey & West's covariance within the units of a panel: autocorrelation within a
/// unit, none between units.
///
/// *Formula*: V = c B \[sum over units of Gamma_0 + sum over j of k(j / bandwidth) (Gamma_j + Gamma_j')] B, Gamma_j the sum of
/// s_(i,t) s_(i,t+j)' over the periods of unit i. Referred to t with T - 1 degrees of freedom.
/// *Source*: Newey & West (1987), Econometrica 55, 703-708, by unit; R fixest's `vcov_NW` for panels, and without
/// a factor R plm's `vcovNW`.
///
/// | Name | Default | Purpose | Range |
/// |---|---|---|---|
/// | `unit`, `time` | - | the unit and the period of each row, each pair once | |
/// | `lag` | T^(1/4) | how far autocorrelation reaches, in periods | below T |
/// | `kernel` | Bartlett | the weights of the lags | |
/// | `adjustment` | Stata | the small-sample factor, G the number of periods | |
///
/// Periods are those that occur for any unit; a unit that skips one has no pair over that lag.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelNeweyWest {
    /// The unit of each row of the caller's table.
    pub unit: Way,
    /// The period of each row of the caller's table.
    pub time: Way,
    /// How far autocorrelation reaches; a rule that depends on the number of periods only, or stated.
    pub lag: Lag,
    /// The lag window.
    pub kernel: Kernel,
    /// The small-sample factor.
    pub adjustment: ClusterAdjustment,
}

/// Newey & West's covariance within units; its formula stands at [`PanelNeweyWest`].
///
/// # Errors
/// A unit twice in a period, a lag of T or more or from the data, units or periods that do not fit
/// the table, fewer than two of either.
pub(crate) fn panel_newey_west(moments: &Moments, options: &PanelNeweyWest) -> Result<CovarianceEstimate> {
    let df = moments.df_residual()?;
    let counts = check(moments, &[options.unit.clone(), options.time.clone()])?;
    let periods = counts[1].1;
    let bandwidth = match (options.lag, options.lag.of_sample_size(periods)) {
        (Lag::Bandwidth(width), _) if (0.0..1e15).contains(&width) => width,
        (_, Some(lag)) if lag < periods => (lag + 1) as f64,
        (rule, _) => {
            return Err(Error::Option {
                option: "lag",
                expected: format!("stated or of the sample size, and below the number of periods, {periods}"),
                found: match rule {
                    Lag::Fixed(lag) => lag.to_string(),
                    Lag::Bandwidth(width) => width.to_string(),
                    rule => rule.name().to_owned(),
                },
            });
        }
    };
    let weights = options.kernel.weights(bandwidth, periods);
    let meat = within_units(moments, options, &weights)?;
    let factor = options.adjustment.factor(moments.observations(), df, periods);
    let matrix = factor * (&moments.bread * meat * &moments.bread);
    let (reference, name) = (Reference::T(periods as f64 - 1.0), options.adjustment.name());
    let mut estimate = CovarianceEstimate::new(matrix, reference, "panel-newey-west", name, factor);
    let record = &mut estimate.record;
    record.kernel = Some(options.kernel.name().to_owned());
    record.bandwidth_rule = Some(options.lag.name().to_owned());
    record.bandwidth = Some(bandwidth);
    record.lag = (options.kernel != Kernel::QuadraticSpectral).then(|| weights.len() - 1);
    record.clusters = counts;
    Ok(estimate)
}

/// The sum over units of the weighted autocovariances of their scores.
fn within_units(moments: &Moments, options: &PanelNeweyWest, weights: &[f64]) -> Result<DMatrix<f64>> {
    let periods: BTreeSet<u32> = moments.rows.iter().map(|&row| options.time.groups[row]).collect();
    let rank: BTreeMap<u32, usize> = periods.into_iter().enumerate().map(|(i, t)| (t, i)).collect();
    let mut place: BTreeMap<(u32, usize), usize> = BTreeMap::new();
    for (i, &row) in moments.rows.iter().enumerate() {
        let key = (options.unit.groups[row], rank[&options.time.groups[row]]);
        if place.insert(key, i).is_some() {
            return Err(Error::Degenerate {
                what: "the panel Newey-West covariance",
                reason: format!("row {} has a unit and a period that stood before", row + 1),
            });
        }
    }
    let k = moments.scores.ncols();
    let mut sum = DMatrix::zeros(k, k);
    for (&(unit, time), &i) in &place {
        for (lag, weight) in weights.iter().enumerate() {
            let Some(&j) = place.get(&(unit, time + lag)) else {
                continue;
            };
            // Half at lag 0, since the transpose is added below.
            let weight = if lag == 0 { 0.5 * weight } else { *weight };
            sum += weight * (moments.scores.row(i).transpose() * moments.scores.row(j));
        }
    }
    Ok(&sum + sum.transpose())
}
