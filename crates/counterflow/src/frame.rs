//! Any table by its columns: CSV, or Parquet of any making, of which columns are read when they are asked for.

use crate::fail::{Failure, Outcome};
use regress::formula::Column;
use sources::{Number, TextTable, number_of_text};
use std::collections::HashMap;
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use store::AnyColumn;

/// A table read for its columns; a missing cell is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// The columns' names.
    pub names: Vec<String>,
    /// Where each row stands in the file: its line, or its number in Parquet.
    pub places: Vec<u64>,
    /// The file's name, for messages.
    pub file: String,
    /// The columns as far as they have been asked for.
    cells: Vec<OnceLock<AnyColumn>>,
    /// Columns of numbers as texts, where these have been asked for.
    texts: Vec<OnceLock<Vec<Option<String>>>>,
    /// The Parquet file from which columns are read.
    parquet: Option<PathBuf>,
    /// Whether rows of the file have been left out.
    narrowed: bool,
    /// What parts the cells of a text: it tells what a comma in a number can mean.
    delimiter: u8,
}

impl Frame {
    /// Reads a CSV file with a header line, or a Parquet file.
    pub fn read(path: &Path) -> Outcome<Frame> {
        let file = path.display().to_string();
        if path.extension().is_some_and(|e| e == "parquet") {
            let (names, rows) = store::read_header(path)?;
            if let Some((_, name)) = names.iter().enumerate().find(|(i, n)| names[..*i].contains(n)) {
                return Err(Failure::because(format!(
                    "{file}: the column `{name}` stands twice; give one another name"
                )));
            }
            return Ok(Frame {
                cells: vec![OnceLock::new(); names.len()],
                texts: vec![OnceLock::new(); names.len()],
                names,
                places: (1..=rows).collect(),
                file,
                parquet: Some(path.to_owned()),
                narrowed: false,
                delimiter: b',',
            });
        }
        Self::of_text(TextTable::open(path, &|_| false)?)
    }

    fn of_text(mut table: TextTable) -> Outcome<Frame> {
        let file = table.file().to_owned();
        let names = table.header().names().to_vec();
        if let Some((_, name)) = names.iter().enumerate().find(|(i, n)| names[..*i].contains(n)) {
            return Err(Failure::because(format!(
                "{file}, line {}: the column `{name}` stands twice; give one another name",
                table.header_line()
            )));
        }
        let (mut places, mut columns) = (Vec::new(), vec![Vec::new(); names.len()]);
        while let Some(row) = table.next_row()? {
            let row = row.map_err(|bad| {
                Failure::because(format!("{file}, line {}: {}; {}", bad.line, bad.reason, bad.advice))
            })?;
            places.push(row.line);
            for (at, column) in columns.iter_mut().enumerate() {
                let cell = row.cell(at).ok_or_else(|| {
                    Failure::because(format!(
                        "{file}, line {}, column `{}`: the text is no UTF-8; it may be Latin-1: convert the file to UTF-8",
                        row.line, names[at]
                    ))
                })?;
                column
                    .push((!cell.is_empty() && !["NA", "NaN", "nan", "null"].contains(&cell)).then(|| cell.to_owned()));
            }
        }
        let cells = columns
            .into_iter()
            .map(|column| OnceLock::from(AnyColumn::Texts(column)));
        Ok(Frame {
            cells: cells.collect(),
            texts: vec![OnceLock::new(); names.len()],
            names,
            places,
            file,
            parquet: None,
            narrowed: false,
            delimiter: table.delimiter(),
        })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.places.len()
    }

    /// A column by its name, as text.
    pub fn column(&self, name: &str) -> Outcome<&[Option<String>]> {
        let position = self.position(name)?;
        Ok(match self.cells(position)? {
            AnyColumn::Texts(cells) => cells,
            AnyColumn::Numbers(numbers) => self.texts[position].get_or_init(|| {
                let text = |cell: &Option<f64>| cell.map(|number| number.to_string());
                numbers.iter().map(text).collect()
            }),
        })
    }

    /// A column of numbers; a missing cell is `None`, anything else that is no finite number an error.
    pub fn numbers(&self, name: &str) -> Outcome<Vec<Option<f64>>> {
        let cells = match self.cells(self.position(name)?)? {
            AnyColumn::Numbers(numbers) => return Ok(numbers.clone()),
            AnyColumn::Texts(cells) => cells,
        };
        let parsed = cells.iter().zip(&self.places).map(|(cell, place)| match cell {
            None => Ok(None),
            Some(text) => match number_of_text(text, self.delimiter) {
                Number::Known(number) => Ok(Some(number)),
                Number::Absent => Ok(None),
                Number::Bad => {
                    let two_ways = match self.delimiter == b';' && text.contains(['.', ',']) {
                        true => "; between semicolons this may be a thousand or a decimal: write 1500 or 1.50",
                        false => "",
                    };
                    Err(Failure::because(format!(
                        "{}, line {place}, column `{name}`: expected a finite number with a decimal point, found `{text}`{two_ways}",
                        self.file
                    )))
                }
            },
        });
        parsed.collect()
    }

    /// A column as formulas take it: numbers if all cells are, else texts. One that holds both is an error
    /// that names the line, unless it only makes groups.
    pub fn formula_column(&self, name: &str, groups: bool) -> Outcome<Column> {
        let position = self.position(name)?;
        if let (None, Some(path)) = (self.cells[position].get(), &self.parquet) {
            // Formulas keep a copy of their own: a column that can be read again is not held twice.
            let mut column = store::read_column(path, position)?;
            if self.narrowed {
                column = self.rows_left(column);
            }
            match column {
                AnyColumn::Numbers(numbers) => return Ok(Column::Numbers(numbers)),
                texts => drop(self.cells[position].set(texts)),
            }
        }
        let cells = match self.cells(position)? {
            AnyColumn::Numbers(numbers) => return Ok(Column::Numbers(numbers.clone())),
            AnyColumn::Texts(cells) => cells,
        };
        let read = |text: &String| number_of_text(text, self.delimiter);
        let said = cells
            .iter()
            .flatten()
            .filter(|text| read(text) != Number::Absent)
            .count();
        let numbers = cells
            .iter()
            .flatten()
            .filter(|text| matches!(read(text), Number::Known(_)))
            .count();
        // A column of nothing but `1,250` is of numbers that can be read in two ways, and no text.
        let two_ways = !groups && said > 0 && cells.iter().flatten().all(|text| in_two_ways(text));
        if numbers < said && (numbers == 0 || groups) && !two_ways {
            return Ok(Column::Texts(cells.clone()));
        }
        Ok(Column::Numbers(self.numbers(name)?))
    }

    /// The groups of equal cells of a column in some rows, numbered as they come; what is missing is the first such row.
    pub fn groups(&self, name: &str, rows: &[usize]) -> Outcome<Result<Vec<u32>, usize>> {
        Ok(match self.cells(self.position(name)?)? {
            AnyColumn::Numbers(numbers) => {
                // Zero has two signs.
                numbered(rows, |row| numbers[row].map(|number| (number + 0.0).to_bits()))
            }
            AnyColumn::Texts(cells) => numbered(rows, |row| cells[row].as_deref()),
        })
    }

    /// Refuses a column that is not there.
    pub fn check_column(&self, name: &str) -> Outcome<()> {
        self.position(name).map(drop)
    }

    fn position(&self, name: &str) -> Outcome<usize> {
        self.names.iter().position(|n| n == name).ok_or_else(|| {
            let numbered = |name: &String| name.parse::<f64>().is_ok();
            let advice = match trade::nearest(name, self.names.iter().map(String::as_str)) {
                Some(near) => format!("; is it `{near}`?"),
                None if self.names.iter().any(numbered) => {
                    "; its first row looks like data: put a row of column names before it".to_owned()
                }
                None => String::new(),
            };
            Failure::because(format!(
                "{} has no column `{name}`; it has {}{advice}",
                self.file,
                self.names.join(", ")
            ))
        })
    }

    /// A column's cells, read from the file where that has not been done.
    fn cells(&self, position: usize) -> Outcome<&AnyColumn> {
        if let (None, Some(path)) = (self.cells[position].get(), &self.parquet) {
            let mut column = store::read_column(path, position)?;
            if self.narrowed {
                column = self.rows_left(column);
            }
            // Nobody else has set it: a frame is read by one thread.
            let _ = self.cells[position].set(column);
        }
        Ok(self.cells[position].get_or_init(|| AnyColumn::Texts(Vec::new())))
    }

    /// The cells of the rows that are left of a Parquet file, whose places are its rows from 1.
    fn rows_left(&self, column: AnyColumn) -> AnyColumn {
        fn pick<T: Clone>(cells: &[Option<T>], places: &[u64]) -> Vec<Option<T>> {
            let cell = |place: &u64| cells.get(*place as usize - 1).cloned().flatten();
            places.iter().map(cell).collect()
        }
        match column {
            AnyColumn::Numbers(cells) => AnyColumn::Numbers(pick(&cells, &self.places)),
            AnyColumn::Texts(cells) => AnyColumn::Texts(pick(&cells, &self.places)),
        }
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
            let range = range(wanted)
                .map_err(|problem| Failure::Usage(format!("--where `{condition}`: {problem}, such as 1990..2008")))?;
            let delimiter = self.delimiter;
            let within = |text: &str, from: f64, to: f64| match number_of_text(text, delimiter) {
                Number::Known(x) => (from..=to).contains(&x),
                Number::Absent | Number::Bad => false,
            };
            let meets = |cell: &Option<String>| match (cell, range) {
                (Some(text), Some((from, to))) => within(text, from, to),
                (Some(text), None) => wanted.split('|').any(|one| one.trim() == text),
                (None, _) => false,
            };
            let keep: Vec<bool> = self.column(name)?.iter().map(meets).collect();
            if !keep.is_empty() && !keep.contains(&true) {
                return Err(Failure::because(format!(
                    "{}: no row meets --where `{condition}`",
                    self.file
                )));
            }
            self.narrowed = true;
            retain(&mut self.places, &keep);
            for cells in &mut self.cells {
                match cells.get_mut() {
                    Some(AnyColumn::Numbers(cells)) => retain(cells, &keep),
                    Some(AnyColumn::Texts(cells)) => retain(cells, &keep),
                    None => {}
                }
            }
            self.texts = vec![OnceLock::new(); self.names.len()];
        }
        Ok(self)
    }
}

/// Whether a text is one to three digits and then groups of three, so that its comma or point may part thousands.
fn in_two_ways(text: &str) -> bool {
    let mut parts = text.strip_prefix('-').unwrap_or(text).split([',', '.']);
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let first = parts
        .next()
        .is_some_and(|part| (1..=3).contains(&part.len()) && digits(part));
    let groups: Vec<&str> = parts.collect();
    first && !groups.is_empty() && groups.iter().all(|part| part.len() == 3 && digits(part))
}

/// The two numbers of `FROM..TO`, where a condition has a range of numbers; what is wrong with half of one.
fn range(wanted: &str) -> Result<Option<(f64, f64)>, &'static str> {
    let Some((from, to)) = wanted.split_once("..") else {
        return match wanted {
            "" => Err("expected a value, or a range"),
            _ => Ok(None),
        };
    };
    let (from, to) = (from.trim(), to.trim());
    match (from.parse::<f64>(), to.parse::<f64>()) {
        (Ok(from), Ok(to)) if from <= to => Ok(Some((from, to))),
        (Ok(_), Ok(_)) => Err("expected a range that goes up"),
        (Ok(_), Err(_)) if to.is_empty() => Err("expected a range with an end"),
        (Err(_), Ok(_)) if from.is_empty() => Err("expected a range with a beginning"),
        _ => Ok(None),
    }
}

/// Numbers keys in order of their first appearance; the first row without one.
fn numbered<K: Eq + Hash>(rows: &[usize], key: impl Fn(usize) -> Option<K>) -> Result<Vec<u32>, usize> {
    let mut numbers = HashMap::new();
    let number = |&row: &usize| {
        let next = numbers.len() as u32;
        key(row).map(|key| *numbers.entry(key).or_insert(next)).ok_or(row)
    };
    rows.iter().map(number).collect()
}

fn retain<T>(values: &mut Vec<T>, keep: &[bool]) {
    let mut kept = keep.iter();
    values.retain(|_| *kept.next().unwrap_or(&false));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn frame(text: &str) -> Outcome<Frame> {
        Frame::of_text(TextTable::of(std::io::Cursor::new(text.to_owned()), "x.csv", &|_| {
            false
        })?)
    }

    #[test]
    fn cells_are_read_and_missing_ones_are_not_zero() {
        let frame = frame("\u{feff}year,value\n2001,1.5\n2002,\n2003,NA\n").unwrap();
        assert_eq!(frame.numbers("value").unwrap(), [Some(1.5), None, None]);
        let narrowed = frame.narrow(&["year = 2002..2003".to_owned()]).unwrap();
        assert_eq!(narrowed.places, [3, 4]);
    }

    #[test]
    fn decimal_commas_stand_between_semicolons_only() {
        assert_eq!(frame("a;b\n1;2,5\n").unwrap().numbers("b").unwrap(), [Some(2.5)]);
        assert!(frame("a;b\n1;2,500\n").unwrap().numbers("b").is_err());
        for (text, numbers) in [("a;b\n1;2,100\n2;3,900\n", false), ("a,b\n1,x\n2,1.2\n", false)] {
            assert_eq!(
                frame(text).unwrap().formula_column("b", false).is_ok(),
                numbers,
                "{text}"
            );
        }
        let texts = frame("a;b\n1;2,10\n2;no\n").unwrap().formula_column("b", true);
        assert!(matches!(texts, Ok(Column::Texts(_))));
        assert_eq!(
            frame("a,b\n1,-\n2,..\n3,4\n").unwrap().numbers("b").unwrap(),
            [None, None, Some(4.0)]
        );
    }

    fn told(failure: Failure) -> String {
        match failure {
            Failure::Error(error) => error.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn an_open_quote_is_an_error_and_no_long_cell() {
        let text = told(frame("a,b\n1,2\n3,\"4\n5,6\n").unwrap_err());
        assert!(text.contains("line 3"), "{text}");
        assert_eq!(frame("a,b\n1,\"say \"\"x\"\"\"\n").unwrap().rows(), 1);
    }

    #[test]
    fn errors_name_the_line_and_the_column() {
        let said = |f: Outcome<Vec<Option<f64>>>| told(f.unwrap_err());
        let text = said(frame("a,b\n1,2\n3,1.250,5\n").and_then(|f| f.numbers("b")));
        assert!(text.contains("x.csv") && text.contains("line 3"), "{text}");
        let text = said(frame("a,b\n1,2\n3,\"1,250\"\n").and_then(|f| f.numbers("b")));
        assert!(
            text.contains("line 3") && text.contains("`b`") && text.contains("1,250"),
            "{text}"
        );
        let text = said(frame("a,b\n1,2\n").and_then(|f| f.numbers("c")));
        assert!(text.contains("no column `c`") && text.contains("a, b"), "{text}");
    }
}
