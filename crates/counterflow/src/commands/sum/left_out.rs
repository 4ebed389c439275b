//! Figures that are in no sum because they are totals, groups or parts of years.

use crate::fail::Outcome;
use cube::{Query, Sums};
use std::collections::BTreeSet;
use std::path::Path;

/// So many reporters are named.
const NAMED: usize = 5;

/// Names the reporters of whom rows were left out and nothing else is there in their stead.
pub fn warning(sums: &Sums, path: &Path, query: &Query) -> Outcome<Option<String>> {
    if sums.set_aside.is_empty() || sums.is_empty() {
        return Ok(None);
    }
    let unheard = cube::unheard(path, query)?;
    let reporters: BTreeSet<&str> = unheard.iter().map(|one| one.reporter.as_str()).collect();
    let some = |reporter: &&str| {
        let of = unheard.iter().filter(|one| one.reporter == *reporter);
        let words = |one: &cube::Unheard| {
            let beside = one.beside.iter().filter(|word| !word.is_empty());
            beside.fold(format!("{} {}", one.flow, one.year), |words, word| {
                format!("{words} {word}")
            })
        };
        let told: Vec<String> = of.take(3).map(words).collect();
        let more = match unheard.iter().filter(|one| one.reporter == *reporter).count() {
            0..=3 => "",
            _ => ", ...",
        };
        format!("{reporter} ({}{more})", told.join(", "))
    };
    let named: Vec<String> = reporters.iter().take(NAMED).map(some).collect();
    let and = match reporters.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} reporters more"),
    };
    Ok((!named.is_empty()).then(|| {
        format!(
            "warning: nothing is summed of {}{and}: all their rows are among those left out; {}",
            named.join(", "),
            sums.set_aside
                .keys()
                .map(|what| advice(what))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
                .join(", ")
        )
    }))
}

/// How rows that were left out are asked for.
pub fn advice(what: &str) -> &'static str {
    match what {
        _ if what.starts_with("periods") => "--by period sums parts of years as they are",
        _ if what.contains("over products") => "--level total sums the totals over products",
        _ if what.contains("product") => "--level names another level, such as hs2 or total",
        _ if what.contains("over partners") => "--where 'partner = WLD' sums the totals over partners",
        _ if what.contains("over reporters") => "--where 'reporter = WLD' sums the totals over reporters",
        _ if what.contains("partners") => "--by partner or --where 'partner = ...' tells groups apart",
        _ => "--by reporter or --where 'reporter = ...' tells groups apart",
    }
}
