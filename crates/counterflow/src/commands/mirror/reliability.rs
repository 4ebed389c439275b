//! `counterflow mirror reliability`: how well each economy's reports agree with its partners', by every method.

use super::groups::{Group, groups};
use super::margin::{AllMargins, MarginArguments};
use super::sums::{Reporter, Sums, reporters};
use super::world::{Excluded, World};
use crate::fail::Outcome;
use crate::output::Output;
use clap::Args;
use mirror::connectedness::Components as Parts;
use mirror::posterior::{Sampling, half_width};
use mirror::rules::{Baci, BaciFit, CodedOptions, GrowthLabCoded, GrowthLabPublished};
use model::{Kind, Table};
use report::Format;
use serde::Serialize;
use std::process::ExitCode;
use trade::Economy;

/// How reliability is estimated.
#[derive(Args, Debug, Clone)]
pub struct ReliabilityArguments {
    /// Draws of the reporters' errors.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub draws: usize,
    /// The seed of the draws.
    #[arg(long, default_value_t = 1, value_name = "SEED")]
    pub seed: u64,
    /// All years together instead of each by itself; BACI's equation then has year effects.
    #[arg(long)]
    pub pool_years: bool,
    /// How margins are found.
    #[command(flatten)]
    pub margin: MarginArguments,
}

/// What all methods say of one economy in one period and level.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    gehlhar: Reporter,
    n: usize,
    variance: Option<f64>,
    variance_std_error: Option<f64>,
    sigma: Option<f64>,
    sigma_posterior: Option<f64>,
    interval_factor: Option<f64>,
    baci_variance_exporter: Option<f64>,
    baci_variance_importer: Option<f64>,
    growth_lab_accuracy: Option<f64>,
    growth_lab_coded_exporter: Option<f64>,
    growth_lab_coded_importer: Option<f64>,
    sigma_reason: Option<String>,
}

/// How the reporters of a group are tied together.
#[derive(Serialize)]
struct Connectedness {
    period: String,
    level: String,
    two_sided: usize,
    parts: usize,
    parts_with_odd_cycle: usize,
    undetermined: Option<usize>,
    common_log_ratio: Option<f64>,
    baci_n: usize,
    baci_disconnected: usize,
    baci_products: usize,
    baci_periods: usize,
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    margin: &'a str,
    reporters: Vec<Reporter>,
    by_period: Vec<Row>,
    connectedness: Vec<Connectedness>,
    totals: Sums,
    excluded: &'a Excluded,
}

/// Prints every economy's reliability.
pub fn run(world: &World, arguments: &ReliabilityArguments, output: &Output) -> Outcome {
    world.tell(output);
    let margins = AllMargins::of(world, &arguments.margin)?;
    let sampling = Sampling {
        seed: arguments.seed,
        draws: arguments.draws.max(1),
        ..Sampling::default()
    };
    let groups = groups(world, &margins, &sampling, arguments.pool_years);
    let made: Vec<(Vec<Row>, Connectedness)> = groups.iter().map(|group| of(world, group)).collect();
    let (rows, connectedness): (Vec<Vec<Row>>, Vec<Connectedness>) = made.into_iter().unzip();
    let by_period: Vec<Row> = rows.into_iter().flatten().collect();
    if output.format == Format::Json {
        output.json(&Document {
            format: "counterflow mirror reliability 1",
            margin: &arguments.margin.margin,
            reporters: reporters(world, world.told_once(), None)
                .into_iter()
                .map(|(_, row)| row)
                .collect(),
            by_period,
            connectedness,
            totals: Sums::of(world.told_once()),
            excluded: world.excluded(),
        })?;
    } else {
        output.table(&table(&by_period))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn of(world: &World, group: &Group<'_>) -> (Vec<Row>, Connectedness) {
    let cells = &group.cells.cells;
    let baci = Baci::new(cells);
    let published = GrowthLabPublished::new(cells);
    let coded = GrowthLabCoded::new(cells, CodedOptions::default());
    let about = (group.period.to_string(), group.level.name());
    let indices = reporters(world, group.pairs.iter().copied(), Some(about));
    let place = |economy: &Economy| group.cells.economies.binary_search(economy);
    let components = group.all.components();
    let rows = indices.into_iter().filter_map(|(economy, gehlhar)| {
        let i = place(&economy).ok()?;
        let estimates = components.as_ref().ok().map(|c| &c.estimates);
        let of = |list: Option<&Vec<Option<f64>>>| list.and_then(|l| l.get(i).copied().flatten());
        let posterior = components.as_ref().ok().map(|c| c.variance(i));
        let n = estimates.and_then(|e| e.n.get(i).copied()).unwrap_or(0);
        let variance = of(estimates.map(|e| &e.variance));
        let scored = |value: f64| Some(value).filter(|_| n > 0);
        let (exporter, importer) = baci.variances(i);
        let reason = match &components {
            Err(why) => Some(why.to_string()),
            Ok(_) if variance.is_none() => Some(
                "its two-sided flows do not tell its error from its partners': the posterior is that of the others"
                    .to_owned(),
            ),
            Ok(_) => None,
        };
        Some(Row {
            gehlhar,
            n,
            variance,
            variance_std_error: of(estimates.map(|e| &e.std_error)),
            sigma: variance.map(f64::sqrt),
            sigma_posterior: posterior.map(|p| p.0.sqrt()),
            interval_factor: posterior.map(|p| half_width(p.0, p.1, 1.959_963_984_540_054).exp()),
            baci_variance_exporter: exporter,
            baci_variance_importer: importer,
            growth_lab_accuracy: published.accuracy(i).and_then(scored),
            growth_lab_coded_exporter: coded.exporter_score(i),
            growth_lab_coded_importer: coded.importer_score(i),
            sigma_reason: reason,
        })
    });
    (rows.collect(), connectedness(group, baci.fit()))
}

fn connectedness(group: &Group<'_>, baci: BaciFit) -> Connectedness {
    let edges: Vec<(usize, usize)> = group
        .cells
        .cells
        .iter()
        .filter(|c| c.export.is_some_and(|x| x > 0.0) && c.import.is_some_and(|m| m > 0.0))
        .map(|c| (c.exporter, c.importer))
        .collect();
    let parts = Parts::of(group.cells.economies.len(), &edges);
    let alone = |part: &usize| !edges.iter().any(|(a, _)| parts.of_node[*a] == *part);
    let components = group.all.components().ok();
    Connectedness {
        period: group.period.to_string(),
        level: group.level.name(),
        two_sided: edges.len(),
        parts: (0..parts.count()).filter(|p| !alone(p)).count(),
        parts_with_odd_cycle: parts.bipartite.iter().filter(|b| !**b).count(),
        undetermined: components.map(|c| c.estimates.undetermined),
        common_log_ratio: components.map(|c| -c.posterior().common),
        baci_n: baci.n,
        baci_disconnected: baci.disconnected,
        baci_products: baci.products,
        baci_periods: baci.periods,
    }
}

fn table(rows: &[Row]) -> Table {
    let text = |name| (name, Kind::Text, "");
    let number = |name, unit| (name, Kind::Number, unit);
    let columns = [
        text("period"),
        text("level"),
        text("economy"),
        number("rix", "per cent"),
        number("rim", "per cent"),
        number("rix_without_worst", "per cent"),
        number("rim_without_worst", "per cent"),
        ("n", Kind::Integer, ""),
        number("sigma", "ln"),
        number("sigma_posterior", "ln"),
        number("interval_factor", "ratio"),
        number("baci_variance_exporter", ""),
        number("baci_variance_importer", ""),
        number("growth_lab_accuracy", ""),
        number("growth_lab_coded_exporter", ""),
        number("growth_lab_coded_importer", ""),
    ];
    let mut table = Table::new("reliability", "Reliability of reporters", &columns);
    for row in rows {
        let g = &row.gehlhar;
        table.push(vec![
            g.period.clone().into(),
            g.level.clone().into(),
            g.economy.clone().into(),
            g.rix.into(),
            g.rim.into(),
            g.rix_without_worst.into(),
            g.rim_without_worst.into(),
            (row.n as i64).into(),
            row.sigma.into(),
            row.sigma_posterior.into(),
            row.interval_factor.into(),
            row.baci_variance_exporter.into(),
            row.baci_variance_importer.into(),
            row.growth_lab_accuracy.into(),
            row.growth_lab_coded_exporter.into(),
            row.growth_lab_coded_importer.into(),
        ]);
    }
    table
}
