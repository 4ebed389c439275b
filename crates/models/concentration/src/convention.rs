use std::fmt;

/// Which items are members of the population that an index describes: its universe.
///
/// HHI, concentration ratios, Hall-Tideman and Shannon entropy do not care. Normalised
/// HHI, the UNCTAD form, Gini, Theil and Atkinson do, and two programs that leave it
/// unsaid publish two numbers for one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Universe {
    /// The items with a positive value; zeros are left out.
    Active,
    /// The items as listed, zeros included.
    #[default]
    Listed,
    /// A stated number of items, such as the 261 groups of SITC; those not listed are zero.
    Stated(u64),
}

/// The base of the logarithms in entropies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LogBase {
    /// e: entropy in nats.
    #[default]
    Natural,
    /// 2: entropy in bits.
    Two,
    /// 10.
    Ten,
}

/// What a number depends on beside the values; it comes back with every result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Convention {
    /// The members of the population.
    pub universe: Universe,
    /// The base of logarithms.
    pub base: LogBase,
}

impl Universe {
    /// The name in output: `active`, `listed` or `stated`.
    pub fn name(self) -> &'static str {
        match self {
            Universe::Active => "active",
            Universe::Listed => "listed",
            Universe::Stated(_) => "stated",
        }
    }

    /// What becomes of zeros: `left out` or `counted as members`.
    pub fn zeros(self) -> &'static str {
        match self {
            Universe::Active => "left out",
            Universe::Listed | Universe::Stated(_) => "counted as members",
        }
    }
}

impl LogBase {
    /// The natural logarithm of the base: divide by it.
    pub fn ln(self) -> f64 {
        match self {
            LogBase::Natural => 1.0,
            LogBase::Two => std::f64::consts::LN_2,
            LogBase::Ten => std::f64::consts::LN_10,
        }
    }
}

impl fmt::Display for LogBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LogBase::Natural => "e",
            LogBase::Two => "2",
            LogBase::Ten => "10",
        })
    }
}
