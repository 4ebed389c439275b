//! Every command that reads a user's table.

use super::{archives, forms, shapes};
use std::io::Write;
use std::path::Path;
use tests::{call_in, call_on};

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
    let all: Vec<_> = forms::cases()
        .into_iter()
        .chain(shapes::cases())
        .chain(archives::cases())
        .collect();
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
fn a_large_import_shows_its_first_bad_rows() {
    let text = "t,i,j,k,v,q\n2003,156,410,270112,x,1\n2003,156,392,270112,1,1\n";
    let arguments = ["import", "t.csv", "--out", "big", "--default", "classification=HS6"];
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), text).unwrap();
    let said = call_in(folder.path(), &arguments).ok();
    said.tells(&["1 of 2 rows in quarantine", "t.csv, line 2, column `v`: `x`"]);
    let none = text.replace(",1,1\n", ",y,1\n");
    call_on("t.csv", none.as_bytes(), &arguments).code(1).tells(&[
        "line 2, column `v`: `x`",
        "line 3, column `v`: `y`",
        "not one row could be used (2 are bad)",
    ]);
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_gives_the_terminal_no_orders() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a\u{1b}[31m.csv"), "").unwrap();
    let said = call_in(folder.path(), &["import", "a\u{1b}[31m.csv"]).code(1);
    assert!(!said.stderr.contains('\u{1b}'), "{}", said.stderr);
    said.tells(&["a\\u{1b}[31m.csv: an empty file"]);
}

#[test]
fn a_pin_is_of_a_day_that_there_is_and_of_its_compiler() {
    let text = "period,reporter,partner,flow,value_usd\n2003,CHN,KOR,export,100\n";
    let mut words = on(COMMANDS[8], "t.csv");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), text).unwrap();
    call_in(folder.path(), &words).ok();
    let day = words.iter().position(|w| *w == "2026-11-22").unwrap();
    let dashed = [&words[..2], &words[4..], &["--", "-x", "t.csv"]].concat();
    call_on("t.csv", text.as_bytes(), &dashed).code(2).tells(&["`-x`"]);
    words[day] = "2026-13-45";
    call_on("t.csv", text.as_bytes(), &words).code(2).tells(&["2026-13-45"]);
}

#[test]
fn many_names_that_nobody_bears_take_no_time() {
    let rows = (0..20_000).map(|i| format!("2003,Nowhere {i},CHN,export,5\n2003,CHN,Nowhere {i},import,6\n"));
    let text = format!("period,reporter,partner,flow,value_usd\n{}", rows.collect::<String>());
    let start = std::time::Instant::now();
    let said = call_on("t.csv", text.as_bytes(), &["mirror", "pairs", "t.csv"]).ok();
    said.tells(&["20000 names are in no table"]);
    // Nearest names would have been looked for for a minute, without optimization.
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

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

/// A plain table for fits and series.
const SERIES: &str = "year,trade\n1990,5\n1991,7\n1992,6\n1993,9\n1994,8\n1995,11\n1996,12\n1997,10\n1998,14\n";

#[test]
fn a_column_that_is_not_there_is_named_with_the_one_that_was_meant() {
    let commands: [&[&str]; 4] = [
        &["fit", "trade ~ year"],
        &["trend", "--time", "year", "--value", "trade"],
        &["breaks", "trade ~ 1", "--time", "year"],
        &["concentration", "--value", "trade"],
    ];
    let slip = SERIES.replace("trade", "tarde");
    let bare = SERIES.split_once('\n').unwrap().1;
    for command in commands {
        call_on("t.csv", slip.as_bytes(), &on(command, "t.csv"))
            .code(1)
            .tells(&["has no column `trade`", "is it `tarde`?"]);
        call_on("t.csv", bare.as_bytes(), &on(command, "t.csv"))
            .code(1)
            .tells(&["has no column", "looks like data"]);
    }
}

#[test]
fn a_year_0_or_99999_among_years_is_told() {
    for year in ["0", "99999"] {
        let text = SERIES.replace("1993", year);
        for command in [
            &["trend", "--time", "year", "--value", "trade"][..],
            &["breaks", "trade ~ 1", "--time", "year"],
            &["fit", "trade ~ 1", "--time", "year", "--vcov", "nw"],
        ] {
            call_on("t.csv", text.as_bytes(), &on(command, "t.csv"))
                .code(1)
                .tells(&["line 5", "`year`", year, "no year"]);
        }
    }
}

#[test]
fn a_condition_that_no_row_can_meet_is_told() {
    let trend = ["trend", "t.csv", "--time", "year", "--value", "trade", "--where"];
    let on = |condition| call_on("t.csv", SERIES.as_bytes(), &[&trend[..], &[condition]].concat());
    for half in ["year = 1998..1990", "year = 1990..", "year = ..1998", "year ="] {
        on(half).code(2).tells(&[half, "expected"]);
    }
    for none in ["year = 2003", "trade = a", "year = 2001..2005"] {
        on(none).code(1).tells(&["t.csv: no row meets", none]);
    }
}

#[test]
fn a_map_or_a_default_that_says_two_things_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), SERIES).unwrap();
    for (text, words) in [
        (
            "[columns]\nperiod = \"year\"\nperiod = \"a\"\n",
            "map.toml: line 3: duplicate key",
        ),
        ("value_pwoer = 3\n", "map.toml: line 1: unknown field `value_pwoer`"),
        ("", "map.toml: line 1: missing field `columns`"),
    ] {
        std::fs::write(folder.path().join("map.toml"), text).unwrap();
        let said = call_in(folder.path(), &["import", "t.csv", "--map", "map.toml"]).code(1);
        assert_eq!(said.stderr.trim().lines().count(), 1, "{}", said.stderr);
        said.tells(&[words]);
    }
    let twice = [
        "import",
        "t.csv",
        "--default",
        "flow=export",
        "--default",
        "flow=import",
    ];
    call_in(folder.path(), &twice)
        .code(2)
        .tells(&["--default gives `flow` twice"]);
}

#[test]
fn a_two_sided_table_is_not_read_by_half() {
    let wide = "year,exporter,importer,export_fob,import_cif\n2003,CHN,KOR,100,110\n2003,KOR,CHN,50,56\n";
    let slip = wide.replace("export_fob", "export_fbo");
    for sub in ["pairs", "gaps", "margins", "reliability", "reconcile", "guards"] {
        call_on("t.csv", slip.as_bytes(), &["mirror", sub, "t.csv"])
            .code(1)
            .tells(&["line 1", "`export_fbo`", "is it `export_fob`?"]);
    }
    let more = wide
        .replace("import_cif\n", "import_cif,gdp\n")
        .replace("0\n", "0,1\n")
        .replace("6\n", "6,1\n");
    call_on("t.csv", more.as_bytes(), &["mirror", "pairs", "t.csv"])
        .ok()
        .tells(&["columns that are not read: `gdp`"]);
    let strange = wide.replace("2003,CHN,KOR", "2003,QQQ,KOR");
    call_on("t.csv", strange.as_bytes(), &["mirror", "pairs", "t.csv"])
        .ok()
        .tells(&["1 names are in no table", "`QQQ`"]);
}

#[test]
fn files_in_place_of_datasets_studies_and_runs_are_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.csv"), tests::GOOD).unwrap();
    let whole = std::fs::read(tests::root().join("datasets/cow-3/cow-3.parquet")).unwrap();
    std::fs::write(folder.path().join("good.parquet"), &whole).unwrap();
    for (name, bytes) in [
        ("cut.parquet", &whole[..whole.len() / 2]),
        (
            "tail.parquet",
            &[&whole[..whole.len() - 8], b"\xff\xff\xff\x7fPAR1"].concat(),
        ),
        ("stub.parquet", b"PAR1PAR1"),
        ("text.parquet", tests::GOOD.as_bytes()),
    ] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        for command in [
            &["diff", "good.parquet", name][..],
            &["diff", name, "good.parquet"],
            &["study", "new", "--economy", "CHN", "--data", name, "--out", "made"],
            &["mirror", "pairs", name],
            &["sum", name, "--by", "flow"],
            &["fit", "value_usd ~ period_year", name],
        ] {
            let said = call_in(folder.path(), command).code(1);
            said.tells(&["error: ", name, "fetch it or write it again"]);
        }
    }
    for name in ["/dev/zero", "/dev/null", "nothing", "good.csv"] {
        for command in [
            &["study", "new", "--economy", "CHN", "--data", name, "--out", "made"][..],
            &["explain", "imf/trend/imports", name],
            &["verify", name],
            &["verify", "--results", name],
            &["report", "--compare", name, name],
            &["analyze", name],
            &["package", name, "--out", "made"],
        ] {
            call_in(folder.path(), command).code(1).tells(&["error: "]);
        }
        assert!(!folder.path().join("made").exists(), "{name}");
    }
    for economy in ["", "QQQ", "../../x", "CHN KOR"] {
        let words = [
            "study",
            "new",
            "--economy",
            economy,
            "--data",
            "good.parquet",
            "--out",
            "made",
        ];
        call_in(folder.path(), &words).code(1).tells(&["no economy is known"]);
    }
}
