//! Finding the records that a command names: a pin, a dataset, or a file to import.

use crate::fail::{Failure, Outcome};
use crate::output::Output;
use sources::{Imported, Options};
use std::path::{Path, PathBuf};
use store::{Dataset, Filter, Pin};
use trade::Record;

/// What a command's DATA argument names.
pub enum Data {
    /// A Parquet file of records, or a folder of them.
    Dataset(PathBuf),
    /// A file of an agency, imported.
    Imported(Box<Imported>),
}

impl Data {
    /// How many rows of a file are in quarantine.
    pub fn quarantined(&self) -> u64 {
        match self {
            Data::Dataset(_) => 0,
            Data::Imported(imported) => imported.quarantined(),
        }
    }

    /// All records.
    pub fn records(self) -> Outcome<Vec<Record>> {
        match self {
            Data::Dataset(path) if path.is_dir() => of_folder(&path),
            Data::Dataset(path) => Ok(store::read_records(&path, &Filter::default())?),
            Data::Imported(imported) => Ok(imported.records),
        }
    }
}

/// The most rows of a folder that are read whole: about 300 bytes each.
const MOST_ROWS: u64 = 20_000_000;

/// Every record of the files of a folder.
fn of_folder(folder: &Path) -> Outcome<Vec<Record>> {
    finished(folder)?;
    let files = store::columns::dataset_files(folder)?;
    let mut rows = 0_u64;
    for file in &files {
        // What a footer claims is checked against the file's length.
        rows += store::read_header(file)?.1;
    }
    if rows > MOST_ROWS {
        return Err(Failure::because(format!(
            "{}: {rows} rows are more than are compared cell by cell, {MOST_ROWS}; name single years' files in it",
            folder.display()
        )));
    }
    let mut records = Vec::new();
    for file in &files {
        records.extend(store::read_records(file, &Filter::default())?);
    }
    Ok(records)
}

/// Refuses a dataset whose making was broken off: years may be missing, and nothing would show it.
pub fn finished(path: &Path) -> Outcome<()> {
    if Dataset::is_one(path)
        && let Some(input) = Dataset::open(path)?.importing()
    {
        return Err(Failure::because(format!(
            "{}: it was not finished, years may be missing: run again what made it, from {input}",
            path.display()
        )));
    }
    Ok(())
}

/// Refuses files of another program with rows that an import would have put into quarantine or set aside; more than `most`
/// rows are not looked at.
pub fn look_through(path: &Path, most: u64, output: &Output) -> Outcome<store::columns::Look> {
    let look = store::columns::look_through(path, most)?;
    if look.unseen > 0 {
        output.warn(&format!(
            "warning: {}: {} rows that another program wrote are taken as they stand: more than {most} are not looked through \
             for rows that stand twice and for what no record has",
            path.display(),
            look.unseen
        ));
    }
    let told = [
        (look.below_zero, "amount below zero", "amounts below zero"),
        (
            look.twice,
            "row of the same period, reporter, flow, partner and product as an earlier one",
            "rows of the same period, reporter, flow, partner and product as an earlier one",
        ),
    ];
    for (number, one, many) in told.into_iter().filter(|(number, ..)| *number > 0) {
        let what = if number == 1 { one } else { many };
        output.warn(&format!(
            "warning: {}: {number} {what}, which are added up as they stand",
            path.display()
        ));
    }
    if look.with_itself > 0 {
        output.warn(&format!(
            "warning: {}: {} of an economy's trade with itself: leave them out if their codes are wrong",
            path.display(),
            report::counted(look.with_itself as usize, "row")
        ));
    }
    Ok(look)
}

/// The file of a pin, if it is the one that was pinned.
fn pinned(folder: &Path) -> Outcome<Data> {
    let pin = Pin::open(folder)?;
    let path = pin.parquet()?;
    if store::sha256_of_file(&path)? != pin.facts()?.sha256 {
        return Err(Failure::because(format!(
            "{}: the file is not the one that was pinned; `counterflow pin check` says what differs, `counterflow pin build` makes it anew",
            path.display()
        )));
    }
    Ok(Data::Dataset(path))
}

/// Whether a Parquet file has an agency's columns and not this project's: it is imported.
pub fn is_foreign(path: &Path) -> bool {
    let ours = store::columns::DataFile::open(path).is_ok_and(|file| file.demand("value_usd").is_ok());
    let names = || {
        store::read_header(path)
            .ok()
            .map(|(names, _)| sources::Header::new(names))
    };
    !ours && names().is_some_and(|header| sources::sniff(&header, &sources::Defaults::default()).is_some())
}

/// Finds what `data` names: a pin in `datasets`, a Parquet file, a folder of them, or a file to import.
pub fn find(data: &str, datasets: &Path, output: &Output) -> Outcome<Data> {
    let pin = datasets.join(data);
    if !data.is_empty() && pin.join("pin.toml").is_file() && !store::Dataset::is_one(&pin) {
        return pinned(&pin);
    }
    let path = PathBuf::from(data);
    if path.join("pin.toml").is_file() && !store::Dataset::is_one(&path) {
        return pinned(&path);
    }
    if !path.exists() {
        let known = store::pin_names(datasets)
            .map(|names| names.join(", "))
            .unwrap_or_default();
        let pins = if known.is_empty() {
            String::new()
        } else {
            format!("; pins in {} are {known}", datasets.display())
        };
        return Err(Failure::because(format!("`{data}` is neither a pin nor a file{pins}")));
    }
    let folder = path.is_dir() && (Dataset::is_one(&path) || store::columns::dataset_files(&path).is_ok());
    if folder || path.extension().is_some_and(|e| e == "parquet") && !is_foreign(&path) {
        look_through(&path, store::columns::LOOKED_THROUGH, output)?;
        return Ok(Data::Dataset(path));
    }
    let imported = sources::import_path(&path, &Options::default())?;
    super::import::tell(&imported, &path, output);
    if imported.records.is_empty() {
        return Err(Failure::because(format!(
            "{}: not one row could be used",
            path.display()
        )));
    }
    Ok(Data::Imported(Box::new(imported)))
}
