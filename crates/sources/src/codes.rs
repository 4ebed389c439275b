use crate::cell::Cell;
use crate::quarantine::Bad;
use crate::tidy::Codes;
use std::cell::RefCell;
use std::collections::BTreeMap;
use trade::{Economy, EconomyInfo, EconomyKind, Flow, NumericCode, Standing, economies};

/// A numeric code (M49, as UN Comtrade uses it) as the economy it meant in a year.
pub(crate) fn numeric(cell: &Cell<'_>, year: i16) -> Result<(u16, Economy), Bad> {
    let code = cell.code()?;
    match economies().about_m49(code, year) {
        Some(info) => Ok((code, info.code)),
        None => Err(cell.bad(
            format!("the code {code} stands for no economy in {year}"),
            who_bears(code, year),
        )),
    }
}

/// Whether an ISO 3166 alpha-3 code clearly means another economy than this.
pub(crate) fn is_another(iso: &str, economy: Economy, year: i16) -> bool {
    if iso == economy.as_str() || iso.len() != 3 || !iso.bytes().all(|b| b.is_ascii_alphabetic()) {
        return false;
    }
    let named = Economy::new(&iso.to_ascii_uppercase());
    named.is_ok_and(|named| !named.is_world() && !economy.is_world() && are_two(named, economy, year))
}

/// Whether two economies clearly are not one: both are countries or territories of that year, or one is such and the other the
/// world or an area that is not specified. Former states and groups are left alone, and other Asia is where others book Taiwan.
pub(crate) fn are_two(one: Economy, other: Economy, year: i16) -> bool {
    let of_now = |economy: Economy| {
        economies().get(economy).is_some_and(|info| {
            matches!(info.kind, EconomyKind::Country | EconomyKind::Territory) && info.years.contains(year)
        })
    };
    let of_none = |economy: Economy| {
        let unspecified = |info: &EconomyInfo| info.kind == EconomyKind::Unspecified;
        economy.is_world() || economies().get(economy).is_some_and(unspecified)
    };
    let is = |economy: Economy, code: &str| economy.as_str() == code;
    let taiwan = (is(one, "TWN") && is(other, "S19")) || (is(one, "S19") && is(other, "TWN"));
    let clear = (of_now(one) && (of_now(other) || of_none(other))) || (of_none(one) && of_now(other));
    one != other && clear && !taiwan
}

/// The economy that a code or a name means, unless it is none of its year's: see [`trade::Standing`].
pub(crate) fn of_year(cell: &Cell<'_>, economy: Economy, year: i16) -> Result<Economy, Bad> {
    let table = economies();
    let Some(info) = table
        .get(economy)
        .filter(|info| info.standing(year) == Standing::Absent)
    else {
        return Ok(economy);
    };
    let alike = |other: &&EconomyInfo| {
        let number = |list: fn(&EconomyInfo) -> &Vec<NumericCode>| {
            let mut own = list(info).iter();
            own.any(|number| list(other).iter().any(|n| n.code == number.code))
        };
        let seat = info.capital_name.is_some() && info.capital_name == other.capital_name;
        other.code != economy && other.is_place() && other.years.contains(year) && (seat || number(|info| &info.cow))
    };
    let in_its_place: Vec<String> = table.iter().filter(alike).map(ToString::to_string).collect();
    Err(cell.bad(
        format!("{info} is of other years than {year}"),
        match &in_its_place[..] {
            [] => "write who it was in that year".to_owned(),
            others => format!("in that year there was {}", others.join(", ")),
        },
    ))
}

/// A numbering of economies and how the reference table holds it.
type Numbering = (&'static str, fn(&EconomyInfo) -> &Vec<NumericCode>);

const NUMBERINGS: [Numbering; 3] = [
    ("M49", |info| &info.m49),
    ("Correlates of War", |info| &info.cow),
    ("Monetary Fund", |info| &info.imf),
];

/// Who could be meant by a number that stands for nobody in a year: who bears it in another year or in another
/// numbering, else those of the numbers beside it.
pub(crate) fn who_bears(code: u16, year: i16) -> String {
    let named = |info: &EconomyInfo| format!("{} ({})", info.code, info.name);
    let mut found = Vec::new();
    for (name, numbers) in NUMBERINGS {
        for info in economies().iter() {
            for number in numbers(info).iter().filter(|n| n.code == code) {
                let when = if number.years.contains(year) {
                    ""
                } else {
                    " in other years"
                };
                found.push(format!("by {name} numbers it is {}{when}", named(info)));
            }
        }
    }
    if !found.is_empty() {
        return found.join("; ");
    }
    let near = |info: &&EconomyInfo| {
        info.m49
            .iter()
            .any(|n| n.code.abs_diff(code) <= 1 && n.years.contains(year))
    };
    let near: Vec<String> = economies().iter().filter(near).map(named).collect();
    if near.is_empty() {
        "check the code and the year, or set the row right by hand".to_owned()
    } else {
        format!("nearest by M49 numbers: {}", near.join(", "))
    }
}

/// An alpha code as an economy; `WLD-KOR` is known if `KOR` is.
pub(crate) fn alpha(cell: &Cell<'_>) -> Result<Economy, Bad> {
    let table = economies();
    let known = |e: Economy| table.get(e).is_some() || e.world_without().is_some_and(|w| table.get(w).is_some());
    match Economy::new(cell.text) {
        Ok(economy) if known(economy) => Ok(economy),
        _ => Err(cell.bad(
            "this is no code of an economy",
            "use ISO 3166 alpha-3 codes, such as PRK",
        )),
    }
}

/// Reads economies as one file writes them. A name or an unknown code is looked up once, and at most [`ADVISED`] of
/// them are looked up with their neighbours: that takes long, and they may stand on every row.
#[derive(Default)]
pub(crate) struct Reader {
    names: RefCell<BTreeMap<String, Result<Economy, String>>>,
}

fn number(cell: &Cell<'_>, year: i16, found: Option<&EconomyInfo>) -> Result<Economy, Bad> {
    let Some(info) = found else {
        let code = cell.code()?;
        return Err(cell.bad(
            format!("the number {code} stands for no economy in {year}"),
            who_bears(code, year),
        ));
    };
    Ok(info.code)
}

/// Whether a text has the form of an alpha-2 code, and is none of the short names that everybody writes.
fn is_alpha2(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic()) && !["US", "UK"].contains(&text)
}

/// How many unknown codes of one file get candidates of their own.
const ADVISED: usize = 1000;

impl Reader {
    /// The economy of a cell in a year; in any where that is 0.
    pub(crate) fn read(&self, cell: &Cell<'_>, codes: Codes, year: i16) -> Result<Economy, Bad> {
        let read = self.in_any_year(cell, codes, year)?;
        if year == 0 { Ok(read) } else { of_year(cell, read, year) }
    }

    fn in_any_year(&self, cell: &Cell<'_>, codes: Codes, year: i16) -> Result<Economy, Bad> {
        match codes {
            Codes::Alpha3 => alpha(cell).map_err(|bad| self.advise(cell, bad)),
            Codes::M49 => numeric(cell, year).map(|(_, economy)| economy),
            Codes::Cow => number(cell, year, economies().about_cow(cell.code()?, year)),
            Codes::Imf => number(cell, year, economies().about_imf(cell.code()?, year)),
            Codes::Alpha2 => match economies().by_alpha2(cell.text, year) {
                Some(info) => Ok(info.code),
                None => Err(self.advise(cell, cell.bad("this is no ISO 3166 alpha-2 code", "such as KP"))),
            },
            // Missing names, and codes where names are expected: `NA` may be Namibia's or nobody's.
            Codes::Name if cell.is_absent() || is_alpha2(cell.text) => Err(cell.bad(
                "this is no name of an economy",
                "write its English name or its ISO 3166 alpha-3 code",
            )),
            Codes::Name => {
                let found = self.lookup(cell.text);
                found.map_err(|advice| cell.bad("this names no economy, or several", advice))
            }
        }
    }

    fn advise(&self, cell: &Cell<'_>, bad: Bad) -> Bad {
        let advice = match self.lookup(cell.text) {
            Ok(code) => format!("write {code}"),
            Err(candidates) => candidates,
        };
        Bad { advice, ..bad }
    }

    fn lookup(&self, text: &str) -> Result<Economy, String> {
        // The longest name of an agency has 67 letters.
        let text: String = text.chars().take(100).collect();
        if let Some(found) = self.names.borrow().get(&text) {
            return found.clone();
        }
        if self.names.borrow().len() >= ADVISED {
            let found = economies().find(&text).map(|info| info.code);
            return found.ok_or_else(|| "use an ISO 3166 code or an English name".to_owned());
        }
        let found = economies()
            .lookup(&text)
            .map(|info| info.code)
            .map_err(|error| error.to_string());
        self.names.borrow_mut().insert(text, found.clone());
        found
    }
}

/// A flow as UN Comtrade writes it. The second part says whether it is the whole flow:
/// imports for inward processing (`MIP`), say, are a part of imports.
pub(crate) fn comtrade_flow(cell: &Cell<'_>) -> Result<(Flow, bool), Bad> {
    match cell.text {
        "1" | "M" => Ok((Flow::Import, true)),
        "2" | "X" => Ok((Flow::Export, true)),
        "3" | "RX" => Ok((Flow::ReExport, true)),
        "4" | "RM" => Ok((Flow::ReImport, true)),
        "FM" | "MIP" | "MOP" => Ok((Flow::Import, false)),
        "DX" | "XIP" | "XOP" => Ok((Flow::Export, false)),
        _ => Err(cell.bad(
            "this is no flow",
            "1 or M is import, 2 or X export, 3 or RX re-export, 4 or RM re-import",
        )),
    }
}

/// The units that UN Comtrade's codes stand for, from code 2 on.
pub(crate) const UNITS: [&str; 12] = [
    "m2",
    "1000 kWh",
    "m",
    "items",
    "pairs",
    "l",
    "kg",
    "1000 items",
    "packs",
    "dozens",
    "m3",
    "carat",
];

/// The short name of a UN Comtrade quantity unit, for the units of the World Customs
/// Organization's list; `None` for "no quantity" (-1 and 1) and for codes not listed.
pub(crate) fn comtrade_unit(code: &str) -> Option<&'static str> {
    let index = code.parse::<usize>().ok()?.checked_sub(2)?;
    UNITS.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_follow_the_published_list() {
        for (code, unit) in [
            ("1", None),
            ("-1", None),
            ("2", Some("m2")),
            ("8", Some("kg")),
            ("13", Some("carat")),
            ("99", None),
        ] {
            assert_eq!(comtrade_unit(code), unit, "{code}");
        }
    }
}
