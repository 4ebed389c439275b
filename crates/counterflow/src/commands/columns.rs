//! A table's columns as formulas take them.

use crate::fail::Outcome;
use crate::frame::Frame;
use regress::formula::{self, Expression, Formula, Term};
use std::collections::BTreeSet;

/// Columns of numbers and of texts. A column of numbers with a slip in it is an error that names
/// the line where the formula computes with it; it is never taken for text. Columns that only make
/// groups (absorbed effects, `i(...)`) may hold codes of both kinds.
pub fn columns(frame: &Frame, text: &str, formula: &Formula) -> Outcome<formula::Frame> {
    for name in computed_with(formula) {
        frame.check_column(name)?;
    }
    let groups = groups(formula);
    let mut columns = formula::Frame::default();
    for name in &frame.names {
        // Whatever the formula may name; the others need not be read.
        if text.contains(name.as_str()) {
            columns.add(name, frame.formula_column(name, groups.contains(name.as_str()))?)?;
        } else {
            columns.mention(name);
        }
    }
    Ok(columns)
}

/// The columns that the response, the terms and the offset are computed from.
fn computed_with(formula: &Formula) -> Vec<&str> {
    fn term<'a>(of: &'a Term, found: &mut Vec<&'a str>) {
        match of {
            Term::Numeric(inner) => found.extend(inner.columns()),
            Term::Dummies { column, .. } => found.push(column),
            Term::Interaction(parts) => parts.iter().for_each(|part| term(part, found)),
        }
    }
    let mut found = formula.response.columns();
    formula.terms.iter().for_each(|one| term(one, &mut found));
    found.extend(formula.offset.iter().flat_map(Expression::columns));
    found
}

/// The columns of absorbed effects and of dummies.
fn groups(formula: &Formula) -> BTreeSet<&str> {
    fn dummies<'a>(term: &'a Term, found: &mut BTreeSet<&'a str>) {
        match term {
            Term::Dummies { column, .. } => {
                found.insert(column);
            }
            Term::Interaction(parts) => parts.iter().for_each(|part| dummies(part, found)),
            Term::Numeric(_) => {}
        }
    }
    let mut found: BTreeSet<&str> = formula.absorbed.iter().flatten().map(String::as_str).collect();
    formula.terms.iter().for_each(|term| dummies(term, &mut found));
    found
}
