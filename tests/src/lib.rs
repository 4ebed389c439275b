//! Shared helpers of the end-to-end tests: the built program, what a call of it said, and
//! copies of the studies and pins that a test may spoil.
//!
//! The tests call nothing of the program's own crates: what a user sees is what they see. Only
//! `store` is used, to write Parquet files that are wrong on purpose.

#![allow(clippy::unwrap_used)] // a helper that cannot help should end the test
#![recursion_limit = "256"] // a record of UN Comtrade has so many fields

mod broken;
mod call;
pub mod interfaces;
mod packages;
mod program;
mod stub;
mod tables;
mod workspace;

pub use broken::{GOOD, HEADER, call_on, gzip};
pub use call::{Call, call, call_in, call_with};
pub use packages::packages;
pub use program::{program, root, skipped};
pub use stub::{Asked, Play, Stub, Then};
pub use tables::{csv_rows, json_finite, parquet_rows, sha256};
pub use workspace::{Files, Workspace, files_below};
