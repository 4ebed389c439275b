//! What a grouping of products could not place, or would have had to split.

use super::grouping::SEVERAL;
use cube::{Dimension, Groups, Sums};
use model::{Cell, Kind, Table};
use trade::Usd;

/// How much trade has one group, several, or none, in the order of the table's rows.
pub struct Coverage {
    parts: [(&'static str, Usd, u64); 3],
}

impl Coverage {
    /// Over all groups of sums that are by product.
    pub fn of(sums: &Sums) -> Option<Coverage> {
        let place = sums.by.iter().position(|d| *d == Dimension::Product)?;
        let mut parts = [
            ("one group", Usd::ZERO, 0),
            ("several groups", Usd::ZERO, 0),
            ("none", Usd::ZERO, 0),
        ];
        for group in 0..sums.len() {
            let part = match &*sums.text(group, place) {
                SEVERAL => 1,
                Groups::NONE => 2,
                _ => 0,
            };
            parts[part].1 += sums.value(group).unwrap_or(Usd::ZERO);
            parts[part].2 += sums.records(group);
        }
        Some(Coverage { parts })
    }

    /// As a table: what, value, share of the value, records.
    pub fn table(&self) -> Table {
        let columns = [
            ("products_in", Kind::Text, ""),
            ("value_usd", Kind::Decimal, "USD"),
            ("share", Kind::Number, "share"),
            ("records", Kind::Integer, ""),
        ];
        let mut table = Table::new("coverage", "What the grouping covers", &columns);
        for (what, value, records) in self.parts {
            let share = self.share(value).map_or(Cell::Missing, Cell::from);
            table.push(vec![what.into(), value.into(), share, Cell::Integer(records as i64)]);
        }
        table
    }

    fn share(&self, value: Usd) -> Option<f64> {
        let total: Usd = self.parts.iter().map(|p| p.1).sum();
        (total != Usd::ZERO).then(|| value.to_f64() / total.to_f64())
    }

    /// A sentence for each part that is not placed; nothing where all is.
    pub fn notes(&self, grouping: &str) -> Vec<String> {
        let told = |(_, value, records): (&str, Usd, u64), name: &str, why: &str| {
            let share = self
                .share(value)
                .map(|s| format!(", {:.1} per cent of the value", s * 100.0));
            (records > 0).then(|| {
                let share = share.unwrap_or_default();
                format!("note: {value} USD{share}, {records} records, stand under `{name}`: {why}")
            })
        };
        let [_, several, none] = self.parts;
        let why_several =
            format!("their product belongs to several groups of {grouping}, and nothing says how much to which");
        let why_none = format!("their product has no group of {grouping}");
        [
            told(several, SEVERAL, &why_several),
            told(none, Groups::NONE, &why_none),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
