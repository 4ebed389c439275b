//! `counterflow import`: an agency's file to a dataset, with a quarantine.

pub mod bulk;

use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::Args;
use model::{Cell, Kind, Table};
use report::counted;
use sources::{Codes, Defaults, Imported, Options, Quarantined, Source, TidyMap};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to import.
#[derive(Args, Debug)]
pub struct ImportArguments {
    /// The file: text, plain or compressed (gzip, zstd, zip), or JSON of UN Comtrade's API; with a folder for --out
    /// also an archive or a folder of many.
    pub file: PathBuf,
    /// The source, if its header does not tell.
    #[arg(long)]
    pub source: Option<String>,
    /// What holds for every row where the file has no column for it, as COLUMN=VALUE. Columns: period, reporter,
    /// partner, flow, classification (HS92, HS17, SITC3), product, valuation (fob, cif), rounded_to_usd, quantity_unit,
    /// status, basis, compiler, reference.
    #[arg(long = "default", value_name = "COLUMN=VALUE")]
    pub defaults: Vec<String>,
    /// How the columns of another tidy table are called, as OURS=THEIRS, such as value_usd=trade.
    #[arg(long = "column", value_name = "OURS=THEIRS")]
    pub columns: Vec<String>,
    /// The same as a small TOML file: `value_power`, `economies` and a table `[columns]`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["columns", "economies", "value_power"])]
    pub map: Option<PathBuf>,
    /// How such a table writes economies: alpha3, alpha2, m49, cow, imf or name.
    #[arg(long, requires = "columns", value_parser = economies)]
    pub economies: Option<Codes>,
    /// Its values are in units of 10 to this power of US dollars: 3 for thousands, 6 for millions.
    #[arg(long, requires = "columns", value_name = "POWER")]
    pub value_power: Option<u32>,
    /// Refuse the file if any row is bad.
    #[arg(long)]
    pub strict: bool,
    /// With a folder for --out: use at most so much memory, such as 500MB or 2GB; about 280MB are taken in any case.
    #[arg(long, default_value = "1GB", value_parser = bulk::memory)]
    pub memory: u64,
}

/// Imports the file; the records go to `--out FILE.parquet`, the quarantine beside it. A folder
/// for `--out` becomes a partitioned dataset, whatever the input's size. Without `--out`, the
/// summary alone is printed.
pub fn run(arguments: &ImportArguments, output: &Output) -> Outcome {
    let source = arguments.source.as_deref().map(source).transpose()?;
    let map = map(arguments)?;
    if let Some(path) = output.file.as_deref().filter(|path| is_text(path)) {
        return Err(Failure::Usage(format!(
            "--out {}: records are written as Parquet; name the file {}, or a folder",
            path.display(),
            path.with_extension("parquet").display()
        )));
    }
    if let Some(folder) = output.file.as_deref().filter(|path| bulk::is_folder(path)) {
        if map.is_some() {
            return Err(Failure::Usage(
                "a table with a map of its columns goes to one file: --out FILE.parquet".to_owned(),
            ));
        }
        return bulk::run(arguments, source, folder, output);
    }
    let options = Options {
        source,
        map,
        defaults: defaults(&arguments.defaults)?,
        ..Options::default()
    };
    let imported = sources::import_path(&arguments.file, &options)?;
    let bad = imported.quarantine.len() as u64 + imported.quarantine_unlisted;
    if arguments.strict && bad > 0 {
        tell(&imported, &arguments.file, output);
        return Err(Failure::because(format!(
            "{bad} bad rows, and --strict was asked for; nothing was written"
        )));
    }
    if imported.records.is_empty() {
        tell(&imported, &arguments.file, output);
        let why = match imported.rows_read {
            0 => ": there is a header and no rows; check that the download was complete",
            _ if bad == 0 => ": all were set aside",
            _ => "",
        };
        return Err(Failure::because(format!(
            "{}: not one row could be used{why}",
            arguments.file.display()
        )));
    }
    let stdout = Output {
        file: None,
        ..output.clone()
    };
    if let Some(path) = &output.file {
        let beside = quarantine_of(path, &arguments.file)?;
        // First: where they cannot be written, no list may be left of rows that are missing nowhere.
        store::write_records(path, &imported.records)?;
        if bad == 0 && beside.exists() {
            // It told of an earlier import.
            std::fs::remove_file(&beside)?;
        }
        if bad > 0 {
            store::write_atomically(&beside, &report::to_bytes(&quarantine(&imported), report::Format::Csv)?)?;
            let listed = match imported.quarantine_unlisted {
                0 => String::new(),
                _ => format!("the first {} of ", counted(imported.quarantine.len(), "row")),
            };
            output.say(&format!("{listed}the quarantine is in {}", beside.display()));
        }
    }
    tell(&imported, &arguments.file, output);
    stdout.table(&summary(&imported))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a name is that of a table of text or of a spreadsheet.
fn is_text(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    !path.is_dir() && ["csv", "tsv", "txt", "json", "xlsx"].contains(&extension.to_ascii_lowercase().as_str())
}

/// How a list of rows in quarantine begins.
const LISTED: &str = "line,column,value,reason,advice";

/// Where the rows in quarantine are listed: beside the result, unless that is a file of somebody else's.
fn quarantine_of(result: &Path, input: &Path) -> Outcome<PathBuf> {
    let beside = result.with_extension("quarantine.csv");
    let is_input = matches!((beside.canonicalize(), input.canonicalize()), (Ok(a), Ok(b)) if a == b);
    let ours = || {
        let mut start = [0; LISTED.len()];
        let read = std::fs::File::open(&beside).and_then(|mut file| file.read_exact(&mut start));
        read.is_ok() && start == *LISTED.as_bytes()
    };
    if is_input || (beside.exists() && !ours()) {
        return Err(Failure::Usage(format!(
            "rows in quarantine would be listed in {}, which is another file: name another --out",
            beside.display()
        )));
    }
    Ok(beside)
}

fn economies(name: &str) -> Result<Codes, String> {
    Ok(match name {
        "alpha3" => Codes::Alpha3,
        "alpha2" => Codes::Alpha2,
        "m49" => Codes::M49,
        "cow" => Codes::Cow,
        "imf" => Codes::Imf,
        "name" => Codes::Name,
        _ => return Err("expected alpha3, alpha2, m49, cow, imf or name".to_owned()),
    })
}

/// The map of columns that was asked for, from the options or from a file.
fn map(arguments: &ImportArguments) -> Outcome<Option<TidyMap>> {
    if let Some(path) = &arguments.map {
        let wrong = |what: &dyn std::fmt::Display| Failure::because(format!("{}: {what}", path.display()));
        let text = store::read_text(path).map_err(|e| wrong(&e))?;
        let map = toml::from_str(&text).map(Some);
        return map.map_err(|e| wrong(&store::toml_problem(&text, &e)));
    }
    if arguments.columns.is_empty() {
        return Ok(None);
    }
    let mut map = TidyMap {
        value_power: arguments.value_power.unwrap_or(0),
        economies: arguments.economies.unwrap_or_default(),
        ..TidyMap::default()
    };
    for pair in &arguments.columns {
        let Some((ours, theirs)) = pair.split_once('=') else {
            return Err(Failure::Usage(format!(
                "--column is expected as OURS=THEIRS, but is `{pair}`"
            )));
        };
        let before = map.columns.insert(ours.trim().to_owned(), theirs.trim().to_owned());
        if let Some(before) = before.filter(|before| before != theirs.trim()) {
            return Err(Failure::Usage(format!(
                "--column gives `{}` twice: `{before}` and `{}`",
                ours.trim(),
                theirs.trim()
            )));
        }
    }
    Ok(Some(map))
}

pub fn source(name: &str) -> Outcome<Source> {
    Source::by_name(name).ok_or_else(|| {
        let known = Source::all().map(Source::name).collect::<Vec<_>>().join(", ");
        Failure::Usage(format!("--source: there is no source `{name}`; there are {known}"))
    })
}

/// Reads `COLUMN=VALUE` pairs.
pub fn defaults(pairs: &[String]) -> Outcome<Defaults> {
    let mut table = toml::Table::new();
    for pair in pairs {
        let Some((column, value)) = pair.split_once('=') else {
            return Err(Failure::Usage(format!(
                "--default is expected as COLUMN=VALUE, but is `{pair}`"
            )));
        };
        let before = table.insert(column.trim().to_owned(), toml::Value::String(value.trim().to_owned()));
        if let Some(before) = before
            .as_ref()
            .and_then(toml::Value::as_str)
            .filter(|b| *b != value.trim())
        {
            return Err(Failure::Usage(format!(
                "--default gives `{}` twice: `{before}` and `{}`",
                column.trim(),
                value.trim()
            )));
        }
    }
    table
        .try_into()
        .map_err(|e: toml::de::Error| Failure::Usage(format!("--default: {}", e.message())))
}

/// Tells what was set aside and the first bad rows, on the standard error.
pub fn tell(imported: &Imported, path: &Path, output: &Output) {
    let bad = imported.quarantine.len() as u64 + imported.quarantine_unlisted;
    for note in &imported.notes {
        output.warn(&format!("warning: {note}"));
    }
    for tally in &imported.set_aside {
        let value = tally.value.map(|value| format!(", {value} USD")).unwrap_or_default();
        let rows = counted(tally.rows as usize, "row");
        output.say(&format!("note: {rows} set aside ({}){value}", tally.kind));
    }
    tell_ignored(&imported.ignored_columns, output);
    if bad > 0 {
        let of = counted(imported.rows_read as usize, "row");
        output.warn(&format!("warning: {bad} of {of} in quarantine:"));
    }
    let file = path.display().to_string();
    first_bad(imported.quarantine.iter().map(|row| (file.as_str(), row)), bad, output);
}

/// Tells which columns were not read: loudly where figures may be in them, or what multiplies figures.
pub fn tell_ignored(ignored: &[String], output: &Output) {
    if ignored.is_empty() {
        return;
    }
    let names: Vec<String> = ignored.iter().take(20).map(|n| format!("`{n}`")).collect();
    let more = ignored.len().saturating_sub(names.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let told = format!("columns that are not read: {}{more}", names.join(", "));
    // A period that is misspelt takes its figures with it; a unit that is not read changes them.
    let weighty = |name: &String| {
        let lower = name.to_ascii_lowercase();
        let units = ["scale", "unit", "units", "unit_mult", "multiplier", "currency", "power"];
        name.starts_with(|c: char| c.is_ascii_digit()) || units.contains(&lower.as_str())
    };
    if ignored.iter().any(weighty) {
        output.warn(&format!("warning: {told}"));
    } else {
        output.say(&format!("note: {told}"));
    }
}

/// Shows the first of so many bad rows, with their files.
pub fn first_bad<'a>(rows: impl Iterator<Item = (&'a str, &'a Quarantined)>, bad: u64, output: &Output) {
    const SHOWN: u64 = 10;
    for (file, row) in rows.take(SHOWN as usize) {
        let column = row.column.as_ref().map(|c| format!(", column `{c}`"));
        output.say(&format!(
            "  {file}, line {}{}: `{}`: {}; {}",
            row.line,
            column.unwrap_or_default(),
            row.value.replace('\n', "\\n"),
            row.reason,
            row.advice
        ));
    }
    if bad > SHOWN {
        output.say(&format!("  ... and {} more", bad - SHOWN));
    }
}

fn summary(imported: &Imported) -> Table {
    let columns = [
        ("what", Kind::Text, ""),
        ("rows", Kind::Integer, ""),
        ("value_usd", Kind::Decimal, "USD"),
    ];
    let mut table = Table::new("import", "What became of the rows", &columns);
    let value = imported.records.iter().filter_map(|r| r.value).sum::<trade::Usd>();
    table.push(vec![
        "rows read".into(),
        Cell::Integer(imported.rows_read as i64),
        Cell::Missing,
    ]);
    table.push(vec![
        "records".into(),
        Cell::Integer(imported.records.len() as i64),
        value.into(),
    ]);
    let bad = imported.quarantine.len() as u64 + imported.quarantine_unlisted;
    table.push(vec!["in quarantine".into(), Cell::Integer(bad as i64), Cell::Missing]);
    for tally in &imported.set_aside {
        table.push(vec![
            format!("set aside: {}", tally.kind).into(),
            Cell::Integer(tally.rows as i64),
            tally.value.into(),
        ]);
    }
    for tally in &imported.totals {
        table.push(vec![
            format!("records that are totals: {}", tally.kind).into(),
            Cell::Integer(tally.rows as i64),
            tally.value.into(),
        ]);
    }
    table
}

fn quarantine(imported: &Imported) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [
        ("line", Kind::Integer, ""),
        text("column"),
        text("value"),
        text("reason"),
        text("advice"),
    ];
    let mut table = Table::new("quarantine", "Rows that could not be used", &columns);
    for row in &imported.quarantine {
        table.push(vec![
            Cell::Integer(row.line as i64),
            row.column.clone().into(),
            row.value.clone().into(),
            row.reason.clone().into(),
            row.advice.clone().into(),
        ]);
    }
    table
}
