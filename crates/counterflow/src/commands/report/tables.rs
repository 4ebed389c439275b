//! What two finished runs differ in, as tables.

use crate::commands::moves::moved_findings;
use crate::fail::{Failure, Outcome};
use crate::results::Results;
use model::{Cell, Kind, Table};
use std::collections::{BTreeMap, BTreeSet};

/// The differences of two runs. A table without rows says that there is none of its kind.
pub struct Differences {
    /// The study file, the program, the pins: `what`, `name`, `old`, `new`.
    pub inputs: Table,
    /// Verdicts over all scenarios: `claim`, `text`, `old`, `new`.
    pub claims: Table,
    /// Verdicts of single scenarios: `claim`, `scenario`, `old`, `new`, `numbers_old`, `numbers_new`.
    pub verdicts: Table,
    /// Conclusions on draws of the reports' errors: `claim`, `scenario`, `test`, `old`, `new`.
    pub survival: Table,
    /// Findings that are not the same within their class: `finding`, `old`, `new`, `relative_change`, `what`.
    pub findings: Table,
    /// How many findings either run has.
    pub compared: usize,
}

/// One scenario's verdict on a claim.
#[derive(Clone, Debug, Default)]
struct Judged {
    text: String,
    overall: String,
    verdict: String,
    numbers: String,
}

impl Differences {
    /// Compares what two runs left.
    pub fn between(old: &Results, new: &Results) -> Outcome<Self> {
        let (before, after) = (judged(old)?, judged(new)?);
        let ids = |results: &Results| -> BTreeSet<String> { results.findings.iter().map(|f| f.id()).collect() };
        Ok(Differences {
            inputs: inputs(old, new),
            claims: claims(&before, &after),
            verdicts: verdicts(&before, &after),
            survival: survival(&on_draws(old)?, &on_draws(new)?),
            findings: moved_findings(&old.findings, &new.findings)?,
            compared: ids(old).union(&ids(new)).count(),
        })
    }

    /// All of it in one table: inputs, verdicts, findings, the largest change first.
    pub fn all(&self) -> Table {
        let text = |name| (name, Kind::Text, "");
        let columns = [
            text("what"),
            text("name"),
            text("scenario"),
            text("old"),
            text("new"),
            ("relative_change", Kind::Number, ""),
        ];
        let mut all = Table::new("differences", "What two runs differ in", &columns);
        for row in &self.inputs.rows {
            all.push(vec![
                row[0].clone(),
                row[1].clone(),
                Cell::Missing,
                row[2].clone(),
                row[3].clone(),
                Cell::Missing,
            ]);
        }
        for row in &self.claims.rows {
            let (old, new) = (row[2].clone(), row[3].clone());
            all.push(vec![
                "verdict".into(),
                row[0].clone(),
                Cell::Missing,
                old,
                new,
                Cell::Missing,
            ]);
        }
        for row in &self.verdicts.rows {
            let (claim, scenario) = (row[0].clone(), row[1].clone());
            let (old, new) = (row[2].clone(), row[3].clone());
            all.push(vec![
                "verdict of a scenario".into(),
                claim,
                scenario,
                old,
                new,
                Cell::Missing,
            ]);
        }
        for row in &self.survival.rows {
            let [claim, scenario, test, old, new] = &row[..] else {
                continue;
            };
            let name = match (claim, test) {
                (Cell::Text(claim), Cell::Text(test)) => format!("{claim}: {test}").into(),
                _ => claim.clone(),
            };
            all.push(vec![
                "conclusion on draws".into(),
                name,
                scenario.clone(),
                old.clone(),
                new.clone(),
                Cell::Missing,
            ]);
        }
        for row in &self.findings.rows {
            let number = |cell: &Cell| match cell {
                Cell::Number(number) => Cell::Text(number.to_string()),
                _ => Cell::Missing,
            };
            let scenario = match &row[0] {
                Cell::Text(id) => id.split('/').next().into(),
                _ => Cell::Missing,
            };
            let (old, new) = (number(&row[1]), number(&row[2]));
            all.push(vec![
                "finding".into(),
                row[0].clone(),
                scenario,
                old,
                new,
                row[3].clone(),
            ]);
        }
        all
    }

    /// The differences in one sentence.
    pub fn sentence(&self) -> String {
        format!(
            "Verdicts that differ: {} over all scenarios, {} of single scenarios. Conclusions on draws that differ: {}. Findings that moved: {} of {}. Inputs that differ: {}.",
            self.claims.rows.len(),
            self.verdicts.rows.len(),
            self.survival.rows.len(),
            self.findings.rows.len(),
            self.compared,
            self.inputs.rows.len()
        )
    }
}

/// Every claim's verdicts, from `tables/claims.csv` of the run.
fn judged(results: &Results) -> Outcome<BTreeMap<(String, String), Judged>> {
    let path = results.folder.join("tables/claims.csv");
    let broken = |what: String| {
        Failure::because(format!(
            "{}: {what}; expected the claims of a finished run, as `analyze` wrote them",
            path.display()
        ))
    };
    let mut reader = csv::Reader::from_reader(store::open_file(&path).map_err(|e| broken(e.to_string()))?);
    let mut judged = BTreeMap::new();
    for row in reader.deserialize() {
        let mut row: BTreeMap<String, String> = row.map_err(|e| broken(e.to_string()))?;
        let mut take = |name: &str| row.remove(name).ok_or_else(|| broken(format!("no column `{name}`")));
        let key = (take("claim")?, take("scenario")?);
        let one = Judged {
            text: take("text")?,
            overall: take("overall")?,
            verdict: take("verdict")?,
            numbers: take("numbers")?,
        };
        judged.insert(key, one);
    }
    Ok(judged)
}

/// What survives the errors of reports, by claim, scenario and test; empty where the run drew none.
fn on_draws(results: &Results) -> Outcome<OnDraws> {
    let path = results.folder.join("tables/draws-survival.csv");
    if !path.is_file() {
        return Ok(OnDraws::new());
    }
    let broken = |what: String| Failure::because(format!("{}: {what}", path.display()));
    let mut reader = csv::Reader::from_path(&path).map_err(|e| broken(e.to_string()))?;
    let mut found = OnDraws::new();
    for row in reader.deserialize() {
        let mut row: BTreeMap<String, String> = row.map_err(|e| broken(e.to_string()))?;
        let mut take = |name: &str| row.remove(name).ok_or_else(|| broken(format!("no column `{name}`")));
        let key = [take("claim")?, take("scenario")?, take("test")?];
        found.insert(key, take("conclusion")?);
    }
    Ok(found)
}

type OnDraws = BTreeMap<[String; 3], String>;

fn survival(before: &OnDraws, after: &OnDraws) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [text("claim"), text("scenario"), text("test"), text("old"), text("new")];
    let mut table = Table::new("survival", "Conclusions on draws that differ", &columns);
    for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let of = |side: &OnDraws| side.get(key).map_or(NOT_THERE, String::as_str).to_owned();
        let (old, new) = (of(before), of(after));
        if old != new {
            let [claim, scenario, test] = key.clone().map(Cell::from);
            table.push(vec![claim, scenario, test, old.into(), new.into()]);
        }
    }
    table
}

const NOT_THERE: &str = "not asked";

type ByScenario = BTreeMap<(String, String), Judged>;

fn claims(before: &ByScenario, after: &ByScenario) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [text("claim"), text("text"), text("old"), text("new")];
    let mut table = Table::new("claims", "Verdicts over all scenarios that differ", &columns);
    let overall = |judged: &ByScenario| -> BTreeMap<String, (String, String)> {
        let all = judged.iter();
        all.map(|((claim, _), one)| (claim.clone(), (one.overall.clone(), one.text.clone())))
            .collect()
    };
    let (old, new) = (overall(before), overall(after));
    for claim in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let word = |side: &BTreeMap<String, (String, String)>| side.get(claim).map_or(NOT_THERE, |s| &s.0).to_owned();
        let words = new.get(claim).or(old.get(claim)).map(|s| s.1.as_str());
        if word(&old) != word(&new) {
            table.push(vec![
                claim.as_str().into(),
                words.into(),
                word(&old).into(),
                word(&new).into(),
            ]);
        }
    }
    table
}

fn verdicts(before: &ByScenario, after: &ByScenario) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [
        text("claim"),
        text("scenario"),
        text("old"),
        text("new"),
        text("numbers_old"),
        text("numbers_new"),
    ];
    let mut table = Table::new("scenarios", "Verdicts of single scenarios that differ", &columns);
    for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let of = |side: &ByScenario| {
            side.get(key).cloned().unwrap_or_else(|| Judged {
                verdict: NOT_THERE.to_owned(),
                ..Judged::default()
            })
        };
        let (old, new) = (of(before), of(after));
        if old.verdict != new.verdict {
            let (claim, scenario) = (key.0.as_str().into(), key.1.as_str().into());
            let (was, is) = (old.verdict.into(), new.verdict.into());
            table.push(vec![claim, scenario, was, is, old.numbers.into(), new.numbers.into()]);
        }
    }
    table
}

/// What the runs were made from, where it differs.
fn inputs(old: &Results, new: &Results) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [text("what"), text("name"), text("old"), text("new")];
    let mut table = Table::new("inputs", "What the runs were made from, where it differs", &columns);
    let (a, b) = (&old.manifest, &new.manifest);
    let mut tell = |what: &str, name: &str, old: &str, new: &str| {
        if old != new {
            table.push(vec![what.into(), name.into(), old.into(), new.into()]);
        }
    };
    tell("study", "name", &a.study, &b.study);
    tell("program", "built from", &a.program.to_string(), &b.program.to_string());
    let hashes = |results: &Results| -> BTreeMap<String, String> {
        let pins = results.manifest.pins.iter();
        pins.map(|pin| (pin.name.clone(), pin.logical_hash.clone().unwrap_or_default()))
            .collect()
    };
    let (before, after) = (hashes(old), hashes(new));
    for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let of = |side: &BTreeMap<String, String>| side.get(name).map_or("not used", String::as_str).to_owned();
        tell("pin", name, &of(&before), &of(&after));
    }
    tell("study file", &b.study, &a.study_sha256, &b.study_sha256);
    table
}
