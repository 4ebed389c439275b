//! Published known answers, computed anew and compared.
//!
//! The catalogue is data: `anchors.toml` holds what was published, with its source and the rule by
//! which ours must agree; the functions in `anchors` compute ours from public figures. Nothing of
//! ours is typed in. An anchor whose data are not in this repository is listed as not run, with the
//! reason, unless the caller has the file. [`run`] computes and compares everything.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod anchors;
mod catalogue;
mod rule;
mod series;

use std::collections::{BTreeMap, BTreeSet};

pub use catalogue::Error;

/// One published answer or set of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// Its name in the catalogue: `C4`.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// Who published it, and where.
    pub source: String,
    /// What came of it.
    pub result: Outcome,
}

/// What came of an anchor.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was computed: a check for each published value.
    Run(Vec<Check>),
    /// It was not, and why. It counts neither as passed nor as failed.
    NotRun(String),
    /// It could not be computed, and why. It counts as failed.
    Refused(String),
}

/// One published value beside ours.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The value's name.
    pub name: String,
    /// As published, digit for digit.
    pub published: String,
    /// As computed.
    pub ours: f64,
    /// By how many decimal digits the two agree: all that were published where ours rounds to them; `None`
    /// where an ordering was published and no number.
    pub digits: Option<f64>,
    /// What agreement was demanded: `printed digits`, `relative 1e-10`, `at most`, ...
    pub rule: String,
    /// Whether it is there.
    pub pass: bool,
}

impl Anchor {
    /// Whether everything computed agrees; an anchor that was not run does not fail.
    pub fn passes(&self) -> bool {
        match &self.result {
            Outcome::Run(checks) => checks.iter().all(|check| check.pass),
            Outcome::NotRun(_) => true,
            Outcome::Refused(_) => false,
        }
    }
}

/// Our values of an anchor by the names of the catalogue, or why there are none.
type Computed = std::result::Result<BTreeMap<String, f64>, String>;

/// The names of the files that some anchors need beside what is in this repository.
///
/// # Errors
/// As [`run`].
pub fn needed() -> Result<BTreeSet<String>, Error> {
    Ok(catalogue::entries()?
        .into_iter()
        .flat_map(|entry| entry.needs)
        .collect())
}

/// Computes every anchor of the catalogue and compares it with what was published. `data` holds the texts of the files that are
/// [`needed`] by their names, as far as the caller has them.
///
/// # Errors
/// A catalogue that cannot be read, a value or rule in it that makes no sense.
///
/// ```
/// let anchors = conformance::run(&Default::default())?;
/// assert!(anchors.iter().all(conformance::Anchor::passes));
/// # Ok::<(), conformance::Error>(())
/// ```
pub fn run(data: &BTreeMap<String, String>) -> Result<Vec<Anchor>, Error> {
    catalogue::entries()?
        .into_iter()
        .map(|entry| entry.compare(data))
        .collect()
}
