//! What servers do that nobody expects: they repeat the key, drip their refusals, pack them, change their columns, or
//! lead to what is no address.

use super::{fetch, fetch_with, kept, pinned, undated, words};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::interfaces::comtrade;
use tests::{Asked, Play, Stub, Then, call_with, csv_rows, gzip};

const LINE: &str = "comtrade --reporter CHN --period 2003 --out pull --attempts 2 --timeout 3";
const SECRET: &str = "0123456789abcdef-a-Key-of-mine";

/// The public answer, whoever asks.
fn good(asked: &Asked) -> Play {
    comtrade(&Asked {
        path: asked.path.replace("/data/v1/get/", "/public/v1/preview/"),
        headers: asked.headers.clone(),
    })
}

/// Its body with something changed in it, and its headers with some more.
fn edited(asked: &Asked, headers: &[(&str, &str)], change: impl Fn(&mut serde_json::Value)) -> Play {
    let text = String::from_utf8(good(asked).bytes).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let mut answer: serde_json::Value = serde_json::from_str(body).unwrap();
    change(&mut answer);
    Play::answer(200, "application/json", headers, answer.to_string().as_bytes())
}

#[test]
fn a_key_that_the_server_repeats_stands_nowhere() {
    let told = |asked: &Asked| asked.headers["ocp-apim-subscription-key"].clone();
    type Repeats = Box<dyn Fn(&Asked) -> Play + Send + Sync>;
    let escaped = |told: &str| told.bytes().map(|b| format!("\\u{b:04X}")).collect::<String>();
    let repeats: [(&str, Repeats); 8] = [
        (
            "in a record, written otherwise",
            Box::new(move |asked| {
                let text = edited(asked, &[], |answer| answer["data"][3]["partnerCode"] = json!("HERE")).bytes;
                let text = String::from_utf8(text).unwrap();
                let (_, body) = text.split_once("\r\n\r\n").unwrap();
                let body = body.replace("HERE", &escaped(&told(asked)));
                Play::answer(200, "application/json", &[], body.as_bytes())
            }),
        ),
        (
            "in a refusal that is cut, written otherwise",
            Box::new(move |asked| {
                let body = format!("{{\"message\":\"{}", escaped(&told(asked)));
                Play::answer(400, "application/json", &[], body.as_bytes())
            }),
        ),
        (
            "in a field of its own",
            Box::new(move |asked| edited(asked, &[], |answer| answer["request"] = json!({ "key": told(asked) }))),
        ),
        (
            "in a record",
            Box::new(move |asked| {
                edited(asked, &[], |answer| {
                    answer["data"][3]["reporterCode"] = json!(told(asked))
                })
            }),
        ),
        (
            "in the address of the next page",
            Box::new(move |asked| {
                let link = format!("<{}&subscription-key={}>; rel=\"next\"", asked.path, told(asked));
                edited(asked, &[("Link", &link)], |_| {})
            }),
        ),
        (
            "in a redirection to no address",
            Box::new(move |asked| Play::answer(302, "", &[("Location", &format!("gopher://{}", told(asked)))], b"")),
        ),
        (
            "in a redirection that cannot be written",
            Box::new(move |asked| {
                Play::answer(
                    302,
                    "",
                    &[("Location", &format!("http://127.0.0.1/{} x", told(asked)))],
                    b"",
                )
            }),
        ),
        (
            "in the type of the body",
            Box::new(move |asked| Play::answer(200, &format!("text/{}", told(asked)), &[], b"{}")),
        ),
    ];
    for (where_, play) in repeats {
        let folder = tempfile::tempdir().unwrap();
        let stub = Stub::new(move |asked, _| play(asked));
        let said = fetch_with(&stub, folder.path(), LINE, SECRET).code(1);
        let mut everything = said.text() + &said.stderr;
        for (name, bytes) in kept(folder.path()) {
            everything.push_str(&format!("{name}\n{}\n", String::from_utf8_lossy(&bytes)));
        }
        let everything = everything.to_lowercase();
        assert!(!everything.contains(&SECRET.to_lowercase()), "{where_}: {everything}");
        assert_eq!(said.stderr.matches("error:").count(), 1, "{where_}: {}", said.stderr);
    }
}

#[test]
fn a_proxy_is_not_told_the_key_of_this_machine() {
    let proxy = Stub::new(|_, _| Play::answer(502, "", &[], b""));
    let stub = Stub::new(|asked, _| good(asked));
    let (folder, url) = (tempfile::tempdir().unwrap(), proxy.url());
    let proxies = ["http_proxy", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, url.as_str()));
    let set = [
        &[("COMTRADE_API_KEY", SECRET), ("NO_PROXY", ""), ("no_proxy", "")],
        &proxies[..],
    ]
    .concat();
    call_with(folder.path(), &words(&stub, LINE), &set).ok();
    assert_eq!((stub.asked().len(), proxy.asked().len()), (1, 0));
}

#[test]
fn a_refusal_that_drips_is_not_waited_for_and_one_that_is_packed_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let drips = Stub::new(|_, _| {
        let whole = Play::answer(500, "text/plain", &[], &b"late".repeat(1_000));
        whole.without_end(3_990).then(Then::Drip(Duration::from_millis(200)))
    });
    let start = Instant::now();
    let said = fetch(&drips, folder.path(), &LINE.replace("--timeout 3", "--timeout 1")).code(1);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    said.tells(&["the server answers 500: latelatela"]);
    let packed = Stub::new(|_, _| {
        let body = gzip(br#"{"statusCode":403,"message":"Out of call volume quota."}"#);
        let gzip = [("Content-Encoding", "gzip")];
        Play::answer(403, "application/json", &gzip, &body)
    });
    let said = fetch(&packed, folder.path(), LINE).code(1);
    said.tells(&["answers 403: Out of call volume quota.; ", "when the quota is renewed"]);
    // What unpacks to nothing for ever is ended by what came of it.
    let endless = Stub::new(|_, _| {
        let nothing = gzip(b"").repeat(200_000);
        Play::answer(200, "application/json", &[("Content-Encoding", "gzip")], &nothing)
    });
    let line = format!("{LINE} --max-bytes 1MB");
    fetch(&endless, folder.path(), &line)
        .code(1)
        .tells(&["larger than 1000000 bytes"]);
    let other = Stub::new(|_, _| Play::answer(200, "application/json", &[("Content-Encoding", "br")], b"\x0b\x02"));
    fetch(&other, folder.path(), LINE)
        .code(1)
        .tells(&["it is encoded as `br`"]);
}

#[test]
fn an_answer_that_the_importer_cannot_read_is_not_kept() {
    type Change = fn(&mut serde_json::Value);
    let changes: [(&str, Change); 3] = [
        ("missing: partnerCode", |answer| {
            for row in answer["data"].as_array_mut().unwrap() {
                row.as_object_mut().unwrap().remove("partnerCode");
            }
        }),
        ("control character", |answer| {
            answer["data"][2]["partnerDesc"] = json!("\u{1b}[2J")
        }),
        ("announces 40 records and holds 12", |answer| {
            answer["count"] = json!(40)
        }),
    ];
    let folder = tempfile::tempdir().unwrap();
    fetch(&Stub::new(|asked, _| good(asked)), folder.path(), LINE).ok();
    let whole = pinned(folder.path(), "pull").1["file"]["sum_usd"].clone();
    for (told, change) in changes {
        let folder = tempfile::tempdir().unwrap();
        // As one of two pages, so that nothing but the importer looks at the number.
        let stub = Stub::new(move |asked, number| match number {
            1 | 2 => {
                let link = format!("<{}&page=2>; rel=\"next\"", asked.path);
                edited(asked, &[("Link", &link)], change)
            }
            _ => good(asked),
        });
        let said = fetch(&stub, folder.path(), LINE).code(1);
        said.tells(&["no usable answer in 2 attempts", told, "run the same command again"]);
        // When the server is well again, so is the folder.
        fetch(&stub, folder.path(), LINE).ok();
        assert_eq!(pinned(folder.path(), "pull").1["file"]["sum_usd"], whole, "{told}");
    }
}

#[test]
fn what_is_no_address_is_the_server_s_fault() {
    let elsewhere = |asked: &Asked| Play::answer(302, "", &[("Location", &format!("{} x", asked.path))], b"");
    let next = |asked: &Asked| edited(asked, &[("Link", &format!("<{} x>; rel=\"next\"", asked.path))], |_| {});
    let plays: [fn(&Asked) -> Play; 2] = [elsewhere, next];
    for play in plays {
        let folder = tempfile::tempdir().unwrap();
        let stub = Stub::new(move |asked, _| play(asked));
        fetch(&stub, folder.path(), LINE)
            .code(1)
            .tells(&["error: ", "check the address"]);
    }
    let folder = tempfile::tempdir().unwrap();
    let body = b"{\"message\":\"slow\"}";
    let wait = [("Retry-After", "99999999999999999999999")];
    let stub = Stub::new(move |_, _| Play::answer(429, "application/json", &wait, body));
    let said = fetch(&stub, folder.path(), LINE).code(1);
    let said = said.tells(&["asks to wait more than a year", "; run the same command again then"]);
    assert!(!said.stderr.contains("what was answered is kept"), "{}", said.stderr);
    assert_eq!(stub.asked().len(), 1);
}

/// Of two answers one is lost where its note is believed.
#[test]
fn a_note_that_lost_a_line_is_asked_for_again() {
    let stub = Stub::new(|asked, _| good(asked));
    let folder = tempfile::tempdir().unwrap();
    let line = "comtrade --reporter CHN,KOR --period 2003 --row-limit 20 --out pull";
    fetch(&stub, folder.path(), line).ok();
    let whole = undated(kept(folder.path()));
    let notes: Vec<&String> = whole.keys().filter(|name| name.starts_with("answers/")).collect();
    assert!(notes.len() > 2);
    for name in notes {
        let path = folder.path().join("pull").join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["file", "sha256", "#"] {
            let less: String = text
                .lines()
                .filter(|line| !line.starts_with(word))
                .map(|l| format!("{l}\n"))
                .collect();
            std::fs::write(&path, less).unwrap();
            fetch(&stub, folder.path(), line)
                .ok()
                .tells(&["damaged and was asked for again"]);
            assert!(undated(kept(folder.path())) == whole, "{name} without {word}");
        }
    }
}

/// What stands between the chunks of a body, and behind them, is none of it.
#[test]
fn a_chunked_body_that_never_goes_on_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    for end in ["0\r\nA: ", "5;"] {
        let stub = Stub::new(move |asked, _| {
            let text = String::from_utf8(good(asked).bytes).unwrap();
            let (_, body) = text.split_once("\r\n\r\n").unwrap();
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
            Play {
                bytes: format!("{head}{:x}\r\n{body}\r\n{end}", body.len()).into_bytes(),
                then: Then::Drip(Duration::from_millis(200)),
            }
        });
        let start = Instant::now();
        let line = LINE
            .replace("--timeout 3", "--timeout 1")
            .replace("--attempts 2", "--attempts 1");
        fetch(&stub, folder.path(), &line)
            .code(1)
            .tells(&["came in the time that was granted"]);
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    }
}

#[test]
fn a_word_without_end_is_not_held_in_memory() {
    let long = "x".repeat(3 << 20);
    let stub = Stub::new(move |asked, _| edited(asked, &[], |answer| answer["message"] = json!(long)));
    let folder = tempfile::tempdir().unwrap();
    fetch(&stub, folder.path(), LINE)
        .code(1)
        .tells(&["a value of more than 1048576 bytes"]);
}

#[test]
fn the_address_that_answered_is_the_reference() {
    let stub = Stub::new(|asked, _| match asked.path.contains("elsewhere") {
        true => good(asked),
        false => {
            let there = format!("{}&elsewhere=1", asked.path);
            Play::answer(302, "", &[("Location", &there)], b"")
        }
    });
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        fetch(&stub, folder.path(), LINE)
            .ok()
            .tells(&["1 of 1 answers are from other addresses"]);
    }
    let references = csv_rows(&kept(folder.path())["references.csv"]);
    assert!(references[0]["url"].ends_with("&elsewhere=1"), "{references:?}");
    assert!(references[0]["note"].starts_with("asked for as http"), "{references:?}");
    let round = Stub::new(|_, number| Play::answer(302, "", &[("Location", &format!("/round/{number}"))], b""));
    let folder = tempfile::tempdir().unwrap();
    fetch(&round, folder.path(), LINE)
        .code(1)
        .tells(&["more than 5 times, at last to", "/round/6"]);
}

#[test]
fn redirections_are_requests_and_waits_are_told() {
    let stub = Stub::new(|asked, number| match number {
        1..=2 => Play::answer(302, "", &[("Location", asked.path.as_str())], b""),
        _ => good(asked),
    });
    let folder = tempfile::tempdir().unwrap();
    fetch(&stub, folder.path(), &format!("{LINE} --max-requests 2"))
        .code(1)
        .tells(&["2 requests were sent", "which leads elsewhere"]);
    assert_eq!(stub.asked().len(), 2);
    // The date is told by a clock that is far behind.
    let stub = Stub::new(|asked, number| match number {
        1 => {
            let headers = [
                ("Date", "Wed, 21 Oct 2015 07:28:00 GMT"),
                ("Retry-After", "Wed, 21 Oct 2015 07:28:01 GMT"),
            ];
            Play::answer(429, "text/plain", &headers, b"slow")
        }
        _ => good(asked),
    });
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    fetch(&stub, folder.path(), LINE)
        .ok()
        .tells(&["waiting 1.0 s: the server answers 429: slow"]);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let stub = Stub::new(|asked, number| match number {
        1 => Play::answer(429, "text/plain", &[("Retry-After", "1")], b"slow"),
        _ => good(asked),
    });
    let folder = tempfile::tempdir().unwrap();
    let said = fetch(&stub, folder.path(), &format!("{LINE} --quiet")).ok();
    assert_eq!(said.stderr, "");
}

/// The hash of a note leaves its date out.
#[test]
fn a_note_whose_date_cannot_be_or_that_is_no_text_is_asked_for_again() {
    let stub = Stub::new(|asked, _| good(asked));
    let folder = tempfile::tempdir().unwrap();
    fetch(&stub, folder.path(), LINE).ok();
    let whole = kept(folder.path());
    let (name, note) = whole.iter().find(|(name, _)| name.starts_with("answers/")).unwrap();
    let text = String::from_utf8(note.clone()).unwrap();
    let day = text.lines().find(|line| line.starts_with("extracted = ")).unwrap();
    let dated = |other: &str| text.replace(day, &format!("extracted = \"{other}\"")).into_bytes();
    for spoilt in [dated("2099-01-01"), dated("garbage"), b"\xff\xfe\0".to_vec()] {
        std::fs::write(folder.path().join("pull").join(name), spoilt).unwrap();
        fetch(&stub, folder.path(), LINE)
            .ok()
            .tells(&["damaged and was asked for again"]);
        assert!(undated(kept(folder.path())) == undated(whole.clone()));
    }
    assert_eq!(stub.asked().len(), 4);
}
