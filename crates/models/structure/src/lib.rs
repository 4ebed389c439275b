//! Composition of trade: stages, sectors, regimes.
//!
//! | question | where |
//! |---|---|
//! | which codes of a list can be added, and is the list the whole | [`parts`], [`looks_whole`] |
//! | which years are alike | [`k_means`], with its [`silhouette()`] and [`stability`] |
//! | do two partitions agree | [`adjusted_rand_index`] |
//! | a country's products, stages of production and regimes of partners | [`Structure`], a [`model::Model`](::model::Model) |
//!
//! ```
//! use structure::parts;
//! use trade::Classification;
//! // A heading lies in its chapter, so only the chapters can be added.
//! let codes = parts(Classification::Hs(2), ["27", "2701", "44"]);
//! assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["27", "44"]);
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod clusters;
mod model;
mod nesting;
mod rand_index;
mod silhouette;

pub use crate::model::Structure;
pub use clusters::{ClusterError, Partition, Search, k_means, stability};
pub use nesting::{container, looks_whole, parts};
pub use rand_index::adjusted_rand_index;
pub use silhouette::{Silhouette, silhouette};
