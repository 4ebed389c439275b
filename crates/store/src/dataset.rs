//! A dataset too large for one file: a folder with a Parquet file for each year.
//!
//! ```text
//! FOLDER/
//!   dataset.toml      what it is and which files belong to it
//!   1995.parquet      all rows whose period starts in 1995
//!   1996.parquet
//!   rollup/           reserved for sums that are kept beside the data
//! ```
//!
//! Each `YYYY.parquet` has exactly the columns of [`schema`](crate::schema), in that order, and
//! is read by any tool as `FOLDER/*.parquet`. Rows are sorted by [`trade::Record::key`]: month,
//! reporter, flow, partner, classification, product. Numbers have one scale in all files, text
//! columns are dictionary-coded (a constant one has a single entry), values and weights are
//! `DECIMAL` on INT64, DELTA_BINARY_PACKED with zstd; row groups have
//! [`ROW_GROUP_ROWS`](crate::ROW_GROUP_ROWS) rows, pages [`PAGE_ROWS`](crate::PAGE_ROWS), with
//! statistics for both.
//!
//! `dataset.toml` is rewritten, atomically, after each file that was finished. So a file is part
//! of the dataset if and only if the manifest names it; files of an interrupted import have other
//! names (`.unfinished-...`) and are swept by the next one.
//!
//! ```toml
//! format = "counterflow dataset 1"
//! made_by = "counterflow synth, seed 1"
//! compiler = "synthetic"
//! imported = ["..."]     # fingerprints of the inputs that were read to their ends
//! importing = "..."      # the input that is being imported; there only until it is finished
//! [scales]
//! value = 0
//! net_weight = 0
//! quantity = 0
//! [[partition]]
//! year = 1995
//! file = "1995.parquet"
//! rows = 344280
//! bytes = 3271202
//! value_usd = "4711000000"
//! sha256 = "..."
//! source = "..."         # fingerprint of the input that it was made from
//! ```

use crate::{Error, Result, io, write_atomically};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use trade::Scales;

/// The name of the manifest.
pub const MANIFEST: &str = "dataset.toml";
/// The version of the layout.
pub const FORMAT: &str = "counterflow dataset 1";

/// The file of a year.
pub fn file_name(year: i16) -> String {
    format!("{year:04}.parquet")
}

/// One file of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// The year in which the periods of its rows start.
    pub year: i16,
    /// The file's name in the folder.
    pub file: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The exact sum of its values in US dollars, as text.
    pub value_usd: String,
    /// The SHA-256 of the file.
    pub sha256: String,
    /// The fingerprint of the input that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A partitioned dataset: its folder and its manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    folder: PathBuf,
    manifest: Manifest,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    made_by: String,
    compiler: String,
    /// Fingerprints of the inputs that were imported to their ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    imported: Vec<String>,
    /// The input that is being imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    importing: Option<String>,
    scales: StoredScales,
    #[serde(default)]
    partition: Vec<Partition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredScales {
    value: u8,
    net_weight: u8,
    quantity: u8,
}

impl Dataset {
    /// A new, empty dataset; nothing is written before [`put`](Self::put). `made_by` says how
    /// it came about, `compiler` who published the figures.
    pub fn new(folder: &Path, made_by: &str, compiler: &str, scales: Scales) -> Dataset {
        Dataset {
            folder: folder.to_owned(),
            manifest: Manifest {
                format: FORMAT.to_owned(),
                made_by: made_by.to_owned(),
                compiler: compiler.to_owned(),
                imported: Vec::new(),
                importing: None,
                scales: StoredScales {
                    value: scales.value,
                    net_weight: scales.net_weight,
                    quantity: scales.quantity,
                },
                partition: Vec::new(),
            },
        }
    }

    /// Whether a folder has a manifest.
    pub fn is_one(folder: &Path) -> bool {
        folder.join(MANIFEST).is_file()
    }

    /// Opens a dataset and checks that the files are there, with the lengths that they should have.
    ///
    /// # Errors
    /// When the manifest cannot be read, or a file is absent or was changed.
    pub fn open(folder: &Path) -> Result<Dataset> {
        Self::read(folder, false)
    }

    /// Opens a dataset to import into it. Where an import was interrupted, a file may have been
    /// replaced that the manifest still knows as it was before: it is left out, and so made again.
    ///
    /// # Errors
    /// As [`open`](Self::open), where no import was interrupted.
    pub fn resume(folder: &Path) -> Result<Dataset> {
        Self::read(folder, true)
    }

    fn read(folder: &Path, resume: bool) -> Result<Dataset> {
        let path = folder.join(MANIFEST);
        let text = crate::read_text(&path).map_err(io("read", &path))?;
        let wrong = |reason: String| Error::Pin {
            path: path.clone(),
            reason,
        };
        let mut manifest: Manifest = toml::from_str(&text)
            .map_err(|e| wrong(format!("{}; import the data again", crate::toml_problem(&text, &e))))?;
        if manifest.format != FORMAT {
            return Err(wrong(format!(
                "`format` is expected to be `{FORMAT}`, but is `{}`",
                manifest.format
            )));
        }
        if resume && manifest.importing.is_some() {
            let same = |part: &Partition| {
                let path = folder.join(&part.file);
                let long = std::fs::metadata(&path).is_ok_and(|m| m.len() == part.bytes);
                long && crate::sha256_of_file(&path).is_ok_and(|hash| hash.as_str() == part.sha256)
            };
            let (kept, replaced): (Vec<Partition>, Vec<Partition>) = manifest.partition.into_iter().partition(same);
            manifest.partition = kept;
            manifest
                .imported
                .retain(|s| replaced.iter().all(|p| p.source.as_ref() != Some(s)));
        }
        let StoredScales {
            value,
            net_weight,
            quantity,
        } = manifest.scales;
        if value.max(net_weight).max(quantity) > 3 {
            return Err(wrong("numbers have at most 3 decimal places".to_owned()));
        }
        if manifest
            .partition
            .iter()
            .try_fold(0_u64, |sum, part| sum.checked_add(part.rows))
            .is_none()
        {
            return Err(wrong("the partitions have more rows than can be counted".to_owned()));
        }
        let mut years = BTreeMap::new();
        for part in &manifest.partition {
            if part.file != file_name(part.year) || years.insert(part.year, ()).is_some() {
                return Err(wrong(format!("`{}` is not the one file of {}", part.file, part.year)));
            }
            let file = folder.join(&part.file);
            let bytes = std::fs::metadata(&file).map_err(io("read", &file))?.len();
            if bytes != part.bytes {
                return Err(wrong(format!(
                    "{} has {bytes} bytes where {} are expected; it was changed after it was written",
                    part.file, part.bytes
                )));
            }
        }
        Ok(Dataset {
            folder: folder.to_owned(),
            manifest,
        })
    }

    /// Reads every file and compares its hash with the one that was noted when it was written.
    ///
    /// # Errors
    /// Names the first file that was changed.
    pub fn check(&self) -> Result<()> {
        for part in self.partitions() {
            let path = self.path(part);
            if crate::sha256_of_file(&path)?.as_str() != part.sha256 {
                let reason = "its SHA-256 is not the one in dataset.toml: it was changed or damaged; import it again";
                return Err(Error::Parquet {
                    path,
                    reason: reason.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its files, by year.
    pub fn partitions(&self) -> &[Partition] {
        &self.manifest.partition
    }

    /// The path of a partition.
    pub fn path(&self, partition: &Partition) -> PathBuf {
        self.folder.join(&partition.file)
    }

    /// The paths of all partitions, by year.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.partitions().iter().map(|p| self.path(p)).collect()
    }

    /// How many rows all partitions have.
    pub fn rows(&self) -> u64 {
        self.partitions().iter().map(|p| p.rows).sum()
    }

    /// Who published the figures.
    pub fn compiler(&self) -> &str {
        &self.manifest.compiler
    }

    /// How the dataset came about.
    pub fn made_by(&self) -> &str {
        &self.manifest.made_by
    }

    /// The decimal places of its numbers.
    pub fn scales(&self) -> Scales {
        let StoredScales {
            value,
            net_weight,
            quantity,
        } = self.manifest.scales;
        Scales {
            value,
            net_weight,
            quantity,
        }
    }

    /// The years of the partitions that were made from an input.
    pub fn years_from(&self, source: &str) -> BTreeSet<i16> {
        let made = self.partitions().iter().filter(|p| p.source.as_deref() == Some(source));
        made.map(|p| p.year).collect()
    }

    /// How many rows were made from an input.
    pub fn rows_from(&self, source: &str) -> u64 {
        let made = self.partitions().iter().filter(|p| p.source.as_deref() == Some(source));
        made.map(|p| p.rows).sum()
    }

    /// Whether an input was imported to its end, and nothing has replaced any of it.
    pub fn has_imported(&self, source: &str) -> bool {
        self.manifest.imported.iter().any(|s| s == source)
    }

    /// The input whose import was begun and not finished, if there is one: more years may be to come.
    pub fn importing(&self) -> Option<&str> {
        self.manifest.importing.as_deref()
    }

    /// Refuses to write these years where that would replace a file that is no part of the dataset. A file of an interrupted
    /// import may have got its name without being noted; it has our columns.
    ///
    /// # Errors
    /// Names the first such file.
    pub fn check_free(&self, years: impl IntoIterator<Item = i16>) -> Result<()> {
        let noted = !self.partitions().is_empty() && self.importing().is_none();
        let ours = |path: &Path| crate::read_header(path).is_ok_and(|(names, _)| names == crate::schema::COLUMNS);
        for year in years {
            let path = self.folder.join(file_name(year));
            let known = self.partitions().iter().any(|part| part.year == year);
            if !known && path.symlink_metadata().is_ok() && (noted || !ours(&path)) {
                return Err(Error::Foreign { path });
            }
        }
        Ok(())
    }

    /// Notes which input is being imported, before the first file is replaced.
    ///
    /// # Errors
    /// When the manifest cannot be written.
    pub fn begin(&mut self, input: &str) -> Result<()> {
        self.manifest.importing = Some(input.to_owned());
        if self.manifest.partition.is_empty() && !Dataset::is_one(&self.folder) {
            Ok(())
        } else {
            self.save()
        }
    }

    /// Notes that the import is finished.
    ///
    /// # Errors
    /// When the manifest cannot be written.
    pub fn end(&mut self) -> Result<()> {
        match self.manifest.importing.take() {
            Some(_) => self.save(),
            None => Ok(()),
        }
    }

    /// Notes that an input was imported to its end.
    ///
    /// # Errors
    /// When the manifest cannot be written.
    pub fn mark_imported(&mut self, source: &str) -> Result<()> {
        if !self.has_imported(source) {
            self.manifest.imported.push(source.to_owned());
            self.manifest.imported.sort();
        }
        self.save()
    }

    /// Takes a finished file into the dataset, in place of an earlier one of that year, and
    /// writes the manifest.
    ///
    /// # Errors
    /// When the manifest cannot be written.
    pub fn put(&mut self, partition: Partition) -> Result<()> {
        let parts = &mut self.manifest.partition;
        match parts.binary_search_by_key(&partition.year, |p| p.year) {
            Ok(at) => {
                let before = std::mem::replace(&mut parts[at], partition);
                if before.source != parts[at].source {
                    self.manifest.imported.retain(|s| Some(s) != before.source.as_ref());
                }
            }
            Err(at) => parts.insert(at, partition),
        }
        self.save()
    }

    /// Writes the manifest.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self) -> Result<()> {
        let path = self.folder.join(MANIFEST);
        let text = toml::to_string(&self.manifest).map_err(|e| Error::Pin {
            path: path.clone(),
            reason: e.to_string(),
        })?;
        write_atomically(&path, text.as_bytes())
    }
}

#[cfg(test)]
mod tests;
