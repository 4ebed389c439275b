//! The International Monetary Fund's International Trade in Goods by partner country (IMTS), the successor of the
//! Direction of Trade Statistics: CSV of its interface for statistical exchange, or of its data explorer, a row or a
//! column for each period, with codes (ISO 3166 and `G001` for the world) or with names.
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
    "UNIT_MULT",
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
        "COUNTRY",
        "COUNTERPART_COUNTRY",
        "INDICATOR",
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
    needed: &["COUNTRY", "COUNTERPART_COUNTRY", "INDICATOR", "FREQUENCY"],
    known: KNOWN_WIDE,
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Imts::bind(header, options, true)?)),
};

struct Imts {
    country: Column,
    counterpart: Column,
    indicator: Column,
    scale: Option<Column>,
    figures: Figures,
    compiler: Arc<str>,
    economies: codes::Reader,
}

enum Figures {
    Rows(Column, Column),
    Columns(Vec<(Column, Option<Period>)>),
}

impl Imts {
    fn bind(header: &Header, options: &Options, wide: bool) -> Result<Imts> {
        let column = |name| header.needed(name, options);
        Ok(Imts {
            country: column("COUNTRY")?,
            counterpart: column("COUNTERPART_COUNTRY")?,
            indicator: column("INDICATOR")?,
            scale: header.column("SCALE").or_else(|| header.column("UNIT_MULT")),
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
        let Measure::Flow(flow, valuation) = measure(&line.cell(&self.indicator)?)? else {
            return Ok(Found::Aside("balance"));
        };
        let power = line.optional(self.scale.as_ref())?.map_or(Ok(0), |cell| power(&cell))?;
        let Some(value) = value(figure, power)? else {
            return Ok(Found::Aside(NO_FIGURE));
        };
        let year = period.year();
        let total = Total {
            compiler: &self.compiler,
            period,
            reporter: area(&line.cell(&self.country)?, "imf", year, &self.economies)?,
            partner: area(&line.cell(&self.counterpart)?, "imf", year, &self.economies)?,
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
                let cell = line.cell(time)?;
                let period = period_of(cell.text)
                    .ok_or_else(|| cell.bad("this is no period", "a year, 2003-Q2 or 2003-M07 is expected"))?;
                found.push(self.one(line, &line.cell(figure)?, period)?);
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
    fn codes_names_and_periods_are_read() {
        let csv = "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE\n\
            IMF.STA:IMTS(1.0.0),KOR,XG_FOB_USD,CHN,A,2024,132902972288,\n\
            IMF.STA:IMTS(1.0.0),KOR,MG_CIF_USD,G001,M,2024-M02,1.5,6\n\
            IMF.STA:IMTS(1.0.0),KOR,TBG_USD,CHN,A,2024,-5,\n\
            IMF.STA:IMTS(1.0.0),KOR,XG_FOB_USD,GX110,A,2024,5,\n\
            IMF.STA:IMTS(1.0.0),KOR,XG_FOB_USD,QQQ,A,2024,5,\n\
            IMF.STA:IMTS(1.0.0),KOR,XG_FOB_USD,CHN,A,2023,-5,\n";
        let (source, rows, bad, aside) = told(csv);
        assert_eq!(source, Source::Imts);
        assert_eq!(
            rows,
            ["2024 KOR export CHN 132902972288", "2024-02 KOR import WLD 1500000"]
        );
        assert_eq!((bad, aside), (2, 2));
    }

    #[test]
    fn the_explorer_s_wide_table_is_read() {
        let csv = "\"DATASET\",\"SERIES_CODE\",\"COUNTRY\",\"INDICATOR\",\"COUNTERPART_COUNTRY\",\"FREQUENCY\",\"SCALE\",\"2003\",\"2004\"\n\
            \"IMF.STA:IMTS(1.0.0)\",\"x\",\"Japan\",\"Exports of goods, Free on board (FOB), US dollar\",\"World\",\"Annual\",\"Millions\",\"471995.7\",\"\"\n";
        let (source, rows, bad, aside) = told(csv);
        assert_eq!((source, bad, aside), (Source::ImtsWide, 0, 0));
        assert_eq!(rows, ["2003 JPN export WLD 471995700000"]);
    }
}
