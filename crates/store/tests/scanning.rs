//! Scans read what is wanted, all of it, and leave the rest on the disk.
#![allow(clippy::unwrap_used, missing_docs)]

use arrow::array::{ArrayRef, Float64Array, RecordBatch};
use store::{Filter, read_records, scan, write_records};
use trade::{Classification, Economy, Flow, Period, Record, Usd};

fn world() -> Vec<Record> {
    let mut records = Vec::new();
    for year in 2000..2010 {
        for reporter in 0..26_u8 {
            for partner in 0..26_u8 {
                for n in 0..10 {
                    let code = |k: u8| Economy::new(&format!("A{}{}", (b'A' + k) as char, "A")).unwrap();
                    records.push(Record {
                        classification: Classification::Hs(2),
                        product: format!("{:02}", 10 + n).into(),
                        value: (n != 3).then(|| Usd::from_units(i64::from(year) * i64::from(n + 1))),
                        ..Record::new(
                            "test",
                            Period::annual(year).unwrap(),
                            code(reporter),
                            code(partner),
                            if n % 2 == 0 { Flow::Export } else { Flow::Import },
                            trade::Usd::ZERO,
                        )
                    });
                }
            }
        }
    }
    records
}

#[test]
fn a_filter_gives_exactly_the_wanted_rows_and_skips_pages() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.parquet");
    let records = world();
    write_records(&path, &records).unwrap();

    let narrow = Filter::default()
        .with("reporter", "AKA")
        .with("reporter", "AQA")
        .with("product", "14")
        .with_years(2003..=2004);
    let wanted = |r: &&Record| {
        ["AKA", "AQA"].contains(&r.reporter.as_str()) && &*r.product == "14" && (2003..=2004).contains(&r.period.year())
    };
    let found = read_records(&path, &narrow).unwrap();
    let mut expected: Vec<Record> = records.iter().filter(wanted).cloned().collect();
    expected.sort_by(|a, b| a.key().cmp(&b.key()));
    assert_eq!(found, expected);
    assert_eq!(found.len(), 2 * 26 * 2);

    // Either side, of two economies and of a third.
    let sides = |names: [&str; 2]| names.map(str::to_owned);
    let filter = Filter::default()
        .with_economies(sides(["AKA", "AQA"]))
        .with_economies(sides(["ABA", "ABA"]))
        .with_years(2003..=2003);
    let found = read_records(&path, &filter).unwrap();
    let names = |r: &Record, some: &[&str]| some.contains(&r.reporter.as_str()) || some.contains(&r.partner.as_str());
    let wanted = |r: &&Record| r.period.year() == 2003 && names(r, &["AKA", "AQA"]) && names(r, &["ABA"]);
    let mut expected: Vec<Record> = records.iter().filter(wanted).cloned().collect();
    expected.sort_by(|a, b| a.key().cmp(&b.key()));
    assert_eq!(found, expected);
    assert_eq!(found.len(), 4 * 10);

    // Two of ten years: of nine pages of 8,192 rows, three can hold them.
    let stats = scan(&path, &narrow, Some(&["value_usd"])).unwrap().stats;
    assert_eq!(stats.rows, records.len());
    assert!(stats.rows_skipped_by_page > stats.rows / 2, "{stats:?}");

    // A year that is not there leaves every row group unread.
    let none = scan(&path, &Filter::default().with_years(1900..=1901), None).unwrap();
    assert_eq!(none.stats.row_groups_skipped, none.stats.row_groups);
    assert_eq!(none.count(), 0);
}

#[test]
fn a_projection_reads_only_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.parquet");
    write_records(&path, &world()).unwrap();
    let batch = scan(&path, &Filter::default(), Some(&["partner", "value_usd"]))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let names: Vec<_> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
    assert_eq!(names, ["partner", "value_usd"]);
}

#[test]
fn what_is_no_dataset_is_refused_with_the_file_and_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let refused = |path| scan(path, &Filter::default(), None).unwrap_err().to_string();

    assert!(refused(&path).contains("cannot read"));
    std::fs::write(&path, b"PAR1 this is not parquet PAR1").unwrap();
    assert!(refused(&path).contains("cannot be read as Parquet"));

    // The right column under a wrong type: a sum of floats is not exact.
    let batch = store::batch_of_records(&world()[..5]).unwrap();
    let mut columns: Vec<(String, ArrayRef)> = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(f, c)| (f.name().clone(), c.clone()))
        .collect();
    columns[10].1 = std::sync::Arc::new(Float64Array::from(vec![1.0; 5]));
    let wrong = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), wrong.schema(), None).unwrap();
    writer.write(&wrong).unwrap();
    writer.close().unwrap();
    let message = refused(&path);
    assert!(
        message.contains("value_usd") && message.contains("decimal") && message.contains("Float64"),
        "{message}"
    );
}

#[test]
fn a_truncated_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    write_records(&path, &world()[..500]).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 4, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert!(
            read_records(&path, &Filter::default()).is_err(),
            "{length} of {} bytes",
            bytes.len()
        );
    }
}

/// The codecs of other tools; brotli is told by name.
#[test]
fn packed_by_any_tool_and_read() {
    use parquet::basic::{Compression, GzipLevel};
    use parquet::file::properties::WriterProperties;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let want = &world()[..500];
    let batch = store::batch_of_records(want).unwrap();
    for codec in [
        Compression::GZIP(GzipLevel::default()),
        Compression::SNAPPY,
        Compression::LZ4_RAW,
        Compression::UNCOMPRESSED,
    ] {
        let properties = WriterProperties::builder().set_compression(codec).build();
        let file = std::fs::File::create(&path).unwrap();
        let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert_eq!(read_records(&path, &Filter::default()).unwrap(), want, "{codec}");
    }
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len() - 4;
    bytes[..4].copy_from_slice(b"PARE");
    bytes[end..].copy_from_slice(b"PARE");
    std::fs::write(&path, &bytes).unwrap();
    let scanned = read_records(&path, &Filter::default()).unwrap_err().to_string();
    let opened = store::read_header(&path).unwrap_err().to_string();
    assert!(
        scanned.contains("it is encrypted") && opened.contains("it is encrypted"),
        "{scanned} {opened}"
    );
}
