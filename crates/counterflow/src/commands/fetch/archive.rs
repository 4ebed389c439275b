//! From a release of BACI to a dataset of years.

use super::answers::{Import, Line, list};
use super::provenance::provenance;
use super::question::revision;
use super::told;
use crate::commands::import::bulk;
use crate::fail::{Failure, Outcome};
use ::fetch::Form;
use model::Cell;
use sources::{BulkReport, Defaults, Source, tables_in};
use std::collections::BTreeSet;
use std::path::Path;

/// What a dataset is known by.
const MANIFEST: &str = "dataset.toml";
/// The sums beside a dataset.
const ROLLUP: &str = "rollup";
/// The folder in which the dataset of another archive is made before it takes the place of the one that is there.
const ASIDE: &str = ".next";

pub fn archive(import: &Import<'_>, theirs: &str, release: &str, line: Line<'_>) -> Outcome<()> {
    let &Import { cache, fetched, .. } = import;
    let folder = cache.folder();
    let Some((answer, path)) = fetched.answers.iter().find_map(|(_, a)| Some((a, cache.body(a)?))) else {
        return Err(Failure::because("there is no archive"));
    };
    // What is of another archive must not stand beside years of this one.
    let aside = folder.join(ASIDE);
    let (of_this, anything) = (is_of(folder, &path, &answer.sha256), has_dataset(folder));
    let damage = match of_this {
        true => store::Dataset::resume(folder).and_then(|dataset| dataset.check()).err(),
        false => None,
    };
    if let Some(why) = &damage {
        import.output.warn(&format!(
            "warning: the dataset is damaged and is made anew of the archive: {why}"
        ));
    }
    let place = match (of_this && damage.is_none(), anything) {
        (true, _) => folder,
        (false, true) => &aside,
        (false, false) => {
            if aside.is_dir() {
                clear(folder)?;
            }
            folder
        }
    };
    let goes_on = place == aside && is_of(&aside, &path, &answer.sha256);
    if !goes_on {
        remove(&aside)?;
    }
    let imported = names(&path, theirs, release)
        .and_then(|named| years(import, theirs, &path, place).map(|report| (named, report)));
    let (named, report) = match imported {
        Ok(both) => both,
        Err(Failure::Error(e)) if e.to_string().contains(&*path.to_string_lossy()) => {
            // Nor is what came of it.
            remove(&aside)?;
            if place == folder && !anything {
                clear(folder)?;
            }
            cache.reject(Form::Archive, [answer].into_iter()).map_err(told)?;
            return Err(Failure::because(format!(
                "{e}; the archive is not kept, so that the same command asks for it again"
            )));
        }
        Err(other) => return Err(other),
    };
    line("rows read", report.rows_read, Cell::Missing);
    line("records", report.records, Cell::Missing);
    line("records finished before and kept", report.kept, Cell::Missing);
    line("in quarantine", report.quarantined, Cell::Missing);
    cache.accept().map_err(told)?;
    if place == aside {
        clear(folder)?;
        bring(&aside, folder)?;
    }
    let mut about = provenance(import);
    about.description = format!(
        "A folder of years; dataset.toml holds each file's hash. Made of the archive raw/{}.zip.",
        answer.sha256
    );
    for trap in gaps(&named, &store::Dataset::open(folder)?) {
        import.output.warn(&format!("warning: {trap}"));
        about.traps.push(trap);
    }
    list(folder, &[answer])?;
    store::write_atomically(&folder.join("pin.toml"), about.provenance().as_bytes())?;
    Ok(())
}

/// What is wanting of the years from an archive's first to its last.
fn gaps(named: &BTreeSet<i16>, dataset: &store::Dataset) -> Vec<String> {
    let there: BTreeSet<i16> = dataset.partitions().iter().map(|year| year.year).collect();
    let (Some(&first), Some(&last)) = (named.first(), named.last()) else {
        return Vec::new();
    };
    let told = |years: Vec<i16>, what: &str| {
        let years: Vec<String> = years.iter().map(i16::to_string).collect();
        (!years.is_empty()).then(|| format!("{what} {}.", years.join(", ")))
    };
    let absent = (first..=last).filter(|year| !named.contains(year)).collect();
    let empty = named.difference(&there).copied().collect();
    [
        told(absent, "The archive has no file for"),
        told(empty, "The archive's file has no row for"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether the years in a folder, as far as they have come, were made of this archive.
fn is_of(folder: &Path, archive: &Path, sha256: &str) -> bool {
    let importing = |dataset: store::Dataset| {
        let from = dataset
            .importing()
            .map(|from| Path::new(from).file_name().map(ToOwned::to_owned));
        from.is_some_and(|from| from.as_deref() == archive.file_name())
    };
    let about = store::read_text(&folder.join("pin.toml")).unwrap_or_default();
    has_dataset(folder) && (about.contains(sha256) || store::Dataset::resume(folder).is_ok_and(importing))
}

fn has_dataset(folder: &Path) -> bool {
    store::Dataset::is_one(folder)
}

/// The years of the archive, which is of the revision and the release that were asked for; that it has each year once is looked at
/// already.
fn names(path: &Path, theirs: &str, release: &str) -> Outcome<BTreeSet<i16>> {
    let mut years = BTreeSet::new();
    let refuse = |problem: String| Failure::because(format!("{}: {problem}", path.display()));
    for table in tables_in(path)? {
        let name = table.rsplit(['/', '\\', ':']).next().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        let (start, end) = (
            format!("baci_{}_y", theirs.to_ascii_lowercase()),
            format!("_v{release}.csv"),
        );
        let year = lower.strip_prefix(&start).and_then(|rest| rest.strip_suffix(&end));
        let year = year.filter(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()));
        let Some(year) = year.and_then(|year| year.parse().ok()) else {
            return Err(refuse(format!(
                "`{name}` in it is no year of {theirs} in the release V{release}"
            )));
        };
        years.insert(year);
    }
    Ok(years)
}

fn years(import: &Import<'_>, theirs: &str, path: &Path, place: &Path) -> Outcome<BulkReport> {
    let defaults = Defaults {
        classification: revision(theirs).map(str::to_owned),
        ..Defaults::default()
    };
    let folders = (place, import.cache.folder());
    let report = bulk::into_folder(
        path,
        Some(Source::Baci),
        defaults,
        import.memory,
        folders,
        import.output,
    )?;
    if report.other_years {
        let told = "a file in it has rows of other years than its name says";
        return Err(Failure::because(format!("{}: {told}", path.display())));
    }
    Ok(report)
}

/// Whether a name is that of a year's file.
fn is_year(name: &str) -> bool {
    let year = name.strip_suffix(".parquet").unwrap_or_default();
    year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit())
}

/// Takes the dataset out of a folder; its description first, so that it never stands beside something else. Years that no
/// manifest lists are removed where an exchange was broken off, and else are not ours.
fn clear(folder: &Path) -> Outcome<()> {
    let mut files = match store::Dataset::resume(folder) {
        Ok(dataset) => dataset.paths(),
        Err(_) => Vec::new(),
    };
    if folder.join(ASIDE).is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| is_year(&name.to_string_lossy())) {
                files.push(path);
            }
        }
    }
    let told = ["pin.toml", MANIFEST, "quarantine.csv", "references.csv"].map(|name| folder.join(name));
    for path in told.into_iter().chain(files) {
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    remove(&folder.join(ROLLUP))
}

/// Brings a dataset from one folder to another; its manifest last, without which there is none.
fn bring(from: &Path, to: &Path) -> Outcome<()> {
    for entry in std::fs::read_dir(from)? {
        let name = entry?.file_name();
        if is_year(&name.to_string_lossy()) || name == ROLLUP || name == "quarantine.csv" {
            std::fs::rename(from.join(&name), to.join(&name))?;
        }
    }
    std::fs::rename(from.join(MANIFEST), to.join(MANIFEST))?;
    remove(from)
}

fn remove(folder: &Path) -> Outcome<()> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}
