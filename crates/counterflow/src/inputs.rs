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
    let mut given = Vec::new();
    let mut out = None;
    let mut command = Some(matches);
    while let Some(matches) = command {
        for id in matches.ids().map(clap::Id::as_str) {
            let values = matches.try_get_raw(id).ok().flatten().into_iter().flatten();
            if id == "out" {
                out = values.last().map(Path::new).or(out);
            } else {
                given.extend(values.flat_map(paths_in));
            }
        }
        command = matches.subcommand().map(|(_, matches)| matches);
    }
    let Some(out) = out else { return Ok(()) };
    match given.into_iter().find(|input| would_replace(out, input)) {
        None => Ok(()),
        Some(input) => Err(Failure::Usage(format!(
            "--out {} would replace what is read, {}: name another place",
            out.display(),
            input.display()
        ))),
    }
}

/// The value, and what stands behind `=` in it: `--guards sums=rows.csv`.
fn paths_in(value: &OsStr) -> Vec<&Path> {
    let behind = value.to_str().and_then(|text| text.split_once('='));
    let behind = behind.map(|(_, path)| Path::new(path));
    std::iter::once(Path::new(value)).chain(behind).collect()
}

/// Whether writing to a place would change an input: it is the file, or the dataset, or stands in it.
fn would_replace(out: &Path, input: &Path) -> bool {
    let Ok(input) = input.canonicalize() else {
        return false;
    };
    let Some(out) = place(out) else { return false };
    if input.is_file() {
        return out == input;
    }
    holds_data(&input) && (out == input || out.parent() == Some(&input))
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

/// Whether a folder is read as one table: a dataset, a pin, or Parquet files side by side.
fn holds_data(folder: &Path) -> bool {
    store::Dataset::is_one(folder)
        || folder.join("pin.toml").is_file()
        || std::fs::read_dir(folder).is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|entry| entry.path().extension().is_some_and(|e| e == "parquet")))
        })
}
