//! The flow of the Nile, 1871 to 1970: the break of 1898. Sums and dates are those that R's
//! strucchange prints (Zeileis, Leisch, Hornik & Kleiber 2002; Cobb 1978).
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use regress::Design;
use regress::breaks::{Heterogeneity, Trim, bai_perron, break_intervals, f_statistics, ols_cusum};

fn nile() -> Vec<f64> {
    let lines = include_str!("data/nile.txt").lines().filter(|l| !l.starts_with('#'));
    lines.flat_map(|l| l.split(' ').map(|v| v.parse().unwrap())).collect()
}

fn mean_only() -> Design {
    Design::new(100).intercept().unwrap()
}

#[test]
fn partitions() {
    let found = bai_perron(&mean_only(), &nile(), Trim::Share(0.15), None).unwrap();
    assert_eq!((found.h, found.selected_bic), (15, 1));
    let printed: [(f64, f64, &[i32]); 6] = [
        (2835157.0, 1318.0, &[]),
        (1597457.0, 1270.0, &[1898]),
        (1552924.0, 1276.0, &[1898, 1953]),
        (1538097.0, 1285.0, &[1898, 1938, 1953]),
        (1507888.0, 1292.0, &[1898, 1915, 1938, 1953]),
        // The least length of a segment makes this sum rise.
        (1659994.0, 1311.0, &[1885, 1900, 1915, 1938, 1953]),
    ];
    assert_eq!(found.partitions.len(), printed.len());
    for (partition, (rss, bic, years)) in found.partitions.iter().zip(printed) {
        assert_eq!(partition.rss.round(), rss);
        assert_eq!(partition.bic.unwrap().round(), bic);
        let dates: Vec<i32> = partition.breaks.iter().map(|b| 1870 + *b as i32).collect();
        assert_eq!(dates, years);
    }
}

#[test]
fn the_interval_of_the_date() {
    let intervals = break_intervals(&mean_only(), &nile(), &[28], 0.95, Heterogeneity::default()).unwrap();
    assert_eq!((1870 + intervals[0].low, 1870 + intervals[0].high), (1895, 1902));
    assert!(break_intervals(&mean_only(), &nile(), &[28, 28], 0.95, Heterogeneity::default()).is_err());
}

#[test]
fn unknown_date_tests() {
    let tests = f_statistics(&mean_only(), &nile(), Trim::Share(0.15)).unwrap();
    assert!((tests.sup_f - 75.92977).abs() < 5e-6, "{}", tests.sup_f);
    assert_eq!((tests.first, tests.at, tests.values.len()), (15, 28, 71));
    // strucchange prints the floor of its arithmetic, 2.22e-16.
    assert!(tests.p_values.unwrap().sup_f < 2.22e-16);
    assert!(tests.ave_f < tests.sup_f && tests.exp_f < tests.sup_f / 2.0);
}

#[test]
fn cusum() {
    // statsmodels' breaks_cusumolsresid with ddof = 1 gives these.
    let test = ols_cusum(&mean_only(), &nile()).unwrap();
    assert!((test.statistic / CUSUM - 1.0).abs() < 1e-10, "{}", test.statistic);
    assert!(
        (test.p_value.unwrap() / CUSUM_P - 1.0).abs() < 1e-8,
        "{:?}",
        test.p_value
    );
    assert_eq!(test.at, 28);
}

const CUSUM: f64 = 2.9517661026633673;
const CUSUM_P: f64 = 5.408553461984015e-08;

#[test]
fn what_never_varies_has_no_break() {
    let steady = bai_perron(&mean_only(), &[3.1; 100], Trim::Share(0.15), None).unwrap();
    assert_eq!((steady.selected_bic, steady.selected_lwz), (0, 0));
    assert!(steady.partitions.iter().all(|p| p.rss == 0.0 && p.bic.is_none()));
    assert!(f_statistics(&mean_only(), &[3.1; 100], Trim::Share(0.15)).is_err());
    // Two levels and nothing else: one break, and no F where nothing is left to compare with.
    let levels: Vec<f64> = (0..100).map(|i| if i < 40 { 0.1 } else { 0.7 }).collect();
    let found = bai_perron(&mean_only(), &levels, Trim::Share(0.15), None).unwrap();
    assert_eq!((found.selected_bic, &found.partitions[1].breaks), (1, &vec![40]));
    assert!(f_statistics(&mean_only(), &levels, Trim::Share(0.15)).is_err());
    assert!(break_intervals(&mean_only(), &levels, &[40], 0.95, Heterogeneity::default()).is_err());
    for unit in [1e-200, 1e200] {
        let scaled: Vec<f64> = nile().iter().map(|v| v * unit).collect();
        assert!(bai_perron(&mean_only(), &scaled, Trim::Share(0.15), None).is_err());
    }
}
