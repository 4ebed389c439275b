//! Indices of concentration and diversification.
//!
//! [`Shares`] turns a list of values into shares of their total; every index reads it. What
//! a number depends on beside the values, the universe and the base of logarithms, is a
//! [`Convention`] that goes in and comes back. What is not defined is refused with its reason
//! ([`Undefined`]); nothing returns NaN.
//!
//! ```
//! use concentration::{Shares, Universe, herfindahl, normalised};
//! # fn main() -> Result<(), concentration::Undefined> {
//! let shares = Shares::new(&[70.0, 20.0, 10.0, 0.0], None, Universe::Listed)?;
//! assert!((herfindahl(&shares) - 0.54).abs() < 1e-15);
//! // Over the four partners listed, not over the three with trade:
//! assert!((normalised(&shares)? - (0.54 - 0.25) / 0.75).abs() < 1e-15);
//! # Ok(())
//! # }
//! ```
//!
//! | question | where |
//! |---|---|
//! | how narrow: HHI and its normal forms, CR-k, Hall-Tideman, Gini, Theil, entropies, Atkinson | a function each |
//! | all of them for one list | [`catalogue`], [`catalogue_with_intervals`] |
//! | where from: within and between groups, intensive and extensive margin | [`decompose_t`], [`theil_margins`] |
//! | how like another structure, how specialised | [`Structures`], [`balassa`], [`trade_intensity`] |
//! | how sure: report errors, resampling, parts of the total unknown | [`from_log_errors`], [`bootstrap`], [`Partial`] |
//! | a country's partners | [`Concentration`], a [`model::Model`](::model::Model) |
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod advantage;
mod atkinson;
mod catalogue;
mod comparison;
mod convention;
mod coverage;
mod draws;
mod entropy;
mod gini;
mod herfindahl;
mod intervals;
mod model;
mod ratio;
mod rosenbluth;
mod shares;
mod summation;
#[cfg(test)]
mod testing;
mod theil;
mod uncertainty;
mod undefined;

pub use crate::model::Concentration;
pub use advantage::{World, balassa, balassa_bounded, trade_intensity};
pub use atkinson::atkinson;
pub use catalogue::{Index, catalogue, measure, measures};
pub use comparison::Structures;
pub use convention::{Convention, LogBase, Universe};
pub use coverage::{Bounds, Missing, Partial};
pub use entropy::{effective_number, hannah_kay, renyi, shannon};
pub use gini::{gini, gini_unbiased};
pub use herfindahl::{effective_number_hhi, herfindahl, normalised, unctad};
pub use intervals::{Uncertainty, catalogue_with_intervals};
pub use ratio::{Ratio, concentration_ratio};
pub use rosenbluth::hall_tideman;
pub use shares::{Block, Shares};
pub use theil::{Decomposition, Margins, Part, decompose_l, decompose_t, theil_l, theil_margins, theil_t};
pub use uncertainty::{Simulated, Simulation, bootstrap, delta_herfindahl, from_log_errors};
pub use undefined::Undefined;
