//! Counterflow extended from outside: a source, a classification, a model and a reconciliation rule of
//! our own, and a study that uses them. Prints the findings as JSON.

mod goods;
mod rule;
mod share;
mod source;

use model::Model;
use std::error::Error;
use std::path::Path;
use store::FileFacts;
use study::Study;

/// What the customs office of the valley sends.
const BULLETIN: &str = include_str!("../bulletin.txt");

fn main() -> Result<(), Box<dyn Error>> {
    // A source is whatever makes records. The pin makes them citable and checkable.
    let records = source::read(BULLETIN)?;
    let datasets = std::env::temp_dir().join(format!("valley-{}", std::process::id()));
    pin(&datasets.join("valley"), &records)?;

    // A study finds our model by its id, beside the ones that counterflow brings.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("study");
    let study = Study::open(&folder, Some(&datasets))?;
    let models: [&dyn Model; 2] = [&share::LargestShare, &concentration::Concentration];
    let run = study::run(&study, &models, &|_| {});
    std::fs::remove_dir_all(&datasets)?;
    let run = run?;
    println!("{}", report::findings_json(&run.findings)?);

    // A rule of our own on a flow that both sides report.
    let cell = mirror::rules::Cell {
        export: Some(100.0),
        import: Some(116.64),
        margin: 0.08,
        ..mirror::rules::Cell::default()
    };
    let estimate = mirror::rules::Rule::reconcile(&rule::GeometricMean, &cell);
    eprintln!(
        "geometric mean of 100 and 116.64 / 1.08: {:?}",
        estimate.map(|e| e.value)
    );
    Ok(())
}

/// Writes records as a pin: the Parquet file, and a description with its hashes.
fn pin(folder: &Path, records: &[trade::Record]) -> Result<(), Box<dyn Error>> {
    let file = folder.join("valley.parquet");
    let bytes = store::parquet_bytes(records, &file)?;
    store::write_atomically(&file, &bytes)?;
    let about = "name = 'valley'\ntitle = 'Trade of the valley'\ncompiler = 'Customs office of the valley'\n\
                 release = '1'\nretrieved = '2026-11-22'\nurl = ''\nlicence = 'made up'\nterms = 'made up'\n\
                 citation = 'made up for this example'\ndescription = 'Made-up figures.'\n";
    let facts = FileFacts::of("valley.parquet".to_owned(), &bytes, records);
    let text = store::with_generated_section(about, &facts);
    store::write_atomically(&folder.join("pin.toml"), text.as_bytes())?;
    Ok(())
}
