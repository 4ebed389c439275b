use crate::catalogue::{Index, catalogue, compute};
use crate::convention::Convention;
use crate::coverage::{Missing, Partial};
use crate::shares::Shares;
use crate::uncertainty::{Simulated, Simulation, bootstrap, from_log_errors};
use crate::undefined::Undefined;
use model::Interval;

/// From where the intervals of a catalogue come.
#[derive(Clone, Debug, PartialEq)]
pub enum Uncertainty {
    /// Resampling of the items.
    Bootstrap(Simulation),
    /// Independent errors of each value in logarithms with these standard deviations.
    LogErrors {
        /// One for each value.
        sigma: Vec<f64>,
        /// How to simulate.
        simulation: Simulation,
    },
    /// The values are parts of a larger total: HHI, 1/HHI and concentration ratios get
    /// bounds and lose their value; the others have no bounds and are undefined.
    Coverage {
        /// The total, in the values' unit.
        total: f64,
        /// Where the rest of it may lie.
        missing: Missing,
    },
}

/// The catalogue with intervals. Frequency weights are items listed as often.
///
/// Simulated intervals are exact repetitions for the same seed; an index that is undefined
/// for the values themselves gets none.
///
/// # Errors
/// [`Undefined`] when the uncertainty does not fit the values: lists of different length,
/// a total that is not positive or smaller than its parts.
pub fn catalogue_with_intervals(
    values: &[Option<f64>],
    weights: Option<&[f64]>,
    convention: Convention,
    uncertainty: &Uncertainty,
) -> Result<Vec<Index>, Undefined> {
    let mut indices = catalogue(values, weights, convention);
    let Ok(shares) = Shares::of_options(values, weights, convention.universe) else {
        return Ok(indices);
    };
    let places = repeated(values, weights, shares.n().max(values.len() as u64))?;
    let known: Vec<f64> = places
        .iter()
        .filter_map(|&at| values.get(at).copied().flatten())
        .collect();
    let of = |measure: &'static str, drawn: &[f64]| {
        compute(measure, &Shares::new(drawn, None, convention.universe)?, convention)
    };
    match uncertainty {
        Uncertainty::Bootstrap(simulation) => {
            for index in indices.iter_mut().filter(|index| index.estimate.is_ok()) {
                let found = bootstrap(&known, *simulation, |drawn| of(index.measure, drawn));
                attach(index, found, "bootstrap of items", *simulation);
            }
        }
        Uncertainty::LogErrors { sigma, simulation } => {
            if sigma.len() != values.len() {
                let what = "the list of standard deviations";
                return Err(Undefined::Length {
                    what,
                    found: sigma.len(),
                    expected: values.len(),
                });
            }
            let sigma: Vec<f64> = places.iter().filter_map(|&at| sigma.get(at).copied()).collect();
            for index in indices.iter_mut().filter(|index| index.estimate.is_ok()) {
                let found = from_log_errors(&known, &sigma, *simulation, |drawn| of(index.measure, drawn));
                attach(index, found, "log-normal report errors", *simulation);
            }
        }
        Uncertainty::Coverage { total, missing } => bound(&mut indices, &known, *total, *missing)?,
    }
    Ok(indices)
}

fn attach(index: &mut Index, found: Result<Simulated, Undefined>, kind: &str, simulation: Simulation) {
    let Ok(found) = found else { return };
    let kind = format!("{}% simulation, {kind}", simulation.level * 100.0);
    index.interval = Some(Interval {
        low: found.low,
        high: found.high,
        kind,
    });
    index.simulated = Some(found);
    index.convention.insert("seed", simulation.seed.to_string());
    index.convention.insert("draws", simulation.draws.to_string());
    if found.undefined > 0 {
        index.convention.insert("draws undefined", found.undefined.to_string());
    }
}

fn bound(indices: &mut [Index], known: &[f64], total: f64, missing: Missing) -> Result<(), Undefined> {
    if !(total > 0.0 && total.is_finite()) {
        return Err(Undefined::Parameter {
            name: "total",
            value: total,
            expected: "a positive number",
        });
    }
    let shares: Vec<f64> = known.iter().map(|value| value / total).collect();
    let partial = Partial::new(&shares, SUM_ERROR, missing)?;
    let reason = Undefined::Incomplete {
        percent: 100.0 * partial.coverage(),
    };
    for index in indices {
        let k = index.measure.strip_prefix("cr").and_then(|k| k.parse::<usize>().ok());
        let bounds = match (index.measure, k) {
            ("hhi", _) => Some(partial.herfindahl()),
            ("effective_number_hhi" | "hannah_kay_2", _) => partial.effective_number_hhi(),
            (_, Some(k)) => Some(partial.concentration_ratio(k)),
            _ => None,
        };
        if partial.coverage() < 1.0 {
            index.observed = std::mem::replace(&mut index.estimate, Err(reason.clone())).ok();
        }
        index.interval = bounds.map(|b| Interval {
            low: b.low,
            high: b.high,
            kind: BOUNDS.to_owned(),
        });
        index
            .convention
            .insert("coverage", format!("{:.6}", partial.coverage()));
        index.convention.insert("missing", missing.name().to_owned());
    }
    Ok(())
}

/// By how much parts may exceed their total through floating-point sums alone.
pub(crate) const SUM_ERROR: f64 = 1e-9;

/// The kind of interval that [`Partial`] gives.
pub(crate) const BOUNDS: &str = "bounds under incomplete coverage";

/// The places of the values, each as often as its weight says.
fn repeated(values: &[Option<f64>], weights: Option<&[f64]>, n: u64) -> Result<Vec<usize>, Undefined> {
    const MOST: u64 = 10_000_000;
    let Some(weights) = weights else {
        return Ok((0..values.len()).collect());
    };
    if n > MOST && weights.iter().sum::<f64>() > MOST as f64 {
        let expected = "at most ten million items, weights counted, for an interval";
        return Err(Undefined::Parameter {
            name: "weights",
            value: n as f64,
            expected,
        });
    }
    Ok((0..values.len())
        .flat_map(|at| std::iter::repeat_n(at, weights.get(at).copied().unwrap_or(0.0) as usize))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{INEQ, close, find, some};

    #[test]
    fn intervals_are_of_three_kinds() {
        let simulation = Simulation {
            draws: 400,
            seed: 9,
            level: 0.9,
        };
        let convention = Convention::default();
        let boot = Uncertainty::Bootstrap(simulation);
        let indices = catalogue_with_intervals(&some(&INEQ), None, convention, &boot).unwrap();
        let interval = find(&indices, "gini").interval.unwrap();
        assert!(interval.low < 0.46 && interval.high > 0.4 && interval.kind == "90% simulation, bootstrap of items");
        let errors = Uncertainty::LogErrors {
            sigma: vec![0.2; 10],
            simulation,
        };
        let indices = catalogue_with_intervals(&some(&INEQ), None, convention, &errors).unwrap();
        let interval = find(&indices, "hhi").interval.unwrap();
        assert!(interval.low < 0.184 && interval.high > 0.184 && interval.high - interval.low < 0.1);
        let coverage = Uncertainty::Coverage {
            total: 2.0 * INEQ.iter().sum::<f64>(),
            missing: Missing::Anywhere,
        };
        let indices = catalogue_with_intervals(&some(&INEQ), None, convention, &coverage).unwrap();
        let hhi = find(&indices, "hhi");
        assert_eq!(hhi.estimate, Err(Undefined::Incomplete { percent: 50.0 }));
        let (h, s) = (0.18408123091548528, 0.334_319_531_455_557);
        close(hhi.interval.as_ref().unwrap().low, h / 4.0, 1e-15);
        close(hhi.interval.unwrap().high, h / 4.0 + 0.25 + 0.5 * s, 1e-8);
        assert!(find(&indices, "gini").estimate.is_err() && find(&indices, "gini").interval.is_none());
    }

    #[test]
    fn a_weighted_list_resamples_its_items() {
        let uncertainty = Uncertainty::Bootstrap(Simulation {
            draws: 200,
            seed: 1,
            level: 0.95,
        });
        let plain = catalogue_with_intervals(&some(&[1.0, 1.0, 5.0]), None, Convention::default(), &uncertainty);
        let weighted = catalogue_with_intervals(
            &some(&[1.0, 5.0]),
            Some(&[2.0, 1.0]),
            Convention::default(),
            &uncertainty,
        );
        assert_eq!(plain, weighted);
    }
}
