//! Groups of products to sum by: stages of production, another classification, or a user's own.

use crate::fail::{Failure, Outcome};
use cube::{Dimension, Groups, Query};
use sources::TextTable;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trade::{Classification, StageConvention, concord, product_stages};

/// Products that belong to several groups: nothing says how much of them belongs to which.
pub const SEVERAL: &str = "several";

/// What products are grouped to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grouping {
    Stage,
    Concordance(Classification),
    /// A table with the columns `product` and `group`.
    File(PathBuf),
}

impl Grouping {
    /// The grouping that a word of `--by` names, if it names one.
    pub fn named(word: &str, file: Option<&Path>) -> Outcome<Option<Grouping>> {
        Ok(Some(match (word, file) {
            ("stage", _) => Grouping::Stage,
            ("sitc3", _) => Grouping::Concordance(Classification::Sitc(3)),
            ("isic3", _) => Grouping::Concordance(Classification::Isic3),
            ("bec4", _) => Grouping::Concordance(Classification::Bec4),
            ("group", Some(file)) => Grouping::File(file.to_owned()),
            ("group", None) => {
                let why = "--by group: name a table with the columns product and group with --groups FILE.csv";
                return Err(Failure::Usage(why.to_owned()));
            }
            _ => return Ok(None),
        }))
    }

    /// The groups of the products of a dataset.
    pub fn groups(&self, data: &Path, query: &Query) -> Outcome<Groups> {
        if let Grouping::File(path) = self {
            return of_file(path);
        }
        let classification = classification(data, query)?;
        let products = cube::values(data, Dimension::Product, &query.filter)?;
        let group = |product: &str| -> Vec<&'static str> {
            match self {
                Grouping::Concordance(to) => concord(classification, product, *to).targets().to_vec(),
                _ => {
                    let stages = product_stages(classification, product, StageConvention::Cepii);
                    stages.into_iter().map(|stage| stage.as_str()).collect()
                }
            }
        };
        let pairs = products.into_iter().filter_map(|product| {
            let group = match group(&product)[..] {
                [] => return None,
                [only] => only,
                _ => SEVERAL,
            };
            Some((product, group.to_owned()))
        });
        Ok(Groups::new(pairs.collect::<Vec<_>>()))
    }
}

/// The one classification of the rows that are summed.
fn classification(data: &Path, query: &Query) -> Outcome<Classification> {
    let mut stated = cube::values(data, Dimension::Classification, &query.filter)?;
    if let Some(wanted) = query.filter.any_of.get("classification") {
        stated.retain(|c| wanted.contains(c));
    }
    let stated: Vec<String> = stated.into_iter().filter(|c| !c.is_empty()).collect();
    match &stated[..] {
        [] => Ok(Classification::HsUnstated),
        [one] => one.parse().map_err(|e: trade::Error| Failure::because(e.to_string())),
        several => Err(Failure::because(format!(
            "products of several classifications ({}) are grouped each by its own table: narrow to one with \
             --where 'classification = {}'",
            several.join(", "),
            several[0]
        ))),
    }
}

fn of_file(path: &Path) -> Outcome<Groups> {
    let wrong = |what: String| Failure::because(format!("{}, {what}", path.display()));
    let mut table = TextTable::open(path, &|header| header.has("product") && header.has("group"))?;
    let names = table.header().names().to_vec();
    let place = |name: &str| {
        let mut places = (0..names.len()).filter(|&at| names[at].eq_ignore_ascii_case(name));
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (found, _) => Err(wrong(format!(
                "line {}: {} column `{name}` is expected; there are {}",
                table.header_line(),
                if found.is_some() { "only one" } else { "a" },
                names.join(", ")
            ))),
        }
    };
    let (product, group) = (place("product")?, place("group")?);
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    while let Some(row) = table.next_row()? {
        let row = row.map_err(|bad| wrong(format!("line {}: {}; {}", bad.line, bad.reason, bad.advice)))?;
        let line = row.line;
        let cell = |place: usize| row.cell(place).filter(|text| !text.is_empty()).map(str::to_owned);
        let (Some(product), Some(group)) = (cell(product), cell(group)) else {
            return Err(wrong(format!(
                "line {line}: a product and its group are expected, in UTF-8"
            )));
        };
        match groups.insert(product.clone(), group.clone()) {
            Some(before) if before != group => {
                return Err(wrong(format!(
                    "line {line}: product {product} is in `{before}` and in `{group}`; a product has one group"
                )));
            }
            _ => {}
        }
    }
    Ok(Groups::new(groups))
}
