//! From kept answers to a pinned dataset, by the importers that read files.

use super::archive::archive;
use super::gaps::gaps;
use super::provenance::provenance;
use crate::commands::import::bulk;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use ::fetch::{Answer, Cache, Dimension, Fetched, Form, Plan, Provider, Scope};
use model::Cell;
use report::counted;
use sources::{Options, Quarantined, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store::{FileFacts, PinFile, Reference, with_generated_section};
use trade::{Record, Usd};

pub type Line<'a> = &'a mut dyn FnMut(&str, u64, Cell);

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
            Provider::Baci { revision, release, .. } => archive(self, revision, release, line),
            Provider::Comtrade { .. } => records(self, Source::ComtradeApi, line),
            Provider::Imts { .. } => records(self, Source::Imts, line),
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
            if scope.other_classification(&record) {
                let value = Some(record.value.unwrap_or_default());
                self.set_aside("of a classification that was not asked for", 1, value);
                continue;
            }
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
        plan, cache, fetched, ..
    } = import;
    let form = plan.parts.first().map_or(Form::Records, |part| plan.request(part).form);
    let mut held = Held::default();
    let mut references = Vec::new();
    for (part, answer) in fetched.answers.iter().filter(|(_, answer)| answer.rows > 0) {
        let Some(path) = cache.body(answer) else { continue };
        let scope = Scope::new(&plan.provider, part);
        held.take(scope, answer, &path, source, references.len() as u32)?;
        references.push(answer);
    }
    let sound = held.without_repeats().and_then(|()| lost(import, source, &held));
    if let Err(failure) = sound {
        // The next refresh is to ask for all of it again.
        cache.give_up_refresh().map_err(super::told)?;
        return Err(failure);
    }
    tell(import, &held, line)?;
    if held.records.is_empty() {
        cache
            .reject(form, fetched.answers.iter().map(|(_, answer)| answer))
            .map_err(super::told)?;
        return Err(Failure::because(format!(
            "{}: {} answered, and not one row can be used; the answers are not kept, so that the same command asks again: \
             later, or for other years, reporters or partners",
            cache.folder().display(),
            plan.provider.base()
        )));
    }
    let about = described(import, &held, references.len());
    cache.accept().map_err(super::told)?;
    pin(cache.folder(), &about, &held.records, &references)
}

/// The lines of the summary, and the list of bad rows.
fn tell(import: &Import<'_>, held: &Held, line: Line<'_>) -> Outcome<()> {
    let folder = import.cache.folder();
    let bad = held.bad.len() as u64 + held.bad_unlisted;
    line("rows read", held.rows, Cell::Missing);
    let value: Usd = held.records.iter().filter_map(|r| r.value).sum();
    line("records", held.records.len() as u64, value.into());
    line("in quarantine", bad, Cell::Missing);
    for (kind, (rows, value)) in &held.aside {
        line(&format!("set aside: {kind}"), *rows, (*value).into());
    }
    bulk::list_bad((folder, folder), &held.bad, (bad, held.rows), import.output)?;
    Ok(())
}

/// The description of the pin, with what a reader of its figures should know; that is also told at once.
fn described(import: &Import<'_>, held: &Held, answers: usize) -> PinFile {
    let mut about = provenance(import);
    about.description = format!(
        "Made of {} of the interface, which references.csv lists with their addresses, dates and hashes. Each \
         record's `reference` tells which one it is from.",
        counted(answers, "answer")
    );
    let bad = held.bad.len() as u64 + held.bad_unlisted;
    if bad > 0 {
        let trap = format!(
            "{bad} of {} could not be used: see quarantine.csv.",
            counted(held.rows as usize, "row")
        );
        about.traps.push(trap);
    }
    let strange = held.aside.iter().filter(|(kind, _)| kind.ends_with("not asked for"));
    let strange = strange.map(|(kind, (rows, _))| format!("Set aside: {} {kind}.", counted(*rows as usize, "row")));
    let doubts = strange.chain(doubts(import.fetched));
    for trap in doubts.chain(gaps(import, &held.records)).chain(to_come(&held.records)) {
        import.output.warn(&format!("warning: {trap}"));
        about.traps.push(trap);
    }
    about
}

/// Figures of years that have not begun.
fn to_come(records: &[Record]) -> Option<String> {
    let latest = records.iter().map(|record| record.period.year()).max();
    let latest = latest.filter(|latest| *latest > ::fetch::this_year())?;
    Some(format!(
        "There are figures of years to come, up to {latest}: forecasts, or a mistake of the provider's."
    ))
}

/// What answers say beside their rows, and do not say.
fn doubts(fetched: &Fetched) -> Vec<String> {
    let mut doubts = Vec::new();
    let answers = || fetched.answers.iter().map(|(_, answer)| answer);
    let mut said: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    for answer in answers() {
        if let Some(words) = &answer.said {
            said.entry(words).or_insert((0, &answer.url)).0 += 1;
        }
    }
    for (words, (number, url)) in said {
        let more = match number {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        doubts.push(format!("The server says beside the rows of {url}{more}: {words}"));
    }
    let uncounted = answers().filter(|answer| answer.uncounted).count();
    if uncounted > 0 {
        doubts.push(format!(
            "{uncounted} of {} answers do not say how many rows they have: whether they are whole could not be checked.",
            fetched.answers.len()
        ));
    }
    let endless = answers().filter(|answer| answer.endless).count();
    if endless > 0 {
        doubts.push(format!(
            "{endless} of {} answers came over a connection that does not say where an answer ends: whether they are whole could \
             not be checked.",
            fetched.answers.len()
        ));
    }
    let elsewhere = answers().filter_map(|answer| Some((&answer.url, answer.from.as_ref()?)));
    for (url, from) in elsewhere.take(1) {
        doubts.push(format!(
            "{} of {} answers are from other addresses than were asked, such as {from} for {url}.",
            answers().filter(|answer| answer.from.is_some()).count(),
            fetched.answers.len()
        ));
    }
    doubts
}

/// What a cut answer holds must stand in those to the parts of its question.
fn lost(import: &Import<'_>, source: Source, held: &Held) -> Outcome<()> {
    let fetched = import.fetched;
    if fetched.cut.is_empty() {
        return Ok(());
    }
    let there: BTreeSet<_> = held.records.iter().map(Record::key).collect();
    for (part, answer) in &fetched.cut {
        let Some(path) = import.cache.body(answer) else {
            continue;
        };
        let mut cut = Held::default();
        // A body that the importer cannot read is only known to have been cut.
        if cut
            .take(Scope::new(&import.plan.provider, part), answer, &path, source, 0)
            .is_err()
        {
            continue;
        }
        let missing: Vec<&Record> = cut.records.iter().filter(|r| !there.contains(&r.key())).collect();
        // Each row that could not be used may be one of them.
        let bad = held.bad.len() as u64 + held.bad_unlisted;
        if let Some(first) = missing.first().filter(|_| missing.len() as u64 > bad) {
            return Err(Failure::because(format!(
                "{}: of its answer, which was cut, {} cannot be found in any of the answers to the parts of its question, such as {} {} \
                 of {}, {} {}: fetch all of it again, --refresh",
                answer.url,
                counted(missing.len(), "row"),
                first.period,
                first.flow,
                first.reporter,
                first.partner,
                first.product
            )));
        }
    }
    Ok(())
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
    let written = list(folder, answers)
        .and_then(|()| Ok(store::write_atomically(&path, &bytes)?))
        .and_then(|()| Ok(store::write_atomically(&description, text.as_bytes())?));
    if written.is_err() && !description.is_file() {
        // Figures without their description are no pin.
        let _ = std::fs::remove_file(&path);
    }
    written
}

/// `references.csv`: the answers in the order in which records point to them.
pub fn list(folder: &Path, answers: &[&Answer]) -> Outcome<()> {
    let one = |(at, answer): (usize, &&Answer)| Reference {
        key: format!("a{:04}", at + 1),
        citation: format!("answer of {}", answer.extracted),
        url: answer.from.as_ref().unwrap_or(&answer.url).clone(),
        note: format!(
            "{}{} rows, {} bytes, sha256 {}",
            answer
                .from
                .as_ref()
                .map_or(String::new(), |_| format!("asked for as {}: ", answer.url)),
            answer.rows,
            answer.bytes,
            answer.sha256
        ),
    };
    let references: Vec<Reference> = answers.iter().enumerate().map(one).collect();
    let bytes = crate::commands::pin::reference_list(&references)?;
    Ok(store::write_atomically(&folder.join("references.csv"), &bytes)?)
}
