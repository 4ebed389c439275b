//! Separated observations of Poisson regressions.

use super::{Values, told};
use crate::Computed;
use crate::series;
use regress::absorb::Effect;
use regress::poisson::{PoissonOptions, SeparationMethod, poisson, separated};
use regress::{Cluster, ClusterAdjustment, Covariance, Design, Way, covariance};

const SETS: [(&str, &str); 17] = [
    ("01", include_str!("../../../regress/tests/separation/01.csv")),
    ("02", include_str!("../../../regress/tests/separation/02.csv")),
    ("03", include_str!("../../../regress/tests/separation/03.csv")),
    ("04", include_str!("../../../regress/tests/separation/04.csv")),
    ("05", include_str!("../../../regress/tests/separation/05.csv")),
    ("06", include_str!("../../../regress/tests/separation/06.csv")),
    ("07", include_str!("../../../regress/tests/separation/07.csv")),
    ("08", include_str!("../../../regress/tests/separation/08.csv")),
    ("09", include_str!("../../../regress/tests/separation/09.csv")),
    ("10", include_str!("../../../regress/tests/separation/10.csv")),
    ("11", include_str!("../../../regress/tests/separation/11.csv")),
    ("13", include_str!("../../../regress/tests/separation/13.csv")),
    ("14", include_str!("../../../regress/tests/separation/14.csv")),
    ("15", include_str!("../../../regress/tests/separation/15.csv")),
    ("16", include_str!("../../../regress/tests/separation/16.csv")),
    ("17", include_str!("../../../regress/tests/separation/17.csv")),
    ("18", include_str!("../../../regress/tests/separation/18.csv")),
];

type Case = (Design, Vec<f64>, Vec<Effect>, Vec<usize>);

fn case(text: &str) -> Result<Case, String> {
    let columns = series::columns(text);
    let y = columns.get("y").cloned().ok_or("no column `y`")?;
    let effects: Vec<Effect> = columns
        .iter()
        .filter(|(name, _)| name.starts_with("id"))
        .map(|(name, values)| Effect::new(name, &values.iter().map(|v| *v as u32).collect::<Vec<_>>()))
        .collect();
    let mut design = Design::new(y.len());
    if effects.is_empty() {
        design = told(design.intercept())?;
    }
    for (name, values) in columns.iter().filter(|(name, _)| name.starts_with('x')) {
        design = told(design.term(name, values.clone()))?;
    }
    let truth = columns.get("separated").cloned().unwrap_or_default();
    let truth = (0..truth.len()).filter(|&i| truth[i] > 0.0).collect();
    Ok((design, y, effects, truth))
}

/// How many rows of a set are separated, and how many are decided otherwise than published.
fn decided(values: &mut Values, name: &str, text: &str) -> Result<(), String> {
    let (design, y, effects, truth) = case(text)?;
    for (method, how) in [
        (SeparationMethod::Exact, "exact"),
        (SeparationMethod::Rectifier, "rectifier"),
    ] {
        let found = told(separated(&design, &y, &effects, method))?;
        let wrong = (0..y.len())
            .filter(|row| found.contains(row) != truth.contains(row))
            .count();
        values.add(format!("set {name}, {how}: rows decided wrongly"), wrong as f64);
        values.add(format!("set {name}, {how}: rows separated"), found.len() as f64);
    }
    Ok(())
}

/// C7: the sets that are in this repository.
pub fn separation() -> Computed {
    let mut values = Values::default();
    for (name, text) in SETS {
        decided(&mut values, name, text)?;
    }
    values.done()
}

/// C7b: the set that is not.
pub fn set_12(text: &str) -> Computed {
    let mut values = Values::default();
    decided(&mut values, "12", text)?;
    values.done()
}

/// C8: the constant of the primer's first example.
pub fn primer() -> Computed {
    let (design, y, effects, _) = case(include_str!("../../../regress/tests/separation/example1.csv"))?;
    let fit = told(poisson(&design, &y, &effects, None, None, &PoissonOptions::default()))?;
    let mut values = Values::default();
    values.add("_cons of example 1", fit.coefficient("(Intercept)").unwrap_or(f64::NAN));
    values.done()
}

/// C8b: the regression in which one check for separation says 0.961 in place of 0.066.
pub fn strict_check() -> Computed {
    let (design, y, effects, _) = case(
        "y,x1,x2,x3\n0,0,1,0\n0,0,0,0\n0,0,0,0\n0,0,0,0\n0,1,9,0\n2,21,21,21\n3,0,0,0\n5,0,0,0\n7,0,0,0\n10,-18,-18,0\n",
    )?;
    let fit = told(poisson(&design, &y, &effects, None, None, &PoissonOptions::default()))?;
    let mut values = Values::default();
    values.add("b of x3", fit.coefficient("x3").unwrap_or(f64::NAN));
    let row = |i: usize| fit.separated.get(i).map_or(f64::NAN, |row| *row as f64 + 1.0);
    values.add("separated rows", fit.separated.len() as f64);
    values.add("first separated row", row(0));
    values.add("second separated row", row(1));
    values.done()
}

/// P1: a randomised trial, three outcomes under three treatments.
pub fn trial() -> Computed {
    let counts = [18.0, 17.0, 15.0, 20.0, 10.0, 20.0, 25.0, 13.0, 12.0];
    let is = |of: fn(usize) -> usize, level: usize| -> Vec<f64> {
        (0..9).map(|i| f64::from(u8::from(of(i) == level))).collect()
    };
    let mut design = Design::new(9).intercept();
    for level in [1, 2] {
        design = design.and_then(|d| d.term(&format!("outcome {}", level + 1), is(|i| i % 3, level)));
    }
    for level in [1, 2] {
        design = design.and_then(|d| d.term(&format!("treatment {}", level + 1), is(|i| i / 3, level)));
    }
    let fit = told(poisson(
        &told(design)?,
        &counts,
        &[],
        None,
        None,
        &PoissonOptions::default(),
    ))?;
    let information = told(covariance(fit.moments(), &Covariance::Iid))?;
    let mut values = Values::default();
    for (j, (term, b)) in fit.terms.iter().zip(&fit.coefficients).enumerate() {
        values.add(format!("b of {term}"), *b);
        values.add(format!("s.e. of {term}"), told(information.std_error(j))?);
    }
    values.add("deviance", fit.deviance);
    values.add("AIC", -2.0 * fit.log_lik + 2.0 * fit.terms.len() as f64);
    values.done()
}

/// C15: citations of patents on institutional ownership, with effects of industries and years.
pub fn innovation(text: &str) -> Computed {
    let columns = series::columns(text);
    let column = |name: &str| columns.get(name).ok_or_else(|| format!("no column `{name}`"));
    let (capital, employment) = (column("capital")?, column("employment")?);
    let intensity = capital.iter().zip(employment).map(|(c, e)| (c / e).ln()).collect();
    let sales = column("sales")?.iter().map(|v| v.ln()).collect();
    let groups = |name: &str| -> Result<Vec<u32>, String> { Ok(column(name)?.iter().map(|v| *v as u32).collect()) };
    let cites = column("cites")?;
    let design = Design::new(cites.len()).term("institutions", column("institutions")?.clone());
    let design = design.and_then(|d| d.term("log(capital/employment)", intensity));
    let design = told(design.and_then(|d| d.term("log(sales)", sales)))?;
    let effects = [
        Effect::new("industry", &groups("industry")?),
        Effect::new("year", &groups("year")?),
    ];
    let fit = told(poisson(
        &design,
        cites,
        &effects,
        None,
        None,
        &PoissonOptions::default(),
    ))?;
    let clustered = Covariance::Cluster(Cluster {
        ways: vec![Way {
            name: "company".to_owned(),
            groups: groups("company")?,
        }],
        adjustment: ClusterAdjustment::Groups,
        smallest: false,
    });
    let estimate = told(covariance(fit.moments(), &clustered))?;
    let mut values = Values::default();
    for (j, (term, b)) in fit.terms.iter().zip(&fit.coefficients).enumerate() {
        values.add(format!("b of {term}"), *b);
        values.add(format!("s.e. of {term}"), told(estimate.std_error(j))?);
    }
    values.done()
}
