//! Servers that give other figures than were asked for, or fewer, and do not say so.

use super::{fetch, fetch_with, kept, number, pinned};
use serde_json::{Value, json};
use tests::interfaces::{KEY, comtrade, comtrade_whole, imts};
use tests::{Asked, Play, Stub};

fn body(play: Play) -> Value {
    let text = String::from_utf8(play.bytes).unwrap();
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// An answer with something changed in it, and its rows counted anew.
fn edited(asked: &Asked, change: impl Fn(&mut Value)) -> Play {
    let mut answer = body(comtrade(asked));
    if asked.path.starts_with("/files/") {
        return comtrade(asked);
    }
    change(&mut answer);
    if let Some(rows) = answer["data"]
        .as_array()
        .map(Vec::len)
        .filter(|_| answer.get("count").is_some_and(|n| n.as_i64() > Some(-1)))
    {
        answer["count"] = json!(rows);
    }
    Play::json(&answer)
}

#[test]
fn five_hundred_rows_are_cut_also_for_a_key() {
    let stub = Stub::new(|asked, _| edited(asked, |answer| answer["data"].as_array_mut().unwrap().truncate(500)));
    let folder = tempfile::tempdir().unwrap();
    let line = "comtrade --reporter all --period 2003..2004 --product AG2 --out pull";
    fetch_with(&stub, folder.path(), line, KEY).ok();
    let whole = comtrade_whole("period=2003,2004&cmdCode=AG2&flowCode=M,X");
    let (rows, about) = pinned(folder.path(), "pull");
    assert_eq!(rows, whole.0);
    assert_eq!(about["file"]["sum_usd"].as_str(), Some(whole.1.to_string().as_str()));
}

#[test]
fn rows_of_a_cut_answer_that_do_not_come_again_are_missed() {
    let stub = Stub::new(|asked, _| {
        let alone = asked.query("period") == "2003";
        edited(asked, |answer| {
            let rows = answer["data"].as_array_mut().unwrap();
            if alone {
                rows.clear();
            }
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let line = "comtrade --reporter CHN --period 2003..2004 --row-limit 15 --out pull";
    fetch(&stub, folder.path(), line).code(1).tells(&[
        "of its answer, which was cut, 12 rows cannot be found in any of the answers",
        "such as 2003",
        "--refresh",
    ]);
    assert!(!folder.path().join("pull/pin.toml").exists());
    // With --refresh it asks again.
    let sent = stub.asked().len();
    fetch(&stub, folder.path(), &format!("{line} --refresh")).code(1);
    fetch(&stub, folder.path(), &format!("{line} --refresh")).code(1);
    assert_eq!(stub.asked().len(), 3 * sent);
}

#[test]
fn another_classification_is_set_aside() {
    let stub = Stub::new(|asked, _| {
        edited(asked, |answer| {
            let mut row = answer["data"][0].clone();
            row["classificationCode"] = json!("S4");
            answer["data"].as_array_mut().unwrap().push(row);
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let line = "comtrade --reporter CHN --period 2003 --format csv --out";
    let said = fetch(&stub, folder.path(), &format!("{line} hs")).ok();
    let kind = "set aside: of a classification that was not asked for";
    assert_eq!((number(&said, kind), number(&said, "records")), (1, 12));
    // All rows are in H2.
    let other = Stub::new(|asked, _| {
        comtrade(&Asked {
            path: asked.path.replace("/H5?", "/HS?"),
            headers: asked.headers.clone(),
        })
    });
    fetch(&other, folder.path(), &format!("{line} five --classification H5"))
        .code(1)
        .tells(&["not one row can be used"]);
}

#[test]
fn words_beside_rows_and_missing_counts_are_told_and_pinned() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 7] = [
        ("Notes.old: a part", |answer| {
            answer["Notes"] = json!({"old": "a part", "new": ""})
        }),
        ("message: only the first part", |answer| {
            answer["message"] = json!("only the first part")
        }),
        ("warning: old data", |answer| answer["warning"] = json!("old data")),
        ("truncated: true", |answer| answer["truncated"] = json!(true)),
        ("1 of 1 answers do not say how many rows", |answer| {
            answer["count"] = json!(null)
        }),
        ("1 of 1 answers do not say how many rows", |answer| {
            answer["count"] = json!(-1)
        }),
        ("1 of 1 answers do not say how many rows", |answer| {
            answer.as_object_mut().unwrap().remove("count");
        }),
    ];
    for (told, change) in changes {
        let stub = Stub::new(move |asked, _| edited(asked, change));
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            // Also where the answer was there before.
            fetch(&stub, folder.path(), "comtrade --reporter CHN --period 2003 --out pull")
                .ok()
                .tells(&[told]);
        }
        let about = String::from_utf8(kept(folder.path())["pin.toml"].clone()).unwrap();
        assert!(about.contains(told), "{about}");
    }
    let quiet = Stub::new(|asked, _| edited(asked, |answer| answer["truncated"] = json!(false)));
    let folder = tempfile::tempdir().unwrap();
    let said = fetch(
        &quiet,
        folder.path(),
        "comtrade --reporter CHN --period 2003 --out pull",
    )
    .ok();
    assert!(!said.stderr.contains("warning"), "{}", said.stderr);
}

#[test]
fn an_answer_that_tells_of_errors_or_of_more_rows_is_not_used() {
    for (beside, told) in [
        (json!({"errors": ["x"]}), "an error beside its rows: [\"x\"]"),
        (json!({"Error": "x"}), "an error beside its rows: \"x\""),
        (json!({"status": "error"}), "an error beside its rows"),
        (
            json!({"validation": {"status": {"name": "Result too large"}}}),
            "Result too large",
        ),
        (json!({"hasMore": true}), "there are more rows (hasMore: true)"),
        (json!({"totalCount": 13}), "it announces 13 records and holds 12"),
        (
            json!({"count": -1, "Count": 13}),
            "it announces 13 records and holds 12",
        ),
    ] {
        let stub = Stub::new(move |asked, _| {
            let mut answer = body(comtrade(asked));
            for (name, value) in beside.as_object().unwrap() {
                answer[name] = value.clone();
            }
            Play::json(&answer)
        });
        let folder = tempfile::tempdir().unwrap();
        let line = "comtrade --reporter CHN --period 2003 --attempts 2 --out pull";
        let said = fetch(&stub, folder.path(), line).code(1);
        said.tells(&["no usable answer in 2 attempts", told, "; run the same command again"]);
        assert!(!folder.path().join("pull/pin.toml").exists(), "{told}");
    }
}

#[test]
fn figures_of_years_to_come_are_told() {
    let stub = Stub::new(|asked, _| comtrade(asked));
    let folder = tempfile::tempdir().unwrap();
    let told = "years to come, up to 2190";
    let line = "comtrade --reporter CHN --period 2003,2190 --out pull";
    fetch(&stub, folder.path(), line).ok().tells(&["warning: ", told]);
    let about = String::from_utf8(kept(folder.path())["pin.toml"].clone()).unwrap();
    assert!(about.contains(told), "{about}");
}

#[test]
fn what_has_no_row_is_named() {
    let stub = Stub::new(|asked, _| {
        edited(asked, |answer| {
            let lost = |row: &Value| {
                row["period"] == json!("2004") || row["reporterCode"] == json!(410) && row["period"] == json!("2005")
            };
            answer["data"].as_array_mut().unwrap().retain(|row| !lost(row));
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let line = "comtrade --reporter CHN,KOR,PRK --period 2003..2016 --out pull";
    let said = fetch(&stub, folder.path(), line).ok();
    let said = said.tells(&[
        "There is no row for 2004.",
        "There is no row of the reporters KOR in 2005, PRK.",
    ]);
    assert!(!said.stderr.contains("answers have no row"));
    let about = String::from_utf8(kept(folder.path())["pin.toml"].clone()).unwrap();
    assert!(about.contains("There is no row for 2004."), "{about}");
    let late = Stub::new(|asked, _| {
        edited(asked, |answer| {
            answer["data"]
                .as_array_mut()
                .unwrap()
                .retain(|row| row["period"].as_str() < Some("2015"));
        })
    });
    let said = fetch(&late, folder.path(), &line.replace("pull", "late").replace(",PRK", "")).ok();
    said.tells(&["1 of 2 answers have no row: ", "There is no row for 2015, 2016."]);
    let fund = Stub::new(|asked, _| {
        let text = String::from_utf8(imts(asked).bytes).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let lines = body.lines().filter(|line| !line.contains(",JPN,"));
        let body: String = lines.map(|line| format!("{line}\n")).collect();
        Play::answer(200, "text/csv", &[], body.as_bytes())
    });
    let line = "imts --reporter KOR,JPN --partner CHN --period 2003 --out fund";
    fetch(&fund, folder.path(), line)
        .ok()
        .tells(&["There is no row of the reporters JPN."]);
}

#[test]
fn a_list_of_codes_with_an_error_is_no_list() {
    let stub = Stub::new(|asked, _| {
        let mut answer = body(comtrade(asked));
        if asked.path.ends_with("/Reporters.json") {
            answer["error"] = json!("only a part");
        }
        Play::json(&answer)
    });
    let folder = tempfile::tempdir().unwrap();
    fetch(&stub, folder.path(), &format!("{} --attempts 1", super::QUESTION))
        .code(1)
        .tells(&["beside which an error stands: \"only a part\""]);
}

#[test]
fn an_answer_that_announces_more_than_a_limit_is_told_as_it_is() {
    let stub = Stub::new(|asked, _| {
        let mut answer = body(comtrade(asked));
        answer["count"] = json!(250_000);
        answer["data"].as_array_mut().unwrap().truncate(1);
        Play::json(&answer)
    });
    let folder = tempfile::tempdir().unwrap();
    let line = "comtrade --reporter CHN --partner WLD --flow import --period 2003 --out pull";
    fetch(&stub, folder.path(), line)
        .code(1)
        .tells(&["the answer announces 250000 rows and has 1: it is most likely cut"]);
}
