//! Files in the columns of trade records that another program wrote: what an import would have refused in them, and rows
//! that stand there twice, are looked for before they are summed.

use super::file::{DataFile, dataset_files};
use super::texts::Texts;
use crate::schema::{COLUMNS, shape};
use crate::{Dataset, Error, Result, WRITER};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use trade::{Classification, Economy, Flow, Period, Status, TOTAL, Valuation, check_product, economies};

/// So many rows of one folder are looked through: they take about a second, and 32 bytes each.
pub const LOOKED_THROUGH: u64 = 1_000_000;

/// What is known of the files of a dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Rows of files that other programs wrote and that were taken as they stand, being too many.
    pub unseen: u64,
    /// Rows of an economy's trade with itself. Some agencies publish such.
    pub with_itself: u64,
    /// Of tables that have some columns of a record only and may mean what they say: amounts below zero.
    pub below_zero: u64,
    /// Of such tables: rows of a key that an earlier row has.
    pub twice: u64,
}

/// Columns of texts, and whole numbers read as such. The first ten are the key of a record; rivals of one key are told
/// apart by their reference.
const CODED: [&str; 13] = [
    "period_year",
    "period_month",
    "period_months",
    "reporter",
    "flow",
    "partner",
    "classification",
    "product",
    "compiler",
    "basis",
    "reference",
    "status",
    "valuation",
];
const KEY: usize = 11;
const AMOUNTS: [&str; 5] = [
    "value_usd",
    "rounded_to_usd",
    "share_percent",
    "net_weight_kg",
    "quantity",
];

/// Looks through the files of a dataset, where another program wrote one of them and they have at most `most` rows.
/// Every record must be one that an import may give, and no two may have one key ([`trade::Record::key`]), unless they
/// are figures of several kinds, references or roundings. Imported datasets are left alone: their manifest has hashes.
///
/// # Errors
/// Names file and row of the first that is wrong; also where a file cannot be read.
pub fn look_through(path: &Path, most: u64) -> Result<Look> {
    if Dataset::is_one(path) {
        return Ok(Look::default());
    }
    let files = dataset_files(path)?;
    let files = files
        .iter()
        .map(|file| DataFile::open(file))
        .collect::<Result<Vec<_>>>()?;
    let rows = |file: &DataFile| (0..file.row_groups()).map(|group| file.rows(group) as u64).sum::<u64>();
    let foreign = || files.iter().filter(|file| !ours(file));
    if foreign().next().is_none() {
        return Ok(Look::default());
    }
    if files.iter().map(rows).sum::<u64>() > most {
        let unseen = foreign().map(rows).sum();
        return Ok(Look {
            unseen,
            ..Look::default()
        });
    }
    let mut search = Search::default();
    for (number, file) in files.iter().enumerate() {
        search.file(number as u32, file)?;
    }
    search.repeats(&files)?;
    search.rows_of_parts.sort_unstable();
    let twice = search.rows_of_parts.windows(2).filter(|pair| pair[0] == pair[1]);
    search.look.twice = twice.count() as u64;
    Ok(search.look)
}

fn ours(file: &DataFile) -> bool {
    file.metadata.file_metadata().created_by() == Some(WRITER)
}

#[derive(Default)]
struct Search {
    look: Look,
    /// A hash of each row's key, its file and its row there; hashes of 128 bits are not the same by chance.
    keys: Vec<(u128, u32, u32)>,
    /// The hashes of rows of tables that have some columns of a record only.
    rows_of_parts: Vec<u128>,
}

impl Search {
    fn file(&mut self, number: u32, file: &DataFile) -> Result<()> {
        if file.held("value_usd").is_none() {
            return Ok(());
        }
        let whole = COLUMNS.iter().all(|column| file.held(column).is_some());
        let root = file.metadata.file_metadata().schema_descr().root_schema();
        let others = root
            .get_fields()
            .iter()
            .any(|field| !COLUMNS.contains(&field.name()) && field.name() != "year");
        let all = |columns: &[&str]| columns.iter().all(|column| file.held(column).is_some());
        // Rows of a table with other columns in the place of ours may be told apart by these.
        let unique = all(&["period_year", "reporter", "flow", "partner"]) && (all(&CODED[..KEY - 1]) || !others);
        let mut start = 0;
        for group in (0..file.row_groups()).filter(|&group| file.rows(group) > 0) {
            let rows = file.rows(group);
            let columns = CODED.map(|column| Column::read(file, group, column, rows, whole));
            let columns = columns.into_iter().collect::<Result<Vec<_>>>()?;
            let below = if whole { None } else { Some(&mut self.look.below_zero) };
            let amounts = amounts(file, group, rows, start, below)?;
            let mut products = HashMap::new();
            let mut periods = HashMap::new();
            for row in 0..rows {
                let bad = |(column, reason)| wrong(file, start + row, column, reason);
                if let Some(column) = columns.iter().find(|column| column.wrong(row).is_some()) {
                    let reason = column.wrong(row).unwrap_or_default();
                    return Err(bad((column.name, reason.to_owned())));
                }
                let code = |at: usize| columns[at].codes[row];
                let text = |at: usize| columns[at].text(row);
                let period = [code(0), code(1), code(2)];
                let period = periods
                    .entry(period)
                    .or_insert_with(|| period_of(text(0), text(1), text(2)));
                let period = period.as_ref().map_err(|reason| bad(("period_year", reason.clone())))?;
                let product = products.entry((code(6), code(7)));
                if let Some(reason) = product.or_insert_with(|| no_product(text(6), text(7))) {
                    return Err(bad(("product", reason.clone())));
                }
                self.look.with_itself += u64::from(text(3).is_some() && text(3) == text(5));
                if unique {
                    let figures = || (amounts.iter().map(|values| values[row].is_some()), amounts[1][row]);
                    let hash = |half: u64| {
                        let mut hasher = DefaultHasher::new();
                        (half, period, figures().1).hash(&mut hasher);
                        (3..KEY).for_each(|at| text(at).hash(&mut hasher));
                        figures().0.for_each(|given| given.hash(&mut hasher));
                        u128::from(hasher.finish())
                    };
                    let hash = hash(0) << 64 | hash(1);
                    match whole {
                        true => self.keys.push((hash, number, (start + row) as u32)),
                        false => self.rows_of_parts.push(hash),
                    }
                }
            }
            start += rows;
        }
        Ok(())
    }

    /// Refuses two rows of one key, and names the first of the later ones.
    fn repeats(&mut self, files: &[DataFile]) -> Result<()> {
        self.keys.sort_unstable();
        let twice = self.keys.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        let Some(pair) = twice.min_by_key(|pair| (pair[1].1, pair[1].2)) else {
            return Ok(());
        };
        let (first, second) = (&files[pair[0].1 as usize], &files[pair[1].1 as usize]);
        let of = match first.path == second.path {
            true => String::new(),
            false => format!(" of {}", first.path.display()),
        };
        Err(wrong(
            second,
            pair[1].2 as usize,
            "value_usd",
            format!(
                "row {}{of} is of the same period, reporter, flow, partner, product, compiler and basis, and both would be \
                 added; keep one of them",
                pair[0].2 + 1
            ),
        ))
    }
}

fn wrong(file: &DataFile, row: usize, column: &'static str, reason: String) -> Error {
    Error::Value {
        path: file.path.clone(),
        row,
        column,
        reason,
    }
}

/// A coded column of a row group, and what is wrong with each of its words.
struct Column {
    name: &'static str,
    codes: Vec<u32>,
    texts: Texts,
    wrong: Vec<Option<String>>,
}

impl Column {
    fn read(file: &DataFile, group: usize, name: &'static str, rows: usize, whole: bool) -> Result<Column> {
        let mut cursor = file.codes(group, name, false)?;
        let mut codes = vec![0; rows];
        cursor.codes(&mut codes)?;
        let texts = cursor.texts().clone();
        let held = file.held(name).is_some();
        let wrong = texts
            .iter()
            .map(|text| unfit(name, text, whole).filter(|_| held))
            .collect();
        Ok(Column {
            name,
            codes,
            texts,
            wrong,
        })
    }

    fn text(&self, row: usize) -> Option<&str> {
        self.texts.get(self.codes[row] as usize)
    }

    fn wrong(&self, row: usize) -> Option<&str> {
        self.wrong.get(self.codes[row] as usize)?.as_deref()
    }
}

/// Why a word cannot stand in a column. Tables with some columns of ours may have words of their own.
fn unfit(column: &str, text: Option<&str>, whole: bool) -> Option<String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return (!shape(column).1)
            .then(|| "it is empty, which this column never is; fill it in or leave the row out".to_owned());
    };
    let known = match column {
        "reporter" | "partner" => Economy::new(text).is_ok_and(|economy| {
            let known = |economy| economies().get(economy).is_some();
            economy.is_world() || known(economy) || economy.world_without().is_some_and(known)
        }),
        "flow" => text.parse::<Flow>().is_ok(),
        "classification" => text.parse::<Classification>().is_ok(),
        "status" => text.parse::<Status>().is_ok(),
        "valuation" => text.parse::<Valuation>().is_ok(),
        _ => true,
    };
    (whole && !known).then(|| format!("`{text}` is no word of this column; write one of ours, such as `import` does"))
}

/// A period, from what stands in its columns; those that are not there stand for whole years.
fn period_of(
    year: Option<&str>,
    month: Option<&str>,
    months: Option<&str>,
) -> std::result::Result<Option<Period>, String> {
    let Some(year) = year else { return Ok(None) };
    let (month, months) = (month.unwrap_or("1"), months.unwrap_or("12"));
    let parsed = year.parse().ok().zip(month.parse().ok()).zip(months.parse().ok());
    let period = parsed.and_then(|((year, month), months)| Period::span(year, month, months).ok());
    match period {
        Some(period) => Ok(Some(period)),
        None => Err(format!(
            "year {year}, month {month}, {months} months is no period; write the year, the month it begins in and how many"
        )),
    }
}

fn no_product(classification: Option<&str>, product: Option<&str>) -> Option<String> {
    let product = product?;
    if product != TOTAL && product.eq_ignore_ascii_case(TOTAL) {
        return Some(format!("`{product}` is expected to be written {TOTAL}"));
    }
    let classification: Classification = classification?.parse().ok()?;
    let unfit = check_product(classification, product).err()?;
    Some(format!(
        "{unfit}; write the code of {classification}, with its leading zeros"
    ))
}

/// The columns of amounts of a row group. One below zero is refused, or counted where that is asked for.
fn amounts(
    file: &DataFile,
    group: usize,
    rows: usize,
    start: usize,
    mut below: Option<&mut u64>,
) -> Result<Vec<Vec<Option<i64>>>> {
    let all = AMOUNTS.map(|column| amounts_of(file, group, column, rows, start, &mut below));
    all.into_iter().collect()
}

fn amounts_of(
    file: &DataFile,
    group: usize,
    column: &'static str,
    rows: usize,
    start: usize,
    below: &mut Option<&mut u64>,
) -> Result<Vec<Option<i64>>> {
    let unit = 10_i64.pow(3 - file.scale(column).min(3));
    let mut cursor = file.decimals(group, column, false)?;
    let mut amounts = Vec::with_capacity(rows);
    while amounts.len() < rows {
        let ready = cursor.ready()?.min(rows - amounts.len());
        if ready == 0 {
            return Err(crate::scan::damaged(&file.path, "a column ends before its rows do"));
        }
        let numbers = cursor.take(ready);
        for (at, &value) in numbers.values.iter().enumerate() {
            let there = numbers.valid.is_none_or(|valid| valid[at]);
            if there && value < 0 {
                if let Some(count) = below {
                    **count += 1;
                    amounts.push(Some(value.saturating_mul(unit)));
                    continue;
                }
                let reason = "it is below zero, which no figure of trade is; set it right or leave the row out";
                return Err(wrong(file, start + amounts.len(), column, reason.to_owned()));
            }
            // Files of several scales are compared in thousandths.
            amounts.push(there.then(|| value.saturating_mul(unit)));
        }
    }
    Ok(amounts)
}
