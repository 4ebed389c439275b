//! `counterflow mirror margins`: what is taken off import reports, and the equation behind it.

use super::margin::{AllMargins, Equation, MarginArguments};
use super::world::{Excluded, World};
use crate::fail::Outcome;
use crate::output::Output;
use mirror::levels::Level;
use mirror::margins::{Fixed, Ground, Margins, fob, removal};
use mirror::pairing::Pair;
use model::{Cell, Kind, Table};
use report::Format;
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use std::collections::BTreeMap;
use std::process::ExitCode;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    margin: &'a str,
    fixed: BTreeMap<&'static str, f64>,
    equations: Vec<EquationJson>,
    valuation: BTreeMap<&'static str, usize>,
    margins: Rows<'a>,
    excluded: &'a Excluded,
}

#[derive(Serialize)]
struct EquationJson {
    level: String,
    form: String,
    dependent: &'static str,
    outliers: String,
    n: usize,
    dropped: usize,
    flows: usize,
    skipped: BTreeMap<&'static str, usize>,
    economies: Option<usize>,
    connected_parts: Option<usize>,
    r_squared: Option<f64>,
    median_margin: Option<f64>,
    median_margin_low: Option<f64>,
    median_margin_high: Option<f64>,
    covariance: Option<String>,
    coefficients: Vec<CoefficientJson>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct CoefficientJson {
    term: String,
    estimate: f64,
    std_error: f64,
    statistic: Option<f64>,
    p_value: Option<f64>,
    conf_low: f64,
    conf_high: f64,
}

/// Prints the equations of every level, and what is removed from every import report.
pub fn run(world: &World, arguments: &MarginArguments, output: &Output) -> Outcome {
    world.tell(output);
    let all = AllMargins::of(world, arguments)?;
    // The equations are told also where a fixed margin is taken.
    let fitted;
    let equations = if all.equations().is_empty() {
        fitted = arguments.fit_levels(world)?;
        &fitted
    } else {
        all.equations()
    };
    if output.format == Format::Json {
        let mut valuation: BTreeMap<&str, usize> = BTreeMap::new();
        for pair in &world.pairing.pairs {
            *valuation.entry(removal(pair, all.margin(pair)).1.as_str()).or_default() += 1;
        }
        output.json(&Document {
            format: "counterflow mirror margins 1",
            margin: &arguments.margin,
            fixed: Fixed::ALL.iter().map(|f| (f.name(), f.margin())).collect(),
            equations: equations.iter().map(|(level, e)| told(*level, e, arguments)).collect(),
            valuation,
            margins: Rows { world, all: &all },
            excluded: world.excluded(),
        })?;
    } else {
        for (level, equation) in equations {
            if let Err(why) = &equation.fitted {
                output.say(&format!("note: no equation of level {}: {why}", level.name()));
            }
        }
        output.table(&table(equations))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told(level: Level, equation: &Equation, arguments: &MarginArguments) -> EquationJson {
    let fitted = equation.fitted.as_ref().ok();
    let s = &equation.skipped;
    EquationJson {
        level: level.name(),
        form: arguments.equation.clone(),
        dependent: if arguments.unit_values {
            "ln(UV_m/UV_x)"
        } else {
            "ln(M/X)"
        },
        outliers: equation.specification.outliers.describe(),
        n: fitted.map_or(0, |m| m.observations),
        dropped: fitted.map_or(0, |m| m.dropped),
        flows: equation.flows,
        skipped: BTreeMap::from([
            ("zero", s.zero),
            ("not_cif", s.not_cif),
            ("no_distance", s.no_distance),
            ("small", s.small),
            ("no_weight", s.no_weight),
        ]),
        economies: fitted.map(|m| m.economies),
        connected_parts: fitted.map(|m| m.components),
        r_squared: fitted.and_then(|m| m.r_squared),
        median_margin: fitted.map(|m| m.median_margin),
        median_margin_low: fitted.map(|m| m.median_margin_interval.0),
        median_margin_high: fitted.map(|m| m.median_margin_interval.1),
        covariance: fitted.map(|m| m.record.kind.to_string()),
        coefficients: fitted.map(|m| coefficients(m, equation)).unwrap_or_default(),
        reason: equation.fitted.as_ref().err().cloned(),
    }
}

fn coefficients(margins: &Margins, equation: &Equation) -> Vec<CoefficientJson> {
    let row = |c: &regress::Coefficient| CoefficientJson {
        term: term(&c.term, equation),
        estimate: c.estimate,
        std_error: c.std_error,
        statistic: c.statistic,
        p_value: c.p_value,
        conf_low: c.conf_low,
        conf_high: c.conf_high,
    };
    margins.coefficients.iter().map(row).collect()
}

/// A product's effect by its code: `product 27`.
fn term(term: &str, equation: &Equation) -> String {
    let number = term.strip_prefix("product ").and_then(|n| n.parse().ok());
    match number.and_then(|n| equation.product(n)) {
        Some(code) => format!("product {code}"),
        None => term.to_owned(),
    }
}

/// What is removed from each import report, made while it is written.
struct Rows<'a> {
    world: &'a World,
    all: &'a AllMargins,
}

#[derive(Serialize)]
struct Row {
    period: String,
    exporter: String,
    importer: String,
    product: String,
    export_value: Option<f64>,
    import_value: f64,
    margin: f64,
    import_fob: f64,
    valuation: &'static str,
}

fn row(world: &World, all: &AllMargins, pair: &Pair) -> Option<Row> {
    let import_value = pair.import.as_ref()?.amount();
    let (margin, ground): (f64, Ground) = removal(pair, all.margin(pair));
    Some(Row {
        period: pair.key.period.to_string(),
        exporter: world.name(pair.key.exporter),
        importer: world.name(pair.key.importer),
        product: pair.key.product.to_string(),
        export_value: pair.export.as_ref().map(mirror::pairing::Report::amount),
        import_value,
        margin,
        import_fob: fob(import_value, margin),
        valuation: ground.as_str(),
    })
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for pair in &self.world.pairing.pairs {
            if let Some(row) = row(self.world, self.all, pair) {
                list.serialize_element(&row)?;
            }
        }
        list.end()
    }
}

/// The coefficients of every level's equation.
fn table(equations: &BTreeMap<Level, Equation>) -> Table {
    let number = |name| (name, Kind::Number, "");
    let columns = [
        ("level", Kind::Text, ""),
        ("term", Kind::Text, ""),
        number("estimate"),
        number("std_error"),
        number("conf_low"),
        number("conf_high"),
        number("p_value"),
        ("n", Kind::Integer, ""),
        ("dropped", Kind::Integer, ""),
        number("r_squared"),
        ("connected_parts", Kind::Integer, ""),
        number("median_margin"),
    ];
    let mut table = Table::new("margins", "The CIF/FOB equation", &columns);
    for (level, equation) in equations {
        let Ok(margins) = &equation.fitted else { continue };
        for c in coefficients(margins, equation) {
            let mut cells: Vec<Cell> = vec![level.name().into(), c.term.into()];
            cells.extend([c.estimate, c.std_error, c.conf_low, c.conf_high].map(Cell::from));
            cells.push(c.p_value.into());
            cells.extend([(margins.observations as i64).into(), (margins.dropped as i64).into()]);
            cells.extend([
                margins.r_squared.into(),
                (margins.components as i64).into(),
                margins.median_margin.into(),
            ]);
            table.push(cells);
        }
    }
    table
}
