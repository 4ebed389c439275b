//! A dataset that the user gives beside the pins.

use crate::study_file::ScenarioFile;
use crate::{Result, Study};
use std::collections::BTreeSet;
use store::PinFile;
use trade::{Economy, Record};

/// The name under which a study's layers choose from it: `pin = "data"`.
pub const DATA: &str = "data";

/// What a dataset says of the economies of a study.
#[derive(Clone, Debug)]
pub struct Given {
    /// What it is.
    pub about: PinFile,
    /// What was made of it: records about the study's economies, sums of them, reconciled figures.
    pub records: Vec<Record>,
    /// How many records it has itself.
    pub rows: u64,
}

fn needs_data(scenario: &ScenarioFile) -> bool {
    scenario.layer.iter().any(|layer| layer.pin == DATA)
}

impl Study {
    /// Keeps scenarios that need a dataset out of the study until one is given.
    pub(crate) fn set_waiting_aside(&mut self) {
        let all = std::mem::take(&mut self.file.scenario);
        for (place, scenario) in all.into_iter().enumerate() {
            if needs_data(&scenario) {
                self.waiting.push((place, scenario));
            } else {
                self.file.scenario.push(scenario);
            }
        }
    }

    /// The scenarios that wait for a dataset.
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = &ScenarioFile> {
        self.waiting.iter().map(|(_, scenario)| scenario)
    }

    /// The economies whose figures a dataset must give.
    ///
    /// # Errors
    /// When a scenario names an economy that is none.
    pub fn economies_wanted(&self) -> Result<BTreeSet<Economy>> {
        let economy = |scenario| {
            self.economy_of(scenario).map_err(|reason| crate::Error::Study {
                path: self.path.clone(),
                reason,
            })
        };
        self.waiting().map(economy).collect()
    }

    /// The lengths of the product codes that its layers take.
    pub fn digits_wanted(&self) -> BTreeSet<u8> {
        let layers = self.waiting().flat_map(|scenario| &scenario.layer);
        layers
            .filter(|layer| layer.pin == DATA)
            .filter_map(|layer| layer.digits())
            .collect()
    }

    /// Gives the dataset: the scenarios that waited for it are part of the study, each in its place.
    pub fn give(&mut self, data: Given) {
        for (place, scenario) in std::mem::take(&mut self.waiting) {
            self.file.scenario.insert(place, scenario);
        }
        self.data = Some(data);
    }
}
