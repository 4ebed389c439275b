//! `counterflow analyze`: run a study and write its results.

use super::given;
use super::pin::text_differs;
use crate::fail::{Failure, Outcome};
use crate::models::models;
use crate::output::Output;
use crate::progress;
use clap::Args;
use model::{Cell, Kind, Table};
use report::{Provenance, ResultFile, result_files};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{Filter, Pin};
use study::{Run, Study};

/// Which study.
#[derive(Args, Debug)]
pub struct StudyArguments {
    /// The study's folder.
    #[arg(default_value = "studies/dprk")]
    pub study: PathBuf,
    /// The folder of pinned datasets; by default the nearest `datasets` above the study.
    #[arg(long, value_name = "DIR")]
    pub datasets: Option<PathBuf>,
    /// A dataset of the world (what `import` makes of BACI or Comtrade), for the scenarios that take one.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Runs the study and writes `results/<study>/`, or the folder that `--out` names.
pub fn run(arguments: &StudyArguments, output: &Output) -> Outcome {
    let (study, run) = recompute(arguments, output)?;
    refuse_broken(&study, &run, "written")?;
    for item in &study.file.summary {
        if let (Some(claim), Some(then), Some(now)) = (&item.claim, &item.written_for, item.outgrown_by(&run.claims)) {
            output.warn(&format!(
                "warning: the summary's sentences on claim {claim} were written for the verdict `{then}`, which is now \
                 `{now}`: look at them in {}; the report says so above them",
                study.path.display()
            ));
        }
    }
    let files = result_files(&study, &run, &provenance(&study)?, store::sha256_of_bytes)?;
    let folder = output
        .file
        .clone()
        .unwrap_or_else(|| PathBuf::from("results").join(folder_name(&study, arguments)));
    write(&folder, &files)?;
    let stdout = Output {
        file: None,
        ..output.clone()
    };
    stdout.table(&verdicts(&study, &run))?;
    output.say(&format!(
        "\n{} in {}; open {}",
        report::counted(files.len(), "file"),
        folder.display(),
        folder.join("report.html").display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Results on a user's dataset do not take the place of those on the pins alone.
fn folder_name(study: &Study, arguments: &StudyArguments) -> String {
    let id = &study.file.id;
    match &arguments.data {
        Some(_) => format!("{id}-data"),
        None => id.clone(),
    }
}

/// What a run's pins are not as their descriptions and their texts of figures say.
pub fn broken(study: &Study, run: &Run) -> Outcome<Vec<String>> {
    let mut said: Vec<String> = run.broken_pins.iter().map(ToString::to_string).collect();
    let layers = study.file.scenario.iter().flat_map(|scenario| &scenario.layer);
    // The user's dataset is no pin with a text of its own; what it says is among what a run's results are compared by.
    let names: BTreeSet<&str> = layers
        .map(|layer| layer.pin.as_str())
        .filter(|name| *name != study::DATA)
        .collect();
    for name in names {
        let replaced = study.replaced.get(name).cloned();
        let pin = Pin::open(&replaced.unwrap_or_else(|| study.datasets.join(name)))?;
        said.extend(text_differs(&pin, &pin.records(&Filter::default())?)?);
    }
    Ok(said)
}

/// Refuses a run of pins that are not what their descriptions and texts say: nothing is to come of it.
pub fn refuse_broken(study: &Study, run: &Run, what: &str) -> Outcome<()> {
    let said = broken(study, run)?;
    if said.is_empty() {
        return Ok(());
    }
    Err(Failure::because(format!(
        "{}\nnothing was {what}: restore the pin's files, or rebuild it with `counterflow pin build`",
        said.join("\n")
    )))
}

/// Reads a study and runs it, with progress.
pub fn recompute(arguments: &StudyArguments, output: &Output) -> Outcome<(Study, Run)> {
    let study = open(arguments, output)?;
    let run = computed(&study, output)?;
    Ok((study, run))
}

/// Opens a study and gives it the dataset, where there is one.
fn open(arguments: &StudyArguments, output: &Output) -> Outcome<Study> {
    let mut study = Study::open(&arguments.study, arguments.datasets.as_deref())?;
    given::give(&mut study, arguments.data.as_deref(), output)?;
    Ok(study)
}

/// The same for the findings alone: what reports' errors do to the claims, which takes most of the
/// time, is not drawn.
pub fn recompute_findings(arguments: &StudyArguments, output: &Output) -> Outcome<(Study, Run)> {
    let mut study = open(arguments, output)?;
    study.file.draws = None;
    let run = computed(&study, output)?;
    Ok((study, run))
}

/// Runs a study, with progress.
pub fn computed(study: &Study, output: &Output) -> Outcome<Run> {
    let bar = progress::bar(study.file.scenario.len() as u64 + 1, output.quiet);
    let run = study::run(study, &models(), &|step| {
        bar.set_message(step.to_owned());
        bar.inc(1);
    });
    bar.finish_and_clear();
    Ok(run?)
}

/// What this program is, and what the study file says.
pub fn provenance(study: &Study) -> Outcome<Provenance> {
    let study_file = std::fs::read(&study.path)?;
    Ok(Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision: env!("COUNTERFLOW_REVISION").to_owned(),
        toolchain: env!("COUNTERFLOW_TOOLCHAIN").to_owned(),
        target: env!("COUNTERFLOW_TARGET").to_owned(),
        flags: env!("COUNTERFLOW_FLAGS").to_owned(),
        profile: env!("COUNTERFLOW_PROFILE").to_owned(),
        lock_sha256: store::sha256_of_bytes(include_bytes!("../../../../Cargo.lock")),
        seed: study.file.seed,
        study_sha256: store::sha256_of_bytes(&study_file),
        study_file,
    })
}

/// Writes the results: each file whole, the manifest last, so that a folder with a `run.json` is
/// complete. The old manifest goes first, and what an earlier run left that this one does not have goes too.
fn write(folder: &Path, files: &[ResultFile]) -> Outcome<()> {
    if let Some(stranger) = stranger(folder, files)? {
        return Err(Failure::because(format!(
            "{} holds other files and no finished run, such as {stranger}: name an empty folder with --out",
            folder.display()
        )));
    }
    std::fs::create_dir_all(folder).map_err(|e| Failure::because(format!("cannot make {}: {e}", folder.display())))?;
    let _alone = store::lock_folder(folder)?;
    let manifest = folder.join("run.json");
    if manifest.exists() {
        std::fs::remove_file(&manifest)?;
    }
    for part in ["tables", "evidence"] {
        for entry in std::fs::read_dir(folder.join(part)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_file() && !files.iter().any(|f| f.path == format!("{part}/{name}")) {
                std::fs::remove_file(entry.path())?;
            }
        }
    }
    for file in files {
        store::write_atomically(&folder.join(&file.path), &file.bytes)?;
    }
    Ok(())
}

/// A file in a folder that no run of `analyze`, finished or not, has left there.
fn stranger(folder: &Path, files: &[ResultFile]) -> Outcome<Option<String>> {
    if !folder.is_dir() || folder.join("run.json").exists() || folder.join("findings.csv").exists() {
        return Ok(None);
    }
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let ours = |f: &ResultFile| f.path.split('/').next() == Some(name.as_str());
        if !name.starts_with(store::UNFINISHED) && !files.iter().any(ours) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn verdicts(study: &Study, run: &Run) -> Table {
    let text = |name| (name, Kind::Text, "");
    let count = |name| (name, Kind::Integer, "");
    let columns = [
        text("claim"),
        text("verdict"),
        count("holds"),
        count("fails"),
        count("not_shown"),
        count("undecidable"),
        text("text"),
    ];
    let mut table = Table::new("verdicts", "Claims over all scenarios", &columns);
    for (file, judged) in study.file.claim.iter().zip(&run.claims) {
        let count = |wanted: &dyn Fn(&study::Verdict) -> bool| {
            Cell::Integer(judged.verdicts.iter().filter(|(_, v, _)| wanted(v)).count() as i64)
        };
        table.push(vec![
            file.id.as_str().into(),
            judged.overall.to_string().into(),
            count(&|v| *v == study::Verdict::Holds),
            count(&|v| *v == study::Verdict::Fails),
            count(&|v| matches!(v, study::Verdict::NotShown(_))),
            count(&|v| matches!(v, study::Verdict::Undecidable(_))),
            file.text.as_str().into(),
        ]);
    }
    table
}
