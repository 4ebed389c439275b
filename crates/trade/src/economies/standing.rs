//! Which years an economy's codes and names are good for.

use super::{Economies, EconomyInfo, EconomyKind, NumericCode, Years};

/// For how many years after its end a code is read as what it stood for. Agencies go on using the codes of states that
/// were for some years, for want of a report by those that came after them: UN Comtrade has Netherlands Antilles in 2015,
/// Belgium-Luxembourg in 1999. None was given another meaning in that time. Later years are more likely misprints.
pub const YEARS_AFTER: i16 = 10;

/// How an economy stands to a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is there.
    Exists,
    /// It ended up to [`YEARS_AFTER`] years before: its code may still be in use.
    Ended,
    /// It is not there yet, or no longer, and nobody uses its code.
    Absent,
}

impl EconomyInfo {
    /// How it stands to a year. A territory stands for its place also before it was parted from another; agencies gave some states
    /// their number a little before they were.
    pub fn standing(&self, year: i16) -> Standing {
        if !self.is_place() {
            return Standing::Exists;
        }
        let numbers = self.m49.iter().filter_map(|number| number.years.first);
        let begins = self.years.first.map(|first| numbers.fold(first, i16::min));
        if self.kind != EconomyKind::Territory && begins.is_some_and(|first| year < first) {
            return Standing::Absent;
        }
        match self.years.last {
            Some(last) if year - last > YEARS_AFTER => Standing::Absent,
            Some(last) if year > last => Standing::Ended,
            _ => Standing::Exists,
        }
    }
}

/// Whether something ended up to [`YEARS_AFTER`] years before.
pub(super) fn just_ended(years: &Years, year: i16) -> bool {
    years
        .last
        .is_some_and(|last| (last + 1..=last + YEARS_AFTER).contains(&year))
}

impl Economies {
    /// Who bears a number of M49 in a year; where nobody does, who bore it up to [`YEARS_AFTER`] years before, or is to
    /// bear it and has no other number yet (56 is Belgium in 1996 too). `None` where that may be several.
    pub fn about_m49(&self, code: u16, year: i16) -> Option<&EconomyInfo> {
        self.by_m49(code, year)
            .or_else(|| self.about(code, year, |info| &info.m49))
    }

    /// As [`about_m49`](Self::about_m49), by a country number of the Correlates of War project.
    pub fn about_cow(&self, code: u16, year: i16) -> Option<&EconomyInfo> {
        self.by_cow(code, year)
            .or_else(|| self.about(code, year, |info| &info.cow))
    }

    /// As [`about_m49`](Self::about_m49), by a country number of the Monetary Fund.
    pub fn about_imf(&self, code: u16, year: i16) -> Option<&EconomyInfo> {
        self.by_imf(code, year)
            .or_else(|| self.about(code, year, |info| &info.imf))
    }

    fn about(&self, code: u16, year: i16, list: impl Fn(&EconomyInfo) -> &Vec<NumericCode>) -> Option<&EconomyInfo> {
        let bears = |info: &EconomyInfo| {
            let numbers = list(info);
            let early = |years: &Years| {
                let soon = years
                    .first
                    .is_some_and(|first| (first - YEARS_AFTER..first).contains(&year));
                soon && !numbers.iter().any(|other| other.years.contains(year))
            };
            let mut own = numbers.iter().filter(|number| number.code == code);
            own.any(|number| just_ended(&number.years, year) || early(&number.years))
                && info.standing(year) != Standing::Absent
        };
        let mut bearers = self.list.iter().filter(|info| bears(info));
        bearers.next().filter(|_| bearers.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Economy, economies};

    #[test]
    fn codes_are_read_for_some_years_after_their_end() {
        for (code, year, means) in [
            (530, 2015, Some("ANT")),
            (736, 2012, Some("SDN")),
            (58, 1999, Some("BLX")),
            (56, 1996, Some("BEL")),
            (891, 2010, Some("SCG")),
            (810, 1992, Some("SUN")),
            (278, 1991, Some("DDR")),
            (200, 1993, Some("CSK")),
            (890, 1993, Some("YUG")),
            (280, 1995, Some("DEU")),
            (530, 2022, None),
            (810, 2003, None),
            (643, 1985, None),
            (728, 2009, None),
            // It was Ethiopia without Eritrea, the two Yemens together, the north of Sudan: other numbers stood for what was there.
            (887, 1985, None),
            (729, 2005, None),
            (688, 2000, None),
        ] {
            let found = economies().about_m49(code, year).map(|info| info.code.to_string());
            assert_eq!(found.as_deref(), means, "{code} in {year}");
        }
        let imf = |code, year| economies().about_imf(code, year).map(|info| info.code.to_string());
        assert_eq!((imf(126, 2000).as_deref(), imf(188, 2003)), (Some("BLX"), None));
    }

    #[test]
    fn a_state_is_there_from_its_first_year_to_its_last() {
        use Standing::{Absent, Ended, Exists};
        for (code, year, want) in [
            ("SUN", 1991, Exists),
            ("SUN", 2001, Ended),
            ("SUN", 2003, Absent),
            ("RUS", 1980, Absent),
            ("RUS", 1991, Exists),
            ("SRB", 2005, Exists),
            ("BEL", 1980, Exists),
            ("CUW", 2000, Exists),
            ("WLD", 1900, Exists),
            ("EUR", 1950, Exists),
        ] {
            let info = economies().get(Economy::new(code).unwrap()).unwrap();
            assert_eq!(info.standing(year), want, "{code} in {year}");
        }
    }
}
