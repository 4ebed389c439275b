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
        + &row("USA,2008,04,Export", "1,,,N.Q.")
        + &row("USA,2008,05,Export", "1,,,N.Q.")
        + &row("USA,2008,05,Export", "2,,2,Kg")
        + &row("USA,2008,05,Export", "1,,,N.Q.");
    let (_, imported) = both(&text, None);
    let values: Vec<_> = imported.records.iter().map(|r| r.value.unwrap().to_string()).collect();
    assert_eq!(values, ["1277973723", "3000", "8000", "3000"]);
    let whole = &imported.records[0];
    assert_eq!(whole.net_weight_kg.unwrap().to_string(), "449218433");
    assert_eq!((whole.quantity, whole.quantity_unit.as_deref()), (None, None));
    let bad: Vec<u64> = imported.quarantine.iter().map(|bad| bad.line).collect();
    assert_eq!(bad, [4, 5, 6]);
    let aside = imported.set_aside.iter().map(|t| (t.kind, t.rows));
    let want = [
        ("breakdown row", 2),
        ("duplicate", 2),
        ("part added to another row of its flow", 3),
    ];
    assert_eq!(aside.collect::<Vec<_>>(), want);
}

#[test]
fn units_of_any_name_part_a_flow_alike_in_files_of_any_size() {
    let header = "Nomenclature,ReporterISO3,ProductCode,PartnerISO3,Year,TradeFlowName,TradeValue in 1000 USD,NetWeight in KGM,Quantity,QtyUnit\n";
    let units = [
        "Kg",
        "Number of items",
        "Thousands of items",
        "Volume in litres",
        "Weight in carats",
        "bushels",
        "No Quantity",
        "9",
        "4",
    ];
    for (i, one) in units.iter().enumerate() {
        // `9` is the code of the thousands: rows of one unit contradict each other.
        for other in units[i + 1..]
            .iter()
            .filter(|other| (*one, **other) != ("Thousands of items", "9"))
        {
            let row = |value: u8, unit: &str| format!("H2,DEU,270900,FRA,2003,Import,{value},,3,{unit}\n");
            let text = header.to_owned() + &row(20, one) + &row(30, other);
            let (_, imported) = both(&text, None);
            let values: Vec<String> = imported.records.iter().map(|r| r.value.unwrap().to_string()).collect();
            assert_eq!(values, ["50000"], "{one} and {other}");
        }
    }
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

const BACI: &str = "t,i,j,k,v,q\n";

#[test]
fn figures_computed_in_floating_point_are_rounded_and_counted() {
    let text = BACI.to_owned()
        + "2003,156,410,270112,12.300000000000001,2.5\n2003,156,392,270112,1.5,2.12345678\n\
           2003,156,842,270112,1.0000005,-3\n2003,156,276,270112,-1,2\n2003,156,36,270112,1,kg\n";
    let (report, imported) = both(&text, Some("HS1"));
    let told: Vec<_> = imported
        .records
        .iter()
        .map(|r| (r.value.unwrap().to_string(), r.net_weight_kg.map(|w| w.to_string())))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            ("12300".to_owned(), some("2500")),
            ("1500".to_owned(), some("2123.457")),
            ("1000".to_owned(), None)
        ]
    );
    assert_eq!(imported.quarantine.len(), 2);
    assert!(
        report.notes[0].starts_with("figures with more than three decimals were rounded to the thousandth: 3"),
        "{:?}",
        report.notes
    );
    assert!(
        report.notes[1].starts_with("weights or quantities"),
        "{:?}",
        report.notes
    );
    let row = |partner: u16, rest: &str| {
        format!(
            "{{\"period\":\"2022\",\"reporterCode\":156,\"flowCode\":\"M\",\"partnerCode\":{partner},\"classificationCode\":\"H6\",\"cmdCode\":\"27\",{rest}}}"
        )
    };
    let rows = [
        row(
            276,
            "\"primaryValue\":1234.5600000000001,\"cifvalue\":1234.5600000000001,\"netWgt\":1e20",
        ),
        row(410, "\"primaryValue\":5,\"netWgt\":0.12345"),
    ];
    let got = sources::import(format!("[{}]", rows.join(",")).as_bytes(), &Options::default()).unwrap();
    assert_eq!((got.records.len(), got.quarantine.len()), (2, 0));
    assert_eq!(got.records[0].value.unwrap().to_string(), "1234.56");
    assert_eq!(got.records[0].valuation, Some(trade::Valuation::Cif));
    assert_eq!(got.notes.len(), 2, "{:?}", got.notes);
}

#[test]
fn codes_after_their_end_are_read_and_told_in_large_files_too() {
    let text = BACI.to_owned()
        + "1999,156,58,270112,1,2\n2015,156,530,270112,1,2\n2015,530,276,270112,1,2\n2015,810,276,270112,1,2\n2003,156,276,270112,1,2\n";
    let (report, imported) = both(&text, Some("HS1"));
    assert_eq!((report.quarantined, imported.records.len()), (1, 4));
    assert!(
        report.notes[0].ends_with("530 (ANT) in 2015 (2), 58 (BLX) in 1999 (1)"),
        "{:?}",
        report.notes
    );
}

/// The R package comtradr writes the interface's names with underscores, and `NA` for what is not there.
#[test]
fn the_names_of_comtradr_are_those_of_the_interface() {
    let text = "\"\",\"type_code\",\"freq_code\",\"ref_year\",\"ref_month\",\"period\",\"reporter_code\",\"reporter_iso\",\"flow_code\",\"partner_code\",\"partner_iso\",\"partner2code\",\"classification_code\",\"cmd_code\",\"customs_code\",\"mos_code\",\"mot_code\",\"qty_unit_code\",\"qty\",\"net_wgt\",\"cifvalue\",\"fobvalue\",\"primary_value\",\"legacy_estimation_flag\",\"is_aggregate\"\n\
        \"1\",\"C\",\"A\",2022,52,\"2022\",276,\"DEU\",\"M\",156,\"CHN\",0,\"H6\",\"010121\",\"C00\",NA,0,8,10,900,1000,NA,1000.5,NA,FALSE\n\
        \"2\",\"C\",\"A\",2022,52,\"2022\",276,\"DEU\",\"M\",156,NA,0,\"H6\",\"27\",\"C00\",\"0\",2100,8,NA,NA,1,NA,1,0,FALSE\n";
    let (_, imported) = both(text, None);
    assert_eq!(imported.source, sources::Source::ComtradeApi);
    let [record] = &imported.records[..] else {
        panic!("{imported:?}")
    };
    assert_eq!(
        (record.value.unwrap().to_string(), record.quantity_unit.as_deref()),
        ("1000.5".to_owned(), Some("kg"))
    );
    assert_eq!((imported.quarantine.len(), imported.aside()), (0, 1));
    assert_eq!(imported.ignored_columns, Vec::<String>::new());
}

#[test]
fn an_index_or_a_remark_beside_the_columns_of_baci_is_harmless() {
    for (header, row, ignored) in [
        (",t,i,j,k,v,q", "17,2003,156,410,270112,1,2", None),
        ("t,i,j,k,v,q,", "2003,156,410,270112,1,2,", None),
        ("t,i,j,k,v,q,note", "2003,156,410,270112,1,2,x", Some("note")),
    ] {
        let (_, imported) = both(&format!("{header}\n{row}\n"), Some("HS1"));
        assert_eq!((imported.records.len(), imported.quarantine.len()), (1, 0), "{header}");
        assert_eq!(imported.ignored_columns.first().map(String::as_str), ignored);
    }
    // What a column that is not read tells apart is not added up, nor is one of them chosen.
    let (_, parted) = both(
        "t,i,j,k,v,q,mode\n2003,156,410,270112,1,2,sea\n2003,156,410,270112,3,2,air\n2003,156,392,270112,3,2,air\n",
        Some("HS1"),
    );
    assert_eq!((parted.records.len(), parted.quarantine.len()), (1, 2));
}

#[test]
fn no_product_and_trade_with_oneself_are_none_in_baci() {
    let rows = "2003,156,410,000000,1,2\n2003,156,410,0,1,2\n2003,156,410,00000,1,2\n2003,156,156,270112,1,2\n2003,842,840,270112,1,2\n2003,156,410,270112,1,2\n";
    let (_, imported) = both(&(BACI.to_owned() + rows), Some("HS1"));
    assert_eq!((imported.records.len(), imported.quarantine.len()), (1, 3));
    assert_eq!(
        (imported.set_aside[0].kind, imported.set_aside[0].rows),
        ("trade of an economy with itself", 2)
    );
}

/// Imports a folder of files of BACI, each with one row of the year given.
fn folder_of_baci(files: &[(&str, i16)]) -> Result<BulkReport, sources::BulkError> {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from");
    std::fs::create_dir(&from).unwrap();
    for (name, year) in files {
        std::fs::write(from.join(name), format!("{BACI}{year},156,410,270112,1,2\n")).unwrap();
    }
    let options = BulkOptions {
        source: None,
        defaults: Defaults::default(),
        memory: 64 << 20,
        progress: &|_| {},
        before_the_end: &|_| Ok(()),
    };
    import_bulk(&from, &folder.path().join("out"), &options)
}

#[test]
fn files_of_baci_are_of_one_release_and_of_their_year() {
    for other in ["BACI_HS92_Y2004_V202301.csv", "BACI_HS17_Y2004_V202401b.csv"] {
        let told = folder_of_baci(&[("BACI_HS92_Y2003_V202401b.csv", 2003), (other, 2004)])
            .unwrap_err()
            .to_string();
        assert!(told.contains(other) && told.contains("one release"), "{told}");
    }
    let report = folder_of_baci(&[
        ("BACI_HS92_Y2003_V202401b.csv", 2004),
        ("BACI_HS92_Y2005_V202401b.csv", 2005),
    ])
    .unwrap();
    assert!(
        report.notes[0].contains("is of 2003 by its name and has rows of 2004"),
        "{:?}",
        report.notes
    );
    let clean = folder_of_baci(&[
        ("BACI_HS92_Y2003_V202401b.csv", 2003),
        ("BACI_HS92_Y2005_V202401b.csv", 2005),
    ])
    .unwrap();
    assert_eq!(clean.notes, Vec::<String>::new());
}

#[test]
fn messages_say_what_helps() {
    let told = |text: &str, period: Option<&str>| {
        let defaults = Defaults {
            period: period.map(str::to_owned),
            ..Defaults::default()
        };
        let options = Options {
            defaults,
            ..Options::default()
        };
        sources::import(text.as_bytes(), &options).map_err(|error| error.to_string())
    };
    let short = "reporter,partner,cmd,flow,value,netwgt\n156,0,27,M,1,\n";
    assert!(told(short, Some("1996")).unwrap_err().contains("classification=HS1"));
    assert!(told(short, Some("2019")).unwrap_err().contains("classification=HS5"));
    let shifted =
        "period,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue\n764,156,M,410,H6,27,1\n";
    assert!(
        told(shifted, None).unwrap().quarantine[0]
            .advice
            .contains("one column off")
    );
    let cut = r#"[{"a":1},{"a":2},{"a":"#;
    assert!(told(cut, None).unwrap_err().contains("behind record 2"));
    for exchange in [
        r#"{"CompactData":{"Header":{"ID":"x"}}}"#,
        r#"{"header":{},"dataSets":[{"series":{}}]}"#,
    ] {
        let told = told(exchange, None).unwrap_err();
        assert!(told.contains("SDMX") && told.contains("CSV"), "{told}");
    }
    let cow = "ccode1,ccode2,year,flow1,flow2\n710,731,1990,-9.00,-9.\n710,731,1991,-9.5,1\n";
    let got = told(cow, None).unwrap();
    assert_eq!((got.aside(), got.quarantine.len(), got.records.len()), (2, 1, 1));
}
