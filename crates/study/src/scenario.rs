//! From pins to a scenario's flows.

use crate::given::DATA;
use crate::guard;
use crate::study_file::{LayerFile, Perspective, ScenarioFile};
use crate::{Error, Result, Study};
use std::collections::{BTreeMap, BTreeSet};
use store::{Broken, Filter, Pin, PinFile};
use trade::{Decimal3, Economy, Flow, Period, Record, Status, Usd, Valuation};

/// A reference of one pin, in the run's common list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyReference {
    /// The pin.
    pub pin: String,
    /// The key in the pin's references.
    pub key: String,
    /// Who said it.
    pub citation: String,
    /// Where it stands.
    pub url: String,
}

/// A figure that a scenario does not use, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct SetAside {
    /// The figure, as it would have been used.
    pub record: Record,
    /// Why it is not.
    pub reason: String,
}

/// A scenario's flows.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// The figures that the models see, sorted by [`Record::key`]; `reference` is an index
    /// into the run's common list of references.
    pub flows: Vec<Record>,
    /// The figures that were set aside.
    pub set_aside: Vec<SetAside>,
}

/// The records of the pins of a study, with their references in one common list.
pub(crate) struct Pinned {
    pub pins: BTreeMap<String, PinFile>,
    pub records: BTreeMap<String, Vec<Record>>,
    pub references: Vec<StudyReference>,
    /// Every way in which a pin is not what its description says.
    pub broken: Vec<Broken>,
}

impl Pinned {
    /// Opens and checks every pin that the study's scenarios name.
    pub(crate) fn open(study: &Study) -> Result<Self> {
        let names: BTreeSet<&str> = study
            .file
            .scenario
            .iter()
            .flat_map(|s| &s.layer)
            .map(|layer| layer.pin.as_str())
            .collect();
        let mut pinned = Pinned {
            pins: BTreeMap::new(),
            records: BTreeMap::new(),
            references: Vec::new(),
            broken: Vec::new(),
        };
        if let Some(data) = study.data.as_ref().filter(|_| names.contains(DATA)) {
            pinned.records.insert(DATA.to_owned(), data.records.clone());
            pinned.pins.insert(DATA.to_owned(), data.about.clone());
        }
        for name in names.into_iter().filter(|name| *name != DATA) {
            let replaced = study.replaced.get(name).cloned();
            let folder = replaced.unwrap_or_else(|| study.datasets.join(name));
            if !folder.join("pin.toml").is_file() {
                let there = store::pin_names(&study.datasets)?.join(", ");
                return Err(Error::Study {
                    path: study.path.clone(),
                    reason: format!(
                        "there is no pin `{name}` in {}; there are {there}",
                        study.datasets.display()
                    ),
                });
            }
            let pin = Pin::open(&folder)?;
            let first = pinned.references.len() as u32;
            let mut records = pin.records(&Filter::default())?;
            pinned.broken.extend(store::check_pin(&pin, &records)?);
            if study.replaced.contains_key(name) {
                under_old_name(&mut records, &Pin::open(&study.datasets.join(name))?)?;
            }
            for record in &mut records {
                record.reference = record.reference.map(|n| first + n);
            }
            pinned.references.extend(pin.references.iter().map(|r| StudyReference {
                pin: name.to_owned(),
                key: r.key.clone(),
                citation: r.citation.clone(),
                url: r.url.clone(),
            }));
            pinned.records.insert(name.to_owned(), records);
            pinned.pins.insert(name.to_owned(), pin.about);
        }
        Ok(pinned)
    }
}

/// Puts the one compiler of a newer release under the name that the one compiler of the replaced
/// pin has, where they differ, so that layers that choose by compiler still find it.
fn under_old_name(records: &mut [Record], replaced: &Pin) -> Result<()> {
    let names = |records: &[Record]| records.iter().map(|r| r.compiler.clone()).collect::<BTreeSet<_>>();
    let old = names(&replaced.records(&Filter::default())?);
    if let (Some(old), 1, 1) = (old.first(), old.len(), names(records).len()) {
        records.iter_mut().for_each(|r| r.compiler = old.clone());
    }
    Ok(())
}

/// What tells two figures of the same thing apart from two figures of different things.
type Place = (Period, Economy, Economy, Flow, trade::Classification, String);

fn place(record: &Record) -> Place {
    let r = record;
    // All products together are the same under any classification.
    let all = &*r.product == trade::TOTAL;
    let classification = if all {
        trade::Classification::Compiler
    } else {
        r.classification
    };
    (
        r.period,
        r.reporter,
        r.partner,
        r.flow,
        classification,
        r.product.to_string(),
    )
}

/// Builds a scenario's flows from the pinned records.
pub(crate) fn build(study: &Study, scenario: &ScenarioFile, pinned: &Pinned) -> Result<Figures> {
    let mut figures = chosen(study, scenario, pinned)?;
    complete(study, scenario, &mut figures)?;
    Ok(figures)
}

fn refuse<'a>(study: &'a Study, scenario: &'a ScenarioFile) -> impl Fn(String) -> Error + 'a {
    move |reason| Error::Study {
        path: study.path.clone(),
        reason: format!("scenario `{}`: {reason}", scenario.id),
    }
}

/// The figures that a scenario chooses, revalued and guarded; nothing is derived from them as yet.
pub(crate) fn chosen(study: &Study, scenario: &ScenarioFile, pinned: &Pinned) -> Result<Figures> {
    let refuse = &refuse(study, scenario);
    let economy = study.economy_of(scenario).map_err(refuse)?;
    let mut figures = Figures::default();
    let mut filled: BTreeSet<Place> = BTreeSet::new();
    for layer in &scenario.layer {
        let records = pinned.records.get(&layer.pin).map(Vec::as_slice).unwrap_or_default();
        let chosen = records
            .iter()
            .filter(|r| wants(layer, r))
            .filter_map(|r| told(economy, scenario.perspective, r));
        let chosen: Vec<Record> = chosen.collect();
        match scenario.perspective {
            Perspective::Economy => fill(&mut figures, &mut filled, layer, chosen),
            Perspective::AllCompilers | Perspective::AsPublished => figures.flows.extend(chosen),
        }
    }
    for (flow, margin) in &scenario.cif_margin {
        let flow: Flow = flow
            .parse()
            .map_err(|e: trade::Error| refuse(format!("cif_margin: {e}")))?;
        let margin: Decimal3 = margin
            .parse()
            .map_err(|e: trade::Error| refuse(format!("cif_margin: {e}")))?;
        restate_fob(&mut figures.flows, flow, margin).map_err(refuse)?;
    }
    // Guards come first: what is set aside must not live on in sums, and a required partner's
    // gaps must not cut the series that the outlier test sees.
    for name in &scenario.guards {
        guard::apply(name, &study.file.guard, &mut figures).map_err(refuse)?;
    }
    Ok(figures)
}

/// Adds what a scenario derives from the figures it chose: two-way trade, world rows as sums.
pub(crate) fn complete(study: &Study, scenario: &ScenarioFile, figures: &mut Figures) -> Result<()> {
    let refuse = &refuse(study, scenario);
    let economy = study.economy_of(scenario).map_err(refuse)?;
    if scenario.derive_two_way {
        add_two_way(&mut figures.flows);
    }
    require(figures, &scenario.requires).map_err(refuse)?;
    if !scenario.world_from.is_empty() {
        world_from(&mut figures.flows, &scenario.world_from, economy).map_err(refuse)?;
    }
    figures.flows.sort_by(|a, b| a.key().cmp(&b.key()));
    Ok(())
}

fn column<'a>(record: &'a Record, name: &str) -> &'a str {
    match name {
        "compiler" => &record.compiler,
        "reporter" => record.reporter.as_str(),
        "partner" => record.partner.as_str(),
        "flow" => record.flow.as_str(),
        "classification" => record.classification.as_str(),
        "product" => &record.product,
        "status" => record.status.as_str(),
        "basis" => record.basis.as_deref().unwrap_or_default(),
        _ => "",
    }
}

/// Whether a value of a study file names what a record has; a classification has several names.
fn names(record: &Record, name: &str, value: &str) -> bool {
    let other = |c: trade::Classification| c == record.classification;
    value == column(record, name) || (name == "classification" && value.parse().is_ok_and(other))
}

fn wants(layer: &LayerFile, record: &Record) -> bool {
    let year = record.period.year();
    let total = &*record.product == trade::TOTAL;
    layer.years.is_none_or(|[from, to]| (from..=to).contains(&year))
        && layer
            .digits()
            .is_none_or(|n| total || record.product.len() == usize::from(n))
        && layer
            .only
            .iter()
            .all(|(name, values)| values.iter().any(|v| names(record, name, v)))
        && !layer
            .except
            .iter()
            .any(|(name, values)| values.iter().any(|v| names(record, name, v)))
        && (layer.basis.is_empty() || layer.basis.iter().any(|b| b == column(record, "basis")))
}

/// The record as the perspective tells it, or `None` if it is not about the economy.
fn told(economy: Economy, perspective: Perspective, record: &Record) -> Option<Record> {
    if perspective == Perspective::AsPublished || record.reporter == economy {
        return Some(record.clone());
    }
    let mirrored = record.flow.mirror().filter(|_| record.partner == economy)?;
    let status = if record.status == Status::Reported {
        Status::Mirrored
    } else {
        record.status
    };
    Some(Record {
        reporter: economy,
        partner: record.reporter,
        flow: mirrored,
        status,
        ..record.clone()
    })
}

/// Takes a layer's figures for the places that are still open: one figure a place.
fn fill(figures: &mut Figures, filled: &mut BTreeSet<Place>, layer: &LayerFile, chosen: Vec<Record>) {
    let mut by_place: BTreeMap<Place, Vec<Record>> = BTreeMap::new();
    for record in chosen {
        by_place.entry(place(&record)).or_default().push(record);
    }
    for (place, mut candidates) in by_place {
        candidates.sort_by_key(|record| preference(layer, record));
        let mut candidates = candidates.into_iter();
        let taken = !filled.insert(place);
        let used = if taken { None } else { candidates.next() };
        let why = match &used {
            None => "an earlier layer has this figure".to_owned(),
            Some(used) => format!("another quotation was preferred: {}", shown(used)),
        };
        figures.set_aside.extend(candidates.map(|record| SetAside {
            record,
            reason: why.clone(),
        }));
        figures.flows.extend(used);
    }
}

fn shown(record: &Record) -> String {
    match (record.value, record.share_percent) {
        (Some(value), _) => format!("{value} USD"),
        (None, Some(share)) => format!("{share} per cent"),
        (None, None) => "a quantity".to_owned(),
    }
}

/// The order in which several figures for one place are preferred: the layer's basis order,
/// then a value before a share alone, then the finest rounding, then a compiler's own words
/// before a quotation, then the order of references.
fn preference(layer: &LayerFile, record: &Record) -> (usize, bool, Usd, bool, Option<u32>) {
    let basis = layer
        .basis
        .iter()
        .position(|b| b == column(record, "basis"))
        .unwrap_or(usize::MAX);
    let rounding = record.rounded_to.unwrap_or(Usd::ZERO);
    (
        basis,
        record.value.is_none(),
        rounding,
        record.status == Status::Quoted,
        record.reference,
    )
}

/// Restates values free on board: value / (1 + margin), to the nearest tenth of a cent.
fn restate_fob(flows: &mut [Record], flow: Flow, margin: Decimal3) -> std::result::Result<(), String> {
    let divisor = 1000 + margin.thousandths();
    if divisor <= 0 {
        return Err(format!("cif_margin: a margin of {margin} leaves nothing to divide by"));
    }
    for record in flows
        .iter_mut()
        .filter(|r| r.flow == flow && r.valuation == Some(Valuation::Cif))
    {
        record.value = record.value.map(|value| {
            let scaled = value.thousandths() * 1000;
            let nearest = (2 * scaled + scaled.signum() * divisor) / (2 * divisor);
            Usd::from_thousandths(nearest)
        });
        record.valuation = Some(Valuation::Fob);
        record.status = Status::Estimated;
    }
    Ok(())
}

/// Who is named as the compiler of a figure that a scenario makes of others.
const SUM: &str = "sum of figures";

/// Whether a scenario made a figure as a sum of others.
pub fn is_sum(record: &Record) -> bool {
    &*record.compiler == SUM && record.reference.is_none()
}

/// The chosen figures of which a scenario made the sums among `rows`, each once, sorted.
pub(crate) fn parts(rows: &[Record], chosen: &[Record], scenario: &ScenarioFile) -> Vec<Record> {
    let valued = chosen.iter().filter(|r| r.value.is_some());
    let by_place: BTreeMap<Place, &Record> = valued.map(|r| (place(r), r)).collect();
    let mut parts: BTreeMap<Place, &Record> = BTreeMap::new();
    for sum in rows.iter().filter(|r| is_sum(r)) {
        let world: Vec<Economy> = scenario
            .world_from
            .iter()
            .filter_map(|c| Economy::new(c).ok())
            .collect();
        let of = match sum.partner.is_world() && !world.is_empty() {
            true => world,
            false => vec![sum.partner],
        };
        for partner in of {
            let at = |flow| {
                let part = Record {
                    partner,
                    flow,
                    ..sum.clone()
                };
                place(&part)
            };
            let found = |flow| by_place.get_key_value(&at(flow));
            let own = found(sum.flow).map_or_else(
                || [Flow::Export, Flow::Import].into_iter().filter_map(found).collect(),
                |one| vec![one],
            );
            parts.extend(own.into_iter().map(|(place, record)| (place.clone(), *record)));
        }
    }
    let mut parts: Vec<Record> = parts.into_values().cloned().collect();
    parts.sort_by(|a, b| a.key().cmp(&b.key()));
    parts
}

/// A figure that is computed from others; it has no reference of its own.
fn computed(record: &Record, value: Usd) -> Record {
    Record {
        value: Some(value),
        status: Status::Estimated,
        compiler: SUM.into(),
        basis: None,
        reference: None,
        rounded_to: None,
        share_percent: None,
        quantity: None,
        quantity_unit: None,
        net_weight_kg: None,
        ..record.clone()
    }
}

/// Adds the exact sum of exports and imports as two-way trade, where no such figure stands.
fn add_two_way(flows: &mut Vec<Record>) {
    let mut sums: BTreeMap<Place, Record> = BTreeMap::new();
    for record in flows.iter().filter(|r| matches!(r.flow, Flow::Export | Flow::Import)) {
        let Some(value) = record.value else { continue };
        let both = computed(
            &Record {
                flow: Flow::TwoWay,
                valuation: None,
                ..record.clone()
            },
            value,
        );
        sums.entry(place(&both))
            .and_modify(|sum| sum.value = sum.value.map(|v| v + value))
            .or_insert(both);
    }
    let there: BTreeSet<Place> = flows.iter().filter(|r| r.flow == Flow::TwoWay).map(place).collect();
    flows.extend(
        sums.into_iter()
            .filter(|(place, _)| !there.contains(place))
            .map(|(_, record)| record),
    );
}

/// Sets aside the flows of periods in which a required partner has no figure.
fn require(figures: &mut Figures, partners: &[String]) -> std::result::Result<(), String> {
    for code in partners {
        let partner = Economy::new(code).map_err(|e| format!("requires: {e}"))?;
        let known: BTreeSet<(Period, Flow)> = figures
            .flows
            .iter()
            .filter(|r| r.partner == partner && r.value.is_some())
            .map(|r| (r.period, r.flow))
            .collect();
        let (kept, gone) = std::mem::take(&mut figures.flows)
            .into_iter()
            .partition(|r| known.contains(&(r.period, r.flow)));
        figures.flows = kept;
        let aside = |record| SetAside {
            record,
            reason: format!("trade with {partner} is not known for this period and flow"),
        };
        figures.set_aside.extend(gone.into_iter().map(aside));
    }
    Ok(())
}

/// Replaces world rows by the exact sum of the named partners' rows, where all are known.
fn world_from(flows: &mut Vec<Record>, partners: &[String], economy: Economy) -> std::result::Result<(), String> {
    let partners = partners
        .iter()
        .map(|code| Economy::new(code).map_err(|e| format!("world_from: {e}")))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let mut sums: BTreeMap<Place, (Usd, usize, Record)> = BTreeMap::new();
    for record in flows.iter().filter(|r| partners.contains(&r.partner)) {
        let Some(value) = record.value else { continue };
        let world = Record {
            partner: Economy::WORLD,
            ..record.clone()
        };
        let entry = sums.entry(place(&world)).or_insert_with(|| (Usd::ZERO, 0, world));
        entry.0 += value;
        entry.1 += 1;
    }
    flows.retain(|r| !r.partner.is_world());
    for (_, (value, found, record)) in sums {
        if found == partners.len() {
            flows.push(Record {
                reporter: economy,
                ..computed(&record, value)
            });
        }
    }
    Ok(())
}
