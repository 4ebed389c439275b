//! `counterflow package`: a study, its data and its results, packed for others.

use super::analyze::{StudyArguments, provenance, recompute, refuse_broken};
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::Args;
use model::{Cell, Kind, Table};
use report::{ResultFile, package_descriptions, result_files};
use std::path::Path;
use std::process::ExitCode;
use study::{Run, Study};

/// What to pack.
#[derive(Args, Debug)]
pub struct PackageArguments {
    /// The study.
    #[command(flatten)]
    pub study: StudyArguments,
    /// The date of publication, year-month-day; by default the latest day on which data were taken.
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
}

/// Runs the study and writes the folder that `--out` names: `datasets/`, `studies/`, `results/`, a
/// README as data editors ask for, `datapackage.json` and `ro-crate-metadata.json`.
pub fn run(arguments: &PackageArguments, output: &Output) -> Outcome {
    let (study, run) = recompute(&arguments.study, output)?;
    refuse_broken(&study, &run, "packed")?;
    let folder = match &output.file {
        Some(folder) => folder.clone(),
        None => format!("{}-package", study.file.id).into(),
    };
    refuse_existing(&folder)?;
    let made = provenance(&study)?;
    let mut files = inputs(&study, &run)?;
    let results = result_files(&study, &run, &made, store::sha256_of_bytes)?;
    files.extend(results.into_iter().map(|file| ResultFile {
        path: format!("results/{}/{}", study.file.id, file.path),
        bytes: file.bytes,
    }));
    let latest = run.pins.iter().map(|p| p.about.retrieved.as_str()).max();
    let date = arguments.date.as_deref().or(latest).unwrap_or_default();
    files.extend(package_descriptions(
        &study,
        &run,
        &made,
        date,
        &files,
        store::sha256_of_bytes,
    )?);
    write(&folder, &files)?;
    let columns = [
        ("folder", Kind::Text, ""),
        ("files", Kind::Integer, ""),
        ("bytes", Kind::Integer, ""),
    ];
    let mut table = Table::new("package", "What was packed", &columns);
    let bytes: usize = files.iter().map(|f| f.bytes.len()).sum();
    table.push(vec![
        folder.display().to_string().into(),
        Cell::Integer(files.len() as i64),
        Cell::Integer(bytes as i64),
    ]);
    let stdout = Output {
        file: None,
        ..output.clone()
    };
    stdout.table(&table)?;
    Ok(ExitCode::SUCCESS)
}

/// The pins that the run used and the study's own files.
fn inputs(study: &Study, run: &Run) -> Outcome<Vec<ResultFile>> {
    let mut files = Vec::new();
    for pin in &run.pins {
        let name = &pin.about.name;
        let parquet = pin.about.file.as_ref().map(|f| f.name.clone());
        let names = ["pin.toml", "figures.csv", "references.csv"].map(str::to_owned);
        for file in names.into_iter().chain(parquet) {
            let path = study.datasets.join(name).join(&file);
            if path.is_file() {
                files.push(ResultFile {
                    path: format!("datasets/{name}/{file}"),
                    bytes: std::fs::read(&path)?,
                });
            }
        }
    }
    for file in ["study.toml", "expected.csv"] {
        let path = if file == "study.toml" {
            study.path.clone()
        } else {
            study.folder().join(file)
        };
        if path.is_file() {
            files.push(ResultFile {
                path: format!("studies/{}/{file}", study.file.id),
                bytes: std::fs::read(&path)?,
            });
        }
    }
    Ok(files)
}

/// Writes the folder beside its place and then renames it: all of it, or nothing.
fn write(folder: &Path, files: &[ResultFile]) -> Outcome<()> {
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let failed = |e: std::io::Error| Failure::because(format!("cannot write {}: {e}", folder.display()));
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let making = parent.join(format!(".package-{name}"));
    std::fs::create_dir_all(&making).map_err(failed)?;
    let alone = store::lock_folder(&making)?;
    // What a killed run left goes; what fails below goes too. Another run may have been faster.
    let made = refuse_existing(folder)
        .and_then(|()| empty(&making))
        .and_then(|()| fill(&making, files))
        .and_then(|()| std::fs::rename(&making, folder).map_err(failed));
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&making);
    }
    drop(alone);
    made
}

fn refuse_existing(folder: &Path) -> Outcome<()> {
    if folder.exists() {
        return Err(Failure::because(format!(
            "{} exists: name a new folder with --out",
            folder.display()
        )));
    }
    Ok(())
}

fn empty(folder: &Path) -> Outcome<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            std::fs::remove_dir_all(path)?;
        } else {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn fill(folder: &Path, files: &[ResultFile]) -> Outcome<()> {
    for file in files {
        store::write_atomically(&folder.join(&file.path), &file.bytes)?;
    }
    Ok(())
}
