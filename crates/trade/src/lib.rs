//! The vocabulary of bilateral trade.
//!
//! Every other crate speaks these words and no others: [`Economy`], [`Period`],
//! [`Flow`], [`Classification`] and product codes, [`Valuation`], exact money
//! ([`Usd`]) and the [`Record`], which is one figure as one compiler published it.
//! Reference tables (economies with their borders and capitals, concordances
//! between classifications) live here too, as text in `crates/trade/tables`.
//!
//! This crate knows no file of a user and does no I/O.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod block;
mod classification;
mod concordance;
mod economies;
mod economy;
mod flow;
mod money;
mod names;
mod nearest;
mod period;
mod record;
mod stages;
#[cfg(test)]
mod test_data;
mod valuation;

pub use block::{Block, Months, NO_NUMBER, NO_WORD, Numbers, Scales, Words, places};
pub use classification::{Classification, TOTAL, check_product};
pub use concordance::{Concordance, concord};
pub use economies::{
    Candidate, Coordinates, EARTH_RADIUS_KM, Economies, EconomyInfo, EconomyKind, LookupError, NumericCode, Standing,
    YEARS_AFTER, Years, economies,
};
pub use economy::Economy;
pub use flow::{Flow, Status, Valuation};
pub use money::{Decimal3, Usd};
pub use names::{hs_section, product_name};
pub use nearest::nearest;
pub use period::Period;
pub use record::Record;
pub use stages::{Stage, StageConvention, product_stages, stage};
pub use valuation::{ImportBasis, ImportValuation, import_valuation};

/// What can be wrong with a word of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text that is not what its place asks for.
    #[error("{what} is expected to be {expected}, but is `{found}`")]
    Malformed {
        /// The thing that was read, such as `a period`.
        what: &'static str,
        /// What would have been right.
        expected: &'static str,
        /// What stood there.
        found: String,
    },
    /// A number that the exact representation cannot hold.
    #[error("`{found}` cannot be held exactly: {reason}")]
    Inexact {
        /// What stood there.
        found: String,
        /// Why it does not fit.
        reason: &'static str,
    },
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
