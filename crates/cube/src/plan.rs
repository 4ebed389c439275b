//! What a query needs to know before it reads rows: the parts worth reading and the words of its keys.

use crate::column::{Column, Condition, Part, accepts, length};
use crate::hashed::{Map, Numbered};
use crate::ordered::in_order;
use crate::partial::Spare;
use crate::source::Source;
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use store::Filter;
use store::columns::Texts;
use trade::TOTAL;

/// Bytes of dictionaries that are kept from the first look for the reading of rows.
const KEPT_BYTES: usize = 16 << 20;

/// What the dictionaries of a source say.
#[derive(Default)]
pub(crate) struct Facts {
    /// The parts that may have wanted rows.
    pub parts: Vec<usize>,
    /// The texts of each column over those parts, as far as the conditions accept them.
    pub texts: BTreeMap<Column, Vocabulary>,
    kept: Map<(usize, Column), Arc<Texts>>,
}

/// The texts that a column may have, each once.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    texts: Vec<Option<Box<str>>>,
    known: Numbered,
    null: bool,
}

impl Vocabulary {
    fn add(&mut self, text: Option<&str>) {
        let new = match text {
            Some(text) => self.known.insert(text, 0),
            None => !std::mem::replace(&mut self.null, true),
        };
        if new {
            self.texts.push(text.map(Box::from));
        }
    }

    /// The texts, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        self.texts.iter().map(Option::as_deref)
    }
}

impl Facts {
    /// Looks at the dictionaries of `columns` in every part that the filter does not exclude.
    pub(crate) fn gather(
        source: &dyn Source,
        filter: &Filter,
        conditions: &[Condition],
        columns: &BTreeSet<Column>,
        lengths_only: bool,
    ) -> Result<Facts> {
        let may: Vec<usize> = (0..source.parts())
            .filter(|&part| source.may_match(part, filter))
            .collect();
        let mut facts = Facts {
            parts: Vec::new(),
            texts: columns.iter().map(|&c| (c, Vocabulary::default())).collect(),
            kept: Map::default(),
        };
        let mut bytes = 0;
        let look = |index: usize| {
            let texts = |&column| Ok((column, source.texts(may[index], column)?));
            let mut found = columns
                .iter()
                .map(texts)
                .collect::<Result<Vec<(Column, Arc<Texts>)>>>()?;
            if lengths_only {
                for (_, texts) in found.iter_mut().filter(|(column, _)| *column == Column::Product) {
                    *texts = Arc::new(one_of_each_length(texts));
                }
            }
            Ok((may[index], found))
        };
        let mut last: Map<Column, Arc<Texts>> = Map::default();
        in_order(may.len(), look, |(part, found)| {
            // A condition that no text of any of its columns fulfils.
            let vain = |condition: &Condition| {
                let mut own = found.iter().filter(|(column, _)| condition.columns.contains(column));
                !own.any(|(column, texts)| {
                    let fulfils = |text| condition.wanted.accepts(text) && accepts(conditions, *column, text);
                    texts.iter().any(fulfils)
                })
            };
            if conditions.iter().any(vain) {
                return Ok(());
            }
            facts.parts.push(part);
            for (column, texts) in found {
                let same = last
                    .get(&column)
                    .filter(|before| Arc::ptr_eq(before, &texts) || ***before == *texts);
                let same = same.cloned();
                if same.is_none() {
                    let known = facts.texts.entry(column).or_default();
                    let wanted = texts.iter().filter(|text| accepts(conditions, column, *text));
                    wanted.for_each(|text| known.add(text));
                }
                let texts = same.unwrap_or(texts);
                bytes += texts.len() * 8;
                if bytes < KEPT_BYTES && !(lengths_only && column == Column::Product) {
                    facts.kept.insert((part, column), texts.clone());
                }
                last.insert(column, texts);
            }
            Ok(())
        })?;
        Ok(facts)
    }

    /// The texts that a column may have in a part.
    pub(crate) fn texts_of(&self, source: &dyn Source, part: usize, column: Column) -> Result<Arc<Texts>> {
        match self.kept.get(&(part, column)) {
            Some(texts) => Ok(texts.clone()),
            None => source.texts(part, column),
        }
    }
}

/// One text of each length, and the one for all products together.
fn one_of_each_length(texts: &Texts) -> Texts {
    let mut lengths: Vec<usize> = Vec::new();
    let mut some = Texts::default();
    for code in 0..texts.len() {
        // As long as the last one: most are.
        let bytes = texts.bytes_of(code);
        if bytes != TOTAL.len() && lengths.last() == Some(&bytes) {
            continue;
        }
        let text = texts.get(code).unwrap_or_default();
        let length = length(text);
        if !lengths.contains(&length) {
            lengths.push(length);
            some.push(text);
        }
    }
    some
}

/// A part of a key with all its words.
#[derive(Debug)]
pub(crate) struct Dim {
    pub part: Part,
    /// The words, sorted: a word's place is its number.
    pub words: Vec<String>,
    numbers: Numbered,
    /// What the number is multiplied with in a key.
    pub stride: u64,
    /// The last texts that were looked up, and their numbers: parts have the same dictionaries, or nearly.
    last: Mutex<Option<LookedUp>>,
}

/// Texts, and the number of each.
type LookedUp = (Arc<Texts>, Arc<[Option<u32>]>);

impl Dim {
    /// The word of this dimension that is in a key.
    pub(crate) fn word(&self, key: u64) -> &str {
        let number = key / self.stride % self.words.len().max(1) as u64;
        self.words.get(number as usize).map_or("", String::as_str)
    }

    /// The numbers of the words that texts become.
    pub(crate) fn numbers_of(&self, texts: &Arc<Texts>) -> Arc<[Option<u32>]> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, numbers)) = &*last()
            && Arc::ptr_eq(before, texts)
        {
            return numbers.clone();
        }
        let numbers: Arc<[Option<u32>]> = texts.iter().map(|text| self.number(text)).collect();
        *last() = Some((texts.clone(), numbers.clone()));
        numbers
    }

    /// The number of the word that a text becomes.
    pub(crate) fn number(&self, text: Option<&str>) -> Option<u32> {
        self.numbers.get(&self.part.recode.apply(text))
    }
}

/// Which sums are made, and in which column of the partial results they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub records: Option<usize>,
    pub value: Option<usize>,
    pub without_value: Option<usize>,
    pub weight: Option<usize>,
    pub with_weight: Option<usize>,
    pub columns: usize,
}

impl Layout {
    /// Records alone.
    pub(crate) fn count() -> Self {
        Layout {
            records: Some(0),
            columns: 1,
            ..Layout::default()
        }
    }

    /// Values alone, without how many there are.
    pub(crate) fn value_only() -> Self {
        Layout {
            value: Some(0),
            columns: 1,
            ..Layout::default()
        }
    }

    /// Records, and what is asked for with how often it is there.
    pub(crate) fn of(value: bool, weight: bool) -> Self {
        let mut columns = 1;
        let mut next = |wanted: bool| {
            wanted.then(|| {
                columns += 1;
                columns - 1
            })
        };
        Layout {
            records: Some(0),
            value: next(value),
            without_value: next(value),
            weight: next(weight),
            with_weight: next(weight),
            columns,
        }
    }
}

/// All that is needed to sum parts.
pub(crate) struct Plan {
    pub dims: Vec<Dim>,
    pub conditions: Vec<Condition>,
    pub layout: Layout,
    /// How many keys there can be.
    pub cells: u64,
    /// Bytes that partial sums may take before they go to the disk.
    pub memory: usize,
    /// Memory of partial sums that were taken in.
    pub spare: Spare,
}

impl Plan {
    /// Takes over how much memory the query grants.
    pub(crate) fn within(mut self, query: &crate::Query) -> Plan {
        self.memory = usize::try_from(query.memory).unwrap_or(usize::MAX);
        self
    }

    /// Numbers the words of the key's parts.
    pub(crate) fn new(facts: &Facts, key: &[Part], conditions: Vec<Condition>, layout: Layout) -> Result<Plan> {
        let mut dims = Vec::new();
        for part in key {
            let texts = facts.texts.get(&part.column).into_iter().flat_map(Vocabulary::iter);
            let texts = texts.filter(|text| accepts(&conditions, part.column, *text));
            let words: BTreeSet<String> = texts.map(|text| part.recode.apply(text).into_owned()).collect();
            let words: Vec<String> = words.into_iter().collect();
            dims.push(Dim {
                part: part.clone(),
                numbers: Numbered::places(&words),
                words,
                stride: 1,
                last: Mutex::default(),
            });
        }
        let mut cells = 1_u64;
        for dim in dims.iter_mut().rev() {
            dim.stride = cells;
            cells = cells.checked_mul(dim.words.len().max(1) as u64).ok_or(Error::TooWide)?;
        }
        Ok(Plan {
            dims,
            conditions,
            layout,
            cells,
            memory: usize::MAX,
            spare: Spare::default(),
        })
    }
}
