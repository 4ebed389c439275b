//! Seeded designs against statsmodels: coefficients to 1e-10, covariances and tests to 1e-8.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use regress::breaks::ols_cusum;
use regress::diagnostics::{
    Deterministic, LagChoice, augmented_dickey_fuller, box_pierce, breusch_godfrey, breusch_pagan, durbin_watson,
    jarque_bera, koenker, kpss, ljung_box, reset, white,
};
use regress::{Cluster, ClusterAdjustment, Covariance, Design, FTest, Fit, Kernel, Lag, NeweyWest, ols, wls};
use std::collections::BTreeMap;

/// The congruential generator that the reference script uses as well.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = (1_103_515_245 * self.0 + 12_345) % 2_147_483_648;
        self.0 as f64 / 2_147_483_648.0
    }
}

struct Case {
    design: Design,
    y: Vec<f64>,
    fit: Fit,
    intercept: bool,
    weighted: bool,
}

/// n = 20, 27, ...; two to four terms; every fourth without a constant and every fourth with a term of a
/// millionfold size; every third weighted; every fifth with a collinear term added here, not there.
fn case(d: usize) -> Case {
    let mut random = Random(1000 + 77 * d as u64);
    let (n, k) = (20 + 7 * d, 2 + d % 3);
    let (intercept, weighted, scaled) = (d % 4 != 3, d % 3 == 1, d % 4 == 2);
    let mut columns = vec![Vec::new(); k];
    let (mut y, mut weights, mut e) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..n {
        let mut row: Vec<f64> = (0..k).map(|_| random.next() * 4.0 - 1.0).collect();
        if scaled {
            row[1] *= 1e6;
        }
        e = 0.4 * e + (random.next() - 0.5) * (1.0 + row[0] * row[0]);
        let mut value = 1.0 + e;
        for (j, x) in row.iter().enumerate() {
            let unit = if scaled && j == 1 { 1e6 } else { 1.0 };
            value += 0.5 * (j as f64 + 1.0) * x / unit;
        }
        columns.iter_mut().zip(row).for_each(|(c, x)| c.push(x));
        y.push(value);
        weights.push(0.5 + random.next());
    }
    let mut design = Design::new(n);
    if intercept {
        design = design.intercept().unwrap();
    }
    for (j, column) in columns.iter().enumerate() {
        design = design.term(&format!("x{j}"), column.clone()).unwrap();
    }
    if d % 5 == 4 {
        let sum = columns[0].iter().zip(&columns[1]).map(|(a, b)| a + 2.0 * b).collect();
        design = design.term("sum", sum).unwrap();
    }
    let fit = if weighted {
        wls(&design, &y, &weights)
    } else {
        ols(&design, &y)
    }
    .unwrap();
    assert_eq!(fit.collinear.len(), usize::from(d % 5 == 4));
    Case {
        design,
        y,
        fit,
        intercept,
        weighted,
    }
}

type Reference = BTreeMap<(usize, String), Vec<f64>>;

fn reference() -> Reference {
    let text = include_str!("data/statsmodels.txt");
    let mut table = BTreeMap::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let values = words[2..].iter().map(|v| v.parse().unwrap()).collect();
        table.insert((words[0].parse().unwrap(), words[1].to_owned()), values);
    }
    table
}

/// Every figure within `tolerance` of the largest of its kind, or of itself.
fn close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) -> Option<String> {
    assert_eq!(found.len(), expected.len(), "{what}");
    let worst = found
        .iter()
        .zip(expected)
        .map(|(f, e)| (f - e).abs() / e.abs().max(1e-12))
        .fold(0.0_f64, f64::max);
    (worst > tolerance).then(|| format!("{what}: off by {worst:e}: {found:?} is not {expected:?}"))
}

fn f_values(test: &FTest) -> [f64; 2] {
    [test.statistic, test.p_value]
}

#[test]
fn covariances_and_measures_of_fit() {
    let reference = reference();
    let mut failures = Vec::new();
    for d in 0..12 {
        let case = case(d);
        let n = case.y.len();
        let at = |name: &str| &reference[&(d, name.to_owned())];
        failures.extend(close(
            &case.fit.coefficients,
            at("params"),
            1e-10,
            &format!("{d} params"),
        ));
        let newey_west = |lag, adjust| {
            Covariance::NeweyWest(NeweyWest {
                lag: Lag::Fixed(lag),
                kernel: Kernel::Bartlett,
                prewhitening: 0,
                adjust,
            })
        };
        let first: Vec<u32> = (0..n as u32).map(|t| t % 5).collect();
        let second: Vec<u32> = (0..n as u32).map(|t| t / 4 % 4).collect();
        let one = Cluster::by("a", first.clone());
        assert_eq!(one.adjustment, ClusterAdjustment::Stata);
        for (name, kind) in [
            ("iid", Covariance::Iid),
            ("HC0", Covariance::Hc0),
            ("HC1", Covariance::Hc1),
            ("HC2", Covariance::Hc2),
            ("HC3", Covariance::Hc3),
            ("HC4", Covariance::Hc4),
            ("NW3", newey_west(3, false)),
            ("NW2c", newey_west(2, true)),
            ("CL1", Covariance::Cluster(one.clone())),
            ("CL2", Covariance::Cluster(one.and("b", second))),
        ] {
            let matrix = case.fit.covariance(&kind).unwrap().matrix;
            let expected = at(name);
            let k = matrix.nrows();
            // An entry is judged by the product of its standard errors: cancelled covariances have fewer digits.
            for i in 0..k {
                for j in 0..k {
                    let scale = (expected[i * k + i] * expected[j * k + j]).abs().sqrt();
                    let off = (matrix[(i, j)] - expected[i * k + j]).abs() / scale;
                    if off > 1e-8 {
                        failures.push(format!("{d} {name} ({i}, {j}): off by {off:e}"));
                    }
                }
            }
        }
        let fit = &case.fit;
        let f = fit.f_test.unwrap();
        let found = [
            fit.r_squared.unwrap(),
            fit.adj_r_squared.unwrap(),
            fit.log_lik.unwrap(),
            fit.information_criterion(2.0, false).unwrap(),
            fit.information_criterion((n as f64).ln(), false).unwrap(),
            f.statistic,
            f.p_value,
            fit.rss,
        ];
        failures.extend(close(&found, at("fit"), 1e-8, &format!("{d} fit")));
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn diagnostics() {
    let reference = reference();
    let mut failures = Vec::new();
    for d in 0..12 {
        let case = case(d);
        if case.weighted || !case.intercept {
            continue;
        }
        let (fit, design) = (&case.fit, &case.design);
        let mut check = |name: &str, found: &[f64]| {
            failures.extend(close(
                found,
                &reference[&(d, name.to_owned())],
                1e-8,
                &format!("{d} {name}"),
            ));
        };
        check("DW", &[durbin_watson(fit).unwrap()]);
        let lm = breusch_godfrey(fit, design, 2).unwrap();
        check("BG", &[lm.statistic, lm.p_value, lm.f.statistic, lm.f.p_value]);
        let lm = koenker(fit, design).unwrap();
        check("KOENKER", &[lm.statistic, lm.p_value, lm.f.statistic, lm.f.p_value]);
        let lm = breusch_pagan(fit, design).unwrap();
        check("BPAGAN", &[lm.statistic, lm.p_value]);
        // Not compared for a term of a millionfold size, whose square stands at 1e12.
        if d % 4 != 2 {
            let lm = white(fit, design).unwrap();
            check("WHITE", &[lm.statistic, lm.p_value, lm.f.statistic, lm.f.p_value]);
        }
        check("RESET", &f_values(&reset(fit, design, &case.y, 3).unwrap()));
        let jb = jarque_bera(&fit.residuals).unwrap();
        check("JB", &[jb.statistic, jb.p_value, jb.skewness, jb.kurtosis]);
        let (lb, bp) = (
            ljung_box(&fit.residuals, 4, 0).unwrap(),
            box_pierce(&fit.residuals, 4, 0).unwrap(),
        );
        check("LB", &[lb.statistic, lb.p_value, bp.statistic, bp.p_value]);
        let cusum = ols_cusum(design, &case.y).unwrap();
        check("CUSUM", &[cusum.statistic, cusum.p_value.unwrap()]);
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn unit_roots_and_stationarity() {
    let reference = reference();
    let mut failures = Vec::new();
    for d in 0..12 {
        let case = case(d);
        if case.weighted || !case.intercept {
            continue;
        }
        let mean = case.y.iter().sum::<f64>() / case.y.len() as f64;
        let mut sum = 0.0;
        let level: Vec<f64> = case
            .y
            .iter()
            .map(|y| {
                sum += y - mean;
                sum
            })
            .collect();
        let mut check = |name: &str, found: &[f64]| {
            failures.extend(close(
                found,
                &reference[&(d, name.to_owned())],
                1e-8,
                &format!("{d} {name}"),
            ));
        };
        for (form, terms) in [
            ("n", Deterministic::None),
            ("c", Deterministic::Constant),
            ("ct", Deterministic::Trend),
        ] {
            for (rule, lags) in [
                ("F2", LagChoice::Fixed(2)),
                ("A4", LagChoice::Aic(4)),
                ("B4", LagChoice::Bic(4)),
            ] {
                let test = augmented_dickey_fuller(&level, terms, lags).unwrap();
                let [one, five, ten] = test.critical_values;
                let found = [
                    test.statistic,
                    test.p_value,
                    test.lags as f64,
                    test.observations as f64,
                    one,
                    five,
                    ten,
                ];
                check(&format!("ADF{form}{rule}"), &found);
            }
            if terms != Deterministic::None {
                let test = kpss(&level, terms, 3).unwrap();
                check(&format!("KPSS{form}"), &[test.statistic, test.p_value]);
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
