//! What a small and a large import do with rows that are not plain: the same.

#![allow(clippy::unwrap_used)]

use sources::{BulkOptions, BulkReport, Defaults, Imported, Options, import_bulk, import_path};
use store::{Dataset, Filter, read_records};
use trade::{Record, Usd};

/// Both ways, from a file of this text, after comparing all that they tell.
fn both(text: &str, classification: Option<&str>) -> (BulkReport, Imported) {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("input.csv"), folder.path().join("dataset"));
    std::fs::write(&file, text).unwrap();
    let defaults = Defaults {
        classification: classification.map(str::to_owned),
        ..Defaults::default()
    };
    let options = BulkOptions {
        source: None,
        defaults: defaults.clone(),
        memory: 64 << 20,
        progress: &|_| {},
        before_the_end: &|_| Ok(()),
    };
    let report = import_bulk(&file, &out, &options).unwrap();
    let imported = import_path(
        &file,
        &Options {
            defaults,
            ..Options::default()
        },
    )
    .unwrap();
    let paths = Dataset::open(&out).unwrap().paths();
    let read = paths
        .iter()
        .flat_map(|path| read_records(path, &Filter::default()).unwrap());
    let got: Vec<Record> = read.collect();
    assert_eq!(store::logical_hash(&got), store::logical_hash(&imported.records));
    assert_eq!(
        report.value,
        imported.records.iter().filter_map(|r| r.value).sum::<Usd>()
    );
    let mut bad: Vec<_> = report.quarantine.iter().map(|(_, bad)| bad.clone()).collect();
    bad.sort_by_key(|bad| bad.line);
    assert_eq!(bad, imported.quarantine);
    let mut aside = report.set_aside.clone();
    aside.sort_by_key(|tally| tally.kind);
    assert_eq!(aside, imported.set_aside);
    assert_eq!(report.notes, imported.notes);
    assert_eq!(
        report.ignored_columns.iter().cloned().collect::<Vec<_>>(),
        imported.ignored_columns
    );
    (report, imported)
}

#[test]
fn names_of_others_beside_codes_are_found_in_large_files_too() {
    let text = "refYear,reporterCode,reporterDesc,flowCode,flowDesc,partnerCode,partnerDesc,classificationCode,cmdCode,primaryValue\n\
        2022,156,China,M,Import,410,Rep. of Korea,H6,27,1\n\
        2022,156,China,M,Import,276,Germany,H6,27,2\n\
        2022,156,China,M,Import,842,Canada,H6,27,3\n\
        2022,410,China,M,Import,842,USA,H6,27,4\n\
        2022,410,Rep. of Korea,M,Export,842,USA,H6,27,5\n\
        2022,410,Rep. of Korea,M,Ausfuhr,842,Ruritania,H6,27,6\n";
    let (_, imported) = both(text, None);
    let lines: Vec<u64> = imported.quarantine.iter().map(|bad| bad.line).collect();
    assert_eq!((lines, imported.records.len()), (vec![4, 5, 6], 3));
}

const WITS: &str = "Nomenclature,ReporterISO3,PartnerISO3,Year,ProductCode,TradeFlowName,TradeValue in 1000 USD,NetWeight in KGM,Quantity,QtyUnit\n";

/// The first two rows are a real flow of a query by SITC sections.
#[test]
fn rows_of_one_flow_in_several_units_are_added_up() {
    let row = |flow: &str, rest: &str| format!("H3,BRA,{flow},{rest}\n");
    let text = WITS.to_owned()
        + &row("USA,2008,01,Export", "3837.731,637283,2062221,Item")
        + &row("USA,2008,01,Export", "1274135.992,448581150,448581150,Kg")
        // The same unit twice, and another beside them: nobody knows how large the flow is.
        + &row("USA,2008,02,Export", "1,,5,Item")
        + &row("USA,2008,02,Export", "2,,5,Item")
        + &row("USA,2008,02,Export", "4,,5,Kg")
        // A total beside its parts.
        + &row("USA,2008,03,Export", "3,,,N.Q.")
        + &row("USA,2008,03,Export", "1,,5,Item")
        + &row("USA,2008,03,Export", "2,,5,Kg")
        // One row twice is no part of itself.
        + &row("USA,2008,04,Export", "1,,,N.Q.")
        + &row("USA,2008,04,Export", "7,,2,Kg")
        + &row("USA,2008,04,Export", "1,,,N.Q.");
    let (_, imported) = both(&text, None);
    let values: Vec<_> = imported.records.iter().map(|r| r.value.unwrap().to_string()).collect();
    assert_eq!(values, ["1277973723", "3000", "8000"]);
    let whole = &imported.records[0];
    assert_eq!(whole.net_weight_kg.unwrap().to_string(), "449218433");
    assert_eq!((whole.quantity, whole.quantity_unit.as_deref()), (None, None));
    let bad: Vec<u64> = imported.quarantine.iter().map(|bad| bad.line).collect();
    assert_eq!(bad, [4, 5, 6]);
    let aside = imported.set_aside.iter().map(|t| (t.kind, t.rows));
    let want = [
        ("breakdown row", 2),
        ("duplicate", 1),
        ("part added to another row of its flow", 2),
    ];
    assert_eq!(aside.collect::<Vec<_>>(), want);
}

#[test]
fn comtrade_s_goods_of_no_kind_are_read_by_both_of_their_codes() {
    let header = "refYear,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,customsCode,motCode,mosCode,netWgt,primaryValue\n";
    let row = |partner: u16, product: &str, value: &str| {
        format!("2022,2022,156,M,{partner},0,H6,{product},C00,0,0,,{value}\n")
    };
    let text = header.to_owned()
        + &row(276, "9999AA", "5")
        + &row(410, "999999", "7")
        + &row(410, "9999AA", "7")
        + &row(842, "9999aa", "7")
        + &row(842, "9999aa", "8");
    let (_, imported) = both(&text, None);
    let told: Vec<_> = imported
        .records
        .iter()
        .map(|r| format!("{} {} {}", r.partner, r.product, r.value.unwrap()))
        .collect();
    assert_eq!(told, ["DEU 999999 5", "KOR 999999 14"]);
    assert_eq!(imported.quarantine.len(), 2);
    let short = "reporter,partner,cmd,flow,value,netwgt\n156,276,9999AA,M,5,\n156,276,999999,M,50,\n";
    let defaults = Defaults {
        period: Some("2022".into()),
        classification: Some("HS6".into()),
        ..Defaults::default()
    };
    let options = Options {
        defaults,
        ..Options::default()
    };
    let got = sources::import(short.as_bytes(), &options).unwrap();
    assert_eq!(got.records[0].value, Some(Usd::from_units(55)));
    assert_eq!(got.set_aside[0].kind, "part added to another row of its flow");
}
