//! The public figures that known answers are about.

use std::collections::BTreeMap;

/// Ten incomes: the example in the help pages of R's ineq (Zeileis).
pub const INEQ: [f64; 10] = [
    541.0, 1463.0, 2445.0, 3438.0, 4437.0, 5401.0, 6392.0, 8304.0, 11904.0, 22261.0,
];

/// The flow of the Nile at Aswan, 1871 to 1970, 10^8 cubic metres (Cobb 1978, Biometrika 65).
pub fn nile() -> Vec<f64> {
    numbers(include_str!("../../regress/tests/data/nile.txt"))
}

/// The ex-post real interest rate of the United States, quarters from 1961 to the third of 1986.
pub fn real_interest() -> Vec<f64> {
    numbers(include_str!("../data/real_interest.txt"))
}

/// Inflation of the United Kingdom, 1947 to 1987.
pub fn inflation() -> Vec<f64> {
    numbers(include_str!("../data/inflation.txt"))
}

/// Drivers killed or seriously injured in Great Britain, months from 1969 to 1984.
pub fn driver_deaths() -> Vec<f64> {
    numbers(include_str!("../data/driver_deaths.txt"))
}

/// Marriages in Grossarl, 1700 to 1899.
pub fn marriages() -> Vec<f64> {
    numbers(include_str!("../data/marriages.txt"))
}

/// Rainfall at Bogra, months from 1981 to 2010, `None` where it is missing.
pub fn rainfall() -> Vec<Option<f64>> {
    plain(include_str!("../data/rainfall.txt"))
        .split_whitespace()
        .map(|v| v.parse().ok())
        .collect()
}

fn numbers(text: &str) -> Vec<f64> {
    plain(text).split_whitespace().filter_map(|v| v.parse().ok()).collect()
}

/// Columns of a CSV of numbers, by name.
pub fn columns(text: &str) -> BTreeMap<String, Vec<f64>> {
    let text = plain(text);
    let mut lines = text.lines();
    let bare = |cell: &'_ str| cell.trim().trim_matches('"').to_owned();
    let names: Vec<String> = lines.next().unwrap_or_default().split(',').map(bare).collect();
    let mut columns: BTreeMap<String, Vec<f64>> = names.iter().map(|n| (n.clone(), Vec::new())).collect();
    for line in lines {
        for (name, cell) in names.iter().zip(line.split(',')) {
            if let (Some(column), Ok(value)) = (columns.get_mut(name), bare(cell).parse()) {
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
