use super::figure::Said;
use super::listing::Listing;
use crate::nesting::container;
use ::model::{Cell, Finding, Kind, Output, Table, Tolerance};
use std::collections::BTreeSet;

/// The columns that say which listing a row is of.
pub(super) const PLACE: [(&str, Kind, &str); 7] = [
    ("reporter", Kind::Text, ""),
    ("period", Kind::Integer, ""),
    ("flow", Kind::Text, ""),
    ("compiler", Kind::Text, ""),
    ("basis", Kind::Text, ""),
    ("partner", Kind::Text, ""),
    ("classification", Kind::Text, ""),
];

/// The cells of [`PLACE`].
pub(super) fn place(listing: &Listing) -> Vec<Cell> {
    vec![
        listing.place.reporter.to_string().into(),
        i64::from(listing.place.period.year()).into(),
        listing.place.flow.to_string().into(),
        listing.place.compiler.to_string().into(),
        listing.place.basis.as_deref().into(),
        listing.partner.to_string().into(),
        listing.place.family.to_string().into(),
    ]
}

/// Value, share and quantity of every product of every listing.
pub(super) fn products(listings: &[Listing]) -> Output {
    let mut columns = PLACE.to_vec();
    columns.extend([
        ("product", Kind::Text, ""),
        ("name", Kind::Text, ""),
        ("value_usd", Kind::Decimal, "USD"),
        ("share", Kind::Number, "share"),
        ("denominator", Kind::Text, ""),
        ("part_of", Kind::Text, ""),
    ]);
    let mut table = Table::new("products", "Trade by product, each compiler for itself", &columns).headed(&[
        ("product", "Code"),
        ("name", "Product"),
        ("value_usd", "Value"),
        ("share", "Share of the flow"),
        ("part_of", "Part of"),
    ]);
    let mut output = Output::default();
    for listing in listings {
        let parts: BTreeSet<&str> = listing.parts.iter().map(String::as_str).collect();
        let codes: BTreeSet<&str> = listing.items.keys().map(String::as_str).collect();
        for code in &codes {
            let inside = if listing.place.family == trade::Classification::Compiler {
                None
            } else {
                container(code, &codes)
            };
            output.findings.extend(findings(listing, code, inside));
            let figure = listing.items.get(*code);
            let share = listing.share(code);
            let mut row = place(listing);
            row.extend([
                (*code).into(),
                name(listing, code).into(),
                figure.and_then(|figure| figure.value().one()).into(),
                share.as_ref().map(|s| s.share).into(),
                share.map(|s| s.denominator).into(),
                inside.or_else(|| container(code, &parts)).into(),
            ]);
            table.push(row);
        }
    }
    // Without a row too: a report that shows the table says then that there are no such figures.
    output.tables.push(table);
    output
}

/// The product's name where the reference table has one in the listing's revision.
pub(super) fn name(listing: &Listing, code: &str) -> Option<String> {
    listing
        .revisions
        .iter()
        .rev()
        .find_map(|c| trade::product_name(*c, code))
        .map(|name| name.to_string())
}

fn findings(listing: &Listing, code: &str, inside: Option<&str>) -> Vec<Finding> {
    let Some(figure) = listing.items.get(code) else {
        return Vec::new();
    };
    let label = |finding: Finding| {
        let finding = listing.label(finding).label("product", code);
        match inside {
            Some(wider) => finding.convention("part of", wider),
            None => finding,
        }
    };
    let mut found = Vec::new();
    match figure.value() {
        Said::One(value) => {
            found.push(label(
                Finding::new("product_value", "USD", value.to_f64()).tolerance(Tolerance::Exact),
            ));
        }
        Said::Conflict(how) => found.push(label(Finding::undefined("product_value", "USD", how))),
        Said::Nothing => {}
    }
    match (listing.share(code), figure.share_percent()) {
        (Some(share), _) => {
            let finding = Finding::new("product_share", "share", share.share);
            found.push(label(finding.convention("denominator", share.denominator)));
        }
        (None, Said::Conflict(how)) => found.push(label(Finding::undefined("product_share", "share", how))),
        (None, _) => {}
    }
    if let Some((quantity, unit)) = figure.quantity() {
        found.push(label(
            Finding::new("product_quantity", &unit, quantity.to_f64()).tolerance(Tolerance::Exact),
        ));
    }
    found
}
