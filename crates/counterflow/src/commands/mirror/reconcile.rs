//! `counterflow mirror reconcile`: one figure of two reports, by every rule, with intervals.

use super::groups::{Group, groups};
use super::margin::{AllMargins, MarginArguments};
use super::world::{Excluded, World};
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::Args;
use mirror::pairing::Pair;
use mirror::posterior::Sampling;
use mirror::rules::{Cell as Flow, Rule};
use mirror::simulate::{Measure, Simulation, Spread, simulate};
use model::{Cell, Kind, Table};
use report::Format;
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

/// How two reports become one.
#[derive(Args, Debug, Clone)]
pub struct ReconcileArguments {
    /// Only these rules: importer-first, exporter-first, mean, imf-1.06, ots-1.08, fao-1.12, gehlhar,
    /// growth-lab-published, growth-lab-coded, baci, variance-components.
    #[arg(long = "rule", value_delimiter = ',', value_name = "NAME,...")]
    pub rules: Vec<String>,
    /// Draws of the reporters' errors and of whole worlds; 0 draws no worlds.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub draws: usize,
    /// The seed of the draws.
    #[arg(long, default_value_t = 1, value_name = "SEED")]
    pub seed: u64,
    /// Fit the rules on all years together instead of each by itself; BACI's equation then has year effects.
    #[arg(long)]
    pub pool_years: bool,
    /// Do not list the cells, only totals and concentration.
    #[arg(long)]
    pub no_cells: bool,
    /// How margins are found.
    #[command(flatten)]
    pub margin: MarginArguments,
}

impl ReconcileArguments {
    fn sampling(&self) -> Sampling {
        Sampling {
            seed: self.seed,
            draws: self.draws.max(200),
            ..Sampling::default()
        }
    }
}

/// Reconciles and prints the cells, and what the draws say of totals and concentration.
pub fn run(world: &World, arguments: &ReconcileArguments, output: &Output) -> Outcome {
    world.tell(output);
    let margins = AllMargins::of(world, &arguments.margin)?;
    let groups = groups(world, &margins, &arguments.sampling(), arguments.pool_years);
    check(&groups, &arguments.rules)?;
    for group in &groups {
        if let Err(why) = group.all.components() {
            let (period, level) = (group.period, group.level.name());
            output.say(&format!(
                "note: {period}, level {level}: no intervals and no rule of variance components, since {why}"
            ));
        }
    }
    if output.format == Format::Json {
        let drawn: Vec<Drawn<'_>> = groups.iter().filter_map(|g| Drawn::of(g, arguments)).collect();
        let rules: BTreeMap<&str, &str> = groups
            .iter()
            .flat_map(|g| g.all.rules())
            .map(|rule| (rule.name(), rule.source()))
            .collect();
        output.json(&Document {
            format: "counterflow mirror reconcile 1",
            rules,
            margin: &arguments.margin.margin,
            draws: arguments.draws,
            seed: arguments.seed,
            interval: "95%",
            cells: Cells {
                world,
                groups: &groups,
                arguments,
            },
            conclusions: Conclusions { world, drawn: &drawn },
            witnesses: witnesses(&groups),
            excluded: world.excluded(),
        })?;
    } else {
        output.table(&table(world, &groups, arguments))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses names of rules that do not exist.
fn check(groups: &[Group<'_>], names: &[String]) -> Outcome<()> {
    let known: BTreeSet<&str> = groups.iter().flat_map(|g| g.all.rules()).map(Rule::name).collect();
    match names
        .iter()
        .find(|n| !known.contains(n.as_str()) && *n != "variance-components")
    {
        Some(name) => {
            let known: Vec<&str> = known.into_iter().collect();
            Err(Failure::Usage(format!(
                "--rule: there is no rule `{name}`; there are {}",
                known.join(", ")
            )))
        }
        None => Ok(()),
    }
}

fn asked<'a>(group: &'a Group<'_>, names: &[String]) -> Vec<&'a dyn Rule> {
    let wanted = |rule: &&dyn Rule| names.is_empty() || names.iter().any(|n| n == rule.name());
    group.all.rules().filter(wanted).collect()
}

fn witnesses(groups: &[Group<'_>]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::from([("both", 0), ("importer only", 0), ("exporter only", 0)]);
    for (who, n) in groups.iter().flat_map(|g| g.cells.witnesses()) {
        *counts.entry(who.as_str()).or_default() += n;
    }
    counts
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    rules: BTreeMap<&'static str, &'static str>,
    margin: &'a str,
    draws: usize,
    seed: u64,
    interval: &'static str,
    cells: Cells<'a>,
    conclusions: Conclusions<'a>,
    witnesses: BTreeMap<&'static str, usize>,
    excluded: &'a Excluded,
}

/// The cells, made while they are written.
struct Cells<'a> {
    world: &'a World,
    groups: &'a [Group<'a>],
    arguments: &'a ReconcileArguments,
}

#[derive(Serialize)]
struct CellJson<'a> {
    period: String,
    exporter: String,
    importer: String,
    product: &'a str,
    flag: &'static str,
    export_value: Option<f64>,
    import_value: Option<f64>,
    margin: f64,
    import_fob: Option<f64>,
    estimates: Estimates<'a>,
}

/// A cell's figure by every rule.
struct Estimates<'a> {
    group: &'a Group<'a>,
    rules: &'a [&'a dyn Rule],
    cell: &'a Flow,
}

#[derive(Serialize)]
struct EstimateJson {
    value: f64,
    low: Option<f64>,
    high: Option<f64>,
    export_share: f64,
}

impl Serialize for Estimates<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.rules.len()))?;
        for rule in self.rules {
            let told = self.group.all.figure(*rule, self.cell).map(|figure| EstimateJson {
                value: figure.estimate.value,
                low: figure.interval.map(|i| i.0),
                high: figure.interval.map(|i| i.1),
                export_share: figure.estimate.export_share,
            });
            map.serialize_entry(rule.name(), &told)?;
        }
        map.end()
    }
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for group in self.groups.iter().filter(|_| !self.arguments.no_cells) {
            let rules = asked(group, &self.arguments.rules);
            for (pair, cell) in group.pairs.iter().zip(&group.cells.cells) {
                list.serialize_element(&cell_json(self.world, group, &rules, pair, cell))?;
            }
        }
        list.end()
    }
}

fn cell_json<'a>(
    world: &World,
    group: &'a Group<'a>,
    rules: &'a [&'a dyn Rule],
    pair: &'a Pair,
    cell: &'a Flow,
) -> CellJson<'a> {
    CellJson {
        period: pair.key.period.to_string(),
        exporter: world.name(pair.key.exporter),
        importer: world.name(pair.key.importer),
        product: &pair.key.product,
        flag: cell.witnesses().as_str(),
        export_value: cell.export,
        import_value: cell.import,
        margin: cell.margin,
        import_fob: cell.import_fob(),
        estimates: Estimates { group, rules, cell },
    }
}

/// One group's draws.
struct Drawn<'a> {
    group: &'a Group<'a>,
    simulation: Simulation,
}

impl<'a> Drawn<'a> {
    fn of(group: &'a Group<'a>, arguments: &ReconcileArguments) -> Option<Self> {
        let rules = asked(group, &arguments.rules);
        let simulation = simulate(&group.all, &rules, &group.cells.cells, arguments.draws, arguments.seed)?;
        Some(Drawn { group, simulation })
    }
}

/// What the draws say, made while it is written.
struct Conclusions<'a> {
    world: &'a World,
    drawn: &'a [Drawn<'a>],
}

#[derive(Serialize)]
struct ConclusionJson<'a> {
    period: String,
    level: String,
    measure: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    economy: Option<String>,
    spread_low: f64,
    spread_high: f64,
    rules: BTreeMap<&'a str, SpreadJson>,
}

#[derive(Serialize)]
struct SpreadJson {
    estimate: f64,
    low: f64,
    high: f64,
    mean: f64,
    std_dev: f64,
}

impl From<Spread> for SpreadJson {
    fn from(s: Spread) -> Self {
        SpreadJson {
            estimate: s.estimate,
            low: s.low,
            high: s.high,
            mean: s.mean,
            std_dev: s.std_dev,
        }
    }
}

impl Serialize for Conclusions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for Drawn { group, simulation } in self.drawn {
            let mut one = |measure: &'static str, economy: Option<String>, which: Measure| {
                let spreads = simulation
                    .rules
                    .iter()
                    .filter_map(|r| Some((*r, simulation.spread(r, which)?.into())));
                let rules: BTreeMap<&str, SpreadJson> = spreads.collect();
                if rules.is_empty() {
                    return Ok(());
                }
                // The spread over the rules beside the interval within each.
                let estimates = || rules.values().map(|s| s.estimate);
                list.serialize_element(&ConclusionJson {
                    period: group.period.to_string(),
                    level: group.level.name(),
                    measure,
                    economy,
                    spread_low: estimates().fold(f64::INFINITY, f64::min),
                    spread_high: estimates().fold(f64::NEG_INFINITY, f64::max),
                    rules,
                })
            };
            one("total", None, Measure::Total)?;
            for (i, economy) in group.cells.economies.iter().enumerate() {
                let name = || Some(self.world.name(*economy));
                one("exports", name(), Measure::Exports(i))?;
                one("imports", name(), Measure::Imports(i))?;
                one("export_hhi", name(), Measure::ExportHhi(i))?;
                one("import_hhi", name(), Measure::ImportHhi(i))?;
            }
        }
        list.end()
    }
}

/// The cells as a table: three columns for each rule.
fn table(world: &World, groups: &[Group<'_>], arguments: &ReconcileArguments) -> Table {
    let names: Vec<&str> = groups
        .iter()
        .map(|g| asked(g, &arguments.rules))
        .max_by_key(Vec::len)
        .map(|rules| rules.iter().map(|r| r.name()).collect())
        .unwrap_or_default();
    let mut columns: Vec<(String, Kind, &str)> = ["period", "exporter", "importer", "product", "flag"]
        .map(|name| (name.to_owned(), Kind::Text, ""))
        .to_vec();
    columns.extend(["export_value", "import_value", "import_fob"].map(|n| (n.to_owned(), Kind::Number, "USD")));
    for name in &names {
        columns.extend(["", "_low", "_high"].map(|end| (format!("{name}{end}"), Kind::Number, "USD")));
    }
    let columns: Vec<(&str, Kind, &str)> = columns.iter().map(|(n, k, u)| (n.as_str(), *k, *u)).collect();
    let mut table = Table::new("reconcile", "Reconciled flows, free on board, by rule", &columns);
    for group in groups.iter().filter(|_| !arguments.no_cells) {
        for (pair, cell) in group.pairs.iter().zip(&group.cells.cells) {
            let mut row: Vec<Cell> = vec![
                pair.key.period.to_string().into(),
                world.name(pair.key.exporter).into(),
                world.name(pair.key.importer).into(),
                (&*pair.key.product).into(),
                cell.witnesses().as_str().into(),
            ];
            row.extend([cell.export, cell.import, cell.import_fob()].map(Cell::from));
            for name in &names {
                let figure = group.all.rule(name).and_then(|rule| group.all.figure(rule, cell));
                row.push(figure.map(|f| f.estimate.value).into());
                row.push(figure.and_then(|f| f.interval).map(|i| i.0).into());
                row.push(figure.and_then(|f| f.interval).map(|i| i.1).into());
            }
            table.push(row);
        }
    }
    table
}
