//! A release of BACI: one archive, fetched on from where it was cut.

use super::{fetch, number, words};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::interfaces::baci_archive;
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
