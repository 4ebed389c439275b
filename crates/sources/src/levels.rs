use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use trade::{Classification, Economy, Flow, Period, Record, TOTAL, Usd};

/// How fine a product code is. Ordered from coarse to fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// All products together.
    Total,
    /// Codes of so many characters: chapters of the Harmonized System have 2, headings 4,
    /// subheadings 6.
    Digits(u8),
    /// A compiler's own groups. Whether they overlap cannot be told.
    Named,
}

impl Level {
    /// The level of a product code.
    pub fn of(classification: Classification, product: &str) -> Level {
        match classification {
            _ if product == TOTAL => Level::Total,
            Classification::Compiler => Level::Named,
            // An ISIC tabulation category is a letter and stands above the two-digit divisions.
            _ => Level::Digits(u8::try_from(product.len()).unwrap_or(u8::MAX)),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Level::Total => f.pad(TOTAL),
            Level::Digits(n) => f.pad(&format!("{n} digits")),
            Level::Named => f.pad("compiler's groups"),
        }
    }
}

/// One series of product figures: what the products of a record would be summed within.
pub type Series<'a> = (Period, Economy, Flow, Economy, &'a str, Option<&'a str>);

/// The series of a record: its key without the product and the classification.
pub fn series(record: &Record) -> Series<'_> {
    (
        record.period,
        record.reporter,
        record.flow,
        record.partner,
        &record.compiler,
        record.basis.as_deref(),
    )
}

/// One level of one classification among some records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelSum {
    /// The classification.
    pub classification: Classification,
    /// The level.
    pub level: Level,
    /// How many records are of it.
    pub records: u64,
    /// In how many series it occurs.
    pub series: u64,
    /// The sum of their values.
    pub value: Usd,
}

/// The levels among some records, coarse before fine within each classification. Never add
/// the sums of two of them.
pub fn levels_present(records: &[Record]) -> Vec<LevelSum> {
    let mut sums: BTreeMap<(Classification, Level), (u64, Usd, BTreeSet<Series<'_>>)> = BTreeMap::new();
    for record in records {
        let sum = sums
            .entry((record.classification, Level::of(record.classification, &record.product)))
            .or_default();
        sum.0 += 1;
        sum.1 += record.value.unwrap_or_default();
        sum.2.insert(series(record));
    }
    let sums = sums
        .into_iter()
        .map(|((classification, level), (records, value, series))| LevelSum {
            classification,
            level,
            records,
            series: series.len() as u64,
            value,
        });
    sums.collect()
}

/// The finest level that every series has, whatever its classification; `None` where the
/// series have no level in common. Having a level does not mean that it is complete: a file
/// of fourteen chapters has chapters, and they do not add up to its TOTAL.
pub fn finest_common_level(records: &[Record]) -> Option<Level> {
    let mut by_series: BTreeMap<Series<'_>, BTreeSet<Level>> = BTreeMap::new();
    for record in records {
        by_series
            .entry(series(record))
            .or_default()
            .insert(Level::of(record.classification, &record.product));
    }
    let mut levels = by_series.into_values();
    let first = levels.next()?;
    levels
        .fold(first, |common, these| common.intersection(&these).copied().collect())
        .pop_last()
}

/// Whether a level of aggregation is that of codes of another length. Totals have the level 0.
pub(crate) fn is_other_level(level: &str, product: &str) -> bool {
    let digits = level.parse().ok().filter(|digits| (1..=6).contains(digits));
    product != TOTAL && digits.is_some_and(|digits: usize| digits != product.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, import};

    fn records(rows: &[&str]) -> Vec<Record> {
        let text = format!(
            "period,reporter,partner,flow,classification,product,value_usd,compiler\n{}\n",
            rows.join("\n")
        );
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(got.quarantine, []);
        got.records
    }

    #[test]
    fn levels_are_listed_and_the_common_one_found() {
        let got = records(&[
            "2003,CHN,PRK,import,HS2,TOTAL,10,x",
            "2003,CHN,PRK,import,HS2,27,6,x",
            "2003,CHN,PRK,import,HS2,2701,5,x",
            "2003,CHN,KOR,import,HS2,TOTAL,8,x",
            "2003,CHN,KOR,import,HS2,27,3,x",
        ]);
        let sums: Vec<_> = levels_present(&got)
            .iter()
            .map(|l| (l.level, l.records, l.series, l.value))
            .collect();
        let usd = Usd::from_units;
        assert_eq!(
            sums,
            [
                (Level::Total, 2, 2, usd(18)),
                (Level::Digits(2), 2, 2, usd(9)),
                (Level::Digits(4), 1, 1, usd(5))
            ]
        );
        assert_eq!(finest_common_level(&got), Some(Level::Digits(2)));
        assert_eq!(finest_common_level(&got[1..4]), None);
        assert_eq!(finest_common_level(&[]), None);
    }
}
