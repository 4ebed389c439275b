//! `counterflow import INPUT --out FOLDER`: a partitioned dataset from an input of any size.

use super::{ImportArguments, defaults, first_bad, tell_ignored};
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use model::{Cell, Kind, Table};
use sources::{BulkError, BulkOptions, BulkReport, Defaults, Quarantined, Source, import_bulk};
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// Whether `--out` names a folder: it is one, and not in the way of a file of that name, or has no extension.
pub fn is_folder(path: &Path) -> bool {
    let of_file = path.extension().is_some_and(|e| e == "parquet");
    match path.is_dir() {
        true => !of_file || store::Dataset::is_one(path),
        // A device or a pipe has no extension either, and is written to as a file.
        false => path.extension().is_none() && (path.is_file() || !path.exists()),
    }
}

/// Reads `500MB`, `2GB` or a number of bytes.
pub fn memory(text: &str) -> Result<u64, String> {
    let upper = text.trim().to_ascii_uppercase();
    let (number, unit) = match upper.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => upper.split_at(at),
        None => (upper.as_str(), "B"),
    };
    let factor: u64 = match unit.trim() {
        "B" => 1,
        "KB" | "K" => 1000,
        "MB" | "M" => 1_000_000,
        "GB" | "G" => 1_000_000_000,
        "MIB" => 1 << 20,
        "GIB" => 1 << 30,
        _ => return Err("expected a size such as 500MB or 2GB".to_owned()),
    };
    let number: Option<u64> = number.parse().ok();
    number
        .and_then(|n| n.checked_mul(factor))
        .ok_or_else(|| "expected a size such as 500MB or 2GB".to_owned())
}

/// Imports into the folder; bad rows are listed in `quarantine.csv` there.
pub fn run(arguments: &ImportArguments, source: Option<Source>, folder: &Path, output: &Output) -> Outcome {
    if arguments.strict {
        return Err(Failure::Usage(
            "--strict is for single files: a folder's partitions are written one by one".to_owned(),
        ));
    }
    let defaults = defaults(&arguments.defaults)?;
    let report = into_folder(
        &arguments.file,
        source,
        defaults,
        arguments.memory,
        (folder, folder),
        output,
    )?;
    let stdout = Output {
        file: None,
        ..output.clone()
    };
    stdout.table(&summary(&report))?;
    Ok(ExitCode::SUCCESS)
}

/// Imports into the folder, tells what is not in the dataset, and lists it there; the list is told by the folder to which
/// it is brought in the end.
pub fn into_folder(
    file: &Path,
    source: Option<Source>,
    defaults: Defaults,
    memory: u64,
    (folder, told): (&Path, &Path),
    output: &Output,
) -> Outcome<BulkReport> {
    let bar = crate::progress::bar(0, output.quiet);
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let tell = |what: &str| bar.set_message(what.to_owned());
    let beside = |report: &BulkReport| {
        bar.finish_and_clear();
        if report.quarantined > 0 || report.inputs_read > 0 {
            let of = (report.quarantined, report.rows_read);
            list_bad((folder, told), &report.quarantine, of, output)?;
        }
        if report.inputs_read > 0 || !cube::rollup::path_of(folder).is_file() {
            roll_up(folder, output);
        }
        Ok(())
    };
    let options = BulkOptions {
        source,
        defaults,
        memory,
        progress: &tell,
        before_the_end: &beside,
    };
    let report = import_bulk(file, folder, &options);
    bar.finish_and_clear();
    if let Err(BulkError::Empty { bad, quarantine, .. }) = &report {
        first_bad(quarantine.iter().map(|(file, row)| (file.as_str(), row)), *bad, output);
    }
    let report = report.map_err(|e| match e {
        // What is wrong with the input names it; what is wrong with the disk does not.
        BulkError::Source(_) | BulkError::Mixed { .. } => Failure::from(e).about(&file.display().to_string()),
        other => other.into(),
    })?;
    for note in &report.notes {
        output.warn(&format!("warning: {note}"));
    }
    tell_ignored(&Vec::from_iter(report.ignored_columns.iter().cloned()), output);
    if report.swept > 0 {
        output.say(&format!(
            "note: {} unfinished files of an earlier import were removed",
            report.swept
        ));
    }
    Ok(report)
}

/// Keeps the sums by year, reporter, flow and partner beside the dataset, where there can be such.
pub fn roll_up(folder: &Path, output: &Output) {
    if let Err(error) = cube::rollup::write(folder) {
        output.say(&format!(
            "note: no pair-level rollup is kept beside the dataset: {error}"
        ));
    }
}

fn summary(report: &BulkReport) -> Table {
    let columns = [
        ("what", Kind::Text, ""),
        ("rows", Kind::Integer, ""),
        ("value_usd", Kind::Decimal, "USD"),
    ];
    let mut table = Table::new("import", "What became of the rows", &columns);
    let mut line = |what: &str, rows: u64, value: Cell| {
        table.push(vec![what.into(), Cell::Integer(rows as i64), value]);
    };
    line("rows read", report.rows_read, Cell::Missing);
    line("records", report.records, report.value.into());
    line("in quarantine", report.quarantined, Cell::Missing);
    for tally in &report.set_aside {
        line(&format!("set aside: {}", tally.kind), tally.rows, tally.value.into());
    }
    if report.kept > 0 {
        line("records finished before and kept", report.kept, Cell::Missing);
    }
    table
}

/// Lists bad rows in `quarantine.csv` of the folder and tells how many of how many they are; without any, a list that told of
/// an earlier import goes.
pub fn list_bad(
    (folder, told): (&Path, &Path),
    bad: &[(String, Quarantined)],
    (number, of): (u64, u64),
    output: &Output,
) -> io::Result<()> {
    let list = folder.join("quarantine.csv");
    if number > 0 {
        let rows = report::to_bytes(&quarantine_of(bad), report::Format::Csv).map_err(io::Error::other)?;
        store::write_atomically(&list, &rows).map_err(io::Error::other)?;
        output.warn(&format!(
            "warning: {number} of {} in quarantine, listed in {}:",
            report::counted(of as usize, "row"),
            told.join("quarantine.csv").display()
        ));
        first_bad(bad.iter().map(|(file, row)| (file.as_str(), row)), number, output);
    } else if list.exists() {
        std::fs::remove_file(&list)?;
    }
    Ok(())
}

/// Bad rows with the names of their inputs, as a table.
fn quarantine_of(rows: &[(String, Quarantined)]) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [
        text("file"),
        ("line", Kind::Integer, ""),
        text("column"),
        text("value"),
        text("reason"),
        text("advice"),
    ];
    let mut table = Table::new("quarantine", "Rows that could not be used", &columns);
    for (file, row) in rows {
        table.push(vec![
            file.clone().into(),
            Cell::Integer(row.line as i64),
            row.column.clone().into(),
            row.value.clone().into(),
            row.reason.clone().into(),
            row.advice.clone().into(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::memory;

    #[test]
    fn sizes_are_read() {
        for (text, bytes) in [
            ("1GB", 1_000_000_000),
            ("64MiB", 1 << 26),
            ("500mb", 500_000_000),
            ("7", 7),
        ] {
            assert_eq!(memory(text), Ok(bytes));
        }
        for bad in ["", "GB", "1.5GB", "1TB ", "99999999999999999GB"] {
            assert!(memory(bad).is_err(), "{bad}");
        }
    }
}
