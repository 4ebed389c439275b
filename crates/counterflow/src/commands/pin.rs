//! `counterflow pin`: list, show, check, build, add.

mod add;

use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::{Args, Subcommand};
use model::{Cell, Kind, Table};
use sources::{Defaults, Options, Source};
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Dataset, FileFacts, Filter, Pin, Reference};
use trade::Record;

/// Commands on pinned datasets.
#[derive(Subcommand, Debug)]
pub enum PinCommand {
    /// List the pins.
    List(PinFolder),
    /// Show one pin's provenance, terms and traps.
    Show {
        /// The pin.
        name: String,
        /// Where.
        #[command(flatten)]
        folder: PinFolder,
    },
    /// Re-hash pins and re-check their invariants.
    Check {
        /// The pins; all where none is named.
        names: Vec<String>,
        /// Where.
        #[command(flatten)]
        folder: PinFolder,
    },
    /// Pin a file: turn it into a dataset with its provenance and hashes.
    Add(Box<add::AddArguments>),
    /// Rebuild pins from their figures.
    Build {
        /// The pins; all where none is named.
        names: Vec<String>,
        /// Where.
        #[command(flatten)]
        folder: PinFolder,
    },
}

/// Where pins are.
#[derive(Args, Debug)]
pub struct PinFolder {
    /// The folder of pinned datasets.
    #[arg(long, default_value = "datasets", value_name = "DIR")]
    pub datasets: PathBuf,
}

/// Runs one of the commands on pins.
pub fn run(command: &PinCommand, output: &Output) -> Outcome {
    match command {
        PinCommand::List(folder) => list(folder, output),
        PinCommand::Show { name, folder } => show(name, folder, output),
        PinCommand::Check { names, folder } => check(names, folder, output),
        PinCommand::Add(arguments) => add::run(arguments, output),
        PinCommand::Build { names, folder } => build(names, folder, output),
    }
}

fn chosen(names: &[String], folder: &PinFolder) -> Outcome<Vec<String>> {
    let known = store::pin_names(&folder.datasets)?;
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        return Err(Failure::because(format!(
            "there is no pin `{name}`; there are {}",
            known.join(", ")
        )));
    }
    Ok(if names.is_empty() { known } else { names.to_vec() })
}

fn list(folder: &PinFolder, output: &Output) -> Outcome {
    let columns = [
        ("pin", Kind::Text, ""),
        ("rows", Kind::Integer, ""),
        ("title", Kind::Text, ""),
        ("release", Kind::Text, ""),
        ("licence", Kind::Text, ""),
    ];
    let mut table = Table::new("pins", "Pinned datasets", &columns);
    let mut broken = Vec::new();
    for name in chosen(&[], folder)? {
        let about = match Pin::open(&folder.datasets.join(&name)) {
            Ok(pin) => pin.about,
            Err(error) => {
                broken.push(error.to_string());
                continue;
            }
        };
        let rows = about.file.as_ref().map(|f| f.rows as i64);
        table.push(vec![
            name.into(),
            rows.into(),
            about.title.into(),
            about.release.into(),
            about.licence.into(),
        ]);
    }
    output.table(&table)?;
    match &broken[..] {
        [] => Ok(ExitCode::SUCCESS),
        [first, rest @ ..] => {
            rest.iter().for_each(|error| output.warn(&format!("warning: {error}")));
            Err(Failure::because(first.clone()))
        }
    }
}

fn show(name: &str, folder: &PinFolder, output: &Output) -> Outcome {
    let name = &chosen(&[name.to_owned()], folder)?[0];
    let pin = Pin::open(&folder.datasets.join(name))?;
    let about = &pin.about;
    let columns = [("what", Kind::Text, ""), ("value", Kind::Text, "")];
    let mut table = Table::new("pin", &about.title, &columns);
    let mut say = |what: &str, value: &str| table.push(vec![what.into(), value.into()]);
    say("name", &about.name);
    say("title", &about.title);
    say("compiler", &about.compiler);
    say("release", &about.release);
    say("retrieved", &about.retrieved);
    say("url", &about.url);
    if let Some(doi) = &about.doi {
        say("doi", doi);
    }
    say("licence", &about.licence);
    say("terms", &about.terms);
    say("citation", &about.citation);
    say(
        "description",
        &about.description.split_whitespace().collect::<Vec<_>>().join(" "),
    );
    for trap in &about.traps {
        say("trap", trap);
    }
    if let Some(file) = &about.file {
        say("schema", &file.schema);
        say("rows", &file.rows.to_string());
        say("years", &format!("{} to {}", file.first_year, file.last_year));
        say("check sum", &format!("{} USD", file.sum_usd));
        say("bytes", &file.bytes.to_string());
        say("sha256", &file.sha256);
        say("logical hash", &file.logical_hash);
    }
    for reference in &pin.references {
        say(
            "reference",
            &format!("{}: {} {}", reference.key, reference.citation, reference.url),
        );
    }
    // Long texts are for reading: as text they are printed whole, not cut to a column.
    if output.format == report::Format::Table {
        let lines: String = table
            .rows
            .iter()
            .map(|row| format!("{:<14}{}\n", text(&row[0]), text(&row[1])))
            .collect();
        output.bytes(lines.as_bytes())?;
    } else {
        output.table(&table)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(cell: &Cell) -> &str {
    if let Cell::Text(text) = cell { text } else { "" }
}

fn check(names: &[String], folder: &PinFolder, output: &Output) -> Outcome {
    let columns = [
        ("pin", Kind::Text, ""),
        ("rows", Kind::Integer, ""),
        ("verdict", Kind::Text, ""),
    ];
    let mut table = Table::new("checks", "Pins against their descriptions", &columns);
    let mut broken = Vec::new();
    for name in chosen(names, folder)? {
        let place = folder.datasets.join(&name);
        let pin = Pin::open(&place)?;
        if pin.about.file.is_none() && Dataset::is_one(&place) {
            // A folder of years, whose manifest holds the hashes.
            let dataset = Dataset::open(&place)?;
            dataset.check()?;
            table.push(vec![
                name.into(),
                Cell::Integer(dataset.rows() as i64),
                "as pinned".into(),
            ]);
            continue;
        }
        let records = match pin.records(&Filter::default()) {
            Ok(records) => records,
            Err(unreadable) => {
                let path = pin.parquet()?;
                let differs = store::sha256_of_file(&path)? != pin.facts()?.sha256;
                let but = if differs {
                    "was changed since it was pinned, and "
                } else {
                    ""
                };
                table.push(vec![name.into(), Cell::Missing, "unreadable".into()]);
                broken.push(format!("{} {but}cannot be read: {unreadable}", path.display()));
                continue;
            }
        };
        let mut found: Vec<String> = store::check_pin(&pin, &records)?
            .iter()
            .map(ToString::to_string)
            .collect();
        found.extend(text_differs(&pin, &records)?);
        let verdict = if found.is_empty() {
            "as pinned".to_owned()
        } else {
            format!("{} things differ", found.len())
        };
        table.push(vec![
            name.into(),
            Cell::Integer(pin.facts()?.rows as i64),
            verdict.into(),
        ]);
        broken.extend(found);
    }
    output.table(&table)?;
    if broken.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::because(broken.join("\n")))
}

fn build(names: &[String], folder: &PinFolder, output: &Output) -> Outcome {
    let columns = [
        ("pin", Kind::Text, ""),
        ("rows", Kind::Integer, ""),
        ("bytes", Kind::Integer, ""),
        ("logical_hash", Kind::Text, ""),
    ];
    let mut table = Table::new("built", "Pins rebuilt from their figures", &columns);
    for name in chosen(names, folder)? {
        let facts = build_one(&folder.datasets.join(&name))?;
        table.push(vec![
            name.into(),
            Cell::Integer(facts.rows as i64),
            Cell::Integer(facts.bytes as i64),
            facts.logical_hash.into(),
        ]);
    }
    output.table(&table)?;
    Ok(ExitCode::SUCCESS)
}

/// A pin's figures as records, read from the text they were transcribed to.
fn figures(pin: &Pin) -> Outcome<Vec<Record>> {
    let folder = &pin.folder;
    let figures = folder.join("figures.csv");
    if !figures.exists() {
        return Err(Failure::because(format!(
            "{} has no figures.csv: it was made of a file (`pin add`), and there is no text to build it from",
            folder.display()
        )));
    }
    let defaults: toml::Table = pin
        .about
        .defaults
        .iter()
        .map(|(k, v)| (k.clone(), toml::Value::String(v.clone())))
        .collect();
    let defaults: Defaults = defaults.try_into().map_err(|e: toml::de::Error| {
        Failure::because(format!(
            "{}: [defaults]: {}",
            folder.join("pin.toml").display(),
            e.message()
        ))
    })?;
    let options = Options {
        source: Some(Source::Figures),
        defaults,
        references: pin.references.iter().map(|r| r.key.clone()).collect(),
        ..Options::default()
    };
    let imported = sources::import_path(&figures, &options)?;
    if let Some(row) = imported.quarantine.first() {
        let column = row
            .column
            .as_ref()
            .map(|c| format!(", column `{c}`"))
            .unwrap_or_default();
        return Err(Failure::because(format!(
            "{}, line {}{column}: `{}`: {}; {} ({} bad rows in all; a pin has none)",
            figures.display(),
            row.line,
            row.value,
            row.reason,
            row.advice,
            imported.quarantined()
        )));
    }
    if let Some(tally) = imported.set_aside.first() {
        return Err(Failure::because(format!(
            "{}: {} set aside ({}), and a pin has none",
            figures.display(),
            report::counted(tally.rows as usize, "row"),
            tally.kind
        )));
    }
    Ok(imported.records)
}

/// How a pin's text of figures and its Parquet file differ; empty where they say the same, or
/// where there is no such text.
pub fn text_differs(pin: &Pin, file: &[Record]) -> Outcome<Vec<String>> {
    if !pin.folder.join("figures.csv").exists() {
        return Ok(Vec::new());
    }
    let text = figures(pin)?;
    if store::logical_hash(&text) == store::logical_hash(file) {
        return Ok(Vec::new());
    }
    let shown = |r: &Record| {
        let value = r.value.map_or_else(|| "no value".to_owned(), |v| format!("{v} USD"));
        format!(
            "{} {} {} {} {} {}: {value}",
            r.compiler, r.period, r.reporter, r.flow, r.partner, r.product
        )
    };
    let count = |records: &[Record]| {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        records.iter().for_each(|r| *seen.entry(shown(r)).or_default() += 1);
        seen
    };
    let (text, file) = (count(&text), count(file));
    let only = |here: &BTreeMap<String, usize>, there: &BTreeMap<String, usize>, whose: &str| {
        let differing = here.iter().filter(|(line, n)| there.get(*line) != Some(n));
        differing
            .map(|(line, _)| format!("pin `{}`: only {whose}: {line}", pin.about.name))
            .take(5)
            .collect::<Vec<_>>()
    };
    let mut said = only(&text, &file, "figures.csv");
    said.extend(only(&file, &text, "the Parquet file"));
    if said.is_empty() {
        said.push(format!(
            "pin `{}`: figures.csv and the Parquet file differ in what is not a value",
            pin.about.name
        ));
    }
    Ok(said)
}

/// `references.csv`, in the order in which records point to its rows.
pub fn reference_list(references: &[Reference]) -> Outcome<Vec<u8>> {
    let text = |name| (name, Kind::Text, "");
    let columns = [text("key"), text("citation"), text("url"), text("note")];
    let mut table = Table::new("references", "References", &columns);
    for one in references {
        let cells = [&one.key, &one.citation, &one.url, &one.note];
        table.push(cells.map(|cell| cell.as_str().into()).to_vec());
    }
    Ok(report::to_bytes(&table, report::Format::Csv)?)
}

/// Writes a pin's Parquet file and the generated part of its description.
fn build_one(folder: &Path) -> Outcome<FileFacts> {
    let pin = Pin::open_by_hand(folder)?;
    let _alone = store::lock_folder(folder)?;
    let records = figures(&pin)?;
    let path = folder.join(format!("{}.parquet", pin.about.name));
    let bytes = store::parquet_bytes(&records, &path)?;
    let facts = FileFacts::of(format!("{}.parquet", pin.about.name), &bytes, &records);
    let invariants = pin
        .about
        .invariant
        .iter()
        .flat_map(|invariant| invariant.check(&records));
    if let Some(what) = pin.without_reference(&records).into_iter().chain(invariants).next() {
        return Err(Failure::because(format!(
            "{}: {what}",
            folder.join("pin.toml").display()
        )));
    }
    let description = folder.join("pin.toml");
    let text = store::read_text(&description)?;
    store::write_atomically(&path, &bytes)?;
    store::write_atomically(&description, store::with_generated_section(&text, &facts).as_bytes())?;
    Ok(facts)
}
