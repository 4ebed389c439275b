//! What is asked of UN Comtrade, divided where an answer is cut, and kept.

use super::{QUERY, QUESTION, fetch, fetch_with, kept, number, pinned, undated, words};
use serde_json::json;
use tests::interfaces::{KEY, comtrade, comtrade_whole};
use tests::{Asked, Play, Stub, call_with, csv_rows, parquet_rows, sha256};

#[test]
fn an_answer_at_the_limit_is_divided_until_all_of_it_is_there() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let said = fetch(&stub, folder.path(), &format!("{QUESTION} --format csv"));
    let said = said.ok().tells(&["this uses the network"]);
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
    let ask = |line: &str| fetch(&stub, folder.path(), line);
    ask(QUESTION).ok();
    let (before, sent) = (kept(folder.path()), stub.asked().len());
    let said = ask(&format!("{QUESTION} --format csv")).ok();
    assert_eq!(stub.asked().len(), sent, "nothing was sent");
    assert_eq!(number(&said, "requests sent"), 0);
    assert!(kept(folder.path()) == before);
    // Another question does not go into the same folder.
    ask(&QUESTION.replace("2003..2004", "2003"))
        .code(1)
        .tells(&["answers to another question"]);
    assert!(kept(folder.path()) == before);
    // A kept answer that was changed is noticed and asked for again.
    let reference = &csv_rows(&before["references.csv"])[0];
    let raw = format!("pull/raw/{}.json", reference["note"].rsplit(' ').next().unwrap());
    std::fs::write(folder.path().join(&raw), b"{}").unwrap();
    ask(QUESTION).ok().tells(&["damaged and was asked for again", &raw]);
    assert_eq!(stub.asked().len(), sent + 1);
    let before = undated(before);
    assert!(undated(kept(folder.path())) == before);
    // And on request everything is.
    ask(&format!("{QUESTION} --refresh")).ok();
    assert_eq!(stub.asked().len(), 2 * sent + 1);
    assert!(undated(kept(folder.path())) == before);
}

#[test]
fn a_key_raises_the_limit_and_is_nowhere_but_in_its_header() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let ask = |line: &str, key: &str| fetch_with(&stub, folder.path(), line, key);
    let said = ask(QUESTION, KEY).ok().tells(&["the key in COMTRADE_API_KEY"]);
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
    let other = QUESTION.replace("pull", "denied");
    let said = ask(&other, wrong).code(1).tells(&[
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
    ask(&other.replace("2003..2004", "2003"), KEY).ok();
    // It is not sent where others can read it.
    let mut open = words(&stub, QUESTION);
    let url = open.iter_mut().find(|word| **word == stub.url()).unwrap();
    *url = "http://example.org".to_owned();
    let said = call_with(folder.path(), &open, &[("COMTRADE_API_KEY", KEY)]);
    let said = said.code(2).tells(&["not encrypted"]);
    assert!(!said.stderr.contains(KEY));
}

#[test]
fn a_dry_run_prints_the_requests_and_sends_none() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let dry = |format: &str, key: &str| {
        let line = format!("{QUESTION} --dry-run --format {format}");
        fetch_with(&stub, folder.path(), &line, key).ok()
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
    fetch(&stub, folder.path(), QUESTION).ok();
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
    let line = "comtrade --reporter CHN --partner KOR,JPN --period 2003 --flow import --product 01,02 --out pull";
    let said = fetch(&stub, folder.path(), line).code(1);
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
    let line = "comtrade --reporter CHN --period 2003 --out pull --format csv";
    let said = fetch(&stub, folder.path(), line)
        .ok()
        .tells(&["1 of 12 rows in quarantine"]);
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
    let said = fetch(&stub, folder.path(), QUESTION).code(1);
    said.tells(&["holds the code 392", "Reporters.json does not have", "Name the codes"]);
    assert!(!folder.path().join("pull/pin.toml").exists());
}

#[test]
fn empty_answers_are_no_error_unless_all_are() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let call = |reporter: &str, out: &str| {
        let line = format!("comtrade --period 2003 --reporter {reporter} --out {out}");
        fetch(&stub, folder.path(), &line)
    };
    call("PRK,CHN", "some").ok();
    assert_eq!(pinned(folder.path(), "some").0, 12);
    call("PRK", "none").code(1).tells(&["not one row can be used"]);
    assert!(!folder.path().join("none/pin.toml").exists());
    call("CHN", "Not_A_Name").code(2).tells(&["lower case, digits"]);
    call("Korea", "korea").code(2).tells(&["may mean"]);
    assert_eq!(stub.asked().len(), 2);
}

/// What others have made is neither replaced nor removed.
#[test]
fn a_folder_of_something_else_is_left_alone() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let line = "comtrade --period 2003 --reporter CHN --out pull";
    let path = |name: &str| folder.path().join("pull").join(name);
    for name in ["pull.parquet", "pin.toml", "raw/mine.json", "2003.parquet"] {
        std::fs::create_dir_all(path("raw")).unwrap();
        std::fs::write(path(name), b"mine").unwrap();
        let before = kept(folder.path());
        for line in [line, "baci --release 202501 --revision HS92 --out pull"] {
            fetch(&stub, folder.path(), line)
                .code(1)
                .tells(&["not from this question", "name another folder for --out"]);
        }
        assert!(kept(folder.path()) == before, "{name}");
        std::fs::remove_dir_all(path("")).unwrap();
    }
    assert!(stub.asked().is_empty());
    // What a kill before the question was noted leaves.
    std::fs::create_dir_all(path("raw")).unwrap();
    std::fs::write(path(".lock"), b"").unwrap();
    fetch(&stub, folder.path(), line).ok();
    // A question that was lost.
    std::fs::remove_file(path("fetch.toml")).unwrap();
    let before = kept(folder.path());
    fetch(&stub, folder.path(), line)
        .code(1)
        .tells(&["without a fetch.toml of this question"]);
    assert!(kept(folder.path()) == before);
}

#[test]
fn questions_that_make_no_sense_are_refused_before_anything_is_sent() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    for (line, told) in [
        ("comtrade --period 2003 --reporter CHN --partner PRK,ALL", "`all` alone"),
        ("comtrade --period 2003 --reporter CHN,All", "`all` alone"),
        ("comtrade --period 2003 --reporter CHN,", "one comma between two"),
        ("comtrade --period 2003 --reporter WLD", "the world does not report"),
        ("comtrade --period 2003 --reporter 000", "the world does not report"),
        (
            "comtrade --period 2003 --reporter CHN --partner TWN",
            "ask for that number",
        ),
        (
            "comtrade --period 2003 --reporter CHN --flow import,",
            "before or after a comma",
        ),
        ("comtrade --period 2003 --reporter CHN --product AG3", "AG2, AG4, AG6"),
        ("comtrade --period 2003 --reporter CHN --product 1", "2, 4 or 6 digits"),
        (
            "comtrade --period 2003 --reporter CHN --classification S4 --product AG6",
            "AG1 to AG5",
        ),
        (
            "comtrade --period 2003 --reporter CHN --max-requests 0",
            "0 is not in 1..",
        ),
        (
            "comtrade --period 2003 --reporter CHN --max-bytes 0",
            "one byte or more",
        ),
        ("imts --period 2003 --reporter KOR --partner CHN,all", "`all` alone"),
        ("baci --release 202613 --revision HS92", "year and month"),
    ] {
        let said = fetch(&stub, folder.path(), &format!("{line} --out pull")).code(2);
        said.tells(&[told]);
    }
    assert!(stub.asked().is_empty() && !folder.path().join("pull").exists());
    let line = "comtrade --period 2003 --reporter CHN --partner ALL --out pull";
    fetch(&stub, folder.path(), line).ok();
    assert_eq!(pinned(folder.path(), "pull").0, 12);
}

/// A server that answers more than it was asked, behind a byte order mark.
#[test]
fn what_was_not_asked_for_is_set_aside() {
    let asked_for = Stub::new(|asked, _| comtrade(asked));
    let strange = Stub::new(|asked, _| {
        let text = String::from_utf8(comtrade(asked).bytes).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let mut answer: serde_json::Value = serde_json::from_str(body).unwrap();
        let rows = answer["data"].as_array_mut().unwrap();
        for (field, value) in [
            ("reporterCode", json!(392)),
            ("partnerCode", json!(36)),
            ("flowCode", json!("RX")),
            ("cmdCode", json!("27")),
        ] {
            let mut row = rows[0].clone();
            row[field] = value;
            rows.push(row);
        }
        answer["count"] = json!(rows.len());
        Play::answer(200, "application/json", &[], format!("\u{feff}{answer}").as_bytes())
    });
    let folder = tempfile::tempdir().unwrap();
    let line = "comtrade --reporter CHN --partner KOR,JPN --period 2003 --format csv --out";
    fetch(&asked_for, folder.path(), &format!("{line} right")).ok();
    let said = fetch(&strange, folder.path(), &format!("{line} strange")).ok();
    for what in ["reporter", "partner", "flow", "product"] {
        let kind = format!("set aside: of a {what} that was not asked for");
        assert_eq!(number(&said, &kind), 1, "{kind}");
    }
    let sum = |name| pinned(folder.path(), name).1["file"]["sum_usd"].clone();
    assert_eq!(sum("strange"), sum("right"));
    let told = "Set aside: 1 row of a partner that was not asked for.";
    said.tells(&["warning: ", told]);
    assert!(pinned(folder.path(), "strange").1["traps"].to_string().contains(told));
}
