use crate::{Error, Result};
use nalgebra::DMatrix;
use std::collections::BTreeSet;

/// The name of the constant term, as R and broom print it.
pub const INTERCEPT: &str = "(Intercept)";

/// A design matrix with named columns: n observations (rows) by k terms (columns).
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    rows: usize,
    terms: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Design {
    /// A design without terms for `rows` observations.
    pub fn new(rows: usize) -> Self {
        Design {
            rows,
            terms: Vec::new(),
            columns: Vec::new(),
        }
    }

    /// Adds the constant term, named [`INTERCEPT`].
    ///
    /// # Errors
    /// Refuses a second constant.
    pub fn intercept(self) -> Result<Self> {
        let ones = vec![1.0; self.rows];
        self.term(INTERCEPT, ones)
    }

    /// Adds a term.
    ///
    /// # Errors
    /// Refuses a column of another length, a number that is not finite, and a name that is
    /// already taken.
    pub fn term(mut self, name: &str, column: Vec<f64>) -> Result<Self> {
        check_series(name, &column, self.rows)?;
        if self.terms.iter().any(|t| t == name) {
            return Err(Error::DuplicateTerm(name.to_owned()));
        }
        self.terms.push(name.to_owned());
        self.columns.push(column);
        Ok(self)
    }

    /// From a matrix (n by k) and the names of its columns.
    ///
    /// # Errors
    /// As [`Design::term`]; also where names and columns differ in number.
    pub fn from_matrix(matrix: &DMatrix<f64>, terms: &[&str]) -> Result<Self> {
        if terms.len() != matrix.ncols() {
            return Err(Error::Length {
                what: "the list of terms".to_owned(),
                found: terms.len(),
                expected: matrix.ncols(),
                of: "column",
            });
        }
        let mut design = Design::new(matrix.nrows());
        for (name, column) in terms.iter().zip(matrix.column_iter()) {
            design = design.term(name, column.iter().copied().collect())?;
        }
        Ok(design)
    }

    /// The number of observations, n.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the terms, in order.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// The column of each term, in order; each has [`Design::rows`] entries.
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// The position of the constant term, where it was added as such.
    pub fn intercept_position(&self) -> Option<usize> {
        self.terms.iter().position(|t| t == INTERCEPT)
    }

    /// The matrix, n by k.
    pub fn matrix(&self) -> DMatrix<f64> {
        DMatrix::from_fn(self.rows, self.columns.len(), |i, j| self.columns[j][i])
    }

    /// The design of the rows `keep` names, in that order; rows out of range are left out.
    pub fn select_rows(&self, keep: &[usize]) -> Design {
        let keep: Vec<usize> = keep.iter().copied().filter(|&i| i < self.rows).collect();
        let columns = self
            .columns
            .iter()
            .map(|c| keep.iter().map(|&i| c[i]).collect())
            .collect();
        Design {
            rows: keep.len(),
            terms: self.terms.clone(),
            columns,
        }
    }

    /// The design with the terms of `other` appended.
    ///
    /// # Errors
    /// Refuses designs of unequal length and names that both bear.
    pub fn join(mut self, other: &Design) -> Result<Self> {
        let names: BTreeSet<&String> = self.terms.iter().collect();
        if let Some(twice) = other.terms.iter().find(|t| names.contains(t)) {
            return Err(Error::DuplicateTerm(twice.clone()));
        }
        for (name, column) in other.terms.iter().zip(&other.columns) {
            self = self.term(name, column.clone())?;
        }
        Ok(self)
    }
}

/// Checks that a series has `rows` finite entries.
pub(crate) fn check_series(name: &str, series: &[f64], rows: usize) -> Result<()> {
    if series.len() != rows {
        return Err(Error::Length {
            what: format!("`{name}`"),
            found: series.len(),
            expected: rows,
            of: "observation",
        });
    }
    match series.iter().position(|v| !v.is_finite()) {
        Some(at) => Err(Error::NotFinite {
            what: format!("`{name}`"),
            row: at + 1,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_named() {
        let design = Design::new(3).intercept().unwrap();
        let error = design.clone().term("x", vec![1.0, 2.0]).unwrap_err().to_string();
        assert_eq!(error, "`x` has 2 entries, but 3 are expected: one for each observation");
        let error = design.clone().term("x", vec![1.0, f64::NAN, 2.0]).unwrap_err();
        assert_eq!(
            error,
            Error::NotFinite {
                what: "`x`".to_owned(),
                row: 2
            }
        );
        assert!(design.clone().intercept().is_err());
        assert!(design.clone().join(&design).is_err());
        assert_eq!(design.intercept_position(), Some(0));
    }

    #[test]
    fn rows_are_selected_in_order() {
        let design = Design::new(3).term("x", vec![1.0, 2.0, 3.0]).unwrap();
        assert_eq!(design.select_rows(&[2, 0, 9]).columns()[0], vec![3.0, 1.0]);
        assert_eq!(design.matrix()[(1, 0)], 2.0);
    }
}
