//! One regression under many conventions, and NIST's certified ones.

use super::{Values, told};
use crate::Computed;
use crate::series::{self, Certified};
use regress::diagnostics::{breusch_godfrey, durbin_watson_test, koenker};
use regress::{Cluster, ClusterAdjustment, Covariance, Design, Fit, INTERCEPT, Kernel, Lag, NeweyWest, Way, ols};

/// Real investment on real output and the real interest rate, 1964 to 1982.
fn model() -> Result<(Design, Vec<f64>), String> {
    let columns = series::investment();
    let column = |name: &str| columns.get(name).cloned().ok_or_else(|| format!("no column `{name}`"));
    let (price, rate) = (column("price")?, column("interest")?);
    let real = |name: &str| -> Result<Vec<f64>, String> {
        Ok(column(name)?.iter().zip(&price).skip(1).map(|(v, p)| v / p).collect())
    };
    let interest: Vec<f64> = price
        .windows(2)
        .zip(rate.iter().skip(1))
        .map(|(p, rate)| rate - 100.0 * (p[1] / p[0] - 1.0))
        .collect();
    let design = Design::new(interest.len()).intercept();
    let design = design.and_then(|d| d.term("gnp", real("gnp").unwrap_or_default()));
    let design = told(design.and_then(|d| d.term("interest", interest)))?;
    Ok((design, real("investment")?))
}

fn hac(lag: Lag, kernel: Kernel, prewhitening: usize, adjust: bool) -> Covariance {
    Covariance::NeweyWest(NeweyWest {
        lag,
        kernel,
        prewhitening,
        adjust,
    })
}

/// C4: the standard error of output under the conventions of packages.
pub fn investment() -> Computed {
    use Kernel::{Bartlett, Parzen, QuadraticSpectral};
    let (design, y) = model()?;
    let fit = told(ols(&design, &y))?;
    let mut values = Values::default();
    values.add("coefficient of output", fit.coefficient("gnp").unwrap_or(f64::NAN));
    for (name, covariance) in [
        ("s.e., iid", Covariance::Iid),
        ("s.e., HC0", Covariance::Hc0),
        ("s.e., HC1", Covariance::Hc1),
        ("s.e., HC2", Covariance::Hc2),
        ("s.e., HC3", Covariance::Hc3),
    ] {
        values.add(name, told(told(fit.covariance(&covariance))?.std_error(1))?);
    }
    for (name, covariance) in [
        ("lag 4", hac(Lag::Fixed(4), Bartlett, 0, false)),
        ("lag 4, n/(n-k)", hac(Lag::Fixed(4), Bartlett, 0, true)),
        ("floor(4 (n/100)^(2/9))", hac(Lag::FourNinths, Bartlett, 0, false)),
        ("NeweyWest()", hac(Lag::NeweyWest1994Lag, Bartlett, 1, false)),
        (
            "kernHAC(bw = bwNeweyWest)",
            hac(Lag::NeweyWest1994, QuadraticSpectral, 1, true),
        ),
        ("kernHAC()", hac(Lag::Andrews1991, QuadraticSpectral, 1, true)),
        ("kernHAC(Parzen, VAR(2))", hac(Lag::NeweyWest1994, Parzen, 2, false)),
        ("NW94, Bartlett, VAR(1)", hac(Lag::NeweyWest1994, Bartlett, 1, false)),
    ] {
        let estimate = told(fit.covariance(&covariance))?;
        values.add(format!("variance of output, {name}"), estimate.matrix[(1, 1)]);
        values.add(format!("variance of the constant, {name}"), estimate.matrix[(0, 0)]);
        values.add(
            format!("bandwidth, {name}"),
            estimate.record.bandwidth.unwrap_or(f64::NAN),
        );
    }
    values.done()
}

/// C15b: Petersen's simulated panel, clustered by firm, by year and by both.
pub fn petersen(text: &str) -> Computed {
    let columns = series::columns(text);
    let column = |name: &str| columns.get(name).ok_or_else(|| format!("no column `{name}`"));
    let y = column("y")?;
    let design = Design::new(y.len()).intercept();
    let design = told(design.and_then(|d| d.term("x", columns.get("x").cloned().unwrap_or_default())))?;
    let fit = told(ols(&design, y))?;
    let way = |name: &str| -> Result<Way, String> {
        let groups = column(name)?.iter().map(|v| *v as u32).collect();
        Ok(Way {
            name: name.to_owned(),
            groups,
        })
    };
    let mut values = Values::default();
    values.add("constant", fit.coefficients[0]);
    values.add("b of x", fit.coefficients[1]);
    for (name, ways) in [
        ("firm", &["firm"][..]),
        ("year", &["year"]),
        ("firm and year", &["firm", "year"]),
    ] {
        let ways = ways
            .iter()
            .map(|name| way(name))
            .collect::<Result<Vec<Way>, String>>()?;
        let cluster = Covariance::Cluster(Cluster {
            ways,
            adjustment: ClusterAdjustment::Stata,
            smallest: false,
        });
        let estimate = told(fit.covariance(&cluster))?;
        values.add(format!("variance of the constant, by {name}"), estimate.matrix[(0, 0)]);
        values.add(format!("covariance, by {name}"), estimate.matrix[(0, 1)]);
        values.add(format!("variance of x, by {name}"), estimate.matrix[(1, 1)]);
    }
    values.done()
}

/// S2: diagnostics of the same regression.
pub fn greene_diagnostics() -> Computed {
    let (design, y) = model()?;
    let fit = told(ols(&design, &y))?;
    let mut values = Values::default();
    let successive = told(durbin_watson_test(&fit, &design))?;
    values.add("Durbin-Watson", successive.statistic);
    values.add("Durbin-Watson, p against positive autocorrelation", successive.p_value);
    values.add(
        "Breusch-Godfrey, order 1",
        told(breusch_godfrey(&fit, &design, 1))?.statistic,
    );
    values.add("Koenker", told(koenker(&fit, &design))?.statistic);
    values.done()
}

fn fitted(certified: &Certified, constant: bool) -> Result<Fit, String> {
    let y: Vec<f64> = certified.rows.iter().filter_map(|row| row.first().copied()).collect();
    let wide = certified.rows.first().map_or(0, Vec::len) > 2;
    let mut design = Design::new(y.len());
    if constant {
        design = told(design.intercept())?;
    }
    for j in usize::from(constant)..certified.terms.len() {
        // Sets of several columns have a column for each term; the others are polynomials.
        let power = if constant { j as i32 } else { 1 };
        let value = |row: &Vec<f64>| if wide { row[j] } else { row[1].powi(power) };
        let column = certified.rows.iter().map(value).collect();
        design = told(design.term(&format!("b{j}"), column))?;
    }
    let fit = told(ols(&design, &y))?;
    match fit.collinear.first() {
        Some(collinear) => Err(format!("taken for collinear: {collinear}")),
        None => Ok(fit),
    }
}

/// N1: Longley's coefficients.
pub fn longley() -> Computed {
    let certified = series::certified(include_str!("../../../regress/tests/nist/longley.txt"));
    let fit = fitted(&certified, true)?;
    let mut values = Values::default();
    let iid = told(fit.covariance(&Covariance::Iid))?;
    for (j, (term, b)) in fit.terms.iter().zip(&fit.coefficients).enumerate() {
        let name = if term == INTERCEPT { "b0" } else { term.as_str() };
        values.add(name, *b);
        values.add(format!("s.e. of {name}"), told(iid.std_error(j))?);
    }
    values.add("sigma", fit.sigma.unwrap_or(f64::NAN));
    values.add("R squared", fit.r_squared.unwrap_or(f64::NAN));
    values.done()
}

const SETS: [(&str, bool, &str); 11] = [
    ("Norris", true, include_str!("../../../regress/tests/nist/norris.txt")),
    ("Pontius", true, include_str!("../../../regress/tests/nist/pontius.txt")),
    ("NoInt1", false, include_str!("../../../regress/tests/nist/noint1.txt")),
    ("NoInt2", false, include_str!("../../../regress/tests/nist/noint2.txt")),
    ("Filip", true, include_str!("../../../regress/tests/nist/filip.txt")),
    ("Longley", true, include_str!("../../../regress/tests/nist/longley.txt")),
    (
        "Wampler1",
        true,
        include_str!("../../../regress/tests/nist/wampler1.txt"),
    ),
    (
        "Wampler2",
        true,
        include_str!("../../../regress/tests/nist/wampler2.txt"),
    ),
    (
        "Wampler3",
        true,
        include_str!("../../../regress/tests/nist/wampler3.txt"),
    ),
    (
        "Wampler4",
        true,
        include_str!("../../../regress/tests/nist/wampler4.txt"),
    ),
    (
        "Wampler5",
        true,
        include_str!("../../../regress/tests/nist/wampler5.txt"),
    ),
];

/// N2: to how many digits the worst coefficient of each certified set agrees.
pub fn nist_digits() -> Computed {
    let mut values = Values::default();
    for (name, constant, text) in SETS {
        let certified = series::certified(text);
        let fit = fitted(&certified, constant).map_err(|e| format!("{name}: {e}"))?;
        let digits = |found: f64, exact: f64| {
            let error = if exact == 0.0 {
                found.abs()
            } else {
                ((found - exact) / exact).abs()
            };
            if error == 0.0 { 16.0 } else { (-error.log10()).min(16.0) }
        };
        let worst = fit
            .coefficients
            .iter()
            .zip(&certified.terms)
            .map(|(b, (exact, _))| digits(*b, *exact));
        values.add(
            format!("{name}, digits of the worst coefficient"),
            worst.fold(16.0, f64::min),
        );
    }
    values.done()
}
