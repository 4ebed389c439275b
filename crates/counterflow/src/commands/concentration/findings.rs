//! The findings on one group of items.

use super::ConcentrationArguments;
use super::items::Group;
use crate::fail::{Failure, Outcome};
use ::concentration::{
    Convention, Decomposition, Index, LogBase, Shares, Simulated, Simulation, Structures, Uncertainty, Undefined,
    Universe, atkinson, balassa, balassa_bounded, catalogue, catalogue_with_intervals, decompose_l, decompose_t,
    delta_herfindahl, hannah_kay, measures, renyi,
};
use model::Interval;
use std::collections::BTreeMap;

/// One number of a group, or why there is none.
pub struct Finding {
    /// What was measured.
    pub measure: String,
    /// The item that it is about, where it is not about the whole group.
    pub item: Option<String>,
    /// The number, or why there is none.
    pub estimate: Result<f64, String>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// What the simulation behind the interval found.
    pub simulated: Option<Simulated>,
    /// The index of the observed part under incomplete coverage.
    pub observed: Option<f64>,
    /// The standard deviation that the delta formula gives.
    pub delta: Option<f64>,
    /// The members of the universe.
    pub n: Option<u64>,
    /// The convention by name.
    pub convention: BTreeMap<&'static str, String>,
}

/// All that was found on a group.
pub struct Measured {
    /// The findings, in order.
    pub findings: Vec<Finding>,
    /// Decompositions by name.
    pub decompositions: Vec<(&'static str, Result<Decomposition, String>)>,
    /// The groups of the decompositions, in their order.
    pub parts: Vec<String>,
}

/// Measures a group.
pub fn of(group: &Group, arguments: &ConcentrationArguments) -> Outcome<Measured> {
    let convention = arguments.convention();
    let weights = arguments.weights.as_ref().map(|_| group.weights.as_slice());
    let shares = Shares::of_options(&group.values, weights, convention.universe);
    let told = |why: &Undefined| explained(why, group);
    let mut findings: Vec<Finding> = indices(group, arguments, weights, convention)?
        .into_iter()
        .map(|index| Finding {
            measure: index.measure.to_owned(),
            item: None,
            estimate: index.estimate.map_err(|why| told(&why)),
            interval: index.interval,
            simulated: index.simulated,
            observed: index.observed,
            delta: None,
            n: index.n,
            convention: index.convention,
        })
        .collect();
    if let (Some(sigma), Some(hhi)) = (sigmas(group, arguments)?, findings.first_mut()) {
        let known: Option<Vec<f64>> = group.values.iter().copied().collect();
        hhi.delta = known.and_then(|values| delta_herfindahl(&values, &sigma).ok());
    }
    findings.extend(further(&shares, arguments, convention, told));
    let (decompositions, parts) = decompositions(group, arguments, convention, &mut findings, told);
    if arguments.compare.is_some() {
        findings.extend(comparisons(group, arguments, told));
    }
    Ok(Measured {
        findings,
        decompositions,
        parts,
    })
}

/// The catalogue, with the intervals asked for.
fn indices(
    group: &Group,
    arguments: &ConcentrationArguments,
    weights: Option<&[f64]>,
    convention: Convention,
) -> Outcome<Vec<Index>> {
    let simulation = Simulation {
        draws: arguments.bootstrap.unwrap_or(arguments.draws),
        seed: arguments.seed,
        level: arguments.level,
    };
    let uncertainty = if let Some(sigma) = sigmas(group, arguments)? {
        Uncertainty::LogErrors { sigma, simulation }
    } else if arguments.bootstrap.is_some() {
        Uncertainty::Bootstrap(simulation)
    } else if let Some(coverage) = arguments.coverage {
        let known: f64 = group
            .values
            .iter()
            .flatten()
            .zip(&group.weights)
            .map(|(v, w)| v * w)
            .sum();
        if !(known > 0.0 && known.is_finite()) {
            return Ok(catalogue(&group.values, weights, convention));
        }
        Uncertainty::Coverage {
            total: known / coverage,
            missing: arguments.missing(),
        }
    } else {
        return Ok(catalogue(&group.values, weights, convention));
    };
    catalogue_with_intervals(&group.values, weights, convention, &uncertainty)
        .map_err(|why| Failure::because(explained(&why, group)))
}

/// The standard deviation of each item, where report errors are asked for.
fn sigmas(group: &Group, arguments: &ConcentrationArguments) -> Outcome<Option<Vec<f64>>> {
    let Some(text) = &arguments.sigma else { return Ok(None) };
    let sigma = match text.parse::<f64>() {
        Ok(number) => vec![number; group.values.len()],
        Err(_) => group.sigma.clone(),
    };
    match sigma.iter().find(|sd| !(**sd >= 0.0 && sd.is_finite())) {
        Some(wrong) => Err(Failure::because(format!(
            "a standard deviation is expected to be zero or more, but one is {wrong}"
        ))),
        None => Ok(Some(sigma)),
    }
}

/// Further orders and aversions, each once; those of the catalogue stand there.
fn further(
    shares: &Result<Shares, Undefined>,
    arguments: &ConcentrationArguments,
    convention: Convention,
    told: impl Fn(&Undefined) -> String,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut add = |measure: String, name, value: f64, log: bool, found: Result<f64, Undefined>| {
        if measures().any(|known| known == measure) || findings.iter().any(|f| f.measure == measure) {
            return;
        }
        let mut words = words(convention.universe);
        words.insert(name, value.to_string());
        if log {
            words.insert("base", convention.base.to_string());
        }
        findings.push(plain(
            measure,
            found.map_err(|why| told(&why)),
            shares.as_ref().ok().map(Shares::n),
            words,
        ));
    };
    for &alpha in &arguments.alpha {
        let found = shares.clone().and_then(|shares| hannah_kay(&shares, alpha));
        add(format!("hannah_kay_{alpha}"), "alpha", alpha, false, found);
        let found = shares.clone().and_then(|shares| renyi(&shares, alpha, convention.base));
        add(format!("renyi_{alpha}"), "alpha", alpha, true, found);
    }
    for &epsilon in &arguments.epsilon {
        let found = shares.clone().and_then(|shares| atkinson(&shares, epsilon));
        add(format!("atkinson_{epsilon}"), "epsilon", epsilon, false, found);
    }
    findings
}

fn words(universe: Universe) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("universe", universe.name().to_owned()),
        ("zeros", universe.zeros().to_owned()),
    ])
}

fn plain(
    measure: String,
    estimate: Result<f64, String>,
    n: Option<u64>,
    convention: BTreeMap<&'static str, String>,
) -> Finding {
    Finding {
        measure,
        item: None,
        estimate,
        interval: None,
        simulated: None,
        observed: None,
        delta: None,
        n,
        convention,
    }
}

/// A decomposition by groups.
type Split = fn(&[f64], &[String], LogBase) -> Result<Decomposition, Undefined>;

/// Decompositions by name.
type Decomposed = Vec<(&'static str, Result<Decomposition, String>)>;

/// Theil's indices within and between the groups of items, over the listed items.
fn decompositions(
    group: &Group,
    arguments: &ConcentrationArguments,
    convention: Convention,
    findings: &mut Vec<Finding>,
    told: impl Fn(&Undefined) -> String,
) -> (Decomposed, Vec<String>) {
    if arguments.groups.is_none() {
        return (Vec::new(), Vec::new());
    }
    let known: Result<Vec<f64>, Undefined> = group
        .values
        .iter()
        .enumerate()
        .map(|(at, value)| value.ok_or(Undefined::Missing { item: at + 1 }))
        .collect();
    let by = |split: Split| {
        known
            .clone()
            .and_then(|values| split(&values, &group.parts, convention.base))
            .map_err(|why| told(&why))
    };
    let all = vec![("theil_t", by(decompose_t)), ("theil_l", by(decompose_l))];
    for (name, split) in &all {
        for (part, pick) in [("within", 0), ("between", 1)] {
            let value = split.clone().map(|split| [split.within, split.between][pick]);
            let mut words = words(Universe::Listed);
            words.insert("base", convention.base.to_string());
            words.insert("groups", arguments.groups.clone().unwrap_or_default());
            findings.push(plain(
                format!("{name}_{part}"),
                value,
                Some(group.values.len() as u64),
                words,
            ));
        }
    }
    let mut parts = group.parts.clone();
    parts.sort();
    parts.dedup();
    (all, parts)
}

/// The structure beside another one, and each item's comparative advantage.
fn comparisons(group: &Group, arguments: &ConcentrationArguments, told: impl Fn(&Undefined) -> String) -> Vec<Finding> {
    let whole = |list: &[Option<f64>]| {
        list.iter()
            .enumerate()
            .map(|(at, value)| value.ok_or(Undefined::Missing { item: at + 1 }))
            .collect::<Result<Vec<f64>, _>>()
    };
    let n = Some(group.values.len() as u64);
    let both = whole(&group.values).and_then(|own| Ok((own, whole(&group.other)?)));
    let pair = both.clone().and_then(|(own, other)| Structures::new(&own, &other));
    let mut findings: Vec<Finding> = [
        ("diversification", "half the sum of |s - s'| (UNCTAD)"),
        ("krugman", "sum of |s - s'|"),
        ("finger_kreinin", "sum of min(s, s')"),
        ("complementarity", "1 - half the sum of |s - s'| (Michaely)"),
    ]
    .into_iter()
    .map(|(measure, formula)| {
        let value = pair.as_ref().map_err(&told).map(|pair| match measure {
            "diversification" => pair.diversification(),
            "krugman" => pair.krugman(),
            "finger_kreinin" => pair.finger_kreinin(),
            _ => pair.complementarity(),
        });
        let words = BTreeMap::from([
            ("formula", formula.to_owned()),
            ("other", arguments.compare.clone().unwrap_or_default()),
        ]);
        plain(measure.to_owned(), value, n, words)
    })
    .collect();
    let world = arguments.world();
    let name = match world {
        ::concentration::World::WithOwn => "with the own values",
        ::concentration::World::WithoutOwn => "without the own values",
    };
    let Ok((own, other)) = both else { return findings };
    let (total, all): (f64, f64) = (own.iter().sum(), other.iter().sum());
    for (at, (x, w)) in own.iter().zip(&other).enumerate() {
        for (measure, formula, found) in [
            (
                "rca",
                "(x_i / X) / (w_i / W) (Balassa 1965)",
                balassa(*x, total, *w, all, world),
            ),
            (
                "rca_bounded",
                "rca / (1 + rca)",
                balassa_bounded(*x, total, *w, all, world),
            ),
        ] {
            let words = BTreeMap::from([("formula", formula.to_owned()), ("world", name.to_owned())]);
            let mut finding = plain(measure.to_owned(), found.map_err(|why| told(&why)), n, words);
            finding.item = group.names.get(at).cloned();
            findings.push(finding);
        }
    }
    findings
}

/// The reason with the name of the item it speaks of.
fn explained(why: &Undefined, group: &Group) -> String {
    let item = match why {
        Undefined::Missing { item }
        | Undefined::Negative { item, .. }
        | Undefined::NotFinite { item, .. }
        | Undefined::Weight { item, .. } => group.names.get(item - 1),
        _ => None,
    };
    match item {
        Some(name) => format!("{why} (the item is {name})"),
        None => why.to_string(),
    }
}
