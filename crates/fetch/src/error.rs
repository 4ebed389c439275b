use std::path::{Path, PathBuf};

/// Why a fetch stops. What was answered until then is kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was asked for is no question.
    #[error("{0}")]
    Question(String),
    /// The provider refuses, and would again.
    #[error("{url}: the server answers {status}: {said}; {advice}")]
    Refused {
        /// The request.
        url: String,
        /// The status of HTTP.
        status: u16,
        /// The server's words, shortened.
        said: String,
        /// What to do.
        advice: &'static str,
    },
    /// The provider asks for more patience than was granted.
    #[error(
        "{url}: the server asks to wait {} ({said}); {again} then, or grant the wait with --longest-wait", long(*seconds)
    )]
    Wait {
        /// The request.
        url: String,
        /// How long.
        seconds: u64,
        /// The server's words, shortened.
        said: String,
        /// What to do.
        again: &'static str,
    },
    /// Every attempt failed.
    #[error("{url}: no usable answer in {attempts} attempts, the last one: {last}; {again}")]
    Failed {
        /// The request.
        url: String,
        /// How many times it was asked.
        attempts: u32,
        /// What was wrong with the last answer.
        last: String,
        /// What to do.
        again: &'static str,
    },
    /// The answer reaches the limit of rows and the question cannot be divided.
    #[error("{url}: {what}: it is most likely cut, and is not used. It cannot be divided further: {advice}")]
    Cut {
        /// The request.
        url: String,
        /// Its rows, and why they are taken for cut.
        what: String,
        /// What to do.
        advice: &'static str,
    },
    /// The list of codes that a question would be divided by is not whole.
    #[error(
        "{url}: its answer holds the code {code}, which the list at {list} does not have: divided by that list, the question \
         would lose figures. Name the codes in place of `all`"
    )]
    Unlisted {
        /// The request.
        url: String,
        /// The code.
        code: String,
        /// Where the list is from.
        list: String,
    },
    /// The provider calls the answer too large, and the question cannot be divided.
    #[error("{url}: the server calls the question too large, and it cannot be divided further: {advice}")]
    TooLarge {
        /// The request.
        url: String,
        /// What to do.
        advice: &'static str,
    },
    /// An answer beyond the bound of size.
    #[error("{url}: the answer is larger than {limit} bytes; ask for less at a time, or grant more with --max-bytes")]
    Endless {
        /// The request.
        url: String,
        /// The bound.
        limit: u64,
    },
    /// The server leads elsewhere, and elsewhere again.
    #[error("{url}: {problem}; check the address")]
    Redirect {
        /// The request.
        url: String,
        /// What it leads to.
        problem: String,
    },
    /// The server repeats the key in its answer.
    #[error(
        "{url}: the server repeats the key in its answer, which is not kept, so that the key stands in no file; ask the \
         provider why, or ask without the key"
    )]
    Key {
        /// The request.
        url: String,
    },
    /// More requests than were granted.
    #[error(
        "{sent} requests were sent, as many as --max-requests grants, and more are needed (next: {next}); {again}, or grant more"
    )]
    TooMany {
        /// How many were sent.
        sent: u64,
        /// What would be asked next.
        next: String,
        /// What to do.
        again: &'static str,
    },
    /// The folder holds what is from nowhere that this question knows.
    #[error(
        "{folder} holds a dataset or files that are not from this question ({what}); name another folder for --out",
        folder = folder.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What is in it, or not.
        what: String,
    },
    /// The folder holds the answers to another question.
    #[error("{folder} holds the answers to another question ({difference}); name another folder for --out", folder = folder.display())]
    Elsewhere {
        /// The folder.
        folder: PathBuf,
        /// What differs.
        difference: String,
    },
    /// A file of the folder says what it cannot.
    #[error("{path}: {problem}; remove it, and it is asked again", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The operating system refused.
    #[error("cannot {action} {path}", path = path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the next call can go on from what was answered.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Error::Refused { .. }
                | Error::Wait { .. }
                | Error::Failed { .. }
                | Error::TooMany { .. }
                | Error::Foreign { .. }
                | Error::Elsewhere { .. }
                | Error::Io { .. }
                | Error::Store(_)
        )
    }
}

/// A wait in words; more than a year is told as no number.
fn long(seconds: u64) -> String {
    match seconds {
        0..=31_536_000 => format!("{seconds} seconds"),
        _ => "more than a year".to_owned(),
    }
}

pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { action, path, source }
}

/// A server's words as they may be shown: one line of at most 200 characters without control characters, and
/// without the key, should the server repeat it.
pub(crate) fn shown(text: &str, key: Option<&str>) -> String {
    let text = crate::key::masked(text, key);
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let words: Vec<String> = plain
        .collect::<String>()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(200) {
        Some((at, _)) => format!("{} ...", &line[..at]),
        None if line.is_empty() => "(no words)".to_owned(),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_s_words_are_one_harmless_line() {
        assert_eq!(shown("a\u{1b}[31m\r\n  b\tkey-1", Some("key-1")), "a [31m b ***");
        assert_eq!(shown("", None), "(no words)");
        assert_eq!(shown(&"ä".repeat(300), None).chars().count(), 204);
    }
}
