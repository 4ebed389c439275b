//! The command line as a newcomer meets it: help, completions, formats, exit codes, pipes.

#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use tests::{call, csv_rows, parquet_rows, program, root};

const COMMANDS: [&str; 12] = [
    "analyze",
    "verify",
    "import",
    "sum",
    "concentration",
    "fit",
    "trend",
    "breaks",
    "conformance",
    "mirror",
    "pin",
    "completions",
];

/// Calls that print one table, with as many rows as are known beforehand.
const TABLES: [(&[&str], Option<usize>); 9] = [
    (&["sum", "cow-3", "--by", "year"], Some(21)),
    (
        &[
            "concentration",
            "--value",
            "value_usd",
            "datasets/unctad-sections/figures.csv",
        ],
        None,
    ),
    (&["fit", "value_usd ~ period", "datasets/cow-3/figures.csv"], Some(2)),
    (&["mirror", "pairs", "comtrade-2003-top40"], Some(1558)),
    (&["explain", "imf/trend/imports period=2008"], None),
    (&["diff", "cow-3", "cow-4"], None),
    (&["pin", "list"], None),
    (&["pin", "show", "cow-3"], None),
    (&["pin", "check", "factbook", "cow-4"], Some(2)),
];

#[test]
fn help_has_a_sentence_for_each_command() {
    let help = call(&["--help"]).ok().text();
    for command in COMMANDS {
        let line = help
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{command} ")));
        let sentence = line
            .unwrap_or_else(|| panic!("{command} is not in\n{help}"))
            .trim_start()[command.len()..]
            .trim();
        assert!(sentence.split(' ').count() >= 5, "{command}: {sentence}");
    }
    for told in [
        "Exit codes: 0",
        "Only `fetch` uses the network",
        "results/dprk/report.html",
    ] {
        assert!(help.contains(told), "{told}");
    }
    assert!(
        help.lines().all(|line| line.chars().count() <= 120),
        "a terminal is not that wide"
    );
}

#[test]
fn every_command_and_every_option_explains_itself() {
    let nested = ["list", "show", "check", "build"].map(|sub| vec!["datasets", sub]);
    for mut command in COMMANDS.map(|command| vec![command]).into_iter().chain(nested) {
        command.push("--help");
        let help = call(&command).ok().text();
        assert!(help.contains("Usage: "), "{command:?}");
        let lines: Vec<&str> = help.lines().collect();
        for (at, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.trim_start().starts_with("--"))
        {
            // The sentence follows the option, on its line or on the next.
            let after = lines
                .get(at + 1)
                .is_some_and(|next| next.split(' ').filter(|w| !w.is_empty()).count() >= 2);
            let beside = line.trim().split("  ").count() > 1;
            assert!(after || beside, "{command:?}: {line}");
        }
    }
    let version = call(&["--version"]).ok().text();
    assert_eq!(version.trim(), format!("counterflow {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_for_every_shell_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = call(&["completions", shell]).ok().text();
        assert!(COMMANDS.iter().all(|command| text.contains(command)), "{shell}");
    }
    if let Ok(mut bash) = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn() {
        bash.stdin
            .take()
            .unwrap()
            .write_all(&call(&["completions", "bash"]).stdout)
            .unwrap();
        assert!(bash.wait().unwrap().success(), "bash cannot read its completions");
    }
}

#[test]
fn wrong_usage_is_two_and_names_what_is_wrong() {
    let cases: [(&[&str], &str); 17] = [
        (&["analyse"], "analyze"),
        (&["sum"], "<DATA>"),
        (&["sum", "cow-3", "--by", "yeer"], "`yeer` is no dimension"),
        (&["sum", "cow-3", "--level", "chapter"], "`chapter` is no level"),
        (&["sum", "cow-3", "--where", "year"], "COLUMN = VALUE"),
        (&["sum", "cow-3", "--where", "year = last"], "year = 1989..2008"),
        (&["sum", "cow-3", "--top", "few"], "few"),
        (&["sum", "cow-3", "--format", "xlsx"], "xlsx"),
        (&["sum", "cow-3", "--threads", "0"], "--threads"),
        (&["import", "x.csv", "--source", "eurostat"], "comtrade-classic"),
        (&["import", "x.csv", "--default", "reporter"], "COLUMN=VALUE"),
        (&["import", "x.csv", "--default", "reportre=PRK"], "reportre"),
        (&["fit", "y = x", "x.csv"], "expected `~`"),
        (
            &[
                "fit",
                "value_usd ~ period",
                "datasets/cow-3/figures.csv",
                "--vcov",
                "robust",
            ],
            "nw:LAG",
        ),
        (&["mirror", "everything", "cow-3"], "unrecognized subcommand"),
        (&["datasets"], "check  Re-hash pins"),
        (&["concentration", "x.csv"], "--value"),
    ];
    for (arguments, named) in cases {
        assert!(
            call(arguments).code(2).tells(&[named]).stdout.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn what_is_not_there_is_one_and_names_it() {
    let cases: [(&[&str], &str); 8] = [
        (&["analyze", "studies/atlantis"], "studies/atlantis"),
        (&["verify", "studies/atlantis"], "studies/atlantis"),
        (&["import", "nowhere.csv"], "nowhere.csv"),
        (
            &["sum", "nowhere"],
            "neither a pin nor a file; pins in datasets are china-customs",
        ),
        (&["concentration", "--value", "x", "nowhere.csv"], "nowhere.csv"),
        (&["fit", "y ~ x", "nowhere.csv"], "nowhere.csv"),
        (&["mirror", "gaps", "nowhere"], "neither a pin nor a file"),
        (
            &["pin", "show", "nowhere"],
            "there is no pin `nowhere`; there are china-customs",
        ),
    ];
    for (arguments, named) in cases {
        assert!(
            call(arguments).code(1).tells(&["error: ", named]).stdout.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn every_table_is_written_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, rows) in TABLES {
        let with = |format| call(&[arguments, &["--format", format]].concat()).ok();
        let table = csv_rows(&with("csv").stdout);
        assert!(!table.is_empty(), "{arguments:?}");
        assert!(
            rows.is_none_or(|rows| rows == table.len()),
            "{arguments:?}: {} rows",
            table.len()
        );
        let (parquet, names) = parquet_rows(&with("parquet").stdout);
        assert_eq!(parquet, table.len(), "{arguments:?}");
        assert_eq!(
            names.iter().collect::<std::collections::BTreeSet<_>>(),
            table[0].keys().collect(),
            "{arguments:?}"
        );
        let json = with("json").json();
        let items = json
            .as_array()
            .or(json["findings"].as_array())
            .or(json["terms"].as_array())
            .or(json["pairs"].as_array())
            .or(json["rows"].as_array())
            .unwrap();
        assert_eq!(items.len(), table.len(), "{arguments:?}");
        // For people, long tables are cut short, and say so.
        let text = with("table").text();
        assert!(
            text.lines().count() >= table.len() || text.contains("--format csv prints all"),
            "{arguments:?}"
        );
        // The same to a file, whole, with nothing left on the standard output.
        let path = folder.path().join("deep/er/table.csv");
        let said = call(&[arguments, &["--format", "csv", "--out", path.to_str().unwrap()]].concat()).ok();
        assert!(said.stdout.is_empty(), "{arguments:?}");
        assert_eq!(csv_rows(&std::fs::read(&path).unwrap()), table, "{arguments:?}");
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "{arguments:?}"
        );
    }
}

#[test]
fn quiet_says_nothing_beside_the_results() {
    for (arguments, _) in TABLES {
        let said = call(&[arguments, &["--quiet"]].concat()).ok();
        assert!(
            said.stderr.is_empty() && !said.stdout.is_empty(),
            "{arguments:?}: {}",
            said.stderr
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for arguments in [
        &["mirror", "pairs", "comtrade-2003-top40"][..],
        &["pin", "show", "cow-3"],
        &["--help"],
    ] {
        let mut child = Command::new(program())
            .args(arguments)
            .current_dir(root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = child.stdout.take().unwrap();
        reader.read_exact(&mut [0]).unwrap();
        drop(reader);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
        assert!(
            !stderr.contains("panicked") && !stderr.contains("roken pipe"),
            "{arguments:?}: {stderr}"
        );
    }
}

#[test]
fn pins_can_be_listed_and_shown() {
    let list = csv_rows(&call(&["pin", "list", "--format", "csv"]).ok().stdout);
    assert!(list.len() >= 10);
    for pin in &list {
        let name = pin["pin"].as_str();
        let rows = pin["rows"].parse::<usize>().unwrap();
        let bytes = std::fs::read(root().join(format!("datasets/{name}/{name}.parquet"))).unwrap();
        assert_eq!(rows, parquet_rows(&bytes).0, "{name}");
        let shown = call(&["pin", "show", name]).ok().text();
        for needed in [
            "title",
            "compiler",
            "retrieved",
            "url",
            "licence",
            "citation",
            "description",
            "sha256",
            "trap",
        ] {
            assert!(
                shown.lines().any(|line| line.starts_with(needed)),
                "{name}: {needed}\n{shown}"
            );
        }
    }
    let check = csv_rows(&call(&["pin", "check", "--format", "csv"]).ok().stdout);
    assert_eq!(check.len(), list.len());
    assert!(check.iter().all(|row| row["verdict"] == "as pinned"));
}

#[test]
fn pins_are_rebuilt_to_the_same_bytes() {
    let workspace = tests::Workspace::new();
    let before = tests::files_below(&workspace.path("datasets"));
    workspace.call(&["pin", "build"]).ok();
    let after = tests::files_below(&workspace.path("datasets"));
    let differ: Vec<_> = before
        .iter()
        .filter(|(name, bytes)| after.get(*name) != Some(bytes))
        .map(|(n, _)| n)
        .collect();
    assert!(differ.is_empty() && before.len() == after.len(), "{differ:?}");
}
