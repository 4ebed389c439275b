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

/// Our values of an anchor; `data` holds the texts of files that are not in this repository, by name.
pub fn compute(id: &str, data: &BTreeMap<String, String>) -> Computed {
    let file = |name: &str| {
        data.get(name)
            .map(String::as_str)
            .ok_or_else(|| format!("`{name}` is not given"))
    };
    match id {
        "B1" => breaks::real_interest(),
        "B2" => breaks::inflation(),
        "B3" => breaks::driver_deaths(),
        "B4" => breaks::marriages(),
        "C1" => concentration::example(),
        "C2" => concentration::zeros_of_theil(),
        "C3" => concentration::report_errors(),
        "C4" => regression::investment(),
        "C5" => breaks::nile(),
        "C6" => trend::nile(),
        "C6b" => trend::rainfall(),
        "C7" => poisson::separation(),
        "C7b" => poisson::set_12(file("12.csv")?),
        "C8" => poisson::primer(),
        "C8b" => poisson::strict_check(),
        "C10" => mirror::curve(),
        "C11" => mirror::margins(),
        "C12" => mirror::identities(),
        "C13" => simulation::rules(),
        "C14" => simulation::parity(),
        "C15" => poisson::innovation(file("InstInnovation.csv")?),
        "C15b" => regression::petersen(file("PetersenCL.csv")?),
        "N1" => regression::longley(),
        "N2" => regression::nist_digits(),
        "P1" => poisson::trial(),
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
