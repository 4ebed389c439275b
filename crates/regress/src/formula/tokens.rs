use crate::{Error, Result};

/// A word of a formula.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, also one in backquotes.
    Name(String),
    /// A number, and how it was written.
    Number(f64, String),
    /// What stands in quotes.
    Text(String),
    /// Any other character.
    Sign(char),
}

/// The words of a formula, each with the place of its first character.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        let start = at;
        let run = |from: usize, keep: &dyn Fn(char) -> bool| {
            characters[from..]
                .iter()
                .position(|c| !keep(*c))
                .map_or(characters.len(), |n| from + n)
        };
        let token = if c.is_whitespace() {
            at += 1;
            continue;
        } else if c == '`' {
            let end = run(at + 1, &|c| c != '`');
            if end == characters.len() {
                return Err(syntax(start, "a closing backquote", "the end"));
            }
            at = end + 1;
            Token::Name(characters[start + 1..end].iter().collect())
        } else if c == '"' || c == '\'' {
            let end = run(at + 1, &|other| other != c);
            if end == characters.len() {
                return Err(syntax(start, &format!("a closing {c}"), "the end"));
            }
            at = end + 1;
            Token::Text(characters[start + 1..end].iter().collect())
        } else if c.is_alphabetic() || c == '_' {
            at = run(at, &|c| c.is_alphanumeric() || c == '_' || c == '.');
            Token::Name(characters[start..at].iter().collect())
        } else if c.is_ascii_digit() || c == '.' {
            at = run(at, &|c| c.is_ascii_digit() || c == '.');
            at = exponent_end(&characters, at);
            let word: String = characters[start..at].iter().collect();
            let number = word.parse().map_err(|_| syntax(start, "a number", &word))?;
            Token::Number(number, word)
        } else if "~+-*/^:|(),=".contains(c) {
            at += 1;
            Token::Sign(c)
        } else {
            return Err(syntax(
                start,
                "a name, a number or one of ~ + - * / ^ : | ( ) , =",
                &c.to_string(),
            ));
        };
        tokens.push((start, token));
    }
    Ok(tokens)
}

/// Where a number ends whose digits end at `at`: behind an exponent such as `e-3`, if one follows.
fn exponent_end(characters: &[char], at: usize) -> usize {
    let digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    if !matches!(characters.get(at), Some('e' | 'E')) {
        return at;
    }
    let signed = usize::from(matches!(characters.get(at + 1), Some('+' | '-')));
    let mut end = at + 1 + signed;
    if !digit(end) {
        return at;
    }
    while digit(end) {
        end += 1;
    }
    end
}

/// What was expected at a character, counted from zero, and what stands there.
pub(super) fn syntax(at: usize, expected: &str, found: &str) -> Error {
    Error::Formula {
        at: at + 1,
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}
