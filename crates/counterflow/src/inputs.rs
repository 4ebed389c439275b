//! What a command reads it never writes over: every value of the command line that names a file is taken for an input.

use crate::fail::{Failure, Outcome};
use clap::ArgMatches;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Refuses `--out` where it names a file that the command reads, or a place in a dataset that it reads.
///
/// # Errors
/// Names the input.
pub fn spare(matches: &ArgMatches) -> Outcome<()> {
    let mut given: Vec<PathBuf> = Vec::new();
    let mut out = None;
    let mut pins = Path::new("datasets");
    let mut command = Some(matches);
    while let Some(matches) = command {
        for id in matches.ids().map(clap::Id::as_str) {
            let values = matches.try_get_raw(id).ok().flatten().into_iter().flatten();
            match id {
                "out" => out = values.last().map(Path::new).or(out),
                "datasets" => pins = values.last().map_or(pins, Path::new),
                _ => given.extend(values.flat_map(paths_in)),
            }
        }
        command = matches.subcommand().map(|(_, matches)| matches);
    }
    let Some(out) = out else { return Ok(()) };
    // A name may be a pin's.
    let named = given
        .iter()
        .map(|name| pins.join(name))
        .filter(|pin| pin.join("pin.toml").is_file());
    let inputs: Vec<PathBuf> = named.chain(given.iter().cloned()).collect();
    match inputs.iter().find(|input| would_replace(out, input)) {
        None => Ok(()),
        Some(input) => Err(Failure::Usage(format!(
            "--out {} would replace what is read, {}: name another place",
            out.display(),
            input.display()
        ))),
    }
}

/// The value, and what stands behind `=` in it: `--guards sums=rows.csv`.
fn paths_in(value: &OsStr) -> Vec<PathBuf> {
    let behind = value.to_str().and_then(|text| text.split_once('='));
    let behind = behind.map(|(_, path)| PathBuf::from(path));
    std::iter::once(PathBuf::from(value)).chain(behind).collect()
}

/// Whether writing to a place would change an input: it is the file, or the dataset, or stands in it.
fn would_replace(out: &Path, input: &Path) -> bool {
    let Ok(input) = input.canonicalize() else {
        return false;
    };
    let Some(out) = place(out) else { return false };
    if input.is_file() {
        return out == input || (out.is_dir() && input.parent() == Some(&out) && is_of_a_dataset(&input));
    }
    match () {
        () if store::Dataset::is_one(&input) || input.join("pin.toml").is_file() => out.starts_with(&input),
        () if holds_parquet(&input) => {
            out == input || (out.parent() == Some(&input) && (out.exists() || is_parquet(&out)))
        }
        () => false,
    }
}

/// Whether a file has a name that an import gives to one of its own.
fn is_of_a_dataset(file: &Path) -> bool {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let year = is_parquet(file) && stem.bytes().all(|b| b.is_ascii_digit());
    year || file
        .file_name()
        .is_some_and(|name| name == "quarantine.csv" || name == "dataset.toml")
}

fn is_parquet(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "parquet")
}

/// Where a file is or would be.
fn place(out: &Path) -> Option<PathBuf> {
    if let Ok(there) = out.canonicalize() {
        return Some(there);
    }
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Some(folder.canonicalize().ok()?.join(out.file_name()?))
}

/// Whether a folder is read as one table: Parquet files side by side.
fn holds_parquet(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder);
    entries.is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|entry| is_parquet(&entry.path()))))
}
