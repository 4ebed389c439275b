use super::LEAST_MEMORY;
use crate::error::Error;
use crate::quarantine::Quarantined;
use std::path::PathBuf;

/// Why an import fails as a whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BulkError {
    /// An input cannot be read.
    #[error(transparent)]
    Source(#[from] Error),
    /// The dataset cannot be written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A damaged archive.
    #[error("{path}: the archive cannot be read: {reason}; fetch it again", path = path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Nothing to read.
    #[error("{path}: no table is in it; .csv, .tsv, .txt and .json are read, plain or as .gz or .zst, and archives of them as .zip", path = path.display())]
    NoTable {
        /// What was searched.
        path: PathBuf,
    },
    /// Sorted runs could not be written or read.
    #[error("cannot write or read the rows that do not fit into memory, {path}", path = path.display())]
    Runs {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// Too little memory.
    #[error("{found} bytes of memory are too few; grant {LEAST_MEMORY} or more")]
    Memory {
        /// What was granted.
        found: u64,
    },
    /// Inputs that do not go together.
    #[error(
        "{problem}; they do not go into one dataset of years: import each to a file of its own, --out FILE.parquet"
    )]
    Mixed {
        /// What differs.
        problem: String,
    },
    /// Another import into the folder was interrupted.
    #[error(
        "{path}: the import of {input} into it was interrupted, and years may be missing; run that again first, or import into another folder",
        path = path.display()
    )]
    Interrupted {
        /// The folder.
        path: PathBuf,
        /// What was imported.
        input: String,
    },
    /// What belongs beside the dataset could not be written.
    #[error(transparent)]
    Beside(#[from] std::io::Error),
    /// Nothing could be used.
    #[error("{path}: not one row could be used ({why})", path = path.display(), why = why_none(*bad))]
    Empty {
        /// The input.
        path: PathBuf,
        /// How many rows are bad.
        bad: u64,
        /// The first of them, with the names of their inputs.
        quarantine: Vec<(String, Quarantined)>,
    },
}

/// Why nothing is left of the rows, of which so many are bad.
fn why_none(bad: u64) -> String {
    match bad {
        0 => "there is a header alone, or all rows were set aside".to_owned(),
        _ => format!("{bad} are bad"),
    }
}
