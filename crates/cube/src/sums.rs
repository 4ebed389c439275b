//! Finished sums as columns.

use crate::partial::Partial;
use crate::plan::{Layout, Plan};
use crate::{Dimension, Group, Grouped, Query, Result};
use arrow::array::{ArrayRef, Decimal128Array, DictionaryArray, Int32Array, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::Int32Type;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Decimal3, Period, Usd};

/// Finished grouped sums: columns of numbers, and the words behind the codes of the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// The dimensions, in the order asked for.
    pub by: Vec<Dimension>,
    /// Records that were left out because they are totals or parts of others, by what they are.
    pub set_aside: BTreeMap<String, u64>,
    pub(crate) words: Vec<Words>,
    pub(crate) table: Partial,
    pub(crate) layout: Layout,
}

/// The words of a part of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub words: Vec<String>,
    pub stride: u64,
}

impl Words {
    pub(crate) fn number(&self, key: u64) -> usize {
        (key / self.stride % self.words.len().max(1) as u64) as usize
    }

    fn word(&self, key: u64) -> &str {
        self.words.get(self.number(key)).map_or("", String::as_str)
    }
}

/// How many parts of a key a dimension has.
fn words_of(dimension: Dimension) -> usize {
    if dimension == Dimension::Period { 3 } else { 1 }
}

/// What a key says in a dimension whose words come first.
fn text(words: &[Words], dimension: Dimension, key: u64) -> Cow<'_, str> {
    let word = |n: usize| words.get(n).map_or("", |words: &Words| words.word(key));
    if dimension != Dimension::Period {
        return word(0).into();
    }
    let (year, month, months) = (word(0), word(1), word(2));
    let period = year.parse().ok().and_then(|year| {
        let month = month.parse::<i8>().unwrap_or(1).clamp(1, 12) as u8;
        let months = months.parse::<i16>().unwrap_or(1).max(1) as u16;
        Period::span(year, month, months).ok()
    });
    period.map_or_else(|| year.into(), |period| period.to_string().into())
}

/// What a key says in each dimension.
pub(crate) fn key_texts<'a>(words: &'a [Words], by: &'a [Dimension], key: u64) -> impl Iterator<Item = Cow<'a, str>> {
    let mut place = 0;
    by.iter().map(move |&dimension| {
        let said = text(&words[place..], dimension, key);
        place += words_of(dimension);
        said
    })
}

impl Sums {
    pub(crate) fn new(query: &Query, plan: Plan, table: Partial, set_aside: BTreeMap<String, u64>) -> Self {
        let words = plan.dims.into_iter().map(|dim| Words {
            words: dim.words,
            stride: dim.stride,
        });
        Sums {
            by: query.by.clone(),
            set_aside,
            words: words.collect(),
            table,
            layout: plan.layout,
        }
    }

    /// Forgets sums that were not asked for.
    pub(crate) fn asked(&mut self, values: bool, weights: bool) {
        if !values {
            (self.layout.value, self.layout.without_value) = (None, None);
        }
        if !weights {
            (self.layout.weight, self.layout.with_weight) = (None, None);
        }
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The value of a dimension of a group; the empty text where the file has none.
    ///
    /// # Panics
    /// When there is no such group or dimension.
    pub fn text(&self, group: usize, dimension: usize) -> Cow<'_, str> {
        let place = self.by[..dimension].iter().map(|d| words_of(*d)).sum::<usize>();
        text(&self.words[place..], self.by[dimension], self.table.keys[group])
    }

    fn sum(&self, column: Option<usize>, group: usize) -> i128 {
        column.map_or(0, |column| self.table.sum(column, group))
    }

    /// The exact sum of a group's values; `None` where no record has one, or none were asked for.
    pub fn value(&self, group: usize) -> Option<Usd> {
        self.layout.value?;
        let some = self.layout.records.is_none() || self.records(group) > self.records_without_value(group);
        some.then(|| Usd::from_thousandths(self.sum(self.layout.value, group)))
    }

    /// The exact sum of a group's net weights in kilograms; `None` where no record has one, or
    /// none were asked for.
    pub fn net_weight_kg(&self, group: usize) -> Option<Decimal3> {
        let some = self.sum(self.layout.with_weight, group) > 0;
        some.then(|| Decimal3::from_thousandths(self.sum(self.layout.weight, group)))
    }

    /// How many records a group has.
    pub fn records(&self, group: usize) -> u64 {
        self.sum(self.layout.records, group) as u64
    }

    /// How many of them have no value; they are not counted as zero.
    pub fn records_without_value(&self, group: usize) -> u64 {
        self.sum(self.layout.without_value, group) as u64
    }

    /// The sum over all groups.
    pub fn total(&self) -> Usd {
        let Some(column) = self.layout.value else {
            return Usd::ZERO;
        };
        let small: i128 = self.table.sums[column].iter().map(|&v| i128::from(v)).sum();
        let large = self
            .table
            .large
            .iter()
            .filter(|((c, _), _)| *c == column)
            .map(|(_, v)| v);
        Usd::from_thousandths(small + large.sum::<i128>())
    }

    /// The groups in the order of their keys' texts.
    pub fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        // Words are sorted, so keys are in order as they stand, but for periods, whose parts are
        // not sorted as their texts are.
        if self.by.contains(&Dimension::Period) {
            let texts = |group: usize| {
                (0..self.by.len())
                    .map(|d| self.text(group, d).into_owned())
                    .collect::<Vec<_>>()
            };
            order.sort_by_cached_key(|&group| texts(group));
        }
        order
    }

    /// The groups with the largest values, largest first, equal ones in the order of their keys;
    /// groups without a value come last.
    pub fn top(&self, count: usize) -> Vec<usize> {
        let mut order = self.in_order();
        if count < order.len() && count > 0 {
            let rank: Vec<usize> = order.clone();
            let mut keyed: Vec<(std::cmp::Reverse<Option<Usd>>, usize)> = rank
                .iter()
                .enumerate()
                .map(|(rank, &group)| (std::cmp::Reverse(self.value(group)), rank))
                .collect();
            keyed.select_nth_unstable(count - 1);
            keyed.truncate(count);
            keyed.sort_unstable();
            return keyed.into_iter().map(|(_, place)| rank[place]).collect();
        }
        order.sort_by_key(|&group| std::cmp::Reverse(self.value(group)));
        order.truncate(count);
        order
    }

    /// A group's part of the sum over all groups, from 0 to 1; `None` where that sum is not
    /// positive, or the group has no value.
    pub fn share(&self, group: usize, total: Usd) -> Option<f64> {
        let value = self.value(group)?;
        (total > Usd::ZERO).then(|| value.to_f64() / total.to_f64())
    }

    /// Every group on its own.
    pub fn grouped(&self) -> Grouped {
        let group = |group: usize| Group {
            key: (0..self.by.len()).map(|d| self.text(group, d).into_owned()).collect(),
            value: self.value(group),
            net_weight_kg: self.net_weight_kg(group),
            records: self.records(group),
            records_without_value: self.records_without_value(group),
        };
        Grouped {
            by: self.by.clone(),
            groups: self.in_order().into_iter().map(group).collect(),
            set_aside: self.set_aside.clone(),
        }
    }

    /// The sums as an Arrow batch: dictionary-coded dimensions, decimals of three places.
    ///
    /// # Errors
    /// When a sum has more than 38 digits.
    pub fn to_batch(&self) -> Result<RecordBatch> {
        let groups = self.in_order();
        let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
        for (d, dimension) in self.by.iter().enumerate() {
            columns.push((dimension.as_str(), self.texts(d, &groups)?));
        }
        let decimals = |of: &dyn Fn(usize) -> Option<i128>| -> Result<ArrayRef> {
            let array: Decimal128Array = groups.iter().map(|&g| of(g)).collect();
            Ok(Arc::new(array.with_precision_and_scale(38, 3)?))
        };
        let counts = |of: &dyn Fn(usize) -> u64| Arc::new(UInt64Array::from_iter_values(groups.iter().map(|&g| of(g))));
        if self.layout.value.is_some() {
            columns.push(("value_usd", decimals(&|g| self.value(g).map(Usd::thousandths))?));
        }
        if self.layout.weight.is_some() {
            columns.push((
                "net_weight_kg",
                decimals(&|g| self.net_weight_kg(g).map(Decimal3::thousandths))?,
            ));
        }
        columns.push(("records", counts(&|g| self.records(g))));
        columns.push(("records_without_value", counts(&|g| self.records_without_value(g))));
        Ok(RecordBatch::try_from_iter(columns)?)
    }

    fn texts(&self, dimension: usize, groups: &[usize]) -> Result<ArrayRef> {
        if self.by[dimension] == Dimension::Period {
            let texts = groups.iter().map(|&g| self.text(g, dimension).into_owned());
            return Ok(Arc::new(texts.map(Some).collect::<StringArray>()));
        }
        let before = self.by[..dimension]
            .iter()
            .map(|d| if *d == Dimension::Period { 3 } else { 1 });
        let words = &self.words[before.sum::<usize>()];
        let codes = groups.iter().map(|&g| words.number(self.table.keys[g]) as i32);
        let values = StringArray::from_iter_values(&words.words);
        let array = DictionaryArray::<Int32Type>::try_new(Int32Array::from_iter_values(codes), Arc::new(values))?;
        Ok(Arc::new(array))
    }
}
