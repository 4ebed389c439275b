//! Separated observations of Poisson regressions.

use super::{Values, told};
use crate::Computed;
use crate::series;
use regress::Design;
use regress::absorb::Effect;
use regress::poisson::{PoissonOptions, SeparationMethod, poisson, separated};

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

/// C7: how many rows of each set are separated, and how many are decided otherwise than published.
pub fn separation() -> Computed {
    let mut values = Values::default();
    for (name, text) in SETS {
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
    }
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
