//! What the column sets of UN Comtrade have in common: numeric economies, the flag, the
//! units, and the breakdowns that stand beside their totals.
//!
//! Decisions, with their reasons:
//! - *Status.* The flag 2, 4 or 6 says that the quantity, the net weight or both are
//!   estimated; the value is still the reporter's. So the status stays `reported` and the
//!   weight is kept: the record has no place for a flag of its own, and whoever uses
//!   weights as evidence has to know that Comtrade fills them in.
//! - *Zero weight or quantity beside a positive value* is "not available" in these files and
//!   is read as missing. So is a quantity whose unit is "no quantity".
//! - *Valuation.* Comtrade asks for exports FOB and imports CIF, but some reporters give
//!   imports FOB. A file that does not say so row by row gives `None`; which reporter valued
//!   how in which year is decided above, where flows are compared.

use crate::cell::Cell;
use crate::codes;
use crate::error::{Error, Result};
use crate::header::{Column, Header};
use crate::labels::{self, Labels};
use crate::levels::is_other_level;
use crate::names::Names;
use crate::options::Options;
use crate::quarantine::Bad;
use crate::remarks::{Amounts, Remark, Remarks};
use crate::sdmx::check_frequency;
use crate::source::{Draft, Found, Layout, Part};
use crate::table::Line;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Classification, Decimal3, Economy, Flow, Period, Record, Status, Usd, Valuation, check_product, nearest};

/// Who publishes it.
pub(crate) const COMPILER: &str = "UN Comtrade";

/// What a column set calls its columns; an empty name where it has no such column, several names parted by `|`.
pub(crate) struct Spelling {
    pub(crate) year: &'static str,
    /// Finer than the year: `2003` or `200307`.
    pub(crate) period: &'static str,
    pub(crate) reporter: &'static str,
    pub(crate) partner: &'static str,
    /// The ISO codes beside the numeric ones, of reporter and partner.
    pub(crate) iso: [&'static str; 2],
    /// The names beside the numeric ones, and the word beside the flow's code.
    pub(crate) names: [&'static str; 2],
    pub(crate) flow_name: &'static str,
    pub(crate) flow: &'static str,
    pub(crate) classification: &'static str,
    pub(crate) product: &'static str,
    pub(crate) value: &'static str,
    /// The value as CIF and as FOB, where the file gives such beside the value.
    pub(crate) cif: &'static str,
    pub(crate) fob: &'static str,
    pub(crate) weight: &'static str,
    pub(crate) quantity: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) flag: &'static str,
    /// Columns that break a total down, with the codes by which the total is marked.
    pub(crate) breakdowns: &'static [(&'static str, &'static [&'static str])],
}

/// A column set bound to one file's header.
pub(crate) struct Comtrade {
    year: Option<Column>,
    period: Option<Column>,
    /// Whether rows are of years or of months, and of which month; whether of goods or of services.
    frequency: Option<Column>,
    month: Option<Column>,
    kind: Option<Column>,
    default_period: Option<Period>,
    reporter: Column,
    partner: Column,
    iso: [Option<Column>; 2],
    labels: Labels,
    label: [Option<Column>; 2],
    flow_name: Option<Column>,
    flow: Column,
    classification: Option<Column>,
    default_classification: Option<Classification>,
    product: Column,
    value: Column,
    cif: Option<Column>,
    fob: Option<Column>,
    weight: Option<Column>,
    quantity: Option<Column>,
    unit: Option<Column>,
    flag: Option<Column>,
    /// The number of digits of the product's code.
    level: Option<Column>,
    breakdowns: Vec<(Column, &'static [&'static str])>,
    /// How many such columns the column set has.
    breakdowns_known: usize,
    compiler: Arc<str>,
    names: Names,
    amounts: Amounts,
    /// How many values are none of those beside them.
    neither: std::cell::Cell<u64>,
    /// Codes already looked up, by code and year.
    economies: BTreeMap<(u16, i16), Economy>,
}

impl Comtrade {
    /// Finds the columns.
    ///
    /// # Errors
    /// Where the file has neither a period (or classification) nor a default for it, or a
    /// default cannot be read.
    pub(crate) fn bind(header: &Header, spelling: &Spelling, options: &Options) -> Result<Comtrade> {
        let named = |name: &&str| !name.is_empty();
        let find = |names: &str| names.split('|').filter(named).find_map(|name| header.column(name));
        let needed = |names: &'static str| match find(names) {
            Some(column) => Ok(column),
            None => header.needed(names.split('|').next().unwrap_or_default(), options),
        };
        let (year, period, classification) = (
            find(spelling.year),
            find(spelling.period),
            find(spelling.classification),
        );
        let dated = year.is_some() || period.is_some();
        let stated = &options.defaults;
        let unsaid = [
            (dated, &stated.period, ("period", "2024")),
            (
                classification.is_some(),
                &stated.classification,
                ("classification", revision_of(stated.period.as_deref())),
            ),
        ];
        let missing: Vec<_> = unsaid
            .iter()
            .filter(|(there, said, _)| !there && said.is_none())
            .map(|u| u.2)
            .collect();
        if !missing.is_empty() {
            let file = options.file.clone();
            return Err(match misspelt(header, spelling, missing[0].0) {
                Some((found, meant)) => Error::Header {
                    file,
                    line: 0,
                    problem: format!("the column `{found}` is not known, is it `{meant}`?"),
                    advice: format!("rename it, or state the {} with --default", missing[0].0),
                },
                None => Error::Unsaid { file, missing },
            });
        }
        let default_period = setting(options, "defaults.period", dated, stated.period.as_deref())?;
        let default_classification = setting(
            options,
            "defaults.classification",
            classification.is_some(),
            stated.classification.as_deref(),
        )?;
        let breakdowns = spelling
            .breakdowns
            .iter()
            .filter_map(|&(names, whole)| Some((find(names)?, whole)))
            .collect();
        let names = Names::default();
        Ok(Comtrade {
            year,
            period,
            frequency: header.column("freqCode"),
            month: header.column("refMonth"),
            kind: header.column("typeCode"),
            default_period,
            reporter: needed(spelling.reporter)?,
            partner: needed(spelling.partner)?,
            iso: spelling.iso.map(find),
            labels: Labels::default(),
            label: spelling.names.map(find),
            flow_name: find(spelling.flow_name),
            flow: needed(spelling.flow)?,
            classification,
            default_classification,
            product: needed(spelling.product)?,
            value: needed(spelling.value)?,
            cif: find(spelling.cif),
            fob: find(spelling.fob),
            weight: find(spelling.weight),
            quantity: find(spelling.quantity),
            unit: find(spelling.unit),
            flag: find(spelling.flag),
            level: find("aggrLevel|Aggregate Level"),
            breakdowns,
            breakdowns_known: spelling.breakdowns.len(),
            compiler: names.get(COMPILER),
            names,
            amounts: Amounts::default(),
            neither: std::cell::Cell::default(),
            economies: BTreeMap::new(),
        })
    }

    fn period(&self, line: &Line<'_>) -> Result<Period, Bad> {
        let read = self.stated_period(line)?;
        check_frequency(line, self.frequency.as_ref(), read)?;
        // A year's month is told as 52, as files of the interface have it.
        let month = line.optional(self.month.as_ref())?.filter(|_| read.months() == 1);
        match month {
            Some(cell) if cell.text.parse() != Ok(read.month()) => Err(cell.bad(
                format!("the month is another than that of the period, {read}"),
                "check the two columns",
            )),
            _ => Ok(read),
        }
    }

    fn stated_period(&self, line: &Line<'_>) -> Result<Period, Bad> {
        let monthly = line
            .optional(self.frequency.as_ref())?
            .is_some_and(|cell| cell.text == "M");
        let year = line.optional(self.year.as_ref())?;
        let Some(period) = line.optional(self.period.as_ref())? else {
            return match (year, self.default_period, &self.year) {
                (Some(year), ..) if monthly => {
                    let month = line.optional(self.month.as_ref())?;
                    let month = month.and_then(|cell| cell.text.parse().ok());
                    let period = month.and_then(|month| Period::monthly(annual(&year).ok()?.year(), month).ok());
                    period.ok_or_else(|| year.bad("the row is of a month that it does not state", "fill in the period"))
                }
                (Some(year), ..) => annual(&year),
                (None, Some(period), None) => Ok(period),
                _ => Err(Bad::row(String::new(), "the year is not stated", "fill in the year")),
            };
        };
        let read = period.period().map_err(shifted)?;
        if let Some(year) = year
            && annual(&year)?.year() != read.year()
        {
            return Err(period.bad(
                format!("the period is not in the year {}", year.text),
                "check the two columns",
            ));
        }
        Ok(read)
    }

    fn economy(&mut self, line: &Line<'_>, reporter: bool, year: i16) -> Result<(u16, Economy), Bad> {
        let cell = line.cell(if reporter { &self.reporter } else { &self.partner })?;
        let code = cell.code()?;
        let economy = match self.economies.get(&(code, year)) {
            Some(&known) => known,
            None => {
                let found = codes::numeric(&cell, year)?.1;
                self.economies.insert((code, year), found);
                found
            }
        };
        let [of_reporter, of_partner] = &self.iso;
        let iso = if reporter { of_reporter } else { of_partner };
        match line.optional(iso.as_ref())? {
            Some(iso) if codes::is_another(iso.text, economy, year) => Err(iso.bad(
                format!("the numeric code beside it, {code}, stands for {economy}"),
                "find out which of the two is meant",
            )),
            _ => {
                let [of_reporter, of_partner] = &self.label;
                let label = if reporter { of_reporter } else { of_partner };
                self.labels.check(line, label.as_ref(), economy, year)?;
                Ok((code, economy))
            }
        }
    }

    /// The product, and which part of it the row is: `9999AA` is what is not specified by kind, as is `999999`, and may stand
    /// beside it.
    fn product(&self, line: &Line<'_>) -> Result<(Classification, Arc<str>, u64), Bad> {
        let classification = match &self.classification {
            Some(column) => {
                let cell = line.cell(column)?;
                Classification::from_comtrade(cell.text).ok_or_else(|| {
                    cell.bad(
                        "this classification is not known",
                        "H0 to H6, HS, S1 to S4 and B4 are read; convert the others first",
                    )
                })?
            }
            None => self.default_classification.unwrap_or(Classification::HsUnstated),
        };
        let cell = line.cell(&self.product)?;
        if classification.is_hs() && cell.text.eq_ignore_ascii_case("9999AA") {
            return Ok((classification, self.names.get("999999"), 1));
        }
        let advice = "keep codes as text: a spreadsheet drops leading zeros";
        check_product(classification, cell.text).map_err(|e| cell.bad(e.to_string(), advice))?;
        if let Some(level) = line.optional(self.level.as_ref())?
            && is_other_level(level.text, cell.text)
        {
            return Err(cell.bad(format!("the level of aggregation beside it is {}", level.text), advice));
        }
        Ok((classification, self.names.get(cell.text), 0))
    }

    /// FOB or CIF where the row itself says so: exactly one of the two equals the value.
    fn valuation(&self, line: &Line<'_>, value: Usd) -> Result<Option<Valuation>, Bad> {
        let said = |column: &Option<Column>| -> Result<Option<Usd>, Bad> {
            let cell = line.optional(column.as_ref())?.filter(|cell| !cell.is_absent());
            let said = cell.map(|cell| cell.rounded_money(0)).transpose()?;
            Ok(said.filter(|v| *v > Usd::ZERO))
        };
        let (cif, fob) = (said(&self.cif)?, said(&self.fob)?);
        let same = |said: Option<Usd>| said == Some(value);
        Ok(match (same(cif), same(fob)) {
            (true, false) => Some(Valuation::Cif),
            (false, true) => Some(Valuation::Fob),
            (false, false) if cif.or(fob).is_some() => {
                self.neither.set(self.neither.get() + 1);
                None
            }
            _ => None,
        })
    }

    fn amount(&self, line: &Line<'_>, column: Option<&Column>, value: Usd) -> Result<Option<Decimal3>, Bad> {
        let amount = line
            .optional(column)?
            .map_or(Ok(None), |cell| self.amounts.amount(&cell, 0))?;
        Ok(amount.filter(|a| *a > Decimal3::ZERO || value == Usd::ZERO))
    }

    fn quantity(&self, line: &Line<'_>, value: Usd) -> Result<(Option<Decimal3>, Option<Arc<str>>), Bad> {
        let quantity = self.amount(line, self.quantity.as_ref(), value)?;
        let code = line.optional(self.unit.as_ref())?;
        let Some(unit) = code.and_then(|c| codes::comtrade_unit(c.text)) else {
            return Ok((None, None));
        };
        Ok((quantity, quantity.map(|_| self.names.get(unit))))
    }

    fn status(&self, line: &Line<'_>) -> Result<Status, Bad> {
        match line.optional(self.flag.as_ref())?.filter(|cell| !cell.is_absent()) {
            None => Ok(Status::Reported),
            Some(cell) if matches!(cell.text, "0" | "2" | "4" | "6") => Ok(Status::Reported),
            Some(cell) => Err(cell.bad(
                "this flag is not known",
                "0, 2, 4 and 6 are; find out whether the value is an estimate",
            )),
        }
    }

    fn part(&self, line: &Line<'_>, whole_flow: bool) -> Result<Part, Bad> {
        if !whole_flow {
            return Ok(Part::FlowPart);
        }
        let mut said = 0;
        for (column, whole) in &self.breakdowns {
            let Some(cell) = line.optional(Some(column))?.filter(|cell| !cell.is_absent()) else {
                continue;
            };
            if !whole.contains(&cell.text) {
                return Ok(Part::Breakdown);
            }
            said += 1;
        }
        // A row that leaves one of them open may be a breakdown by that one.
        Ok(if said > 0 && said == self.breakdowns_known {
            Part::Whole
        } else {
            Part::Unsaid
        })
    }
}

/// A column that nobody reads and whose name is nearly that of what is missing; and what it was most likely meant to be.
fn misspelt(header: &Header, spelling: &Spelling, missing: &str) -> Option<(String, &'static str)> {
    let spellings = match missing {
        "period" => [spelling.year, spelling.period],
        _ => [spelling.classification, ""],
    };
    let wanted = spellings.into_iter().flat_map(|names| names.split('|'));
    let wanted: Vec<&'static str> = wanted.filter(|name| !name.is_empty()).collect();
    let read = [
        spelling.reporter,
        spelling.partner,
        spelling.flow,
        spelling.product,
        spelling.value,
    ];
    let is_read = |name: &String| {
        read.iter()
            .any(|names| names.split('|').any(|one| one.eq_ignore_ascii_case(name)))
    };
    let mut strangers = header.names().iter().filter(|name| !name.is_empty() && !is_read(name));
    strangers.find_map(|name| Some((name.clone(), nearest(name, wanted.iter().copied())?)))
}

/// The revision of the Harmonized System that was in force in a stated year, for an example; today's where none is stated.
fn revision_of(period: Option<&str>) -> &'static str {
    let year = period.and_then(|text| text.trim().get(..4)?.parse::<i16>().ok());
    let begun = [
        (2022, "HS6"),
        (2017, "HS5"),
        (2012, "HS4"),
        (2007, "HS3"),
        (2002, "HS2"),
        (1996, "HS1"),
    ];
    let latest = begun.iter().find(|(first, _)| year.is_none_or(|year| *first <= year));
    latest.map_or("HS0", |(_, name)| name)
}

/// A short number in place of a period is mostly the cell beside it.
fn shifted(bad: Bad) -> Bad {
    let short = (1..=3).contains(&bad.value.len()) && bad.value.bytes().all(|b| b.is_ascii_digit());
    match short {
        true => Bad {
            advice: format!(
                "{}; if the row's cells stand one column off, a program took the first column for an index, because of the delimiter \
                 at the end of each row: write the table anew from the file of the site",
                bad.advice
            ),
            ..bad
        },
        false => bad,
    }
}

fn annual(cell: &Cell<'_>) -> Result<Period, Bad> {
    let period = cell.period()?;
    if period.is_annual() {
        Ok(period)
    } else {
        Err(cell.bad("this is no year", "write four digits"))
    }
}

/// The default of what the file does not say.
fn setting<T>(options: &Options, name: &'static str, in_file: bool, text: Option<&str>) -> Result<Option<T>>
where
    T: std::str::FromStr<Err = trade::Error>,
{
    let parse = |text: &str| {
        text.trim().parse().map_err(|e: trade::Error| Error::Setting {
            file: options.file.clone(),
            name,
            problem: format!("is wrong: {e}"),
            advice: "correct it".to_owned(),
        })
    };
    text.filter(|_| !in_file).map(parse).transpose()
}

impl Comtrade {
    fn row(&mut self, line: &Line<'_>) -> Result<Draft, Bad> {
        let period = self.period(line)?;
        let (reporter_code, reporter) = self.economy(line, true, period.year())?;
        let (partner_code, partner) = self.economy(line, false, period.year())?;
        let flow_cell = line.cell(&self.flow)?;
        let (flow, whole_flow): (Flow, bool) = codes::comtrade_flow(&flow_cell)?;
        labels::check_flow(line, self.flow_name.as_ref(), flow)?;
        let (classification, product, of_product) = self.product(line)?;
        let value = self.amounts.money(&line.cell(&self.value)?, 0)?;
        let (quantity, quantity_unit) = self.quantity(line, value)?;
        let record = Record {
            compiler: Arc::clone(&self.compiler),
            period,
            reporter,
            partner,
            flow,
            classification,
            product,
            valuation: self.valuation(line, value)?,
            value: Some(value),
            rounded_to: None,
            share_percent: None,
            net_weight_kg: self.amount(line, self.weight.as_ref(), value)?,
            quantity,
            quantity_unit,
            status: self.status(line)?,
            basis: None,
            reference: None,
        };
        Ok(Draft {
            record,
            part: self.part(line, whole_flow)?,
            codes: (reporter_code, partner_code),
            unread: of_product,
        })
    }
}

impl Layout for Comtrade {
    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>) {
        let services = |cell: Option<Cell<'_>>| cell.is_some_and(|cell| cell.text == "S");
        found.push(match line.optional(self.kind.as_ref()) {
            Ok(kind) if services(kind) => Found::Aside("trade in services"),
            _ => self.row(line).into(),
        });
    }

    fn remark(&self, remarks: &mut Remarks) {
        self.amounts.tell(remarks);
        remarks.count(Remark::Neither, self.neither.get());
    }
}
