//! What was done with rows that became records and that their reader should know: counted, and told as notes.

use crate::cell;
use crate::quarantine::Bad;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use trade::{Decimal3, Economy, Record, Standing, Usd, economies};

/// Something of a kind that was done with rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Remark {
    /// A figure was rounded to the thousandth.
    Rounded,
    /// A weight or quantity was no such number and left out.
    LeftOut,
    /// A quantity in a unit that a large dataset has no place for was left out.
    UnitLeftOut,
    /// Nothing says in which units a figure is, and the form of the table that it is in dollars.
    TakenForDollars,
    /// A number in the short form in which spreadsheets show large ones.
    Shortened,
    /// A value that is neither the c.i.f. nor the f.o.b. value beside it.
    Neither,
    /// The last figure of an input has no line end behind it.
    OpenEnd,
    /// A code was used outside of the years in which it stood for somebody, in this year.
    OutOfTime(String, i16),
}

/// How often each was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remarks(BTreeMap<Remark, u64>);

/// How many codes are named with their years.
const NAMED: usize = 12;

impl Remarks {
    pub(crate) fn count(&mut self, remark: Remark, times: u64) {
        if times > 0 {
            *self.0.entry(remark).or_default() += times;
        }
    }

    pub(crate) fn merge(&mut self, others: Remarks) {
        for (remark, times) in others.0 {
            self.count(remark, times);
        }
    }

    /// In words.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut named = Vec::new();
        for (remark, times) in &self.0 {
            match remark {
                Remark::Rounded => notes.push(format!(
                    "figures with more than three decimals were rounded to the thousandth: {times}"
                )),
                Remark::LeftOut => notes.push(format!(
                    "weights or quantities that are negative, infinite, too large or to be read two ways, left out of rows whose values are kept: {times}"
                )),
                Remark::UnitLeftOut => notes.push(format!(
                    "quantities in units that a large dataset does not hold, left out of rows whose values are kept: {times}"
                )),
                Remark::TakenForDollars => notes.push(format!(
                    "no column says in which units figures are; they are read in dollars, as the Fund's interface gives them; if they \
                     are of its data explorer, take its column SCALE with them (rows: {times})"
                )),
                Remark::Shortened => notes.push(format!(
                    "figures such as 1.23457E+11 are in the short form of a spreadsheet, which may have dropped digits: {times}"
                )),
                Remark::Neither => notes.push(format!(
                    "values that are neither the c.i.f. nor the f.o.b. value beside them are read as they stand: {times}"
                )),
                Remark::OpenEnd => notes.push(
                    "the last figure has no line end behind it: in a file that was cut short it may lack digits".to_owned(),
                ),
                Remark::OutOfTime(code, year) => {
                    named.push(format!("{code} in {year} ({times})"));
                }
            }
        }
        if !named.is_empty() {
            let more = named.len().saturating_sub(NAMED);
            named.truncate(NAMED);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            notes.push(format!(
                "a code in a year for which it was not made is read as it was written (so many rows): {}{more}",
                named.join(", ")
            ));
        }
        notes
    }
}

/// Reads amounts that a compiler may have computed in floating point.
#[derive(Default)]
pub(crate) struct Amounts {
    rounded: Cell<u64>,
    shortened: Cell<u64>,
    left_out: Cell<u64>,
}

impl Amounts {
    /// A value, in units of 10^`power` US dollars.
    pub(crate) fn money(&self, cell: &cell::Cell<'_>, power: u32) -> Result<Usd, Bad> {
        if is_shortened(cell.text) {
            self.shortened.set(self.shortened.get() + 1);
        }
        cell.money(power).or_else(|_| {
            let nearest = cell.rounded_money(power)?;
            self.rounded.set(self.rounded.get() + 1);
            Ok(nearest)
        })
    }

    /// A weight or a quantity, which may be missing. One that is a number and no amount is left out: the value beside it holds
    /// without it. Any other text may be that of another column, and is refused.
    pub(crate) fn amount(&self, cell: &cell::Cell<'_>, power: u32) -> Result<Option<Decimal3>, Bad> {
        if cell.is_absent() {
            return Ok(None);
        }
        match self.money(cell, power) {
            Err(_) if cell.text.parse::<f64>().is_ok() || cell.is_two_ways() => {
                self.left_out.set(self.left_out.get() + 1);
                Ok(None)
            }
            read => read.map(Some),
        }
    }

    pub(crate) fn tell(&self, remarks: &mut Remarks) {
        remarks.count(Remark::Rounded, self.rounded.get());
        remarks.count(Remark::LeftOut, self.left_out.get());
        remarks.count(Remark::Shortened, self.shortened.get());
    }
}

/// `1.23457E+11`: six digits of a larger number, as spreadsheets show and save it.
fn is_shortened(text: &str) -> bool {
    let Some((mantissa, power)) = text.split_once("E+") else {
        return false;
    };
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    digits <= 6 && power.parse::<usize>().is_ok_and(|power| power >= digits)
}

/// Looks at the economies of records, each with its code and year once.
#[derive(Default)]
pub(crate) struct Years(HashMap<(Economy, u16, i16), bool>);

impl Years {
    /// Counts those that were not there in the record's year, or whose number stood for nobody then.
    pub(crate) fn see(&mut self, record: &Record, codes: (u16, u16), remarks: &mut Remarks) {
        let year = record.period.year();
        let system = record.classification;
        if system.first_year().is_some_and(|first| year < first) {
            remarks.count(Remark::OutOfTime(system.to_string(), year), 1);
        }
        for (economy, code) in [(record.reporter, codes.0), (record.partner, codes.1)] {
            let late = self.0.entry((economy, code, year));
            if *late.or_insert_with(|| is_out_of_time(economy, code, year)) {
                let written = match code {
                    0 => economy.to_string(),
                    code => format!("{code} ({economy})"),
                };
                remarks.count(Remark::OutOfTime(written, year), 1);
            }
        }
    }
}

fn is_out_of_time(economy: Economy, code: u16, year: i16) -> bool {
    if code != 0 {
        return economies().by_m49(code, year).is_none();
    }
    economies()
        .get(economy)
        .is_some_and(|info| info.standing(year) != Standing::Exists)
}

#[cfg(test)]
mod tests {
    use crate::{Codes, Options, TidyMap, import};

    #[test]
    fn the_years_of_codes_are_one_rule_for_all_sources() {
        let comtrade = |code: u16, year: i16| {
            format!(
                "period,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue\n{year},156,M,{code},H1,27,1\n"
            )
        };
        let tidy = |code: &str, year: i16| {
            format!("period,reporter,partner,flow,value_usd,compiler\n{year},CHN,{code},import,1,x\n")
        };
        let wits = |name: &str, year: i16| {
            format!(
                "Reporter,TradeFlow,ProductCode,Year,Partner,Trade Value 1000USD,Nomenclature\nChina,Import,27,{year},{name},1,H1\n"
            )
        };
        let read = |text: &str, economies: Option<Codes>| {
            let own = ["value_usd", "compiler"].map(|name| (name.to_owned(), name.to_owned()));
            let map = economies.map(|economies| TidyMap {
                economies,
                columns: own.into(),
                ..TidyMap::default()
            });
            let got = import(
                text.as_bytes(),
                &Options {
                    map,
                    ..Options::default()
                },
            )
            .unwrap();
            let note = got.notes.iter().find(|note| note.contains("for which it was not made"));
            let bad = got
                .quarantine
                .first()
                .map(|bad| format!("{}; {}", bad.reason, bad.advice));
            bad.or(note.cloned()).unwrap_or_default()
        };
        let (alpha2, name) = (Some(Codes::Alpha2), Some(Codes::Name));
        let mapped = |code: &str, year| tidy(code, year).replace("CHN", if code.len() == 2 { "CN" } else { "China" });
        for (told, code) in [
            (read(&comtrade(530, 2015), None), "530 (ANT) in 2015 (1)"),
            (read(&comtrade(56, 1996), None), "56 (BEL) in 1996 (1)"),
            (read(&tidy("SCG", 2010), None), "SCG in 2010 (1)"),
            (read(&mapped("CS", 2010), alpha2), "SCG in 2010 (1)"),
            (read(&wits("Serbia and Montenegro", 2010), None), "SCG in 2010 (1)"),
            (read(&comtrade(408, 1995), None), "HS1 in 1995 (1)"),
            (read(&comtrade(530, 2011), None), ""),
            (read(&tidy("SUN", 1991), None), ""),
            (read(&comtrade(810, 2003), None), "stands for no economy in 2003"),
            (read(&tidy("SUN", 2003), None), "in that year there was RUS (Russia)"),
            (
                read(&tidy("RUS", 1980), None),
                "in that year there was SUN (Soviet Union)",
            ),
            (read(&mapped("SU", 2003), alpha2), "is of other years than 2003"),
            (read(&mapped("USSR", 2003), name), "is of other years than 2003"),
            (
                read(&wits("German Democratic Republic", 2024), None),
                "is of other years than 2024",
            ),
        ] {
            assert!(
                told.contains(code) && (told.is_empty() == code.is_empty()),
                "{told} {code}"
            );
        }
    }

    #[test]
    fn figures_that_somebody_computed_are_rounded_and_told() {
        let read = |text: &str, map: bool| {
            let map = map.then(|| TidyMap {
                columns: ["value_usd", "compiler"]
                    .map(|name| (name.to_owned(), name.to_owned()))
                    .into(),
                ..TidyMap::default()
            });
            let options = Options {
                map,
                ..Options::default()
            };
            let got = import(text.as_bytes(), &options).unwrap();
            let values: Vec<_> = got.records.iter().map(|r| r.value.unwrap().to_string()).collect();
            (values.join(" "), got.quarantine.len(), got.notes.join(" "))
        };
        let tidy = "period,reporter,partner,flow,value_usd,compiler\n2003,CHN,PRK,import,1.00049,x\n2004,CHN,PRK,import,1.5,x\n";
        let imts = "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE\nx,CHN,XG_FOB_USD,PRK,A,2003,1.00051\n";
        let cow =
            "ccode1,ccode2,year,importer1,importer2,flow1,flow2\n710,731,2003,China,North Korea,0.0000000012,-9\n";
        for (text, map, values) in [(tidy, true, "1 1.5"), (imts, false, "1.001"), (cow, false, "0.001")] {
            let (got, bad, notes) = read(text, map);
            assert_eq!((got.as_str(), bad), (values, 0), "{text}");
            assert!(
                notes.contains("more than three decimals were rounded to the thousandth: 1"),
                "{notes}"
            );
        }
        // The project's own form has three decimals at most: more are a mistake.
        assert_eq!(read(tidy, false).1, 1);
    }
}
