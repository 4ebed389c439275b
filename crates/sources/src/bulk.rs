//! Import at scale: files, archives or folders of any size to a partitioned dataset.
//!
//! One thread reads and unpacks; the others read the lines, the plain ones by columns and all
//! others by the same reader as small files, so that both give the same records. Rows are kept as
//! 56 bytes each, by year; beyond the memory that was granted they go to the disk as sorted runs.
//! Then each year is merged, its repeats sorted out as in small files, and written: a partition is
//! there whole or not at all, and one that was finished before an interruption is kept.

mod cells;
mod error;
mod inputs;
mod layout;
mod packed;
mod pass;
mod reading;
mod runs;
mod scan;
mod writing;

use crate::baci::note_on_other_year;
use crate::import::{Tally, years_to_come};
use crate::options::Defaults;
use crate::quarantine::Quarantined;
use crate::remarks::Remarks;
use crate::source::{Repeats, Source};
pub use error::BulkError;
pub use inputs::tables_in;
use inputs::{BulkInput, inputs_of, not_read};
use pass::{Pass, take_all};
use rayon::prelude::*;
use runs::Years;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use store::{ClosedPartition, Dataset, PartitionWriter};
use trade::{Scales, Usd};
use writing::{Common, Fates, write_year};

/// The least memory that can be granted.
pub const LEAST_MEMORY: u64 = 64 << 20;
/// What reading, sorting and writing take beside the rows that are held, and what these have at least.
const READING_AND_WRITING: u64 = 200 << 20;
const LEAST_FOR_ROWS: u64 = 16 << 20;
/// How many bad rows are listed; the others are counted.
const LISTED: usize = 100_000;

/// How to import.
pub struct BulkOptions<'a> {
    /// Which source; `None` to tell by the header.
    pub source: Option<Source>,
    /// What holds where the files do not say.
    pub defaults: Defaults,
    /// How much memory may be used, in bytes.
    pub memory: u64,
    /// Is told, from time to time, what is being done.
    pub progress: &'a (dyn Fn(&str) + Sync),
    /// Is called once all is written, before the dataset is marked as finished: what belongs beside it, such as a list of
    /// its bad rows, is there when the dataset is whole.
    pub before_the_end: &'a (dyn Fn(&BulkReport) -> std::io::Result<()> + Sync),
}

/// What became of the inputs.
#[derive(Debug, Default)]
pub struct BulkReport {
    /// Rows that were read, without headers and blank lines.
    pub rows_read: u64,
    /// Rows that are in the partitions that were written.
    pub records: u64,
    /// The exact sum of their values, in US dollars.
    pub value: Usd,
    /// Rows of partitions that were finished before and were kept.
    pub kept: u64,
    /// Bad rows.
    pub quarantined: u64,
    /// The first of them, with the names of their inputs.
    pub quarantine: Vec<(String, Quarantined)>,
    /// Rows that say again what others say, or are no bilateral figures, by kind.
    pub set_aside: Vec<Tally>,
    /// What else a reader of the records should know, such as an answer that its API has cut.
    pub notes: Vec<String>,
    remarks: Remarks,
    /// Columns that were not read.
    pub ignored_columns: BTreeSet<String>,
    /// The years that were written.
    pub written: Vec<i16>,
    /// Inputs that an earlier import had finished.
    pub inputs_kept: usize,
    /// Inputs that were read.
    pub inputs_read: usize,
    /// Unfinished files of an interrupted import that were removed.
    pub swept: usize,
    /// Whether rows went to the disk before they were written.
    pub spilled: bool,
    /// Whether a file of one year, by its name, has rows of others.
    pub other_years: bool,
}

impl BulkOptions<'_> {
    fn defaults_for(&self, input: &BulkInput) -> Defaults {
        let mut defaults = self.defaults.clone();
        if defaults.classification.is_none() {
            defaults.classification = input.baci_revision().map(str::to_owned);
        }
        defaults
    }
}

/// Inputs that are read together, and the one year they are known to hold.
struct Group {
    inputs: Vec<usize>,
    year: Option<i16>,
    fingerprint: String,
}

/// Imports a file, an archive or a folder into a dataset in the folder `out`. Years that the
/// inputs have replace those of the dataset; its other years stay.
///
/// # Errors
/// When an input is no table that is known, or the disk is full. Partitions that were finished
/// stay; nothing else is left.
pub fn import_bulk(from: &Path, out: &Path, options: &BulkOptions<'_>) -> Result<BulkReport, BulkError> {
    if options.memory < LEAST_MEMORY {
        return Err(BulkError::Memory { found: options.memory });
    }
    let (inputs, passed_over) = inputs_of(from)?;
    let made = !out.exists();
    std::fs::create_dir_all(out).map_err(|cause| BulkError::Runs {
        path: out.to_owned(),
        cause,
    })?;
    let alone = store::lock_folder(out)?;
    let mut done = import_into(from, &inputs, out, &alone, options);
    if let (Ok(report), Some(note)) = (&mut done, not_read(&passed_over)) {
        report.notes.push(note);
    }
    // Only where nothing is in it, and while it is ours: another run may have begun in it.
    if made && done.is_err() {
        let _ = std::fs::remove_dir(out);
    }
    done
}

fn import_into(
    from: &Path,
    inputs: &[BulkInput],
    out: &Path,
    alone: &store::FolderLock,
    options: &BulkOptions<'_>,
) -> Result<BulkReport, BulkError> {
    let mut report = BulkReport {
        swept: alone.swept,
        ..BulkReport::default()
    };
    let dataset = if Dataset::is_one(out) {
        Some(Dataset::resume(out)?)
    } else {
        None
    };
    let interrupted = dataset.as_ref().and_then(Dataset::importing);
    if let Some(other) = interrupted.filter(|other| Path::new(other).file_name() != from.file_name()) {
        return Err(BulkError::Interrupted {
            path: out.to_owned(),
            input: other.to_owned(),
        });
    }
    let mut import = Import {
        inputs,
        out,
        options,
        resumed: interrupted.is_some(),
        dataset,
        general: BTreeSet::new(),
        from: from.display().to_string(),
    };
    let mut groups = import.groups(true);
    while let Some(group) = groups.pop() {
        match import.group(&group, &mut report)? {
            Done::Finished => {}
            // A file has other years than its name says: read all of them together.
            Done::OtherYears(note) => {
                groups = import.groups(false);
                report = BulkReport {
                    swept: report.swept,
                    other_years: true,
                    notes: vec![note],
                    ..BulkReport::default()
                };
            }
        }
    }
    if report.records + report.kept == 0 && report.inputs_kept == 0 {
        return Err(BulkError::Empty {
            path: from.to_owned(),
            bad: report.quarantined,
            quarantine: report.quarantine,
        });
    }
    report.notes.extend(report.remarks.notes());
    (options.before_the_end)(&report)?;
    if let Some(dataset) = &mut import.dataset {
        dataset.end()?;
    }
    Ok(report)
}

struct Import<'a> {
    inputs: &'a [BulkInput],
    out: &'a Path,
    options: &'a BulkOptions<'a>,
    dataset: Option<Dataset>,
    /// Inputs that the general reader has to read.
    general: BTreeSet<usize>,
    /// What is imported, as the manifest names it until that is done.
    from: String,
    /// Whether the dataset's last import was interrupted. Then all inputs are read, since what was found in them was not
    /// told; the years that were finished are not written again.
    resumed: bool,
}

enum Done {
    Finished,
    /// With what to tell of it.
    OtherYears(String),
}

impl Import<'_> {
    /// The year files of BACI one by one, last first as they are taken from the end; anything else
    /// all together.
    fn groups(&self, by_year: bool) -> Vec<Group> {
        let years: BTreeSet<i16> = self.inputs.iter().filter_map(BulkInput::baci_year).collect();
        if by_year && years.len() == self.inputs.len() {
            let group = |(i, input): (usize, &BulkInput)| Group {
                inputs: vec![i],
                year: input.baci_year(),
                fingerprint: fingerprint(self.options, &[input]),
            };
            return self.inputs.iter().enumerate().rev().map(group).collect();
        }
        vec![Group {
            inputs: (0..self.inputs.len()).collect(),
            year: None,
            fingerprint: fingerprint(self.options, &self.inputs.iter().collect::<Vec<_>>()),
        }]
    }

    fn group(&mut self, group: &Group, report: &mut BulkReport) -> Result<Done, BulkError> {
        let dataset = self.dataset.as_ref();
        if !self.resumed && dataset.is_some_and(|d| d.has_imported(&group.fingerprint)) {
            report.inputs_kept += group.inputs.len();
            report.kept += dataset.map_or(0, |d| d.rows_from(&group.fingerprint));
            return Ok(Done::Finished);
        }
        let pass = loop {
            match self.pass(group)? {
                Ok(pass) => break pass,
                Err(input) => {
                    self.general.insert(input);
                }
            }
        };
        let years = pass.years.years();
        if let Some(year) = group.year
            && let Some(other) = years.iter().find(|other| **other != year)
        {
            let names: Vec<&str> = group.inputs.iter().map(|&i| self.inputs[i].name.as_str()).collect();
            return Ok(Done::OtherYears(note_on_other_year(&names.join(", "), year, *other)));
        }
        report.kept += dataset.map_or(0, |d| d.rows_from(&group.fingerprint));
        report.inputs_read += group.inputs.len();
        self.write(group, pass, report)?;
        Ok(Done::Finished)
    }

    /// Reads the inputs; `Err(input)` inside if one has to be read by the general reader.
    fn pass(&self, group: &Group) -> Result<Result<Pass, usize>, BulkError> {
        let threads = rayon::current_num_threads().max(1);
        let others = READING_AND_WRITING.max(self.options.memory / 5);
        let budget = self.options.memory.saturating_sub(others).max(LEAST_FOR_ROWS) as usize;
        let mut pass = Pass {
            years: Years::new(self.out, budget, threads)?,
            scales: Scales::default(),
            source: None,
            origin: None,
            read: 0,
            bad: Vec::new(),
            bad_unlisted: 0,
            aside: BTreeMap::new(),
            notes: Vec::new(),
            remarks: Remarks::default(),
            ignored: BTreeSet::new(),
        };
        std::thread::scope(|scope| {
            let (to, from) = sync_channel(threads * 2);
            let reader = scope.spawn(move || {
                for &i in &group.inputs {
                    (self.options.progress)(&format!("reading {}", self.inputs[i].name));
                    reading::read_input(i, &self.inputs[i], self.general.contains(&i), self.options, &to)?;
                }
                Ok(())
            });
            let taken = take_all(from, threads, &mut pass);
            // The reader stops when nobody listens any more; its own error comes first.
            let read: Result<(), BulkError> = reader.join().unwrap_or(Ok(()));
            let restart = taken?;
            if restart.is_none() {
                read?;
            }
            Ok(match restart {
                Some(input) => Err(input),
                None => Ok(()),
            })
        })
        .map(|done| done.map(|()| pass))
    }

    fn write(&mut self, group: &Group, mut pass: Pass, report: &mut BulkReport) -> Result<(), BulkError> {
        report.spilled |= pass.years.spilled();
        report.rows_read += pass.read;
        report.quarantined += pass.bad.len() as u64 + pass.bad_unlisted;
        for (input, bad) in std::mem::take(&mut pass.bad) {
            self.list(report, input, bad);
        }
        for (kind, rows) in std::mem::take(&mut pass.aside) {
            set_aside(report, kind, rows, None);
        }
        report.notes.append(&mut pass.notes);
        report.remarks.merge(std::mem::take(&mut pass.remarks));
        report.ignored_columns.append(&mut pass.ignored);
        let years = pass.years.years();
        let (Some((compiler, status)), false) = (pass.origin, years.is_empty()) else {
            return Ok(());
        };
        let common = Common {
            compiler,
            status,
            repeats: pass.source.map_or(Repeats::Contradict, |s| s.shape().repeats),
        };
        let mut dataset = self.dataset_for(&common, pass.scales)?;
        dataset.check_free(years.iter().copied())?;
        let done = dataset.years_from(&group.fingerprint);
        dataset.begin(&self.from)?;
        let scales = dataset.scales();
        let left = years.iter().filter(|year| !done.contains(year)).count();
        let parts: Vec<(i16, runs::Year)> = years.iter().map(|&y| (y, pass.years.take(y))).collect();
        let before: BTreeSet<i16> = dataset.partitions().iter().map(|p| p.year).collect();
        let replaced: Vec<String> = years
            .iter()
            .filter(|year| before.contains(year) && !done.contains(year))
            .map(ToString::to_string)
            .collect();
        if !replaced.is_empty() {
            let stay = before.len() - replaced.len();
            report.notes.push(format!(
                "{} replaced what was imported before; {stay} other years of the dataset stay",
                replaced.join(", ")
            ));
        }
        let (to, partitions) = sync_channel(2);
        let (fates, kept) = std::thread::scope(|scope| {
            let make = |(year, rows): (i16, runs::Year)| {
                if done.contains(&year) {
                    // It is there already; what else became of its rows is still to be told.
                    let fates = write_year(year, rows.merged()?, &common, self.inputs, None)?;
                    return Ok(Fates { written: 0, ..fates });
                }
                let mut writer = PartitionWriter::create(self.out, year, scales)?;
                let fates = write_year(year, rows.merged()?, &common, self.inputs, Some(&mut writer))?;
                if fates.written > 0 || before.contains(&year) {
                    // Nobody listens any more after an error, which is told below.
                    let _ = to.send(writer.close()?);
                }
                Ok(fates)
            };
            let keeper = || {
                keep_all(
                    partitions,
                    &group.fingerprint,
                    &mut dataset,
                    left,
                    self.options.progress,
                )
            };
            let keeper = scope.spawn(keeper);
            let fates: Vec<Result<Fates, BulkError>> = parts.into_par_iter().map(make).collect();
            drop(to);
            (fates, keeper.join())
        });
        report.value += kept.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let mut there = Vec::new();
        for (year, fate) in years.iter().zip(fates) {
            let fate = fate?;
            there.extend((fate.written > 0 || done.contains(year)).then_some(*year));
            self.count(fate, report);
        }
        report.notes.extend(years_to_come(&self.from, there.into_iter()));
        let written = |year: &i16| dataset.partitions().iter().any(|p| p.year == *year);
        report
            .written
            .extend(years.into_iter().filter(|year| written(year) && !done.contains(year)));
        if dataset.partitions().is_empty() {
            // Not one row could be used: there is no dataset.
            return Ok(());
        }
        dataset.mark_imported(&group.fingerprint)?;
        self.dataset = Some(dataset);
        Ok(())
    }

    fn count(&self, fates: Fates, report: &mut BulkReport) {
        report.records += fates.written;
        report.quarantined += fates.contradictions.len() as u64 + fates.unlisted;
        for (input, bad) in fates.contradictions {
            self.list(report, input, bad);
        }
        for (kind, (rows, value)) in fates.set_aside {
            set_aside(report, kind, rows, Some(value).filter(|_| kind != crate::ADDED));
        }
    }

    fn list(&self, report: &mut BulkReport, input: usize, bad: Quarantined) {
        if report.quarantine.len() < LISTED {
            let name = self.inputs.get(input).map(|i| i.name.clone()).unwrap_or_default();
            report.quarantine.push((name, bad));
        }
    }

    /// The dataset to write into, once its numbers' scales are known to suffice.
    fn dataset_for(&self, common: &Common, scales: Scales) -> Result<Dataset, BulkError> {
        let Some(dataset) = self.dataset.clone() else {
            let made_by = "counterflow import";
            return Ok(Dataset::new(self.out, made_by, &common.compiler, scales));
        };
        if dataset.partitions().is_empty() {
            return Ok(Dataset::new(self.out, dataset.made_by(), &common.compiler, scales));
        }
        if dataset.compiler() != &*common.compiler {
            return Err(BulkError::Mixed {
                problem: format!(
                    "the dataset is of {}, the input of {}",
                    dataset.compiler(),
                    common.compiler
                ),
            });
        }
        if dataset.scales().wider(scales) != dataset.scales() {
            return Err(BulkError::Mixed {
                problem: "the input's numbers have more decimal places than those of the dataset".to_owned(),
            });
        }
        Ok(dataset)
    }
}

/// Brings partitions to the disk and notes them, one after another, while others are made: it takes time, and no processor.
/// Gives the sum of their values.
fn keep_all(
    partitions: Receiver<ClosedPartition>,
    source: &str,
    dataset: &mut Dataset,
    mut left: usize,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Usd, BulkError> {
    let mut value = Usd::ZERO;
    for closed in partitions {
        value += closed.value();
        let mut partition = closed.keep()?;
        let year = partition.year;
        partition.source = Some(source.to_owned());
        dataset.put(partition)?;
        left -= 1;
        progress(&format!("{year} is written, {left} years to go"));
    }
    Ok(value)
}

/// Adds rows of a kind to the report.
fn set_aside(report: &mut BulkReport, kind: &'static str, rows: u64, value: Option<Usd>) {
    match report.set_aside.iter_mut().find(|t| t.kind == kind) {
        Some(tally) => {
            tally.rows += rows;
            tally.value = tally.value.zip(value).map(|(sum, value)| sum + value);
        }
        None => report.set_aside.push(Tally { kind, rows, value }),
    }
}

/// Tells an import by its inputs and by what was said about them.
fn fingerprint(options: &BulkOptions<'_>, inputs: &[&BulkInput]) -> String {
    let mut text = format!("import 1\n{:?}\n{:?}\n", options.source, options.defaults);
    for input in inputs {
        text += &format!(
            "{} {:?}\n",
            input.fingerprint,
            options.defaults_for(input).classification
        );
    }
    store::sha256_of_bytes(text.as_bytes())
}
