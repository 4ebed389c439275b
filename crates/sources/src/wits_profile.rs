//! The World Bank's WITS as the pages of its country profiles give it out, by names and in US dollars of the power that a
//! column or an indicator states: partners in a year (`wits-partner`), or a column for each year (`wits-series`: time series
//! of partners and of products, and the trade summary of a country).
//!
//! *Products* are groups of the World Bank's own, which overlap: stages of processing beside sectors. `All Products` is
//! their total; the others are kept under their names, and their cut is the basis, so that two cuts are never
//! added.
//!
//! *Other indicators*, such as shares, counts and tariffs, are no trade values: their rows are set aside, and so are regions.

use crate::cell::Cell;
use crate::codes;
use crate::dots::period_columns;
use crate::error::{Error, Result};
use crate::header::{Column, Header};
use crate::names::Names;
use crate::options::Options;
use crate::quarantine::Bad;
use crate::remarks::{Amounts, Remarks};
use crate::sdmx::{NO_FIGURE, Total, area, read_row, value};
use crate::source::{Found, Layout, Repeats, Shape, Source};
use crate::table::Line;
use std::sync::Arc;
use trade::{Classification, Flow, Period, Status, TOTAL, check_product};

pub(crate) const SERIES: Shape = Shape {
    source: Source::WitsSeries,
    name: "wits-series",
    needed: &[
        "Reporter Name|Reporter",
        "Partner Name|Partner",
        "Product Group|Product categories",
        "Trade Flow|Indicator Type",
        "Indicator",
    ],
    known: &[
        "Reporter Name",
        "Reporter",
        "Partner Name",
        "Partner",
        "Trade Flow",
        "Indicator Type",
        "Product Group",
        "Product categories",
        "Indicator",
    ],
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Profile::series(header, options)?)),
};

pub(crate) const PARTNERS: Shape = Shape {
    source: Source::WitsPartner,
    name: "wits-partner",
    needed: &[
        "Reporter Name",
        "Partner Name",
        "Year",
        "Export (US$ Thousand)|Import (US$ Thousand)|Export (US$ Million)|Import (US$ Million)|Export (US$ Mil)|Import (US$ Mil)",
    ],
    known: &[
        "Reporter Name",
        "Partner Name",
        "Year",
        "Trade Flow",
        "Product Group",
        "Export (US$ Thousand)",
        "Import (US$ Thousand)",
        "No Of exported HS6 digit Products",
        "No Of imported HS6 digit Products",
        "Export Share in Total Products (%)",
        "Import Share in Total Products (%)",
        "Export Partner Share (%)",
        "Import Partner Share (%)",
        "Export Product Share (%)",
        "Import Product Share (%)",
    ],
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Profile::partners(header, options)?)),
};

/// The column that a page of one reporter leaves out: a default may stand for it.
pub(crate) const REPORTER: &str = "Reporter Name";

/// The groups by stage of processing, and those by sector: each cut is all of trade. The others, after the SITC, overlap
/// both and each other.
const STAGES: [&str; 4] = ["raw_materials", "intermediate_goods", "consumer_goods", "capital_goods"];
const SECTORS: [&str; 16] = [
    "animal",
    "vegetable",
    "food_products",
    "minerals",
    "fuels",
    "chemicals",
    "plastic_or_rubber",
    "hides_and_skins",
    "wood",
    "textiles_and_clothing",
    "footwear",
    "stone_and_glass",
    "metals",
    "mach_and_elec",
    "transportation",
    "miscellaneous",
];

struct Profile {
    /// Where the reporter stands, or what was said of it.
    reporter: Result<Column, Column>,
    said: String,
    partner: Column,
    product: Option<Column>,
    flow: Option<Column>,
    figures: Figures,
    compiler: Arc<str>,
    names: Names,
    economies: codes::Reader,
    amounts: Amounts,
}

enum Figures {
    /// An indicator, and a column for each year.
    Series(Column, Vec<(Column, Option<Period>)>),
    /// A year, and a column for each flow.
    Partners(Column, Vec<(Column, Measured)>),
}

/// A flow, and the power of ten of the dollars in which it is told.
type Measured = (Flow, u32);

/// What an indicator or a column measures: `Export (US$ Thousand)`, `Import(US$ Mil)`,
/// `Trade (US$ Mil)-Top 5 Export Partner`. `None` where it is no value of trade.
fn measured(text: &str) -> Option<Measured> {
    let plain: String = text.to_lowercase().split_whitespace().collect();
    // `Exports (in US$ Mil)` is the total of all products.
    let plain = plain.replace("(inus$", "(us$");
    let (what, rest) = plain.split_once("(us$")?;
    let (unit, rest) = rest.split_once(')')?;
    let what = what.strip_suffix('s').unwrap_or(what);
    let power = match unit {
        "thousand" => 3,
        "mil" | "million" => 6,
        _ => return None,
    };
    let flow = match (what, rest) {
        ("export", "") => Flow::Export,
        ("import", "") => Flow::Import,
        ("trade", rest) if rest.ends_with("exportpartner") => Flow::Export,
        ("trade", rest) if rest.ends_with("importpartner") => Flow::Import,
        _ => return None,
    };
    Some((flow, power))
}

impl Profile {
    fn bind(header: &Header, options: &Options, figures: Figures) -> Result<Profile> {
        let either = |name: &str, other: &str| header.column(other).map_or_else(|| header.needed(name, options), Ok);
        let said = options.defaults.reporter.clone().unwrap_or_default();
        let reporter = match either(REPORTER, "Reporter") {
            Err(_) if !said.is_empty() => Err(Column {
                index: 0,
                name: REPORTER.to_owned(),
            }),
            found => Ok(found?),
        };
        Ok(Profile {
            amounts: Amounts::default(),
            reporter,
            said,
            partner: either("Partner Name", "Partner")?,
            product: either("Product Group", "Product categories").ok(),
            flow: either("Trade Flow", "Indicator Type").ok(),
            figures,
            compiler: Arc::from("World Bank WITS"),
            names: Names::default(),
            economies: codes::Reader::default(),
        })
    }

    fn series(header: &Header, options: &Options) -> Result<Profile> {
        let figures = Figures::Series(header.needed("Indicator", options)?, period_columns(header, options)?);
        Profile::bind(header, options, figures)
    }

    fn partners(header: &Header, options: &Options) -> Result<Profile> {
        let a_value = |name: &&String| {
            let lower = name.to_ascii_lowercase();
            (lower.starts_with("export (us$") || lower.starts_with("import (us$")) && measured(name).is_none()
        };
        if let Some(name) = header.names().iter().find(a_value) {
            return Err(Error::Header {
                file: options.file.clone(),
                line: 0,
                problem: format!("the column `{name}` is in units that are not known"),
                advice: "US$ Thousand and US$ Million are read; remove the column, or write it in one of these"
                    .to_owned(),
            });
        }
        let columns = header.names().iter();
        let columns = columns.filter_map(|name| Some((header.column(name)?, measured(name)?)));
        let figures = Figures::Partners(header.needed("Year", options)?, columns.collect());
        Profile::bind(header, options, figures)
    }

    /// The group of products, and by what it is one.
    fn product(&self, line: &Line<'_>) -> Result<(Arc<str>, Option<Arc<str>>), Bad> {
        let stated = line.optional(self.product.as_ref())?;
        let Some(cell) = stated.filter(|cell| !cell.text.eq_ignore_ascii_case("All Products")) else {
            return Ok((self.names.get(TOTAL), None));
        };
        let words = cell.text.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let name = words.join("_").to_ascii_lowercase();
        check_product(Classification::Compiler, &name)
            .map_err(|e| cell.bad(e.to_string(), "All Products, or the name of a group of products"))?;
        let cut = match () {
            () if STAGES.contains(&name.as_str()) => "stages of processing",
            () if SECTORS.contains(&name.as_str()) => "sectors",
            () => &name,
        };
        Ok((self.names.get(&name), Some(self.names.get(cut))))
    }

    fn one(&self, line: &Line<'_>, column: &Column, period: Period, of: Measured) -> Result<Found, Bad> {
        let (flow, power) = of;
        let Some(value) = value(&line.cell(column)?, power, &self.amounts)? else {
            return Ok(Found::Aside(NO_FIGURE));
        };
        if let Some(said) = line.optional(self.flow.as_ref())?
            && !said.text.eq_ignore_ascii_case(flow.as_str())
        {
            return Err(said.bad(
                "it is not the flow that the figure is of",
                "Export or Import, as the figure",
            ));
        }
        let economy = |cell: &Cell<'_>| area(cell, "wits", period.year(), &self.economies);
        let reporter = match &self.reporter {
            Ok(column) => line.cell(column)?,
            Err(left_out) => Cell::new(self.said.trim(), left_out),
        };
        let total = Total {
            compiler: &self.compiler,
            period,
            reporter: economy(&reporter)?,
            partner: economy(&line.cell(&self.partner)?)?,
            flow,
            valuation: None,
            value,
            status: Status::Reported,
        };
        let mut found = total.found();
        if let Found::Draft(draft) = &mut found {
            (draft.record.product, draft.record.basis) = self.product(line)?;
        }
        Ok(found)
    }

    fn row(&self, line: &Line<'_>, found: &mut Vec<Found>) -> Result<(), Bad> {
        match &self.figures {
            Figures::Series(indicator, years) => {
                let Some(of) = measured(line.cell(indicator)?.text) else {
                    found.push(Found::Aside("indicator that is no trade value"));
                    return Ok(());
                };
                for (column, period) in years {
                    let Some(period) = *period else { continue };
                    // An empty cell is no figure at all, as in every table with a column for each year.
                    if !line.cell(column)?.text.is_empty() {
                        found.push(self.one(line, column, period, of).unwrap_or_else(Found::Bad));
                    }
                }
            }
            Figures::Partners(year, columns) => {
                let period = line.cell(year)?.period()?;
                for (column, of) in columns {
                    found.push(self.one(line, column, period, *of).unwrap_or_else(Found::Bad));
                }
            }
        }
        Ok(())
    }
}

impl Layout for Profile {
    fn figures(&self) -> Vec<&str> {
        match &self.figures {
            Figures::Series(_, years) => years.iter().map(|(column, _)| column.name.as_str()).collect(),
            Figures::Partners(_, flows) => flows.iter().map(|(column, _)| column.name.as_str()).collect(),
        }
    }

    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>) {
        read_row(found, |found| self.row(line, found));
    }

    fn remark(&self, remarks: &mut Remarks) {
        self.amounts.tell(remarks);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, Source, import};

    fn told(text: &str) -> (Source, Vec<String>, u64, u64) {
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        let rows = got.records.iter().map(|r| {
            let value = r.value.unwrap();
            format!(
                "{} {} {} {} {} {value}",
                r.period, r.reporter, r.flow, r.partner, r.product
            )
        });
        (got.source, rows.collect(), got.quarantined(), got.aside())
    }

    #[test]
    fn the_trade_summary_of_a_country_is_in_millions() {
        // The columns, the padding and the indicators are the World Bank's; the figures are made up.
        let csv = "Reporter,Partner,Product categories,Indicator Type,Indicator,2021,2020,1988\n\
            Japan,World,Capital goods,Export,Export(US$ Mil),         1475.27,         1369.51,\n\
            Japan,China,All Products,Import,Trade (US$ Mil)-Top 5 Import Partner,,            12.50,\n\
            Japan,...,...,Import,No. Of Import products,           4531.00,           4525.00,\n\
            Japan,World,All Products,Tariff,Weighted Average (%),    1.47,    1.52,\n\
            Japan,World,Textiles and Clothing,Export,Export Product share(%),    9.13,    8.61,\n\
            Japan,World,Raw materials,Tariff,Export(US$ Mil),    5,,\n\
            Japan,Nowhere,All Products,Export,Export(US$ Mil),    5,,\n";
        let (source, rows, bad, aside) = told(csv);
        assert_eq!((source, bad, aside), (Source::WitsSeries, 2, 3));
        let want = [
            "2021 JPN export WLD capital_goods 1475270000",
            "2020 JPN export WLD capital_goods 1369510000",
            "2020 JPN import CHN TOTAL 12500000",
        ];
        assert_eq!(rows, want);
    }

    #[test]
    fn time_series_of_partners_are_in_thousands() {
        let csv = "Reporter Name,Partner Name,Trade Flow,Product Group,Indicator,1992,2013\n\
            Netherlands,Anguila,Export,  All Products,Export (US$ Thousand),,7.969\n\
            Netherlands,\"Serbia, FR(Serbia/Montenegro)\",Export,Food Products,Export (US$ Thousand),1.5,2.5\n\
            Netherlands,East Asia & Pacific,Import,Food Products,Import (US$ Thousand),3,\n\
            Netherlands,Aruba,Import,Food Products,Import Partner Share (%),3,\n\
            Netherlands,Aruba,Import,Food Products,Import (US$ Thousand),,\n";
        let (source, rows, bad, aside) = told(csv);
        assert_eq!((source, bad, aside), (Source::WitsSeries, 0, 3));
        let want = [
            "2013 NLD export AIA TOTAL 7969",
            "1992 NLD export SCG food_products 1500",
            "2013 NLD export SRB food_products 2500",
        ];
        assert_eq!(rows, want);
    }

    #[test]
    fn a_page_of_one_reporter_may_leave_it_out() {
        let csv = "Partner Name,Year,Export (US$ Thousand)\nJapan,2015,5\n";
        assert!(import(csv.as_bytes(), &Options::default()).is_err());
        let mut options = Options::default();
        options.defaults.reporter = Some("WLD".to_owned());
        let got = import(csv.as_bytes(), &options).unwrap();
        let record = &got.records[0];
        assert_eq!(
            (got.source, record.reporter.as_str(), record.partner.as_str()),
            (Source::WitsPartner, "WLD", "JPN")
        );
    }

    #[test]
    fn partners_of_a_year_may_have_both_flows_on_a_row() {
        let csv = "Reporter Name,Partner Name,Year,Export (US$ Thousand),Import (US$ Thousand),Export Partner Share (%),AHS Simple Average (%)\n\
            New Zealand,\"Hong Kong, China\",2018,12.25,,0.01,1\n\
            New Zealand, World,2018,100,90,100,\n\
            World, World,2018,1,,,\n";
        let got = import(csv.as_bytes(), &Options::default()).unwrap();
        assert_eq!((got.source, got.ignored_columns.len()), (Source::WitsPartner, 1));
        let (_, rows, bad, aside) = told(csv);
        assert_eq!((bad, aside), (0, 3));
        let want = [
            "2018 NZL export HKG TOTAL 12250",
            "2018 NZL export WLD TOTAL 100000",
            "2018 NZL import WLD TOTAL 90000",
        ];
        assert_eq!(rows, want);
    }
}
