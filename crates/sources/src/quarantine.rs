/// What is wrong with one cell, or with a whole row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bad {
    pub(crate) column: Option<String>,
    pub(crate) value: String,
    pub(crate) reason: String,
    pub(crate) advice: String,
}

/// A row that is not used, with the reason. Never silently dropped, never guessed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// The physical line of the row's first byte, counted from 1.
    pub line: u64,
    /// The column to blame, by its name in the file; `None` where it is the whole row.
    pub column: Option<String>,
    /// What stood there, cut to 200 characters.
    pub value: String,
    /// What is wrong with it, cut to 500 characters, as the advice is.
    pub reason: String,
    /// What to do.
    pub advice: String,
}

const SHOWN: usize = 200;
/// A reason can quote the cell.
const TOLD: usize = 500;

impl Bad {
    pub(crate) fn row(value: String, reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Bad {
            column: None,
            value,
            reason: reason.into(),
            advice: advice.into(),
        }
    }

    pub(crate) fn at(self, line: u64) -> Quarantined {
        Quarantined {
            line,
            column: self.column.map(|name| cut(name, SHOWN)),
            value: cut(self.value, SHOWN),
            reason: cut(self.reason, TOLD),
            advice: cut(self.advice, TOLD),
        }
    }
}

/// The first characters of a text, so that many long ones do not fill memory.
fn cut(text: String, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_between_characters() {
        let bad = Bad::row("ä".repeat(300), "ö".repeat(1000), "shorten it").at(7);
        assert_eq!((bad.line, bad.value.chars().count()), (7, 201));
        assert_eq!((bad.reason.chars().count(), bad.advice.as_str()), (501, "shorten it"));
    }
}
