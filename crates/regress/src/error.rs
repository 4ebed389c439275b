/// Why an estimate, a covariance or a test was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two inputs that belong together differ in length.
    #[error("{what} has {found} entries, but {expected} are expected: one for each {of}")]
    Length {
        /// The input that does not fit.
        what: String,
        /// Its length.
        found: usize,
        /// The length that would have been right.
        expected: usize,
        /// What there is one entry for.
        of: &'static str,
    },
    /// A number is NaN or infinite.
    #[error("{what} is not a finite number in row {row}: remove the row or mend the figure")]
    NotFinite {
        /// The series or term.
        what: String,
        /// The row, counted from 1.
        row: usize,
    },
    /// There are not enough observations for what was asked.
    #[error("{what} needs at least {needed} observations, but there are {found}")]
    TooFew {
        /// What was asked.
        what: &'static str,
        /// The least number that would do.
        needed: usize,
        /// The number there is.
        found: usize,
    },
    /// The data do not vary in the way the quantity needs, or a matrix is singular.
    #[error("{what} is not defined: {reason}")]
    Degenerate {
        /// The quantity.
        what: &'static str,
        /// Why there is none.
        reason: String,
    },
    /// Terms that are linear combinations of others, where all were needed.
    #[error("not identified: {}", .terms.join(", "))]
    Unidentified {
        /// Each collinear term with the terms that span it.
        terms: Vec<String>,
    },
    /// An option outside its range.
    #[error("{option} is expected to be {expected}, but is {found}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// Its range.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A formula that cannot be read.
    #[error("formula: expected {expected}, but found {found} at character {at}")]
    Formula {
        /// The character, counted from one.
        at: usize,
        /// What would have been right.
        expected: String,
        /// What stood there.
        found: String,
    },
    /// A column or level that a formula names and the table does not have, or not as needed.
    #[error("`{name}` is expected to be {expected}")]
    Column {
        /// The name.
        name: String,
        /// What would have been right.
        expected: String,
    },
    /// An iteration that did not settle.
    #[error("{what} did not converge in {iterations} iterations: {advice}")]
    NoConvergence {
        /// The iteration.
        what: &'static str,
        /// How many there were.
        iterations: usize,
        /// What may help.
        advice: String,
    },
    /// Two columns of a design bear one name.
    #[error("the design has two terms named `{0}`: rename or remove one")]
    DuplicateTerm(String),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
