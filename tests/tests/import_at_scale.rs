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
        assert_eq!(
            left,
            want.len() + 1,
            "nothing unfinished is left beside the files and the rollup"
        );
    }
}

#[test]
fn a_sum_tells_of_an_import_that_was_not_finished() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = baci(folder.path());
    let out = folder.path().join("undisturbed");
    let sum = || call(&["sum", out.to_str().unwrap(), "--by", "year,flow", "--format", "csv"]).ok();
    let whole = sum();
    assert!(!whole.stderr.contains("not finished"));
    // As a kill leaves it: a mark in the manifest, a file that the manifest does not name.
    let manifest = out.join("dataset.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(
        &manifest,
        text.replacen("[scales]", "importing = \"baci.csv\"\n[scales]", 1),
    )
    .unwrap();
    std::fs::copy(out.join("1995.parquet"), out.join("2099.parquet")).unwrap();
    let said = sum().tells(&["baci.csv", "was not finished", "run it again"]);
    assert_eq!(
        said.stdout, whole.stdout,
        "a file that the manifest does not name is not read"
    );
    import(&file, &out).ok();
    assert!(!sum().stderr.contains("not finished"));
}

#[test]
fn the_rollup_beside_a_dataset_answers_until_a_file_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _) = baci(folder.path());
    let out = folder.path().join("undisturbed");
    let data = out.to_str().unwrap();
    let sum = |more: &[&str]| {
        let by = [
            "sum",
            data,
            "--by",
            "year,reporter,flow",
            "--where",
            "partner = CHN|DEU",
            "--format",
            "csv",
        ];
        call(&[&by[..], more].concat()).ok()
    };
    let rolled = sum(&[]).tells(&["answered from the pair-level rollup"]);
    let read = sum(&["--no-rollup"]);
    assert!(!read.stderr.contains("rollup"));
    assert!(read.stdout.len() > 100 && read.stdout == rolled.stdout);
    // Products are not in it.
    let products = call(&["sum", data, "--by", "flow,product", "--format", "csv"]).ok();
    assert!(!products.stderr.contains("rollup"));
    // A row group less, or any other file: the rollup is stale, and the rows are read.
    let manifest = out.join("dataset.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let first = text.find("[[partition]]").unwrap();
    let second = first + 1 + text[first + 1..].find("[[partition]]").unwrap();
    std::fs::write(&manifest, format!("{}{}", &text[..first], &text[second..])).unwrap();
    let fewer = sum(&[]).tells(&["was made of other files", "the rows are read instead"]);
    assert_ne!(fewer.stdout, read.stdout);
}

#[test]
fn a_damaged_partition_is_found_by_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _) = baci(folder.path());
    let out = folder.path().join("undisturbed");
    let data = out.to_str().unwrap();
    call(&["sum", data, "--by", "year,flow", "--check"]).ok();
    let path = out.join("1996.parquet");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let said = call(&["sum", data, "--by", "year,flow", "--check"])
        .code(1)
        .tells(&["1996.parquet", "SHA-256"]);
    assert!(said.stdout.is_empty());
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
    // Where nothing was finished there is no folder.
    let left = if out.exists() { files(&out) } else { Vec::new() };
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
