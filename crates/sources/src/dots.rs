//! The International Monetary Fund's Direction of Trade Statistics as its data portal gave them out to 2025: a column
//! for each year, quarter and month (`timeSeries`), or a row for each period, with a column for each indicator (`panel`)
//! or a row for each of them too. Countries bear the Fund's own numbers. Values are US dollars.
//!
//! *Status.* The Fund fills gaps with estimates and with what partners report, and these files do not say where. So
//! every figure is `estimated`: none is passed off as a report.
//!
//! *Rows of `Attribute` Status* hold marks, not figures, and are set aside; so are balances and the Fund's groups.

use crate::cell::Cell;
use crate::codes;
use crate::error::{Error, Result};
use crate::header::{Column, Header};
use crate::labels::Labels;
use crate::options::Options;
use crate::quarantine::Bad;
use crate::remarks::{Amounts, Remarks};
use crate::sdmx::{Area, Measure, NO_FIGURE, Total, check_measure, measure, period_of, read_row, value_in_units};
use crate::source::{Found, Layout, Repeats, Shape, Source};
use crate::table::Line;
use crate::units::is_multiple;
use std::sync::Arc;
use trade::{Period, Status, economies};

pub(crate) const SHAPE: Shape = Shape {
    source: Source::Dots,
    name: "dots",
    needed: &["Country Code", "Counterpart Country Code", "Indicator Code"],
    known: &[
        "Country Name",
        "Country Code",
        "Indicator Name",
        "Indicator Code",
        "Counterpart Country Name",
        "Counterpart Country Code",
        "Attribute",
        "Scale",
    ],
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Dots::wide(header, options)?)),
};

pub(crate) const PANEL: Shape = Shape {
    source: Source::DotsPanel,
    name: "dots-panel",
    needed: &["Country Code", "Counterpart Country Code", "Time Period"],
    known: &[
        "Country Name",
        "Country Code",
        "Counterpart Country Name",
        "Counterpart Country Code",
        "Indicator Name",
        "Indicator Code",
        "Time Period",
        "Value",
        "Status",
        "Scale",
    ],
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Dots::panel(header, options)?)),
};

/// The Fund's numbers for its groups. They are no economies: their rows are set aside.
const GROUPS: [u16; 24] = [
    80, 92, 110, 163, 170, 200, 205, 399, 400, 405, 406, 440, 489, 505, 598, 603, 605, 799, 884, 901, 903, 910, 80, 511,
];

struct Dots {
    country: Column,
    counterpart: Column,
    attribute: Option<Column>,
    /// What the figures of a row are multiples of, where a column says it.
    scale: Option<Column>,
    /// Of a table that names the indicator in its rows.
    indicator: Option<Column>,
    /// What the indicator is called.
    name: Option<Column>,
    /// Of a table with a row for each period.
    time: Option<Column>,
    labels: Labels,
    label: [Option<Column>; 2],
    /// The columns that hold figures: with their period, or of a panel with their measure.
    figures: Vec<(Column, Option<Period>)>,
    compiler: Arc<str>,
    amounts: Amounts,
}

impl Dots {
    fn bind(header: &Header, options: &Options) -> Result<Dots> {
        Ok(Dots {
            amounts: Amounts::default(),
            country: header.needed("Country Code", options)?,
            counterpart: header.needed("Counterpart Country Code", options)?,
            attribute: header.column("Attribute"),
            scale: header.column("Scale"),
            indicator: None,
            name: header.column("Indicator Name"),
            time: None,
            labels: Labels::default(),
            label: [header.column("Country Name"), header.column("Counterpart Country Name")],
            figures: Vec::new(),
            compiler: Arc::from("IMF DOTS"),
        })
    }

    fn wide(header: &Header, options: &Options) -> Result<Dots> {
        Ok(Dots {
            indicator: Some(header.needed("Indicator Code", options)?),
            figures: period_columns(header, options)?,
            ..Dots::bind(header, options)?
        })
    }

    fn panel(header: &Header, options: &Options) -> Result<Dots> {
        let time = Some(header.needed("Time Period", options)?);
        if let (Some(indicator), Some(value)) = (header.column("Indicator Code"), header.column("Value")) {
            return Ok(Dots {
                time,
                indicator: Some(indicator),
                figures: vec![(value, None)],
                ..Dots::bind(header, options)?
            });
        }
        let dollars = |name: &String| name.to_ascii_uppercase().contains("_USD");
        let names = header.names().iter().filter(|name| dollars(name));
        let figures: Vec<_> = names.filter_map(|name| Some((header.column(name)?, None))).collect();
        if figures.is_empty() {
            return Err(Error::Header {
                file: options.file.clone(),
                line: 0,
                problem: "dots-panel has no column of an indicator in US dollars".to_owned(),
                advice: "columns such as `Goods, Value of Exports, Free on board (FOB), US Dollars (TXG_FOB_USD)` are expected"
                    .to_owned(),
            });
        }
        Ok(Dots {
            time,
            figures,
            ..Dots::bind(header, options)?
        })
    }

    /// Whether a row's indicator bears a name that says that its figures are multiples or no dollars.
    fn named_multiples(&self, line: &Line<'_>) -> Result<bool, Bad> {
        let name = line.optional(self.name.as_ref())?;
        Ok(name.is_some_and(|name| is_multiple(name.text)))
    }

    /// What the code of an indicator says, where its name does not say another thing.
    fn measured(&self, line: &Line<'_>, code: &Column) -> Result<Measure, Bad> {
        let of = measure(&line.cell(code)?)?;
        check_measure(line, self.name.as_ref(), &of)?;
        Ok(of)
    }

    /// One figure; of one whose name says `multiples`, a column has to say which.
    fn one(
        &self,
        line: &Line<'_>,
        figure: &Column,
        period: Period,
        of: Measure,
        multiples: bool,
    ) -> Result<Found, Bad> {
        let Measure::Flow(flow, valuation) = of else {
            return Ok(Found::Aside("balance"));
        };
        if multiples && self.scale.is_none() {
            let name = line.optional(self.name.as_ref())?;
            let cell = name.map_or_else(|| line.cell(figure), Ok)?;
            return Err(cell.bad(
                "the name says that the figures are multiples, or no dollars",
                "give them in dollars, or say so in a column `Scale`",
            ));
        }
        let Some(value) = value_in_units(line, figure, self.scale.as_ref(), &self.amounts)? else {
            return Ok(Found::Aside(NO_FIGURE));
        };
        let [name, other] = &self.label;
        let economy = |column: &Column, name: &Option<Column>| {
            let read = area(&line.cell(column)?, period.year())?;
            if let Area::One(economy) = read {
                self.labels.check(line, name.as_ref(), economy, period.year())?;
            }
            Ok(read)
        };
        let total = Total {
            compiler: &self.compiler,
            period,
            reporter: economy(&self.country, name)?,
            partner: economy(&self.counterpart, other)?,
            flow,
            valuation,
            value,
            status: Status::Estimated,
        };
        Ok(total.found())
    }

    fn wide_row(&self, line: &Line<'_>, indicator: &Column, found: &mut Vec<Found>) -> Result<(), Bad> {
        let multiples = self.named_multiples(line)?;
        for (column, period) in &self.figures {
            let Some(period) = *period else { continue };
            // An empty cell is no figure at all: most of a wide table is empty.
            if line.cell(column)?.text.is_empty() {
                continue;
            }
            let of = self.measured(line, indicator);
            let read = of.and_then(|of| self.one(line, column, period, of, multiples));
            found.push(read.unwrap_or_else(Found::Bad));
        }
        Ok(())
    }

    fn panel_row(&self, line: &Line<'_>, time: &Column, found: &mut Vec<Found>) -> Result<(), Bad> {
        let cell = line.cell(time)?;
        let period = period_of(cell.text).ok_or_else(|| cell.bad("this is no period", ADVICE))?;
        let of_row = self.named_multiples(line)?;
        for (column, _) in &self.figures {
            if line.cell(column)?.text.is_empty() {
                continue;
            }
            let of = match &self.indicator {
                Some(indicator) => self.measured(line, indicator),
                // The column's name says what it measures, and ends with the indicator's code.
                None => measure(&Cell::new(&column.name, column)),
            };
            let multiples = of_row || is_multiple(&column.name);
            let read = of.and_then(|of| self.one(line, column, period, of, multiples));
            found.push(read.unwrap_or_else(Found::Bad));
        }
        Ok(())
    }
}

const ADVICE: &str = "a year, a quarter such as 2003Q2 or a month such as 2003M7 is expected";

/// Whether there is a year in a name: `Y2003`, `yr_2003`.
fn has_year(name: &str) -> bool {
    let mut numbers = name.split(|c: char| !c.is_ascii_digit());
    numbers.any(|digits| digits.len() == 4 && digits.starts_with(['1', '2']))
}

/// The columns whose names are periods. One that is nearly a period and is none would be figures lost.
pub(crate) fn period_columns(header: &Header, options: &Options) -> Result<Vec<(Column, Option<Period>)>> {
    let begins = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
    let nearly = |name: &&String| (begins(name) || has_year(name)) && period_of(name).is_none();
    if let Some(name) = header.names().iter().find(nearly) {
        return Err(Error::Header {
            file: options.file.clone(),
            line: 0,
            problem: format!("the column `{name}` is nearly named as a period is"),
            advice: "name it as a year, quarter or month is: 2003, 2003Q2, 2003-M07; or remove it".to_owned(),
        });
    }
    let columns: Vec<_> = header
        .names()
        .iter()
        .filter_map(|name| Some((header.column(name)?, Some(period_of(name)?))))
        .collect();
    if columns.is_empty() {
        return Err(Error::Header {
            file: options.file.clone(),
            line: 0,
            problem: "no column bears a period as its name".to_owned(),
            advice: "a column for each year, quarter or month is expected: 2003, 2003Q2, 2003M7".to_owned(),
        });
    }
    Ok(columns)
}

fn area(cell: &Cell<'_>, year: i16) -> Result<Area, Bad> {
    let code = cell.code()?;
    match economies().about_imf(code, year) {
        Some(info) => Ok(Area::One(info.code)),
        None if GROUPS.contains(&code) => Ok(Area::Group),
        None => Err(cell.bad(
            format!("the Fund's number {code} stands for no economy in {year}"),
            codes::who_bears(code, year),
        )),
    }
}

impl Layout for Dots {
    fn figures(&self) -> Vec<&str> {
        self.figures.iter().map(|(column, _)| column.name.as_str()).collect()
    }

    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>) {
        let marks = line.optional(self.attribute.as_ref());
        match marks {
            Ok(Some(cell)) if cell.text.eq_ignore_ascii_case("status") => {
                return found.push(Found::Aside("row of marks"));
            }
            Ok(Some(cell)) if !cell.text.eq_ignore_ascii_case("value") => {
                let bad = cell.bad("this is no attribute of the Fund's", "Value and Status are known");
                return found.push(Found::Bad(bad));
            }
            Err(bad) => return found.push(Found::Bad(bad)),
            Ok(_) => {}
        }
        read_row(found, |found| match (&self.indicator, &self.time) {
            (_, Some(time)) => self.panel_row(line, time, found),
            (Some(indicator), None) => self.wide_row(line, indicator, found),
            (None, None) => Ok(()),
        });
    }

    fn remark(&self, remarks: &mut Remarks) {
        self.amounts.tell(remarks);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, Source, import};

    const WIDE: &str = "\"Country Name\",\"Country Code\",\"Indicator Name\",\"Indicator Code\",\"Counterpart Country Name\",\"Counterpart Country Code\",\"Attribute\",\"2003\",\"2004\",\"2004Q1\",\"2004M3\",\n\
        \"China, P.R.: Mainland\",\"924\",\"Goods, Value of Exports, Free on board (FOB), US Dollars\",\"TXG_FOB_USD\",\"Korea, Dem. People's Rep. of\",\"954\",\"Value\",\"627736123.4567\",\"\",\"180000000\",\"65000000.5\",\n\
        \"China, P.R.: Mainland\",\"924\",\"Goods, Value of Exports, Free on board (FOB), US Dollars\",\"TXG_FOB_USD\",\"Korea, Dem. People's Rep. of\",\"954\",\"Status\",\"r\",\"\",\"\",\"\",\n\
        \"China, P.R.: Mainland\",\"924\",\"Goods, Value of Trade Balance, US Dollars\",\"TBG_USD\",\"World\",\"1\",\"Value\",\"-5\",\"\",\"\",\"\",\n\
        \"China, P.R.: Mainland\",\"924\",\"x\",\"TMG_CIF_USD\",\"Advanced Economies\",\"110\",\"Value\",\"\",\"7\",\"\",\"\",\n\
        \"China, P.R.: Mainland\",\"924\",\"x\",\"TMG_CIF_USD\",\"?\",\"777\",\"Value\",\"\",\"7\",\"\",\"\",\n";

    #[test]
    fn a_wide_table_gives_a_record_for_each_figure() {
        let got = import(WIDE.as_bytes(), &Options::default()).unwrap();
        assert_eq!(got.source, Source::Dots);
        let seen: Vec<_> = got
            .records
            .iter()
            .map(|r| format!("{} {} {} {}", r.period, r.reporter, r.partner, r.value.unwrap()))
            .collect();
        assert_eq!(
            seen,
            [
                "2003 CHN PRK 627736123.457",
                "2004-01..2004-03 CHN PRK 180000000",
                "2004-03 CHN PRK 65000000.5"
            ]
        );
        let aside: Vec<_> = got.set_aside.iter().map(|t| (t.kind, t.rows)).collect();
        assert_eq!(
            aside,
            [("balance", 1), ("group of the compiler's own", 1), ("row of marks", 1)]
        );
        assert_eq!((got.quarantined(), got.rows_read), (1, 7));
        assert!(got.quarantine[0].reason.contains("777"), "{:?}", got.quarantine);
    }

    #[test]
    fn imports_valued_in_two_ways_stand_side_by_side() {
        let row = |code: &str, value: u32| format!("United States,111,x,{code},Japan,158,Value,{value}\n");
        let header = "Country Name,Country Code,Indicator Name,Indicator Code,Counterpart Country Name,Counterpart Country Code,Attribute,2003\n";
        let csv = header.to_owned() + &row("TMG_CIF_USD", 110) + &row("TMG_FOB_USD", 100) + &row("TXG_FOB_USD", 50);
        let got = import(csv.as_bytes(), &Options::default()).unwrap();
        let told = got.records.iter().map(|r| {
            let (valuation, value) = (r.valuation.unwrap(), r.value.unwrap());
            format!("{} {valuation} {value} {:?}", r.flow, r.basis.as_deref())
        });
        let want = [
            "import CIF 110 None",
            "import FOB 100 Some(\"FOB\")",
            "export FOB 50 None",
        ];
        assert_eq!(told.collect::<Vec<_>>(), want);
    }

    #[test]
    fn a_panel_is_read_by_its_columns() {
        let panel = "Country Name,Country Code,Counterpart Country Name,Counterpart Country Code,Time Period,\"Goods, Value of Exports, Free on board (FOB), US Dollars (TXG_FOB_USD)\",\"Goods, Value of Imports, Cost, Insurance, Freight (CIF), US Dollars (TMG_CIF_USD)\",\n\
            Japan,158,Korea,542,2003,10,11,\nJapan,158,Korea,542,2003M13,10,11,\n";
        let got = import(panel.as_bytes(), &Options::default()).unwrap();
        let flows: Vec<_> = got
            .records
            .iter()
            .map(|r| (r.flow.as_str(), r.valuation.unwrap().as_str()))
            .collect();
        assert_eq!(flows, [("export", "FOB"), ("import", "CIF")]);
        assert_eq!(got.quarantine[0].value, "2003M13");
    }

    #[test]
    fn a_row_for_each_indicator_and_period_is_read() {
        let rows = "\"Country Name\",\"Country Code\",\"Indicator Name\",\"Indicator Code\",\"Counterpart Country Name\",\"Counterpart Country Code\",\"Time Period\",\"Value\",\"Status\",\n\
            \"Japan\",\"158\",\"x\",\"TMG_FOB_USD\",\"Korea, Rep. of\",\"542\",\"2003Q2\",\"10.5\",\"e\",\n\
            \"Japan\",\"158\",\"x\",\"TXG_FOB_USD\",\"World\",\"001\",\"2003\",\"12\",\"\",\n\
            \"Japan\",\"158\",\"x\",\"TBG_USD\",\"World\",\"001\",\"2003\",\"-2\",\"\",\n\
            \"Japan\",\"158\",\"x\",\"TXG_FOB_USD\",\"World\",\"001\",\"2004\",\"\",\"\",\n";
        let got = import(rows.as_bytes(), &Options::default()).unwrap();
        let told = got.records.iter().map(|r| {
            let (flow, value) = (r.flow, r.value.unwrap());
            format!("{} {flow} {} {} {value}", r.period, r.partner, r.valuation.unwrap())
        });
        let want = ["2003-04..2003-06 import KOR FOB 10.5", "2003 export WLD FOB 12"];
        assert_eq!(told.collect::<Vec<_>>(), want);
        assert_eq!((got.source, got.quarantined(), got.aside()), (Source::DotsPanel, 0, 2));
    }

    #[test]
    fn a_year_in_another_spelling_is_not_passed_over() {
        for name in ["Y2004", "yr_2004", "2004.0", "20O4"] {
            let csv =
                format!("Country Code,Indicator Code,Counterpart Country Code,2003,{name}\n158,TXG_FOB_USD,001,1,2\n");
            let error = import(csv.as_bytes(), &Options::default()).unwrap_err().to_string();
            assert!(
                error.contains(&format!("the column `{name}` is nearly named as a period")),
                "{error}"
            );
        }
    }

    #[test]
    fn a_scale_is_never_passed_over() {
        let header = "Country Name,Country Code,Indicator Name,Indicator Code,Counterpart Country Name,Counterpart Country Code,Scale,2003,\n";
        let row = |scale: &str| format!("Japan,158,x,TXG_FOB_USD,World,001,{scale},1.5,\n");
        let read = |scale: &str| import((header.to_owned() + &row(scale)).as_bytes(), &Options::default()).unwrap();
        assert_eq!(read("Millions").records[0].value.unwrap().to_string(), "1500000");
        assert_eq!(read("Units").records[0].value.unwrap().to_string(), "1.5");
        for doubtful in ["Dozens", "", "1"] {
            assert_eq!(
                read(doubtful).quarantine[0].column.as_deref(),
                Some("Scale"),
                "{doubtful}"
            );
        }
    }
}
