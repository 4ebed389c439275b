use super::figure::{Figure, Said};
use super::parameters::Parameters;
use crate::nesting::{container, looks_whole, parts};
use ::model::Notes;
use ::model::{Coverage, Finding, Input};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trade::{Classification, Economy, EconomyKind, Flow, Period, Record, TOTAL, Usd};

/// What one compiler says about the products of one flow in one year, with one partner or
/// with all.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    pub place: Place,
    /// The one partner, a world row's name, or `WLD` for a sum over partners.
    pub partner: Economy,
    /// How partners came together.
    pub over_partners: &'static str,
    /// Every product listed, also those that lie in others.
    pub items: BTreeMap<String, Figure>,
    /// The products that can be added.
    pub parts: BTreeSet<String>,
    /// The value of everything together, and where it comes from.
    pub total: Option<(Usd, String)>,
    /// The revisions of the classification.
    pub revisions: BTreeSet<Classification>,
    /// Whether to label findings with the reporter.
    pub with_reporter: bool,
}

/// Of which year, flow and compiler.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub reporter: Economy,
    pub flow: Flow,
    pub period: Period,
    /// The classification, all revisions of the HS as one.
    pub family: Classification,
    pub compiler: Arc<str>,
    pub basis: Option<Arc<str>>,
}

/// A share and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Share {
    pub share: f64,
    pub denominator: String,
}

impl Listing {
    /// The share of one product: of the compiler's own total, else as published, else of
    /// another total in the scenario, else of the sum of the parts where they look whole.
    pub fn share(&self, product: &str) -> Option<Share> {
        let figure = self.items.get(product)?;
        let value = figure.value().one();
        let computed = value
            .zip(self.denominator())
            .map(|(v, (total, from))| (quotient(v, total), from));
        let own = self.total.as_ref().is_some_and(|(_, from)| *from == OWN_TOTAL);
        let published = figure
            .share_percent()
            .one()
            .map(|p| (p.thousandths() as f64 / 100_000.0, "share as published".to_owned()));
        let (share, denominator) = if own {
            computed.or(published)
        } else {
            published.or(computed)
        }?;
        Some(Share { share, denominator })
    }

    /// The value of everything together, and what it is.
    pub fn denominator(&self) -> Option<(Usd, String)> {
        if let Some((total, from)) = &self.total {
            return (*total > Usd::ZERO).then(|| (*total, from.clone()));
        }
        let codes: BTreeSet<&str> = self.parts.iter().map(String::as_str).collect();
        let values: Option<Vec<Usd>> = self
            .parts
            .iter()
            .map(|code| self.items.get(code).and_then(|figure| figure.value().one()))
            .collect();
        let sum: Usd = values?.into_iter().sum();
        (looks_whole(self.place.family, &codes) && sum > Usd::ZERO)
            .then(|| (sum, "sum of the products listed".to_owned()))
    }

    /// Whether the parts are all products there are.
    pub fn is_whole(&self) -> bool {
        looks_whole(self.place.family, &self.parts.iter().map(String::as_str).collect())
    }

    /// Labels and conventions that all findings of the listing share.
    pub fn label(&self, finding: Finding) -> Finding {
        let mut finding = finding
            .label("flow", self.place.flow)
            .label("period", self.place.period)
            .label("classification", self.place.family)
            .label("compiler", &self.place.compiler)
            .label("partner", self.partner)
            .convention("over partners", self.over_partners);
        if let Some(basis) = &self.place.basis {
            finding = finding.label("basis", basis);
        }
        if self.with_reporter {
            finding = finding.label("reporter", self.place.reporter);
        }
        if self.place.family.is_hs() {
            let names: Vec<&str> = self.revisions.iter().map(|r| r.as_str()).collect();
            finding = finding.convention("revisions", names.join(" "));
        }
        finding
    }
}

/// The nearest number to a / b, for b > 0.
pub(super) fn quotient(a: Usd, b: Usd) -> f64 {
    a.thousandths() as f64 / b.thousandths() as f64
}

const OWN_TOTAL: &str = "TOTAL of the same compiler";

type ByPartner = BTreeMap<Economy, BTreeMap<Classification, BTreeMap<String, Figure>>>;

/// The listings of an input, in order of place and partner: annual figures by product.
pub(super) fn listings(input: &Input<'_>, parameters: &Parameters, notes: &mut Notes) -> Vec<Listing> {
    let places = places(input);
    let mut partners: BTreeMap<(Classification, Arc<str>), BTreeSet<Economy>> = BTreeMap::new();
    for (place, by_partner) in &places {
        let key = (place.family, place.compiler.clone());
        partners.entry(key).or_default().extend(by_partner.keys());
    }
    let mut listings = Vec::new();
    for (place, by_partner) in places {
        let only = partners
            .get(&(place.family, place.compiler.clone()))
            .is_some_and(|all| all.len() == 1);
        // Quotations are picked by whoever quotes: nobody knows what a sum of them leaves out.
        let add = place.family != Classification::Compiler
            && input.coverage == Coverage::Complete
            && !only
            && !by_partner.keys().any(Economy::is_world);
        let single = |(partner, revisions)| single(&place, partner, revisions, notes);
        let singles: Vec<Listing> = by_partner.into_iter().map(single).collect();
        if add {
            listings.push(sum(&place, &singles, notes));
        }
        let wanted = |listing: &Listing| !add || parameters.partners.contains(&listing.partner);
        listings.extend(singles.into_iter().filter(wanted));
    }
    let totals = Totals::read(input);
    for listing in &mut listings {
        listing.with_reporter = input.economy.is_none();
        listing.total = totals.of(listing);
        let codes = listing.items.keys().map(String::as_str);
        let level = codes.filter(|code| parameters.level.is_none_or(|digits| code.len() == digits));
        let parts = parts(listing.place.family, level);
        listing.parts = parts.into_iter().map(str::to_owned).collect();
    }
    listings
}

fn places(input: &Input<'_>) -> BTreeMap<Place, ByPartner> {
    let mut places: BTreeMap<Place, ByPartner> = BTreeMap::new();
    for record in input
        .flows
        .iter()
        .filter(|record| &*record.product != TOTAL && belongs(record, input))
    {
        let products = places
            .entry(place(record))
            .or_default()
            .entry(record.partner)
            .or_default();
        let figures = products.entry(record.classification).or_default();
        figures.entry(record.product.to_string()).or_default().add(record);
    }
    places
}

fn belongs(record: &Record, input: &Input<'_>) -> bool {
    let group = trade::economies()
        .get(record.partner)
        .is_some_and(|e| e.kind == EconomyKind::Group);
    record.period.is_annual()
        && matches!(record.flow, Flow::Export | Flow::Import | Flow::TwoWay)
        && input.economy.is_none_or(|economy| economy == record.reporter)
        && record.partner != record.reporter
        && (record.partner.is_world() || !group)
}

fn place(record: &Record) -> Place {
    Place {
        reporter: record.reporter,
        flow: record.flow,
        period: record.period,
        family: if record.classification.is_hs() {
            Classification::HsUnstated
        } else {
            record.classification
        },
        compiler: record.compiler.clone(),
        basis: record.basis.clone(),
    }
}

/// One partner's listing, in its newest revision where it stands in several.
fn single(
    place: &Place,
    partner: Economy,
    mut revisions: BTreeMap<Classification, BTreeMap<String, Figure>>,
    notes: &mut Notes,
) -> Listing {
    if revisions.len() > 1 {
        notes.add("a partner's products stand in several revisions of the HS: the newest is used");
    }
    let stated = |c: &Classification| matches!(c, Classification::Hs(_));
    let newest = revisions
        .keys()
        .rfind(|c| stated(c))
        .or(revisions.keys().next_back())
        .copied();
    let items = newest.and_then(|c| revisions.remove(&c)).unwrap_or_default();
    Listing {
        place: place.clone(),
        partner,
        over_partners: if partner.is_world() {
            "the compiler's total"
        } else {
            "one partner"
        },
        items,
        parts: BTreeSet::new(),
        total: None,
        revisions: newest.into_iter().collect(),
        with_reporter: false,
    }
}

/// The sum over partners. A code that one partner gives alone, but another inside a wider
/// one, cannot be added and is set aside.
fn sum(place: &Place, singles: &[Listing], notes: &mut Notes) -> Listing {
    let all: BTreeSet<&str> = singles
        .iter()
        .flat_map(|s| s.items.keys().map(String::as_str))
        .collect();
    let mut sums: BTreeMap<String, Result<Usd, Figure>> = BTreeMap::new();
    for listing in singles {
        let own: BTreeSet<&str> = listing.items.keys().map(String::as_str).collect();
        for (code, figure) in &listing.items {
            if container(code, &all).is_some() && container(code, &own).is_none() {
                notes.add(format!(
                    "{} {}: {code} with {} stands without the wider code that others give, and is not added to it",
                    place.period, place.flow, listing.partner
                ));
            }
            let sum = sums.entry(code.clone()).or_insert(Ok(Usd::ZERO));
            match (figure.value(), &sum) {
                (Said::One(value), Ok(so_far)) => *sum = Ok(*so_far + value),
                (Said::Conflict(_), _) => *sum = Err(figure.clone()),
                (Said::Nothing, _) => notes.add("figures by product without a value are not in sums over partners"),
                _ => {}
            }
        }
    }
    let figure = |sum| match sum {
        Ok(value) => Figure::of_value(value),
        Err(conflict) => conflict,
    };
    Listing {
        place: place.clone(),
        partner: Economy::WORLD,
        over_partners: "sum over the partners listed",
        items: sums.into_iter().map(|(code, sum)| (code, figure(sum))).collect(),
        parts: BTreeSet::new(),
        total: None,
        revisions: singles.iter().flat_map(|s| s.revisions.iter().copied()).collect(),
        with_reporter: false,
    }
}

/// Reporter, flow, period and partner.
type TotalKey = (Economy, Flow, Period, Economy);

/// The figures for all products together.
struct Totals {
    /// By year, flow and partner, then by compiler.
    figures: BTreeMap<TotalKey, BTreeMap<Arc<str>, Figure>>,
    complete: bool,
}

impl Totals {
    fn read(input: &Input<'_>) -> Self {
        let mut totals = Totals {
            figures: BTreeMap::new(),
            complete: input.coverage == Coverage::Complete,
        };
        for record in input
            .flows
            .iter()
            .filter(|record| &*record.product == TOTAL && belongs(record, input))
        {
            let key = (record.reporter, record.flow, record.period, record.partner);
            let by_compiler = totals.figures.entry(key).or_default();
            by_compiler.entry(record.compiler.clone()).or_default().add(record);
        }
        totals
    }

    /// The total that a listing's products are parts of.
    fn of(&self, listing: &Listing) -> Option<(Usd, String)> {
        let place = &listing.place;
        let key = |partner: Economy| (place.reporter, place.flow, place.period, partner);
        let added = listing.over_partners == "sum over the partners listed";
        if added && let Some(total) = self.over_partners(place, Some(&place.compiler)) {
            return Some((total, OWN_TOTAL.to_owned()));
        }
        if let Some(by_compiler) = self.figures.get(&key(listing.partner)) {
            if let Some(total) = by_compiler.get(&place.compiler).and_then(|figure| figure.value().one()) {
                return Some((total, OWN_TOTAL.to_owned()));
            }
            let mut others = by_compiler
                .iter()
                .filter_map(|(name, figure)| Some((figure.value().one()?, name)));
            if let (Some((total, name)), None) = (others.next(), others.next()) {
                return Some((total, format!("TOTAL of {name}")));
            }
        }
        if listing.partner == Economy::WORLD && self.complete {
            return self
                .over_partners(place, None)
                .map(|total| (total, "sum over partners of the scenario's TOTAL".to_owned()));
        }
        None
    }

    /// The exact sum over partners, of one compiler or of whatever the scenario has; `None`
    /// where there is none or one is unclear.
    fn over_partners(&self, place: &Place, compiler: Option<&Arc<str>>) -> Option<Usd> {
        let mut sum = None;
        for ((reporter, flow, period, partner), by_compiler) in &self.figures {
            if (*reporter, *flow, *period) != (place.reporter, place.flow, place.period) || partner.is_world() {
                continue;
            }
            let figure = match compiler {
                Some(name) => by_compiler.get(name),
                None => by_compiler.values().next().filter(|_| by_compiler.len() == 1),
            };
            match figure.map(Figure::value) {
                Some(Said::One(value)) => sum = Some(sum.unwrap_or(Usd::ZERO) + value),
                Some(Said::Conflict(_)) => return None,
                _ => {}
            }
        }
        sum
    }
}
