//! Stages of production, from the Broad Economic Categories.

use crate::{Classification, concord};
use std::fmt;

/// A stage of production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Primary goods, for further use in production.
    Primary,
    /// Semi-finished goods: intermediates that are processed but no parts.
    Processed,
    /// Parts and components: intermediates built into others.
    PartsAndComponents,
    /// Capital goods.
    Capital,
    /// Consumption goods.
    Consumption,
    /// Categories that the convention leaves outside. Reported as such, never spread.
    Unclassified,
}

impl Stage {
    /// Every stage, in the order of production.
    pub const ALL: [Stage; 6] = [
        Stage::Primary,
        Stage::Processed,
        Stage::PartsAndComponents,
        Stage::Capital,
        Stage::Consumption,
        Stage::Unclassified,
    ];

    /// The word as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Primary => "primary",
            Stage::Processed => "processed",
            Stage::PartsAndComponents => "parts and components",
            Stage::Capital => "capital",
            Stage::Consumption => "consumption",
            Stage::Unclassified => "unclassified",
        }
    }

    /// Whether the System of National Accounts counts the stage as intermediate goods.
    pub fn is_intermediate(self) -> bool {
        matches!(self, Stage::Primary | Stage::Processed | Stage::PartsAndComponents)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How categories are grouped into stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StageConvention {
    /// The grouping of CEPII (Gaulier, Lemoine and Ünal-Kesenci 2007) and RIETI-TID: all
    /// processed fuels are processed goods, passenger cars are consumption.
    Cepii,
    /// The United Nations' grouping by classes of the System of National Accounts (BEC Rev.
    /// 4, 2002): motor spirit (321, and 32 where it is not divided) and passenger cars (51)
    /// belong to no single class. Intermediates keep their three stages, which BEC divides.
    UnsdSna,
}

impl StageConvention {
    /// The name for output and for study files.
    pub fn as_str(self) -> &'static str {
        match self {
            StageConvention::Cepii => "cepii",
            StageConvention::UnsdSna => "unsd-sna",
        }
    }
}

impl fmt::Display for StageConvention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The basic categories of BEC Rev. 4, with 32 undivided as the conversion tables give it.
const CATEGORIES: [&str; 20] = [
    "111", "112", "121", "122", "21", "22", "31", "32", "321", "322", "41", "42", "51", "521", "522", "53", "61", "62",
    "63", "7",
];

fn of_category(category: &str, convention: StageConvention) -> Stage {
    match (category, convention) {
        ("111" | "21" | "31", _) => Stage::Primary,
        ("321" | "32" | "51", StageConvention::UnsdSna) => Stage::Unclassified,
        ("121" | "22" | "32" | "321" | "322", _) => Stage::Processed,
        ("42" | "53", _) => Stage::PartsAndComponents,
        ("41" | "521", _) => Stage::Capital,
        ("112" | "122" | "51" | "522" | "61" | "62" | "63", _) => Stage::Consumption,
        _ => Stage::Unclassified,
    }
}

/// The stages of all categories at or below a code; zeros that pad it are taken off.
fn stages_below(bec4: &str, convention: StageConvention) -> Vec<Stage> {
    let code = bec4.trim_end_matches('0');
    if code.is_empty() || bec4.len() > 3 {
        return Vec::new();
    }
    let exact = CATEGORIES.iter().filter(|&&c| c == code);
    let below = CATEGORIES
        .iter()
        .filter(|&&c| c.starts_with(code) && c != code && !CATEGORIES.contains(&code));
    let mut stages: Vec<Stage> = exact.chain(below).map(|c| of_category(c, convention)).collect();
    stages.sort_unstable();
    stages.dedup();
    stages
}

/// The stage of a BEC Rev. 4 code, padded (`410`) or not (`41`). `None` for a code that is
/// none, and for a group whose categories are of different stages, such as 11.
///
/// | stage | categories, after CEPII |
/// |---|---|
/// | primary | 111, 21, 31 |
/// | processed | 121, 22, 32 |
/// | parts and components | 42, 53 |
/// | capital | 41, 521 |
/// | consumption | 112, 122, 51, 522, 61, 62, 63 |
/// | unclassified | 7 |
///
/// ```
/// use trade::{Stage, StageConvention, stage};
/// assert_eq!(stage("51", StageConvention::Cepii), Some(Stage::Consumption));
/// assert_eq!(stage("51", StageConvention::UnsdSna), Some(Stage::Unclassified));
/// ```
pub fn stage(bec4: &str, convention: StageConvention) -> Option<Stage> {
    match stages_below(bec4, convention)[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// The stages of a product of any classification, in order and without repetition, through
/// its concordance with BEC Rev. 4: one for most products, several for a chapter of mixed
/// content or a code that the concordance divides, none for a product that is not known.
pub fn product_stages(classification: Classification, product: &str, convention: StageConvention) -> Vec<Stage> {
    if classification == Classification::Bec4 {
        return stages_below(product, convention);
    }
    let concordance = concord(classification, product, Classification::Bec4);
    let mut stages: Vec<Stage> = concordance
        .targets()
        .iter()
        .flat_map(|t| stages_below(t, convention))
        .collect();
    stages.sort_unstable();
    stages.dedup();
    stages
}

#[cfg(test)]
mod tests {
    use super::*;
    use StageConvention::{Cepii, UnsdSna};

    #[test]
    fn the_conventions_differ_on_motor_spirit_and_cars_only() {
        let differing: Vec<&str> = CATEGORIES
            .into_iter()
            .filter(|c| stage(c, Cepii) != stage(c, UnsdSna))
            .collect();
        assert_eq!(differing, ["32", "321", "51"]);
        assert_eq!(stage("322", UnsdSna), Some(Stage::Processed));
        assert_eq!((Cepii.as_str(), UnsdSna.as_str()), ("cepii", "unsd-sna"));
    }

    #[test]
    fn every_category_has_one_stage() {
        for category in CATEGORIES {
            for convention in [Cepii, UnsdSna] {
                assert!(stage(category, convention).is_some(), "{category}");
                assert_eq!(
                    stage(&format!("{category:0<3}"), convention),
                    stage(category, convention),
                    "{category}"
                );
            }
        }
        // Intermediates of the United Nations' grouping: 111, 121, 21, 22, 31, 322, 42, 53.
        let intermediate: Vec<&str> = CATEGORIES
            .into_iter()
            .filter(|c| stage(c, UnsdSna).is_some_and(Stage::is_intermediate))
            .collect();
        assert_eq!(intermediate, ["111", "121", "21", "22", "31", "322", "42", "53"]);
    }

    #[test]
    fn groups_have_a_stage_where_their_parts_agree() {
        assert_eq!(stage("6", Cepii), Some(Stage::Consumption));
        for mixed in ["1", "11", "2", "3", "4", "5", "52"] {
            assert_eq!(stage(mixed, Cepii), None, "{mixed}");
        }
        for bad in ["", "0", "000", "8", "99", "4100", "abc", "TOTAL"] {
            assert_eq!(stage(bad, Cepii), None, "{bad}");
        }
    }

    #[test]
    fn products_have_the_stages_of_their_categories() {
        let of = |product| product_stages(Classification::Hs(4), product, Cepii);
        assert_eq!(of("270112"), [Stage::Primary]);
        assert_eq!(of("26"), [Stage::Primary]);
        assert_eq!(of("870899"), [Stage::PartsAndComponents]);
        assert_eq!(of("010130"), [Stage::Primary, Stage::Capital]);
        assert_eq!(of("TOTAL"), []);
        assert_eq!(
            product_stages(Classification::Bec4, "1", Cepii),
            [Stage::Primary, Stage::Processed, Stage::Consumption]
        );
        assert_eq!(product_stages(Classification::Compiler, "coal", Cepii), []);
    }
}
