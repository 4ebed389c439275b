//! One batch to partial sums, and partial sums to one table.

use crate::query::MOST_DIMENSIONS;
use crate::{Dimension, Error, Query, Result};
use arrow::array::{Array, AsArray, Decimal128Array, DictionaryArray, Int8Array, Int16Array, RecordBatch, StringArray};
use arrow::datatypes::{Decimal128Type, Int8Type, Int16Type, Int32Type};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use trade::{Economy, Period};

/// A group's codes; unused places are zero.
type Key = [u32; MOST_DIMENSIONS];

/// What is summed in a group. Sums are in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub value: i128,
    pub weight: i128,
    pub with_weight: u64,
    pub records: u64,
    pub without_value: u64,
}

impl Sums {
    pub(crate) fn add(&mut self, other: Sums) {
        self.value += other.value;
        self.weight += other.weight;
        self.with_weight += other.with_weight;
        self.records += other.records;
        self.without_value += other.without_value;
    }
}

/// How the rows tell trade apart in a way that overlaps: what [`Grouped`](crate::Grouped) judges.
/// The product level is the classification with the code's length; 0 for TOTAL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Telling {
    pub compiler: String,
    pub basis: String,
    pub flow: String,
    pub classification: String,
    pub product_length: usize,
    pub period_months: i16,
    pub world_partner: bool,
}

/// Sums by telling and group; kept apart by telling so that nothing is mixed before it is judged.
#[derive(Default)]
pub(crate) struct Merged {
    pub words: Vec<Words>,
    pub parts: BTreeMap<Telling, HashMap<Key, Sums>>,
}

/// The texts behind the codes of one dimension.
#[derive(Default)]
pub(crate) struct Words {
    pub texts: Vec<String>,
    codes: HashMap<String, u32>,
}

impl Words {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.codes.get(text) {
            return code;
        }
        let code = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.codes.insert(text.to_owned(), code);
        code
    }
}

/// One batch's sums, with its own codes.
pub(crate) struct Part {
    words: Vec<Words>,
    parts: BTreeMap<Telling, HashMap<Key, Sums>>,
}

impl Merged {
    /// Adds a batch's sums, turning its codes into the common ones.
    pub(crate) fn add(&mut self, part: Part) {
        self.words
            .resize_with(part.words.len().max(self.words.len()), Words::default);
        let recoded: Vec<Vec<u32>> = part
            .words
            .iter()
            .zip(&mut self.words)
            .map(|(local, common)| local.texts.iter().map(|text| common.code(text)).collect())
            .collect();
        for (telling, groups) in part.parts {
            let into = self.parts.entry(telling).or_default();
            for (key, sums) in groups {
                let mut common = [0; MOST_DIMENSIONS];
                for (place, codes) in recoded.iter().enumerate() {
                    common[place] = codes[key[place] as usize];
                }
                into.entry(common).or_default().add(sums);
            }
        }
    }

    /// The values of one property over all tellings.
    pub(crate) fn values<T: Ord>(&self, of: impl Fn(&Telling) -> T) -> BTreeSet<T> {
        self.parts.keys().map(of).collect()
    }
}

struct Coded<'a> {
    keys: &'a DictionaryArray<Int32Type>,
    texts: &'a StringArray,
}

impl<'a> Coded<'a> {
    fn of(batch: &'a RecordBatch, name: &'static str) -> Result<Self> {
        let keys = batch
            .column_by_name(name)
            .and_then(|c| c.as_dictionary_opt::<Int32Type>());
        keys.and_then(|keys| keys.values().as_string_opt::<i32>().map(|texts| Coded { keys, texts }))
            .ok_or(Error::Column(name))
    }

    /// The row's code; null is the code after the last.
    fn code(&self, row: usize) -> usize {
        self.keys.key(row).unwrap_or(self.texts.len())
    }

    fn text(&self, code: usize) -> &'a str {
        if code < self.texts.len() {
            self.texts.value(code)
        } else {
            ""
        }
    }
}

struct Periods<'a> {
    year: &'a Int16Array,
    month: &'a Int8Array,
    months: &'a Int16Array,
}

impl Periods<'_> {
    /// How many months the period covers; 0 for one that does not start with its year
    /// (a month column that is filled), so that twelve months from July are no calendar year.
    fn calendar_months(&self, row: usize) -> usize {
        if self.month.is_null(row) {
            self.months.value(row).max(0) as usize
        } else {
            0
        }
    }

    fn text(&self, row: usize) -> String {
        let month = if self.month.is_null(row) {
            1
        } else {
            self.month.value(row)
        };
        Period::span(
            self.year.value(row),
            month.clamp(1, 12) as u8,
            self.months.value(row).max(1) as u16,
        )
        .map_or_else(|_| self.year.value(row).to_string(), |p| p.to_string())
    }
}

fn decimals<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<(&'a Decimal128Array, i128)> {
    let array = batch
        .column_by_name(name)
        .and_then(|c| c.as_primitive_opt::<Decimal128Type>());
    let array = array
        .filter(|a| (0..=3).contains(&a.scale()))
        .ok_or(Error::Column(name))?;
    Ok((array, 10_i128.pow(3 - array.scale() as u32)))
}

/// Sums one batch.
pub(crate) fn sum(batch: &RecordBatch, query: &Query) -> Result<Part> {
    macro_rules! integers {
        ($name:literal, $kind:ty) => {
            batch
                .column_by_name($name)
                .and_then(|c| c.as_primitive_opt::<$kind>())
                .ok_or(Error::Column($name))?
        };
    }
    let periods = Periods {
        year: integers!("period_year", Int16Type),
        month: integers!("period_month", Int8Type),
        months: integers!("period_months", Int16Type),
    };
    let overlap = ["compiler", "basis", "flow", "classification", "product", "partner"];
    let overlap = overlap.map(|name| Coded::of(batch, name));
    let [compiler, basis, flow, classification, product, partner] = overlap;
    let (compiler, basis, flow) = (compiler?, basis?, flow?);
    let (classification, product, partner) = (classification?, product?, partner?);
    let world: Vec<bool> = (0..=partner.texts.len())
        .map(|c| Economy::new(partner.text(c)).is_ok_and(|e| e.is_world()))
        .collect();
    let (value, value_factor) = decimals(batch, "value_usd")?;
    let (weight, weight_factor) = decimals(batch, "net_weight_kg")?;

    // A telling is found by its codes; texts are made once for each.
    let mut tellings: HashMap<[usize; 7], HashMap<Key, Sums>> = HashMap::new();
    let mut groups = Grouping::of(batch, query)?;
    for row in 0..batch.num_rows() {
        let product_code = product.code(row);
        let told = [
            compiler.code(row),
            basis.code(row),
            flow.code(row),
            classification.code(row),
            length(product.text(product_code)),
            periods.calendar_months(row),
            usize::from(world[partner.code(row)]),
        ];
        let key = groups.key(row, &periods);
        let sums = tellings.entry(told).or_default().entry(key).or_default();
        sums.records += 1;
        if value.is_null(row) {
            sums.without_value += 1;
        } else {
            sums.value += value.value(row) * value_factor;
        }
        if !weight.is_null(row) {
            sums.weight += weight.value(row) * weight_factor;
            sums.with_weight += 1;
        }
    }
    let mut parts: BTreeMap<Telling, HashMap<Key, Sums>> = BTreeMap::new();
    for (told, sums) in tellings {
        let telling = Telling {
            compiler: compiler.text(told[0]).to_owned(),
            basis: basis.text(told[1]).to_owned(),
            flow: flow.text(told[2]).to_owned(),
            classification: classification.text(told[3]).to_owned(),
            product_length: told[4],
            period_months: told[5] as i16,
            world_partner: told[6] == 1,
        };
        parts.insert(telling, sums);
    }
    Ok(Part {
        words: groups.words,
        parts,
    })
}

/// The product level of a code: its length, 0 for TOTAL.
fn length(product: &str) -> usize {
    if product == trade::TOTAL { 0 } else { product.len() }
}

/// Turns rows into keys of codes, with the texts behind them.
struct Grouping<'a> {
    by: Vec<(Dimension, Option<Coded<'a>>)>,
    /// For text columns: the column's dictionary code to our code, filled as they come.
    known: Vec<Vec<Option<u32>>>,
    words: Vec<Words>,
    /// The last row's year and its code.
    year: Option<(i16, u32)>,
}

impl<'a> Grouping<'a> {
    fn of(batch: &'a RecordBatch, query: &Query) -> Result<Self> {
        let mut by = Vec::new();
        let mut known = Vec::new();
        for &dimension in &query.by {
            let column = match dimension {
                Dimension::Year | Dimension::Period => None,
                text => Some(Coded::of(batch, text.as_str())?),
            };
            known.push(vec![None; column.as_ref().map_or(0, |c| c.texts.len() + 1)]);
            by.push((dimension, column));
        }
        let words = by.iter().map(|_| Words::default()).collect();
        Ok(Grouping {
            by,
            known,
            words,
            year: None,
        })
    }

    fn key(&mut self, row: usize, periods: &Periods<'_>) -> Key {
        let mut key = [0; MOST_DIMENSIONS];
        for (place, (dimension, column)) in self.by.iter().enumerate() {
            let words = &mut self.words[place];
            key[place] = match column {
                Some(column) => {
                    let code = column.code(row);
                    *self.known[place][code].get_or_insert_with(|| words.code(column.text(code)))
                }
                None if *dimension == Dimension::Year => {
                    let year = periods.year.value(row);
                    // Files are sorted by period: the year is nearly always that of the row before.
                    match self.year {
                        Some((known, code)) if known == year => code,
                        _ => self.year.insert((year, words.code(&year.to_string()))).1,
                    }
                }
                None => words.code(&periods.text(row)),
            };
        }
        key
    }
}
