//! The guards on North Korea's dyads of Correlates of War Dyadic Trade 3.0 (Barbieri & Keshk
//! 2012), read from the folder that `COUNTERFLOW_TEST_DATA` names.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use mirror::guards::{ConstantRatio, Outlier, Rescaled, Unjudged, constant_ratio, partner_outliers, rescaled_period};
use std::collections::BTreeMap;
use std::path::Path;
use trade::Period;

type Dyads = BTreeMap<(String, String), Vec<(Period, f64)>>;

/// Annual series of 1989 to 2009 by direction (`dprk_import`, `dprk_export`) and partner.
fn dyads() -> Option<Dyads> {
    let Some(folder) = std::env::var_os("COUNTERFLOW_TEST_DATA") else {
        eprintln!("SKIPPED: COUNTERFLOW_TEST_DATA is not set, the guards see no real dyads");
        return None;
    };
    let path = Path::new(&folder).join("partners/cow_v3_dprk_dyads_1948_2009.csv");
    let mut dyads = Dyads::new();
    for row in csv::Reader::from_path(path).unwrap().records() {
        let row = row.unwrap();
        let year: i16 = row[0].parse().unwrap();
        if year < 1989 {
            continue;
        }
        let partner = if &row[7] == "PRK" { &row[8] } else { &row[7] };
        if let Ok(value) = row[4].parse::<f64>() {
            let series = dyads.entry((row[10].to_owned(), partner.to_owned())).or_default();
            series.push((Period::annual(year).unwrap(), value));
        }
    }
    Some(dyads)
}

#[test]
fn known_misreports_stand_out_and_neighbours_do_not() {
    let Some(dyads) = dyads() else { return };
    let (mut flagged, mut judged) = (BTreeMap::new(), 0);
    for ((flow, partner), series) in &dyads {
        match partner_outliers(series, &Outlier::default()) {
            Ok(flags) => {
                judged += 1;
                for flag in flags {
                    eprintln!("{flow} {partner}: {}", flag.evidence);
                    let years: Vec<i16> = flag.periods.iter().map(|p| p.year()).collect();
                    flagged.insert((flow.as_str(), partner.as_str()), years);
                }
            }
            Err(Unjudged::TooFew { .. }) => {}
            Err(other) => panic!("{partner}: {other}"),
        }
    }
    eprintln!("{} of {judged} series flagged", flagged.len());
    assert_eq!(flagged[&("dprk_import", "PER")], [2008]);
    assert_eq!(flagged[&("dprk_import", "ZAF")], [2006, 2007, 2008, 2009]);
    assert_eq!(flagged[&("dprk_export", "DOM")], [2007, 2008, 2009]);
    for neighbour in ["CHN", "JPN", "KOR"] {
        for flow in ["dprk_import", "dprk_export"] {
            assert!(!flagged.contains_key(&(flow, neighbour)), "{neighbour}");
        }
    }
    assert_eq!((flagged.len(), judged), (28, 222));
}

/// Gabon, Papua New Guinea, Lebanon and others report nothing; the compiler carries their last
/// figures forward by common growth factors.
#[test]
fn extrapolated_partners_are_found_by_their_common_factor() {
    let Some(dyads) = dyads() else { return };
    let year = |y: i16| -> BTreeMap<String, f64> {
        let at = Period::annual(y).unwrap();
        let exports = dyads.iter().filter(|((flow, _), _)| flow == "dprk_export");
        exports
            .filter_map(|((_, p), s)| s.iter().find(|v| v.0 == at).map(|v| (p.clone(), v.1)))
            .collect()
    };
    let rule = Rescaled {
        tolerance: 2e-3,
        ..Rescaled::default()
    };
    let (before, after) = (Period::annual(2004).unwrap(), Period::annual(2005).unwrap());
    let flags = rescaled_period((before, &year(2004)), (after, &year(2005)), &rule).unwrap();
    let names: Vec<&str> = flags.iter().map(|f| f.subject.as_str()).collect();
    eprintln!("{}: {names:?}", flags[0].evidence);
    for partner in ["LBN", "GHA", "TTO"] {
        assert!(names.contains(&partner), "{partner} in {names:?}");
    }
    assert!(!names.contains(&"CHN") && !names.contains(&"JPN"));
    let series = |partner: &str| &dyads[&("dprk_export".to_owned(), partner.to_owned())];
    let rule = ConstantRatio {
        first_rounded_to: 1e4,
        second_rounded_to: 1e4,
        ..ConstantRatio::default()
    };
    let flags = constant_ratio(series("LBN"), series("GHA"), &rule).unwrap();
    assert!(flags.iter().any(|f| f.periods.len() >= 6), "{flags:?}");
}
