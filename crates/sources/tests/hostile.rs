//! Hostile input: whatever the bytes are, an importer answers with one error or with
//! records, a quarantine and rows set aside that add up; it neither panics nor hangs.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sources::{Defaults, Imported, Limits, Options, Source, TidyMap, import, import_path, read};
use std::io::Write;

/// A small good file of each source.
const GOOD: [&str; 6] = [
    "period,reporter,partner,flow,classification,product,value_usd,quantity,quantity_unit,reference,note\n\
     2003,PRK,CHN,export,HS2,27,395345000,12.5,t,a,\"said, in\npassing\"\n\
     2004-07,PRK,WLD-KOR,total,COMPILER,coal,1250000,,,b,\n\
     2003-01..2003-06,KOR,PRK,import,,TOTAL,5,,,a,x\n",
    "Classification,Year,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Partner Code,Commodity Code,Commodity,Qty Unit Code,Qty,Netweight (kg),Trade Value (US$),Flag\n\
     H3,2011,1,Import,156,China,408,27,\"Mineral fuels, oils\",8,12.5,38006200.0,1162113382,4\n\
     H3,2011,1,Import,156,China,0,27,\"Mineral fuels, oils\",1,,,2162113382,0\n",
    "Year,Reporter Code,Trade Flow Code,Partner Code,Classification,Commodity Code,Quantity Unit Code,Supplementary Quantity,Netweight (kg),Value,Estimation Code\n\
     2003,8,1,0,H2,TOTAL,1,,,1864328860,0\n2003,8,1,40,H2,09,1,,,4391,0\n2003,8,1,40,H2,09,1,,,4391,0\n",
    "refYear,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,customsCode,motCode,qtyUnitCode,qty,netWgt,cifvalue,fobvalue,primaryValue\n\
     2023,202301,156,M,410,0,H6,270112,C00,0,8,5.5,5.5,100.25,,100.25\n2023,202301,156,M,410,0,H6,270112,C00,1000,8,1,1,10,,10\n",
    "reporter,partner,cmd,flow,value,netwgt\n68,604,250490,M,541.0,345.475\n68,604,250490,M,541.0,\n68,604,250490,M,41.0,1\n",
    "\"t\",\"i\",\"j\",\"k\",\"v\",\"q\"\r\n2021,4,24,382390,52.051,\"       13.235\"\r\n2021,4,24,10121,0.05,\"           NA\"\r\n",
];

fn options() -> Options {
    let defaults: Defaults = toml::from_str("period = 2021\nclassification = \"HS5\"\ncompiler = \"x\"\n").unwrap();
    Options {
        defaults,
        limits: Limits {
            record_bytes: 4096,
            listed: 3,
            ..Limits::default()
        },
        ..Options::default()
    }
}

/// One outcome, checked for what must hold of every outcome.
fn outcome(bytes: &[u8], options: &Options) -> Option<Imported> {
    let mut given = 0;
    let reading = read(bytes, options, &mut |_| given += 1);
    match import(bytes, options) {
        Ok(imported) => {
            assert_eq!(
                imported.rows_read,
                imported.records.len() as u64 + imported.quarantined() + imported.aside()
            );
            assert!(imported.quarantine.len() <= options.limits.listed);
            assert!(imported.quarantine.windows(2).all(|w| w[0].line <= w[1].line));
            assert!(
                imported
                    .quarantine
                    .iter()
                    .all(|q| q.line >= 2 && !q.reason.is_empty() && !q.advice.is_empty())
            );
            let reading = reading.unwrap();
            assert_eq!((reading.rows_read, given), (imported.rows_read, imported.rows_read));
            Some(imported)
        }
        Err(error) => {
            assert_eq!(reading.unwrap_err().to_string(), error.to_string());
            assert!(error.to_string().starts_with("input"), "{error}");
            None
        }
    }
}

#[test]
fn the_good_files_are_good() {
    for good in GOOD {
        let imported = outcome(good.as_bytes(), &options()).unwrap();
        assert_eq!(imported.quarantined(), 0, "{good}");
        assert!(!imported.records.is_empty());
    }
}

#[test]
fn the_form_of_the_text_makes_no_difference() {
    for good in GOOD {
        let plain = outcome(good.as_bytes(), &options()).unwrap();
        // Only bare line feeds become CRLF; BACI has CRLF already.
        let lf = good.replace("\r\n", "\n");
        let marked = format!("\u{feff}{}", lf.replace('\n', "\r\n"));
        assert_eq!(outcome(marked.as_bytes(), &options()).unwrap().records, plain.records);
        let unended = good.trim_end();
        assert_eq!(outcome(unended.as_bytes(), &options()).unwrap().records, plain.records);
        let spaced = lf.replacen('\n', "\n\n   \n", 1);
        assert_eq!(outcome(spaced.as_bytes(), &options()).unwrap().records, plain.records);
    }
}

#[test]
fn each_hostile_file_has_its_answer() {
    let head = "period,reporter,partner,flow,value_usd\n";
    let white = vec![b'\n'; 1 << 17];
    let cases: [(&[u8], &str); 27] = [
        (b"", "an empty file"),
        (b"\n \t\r\n", "only white space"),
        (b"\xff\xfep\0e\0", "no source has these columns: `pe`"),
        (b"p\0e\0r\0i\0", "zero byte"),
        (b"period,reporter\r2003,PRK\r", "carriage return"),
        (b"2003,PRK,CHN,export,5\n", "looks like data"),
        (b"period;reporter;partner;flow;value\n", "near to figures"),
        (
            b"period,reporter,partner,flow,value_usd\n2003,PRK,CHN,export,\"5\n",
            "never closed",
        ),
        (b"period,period,partner,flow,value_usd,reporter\n", "stands twice"),
        (b"a\xe9,b\n1,2\n", "no UTF-8"),
        (b"PK\x03\x04", "zip"),
        (b"\x1f\x8b\x08\x00garbage", "damaged"),
        (b"\xef\xbb\xbf<html>", "HTML"),
        (&white, "64 KiB of white space to begin with"),
        (b"{\\rtf1\\ansi x}", "a text document"),
        (b",,,\n1,2,3,4\n", "these columns: 4 without a name"),
        (
            b"COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALEU\n",
            "line 1: the column `OBS_VALUE` is missing beside `TIME_PERIOD`; is it `OBS_VALEU`?",
        ),
        (
            b"period,reporter,partner,flow,compiler\n",
            "line 1: figures has no column with figures",
        ),
        (b"Access denied: quota\n", "look whether a note or an error"),
        (
            "p\u{435}riod,reporter,partner,flow,value_usd\n".as_bytes(),
            "is it `p\\u{435}riod`?",
        ),
        (
            b"period,reporter,partner,flow,\"value\nusd\"\n",
            "`value usd`; it is near",
        ),
        (
            b"\xff\xfep\0e\0r",
            "the UTF-16 text has an end in the middle of a character; the data is cut",
        ),
        (b"PARE\x15\0", "an encrypted Parquet file"),
        (b"PAR1\x15\0", "name the file itself"),
        (b"\x04\x22\x4d\x18abc", "LZ4"),
        (b"{\"period\":2003}\n{\"period\":2004}\n", "`jq -s`"),
        (b"[{\"period\":\"C\xf4te\"}]", "Latin-1"),
    ];
    for (bytes, word) in cases {
        let error = import(bytes, &options()).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    let long = [head.as_bytes(), &[b'9'; 200_000]].concat();
    assert!(
        import(&long[..], &options())
            .unwrap_err()
            .to_string()
            .contains("more than 4096 bytes")
    );
}

#[test]
fn a_cut_archive_is_never_read_as_whole() {
    let text = format!(
        "{}{}",
        "period,reporter,partner,flow,value_usd\n",
        (1800..2199)
            .map(|y| format!("{y},PRK,CHN,export,{y}\n"))
            .collect::<String>()
    );
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    assert_eq!(outcome(&packed, &options()).unwrap().records.len(), 399);
    for length in 2..packed.len() {
        assert!(
            outcome(&packed[..length], &options()).is_none(),
            "{length} of {} bytes",
            packed.len()
        );
    }
}

#[cfg(unix)]
#[test]
fn devices_and_folders_are_answered() {
    for (path, word) in [
        ("/dev/zero", "a device"),
        ("/dev/null", "a device"),
        ("/", "folder"),
        ("/no/such/file", "cannot be read"),
    ] {
        let error = import_path(path.as_ref(), &options()).unwrap_err().to_string();
        assert!(error.starts_with(path) && error.contains(word), "{error}");
    }
}

#[test]
fn a_million_columns_or_unknown_names_do_not_hang() {
    let wide = Options {
        limits: Limits {
            record_bytes: 1 << 20,
            listed: 3,
            ..Limits::default()
        },
        ..options()
    };
    assert!(
        import(&*b"a,".repeat(400_000), &wide)
            .unwrap_err()
            .to_string()
            .contains("5000 columns")
    );
    let rows: String = (0..20_000)
        .map(|i| format!("2003,nowhere {i},CHN,export,5\n"))
        .collect();
    let text = format!("period,reporter,partner,flow,value_usd\n{rows}");
    assert_eq!(outcome(text.as_bytes(), &options()).unwrap().quarantined(), 20_000);
}

#[test]
fn odd_numbers_are_quarantined_never_read_wrong() {
    for value in [
        "1,000", "1.000,5", "1 000", "1e308", "NaN", "inf", "-5", "-", "0x10", "5 USD", "$5", "1.2345", "٣", "1_000",
        "--5", "5-",
    ] {
        let text = format!("period\treporter\tpartner\tflow\tvalue_usd\n2003\tPRK\tCHN\texport\t{value}\n");
        let imported = outcome(text.as_bytes(), &options()).unwrap();
        assert_eq!((imported.records.len(), imported.quarantined()), (0, 1), "{value}");
    }
}

#[test]
fn blank_lines_are_no_record() {
    let blank = "\n".repeat(200_000);
    let text = format!("\n\nperiod,reporter,partner,flow,value_usd\n{blank}2003,PRK,CHN,export,5\n{blank}x\n");
    let imported = outcome(text.as_bytes(), &options()).unwrap();
    assert_eq!((imported.records.len(), imported.quarantine[0].line), (1, 400_005));
    let text = format!("period,reporter,partner,flow,value_usd\n2003,PRK,CHN,export,\"5{blank}");
    let error = import(text.as_bytes(), &options()).unwrap_err().to_string();
    assert!(error.contains("line 2: a record of more than"), "{error}");
}

#[test]
fn a_flood_of_bad_rows_is_counted_not_kept() {
    let text = format!(
        "period,reporter,partner,flow,value_usd\n{}",
        "x,PRK,CHN,export,5\n".repeat(100_000)
    );
    let imported = outcome(text.as_bytes(), &options()).unwrap();
    assert_eq!((imported.quarantine.len(), imported.quarantine_unlisted), (3, 99_997));
}

/// A file with some bytes changed, put in, taken out, or repeated.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let odd = prop_oneof![
        Just(b"\"".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b",".to_vec()),
        Just(b";".to_vec()),
        Just(b"-".to_vec()),
        Just(b"NaN".to_vec()),
        Just(b"99999999999999999999".to_vec()),
        Just(b"\xff".to_vec()),
        Just(b"\0".to_vec()),
        Just("\u{feff}".as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..6),
    ];
    let edit = (any::<prop::sample::Index>(), 0..12_usize, odd);
    (0..GOOD.len(), proptest::collection::vec(edit, 1..6)).prop_map(|(which, edits)| {
        let mut bytes = GOOD[which].as_bytes().to_vec();
        for (at, gone, put) in edits {
            let start = at.index(bytes.len() + 1);
            let end = (start + gone).min(bytes.len());
            bytes.splice(start..end, put);
        }
        bytes
    })
}

// PROPTEST_CASES=100000 runs them longer.
proptest! {
    #[test]
    fn random_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        outcome(&bytes, &options());
        for source in Source::all() {
            outcome(&bytes, &Options { source: Some(source), ..options() });
        }
    }

    #[test]
    fn mutated_files_are_answered(bytes in mutated()) {
        outcome(&bytes, &options());
        let map: TidyMap = toml::from_str("[columns]\nperiod = \"period\"\nvalue_usd = \"value\"\n").unwrap();
        outcome(&bytes, &Options { map: Some(map), ..options() });
    }

    #[test]
    fn a_record_says_what_its_row_said(value in 0_u64..10_u64.pow(15), year in 1800_i16..2200) {
        let text = format!("period,reporter,partner,flow,value_usd\n{year},PRK,CHN,export,{value}\n");
        let imported = outcome(text.as_bytes(), &options()).unwrap();
        prop_assert_eq!(imported.records[0].value.unwrap().to_string(), value.to_string());
        prop_assert_eq!(imported.records[0].period.year(), year);
    }
}
