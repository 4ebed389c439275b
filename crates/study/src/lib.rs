//! Studies: scenarios, claims, the runner, the run manifest, verify.
//!
//! A study file names pins, scenarios, models and claims. [`Study::open`] reads it,
//! [`run`] builds every scenario's flows, runs every model on them and judges every claim,
//! and [`compare`] tells which of its findings are not as published.
//!
//! The crate knows no model by name: it is given a list.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod across;
mod check;
mod choices;
mod claim;
mod compare;
mod draws;
mod explain;
mod given;
mod guard;
mod prose;
mod report_file;
mod run;
mod scenario;
mod select;
mod study_file;

pub use across::{chart_across, series_of};
pub use claim::{Judged, Overall, Verdict, tested};
pub use compare::{ExpectedFinding, Moved, compare, expected_text, parse_expected};
pub use draws::{DrawsFile, RuleFile};
pub use explain::{Explanation, explain};
pub use given::{DATA, Given};
pub use prose::{Piece, Prose};
pub use report_file::{AboutFile, ChartFile, ChartSeriesFile, SectionFile, SummaryFile, TableFile, WordFile};
pub use run::{PinUsed, Run, ScenarioRun, run};
pub use scenario::{Figures, SetAside, StudyReference, is_sum};
pub use store::NoteFile;
pub use study_file::{
    ClaimFile, DropFile, GuardFile, LayerFile, Perspective, Reduce, ScenarioFile, StudyFile, TestFile,
};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trade::Economy;

/// What can go wrong with a study.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The study file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The study file says something that cannot be.
    #[error("{path}: {reason}", path = path.display())]
    Study {
        /// The file.
        path: PathBuf,
        /// What, and what was expected.
        reason: String,
    },
    /// A model could not run.
    #[error("scenario `{scenario}`")]
    Model {
        /// The scenario.
        scenario: String,
        /// Why.
        #[source]
        source: model::Error,
    },
    /// A finding that the run does not have.
    #[error("the study has no finding `{id}`{near}", near = nearest(near))]
    NoFinding {
        /// The name asked for.
        id: String,
        /// Names like it.
        near: Vec<String>,
    },
    /// A dataset could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
}

fn nearest(near: &[String]) -> String {
    const SHOWN: usize = 12;
    if near.is_empty() {
        return "; findings are named as in findings.csv and expected.csv: scenario/model/measure label=value ..."
            .to_owned();
    }
    let more = near.len().saturating_sub(SHOWN);
    let more = if more > 0 {
        format!("\n  ... and {more} more")
    } else {
        String::new()
    };
    let shown: Vec<String> = near.iter().take(SHOWN).map(|id| format!("\n  {id}")).collect();
    format!("; it has{}{more}", shown.concat())
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A study: its file, and where its pins are.
#[derive(Clone, Debug)]
pub struct Study {
    /// The study file's path.
    pub path: PathBuf,
    /// What it says.
    pub file: StudyFile,
    /// The economy under study.
    pub economy: Economy,
    /// The folder of pins.
    pub datasets: PathBuf,
    /// Pins in whose place another pin's records stand: the name, and the other's folder.
    pub replaced: BTreeMap<String, PathBuf>,
    /// The dataset given with [`Study::give`].
    pub(crate) data: Option<Given>,
    /// The scenarios that wait for it, with their places in the file.
    pub(crate) waiting: Vec<(usize, ScenarioFile)>,
}

impl Study {
    /// Reads `study.toml` in a folder. Pins are looked for in `datasets`, or, where that is
    /// `None`, in the nearest folder of that name beside or above the study.
    ///
    /// # Errors
    /// When the file cannot be read or says something that cannot be, or no pins are found.
    pub fn open(folder: &Path, datasets: Option<&Path>) -> Result<Study> {
        let path = if folder.is_dir() {
            folder.join("study.toml")
        } else {
            folder.to_owned()
        };
        let text = store::read_text(&path).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })?;
        let file = StudyFile::parse(&text, &path)?;
        let refuse = |reason: String| Error::Study {
            path: path.clone(),
            reason,
        };
        let economy = Economy::new(&file.economy).map_err(|e| refuse(e.to_string()))?;
        let needs_pins = file.scenario.iter().flat_map(|s| &s.layer).any(|l| l.pin != DATA);
        let datasets = match datasets {
            Some(folder) => folder.to_owned(),
            None if !needs_pins => PathBuf::from("datasets"),
            None => {
                let absolute = std::path::absolute(&path).map_err(|source| Error::Read {
                    path: path.clone(),
                    source,
                })?;
                let found = absolute.ancestors().map(|a| a.join("datasets")).find(|d| d.is_dir());
                found.ok_or_else(|| {
                    refuse("no folder `datasets` beside or above it; name one with --datasets".to_owned())
                })?
            }
        };
        let mut study = Study {
            path,
            file,
            economy,
            datasets,
            replaced: BTreeMap::new(),
            data: None,
            waiting: Vec::new(),
        };
        study.set_waiting_aside();
        Ok(study)
    }

    /// The economy that a scenario is told from: its own, or the study's.
    pub(crate) fn economy_of(&self, scenario: &ScenarioFile) -> std::result::Result<Economy, String> {
        match &scenario.economy {
            None => Ok(self.economy),
            Some(code) => Economy::new(code).map_err(|e| e.to_string()),
        }
    }

    /// A model's parameters under a scenario: the study's, with the scenario's own in their place.
    pub fn parameters_of(&self, scenario: &ScenarioFile, model: &str) -> toml::Table {
        let mut parameters = self.file.model.get(model).cloned().unwrap_or_default();
        if let Some(own) = scenario.parameters.get(model) {
            parameters.extend(own.clone());
        }
        parameters
    }

    /// The folder in which the study file stands.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }
}
