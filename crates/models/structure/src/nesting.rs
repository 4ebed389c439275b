use std::collections::BTreeSet;
use trade::Classification;

/// The codes of a list that can be added: none of them is part of another.
///
/// Codes of a classification with digits nest by their beginnings (heading 2701 lies in
/// chapter 27); of two such codes the wider one stays. In ISIC the letters contain the
/// digits, so digits stay only where no letter is listed. Names of a compiler's own
/// ([`Classification::Compiler`]) may overlap in ways that nobody published: of them
/// nothing can be added, and the answer is empty.
pub fn parts<'a>(classification: Classification, codes: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut codes: BTreeSet<&str> = codes.into_iter().filter(|code| *code != trade::TOTAL).collect();
    if classification == Classification::Compiler {
        return BTreeSet::new();
    }
    if classification == Classification::Isic3 && codes.iter().any(|code| letter(code)) {
        codes.retain(|code| letter(code));
    }
    let outermost = |code: &str| {
        !(1..code.len())
            .filter_map(|n| code.get(..n))
            .any(|begin| codes.contains(begin))
    };
    codes.iter().copied().filter(|code| outermost(code)).collect()
}

/// The wider code of the list in which `code` lies.
pub fn container<'a>(code: &str, codes: &BTreeSet<&'a str>) -> Option<&'a str> {
    (1..code.len())
        .filter_map(|n| code.get(..n))
        .find_map(|begin| codes.get(begin).copied())
}

/// Whether a list of codes that can be added looks like the whole of a classification and
/// not like an extract: nearly all chapters, sections or categories are there.
pub fn looks_whole(classification: Classification, parts: &BTreeSet<&str>) -> bool {
    let heads = |n: usize| {
        parts
            .iter()
            .filter_map(|code| code.get(..n))
            .collect::<BTreeSet<_>>()
            .len()
    };
    match classification {
        Classification::Hs(_) | Classification::HsUnstated => heads(2) >= 80,
        Classification::Sitc(_) => heads(1) >= 9,
        Classification::Bec4 => heads(1) >= 6,
        Classification::Isic3 => heads(2) >= 20 || (parts.iter().all(|code| letter(code)) && heads(1) >= 4),
        Classification::Compiler => false,
    }
}

fn letter(code: &str) -> bool {
    code.starts_with(|c: char| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(classification: Classification, codes: &[&'static str]) -> Vec<&'static str> {
        parts(classification, codes.iter().copied()).into_iter().collect()
    }

    #[test]
    fn a_chapter_is_never_added_to_its_headings() {
        let hs = Classification::Hs(2);
        assert_eq!(
            of(hs, &["TOTAL", "27", "2701", "270112", "4403", "440341"]),
            ["27", "4403"]
        );
        assert_eq!(of(Classification::Sitc(3), &["3", "33", "34", "27"]), ["27", "3"]);
        assert_eq!(of(Classification::Isic3, &["A", "01", "D", "15"]), ["A", "D"]);
        assert_eq!(of(Classification::Isic3, &["01", "151", "15"]), ["01", "15"]);
        assert_eq!(of(Classification::Bec4, &["4", "41", "51"]), ["4", "51"]);
        let codes = parts(hs, ["27", "44"]);
        assert_eq!((container("2701", &codes), container("27", &codes)), (Some("27"), None));
    }

    proptest! {
        #[test]
        fn every_code_is_a_part_or_lies_in_exactly_one(codes in prop::collection::btree_set("[0-3]{1,5}", 1..40)) {
            let found = parts(Classification::Sitc(3), codes.iter().map(String::as_str));
            for code in &codes {
                let holders = found.iter().filter(|part| code.starts_with(**part)).count();
                prop_assert_eq!(holders, 1, "{}", code);
            }
        }
    }

    #[test]
    fn names_of_a_compiler_are_never_added() {
        assert!(of(Classification::Compiler, &["coal", "minerals_all"]).is_empty());
    }

    #[test]
    fn an_extract_is_told_from_the_whole() {
        let sections = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        assert!(looks_whole(Classification::Sitc(3), &sections.into()));
        assert!(!looks_whole(Classification::Sitc(3), &["0", "3"].into()));
        assert!(!looks_whole(Classification::Hs(0), &["27", "44"].into()));
    }
}
