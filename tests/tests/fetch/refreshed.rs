//! Refreshes: new answers take the place of the old ones all together, or not at all.

use super::{fetch, kept, number, pinned};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tests::interfaces::comtrade;
use tests::{Asked, Play, Stub};

const LINE: &str = "comtrade --reporter CHN --partner WLD --period 1990..2015 --flow import --out pull --attempts 1";

/// The data of a revision: values are so many times as large.
fn revised(asked: &Asked, times: u64) -> Play {
    let text = String::from_utf8(comtrade(asked).bytes).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let mut answer: serde_json::Value = serde_json::from_str(body).unwrap();
    for row in answer["data"].as_array_mut().unwrap() {
        let value = row["primaryValue"].as_u64().unwrap() * times;
        row["primaryValue"] = json!(value);
        row["cifvalue"] = json!(value);
    }
    Play::json(&answer)
}

#[test]
fn a_refresh_that_is_broken_off_mixes_nothing_and_is_gone_on_with() {
    let (times, fails_at) = (Arc::new(AtomicU64::new(1)), Arc::new(AtomicUsize::new(0)));
    let (now, at) = (Arc::clone(&times), Arc::clone(&fails_at));
    let stub = Stub::new(move |asked, number| match number == at.load(Ordering::SeqCst) {
        true => Play::answer(503, "", &[], b""),
        false => revised(asked, now.load(Ordering::SeqCst)),
    });
    let folder = tempfile::tempdir().unwrap();
    let sum = || {
        let about = pinned(folder.path(), "pull").1;
        about["file"]["sum_usd"].as_str().unwrap().parse::<u64>().unwrap()
    };
    fetch(&stub, folder.path(), LINE).ok();
    assert_eq!(stub.asked().len(), 3, "twelve years at once");
    let old = sum();
    times.store(2, Ordering::SeqCst);
    fails_at.store(5, Ordering::SeqCst);
    let refresh = format!("{LINE} --refresh --format csv");
    fetch(&stub, folder.path(), &refresh).code(1).tells(&["503"]);
    // The plain call is what it was.
    fetch(&stub, folder.path(), LINE)
        .ok()
        .tells(&["a refresh was broken off", "--refresh goes on with it"]);
    assert_eq!((sum(), stub.asked().len()), (old, 5));
    let said = fetch(&stub, folder.path(), &refresh).ok();
    assert_eq!(
        (
            number(&said, "requests sent"),
            number(&said, "answers kept from before")
        ),
        (2, 1)
    );
    assert_eq!(sum(), 2 * old);
    assert!(!kept(folder.path()).keys().any(|name| name.starts_with("refresh/")));
    // The next one asks for everything again.
    times.store(3, Ordering::SeqCst);
    fetch(&stub, folder.path(), &refresh).ok();
    assert_eq!(sum(), 3 * old);
    // One that was accepted and killed before its answers were moved is ended by the next call, whichever it is.
    times.store(4, Ordering::SeqCst);
    fails_at.store(stub.asked().len() + 3, Ordering::SeqCst);
    fetch(&stub, folder.path(), &refresh).code(1);
    let room = folder.path().join("pull/refresh");
    assert_eq!(std::fs::read_dir(room.join("answers")).unwrap().count(), 2);
    std::fs::write(room.join("accepted"), b"").unwrap();
    let said = fetch(&stub, folder.path(), &LINE.replace("pull", "pull --format csv")).ok();
    assert_eq!((number(&said, "requests sent"), sum()), (1, 4 * old));
    assert!(!room.exists());
}

#[test]
fn a_refresh_of_no_use_leaves_the_answers_before_it() {
    let empty = Arc::new(AtomicU64::new(0));
    let now = Arc::clone(&empty);
    let stub = Stub::new(move |asked, _| match now.load(Ordering::SeqCst) {
        0 => comtrade(asked),
        _ => Play::json(&json!({"count": 0, "data": []})),
    });
    let folder = tempfile::tempdir().unwrap();
    fetch(&stub, folder.path(), LINE).ok();
    let before = kept(folder.path());
    empty.store(1, Ordering::SeqCst);
    fetch(&stub, folder.path(), &format!("{LINE} --refresh"))
        .code(1)
        .tells(&["not one row can be used"]);
    assert!(kept(folder.path()) == before);
}

#[test]
fn empty_answers_are_not_kept_where_all_are() {
    let stub = Stub::new(|asked, number| match number {
        1..=3 => Play::json(&json!({"count": 0, "data": []})),
        4..=6 => {
            let text = String::from_utf8(comtrade(asked).bytes).unwrap();
            let mut answer: serde_json::Value = serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
            for row in answer["data"].as_array_mut().unwrap() {
                row["primaryValue"] = json!(null);
                row["cifvalue"] = json!(null);
            }
            Play::json(&answer)
        }
        _ => comtrade(asked),
    });
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        fetch(&stub, folder.path(), LINE)
            .code(1)
            .tells(&["not one row can be used", "the same command asks again"]);
    }
    fetch(&stub, folder.path(), LINE).ok();
    assert_eq!(pinned(folder.path(), "pull").0, 26);
}
