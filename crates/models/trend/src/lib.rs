//! Trends, growth and breaks of a trade series.
//!
//! Pure numerics take times and values: [`line()`] and [`log_line`] fit trends by least
//! squares with stated errors, [`theil_sen`] by the median of slopes; [`mann_kendall`] and
//! its variants for autocorrelated ([`hamed_rao`], [`yue_wang`], [`prewhitened`],
//! [`trend_free_prewhitened`]), seasonal ([`seasonal_mann_kendall`]), regional
//! ([`regional_mann_kendall`]) and several correlated series ([`correlated_mann_kendall`],
//! [`partial_mann_kendall`]) test for a monotone trend; [`known_break`] tests a break at a known date.
//! [`Trend`] binds trends and breaks to the flows of a scenario.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod joint;
mod kendall;
mod line;
mod mann_kendall;
mod model;
mod regimes;
mod seasonal;
mod serial;
mod theil_sen;

pub use error::{Error, Result};
pub use joint::{Joint, correlated_mann_kendall, partial_mann_kendall};
pub use line::{Line, LineOptions, LogLine, SlopeErrors, line, log_line};
pub use mann_kendall::{EXACT_LIMIT, MannKendall, mann_kendall};
pub use model::Trend;
pub use regimes::{KnownBreak, known_break};
pub use seasonal::{Seasonal, regional_mann_kendall, seasonal_mann_kendall};
pub use serial::{hamed_rao, prewhitened, trend_free_prewhitened, yue_wang};
pub use theil_sen::{TheilSen, theil_sen};
