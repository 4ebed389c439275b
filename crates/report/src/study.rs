//! A finished run of a study as a page and as files.

mod files;
mod page;
mod tables;

pub use files::{Provenance, ResultFile, result_files};
pub(crate) use tables::all as all_tables;
pub use tables::figures_table;
