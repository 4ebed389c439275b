//! A run with everything it was made of, described for others: as a Frictionless data package,
//! as an RO-Crate of a process run, and in the README that journals' data editors ask for.
//!
//! All three are written from the same run and list the same files.

mod aea;
mod frictionless;
mod ro_crate;

use crate::study::{Provenance, ResultFile};
use crate::{Result, findings_table};
use model::Kind;
use std::collections::BTreeMap;
use study::{Run, Study};

/// What is described.
pub(crate) struct Package<'a> {
    pub study: &'a Study,
    pub run: &'a Run,
    pub provenance: &'a Provenance,
    /// The day that stands as the date of publication, year-month-day.
    pub date: &'a str,
    /// Every file, by its path within the package.
    pub files: &'a [ResultFile],
    /// The SHA-256 of each file, in the same order.
    pub hashes: Vec<String>,
}

/// The three descriptions of a package that holds these files: `datapackage.json`,
/// `ro-crate-metadata.json` and `README.md`.
///
/// # Errors
/// When a description cannot be written as JSON, which does not happen.
pub fn package_descriptions(
    study: &Study,
    run: &Run,
    provenance: &Provenance,
    date: &str,
    files: &[ResultFile],
    hash: impl Fn(&[u8]) -> String,
) -> Result<Vec<ResultFile>> {
    let package = Package {
        study,
        run,
        provenance,
        date,
        files,
        hashes: files.iter().map(|f| hash(&f.bytes)).collect(),
    };
    let json = |value: serde_json::Value| -> Result<Vec<u8>> {
        Ok(format!("{}\n", serde_json::to_string_pretty(&value)?).into_bytes())
    };
    let file = |path: &str, bytes: Vec<u8>| ResultFile {
        path: path.to_owned(),
        bytes,
    };
    Ok(vec![
        file("datapackage.json", json(frictionless::describe(&package))?),
        file("ro-crate-metadata.json", json(ro_crate::describe(&package))?),
        file("README.md", aea::describe(&package).into_bytes()),
    ])
}

impl Package<'_> {
    /// The kinds of the columns of the run's tables, by the file's path within the results.
    pub(crate) fn kinds(&self) -> BTreeMap<String, Vec<Kind>> {
        let tables = crate::study::all_tables(self.study, self.run);
        let kinds = |table: &model::Table| table.columns.iter().map(|c| c.kind).collect::<Vec<_>>();
        let mut by_path: BTreeMap<String, Vec<Kind>> = tables
            .iter()
            .map(|t| (format!("tables/{}.csv", t.id), kinds(t)))
            .collect();
        by_path.insert("findings.csv".to_owned(), kinds(&findings_table(&[])));
        by_path
    }

    /// The prefix of the run's files.
    pub(crate) fn results(&self) -> String {
        format!("results/{}/", self.study.file.id)
    }

    /// What a file is, in a few words.
    pub(crate) fn about(&self, path: &str) -> String {
        let results = self.results();
        match path.strip_prefix(&results) {
            Some("report.html") => "The report".to_owned(),
            Some("run.json") => "The run's manifest: what made it, from what, with the hash of every output".to_owned(),
            Some("study.toml") => "The study file as it was run".to_owned(),
            Some(name) if name.starts_with("findings.") => "Every finding: one estimated number a row".to_owned(),
            Some(name) => format!("A table of the run: {}", stem(name)),
            None if path.starts_with("studies/") && path.ends_with("study.toml") => {
                "The study: sources, scenarios, models, claims".to_owned()
            }
            None if path.starts_with("studies/") => "The published findings, for comparison".to_owned(),
            None => match path.rsplit('/').next() {
                Some("pin.toml") => "Provenance, terms, traps, hashes and invariants of a dataset".to_owned(),
                Some("figures.csv") => "The figures as they were transcribed, each with its reference".to_owned(),
                Some("references.csv") => "The references of the figures".to_owned(),
                _ => "The dataset as Parquet".to_owned(),
            },
        }
    }
}

/// A path's last part without its extension.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

/// The media type of a file.
pub(crate) fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("html") => "text/html",
        Some("toml") => "application/toml",
        Some("parquet") => "application/vnd.apache.parquet",
        _ => "application/octet-stream",
    }
}
