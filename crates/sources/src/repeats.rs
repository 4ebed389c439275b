use crate::aggregates::figure;
use crate::import::{Row, Tally};
use crate::quarantine::{Bad, Quarantined};
use crate::source::{Part, Repeats};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use trade::{Decimal3, Record, Usd, Valuation};

/// What decides between rows that stand under one key, held as records or packed.
pub(crate) trait Repeated {
    fn part(&self) -> Part;
    /// The numeric codes of reporter and partner in the file.
    fn codes(&self) -> (u16, u16);
    fn figures(&self) -> Figures<'_>;
    fn rounded_to(&self) -> Option<Usd>;
    fn reference(&self) -> Option<u32>;
    /// What the cells say that are not read, in short; or which part of its flow the row is.
    fn unread(&self) -> u64 {
        0
    }
}

/// The kind of rows set aside that are parts of a flow beside others: their amounts are in the record of the first, and so
/// their tally has no value of its own.
pub const ADDED: &str = "part added to another row of its flow";

/// Everything that two rows of one key have to share to be the same figure twice. Who is
/// quoted for it, and how finely it was rounded, may differ.
pub(crate) type Figures<'a> = (
    Option<Usd>,
    Option<Decimal3>,
    Option<Decimal3>,
    Option<Decimal3>,
    Option<&'a str>,
    Option<Valuation>,
);

impl Repeated for Row {
    fn part(&self) -> Part {
        self.part
    }

    fn codes(&self) -> (u16, u16) {
        self.codes
    }

    fn figures(&self) -> Figures<'_> {
        let r = &self.record;
        (
            r.value,
            r.share_percent,
            r.net_weight_kg,
            r.quantity,
            r.quantity_unit.as_deref(),
            r.valuation,
        )
    }

    fn rounded_to(&self) -> Option<Usd> {
        self.record.rounded_to
    }

    fn reference(&self) -> Option<u32> {
        self.record.reference
    }

    fn unread(&self) -> u64 {
        self.unread
    }
}

/// Whether two rows are the same but for their lines, and no breakdowns: the second says nothing that the first does
/// not. Such rows need not be held.
pub(crate) fn says_again(row: &Row, before: &Row) -> bool {
    is_open(row.part)
        && (row.part, row.codes, row.unread) == (before.part, before.codes, before.unread)
        && row.record == before.record
}

/// Whether a row of this kind may be the figure of its key.
pub(crate) fn is_open(part: Part) -> bool {
    matches!(part, Part::Whole | Part::Unsaid)
}

/// The kind of rows that say again what another says.
pub(crate) const DUPLICATE: &str = "duplicate";

/// Rows with their repeats sorted out.
#[derive(Default)]
pub(crate) struct Sorted {
    pub(crate) records: Vec<Record>,
    pub(crate) contradictions: Vec<Quarantined>,
    /// How many contradictions there are beyond those listed.
    pub(crate) unlisted: u64,
    pub(crate) set_aside: Vec<Tally>,
}

/// What becomes of a row.
#[derive(Clone, Copy)]
pub(crate) enum Fate {
    Kept,
    Aside(&'static str),
    /// Its amounts belong to those of the row in this place.
    Added(usize),
    /// The other row, by its place, and how the two differ.
    Contradicts(usize, &'static str),
}

/// Sorts out the rows that stand under one key. The key is [`Record::key`], and for tables
/// of figures also which kinds of figure the row gives: a value and a share are two figures.
/// At most `listed` contradictions are listed; `duplicates` were found before.
///
/// Where rows are marked as totals or breakdowns the mark decides. Otherwise identical rows
/// are duplicates; rows that differ are a total with its breakdowns or a contradiction, as
/// the source's [`Repeats`] says. Only figures that agree to the last digit are the same.
pub(crate) fn sort_out(mut rows: Vec<Row>, rule: Repeats, duplicates: (u64, Usd), listed: usize) -> Sorted {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    // Only in tables of figures do a value and a share of one key stand beside each other.
    let key = |i: &usize| match rule {
        Repeats::Rivals => figure(&rows[*i].record),
        _ => (rows[*i].record.key(), true, false, false),
    };
    order.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut fates = vec![Fate::Kept; rows.len()];
    for group in order.chunk_by(|a, b| key(a) == key(b)) {
        judge(&rows, group, rule, &mut fates);
    }
    let mut sorted = Sorted::default();
    for (row, fate) in rows.iter().zip(&fates) {
        match fate {
            Fate::Contradicts(..) if sorted.contradictions.len() == listed => sorted.unlisted += 1,
            Fate::Contradicts(other, reason) => {
                let said = format!("{reason} on line {}", rows[*other].line);
                sorted
                    .contradictions
                    .push(contradiction(row.record.value, said).at(row.line));
            }
            Fate::Kept | Fate::Aside(_) | Fate::Added(_) => {}
        }
    }
    for (i, fate) in fates.iter().enumerate() {
        if let Fate::Added(to) = fate {
            let part = rows[i].record.clone();
            add(&mut rows[*to].record, &part);
        }
    }
    let mut tallies: BTreeMap<&'static str, (u64, Usd)> = BTreeMap::new();
    if duplicates.0 > 0 {
        tallies.insert(DUPLICATE, duplicates);
    }
    let mut fates = fates.into_iter();
    // The records take the place of the rows in memory.
    let kept = rows.into_iter().filter_map(|row| {
        let kind = match fates.next()? {
            Fate::Kept => return Some(row.record),
            Fate::Aside(kind) => kind,
            Fate::Added(_) => ADDED,
            Fate::Contradicts(..) => return None,
        };
        let tally = tallies.entry(kind).or_default();
        tally.0 += 1;
        tally.1 += row.record.value.unwrap_or_default();
        None
    });
    sorted.records = kept.collect();
    sorted.set_aside = tallies
        .into_iter()
        .map(|(kind, (rows, value))| Tally {
            kind,
            rows,
            value: Some(value).filter(|_| kind != ADDED),
        })
        .collect();
    sorted
}

/// Adds the amounts of a part. What only one of the two has, or has in another unit, is not known of both.
fn add(whole: &mut Record, part: &Record) {
    let sum = |a: Option<Decimal3>, b: Option<Decimal3>| a.zip(b).map(|(a, b)| a + b);
    whole.value = sum(whole.value, part.value);
    whole.net_weight_kg = sum(whole.net_weight_kg, part.net_weight_kg);
    let one_unit = whole.quantity_unit == part.quantity_unit;
    whole.quantity = sum(whole.quantity, part.quantity).filter(|_| one_unit);
    whole.quantity_unit = whole.quantity_unit.take().filter(|_| whole.quantity.is_some());
    whole.valuation = whole.valuation.filter(|valuation| part.valuation == Some(*valuation));
}

/// What becomes of each of the rows that stand under one key.
pub(crate) fn fates_of<T: Repeated>(rows: &[T], rule: Repeats) -> Vec<Fate> {
    let group: Vec<usize> = (0..rows.len()).collect();
    let mut fates = vec![Fate::Kept; rows.len()];
    judge(rows, &group, rule, &mut fates);
    fates
}

/// Sets aside the rows that call themselves parts; gives the others.
fn without_parts<T: Repeated>(rows: &[T], group: &[usize], fates: &mut [Fate]) -> Vec<usize> {
    let has_total = group.iter().any(|&i| is_open(rows[i].part()));
    let mut open = Vec::with_capacity(group.len());
    for &i in group {
        match rows[i].part() {
            Part::FlowPart => fates[i] = Fate::Aside("part of a flow"),
            Part::Breakdown if has_total => fates[i] = Fate::Aside("breakdown row"),
            Part::Breakdown => fates[i] = Fate::Aside("breakdown row without its total"),
            Part::Whole | Part::Unsaid => open.push(i),
        }
    }
    open
}

/// Sets aside all but the first of rows that agree in every figure and in their codes; gives the others, the
/// largest first.
fn without_duplicates<T: Repeated>(rows: &[T], mut open: Vec<usize>, fates: &mut [Fate]) -> Vec<usize> {
    open.sort_by(|&a, &b| order_of(&rows[a]).cmp(&order_of(&rows[b])).then(a.cmp(&b)));
    let mut distinct: Vec<usize> = Vec::with_capacity(open.len());
    for &i in &open {
        match distinct.last() {
            Some(&last) if said_by(&rows[last]) == said_by(&rows[i]) => fates[i] = Fate::Aside(DUPLICATE),
            _ => distinct.push(i),
        }
    }
    distinct
}

/// What two rows share that are one row twice.
fn said_by<T: Repeated>(row: &T) -> (Figures<'_>, (u16, u16), u64) {
    (row.figures(), row.codes(), row.unread())
}

/// Quotations of one figure that differ all stay, if each has a reference of its own.
fn judge_rivals<T: Repeated>(rows: &[T], distinct: &[usize], fates: &mut [Fate]) {
    let mut by_reference: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
    for &i in distinct {
        by_reference.entry(rows[i].reference()).or_default().push(i);
    }
    for members in by_reference.values() {
        if let [first, second, ..] = members[..] {
            let differs = rows[first].figures() != rows[second].figures();
            let reason = match differs {
                true => "the same figure is given differently",
                false => "the same figure stands again, and columns that are not read differ",
            };
            contradict(members, (first, second), reason, fates);
        }
    }
}

/// Decides on the rows of one key.
fn judge<T: Repeated>(rows: &[T], group: &[usize], rule: Repeats, fates: &mut [Fate]) {
    if let [only] = group
        && is_open(rows[*only].part())
    {
        return;
    }
    let parts: BTreeSet<u64> = group.iter().map(|&i| rows[i].unread()).collect();
    if parts.len() < 2 || rule == Repeats::Rivals {
        return judge_alike(rows, group, rule, fates);
    }
    // A total beside all of its parts is none of them. A row that stands there twice counts once.
    let open = group.iter().all(|&i| is_open(rows[i].part()));
    let distinct: BTreeSet<_> = group.iter().map(|&i| said_by(&rows[i])).collect();
    let values = || distinct.iter().map(|(figures, ..)| figures.0.unwrap_or_default());
    let largest = values().max().unwrap_or_default();
    // Two rows alike in value are a total and its part only where units part them and one has no quantity.
    let unmeasured = |&i: &usize| rows[i].figures().3.is_none();
    let may_be_total = distinct.len() > 2 || (!parts.contains(&0) && group.iter().any(unmeasured));
    if rule == Repeats::TotalOrContradict && open && may_be_total && values().sum::<Usd>() == largest + largest {
        return judge_alike(rows, group, rule, fates);
    }
    judge_parts(rows, group, rule, &parts, fates);
}

/// Decides on rows that are parts of one flow: each part by itself, and what is left of them is added up.
fn judge_parts<T: Repeated>(rows: &[T], group: &[usize], rule: Repeats, parts: &BTreeSet<u64>, fates: &mut [Fate]) {
    for part in parts {
        let of_part: Vec<usize> = group.iter().copied().filter(|&i| rows[i].unread() == *part).collect();
        judge_alike(rows, &of_part, rule, fates);
    }
    let kept: Vec<usize> = group
        .iter()
        .copied()
        .filter(|&i| matches!(fates[i], Fate::Kept))
        .collect();
    let Some((&first, others)) = kept.split_first() else {
        return;
    };
    // A flow of which one part is in doubt is in doubt.
    if let Some((other, reason)) = group.iter().find_map(|&i| match fates[i] {
        Fate::Contradicts(_, reason) => Some((i, reason)),
        _ => None,
    }) {
        for &i in &kept {
            fates[i] = Fate::Contradicts(other, reason);
        }
        return;
    }
    if let Some(&other) = others.iter().find(|&&i| rows[i].codes() != rows[first].codes()) {
        return contradict(&kept, (first, other), TWO_CODES, fates);
    }
    for &i in others {
        fates[i] = Fate::Added(first);
    }
}

const TWO_CODES: &str = "two codes that stand for the same economy give a figure each";

/// Decides on rows of one key that nothing tells apart but their figures.
fn judge_alike<T: Repeated>(rows: &[T], group: &[usize], rule: Repeats, fates: &mut [Fate]) {
    let open = without_parts(rows, group, fates);
    let distinct = without_duplicates(rows, open, fates);
    let [first, rest @ ..] = &distinct[..] else { return };
    if let Some(&other) = rest.iter().find(|&&i| rows[i].codes() != rows[*first].codes()) {
        contradict(&distinct, (*first, other), TWO_CODES, fates);
        return;
    }
    if rule == Repeats::Rivals {
        return judge_rivals(rows, &distinct, fates);
    }
    let [largest, smaller @ ..] = &distinct[..] else { return };
    let Some(&second) = smaller.first() else { return };
    let value = |i: usize| rows[i].figures().0.unwrap_or_default();
    let is_total = match rule {
        Repeats::Contradict | Repeats::Rivals => false,
        Repeats::TotalOrContradict => smaller.iter().map(|&i| value(i)).sum::<Usd>() == value(*largest),
        // Two that are marked as the total are no total with its parts.
        Repeats::KeepLargest => rows[*largest].part() != Part::Whole,
    };
    if is_total {
        for &i in smaller {
            fates[i] = Fate::Aside("breakdown row");
        }
    } else {
        contradict(
            &distinct,
            (*largest, second),
            "the same figure is given differently",
            fates,
        );
    }
}

/// The largest first; of equal figures the most finely rounded first.
type Order<'a> = (Reverse<Figures<'a>>, (u16, u16), u64, Option<Usd>);

fn order_of<T: Repeated>(row: &T) -> Order<'_> {
    (Reverse(row.figures()), row.codes(), row.unread(), row.rounded_to())
}

fn contradict(members: &[usize], pair: (usize, usize), reason: &'static str, fates: &mut [Fate]) {
    for &i in members {
        let other = if i == pair.0 { pair.1 } else { pair.0 };
        fates[i] = Fate::Contradicts(other, reason);
    }
}

/// What is said of a row of this value; `said` names the difference and the other row.
pub(crate) fn contradiction(value: Option<Usd>, said: String) -> Bad {
    let value = value.map(|v| v.to_string()).unwrap_or_default();
    let advice = "keep the one that holds; quotations are told apart by `reference`, bases by `basis`";
    Bad::row(value, said, advice)
}
