//! What was asked for and has no row.

use super::answers::Import;
use std::collections::{BTreeMap, BTreeSet};
use trade::{Economy, Period, Record};

/// At most so many periods or reporters are named.
const NAMED: usize = 10;

/// What is wanting, in sentences. Much is not there because nobody reports it; it is told since a server that lost it looks the
/// same.
pub fn gaps(import: &Import<'_>, records: &[Record]) -> Vec<String> {
    let plan = import.plan;
    let mut told = Vec::new();
    let answers = &import.fetched.answers;
    let empty = answers.iter().filter(|(_, answer)| answer.rows == 0);
    let empty: Vec<&str> = empty.map(|(_, answer)| answer.url.as_str()).collect();
    if !empty.is_empty() {
        told.push(format!(
            "{} of {} answers have no row: {}. Asked again with --refresh, they may.",
            empty.len(),
            answers.len(),
            some(&empty, 3)
        ));
    }
    let there: BTreeSet<Period> = records.iter().map(|record| record.period).collect();
    let periods: BTreeSet<Period> = plan.parts.iter().flat_map(|part| part.periods.clone()).collect();
    let missing: Vec<String> = periods.difference(&there).map(Period::to_string).collect();
    if !missing.is_empty() {
        told.push(format!("There is no row for {}.", some(&missing, NAMED)));
    }
    let pairs: BTreeSet<(Economy, Period)> = records.iter().map(|r| (r.reporter, r.period)).collect();
    let mut wanting: BTreeMap<Economy, (usize, Vec<String>)> = BTreeMap::new();
    // A period that nobody has was told.
    for period in periods.intersection(&there) {
        let codes: BTreeSet<&String> = plan
            .parts
            .iter()
            .flat_map(|part| part.reporters.iter().flatten())
            .collect();
        let meant = codes.iter().filter_map(|code| plan.provider.means(code, period.year()));
        for reporter in meant.collect::<BTreeSet<Economy>>() {
            let (asked, missing) = wanting.entry(reporter).or_default();
            *asked += 1;
            if !pairs.contains(&(reporter, *period)) {
                missing.push(period.to_string());
            }
        }
    }
    let wanting = wanting.into_iter().filter(|(_, (_, missing))| !missing.is_empty());
    let wanting: Vec<String> = wanting
        .map(|(reporter, (asked, missing))| match missing.len() == asked {
            true => reporter.to_string(),
            false => format!("{reporter} in {}", some(&missing, NAMED)),
        })
        .collect();
    if !wanting.is_empty() {
        told.push(format!("There is no row of the reporters {}.", some(&wanting, NAMED)));
    }
    told
}

/// The first of them, and how many more there are.
fn some<T: AsRef<str>>(texts: &[T], most: usize) -> String {
    let named: Vec<&str> = texts.iter().take(most).map(AsRef::as_ref).collect();
    let more = match texts.len().saturating_sub(most) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    named.join(", ") + &more
}
