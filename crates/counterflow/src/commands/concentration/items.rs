//! The items of a table, by group.

use super::ConcentrationArguments;
use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use std::collections::BTreeMap;

/// The items of one group.
#[derive(Default)]
pub struct Group {
    /// The values of the columns grouped by.
    pub key: Vec<String>,
    /// Each item's name: that of the item column, else its line.
    pub names: Vec<String>,
    /// The values; a sum with a missing part is missing.
    pub values: Vec<Option<f64>>,
    /// Frequency weights.
    pub weights: Vec<f64>,
    /// The standard deviations of the logarithms, where they are a column.
    pub sigma: Vec<f64>,
    /// The groups of the items, for decompositions.
    pub parts: Vec<String>,
    /// The other structure.
    pub other: Vec<Option<f64>>,
    /// How many rows there were.
    pub rows: usize,
    /// How many rows were added to an item that was there.
    pub added: usize,
    /// Rows that are not used: the reason and their places in the file.
    pub dropped: BTreeMap<String, Vec<u64>>,
    places: BTreeMap<String, usize>,
    lines: Vec<u64>,
}

impl Group {
    /// The group in words.
    pub fn called(&self, by: &[String]) -> String {
        let parts: Vec<String> = by.iter().zip(&self.key).map(|(n, v)| format!("{n} = {v}")).collect();
        parts.join(", ")
    }

    /// An item beside others whose name says that it is the sum of them.
    pub fn total(&self) -> Option<&str> {
        let is_total = |name: &&String| ["total", "world", "wld", "all"].contains(&name.trim().to_lowercase().as_str());
        let found = self.names.iter().find(is_total).filter(|_| self.names.len() > 1);
        found.map(String::as_str)
    }

    /// Takes the items out whose value is missing, and lists their lines.
    fn drop_missing(&mut self, column: &str) {
        let keep: Vec<bool> = self.values.iter().map(Option::is_some).collect();
        let reason = format!("{column} is missing");
        for (_, line) in keep.iter().zip(&self.lines).filter(|(keep, _)| !**keep) {
            self.dropped.entry(reason.clone()).or_default().push(*line);
        }
        fn retain<T>(list: &mut Vec<T>, keep: &[bool]) {
            let mut kept = keep.iter();
            list.retain(|_| *kept.next().unwrap_or(&true));
        }
        retain(&mut self.names, &keep);
        retain(&mut self.values, &keep);
        retain(&mut self.weights, &keep);
        retain(&mut self.sigma, &keep);
        retain(&mut self.parts, &keep);
        retain(&mut self.other, &keep);
        retain(&mut self.lines, &keep);
    }
}

/// One row's cells.
struct Row {
    place: u64,
    item: Option<String>,
    value: Option<f64>,
    weight: f64,
    sigma: Option<f64>,
    part: Option<String>,
    other: Option<f64>,
}

/// The groups of the table in order of their keys.
pub fn of(frame: &Frame, arguments: &ConcentrationArguments) -> Outcome<Vec<Group>> {
    let column = |name: &Option<String>| name.as_ref().map(|name| frame.column(name)).transpose();
    let numbers = |name: &Option<String>| name.as_ref().map(|name| frame.numbers(name)).transpose();
    let (values, weights) = (frame.numbers(&arguments.value)?, numbers(&arguments.weights)?);
    let (items, parts, other) = (
        column(&arguments.item)?,
        column(&arguments.groups)?,
        numbers(&arguments.compare)?,
    );
    let sigma_column = arguments.sigma.clone().filter(|text| text.parse::<f64>().is_err());
    let sigma = numbers(&sigma_column)?;
    let by = arguments
        .by
        .iter()
        .map(|name| frame.column(name.trim()))
        .collect::<Outcome<Vec<_>>>()?;
    let present = |cell: Option<f64>, what: &str, row: usize| {
        cell.ok_or_else(|| {
            Failure::because(format!(
                "{}, line {}: the {what} is missing",
                frame.file, frame.places[row]
            ))
        })
    };
    // Without a name a row would be added to others that have none, though they need have nothing in common.
    let name = |cells: &[Option<String>], what: &str, column: &str, row: usize| {
        cells[row].clone().ok_or_else(|| {
            Failure::because(format!(
                "{}, line {}, column `{column}`: the {what} is missing (so are `NA` and `NaN`); name it, or leave the row out",
                frame.file, frame.places[row]
            ))
        })
    };
    let named = |cells: Option<&[Option<String>]>, what: &str, column: &Option<String>, row: usize| {
        let column = column.as_deref().unwrap_or_default();
        cells.map(|cells| name(cells, what, column, row)).transpose()
    };
    let mut groups: BTreeMap<Vec<String>, Group> = BTreeMap::new();
    for row in 0..frame.rows() {
        let key = by
            .iter()
            .zip(&arguments.by)
            .map(|(cells, column)| name(cells, "group", column, row))
            .collect::<Outcome<Vec<String>>>()?;
        let cells = Row {
            place: frame.places[row],
            item: named(items, "item", &arguments.item, row)?,
            value: values[row],
            weight: weights.as_ref().map_or(Ok(1.0), |w| present(w[row], "weight", row))?,
            sigma: sigma
                .as_ref()
                .map(|s| present(s[row], "standard deviation", row))
                .transpose()?,
            part: named(parts, "group", &arguments.groups, row)?,
            other: other.as_ref().and_then(|other| other[row]),
        };
        let group = groups.entry(key.clone()).or_default();
        group.key = key;
        add(group, cells)
            .map_err(|why| Failure::because(format!("{}, line {}: {why}", frame.file, frame.places[row])))?;
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    if arguments.drop_missing {
        groups.iter_mut().for_each(|group| group.drop_missing(&arguments.value));
    }
    Ok(groups)
}

/// Adds a row to its item, or as a new one.
fn add(group: &mut Group, row: Row) -> Result<(), String> {
    group.rows += 1;
    if let Some(item) = &row.item
        && let Some(&at) = group.places.get(item)
    {
        if row.sigma.is_some() {
            return Err(format!(
                "the item `{item}` stands twice, and the errors of its rows say nothing of their sum; add the rows up before"
            ));
        }
        if row.part.as_ref().is_some_and(|part| *part != group.parts[at]) {
            return Err(format!("the item `{item}` stands in two groups"));
        }
        group.added += 1;
        let sum = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a + b);
        group.values[at] = sum(group.values[at], row.value);
        group.other[at] = sum(group.other[at], row.other);
        return Ok(());
    }
    if let Some(item) = &row.item {
        group.places.insert(item.clone(), group.values.len());
    }
    group
        .names
        .push(row.item.unwrap_or_else(|| format!("line {}", row.place)));
    group.values.push(row.value);
    group.weights.push(row.weight);
    group.sigma.push(row.sigma.unwrap_or_default());
    group.parts.push(row.part.unwrap_or_default());
    group.other.push(row.other);
    group.lines.push(row.place);
    Ok(())
}
