//! `counterflow fetch` against a server that fails as servers do: what passes is asked again, what stays is told.

#![allow(clippy::unwrap_used)]

use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use tests::interfaces::{comtrade, imts};
use tests::{Asked, Call, Files, Play, Stub, Then, call_with, files_below};

/// One question that is one request; its answer has twelve rows.
fn fetch(stub: &Stub, folder: &Path, more: &[&str]) -> Call {
    let url = stub.url();
    let words = "fetch comtrade --reporter CHN --period 2003 --out pull --backoff 0.01 --attempts 4 --timeout 3";
    let mut words: Vec<&str> = words.split(' ').collect();
    words.extend(["--base-url", &url]);
    words.extend(more);
    if !more.contains(&"--rate") {
        words.extend(["--rate", "10000"]);
    }
    let none = ["COMTRADE_API_KEY", "http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"];
    call_with(folder, &words, &none.map(|name| (name, "")))
}

fn pull(folder: &Path) -> Files {
    let mut files = files_below(&folder.join("pull"));
    // The address differs from server to server.
    files.retain(|name, _| name.ends_with(".parquet") || name.starts_with("raw/"));
    files
}

fn good(asked: &Asked) -> Play {
    comtrade(asked)
}

fn too_many(wait: &str) -> Play {
    let body = br#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 1 seconds."}"#;
    Play::answer(429, "application/json", &[("Retry-After", wait)], body)
}

fn html() -> Play {
    let body = b"<!DOCTYPE html><html><body><h1>Service is under maintenance</h1></body></html>";
    Play::answer(200, "text/html", &[], body)
}

/// The answer with something changed in it.
fn edited(asked: &Asked, change: impl Fn(&mut serde_json::Value)) -> Play {
    let text = String::from_utf8(good(asked).bytes).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let mut answer: serde_json::Value = serde_json::from_str(body).unwrap();
    change(&mut answer);
    Play::json(&answer)
}

fn counting(rows: i64) -> impl Fn(&Asked) -> Play {
    move |asked| edited(asked, |answer| answer["count"] = json!(rows))
}

type Fault = Box<dyn Fn(&Asked) -> Play + Send + Sync>;

/// Faults that pass, by what the program says where they do not.
fn faults() -> Vec<(&'static str, &'static str, Fault)> {
    let fixed = |play: Play| -> Fault { Box::new(move |_| play.clone()) };
    vec![
        ("429 with Retry-After", "Rate limit is exceeded", fixed(too_many("0"))),
        (
            "500",
            "the server answers 500",
            fixed(Play::answer(500, "text/plain", &[], b"oops")),
        ),
        (
            "503 without words",
            "the server answers 503",
            fixed(Play::answer(503, "", &[], b"")),
        ),
        (
            "a connection cut before the answer",
            "cut before an answer came",
            fixed(Play {
                bytes: Vec::new(),
                then: Then::Close,
            }),
        ),
        (
            "a connection cut in the head",
            "cut before an answer came",
            fixed(Play {
                bytes: b"HTTP/1.1 200 OK\r\nContent-".to_vec(),
                then: Then::Close,
            }),
        ),
        (
            "no HTTP",
            "no answer of HTTP",
            fixed(Play {
                bytes: b"SSH-2.0-OpenSSH_9\r\n\r\n".to_vec(),
                then: Then::Close,
            }),
        ),
        (
            "a body shorter than announced",
            "broke off",
            Box::new(|asked| good(asked).without_end(100)),
        ),
        (
            "a cut body of no announced length",
            "cut short",
            Box::new(|asked| good(asked).without_header("Content-Length").without_end(100)),
        ),
        ("a web page as a web page", "text/html", fixed(html())),
        (
            "a web page called JSON",
            "JSON that cannot be read",
            fixed(Play::answer(200, "application/json", &[], b"<html></html>")),
        ),
        (
            "JSON called CSV",
            "its type is `text/csv`",
            fixed(Play::answer(200, "text/csv", &[], br#"{"count":0,"data":[]}"#)),
        ),
        (
            "an empty body",
            "JSON that is cut short",
            fixed(Play::answer(200, "application/json", &[], b"")),
        ),
        (
            "an error in place of data",
            "an error in place of data: \"try later\"",
            fixed(Play::json(&json!({"count": 0, "data": [], "error": "try later"}))),
        ),
        (
            "more rows announced than held",
            "announces 13 records and holds 12",
            Box::new(counting(13)),
        ),
        (
            "fewer rows announced than held",
            "announces 0 records and holds 12",
            Box::new(counting(0)),
        ),
        (
            "silence in the head",
            "no answer in the time",
            fixed(Play {
                bytes: b"HTTP/1.1 200 OK\r\n".to_vec(),
                then: Then::Silence(Duration::from_secs(20)),
            }),
        ),
        (
            "silence in the body",
            "broke off",
            Box::new(|asked| {
                good(asked)
                    .without_end(100)
                    .then(Then::Silence(Duration::from_secs(20)))
            }),
        ),
        (
            "a body that drips",
            "came in the time that was granted",
            Box::new(|asked| {
                let slow = Then::Drip(Duration::from_millis(50));
                good(asked).without_header("Content-Length").without_end(100).then(slow)
            }),
        ),
        (
            "an error beside rows",
            "an error beside its rows: \"only a part\"",
            Box::new(|asked| edited(asked, |answer| answer["error"] = json!("only a part"))),
        ),
        (
            "a record with a field of its own",
            "a field `surprise` that the first record has not",
            Box::new(|asked| edited(asked, |answer| answer["data"][3]["surprise"] = json!(1))),
        ),
        (
            "text that is no UTF-8",
            "JSON that cannot be read",
            fixed(Play::answer(
                200,
                "application/json",
                &[],
                b"{\"data\":[{\"partnerDesc\":\"C\xf4te\"}]}",
            )),
        ),
        (
            "a chunked body without its end",
            "broke off",
            Box::new(|asked| chunked(&good(asked))),
        ),
        (
            "gzip that is cut",
            "broke off",
            fixed(Play::answer(
                200,
                "application/json",
                &[("Content-Encoding", "gzip")],
                &tests::gzip(b"{\"count\":0}")[..20],
            )),
        ),
    ]
}

/// The answer in chunks, the last of which is missing.
fn chunked(whole: &Play) -> Play {
    let text = String::from_utf8(whole.bytes.clone()).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let head =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    Play {
        bytes: format!("{head}{:x}\r\n{body}\r\n", body.len()).into_bytes(),
        then: Then::Close,
    }
}

#[test]
fn what_passes_is_asked_again_and_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    fetch(&Stub::new(|asked, _| good(asked)), folder.path(), &[]).ok();
    let want = pull(folder.path());
    assert_eq!(want.len(), 2);
    for (what, _, fault) in faults() {
        let folder = tempfile::tempdir().unwrap();
        let stub = Stub::new(move |asked, number| if number <= 2 { fault(asked) } else { good(asked) });
        let said = fetch(&stub, folder.path(), &[]);
        assert_eq!(said.code, 0, "{what}: {}", said.stderr);
        assert_eq!(stub.asked().len(), 3, "{what}");
        let there = pull(folder.path());
        assert!(there.keys().eq(want.keys()), "{what}: {:?}", there.keys());
    }
}

#[test]
fn what_does_not_pass_is_told_after_the_last_attempt() {
    for (what, told, fault) in faults() {
        let folder = tempfile::tempdir().unwrap();
        let stub = Stub::new(move |asked, _| fault(asked));
        let said = fetch(&stub, folder.path(), &[]);
        assert_eq!(said.code, 1, "{what}: {}", said.stderr);
        for word in [
            told,
            "no usable answer in 4 attempts",
            "run the same command again",
            &stub.url(),
        ] {
            assert!(said.stderr.contains(word), "{what}: no `{word}` in {}", said.stderr);
        }
        assert_eq!(
            said.stderr.lines().filter(|line| line.starts_with("error")).count(),
            1,
            "{what}"
        );
        assert_eq!(stub.asked().len(), 4, "{what}");
        let left = files_below(&folder.path().join("pull"));
        let names: Vec<&String> = left.keys().collect();
        assert_eq!(names, [".lock", "fetch.toml"], "{what}");
    }
}

#[test]
fn a_server_s_wish_to_wait_is_heeded_up_to_a_bound() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|asked, number| if number == 1 { too_many("1") } else { good(asked) });
    let start = Instant::now();
    fetch(&stub, folder.path(), &[]).ok();
    assert!(start.elapsed() >= Duration::from_secs(1));
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|_, _| too_many("406"));
    let start = Instant::now();
    let said = fetch(&stub, folder.path(), &[]).code(1);
    said.tells(&[
        "asks to wait 406 seconds",
        "Rate limit is exceeded",
        "run the same command again then",
    ]);
    assert_eq!(stub.asked().len(), 1);
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn requests_keep_their_distance() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|_, number| Play::answer(if number < 4 { 500 } else { 404 }, "", &[], b""));
    let start = Instant::now();
    fetch(&stub, folder.path(), &["--rate", "4"]).code(1);
    assert_eq!(stub.asked().len(), 4);
    assert!(start.elapsed() >= Duration::from_millis(740), "{:?}", start.elapsed());
}

#[test]
fn refusals_are_told_at_once() {
    let quota = br#"{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 00:06:46."}"#;
    let invalid = br#"{"title":"One or more validation errors occurred.","status":400,"errors":{"reporterCode":["The field reporterCode is invalid"]}}"#;
    for (status, body, told) in [
        (400, &invalid[..], "400: {\"title\":\"One or more validation errors"),
        (401, b"no", "wants a key"),
        (403, quota, "Quota will be replenished in 00:06:46"),
        (403, quota, "run the same command again when the quota is renewed"),
        (404, b"", "check the address"),
        (405, b"\x1b[2J\x07gone\nfor good", "405:  [2J gone for good"),
        (204, b"", "answers 204"),
        (302, b"", "does not say where"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let stub = Stub::new(move |_, _| Play::answer(status, "application/json", &[], body));
        let said = fetch(&stub, folder.path(), &[]).code(1);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&said.stderr).contains(&words(told)), "{status}: {}", said.stderr);
        assert!(!said.stderr.contains('\u{1b}'));
        assert_eq!(stub.asked().len(), 1, "{status}");
    }
    // Only so much of what it says.
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|_, _| Play::answer(400, "text/plain", &[], "word ".repeat(50_000).as_bytes()));
    let said = fetch(&stub, folder.path(), &[]).code(1);
    assert!(said.stderr.len() < 1_000, "{}", said.stderr);
}

#[test]
fn redirections_are_followed_a_few_times_and_take_no_key_elsewhere() {
    let to = |place: String| Play::answer(302, "", &[("Location", place.as_str())], b"");
    // One on the same host.
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(move |asked, number| match number {
        1 => to(asked.path.clone()),
        _ => good(asked),
    });
    fetch(&stub, folder.path(), &[]).ok();
    assert_eq!(stub.asked().len(), 2);
    // In a circle.
    let folder = tempfile::tempdir().unwrap();
    let around = Stub::new(move |asked, _| to(asked.path.clone()));
    fetch(&around, folder.path(), &[])
        .code(1)
        .tells(&["leads elsewhere more than 5 times"]);
    assert_eq!(around.asked().len(), 6);
    // To another host, which gets no key.
    let folder = tempfile::tempdir().unwrap();
    let other = Stub::new(|asked, _| {
        let path = asked.path.replace("/data/v1/get/", "/public/v1/preview/");
        good(&Asked {
            path,
            headers: asked.headers.clone(),
        })
    });
    let there = other.url();
    let stub = Stub::new(move |asked, _| to(format!("{there}{}", asked.path)));
    let url = stub.url();
    let words = "fetch comtrade --reporter CHN --period 2003 --out pull --rate 10000 --base-url";
    let mut words: Vec<&str> = words.split(' ').collect();
    words.push(&url);
    call_with(
        folder.path(),
        &words,
        &[("COMTRADE_API_KEY", "my-own-key"), ("http_proxy", "")],
    )
    .ok();
    assert_eq!(stub.asked()[0].headers["ocp-apim-subscription-key"], "my-own-key");
    assert!(
        other
            .asked()
            .iter()
            .all(|asked| !asked.headers.values().any(|value| value.contains("my-own-key")))
    );
    // To nowhere.
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(move |_, _| to("gopher:\u{7f}".replace('\u{7f}', "x")));
    fetch(&stub, folder.path(), &[]).code(1).tells(&["no address"]);
}

#[test]
fn a_body_without_end_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|asked, _| {
        good(asked)
            .without_header("Content-Length")
            .without_end(1)
            .then(Then::Endless)
    });
    let said = fetch(&stub, folder.path(), &["--max-bytes", "3MB"]).code(1);
    said.tells(&["larger than 3000000 bytes", "--max-bytes"]);
    assert_eq!(stub.asked().len(), 1);
    let left = files_below(&folder.path().join("pull"));
    assert_eq!(left.keys().collect::<Vec<_>>(), [".lock", "fetch.toml"]);
    // Neither is one that unpacks without end.
    let zeros = tests::gzip(&vec![b' '; 20_000_000]);
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(move |_, _| Play::answer(200, "application/json", &[("Content-Encoding", "gzip")], &zeros));
    fetch(&stub, folder.path(), &["--max-bytes", "3MB"])
        .code(1)
        .tells(&["larger than 3000000 bytes"]);
    // An answer in gzip is read like another.
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|asked, _| {
        let whole = good(asked);
        let at = whole.bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
        Play::answer(
            200,
            "application/json",
            &[("Content-Encoding", "gzip")],
            &tests::gzip(&whole.bytes[at..]),
        )
    });
    fetch(&stub, folder.path(), &[]).ok();
    assert_eq!(stub.asked()[0].headers["accept-encoding"], "gzip");
}

#[test]
fn a_question_that_the_server_calls_too_large_is_divided() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|asked, _| {
        if asked.query("flowCode").contains(',') {
            return Play::answer(413, "text/plain", &[], b"too large");
        }
        good(asked)
    });
    fetch(&stub, folder.path(), &["--partner", "KOR"]).ok();
    assert_eq!(stub.asked().len(), 3);
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|_, _| Play::answer(413, "text/plain", &[], b"too large"));
    let said = fetch(&stub, folder.path(), &["--partner", "KOR", "--flow", "import"]).code(1);
    said.tells(&["calls the question too large", "cannot be divided further"]);
}

#[test]
fn requests_are_bounded_and_what_was_answered_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|asked, _| good(asked));
    let more = ["--row-limit", "3"];
    let said = fetch(&stub, folder.path(), &[&more[..], &["--max-requests", "4"]].concat()).code(1);
    said.tells(&["4 requests were sent", "run the same command again"]);
    assert_eq!(stub.asked().len(), 4);
    fetch(&stub, folder.path(), &more).ok();
    let paths: Vec<String> = stub.asked().into_iter().map(|asked| asked.path).collect();
    let mut unique = paths.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), paths.len(), "nothing is asked twice");
}

#[test]
fn a_table_that_is_cut_between_two_cells_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|asked, number| match number {
        // Within a value: `5000` cut to `50` would be a wrong figure.
        1 => imts(asked).without_header("Content-Length").without_end(4),
        2 => imts(asked).without_header("Content-Length").without_end(9),
        3 => Play::answer(200, "application/vnd.sdmx.data+xml", &[], b"<message/>"),
        _ => imts(asked),
    });
    let url = stub.url();
    let words = "fetch imts --reporter KOR --period 2003 --out pull --rate 10000 --backoff 0.01 --base-url";
    let mut words: Vec<&str> = words.split(' ').collect();
    words.push(&url);
    call_with(folder.path(), &words, &[("http_proxy", "")]).ok();
    assert_eq!(stub.asked().len(), 4);
}
