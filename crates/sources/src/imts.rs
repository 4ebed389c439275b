//! The International Monetary Fund's International Trade in Goods by partner country (IMTS), the successor of the
//! Direction of Trade Statistics: CSV of its interface for statistical exchange, or of its data explorer, a row or a
//! column for each period, with codes (ISO 3166 and `G001` for the world) or with names.
//!
//! *Units.* The interface answers in dollars, and its `SCALE` (6 on every row) only says how to show them. The explorer
//! writes its figures in units of `SCALE`. A table that bears the marks of neither is not guessed at.
//!
//! *Codes.* The explorer's columns hold names unless they were asked for as `COUNTRY.ID` and so on; the same codes stand in
//! its `SERIES_CODE`, country, indicator, counterpart and frequency.
//!
//! *Status* as in `dots.rs`: `estimated`, because the file does not say which figures are the Fund's estimates.

use crate::cell::Cell;
use crate::codes;
use crate::dots::period_columns;
use crate::error::Result;
use crate::header::{Column, Header};
use crate::options::Options;
use crate::quarantine::Bad;
use crate::sdmx::{Measure, NO_FIGURE, Total, area, measure, period_of, power, value};
use crate::source::{Found, Layout, Repeats, Shape, Source};
use crate::table::Line;
use std::sync::Arc;
use trade::{Period, Status};

const KNOWN: &[&str] = &[
    "DATAFLOW",
    "STRUCTURE",
    "STRUCTURE[;]",
    "STRUCTURE_ID",
    "STRUCTURE_NAME",
    "ACTION",
    "DATASET",
    "SERIES_CODE",
    "OBS_MEASURE",
    "COUNTRY",
    "INDICATOR",
    "COUNTERPART_COUNTRY",
    "FREQUENCY",
    "SCALE",
    "COUNTRY.ID",
    "INDICATOR.ID",
    "COUNTERPART_COUNTRY.ID",
    "FREQUENCY.ID",
    "SCALE.ID",
    "UNIT",
    "UNIT.ID",
    "UNIT_MULT",
    "PRECISION",
    "DECIMALS_DISPLAYED",
    "TRADE_FLOW",
    "VALUATION",
    "DERIVATION_TYPE",
    "OVERLAP",
    "OBS_STATUS",
    "STATUS",
    "TIME_PERIOD",
    "OBS_VALUE",
];

/// Series on lines have a column for each period in place of the last two.
const KNOWN_WIDE: &[&str] = KNOWN.split_at(KNOWN.len() - 2).0;

pub(crate) const SHAPE: Shape = Shape {
    source: Source::Imts,
    name: "imts",
    needed: &[
        "COUNTRY|COUNTRY.ID",
        "COUNTERPART_COUNTRY|COUNTERPART_COUNTRY.ID",
        "INDICATOR|INDICATOR.ID",
        "TIME_PERIOD",
        "OBS_VALUE",
    ],
    known: KNOWN,
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Imts::bind(header, options, false)?)),
};

pub(crate) const WIDE: Shape = Shape {
    source: Source::ImtsWide,
    name: "imts-wide",
    needed: &[
        "COUNTRY|COUNTRY.ID",
        "COUNTERPART_COUNTRY|COUNTERPART_COUNTRY.ID",
        "INDICATOR|INDICATOR.ID",
        "FREQUENCY|FREQUENCY.ID",
    ],
    known: KNOWN_WIDE,
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Imts::bind(header, options, true)?)),
};

struct Imts {
    country: Column,
    counterpart: Column,
    indicator: Column,
    /// Codes of all three, where their own columns hold names.
    series: Option<Column>,
    units: Units,
    figures: Figures,
    compiler: Arc<str>,
    economies: codes::Reader,
}

enum Figures {
    Rows(Column, Column),
    Columns(Vec<(Column, Option<Period>)>),
}

/// What the figures are counted in.
enum Units {
    Dollars,
    /// Powers of ten that stand in this column.
    Scaled(Column),
    /// As the column says where it says it in a word; a number in it may be there for display only.
    Doubtful(Column),
}

impl Units {
    fn of(header: &Header) -> Units {
        let any = |names: &[&str]| names.iter().any(|name| header.has(name));
        let scale = header.column("SCALE.ID").or_else(|| header.column("SCALE"));
        match (header.column("UNIT_MULT"), scale) {
            (Some(column), _) => Units::Scaled(column),
            (None, None) => Units::Dollars,
            (None, Some(_)) if any(&["DATAFLOW", "STRUCTURE", "STRUCTURE[;]", "STRUCTURE_ID"]) => Units::Dollars,
            (None, Some(column)) if any(&["DATASET", "SERIES_CODE", "COUNTRY.ID", "SCALE.ID"]) => Units::Scaled(column),
            (None, Some(column)) => Units::Doubtful(column),
        }
    }

    fn power(&self, line: &Line<'_>) -> Result<u32, Bad> {
        let (Units::Scaled(column) | Units::Doubtful(column)) = self else {
            return Ok(0);
        };
        let Some(cell) = line.optional(Some(column))? else {
            return Ok(0);
        };
        let number = cell.text.bytes().all(|b| b.is_ascii_digit());
        match power(&cell)? {
            0 => Ok(0),
            _ if number && matches!(self, Units::Doubtful(_)) => Err(cell.bad(
                "it cannot be told whether the figures are in dollars or in these units",
                "keep the column DATAFLOW of the interface or DATASET of the data explorer, or write the figures in dollars \
                 and leave this column out",
            )),
            power => Ok(power),
        }
    }
}

/// Country, indicator and counterpart of a series' code, such as `KOR.XG_FOB_USD.CHN.A`.
fn series_key(text: &str) -> Option<[&str; 3]> {
    let parts: Vec<&str> = text.split('.').collect();
    match parts[..] {
        [country, indicator, counterpart, frequency]
            if frequency.len() == 1 && ![country, indicator, counterpart].contains(&"") =>
        {
            Some([country, indicator, counterpart])
        }
        _ => None,
    }
}

impl Imts {
    fn bind(header: &Header, options: &Options, wide: bool) -> Result<Imts> {
        let column = |name| header.needed(name, options);
        let coded = |code, name| header.column(code).map_or_else(|| column(name), Ok);
        Ok(Imts {
            country: coded("COUNTRY.ID", "COUNTRY")?,
            counterpart: coded("COUNTERPART_COUNTRY.ID", "COUNTERPART_COUNTRY")?,
            indicator: coded("INDICATOR.ID", "INDICATOR")?,
            series: header.column("SERIES_CODE").filter(|_| !header.has("COUNTRY.ID")),
            units: Units::of(header),
            figures: if wide {
                Figures::Columns(period_columns(header, options)?)
            } else {
                Figures::Rows(column("TIME_PERIOD")?, column("OBS_VALUE")?)
            },
            compiler: Arc::from("IMF IMTS"),
            economies: codes::Reader::default(),
        })
    }

    fn one(&self, line: &Line<'_>, figure: &Cell<'_>, period: Period) -> Result<Found, Bad> {
        let series = line.optional(self.series.as_ref())?;
        let key = series.and_then(|cell| series_key(cell.text));
        let cell = |part: usize, column| match (key, &self.series) {
            (Some(key), Some(series)) => Ok(Cell::new(key[part], series)),
            _ => line.cell(column),
        };
        let Measure::Flow(flow, valuation) = measure(&cell(1, &self.indicator)?)? else {
            return Ok(Found::Aside("balance"));
        };
        let Some(value) = value(figure, self.units.power(line)?)? else {
            return Ok(Found::Aside(NO_FIGURE));
        };
        let year = period.year();
        let total = Total {
            compiler: &self.compiler,
            period,
            reporter: area(&cell(0, &self.country)?, "imf", year, &self.economies)?,
            partner: area(&cell(2, &self.counterpart)?, "imf", year, &self.economies)?,
            flow,
            valuation,
            value,
            status: Status::Estimated,
        };
        Ok(total.found())
    }

    fn rows(&self, line: &Line<'_>, found: &mut Vec<Found>) -> Result<(), Bad> {
        match &self.figures {
            Figures::Rows(time, figure) => {
                let (cell, figure) = (line.cell(time)?, line.cell(figure)?);
                // The interface names series without figures, and gives them no period either.
                if figure.is_absent() {
                    found.push(Found::Aside(NO_FIGURE));
                    return Ok(());
                }
                let period = period_of(cell.text)
                    .ok_or_else(|| cell.bad("this is no period", "a year, 2003-Q2 or 2003-M07 is expected"))?;
                found.push(self.one(line, &figure, period)?);
            }
            Figures::Columns(columns) => {
                for (column, period) in columns {
                    let (cell, Some(period)) = (line.cell(column)?, *period) else {
                        continue;
                    };
                    if !cell.text.is_empty() {
                        found.push(self.one(line, &cell, period).unwrap_or_else(Found::Bad));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Layout for Imts {
    fn figures(&self) -> Vec<&str> {
        match &self.figures {
            Figures::Rows(..) => Vec::new(),
            Figures::Columns(columns) => columns.iter().map(|(column, _)| column.name.as_str()).collect(),
        }
    }

    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>) {
        let before = found.len();
        match self.rows(line, found) {
            Err(bad) => found.push(Found::Bad(bad)),
            Ok(()) if found.len() == before => found.push(Found::Aside(NO_FIGURE)),
            Ok(()) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, Source, import};

    fn told(text: &str) -> (Source, Vec<String>, u64, u64) {
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        let rows = got.records.iter().map(|r| {
            format!(
                "{} {} {} {} {}",
                r.period,
                r.reporter,
                r.flow,
                r.partner,
                r.value.unwrap()
            )
        });
        (got.source, rows.collect(), got.quarantined(), got.aside())
    }

    #[test]
    fn answers_of_the_interface_are_in_dollars() {
        // The columns of either version of the interface, in its order; the figures are made up.
        let rest = "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE,PRECISION,DECIMALS_DISPLAYED,TRADE_FLOW,VALUATION,UNIT,DERIVATION_TYPE,OVERLAP,STATUS";
        for first in ["DATAFLOW", "STRUCTURE[;],STRUCTURE_ID,ACTION"] {
            let marks = if first == "DATAFLOW" {
                "IMF.STA:IMTS(1.0.0)"
            } else {
                "dataflow,IMF.STA:IMTS(1.0.0),R"
            };
            let row = |key: &str| format!("{marks},{key},6,,,XG,FOB,USD,M,OL,\n");
            let csv = format!("{first},{rest}\n")
                + &row("KOR,XG_FOB_USD,CHN,A,2024,12345678901.5")
                + &row("KOR,MG_CIF_USD,G001,M,2024-M02,1.5")
                + &row("KOR,TBG_USD,CHN,A,2024,-5")
                + &row("KOR,XG_FOB_USD,GX110,A,2024,5")
                + &row("KOR,XG_FOB_USD,TX910,A,2024,5")
                + &row("KOR,XG_FOB_USD,TWN,A,,")
                + &row("KOR,XG_FOB_USD,QQQ,A,2024,5")
                + &row("KOR,XG_FOB_USD,JPN,A,,5")
                + &row("KOR,XG_FOB_USD,CHN,A,2023,-5");
            let (source, rows, bad, aside) = told(&csv);
            assert_eq!(source, Source::Imts, "{first}");
            assert_eq!(
                rows,
                ["2024 KOR export CHN 12345678901.5", "2024-02 KOR import WLD 1.5"],
                "{first}"
            );
            assert_eq!((bad, aside), (3, 4), "{first}");
        }
    }

    #[test]
    fn the_explorer_s_tables_are_in_units_of_their_scale() {
        let csv = "\"DATASET\",\"SERIES_CODE\",\"OBS_MEASURE\",\"COUNTRY\",\"INDICATOR\",\"COUNTERPART_COUNTRY\",\"FREQUENCY\",\"SCALE\",\"2003\",\"2004-Q1\"\n\
            \"IMF.STA:IMTS(1.0.0)\",\"JPN.XG_FOB_USD.G001.A\",\"OBS_VALUE\",\"Japan\",\"Exports of goods, Free on board (FOB), US dollar\",\"World\",\"Annual\",\"Millions\",\"4719.7\",\"\"\n\
            \"IMF.STA:IMTS(1.0.0)\",\"JPN.MG_CIF_USD.HKG.Q\",\"OBS_VALUE\",\"Japan\",\"Imports of goods, Cost insurance freight (CIF), US dollar\",\"Hong Kong Special Administrative Region, People's Republic of China\",\"Quarterly\",\"Millions\",\"\",\"2.5\"\n\
            \"IMF.STA:IMTS(1.0.0)\",\"JPN.XG_FOB_USD.G110.A\",\"OBS_VALUE\",\"Japan\",\"Exports of goods, Free on board (FOB), US dollar\",\"Advanced Economies\",\"Annual\",\"Millions\",\"7\",\"\"\n\
            \"IMF.STA:IMTS(1.0.0)\",\"x\",\"OBS_VALUE\",\"Japan\",\"Exports of goods, Free on board (FOB), US dollar\",\"China, People's Republic of\",\"Annual\",\"\",\"8\",\"\"\n";
        let (source, rows, bad, aside) = told(csv);
        assert_eq!((source, bad, aside), (Source::ImtsWide, 0, 1));
        let want = [
            "2003 JPN export WLD 4719700000",
            "2004-01..2004-03 JPN import HKG 2500000",
            "2003 JPN export CHN 8",
        ];
        assert_eq!(rows, want);
        let ids = "COUNTRY.ID,INDICATOR.ID,COUNTERPART_COUNTRY.ID,FREQUENCY.ID,SCALE.ID,TIME_PERIOD,OBS_VALUE\n\
            JPN,XG_FOB_USD,CHN,A,6,2003,1.5\n";
        assert_eq!(told(ids).1, ["2003 JPN export CHN 1500000"]);
    }

    #[test]
    fn a_scale_of_which_nobody_knows_what_it_says_is_not_guessed_at() {
        let csv = "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,TIME_PERIOD,OBS_VALUE,SCALE\n\
            KOR,XG_FOB_USD,CHN,2003,5,6\nKOR,XG_FOB_USD,JPN,2003,5,0\nKOR,XG_FOB_USD,USA,2003,5,Millions\n";
        let got = import(csv.as_bytes(), &Options::default()).unwrap();
        assert!(
            got.quarantine[0].reason.contains("cannot be told"),
            "{:?}",
            got.quarantine
        );
        assert_eq!(told(csv).1, ["2003 KOR export JPN 5", "2003 KOR export USA 5000000"]);
    }

    #[test]
    fn a_column_that_is_nearly_a_period_is_refused() {
        let csv = "DATASET,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,2003,20O4\nx,JPN,XG_FOB_USD,CHN,A,1,2\n";
        let error = import(csv.as_bytes(), &Options::default()).unwrap_err().to_string();
        assert!(error.contains("`20O4`"), "{error}");
    }
}
