//! The binding of the indices to trade flows: which figures are shares of what.

mod breakdown;
mod drawing;
mod estimates;
mod indices;
mod parameters;
mod products;
mod view;

use model::{Input, Model, Output, Result};

/// The model `concentration`: on whom a country's trade depends, and how narrowly.
///
/// For each year and direction the partners' figures for all products together become
/// shares, and the shares indices. With complete coverage the indices are numbers, with
/// partial coverage bounds. Listings by product that have a total are a second dimension.
#[derive(Clone, Copy, Debug, Default)]
pub struct Concentration;

impl Model for Concentration {
    fn id(&self) -> &'static str {
        "concentration"
    }

    fn title(&self) -> &'static str {
        "Partner shares, and how concentrated trade is on few partners"
    }

    fn parameters(&self) -> &'static [&'static str] {
        parameters::NAMES
    }

    fn run(&self, input: &Input<'_>) -> Result<Output> {
        let parameters = parameters::Parameters::read(input.parameters)?;
        let (breakdowns, mut notes) = breakdown::breakdowns(input);
        let views: Vec<view::View> = breakdowns.iter().map(|b| view::view(b, &mut notes)).collect();
        let mut output = estimates::estimates(&views, &parameters, input.economy.is_none());
        if input.economy.is_some() {
            output.charts = drawing::charts(&views, &parameters, &output.findings);
        }
        output.findings.extend(products::product_indices(input, &parameters));
        output.notes = notes.into_lines();
        Ok(output)
    }
}

#[cfg(test)]
mod tests;
