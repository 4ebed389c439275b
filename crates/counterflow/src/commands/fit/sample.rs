//! What a formula takes from a table, over the rows that have all of it.

use super::{Family, FitArguments};
use crate::commands::columns::columns;
use crate::commands::times;
use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use regress::absorb::{Effect, SingletonDrop};
use regress::formula::{Formula, ModelFrame};
use regress::{Design, Way};
use std::collections::{BTreeMap, HashMap};

/// The rows of a regression with all that it needs of them.
pub struct Sample {
    /// The table's rows that are used, from 0, in the order in which they are fitted.
    pub rows: Vec<usize>,
    /// The response; of least squares what the offset leaves of it.
    pub y: Vec<f64>,
    /// The terms.
    pub design: Design,
    /// The offset, where there is one.
    pub offset: Option<Vec<f64>>,
    /// The effects to absorb.
    pub effects: Vec<Effect>,
    /// The weights, above zero, where there are any.
    pub weights: Option<Vec<f64>>,
    /// Rows that are not used: the reason and their places in the file.
    pub dropped: BTreeMap<String, Vec<u64>>,
    /// Where each used row stands in the file.
    places: Vec<u64>,
}

impl Sample {
    /// Builds the formula's matrices over the rows that have a weight and a time, too, where they
    /// are asked for; rows of weight zero are left out and listed.
    pub fn of(frame: &Frame, arguments: &FitArguments, formula: &Formula) -> Outcome<Self> {
        let mut built = columns(frame, &arguments.formula, formula)?.build(formula)?;
        let weights = arguments
            .weights
            .as_deref()
            .map(|name| frame.numbers(name))
            .transpose()?;
        let times = arguments
            .time
            .as_deref()
            .map(|name| times::column(frame.column(name)?, &frame.places, name, &frame.file))
            .transpose()?;
        let mut dropped: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for row in &built.dropped {
            dropped
                .entry(row.reason.clone())
                .or_default()
                .push(frame.places[row.row]);
        }
        let mut keep = Vec::with_capacity(built.rows.len());
        for (at, &row) in built.rows.iter().enumerate() {
            let reason = match (&weights, &times) {
                (Some(weights), _) if weights[row].is_none() => "the weight is missing",
                (Some(weights), _) if weights[row] == Some(0.0) => "the weight is zero",
                (_, Some(times)) if times[row].is_none() => "the time is missing",
                _ => {
                    keep.push(at);
                    continue;
                }
            };
            dropped.entry(reason.to_owned()).or_default().push(frame.places[row]);
        }
        if let Some(times) = &times {
            let value = |at: usize| times[built.rows[at]].as_ref().map_or(f64::NAN, |time| time.value);
            keep.sort_by(|&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
        }
        // Large tables are not copied where all of them is used as it stands.
        if keep.len() < built.rows.len() || times.is_some() {
            let pick = |values: &[f64]| keep.iter().map(|&i| values[i]).collect::<Vec<f64>>();
            built = ModelFrame {
                y: pick(&built.y),
                design: built.design.select_rows(&keep),
                offset: built.offset.as_deref().map(pick),
                absorbed: built
                    .absorbed
                    .into_iter()
                    .map(|(name, groups)| (name, keep.iter().map(|&i| groups[i]).collect()))
                    .collect(),
                rows: keep.iter().map(|&i| built.rows[i]).collect(),
                dropped: built.dropped,
            };
        }
        drop(keep);
        if let (Family::Gaussian, Some(offset)) = (arguments.family, &built.offset) {
            for (y, offset) in built.y.iter_mut().zip(offset) {
                *y -= offset;
            }
        }
        let rows = built.rows;
        let sample = Sample {
            y: built.y,
            design: built.design,
            offset: built.offset,
            effects: built
                .absorbed
                .into_iter()
                .map(|(name, groups)| Effect::new(&name, &groups))
                .collect(),
            weights: weights.map(|w| rows.iter().filter_map(|&row| w[row]).collect()),
            places: rows.iter().map(|&row| frame.places[row]).collect(),
            rows,
            dropped,
        };
        sample.check(arguments.family)?;
        Ok(sample)
    }

    /// Refuses what the estimators would refuse too, with the line in the file.
    fn check(&self, family: Family) -> Outcome<()> {
        if self.rows.is_empty() {
            return Err(Failure::because(
                "no row has all that the formula needs, a weight and a time",
            ));
        }
        if self.design.terms().is_empty() {
            return Err(Failure::because(
                "the formula has no term beside the absorbed effects: there is nothing to estimate",
            ));
        }
        let negative = |values: &[f64]| values.iter().position(|value| *value < 0.0);
        if let Some(at) = self.weights.as_deref().and_then(negative) {
            return Err(Failure::because(format!(
                "line {}: the weight is negative",
                self.places[at]
            )));
        }
        if let (Family::Poisson, Some(at)) = (family, negative(&self.y)) {
            return Err(Failure::because(format!(
                "line {}: the response is {}, and a Poisson regression needs zero or more",
                self.places[at], self.y[at]
            )));
        }
        Ok(())
    }

    /// Adds singletons to the rows that are not used.
    pub fn singletons(&self, dropped: &mut BTreeMap<String, Vec<u64>>, singletons: &[SingletonDrop]) {
        for single in singletons {
            let why = format!("alone in its group of {}", single.effect);
            dropped.entry(why).or_default().push(self.places[single.row]);
        }
    }

    /// Adds separated rows to those that are not used.
    pub fn separated(&self, dropped: &mut BTreeMap<String, Vec<u64>>, separated: &[usize]) {
        for &row in separated {
            let why = "separated: its fitted value would be zero".to_owned();
            dropped.entry(why).or_default().push(self.places[row]);
        }
    }

    /// The groups of a column's values, or of the combinations of several joined by `^`, over the rows used, numbered
    /// as they come.
    pub fn way(&self, name: &str, frame: &Frame) -> Outcome<Way> {
        let mut joined: Option<Vec<u32>> = None;
        // A column may have such a sign in its own name.
        let whole = !name.contains('^') || frame.column(name).is_ok();
        let columns: Vec<&str> = match whole {
            true => vec![name],
            false => name.split('^').map(str::trim).collect(),
        };
        for column in columns {
            let own = self.groups(column, frame)?;
            joined = Some(match joined {
                None => own,
                Some(joined) => combined(&joined, &own),
            });
        }
        Ok(Way {
            name: name.to_owned(),
            groups: joined.unwrap_or_default(),
        })
    }

    fn groups(&self, name: &str, frame: &Frame) -> Outcome<Vec<u32>> {
        frame.groups(name, &self.rows)?.map_err(|row| {
            Failure::because(format!(
                "{}, line {}, column `{name}`: the group is missing; leave the row out with --where",
                frame.file, frame.places[row]
            ))
        })
    }

    /// The periods of a column over the rows used, numbered in the order of their times.
    pub fn periods(&self, name: &str, frame: &Frame) -> Outcome<Vec<u32>> {
        let times = times::column(frame.column(name)?, &frame.places, name, &frame.file)?;
        let mut values = Vec::with_capacity(self.rows.len());
        for &row in &self.rows {
            let time = times[row].as_ref().ok_or_else(|| {
                let (file, place) = (&frame.file, frame.places[row]);
                Failure::because(format!("{file}, line {place}, column `{name}`: the period is missing"))
            })?;
            values.push(time.value);
        }
        let mut known = values.clone();
        known.sort_by(f64::total_cmp);
        known.dedup();
        Ok(values
            .iter()
            .map(|value| known.partition_point(|k| k < value) as u32)
            .collect())
    }
}

/// The combinations of two groupings, numbered as they come.
fn combined(one: &[u32], other: &[u32]) -> Vec<u32> {
    let mut numbers = HashMap::new();
    one.iter()
        .zip(other)
        .map(|pair| {
            let next = numbers.len() as u32;
            *numbers.entry(pair).or_insert(next)
        })
        .collect()
}
