//! Formulas: `log(y) ~ x1 + x2 + i(year) | exporter^year + importer^year + pair`.
//!
//! Left of `~` stands the response; then the terms, joined by `+`; after `|` the fixed effects
//! to absorb, columns joined by `^` being one effect of their combinations. A term is a
//! column, a call (`log`, `log10`, `log2`, `log1p`, `exp`, `sqrt`, `abs`), arithmetic inside `I(...)`, `i(column)` or
//! `i(column, ref = level)` for dummies, or an interaction `a:b`; `a*b` stands for
//! `a + b + a:b`; `0 +` or `- 1` leaves the constant out; `offset(...)` has no coefficient.
//! Names with other characters stand in backquotes, levels in double or single quotes.
//!
//! **Dummies in interactions** are R's (Chambers & Hastie 1992, *Statistical Models in S*, section 2.4.1): a column of
//! dummies leaves its first level out where the interaction without it is a term of the formula too, and has them
//! all where it is not. So `y ~ x + x:who` has differences from the first level's slope, and `y ~ x:who` and
//! `y ~ who + x:who` have a slope for each level. A level that is stated with `ref` is always left out. A factor that
//! stands twice in an interaction counts once, as in R.

mod frame;
mod parser;
mod tokens;

pub use frame::{Column, DroppedRow, Frame, ModelFrame};
pub use parser::parse;

use std::fmt;

/// A formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// What is explained.
    pub response: Expression,
    /// What explains it, in order.
    pub terms: Vec<Term>,
    /// Whether there is a constant. Absorbed effects take its place when the design is built.
    pub intercept: bool,
    /// A term whose coefficient is one.
    pub offset: Option<Expression>,
    /// The fixed effects to absorb: each the combinations of some columns.
    pub absorbed: Vec<Vec<String>>,
}

/// A term of a formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A column or a computation.
    Numeric(Expression),
    /// Dummies for the levels of a column but one: `i(year, ref = 2000)`.
    Dummies {
        /// The column.
        column: String,
        /// The level without a dummy; the first in order where it is not stated.
        reference: Option<String>,
    },
    /// The products of terms: `a:b`.
    Interaction(Vec<Term>),
}

/// A computation on columns, row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A column.
    Column(String),
    /// A number.
    Number(f64),
    /// A function of one argument.
    Call(Function, Box<Expression>),
    /// Arithmetic.
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// The negative.
    Negative(Box<Expression>),
}

impl Expression {
    /// The columns that it computes with, in their order, each as often as it stands there.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Expression::Column(name) => vec![name],
            Expression::Number(_) => Vec::new(),
            Expression::Call(_, inner) | Expression::Negative(inner) => inner.columns(),
            Expression::Binary(_, a, b) => [a.columns(), b.columns()].concat(),
        }
    }
}

/// Functions that a formula may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The natural logarithm.
    Log,
    /// The logarithm to base 10.
    Log10,
    /// The logarithm to base 2.
    Log2,
    /// ln(1 + x).
    Log1p,
    /// The exponential.
    Exp,
    /// The square root.
    Sqrt,
    /// The absolute value.
    Abs,
    /// The argument itself, so that its signs mean arithmetic.
    Identity,
}

/// Arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
}

impl Function {
    pub(crate) const ALL: &'static [(&'static str, Function)] = &[
        ("log", Function::Log),
        ("log10", Function::Log10),
        ("log2", Function::Log2),
        ("log1p", Function::Log1p),
        ("exp", Function::Exp),
        ("sqrt", Function::Sqrt),
        ("abs", Function::Abs),
        ("I", Function::Identity),
    ];

    /// The name in formulas.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, f)| *f == self).map_or("", |(name, _)| name)
    }
}

impl Expression {
    /// How tightly the outermost operator binds.
    fn precedence(&self) -> u8 {
        match self {
            Expression::Binary(Operator::Add | Operator::Subtract, ..) => 1,
            Expression::Binary(Operator::Multiply | Operator::Divide, ..) => 2,
            Expression::Negative(_) => 3,
            Expression::Binary(Operator::Power, ..) => 4,
            Expression::Column(_) | Expression::Number(_) | Expression::Call(..) => 5,
        }
    }
}

/// As R writes it: spaces around `+`, `-` and `*`, none around `/` and `^`, and the parentheses that are needed.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Column(name) => f.write_str(name),
            Expression::Number(number) => write!(f, "{number}"),
            Expression::Call(function, argument) => write!(f, "{}({argument})", function.name()),
            Expression::Negative(inner) if inner.precedence() > 3 => write!(f, "-{inner}"),
            Expression::Negative(inner) => write!(f, "-({inner})"),
            Expression::Binary(operator, a, b) => {
                let sign = match operator {
                    Operator::Add => " + ",
                    Operator::Subtract => " - ",
                    Operator::Multiply => " * ",
                    Operator::Divide => "/",
                    Operator::Power => "^",
                };
                let own = self.precedence();
                let side = |e: &Expression, least: u8| {
                    if e.precedence() < least {
                        format!("({e})")
                    } else {
                        e.to_string()
                    }
                };
                // Powers group from the right, everything else from the left.
                let (left, right) = if own == 4 { (own + 1, own) } else { (own, own + 1) };
                write!(f, "{}{sign}{}", side(a, left), side(b, right))
            }
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Numeric(expression) => write!(f, "{expression}"),
            Term::Dummies {
                column,
                reference: None,
            } => write!(f, "i({column})"),
            Term::Dummies {
                column,
                reference: Some(level),
            } => write!(f, "i({column}, ref = {level})"),
            Term::Interaction(parts) => {
                let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                f.write_str(&parts.join(":"))
            }
        }
    }
}
