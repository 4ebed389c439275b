//! Intra-industry trade: how much of an economy's trade is two-way within products.
//!
//! - [`grubel_lloyd`]: the index and its correction for an unbalanced trade, on plain numbers;
//! - [`IntraIndustry`]: the model that a study names `intra-industry`.
//!
//! The crate is also the worked example from which new models are made (docs/extending.md): numbers in one
//! file, the binding to trade data in another, known answers in a third.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod grubel_lloyd;
mod known;
mod model;

pub use crate::grubel_lloyd::{Error, GrubelLloyd, grubel_lloyd};
pub use crate::model::IntraIndustry;
