//! A dataset held in memory for many queries.

use crate::arrange::arranged;
use crate::column::{Column, Measure};
use crate::engine::{conditions, sum};
use crate::memory::{Coded, Decimal, Packed, Part, Parts};
use crate::ordered::in_order;
use crate::source::{Files, Source};
use crate::{Concentration, Dimension, MirrorGaps, Query, Result, Sums};
use std::path::Path;
use std::sync::Arc;

/// Rows decoded at once.
const BLOCK_ROWS: usize = 1 << 16;

/// Trade records in memory, sorted by year, reporter, flow, partner and product, so that most columns are lists of
/// runs; another is the narrowest integers that hold its codes. A row takes about 10 bytes. Rows that come in
/// another order are brought into this one as they are loaded, which takes 32 bytes a row while it lasts.
#[derive(Clone, Debug, Default)]
pub struct Table {
    parts: Parts,
}

impl Table {
    /// Reads a dataset's values, and its net weights if `weights` says so. Columns that are no
    /// dimension of a sum (valuation, quantities) are left out, and cannot be chosen by.
    ///
    /// # Errors
    /// When the dataset cannot be read.
    pub fn load(path: &Path, weights: bool) -> Result<Table> {
        let files = Files::open(path)?;
        let mut parts = Parts::default();
        in_order(
            files.parts(),
            |part| load_part(&files, part, weights),
            |part| {
                parts.0.push(part);
                Ok(())
            },
        )?;
        Ok(Table { parts: arranged(parts) })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.parts.0.iter().map(|part| part.rows).sum()
    }

    /// Bytes that the rows take, without the texts behind the codes.
    pub fn bytes(&self) -> usize {
        let decimal = |decimal: &Option<Decimal>| {
            decimal
                .as_ref()
                .map_or(0, |d| d.values.len() * 8 + d.valid.as_ref().map_or(0, Vec::len))
        };
        let part = |part: &Part| {
            let coded: usize = part.coded.iter().map(|(_, coded)| coded.codes.bytes()).sum();
            coded + decimal(&part.value) + decimal(&part.weight)
        };
        self.parts.0.iter().map(part).sum()
    }

    /// Sums the table as the query says.
    ///
    /// # Errors
    /// When its rows overlap, or something was not loaded.
    pub fn sum(&self, query: &Query) -> Result<Sums> {
        sum(&self.parts, query, conditions(query)?)
    }

    /// As [`concentration`](crate::concentration).
    ///
    /// # Errors
    /// When the rows overlap, or something was not loaded.
    pub fn concentration(&self, query: &Query, over: Dimension) -> Result<Concentration> {
        crate::concentration::concentration_of(&self.parts, query, over)
    }

    /// As [`mirror_gaps`](crate::mirror_gaps).
    ///
    /// # Errors
    /// When the rows overlap.
    pub fn mirror_gaps(&self, query: &Query) -> Result<MirrorGaps> {
        crate::mirror::mirror_gaps_of(&self.parts, query)
    }
}

fn load_part(files: &Files, part: usize, weights: bool) -> Result<Part> {
    let rows = files.rows(part);
    let mut coded = Vec::new();
    for column in Column::ALL {
        if !matches!(column, Column::Valuation | Column::QuantityUnit) {
            coded.push((column, load_codes(files, part, column, rows)?));
        }
    }
    let weight = weights
        .then(|| load_decimal(files, part, Measure::Weight, rows))
        .transpose()?;
    Ok(Part {
        rows,
        coded,
        value: Some(load_decimal(files, part, Measure::Value, rows)?),
        weight,
    })
}

fn load_codes(files: &Files, part: usize, column: Column, rows: usize) -> Result<Coded> {
    let only = files.texts(part, column)?;
    if only.len() == 1 {
        let rows = rows as u32;
        let codes = Packed::Runs(vec![store::columns::Run { code: 0, rows }]);
        return Ok(Coded::new(only, codes));
    }
    let mut keys = files.keys(part, column, false)?;
    let mut codes = vec![0; rows];
    for block in codes.chunks_mut(BLOCK_ROWS) {
        keys.codes(block)?;
    }
    let texts = keys.texts().clone();
    let codes = Packed::of(&codes, texts.len());
    Ok(Coded::new(Arc::new(texts), codes))
}

fn load_decimal(files: &Files, part: usize, measure: Measure, rows: usize) -> Result<Decimal> {
    let mut measured = files.measured(part, measure, false)?;
    let mut values = Vec::with_capacity(rows);
    let mut valid: Option<Vec<bool>> = None;
    while values.len() < rows {
        let now = measured.ready()?.min(rows - values.len());
        let numbers = measured.take(now);
        if let (None, Some(_)) = (&valid, numbers.valid) {
            valid = Some(vec![true; values.len()]);
        }
        values.extend_from_slice(numbers.values);
        if let Some(valid) = &mut valid {
            match numbers.valid {
                Some(now) => valid.extend_from_slice(now),
                None => valid.resize(values.len(), true),
            }
        }
    }
    let scale = files.scale(part, measure)?;
    Ok(Decimal { scale, values, valid })
}
