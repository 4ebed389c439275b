//! The Monetary Fund's interface.

use super::{fetch, number, pinned};
use tests::interfaces::{imts, imts_sum};
use tests::{Asked, Play, Stub};

#[test]
fn the_fund_s_tables_are_fetched_page_by_page_and_by_period() {
    let folder = tempfile::tempdir().unwrap();
    let call = |stub: &Stub, out: &str, more: &str| {
        let line = "imts --reporter KOR,Japan --partner CHN,WLD --period 2001..2004,2006 --out";
        fetch(stub, folder.path(), &format!("{line} {out}{more}"))
    };
    let stub = Stub::new(|asked, _| imts(asked));
    call(&stub, "whole", "").ok();
    let (rows, about) = pinned(folder.path(), "whole");
    assert_eq!(rows, 2 * 2 * 2 * 5);
    let key = "KOR+JPN.MG_CIF_USD+XG_FOB_USD.CHN+G001.A";
    let sum = imts_sum(key, 2001..=2004) + imts_sum(key, 2006..=2006);
    assert_eq!(
        about["file"]["sum_usd"].as_str(),
        Some(sum.to_string().as_str()),
        "dollars, whatever SCALE says"
    );
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
    call(&stub, "parts", " --row-limit 9").ok();
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
    call(&pages, "pages", "").ok();
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
    call(&around, "around", "").code(1).tells(&["its next page"]);
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
    let said = call(&deaf, "deaf", " --format csv").ok();
    assert_eq!(
        number(&said, "set aside: of a period that was not asked for"),
        2 * 80 - 40
    );
    assert_eq!(
        pinned(folder.path(), "deaf").1["file"]["sum_usd"],
        about["file"]["sum_usd"]
    );
}

/// Nothing tells where such an answer ends.
#[test]
fn a_table_whose_end_cannot_be_seen_is_told() {
    let stub = Stub::new(|asked, _| {
        let whole = imts(asked).without_header("Content-Length");
        let last = whole.bytes[..whole.bytes.len() - 1]
            .iter()
            .rev()
            .position(|b| *b == b'\n');
        whole.without_end(last.unwrap() + 1)
    });
    let folder = tempfile::tempdir().unwrap();
    let line = "imts --reporter KOR --partner CHN,WLD --period 2001..2004 --out cut";
    let told = "1 of 1 answers came over a connection that does not say where an answer ends";
    for _ in 0..2 {
        fetch(&stub, folder.path(), line).ok().tells(&["warning: ", told]);
    }
    let (rows, about) = pinned(folder.path(), "cut");
    assert_eq!(rows, 2 * 2 * 4 - 1);
    assert!(about["traps"].to_string().contains(told), "{about}");
}

/// Pages of which the second has rows of the first, since new ones came in between the two requests.
#[test]
fn rows_on_two_pages_are_counted_once_and_a_revision_between_them_is_told() {
    let paged = |second: fn(&str) -> String| {
        Stub::new(move |asked, _| {
            let text = String::from_utf8(imts(asked).bytes).unwrap();
            let (_, body) = text.split_once("\r\n\r\n").unwrap();
            let link = format!("<{}&page=2>; rel=\"next\"", asked.path);
            match asked.query("page") {
                "2" => Play::answer(200, "text/csv", &[], second(body).as_bytes()),
                _ => Play::answer(200, "text/csv", &[("Link", &link)], body.as_bytes()),
            }
        })
    };
    let folder = tempfile::tempdir().unwrap();
    let call = |stub: &Stub, out: &str| {
        let line = "imts --reporter KOR --partner CHN,WLD --period 2001..2004 --format csv --out";
        fetch(stub, folder.path(), &format!("{line} {out}"))
    };
    call(&Stub::new(|asked, _| imts(asked)), "whole").ok();
    let some = paged(|body| body.lines().take(6).map(|line| format!("{line}\n")).collect());
    let said = call(&some, "again").ok();
    assert_eq!(number(&said, "set aside: in two answers"), 5);
    let sum = |name| pinned(folder.path(), name).1["file"]["sum_usd"].clone();
    assert_eq!(sum("again"), sum("whole"));
    let revised = paged(|body| {
        body.lines()
            .take(2)
            .map(|line| line.replace(",2001,", ",2001,1") + "\n")
            .collect()
    });
    let said = call(&revised, "revised").code(1);
    said.tells(&["two answers tell the same figure differently", "--refresh"]);
    // A server that does not heed the number of the page.
    let deaf = Stub::new(|asked, number| {
        let text = String::from_utf8(imts(asked).bytes).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let link = format!(
            "<{}&page={number}>; rel=\"next\"",
            asked.path.split("&page").next().unwrap()
        );
        Play::answer(200, "text/csv", &[("Link", &link)], body.as_bytes())
    });
    call(&deaf, "deaf")
        .code(1)
        .tells(&["its next page is, to the byte, one that was had before"]);
    assert_eq!(deaf.asked().len(), 2);
}
