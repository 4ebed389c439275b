//! What becomes of a command that is killed, that has no room on the disk, that may not write, or that is run twice
//! at once: nothing half-written is read as whole, there is one clear error, and the next run finishes.

#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod jobs;

use jobs::{Job, fresh, furnished, jobs};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tests::{Files, call_in, files_below, program};

/// The files that a reader sees; names that begin with a dot are of nobody.
fn visible(folder: &Path) -> Files {
    let mut files = files_below(folder);
    files.retain(|name, _| !name.split('/').any(|part| part.starts_with('.')));
    files
}

fn undisturbed(job: &Job) -> (Files, Duration) {
    let folder = fresh();
    let start = Instant::now();
    call_in(folder.path(), job.arguments).ok();
    (visible(folder.path()), start.elapsed())
}

/// Every visible file is as before the job or as after it; a file that grows with the job may be between.
#[track_caller]
fn nothing_half_written(job: &Job, folder: &Path, whole: &Files, when: &str) {
    for (name, bytes) in visible(folder) {
        if job.growing.contains(&name.as_str()) {
            continue;
        }
        let as_before = furnished().get(&name) == Some(&bytes);
        assert!(
            as_before || whole.get(&name) == Some(&bytes),
            "{}, {when}: {name} is neither old nor new",
            job.name
        );
    }
    // A finished run is told by its manifest.
    if folder.join(job.target).join("run.json").exists() {
        for (name, bytes) in whole.iter().filter(|(name, _)| name.starts_with(job.target)) {
            assert_eq!(
                fs::read(folder.join(name)).ok().as_ref(),
                Some(bytes),
                "{}: {name}",
                job.name
            );
        }
    }
    // A dataset that lacks years says so.
    let differs = |manifest: &str| {
        let now = fs::read(folder.join(manifest)).ok();
        now.is_some()
            && ![whole, furnished()]
                .iter()
                .any(|files| files.get(manifest) == now.as_ref())
    };
    if job.growing.iter().any(|manifest| differs(manifest)) {
        let said = call_in(folder, &["sum", job.target, "--by", "year"]);
        assert!(
            said.code != 0 || said.stderr.contains("not finished") || said.stderr.contains("stale"),
            "{}, {when}: read as whole\n{}{}",
            job.name,
            said.text(),
            said.stderr
        );
        call_in(folder, &["mirror", "gaps", job.target]).code(1);
    }
}

/// The next run finishes, and what is there is as if nothing had happened.
#[track_caller]
fn finished_by_the_next(job: &Job, folder: &Path, whole: &Files, when: &str) {
    let complete = visible(folder) == *whole;
    let again = call_in(folder, job.arguments);
    if job.once && complete && again.code == 1 {
        assert!(
            again.stderr.contains("exists") || again.stderr.contains("is there already"),
            "{}",
            again.stderr
        );
    } else {
        assert_eq!(again.code, 0, "{}, {when}: {}", job.name, again.stderr);
    }
    let names = |files: &Files| files.keys().cloned().collect::<BTreeSet<_>>();
    let now = visible(folder);
    assert_eq!(names(&now), names(whole), "{}, {when}", job.name);
    assert!(now == *whole, "{}, {when}: other bytes", job.name);
}

fn spawn(job: &Job, folder: &Path) -> std::process::Child {
    let mut command = Command::new(program());
    command.args(job.arguments).current_dir(folder);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// At how many moments of its run each command is killed; `COUNTERFLOW_FAULT_KILLS` asks for more.
fn kills() -> u32 {
    std::env::var("COUNTERFLOW_FAULT_KILLS").map_or(6, |kills| kills.parse().unwrap())
}

#[test]
fn a_killed_command_is_finished_by_the_next() {
    let kills = kills();
    for job in jobs() {
        let (whole, took) = undisturbed(&job);
        for part in 1..=kills {
            let folder = fresh();
            let mut child = spawn(&job, folder.path());
            std::thread::sleep(took * part / kills);
            let _ = child.kill();
            child.wait().unwrap();
            let when = format!("killed after {part}/{kills} of {took:?}");
            nothing_half_written(&job, folder.path(), &whole, &when);
            finished_by_the_next(&job, folder.path(), &whole, &when);
        }
    }
}

/// A limit on the size of files stands for a disk that is full: a write fails in the midst.
fn limited(job: &Job, folder: &Path, blocks: u32) -> Output {
    Command::new("sh")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")])
        .arg(program())
        .args(job.arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[track_caller]
fn one_error(job: &Job, output: &Output, when: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{}, {when}: {said}", job.name);
    assert_eq!(said.matches("error:").count(), 1, "{}, {when}: {said}", job.name);
    assert!(!said.contains("panicked"), "{}, {when}: {said}", job.name);
    let last = Path::new(job.target)
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert!(
        said.contains(&last) || said.contains("write"),
        "{}, {when}: what could not be written is named: {said}",
        job.name
    );
    assert!(
        output.stdout.is_empty(),
        "{}, {when}: {}",
        job.name,
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn a_full_disk_is_one_error_and_the_next_run_finishes() {
    for job in jobs() {
        let (whole, _) = undisturbed(&job);
        let mut failed = 0;
        for blocks in [0, 1, 4, 24] {
            let folder = fresh();
            let output = limited(&job, folder.path(), blocks);
            let when = format!("with files of {blocks} blocks");
            if output.status.code() == Some(0) {
                assert!(
                    visible(folder.path()) == whole,
                    "{}, {when}: it said that all was well",
                    job.name
                );
                continue;
            }
            failed += 1;
            one_error(&job, &output, &when);
            nothing_half_written(&job, folder.path(), &whole, &when);
            let litter: Vec<PathBuf> = files_below(folder.path())
                .into_keys()
                .filter(|name| name.split('/').any(|part| part.starts_with('.')))
                .map(PathBuf::from)
                .collect();
            assert!(litter.is_empty(), "{}, {when}: {litter:?} is left", job.name);
            finished_by_the_next(&job, folder.path(), &whole, &when);
        }
        assert!(failed > 0, "{} never met the limit", job.name);
    }
}

/// Whoever may do anything is not held up by a folder's permissions; a file in the way of a folder stops all.
#[test]
fn where_nothing_may_be_written_there_is_one_error() {
    for job in jobs() {
        let folder = fresh();
        let blocked = folder.path().join(job.target);
        let blocked = if job.name == "pin build" {
            blocked.join("tiny.parquet")
        } else {
            blocked
        };
        let _ = fs::remove_file(&blocked);
        let _ = fs::remove_dir_all(&blocked);
        let before = files_below(folder.path());
        // A folder where a file is to be, or a file where a folder is to be.
        if blocked.extension().is_some() {
            fs::create_dir(&blocked).unwrap();
            fs::write(blocked.join("in the way"), "").unwrap();
        } else {
            fs::write(&blocked, "in the way").unwrap();
        }
        let mut command = Command::new(program());
        let output = command.args(job.arguments).current_dir(folder.path()).output().unwrap();
        one_error(&job, &output, "with something in the way");
        let after = files_below(folder.path());
        let new: Vec<&String> = after
            .keys()
            .filter(|name| !before.contains_key(*name) && !name.starts_with(job.target))
            .collect();
        assert!(new.is_empty(), "{}: {new:?}", job.name);
    }
    // The same with a folder that may not be written to, for those whom that stops.
    for job in jobs() {
        let folder = fresh();
        let parent = folder.path().join(job.target).parent().unwrap().to_owned();
        fs::create_dir_all(&parent).unwrap();
        let closed = if job.name == "pin build" {
            folder.path().join(job.target)
        } else {
            parent
        };
        set_mode(&closed, 0o555);
        let stops = fs::write(closed.join("probe"), "").is_err();
        if !stops {
            tests::skipped("whoever runs these tests may write into folders that are read-only");
            return;
        }
        let mut command = Command::new(program());
        let output = command.args(job.arguments).current_dir(folder.path()).output().unwrap();
        one_error(&job, &output, "in a read-only folder");
        set_mode(&closed, 0o755);
        let (whole, _) = undisturbed(&job);
        finished_by_the_next(&job, folder.path(), &whole, "after a read-only folder");
    }
}

fn set_mode(folder: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn two_runs_at_once_do_not_spoil_each_other() {
    for job in jobs() {
        let (whole, _) = undisturbed(&job);
        let folder = fresh();
        let run = || {
            let mut command = Command::new(program());
            command.args(job.arguments).current_dir(folder.path());
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children = [run(), run(), run()];
        let ended = children.map(|child| child.wait_with_output().unwrap());
        let well = ended.iter().filter(|output| output.status.code() == Some(0)).count();
        let said: Vec<String> = ended
            .iter()
            .map(|o| String::from_utf8_lossy(&o.stderr).into_owned())
            .collect();
        assert!(well >= 1, "{}: {said:?}", job.name);
        for (output, said) in ended.iter().zip(&said) {
            if output.status.code() != Some(0) {
                assert_eq!(output.status.code(), Some(1), "{}: {said}", job.name);
                let told = ["another run", "exists", "is there already"]
                    .iter()
                    .any(|words| said.contains(words));
                assert!(told, "{}: {said}", job.name);
            }
        }
        assert!(visible(folder.path()) == whole, "{}", job.name);
    }
}
