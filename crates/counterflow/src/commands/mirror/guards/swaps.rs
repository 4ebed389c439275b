//! The code-swap test on every period and direction.

use super::flags::Found;
use super::{GuardArguments, economy};
use crate::commands::mirror::world::World;
use crate::fail::{Failure, Outcome};
use mirror::guards::{CodeSwap, Flag, ProductFlow, SwapTest, Unjudged};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use trade::{Economy, Flow, Period, Record, TOTAL, economies};

/// A partner under whose name another's goods may be booked.
#[derive(Clone, Copy)]
struct Asked {
    partner: Economy,
    other: Economy,
    /// Named by the user; else by the likeness of the names.
    named: bool,
}

/// One answer.
struct Answer {
    asked: Asked,
    judged: usize,
    flags: Result<Vec<Flag>, Unjudged>,
    /// The share of ordinary pairs that the same rule would flag, and how many there are.
    false_alarms: Option<f64>,
    ordinary: usize,
}

/// Asks what the arguments ask, of each period and direction.
pub fn judge(world: &World, arguments: &GuardArguments, found: &mut Found) -> Outcome<()> {
    let rule = CodeSwap {
        min_value: arguments.swap_min_value,
        min_products: arguments.min_products,
        max_false_positive: arguments.max_false_positive,
        ..CodeSwap::default()
    };
    let references: Vec<Economy> = arguments
        .references
        .iter()
        .map(|r| economy(world, r, "--references"))
        .collect::<Outcome<_>>()?;
    let questions = questions(world, &arguments.swaps)?;
    for flow in [Flow::Import, Flow::Export] {
        for (period, rows) in profiles(&world.records, flow) {
            let test = SwapTest::new(&rows, rule);
            let reporters = reporters(&rows);
            let answers: Vec<Answer> = questions
                .par_iter()
                .map(|asked| {
                    let reporters = reporters.get(&asked.partner).map(Vec::as_slice).unwrap_or_default();
                    answer(&test, &references, reporters, (period, *asked), arguments)
                })
                .collect();
            for answer in answers.into_iter().filter(|a| a.judged > 0 || a.asked.named) {
                add(world, (period, flow), answer, found);
            }
        }
    }
    Ok(())
}

/// The pairs to ask about: those named, or both ways of each two partners whose names are easily confused.
fn questions(world: &World, swaps: &[String]) -> Outcome<Vec<Asked>> {
    let mut all = Vec::new();
    for text in swaps {
        match (text.as_str(), text.split_once(':')) {
            ("none", _) => {}
            ("names", _) => {
                let partners: BTreeSet<Economy> = world.records.iter().map(|r| r.partner).collect();
                for (a, b) in economies().look_alikes() {
                    if partners.contains(&a) && partners.contains(&b) {
                        all.extend([(a, b), (b, a)].map(|(partner, other)| Asked {
                            partner,
                            other,
                            named: false,
                        }));
                    }
                }
            }
            (_, Some((partner, other))) => all.push(Asked {
                partner: economy(world, partner, "--swap")?,
                other: economy(world, other, "--swap")?,
                named: true,
            }),
            _ => {
                return Err(Failure::Usage(format!(
                    "--swap is expected as PARTNER:OTHER, such as PRK:KOR, or as `names` or `none`, but is `{text}`"
                )));
            }
        }
    }
    Ok(all)
}

fn reporters(rows: &[ProductFlow]) -> BTreeMap<Economy, Vec<Economy>> {
    let mut all: BTreeMap<Economy, BTreeSet<Economy>> = BTreeMap::new();
    for row in rows {
        all.entry(row.partner).or_default().insert(row.reporter);
    }
    all.into_iter().map(|(p, r)| (p, r.into_iter().collect())).collect()
}

fn answer(
    test: &SwapTest,
    references: &[Economy],
    reporters: &[Economy],
    (period, asked): (Period, Asked),
    arguments: &GuardArguments,
) -> Answer {
    let own;
    let test = if references.is_empty() {
        test
    } else {
        own = test.clone().with_references(asked.partner, references);
        &own
    };
    let (partner, other) = (asked.partner, asked.other);
    let judged = reporters
        .iter()
        .filter(|r| test.resemblance(**r, partner, other).is_ok())
        .count();
    // What is nobody's question is not calibrated.
    let ordinary = if judged > 0 || asked.named {
        test.calibration(partner, other)
    } else {
        Vec::new()
    };
    // Ordinary pairs that would be flagged by the same rule.
    let limit = arguments.max_false_positive * (ordinary.len() as f64 + 1.0);
    let alarms = ordinary.iter().filter(|ratio| {
        let as_extreme = ordinary.len() - ordinary.partition_point(|r| r < *ratio);
        **ratio > 0.0 && as_extreme as f64 + 1.0 <= limit
    });
    Answer {
        asked,
        judged,
        false_alarms: (!ordinary.is_empty()).then(|| alarms.count() as f64 / ordinary.len() as f64),
        flags: test.flags_against(period, (partner, other), &ordinary),
        ordinary: ordinary.len(),
    }
}

fn add(world: &World, (period, flow): (Period, Flow), answer: Answer, found: &mut Found) {
    let Asked { partner, other, .. } = answer.asked;
    let about = format!(
        "{period}, {flow} booked as {} for {}",
        world.name(partner),
        world.name(other)
    );
    found.add("code-swap", about, answer.judged, answer.flags, |flag| {
        let reporter = Economy::new(&flag.subject).map_or_else(|_| flag.subject.clone(), |e| world.name(e));
        (reporter, world.name(partner), flow)
    });
    if let Some(test) = found.tests.last_mut() {
        (test.false_positive_rate, test.calibrated_on) = (answer.false_alarms, Some(answer.ordinary));
    }
}

/// The figures by product of each period: no totals, and codes of the finest length of each reporter's.
fn profiles(records: &[Record], flow: Flow) -> BTreeMap<Period, Vec<ProductFlow>> {
    let usable = |r: &&Record| r.flow == flow && &*r.product != TOTAL && !r.partner.is_world() && r.value.is_some();
    let mut shortest: BTreeMap<Period, usize> = BTreeMap::new();
    for record in records.iter().filter(usable) {
        let length = shortest.entry(record.period).or_insert(usize::MAX);
        *length = (*length).min(record.product.len());
    }
    let mut rows: BTreeMap<Period, Vec<ProductFlow>> = BTreeMap::new();
    for record in records
        .iter()
        .filter(usable)
        .filter(|r| shortest.get(&r.period) == Some(&r.product.len()))
    {
        rows.entry(record.period).or_default().push(ProductFlow {
            reporter: record.reporter,
            partner: record.partner,
            product: record.product.to_string(),
            value: record.value.map_or(0.0, |v| v.to_f64()),
        });
    }
    rows
}
