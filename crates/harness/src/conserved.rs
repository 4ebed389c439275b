//! No dollar is lost and none is made: a table's value column, added up by other means than the importers', is what the
//! records and the rows set aside add up to.

use crate::forms::Plain;
use sources::{Imported, Source};
use std::collections::BTreeSet;
use trade::Usd;

/// The column of values and the dollars of its unit, where a row has one value.
fn column(source: Source) -> Option<(&'static str, i128)> {
    Some(match source {
        Source::Figures => ("value_usd", 1),
        Source::ComtradeClassic => ("Trade Value (US$)", 1),
        Source::ComtradeLegacy => ("Value", 1),
        Source::ComtradeApi => ("primaryValue", 1),
        Source::ComtradeShort => ("value", 1),
        Source::Baci => ("v", 1000),
        Source::Wits => ("TradeValue in 1000 USD", 1000),
        Source::WitsPage => ("Trade Value 1000USD", 1000),
        _ => return None,
    })
}

/// Compares the sums, where the table is plain and its values are plain numbers.
pub(crate) fn dollars(text: &[u8], imported: &Imported) {
    let Some((name, unit)) = column(imported.source) else {
        return;
    };
    let Some(plain) = Plain::of(text).filter(|_| imported.quarantine_unlisted == 0) else {
        return;
    };
    let named = |(at, cell): (usize, &&str)| (cell.trim() == name).then_some(at);
    // Of rows that are no flows between two economies nobody reads the value; that of an added part is in its record.
    if imported
        .set_aside
        .iter()
        .any(|tally| tally.value.is_none() && tally.kind != sources::ADDED)
    {
        return;
    }
    let places: Vec<usize> = plain.rows[0].iter().enumerate().filter_map(named).collect();
    let [place] = places[..] else { return };
    let bad: BTreeSet<u64> = imported.quarantine.iter().map(|row| row.line).collect();
    let mut sum = 0_i128;
    for (line, row) in plain.lines.iter().zip(&plain.rows).skip(1) {
        if bad.contains(line) {
            continue;
        }
        let Some(value) = trillionths(row[place].trim()) else {
            return; // a number that says the same in another way
        };
        sum += match imported.source {
            Source::Figures => value * unit,
            _ => to_the_thousandth(value * unit),
        };
    }
    let kept: Usd = imported.records.iter().filter_map(|record| record.value).sum();
    let aside: Usd = imported.set_aside.iter().filter_map(|tally| tally.value).sum();
    assert_eq!(
        (kept.thousandths() + aside.thousandths()) * 1_000_000_000,
        sum,
        "{kept} kept and {aside} set aside"
    );
}

/// What the agencies computed is rounded, half to even.
fn to_the_thousandth(trillionths: i128) -> i128 {
    const UNIT: i128 = 1_000_000_000;
    let (whole, rest) = (trillionths / UNIT, trillionths % UNIT);
    let up = rest * 2 > UNIT || (rest * 2 == UNIT && whole % 2 == 1);
    (whole + i128::from(up)) * UNIT
}

/// Digits, with a point or without, in units of 10^-12; an empty cell is none.
fn trillionths(text: &str) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let plain = |digits: &str, most| digits.len() <= most && digits.bytes().all(|b| b.is_ascii_digit());
    let stated = !whole.is_empty() || text.is_empty();
    if !(stated && plain(whole, 16) && plain(part, 12)) {
        return None;
    }
    format!("0{whole}{part:0<12}").parse().ok()
}
