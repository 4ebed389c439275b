//! The parts of a run's tables that a section asks for.

use crate::study::trace::{anchor_of_period, page_of};
use model::{Cell, Table};
use study::TableFile;

/// The rows and columns of a table that a section asks for, and where the evidence of each row is.
pub(super) fn selected(wanted: &TableFile, tables: &[Table]) -> std::result::Result<(Table, Vec<String>), String> {
    let table = tables.iter().find(|t| t.id == wanted.name).ok_or_else(|| {
        let there: Vec<&str> = tables.iter().map(|t| t.id.as_str()).collect();
        format!("there is no table `{}`; there are {}", wanted.name, there.join(", "))
    })?;
    let place = |column: &String| {
        let found = table.columns.iter().position(|c| c.name == *column);
        found.ok_or_else(|| format!("the table `{}` has no column `{column}`", table.id))
    };
    let only = wanted.only.iter().map(|(column, values)| Ok((place(column)?, values)));
    let only = only.collect::<std::result::Result<Vec<_>, String>>()?;
    let present = wanted
        .present
        .iter()
        .map(place)
        .collect::<std::result::Result<Vec<_>, String>>()?;
    let shown = wanted
        .columns
        .iter()
        .map(place)
        .collect::<std::result::Result<Vec<_>, String>>()?;
    let shown = if shown.is_empty() {
        (0..table.columns.len()).collect()
    } else {
        shown
    };
    let keep = |row: &&Vec<Cell>| {
        only.iter()
            .all(|(at, values)| values.split('|').any(|value| plain(&row[*at]) == value))
            && present.iter().all(|at| row[*at] != Cell::Missing)
    };
    let mut rows: Vec<&Vec<Cell>> = table.rows.iter().filter(keep).collect();
    if let Some(at) = wanted.largest_first.as_ref().map(place).transpose()? {
        rows.sort_by(|a, b| number(&b[at]).total_cmp(&number(&a[at])));
    }
    let evidence = rows.iter().map(|row| evidence_of(table, row)).collect();
    let selected = Table {
        columns: shown.iter().map(|&at| table.columns[at].clone()).collect(),
        rows: rows
            .into_iter()
            .map(|row| shown.iter().map(|&at| row[at].clone()).collect())
            .collect(),
        ..table.clone()
    };
    Ok((selected, evidence))
}

/// Where the figures behind a table's row are: those of its scenario and, where it has one, its period.
fn evidence_of(table: &Table, row: &[Cell]) -> String {
    let of = |name: &str| {
        let at = table.columns.iter().position(|c| c.name == name)?;
        Some(plain(&row[at])).filter(|text| !text.is_empty())
    };
    match (of("scenario"), of("period").or_else(|| of("year"))) {
        (Some(scenario), Some(period)) => format!("{}#{}", page_of(&scenario), anchor_of_period(&period)),
        (Some(scenario), None) => format!("{}#figures", page_of(&scenario)),
        (None, _) => String::new(),
    }
}

/// A cell's number, below every other where it has none.
fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Integer(number) => *number as f64,
        Cell::Number(number) => *number,
        Cell::Decimal(number) => number.to_f64(),
        Cell::Missing | Cell::Text(_) => f64::NEG_INFINITY,
    }
}

/// A cell as a study file would write it.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
    }
}
