/// Why a trend could not be estimated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value without a logarithm.
    #[error("a log-linear trend needs positive values, but the value at {time} is {value}")]
    NotPositive {
        /// The time of the value.
        time: f64,
        /// The value.
        value: f64,
    },
    /// Times that do not rise.
    #[error("times are expected to rise strictly, but {later} follows {earlier}")]
    Order {
        /// A time.
        earlier: f64,
        /// The one that follows it.
        later: f64,
    },
    /// The regression was refused.
    #[error(transparent)]
    Regress(#[from] regress::Error),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
