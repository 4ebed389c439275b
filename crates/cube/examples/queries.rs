//! Seven queries on a dataset, timed: what the peers' bench runs beside other engines.
//!
//!     cargo run --release -p cube --example queries -- Q1 DATA --threads 2 --repeat 5 --csv OUT
//!
//! `--from memory` loads the columns into a table first, outside the measured time; `--from rollup` asks the
//! sums of pairs beside the dataset, where they have the answer.
//! `decode:Q1` only decodes the columns that Q1 needs: the limit that a query from files is measured by.
//! Each repetition prints one line of JSON: the query, result rows, seconds of processor and
//! clock, and the greatest resident memory so far.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use cube::Dimension::{Flow, Partner, Product, Reporter, Year};
use cube::{Dimension, Level, Query, Sums, Table};
use rayon::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use store::Filter;
use store::columns::DataFile;

/// Rows of a column that are decoded in one go.
const DECODED_AT_ONCE: usize = 8192;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rows of text for comparison with other engines.
type Rows = Vec<String>;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (query, data) = (arguments.next().unwrap(), PathBuf::from(arguments.next().unwrap()));
    let (mut threads, mut repeat, mut csv) = (2, 1, None);
    let mut economy = "PRK".to_owned();
    let mut memory = cube::DEFAULT_MEMORY;
    let mut from = "files".to_owned();
    while let Some(option) = arguments.next() {
        let value = arguments.next().unwrap();
        match option.as_str() {
            "--threads" => threads = value.parse().unwrap(),
            "--repeat" => repeat = value.parse().unwrap(),
            "--economy" => economy = value,
            "--from" => from = value,
            "--memory" => memory = value.parse().unwrap(),
            "--csv" => csv = Some(PathBuf::from(value)),
            other => panic!("no option {other}"),
        }
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let table = (from == "memory").then(|| pool.install(|| Table::load(&data, false).unwrap()));
    let source = || match &table {
        Some(table) => Data::Table(table),
        None if from == "rollup" => Data::Rollup(&data),
        None => Data::Files(&data),
    };
    for _ in 0..repeat {
        let (wall, cpu) = (Instant::now(), processor_seconds());
        let answer = pool.install(|| answer(&query, &source(), &economy, memory));
        let (wall, cpu) = (wall.elapsed().as_secs_f64(), processor_seconds() - cpu);
        println!(
            "{{\"query\": \"{query}\", \"rows\": {}, \"cpu_s\": {cpu:.6}, \"wall_s\": {wall:.6}, \"peak_rss_kb\": {}}}",
            answer.len(),
            peak_kilobytes()
        );
        if let Some(csv) = &csv {
            let mut file = std::io::BufWriter::new(std::fs::File::create(csv).unwrap());
            answer.rows().iter().for_each(|row| writeln!(file, "{row}").unwrap());
        }
    }
}

/// Where the rows are.
enum Data<'a> {
    Files(&'a Path),
    Table(&'a Table),
    Rollup(&'a Path),
}

impl Data<'_> {
    fn sum(&self, query: &Query) -> Sums {
        match self {
            Data::Files(path) => cube::sum_columns(path, query).unwrap(),
            Data::Table(table) => table.sum(query).unwrap(),
            Data::Rollup(path) => cube::rollup::read(path).unwrap().unwrap().sum(query).unwrap(),
        }
    }

    fn concentration(&self, query: &Query, over: Dimension) -> cube::Concentration {
        match self {
            Data::Files(path) => cube::concentration(path, query, over).unwrap(),
            Data::Table(table) => table.concentration(query, over).unwrap(),
            // Sums by partner are what shares of partners need.
            Data::Rollup(path) => {
                assert_eq!(over, Partner, "the sums of pairs know no products");
                cube::concentration(&cube::rollup::path_of(path), query, over).unwrap()
            }
        }
    }

    fn mirror_gaps(&self, query: &Query) -> cube::MirrorGaps {
        match self {
            Data::Files(path) => cube::mirror_gaps(path, query).unwrap(),
            Data::Table(table) => table.mirror_gaps(query).unwrap(),
            Data::Rollup(_) => panic!("the sums of pairs know no products"),
        }
    }
}

/// What a query gives.
enum Answer {
    /// Rows that were decoded.
    Rows(usize),
    Sums(Sums),
    Spreads(cube::Concentration),
    Gaps(cube::MirrorGaps),
}

impl Answer {
    fn len(&self) -> usize {
        match self {
            Answer::Rows(rows) => *rows,
            Answer::Sums(sums) => sums.len(),
            Answer::Spreads(spreads) => spreads.groups.len(),
            Answer::Gaps(gaps) => gaps.gaps.len(),
        }
    }

    fn rows(&self) -> Rows {
        match self {
            Answer::Rows(_) => Vec::new(),
            Answer::Sums(sums) => {
                let row = |group: usize| {
                    let mut cells: Vec<String> = (0..sums.by.len()).map(|d| sums.text(group, d).into_owned()).collect();
                    cells.push(sums.value(group).map_or_else(String::new, |v| v.to_string()));
                    cells.push(sums.net_weight_kg(group).map_or_else(String::new, |v| v.to_string()));
                    cells.push(sums.records(group).to_string());
                    cells.push(sums.records_without_value(group).to_string());
                    cells.join(",")
                };
                (0..sums.len()).map(row).collect()
            }
            Answer::Spreads(spreads) => {
                let row = |(key, s): &(Vec<String>, cube::Spread)| {
                    format!("{},{},{},{},{}", key.join(","), s.parts, s.total, s.herfindahl, s.theil)
                };
                spreads.groups.iter().map(row).collect()
            }
            Answer::Gaps(gaps) => {
                let row = |g: &cube::MirrorGap| {
                    let median = g.median_log_ratio.map_or_else(String::new, |m| m.to_string());
                    format!(
                        "{},{},{},{},{},{median}",
                        g.year, g.importer, g.matched, g.export_only, g.import_only
                    )
                };
                gaps.gaps.iter().map(row).collect()
            }
        }
    }
}

/// Reads the key columns and the values of all rows and does nothing with them.
fn decode(data: &Data<'_>, keys: &[&'static str]) -> usize {
    let Data::Files(path) = data else {
        panic!("only files are decoded")
    };
    let files = store::columns::dataset_files(path).unwrap();
    let files: Vec<DataFile> = files.iter().map(|file| DataFile::open(file).unwrap()).collect();
    let groups: Vec<(&DataFile, usize)> = files
        .iter()
        .flat_map(|file| (0..file.row_groups()).map(move |group| (file, group)))
        .collect();
    let one = |&(file, group): &(&DataFile, usize)| {
        let rows = file.rows(group);
        let (mut runs, mut codes) = (Vec::new(), vec![0; DECODED_AT_ONCE]);
        for key in keys {
            let mut cursor = file.codes(group, key, false).unwrap();
            for start in (0..rows).step_by(DECODED_AT_ONCE) {
                let now = DECODED_AT_ONCE.min(rows - start);
                // Products do not run; the others do in a sorted table.
                if *key == "product" {
                    cursor.codes(&mut codes[..now]).unwrap();
                } else {
                    runs.clear();
                    cursor.runs(now, &mut runs).unwrap();
                }
            }
        }
        let mut values = file.decimals(group, "value_usd", false).unwrap();
        let mut left = rows;
        while left > 0 {
            let now = values.ready().unwrap().min(left);
            values.take(now);
            left -= now;
        }
        rows
    };
    groups.par_iter().map(one).sum()
}

fn answer(name: &str, data: &Data<'_>, economy: &str, memory: u64) -> Answer {
    const ALL: [&str; 5] = ["period_year", "reporter", "flow", "partner", "product"];
    if let Some(query) = name.strip_prefix("decode:") {
        let keys = match query {
            "Q1" => &ALL[..3],
            "Q2" | "Q4" | "Q7b" | "Q7c" => &ALL[..4],
            "Q3a" | "Q3b" | "Q3c" => &["period_year", "flow", "product"][..],
            "Q5" => &["period_year", "reporter", "flow", "product"][..],
            _ => &ALL[..],
        };
        return Answer::Rows(decode(data, keys));
    }
    let plain = Filter::default;
    let sums = |by: &[Dimension], filter: Filter, level: Level, weights: bool| {
        let mut query = Query::new(by, filter).unwrap();
        query.level = level;
        query.weights = weights;
        query.memory = memory;
        Answer::Sums(data.sum(&query))
    };
    let as_stored = Level::AsStored;
    let spreads = |by: &[Dimension], filter: Filter, over: Dimension| {
        let query = Query {
            memory,
            ..Query::new(by, filter).unwrap()
        };
        Answer::Spreads(data.concentration(&query, over))
    };
    // One flow, where the grouping does not tell flows apart.
    let imports = || plain().with("flow", "import");
    match name {
        "Q1" => sums(&[Year, Reporter, Flow], plain(), as_stored, false),
        "Q1w" => sums(&[Year, Reporter, Flow], plain(), as_stored, true),
        "Q2" => sums(&[Year, Reporter, Partner], imports(), as_stored, false),
        "Q3a" => sums(&[Year, Flow, Product], plain(), as_stored, false),
        "Q3b" => sums(&[Year, Flow, Product], plain(), Level::Digits(4), false),
        "Q3c" => sums(&[Year, Flow, Product], plain(), Level::Digits(2), false),
        "Q4" => spreads(&[Year, Reporter, Flow], plain(), Partner),
        "Q5" => spreads(&[Year, Reporter], plain().with("flow", "export"), Product),
        "Q6" => {
            let query = Query {
                memory,
                ..Query::new(&[], plain()).unwrap()
            };
            Answer::Gaps(data.mirror_gaps(&query))
        }
        "Q7a" => sums(&[Year, Flow], plain().with("reporter", economy), as_stored, false),
        "Q7b" => sums(
            &[Year, Flow],
            plain().with_economies([economy.to_owned()]),
            as_stored,
            false,
        ),
        "Q7c" => sums(&[Year, Flow], plain().with("partner", economy), as_stored, false),
        "detail" => sums(&[Year, Reporter, Flow, Partner, Product], plain(), as_stored, true),
        other => panic!("no query {other}"),
    }
}

/// Seconds of processor time of all threads so far.
fn processor_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let nanoseconds = tasks.map(|task| {
        let path = task.unwrap().path().join("schedstat");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.split(' ')
            .next()
            .and_then(|ns| ns.parse::<f64>().ok())
            .unwrap_or(0.0)
    });
    nanoseconds.sum::<f64>() / 1e9
}

fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
