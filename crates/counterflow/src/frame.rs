//! Any table as columns of text: CSV, or Parquet of any making.

use crate::fail::{Failure, Outcome};
use std::path::Path;

/// A table read for its columns; a missing cell is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// The columns' names.
    pub names: Vec<String>,
    /// The columns.
    pub columns: Vec<Vec<Option<String>>>,
    /// Where each row stands in the file: its line, or its number in Parquet.
    pub places: Vec<u64>,
    /// The file's name, for messages.
    pub file: String,
}

impl Frame {
    /// Reads a CSV file with a header line, or a Parquet file.
    pub fn read(path: &Path) -> Outcome<Frame> {
        let file = path.display().to_string();
        if path.extension().is_some_and(|e| e == "parquet") {
            let (names, columns) = store::read_text_columns(path)?;
            let rows = columns.first().map_or(0, Vec::len) as u64;
            return Ok(Frame {
                names,
                columns,
                places: (1..=rows).collect(),
                file,
            });
        }
        let bytes = std::fs::read(path).map_err(|e| Failure::because(format!("cannot read {file}: {e}")))?;
        Self::of_csv(&bytes, file)
    }

    fn of_csv(bytes: &[u8], file: String) -> Outcome<Frame> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
            let what = "a zero byte, where text in UTF-8 was expected; save the table as CSV in UTF-8";
            return Err(Failure::because(format!("{file}, line {line}: {what}")));
        }
        if bytes.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
            let last = bytes.iter().rposition(|byte| *byte == b'"').unwrap_or(0);
            let line = 1 + bytes[..last].iter().filter(|byte| **byte == b'\n').count();
            let what = "a quotation mark that has no partner, up to which rows run together; close or remove it";
            return Err(Failure::because(format!("{file}, line {line} or before: {what}")));
        }
        let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
        let wrong =
            |e: csv::Error| Failure::because(format!("{file}: {e}; expected comma-separated text with a header line"));
        let names: Vec<String> = reader
            .headers()
            .map_err(wrong)?
            .iter()
            .map(|n| n.trim().to_owned())
            .collect();
        if names.iter().all(String::is_empty) {
            return Err(Failure::because(format!(
                "{file}: the file is empty; expected a header line with the columns' names"
            )));
        }
        if let Some(name) = names
            .iter()
            .enumerate()
            .find(|(i, n)| names[..*i].contains(n))
            .map(|(_, n)| n)
        {
            return Err(Failure::because(format!(
                "{file}, line 1: the column `{name}` stands twice; give one another name"
            )));
        }
        let mut frame = Frame {
            columns: vec![Vec::new(); names.len()],
            names,
            places: Vec::new(),
            file: file.clone(),
        };
        for row in reader.records() {
            let row = row.map_err(wrong)?;
            frame.places.push(row.position().map_or(0, csv::Position::line));
            for (column, cell) in frame.columns.iter_mut().zip(row.iter()) {
                let cell = cell.trim();
                column
                    .push((!cell.is_empty() && !["NA", "NaN", "nan", "null"].contains(&cell)).then(|| cell.to_owned()));
            }
        }
        Ok(frame)
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.places.len()
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Outcome<&[Option<String>]> {
        let found = self
            .names
            .iter()
            .position(|n| n == name)
            .map(|i| self.columns[i].as_slice());
        found.ok_or_else(|| {
            Failure::because(format!(
                "{} has no column `{name}`; it has {}",
                self.file,
                self.names.join(", ")
            ))
        })
    }

    /// A column of numbers; a missing cell is `None`, anything else that is no finite number an error.
    pub fn numbers(&self, name: &str) -> Outcome<Vec<Option<f64>>> {
        let parsed = self.column(name)?.iter().zip(&self.places).map(|(cell, place)| match cell {
            None => Ok(None),
            Some(text) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Some(number)),
                _ => Err(Failure::because(format!(
                    "{}, line {place}, column `{name}`: expected a finite number with a decimal point, found `{text}`",
                    self.file
                ))),
            },
        });
        parsed.collect()
    }

    /// Keeps the rows that meet conditions `COLUMN = VALUE` or `COLUMN = FROM..TO`.
    pub fn narrow(mut self, conditions: &[String]) -> Outcome<Frame> {
        for condition in conditions {
            let Some((name, wanted)) = condition.split_once('=') else {
                return Err(Failure::Usage(format!(
                    "--where `{condition}`: expected COLUMN = VALUE or COLUMN = FROM..TO"
                )));
            };
            let (name, wanted) = (name.trim(), wanted.trim());
            let range = wanted
                .split_once("..")
                .and_then(|(a, b)| a.trim().parse::<f64>().ok().zip(b.trim().parse::<f64>().ok()));
            let meets = |cell: &Option<String>| match (cell, range) {
                (Some(text), Some((from, to))) => text.parse::<f64>().is_ok_and(|x| (from..=to).contains(&x)),
                (Some(text), None) => wanted.split('|').any(|one| one.trim() == text),
                (None, _) => false,
            };
            let keep: Vec<bool> = self.column(name)?.iter().map(meets).collect();
            let mut kept = keep.iter();
            self.places.retain(|_| *kept.next().unwrap_or(&false));
            for column in &mut self.columns {
                let mut kept = keep.iter();
                column.retain(|_| *kept.next().unwrap_or(&false));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn frame(text: &str) -> Outcome<Frame> {
        Frame::of_csv(text.as_bytes(), "x.csv".to_owned())
    }

    #[test]
    fn cells_are_read_and_missing_ones_are_not_zero() {
        let frame = frame("\u{feff}year,value\n2001,1.5\n2002,\n2003,NA\n").unwrap();
        assert_eq!(frame.numbers("value").unwrap(), [Some(1.5), None, None]);
        let narrowed = frame.narrow(&["year = 2002..2003".to_owned()]).unwrap();
        assert_eq!(narrowed.places, [3, 4]);
    }

    #[test]
    fn an_open_quote_is_an_error_and_no_long_cell() {
        let text = format!("{:?}", frame("a,b\n1,2\n3,\"4\n5,6\n").unwrap_err());
        assert!(text.contains("line 3"), "{text}");
        assert_eq!(frame("a,b\n1,\"say \"\"x\"\"\"\n").unwrap().rows(), 1);
    }

    #[test]
    fn errors_name_the_line_and_the_column() {
        let said = |f: Outcome<Vec<Option<f64>>>| format!("{:?}", f.unwrap_err());
        let text = said(frame("a,b\n1,2\n3,1.250,5\n").and_then(|f| f.numbers("b")));
        assert!(text.contains("x.csv") && text.contains("line: 3"), "{text}");
        let text = said(frame("a,b\n1,2\n3,\"1,250\"\n").and_then(|f| f.numbers("b")));
        assert!(
            text.contains("line 3") && text.contains("`b`") && text.contains("1,250"),
            "{text}"
        );
        let text = said(frame("a,b\n1,2\n").and_then(|f| f.numbers("c")));
        assert!(text.contains("no column `c`") && text.contains("a, b"), "{text}");
    }
}
