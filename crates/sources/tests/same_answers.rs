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
