//! What the errors of reports do to a study's conclusions.
//!
//! The errors of reporters are told by a pin in which both sides report (variance components, crate
//! `mirror`). Every figure of a scenario that rests on a partner's report is drawn anew, times e^(error) with the
//! partner's own error, as often as the study asks; the models run on every draw and the claims are judged on
//! every draw. Each is done under several rules of valuation, so that the spread over the rules stands beside the
//! interval within each.

mod tables;

use crate::claim::{ByScenario, Verdict, judge_in, measure, passes};
use crate::run::run_models;
use crate::scenario::{Figures, Pinned, chosen, complete};
use crate::study_file::ScenarioFile;
use crate::{Error, Result, Study};
use mirror::normal::Stream;
use mirror::pairing::{Options, pair};
use mirror::posterior::Sampling;
use mirror::reconcile::Cells;
use mirror::rules::Components;
use model::{Finding, Model, Table};
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use trade::{Economy, Record, TOTAL, Usd};

/// How reports are drawn anew, as the study file says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawsFile {
    /// How many draws.
    pub number: usize,
    /// The pin whose two-sided flows tell the reporters' errors.
    pub errors_from: String,
    /// The scenarios.
    pub scenarios: Vec<String>,
    /// The models that run on every draw; all of the scenario's where left out.
    #[serde(default)]
    pub models: Vec<String>,
    /// The rules of valuation; the figures as they stand where left out.
    #[serde(default)]
    pub rule: Vec<RuleFile>,
}

/// A rule of valuation: what is taken off c.i.f. values.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// The name.
    pub id: String,
    /// As a scenario's `cif_margin`, which it replaces; where left out, that one stays.
    pub cif_margin: Option<BTreeMap<String, String>>,
}

impl DrawsFile {
    /// Checks what can be checked without data.
    pub(crate) fn check(&self) -> std::result::Result<(), String> {
        if !(20..=10_000).contains(&self.number) {
            return Err(format!(
                "draws: number is expected between 20 and 10000, but is {}",
                self.number
            ));
        }
        match self
            .rule
            .iter()
            .enumerate()
            .find(|(i, r)| self.rule[..*i].iter().any(|other| other.id == r.id))
        {
            Some((_, rule)) => Err(format!("draws: two rules are called `{}`", rule.id)),
            None => Ok(()),
        }
    }
}

/// One scenario under one rule: its own figures' results and those of every draw.
pub(crate) struct Drawn {
    pub scenario: String,
    pub rule: String,
    pub base: Judgements,
    pub draws: Vec<Judgements>,
}

/// What one run says: findings by identity, and for each claim whether it holds and what its tests say.
pub(crate) struct Judgements {
    pub findings: BTreeMap<String, f64>,
    pub claims: BTreeMap<String, (Verdict, Vec<Tested>)>,
}

/// What a test says: its number, and whether that passes, where either is known.
#[derive(Clone, Copy)]
pub(crate) struct Tested {
    pub number: Option<f64>,
    pub passes: Option<bool>,
}

/// Draws what the study asks for; the tables of conclusions and of findings. Nothing where it asks for nothing.
pub(crate) fn run(study: &Study, pinned: &Pinned, models: &[&dyn Model], findings: &[Finding]) -> Result<Vec<Table>> {
    let Some(file) = &study.file.draws else {
        return Ok(Vec::new());
    };
    let errors = Errors::of(study, pinned, file)?;
    let as_they_stand = [RuleFile {
        id: "as published".to_owned(),
        cif_margin: None,
    }];
    let rules = if file.rule.is_empty() {
        &as_they_stand[..]
    } else {
        &file.rule
    };
    let asked = study.file.scenario.iter().filter(|s| file.scenarios.contains(&s.id));
    let jobs: Vec<(ScenarioFile, &RuleFile)> = asked
        .flat_map(|scenario| rules.iter().map(|rule| (under(scenario, rule, file), rule)))
        .collect();
    let one = |(scenario, rule): &(ScenarioFile, &RuleFile)| {
        let mut base = chosen(study, scenario, pinned)?;
        // What a scenario sets aside no draw looks at.
        base.set_aside.clear();
        let judged = |figures: Figures| judgements(study, scenario, figures, models, findings);
        let draws = (0..file.number as u64).into_par_iter().map(|index| {
            let mut figures = base.clone();
            errors.draw(&mut figures.flows, study.file.seed, index);
            judged(figures)
        });
        Ok(Drawn {
            scenario: scenario.id.clone(),
            rule: rule.id.clone(),
            draws: draws.collect::<Result<Vec<_>>>()?,
            base: judged(base)?,
        })
    };
    let drawn = jobs.iter().map(one).collect::<Result<Vec<Drawn>>>()?;
    let mut by: ByScenario<'_> = BTreeMap::new();
    for finding in findings {
        by.entry(&finding.scenario).or_default().push(finding);
    }
    Ok(vec![
        tables::conclusions(study, &drawn),
        tables::survival(study, &drawn, &by),
        tables::intervals(&drawn),
    ])
}

/// The scenario under a rule, with the models that are drawn.
fn under(scenario: &ScenarioFile, rule: &RuleFile, file: &DrawsFile) -> ScenarioFile {
    let mut own = scenario.clone();
    if let Some(margin) = &rule.cif_margin {
        own.cif_margin = margin.clone();
    }
    if !file.models.is_empty() {
        own.models.retain(|m| file.models.contains(m));
    }
    own
}

fn judgements(
    study: &Study,
    scenario: &ScenarioFile,
    mut figures: Figures,
    models: &[&dyn Model],
    others: &[Finding],
) -> Result<Judgements> {
    complete(study, scenario, &mut figures)?;
    let found = run_models(study, scenario, &figures, models)?.findings;
    // Other scenarios' findings stand in some tests' denominators.
    let mut by: ByScenario<'_> = BTreeMap::new();
    for finding in others.iter().filter(|f| f.scenario != scenario.id) {
        by.entry(&finding.scenario).or_default().push(finding);
    }
    by.insert(&scenario.id, found.iter().collect());
    let claims = study
        .file
        .claim
        .iter()
        .filter(|c| c.scenarios.is_empty() || c.scenarios.contains(&scenario.id));
    let claims = claims.map(|claim| {
        let tested = claim.test.iter().map(|test| {
            let number = measure(test, &scenario.id, &by).ok();
            Tested {
                number: number.as_ref().and_then(|number| number.estimate),
                passes: number.and_then(|number| passes(test, &number)),
            }
        });
        (
            claim.id.clone(),
            (judge_in(claim, &scenario.id, &by).0, tested.collect()),
        )
    });
    Ok(Judgements {
        claims: claims.collect(),
        findings: found.iter().filter_map(|f| Some((f.id(), f.estimate()?))).collect(),
    })
}

/// The errors of reporters, from a pin in which both sides report.
struct Errors {
    places: BTreeMap<Economy, usize>,
    components: Components,
}

impl Errors {
    fn of(study: &Study, pinned: &Pinned, file: &DrawsFile) -> Result<Self> {
        let refuse = |reason: String| Error::Study {
            path: study.path.clone(),
            reason: format!("draws: {reason}"),
        };
        let records = pinned.records.get(&file.errors_from).ok_or_else(|| {
            refuse(format!(
                "the pin `{}` is used by no scenario of the study",
                file.errors_from
            ))
        })?;
        let pairs = pair(records.iter().filter(|r| &*r.product == TOTAL), &Options::default()).pairs;
        // What all have in common, a margin among it, is taken out with the common log ratio.
        let cells = Cells::of(&pairs, |_| 0.0);
        let sampling = Sampling {
            seed: study.file.seed,
            ..Sampling::default()
        };
        let components = Components::new(&cells.cells, &sampling).map_err(|e| refuse(e.to_string()))?;
        let places = cells.economies.iter().enumerate().map(|(i, e)| (*e, i)).collect();
        Ok(Errors { places, components })
    }

    /// Draws every figure that one partner reports: times e^(σz − σ²/2), which leaves its mean where it is. A
    /// partner of whom the pin says nothing errs like one of those in it, drawn at random. Totals that a compiler
    /// publishes stay. The same figure errs alike in every scenario that has it, whatever else is in it: what
    /// scenarios differ by is no accident of the draws.
    fn draw(&self, flows: &mut [Record], seed: u64, index: u64) {
        let mut random = Stream::new(seed, index);
        let all = &self.components.posterior().draws;
        let variances = &all[random.below(all.len())];
        for record in flows.iter_mut().filter(|r| !r.partner.is_world()) {
            let known = self
                .places
                .get(&record.partner)
                .and_then(|i| variances.get(*i))
                .copied();
            let variance = match known {
                Some(variance) => variance,
                None => variances[Stream::new(seed ^ named(&[record.partner.as_str()]), index).below(variances.len())],
            };
            let (flow, period) = (record.flow.as_str(), record.period.to_string());
            let cell = [
                record.reporter.as_str(),
                record.partner.as_str(),
                flow,
                &period,
                &record.product,
            ];
            let error = Stream::new(seed ^ named(&cell), index).normal();
            let factor = (variance.sqrt() * error - variance / 2.0).exp();
            record.value = record.value.map(|value| scaled(value, factor));
        }
    }
}

/// A number of a name, the same on every machine (FNV-1a).
fn named(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A value times a factor, to the nearest tenth of a cent.
fn scaled(value: Usd, factor: f64) -> Usd {
    Usd::from_thousandths((value.thousandths() as f64 * factor).round() as i128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirror::pairing::Pair;
    use trade::{Flow, Period};

    #[test]
    fn a_figure_errs_alike_whatever_else_a_scenario_has() {
        let codes = ["DEU", "FRA", "ITA", "ESP"].map(|code| Economy::new(code).unwrap());
        let report = |of: Economy, with: Economy, flow: Flow, value: i64| {
            let value = Usd::from_thousandths(i128::from(value) * 1000);
            Record::new("a test", Period::annual(2003).unwrap(), of, with, flow, value)
        };
        let mut both = Vec::new();
        for (i, &a) in codes.iter().enumerate() {
            for (j, &b) in codes.iter().enumerate().filter(|(j, _)| *j != i) {
                both.push(report(a, b, Flow::Export, 1_000_000 + 70_000 * i as i64));
                both.push(report(b, a, Flow::Import, 1_100_000 - 50_000 * j as i64));
            }
        }
        let pairs: Vec<Pair> = pair(both.iter(), &Options::default()).pairs;
        let cells = Cells::of(&pairs, |_| 0.0);
        let errors = Errors {
            components: Components::new(&cells.cells, &Sampling::default()).unwrap(),
            places: cells.economies.iter().enumerate().map(|(i, e)| (*e, i)).collect(),
        };
        let economy = Economy::new("PRK").unwrap();
        let mut all: Vec<Record> = codes.map(|code| report(economy, code, Flow::Import, 5_000_000)).into();
        // Of Brazil the pin says nothing.
        all.push(report(economy, Economy::new("BRA").unwrap(), Flow::Import, 5_000_000));
        let drawn = |mut flows: Vec<Record>, index| {
            errors.draw(&mut flows, 7, index);
            flows.iter().map(|r| (r.partner, r.value)).collect::<BTreeMap<_, _>>()
        };
        let (whole, part) = (drawn(all.clone(), 3), drawn(all[2..].to_vec(), 3));
        assert!(part.iter().all(|(partner, value)| whole[partner] == *value));
        assert_ne!(whole, drawn(all, 4), "another draw");
        let values: std::collections::BTreeSet<_> = whole.values().collect();
        assert_eq!(values.len(), whole.len(), "each errs for itself");
    }
}
