//! The paired reports of a command, and what every document says of them.

use super::DataArguments;
use super::cells::Labels;
use super::input::Reports;
use crate::commands::import::defaults;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use mirror::levels::Level;
use mirror::pairing::{Duplicate, Options, Pair, Pairing, Resolution, pair_exactly};
use serde::Serialize;
use trade::{Economy, Record};

/// Paired reports.
pub struct World {
    /// The pairs of the levels asked for, duplicates and counts.
    pub pairing: Pairing,
    /// How the files call their economies.
    pub labels: Labels,
    /// Whether every level was asked for: then sums go over the finest.
    pub every_level: bool,
    /// The records, sorted.
    pub records: Vec<Record>,
    excluded: Excluded,
}

/// What is not compared, counted.
#[derive(Clone, Debug, Serialize)]
pub struct Excluded {
    self_trade: usize,
    world_rows: usize,
    group_rows: usize,
    blank: usize,
    negative: usize,
    derived: usize,
    two_way: usize,
    lone_re_trade: usize,
    duplicates: usize,
    no_common_level: usize,
    unreadable: u64,
    set_aside_by_importer: u64,
    other_levels: usize,
}

impl World {
    /// Reads and pairs the reports.
    pub fn read(arguments: &DataArguments, output: &Output) -> Outcome<World> {
        let level = level(&arguments.level)?;
        let defaults = defaults(&arguments.defaults)?;
        let reports = Reports::read(&arguments.data, &arguments.datasets, &defaults, output)?;
        let entries = reports.records.iter().zip(reports.beyond.iter().copied());
        let mut pairing = pair_exactly(entries, &Options::default());
        let before = pairing.pairs.len();
        match level {
            Asked::All => {}
            Asked::Finest => pairing.pairs.retain(|p| p.finest),
            Asked::Only(level) => pairing.pairs.retain(|p| Level::of(&p.key.product) == level),
        }
        let e = &pairing.excluded;
        let excluded = Excluded {
            self_trade: e.self_trade,
            world_rows: e.world,
            group_rows: e.groups,
            blank: e.blank,
            negative: e.negative,
            derived: e.derived,
            two_way: e.two_way,
            lone_re_trade: e.lone_re_trade,
            duplicates: e.duplicates,
            no_common_level: e.no_common_level,
            unreadable: reports.unreadable,
            set_aside_by_importer: reports.set_aside,
            other_levels: before - pairing.pairs.len(),
        };
        let mut records = reports.records;
        records.sort_by(|a, b| a.key().cmp(&b.key()));
        Ok(World {
            pairing,
            labels: reports.labels,
            every_level: level == Asked::All,
            records,
            excluded,
        })
    }

    /// What is not compared.
    pub fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    /// The pairs that tell each flow once: where several levels are there, the finest both sides have.
    pub fn told_once(&self) -> impl Iterator<Item = &Pair> + Clone {
        self.pairing.pairs.iter().filter(|p| p.finest || !self.every_level)
    }

    /// An economy as the files call it.
    pub fn name(&self, economy: Economy) -> String {
        self.labels.name(economy)
    }

    /// Tells what was set aside, on the standard error.
    pub fn tell(&self, output: &Output) {
        let e = &self.excluded;
        let counts = [
            (e.world_rows, "with the world as one side"),
            (e.group_rows, "with a group or an unspecified area as one side"),
            (e.self_trade, "of an economy with itself"),
            (e.blank, "without a value"),
            (e.negative, "with a negative value"),
            (e.derived, "computed from the partner's report"),
            (e.two_way, "of two-way trade"),
            (
                e.lone_re_trade,
                "of re-exports or re-imports with no export or import beside them",
            ),
            (e.duplicates, "told more than once by one side"),
        ];
        for (n, what) in counts.into_iter().filter(|(n, _)| *n > 0) {
            output.say(&format!("note: pairing set aside {n} figures {what}"));
        }
        self.tell_contradictions(output);
        if e.no_common_level > 0 {
            output.say(&format!(
                "note: {} flows have two reports, but at no common level of products",
                e.no_common_level
            ));
        }
    }

    /// Warns of flows that one side tells with several values of the same standing: which is taken is a rule, not knowledge.
    fn tell_contradictions(&self, output: &Output) {
        let different = |d: &&Duplicate| d.resolution == Resolution::Largest;
        let different: Vec<&Duplicate> = self.pairing.duplicates.iter().filter(different).collect();
        if different.is_empty() {
            return;
        }
        let one = |d: &&Duplicate| {
            let values: Vec<String> = d.values.iter().map(ToString::to_string).collect();
            let product = match &*d.key.product {
                trade::TOTAL => String::new(),
                product => format!(" of {product}"),
            };
            format!(
                "{} {}{product}, {} to {}: {}",
                d.key.period,
                d.flow,
                self.name(d.key.exporter),
                self.name(d.key.importer),
                values.join(" and ")
            )
        };
        let some: Vec<String> = different.iter().take(3).map(one).collect();
        let more = if different.len() > some.len() { "; ..." } else { "" };
        output.warn(&format!(
            "warning: one side tells a flow with different values in {} cases; the largest is taken ({}{more})",
            different.len(),
            some.join("; ")
        ));
    }
}

/// The level asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    All,
    Finest,
    Only(Level),
}

fn level(text: &str) -> Outcome<Asked> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower
        .strip_prefix("hs")
        .or(lower.strip_prefix("sitc"))
        .unwrap_or(&lower);
    match (lower.as_str(), digits.parse::<u8>()) {
        ("all", _) => Ok(Asked::All),
        ("finest", _) => Ok(Asked::Finest),
        ("total", _) => Ok(Asked::Only(Level::Total)),
        ("named", _) => Ok(Asked::Only(Level::Named)),
        (_, Ok(digits @ 1..=10)) => Ok(Asked::Only(Level::Digits(digits))),
        _ => Err(Failure::Usage(format!(
            "--level: expected all, finest, total, named or a number of digits such as 2 or hs6, found `{text}`"
        ))),
    }
}
