//! Deterministic synthetic worlds with known truth, for tests and benches.
//!
//! A [`World`] has economies on a globe, true flows by gravity, and reporters who err in known
//! ways: each with a bias and a spread of its own, importers adding freight, some silent, goods
//! passing through a hub, some partners booked under the wrong name. It gives the records as
//! a compiler would publish them, and the truth behind them.
//!
//! A [`BulkWorld`] is as large as wanted and has the shape of the great databases.
//!
//! Every figure is drawn from its own stream, seeded by the world's seed and the figure's place, so
//! that nothing is kept in memory but a few numbers an economy, and the same seed gives the same
//! rows.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bulk;
mod draws;
mod parameters;
mod records;
mod world;

pub use bulk::{BACI_HEADER, BulkParameters, BulkWorld, COMTRADE_HEADER, Shape};
pub use parameters::{Errors, Parameters};
pub use records::Records;
pub use world::{Misattribution, Truth, World};

/// Why a world cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter out of its range.
    #[error("parameter `{parameter}` is expected to be {expected}, but is {found}")]
    Parameter {
        /// Its name.
        parameter: &'static str,
        /// What would have been right.
        expected: &'static str,
        /// What it is.
        found: String,
    },
}
