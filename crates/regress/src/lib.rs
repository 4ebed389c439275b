//! Estimators, covariances and tests on plain matrices.
//!
//! A [`Design`] is a matrix with named columns. [`ols`] and [`wls`] fit it and return a
//! [`Fit`]; [`Fit::covariance`] estimates the covariance of its coefficients under a stated
//! [`Covariance`] convention, which the result carries along as a [`CovarianceRecord`];
//! a [`Preset`] or a [`Convention`] fixes all of a package's
//! conventions at once; [`coefficient_table`], [`wald`], [`wild_cluster_bootstrap`], [`chow_f`] and [`chow_wald`] test. Nothing here knows of
//! trade, reads a file or prints. Collinear terms are listed, undefined quantities are
//! refused with their reason, and no result is NaN.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod absorb;
mod bandwidth;
pub mod breaks;
mod chow;
mod cluster;
mod compensated;
mod convention;
mod counting;
mod covariance;
mod design;
pub mod diagnostics;
pub mod distribution;
mod driscoll_kraay;
mod error;
mod fit;
pub mod formula;
mod hac;
mod inference;
mod kernel;
mod newey_west_trend;
mod ols;
mod panel_newey_west;
pub mod poisson;
mod preset;
mod qr;
mod wald;
mod wild;

pub use chow::{chow_f, chow_wald, chow_wald_recorded};
pub use cluster::{Cluster, ClusterAdjustment, Way};
pub use convention::{Convention, ReferenceRule};
pub use counting::{Counting, nested_in};
pub use covariance::{Covariance, CovarianceEstimate, CovarianceRecord, Moments, Reference, covariance};
pub use design::{Design, INTERCEPT};
pub use driscoll_kraay::DriscollKraay;
pub use error::{Error, Result};
pub use fit::{Collinear, FTest, Fit};
pub use hac::{Lag, NeweyWest};
pub use inference::{Coefficient, coefficient_table, rows, table};
pub use kernel::Kernel;
pub use newey_west_trend::{NeweyWestTrend, SlopeEstimate};
pub use ols::{ols, wls};
pub use panel_newey_west::PanelNeweyWest;
pub use preset::{Family, Preset, Request};
pub use qr::COLLINEARITY_TOLERANCE;
pub use wald::{WaldTest, wald, wald_positions, wald_test, wald_zero};
pub use wild::{WildModel, WildOptions, WildTest, WildWeights, wild_cluster_bootstrap};
