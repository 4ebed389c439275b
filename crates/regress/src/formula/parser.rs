use super::tokens::{Token, syntax, tokens};
use super::{Expression, Formula, Function, Operator, Term};
use crate::{Error, Result};

/// Reads a formula.
///
/// # Errors
/// Says at which character what was expected.
///
/// ```
/// let formula = regress::formula::parse("log(y) ~ x + i(year) | exporter^year + pair")?;
/// assert_eq!(formula.absorbed, [vec!["exporter", "year"], vec!["pair"]]);
/// assert_eq!(formula.terms[1].to_string(), "i(year)");
/// # Ok::<(), regress::Error>(())
/// ```
pub fn parse(text: &str) -> Result<Formula> {
    let tokens = tokens(text)?;
    if let Some((at, _)) = tokens.get(MOST) {
        return Err(syntax(*at, &format!("at most {MOST} words and signs"), "more"));
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        end: text.chars().count(),
        depth: 0,
    };
    let formula = parser.formula()?;
    match parser.tokens.get(parser.at) {
        None => Ok(formula),
        Some(_) => Err(parser.expected("the end, `+` or `|`")),
    }
}

/// How deep parentheses may nest.
const DEEPEST: usize = 64;
/// How long a formula may be: a sum is as deep as it is long.
const MOST: usize = 4000;
/// How many terms may be crossed by `*`: they expand to all of their subsets.
const CROSSED: usize = 8;

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|t| &t.1)
    }

    fn take(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, sign: char) -> Result<()> {
        if self.take(sign) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{sign}`")))
        }
    }

    fn expected(&self, what: &str) -> Error {
        match self.tokens.get(self.at) {
            None => syntax(self.end, what, "the end"),
            Some((at, Token::Name(name))) => syntax(*at, what, name),
            Some((at, Token::Number(_, word) | Token::Text(word))) => syntax(*at, what, word),
            Some((at, Token::Sign(sign))) => syntax(*at, what, &sign.to_string()),
        }
    }

    fn name(&mut self, what: &str) -> Result<String> {
        match self.peek() {
            Some(Token::Name(name)) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.expected(what)),
        }
    }

    fn formula(&mut self) -> Result<Formula> {
        let response = self.sum()?;
        self.need('~')?;
        let mut formula = Formula {
            response,
            terms: Vec::new(),
            intercept: true,
            offset: None,
            absorbed: Vec::new(),
        };
        let mut minus = self.take('-');
        loop {
            self.right_side(&mut formula, minus)?;
            minus = match (self.take('+'), self.peek()) {
                (true, _) => false,
                (false, Some(Token::Sign('-'))) => {
                    self.at += 1;
                    true
                }
                _ => break,
            };
        }
        if self.take('|') {
            loop {
                formula.absorbed.push(self.effect()?);
                if !self.take('+') {
                    break;
                }
            }
        }
        Ok(formula)
    }

    /// One summand: `1`, `0`, an offset, `a*b` or a term.
    fn right_side(&mut self, formula: &mut Formula, minus: bool) -> Result<()> {
        if let Some(Token::Number(number, _)) = self.peek() {
            formula.intercept = match (*number, minus) {
                (1.0, false) | (0.0, true) => true,
                (0.0, false) | (1.0, true) => false,
                _ => return Err(self.expected("a term, `0` or `1`")),
            };
            self.at += 1;
            return Ok(());
        }
        if minus {
            return Err(self.expected("`1`: only the constant can be taken out"));
        }
        if self.peek() == Some(&Token::Name("offset".to_owned())) && self.after_is('(') {
            self.at += 2;
            let offset = self.sum()?;
            self.need(')')?;
            if formula.offset.replace(offset).is_some() {
                return Err(self.expected("one offset only"));
            }
            return Ok(());
        }
        let mut crossed = vec![self.interaction()?];
        while self.take('*') {
            if crossed.len() == CROSSED {
                return Err(self.expected(&format!("at most {CROSSED} terms between `*`")));
            }
            crossed.push(self.interaction()?);
        }
        if matches!(self.peek(), Some(Token::Sign('^' | '/'))) {
            return Err(self.expected("`+`, `:` or `*`; arithmetic stands inside I(...)"));
        }
        for subset in orders(crossed.len()) {
            let parts: Vec<Term> = subset.iter().flat_map(|&i| parts(&crossed[i])).collect();
            let term = joined(parts);
            if !formula.terms.iter().any(|known| same(known, &term)) {
                formula.terms.push(term);
            }
        }
        Ok(())
    }

    fn after_is(&self, sign: char) -> bool {
        self.tokens.get(self.at + 1).map(|t| &t.1) == Some(&Token::Sign(sign))
    }

    fn interaction(&mut self) -> Result<Term> {
        let mut terms = vec![self.term()?];
        while self.take(':') {
            terms.push(self.term()?);
        }
        Ok(joined(terms))
    }

    fn term(&mut self) -> Result<Term> {
        if self.peek() == Some(&Token::Name("i".to_owned())) && self.after_is('(') {
            self.at += 2;
            let column = self.name("a column")?;
            let mut reference = None;
            if self.take(',') {
                if self.name("`ref`")? != "ref" {
                    self.at -= 1;
                    return Err(self.expected("`ref`"));
                }
                self.need('=')?;
                reference = Some(self.level()?);
            }
            self.need(')')?;
            return Ok(Term::Dummies { column, reference });
        }
        // In R, parentheses group terms: `(a + b)` is two, and must not be read as one sum.
        if matches!(self.peek(), Some(Token::Sign('(') | Token::Number(..))) {
            return Err(self.expected("a column or a function; arithmetic stands inside I(...)"));
        }
        Ok(Term::Numeric(self.primary()?))
    }

    fn level(&mut self) -> Result<String> {
        let minus = if self.take('-') { "-" } else { "" };
        match self.peek() {
            Some(Token::Text(level)) if minus.is_empty() => {
                let level = level.clone();
                self.at += 1;
                Ok(level)
            }
            Some(Token::Number(_, word) | Token::Name(word)) => {
                let level = format!("{minus}{word}");
                self.at += 1;
                Ok(level)
            }
            _ => Err(self.expected("a level")),
        }
    }

    fn effect(&mut self) -> Result<Vec<String>> {
        let mut columns = vec![self.name("a column to absorb")?];
        while self.take('^') {
            columns.push(self.name("a column to combine")?);
        }
        Ok(columns)
    }

    fn sum(&mut self) -> Result<Expression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected(&format!("at most {DEEPEST} levels of parentheses")));
        }
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Some(Token::Sign('+')) => Operator::Add,
                Some(Token::Sign('-')) => Operator::Subtract,
                _ => break,
            };
            self.at += 1;
            left = Expression::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn product(&mut self) -> Result<Expression> {
        let mut left = self.signed()?;
        loop {
            let operator = match self.peek() {
                Some(Token::Sign('*')) => Operator::Multiply,
                Some(Token::Sign('/')) => Operator::Divide,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expression::Binary(operator, Box::new(left), Box::new(self.signed()?));
        }
    }

    /// A sign binds less than a power: -x^2 is -(x^2).
    fn signed(&mut self) -> Result<Expression> {
        let mut negative = false;
        while self.take('-') {
            negative = !negative;
        }
        let base = self.primary()?;
        let power = if self.take('^') {
            Expression::Binary(Operator::Power, Box::new(base), Box::new(self.exponent()?))
        } else {
            base
        };
        Ok(if negative {
            Expression::Negative(Box::new(power))
        } else {
            power
        })
    }

    /// Powers bind to the right: the exponent may have a sign and a power of its own.
    fn exponent(&mut self) -> Result<Expression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected(&format!("at most {DEEPEST} powers of powers")));
        }
        let exponent = self.signed();
        self.depth -= 1;
        exponent
    }

    fn primary(&mut self) -> Result<Expression> {
        if self.take('(') {
            let inner = self.sum()?;
            self.need(')')?;
            return Ok(inner);
        }
        if let Some(Token::Number(number, _)) = self.peek() {
            let number = *number;
            self.at += 1;
            return Ok(Expression::Number(number));
        }
        if !self.after_is('(') {
            return Ok(Expression::Column(self.name("a column, a number or a function")?));
        }
        let start = self.at;
        let name = self.name("a function")?;
        let Some((_, function)) = Function::ALL.iter().find(|(known, _)| *known == name) else {
            self.at = start;
            let known: Vec<&str> = Function::ALL.iter().map(|f| f.0).collect();
            return Err(self.expected(&format!("one of the functions {}, i, offset", known.join(", "))));
        };
        self.need('(')?;
        let argument = self.sum()?;
        self.need(')')?;
        Ok(Expression::Call(*function, Box::new(argument)))
    }
}

/// The product of terms; one that stands twice counts once.
fn joined(terms: Vec<Term>) -> Term {
    let mut unique: Vec<Term> = Vec::with_capacity(terms.len());
    for term in terms {
        if !unique.contains(&term) {
            unique.push(term);
        }
    }
    if unique.len() == 1 {
        unique.swap_remove(0)
    } else {
        Term::Interaction(unique)
    }
}

/// Whether two terms are the same product, in any order.
pub(super) fn same(one: &Term, other: &Term) -> bool {
    let (one, other) = (parts(one), parts(other));
    one.len() == other.len() && one.iter().all(|part| other.contains(part))
}

pub(super) fn parts(term: &Term) -> Vec<Term> {
    match term {
        Term::Interaction(parts) => parts.clone(),
        other => vec![other.clone()],
    }
}

/// The subsets of 0..n that are not empty, small ones first, as `a*b*c` expands.
fn orders(n: usize) -> Vec<Vec<usize>> {
    let mut subsets: Vec<Vec<usize>> = (1_u32..1 << n.min(CROSSED))
        .map(|bits| (0..n).filter(|i| bits >> i & 1 == 1).collect())
        .collect();
    subsets.sort_by_key(|s| (s.len(), s.clone()));
    subsets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        parse(text).unwrap().terms.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn terms_are_read_in_order() {
        assert_eq!(terms("y ~ log(x) + I(x^2) + a:b"), ["log(x)", "I(x^2)", "a:b"]);
        assert_eq!(terms("y ~ a*b + a"), ["a", "b", "a:b"]);
        assert_eq!(
            terms("y ~ i(year, ref = 2000) + `trade value`"),
            ["i(year, ref = 2000)", "trade value"]
        );
        let formula = parse("log(1 + y) ~ 0 + x + offset(log(pop)) | a^b + c").unwrap();
        assert_eq!(formula.response.to_string(), "log(1 + y)");
        assert_eq!(formula.offset.unwrap().to_string(), "log(pop)");
        assert!(!formula.intercept && parse("y ~ 1").unwrap().intercept);
        assert!(!parse("y ~ x - 1").unwrap().intercept);
        assert_eq!(
            formula.absorbed,
            [vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]]
        );
        assert_eq!(parse("-x^2/2 ~ 1").unwrap().response.to_string(), "-x^2/2");
    }

    #[test]
    fn terms_are_written_as_r_writes_them() {
        let text = "y ~ log(a/b) + I(2*a+b*(c-1)) + I(a-(b-c)) + I((a^b)^c) + I(a^(b^c)) + I(-(a+b)*1e-3) + I(a/(b*c))";
        assert_eq!(
            terms(text),
            [
                "log(a/b)",
                "I(2 * a + b * (c - 1))",
                "I(a - (b - c))",
                "I((a^b)^c)",
                "I(a^b^c)",
                "I(-(a + b) * 0.001)",
                "I(a/(b * c))"
            ]
        );
        for text in terms(text) {
            assert_eq!(terms(&format!("y ~ {text}")), [text]);
        }
    }

    #[test]
    fn products_of_a_term_with_itself_and_in_another_order() {
        assert_eq!(terms("y ~ a*a + b:a + a:b + a:b:a"), ["a", "b:a"]);
        assert_eq!(
            terms("y ~ i(who, ref = \"South Korea\") + i(who, ref = 'x')"),
            ["i(who, ref = South Korea)", "i(who, ref = x)"]
        );
        let many = format!("y ~ {}", ["a", "b", "c", "d", "e", "f", "g", "h", "j"].join("*"));
        assert!(parse(&many).unwrap_err().to_string().contains("at most 8 terms"));
        assert_eq!(parse("y ~ a*b*c*d*e*f*g*h").unwrap().terms.len(), 255);
    }

    #[test]
    fn mistakes_are_shown_where_they_are() {
        for (text, message) in [
            ("y", "expected `~`, but found the end at character 2"),
            ("y ~ ", "but found the end"),
            ("y ~ x^2", "arithmetic stands inside I(...), but found ^ at character 6"),
            (
                "y ~ (a + b)",
                "arithmetic stands inside I(...), but found ( at character 5",
            ),
            ("y ~ x*2", "arithmetic stands inside I(...), but found 2 at character 7"),
            ("y ~ x - z", "only the constant can be taken out"),
            (
                "y ~ f(x)",
                "expected one of the functions log, log10, log2, log1p, exp, sqrt, abs, I, i, offset, but found f at character 5",
            ),
            ("y ~ x | ", "a column to absorb"),
            ("y ~ x | a | b", "expected the end"),
            ("y ~ $x", "but found $ at character 5"),
            ("y ~ 2", "expected a term, `0` or `1`"),
            ("y ~ log(x", "expected `)`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
        let deep = format!("y ~ I({}x{})", "(".repeat(1000), ")".repeat(1000));
        assert!(parse(&deep).unwrap_err().to_string().contains("levels of parentheses"));
        let long = format!("y ~ I(x{})", " + x".repeat(100_000));
        assert!(
            parse(&long)
                .unwrap_err()
                .to_string()
                .contains("at most 4000 words and signs")
        );
        let crossed = |names: &str| parse(&format!("y ~ {names}"));
        assert_eq!(crossed("a*b*c*d*e*f*g*h").unwrap().terms.len(), 255);
        let error = crossed("a*b*c*d*e*f*g*h*j").unwrap_err().to_string();
        assert!(error.contains("at most 8 terms between `*`"), "{error}");
    }
}
