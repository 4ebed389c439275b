//! The rules against the tables they were derived from, code by code.

use super::*;
use crate::test_data::{data, rows};
use Classification::{Bec4, Hs, Isic3, Sitc};
use std::collections::BTreeMap;

type Table = BTreeMap<String, BTreeSet<String>>;

/// Code -> targets, from two columns. What is no number is no target.
fn table(path: &str, target: usize) -> Option<Table> {
    let mut table = Table::new();
    for row in rows(&data(path)?) {
        let code = row[0].replace('.', "");
        if code.trim().is_empty() {
            continue; // blank lines at the foot of UNSD's table of 2022
        }
        let targets = table.entry(code.trim().to_owned()).or_default();
        let to = row[target].trim();
        if !to.is_empty() && to.bytes().all(|b| b.is_ascii_digit()) {
            targets.insert(to.to_owned());
        }
    }
    Some(table)
}

/// Compares every code of a table, and every shorter code above them; targets are padded
/// with zeros to `width`, as the source writes them.
fn agrees(from: Classification, to: Classification, source: &Table, width: usize, levels: &[usize]) -> usize {
    let ours = |code: &str| -> BTreeSet<String> {
        concord(from, code, to)
            .targets()
            .iter()
            .map(|t| format!("{t:0<width$}"))
            .collect()
    };
    let mut above = Table::new();
    for (code, targets) in source {
        assert_eq!(&ours(code), targets, "{from} {code} -> {to}");
        for &n in levels.iter().filter(|n| **n < code.len()) {
            above
                .entry(code[..n].to_owned())
                .or_default()
                .extend(targets.iter().cloned());
        }
    }
    for (code, targets) in above.iter().filter(|(code, _)| !source.contains_key(*code)) {
        assert_eq!(&ours(code), targets, "{from} {code} -> {to}");
    }
    source.len()
}

const HS_LEVELS: &[usize] = &[2, 3, 4, 5];
const SITC_LEVELS: &[usize] = &[1, 2, 3, 4];

#[test]
fn hs_to_bec_agrees_with_unsd() {
    let years = [(1, 1996), (2, 2002), (3, 2007), (4, 2012), (5, 2017), (6, 2022)];
    let mut codes = 0;
    for (revision, year) in years {
        let path = format!("classifications/unsd_originals/HS{year}_to_BEC_Conversion_and_Correlation_Tables.csv");
        let Some(source) = table(&path, 1) else { return };
        codes += agrees(Hs(revision), Bec4, &source, 0, HS_LEVELS);
    }
    assert_eq!(codes, 5113 + 5224 + 5050 + 5205 + 5386 + 5611);
    for revision in 0..=6 {
        let Some(source) = table(&format!("classifications/concordance/hs{revision}_bec4.csv"), 3) else {
            return;
        };
        agrees(Hs(revision), Bec4, &without_blank(source), 3, HS_LEVELS);
    }
}

/// The tidied tables have lines without a code.
fn without_blank(mut source: Table) -> Table {
    source.remove("");
    source
}

#[test]
fn hs_to_sitc3_and_isic3_agree() {
    // UNSD's two tables of 1988/92 have: code, its description, target, its description.
    const TARGET: usize = 2;
    let originals = "classifications/unsd_originals";
    let Some(source) = table(&format!("{originals}/JobID-11_Concordance_H0_to_S3.CSV"), TARGET) else {
        return;
    };
    assert_eq!(agrees(Hs(0), Sitc(3), &source, 0, HS_LEVELS), 5017);
    let Some(source) = table(&format!("{originals}/JobID-6_Concordance_H0_to_I3.CSV"), TARGET) else {
        return;
    };
    assert_eq!(agrees(Hs(0), Isic3, &source, 0, HS_LEVELS), 5018);
    for revision in 0..=6 {
        let Some(sitc) = table(&format!("classifications/concordance/hs{revision}_sitc3.csv"), 3) else {
            return;
        };
        let Some(isic) = table(&format!("classifications/concordance/hs{revision}_isic3.csv"), 3) else {
            return;
        };
        assert!(agrees(Hs(revision), Sitc(3), &sitc, 5, HS_LEVELS) > 5000);
        assert!(agrees(Hs(revision), Isic3, &isic, 4, HS_LEVELS) > 5000);
    }
}

#[test]
fn sitc_to_bec_agrees_with_unsd() {
    for (revision, codes) in [(2, 1831), (3, 3119)] {
        let path =
            format!("classifications/unsd_originals/SITC{revision}_to_BEC_Conversion_and_Correlation_Tables.csv");
        let Some(source) = table(&path, 1) else { return };
        assert_eq!(agrees(Sitc(revision), Bec4, &source, 0, SITC_LEVELS), codes);
    }
}

#[test]
fn sitc3_to_isic3_agrees() {
    let Some(mut source) = table("classifications/concordance/sitc3_isic3.csv", 5) else {
        return;
    };
    // An aggregate whose parts, 27411 and 27419, go to different targets.
    assert_eq!(source.remove("27410"), Some(BTreeSet::from(["1421".to_owned()])));
    assert_eq!(concord(Sitc(3), "2741", Isic3), Concordance::Many(vec!["1421", "2411"]));
    assert_eq!(agrees(Sitc(3), Isic3, &source, 0, SITC_LEVELS), 3059);
}
