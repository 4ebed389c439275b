//! Formulas of linear models: `log(y) ~ x1 + log(x2)`, `- 1` for no constant.

use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use regress::Design;

/// One variable, possibly in logarithms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The column.
    pub column: String,
    /// Whether its natural logarithm is taken.
    pub log: bool,
}

/// A formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// The left-hand side.
    pub response: Variable,
    /// The right-hand side.
    pub terms: Vec<Variable>,
    /// Whether there is a constant.
    pub intercept: bool,
}

/// What a formula takes from a table.
pub struct Chosen {
    /// The terms over the rows used.
    pub design: Design,
    /// The response over the rows used.
    pub y: Vec<f64>,
    /// The weights over the rows used.
    pub weights: Option<Vec<f64>>,
    /// Rows that are not used: the reason and their places in the file.
    pub dropped: Vec<(String, Vec<u64>)>,
}

impl Variable {
    /// Its name as a term.
    pub fn name(&self) -> String {
        if self.log { format!("log({})", self.column) } else { self.column.clone() }
    }

    fn parse(text: &str) -> Outcome<Self> {
        let text = text.trim();
        let inner = text.strip_prefix("log(").and_then(|rest| rest.strip_suffix(')'));
        let column = inner.unwrap_or(text).trim();
        let fits = !column.is_empty() && column.chars().all(|c| c.is_alphanumeric() || "_. ".contains(c));
        if !fits {
            return Err(Failure::Usage(format!("the formula has `{text}` where a column or log(column) was expected")));
        }
        Ok(Variable { column: column.to_owned(), log: inner.is_some() })
    }

    /// The variable's values; `None` where it is missing or has no logarithm.
    fn values(&self, frame: &Frame) -> Outcome<Vec<Option<f64>>> {
        let values = frame.numbers(&self.column)?;
        let transform = |v: f64| if self.log { (v > 0.0).then(|| v.ln()) } else { Some(v) };
        Ok(values.into_iter().map(|v| v.and_then(transform)).collect())
    }
}

impl Formula {
    /// Reads `y ~ x1 + x2`, with `log(...)` around any column and `- 1` or `+ 0` for no constant.
    pub fn parse(text: &str) -> Outcome<Self> {
        let wrong = |what: &str| Failure::Usage(format!("the formula `{text}`: {what}"));
        let (left, right) = text.split_once('~').ok_or_else(|| wrong("expected RESPONSE ~ TERMS"))?;
        if right.contains(['|', '*', ':', '^']) {
            return Err(wrong("fixed effects, interactions and powers are not known here"));
        }
        let mut formula = Formula { response: Variable::parse(left)?, terms: Vec::new(), intercept: true };
        for term in right.replace("- 1", "+ 0").replace("-1", "+ 0").split('+') {
            match term.trim() {
                "0" => formula.intercept = false,
                "1" => formula.intercept = true,
                term => formula.terms.push(Variable::parse(term)?),
            }
        }
        if formula.terms.is_empty() && !formula.intercept {
            return Err(wrong("there is nothing on the right-hand side"));
        }
        Ok(formula)
    }

    /// Takes the formula's variables from a table; rows where one is missing are listed, not used.
    pub fn choose(&self, frame: &Frame, weights: Option<&str>) -> Outcome<Chosen> {
        let response = self.response.values(frame)?;
        let terms = self.terms.iter().map(|t| t.values(frame)).collect::<Outcome<Vec<_>>>()?;
        let weights = weights.map(|name| frame.numbers(name)).transpose()?;
        let named = || std::iter::once(&self.response).chain(&self.terms).zip(std::iter::once(&response).chain(&terms));
        let mut kept = Vec::new();
        let mut dropped: Vec<(String, Vec<u64>)> = Vec::new();
        for row in 0..frame.rows() {
            let mut gap = named().find(|(_, values)| values[row].is_none()).map(|(v, _)| format!("{} is missing", v.name()));
            if weights.as_ref().is_some_and(|w| w[row].is_none()) {
                gap = gap.or(Some("the weight is missing".to_owned()));
            }
            match gap {
                None => kept.push(row),
                Some(why) => match dropped.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, places)) => places.push(frame.places[row]),
                    None => dropped.push((why, vec![frame.places[row]])),
                },
            }
        }
        let pick = |values: &[Option<f64>]| kept.iter().filter_map(|&row| values[row]).collect::<Vec<f64>>();
        let mut design = Design::new(kept.len());
        if self.intercept {
            design = design.intercept()?;
        }
        for (term, values) in self.terms.iter().zip(&terms) {
            design = design.term(&term.name(), pick(values))?;
        }
        Ok(Chosen { design, y: pick(&response), weights: weights.as_deref().map(pick), dropped })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn formulas_are_read() {
        let formula = Formula::parse("log(y) ~ x1 + log(x 2) - 1").unwrap();
        assert_eq!(formula.response.name(), "log(y)");
        assert_eq!(formula.terms.iter().map(Variable::name).collect::<Vec<_>>(), ["x1", "log(x 2)"]);
        assert!(!formula.intercept);
        for bad in ["y", "y ~", "~ x", "y ~ x | z", "y ~ (x)", "y ~ -1"] {
            assert!(Formula::parse(bad).is_err(), "{bad}");
        }
    }
}
