//! Datasets of many files: made, imported, interrupted, on a disk that is full.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::{call, program};

/// A file in the shape of BACI's, and what is imported from it undisturbed.
fn baci(folder: &Path) -> (PathBuf, Vec<(String, Vec<u8>)>) {
    let file = folder.join("baci.csv");
    let path = file.to_str().unwrap();
    call(&[
        "synth", "--shape", "baci", "--rows", "200000", "--years", "8", "--out", path,
    ])
    .ok();
    let out = folder.join("undisturbed");
    import(&file, &out).ok();
    (file, files(&out))
}

fn import(file: &Path, out: &Path) -> tests::Call {
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    call(&["import", file, "--out", out, "--default", "classification=HS0"])
}

/// The files of a folder with their contents, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let named = |p: PathBuf| {
        (
            p.file_name().unwrap().to_string_lossy().into_owned(),
            std::fs::read(&p).unwrap(),
        )
    };
    let mut files: Vec<_> = entries.filter(|p| p.is_file()).map(named).collect();
    files.sort();
    files
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, threads: &str| {
        let out = folder.path().join(name);
        let path = out.to_str().unwrap();
        call(&[
            "synth",
            "--rows",
            "60000",
            "--years",
            "4",
            "--seed",
            "7",
            "--threads",
            threads,
            "--out",
            path,
        ])
        .ok();
        files(&out)
    };
    let one = make("one", "1");
    assert_eq!(one.len(), 5, "four years and a manifest");
    assert!(one == make("three", "3"));
}

#[test]
fn a_killed_import_is_finished_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (file, want) = baci(folder.path());
    for wait in [0, 20, 60, 150, 400] {
        let out = folder.path().join(format!("killed-{wait}"));
        let mut child = Command::new(program())
            .arg("import")
            .arg(&file)
            .arg("--out")
            .arg(&out)
            .args(["--default", "classification=HS0", "--threads", "1"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // A moment after it has begun to write.
        let start = Instant::now();
        while !out.exists() && start.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(wait));
        let _ = child.kill();
        child.wait().unwrap();
        import(&file, &out).ok();
        assert!(files(&out) == want, "after {wait} ms");
        let left = std::fs::read_dir(&out).unwrap().count();
        assert_eq!(left, want.len(), "nothing unfinished is left");
    }
}

/// A limit on the size of files stands for a disk that is full: a write fails in the midst.
#[cfg(unix)]
#[test]
fn a_full_disk_is_one_error_and_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let (file, want) = baci(folder.path());
    let out = folder.path().join("full");
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" \"$@\""])
        .arg(program())
        .arg("import")
        .arg(&file)
        .arg("--out")
        .arg(&out)
        .args(["--default", "classification=HS0"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&limited.stderr);
    assert_eq!(limited.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: cannot write"), "{said}");
    assert_eq!(said.matches("error:").count(), 1, "{said}");
    let left = files(&out);
    assert!(
        left.iter().all(|f| want.contains(f) || f.0 == "dataset.toml"),
        "only whole partitions"
    );
    import(&file, &out).ok();
    assert!(files(&out) == want);
}

#[test]
fn too_little_memory_and_a_missing_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    call(&["synth", "--rows", "10"]).code(2).tells(&["--out FOLDER"]);
    call(&["import", "/no/such/file.csv", "--out", out])
        .code(1)
        .tells(&["cannot be read"]);
    call(&["import", "/dev/null", "--out", out, "--memory", "1MB"])
        .code(1)
        .tells(&["memory"]);
}
