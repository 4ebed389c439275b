use super::cells::{code, is_whole, months, number, number_or_none, plain, text, unit, year};
use super::packed::{self, Packed};
use super::reading::Origin;
use super::scan::Scan;
use crate::cell::is_absent;
use crate::header::Header;
use crate::labels::{flow_named, names_another};
use crate::levels::is_other_level;
use crate::source::Source;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;
use trade::{Classification, NO_NUMBER, Status, check_product, economies};

/// The columns that the fast path reads, by their index in a line.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    source: Source,
    width: usize,
    /// What each column of the file is.
    roles: Vec<Role>,
    /// BACI does not say its revision in the file.
    classification: Option<Classification>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Role {
    Year,
    Period,
    Reporter,
    Partner,
    ReporterIso,
    PartnerIso,
    ReporterName,
    PartnerName,
    FlowName,
    Flow,
    Classification,
    Product,
    Value,
    Weight,
    Quantity,
    Unit,
    Flag,
    Cif,
    Fob,
    Partner2,
    Procedure,
    Transport,
    Supply,
    Frequency,
    Month,
    Kind,
    Level,
    Other,
}

const ROLES: usize = Role::Other as usize + 1;

/// A row is not of the plain kind that is read fast: the general reader has to see it.
pub(crate) struct Unusual;

impl Columns {
    /// The columns of a source that has a fast path; `None` for the others.
    pub fn of(source: Source, header: &Header, classification: Option<Classification>) -> Option<Columns> {
        let names: &[(&str, Role)] = match source {
            Source::Baci => &[
                ("t", Role::Year),
                ("i", Role::Reporter),
                ("j", Role::Partner),
                ("k", Role::Product),
                ("hs6", Role::Product),
                ("v", Role::Value),
                ("q", Role::Weight),
            ],
            Source::ComtradeApi => &[
                ("refYear", Role::Year),
                ("period", Role::Period),
                ("reporterCode", Role::Reporter),
                ("partnerCode", Role::Partner),
                ("reporterISO", Role::ReporterIso),
                ("partnerISO", Role::PartnerIso),
                ("reporterDesc", Role::ReporterName),
                ("partnerDesc", Role::PartnerName),
                ("flowDesc", Role::FlowName),
                ("flowCode", Role::Flow),
                ("classificationCode", Role::Classification),
                ("cmdCode", Role::Product),
                ("primaryValue", Role::Value),
                ("cifvalue", Role::Cif),
                ("fobvalue", Role::Fob),
                ("netWgt", Role::Weight),
                ("qty", Role::Quantity),
                ("qtyUnitCode", Role::Unit),
                ("legacyEstimationFlag", Role::Flag),
                ("partner2Code", Role::Partner2),
                ("Prtner2Code", Role::Partner2),
                ("customsCode", Role::Procedure),
                ("motCode", Role::Transport),
                ("mosCode", Role::Supply),
                ("freqCode", Role::Frequency),
                ("refMonth", Role::Month),
                ("typeCode", Role::Kind),
                ("aggrLevel", Role::Level),
            ],
            Source::ComtradeLegacy => &[
                ("Year", Role::Year),
                ("Reporter Code", Role::Reporter),
                ("Trade Flow Code", Role::Flow),
                ("Partner Code", Role::Partner),
                ("Classification", Role::Classification),
                ("Commodity Code", Role::Product),
                ("Quantity Unit Code", Role::Unit),
                ("Supplementary Quantity", Role::Quantity),
                ("Netweight (kg)", Role::Weight),
                ("Value", Role::Value),
                ("Estimation Code", Role::Flag),
            ],
            _ => return None,
        };
        // A filled cell in a last column without a name is the general reader's business.
        if header.names().last().is_none_or(String::is_empty) {
            return None;
        }
        let mut roles = vec![Role::Other; header.names().len()];
        for &(name, role) in names {
            if let Some(column) = header.column(name) {
                // Two spellings of one column: the general reader knows which one counts.
                if roles.contains(&role) {
                    return None;
                }
                *roles.get_mut(column.index)? = role;
            }
        }
        let has = |role| roles.contains(&role);
        let needed = has(Role::Year) && has(Role::Reporter) && has(Role::Partner) && has(Role::Product);
        let classed = has(Role::Classification) || classification.is_some();
        (needed && classed && has(Role::Value) && header.delimiter == b',').then_some(Columns {
            source,
            width: roles.len(),
            roles,
            classification,
        })
    }

    /// Who published the rows and how they came about, as the general reader says of each.
    pub fn origin(&self) -> Origin {
        match self.source {
            Source::Baci => (crate::baci::COMPILER.into(), Status::Estimated),
            _ => (crate::comtrade::COMPILER.into(), Status::Reported),
        }
    }

    /// Reads a line without its line end. Gives the year and the row.
    pub fn read(&self, line: &[u8]) -> Result<(i16, Packed), Unusual> {
        match self.baci_as_released(line) {
            Some(row) => Ok(row),
            None => self.by_cells(line),
        }
    }

    /// A line of BACI as it is released, read in one go from left to right; `None` leaves it to [`by_cells`](Self::by_cells).
    fn baci_as_released(&self, line: &[u8]) -> Option<(i16, Packed)> {
        use Role::{Partner, Product, Reporter, Value, Weight, Year};
        if self.source != Source::Baci || self.roles != [Year, Reporter, Partner, Product, Value, Weight] {
            return None;
        }
        let mut scan = Scan::of(line);
        let whole = |(number, digits): (u64, usize), most: usize| (1..=most).contains(&digits).then_some(number);
        let year = scan.digits();
        let year = (year.1 == 4 && (1000..3000).contains(&year.0)).then_some(year.0 as i16)?;
        scan.comma()?;
        let reporter = whole(scan.digits(), 4)? as u16;
        scan.comma()?;
        let partner = whole(scan.digits(), 4)? as u16;
        scan.comma()?;
        let product = scan.product()?;
        scan.comma()?;
        let value = scan.decimal()?;
        scan.comma()?;
        scan.blanks();
        let weight = match scan.rest {
            b"" | b"NA" => NO_NUMBER,
            _ => {
                let weight = scan.decimal()?;
                scan.rest.is_empty().then_some(weight)?
            }
        };
        self.baci_row(year, (reporter, partner), product, value, weight).ok()
    }

    fn by_cells(&self, line: &[u8]) -> Result<(i16, Packed), Unusual> {
        let mut cells: [&[u8]; ROLES] = [&[]; ROLES];
        let (mut start, mut column) = (0, 0);
        let quoted = memchr::memchr(b'"', line).is_some();
        let mut put = |cell, column: usize| -> Result<(), Unusual> {
            let role = self.roles.get(column).ok_or(Unusual)?;
            if quoted && !is_whole(cell) {
                return Err(Unusual);
            }
            cells[*role as usize] = cell;
            Ok(())
        };
        for at in memchr::memchr_iter(b',', line) {
            put(&line[start..at], column)?;
            (start, column) = (at + 1, column + 1);
        }
        put(&line[start..], column)?;
        if column + 1 != self.width {
            return Err(Unusual);
        }
        let cell = |role: Role| plain(cells[role as usize]);
        match self.source {
            Source::Baci => self.baci(cell),
            _ => self.comtrade(cell),
        }
    }

    fn baci<'a>(&self, cell: impl Fn(Role) -> Result<&'a [u8], Unusual>) -> Result<(i16, Packed), Unusual> {
        let year = year(cell(Role::Year)?)?;
        let (reporter, partner) = (code(cell(Role::Reporter)?)?, code(cell(Role::Partner)?)?);
        let product = cell(Role::Product)?;
        let product = match product.len() {
            _ if !product.iter().all(u8::is_ascii_digit) => return Err(Unusual),
            6 => packed::digits(product).ok_or(Unusual)?,
            // The released files are written from numbers, so a leading zero is lost.
            5 => packed::digits(product).ok_or(Unusual)? >> 4 | 1 << 36,
            _ => return Err(Unusual),
        };
        let (value, weight) = (number(cell(Role::Value)?)?, number_or_none(cell(Role::Weight)?)?);
        self.baci_row(year, (reporter, partner), product, value, weight)
    }

    /// A row from its codes, thousands of dollars and tonnes.
    fn baci_row(
        &self,
        year: i16,
        (reporter, partner): (u16, u16),
        product: u64,
        value: i64,
        weight: i64,
    ) -> Result<(i16, Packed), Unusual> {
        let class = self.classification.ok_or(Unusual)?;
        let (from, to) = (by_code(reporter, year)?, by_code(partner, year)?);
        if from == to
            || is_too_early(class, year)
            || Some(product) == packed::digits(crate::baci::NO_PRODUCT.as_bytes())
        {
            return Err(Unusual);
        }
        let thousandfold = |n: i64| n.checked_mul(1000).filter(|n| *n < LARGEST).ok_or(Unusual);
        let weight = match weight {
            NO_NUMBER => NO_NUMBER,
            n => thousandfold(n)?,
        };
        let row = Packed {
            place: packed::place((1, 12), from, EXPORT, to).ok_or(Unusual)?,
            thing: class_bits(class)? | product,
            value: thousandfold(value)?,
            weight,
            quantity: NO_NUMBER,
            codes: (reporter, partner),
            unit: 0,
            valuation: 1,
            part: UNSAID,
            basis: 0,
            line: 0,
        };
        Ok((year, row))
    }

    fn comtrade<'a>(&self, cell: impl Fn(Role) -> Result<&'a [u8], Unusual>) -> Result<(i16, Packed), Unusual> {
        let year = year(cell(Role::Year)?)?;
        let months = months(cell(Role::Period)?, year)?;
        let month = cell(Role::Month)?;
        let other = months.1 == 1 && !month.is_empty() && code(month)? != u16::from(months.0);
        let agree = matches!((cell(Role::Frequency)?, months.1), (b"", _) | (b"A", 12) | (b"M", 1));
        if other || !agree || !matches!(cell(Role::Kind)?, b"" | b"C") {
            return Err(Unusual);
        }
        let (reporter, partner) = (code(cell(Role::Reporter)?)?, code(cell(Role::Partner)?)?);
        let ranks = [by_code(reporter, year)?, by_code(partner, year)?];
        if contradicts(cell(Role::ReporterIso)?, ranks[0]) || contradicts(cell(Role::PartnerIso)?, ranks[1]) {
            return Err(Unusual);
        }
        let flow = match cell(Role::Flow)? {
            b"1" | b"M" => 1,
            b"2" | b"X" => EXPORT,
            b"3" | b"RX" => 2,
            b"4" | b"RM" => 3,
            _ => return Err(Unusual),
        };
        let names = [cell(Role::ReporterName)?, cell(Role::PartnerName)?];
        if names.iter().zip(ranks).any(|(name, rank)| misnamed(name, rank, year))
            || other_flow(cell(Role::FlowName)?, flow)
        {
            return Err(Unusual);
        }
        let class = match self.classification {
            Some(class) if !self.roles.contains(&Role::Classification) => class,
            _ => text(cell(Role::Classification)?)
                .and_then(Classification::from_comtrade)
                .ok_or(Unusual)?,
        };
        let product = cell(Role::Product)?;
        if is_too_early(class, year) {
            return Err(Unusual);
        }
        let code = text(product).ok_or(Unusual)?;
        check_product(class, code).map_err(|_| Unusual)?;
        if is_other_level(text(cell(Role::Level)?).ok_or(Unusual)?, code) {
            return Err(Unusual);
        }
        if !matches!(cell(Role::Flag)?, b"" | b"0" | b"2" | b"4" | b"6") {
            return Err(Unusual);
        }
        let value = number(cell(Role::Value)?)?;
        // Zero beside a positive value is "not available" in these files.
        let amount = |n: i64| if n == 0 && value != 0 { NO_NUMBER } else { n };
        let mut quantity = amount(number_or_none(cell(Role::Quantity)?)?);
        let mut unit = unit(cell(Role::Unit)?)?;
        if unit == 0 || quantity == NO_NUMBER {
            (unit, quantity) = (0, NO_NUMBER);
        }
        let said = |role| -> Result<i64, Unusual> { Ok(number_or_none(cell(role)?)?.max(0)) };
        let (cif, fob) = (said(Role::Cif)?, said(Role::Fob)?);
        let same = |said: i64| value > 0 && said == value;
        let valuation = match (same(cif), same(fob)) {
            (true, false) => 2,
            (false, true) => 1,
            (false, false) if cif > 0 || fob > 0 => return Err(Unusual),
            _ => 0,
        };
        let row = Packed {
            place: packed::place(months, ranks[0], flow, ranks[1]).ok_or(Unusual)?,
            thing: class_bits(class)? | packed::digits(product).ok_or(Unusual)?,
            value,
            weight: amount(number_or_none(cell(Role::Weight)?)?),
            quantity,
            codes: (reporter, partner),
            unit,
            valuation,
            part: part(cell)?,
            basis: 0,
            line: 0,
        };
        Ok((year, row))
    }
}

const EXPORT: u64 = 0;
const UNSAID: u8 = 1;
const LARGEST: i64 = 1_000_000_000_000_000_000;

/// Whether no goods were declared by a classification yet, which the general reader tells.
fn is_too_early(class: Classification, year: i16) -> bool {
    class.first_year().is_some_and(|first| year < first)
}

/// Whether the breakdown columns say total, breakdown or too little, as the general reader has it.
fn part<'a>(cell: impl Fn(Role) -> Result<&'a [u8], Unusual>) -> Result<u8, Unusual> {
    let columns = [Role::Partner2, Role::Procedure, Role::Transport, Role::Supply];
    let mut said = 0;
    for role in columns {
        match (cell(role)?, role) {
            (b"" | b"NA", _) => continue,
            (b"0", _) | (b"C00", Role::Procedure) => said += 1,
            (other, _) if text(other).is_none_or(is_absent) => return Err(Unusual),
            _ => return Ok(2),
        }
    }
    Ok(if said == columns.len() { 0 } else { UNSAID })
}

fn class_bits(class: Classification) -> Result<u64, Unusual> {
    packed::thing(class, trade::TOTAL.as_bytes())
        .map(|t| t & !packed::PRODUCT)
        .ok_or(Unusual)
}

const FIRST_YEAR: i16 = 1900;
const YEARS: usize = 250;
const CODES: usize = 1000;
const NOBODY: u16 = u16::MAX;

/// The rank of the economy that a numeric code meant in a year, from a table made once a year.
fn by_code(code: u16, year: i16) -> Result<u16, Unusual> {
    static TABLES: [OnceLock<Box<[u16]>>; YEARS] = [const { OnceLock::new() }; YEARS];
    let table = TABLES
        .get((year - FIRST_YEAR).max(0) as usize)
        .filter(|_| year >= FIRST_YEAR)
        .ok_or(Unusual)?;
    let table = table.get_or_init(|| {
        (0..CODES as u16)
            .map(|code| {
                let known = economies().by_m49(code, year);
                known.and_then(|info| packed::rank(info.code)).unwrap_or(NOBODY)
            })
            .collect()
    });
    match table.get(usize::from(code)) {
        Some(&rank) if rank != NOBODY => Ok(rank),
        _ => Err(Unusual),
    }
}

thread_local! {
    /// The name that last stood beside an economy in a year and did not contradict it: the next row's is mostly the same.
    static AGREED: RefCell<HashMap<(u16, i16), Vec<u8>>> = RefCell::default();
}

/// Whether a name is that of another economy than the one of this rank; the general reader tells.
fn misnamed(name: &[u8], rank: u16, year: i16) -> bool {
    if name.is_empty() {
        return false;
    }
    AGREED.with_borrow_mut(|agreed| {
        if agreed.get(&(rank, year)).is_some_and(|known| known == name) {
            return false;
        }
        let own = packed::ranked().get(usize::from(rank));
        let another = own
            .zip(text(name))
            .is_some_and(|(own, name)| names_another(name, *own, year));
        if !another && name.len() <= 200 {
            agreed.insert((rank, year), name.to_owned());
        }
        another
    })
}

/// Whether a word names another flow than the one of this place in the list.
fn other_flow(name: &[u8], flow: u64) -> bool {
    let named = match name {
        b"" => return false,
        name => text(name).and_then(flow_named),
    };
    named.is_some_and(|named| trade::Flow::ALL.get(flow as usize) != Some(&named))
}

/// Whether an ISO code may mean another economy than the one of this rank; the general reader knows.
fn contradicts(iso: &[u8], rank: u16) -> bool {
    let own = packed::ranked().get(usize::from(rank));
    iso.len() == 3 && iso.iter().all(u8::is_ascii_alphabetic) && own.is_none_or(|own| own.as_str().as_bytes() != iso)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn columns() -> Columns {
        use Role::{Partner, Product, Reporter, Value, Weight, Year};
        Columns {
            source: Source::Baci,
            width: 6,
            roles: vec![Year, Reporter, Partner, Product, Value, Weight],
            classification: Some(Classification::Hs(0)),
        }
    }

    #[test]
    fn a_line_as_released_is_read_in_one_go() {
        let line = b"1995,4,20,10121,59.81,       5.449";
        let (year, row) = columns().baci_as_released(line).unwrap();
        assert_eq!((year, row.product().as_str(), row.codes), (1995, "010121", (4, 20)));
        assert_eq!((row.value, row.weight), (59_810_000, 5_449_000));
    }

    proptest! {
        /// Whatever is read in one go is what the cells say.
        #[test]
        fn one_go_and_cells_agree(
            cells in prop::collection::vec(prop_oneof![
                "[12][0-9]{3}", "4|20|842|156", "[0-9]{4,7}", "[0-9]{1,17}", "[0-9]{0,3}\\.[0-9]{0,4}", "NA| *NA|", " *[0-9]{1,3}\\.[0-9]{1,3} ?",
                "\"[0-9]{2}\"", "-[0-9]", "[a-z]",
            ], 4..8),
            plain in any::<bool>(),
        ) {
            let mut cells = cells;
            if plain {
                cells.resize(6, String::new());
                let head = ["1995", "4", "842", "010121"];
                head.iter().zip(&mut cells).for_each(|(text, cell)| *cell = (*text).to_owned());
            }
            let line = cells.join(",");
            let (quick, slow) = (columns().baci_as_released(line.as_bytes()), columns().by_cells(line.as_bytes()).ok());
            if let Some(quick) = quick {
                prop_assert_eq!(Some(quick), slow, "{}", line);
            }
        }
    }
}
