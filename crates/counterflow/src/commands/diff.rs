//! `counterflow diff`: what changed between two releases, and which conclusions with it.

mod conclusions;

use super::load::find;
use crate::document::Document;
use crate::fail::{Failure, Outcome};
use crate::output::Output;
use clap::Args;
use model::{Cell, Kind, Table};
use report::Format;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Revision, revision};
use trade::{Record, Usd};

/// How many rows are printed for people; every other format has them all.
const SHOWN: usize = 15;

/// What to compare.
#[derive(Args, Debug)]
pub struct DiffArguments {
    /// The older release: a pin's name, a dataset's Parquet file, or a file that `import` reads.
    pub old: String,
    /// The newer release.
    pub new: String,
    /// Also run this study with the newer pin in the older one's place, and tell what changes.
    #[arg(long, value_name = "STUDY", num_args = 0..=1, default_missing_value = "studies/dprk")]
    pub study: Option<PathBuf>,
    /// The folder in which pins are looked for.
    #[arg(long, default_value = "datasets", value_name = "DIR")]
    pub datasets: PathBuf,
}

/// One of the two releases.
struct Release {
    records: Vec<Record>,
    /// Rows of its file that are in quarantine.
    unreadable: u64,
}

/// Compares the releases row by row and, where a study is named, its conclusions on either.
pub fn run(arguments: &DiffArguments, output: &Output) -> Outcome {
    let read = |data: &str| -> Outcome<Release> {
        let found = find(data, &arguments.datasets, output)?;
        let unreadable = found.quarantined();
        if unreadable > 0 {
            output.warn(&format!(
                "warning: of {data}, {} in quarantine: figures that are told as added or dropped may stand there",
                report::counted(unreadable as usize, "row")
            ));
        }
        Ok(Release {
            records: found.records()?,
            unreadable,
        })
    };
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let revision = revision(&old.records, &new.records);
    let conclusions = match &arguments.study {
        Some(folder) => Some(conclusions::compare(folder, arguments, output)?),
        None => None,
    };
    let summary = summary(&revision, &old, &new);
    match output.format {
        Format::Json => {
            let mut document = Document::new("counterflow diff 1")?;
            document.value("old", &arguments.old)?;
            document.value("new", &arguments.new)?;
            document.value("across_compilers", revision.across_compilers)?;
            document.value("summary", counts(&revision, &old, &new))?;
            document.table("sizes", &sizes(&revision))?;
            document.table("rows", &rows(&revision))?;
            if let Some(conclusions) = &conclusions {
                conclusions.add(&mut document)?;
            }
            output.bytes(document.text().as_bytes())?;
        }
        Format::Table => {
            let mut text = rendered(&summary)?;
            if revision.across_compilers {
                text.push_str("note: the releases share no compiler's name; their rows were matched without it\n");
            }
            text.push_str(&format!("\n{}", rendered(&sizes(&revision))?));
            let mut all = rows(&revision);
            let total = all.rows.len();
            all.rows.truncate(SHOWN);
            text.push_str(&format!("\n{}", rendered(&all)?));
            if total > SHOWN {
                text.push_str(&format!("... and {} more: --format csv prints all\n", total - SHOWN));
            }
            if let Some(conclusions) = &conclusions {
                text.push_str(&conclusions.text()?);
            }
            output.bytes(text.as_bytes())?;
        }
        Format::Csv | Format::Parquet => output.table(&rows(&revision))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn rendered(table: &Table) -> Outcome<String> {
    Ok(String::from_utf8_lossy(&report::to_bytes(table, Format::Table)?).into_owned())
}

fn sum<'a>(records: impl Iterator<Item = &'a Record>) -> Usd {
    records.filter_map(|r| r.value).sum()
}

fn summary(revision: &Revision, old: &Release, new: &Release) -> Table {
    let columns = [
        ("rows", Kind::Text, ""),
        ("count", Kind::Integer, ""),
        ("value_usd", Kind::Decimal, "USD"),
    ];
    let mut table = Table::new("summary", "What became of the rows", &columns);
    let change: Usd = revision.revised.iter().filter_map(|r| r.change()).sum();
    for (what, count, value) in [
        ("in the old release", old.records.len(), Some(sum(old.records.iter()))),
        ("in the new release", new.records.len(), Some(sum(new.records.iter()))),
        ("unchanged", revision.unchanged, None),
        ("added", revision.added.len(), Some(sum(revision.added.iter()))),
        ("dropped", revision.dropped.len(), Some(sum(revision.dropped.iter()))),
        ("revised (net change)", revision.revised.len(), Some(change)),
    ] {
        table.push(vec![what.into(), Cell::Integer(count as i64), value.into()]);
    }
    let alike = revision.revised.iter();
    let alike = alike
        .filter(|r| r.change() == Some(Usd::ZERO) || r.within_rounding())
        .count() as u64;
    for (what, count) in [
        ("revised, but equal to within the units of rounding", alike),
        ("unreadable in the old release", old.unreadable),
        ("unreadable in the new release", new.unreadable),
    ] {
        if count > 0 {
            table.push(vec![what.into(), Cell::Integer(count as i64), Cell::Missing]);
        }
    }
    table
}

fn counts(revision: &Revision, old: &Release, new: &Release) -> serde_json::Value {
    json!({
        "old_rows": old.records.len(),
        "new_rows": new.records.len(),
        "old_unreadable": old.unreadable,
        "new_unreadable": new.unreadable,
        "unchanged": revision.unchanged,
        "added": revision.added.len(),
        "dropped": revision.dropped.len(),
        "revised": revision.revised.len(),
    })
}

/// The bounds of the classes of relative change.
const CLASSES: [(&str, f64); 6] = [
    ("up to 0.1 per cent", 0.001),
    ("up to 1 per cent", 0.01),
    ("up to 10 per cent", 0.1),
    ("up to 50 per cent", 0.5),
    ("up to 100 per cent", 1.0),
    ("more", f64::INFINITY),
];

/// How many revisions are how large, up and down.
fn sizes(revision: &Revision) -> Table {
    let columns = [
        ("relative_change", Kind::Text, ""),
        ("down", Kind::Integer, ""),
        ("up", Kind::Integer, ""),
        ("net_change_usd", Kind::Decimal, "USD"),
    ];
    let mut classes: BTreeMap<usize, (i64, i64, Usd)> = BTreeMap::new();
    let (mut same, mut rounding, mut without) = (0, 0, 0);
    for revised in &revision.revised {
        match (revised.relative(), revised.change()) {
            (_, Some(change)) if change == Usd::ZERO => same += 1,
            _ if revised.within_rounding() => rounding += 1,
            (Some(relative), Some(change)) => {
                let class = CLASSES.iter().position(|(_, most)| relative.abs() <= *most);
                let entry = classes.entry(class.unwrap_or(CLASSES.len() - 1)).or_default();
                if relative < 0.0 {
                    entry.0 += 1;
                } else {
                    entry.1 += 1;
                }
                entry.2 += change;
            }
            _ => without += 1,
        }
    }
    let mut table = Table::new("sizes", "How large the revisions are", &columns);
    for (class, (down, up, change)) in classes {
        table.push(vec![CLASSES[class].0.into(), down.into(), up.into(), change.into()]);
    }
    for (what, count) in [
        ("the value is the same, something else differs", same),
        ("within the units to which the sources rounded", rounding),
        ("no ratio: a value is zero or missing", without),
    ] {
        if count > 0 {
            table.push(vec![what.into(), Cell::Missing, Cell::Integer(count), Cell::Missing]);
        }
    }
    table
}

/// Every row that changed, the largest change of value first.
fn rows(revision: &Revision) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [
        text("what"),
        text("period"),
        text("reporter"),
        text("flow"),
        text("partner"),
        text("product"),
        ("old_usd", Kind::Decimal, "USD"),
        ("new_usd", Kind::Decimal, "USD"),
        ("change_usd", Kind::Decimal, "USD"),
        ("relative_change", Kind::Number, ""),
    ];
    let mut changes: Vec<(&str, Option<&Record>, Option<&Record>)> = Vec::new();
    changes.extend(revision.revised.iter().map(|r| ("revised", Some(&r.old), Some(&r.new))));
    changes.extend(revision.added.iter().map(|r| ("added", None, Some(r))));
    changes.extend(revision.dropped.iter().map(|r| ("dropped", Some(r), None)));
    let value = |record: Option<&Record>| record.and_then(|r| r.value);
    let size = |old, new| value(new).unwrap_or(Usd::ZERO) - value(old).unwrap_or(Usd::ZERO);
    changes.sort_by_key(|&(_, old, new)| std::cmp::Reverse(size(old, new).thousandths().abs()));
    let mut table = Table::new("changes", "Rows that changed, the largest first", &columns);
    for (what, old, new) in changes {
        let Some(about) = new.or(old) else { continue };
        let both = old.zip(new).map(|(old, new)| store::Revised {
            old: old.clone(),
            new: new.clone(),
        });
        table.push(vec![
            what.into(),
            about.period.to_string().into(),
            about.reporter.as_str().into(),
            about.flow.as_str().into(),
            about.partner.as_str().into(),
            (&*about.product).into(),
            value(old).into(),
            value(new).into(),
            size(old, new).into(),
            both.and_then(|b| b.relative()).into(),
        ]);
    }
    table
}

impl DiffArguments {
    /// The folder of the pin of this name.
    fn pin(&self, name: &str) -> Outcome<PathBuf> {
        let folder = self.datasets.join(name);
        if folder.join("pin.toml").is_file() {
            return Ok(folder);
        }
        let path = PathBuf::from(name);
        if path.join("pin.toml").is_file() {
            return Ok(path);
        }
        Err(Failure::because(format!(
            "--study compares pins, and `{name}` is none: make one of it with `counterflow pin add`"
        )))
    }
}
