use super::*;
use crate::{Filter, PartitionWriter, read_records};
use std::sync::Arc;
use trade::{Block, Months, NO_NUMBER, Numbers, Words};

fn block(year: i16) -> Block {
    let words = |list: &[&str]| Arc::new(list.iter().map(|&w| Arc::from(w)).collect::<Vec<Arc<str>>>());
    Block {
        year,
        months: Months::Annual,
        compiler: "test".into(),
        status: trade::Status::Reported,
        reporter: Words::Same(Some("CHN".into())),
        partner: Words::Coded {
            words: words(&["PRK", "KOR"]),
            codes: vec![1, 0],
        },
        flow: Words::Same(Some("export".into())),
        classification: Words::Same(Some("HS3".into())),
        product: Words::Same(Some("270111".into())),
        valuation: Words::Same(None),
        quantity_unit: Words::Same(None),
        basis: Words::Same(None),
        value: vec![1_500_000, -2_000],
        net_weight_kg: Numbers::Each(vec![NO_NUMBER, 7_000]),
        quantity: Numbers::Absent,
    }
}

/// A dataset of these years, written in this order.
fn dataset(folder: &Path, years: &[i16]) -> Dataset {
    let mut dataset = Dataset::new(folder, "a test", "test", Scales::default());
    for &year in years {
        let mut writer = PartitionWriter::create(folder, year, Scales::default()).unwrap();
        writer.write(&block(year)).unwrap();
        dataset.put(writer.finish().unwrap()).unwrap();
    }
    dataset
}

#[test]
fn a_dataset_is_what_its_manifest_names() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = dataset(folder.path(), &[2004, 2003]);
    let opened = Dataset::open(folder.path()).unwrap();
    assert_eq!(opened, dataset);
    assert_eq!(
        opened.partitions().iter().map(|p| p.year).collect::<Vec<_>>(),
        [2003, 2004]
    );
    assert_eq!((opened.rows(), opened.partitions()[0].value_usd.as_str()), (4, "1498"));
    let path = &opened.paths()[0];
    assert_eq!(
        crate::sha256_of_file(path).unwrap(),
        opened.partitions()[0].sha256.as_str()
    );
    let records = read_records(path, &Filter::default()).unwrap();
    assert_eq!(records[0].partner.as_str(), "KOR");
    assert_eq!(records[1].value, Some(trade::Usd::from_units(-2)));
    assert_eq!(
        (records[0].net_weight_kg, records[1].net_weight_kg),
        (None, Some(trade::Decimal3::from_units(7)))
    );
    assert!(records[0].period.is_annual() && records[0].period.year() == 2003);
}

#[test]
fn a_changed_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    dataset(folder.path(), &[2003]);
    std::fs::write(folder.path().join("2003.parquet"), b"short").unwrap();
    let error = Dataset::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("2003.parquet has 5 bytes"), "{error}");
}

#[test]
fn an_import_that_was_interrupted_is_known_and_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let mut dataset = dataset(folder.path(), &[2003, 2004]);
    dataset.begin("input.csv").unwrap();
    assert_eq!(Dataset::open(folder.path()).unwrap().importing(), Some("input.csv"));
    // The file of 2003 was replaced, and the manifest not yet.
    std::fs::write(folder.path().join("2003.parquet"), b"another").unwrap();
    assert!(Dataset::open(folder.path()).is_err());
    let resumed = Dataset::resume(folder.path()).unwrap();
    assert_eq!(resumed.partitions().iter().map(|p| p.year).collect::<Vec<_>>(), [2004]);
    // One of the same length is told by its hash.
    let path = folder.path().join("2004.parquet");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    assert!(Dataset::resume(folder.path()).unwrap().partitions().is_empty());
    dataset.end().unwrap();
    // Without an import, a changed file is no leftover.
    assert!(Dataset::resume(folder.path()).is_err());
}

#[test]
fn an_unfinished_partition_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = PartitionWriter::create(folder.path(), 2003, Scales::default()).unwrap();
    writer.write(&block(2003)).unwrap();
    drop(writer);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn files_that_are_no_part_of_it_are_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("2004.parquet");
    let mut made = dataset(folder.path(), &[2003]);
    made.check_free([2003, 2004]).unwrap();
    std::fs::write(&path, b"mine").unwrap();
    let error = made.check_free([2003, 2004]).unwrap_err().to_string();
    assert!(error.contains("2004.parquet is no part of the dataset"), "{error}");
    made.check_free([2003]).unwrap();
    // A killed import may have written one that it had no time to note.
    made.begin("x").unwrap();
    assert!(made.check_free([2004]).is_err());
    std::fs::copy(folder.path().join("2003.parquet"), &path).unwrap();
    made.check_free([2004]).unwrap();
    made.end().unwrap();
    assert!(made.check_free([2004]).is_err());
}
