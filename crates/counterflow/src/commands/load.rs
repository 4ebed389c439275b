//! Finding the records that a command names: a pin, a dataset, or a file to import.

use crate::fail::{Failure, Outcome};
use crate::output::Output;
use sources::{Imported, Options};
use std::path::{Path, PathBuf};
use store::{Filter, Pin};
use trade::Record;

/// What a command's DATA argument names.
pub enum Data {
    /// A Parquet file of records.
    Dataset(PathBuf),
    /// A file of an agency, imported.
    Imported(Box<Imported>),
}

impl Data {
    /// All records.
    pub fn records(self) -> Outcome<Vec<Record>> {
        match self {
            Data::Dataset(path) => Ok(store::read_records(&path, &Filter::default())?),
            Data::Imported(imported) => Ok(imported.records),
        }
    }
}

/// Finds what `data` names: a pin in `datasets`, a Parquet file, or a file to import.
pub fn find(data: &str, datasets: &Path, output: &Output) -> Outcome<Data> {
    let pin = datasets.join(data);
    if !data.is_empty() && pin.join("pin.toml").is_file() && !store::Dataset::is_one(&pin) {
        return Ok(Data::Dataset(Pin::open(&pin)?.parquet()?));
    }
    let path = PathBuf::from(data);
    if path.join("pin.toml").is_file() && !store::Dataset::is_one(&path) {
        return Ok(Data::Dataset(Pin::open(&path)?.parquet()?));
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
    if path.extension().is_some_and(|e| e == "parquet") {
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
