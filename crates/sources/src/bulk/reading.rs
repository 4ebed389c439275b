use super::inputs::BulkInput;
use super::layout::Columns;
use super::packed::Packed;
use super::{BulkError, BulkOptions};
use crate::import::{self, Row, Tally};
use crate::input::Input;
use crate::options::Options;
use crate::quarantine::Quarantined;
use crate::remarks::{Remark, Remarks};
use crate::source::Source;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use trade::{NO_NUMBER, Scales, Status, places};

/// How much text is read at once.
const CHUNK: usize = 1 << 20;
/// How many rows the general reader gives at once.
const BATCH: usize = 16_384;

/// How the lines of an input are read.
pub(crate) struct Plan {
    pub input: usize,
    pub columns: Columns,
    /// The header's bytes, for the general reader of single lines.
    pub header: Vec<u8>,
    pub options: Options,
    /// Columns that are not read.
    pub ignored: Vec<String>,
}

/// What the reading thread hands on.
pub(crate) enum Work {
    /// Whole lines, the first of which has this number.
    Lines(Arc<Plan>, u64, Vec<u8>),
    /// Rows that the general reader gave.
    Rows(Parsed),
}

/// Rows as they were read.
#[derive(Default)]
pub(crate) struct Parsed {
    pub years: BTreeMap<i16, Vec<Packed>>,
    pub bad: Vec<(usize, Quarantined)>,
    pub read: u64,
    pub scales: Scales,
    /// The source, which every input of one dataset has to share.
    pub source: Option<Source>,
    /// Who published the rows and how they came about.
    pub origin: Option<Origin>,
    /// Another such, which does not go into the same dataset.
    pub stranger: Option<Origin>,
    /// Rows that are no bilateral figures, by kind.
    pub aside: BTreeMap<&'static str, u64>,
    /// What the form of an input tells about its content.
    pub notes: Vec<String>,
    /// What was done with rows, counted.
    pub remarks: Remarks,
    /// Columns that are not read.
    pub ignored: Vec<String>,
    /// An input that the general reader has to read from its start.
    pub restart: Option<usize>,
}

/// The compiler and the status of rows; a dataset of years has one of each.
pub(crate) type Origin = (Arc<str>, Status);

impl Parsed {
    pub fn push(&mut self, year: i16, row: Packed) {
        self.scales = self.scales.wider(Scales {
            value: places(row.value),
            net_weight: optional_places(row.weight),
            quantity: optional_places(row.quantity),
        });
        self.years.entry(year).or_default().push(row);
    }

    fn take(&mut self, row: Result<Row, Quarantined>, input: usize) {
        self.read += 1;
        let row = match row {
            Ok(row) => row,
            Err(bad) => return self.bad.push((input, bad)),
        };
        let same = |(compiler, status): &Origin| *compiler == row.record.compiler && *status == row.record.status;
        if self.origin.as_ref().is_none_or(|origin| !same(origin)) {
            let origin = (Arc::clone(&row.record.compiler), row.record.status);
            match self.origin {
                None => self.origin = Some(origin),
                Some(_) => self.stranger = Some(origin),
            }
        }
        let mut row = row;
        // Rows that their units part are added up without their quantities.
        if row.unread != 0
            && row
                .record
                .quantity_unit
                .as_deref()
                .is_some_and(|unit| !crate::codes::UNITS.contains(&unit))
        {
            (row.record.quantity, row.record.quantity_unit) = (None, None);
            self.remarks.count(Remark::UnitLeftOut, 1);
        }
        match Packed::of(&row, input) {
            Ok(packed) => self.push(row.record.period.year(), packed),
            Err(what) => {
                let bad = crate::quarantine::Bad::row(
                    row.record.product.to_string(),
                    format!("the row has {what}, which no large dataset holds"),
                    "import it into a single file: --out FILE.parquet",
                );
                self.bad.push((input, bad.at(row.line)));
            }
        }
    }

    /// Counts rows that an importer set aside; they were read too.
    fn set_aside(&mut self, tallies: &[Tally]) {
        for tally in tallies {
            *self.aside.entry(tally.kind).or_default() += tally.rows;
            self.read += tally.rows;
        }
    }
}

fn optional_places(n: i64) -> u8 {
    if n == NO_NUMBER { 0 } else { places(n) }
}

/// Reads one input to its end: chunks of lines where its shape is known, rows where not.
///
/// # Errors
/// When it cannot be read, or is no table. A receiver that has gone away is no error.
pub(crate) fn read_input(
    number: usize,
    input: &BulkInput,
    general: bool,
    options: &BulkOptions,
    to: &SyncSender<Work>,
) -> Result<(), BulkError> {
    let options = Options {
        file: input.name.clone(),
        defaults: options.defaults_for(input),
        source: options.source,
        ..Options::default()
    };
    let plan = if general { None } else { plan(number, input, &options)? };
    match plan {
        Some((plan, first_line)) => input.with(|bytes| lines(bytes, plan, first_line, to)),
        None => input.with(|bytes| rows(bytes, number, &options, to)),
    }
}

/// Looks at the header: how it will be read, and the line after it.
fn plan(number: usize, input: &BulkInput, options: &Options) -> Result<Option<(Arc<Plan>, u64)>, BulkError> {
    let mut start = Vec::new();
    input.with(|bytes| {
        let text = Input::new(bytes, &input.name)?.into_text();
        text.take(1 << 16)
            .read_to_end(&mut start)
            .map_err(|e| read_failed(&input.name, e))?;
        Ok(())
    })?;
    if let Some(end) = memchr::memrchr(b'\n', &start) {
        start.truncate(end + 1);
    }
    let opened = Input::new(Cursor::new(start.clone()), &input.name).and_then(|text| import::open_table(text, options));
    let Ok((table, source)) = opened else { return Ok(None) };
    if source == Source::Figures {
        return Err(BulkError::Mixed {
            problem: "rows of a table of figures can have compilers, references and shares of their own".to_owned(),
        });
    }
    let stated = options
        .defaults
        .classification
        .as_deref()
        .and_then(|c| c.trim().parse().ok());
    let Some(columns) = Columns::of(source, &table.header, stated) else {
        return Ok(None);
    };
    let line = table.header_line;
    let mut ignored = table.header.unknown(source.shape().known);
    ignored.retain(|name| !name.is_empty());
    // Binding tells what the options lack.
    (source.shape().bind)(&table.header, options).map_err(|error| error.in_line(line))?;
    let Some(end) = memchr::memchr_iter(b'\n', &start).nth(line.saturating_sub(1) as usize) else {
        return Ok(None);
    };
    start.truncate(end + 1);
    let mut options = options.clone();
    options.source = Some(source);
    let plan = Plan {
        input: number,
        columns,
        header: start,
        options,
        ignored,
    };
    Ok(Some((Arc::new(plan), line + 1)))
}

fn read_failed(file: &str, cause: std::io::Error) -> BulkError {
    BulkError::Source(crate::input::unreadable(file, cause))
}

fn lines(bytes: &mut dyn Read, plan: Arc<Plan>, first_line: u64, to: &SyncSender<Work>) -> Result<(), BulkError> {
    let name = plan.options.file.clone();
    let input = Input::new(bytes, &name)?;
    let noted = Parsed {
        notes: input.notes.clone(),
        ignored: plan.ignored.clone(),
        ..Parsed::default()
    };
    let _ = to.send(Work::Rows(noted));
    let mut text = input.into_text();
    let mut skip = vec![0; plan.header.len()];
    text.read_exact(&mut skip).map_err(|e| read_failed(&name, e))?;
    let mut rest = Vec::new();
    let mut line = first_line;
    loop {
        let mut chunk = Vec::with_capacity(CHUNK + rest.len());
        chunk.append(&mut rest);
        let got = text
            .by_ref()
            .take(CHUNK as u64)
            .read_to_end(&mut chunk)
            .map_err(|e| read_failed(&name, e))?;
        let last = got == 0;
        if !last {
            match memchr::memrchr(b'\n', &chunk) {
                Some(end) => rest = chunk.split_off(end + 1),
                // A line longer than a chunk is refused by the general reader.
                None => rest = std::mem::take(&mut chunk),
            }
        }
        if !chunk.is_empty() {
            let next = line + memchr::memchr_iter(b'\n', &chunk).count() as u64;
            if to.send(Work::Lines(Arc::clone(&plan), line, chunk)).is_err() {
                return Ok(());
            }
            line = next;
        }
        if last {
            return Ok(());
        }
        if rest.len() > 4 * CHUNK {
            let restart = Parsed {
                restart: Some(plan.input),
                ..Parsed::default()
            };
            let _ = to.send(Work::Rows(restart));
            return Ok(());
        }
    }
}

/// The general reader, row by row.
fn rows(bytes: &mut dyn Read, number: usize, options: &Options, to: &SyncSender<Work>) -> Result<(), BulkError> {
    let mut batch = Parsed::default();
    let mut in_batch = 0;
    let reading = import::read(bytes, options, &mut |row| {
        batch.take(row, number);
        in_batch += 1;
        if in_batch == BATCH {
            in_batch = 0;
            // If nobody listens any more, another input has failed; its error is told.
            let _ = to.send(Work::Rows(std::mem::take(&mut batch)));
        }
    })?;
    batch.source = Some(reading.source);
    batch.set_aside(&reading.set_aside);
    batch.notes = reading.notes;
    batch.remarks = reading.remarks;
    batch.ignored = reading.ignored_columns;
    let _ = to.send(Work::Rows(batch));
    Ok(())
}

/// Reads lines on the fast path, and those that are not plain all together on the general one.
pub(crate) fn parse(work: Work) -> Parsed {
    let (plan, first_line, text) = match work {
        Work::Rows(rows) => return rows,
        Work::Lines(plan, first_line, text) => (plan, first_line, text),
    };
    let mut parsed = Parsed {
        source: plan.options.source,
        origin: Some(plan.columns.origin()),
        ..Parsed::default()
    };
    if !is_plain_text(&text) {
        parsed.restart = Some(plan.input);
        return parsed;
    }
    let mut unusual: Vec<(u64, &[u8])> = Vec::new();
    let mut start = 0;
    let mut number = first_line;
    // A line of a released table takes 30 bytes or more; one year's rows are seldom more than a chunk's.
    let mut current: (i16, Vec<Packed>) = (0, Vec::with_capacity(text.len() / 28));
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |n| start + n);
        let line = text[start..end].strip_suffix(b"\r").unwrap_or(&text[start..end]);
        match plan.columns.read(line) {
            Ok((year, mut row)) => {
                row.line = Packed::line_of(plan.input, number);
                parsed.read += 1;
                note_places(&mut parsed.scales, &row);
                if year != current.0 {
                    let next = if current.1.is_empty() {
                        std::mem::take(&mut current.1)
                    } else {
                        Vec::new()
                    };
                    let (of, rows) = std::mem::replace(&mut current, (year, next));
                    add(&mut parsed.years, of, rows);
                }
                current.1.push(row);
            }
            Err(_) => unusual.push((number, line)),
        }
        (start, number) = (end + 1, number + 1);
    }
    add(&mut parsed.years, current.0, current.1);
    let ends_within = text.last().is_some_and(u8::is_ascii_digit);
    parsed.remarks.count(Remark::OpenEnd, u64::from(ends_within));
    read_unusual(&plan, &unusual, &mut parsed);
    parsed
}

/// Adds rows to their year; they are moved if they are its first.
fn add(years: &mut BTreeMap<i16, Vec<Packed>>, year: i16, rows: Vec<Packed>) {
    if rows.is_empty() {
        return;
    }
    match years.entry(year) {
        Entry::Vacant(none) => {
            none.insert(rows);
        }
        Entry::Occupied(some) => some.into_mut().extend(rows),
    }
}

fn note_places(scales: &mut Scales, row: &Packed) {
    scales.value = scales.value.max(places(row.value));
    if row.weight != NO_NUMBER {
        scales.net_weight = scales.net_weight.max(places(row.weight));
    }
    if row.quantity != NO_NUMBER {
        scales.quantity = scales.quantity.max(places(row.quantity));
    }
}

/// Whether there is no control character but line ends and tabulators, and no carriage return but
/// before a line feed: what the general reader refuses with the right words, also at the end of the text.
fn is_plain_text(text: &[u8]) -> bool {
    // Without a branch in the loop, sixteen bytes are looked at together.
    let control = |b: u8| (b < 32) & (b != b'\n') & (b != b'\r') & (b != b'\t');
    let controls = text.iter().fold(false, |found, &b| found | control(b));
    !controls && memchr::memchr_iter(b'\r', text).all(|at| text.get(at + 1) == Some(&b'\n'))
}

/// Whether the quotation marks of a line stand around whole cells, or doubled within such: then its row ends with it.
fn is_well_quoted(line: &[u8]) -> bool {
    let mut rest = line;
    loop {
        let after = match rest.strip_prefix(b"\"") {
            None => memchr::memchr2(b',', b'"', rest).map(|at| &rest[at..]),
            Some(mut inside) => loop {
                let Some(mark) = memchr::memchr(b'"', inside) else {
                    return false;
                };
                inside = &inside[mark + 1..];
                match inside.strip_prefix(b"\"") {
                    Some(doubled) => inside = doubled,
                    None => break (!inside.is_empty()).then_some(inside),
                }
            },
        };
        match after {
            None => return true,
            Some([b',', next @ ..]) => rest = next,
            Some(_) => return false,
        }
    }
}

fn read_unusual(plan: &Plan, unusual: &[(u64, &[u8])], parsed: &mut Parsed) {
    let lines: Vec<&(u64, &[u8])> = unusual
        .iter()
        .filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace))
        .collect();
    if lines.is_empty() {
        return;
    }
    // Where a mark is left open, the row goes on in the next line, which may have been read by itself.
    if !lines.iter().all(|(_, line)| is_well_quoted(line)) {
        parsed.restart = Some(plan.input);
        return;
    }
    let mut text = plan.header.clone();
    let above = memchr::memchr_iter(b'\n', &text).count() as u64;
    for (_, line) in &lines {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    let real = |line: u64| lines.get((line - above - 1) as usize).map_or(line, |l| l.0);
    let read = import::read(&text[..], &plan.options, &mut |row| {
        let row = match row {
            Ok(mut row) => {
                row.line = real(row.line);
                Ok(row)
            }
            Err(mut bad) => {
                bad.line = real(bad.line);
                Err(bad)
            }
        };
        parsed.take(row, plan.input);
    });
    match read {
        Ok(reading) => {
            parsed.set_aside(&reading.set_aside);
            parsed.remarks.merge(reading.remarks);
        }
        Err(_) => parsed.restart = Some(plan.input),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_ends_with_its_line_where_marks_stand_around_cells() {
        for whole in [
            "",
            ",",
            "a,b",
            "\"a\",b",
            "a,\"b,c\"",
            "\"\",\"\"",
            "\"a\"\"b\"",
            "\"\"\"\",x",
            "x,\"\"\"a\"",
        ] {
            assert!(is_well_quoted(whole.as_bytes()), "{whole}");
        }
        for open in [
            "\"",
            "a\"",
            "a,\"b",
            "j\",\"k\",\"x",
            "\"a\"b",
            "\"a\" ,b",
            " \"a\"",
            "\"a\"\"",
            "a\"\"b",
        ] {
            assert!(!is_well_quoted(open.as_bytes()), "{open}");
        }
    }
}
