//! A dump of UN Comtrade taken without filters mixes totals with their breakdowns: the import keeps the totals.

#![allow(clippy::unwrap_used)]

use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::path::Path;
use tests::{call, csv_rows, skipped};

#[test]
fn totals_are_kept_and_breakdowns_told() {
    let Some(folder) = std::env::var_os("COUNTERFLOW_TEST_DATA") else {
        return skipped("COUNTERFLOW_TEST_DATA is not set");
    };
    let path = Path::new(&folder).join("mirror/varcolacus_comtrade_raw_2024_31hs6.csv.gz");
    let mut largest: BTreeMap<[String; 4], f64> = BTreeMap::new();
    let mut all = 0.0;
    let mut reader = csv::Reader::from_reader(MultiGzDecoder::new(std::fs::File::open(&path).unwrap()));
    for row in reader.records() {
        let row = row.unwrap();
        let value: f64 = row[4].parse().unwrap_or(0.0);
        let key = [0, 1, 2, 3].map(|i| row[i].to_owned());
        let most = largest.entry(key).or_default();
        *most = most.max(value);
        all += value;
    }
    let want: f64 = largest.values().sum();
    assert!(
        all / want > 2.0,
        "the sample mixes totals and breakdowns: {}",
        all / want
    );
    let file = path.to_str().unwrap();
    let said = call(&[
        "import",
        file,
        "--format",
        "csv",
        "--default",
        "period=2024",
        "--default",
        "classification=HS6",
    ])
    .ok();
    let rows = csv_rows(&said.stdout);
    let number = |what: &str, column: &str| -> f64 {
        let row = rows
            .iter()
            .find(|row| row["what"] == what)
            .unwrap_or_else(|| panic!("no {what}"));
        row[column].parse().unwrap()
    };
    let got = number("records", "value_usd");
    assert!((got / want - 1.0).abs() < 0.03, "{got} against {want}");
    // Nothing is lost: what was read is records, quarantine and rows set aside.
    let aside: f64 = rows
        .iter()
        .filter(|r| r["what"].starts_with("set aside"))
        .map(|r| r["rows"].parse::<f64>().unwrap())
        .sum();
    assert_eq!(
        number("rows read", "rows"),
        number("records", "rows") + number("in quarantine", "rows") + aside
    );
    assert!(said.stderr.contains("breakdown"), "{}", said.stderr);
}

#[test]
fn groups_of_products_are_added_within_one_cut_of_trade() {
    let folder = tempfile::tempdir().unwrap();
    let sum = |groups: &[&str], by: &str| {
        let mut text =
            "Reporter Name,Partner Name,Year,Trade Flow,Product Group,Export (US$ Thousand),Export Product Share (%)\n"
                .to_owned();
        for group in groups {
            text.push_str(&format!("Germany,China,2020,Export,{group},50,50\n"));
        }
        let file = folder.path().join("profile.csv");
        std::fs::write(&file, text).unwrap();
        call(&["sum", file.to_str().unwrap(), "--by", by, "--format", "csv"])
    };
    // Sectors, of names of any lengths, make all of trade; so do stages of processing, and of both it would be twice as much.
    let rows = csv_rows(&sum(&["Animal", "Fuels"], "reporter").ok().stdout);
    assert_eq!(rows[0]["value_usd"], "100000");
    assert_eq!(csv_rows(&sum(&["Animal", "Fuels"], "product").ok().stdout).len(), 2);
    let both = ["Capital goods", "Raw materials", "Mach and Elec", "Food Products"];
    sum(&both, "reporter").tells(&["overlap in `basis`", "stages of processing"]);
    assert_eq!(csv_rows(&sum(&both, "reporter,basis").ok().stdout).len(), 2);
}
