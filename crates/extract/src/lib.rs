//! From a dataset of the world, the figures about one economy.
//!
//! A study needs a few thousand records; a release of BACI or Comtrade has hundreds of millions of rows. This crate
//! sums the dataset exactly ([`cube`]) and makes of it the records that a study's scenarios choose from:
//!
//! - what the economy and its partners report of each other, all products together ([`pairs`](World::about));
//! - the same by product, all partners together, at the digits asked for;
//! - where both sides report, what each rule of reconciliation makes of the two reports ([`RECONCILED`]).
//!
//! Nothing is chosen here: a scenario's layers do that, by `reporter`, `status` and `compiler`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod coverage;
mod products;
mod reconciled;
mod totals;

pub use coverage::{FEW_ECONOMIES, HS_CHAPTERS, OwnTotal, Parties, Products, SITC_SECTIONS};
pub use reconciled::RECONCILED;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use trade::{Economy, Flow, Record, Status};

/// Why nothing could be extracted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The dataset could not be summed.
    #[error("{path}", path = path.display())]
    Sum {
        /// The dataset.
        path: PathBuf,
        /// Why.
        #[source]
        source: cube::Error,
    },
    /// The dataset says nothing of the economy.
    #[error(
        "{path} has no annual exports or imports of or with {economy}; \
         `counterflow sum {path} --by reporter` shows whom it knows",
        path = path.display()
    )]
    Nothing {
        /// The dataset.
        path: PathBuf,
        /// The economy.
        economy: Economy,
    },
    /// A sum with a word that is no word of trade.
    #[error(transparent)]
    Word(#[from] trade::Error),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A dataset with the trade of many economies, summed over products.
#[derive(Debug)]
pub struct World {
    path: PathBuf,
    /// One record for each year, reporter, partner, flow, compiler and status.
    totals: Vec<Record>,
    /// Whether they are rows for all products together, not sums of products.
    whole_rows: bool,
}

impl World {
    /// Sums a dataset: a Parquet file of records, or a folder of them.
    ///
    /// # Errors
    /// When it cannot be read, or tells the same trade more than once.
    pub fn open(path: &Path) -> Result<World> {
        let (totals, whole_rows) = totals::totals(path)?;
        Ok(World {
            path: path.to_owned(),
            totals,
            whole_rows,
        })
    }

    /// Whether exporters and importers both report in it.
    pub fn is_two_sided(&self) -> bool {
        let reports = |flow| {
            let mut reported = self.totals.iter().filter(|r| r.status == Status::Reported);
            reported.any(|r| r.flow == flow)
        };
        reports(Flow::Export) && reports(Flow::Import)
    }

    /// The economies that report in it.
    pub fn reporters(&self) -> BTreeSet<Economy> {
        self.totals.iter().map(|r| r.reporter).collect()
    }

    /// Who published its figures.
    pub fn compilers(&self) -> BTreeSet<&str> {
        self.totals.iter().map(|r| &*r.compiler).collect()
    }

    /// The first and the last year.
    pub fn years(&self) -> Option<(i16, i16)> {
        let years = || self.totals.iter().map(|r| r.period.year());
        Some((years().min()?, years().max()?))
    }

    /// Every record about one economy, sorted by [`Record::key`]: its own reports (`reporter` is the economy), its
    /// partners' (`partner` is), partners' sums by product (`reporter` is `WLD`), and reconciled figures, whose
    /// compiler is [`RECONCILED`] and the rule's name and whose status is `estimated`.
    ///
    /// Products are summed to codes of each number of digits named.
    ///
    /// # Errors
    /// When the dataset cannot be read, or knows nothing of the economy.
    pub fn about(&self, economy: Economy, digits: &BTreeSet<u8>) -> Result<Vec<Record>> {
        let own = |r: &&Record| r.reporter == economy || r.partner == economy;
        let mut records: Vec<Record> = self.totals.iter().filter(own).cloned().collect();
        if records.is_empty() {
            return Err(Error::Nothing {
                path: self.path.clone(),
                economy,
            });
        }
        records.extend(products::products(&self.path, economy, digits, &records)?);
        if self.is_two_sided() {
            records.extend(reconciled::reconciled(&self.totals, economy));
        }
        records.sort_by(|a, b| a.key().cmp(&b.key()));
        Ok(records)
    }
}
