//! Fixed effects, absorbed instead of estimated.

mod gram;
mod groups;
mod layout;
mod least_squares;
mod precondition;
mod solve;
mod sweep;
mod within;

pub(crate) use gram::{fill, fill_from, normal_equations, sum};
pub(crate) use groups::check_effects;
pub use groups::{Effect, SingletonDrop, absorbed_counting, absorbed_parameters, drop_singletons};
pub(crate) use layout::Layout;
pub use least_squares::{AbsorbedFit, absorbed_ols};
pub(crate) use precondition::Preconditioner;
pub(crate) use solve::{Goal, interleave, solve};
pub(crate) use sweep::{MOST_WIDTH, Weighted};
pub use within::Within;
pub(crate) use within::exact;

/// When the absorption of several effects stops.
///
/// | Name | Default | Purpose | Range |
/// |---|---|---|---|
/// | `tolerance` | 1e-10 | the estimated distance to what the effects leave of a column, over its length; coefficients err by its square, residuals by itself | above 0 |
/// | `iterations` | 10,000 | the most steps before giving up | above 0 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settling {
    /// The relative distance at which to stop.
    pub tolerance: f64,
    /// The most steps.
    pub iterations: usize,
}

impl Default for Settling {
    fn default() -> Self {
        Settling {
            tolerance: 1e-10,
            iterations: 10_000,
        }
    }
}
