//! What must hold of every reader, whatever it is given.
//!
//! A [`Target`] is a reader with the properties that hold for any bytes: it answers with an error or with a result,
//! in bounded memory, and where two ways lead to one result they lead to the same. A property that does not hold
//! is a panic. `fuzz/` gives the targets to libFuzzer; `tests/bounded.rs` runs them on their seeds, on all that
//! fuzzing has ever found (`fuzz/regressions`), and on a fixed number of mutations.

#![allow(clippy::unwrap_used)] // a property that does not hold should end the run

mod conserved;
mod fetched;
mod forms;
mod imported;
mod mutations;
mod parquet_files;
mod seeds;
mod texts;
mod written;

pub use mutations::Mutations;

/// A reader and what must hold of it.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name, which is also the fuzz target's and the folder's of its regressions.
    pub name: &'static str,
    /// Panics where a property does not hold.
    pub run: fn(&[u8]),
    /// Inputs to begin with, made by code.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every target.
pub const TARGETS: [Target; 11] = [
    target("import", imported::import, seeds::tables),
    target("json", imported::json, seeds::json),
    target("packed", imported::packed, seeds::packed),
    target("bulk", imported::bulk, seeds::bulk),
    target("table", texts::table, seeds::plain_tables),
    target("parquet", parquet_files::parquet, seeds::parquet),
    target("formula", texts::formula, seeds::formulas),
    target("conditions", texts::conditions, seeds::conditions),
    target("study", texts::study, seeds::studies),
    target("pin", texts::pin, seeds::pins),
    target("fetch", fetched::fetch, seeds::answers),
];

const fn target(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Target {
    Target { name, run, seeds }
}

/// Runs the target of this name.
///
/// # Panics
/// Where there is none, or where a property does not hold.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.unwrap_or_else(|| panic!("there is no target {name}")).run)(data);
}
