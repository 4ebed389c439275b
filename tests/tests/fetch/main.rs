//! `counterflow fetch` against a server that plays the providers' interfaces: what is asked, divided, kept and pinned.

#![allow(clippy::unwrap_used)]

use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::interfaces::{KEY, baci_archive, comtrade, comtrade_whole, imts};
use tests::{Asked, Call, Files, Play, Stub, Then, call_in, call_with, csv_rows, files_below, packages, parquet_rows};
use tests::{program, root, sha256};

/// So that no test waits for a provider's pace.
const FAST: [&str; 4] = ["--rate", "10000", "--backoff", "0.01"];
/// The query of [`question`], as the server sees it.
const QUERY: &str = "period=2003,2004&cmdCode=AG2&flowCode=M,X";

fn question(stub: &Stub) -> Vec<String> {
    let words = "fetch comtrade --reporter all --period 2003..2004 --product AG2 --out pull --base-url";
    let mut words: Vec<String> = words.split(' ').map(str::to_owned).collect();
    words.push(stub.url());
    words.extend(FAST.map(str::to_owned));
    words
}

fn fetch(folder: &Path, words: &[String], key: &str) -> Call {
    call_with(folder, words, &environment(key))
}

fn environment(key: &str) -> [(&'static str, &str); 5] {
    [
        ("COMTRADE_API_KEY", key),
        ("http_proxy", ""),
        ("HTTP_PROXY", ""),
        ("ALL_PROXY", ""),
        ("all_proxy", ""),
    ]
}

/// The number in a line of the summary.
fn number(said: &Call, what: &str) -> u64 {
    let rows = csv_rows(&said.stdout);
    let row = rows
        .iter()
        .find(|row| row["what"] == what)
        .unwrap_or_else(|| panic!("{}", said.text()));
    row["number"].parse().unwrap()
}

/// A pin as its description says it is, and what it holds.
#[track_caller]
fn pinned(folder: &Path, name: &str) -> (usize, toml::Table) {
    call_in(folder, &["pin", "check", name, "--datasets", "."]).ok();
    let text = std::fs::read_to_string(folder.join(name).join("pin.toml")).unwrap();
    let about: toml::Table = text.parse().unwrap();
    let parquet = std::fs::read(folder.join(name).join(about["file"]["name"].as_str().unwrap())).unwrap();
    (parquet_rows(&parquet).0, about)
}

/// The files of a pull by name.
fn kept(folder: &Path) -> Files {
    files_below(&folder.join("pull"))
}

#[test]
fn an_answer_at_the_limit_is_divided_until_all_of_it_is_there() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let mut words = question(&stub);
    words.extend(["--format".to_owned(), "csv".to_owned()]);
    let said = fetch(folder.path(), &words, "").ok().tells(&["this uses the network"]);
    let (rows, sum) = comtrade_whole(QUERY);
    assert!(rows > 2_000, "the limit of 500 is reached several times: {rows}");
    let (there, about) = pinned(folder.path(), "pull");
    assert_eq!((there, number(&said, "records") as usize), (rows, rows));
    assert_eq!(about["file"]["sum_usd"].as_str(), Some(sum.to_string().as_str()));
    // By period first, then by reporter, whose codes the interface lists, then by partner.
    let paths: Vec<String> = stub.asked().into_iter().map(|asked| asked.path).collect();
    assert!(paths[0].contains(
        "?period=2003,2004&partner2Code=0&cmdCode=AG2&flowCode=M,X&customsCode=C00&motCode=0&maxRecords=500"
    ));
    assert!(paths[1].contains("?period=2003&"));
    assert_eq!(paths[2], "/files/v1/app/reference/Reporters.json");
    assert!(paths[3].contains("?reporterCode=156,392&period=2003&"));
    assert!(number(&said, "questions divided") >= 3);
    assert_eq!(number(&said, "requests sent") as usize, paths.len());
    // Each answer that is used is kept under its hash, and the records point to it.
    let files = kept(folder.path());
    let references = csv_rows(&files["references.csv"]);
    assert_eq!(references.len() as u64, number(&said, "answers used"));
    let mut held = 0;
    for reference in &references {
        let hash = reference["note"].rsplit(' ').next().unwrap();
        let raw = &files[&format!("raw/{hash}.json")];
        assert_eq!(sha256(raw), hash);
        let answer: serde_json::Value = serde_json::from_slice(raw).unwrap();
        let count = answer["data"].as_array().unwrap().len();
        assert!(count < 500, "an answer at the limit was used");
        held += count;
    }
    assert_eq!(held, rows);
    for word in ["release", "retrieved", "url", "licence", "citation"] {
        assert!(about[word].as_str().is_some_and(|text| !text.is_empty()), "{word}");
    }
    assert!(about["release"].as_str().unwrap().starts_with("extracted 20"));
}

#[test]
fn a_second_call_sends_nothing_and_changes_nothing() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let words = question(&stub);
    fetch(folder.path(), &words, "").ok();
    let (before, sent) = (kept(folder.path()), stub.asked().len());
    let mut again = words.clone();
    again.extend(["--format".to_owned(), "csv".to_owned()]);
    let said = fetch(folder.path(), &again, "").ok();
    assert_eq!(stub.asked().len(), sent, "nothing was sent");
    assert_eq!(number(&said, "requests sent"), 0);
    assert!(kept(folder.path()) == before);
    // Another question does not go into the same folder.
    let mut other = words.clone();
    other[5] = "2003".to_owned();
    fetch(folder.path(), &other, "")
        .code(1)
        .tells(&["answers to another question"]);
    assert!(kept(folder.path()) == before);
    // A kept answer that was changed is noticed and asked for again.
    let reference = &csv_rows(&before["references.csv"])[0];
    let raw = format!("pull/raw/{}.json", reference["note"].rsplit(' ').next().unwrap());
    std::fs::write(folder.path().join(&raw), b"{}").unwrap();
    fetch(folder.path(), &words, "")
        .ok()
        .tells(&["damaged and was asked for again", &raw]);
    assert_eq!(stub.asked().len(), sent + 1);
    assert!(kept(folder.path()) == before);
    // And on request everything is.
    let mut refresh = words;
    refresh.push("--refresh".to_owned());
    fetch(folder.path(), &refresh, "").ok();
    assert_eq!(stub.asked().len(), 2 * sent + 1);
    assert!(kept(folder.path()) == before);
}

#[test]
fn a_key_raises_the_limit_and_is_nowhere_but_in_its_header() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let said = fetch(folder.path(), &question(&stub), KEY)
        .ok()
        .tells(&["the key in COMTRADE_API_KEY"]);
    assert_eq!(pinned(folder.path(), "pull").0, comtrade_whole(QUERY).0);
    let asked = stub.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].path.starts_with("/data/v1/get/C/A/HS?") && asked[0].path.ends_with("&maxRecords=100000"));
    assert_eq!(asked[0].headers["ocp-apim-subscription-key"], KEY);
    assert_eq!(asked[0].headers["accept"], "application/json");
    let mut everything = said.text() + &said.stderr;
    everything.push_str(&asked[0].path);
    for (name, bytes) in kept(folder.path()) {
        everything.push_str(&format!("{name}\n{}\n", String::from_utf8_lossy(&bytes)));
    }
    assert!(!everything.contains(KEY), "the key is told");
    // A wrong key, which the server repeats.
    let wrong = "a-wrong-key-of-mine";
    let mut other = question(&stub);
    other[9] = "denied".to_owned();
    let said = fetch(folder.path(), &other, wrong).code(1);
    let said = said.tells(&[
        "401: ",
        "invalid subscription key ***. [31mMake sure",
        "check the key in the environment",
    ]);
    assert!(
        !said.stderr.contains(wrong) && !said.stderr.contains('\u{1b}'),
        "{}",
        said.stderr
    );
    assert_eq!(stub.asked().len(), 2, "a refusal is not asked again");
    assert!(!folder.path().join("denied/pin.toml").exists());
    // A question that was not answered does not bind the folder.
    other[5] = "2003".to_owned();
    fetch(folder.path(), &other, KEY).ok();
    // It is not sent where others can read it.
    let mut open = question(&stub);
    open[11] = "http://example.org".to_owned();
    let said = fetch(folder.path(), &open, KEY).code(2).tells(&["not encrypted"]);
    assert!(!said.stderr.contains(KEY));
}

#[test]
fn a_dry_run_prints_the_requests_and_sends_none() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let dry = |format: &str, key: &str| {
        let mut words = question(&stub);
        words.extend(["--dry-run", "--format", format].map(str::to_owned));
        fetch(folder.path(), &words, key).ok()
    };
    let text = dry("table", KEY).text();
    let url = format!(
        "GET {}/data/v1/get/C/A/HS?period=2003,2004&partner2Code=0&cmdCode=AG2&flowCode=M,X&customsCode=C00&motCode=0\
         &maxRecords=100000\n  Accept: application/json\n  Ocp-Apim-Subscription-Key: $COMTRADE_API_KEY\n",
        stub.url()
    );
    assert_eq!(text, url);
    let rows = csv_rows(&dry("csv", "").stdout);
    assert_eq!(
        (rows.len(), rows[0]["answered"].as_str(), rows[0]["key"].as_str()),
        (1, "no", "")
    );
    assert_eq!(
        dry("json", "").json()["rows"]
            .as_array()
            .or(dry("json", "").json().as_array())
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(parquet_rows(&dry("parquet", "").stdout).0, 1);
    assert!(stub.asked().is_empty() && !folder.path().join("pull").exists());
    // What is answered is told, also where it was divided.
    fetch(folder.path(), &question(&stub), "").ok();
    let sent = stub.asked().len();
    let rows = csv_rows(&dry("csv", "").stdout);
    assert!(rows.len() > 5 && rows.iter().all(|row| row["answered"] == "yes"));
    assert_eq!(stub.asked().len(), sent);
}

#[test]
fn what_cannot_be_divided_further_is_an_error_and_no_dataset() {
    // Every answer is full, whatever is asked.
    let stub = Stub::new(|asked, _| {
        if asked.path.starts_with("/files/") {
            return comtrade(asked);
        }
        let first = Asked {
            path: "/public/v1/preview/C/A/HS?period=2003&cmdCode=AG2&flowCode=M,X".to_owned(),
            headers: asked.headers.clone(),
        };
        comtrade(&first)
    });
    let folder = tempfile::tempdir().unwrap();
    let words: Vec<String> = format!(
        "fetch comtrade --reporter CHN --partner KOR,JPN --period 2003 --flow import --product 01,02 --out pull --base-url {} {}",
        stub.url(),
        FAST.join(" ")
    )
    .split(' ')
    .map(str::to_owned)
    .collect();
    let said = fetch(folder.path(), &words, "").code(1);
    let said = said.tells(&[
        "500 rows",
        "limit of 500",
        "cannot be divided further",
        "ask with a key",
        "cmdCode=01&",
    ]);
    assert!(said.stdout.is_empty());
    let files = kept(folder.path());
    assert!(
        !files.keys().any(|name| name.ends_with(".parquet")),
        "{:?}",
        files.keys()
    );
    assert!(!files.contains_key("pin.toml"));
}

#[test]
fn a_row_that_cannot_be_used_is_listed_and_the_pin_says_so() {
    let stub = Stub::new(|asked, _| {
        let text = String::from_utf8(comtrade(asked).bytes).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let mut answer: serde_json::Value = serde_json::from_str(body).unwrap();
        answer["data"][3]["partnerCode"] = json!(7777);
        Play::json(&answer)
    });
    let folder = tempfile::tempdir().unwrap();
    let url = stub.url();
    let words = [
        "fetch",
        "comtrade",
        "--reporter",
        "CHN",
        "--period",
        "2003",
        "--out",
        "pull",
        "--format",
        "csv",
    ];
    let words: Vec<String> = [&words[..], &FAST[..], &["--base-url", &url][..]]
        .concat()
        .iter()
        .map(|w| (*w).to_owned())
        .collect();
    let said = fetch(folder.path(), &words, "")
        .ok()
        .tells(&["1 of 12 rows are in quarantine"]);
    assert_eq!((number(&said, "records"), number(&said, "in quarantine")), (11, 1));
    let (rows, about) = pinned(folder.path(), "pull");
    let traps = about["traps"].as_array().unwrap();
    assert!(
        rows == 11 && traps.iter().any(|t| t.as_str().unwrap().starts_with("1 of 12 rows")),
        "{about}"
    );
    let listed = csv_rows(&kept(folder.path())["quarantine.csv"]);
    assert_eq!(
        (listed.len(), listed[0]["value"].as_str(), listed[0]["column"].as_str()),
        (1, "7777", "partnerCode")
    );
    assert!(listed[0]["file"].starts_with("raw/"));
}

#[test]
fn a_list_of_codes_that_lacks_one_is_not_divided_by() {
    let stub = Stub::new(|asked, _| {
        if asked.path.ends_with("/Reporters.json") {
            return Play::json(&json!({"more": false, "results": [{"id": 156}, {"id": 410}, {"id": 699}]}));
        }
        comtrade(asked)
    });
    let folder = tempfile::tempdir().unwrap();
    let said = fetch(folder.path(), &question(&stub), "").code(1);
    said.tells(&["holds the code 392", "Reporters.json does not have", "Name the codes"]);
    assert!(!folder.path().join("pull/pin.toml").exists());
}

#[test]
fn empty_answers_are_no_error_unless_all_are() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let call = |reporter: &str, out: &str| {
        let url = stub.url();
        let mut words = vec![
            "fetch",
            "comtrade",
            "--period",
            "2003",
            "--reporter",
            reporter,
            "--out",
            out,
            "--base-url",
            &url,
        ];
        words.extend(FAST);
        fetch(
            folder.path(),
            &words.into_iter().map(str::to_owned).collect::<Vec<_>>(),
            "",
        )
    };
    call("PRK,CHN", "some").ok();
    assert_eq!(pinned(folder.path(), "some").0, 12);
    call("PRK", "none").code(1).tells(&["not one row can be used"]);
    assert!(!folder.path().join("none/pin.toml").exists());
    call("CHN", "Not A Name").code(2).tells(&["lower case, digits"]);
    call("Korea", "korea").code(2).tells(&["may mean"]);
    assert_eq!(stub.asked().len(), 2);
}

#[test]
fn a_killed_fetch_is_finished_by_the_next() {
    let stub = Stub::new(|asked, _| {
        std::thread::sleep(Duration::from_millis(15));
        comtrade(asked)
    });
    let folder = tempfile::tempdir().unwrap();
    let words = question(&stub);
    let undisturbed = {
        fetch(folder.path(), &words, "").ok();
        kept(folder.path())
    };
    let whole = stub.asked().len();
    for after in [1, 2, 5, 9, whole - 1, whole] {
        std::fs::remove_dir_all(folder.path().join("pull")).unwrap();
        let before = stub.asked().len();
        let mut child = Command::new(program())
            .args(&words)
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
        fetch(folder.path(), &words, "").ok();
        assert!(kept(folder.path()) == undisturbed, "killed after {after} requests");
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
    let words = question(&stub);
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" \"$@\""])
        .arg(program())
        .args(&words)
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
    fetch(folder.path(), &words, "").ok();
    assert_eq!(pinned(folder.path(), "pull").0, comtrade_whole(QUERY).0);
}

#[test]
fn two_fetches_at_once_do_the_work_of_one() {
    let stub = Stub::new(|asked, _| {
        std::thread::sleep(Duration::from_millis(10));
        comtrade(asked)
    });
    let folder = tempfile::tempdir().unwrap();
    let words = question(&stub);
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| fetch(folder.path(), &words, "").ok()))
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
fn the_fund_s_tables_are_fetched_page_by_page_and_by_period() {
    let folder = tempfile::tempdir().unwrap();
    let call = |stub: &Stub, out: &str, more: &[&str]| {
        let url = stub.url();
        let mut words = vec![
            "fetch",
            "imts",
            "--reporter",
            "KOR,Japan",
            "--partner",
            "CHN,WLD",
            "--period",
            "2001..2004,2006",
        ];
        words.extend(["--out", out, "--base-url", &url]);
        words.extend(FAST);
        words.extend(more);
        fetch(
            folder.path(),
            &words.into_iter().map(str::to_owned).collect::<Vec<_>>(),
            "",
        )
    };
    let stub = Stub::new(|asked, _| imts(asked));
    call(&stub, "whole", &[]).ok();
    let (rows, about) = pinned(folder.path(), "whole");
    assert_eq!(rows, 2 * 2 * 2 * 5);
    assert_eq!(about["file"]["first_year"].as_integer(), Some(2001));
    let asked = stub.asked();
    assert_eq!(asked.len(), 2, "a run of years and the one after a gap");
    assert!(
        asked[0]
            .path
            .ends_with("/KOR+JPN.MG_CIF_USD+XG_FOB_USD.CHN+G001.A?startPeriod=2001&endPeriod=2004")
    );
    assert_eq!(
        asked[0].headers["accept"],
        "application/vnd.sdmx.data+csv;version=1.0.0"
    );
    // In parts, where a limit is stated; and all the same figures.
    call(&stub, "parts", &["--row-limit", "9"]).ok();
    assert_eq!(
        pinned(folder.path(), "parts").1["file"]["sum_usd"],
        about["file"]["sum_usd"]
    );
    // In pages, where the server gives them.
    let pages = Stub::new(|asked, _| {
        let (page, pages) = (asked.query("page").parse().unwrap_or(0), 3);
        let whole = imts(asked);
        let text = String::from_utf8(whole.bytes).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let (header, lines) = body.split_once('\n').unwrap();
        let mine = lines
            .lines()
            .enumerate()
            .filter(|(n, _)| n % pages == page)
            .map(|(_, line)| line);
        let body: String = [header]
            .into_iter()
            .chain(mine)
            .map(|line| format!("{line}\n"))
            .collect();
        let base = asked.path.split("&page").next().unwrap();
        let link = format!("<{base}&page={}>; rel=\"next\"", page + 1);
        let more = [("Link", link.as_str())];
        Play::answer(
            200,
            "text/csv",
            if page + 1 < pages { &more } else { &[] },
            body.as_bytes(),
        )
    });
    call(&pages, "pages", &[]).ok();
    assert_eq!(pages.asked().len(), 6);
    assert_eq!(
        pinned(folder.path(), "pages").1["file"]["sum_usd"],
        about["file"]["sum_usd"]
    );
    // Pages that never end, or lead elsewhere, are refused.
    let around = Stub::new(|asked, _| {
        let link = format!("<{}>; rel=next", asked.path);
        Play::answer(200, "text/csv", &[("Link", link.as_str())], b"TIME_PERIOD,OBS_VALUE\n")
    });
    call(&around, "around", &[]).code(1).tells(&["its next page"]);
    // A server that does not heed the period: what was not asked for is set aside.
    let deaf = Stub::new(|asked, _| {
        let path = asked
            .path
            .replace("startPeriod=2001&endPeriod=2004", "startPeriod=2000&endPeriod=2009");
        let path = path.replace("startPeriod=2006&endPeriod=2006", "startPeriod=2000&endPeriod=2009");
        imts(&Asked {
            path,
            headers: asked.headers.clone(),
        })
    });
    let said = call(&deaf, "deaf", &["--format", "csv"]).ok();
    assert_eq!(
        number(&said, "set aside: of a period that was not asked for"),
        2 * 80 - 40
    );
    assert_eq!(
        pinned(folder.path(), "deaf").1["file"]["sum_usd"],
        about["file"]["sum_usd"]
    );
}

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
    let call = |stub: &Stub, out: &str| {
        let url = stub.url();
        let mut words = vec![
            "fetch",
            "baci",
            "--release",
            "202501",
            "--revision",
            "HS92",
            "--out",
            out,
            "--base-url",
            &url,
        ];
        words.extend(FAST);
        words.extend(["--format", "csv"]);
        fetch(
            folder.path(),
            &words.into_iter().map(str::to_owned).collect::<Vec<_>>(),
            "",
        )
    };
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
        .args([
            "fetch",
            "baci",
            "--release",
            "202501",
            "--revision",
            "HS92",
            "--out",
            "killed",
            "--base-url",
            &slow.url(),
        ])
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

#[test]
fn only_fetch_reaches_the_network() {
    let direct = |user: &serde_json::Value, used: &str| {
        user["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .any(|d| d["name"] == used && d["kind"] != "dev")
    };
    let users = |used: &str| -> Vec<String> {
        let all = packages();
        all.iter()
            .filter(|p| direct(p, used))
            .map(|p| p["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(users("ureq"), ["fetch"]);
    assert_eq!(users("fetch"), ["counterflow"]);
    let mut seen = 0;
    for (name, bytes) in files_below(&root().join("crates")) {
        let text = String::from_utf8_lossy(&bytes);
        let fetches = name.starts_with("fetch/") || name.starts_with("counterflow/src/commands/fetch");
        seen += usize::from(fetches);
        if name.ends_with(".rs") && !fetches {
            // Put together here, so that this file is no find itself.
            for word in ["std::net", "TcpStream", "::fetch::{", "ureq"].map(str::to_owned) {
                assert!(!text.contains(&word), "{name} holds {word}");
            }
        }
    }
    assert!(seen > 10);
}
