//! A finished run's folder, read back.

use crate::fail::{Failure, Outcome};
use model::Finding;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// What `analyze` left in a folder.
pub struct Results {
    /// The folder.
    pub folder: PathBuf,
    /// What `run.json` says.
    pub manifest: Manifest,
    /// The findings, as the run made them.
    pub findings: Vec<Finding>,
}

/// The part of `run.json` that is needed to check a run.
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// The format's name and version.
    pub format: String,
    /// The study's name.
    pub study: String,
    /// The hash of the study file.
    pub study_sha256: String,
    /// What made the run.
    pub program: Program,
    /// The pins that it used.
    pub pins: Vec<ManifestPin>,
    /// Its files.
    pub outputs: Vec<ManifestFile>,
}

/// The program that made a run.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Program {
    pub version: String,
    pub revision: String,
    pub toolchain: String,
    pub target: String,
}

/// A pin that a run used.
#[derive(Clone, Debug, Deserialize)]
pub struct ManifestPin {
    /// Its name.
    pub name: String,
    /// The hash of what it said.
    pub logical_hash: Option<String>,
}

/// A file that a run wrote.
#[derive(Clone, Debug, Deserialize)]
pub struct ManifestFile {
    /// Its path within the folder.
    pub path: String,
    /// The hash of its bytes.
    pub sha256: String,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Program {
            version,
            revision,
            toolchain,
            target,
        } = self;
        write!(
            f,
            "counterflow {version}, revision {revision}, {toolchain}, for {target}"
        )
    }
}

impl Results {
    /// Opens a finished run's folder.
    ///
    /// # Errors
    /// When it has no readable `run.json` or `findings.json`: then no run was finished there.
    pub fn open(folder: &Path) -> Outcome<Self> {
        const FORMAT: &str = "counterflow run 1";
        let read = |name: &str| {
            let path = folder.join(name);
            store::read_text(&path).map_err(|e| {
                Failure::because(format!(
                    "cannot read {}: {e}; a finished run's folder has a run.json and a findings.json",
                    path.display()
                ))
            })
        };
        let broken = |name: &str, e: serde_json::Error| {
            Failure::because(format!(
                "{}: {e}: it is not as `analyze` wrote it",
                folder.join(name).display()
            ))
        };
        let manifest: Manifest = serde_json::from_str(&read("run.json")?).map_err(|e| broken("run.json", e))?;
        if manifest.format != FORMAT {
            return Err(Failure::because(format!(
                "{}: the format is `{}`, expected `{FORMAT}`",
                folder.join("run.json").display(),
                manifest.format
            )));
        }
        let findings: Vec<Finding> =
            serde_json::from_str(&read("findings.json")?).map_err(|e| broken("findings.json", e))?;
        let mut seen = std::collections::BTreeSet::new();
        if let Some(twice) = findings.iter().map(Finding::id).find(|id| !seen.insert(id.clone())) {
            return Err(Failure::because(format!(
                "{}: the finding `{twice}` stands there twice: it is not as `analyze` wrote it",
                folder.join("findings.json").display()
            )));
        }
        Ok(Results {
            folder: folder.to_owned(),
            manifest,
            findings,
        })
    }

    /// The first finding in findings.csv that is not as it was found here, and in which column, where that file was
    /// altered: findings.json is what is compared, and would not tell.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn edited(&self, found: &[Finding]) -> Outcome<Option<String>> {
        const FILE: &str = "findings.csv";
        let path = self.folder.join(FILE);
        let listed = self.manifest.outputs.iter().find(|file| file.path == FILE);
        let Some(listed) = listed.filter(|_| path.is_file()) else {
            return Ok(None);
        };
        if store::sha256_of_file(&path)? == listed.sha256 {
            return Ok(None);
        }
        let text =
            store::read_text(&path).map_err(|e| Failure::because(format!("cannot read {}: {e}", path.display())))?;
        let expected = report::to_bytes(&report::findings_table(found), report::Format::Csv)?;
        Ok(first_edit(&text, &String::from_utf8_lossy(&expected), found).map(|what| format!("{FILE}: {what}")))
    }

    /// The files that are not as the manifest says: missing or altered.
    ///
    /// # Errors
    /// When a file that is there cannot be read.
    pub fn altered(&self) -> Outcome<Vec<String>> {
        let mut altered = Vec::new();
        for file in &self.manifest.outputs {
            let plain = Path::new(&file.path)
                .components()
                .all(|c| matches!(c, std::path::Component::Normal(_)));
            let path = self.folder.join(&file.path);
            if !plain {
                altered.push(format!(
                    "run.json names the file `{}`, which is outside of the folder",
                    file.path
                ));
            } else if !path.is_file() {
                altered.push(format!("{} is missing", path.display()));
            } else if store::sha256_of_file(&path)? != file.sha256 {
                altered.push(format!("{} was altered after the run", path.display()));
            }
        }
        Ok(altered)
    }
}

/// Where a table of findings is not the expected one: its first row, and the column.
fn first_edit(text: &str, expected: &str, found: &[Finding]) -> Option<String> {
    let rows = |text: &str| -> Vec<csv::StringRecord> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        reader.records().filter_map(Result::ok).collect()
    };
    let (there, expected) = (rows(text), rows(expected));
    let row = (0..there.len().max(expected.len())).find(|&at| there.get(at) != expected.get(at))?;
    let name = |row: usize| row.checked_sub(1).and_then(|at| found.get(at)).map(Finding::id);
    let (Some(is), Some(was)) = (there.get(row), expected.get(row)) else {
        return Some(match name(row) {
            Some(id) => format!("the row of `{id}` and those after it are missing"),
            None => "it has rows that were not found here".to_owned(),
        });
    };
    let at = (0..is.len().max(was.len())).find(|&at| is.get(at) != was.get(at))?;
    let column = expected[0].get(at).unwrap_or("beyond the last");
    let told = |cell: Option<&str>| cell.map_or_else(|| "nothing".to_owned(), |cell| format!("`{cell}`"));
    Some(format!(
        "{}, column {column}: {} there, {} found here",
        name(row).map_or_else(|| "its header".to_owned(), |id| format!("`{id}`")),
        told(is.get(at)),
        told(was.get(at))
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_cell_that_was_edited_is_named() {
        let found = [Finding::new("imports", "USD", 7.0), Finding::new("exports", "USD", 9.0)];
        let csv = "scenario,value\nimf,7\n\"a, b\",9\n";
        let edit = |from: &str, to: &str| first_edit(&csv.replace(from, to), csv, &found);
        assert_eq!(edit("x", "x"), None);
        let told = edit(",9", ",8").unwrap();
        assert!(
            told.contains("exports") && told.ends_with("column value: `8` there, `9` found here"),
            "{told}"
        );
        assert!(
            edit("scenario", "way")
                .unwrap()
                .starts_with("its header, column scenario")
        );
        assert!(
            edit("\"a, b\",9\n", "")
                .unwrap()
                .contains("and those after it are missing")
        );
        assert!(
            first_edit(&format!("{csv}x,1\n"), csv, &found)
                .unwrap()
                .contains("not found here")
        );
        assert!(edit("imf,7", "imf").unwrap().contains("column value: nothing there"));
    }
}
