//! Which row groups can hold wanted rows.

use super::file::DataFile;
use super::held::Digits;
use crate::filter::Wanted;
use parquet::file::statistics::Statistics;
use std::ops::RangeInclusive;

/// Whether a row group's statistics of a column leave room for a wanted value. What is not known
/// may always match.
pub(crate) fn may_match(file: &DataFile, group: usize, column: &str, wanted: Wanted<'_>) -> bool {
    let Some(held) = file.held(column).filter(|held| held.by_cursor()) else {
        return true;
    };
    let Some(statistics) = file.metadata.row_group(group).column(held.index).statistics() else {
        return true;
    };
    let values = match wanted {
        Wanted::Years(years) => return years_may_match(statistics, years),
        Wanted::AnyOf(values) => values,
    };
    // Old writers compared bytes with their signs.
    let Statistics::ByteArray(s) = statistics else {
        return true;
    };
    if statistics.is_min_max_deprecated() {
        return true;
    }
    let Some((least, greatest)) = s.min_opt().zip(s.max_opt()) else {
        return true;
    };
    // A long text's statistics may be cut short; then the greatest value is not a bound.
    let (least, greatest) = (least.data(), greatest.data());
    values.iter().any(|v| {
        let v = v.as_bytes();
        least <= v && (v <= greatest || v.starts_with(greatest))
    })
}

fn years_may_match(statistics: &Statistics, years: &RangeInclusive<i16>) -> bool {
    let bounds = match statistics {
        Statistics::Int32(s) => s
            .min_opt()
            .zip(s.max_opt())
            .map(|(&a, &b)| (i64::from(a), i64::from(b))),
        Statistics::Int64(s) => s.min_opt().zip(s.max_opt()).map(|(&a, &b)| (a, b)),
        _ => None,
    };
    bounds.is_none_or(|(least, greatest)| least <= i64::from(*years.end()) && greatest >= i64::from(*years.start()))
}

/// The value that all rows of a row group have in a column, if the statistics say so.
pub(crate) fn only_value(statistics: &Statistics, digits: Digits) -> Option<String> {
    if statistics.null_count_opt() != Some(0) || !statistics.min_is_exact() || !statistics.max_is_exact() {
        return None;
    }
    match statistics {
        Statistics::ByteArray(s) => {
            let (least, greatest) = s.min_opt().zip(s.max_opt())?;
            let text = std::str::from_utf8(least.data()).ok()?;
            (least == greatest).then(|| text.to_owned())
        }
        Statistics::Int32(s) => s
            .min_opt()
            .filter(|least| Some(*least) == s.max_opt())
            .map(|n| digits.text(i64::from(*n))),
        Statistics::Int64(s) => s
            .min_opt()
            .filter(|least| Some(*least) == s.max_opt())
            .map(|n| digits.text(*n)),
        _ => None,
    }
}
