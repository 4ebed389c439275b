//! Shared helpers of the end-to-end tests: the built program, what a call of it said, and
//! copies of the studies and pins that a test may spoil.
//!
//! The tests call nothing of the program's own crates: what a user sees is what they see. Only
//! `store` is used, to write Parquet files that are wrong on purpose.

#![allow(clippy::unwrap_used)] // a helper that cannot help should end the test

mod broken;
mod call;
mod packages;
mod program;
mod tables;
mod workspace;

pub use broken::{GOOD, HEADER, call_on, gzip};
pub use call::{Call, call, call_in};
pub use packages::packages;
pub use program::{program, root, skipped};
pub use tables::{csv_rows, json_finite, parquet_rows, sha256};
pub use workspace::{Files, Workspace, files_below};
