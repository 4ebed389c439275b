//! `counterflow mirror gaps`: gap measures over all flows, by year, product, exporter and importer.

use super::pairs::{AllPairs, DuplicateJson, duplicates};
use super::sums::{Group, Reporter, Sums, by, period_and_level, reporters};
use super::world::{Excluded, World};
use crate::fail::Outcome;
use crate::output::Output;
use mirror::levels::Level;
use mirror::pairing::Pair;
use model::{Cell, Coverage, Input, Model};
use report::Format;
use serde::Serialize;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// What `pairs` and `gaps` both say of all flows.
#[derive(Serialize)]
pub struct Summary {
    reporters: Vec<Reporter>,
    reporters_by_period: Vec<Reporter>,
    totals: AllTotals,
}

#[derive(Serialize)]
struct AllTotals {
    #[serde(flatten)]
    all: Sums,
    over: &'static str,
    by_level: Vec<Group>,
    by_period: Vec<Group>,
    by_product: Vec<Group>,
    by_period_and_product: Vec<Group>,
    by_exporter: Vec<Group>,
    by_importer: Vec<Group>,
}

impl Summary {
    /// Of all flows of a world. Sums tell each flow once, at the finest level both sides have; those by
    /// product and by level take every pair at its own.
    pub fn of(world: &World) -> Self {
        let once = world.told_once();
        let every = world.pairing.pairs.iter();
        let one = |name: &'static str, text: String| BTreeMap::from([(name, text)]);
        let period = |p: &Pair| p.key.period.to_string();
        let product = |p: &Pair| p.key.product.to_string();
        let mut groups: BTreeMap<(String, String), Vec<&Pair>> = BTreeMap::new();
        for pair in every.clone() {
            groups.entry(period_and_level(pair)).or_default().push(pair);
        }
        let by_period = groups.into_iter().flat_map(|(about, pairs)| {
            let rows = reporters(world, pairs.iter().copied(), Some(about));
            rows.into_iter().map(|(_, row)| row)
        });
        Summary {
            reporters_by_period: by_period.collect(),
            reporters: reporters(world, once.clone(), None)
                .into_iter()
                .map(|(_, row)| row)
                .collect(),
            totals: AllTotals {
                all: Sums::of(once.clone()),
                over: "every flow once, at the finest level of products that both sides have",
                by_level: by(every.clone(), |p| one("level", Level::of(&p.key.product).name())),
                by_period: by(once.clone(), |p| one("period", period(p))),
                by_product: by(every.clone(), |p| one("product", product(p))),
                by_period_and_product: by(every, |p| {
                    BTreeMap::from([("period", period(p)), ("product", product(p))])
                }),
                by_exporter: by(once.clone(), |p| one("economy", world.name(p.key.exporter))),
                by_importer: by(once, |p| one("economy", world.name(p.key.importer))),
            },
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    #[serde(flatten)]
    summary: Summary,
    excluded: &'a Excluded,
    duplicates: Vec<DuplicateJson>,
    pairs: AllPairs<'a>,
}

/// Prints the measures: one document, or the findings of each year and product as a table.
pub fn run(world: &World, output: &Output) -> Outcome {
    if output.format == Format::Json {
        world.tell(output);
        output.json(&Document {
            format: "counterflow mirror gaps 1",
            summary: Summary::of(world),
            excluded: world.excluded(),
            duplicates: duplicates(world),
            pairs: AllPairs(world),
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let input = Input {
        scenario: "command line",
        economy: None,
        flows: &world.records,
        coverage: Coverage::Complete,
        parameters: &toml::Table::new(),
        seed: 0,
    };
    let result = asymmetry::Asymmetry.run(&input)?;
    for note in &result.notes {
        output.say(&format!("note: {note}"));
    }
    let mut table = report::findings_table(&result.findings);
    // The model knows codes; the files may have names of their own.
    for cell in table.rows.iter_mut().flatten() {
        if let Cell::Text(text) = cell {
            *text = world.labels.named(text);
        }
    }
    output.table(&table)?;
    Ok(ExitCode::SUCCESS)
}
