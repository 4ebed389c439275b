//! Any table of text, row by row, as every reader of users' files sees it: unpacked, in UTF-8, its delimiter found,
//! its rows with their physical lines and checked for their shape.

use crate::cell::{is_absent, reads_two_ways, with_point};
use crate::error::Result;
use crate::header::Header;
use crate::input::{Input, Limits, Text};
use crate::quarantine::Quarantined;
use crate::table::{self, Table};
use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

/// A table of text, open for reading.
pub struct TextTable {
    table: Table<Text<'static>>,
}

/// A row of a table of text.
pub struct TextRow<'a> {
    /// The physical line of its first byte.
    pub line: u64,
    fields: &'a csv::ByteRecord,
}

impl TextTable {
    /// Opens a file: plain text, gzip, zstd, or a zip archive with one table; UTF-8, or UTF-16 with its mark.
    /// Commas, semicolons, tabs and vertical bars are tried until `fits` likes the header; else the one that gives most
    /// columns is taken.
    ///
    /// # Errors
    /// When it cannot be read or is no table of text.
    pub fn open(path: &Path, fits: &dyn Fn(&Header) -> bool) -> Result<TextTable> {
        let table = table::open(Input::open(path)?, Limits::default(), fits)?;
        Ok(TextTable { table })
    }

    /// As [`open`](Self::open), of any reader; `file` is its name in messages.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn of(reader: impl Read + 'static, file: &str, fits: &dyn Fn(&Header) -> bool) -> Result<TextTable> {
        let table = table::open(Input::new(reader, file)?, Limits::default(), fits)?;
        Ok(TextTable { table })
    }

    /// The physical line of the header.
    pub fn header_line(&self) -> u64 {
        self.table.header_line
    }

    /// The name of the input in messages.
    pub fn file(&self) -> &str {
        &self.table.file
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.table.header
    }

    /// The byte between two cells.
    pub fn delimiter(&self) -> u8 {
        self.table.header.delimiter
    }

    /// The next row; `None` after the last one. A row that has not the header's number of cells, or whose quotation
    /// marks are not in order, comes as the reason inside.
    ///
    /// # Errors
    /// When the input cannot be read further.
    pub fn next_row(&mut self) -> Result<Option<Result<TextRow<'_>, Quarantined>>> {
        let Some((line, shape)) = self.table.next()? else {
            return Ok(None);
        };
        Ok(Some(match shape {
            Ok(()) => Ok(TextRow {
                line: line.number,
                fields: line.fields,
            }),
            Err(bad) => Err(bad.at(line.number)),
        }))
    }
}

impl<'a> TextRow<'a> {
    /// A cell without white space at its ends; `None` where it is no UTF-8 or there is none.
    pub fn cell(&self, column: usize) -> Option<&'a str> {
        let bytes = self.fields.get(column)?;
        Some(std::str::from_utf8(bytes).ok()?.trim_matches([' ', '\t', '\u{a0}']))
    }
}

/// What a text says as a number in a table with this delimiter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// There is none: an empty cell, `NA`, a dash.
    Absent,
    /// A finite number.
    Known(f64),
    /// Anything else, also what can be read two ways.
    Bad,
}

/// A number's text with a decimal point, as [`number_of_text`] reads it; `None` where a comma can be read two ways.
pub fn decimal_text(text: &str, delimiter: u8) -> Option<Cow<'_, str>> {
    with_point(text, delimiter)
}

/// Reads a number for estimation. In tables with semicolons a comma is the decimal sign where it can be nothing else; what
/// may be a thousand or a decimal (`1.500`) is no number.
pub fn number_of_text(text: &str, delimiter: u8) -> Number {
    if is_absent(text) {
        return Number::Absent;
    }
    if delimiter == b';' && reads_two_ways(text) {
        return Number::Bad;
    }
    // Rust also reads `inf` and `nan`; neither is a number of a table.
    let number = with_point(text, delimiter).and_then(|text| text.parse::<f64>().ok());
    number.filter(|n| n.is_finite()).map_or(Number::Bad, Number::Known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_or_told_apart() {
        for (text, delimiter, want) in [
            ("1.5", b',', Number::Known(1.5)),
            ("1,5", b';', Number::Known(1.5)),
            ("1,5", b',', Number::Bad),
            ("1,500", b';', Number::Bad),
            ("1.500", b';', Number::Bad),
            ("-1.500", b';', Number::Bad),
            ("0.500", b';', Number::Known(0.5)),
            ("1.500", b'\t', Number::Known(1.5)),
            ("-", b',', Number::Absent),
            ("..", b',', Number::Absent),
            ("inf", b',', Number::Bad),
            ("NaN", b',', Number::Absent),
            ("1e308", b',', Number::Known(1e308)),
            ("1e309", b',', Number::Bad),
        ] {
            assert_eq!(number_of_text(text, delimiter), want, "{text}");
        }
    }

    #[test]
    fn rows_come_with_lines_and_reasons() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a;b\n1; x \n\n2\n3;4\n").unwrap();
        let mut table = TextTable::open(file.path(), &|_| false).unwrap();
        assert_eq!(table.delimiter(), b';');
        let mut seen = Vec::new();
        while let Some(row) = table.next_row().unwrap() {
            seen.push(match row {
                Ok(row) => (row.line, row.cell(1).unwrap().to_owned()),
                Err(bad) => (bad.line, bad.reason),
            });
        }
        assert_eq!(seen[0], (2, "x".to_owned()));
        assert_eq!((seen[1].0, seen[1].1.contains("1 fields")), (4, true));
        assert_eq!(seen[2], (5, "4".to_owned()));
    }
}
