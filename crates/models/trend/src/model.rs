//! The binding of trends to trade flows.

mod change;
mod estimates;
mod parameters;
mod presentation;
mod series;
mod totals;

use ::model::{Input, Model, Output, Result};
use std::collections::BTreeSet;
use trade::Economy;

/// The model `trend`: exports, imports and balance by year, their trends over spans of
/// years, and whether the trends broke at known dates.
///
/// Totals are annual figures for all products. With complete coverage they are sums over
/// partners, with partial coverage the published world figure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trend;

impl Model for Trend {
    fn id(&self) -> &'static str {
        "trend"
    }

    fn title(&self) -> &'static str {
        "Exports, imports and balance by year, their trends and breaks"
    }

    fn parameters(&self) -> &'static [&'static str] {
        parameters::NAMES
    }

    fn run(&self, input: &Input<'_>) -> Result<Output> {
        let parameters = parameters::Parameters::read(input.parameters)?;
        let reporters: BTreeSet<Economy> = match input.economy {
            Some(economy) => BTreeSet::from([economy]),
            None => input.flows.iter().map(|r| r.reporter).collect(),
        };
        let mut output = Output::default();
        presentation::add_tables(&mut output, input.economy.is_none());
        for reporter in reporters {
            let history = totals::History::read(input, reporter);
            let label = input.economy.is_none().then_some(reporter);
            presentation::add_history(&mut output, &history, label);
            let lines = series::lines(&history);
            for line in &lines {
                estimates::add_trends(&mut output, line, &parameters, label);
                estimates::add_breaks(&mut output, line, &parameters, label);
            }
            change::add_changes(&mut output, &lines, &parameters, label);
            output.notes.extend(history.notes);
        }
        Ok(output)
    }
}

#[cfg(test)]
mod tests;
