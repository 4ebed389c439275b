//! The public figures that known answers are about.

use std::collections::BTreeMap;

/// Ten incomes: the example in the help pages of R's ineq (Zeileis).
pub const INEQ: [f64; 10] = [
    541.0, 1463.0, 2445.0, 3438.0, 4437.0, 5401.0, 6392.0, 8304.0, 11904.0, 22261.0,
];

/// The flow of the Nile at Aswan, 1871 to 1970, 10^8 cubic metres (Cobb 1978, Biometrika 65).
pub fn nile() -> Vec<f64> {
    plain(include_str!("../../regress/tests/data/nile.txt"))
        .split_whitespace()
        .filter_map(|v| v.parse().ok())
        .collect()
}

/// Columns of a CSV of numbers, by name.
pub fn columns(text: &str) -> BTreeMap<String, Vec<f64>> {
    let text = plain(text);
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let mut columns: BTreeMap<String, Vec<f64>> = names.iter().map(|n| ((*n).to_owned(), Vec::new())).collect();
    for line in lines {
        for (name, cell) in names.iter().zip(line.split(',')) {
            if let (Some(column), Ok(value)) = (columns.get_mut(*name), cell.parse()) {
                column.push(value);
            }
        }
    }
    columns
}

/// The text without its comments.
fn plain(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines.join("\n")
}

/// Investment, output and interest of the United States, 1963 to 1982 (Greene 1993, table 15.1).
pub fn investment() -> BTreeMap<String, Vec<f64>> {
    columns(include_str!("../../regress/tests/data/investment.csv"))
}

/// A certified regression of NIST: coefficients with their errors, sigma, R squared, and rows of y and x.
pub struct Certified {
    /// Coefficient and standard deviation of each term.
    pub terms: Vec<(f64, f64)>,
    /// The rows: y, then x.
    pub rows: Vec<Vec<f64>>,
}

/// Reads a certified regression.
pub fn certified(text: &str) -> Certified {
    let mut found = Certified {
        terms: Vec::new(),
        rows: Vec::new(),
    };
    let mut in_data = false;
    for line in plain(text).lines() {
        let numbers: Vec<f64> = line.split_whitespace().filter_map(|v| v.parse().ok()).collect();
        match numbers.as_slice() {
            [] => in_data = line.trim() == "[data]",
            row if in_data => found.rows.push(row.to_vec()),
            [b, sd] => found.terms.push((*b, *sd)),
            _ => {}
        }
    }
    found
}
