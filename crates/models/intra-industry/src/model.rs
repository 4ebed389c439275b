//! The binding to trade data: which figures make one index.

use crate::{GrubelLloyd, grubel_lloyd};
use ::model::{Cell, Finding, Input, Kind, KnownAnswer, Model, Notes, Output, Result, Table, Tolerance};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Classification, Economy, Flow, Period, Record, Usd};

/// The model `intra-industry`: the Grubel-Lloyd index of every partner, year and compiler whose
/// exports and imports are listed by product, at each level of the classification.
///
/// A product that one direction lists and the other does not counts as nil in the other, as
/// customs statistics leave out what was not traded; where a direction has no listing at all,
/// nothing is computed.
#[derive(Clone, Copy, Debug, Default)]
pub struct IntraIndustry;

/// What one index is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    reporter: Economy,
    partner: Economy,
    period: Period,
    classification: Classification,
    /// The length of the codes: 2 for chapters.
    digits: usize,
    compiler: Arc<str>,
    basis: Option<Arc<str>>,
}

/// Exports and imports by product; `None` where the listing has no such figure.
type Listing = BTreeMap<Arc<str>, [Option<Usd>; 2]>;

impl Model for IntraIndustry {
    fn id(&self) -> &'static str {
        "intra-industry"
    }

    fn title(&self) -> &'static str {
        "How much of trade is two-way within products"
    }

    fn known_answers(&self) -> Vec<KnownAnswer> {
        crate::known::answers()
    }

    fn run(&self, input: &Input<'_>) -> Result<Output> {
        let mut notes = Notes::default();
        let mut output = Output::default();
        let mut table = table();
        for (place, listing) in listings(input, &mut notes) {
            if listing_of(&listing, 0).is_none() || listing_of(&listing, 1).is_none() {
                notes.add("one direction only is listed by product: no two-way trade can be told");
                continue;
            }
            let side = |at: usize| -> Vec<f64> {
                listing
                    .values()
                    .map(|both| both[at].unwrap_or(Usd::ZERO).to_f64())
                    .collect()
            };
            match grubel_lloyd(&side(0), &side(1)) {
                Ok(found) => {
                    table.push(row(&place, &found));
                    output.findings.extend(findings(&place, input, Ok(found)));
                }
                Err(error) => output.findings.extend(findings(&place, input, Err(error.to_string()))),
            }
        }
        output.tables.push(table);
        output.notes = notes.into_lines();
        Ok(output)
    }
}

/// Whether a direction has any figure.
fn listing_of(listing: &Listing, at: usize) -> Option<()> {
    listing.values().any(|both| both[at].is_some()).then_some(())
}

/// The listings by place. Of two figures of one product in one place the first is used, with a note.
fn listings(input: &Input<'_>, notes: &mut Notes) -> BTreeMap<Place, Listing> {
    let mut listings: BTreeMap<Place, Listing> = BTreeMap::new();
    for record in input.flows {
        let at = match record.flow {
            Flow::Export => 0,
            Flow::Import => 1,
            _ => continue,
        };
        let (Some(value), true) = (record.value, &*record.product != trade::TOTAL) else {
            continue;
        };
        let listing = listings.entry(place(record)).or_default();
        let cell = &mut listing.entry(record.product.clone()).or_default()[at];
        if cell.is_some() {
            notes.add(format!(
                "a second figure of product {} in one place is left out",
                record.product
            ));
        }
        cell.get_or_insert(value);
    }
    listings
}

fn place(record: &Record) -> Place {
    Place {
        reporter: record.reporter,
        partner: record.partner,
        period: record.period,
        classification: record.classification,
        digits: record.product.len(),
        compiler: record.compiler.clone(),
        basis: record.basis.clone(),
    }
}

fn findings(place: &Place, input: &Input<'_>, found: std::result::Result<GrubelLloyd, String>) -> Vec<Finding> {
    let label = |finding: Finding| {
        let finding = finding
            .label("partner", place.partner)
            .label("period", place.period)
            .label("classification", place.classification)
            .label("digits", place.digits)
            .label("compiler", &place.compiler)
            .convention("absent_product", "nil in the direction that does not list it")
            .tolerance(Tolerance::Relative);
        let finding = match &place.basis {
            Some(basis) => finding.label("basis", basis),
            None => finding,
        };
        // A scenario of one economy needs no label for it.
        match input.economy {
            Some(_) => finding,
            None => finding.label("economy", place.reporter),
        }
    };
    let made = match found {
        Ok(found) => vec![
            Finding::new("grubel_lloyd", "1", found.index),
            match found.adjusted {
                Some(adjusted) => Finding::new("grubel_lloyd_adjusted", "1", adjusted),
                None => Finding::undefined("grubel_lloyd_adjusted", "1", "all trade goes one way"),
            },
        ],
        Err(why) => vec![Finding::undefined("grubel_lloyd", "1", why)],
    };
    made.into_iter().map(label).collect()
}

fn table() -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [
        text("reporter"),
        text("partner"),
        text("period"),
        text("classification"),
        ("digits", Kind::Integer, ""),
        text("compiler"),
        ("grubel_lloyd", Kind::Number, "1"),
        ("grubel_lloyd_adjusted", Kind::Number, "1"),
        ("products", Kind::Integer, ""),
        ("two_way", Kind::Integer, ""),
    ];
    Table::new("intra-industry", "Two-way trade within products", &columns).headed(&[
        ("grubel_lloyd", "Grubel-Lloyd index"),
        ("grubel_lloyd_adjusted", "The same, adjusted for the imbalance of trade"),
        ("products", "Products traded"),
        ("two_way", "Traded both ways"),
    ])
}

fn row(place: &Place, found: &GrubelLloyd) -> Vec<Cell> {
    vec![
        place.reporter.as_str().into(),
        place.partner.as_str().into(),
        place.period.to_string().into(),
        place.classification.as_str().into(),
        Cell::Integer(place.digits as i64),
        (&*place.compiler).into(),
        found.index.into(),
        found.adjusted.into(),
        Cell::Integer(found.products as i64),
        Cell::Integer(found.two_way as i64),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::model::Coverage;

    fn figure(flow: Flow, product: &str, dollars: i128) -> Record {
        let code = |c| Economy::new(c).unwrap();
        let period = Period::annual(2003).unwrap();
        let value = Usd::from_thousandths(dollars * 1000);
        let mut record = Record::new("A", period, code("PRK"), code("CHN"), flow, value);
        record.classification = Classification::Hs(2);
        record.product = product.into();
        record
    }

    fn run(flows: &[Record]) -> Output {
        let input = Input {
            scenario: "test",
            economy: Some(Economy::new("PRK").unwrap()),
            flows,
            coverage: Coverage::Complete,
            parameters: &toml::Table::new(),
            seed: 0,
        };
        IntraIndustry.run(&input).unwrap()
    }

    #[test]
    fn an_absent_product_is_nil_and_totals_are_no_product() {
        let flows = [
            figure(Flow::Export, "22", 6),
            figure(Flow::Import, "22", 4),
            figure(Flow::Import, "27", 10),
            figure(Flow::Import, "TOTAL", 14),
        ];
        let output = run(&flows);
        let index = output.findings.iter().find(|f| f.measure == "grubel_lloyd").unwrap();
        assert!((index.estimate().unwrap() - 0.4).abs() < 1e-15);
        assert_eq!(index.labels["digits"], "2");
        assert_eq!(output.tables[0].rows.len(), 1);
    }

    #[test]
    fn levels_of_a_classification_are_kept_apart() {
        let flows = [
            figure(Flow::Export, "22", 6),
            figure(Flow::Import, "22", 6),
            figure(Flow::Export, "2204", 6),
            figure(Flow::Import, "2208", 6),
        ];
        let indices: Vec<f64> = run(&flows)
            .findings
            .iter()
            .filter(|f| f.measure == "grubel_lloyd")
            .filter_map(Finding::estimate)
            .collect();
        assert_eq!(indices, [1.0, 0.0]);
    }

    #[test]
    fn one_direction_alone_tells_nothing() {
        let output = run(&[figure(Flow::Export, "22", 6)]);
        assert!(output.findings.is_empty() && output.tables.iter().all(|table| table.rows.is_empty()));
        assert!(output.notes[0].contains("one direction only"), "{:?}", output.notes);
    }

    #[test]
    fn known_answers_agree() {
        for answer in IntraIndustry.known_answers() {
            assert!(answer.agrees(), "{answer:?}");
        }
    }
}
