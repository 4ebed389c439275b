//! CIF/FOB margins: what insurance and freight add between the two borders.
//!
//! τ = (CIF − FOB)/FOB, so FOB = CIF/(1 + τ), never CIF·(1 − τ), which is lower by τ² of the FOB
//! value. A margin is a fixed one with a name ([`Fixed`]) or the fitted value of a regression of
//! ln(M/X) on distance and borders ([`fit`]).

mod design;
mod influence;
mod observe;
mod removal;

use design::{
    CONTIGUOUS, LANDLOCKED_EXPORTER, LANDLOCKED_IMPORTER, LN_DISTANCE, LN_DISTANCE_SQUARED, LN_UNIT_VALUE, design,
};
pub use influence::Outliers;
pub use observe::{Observe, Observed, Skipped, observation, observations};
pub use removal::{Ground, removal};

use crate::connectedness::Components;
use nalgebra::DVector;
use regress::{
    Cluster, Coefficient, Covariance, CovarianceEstimate, CovarianceRecord, Design, Fit, INTERCEPT, coefficient_table,
};
use std::collections::{BTreeMap, BTreeSet};

/// A margin fixed by convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fixed {
    /// 6 per cent: IMF, Direction of Trade Statistics, since 2017.
    SixPercent,
    /// 8 per cent: Open Trade Statistics.
    EightPercent,
    /// 10 per cent: IMF, Direction of Trade Statistics, before 2017.
    TenPercent,
    /// 12 per cent: FAO.
    TwelvePercent,
}

impl Fixed {
    /// All of them.
    pub const ALL: &'static [Fixed] = &[
        Fixed::SixPercent,
        Fixed::EightPercent,
        Fixed::TenPercent,
        Fixed::TwelvePercent,
    ];

    /// The name as it stands in study files.
    pub fn name(self) -> &'static str {
        match self {
            Fixed::SixPercent => "fixed-6%",
            Fixed::EightPercent => "fixed-8%",
            Fixed::TenPercent => "fixed-10%",
            Fixed::TwelvePercent => "fixed-12%",
        }
    }

    /// τ.
    pub fn margin(self) -> f64 {
        match self {
            Fixed::SixPercent => 0.06,
            Fixed::EightPercent => 0.08,
            Fixed::TenPercent => 0.10,
            Fixed::TwelvePercent => 0.12,
        }
    }
}

/// FOB = CIF/(1 + τ), in the units of `cif`. `margin` is τ > −1.
pub fn fob(cif: f64, margin: f64) -> f64 {
    cif / (1.0 + margin)
}

/// A two-sided flow as the margin regression sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// ln(M/X), 1; of unit values where these are preferred.
    pub log_ratio: f64,
    /// Kilometres, positive.
    pub distance_km: f64,
    /// Whether the two share a land border.
    pub contiguous: bool,
    /// Whether the exporter has no coast.
    pub landlocked_exporter: bool,
    /// Whether the importer has no coast.
    pub landlocked_importer: bool,
    /// The exporter, as a number; cluster of the standard errors.
    pub exporter: u32,
    /// The importer, as a number.
    pub importer: u32,
    /// The year, for year effects.
    pub year: i16,
    /// The product, as a number, for product effects.
    pub product: u32,
    /// The median unit value of the product over all flows, US dollars a kilogram; 1 where it is not known.
    pub unit_value: f64,
    /// The weight, zero or more; BACI's is min(Q_x, Q_m)/max(Q_x, Q_m). 1 for none.
    pub weight: f64,
}

/// What the regression contains.
#[derive(Clone, Debug, PartialEq)]
pub struct Specification {
    /// Adds (ln distance)², as BACI does.
    pub squared_distance: bool,
    /// Adds contiguity.
    pub contiguity: bool,
    /// Adds landlocked exporter and landlocked importer.
    pub landlocked: bool,
    /// Adds ln of the product's unit value, as BACI does; not beside product effects, which contain it.
    pub unit_value: bool,
    /// Adds a dummy for every year but the first.
    pub year_effects: bool,
    /// Adds a dummy for every product but the first; at most 300 products.
    pub product_effects: bool,
    /// What is left out as an outlier.
    pub outliers: Outliers,
    /// The standard errors.
    pub errors: Errors,
}

/// The standard errors of the margin regression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// Heteroskedasticity only, HC1.
    Hc1,
    /// Clustered by exporter and by importer (Cameron, Gelbach & Miller 2011): every flow of a
    /// careless reporter errs alike. Where a variance comes out negative, as it can with few
    /// clusters, HC1 takes its place; [`Margins::record`] says which it is.
    TwoWay,
}

impl Specification {
    /// ln distance, contiguity, landlocked; influential flows left out; two-way clusters.
    pub fn gravity() -> Self {
        Specification {
            squared_distance: false,
            contiguity: true,
            landlocked: true,
            unit_value: false,
            year_effects: false,
            product_effects: false,
            outliers: Outliers::Influence,
            errors: Errors::TwoWay,
        }
    }

    /// The form of BACI's equation 1 (Gaulier & Zignago, CEPII WP 2010-23) without unit values:
    /// ln distance and its square, contiguity, landlocked, year effects.
    pub fn baci() -> Self {
        Specification {
            squared_distance: true,
            year_effects: true,
            ..Self::gravity()
        }
    }
}

/// A fitted margin equation.
#[derive(Clone, Debug)]
pub struct Margins {
    /// The coefficients with 95% confidence intervals.
    pub coefficients: Vec<Coefficient>,
    /// The convention of the standard errors.
    pub record: CovarianceRecord,
    /// Flows in the regression.
    pub observations: usize,
    /// Flows left out by the outlier rule.
    pub dropped: usize,
    /// R squared; `None` where the log ratio does not vary.
    pub r_squared: Option<f64>,
    /// Connected parts of the graph of exporters and importers.
    pub components: usize,
    /// Distinct economies in the regression.
    pub economies: usize,
    /// The median over the flows used of exp(fitted) − 1 (the lower one of an even number).
    pub median_margin: f64,
    /// Its 95% confidence interval: exp(x'b ± c·se(x'b)) − 1 at the flow that has it.
    pub median_margin_interval: (f64, f64),
    by_term: BTreeMap<String, f64>,
}

/// Why a margin equation was not fitted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfitted {
    /// A flow that cannot be used.
    #[error("flow {row}: {reason}")]
    BadFlow {
        /// Its index, from 0.
        row: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Too many dummies.
    #[error("{found} products are too many for product effects, at most 300 are taken; fit at a coarser level")]
    TooManyProducts {
        /// How many products there are.
        found: usize,
    },
    /// The regression has no solution.
    #[error("the margin equation has no solution: {0}")]
    Regression(#[from] regress::Error),
}

/// Fits ln(M/X) = α + β ln distance [+ γ (ln distance)²] + δ contiguous + φ landlocked + effects by
/// least squares, weighted where weights are not 1.
///
/// Outliers are left out by the stated rule after a first fit, once, and the equation is fitted
/// again. exp(fitted) is the median import/export ratio of such flows, where the errors are
/// symmetric: as far as reporters err systematically, that is in the intercept, and the fitted
/// margin is not freight alone (Hummels & Lugovskyy 2006).
///
/// # Errors
/// [`Unfitted`]: a value that is not finite, a distance or weight out of range, or no solution.
pub fn fit(flows: &[Observation], specification: &Specification) -> Result<Margins, Unfitted> {
    check(flows)?;
    let first_cut: Vec<usize> = (0..flows.len())
        .filter(|&i| flows[i].weight > 0.0 && specification.outliers.admits(flows[i].log_ratio))
        .collect();
    let mut kept: Vec<Observation> = first_cut.iter().map(|&i| flows[i]).collect();
    let mut fit = least_squares(&kept, specification)?;
    if specification.outliers.judges_the_fit() {
        let weights: Vec<f64> = kept.iter().map(|o| o.weight).collect();
        let sound = influence::sound_rows(&fit, &weights, specification.outliers);
        if sound.iter().any(|s| !s) {
            kept = kept
                .into_iter()
                .zip(&sound)
                .filter(|(_, sound)| **sound)
                .map(|(o, _)| o)
                .collect();
            fit = least_squares(&kept, specification)?;
        }
    }
    let (covariance, coefficients) = inference(&fit, &kept, specification.errors)?;
    let economies: BTreeSet<u32> = kept.iter().flat_map(|o| [o.exporter, o.importer]).collect();
    let place: BTreeMap<u32, usize> = economies.iter().enumerate().map(|(i, e)| (*e, i)).collect();
    let edges: Vec<_> = kept.iter().map(|o| (place[&o.exporter], place[&o.importer])).collect();
    let (median_margin, median_margin_interval) = median_margin(&fit, &design(&kept, specification)?, &covariance);
    Ok(Margins {
        record: covariance.record,
        observations: kept.len(),
        dropped: flows.len() - kept.len(),
        r_squared: fit.r_squared,
        components: Components::of(economies.len(), &edges).count(),
        economies: economies.len(),
        median_margin,
        median_margin_interval,
        by_term: coefficients.iter().map(|c| (c.term.clone(), c.estimate)).collect(),
        coefficients,
    })
}

impl Margins {
    /// The coefficient of `ln distance`, `(ln distance)^2`, `contiguous`, `landlocked exporter`,
    /// `landlocked importer`, `year 2003` or `(Intercept)`.
    pub fn coefficient(&self, term: &str) -> Option<&Coefficient> {
        self.coefficients.iter().find(|c| c.term == term)
    }

    /// The fitted margin τ = exp(x'b) − 1 of a flow. A year or product without a coefficient of
    /// its own is taken as the first. `None` where the distance is not positive.
    pub fn margin(&self, flow: &Observation) -> Option<f64> {
        if !(flow.distance_km.is_finite() && flow.distance_km > 0.0) {
            return None;
        }
        let b = |term: &str| self.by_term.get(term).copied().unwrap_or(0.0);
        let ln_distance = flow.distance_km.ln();
        let flag = |is: bool, term: &str| if is { b(term) } else { 0.0 };
        let fitted = b(INTERCEPT)
            + b(LN_DISTANCE) * ln_distance
            + b(LN_DISTANCE_SQUARED) * ln_distance * ln_distance
            + flag(flow.contiguous, CONTIGUOUS)
            + flag(flow.landlocked_exporter, LANDLOCKED_EXPORTER)
            + flag(flow.landlocked_importer, LANDLOCKED_IMPORTER)
            + b(LN_UNIT_VALUE) * flow.unit_value.max(f64::MIN_POSITIVE).ln()
            + b(&format!("year {}", flow.year))
            + b(&format!("product {}", flow.product));
        Some(fitted.exp_m1())
    }
}

fn check(flows: &[Observation]) -> Result<(), Unfitted> {
    for (row, flow) in flows.iter().enumerate() {
        let reason = if !flow.log_ratio.is_finite() {
            "the log ratio is not finite"
        } else if !(flow.distance_km.is_finite() && flow.distance_km > 0.0) {
            "the distance is not a positive number of kilometres"
        } else if !(flow.unit_value.is_finite() && flow.unit_value > 0.0) {
            "the product's unit value is not a positive number"
        } else if !(flow.weight.is_finite() && flow.weight >= 0.0) {
            "the weight is not zero or more"
        } else {
            continue;
        };
        return Err(Unfitted::BadFlow { row, reason });
    }
    Ok(())
}

fn least_squares(flows: &[Observation], specification: &Specification) -> Result<Fit, Unfitted> {
    let design = design(flows, specification)?;
    let y: Vec<f64> = flows.iter().map(|o| o.log_ratio).collect();
    if flows.iter().all(|o| o.weight == 1.0) {
        return Ok(regress::ols(&design, &y)?);
    }
    let weights: Vec<f64> = flows.iter().map(|o| o.weight).collect();
    Ok(regress::wls(&design, &y, &weights)?)
}

/// Coefficients with the standard errors asked for. A two-way cluster covariance need not be
/// positive; where a variance comes out negative, HC1 takes its place, and the record says so.
fn inference(
    fit: &Fit,
    flows: &[Observation],
    errors: Errors,
) -> regress::Result<(CovarianceEstimate, Vec<Coefficient>)> {
    if errors == Errors::TwoWay {
        let clusters = Cluster::by("exporter", flows.iter().map(|o| o.exporter).collect())
            .and("importer", flows.iter().map(|o| o.importer).collect());
        let covariance = fit.covariance(&Covariance::Cluster(clusters));
        let table = covariance.and_then(|c| coefficient_table(fit, &c, 0.95).map(|t| (c, t)));
        if let Ok(both) = table {
            return Ok(both);
        }
    }
    let covariance = fit.covariance(&Covariance::Hc1)?;
    let coefficients = coefficient_table(fit, &covariance, 0.95)?;
    Ok((covariance, coefficients))
}

/// The median fitted margin and its interval.
fn median_margin(fit: &Fit, design: &Design, covariance: &CovarianceEstimate) -> (f64, (f64, f64)) {
    let mut order: Vec<usize> = (0..fit.fitted.len()).collect();
    order.sort_by(|&a, &b| fit.fitted[a].total_cmp(&fit.fitted[b]));
    let row = order[(order.len() - 1) / 2];
    let column = |term: &String| {
        design
            .terms()
            .iter()
            .position(|t| t == term)
            .map_or(0.0, |j| design.columns()[j][row])
    };
    let x = DVector::from_iterator(fit.terms.len(), fit.terms.iter().map(column));
    let std_error = (x.transpose() * &covariance.matrix * &x)[(0, 0)].max(0.0).sqrt();
    let half = covariance.reference.critical_value(0.95) * std_error;
    let at = fit.fitted[row];
    (at.exp_m1(), ((at - half).exp_m1(), (at + half).exp_m1()))
}

#[cfg(test)]
#[path = "margins_tests.rs"]
mod tests;
