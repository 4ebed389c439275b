//! Fetches that are killed, that find the disk full, or that run twice at once.

use super::{QUERY, QUESTION, fetch, kept, pinned, undated, words};
use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::interfaces::{comtrade, comtrade_whole};
use tests::{Stub, program};

#[test]
fn a_killed_fetch_is_finished_by_the_next() {
    let stub = Stub::new(|asked, _| {
        std::thread::sleep(Duration::from_millis(15));
        comtrade(asked)
    });
    let folder = tempfile::tempdir().unwrap();
    fetch(&stub, folder.path(), QUESTION).ok();
    let undisturbed = undated(kept(folder.path()));
    let whole = stub.asked().len();
    for after in [1, 2, 5, 9, whole - 1, whole] {
        std::fs::remove_dir_all(folder.path().join("pull")).unwrap();
        let before = stub.asked().len();
        let mut child = Command::new(program())
            .args(words(&stub, QUESTION))
            .current_dir(folder.path())
            .env_remove("COMTRADE_API_KEY")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while stub.asked().len() < before + after && start.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let killed = stub.asked().len() - before;
        fetch(&stub, folder.path(), QUESTION).ok();
        let finished = undated(kept(folder.path()));
        assert!(finished == undisturbed, "killed after {after} requests");
        let again = stub.asked().len() - before - killed;
        assert!(
            again <= whole + 1 - killed,
            "killed after {killed} of {whole}, then asked {again}"
        );
    }
}

/// A limit on the size of files stands for a disk that is full: a write fails in the midst.
#[cfg(unix)]
#[test]
fn a_full_disk_is_one_error_and_leaves_nothing_half_written() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" \"$@\""])
        .arg(program())
        .args(words(&stub, QUESTION))
        .current_dir(folder.path())
        .env_remove("COMTRADE_API_KEY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&limited.stderr);
    assert_eq!(limited.status.code(), Some(1), "{said}");
    assert!(said.contains("error: cannot write"), "{said}");
    assert_eq!(said.matches("error:").count(), 1, "{said}");
    let left = kept(folder.path());
    assert_eq!(left.keys().collect::<Vec<_>>(), [".lock", "fetch.toml"]);
    fetch(&stub, folder.path(), QUESTION).ok();
    assert_eq!(pinned(folder.path(), "pull").0, comtrade_whole(QUERY).0);
}

/// A folder in the place of a file that cannot be written.
#[test]
fn figures_do_not_stand_without_their_description() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let line = "comtrade --reporter CHN --period 2003 --out pull";
    for name in ["references.csv", "pin.toml"] {
        let folder = tempfile::tempdir().unwrap();
        fetch(&stub, folder.path(), line).ok();
        let pull = folder.path().join("pull");
        std::fs::remove_file(pull.join("pin.toml")).unwrap();
        std::fs::remove_file(pull.join("pull.parquet")).unwrap();
        let _ = std::fs::remove_file(pull.join(name));
        std::fs::create_dir(pull.join(name)).unwrap();
        fetch(&stub, folder.path(), line).code(1).tells(&["error: "]);
        assert!(!kept(folder.path()).contains_key("pull.parquet"), "{name}");
        std::fs::remove_dir(pull.join(name)).unwrap();
        fetch(&stub, folder.path(), line).ok();
        assert_eq!(pinned(folder.path(), "pull").0, 12);
    }
}

#[test]
fn two_fetches_at_once_do_the_work_of_one() {
    let stub = Stub::new(|asked, _| {
        std::thread::sleep(Duration::from_millis(10));
        comtrade(asked)
    });
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| fetch(&stub, folder.path(), QUESTION).ok()))
            .collect();
        calls.into_iter().for_each(|call| drop(call.join().unwrap()));
    });
    let paths: Vec<String> = stub.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(
        paths.iter().collect::<BTreeSet<_>>().len(),
        paths.len(),
        "nothing was asked twice"
    );
    assert_eq!(pinned(folder.path(), "pull").0, comtrade_whole(QUERY).0);
}

#[test]
fn notes_of_answers_that_were_spoilt_are_told_or_asked_for_again() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let line = "comtrade --reporter CHN --period 2003 --out pull";
    fetch(&stub, folder.path(), line).ok();
    let whole = undated(kept(folder.path()));
    let notes: Vec<String> = whole.keys().filter(|name| name.ends_with(".toml")).cloned().collect();
    assert!(notes.iter().any(|name| name.starts_with("answers/")), "{notes:?}");
    let spoilt: [&[u8]; 7] = [
        b"",
        b"\0\0\0\0",
        b"\xff\xfea\0",
        b"format = 1",
        b"format = \"counterflow fetch 99\"\nrequests = []\n",
        &[b'['; 100_000],
        b"rows = 99999999999999999999\nsha256 = \"../../../etc/passwd\"\n",
    ];
    for name in notes.iter().filter(|name| *name != "pin.toml") {
        let path = folder.path().join("pull").join(name);
        let before = std::fs::read(&path).unwrap();
        for bytes in spoilt {
            std::fs::write(&path, bytes).unwrap();
            let said = fetch(&stub, folder.path(), line);
            if said.code == 0 {
                assert!(undated(kept(folder.path())) == whole, "{name}: {}", said.stderr);
            } else {
                said.code(1).tells(&["error: ", "pull"]);
            }
            std::fs::write(&path, &before).unwrap();
        }
    }
    fetch(&stub, folder.path(), line).ok();
    assert!(undated(kept(folder.path())) == whole);
}
