use crate::Result;
use crate::schema::{self, COLUMNS};
use arrow::array::{ArrayRef, Decimal128Array, DictionaryArray, Int8Array, Int16Array, Int32Array, RecordBatch};
use arrow::array::{StringArray, new_null_array};
use std::sync::Arc;

/// The code of a text that is null.
pub const NO_WORD: u32 = u32::MAX;
/// The number that is null.
pub const NO_NUMBER: i64 = i64::MIN;

/// A text column of a [`Block`].
#[derive(Clone, Debug)]
pub enum Words {
    /// The same on every row; `None` is null.
    Same(Option<Arc<str>>),
    /// A code for each row, [`NO_WORD`] for null, and the words that the codes stand for.
    Coded {
        /// The words.
        words: Arc<Vec<Arc<str>>>,
        /// An index into `words` for each row.
        codes: Vec<u32>,
    },
}

/// A number column of a [`Block`], in thousandths.
#[derive(Clone, Debug, Default)]
pub enum Numbers {
    /// Null on every row.
    #[default]
    Absent,
    /// One for each row; [`NO_NUMBER`] is null.
    Each(Vec<i64>),
}

/// The months that the rows of a [`Block`] cover.
#[derive(Clone, Debug, Default)]
pub enum Months {
    /// Every row is a calendar year.
    #[default]
    Annual,
    /// The first month and the number of months of each row.
    Each(Vec<(u8, u16)>),
}

/// Rows of one year as columns of codes and integers: the form in which a great many rows
/// are made, sorted and written without a record for each.
///
/// What no bulk source has (rounding, shares, a basis, references) is null.
#[derive(Clone, Debug)]
pub struct Block {
    /// The year of every row.
    pub year: i16,
    /// The months within it.
    pub months: Months,
    /// Who published the figures.
    pub compiler: Arc<str>,
    /// How the compiler came by them.
    pub status: trade::Status,
    /// Reporters.
    pub reporter: Words,
    /// Partners.
    pub partner: Words,
    /// Flows.
    pub flow: Words,
    /// Classifications.
    pub classification: Words,
    /// Product codes.
    pub product: Words,
    /// Valuations.
    pub valuation: Words,
    /// Units of `quantity`.
    pub quantity_unit: Words,
    /// Values in thousandths of a US dollar.
    pub value: Vec<i64>,
    /// Net weights in grams.
    pub net_weight_kg: Numbers,
    /// Quantities in thousandths of their unit.
    pub quantity: Numbers,
}

/// How many decimal places (0 to 3) the numbers of a dataset are stored with. One choice for
/// all of its partitions, so that a tool that reads them together sees one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scales {
    /// Of `value_usd`.
    pub value: u8,
    /// Of `net_weight_kg`.
    pub net_weight: u8,
    /// Of `quantity`.
    pub quantity: u8,
}

impl Scales {
    /// The least scales that lose nothing of either.
    pub fn wider(self, other: Scales) -> Scales {
        Scales {
            value: self.value.max(other.value),
            net_weight: self.net_weight.max(other.net_weight),
            quantity: self.quantity.max(other.quantity),
        }
    }

    pub(crate) fn of(self, column: &str) -> i8 {
        match column {
            "value_usd" => self.value as i8,
            "net_weight_kg" => self.net_weight as i8,
            "quantity" => self.quantity as i8,
            _ => 0,
        }
    }
}

/// How many decimal places (0 to 3) a count of thousandths needs.
pub fn places(thousandths: i64) -> u8 {
    match thousandths {
        n if n % 1000 == 0 => 0,
        n if n % 100 == 0 => 1,
        n if n % 10 == 0 => 2,
        _ => 3,
    }
}

impl Block {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.value.len()
    }

    /// The Arrow batch of the block, in the schema of every dataset.
    ///
    /// # Errors
    /// When columns differ in length, a defect of the caller.
    pub fn to_batch(&self, scales: Scales) -> Result<RecordBatch> {
        let schema = Arc::new(schema::arrow_schema(|name| scales.of(name)));
        let columns = COLUMNS
            .iter()
            .zip(schema.fields())
            .map(|(&name, field)| match self.column(name, scales.of(name))? {
                Some(array) => Ok(array),
                None => Ok(new_null_array(field.data_type(), self.rows())),
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(RecordBatch::try_new(schema, columns)?)
    }

    /// A column, or `None` where it is null throughout.
    fn column(&self, name: &str, scale: i8) -> Result<Option<ArrayRef>> {
        let rows = self.rows();
        let same = |text: &str| words(&Words::Same(Some(text.into())), rows);
        match name {
            "compiler" => same(&self.compiler),
            "status" => same(self.status.as_str()),
            "period_year" => Ok(Some(Arc::new(Int16Array::from(vec![self.year; rows])))),
            "period_month" => Ok(match &self.months {
                Months::Annual => None,
                Months::Each(months) => Some(Arc::new(Int8Array::from_iter(
                    months.iter().map(|&(m, n)| ((m, n) != (1, 12)).then_some(m as i8)),
                ))),
            }),
            "period_months" => Ok(Some(match &self.months {
                Months::Annual => Arc::new(Int16Array::from(vec![12; rows])),
                Months::Each(months) => Arc::new(Int16Array::from_iter_values(months.iter().map(|&(_, n)| n as i16))),
            })),
            "reporter" => words(&self.reporter, rows),
            "partner" => words(&self.partner, rows),
            "flow" => words(&self.flow, rows),
            "classification" => words(&self.classification, rows),
            "product" => words(&self.product, rows),
            "valuation" => words(&self.valuation, rows),
            "quantity_unit" => words(&self.quantity_unit, rows),
            "value_usd" => decimals(&self.value, scale).map(Some),
            "net_weight_kg" => self.net_weight_kg.array(scale),
            "quantity" => self.quantity.array(scale),
            _ => Ok(None),
        }
    }
}

fn words(column: &Words, rows: usize) -> Result<Option<ArrayRef>> {
    let (keys, words) = match column {
        Words::Same(None) => return Ok(None),
        Words::Same(Some(word)) => (Int32Array::from(vec![0; rows]), StringArray::from(vec![word.as_ref()])),
        Words::Coded { words, codes } => (
            codes.iter().map(|&c| (c != NO_WORD).then_some(c as i32)).collect(),
            StringArray::from_iter_values(words.iter()),
        ),
    };
    Ok(Some(Arc::new(DictionaryArray::try_new(keys, Arc::new(words))?)))
}

impl Numbers {
    fn array(&self, scale: i8) -> Result<Option<ArrayRef>> {
        match self {
            Numbers::Absent => Ok(None),
            Numbers::Each(numbers) => decimals(numbers, scale).map(Some),
        }
    }
}

fn decimals(numbers: &[i64], scale: i8) -> Result<ArrayRef> {
    let divisor = 10_i64.pow(3 - scale.clamp(0, 3) as u32);
    let array: Decimal128Array = numbers
        .iter()
        .map(|&n| (n != NO_NUMBER).then_some(i128::from(n / divisor)))
        .collect();
    Ok(Arc::new(array.with_precision_and_scale(18, scale)?))
}
