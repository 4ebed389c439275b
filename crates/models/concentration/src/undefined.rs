/// Why an index is not defined. The reason is part of the result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Undefined {
    /// No items at all.
    #[error("there are no items")]
    Empty,
    /// Only zeros.
    #[error("the values add to zero: shares of nothing are not defined")]
    ZeroTotal,
    /// A gap in the data.
    #[error("the value of item {item} is missing, and missing is not zero: leave the item out or supply its value")]
    Missing {
        /// Its place, from 1.
        item: usize,
    },
    /// A value below zero.
    #[error("the value of item {item} is {value}: shares need values that are not negative")]
    Negative {
        /// Its place, from 1.
        item: usize,
        /// The value.
        value: f64,
    },
    /// Infinite or not a number.
    #[error("the value of item {item} is {value}: a finite number was expected")]
    NotFinite {
        /// Its place, from 1.
        item: usize,
        /// The value.
        value: f64,
    },
    /// A weight that is no count.
    #[error("the frequency weight of item {item} is {weight}: a whole number of at least 0 was expected")]
    Weight {
        /// Its place, from 1.
        item: usize,
        /// The weight.
        weight: f64,
    },
    /// Two lists that should run in step do not.
    #[error("{what} has {found} entries, but {expected} were expected, one for each item")]
    Length {
        /// The list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The number of items.
        expected: usize,
    },
    /// The stated universe does not hold the items.
    #[error("the stated universe of {stated} is smaller than the {listed} items listed")]
    Universe {
        /// What was stated.
        stated: u64,
        /// What is there.
        listed: u64,
    },
    /// A comparison with an even spread, of one item.
    #[error("it compares with an even spread over the universe, which has a single item (n = 1)")]
    SingleItem,
    /// Logarithms or negative powers of zero.
    #[error(
        "it is not defined for zeros, and {zeros} of {n} items are zero: name the active items as the universe to leave them out"
    )]
    Zeros {
        /// How many zeros.
        zeros: u64,
        /// Of how many items.
        n: u64,
    },
    /// A parameter outside its range.
    #[error("the parameter {name} is {value}, but {expected} was expected")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What it was.
        value: f64,
        /// What is right.
        expected: &'static str,
    },
    /// A ratio with nothing below the line.
    #[error("{what} is zero")]
    ZeroDenominator {
        /// What stands below the line.
        what: &'static str,
    },
    /// Parts that do not fit in their total.
    #[error("the parts known add to {percent:.1}% of the stated total")]
    PartsExceedTotal {
        /// Their sum in per cent of the total.
        percent: f64,
    },
    /// Items are missing, so that only bounds can be given.
    #[error("only {percent:.1}% of the total is broken down, so only bounds can be given")]
    Incomplete {
        /// The part known, in per cent.
        percent: f64,
    },
}
