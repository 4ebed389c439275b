//! The commands that are killed, and a folder in which each of them can be done.

use std::fs;
use tempfile::TempDir;
use tests::{Files, call_in, files_below};

/// A command that writes, and how its result is looked at.
pub struct Job {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
    /// The file or folder that it makes, for the error to name; the folder of a pin for `pin build`.
    pub target: &'static str,
    /// Files that are rewritten while the command is at work, and then say that it is not finished.
    pub growing: &'static [&'static str],
    /// Whether a second run refuses what is already there whole.
    pub once: bool,
}

const fn job(name: &'static str, arguments: &'static [&'static str], target: &'static str) -> Job {
    Job {
        name,
        arguments,
        target,
        growing: &[],
        once: false,
    }
}

const ADD: &[&str] = &[
    "pin",
    "add",
    "fresh",
    "world.csv",
    "--compiler",
    "test",
    "--release",
    "1",
    "--retrieved",
    "2026-11-22",
    "--url",
    "https://example.org",
    "--licence",
    "CC0",
    "--citation",
    "us",
];

pub fn jobs() -> Vec<Job> {
    vec![
        job("analyze", &["analyze", "studies/small", "--out", "results"], "results"),
        Job {
            once: true,
            ..job("pin add", ADD, "datasets/fresh")
        },
        job("pin build", &["pin", "build", "tiny"], "datasets/tiny"),
        Job {
            once: true,
            ..job(
                "study new",
                &[
                    "study",
                    "new",
                    "--economy",
                    "CHN",
                    "--data",
                    "world.parquet",
                    "--out",
                    "studies/chn",
                ],
                "studies/chn",
            )
        },
        job(
            "mirror reconcile",
            &[
                "mirror",
                "reconcile",
                "world.csv",
                "--format",
                "csv",
                "--out",
                "reconciled.csv",
            ],
            "reconciled.csv",
        ),
        job(
            "sum",
            &[
                "sum",
                "world.parquet",
                "--by",
                "year,partner",
                "--where",
                "flow = export",
                "--format",
                "csv",
                "--out",
                "summed.csv",
            ],
            "summed.csv",
        ),
        Job {
            once: true,
            ..job("package", &["package", "studies/small", "--out", "packed"], "packed")
        },
        job(
            "report",
            &[
                "report",
                "--compare",
                "before",
                "before",
                "--page",
                "page.html",
                "--format",
                "csv",
                "--out",
                "differs.csv",
            ],
            "page.html",
        ),
        Job {
            growing: &["world/dataset.toml"],
            ..job(
                "synth",
                &["synth", "--rows", "30000", "--years", "3", "--out", "world"],
                "world",
            )
        },
        job(
            "import to a file",
            &["import", "world.csv", "--out", "imported.parquet"],
            "imported.parquet",
        ),
        Job {
            growing: &["imported/dataset.toml"],
            ..job(
                "import of a release with bad rows",
                &["import", "release", "--out", "imported"],
                "imported",
            )
        },
        Job {
            growing: &["held/dataset.toml"],
            ..job("import over another", &["import", "release", "--out", "held"], "held")
        },
        Job {
            growing: &["imported/dataset.toml"],
            ..job(
                "import to a folder",
                &[
                    "import",
                    "baci.csv",
                    "--default",
                    "classification=HS92",
                    "--out",
                    "imported",
                ],
                "imported",
            )
        },
    ]
}

const STUDY: &str = r#"
id = "small"
title = "A small study"
description = "Made up."
economy = "KOR"
seed = 7
[[scenario]]
id = "one"
title = "One"
description = "All there is."
models = ["trend", "concentration"]
[[scenario.layer]]
pin = "tiny"
"#;

const PIN: &str = r#"name = "tiny"
title = "Tiny"
compiler = "test"
release = "1"
retrieved = "2026-11-22"
url = "https://example.org"
licence = "CC0"
terms = ""
citation = "us"
description = "Made up."
"#;

/// A folder in which every job can be done.
fn house() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("studies/small")).unwrap();
    fs::create_dir_all(path("datasets/tiny")).unwrap();
    fs::write(path("studies/small/study.toml"), STUDY).unwrap();
    fs::write(path("datasets/tiny/pin.toml"), PIN).unwrap();
    let mut rows = "period,reporter,partner,flow,value_usd,compiler\n".to_owned();
    for year in 1990..2010 {
        for (at, partner) in ["CHN", "JPN", "USA", "DEU"].iter().enumerate() {
            let value = (year - 1980) * 1_000_003 + at as i32 * 77;
            rows += &format!(
                "{year},KOR,{partner},export,{value},test\n{year},{partner},KOR,import,{},test\n",
                value + 5000
            );
            rows += &format!("{year},KOR,{partner},import,{},test\n", value * 2 - 7);
        }
    }
    fs::write(path("world.csv"), &rows).unwrap();
    let own: String = rows
        .lines()
        .filter(|line| !line.contains("KOR,import") || line.contains("KOR,CHN"))
        .map(|l| format!("{l}\n"))
        .collect();
    fs::write(path("datasets/tiny/figures.csv"), own).unwrap();
    // Of these, two rows of each year contradict each other, and one is of nobody.
    fs::create_dir(path("release")).unwrap();
    for year in 1995..1998 {
        let mut rows = "t,i,j,k,v,q\n".to_owned();
        for product in 0..300 {
            rows += &format!("{year},156,410,{},{}.25,1\n", 100_101 + product, product % 89);
        }
        rows += &format!("{year},156,410,100101,7,1\n{year},999,410,100101,7,1\n");
        fs::write(path(&format!("release/BACI_HS92_Y{year}_V202601.csv")), rows).unwrap();
    }
    let mut baci = "t,i,j,k,v,q\n".to_owned();
    for year in 1995..1999 {
        for product in 0..3000 {
            baci += &format!("{year},156,410,{},{}.5,1\n", 100_101 + product, product % 97);
        }
    }
    fs::write(path("baci.csv"), baci).unwrap();
    call_in(folder.path(), &["pin", "build", "tiny"]).ok();
    call_in(folder.path(), &["import", "world.csv", "--out", "world.parquet"]).ok();
    let held = [
        "import",
        "baci.csv",
        "--default",
        "classification=HS92",
        "--out",
        "held",
    ];
    call_in(folder.path(), &held).ok();
    call_in(folder.path(), &["analyze", "studies/small", "--out", "before"]).ok();
    folder
}

/// What the others find: made once.
pub fn furnished() -> &'static Files {
    static FILES: std::sync::OnceLock<Files> = std::sync::OnceLock::new();
    FILES.get_or_init(|| files_below(house().path()))
}

pub fn fresh() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in furnished() {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}
