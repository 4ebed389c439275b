//! The binding to trade flows: whose listing of products, as a share of what.

mod drawing;
mod figure;
mod groups;
mod listing;
mod parameters;
mod products;
mod regimes;
mod stages;

use ::model::{Input, Model, Notes, Output, Result};

/// The model `structure`: what an economy trades, at which stage of production, and in
/// which years its trade had the same partners.
///
/// Compilers are kept apart: a listing of products is one compiler's, of one flow and year.
#[derive(Clone, Copy, Debug, Default)]
pub struct Structure;

impl Model for Structure {
    fn id(&self) -> &'static str {
        "structure"
    }

    fn title(&self) -> &'static str {
        "What is traded, at which stage of production, and in which regimes of partners"
    }

    fn parameters(&self) -> &'static [&'static str] {
        parameters::NAMES
    }

    fn run(&self, input: &Input<'_>) -> Result<Output> {
        let parameters = parameters::Parameters::read(input.parameters)?;
        let mut notes = Notes::default();
        let listings = listing::listings(input, &parameters, &mut notes);
        let mut output = products::products(&listings);
        let parts = [
            groups::groups(&listings, &parameters),
            stages::stages(&listings, &parameters),
        ];
        for part in parts.into_iter().chain(
            input
                .economy
                .map(|economy| regimes::regimes(input, economy, &parameters)),
        ) {
            output.findings.extend(part.findings);
            output.tables.extend(part.tables);
            output.charts.extend(part.charts);
        }
        if input.economy.is_none() {
            output.charts.clear();
        }
        output.notes = notes.into_lines();
        Ok(output)
    }
}

#[cfg(test)]
mod tests;
