//! What two reports of one flow disagree about.
//!
//! The model has two modes. `pairs` compares the exporter's report of a flow with the
//! importer's, over all two-sided flows it is given: the distribution of their ratio, its
//! dependence on distance (the CIF/FOB equation), each reporter's agreement with its partners.
//! `compilers` compares what different compilers publish of the same flow of one economy.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod compilers;
#[cfg(test)]
mod fixture;
mod margin;
mod model;
mod pairs;
mod quantile;
mod ratio;
mod reporters;

pub use crate::model::Asymmetry;
pub use quantile::quantile;

/// An economy's name for a reader; its code where the reference table does not have it.
fn name_of(economy: trade::Economy) -> String {
    trade::economies()
        .get(economy)
        .map_or_else(|| economy.to_string(), |info| info.name.to_owned())
}
