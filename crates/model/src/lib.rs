//! What a model is: what it is given, and what it returns.
//!
//! A [`Model`] is a function from the flows of one scenario ([`Input`]) to an [`Output`]:
//! [`Finding`]s (one estimated number each, with its interval and its convention), tidy
//! [`Table`]s, and [`Chart`]s as data. A model does no I/O and knows no file; it does not
//! know where its flows came from, only what each figure's record says.
//!
//! Models never import each other. The list of all models is in the program, in one place.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod chart;
mod finding;
mod known;
mod notes;
pub mod parameters;
mod table;

pub use chart::{Band, Chart, Form, Mark, OTHERS, Point, Scale, Series};
pub use finding::{Finding, Interval, Labels, Tolerance, Value};
pub use known::KnownAnswer;
pub use notes::Notes;
pub use table::{Cell, Column, Kind, Table};

use trade::{Economy, Record};

/// What a model is given.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// The scenario's name, such as `imf-interkorean`.
    pub scenario: &'a str,
    /// The economy under study, where the scenario is about one; its flows are told from
    /// its own side (`reporter` is this economy).
    pub economy: Option<Economy>,
    /// The figures, sorted by [`Record::key`].
    pub flows: &'a [Record],
    /// What the scenario knows about its totals: see [`Coverage`].
    pub coverage: Coverage,
    /// The model's parameters from the study file.
    pub parameters: &'a toml::Table,
    /// The seed from which every random number of this run derives.
    pub seed: u64,
}

/// Whether the partners that a scenario lists are all there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// Every partner is listed: totals are sums over partners.
    Complete,
    /// Some partners are listed beside a published total (partner `WLD`): concentration
    /// can only be bounded.
    Partial,
}

/// What a model returns.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// The estimated numbers.
    pub findings: Vec<Finding>,
    /// Tidy tables.
    pub tables: Vec<Table>,
    /// Charts as data.
    pub charts: Vec<Chart>,
    /// What a reader of the results must know: figures set aside, and why.
    pub notes: Vec<String>,
}

/// A model: a named function from flows to findings.
pub trait Model: Sync {
    /// The name in study files and output: lower case, digits and `-`.
    fn id(&self) -> &'static str;

    /// One line for people.
    fn title(&self) -> &'static str;

    /// The names of the parameters that [`Input::parameters`] may hold; others are refused
    /// before the model runs.
    fn parameters(&self) -> &'static [&'static str] {
        &[]
    }

    /// Answers that are known beforehand, computed anew: the model's part of `counterflow conformance`.
    fn known_answers(&self) -> Vec<KnownAnswer> {
        Vec::new()
    }

    /// Runs the model. The same input gives the same output, on any number of threads.
    ///
    /// # Errors
    /// Only for parameters that make no sense. A quantity that the flows do not determine
    /// is a finding with [`Value::Undefined`] and its reason, not an error.
    fn run(&self, input: &Input<'_>) -> Result<Output>;
}

/// Why a model could not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter of the study file makes no sense.
    #[error("model `{model}`: parameter `{parameter}` is expected to be {expected}, but is `{found}`")]
    Parameter {
        /// The model's name.
        model: &'static str,
        /// The parameter's name.
        parameter: String,
        /// What would have been right.
        expected: &'static str,
        /// What stood there.
        found: String,
    },
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
