//! An agency's file to trade records, with a quarantine for bad rows.
//!
//! [`import`] reads a table from any reader, [`import_path`] from a file (plain or gzip);
//! [`read`] and [`read_path`] give the rows one by one in bounded memory. Which agency's
//! table it is, is told by the header ([`sniff`]) or said ([`Options::source`]). Each source
//! is a file of this crate:
//!
//! | source | file | what it is |
//! |---|---|---|
//! | `figures` | `figures.rs` | the project's own tidy table, any subset of its columns |
//! | `comtrade-classic` | `comtrade_classic.rs` | UN Comtrade with names beside codes |
//! | `comtrade-legacy` | `comtrade_legacy.rs` | UN Comtrade with codes only |
//! | `comtrade-api` | `comtrade_api.rs` | CSV of UN Comtrade's present API |
//! | `comtrade-short` | `comtrade_api.rs` | six columns of it; period and classification are to be said |
//! | `baci` | `baci.rs` | CEPII's reconciled flows; the HS revision is to be said |
//! | `wits`, `wits-page` | `wits.rs` | the World Bank's WITS, with codes or with names |
//! | `wits-partner`, `wits-series` | `wits_profile.rs` | the same, as its country profiles give it: a year, or a column for each |
//! | `dots`, `dots-panel` | `dots.rs` | the Monetary Fund's Direction of Trade Statistics, wide or a row for each period |
//! | `imts`, `imts-wide` | `imts.rs` | its successor, International Trade in Goods by partner country |
//! | `bimts` | `bimts.rs` | the OECD's balanced trade in goods |
//! | `cow`, `cow-national` | `cow.rs` | Correlates of War, dyadic and national trade |
//!
//! Any other tidy table is read through a column map ([`Options::map`], `tidy.rs`).
//!
//! A row that cannot be used is put into the quarantine with its line, column, value, reason
//! and advice; it is never guessed at. An input that is no such table is one [`Error`].
//! Every row is accounted for: records, quarantine and rows set aside add up to the rows
//! that were read.
//!
//! Files of any size go by [`import_bulk`] into a partitioned dataset, in bounded memory; it gives the
//! same records.
//!
//! Trade values, weights and quantities are never negative in these sources: a negative
//! value is quarantined. A missing weight or quantity is `None`; a missing value is
//! quarantined, unless the row gives a share or a quantity in its place.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod aggregates;
mod baci;
mod beside;
mod bimts;
mod bulk;
mod cell;
mod codes;
mod comtrade;
mod comtrade_api;
mod comtrade_classic;
mod comtrade_legacy;
mod cow;
mod dots;
mod error;
mod figures;
mod guard;
mod header;
mod import;
mod imts;
mod imts_twice;
mod input;
mod json;
mod labels;
mod levels;
mod mapped;
mod names;
mod options;
mod quarantine;
mod remarks;
mod repeats;
mod sdmx;
mod source;
mod table;
mod text;
mod tidy;
mod units;
mod unpack;
mod utf16;
mod wits;
mod wits_profile;

pub use aggregates::{Summable, is_total, set_aside_nested};
pub use beside::{contradicts, is_beside};
pub use bulk::{BulkError, BulkOptions, BulkReport, LEAST_MEMORY, import_bulk, tables_in};
pub use error::{Error, Result};
pub use header::Header;
pub use import::{Imported, Reading, Row, Tally, import, import_path, read, read_path};
pub use input::Limits;
pub use levels::{Level, LevelSum, Series, finest_common_level, levels_present, series};
pub use options::{Defaults, Options};
pub use quarantine::Quarantined;
pub use repeats::ADDED;
pub use source::{Part, Source, sniff};
pub use text::{Number, TextRow, TextTable, decimal_text, number_of_text};
pub use tidy::{Codes, TidyMap};
pub use units::{is_multiple, tells};
