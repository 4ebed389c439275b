use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// The product code of everything together. Never added to its parts.
pub const TOTAL: &str = "TOTAL";

/// A product classification, with its revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Classification {
    /// Harmonized System of revision 0 (1988/92) to 6 (2022).
    Hs(u8),
    /// Harmonized System, revision not stated.
    HsUnstated,
    /// Standard International Trade Classification, revision 1 to 4.
    Sitc(u8),
    /// International Standard Industrial Classification, revision 3.
    Isic3,
    /// Broad Economic Categories, revision 4.
    Bec4,
    /// A compiler's own commodity groups, quoted under its own names.
    Compiler,
}

impl Classification {
    /// Every classification.
    pub const ALL: &'static [Classification] = &[
        Classification::Hs(0),
        Classification::Hs(1),
        Classification::Hs(2),
        Classification::Hs(3),
        Classification::Hs(4),
        Classification::Hs(5),
        Classification::Hs(6),
        Classification::HsUnstated,
        Classification::Sitc(1),
        Classification::Sitc(2),
        Classification::Sitc(3),
        Classification::Sitc(4),
        Classification::Isic3,
        Classification::Bec4,
        Classification::Compiler,
    ];

    /// The name as it stands in files: `HS0` to `HS6`, `HS`, `SITC1` to `SITC4`, `ISIC3`,
    /// `BEC4`, `COMPILER`.
    pub fn as_str(self) -> &'static str {
        match self {
            Classification::Hs(0) => "HS0",
            Classification::Hs(1) => "HS1",
            Classification::Hs(2) => "HS2",
            Classification::Hs(3) => "HS3",
            Classification::Hs(4) => "HS4",
            Classification::Hs(5) => "HS5",
            Classification::Hs(_) => "HS6",
            Classification::HsUnstated => "HS",
            Classification::Sitc(1) => "SITC1",
            Classification::Sitc(2) => "SITC2",
            Classification::Sitc(3) => "SITC3",
            Classification::Sitc(_) => "SITC4",
            Classification::Isic3 => "ISIC3",
            Classification::Bec4 => "BEC4",
            Classification::Compiler => "COMPILER",
        }
    }

    /// From UN Comtrade's abbreviation: `H0` to `H6`, `HS`, `S1` to `S4`, `B4`.
    pub fn from_comtrade(code: &str) -> Option<Self> {
        match code.as_bytes() {
            [b'H', n @ b'0'..=b'6'] => Some(Classification::Hs(n - b'0')),
            b"HS" => Some(Classification::HsUnstated),
            [b'S', n @ b'1'..=b'4'] => Some(Classification::Sitc(n - b'0')),
            b"B4" => Some(Classification::Bec4),
            _ => None,
        }
    }

    /// The first year in which goods were declared by it; known of revisions of the Harmonized System.
    pub fn first_year(self) -> Option<i16> {
        match self {
            Classification::Hs(0) => Some(1988),
            Classification::Hs(n) => HS_YEARS.get(usize::from(n))?.parse().ok(),
            _ => None,
        }
    }

    /// Whether this is some revision of the Harmonized System.
    pub fn is_hs(self) -> bool {
        matches!(self, Classification::Hs(_) | Classification::HsUnstated)
    }
}

impl fmt::Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Classification {
    type Err = Error;

    /// Reads the name as it stands in files, UN Comtrade's abbreviation (`H0` is HS0), or a revision of the Harmonized
    /// System by its year (`HS92`, `HS1992`, `HS2022`).
    ///
    /// # Errors
    /// Refuses any other text.
    fn from_str(text: &str) -> Result<Self> {
        let named = Self::ALL.iter().copied().find(|c| c.as_str() == text);
        named
            .or_else(|| Self::from_comtrade(text))
            .or_else(|| hs_of_year(text))
            .ok_or_else(|| Error::Malformed {
                what: "a classification",
                expected: "HS0 to HS6 (also as H0 to H6, or by their years HS1992, HS1996, HS2002, HS2007, HS2012, \
                           HS2017, HS2022), HS, SITC1 to SITC4, ISIC3, BEC4 or COMPILER",
                found: text.to_owned(),
            })
    }
}

/// The years by which the revisions of the Harmonized System are called, from revision 0 on.
const HS_YEARS: [&str; 7] = ["1992", "1996", "2002", "2007", "2012", "2017", "2022"];

/// `HS92` or `HS1992`.
fn hs_of_year(text: &str) -> Option<Classification> {
    let year = text.strip_prefix("HS")?;
    let revision = HS_YEARS.iter().position(|y| *y == year || y[2..] == *year)?;
    u8::try_from(revision).ok().map(Classification::Hs)
}

/// Checks that a product code has the shape its classification asks for. Codes are text:
/// leading zeros matter.
///
/// # Errors
/// Says what shape was expected: an even number of two to ten digits for HS, one to five
/// digits for SITC, and so on. `TOTAL` is right everywhere.
pub fn check_product(classification: Classification, product: &str) -> Result<()> {
    let digits = product.bytes().all(|b| b.is_ascii_digit());
    let n = product.len();
    let (fits, expected) = match classification {
        _ if product == TOTAL => return Ok(()),
        Classification::Hs(_) | Classification::HsUnstated => (
            digits && (2..=10).contains(&n) && n.is_multiple_of(2),
            "TOTAL or an even number of two to ten digits, leading zeros kept",
        ),
        Classification::Sitc(_) => (digits && (1..=5).contains(&n), "TOTAL or one to five digits"),
        Classification::Bec4 => (digits && (1..=3).contains(&n), "TOTAL or one to three digits"),
        Classification::Isic3 => (
            (digits && (2..=4).contains(&n)) || (n == 1 && product.as_bytes()[0].is_ascii_uppercase()),
            "TOTAL, a letter A to Q, or two to four digits",
        ),
        Classification::Compiler => (
            (1..=64).contains(&n)
                && product
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
            "TOTAL or a short name in lower case, such as coal or textiles_apparel",
        ),
    };
    if fits {
        return Ok(());
    }
    Err(Error::Malformed {
        what: "a product code",
        expected,
        found: product.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for &c in Classification::ALL {
            assert_eq!(c.as_str().parse::<Classification>().unwrap(), c);
        }
        assert_eq!(Classification::from_comtrade("H2"), Some(Classification::Hs(2)));
        assert_eq!(Classification::from_comtrade("H7"), None);
    }

    #[test]
    fn revisions_are_known_by_all_their_names() {
        let names = [
            ("H0", "HS92", "HS1992"),
            ("H1", "HS96", "HS1996"),
            ("H2", "HS02", "HS2002"),
            ("H3", "HS07", "HS2007"),
            ("H4", "HS12", "HS2012"),
            ("H5", "HS17", "HS2017"),
            ("H6", "HS22", "HS2022"),
        ];
        for (revision, (short, year, long)) in (0..).zip(names) {
            for name in [short, year, long] {
                assert_eq!(
                    name.parse::<Classification>().unwrap(),
                    Classification::Hs(revision),
                    "{name}"
                );
            }
        }
        for bad in ["H7", "HS7", "HS2003", "HS88", "hs92", "HS 1992", ""] {
            assert!(bad.parse::<Classification>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_lost_leading_zero_is_noticed() {
        assert!(check_product(Classification::Hs(0), "09").is_ok());
        assert!(check_product(Classification::Hs(0), "9").is_err());
        assert!(check_product(Classification::Hs(0), "10110").is_err());
        assert!(check_product(Classification::Sitc(3), "0").is_ok());
        assert!(check_product(Classification::Compiler, "coal").is_ok());
        assert!(check_product(Classification::Compiler, "Coal").is_err());
    }
}
