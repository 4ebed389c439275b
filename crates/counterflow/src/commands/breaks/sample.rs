//! The regression's rows in order of their times.

use super::BreaksArguments;
use crate::commands::columns::columns;
use crate::commands::times::{self, Time};
use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use regress::Design;
use regress::formula::Formula;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is searched for breaks.
pub struct Sample {
    /// The times, rising.
    pub times: Vec<Time>,
    /// The response.
    pub y: Vec<f64>,
    /// The terms, all of which may change.
    pub design: Design,
    /// Rows that are not used: the reason and their places in the file.
    pub dropped: BTreeMap<String, Vec<u64>>,
}

impl Sample {
    /// Builds the formula's matrices and puts their rows in order.
    pub fn of(frame: &Frame, arguments: &BreaksArguments, formula: &Formula) -> Outcome<Sample> {
        let times = times::column(
            frame.column(&arguments.time)?,
            &frame.places,
            &arguments.time,
            &frame.file,
        )?;
        if frame.rows() == 0 {
            return Err(Failure::because(format!("{} has no rows to analyse", frame.file)));
        }
        let built = columns(frame, &arguments.formula, formula)?.build(formula)?;
        let mut dropped: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for row in &built.dropped {
            dropped
                .entry(row.reason.clone())
                .or_default()
                .push(frame.places[row.row]);
        }
        let mut order: Vec<(usize, Time)> = Vec::with_capacity(built.rows.len());
        for (at, &row) in built.rows.iter().enumerate() {
            match &times[row] {
                Some(time) => order.push((at, time.clone())),
                None => {
                    let reason = format!("{} is missing", arguments.time);
                    dropped.entry(reason).or_default().push(frame.places[row]);
                }
            }
        }
        order.sort_by(|a, b| a.1.value.total_cmp(&b.1.value).then(a.0.cmp(&b.0)));
        let keep: Vec<usize> = order.iter().map(|(at, _)| *at).collect();
        let places: Vec<u64> = keep.iter().map(|&at| frame.places[built.rows[at]]).collect();
        let times: Vec<Time> = order.into_iter().map(|(_, time)| time).collect();
        times::refuse_repeats(&times, &places, &frame.file, "")?;
        Ok(Sample {
            times,
            y: keep.iter().map(|&at| built.y[at]).collect(),
            design: built.design.select_rows(&keep),
            dropped,
        })
    }

    /// Refuses a known date that is not in the sample, or its last: there would be no new regime.
    pub fn refuse_outside(&self, dates: &[Time]) -> Outcome<()> {
        let (Some(first), Some(last)) = (self.times.first(), self.times.last()) else {
            return Ok(());
        };
        let outside = dates
            .iter()
            .find(|date| date.value < first.value || date.value >= last.value);
        outside.map_or(Ok(()), |date| {
            Err(Failure::because(format!(
                "--at {}: the sample is from {} to {}; a known date is the last of the old regime",
                date.text, first.text, last.text
            )))
        })
    }

    /// The date of an observation, counted from one; `None` beyond the sample.
    pub fn date(&self, observation: i64) -> Option<&Time> {
        usize::try_from(observation - 1).ok().and_then(|at| self.times.get(at))
    }

    /// The date as JSON; null beyond the sample.
    pub fn date_json(&self, observation: i64) -> Value {
        self.date(observation).map_or(Value::Null, Time::json)
    }

    /// The date as text; empty beyond the sample.
    pub fn date_text(&self, observation: i64) -> String {
        self.date(observation)
            .map_or_else(String::new, |time| time.text.clone())
    }
}

/// Reads the known dates.
pub fn dates(texts: &[String]) -> Outcome<Vec<Time>> {
    let read = |text: &String| {
        Time::parse(text).ok_or_else(|| {
            Failure::Usage(format!(
                "--at takes dates such as 2003, 2003-07, 2003Q3 or 2003-07-31, but one is `{text}`"
            ))
        })
    };
    texts.iter().map(read).collect()
}
