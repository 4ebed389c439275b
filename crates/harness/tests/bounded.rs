//! The fuzz targets on their seeds, on what fuzzing found, and on a fixed number of mutations of both: the same
//! ones each time, in a few seconds. `COUNTERFLOW_FUZZ_SECONDS` goes on with more of them until each target has had so
//! many seconds, `COUNTERFLOW_FUZZ_SEED` makes them others.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use harness::{Mutations, TARGETS, Target};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// No input of a few kilobytes takes longer, however slow the machine is; one that does is given other chances, since
/// the machine may have had something else to do.
const PATIENCE: Duration = Duration::from_secs(20);
const CHANCES: usize = 3;

fn regressions(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/regressions")
        .join(target.name);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let named = |path: PathBuf| {
        (
            path.file_name().unwrap().to_string_lossy().into_owned(),
            std::fs::read(path).unwrap(),
        )
    };
    files.into_iter().map(named).collect()
}

fn run(target: &Target, name: &str, input: &[u8]) {
    let once = || {
        let start = Instant::now();
        let ran = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
        (ran, start.elapsed())
    };
    let (mut ran, mut took) = once();
    for _ in 1..CHANCES {
        if ran.is_ok() && took >= PATIENCE {
            (ran, took) = once();
        }
    }
    if ran.is_err() || took >= PATIENCE {
        // To be looked at, and kept in fuzz/regressions once it is understood.
        let kept = std::env::temp_dir().join(format!("{}-{}", target.name, name.replace(' ', "-")));
        std::fs::write(&kept, input).unwrap();
        let what = if ran.is_err() {
            "a property does not hold"
        } else {
            "it took too long"
        };
        panic!(
            "{}, {name}: {what} ({took:?}); the input is in {}",
            target.name,
            kept.display()
        );
    }
}

fn bounded(name: &str, mutations: usize) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let mut inputs = (target.seeds)();
    for (number, seed) in inputs.iter().enumerate() {
        run(target, &format!("seed {number}"), seed);
    }
    for (file, input) in regressions(target) {
        run(target, &file, &input);
        inputs.push(input);
    }
    run(target, "nothing", b"");
    let seed = asked("COUNTERFLOW_FUZZ_SEED").unwrap_or(7);
    let seconds = Duration::from_secs(asked("COUNTERFLOW_FUZZ_SECONDS").unwrap_or(0));
    let start = Instant::now();
    let mut done = 0;
    for input in Mutations::new(inputs, seed) {
        if done >= mutations && start.elapsed() >= seconds {
            break;
        }
        run(target, &format!("mutation {done} of seed {seed}"), &input);
        done += 1;
    }
    println!("{name}: {done} mutations of seed {seed} in {:?}", start.elapsed());
}

/// A number from the environment; one that is none ends the test, since it would be a run that was not asked for.
fn asked(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|e| panic!("{name} is `{text}`: {e}")))
}

macro_rules! targets {
    ($($name:ident: $mutations:literal),+ $(,)?) => {
        $(#[test]
        fn $name() {
            bounded(stringify!($name), $mutations);
        })+

        #[test]
        fn every_target_is_run_and_given_to_the_fuzzer() {
            let run = [$(stringify!($name)),+];
            let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
            let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
            for target in TARGETS {
                assert!(run.contains(&target.name), "{}", target.name);
                assert!(manifest.contains(&format!("name = \"{}\"", target.name)), "{}", target.name);
                assert!(fuzz.join(format!("fuzz_targets/{}.rs", target.name)).is_file(), "{}", target.name);
            }
        }
    };
}

targets! {
    import: 1500,
    json: 1500,
    packed: 1000,
    bulk: 150,
    table: 2000,
    parquet: 600,
    formula: 3000,
    conditions: 3000,
    study: 1000,
    pin: 1000,
    fetch: 500,
}

/// The mutations are the same each time, or a failure could not be seen again.
#[test]
fn mutations_are_repeated() {
    let some = || Mutations::new((TARGETS[0].seeds)(), 3).take(50).collect::<Vec<_>>();
    assert_eq!(some(), some());
    assert!(some().windows(2).any(|pair| pair[0] != pair[1]));
}
