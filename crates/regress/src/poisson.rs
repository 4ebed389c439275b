//! Poisson pseudo-maximum likelihood with absorbed effects and a check that estimates exist.

mod fit;
mod irls;
mod nonnegative;
mod rectifier;
mod sample;
mod separation;
mod simplex;

pub use fit::{PoissonFit, PoissonOptions, poisson};
pub use separation::{SeparationMethod, separated};
