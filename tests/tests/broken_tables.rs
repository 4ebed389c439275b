//! Other inputs that are not what they should be: tables for indices and fits, folders, Parquet
//! files, lines that never end, targets that cannot be written.

#![allow(clippy::unwrap_used)]

use tests::{Call, GOOD, HEADER, call_in, call_on, gzip, root};

fn import(name: &str, bytes: &[u8]) -> Call {
    call_on(name, bytes, &["import", name, "--out", "out.parquet"])
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
        call_on("t.csv", text.as_bytes(), &["fit", "y ~ x", "t.csv"])
            .code(1)
            .tells(&[named]);
        call_on("t.csv", text.as_bytes(), &["concentration", "--value", "x", "t.csv"])
            .code(1)
            .tells(&[named]);
    }
    // A table that can be read, of which no index is defined, is refused with the reason; of which some are, told for each.
    for (text, why) in [
        ("x\n0\n0\n", Some("zero")),
        ("x\n-1\n2\n", Some("line 2")),
        ("x\n1\nNA\n", Some("line 3")),
        ("x\n1e308\n1e308\n", None),
    ] {
        let said = call_on(
            "t.csv",
            text.as_bytes(),
            &["concentration", "--value", "x", "t.csv", "--format", "json"],
        );
        if let Some(why) = why {
            said.code(1).tells(&["nothing could be estimated", why]);
            continue;
        }
        for finding in said.json()["findings"].as_array().unwrap() {
            let estimate = finding["estimate"].as_f64();
            assert!(
                estimate.is_some_and(f64::is_finite) != finding["undefined"].is_string(),
                "{text}: {finding}"
            );
        }
    }
    call_on(
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
    let foreign = tests::call(&["pin", "list", "--format", "parquet"]).ok().stdout;
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
            call_on("d.parquet", bytes, command).code(1);
        }
        call_on(
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
    call_in(folder.path(), &["pin", "list"]).code(1).tells(&["datasets"]);
    let said = call_in(
        folder.path(),
        &["sum", "good.csv", "--by", "flow", "--out", "file/out.csv"],
    )
    .code(1);
    said.tells(&["file/out.csv"]);
    assert_eq!(std::fs::read(folder.path().join("file")).unwrap(), b"in the way");
}
