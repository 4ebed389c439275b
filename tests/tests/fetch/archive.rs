//! A release of BACI: one archive, fetched on from where it was cut.

use super::{fetch, number, words};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tests::interfaces::{baci_archive, baci_archive_of};
use tests::{Asked, Play, Stub, Then, call_in, files_below, program};

const RELEASE: &str = "baci --release 202501 --revision HS92 --out";

/// Serves the archive as a file server does, with ranges; `play` may spoil an answer.
fn archive(asked: &Asked, etag: &str) -> Play {
    let bytes = baci_archive();
    let from = asked
        .headers
        .get("range")
        .and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let same = asked.headers.get("if-range").is_some_and(|tag| tag == etag);
    let headers = [("ETag", etag), ("Accept-Ranges", "bytes")];
    match from.filter(|_| same) {
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
            let headers = [headers[0], ("Content-Range", range.as_str())];
            Play::answer(206, "application/zip", &headers, &bytes[from..])
        }
        None => Play::answer(200, "application/zip", &headers, &bytes),
    }
}

#[test]
fn an_archive_is_fetched_on_from_where_it_was_cut() {
    let length = baci_archive().len();
    let folder = tempfile::tempdir().unwrap();
    let call = |stub: &Stub, out: &str| fetch(stub, folder.path(), &format!("{RELEASE} {out} --format csv"));
    let whole = Stub::new(|asked, _| archive(asked, "\"one\""));
    let said = call(&whole, "whole").ok();
    assert_eq!(number(&said, "records"), 2 * 4 * 199);
    assert_eq!(whole.asked()[0].path, "/DATA_DOWNLOAD/baci/data/BACI_HS92_V202501.zip");
    call_in(folder.path(), &["pin", "check", "whole", "--datasets", "."]).ok();
    let sum = |out: &str| {
        call_in(
            folder.path(),
            &["sum", out, "--by", "year,classification", "--format", "csv"],
        )
        .ok()
        .text()
    };
    assert!(sum("whole").contains("2003,HS0,"), "{}", sum("whole"));
    // Cut three times; each attempt goes on.
    let cut = Stub::new(move |asked, number| match number {
        1..=3 => archive(asked, "\"one\"").without_end(length / 5),
        _ => archive(asked, "\"one\""),
    });
    call(&cut, "cut").ok();
    let asked = cut.asked();
    assert_eq!(asked.len(), 4);
    assert!(!asked[0].headers.contains_key("range"));
    assert!(asked[1].headers["range"].starts_with("bytes=") && asked[1].headers["if-range"] == "\"one\"");
    assert_eq!(sum("cut"), sum("whole"));
    // The archive changes in between: it is fetched anew, never put together from two.
    let changed = Stub::new(move |asked, number| match number {
        1 => archive(asked, "\"old\"").without_end(length / 2),
        _ => archive(asked, "\"new\""),
    });
    call(&changed, "changed").ok();
    assert_eq!(changed.asked().len(), 2);
    assert_eq!(sum("changed"), sum("whole"));
    // Killed in the middle; the next call fetches on, and leaves what an undisturbed one does.
    let slow = Stub::new(move |asked, number| match number {
        1 => archive(asked, "\"one\"")
            .without_end(length / 2)
            .then(Then::Silence(Duration::from_secs(60))),
        _ => archive(asked, "\"one\""),
    });
    let mut child = Command::new(program())
        .args(words(&slow, &format!("{RELEASE} killed")))
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let half = || {
        let raw = std::fs::read_dir(folder.path().join("killed/raw")).ok()?;
        raw.filter_map(|entry| entry.ok()?.metadata().ok())
            .map(|m| m.len())
            .max()
    };
    while half().unwrap_or(0) < 1_000 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    call(&slow, "killed").ok();
    assert!(slow.asked()[1].headers["range"].starts_with("bytes="));
    assert_eq!(sum("killed"), sum("whole"));
    let names = |out: &str| files_below(&folder.path().join(out)).into_keys().collect::<Vec<_>>();
    let hidden = |out: &str| {
        names(out)
            .into_iter()
            .filter(|name| name.contains("/."))
            .collect::<Vec<_>>()
    };
    assert_eq!(hidden("killed"), Vec::<String>::new());
}

/// A server whose archive can be exchanged.
fn exchanged(bytes: Vec<u8>) -> (Arc<Mutex<Vec<u8>>>, Stub) {
    let now = Arc::new(Mutex::new(bytes));
    let served = Arc::clone(&now);
    let stub = Stub::new(move |_, _| Play::answer(200, "application/zip", &[], &served.lock().unwrap()));
    (now, stub)
}

const THREE: &str = "BACI_HS92_Y2003_V202501.csv";
const FOUR: &str = "BACI_HS92_Y2004_V202501.csv";

#[test]
fn another_archive_takes_the_place_of_all_years() {
    let (now, stub) = exchanged(baci_archive());
    let folder = tempfile::tempdir().unwrap();
    let call = |more: &str| fetch(&stub, folder.path(), &format!("{RELEASE} pull{more} --format csv"));
    let sum = || {
        call_in(folder.path(), &["sum", "pull", "--by", "year", "--format", "csv"])
            .ok()
            .text()
    };
    call("").ok();
    let before = files_below(&folder.path().join("pull"));
    assert!(sum().contains("2003,") && sum().contains("2004,"));
    // The same archive again: nothing is made anew.
    let said = call(" --refresh").ok();
    assert_eq!(
        (
            number(&said, "records"),
            number(&said, "records finished before and kept")
        ),
        (0, 2 * 4 * 199)
    );
    assert!(files_below(&folder.path().join("pull")) == before);
    // One that cannot be used leaves the dataset as it is, and is not kept.
    *now.lock().unwrap() = baci_archive_of(&[(FOUR, 2003)]);
    call(" --refresh")
        .code(1)
        .tells(&["rows of other years than its name says"]);
    assert!(files_below(&folder.path().join("pull")) == before);
    // A revision with one year alone.
    *now.lock().unwrap() = baci_archive_of(&[(FOUR, 2004)]);
    let said = call(" --refresh").ok();
    assert_eq!(number(&said, "records"), 4 * 199);
    assert!(!sum().contains("2003,") && sum().contains("2004,"), "{}", sum());
    let files = files_below(&folder.path().join("pull"));
    assert!(
        !files.contains_key("2003.parquet") && !files.keys().any(|name| name.starts_with(".next")),
        "{:?}",
        files.keys()
    );
    call_in(folder.path(), &["pin", "check", "pull", "--datasets", "."]).ok();
    let about = String::from_utf8(files["pin.toml"].clone()).unwrap();
    assert!(about.contains(&tests::sha256(&now.lock().unwrap())), "{about}");
    // And back, over what a kill in the midst of the exchange leaves.
    std::fs::remove_file(folder.path().join("pull/pin.toml")).unwrap();
    std::fs::remove_file(folder.path().join("pull/dataset.toml")).unwrap();
    std::fs::create_dir(folder.path().join("pull/.next")).unwrap();
    *now.lock().unwrap() = baci_archive_of(&[(THREE, 2003)]);
    call(" --refresh").ok();
    assert!(sum().contains("2003,") && !sum().contains("2004,"), "{}", sum());
    assert!(!files_below(&folder.path().join("pull")).contains_key("2004.parquet"));
}

#[test]
fn an_archive_of_something_else_or_damaged_is_neither_used_nor_kept() {
    let good = baci_archive();
    let mut flipped = good.clone();
    let middle = flipped.len() / 3;
    flipped[middle] ^= 0x55;
    let bad: [(&str, Vec<u8>); 6] = [
        (
            "is no year of HS92 in the release V202501",
            baci_archive_of(&[("BACI_HS92_Y2003_V202401b.csv", 2003)]),
        ),
        (
            "name the files of one release",
            baci_archive_of(&[(THREE, 2003), ("old/BACI_HS92_Y2002_V202401.csv", 2002)]),
        ),
        (
            "is no year of HS92",
            baci_archive_of(&[("BACI_HS17_Y2003_V202501.csv", 2003)]),
        ),
        (
            "are both of 2003",
            baci_archive_of(&[(THREE, 2003), ("old/BACI_HS92_Y2003_V202501.csv", 2003)]),
        ),
        (
            "rows of other years than its name says",
            baci_archive_of(&[(FOUR, 2003)]),
        ),
        ("not kept", flipped),
    ];
    for (told, bytes) in bad {
        let (now, stub) = exchanged(bytes);
        let folder = tempfile::tempdir().unwrap();
        let call = || fetch(&stub, folder.path(), &format!("{RELEASE} pull"));
        call().code(1).tells(&[told, "the same command asks for it again"]);
        let left = files_below(&folder.path().join("pull"));
        assert_eq!(left.keys().collect::<Vec<_>>(), [".lock", "fetch.toml"], "{told}");
        *now.lock().unwrap() = good.clone();
        // A file that is somebody else's.
        std::fs::write(folder.path().join("pull/1999.parquet"), b"mine").unwrap();
        call().ok();
        assert_eq!(std::fs::read(folder.path().join("pull/1999.parquet")).unwrap(), b"mine");
        assert_eq!(stub.asked().len(), 2, "{told}");
    }
}

#[test]
fn a_year_that_was_damaged_is_made_again_of_the_archive() {
    let (_, stub) = exchanged(baci_archive());
    let folder = tempfile::tempdir().unwrap();
    let call = |more: &str| fetch(&stub, folder.path(), &format!("{RELEASE} pull{more}"));
    call("").ok();
    let whole = files_below(&folder.path().join("pull"));
    let path = folder.path().join("pull/2003.parquet");
    for (more, sent) in [("", 1), (" --refresh", 2)] {
        for cut in [false, true] {
            let mut bytes = std::fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x55;
            match cut {
                true => std::fs::remove_file(&path).unwrap(),
                false => std::fs::write(&path, bytes).unwrap(),
            }
            call(more).ok().tells(&["is damaged and is made anew", "2003.parquet"]);
            assert!(files_below(&folder.path().join("pull")) == whole, "{more} {cut}");
            call("").ok();
        }
        assert!(stub.asked().len() <= 2 * sent);
    }
}

#[test]
fn years_that_an_archive_lacks_are_told() {
    let names = [2003, 2005, 2006].map(|year| format!("BACI_HS92_Y{year}_V202501.csv"));
    let rows = [2003, 2005, 0];
    let files: Vec<(&str, i32)> = names.iter().map(String::as_str).zip(rows).collect();
    let (_, stub) = exchanged(baci_archive_of(&files));
    let folder = tempfile::tempdir().unwrap();
    let told = [
        "The archive has no file for 2004.",
        "The archive's file has no row for 2006.",
    ];
    for _ in 0..2 {
        fetch(&stub, folder.path(), &format!("{RELEASE} pull"))
            .ok()
            .tells(&told);
    }
    let about = std::fs::read_to_string(folder.path().join("pull/pin.toml")).unwrap();
    assert!(told.iter().all(|trap| about.contains(trap)), "{about}");
}

#[test]
fn a_part_of_an_archive_that_was_altered_is_not_built_on_twice() {
    let length = baci_archive().len();
    let stub = Stub::new(move |asked, number| match number {
        1 => archive(asked, "\"one\"").without_end(length / 2),
        _ => archive(asked, "\"one\""),
    });
    let folder = tempfile::tempdir().unwrap();
    let call = |more: &str| fetch(&stub, folder.path(), &format!("{RELEASE} pull{more}"));
    call(" --attempts 1").code(1);
    let raw = std::fs::read_dir(folder.path().join("pull/raw")).unwrap();
    let paths = raw.map(|entry| entry.unwrap().path());
    let part = paths.into_iter().find(|path| path.extension().is_none()).unwrap();
    let mut bytes = std::fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(&part, &bytes).unwrap();
    call("").code(1).tells(&["the same command asks for it again"]);
    call("").ok();
    assert_eq!(stub.asked().len(), 3);
    assert!(!stub.asked()[2].headers.contains_key("range"));
}
