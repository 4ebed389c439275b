//! Made-up data behind the providers' interfaces, in their shapes and with their limits.

use crate::stub::{Asked, Play};
use serde_json::{Value, json};

/// The key that the made-up UN Comtrade takes.
pub const KEY: &str = "0123456789abcdef-the-right-key";

const REPORTERS: [u32; 4] = [156, 392, 410, 699];
const PARTNERS: [u32; 7] = [0, 156, 392, 408, 410, 699, 842];
const CHAPTERS: u32 = 30;

fn value(period: u32, reporter: u32, partner: u32, flow: &str, product: &str) -> u64 {
    let chapter: u64 = product.parse().unwrap_or(99);
    let direction = if flow == "X" { 7 } else { 11 };
    1_000
        + (u64::from(period) * 31 + u64::from(reporter) * 17 + u64::from(partner) * direction + chapter * 5_003)
            % 90_000
}

/// All rows that fit a query, as the present interface writes them.
fn rows(asked: &Asked) -> Vec<Value> {
    let list = |name: &str| {
        let text = asked.query(name);
        (!text.is_empty()).then(|| text.split(',').map(str::to_owned).collect::<Vec<_>>())
    };
    let wants =
        |codes: &Option<Vec<String>>, code: u32| codes.as_ref().is_none_or(|codes| codes.contains(&code.to_string()));
    let (reporters, partners) = (list("reporterCode"), list("partnerCode"));
    let chapters: Vec<String> = (1..=CHAPTERS).map(|n| format!("{n:02}")).collect();
    let products: Vec<String> = list("cmdCode")
        .unwrap()
        .iter()
        .flat_map(|product| match product.as_str() {
            "AG2" => chapters.clone(),
            "TOTAL" => vec!["TOTAL".to_owned()],
            code if chapters.iter().any(|c| c == code) => vec![code.to_owned()],
            _ => Vec::new(),
        })
        .collect();
    let mut rows = Vec::new();
    for period in list("period").unwrap() {
        let number: u32 = period.parse().unwrap();
        for reporter in REPORTERS.into_iter().filter(|r| wants(&reporters, *r)) {
            for partner in PARTNERS.into_iter().filter(|p| wants(&partners, *p) && *p != reporter) {
                for flow in list("flowCode").unwrap() {
                    for product in &products {
                        let value = value(number, reporter, partner, &flow, product);
                        rows.push(json!({
                            "typeCode": "C", "freqCode": "A", "refPeriodId": number * 10_000 + 101,
                            "refYear": number, "refMonth": 52, "period": period,
                            "reporterCode": reporter, "reporterISO": null, "reporterDesc": null,
                            "flowCode": flow, "flowDesc": null,
                            "partnerCode": partner, "partnerISO": null, "partnerDesc": null,
                            "partner2Code": 0, "partner2ISO": null, "partner2Desc": null,
                            "classificationCode": "H2", "classificationSearchCode": "HS",
                            "isOriginalClassification": true, "cmdCode": product, "cmdDesc": null,
                            "aggrLevel": 2, "isLeaf": false, "customsCode": "C00", "customsDesc": null,
                            "mosCode": "0", "motCode": 0, "motDesc": null,
                            "qtyUnitCode": -1, "qtyUnitAbbr": null, "qty": null, "isQtyEstimated": false,
                            "altQtyUnitCode": -1, "altQtyUnitAbbr": null, "altQty": null, "isAltQtyEstimated": false,
                            "netWgt": null, "isNetWgtEstimated": false, "grossWgt": null, "isGrossWgtEstimated": false,
                            "cifvalue": if flow == "M" { json!(value) } else { Value::Null },
                            "fobvalue": if flow == "X" { json!(value) } else { Value::Null },
                            "primaryValue": value, "legacyEstimationFlag": 0, "isReported": false, "isAggregate": true
                        }));
                    }
                }
            }
        }
    }
    rows
}

fn reference(ids: impl Iterator<Item = Value>) -> Play {
    let results: Vec<Value> = ids.map(|id| json!({"id": id, "text": "a name"})).collect();
    Play::json(&json!({"more": false, "results": results}))
}

/// UN Comtrade: the preview without a key, the data with one, the lists of codes; no more than the limit of rows, and
/// no word about those that are left out.
pub fn comtrade(asked: &Asked) -> Play {
    let place = asked.path.split('?').next().unwrap_or_default();
    let limit = match place {
        "/files/v1/app/reference/Reporters.json" => return reference(REPORTERS.iter().map(|c| json!(c))),
        "/files/v1/app/reference/partnerAreas.json" => return reference(PARTNERS.iter().map(|c| json!(c))),
        "/files/v1/app/reference/HS.json" => {
            let chapters = (1..=CHAPTERS).map(|n| json!(format!("{n:02}")));
            let headings = (1..=CHAPTERS).map(|n| json!(format!("{n:02}01")));
            return reference([json!("TOTAL")].into_iter().chain(chapters).chain(headings));
        }
        "/public/v1/preview/C/A/HS" => 500,
        "/data/v1/get/C/A/HS" if asked.headers.get("ocp-apim-subscription-key").is_some_and(|k| k == KEY) => 100_000,
        "/data/v1/get/C/A/HS" => {
            let told = asked
                .headers
                .get("ocp-apim-subscription-key")
                .cloned()
                .unwrap_or_default();
            let message =
                format!("Access denied due to invalid subscription key {told}.\r\n\u{1b}[31mMake sure to provide one.");
            let body = json!({"statusCode": 401, "message": message}).to_string();
            return Play::answer(401, "application/json", &[], body.as_bytes());
        }
        _ => {
            return Play::answer(
                404,
                "application/json",
                &[],
                br#"{"statusCode":404,"message":"Resource not found"}"#,
            );
        }
    };
    let mut rows = rows(asked);
    let most: usize = asked.query("maxRecords").parse().unwrap_or(limit);
    rows.truncate(most.min(limit));
    Play::json(&json!({"elapsedTime": "0.02 secs", "count": rows.len(), "data": rows, "error": ""}))
}

/// How many rows a question has in all, and the sum of their values: what an answer without a limit would hold.
pub fn comtrade_whole(query: &str) -> (usize, u64) {
    let rows = rows(&Asked {
        path: format!("/?{query}"),
        headers: Default::default(),
    });
    (
        rows.len(),
        rows.iter().map(|row| row["primaryValue"].as_u64().unwrap()).sum(),
    )
}

const IMTS_HEADER: &str = "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE,PRECISION,\
    DECIMALS_DISPLAYED,TRADE_FLOW,VALUATION,UNIT,DERIVATION_TYPE,OVERLAP,STATUS\n";

/// The series of a key such as `KOR+JPN.XG_FOB_USD.CHN.A`: country, indicator and partner. What the key leaves open is
/// two countries, two indicators and three partners.
fn imts_series(key: &str) -> Vec<[String; 3]> {
    let key: Vec<&str> = key.split('.').collect();
    let list = |text: &str, all: &[&str]| match text {
        "" => all.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>(),
        text => text.split('+').map(str::to_owned).collect(),
    };
    let mut series = Vec::new();
    for country in list(key[0], &["JPN", "KOR"]) {
        for indicator in list(key[1], &["XG_FOB_USD", "MG_CIF_USD"]) {
            for partner in list(key[2], &["CHN", "G001", "USA"]) {
                if partner != country {
                    series.push([country.clone(), indicator.clone(), partner]);
                }
            }
        }
    }
    series
}

fn imts_value([country, _, partner]: &[String; 3], period: u32) -> u32 {
    1_000 + period + country.len() as u32 + partner.bytes().map(u32::from).sum::<u32>()
}

/// The sum of what [`imts`] answers to a key and years, dollars.
pub fn imts_sum(key: &str, years: std::ops::RangeInclusive<u32>) -> u64 {
    let series = imts_series(key);
    let values = years.flat_map(|year| series.iter().map(move |one| imts_value(one, year)));
    values.map(u64::from).sum()
}

/// The Monetary Fund's interface: annual CSV in dollars, with a `SCALE` of 6 that says how to show them.
pub fn imts(asked: &Asked) -> Play {
    let Some((_, rest)) = asked.path.split_once("/external/sdmx/2.1/data/IMF.STA,IMTS/") else {
        return Play::answer(404, "text/plain", &[], b"no such dataflow");
    };
    let mut csv = IMTS_HEADER.to_owned();
    let year = |name: &str| asked.query(name).parse::<u32>().unwrap();
    for one in imts_series(rest.split('?').next().unwrap()) {
        let [country, indicator, partner] = &one;
        let (flow, valuation) = (&indicator[..2], &indicator[3..6]);
        for period in year("startPeriod")..=year("endPeriod") {
            csv.push_str(&format!(
                "IMF.STA:IMTS(1.0.0),{country},{indicator},{partner},A,{period},{},6,,,{flow},{valuation},USD,M,OL,\n",
                imts_value(&one, period)
            ));
        }
    }
    Play::answer(200, "application/vnd.sdmx.data+csv; version=1.0.0", &[], csv.as_bytes())
}

/// A small release of BACI, as CEPII's archives are made.
pub fn baci_archive() -> Vec<u8> {
    baci_archive_of(&[
        ("BACI_HS92_Y2003_V202501.csv", 2003),
        ("BACI_HS92_Y2004_V202501.csv", 2004),
    ])
}

/// An archive of files by name, with the rows of a year each; of the year 0 there is none.
pub fn baci_archive_of(files: &[(&str, i32)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for &(name, year) in files {
        archive.start_file(name, options).unwrap();
        let mut text = "t,i,j,k,v,q\n".to_owned();
        let pairs = [(156, 410), (410, 156), (156, 392), (392, 410)];
        for (i, j) in pairs.into_iter().filter(|_| year > 0) {
            for product in 1..200 {
                let value = (i * 7 + j * 3 + product * 13) % 9_000 + 1;
                text.push_str(&format!(
                    "{year},{i},{j},{:06},{value}.{:03},{product}.5\n",
                    10_000 + product,
                    product % 1_000
                ));
            }
        }
        std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
    }
    archive.start_file("country_codes_V202501.csv", options).unwrap();
    std::io::Write::write_all(&mut archive, b"country_code,country_name\n156,China\n").unwrap();
    archive.finish().unwrap().into_inner()
}
