use super::breakdown::{Breakdown, Known};
use ::model::Notes;
use model::Coverage;
use std::collections::BTreeMap;
use trade::{Decimal3, Economy, Flow, Period, Usd};

/// A breakdown as shares.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub reporter: Economy,
    pub flow: Flow,
    pub period: Period,
    /// The partners with a share of the total.
    pub entries: BTreeMap<Economy, Entry>,
    /// Partners whose figures contradict each other, and how.
    pub conflicts: BTreeMap<Economy, String>,
    /// Whether the entries are all there is.
    pub complete: bool,
    /// Why there are no shares at all, or no indices.
    pub refused: Option<String>,
    /// What stands below the line.
    pub denominator: String,
    /// How two-way figures came about, if this is one that was not published.
    pub two_way: Option<&'static str>,
}

/// One partner's part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    /// Its value, where one was published.
    pub value: Option<Usd>,
    /// Its share of the total, 0 to 1.
    pub share: f64,
    /// Whether the share was published, not computed.
    pub published: bool,
    /// How far rounding may have moved a published share: half of its last digit.
    pub slack: f64,
}

/// Turns figures into shares of the sum over partners (complete coverage) or of the
/// published total (partial coverage).
pub(super) fn view(breakdown: &Breakdown, notes: &mut Notes) -> View {
    let mut view = View {
        reporter: breakdown.reporter,
        flow: breakdown.flow,
        period: breakdown.period,
        entries: BTreeMap::new(),
        conflicts: BTreeMap::new(),
        complete: breakdown.coverage == Coverage::Complete,
        refused: None,
        denominator: String::new(),
        two_way: breakdown.derived.then_some(match breakdown.coverage {
            Coverage::Complete => "exports plus imports; a partner listed in one direction only has that one",
            Coverage::Partial => "exports plus imports where both are known, unless published",
        }),
    };
    for (partner, figure) in &breakdown.partners {
        if let Known::Conflict(how) = figure.known() {
            view.conflicts.insert(*partner, how);
        } else if let Known::Value(value) = figure.known()
            && value < Usd::ZERO
        {
            view.conflicts
                .insert(*partner, format!("a negative value, {value} USD"));
        }
    }
    if view.complete {
        of_partner_sum(breakdown, &mut view, notes);
    } else {
        of_published_total(breakdown, &mut view, notes);
    }
    if let (None, Some((partner, how))) = (&view.refused, view.conflicts.iter().next()) {
        view.refused = Some(format!("{partner} has {how} in this scenario"));
    }
    view
}

fn of_partner_sum(breakdown: &Breakdown, view: &mut View, notes: &mut Notes) {
    view.denominator = "sum over partners".to_owned();
    let mut values: BTreeMap<Economy, Usd> = BTreeMap::new();
    for (partner, figure) in &breakdown.partners {
        match figure.known() {
            Known::Value(value) => {
                values.insert(*partner, value);
            }
            Known::Share(..) => {
                view.refused = Some(format!(
                    "{partner} has a share but no value, so the sum over partners is unknown"
                ));
            }
            Known::Conflict(_) => {}
        }
    }
    let total: Usd = values.values().copied().sum();
    if let Some(Known::Value(world)) = breakdown.worlds.get(&Economy::WORLD).map(|world| world.known()) {
        let percent = 100.0 * total.to_f64() / world.to_f64();
        if (percent - 100.0).abs() > 0.5 {
            notes.add(format!(
                "{} {}: the partners add to {percent:.1}% of the published world total, which is not used",
                breakdown.period, breakdown.flow
            ));
        }
    }
    if view.refused.is_some() || !view.conflicts.is_empty() {
        return;
    }
    if total == Usd::ZERO {
        view.refused = Some("the partners' values add to zero: shares of nothing are not defined".to_owned());
    } else {
        let entry = |value: Usd| Entry {
            slack: 0.0,
            value: Some(value),
            share: quotient(value, total),
            published: false,
        };
        view.entries = values
            .into_iter()
            .map(|(partner, value)| (partner, entry(value)))
            .collect();
    }
}

fn of_published_total(breakdown: &Breakdown, view: &mut View, notes: &mut Notes) {
    let total = match published_total(breakdown) {
        Ok(total) => total,
        Err(reason) => {
            view.refused = Some(reason);
            return;
        }
    };
    let outside = total.and_then(|(name, _)| name.world_without());
    view.denominator = match (total, outside) {
        (Some(_), Some(out)) => format!("published total without {out}"),
        (Some(_), None) => "published total".to_owned(),
        (None, _) => "not published: shares as published only".to_owned(),
    };
    for (partner, figure) in &breakdown.partners {
        if outside == Some(*partner) {
            notes.add(format!(
                "{partner} is outside the published total, which leaves it out: its figures are set aside"
            ));
            view.conflicts.remove(partner);
        } else if !view.conflicts.contains_key(partner)
            && let Some(entry) = part(&figure.known(), total, breakdown, notes)
        {
            view.entries.insert(*partner, entry);
        }
    }
    if view.entries.is_empty() && total.is_none() {
        view.refused = Some("no total of all partners is published in this scenario".to_owned());
    }
}

/// The published total and whose it is: the whole world goes before a world less one economy.
fn published_total(breakdown: &Breakdown) -> Result<Option<(Economy, Usd)>, String> {
    let whole = breakdown.worlds.get_key_value(&Economy::WORLD);
    let world = whole.or_else(|| {
        breakdown
            .worlds
            .iter()
            .find(|(world, _)| world.world_without().is_some())
    });
    let Some((name, figure)) = world else { return Ok(None) };
    match figure.known() {
        Known::Value(total) if total > Usd::ZERO => Ok(Some((*name, total))),
        Known::Value(_) => Err("the published total is zero: shares of nothing are not defined".to_owned()),
        Known::Conflict(how)
            if breakdown
                .partners
                .values()
                .any(|f| matches!(f.known(), Known::Value(_))) =>
        {
            Err(format!("the total with {name} has {how} in this scenario"))
        }
        // Shares as published need no total.
        Known::Conflict(_) | Known::Share(..) => Ok(None),
    }
}

/// A partner's part of the published total.
fn part(known: &Known, total: Option<(Economy, Usd)>, breakdown: &Breakdown, notes: &mut Notes) -> Option<Entry> {
    let published = |percent: &Decimal3, factor: f64| Entry {
        value: None,
        share: percent.thousandths() as f64 / 100_000.0 * factor,
        published: true,
        slack: 0.005 * 0.1_f64.powi(i32::from(percent.scale())) * factor,
    };
    match (known, total) {
        (Known::Value(value), Some((_, total))) => Some(Entry {
            value: Some(*value),
            share: quotient(*value, total),
            published: false,
            slack: 0.0,
        }),
        (Known::Share(percent, _), None) => Some(published(percent, 1.0)),
        (Known::Share(percent, compiler), Some((name, total))) => {
            // A share of the compiler's own total, which may be another one than the scenario's.
            let own = breakdown.worlds.iter().filter(|(_, figure)| figure.is_of(compiler));
            let own = own
                .map(|(world, figure)| (*world, figure.known()))
                .max_by_key(|(world, _)| *world == name);
            match own {
                Some((world, _)) if world == name => Some(published(percent, 1.0)),
                Some((_, Known::Value(base))) => Some(published(percent, quotient(base, total))),
                _ => {
                    notes.add(format!(
                        "shares by {compiler} are of a total that is not here, and are set aside"
                    ));
                    None
                }
            }
        }
        _ => None,
    }
}

/// The nearest number to a / b, for b > 0.
fn quotient(a: Usd, b: Usd) -> f64 {
    a.thousandths() as f64 / b.thousandths() as f64
}
