//! What is read of inputs before it is written.

use super::reading::{self, Origin, Parsed, Work};
use super::runs::Years;
use super::{BulkError, LISTED};
use crate::quarantine::Quarantined;
use crate::remarks::Remarks;
use crate::source::Source;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Receiver;
use trade::Scales;

/// What a pass over some inputs gave.
pub(super) struct Pass {
    pub years: Years,
    pub scales: Scales,
    pub source: Option<Source>,
    pub origin: Option<Origin>,
    pub read: u64,
    pub bad: Vec<(usize, Quarantined)>,
    pub bad_unlisted: u64,
    pub aside: BTreeMap<&'static str, u64>,
    pub notes: Vec<String>,
    pub remarks: Remarks,
    pub ignored: BTreeSet<String>,
}

/// Reads what comes on all threads; gives the input that the general reader has to read, if there is one.
pub(super) fn take_all(from: Receiver<Work>, threads: usize, pass: &mut Pass) -> Result<Option<usize>, BulkError> {
    while let Ok(first) = from.recv() {
        let mut batch = vec![first];
        batch.extend(from.try_iter().take(threads * 2 - 1));
        let parsed: Vec<Parsed> = batch.into_par_iter().map(reading::parse).collect();
        for part in parsed {
            if part.restart.is_some() {
                return Ok(part.restart);
            }
            pass.take(part)?;
        }
    }
    Ok(None)
}

impl Pass {
    fn take(&mut self, part: Parsed) -> Result<(), BulkError> {
        let repeats = |source: Source| source.shape().repeats;
        if let (Some(one), Some(other)) = (self.source, part.source)
            && repeats(one) != repeats(other)
        {
            return Err(BulkError::Mixed {
                problem: format!("some inputs are of {one}, others of {other}"),
            });
        }
        let other = match (&self.origin, part.origin) {
            (Some(one), Some(other)) if *one != other => Some(other),
            (None, origin) => {
                self.origin = origin;
                None
            }
            _ => None,
        };
        if let (Some(one), Some(other)) = (&self.origin, part.stranger.or(other)) {
            let said = |(compiler, status): &Origin| format!("{compiler}, {status}");
            return Err(BulkError::Mixed {
                problem: format!("some rows are of {}, others of {}", said(one), said(&other)),
            });
        }
        self.source = self.source.or(part.source);
        for (kind, rows) in part.aside {
            *self.aside.entry(kind).or_default() += rows;
        }
        self.notes.extend(part.notes);
        self.remarks.merge(part.remarks);
        self.ignored.extend(part.ignored);
        self.scales = self.scales.wider(part.scales);
        self.read += part.read;
        let room = LISTED.saturating_sub(self.bad.len());
        self.bad_unlisted += part.bad.len().saturating_sub(room) as u64;
        self.bad.extend(part.bad.into_iter().take(room));
        for (year, rows) in part.years {
            self.years.add(year, rows)?;
        }
        Ok(())
    }
}
