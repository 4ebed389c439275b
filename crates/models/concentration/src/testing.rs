//! Shared by the tests of this crate.

use crate::catalogue::Index;
use crate::convention::Universe;
use crate::shares::Shares;

/// The vector of the R package ineq's reference output.
pub(crate) const INEQ: [f64; 10] = [
    541.0, 1463.0, 2445.0, 3438.0, 4437.0, 5401.0, 6392.0, 8304.0, 11904.0, 22261.0,
];

/// The same with `zeros` zeros appended, all listed.
pub(crate) fn ineq(zeros: usize) -> Shares {
    let mut values = INEQ.to_vec();
    values.extend(std::iter::repeat_n(0.0, zeros));
    Shares::new(&values, None, Universe::Listed).unwrap()
}

/// Values of which none is missing.
pub(crate) fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

/// The index of this name.
pub(crate) fn find(indices: &[Index], name: &str) -> Index {
    indices.iter().find(|index| index.measure == name).unwrap().clone()
}

/// Fails unless the two agree within `tolerance`.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "found {found:.17}, expected {expected:.17}"
    );
}
