//! The records that `counterflow mirror` compares: datasets, agencies' files, tidy and wide tables.

use super::super::load::find;
use super::cells::{Amount, Labels, amount, classification, flow, period, product};
use super::header::{Columns, Shared, Tidy, Wide};
use crate::commands::import::tell;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use sources::{Defaults, Source, TextRow, TextTable, decimal_text};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use trade::{Decimal3, Economy, EconomyInfo, Flow, Period, Record, Standing, Status, TOTAL, Usd, Valuation, economies};

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

impl Reports {
    /// Reads what every name stands for.
    pub fn read(data: &[String], datasets: &Path, defaults: &Defaults, output: &Output) -> Outcome<Reports> {
        let mut reports = Reports::default();
        for name in data {
            let path = Path::new(name);
            let own = path.is_file() && path.extension().is_none_or(|e| e != "parquet");
            match own.then(|| Rows::open(path, defaults, output)).transpose()?.flatten() {
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
        let unknown = reports.labels.unknown();
        if !unknown.is_empty() {
            let shown: Vec<String> = unknown.iter().take(5).map(|name| format!("`{name}`")).collect();
            output.say(&format!(
                "note: {} names are in no table of economies and are taken as they stand: {}{}",
                unknown.len(),
                shown.join(", "),
                if unknown.len() > shown.len() { ", ..." } else { "" }
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
    match find(name, datasets, output)? {
        Data::Imported(imported) => Ok(counted(*imported)),
        dataset => Ok((dataset.records()?, 0, 0)),
    }
}

fn counted(imported: sources::Imported) -> (Vec<Record>, u64, u64) {
    let unreadable = imported.quarantine.len() as u64 + imported.quarantine_unlisted;
    let set_aside = imported.set_aside.iter().map(|t| t.rows).sum();
    (imported.records, unreadable, set_aside)
}

/// A tidy or wide table, open for reading.
struct Rows {
    table: TextTable,
    columns: Columns,
    period: Option<Period>,
    /// Columns that are not read and may say of which unit, currency or part of the year figures are.
    beside: Vec<(usize, String)>,
}

impl Rows {
    /// Opens a file where it is a tidy or wide table of nobody's known form; `None` where it is not, or no table at
    /// all, which the importers then tell.
    fn open(path: &Path, defaults: &Defaults, output: &Output) -> Outcome<Option<Rows>> {
        let Ok(table) = TextTable::open(path, &|header| Columns::of(header.names()).is_some()) else {
            return Ok(None);
        };
        let known = sources::sniff(table.header(), defaults);
        if known.is_some_and(|source| source != Source::Figures) {
            return Ok(None);
        }
        let Some(columns) = Columns::of(table.header().names()) else {
            return Ok(None);
        };
        let names = table.header().names();
        if let Some((_, name)) = names.iter().enumerate().find(|(i, n)| names[..*i].contains(n)) {
            return Err(Failure::because(format!(
                "{}, line {}: the column `{name}` stands twice; give one another name",
                table.file(),
                table.header_line()
            )));
        }
        let unread = columns.unread(names);
        if let Some((name, meant)) = unread.iter().find_map(|name| Some((name, columns.meant(name)?))) {
            return Err(Failure::because(format!(
                "{}, line {}: the column `{name}` is not known; is it `{meant}`? If not, give it another name",
                table.file(),
                table.header_line()
            )));
        }
        if !unread.is_empty() {
            let names: Vec<String> = unread.iter().take(20).map(|name| format!("`{name}`")).collect();
            output.say(&format!("note: columns that are not read: {}", names.join(", ")));
        }
        let beside = names.iter().enumerate();
        let beside = beside.filter(|(_, name)| unread.contains(name) && sources::is_beside(name));
        let beside = beside.map(|(at, name)| (at, name.clone())).collect();
        let said = defaults.period.as_deref().and_then(period);
        let columns = columns.with_period(said.is_some(), table.file())?;
        Ok(Some(Rows {
            table,
            columns,
            period: said,
            beside,
        }))
    }

    /// Adds the table's reports. A row that cannot be used is counted, and the first ones are named.
    fn into_reports(mut self, reports: &mut Reports, output: &Output) -> Outcome<()> {
        let mut products = HashMap::new();
        let compiler: Arc<str> = "not stated".into();
        let (file, delimiter) = (self.table.file().to_owned(), self.table.delimiter());
        let (mut rows, mut bad) = (0_u64, Vec::new());
        let (before, wrong_before) = (reports.records.len(), reports.unreadable);
        while let Some(row) = self.table.next_row()? {
            rows += 1;
            let read = match row {
                Err(shape) => Err((shape.line, format!("{}; {}", shape.reason, shape.advice))),
                Ok(row) => {
                    let mut reading = Reading {
                        row: &row,
                        delimiter,
                        products: &mut products,
                        compiler: &compiler,
                        beside: &self.beside,
                        reports,
                    };
                    let read = match &self.columns {
                        Columns::Tidy(shared, tidy) => reading.tidy(shared, tidy, self.period),
                        Columns::Wide(shared, wide) => reading.wide(shared, wide, self.period),
                    };
                    read.map_err(|why| (row.line, why))
                }
            };
            if let Err((line, why)) = read {
                reports.unreadable += 1;
                if bad.len() < 10 {
                    bad.push(format!("  {file}, line {line}: {why}"));
                }
            }
        }
        if !bad.is_empty() {
            let wrong = reports.unreadable - wrong_before;
            output.warn(&format!(
                "warning: {wrong} of {} could not be used:",
                report::counted(rows as usize, "row")
            ));
            bad.iter().for_each(|line| output.say(line));
        }
        if reports.records.len() == before {
            return Err(Failure::because(format!("{file}: not one row could be used")));
        }
        Ok(())
    }
}

/// One row being read.
struct Reading<'a> {
    row: &'a TextRow<'a>,
    delimiter: u8,
    products: &'a mut HashMap<String, Arc<str>>,
    compiler: &'a Arc<str>,
    beside: &'a [(usize, String)],
    reports: &'a mut Reports,
}

impl<'a> Reading<'a> {
    fn cell(&self, at: usize) -> Result<&'a str, String> {
        let cell = self.row.cell(at);
        cell.ok_or_else(|| "a cell is no UTF-8; it may be Latin-1: convert the file to UTF-8".to_owned())
    }

    fn amount(&self, text: &str) -> Amount {
        decimal_text(text, self.delimiter).map_or(Amount::Bad, |text| amount(&text))
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
        for (at, name) in self.beside {
            let text = self.cell(*at)?;
            if let Some((why, advice)) = sources::contradicts(name, text, when) {
                return Err(format!("the column `{name}` says `{text}`: {why}; {advice}"));
            }
        }
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
            text => {
                let economy = self.reports.labels.economy(text, year);
                let absent = |info: &&EconomyInfo| info.standing(year) == Standing::Absent;
                match economies().get(economy).filter(absent) {
                    Some(info) => Err(format!(
                        "`{text}`: {info} is of other years than {year}; write who it was in that year"
                    )),
                    None => Ok(economy),
                }
            }
        }
    }

    fn weight(&self, at: Option<usize>) -> Result<Option<Decimal3>, String> {
        match self.optional(at)?.map(|text| self.amount(text)) {
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
        let (value, beyond) = match self.amount(self.cell(tidy.value)?) {
            Amount::Blank => (None, 0.0),
            Amount::Known(value, beyond) => (Some(value), beyond),
            Amount::Bad => {
                return Err(format!(
                    "the value `{}` is no amount: a plain number from zero up is expected",
                    self.cell(tidy.value)?
                ));
            }
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
            let (value, beyond) = match self.amount(text) {
                Amount::Blank => (None, 0.0),
                Amount::Known(value, beyond) => (Some(value), beyond),
                Amount::Bad => {
                    return Err(format!(
                        "the value `{text}` is no amount: a plain number from zero up is expected"
                    ));
                }
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
