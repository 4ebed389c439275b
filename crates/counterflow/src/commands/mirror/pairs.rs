//! `counterflow mirror pairs`: every flow with its two reports and all measures of their gap.

use super::gaps::Summary;
use super::world::{Excluded, World};
use crate::fail::Outcome;
use crate::output::Output;
use mirror::gaps::{Gap, Undefined, gap_of};
use mirror::levels::Level;
use mirror::pairing::{Pair, Report};
use model::{Cell, Kind, Table};
use report::Format;
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use std::collections::BTreeMap;
use std::process::ExitCode;
use trade::Decimal3;

/// One flow in JSON.
#[derive(Serialize)]
pub struct PairJson {
    period: String,
    exporter: String,
    importer: String,
    product: String,
    classification: Option<&'static str>,
    level: String,
    finest: bool,
    rolled_up: bool,
    flag: &'static str,
    export_value: Option<f64>,
    import_value: Option<f64>,
    gap: Option<f64>,
    relative_gap: Option<f64>,
    log_ratio: Option<f64>,
    normalised_gap: Option<f64>,
    signed_index: Option<f64>,
    accuracy_level: Option<f64>,
    asymmetry_percent: Option<f64>,
    re_export_value: Option<f64>,
    re_import_value: Option<f64>,
    export_net_weight_kg: Option<f64>,
    import_net_weight_kg: Option<f64>,
    reason: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    undefined: BTreeMap<&'static str, String>,
}

impl PairJson {
    /// What a document says of a pair.
    pub fn of(world: &World, pair: &Pair) -> Self {
        let gap = gap_of(pair);
        let undefined: BTreeMap<&str, String> = measures(&gap)
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.err()?.to_string())))
            .collect();
        let amount = |report: &Option<Report>| report.as_ref().map(Report::amount);
        let weight = |report: &Option<Report>| report.as_ref()?.net_weight_kg.map(Decimal3::to_f64);
        PairJson {
            period: pair.key.period.to_string(),
            exporter: world.name(pair.key.exporter),
            importer: world.name(pair.key.importer),
            product: pair.key.product.to_string(),
            classification: pair.key.classification.map(|c| c.as_str()),
            level: Level::of(&pair.key.product).name(),
            finest: pair.finest,
            rolled_up: pair.rolled_up,
            flag: flag(pair),
            export_value: amount(&pair.export),
            import_value: amount(&pair.import),
            gap: gap.absolute.ok(),
            relative_gap: gap.relative.ok(),
            log_ratio: gap.log_ratio.ok(),
            normalised_gap: gap.normalised.ok(),
            signed_index: gap.signed.ok(),
            accuracy_level: gap.accuracy.ok(),
            asymmetry_percent: gap.asymmetry_percent.ok(),
            re_export_value: pair.re_export.map(Decimal3::to_f64),
            re_import_value: pair.re_import.map(Decimal3::to_f64),
            export_net_weight_kg: weight(&pair.export),
            import_net_weight_kg: weight(&pair.import),
            reason: undefined.values().next().cloned(),
            undefined,
        }
    }
}

fn measures(gap: &Gap) -> [(&'static str, Result<f64, Undefined>); 7] {
    [
        ("gap", gap.absolute),
        ("relative_gap", gap.relative),
        ("log_ratio", gap.log_ratio),
        ("normalised_gap", gap.normalised),
        ("signed_index", gap.signed),
        ("accuracy_level", gap.accuracy),
        ("asymmetry_percent", gap.asymmetry_percent),
    ]
}

/// Whose reports there are.
pub fn flag(pair: &Pair) -> &'static str {
    match (&pair.export, &pair.import) {
        (Some(_), Some(_)) => "both",
        (None, Some(_)) => "importer only",
        (Some(_), None) => "exporter only",
        (None, None) => "neither",
    }
}

/// All pairs, made while they are written.
pub struct AllPairs<'a>(pub &'a World);

impl Serialize for AllPairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs = &self.0.pairing.pairs;
        let mut list = serializer.serialize_seq(Some(pairs.len()))?;
        for pair in pairs {
            list.serialize_element(&PairJson::of(self.0, pair))?;
        }
        list.end()
    }
}

/// One flow that one side reported more than once.
#[derive(Serialize)]
pub struct DuplicateJson {
    period: String,
    exporter: String,
    importer: String,
    product: String,
    flow: &'static str,
    values: Vec<f64>,
    resolution: &'static str,
}

/// Every flow that one side reported more than once.
pub fn duplicates(world: &World) -> Vec<DuplicateJson> {
    let duplicates = world.pairing.duplicates.iter().map(|d| DuplicateJson {
        period: d.key.period.to_string(),
        exporter: world.name(d.key.exporter),
        importer: world.name(d.key.importer),
        product: d.key.product.to_string(),
        flow: d.flow.as_str(),
        values: d.values.iter().map(|v| v.to_f64()).collect(),
        resolution: d.resolution.as_str(),
    });
    duplicates.collect()
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    pairs: AllPairs<'a>,
    #[serde(flatten)]
    summary: Summary,
    excluded: &'a Excluded,
    duplicates: Vec<DuplicateJson>,
}

/// Prints the pairs.
pub fn run(world: &World, output: &Output) -> Outcome {
    world.tell(output);
    if output.format == Format::Json {
        output.json(&Document {
            format: "counterflow mirror pairs 1",
            pairs: AllPairs(world),
            summary: Summary::of(world),
            excluded: world.excluded(),
            duplicates: duplicates(world),
        })?;
    } else {
        output.table(&table(world))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The pairs as a table.
fn table(world: &World) -> Table {
    let text = |name| (name, Kind::Text, "");
    let number = |name, unit| (name, Kind::Number, unit);
    // Decimals hold three places; a value with more is told as the number it is.
    let reports = world.pairing.pairs.iter().flat_map(|p| [&p.export, &p.import]);
    let exact = reports.flatten().all(|r| r.beyond == 0.0);
    let money = |name| (name, if exact { Kind::Decimal } else { Kind::Number }, "USD");
    let re_trade = |name| (name, Kind::Decimal, "USD");
    let columns = [
        text("period"),
        text("exporter"),
        text("importer"),
        text("product"),
        money("export_value"),
        money("import_value"),
        money("gap"),
        number("relative_gap", "share of X"),
        number("log_ratio", "ln(M/X)"),
        number("normalised_gap", "share"),
        number("signed_index", "share"),
        number("accuracy_level", "share of M"),
        number("asymmetry_percent", "per cent"),
        re_trade("re_export_value"),
        re_trade("re_import_value"),
        text("flag"),
        text("finest"),
        text("reason"),
    ];
    let mut table = Table::new("pairs", "Exporters' and importers' reports of the same flows", &columns);
    for pair in &world.pairing.pairs {
        let gap = gap_of(pair);
        let value = |report: &Option<Report>| -> Cell {
            match report {
                None => Cell::Missing,
                Some(r) if exact => r.value.into(),
                Some(r) => r.amount().into(),
            }
        };
        let difference = match (&pair.export, &pair.import) {
            (Some(x), Some(m)) if exact => (m.value - x.value).into(),
            _ => gap.absolute.ok().into(),
        };
        let reason = measures(&gap).into_iter().find_map(|(_, value)| value.err());
        let mut row: Vec<Cell> = vec![
            pair.key.period.to_string().into(),
            world.name(pair.key.exporter).into(),
            world.name(pair.key.importer).into(),
            (&*pair.key.product).into(),
            value(&pair.export),
            value(&pair.import),
            difference,
        ];
        row.extend(
            measures(&gap)
                .into_iter()
                .skip(1)
                .map(|(_, value)| Cell::from(value.ok())),
        );
        row.extend([pair.re_export.into(), pair.re_import.into(), flag(pair).into()]);
        row.push(if pair.finest { "yes" } else { "no" }.into());
        row.push(reason.map(|r| r.to_string()).into());
        table.push(row);
    }
    table
}
