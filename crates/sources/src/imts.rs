//! The International Monetary Fund's International Trade in Goods by partner country (IMTS), the successor of the
//! Direction of Trade Statistics: CSV of its interface for statistical exchange, or of its data explorer, a row or a
//! column for each period, with codes (ISO 3166 and `G001` for the world) or with names.
//!
//! *Units.* The interface answers in dollars, and its `SCALE` (6 on every row) only says how to show them. The explorer
//! writes its figures in units of `SCALE`; without it they cannot be told, since most are in millions. A table that bears
//! the marks of neither is taken for the interface's where it has codes and no `SCALE`, and is not guessed at otherwise.
//!
//! *Codes.* The explorer's columns hold names unless they were asked for as `COUNTRY.ID` and so on; the same codes stand in
//! its `SERIES_CODE`, country, indicator, counterpart and frequency; what the two contradict each other in is quarantined.
//!
//! *Status* as in `dots.rs`: `estimated`, because the file does not say which figures are the Fund's estimates.

use crate::cell::Cell;
use crate::codes;
use crate::dots::period_columns;
use crate::error::{Error, Result};
use crate::header::{Column, Header};
use crate::imts_twice::{check_scales, check_series, scales, series_key};
use crate::labels::Labels;
use crate::options::Options;
use crate::quarantine::Bad;
use crate::remarks::{Amounts, Remark, Remarks};
use crate::sdmx::check_measure;
use crate::sdmx::{
    Area, Measure, Message, NO_FIGURE, Total, area, check_frequency, measure, period_of, power, read_row, value,
};
use crate::source::{Found, Layout, Repeats, Shape, Source};
use crate::table::Line;
use std::sync::Arc;
use trade::{Period, Status, nearest};

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
    message: Message,
    country: Column,
    counterpart: Column,
    indicator: Column,
    /// The codes of all three together, read where their own columns hold names.
    series: Option<Column>,
    named: bool,
    /// What says in which units the figures are, once or twice.
    scales: Vec<Column>,
    /// The currency.
    unit: Option<Column>,
    /// Of rows of periods.
    frequency: Option<Column>,
    units: Units,
    figures: Figures,
    compiler: Arc<str>,
    economies: codes::Reader,
    labels: Labels,
    /// Names beside codes in columns of their own.
    label: [Option<Column>; 2],
    amounts: Amounts,
    indicator_name: Option<Column>,
    /// How many figures are read as dollars because nothing says otherwise.
    unsaid: std::cell::Cell<u64>,
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
    /// Nothing says it. Names in this column are the explorer's, codes the interface's.
    Unsaid(Column),
}

const STATE_UNITS: &str = "most figures of the data explorer are in millions: take its column SCALE with it, or add one that says Millions or Units";

impl Units {
    fn of(header: &Header, country: &Column, options: &Options, wide: bool) -> Result<Units> {
        let any = |names: &[&str]| names.iter().any(|name| header.has(name));
        let interface = any(&["DATAFLOW", "STRUCTURE", "STRUCTURE[;]", "STRUCTURE_ID"]);
        let explorer = any(&["DATASET", "SERIES_CODE", "OBS_MEASURE", "COUNTRY.ID", "SCALE.ID"]);
        let scale = header.column("SCALE.ID").or_else(|| header.column("SCALE"));
        Ok(match (header.column("UNIT_MULT"), scale) {
            (Some(column), _) => Units::Scaled(column),
            _ if interface => Units::Dollars,
            (None, Some(column)) if explorer => Units::Scaled(column),
            (None, Some(column)) => Units::Doubtful(column),
            // A column for each period is the explorer's form too.
            (None, None) if explorer || wide => {
                return Err(Error::Header {
                    file: options.file.clone(),
                    line: 0,
                    problem: "no column says in which units its figures are".to_owned(),
                    advice: STATE_UNITS.to_owned(),
                });
            }
            (None, None) => Units::Unsaid(country.clone()),
        })
    }

    fn power(&self, line: &Line<'_>) -> Result<u32, Bad> {
        let (Units::Scaled(column) | Units::Doubtful(column)) = self else {
            if let Units::Unsaid(country) = self {
                let cell = line.cell(country)?;
                if !cell.text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
                    return Err(cell.bad(
                        "it cannot be told in which units the figures of such a table are",
                        STATE_UNITS,
                    ));
                }
            }
            return Ok(0);
        };
        let Some(cell) = line.optional(Some(column))? else {
            return Err(line
                .cell(column)?
                .bad("it does not say in which units the figure is", STATE_UNITS));
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

impl Imts {
    fn bind(header: &Header, options: &Options, wide: bool) -> Result<Imts> {
        let column = |name| header.needed(name, options);
        let coded = |code, name| header.column(code).map_or_else(|| column(name), Ok);
        let country = coded("COUNTRY.ID", "COUNTRY")?;
        if wide && header.has("TIME_PERIOD") {
            // Rows of periods, whose figures are not where they should be.
            let strangers = header.unknown(KNOWN);
            return Err(Error::Header {
                file: options.file.clone(),
                line: 0,
                problem: "the column `OBS_VALUE` is missing beside `TIME_PERIOD`".to_owned(),
                advice: match nearest("OBS_VALUE", strangers.iter().map(String::as_str)) {
                    Some(name) => format!("is it `{name}`?"),
                    None => "ask the source for the figures too".to_owned(),
                },
            });
        }
        Ok(Imts {
            message: Message::bind(header),
            amounts: Amounts::default(),
            indicator_name: header.column("INDICATOR").filter(|_| header.has("INDICATOR.ID")),
            unsaid: std::cell::Cell::default(),
            counterpart: coded("COUNTERPART_COUNTRY.ID", "COUNTERPART_COUNTRY")?,
            indicator: coded("INDICATOR.ID", "INDICATOR")?,
            series: header.column("SERIES_CODE"),
            named: !header.has("COUNTRY.ID"),
            scales: scales(header),
            figures: if wide {
                Figures::Columns(period_columns(header, options)?)
            } else {
                Figures::Rows(column("TIME_PERIOD")?, column("OBS_VALUE")?)
            },
            unit: header.column("UNIT.ID").or_else(|| header.column("UNIT")),
            frequency: header.column("FREQUENCY.ID").or_else(|| header.column("FREQUENCY")),
            units: Units::of(header, &country, options, wide)?,
            country,
            compiler: Arc::from("IMF IMTS"),
            economies: codes::Reader::default(),
            labels: Labels::default(),
            label: [
                ("COUNTRY.ID", "COUNTRY"),
                ("COUNTERPART_COUNTRY.ID", "COUNTERPART_COUNTRY"),
            ]
            .map(|(code, name)| header.column(name).filter(|_| header.has(code))),
        })
    }

    fn one(&self, line: &Line<'_>, figure: &Cell<'_>, period: Period) -> Result<Found, Bad> {
        let series = line.optional(self.series.as_ref())?;
        let key = series.and_then(|cell| series_key(cell.text));
        let cell = |part: usize, column| match (key, &self.series) {
            (Some(key), Some(series)) if self.named => Ok(Cell::new(key[part], series)),
            _ => line.cell(column),
        };
        let year = period.year();
        if let Some(key) = key {
            let columns = [&self.country, &self.indicator, &self.counterpart];
            check_series(line, key, columns, year, &self.labels)?;
        }
        let of = measure(&cell(1, &self.indicator)?)?;
        check_measure(line, self.indicator_name.as_ref(), &of)?;
        let Measure::Flow(flow, valuation) = of else {
            return Ok(Found::Aside("balance"));
        };
        let Some(value) = value(figure, self.units.power(line)?, &self.amounts)? else {
            return Ok(Found::Aside(NO_FIGURE));
        };
        if !matches!(self.units, Units::Dollars) {
            check_scales(line, &self.scales)?;
        }
        if matches!(self.units, Units::Unsaid(_)) {
            self.unsaid.set(self.unsaid.get() + 1);
        }
        let dollars = |text: &str| text.contains("USD") || text.to_ascii_lowercase().contains("us dollar");
        if let Some(unit) = line.optional(self.unit.as_ref())?.filter(|unit| !dollars(unit.text)) {
            return Err(unit.bad("the figure is not in US dollars", "ask for the figures in US dollars"));
        }
        let economy = |part, column, label: &Option<Column>| {
            let read = area(&cell(part, column)?, "imf", year, &self.economies)?;
            if let Area::One(economy) = read {
                self.labels.check(line, label.as_ref(), economy, year)?;
            }
            Ok(read)
        };
        let [name, other] = &self.label;
        let total = Total {
            compiler: &self.compiler,
            period,
            reporter: economy(0, &self.country, name)?,
            partner: economy(2, &self.counterpart, other)?,
            flow,
            valuation,
            value,
            status: Status::Estimated,
        };
        Ok(total.found())
    }

    fn rows(&self, line: &Line<'_>, found: &mut Vec<Found>) -> Result<(), Bad> {
        let is_other = |text: &str| text.starts_with("IMF") && text.contains(':') && !text.contains("IMTS");
        let why = (
            "this is another dataflow than IMTS",
            "read another one's trade in goods as any tidy table, by --column",
        );
        if let Some(other) = self.message.against(line, is_other, why)? {
            found.push(other);
            return Ok(());
        }
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
                check_frequency(line, self.frequency.as_ref(), period)?;
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
        read_row(found, |found| self.rows(line, found));
    }

    fn remark(&self, remarks: &mut Remarks) {
        self.amounts.tell(remarks);
        remarks.count(Remark::TakenForDollars, self.unsaid.get());
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
    fn rows_of_other_dataflows_and_rows_taken_back_are_no_figures() {
        let header =
            "STRUCTURE,STRUCTURE_ID,ACTION,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE";
        let row = |id: &str, action: &str| format!("dataflow,{id},{action},KOR,XG_FOB_USD,CHN,A,2024,5");
        let read = |rows: &str| import(format!("{header}\n{rows}\n").as_bytes(), &Options::default());
        let got = read(&format!(
            "{}\n{}",
            row("IMF.STA:IMTS(1.0.0)", "D"),
            row("IMF.STA:IMTS(1.0.0)", "I")
        ))
        .unwrap();
        assert_eq!((got.records.len(), got.aside()), (1, 1));
        for other in ["IMF.STA:CPI(1.0.0)", "IMF.STA:TGS(1.0.0)"] {
            let told = read(&row(other, "I")).unwrap_err().to_string();
            assert!(told.contains("another dataflow than IMTS"), "{told}");
        }
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
                + &row("KOR,XG_FOB_USD,CHN,M,2022,5")
                + &row("KOR,XG_FOB_USD,CHN,A,2023,-5");
            let (source, rows, bad, aside) = told(&csv);
            assert_eq!(source, Source::Imts, "{first}");
            assert_eq!(
                rows,
                ["2024 KOR export CHN 12345678901.5", "2024-02 KOR import WLD 1.5"],
                "{first}"
            );
            assert_eq!((bad, aside), (4, 4), "{first}");
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
        // The last row does not say what its figure is counted in.
        assert_eq!((source, bad, aside), (Source::ImtsWide, 1, 1));
        let want = [
            "2003 JPN export WLD 4719700000",
            "2004-01..2004-03 JPN import HKG 2500000",
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
    fn figures_of_the_explorer_without_a_scale_are_not_taken_for_dollars() {
        let ids =
            "COUNTRY.ID,INDICATOR.ID,COUNTERPART_COUNTRY.ID,TIME_PERIOD,OBS_VALUE\nBWA,MG_CIF_USD,G001,2000,2081.5\n";
        let error = import(ids.as_bytes(), &Options::default()).unwrap_err().to_string();
        assert!(error.contains("in which units") && error.contains("add one"), "{error}");
        let bare = "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,TIME_PERIOD,OBS_VALUE\n\
            BWA,MG_CIF_USD,G001,2000,2081583938.5\n\
            Botswana,\"Exports of goods, Free on board (FOB), US dollar\",World,2000,2780.5\n";
        let (_, rows, bad, _) = told(bare);
        assert_eq!((rows, bad), (vec!["2000 BWA import WLD 2081583938.5".to_owned()], 1));
    }

    #[test]
    fn names_of_the_fund_are_read_where_there_are_no_codes() {
        let row = |partner: &str| {
            format!("Germany,\"Exports of goods, Free on board (FOB), US dollar\",\"{partner}\",Annual,Millions,1\n")
        };
        let csv = "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,SCALE,2018\n".to_owned()
            + &row("Hong Kong Special Administrative Region, People's Republic of China")
            + &row("Korea, Democratic People's Republic of")
            + &row("Poland, Republic of")
            + &row("Sub-Saharan Africa (SSA)")
            + &row("Ruritania, Republic of");
        let (_, rows, bad, aside) = told(&csv);
        let want = ["HKG", "PRK", "POL"].map(|code| format!("2018 DEU export {code} 1000000"));
        assert_eq!((rows, bad, aside), (want.to_vec(), 1, 1));
    }

    #[test]
    fn a_column_that_is_nearly_a_period_is_refused() {
        let csv = "DATASET,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,2003,20O4\nx,JPN,XG_FOB_USD,CHN,A,1,2\n";
        let error = import(csv.as_bytes(), &Options::default()).unwrap_err().to_string();
        assert!(error.contains("`20O4`"), "{error}");
    }
}
