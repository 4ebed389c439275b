use super::parser::same;
use super::{Expression, Formula, Function, Operator, Term};
use crate::design::INTERCEPT;
use crate::{Design, Error, Result};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// A column of a table; `None` is missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers.
    Numbers(Vec<Option<f64>>),
    /// Texts.
    Texts(Vec<Option<String>>),
}

/// A table: named columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    columns: BTreeMap<String, Column>,
    /// Names of columns that were left out.
    mentioned: Vec<String>,
    rows: usize,
}

/// The matrices of a formula on a table.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFrame {
    /// The response.
    pub y: Vec<f64>,
    /// The terms; no constant where effects are absorbed.
    pub design: Design,
    /// The offset, where there is one.
    pub offset: Option<Vec<f64>>,
    /// For each absorbed effect its name and the group of each row, numbered from zero in order
    /// of their first appearance.
    pub absorbed: Vec<(String, Vec<u32>)>,
    /// The table's rows that are used, counted from zero.
    pub rows: Vec<usize>,
    /// The rows that are not, and why.
    pub dropped: Vec<DroppedRow>,
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedRow {
    /// The row, counted from zero.
    pub row: usize,
    /// Why: `x is missing`, `log(x) is not a finite number`.
    pub reason: String,
}

/// The most cells that the columns of one term may have together: 2 GiB of numbers.
const CELLS: usize = 1 << 28;

/// Refuses a term of more columns than fit into memory.
fn bounded(term: &str, columns: usize, rows: &[usize]) -> Result<()> {
    if columns.saturating_mul(rows.len()) <= CELLS {
        return Ok(());
    }
    Err(Error::Column {
        name: term.to_owned(),
        expected: format!(
            "at most {CELLS} cells of a design, but has {columns} columns of {} rows: absorb the effect, `... | {}`",
            rows.len(),
            term.trim_start_matches("i(").trim_end_matches(')')
        ),
    })
}

impl Frame {
    /// Adds a column.
    ///
    /// # Errors
    /// Refuses a second column of one name, and one of another length.
    pub fn add(&mut self, name: &str, column: Column) -> Result<()> {
        let length = match &column {
            Column::Numbers(values) => values.len(),
            Column::Texts(values) => values.len(),
        };
        if self.columns.is_empty() {
            self.rows = length;
        } else if length != self.rows {
            let what = format!("column `{name}`");
            return Err(Error::Length {
                what,
                found: length,
                expected: self.rows,
                of: "row",
            });
        }
        if self.columns.insert(name.to_owned(), column).is_some() {
            return Err(Error::DuplicateTerm(name.to_owned()));
        }
        Ok(())
    }

    /// Tells the name of a column that is left out, for messages about names that do not exist.
    pub fn mention(&mut self, name: &str) {
        self.mentioned.push(name.to_owned());
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Builds the matrices of a formula. Rows in which anything it needs is missing or not a
    /// finite number are left out and listed. Levels of dummies are in order of numbers, or of
    /// texts; names are `column::level`. A text column as a term stands for its dummies. The
    /// first level has no dummy where there is a constant or an absorbed effect.
    ///
    /// # Errors
    /// Columns that do not exist, texts where numbers are needed, a reference level that does
    /// not occur, no usable row.
    pub fn build(&self, formula: &Formula) -> Result<ModelFrame> {
        let mut check = Rows {
            frame: self,
            reasons: vec![None; self.rows],
        };
        check.number(&formula.response)?;
        if let Some(expression) = &formula.offset {
            check.number(expression)?;
        }
        for term in &formula.terms {
            check.term(term)?;
        }
        for name in formula.absorbed.iter().flatten() {
            check.present(name)?;
        }
        let reasons = check.reasons;
        let rows: Vec<usize> = (0..self.rows).filter(|&i| reasons[i].is_none()).collect();
        if rows.is_empty() {
            return Err(Error::TooFew {
                what: "the formula",
                needed: 1,
                found: 0,
            });
        }
        let constant = formula.intercept && formula.absorbed.is_empty();
        let mut design = Design::new(rows.len());
        if constant {
            design = design.intercept()?;
        }
        let reduce = constant || !formula.absorbed.is_empty();
        let mut seen_dummies = false;
        for term in &formula.terms {
            let full = |part: &Term| match term {
                // The dummies of an interaction leave a level out where the terms without them are there.
                Term::Interaction(parts) => {
                    let others: Vec<Term> = parts.iter().filter(|other| *other != part).cloned().collect();
                    let others = match others.as_slice() {
                        [single] => single.clone(),
                        _ => Term::Interaction(others),
                    };
                    !formula.terms.iter().any(|known| same(known, &others))
                }
                _ => !reduce && !seen_dummies,
            };
            let columns = self.term_columns(term, &rows, &full)?;
            seen_dummies |= self.is_dummies(term);
            for (name, column) in columns {
                if name == INTERCEPT {
                    return Err(Error::DuplicateTerm(name));
                }
                design = design.term(&name, column)?;
            }
        }
        let dropped = reasons
            .into_iter()
            .enumerate()
            .filter_map(|(row, reason)| reason.map(|reason| DroppedRow { row, reason }))
            .collect();
        let evaluate = |e: &Expression| rows.iter().map(|&i| self.value(e, i).unwrap_or(f64::NAN)).collect();
        Ok(ModelFrame {
            y: evaluate(&formula.response),
            design,
            offset: formula.offset.as_ref().map(evaluate),
            absorbed: formula
                .absorbed
                .iter()
                .map(|effect| (effect.join("^"), self.groups(effect, &rows)))
                .collect(),
            rows,
            dropped,
        })
    }

    fn column(&self, name: &str) -> Result<&Column> {
        self.columns.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.columns.keys().chain(&self.mentioned).map(String::as_str).collect();
            Error::Column {
                name: name.to_owned(),
                expected: format!("one of {}", known.join(", ")),
            }
        })
    }

    fn is_dummies(&self, term: &Term) -> bool {
        match term {
            Term::Dummies { .. } => true,
            Term::Numeric(Expression::Column(name)) => matches!(self.columns.get(name), Some(Column::Texts(_))),
            _ => false,
        }
    }

    /// The value in a row; `None` where something is missing.
    fn value(&self, expression: &Expression, row: usize) -> Option<f64> {
        Some(match expression {
            Expression::Number(number) => *number,
            Expression::Column(name) => match self.columns.get(name)? {
                Column::Numbers(values) => values[row]?,
                Column::Texts(_) => return None,
            },
            Expression::Negative(inner) => -self.value(inner, row)?,
            Expression::Call(function, argument) => {
                let x = self.value(argument, row)?;
                match function {
                    Function::Log => x.ln(),
                    Function::Log10 => x.log10(),
                    Function::Log2 => x.log2(),
                    Function::Log1p => x.ln_1p(),
                    Function::Exp => x.exp(),
                    Function::Sqrt => x.sqrt(),
                    Function::Abs => x.abs(),
                    Function::Identity => x,
                }
            }
            Expression::Binary(operator, a, b) => {
                let (a, b) = (self.value(a, row)?, self.value(b, row)?);
                match operator {
                    Operator::Add => a + b,
                    Operator::Subtract => a - b,
                    Operator::Multiply => a * b,
                    Operator::Divide => a / b,
                    Operator::Power => a.powf(b),
                }
            }
        })
    }

    /// The text of a cell, as levels are named.
    fn level(&self, name: &str, row: usize) -> Option<String> {
        match self.columns.get(name)? {
            Column::Numbers(values) => values[row].map(|v| v.to_string()),
            Column::Texts(values) => values[row].clone(),
        }
    }

    /// The columns of a term; `full` says of each factor of it whether it has a dummy for every level.
    fn term_columns(
        &self,
        term: &Term,
        rows: &[usize],
        full: &impl Fn(&Term) -> bool,
    ) -> Result<Vec<(String, Vec<f64>)>> {
        match term {
            Term::Numeric(Expression::Column(name)) if self.is_dummies(term) => {
                self.dummies(name, None, rows, full(term))
            }
            Term::Numeric(expression) => {
                let column = rows
                    .iter()
                    .map(|&i| self.value(expression, i).unwrap_or(f64::NAN))
                    .collect();
                Ok(vec![(term.to_string(), column)])
            }
            Term::Dummies { column, reference } => self.dummies(column, reference.as_deref(), rows, full(term)),
            Term::Interaction(parts) => {
                let mut product = vec![(String::new(), vec![1.0; rows.len()])];
                for part in parts {
                    let columns = self.term_columns(part, rows, full)?;
                    bounded(&term.to_string(), product.len().saturating_mul(columns.len()), rows)?;
                    product = product
                        .iter()
                        .flat_map(|(name, column)| {
                            columns.iter().map(move |(other, values)| {
                                let joined = if name.is_empty() {
                                    other.clone()
                                } else {
                                    format!("{name}:{other}")
                                };
                                (joined, column.iter().zip(values).map(|(a, b)| a * b).collect())
                            })
                        })
                        .collect();
                }
                Ok(product)
            }
        }
    }

    fn dummies(
        &self,
        name: &str,
        reference: Option<&str>,
        rows: &[usize],
        full: bool,
    ) -> Result<Vec<(String, Vec<f64>)>> {
        let cells: Vec<String> = rows.iter().map(|&i| self.level(name, i).unwrap_or_default()).collect();
        let mut levels = cells.clone();
        match self.column(name)? {
            Column::Numbers(_) => {
                let number = |l: &String| l.parse::<f64>().unwrap_or(f64::NAN);
                levels.sort_by(|a, b| number(a).total_cmp(&number(b)));
            }
            Column::Texts(_) => levels.sort(),
        }
        levels.dedup();
        bounded(&format!("i({name})"), levels.len(), rows)?;
        let left_out = match reference {
            Some(level) if levels.iter().any(|l| l == level) => Some(level.to_owned()),
            Some(level) => {
                let name = format!("{name}::{level}");
                return Err(Error::Column {
                    name,
                    expected: format!("one of the levels {}", levels.join(", ")),
                });
            }
            None => levels.first().filter(|_| !full).cloned(),
        };
        Ok(levels
            .into_iter()
            .filter(|level| Some(level) != left_out.as_ref())
            .map(|level| {
                let column = cells.iter().map(|cell| f64::from(u8::from(*cell == level))).collect();
                (format!("{name}::{level}"), column)
            })
            .collect())
    }

    /// The groups of the combinations of some columns, numbered from zero in order of their first appearance.
    fn groups(&self, effect: &[String], rows: &[usize]) -> Vec<u32> {
        let mut joined: Option<Vec<u32>> = None;
        for name in effect {
            let own = match self.columns.get(name) {
                Some(Column::Numbers(cells)) => {
                    // Zero has two signs.
                    numbered(
                        rows.iter()
                            .map(|&row| cells[row].map(|number| (number + 0.0).to_bits())),
                    )
                }
                Some(Column::Texts(cells)) => numbered(rows.iter().map(|&row| cells[row].as_deref())),
                None => continue,
            };
            joined = Some(match joined {
                None => own,
                Some(joined) => numbered(joined.into_iter().zip(own)),
            });
        }
        joined.unwrap_or_else(|| vec![0; rows.len()])
    }
}

/// Numbers keys in order of their first appearance.
fn numbered<K: Eq + Hash>(keys: impl Iterator<Item = K>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    keys.map(|key| {
        let next = numbers.len() as u32;
        *numbers.entry(key).or_insert(next)
    })
    .collect()
}

/// Finds the rows that cannot be used.
struct Rows<'a> {
    frame: &'a Frame,
    reasons: Vec<Option<String>>,
}

impl Rows<'_> {
    fn term(&mut self, term: &Term) -> Result<()> {
        match term {
            Term::Numeric(Expression::Column(name)) if self.frame.is_dummies(term) => self.present(name),
            Term::Numeric(expression) => self.number(expression),
            Term::Dummies { column, .. } => self.present(column),
            Term::Interaction(parts) => parts.iter().try_for_each(|part| self.term(part)),
        }
    }

    fn present(&mut self, name: &str) -> Result<()> {
        let column = self.frame.column(name)?;
        let missing = |row: usize| match column {
            Column::Numbers(cells) => cells[row].is_none(),
            Column::Texts(cells) => cells[row].is_none(),
        };
        for row in 0..self.reasons.len() {
            if self.reasons[row].is_none() && missing(row) {
                self.reasons[row] = Some(format!("{name} is missing"));
            }
        }
        Ok(())
    }

    fn number(&mut self, expression: &Expression) -> Result<()> {
        for name in expression.columns() {
            if let Column::Texts(_) = self.frame.column(name)? {
                return Err(Error::Column {
                    name: name.to_owned(),
                    expected: "a column of numbers".to_owned(),
                });
            }
            self.present(name)?;
        }
        for row in 0..self.reasons.len() {
            let value = self.frame.value(expression, row);
            if self.reasons[row].is_none() && !value.is_some_and(f64::is_finite) {
                self.reasons[row] = Some(format!("{expression} is not a finite number"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::parse;

    fn frame() -> Frame {
        let mut frame = Frame::default();
        let numbers = |v: &[f64]| Column::Numbers(v.iter().map(|x| Some(*x)).collect());
        frame.add("y", numbers(&[1.0, 2.0, 0.0, 4.0, 8.0])).unwrap();
        let mut x = vec![Some(1.0), Some(2.0), Some(3.0), None];
        x.push(Some(5.0));
        frame.add("x", Column::Numbers(x)).unwrap();
        frame.add("year", numbers(&[9.0, 10.0, 11.0, 9.0, 10.0])).unwrap();
        let texts = ["b", "a", "b", "a", "c"].map(|t| Some(t.to_owned())).to_vec();
        frame.add("who", Column::Texts(texts)).unwrap();
        frame
    }

    #[test]
    fn rows_are_dropped_with_their_reason() {
        let model = frame().build(&parse("log(y) ~ x + i(year)").unwrap()).unwrap();
        let reasons: Vec<String> = model
            .dropped
            .iter()
            .map(|d| format!("{}: {}", d.row, d.reason))
            .collect();
        assert_eq!(reasons, ["2: log(y) is not a finite number", "3: x is missing"]);
        assert_eq!(model.rows, [0, 1, 4]);
        // Levels in the order of numbers, 9 before 10; 11 does not occur any more.
        assert_eq!(model.design.terms(), ["(Intercept)", "x", "year::10"]);
    }

    #[test]
    fn dummies_interactions_and_effects() {
        let model = frame()
            .build(&parse("y ~ 0 + who + year:who | who^year").unwrap())
            .unwrap();
        // R's coding: no slope of the year alone, so that every level has its own.
        assert_eq!(
            model.design.terms(),
            ["who::b", "who::c", "year:who::a", "year:who::b", "year:who::c"]
        );
        let terms = |text: &str| frame().build(&parse(text).unwrap()).unwrap().design.terms().to_vec();
        assert_eq!(
            terms("y ~ who:year")[1..],
            ["who::a:year", "who::b:year", "who::c:year"]
        );
        assert_eq!(terms("y ~ year*who")[4..], ["year:who::b", "year:who::c"]);
        assert_eq!(terms("y ~ who + who:i(year)").len(), 1 + 2 + 3 * 2);
        assert_eq!(terms("y ~ i(who, ref = c):year")[1..], ["who::a:year", "who::b:year"]);
        assert_eq!(model.absorbed, [("who^year".to_owned(), vec![0, 1, 2, 3, 4])]);
        let full = frame().build(&parse("y ~ 0 + who").unwrap()).unwrap();
        assert_eq!(full.design.terms(), ["who::a", "who::b", "who::c"]);
        let stated = frame().build(&parse("y ~ i(who, ref = c)").unwrap()).unwrap();
        assert_eq!(stated.design.terms(), ["(Intercept)", "who::a", "who::b"]);
        for (bad, message) in [
            ("y ~ z", "`z`"),
            ("y ~ log(who)", "a column of numbers"),
            ("y ~ i(who, ref = d)", "levels"),
        ] {
            let error = frame().build(&parse(bad).unwrap()).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
