use ::model::{Coverage, Input};
use std::collections::{BTreeMap, BTreeSet};
use trade::{Economy, EconomyKind, Flow, Record, TOTAL, Usd};

/// The annual totals of one economy.
#[derive(Debug, Clone)]
pub(super) struct History {
    /// Every year from the first to the last of which anything is known.
    pub years: BTreeMap<i16, Year>,
    /// What was set aside, and why.
    pub notes: Vec<String>,
}

/// One year's totals.
#[derive(Debug, Clone)]
pub(super) struct Year {
    pub exports: Total,
    pub imports: Total,
    /// Two-way trade as published, where it was.
    pub two_way: Total,
}

/// A total, or why there is none.
pub(super) type Total = Result<Known, String>;

/// A known total.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Known {
    pub value: Usd,
    /// How it came about.
    pub source: String,
}

/// The values given for each partner of one year and flow; more than one is a conflict.
type Figures = BTreeMap<Economy, BTreeSet<Option<Usd>>>;

impl History {
    /// Reads the annual figures for all products of `reporter`.
    pub fn read(input: &Input<'_>, reporter: Economy) -> Self {
        let mut figures: BTreeMap<(i16, Flow), Figures> = BTreeMap::new();
        let mut groups: BTreeSet<Economy> = BTreeSet::new();
        for record in input.flows.iter().filter(|r| belongs(r, reporter)) {
            let kind = trade::economies().get(record.partner).map(|e| e.kind);
            if kind == Some(EconomyKind::Group) && !record.partner.is_world() {
                groups.insert(record.partner);
                continue;
            }
            let year = figures.entry((record.period.year(), record.flow)).or_default();
            year.entry(record.partner).or_default().insert(record.value);
        }
        let span = figures.keys().map(|k| k.0);
        let (first, last) = (span.clone().min().unwrap_or(1), span.max().unwrap_or(0));
        let total = |year, flow| total(figures.get(&(year, flow)), year, flow, input.coverage);
        let year = |y| {
            let year = Year {
                exports: total(y, Flow::Export),
                imports: total(y, Flow::Import),
                two_way: total(y, Flow::TwoWay),
            };
            (y, year)
        };
        History {
            years: (first..=last).map(year).collect(),
            notes: groups
                .iter()
                .map(|g| format!("{g} is a group of partners: its figures are not added to the totals of {reporter}"))
                .collect(),
        }
    }
}

fn belongs(record: &Record, reporter: Economy) -> bool {
    record.reporter == reporter
        && record.partner != reporter
        && record.period.is_annual()
        && &*record.product == TOTAL
        && matches!(record.flow, Flow::Export | Flow::Import | Flow::TwoWay)
}

fn total(figures: Option<&Figures>, year: i16, flow: Flow, coverage: Coverage) -> Total {
    let words = match flow {
        Flow::Export => "exports",
        Flow::Import => "imports",
        _ => "two-way trade",
    };
    let Some(figures) = figures else {
        return Err(format!("no figure for {words} in {year}"));
    };
    match coverage {
        Coverage::Complete => sum(figures, year, words),
        Coverage::Partial => world(figures, year, words),
    }
}

/// The sum over partners; unknown if any part of it is.
fn sum(figures: &Figures, year: i16, words: &str) -> Total {
    let mut value = Usd::ZERO;
    let mut partners = 0;
    for (partner, values) in figures.iter().filter(|(p, _)| !p.is_world()) {
        value += one(*partner, values, year, words)?;
        partners += 1;
    }
    if partners == 0 {
        return Err(format!("no partner is listed for {words} in {year}"));
    }
    Ok(Known {
        value,
        source: "sum over partners".to_owned(),
    })
}

/// The published total. One that leaves an economy out is completed by that economy's own
/// figure where the scenario has it.
fn world(figures: &Figures, year: i16, words: &str) -> Total {
    if let Some(values) = figures.get(&Economy::WORLD) {
        let value = one(Economy::WORLD, values, year, words)?;
        return Ok(Known {
            value,
            source: "published total, WLD".to_owned(),
        });
    }
    let mut worlds = figures.iter().filter(|(p, _)| p.is_world());
    let Some((world, values)) = worlds.next() else {
        return Err(format!(
            "no total is published for {words} in {year}, and the list of partners is not complete"
        ));
    };
    if let Some((other, _)) = worlds.next() {
        return Err(format!(
            "two totals for {words} in {year}, {world} and {other}: the scenario must choose one"
        ));
    }
    let value = one(*world, values, year, words)?;
    match world
        .world_without()
        .and_then(|rest| figures.get(&rest).map(|values| (rest, values)))
    {
        None => Ok(Known {
            value,
            source: format!("published total, {world}"),
        }),
        Some((rest, values)) => {
            let value = value + one(rest, values, year, words)?;
            Ok(Known {
                value,
                source: format!("published total, {world}, and {rest}"),
            })
        }
    }
}

fn one(partner: Economy, values: &BTreeSet<Option<Usd>>, year: i16, words: &str) -> Result<Usd, String> {
    let known: Vec<Usd> = values.iter().copied().flatten().collect();
    match known.as_slice() {
        [value] => Ok(*value),
        [] => Err(format!("the figure of {partner} for {words} in {year} has no value")),
        [first, second, ..] => Err(format!(
            "the figures of {partner} for {words} in {year} disagree: {first} and {second} USD"
        )),
    }
}
