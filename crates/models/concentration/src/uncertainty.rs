use crate::convention::Universe;
use crate::draws::Draws;
use crate::herfindahl::herfindahl;
use crate::shares::Shares;
use crate::summation::sum;
use crate::undefined::Undefined;

/// How to simulate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulation {
    /// The number of draws.
    pub draws: usize,
    /// The seed; the same seed gives the same numbers.
    pub seed: u64,
    /// The probability that the interval holds, such as 0.95.
    pub level: f64,
}

impl Default for Simulation {
    /// 2,000 draws, 95 per cent.
    fn default() -> Self {
        Simulation {
            draws: 2000,
            seed: 1,
            level: 0.95,
        }
    }
}

/// What a simulation of an index found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulated {
    /// The mean over the draws.
    pub mean: f64,
    /// The standard deviation over the draws (divided by their number less 1).
    pub standard_deviation: f64,
    /// The lower quantile of the level.
    pub low: f64,
    /// The upper quantile.
    pub high: f64,
    /// Draws in which the index was defined.
    pub used: usize,
    /// Draws in which it was not, such as resamples of zeros only.
    pub undefined: usize,
}

/// The standard deviation of the HHI when each value has an independent error with standard
/// deviation `sigma` in logarithms, to first order: 2 √(Σ s² (s - HHI)² σ²).
///
/// From ∂HHI/∂ln v = 2 s (s - HHI), by the delta method (Oehlert 1992, American Statistician 46). A check on [`from_log_errors`], which also has the
/// bias that the curvature makes.
///
/// # Errors
/// As [`Shares::new`]; also for a list of sigmas of another length, or negative ones.
pub fn delta_herfindahl(values: &[f64], sigma: &[f64]) -> Result<f64, Undefined> {
    check_sigma(values, sigma)?;
    let hhi = herfindahl(&Shares::new(values, None, Universe::Active)?);
    let largest = values.iter().copied().fold(0.0, f64::max);
    let total = sum(values.iter().map(|v| v / largest));
    let variance = sum(values.iter().zip(sigma).map(|(v, sd)| {
        let share = v / largest / total;
        (share * (share - hhi) * sd).powi(2)
    }));
    Ok(2.0 * variance.sqrt())
}

/// An index under report uncertainty: each draw multiplies each value by exp(σ z), z standard
/// normal and independent, and computes `index` anew; mean and standard deviation over the draws, and the interval between
/// their quantiles. The parametric bootstrap of Efron & Tibshirani 1993, section 6.5, with a stated σ.
///
/// # Errors
/// [`Undefined`] for lists of different length, a σ that is negative or not finite, no
/// draws, or an index that is defined in fewer than two draws.
pub fn from_log_errors(
    values: &[f64],
    sigma: &[f64],
    simulation: Simulation,
    index: impl Fn(&[f64]) -> Result<f64, Undefined>,
) -> Result<Simulated, Undefined> {
    check_sigma(values, sigma)?;
    let mut draws = Draws::new(simulation.seed);
    simulate(simulation, || {
        let drawn: Vec<f64> = values
            .iter()
            .zip(sigma)
            .map(|(v, sd)| v * (sd * draws.normal()).exp())
            .collect();
        index(&drawn)
    })
}

/// An index by bootstrap: each draw takes as many items as there are, with replacement, and
/// computes `index` anew; percentile interval. Efron 1979.
///
/// It speaks of items as a sample from a population. Partners of one economy are not:
/// there, report uncertainty ([`from_log_errors`]) is the question.
///
/// # Errors
/// As [`from_log_errors`]; also for an empty list.
pub fn bootstrap(
    values: &[f64],
    simulation: Simulation,
    index: impl Fn(&[f64]) -> Result<f64, Undefined>,
) -> Result<Simulated, Undefined> {
    if values.is_empty() {
        return Err(Undefined::Empty);
    }
    let mut draws = Draws::new(simulation.seed);
    simulate(simulation, || {
        let pick = |_| {
            values
                .get(draws.below(values.len() as u64) as usize)
                .copied()
                .unwrap_or_default()
        };
        let drawn: Vec<f64> = (0..values.len()).map(pick).collect();
        index(&drawn)
    })
}

fn simulate(simulation: Simulation, mut draw: impl FnMut() -> Result<f64, Undefined>) -> Result<Simulated, Undefined> {
    if !(simulation.level > 0.0 && simulation.level < 1.0) {
        let expected = "a probability between 0 and 1";
        return Err(Undefined::Parameter {
            name: "level",
            value: simulation.level,
            expected,
        });
    }
    let mut sample: Vec<f64> = (0..simulation.draws)
        .filter_map(|_| draw().ok())
        .filter(|x| x.is_finite())
        .collect();
    let used = sample.len();
    if used < 2 {
        let expected = "at least two draws in which the index is defined";
        return Err(Undefined::Parameter {
            name: "draws",
            value: used as f64,
            expected,
        });
    }
    sample.sort_by(f64::total_cmp);
    let mean = sum(sample.iter().copied()) / used as f64;
    let variance = sum(sample.iter().map(|x| (x - mean).powi(2))) / (used as f64 - 1.0);
    let tail = (1.0 - simulation.level) / 2.0;
    Ok(Simulated {
        mean,
        standard_deviation: variance.sqrt(),
        low: quantile(&sample, tail),
        high: quantile(&sample, 1.0 - tail),
        used,
        undefined: simulation.draws - used,
    })
}

/// The quantile of a sorted sample by linear interpolation (type 7 of Hyndman & Fan 1996).
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let place = probability * (sorted.len() as f64 - 1.0);
    let at = |i: f64| sorted.get(i as usize).copied().unwrap_or_default();
    let (below, above) = (at(place.floor()), at(place.ceil()));
    below + (above - below) * place.fract()
}

fn check_sigma(values: &[f64], sigma: &[f64]) -> Result<(), Undefined> {
    if sigma.len() != values.len() {
        let what = "the list of standard deviations";
        return Err(Undefined::Length {
            what,
            found: sigma.len(),
            expected: values.len(),
        });
    }
    match sigma.iter().find(|sd| !(**sd >= 0.0 && sd.is_finite())) {
        Some(&value) => Err(Undefined::Parameter {
            name: "sigma",
            value,
            expected: "a standard deviation of at least 0",
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{INEQ, close};

    fn hhi(values: &[f64]) -> Result<f64, Undefined> {
        Shares::new(values, None, Universe::Active).map(|s| herfindahl(&s))
    }

    #[test]
    fn the_delta_formula_by_hand() {
        // Shares .75 and .25, HHI .625: 2 √((.75·.125·.2)² + (.25·.375·.2)²).
        let expected = 2.0 * (2.0 * (0.09375_f64 * 0.2).powi(2)).sqrt();
        close(delta_herfindahl(&[3.0, 1.0], &[0.2, 0.2]).unwrap(), expected, 1e-15);
        assert!(delta_herfindahl(&[3.0, 1.0], &[0.2]).is_err());
        assert!(delta_herfindahl(&[3.0, 1.0], &[0.2, -0.1]).is_err());
    }

    #[test]
    fn the_simulation_agrees_with_the_delta_formula_and_has_its_bias() {
        let sigma = [0.2; 10];
        let delta = delta_herfindahl(&INEQ, &sigma).unwrap();
        close(delta, 0.021436, 5e-7); // computed independently, as is 0.02167 for the simulation
        let simulation = Simulation {
            draws: 100_000,
            seed: 42,
            level: 0.95,
        };
        let found = from_log_errors(&INEQ, &sigma, simulation, hhi).unwrap();
        close(found.standard_deviation, 0.02167, 0.02 * 0.02167);
        close(found.standard_deviation, delta, 0.02 * delta);
        close(found.mean - hhi(&INEQ).unwrap(), 0.0040, 0.0003);
        let exact = hhi(&INEQ).unwrap();
        assert!(found.low < exact && exact < found.high);
        assert!(found.mean > exact, "the HHI is convex in the errors");
        assert_eq!(found, from_log_errors(&INEQ, &sigma, simulation, hhi).unwrap());
    }

    #[test]
    fn without_errors_there_is_no_spread() {
        let found = from_log_errors(&INEQ, &[0.0; 10], Simulation::default(), hhi).unwrap();
        assert_eq!((found.standard_deviation, found.undefined), (0.0, 0));
        close(found.low, 0.18408123, 5e-9);
    }

    #[test]
    fn the_bootstrap_of_a_mean_has_its_standard_error() {
        let mean = |values: &[f64]| Ok(values.iter().sum::<f64>() / values.len() as f64);
        let simulation = Simulation {
            draws: 20_000,
            seed: 3,
            level: 0.9,
        };
        let found = bootstrap(&INEQ, simulation, mean).unwrap();
        let n = INEQ.len() as f64;
        let centre = INEQ.iter().sum::<f64>() / n;
        let error = (INEQ.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / n / n).sqrt();
        close(found.standard_deviation, error, 0.03 * error);
        close(found.mean, centre, 0.03 * error);
    }

    #[test]
    fn undefined_draws_are_counted() {
        let found = bootstrap(&[0.0, 1.0], Simulation::default(), hhi).unwrap();
        assert_eq!(found.used + found.undefined, 2000);
        assert!(found.undefined.abs_diff(500) < 80);
        assert!(bootstrap(&[0.0], Simulation::default(), hhi).is_err());
        assert!(
            bootstrap(
                &[1.0],
                Simulation {
                    level: 1.0,
                    ..Simulation::default()
                },
                hhi
            )
            .is_err()
        );
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 1.0), 4.0);
    }
}
