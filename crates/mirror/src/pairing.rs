//! Puts the exporter's and the importer's report of one flow side by side.

use crate::levels;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use trade::{Classification, Decimal3, Economy, EconomyKind, Flow, Period, Record, Status, TOTAL, Usd, Valuation};

/// Which flow two reports are about. Ordered by period, exporter, importer, classification, product.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The time covered.
    pub period: Period,
    /// The economy the goods leave.
    pub exporter: Economy,
    /// The economy the goods enter.
    pub importer: Economy,
    /// The classification of `product`; `None` for `TOTAL`, which is the same in all of them, and
    /// where revisions are taken alike (see [`Options::revisions`]).
    pub classification: Option<Classification>,
    /// The product's code.
    pub product: Arc<str>,
}

/// One side's report of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The value; an explicit zero is a report.
    pub value: Usd,
    /// What the text of the value has beyond the tenth of a cent, US dollars; nearly always 0.
    pub beyond: f64,
    /// FOB, CIF, or not said.
    pub valuation: Option<Valuation>,
    /// Net weight in kilograms, where reported.
    pub net_weight_kg: Option<Decimal3>,
    /// How the compiler came by it.
    pub status: Status,
    /// In which classification it was reported.
    pub classification: Classification,
    /// Who published it.
    pub compiler: Arc<str>,
}

impl Report {
    /// The value in US dollars, as the double nearest to its text.
    pub fn amount(&self) -> f64 {
        self.value.to_f64() + self.beyond
    }
}

/// One flow with the reports of it. At least one of `export` and `import` is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Which flow.
    pub key: Key,
    /// The exporter's report.
    pub export: Option<Report>,
    /// The importer's report.
    pub import: Option<Report>,
    /// Re-exports the exporter reports to this importer: kept apart, already inside `export` in
    /// UN Comtrade, never added.
    pub re_export: Option<Usd>,
    /// Re-imports the importer reports from this exporter: kept apart likewise.
    pub re_import: Option<Usd>,
    /// Whether this is the finest level of products at which both sides report this flow (see
    /// [`crate::levels`]): the pairs that are are told once, those that are not are their sums or parts.
    pub finest: bool,
    /// Whether a side's report is the sum of its finer ones, made because it has none at this level.
    pub rolled_up: bool,
}

impl Pair {
    /// The two values in US dollars, when both sides reported.
    pub fn both(&self) -> Option<(f64, f64)> {
        Some((self.export.as_ref()?.amount(), self.import.as_ref()?.amount()))
    }
}

/// What an economy's code stands for, as far as pairing cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An economy, which can report.
    Economy,
    /// The world, or the world less one economy.
    World,
    /// A group of economies or an area not specified: nobody's report mirrors it.
    Group,
}

/// How product codes of different Harmonized System revisions meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revisions {
    /// Only the same classification and revision is the same product.
    Exact,
    /// Two-digit HS chapters are the same product in every revision: in one year exporters and
    /// importers report in different revisions, and chapters hardly change between them.
    ChaptersAlike,
}

/// How records are paired.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// What a code stands for; [`place_by_table`] asks the reference table.
    pub place: &'a dyn Fn(Economy) -> Place,
    /// How HS revisions meet.
    pub revisions: Revisions,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            place: &place_by_table,
            revisions: Revisions::ChaptersAlike,
        }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("revisions", &self.revisions)
            .finish_non_exhaustive()
    }
}

/// What a code stands for by the reference table of economies. Groups and areas not specified
/// are [`Place::Group`]; a code that is not in the table is taken for an economy.
pub fn place_by_table(code: Economy) -> Place {
    if code.is_world() {
        return Place::World;
    }
    match trade::economies().get(code).map(|info| info.kind) {
        Some(EconomyKind::Group | EconomyKind::Unspecified) => Place::Group,
        _ => Place::Economy,
    }
}

/// How many records were set aside, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excluded {
    /// Reporter and partner are the same.
    pub self_trade: usize,
    /// The world is one side: a total of what is there already.
    pub world: usize,
    /// A group or an area not specified is one side.
    pub groups: usize,
    /// No value: a blank is not a report.
    pub blank: usize,
    /// A negative value.
    pub negative: usize,
    /// Mirrored or imputed: computed from the other side, so no second witness.
    pub derived: usize,
    /// Two-way trade, which is neither an export nor an import.
    pub two_way: usize,
    /// Re-exports or re-imports of a flow of which nothing else is reported.
    pub lone_re_trade: usize,
    /// Further reports of one side of one flow: of several, one is taken.
    pub duplicates: usize,
    /// Flows that both sides report, but at no common level of products (one in all, one by product).
    pub no_common_level: usize,
}

/// Why one of several reports of the same side was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// All have the same value.
    SameValue,
    /// The better status was taken: reported before quoted before estimated.
    Status,
    /// The newest HS revision was taken.
    Revision,
    /// The largest was taken: most often a total beside its breakdown.
    Largest,
}

impl Resolution {
    /// The word as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Resolution::SameValue => "same value",
            Resolution::Status => "better status taken",
            Resolution::Revision => "newest revision taken",
            Resolution::Largest => "largest value taken",
        }
    }
}

/// Several reports of the same side of the same flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// Which flow.
    pub key: Key,
    /// Which side: export, import, re-export or re-import.
    pub flow: Flow,
    /// All values, the one taken first.
    pub values: Vec<Usd>,
    /// Why the first was taken.
    pub resolution: Resolution,
}

/// The pairs, and what was set aside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairing {
    /// One entry a flow, in order of [`Key`].
    pub pairs: Vec<Pair>,
    /// What was set aside.
    pub excluded: Excluded,
    /// Where one side reported more than once, in order of key and flow.
    pub duplicates: Vec<Duplicate>,
}

impl Pairing {
    /// The two values of every two-sided flow, in US dollars, in order of key.
    pub fn two_sided(&self) -> impl Iterator<Item = (&Pair, f64, f64)> {
        self.pairs
            .iter()
            .filter_map(|pair| pair.both().map(|(export, import)| (pair, export, import)))
    }
}

/// A report with the flow it is about, before the two sides meet.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub key: Key,
    pub flow: Flow,
    pub report: Report,
    /// Whether it is a sum of finer reports.
    pub rolled_up: bool,
}

/// Pairs records: an export of A to B with an import of B from A, of the same period,
/// classification and product. The order of the records does not matter.
///
/// An explicit zero is a report; a blank is not. A flow with one report stays in the result with
/// the other side empty: it has no gap. Records whose status is mirrored or imputed are computed
/// from the other side and set aside, since a gap with them measures the compiler's rule.
/// Where the two sides report a flow at no common level of products, the finer side's reports are
/// summed to the coarser level (see [`crate::levels`]).
pub fn pair<'a>(records: impl IntoIterator<Item = &'a Record>, options: &Options<'_>) -> Pairing {
    pair_exactly(records.into_iter().map(|r| (r, 0.0)), options)
}

/// The same for records whose values have more than three decimals: each with what its value has
/// beyond the tenth of a cent, US dollars.
pub fn pair_exactly<'a>(records: impl IntoIterator<Item = (&'a Record, f64)>, options: &Options<'_>) -> Pairing {
    let mut pairing = Pairing::default();
    let mut told: Vec<Told> = records
        .into_iter()
        .filter_map(|(record, beyond)| accept(record, beyond, options, &mut pairing.excluded))
        .collect();
    told.sort_by(|a, b| (&a.key, a.flow).cmp(&(&b.key, b.flow)));
    let sums = levels::sums_to_common_levels(&told, options.revisions);
    if !sums.is_empty() {
        told.extend(sums);
        told.sort_by(|a, b| (&a.key, a.flow).cmp(&(&b.key, b.flow)));
    }
    let mut told = told.into_iter().peekable();
    while let Some(first) = told.next() {
        let key = first.key.clone();
        let mut sides: BTreeMap<Flow, Vec<Told>> = BTreeMap::new();
        sides.entry(first.flow).or_default().push(first);
        while let Some(next) = told.next_if(|t| t.key == key) {
            sides.entry(next.flow).or_default().push(next);
        }
        pairing.add(key, sides);
    }
    pairing.excluded.no_common_level = levels::mark_finest(&mut pairing.pairs);
    pairing
}

impl Pairing {
    /// Adds what both sides tell of one flow, one report a side.
    fn add(&mut self, key: Key, sides: BTreeMap<Flow, Vec<Told>>) {
        let rolled_up = sides.values().flatten().any(|t| t.rolled_up);
        let mut taken = BTreeMap::new();
        for (flow, told) in sides {
            self.excluded.duplicates += told.len() - 1;
            let reports = told.into_iter().map(|t| t.report).collect();
            if let Some(report) = resolve(&key, flow, reports, &mut self.duplicates) {
                taken.insert(flow, report);
            }
        }
        let re_export = taken.remove(&Flow::ReExport).map(|r| r.value);
        let re_import = taken.remove(&Flow::ReImport).map(|r| r.value);
        let (export, import) = (taken.remove(&Flow::Export), taken.remove(&Flow::Import));
        if export.is_none() && import.is_none() {
            self.excluded.lone_re_trade += 1;
        } else {
            self.pairs.push(Pair {
                key,
                export,
                import,
                re_export,
                re_import,
                finest: true,
                rolled_up,
            });
        }
    }
}

/// Checks a record and turns it to its exporter-importer key, or counts why not.
fn accept(record: &Record, beyond: f64, options: &Options<'_>, excluded: &mut Excluded) -> Option<Told> {
    let places = [(options.place)(record.reporter), (options.place)(record.partner)];
    let counter = if record.flow == Flow::TwoWay {
        &mut excluded.two_way
    } else if places.contains(&Place::World) {
        &mut excluded.world
    } else if places.contains(&Place::Group) {
        &mut excluded.groups
    } else if record.reporter == record.partner {
        &mut excluded.self_trade
    } else if matches!(record.status, Status::Mirrored | Status::Imputed) {
        &mut excluded.derived
    } else {
        match record.value {
            None => &mut excluded.blank,
            Some(value) if value < Usd::ZERO => &mut excluded.negative,
            Some(value) => return Some(told_from_the_exporter(record, value, beyond, options)),
        }
    };
    *counter += 1;
    None
}

fn told_from_the_exporter(record: &Record, value: Usd, beyond: f64, options: &Options<'_>) -> Told {
    let outward = matches!(record.flow, Flow::Export | Flow::ReExport);
    let (exporter, importer) = if outward {
        (record.reporter, record.partner)
    } else {
        (record.partner, record.reporter)
    };
    let chapter = record.classification.is_hs() && record.product.len() == 2;
    let alike = &*record.product == TOTAL || (chapter && options.revisions == Revisions::ChaptersAlike);
    let key = Key {
        period: record.period,
        exporter,
        importer,
        classification: (!alike).then_some(record.classification),
        product: record.product.clone(),
    };
    let report = Report {
        value,
        beyond,
        valuation: record.valuation,
        net_weight_kg: record.net_weight_kg,
        status: record.status,
        classification: record.classification,
        compiler: record.compiler.clone(),
    };
    Told {
        key,
        flow: record.flow,
        report,
        rolled_up: false,
    }
}

/// Takes one of several reports of the same side: better status, newest revision, largest value.
/// The compiler's name settles what is still equal, so that the order of records never matters.
fn resolve(key: &Key, flow: Flow, mut reports: Vec<Report>, duplicates: &mut Vec<Duplicate>) -> Option<Report> {
    reports.sort_by(|a, b| {
        (rank(a.status), b.classification, b.value)
            .cmp(&(rank(b.status), a.classification, a.value))
            .then(b.beyond.total_cmp(&a.beyond))
            .then_with(|| a.compiler.cmp(&b.compiler))
    });
    if let [first, second, ..] = reports.as_slice() {
        let resolution = if reports
            .iter()
            .all(|r| r.value == first.value && r.beyond == first.beyond)
        {
            Resolution::SameValue
        } else if rank(first.status) != rank(second.status) {
            Resolution::Status
        } else if first.classification != second.classification {
            Resolution::Revision
        } else {
            Resolution::Largest
        };
        let values = reports.iter().map(|r| r.value).collect();
        duplicates.push(Duplicate {
            key: key.clone(),
            flow,
            values,
            resolution,
        });
    }
    reports.into_iter().next()
}

fn rank(status: Status) -> u8 {
    match status {
        Status::Reported => 0,
        Status::Quoted => 1,
        Status::Estimated => 2,
        Status::Mirrored | Status::Imputed => 3,
    }
}

#[cfg(test)]
#[path = "pairing_tests.rs"]
mod tests;
