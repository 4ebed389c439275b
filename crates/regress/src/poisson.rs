//! Poisson pseudo-maximum likelihood with absorbed effects and a check that estimates exist.

mod irls;
mod nonnegative;
mod rectifier;
mod separation;
mod simplex;

pub use irls::{PoissonFit, PoissonOptions, poisson};
pub use separation::{SeparationMethod, separated};
