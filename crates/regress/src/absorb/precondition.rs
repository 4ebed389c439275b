use super::sweep::Weighted;

/// An approximate inverse of the reduced system.
#[derive(Debug)]
pub(crate) struct Preconditioner {
    /// The inverse of the diagonal; zero where a group has nothing to say.
    inverse: Vec<f64>,
}

impl Preconditioner {
    /// The system's diagonal.
    pub fn diagonal(system: &Weighted) -> Self {
        let invert = |d: f64| if d > 0.0 { 1.0 / d } else { 0.0 };
        Preconditioner {
            inverse: system.diagonal().into_iter().map(invert).collect(),
        }
    }

    /// The approximate inverse times a table.
    pub fn apply(&self, table: &[f64], width: usize) -> Vec<f64> {
        let rows = table.chunks_exact(width).zip(&self.inverse);
        rows.flat_map(|(row, inverse)| row.iter().map(move |v| v * inverse))
            .collect()
    }
}
