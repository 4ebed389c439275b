use super::drawing;
use super::listing::Listing;
use super::parameters::{Group, Parameters};
use super::products::{PLACE, place};
use ::model::{Chart, Finding, Kind, Output, Table, Tolerance};
use std::collections::{BTreeMap, BTreeSet};
use trade::{Classification, Flow, Usd};

/// A group in one listing: which of its codes are there and can be added.
struct Gathered {
    /// The codes that are added.
    codes: BTreeSet<String>,
    /// The group's codes of which the listing says nothing.
    absent: BTreeSet<String>,
}

/// One group in one listing.
pub(super) struct Amount<'a> {
    pub listing: &'a Listing,
    pub group: &'a str,
    /// The single product, for quoted names, which are never added.
    pub product: Option<String>,
    pub value: Option<Usd>,
    share: Option<Result<f64, (f64, f64)>>,
    codes: String,
    absent: String,
    denominator: String,
}

/// The groups of the parameters in every listing. Names of a compiler's own (`COMPILER`)
/// may overlap, as coal and minerals do: each stands alone.
pub(super) fn groups(listings: &[Listing], parameters: &Parameters) -> Output {
    let mut amounts = Vec::new();
    for (group, codes) in &parameters.groups {
        for listing in listings {
            amounts.extend(amounts_of(listing, group, codes));
        }
    }
    let mut output = Output {
        findings: amounts.iter().flat_map(findings).collect(),
        ..Output::default()
    };
    if !amounts.is_empty() {
        output.tables.push(table(&amounts));
    }
    output.charts = charts(&amounts);
    output
}

fn amounts_of<'a>(listing: &'a Listing, group: &'a str, content: &Group) -> Vec<Amount<'a>> {
    let family = listing.place.family;
    let Some(wanted) = content.get(family.as_str()) else {
        return Vec::new();
    };
    if family == Classification::Compiler {
        let listed = wanted.iter().filter(|code| listing.items.contains_key(*code));
        return listed.map(|code| alone(listing, group, code)).collect();
    }
    let gathered = gather(listing, wanted);
    if gathered.codes.is_empty() {
        return Vec::new();
    }
    vec![together(listing, group, &gathered)]
}

fn alone<'a>(listing: &'a Listing, group: &'a str, code: &str) -> Amount<'a> {
    let share = listing.share(code);
    Amount {
        listing,
        group,
        product: Some(code.to_owned()),
        value: listing.items.get(code).and_then(|figure| figure.value().one()),
        share: share.as_ref().map(|s| Ok(s.share)),
        codes: code.to_owned(),
        absent: String::new(),
        denominator: share.map(|s| s.denominator).unwrap_or_default(),
    }
}

fn together<'a>(listing: &'a Listing, group: &'a str, gathered: &Gathered) -> Amount<'a> {
    let figure = |code: &String| listing.items.get(code);
    let values: Option<Vec<Usd>> = gathered
        .codes
        .iter()
        .map(|c| figure(c).and_then(|f| f.value().one()))
        .collect();
    let value: Option<Usd> = values.map(|values| values.into_iter().sum());
    let shares: Option<Vec<_>> = gathered.codes.iter().map(|code| listing.share(code)).collect();
    // From exact sums where there are values, else from the shares published.
    let low = match (value, listing.denominator(), &shares) {
        (Some(value), Some((total, from)), _) => Some((super::listing::quotient(value, total), from)),
        (None, _, Some(shares)) => Some((shares.iter().map(|s| s.share).sum(), "shares as published".to_owned())),
        _ => None,
    };
    let uncertain = !gathered.absent.is_empty() && !listing.is_whole();
    let listed: f64 = listing
        .parts
        .iter()
        .filter_map(|code| listing.share(code))
        .map(|s| s.share)
        .sum();
    Amount {
        listing,
        group,
        product: None,
        value: value.filter(|_| !uncertain),
        share: low.as_ref().map(|(low, _)| match uncertain {
            true => Err((*low, low + (1.0 - listed).max(0.0))),
            false => Ok(*low),
        }),
        codes: join(&gathered.codes),
        absent: join(&gathered.absent),
        denominator: low.map(|(_, from)| from).unwrap_or_default(),
    }
}

/// Each code of the group as it stands, or what is listed below it.
fn gather(listing: &Listing, wanted: &BTreeSet<String>) -> Gathered {
    let mut gathered = Gathered {
        codes: BTreeSet::new(),
        absent: BTreeSet::new(),
    };
    let outermost = crate::nesting::parts(listing.place.family, wanted.iter().map(String::as_str));
    for code in outermost {
        if listing.items.contains_key(code) {
            gathered.codes.insert(code.to_owned());
            continue;
        }
        let below: Vec<&String> = listing.parts.iter().filter(|part| part.starts_with(code)).collect();
        if below.is_empty() {
            gathered.absent.insert(code.to_owned());
        }
        gathered.codes.extend(below.into_iter().cloned());
    }
    gathered
}

fn join(codes: &BTreeSet<String>) -> String {
    codes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn findings(amount: &Amount<'_>) -> Vec<Finding> {
    let label = |finding: Finding| {
        let mut finding = amount
            .listing
            .label(finding)
            .label("group", amount.group)
            .convention("codes", &amount.codes);
        if let Some(product) = &amount.product {
            finding = finding
                .label("product", product)
                .convention("group", "quoted names may overlap: not added");
        }
        if !amount.absent.is_empty() {
            finding = finding.convention("codes without a figure", &amount.absent);
        }
        finding
    };
    let mut found = Vec::new();
    if let Some(value) = amount.value {
        found.push(label(
            Finding::new("group_value", "USD", value.to_f64()).tolerance(Tolerance::Exact),
        ));
    }
    if let Some(share) = amount.share {
        let finding = match share {
            Ok(share) => Finding::new("group_share", "share", share),
            Err((low, high)) => {
                let reason = format!("the listing is an extract without {}", amount.absent);
                Finding::undefined("group_share", "share", reason).interval(
                    low,
                    high,
                    "bounds under incomplete coverage",
                )
            }
        };
        found.push(label(finding.convention("denominator", &amount.denominator)));
    }
    found
}

fn table(amounts: &[Amount<'_>]) -> Table {
    let mut columns = PLACE.to_vec();
    columns.extend([
        ("group", Kind::Text, ""),
        ("product", Kind::Text, ""),
        ("codes", Kind::Text, ""),
        ("value_usd", Kind::Decimal, "USD"),
        ("share", Kind::Number, "share"),
        ("share_low", Kind::Number, "share"),
        ("share_high", Kind::Number, "share"),
    ]);
    let mut table = Table::new(
        "product-groups",
        "Groups of products; quoted names stand alone",
        &columns,
    )
    .headed(&[
        ("value_usd", "Value"),
        ("share_low", "Share at least"),
        ("share_high", "Share at most"),
    ]);
    for amount in amounts {
        let (share, low, high) = match amount.share {
            Some(Ok(share)) => (Some(share), Some(share), Some(share)),
            Some(Err((low, high))) => (None, Some(low), Some(high)),
            None => (None, None, None),
        };
        let mut row = place(amount.listing);
        row.extend([
            amount.group.into(),
            amount.product.as_deref().into(),
            amount.codes.as_str().into(),
            amount.value.into(),
            share.into(),
            low.into(),
            high.into(),
        ]);
        table.push(row);
    }
    table
}

/// For each group and direction a chart of values by compiler.
fn charts(amounts: &[Amount<'_>]) -> Vec<Chart> {
    let mut drawn: BTreeMap<(&str, Flow), Vec<&Amount<'_>>> = BTreeMap::new();
    for amount in amounts.iter().filter(|amount| amount.value.is_some()) {
        drawn
            .entry((amount.group, amount.listing.place.flow))
            .or_default()
            .push(amount);
    }
    drawn
        .into_iter()
        .map(|((group, flow), amounts)| drawing::group_chart(group, flow, &amounts))
        .collect()
}
