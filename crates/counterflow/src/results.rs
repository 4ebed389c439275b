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
