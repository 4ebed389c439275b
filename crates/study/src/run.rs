//! Running a study: every model on every scenario, every claim on every finding.

use crate::claim::{ByScenario, Judged, judge};
use crate::draws;
use crate::given::DATA;
use crate::scenario::{Figures, Pinned, StudyReference, build};
use crate::study_file::{Perspective, ScenarioFile};
use crate::{Error, Result, Study};
use model::{Chart, Coverage, Finding, Input, Model, Output, Table};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use trade::Record;

/// A pin that a run used.
#[derive(Clone, Debug, PartialEq)]
pub struct PinUsed {
    /// What its description says.
    pub about: store::PinFile,
    /// How many records it holds.
    pub rows: usize,
    /// How many records a user's dataset has, of which these were made.
    pub of_dataset: Option<u64>,
}

/// What one scenario gave.
#[derive(Clone, Debug)]
pub struct ScenarioRun {
    /// The scenario's name.
    pub id: String,
    /// Its flows, and what was set aside.
    pub figures: Figures,
    /// Charts of its models.
    pub charts: Vec<Chart>,
    /// What its models say must be known.
    pub notes: Vec<String>,
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The pins, by name.
    pub pins: Vec<PinUsed>,
    /// Every way in which a pin is not what its description says; a run that is to be published has none.
    pub broken_pins: Vec<store::Broken>,
    /// The references of all pins' figures.
    pub references: Vec<StudyReference>,
    /// The scenarios, in the study's order.
    pub scenarios: Vec<ScenarioRun>,
    /// All findings, in the order of scenarios and models.
    pub findings: Vec<Finding>,
    /// All tables; each has a leading column `scenario`.
    pub tables: Vec<Table>,
    /// The claims, judged.
    pub claims: Vec<Judged>,
}

/// Runs a study with these models. `progress` is called with a word for each step done.
///
/// The same study, pins and models give the same run, on any number of threads.
///
/// # Errors
/// When a pin cannot be read, a scenario cannot be built, or a model refuses
/// its parameters.
pub fn run(study: &Study, models: &[&dyn Model], progress: &(dyn Fn(&str) + Sync)) -> Result<Run> {
    if study.file.scenario.is_empty() {
        return Err(Error::Study {
            path: study.path.clone(),
            reason: "every scenario needs a dataset: name one with --data".to_owned(),
        });
    }
    let pinned = Pinned::open(study)?;
    progress("pins checked");
    check_models(study, models)?;
    let done = study
        .file
        .scenario
        .par_iter()
        .map(|scenario| {
            let figures = build(study, scenario, &pinned)?;
            let output = run_models(study, scenario, &figures, models)?;
            progress(&scenario.id);
            Ok((figures, output))
        })
        .collect::<Result<Vec<_>>>()?;

    let mut scenarios = Vec::new();
    let mut findings = Vec::new();
    let mut tables = BTreeMap::new();
    for (scenario, (figures, output)) in study.file.scenario.iter().zip(done) {
        findings.extend(output.findings);
        output
            .tables
            .into_iter()
            .for_each(|table| stack(&mut tables, &scenario.id, table));
        scenarios.push(ScenarioRun {
            id: scenario.id.clone(),
            figures,
            charts: output.charts,
            notes: output.notes,
        });
    }
    check_unique(study, &findings)?;
    let claims = judge_all(study, &findings);
    for table in draws::run(study, &pinned, models, &findings)? {
        tables.insert(table.id.clone(), table);
    }
    if study.file.draws.is_some() {
        progress("draws");
    }
    // By the name that the study uses: a pin that stands in another's place has a name of its own.
    let pins = pinned.pins.into_iter().map(|(name, about)| PinUsed {
        rows: pinned.records.get(&name).map_or(0, Vec::len),
        of_dataset: study.data.as_ref().filter(|_| name == DATA).map(|data| data.rows),
        about,
    });
    Ok(Run {
        pins: pins.collect(),
        broken_pins: pinned.broken,
        references: pinned.references,
        scenarios,
        findings,
        tables: tables.into_values().collect(),
        claims,
    })
}

/// Refuses models and parameters that do not exist, before anything is computed.
fn check_models(study: &Study, models: &[&dyn Model]) -> Result<()> {
    let refuse = |reason: String| Error::Study {
        path: study.path.clone(),
        reason,
    };
    let find = |id: &str| {
        let known = || models.iter().map(|m| m.id()).collect::<Vec<_>>().join(", ");
        models
            .iter()
            .find(|m| m.id() == id)
            .ok_or_else(|| refuse(format!("there is no model `{id}`; there are {}", known())))
    };
    let check = |id: &str, parameters: &toml::Table| {
        let model = find(id)?;
        match parameters
            .keys()
            .find(|name| !model.parameters().contains(&name.as_str()))
        {
            Some(name) => {
                let known = model.parameters().join(", ");
                Err(refuse(format!(
                    "model `{id}` has no parameter `{name}`; it has {known}"
                )))
            }
            None => Ok(()),
        }
    };
    study
        .file
        .model
        .iter()
        .try_for_each(|(id, parameters)| check(id, parameters))?;
    for scenario in &study.file.scenario {
        scenario.models.iter().try_for_each(|id| find(id).map(|_| ()))?;
        scenario
            .parameters
            .iter()
            .try_for_each(|(id, parameters)| check(id, parameters))?;
    }
    Ok(())
}

pub(crate) fn run_models(
    study: &Study,
    scenario: &ScenarioFile,
    figures: &Figures,
    models: &[&dyn Model],
) -> Result<Output> {
    let mut all = Output::default();
    for id in &scenario.models {
        let Some(model) = models.iter().find(|m| m.id() == id) else {
            continue;
        };
        let output = model_output(study, scenario, &figures.flows, *model)?;
        all.findings.extend(output.findings.into_iter().map(|finding| Finding {
            scenario: scenario.id.clone(),
            model: model.id().to_owned(),
            ..finding
        }));
        all.tables.extend(output.tables);
        all.charts.extend(output.charts);
        all.notes.extend(output.notes);
    }
    Ok(all)
}

/// What one model returns for a scenario, given these flows.
pub(crate) fn model_output(
    study: &Study,
    scenario: &ScenarioFile,
    flows: &[Record],
    model: &dyn Model,
) -> Result<Output> {
    let economy = study.economy_of(scenario).ok();
    let parameters = study.parameters_of(scenario, model.id());
    let input = Input {
        scenario: &scenario.id,
        economy: economy.filter(|_| scenario.perspective != Perspective::AsPublished),
        flows,
        coverage: if scenario.partial {
            Coverage::Partial
        } else {
            Coverage::Complete
        },
        parameters: &parameters,
        seed: study.file.seed,
    };
    model.run(&input).map_err(|source| Error::Model {
        scenario: scenario.id.clone(),
        source,
    })
}

/// Puts one scenario's table under the same table of the others, with a leading column `scenario`.
fn stack(tables: &mut BTreeMap<String, Table>, scenario: &str, table: Table) {
    let into = tables.entry(table.id.clone()).or_insert_with(|| {
        let mut empty = Table::new(&table.id, &table.title, &[("scenario", model::Kind::Text, "")]);
        empty.columns.extend(table.columns.iter().cloned());
        empty
    });
    for row in table.rows {
        into.push(std::iter::once(scenario.into()).chain(row).collect());
    }
}

/// Two findings with one identity would make `verify` ambiguous: a defect of a model.
fn check_unique(study: &Study, findings: &[Finding]) -> Result<()> {
    let mut seen = BTreeSet::new();
    match findings.iter().map(Finding::id).find(|id| !seen.insert(id.clone())) {
        Some(id) => Err(Error::Study {
            path: study.path.clone(),
            reason: format!("the finding `{id}` was returned twice: its model must label the two apart"),
        }),
        None => Ok(()),
    }
}

fn judge_all(study: &Study, findings: &[Finding]) -> Vec<Judged> {
    let order = study.file.scenario.iter().map(|s| (s.id.as_str(), s.source()));
    let order: Vec<(&str, &str)> = order.collect();
    let mut by: ByScenario<'_> = BTreeMap::new();
    for finding in findings {
        by.entry(finding.scenario.as_str()).or_default().push(finding);
    }
    study.file.claim.iter().map(|claim| judge(claim, &order, &by)).collect()
}
