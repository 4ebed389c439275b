//! `--out` never writes over what a command reads, over somebody else's list, or over what is no file.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use tests::{Call, call, call_in};

const TABLE: &str = "period,reporter,partner,flow,value_usd,compiler\n2003,CHN,USA,export,100,A\n2004,CHN,USA,export,120,A\n2005,CHN,USA,export,150,A\n";

fn refused(told: &Call, path: &Path, before: &[u8]) {
    assert_eq!(told.code, 2, "{}", told.stderr);
    assert!(told.stderr.contains("would replace"), "{}", told.stderr);
    assert_eq!(std::fs::read(path).unwrap(), before, "{}", path.display());
}

#[test]
fn inputs_are_spared() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("in.csv");
    std::fs::write(&file, TABLE).unwrap();
    for arguments in [
        &["sum", "in.csv"][..],
        &["import", "in.csv"],
        &["trend", "in.csv", "--time", "period", "--value", "value_usd"],
        &["concentration", "in.csv", "--value", "value_usd"],
        &["fit", "value_usd ~ 1", "in.csv"],
        &["mirror", "pairs", "in.csv"],
        &["diff", "in.csv", "in.csv"],
    ] {
        for out in ["in.csv", "./in.csv", file.to_str().unwrap()] {
            let told = call_in(folder.path(), &[arguments, &["--out", out]].concat());
            refused(&told, &file, TABLE.as_bytes());
        }
    }
    let map = folder.path().join("map.toml");
    std::fs::write(&map, "[columns]\n").unwrap();
    let told = call_in(
        folder.path(),
        &["import", "in.csv", "--map", "map.toml", "--out", "map.toml"],
    );
    refused(&told, &map, b"[columns]\n");
}

#[test]
fn a_dataset_s_own_files_are_spared() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world");
    let of = world.to_str().unwrap();
    call(&["synth", "--rows", "3000", "--out", of, "--quiet"]).ok();
    let part = std::fs::read_dir(&world).unwrap().map(|entry| entry.unwrap().path());
    let part = part
        .filter(|path| path.extension().is_some_and(|e| e == "parquet"))
        .min()
        .unwrap();
    let before = std::fs::read(&part).unwrap();
    refused(&call(&["sum", of, "--out", part.to_str().unwrap()]), &part, &before);
    let told = call(&["sum", of, "--out", world.join("mine.parquet").to_str().unwrap()]);
    assert_eq!((told.code, world.join("mine.parquet").exists()), (2, false));
    call(&[
        "sum",
        of,
        "--by",
        "flow",
        "--out",
        folder.path().join("mine.csv").to_str().unwrap(),
        "--format",
        "csv",
    ])
    .ok();
}

#[test]
fn a_list_of_somebody_else_s_is_spared_and_ours_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let bad = format!("{TABLE}2006,CHN,USA,export,abc,A\n");
    std::fs::write(folder.path().join("in.csv"), &bad).unwrap();
    let list = folder.path().join("out.quarantine.csv");
    let import = ["import", "in.csv", "--out", "out.parquet", "--quiet"];
    std::fs::write(&list, "my,own,notes\n").unwrap();
    let told = call_in(folder.path(), &import);
    assert_eq!(told.code, 2, "{}", told.stderr);
    assert_eq!(std::fs::read(&list).unwrap(), b"my,own,notes\n");
    std::fs::remove_file(&list).unwrap();
    for _ in 0..2 {
        call_in(folder.path(), &import).ok();
        assert!(std::fs::read_to_string(&list).unwrap().contains("abc"));
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_links_stay_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("in.csv"), TABLE).unwrap();
    std::os::unix::fs::symlink(at("real.csv"), at("link.csv")).unwrap();
    std::fs::write(at("real.csv"), "old").unwrap();
    let sum = |out: &str| call_in(folder.path(), &["sum", "in.csv", "--format", "csv", "--out", out]);
    sum("link.csv").ok();
    assert!(at("link.csv").is_symlink());
    let real = std::fs::read_to_string(at("real.csv")).unwrap();
    assert!(real.starts_with("value_usd") && real.contains("370"), "{real}");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(at("pipe"))
            .status()
            .unwrap()
            .success()
    );
    let read = std::thread::spawn({
        let pipe = at("pipe");
        move || std::fs::read_to_string(pipe).unwrap()
    });
    sum("pipe").ok();
    assert_eq!(read.join().unwrap(), real);
}

#[test]
fn what_could_not_be_estimated_at_all_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("two.csv"), "year,v\n2001,1\n2002,2\n").unwrap();
    std::fs::write(folder.path().join("zero.csv"), "year,v\n2001,0\n2002,0\n").unwrap();
    for format in ["table", "json"] {
        for arguments in [
            &["trend", "two.csv", "--time", "year", "--value", "v"][..],
            &["concentration", "zero.csv", "--value", "v"],
        ] {
            let told = call_in(folder.path(), &[arguments, &["--format", format]].concat());
            assert_eq!(told.code, 1);
            assert!(told.stderr.contains("nothing could be estimated"), "{}", told.stderr);
            assert!(told.stdout.is_empty());
        }
    }
    let years: String = (1990..2010).map(|y| format!("{y},{}\n", y * 7 % 13)).collect();
    std::fs::write(folder.path().join("years.csv"), format!("year,v\n{years}")).unwrap();
    let breaks = |at| {
        call_in(
            folder.path(),
            &["breaks", "v ~ 1", "years.csv", "--time", "year", "--at", at],
        )
    };
    breaks("1999").ok();
    for outside in ["1950", "2009"] {
        let told = breaks(outside);
        assert_eq!(told.code, 1);
        assert!(told.stderr.contains("from 1990 to 2009"), "{}", told.stderr);
    }
}

#[test]
fn a_folder_that_holds_the_input_and_pins_by_name_are_spared() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let baci = b"t,i,j,k,v,q\n2015,156,842,10121,1,1\n";
    for name in ["2015.parquet", "quarantine.csv"] {
        std::fs::write(at(name), baci).unwrap();
        let told = call_in(
            folder.path(),
            &[
                "import",
                name,
                "--source",
                "baci",
                "--default",
                "classification=HS92",
                "--out",
                ".",
            ],
        );
        refused(&told, &at(name), baci);
        std::fs::remove_file(at(name)).unwrap();
    }
    std::fs::write(at("in.csv"), TABLE).unwrap();
    let about = "pin add mine in.csv --compiler A --release 1 --retrieved 2024-02-29 --url u --licence l --citation c --datasets pins";
    call_in(folder.path(), &about.split(' ').collect::<Vec<_>>()).ok();
    let pinned = at("pins/mine/mine.parquet");
    let before = std::fs::read(&pinned).unwrap();
    let sum = ["sum", "mine", "--datasets", "pins", "--out", "pins/mine/mine.parquet"];
    refused(&call_in(folder.path(), &sum), &pinned, &before);
}
