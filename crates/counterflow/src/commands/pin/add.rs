//! `counterflow pin add`: a file with its provenance becomes a pin.

use super::{PinFolder, reference_list};
use crate::commands::import::{defaults, source, tell};
use crate::commands::load::{is_foreign, look_through};
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::Args;
use model::{Cell, Kind, Table};
use sources::{Imported, Options};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{FileFacts, Filter, PinFile, Reference, with_generated_section};
use trade::Record;

/// What to pin, and what must be known about it.
#[derive(Args, Debug)]
pub struct AddArguments {
    /// The pin's name: lower case, digits and `-`.
    pub name: String,
    /// A file that `import` reads, or a dataset's Parquet file.
    pub file: PathBuf,
    /// One line for people.
    #[arg(long)]
    pub title: Option<String>,
    /// Who compiled the figures.
    #[arg(long)]
    pub compiler: String,
    /// The compiler's release or edition, such as `V202601`.
    #[arg(long)]
    pub release: String,
    /// The day on which the figures were taken, year-month-day.
    #[arg(long, value_name = "DATE")]
    pub retrieved: String,
    /// Where from.
    #[arg(long)]
    pub url: String,
    /// The digital object identifier, if there is one.
    #[arg(long)]
    pub doi: Option<String>,
    /// The licence.
    #[arg(long)]
    pub licence: String,
    /// What the terms allow, in a sentence.
    #[arg(long, default_value = "")]
    pub terms: String,
    /// How to cite it.
    #[arg(long)]
    pub citation: String,
    /// The source, if the file's header does not tell.
    #[arg(long)]
    pub source: Option<String>,
    /// What holds for every row where the file has no column for it, as COLUMN=VALUE.
    #[arg(long = "default", value_name = "COLUMN=VALUE")]
    pub defaults: Vec<String>,
    /// Where.
    #[command(flatten)]
    pub folder: PinFolder,
}

/// Reads the file and writes the pin's folder: all of it, or nothing. A file with a bad row is refused.
pub fn run(arguments: &AddArguments, output: &Output) -> Outcome {
    check(arguments)?;
    let folder = arguments.folder.datasets.join(&arguments.name);
    refuse_existing(&folder)?;
    let (records, references) = records(arguments, output)?;
    let facts = write(arguments, &folder, &records, &references)?;
    let columns = [
        ("pin", Kind::Text, ""),
        ("rows", Kind::Integer, ""),
        ("first_year", Kind::Integer, ""),
        ("last_year", Kind::Integer, ""),
        ("bytes", Kind::Integer, ""),
        ("logical_hash", Kind::Text, ""),
    ];
    let mut table = Table::new("added", "A pin was added", &columns);
    table.push(vec![
        arguments.name.as_str().into(),
        Cell::Integer(facts.rows as i64),
        Cell::Integer(i64::from(facts.first_year)),
        Cell::Integer(i64::from(facts.last_year)),
        Cell::Integer(facts.bytes as i64),
        facts.logical_hash.into(),
    ]);
    output.table(&table)?;
    output.say(&format!("its provenance is in {}", folder.join("pin.toml").display()));
    Ok(ExitCode::SUCCESS)
}

fn check(arguments: &AddArguments) -> Outcome<()> {
    if !store::is_name(&arguments.name) {
        return Err(Failure::Usage(format!(
            "a pin's name is expected in lower case, digits and `-`, but is `{}`",
            arguments.name
        )));
    }
    match fetch::is_day(&arguments.retrieved) {
        true => Ok(()),
        false => Err(Failure::Usage(format!(
            "--retrieved is expected as a day, year-month-day, such as 2026-11-22, but is `{}`",
            arguments.retrieved
        ))),
    }
}

/// The file's records, and the references that they point to: those of a `references.csv` beside the file; else what
/// the file itself writes is all that is known of them.
fn records(arguments: &AddArguments, output: &Output) -> Outcome<(Vec<Record>, Vec<Reference>)> {
    let beside = store::read_references(&arguments.file.with_file_name("references.csv")).unwrap_or_default();
    if arguments.file.extension().is_some_and(|e| e == "parquet") && !is_foreign(&arguments.file) {
        let look = look_through(&arguments.file, u64::MAX, output)?;
        if look.twice + look.below_zero > 0 {
            return Err(Failure::because(format!(
                "{}: {} of an earlier one's key and {} below zero; a pin has none",
                arguments.file.display(),
                report::counted(look.twice as usize, "row"),
                report::counted(look.below_zero as usize, "amount")
            )));
        }
        let mut records = store::read_records(&arguments.file, &Filter::default())?;
        let named = |n: u32| (n as usize) < beside.len();
        if records.iter().any(|record| record.reference.is_some_and(|n| !named(n))) {
            output.warn("warning: the records' references are numbers, and no references.csv beside the file names them: left out");
            records.iter_mut().for_each(|record| record.reference = None);
        }
        return Ok((records, beside));
    }
    let mut said = defaults(&arguments.defaults)?;
    // A table that does not say who compiled it is the pin's compiler's.
    said.compiler.get_or_insert_with(|| arguments.compiler.clone());
    let options = Options {
        source: arguments.source.as_deref().map(source).transpose()?,
        defaults: said,
        references: beside.iter().map(|reference| reference.key.clone()).collect(),
        ..Options::default()
    };
    let imported: Imported = sources::import_path(&arguments.file, &options)?;
    if let Some(row) = imported.quarantine.first() {
        return Err(Failure::because(format!(
            "{}, line {}{}: `{}`: {}; {} ({} bad rows in all; a pin has none: `counterflow import` with --out \
             writes the good rows to a Parquet file, which can be pinned, and lists the bad ones)",
            arguments.file.display(),
            row.line,
            row.column
                .as_ref()
                .map(|name| format!(", column `{name}`"))
                .unwrap_or_default(),
            row.value,
            row.reason,
            row.advice,
            imported.quarantined()
        )));
    }
    if imported.records.is_empty() {
        return Err(Failure::because(format!(
            "{}: it has no rows",
            arguments.file.display()
        )));
    }
    tell(&imported, &arguments.file, output);
    let of_the_file = |key: &String| Reference {
        key: key.clone(),
        citation: key.clone(),
        ..Reference::default()
    };
    let references = match beside.is_empty() {
        true => imported.references.iter().map(of_the_file).collect(),
        false => beside,
    };
    Ok((imported.records, references))
}

fn refuse_existing(folder: &Path) -> Outcome<()> {
    if folder.exists() {
        return Err(Failure::because(format!(
            "{} exists: a pin is never changed; give the new release another name",
            folder.display()
        )));
    }
    Ok(())
}

/// Writes the folder beside its place and then renames it.
fn write(arguments: &AddArguments, folder: &Path, records: &[Record], references: &[Reference]) -> Outcome<FileFacts> {
    let name = format!("{}.parquet", arguments.name);
    let parent = &arguments.folder.datasets;
    let failed = |e: std::io::Error| Failure::because(format!("cannot write into {}: {e}", parent.display()));
    std::fs::create_dir_all(parent).map_err(failed)?;
    let _alone = store::lock_folder(parent)?;
    // Another run may have been faster.
    refuse_existing(folder)?;
    let making = tempfile::Builder::new()
        .prefix(store::UNFINISHED)
        .tempdir_in(parent)
        .map_err(failed)?;
    let bytes = store::parquet_bytes(records, &folder.join(&name))?;
    let facts = FileFacts::of(name.clone(), &bytes, records);
    store::write_atomically(&making.path().join(&name), &bytes)?;
    if !references.is_empty() {
        let bytes = reference_list(references)?;
        store::write_atomically(&making.path().join("references.csv"), &bytes)?;
    }
    let text = with_generated_section(&description(arguments), &facts);
    store::write_atomically(&making.path().join("pin.toml"), text.as_bytes())?;
    std::fs::rename(making.path(), folder)
        .map_err(|e| Failure::because(format!("cannot make {}: {e}", folder.display())))?;
    // The folder has another name now: there is nothing left to remove.
    let _ = making.keep();
    Ok(facts)
}

/// The part of `pin.toml` that people go on writing.
fn description(arguments: &AddArguments) -> String {
    let title = arguments
        .title
        .clone()
        .unwrap_or_else(|| format!("{}, {}", arguments.compiler, arguments.release));
    let file = arguments.file.file_name().map(|n| n.to_string_lossy().into_owned());
    let about = PinFile {
        name: arguments.name.clone(),
        title,
        compiler: arguments.compiler.clone(),
        release: arguments.release.clone(),
        retrieved: arguments.retrieved.clone(),
        url: arguments.url.clone(),
        doi: arguments.doi.clone(),
        licence: arguments.licence.clone(),
        terms: arguments.terms.clone(),
        citation: arguments.citation.clone(),
        description: format!("Read from {}.", file.unwrap_or_default()),
        ..PinFile::default()
    };
    about.provenance()
}
