//! Answers that are known beforehand; `counterflow conformance` computes and prints them.

use crate::grubel_lloyd;
use ::model::KnownAnswer;

/// The answers.
pub(crate) fn answers() -> Vec<KnownAnswer> {
    let source = "Grubel and Lloyd (1975), Intra-Industry Trade, ch. 2: by hand from the definition";
    let index = |x: &[f64], m: &[f64]| grubel_lloyd(x, m).map(|g| g.index).map_err(|e| e.to_string());
    let adjusted = |x: &[f64], m: &[f64]| {
        let found = grubel_lloyd(x, m).map_err(|e| e.to_string())?;
        found.adjusted.ok_or_else(|| "undefined".to_owned())
    };
    vec![
        KnownAnswer::new(
            "two products, one of them one-way",
            source,
            0.4,
            index(&[6.0, 0.0], &[4.0, 10.0]),
        ),
        KnownAnswer::new(
            "every product 2 to 1, adjusted",
            source,
            1.0,
            adjusted(&[2.0, 4.0], &[1.0, 2.0]),
        ),
    ]
}
