//! The reference table of economies: what each code means, when it was in use, where it lies.

mod agency;
mod info;
mod look_alikes;
mod lookup;
mod parse;
#[cfg(test)]
mod source_tests;
mod standing;

pub use info::{Coordinates, EARTH_RADIUS_KM, EconomyInfo, EconomyKind, NumericCode, Years};
pub use lookup::{Candidate, LookupError};
pub use standing::{Standing, YEARS_AFTER};

use crate::Economy;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The reference table of economies.
#[derive(Debug)]
pub struct Economies {
    list: Vec<EconomyInfo>,
    by_code: BTreeMap<Economy, usize>,
    names: BTreeMap<String, Vec<usize>>,
    rejected: Vec<String>,
}

/// The reference table, read once.
pub fn economies() -> &'static Economies {
    static TABLE: LazyLock<Economies> = LazyLock::new(Economies::read);
    &TABLE
}

impl Economies {
    /// The economy of a code. `WLD-KOR` and its like are not in the table: see
    /// [`Economy::world_without`].
    pub fn get(&self, code: Economy) -> Option<&EconomyInfo> {
        self.by_code.get(&code).and_then(|&i| self.list.get(i))
    }

    /// The lines of the reference tables that could not be read. There are none: a test
    /// proves it, so that nothing has to be checked at run time.
    pub fn rejected(&self) -> &[String] {
        &self.rejected
    }

    /// Every line, sorted by code.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &EconomyInfo> {
        self.list.iter()
    }

    /// The economy that a numeric code of M49 or UN Comtrade meant in a year. The variants
    /// that Comtrade uses are known (Italy 380 and 381, USA 840 to 842, France 250 and 251,
    /// ...); `None` for an unknown code and for a year in which it was not in use, such as
    /// 810 (Soviet Union) in 2003.
    pub fn by_m49(&self, code: u16, year: i16) -> Option<&EconomyInfo> {
        self.by_number(code, year, |info| &info.m49)
    }

    /// The economy that a country number of the Correlates of War project meant in a year:
    /// 365 is the Soviet Union to 1991 and Russia after it.
    pub fn by_cow(&self, code: u16, year: i16) -> Option<&EconomyInfo> {
        self.by_number(code, year, |info| &info.cow)
    }

    /// The economy that a country number of the International Monetary Fund meant in a year: 188 is
    /// Yugoslavia to 1992, 924 is China.
    pub fn by_imf(&self, code: u16, year: i16) -> Option<&EconomyInfo> {
        self.by_number(code, year, |info| &info.imf)
    }

    /// The economy that an ISO 3166 alpha-2 code meant in a year: `CS` is Czechoslovakia to 1992, and Serbia and
    /// Montenegro later.
    pub fn by_alpha2(&self, code: &str, year: i16) -> Option<&EconomyInfo> {
        let bears = |info: &&EconomyInfo| info.alpha2 == Some(code);
        let alive = self.list.iter().filter(bears).find(|info| info.years.contains(year));
        // Of those that were, the last one.
        let last = |info: &&EconomyInfo| info.years.last.filter(|last| *last < year);
        alive.or_else(|| self.list.iter().filter(bears).max_by_key(last))
    }

    fn by_number(
        &self,
        code: u16,
        year: i16,
        list: impl Fn(&EconomyInfo) -> &Vec<NumericCode>,
    ) -> Option<&EconomyInfo> {
        self.list
            .iter()
            .find(|info| list(info).iter().any(|n| n.code == code && n.years.contains(year)))
    }

    /// The great-circle distance between two capitals in kilometres; `None` where one of
    /// them is not known. See [`Coordinates::distance_km`].
    pub fn distance_km(&self, a: Economy, b: Economy) -> Option<f64> {
        Some(self.get(a)?.capital?.distance_km(&self.get(b)?.capital?))
    }

    /// Whether two economies share a land border. `None` where one is unknown or is no
    /// place on the map, or where the two never existed in the same year (Russia and the
    /// Soviet Union after 1991).
    pub fn contiguous(&self, a: Economy, b: Economy) -> Option<bool> {
        let (a, b) = (self.get(a)?, self.get(b)?);
        if !a.is_place() || !b.is_place() || !a.years.overlaps(&b.years) {
            return None;
        }
        Some(a.borders.binary_search(&b.code).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> Economy {
        Economy::new(text).unwrap()
    }

    fn m49(number: u16, year: i16) -> Option<String> {
        economies().by_m49(number, year).map(|e| e.code.to_string())
    }

    #[test]
    fn the_tables_parse_wholly() {
        assert_eq!(economies().rejected(), Vec::<String>::new());
        let lines = include_str!("../tables/economies.txt")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .count();
        assert_eq!(economies().iter().len(), lines);
        assert!(lines > 280, "{lines}");
    }

    #[test]
    fn names_take_their_article_in_a_sentence() {
        let prose = |text: &str| economies().get(code(text)).unwrap().in_prose();
        assert_eq!(prose("USA"), "the United States");
        assert_eq!(prose("NLD"), "the Netherlands");
        assert_eq!(prose("SUN"), "the Soviet Union");
        assert_eq!(
            [prose("RUS"), prose("CHN"), prose("CZE")],
            ["Russia", "China", "Czechia"]
        );
        // Plurals, unions and republics take one; a name that is new to the table is looked at here.
        let ends = [
            "Islands",
            "Territory",
            "Republic",
            "Union",
            "Kingdom",
            "States",
            "Emirates",
        ];
        for info in economies().iter().filter(|info| info.is_place()) {
            let alone = ["SLB", "HMD", "SGS"].contains(&info.code.as_str());
            assert!(
                alone || info.article || !ends.iter().any(|end| info.name.ends_with(end)),
                "{}",
                info.name
            );
        }
    }

    #[test]
    fn variant_numbers_mean_the_same_economy() {
        for (numbers, expected) in [
            (&[380, 381][..], "ITA"),
            (&[356, 699], "IND"),
            (&[250, 251], "FRA"),
            (&[756, 757], "CHE"),
            (&[578, 579], "NOR"),
            (&[840, 842], "USA"),
            (&[490], "S19"),
            (&[158], "TWN"),
            (&[0], "WLD"),
        ] {
            for &n in numbers {
                assert_eq!(m49(n, 2003).as_deref(), Some(expected), "{n}");
            }
        }
    }

    #[test]
    fn numbers_of_former_states_end() {
        for (n, last, then) in [
            (810, 1991, "SUN"),
            (200, 1992, "CSK"),
            (278, 1990, "DDR"),
            (280, 1990, "DEU"),
            (58, 1998, "BLX"),
            (711, 1999, "ZA1"),
            (736, 2011, "SDN"),
            (720, 1990, "YMD"),
            (886, 1990, "YEM"),
            (230, 1993, "ETH"),
            (530, 2011, "ANT"),
            (590, 1977, "PAN"),
            (841, 1980, "USA"),
        ] {
            assert_eq!(m49(n, last).as_deref(), Some(then), "{n}");
            assert_eq!(m49(n, last + 1), None, "{n}");
        }
        assert_eq!(m49(890, 1991).as_deref(), Some("YUG"));
        assert_eq!(m49(891, 2003).as_deref(), Some("SCG"));
        assert_eq!(m49(643, 1985), None);
    }

    #[test]
    fn numbers_have_one_meaning_a_year() {
        for year in 1948..2025 {
            for pick in [
                |e: &EconomyInfo| &e.m49,
                |e: &EconomyInfo| &e.cow,
                |e: &EconomyInfo| &e.imf,
            ] as [fn(&EconomyInfo) -> &Vec<NumericCode>; 3]
            {
                let mut seen = BTreeMap::new();
                for e in economies().iter() {
                    for n in pick(e).iter().filter(|n| n.years.contains(year)) {
                        if let Some(other) = seen.insert(n.code, e.code) {
                            assert_eq!(other, e.code, "{} in {year}", n.code);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn correlates_of_war_numbers_follow_the_states() {
        let cow = |n, year| economies().by_cow(n, year).map(|e| e.code.to_string());
        assert_eq!(cow(731, 1990).as_deref(), Some("PRK"));
        assert_eq!(cow(732, 1990).as_deref(), Some("KOR"));
        assert_eq!(cow(365, 1991).as_deref(), Some("SUN"));
        assert_eq!(cow(365, 1992).as_deref(), Some("RUS"));
        assert_eq!(cow(345, 1990).as_deref(), Some("YUG"));
        assert_eq!(cow(345, 2000).as_deref(), Some("SCG"));
        assert_eq!(cow(345, 2008).as_deref(), Some("SRB"));
        assert_eq!(cow(260, 1985).as_deref(), Some("DEU"));
        assert_eq!(cow(816, 1970).as_deref(), Some("VDR"));
        assert_eq!(cow(816, 1980).as_deref(), Some("VNM"));
    }

    #[test]
    fn numbers_of_the_fund_follow_the_states() {
        let imf = |n, year| economies().by_imf(n, year).map(|e| e.code.to_string());
        for (number, year, code) in [
            (924, 2010, Some("CHN")),
            (111, 1950, Some("USA")),
            (954, 2003, Some("PRK")),
            (542, 2003, Some("KOR")),
            (188, 1990, Some("YUG")),
            (188, 2003, None),
            (474, 2003, Some("YEM")),
            (459, 1980, Some("YMD")),
            (1, 2003, Some("WLD")),
        ] {
            assert_eq!(imf(number, year).as_deref(), code, "{number} in {year}");
        }
        // Whoever was a member has a number.
        let with = economies().iter().filter(|e| !e.imf.is_empty()).count();
        assert!(with > 195, "{with}");
    }

    #[test]
    fn two_letters_mean_who_bore_them_in_the_year() {
        let name = |code, year| economies().by_alpha2(code, year).map(|e| e.code.to_string());
        assert_eq!(name("CS", 1980).as_deref(), Some("CSK"));
        assert_eq!(name("CS", 2004).as_deref(), Some("SCG"));
        assert_eq!(name("GB", 2004).as_deref(), Some("GBR"));
        assert_eq!(name("QQ", 2004), None);
    }

    #[test]
    fn borders_stand_on_both_sides() {
        for a in economies().iter() {
            for &b in &a.borders {
                let b = economies().get(b).unwrap();
                assert!(b.borders.contains(&a.code), "{} and {}", a.code, b.code);
                assert!(a.years.overlaps(&b.years), "{} and {} never coexisted", a.code, b.code);
                assert_ne!(a.code, b.code);
            }
        }
        let touch = |a, b| economies().contiguous(code(a), code(b));
        assert_eq!(touch("PRK", "CHN"), Some(true));
        assert_eq!(touch("PRK", "RUS"), Some(true));
        assert_eq!(touch("PRK", "JPN"), Some(false));
        assert_eq!(touch("SUN", "FIN"), Some(true));
        assert_eq!(touch("PRK", "WLD"), None);
        assert_eq!(touch("SUN", "SRB"), None);
        assert_eq!(touch("ZZZ", "PRK"), None);
    }

    #[test]
    fn landlocked_economies_have_neighbours() {
        for e in economies()
            .iter()
            .filter(|e| e.landlocked == Some(true) && e.kind == EconomyKind::Country)
        {
            assert!(!e.borders.is_empty(), "{e}");
        }
        // The United Nations count 32 landlocked developing countries (Moldova and North
        // Macedonia among them); Andorra, Austria, Belarus, Czechia, the Holy See, Hungary,
        // Liechtenstein, Luxembourg, San Marino, Serbia, Slovakia, Switzerland and Kosovo join.
        let n = economies()
            .iter()
            .filter(|e| e.landlocked == Some(true) && e.kind == EconomyKind::Country)
            .count();
        assert_eq!(n, 32 + 13);
    }

    #[test]
    fn known_distances() {
        let d = |a, b| economies().distance_km(code(a), code(b)).unwrap();
        // Seoul 37.5 N 127 E to Pyongyang 39 N 125.783 E, by hand: 197.6 km.
        assert!((d("KOR", "PRK") - 197.6).abs() < 0.5, "{}", d("KOR", "PRK"));
        assert!((d("GBR", "FRA") - 343.0).abs() < 5.0, "{}", d("GBR", "FRA"));
        assert!((d("NZL", "ESP") - 19_850.0).abs() < 60.0, "{}", d("NZL", "ESP"));
        assert_eq!(economies().distance_km(code("PRK"), code("_X")), None);
    }

    #[test]
    fn every_place_is_described() {
        for e in economies().iter() {
            assert_eq!(economies().get(e.code).map(|x| x.name), Some(e.name));
            if e.kind == EconomyKind::Country {
                assert!(
                    e.capital.is_some() && e.region.is_some() && e.landlocked.is_some() && e.alpha2.is_some(),
                    "{e}"
                );
                assert!(e.continent().is_some());
            }
            if e.kind == EconomyKind::Former {
                assert!(e.years.last.is_some(), "{e}");
            }
        }
        let prk = economies().get(code("PRK")).unwrap();
        assert_eq!((prk.region, prk.continent()), (Some("Eastern Asia"), Some("Asia")));
        assert_eq!(economies().get(code("MEX")).unwrap().continent(), Some("Americas"));
    }

    proptest! {
        #[test]
        fn distances_are_a_metric(i in 0..299_usize, j in 0..299_usize, k in 0..299_usize) {
            let at = |i: usize| economies().iter().nth(i).map(|e| e.code).unwrap_or(Economy::WORLD);
            let d = |a, b| economies().distance_km(a, b);
            let (a, b, c) = (at(i), at(j), at(k));
            prop_assert_eq!(d(a, b), d(b, a));
            if let (Some(ab), Some(bc), Some(ac)) = (d(a, b), d(b, c), d(a, c)) {
                prop_assert!(ac <= ab + bc + 1e-6);
                prop_assert!((0.0..=20_015.2).contains(&ab));
            }
            prop_assert!(d(a, a).is_none_or(|zero| zero < 1e-9));
            prop_assert_eq!(economies().contiguous(a, b), economies().contiguous(b, a));
        }
    }
}
