//! Margins and gaps between two reports of one flow.

use super::{Values, told};
use crate::Computed;
use mirror::gaps::gap;
use mirror::margins::fob;

/// C10: where the curve of CIF rates over distance is lowest, found by bisecting its slope.
pub fn curve() -> Computed {
    // Column I of table 1 of the paper: linear and squared logarithm of distance.
    let rate = |d: f64| -0.178 * d + 0.014 * d * d;
    let slope = |d: f64| (rate(d + 1e-4) - rate(d - 1e-4)) / 2e-4;
    let (mut low, mut high) = (0.0_f64, 12.0_f64);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if slope(middle) < 0.0 {
            low = middle
        } else {
            high = middle
        }
    }
    let mut values = Values::default();
    values.add("ln distance of the minimum", low);
    values.add("distance of the minimum, km", low.exp());
    values.done()
}

/// C11: taking the margin out by division and by subtraction.
pub fn margins() -> Computed {
    let mut values = Values::default();
    for margin in [0.06, 0.20] {
        values.add(format!("FOB of a CIF of 1, margin {margin:.2}"), fob(1.0, margin));
        let by_subtraction = 1.0 - margin;
        let gap = fob(1.0, margin) - by_subtraction;
        values.add(format!("less 1 - margin, margin {margin:.2}"), gap);
        values.add(
            format!("against margin^2 / (1 + margin), margin {margin:.2}"),
            gap - margin * margin / (1.0 + margin),
        );
    }
    values.done()
}

/// C12: identities between measures of gaps, the largest departure over a grid of pairs.
pub fn identities() -> Computed {
    let (mut signed, mut normalised, mut percent) = (0.0_f64, 0.0_f64, 0.0_f64);
    for i in 1..=60 {
        for j in 1..=60 {
            let (x, m) = (1.37_f64.powi(i) * 3.0, 1.21_f64.powi(j) * 7.0);
            let found = gap(Some(x), Some(m));
            let d = told(found.log_ratio)?;
            let size = told(found.normalised)?;
            signed = signed.max((-told(found.signed)? - (0.5 * d).tanh()).abs());
            normalised = normalised.max((size - (0.5 * d).tanh().abs()).abs());
            percent = percent.max((told(found.asymmetry_percent)? - 200.0 * size).abs() / 200.0);
        }
    }
    let mut values = Values::default();
    values.add("(M-X)/(M+X) - tanh(d/2)", signed);
    values.add("|M-X|/(M+X) - |tanh(d/2)|", normalised);
    values.add("asymmetry % / 200 - |M-X|/(M+X)", percent);
    values.add(
        "D of an export against a reported zero",
        told(gap(Some(5.0), Some(0.0)).normalised)?,
    );
    values.done()
}
