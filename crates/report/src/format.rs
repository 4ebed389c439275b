use crate::{Error, Result, csv_file, json_file, parquet_file, text_table};
use model::{Cell, Kind, Table};
use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::str::FromStr;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Aligned text for people: numbers are rounded to six significant digits.
    Table,
    /// RFC 4180 with a header line and LF line ends; a missing value is an empty field.
    Csv,
    /// An array of objects, one a line; a missing value is `null`.
    Json,
    /// Apache Parquet, compressed with zstd; every column nullable.
    Parquet,
}

impl Format {
    /// All formats, in the order in which they are offered.
    pub const ALL: [Format; 4] = [Format::Table, Format::Csv, Format::Json, Format::Parquet];

    /// The word for it on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Parquet => "parquet",
        }
    }

    /// The ending of its files, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Table => "txt",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Parquet => "parquet",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Format::ALL
            .into_iter()
            .find(|f| f.name() == text)
            .ok_or_else(|| Error::UnknownFormat {
                found: text.chars().take(60).collect(),
            })
    }
}

/// Writes a table. The same table gives the same bytes, on any machine.
///
/// Machine formats keep every digit: estimates in the shortest decimal form that reads back
/// to the same `f64`, exact figures as they are.
///
/// # Errors
/// Refuses a table whose rows do not fit its columns, before anything is written; passes on
/// what the output says.
pub fn render(table: &Table, format: Format, out: &mut impl Write) -> Result<()> {
    check(table)?;
    match format {
        Format::Table => text_table::write(table, out),
        Format::Csv => csv_file::write(table, out),
        Format::Json => json_file::write(table, out),
        Format::Parquet => parquet_file::write(table, out),
    }
}

/// Writes a table into memory: see [`render`].
///
/// # Errors
/// As [`render`].
pub fn to_bytes(table: &Table, format: Format) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    render(table, format, &mut bytes)?;
    Ok(bytes)
}

/// Every row as wide as the header, every cell of its column's kind, every number finite.
/// A whole number may stand in a column of estimates or of exact figures.
fn check(table: &Table) -> Result<()> {
    let mut names = BTreeSet::new();
    for column in &table.columns {
        if !names.insert(column.name.as_str()) {
            return Err(Error::DuplicateColumn {
                table: table.id.clone(),
                column: column.name.clone(),
            });
        }
    }
    for (at, row) in table.rows.iter().enumerate() {
        if row.len() != table.columns.len() {
            let (expected, found) = (table.columns.len(), row.len());
            return Err(Error::Width {
                table: table.id.clone(),
                row: at + 1,
                expected,
                found,
            });
        }
        for (cell, column) in row.iter().zip(&table.columns) {
            let fits = match (column.kind, cell) {
                (_, Cell::Missing) | (Kind::Text, Cell::Text(_)) => true,
                (Kind::Integer | Kind::Number | Kind::Decimal, Cell::Integer(_)) => true,
                (Kind::Number, Cell::Number(number)) => number.is_finite(),
                (Kind::Decimal, Cell::Decimal(_)) => true,
                _ => false,
            };
            if !fits {
                return Err(Error::Cell {
                    table: table.id.clone(),
                    row: at + 1,
                    column: column.name.clone(),
                    expected: kind_name(column.kind),
                    found: format!("{cell:?}").chars().take(60).collect(),
                });
            }
        }
    }
    Ok(())
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer => "a whole number",
        Kind::Number => "a finite number",
        Kind::Decimal => "an exact figure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
        }
        assert!("xml".parse::<Format>().is_err());
    }

    #[test]
    fn a_cell_of_the_wrong_kind_is_named_before_anything_is_written() {
        let mut table = Table::new("t", "", &[("year", Kind::Integer, ""), ("v", Kind::Number, "")]);
        table.push(vec![Cell::Integer(2005), Cell::Number(0.5)]);
        table.push(vec![Cell::Integer(2006), Cell::Text("n/a".to_owned())]);
        for format in Format::ALL {
            let mut out = Vec::new();
            let error = render(&table, format, &mut out).unwrap_err().to_string();
            assert!(
                error.starts_with("table `t`, row 2, column `v`: a finite number expected"),
                "{error}"
            );
            assert!(out.is_empty());
        }
        table.rows[1] = vec![Cell::Integer(2006), Cell::Number(f64::NAN)];
        assert!(to_bytes(&table, Format::Json).is_err());
        table.rows[1].pop();
        assert!(matches!(
            to_bytes(&table, Format::Csv),
            Err(Error::Width {
                row: 2,
                expected: 2,
                found: 1,
                ..
            })
        ));
    }

    #[test]
    fn two_columns_of_one_name_are_refused() {
        let table = Table::new("t", "", &[("a", Kind::Text, ""), ("a", Kind::Text, "")]);
        assert!(matches!(
            to_bytes(&table, Format::Parquet),
            Err(Error::DuplicateColumn { .. })
        ));
    }
}
