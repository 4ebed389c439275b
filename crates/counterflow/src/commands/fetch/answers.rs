//! From kept answers to a pinned dataset, by the importers that read files.

use super::question::revision;
use crate::commands::import::bulk;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use ::fetch::{Answer, Cache, Dimension, Fetched, Plan, Provider, Scope};
use model::{Cell, Kind, Table};
use sources::{Defaults, Options, Quarantined, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store::{FileFacts, PinFile, with_generated_section};
use trade::{Record, Usd};

type Line<'a> = &'a mut dyn FnMut(&str, u64, Cell);

/// What was fetched, and where it goes.
pub struct Import<'a> {
    pub plan: &'a Plan,
    pub cache: &'a Cache,
    pub fetched: &'a Fetched,
    pub name: &'a str,
    pub memory: u64,
    pub output: &'a Output,
}

/// Whether the importer can read a body, before it is kept: what is kept is not asked for again. Rows that are bad are
/// left to the quarantine, and archives to their import, which takes long.
pub fn usable(provider: &Provider, body: &Path) -> Result<(), String> {
    let source = match provider {
        Provider::Baci { .. } => return Ok(()),
        Provider::Comtrade { .. } => Source::ComtradeApi,
        Provider::Imts { .. } => Source::Imts,
    };
    let options = Options {
        source: Some(source),
        file: "its body".to_owned(),
        ..Options::default()
    };
    let file = std::fs::File::open(body).map_err(|e| e.to_string())?;
    sources::import(file, &options).map(drop).map_err(|e| e.to_string())
}

impl Import<'_> {
    /// Imports it and pins it. A bad row is listed in `quarantine.csv` and left out.
    pub fn run(&self, line: Line<'_>) -> Outcome<()> {
        match &self.plan.provider {
            Provider::Baci { revision, .. } => archive(self, revision, line),
            Provider::Comtrade { .. } => records(self, Source::ComtradeApi, line),
            Provider::Imts { .. } => records(self, Source::Imts, line),
        }
    }
}

/// When the answers were given.
struct Days {
    first: String,
    last: String,
}

impl Days {
    fn of(fetched: &Fetched) -> Days {
        let days = || fetched.answers.iter().map(|(_, answer)| answer.extracted.clone());
        Days {
            first: days().min().unwrap_or_default(),
            last: days().max().unwrap_or_default(),
        }
    }

    fn told(&self) -> String {
        if self.first == self.last {
            self.last.clone()
        } else {
            format!("{} to {}", self.first, self.last)
        }
    }
}

/// What the answers hold.
#[derive(Default)]
struct Held {
    records: Vec<Record>,
    rows: u64,
    /// Rows set aside by kind, and the sum of their values where all were read.
    aside: BTreeMap<&'static str, (u64, Option<Usd>)>,
    bad: Vec<(String, Quarantined)>,
    bad_unlisted: u64,
}

impl Held {
    fn take(
        &mut self,
        mut scope: Scope<'_>,
        answer: &Answer,
        path: &Path,
        source: Source,
        reference: u32,
    ) -> Outcome<()> {
        let options = Options {
            source: Some(source),
            ..Options::default()
        };
        let imported = sources::import_path(path, &options)?;
        self.rows += imported.rows_read;
        for tally in &imported.set_aside {
            self.set_aside(tally.kind, tally.rows, tally.value);
        }
        self.bad_unlisted += imported.quarantine_unlisted;
        let file = answer.file.clone().unwrap_or_default();
        self.bad
            .extend(imported.quarantine.into_iter().map(|row| (file.clone(), row)));
        for mut record in imported.records {
            if let Some(dimension) = scope.strange(&record) {
                self.set_aside(not_asked_for(dimension), 1, Some(record.value.unwrap_or_default()));
                continue;
            }
            record.reference = Some(reference);
            self.records.push(record);
        }
        Ok(())
    }

    fn set_aside(&mut self, kind: &'static str, rows: u64, value: Option<Usd>) {
        let (all, sum) = self.aside.entry(kind).or_insert((0, Some(Usd::ZERO)));
        *all += rows;
        *sum = sum.zip(value).map(|(sum, value)| sum + value);
    }

    /// The parts of a question share nothing, but pages of one answer overlap where rows came in between them.
    fn without_repeats(&mut self) -> Outcome<()> {
        let mut first: BTreeMap<_, usize> = BTreeMap::new();
        let mut again = BTreeSet::new();
        for (at, record) in self.records.iter().enumerate() {
            let Some(&there) = first.get(&record.key()) else {
                first.insert(record.key(), at);
                continue;
            };
            let (other, reference) = (&self.records[there], record.reference);
            if (Record {
                reference,
                ..other.clone()
            }) != *record
            {
                return Err(contradiction(record, other));
            }
            again.insert(at);
        }
        let value = again.iter().filter_map(|&at| self.records[at].value).sum();
        if !again.is_empty() {
            self.set_aside("in two answers", again.len() as u64, Some(value));
        }
        let mut at = 0..;
        self.records
            .retain(|_| at.next().is_some_and(|at| !again.contains(&at)));
        Ok(())
    }
}

/// Why a record that is there already differs from this one.
fn contradiction(record: &Record, other: &Record) -> Failure {
    let told = |value: Option<Usd>| value.map_or("nothing".to_owned(), |value| format!("{value} USD"));
    Failure::because(format!(
        "two answers tell the same figure differently ({} {} of {}, {} {}: {} and {}): what is behind the interface was revised \
         between them; fetch all of it again, --refresh",
        record.period,
        record.flow,
        record.reporter,
        record.partner,
        record.product,
        told(other.value),
        told(record.value)
    ))
}

fn not_asked_for(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Period => "of a period that was not asked for",
        Dimension::Reporter => "of a reporter that was not asked for",
        Dimension::Partner => "of a partner that was not asked for",
        Dimension::Flow => "of a flow that was not asked for",
        Dimension::Product => "of a product that was not asked for",
    }
}

fn records(import: &Import<'_>, source: Source, line: Line<'_>) -> Outcome<()> {
    let &Import {
        plan,
        cache,
        fetched,
        output,
        ..
    } = import;
    let folder = cache.folder();
    let mut held = Held::default();
    let mut references = Vec::new();
    for (part, answer) in fetched.answers.iter().filter(|(_, answer)| answer.rows > 0) {
        let Some(path) = cache.body(answer) else { continue };
        let scope = Scope::new(&plan.provider, part);
        held.take(scope, answer, &path, source, references.len() as u32)?;
        references.push(answer);
    }
    held.without_repeats()?;
    let bad = held.bad.len() as u64 + held.bad_unlisted;
    line("rows read", held.rows, Cell::Missing);
    let value: Usd = held.records.iter().filter_map(|r| r.value).sum();
    line("records", held.records.len() as u64, value.into());
    line("in quarantine", bad, Cell::Missing);
    for (kind, (rows, value)) in &held.aside {
        line(&format!("set aside: {kind}"), *rows, (*value).into());
    }
    bulk::list_bad(folder, &held.bad, bad, held.rows, output)?;
    if held.records.is_empty() {
        return Err(Failure::because(format!(
            "{}: {} answered, and not one row can be used; ask for other years, reporters or partners",
            folder.display(),
            plan.provider.base()
        )));
    }
    let mut about = provenance(import);
    let answers = references.len();
    about.description = format!(
        "Made of {answers} {} of the interface, which references.csv lists with their addresses, dates and hashes. Each \
         record's `reference` tells which one it is from.",
        if answers == 1 { "answer" } else { "answers" }
    );
    if bad > 0 {
        let trap = format!(
            "{bad} of {} rows could not be used; they are in quarantine.csv.",
            held.rows
        );
        about.traps.push(trap);
    }
    pin(folder, &about, &held.records, &references)
}

/// Writes the pin: where its figures change, the old description goes first, so that it never stands beside others.
fn pin(folder: &Path, about: &PinFile, records: &[Record], answers: &[&Answer]) -> Outcome<()> {
    let name = format!("{}.parquet", about.name);
    let (path, description) = (folder.join(&name), folder.join("pin.toml"));
    let bytes = store::parquet_bytes(records, &path)?;
    let facts = FileFacts::of(name, &bytes, records);
    let text = with_generated_section(&about.provenance(), &facts);
    let there = |path: &Path, bytes: &[u8]| std::fs::read(path).is_ok_and(|there| there == bytes);
    if !(there(&path, &bytes) && there(&description, text.as_bytes())) && description.exists() {
        std::fs::remove_file(&description)?;
    }
    store::write_atomically(&path, &bytes)?;
    list(folder, answers)?;
    store::write_atomically(&description, text.as_bytes())?;
    Ok(())
}

/// `references.csv`: the answers in the order in which records point to them.
fn list(folder: &Path, answers: &[&Answer]) -> Outcome<()> {
    let text = |name| (name, Kind::Text, "");
    let columns = [text("key"), text("citation"), text("url"), text("note")];
    let mut table = Table::new("references", "Answers", &columns);
    for (at, answer) in answers.iter().enumerate() {
        table.push(vec![
            format!("a{:04}", at + 1).into(),
            format!("answer of {}", answer.extracted).into(),
            answer.url.clone().into(),
            format!("{} rows, {} bytes, sha256 {}", answer.rows, answer.bytes, answer.sha256).into(),
        ]);
    }
    let bytes = report::to_bytes(&table, report::Format::Csv)?;
    Ok(store::write_atomically(&folder.join("references.csv"), &bytes)?)
}

fn archive(import: &Import<'_>, theirs: &str, line: Line<'_>) -> Outcome<()> {
    let &Import {
        cache,
        fetched,
        memory,
        output,
        ..
    } = import;
    let folder = cache.folder();
    let Some((answer, path)) = fetched.answers.iter().find_map(|(_, a)| Some((a, cache.body(a)?))) else {
        return Err(Failure::because("there is no archive"));
    };
    let defaults = Defaults {
        classification: revision(theirs).map(str::to_owned),
        ..Defaults::default()
    };
    let report = bulk::into_folder(&path, Some(Source::Baci), defaults, memory, folder, output);
    let report = report.map_err(|failure| match failure {
        // It was not looked through before it was kept.
        Failure::Error(e) if e.to_string().contains(&*path.to_string_lossy()) => Failure::because(format!(
            "{e}; where the archive is at fault, --refresh asks for it again"
        )),
        other => other,
    })?;
    line("rows read", report.rows_read, Cell::Missing);
    line("records", report.records, Cell::Missing);
    line("records finished before and kept", report.kept, Cell::Missing);
    line("in quarantine", report.quarantined, Cell::Missing);
    let mut about = provenance(import);
    about.description = format!(
        "A folder of years; dataset.toml holds each file's hash. Made of the archive raw/{}.zip.",
        answer.sha256
    );
    list(folder, &[answer])?;
    store::write_atomically(&folder.join("pin.toml"), about.provenance().as_bytes())?;
    Ok(())
}

fn provenance(import: &Import<'_>) -> PinFile {
    let (plan, name, days) = (import.plan, import.name, Days::of(import.fetched));
    let url = plan
        .parts
        .first()
        .map(|part| plan.request(part).url)
        .unwrap_or_default();
    let told = days.told();
    let usual = PinFile {
        name: name.to_owned(),
        release: format!("extracted {told}"),
        retrieved: days.last.clone(),
        url,
        ..PinFile::default()
    };
    match &plan.provider {
        Provider::Comtrade { .. } => PinFile {
            title: format!("UN Comtrade, {name}, extracted {told}"),
            compiler: "United Nations Statistics Division, UN Comtrade".to_owned(),
            licence: "UN Comtrade: free redistribution of up to 100,000 records".to_owned(),
            terms: "cite UN Comtrade; its policy on use and re-dissemination governs what may be passed on".to_owned(),
            citation: format!("United Nations Statistics Division, UN Comtrade Database, extracted {told}"),
            traps: vec![
                "The database is revised every day: another day's extraction may hold other figures.".to_owned(),
                "The world as a partner stands beside its parts, and TOTAL beside products: never add them.".to_owned(),
            ],
            ..usual
        },
        Provider::Imts { .. } => PinFile {
            title: format!("IMF International Trade in Goods, {name}, extracted {told}"),
            compiler: "International Monetary Fund, International Trade in Goods by partner country (IMTS)".to_owned(),
            licence: "see the Fund's terms of use of its data".to_owned(),
            terms: "https://www.imf.org/external/terms.htm".to_owned(),
            citation: format!(
                "International Monetary Fund, International Trade in Goods by partner country (IMTS), extracted {told}"
            ),
            traps: vec![
                "The Fund's estimates stand among reports and are not marked: every figure is `estimated`.".to_owned(),
                "The world and groups as partners stand beside their parts: never add them.".to_owned(),
            ],
            ..usual
        },
        Provider::Baci { revision, release, .. } => PinFile {
            title: format!("BACI {revision}, release V{release}"),
            compiler: "CEPII, BACI".to_owned(),
            release: format!("V{release}, {revision}"),
            licence: "Etalab 2.0".to_owned(),
            terms: "free reuse with attribution".to_owned(),
            citation:
                "Gaulier, G. and Zignago, S. (2010), BACI: International Trade Database at the Product-Level. The \
                       1994-2007 Version, CEPII Working Paper 2010-23"
                    .to_owned(),
            traps: vec!["Releases revise all years: never continue one with another.".to_owned()],
            ..usual
        },
    }
}
