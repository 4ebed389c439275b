//! Rows in memory, brought into the order of a dataset.

use crate::column::Column;
use crate::memory::{Coded, Decimal, Packed, Part, Parts};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::columns::Texts;

/// Rows of a part that is made here.
const PART_ROWS: usize = 1 << 20;

/// The order of a dataset's rows. Columns that are not here come before products: they are next to constant.
const FIRST: [Column; 6] = [
    Column::Year,
    Column::Month,
    Column::Months,
    Column::Reporter,
    Column::Flow,
    Column::Partner,
];

/// A coded column over all parts.
struct Ordered {
    column: Column,
    /// All its texts, in their order.
    texts: Vec<Option<String>>,
    /// For each part the place of each of its codes.
    places: Vec<Vec<u64>>,
    stride: u64,
}

/// Brings rows into the order of year, reporter, flow, partner, product, which makes columns of runs and sums that
/// lie together. Rows that are in order stay as they are; so do rows whose columns have more combinations than 64 bits
/// or amounts of different scales.
pub(crate) fn arranged(parts: Parts) -> Parts {
    let rows: usize = parts.0.iter().map(|part| part.rows).sum();
    let Some(columns) = ordered(&parts).filter(|_| u32::try_from(rows).is_ok() && of_one_scale(&parts)) else {
        return parts;
    };
    let in_order = {
        let mut last = 0;
        let mut follows = |key: u64| std::mem::replace(&mut last, key) <= key;
        (0..parts.0.len()).all(|part| keys(&parts, &columns, part).into_iter().all(&mut follows))
    };
    if in_order {
        return parts;
    }
    let mut order: Vec<(u64, u32)> = Vec::with_capacity(rows);
    for part in 0..parts.0.len() {
        let before = order.len() as u32;
        order.extend(keys(&parts, &columns, part).into_iter().zip(before..));
    }
    order.par_sort_unstable();
    let value = joined(&parts, |part| part.value.as_ref());
    let weight = joined(&parts, |part| part.weight.as_ref());
    drop(parts);
    let part = |rows: &[(u64, u32)]| Part {
        rows: rows.len(),
        coded: columns.iter().map(|column| (column.column, column.of(rows))).collect(),
        value: value.as_ref().map(|decimal| chosen(decimal, rows)),
        weight: weight.as_ref().map(|decimal| chosen(decimal, rows)),
    };
    Parts(order.par_chunks(PART_ROWS).map(part).collect())
}

/// The columns that all parts have, from the first to sort by to the last; `None` where a key does not fit.
fn ordered(parts: &Parts) -> Option<Vec<Ordered>> {
    let there: Vec<Column> = parts.0.first()?.coded.iter().map(|(column, _)| *column).collect();
    let rest = there.iter().filter(|c| !FIRST.contains(c) && **c != Column::Product);
    let names = FIRST.iter().chain(rest).chain([&Column::Product]);
    let mut columns = Vec::new();
    for &column in names.filter(|c| there.contains(c)) {
        let coded: Vec<&Coded> = parts
            .0
            .iter()
            .map(|part| part.column(column).ok())
            .collect::<Option<_>>()?;
        let texts: BTreeSet<Option<&str>> = coded.iter().flat_map(|coded| coded.texts.iter()).collect();
        let texts: Vec<Option<&str>> = texts.into_iter().collect();
        let place = |text| texts.binary_search(&text).unwrap_or_default() as u64;
        columns.push(Ordered {
            column,
            places: coded
                .iter()
                .map(|coded| coded.texts.iter().map(place).collect())
                .collect(),
            texts: texts.iter().map(|text| text.map(str::to_owned)).collect(),
            stride: 1,
        });
    }
    let mut cells = 1_u64;
    for column in columns.iter_mut().rev() {
        column.stride = cells;
        cells = cells.checked_mul(column.texts.len().max(1) as u64)?;
    }
    Some(columns)
}

fn of_one_scale(parts: &Parts) -> bool {
    let same = |scale: fn(&Part) -> Option<u32>| parts.0.windows(2).all(|w| scale(&w[0]) == scale(&w[1]));
    same(|part| part.value.as_ref().map(|d| d.scale)) && same(|part| part.weight.as_ref().map(|d| d.scale))
}

/// The key of each row of a part.
fn keys(parts: &Parts, columns: &[Ordered], part: usize) -> Vec<u64> {
    let mut keys = vec![0; parts.0[part].rows];
    for column in columns {
        let Ok(coded) = parts.0[part].column(column.column) else {
            continue;
        };
        let add: Vec<u64> = column.places[part].iter().map(|place| place * column.stride).collect();
        coded
            .codes
            .each(|rows, code| keys[rows].iter_mut().for_each(|key| *key += add[code as usize]));
    }
    keys
}

/// The amounts of all parts in one column.
fn joined(parts: &Parts, decimal: impl Fn(&Part) -> Option<&Decimal>) -> Option<Decimal> {
    let scale = decimal(parts.0.first()?)?.scale;
    let all = || parts.0.iter().filter_map(&decimal);
    let values = all().flat_map(|decimal| decimal.values.iter().copied()).collect();
    let some_absent = all().any(|decimal| decimal.valid.is_some());
    let valid = some_absent.then(|| {
        let of = |decimal: &Decimal| {
            decimal
                .valid
                .clone()
                .unwrap_or_else(|| vec![true; decimal.values.len()])
        };
        all().flat_map(of).collect()
    });
    Some(Decimal { scale, values, valid })
}

/// The amounts of some rows.
fn chosen(decimal: &Decimal, rows: &[(u64, u32)]) -> Decimal {
    Decimal {
        scale: decimal.scale,
        values: rows.iter().map(|&(_, row)| decimal.values[row as usize]).collect(),
        valid: decimal
            .valid
            .as_ref()
            .map(|valid| rows.iter().map(|&(_, row)| valid[row as usize]).collect()),
    }
}

impl Ordered {
    /// The column of a part, with the texts that occur in it.
    fn of(&self, rows: &[(u64, u32)]) -> Coded {
        let many = self.texts.len().max(1) as u64;
        let mut codes: Vec<u32> = rows.iter().map(|&(key, _)| (key / self.stride % many) as u32).collect();
        let mut numbers = vec![u32::MAX; self.texts.len()];
        codes.iter().for_each(|&place| numbers[place as usize] = 0);
        let mut texts = Texts::default();
        for (number, text) in numbers.iter_mut().zip(&self.texts).filter(|(number, _)| **number == 0) {
            *number = texts.add(text.as_deref());
        }
        codes.iter_mut().for_each(|code| *code = numbers[*code as usize]);
        let codes = Packed::of(&codes, texts.len());
        Coded::new(Arc::new(texts), codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn coded(codes: &[u32], texts: &[Option<&str>]) -> Coded {
        let mut all = Texts::default();
        for text in texts {
            all.add(*text);
        }
        Coded::new(Arc::new(all), Packed::of(codes, texts.len()))
    }

    /// The codes of year, reporter, status and product, the amount, and whether it is there.
    type Row = (u32, u32, u32, u32, i64, bool);

    /// Rows as texts and amounts.
    fn rows(parts: &Parts) -> Vec<(Vec<Option<String>>, Option<i64>)> {
        let mut out = Vec::new();
        for part in &parts.0 {
            let mut texts = vec![Vec::new(); part.rows];
            for column in [Column::Year, Column::Reporter, Column::Status, Column::Product] {
                let coded = part.column(column).unwrap();
                coded.codes.each(|rows, code| {
                    let text = coded.texts.get(code as usize).map(str::to_owned);
                    texts[rows].iter_mut().for_each(|row| row.push(text.clone()));
                });
            }
            let decimal = part.value.as_ref().unwrap();
            let valid = |row: usize| decimal.valid.as_ref().is_none_or(|valid| valid[row]);
            let value = |row: usize| valid(row).then(|| decimal.values[row]);
            out.extend(texts.into_iter().enumerate().map(|(row, texts)| (texts, value(row))));
        }
        out
    }

    proptest! {
        #[test]
        fn the_same_rows_come_back_in_order(
            parts in prop::collection::vec(
                (
                    prop::collection::vec((0..2_u32, 0..3_u32, 0..2_u32, 0..3_u32, any::<i64>(), any::<bool>()), 0..40),
                    any::<bool>(),
                ),
                0..4,
            ),
        ) {
            let parts = Parts(parts.iter().map(|(rows, absent)| {
                let column = |of: fn(&Row) -> u32| rows.iter().map(of).collect::<Vec<u32>>();
                Part {
                    rows: rows.len(),
                    coded: vec![
                        (Column::Year, coded(&column(|r| r.0), &[Some("2003"), Some("1999")])),
                        (Column::Status, coded(&column(|r| r.2), &[Some("final"), None])),
                        (Column::Reporter, coded(&column(|r| r.1), &[Some("PRK"), Some("CHN"), Some("KOR")])),
                        (Column::Product, coded(&column(|r| r.3), &[Some("27"), None, Some("03")])),
                    ],
                    value: Some(Decimal {
                        scale: 0,
                        values: rows.iter().map(|r| r.4).collect(),
                        valid: absent.then(|| rows.iter().map(|r| r.5).collect()),
                    }),
                    weight: None,
                }
            }).collect());
            let mut expected = rows(&parts);
            expected.sort();
            let mut found = rows(&arranged(parts));
            let keys: Vec<_> = found.iter().map(|(texts, _)| texts.clone()).collect();
            prop_assert!(keys.is_sorted());
            found.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
