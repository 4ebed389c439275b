//! Two reports of one flow: gaps, CIF/FOB margins, reliability, rules, guards.
//!
//! Every bilateral flow has two possible witnesses, the exporter and the importer.
//! [`pairing`] puts their reports side by side, [`gaps`] measures how far they are apart,
//! [`margins`] estimates what insurance and freight add, [`reliability`] and
//! [`variance_components`] say whom to trust how far, [`rules`] make one figure of two, and [`guards`] flag what should not be trusted at all.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod connectedness;
mod draws;
#[cfg(test)]
mod fixture;
pub mod gaps;
pub mod guards;
pub mod margins;
mod nonnegative;
pub mod pairing;
pub mod posterior;
pub mod propagate;
pub mod reconcile;
pub mod reliability;
pub mod rules;
pub mod variance_components;
