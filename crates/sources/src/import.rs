use crate::aggregates;
use crate::baci::{self, note_on_other_year};
use crate::beside;
use crate::error::{Error, Result};
use crate::header::Header;
use crate::input::{Input, Text};
use crate::options::Options;
use crate::quarantine::{Bad, Quarantined};
use crate::remarks::{Remark, Remarks, Years};
use crate::repeats::{self, Sorted};
use crate::source::{Found, Part, Source, sniff, unknown_header};
use crate::table::{self, Table};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use trade::{Record, Usd};

/// One row that became a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The physical line of its first byte.
    pub line: u64,
    /// The figure.
    pub record: Record,
    /// Whether the row calls itself a total or a breakdown.
    pub part: Part,
    /// The numeric codes of reporter and partner in the file; zeros where it has none.
    pub codes: (u16, u16),
    /// What the cells say that are not read, in short, or which part of its flow the row is, such as the part that is
    /// counted in kilograms; 0 where it does not matter.
    pub unread: u64,
}

/// What a pass over a file tells beside its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Which source it was.
    pub source: Source,
    /// Rows after the header, blank lines not counted; of a table with a column for each year, its figures.
    pub rows_read: u64,
    /// Rows that are no bilateral figures, such as those of a compiler's own groups. By kind.
    pub set_aside: Vec<Tally>,
    /// What else a reader of the records should know.
    pub notes: Vec<String>,
    /// What was done with rows, counted; in words it is told beside the notes.
    pub(crate) remarks: Remarks,
    /// The list that the records' `reference` points into.
    pub references: Vec<String>,
    /// Columns of the file that no importer knows and that were not read.
    pub ignored_columns: Vec<String>,
}

/// Rows of one kind, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// What they are, such as `breakdown row`.
    pub kind: &'static str,
    /// How many.
    pub rows: u64,
    /// The exact sum of their values, in US dollars; `None` where their values were not read, or are in the
    /// records ([`ADDED`](crate::ADDED)).
    pub value: Option<Usd>,
}

/// A file as trade records. Nothing is lost: `rows_read` is the number of records, of rows
/// in the quarantine (listed or not) and of rows set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The records, in the order of the file.
    pub records: Vec<Record>,
    /// The list that the records' `reference` points into.
    pub references: Vec<String>,
    /// Rows that could not be used, by line.
    pub quarantine: Vec<Quarantined>,
    /// How many more there were than [`Limits::listed`](crate::Limits) allows to list.
    pub quarantine_unlisted: u64,
    /// Rows that say again what a record says: breakdowns and duplicates. By kind.
    pub set_aside: Vec<Tally>,
    /// Records that are totals of others or parts of them, or another quotation of the same
    /// figure: kept, but never to be added to them. By kind; a record can be of several.
    pub totals: Vec<Tally>,
    /// Rows after the header; of a table with a column for each year, its figures.
    pub rows_read: u64,
    /// What else a reader of the records should know, such as an answer that its API has cut.
    pub notes: Vec<String>,
    /// Columns that were not read.
    pub ignored_columns: Vec<String>,
    /// Which source it was.
    pub source: Source,
}

/// Reads a table row by row, in bounded memory; each row goes to `sink` as a record or as a
/// quarantined row. Repeats are not looked for: see [`import`].
///
/// # Errors
/// When the input as a whole cannot be read or is no known table. Rows given before must
/// then be thrown away: the file is not what it seemed to be.
pub fn read(reader: impl Read, options: &Options, sink: &mut dyn FnMut(Result<Row, Quarantined>)) -> Result<Reading> {
    read_input(Input::new(reader, &options.file)?, options, sink)
}

/// As [`read`], from a file; messages name its path.
///
/// # Errors
/// As [`read`]; also for a folder or a file that cannot be opened.
pub fn read_path(path: &Path, options: &Options, sink: &mut dyn FnMut(Result<Row, Quarantined>)) -> Result<Reading> {
    read_input(Input::open(path)?, options, sink)
}

/// Reads a whole table and sorts out its repeats.
///
/// # Errors
/// As [`read`].
pub fn import(reader: impl Read, options: &Options) -> Result<Imported> {
    import_input(Input::new(reader, &options.file)?, options)
}

/// As [`import`], from a file; messages name its path.
///
/// # Errors
/// As [`read_path`].
pub fn import_path(path: &Path, options: &Options) -> Result<Imported> {
    import_input(Input::open(path)?, options)
}

fn read_input(input: Input<'_>, options: &Options, sink: &mut dyn FnMut(Result<Row, Quarantined>)) -> Result<Reading> {
    let file = input.file.clone();
    let notes = input.notes.clone();
    let options = &Options {
        file: file.clone(),
        ..options.clone()
    };
    let (mut table, source) = open_table(input, options)?;
    let shape = source.shape();
    let mut layout = (shape.bind)(&table.header, options).map_err(|error| error.in_line(table.header_line))?;
    let mut ignored_columns = table.header.unknown(shape.known);
    let figures = layout.figures();
    ignored_columns.retain(|name| !name.is_empty() && !figures.contains(&name.as_str()));
    refuse_units(source, &ignored_columns, &file, table.header_line)?;
    // Of anybody's table that is read in dollars.
    let plain = source == Source::Figures && options.map.as_ref().is_none_or(|map| map.value_power == 0);
    let value = table.header.column("value_usd");
    let mut rows_read = 0;
    let mut aside: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut found = Vec::new();
    let (mut remarks, mut years) = (Remarks::default(), Years::default());
    while let Some((line, shape)) = table.next()? {
        match shape {
            Ok(()) => layout.read(&line, &mut found),
            Err(bad) => found.push(Found::Bad(bad)),
        }
        if plain
            && found
                .iter()
                .any(|found| matches!(found, Found::Bad(_) | Found::Aside(_)))
            && let Some(bad) = beside::multiples_told(&line, value.as_ref())
        {
            return Err(foreign(bad, &file, line.number));
        }
        if found.iter().any(|found| matches!(found, Found::Bad(_)))
            && let Some(again) = line.header_again(&file)?
        {
            found = vec![Found::Bad(again)];
        }
        for found in found.drain(..) {
            rows_read += 1;
            match found {
                Found::Draft(draft) => {
                    years.see(&draft.record, draft.codes, &mut remarks);
                    sink(Ok(Row {
                        line: line.number,
                        record: draft.record,
                        part: draft.part,
                        codes: draft.codes,
                        unread: draft.unread,
                    }));
                }
                Found::Bad(bad) => sink(Err(bad.at(line.number))),
                Found::Aside(kind) => *aside.entry(kind).or_default() += 1,
                Found::Foreign(bad) => return Err(foreign(bad, &file, line.number)),
            }
        }
    }
    if let Some((line, bad)) = layout.doubt() {
        return Err(Error::NotATable {
            file,
            line,
            column: bad.column,
            found: format!("`{}`: {}", bad.value, bad.reason),
            expected: "numbers that can be read in one way only",
            advice: "write all numbers with a decimal point and without thousands separators",
        });
    }
    layout.remark(&mut remarks);
    remarks.count(Remark::OpenEnd, u64::from(table.ends_within()));
    let tally = |(kind, rows)| Tally {
        kind,
        rows,
        value: None,
    };
    Ok(Reading {
        source,
        rows_read,
        set_aside: aside.into_iter().map(tally).collect(),
        notes,
        remarks,
        references: layout.references(),
        ignored_columns,
    })
}

/// The refusal of an input of which a row shows that it is another table.
fn foreign(bad: Bad, file: &str, line: u64) -> Error {
    let column = bad.column.map(|name| format!("column `{name}`, ")).unwrap_or_default();
    Error::Header {
        file: file.to_owned(),
        line,
        problem: format!("{column}`{}`: {}", bad.value, bad.reason),
        advice: bad.advice,
    }
}

/// Refuses a column of a table of statistical exchange that nobody reads and whose name says that figures are multiples of
/// something, or in a currency.
fn refuse_units(source: Source, ignored: &[String], file: &str, line: u64) -> Result<()> {
    if !matches!(
        source.shape().name,
        "bimts" | "dots" | "dots-panel" | "imts" | "imts-wide"
    ) {
        return Ok(());
    }
    let words = ["unit_m", "unit m", "multipl", "scal", "magnitude", "currency", "power"];
    let says = |name: &&String| {
        let lower = name.to_ascii_lowercase();
        lower == "units" || words.iter().any(|word| lower.contains(word))
    };
    match ignored.iter().find(says) {
        None => Ok(()),
        Some(name) => Err(Error::Header {
            file: file.to_owned(),
            line,
            problem: format!("the column `{name}` may say in which units the figures are, and is not known"),
            advice: "give it the publisher's name (UNIT_MULT, Scale, SCALE), or write the figures in dollars and leave it out"
                .to_owned(),
        }),
    }
}

/// Opens a table and finds out whose it is.
pub(crate) fn open_table<'a>(input: Input<'a>, options: &Options) -> Result<(Table<Text<'a>>, Source)> {
    let asked = options.source.or(options.map.as_ref().map(|_| Source::Figures));
    let fits = |header: &Header| match (&options.map, asked) {
        (Some(map), _) => map.columns.values().all(|name| header.has(name)),
        (None, Some(source)) => source.shape().resembles(header),
        (None, None) => sniff(header, &options.defaults).is_some(),
    };
    let start = input.prefix.clone();
    let mut table = table::open(input, options.limits, &fits)?;
    if !fits(&table.header)
        && let Some(line) = table::header_below(&start, &fits).filter(|line| *line > table.header_line)
    {
        let first = table.header.names().join(" ").chars().take(60).collect::<String>();
        return Err(Error::Header {
            file: options.file.clone(),
            line: table.header_line,
            problem: format!(
                "`{}` is no header; that on line {line} is one",
                first.replace(char::is_control, " ")
            ),
            advice: "remove the lines above it".to_owned(),
        });
    }
    // Before names are compared: two cells of a row of figures may well be the same.
    if asked.is_none() && table.header.looks_like_data() && !fits(&table.header) {
        return Err(unknown_header(&table.header, &options.file, table.header_line));
    }
    let unique = |known| {
        let matters = |name: &str, other: &str| options.map.as_ref().is_none_or(|map| map.confuses(name, other));
        table
            .header
            .check_unique(&options.file, table.header_line, known, &matters)
    };
    let Some(source) = asked.or_else(|| sniff(&table.header, &options.defaults)) else {
        unique(&[])?;
        return Err(unknown_header(&table.header, &options.file, table.header_line));
    };
    let shape = source.shape();
    unique(shape.known)?;
    table.header = shape.looked_at(table.header, &options.defaults);
    // Files of UN Comtrade's site have a delimiter behind the last cell of each row, and none behind the last name.
    let last = table.header.names().last();
    table.open_ended = source == Source::ComtradeApi
        && last.is_some_and(|name| name.replace('_', "").eq_ignore_ascii_case("isAggregate"));
    if let Some(map) = &options.map {
        table.header = map.apply(table.header.clone(), shape.known, options, table.header_line)?;
    }
    shape.check(&table.header, &options.defaults, &options.file, table.header_line)?;
    Ok((table, source))
}

fn import_input(input: Input<'_>, options: &Options) -> Result<Imported> {
    let mut rows = Vec::new();
    let mut quarantine = Vec::new();
    let mut quarantine_unlisted = 0;
    let file = input.file.clone();
    let mut too_many = 0_u64;
    let mut duplicates = (0, Usd::ZERO);
    let reading = read_input(input, options, &mut |row| match row {
        Ok(row) if rows.last().is_some_and(|before| repeats::says_again(&row, before)) => {
            duplicates.0 += 1;
            duplicates.1 += row.record.value.unwrap_or_default();
        }
        Ok(_) if rows.len() == options.limits.rows => too_many += 1,
        Ok(row) => rows.push(row),
        Err(bad) if quarantine.len() < options.limits.listed => quarantine.push(bad),
        Err(_) => quarantine_unlisted += 1,
    })?;
    if too_many > 0 {
        let rows = options.limits.rows as u64 + too_many;
        return Err(Error::TooLarge { file, rows });
    }
    let Sorted {
        records,
        contradictions,
        unlisted,
        mut set_aside,
    } = repeats::sort_out(
        rows,
        reading.source.shape().repeats,
        duplicates,
        options.limits.listed.saturating_sub(quarantine.len()),
    );
    quarantine_unlisted += unlisted;
    quarantine.extend(contradictions);
    quarantine.sort_by_key(|q| q.line);
    set_aside.extend(reading.set_aside);
    let mut notes = reading.notes;
    notes.extend(reading.remarks.notes());
    notes.extend(years_to_come(&file, records.iter().map(|record| record.period.year())));
    if let Some(year) = baci::year_in(&file).filter(|_| reading.source == Source::Baci) {
        let mut years = records.iter().map(|record| record.period.year());
        notes.extend(
            years
                .find(|other| *other != year)
                .map(|other| note_on_other_year(&file, year, other)),
        );
    }
    let totals = aggregates::totals_among(&records);
    Ok(Imported {
        records,
        references: reading.references,
        quarantine,
        quarantine_unlisted,
        set_aside,
        totals,
        rows_read: reading.rows_read,
        notes,
        ignored_columns: reading.ignored_columns,
        source: reading.source,
    })
}

/// What to tell of figures of years that have not begun.
pub(crate) fn years_to_come(file: &str, years: impl Iterator<Item = i16>) -> Option<String> {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?
        .as_secs();
    // The mean length of a year; a day's error is none here.
    let present = i16::try_from(1970 + seconds / 31_556_952).ok()?;
    let latest = years.max().filter(|&latest| latest > present)?;
    Some(format!(
        "{file} has figures of years to come, up to {latest}: forecasts, or a misprint"
    ))
}

impl Imported {
    /// How many rows are in the quarantine, listed or not.
    pub fn quarantined(&self) -> u64 {
        self.quarantine.len() as u64 + self.quarantine_unlisted
    }

    /// How many rows were set aside.
    pub fn aside(&self) -> u64 {
        self.set_aside.iter().map(|t| t.rows).sum()
    }
}
