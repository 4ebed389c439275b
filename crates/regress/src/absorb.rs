//! Fixed effects, absorbed instead of estimated.

mod groups;
mod within;

pub(crate) use groups::check_effects;
pub use groups::{Effect, SingletonDrop, absorbed_parameters, drop_singletons};
pub use within::{AbsorbedFit, Within, absorbed_ols};

/// When the alternating projections of several effects stop.
///
/// | Name | Default | Purpose | Range |
/// |---|---|---|---|
/// | `tolerance` | 1e-12 | the length of what a further sweep would change, over the column's own | above 0 |
/// | `iterations` | 10,000 | the most steps before giving up | above 0 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settling {
    /// The relative change at which to stop.
    pub tolerance: f64,
    /// The most steps.
    pub iterations: usize,
}

impl Default for Settling {
    fn default() -> Self {
        Settling {
            tolerance: 1e-12,
            iterations: 10_000,
        }
    }
}
