use crate::Status;
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
/// What no bulk source has (rounding, shares, references) is null.
#[derive(Clone, Debug)]
pub struct Block {
    /// The year of every row.
    pub year: i16,
    /// The months within it.
    pub months: Months,
    /// Who published the figures.
    pub compiler: Arc<str>,
    /// How the compiler came by them.
    pub status: Status,
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
    /// The basis, where one compiler publishes several.
    pub basis: Words,
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
}
