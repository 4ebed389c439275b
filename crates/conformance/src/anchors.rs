//! Ours: the values of each anchor, computed from public figures by the functions that the commands use.

mod breaks;
mod concentration;
mod mirror;
mod poisson;
mod regression;
mod simulation;
mod trend;

use crate::Computed;
use std::collections::BTreeMap;

/// Our values of an anchor.
pub fn compute(id: &str) -> Computed {
    match id {
        "C1" => concentration::example(),
        "C2" => concentration::zeros_of_theil(),
        "C3" => concentration::report_errors(),
        "C4" => regression::investment(),
        "C5" => breaks::nile(),
        "C6" => trend::nile(),
        "C7" => poisson::separation(),
        "C8" => poisson::primer(),
        "C10" => mirror::curve(),
        "C11" => mirror::margins(),
        "C12" => mirror::identities(),
        "C13" => simulation::rules(),
        "C14" => simulation::parity(),
        "N1" => regression::longley(),
        "N2" => regression::nist_digits(),
        "S1" => breaks::published_tails(),
        "S2" => regression::greene_diagnostics(),
        other => Err(format!("nothing computes `{other}`")),
    }
}

/// Named values.
#[derive(Default)]
struct Values(BTreeMap<String, f64>);

impl Values {
    fn add(&mut self, name: impl Into<String>, value: f64) {
        self.0.insert(name.into(), value);
    }

    fn done(self) -> Computed {
        Ok(self.0)
    }
}

/// The reason of any error, as text.
fn told<T, E: ToString>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}
