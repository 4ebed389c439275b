//! From a finding back to the figures behind it.

use crate::compare::{ExpectedFinding, difference};
use crate::run::{Run, model_output};
use crate::scenario::{Pinned, SetAside, chosen, parts};
use crate::study_file::{ClaimFile, ScenarioFile};
use crate::tested;
use crate::{Error, Result, Study};
use model::{Finding, Model, Value};
use std::collections::{BTreeMap, BTreeSet};
use trade::Record;

/// What is behind one finding.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The finding.
    pub finding: Finding,
    /// The scenario's title and what it chose.
    pub scenario: String,
    /// The choices, in the order in which they are applied.
    pub choices: Vec<(String, String)>,
    /// The model's parameters, from the study file.
    pub parameters: toml::Table,
    /// The figures that the finding rests on: the model, given these rows and no others, finds
    /// the same. `reference` is an index into the run's common list of references.
    pub rows: Vec<Record>,
    /// The pinned figures of which the scenario made the sums that stand among `rows`.
    pub parts: Vec<Record>,
    /// How many figures the scenario has in all.
    pub of_rows: usize,
    /// Figures that the scenario set aside and that, by what they are about, would have stood among `rows`.
    pub set_aside: Vec<SetAside>,
}

/// What a group of rows has in common: the ways in which rows are tried without.
type Dimension = (&'static str, fn(&Record) -> String);

/// Up to how many rows are tried one by one at the end.
const ONE_BY_ONE: usize = 100;

/// From the coarsest cut to the finest.
const DIMENSIONS: [Dimension; 9] = [
    ("flow", |r| r.flow.to_string()),
    ("period", |r| r.period.to_string()),
    ("classification", |r| r.classification.to_string()),
    ("compiler", |r| r.compiler.to_string()),
    ("product", |r| r.product.to_string()),
    ("reporter", |r| r.reporter.to_string()),
    ("partner", |r| r.partner.to_string()),
    ("basis", |r| r.basis.as_deref().unwrap_or_default().to_owned()),
    ("reporter's flow", |r| format!("{} {}", r.reporter, r.flow)),
];

/// Finds the figures that a finding rests on, without knowing the model: the rows of one flow,
/// period, product, partner, ... after the other are taken away, and stay away where the model
/// finds the same number without them. What is left is enough to find it (the model is run on
/// those rows alone), and no group of rows in it can be spared; nor, where few are left, any one row.
/// An undefined finding is the same where its reason and its convention are.
///
/// # Errors
/// [`Error::NoFinding`] where the run has no finding of this name, with the nearest names.
pub fn explain(study: &Study, run: &Run, models: &[&dyn Model], id: &str) -> Result<Explanation> {
    if let Some(claim) = study.file.claim.iter().find(|claim| claim.id == id.trim()) {
        return Err(Error::NoFinding {
            id: id.trim().to_owned(),
            near: behind(claim, run),
        });
    }
    let finding = find(run, id)?;
    let scenario = study.file.scenario.iter().find(|s| s.id == finding.scenario);
    let figures = run
        .scenarios
        .iter()
        .find(|s| s.id == finding.scenario)
        .map(|s| &s.figures);
    let model = models.iter().find(|m| m.id() == finding.model);
    let (Some(scenario), Some(figures), Some(model)) = (scenario, figures, model) else {
        return Err(Error::NoFinding {
            id: id.to_owned(),
            near: Vec::new(),
        });
    };
    let rows = needed(study, scenario, *model, finding, &figures.flows)?;
    let undefined = matches!(finding.value, Value::Undefined(_));
    let about: Vec<BTreeSet<String>> = DIMENSIONS.map(|(_, of)| rows.iter().map(of).collect()).into();
    let concerns = |aside: &&SetAside| {
        // A set-aside figure may be of another compiler or basis, or the partner's only one: that
        // can be why it is aside.
        let free = |name: &str| match name {
            "compiler" | "basis" | "classification" | "reporter's flow" => true,
            "partner" => !finding.labels.contains_key("partner"),
            // What is missing may be the very flow that was set aside.
            "flow" => undefined && !finding.labels.contains_key("flow"),
            _ => false,
        };
        DIMENSIONS
            .iter()
            .zip(&about)
            .all(|((name, of), values)| free(name) || values.contains(&of(&aside.record)))
    };
    let given = chosen(study, scenario, &Pinned::open(study)?)?;
    Ok(Explanation {
        parts: parts(&rows, &given.flows, scenario),
        finding: finding.clone(),
        scenario: scenario.title.clone(),
        choices: scenario.choices(),
        parameters: study.parameters_of(scenario, model.id()),
        of_rows: figures.flows.len(),
        set_aside: figures.set_aside.iter().filter(concerns).cloned().collect(),
        rows,
    })
}

/// The findings that a claim was judged on.
fn behind(claim: &ClaimFile, run: &Run) -> Vec<String> {
    let judged = run.claims.iter().filter(|judged| judged.id == claim.id);
    let scenarios = judged
        .flat_map(|judged| &judged.verdicts)
        .map(|(scenario, ..)| scenario);
    let tested = scenarios.flat_map(|scenario| tested(claim, scenario, &run.findings));
    tested.flatten().map(Finding::id).collect()
}

/// What stands between spaces; within quotation marks, spaces and all: `region="South America"`.
fn words(text: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = text.split(|c: char| {
        quoted ^= c == '"';
        c.is_whitespace() && !quoted
    });
    parts
        .filter(|part| !part.is_empty())
        .map(|part| part.replace('"', ""))
        .collect()
}

fn find<'a>(run: &'a Run, id: &str) -> Result<&'a Finding> {
    let wanted = id.trim();
    if let Some(found) = run.findings.iter().find(|f| f.id() == wanted) {
        return Ok(found);
    }
    // Labels may be given in any order, and those that leave only one finding may be left out.
    let words = words(wanted);
    let (stem, labels) = words
        .split_first()
        .map_or(("", &[][..]), |(stem, labels)| (stem, labels));
    let ids: Vec<(String, &Finding)> = run.findings.iter().map(|f| (f.id(), f)).collect();
    let stemmed: Vec<&(String, &Finding)> = ids
        .iter()
        .filter(|(id, _)| id.split(' ').next() == Some(stem))
        .collect();
    let has = |finding: &Finding, label: &str| {
        let pair = label.split_once('=');
        pair.is_some_and(|(name, value)| finding.labels.get(name).is_some_and(|v| v == value))
    };
    let matching: Vec<_> = stemmed
        .iter()
        .filter(|(_, finding)| labels.iter().all(|label| has(finding, label)))
        .collect();
    if let [one] = matching[..] {
        return Ok(one.1);
    }
    let last = stem.rsplit('/').next().unwrap_or(stem);
    let near: Vec<String> = if !matching.is_empty() {
        matching.iter().map(|(id, _)| id.clone()).collect()
    } else if !stemmed.is_empty() {
        stemmed.iter().map(|(id, _)| id.clone()).collect()
    } else {
        let stems: BTreeSet<&str> = ids
            .iter()
            .filter(|(_, f)| f.measure == last)
            .filter_map(|(id, _)| id.split(' ').next())
            .collect();
        stems.into_iter().map(str::to_owned).collect()
    };
    Err(Error::NoFinding {
        id: wanted.to_owned(),
        near,
    })
}

/// The rows that cannot be spared, by groups.
fn needed(
    study: &Study,
    scenario: &ScenarioFile,
    model: &dyn Model,
    finding: &Finding,
    flows: &[Record],
) -> Result<Vec<Record>> {
    let lookup = |rows: &[Record]| -> Result<Option<Finding>> {
        let output = model_output(study, scenario, rows, model)?;
        let same = |f: &Finding| f.measure == finding.measure && f.labels == finding.labels;
        Ok(output.findings.into_iter().find(same))
    };
    // Its interval may come from elsewhere than from the model: the model's own finding is what counts.
    let Some(whole) = lookup(flows)? else {
        return Ok(flows.to_vec());
    };
    let expected = ExpectedFinding {
        value: whole.estimate(),
        interval: whole.interval.as_ref().map(|i| (i.low, i.high)),
        tolerance: whole.tolerance,
    };
    let same = |found: &Finding| match (&whole.value, &found.value) {
        (Value::Undefined(why), Value::Undefined(also)) => why == also && whole.convention == found.convention,
        _ => difference(&expected, found).is_none(),
    };
    let suffices = |rows: &[Record]| -> Result<bool> { Ok(lookup(rows)?.is_some_and(|found| same(&found))) };
    let mut rows = flows.to_vec();
    // A label that is an economy says whose figures to look at first, whatever the label is called.
    for own in finding.labels.values() {
        let of_it = |r: &&Record| r.reporter.as_str() == own || r.partner.as_str() == own;
        let only: Vec<Record> = rows.iter().filter(of_it).cloned().collect();
        if !only.is_empty() && only.len() < rows.len() && suffices(&only)? {
            rows = only;
        }
    }
    for (name, of) in DIMENSIONS {
        let mut groups: BTreeMap<String, usize> = BTreeMap::new();
        rows.iter().for_each(|r| *groups.entry(of(r)).or_default() += 1);
        if groups.len() < 2 {
            continue;
        }
        // The finding's own label says where to look first.
        if let Some(own) = finding.labels.get(name).filter(|own| groups.contains_key(*own)) {
            let only: Vec<Record> = rows.iter().filter(|r| of(r) == *own).cloned().collect();
            if suffices(&only)? {
                rows = only;
                continue;
            }
        }
        for value in groups.keys() {
            let without: Vec<Record> = rows.iter().filter(|r| of(r) != *value).cloned().collect();
            if suffices(&without)? {
                rows = without;
            }
        }
    }
    if rows.len() <= ONE_BY_ONE {
        for at in (0..rows.len()).rev() {
            let mut without = rows.clone();
            without.remove(at);
            if suffices(&without)? {
                rows = without;
            }
        }
    }
    Ok(rows)
}
