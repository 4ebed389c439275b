use crate::cell::comma_of;
use crate::error::{Error, Result};
use crate::guard::{END, Guard, Refusal};
use crate::header::Header;
use crate::input::{Input, Limits, Text, unreadable};
use crate::quarantine::Bad;
use csv::ByteRecord;
use std::collections::BTreeMap;
use std::io::Read;

const DELIMITERS: [u8; 4] = *b",;\t|";

/// No trade table has more columns: the Monetary Fund's of years, quarters and months have 1,300. Looking names up among a
/// million would take for ever.
pub(crate) const COLUMNS: usize = 5000;

/// A table of text: its header and, one after the other, its rows.
pub(crate) struct Table<R> {
    pub(crate) file: String,
    pub(crate) header: Header,
    pub(crate) header_line: u64,
    reader: csv::Reader<Guard<R>>,
    record: ByteRecord,
    record_bytes: u64,
    /// Whether the quotation marks of `record` are in order.
    well_quoted: bool,
    /// Whether rows may end with a delimiter that the header has not.
    pub(crate) open_ended: bool,
}

/// One row, with the physical line of its first byte.
pub(crate) struct Line<'a> {
    pub(crate) number: u64,
    pub(crate) fields: &'a ByteRecord,
    pub(crate) header: &'a Header,
}

impl Line<'_> {
    /// What is wrong with a row that is the header once more; `None` for any other row.
    ///
    /// # Errors
    /// When it is another header: what follows is not in the columns of the first.
    pub(crate) fn header_again(&self, file: &str) -> Result<Option<Bad>> {
        let names = self.header.names();
        let cells: Vec<String> = self
            .fields
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).trim().to_owned())
            .collect();
        let is_name = |cell: &&String| !cell.is_empty() && names.iter().any(|name| name.eq_ignore_ascii_case(cell));
        let known = cells.iter().filter(is_name).count();
        if known < 2 || 2 * known <= cells.len() {
            return Ok(None);
        }
        let same = |(cell, name): &(&String, &String)| cell.eq_ignore_ascii_case(name);
        match cells.iter().zip(names).find(|both| !same(both)) {
            Some((cell, name)) => Err(Error::Header {
                file: file.to_owned(),
                line: self.number,
                problem: format!("a second header, with `{cell}` where the first has `{name}`"),
                advice: "what follows it is in other columns: split the file there".to_owned(),
            }),
            None => Ok(Some(Bad::row(
                cells.join(","),
                "the header stands here once more",
                "nothing, if the file was put together of several: the row is no figure",
            ))),
        }
    }
}

/// A row, and what is wrong with its shape.
type Shaped<'a> = (Line<'a>, Result<(), Bad>);

/// Opens the table, trying the delimiters until `fits` likes the header. If it likes none,
/// the delimiter that gives most columns is taken.
pub(crate) fn open<'a>(input: Input<'a>, limits: Limits, fits: &dyn Fn(&Header) -> bool) -> Result<Table<Text<'a>>> {
    let delimiter = choose_delimiter(&input.prefix, fits);
    let named = names_its_delimiter(&input.prefix);
    let decimal_commas = match delimiter {
        b';' => decimal_commas(&input.prefix),
        _ => Vec::new(),
    };
    let file = input.file.clone();
    let guard = input.into_guard(limits, delimiter);
    let reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(64 * 1024)
        .from_reader(guard);
    let mut table = Table {
        file,
        header: Header::new([""; 0]),
        header_line: 0,
        reader,
        record: ByteRecord::new(),
        record_bytes: limits.record_bytes,
        well_quoted: true,
        open_ended: false,
    };
    if named {
        table.advance()?;
    }
    table.read_header(delimiter)?;
    table.header.decimal_commas = decimal_commas;
    Ok(table)
}

/// The columns of a table with semicolons in which some numbers of the first rows can only have a decimal comma, and none
/// cannot: `12,345` is one there too.
fn decimal_commas(start: &[u8]) -> Vec<usize> {
    // The last row may have been cut.
    let whole = start
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(start, |end| &start[..end]);
    let (mut reader, mut record) = (rows_of(whole, b';'), ByteRecord::new());
    let mut seen: BTreeMap<usize, bool> = BTreeMap::new();
    while matches!(reader.read_byte_record(&mut record), Ok(true)) {
        for (at, cell) in record.iter().enumerate().take(COLUMNS) {
            let told = std::str::from_utf8(cell).ok().and_then(comma_of);
            if let Some(decimal) = told {
                *seen.entry(at).or_insert(true) &= decimal;
            }
        }
    }
    seen.into_iter()
        .filter_map(|(at, decimal)| decimal.then_some(at))
        .collect()
}

/// The rows of a text, of any lengths.
fn rows_of(text: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text)
}

/// The line among the first ones that `fits` likes as a header, where the first one is none: files begin with titles and
/// notes.
pub(crate) fn header_below(start: &[u8], fits: &dyn Fn(&Header) -> bool) -> Option<u64> {
    const LOOKED_AT: usize = 40;
    DELIMITERS.into_iter().find_map(|delimiter| {
        let mut reader = rows_of(start, delimiter);
        let mut record = ByteRecord::new();
        for _ in 0..LOOKED_AT {
            if !reader.read_byte_record(&mut record).ok()? {
                return None;
            }
            let header = Header::new(record.iter().map(String::from_utf8_lossy));
            if record.len() <= COLUMNS && fits(&header) {
                // The reader counts blank lines to the row that follows them.
                let at = record.position()?.byte() as usize;
                let blank = start.get(at..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
                let above = start.get(..at + blank)?.iter().filter(|&&b| b == b'\n').count();
                return Some(above as u64 + 1);
            }
        }
        None
    })
}

/// Whether a text begins with the line by which spreadsheets name the delimiter, such as `sep=;`.
fn names_its_delimiter(text: &[u8]) -> bool {
    let mark = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep="));
    mark && text.get(4).is_some_and(|b| DELIMITERS.contains(b)) && matches!(text.get(5), None | Some(b'\r' | b'\n'))
}

fn choose_delimiter(mut prefix: &[u8], fits: &dyn Fn(&Header) -> bool) -> u8 {
    if names_its_delimiter(prefix) {
        prefix = &prefix[5..];
    }
    let mut most = (0, b',');
    for delimiter in DELIMITERS {
        let mut reader = rows_of(prefix, delimiter);
        let mut record = ByteRecord::new();
        if !matches!(reader.read_byte_record(&mut record), Ok(true)) {
            continue;
        }
        let header = Header::new(record.iter().map(String::from_utf8_lossy));
        if fits(&header) {
            return delimiter;
        }
        if record.len() > most.0 {
            most = (record.len(), delimiter);
        }
    }
    most.1
}

impl<R: Read> Table<R> {
    fn read_header(&mut self, delimiter: u8) -> Result<()> {
        let Some(line) = self.advance()? else {
            let advice = "check that the download was complete";
            return Err(self.refuse(0, "no row at all".to_owned(), "a header and rows", advice));
        };
        if self.record.len() > COLUMNS {
            let found = format!("a first row of {} fields", self.record.len());
            return Err(self.refuse(
                line,
                found,
                "at most 5000 columns",
                "check the delimiter and the line ends",
            ));
        }
        let utf8 = |field| std::str::from_utf8(field).map_err(|_| field);
        match self.record.iter().map(utf8).collect::<Result<Vec<&str>, &[u8]>>() {
            Ok(names) => self.header = Header::new(names).delimited_by(delimiter),
            Err(field) => {
                let found = format!(
                    "a column name that is no UTF-8, `{}`",
                    String::from_utf8_lossy(field).trim()
                );
                return Err(self.refuse(line, found, "UTF-8 text", "save the file as UTF-8"));
            }
        }
        self.header_line = line;
        Ok(())
    }

    /// The next row, or `None` after the last one. A row that is no proper row comes as
    /// `Err(Bad)` inside; an input that cannot be read further is an error outside.
    pub(crate) fn next(&mut self) -> Result<Option<Shaped<'_>>> {
        let Some(number) = self.advance()? else { return Ok(None) };
        let shape = self.check_shape();
        Ok(Some((
            Line {
                number,
                fields: &self.record,
                header: &self.header,
            },
            shape,
        )))
    }

    /// Reads into `self.record`, skipping blank lines; gives its physical line.
    fn advance(&mut self) -> Result<Option<u64>> {
        loop {
            let from = self.reader.position().byte();
            let more = match self.reader.read_byte_record(&mut self.record) {
                Ok(more) => more,
                Err(error) => return Err(self.explain(error)),
            };
            if !more {
                return Ok(None);
            }
            let to = self.reader.position().byte();
            let (line, well_quoted) = self.reader.get_mut().finish_record(from, to);
            self.well_quoted = well_quoted;
            if self.record.len() == 1 && self.record.get(0) == Some(END) {
                return Ok(None);
            }
            if let Some(last) = self.record.iter().next_back().filter(|f| contains(f, END)) {
                let column = self.header.names().get(self.record.len() - 1).cloned();
                let start = String::from_utf8_lossy(last).chars().take(40).collect::<String>();
                let start = start.replace(char::is_control, " ");
                return Err(Error::NotATable {
                    file: self.file.clone(),
                    line,
                    column,
                    found: format!("a quotation mark that is never closed, before `{}`", start.trim()),
                    expected: "a closing quotation mark",
                    advice: "close the quotation mark, or fetch the file again if it was cut short",
                });
            }
            let blank = self.record.len() == 1 && self.record.as_slice().iter().all(u8::is_ascii_whitespace);
            if !blank {
                return Ok(Some(line));
            }
        }
    }

    /// Once all rows were read: whether the input may have ended within a number.
    pub(crate) fn ends_within(&self) -> bool {
        self.reader.get_ref().ends_within
    }

    fn check_shape(&self) -> Result<(), Bad> {
        if !self.well_quoted {
            let advice = "close the quotation mark at the end of the field, and double one that belongs to the text";
            return Err(Bad::row(self.text(), "text follows a closing quotation mark", advice));
        }
        let (have, want) = (self.record.len(), self.header.names().len());
        if have != want && !self.ends_with_a_delimiter(want) {
            let reason = format!("the row has {have} fields where the header has {want}");
            let advice = if have < want {
                "complete the row; a file that was cut short ends like this"
            } else {
                "put text that contains the delimiter in quotation marks, and write numbers without thousands separators"
            };
            return Err(Bad::row(self.text(), reason, advice));
        }
        // The column that a delimiter at the end of the header makes. A figure there was shifted out of its own.
        let unnamed = want > 1 && self.header.names().last().is_some_and(String::is_empty);
        if unnamed && let Some(last) = self.record.get(want - 1).filter(|cell| !cell.trim_ascii().is_empty()) {
            let value = String::from_utf8_lossy(last).into_owned();
            let advice = "look whether the row's cells stand one column too far right, or give the column a name";
            return Err(Bad::row(
                value,
                "the last column has no name, and a cell in this row",
                advice,
            ));
        }
        if want > 1 && self.record.as_slice().contains(&b'\n') {
            let swallowed =
                |f: &&[u8]| f.contains(&b'\n') && f.iter().filter(|&&b| b == self.header.delimiter).count() + 1 >= want;
            if let Some(at) = self.record.iter().position(|f| swallowed(&f)) {
                let rows = self
                    .record
                    .get(at)
                    .map_or(0, |f| f.iter().filter(|&&b| b == b'\n').count());
                return Err(Bad {
                    column: self.header.names().get(at).cloned(),
                    value: self
                        .record
                        .get(at)
                        .map(|f| String::from_utf8_lossy(f).into_owned())
                        .unwrap_or_default(),
                    reason: match rows {
                        0 | 1 => "the field holds what looks like the next row".to_owned(),
                        rows => format!("the field holds what look like the next {rows} rows"),
                    },
                    advice: "close the quotation mark that was left open".to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Whether nothing but an empty cell is behind the last two columns, which say yes or no: no figure was shifted into them.
    fn ends_with_a_delimiter(&self, columns: usize) -> bool {
        let says = |word: &[u8]| word.eq_ignore_ascii_case(b"true") || word.eq_ignore_ascii_case(b"false");
        self.open_ended
            && self.record.len() == columns + 1
            && self.record.get(columns).is_some_and(<[u8]>::is_empty)
            && (1..=2).all(|back| self.record.get(columns.wrapping_sub(back)).is_some_and(says))
    }

    fn text(&self) -> String {
        self.record
            .iter()
            .map(String::from_utf8_lossy)
            .collect::<Vec<_>>()
            .join(",")
    }

    fn refuse(&self, line: u64, found: String, expected: &'static str, advice: &'static str) -> Error {
        Error::NotATable {
            file: self.file.clone(),
            line,
            column: None,
            found,
            expected,
            advice,
        }
    }

    fn explain(&self, error: csv::Error) -> Error {
        let csv::ErrorKind::Io(cause) = error.into_kind() else {
            // The reader is lenient about lengths and gives bytes, so nothing else is left.
            return self.refuse(
                0,
                "a row that cannot be split into fields".to_owned(),
                "a table of text",
                "save the file anew",
            );
        };
        let Some(refusal) = cause
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Refusal>())
            .copied()
        else {
            return unreadable(&self.file, cause);
        };
        match refusal {
            Refusal::Zero(line) => {
                let advice = "this is a binary file or UTF-16 text without its mark: save it as UTF-8";
                self.refuse(line, "a zero byte".to_owned(), "text", advice)
            }
            Refusal::Control(line, code) => self.refuse(
                line,
                format!("the control character {code:#04x}"),
                "text",
                "remove it, or check what wrote the file",
            ),
            Refusal::LoneReturn(line) => {
                let advice = "the file was cut short there, or its line ends were converted wrongly or are those of an old \
                     Macintosh: save with LF or CRLF";
                self.refuse(
                    line,
                    "a carriage return without a line feed".to_owned(),
                    "LF or CRLF line ends",
                    advice,
                )
            }
            Refusal::TooLong(line) => {
                let found = format!("a record of more than {} bytes", self.record_bytes);
                let advice = "look for a quotation mark that is never closed, or for missing line ends";
                self.refuse(line, found, "a row of ordinary length", advice)
            }
        }
    }
}

fn contains(field: &[u8], mark: &[u8]) -> bool {
    field.contains(&mark[0]) && field.windows(mark.len()).any(|w| w == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows as (line, fields or the reason).
    fn rows(text: &str) -> Result<Vec<(u64, String)>> {
        let input = Input::new(text.as_bytes(), "t.csv")?;
        let mut table = open(
            input,
            Limits {
                record_bytes: 4096,
                listed: 10,
                ..Limits::default()
            },
            &|h| h.has("a") && h.has("b"),
        )?;
        let mut out = Vec::new();
        while let Some((line, shape)) = table.next()? {
            let text = line
                .fields
                .iter()
                .map(String::from_utf8_lossy)
                .collect::<Vec<_>>()
                .join("|");
            out.push((line.number, shape.map_or_else(|bad| bad.reason, |()| text)));
        }
        Ok(out)
    }

    fn message(text: &str) -> String {
        rows(text).unwrap_err().to_string()
    }

    #[test]
    fn rows_come_with_their_physical_lines() {
        let want = vec![(2, "1|2".to_owned()), (4, "x\r\ny|3".to_owned()), (7, "5|6".to_owned())];
        assert_eq!(rows("a,b\r\n1,2\r\n\r\n\"x\r\ny\",3\r\n   \r\n5,6").unwrap(), want);
        let many = format!("a,b\n{}", "\"1\n\",2\n\n".repeat(30_000));
        let lines = rows(&many).unwrap();
        assert_eq!((lines.len(), lines[29_999].0), (30_000, 2 + 3 * 29_999));
    }

    #[test]
    fn other_delimiters_are_taken_if_the_header_fits() {
        for d in [";", "\t", "|"] {
            assert_eq!(rows(&format!("a{d}b\n1{d}2,5\n")).unwrap(), [(2, "1|2,5".to_owned())]);
        }
    }

    #[test]
    fn short_long_and_swallowed_rows_are_told_apart() {
        let got = rows("a,b,c\n\"1\"5,2,3\n4,5,6\n").unwrap();
        assert_eq!(
            got,
            [
                (2, "text follows a closing quotation mark".to_owned()),
                (3, "4|5|6".to_owned())
            ]
        );
        let got = rows("a,b,c\n1,2\n1,2,3,4\n1,2,\"3\n4,5,6\"\n7,8,\"nine\nlines\"\n").unwrap();
        assert!(got[0].1.contains("2 fields where the header has 3"));
        assert!(got[1].1.contains("4 fields"));
        assert_eq!(
            (got[2].0, got[2].1.as_str()),
            (4, "the field holds what looks like the next row")
        );
        assert_eq!(got[3], (6, "7|8|nine\nlines".to_owned()));
    }

    #[test]
    fn an_unclosed_quote_is_an_error_where_it_starts() {
        let text = message("a,b\n1,2\n3,\"four\n5,6\n");
        assert!(
            text.starts_with("t.csv, line 3, column `b`: a quotation mark that is never closed"),
            "{text}"
        );
        assert!(message("\"a,b\n1,2\n").contains("never closed"));
    }

    #[test]
    fn structure_errors_name_their_line() {
        assert!(message("a,b\n1,2\r3,4\n").starts_with("t.csv, line 2: a carriage return"));
        assert!(message("a,b\n1,\0\n").starts_with("t.csv, line 2: a zero byte"));
        let long = format!("a,b\n1,2\n3,{}\n", "9".repeat(200_000));
        assert!(message(&long).contains("more than 4096 bytes"), "{}", message(&long));
    }
}
