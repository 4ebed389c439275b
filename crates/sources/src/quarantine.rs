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
    /// What is wrong with it.
    pub reason: String,
    /// What to do.
    pub advice: String,
}

const SHOWN: usize = 200;

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
        let mut value: String = self.value.chars().take(SHOWN).collect();
        if value.len() < self.value.len() {
            value.push('…');
        }
        Quarantined {
            line,
            column: self.column,
            value,
            reason: self.reason,
            advice: self.advice,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_between_characters() {
        let bad = Bad::row("ä".repeat(300), "too long", "shorten it").at(7);
        assert_eq!((bad.line, bad.value.chars().count()), (7, 201));
    }
}
