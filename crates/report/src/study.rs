//! A finished run of a study as a page and as files.

mod charts;
pub(crate) mod evidence;
mod files;
mod glossary;
mod how_sure;
mod notes;
mod page;
mod readable;
mod selection;
mod tables;
mod trace;

pub use files::{Provenance, ResultFile, result_files};
pub use readable::{finding_words, told};
pub(crate) use tables::all as all_tables;
pub use tables::figures_table;
