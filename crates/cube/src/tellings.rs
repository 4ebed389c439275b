//! Judging whether rows tell the same trade more than once, before any of them is summed.

use crate::column::{Column, Condition, Part, Recode, Wanted};
use crate::engine::sum_parts;
use crate::plan::{Facts, Layout, Plan};
use crate::source::Source;
use crate::{Dimension, Error, Level, Query, Result};
use std::collections::{BTreeMap, BTreeSet};
use trade::{Classification, TOTAL};

/// How a row tells trade, in what may overlap. The product level is the classification with the
/// code's length; 0 for all products together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Telling {
    pub compiler: String,
    pub basis: String,
    pub flow: String,
    pub classification: String,
    pub product_length: usize,
    /// 0 for a period that does not start with its year.
    pub period_months: usize,
    pub reporter: Together,
    pub partner: Together,
}

/// Whether a side of trade is one economy or several together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Together {
    Single,
    Group,
    World,
}

impl Together {
    /// As [`Recode::Together`] writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Together::Single => "",
            Together::Group => "group",
            Together::World => "world",
        }
    }

    fn of(word: &str) -> Together {
        let all = [Together::Group, Together::World];
        all.into_iter()
            .find(|side| side.word() == word)
            .unwrap_or(Together::Single)
    }
}

/// A side of trade, and what its rows of several economies are called where they are left out.
struct Side {
    dimension: Dimension,
    of: fn(&Telling) -> Together,
    left_out: [(Together, &'static str); 2],
}

const SIDES: [Side; 2] = [
    Side {
        dimension: Dimension::Reporter,
        of: |telling| telling.reporter,
        left_out: [
            (Together::Group, "groups of reporters beside their members"),
            (Together::World, "totals over reporters beside their parts"),
        ],
    },
    Side {
        dimension: Dimension::Partner,
        of: |telling| telling.partner,
        left_out: [
            (Together::Group, "groups of partners beside their members"),
            (Together::World, "totals over partners beside their parts"),
        ],
    },
];

/// What may be summed.
pub(crate) struct Verdict {
    /// What rows must fulfil beside the query's own conditions.
    pub conditions: Vec<Condition>,
    /// Records that do not, by what they are.
    pub set_aside: BTreeMap<String, u64>,
}

/// The columns in which rows may overlap, and what of them tells.
pub(crate) fn telling_parts() -> Vec<Part> {
    let part = |column, recode| Part { column, recode };
    vec![
        Part::same(Column::Compiler),
        Part::same(Column::Basis),
        Part::same(Column::Flow),
        Part::same(Column::Classification),
        part(Column::Product, Recode::Length),
        part(Column::Month, Recode::Absent),
        Part::same(Column::Months),
        part(Column::Reporter, Recode::Together),
        part(Column::Partner, Recode::Together),
    ]
}

impl Telling {
    /// The telling that the words of [`telling_parts`] say.
    fn of(words: &[String]) -> Option<Telling> {
        let [
            compiler,
            basis,
            flow,
            classification,
            length,
            whole,
            months,
            reporter,
            partner,
        ] = words
        else {
            return None;
        };
        Some(Telling {
            compiler: compiler.clone(),
            basis: basis.clone(),
            flow: flow.clone(),
            classification: classification.clone(),
            product_length: length.parse().ok()?,
            period_months: if whole.is_empty() {
                0
            } else {
                months.parse().unwrap_or(0)
            },
            reporter: Together::of(reporter),
            partner: Together::of(partner),
        })
    }
}

/// Judges the rows that fulfil the conditions: which may be summed, or why none may.
pub(crate) fn judge(source: &dyn Source, facts: &Facts, query: &Query, conditions: &[Condition]) -> Result<Verdict> {
    let plan = Plan::new(facts, &telling_parts(), conditions.to_vec(), Layout::count())?;
    let mut set_aside = BTreeMap::new();
    if let Some(tellings) = told_by_dictionaries(&plan, query)
        && let Ok((kept, Doubt::None)) = keep(&tellings, query, &mut set_aside)
        && kept.len() == tellings.len()
    {
        return Ok(Verdict {
            conditions: Vec::new(),
            set_aside: BTreeMap::new(),
        });
    }
    set_aside.clear();
    let tellings = count(source, facts, &plan)?;
    let (kept, doubt) = keep(&tellings, query, &mut set_aside)?;
    let more = told_apart(&tellings, &kept);
    if doubt == Doubt::ToldTwice {
        let conditions: Vec<Condition> = conditions.iter().chain(&more).cloned().collect();
        refuse_told_twice(source, query, &conditions)?;
    }
    Ok(Verdict {
        conditions: more,
        set_aside,
    })
}

/// Whether what is kept has to be looked at more closely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    None,
    /// There are several classifications or product levels: of several reporters each may have its own, but one
    /// that has two tells its trade twice.
    ToldTwice,
}

/// Refuses what a reporter tells of one flow under two classifications or at two product levels.
fn refuse_told_twice(source: &dyn Source, query: &Query, conditions: &[Condition]) -> Result<()> {
    // Mostly a reporter's year is told in one way; only where it is not, partners are looked at one by one.
    match told_twice(source, query, conditions, false)? {
        None => Ok(()),
        Some(_) => told_twice(source, query, conditions, true)?.map_or(Ok(()), Err),
    }
}

fn told_twice(source: &dyn Source, query: &Query, conditions: &[Condition], partners: bool) -> Result<Option<Error>> {
    let apart = query.by.contains(&Dimension::Classification);
    let mut series = vec![
        Column::Year,
        Column::Reporter,
        Column::Flow,
        Column::Month,
        Column::Months,
        Column::Compiler,
        Column::Basis,
    ];
    series.extend(partners.then_some(Column::Partner));
    series.extend(apart.then_some(Column::Classification));
    let length = Part {
        column: Column::Product,
        recode: Recode::Length,
    };
    let tail = [Part::same(Column::Classification), length];
    let of_series = series.len();
    let key: Vec<Part> = series.into_iter().map(Part::same).chain(tail).collect();
    let columns = key.iter().map(|part| part.column);
    let columns = columns.chain(conditions.iter().flat_map(|c| c.columns.iter().copied()));
    let facts = Facts::gather(source, &query.filter, conditions, &columns.collect(), false)?;
    let plan = Plan::new(&facts, &key, conditions.to_vec(), Layout::count())?;
    let mut keys = sum_parts(source, &facts, &plan)?.keys;
    keys.sort_unstable();
    let (outer, inner) = plan.dims.split_at(of_series);
    let stride = outer.last().map_or(1, |dim| dim.stride);
    // A compiler's own groups of one basis are one cut, whatever the lengths of their names.
    let own = Classification::Compiler.to_string();
    let one_cut =
        |pair: &[u64]| !outer[6].word(pair[0]).is_empty() && pair.iter().all(|&key| inner[0].word(key) == own);
    let twice = |pair: &&[u64]| pair[0] / stride == pair[1] / stride && !one_cut(pair);
    let twice = keys.windows(2).find(twice);
    Ok(twice.map(|pair| {
        let level = |key: u64| level_of(inner[0].word(key), inner[1].word(key).parse().unwrap_or(0));
        let (first, second) = (level(pair[0]), level(pair[1]));
        let words = |place: usize| outer[place].word(pair[0]);
        let with = partners.then(|| format!(" with {}", outer[7].word(pair[0])));
        let told = format!(
            "{} of {}{} in {}",
            words(2),
            words(1),
            with.unwrap_or_default(),
            words(0)
        );
        let one_level = inner[1].word(pair[0]) == inner[1].word(pair[1]);
        match one_level {
            true => Error::Overlap {
                dimension: "classification",
                found: format!(
                    "{told} stands under {} and under {}",
                    inner[0].word(pair[0]),
                    inner[0].word(pair[1])
                ),
                advice: "narrow to one with --where 'classification = ...', or add `classification` to --by".to_owned(),
            },
            false => refused_levels(format!("{told} stands as {first} and as {second}")),
        }
    }))
}

fn refused_levels(found: String) -> Error {
    Error::Overlap {
        dimension: "product",
        found,
        advice: "say which with `--level total`, `--level hs2`, ... or narrow to one classification".to_owned(),
    }
}

/// The tellings that there can be, if the dictionaries alone leave no doubt: every property has
/// one value, or several that the query tells apart anyway.
fn told_by_dictionaries(plan: &Plan, query: &Query) -> Option<BTreeMap<Telling, u64>> {
    let mut tellings = vec![Vec::new()];
    for dim in &plan.dims {
        let settled = match dim.part.column {
            Column::Compiler => query.settles(Dimension::Compiler),
            Column::Basis => query.settles(Dimension::Basis),
            Column::Flow => query.settles(Dimension::Flow),
            Column::Classification => query.by.contains(&Dimension::Classification),
            _ => false,
        };
        if dim.words.len() > 1 && !settled {
            return None;
        }
        let longer = tellings.iter().flat_map(|words: &Vec<String>| {
            dim.words.iter().map(|word| {
                let mut words = words.clone();
                words.push(word.clone());
                words
            })
        });
        tellings = longer.collect();
    }
    tellings.iter().map(|words| Some((Telling::of(words)?, 0))).collect()
}

/// The tellings that there are, with how many records tell each.
fn count(source: &dyn Source, facts: &Facts, plan: &Plan) -> Result<BTreeMap<Telling, u64>> {
    let counted = sum_parts(source, facts, plan)?;
    let mut tellings = BTreeMap::new();
    for (place, &key) in counted.keys.iter().enumerate() {
        let words: Vec<String> = plan.dims.iter().map(|dim| dim.word(key).to_owned()).collect();
        if let Some(telling) = Telling::of(&words) {
            *tellings.entry(telling).or_default() += counted.sum(0, place) as u64;
        }
    }
    Ok(tellings)
}

/// The conditions that tell what is kept from what is not. What is left out is left out for a
/// property of its own, so that conditions on single columns say it.
fn told_apart(all: &BTreeMap<Telling, u64>, kept: &BTreeSet<Telling>) -> Vec<Condition> {
    fn values<'a, T: Ord>(tellings: impl Iterator<Item = &'a Telling>, of: impl Fn(&Telling) -> T) -> BTreeSet<T> {
        tellings.map(of).collect()
    }
    let mut conditions = Vec::new();
    let mut demand = |column, recode, texts: Vec<String>| {
        let wanted = Wanted::Recoded(recode, texts.into_iter().collect());
        conditions.push(Condition::on(column, wanted));
    };
    let months = values(kept.iter(), |t| t.period_months);
    if months != values(all.keys(), |t| t.period_months) {
        demand(Column::Month, Recode::Absent, vec!["1".to_owned()]);
        demand(
            Column::Months,
            Recode::Same,
            months.iter().map(usize::to_string).collect(),
        );
    }
    for side in &SIDES {
        let sides = values(kept.iter(), side.of);
        if sides != values(all.keys(), side.of) {
            let said = sides.iter().map(|side| side.word().to_owned()).collect();
            demand(crate::column::column_of(side.dimension), Recode::Together, said);
        }
    }
    let lengths = values(kept.iter(), |t| t.product_length);
    if lengths != values(all.keys(), |t| t.product_length) {
        demand(
            Column::Product,
            Recode::Length,
            lengths.iter().map(usize::to_string).collect(),
        );
    }
    conditions
}

/// The tellings that may be summed together, or why there are none; and whether rows have to be looked at for it.
pub(crate) fn keep(
    tellings: &BTreeMap<Telling, u64>,
    query: &Query,
    set_aside: &mut BTreeMap<String, u64>,
) -> Result<(BTreeSet<Telling>, Doubt)> {
    let mut kept: BTreeSet<Telling> = tellings.keys().cloned().collect();
    let mut leave_out = |kept: &mut BTreeSet<Telling>, what: &str, out: &dyn Fn(&Telling) -> bool| {
        let dropped: Vec<Telling> = kept.iter().filter(|t| out(t)).cloned().collect();
        for telling in dropped {
            *set_aside.entry(what.to_owned()).or_default() += tellings.get(&telling).copied().unwrap_or(0);
            kept.remove(&telling);
        }
    };
    // Parts of years are not years, and rows of the world and of groups are sums of the others.
    if !query.by.contains(&Dimension::Period) {
        leave_out(&mut kept, "periods that are no calendar year", &|t| {
            t.period_months != 12
        });
    }
    for side in &SIDES {
        for (together, what) in side.left_out {
            let beside = |t: &Telling| match together {
                Together::World => (side.of)(t) == Together::Single,
                _ => {
                    (side.of)(t) == Together::Single || (!query.by.contains(&side.dimension) && (side.of)(t) > together)
                }
            };
            if !query.asks_for(side.dimension, together) && kept.iter().any(beside) {
                leave_out(&mut kept, what, &|t| (side.of)(t) == together);
            }
        }
    }
    let doubt = choose_level(&mut kept, query, &mut leave_out)?;

    refuse_overlap(&kept, query, Dimension::Flow, |t| t.flow.clone())?;
    refuse_overlap(&kept, query, Dimension::Compiler, |t| t.compiler.clone())?;
    refuse_overlap(&kept, query, Dimension::Basis, |t| t.basis.clone())?;
    Ok((kept, doubt))
}

type LeaveOut<'a> = dyn FnMut(&mut BTreeSet<Telling>, &str, &dyn Fn(&Telling) -> bool) + 'a;

fn choose_level(kept: &mut BTreeSet<Telling>, query: &Query, leave_out: &mut LeaveOut<'_>) -> Result<Doubt> {
    if query.settles(Dimension::Product) && query.level == Level::AsStored && !query.by.contains(&Dimension::Product) {
        return Ok(Doubt::None); // narrowed to one code
    }
    match query.level {
        Level::Total => leave_out(kept, "rows for single products", &|t| t.product_length != 0),
        Level::Digits(n) => {
            leave_out(kept, "totals over products beside their parts", &|t| {
                t.product_length < n as usize
            });
            let exact = kept.iter().any(|t| t.product_length == n as usize);
            let lengths: BTreeSet<usize> = kept.iter().map(|t| t.product_length).collect();
            let finest = lengths.last().copied().unwrap_or(0);
            let wanted = if exact { n as usize } else { finest };
            leave_out(kept, "rows at another product level", &|t| t.product_length != wanted);
        }
        Level::AsStored => {
            if query.by.contains(&Dimension::Product) && kept.iter().any(|t| t.product_length != 0) {
                leave_out(kept, "totals over products beside their parts", &|t| {
                    t.product_length == 0
                });
            }
        }
    }
    let by_product = query.by.contains(&Dimension::Product);
    // Groups of a compiler's own have names, whose lengths say nothing; told one by one they are not added to each other.
    let own = Classification::Compiler.to_string();
    let level = |t: &Telling| match by_product && t.product_length > 0 && t.classification == own {
        true => own.clone(),
        false => level_of(&t.classification, t.product_length),
    };
    let levels: BTreeSet<String> = kept.iter().map(level).collect();
    // Two classifications told apart by the grouping do not overlap; two levels of one do.
    let apart = query.by.contains(&Dimension::Classification);
    let clash = |c: &str| {
        kept.iter()
            .filter(|t| t.classification == c)
            .map(level)
            .collect::<BTreeSet<_>>()
            .len()
            > 1
    };
    let overlap = if apart {
        kept.iter().any(|t| clash(&t.classification))
    } else {
        levels.len() > 1
    };
    let totals = kept.iter().all(|t| t.product_length == 0);
    let classifications: BTreeSet<&String> = kept.iter().map(|t| &t.classification).collect();
    if !overlap && (apart || classifications.len() < 2) {
        return Ok(Doubt::None);
    }
    // A code means other products under another revision; chapters are the same under all.
    let is_hs = |name: &String| name.parse::<Classification>().is_ok_and(Classification::is_hs);
    let chapters = matches!(query.level, Level::Digits(n) if n <= 2) && classifications.iter().all(|name| is_hs(name));
    if by_product && !totals && !(chapters && query.groups.is_none()) {
        return Err(refused_levels(levels.into_iter().collect::<Vec<_>>().join(", ")));
    }
    Ok(Doubt::ToldTwice)
}

fn level_of(classification: &str, product_length: usize) -> String {
    match product_length {
        0 => TOTAL.to_owned(),
        // What is no code of a classification has no levels.
        _ if classification.is_empty() => "products of no stated classification".to_owned(),
        n => format!("{classification} with {n} characters"),
    }
}

fn refuse_overlap(
    kept: &BTreeSet<Telling>,
    query: &Query,
    dimension: Dimension,
    of: impl Fn(&Telling) -> String,
) -> Result<()> {
    let values: BTreeSet<String> = kept.iter().map(of).collect();
    if values.len() < 2 || query.settles(dimension) {
        return Ok(());
    }
    let shown = |v: &String| {
        if v.is_empty() {
            "not stated".to_owned()
        } else {
            v.clone()
        }
    };
    Err(Error::Overlap {
        dimension: dimension.as_str(),
        found: values.iter().map(shown).collect::<Vec<_>>().join(", "),
        advice: format!("add `{dimension}` to --by or narrow to one with --where '{dimension} = ...'"),
    })
}
