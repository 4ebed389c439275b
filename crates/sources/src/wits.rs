//! The World Bank's WITS (World Integrated Trade Solution), which gives out UN Comtrade's figures in thousands of
//! dollars: as a download with codes, and as the tables of its pages by product, with names.
//!
//! *Gross* flows (`Gross Exp.`, codes 1 and 2) include trade in foreign goods and bear the basis `gross`; `Export` and
//! `Import` bear none. So the two are never added to each other.
//!
//! *Units of quantity.* Goods that are counted in several units (`Kg`, `Item`, `N.Q.`) stand in a row for each: parts of their flow,
//! which are added up. Rows of one unit that differ contradict each other.

use crate::codes;
use crate::error::{Error, Result};
use crate::header::{Column, Header};
use crate::labels::Labels;
use crate::names::Names;
use crate::options::Options;
use crate::quarantine::Bad;
use crate::remarks::{Amounts, Remarks};
use crate::sdmx::{Area, area};
use crate::source::{Draft, Found, Layout, Part, Repeats, Shape, Source};
use crate::table::Line;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Classification, Decimal3, Flow, Record, Status, TOTAL, check_product};

pub(crate) const SHAPE: Shape = Shape {
    source: Source::Wits,
    name: "wits",
    needed: &[
        "ReporterISO3",
        "PartnerISO3",
        "Year",
        "ProductCode",
        "TradeFlowName",
        "TradeValue in 1000 USD",
    ],
    known: &[
        "Nomenclature",
        "ReporterISO3",
        "ReporterName",
        "ProductCode",
        "ProductDescription",
        "PartnerISO3",
        "PartnerName",
        "Year",
        "TradeFlowName",
        "TradeFlowCode",
        "TradeValue in 1000 USD",
        "Quantity",
        "QuantityToken",
        "QtyToken",
        "QtyUnit",
        "NetWeight in KGM",
    ],
    strict: false,
    repeats: Repeats::TotalOrContradict,
    bind: |header, options| Ok(Box::new(Wits::bind(header, options, &CODED)?)),
};

pub(crate) const PAGE: Shape = Shape {
    source: Source::WitsPage,
    name: "wits-page",
    needed: &[
        "Reporter",
        "Partner",
        "Year",
        "ProductCode",
        "TradeFlow",
        "Trade Value 1000USD",
    ],
    known: &[
        "Reporter",
        "TradeFlow",
        "ProductCode",
        "Product Description",
        "Year",
        "Partner",
        "Trade Value 1000USD",
        "Quantity",
        "Quantity Unit",
        "Nomenclature",
    ],
    strict: false,
    repeats: Repeats::TotalOrContradict,
    bind: |header, options| Ok(Box::new(Wits::bind(header, options, &NAMED)?)),
};

struct Spelling {
    reporter: &'static str,
    partner: &'static str,
    flow: &'static str,
    value: &'static str,
    weight: &'static str,
    unit: &'static str,
    names: [&'static str; 2],
}

const CODED: Spelling = Spelling {
    reporter: "ReporterISO3",
    partner: "PartnerISO3",
    flow: "TradeFlowName",
    value: "TradeValue in 1000 USD",
    weight: "NetWeight in KGM",
    unit: "QtyUnit",
    names: ["ReporterName", "PartnerName"],
};

const NAMED: Spelling = Spelling {
    reporter: "Reporter",
    partner: "Partner",
    flow: "TradeFlow",
    value: "Trade Value 1000USD",
    weight: "",
    unit: "Quantity Unit",
    names: ["", ""],
};

struct Wits {
    reporter: Column,
    partner: Column,
    year: Column,
    product: Column,
    flow: Column,
    value: Column,
    nomenclature: Option<Column>,
    said: Option<Classification>,
    weight: Option<Column>,
    quantity: Option<Column>,
    unit: Option<Column>,
    compiler: Arc<str>,
    names: Names,
    economies: codes::Reader,
    labels: Labels,
    label: [Option<Column>; 2],
    amounts: Amounts,
    /// The code of the flow, and which flow each is beside.
    flow_code: Option<Column>,
    flow_codes: RefCell<BTreeMap<String, (Flow, bool)>>,
}

/// A unit of quantity, by the name that UN Comtrade's units have here where it is one of them.
fn plain_unit(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let known = match lower.as_str() {
        "item" | "number" | "u" | "number of items" | "5" => "items",
        "thousands of items" | "9" => "1000 items",
        "litre" | "litres" | "liter" | "liters" | "volume in litres" | "7" => "l",
        "cubic meters" | "volume in cubic meters" | "12" => "m3",
        "square meters" | "square metres" | "area in square metres" | "2" => "m2",
        "pair" | "2u" | "number of pairs" | "6" => "pairs",
        "carats" | "weight in carats" | "13" => "carat",
        "meter" | "meters" | "metre" | "metres" | "length in metres" | "4" => "m",
        "kgm" | "weight in kilograms" | "8" => "kg",
        "no quantity" | "n.q." | "-1" => "none",
        other => other,
    };
    known.to_owned()
}

/// A number from 1 to 63 for a unit: a known one's own. That two others share one is no harm: their rows are quarantined as
/// contradicting each other.
fn part_of_unit(unit: &str) -> u64 {
    const FIRST: u64 = codes::UNITS.len() as u64 + 2;
    if unit == "none" {
        return 1;
    }
    if let Some(place) = codes::UNITS.iter().position(|known| *known == unit) {
        return 2 + place as u64;
    }
    let hash = unit.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, b| {
        (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    FIRST + hash % (64 - FIRST)
}

impl Wits {
    fn bind(header: &Header, options: &Options, spelling: &Spelling) -> Result<Wits> {
        let column = |name| header.needed(name, options);
        let nomenclature = header.column("Nomenclature");
        let said = options
            .defaults
            .classification
            .as_deref()
            .map(|text| text.trim().parse());
        let said = match (&nomenclature, said) {
            (_, Some(Ok(said))) => Some(said),
            (Some(_), None) => None,
            (None, None) => {
                let file = options.file.clone();
                let missing = vec![("classification", "HS6")];
                return Err(Error::Unsaid { file, missing });
            }
            (_, Some(Err(error))) => {
                let error: trade::Error = error;
                return Err(Error::Setting {
                    file: options.file.clone(),
                    name: "defaults.classification",
                    problem: format!("is wrong: {error}"),
                    advice: "state the nomenclature that was asked for: HS0 for HS 1988/92 to HS6 for HS 2022, SITC1 to SITC4"
                        .to_owned(),
                });
            }
        };
        Ok(Wits {
            amounts: Amounts::default(),
            flow_code: header.column("TradeFlowCode"),
            flow_codes: RefCell::default(),
            reporter: column(spelling.reporter)?,
            partner: column(spelling.partner)?,
            year: column("Year")?,
            product: column("ProductCode")?,
            flow: column(spelling.flow)?,
            value: column(spelling.value)?,
            nomenclature,
            said,
            weight: header.column(spelling.weight),
            quantity: header.column("Quantity"),
            unit: [spelling.unit, "QuantityToken", "QtyToken"]
                .iter()
                .find_map(|name| header.column(name)),
            compiler: Arc::from("World Bank WITS"),
            names: Names::default(),
            economies: codes::Reader::default(),
            labels: Labels::default(),
            label: spelling.names.map(|name| header.column(name)),
        })
    }

    fn area(&self, line: &Line<'_>, column: &Column, year: i16) -> Result<Area, Bad> {
        area(&line.cell(column)?, "wits", year, &self.economies)
    }

    fn product(&self, line: &Line<'_>) -> Result<(Classification, Arc<str>), Bad> {
        let classification = match line.optional(self.nomenclature.as_ref())? {
            // `HS 1988/92` is the name of the first revision there, `HS 1996` that of the second.
            Some(cell) => cell
                .text
                .replace("1988/92", "1992")
                .replace(' ', "")
                .parse()
                .map_err(|_| {
                    cell.bad(
                        "this nomenclature is not known",
                        "H0 to H6, HS, S1 to S4, B4 and the revisions of the HS by their years are read",
                    )
                })?,
            None => self.said.ok_or_else(|| {
                Bad::row(
                    String::new(),
                    "the nomenclature is not stated",
                    "fill in `Nomenclature`, such as H3",
                )
            })?,
        };
        let cell = line.cell(&self.product)?;
        if cell.text.eq_ignore_ascii_case(TOTAL) {
            return Ok((classification, self.names.get(TOTAL)));
        }
        check_product(classification, cell.text)
            .map_err(|e| cell.bad(e.to_string(), "keep codes as text: a spreadsheet drops leading zeros"))?;
        Ok((classification, self.names.get(cell.text)))
    }

    /// The flow, and whether it is gross.
    fn flow(&self, line: &Line<'_>) -> Result<(Flow, bool), Bad> {
        let cell = line.cell(&self.flow)?;
        let plain: String = cell
            .text
            .chars()
            .filter(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_ascii_lowercase();
        Ok(match plain.as_str() {
            "export" | "exports" | "exp" => (Flow::Export, false),
            "import" | "imports" | "imp" => (Flow::Import, false),
            "grossexp" | "grossexport" | "grossexports" => (Flow::Export, true),
            "grossimp" | "grossimport" | "grossimports" => (Flow::Import, true),
            "reexp" | "reexport" | "reexports" => (Flow::ReExport, false),
            "reimp" | "reimport" | "reimports" => (Flow::ReImport, false),
            _ => {
                return Err(cell.bad(
                    "this is no flow",
                    "Export, Import, Gross Exp., Gross Imp., Re-Exp. or Re-Imp.",
                ));
            }
        })
    }

    /// Refuses a code of a flow that stands beside another flow on an earlier row. What the codes mean is not published.
    fn check_code(&self, line: &Line<'_>, flow: (Flow, bool)) -> Result<(), Bad> {
        const KEPT: usize = 100;
        let Some(cell) = line.optional(self.flow_code.as_ref())? else {
            return Ok(());
        };
        let mut codes = self.flow_codes.borrow_mut();
        match codes.get(cell.text) {
            Some(known) if *known != flow => Err(cell.bad(
                format!("this code stands beside {} on rows before", known.0),
                "find out which of the two is meant",
            )),
            None if codes.len() < KEPT => {
                codes.insert(cell.text.to_owned(), flow);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn amount(&self, line: &Line<'_>, column: Option<&Column>) -> Result<Option<Decimal3>, Bad> {
        let amount = line.optional(column)?.filter(|cell| !cell.is_absent());
        Ok(amount
            .map(|cell| self.amounts.money(&cell, 0))
            .transpose()?
            .filter(|a| *a > Decimal3::ZERO))
    }

    fn row(&self, line: &Line<'_>) -> Result<Found, Bad> {
        let year = line.cell(&self.year)?.period()?;
        let (Area::One(reporter), Area::One(partner)) = (
            self.area(line, &self.reporter, year.year())?,
            self.area(line, &self.partner, year.year())?,
        ) else {
            return Ok(Found::Aside("group of the compiler's own"));
        };
        for (label, economy) in self.label.iter().zip([reporter, partner]) {
            self.labels.check(line, label.as_ref(), economy, year.year())?;
        }
        let (classification, product) = self.product(line)?;
        let (flow, gross) = self.flow(line)?;
        self.check_code(line, (flow, gross))?;
        let unit = line.optional(self.unit.as_ref())?.map(|cell| plain_unit(cell.text));
        // A flow of goods that are counted in several units has a row for each of them.
        let part = unit.as_deref().map_or(0, part_of_unit);
        let quantity = self.amount(line, self.quantity.as_ref())?;
        let weighed = unit.as_deref().is_some_and(|u| u == "kg");
        let weight = self
            .amount(line, self.weight.as_ref())?
            .or(quantity.filter(|_| weighed));
        let unit = unit.filter(|u| quantity.is_some() && (1..=20).contains(&u.len()) && u != "none" && u != "1");
        let record = Record {
            compiler: Arc::clone(&self.compiler),
            period: year,
            reporter,
            partner,
            flow,
            classification,
            product,
            valuation: None,
            value: Some(self.amounts.money(&line.cell(&self.value)?, 3)?),
            rounded_to: None,
            share_percent: None,
            net_weight_kg: weight,
            quantity: quantity.filter(|_| unit.is_some()),
            quantity_unit: unit.map(|u| self.names.get(&u)),
            status: Status::Reported,
            basis: gross.then(|| self.names.get("gross")),
            reference: None,
        };
        Ok(Found::Draft(Box::new(Draft {
            record,
            part: Part::Unsaid,
            codes: (0, 0),
            unread: part,
        })))
    }
}

impl Layout for Wits {
    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>) {
        found.push(self.row(line).unwrap_or_else(Found::Bad));
    }

    fn remark(&self, remarks: &mut Remarks) {
        self.amounts.tell(remarks);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, Source, import};
    use trade::Flow;

    const CODED: &str = "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,TradeFlowCode,TradeValue in 1000 USD,Quantity,QtyUnit,NetWeight in KGM\n\
        H3,CHN,270112,China,PRK,\"Korea, Dem. Rep.\",2010,Import,5,390123.456,4600000,Kg,4600000\n\
        H3,ROM,Total,Romania,WLD,World,2010,Gross Exp.,2,49413.5,,,\n\
        H3,ROM,Total,Romania,QQQ,Nowhere,2010,Export,6,1,,,\n";

    #[test]
    fn a_download_with_codes_is_read() {
        let got = import(CODED.as_bytes(), &Options::default()).unwrap();
        assert_eq!((got.source, got.records.len(), got.quarantined()), (Source::Wits, 2, 1));
        let coal = &got.records[0];
        assert_eq!(coal.value.unwrap().to_string(), "390123456");
        assert_eq!((coal.classification.as_str(), coal.product.as_ref()), ("HS3", "270112"));
        assert_eq!((coal.flow, coal.basis.as_deref()), (Flow::Import, None));
        let total = &got.records[1];
        assert_eq!(
            (total.reporter.as_str(), total.basis.as_deref()),
            ("ROU", Some("gross"))
        );
        assert!(got.quarantine[0].value == "QQQ", "{:?}", got.quarantine);
    }

    #[test]
    fn a_page_s_table_asks_for_its_nomenclature() {
        let page = "Reporter,TradeFlow,ProductCode,Product Description,Year,Partner,Trade Value 1000USD,Quantity,Quantity Unit\n\
            China,Export,282580,Antimony oxides,2024, World,60.5,600,Kg\nKorea,Export,282580,x,2024,China,1,,\n";
        let error = import(page.as_bytes(), &Options::default()).unwrap_err().to_string();
        assert!(
            error.contains("does not say its classification") && error.contains("--default classification=HS6"),
            "{error}"
        );
        let mut options = Options::default();
        options.defaults.classification = Some("HS6".to_owned());
        let got = import(page.as_bytes(), &options).unwrap();
        assert_eq!((got.records.len(), got.quarantined()), (1, 1));
        assert_eq!(got.records[0].partner.as_str(), "WLD");
        assert_eq!(got.records[0].net_weight_kg.unwrap().to_string(), "600");
    }
}
