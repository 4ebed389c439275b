//! The certified linear regressions of NIST's Statistical Reference Datasets.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use regress::{Covariance, Design, coefficient_table, ols};

struct Certified {
    terms: Vec<(f64, f64)>,
    sigma: f64,
    r_squared: f64,
    rows: Vec<Vec<f64>>,
}

fn read(text: &str) -> Certified {
    let mut certified = Certified {
        terms: Vec::new(),
        sigma: f64::NAN,
        r_squared: f64::NAN,
        rows: Vec::new(),
    };
    let mut in_data = false;
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let numbers = || line.split(' ').map(|v| v.parse::<f64>().unwrap()).collect::<Vec<_>>();
        match line.split_once(' ') {
            None if line.starts_with('[') => in_data = line == "[data]",
            Some(("sigma", value)) => certified.sigma = value.parse().unwrap(),
            Some(("r_squared", value)) => certified.r_squared = value.parse().unwrap(),
            _ if in_data => certified.rows.push(numbers()),
            _ => certified.terms.push((numbers()[0], numbers()[1])),
        }
    }
    certified
}

fn design(certified: &Certified, intercept: bool) -> Design {
    let n = certified.rows.len();
    let mut design = Design::new(n);
    if intercept {
        design = design.intercept().unwrap();
    }
    let wide = certified.rows[0].len() > 2;
    for j in design.terms().len()..certified.terms.len() {
        let power = if intercept { j as i32 } else { 1 };
        let column = certified
            .rows
            .iter()
            .map(|r| if wide { r[j] } else { r[1].powi(power) })
            .collect();
        design = design.term(&format!("b{j}"), column).unwrap();
    }
    design
}

/// Correct digits: -log10 of the relative error, absolute where the certified value is zero.
fn digits(found: f64, certified: f64) -> f64 {
    let error = if certified == 0.0 {
        found.abs()
    } else {
        ((found - certified) / certified).abs()
    };
    if error == 0.0 { 16.0 } else { -error.log10() }
}

fn check(name: &str, text: &str, intercept: bool, coefficient_digits: f64, error_digits: f64) {
    let certified = read(text);
    let y: Vec<f64> = certified.rows.iter().map(|r| r[0]).collect();
    let fit = ols(&design(&certified, intercept), &y).unwrap();
    assert!(fit.collinear.is_empty(), "{name}: {:?}", fit.collinear);
    let table = coefficient_table(&fit, &fit.covariance(&Covariance::Iid).unwrap(), 0.95).unwrap();
    let (mut worst, mut worst_error) = (16.0_f64, 16.0_f64);
    for (row, (b, sd)) in table.iter().zip(&certified.terms) {
        worst = worst.min(digits(row.estimate, *b));
        worst_error = worst_error.min(digits(row.std_error, *sd));
    }
    worst_error = worst_error.min(digits(fit.sigma.unwrap(), certified.sigma));
    let r2 = digits(fit.r_squared.unwrap(), certified.r_squared);
    assert!(worst >= coefficient_digits, "{name}: coefficients to {worst:.1} digits");
    assert!(worst_error >= error_digits, "{name}: errors to {worst_error:.1} digits");
    assert!(r2 >= 11.0, "{name}: R squared to {r2:.1} digits");
}

macro_rules! sets {
    ($($name:ident $intercept:literal $coefficients:literal $errors:literal;)+) => {
        $(#[test]
        fn $name() {
            check(stringify!($name), include_str!(concat!("nist/", stringify!($name), ".txt")), $intercept, $coefficients, $errors);
        })+
    };
}

// Digits asked of the worst coefficient and of the worst standard error.
sets! {
    norris true 13.0 13.0;
    pontius true 12.0 12.0;
    noint1 false 14.0 14.0;
    noint2 false 14.0 14.0;
    filip true 7.0 7.0;
    longley true 13.5 12.0;
    wampler1 true 12.0 9.0;
    wampler2 true 12.0 12.0;
    wampler3 true 12.0 12.0;
    wampler4 true 10.0 12.0;
    wampler5 true 8.0 12.0;
}
