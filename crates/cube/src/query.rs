use crate::column::Recode;
use crate::tellings::Together;
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use store::Filter;

/// Bytes of memory that partial sums may take where a query does not say it.
pub const DEFAULT_MEMORY: u64 = 1_000_000_000;

/// How many dimensions can be grouped by at once.
pub(crate) const MOST_DIMENSIONS: usize = 8;

/// What can be grouped by: the columns of a record that are no measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The year in which the period starts; only calendar years are summed.
    Year,
    /// The period as it is: a year, a month, a run of months.
    Period,
    /// The economy from whose side the flow is told.
    Reporter,
    /// The other side.
    Partner,
    /// Export, import, ...
    Flow,
    /// The product, at the query's [`Level`].
    Product,
    /// The product classification.
    Classification,
    /// Who published the figure.
    Compiler,
    /// The administrative basis.
    Basis,
    /// How the compiler came by the figure.
    Status,
}

impl Dimension {
    /// Every dimension, in the order of the files.
    pub const ALL: [Dimension; 10] = [
        Dimension::Year,
        Dimension::Period,
        Dimension::Reporter,
        Dimension::Partner,
        Dimension::Flow,
        Dimension::Product,
        Dimension::Classification,
        Dimension::Compiler,
        Dimension::Basis,
        Dimension::Status,
    ];

    /// The word for it, which is also the column's name in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Dimension::Year => "year",
            Dimension::Period => "period",
            Dimension::Reporter => "reporter",
            Dimension::Partner => "partner",
            Dimension::Flow => "flow",
            Dimension::Product => "product",
            Dimension::Classification => "classification",
            Dimension::Compiler => "compiler",
            Dimension::Basis => "basis",
            Dimension::Status => "status",
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Dimension {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|d| d.as_str() == text)
            .ok_or_else(|| Error::Unknown {
                what: "dimension",
                found: text.to_owned(),
                known: Self::ALL.map(Dimension::as_str).join(", "),
            })
    }
}

/// At which level products are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The level the rows have; refused when they have several.
    AsStored,
    /// Only the rows for all products together.
    Total,
    /// The first so many digits of the code: 2, 4 or 6 of HS, 1 to 5 of SITC. Rows of exactly
    /// this level are used where there are any, otherwise the longer codes are cut.
    Digits(u8),
}

impl FromStr for Level {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "total" => Ok(Level::Total),
            "sitc1" => Ok(Level::Digits(1)),
            "hs2" | "sitc2" => Ok(Level::Digits(2)),
            "sitc3" => Ok(Level::Digits(3)),
            "hs4" | "sitc4" => Ok(Level::Digits(4)),
            "sitc5" => Ok(Level::Digits(5)),
            "hs6" => Ok(Level::Digits(6)),
            _ => Err(Error::Unknown {
                what: "level",
                found: text.to_owned(),
                known: "total, hs2, hs4, hs6, sitc1 to sitc5".to_owned(),
            }),
        }
    }
}

/// Groups of products: a concordance to another classification, stages of production, or any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups(Arc<BTreeMap<String, String>>);

impl Groups {
    /// Products that belong to no group.
    pub const NONE: &'static str = "none";

    /// Groups from pairs of a product code, as stored, and the group that it belongs to.
    pub fn new(of: impl IntoIterator<Item = (String, String)>) -> Self {
        Groups(Arc::new(of.into_iter().collect()))
    }

    /// The group of a product.
    pub fn of(&self, product: &str) -> &str {
        self.0.get(product).map_or(Self::NONE, String::as_str)
    }
}

/// A grouped sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// What to group by.
    pub by: Vec<Dimension>,
    /// Which rows.
    pub filter: Filter,
    /// At which product level.
    pub level: Level,
    /// What the dimension `product` is: the group that the product belongs to, where given.
    pub groups: Option<Groups>,
    /// Whether values are summed.
    pub values: bool,
    /// Whether net weights are summed.
    pub weights: bool,
    /// Whether rows for the world stay beside those of single partners where partners are told apart: for who reads
    /// them as totals and not as one more partner. A sum over partners never has both.
    pub world_rows: bool,
    /// How many bytes partial sums may take; what is more goes to the disk, and the sums are the
    /// same. Finished sums are not counted.
    pub memory: u64,
}

impl Query {
    /// A query over all rows at their stored level.
    ///
    /// # Errors
    /// Refuses more than eight dimensions.
    pub fn new(by: &[Dimension], filter: Filter) -> Result<Self> {
        if by.len() > MOST_DIMENSIONS {
            return Err(Error::TooMany(by.len()));
        }
        Ok(Query {
            by: by.to_vec(),
            filter,
            level: Level::AsStored,
            groups: None,
            values: true,
            weights: true,
            world_rows: false,
            memory: DEFAULT_MEMORY,
        })
    }

    /// Whether the rows are told apart by this dimension, or narrowed to one value of it.
    pub(crate) fn settles(&self, dimension: Dimension) -> bool {
        self.by.contains(&dimension)
            || (dimension == Dimension::Year && self.by.contains(&Dimension::Period))
            || self
                .filter
                .any_of
                .get(dimension.as_str())
                .is_some_and(|values| values.len() == 1)
    }

    /// Whether rows of several economies together were asked for on this side: by name, or to be read as totals.
    pub(crate) fn asks_for(&self, side: Dimension, together: Together) -> bool {
        let is_one = |code: &String| Recode::Together.apply(Some(code)) == together.word();
        let named = |codes: &BTreeSet<String>| codes.iter().any(is_one);
        if self.filter.economies.iter().any(named) {
            return true;
        }
        let by_name = self.filter.any_of.get(side.as_str()).is_some_and(named);
        let totals = self.world_rows && side == Dimension::Partner && together == Together::World;
        match together {
            _ if self.by.contains(&side) => by_name || totals,
            Together::World => by_name && self.settles(side),
            // Who names a group beside others knows whether they are its members.
            _ => by_name,
        }
    }
}
