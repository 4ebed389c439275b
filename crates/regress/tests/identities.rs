//! What holds of every regression, whatever the figures.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use regress::breaks::{Trim, bai_perron, f_statistics, ols_cusum, ols_mosum};
use regress::poisson::{PoissonOptions, poisson};
use regress::{Cluster, ClusterAdjustment, Covariance, Design, Fit, chow_f, ols, wls};

/// Rows of y, x, z, a weight and a group.
type Rows = Vec<(f64, f64, f64, u8, u32)>;

fn rows(count: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Rows> {
    prop::collection::vec((-5.0..5.0f64, -3.0..3.0f64, -1.0..4.0f64, 1_u8..5, 0_u32..6), count)
}

fn column(rows: &Rows, of: impl Fn(&(f64, f64, f64, u8, u32)) -> f64) -> Vec<f64> {
    rows.iter().map(of).collect()
}

fn y(rows: &Rows) -> Vec<f64> {
    column(rows, |r| r.0)
}

fn design(rows: &Rows) -> Design {
    let design = Design::new(rows.len()).intercept().unwrap();
    let design = design.term("x", column(rows, |r| r.1)).unwrap();
    design.term("z", column(rows, |r| r.2)).unwrap()
}

fn weights(rows: &Rows) -> Vec<f64> {
    column(rows, |r| f64::from(r.3))
}

fn by(groups: Vec<u32>, adjustment: ClusterAdjustment) -> Covariance {
    Covariance::Cluster(Cluster {
        adjustment,
        ..Cluster::by("group", groups)
    })
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()))
}

fn same_matrix(a: &Fit, b: &Fit, kind: (&Covariance, &Covariance)) -> bool {
    let (a, b) = (a.covariance(kind.0).unwrap(), b.covariance(kind.1).unwrap());
    a.matrix.iter().zip(b.matrix.iter()).all(|(a, b)| near(*a, *b, 1e-9))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_order_of_rows_does_not_matter(list in rows(12..40), turn in 1_usize..12) {
        let mut turned = list.clone();
        turned.rotate_left(turn);
        turned.swap(0, 5);
        for weighted in [false, true] {
            let fit = |rows: &Rows| match weighted {
                true => wls(&design(rows), &y(rows), &weights(rows)).unwrap(),
                false => ols(&design(rows), &y(rows)).unwrap(),
            };
            let (a, b) = (fit(&list), fit(&turned));
            prop_assert!(a.coefficients.iter().zip(&b.coefficients).all(|(a, b)| near(*a, *b, 1e-11)));
            for kind in [Covariance::Iid, Covariance::Hc0, Covariance::Hc1, Covariance::Hc2, Covariance::Hc3, Covariance::Hc4] {
                prop_assert!(same_matrix(&a, &b, (&kind, &kind)), "{:?}", kind);
            }
            let groups = |rows: &Rows| rows.iter().map(|r| r.4).collect::<Vec<u32>>();
            if groups(&list).iter().any(|g| *g != list[0].4) {
                let kinds = [groups(&list), groups(&turned)].map(|g| by(g, ClusterAdjustment::Stata));
                prop_assert!(same_matrix(&a, &b, (&kinds[0], &kinds[1])));
            }
        }
    }

    #[test]
    fn residuals_leave_nothing_to_the_terms(list in rows(8..40)) {
        let (design, y) = (design(&list), y(&list));
        let fit = ols(&design, &y).unwrap();
        for term in design.columns() {
            let sum: f64 = term.iter().zip(&fit.residuals).map(|(x, e)| x * e).sum();
            prop_assert!(sum.abs() < 1e-11 * list.len() as f64);
        }
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let explained: f64 = fit.fitted.iter().map(|f| (f - mean).powi(2)).sum();
        prop_assert!(near(explained + fit.rss, fit.tss_centred, 1e-11));
        let leverages: f64 = fit.leverages().iter().sum();
        prop_assert!(near(leverages, fit.terms.len() as f64, 1e-11));
    }

    /// Frisch & Waugh (1933): b of x is that of what the other terms leave of y on what they leave of x.
    #[test]
    fn a_coefficient_is_that_of_what_the_others_leave(list in rows(8..40)) {
        let (y, x) = (y(&list), column(&list, |r| r.1));
        let others = Design::new(list.len()).intercept().unwrap().term("z", column(&list, |r| r.2)).unwrap();
        let left = |v: &[f64]| ols(&others, v).unwrap().residuals;
        let short = ols(&Design::new(list.len()).term("x", left(&x)).unwrap(), &left(&y)).unwrap();
        let whole = ols(&design(&list), &y).unwrap();
        prop_assert!(near(short.coefficients[0], whole.coefficient("x").unwrap(), 1e-9));
        prop_assert!(near(short.rss, whole.rss, 1e-10));
    }

    /// What is taken off y with a known coefficient is taken off that coefficient; this is what an offset is.
    #[test]
    fn an_offset_moves_one_coefficient(list in rows(8..40), known in -3.0..3.0f64) {
        let whole = ols(&design(&list), &y(&list)).unwrap();
        let less = ols(&design(&list), &column(&list, |r| r.0 - known * r.1)).unwrap();
        prop_assert!(near(less.coefficients[1], whole.coefficients[1] - known, 1e-10));
        prop_assert!(near(less.coefficients[0], whole.coefficients[0], 1e-10));
        prop_assert!(near(less.rss, whole.rss, 1e-10));
        prop_assert!(same_matrix(&whole, &less, (&Covariance::Hc3, &Covariance::Hc3)));
    }

    #[test]
    fn covariances_meet_where_their_suppositions_do(list in rows(12..40)) {
        let fit = ols(&design(&list), &y(&list)).unwrap();
        let alone = by((0..list.len() as u32).collect(), ClusterAdjustment::None);
        prop_assert!(same_matrix(&fit, &fit, (&Covariance::Hc0, &alone)));
        // Weights that are all the same are none.
        let even = wls(&design(&list), &y(&list), &vec![4.0; list.len()]).unwrap();
        for kind in [Covariance::Iid, Covariance::Hc1, Covariance::Hc3] {
            prop_assert!(same_matrix(&fit, &even, (&kind, &kind)));
        }
    }

    /// The break with the least sum of squares is the one with the largest F, and each F is k times Chow's.
    #[test]
    fn the_date_of_the_largest_f_is_that_of_the_best_partition(list in rows(24..40), trim in 5_usize..8) {
        let (design, y) = (design(&list), y(&list));
        let (n, k) = (y.len() as f64, design.terms().len() as f64);
        let tests = f_statistics(&design, &y, Trim::Observations(trim)).unwrap();
        let best = bai_perron(&design, &y, Trim::Observations(trim), Some(1)).unwrap();
        prop_assert_eq!(tests.at, best.partitions[1].breaks[0]);
        let (rss, apart) = (best.partitions[0].rss, best.partitions[1].rss);
        prop_assert!(near(tests.sup_f, (rss - apart) / (apart / (n - 2.0 * k)), 1e-9));
        for (i, f) in tests.values.iter().enumerate() {
            prop_assert!(near(*f, k * chow_f(&design, &y, tests.first + i).unwrap().statistic, 1e-8));
        }
        prop_assert!(tests.ave_f <= tests.sup_f && 0.5 * tests.ave_f <= tests.exp_f + 1e-12 && tests.exp_f <= 0.5 * tests.sup_f);
    }

    /// Neither the unit of y nor what the terms explain of it moves a test on sums of residuals.
    #[test]
    fn tests_on_sums_of_residuals_know_residuals_only(list in rows(20..40), scale in 0.1..50.0f64) {
        let design = design(&list);
        let moved = column(&list, |r| scale * r.0 + 7.0 - 2.0 * r.1 + r.2);
        for test in [ols_cusum, |d: &Design, y: &[f64]| ols_mosum(d, y, 0.15)] {
            let (a, b) = (test(&design, &y(&list)).unwrap(), test(&design, &moved).unwrap());
            prop_assert!(near(a.statistic, b.statistic, 1e-9));
            prop_assert_eq!(a.at, b.at);
        }
    }

    /// With a constant the fitted values of a Poisson regression add up to y; a unit of y moves the constant alone.
    #[test]
    fn poisson_adds_up(list in rows(15..40), power in -20..20i32) {
        let unit = 10_f64.powi(power);
        let counts = column(&list, |r| f64::from(r.3));
        let fit = |y: &[f64]| poisson(&design(&list), y, &[], None, None, &PoissonOptions::default()).unwrap();
        let plain = fit(&counts);
        let total: f64 = counts.iter().sum();
        prop_assert!(near(plain.fitted.iter().sum::<f64>(), total, 1e-8));
        let scaled = fit(&counts.iter().map(|y| unit * y).collect::<Vec<f64>>());
        prop_assert!(near(scaled.coefficients[0], plain.coefficients[0] + unit.ln(), 1e-7));
        for j in 1..3 {
            prop_assert!(near(scaled.coefficients[j], plain.coefficients[j], 1e-7));
        }
        prop_assert!(near(scaled.deviance, unit * plain.deviance, 1e-7));
        let mut turned = list.clone();
        turned.reverse();
        let back = poisson(&design(&turned), &column(&turned, |r| f64::from(r.3)), &[], None, None, &PoissonOptions::default());
        prop_assert!(back.unwrap().coefficients.iter().zip(&plain.coefficients).all(|(a, b)| near(*a, *b, 1e-8)));
    }
}
