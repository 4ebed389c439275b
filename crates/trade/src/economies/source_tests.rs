//! The table against the agencies' own.

use super::*;
use crate::test_data::{data, rows};

/// `Sudan (...2011)` is `Sudan`; a note that is no date stays.
fn undated(name: &str) -> &str {
    name.split(" (...").next().unwrap_or(name).trim()
}

#[test]
fn comtrade_names_and_numbers_agree() {
    let mut checked = 0;
    for file in ["partner_country", "reporter"] {
        let Some(text) = data(&format!("classifications/comtrade_reference/{file}.csv")) else {
            return;
        };
        for row in rows(&text) {
            let number: u16 = row[2].parse().unwrap();
            let mut dates = row.iter().filter(|f| f.ends_with(":00") || f.ends_with(":59"));
            let year: i16 = dates.nth(1).map_or(2015, |end| end[..4].parse().unwrap());
            let info = economies()
                .by_m49(number, year)
                .unwrap_or_else(|| panic!("{number} in {year}: {}", row[3]));
            // Dated names (`Sudan (...2011)`) may be a variant of a name that another code bears.
            let name = undated(&row[3]);
            if name.contains('\u{fffd}') || name == "Congo" {
                continue;
            }
            let found = economies().lookup(name).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(found.code, info.code, "{name}");
            checked += 1;
        }
    }
    assert!(checked > 500, "{checked}");
}

#[test]
fn codes_in_real_data_are_known_in_their_year() {
    let Some(text) = data("products/dprk_comtrade_hs27_hs44_1988_2017.csv") else {
        return;
    };
    let mut checked = 0;
    for row in rows(&text) {
        let year: i16 = row[1].parse().unwrap();
        for (number, iso) in [(&row[4], &row[6]), (&row[7], &row[9])] {
            let info = economies()
                .by_m49(number.parse().unwrap(), year)
                .unwrap_or_else(|| panic!("{number} in {year}"));
            // Older downloads give no letters to areas not elsewhere specified.
            if !iso.is_empty() && number != "58" && number != "711" {
                assert_eq!(info.code.as_str(), iso, "{number}");
                checked += 1;
            }
        }
    }
    assert!(checked > 3000, "{checked}");
}

#[test]
fn baci_codes_agree() {
    let Some(text) = data("classifications/baci_country_codes_V202601.csv") else {
        return;
    };
    for row in rows(&text) {
        let number: u16 = row[0].parse().unwrap();
        let year = row[1]
            .split("(...")
            .nth(1)
            .map_or(2020, |y| y.trim_end_matches(')').parse().unwrap());
        let info = economies()
            .by_m49(number, year)
            .unwrap_or_else(|| panic!("{number} in {year}"));
        // Belgium-Luxembourg has a code of its own here: it is neither Belgium nor Luxembourg.
        let iso3 = if number == 58 { "BLX" } else { row[3].as_str() };
        assert_eq!(info.code.as_str(), iso3, "{number}");
        if !row[2].is_empty() && number != 58 {
            assert_eq!(info.alpha2.unwrap(), row[2]);
        }
    }
}

#[test]
fn correlates_of_war_codes_agree() {
    let Some(text) = data("partners/ref_cow_codes_iso3.csv") else {
        return;
    };
    for row in rows(&text) {
        let number: u16 = row[0].parse().unwrap();
        // That table calls the Republic of Vietnam VDR, which in ISO 3166-3 is the North.
        let expected = if number == 817 { "RVN" } else { row[2].as_str() };
        let meant: Vec<_> = (1948..=2014)
            .filter_map(|y| economies().by_cow(number, y))
            .map(|e| e.code)
            .collect();
        assert!(
            meant.iter().any(|c| c.as_str() == expected),
            "{number} {expected}: {meant:?}"
        );
    }
}

/// CEPII's old codes.
fn cepii(code: &str) -> Economy {
    Economy::new(match code {
        "ROM" => "ROU",
        "ZAR" => "COD",
        "TMP" => "TLS",
        "PAL" => "PSE",
        "YUG" => "SCG", // Serbia and Montenegro, as of the 2000s
        "BEL" => "BLX", // its geo file calls this line Belgium and Luxembourg; LUX stands beside it
        other => other,
    })
    .unwrap()
}

/// Where CEPII's file and ours differ about a land border, and why ours stays.
const BORDERS: [(&str, &str, &str); 9] = [
    ("AGO", "COG", "ours: Cabinda borders the Republic of the Congo"),
    ("AND", "ESP", "ours: Andorra lies between Spain and France"),
    ("ARE", "QAT", "CEPII's: gone with the Saudi treaties of 1965 and 1974"),
    (
        "BLX",
        "LUX",
        "CEPII's: its line BEL is both Belgium and Belgium with Luxembourg",
    ),
    ("COD", "SDN", "CEPII's: the Sudan before 2011"),
    ("ESP", "MAR", "ours: Ceuta and Melilla"),
    ("KEN", "SDN", "CEPII's: the Sudan before 2011"),
    ("MYS", "SGP", "CEPII's: a causeway over the strait"),
    ("SDN", "UGA", "CEPII's: the Sudan before 2011"),
];

/// Whose capital CEPII puts elsewhere, and why ours stays.
const CAPITALS: [(&str, &str); 6] = [
    ("COL", "Bogota lies at 74.1 W, not 75.1"),
    ("GIN", "Conakry lies at 13.7 W, not 15.7"),
    ("NZL", "Wellington lies at 41.3 S, not 44.3"),
    ("PSE", "Ramallah, the seat of government, for Gaza"),
    ("TKL", "an atoll that exists for a point in the sea"),
    ("WSM", "Apia lies at 171.8 W, not 171.8 E"),
];

#[test]
fn distances_and_borders_agree_with_cepii() {
    let Some(text) = data("covariates/dist_cepii.csv") else {
        return;
    };
    let (mut borders, mut far, mut compared) = (Vec::new(), Vec::new(), 0);
    for row in rows(&text) {
        let (a, b) = (cepii(&row[0]), cepii(&row[1]));
        if a >= b {
            continue;
        }
        if economies().contiguous(a, b).is_some_and(|ours| ours != (row[2] == "1")) {
            borders.push((a.to_string(), b.to_string()));
        }
        let corrected = |e: Economy| CAPITALS.iter().any(|(code, _)| *code == e.as_str());
        let Some(ours) = economies().distance_km(a, b) else {
            continue;
        };
        if corrected(a) || corrected(b) {
            continue;
        }
        let theirs: f64 = row[11].parse().unwrap();
        compared += 1;
        if (ours - theirs).abs() > 0.005 * theirs + 10.0 {
            far.push(format!("{a} {b}: {ours} here, {theirs} at CEPII"));
        }
    }
    borders.sort();
    let reasoned: Vec<_> = BORDERS.iter().map(|(a, b, _)| (a.to_string(), b.to_string())).collect();
    assert_eq!(borders, reasoned);
    assert_eq!(far, Vec::<String>::new());
    assert!(compared > 20_000, "{compared}");
}
