//! The records that `counterflow mirror` compares: datasets, agencies' files, tidy and wide tables.

use super::super::load::find;
use super::cells::{Amount, Labels, amount, classification, flow, period, product};
use super::header::{Columns, Shared, Tidy, Wide};
use crate::commands::import::tell;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use csv::ByteRecord;
use sources::{Defaults, Header, Source};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use store::{Dataset, Filter};
use trade::{Decimal3, Economy, Flow, Period, Record, Status, TOTAL, Usd, Valuation};

/// The records of all files, and what became of the rest.
#[derive(Debug, Default)]
pub struct Reports {
    /// The records.
    pub records: Vec<Record>,
    /// What each value has beyond the tenth of a cent, US dollars.
    pub beyond: Vec<f64>,
    /// How the files call their economies.
    pub labels: Labels,
    /// Rows that could not be used.
    pub unreadable: u64,
    /// Rows that an importer set aside because others say the same.
    pub set_aside: u64,
}

/// The largest table that is read; a compressed one may pretend to be small.
const MOST_BYTES: u64 = 8 << 30;

impl Reports {
    /// Reads what every name stands for.
    pub fn read(data: &[String], datasets: &Path, defaults: &Defaults, output: &Output) -> Outcome<Reports> {
        let mut reports = Reports::default();
        for name in data {
            let path = Path::new(name);
            let own = path.is_file() && path.extension().is_none_or(|e| e != "parquet");
            match own.then(|| Rows::open(path, defaults)).transpose()?.flatten() {
                Some(rows) => rows.into_reports(&mut reports, output)?,
                None => reports.extend(find_with(name, datasets, defaults, output)?),
            }
        }
        if reports.records.is_empty() {
            return Err(Failure::because(format!(
                "{}: not one row could be used",
                data.join(", ")
            )));
        }
        if reports.labels.unknown() > 0 {
            output.say(&format!(
                "note: {} names are in no table of economies and are taken as they stand",
                reports.labels.unknown()
            ));
        }
        Ok(reports)
    }

    fn extend(&mut self, (records, unreadable, set_aside): (Vec<Record>, u64, u64)) {
        self.beyond.resize(self.beyond.len() + records.len(), 0.0);
        self.records.extend(records);
        self.unreadable += unreadable;
        self.set_aside += set_aside;
    }
}

/// A pin, a dataset or an agency's file: its records, rows in quarantine and rows set aside.
fn find_with(name: &str, datasets: &Path, defaults: &Defaults, output: &Output) -> Outcome<(Vec<Record>, u64, u64)> {
    use super::super::load::Data;
    let path = Path::new(name);
    let said = *defaults != Defaults::default();
    let agency = path.is_file() && path.extension().is_none_or(|e| e != "parquet");
    if said && agency {
        let options = sources::Options {
            defaults: defaults.clone(),
            ..sources::Options::default()
        };
        let imported = sources::import_path(path, &options)?;
        tell(&imported, path, output);
        return Ok(counted(imported));
    }
    if Dataset::is_one(path) {
        return Ok((of_years(path)?, 0, 0));
    }
    match find(name, datasets, output)? {
        Data::Imported(imported) => Ok(counted(*imported)),
        dataset => Ok((dataset.records()?, 0, 0)),
    }
}

/// The most rows of a dataset of years that are read whole: about 300 bytes each.
const MOST_ROWS: u64 = 20_000_000;

/// Every record of a dataset of years.
fn of_years(folder: &Path) -> Outcome<Vec<Record>> {
    let dataset = Dataset::open(folder)?;
    if dataset.rows() > MOST_ROWS {
        return Err(Failure::because(format!(
            "{}: {} rows are more than are compared cell by cell, {MOST_ROWS}; name single years' files in it",
            folder.display(),
            dataset.rows()
        )));
    }
    let mut records = Vec::new();
    for path in dataset.paths() {
        records.extend(store::read_records(&path, &Filter::default())?);
    }
    Ok(records)
}

fn counted(imported: sources::Imported) -> (Vec<Record>, u64, u64) {
    let unreadable = imported.quarantine.len() as u64 + imported.quarantine_unlisted;
    let set_aside = imported.set_aside.iter().map(|t| t.rows).sum();
    (imported.records, unreadable, set_aside)
}

/// A tidy or wide table, open for reading.
struct Rows {
    reader: csv::Reader<Box<dyn Read>>,
    columns: Columns,
    period: Option<Period>,
    file: String,
}

impl Rows {
    /// Opens a file where it is a tidy or wide table of nobody's known form; `None` where it is not.
    fn open(path: &Path, defaults: &Defaults) -> Outcome<Option<Rows>> {
        let file = path.display().to_string();
        let mut reader = BufReader::new(plain(path)?);
        let first = first_line(&mut reader).map_err(|e| unreadable(&file, &e))?;
        let Some((delimiter, header)) = split(&first) else {
            return Ok(None);
        };
        let known = sources::sniff(&Header::new(header.iter().map(String::as_str)), defaults);
        if known.is_some_and(|source| source != Source::Figures) {
            return Ok(None);
        }
        let Some(columns) = Columns::of(&header) else {
            return Ok(None);
        };
        let said = defaults.period.as_deref().and_then(period);
        let rest: Box<dyn Read> = Box::new(reader.take(MOST_BYTES));
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(rest);
        let columns = columns.with_period(said.is_some(), &file)?;
        Ok(Some(Rows {
            reader,
            columns,
            period: said,
            file,
        }))
    }

    /// Adds the table's reports. A row that cannot be used is counted, and the first ones are named.
    fn into_reports(mut self, reports: &mut Reports, output: &Output) -> Outcome<()> {
        let mut row = ByteRecord::new();
        let mut products = HashMap::new();
        let compiler: Arc<str> = "not stated".into();
        let (mut rows, mut bad) = (0_u64, Vec::new());
        let before = reports.records.len();
        loop {
            let more = self.reader.read_byte_record(&mut row);
            if !more.map_err(|e| unreadable(&self.file, &e))? {
                break;
            }
            rows += 1;
            if row.as_slice().contains(&0) {
                let line = row.position().map_or(0, csv::Position::line) + 1;
                return Err(Failure::because(format!(
                    "{}, line {line}: a NUL character: this is no text, or is damaged; expected a table in UTF-8",
                    self.file
                )));
            }
            let mut reading = Reading {
                row: &row,
                products: &mut products,
                compiler: &compiler,
                reports,
            };
            let read = match &self.columns {
                Columns::Tidy(shared, tidy) => reading.tidy(shared, tidy, self.period),
                Columns::Wide(shared, wide) => reading.wide(shared, wide, self.period),
            };
            if let Err(why) = read {
                reports.unreadable += 1;
                // The header was line 1.
                let line = row.position().map_or(0, csv::Position::line) + 1;
                bad.push(format!("  {}, line {line}: {why}", self.file));
                bad.truncate(10);
            }
        }
        let wrong = reports.unreadable;
        if !bad.is_empty() {
            output.warn(&format!("warning: {wrong} of {rows} rows could not be used:"));
            bad.iter().for_each(|line| output.say(line));
        }
        if reports.records.len() == before {
            return Err(Failure::because(format!("{}: not one row could be used", self.file)));
        }
        Ok(())
    }
}

/// A file that can be opened and not be read to its end.
fn unreadable(file: &str, error: &dyn std::error::Error) -> Failure {
    Failure::because(format!("{file}: it is cut short or damaged, or no text: {error}"))
}

/// A file's bytes, unpacked where it is gzip.
fn plain(path: &Path) -> Outcome<Box<dyn Read>> {
    let wrong = |e: std::io::Error| Failure::because(format!("cannot read {}: {e}", path.display()));
    let mut start = [0; 2];
    let read = std::fs::File::open(path)
        .and_then(|mut f| f.read(&mut start))
        .map_err(wrong)?;
    let file = std::fs::File::open(path).map_err(wrong)?;
    Ok(if read == 2 && start == [0x1f, 0x8b] {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

/// The first line, without its end and the mark of UTF-8; of a line longer than any header, its start.
fn first_line(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.by_ref().take(1 << 16).read_until(b'\n', &mut line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    while line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line.strip_prefix(b"\xef\xbb\xbf").map_or(line.clone(), <[u8]>::to_vec))
}

/// The delimiter that gives the most columns, and their names.
fn split(line: &[u8]) -> Option<(u8, Vec<String>)> {
    let text = std::str::from_utf8(line).ok()?;
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|d| line.iter().filter(|b| *b == d).count())?;
    let names: Vec<String> = text
        .split(char::from(delimiter))
        .map(|name| name.trim().trim_matches('"').trim().to_owned())
        .collect();
    (names.len() > 1).then_some((delimiter, names))
}

/// One row being read.
struct Reading<'a> {
    row: &'a ByteRecord,
    products: &'a mut HashMap<String, Arc<str>>,
    compiler: &'a Arc<str>,
    reports: &'a mut Reports,
}

impl<'a> Reading<'a> {
    fn cell(&self, at: usize) -> Result<&'a str, String> {
        let bytes = self
            .row
            .get(at)
            .ok_or_else(|| format!("the row has no column {}", at + 1))?;
        std::str::from_utf8(bytes)
            .map(str::trim)
            .map_err(|_| "a cell is not UTF-8".to_owned())
    }

    fn optional(&self, at: Option<usize>) -> Result<Option<&'a str>, String> {
        at.map(|at| self.cell(at)).transpose()
    }

    /// Period and product of the row, in a record to be completed.
    fn common(&mut self, shared: &Shared, said: Option<Period>) -> Result<Record, String> {
        let when = match self.optional(shared.period)? {
            Some(text) => {
                period(text).ok_or_else(|| format!("`{text}` is no year or period such as 2003 or 2003-07"))?
            }
            None => said.ok_or("no period is given")?,
        };
        let code = product(self.optional(shared.product)?.unwrap_or(TOTAL), self.products);
        let stated = self.optional(shared.classification)?;
        let classification = classification(stated, &code)
            .ok_or_else(|| format!("`{}` is no classification such as HS2", stated.unwrap_or_default()))?;
        let blank = Record::new("", when, Economy::WORLD, Economy::WORLD, Flow::Export, Usd::ZERO);
        Ok(Record {
            classification,
            product: code,
            compiler: self.compiler.clone(),
            ..blank
        })
    }

    fn economy(&mut self, at: usize, year: i16) -> Result<Economy, String> {
        match self.cell(at)? {
            "" => Err("an economy is missing".to_owned()),
            text => Ok(self.reports.labels.economy(text, year)),
        }
    }

    fn weight(&self, at: Option<usize>) -> Result<Option<Decimal3>, String> {
        match self.optional(at)?.map(amount) {
            Some(Amount::Bad) => Err("the net weight is no number".to_owned()),
            Some(Amount::Known(weight, _)) => Ok(Some(weight)),
            Some(Amount::Blank) | None => Ok(None),
        }
    }

    fn push(&mut self, record: Record, beyond: f64) {
        self.reports.records.push(record);
        self.reports.beyond.push(beyond);
    }

    fn tidy(&mut self, shared: &Shared, tidy: &Tidy, said: Option<Period>) -> Result<(), String> {
        let common = self.common(shared, said)?;
        let text = self.cell(tidy.flow)?;
        let flow = flow(text).ok_or_else(|| format!("`{text}` is no flow such as X or M"))?;
        let (value, beyond) = match amount(self.cell(tidy.value)?) {
            Amount::Blank => (None, 0.0),
            Amount::Known(value, beyond) => (Some(value), beyond),
            Amount::Bad => return Err(format!("the value `{}` is no number", self.cell(tidy.value)?)),
        };
        let year = common.period.year();
        let valuation = match self.optional(tidy.valuation)?.map(str::to_ascii_uppercase).as_deref() {
            None | Some("") => None,
            Some("FOB") => Some(Valuation::Fob),
            Some("CIF") => Some(Valuation::Cif),
            Some(other) => return Err(format!("`{other}` is no valuation: FOB or CIF")),
        };
        let status = match self.optional(tidy.status)?.filter(|s| !s.is_empty()) {
            Some(text) => text.parse().map_err(|e: trade::Error| e.to_string())?,
            None => Status::Reported,
        };
        let compiler = match self.optional(tidy.compiler)?.filter(|s| !s.is_empty()) {
            Some(text) => product(text, self.products),
            None => common.compiler.clone(),
        };
        let record = Record {
            reporter: self.economy(tidy.reporter, year)?,
            partner: self.economy(tidy.partner, year)?,
            flow,
            value,
            valuation,
            status,
            compiler,
            net_weight_kg: self.weight(tidy.weight)?,
            ..common
        };
        self.push(record, beyond);
        Ok(())
    }

    fn wide(&mut self, shared: &Shared, wide: &Wide, said: Option<Period>) -> Result<(), String> {
        let common = self.common(shared, said)?;
        let year = common.period.year();
        let (exporter, importer) = (self.economy(wide.exporter, year)?, self.economy(wide.importer, year)?);
        let mut made = Vec::new();
        for (at, weight, flow, reporter, partner) in [
            (wide.export, wide.export_weight, Flow::Export, exporter, importer),
            (wide.import, wide.import_weight, Flow::Import, importer, exporter),
        ] {
            let Some(text) = self.optional(at)? else { continue };
            let (value, beyond) = match amount(text) {
                Amount::Blank => (None, 0.0),
                Amount::Known(value, beyond) => (Some(value), beyond),
                Amount::Bad => return Err(format!("the value `{text}` is no number")),
            };
            let net_weight_kg = self.weight(weight)?;
            made.push((
                Record {
                    reporter,
                    partner,
                    flow,
                    value,
                    net_weight_kg,
                    ..common.clone()
                },
                beyond,
            ));
        }
        made.into_iter().for_each(|(record, beyond)| self.push(record, beyond));
        Ok(())
    }
}
