//! Broken files: whatever is in them, the program ends by itself, names the file (and the line
//! where one is to blame), and leaves nothing half-written. That it never panics and that its
//! exit code is one of three is checked by every call.

#![allow(clippy::unwrap_used)]

use flate2::write::GzEncoder;
use std::io::Write;
use tests::{Call, call_in, csv_rows, files_below, root};

/// A good tidy file; most broken ones are this with one thing wrong.
const GOOD: &str = "period,reporter,partner,flow,value_usd,compiler\n\
    2003,CHN,KOR,export,100,test\n2003,KOR,CHN,import,120,test\n2004,CHN,KOR,export,110,test\n";
const HEADER: &str = "period,reporter,partner,flow,value_usd,compiler\n";

/// Calls the program in a folder of its own that holds one file, and demands that the file is
/// named where it fails, that the target is there whole or not at all, and nothing else.
fn on(name: &str, bytes: &[u8], arguments: &[&str]) -> Call {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    let said = call_in(folder.path(), arguments);
    let mut files = files_below(folder.path());
    assert!(
        files.remove(name).is_some_and(|kept| kept == bytes),
        "{name}: the input is left alone"
    );
    let target = files.remove("out.parquet");
    files.remove("out.quarantine.csv");
    assert!(files.is_empty(), "{name}: {:?}", files.keys());
    match target {
        Some(bytes) => assert!(
            said.code == 0 && tests::parquet_rows(&bytes).0 > 0,
            "{name}: {}",
            said.stderr
        ),
        None => assert!(said.code != 0 || !arguments.contains(&"--out"), "{name}"),
    }
    if said.code == 1 {
        assert!(said.stderr.contains(name), "{name} is not named in\n{}", said.stderr);
        assert!(said.stdout.is_empty(), "{name}: {}", said.text());
    }
    said
}

fn import(name: &str, bytes: &[u8]) -> Call {
    on(name, bytes, &["import", name, "--out", "out.parquet"])
}

/// Replaces one text in the good file.
fn with(old: &str, new: &str) -> Vec<u8> {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1).into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// Files of which nothing can be used, and what is said of them.
fn hopeless() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let truncated = gzip(GOOD.repeat(200).as_bytes());
    let parquet = std::fs::read(root().join("datasets/factbook/factbook.parquet")).unwrap();
    vec![
        ("empty.csv", Vec::new(), "nothing"),
        ("white.csv", b" \n\t\r\n  ".to_vec(), "white space"),
        ("header.csv", HEADER.as_bytes().to_vec(), "not one row"),
        (
            "data.csv",
            b"2003,CHN,KOR,export,100,test\n2003,KOR,CHN,import,120,test\n".to_vec(),
            "looks like data",
        ),
        (
            "missing.csv",
            b"period,reporter,partner,value_usd,compiler\n2003,CHN,KOR,100,test\n".to_vec(),
            "flow",
        ),
        ("misspelt.csv", with("value_usd", "value_us"), "is it `value_usd`"),
        ("twice.csv", with("partner", "reporter"), "reporter"),
        (
            "strange.csv",
            b"colour,shape\nred,round\n".to_vec(),
            "`colour`, `shape`",
        ),
        ("unclosed.csv", with("CHN,KOR", "\"CHN,KOR"), "line 2"),
        ("utf16.csv", utf16(GOOD), "UTF-16"),
        ("nul.csv", with("CHN", "C\0N"), "line 2"),
        (
            "page.csv",
            b"<!DOCTYPE html><html><body>Not found</body></html>".to_vec(),
            "HTML",
        ),
        ("answer.csv", b"{\"error\": \"quota\"}".to_vec(), "JSON"),
        ("sheet.csv", b"PK\x03\x04\x14\0\x06\0".to_vec(), "spreadsheet"),
        ("table.csv", parquet, "Parquet"),
        (
            "random.csv",
            (0..4096_u32)
                .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
                .collect(),
            "",
        ),
        (
            "short.csv.gz",
            truncated[..truncated.len() / 2].to_vec(),
            "cut short or damaged",
        ),
        ("stub.csv.gz", truncated[..6].to_vec(), "cut short or damaged"),
        ("twice.csv.gz", gzip(&gzip(GOOD.as_bytes())), "gzip inside gzip"),
    ]
}

/// Rows of which one is bad (line 2) and the others are good, and what is said of it.
fn one_bad_row() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let value = |text: &str| with(",100,", &format!(",{text},"));
    vec![
        (
            "short.csv",
            with("2003,CHN,KOR,export,100,test", "2003,CHN,KOR,export"),
            "line 2",
        ),
        (
            "long.csv",
            with("2003,CHN,KOR,export,100,test", "2003,CHN,KOR,export,100,test,more"),
            "line 2",
        ),
        (
            "latin1.csv",
            with("test", "caf@")
                .iter()
                .map(|b| if *b == b'@' { 0xe9 } else { *b })
                .collect(),
            "line 2",
        ),
        ("decimal.csv", value("\"100,5\""), "100,5"),
        ("thousands.csv", value("\"1,000\""), "1,000"),
        ("spaced.csv", value("1 000"), "1 000"),
        ("nan.csv", value("NaN"), "missing is not zero"),
        ("inf.csv", value("inf"), "inf"),
        ("huge.csv", value("1e308"), "1e308"),
        ("digits.csv", value(&"9".repeat(400)), "999"),
        ("negative.csv", value("-100"), "-100"),
        ("fine.csv", value("1.00001"), "1.00001"),
        ("dollar.csv", value("$100"), "$100"),
        ("none.csv", value(""), "line 2"),
        ("year0.csv", with("2003,CHN", "0,CHN"), "line 2"),
        ("year99999.csv", with("2003,CHN", "99999,CHN"), "99999"),
        ("month13.csv", with("2003,CHN", "2003-13,CHN"), "2003-13"),
        ("reporter.csv", with("2003,CHN", "2003,QQQ"), "QQQ"),
        ("name.csv", with("2003,CHN", "2003,Korea"), "Korea"),
        ("flow.csv", with("CHN,KOR,export", "CHN,KOR,exprot"), "exprot"),
    ]
}

#[test]
fn a_good_file_is_imported() {
    let said = import("good.csv", GOOD.as_bytes()).ok();
    assert!(
        said.text().contains("330") && said.stderr.is_empty(),
        "{}{}",
        said.text(),
        said.stderr
    );
    import("good.csv.gz", &gzip(GOOD.as_bytes())).ok();
    let windows = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    import("windows.csv", windows.as_bytes()).ok();
}

#[test]
fn a_hopeless_file_is_refused_by_every_command() {
    for (name, bytes, named) in hopeless() {
        import(name, &bytes).code(1).tells(&["error: ", named]);
        for command in [&["sum", name][..], &["mirror", "gaps", name]] {
            on(name, &bytes, command).code(1).tells(&["error: ", named]);
        }
        for command in [
            &["concentration", "--value", "value_usd", name][..],
            &["fit", "value_usd ~ period", name],
        ] {
            let said = on(name, &bytes, command);
            assert!(
                said.code == 1 || csv_like(name),
                "{name}: {} {}",
                said.said,
                said.text()
            );
        }
    }
}

/// Files that are no trade table but a table all the same, in which `concentration` or `fit` may
/// find what they were asked for.
fn csv_like(name: &str) -> bool {
    ["missing.csv", "twice.csv"].contains(&name)
}

#[test]
fn a_bad_row_is_set_apart_with_its_line_and_the_rest_is_used() {
    for (name, bytes, named) in one_bad_row() {
        let said = import(name, &bytes)
            .ok()
            .tells(&["1 of 3 rows are in quarantine", name, "line 2", named]);
        assert!(
            said.text()
                .lines()
                .any(|line| line.contains("records") && line.contains("230")),
            "{}",
            said.text()
        );
        let strict = on(name, &bytes, &["import", name, "--out", "out.parquet", "--strict"]);
        strict.code(1).tells(&["--strict", "line 2", named]);
    }
}

#[test]
fn the_quarantine_is_a_table_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.csv"), with(",100,", ",1e308,")).unwrap();
    call_in(folder.path(), &["import", "bad.csv", "--out", "out.parquet"]).ok();
    let rows = csv_rows(&std::fs::read(folder.path().join("out.quarantine.csv")).unwrap());
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (
            rows[0]["line"].as_str(),
            rows[0]["column"].as_str(),
            rows[0]["value"].as_str()
        ),
        ("2", "value_usd", "1e308")
    );
    assert!(!rows[0]["reason"].is_empty() && !rows[0]["advice"].is_empty());
    // The same file without the bad row: no quarantine of an earlier day may stand beside it.
    std::fs::write(folder.path().join("bad.csv"), GOOD).unwrap();
    call_in(folder.path(), &["import", "bad.csv", "--out", "out.parquet"]).ok();
    assert!(!folder.path().join("out.quarantine.csv").exists(), "a stale quarantine");
}

#[test]
fn tables_for_indices_and_fits_are_refused_with_line_and_column() {
    let cases = [
        ("y,x\n1,2\n2,\"1,5\"\n3,4\n", "line 3"),
        ("y,x\n1,2\n2,inf\n3,4\n", "line 3"),
        ("y,x\n1,2\n2,many\n3,4\n", "many"),
        ("y,x\n1,2\n2,1e999\n3,4\n", "1e999"),
        ("y,x\n1,2\n2\n3,4\n", "line"),
        ("y,x\n1,2\n2,3,4\n3,4\n", "line"),
        ("y,x,x\n1,2,3\n", "twice"),
        ("y,z\n1,2\n", "`x`"),
        ("y,x\n", "t.csv"),
    ];
    for (text, named) in cases {
        on("t.csv", text.as_bytes(), &["fit", "y ~ x", "t.csv"])
            .code(1)
            .tells(&[named]);
        on("t.csv", text.as_bytes(), &["concentration", "--value", "x", "t.csv"])
            .code(1)
            .tells(&[named]);
    }
    // A table that can be read, of which no index is defined: told for each, never a number.
    for text in ["x\n0\n0\n", "x\n-1\n2\n", "x\n1\nNA\n", "x\n1e308\n1e308\n"] {
        let said = on(
            "t.csv",
            text.as_bytes(),
            &["concentration", "--value", "x", "t.csv", "--format", "json"],
        )
        .ok();
        for finding in said.json()["findings"].as_array().unwrap() {
            let estimate = finding["estimate"].as_f64();
            assert!(
                estimate.is_some_and(f64::is_finite) != finding["undefined"].is_string(),
                "{text}: {finding}"
            );
        }
    }
    on(
        "t.csv",
        b"y,x\n1e308,1\n-1e308,2\n1e308,3\n1e308,4\n",
        &["fit", "y ~ x", "t.csv"],
    );
}

#[test]
fn a_folder_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("folder.csv")).unwrap();
    for command in [
        &["import", "folder.csv"][..],
        &["sum", "folder.csv"],
        &["mirror", "gaps", "folder.csv"],
        &["concentration", "--value", "x", "folder.csv"],
        &["fit", "y ~ x", "folder.csv"],
    ] {
        call_in(folder.path(), command).code(1).tells(&["folder.csv"]);
    }
}

#[test]
fn a_damaged_or_foreign_parquet_file_is_refused() {
    let whole = std::fs::read(root().join("datasets/cow-3/cow-3.parquet")).unwrap();
    let foreign = tests::call(&["datasets", "list", "--format", "parquet"]).ok().stdout;
    let mut flipped = whole.clone();
    flipped[..200].reverse();
    for bytes in [
        &whole[..whole.len() / 2],
        &whole[1000..],
        &whole[..4],
        b"",
        &foreign,
        &flipped,
    ] {
        for command in [
            &["sum", "d.parquet", "--by", "flow"][..],
            &["mirror", "gaps", "d.parquet"],
        ] {
            on("d.parquet", bytes, command).code(1);
        }
        on(
            "d.parquet",
            bytes,
            &["concentration", "--value", "value_usd", "d.parquet"],
        )
        .code(1);
    }
}

#[test]
fn a_line_that_never_ends_and_a_bomb_cost_little() {
    let line = vec![b'7'; 50 << 20];
    import("line.csv", &line).code(1).tells(&["line"]);
    let endless = [HEADER.as_bytes(), b"2003,CHN,KOR,export,", &line].concat();
    import("endless.csv", &endless).code(1).tells(&["line 2"]);
    let zeros = gzip(&[HEADER.as_bytes(), &vec![b'\n'; 200 << 20]].concat());
    import("bomb.csv.gz", &zeros).code(1);
}

#[test]
fn a_target_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.csv"), GOOD).unwrap();
    std::fs::write(folder.path().join("file"), "in the way").unwrap();
    call_in(folder.path(), &["import", "good.csv", "--out", "file/out.parquet"])
        .code(1)
        .tells(&["file/out.parquet"]);
    call_in(folder.path(), &["datasets", "list"])
        .code(1)
        .tells(&["datasets"]);
    let said = call_in(
        folder.path(),
        &["sum", "good.csv", "--by", "flow", "--out", "file/out.csv"],
    )
    .code(1);
    said.tells(&["file/out.csv"]);
    assert_eq!(std::fs::read(folder.path().join("file")).unwrap(), b"in the way");
}
