//! Files as careless programs, broken transfers and ill will make them, made at run time. Each has the answer that a
//! good program gives: read rightly, read with bad rows counted and listed, or refused by name. A wrong sum, a panic, a
//! hang, or a file half-written is none of them.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::Path;
use tests::{Call, GOOD, call_in, call_on, csv_rows, gzip};

/// The answer to a file.
enum Answer {
    /// Records, and the exact sum of their values.
    Read(usize, &'static str),
    /// Records with their sum, and so many rows in quarantine of which the words are said.
    Some(usize, &'static str, usize, &'static [&'static str]),
    /// Refused with these words, and nothing written.
    Refused(&'static [&'static str]),
}
use Answer::{Read, Refused, Some as Partly};

struct Case {
    name: String,
    bytes: Vec<u8>,
    answer: Answer,
}

fn case(name: &str, bytes: impl Into<Vec<u8>>, answer: Answer) -> Case {
    Case {
        name: name.to_owned(),
        bytes: bytes.into(),
        answer,
    }
}

/// The good file with one text replaced.
fn with(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1)
}

fn value(text: &str) -> String {
    with(",100,", &format!(",{text},"))
}

fn utf16(text: &str, big: bool, marked: bool) -> Vec<u8> {
    let mark: &[u16] = if marked { &[0xfeff] } else { &[] };
    let units = mark.iter().copied().chain(text.encode_utf16());
    units
        .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
        .collect()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u8).collect()
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Encodings, line ends and delimiters.
fn forms() -> Vec<Case> {
    let semicolons = GOOD.replace(',', ";");
    vec![
        case("plain.csv", GOOD, Read(3, "330")),
        case("bom.csv", format!("\u{feff}{GOOD}"), Read(3, "330")),
        case("crlf.csv", GOOD.replace('\n', "\r\n"), Read(3, "330")),
        case(
            "bom-crlf.csv",
            format!("\u{feff}{}", GOOD.replace('\n', "\r\n")),
            Read(3, "330"),
        ),
        case("no-last-end.csv", GOOD.trim_end(), Read(3, "330")),
        case("blank-lines.csv", GOOD.replace('\n', "\n\n"), Read(3, "330")),
        case(
            "lone-cr.csv",
            GOOD.replace('\n', "\r"),
            Refused(&["line 1", "carriage return", "LF or CRLF"]),
        ),
        case(
            "cr-cr-lf.csv",
            GOOD.replace('\n', "\r\r\n"),
            Refused(&["line 1", "carriage return"]),
        ),
        case("utf16le.csv", utf16(GOOD, false, true), Read(3, "330")),
        case("utf16be.csv", utf16(GOOD, true, true), Read(3, "330")),
        case(
            "utf16-tabs.txt",
            utf16(&GOOD.replace(',', "\t"), false, true),
            Read(3, "330"),
        ),
        case(
            "utf16-unmarked.csv",
            utf16(GOOD, false, false),
            Refused(&["zero byte", "UTF-16"]),
        ),
        case(
            "utf16-odd.csv",
            [utf16(GOOD, false, true), vec![0x41]].concat(),
            Refused(&["UTF-16", "middle of a character"]),
        ),
        case(
            "utf32.csv",
            [vec![0xff, 0xfe, 0, 0], vec![b'p', 0, 0, 0]].concat(),
            Refused(&["UTF-32"]),
        ),
        case(
            "latin1-value.csv",
            latin1(&with("2003,CHN,KOR,export,100,test", "2003,CHN,KOR,export,100,é")),
            Partly(2, "230", 1, &["line 2", "`compiler`", "Latin-1"]),
        ),
        case(
            "latin1-header.csv",
            latin1(&with("compiler", "compilé")),
            Refused(&["no UTF-8", "line 1"]),
        ),
        case("semicolons.csv", semicolons.clone(), Read(3, "330")),
        case("tabs.tsv", GOOD.replace(',', "\t"), Read(3, "330")),
        case("bars.csv", GOOD.replace(',', "|"), Read(3, "330")),
        case(
            "decimal-comma.csv",
            semicolons.replacen(";100;", ";100,5;", 1),
            Read(3, "330.5"),
        ),
        case(
            "grouped-comma.csv",
            semicolons.replacen(";100;", ";1.234,5;", 1),
            Read(3, "1464.5"),
        ),
        case(
            "two-ways.csv",
            semicolons.replacen(";100;", ";1,234;", 1),
            Partly(2, "230", 1, &["line 2", "two ways"]),
        ),
        case(
            "point-two-ways.csv",
            semicolons.replacen(";100;", ";1.234;", 1),
            Partly(2, "230", 1, &["line 2", "two ways"]),
        ),
        case(
            "quoted-all.csv",
            GOOD.lines()
                .map(|l| format!("\"{}\"\n", l.replace(',', "\",\"")))
                .collect::<String>(),
            Read(3, "330"),
        ),
        case(
            "quoted-line-end.csv",
            with(",100,test", ",100,\"te\nst\""),
            Partly(2, "230", 1, &["line 2", "`compiler`"]),
        ),
        case("nul.csv", with("CHN", "C\0N"), Refused(&["line 2", "zero byte"])),
        case(
            "control.csv",
            with("CHN", "C\u{7}N"),
            Refused(&["line 2", "control character"]),
        ),
        case("spaces.csv", GOOD.replace(',', " , "), Read(3, "330")),
        case("nbsp.csv", with(",100,", ",\u{a0}100\u{a0},"), Read(3, "330")),
    ]
}

/// Headers and shapes of rows.
fn shapes() -> Vec<Case> {
    vec![
        case("empty.csv", "", Refused(&["nothing"])),
        case("white.csv", " \n\t\r\n  ", Refused(&["only white space"])),
        case("bom-only.csv", "\u{feff}", Refused(&["nothing"])),
        case(
            "header-only.csv",
            GOOD.lines().next().unwrap(),
            Refused(&["not one row"]),
        ),
        case(
            "no-header.csv",
            GOOD.split_once('\n').unwrap().1,
            Refused(&["looks like data", "column names"]),
        ),
        case(
            "missing.csv",
            GOOD.replace("export", "x").replace("flow", "flau"),
            Refused(&["`flow` is missing", "`flau`"]),
        ),
        case(
            "misspelt.csv",
            with("value_usd", "valeu_usd"),
            Refused(&["`valeu_usd`", "`value_usd`"]),
        ),
        case(
            "duplicate.csv",
            with("value_usd", "flow"),
            Refused(&["stands twice", "line 1"]),
        ),
        case("case.csv", with("period,reporter", "PERIOD,Reporter"), Read(3, "330")),
        case(
            "short.csv",
            with("2003,CHN,KOR,export,100,test", "2003,CHN,KOR"),
            Partly(2, "230", 1, &["line 2", "3 fields", "header has 6"]),
        ),
        case(
            "long.csv",
            with(",100,test", ",100,test,,,"),
            Partly(2, "230", 1, &["line 2", "9 fields"]),
        ),
        case(
            "thousands.csv",
            value("1,000"),
            Partly(2, "230", 1, &["line 2", "7 fields", "thousands"]),
        ),
        case(
            "unclosed.csv",
            with("CHN,KOR", "\"CHN,KOR"),
            Refused(&["line 2", "`reporter`", "never closed"]),
        ),
        case(
            "after-quote.csv",
            with(",100,", ",\"10\"0,"),
            Partly(2, "230", 1, &["line 2", "closing quotation mark"]),
        ),
        case(
            "swallowed.csv",
            with("export,100,test\n", "export,100,\"test\n").replacen("import,120,test", "import,120,test\"", 1),
            Partly(1, "110", 1, &["line 2", "next row"]),
        ),
        case("one-column.csv", "period\n2003\n", Refused(&["`period`"])),
        case(
            "thousand-columns.csv",
            "a,".repeat(5000),
            Refused(&["5001 fields", "1000 columns"]),
        ),
        case("html.csv", "<!DOCTYPE html><html></html>", Refused(&["HTML"])),
        case("xml.csv", "<?xml version=\"1.0\"?><a/>", Refused(&["XML"])),
        case(
            "error.json",
            "{\"statusCode\":429,\"message\":\"Rate limit is exceeded\"}",
            Refused(&["Rate limit is exceeded"]),
        ),
        case(
            "cut.json",
            "{\"data\":[{\"period\":2003},{\"per",
            Refused(&["cut short"]),
        ),
        case("pdf.csv", "%PDF-1.7 ...", Refused(&["PDF"])),
        case(
            "random.bin",
            (0..5000_u32)
                .map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8)
                .collect::<Vec<u8>>(),
            Refused(&[]),
        ),
    ]
}

/// Values, codes and periods.
fn cells() -> Vec<Case> {
    const ONE: usize = 1;
    let bad = |name: &str, text: String, words| case(name, text, Partly(2, "230", ONE, words));
    vec![
        bad("comma.csv", value("\"100,5\""), &["line 2", "`value_usd`", "100,5"]),
        bad("grouped.csv", value("\"1,000\""), &["line 2", "1,000"]),
        bad("blank-groups.csv", value("1 000"), &["line 2", "1 000"]),
        bad("apostrophe.csv", value("1'000"), &["line 2", "1'000"]),
        bad("nan.csv", value("NaN"), &["line 2", "missing is not zero"]),
        bad("inf.csv", value("inf"), &["line 2", "inf"]),
        bad("minus-inf.csv", value("-Infinity"), &["line 2", "-Infinity"]),
        bad("dash.csv", value("-"), &["line 2", "missing is not zero"]),
        bad("em-dash.csv", value("—"), &["line 2", "missing is not zero"]),
        bad("dots.csv", value(".."), &["line 2", "missing is not zero"]),
        bad("blank.csv", value(""), &["line 2", "missing is not zero"]),
        bad("huge.csv", value("1e308"), &["line 2", "1e308"]),
        bad("beyond.csv", value("1e999999999999"), &["line 2"]),
        bad("digits.csv", value(&"9".repeat(4000)), &["line 2", "999"]),
        bad("negative.csv", value("-100"), &["line 2", "negative"]),
        bad("fine.csv", value("100.00001"), &["line 2", "three decimal places"]),
        bad("dollars.csv", value("$100"), &["line 2", "$100"]),
        bad("per-cent.csv", value("100%"), &["line 2", "100%"]),
        bad("hexadecimal.csv", value("0x64"), &["line 2", "0x64"]),
        bad("arabic-digits.csv", value("١٠٠"), &["line 2"]),
        case("exponent.csv", value("1e+05"), Read(3, "100230")),
        case("zeros.csv", value("000100.000"), Read(3, "330")),
        bad(
            "unknown.csv",
            with("2003,CHN", "2003,QQQ"),
            &["line 2", "`reporter`", "QQQ"],
        ),
        bad("near.csv", with("2003,CHN", "2003,CHI"), &["line 2", "CHI"]),
        bad(
            "ambiguous.csv",
            with("2003,CHN", "2003,Korea"),
            &["line 2", "KOR", "PRK"],
        ),
        bad(
            "itself.csv",
            with("CHN,KOR,export,100", "KOR,KOR,export,100"),
            &["line 2", "the same"],
        ),
        bad(
            "flow.csv",
            with("KOR,export,100", "KOR,exprot,100"),
            &["line 2", "exprot"],
        ),
        bad("year-0.csv", with("2003,CHN", "0,CHN"), &["line 2", "`period`"]),
        bad("year-99999.csv", with("2003,CHN", "99999,CHN"), &["line 2", "99999"]),
        bad("year-float.csv", with("2003,CHN", "2003.0,CHN"), &["line 2", "2003.0"]),
        bad("month-13.csv", with("2003,CHN", "2003-13,CHN"), &["line 2", "2003-13"]),
        bad(
            "date.csv",
            with("2003,CHN", "01/02/2003,CHN"),
            &["line 2", "01/02/2003"],
        ),
        case(
            "contradiction.csv",
            GOOD.replacen("2004,CHN,KOR,export,110", "2003,CHN,KOR,export,110", 1),
            Partly(1, "120", 2, &["line 2", "line 4"]),
        ),
        case(
            "code-of-nobody.csv",
            "reporter,partner,cmd,flow,value,netwgt\n68,604,250490,M,541.0,1\n157,604,250490,M,5,1\n68,604,250491,M,5,1\n",
            Partly(2, "546", 1, &["line 3", "157", "China"]),
        ),
    ]
}

/// Archives, whole and broken.
fn archives() -> Vec<Case> {
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap();
    let long = GOOD.to_owned() + &"2005,CHN,KOR,export,1,test\n".repeat(0);
    let many: String = (1900..2100).map(|y| format!("{y},CHN,JPN,export,{y},test\n")).collect();
    let many = format!("{long}{many}");
    let packed = gzip(many.as_bytes());
    let mut bit = packed.clone();
    let middle = bit.len() / 2;
    bit[middle] ^= 0x10;
    let squeezed = zstd(many.as_bytes());
    let archive = zipped(&[("t.csv", many.as_bytes())]);
    let bomb = gzip(&vec![b'7'; 300 << 20]);
    let zip_bomb = zipped(&[(
        "t.csv",
        &[
            GOOD.as_bytes(),
            &[[b' '; 4095].as_slice(), b"\n"].concat().repeat(30 << 10),
        ]
        .concat(),
    )]);
    vec![
        case("good.csv.gz", gzip(GOOD.as_bytes()), Read(3, "330")),
        case("misnamed.csv", gzip(GOOD.as_bytes()), Read(3, "330")),
        case("good.csv.zst", zstd(GOOD.as_bytes()), Read(3, "330")),
        case(
            "good.zip",
            zipped(&[("readme.pdf", b"x"), ("data/t.csv", GOOD.as_bytes())]),
            Read(3, "330"),
        ),
        case("utf16.csv.gz", gzip(&utf16(GOOD, false, true)), Read(3, "330")),
        case(
            "cut.csv.gz",
            &packed[..packed.len() / 2],
            Refused(&["cut short or damaged"]),
        ),
        case("cut-head.csv.gz", &packed[..5], Refused(&["cut short or damaged"])),
        case("damaged.csv.gz", bit, Refused(&["damaged"])),
        case(
            "cut.csv.zst",
            &squeezed[..squeezed.len() / 2],
            Refused(&["cut short or damaged"]),
        ),
        case("cut.zip", &archive[..archive.len() / 2], Refused(&["zip", "damaged"])),
        case(
            "two.zip",
            zipped(&[("a.csv", GOOD.as_bytes()), ("b.csv", GOOD.as_bytes())]),
            Refused(&["2 tables", "a.csv", "--out FOLDER"]),
        ),
        case("none.zip", zipped(&[("a.pdf", b"x")]), Refused(&["without a table"])),
        case("empty.zip", zipped(&[]), Refused(&["without a table"])),
        case(
            "sheet.xlsx",
            zipped(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")]),
            Refused(&["a spreadsheet", "CSV"]),
        ),
        case(
            "climbing.zip",
            zipped(&[("../../climbed.csv", GOOD.as_bytes())]),
            Refused(&["climbed.csv", "points out of it"]),
        ),
        case(
            "rooted.zip",
            zipped(&[("/tmp/climbed.csv", GOOD.as_bytes())]),
            Refused(&["points out of it"]),
        ),
        case(
            "twice.csv.gz",
            gzip(&gzip(GOOD.as_bytes())),
            Refused(&["gzip inside gzip"]),
        ),
        case(
            "mixed.csv.gz",
            gzip(&zstd(GOOD.as_bytes())),
            Refused(&["zstd inside gzip"]),
        ),
        case("bomb.csv.gz", bomb, Refused(&[])),
        case("bomb.zip", zip_bomb, Refused(&["grows"])),
        case(
            "data.xz",
            vec![0xfd, b'7', b'z', b'X', b'Z', 0, 0],
            Refused(&["xz", "unpack"]),
        ),
        case("data.bz2", *b"BZh91AY&SY", Refused(&["bzip2", "unpack"])),
        case("table.csv", *b"PAR1\0\0\0\0PAR1", Refused(&["Parquet"])),
    ]
}

#[track_caller]
fn check(case: &Case, said: Call) {
    let name = &case.name;
    match case.answer {
        Read(records, sum) | Partly(records, sum, ..) => {
            let said = said.ok();
            let rows = csv_rows(&said.stdout);
            let row = rows.iter().find(|row| row["what"] == "records").unwrap();
            assert_eq!(
                (row["rows"].as_str(), row["value_usd"].as_str()),
                (records.to_string().as_str(), sum),
                "{name}"
            );
            let aside = rows.iter().find(|row| row["what"] == "in quarantine").unwrap();
            let bad = if let Partly(_, _, bad, _) = case.answer { bad } else { 0 };
            assert_eq!(aside["rows"], bad.to_string(), "{name}: {}", said.stderr);
            if let Partly(_, _, _, words) = case.answer {
                said.tells(words).tells(&[name]);
            }
        }
        Refused(words) => {
            let lines = said.code(1).tells(words).tells(&["error: ", name]).stderr;
            assert!(lines.matches("error: ").count() == 1, "{name}: one error\n{lines}");
        }
    }
}

fn import_all(cases: &[Case]) {
    for case in cases {
        let arguments = [
            "import",
            &case.name,
            "--format",
            "csv",
            "--out",
            "out.parquet",
            "--default",
            "classification=HS6",
            "--default",
            "period=2024",
        ];
        check(case, call_on(&case.name, &case.bytes, &arguments));
    }
}

#[test]
fn encodings_line_ends_and_delimiters() {
    import_all(&forms());
}

#[test]
fn headers_and_shapes_of_rows() {
    import_all(&shapes());
}

#[test]
fn values_codes_and_periods() {
    import_all(&cells());
}

#[test]
fn archives_whole_and_broken() {
    import_all(&archives());
}

#[test]
fn there_are_enough_of_them() {
    assert!(forms().len() + shapes().len() + cells().len() + archives().len() >= 100);
}

/// Every command that reads a user's table, with what it wants to know.
const COMMANDS: [&[&str]; 9] = [
    &["import"],
    &["sum"],
    &["mirror", "gaps"],
    &["mirror", "margins"],
    &["concentration", "--value", "value_usd"],
    &["trend", "--time", "period", "--value", "value_usd"],
    &["fit", "value_usd ~ period"],
    &["breaks", "value_usd ~ 1", "--time", "period", "--at", "2003"],
    &[
        "pin",
        "add",
        "new",
        "--datasets",
        "pins",
        "--compiler",
        "c",
        "--release",
        "1",
        "--retrieved",
        "2026-11-22",
        "--url",
        "u",
        "--licence",
        "l",
        "--citation",
        "c",
    ],
];

/// The command on a file; `pin add` takes the file after the name.
fn on<'a>(command: &[&'a str], file: &'a str) -> Vec<&'a str> {
    let mut arguments = command.to_vec();
    let at = if command[0] == "pin" { 3 } else { arguments.len() };
    arguments.insert(at, file);
    arguments
}

#[test]
fn no_command_reads_a_table_that_is_none() {
    let hopeless = [
        "empty.csv",
        "white.csv",
        "html.csv",
        "unclosed.csv",
        "nul.csv",
        "lone-cr.csv",
        "cut.csv.gz",
        "damaged.csv.gz",
        "cut.zip",
        "climbing.zip",
        "thousand-columns.csv",
        "utf32.csv",
        "table.csv",
        "data.xz",
    ];
    let all: Vec<Case> = forms().into_iter().chain(shapes()).chain(archives()).collect();
    for name in hopeless {
        let case = all.iter().find(|case| case.name == name).unwrap();
        for command in COMMANDS {
            call_on(name, &case.bytes, &on(command, name))
                .code(1)
                .tells(&["error: ", name]);
        }
    }
}

#[cfg(unix)]
#[test]
fn folders_pipes_and_devices_are_told_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["pipe.csv", "pipe.parquet"] {
        let made = std::process::Command::new("mkfifo")
            .arg(folder.path().join(name))
            .status();
        assert!(made.unwrap().success());
    }
    for name in ["folder.csv", "folder.parquet"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    for file in [
        "pipe.csv",
        "pipe.parquet",
        "folder.csv",
        "/dev/zero",
        "/dev/null",
        "/dev/urandom",
    ] {
        for command in COMMANDS {
            if command[0] == "sum" && file == "folder.csv" {
                continue; // a folder of Parquet files is a table to `sum`
            }
            call_in(folder.path(), &on(command, file))
                .code(1)
                .tells(&["error: ", file]);
        }
    }
    for arguments in [
        ["analyze", "pipe.csv"],
        ["analyze", "/dev/zero"],
        ["verify", "/dev/zero"],
        ["verify", "pipe.csv"],
    ] {
        call_in(folder.path(), &arguments).code(1).tells(&["error: "]);
    }
    let results = folder.path().join("results");
    std::fs::create_dir(&results).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(results.join("run.json"))
        .status();
    assert!(made.unwrap().success());
    call_in(folder.path(), &["verify", "pipe.csv", "--results", "results"]).code(1);
}

/// The resident memory that a finished child took at most, in bytes.
#[cfg(target_os = "linux")]
fn peak(folder: &Path, arguments: &[&str]) -> (i32, String, u64) {
    let script = "\"$@\"; code=$?; grep VmHWM /proc/$$/status >/dev/null; exit $code";
    let mut child = std::process::Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(tests::program())
        .args(arguments)
        .current_dir(folder)
        .env("MALLOC_ARENA_MAX", "2")
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // The child's child is the program: its high-water mark is read while it runs.
    let mut most = 0;
    let listing = format!("/proc/{0}/task/{0}/children", child.id());
    while child.try_wait().unwrap().is_none() {
        for pid in std::fs::read_to_string(&listing).unwrap_or_default().split_whitespace() {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|l| l.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
            most = most.max(kilobytes.unwrap_or(0) * 1024);
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
        most,
    )
}

#[cfg(target_os = "linux")]
#[test]
fn a_line_of_200_megabytes_takes_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.path().join("line.csv")).unwrap());
    file.write_all(b"period,reporter,partner,flow,value_usd,compiler\n2003,CHN,KOR,export,1,")
        .unwrap();
    for _ in 0..200 {
        file.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    file.flush().unwrap();
    for command in COMMANDS {
        let (code, said, most) = peak(folder.path(), &on(command, "line.csv"));
        assert_eq!(code, 1, "{command:?}: {said}");
        assert!(
            said.contains("line.csv") && said.contains("line 2") && said.contains("1048576 bytes"),
            "{command:?}: {said}"
        );
        assert!(most < 150 << 20, "{command:?}: {most} bytes");
    }
}
