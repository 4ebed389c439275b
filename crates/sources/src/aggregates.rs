use crate::import::Tally;
use crate::levels::{Level, Series, series};
use std::collections::{BTreeMap, BTreeSet};
use trade::{Classification, Economy, Flow, Period, Record, TOTAL, Usd};

/// Whether the record is a total of others that may stand beside it: all products, the
/// world or a group of partners, or two-way trade.
pub fn is_total(record: &Record) -> bool {
    record.product.as_ref() == TOTAL
        || record.partner.is_world()
        || record.partner.is_group()
        || record.flow == Flow::TwoWay
}

/// Records that can be added up, and what was left out so that they can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summable {
    /// Indices of the records to add, in order.
    pub kept: Vec<usize>,
    /// What was set aside, by kind.
    pub set_aside: Vec<Tally>,
}

/// Sets aside every record that is nested in another one, so that the rest can be summed
/// over partners and products:
/// - the world and groups of partners, where the same figure is also given for single
///   partners; otherwise they are all there is and stay;
/// - in each series all product levels but one: TOTAL if it is there, because only it is
///   complete by definition, and else the coarsest;
/// - figures of the same series in a second classification: the one with most records
///   stays, of equals the later in the order of [`Classification`];
/// - of rival quotations of one figure all but the most finely rounded, of equals the first;
/// - two-way trade beside exports or imports, re-exports beside exports, re-imports beside
///   imports.
///
/// To sum one level instead, keep the records of that [`Level`] first.
pub fn set_aside_nested(records: &[Record]) -> Summable {
    let mut kinds: Vec<Option<&'static str>> = vec![None; records.len()];
    let flows: BTreeSet<_> = records.iter().map(|r| (flowless(r), r.flow)).collect();
    let single: BTreeSet<_> = records
        .iter()
        .filter(|r| !is_aggregate(r.partner))
        .map(|r| (flowless(r), r.flow))
        .collect();
    let choice = chosen_levels(records);
    let finest = finest_quotations(records);
    for (i, (kind, r)) in kinds.iter_mut().zip(records).enumerate() {
        let has = |flow| flows.contains(&(flowless(r), flow));
        let level = (r.classification, Level::of(r.classification, &r.product));
        *kind = match r.flow {
            Flow::TwoWay if has(Flow::Export) || has(Flow::Import) => Some("two-way beside its parts"),
            Flow::ReExport if has(Flow::Export) => Some("re-export"),
            Flow::ReImport if has(Flow::Import) => Some("re-import"),
            _ if is_aggregate(r.partner) && single.contains(&(flowless(r), r.flow)) => Some(partner_kind(r.partner)),
            _ if finest.get(&figure(r)).is_some_and(|&(_, kept)| kept != i) => Some("rival quotation"),
            _ => match choice.get(&series(r)) {
                Some(&chosen) if chosen == level => None,
                Some(&(classification, _)) if classification != r.classification => Some("another classification"),
                Some((_, Level::Total)) => Some("part beside its TOTAL"),
                _ => Some("finer product level"),
            },
        };
    }
    let kept = (0..records.len()).filter(|&i| kinds[i].is_none()).collect();
    let named = kinds
        .iter()
        .zip(records)
        .filter_map(|(kind, record)| kind.map(|k| (k, record)));
    Summable {
        kept,
        set_aside: tally(named),
    }
}

/// A record's key without partner, product, classification and flow.
fn flowless(r: &Record) -> (Period, Economy, &str, Option<&str>) {
    (r.period, r.reporter, &r.compiler, r.basis.as_deref())
}

fn is_aggregate(partner: Economy) -> bool {
    partner.is_world() || partner.is_group()
}

fn partner_kind(partner: Economy) -> &'static str {
    if partner.is_world() {
        "world partner"
    } else {
        "group partner"
    }
}

/// What a record gives a figure of, and which kinds of figure: a value, a share, a quantity.
pub(crate) type Figure<'a> = (Key<'a>, bool, bool, bool);
type Key<'a> = (
    Period,
    Economy,
    Flow,
    Economy,
    Classification,
    &'a str,
    &'a str,
    Option<&'a str>,
);

pub(crate) fn figure(r: &Record) -> Figure<'_> {
    (
        r.key(),
        r.value.is_some(),
        r.share_percent.is_some(),
        r.quantity.is_some(),
    )
}

/// For each figure the unit and the index of its most finely rounded quotation.
fn finest_quotations(records: &[Record]) -> BTreeMap<Figure<'_>, (Option<Usd>, usize)> {
    let mut finest = BTreeMap::new();
    for (i, r) in records.iter().enumerate() {
        let best = finest.entry(figure(r)).or_insert((r.rounded_to, i));
        *best = (*best).min((r.rounded_to, i));
    }
    finest
}

/// For each series the classification and the level to be summed.
fn chosen_levels(records: &[Record]) -> BTreeMap<Series<'_>, (Classification, Level)> {
    let mut counts: BTreeMap<Series<'_>, BTreeMap<Classification, (u64, Level)>> = BTreeMap::new();
    for r in records {
        let level = Level::of(r.classification, &r.product);
        let entry = counts
            .entry(series(r))
            .or_default()
            .entry(r.classification)
            .or_insert((0, level));
        *entry = (entry.0 + 1, entry.1.min(level));
    }
    let choose = |by: BTreeMap<Classification, (u64, Level)>| {
        // A TOTAL wins over parts in another classification; then the number of records.
        let best = by
            .into_iter()
            .max_by_key(|&(c, (n, level))| (level == Level::Total, n, c));
        best.map(|(c, (_, level))| (c, level))
    };
    counts
        .into_iter()
        .filter_map(|(series, by)| choose(by).map(|chosen| (series, chosen)))
        .collect()
}

/// Counts the records that are totals of others, or parts of another flow.
pub(crate) fn totals_among(records: &[Record]) -> Vec<Tally> {
    let with_parts: BTreeSet<_> = records
        .iter()
        .filter(|r| r.product.as_ref() != TOTAL)
        .map(|r| (series(r), r.classification))
        .collect();
    let mut named: Vec<(&'static str, &Record)> = Vec::new();
    let mut by_figure: Vec<&Record> = records.iter().collect();
    by_figure.sort_by(|a, b| figure(a).cmp(&figure(b)));
    let again = by_figure.windows(2).filter(|pair| figure(pair[0]) == figure(pair[1]));
    named.extend(again.map(|pair| ("rival quotation", pair[1])));
    for r in records {
        if is_aggregate(r.partner) {
            named.push((partner_kind(r.partner), r));
        }
        if r.product.as_ref() == TOTAL && with_parts.contains(&(series(r), r.classification)) {
            named.push(("TOTAL beside its parts", r));
        }
        match r.flow {
            Flow::ReExport => named.push(("re-export", r)),
            Flow::ReImport => named.push(("re-import", r)),
            Flow::TwoWay => named.push(("two-way trade", r)),
            Flow::Export | Flow::Import => {}
        }
    }
    tally(named)
}

fn tally<'a>(named: impl IntoIterator<Item = (&'static str, &'a Record)>) -> Vec<Tally> {
    let mut sums: BTreeMap<&'static str, (u64, Usd)> = BTreeMap::new();
    for (kind, record) in named {
        let sum = sums.entry(kind).or_default();
        sum.0 += 1;
        sum.1 += record.value.unwrap_or_default();
    }
    sums.into_iter()
        .map(|(kind, (rows, value))| Tally {
            kind,
            rows,
            value: Some(value),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, import};

    fn records(rows: &[&str]) -> Vec<Record> {
        let text = format!(
            "period,reporter,partner,flow,classification,product,value_usd,compiler\n{}\n",
            rows.join("\n")
        );
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(got.quarantine, []);
        got.records
    }

    fn kept(rows: &[&str]) -> (Vec<usize>, Vec<&'static str>) {
        let summable = set_aside_nested(&records(rows));
        (summable.kept, summable.set_aside.iter().map(|t| t.kind).collect())
    }

    #[test]
    fn totals_are_known() {
        let got = records(&[
            "2003,CHN,PRK,import,HS2,27,1,x",
            "2003,CHN,PRK,import,HS2,TOTAL,1,x",
            "2003,CHN,WLD,import,HS2,27,1,x",
            "2003,CHN,ASEAN,import,HS2,27,1,x",
            "2003,CHN,WLD-KOR,import,HS2,27,1,x",
            "2003,CHN,PRK,total,HS2,27,1,x",
        ]);
        assert_eq!(
            got.iter().map(is_total).collect::<Vec<_>>(),
            [false, true, true, true, true, true]
        );
    }

    #[test]
    fn nothing_is_added_to_its_parts() {
        let (indices, kinds) = kept(&[
            "2003,CHN,WLD,import,HS2,TOTAL,100,x",
            "2003,CHN,PRK,import,HS2,TOTAL,10,x",
            "2003,CHN,PRK,import,HS2,27,6,x",
            "2003,CHN,PRK,import,HS2,2701,5,x",
            "2003,CHN,ASEAN,import,HS2,TOTAL,7,x",
            "2003,CHN,KOR,import,HS2,27,3,x",
            "2003,CHN,KOR,import,HS2,2701,2,x",
            "2003,CHN,KOR,re-import,HS2,27,1,x",
        ]);
        assert_eq!(indices, [1, 5]);
        assert_eq!(
            kinds,
            [
                "finer product level",
                "group partner",
                "part beside its TOTAL",
                "re-import",
                "world partner"
            ]
        );
    }

    #[test]
    fn a_world_row_alone_stays() {
        assert_eq!(kept(&["2003,CHN,WLD,import,HS2,TOTAL,100,x"]).0, [0]);
        // Another compiler's detail does not push it out.
        assert_eq!(
            kept(&[
                "2003,CHN,WLD,import,HS2,TOTAL,100,x",
                "2003,CHN,PRK,import,HS2,TOTAL,1,y"
            ])
            .0,
            [0, 1]
        );
    }

    #[test]
    fn of_rival_quotations_the_finest_is_summed() {
        let text = "period,reporter,partner,flow,value_usd,rounded_to_usd,compiler,reference\n\
            2010,CHN,PRK,total,3470000000,10000000,x,a\n2010,CHN,PRK,total,3472000000,1000000,x,b\n";
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(
            (got.records.len(), got.totals[0].kind, got.totals[0].rows),
            (2, "rival quotation", 1)
        );
        assert_eq!(set_aside_nested(&got.records).kept, [1]);
    }

    #[test]
    fn one_classification_is_kept() {
        let (indices, kinds) = kept(&[
            "2003,CHN,PRK,import,SITC3,3,6,x",
            "2003,CHN,PRK,import,HS2,27,6,x",
            "2003,CHN,PRK,import,HS2,44,1,x",
        ]);
        assert_eq!((indices, kinds), (vec![1, 2], vec!["another classification"]));
    }
}
