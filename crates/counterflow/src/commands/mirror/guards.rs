//! `counterflow mirror guards`: what should not be trusted, with the evidence. Nothing is dropped.

mod flags;
mod swaps;

use super::world::{Excluded, World};
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::Args;
use flags::{FlagJson, Found, TestJson, table};
use mirror::guards::{ConstantRatio, Flag, Outlier, Rescaled, constant_ratio, partner_outliers, rescaled_period};
use mirror::pairing::{Place, place_by_table};
use report::Format;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use trade::{Economy, Flow, Period, Record, TOTAL};

/// What the guards look for.
#[derive(Args, Debug, Clone)]
pub struct GuardArguments {
    /// The code-swap test: is what is booked under the first name really the second's? As PARTNER:OTHER, such as
    /// PRK:KOR, which may be repeated; `names` for all partners with names that are easily confused; `none`.
    #[arg(long = "swap", value_name = "PARTNER:OTHER|names|none", default_value = "names")]
    pub swaps: Vec<String>,
    /// Reporters who know the swap test's partner: its profile is taken from them alone.
    #[arg(long, value_delimiter = ',', value_name = "CODE,...")]
    pub references: Vec<String>,
    /// The share of ordinary pairs that may look as much like the other (code swap).
    #[arg(long, default_value_t = 0.01, value_name = "SHARE")]
    pub max_false_positive: f64,
    /// Only trade of at least this many US dollars is judged (code swap).
    #[arg(long, default_value_t = 1e6, value_name = "USD")]
    pub swap_min_value: f64,
    /// The fewest products in what is judged (code swap).
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub min_products: usize,
    /// Only the series of this economy; all where left out.
    #[arg(long, value_name = "CODE")]
    pub economy: Option<String>,
    /// Only values of at least this many US dollars are outliers.
    #[arg(long, default_value_t = 1e7, value_name = "USD")]
    pub outlier_min_value: f64,
    /// An outlier is at least so many times the median of the partner's other years.
    #[arg(long, default_value_t = 10.0, value_name = "FACTOR")]
    pub outlier_factor: f64,
    /// An outlier's robust z is at least this.
    #[arg(long, default_value_t = 3.5, value_name = "Z")]
    pub outlier_z: f64,
    /// Ratios within this relative distance are one ratio (broken year, constant ratio).
    #[arg(long, default_value_t = 5e-4, value_name = "SHARE")]
    pub tolerance: f64,
    /// The largest probability of a broken year by chance.
    #[arg(long, default_value_t = 1e-6, value_name = "P")]
    pub max_p: f64,
    /// The fewest consecutive years of one ratio (constant ratio).
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub min_run: usize,
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    flags: Vec<FlagJson>,
    tests: Vec<TestJson>,
    excluded: &'a Excluded,
}

/// Runs every guard and prints the flags.
pub fn run(world: &World, arguments: &GuardArguments, output: &Output) -> Outcome {
    let mut found = Found::default();
    swaps::judge(world, arguments, &mut found)?;
    series(world, arguments, &mut found)?;
    let all_told = arguments.swaps.iter().any(|s| s != "names");
    let swaps = found.tests.iter().filter(|t| t.test == "code-swap");
    for test in swaps.filter(|t| all_told || t.flagged > 0) {
        let rate = test
            .false_positive_rate
            .map_or("not known".to_owned(), |r| format!("{:.2}%", 100.0 * r));
        let reason = test.reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
        output.say(&format!(
            "note: code swap {}: {} judged, {} flagged, false alarms among {} ordinary pairs {rate}{reason}",
            test.about,
            test.judged,
            test.flagged,
            test.calibrated_on.unwrap_or(0),
        ));
    }
    if output.format == Format::Json {
        output.json(&Document {
            format: "counterflow mirror guards 1",
            flags: found.flags,
            tests: found.tests,
            excluded: world.excluded(),
        })?;
    } else {
        output.table(&table(&found.flags))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The code of an economy as the user names it, by code or by the files' own name.
fn economy(world: &World, text: &str, option: &str) -> Outcome<Economy> {
    let mut all = world.records.iter().flat_map(|r| [r.reporter, r.partner]);
    let found = all.find(|code| world.name(*code) == text.trim());
    found.ok_or_else(|| Failure::because(format!("{option}: no report names the economy `{}`", text.trim())))
}

/// The tests of annual series: outliers, broken years, constant ratios.
fn series(world: &World, arguments: &GuardArguments, found: &mut Found) -> Outcome<()> {
    let outlier = Outlier {
        min_value: arguments.outlier_min_value,
        factor: arguments.outlier_factor,
        z: arguments.outlier_z,
        ..Outlier::default()
    };
    let rescaled = Rescaled {
        tolerance: arguments.tolerance,
        max_p: arguments.max_p,
        ..Rescaled::default()
    };
    let ratio = ConstantRatio {
        tolerance: arguments.tolerance,
        min_run: arguments.min_run,
        ..ConstantRatio::default()
    };
    let all = all_series(&world.records);
    let reporters: BTreeSet<Economy> = match &arguments.economy {
        Some(text) => BTreeSet::from([economy(world, text, "--economy")?]),
        None => world.records.iter().map(|r| r.reporter).collect(),
    };
    for reporter in reporters {
        let name = world.name(reporter);
        for flow in [Flow::Export, Flow::Import] {
            let Some(own) = all.get(&(reporter, flow)) else {
                continue;
            };
            for (partner, values) in own {
                let about = format!("{name}, {flow}, {}", world.name(*partner));
                let named = |_: &Flag| (world.name(*partner), name.clone(), flow);
                found.add("partner-outlier", about, 1, partner_outliers(values, &outlier), named);
            }
            broken_years(world, own, (&name, flow), &rescaled, found);
            constant_ratios(world, reporter, &all, flow, &ratio, found);
        }
    }
    Ok(())
}

type Series = BTreeMap<Economy, Vec<(Period, f64)>>;

/// Each year against the one before.
fn broken_years(world: &World, own: &Series, (name, flow): (&str, Flow), rule: &Rescaled, found: &mut Found) {
    let mut years: BTreeMap<Period, BTreeMap<String, f64>> = BTreeMap::new();
    for (partner, values) in own {
        for (period, value) in values {
            years.entry(*period).or_default().insert(world.name(*partner), *value);
        }
    }
    let list: Vec<_> = years.iter().collect();
    for two in list.windows(2) {
        let flags = rescaled_period((*two[0].0, two[0].1), (*two[1].0, two[1].1), rule);
        let about = format!("{name}, {flow}, {}", two[1].0);
        found.add("rescaled-period", about, 1, flags, |flag| {
            (flag.subject.clone(), name.to_owned(), flow)
        });
    }
}

/// What an economy reports against what its partners report of the same flows.
fn constant_ratios(
    world: &World,
    reporter: Economy,
    all: &AllSeries,
    flow: Flow,
    rule: &ConstantRatio,
    found: &mut Found,
) {
    let (Some(mirrored), Some(own)) = (flow.mirror(), all.get(&(reporter, flow))) else {
        return;
    };
    for (partner, values) in own {
        let Some(theirs) = all.get(&(*partner, mirrored)).and_then(|s| s.get(&reporter)) else {
            continue;
        };
        let about = format!(
            "{}, {flow}, {} against its partner's report",
            world.name(reporter),
            world.name(*partner)
        );
        let flags = constant_ratio(theirs, values, rule);
        found.add("constant-ratio", about, 1, flags, |_| {
            (world.name(*partner), world.name(reporter), flow)
        });
    }
}

/// Every reporter's annual series by flow and partner: of all products, or of the one product there is.
type AllSeries = BTreeMap<(Economy, Flow), Series>;

fn all_series(records: &[Record]) -> AllSeries {
    let products: BTreeSet<&str> = records.iter().map(|r| &*r.product).collect();
    let product = if products.contains(TOTAL) || products.len() != 1 {
        Some(TOTAL)
    } else {
        products.first().copied()
    };
    let mut largest: BTreeMap<(Economy, Flow, Economy, Period), f64> = BTreeMap::new();
    for record in records
        .iter()
        .filter(|r| Some(&*r.product) == product && r.period.is_annual())
    {
        let sides = [record.reporter, record.partner];
        if sides.iter().any(|s| place_by_table(*s) != Place::Economy) || record.reporter == record.partner {
            continue;
        }
        if let Some(value) = record.value {
            let key = (record.reporter, record.flow, record.partner, record.period);
            let entry = largest.entry(key).or_insert(f64::NEG_INFINITY);
            *entry = entry.max(value.to_f64());
        }
    }
    let mut all = AllSeries::new();
    for ((reporter, flow, partner, period), value) in largest {
        all.entry((reporter, flow))
            .or_default()
            .entry(partner)
            .or_default()
            .push((period, value));
    }
    all
}
