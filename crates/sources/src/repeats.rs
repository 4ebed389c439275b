use crate::aggregates::figure;
use crate::import::{Row, Tally};
use crate::quarantine::{Bad, Quarantined};
use crate::source::{Part, Repeats};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use trade::{Decimal3, Record, Usd, Valuation};

/// Rows with their repeats sorted out.
pub(crate) struct Sorted {
    pub(crate) records: Vec<Record>,
    /// Each with the place of its row among those that were given.
    pub(crate) contradictions: Vec<(usize, Quarantined)>,
    pub(crate) set_aside: Vec<Tally>,
}

/// What becomes of a row.
#[derive(Clone)]
enum Fate {
    Kept,
    Aside(&'static str),
    Contradicts(u64, &'static str),
}

/// Sorts out the rows that stand under one key. The key is [`Record::key`], and for tables
/// of figures also which kinds of figure the row gives: a value and a share are two figures.
///
/// Where rows are marked as totals or breakdowns the mark decides. Otherwise identical rows
/// are duplicates; rows that differ are a total with its breakdowns or a contradiction, as
/// the source's [`Repeats`] says. Only figures that agree to the last digit are the same.
pub(crate) fn sort_out(rows: Vec<Row>, rule: Repeats) -> Sorted {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let key = |i: &usize| figure(&rows[*i].record);
    order.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut fates = vec![Fate::Kept; rows.len()];
    for group in order.chunk_by(|a, b| key(a) == key(b)) {
        judge(&rows, group, rule, &mut fates);
    }
    let mut tallies: BTreeMap<&'static str, (u64, Usd)> = BTreeMap::new();
    let mut sorted = Sorted {
        records: Vec::new(),
        contradictions: Vec::new(),
        set_aside: Vec::new(),
    };
    for (at, (row, fate)) in rows.into_iter().zip(fates).enumerate() {
        match fate {
            Fate::Kept => sorted.records.push(row.record),
            Fate::Aside(kind) => {
                let tally = tallies.entry(kind).or_default();
                tally.0 += 1;
                tally.1 += row.record.value.unwrap_or_default();
            }
            Fate::Contradicts(other, reason) => sorted.contradictions.push((at, contradiction(&row, other, reason))),
        }
    }
    sorted.set_aside = tallies
        .into_iter()
        .map(|(kind, (rows, value))| Tally { kind, rows, value })
        .collect();
    sorted
}

/// Sets aside the rows that call themselves parts; gives the others.
fn without_parts(rows: &[Row], group: &[usize], fates: &mut [Fate]) -> Vec<usize> {
    let has_total = group
        .iter()
        .any(|&i| matches!(rows[i].part, Part::Whole | Part::Unsaid));
    let mut open = Vec::with_capacity(group.len());
    for &i in group {
        match rows[i].part {
            Part::FlowPart => fates[i] = Fate::Aside("part of a flow"),
            Part::Breakdown if has_total => fates[i] = Fate::Aside("breakdown row"),
            Part::Breakdown => fates[i] = Fate::Aside("breakdown row without its total"),
            Part::Whole | Part::Unsaid => open.push(i),
        }
    }
    open
}

/// Sets aside all but the first of rows that agree in every figure; gives the others, the
/// largest first.
fn without_duplicates(rows: &[Row], mut open: Vec<usize>, fates: &mut [Fate]) -> Vec<usize> {
    open.sort_by(|&a, &b| order_of(&rows[a]).cmp(&order_of(&rows[b])).then(a.cmp(&b)));
    let mut distinct: Vec<usize> = Vec::with_capacity(open.len());
    for &i in &open {
        match distinct.last() {
            Some(&last) if figures(&rows[last].record) == figures(&rows[i].record) => {
                fates[i] = Fate::Aside("duplicate")
            }
            _ => distinct.push(i),
        }
    }
    distinct
}

/// Quotations of one figure that differ all stay, if each has a reference of its own.
fn judge_rivals(rows: &[Row], distinct: &[usize], fates: &mut [Fate]) {
    let mut by_reference: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
    for &i in distinct {
        by_reference.entry(rows[i].record.reference).or_default().push(i);
    }
    for members in by_reference.values() {
        if let [first, second, ..] = members[..] {
            contradict(
                rows,
                members,
                (first, second),
                "the same figure is given differently",
                fates,
            );
        }
    }
}

/// Decides on the rows of one key.
fn judge(rows: &[Row], group: &[usize], rule: Repeats, fates: &mut [Fate]) {
    let open = without_parts(rows, group, fates);
    let [first, rest @ ..] = &open[..] else { return };
    if let Some(&other) = rest.iter().find(|&&i| rows[i].codes != rows[*first].codes) {
        let reason = "two codes that stand for the same economy give a figure each";
        contradict(rows, &open, (*first, other), reason, fates);
        return;
    }
    let distinct = without_duplicates(rows, open, fates);
    if rule == Repeats::Rivals {
        return judge_rivals(rows, &distinct, fates);
    }
    let [largest, smaller @ ..] = &distinct[..] else { return };
    let Some(&second) = smaller.first() else { return };
    let value = |i: usize| rows[i].record.value.unwrap_or_default();
    let is_total = match rule {
        Repeats::Contradict | Repeats::Rivals => false,
        Repeats::TotalOrContradict => smaller.iter().map(|&i| value(i)).sum::<Usd>() == value(*largest),
        // Two that are marked as the total are no total with its parts.
        Repeats::KeepLargest => rows[*largest].part != Part::Whole,
    };
    if is_total {
        for &i in smaller {
            fates[i] = Fate::Aside("breakdown row");
        }
    } else {
        contradict(
            rows,
            &distinct,
            (*largest, second),
            "the same figure is given differently",
            fates,
        );
    }
}

/// The largest first; of equal figures the most finely rounded first.
fn order_of(row: &Row) -> (Reverse<Figures<'_>>, Option<Usd>) {
    (Reverse(figures(&row.record)), row.record.rounded_to)
}

/// Everything that two rows of one key have to share to be the same figure twice. Who is
/// quoted for it, and how finely it was rounded, may differ.
type Figures<'a> = (
    Option<Usd>,
    Option<Decimal3>,
    Option<Decimal3>,
    Option<Decimal3>,
    Option<&'a str>,
    Option<Valuation>,
);

fn figures(r: &Record) -> Figures<'_> {
    (
        r.value,
        r.share_percent,
        r.net_weight_kg,
        r.quantity,
        r.quantity_unit.as_deref(),
        r.valuation,
    )
}

fn contradict(rows: &[Row], members: &[usize], pair: (usize, usize), reason: &'static str, fates: &mut [Fate]) {
    for &i in members {
        let other = if i == pair.0 { pair.1 } else { pair.0 };
        fates[i] = Fate::Contradicts(rows[other].line, reason);
    }
}

fn contradiction(row: &Row, other: u64, reason: &str) -> Quarantined {
    let value = row.record.value.map(|v| v.to_string()).unwrap_or_default();
    let advice = "keep the one that holds; quotations are told apart by `reference`, bases by `basis`";
    Bad::row(value, format!("{reason} on line {other}"), advice).at(row.line)
}
