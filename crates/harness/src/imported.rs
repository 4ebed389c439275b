//! Agencies' files: every importer, every form of the file, small files and large ones.

use crate::{conserved, forms, written};
use sources::{BulkError, BulkOptions, Defaults, Imported, LEAST_MEMORY, Limits, Options, Source};
use std::io::Write;
use std::path::Path;
use store::Filter;
use trade::Usd;

fn defaults() -> Defaults {
    Defaults {
        period: Some("2021".to_owned()),
        classification: Some("HS5".to_owned()),
        compiler: Some("x".to_owned()),
        ..Defaults::default()
    }
}

fn options(source: Option<Source>) -> Options {
    Options {
        source,
        defaults: defaults(),
        limits: Limits {
            record_bytes: 4096,
            listed: 1000,
            ..Limits::default()
        },
        ..Options::default()
    }
}

/// The first byte chooses the source, or none; the rest is the file.
pub(crate) fn import(data: &[u8]) {
    let Some((&first, text)) = data.split_first() else {
        return;
    };
    // A letter of the alphabet, so that seeds are text: `z` leaves it to the header.
    let source = Source::all().nth(usize::from(first.wrapping_sub(b'a')));
    checked(text, &options(source));
}

/// The letter that asks for the source of a table.
pub(crate) fn letter_of(table: &str) -> Option<char> {
    let imported = sources::import(table.as_bytes(), &options(None)).ok()?;
    ('a'..)
        .zip(Source::all())
        .find_map(|(letter, source)| (source == imported.source).then_some(letter))
}

/// A JSON answer.
pub(crate) fn json(data: &[u8]) {
    if data
        .iter()
        .find(|b| !b.is_ascii_whitespace())
        .is_some_and(|b| b"{[".contains(b))
    {
        checked(data, &options(None));
    }
}

/// Imports bytes and checks what must hold of every outcome.
fn checked(text: &[u8], options: &Options) {
    let mut given = 0_u64;
    let reading = sources::read(text, options, &mut |_| given += 1);
    let imported = match sources::import(text, options) {
        Ok(imported) => imported,
        Err(error) => {
            assert_eq!(reading.unwrap_err().to_string(), error.to_string());
            assert!(error.to_string().starts_with("input"), "the input is named: {error}");
            return;
        }
    };
    let reading = reading.unwrap();
    let aside: u64 = reading.set_aside.iter().map(|t| t.rows).sum();
    assert_eq!(
        (reading.rows_read, given + aside),
        (imported.rows_read, imported.rows_read)
    );
    accounted(&imported);
    conserved::dollars(text, &imported);
    written_and_read(&imported);
    forms::same_in_another_form(text, options, &imported);
    // The form of the line ends says nothing.
    if !text.contains(&b'\r') && !text.contains(&b'"') && !text.starts_with(&[0xff]) && !text.starts_with(&[0xfe]) {
        let windows: Vec<u8> = text
            .iter()
            .flat_map(|&b| if b == b'\n' { vec![b'\r', b'\n'] } else { vec![b] })
            .collect();
        let limits = Limits {
            record_bytes: options.limits.record_bytes * 2,
            ..options.limits
        };
        let other = sources::import(
            &windows[..],
            &Options {
                limits,
                ..options.clone()
            },
        )
        .unwrap();
        assert_eq!(
            (&other.records, other.quarantined()),
            (&imported.records, imported.quarantined())
        );
    }
}

/// Every row is a record, in quarantine or set aside.
fn accounted(imported: &Imported) {
    assert_eq!(
        imported.rows_read,
        imported.records.len() as u64 + imported.quarantined() + imported.aside()
    );
    assert!(imported.quarantine.windows(2).all(|w| w[0].line <= w[1].line));
    for bad in &imported.quarantine {
        assert!(
            bad.line >= 1 && !bad.reason.is_empty() && !bad.advice.is_empty(),
            "{bad:?}"
        );
    }
    for record in &imported.records {
        assert!(record.value.is_none_or(|value| value >= Usd::ZERO), "{record:?}");
    }
}

/// What is written and read again says the same, to the thousandth of a dollar.
fn written_and_read(imported: &Imported) {
    if imported.records.is_empty() {
        return;
    }
    let file = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap();
    let bytes = store::parquet_bytes(&imported.records, file.path()).unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let read = store::read_records(file.path(), &Filter::default()).unwrap();
    assert_eq!(store::logical_hash(&read), store::logical_hash(&imported.records));
    let sum = |records: &[trade::Record]| records.iter().filter_map(|r| r.value).sum::<Usd>();
    assert_eq!(sum(&read), sum(&imported.records));
    crate::parquet_files::summed(file.path(), &read);
    // Some of it is what is left of all of it.
    let some = &read[read.len() / 2];
    let filter = Filter::default()
        .with_years(some.period.year()..=some.period.year())
        .with("reporter", some.reporter.to_string())
        .with("product", some.product.to_string());
    written::narrowed(file.path(), &read, &filter);
}

/// The bytes of a file, packed in some way or not.
pub(crate) fn packed(data: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(data).unwrap();
    match sources::import_path(file.path(), &options(None)) {
        Ok(imported) => accounted(&imported),
        Err(error) => {
            let name = file.path().display().to_string();
            assert!(error.to_string().contains(&name), "the file is named: {error}");
        }
    }
}

/// Large files are read as small ones are.
pub(crate) fn bulk(data: &[u8]) {
    if data.starts_with(b"PK") {
        return; // an archive is told by its name, which is not `.csv` then
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input.csv");
    std::fs::write(&file, data).unwrap();
    let large = forms::large_input(data, folder.path());
    let out = folder.path().join("out");
    let said = BulkOptions {
        source: None,
        defaults: defaults(),
        memory: LEAST_MEMORY,
        progress: &|_| {},
        before_the_end: &|_| Ok(()),
    };
    let report = sources::import_bulk(&large, &out, &said);
    let single = sources::import_path(
        &file,
        &Options {
            limits: Limits::default(),
            ..options(None)
        },
    );
    match (report, single) {
        (Err(BulkError::Mixed { .. } | BulkError::Empty { .. }), _) | (Err(_), Err(_)) => {}
        (Ok(report), Ok(imported)) => {
            let unfit = |q: &sources::Quarantined| q.reason.contains("no large dataset holds");
            if report.quarantine.iter().any(|(_, q)| unfit(q)) {
                return;
            }
            assert_eq!(
                store::logical_hash(&of_years(&out)),
                store::logical_hash(&imported.records)
            );
            assert_eq!(
                (report.rows_read, report.quarantined),
                (imported.rows_read, imported.quarantined())
            );
            let aside: u64 = report.set_aside.iter().map(|t| t.rows).sum();
            // What a file's name says is told of large inputs only, and these are named at random.
            let notes = report.notes.iter().filter(|note| !note.contains("by its name"));
            assert_eq!((aside, notes.count()), (imported.aside(), imported.notes.len()));
            assert_eq!(report.records, imported.records.len() as u64);
            // What is there is not read again.
            let again = sources::import_bulk(&large, &out, &said).unwrap();
            assert_eq!((again.inputs_read, again.kept), (0, report.records));
        }
        (Ok(_), Err(error)) => panic!("only the small way refuses: {error}"),
        (Err(error), Ok(_)) => panic!("only the large way refuses: {error}"),
    }
}

fn of_years(folder: &Path) -> Vec<trade::Record> {
    if !store::Dataset::is_one(folder) {
        return Vec::new();
    }
    let paths = store::Dataset::open(folder).unwrap().paths();
    let records = paths
        .iter()
        .map(|path| store::read_records(path, &Filter::default()).unwrap());
    records.flatten().collect()
}
