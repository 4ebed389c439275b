//! `counterflow synth`: a seeded world of any size, as a dataset or as an agency's file.

use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use store::{Dataset, PartitionWriter};
use synth::{BulkParameters, BulkWorld, Shape};

/// What to make.
#[derive(Args, Debug)]
pub struct SynthArguments {
    /// About how many rows.
    #[arg(long, default_value_t = 10_000_000)]
    pub rows: u64,
    /// The seed; the same seed gives the same bytes, on any number of threads.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// What to write.
    #[arg(long, value_enum, default_value = "records")]
    pub shape: ShapeName,
    /// The first year.
    #[arg(long, default_value_t = 1995)]
    pub first_year: i16,
    /// How many years.
    #[arg(long, default_value_t = 29)]
    pub years: usize,
    /// Values in cents instead of whole dollars.
    #[arg(long)]
    pub cents: bool,
}

/// The shapes.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum ShapeName {
    /// A dataset of both reports of each flow: a folder with a Parquet file for each year.
    Records,
    /// CSV as BACI's year files: t,i,j,k,v,q, in HS 1992. A folder for --out gets a file for each year, named as
    /// BACI's are, which `import` takes as it is; of a file with another name or the standard output say
    /// `import --default classification=HS92`.
    Baci,
    /// CSV as UN Comtrade's bulk files.
    Comtrade,
}

/// Makes the world and writes it to `--out`; CSV goes to the standard output without it.
pub fn run(arguments: &SynthArguments, output: &Output) -> Outcome {
    let world = BulkWorld::new(BulkParameters {
        rows: arguments.rows,
        seed: arguments.seed,
        first_year: arguments.first_year,
        years: arguments.years,
        cents: arguments.cents,
        shape: match arguments.shape {
            ShapeName::Records => Shape::Records,
            ShapeName::Baci => Shape::Baci,
            ShapeName::Comtrade => Shape::Comtrade,
        },
    })?;
    match (world.parameters().shape, &output.file) {
        (Shape::Records, None) => {
            return Err(Failure::Usage(
                "a dataset is a folder: name it with --out FOLDER".to_owned(),
            ));
        }
        (Shape::Records, Some(folder)) => {
            dataset(&world, folder, output)?;
            super::import::bulk::roll_up(folder, output);
        }
        (_, None) => text(
            &world,
            world.parameters().year_range(),
            &mut std::io::stdout().lock(),
            output,
        )?,
        (shape, Some(path)) if path.is_dir() => {
            for year in world.parameters().year_range() {
                // The name of BACI's files says the classification, which their columns do not.
                let name = match shape {
                    Shape::Baci => format!("BACI_HS92_Y{year}_V0.csv"),
                    _ => format!("{year}.csv"),
                };
                text_file(&world, year..year + 1, &path.join(name), output)?;
            }
        }
        (_, Some(path)) => text_file(&world, world.parameters().year_range(), path, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// One year after the other on each thread; memory is a row group or so for each thread.
fn dataset(world: &BulkWorld, folder: &Path, output: &Output) -> Outcome<()> {
    let parameters = world.parameters();
    let failed = |e: std::io::Error| Failure::because(format!("cannot make {}: {e}", folder.display()));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let _alone = store::lock_folder(folder)?;
    let made_by = format!(
        "counterflow synth, seed {}, {} rows wanted",
        parameters.seed, parameters.rows
    );
    let mut dataset = Dataset::new(folder, &made_by, "synthetic", world.scales());
    // Until the last year is there, the manifest says that more are to come.
    dataset.begin(&made_by)?;
    let dataset = Mutex::new(dataset);
    let bar = crate::progress::bar(parameters.years as u64, output.quiet);
    let done: Result<Vec<()>, store::Error> = parameters
        .year_range()
        .into_par_iter()
        .map(|year| {
            let mut writer = PartitionWriter::create(folder, year, world.scales())?;
            for reporter in 0..world.reporters() {
                writer.write(&world.block(year, reporter))?;
            }
            let partition = writer.finish()?;
            bar.inc(1);
            // A lock is poisoned only by a panic, and then the program is lost anyway.
            dataset.lock().unwrap_or_else(|e| e.into_inner()).put(partition)
        })
        .collect();
    done?;
    bar.finish_and_clear();
    let mut dataset = dataset.into_inner().unwrap_or_else(|e| e.into_inner());
    dataset.end()?;
    output.say(&format!("{} rows in {}", dataset.rows(), folder.display()));
    Ok(())
}

fn text_file(world: &BulkWorld, years: std::ops::Range<i16>, path: &Path, output: &Output) -> Outcome<()> {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let failed = |e: std::io::Error| Failure::because(format!("cannot write {}: {e}", path.display()));
    let mut file = tempfile::Builder::new()
        .prefix(store::UNFINISHED)
        .tempfile_in(folder)
        .map_err(failed)?;
    text(world, years, &mut BufWriter::new(file.as_file_mut()), output)
        .map_err(|e| e.about(&path.display().to_string()))?;
    Ok(store::persist(file, path)?)
}

/// Parts are made on all threads, a few at a time, and written in order.
fn text(world: &BulkWorld, years: std::ops::Range<i16>, out: &mut dyn Write, output: &Output) -> Outcome<()> {
    let baci = world.parameters().shape == Shape::Baci;
    out.write_all(if baci {
        synth::BACI_HEADER
    } else {
        synth::COMTRADE_HEADER
    })?;
    let at_once = rayon::current_num_threads() * 2;
    let bar = crate::progress::bar(years.len() as u64, output.quiet);
    for year in years {
        let reporters: Vec<usize> = (0..world.reporters()).collect();
        for some in reporters.chunks(at_once) {
            let lines = |&r: &usize| {
                if baci {
                    world.baci_lines(year, r)
                } else {
                    world.comtrade_lines(year, r)
                }
            };
            let parts: Vec<Vec<u8>> = some.par_iter().map(lines).collect();
            for part in parts {
                out.write_all(&part)?;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(out.flush()?)
}
