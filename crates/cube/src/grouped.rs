//! Finished sums with their keys spelled out.

use crate::Dimension;
use std::collections::BTreeMap;
use trade::Usd;

/// A finished grouped sum, sorted by key, each group on its own. For many groups,
/// [`Sums`](crate::Sums) takes a fraction of the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouped {
    /// The dimensions, in the order asked for.
    pub by: Vec<Dimension>,
    /// The groups.
    pub groups: Vec<Group>,
    /// Records that were left out because they are totals or parts of others, by what they are.
    pub set_aside: BTreeMap<String, u64>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// One value for each dimension.
    pub key: Vec<String>,
    /// The exact sum of values; `None` where no record has one.
    pub value: Option<Usd>,
    /// The exact sum of net weights in kilograms, over the records that have one; `None` where
    /// none has.
    pub net_weight_kg: Option<trade::Decimal3>,
    /// The number of records.
    pub records: u64,
    /// How many of them have no value; they are not counted as zero.
    pub records_without_value: u64,
}

impl Grouped {
    /// The sum over all groups.
    pub fn total(&self) -> Usd {
        self.groups.iter().filter_map(|g| g.value).sum()
    }
}
