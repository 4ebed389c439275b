//! Files of other programs are looked through as an import looks through its rows.
#![allow(clippy::unwrap_used)]

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use std::path::Path;
use std::sync::Arc;
use store::columns::{Look, look_through};
use store::{batch_of_records, write_records};
use trade::{Classification, Economy, Flow, Period, Record, Usd};

fn record(partner: &str, product: &str, value: i64) -> Record {
    let code = |text: &str| Economy::new(text).unwrap();
    let year = Period::annual(2003).unwrap();
    Record {
        classification: Classification::Hs(2),
        product: product.into(),
        ..Record::new(
            "x",
            year,
            code("CHN"),
            code(partner),
            Flow::Export,
            Usd::from_units(value),
        )
    }
}

/// Writes the records as another program would: its own name in the footer, and plain texts.
fn written_elsewhere(path: &Path, records: &[Record]) {
    written_as(path, records, |_| true);
}

/// As [`written_elsewhere`], with some columns only.
fn written_as(path: &Path, records: &[Record], kept: impl Fn(&str) -> bool) {
    let batch = batch_of_records(records).unwrap();
    let schema = batch.schema();
    let places: Vec<usize> = (0..batch.num_columns())
        .filter(|&at| kept(schema.field(at).name()))
        .collect();
    let batch = batch.project(&places).unwrap();
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| match column.data_type() {
            DataType::Dictionary(..) => cast(column, &DataType::Utf8).unwrap(),
            _ => column.clone(),
        })
        .collect();
    let schema = batch.schema();
    let fields = schema
        .fields()
        .iter()
        .zip(&columns)
        .map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let batch = RecordBatch::try_new(schema.clone(), columns).unwrap();
    let mut writer = ArrowWriter::try_new(std::fs::File::create(path).unwrap(), schema, None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn what_an_import_would_not_give_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.parquet");
    let good = record("PRK", "010121", 1000);
    let quoted = |reference: u32| Record {
        reference: Some(reference),
        ..good.clone()
    };
    let cases: [(&[Record], Option<&str>); 9] = [
        (
            &[good.clone(), record("PRK", "02", 5), record("KOR", "010121", 1000)],
            None,
        ),
        (
            &[record("PRK", "02", 5), good.clone(), good.clone()],
            Some("row 3, column `value_usd`: row 2 is of the same"),
        ),
        (
            &[good.clone(), record("PRK", "010121", 900)],
            Some("row 2, column `value_usd`: row 1"),
        ),
        (&[quoted(0), quoted(1)], None),
        (
            &[good.clone(), record("KOR", "010121", -1)],
            Some("row 2, column `value_usd`: it is below zero"),
        ),
        (
            &[record("KOR", "10121", 1)],
            Some("row 1, column `product`: a product code"),
        ),
        (
            &[record("KOR", "total", 1)],
            Some("`total` is expected to be written TOTAL"),
        ),
        (
            &[record("ZZZ", "02", 1)],
            Some("row 1, column `partner`: `ZZZ` is no word"),
        ),
        (&[record("KOR", "", 1)], Some("row 1, column `product`: it is empty")),
    ];
    for (records, expected) in cases {
        written_elsewhere(&path, records);
        match (look_through(&path, 10), expected) {
            (Ok(look), None) => assert_eq!(look, Look::default()),
            (Err(told), Some(expected)) => assert!(told.to_string().contains(expected), "{told}"),
            (found, expected) => panic!("{found:?} where {expected:?}"),
        }
        // Those that we wrote are taken as they stand, and so are more than are looked through.
        write_records(&path, records).unwrap();
        assert_eq!(look_through(&path, 10).unwrap(), Look::default());
        written_elsewhere(&path, records);
        let unseen = records.len() as u64;
        assert_eq!(
            look_through(&path, unseen - 1).unwrap(),
            Look {
                unseen,
                ..Look::default()
            }
        );
    }
    written_elsewhere(&path, &[record("CHN", "02", 5)]);
    assert_eq!(look_through(&path, 10).unwrap().with_itself, 1);
    // A table with some columns of a record only may mean its corrections and parts: they are told.
    written_as(&path, &[good.clone(), good.clone(), record("KOR", "02", -1)], |name| {
        ["period_year", "reporter", "partner", "flow", "product", "value_usd"].contains(&name)
    });
    let told = Look {
        below_zero: 1,
        twice: 1,
        ..Look::default()
    };
    assert_eq!(look_through(&path, 10).unwrap(), told);
    written_elsewhere(&path, &[]);
    assert_eq!(look_through(&path, 10).unwrap(), Look::default());
    // Two files of one folder, of which one is ours.
    written_elsewhere(&path, std::slice::from_ref(&good));
    write_records(&folder.path().join("e.parquet"), &[record("KOR", "02", 1), good]).unwrap();
    let told = look_through(folder.path(), 10).unwrap_err().to_string();
    assert!(
        told.contains("e.parquet, row ") && told.contains("row 1 of ") && told.contains("d.parquet"),
        "{told}"
    );
}
