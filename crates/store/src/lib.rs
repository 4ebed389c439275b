//! Parquet datasets and pins: write, scan, prune, hash.
//!
//! The only room, with `sources`, that touches files of data. A dataset is a Parquet file
//! of [`trade::Record`]s that any tool can read: no private format, no private metadata.
//!
//! - [`schema`]: the columns and their types;
//! - [`write_records`]: sorted, dictionary-coded, values as integers, atomically;
//! - [`dataset`]: a folder with a file for each year, for tables too large for one;
//! - [`columns`]: single columns as dictionary codes, runs and integers, without batches;
//! - [`scan`]: projection, predicate, row groups and pages left unread;
//! - [`Pin`]: a dataset with its provenance, its byte hash and its logical hash.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod any_table;
mod atomic;
mod block;
mod chunk;
pub mod columns;
pub mod dataset;
mod decode;
mod encode;
mod filter;
mod footer;
mod guard;
mod hash;
mod lock;
mod open;
mod parquet_text;
mod partition;
mod pin;
mod pin_file;
mod revision;
mod scan;
pub mod schema;
mod thrift;
mod write;

pub use any_table::{AnyColumn, read_column, read_header};
pub use atomic::{UNFINISHED, persist, sweep, write_atomically};
pub use block::batch_of_block;
pub use dataset::Dataset;
pub use decode::records_of_batch;
pub use encode::batch_of_records;
pub use filter::{Demand, Filter, Wanted};
pub use hash::{logical_hash, sha256_of_bytes, sha256_of_file};
pub use lock::{FolderLock, lock_folder};
pub use open::{open_file, read_text, toml_problem};
pub use parquet_text::parquet_as_text;
pub use partition::{ClosedPartition, PAGE_ROWS, PartitionWriter, ROW_GROUP_ROWS};
pub use pin::{Broken, Invariant, Pin, Reference, Selector, check_pin, pin_names, read_references};
pub use pin_file::{FileFacts, GENERATED_MARK, NoteFile, PinFile, RECORD_SCHEMA, is_name, with_generated_section};
pub use revision::{Revised, Revision, revision};
pub use scan::{Scan, ScanStats, read_records, scan};
pub(crate) use write::WRITER;
pub use write::{parquet_bytes, write_records};

use columns::positional::Positional;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What can go wrong with files of data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {action} {path}", path = path.display())]
    Io {
        /// What was tried: `read`, `write`, `replace`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another run of the program writes into the same folder.
    #[error("{path}: another run is writing there; wait until it has ended", path = path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// A file that is no part of a dataset stands where one of its years is to be written.
    #[error(
        "{path} is no part of the dataset in this folder and would be replaced; move it, or import into another folder",
        path = path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A file that is no Parquet file, or a damaged one.
    #[error(
        "{path} cannot be read as Parquet: {reason}; if it was cut short or damaged, fetch it or write it again",
        path = path.display()
    )]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// A Parquet file that holds something else than trade records.
    #[error("{path}: column `{column}` is expected to be {expected}, but is {found}", path = path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The type it should have.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A value that no record can hold.
    #[error("{path}, row {number}, column `{column}`: {reason}", path = path.display(), number = row + 1)]
    Value {
        /// The file.
        path: PathBuf,
        /// The row, from 0; told from 1.
        row: usize,
        /// The column.
        column: &'static str,
        /// Why not.
        reason: String,
    },
    /// A pin whose description cannot be read.
    #[error("{path}: {reason}", path = path.display())]
    Pin {
        /// The file.
        path: PathBuf,
        /// What is wrong and what was expected.
        reason: String,
    },
    /// An Arrow operation that cannot fail on well-formed batches did.
    #[error("the table could not be built: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

const ENCRYPTED: &str = "it is encrypted: write it anew without encryption";

/// A Parquet file that begins as one.
pub(crate) struct ParquetFile {
    pub file: Arc<File>,
    pub length: u64,
    /// The footer, where it ends as one, too.
    pub footer: Option<Vec<u8>>,
}

impl ParquetFile {
    /// What the parquet crate reads it by.
    pub fn reader(&self) -> Positional {
        Positional::new(self.file.clone(), self.length, self.length, 0)
    }
}

/// Opens a Parquet file. Pages are found by the footer at the end, so that a damaged start would
/// go unnoticed where its pages are not asked for: it is looked at here, as is whether the footer can be decoded.
pub(crate) fn open_parquet(path: &Path) -> Result<ParquetFile> {
    let refuse = |reason: &str| {
        Err(Error::Parquet {
            path: path.to_owned(),
            reason: reason.to_owned(),
        })
    };
    let mut file = crate::open_file(path).map_err(io("read", path))?;
    let length = file.metadata().map_err(io("read", path))?.len();
    let mut start = [0; 4];
    let read = file.read_exact(&mut start);
    if read.is_err() || start != *b"PAR1" {
        return refuse(match &start {
            b"PARE" => ENCRYPTED,
            _ => "it does not start with PAR1: it is no Parquet file, or damaged",
        });
    }
    // What does not end as a Parquet file does is told by the parquet crate.
    let mut footer = footer::end_of(&mut file, length).map_err(io("read", path))?;
    if let Some(footer) = &mut footer {
        footer.truncate(footer.len() - 8);
        if !thrift::footer(footer) {
            return refuse("its footer cannot be decoded: it is damaged");
        }
    }
    let file = Arc::new(file);
    Ok(ParquetFile { file, length, footer })
}

pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { action, path, source }
}
