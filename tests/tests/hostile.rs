//! Broken files: whatever is in them, the program ends by itself, names the file (and the line
//! where one is to blame), and leaves nothing half-written. That it never panics and that its
//! exit code is one of three is checked by every call.

#![allow(clippy::unwrap_used)]

use tests::{Call, GOOD, HEADER, call, call_in, call_on, csv_rows, gzip, root};

fn import(name: &str, bytes: &[u8]) -> Call {
    call_on(name, bytes, &["import", name, "--out", "out.parquet"])
}

/// Replaces one text in the good file.
fn with(old: &str, new: &str) -> Vec<u8> {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1).into_bytes()
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
        ("empty.csv", Vec::new(), "an empty file"),
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
        ("nul.csv", with("CHN", "C\0N"), "line 2"),
        (
            "page.csv",
            b"<!DOCTYPE html><html><body>Not found</body></html>".to_vec(),
            "HTML",
        ),
        ("answer.csv", b"{\"error\": \"quota\"}".to_vec(), "JSON"),
        ("sheet.csv", b"PK\x03\x04\x14\0\x06\0".to_vec(), "zip archive"),
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
    import("utf16.csv", &utf16(GOOD)).ok();
}

#[test]
fn a_hopeless_file_is_refused_by_every_command() {
    for (name, bytes, named) in hopeless() {
        import(name, &bytes).code(1).tells(&["error: ", named]);
        for command in [&["sum", name][..], &["mirror", "gaps", name]] {
            call_on(name, &bytes, command).code(1).tells(&["error: ", named]);
        }
        for command in [
            &["concentration", "--value", "value_usd", name][..],
            &["fit", "value_usd ~ period", name],
        ] {
            let said = call_on(name, &bytes, command);
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
            .tells(&["1 of 3 rows in quarantine", name, "line 2", named]);
        assert!(
            said.text()
                .lines()
                .any(|line| line.contains("records") && line.contains("230")),
            "{}",
            said.text()
        );
        let strict = call_on(name, &bytes, &["import", name, "--out", "out.parquet", "--strict"]);
        strict.code(1).tells(&["--strict", "line 2", named]);
    }
}

#[test]
fn a_failed_import_leaves_no_quarantine() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.csv");
    let text = "period,reporter,partner,flow,value_usd,compiler\n2003,CHN,PRK,export,1,x\n2003,CHN,ZZZ,export,1,x\n";
    std::fs::write(&input, text).unwrap();
    let out = folder.path().join("x.parquet");
    std::fs::create_dir(&out).unwrap();
    call(&["import", input.to_str().unwrap(), "--out", out.to_str().unwrap()]).code(1);
    assert!(!folder.path().join("x.quarantine.csv").exists());
    for name in ["x.csv", "x.TXT"] {
        let out = folder.path().join(name);
        call(&["import", input.to_str().unwrap(), "--out", out.to_str().unwrap()])
            .code(2)
            .tells(&["Parquet", "x.parquet"]);
        assert!(!out.exists());
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
fn a_column_that_multiplies_figures_is_not_passed_over_in_silence() {
    let header = "refYear,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue,Currency\n";
    let text = format!("{header}2003,156,X,410,H2,27,100,EUR\n");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), text).unwrap();
    for out in ["out.parquet", "folder"] {
        call_in(folder.path(), &["import", "t.csv", "--out", out])
            .ok()
            .tells(&["warning: columns that are not read: `Currency`"]);
    }
}

#[test]
fn a_column_cannot_be_two_others() {
    let twice = ["--column", "period=year", "--column", "period=date"];
    let call = [&["import", "t.csv", "--out", "out.parquet"][..], &twice].concat();
    call_on("t.csv", b"year,date\n2003,2004\n", &call)
        .code(2)
        .tells(&["--column gives `period` twice: `year` and `date`"]);
}
