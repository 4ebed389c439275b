//! What two finished runs differ in, as tables.

use super::rows::rows;
use super::{figures, intervals, settings, ways};
use crate::commands::moves::moved_findings;
use crate::fail::{Failure, Outcome};
use crate::results::Results;
use model::{Cell, Kind, Table};
use std::collections::{BTreeMap, BTreeSet};

/// The differences of two runs. A table without rows says that there is none of its kind.
pub struct Differences {
    /// The study file and its keys, the program, the pins: `what`, `name`, `old`, `new`.
    pub inputs: Table,
    /// Pinned figures: which, in what, `old`, `new`, `relative_change`.
    pub figures: Table,
    /// Verdicts over all scenarios: `claim`, `text`, `old`, `new`.
    pub claims: Table,
    /// Verdicts of single scenarios: `claim`, `scenario`, `old`, `new`, `numbers_old`, `numbers_new`.
    pub verdicts: Table,
    /// In how many ways a claim holds, where a way changed: `claim`, `text`, the numbers before and now, `why`.
    pub ways: Table,
    /// Files of either run that are not as the run left them.
    pub altered: Vec<String>,
    /// Conclusions on draws of the reports' errors: `claim`, `scenario`, `test`, `old`, `new`.
    pub survival: Table,
    /// Intervals on draws: `rule`, `finding`, their ends in both runs, `moved_by_widths`.
    pub intervals: Table,
    /// Findings that are not the same within their class, those behind claims first: `finding`, `old`, `new`,
    /// `relative_change`, `what`, `claims`.
    pub findings: Table,
    /// How many of them claims rest on.
    pub behind_claims: usize,
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
    ///
    /// # Errors
    /// When they are runs of two studies: then nothing of the one is comparable with the other.
    pub fn between(old: &Results, new: &Results) -> Outcome<Self> {
        let (a, b) = (&old.manifest.study, &new.manifest.study);
        if a != b {
            return Err(Failure::because(format!(
                "{} is a run of the study `{a}` and {} one of `{b}`: two runs of one study are compared",
                old.folder.display(),
                new.folder.display()
            )));
        }
        let (before, after) = (judged(old)?, judged(new)?);
        let ids = |results: &Results| -> BTreeSet<String> { results.findings.iter().map(|f| f.id()).collect() };
        let (findings, behind_claims) = by_claims(moved_findings(&old.findings, &new.findings)?, old, new)?;
        let inputs = inputs(old, new)?;
        let altered = [old.altered()?, new.altered()?].concat();
        Ok(Differences {
            ways: ways::changed(
                &by_claim(&before),
                &by_claim(&after),
                &ways::Causes::of(&inputs, SETTING),
            ),
            altered,
            inputs,
            figures: figures::changed(old, new)?,
            claims: claims(&before, &after),
            verdicts: verdicts(&before, &after),
            survival: survival(&on_draws(old)?, &on_draws(new)?),
            intervals: intervals::changed(old, new)?,
            findings,
            behind_claims,
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
        for what in &self.altered {
            let mut row = vec![Cell::Missing; columns.len()];
            row[0] = "altered file".into();
            row[1] = what.as_str().into();
            all.push(row);
        }
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
        figures::listed(&self.figures).into_iter().for_each(|row| all.push(row));
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
        for row in &self.intervals.rows {
            let between = |low: &Cell, high: &Cell| match (low, high) {
                (Cell::Number(low), Cell::Number(high)) => Cell::Text(format!("{low} to {high}")),
                _ => Cell::Missing,
            };
            all.push(vec![
                "interval on draws".into(),
                row[1].clone(),
                row[0].clone(),
                between(&row[2], &row[3]),
                between(&row[4], &row[5]),
                row[6].clone(),
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

    /// The differences in one sentence, what is claimed first.
    pub fn sentence(&self) -> String {
        let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let mut parts = Vec::new();
        if !self.altered.is_empty() {
            parts.push(format!(
                "Not as the runs left them, so that what follows may not be theirs: {}",
                self.altered.join(", ")
            ));
        }
        let pins = ways::Causes::of(&self.inputs, SETTING).pins;
        if !pins.is_empty() {
            parts.push(format!("Other data: {}", pins.join(", ")));
        }
        match &self.ways.rows[..] {
            few if few.len() <= NAMED => parts.extend(few.iter().map(|row| ways::sentence(row))),
            [first, others @ ..] => {
                parts.push(ways::sentence(first));
                let more = counted(others.len(), "more claim holds", "more claims hold");
                parts.push(format!("{more} in other ways than before"));
            }
            [] => {}
        }
        parts.push(match (self.claims.rows.len(), self.verdicts.rows.len()) {
            (0, 0) => "no claim has another verdict".to_owned(),
            (0, n) => format!(
                "no claim has another verdict over all scenarios, but {} of single scenarios differ",
                counted(n, "verdict", "verdicts")
            ),
            (n, of_scenarios) => format!(
                "{} another verdict, with {} of single scenarios",
                counted(n, "claim has", "claims have"),
                counted(of_scenarios, "verdict", "verdicts")
            ),
        });
        if !self.survival.rows.is_empty() {
            parts.push(format!(
                "{} on draws",
                counted(self.survival.rows.len(), "other conclusion", "other conclusions")
            ));
        }
        let alone = |row: &&Vec<Cell>| matches!(&row[4], Cell::Text(what) if what.starts_with("only in"));
        let alone = self.findings.rows.iter().filter(alone).count();
        parts.push(format!(
            "{} of {} moved{}",
            self.findings.rows.len() - alone,
            counted(self.compared, "finding", "findings"),
            self.largest()
        ));
        if alone > 0 {
            parts.push(format!(
                "{} in one run alone",
                counted(alone, "finding is", "findings are")
            ));
        }
        if !self.intervals.rows.is_empty() {
            parts.push(format!(
                "{} on draws",
                counted(self.intervals.rows.len(), "other interval", "other intervals")
            ));
        }
        let settings: Vec<String> = self.inputs.rows.iter().filter_map(|row| setting(row)).collect();
        let whole_file = !settings.is_empty();
        let other = |row: &&Vec<Cell>| setting(row).is_none() && !(whole_file && row[0] == Cell::from(STUDY_FILE));
        let inputs = self.inputs.rows.iter().filter(other).count();
        if inputs > 0 {
            parts.push(counted(inputs, "other input", "other inputs"));
        }
        match &settings[..] {
            [] => {}
            few if few.len() <= NAMED => parts.push(format!("changed in the study: {}", few.join(", "))),
            many => parts.push(format!("{} keys of the study changed", many.len())),
        }
        let sentence = format!("{}.", parts.join("; "));
        match sentence.strip_prefix("no ") {
            Some(rest) => format!("No {rest}"),
            None => sentence,
        }
    }

    /// The largest move of a finding that a claim rests on, where one moved.
    fn largest(&self) -> String {
        let row = self.findings.rows.first().filter(|_| self.behind_claims > 0);
        let Some([Cell::Text(finding), _, _, relative, ..]) = row.map(Vec::as_slice) else {
            return if self.findings.rows.is_empty() {
                ""
            } else {
                ", none of them behind a claim"
            }
            .to_owned();
        };
        let by = match relative {
            Cell::Number(x) if x.abs() >= 0.001 => format!(" by {:+.1} per cent", 100.0 * x).replace('-', "−"),
            Cell::Number(_) => " by less than 0.1 per cent".to_owned(),
            _ => String::new(),
        };
        format!(
            ", {} of them behind claims, most of all {finding}{by}",
            self.behind_claims
        )
    }
}

/// Changed keys that the sentence names; of more it gives the number.
const NAMED: usize = 4;
/// What the row of the study file's hash is called.
const STUDY_FILE: &str = "study file";
/// What the row of a changed key is called.
const SETTING: &str = "study key";

/// A changed key of the study in words; `None` for another input.
fn setting(row: &[Cell]) -> Option<String> {
    let [Cell::Text(what), Cell::Text(name), Cell::Text(old), Cell::Text(new)] = row else {
        return None;
    };
    let short = |text: &str| text.chars().take(40).collect::<String>();
    (what == SETTING).then(|| format!("{name} from {} to {}", short(old), short(new)))
}

/// Findings that claims rest on first, with the claims' names; and how many those are.
fn by_claims(moved: Table, old: &Results, new: &Results) -> Outcome<(Table, usize)> {
    let behind = settings::behind(old, new)?;
    let mut columns = moved.columns.clone();
    columns.push(model::Column {
        name: "claims".to_owned(),
        heading: String::new(),
        kind: Kind::Text,
        unit: String::new(),
    });
    let named = |mut row: Vec<Cell>| {
        let claims = match &row[0] {
            Cell::Text(id) => behind
                .get(id)
                .map(|claims| claims.iter().cloned().collect::<Vec<_>>().join(", ")),
            _ => None,
        };
        row.push(claims.clone().into());
        (claims.is_none(), row)
    };
    let mut rows: Vec<(bool, Vec<Cell>)> = moved.rows.into_iter().map(named).collect();
    rows.sort_by_key(|(other, _)| *other);
    let count = rows.iter().filter(|(other, _)| !other).count();
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    Ok((
        Table {
            columns,
            rows,
            id: moved.id,
            title: moved.title,
        },
        count,
    ))
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
    let mut found = OnDraws::new();
    for mut row in rows(results, "draws-survival")? {
        let key = [row.take("claim")?, row.take("scenario")?, row.take("test")?];
        found.insert(key, row.take("conclusion")?);
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

fn by_claim(judged: &ByScenario) -> ways::ByClaim {
    let mut claims = ways::ByClaim::new();
    for ((claim, scenario), one) in judged {
        let claim = claims.entry(claim.clone()).or_default();
        claim.0.clone_from(&one.text);
        claim.1.insert(scenario.clone(), one.verdict.clone());
    }
    claims
}

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
fn inputs(old: &Results, new: &Results) -> Outcome<Table> {
    let text = |name| (name, Kind::Text, "");
    let columns = [text("what"), text("name"), text("old"), text("new")];
    let mut table = Table::new("inputs", "What the runs were made from, where it differs", &columns);
    let (a, b) = (&old.manifest, &new.manifest);
    let mut tell = |what: &str, name: &str, old: &str, new: &str| {
        if old != new {
            table.push(vec![what.into(), name.into(), old.into(), new.into()]);
        }
    };
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
    tell(STUDY_FILE, &b.study, &a.study_sha256, &b.study_sha256);
    for [name, old, new] in settings::changed(old, new)? {
        tell(SETTING, &name, &old, &new);
    }
    Ok(table)
}
