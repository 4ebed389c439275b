//! Absorbed effects against the same effects as dummies, on small panels, also badly connected ones.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use regress::absorb::{Effect, Settling, Within, absorbed_ols};
use regress::poisson::{PoissonOptions, SeparationMethod, poisson};
use regress::{Covariance, Design, ols};

/// The terms, then a dummy for each group; those in the span of earlier ones are set aside by the fit.
fn with_dummies(design: &Design, effects: &[Effect]) -> Design {
    let mut full = design.clone();
    for effect in effects {
        for group in 0..effect.count() as u32 {
            let dummy = effect.groups().iter().map(|g| f64::from(u8::from(*g == group)));
            full = full.term(&format!("{}{group}", effect.name), dummy.collect()).unwrap();
        }
    }
    full
}

/// Numbers between 0 and 1 that look random and are the same everywhere.
fn scattered(seed: usize, row: usize) -> f64 {
    (((row * 7919 + seed * 104_729 + 13) as f64).sin() * 43_758.545_3).rem_euclid(1.0)
}

fn terms(rows: usize) -> (Design, Vec<f64>) {
    let column = |seed: usize| (0..rows).map(|row| scattered(seed, row)).collect::<Vec<f64>>();
    let (x, z, noise) = (column(1), column(2), column(3));
    let y = (0..rows).map(|i| (0.8 * x[i] - 0.5 * z[i] + noise[i]).exp()).collect();
    (Design::new(rows).term("x", x).unwrap().term("z", z).unwrap(), y)
}

/// Workers of two or three rows, the firms of most of whom stand next to each other in one long chain; the effects
/// are worker, firm and year.
fn chain(firms: u32) -> Vec<Effect> {
    let mut rows: Vec<[u32; 3]> = Vec::new();
    for firm in 0..firms - 1 {
        rows.extend([[2 * firm, firm, 0], [2 * firm, firm + 1, 1]]);
        rows.extend([
            [2 * firm + 1, firm, firm % 4],
            [2 * firm + 1, firm, 2],
            [2 * firm + 1, firm, 3],
        ]);
    }
    let effect = |name: &str, e: usize| Effect::new(name, &rows.iter().map(|r| r[e]).collect::<Vec<_>>());
    vec![effect("worker", 0), effect("firm", 1), effect("year", 2)]
}

fn agree(found: &[f64], expected: &[f64], tolerance: f64) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found / expected - 1.0).abs() < tolerance, "{found} is not {expected}");
    }
}

#[test]
fn a_long_chain_of_firms_is_absorbed_exactly() {
    let effects = chain(90);
    let (design, y) = terms(effects[0].groups().len());
    let full = with_dummies(&design, &effects);
    let log: Vec<f64> = y.iter().map(|y| y.ln()).collect();
    let absorbed = absorbed_ols(&design, &log, &effects, None, Settling::default()).unwrap();
    let dummies = ols(&full, &log).unwrap();
    agree(&absorbed.within.coefficients, &dummies.coefficients[..2], 1e-10);
    let (a, b) = (
        absorbed.covariance(&Covariance::Hc0).unwrap(),
        dummies.covariance(&Covariance::Hc0).unwrap(),
    );
    agree(
        &[a.matrix[(0, 0)], a.matrix[(1, 1)]],
        &[b.matrix[(0, 0)], b.matrix[(1, 1)]],
        1e-8,
    );
    // The last firm has one row only; without it its worker has one only, too.
    assert_eq!(absorbed.singletons.len(), 2);
    for (found, &row) in absorbed.within.residuals.iter().zip(&absorbed.rows) {
        assert!((found - dummies.residuals[row]).abs() < 1e-9);
    }
}

#[test]
fn poisson_on_a_chain_is_poisson_on_dummies() {
    let effects = chain(25);
    let (design, y) = terms(effects[0].groups().len());
    let absorbed = poisson(&design, &y, &effects, None, None, &PoissonOptions::default()).unwrap();
    let dummies = poisson(
        &with_dummies(&design, &effects),
        &y,
        &[],
        None,
        None,
        &PoissonOptions::default(),
    )
    .unwrap();
    agree(&absorbed.coefficients, &dummies.coefficients[..2], 1e-9);
    agree(&[absorbed.deviance], &[dummies.deviance], 1e-9);
    let errors = |fit: &regress::poisson::PoissonFit| {
        let estimate = fit.covariance(&Covariance::Hc0).unwrap();
        [estimate.std_error(0).unwrap(), estimate.std_error(1).unwrap()]
    };
    agree(&errors(&absorbed), &errors(&dummies), 1e-7);
}

#[test]
fn what_is_separated_is_found_on_either_way() {
    // x is above zero in row 0 only, where y = 0: no estimate exists with it.
    let effects = chain(60);
    let rows = effects[0].groups().len();
    let (design, mut y) = terms(rows);
    let mut x = vec![0.0; rows];
    for row in [2, 7] {
        (x[row], y[row]) = (1.0 + row as f64, 0.0);
    }
    let design = design.term("only there", x).unwrap();
    let fit = |separation| {
        let options = PoissonOptions {
            separation,
            ..PoissonOptions::default()
        };
        poisson(&design, &y, &effects, None, None, &options).unwrap()
    };
    let (automatic, rectifier) = (fit(SeparationMethod::Automatic), fit(SeparationMethod::Rectifier));
    assert_eq!(automatic.separated, rectifier.separated);
    assert!(automatic.separated.contains(&2) && automatic.separated.contains(&7));
    assert_eq!(automatic.collinear.len(), 1);
    assert_eq!(automatic.coefficients, rectifier.coefficients);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let rows = 120_000;
    let groups = |seed: usize, count: f64| {
        (0..rows)
            .map(|i| (scattered(seed, i) * count) as u32)
            .collect::<Vec<_>>()
    };
    let effects = [
        Effect::new("a", &groups(4, 3_000.0)),
        Effect::new("b", &groups(5, 200.0)),
        Effect::new("c", &groups(6, 50.0)),
    ];
    let (design, y) = terms(rows);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fit = poisson(&design, &y, &effects, None, None, &PoissonOptions::default()).unwrap();
            let matrix = fit.covariance(&Covariance::Hc0).unwrap().matrix;
            (fit.coefficients, fit.deviance, matrix)
        })
    };
    assert_eq!(run(1), run(3));
}

/// Three groups, then what weights, y and terms are made of.
type Row = (u32, u32, u32, f64, f64, f64);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn absorbing_is_the_same_as_dummies(
        rows in proptest::collection::vec((0..9_u32, 0..7_u32, 0..5_u32, 0.0..4.0f64, -2.0..2.0f64, -2.0..2.0f64), 40..70)
    ) {
        let effect = |name: &str, of: fn(&Row) -> u32| {
            Effect::new(name, &rows.iter().map(of).collect::<Vec<_>>())
        };
        let effects = [effect("a", |r| r.0), effect("b", |r| r.1), effect("c", |r| r.2)];
        let column = |of: fn(&Row) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
        let design = Design::new(rows.len()).term("x", column(|r| r.4)).unwrap().term("z", column(|r| r.5)).unwrap();
        let (y, weights) = (column(|r| r.4 - r.3), column(|r| 0.1 + r.3));
        // What the effects leave is orthogonal to every dummy, and taking it out again changes nothing.
        let within = Within::new(&effects, Some(&weights), Settling::default());
        let mut left = y.clone();
        within.transform(&mut left).unwrap();
        for effect in &effects {
            let mut sums = vec![0.0; effect.count()];
            for (i, g) in effect.groups().iter().enumerate() {
                sums[*g as usize] += weights[i] * left[i];
            }
            prop_assert!(sums.iter().all(|s| s.abs() < 1e-7), "{sums:?}");
        }
        let fit = absorbed_ols(&design, &y, &effects, None, Settling::default());
        prop_assume!(fit.is_ok());
        let fit = fit.unwrap();
        prop_assume!(fit.within.collinear.is_empty() && fit.df_residual > 5);
        let keep = |e: &Effect| e.select(&fit.rows);
        let few: Vec<Effect> = effects.iter().map(keep).collect();
        let y: Vec<f64> = fit.rows.iter().map(|&i| y[i]).collect();
        let dummies = ols(&with_dummies(&design.select_rows(&fit.rows), &few), &y).unwrap();
        for j in 0..2 {
            prop_assert!((fit.within.coefficients[j] - dummies.coefficients[j]).abs() < 1e-9);
        }
    }
}
