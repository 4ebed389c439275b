use super::parse::{lines, parse_years};
use super::standing::just_ended;
use super::{Economies, EconomyInfo, Years};
use crate::Economy;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const CODES: &str = include_str!("../../tables/agency_codes.txt");

type Codes = BTreeMap<(&'static str, &'static str), Vec<(Economy, Years)>>;

/// The table, and the lines that could not be read; a test proves that there are none.
fn codes() -> &'static (Codes, Vec<&'static str>) {
    static TABLE: LazyLock<(Codes, Vec<&'static str>)> = LazyLock::new(|| {
        let (mut codes, mut rejected) = (Codes::new(), Vec::new());
        for line in lines(CODES) {
            let fields: Vec<&'static str> = line.split('|').collect();
            match (
                &fields[..],
                fields.get(2).map(|c| Economy::new(c)),
                fields.get(3).map(|y| parse_years(y)),
            ) {
                (&[agency, code, ..], Some(Ok(economy)), Some(Some(years))) if fields.len() == 4 => {
                    codes.entry((agency, code)).or_default().push((economy, years));
                }
                _ => rejected.push(line),
            }
        }
        (codes, rejected)
    });
    &TABLE
}

impl Economies {
    /// The economy that an agency's own letters meant in a year: `wits` writes `ROM` for Romania; also up to
    /// [`YEARS_AFTER`](crate::YEARS_AFTER) years after its end. Agencies are
    /// `wits`, `imf` and `oecd`; what they write as ISO 3166 does is not in this table.
    pub fn by_agency(&self, agency: &str, code: &str, year: i16) -> Option<&EconomyInfo> {
        let bearers = codes().0.get(&(agency, code))?;
        let then = bearers.iter().find(|(_, years)| years.contains(year));
        let (economy, _) = then.or_else(|| bearers.iter().find(|(_, years)| just_ended(years, year)))?;
        self.get(*economy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::economies;

    #[test]
    fn every_line_is_read_and_names_an_economy() {
        let (table, rejected) = codes();
        assert_eq!(rejected, &Vec::<&str>::new());
        for ((agency, code), bearers) in table {
            for (economy, years) in bearers {
                assert!(economies().get(*economy).is_some(), "{agency} {code}");
                let same = bearers.iter().filter(|(_, other)| other.overlaps(years));
                assert_eq!(same.count(), 1, "{agency} {code} means two in one year");
            }
        }
    }

    #[test]
    fn letters_follow_the_states() {
        let code = |agency, code, year| economies().by_agency(agency, code, year).map(|e| e.code.to_string());
        assert_eq!(code("wits", "ROM", 2003).as_deref(), Some("ROU"));
        assert_eq!(code("wits", "SER", 2003).as_deref(), Some("SCG"));
        assert_eq!(code("wits", "SER", 2010).as_deref(), Some("SRB"));
        assert_eq!(code("wits", "SVU", 2003), None);
        assert_eq!(code("imf", "G001", 2003).as_deref(), Some("WLD"));
        assert_eq!(code("oecd", "ROM", 2003), None);
    }
}
