//! A user's dataset for a study: `--data DIR`.

use crate::fail::{Failure, Outcome};
use crate::output::Output;
use crate::progress;
use extract::World;
use std::path::Path;
use store::{Dataset, FileFacts, PinFile};
use study::{DATA, Given, Study};
use trade::Record;

/// Gives a study the dataset at `path`, or says which scenarios wait for one.
pub fn give(study: &mut Study, path: Option<&Path>, output: &Output) -> Outcome<()> {
    let waiting = study.waiting().len();
    match path {
        None if waiting > 0 && !study.file.scenario.is_empty() => {
            let names: Vec<&str> = study.waiting().map(|s| s.id.as_str()).collect();
            output.say(&format!(
                "note: {} not run: they need a dataset of the world (--data DIR)",
                names.join(", ")
            ));
            Ok(())
        }
        None => Ok(()),
        Some(path) if waiting == 0 => Err(Failure::because(format!(
            "--data {}: no scenario of {} takes a dataset: a layer does with pin = \"{DATA}\"",
            path.display(),
            study.path.display()
        ))),
        Some(path) => {
            let given = read(study, path, output)?;
            study.give(given);
            Ok(())
        }
    }
}

fn read(study: &Study, path: &Path, output: &Output) -> Outcome<Given> {
    let (economies, digits) = (study.economies_wanted()?, study.digits_wanted());
    let bar = progress::bar(1 + economies.len() as u64, output.quiet);
    bar.set_message("sums of the dataset");
    super::load::finished(path)?;
    super::load::look_through(path, store::columns::LOOKED_THROUGH, output)?;
    let world = World::open(path)?;
    let mut records: Vec<Record> = Vec::new();
    for economy in economies {
        bar.set_message(economy.to_string());
        bar.inc(1);
        records.extend(world.about(economy, &digits)?);
    }
    bar.finish_and_clear();
    // Two economies' trade with each other is told once.
    records.sort_by(|a, b| a.key().cmp(&b.key()));
    records.dedup_by(|a, b| a == b);
    Ok(Given {
        about: about(path, &world, &records)?,
        records,
        rows: rows(path)?,
    })
}

/// How many records a dataset has.
fn rows(path: &Path) -> Outcome<u64> {
    if Dataset::is_one(path) {
        return Ok(Dataset::open(path)?.rows());
    }
    let files = if path.is_dir() {
        store::columns::dataset_files(path)?
    } else {
        vec![path.to_owned()]
    };
    let mut rows = 0;
    for file in &files {
        rows += store::read_header(file)?.1;
    }
    Ok(rows)
}

/// What can be said of a dataset that nobody described.
fn about(path: &Path, world: &World, records: &[Record]) -> Outcome<PinFile> {
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let (made_by, hashed) = if Dataset::is_one(path) {
        let made_by = Dataset::open(path)?.made_by().to_owned();
        (made_by, path.join(store::dataset::MANIFEST))
    } else {
        ("not stated".to_owned(), path.to_owned())
    };
    let mut file = FileFacts::of(name.clone(), &[], records);
    // Never read whole: it may be large.
    if hashed.is_file() {
        file.bytes = std::fs::metadata(&hashed)?.len();
        file.sha256 = store::sha256_of_file(&hashed)?;
    }
    let compilers: Vec<&str> = world.compilers().into_iter().collect();
    let compiler = compilers.join(", ");
    Ok(PinFile {
        name: DATA.to_owned(),
        title: format!("The dataset `{name}`, given by the user"),
        release: made_by,
        retrieved: "not stated".to_owned(),
        url: String::new(),
        doi: None,
        licence: "not stated in the dataset: its publisher's terms hold".to_owned(),
        terms: String::new(),
        citation: format!("{compiler}, as in the user's dataset `{name}`"),
        description: "Exact sums of the user's dataset: what the economy and its partners report of each other, by \
                      partner and by product, and, where both sides report, what rules of reconciliation make of it. \
                      The hash is that of the dataset's manifest, or of its one file; rows are the sums."
            .to_owned(),
        traps: Vec::new(),
        note: Vec::new(),
        defaults: Default::default(),
        invariant: Vec::new(),
        file: Some(file),
        compiler,
    })
}
