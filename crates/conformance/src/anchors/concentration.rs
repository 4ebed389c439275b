//! Indices of the example of R's ineq.

use super::{Values, told};
use crate::Computed;
use crate::series::INEQ;
use concentration::{
    Convention, LogBase, Shares, Simulation, Undefined, Universe, catalogue, delta_herfindahl, from_log_errors,
    herfindahl, theil_t,
};

fn padded(zeros: usize) -> Vec<f64> {
    let mut values = INEQ.to_vec();
    values.resize(INEQ.len() + zeros, 0.0);
    values
}

/// C1: every index of the ten values, and of the ten with five zeros.
pub fn example() -> Computed {
    let mut values = Values::default();
    for zeros in [0, 5] {
        let list: Vec<Option<f64>> = padded(zeros).into_iter().map(Some).collect();
        for index in catalogue(&list, None, Convention::default()) {
            if let Ok(estimate) = index.estimate {
                values.add(format!("{} (n = {})", index.measure, list.len()), estimate);
            }
        }
    }
    values.done()
}

/// C2: five zeros beside ten values add ln 1.5 to Theil's T.
pub fn zeros_of_theil() -> Computed {
    let theil =
        |zeros| told(Shares::new(&padded(zeros), None, Universe::Listed)).map(|s| theil_t(&s, LogBase::Natural));
    let mut values = Values::default();
    values.add("T(15) - T(10) - ln 1.5", theil(5)? - theil(0)? - 1.5_f64.ln());
    values.done()
}

/// C3: the spread of the HHI where each value has a log-normal error of 0.2.
pub fn report_errors() -> Computed {
    let sigma = [0.2; 10];
    let hhi = |list: &[f64]| -> Result<f64, Undefined> { Ok(herfindahl(&Shares::new(list, None, Universe::Active)?)) };
    let simulation = Simulation {
        draws: 200_000,
        seed: 42,
        level: 0.95,
    };
    let found = told(from_log_errors(&INEQ, &sigma, simulation, hhi))?;
    let mut values = Values::default();
    values.add("delta formula", told(delta_herfindahl(&INEQ, &sigma))?);
    values.add("simulation, 200,000 draws", found.standard_deviation);
    values.add("bias of the simulation", found.mean - told(hhi(&INEQ))?);
    values.done()
}
