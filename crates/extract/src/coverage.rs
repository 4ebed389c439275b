//! How much of trade a dataset covers: without a row for all products, and with few products or few economies, its
//! sums are of a part of trade, and nothing in them shows it.

use crate::totals::{directions, sum};
use crate::{Error, Result, World};
use cube::{Dimension, Level};
use std::collections::{BTreeMap, BTreeSet};
use store::Filter;
use trade::{Classification, Economy, EconomyKind, Flow, Period, Status, TOTAL, Usd, economies};

/// The chapters of the Harmonized System: 01 to 97, of which 77 is reserved.
pub const HS_CHAPTERS: usize = 97;
/// So many chapters are taken for all goods: some data leave out works of art, arms or special transactions.
const NEARLY_ALL_CHAPTERS: usize = 90;
/// The sections of the Standard International Trade Classification, 0 to 9; the last is what is not classified.
pub const SITC_SECTIONS: usize = 10;
/// Six-digit codes below which chapters are not covered, whatever their number. Revisions have about 5,000.
const FEW_CODES: usize = 1_000;
/// Economies below which one side of trade is not covered. Releases of Comtrade, IMTS and BACI have 100 and more.
pub const FEW_ECONOMIES: usize = 50;

/// The products of a dataset that has no rows for all of them together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Products {
    /// In which classification they are.
    pub classification: Classification,
    /// The chapters (HS), sections (SITC) or codes that there are.
    pub groups: BTreeSet<String>,
    /// How many there would be; `None` where the classification's own size is not known.
    pub of: Option<usize>,
    /// How many codes there are.
    pub codes: usize,
}

impl Products {
    /// Whether they are nearly all, so that their sum is the trade in goods.
    pub fn nearly_all(&self) -> bool {
        match self.of {
            Some(HS_CHAPTERS) => self.groups.len() >= NEARLY_ALL_CHAPTERS && !self.few_codes(),
            Some(of) => self.groups.len() + 1 >= of,
            None => false,
        }
    }

    /// Whether its chapters are covered by few codes each: six-digit codes, and too few.
    pub fn few_codes(&self) -> bool {
        self.codes > self.groups.len() && self.codes < FEW_CODES
    }
}

/// What an economy's own rows for the world say of its reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnTotal {
    /// Nothing: a year has none, or partners together are more.
    #[default]
    None,
    /// That its partners in these data are all that it trades with.
    AsPartners,
    /// What its whole trade is, of which its partners in these data are a part.
    Whole,
}

/// Partners that add up to the total but for so many thousandths are all of it.
const ALL_BUT: i128 = 1;

/// The economies of one year's figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parties {
    /// Who reports exports.
    pub exporters: BTreeSet<trade::Economy>,
    /// Who reports imports.
    pub importers: BTreeSet<trade::Economy>,
    /// To whom somebody reports exports.
    pub destinations: BTreeSet<trade::Economy>,
    /// From whom somebody reports imports.
    pub origins: BTreeSet<trade::Economy>,
}

impl World {
    /// The products of a year; `None` where rows for all products together say what trade was.
    ///
    /// # Errors
    /// When the dataset cannot be read.
    pub fn products(&self, year: i16) -> Result<Option<Products>> {
        match self.whole_rows {
            true => Ok(None),
            false => self.groups(year, Level::AsStored),
        }
    }

    /// The products of a year that stand beside rows for all products together; `None` where there are no such rows.
    ///
    /// # Errors
    /// When the dataset cannot be read.
    pub fn products_beside_totals(&self, year: i16) -> Result<Option<Products>> {
        match self.whole_rows {
            true => self.groups(year, Level::Digits(2)),
            false => Ok(None),
        }
    }

    fn groups(&self, year: i16, level: Level) -> Result<Option<Products>> {
        let by = [
            Dimension::Classification,
            Dimension::Product,
            Dimension::Flow,
            Dimension::Compiler,
        ];
        let filter = || directions(Filter::default()).with_years(year..=year);
        let sums = match sum(&self.path, &by, filter(), level) {
            Err(Error::Sum {
                source: cube::Error::Overlap { .. },
                ..
            }) => sum(&self.path, &by, filter(), Level::Digits(2))?,
            other => other?,
        };
        let mut found: Option<Products> = None;
        let mut codes = BTreeSet::new();
        for group in 0..sums.len() {
            let classification: Classification = sums.text(group, 0).parse()?;
            let (digits, of) = match classification {
                _ if classification.is_hs() => (2, Some(HS_CHAPTERS)),
                Classification::Sitc(_) => (1, Some(SITC_SECTIONS)),
                _ => (usize::MAX, None),
            };
            let code = sums.text(group, 1);
            if code == TOTAL {
                continue;
            }
            let products = found.get_or_insert_with(|| Products {
                classification,
                groups: BTreeSet::new(),
                of,
                codes: 0,
            });
            // Flows told in several revisions are summed in the latest; chapters are the same in all.
            (products.classification, products.of) = (classification.max(products.classification), of.min(products.of));
            products.groups.insert(code.chars().take(digits).collect());
            codes.insert(code.into_owned());
        }
        if let Some(products) = &mut found {
            products.codes = codes.len();
        }
        Ok(found)
    }

    /// What the economy's own rows for the world, one in each year and direction of which it reports, say of its reports.
    pub fn own_total(&self, economy: Economy) -> OwnTotal {
        let mut told: BTreeMap<(Period, Flow), (Usd, Usd)> = BTreeMap::new();
        let is_group = |e| economies().get(e).is_some_and(|info| info.kind == EconomyKind::Group);
        let own = self
            .totals
            .iter()
            .filter(|r| r.reporter == economy && r.partner != economy);
        for record in own {
            let (world, partners) = told.entry((record.period, record.flow)).or_default();
            let value = record.value.unwrap_or(Usd::ZERO);
            if record.partner == Economy::WORLD {
                *world += value;
            } else if !is_group(record.partner) {
                *partners += value;
            }
        }
        let off = |(world, partners): &(Usd, Usd)| (*world - *partners).thousandths() * 1000;
        let all = |(world, partners): &(Usd, Usd)| off(&(*world, *partners)).abs() <= ALL_BUT * world.thousandths();
        let positive = !told.is_empty() && told.values().all(|(world, _)| *world > Usd::ZERO);
        match positive {
            true if told.values().all(all) => OwnTotal::AsPartners,
            true if told.values().all(|of| off(of) >= 0) => OwnTotal::Whole,
            _ => OwnTotal::None,
        }
    }

    /// Who reports in a year, and of whom; groups, the world and areas that are not identified are nobody.
    pub fn parties(&self, year: i16) -> Parties {
        let mut parties = Parties::default();
        let is_one = |e| mirror::pairing::place_by_table(e) == mirror::pairing::Place::Economy;
        // Of a compiler that makes one figure of both reports nothing is as reported.
        let two_sided = self.is_two_sided();
        let counted = self
            .totals
            .iter()
            .filter(|r| !two_sided || r.status == Status::Reported);
        for record in counted.filter(|r| r.period.year() == year && is_one(r.reporter)) {
            let (reporters, partners) = match record.flow {
                Flow::Export => (&mut parties.exporters, &mut parties.destinations),
                Flow::Import => (&mut parties.importers, &mut parties.origins),
                _ => continue,
            };
            reporters.insert(record.reporter);
            if is_one(record.partner) {
                partners.insert(record.partner);
            }
        }
        parties
    }
}
