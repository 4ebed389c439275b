//! Short names of products.

use crate::{Classification, TOTAL};
use std::collections::BTreeMap;
use std::sync::LazyLock;

type Names = BTreeMap<&'static str, &'static str>;

/// `code|name` lines.
fn names(table: &'static str) -> Names {
    rows(table).filter_map(|line| line.split_once('|')).collect()
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

const CHAPTER_TABLE: &str = include_str!("../tables/hs_chapters.txt");
const SECTION_TABLE: &str = include_str!("../tables/hs_sections.txt");
const SITC_TABLE: &str = include_str!("../tables/sitc_names.txt");
const BEC4_TABLE: &str = include_str!("../tables/bec4_names.txt");
const ISIC3_TABLE: &str = include_str!("../tables/isic3_names.txt");

/// Chapter -> (section, name).
static CHAPTERS: LazyLock<BTreeMap<&'static str, (&'static str, &'static str)>> = LazyLock::new(|| {
    let split = |line: &'static str| {
        let (chapter, rest) = line.split_once('|')?;
        Some((chapter, rest.split_once('|')?))
    };
    rows(CHAPTER_TABLE).filter_map(split).collect()
});
static SECTIONS: LazyLock<Names> = LazyLock::new(|| names(SECTION_TABLE));
static SITC: LazyLock<Names> = LazyLock::new(|| names(SITC_TABLE));
static BEC4: LazyLock<Names> = LazyLock::new(|| names(BEC4_TABLE));
static ISIC3: LazyLock<Names> = LazyLock::new(|| names(ISIC3_TABLE));

/// The short English name of a product, for tables and charts: HS chapters, SITC sections
/// and (Revisions 3 and 4) divisions, all BEC Rev. 4 codes, ISIC Rev. 3 letters and
/// divisions, and `TOTAL`. `None` for finer codes, which have no short name.
///
/// ```
/// use trade::{Classification, product_name};
/// assert_eq!(product_name(Classification::Hs(4), "27"), Some("Mineral fuels, oils"));
/// assert_eq!(product_name(Classification::Sitc(3), "32"), Some("Coal, coke, briquettes"));
/// ```
pub fn product_name(classification: Classification, code: &str) -> Option<&'static str> {
    if code == TOTAL {
        return Some("All products");
    }
    match classification {
        Classification::Hs(_) | Classification::HsUnstated => CHAPTERS.get(code).map(|(_, name)| *name),
        // Divisions moved between Revisions 2 and 3 (57 was explosives); sections did not.
        Classification::Sitc(revision) if code.len() == 1 || revision >= 3 => SITC.get(code).copied(),
        Classification::Bec4 => BEC4.get(code).copied(),
        Classification::Isic3 => ISIC3.get(code).copied(),
        Classification::Sitc(_) | Classification::Compiler => None,
    }
}

/// The section of the Harmonized System that a chapter, heading or code of any revision
/// belongs to: its Roman number and its short name.
///
/// ```
/// assert_eq!(trade::hs_section("720851"), Some(("XV", "Base metals")));
/// ```
pub fn hs_section(product: &str) -> Option<(&'static str, &'static str)> {
    let (section, _) = CHAPTERS.get(product.get(..2)?)?;
    SECTIONS.get(section).map(|name| (*section, *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_parse_wholly() {
        assert_eq!(CHAPTERS.len(), rows(CHAPTER_TABLE).count());
        for (parsed, table) in [
            (&SECTIONS, SECTION_TABLE),
            (&SITC, SITC_TABLE),
            (&BEC4, BEC4_TABLE),
            (&ISIC3, ISIC3_TABLE),
        ] {
            assert_eq!(parsed.len(), rows(table).count());
            assert!(parsed.values().all(|name| !name.is_empty() && !name.contains('|')));
        }
        // 96 chapters in use (77 is reserved) and the compilers' 99; 21 sections; 10 sections
        // and 67 divisions of SITC; 17 letters and 60 divisions of ISIC.
        assert_eq!(
            (CHAPTERS.len(), SECTIONS.len(), SITC.len(), ISIC3.len()),
            (97, 21, 77, 77)
        );
    }

    #[test]
    fn every_chapter_lies_in_a_section() {
        for n in (1..=97).filter(|n| *n != 77) {
            let chapter = format!("{n:02}");
            assert!(
                product_name(Classification::HsUnstated, &chapter).is_some(),
                "{chapter}"
            );
            assert!(hs_section(&chapter).is_some(), "{chapter}");
        }
        assert_eq!(hs_section("99"), None);
        assert_eq!(hs_section("7"), None);
        assert_eq!(hs_section("é7"), None);
    }

    #[test]
    fn names_are_those_of_the_right_system() {
        assert_eq!(product_name(Classification::Hs(0), "27"), Some("Mineral fuels, oils"));
        assert_eq!(
            product_name(Classification::Sitc(3), "27"),
            Some("Crude fertilizers and minerals")
        );
        assert_eq!(product_name(Classification::Isic3, "27"), Some("Basic metals"));
        assert_eq!(product_name(Classification::Isic3, "D"), Some("Manufacturing"));
        assert_eq!(
            product_name(Classification::Bec4, "41"),
            Some("Capital goods except transport equipment")
        );
        assert_eq!(product_name(Classification::Sitc(1), "3"), Some("Mineral fuels"));
        assert_eq!(product_name(Classification::Sitc(2), "57"), None);
        assert_eq!(product_name(Classification::Hs(0), "270112"), None);
        assert_eq!(product_name(Classification::Compiler, "coal"), None);
        assert_eq!(product_name(Classification::Compiler, "TOTAL"), Some("All products"));
    }
}
