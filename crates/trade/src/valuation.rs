//! Which reporters do not value their imports c.i.f., year by year, as far as a reference says so.

use crate::Economy;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How a reporter values its imports, where that is not c.i.f.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportBasis {
    /// Free on board: there is no margin to remove.
    Fob,
    /// Free on board in part, or by one of two published bases: a full margin would be too much.
    Mixed,
    /// Free alongside ship: BACI removes a margin only where that narrows the gap.
    Fas,
}

impl ImportBasis {
    /// The word as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportBasis::Fob => "FOB",
            ImportBasis::Mixed => "FOB or mixed",
            ImportBasis::Fas => "FAS",
        }
    }
}

/// A reporter's valuation in a run of years, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportValuation {
    /// The valuation.
    pub basis: ImportBasis,
    /// The first year.
    pub from: i16,
    /// The last year.
    pub to: i16,
    /// The reference, in a line.
    pub reference: &'static str,
}

const TEXT: &str = include_str!("../tables/valuation.txt");

static TABLE: LazyLock<BTreeMap<Economy, Vec<ImportValuation>>> = LazyLock::new(|| {
    let mut table: BTreeMap<Economy, Vec<ImportValuation>> = BTreeMap::new();
    for (code, valuation) in TEXT.lines().filter_map(parse) {
        table.entry(code).or_default().push(valuation);
    }
    table
});

/// How a reporter values its imports in a year, where a reference says that it is not c.i.f.; `None`
/// where nothing is known, and c.i.f. is the usual assumption.
///
/// ```
/// let economy = trade::Economy::new("AUS").unwrap();
/// assert_eq!(trade::import_valuation(economy, 2018).unwrap().basis, trade::ImportBasis::Fob);
/// assert_eq!(trade::import_valuation(economy, 1999), None);
/// ```
pub fn import_valuation(reporter: Economy, year: i16) -> Option<ImportValuation> {
    TABLE
        .get(&reporter)?
        .iter()
        .find(|v| (v.from..=v.to).contains(&year))
        .copied()
}

fn parse(line: &str) -> Option<(Economy, ImportValuation)> {
    let mut words = line.split_whitespace();
    let code = Economy::new(words.next()?).ok()?;
    let (from, to) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let basis = match words.next()? {
        "FOB" => ImportBasis::Fob,
        "MIXED" => ImportBasis::Mixed,
        "FAS" => ImportBasis::Fas,
        _ => return None,
    };
    let reference = match words.next()? {
        "gz2010" => "Gaulier & Zignago 2010, BACI, CEPII working paper 2010-23",
        "un2018" => "UN Comtrade, notes on reporters of 2018, as collected by Vargas (valuation-systems)",
        "un2021" => "UN Comtrade, notes on reporters of 2021, as collected by Vargas (valuation-systems)",
        _ => return None,
    };
    Some((
        code,
        ImportValuation {
            basis,
            from,
            to,
            reference,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::economies;

    #[test]
    fn every_line_parses_and_names_an_economy_of_its_years() {
        for line in TEXT.lines().filter(|l| !l.starts_with('#')) {
            let (code, valuation) = parse(line).unwrap();
            assert!(economies().get(code).is_some(), "{line}");
            assert!(valuation.from <= valuation.to, "{line}");
        }
        // No two lines speak of the same reporter and year.
        for lines in TABLE.values() {
            for (i, a) in lines.iter().enumerate() {
                assert!(lines[..i].iter().all(|b| a.from > b.to || a.to < b.from), "{a:?}");
            }
        }
    }

    #[test]
    fn years_without_a_reference_are_not_known() {
        let basis = |code: &str, year| import_valuation(Economy::new(code).unwrap(), year).map(|v| v.basis);
        assert_eq!(basis("ZAF", 2003), Some(ImportBasis::Fob));
        assert_eq!(basis("CAN", 2003), Some(ImportBasis::Fas));
        assert_eq!(basis("CAN", 2018), Some(ImportBasis::Fob));
        assert_eq!(basis("BRA", 2019), None);
        assert_eq!(basis("DEU", 2018), None);
    }
}
