//! The import into partitioned datasets gives the records of the import of single files.

#![allow(clippy::unwrap_used)]

use sources::{BulkOptions, BulkReport, Defaults, Imported, Options, import_bulk, import_path};
use std::io::Write;
use std::path::Path;
use store::{Dataset, Filter, read_records};
use trade::{Record, Usd};

fn defaults(classification: Option<&str>) -> Defaults {
    Defaults {
        classification: classification.map(str::to_owned),
        ..Defaults::default()
    }
}

fn bulk(from: &Path, out: &Path, classification: Option<&str>) -> Result<BulkReport, sources::BulkError> {
    let options = BulkOptions {
        source: None,
        defaults: defaults(classification),
        memory: 64 << 20,
        progress: &|_| {},
        before_the_end: &|_| Ok(()),
    };
    import_bulk(from, out, &options)
}

fn single(from: &Path, classification: Option<&str>) -> Imported {
    let options = Options {
        defaults: defaults(classification),
        ..Options::default()
    };
    import_path(from, &options).unwrap()
}

fn all(out: &Path) -> Vec<Record> {
    let dataset = Dataset::open(out).unwrap();
    let paths = dataset.paths();
    paths
        .iter()
        .flat_map(|p| read_records(p, &Filter::default()).unwrap())
        .collect()
}

/// Both ways, from a file of this text; gives both results after comparing their records.
fn both(text: &[u8], classification: Option<&str>) -> (BulkReport, Imported) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input.csv");
    std::fs::write(&file, text).unwrap();
    let out = folder.path().join("dataset");
    let report = bulk(&file, &out, classification).unwrap();
    let imported = single(&file, classification);
    compare(&out, &report, &imported);
    (report, imported)
}

fn compare(out: &Path, report: &BulkReport, imported: &Imported) {
    let got = all(out);
    assert_eq!(store::logical_hash(&got), store::logical_hash(&imported.records));
    assert_eq!(report.records as usize, got.len());
    assert_eq!(report.value, got.iter().filter_map(|r| r.value).sum::<Usd>());
    let mut sorted = got.clone();
    sorted.sort_by(|a, b| a.key().cmp(&b.key()));
    assert_eq!(got, sorted, "partitions are in order");
    assert_eq!(
        (report.rows_read, report.quarantined),
        (imported.rows_read, imported.quarantined())
    );
    let mut by_line: Vec<_> = report.quarantine.iter().map(|(_, q)| q.clone()).collect();
    by_line.sort_by_key(|q| q.line);
    assert_eq!(by_line, imported.quarantine);
    let mut aside = report.set_aside.clone();
    aside.sort_by_key(|t| t.kind);
    assert_eq!(aside, imported.set_aside);
}

const BACI: &str = "t,i,j,k,v,q\n";

#[test]
fn plain_and_unusual_lines_of_baci_are_read_alike() {
    let text = "\u{feff}\"t\",\"i\",\"j\",\"k\",\"v\",\"q\"\r\n\
        2021,4,24,382390,52.051,\"       13.235\"\r\n\
        2021,4,32,10121,0.029,\"           NA\"\r\n\
        \r\n\
        2021,490,24,382390,7,NA\r\n\
        2020,842,757,10121,1.5,\r\n\
        2021,4,24,382390,52.051,\"       13.235\"\r\n\
        2021,4,40,382390,1,1\r\n\
        2021,4,40,382390,2,1\r\n\
        2021,9999,40,382390,2,1\r\n\
        2021,4,40,101,2,1\r\n\
        2021,4,40,382391,-2,1\r\n\
        2021,4,40,382392,2\r\n\
        2021,4,40,382393,1e2, nan \r\n\
        2021, 4 ,40,382394,2.0001,1\r\n\
        \"2021\",\"4\",\"40\",\"382395\",\"2.5\",\"-\"";
    let (report, imported) = both(text.as_bytes(), Some("HS5"));
    // 2.0001 thousand dollars are 2000.1 exactly.
    assert_eq!(imported.records.len(), 7);
    assert_eq!(report.quarantined, 6);
    assert_eq!(report.set_aside[0].kind, "duplicate");
}

#[test]
fn other_delimiters_and_quoted_line_ends_are_left_to_the_general_reader() {
    both(b"t;i;j;k;v;q\n2021;4;24;382390;52051;1\n", Some("HS5"));
    let text = "period,refYear,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue,cmdDesc\n\
        2003,2003,156,X,408,H2,270111,5.25,\"coal,\nhard\"\n2003,2003,156,X,410,H2,270111,7,coal\n";
    let (_, imported) = both(text.as_bytes(), None);
    assert_eq!(imported.records.len(), 2);
}

#[test]
fn comtrade_totals_breakdowns_units_and_months_are_read_alike() {
    let text = "period,refYear,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,customsCode,motCode,\
        qtyUnitCode,qty,netWgt,cifvalue,fobvalue,primaryValue,legacyEstimationFlag\n\
        2003,2003,156,M,408,H2,270111,C00,0,8,10,12.5,100.25,,100.25,0\n\
        2003,2003,156,M,408,H2,270111,C01,0,8,4,5,40,,40,0\n\
        2003,2003,156,M,408,H2,270112,C00,2100,8,4,5,40,,40,4\n\
        200307,2003,156,X,408,H2,TOTAL,C00,0,-1,0,0,,9,9,6\n\
        2003,2003,156,RX,0,H2,27,,,5,3,0,,,0,0\n\
        2003,2003,156,FM,0,H2,27,,,5,3,0,,,0,0\n\
        2003,2003,156,DX,0,H9,27,,,5,3,0,,,0,0\n\
        2003,2003,156,X,410,S3,3,,,5,3,0,,,7,9\n\
        2004,2003,156,X,410,S3,3,,,5,3,0,,,7,0\n\
        2003,2003,156,X,410,S3,321,,,5,3,0,,,7,0\n\
        2003,2003,251,X,410,S3,321,,,5,3,0,,,7,0\n\
        2003,2003,250,X,410,S3,321,,,5,3,0,,,7,0\n";
    let (report, imported) = both(text.as_bytes(), None);
    assert_eq!(imported.records.len(), 4);
    assert_eq!((report.set_aside.len(), report.quarantined), (3, 5));
}

#[test]
fn broken_text_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    for (text, want) in [
        (
            "t,i,j,k,v,q\n2021,4,24,382390,1,1\r2021,4,24,382391,1,1\n",
            "line 2: a carriage return",
        ),
        (
            "t,i,j,k,v,q\n2021,4,24,382390,1,1\n2021,4,24,3823\0,1,1\n",
            "line 3: a zero byte",
        ),
        ("t,i,j,k,v,q\n2021,4,24,382390,1,\"1\n", "never closed"),
        ("t,i,j,k,v,q\n2021,4,24,382390,1,1\r", "line 2: a carriage return"),
        ("foo,bar\n1,2\n", "no source has these columns"),
    ] {
        let file = folder.path().join("input.csv");
        std::fs::write(&file, text).unwrap();
        let error = bulk(&file, &folder.path().join("out"), Some("HS5"))
            .unwrap_err()
            .to_string();
        assert!(error.contains(want), "{error}");
        assert!(!folder.path().join("out").exists(), "{text}");
    }
}

const COMTRADE: &str = "refYear,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,cmdDesc,aggrLevel,\
    customsCode,mosCode,motCode,primaryValue\n";

/// A row of [`COMTRADE`]: its partner, description and value.
fn comtrade(partner: u16, description: &str, value: u32) -> String {
    format!("2003,156,X,{partner},0,H2,27,{description},2,C00,0,0,{value}\n")
}

#[test]
fn quotation_marks_in_columns_that_are_not_read_are_looked_at() {
    let rows = |first: &str, second: &str| {
        let (first, second) = (comtrade(410, first, 100), comtrade(392, second, 7));
        format!("{COMTRADE}{first}{second}{}", comtrade(842, "Fuels", 1))
    };
    let sums = |first: &str, second: &str| {
        let (report, imported) = both(rows(first, second).as_bytes(), None);
        (
            report.quarantined,
            imported
                .records
                .iter()
                .filter_map(|r| r.value)
                .sum::<trade::Usd>()
                .to_string(),
        )
    };
    let sound = (0, "108".to_owned());
    assert_eq!(sums("\"Fuels, oils\"", "6\" pipe"), sound);
    assert_eq!(sums("\"6\"\" pipe\"", "\"\""), sound);
    assert_eq!(sums("\"Fuels\noils\"", "Fuels"), sound);
    // Text behind a closed mark; a mark that swallows the next row; a comma in place of a cell.
    assert_eq!(sums("\"Fuels\"x", "Fuels"), (1, "8".to_owned()));
    assert_eq!(sums("\"Fuels", "Fuels\""), (1, "1".to_owned()));
    let short = rows("\"Fuels, oils\"", "Fuels").replacen(",2,C00", ",C00", 1);
    let (report, imported) = both(short.as_bytes(), None);
    assert_eq!((report.quarantined, imported.records.len()), (1, 2));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.csv");
    std::fs::write(&file, rows("\"Fuels", "Fuels")).unwrap();
    let error = bulk(&file, &folder.path().join("out"), None).unwrap_err().to_string();
    assert!(
        error.contains("line 2, column `cmdDesc`") && error.contains("never closed"),
        "{error}"
    );
}

#[test]
fn an_archive_is_told_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("a.csv", zip::write::SimpleFileOptions::default())
        .unwrap();
    archive
        .write_all(format!("{COMTRADE}{}", comtrade(410, "x", 5)).as_bytes())
        .unwrap();
    let packed = archive.finish().unwrap().into_inner();
    let plain = format!("{COMTRADE}{}", comtrade(392, "x", 7)).into_bytes();
    for (n, (name, bytes)) in [("packed.csv", &packed), ("plain.zip", &plain)].into_iter().enumerate() {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let out = folder.path().join(n.to_string());
        let report = bulk(&file, &out, None).unwrap();
        compare(&out, &report, &single(&file, None));
    }
    let from_folder = bulk(folder.path(), &folder.path().join("all"), None).unwrap();
    assert_eq!(from_folder.records, 2);
}

#[test]
fn a_bomb_in_an_archive_makes_no_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("BACI_HS92_V202601.zip");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&file).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("BACI_HS92_Y2003_V202601.csv", options).unwrap();
    let line = [&[b' '; 4095][..], b"\n"].concat();
    archive
        .write_all(&[BACI.as_bytes(), &line.repeat(8 << 10)].concat())
        .unwrap();
    archive.finish().unwrap();
    let out = folder.path().join("out");
    let error = bulk(&file, &out, None).unwrap_err().to_string();
    assert!(error.contains("grows"), "{error}");
    assert!(!Dataset::is_one(&out));
}

#[test]
fn a_contradiction_in_another_file_is_named_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from");
    std::fs::create_dir(&from).unwrap();
    for (name, value) in [("a.csv", 100), ("b.csv", 7)] {
        std::fs::write(from.join(name), format!("{COMTRADE}{}", comtrade(410, "x", value))).unwrap();
    }
    let more = format!("{COMTRADE}{}", comtrade(392, "x", 1));
    std::fs::write(from.join("c.csv"), more).unwrap();
    let report = bulk(&from, &folder.path().join("out"), None).unwrap();
    assert_eq!((report.records, report.quarantined), (1, 2));
    for (file, other) in [("a.csv", "b.csv"), ("b.csv", "a.csv")] {
        let (_, bad) = report.quarantine.iter().find(|(name, _)| name.ends_with(file)).unwrap();
        assert!(
            bad.line == 2 && bad.reason.contains("on line 2 of ") && bad.reason.ends_with(other),
            "{bad:?}"
        );
    }
}

#[test]
fn where_not_one_row_can_be_used_there_is_no_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("t.csv"), folder.path().join("out"));
    std::fs::write(
        &file,
        format!("{COMTRADE}{}{}", comtrade(410, "x", 1), comtrade(410, "x", 2)),
    )
    .unwrap();
    let error = bulk(&file, &out, None).unwrap_err();
    let sources::BulkError::Empty { bad: 2, quarantine, .. } = &error else {
        panic!("{error}")
    };
    assert!(quarantine[0].1.reason.contains("given differently"), "{quarantine:?}");
    assert!(!out.exists());
}

#[test]
fn rows_that_repeat_one_key_are_counted() {
    // Identical ones take no memory; those that differ are listed to a bound and counted.
    let again = comtrade(410, "x", 5).repeat(1000);
    let differ: String = (0..1000).map(|n| comtrade(392, "x", n)).collect();
    let text = format!(
        "{COMTRADE}{again}{differ}{}{}",
        comtrade(410, "x", 5),
        comtrade(842, "x", 1)
    );
    let (report, imported) = both(text.as_bytes(), None);
    assert_eq!((imported.records.len(), report.quarantined), (2, 1000));
    let expected = sources::Tally {
        kind: "duplicate",
        rows: 1000,
        value: Some(Usd::from_units(5000)),
    };
    assert_eq!(imported.set_aside[0], expected);
    let few = sources::Limits {
        listed: 3,
        ..sources::Limits::default()
    };
    let listed = sources::import(
        text.as_bytes(),
        &Options {
            limits: few,
            ..Options::default()
        },
    )
    .unwrap();
    assert_eq!((listed.quarantine.len(), listed.quarantine_unlisted), (3, 997));
}

/// A release: a zip archive of year files with lists beside them.
fn release(path: &Path, years: &[(i16, &str)]) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (year, rows) in years {
        archive
            .start_file(format!("BACI_HS17_Y{year}_V202501.csv"), options)
            .unwrap();
        archive.write_all(format!("{BACI}{rows}").as_bytes()).unwrap();
    }
    archive.start_file("country_codes_V202501.csv", options).unwrap();
    archive
        .write_all(b"country_code,country_name\n4,Afghanistan\n")
        .unwrap();
    archive.finish().unwrap();
}

#[test]
fn a_release_is_read_from_its_archive_and_only_what_changed_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (zip, out) = (folder.path().join("BACI_HS17_V202501.zip"), folder.path().join("baci"));
    release(
        &zip,
        &[
            (2020, "2020,4,24,382390,1,1\n"),
            (2021, "2021,4,24,382390,2,NA\n2021,4,32,10121,3,1\n"),
        ],
    );
    let first = bulk(&zip, &out, None).unwrap();
    assert_eq!((first.inputs_read, first.records, first.inputs_kept), (2, 3, 0));
    let records = all(&out);
    assert_eq!(records[1].classification, trade::Classification::Hs(5));
    assert_eq!(&*records[0].compiler, "CEPII BACI");
    let again = bulk(&zip, &out, None).unwrap();
    assert_eq!((again.inputs_read, again.inputs_kept, again.kept), (0, 2, 3));
    release(
        &zip,
        &[(2020, "2020,4,24,382390,1,1\n"), (2021, "2021,4,24,382390,5,NA\n")],
    );
    let third = bulk(&zip, &out, None).unwrap();
    assert_eq!(
        (third.inputs_read, third.inputs_kept, third.written.clone()),
        (1, 1, vec![2021])
    );
    assert_eq!(all(&out).len(), 2);
}

#[test]
fn a_year_file_with_another_year_is_read_with_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let (zip, out) = (folder.path().join("x.zip"), folder.path().join("baci"));
    release(
        &zip,
        &[
            (2020, "2020,4,24,382390,1,1\n"),
            (2021, "2021,4,24,382390,2,NA\n2020,4,32,10121,3,1\n"),
        ],
    );
    let report = bulk(&zip, &out, None).unwrap();
    assert_eq!((report.rows_read, report.records, report.inputs_read), (3, 3, 2));
    assert_eq!(all(&out).len(), 3);
    assert_eq!(Dataset::open(&out).unwrap().partitions()[0].rows, 2);
}

/// As a kill leaves the manifest: inputs not noted as read to their ends, and only the first years.
fn interrupted(out: &Path, years: usize) {
    let manifest = out.join("dataset.toml");
    let whole = std::fs::read_to_string(&manifest).unwrap();
    let (head, parts) = whole.split_once("[[partition]]").unwrap();
    let head = head.lines().filter(|line| !line.starts_with("imported"));
    let head: String = head
        .map(|line| line.replace("[scales]", "importing = \"input.csv\"\n[scales]") + "\n")
        .collect();
    let parts = parts.split("[[partition]]").take(years);
    let text = head + &parts.map(|part| format!("[[partition]]{part}")).collect::<String>();
    std::fs::write(&manifest, text).unwrap();
}

#[test]
fn an_interrupted_import_is_finished_and_tells_all_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("input.csv"), folder.path().join("dataset"));
    let mut text = BACI.to_owned();
    for year in [2020, 2021] {
        text += &format!(
            "{year},156,410,10121,1,1\n{year},156,410,10121,2,1\n{year},156,410,10122,2,1\n{year},999,410,10121,2,1\n"
        );
    }
    std::fs::write(&file, text).unwrap();
    let whole = bulk(&file, &out, Some("HS92")).unwrap();
    assert_eq!((whole.records, whole.quarantined, whole.rows_read), (2, 6, 8));
    let manifest = std::fs::read_to_string(out.join("dataset.toml")).unwrap();
    for years in [0, 1, 2] {
        interrupted(&out, years);
        let again = bulk(&file, &out, Some("HS92")).unwrap();
        assert_eq!((again.kept, again.records), (years as u64, 2 - years as u64));
        assert_eq!((&again.quarantine, again.rows_read), (&whole.quarantine, 8));
        assert_eq!(std::fs::read_to_string(out.join("dataset.toml")).unwrap(), manifest);
    }
    // Another import into the folder would hide that years are missing.
    interrupted(&out, 1);
    let other = folder.path().join("other.csv");
    std::fs::write(&other, format!("{BACI}2019,156,410,10121,1,1\n")).unwrap();
    let error = bulk(&other, &out, Some("HS92")).unwrap_err().to_string();
    assert!(error.contains("input.csv") && error.contains("interrupted"), "{error}");
}

#[test]
fn a_text_that_ends_in_the_midst_of_a_line_end_is_refused_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input.csv");
    std::fs::write(&file, format!("{}2020,156,410,10121,1,1\r", BACI.replace('\n', "\r\n"))).unwrap();
    let large = bulk(&file, &folder.path().join("out"), Some("HS92")).unwrap_err();
    let small = import_path(
        &file,
        &Options {
            defaults: defaults(Some("HS92")),
            ..Options::default()
        },
    )
    .unwrap_err();
    assert_eq!(large.to_string(), small.to_string());
    assert!(
        small
            .to_string()
            .contains("line 2: a carriage return without a line feed"),
        "{small}"
    );
}

#[test]
fn little_memory_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input.csv");
    let mut text = String::from(BACI);
    // More than 64 MB of rows, backwards.
    for n in (0..700_000_u32).rev() {
        text += &format!("{},4,24,{},{}.5,1\n", 2000 + n % 3, 100_000 + n % 899_999, n % 1000);
    }
    std::fs::write(&file, &text).unwrap();
    let out = folder.path().join("out");
    let report = bulk(&file, &out, Some("HS0")).unwrap();
    assert!(report.spilled);
    assert_eq!(report.records, 700_000);
    let hash = |out: &Path| {
        let dataset = Dataset::open(out).unwrap();
        dataset
            .partitions()
            .iter()
            .map(|p| p.sha256.clone())
            .collect::<Vec<_>>()
    };
    let options = BulkOptions {
        source: None,
        defaults: defaults(Some("HS0")),
        memory: 1 << 30,
        progress: &|_| {},
        before_the_end: &|_| Ok(()),
    };
    let other = folder.path().join("other");
    assert!(!import_bulk(&file, &other, &options).unwrap().spilled);
    assert_eq!(hash(&out), hash(&other));
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 4);
}

#[test]
fn real_files_are_read_alike() {
    let Some(data) = std::env::var_os("COUNTERFLOW_TEST_DATA") else {
        return;
    };
    for (name, classification) in [
        ("baci_sample_2021_afg_zaf_ORIGINAL.csv", Some("HS5")),
        ("comtrade_raw_2003_TOTAL_only_44k_redistributable.csv.gz", None),
        ("comtrade_raw_hs27_1988_2017.csv.gz", None),
    ] {
        let file = Path::new(&data).join("mirror").join(name);
        let folder = tempfile::tempdir().unwrap();
        let report = bulk(&file, folder.path(), classification).unwrap();
        compare(folder.path(), &report, &single(&file, classification));
    }
}
