//! The importers on the agencies' own files, which are not part of this repository: the
//! environment variable COUNTERFLOW_TEST_DATA names their folder.
//!
//! The expected sums were computed once with Python: `csv.DictReader` over the file and
//! `sum(int(...))` over the value column, or `decimal.Decimal` where it has decimals.

#![allow(clippy::unwrap_used)]
// A macro would print into the test harness, which swallows it.
#![allow(clippy::explicit_write)]

use sources::{
    Defaults, Imported, Level, Options, Source, TidyMap, finest_common_level, import, import_path, set_aside_nested,
};
use std::io::Write;
use std::path::PathBuf;
use trade::{Decimal3, Usd};

/// The path of a file, or `None` with a loud word when there is no test data.
fn path(name: &str) -> Option<PathBuf> {
    match std::env::var_os("COUNTERFLOW_TEST_DATA") {
        Some(folder) => Some(PathBuf::from(folder).join(name)),
        None => {
            writeln!(
                std::io::stderr(),
                "SKIPPED: COUNTERFLOW_TEST_DATA is not set, {name} is not read"
            )
            .unwrap();
            None
        }
    }
}

fn sum(imported: &Imported) -> Usd {
    imported.records.iter().filter_map(|r| r.value).sum()
}

fn sum_of_kept(imported: &Imported) -> Usd {
    set_aside_nested(&imported.records)
        .kept
        .iter()
        .filter_map(|&i| imported.records[i].value)
        .sum()
}

/// Reads a file and checks that every row is accounted for.
fn read(name: &str, options: &Options) -> Option<Imported> {
    let imported = import_path(&path(name)?, options).unwrap();
    assert_eq!(
        imported.rows_read,
        imported.records.len() as u64 + imported.quarantined() + imported.aside()
    );
    Some(imported)
}

fn read_clean(name: &str, source: Source, rows: u64, dollars: i64) -> Option<Imported> {
    let imported = read(name, &Options::default())?;
    assert_eq!(imported.quarantine, []);
    assert_eq!((imported.source, imported.rows_read), (source, rows));
    assert_eq!(imported.set_aside, []);
    assert_eq!(sum(&imported), Usd::from_units(dollars));
    assert!(imported.ignored_columns.is_empty());
    Some(imported)
}

#[test]
fn comtrade_2003_totals() {
    let name = "mirror/comtrade_raw_2003_TOTAL_only_44k_redistributable.csv.gz";
    let Some(imported) = read_clean(name, Source::ComtradeLegacy, 44_259, 29_481_519_443_194) else {
        return;
    };
    // Python: sum of the rows with partner code 0.
    let world = imported.totals.iter().find(|t| t.kind == "world partner").unwrap();
    assert_eq!(
        (world.rows, world.value),
        (336, Some(Usd::from_units(14_740_759_722_854)))
    );
    // Python: sum of the other rows.
    assert_eq!(sum_of_kept(&imported), Usd::from_units(14_740_759_720_340));
}

#[test]
fn comtrade_2003_chapters() {
    let name = "mirror/comtrade_raw_2003_total_14chapters.csv.gz";
    let Some(imported) = read_clean(name, Source::ComtradeLegacy, 269_844, 48_339_879_801_628) else {
        return;
    };
    // Python: over (reporter, flow, partner) without partner code 0, the TOTAL, or where
    // there is none (five series, all of partner 839) the sum of the chapters.
    assert_eq!(sum_of_kept(&imported), Usd::from_units(14_743_393_496_775));
    assert_eq!(finest_common_level(&imported.records), None);
}

#[test]
fn comtrade_2003_with_the_dprk() {
    read_clean(
        "products/dprk_comtrade_2003_total_14chapters.csv",
        Source::ComtradeLegacy,
        1_194,
        4_048_155_364,
    );
}

#[test]
fn comtrade_fuels_and_wood_with_the_dprk() {
    read_clean(
        "products/dprk_comtrade_hs27_hs44_1988_2017.csv",
        Source::ComtradeClassic,
        1_934,
        24_692_846_048,
    );
}

#[test]
fn comtrade_fuels_of_thirty_years() {
    let name = "mirror/comtrade_raw_hs27_1988_2017.csv.gz";
    let Some(imported) = read_clean(name, Source::ComtradeClassic, 370_391, 143_136_191_951_595) else {
        return;
    };
    // Python: rows and sums by flow code and with partner code 0.
    let totals: Vec<_> = imported
        .totals
        .iter()
        .map(|t| (t.kind, t.rows, t.value.unwrap()))
        .collect();
    let want = [
        ("re-export", 15_296, Usd::from_units(214_647_259_373)),
        ("re-import", 798, Usd::from_units(9_048_976_128)),
        ("world partner", 9_090, Usd::from_units(71_568_095_981_138)),
    ];
    assert_eq!(totals, want);
    assert_eq!(finest_common_level(&imported.records), Some(Level::Digits(2)));
}

#[test]
fn baci_as_released() {
    let defaults = Defaults {
        classification: Some("HS5".to_owned()),
        ..Defaults::default()
    };
    let name = "mirror/baci_sample_2021_afg_zaf_ORIGINAL.csv";
    let Some(imported) = read(
        name,
        &Options {
            defaults,
            ..Options::default()
        },
    ) else {
        return;
    };
    assert_eq!(
        (imported.source, imported.records.len(), imported.rows_read),
        (Source::Baci, 71_192, 71_192)
    );
    assert_eq!(sum(&imported), Usd::from_units(69_369_988_138));
    // Python: rows whose q is NA, and 1000 times the sum of the others.
    let weights: Vec<_> = imported.records.iter().filter_map(|r| r.net_weight_kg).collect();
    assert_eq!(71_192 - weights.len(), 2_306);
    assert_eq!(
        weights.into_iter().sum::<Decimal3>(),
        Decimal3::from_units(95_549_654_973)
    );
}

#[test]
fn an_api_dump_without_filters() {
    let defaults = Defaults {
        period: Some("2024".to_owned()),
        classification: Some("HS6".to_owned()),
        ..Defaults::default()
    };
    let name = "mirror/varcolacus_comtrade_raw_2024_31hs6.csv.gz";
    let Some(imported) = read(
        name,
        &Options {
            defaults,
            ..Options::default()
        },
    ) else {
        return;
    };
    assert_eq!(
        (imported.source, imported.rows_read, imported.quarantined()),
        (Source::ComtradeShort, 164_831, 0)
    );
    // Python: the largest value of each of the 35,330 keys; the sum of all rows is 2.03 times that.
    assert_eq!(imported.records.len(), 35_330);
    assert_eq!(sum(&imported), "1028178791570.022".parse().unwrap());
    let aside: Usd = imported.set_aside.iter().filter_map(|t| t.value).sum();
    assert_eq!(sum(&imported) + aside, "2087769447303.615".parse().unwrap());
}

#[test]
fn dyads_through_a_column_map() {
    let by_code: TidyMap = toml::from_str(
        "[columns]\nperiod = \"year\"\nreporter = \"reporter_iso3\"\npartner = \"partner_iso3\"\nflow = \"flow\"\nvalue_usd = \"value_usd\"\nreference = \"ref\"\nnote = \"note\"\n",
    )
    .unwrap();
    let defaults = Defaults {
        compiler: Some("COW".to_owned()),
        ..Defaults::default()
    };
    let options = Options {
        map: Some(by_code),
        defaults,
        ..Options::default()
    };
    let Some(imported) = read("partners/cow_v3_dprk_dyads_1948_2009.csv", &options) else {
        return;
    };
    // What the file calls "Serbia (Yugoslavia)" and codes as Serbia was Yugoslavia.
    let is_yugoslavia = |bad: &sources::Quarantined| {
        bad.value == "SRB" && bad.advice.contains("there was") && bad.advice.contains("YUG (Yugoslavia)")
    };
    assert!(
        imported.quarantine.iter().all(is_yugoslavia),
        "{:?}",
        imported.quarantine
    );
    assert_eq!(
        (imported.quarantine.len(), imported.records.len(), sum(&imported)),
        (34, 5_510, Usd::from_units(98_770_944_961))
    );
    assert_eq!(
        imported.ignored_columns,
        ["reporter", "partner", "source", "cow_ccode_partner", "dprk_flow"]
    );
}

/// No name of the United Nations' own lists contradicts the code beside it, in whichever year.
#[test]
fn comtrade_s_names_stand_beside_their_own_codes() {
    let Some(list) = path("classifications/comtrade_reference/partner_country.csv") else {
        return;
    };
    let list = String::from_utf8_lossy(&std::fs::read(list).unwrap()).into_owned();
    let mut text =
        "Classification,Year,Trade Flow Code,Reporter Code,Partner Code,Partner,Commodity Code,Trade Value (US$)\n"
            .to_owned();
    for line in list.lines().skip(1) {
        let cells: Vec<&str> = line.split("\",\"").collect();
        let [_, _, code, name, ..] = cells[..] else { continue };
        for year in [1962, 1975, 1988, 1991, 1995, 2003, 2011, 2022] {
            text += &format!("S1,{year},1,156,{code},\"{name}\",TOTAL,1\n");
        }
    }
    let got = import(text.as_bytes(), &Options::default()).unwrap();
    let alarms = got
        .quarantine
        .iter()
        .filter(|bad| bad.reason.contains("beside this name"));
    assert_eq!(alarms.collect::<Vec<_>>(), Vec::<&sources::Quarantined>::new());
    assert!(got.records.len() > 1500, "{}", got.records.len());
}
