//! The rows of a table that a finished run left as CSV.

use crate::fail::{Failure, Outcome};
use crate::results::Results;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A row, from which cells are taken by the names of their columns.
pub struct Row {
    path: PathBuf,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// The text of a cell.
    pub fn take(&mut self, name: &str) -> Outcome<String> {
        let cell = self.cells.remove(name);
        cell.ok_or_else(|| broken(&self.path, format!("no column `{name}`")))
    }

    /// The number that a text of this row says.
    pub fn number(&self, text: &str) -> Outcome<f64> {
        let number = text.parse();
        number.map_err(|_| broken(&self.path, format!("expected a number, found `{text}`")))
    }
}

fn broken(path: &Path, what: String) -> Failure {
    Failure::because(format!("{}: {what}", path.display()))
}

/// The rows of `tables/NAME.csv`; none where the run left no such table.
pub fn rows(results: &Results, name: &str) -> Outcome<Vec<Row>> {
    let path = results.folder.join(format!("tables/{name}.csv"));
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let mut reader = csv::Reader::from_path(&path).map_err(|e| broken(&path, e.to_string()))?;
    let row = |cells: csv::Result<BTreeMap<String, String>>| {
        let cells = cells.map_err(|e| broken(&path, e.to_string()))?;
        Ok(Row {
            path: path.clone(),
            cells,
        })
    };
    reader.deserialize().map(row).collect()
}
