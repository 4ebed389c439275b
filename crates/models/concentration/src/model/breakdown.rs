use ::model::Notes;
use model::{Coverage, Input};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trade::{Decimal3, Economy, EconomyKind, Flow, Period, Record, TOTAL, Usd};

/// The figures of one year and direction by partner, as published.
#[derive(Debug, Clone)]
pub(super) struct Breakdown {
    pub reporter: Economy,
    pub flow: Flow,
    pub period: Period,
    pub coverage: Coverage,
    pub partners: BTreeMap<Economy, Figure>,
    /// Published totals of all partners, by the world they speak of.
    pub worlds: BTreeMap<Economy, Figure>,
    /// How a two-way figure came about, where it was not published.
    pub derived: bool,
}

/// One partner's figure.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Figure {
    /// The distinct values published, each with the unit to which it was rounded.
    values: BTreeSet<(Usd, Usd)>,
    /// The distinct shares published, in per cent, with their compilers.
    shares: BTreeSet<(Decimal3, Arc<str>)>,
    compilers: BTreeSet<Arc<str>>,
}

/// What a figure says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Known {
    /// A value.
    Value(Usd),
    /// A share of the total in per cent, by this compiler, and no value.
    Share(Decimal3, Arc<str>),
    /// Compilers that disagree, or two figures by one.
    Conflict(String),
}

impl Figure {
    fn add(&mut self, record: &Record) {
        self.compilers.insert(record.compiler.clone());
        self.values.extend(
            record
                .value
                .map(|value| (value, record.rounded_to.unwrap_or(Usd::ZERO))),
        );
        self.shares
            .extend(record.share_percent.map(|share| (share, record.compiler.clone())));
    }

    fn of_value(value: Usd, compilers: BTreeSet<Arc<str>>) -> Self {
        Figure {
            values: BTreeSet::from([(value, Usd::ZERO)]),
            shares: BTreeSet::new(),
            compilers,
        }
    }

    /// A value goes before a share: it has more digits. Of several values the least rounded
    /// stands, if the others agree with it within half of what they were rounded to.
    pub fn known(&self) -> Known {
        let shares: BTreeSet<Decimal3> = self.shares.iter().map(|(share, _)| *share).collect();
        match (self.finest(), self.shares.first(), shares.len()) {
            (Some(value), _, _) => return Known::Value(value),
            (None, Some((share, compiler)), 1) if self.values.is_empty() => {
                return Known::Share(*share, compiler.clone());
            }
            _ => {}
        }
        let compilers: Vec<&str> = self.compilers.iter().map(|c| &**c).collect();
        let figures = self.values.len().max(shares.len());
        Known::Conflict(format!("{figures} different figures ({})", compilers.join(", ")))
    }

    fn finest(&self) -> Option<Usd> {
        let (finest, _) = self.values.iter().min_by_key(|(value, unit)| (*unit, *value))?;
        let agrees = |(value, unit): &(Usd, Usd)| {
            2 * (*value - *finest).thousandths().unsigned_abs() <= unit.thousandths().unsigned_abs()
        };
        self.values.iter().all(agrees).then_some(*finest)
    }

    /// Whether this compiler published it.
    pub fn is_of(&self, compiler: &Arc<str>) -> bool {
        self.compilers.contains(compiler)
    }

    fn value(&self) -> Option<Usd> {
        match self.known() {
            Known::Value(value) => Some(value),
            _ => None,
        }
    }
}

type Key = (Economy, Flow, Period);

/// The breakdowns by partner of an input, in order of reporter, flow and period: annual
/// figures for all products together.
pub(super) fn breakdowns(input: &Input<'_>) -> (Vec<Breakdown>, Notes) {
    let mut notes = Notes::default();
    let mut found: BTreeMap<Key, Breakdown> = BTreeMap::new();
    for record in input.flows {
        if !belongs(record, input) {
            continue;
        }
        let kind = trade::economies().get(record.partner).map(|e| e.kind);
        if kind == Some(EconomyKind::Group) && !record.partner.is_world() {
            notes.add(format!(
                "{} is a group of partners: its figures are set aside",
                record.partner
            ));
            continue;
        }
        if record.partner == record.reporter {
            notes.add("figures of an economy's trade with itself are set aside");
            continue;
        }
        if record.value.is_none() && record.share_percent.is_none() {
            notes.add("figures with neither a value nor a share are set aside");
            continue;
        }
        if kind == Some(EconomyKind::Unspecified) {
            notes.add(format!(
                "{} is not one economy, but counts as one partner",
                record.partner
            ));
        }
        let key = (record.reporter, record.flow, record.period);
        let breakdown = found.entry(key).or_insert_with(|| empty(key, input.coverage));
        let side = if record.partner.is_world() {
            &mut breakdown.worlds
        } else {
            &mut breakdown.partners
        };
        side.entry(record.partner).or_default().add(record);
    }
    two_way(&mut found, input.coverage);
    // A total alone is not broken down at all.
    (
        found
            .into_values()
            .filter(|breakdown| !breakdown.partners.is_empty())
            .collect(),
        notes,
    )
}

fn belongs(record: &Record, input: &Input<'_>) -> bool {
    record.period.is_annual()
        && &*record.product == TOTAL
        && matches!(record.flow, Flow::Export | Flow::Import | Flow::TwoWay)
        && input.economy.is_none_or(|economy| economy == record.reporter)
}

fn empty((reporter, flow, period): Key, coverage: Coverage) -> Breakdown {
    Breakdown {
        reporter,
        flow,
        period,
        coverage,
        partners: BTreeMap::new(),
        worlds: BTreeMap::new(),
        derived: false,
    }
}

/// Adds two-way figures, exports plus imports, where none was published.
fn two_way(found: &mut BTreeMap<Key, Breakdown>, coverage: Coverage) {
    let both: Vec<(Economy, Period)> = found
        .keys()
        .filter(|(reporter, flow, period)| {
            *flow == Flow::Export && found.contains_key(&(*reporter, Flow::Import, *period))
        })
        .map(|(reporter, _, period)| (*reporter, *period))
        .collect();
    for (reporter, period) in both {
        let (Some(exports), Some(imports)) = (
            found.get(&(reporter, Flow::Export, period)),
            found.get(&(reporter, Flow::Import, period)),
        ) else {
            continue;
        };
        let partners = sums(&exports.partners, &imports.partners, coverage);
        let worlds = sums(&exports.worlds, &imports.worlds, Coverage::Partial);
        let key = (reporter, Flow::TwoWay, period);
        let total = found.entry(key).or_insert_with(|| empty(key, coverage));
        total.derived = true;
        for (side, sums) in [(&mut total.partners, partners), (&mut total.worlds, worlds)] {
            for (partner, figure) in sums {
                side.entry(partner).or_insert(figure);
            }
        }
    }
}

/// Exports plus imports by partner. When every partner is listed, one that stands in one
/// direction only has no trade in the other; else the other direction is unknown.
fn sums(
    exports: &BTreeMap<Economy, Figure>,
    imports: &BTreeMap<Economy, Figure>,
    coverage: Coverage,
) -> BTreeMap<Economy, Figure> {
    let names: BTreeSet<Economy> = exports.keys().chain(imports.keys()).copied().collect();
    let none = Figure::default();
    let mut sums = BTreeMap::new();
    for name in names {
        let sides = [exports.get(&name), imports.get(&name)];
        let (sold, bought) = (sides[0].unwrap_or(&none), sides[1].unwrap_or(&none));
        let compilers: BTreeSet<Arc<str>> = sold.compilers.union(&bought.compilers).cloned().collect();
        let figure = match (sides, sold.value(), bought.value()) {
            (_, Some(sold), Some(bought)) => Figure::of_value(sold + bought, compilers),
            ([_, None], Some(only), _) | ([None, _], _, Some(only)) if coverage == Coverage::Complete => {
                Figure::of_value(only, compilers)
            }
            // With complete coverage a side that is unclear makes the sum unclear.
            _ if coverage == Coverage::Complete => {
                let values = sold.values.union(&bought.values).copied().collect();
                let shares = sold.shares.union(&bought.shares).cloned().collect();
                let figure = Figure {
                    values,
                    shares,
                    compilers,
                };
                if figure.value().is_some() { continue } else { figure }
            }
            _ => continue,
        };
        sums.insert(name, figure);
    }
    sums
}
