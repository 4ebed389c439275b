//! Tables to the standard output or a file, in the format asked for.

use crate::fail::Outcome;
use model::Table;
use report::Format;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;

/// Where results go and how they are written.
#[derive(Clone, Debug)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file; the standard output where there is none.
    pub file: Option<PathBuf>,
    /// Say nothing beside the results.
    pub quiet: bool,
}

impl Output {
    /// Writes one table.
    pub fn table(&self, table: &Table) -> Outcome<()> {
        let bytes = report::to_bytes(table, self.format)?;
        self.bytes(&bytes)
    }

    /// Writes a JSON document, piece by piece: it may be larger than what it is made of.
    pub fn json(&self, document: &impl Serialize) -> Outcome<()> {
        if self.file.is_some() {
            let mut bytes = serde_json::to_vec(document)?;
            bytes.push(b'\n');
            return self.bytes(&bytes);
        }
        let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
        serde_json::to_writer(&mut out, document).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    }

    /// Writes finished bytes.
    pub fn bytes(&self, bytes: &[u8]) -> Outcome<()> {
        match &self.file {
            Some(path) => Ok(store::write_atomically(path, bytes)?),
            None => {
                let mut out = std::io::stdout().lock();
                if self.format == Format::Parquet && out.is_terminal() {
                    return Err(crate::fail::Failure::Usage(
                        "Parquet is not for terminals: send it to a file with --out FILE or a pipe".to_owned(),
                    ));
                }
                out.write_all(bytes)?;
                Ok(out.flush()?)
            }
        }
    }

    /// Tells something beside the results, on the standard error, unless silence was asked for.
    pub fn say(&self, what: &str) {
        if !self.quiet {
            self.warn(what);
        }
    }

    /// Tells what changes the meaning of the results, such as rows that are not in them.
    pub fn warn(&self, what: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", printable(what));
    }
}

/// A text that names a user's files or cells, without what a terminal would obey.
pub fn printable(text: &str) -> Cow<'_, str> {
    let obeyed = |c: char| report::is_obeyed(c) && !['\n', '\t'].contains(&c);
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| {
        if obeyed(c) {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    Cow::Owned(text.chars().map(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        for (text, shown) in [
            ("a\tb\nC\u{f4}te", "a\tb\nC\u{f4}te"),
            ("\u{1b}[2J\u{9b}", "\\u{1b}[2J\\u{9b}"),
            ("x\u{202e}vsc.y\u{2066}\u{200f}", "x\\u{202e}vsc.y\\u{2066}\\u{200f}"),
            ("one\u{2028}two\u{2029}", "one\\u{2028}two\\u{2029}"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }
}
