//! Findings, tables and charts as a self-contained page, CSV, Parquet and JSON.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod csv_file;
mod error;
mod findings;
mod format;
mod json_file;
mod number;
mod package;
pub mod page;
mod parquet_file;
mod study;
mod svg;
mod text_table;

pub use error::{Error, Result};
pub use findings::{findings_json, findings_table};
pub use format::{Format, render, to_bytes};
pub use number::{counted, grouped, significant};
pub use package::package_descriptions;
pub use page::{Page, chart_table, render_page};
pub use study::{Provenance, ResultFile, figures_table, finding_words, result_files, told};
pub use text_table::is_obeyed;
