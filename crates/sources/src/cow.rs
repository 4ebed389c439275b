//! Correlates of War trade, versions 3 and 4: `Dyadic_COW` has a row for a pair and year, with the imports of the first
//! from the second (`flow1`) and of the second from the first (`flow2`); `National_COW` a state's imports and exports.
//! Values are millions of US dollars; -9 says that there is none.
//!
//! *Status.* The source columns tell how a figure came about: 2 is the reporter's own in the Fund's statistics, all
//! others are computed from the partner's report or divided among states. Without them the status is `estimated`.

use crate::cell::Cell;
use crate::codes;
use crate::error::Result;
use crate::header::{Column, Header};
use crate::labels::Labels;
use crate::options::Options;
use crate::quarantine::Bad;
use crate::remarks::{Amounts, Remarks};
use crate::sdmx::{Area, NO_FIGURE, Total};
use crate::source::{Found, Layout, Repeats, Shape, Source};
use crate::table::Line;
use crate::tidy::Codes;
use std::sync::Arc;
use trade::{Economy, Flow, Period, Status, Valuation};

pub(crate) const SHAPE: Shape = Shape {
    source: Source::Cow,
    name: "cow",
    needed: &["ccode1", "ccode2", "year", "flow1", "flow2"],
    known: &[
        "ccode1",
        "ccode2",
        "year",
        "importer1",
        "importer2",
        "flow1",
        "flow2",
        "smoothflow1",
        "smoothflow2",
        "smoothtotrade",
        "spike1",
        "spike2",
        "dip1",
        "dip2",
        "trdspike",
        "tradedip",
        "bel_lux_alt_flow1",
        "bel_lux_alt_flow2",
        "china_alt_flow1",
        "china_alt_flow2",
        "source1",
        "source2",
        "version",
    ],
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Cow::dyadic(header, options)?)),
};

pub(crate) const NATIONAL: Shape = Shape {
    source: Source::CowNational,
    name: "cow-national",
    needed: &["ccode", "year", "imports", "exports"],
    known: &[
        "ccode",
        "statename",
        "stateabb",
        "year",
        "imports",
        "exports",
        "alt_imports",
        "alt_exports",
        "source1",
        "source2",
        "version",
    ],
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Cow::national(header, options)?)),
};

struct Cow {
    first: Column,
    /// The second state of a pair; the world where there is none.
    second: Option<Column>,
    year: Column,
    values: [Column; 2],
    sources: [Option<Column>; 2],
    compiler: Arc<str>,
    economies: codes::Reader,
    labels: Labels,
    label: [Option<Column>; 2],
    amounts: Amounts,
}

/// Whether a figure is the -9 that says that there is none, with however many decimals a program writes it.
fn is_none(text: &str) -> bool {
    let decimals = |rest: &str| {
        rest.is_empty()
            || rest
                .strip_prefix('.')
                .is_some_and(|zeros| zeros.bytes().all(|b| b == b'0'))
    };
    text.strip_prefix("-9").is_some_and(decimals)
}

impl Cow {
    fn dyadic(header: &Header, options: &Options) -> Result<Cow> {
        let column = |name| header.needed(name, options);
        Ok(Cow {
            amounts: Amounts::default(),
            first: column("ccode1")?,
            second: Some(column("ccode2")?),
            year: column("year")?,
            values: [column("flow1")?, column("flow2")?],
            sources: [header.column("source1"), header.column("source2")],
            compiler: Arc::from("Correlates of War"),
            economies: codes::Reader::default(),
            labels: Labels::default(),
            label: [header.column("importer1"), header.column("importer2")],
        })
    }

    fn national(header: &Header, options: &Options) -> Result<Cow> {
        let column = |name| header.needed(name, options);
        Ok(Cow {
            amounts: Amounts::default(),
            first: column("ccode")?,
            second: None,
            year: column("year")?,
            values: [column("imports")?, column("exports")?],
            sources: [None, None],
            compiler: Arc::from("Correlates of War"),
            economies: codes::Reader::default(),
            labels: Labels::default(),
            label: [header.column("statename"), None],
        })
    }

    fn status(&self, line: &Line<'_>, which: usize) -> Result<Status, Bad> {
        let source = line.optional(self.sources[which].as_ref())?;
        Ok(match source.map(|cell| cell.text.to_owned()).as_deref() {
            Some("2") => Status::Reported,
            _ => Status::Estimated,
        })
    }

    fn one(&self, line: &Line<'_>, which: usize, period: Period) -> Result<Found, Bad> {
        let cell: Cell<'_> = line.cell(&self.values[which])?;
        if cell.is_absent() || is_none(cell.text) {
            return Ok(Found::Aside(NO_FIGURE));
        }
        let value = self.amounts.money(&cell, 6)?;
        let [name, other] = &self.label;
        let economy = |column: &Column, name: &Option<Column>| {
            let read = self.economies.read(&line.cell(column)?, Codes::Cow, period.year())?;
            self.labels.check(line, name.as_ref(), read, period.year())?;
            Ok(Area::One(read))
        };
        let first = economy(&self.first, name)?;
        let second = match &self.second {
            Some(column) => economy(column, other)?,
            None => Area::One(Economy::WORLD),
        };
        let national = self.second.is_none();
        let (reporter, partner) = if which == 0 || national {
            (first, second)
        } else {
            (second, first)
        };
        let flow = if which == 1 && national {
            Flow::Export
        } else {
            Flow::Import
        };
        let total = Total {
            compiler: &self.compiler,
            period,
            reporter,
            partner,
            flow,
            valuation: (!national).then_some(Valuation::Cif),
            value,
            status: self.status(line, which)?,
        };
        Ok(total.found())
    }
}

impl Layout for Cow {
    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>) {
        let period = line.cell(&self.year).and_then(|cell| cell.period());
        for which in 0..2 {
            let read = period.clone().and_then(|period| self.one(line, which, period));
            found.push(read.unwrap_or_else(Found::Bad));
            if period.is_err() {
                return;
            }
        }
    }

    fn remark(&self, remarks: &mut Remarks) {
        self.amounts.tell(remarks);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, Source, import};

    #[test]
    fn a_pair_s_row_holds_two_imports() {
        let csv = "ccode1,ccode2,year,importer1,importer2,flow1,flow2,smoothflow1,source1,source2,version\n\
            710,731,2003,China,North Korea,395.345,627.995,1,2,3,4\n\
            2,731,2003,United States of America,North Korea,-9,0,1,2,2,4\n\
            2,999,2003,United States of America,Nowhere,1,-9,1,2,2,4\n";
        let got = import(csv.as_bytes(), &Options::default()).unwrap();
        assert_eq!(got.source, Source::Cow);
        let rows: Vec<_> = got
            .records
            .iter()
            .map(|r| {
                format!(
                    "{} {} {} {} {}",
                    r.reporter,
                    r.flow,
                    r.partner,
                    r.value.unwrap(),
                    r.status
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                "CHN import PRK 395345000 reported",
                "PRK import CHN 627995000 estimated",
                "PRK import USA 0 reported"
            ]
        );
        assert_eq!((got.quarantined(), got.aside(), got.rows_read), (1, 2, 6));
    }

    #[test]
    fn national_totals_are_with_the_world() {
        let csv = "ccode,statename,stateabb,year,imports,exports,alt_imports,alt_exports,source1,source2,version\n\
            731,North Korea,PRK,2003,2049,1066,-9,-9,1,1,4\n";
        let got = import(csv.as_bytes(), &Options::default()).unwrap();
        let flows: Vec<_> = got
            .records
            .iter()
            .map(|r| (r.flow.as_str(), r.partner.as_str()))
            .collect();
        assert_eq!(flows, [("import", "WLD"), ("export", "WLD")]);
    }
}
