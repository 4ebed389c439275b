use std::fmt;

/// Why a whole input is refused. A single bad row is never an error of this kind: it goes
/// to the quarantine and the rest is read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes could not be had.
    #[error("{file}: cannot be read: {cause}; {advice}")]
    Unreadable {
        /// The input's name.
        file: String,
        /// What the system or the decompressor said.
        cause: std::io::Error,
        /// What to do.
        advice: &'static str,
    },
    /// The bytes are no table of text in the form that is read here.
    #[error("{}: {found}, where {expected} was expected; {advice}", Place(file, *line, column))]
    NotATable {
        /// The input's name.
        file: String,
        /// The physical line, counted from 1; 0 where the whole input is meant.
        line: u64,
        /// The column's name, where one is to blame.
        column: Option<String>,
        /// What stood there.
        found: String,
        /// What would have been right.
        expected: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The header does not fit any source, or not the one that was asked for.
    #[error("{}: {problem}; {advice}", Place(file, *line, &None))]
    Header {
        /// The input's name.
        file: String,
        /// The header's physical line.
        line: u64,
        /// The columns that were found and what is wrong with them.
        problem: String,
        /// What to do.
        advice: String,
    },
    /// More rows than are held in memory.
    #[error("{file}: its {rows} rows are too many for one file: import it into a folder, --out FOLDER")]
    TooLarge {
        /// The input's name.
        file: String,
        /// How many rows it has.
        rows: u64,
    },
    /// What the file does not say has to be said in the options.
    #[error("{file}: it does not say its {}; state it: {}", names(missing), options(missing))]
    Unsaid {
        /// The input's name.
        file: String,
        /// Each column of the tidy form that is missing, with an example of its value.
        missing: Vec<(&'static str, &'static str)>,
    },
    /// Something was said wrongly in the options.
    #[error("{file}: `{name}` {problem}; {advice}")]
    Setting {
        /// The input's name.
        file: String,
        /// The setting, such as `defaults.classification`.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        advice: String,
    },
}

impl Error {
    /// Names the header's line, where whoever looked at the columns did not know it.
    pub(crate) fn in_line(self, header: u64) -> Error {
        match self {
            Error::Header {
                file,
                line: 0,
                problem,
                advice,
            } => Error::Header {
                file,
                line: header,
                problem,
                advice,
            },
            other => other,
        }
    }
}

/// Results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// `period and classification`.
fn names(missing: &[(&str, &str)]) -> String {
    missing.iter().map(|m| m.0).collect::<Vec<_>>().join(" and ")
}

/// The options that state them.
fn options(missing: &[(&str, &str)]) -> String {
    let each = missing
        .iter()
        .map(|(name, example)| format!("--default {name}={example}"));
    each.collect::<Vec<_>>().join(" ")
}

struct Place<'a>(&'a str, u64, &'a Option<String>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        if self.1 > 0 {
            write!(f, ", line {}", self.1)?;
        }
        match self.2 {
            Some(column) => write!(f, ", column `{column}`"),
            None => Ok(()),
        }
    }
}
