//! Reading a dataset by columns: dictionary codes stay codes, and runs of one code stay runs.
//!
//! [`DataFile`] opens a file; [`CodeCursor`] and [`NumberCursor`] go through one column of one
//! row group, page by page. They know the encodings that Parquet writers commonly use; a column
//! that is written in another way is read by the parquet crate's own reader and looks the same.
//! A damaged page is an error, never a number.

mod beside;
mod codes;
mod cursor;
mod delta;
mod file;
mod held;
mod hybrid;
mod numbers;
mod other;
mod pages;
pub(crate) mod positional;
mod sought;
mod statistics;
mod strangers;
mod texts;
mod unpack;

pub use beside::{fingerprints, note_of, write_with_note};
pub use codes::CodeCursor;
pub use cursor::{Codes, Decimals};
pub use file::{DataFile, dataset_files};
pub use hybrid::Run;
pub use numbers::{NumberCursor, Numbers};
pub use sought::Sought;
pub use strangers::{LOOKED_THROUGH, Look, look_through};
pub use texts::Texts;
