//! Two reports of one flow: gaps, CIF/FOB margins, reliability, rules, guards.
//!
//! Every bilateral flow has two possible witnesses, the exporter and the importer. In the order in
//! which figures pass through: [`pairing`] puts their reports side by side, [`gaps`] measures how far
//! they are apart, [`margins`] estimates what insurance and freight add, [`reliability`] says who
//! agrees with whom, [`variance_components`] and [`posterior`] how large each reporter's own error
//! is, [`rules`] make one figure of two, [`reconcile`] runs all of them with an interval for every
//! figure, and [`propagate`] and
//! [`simulate`] draw worlds from these intervals, to carry them into totals and concentration. [`guards`] flag what should not be
//! trusted at all. How far the rules and their intervals can be trusted stands in
//! `docs/mirror-validation.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod connectedness;
mod draws;
#[cfg(test)]
mod fixture;
pub mod gaps;
pub mod guards;
pub mod levels;
pub mod margins;
mod nonnegative;
pub mod normal;
pub mod pairing;
pub mod posterior;
pub mod propagate;
pub mod reconcile;
pub mod reliability;
pub mod rules;
pub mod simulate;
pub mod variance_components;
