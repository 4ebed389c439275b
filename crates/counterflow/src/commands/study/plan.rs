//! What a dataset lets one ask of an economy.

use super::part::{Goods, lacking};
use super::template::{Asked, Judgeable, Plan, RULES, Side, Told, Turned};
use crate::fail::{Failure, Outcome};
use extract::{OwnTotal, RECONCILED, World};
use std::collections::{BTreeMap, BTreeSet};
use trade::{Economy, EconomyKind, Flow, Record, StageConvention, Status, TOTAL, Usd, economies, product_stages};

/// So many years make a line through them worth a word.
const YEARS_OF_A_TREND: usize = 5;

/// The study of the economy that the dataset has these records about.
pub fn plan(name: &str, economy: Economy, world: &World, records: &[Record], partners: usize) -> Outcome<Plan> {
    let mut told = Vec::new();
    let has = |wanted: &dyn Fn(&Record) -> bool| records.iter().any(wanted);
    // Where partners' reports stand beside its own under the same compiler's name, the total is of the own ones.
    let total = world.own_total(economy);
    let of_partners = has(&|r| r.partner == economy && r.status == Status::Reported);
    if world.is_two_sided() {
        let reports = has(&|r| r.reporter == economy && r.status == Status::Reported);
        if reports {
            told.push(Told::own(economy).with_total(total));
        }
        if of_partners {
            told.extend(Told::partners(economy));
        }
        // Of one report every rule makes the same figure.
        for rule in RULES.into_iter().filter(|_| reports && of_partners) {
            let name = format!("{RECONCILED}{rule}");
            if has(&|r| *r.compiler == *name) {
                told.push(Told::reconciled(rule));
            }
        }
    } else {
        let own_alone = !has(&|r| r.partner == economy);
        told.push(Told::compiled().with_total(if own_alone { total } else { OwnTotal::None }));
    }
    let years = years(economy, records)?;
    if told.is_empty() {
        return Err(Failure::because(format!(
            "the dataset has no reports of trade of {economy}, only estimates of it: a dataset that has its reports, or its partners', is needed"
        )));
    }
    let largest_of = |telling: &dyn Fn(&Record) -> bool| {
        let last = |r: &&Record| r.period.year() == years.1 && exported(economy, r) && telling(r);
        largest(economy, records.iter().filter(last), 1)
    };
    let mut compilers: BTreeSet<&str> = records.iter().map(|r| &*r.compiler).collect();
    compilers.retain(|name| name.starts_with(RECONCILED));
    let mut at_the_top: BTreeSet<Economy> = BTreeSet::new();
    at_the_top.extend(largest_of(&|r| {
        r.reporter == economy && !r.compiler.starts_with(RECONCILED)
    }));
    at_the_top.extend(largest_of(&|r| {
        r.partner == economy && !r.compiler.starts_with(RECONCILED)
    }));
    for compiler in compilers {
        at_the_top.extend(largest_of(&|r| *r.compiler == *compiler));
    }
    let reports = records.iter().filter(|r| !r.compiler.starts_with(RECONCILED));
    let of_last = |r: &&Record| r.period.year() == years.1 && exported(economy, r);
    let buyers = largest(economy, reports.clone().filter(of_last), partners);
    let partners = largest(economy, reports, partners);
    at_the_top.retain(|partner| !partners.contains(partner));
    let own_years = own_years(economy, records, years);
    let asked = asked(economy, world, years, &told, &own_years);
    let last = world.parties(years.1);
    for one in &mut told {
        let lack = [Flow::Export, Flow::Import].map(|flow| lacking(economy, one, flow, &last, years.1));
        let why = lack.into_iter().flatten().map(|lack| lack.why);
        one.part = why.collect::<Vec<_>>().join(", and ");
    }
    let of_last_year =
        |export| has(&|r| r.period.year() == years.1 && exported(economy, r) == export && &*r.product == TOTAL);
    let missing = !own_years.is_empty() && own_years.len() < usize::from(years.1.abs_diff(years.0)) + 1;
    Ok(Plan {
        turned: turned(economy, records, &told, &asked, years, partners.first()),
        name: name.to_owned(),
        economy,
        compiler: world.compilers().into_iter().collect::<Vec<_>>().join(", "),
        partners,
        buyers,
        own_years: if missing {
            years_in_words(&own_years)
        } else {
            String::new()
        },
        other_years: other_years(economy, records, years, &own_years),
        all_years: years_in_words(&records.iter().map(|r| r.period.year()).collect()),
        spans: spans(economy, records, &told, &asked.exports_trend),
        largest: at_the_top.into_iter().collect(),
        years,
        last_has: (of_last_year(true), of_last_year(false)),
        staged: staged(records, years.1),
        products: records.iter().any(|r| &*r.product != TOTAL),
        goods: Goods::of(world, years)?,
        listed: Goods::beside_totals(world, years.1)?,
        asked,
        unidentified: unidentified(economy, records, years.1, &told),
        told,
    })
}

/// Whether a record tells of an export of the economy.
fn exported(economy: Economy, record: &Record) -> bool {
    record.flow
        == if record.reporter == economy {
            Flow::Export
        } else {
            Flow::Import
        }
}

/// Which scenarios have (nearly) all of what each claim needs.
fn asked(
    economy: Economy,
    world: &World,
    (first, last): (i16, i16),
    told: &[Told],
    own_years: &BTreeSet<i16>,
) -> Asked {
    let parties: BTreeMap<i16, extract::Parties> = [first, last].map(|year| (year, world.parties(year))).into();
    let judgeable = |flows: &[Flow], years: &[i16]| {
        let mut found = Judgeable::default();
        for one in told {
            let mut places = years
                .iter()
                .flat_map(|year| flows.iter().map(move |flow| (*year, *flow)));
            let lack = places.find_map(|(year, flow)| lacking(economy, one, flow, &parties[&year], year));
            match lack {
                None => found.scenarios.push(one.id),
                Some(_) => found.lack = found.lack.or(lack),
            }
        }
        found.freight = freight_alone(&found.scenarios);
        found
    };
    let (exports, both) = (&[Flow::Export][..], &[Flow::Export, Flow::Import][..]);
    let mut exports_trend = judgeable(exports, &[first, last]);
    // A trend needs no first year: the economy's own reports tell of the years that they have.
    let whole = |own: &&Told| {
        let lacks = |year: &i16| lacking(economy, own, Flow::Export, &world.parties(*year), *year).is_some();
        own.side() == Side::Own && own_years.len() >= YEARS_OF_A_TREND && !own_years.iter().any(lacks)
    };
    if let Some(own) = told
        .iter()
        .find(whole)
        .filter(|own| !exports_trend.scenarios.contains(&own.id))
    {
        exports_trend.scenarios.insert(0, own.id);
        exports_trend.freight = false;
    }
    Asked {
        exports: judgeable(exports, &[last]),
        imports: judgeable(&[Flow::Import], &[last]),
        both: judgeable(both, &[last]),
        exports_since: judgeable(exports, &[first, last]),
        exports_trend,
        both_since: judgeable(both, &[first, last]),
    }
}

/// The years, from the first to the last that a study compares, in which the economy reports its exports itself.
fn own_years(economy: Economy, records: &[Record], (first, last): (i16, i16)) -> BTreeSet<i16> {
    let own = records
        .iter()
        .filter(|r| r.reporter == economy && r.status == Status::Reported && r.flow == Flow::Export);
    own.map(|r| r.period.year())
        .filter(|year| (first..=last).contains(year))
        .collect()
}

/// Whether ways to count differ in the freight alone that they leave in partners' reports.
fn freight_alone(scenarios: &[&str]) -> bool {
    scenarios.len() > 1 && scenarios.iter().all(|id| id.starts_with("partners"))
}

/// The other years from the first to the last: those of which partners report the economy's exports, and those of which
/// nobody does.
fn other_years(
    economy: Economy,
    records: &[Record],
    (first, last): (i16, i16),
    own: &BTreeSet<i16>,
) -> (String, String) {
    let partners = values(economy, records, "partners", false);
    let others = (first..=last).filter(|year| !own.contains(year));
    let (told, silent): (BTreeSet<i16>, BTreeSet<i16>) = others.partition(|year| partners.contains_key(&(*year, true)));
    (years_in_words(&told), years_in_words(&silent))
}

/// The years of exports that each way to count has, those with the same years together; nothing where all have the same.
fn spans(economy: Economy, records: &[Record], told: &[Told], trend: &Judgeable) -> String {
    let mut of_years: Vec<(BTreeSet<i16>, Vec<&str>)> = Vec::new();
    for one in told.iter().filter(|one| trend.scenarios.contains(&one.id)) {
        let years = values(economy, records, one.id, false).into_keys();
        let years: BTreeSet<i16> = years.filter(|(_, export)| *export).map(|(year, _)| year).collect();
        match of_years.iter_mut().find(|(other, _)| *other == years) {
            Some((_, names)) => names.push(one.short),
            None => of_years.push((years, vec![one.short])),
        }
    }
    if of_years.len() < 2 {
        return String::new();
    }
    let most = of_years.iter().map(|(_, names)| names.len()).max().unwrap_or(0);
    let words = of_years.iter().map(|(years, names)| {
        let whose = match names.len() {
            count if count == most && count > 2 => "the other counts".to_owned(),
            _ => names.join(", "),
        };
        format!("{} ({whose})", years_in_words(years))
    });
    words.collect::<Vec<_>>().join("; ")
}

/// `2009, 2011 to 2014 and 2017`.
fn years_in_words(years: &BTreeSet<i16>) -> String {
    let mut runs: Vec<(i16, i16)> = Vec::new();
    for &year in years {
        match runs.last_mut() {
            Some(run) if run.1 + 1 == year => run.1 = year,
            _ => runs.push((year, year)),
        }
    }
    let words = runs.iter().flat_map(|&(from, to)| match to - from {
        0 | 1 => (from..=to).map(|year| year.to_string()).collect(),
        _ => vec![format!("{from} to {to}")],
    });
    let words: Vec<String> = words.collect();
    match words.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// The values of one telling, by year and direction (`true` for exports) and partner; with `rest`, what partners leave of
/// the economy's own total is the world's.
fn values(
    economy: Economy,
    records: &[Record],
    telling: &str,
    rest: bool,
) -> BTreeMap<(i16, bool), BTreeMap<Economy, f64>> {
    let mut values: BTreeMap<(i16, bool), BTreeMap<Economy, f64>> = BTreeMap::new();
    let totals = records.iter().filter(|r| {
        &*r.product == TOTAL
            && matches!(r.flow, Flow::Export | Flow::Import)
            && !r.partner.is_world()
            && !r.reporter.is_world()
            && r.partner != r.reporter
    });
    for record in totals {
        let own = record.reporter == economy;
        let told = match (telling, record.compiler.strip_prefix(RECONCILED)) {
            ("reported", None) => own,
            ("partners" | "partners-fob", None) => !own,
            ("compiled", None) => true,
            (rule, Some(by)) => rule == by,
            (_, None) => false,
        };
        if told {
            let partner = if own { record.partner } else { record.reporter };
            let place = (record.period.year(), exported(economy, record));
            let sum = values.entry(place).or_default().entry(partner).or_default();
            *sum += record.value.map_or(0.0, Usd::to_f64);
        }
    }
    let own_totals = records
        .iter()
        .filter(|r| rest && r.reporter == economy && r.partner == Economy::WORLD && &*r.product == TOTAL);
    for record in own_totals {
        let partners = values
            .entry((record.period.year(), exported(economy, record)))
            .or_default();
        let named: f64 = partners.values().sum();
        partners.insert(Economy::WORLD, record.value.map_or(0.0, Usd::to_f64) - named);
    }
    values
}

/// The least part of trade in products of one stage of production with which a table of stages says something.
const PART_OF_ONE_STAGE: f64 = 0.1;

/// Whether so much of the last year's trade is in products of one stage.
fn staged(records: &[Record], last: i16) -> bool {
    let of_last = records
        .iter()
        .filter(|r| r.period.year() == last && &*r.product != TOTAL);
    let (mut of_one, mut all) = (0.0, 0.0);
    for record in of_last {
        let value = record.value.map_or(0.0, Usd::to_f64);
        let stages = product_stages(record.classification, &record.product, StageConvention::Cepii);
        of_one += if stages.len() == 1 { value } else { 0.0 };
        all += value;
    }
    of_one > PART_OF_ONE_STAGE * all
}

/// What the first scenario that can tell says of each claim, so that the claim is put as it has it.
fn turned(
    economy: Economy,
    records: &[Record],
    all: &[Told],
    asked: &Asked,
    (first, last): (i16, i16),
    partner: Option<&Economy>,
) -> Turned {
    let told = |can: &Judgeable| {
        let one = can.scenarios.first().and_then(|id| all.iter().find(|t| t.id == *id));
        one.map(|one| values(economy, records, one.id, one.partial))
            .unwrap_or_default()
    };
    let none = BTreeMap::new();
    let total = |of: &BTreeMap<Economy, f64>| of.values().sum::<f64>();
    let (both, exports) = (told(&asked.both), told(&asked.exports));
    let (since, both_since) = (told(&asked.exports_since), told(&asked.both_since));
    let sum = |values: &BTreeMap<(i16, bool), BTreeMap<Economy, f64>>, year, export| {
        values.get(&(year, export)).map_or(0.0, total)
    };
    let partners = exports.get(&(last, true)).unwrap_or(&none);
    let whole = total(partners);
    let is_one = |e: &Economy| mirror::pairing::place_by_table(*e) == mirror::pairing::Place::Economy;
    let largest = partners
        .iter()
        .filter(|(e, _)| is_one(e))
        .map(|(_, v)| *v)
        .fold(0.0, f64::max);
    let share = |year| {
        let of = |export| both_since.get(&(year, export)).unwrap_or(&none);
        let own = |export| partner.and_then(|p| of(export).get(p)).copied().unwrap_or(0.0);
        (own(true) + own(false)) / (total(of(true)) + total(of(false)))
    };
    Turned {
        surplus: sum(&both, last, true) > sum(&both, last, false),
        shrank: sum(&since, last, true) < sum(&since, first, true),
        no_partner: largest <= 0.25 * whole,
        spread: partners
            .iter()
            .filter(|(e, _)| !e.is_world())
            .map(|(_, v)| (v / whole).powi(2))
            .sum::<f64>()
            <= 0.25,
        fell: share(last) < share(first),
    }
}

/// The partners that are no economy, in the economy's own reports, and the flows of the last year that have such:
/// no rule of reconciliation can place them, since no partner's report stands beside them.
fn unidentified(economy: Economy, records: &[Record], last: i16, told: &[Told]) -> (Vec<Economy>, Vec<&'static str>) {
    if !told.iter().any(|t| RULES.contains(&t.id)) {
        return (Vec::new(), Vec::new());
    }
    let kind = |code| economies().get(code).map(|info| info.kind);
    let theirs = |r: &&Record| {
        r.reporter == economy
            && r.status == Status::Reported
            && kind(r.partner) == Some(EconomyKind::Unspecified)
            && r.value.is_some_and(|value| value > Usd::ZERO)
    };
    let codes: BTreeSet<Economy> = records.iter().filter(theirs).map(|r| r.partner).collect();
    let of_last = |flow: Flow| {
        records
            .iter()
            .filter(theirs)
            .any(|r| r.flow == flow && r.period.year() == last)
    };
    let flows = [(Flow::Export, "exports"), (Flow::Import, "imports")];
    let flows: Vec<&str> = flows
        .into_iter()
        .filter(|(flow, _)| of_last(*flow))
        .map(|(_, word)| word)
        .collect();
    (
        if flows.is_empty() {
            Vec::new()
        } else {
            codes.into_iter().collect()
        },
        flows,
    )
}

/// The first year, and the last one in which every telling has figures.
fn years(economy: Economy, records: &[Record]) -> Outcome<(i16, i16)> {
    let mut last: BTreeMap<bool, i16> = BTreeMap::new();
    for record in records.iter().filter(|r| r.status == Status::Reported) {
        let year = last.entry(record.reporter == economy).or_insert(i16::MIN);
        *year = (*year).max(record.period.year());
    }
    let all = || records.iter().map(|r| r.period.year());
    let latest = last.values().min().copied().or(all().max());
    all()
        .min()
        .zip(latest)
        .ok_or_else(|| Failure::because(format!("the dataset has no year with trade of {economy}")))
}

/// The partners with the most trade in these records, as either side tells it.
fn largest<'a>(economy: Economy, records: impl Iterator<Item = &'a Record>, count: usize) -> Vec<Economy> {
    let mut sums: BTreeMap<Economy, Usd> = BTreeMap::new();
    let totals = records.filter(|r| &*r.product == TOTAL && matches!(r.flow, Flow::Export | Flow::Import));
    for record in totals {
        let partner = if record.reporter == economy {
            record.partner
        } else {
            record.reporter
        };
        if mirror::pairing::place_by_table(partner) == mirror::pairing::Place::Economy {
            *sums.entry(partner).or_insert(Usd::ZERO) += record.value.unwrap_or(Usd::ZERO);
        }
    }
    let mut order: Vec<(Economy, Usd)> = sums.into_iter().collect();
    order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    order.into_iter().take(count).map(|(partner, _)| partner).collect()
}
